//! Challenges as lines, and lines as observations.

use std::collections::BTreeSet;
use std::sync::Arc;

use jotproof_engine::target::Clock;
use jotproof_mint::base64url;
use jotproof_model::adapter::{
    AdapterClock, Answer, Configuration, Key, Leeway, Observable, Order, PROTOCOL, Verify,
};
use jotproof_model::{Capability, Challenge, Context, KeyKind, KeyMaterial, KeyRing, Observation, Seen};
use serde::{Deserialize, Serialize};

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
        more_audiences,
        issuer,
        more_issuers,
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
            secret_base64url: key.secret_octets().map(base64url::encode),
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
            more_audiences: more_audiences.clone(),
            issuer: issuer.clone(),
            more_issuers: more_issuers.clone(),
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

/// The request in a line of the runner.
#[derive(Debug)]
pub enum Asked {
    /// A question for the verifier.
    Question(u64, Challenge),
    /// A question with something that this version does not support, and the reason.
    Unsupported(u64, String),
    /// The order to end.
    Bye,
}

/// Reads a line of the runner.
///
/// # Errors
///
/// Fails if the line has no readable id, because an answer needs one.
pub fn asked(line: &[u8]) -> Result<Asked, String> {
    let order: Result<Order, _> = serde_json::from_slice(line);
    Ok(match order {
        Ok(Order::Bye) => Asked::Bye,
        Ok(Order::Verify(question)) => {
            let id = question.id;
            match challenge(*question) {
                Ok(challenge) => Asked::Question(id, challenge),
                Err(problem) => Asked::Unsupported(id, problem),
            }
        }
        // The line has an unknown algorithm, kind of key or order.
        Err(error) => match serde_json::from_slice(line) {
            Ok(Numbered { id }) => Asked::Unsupported(id, error.to_string()),
            Err(_) => return Err(format!("{error}: {}", shown(line))),
        },
    })
}

/// The only member that an answer needs.
#[derive(Deserialize)]
struct Numbered {
    id: u64,
}

/// A question as a challenge: what the other side makes of it.
///
/// # Errors
///
/// Says which member is wrong.
pub fn challenge(question: Verify) -> Result<Challenge, String> {
    let Verify { id: _, token, token_base64url, context, keys, now } = question;
    let token = match (token, token_base64url) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(text)) => octets("token_base64url", &text)?,
        (Some(_), Some(_)) | (None, None) => {
            return Err("exactly one of token and token_base64url is not null".to_owned());
        }
    };
    let names: Vec<String> = keys.iter().map(|key| key.name.clone()).collect();
    let mut ring = KeyRing::new();
    for key in keys {
        let name = key.name.clone();
        if ring.insert(name.clone(), material(key)?).is_some() {
            return Err(format!("two keys have the name {name:?}"));
        }
    }
    let Configuration {
        application,
        algorithms,
        audience,
        more_audiences,
        issuer,
        more_issuers,
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
        more_audiences,
        issuer,
        more_issuers,
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

/// The key material, from the secret or the PEM. The JWK is only another form of the same key.
fn material(key: Key) -> Result<KeyMaterial, String> {
    let Key { name, kind, secret_base64url, public_pem, jwk } = key;
    match (kind, secret_base64url, public_pem) {
        (KeyKind::Hmac, Some(secret), _) => {
            Ok(KeyMaterial::of_octets(octets("secret_base64url", &secret)?, jwk))
        }
        (KeyKind::Hmac, None, _) => Err(format!("key {name:?} has no secret_base64url")),
        (_, _, Some(pem)) => Ok(KeyMaterial::of_public_pem(kind, pem, jwk)),
        (_, _, None) => Err(format!("key {name:?} has no public_pem")),
    }
}

fn octets(member: &str, text: &str) -> Result<Vec<u8>, String> {
    base64url::decode(text).map_err(|error| format!("{member}: {error}"))
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
