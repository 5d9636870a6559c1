//! Challenges as lines, and lines as observations.

use std::collections::BTreeSet;
use std::sync::Arc;

use jotproof_engine::target::Clock;
use jotproof_mint::base64url;
use jotproof_model::adapter::{
    AdapterClock, Answer, Configuration, Key, Leeway, Observable, Order, PROTOCOL, Verify,
};
use jotproof_model::{Capability, Challenge, Context, KeyMaterial, KeyRing, Observation, Seen};
use serde::Serialize;

/// How much of a strange line is shown.
const SHOWN: usize = 120;

/// What an adapter is and can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The name of what is tested.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it can do; a settable clock and a leeway are among it where it has them.
    pub capabilities: BTreeSet<Capability>,
    /// Whose clock decides.
    pub clock: Clock,
    /// What the leeway can be set to.
    pub leeway: Option<Leeway>,
    /// Whether a refusal may tell a reason.
    pub reasons: bool,
    /// What an acceptance may tell.
    pub observes: BTreeSet<Observable>,
    /// The profile that it names.
    pub profile: Option<String>,
}

impl Hello {
    /// Whether the leeway can be set to so many seconds; without a word on it, it is always 0.
    #[must_use]
    pub fn leeway_allows(&self, seconds: u32) -> bool {
        self.leeway.as_ref().map_or(seconds == 0, |leeway| leeway.allows(seconds))
    }
}

/// Whether the protocol has words for what a capability needs.
pub(crate) fn carries(capability: &Capability) -> bool {
    !matches!(
        capability,
        Capability::KeySet
            | Capability::KeySetAlgorithm(_)
            | Capability::KeySetTemplate
            | Capability::AudiencePattern
            | Capability::IssuerPattern
            | Capability::UserClaim
            | Capability::PreviousSecret
            | Capability::SeparateSubscriptionKeys
            | Capability::RpcProxy
            | Capability::Namespace
            | Capability::WrongConfiguration
            | Capability::Flow
            | Capability::Reload
    )
}

/// Reads the first line of an adapter.
///
/// # Errors
///
/// Says what it must be.
pub fn hello(line: &[u8]) -> Result<Hello, String> {
    let Answer::Hello {
        protocol,
        name,
        version,
        mut capabilities,
        clock,
        leeway,
        // What is compared is rounded to binary64 whatever the adapter keeps.
        numbers: _,
        reasons,
        observes,
        profile,
    } = answer(line).map_err(|problem| {
        format!("its first line must be its hello, and nothing else goes to standard output: {problem}")
    })?
    else {
        return Err(format!("its first line must be its hello, not {}", shown(line)));
    };
    if protocol != PROTOCOL {
        return Err(format!("it speaks protocol {protocol}; this version speaks {PROTOCOL}"));
    }
    if let Some(derived) =
        [Capability::Clock, Capability::Leeway].into_iter().find(|one| capabilities.contains(one))
    {
        return Err(format!(
            "its hello lists the capability {derived}; leave it out, the member {derived:?} says it",
            derived = derived.to_string()
        ));
    }
    if let Some(unknown) = capabilities.iter().find(|one| !carries(one)) {
        return Err(format!(
            "its hello lists the capability {unknown}; leave it out, the protocol does not carry it"
        ));
    }
    let clock = match clock {
        AdapterClock::Settable => {
            capabilities.insert(Capability::Clock);
            Clock::Settable
        }
        AdapterClock::System => Clock::System,
    };
    if leeway.is_some() {
        capabilities.insert(Capability::Leeway);
    }
    Ok(Hello { name, version, capabilities, clock, leeway, reasons, observes, profile })
}

/// The line that asks an adapter to verify.
#[must_use]
pub fn verify(id: u64, challenge: &Challenge) -> Vec<u8> {
    line(&Order::Verify(Box::new(question(id, challenge))))
}

/// The line that ends a conversation.
#[must_use]
pub fn bye() -> Vec<u8> {
    line(&Order::Bye)
}

/// One message and the end of its line.
pub(crate) fn line(message: &impl Serialize) -> Vec<u8> {
    // Closed types with text names: they cannot fail to be JSON.
    let mut line = serde_json::to_vec(message).unwrap_or_default();
    line.push(b'\n');
    line
}

/// A challenge as a question.
#[must_use]
pub fn question(id: u64, challenge: &Challenge) -> Verify {
    let Context {
        application,
        keys,
        algorithms,
        audience,
        issuer,
        typ,
        leeway,
        allow_none,
        refuse_anonymous,
        session,
        // Adapters declare no capability for these, and are not asked.
        key_set: _,
        audience_regex: _,
        issuer_regex: _,
        user_id_claim: _,
        previous_secret: _,
        separate: _,
        rpc_proxy: _,
        namespace: _,
        identification,
        submission,
    } = &*challenge.context;
    let (token, token_base64url) = match str::from_utf8(&challenge.token) {
        Ok(text) => (Some(text.to_owned()), None),
        Err(_) => (None, Some(base64url::encode(&challenge.token))),
    };
    let key = |name: &String| {
        challenge.keys.get(name).map(|key| Key {
            name: name.clone(),
            kind: key.kind,
            secret_base64url: key.secret.as_ref().map(|secret| base64url::encode(secret.as_bytes())),
            public_pem: key.public_pem.clone(),
            jwk: key.jwk.clone(),
        })
    };
    Verify {
        id,
        token,
        token_base64url,
        context: Configuration {
            application: *application,
            algorithms: algorithms.clone(),
            audience: audience.clone(),
            issuer: issuer.clone(),
            typ: typ.clone(),
            leeway: *leeway,
            allow_none: *allow_none,
            refuse_anonymous: *refuse_anonymous,
            session: session.clone(),
            identification: identification.clone(),
            submission: submission.clone(),
        },
        keys: keys.iter().filter_map(key).collect(),
        now: challenge.now,
    }
}

/// A question as a challenge: what the other side makes of it.
///
/// # Errors
///
/// Says which member is wrong.
pub fn challenge(question: Verify) -> Result<Challenge, String> {
    let Verify { id: _, token, token_base64url, context, keys, now } = question;
    let octets =
        |member: &str, text: &str| base64url::decode(text).map_err(|error| format!("{member}: {error}"));
    let token = match (token, token_base64url) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(text)) => octets("token_base64url", &text)?,
        (Some(_), Some(_)) | (None, None) => {
            return Err("exactly one of token and token_base64url is not null".to_owned());
        }
    };
    let names = keys.iter().map(|key| key.name.clone()).collect();
    let mut ring = KeyRing::new();
    for Key { name, kind, secret_base64url, public_pem, jwk } in keys {
        let secret = match secret_base64url {
            Some(text) => Some(
                String::from_utf8(octets("secret_base64url", &text)?)
                    .map_err(|_| "a secret that is not text".to_owned())?,
            ),
            None => None,
        };
        let material = KeyMaterial {
            kind,
            secret,
            public_pem,
            public_pkcs1_pem: None,
            certificate_pem: None,
            private_pem: None,
            jwk,
        };
        ring.insert(name, material);
    }
    let Configuration {
        application,
        algorithms,
        audience,
        issuer,
        typ,
        leeway,
        allow_none,
        refuse_anonymous,
        session,
        identification,
        submission,
    } = context;
    let context = Context {
        application,
        keys: names,
        algorithms,
        audience,
        issuer,
        typ,
        leeway,
        allow_none,
        refuse_anonymous,
        session,
        identification,
        submission,
        ..Context::new(application, &[], &[])
    };
    Ok(Challenge::new(token, Arc::new(context), Arc::new(ring), now))
}

/// Reads an answer to a question: the id, and what was seen.
///
/// # Errors
///
/// Where the line is no such answer, and nobody can say to which question it belongs.
pub fn observation(line: &[u8], hello: &Hello) -> Result<(u64, Observation), String> {
    Ok(match answer(line)? {
        Answer::Hello { .. } => return Err("it said hello a second time".to_owned()),
        Answer::Unsupported { id, what } => (id, Observation::Unsupported { what }),
        Answer::Refused { id, reason: Some(reason), .. } if !hello.reasons => {
            let detail = format!("tells the reason {}, and its hello says that it tells none", reason.name());
            (id, Observation::ProtocolError { detail })
        }
        Answer::Refused { id, reason, answer, text } => (id, Observation::Refused { reason, answer, text }),
        Answer::Accepted { id, claims, user, expires, subscriptions, info, identifiers, backend_asked } => {
            let told = [
                (Observable::Claims, "claims", claims.is_some()),
                (Observable::User, "user", user.is_some()),
                (Observable::Expires, "expires", expires.is_some()),
                (Observable::Subscriptions, "subscriptions", subscriptions.is_some()),
                (Observable::Info, "info", info.is_some()),
                (Observable::Identifiers, "identifiers", identifiers.is_some()),
                (Observable::BackendAsked, "backend_asked", backend_asked.is_some()),
            ];
            let undeclared =
                told.into_iter().find(|(member, _, there)| *there && !hello.observes.contains(member));
            let seen = match undeclared {
                Some((_, name, _)) => Observation::ProtocolError {
                    detail: format!("tells {name}, which its hello does not list under observes"),
                },
                None => {
                    let seen = Seen {
                        claims,
                        user,
                        expires,
                        subscriptions,
                        info,
                        identifiers,
                        backend_asked,
                        // What no question asks for.
                        meta: None,
                        options: None,
                    };
                    Observation::Accepted { result: Box::new(seen) }
                }
            };
            (id, seen)
        }
    })
}

fn answer(line: &[u8]) -> Result<Answer, String> {
    serde_json::from_slice(line).map_err(|error| format!("no line of the protocol: {error}: {}", shown(line)))
}

/// The beginning of a line, for people.
fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let start: String = text.chars().take(SHOWN).collect();
    format!("{start:?}{}", if start.len() < text.len() { "…" } else { "" })
}
