//! A verifier of this process as an adapter: the other side of the protocol.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Write};

use jotproof_model::adapter::{AdapterClock, Answer, Leeway, Numbers, Observable, PROTOCOL};
use jotproof_model::{Capability, Challenge, Observation, Reason, Token, Verifier};
use jotproof_profiles::Profile;

use super::wire::{self, Asked};
use crate::reference::ReferenceTarget;

/// The reference verifier under a profile, as [`serve`] serves it.
///
/// # Errors
///
/// As [`serve`], and if a rule of the profile is invalid.
pub fn reference(profile: &Profile, input: impl BufRead, output: impl Write) -> io::Result<()> {
    let verifier = ReferenceTarget::telling(profile)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    serve(&verifier, profile, input, output)
}

/// Answers what is asked until `bye` or the end of the input.
///
/// # Errors
///
/// Fails if a pipe fails, or if an input line has no readable id.
pub fn serve(
    verifier: &dyn Verifier,
    profile: &Profile,
    mut input: impl BufRead,
    mut output: impl Write,
) -> io::Result<()> {
    let mut say = |answer: &Answer| {
        output.write_all(&wire::line(answer))?;
        output.flush()
    };
    say(&hello(profile))?;
    let mut used = BTreeSet::new();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let (id, asked) = match wire::asked(line.trim_ascii()).map_err(|problem| wrong(&problem))? {
            Asked::Bye => break,
            Asked::Unsupported(id, what) => (id, Err(what)),
            Asked::Question(id, challenge) => (id, Ok(challenge)),
        };
        let observation = if used.insert(id) {
            match asked.and_then(|challenge| declared(challenge, &profile.capabilities)) {
                Ok(challenge) => verifier.verify(&challenge),
                Err(what) => Observation::Unsupported { what },
            }
        } else {
            Observation::Unsupported {
                what: format!("the id {id} was used before; give every question its own"),
            }
        };
        say(&answer(id, observation)?)?;
        line.clear();
    }
    Ok(())
}

/// The challenge, or an error if it needs a capability that the profile does not declare.
fn declared(challenge: Challenge, capabilities: &BTreeSet<Capability>) -> Result<Challenge, String> {
    let mut needed = challenge.context.requires(&challenge.keys);
    if str::from_utf8(&challenge.token).is_err() {
        needed.insert(Capability::BinaryToken);
    }
    if challenge.token.len() > Token::LONG {
        needed.insert(Capability::LongToken);
    }
    let missing: Vec<String> = needed.difference(capabilities).map(ToString::to_string).collect();
    if missing.is_empty() { Ok(challenge) } else { Err(format!("not declared: {}", missing.join(", "))) }
}

/// What a verifier that follows a profile says of itself.
#[must_use]
pub fn hello(profile: &Profile) -> Answer {
    let mut capabilities = profile.capabilities.clone();
    let leeway = capabilities.remove(&Capability::Leeway);
    capabilities.remove(&Capability::Clock);
    // Only flows resume sessions, and the protocol has no flows.
    capabilities.remove(&Capability::Resumption);
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
    io::Error::new(io::ErrorKind::InvalidData, format!("a line without an id that can be read: {problem}"))
}

#[cfg(test)]
mod tests {
    use jotproof_mint::base64url;
    use jotproof_profiles::Profiles;
    use serde_json::{Value, json};

    use super::*;

    /// The token of RFC 7515 appendix A.1. Its secret is 64 octets that are not text.
    const TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
        dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const SECRET: &str =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

    /// A question that the profile `rfc` accepts.
    fn question(id: u64) -> Value {
        json!({
            "type": "verify", "id": id, "token": TOKEN, "token_base64url": null,
            "context": {
                "application": "jwt", "algorithms": ["HS256"], "audience": null, "more_audiences": [],
                "issuer": null, "more_issuers": [], "typ": null, "leeway": 0, "allow_none": false,
                "refuse_anonymous": false, "session": null, "identification": null, "submission": null,
            },
            "keys": [{ "name": "a.1", "kind": "hmac", "secret_base64url": SECRET, "public_pem": null, "jwk": "" }],
            "now": 1_300_000_000,
        })
    }

    /// Another secret, which is text. Not every profile declares binary secrets.
    fn text_secret() -> String {
        base64url::encode(&[b'f'; 64])
    }

    fn with(pointer: &str, value: Value) -> Value {
        let mut question = question(7);
        *question.pointer_mut(pointer).expect("the member is there") = value;
        question
    }

    /// The answers after the hello, and the outcome of [`serve`].
    fn said(profile: &str, lines: &[Value]) -> (Vec<Value>, io::Result<()>) {
        let profile = Profiles::built_in().get(profile).expect("it is built in");
        let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let mut output = Vec::new();
        let end = reference(profile, input.as_bytes(), &mut output);
        let text = String::from_utf8(output).expect("JSON is text");
        let lines = text.lines().skip(1).map(|line| serde_json::from_str(line).expect("a line is JSON"));
        (lines.collect(), end)
    }

    fn answer_to(profile: &str, question: Value) -> Value {
        let (answers, end) = said(profile, &[question]);
        assert!(end.is_ok(), "{end:?}");
        let [answer] = <[Value; 1]>::try_from(answers).expect("one answer");
        assert_eq!(answer["id"], 7, "{answer}");
        answer
    }

    #[test]
    fn any_octets_are_a_secret() {
        assert!(String::from_utf8(base64url::decode(SECRET).expect("base64url")).is_err(), "it is no text");
        assert_eq!(answer_to("rfc", question(7))["type"], "accepted");
        let other = base64url::encode(&[0xff; 64]);
        assert_eq!(answer_to("rfc", with("/keys/0/secret_base64url", json!(other)))["reason"], "signature");
    }

    #[test]
    fn a_question_that_cannot_be_asked_is_unsupported_and_ends_nothing() {
        for (pointer, value, what) in [
            ("/context/algorithms", json!(["HS257"]), "HS257"),
            ("/context/application", json!("saml"), "saml"),
            ("/context/leeway", json!("a minute"), "a minute"),
            ("/keys/0/kind", json!("ml-dsa-44"), "ml-dsa-44"),
            ("/keys/0/secret_base64url", json!("=="), "secret_base64url"),
            ("/keys/0/secret_base64url", json!(null), "has no secret_base64url"),
            ("/keys/0/kind", json!("p-256"), "has no public_pem"),
            ("/token", json!(null), "exactly one of token and token_base64url"),
            ("/token_base64url", json!("e30"), "exactly one of token and token_base64url"),
            ("/type", json!("forget"), "forget"),
            ("/now", json!(null), "null"),
        ] {
            let answer = answer_to("rfc", with(pointer, value));
            assert_eq!(answer["type"], "unsupported", "{pointer}: {answer}");
            assert!(answer["what"].as_str().is_some_and(|said| said.contains(what)), "{pointer}: {answer}");
        }
    }

    #[test]
    fn what_is_not_declared_is_unsupported() {
        for (profile, pointer, value, what) in [
            ("centrifugo-5.4.9", "/context/allow_none", json!(true), "not declared: none"),
            ("centrifugo-5.4.9", "/context/algorithms", json!(["ES256K"]), "not declared: algorithm:ES256K"),
            ("centrifugo-5.4.9", "/context/more_audiences", json!(["a"]), "not declared: several-audiences"),
            (
                "anycable-1.5.1",
                "/context/submission",
                json!([{ "at": "subprotocol", "name": "anycable-token." }]),
                "not declared: subprotocol-token",
            ),
            ("jsonwebtoken", "/context/typ", json!("at+jwt"), "not declared: typ"),
        ] {
            let mut question = with(pointer, value);
            question["keys"][0]["secret_base64url"] = json!(text_secret());
            let answer = answer_to(profile, question);
            assert_eq!(answer["what"], what, "{profile}: {answer}");
        }
    }

    #[test]
    fn what_every_vector_needs_of_a_context_is_what_serve_asks_for() {
        let suite = jotproof_engine::Suite::built_in().expect("the built-in vectors load");
        for vector in suite.vectors() {
            let needed = vector.context.requires(jotproof_mint::keys::all());
            let listed: BTreeSet<Capability> = vector.requires.iter().copied().collect();
            assert!(needed.is_subset(&listed), "{}: {:?}", vector.id, needed.difference(&listed));
        }
    }

    #[test]
    fn a_refusal_has_its_reason_also_where_there_is_a_code() {
        let mut forged = with("/keys/0/secret_base64url", json!(text_secret()));
        for profile in ["rfc", "bcp", "centrifugo-5.4.9", "anycable-1.5.2", "jsonwebtoken"] {
            let answer = answer_to(profile, forged.clone());
            assert_eq!(
                (&answer["type"], &answer["reason"]),
                (&json!("refused"), &json!("signature")),
                "{profile}"
            );
            let has_codes = !Profiles::built_in().get(profile).expect("it is built in").answers.is_empty();
            assert_eq!(answer.get("answer").is_some(), has_codes, "{profile}: {answer}");
        }
        forged["token"] = json!("");
        assert_eq!(answer_to("centrifugo-5.4.9", forged)["type"], "refused");
    }

    #[test]
    fn an_id_is_answered_with_a_verdict_once() {
        let (answers, end) = said("rfc", &[question(7), question(7), question(8), json!({ "type": "bye" })]);
        assert!(end.is_ok());
        let types: Vec<_> = answers.iter().map(|answer| answer["type"].as_str()).collect();
        assert_eq!(types, [Some("accepted"), Some("unsupported"), Some("accepted")]);
        assert!(answers[1]["what"].as_str().is_some_and(|what| what.contains("the id 7 was used before")));
    }

    #[test]
    fn a_line_without_an_id_ends_the_conversation() {
        for line in [json!("verify"), json!({ "type": "verify" }), json!({ "type": "verify", "id": "7" })] {
            let (answers, end) = said("rfc", &[question(7), line, question(8)]);
            assert_eq!(answers.len(), 1);
            let error = end.expect_err("nobody can be answered").to_string();
            assert!(error.starts_with("a line without an id that can be read: "), "{error}");
        }
    }
}
