//! G8: registered claims that are not of their type, and claims that are nobody's business.

use jotproof_model::Reason;

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = EXP.into_iter().map(|value| time("exp", value)).collect();
    cases.extend(NBF.into_iter().map(|value| time("nbf", value)));
    cases.extend(IAT.into_iter().map(|value| optional("iat", value)));
    cases.extend(JTI.into_iter().map(|value| optional("jti", value)));
    cases.extend(SUB.into_iter().map(|value| optional("sub", value)));
    cases.extend(ISS.into_iter().map(|value| optional("iss", value)));
    cases.extend(AUD.into_iter().map(|value| optional("aud", value)));
    cases.extend(PRIVATE.into_iter().map(private));
    cases.extend([jti_empty(), no_claims()]);
    Topic {
        path: "claims/types",
        about: "Claims of every JSON type: registered ones that are not of theirs, and private ones, \
                which have none.",
        cases,
    }
}

/// Name, raw value, what it is.
type Value = (&'static str, &'static str, &'static str);

const EXP: [Value; 11] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("false", "false", "false"),
    ("empty-string", "\"\"", "an empty string"),
    ("word", "\"never\"", "a word"),
    ("quoted-past", "\"{{now-3600}}\"", "a string of digits, in the past"),
    ("date", "\"2999-12-31T23:59:59Z\"", "a date, in the future"),
    ("empty-array", "[]", "an empty array"),
    ("array", "[{{now+3600}}]", "an array with a time in the future"),
    ("empty-object", "{}", "an empty object"),
    ("object", "{\"seconds\":{{now+3600}}}", "an object with a time in the future"),
];

const NBF: [Value; 8] = [
    ("null", "null", "null"),
    ("false", "false", "false"),
    ("empty-string", "\"\"", "an empty string"),
    ("word", "\"now\"", "a word"),
    ("quoted-future", "\"{{now+3600}}\"", "a string of digits, in the future"),
    ("date", "\"2000-01-01T00:00:00Z\"", "a date, in the past"),
    ("array", "[{{now-3600}}]", "an array with a time in the past"),
    ("empty-object", "{}", "an empty object"),
];

fn time(member: &str, (name, value, what): Value) -> Case {
    let case = twins::hs256()
        .changed(&format!("claims/types/{member}-{name}"), claim(member, value))
        .reject([Reason::ClaimType])
        .title(format!("{member} that is {what}"))
        .class(if matches!(name, "quoted-future" | "quoted-past" | "date") { "C4" } else { "C1" });
    if member == "exp" {
        case.why(
            "`exp` is a number, and the current time must be before it: a comparison that cannot be \
             made. Where the claim is taken as absent, the token is good for ever.",
        )
        .requirement("RFC7519-4.1.4-EXP")
    } else {
        case.why(
            "`nbf` is a number, and the current time must not be before it: a comparison that cannot \
             be made. Where the claim is taken as absent, the token is good before its time.",
        )
        .requirement("RFC7519-4.1.5-NBF")
    }
}

const IAT: [Value; 6] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("empty-string", "\"\"", "an empty string"),
    ("quoted-past", "\"{{now-60}}\"", "a string of digits"),
    ("array", "[]", "an array"),
    ("object", "{}", "an object"),
];

const JTI: [Value; 5] = [
    ("null", "null", "null"),
    ("false", "false", "false"),
    ("number", "1.5", "a number"),
    ("array", "[\"7f3c\"]", "an array"),
    ("object", "{}", "an object"),
];

const SUB: [Value; 5] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("number", "42", "a number"),
    ("array", "[\"42\"]", "an array with a subject"),
    ("object", "{\"id\":\"42\"}", "an object with a subject"),
];

const ISS: [Value; 5] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("number", "0", "a number"),
    ("array", "[\"https://issuer.example.com\"]", "an array"),
    ("object", "{}", "an object"),
];

const AUD: [Value; 6] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("number", "-1", "a number"),
    ("object", "{\"https://api.example.com\":1}", "an object"),
    ("array-with-number", "[\"https://api.example.com\",1]", "an array with a number"),
    ("array-in-array", "[[\"https://api.example.com\"]]", "an array in an array"),
];

/// A claim that an application need not process.
fn optional(member: &str, (name, value, what): Value) -> Case {
    let mut reasons = vec![Reason::ClaimType];
    let (requirement, class) = match member {
        "iat" => ("RFC7519-4.1.6-IAT", "C7"),
        "jti" => ("RFC7519-4.1.7-JTI", "C1"),
        "sub" => ("RFC7519-4.1.2-SUB", "C11"),
        "iss" => {
            reasons.push(Reason::Issuer);
            ("RFC7519-4.1.1-ISS", "C9")
        }
        _ => {
            reasons.push(Reason::Audience);
            ("RFC7519-4.1.3-AUD", "C8")
        }
    };
    twins::hs256()
        .changed(&format!("claims/types/{member}-{name}"), claim(member, value))
        .either(
            "The claim has a type (RFC 7519 section 4.1), and its use is optional: an application that \
             does not process it has nothing to refuse.",
            reasons,
        )
        .title(format!("{member} that is {what}"))
        .why(match member {
            "sub" => {
                "A subject that is not a string is refused, or left to the application; turned into \
                 text it becomes somebody."
            }
            "iss" | "aud" => {
                "With nothing configured there is nothing to compare with; a verifier that reads the \
                 claim nonetheless may refuse it, and must not fail on it."
            }
            _ => "Refused or not looked at; it must not end in an internal error.",
        })
        .requirement(requirement)
        .class(class)
}

const PRIVATE: [Value; 7] = [
    ("null", "null", "null"),
    ("false", "false", "false"),
    ("number", "-1.5", "a number"),
    ("string", "\"\"", "an empty string"),
    ("array", "[[\"x\"],[]]", "an array"),
    ("object", "{\"exp\":1,\"nbf\":99999999999}", "an object with exp and nbf inside"),
    ("large", "999999999999999", "a number of fifteen digits"),
];

fn private((name, value, what): Value) -> Case {
    twins::hs256()
        .changed(&format!("claims/types/private-{name}"), claim("https://example.com/claim", value))
        .accept()
        .title(format!("a private claim that is {what}"))
        .why(
            "Claims that are not understood are ignored, whatever they are, and whatever stands inside \
             them.",
        )
        .requirement("RFC7519-4-IGNORE")
        .class("V1")
}

fn jti_empty() -> Case {
    twins::hs256()
        .changed("claims/types/jti-empty-string", claim("jti", "\"\""))
        .accept()
        .title("jti that is an empty string")
        .why(
            "An empty string is a string; a verifier that keeps no list of identifiers has no reason \
              to refuse it.",
        )
        .requirement("RFC7519-4.1.7-JTI")
        .class("V1")
}

fn no_claims() -> Case {
    twins::hs256()
        .changed_by("claims/types/no-claims", ["sub", "ext", "iat", "exp"].map(without_claim).to_vec())
        .accept()
        .title("a claims set without a claim")
        .why("No claim is required by the RFC: `{}` is a claims set.")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("V1")
}
