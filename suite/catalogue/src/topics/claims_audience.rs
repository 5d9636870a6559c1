//! G9: `aud` against a configured audience, and against none.

use jotproof_model::{Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases = vec![twins::bound(), absent()];
    cases.extend(NAMED.into_iter().map(named));
    cases.extend(OTHER.into_iter().map(other));
    cases.extend(ARRAYS_WITHOUT.into_iter().map(array_without));
    cases.extend(WRONG_TYPES.into_iter().map(wrong_type));
    cases.extend(WITH_OTHER_TYPES.into_iter().map(with_other_type));
    cases.extend(UNEXPECTED.into_iter().map(unexpected));
    Topic {
        path: "claims/audience",
        about: "Whom a token is for: equal strings and nothing else, where an audience is configured \
                (https://api.example.com/chat).",
        cases,
    }
}

fn absent() -> Case {
    twins::bound()
        .changed("claims/audience/absent", without_claim("aud"))
        .either_better_refused(
            "`aud` is optional (RFC 7519 section 4.1.3); where an issuer serves several audiences, a \
             token without it is to be refused (RFC 8725 section 3.9).",
            [Reason::Audience, Reason::ClaimMissing],
        )
        .title("no aud, and an audience is configured")
        .why(
            "A verifier that is told its audience and lets in tokens without one lets in those that \
             the issuer made for any other service.",
        )
        .requirement("RFC8725-3.9-AUD")
        .class("C8")
        .threat(Threat::Holder)
}

/// Name, raw value, what it is.
type Value = (&'static str, &'static str, &'static str);

/// Values that name the audience.
const NAMED: [Value; 4] = [
    (
        "escaped",
        "\"https:\\/\\/api.example.com\\/\\u0063hat\"",
        "the configured audience, written with escapes",
    ),
    ("array-of-one", "[\"https://api.example.com/chat\"]", "an array with the configured audience alone"),
    (
        "array-first",
        "[\"https://api.example.com/chat\",\"https://other.example.com\"]",
        "an array with the configured audience first",
    ),
    (
        "array-last",
        "[\"https://other.example.com\",\"https://api.example.com/feed\",\"https://api.example.com/chat\"]",
        "an array with the configured audience last",
    ),
];

fn named((name, value, what): Value) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .accept()
        .title(what)
        .why(
            "The verifier finds itself among the audiences, by comparing strings after their escapes \
              are resolved.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .requirement("CF-AUD-2")
        .requirement("CF-AUD-3")
        .class("C8")
}

/// Strings that are not the audience. Name, raw value, what it is, how it comes to be accepted.
const OTHER: [(&str, &str, &str, &str); 18] = [
    (
        "another",
        "\"https://other.example.com\"",
        "another audience",
        "The token is for another service, which may itself present it here.",
    ),
    (
        "prefix",
        "\"https://api.example.com\"",
        "a beginning of the configured audience",
        "The configured audience is searched for the claim instead of compared with it.",
    ),
    (
        "suffix",
        "\"api.example.com/chat\"",
        "an end of the configured audience",
        "The configured audience is searched for the claim, or both are stripped of their scheme.",
    ),
    (
        "longer",
        "\"https://api.example.com/chat-admin\"",
        "the configured audience with something after it",
        "The claim need only begin with the configured audience.",
    ),
    (
        "something-before",
        "\"https://evil.example/?u=https://api.example.com/chat\"",
        "the configured audience with something before it",
        "The claim is searched for the configured audience, as a regular expression without anchors \
         does it.",
    ),
    (
        "case",
        "\"https://API.example.com/chat\"",
        "the configured audience in another case",
        "Case is folded, as for host names; but the comparison is case-sensitive.",
    ),
    (
        "trailing-slash",
        "\"https://api.example.com/chat/\"",
        "the configured audience with a final slash",
        "Addresses are normalised; but strings are compared without transformation.",
    ),
    (
        "percent-encoded",
        "\"https://api.example.com/%63hat\"",
        "the configured audience, percent-encoded",
        "Addresses are normalised; but strings are compared without transformation.",
    ),
    (
        "trailing-space",
        "\"https://api.example.com/chat \"",
        "the configured audience with a space after it",
        "Strings are trimmed before they are compared.",
    ),
    ("empty", "\"\"", "an empty string", "An empty claim is taken as absent, or is found in every audience."),
    (
        "look-alike",
        "\"https://\u{430}pi.example.com/chat\"",
        "the configured audience with a Cyrillic letter",
        "Look-alikes are folded, or were never told apart.",
    ),
    (
        "cut-by-nul",
        "\"https://api.example.com/chat\\u0000.evil.example\"",
        "the configured audience, NUL, and something else",
        "The comparison ends at NUL, as in C.",
    ),
    (
        "comma-list",
        "\"https://other.example.com,https://api.example.com/chat\"",
        "a list with commas in one string",
        "A string is taken apart; but several audiences are an array.",
    ),
    (
        "space-list",
        "\"https://other.example.com https://api.example.com/chat\"",
        "a list with spaces in one string",
        "A string is taken apart, as `scope` is; but several audiences are an array.",
    ),
    (
        "array-text",
        "\"[\\\"https://api.example.com/chat\\\"]\"",
        "the text of an array in one string",
        "A string is decoded once more, as if it were JSON.",
    ),
    ("wildcard", "\"*\"", "an asterisk", "The sender chooses a pattern that matches everything."),
    (
        "dot-as-pattern",
        "\"https://api-example.com/chat\"",
        "the configured audience with another character for a dot",
        "The configured audience is used as a regular expression, in which a dot is any character.",
    ),
    (
        "issuer",
        "\"https://issuer.example.com\"",
        "the configured issuer",
        "The two claims, or the two options, are mixed up.",
    ),
];

fn other((name, value, what, why): (&str, &str, &str, &str)) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .reject([Reason::Audience])
        .title(what)
        .why(format!("{why} A token for somebody else is accepted."))
        .requirement("RFC7519-4.1.3-AUD")
        .requirement("RFC8725-3.9-AUD")
        .requirement(if name == "another" { "CF-AUD-2" } else { "CF-AUD-3" })
        .class("C8")
        .threat(Threat::Holder)
}

/// Arrays of strings that do not name the audience.
const ARRAYS_WITHOUT: [Value; 3] = [
    ("array-empty", "[]", "an empty array"),
    (
        "array-without",
        "[\"https://other.example.com\",\"https://api.example.com/feed\"]",
        "an array without the configured audience",
    ),
    (
        "array-of-pieces",
        "[\"https://api.example.com\",\"/chat\"]",
        "an array whose elements make the configured audience when they are joined",
    ),
];

fn array_without((name, value, what): Value) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .reject([Reason::Audience])
        .title(what)
        .why(
            "The verifier is not among the audiences. An empty list names nobody and does not stand \
             for everybody; elements are compared one by one, and whole.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .requirement("CF-AUD-2")
        .class("C8")
        .threat(Threat::Holder)
}

/// Values that cannot name anybody.
const WRONG_TYPES: [Value; 5] = [
    ("null", "null", "null"),
    ("number", "0", "a number"),
    ("object", "{\"https://api.example.com/chat\":true}", "an object with the configured audience as a name"),
    ("array-in-array", "[[\"https://api.example.com/chat\"]]", "an array in an array"),
    ("array-of-numbers", "[0,1]", "an array of numbers"),
];

fn wrong_type((name, value, what): Value) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .reject([Reason::Audience, Reason::ClaimType])
        .title(format!("aud that is {what}"))
        .why(
            "An audience is a string, or an array of strings. A value of another type names nobody; \
             where it is taken as absent, the check is left out.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
        .threat(Threat::Holder)
}

/// Arrays that name the audience and hold something else too.
const WITH_OTHER_TYPES: [Value; 2] = [
    ("array-with-number", "[\"https://api.example.com/chat\",1]", "a number"),
    ("array-with-null", "[null,\"https://api.example.com/chat\"]", "null"),
];

fn with_other_type((name, value, what): Value) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .either(
            "The verifier is named, which is what RFC 7519 section 4.1.3 asks for; the array is not \
             one of strings alone, which the same section says it is.",
            [Reason::Audience, Reason::ClaimType],
        )
        .title(format!("an array with the configured audience and {what}"))
        .why(
            "The token is ill-formed and the verifier is named in it: accepted or refused, it must \
              not end in an internal error.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
}

/// Audiences where none is configured.
const UNEXPECTED: [Value; 3] = [
    ("none-configured-string", "\"https://other.example.com\"", "a string"),
    ("none-configured-array", "[\"https://other.example.com\",\"https://api.example.com/chat\"]", "an array"),
    ("none-configured-array-empty", "[]", "an empty array"),
];

fn unexpected((name, value, what): Value) -> Case {
    twins::hs256()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .either(
            "A principal that processes the claim and does not find itself in it refuses the token \
             (RFC 7519 section 4.1.3); one that is told of no audience does not process it.",
            [Reason::Audience],
        )
        .title(format!("aud that is {what}, and no audience is configured"))
        .why(
            "A token that says whom it is for reaches a verifier that does not know who it is. To \
             refuse is safe; to accept is what most verifiers do, and why an audience is to be \
             configured.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
        .threat(Threat::Holder)
}
