//! A verifier of this process as an adapter: the other side of the protocol.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Write};

use jotproof_model::adapter::{AdapterClock, Answer, Leeway, Numbers, Observable, Order, PROTOCOL};
use jotproof_model::{Capability, Observation, Reason, Verifier};
use jotproof_profiles::Profile;

use super::wire;
use crate::reference::ReferenceTarget;

/// The reference verifier under a profile, as [`serve`] serves it.
///
/// # Errors
///
/// As [`serve`].
pub fn reference(profile: &Profile, input: impl BufRead, output: impl Write) -> io::Result<()> {
    serve(ReferenceTarget::following(profile).verifier(), profile, input, output)
}

/// Answers what is asked until `bye` or the end of the input.
///
/// # Errors
///
/// Where a pipe fails, or the input is not a line of the protocol.
pub fn serve(
    verifier: &dyn Verifier,
    profile: &Profile,
    input: impl BufRead,
    mut output: impl Write,
) -> io::Result<()> {
    output.write_all(&wire::line(&hello(profile)))?;
    output.flush()?;
    for line in input.lines() {
        let line = line?;
        let order: Order = serde_json::from_str(&line).map_err(|error| wrong(&error.to_string()))?;
        let Order::Verify(question) = order else { break };
        let id = question.id;
        let challenge = wire::challenge(*question).map_err(|problem| wrong(&problem))?;
        let answer = answer(id, verifier.verify(&challenge))?;
        output.write_all(&wire::line(&answer))?;
        output.flush()?;
    }
    Ok(())
}

/// What a verifier that follows a profile says of itself.
#[must_use]
pub fn hello(profile: &Profile) -> Answer {
    let mut capabilities = profile.capabilities.clone();
    let leeway = capabilities.remove(&Capability::Leeway);
    capabilities.remove(&Capability::Clock);
    capabilities.retain(wire::carries);
    Answer::Hello {
        protocol: PROTOCOL,
        name: format!("jotproof reference:{}", profile.name),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        capabilities,
        clock: AdapterClock::Settable,
        leeway: leeway.then_some(Leeway::Range { from: 0, to: u32::MAX }),
        numbers: Numbers::Exact,
        reasons: true,
        observes: BTreeSet::from([
            Observable::Claims,
            Observable::User,
            Observable::Expires,
            Observable::Subscriptions,
            Observable::Info,
            Observable::Identifiers,
            Observable::BackendAsked,
        ]),
        profile: Some(profile.name.clone()),
    }
}

/// What was seen, as an answer.
///
/// # Errors
///
/// Where the protocol has no words for it.
pub fn answer(id: u64, observation: Observation) -> io::Result<Answer> {
    Ok(match observation {
        Observation::Accepted { result } => {
            let result = *result;
            Answer::Accepted {
                id,
                claims: result.claims,
                user: result.user,
                expires: result.expires,
                subscriptions: result.subscriptions,
                info: result.info,
                identifiers: result.identifiers,
                backend_asked: result.backend_asked,
            }
        }
        Observation::Refused { reason, answer, text } => Answer::Refused { id, reason, answer, text },
        Observation::OverLimit { what } => {
            Answer::Refused { id, reason: Some(Reason::Limit), answer: None, text: what }
        }
        Observation::Unsupported { what } => Answer::Unsupported { id, what },
        // The protocol has no words for these: an adapter that they happen to is one that ends.
        Observation::Crashed { detail } | Observation::ProtocolError { detail } => {
            return Err(io::Error::other(detail));
        }
        Observation::TimedOut { after_ms } => {
            return Err(io::Error::other(format!("no verdict within {after_ms} ms")));
        }
    })
}

fn wrong(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not a line of the adapter protocol: {problem}"))
}
