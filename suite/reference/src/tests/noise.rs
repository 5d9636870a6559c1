//! Whatever comes in, a verdict comes out.

use jotproof_model::Session;
use serde_json::json;

use super::*;
use crate::Stage;
use crate::testing::{Random, SECRET, base64url, context, hs256};
use crate::verdict::Disregarded;

/// Tokens to start from, as text of header and payload.
const SEEDS: &[(&str, &str)] = &[
    (r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"sub":"u","ext":"{}","exp":1900000000,"iat":1}"#),
    (
        r#"{"alg":"HS256"}"#,
        r#"{"sub":"42","ext":"{}","channel":"ns:news","client":"6f1c2a3e-5b7d-4c80-9e4f-0a1b2c3d4e5f"}"#,
    ),
    (r#"{"alg":"none"}"#, r#"{"sub":"u","ext":"{\"a\":1}","aud":["a","b"],"nbf":1.5e9}"#),
    (
        r#"{"alg":"HS256","crit":["b64"],"b64":false,"kid":"k"}"#,
        r#"{"sub":"","subs":{"ns:a":{"data":[1],"override":{"presence":{"value":true}}}},"expire_at":1900000000}"#,
    ),
    (
        r#"{"ALG":"HS256"}"#,
        r#"{"channels":["a","$ns:b"],"b64info":"e30=","info":{"x":null},"exp":"1900000000"}"#,
    ),
    ("[]", "null"),
];

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "true",
    "1e400",
    "-1e999999999999",
    "0.5",
    "-0",
    "9223372036854775808",
    "\\ud800",
    "\\u0000",
    "\u{feff}",
    "\u{17f}",
    "\"exp\":",
    "\"sub\":",
    "\"alg\":",
    "\"aud\":[1]",
    "\"subs\":{\"a\":",
    "\"expire_at\":-1",
    "\"exp\":\"1\"",
    "none",
    "ES256",
    "\n",
    " ",
    "é",
];

/// Every rule away from its default at once, where more than one value exists.
fn lax() -> Rules {
    rules(json!({
        "split.extra_segments": "header", "base64url.newlines": "ignore", "base64url.trailing_bits": "ignore",
        "header.member_names": "case_fold", "header.duplicates": "last", "header.text": "replace",
        "header.null": "absent", "header.critical": "ignore", "claims.number_range": "ignore", "claims.string_or_uri": "ignore", "header.embedded_key": "ignore", "key.size": "ignore",
        "claims.payload": "object_or_null", "claims.trailing_text": "ignore",
        "claims.member_names": "case_fold", "claims.duplicates": "last", "claims.text": "replace",
        "claims.null": "absent", "time.number": "go_time", "time.quoted_number": "number", "time.zero": "absent",
        "audience.unexpected": "ignore", "centrifugo.subject": "anonymous", "centrifugo.time_to_live": "wraps",
        "centrifugo.expire_at_negative": "never", "anycable.identifiers": "any_text", "centrifugo.meta_type": "absent",
        "centrifugo.client_missing": "accept", "centrifugo.user_check": "skip"
    }))
}

#[test]
fn never_panics_and_always_says_the_same() {
    let unsigned = Disregarded(|stage, _| matches!(stage, Stage::Algorithm | Stage::Key | Stage::Signature));
    let seconds = rules(json!({"time.number": "go_seconds", "header.strings": []}));
    let references: Vec<_> =
        [(Rules::default(), Disregarded::NOTHING), (lax(), unsigned), (seconds, unsigned)]
            .into_iter()
            .flat_map(|(rules, disregarded)| {
                Application::ALL.map(|application| Reference {
                    disregarded,
                    ..Reference::new("x", rules.clone(), Some(application))
                })
            })
            .collect();
    let mut random = Random::new(42);
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..300_000 {
        let token = mutated(&mut random);
        let mut context = context(Application::Jwt);
        context.allow_none = random.below(4) == 0;
        context.audience = (random.below(4) == 0).then(|| "a".to_owned());
        context.leeway = [0, 1, u32::MAX][random.below(3)];
        context.session = (random.below(4) > 0).then(|| Session {
            user: "42".to_owned(),
            client: Session::CLIENT.to_owned(),
            channel: "ns:news".to_owned(),
        });
        let mut challenge = challenge(token, context);
        challenge.now = [NOW, 0, -1, i64::MAX, i64::MIN][random.below(5)];
        let judged = random.pick(&references).judge(&challenge);
        match judged.outcome {
            Outcome::Accepted(_) => accepted += 1,
            Outcome::Refused(_) => refused += 1,
        }
        assert_eq!(judged.trace.len(), Stage::ALL.len(), "{round}");
        assert_eq!(judged.refusals.is_empty(), matches!(judged.outcome, Outcome::Accepted(_)), "{round}");
        if let Outcome::Accepted(seen) = &judged.outcome {
            let claims = seen.claims.as_deref().expect("claims are always seen");
            serde_json::from_str::<serde::de::IgnoredAny>(claims).expect("claims are JSON text");
        }
    }
    assert!(accepted > 5_000 && refused > 5_000, "{accepted} accepted, {refused} refused");
}

fn mutated(random: &mut Random) -> Vec<u8> {
    let &(header, payload) = random.pick(SEEDS);
    let mut parts = [header.as_bytes().to_vec(), payload.as_bytes().to_vec()];
    for _ in 0..random.below(3) {
        let part = &mut parts[random.below(2)];
        let at = random.below(part.len() + 1);
        match random.below(3) {
            0 => drop(part.splice(at..at, random.pick(PIECES).bytes())),
            1 if at < part.len() => part[at] = u8::try_from(random.below(256)).expect("below 256"),
            _ => part.truncate(at),
        }
    }
    let mut token = match random.below(4) {
        0 => format!("{}.{}.", base64url(&parts[0]), base64url(&parts[1])).into_bytes(),
        _ => hs256(&parts[0], &parts[1], SECRET.as_bytes()),
    };
    if random.below(3) == 0 {
        let at = random.below(token.len() + 1);
        match random.below(4) {
            0 => token.insert(at, *random.pick(b".=+/\n \xff!A_")),
            1 if at < token.len() => token[at] = *random.pick(b".=+/\n \xff!A_"),
            2 => token.truncate(at),
            _ => token.extend_from_slice([&b"."[..], b"=", b"\r\n", b".A.B", b"AAAA"][random.below(5)]),
        }
    }
    token
}
