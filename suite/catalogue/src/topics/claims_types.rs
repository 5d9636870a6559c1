//! G8: registered claims of the wrong type, and private claims of any type.

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
        about: "Claims with values of every JSON type: registered claims of the wrong type, and private \
                claims of any type.",
        cases,
    }
}

/// Name, raw value, description.
type Value = (&'static str, &'static str, &'static str);

const EXP: [Value; 15] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("false", "false", "false"),
    ("empty-string", "\"\"", "an empty string"),
    ("word", "\"never\"", "the string never"),
    ("quoted-past", "\"{{now-3600}}\"", "a string with a time in the past"),
    ("date", "\"2999-12-31T23:59:59Z\"", "a string with a date in the future"),
    ("empty-array", "[]", "an empty array"),
    ("array", "[{{now+3600}}]", "an array that contains a time in the future"),
    ("empty-object", "{}", "an empty object"),
    ("object", "{\"seconds\":{{now+3600}}}", "an object that contains a time in the future"),
    ("array-of-words", "[\"x\"]", "an array that contains a string"),
    ("array-in-array", "[[{{now+3600}}]]", "an array that contains an array with a time in the future"),
    ("digits", "\"123\"", "the string 123"),
    ("letter", "\"x\"", "the string x"),
];

const NBF: [Value; 14] = [
    ("null", "null", "null"),
    ("false", "false", "false"),
    ("empty-string", "\"\"", "an empty string"),
    ("word", "\"now\"", "the string now"),
    ("quoted-future", "\"{{now+3600}}\"", "a string with a time in the future"),
    ("date", "\"2000-01-01T00:00:00Z\"", "a string with a date in the past"),
    ("array", "[{{now-3600}}]", "an array that contains a time in the past"),
    ("empty-object", "{}", "an empty object"),
    ("true", "true", "true"),
    ("empty-array", "[]", "an empty array"),
    ("array-of-words", "[\"x\"]", "an array that contains a string"),
    ("array-in-array", "[[{{now-3600}}]]", "an array that contains an array with a time in the past"),
    ("object", "{\"seconds\":{{now-3600}}}", "an object that contains a time in the past"),
    ("digits", "\"123\"", "the string 123"),
];

fn time(member: &str, (name, value, what): Value) -> Case {
    let case = twins::hs256()
        .changed(&format!("claims/types/{member}-{name}"), claim(member, value))
        .reject([Reason::ClaimType])
        .title(format!("{member} is {what}"))
        .class(if matches!(name, "quoted-future" | "quoted-past" | "date") { "C4" } else { "C1" });
    if member == "exp" {
        case.why(
            "`exp` must be a number, so this value cannot be compared with the clock. A verifier that treats \
             the claim as missing accepts the token forever.",
        )
        .requirement("RFC7519-4.1.4-EXP")
    } else {
        case.why(
            "`nbf` must be a number, so this value cannot be compared with the clock. A verifier that treats \
             the claim as missing accepts the token too early.",
        )
        .requirement("RFC7519-4.1.5-NBF")
    }
}

const IAT: [Value; 12] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("empty-string", "\"\"", "an empty string"),
    ("quoted-past", "\"{{now-60}}\"", "a string with a time in the past"),
    ("array", "[]", "an empty array"),
    ("object", "{}", "an empty object"),
    ("false", "false", "false"),
    ("word", "\"yesterday\"", "the string yesterday"),
    ("date", "\"2000-01-01T00:00:00Z\"", "a string with a date in the past"),
    ("array-with-time", "[{{now-60}}]", "an array that contains a time in the past"),
    ("array-in-array", "[[{{now-60}}]]", "an array that contains an array with a time in the past"),
    ("object-with-time", "{\"seconds\":{{now-60}}}", "an object that contains a time in the past"),
];

const JTI: [Value; 11] = [
    ("null", "null", "null"),
    ("false", "false", "false"),
    ("number", "1.5", "the number 1.5"),
    ("array", "[\"7f3c\"]", "an array that contains a string"),
    ("object", "{}", "an empty object"),
    ("true", "true", "true"),
    ("zero", "0", "zero"),
    ("minus-one", "-1", "a negative number"),
    ("empty-array", "[]", "an empty array"),
    ("array-in-array", "[[\"7f3c\"]]", "an array that contains an array with a string"),
    ("object-with-member", "{\"id\":\"7f3c\"}", "an object that contains a string"),
];

const SUB: [Value; 12] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("number", "42", "the number 42"),
    ("array", "[\"42\"]", "an array that contains a subject"),
    ("object", "{\"id\":\"42\"}", "an object that contains a subject"),
    ("false", "false", "false"),
    ("zero", "0", "zero"),
    ("minus-one", "-1", "a negative number"),
    ("fraction", "1.5", "a number with a fraction"),
    ("empty-array", "[]", "an empty array"),
    ("array-in-array", "[[\"42\"]]", "an array that contains an array with a subject"),
    ("empty-object", "{}", "an empty object"),
];

const ISS: [Value; 11] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("number", "0", "the number 0"),
    ("array", "[\"https://issuer.example.com\"]", "an array that contains an issuer"),
    ("object", "{}", "an empty object"),
    ("false", "false", "false"),
    ("one", "1", "one"),
    ("fraction", "1.5", "a number with a fraction"),
    ("empty-array", "[]", "an empty array"),
    (
        "array-in-array",
        "[[\"https://issuer.example.com\"]]",
        "an array that contains an array with an issuer",
    ),
    ("object-with-name", "{\"https://issuer.example.com\":1}", "an object with an issuer as a member name"),
];

const AUD: [Value; 13] = [
    ("null", "null", "null"),
    ("true", "true", "true"),
    ("number", "-1", "a number"),
    ("object", "{\"https://api.example.com\":1}", "an object with an audience as a member name"),
    ("array-with-number", "[\"https://api.example.com\",1]", "an array with an audience and a number"),
    ("array-in-array", "[[\"https://api.example.com\"]]", "an array that contains an array with an audience"),
    ("false", "false", "false"),
    ("zero", "0", "zero"),
    ("fraction", "1.5", "a number with a fraction"),
    ("empty-object", "{}", "an empty object"),
    ("array-with-null", "[\"https://api.example.com\",null]", "an array with an audience and null"),
    ("array-of-true", "[true]", "an array that contains true"),
    ("array-of-object", "[{\"x\":1}]", "an array that contains an object"),
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
            "RFC 7519 section 4.1 defines the type of the claim, and its use is optional. An application \
             that does not process it has no reason to reject the token.",
            reasons,
        )
        .title(format!("{member} is {what}"))
        .why(match member {
            "sub" => {
                "A verifier may reject a subject that is not a string, or leave it to the application. A \
                 verifier that converts the value to text turns it into a user."
            }
            "iss" | "aud" => {
                "With no issuer and no audience configured, there is nothing to compare. A verifier that \
                 reads the claim anyway may reject the token, but it must not fail with an internal error."
            }
            _ => {
                "A verifier may reject the token or ignore the claim. It must not fail with an internal \
                 error. It must treat values that count as false like values that count as true."
            }
        })
        .requirement(requirement)
        .class(class)
}

const PRIVATE: [Value; 15] = [
    ("null", "null", "null"),
    ("false", "false", "false"),
    ("number", "-1.5", "the number -1.5"),
    ("string", "\"\"", "an empty string"),
    ("array", "[[\"x\"],[]]", "an array of arrays"),
    ("object", "{\"exp\":1,\"nbf\":99999999999}", "an object with exp and nbf inside"),
    ("large", "999999999999999", "a number of fifteen digits"),
    ("true", "true", "true"),
    ("zero", "0", "zero"),
    ("digits", "\"123\"", "a string of digits"),
    ("empty-array", "[]", "an empty array"),
    ("empty-object", "{}", "an empty object"),
    ("mixed-array", "[null,true,1,\"x\",[],{}]", "an array with a value of each type"),
    (
        "registered-names",
        "{\"sub\":\"admin\",\"aud\":\"other\",\"iss\":7,\"ext\":\"{}\"}",
        "an object with the names of registered claims inside",
    ),
    (
        "nineteen-objects",
        "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}}}}}}}}}}}",
        "nineteen nested objects",
    ),
];

fn private((name, value, what): Value) -> Case {
    twins::hs256()
        .changed(&format!("claims/types/private-{name}"), claim("https://example.com/claim", value))
        .accept()
        .title(format!("a private claim is {what}"))
        .why(
            "Claims that are not understood must be ignored, whatever their type and content. A verifier \
             that decodes claims into a map of strings, or searches for names at any depth, fails here.",
        )
        .requirement("RFC7519-4-IGNORE")
        .class("V1")
}

fn jti_empty() -> Case {
    twins::hs256()
        .changed("claims/types/jti-empty-string", claim("jti", "\"\""))
        .accept()
        .title("jti is an empty string")
        .why(
            "An empty string is a valid string. A verifier that keeps no list of identifiers has no reason \
             to reject it.",
        )
        .requirement("RFC7519-4.1.7-JTI")
        .class("V1")
}

fn no_claims() -> Case {
    twins::hs256()
        .changed_by("claims/types/no-claims", ["sub", "ext", "iat", "exp"].map(without_claim).to_vec())
        .accept()
        .title("an empty claims set")
        .why("RFC 7519 requires no claim, so `{}` is a valid claims set.")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("V1")
}

/// Optional claims that are removed from a token. Name, claims.
const EMPTY: [(&str, &[&str]); 2] =
    [("without-sub", &["sub"]), ("without-sub-and-times", &["sub", "iat", "exp"])];

fn empty((name, claims): (&str, &[&str])) -> Case {
    twins::hs256()
        .changed_by(&format!("claims/types/{name}"), claims.iter().copied().map(without_claim).collect())
        .accept()
        .title(format!("no {}", claims.join(", no ")))
        .why(
            "RFC 7519 requires no claim. A verifier that cannot represent a missing claim rejects a good \
             token, or reads it as the text `null` or `undefined`.",
        )
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("V1")
        .effect(|effect| {
            // The RFC does not say who the user of a token without a subject is.
            if claims.contains(&"sub") {
                effect.user = None;
            }
        })
}

fn jti_digits() -> Case {
    twins::hs256()
        .changed("claims/types/jti-digits", claim("jti", "\"0123\""))
        .accept()
        .title("jti is the string 0123")
        .why(
            "A string of digits is a string. A verifier that reads the identifier as a number confuses \
             `0123` with `123`.",
        )
        .requirement("RFC7519-4.1.7-JTI")
        .class("V1")
}
