//! The reference verifier: a JWT comes in with a context, a verdict goes out with everything that led
//! to it.
//!
//! Verification is a row of stages ([`verdict::Stage`]), each a plain function of one module that
//! returns what it found or a typed refusal: [`configuration`] asks what it is configured with, [`segments`] cuts and decodes, [`header`] reads the JOSE
//! header, [`algorithm`] and [`key`] settle what the signature is tried with, [`signature`] tries it,
//! [`claims`], [`time`] and [`audience`] judge the claims, and [`application`] adds what Centrifugo and
//! AnyCable ask; [`flow`] follows a connection through several tokens. Below them lie our own strict [`base64url`] decoder, [`json`] tokenizer and exact
//! [`decimal`]s, because a library that is strict in its own way decides cases that must be decided
//! here.
//!
//! What differs from server to server is data: [`Rules`]. The default ones are `rfc`, which takes the
//! stricter branch wherever the texts leave a choice. No code here asks for the name of a profile.
//!
//! The verifier never panics, never touches the network and bounds what it reads ([`limits`]). It
//! knows neither how a token was made nor what is expected of it, and shares no cryptographic crate
//! with the code that mints.

pub mod algorithm;
pub mod application;
pub mod audience;
pub mod base64url;
pub mod claims;
pub mod configuration;
pub mod decimal;
mod edwards;
pub mod embedded_key;
pub mod flow;
pub mod header;
pub mod json;
pub mod key;
pub mod key_set;
pub mod limits;
pub mod members;
pub mod pattern;
pub mod segments;
pub mod signature;
#[cfg(test)]
mod testing;
pub mod time;
pub mod verdict;

use std::borrow::Cow;
use std::sync::Arc;

use jotproof_model::{
    Application, Challenge, Context, FlowChallenge, KeyRing, Observation, Reason, Seen, Verifier,
};
use jotproof_rules::anycable::SeveralTokens;
use jotproof_rules::{Rules, Strictness};

pub use crate::verdict::{End, Judged, Outcome, Refusal, Stage, Step};

use crate::algorithm::Method;
use crate::application::anycable;
use crate::application::centrifugo::Of;
use crate::segments::{Decoded, Segments};
use crate::signature::ParsedKeys;
use crate::verdict::{Disregarded, Trace};

/// A verifier that follows one set of rules.
#[derive(Debug, Clone)]
pub struct Reference {
    name: String,
    rules: Rules,
    application: Option<Application>,
    parsed: Arc<ParsedKeys>,
    disregarded: Disregarded,
    /// Whether its tokens renew something that is there.
    renews: bool,
}

impl Reference {
    /// A verifier under these rules. `application` says whose claim rules it applies where the context
    /// asks for those of RFC 7519 alone; without it, no others.
    #[must_use]
    pub fn new(name: impl Into<String>, rules: Rules, application: Option<Application>) -> Self {
        let disregarded = Disregarded::NOTHING;
        Self { name: name.into(), rules, application, parsed: Arc::default(), disregarded, renews: false }
    }

    /// The same verifier without some of its checks: refusals of these stages and reasons do not count.
    #[cfg(feature = "mutants")]
    #[must_use]
    pub fn disregarding(self, disregarded: fn(Stage, Reason) -> bool) -> Self {
        Self { disregarded: Disregarded(disregarded), ..self }
    }

    /// Under which name it goes: that of its profile, or of its mutant.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rules that it follows.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The same verifier, where a token renews something.
    fn renewing(self) -> Self {
        Self { renews: true, ..self }
    }

    /// What a context asks for that the cryptographic library cannot do, although the rules allow it:
    /// RSASSA-PSS with a short key, for one. Nothing, for every context of a careful user.
    #[must_use]
    pub fn cannot_verify(&self, context: &Context, keys: &KeyRing) -> Option<String> {
        context.algorithms.iter().find_map(|algorithm| {
            let candidates = key::candidates(*algorithm, None, context, keys, &self.rules.key).ok()?;
            let impossible = candidates.iter().any(|key| !signature::is_possible(*algorithm, key));
            impossible.then(|| format!("{algorithm} with a key that aws-lc-rs does not take"))
        })
    }

    /// Judges one token.
    ///
    /// Stages go on after a refusal wherever there is something left to look at: servers differ in
    /// which of several defects they report, and whoever asks why a token is refused wants all of
    /// them.
    #[must_use]
    pub fn judge(&self, challenge: &Challenge) -> Judged {
        let mut trace = Trace::told(self.disregarded);
        let seen = self.stages(challenge, &mut trace);
        trace.finish(&self.rules.refusal.precedence.0, seen)
    }

    /// The outcome of [`judge`](Self::judge) without what led to it: the same stages, none of the texts.
    ///
    /// # Errors
    ///
    /// The reason that it is refused for.
    pub fn verdict(&self, challenge: &Challenge) -> Result<(), Reason> {
        let mut trace = Trace::untold(self.disregarded);
        self.stages(challenge, &mut trace);
        trace.first(&self.rules.refusal.precedence.0).map_or(Ok(()), |refusal| Err(refusal.reason))
    }

    /// What a client submits, and what becomes of it.
    fn stages(&self, challenge: &Challenge, trace: &mut Trace) -> Option<Seen> {
        let read = match configuration::read(&challenge.context, &self.rules.configuration) {
            Ok(Cow::Borrowed(_)) => None,
            Ok(Cow::Owned(context)) => Some(Challenge { context: Arc::new(context), ..challenge.clone() }),
            Err(refusal) => {
                trace.refused(refusal);
                return None;
            }
        };
        if let Err(refusal) = key::import(&challenge.context, &challenge.keys, &self.rules.key) {
            trace.refused(refusal);
            return None;
        }
        trace.stage(Stage::Configuration, || "one that can be meant", Vec::new());
        let challenge = read.as_ref().unwrap_or(challenge);
        let (rules, context) = (&self.rules, &*challenge.context);
        if context.identification.is_none() && context.submission.is_none() {
            return self.token(&challenge.token, challenge, trace);
        }
        let tokens = anycable::submitted(context, &rules.anycable, &challenge.token);
        if let Some(refusal) = anycable::malformed(context, &rules.anycable, &challenge.token) {
            trace.skip(&BEFORE_APPLICATION, "the request cannot be read");
            trace.refused(refusal);
            return None;
        }
        let token = match (&tokens[..], rules.anycable.several_tokens) {
            ([], _) => return Some(without_token(context, trace)),
            ([token], _) | ([token, ..], SeveralTokens::First) => token,
            ([_, _, ..], SeveralTokens::Refuse) => {
                let detail = format!("{} tokens are submitted", tokens.len());
                trace.skip(&BEFORE_APPLICATION, "it is not clear which token counts");
                trace.refused(Refusal::new(Stage::Application, Reason::SeveralTokens, detail));
                return None;
            }
        };
        self.token(token, challenge, trace)
    }

    /// The stages that one token goes through.
    fn token(&self, token: &[u8], challenge: &Challenge, trace: &mut Trace) -> Option<Seen> {
        let (rules, context) = (&self.rules, &*challenge.context);
        let found =
            |segments: &Segments<'_>| format!("signing input of {} octets", segments.signing_input.len());
        let segments = trace.result(Stage::Split, segments::split(token, &rules.split), found)?;
        let (decoded, refusals) = segments::decode(&segments, rules);
        trace.stage(Stage::Decode, || "three segments of base64url", refusals);

        let header = decoded
            .header
            .as_deref()
            .and_then(|octets| header::parse(octets, rules).map_err(|refusal| trace.refused(refusal)).ok());
        match (&header, &decoded.header) {
            (Some(header), _) => {
                self.signature(challenge, header, &segments, &decoded, trace);
            }
            (None, decoded) => {
                let (stages, because): (&[Stage], _) = match decoded {
                    Some(_) => (&SIGNATURE_STAGES[1..], "the header is not readable"),
                    None => (&SIGNATURE_STAGES, "the header is not decoded"),
                };
                trace.skip(stages, because);
            }
        }

        let Some(octets) = decoded.payload.as_deref() else {
            trace.skip(&CLAIMS_STAGES, "the payload is not decoded");
            return None;
        };
        let document = match claims::parse(octets, rules) {
            Ok(document) => document,
            Err(refusal) => {
                trace.refused(refusal);
                trace.skip(&CLAIMS_STAGES[1..], "the payload is not readable");
                return None;
            }
        };
        // A token without a readable header is no token, and no server looks further.
        if header.is_none() {
            trace.skip(&CLAIMS_STAGES, "the header is not readable");
            return None;
        }
        let (claims, refusals) = claims::read(&document, rules);
        trace.stage(Stage::Claims, || "a claims set", refusals);

        let (times, refusals) = time::check(&claims, challenge.now, context.leeway, rules);
        trace.stage(Stage::Time, || format!("in time at {}", challenge.now), refusals);
        // The documentation of Centrifugo checks an audience only where one is configured.
        let unexpected = match context.application {
            Application::CentrifugoConnection
            | Application::CentrifugoSubscription
            | Application::CentrifugoPrivateChannel => Strictness::Ignore,
            Application::Jwt | Application::Anycable => rules.audience.unexpected,
        };
        let audiences: Vec<&str> = context.audiences().collect();
        let refusals = audience::audience(&claims, &audiences, unexpected, rules);
        trace.stage(Stage::Audience, || expected(&audiences), refusals);
        let issuers: Vec<&str> = context.issuers().collect();
        let refusals = audience::issuer(&claims, &issuers, rules);
        trace.stage(Stage::Issuer, || expected(&issuers), refusals);
        for refusal in pattern::check(&claims, context, rules).err().into_iter().flatten() {
            trace.refused(refusal);
        }

        let mut seen = Seen::default();
        let application = match context.application {
            Application::Jwt => self.application.unwrap_or(Application::Jwt),
            other => other,
        };
        let refusals = match application {
            Application::Jwt => Vec::new(),
            Application::CentrifugoConnection
            | Application::CentrifugoSubscription
            | Application::CentrifugoPrivateChannel => {
                let in_time = !trace.has(Reason::Expired) && !trace.has(Reason::NotYetValid);
                let token =
                    application::centrifugo::Token { claims: &claims, rules, context, renews: self.renews };
                match (&context.session, application) {
                    (Some(session), Application::CentrifugoSubscription) => {
                        token.subscribe(session, Of::User, &times, challenge.now, &mut seen)
                    }
                    (Some(session), Application::CentrifugoPrivateChannel) => {
                        token.subscribe(session, Of::Client, &times, challenge.now, &mut seen)
                    }
                    (None, Application::CentrifugoSubscription | Application::CentrifugoPrivateChannel) => {
                        let detail = "no session asks for a channel".to_owned();
                        vec![Refusal::new(Stage::Application, Reason::Channel, detail)]
                    }
                    _ => token.connect(&times, in_time, challenge.now, &mut seen),
                }
            }
            Application::Anycable => anycable::check(&claims, rules, &mut seen),
        };
        trace.stage(Stage::Application, || application.name(), refusals);
        seen.claims = trace.tells_what_is_seen().then(|| claims::text(&document));
        Some(seen)
    }

    /// The stages from the header to the signature.
    fn signature(
        &self,
        challenge: &Challenge,
        document: &json::Document,
        segments: &Segments<'_>,
        decoded: &Decoded,
        trace: &mut Trace,
    ) {
        let signature = decoded.signature.as_deref();
        let (rules, context, keys) = (&self.rules, &*challenge.context, &*challenge.keys);
        let (header, refusals) = header::read(document, rules, context, keys);
        trace.stage(Stage::Header, || "a JOSE header", refusals);
        if matches!(header.alg, members::Found::Wrong(_)) {
            trace.skip(&SIGNATURE_STAGES[1..], "alg is not a string");
            return;
        }
        let settled = algorithm::settle(header.alg, context, keys, rules);
        let Some(method) = trace.result(Stage::Algorithm, settled, |method| method.to_string()) else {
            trace.skip(&SIGNATURE_STAGES[2..], "no algorithm is settled");
            return;
        };
        let algorithm = match method {
            Method::Signed(algorithm) => algorithm,
            Method::Unsecured => {
                trace.skip(&[Stage::Key], "unsecured");
                match signature {
                    Some([]) => trace.stage(Stage::Signature, || "empty, as it has to be", Vec::new()),
                    Some(_) => {
                        let detail = "the token is unsecured, and its signature is not empty";
                        trace.refused(Refusal::new(Stage::Signature, Reason::Signature, detail));
                    }
                    None => trace.skip(&[Stage::Signature], "the signature is not decoded"),
                }
                return;
            }
        };
        let candidates = match &context.key_set {
            Some(key_set) => {
                let groups = self.groups(decoded.payload.as_deref(), context);
                key_set::candidates(header.kid, algorithm, key_set, &groups, rules)
            }
            None => key::candidates(algorithm, header.kid.value(), context, keys, &rules.key),
        };
        let found = |candidates: &Vec<_>| format!("{} configured for {algorithm}", candidates.len());
        let Some(candidates) = trace.result(Stage::Key, candidates, found) else {
            trace.skip(&[Stage::Signature], "there is no key");
            return;
        };
        let Some(signature) = signature else {
            trace.skip(&[Stage::Signature], "the signature is not decoded");
            return;
        };
        let input = segments.signing_input;
        let verified =
            signature::verify(algorithm, &candidates, input, signature, &self.parsed, &rules.signature);
        trace.result(Stage::Signature, verified, |()| format!("a good {algorithm} signature"));
    }

    /// What the patterns matched of the claims; nobody has signed for it yet.
    fn groups(&self, payload: Option<&[u8]>, context: &Context) -> pattern::Groups {
        let rules = &self.rules;
        let document = payload.and_then(|octets| claims::parse(octets, rules).ok());
        let groups = document.and_then(|document| {
            let (claims, _) = claims::read(&document, rules);
            pattern::check(&claims, context, rules).ok()
        });
        groups.unwrap_or_default()
    }
}

/// A client that submits no token.
fn without_token(context: &Context, trace: &mut Trace) -> Seen {
    let mut seen = Seen::default();
    let refusals = anycable::without_token(context, &mut seen);
    trace.skip(&BEFORE_APPLICATION, "there is no token");
    trace.stage(Stage::Application, || "let in without a token", refusals);
    seen
}

/// The stages that look at the token itself.
const BEFORE_APPLICATION: [Stage; 10] = [
    Stage::Split,
    Stage::Decode,
    Stage::Header,
    Stage::Algorithm,
    Stage::Key,
    Stage::Signature,
    Stage::Claims,
    Stage::Time,
    Stage::Audience,
    Stage::Issuer,
];

/// The stages that need the header.
const SIGNATURE_STAGES: [Stage; 4] = [Stage::Header, Stage::Algorithm, Stage::Key, Stage::Signature];

/// The stages that need the payload.
const CLAIMS_STAGES: [Stage; 5] =
    [Stage::Claims, Stage::Time, Stage::Audience, Stage::Issuer, Stage::Application];

fn expected(configured: &[&str]) -> String {
    if configured.is_empty() {
        return "none is configured".to_owned();
    }
    format!("{} is configured", audience::one_of(configured))
}

/// An outcome as others observe it.
fn observed(outcome: Outcome) -> Observation {
    match outcome {
        Outcome::Accepted(result) => Observation::Accepted { result },
        Outcome::Refused(refusal) => {
            Observation::Refused { reason: Some(refusal.reason), answer: None, text: refusal.detail }
        }
    }
}

impl Verifier for Reference {
    fn verify(&self, challenge: &Challenge) -> Observation {
        observed(self.judge(challenge).outcome)
    }

    fn follow(&self, flow: &FlowChallenge) -> Observation {
        self.life(flow)
    }
}

#[cfg(test)]
mod tests;
