//! The questions of `jotproof adapter check`.
//!
//! Each declared capability gets a token that must be accepted and one that must be refused. The capability
//! alone decides both. Questions about plain tokens are written by hand, so the right answer is beyond doubt.
//! Questions about servers come from the vectors.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Context as _;
use jotproof_engine::Suite;
use jotproof_mint::Mint;
use jotproof_mint::keys::{self, key_for, next_key};
use jotproof_model::adapter::Leeway;
use jotproof_model::algorithm::Family;
use jotproof_model::recipe::{Content, KeyForm, Signer};
use jotproof_model::{
    Algorithm, Application, Capability, Challenge, Context, Expectation, KeyRing, Recipe, Subject, Threat,
    Vector,
};
use jotproof_profiles::predict::Outcome;
use jotproof_profiles::{Profile, predicted};
use jotproof_targets::exec::wire::Hello;

/// A question whose right answer is beyond doubt.
pub(super) struct Question {
    /// The capability or member of the hello under test.
    pub(super) about: String,
    /// A description of the token.
    pub(super) token: String,
    /// Whether the token must be accepted.
    pub(super) accept: bool,
    /// The advice after a wrong answer.
    pub(super) remedy: &'static str,
    pub(super) challenge: Challenge,
}

/// The questions to an adapter, and the declared capabilities without a question.
pub(super) fn questions(
    suite: &Suite,
    hello: &Hello,
    profile: &Profile,
    now: i64,
) -> anyhow::Result<(Vec<Question>, Vec<Capability>)> {
    let mint = Mint::new(keys::all());
    let keys = Arc::new(keys::all().clone());
    let mut desk = Desk { hello, profile, mint: &mint, keys, now, questions: Vec::new() };
    let mut by_hand = BTreeSet::from([Capability::Leeway, Capability::Clock]);
    if hello.capabilities.contains(&Capability::Application(Application::Jwt)) {
        by_hand.extend(desk.of_hand()?);
    }
    let mut without = Vec::new();
    for capability in hello.capabilities.iter().filter(|capability| !by_hand.contains(capability)) {
        if !desk.of_vectors(suite, *capability)? {
            without.push(*capability);
        }
    }
    Ok((desk.questions, without))
}

struct Desk<'a> {
    hello: &'a Hello,
    profile: &'a Profile,
    mint: &'a Mint,
    keys: Arc<KeyRing>,
    now: i64,
    questions: Vec<Question>,
}

/// The configured audiences and issuers, and a name that is never configured.
const AUDIENCE: &str = "https://api.example.com";
const SECOND_AUDIENCE: &str = "https://admin.example.com";
const ISSUER: &str = "https://issuer.example.com";
const SECOND_ISSUER: &str = "https://login.example.com";
const OTHER: &str = "https://elsewhere.example.com";

/// Two clocks far from today: a day in 2001 and a day in 2035.
const LONG_AGO: i64 = 1_000_000_000;
const LATER: i64 = 2_051_222_400;

/// The characters of padding in a long token.
const LONG: usize = 800_000;

/// What the questions are about that ask how a library is set up.
pub(super) const SET_UP: &str = "set-up";

/// Half an hour, in seconds.
const HALF_AN_HOUR: i64 = 1800;

/// The distance of a time from the clock, in seconds. No answer takes this long.
const CLEAR: i64 = 30;

impl Desk<'_> {
    /// Asks about the capabilities of plain tokens, and returns those with a question.
    fn of_hand(&mut self) -> anyhow::Result<Vec<Capability>> {
        let declared = |capability: &Capability| self.hello.capabilities.contains(capability);
        let algorithms: Vec<Algorithm> = Algorithm::ALL
            .into_iter()
            .filter(|algorithm| declared(&Capability::Algorithm(*algorithm)))
            .collect();
        let options: Vec<Capability> = [
            Capability::Audience,
            Capability::SeveralAudiences,
            Capability::Issuer,
            Capability::SeveralIssuers,
            Capability::Typ,
            Capability::None,
            Capability::BinaryToken,
            Capability::LongToken,
            Capability::SeveralKeys,
            Capability::SeveralKeysOfOneKind,
            Capability::BinarySecret,
            Capability::UnfitKey,
            Capability::Clock,
        ]
        .into_iter()
        .filter(declared)
        .collect();
        let mut asked = vec![Capability::Application(Application::Jwt)];
        for algorithm in &algorithms {
            self.algorithm(*algorithm)?;
            asked.push(Capability::Algorithm(*algorithm));
        }
        let Some(first) = algorithms.first().copied() else { return Ok(asked) };
        for option in options {
            match option {
                Capability::SeveralKeys => {
                    let second = algorithms.iter().find(|other| key_for(**other) != key_for(first));
                    let Some(second) = second else { continue };
                    self.several_keys(first, *second)?;
                }
                Capability::SeveralKeysOfOneKind => {
                    let next = algorithms.iter().find_map(|of| Some((*of, next_key(*of)?)));
                    let Some((algorithm, next)) = next else { continue };
                    self.several_keys_of_one_kind(algorithm, next)?;
                }
                Capability::BinarySecret => {
                    let hmac = algorithms.iter().find(|of| of.family() == Family::Hmac);
                    let Some(algorithm) = hmac else { continue };
                    self.binary_secret(*algorithm)?;
                }
                Capability::UnfitKey => {
                    let unfit = algorithms.iter().find_map(|of| Some((*of, unfit_key(*of)?)));
                    let Some((algorithm, key)) = unfit else { continue };
                    self.unfit_key(algorithm, key)?;
                }
                _ => self.option(option, first)?,
            }
            asked.push(option);
        }
        self.leeway(first)?;
        self.set_up(&algorithms)?;
        Ok(asked)
    }

    /// Asks how the library is set up. A library without the option may answer otherwise.
    fn set_up(&mut self, algorithms: &[Algorithm]) -> anyhow::Result<()> {
        let Some(first) = algorithms.first().copied() else { return Ok(()) };
        let plain = self.context(&[first]);
        let claims = self.claims(&[]);
        let without_exp = self.token(first, None, &self.extended("{\"sub\":\"alice\"}"))?;
        let early =
            self.token(first, None, &self.claims(&[("nbf", (self.now + HALF_AN_HOUR).to_string())]))?;
        let another_key = self.with_member(key_for(first), first, Some(("kid", "another-key")), &claims)?;
        let of_some_type = self.token(first, Some("example"), &claims)?;
        let of_one_key = |other: &&Algorithm| **other != first && key_for(**other) == key_for(first);
        let unlisted = algorithms.iter().find(of_one_key).map(|other| self.token(*other, None, &claims));
        let unlisted = unlisted.transpose()?;
        let ask = |desk: &mut Self, token: &str, accept: bool, remedy, octets| {
            desk.ask(SET_UP, token, accept, remedy, plain.clone(), octets);
        };
        let remedy = "turn off every option that makes `exp` mandatory";
        ask(self, "a token without `exp`", true, remedy, without_exp);
        ask(self, "a token that is not valid yet", false, "turn on the check of `nbf`", early);
        let remedy = "verify with the keys of the question, whatever `kid` the token names";
        ask(self, "a token that names another `kid`", true, remedy, another_key);
        if !self.profile.demands.contains(&Capability::Typ) {
            let remedy = "if `typ` of the context is null, turn off every check of `typ`";
            ask(self, "a token of some type, if none is expected,", true, remedy, of_some_type);
        }
        if let Some(unlisted) = unlisted {
            let remedy = "allow only the algorithms of the context";
            ask(self, "a token by an algorithm that is not allowed", false, remedy, unlisted);
        }
        Ok(())
    }

    fn algorithm(&mut self, algorithm: Algorithm) -> anyhow::Result<()> {
        let about = Capability::Algorithm(algorithm).to_string();
        let context = self.context(&[algorithm]);
        let good = self.token(algorithm, None, &self.claims(&[]))?;
        let forged = forged(&good)?;
        let remedy =
            "hand the key and the algorithms of the question to the library, and let it verify the signature";
        self.ask(&about, "a valid token", true, remedy, context.clone(), good);
        self.ask(&about, "a token whose payload was changed after signing", false, remedy, context, forged);
        Ok(())
    }

    fn option(&mut self, option: Capability, algorithm: Algorithm) -> anyhow::Result<()> {
        let about = option.to_string();
        let name = |name: &str| Some(name.to_owned());
        let plain = self.context(&[algorithm]);
        let with = |claim: &str, value: &str| self.claims(&[(claim, format!("\"{value}\""))]);
        let mint = |typ: Option<&str>, claims: &str| self.token(algorithm, typ, claims);
        let (remedy, context, good, bad) = match option {
            Capability::Audience => (
                "hand `audience` of the context to the library",
                Context { audience: name(AUDIENCE), ..plain },
                ("a token for the configured audience", mint(None, &with("aud", AUDIENCE))?),
                ("a token for another audience", mint(None, &with("aud", OTHER))?),
            ),
            Capability::SeveralAudiences => (
                "hand `audience` and `more_audiences` of the context to the library",
                Context {
                    audience: name(AUDIENCE),
                    more_audiences: vec![SECOND_AUDIENCE.to_owned()],
                    ..plain
                },
                ("a token for the second configured audience", mint(None, &with("aud", SECOND_AUDIENCE))?),
                ("a token for neither audience", mint(None, &with("aud", OTHER))?),
            ),
            Capability::Issuer => (
                "hand `issuer` of the context to the library",
                Context { issuer: name(ISSUER), ..plain },
                ("a token of the configured issuer", mint(None, &with("iss", ISSUER))?),
                ("a token of another issuer", mint(None, &with("iss", OTHER))?),
            ),
            Capability::SeveralIssuers => (
                "hand `issuer` and `more_issuers` of the context to the library",
                Context { issuer: name(ISSUER), more_issuers: vec![SECOND_ISSUER.to_owned()], ..plain },
                ("a token of the second configured issuer", mint(None, &with("iss", SECOND_ISSUER))?),
                ("a token of neither issuer", mint(None, &with("iss", OTHER))?),
            ),
            Capability::Typ => (
                "hand `typ` of the context to the library",
                Context { typ: name("at+jwt"), ..plain },
                ("a token of the expected type", mint(Some("at+jwt"), &self.claims(&[]))?),
                ("a token of another type", mint(Some("JWT"), &self.claims(&[]))?),
            ),
            Capability::None => (
                "allow unsecured tokens where `allow_none` of the context is true, and no others",
                Context { allow_none: true, ..plain },
                ("an unsecured token", self.unsecured()?),
                ("a forged token", forged(&mint(None, &self.claims(&[]))?)?),
            ),
            Capability::BinaryToken => {
                let mut octets = mint(None, &self.claims(&[]))?;
                octets.push(0xff);
                let remedy = "decode `token_base64url`, and hand the octets to the library";
                self.ask(&about, "a token with an octet that is not text", false, remedy, plain, octets);
                return Ok(());
            }
            Capability::LongToken => {
                let padding = format!("\"{}\"", "a".repeat(LONG));
                let long = forged(&mint(None, &self.claims(&[("padding", padding)]))?)?;
                let remedy = "read a whole line, however long, and hand the token to the library";
                self.ask(&about, "a forged token of a megabyte", false, remedy, plain, long);
                return Ok(());
            }
            Capability::Clock => {
                let remedy = "hand `now` of the question to the library as its clock";
                let at = |time: i64| format!("{{\"sub\":\"alice\",\"exp\":{time}}}");
                let good = mint(None, &self.extended(&at(LONG_AGO + 60)))?;
                let bad = mint(None, &self.extended(&at(LATER - 60)))?;
                for (token, accept, now, octets) in [
                    ("a token that is still valid at `now`, in 2001,", true, LONG_AGO, good),
                    ("a token that expired before `now`, in 2035,", false, LATER, bad),
                ] {
                    self.ask("clock: settable", token, accept, remedy, plain.clone(), octets);
                    if let Some(question) = self.questions.last_mut() {
                        question.challenge.now = now;
                    }
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.ask(&about, good.0, true, remedy, context.clone(), good.1);
        self.ask(&about, bad.0, false, remedy, context, bad.1);
        Ok(())
    }

    fn several_keys(&mut self, first: Algorithm, second: Algorithm) -> anyhow::Result<()> {
        let about = Capability::SeveralKeys.to_string();
        let remedy = "hand every key of the question to the library";
        for algorithm in [second, first] {
            let which = if algorithm == first { "first" } else { "second" };
            let good = self.token(algorithm, None, &self.claims(&[]))?;
            let bad = forged(&good)?;
            let context = self.context(&[first, second]);
            let token = format!("a token by the {which} of two keys");
            self.ask(&about, &token, true, remedy, context.clone(), good);
            self.ask(&about, &format!("a forged copy of {token}"), false, remedy, context, bad);
        }
        Ok(())
    }

    fn several_keys_of_one_kind(&mut self, algorithm: Algorithm, next: &str) -> anyhow::Result<()> {
        let about = Capability::SeveralKeysOfOneKind.to_string();
        let remedy = "hand every key of the question to the library, as one set";
        let one = self.context(&[algorithm]);
        let context = Context { keys: vec![key_for(algorithm).to_owned(), next.to_owned()], ..one };
        for (which, key) in [("second", next), ("first", key_for(algorithm))] {
            let good = self.token_by(key, algorithm, None, &self.claims(&[]))?;
            let bad = forged(&good)?;
            let token = format!("a token by the {which} of two keys of one kind");
            self.ask(&about, &token, true, remedy, context.clone(), good);
            self.ask(&about, &format!("a forged copy of {token}"), false, remedy, context.clone(), bad);
        }
        Ok(())
    }

    fn binary_secret(&mut self, algorithm: Algorithm) -> anyhow::Result<()> {
        const SECRET: &str = "hmac-binary";
        let about = Capability::BinarySecret.to_string();
        let remedy = "decode `secret_base64url`, and hand the octets to the library";
        let context = Context { keys: vec![SECRET.to_owned()], ..self.context(&[algorithm]) };
        let good = self.token_by(SECRET, algorithm, None, &self.claims(&[]))?;
        let bad = forged(&good)?;
        self.ask(&about, "a token by a secret that is not text", true, remedy, context.clone(), good);
        self.ask(&about, "a forged copy of that token", false, remedy, context, bad);
        Ok(())
    }

    fn unfit_key(&mut self, algorithm: Algorithm, key: &str) -> anyhow::Result<()> {
        let about = Capability::UnfitKey.to_string();
        let remedy = "hand the key to the library, and answer `refused` if it says that the key is invalid";
        let context = Context { keys: vec![key.to_owned()], ..self.context(&[algorithm]) };
        let token = self.token(algorithm, None, &self.claims(&[]))?;
        self.ask(&about, "a token under an invalid public key", false, remedy, context, token);
        Ok(())
    }

    /// Asks whether the verifier applies each leeway of the hello: 0 unless the hello has a `leeway`.
    fn leeway(&mut self, algorithm: Algorithm) -> anyhow::Result<()> {
        let remedy =
            "hand `leeway` of the context to the library, and list under `leeway` what it can be set to";
        for seconds in leeways(self.hello.leeway.as_ref()) {
            let about = format!("leeway {seconds}");
            let (within, beyond) = (i64::from(seconds) / 2, i64::from(seconds) + CLEAR);
            let [good, bad] = [within, beyond].map(|ago| {
                self.token(algorithm, None, &self.claims(&[("exp", (self.now - ago).to_string())]))
            });
            let context = Context { leeway: seconds, ..self.context(&[algorithm]) };
            // With a short leeway, the clock may pass its end before the answer.
            if within >= CLEAR / 2 {
                let token = format!("a token that expired {within} s ago");
                self.ask(&about, &token, true, remedy, context.clone(), good?);
            }
            self.ask(&about, &format!("a token that expired {beyond} s ago"), false, remedy, context, bad?);
        }
        Ok(())
    }

    /// Asks a vector that needs a capability, and its twin; `false` if the adapter can be asked no such pair.
    fn of_vectors(&mut self, suite: &Suite, capability: Capability) -> anyhow::Result<bool> {
        let can = |vector: &Vector| {
            matches!(vector.subject, Subject::Token { .. })
                && vector.requires.iter().all(|needed| self.hello.capabilities.contains(needed))
                && self.profile.demands.iter().all(|demanded| vector.requires.contains(demanded))
                && self.hello.leeway_allows(vector.context.leeway)
        };
        let comes_out = |vector: &Vector, twin: Option<&Vector>, accepted: bool| {
            predicted(vector, twin, self.profile)
                .is_ok_and(|predicted| matches!(predicted.outcome, Outcome::Accepted { .. }) == accepted)
        };
        let pair = suite.vectors().find_map(|bad| {
            let good = suite.twin(bad)?;
            let fits = bad.requires.contains(&capability)
                && matches!(bad.expectation, Expectation::Reject { .. })
                && matches!(good.expectation, Expectation::Accept { .. })
                && matches!(bad.threat, Threat::Forger | Threat::Holder)
                && can(bad)
                && can(good)
                && comes_out(bad, Some(good), false)
                && comes_out(good, suite.twin(good), true);
            fits.then_some([good, bad])
        });
        let Some(pair) = pair else { return Ok(false) };
        for (vector, accept) in pair.into_iter().zip([true, false]) {
            let Subject::Token { recipe, .. } = &vector.subject else { continue };
            let octets = self.mint.token(recipe, self.now).with_context(|| vector.id.to_string())?;
            let remedy = "see what this vector is about with `jotproof show ID`";
            let token = format!("vector {}", vector.id);
            self.ask(&capability.to_string(), &token, accept, remedy, vector.context.clone(), octets);
        }
        Ok(true)
    }

    fn ask(
        &mut self,
        about: &str,
        token: &str,
        accept: bool,
        remedy: &'static str,
        context: Context,
        octets: Vec<u8>,
    ) {
        self.questions.push(Question {
            about: about.to_owned(),
            token: token.to_owned(),
            accept,
            remedy,
            challenge: Challenge::new(octets, Arc::new(context), Arc::clone(&self.keys), self.now),
        });
    }

    /// A context with the keys of these algorithms. It has an audience and an issuer if the profile demands
    /// them.
    fn context(&self, algorithms: &[Algorithm]) -> Context {
        let names: Vec<&str> = algorithms.iter().map(|algorithm| key_for(*algorithm)).collect();
        let demanded =
            |capability, name: &str| self.profile.demands.contains(&capability).then(|| name.to_owned());
        Context {
            audience: demanded(Capability::Audience, AUDIENCE),
            issuer: demanded(Capability::Issuer, ISSUER),
            leeway: leeways(self.hello.leeway.as_ref()).first().copied().unwrap_or_default(),
            ..Context::new(Application::Jwt, &names, algorithms)
        }
    }

    /// The claims of a valid token, with some values replaced.
    fn claims(&self, changed: &[(&str, String)]) -> String {
        let mut claims = vec![("sub", "\"alice\"".to_owned()), ("exp", (self.now + 3600).to_string())];
        for (name, value) in changed {
            claims.retain(|(known, _)| known != name);
            claims.push((name, value.clone()));
        }
        let members: Vec<String> = claims.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        self.extended(&format!("{{{}}}", members.join(",")))
    }

    /// Adds the claims that the profile demands to a claims set.
    fn extended(&self, claims: &str) -> String {
        let mut text = claims.to_owned();
        for (capability, name, value) in
            [(Capability::Audience, "aud", AUDIENCE), (Capability::Issuer, "iss", ISSUER)]
        {
            if self.profile.demands.contains(&capability) && !text.contains(&format!("\"{name}\":")) {
                text.pop();
                text.push_str(&format!(",\"{name}\":\"{value}\"}}"));
            }
        }
        text
    }

    fn token(&self, algorithm: Algorithm, typ: Option<&str>, claims: &str) -> anyhow::Result<Vec<u8>> {
        self.token_by(key_for(algorithm), algorithm, typ, claims)
    }

    fn token_by(
        &self,
        key: &str,
        algorithm: Algorithm,
        typ: Option<&str>,
        claims: &str,
    ) -> anyhow::Result<Vec<u8>> {
        let typ = typ.map(|typ| ("typ", typ));
        self.with_member(key, algorithm, typ, claims)
    }

    /// A token whose header has one more member, if there is one.
    fn with_member(
        &self,
        key: &str,
        algorithm: Algorithm,
        member: Option<(&str, &str)>,
        claims: &str,
    ) -> anyhow::Result<Vec<u8>> {
        let member = member.map_or_else(String::new, |(name, value)| format!(",\"{name}\":\"{value}\""));
        let header = format!("{{\"alg\":\"{algorithm}\"{member}}}");
        let signer = Signer::Key { key: key.to_owned(), form: KeyForm::Natural, algorithm };
        self.mint(&header, claims, signer)
    }

    fn unsecured(&self) -> anyhow::Result<Vec<u8>> {
        self.mint(r#"{"alg":"none"}"#, &self.claims(&[]), Signer::Nobody)
    }

    fn mint(&self, header: &str, claims: &str, signer: Signer) -> anyhow::Result<Vec<u8>> {
        let text = |text: &str| Content::Text { text: text.to_owned() };
        Ok(self.mint.token(&Recipe::new(text(header), text(claims), signer), self.now)?)
    }
}

/// The token with another user in the payload and the old signature.
fn forged(token: &[u8]) -> anyhow::Result<Vec<u8>> {
    use jotproof_mint::base64url;
    let text = std::str::from_utf8(token)?;
    let mut parts: Vec<&str> = text.split('.').collect();
    let [_, payload, _] = parts[..] else { anyhow::bail!("a token has three segments") };
    let claims = String::from_utf8(base64url::decode(payload)?)?.replace("alice", "mallory");
    let changed = base64url::encode(claims.as_bytes());
    parts[1] = &changed;
    Ok(parts.join(".").into_bytes())
}

/// An invalid public key for an algorithm.
fn unfit_key(algorithm: Algorithm) -> Option<&'static str> {
    match key_for(algorithm) {
        "rsa-2048" => Some("rsa-2048-e-even"),
        "p-256" => Some("p-256-off-the-curve"),
        "ed25519" => Some("ed25519-not-canonical"),
        _ => None,
    }
}

/// The leeways to ask about, in seconds, in ascending order.
fn leeways(leeway: Option<&Leeway>) -> Vec<u32> {
    const A_DAY: u32 = 86_400;
    match leeway {
        None => vec![0],
        Some(Leeway::OneOf(values)) => values.iter().copied().collect(),
        Some(Leeway::Range { from, to }) => {
            let mut values = vec![*from, 60.clamp(*from, *to), (*to).min(A_DAY).max(*from)];
            values.dedup();
            values
        }
    }
}
