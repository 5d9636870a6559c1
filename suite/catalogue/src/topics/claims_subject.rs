//! G10: what a subject may look like, and that it stays what it was.
//!
//! Subjects that are not strings are in `claims/types` and `centrifugo/claim-types`.

use jotproof_model::Reason;

use super::Topic;
use crate::case::Case;
use crate::edits::claim;
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = SUBJECTS.into_iter().map(subject).collect();
    cases.push(long());
    cases.extend(USERS.into_iter().map(user));
    cases.push(not_a_uri());
    Topic {
        path: "claims/subject",
        about: "Subjects that are strings: each is the user that it names, code point by code point.",
        cases,
    }
}

/// A subject. Name, raw string, what it is, what goes wrong.
type Subject = (&'static str, &'static str, &'static str, &'static str);

/// Subjects by the RFC alone.
const SUBJECTS: [Subject; 9] = [
    (
        "empty",
        "\"\"",
        "an empty string",
        "An empty string is a string; what it means is for the application to say.",
    ),
    (
        "escaped",
        "\"\\u0034\\u0032\"",
        "42, written with escapes",
        "The subject is what the escapes stand for.",
    ),
    (
        "composed",
        "\"Zo\u{eb}\"",
        "a name with a composed letter",
        "Strings are compared without normalisation: this is not the same subject as the one with a \
         letter and a combining mark.",
    ),
    (
        "decomposed",
        "\"Zoe\u{308}\"",
        "the same name with a letter and a combining mark",
        "Strings are compared without normalisation: where it is normalised, one user becomes \
         another.",
    ),
    (
        "look-alike",
        "\"\u{430}dmin\"",
        "admin with a Cyrillic letter",
        "Look-alikes are other subjects; where they are folded, anybody is admin.",
    ),
    (
        "beyond-the-basic-plane",
        "\"\u{1f600}\\ud83d\\ude00\u{10348}\"",
        "characters beyond the basic plane, plain and escaped",
        "Surrogate pairs are one character each; a reader of UTF-16 units must not tear them apart.",
    ),
    (
        "controls",
        "\"a\\tb\\r\\nc\\u001b[31m\\u007f\"",
        "control characters, written with escapes",
        "Escaped control characters are part of the string; a log or a frame that they are written \
         into must not be broken by them.",
    ),
    ("urn", "\"urn:example:user:42\"", "a URI", "A subject with a colon is a URI, and this is one."),
    (
        "scheme-and-number",
        "\"user:42\"",
        "a kind and a number",
        "Many applications number their users like this; it has the form of a URI.",
    ),
];

fn subject((name, value, what, why): Subject) -> Case {
    twins::hs256()
        .changed(&format!("claims/subject/{name}"), claim("sub", value))
        .accept()
        .title(format!("sub: {what}"))
        .why(why)
        .requirement("RFC7519-4.1.2-SUB")
        .class("C11")
}

fn long() -> Case {
    twins::hs256()
        .changed(
            "claims/subject/two-kibibytes",
            claim("sub", &format!("\"{}\"", "0123456789abcdef".repeat(128))),
        )
        .accept()
        .title("sub: two kibibytes")
        .why("A long subject arrives whole. Cut, it is that of every user with the same beginning.")
        .requirement("RFC7519-4.1.2-SUB")
        .class("C11")
}

/// Subjects that a program in between may take for something else: Centrifugo's user ids.
const USERS: [Subject; 6] = [
    (
        "space",
        "\" \"",
        "a single space",
        "A space is not nothing: where strings are trimmed, this user becomes anonymous.",
    ),
    (
        "spaces-around",
        "\" 42 \"",
        "42 with spaces around it",
        "Where strings are trimmed, this user becomes user 42.",
    ),
    (
        "zero",
        "\"0\"",
        "the string 0",
        "In some languages this string counts as false: the user becomes anonymous.",
    ),
    (
        "null-text",
        "\"null\"",
        "the string null",
        "A string that spells a literal is a string: the user is not absent.",
    ),
    (
        "digits",
        "\"9007199254740993\"",
        "digits beyond 2^53",
        "A user id is text. Where it is read as a number, it becomes that of the neighbour, \
         9007199254740992.",
    ),
    (
        "nul",
        "\"42\\u0000admin\"",
        "42, NUL, and something else",
        "Where strings end at NUL, as in C, this user becomes user 42.",
    ),
];

fn user((name, value, what, why): Subject) -> Case {
    twins::centrifugo()
        .changed(&format!("claims/subject/user-{name}"), claim("sub", value))
        .accept()
        .title(format!("the user: {what}"))
        .why(why)
        .requirement("CF-SUB-1")
        .requirement("RFC7519-4.1.2-SUB")
        .class("C11")
}

fn not_a_uri() -> Case {
    twins::hs256()
        .changed("claims/subject/not-a-uri", claim("sub", "\"1:2\""))
        .either(
            "A string with a colon must be a URI (RFC 7519 section 2, StringOrURI), which this is not; \
             that a verifier refuses it is said nowhere.",
            [Reason::ClaimType],
        )
        .title("sub: a colon, and not a URI")
        .why("Pairs of numbers are common as subjects; few verifiers look whether they are URIs.")
        .requirement("RFC7519-2-STRINGORURI")
        .class("C11")
}
