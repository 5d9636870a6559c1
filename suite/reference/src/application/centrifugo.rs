//! A Centrifugo connection token: who connects, until when, with which info, to which channels.
//! What is shared with tokens for one channel, which are in [`channel`], is here too.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jotproof_model::context::RpcProxy;
use jotproof_model::{Application, ChannelOptions, Context, Namespace, Reason, Seen, SeenExpiry};
use jotproof_rules::Rules;
use jotproof_rules::centrifugo::{
    ExpireAtEqual, NegativeExpireAt, OverrideWithoutValue, Subject, TimeToLive, UserClaim,
};
use jotproof_rules::time::TimeNumber;
use jotproof_rules::{Null, Strictness};

use crate::base64url;
use crate::claims::{Claims, wrong_type};
use crate::header::shortened;
use crate::json::{Elements, Kind, Value};
use crate::members::{Found, Known};
use crate::time::{self, Times};
use crate::verdict::{Refusal, Stage};

mod channel;

pub use channel::Of;

/// The namespaces that the deployments define, with the options of their channels; the first is that of
/// channels without one.
const NAMESPACES: [(&str, Options); 6] = [
    ("", Options { presence: true, ..Options::NONE }),
    ("ns", Options { presence: true, ..Options::NONE }),
    ("jotproof", Options { presence: true, ..Options::NONE }),
    ("members", Options { presence: true, ..Options::NONE }),
    ("bare", Options::NONE),
    ("full", Options { presence: true, join_leave: true, pushed: true, recovery: true, positioning: true }),
];

/// The options of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Options {
    presence: bool,
    /// That somebody came is told by the server,
    join_leave: bool,
    /// and to this client.
    pushed: bool,
    recovery: bool,
    positioning: bool,
}

impl Options {
    const NONE: Self =
        Self { presence: false, join_leave: false, pushed: false, recovery: false, positioning: false };

    /// Those of the namespace of a channel; nothing where there is no such namespace.
    fn of(channel: &str, context: &Context) -> Option<Self> {
        let name = namespace(channel).unwrap_or_default();
        if let (Namespace::NAME, Some(Namespace { presence, .. })) = (name, context.namespace) {
            return Some(Self { presence, ..Self::NONE });
        }
        NAMESPACES.iter().find(|(known, _)| *known == name).map(|(_, options)| *options)
    }

    /// What an option of an `override` is about. Where nothing else says who is told (`pushes`), whoever may
    /// be told is.
    fn option(&mut self, name: &str, pushes: bool) -> Option<&mut bool> {
        match name {
            "presence" => Some(&mut self.presence),
            "join_leave" => {
                self.pushed |= !pushes;
                Some(&mut self.join_leave)
            }
            "force_push_join_leave" => Some(&mut self.pushed),
            "force_recovery" | "recover" => Some(&mut self.recovery),
            "force_positioning" | "position" => Some(&mut self.positioning),
            _ => None,
        }
    }
}

impl From<Options> for ChannelOptions {
    fn from(Options { presence, join_leave, pushed, recovery, positioning }: Options) -> Self {
        // What can be taken up again has a position.
        let positioning = positioning || recovery;
        Self { presence, join_leave: join_leave && pushed, recovery, positioning }
    }
}

/// Whether the server keeps who is in a channel, and so can tell it.
pub(crate) fn has_presence(channel: &str, context: &Context) -> bool {
    Options::of(channel, context).is_some_and(|options| options.presence)
}

/// The longest time that may be left to a connection where there is a longest: 365 days.
const YEAR: i64 = 31_536_000;

/// A token of Centrifugo: its claims, in a context, under rules.
#[derive(Debug, Clone, Copy)]
pub struct Token<'a> {
    /// What it says.
    pub claims: &'a Claims<'a>,
    /// The rules.
    pub rules: &'a Rules,
    /// What the verifier is configured with.
    pub context: &'a Context,
    /// Whether it renews something that is there.
    pub renews: bool,
}

/// How the end of a connection, or of a subscription, is worked out.
#[derive(Debug, Clone, Copy)]
struct Expiration {
    /// What an `expire_at` of exactly now means.
    equal: ExpireAtEqual,
    /// How the time that is left is told.
    time_to_live: TimeToLive,
}

/// What a token says of one channel; the data as JSON text or base64, whichever was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Subscription<'a> {
    data: Option<String>,
    base64_info: &'a str,
    base64_data: &'a str,
    /// Options of its channel that it overrides, by the names of the claim.
    overrides: BTreeMap<String, bool>,
}

/// A value as text, as gjson makes it: a number loses what is not needed to tell it.
fn text(value: Value<'_>) -> Cow<'_, str> {
    match value.kind() {
        Kind::Null => Cow::Borrowed(""),
        Kind::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
        Kind::String(text) => Cow::Borrowed(text),
        Kind::Number(lexeme) => {
            let digits = lexeme.strip_prefix('-').unwrap_or(lexeme);
            match lexeme.parse::<f64>() {
                Ok(number) if !digits.bytes().all(|octet| octet.is_ascii_digit()) => {
                    Cow::Owned(number.to_string())
                }
                _ => Cow::Borrowed(lexeme),
            }
        }
        Kind::Array(_) | Kind::Object(_) => Cow::Owned(value.verbatim()),
    }
}

/// A claim, or part of one, that has another shape than it must have.
struct Misshapen {
    claim: String,
    what: &'static str,
    expected: &'static str,
}

impl<'a> Token<'a> {
    /// Applies the rules of a connection token and works out what it does.
    ///
    /// `in_time` says whether the token is within its times: the data of subscriptions is decoded only
    /// then, where the shapes of the claims are looked at in any case.
    #[must_use]
    pub fn connect(&self, times: &Times, in_time: bool, now: i64, seen: &mut Seen) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        seen.user = self.user(&mut refusals);
        refusals.extend(self.purpose());
        seen.info = self.info(&mut refusals);
        refusals.extend(self.misshapen_meta());
        seen.meta = self.told_meta();
        let mut options = BTreeMap::new();
        seen.subscriptions = self.subscriptions(in_time, &mut options, &mut refusals);
        seen.options = Some(options);
        let expiration = Expiration {
            equal: self.rules.centrifugo.expire_at_equal,
            time_to_live: self.rules.centrifugo.time_to_live,
        };
        seen.expires = self.expires(times, now, expiration, &mut refusals);
        refusals
    }

    fn user(&self, refusals: &mut Vec<Refusal>) -> Option<String> {
        let named = self.named_user(refusals)?;
        let user = match (named, self.rules.centrifugo.subject) {
            (Found::Value(user), _) => user,
            (Found::Absent, Subject::Anonymous) => Cow::Borrowed(""),
            (Found::Absent, Subject::Refuse) => {
                let name = self.context.user_id_claim.as_deref().unwrap_or("sub");
                let detail = format!("claim {name:?} is absent; it names the user");
                refusals.push(refuse(Reason::ClaimMissing, detail));
                return None;
            }
            // The stage `claims` has refused it.
            (Found::Wrong(_), _) => return None,
        };
        if user.is_empty() && self.context.refuse_anonymous {
            refusals.push(refuse(Reason::Anonymous, "the user is anonymous, and such tokens are refused"));
        }
        Some(user.into_owned())
    }

    /// Who the claim names that is configured for it, or `sub`; nothing where that is refused.
    pub(super) fn named_user(&self, refusals: &mut Vec<Refusal>) -> Option<Found<Cow<'a, str>>> {
        let name = match &self.context.user_id_claim {
            Some(name) => name,
            None => {
                return Some(match self.claims.sub {
                    Found::Value(user) => Found::Value(Cow::Borrowed(user)),
                    Found::Absent => Found::Absent,
                    Found::Wrong(what) => Found::Wrong(what),
                });
            }
        };
        if self.rules.centrifugo.user_claim == UserClaim::GoJson {
            let first = self.claims.known.iter().find(|(other, _)| other == name);
            return Some(Found::Value(first.map_or(Cow::Borrowed(""), |(_, value)| text(value))));
        }
        match self.claims.known.string(name, Null::WrongType) {
            Found::Value(user) => Some(Found::Value(Cow::Borrowed(user))),
            Found::Absent => Some(Found::Absent),
            Found::Wrong(what) => {
                let detail = format!("claim {name:?} is {what}; it names the user");
                refusals.push(refuse(Reason::ClaimType, detail));
                None
            }
        }
    }

    /// A token for a channel must not open a connection.
    fn purpose(&self) -> Option<Refusal> {
        if self.rules.centrifugo.purpose == Strictness::Ignore {
            return None;
        }
        match self.claims.known.string("channel", self.rules.claims.null) {
            Found::Absent | Found::Value("") => None,
            Found::Value(channel) => {
                let detail = format!("the token is for the channel {:?}", shortened(channel));
                Some(refuse(Reason::Purpose, detail))
            }
            Found::Wrong(what) => Some(not_a_string("channel", what)),
        }
    }

    /// What the backend is told with a call, where there is one that can be called.
    fn told_meta(&self) -> Option<String> {
        Some(match self.context.rpc_proxy? {
            RpcProxy::WithoutMeta => String::new(),
            RpcProxy::WithMeta => self.claims.known.get("meta").map(Value::verbatim).unwrap_or_default(),
        })
    }

    /// `meta` is kept for the backend and decides nothing.
    fn misshapen_meta(&self) -> Option<Refusal> {
        let rule = self.rules.centrifugo.meta_type;
        let value = self.claims.known.get("meta")?;
        let found = match value.kind() {
            Kind::Object(_) => return None,
            Kind::Null if self.rules.claims.null == Null::Absent => return None,
            _ => Found::<()>::Wrong(value.type_name()).or_absent(rule),
        };
        wrong_type(Stage::Application, "meta", &found, "an object")
    }

    /// `b64info`, unless it is empty, goes before `info`.
    fn info(&self, refusals: &mut Vec<Refusal>) -> Option<String> {
        let base64 = match self.claims.known.string("b64info", self.rules.claims.null) {
            Found::Value(base64) => base64,
            Found::Absent => "",
            Found::Wrong(what) => {
                refusals.push(not_a_string("b64info", what));
                ""
            }
        };
        if base64.is_empty() {
            return Some(self.claims.known.get("info").map(Value::verbatim).unwrap_or_default());
        }
        match base64url::decode_standard(base64.as_bytes()) {
            Ok(octets) => Some(String::from_utf8_lossy(&octets).into_owned()),
            Err(error) => {
                let detail = format!("claim \"b64info\" is not base64: {error}");
                refusals.push(refuse(Reason::InfoEncoding, detail));
                None
            }
        }
    }

    /// `subs`, unless it is empty, goes before `channels`.
    fn subscriptions(
        &self,
        in_time: bool,
        seen: &mut BTreeMap<String, ChannelOptions>,
        refusals: &mut Vec<Refusal>,
    ) -> Option<BTreeMap<String, String>> {
        let mut shaped = |result: Result<BTreeMap<String, Subscription<'a>>, Misshapen>| {
            result.unwrap_or_else(|misshapen| {
                refusals.push(misshapen.into());
                BTreeMap::new()
            })
        };
        let channels = shaped(self.channels());
        let subs = shaped(self.subs());
        let wanted = if subs.is_empty() { channels } else { subs };
        let mut subscriptions = BTreeMap::new();
        for (channel, subscription) in wanted {
            let Some(options) = self.options_of(&channel, &subscription) else {
                refusals.push(no_namespace(&channel));
                continue;
            };
            match subscription.decode() {
                Ok(data) if !channel.is_empty() => {
                    seen.insert(channel.clone(), options);
                    subscriptions.insert(channel, data);
                }
                Err((member, error)) if in_time => {
                    let detail =
                        format!("{member:?} of the channel {:?} is not base64: {error}", shortened(&channel));
                    refusals.push(refuse(Reason::ClaimType, detail));
                }
                Ok(_) | Err(_) => {}
            }
        }
        Some(subscriptions)
    }

    /// What a subscription to a channel has of its options; nothing where it is of no known namespace.
    fn options_of(&self, channel: &str, subscription: &Subscription<'_>) -> Option<ChannelOptions> {
        let mut options = Options::of(channel, self.context)?;
        for (name, on) in &subscription.overrides {
            // Version 3 has no option for it.
            let pushes = self.context.application != Application::CentrifugoPrivateChannel
                && self.rules.centrifugo.overrides.0.iter().any(|known| known == "force_push_join_leave");
            if let Some(option) = options.option(name, pushes) {
                *option = *on;
            }
        }
        Some(options.into())
    }

    fn channels(&self) -> Result<BTreeMap<String, Subscription<'a>>, Misshapen> {
        let wrong =
            |what, claim: &str| Misshapen { claim: claim.to_owned(), what, expected: "an array of strings" };
        let mut names: Vec<&str> = Vec::new();
        for value in self.claims.known.decoded("channels") {
            match (value.kind(), self.rules.claims.null) {
                (Kind::Array(elements), _) => {
                    replace(&mut names, elements, self.rules.claims.null)
                        .map_err(|what| wrong(what, "channels[]"))?;
                }
                (Kind::Null, Null::Absent) => names.clear(),
                _ => return Err(wrong(value.type_name(), "channels")),
            }
        }
        Ok(names.into_iter().map(|name| (name.to_owned(), Subscription::default())).collect())
    }

    fn subs(&self) -> Result<BTreeMap<String, Subscription<'a>>, Misshapen> {
        let mut subs = BTreeMap::new();
        for value in self.claims.known.decoded("subs") {
            match (value.kind(), self.rules.claims.null) {
                // Objects under one name merge where each of them is decoded.
                (Kind::Object(members), _) => {
                    for (channel, options) in members.iter() {
                        subs.insert(channel.to_owned(), self.options(channel, options)?);
                    }
                }
                (Kind::Null, Null::Absent) => subs.clear(),
                _ => {
                    let claim = "subs".to_owned();
                    return Err(Misshapen { claim, what: value.type_name(), expected: "an object" });
                }
            }
        }
        Ok(subs)
    }

    fn options(&self, channel: &str, value: Value<'a>) -> Result<Subscription<'a>, Misshapen> {
        let path = format!("subs.{}", shortened(channel));
        let Some(options) = self.object(&path, value)? else {
            return Ok(Subscription::default());
        };
        self.subscription(&format!("{path}."), &options)
    }

    /// The options of a subscription, which are members of an object: of `subs`, or of the claims set.
    fn subscription(&self, path: &str, options: &Known<'a>) -> Result<Subscription<'a>, Misshapen> {
        let base64 = |member: &str| match options.string(member, self.rules.claims.null) {
            Found::Value(text) => Ok(text),
            Found::Absent => Ok(""),
            Found::Wrong(what) => {
                Err(Misshapen { claim: format!("{path}{member}"), what, expected: "a string" })
            }
        };
        let mut subscription = Subscription {
            data: options.get("data").map(Value::verbatim),
            base64_info: base64("b64info")?,
            base64_data: base64("b64data")?,
            overrides: BTreeMap::new(),
        };
        for value in options.decoded("override") {
            let path = format!("{path}override");
            let Some(overrides) = self.object(&path, value)? else {
                continue;
            };
            for name in &self.rules.centrifugo.overrides.0 {
                for value in overrides.decoded(name) {
                    let path = format!("{path}.{name}");
                    let Some(wrapped) = self.object(&path, value)? else {
                        continue;
                    };
                    let mut values = wrapped.decoded("value").peekable();
                    match self.rules.centrifugo.override_without_value {
                        OverrideWithoutValue::Refuse if values.peek().is_none() => {
                            let claim = format!("{path}.value");
                            return Err(Misshapen { claim, what: "absent", expected: "a boolean" });
                        }
                        OverrideWithoutValue::Off => {
                            subscription.overrides.insert(name.clone(), false);
                        }
                        OverrideWithoutValue::Refuse => {}
                    }
                    for value in values {
                        let fits = match value.kind() {
                            Kind::Bool(_) => true,
                            Kind::Null => self.rules.claims.null == Null::Absent,
                            _ => false,
                        };
                        if !fits {
                            let claim = format!("{path}.value");
                            return Err(Misshapen { claim, what: value.type_name(), expected: "a boolean" });
                        }
                        if let Kind::Bool(on) = value.kind() {
                            subscription.overrides.insert(name.clone(), on);
                        }
                    }
                }
            }
        }
        Ok(subscription)
    }

    /// An object inside a claim; nothing for a `null` that counts as absent.
    fn object(&self, path: &str, value: Value<'a>) -> Result<Option<Known<'a>>, Misshapen> {
        match value.kind() {
            Kind::Object(members) => Ok(Some(self.claims.known.nested(members))),
            Kind::Null if self.rules.claims.null == Null::Absent => Ok(None),
            _ => Err(Misshapen { claim: path.to_owned(), what: value.type_name(), expected: "an object" }),
        }
    }

    fn expires(
        &self,
        times: &Times,
        now: i64,
        expiration: Expiration,
        refusals: &mut Vec<Refusal>,
    ) -> Option<SeenExpiry> {
        let expire_at = self.expire_at();
        refusals.extend(wrong_type(Stage::Application, "expire_at", &expire_at, "a whole number"));
        let second = match expire_at {
            Found::Absent => match &times.exp {
                Found::Value(exp) => exp.floor(),
                Found::Absent => return Some(SeenExpiry::Never),
                Found::Wrong(_) => return None,
            },
            Found::Wrong(_) => return None,
            Found::Value(0) => return Some(SeenExpiry::Never),
            Found::Value(..0) if self.rules.centrifugo.expire_at_negative == NegativeExpireAt::Never => {
                return Some(SeenExpiry::Never);
            }
            Found::Value(second)
                if second < now || (second == now && expiration.equal == ExpireAtEqual::Expired) =>
            {
                let detail = format!("it expired at {second}; now is {now}");
                refusals.push(refuse(Reason::ConnectionExpired, detail));
                return None;
            }
            Found::Value(second) => second,
        };
        let second = match expiration.time_to_live {
            TimeToLive::Wraps if second > now => {
                now.saturating_add(second.saturating_sub(now).rem_euclid(1 << 32))
            }
            TimeToLive::AtMostAYear => second.min(now.saturating_add(YEAR)),
            TimeToLive::Exact | TimeToLive::Wraps => second,
        };
        Some(SeenExpiry::Between { from: second, to: second, left: Some(second.saturating_sub(now)) })
    }

    /// A whole number, written as one: Go decodes no other lexeme into an `int64`.
    fn expire_at(&self) -> Found<i64> {
        let mut found = Found::Absent;
        for value in self.claims.known.decoded("expire_at") {
            found = match (value.kind(), self.rules.claims.null) {
                (Kind::Number(lexeme), _) => match lexeme.parse::<i64>() {
                    Ok(second) if self.too_late(second) => return Found::Wrong("a number beyond 2^53 - 1"),
                    Ok(second) => Found::Value(second),
                    Err(_) => return Found::Wrong("another number"),
                },
                (Kind::Null, Null::Absent) => Found::Absent,
                _ => return Found::Wrong(value.type_name()),
            };
        }
        found
    }
}

impl Token<'_> {
    fn too_late(&self, second: i64) -> bool {
        self.rules.time.number == TimeNumber::Exact && second.unsigned_abs() > time::LATEST
    }
}

impl Subscription<'_> {
    /// The data that arrives with the subscription. Both claims have to be base64, though only one of
    /// them is seen.
    fn decode(&self) -> Result<String, (&'static str, base64url::Error)> {
        let decode =
            |member, text: &str| base64url::decode_standard(text.as_bytes()).map_err(|error| (member, error));
        decode("b64info", self.base64_info)?;
        let octets = decode("b64data", self.base64_data)?;
        Ok(if self.base64_data.is_empty() {
            self.data.clone().unwrap_or_default()
        } else {
            String::from_utf8_lossy(&octets).into_owned()
        })
    }
}

/// Decodes an array over the names of an earlier one, as Go does: `null` leaves what is in its place.
fn replace<'a>(names: &mut Vec<&'a str>, elements: Elements<'a>, null: Null) -> Result<(), &'static str> {
    let mut count = 0;
    for element in elements.iter() {
        let name = match element.kind() {
            Kind::String(name) => name,
            Kind::Null if null == Null::Absent => names.get(count).copied().unwrap_or_default(),
            _ => return Err(element.type_name()),
        };
        match names.get_mut(count) {
            Some(place) => *place = name,
            None => names.push(name),
        }
        count += 1;
    }
    names.truncate(count);
    Ok(())
}

impl From<Misshapen> for Refusal {
    fn from(Misshapen { claim, what, expected }: Misshapen) -> Self {
        refuse(Reason::ClaimType, format!("claim {claim:?} is {what}, not {expected}"))
    }
}

fn not_a_string(claim: &str, what: &'static str) -> Refusal {
    Misshapen { claim: claim.to_owned(), what, expected: "a string" }.into()
}

/// There is no such namespace.
fn no_namespace(channel: &str) -> Refusal {
    let namespace = namespace(channel).unwrap_or_default();
    refuse(Reason::UnknownChannel, format!("no namespace {:?} is defined", shortened(namespace)))
}

/// The namespace of a channel: what stands before its first colon, without the `$` of a private one.
fn namespace(channel: &str) -> Option<&str> {
    let (namespace, _) = channel.strip_prefix('$').unwrap_or(channel).split_once(':')?;
    (!namespace.is_empty()).then_some(namespace)
}

fn refuse(reason: Reason, detail: impl Into<String>) -> Refusal {
    Refusal::new(Stage::Application, reason, detail)
}
