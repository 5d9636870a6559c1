//! G10: strings that are valid subjects and must not be changed.
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
        about: "Values of `sub` that are strings. Each names exactly one user and must not be changed, code \
                point by code point.",
        cases,
    }
}

/// A subject: name, raw string, description, what goes wrong.
type Subject = (&'static str, &'static str, &'static str, &'static str);

/// Subjects of plain JWTs.
const SUBJECTS: [Subject; 33] = [
    (
        "upper-case",
        "\"ADMIN\"",
        "a name in upper case",
        "Subjects are case-sensitive. A verifier that ignores case turns this user into another one.",
    ),
    (
        "sharp-s",
        "\"stra\u{df}e\"",
        "a name with a sharp s",
        "The upper case of this letter is `SS`. A verifier that converts case gives two users the same \
         subject.",
    ),
    (
        "dotless-i",
        "\"\u{131}d\u{130}\"",
        "a name with a dotless and a dotted i",
        "The case of these letters depends on the locale. A verifier that converts case changes the subject \
         on some machines.",
    ),
    (
        "full-width",
        "\"\u{ff14}\u{ff12}\"",
        "42 in full-width digits",
        "Compatibility normalization turns these digits into `42`, which is another subject.",
    ),
    (
        "ligature",
        "\"\u{fb01}n\"",
        "a name with a ligature",
        "Compatibility normalization turns the ligature into two letters, which make another subject.",
    ),
    (
        "zero-width",
        "\"42\u{200b}\"",
        "42 followed by a zero-width space",
        "The space is invisible, but it is part of the string. This is not user 42.",
    ),
    (
        "no-break-space",
        "\"42\u{a0}\"",
        "42 followed by a no-break space",
        "Some functions trim this character, and others do not. This is not user 42.",
    ),
    (
        "byte-order-mark",
        "\"\u{feff}42\"",
        "42 preceded by a byte order mark",
        "Inside a string, the mark is a character. A verifier that drops it turns this user into user 42.",
    ),
    (
        "right-to-left",
        "\"\u{202e}nimda\"",
        "a name after a right-to-left override",
        "A log shows `admin`, but the subject is a different string and must stay so.",
    ),
    (
        "joined-emoji",
        "\"\u{1f469}\u{200d}\u{1f4bb}\"",
        "an emoji of three code points",
        "The emoji is one symbol on the screen and three code points in the string. None may be lost.",
    ),
    (
        "noncharacter",
        "\"a\u{ffff}b\"",
        "a name with a noncharacter",
        "Noncharacters are code points like any other and valid in UTF-8.",
    ),
    (
        "null-escaped",
        "\"\\u0000\"",
        "NUL alone",
        "The string has one character, so it is not empty. A verifier that uses C strings reads it as empty.",
    ),
    (
        "tab-and-newline",
        "\"\\t\\n\"",
        "a tab and a line feed alone",
        "White space is not an empty string. A verifier that trims strings reads this subject as empty.",
    ),
    (
        "markup",
        "\"<b>42</b> & 'x'\"",
        "markup and quotes",
        "The subject is text. A verifier that escapes it for HTML or SQL before it compares changes the \
         subject.",
    ),
    (
        "json-text",
        "\"[\\\"admin\\\"]\"",
        "the JSON text of an array",
        "The value is a string. A verifier that parses it as JSON again finds another user.",
    ),
    (
        "solidus-escaped",
        "\"a\\/b\"",
        "a string with an escaped solidus",
        "`\\/` is a JSON escape for a solidus, and some languages always write it.",
    ),
    (
        "path",
        "\"../../42\"",
        "a relative path",
        "A verifier that uses subjects as file names or keys may leave its directory. As a string, the \
         subject is valid.",
    ),
    (
        "separators",
        "\"42,43;44|45\"",
        "several numbers with separators in one string",
        "This is one subject and not a list. It is not user 42.",
    ),
    (
        "leading-zero",
        "\"042\"",
        "42 with a leading zero",
        "A subject is text. A verifier that reads it as a number finds user 42, or user 34 in octal.",
    ),
    (
        "exponent",
        "\"42e0\"",
        "42 written with an exponent",
        "A verifier that compares numeric strings loosely finds user 42, who is another user.",
    ),
    ("true-text", "\"true\"", "the string true", "A string that spells a literal is still a string."),
    (
        "undefined-text",
        "\"undefined\"",
        "the string undefined",
        "Scripts write this for a missing value. As a subject it is a name like any other and does not mean \
         an anonymous user.",
    ),
    (
        "e-mail",
        "\"Ada.Lovelace+test@example.com\"",
        "an e-mail address",
        "A verifier must not change the case of the address or cut off the part after the plus.",
    ),
    (
        "uri-with-query",
        "\"https://id.example.com/u/42?a=b#c\"",
        "a URI with a query and a fragment",
        "A URI is compared as a string. A verifier must not resolve, decode or shorten it.",
    ),
    (
        "empty",
        "\"\"",
        "an empty string",
        "An empty string is a valid string. The application decides what it means.",
    ),
    ("escaped", "\"\\u0034\\u0032\"", "42, written with JSON escapes", "The subject is the decoded string."),
    (
        "composed",
        "\"Zo\u{eb}\"",
        "a name with a composed letter",
        "Strings are compared without normalization. This is not the same subject as the one with a \
         combining mark.",
    ),
    (
        "decomposed",
        "\"Zoe\u{308}\"",
        "a name with a combining mark",
        "Strings are compared without normalization. A verifier that normalizes turns this user into another \
         one.",
    ),
    (
        "look-alike",
        "\"\u{430}dmin\"",
        "admin with a Cyrillic look-alike letter",
        "A look-alike is a different subject. A verifier that maps look-alike letters to one letter lets \
         anyone be admin.",
    ),
    (
        "beyond-the-basic-plane",
        "\"\u{1f600}\\ud83d\\ude00\u{10348}\"",
        "characters outside the Basic Multilingual Plane, plain and escaped",
        "Each surrogate pair is one character. A reader of UTF-16 code units must not split it.",
    ),
    (
        "controls",
        "\"a\\tb\\r\\nc\\u001b[31m\\u007f\"",
        "control characters, written as JSON escapes",
        "Escaped control characters are part of the string. They must not break a log or a frame that they \
         are written to.",
    ),
    (
        "urn",
        "\"urn:example:user:42\"",
        "a URI",
        "A subject that contains a colon must be a URI, and this one \
                                                 is.",
    ),
    (
        "scheme-and-number",
        "\"user:42\"",
        "a kind and a number, separated by a colon",
        "Many applications number their users like this, and the string has the form of a URI.",
    ),
];

fn subject((name, value, what, why): Subject) -> Case {
    twins::hs256()
        .changed(&format!("claims/subject/{name}"), claim("sub", value))
        .accept()
        .title(format!("sub is {what}"))
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
        .title("sub is a string of two kibibytes")
        .why(
            "A long subject must be kept whole. A verifier that truncates it confuses all users with the \
             same prefix.",
        )
        .requirement("RFC7519-4.1.2-SUB")
        .class("C11")
}

/// Subjects that a server may change on the way: Centrifugo's user ids.
const USERS: [Subject; 6] = [
    (
        "space",
        "\" \"",
        "a single space",
        "A space is not an empty string. A server that trims strings makes this user anonymous.",
    ),
    (
        "spaces-around",
        "\" 42 \"",
        "42 surrounded by spaces",
        "A server that trims strings turns this user into user 42.",
    ),
    (
        "zero",
        "\"0\"",
        "the string 0",
        "In some languages this string counts as false. A server that tests it like that makes the user \
         anonymous.",
    ),
    (
        "null-text",
        "\"null\"",
        "the string null",
        "A string that spells a literal is still a string. The user is not missing.",
    ),
    (
        "digits",
        "\"9007199254740993\"",
        "a string of digits beyond 2^53",
        "A user id is text. A server that reads it as a number may find the neighbour, 9007199254740992.",
    ),
    (
        "nul",
        "\"42\\u0000admin\"",
        "42 followed by NUL and more text",
        "A server that ends strings at NUL, as C does, turns this user into user 42.",
    ),
];

fn user((name, value, what, why): Subject) -> Case {
    twins::centrifugo()
        .changed(&format!("claims/subject/user-{name}"), claim("sub", value))
        .accept()
        .title(format!("sub is {what} (Centrifugo user)"))
        .why(why)
        .requirement("CF-SUB-1")
        .requirement("RFC7519-4.1.2-SUB")
        .class("C11")
}

fn not_a_uri() -> Case {
    twins::hs256()
        .changed("claims/subject/not-a-uri", claim("sub", "\"1:2\""))
        .either(
            "RFC 7519 section 2 (StringOrURI): a string with a colon must be a URI, and this one is not. No \
             text requires a verifier to reject it.",
            [Reason::ClaimType],
        )
        .title("sub is a string with a colon that is not a URI")
        .why("Pairs of numbers are common subjects. Few verifiers check whether they are URIs.")
        .requirement("RFC7519-2-STRINGORURI")
        .class("C11")
}
