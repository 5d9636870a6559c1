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
    cases.extend(EMPTY.into_iter().map(empty));
    cases.extend([jti_empty(), jti_digits(), no_claims()]);
    Topic {
        path: "claims/types",
        about: "Claims of every JSON type: registered ones that are not of theirs, and private ones, \
                which have none.",
        cases,
    }
}

/// Name, raw value, what it is.
type Value = (&'static str, &'static str, &'static str);

const EXP: [Value; 15] = [
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
    ("array-of-words", "[\"x\"]", "an array with a word"),
    ("array-in-array", "[[{{now+3600}}]]", "an array in an array"),
    ("digits", "\"123\"", "a string of three digits"),
    ("letter", "\"x\"", "a letter"),
];

const NBF: [Value; 14] = [
    ("null", "null", "null"),
    ("false", "false", "false"),
    ("empty-string", "\"\"", "an empty string"),
    ("word", "\"now\"", "a word"),
    ("quoted-future", "\"{{now+3600}}\"", "a string of digits, in the future"),
    ("date", "\"2000-01-01T00:00:00Z\"", "a date, in the past"),
    ("array", "[{{now-3600}}]", "an array with a time in the past"),
    ("empty-object", "{}", "an empty object"),
    ("true", "true", "true"),
    ("empty-array", "[]", "an empty array"),
    ("array-of-words", "[\"x\"]", "an array with a word"),
    ("array-in-array", "[[{{now-3600}}]]", "an array in an array"),
    ("object", "{\"seconds\":{{now-3600}}}", "an object with a time in the past"),
    ("digits", "\"123\"", "a string of three digits"),
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

const IAT: [Value; 12] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("empty-string", "\"\"", "an empty string"),
    ("quoted-past", "\"{{now-60}}\"", "a string of digits"),
    ("array", "[]", "an array"),
    ("object", "{}", "an object"),
    ("false", "false", "false"),
    ("word", "\"yesterday\"", "a word"),
    ("date", "\"2000-01-01T00:00:00Z\"", "a date"),
    ("array-with-time", "[{{now-60}}]", "an array with a time"),
    ("array-in-array", "[[{{now-60}}]]", "an array in an array"),
    ("object-with-time", "{\"seconds\":{{now-60}}}", "an object with a time"),
];

const JTI: [Value; 11] = [
    ("null", "null", "null"),
    ("false", "false", "false"),
    ("number", "1.5", "a number"),
    ("array", "[\"7f3c\"]", "an array"),
    ("object", "{}", "an object"),
    ("true", "true", "true"),
    ("zero", "0", "zero"),
    ("minus-one", "-1", "a negative number"),
    ("empty-array", "[]", "an empty array"),
    ("array-in-array", "[[\"7f3c\"]]", "an array in an array"),
    ("object-with-member", "{\"id\":\"7f3c\"}", "an object with an identifier"),
];

const SUB: [Value; 12] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("number", "42", "a number"),
    ("array", "[\"42\"]", "an array with a subject"),
    ("object", "{\"id\":\"42\"}", "an object with a subject"),
    ("false", "false", "false"),
    ("zero", "0", "zero"),
    ("minus-one", "-1", "a negative number"),
    ("fraction", "1.5", "a number with a fraction"),
    ("empty-array", "[]", "an empty array"),
    ("array-in-array", "[[\"42\"]]", "an array in an array"),
    ("empty-object", "{}", "an empty object"),
];

const ISS: [Value; 11] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("number", "0", "a number"),
    ("array", "[\"https://issuer.example.com\"]", "an array"),
    ("object", "{}", "an object"),
    ("false", "false", "false"),
    ("one", "1", "one"),
    ("fraction", "1.5", "a number with a fraction"),
    ("empty-array", "[]", "an empty array"),
    ("array-in-array", "[[\"https://issuer.example.com\"]]", "an array in an array"),
    ("object-with-name", "{\"https://issuer.example.com\":1}", "an object with the name of an issuer"),
];

const AUD: [Value; 13] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("number", "-1", "a number"),
    ("object", "{\"https://api.example.com\":1}", "an object"),
    ("array-with-number", "[\"https://api.example.com\",1]", "an array with a number"),
    ("array-in-array", "[[\"https://api.example.com\"]]", "an array in an array"),
    ("false", "false", "false"),
    ("zero", "0", "zero"),
    ("fraction", "1.5", "a number with a fraction"),
    ("empty-object", "{}", "an empty object"),
    ("array-with-null", "[\"https://api.example.com\",null]", "an array with null"),
    ("array-of-true", "[true]", "an array with true"),
    ("array-of-object", "[{\"x\":1}]", "an array with an object"),
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
            _ => {
                "Refused or not looked at; it must not end in an internal error, and a value that counts \
                 as false must not be another matter than one that counts as true."
            }
        })
        .requirement(requirement)
        .class(class)
}

const PRIVATE: [Value; 15] = [
    ("null", "null", "null"),
    ("false", "false", "false"),
    ("number", "-1.5", "a number"),
    ("string", "\"\"", "an empty string"),
    ("array", "[[\"x\"],[]]", "an array"),
    ("object", "{\"exp\":1,\"nbf\":99999999999}", "an object with exp and nbf inside"),
    ("large", "999999999999999", "a number of fifteen digits"),
    ("true", "true", "true"),
    ("zero", "0", "zero"),
    ("digits", "\"123\"", "a string of digits"),
    ("empty-array", "[]", "an empty array"),
    ("empty-object", "{}", "an empty object"),
    ("mixed-array", "[null,true,1,\"x\",[],{}]", "an array with a value of every type"),
    (
        "registered-names",
        "{\"sub\":\"admin\",\"aud\":\"other\",\"iss\":7,\"ext\":\"{}\"}",
        "an object with registered names inside",
    ),
    (
        "nineteen-objects",
        "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}}}}}}}}}}}",
        "nineteen objects in each other",
    ),
];

fn private((name, value, what): Value) -> Case {
    twins::hs256()
        .changed(&format!("claims/types/private-{name}"), claim("https://example.com/claim", value))
        .accept()
        .title(format!("a private claim that is {what}"))
        .why(
            "Claims that are not understood are ignored, whatever they are, and whatever stands inside \
             them. A reader into a map of strings, or one that looks for names at any depth, fails here.",
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

/// Claims that need not be there, taken away one at a time from a token that has them. Name, claims.
const EMPTY: [(&str, &[&str]); 2] =
    [("without-sub", &["sub"]), ("without-sub-and-times", &["sub", "iat", "exp"])];

fn empty((name, claims): (&str, &[&str])) -> Case {
    twins::hs256()
        .changed_by(&format!("claims/types/{name}"), claims.iter().copied().map(without_claim).collect())
        .accept()
        .title(format!("no {}", claims.join(", no ")))
        .why(
            "No claim is required by the RFC. A reader that has no value for an absent claim refuses a good \
             token, or makes the text `null` or `undefined` of it.",
        )
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("V1")
        .effect(|effect| {
            // What the user of a token without a subject is, is not for the RFC to say.
            if claims.contains(&"sub") {
                effect.user = None;
            }
        })
}

fn jti_digits() -> Case {
    twins::hs256()
        .changed("claims/types/jti-digits", claim("jti", "\"0123\""))
        .accept()
        .title("jti that is a string of digits")
        .why("A string of digits is a string, and `0123` is not `123`: an identifier is not a number.")
        .requirement("RFC7519-4.1.7-JTI")
        .class("V1")
}
