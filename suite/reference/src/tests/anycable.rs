//! AnyCable 1.5.2 as 161 tokens on a running server say, and what later versions do otherwise.

use jotproof_profiles::Profiles;

use super::*;
use crate::testing::{SECRET, base64url, context, hs256};

fn server() -> Reference {
    version("anycable-1.5.2")
}

fn version(name: &str) -> Reference {
    under(Profiles::built_in().get(name).expect("the profile is built in"))
}

/// W welcome, U unauthorized, X expired, E error.
fn code(token: Vec<u8>) -> char {
    code_of(&server(), token)
}

fn code_of(server: &Reference, token: Vec<u8>) -> char {
    match submit(server, token, context(Application::Jwt)) {
        Ok(_) => 'W',
        Err(Reason::Expired) => 'X',
        Err(Reason::Identifiers) => 'E',
        Err(_) => 'U',
    }
}

fn table(rows: &[(&str, char)]) {
    for (text, expected) in rows {
        assert_eq!(code(token(&at_now(text))), *expected, "{text}");
    }
}

#[test]
fn headers() {
    for (header, expected) in [
        (&br#"{"alg":"HS256"}"#[..], 'W'),
        (b" {\n\"alg\": \"HS256\" } ", 'W'),
        (br#"{"alg":"none"}"#, 'U'),
        (br#"{"alg":"None"}"#, 'U'),
        (br#"{"alg":"RS256"}"#, 'U'),
        (br#"{"alg":"hs256"}"#, 'U'),
        (br#"{"typ":"JWT"}"#, 'U'),
        (br#"{"alg":null}"#, 'U'),
        (br#"{"alg":256}"#, 'U'),
        (br#"{"ALG":"HS256"}"#, 'U'),
        (br#"{"alg":"HS384"}"#, 'U'),
        (br#"{"alg":"none","alg":"HS256"}"#, 'W'),
        (br#"{"alg":"HS256","alg":"none"}"#, 'U'),
        (br#"{"alg":"HS256","typ":"JWE"}"#, 'W'),
        (br#"{"alg":"HS256","typ":1,"kid":{},"crit":["b64"],"b64":false}"#, 'W'),
        (br#"{"alg":"HS256","x":1e400}"#, 'U'),
        (b"null", 'U'),
        (b"[]", 'U'),
        (br#"{"alg":"HS256"}x"#, 'U'),
        (b"\xef\xbb\xbf{\"alg\":\"HS256\"}", 'U'),
    ] {
        let token = hs256(header, br#"{"ext":"{}"}"#, SECRET.as_bytes());
        assert_eq!(code(token), expected, "{}", String::from_utf8_lossy(header));
    }
}

#[test]
fn payloads() {
    table(&[
        (r#"{"ext":"{}"}"#, 'W'),
        ("null", 'E'),
        ("{}", 'E'),
        ("[]", 'U'),
        ("\"x\"", 'U'),
        ("", 'U'),
        ("\u{feff}{}", 'U'),
        (r#"{"ext":"{}",}"#, 'U'),
        (r#"{"ext":"{}","x":1e400}"#, 'U'),
        (r#"{"ext":"{}","x":[{"y":-1e400}]}"#, 'U'),
        (r#"{"ext":"{}","x":NaN}"#, 'U'),
        ("{'ext':'{}'}", 'U'),
        (r#"{"ext":"{}"/**/}"#, 'U'),
        (r#"{"ext":"{}"} "#, 'W'),
        (r#"{"ext":"{}"}junk"#, 'W'),
        (r#"{"ext":"{}"}}"#, 'W'),
        (r#"{"ext":"{}"}{"ext":1}"#, 'W'),
        ("{\"ext\":\"a\u{1}b\"}", 'U'),
    ]);
    let nested =
        |levels: usize| format!("{{\"ext\":\"\",\"x\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    table(&[(&nested(8_999), 'W'), (&nested(9_999), 'W'), (&nested(10_000), 'U')]);
}

#[test]
fn identifiers() {
    table(&[
        (r#"{"ext":{}}"#, 'E'),
        (r#"{"ext":null}"#, 'E'),
        (r#"{"ext":1}"#, 'E'),
        (r#"{"ext":true}"#, 'E'),
        (r#"{"ext":[]}"#, 'E'),
        (r#"{"EXT":"{}"}"#, 'E'),
        (r#"{"ext":"{}","ext":{}}"#, 'E'),
        (r#"{"ext":{},"ext":"{}"}"#, 'W'),
        (r#"{"ext":""}"#, 'W'),
        (r#"{"ext":"not json"}"#, 'W'),
        (r#"{"ext":"null"}"#, 'W'),
        (r#"{"Ext":1,"ext":"{}"}"#, 'W'),
        (r#"{"\u0065xt":"{}"}"#, 'W'),
        (r#"{"ext":"\ud800"}"#, 'W'),
        (r#"{"ext":"\u0000"}"#, 'W'),
        (r#"{"exp":{{past}}}"#, 'X'),
    ]);
    let seen = payload(&server(), Application::Jwt, r#"{"ext":"a\u0000\ud800"}"#).expect("accepted");
    assert_eq!(seen.identifiers.as_deref(), Some("a\0\u{fffd}"));
}

#[test]
fn times() {
    for (claims, expected) in [
        (r#""exp":{{past}}"#, 'X'),
        (r#""exp":"{{future}}""#, 'X'),
        (r#""exp":null"#, 'X'),
        (r#""exp":true"#, 'X'),
        (r#""exp":0"#, 'W'),
        (r#""exp":-0"#, 'W'),
        (r#""exp":0.5"#, 'W'),
        (r#""exp":-1"#, 'X'),
        (r#""exp":-1e300"#, 'X'),
        (r#""exp":{{future}}.5"#, 'W'),
        (r#""exp":1e18"#, 'W'),
        (r#""exp":9.2e18"#, 'W'),
        (r#""exp":9.3e18"#, 'X'),
        (r#""exp":1e300"#, 'X'),
        (r#""exp":9223372036854774784"#, 'W'),
        (r#""exp":9223371974719180000"#, 'W'),
        (r#""exp":9223372036854775807"#, 'X'),
        (r#""exp":1e400"#, 'U'),
        (r#""exp":{{past}},"exp":{{future}}"#, 'W'),
        (r#""exp":{{future}},"exp":{{past}}"#, 'X'),
        (r#""EXP":{{past}}"#, 'W'),
        (r#""exp":{{now}}"#, 'W'),
        (r#""nbf":{{future}}"#, 'U'),
        (r#""nbf":"1""#, 'U'),
        (r#""nbf":null"#, 'U'),
        (r#""nbf":0.5"#, 'W'),
        (r#""nbf":{{now}}"#, 'W'),
        (r#""nbf":1e300"#, 'W'),
        (r#""nbf":9223372036854774784"#, 'U'),
        (r#""nbf":{{future}},"exp":{{past}}"#, 'X'),
        (r#""exp":"x","nbf":{{future}}"#, 'X'),
        (r#""iat":{{future}}"#, 'U'),
        (r#""iat":"1""#, 'U'),
        (r#""iat":null"#, 'U'),
        (r#""iat":{{now}}"#, 'W'),
        (r#""iat":1e300"#, 'W'),
        (r#""iat":{{future}},"exp":{{past}}"#, 'X'),
        (r#""aud":1,"iss":1,"sub":1,"jti":1"#, 'W'),
        (r#""aud":null"#, 'W'),
    ] {
        table(&[(&format!("{{\"ext\":\"{{}}\",{claims}}}"), expected)]);
    }
}

#[test]
fn expired_goes_before_a_bad_signature_and_after_a_bad_algorithm() {
    let expired = at_now(r#"{"ext":"{}","exp":{{past}}}"#);
    assert_eq!(code(hs256(br#"{"alg":"HS256"}"#, expired.as_bytes(), b"wrong")), 'X');
    assert_eq!(code(hs256(br#"{"alg":"HS256"}"#, at_now(r#"{"exp":"x"}"#).as_bytes(), b"wrong")), 'X');
    assert_eq!(code(hs256(br#"{"alg":"none"}"#, expired.as_bytes(), SECRET.as_bytes())), 'U');
    assert_eq!(code(hs256(br#"{"alg":"HS256"}"#, b"{}", b"wrong")), 'U');
    let input = format!("{}.{}", base64url(br#"{"alg":"HS256"}"#), base64url(expired.as_bytes()));
    assert_eq!(code(format!("{input}.!").into_bytes()), 'X');
    assert_eq!(code(format!("!{input}.").into_bytes()), 'U');
}

#[test]
fn later_versions_have_another_jwt_library() {
    for (claims, earlier, later) in [
        (r#""exp":{{past}}"#, 'X', 'X'),
        (r#""exp":"{{future}}""#, 'X', 'U'),
        (r#""exp":null"#, 'X', 'U'),
        (r#""exp":{}"#, 'X', 'U'),
        (r#""exp":"x","nbf":{{future}}"#, 'X', 'U'),
        (r#""exp":{{past}},"nbf":{{future}}"#, 'X', 'X'),
        (r#""exp":{{past}},"nbf":null"#, 'X', 'X'),
        (r#""exp":-0.0"#, 'W', 'W'),
        (r#""exp":0.5"#, 'W', 'X'),
        (r#""exp":-1e300"#, 'X', 'X'),
        (r#""exp":9.2e18"#, 'W', 'W'),
        (r#""exp":9223371974719180000"#, 'W', 'X'),
        (r#""exp":9223372036854774784"#, 'W', 'X'),
        (r#""exp":9223372036854775807"#, 'X', 'X'),
        (r#""exp":1e400"#, 'U', 'U'),
        (r#""exp":{{now}}"#, 'W', 'X'),
        (r#""exp":{{future}}.5"#, 'W', 'W'),
        (r#""nbf":{{now}}"#, 'W', 'W'),
        (r#""nbf":null"#, 'U', 'U'),
        (r#""nbf":9.2e18"#, 'U', 'U'),
        (r#""nbf":9223371974719180000"#, 'U', 'W'),
        (r#""nbf":9223372036854774784"#, 'U', 'W'),
        (r#""nbf":1e300"#, 'W', 'W'),
        (r#""iat":{{future}}"#, 'U', 'W'),
        (r#""iat":"1""#, 'U', 'W'),
        (r#""iat":null"#, 'U', 'W'),
        (r#""iat":{}"#, 'U', 'W'),
        (r#""iat":1e300"#, 'W', 'W'),
        (r#""iat":1e400"#, 'U', 'U'),
        (r#""iat":{{future}},"exp":{{past}}"#, 'X', 'X'),
        (r#""ext":1,"exp":{{past}}"#, 'X', 'X'),
    ] {
        let text = at_now(&format!("{{\"ext\":\"{{}}\",{claims}}}"));
        for (name, expected) in [
            ("anycable-1.5.1", earlier),
            ("anycable-1.5.2", earlier),
            ("anycable-1.6.0", earlier),
            ("anycable-1.6.1", later),
        ] {
            assert_eq!(code_of(&version(name), token(&text)), expected, "{name} {claims}");
        }
    }
    for (payload, key, earlier, later) in [
        (r#"{"ext":"{}","exp":{{past}}}"#, "wrong", 'X', 'U'),
        (r#"{"ext":"{}","exp":"x"}"#, "wrong", 'X', 'U'),
        (r#"{"exp":{{past}}}"#, SECRET, 'X', 'X'),
        (r#"{}"#, "wrong", 'U', 'U'),
        (r#"{"ext":"{}"}junk"#, SECRET, 'W', 'U'),
        (r#"{"ext":"{}"}{"ext":1}"#, SECRET, 'W', 'U'),
        (r#"{"ext":"{}"} "#, SECRET, 'W', 'W'),
        ("null", SECRET, 'E', 'E'),
    ] {
        let token = || hs256(br#"{"alg":"HS256"}"#, at_now(payload).as_bytes(), key.as_bytes());
        assert_eq!(code_of(&version("anycable-1.6.0"), token()), earlier, "{payload}");
        assert_eq!(code_of(&version("anycable-1.6.1"), token()), later, "{payload}");
    }
}
