use jotproof_model::{Algorithm, Observation, Verifier as _};

use super::*;
use crate::testing::{NOW, SECRET, base64url, context, hs256, ring, secret_key, sign_input};
use crate::verdict::Disregarded;
use crate::{End, Stage};

const HEADER: &[u8] = br#"{"alg":"HS256","typ":"JWT"}"#;
const PAYLOAD: &[u8] = br#"{"sub":"u","exp":1900000000}"#;

fn reference() -> Reference {
    Reference::new("rfc", Rules::default(), None)
}

fn reason(token: Vec<u8>) -> Option<Reason> {
    submit(&reference(), token, context(Application::Jwt)).err()
}

fn good() -> String {
    String::from_utf8(hs256(HEADER, PAYLOAD, SECRET.as_bytes())).expect("ASCII")
}

#[test]
fn an_ordinary_token_is_accepted_with_its_claims() {
    let seen = submit(&reference(), good().into_bytes(), context(Application::Jwt)).expect("accepted");
    assert_eq!(seen.claims.as_deref(), Some(r#"{"sub":"u","exp":1900000000}"#));
    assert_eq!((seen.user, seen.identifiers), (None, None));
}

#[test]
fn every_stage_leaves_a_step() {
    let judged = reference().judge(&challenge(good().into_bytes(), context(Application::Jwt)));
    let stages: Vec<_> = judged.trace.iter().map(|step| step.stage).collect();
    assert_eq!(stages, Stage::ALL);
    assert!(judged.trace.iter().all(|step| step.end == End::Passed), "{:?}", judged.trace);
    for token in ["", "a", "a.b", "!.!.!", "e30.!.!", "bm8.e30.", "e30.bm8.", "e30.e30.", "!.bm8.", "!.e30."]
    {
        let judged = reference().judge(&challenge(token.as_bytes().to_vec(), context(Application::Jwt)));
        let stages: Vec<_> = judged.trace.iter().map(|step| step.stage).collect();
        assert_eq!(stages, Stage::ALL, "{token}");
    }
}

#[test]
fn the_text_of_a_token_is_taken_strictly() {
    use Reason::{Encoding, Header, Limit, NoToken, NotCompact, Payload, Signature};
    let good = good();
    let (input, signature) = good.rsplit_once('.').expect("three segments");
    let reversed: String = signature.chars().rev().collect();
    for (token, expected) in [
        (String::new(), NoToken),
        (input.to_owned(), NotCompact),
        (format!("{good}."), NotCompact),
        (format!("{good}.x.y"), NotCompact),
        (format!(" {good}"), Encoding),
        (format!("{good}\n"), Encoding),
        (format!("{good}="), Encoding),
        (format!("Bearer {good}"), Encoding),
        (format!("{input}."), Signature),
        (format!("{input}.{reversed}"), Signature),
        (format!("{input}.{}", &signature[..20]), Signature),
        (format!("{input}.{signature}AAAA"), Signature),
        ("..".to_owned(), Header),
        (format!("{good}{}", "A".repeat(crate::limits::TOKEN)), Limit),
    ] {
        let found = reason(token.clone().into_bytes());
        // A reversed signature may end in bits that are not zero.
        assert!(
            found == Some(expected) || found == Some(Encoding) && expected == Signature,
            "{}: {found:?}",
            token.chars().take(200).collect::<String>()
        );
    }
    for (header, payload, expected) in [
        (&b"[]"[..], PAYLOAD, Header),
        (b"", PAYLOAD, Header),
        (br#"{"alg":"HS256","alg":"HS256"}"#, PAYLOAD, Header),
        (HEADER, b"[]", Payload),
        (HEADER, b"null", Payload),
        (HEADER, b"", Payload),
        (HEADER, b"{}{}", Payload),
        (HEADER, b"{\"sub\":\"\xff\"}", Payload),
        (HEADER, br#"{"a":1,"a":1}"#, Payload),
        (HEADER, br#"{"a":[{"b":1,"b":1}]}"#, Payload),
        (HEADER, br#"{"sub":"\ud800"}"#, Payload),
    ] {
        assert_eq!(reason(hs256(header, payload, SECRET.as_bytes())), Some(expected));
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(reason(hs256(HEADER, deep.as_bytes(), SECRET.as_bytes())), Some(Limit));
}

#[test]
fn white_space_and_unknown_members_are_nothing() {
    for (header, payload) in [
        (&b" {\r\n \"alg\" : \"HS256\" }\n"[..], &b" { } "[..]),
        (br#"{"alg":"HS256","b64":true,"zip":"DEF","x":{"a":1,"A":2}}"#, br#"{"x":{"a":1,"A":2}}"#),
        (br#"{"\u0061lg":"HS256"}"#, br#"{"EXP":1,"\u017fub":1,"x":1e308}"#),
    ] {
        assert_eq!(reason(hs256(header, payload, SECRET.as_bytes())), None);
    }
}

#[test]
fn algorithms_are_those_of_the_context() {
    use Reason::{Algorithm as A, HeaderParameter, Key, Signature};
    for (alg, expected) in [
        (r#"{"alg":"none"}"#, A),
        (r#"{"alg":"None"}"#, A),
        (r#"{"alg":"HS384"}"#, A),
        (r#"{"alg":"hs256"}"#, A),
        (r#"{"alg":""}"#, A),
        (r#"{"typ":"JWT"}"#, A),
        (r#"{"alg":["HS256"]}"#, HeaderParameter),
        (r#"{"alg":"RS256"}"#, A),
    ] {
        assert_eq!(reason(hs256(alg.as_bytes(), b"{}", SECRET.as_bytes())), Some(expected), "{alg}");
    }
    let unsecured = Context { allow_none: true, ..context(Application::Jwt) };
    for (token, expected) in [
        (format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(b"{}")), None),
        (format!("{}.{}.AAAA", base64url(br#"{"alg":"none"}"#), base64url(b"{}")), Some(Signature)),
        (format!("{}.{}.", base64url(br#"{"alg":"NONE"}"#), base64url(b"{}")), Some(A)),
        (format!("{}.{}.", base64url(HEADER), base64url(b"{}")), Some(Signature)),
    ] {
        assert_eq!(
            submit(&reference(), token.clone().into_bytes(), unsecured.clone()).err(),
            expected,
            "{token}"
        );
    }
    let other_key =
        Context { algorithms: vec![Algorithm::HS256, Algorithm::ES256], ..context(Application::Jwt) };
    let token = hs256(br#"{"alg":"ES256"}"#, b"{}", SECRET.as_bytes());
    assert_eq!(submit(&reference(), token, other_key).err(), Some(Key));
}

#[test]
fn short_and_empty_secrets_are_unfit() {
    let lax = Reference::new("lax", rules(serde_json::json!({"key.size": "ignore"})), None);
    for (secret, strict, ignored) in [
        ("", Some(Reason::Key), Some(Reason::Key)),
        ("s", Some(Reason::Key), None),
        ("0123456789012345678901234567890", Some(Reason::Key), None),
        ("01234567890123456789012345678901", None, None),
    ] {
        let mut challenge = challenge(hs256(HEADER, b"{}", secret.as_bytes()), context(Application::Jwt));
        challenge.keys = ring([("secret", secret_key(secret))]);
        let reason = |reference: &Reference| match reference.judge(&challenge).outcome {
            Outcome::Accepted(_) => None,
            Outcome::Refused(refusal) => Some(refusal.reason),
        };
        assert_eq!((reason(&reference()), reason(&lax)), (strict, ignored), "{secret:?}");
    }
}

#[test]
fn a_refusal_that_does_not_count_is_none_of_any_stage() {
    let context = Context { audience: Some("a".to_owned()), ..context(Application::Jwt) };
    let token = hs256(HEADER, at_now(r#"{"exp":{{past}},"aud":"b"}"#).as_bytes(), SECRET.as_bytes());
    let challenge = challenge(token, context);
    let with = |disregarded| Reference { disregarded: Disregarded(disregarded), ..reference() };
    let stages = |reference: &Reference| -> Vec<Stage> {
        reference.judge(&challenge).refusals.iter().map(|refusal| refusal.stage).collect()
    };
    assert_eq!(stages(&reference()), [Stage::Time, Stage::Audience]);
    assert_eq!(stages(&with(|_, reason| reason == Reason::Expired)), [Stage::Audience]);
    assert_eq!(stages(&with(|stage, _| stage == Stage::Audience)), [Stage::Time]);
    let blind = with(|stage, _| matches!(stage, Stage::Time | Stage::Audience));
    assert_eq!(blind.verdict(&challenge), Ok(()));
    assert!(matches!(blind.judge(&challenge).outcome, Outcome::Accepted(_)));
}

#[test]
fn every_refusal_is_found_and_the_first_by_precedence_is_given() {
    let context = Context { audience: Some("a".to_owned()), ..context(Application::Jwt) };
    let token = hs256(HEADER, at_now(r#"{"exp":{{past}},"aud":"b","iat":{{future}}}"#).as_bytes(), b"wrong");
    let judged = reference().judge(&challenge(token, context.clone()));
    let reasons: Vec<_> = judged.refusals.iter().map(|refusal| refusal.reason).collect();
    assert_eq!(reasons, [Reason::Signature, Reason::Expired, Reason::IssuedInFuture, Reason::Audience]);
    assert!(matches!(judged.outcome, Outcome::Refused(ref refusal) if refusal.reason == Reason::Signature));
    let rules = rules(serde_json::json!({"refusal.precedence": ["audience", "expired"]}));
    let token = hs256(HEADER, at_now(r#"{"exp":{{past}},"aud":"b"}"#).as_bytes(), b"wrong");
    assert_eq!(submit(&Reference::new("x", rules, None), token, context).err(), Some(Reason::Audience));
}

#[test]
fn an_observation_tells_the_reason_and_no_secret() {
    let token = hs256(HEADER, b"{}", b"wrong");
    let signature =
        String::from_utf8(token.clone()).expect("ASCII").rsplit_once('.').expect("dots").1.to_owned();
    let observation = reference().verify(&challenge(token, context(Application::Jwt)));
    let Observation::Refused { reason, answer, text } = observation else { panic!("{observation:?}") };
    assert_eq!((reason, answer), (Some(Reason::Signature), None));
    assert!(!text.contains(&signature) && !text.contains(SECRET), "{text}");
}

#[test]
fn the_signing_input_is_the_text_as_sent() {
    let rules = rules(serde_json::json!({
        "base64url.newlines": "ignore", "base64url.trailing_bits": "ignore"
    }));
    let lax = Reference::new("lax", rules, None);
    let input = format!("{}\n.{}", base64url(HEADER), base64url(PAYLOAD));
    let resigned = sign_input(input, SECRET.as_bytes());
    let mut inserted = good();
    inserted.insert(5, '\n');
    let appended = format!("{}\r\n", good());
    for (token, expected) in
        [(resigned, None), (inserted.into_bytes(), Some(Reason::Signature)), (appended.into_bytes(), None)]
    {
        assert_eq!(submit(&lax, token, context(Application::Jwt)).err(), expected);
    }
}

#[test]
fn centrifugo_and_anycable_tokens_under_rfc() {
    use Reason::{
        Anonymous, ClaimMissing, ClaimType, ConnectionExpired, Identifiers, InfoEncoding, Purpose,
        UnknownChannel,
    };
    let reference = reference();
    for (text, expected) in [
        (r#"{"sub":"u"}"#, None),
        (r#"{"sub":""}"#, None),
        ("{}", Some(ClaimMissing)),
        (r#"{"sub":1}"#, Some(ClaimType)),
        (r#"{"sub":"u","channel":"c"}"#, Some(Purpose)),
        (r#"{"sub":"u","channel":""}"#, None),
        (r#"{"sub":"u","channel":1}"#, Some(ClaimType)),
        (r#"{"sub":"u","aud":"a"}"#, None),
        (r#"{"sub":"u","expire_at":9007199254740992}"#, Some(ClaimType)),
        (r#"{"sub":"u","expire_at":0}"#, None),
        (r#"{"sub":"u","expire_at":{{past}}}"#, Some(ConnectionExpired)),
        (r#"{"sub":"u","expire_at":{{now}}}"#, Some(ConnectionExpired)),
        (r#"{"sub":"u","expire_at":-1}"#, Some(ConnectionExpired)),
        (r#"{"sub":"u","expire_at":1e10}"#, Some(ClaimType)),
        (r#"{"sub":"u","expire_at":null}"#, Some(ClaimType)),
        (r#"{"sub":"u","b64info":"e30"}"#, Some(InfoEncoding)),
        (r#"{"sub":"u","channels":["ns:a","$ns:b","c"]}"#, None),
        (r#"{"sub":"u","channels":["other:a"]}"#, Some(UnknownChannel)),
        (r#"{"sub":"u","channels":"c"}"#, Some(ClaimType)),
        (r#"{"sub":"u","subs":{"c":{"b64data":"e30"}}}"#, Some(ClaimType)),
        (r#"{"sub":"u","subs":{"c":[]}}"#, Some(ClaimType)),
        (r#"{"sub":"u","subs":{"c":null}}"#, Some(ClaimType)),
        (r#"{"sub":"u","subs":{"c":{"override":null}}}"#, Some(ClaimType)),
        (r#"{"sub":"u","subs":null}"#, Some(ClaimType)),
        (r#"{"sub":"u","channels":[null]}"#, Some(ClaimType)),
        (r#"{"sub":"u","info":null}"#, None),
        (r#"{"sub":"u","info":false}"#, None),
        (r#"{"sub":"u","meta":null}"#, Some(ClaimType)),
        (r#"{"sub":"u","meta":"x"}"#, Some(ClaimType)),
        (r#"{"sub":"u","meta":{}}"#, None),
    ] {
        let found = payload(&reference, Application::CentrifugoConnection, text);
        assert_eq!(found.err(), expected, "{text}");
    }
    let context = Context { refuse_anonymous: true, ..context(Application::CentrifugoConnection) };
    assert_eq!(submit(&reference, token(r#"{"sub":""}"#), context).err(), Some(Anonymous));
    for (text, expected) in [
        (r#"{"ext":"{}"}"#, None),
        (r#"{"ext":"x"}"#, Some(Identifiers)),
        (r#"{"ext":{}}"#, Some(Identifiers)),
        ("{}", Some(Identifiers)),
    ] {
        assert_eq!(payload(&reference, Application::Anycable, text).err(), expected, "{text}");
    }
    assert_eq!(NOW, 1_800_000_000);
}
