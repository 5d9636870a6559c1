//! Centrifugo 5.4.9 as its source and a running server say, and what its other versions do otherwise.

use jotproof_model::SeenExpiry;
use jotproof_profiles::Profiles;

use super::*;
use crate::testing::{SECRET, context, hs256};

fn server() -> Reference {
    version("centrifugo-5.4.9")
}

fn version(name: &str) -> Reference {
    under(Profiles::built_in().get(name).expect("the profile is built in"))
}

fn connect(text: &str) -> Result<Seen, Reason> {
    payload(&server(), Application::Jwt, text)
}

fn user(text: &str) -> Result<String, Reason> {
    connect(text).map(|seen| seen.user.expect("a user"))
}

fn with_header(header: &[u8]) -> Option<Reason> {
    submit(&server(), hs256(header, b"{}", SECRET.as_bytes()), context(Application::Jwt)).err()
}

#[test]
fn headers() {
    use Reason::{Algorithm, Header, HeaderParameter, NotCompact};
    for (header, expected) in [
        (&br#"{"alg":"HS256"}"#[..], None),
        (br#"{"alg":"HS256"} "#, None),
        (br#"{"ALG":"HS256"}"#, None),
        (br#"{"\u0061lg":"HS256"}"#, None),
        (br#"{"alg":"none","ALG":"HS256"}"#, None),
        (br#"{"alg":"HS256","alg":null}"#, None),
        (br#"{"alg":"HS256","crit":["x"],"b64":false,"typ":"x","cty":"JWT"}"#, None),
        (br#"{"alg":"HS256","kid":null,"typ":null,"jku":1,"jwk":{},"enc":1,"x":1e400}"#, None),
        (b"{\"alg\":\"HS256\",\"kid\":\"\xff\"}", None),
        (br#"{"alg":"HS256","kid":1}"#, Some(HeaderParameter)),
        (br#"{"alg":"HS256","ALG":"none"}"#, Some(Algorithm)),
        (br#"{"alg":"hs256"}"#, Some(Algorithm)),
        (br#"{"typ":"JWT"}"#, Some(Algorithm)),
        (br#"{"alg":["HS256"]}"#, Some(HeaderParameter)),
        (br#"{"alg":1,"alg":"HS256"}"#, Some(HeaderParameter)),
        (br#"{"alg":"HS256"}{}"#, Some(Header)),
        (br#"{ "alg":"HS256"}"#, Some(NotCompact)),
        (b"{\n\"alg\":\"HS256\"}", Some(NotCompact)),
        (br#" {"alg":"HS256"}"#, Some(NotCompact)),
    ] {
        assert_eq!(with_header(header), expected, "{}", String::from_utf8_lossy(header));
    }
}

#[test]
fn claims_of_every_type() {
    use Reason::{ClaimType, Payload};
    for (text, expected) in [
        ("null", Ok("")),
        ("{}", Ok("")),
        (r#" {"sub":"u"} "#, Ok("u")),
        ("[]", Err(Payload)),
        (r#""x""#, Err(Payload)),
        ("{}{}", Err(Payload)),
        ("\u{feff}{}", Err(Payload)),
        (r#"{"SUB":"u"}"#, Ok("u")),
        (r#"{"ſub":"u"}"#, Ok("u")),
        (r#"{"sub":"a","Sub":"b"}"#, Ok("b")),
        (r#"{"sub":"a","sub":null}"#, Ok("a")),
        (r#"{"sub":null}"#, Ok("")),
        (r#"{"sub":1}"#, Err(ClaimType)),
        (r#"{"sub":1,"sub":"a"}"#, Err(ClaimType)),
        (r#"{"sub":"\ud800"}"#, Ok("\u{fffd}")),
        (r#"{"iss":1}"#, Err(ClaimType)),
        (r#"{"iss":null,"jti":null}"#, Ok("")),
        (r#"{"jti":[]}"#, Err(ClaimType)),
        (r#"{"aud":"x"}"#, Ok("")),
        (r#"{"aud":[]}"#, Ok("")),
        (r#"{"aud":["x","y"]}"#, Ok("")),
        (r#"{"aud":null}"#, Err(ClaimType)),
        (r#"{"aud":1}"#, Err(ClaimType)),
        (r#"{"aud":[null]}"#, Err(ClaimType)),
        (r#"{"b64info":1}"#, Err(ClaimType)),
        (r#"{"channel":1}"#, Err(ClaimType)),
        (r#"{"channel":"c"}"#, Err(Reason::Purpose)),
        (r#"{"CHANNEL":"c"}"#, Err(Reason::Purpose)),
        (r#"{"channel":"c","channel":null}"#, Err(Reason::Purpose)),
        (r#"{"channel":null}"#, Ok("")),
        (r#"{"meta":1,"info":[],"caps":1,"unknown":1e400}"#, Ok("")),
        (r#"{"exp":1e400}"#, Err(ClaimType)),
        (r#"{"expire_at":1.0}"#, Err(ClaimType)),
        (r#"{"expire_at":1e10}"#, Err(ClaimType)),
        (r#"{"expire_at":"1"}"#, Err(ClaimType)),
        (r#"{"expire_at":9223372036854775808}"#, Err(ClaimType)),
        (r#"{"channels":null,"subs":null}"#, Ok("")),
        (r#"{"channels":[null,"a",""]}"#, Ok("")),
        (r#"{"channels":[1]}"#, Err(ClaimType)),
        (r#"{"channels":"a"}"#, Err(ClaimType)),
        (r#"{"subs":[]}"#, Err(ClaimType)),
        (r#"{"subs":{"a":null}}"#, Ok("")),
        (r#"{"subs":{"a":1}}"#, Err(ClaimType)),
        (r#"{"subs":{"a":{"override":{"presence":{"value":true}}}}}"#, Ok("")),
        (r#"{"subs":{"a":{"override":{"presence":null}}}}"#, Ok("")),
        (r#"{"subs":{"a":{"override":{"presence":true}}}}"#, Err(ClaimType)),
        (r#"{"subs":{"a":{"override":{"presence":{"value":1}}}}}"#, Err(ClaimType)),
        (r#"{"subs":{"a":{"override":{"position":true}}}}"#, Ok("")),
        (r#"{"subs":{"a":{"b64info":"!"}}}"#, Err(ClaimType)),
        (r#"{"b64info":"!"}"#, Err(Reason::InfoEncoding)),
        (r#"{"channels":["x:y"]}"#, Err(Reason::UnknownChannel)),
        (r#"{"channels":["x:y"],"subs":{"a":{}}}"#, Ok("")),
        (r#"{"channels":[":y","$a","$ns:b","ns:"]}"#, Ok("")),
    ] {
        assert_eq!(user(text), expected.map(str::to_owned), "{text}");
    }
}

#[test]
fn times_and_their_precedence() {
    use Reason::{ClaimType, ConnectionExpired, Expired, InfoEncoding, NotYetValid, Purpose};
    for (text, expected) in [
        (r#"{"exp":{{future}}}"#, None),
        (r#"{"exp":"{{future}}"}"#, None),
        (r#"{"exp":{{now}}}"#, Some(Expired)),
        (r#"{"exp":{{past}}}"#, Some(Expired)),
        (r#"{"exp":{{past}},"exp":null}"#, None),
        (r#"{"exp":{{future}},"EXP":{{past}}}"#, Some(Expired)),
        (r#"{"nbf":{{future}}}"#, Some(NotYetValid)),
        (r#"{"iat":{{future}}}"#, None),
        (r#"{"exp":{{past}},"channel":"c"}"#, Some(Purpose)),
        (r#"{"exp":{{past}},"sub":1}"#, Some(ClaimType)),
        (r#"{"exp":{{past}},"b64info":"!"}"#, Some(Expired)),
        (r#"{"exp":{{past}},"subs":{"a":{"b64info":"!"}}}"#, Some(Expired)),
        (r#"{"exp":{{past}},"channels":["x:y"]}"#, Some(Expired)),
        (r#"{"exp":{{past}},"expire_at":{{future}}}"#, Some(Expired)),
        (r#"{"exp":{{future}},"expire_at":{{past}}}"#, Some(ConnectionExpired)),
        (r#"{"expire_at":{{past}},"b64info":"!"}"#, Some(InfoEncoding)),
    ] {
        assert_eq!(connect(text).err(), expected, "{text}");
    }
    let wrong_key = hs256(br#"{"alg":"HS256"}"#, br#"{"exp":1}"#, b"wrong");
    assert_eq!(submit(&server(), wrong_key, context(Application::Jwt)).err(), Some(Reason::Signature));
    let audience = Context { audience: Some("a".to_owned()), ..context(Application::Jwt) };
    for (text, expected) in [
        (r#"{"exp":1,"aud":"b"}"#, Some(Reason::Audience)),
        (r#"{"exp":1,"aud":"a"}"#, Some(Expired)),
        (r#"{"aud":["b","a"]}"#, None),
        ("{}", Some(Reason::Audience)),
    ] {
        assert_eq!(submit(&server(), token(text), audience.clone()).err(), expected, "{text}");
    }
}

#[test]
fn expiry_of_the_connection() {
    let at = |second| SeenExpiry::Between { from: second, to: second, left: Some(second - NOW) };
    for (text, expected) in [
        ("{}", SeenExpiry::Never),
        (r#"{"exp":{{future}}.9}"#, at(NOW + 60)),
        (r#"{"exp":{{future}},"expire_at":1900000000}"#, at(1_900_000_000)),
        (r#"{"exp":{{future}},"expire_at":0}"#, SeenExpiry::Never),
        (r#"{"exp":{{future}},"expire_at":-5}"#, SeenExpiry::Never),
        (r#"{"exp":{{future}},"expire_at":null}"#, at(NOW + 60)),
        (r#"{"expire_at":{{now}}}"#, at(NOW)),
        (r#"{"EXPIRE_AT":{{future}}}"#, at(NOW + 60)),
        (r#"{"exp":6094967396}"#, at(NOW + 100)),
    ] {
        assert_eq!(connect(text).expect(text).expires, Some(expected), "{text}");
    }
}

#[test]
fn info_and_subscriptions() {
    for (text, info, subscriptions) in [
        (r#"{"info":{ "a": 1.0 }}"#, r#"{ "a": 1.0 }"#, &[][..]),
        (r#"{"info":null}"#, "null", &[]),
        (r#"{"info":1,"b64info":"e30="}"#, "{}", &[]),
        (r#"{"info":1,"b64info":""}"#, "1", &[]),
        (r#"{"channels":["a","","a",null]}"#, "", &[("a", "")]),
        (r#"{"channels":["a","b"],"channels":["c"]}"#, "", &[("c", "")]),
        (r#"{"channels":["a"],"subs":{}}"#, "", &[("a", "")]),
        (r#"{"channels":["a"],"subs":{"b":{"data":[1]},"":{}}}"#, "", &[("b", "[1]")]),
        (r#"{"subs":{"a":{}},"subs":{"b":{"DATA":1,"b64data":"e30="}}}"#, "", &[("a", ""), ("b", "{}")]),
        (r#"{"subs":{"a":{}},"subs":null}"#, "", &[]),
    ] {
        let seen = connect(text).expect(text);
        assert_eq!(seen.info.as_deref(), Some(info), "{text}");
        let expected: BTreeMap<_, _> =
            subscriptions.iter().map(|(channel, data)| ((*channel).to_owned(), (*data).to_owned())).collect();
        assert_eq!(seen.subscriptions, Some(expected), "{text}");
    }
}

#[test]
fn anonymous_users_may_be_refused() {
    let context = Context { refuse_anonymous: true, ..context(Application::Jwt) };
    for (text, expected) in [
        ("{}", Some(Reason::Anonymous)),
        (r#"{"sub":"u"}"#, None),
        (r#"{"expire_at":1}"#, Some(Reason::Anonymous)),
    ] {
        assert_eq!(submit(&server(), token(text), context.clone()).err(), expected, "{text}");
    }
}

#[test]
fn version_3_knows_no_channel_and_other_overrides() {
    use Reason::{ClaimType, Purpose};
    for (text, version_3, version_4) in [
        (r#"{"channel":"c"}"#, None, Some(Purpose)),
        (r#"{"channel":1}"#, None, Some(ClaimType)),
        (r#"{"channel":[]}"#, None, Some(ClaimType)),
        (r#"{"subs":{"a":{"override":{"presence":true}}}}"#, Some(ClaimType), Some(ClaimType)),
        (r#"{"subs":{"a":{"override":{"recover":true}}}}"#, Some(ClaimType), None),
        (r#"{"subs":{"a":{"override":{"position":1}}}}"#, Some(ClaimType), None),
        (r#"{"subs":{"a":{"override":{"force_recovery":true}}}}"#, None, Some(ClaimType)),
        (r#"{"subs":{"a":{"override":{"force_push_join_leave":1}}}}"#, None, Some(ClaimType)),
    ] {
        let refusal = |name| payload(&version(name), Application::Jwt, text).err();
        assert_eq!(refusal("centrifugo-3.2.3"), version_3, "{text}");
        for name in ["centrifugo-4.1.5", "centrifugo-5.4.9", "centrifugo-6.9.1", "centrifugo-6.9.6"] {
            assert_eq!(refusal(name), version_4, "{name} {text}");
        }
    }
}

#[test]
fn version_3_looks_at_the_times_before_the_audience() {
    let context = Context { audience: Some("a".to_owned()), ..context(Application::Jwt) };
    for (text, version_3, version_4) in [
        (r#"{"exp":1,"aud":"b"}"#, Reason::Expired, Reason::Audience),
        (r#"{"nbf":{{future}},"aud":"b"}"#, Reason::NotYetValid, Reason::Audience),
        (r#"{"exp":1,"aud":1}"#, Reason::ClaimType, Reason::ClaimType),
        (r#"{"aud":"b","channels":["x:y"]}"#, Reason::Audience, Reason::Audience),
    ] {
        let refusal = |name| submit(&version(name), token(&at_now(text)), context.clone()).err();
        assert_eq!(refusal("centrifugo-3.2.3"), Some(version_3), "{text}");
        for name in ["centrifugo-4.1.5", "centrifugo-5.4.9", "centrifugo-6.9.1", "centrifugo-6.9.6"] {
            assert_eq!(refusal(name), Some(version_4), "{name} {text}");
        }
    }
    let wrong_key = hs256(br#"{"alg":"HS256"}"#, br#"{"exp":1,"aud":"b"}"#, b"wrong");
    assert_eq!(submit(&version("centrifugo-3.2.3"), wrong_key, context).err(), Some(Reason::Signature));
}

#[test]
fn the_time_that_is_left_wraps_or_is_cut_down_to_a_year() {
    let year = NOW + 31_536_000;
    for (text, wrapped, cut_down) in [
        (format!(r#"{{"exp":{year}}}"#), year, year),
        (format!(r#"{{"exp":{}}}"#, year + 1), year + 1, year),
        (format!(r#"{{"expire_at":{}}}"#, NOW + (1 << 32) + 100), NOW + 100, year),
        (r#"{"expire_at":{{now}}}"#.to_owned(), NOW, NOW),
    ] {
        let expires = |name| payload(&version(name), Application::Jwt, &text).expect("accepted").expires;
        let at = |second| Some(SeenExpiry::Between { from: second, to: second, left: Some(second - NOW) });
        for name in ["centrifugo-3.2.3", "centrifugo-4.1.5", "centrifugo-5.4.9"] {
            assert_eq!(expires(name), at(wrapped), "{name} {text}");
        }
        for name in ["centrifugo-6.9.1", "centrifugo-6.9.6"] {
            assert_eq!(expires(name), at(cut_down), "{name} {text}");
        }
    }
}
