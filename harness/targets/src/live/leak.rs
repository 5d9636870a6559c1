//! What a server must give away to nobody: the secrets that it is configured with, the signatures of tokens, and
//! what a token says to the backend alone.
//!
//! All that a server says is put on [`Record`] as it comes in, so that it is there also where a conversation
//! breaks off or takes too long. When the challenge is over it is looked through, together with what is observed.

use std::borrow::Cow;
use std::iter;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jotproof_mint::base64url;
use jotproof_model::{Challenge, Context, FlowChallenge, ForClient, KeyRing, Observation, Opening};
use serde_json::Value;

/// The shortest text that is looked for as a leaked secret; shorter ones stand in any text.
const SHORTEST_SECRET: usize = 8;

/// What is said while a challenge is put to a server, by connection, and the tokens that are made meanwhile.
#[derive(Debug, Clone, Default)]
pub struct Record(Arc<Mutex<Said>>);

#[derive(Debug, Default)]
struct Said {
    /// What the server says, each connection by itself: what one says in pieces is not torn by another.
    heard: Vec<Vec<u8>>,
    /// The tokens that were made for a client, once the server had named it.
    minted: Vec<Vec<u8>>,
}

/// One connection's part of a [`Record`].
#[derive(Debug)]
pub struct Heard {
    record: Record,
    at: usize,
}

impl Record {
    /// The part of another connection.
    #[must_use]
    pub fn connection(&self) -> Heard {
        let mut said = self.said();
        said.heard.push(Vec::new());
        Heard { record: self.clone(), at: said.heard.len() - 1 }
    }

    /// Keeps every token that is made for a client.
    fn watch(&self, mint: &ForClient) -> ForClient {
        let (record, ForClient(mint)) = (self.clone(), mint.clone());
        ForClient(Arc::new(move |client| {
            let token = mint(client);
            record.said().minted.push(token.clone());
            token
        }))
    }

    /// The challenge, such that the tokens which it makes are kept.
    pub(super) fn of_challenge<'a>(&self, challenge: &'a Challenge) -> Cow<'a, Challenge> {
        let Some(Opening { connection_token, for_client: Some(mint) }) = &challenge.opening else {
            return Cow::Borrowed(challenge);
        };
        let opening =
            Opening { connection_token: connection_token.clone(), for_client: Some(self.watch(mint)) };
        Cow::Owned(Challenge { opening: Some(opening), ..challenge.clone() })
    }

    /// The same of a flow.
    pub(super) fn of_flow(&self, flow: &FlowChallenge) -> FlowChallenge {
        let for_client = flow.for_client.iter().map(|(name, mint)| (name.clone(), self.watch(mint)));
        FlowChallenge { for_client: for_client.collect(), ..flow.clone() }
    }

    /// What is observed, without what may be repeated in it of a secret; of a server that gives one away, that it
    /// does.
    pub(super) fn discreet(&self, secrets: &Secrets<'_>, observation: Observation) -> Observation {
        let said = self.said();
        let minted: Vec<Secret<'_>> = said.minted.iter().flat_map(|token| of_token(token)).collect();
        let leaked = |text: &[u8]| secrets.0.iter().chain(&minted).find(|secret| secret.is_in(text));
        let told = match &observation {
            Observation::ProtocolError { detail: text }
            | Observation::Crashed { detail: text }
            | Observation::Refused { text, .. } => leaked(text.as_bytes()),
            Observation::Accepted { .. }
            | Observation::TimedOut { .. }
            | Observation::Unsupported { .. }
            | Observation::OverLimit { .. } => None,
        };
        let Some(Secret { what, .. }) = told.or_else(|| said.heard.iter().find_map(|heard| leaked(heard)))
        else {
            return match observation {
                // What is left of a server speaks of all that it was asked, by whomever.
                Observation::Crashed { detail } => Observation::Crashed { detail: without_tokens(&detail) },
                other => other,
            };
        };
        let leaks = format!("leaks the {what}");
        match observation {
            Observation::Crashed { detail } if told.is_none() => {
                Observation::Crashed { detail: format!("{}; it {leaks}", without_tokens(&detail)) }
            }
            Observation::Crashed { .. } => {
                Observation::Crashed { detail: format!("what is left of it {leaks}") }
            }
            _ => Observation::ProtocolError { detail: leaks },
        }
    }

    /// Everything that was said.
    #[cfg(test)]
    pub(crate) fn heard(&self) -> Vec<u8> {
        self.said().heard.concat()
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    /// Keeps what the server says.
    pub(crate) fn hear(&self, octets: &[u8]) {
        self.record.said().heard[self.at].extend_from_slice(octets);
    }

    /// The same of what comes as a whole: what comes next is told apart from it.
    pub(crate) fn hear_whole(&self, octets: &[u8]) {
        self.hear(octets);
        self.hear(b"\n");
    }
}

/// What a server must not give away in a challenge: no error text, close reason or reply may repeat it.
pub(super) struct Secrets<'a>(Vec<Secret<'a>>);

/// One of them.
struct Secret<'a> {
    what: &'static str,
    text: Cow<'a, [u8]>,
}

impl<'a> Secret<'a> {
    /// Such a secret, where it is long enough to be no chance.
    fn of(what: &'static str, text: impl Into<Cow<'a, [u8]>>) -> Option<Self> {
        let text = text.into();
        (text.len() >= SHORTEST_SECRET).then_some(Self { what, text })
    }

    fn is_in(&self, text: &[u8]) -> bool {
        text.windows(self.text.len()).any(|window| *window == *self.text)
    }
}

impl<'a> Secrets<'a> {
    /// Of a challenge: the token, and the one that opens its session.
    pub(super) fn of_challenge(challenge: &'a Challenge) -> Self {
        let Challenge { token, context, keys, opening, now: _ } = challenge;
        let opening = opening.as_ref().map(|opening| &opening.connection_token);
        Self::of([&**context], keys, iter::once(token).chain(opening))
    }

    /// Of a flow: the tokens of all steps, and the keys that the server gets to know in one of them.
    pub(super) fn of_flow(flow: &'a FlowChallenge) -> Self {
        let FlowChallenge { tokens, steps, context, keys, for_client: _, now: _ } = flow;
        let later = steps.iter().filter_map(|step| step.action.configuration());
        Self::of(iter::once(&**context).chain(later), keys, tokens.values())
    }

    fn of(
        contexts: impl IntoIterator<Item = &'a Context>,
        keys: &'a KeyRing,
        tokens: impl Iterator<Item = &'a Vec<u8>>,
    ) -> Self {
        let names = contexts.into_iter().flat_map(Context::key_names);
        let secrets = names.filter_map(|name| Secret::of("secret", keys.get(name)?.secret_octets()?));
        Self(secrets.chain(tokens.flat_map(|token| of_token(token))).collect())
    }
}

/// The text without what has the form of a token: three segments of base64url with dots between them, as long as the
/// shortest that a server signs.
fn without_tokens(text: &str) -> String {
    let is_of_token = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let mut rest = text;
    let mut without = String::with_capacity(text.len());
    while let Some(start) = rest.find(is_of_token) {
        let (before, from) = rest.split_at(start);
        let (run, after) = from.split_at(from.find(|it| !is_of_token(it)).unwrap_or(from.len()));
        without.push_str(before);
        let lengths: Vec<usize> = run.split('.').map(str::len).collect();
        let is_token = lengths.windows(3).any(|of| of[0] >= 10 && of[1] >= 3 && of[2] >= 16);
        without.push_str(if is_token { "(a token)" } else { run });
        rest = after;
    }
    without.push_str(rest);
    without
}

/// What is secret of a token: its signature, and what it says to the backend alone.
fn of_token(token: &[u8]) -> impl Iterator<Item = Secret<'_>> {
    let signature = token.split(|octet| *octet == b'.').nth(2);
    let signature = signature.and_then(|signature| Secret::of("signature", signature));
    signature.into_iter().chain(meta(token).unwrap_or_default())
}

/// Those strings of the `meta` of a token that do not stand elsewhere in its payload, where there would be another
/// reason to tell them; and the payload as the token has it, where it has such.
fn meta(token: &[u8]) -> Option<Vec<Secret<'_>>> {
    let encoded = std::str::from_utf8(token).ok()?.split('.').nth(1)?;
    let payload: Value = serde_json::from_slice(&base64url::decode(encoded).ok()?).ok()?;
    let (mut private, mut shown) = (Vec::new(), Vec::new());
    for (claim, value) in payload.as_object()? {
        strings(value, if claim == "meta" { &mut private } else { &mut shown });
    }
    private.retain(|text| !shown.iter().any(|shown: &String| shown.contains(text.as_str())));
    let mut secrets: Vec<Secret<'_>> =
        private.into_iter().filter_map(|text| Secret::of("meta", text.into_bytes())).collect();
    if !secrets.is_empty() {
        secrets.extend(Secret::of("meta", encoded.as_bytes()));
    }
    Some(secrets)
}

fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, into)),
        Value::Object(members) => members.values().for_each(|value| strings(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jotproof_model::context::{Identification, Separate};
    use jotproof_model::{Action, Application, KeyMaterial, Step};

    use super::*;

    const SECRET: &str = "a-long-secret";

    fn challenge(token: &[u8]) -> Challenge {
        let key = KeyMaterial::of_secret(SECRET, String::new());
        Challenge::new(
            token.to_vec(),
            Arc::new(Context::new(Application::Jwt, &["key"], &[])),
            Arc::new(BTreeMap::from([("key".to_owned(), key)])),
            0,
        )
    }

    fn token(payload: &str, signature: &str) -> Vec<u8> {
        format!("e30.{}.{signature}", base64url::encode(payload.as_bytes())).into_bytes()
    }

    /// What is given away where a server says this.
    fn leaks(heard: &str, challenge: &Challenge) -> Option<&'static str> {
        let Secrets(secrets) = Secrets::of_challenge(challenge);
        secrets.iter().find(|secret| secret.is_in(heard.as_bytes())).map(|secret| secret.what)
    }

    #[test]
    fn what_has_the_form_of_a_token_is_left_out() {
        let token = "eyJhbGciOiJIUzI1NiJ9.e30.3q2-7w_signature-of-it";
        for (text, expected) in [
            (format!(r#"{{"token":"{token}"}}"#), r#"{"token":"(a token)"}"#),
            (format!("{token} {token}, é"), "(a token) (a token), é"),
            (
                "at 127.0.0.1:8000 in github.com/a/b.go, v5.4.9".to_owned(),
                "at 127.0.0.1:8000 in github.com/a/b.go, v5.4.9",
            ),
            (String::new(), ""),
        ] {
            assert_eq!(without_tokens(&text), expected);
        }
    }

    #[test]
    fn a_secret_is_leaked_where_the_answer_repeats_it() {
        let challenge = challenge(b"h.p.signature-text");
        assert_eq!(leaks("invalid token", &challenge), None);
        assert_eq!(leaks("key a-long-secret is wrong", &challenge), Some("secret"));
        assert_eq!(leaks("h.p.signature-text", &challenge), Some("signature"));
    }

    #[test]
    fn a_secret_is_one_wherever_it_is_configured() {
        let of_connections = challenge(b"");
        let mut separate = Context::new(Application::Jwt, &[], &[]);
        separate.separate = Some(Separate {
            keys: vec!["key".to_owned()],
            algorithms: Vec::new(),
            audience: None,
            issuer: None,
        });
        let mut common = Context::new(Application::Jwt, &[], &[]);
        common.identification =
            Some(Identification { common_secret: Some("key".to_owned()), ..Identification::default() });
        for (context, leak) in [
            (Context::new(Application::Jwt, &[], &[]), None),
            (separate, Some("secret")),
            (common, Some("secret")),
        ] {
            let challenge = Challenge { context: Arc::new(context), ..of_connections.clone() };
            assert_eq!(leaks("key a-long-secret is wrong", &challenge), leak, "{:?}", challenge.context);
        }
    }

    #[test]
    fn a_short_secret_is_no_leak() {
        assert_eq!(leaks("a b c", &challenge(b"x.y.c")), None);
    }

    #[test]
    fn what_only_the_backend_may_know_is_told_where_it_stands_in_an_answer() {
        let payload = r#"{"info":"known to all","meta":{"a":["for the backend","known to all"],"b":1}}"#;
        let challenge = challenge(&token(payload, "s"));
        assert_eq!(leaks(r#"{"connect":{"data":"for the backend"}}"#, &challenge), Some("meta"));
        assert_eq!(leaks(&base64url::encode(payload.as_bytes()), &challenge), Some("meta"));
        assert_eq!(leaks(r#"{"connect":{"info":"known to all"}}"#, &challenge), None);
        assert_eq!(leaks("", &challenge), None);
    }

    #[test]
    fn short_texts_and_tokens_without_meta_tell_nothing() {
        for payload in [r#"{"meta":{"a":"short"}}"#, r#"{"info":"anything at all"}"#] {
            let challenge = challenge(&token(payload, "s"));
            assert_eq!(leaks(payload, &challenge), None);
            assert_eq!(leaks(&base64url::encode(payload.as_bytes()), &challenge), None);
        }
        for unreadable in [&b"a.b.c"[..], b"\xff.\xff", b""] {
            assert_eq!(leaks("anything at all", &challenge(unreadable)), None);
        }
    }

    /// Everything that is signed with: the token, the one that opens the session, and one made for the client.
    #[test]
    fn every_token_of_a_challenge_is_looked_for() {
        let mint = ForClient(Arc::new(|client: &str| format!("h.p.signed-for-{client}").into_bytes()));
        let opening = Opening { connection_token: b"h.p.opening-signature".to_vec(), for_client: Some(mint) };
        let challenge = Challenge { opening: Some(opening), ..challenge(b"h.p.signature-text") };
        let observed = |said: &str, client: Option<&str>| {
            let record = Record::default();
            let watched = record.of_challenge(&challenge);
            if let Some(client) = client {
                assert_eq!(*watched.token_for(client), *format!("h.p.signed-for-{client}").as_bytes());
            }
            record.connection().hear_whole(said.as_bytes());
            record.discreet(&Secrets::of_challenge(&challenge), Observation::TimedOut { after_ms: 1 })
        };
        let leaks = Observation::ProtocolError { detail: "leaks the signature".to_owned() };
        for (said, client, leak) in [
            ("h.p.signature-text", None, true),
            ("opening-signature", None, true),
            ("signed-for-client-1", Some("client-1"), true),
            ("signed-for-client-1", Some("client-2"), false),
            ("signed-for-client-1", None, false),
        ] {
            assert_eq!(observed(said, client) == leaks, leak, "{said}, made for {client:?}");
        }
    }

    #[test]
    fn a_flow_has_the_secrets_of_every_configuration_and_the_tokens_of_every_step() {
        let Challenge { keys, .. } = challenge(b"");
        let configured = Box::new(Context::new(Application::Jwt, &["key"], &[]));
        let steps = vec![Step { at: 0, action: Action::Configure { context: configured }, refused: None }];
        let mint = ForClient(Arc::new(|client: &str| format!("h.p.signed-for-{client}").into_bytes()));
        let flow = FlowChallenge {
            tokens: BTreeMap::from([("good".to_owned(), b"h.p.signature-text".to_vec())]),
            for_client: BTreeMap::from([("good".to_owned(), mint)]),
            steps,
            context: Arc::new(Context::new(Application::Jwt, &[], &[])),
            keys,
            now: 0,
        };
        for (said, leak) in [
            ("nothing of interest", None),
            (SECRET, Some("leaks the secret")),
            ("signature-text", Some("leaks the signature")),
            ("signed-for-c", Some("leaks the signature")),
        ] {
            let record = Record::default();
            (record.of_flow(&flow).for_client["good"].0)("c");
            record.connection().hear(said.as_bytes());
            let fine = Observation::Refused { reason: None, answer: None, text: String::new() };
            let observed = record.discreet(&Secrets::of_flow(&flow), fine.clone());
            let expected =
                leak.map_or(fine, |detail| Observation::ProtocolError { detail: detail.to_owned() });
            assert_eq!(observed, expected, "{said}");
        }
    }

    #[test]
    fn what_is_observed_repeats_no_secret_either() {
        let challenge = challenge(b"h.p.signature-text");
        let observed = |heard: &str, observation| {
            let record = Record::default();
            record.connection().hear(heard.as_bytes());
            record.discreet(&Secrets::of_challenge(&challenge), observation)
        };
        let crashed = |detail: &str| Observation::Crashed { detail: detail.to_owned() };
        assert_eq!(
            observed("", crashed("killed; with a-long-secret")),
            crashed("what is left of it leaks the secret")
        );
        assert_eq!(observed("signature-text", crashed("killed")), crashed("killed; it leaks the signature"));
        assert_eq!(observed("no", crashed("killed")), crashed("killed"));
        let refused = |text: &str| Observation::Refused { reason: None, answer: None, text: text.to_owned() };
        let leaks = Observation::ProtocolError { detail: "leaks the secret".to_owned() };
        assert_eq!(observed("", refused("no, a-long-secret")), leaks);
        assert_eq!(observed("", refused("no")), refused("no"));
    }

    /// What comes in pieces is put together again, whoever speaks in between.
    #[test]
    fn each_connection_is_heard_by_itself() {
        let record = Record::default();
        let (one, other) = (record.connection(), record.connection());
        one.hear(b"signature");
        other.hear(b"so");
        one.hear(b"-text");
        let challenge = challenge(b"h.p.signature-text");
        let secrets = Secrets::of_challenge(&challenge);
        let leaks = Observation::ProtocolError { detail: "leaks the signature".to_owned() };
        assert_eq!(record.discreet(&secrets, Observation::TimedOut { after_ms: 1 }), leaks);
    }
}
