//! G9: `iss` against a configured issuer, and against none.

use jotproof_model::{Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases = vec![absent(), escaped()];
    cases.extend(OTHER.into_iter().map(other));
    cases.extend(WRONG_TYPES.into_iter().map(wrong_type));
    cases.push(none_configured());
    Topic {
        path: "claims/issuer",
        about: "Who made a token: one string, equal to the configured issuer \
                (https://issuer.example.com), where one is configured.",
        cases,
    }
}

fn absent() -> Case {
    twins::bound()
        .changed("claims/issuer/absent", without_claim("iss"))
        .either_better_refused(
            "`iss` is optional (RFC 7519 section 4.1.1), and RFC 8725 section 3.8 speaks of an issuer \
             that is there.",
            [Reason::Issuer, Reason::ClaimMissing],
        )
        .title("no iss, and an issuer is configured")
        .why(
            "A verifier that is told its issuer and lets in tokens without one can be talked out of \
             the check by leaving the claim out.",
        )
        .requirement("RFC7519-4.1.1-ISS")
        .requirement("RFC8725-3.8-ISS")
        .class("C9")
        .threat(Threat::Holder)
}

fn escaped() -> Case {
    twins::bound()
        .changed("claims/issuer/escaped", claim("iss", "\"https:\\/\\/\\u0069ssuer.example.com\""))
        .accept()
        .title("the configured issuer, written with escapes")
        .why("Strings are compared after their escapes are resolved; this one is equal.")
        .requirement("RFC8725-3.8-ISS")
        .requirement("CF-ISS-2")
        .requirement("CF-ISS-3")
        .class("C9")
}

/// Strings that are not the issuer. Name, raw value, what it is, how it comes to be accepted.
const OTHER: [(&str, &str, &str, &str); 12] = [
    (
        "another",
        "\"https://evil.example\"",
        "another issuer",
        "The claim is not compared: whoever shares the key speaks for this issuer.",
    ),
    (
        "prefix",
        "\"https://issuer\"",
        "a beginning of the configured issuer",
        "The configured issuer is searched for the claim instead of compared with it.",
    ),
    (
        "suffix",
        "\"example.com\"",
        "an end of the configured issuer",
        "The configured issuer is searched for the claim, or only its domain counts.",
    ),
    (
        "longer",
        "\"https://issuer.example.com.evil.example\"",
        "the configured issuer as the beginning of another host",
        "The claim need only begin with the configured issuer.",
    ),
    (
        "something-before",
        "\"https://evil.example/https://issuer.example.com\"",
        "the configured issuer with something before it",
        "The claim is searched for the configured issuer, as a regular expression without anchors \
         does it.",
    ),
    (
        "case",
        "\"https://Issuer.Example.com\"",
        "the configured issuer in another case",
        "Case is folded, as for host names; but the comparison is case-sensitive.",
    ),
    (
        "trailing-slash",
        "\"https://issuer.example.com/\"",
        "the configured issuer with a final slash",
        "Addresses are normalised; but strings are compared without transformation.",
    ),
    (
        "leading-space",
        "\" https://issuer.example.com\"",
        "the configured issuer with a space before it",
        "Strings are trimmed before they are compared.",
    ),
    ("empty", "\"\"", "an empty string", "An empty claim is taken as absent."),
    (
        "look-alike",
        "\"https://\u{456}ssuer.example.com\"",
        "the configured issuer with a Cyrillic letter",
        "Look-alikes are folded, or were never told apart.",
    ),
    (
        "dot-as-pattern",
        "\"https://issuer-example.com\"",
        "the configured issuer with another character for a dot",
        "The configured issuer is used as a regular expression, in which a dot is any character.",
    ),
    (
        "audience",
        "\"https://api.example.com/chat\"",
        "the configured audience",
        "The two claims, or the two options, are mixed up.",
    ),
];

fn other((name, value, what, why): (&str, &str, &str, &str)) -> Case {
    twins::bound()
        .changed(&format!("claims/issuer/{name}"), claim("iss", value))
        .reject([Reason::Issuer])
        .title(what)
        .why(format!("{why} A token of another issuer is accepted."))
        .requirement("RFC8725-3.8-ISS")
        .requirement(if name == "another" { "CF-ISS-2" } else { "CF-ISS-3" })
        .class("C9")
        .threat(Threat::Holder)
}

/// Values that are no issuer.
const WRONG_TYPES: [(&str, &str, &str); 5] = [
    ("null", "null", "null"),
    ("number", "1", "a number"),
    ("object", "{\"https://issuer.example.com\":1}", "an object with the configured issuer as a name"),
    ("array-of-one", "[\"https://issuer.example.com\"]", "an array with the configured issuer"),
    (
        "array-with-another",
        "[\"https://evil.example\",\"https://issuer.example.com\"]",
        "an array with another issuer and the configured one",
    ),
];

fn wrong_type((name, value, what): (&str, &str, &str)) -> Case {
    twins::bound()
        .changed(&format!("claims/issuer/{name}"), claim("iss", value))
        .reject([Reason::Issuer, Reason::ClaimType])
        .title(format!("iss that is {what}"))
        .why(
            "An issuer is one string. A value of another type is not the configured issuer; what it \
             holds is compared by nobody but a verifier that takes `iss` for a list, and two readers \
             of the same token may then see two issuers.",
        )
        .requirement("RFC7519-4.1.1-ISS")
        .requirement("RFC8725-3.8-ISS")
        .class("C9")
        .threat(Threat::Holder)
}

fn none_configured() -> Case {
    twins::hs256()
        .changed("claims/issuer/none-configured", claim("iss", "\"https://anybody.example.com\""))
        .accept()
        .title("an iss, and no issuer is configured")
        .why(
            "What `iss` means is for the application to say; where it says nothing, the key is what a \
             verifier trusts.",
        )
        .requirement("RFC7519-4.1.1-ISS")
        .class("C9")
}
