//! Adapters that are wrong in one known way each: they test the runner.
//!
//! `fake_adapter MODE [N]` is the reference under `rfc`, changed by the mode. N is the id of a question.
//! `slow N` uses the clock of the machine and takes N milliseconds for an answer.

#![allow(clippy::disallowed_macros, reason = "it is run by tests, which read all")]

use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use jotproof_engine::run::unix_time;
use jotproof_mint::{base64url, keys};
use jotproof_model::adapter::{AdapterClock, Answer, Order};
use jotproof_model::{Algorithm, Capability, Challenge, Observation, Reason, Token, Verifier as _};
use jotproof_profiles::Profiles;
use jotproof_reference::{Reference, Stage};
use jotproof_rules::Rules;
use jotproof_targets::exec::{serve, wire};
use jotproof_targets::reference::reference;

const MODES: &str = "honest, always-accept, always-reject, reasonless, secretive, no-es256, hang N, hang-from N, crash N, \
    crash-from N, crash-once FILE, flaky, twice N, late-twice N, wrong-id N, garbage N, no-hello, slow-hello, newer, \
    clock-listed, slow N, profile NAME, lie WHAT, crash-deep, hang-deep, refuse-after-deep";

/// The age of a question, in seconds, that is too old for a verifier with the clock of the machine.
const STALE: i64 = 4;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(mode) = arguments.first().map(String::as_str) else {
        eprintln!("usage: fake_adapter MODE [N]; the modes are {MODES}");
        return ExitCode::from(2);
    };
    match converse(mode, arguments.get(1).map_or("", String::as_str)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fake_adapter: {error}");
            ExitCode::FAILURE
        }
    }
}

fn converse(mode: &str, argument: &str) -> Result<(), Box<dyn std::error::Error>> {
    let profile = Profiles::built_in().get("rfc")?;
    let lie = if mode == "lie" { argument } else { "" };
    let reference = lax(reference(profile)?, lie);
    match mode {
        "no-hello" => say(b"ready to serve\n")?,
        "slow-hello" => sleep(),
        _ => say(&message(&hello(serve::hello(profile), mode, argument))?)?,
    }
    let mut was_deep = false;
    for (count, line) in std::io::stdin().lock().lines().enumerate() {
        let Order::Verify(question) = serde_json::from_str(&line?)? else { break };
        let id = question.id;
        let this = argument.parse() == Ok(id);
        let es256 = question.context.algorithms.contains(&Algorithm::ES256);
        let mut challenge = misread(wire::challenge(*question)?, lie);
        if mode == "slow" {
            std::thread::sleep(Duration::from_millis(argument.parse()?));
            // The times in an old token prove nothing about a verifier.
            if unix_time() - challenge.now >= STALE {
                return Err(format!("question {id} is stale").into());
            }
            challenge.now = unix_time();
        }
        let verifier = if unverified(&challenge, lie) { unverifying() } else { reference.clone() };
        let mut answer = serve::answer(id, verifier.verify(&challenge))?;
        match mode {
            "lie" => hide(&mut answer, &challenge, lie),
            "always-accept" => answer = serve::answer(id, Observation::Accepted { result: Box::default() })?,
            "always-reject" => answer = refused(id),
            "reasonless" => {
                if let Answer::Refused { reason, .. } = &mut answer {
                    *reason = None;
                }
            }
            "no-es256" if es256 => answer = Answer::Unsupported { id, what: "ES256".to_owned() },
            "crash-deep" if is_deep(&challenge) => std::process::abort(),
            "hang-deep" if is_deep(&challenge) => sleep(),
            "refuse-after-deep" if was_deep => answer = refused(id),
            "hang" if this => sleep(),
            "hang-from" if argument.parse().is_ok_and(|from: u64| id >= from) => sleep(),
            "crash" if this => std::process::abort(),
            "crash-from" if argument.parse().is_ok_and(|from: u64| id >= from) => std::process::abort(),
            // Something that only happens the first time: no question can repeat it.
            "crash-once" if id == 100 && std::fs::File::create_new(argument).is_ok() => std::process::abort(),
            // Every process dies on its question number 40.
            "flaky" if count == 40 => std::process::abort(),
            "twice" if this => say(&message(&answer)?)?,
            "late-twice" if argument.parse().is_ok_and(|earlier: u64| id == earlier + 20) => {
                say(&message(&refused(id - 20))?)?;
            }
            "wrong-id" if this => answer = refused(id + 1_000_000),
            "garbage" if this => say(b"DEBUG: verifying\n")?,
            _ => {}
        }
        was_deep |= is_deep(&challenge);
        say(&message(&answer)?)?;
    }
    Ok(())
}

/// Whether the token has more than 40 levels of JSON.
fn is_deep(challenge: &Challenge) -> bool {
    let mutant = jotproof_mutants::ALL.iter().find(|mutant| mutant.name == "dies-of-forty-levels");
    mutant.is_some_and(|mutant| matches!(mutant.verifier().verify(challenge), Observation::Crashed { .. }))
}

/// A verifier without the check that its hello declares.
fn lax(reference: Reference, lie: &str) -> Reference {
    match lie {
        "audience" => reference.disregarding(|stage, _| stage == Stage::Audience),
        "issuer" => reference.disregarding(|stage, _| stage == Stage::Issuer),
        "typ" => reference.disregarding(|_, reason| reason == Reason::Type),
        _ => reference,
    }
}

fn unverifying() -> Reference {
    Reference::new("fake", Rules::default(), None)
        .disregarding(|stage, _| matches!(stage, Stage::Algorithm | Stage::Key | Stage::Signature))
}

/// Whether the verifier skips the signature of this question.
fn unverified(challenge: &Challenge, lie: &str) -> bool {
    let named = lie.strip_prefix("algorithm:").and_then(|name| name.parse::<Algorithm>().ok());
    named.is_some_and(|algorithm| challenge.context.algorithms == [algorithm])
}

/// The question without the part that the lie ignores.
fn misread(mut challenge: Challenge, lie: &str) -> Challenge {
    let context = Arc::make_mut(&mut challenge.context);
    match lie {
        "several-audiences" => context.more_audiences.clear(),
        "several-issuers" => context.more_issuers.clear(),
        "several-keys" | "several-keys-of-one-kind" => context.keys.truncate(1),
        "none" => context.allow_none = false,
        "leeway" => context.leeway = 0,
        "too much leeway" => context.leeway += 300,
        "clock" => challenge.now = unix_time(),
        "nbf" => challenge.now += 2000,
        "algorithms" => context.algorithms = Algorithm::ALL.to_vec(),
        _ => {}
    }
    challenge
}

/// Removes the part of an answer that the hello declares and the lie hides.
fn hide(answer: &mut Answer, challenge: &Challenge, lie: &str) {
    match answer {
        Answer::Accepted { claims, .. } if lie == "claims" => *claims = None,
        Answer::Refused { reason, .. } if lie == "reasons" => *reason = None,
        Answer::Accepted { id, .. } if is_too_much(&challenge.token, lie) => *answer = refused(*id),
        Answer::Refused { id, .. } | Answer::Accepted { id, .. }
            if (lie == "unfit-key" && challenge.context.keys.iter().any(|key| keys::is_unfit(key)))
                || (lie == "binary-secret"
                    && challenge.context.keys.iter().any(|key| key == "hmac-binary")) =>
        {
            *answer = Answer::Unsupported { id: *id, what: "a key of this kind".to_owned() };
        }
        Answer::Refused { id, .. } if lie == "binary-token" && str::from_utf8(&challenge.token).is_err() => {
            *answer = Answer::Unsupported { id: *id, what: "a token that is not text".to_owned() };
        }
        Answer::Refused { id, .. } if lie == "long-token" && challenge.token.len() > Token::LONG => {
            *answer = Answer::Unsupported { id: *id, what: "a long token".to_owned() };
        }
        _ => {}
    }
}

/// Whether a verifier refuses a genuine token that it should not.
fn is_too_much(token: &[u8], lie: &str) -> bool {
    let mut segments = token.split(|octet| *octet == b'.').map(|segment| {
        let octets = std::str::from_utf8(segment).ok().and_then(|text| base64url::decode(text).ok());
        String::from_utf8_lossy(&octets.unwrap_or_default()).into_owned()
    });
    let (header, payload) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    match lie {
        "exp" => !payload.contains("\"exp\""),
        "kid" => header.contains("\"kid\""),
        "any typ" => header.contains("\"typ\":\"example\""),
        _ => false,
    }
}

fn hello(honest: Answer, mode: &str, argument: &str) -> Answer {
    match honest {
        Answer::Hello {
            protocol,
            name: _,
            version,
            mut capabilities,
            clock,
            leeway,
            numbers,
            reasons,
            observes,
            profile: _,
        } => {
            if mode == "clock-listed" {
                capabilities.insert(Capability::Clock);
            }
            Answer::Hello {
                protocol: if mode == "newer" { protocol + 1 } else { protocol },
                name: format!("fake {mode}"),
                version,
                capabilities,
                clock: if mode == "slow" { AdapterClock::System } else { clock },
                leeway,
                numbers,
                reasons: reasons && !matches!(mode, "reasonless" | "secretive"),
                observes,
                // Without a profile, only the normative expectation judges.
                profile: (mode == "profile").then(|| argument.to_owned()),
            }
        }
        other => other,
    }
}

fn refused(id: u64) -> Answer {
    Answer::Refused { id, reason: None, answer: None, text: "no".to_owned() }
}

fn message(answer: &Answer) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    Ok(line)
}

fn say(line: &[u8]) -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    output.write_all(line)?;
    output.flush()
}

/// Longer than any bound, and deaf to the end of the input.
fn sleep() {
    std::thread::sleep(Duration::from_secs(600));
}
