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
const SUBJECTS: [Subject; 33] = [
    (
        "upper-case",
        "\"ADMIN\"",
        "a name in upper case",
        "Subjects are compared with their case: where it is folded, this is somebody else.",
    ),
    (
        "sharp-s",
        "\"stra\u{df}e\"",
        "a letter that has two upper-case ones",
        "Upper case of this letter is SS, and so folding makes two users one.",
    ),
    (
        "dotless-i",
        "\"\u{131}d\u{130}\"",
        "a dotless and a dotted i",
        "These letters change with case by the rules of one language only, and the machine may have \
         that language.",
    ),
    (
        "full-width",
        "\"\u{ff14}\u{ff12}\"",
        "42 in full-width digits",
        "Compatibility normalisation makes this 42: it is another subject.",
    ),
    (
        "ligature",
        "\"\u{fb01}n\"",
        "a ligature",
        "Compatibility normalisation makes two letters of it, and another user.",
    ),
    (
        "zero-width",
        "\"42\u{200b}\"",
        "42 with a zero width space",
        "Nothing is seen of it, and it is part of the string: this is not user 42.",
    ),
    (
        "no-break-space",
        "\"42\u{a0}\"",
        "42 with a no-break space",
        "Some functions trim it, others do not; it is not user 42.",
    ),
    (
        "byte-order-mark",
        "\"\u{feff}42\"",
        "42 after a byte order mark",
        "Inside a string the mark is a character: where it is taken away, this user becomes user 42.",
    ),
    (
        "right-to-left",
        "\"\u{202e}nimda\"",
        "a name that is shown the other way round",
        "A log shows `admin`; the subject is something else and stays so.",
    ),
    (
        "joined-emoji",
        "\"\u{1f469}\u{200d}\u{1f4bb}\"",
        "an emoji of three code points",
        "One sign on the screen, three code points in the string: none of them is lost.",
    ),
    (
        "noncharacter",
        "\"a\u{ffff}b\"",
        "a noncharacter",
        "Noncharacters are code points like others, and are valid in UTF-8.",
    ),
    (
        "null-escaped",
        "\"\\u0000\"",
        "NUL alone",
        "A string of one character is not an empty one, though a reader of C strings finds it so.",
    ),
    (
        "tab-and-newline",
        "\"\\t\\n\"",
        "a tab and a line break alone",
        "White space is not nothing: where strings are trimmed, this subject is empty.",
    ),
    (
        "markup",
        "\"<b>42</b> & 'x'\"",
        "markup and quotes",
        "The subject is text. Escaped for a page, or for a query, before it is compared, it is another one.",
    ),
    (
        "json-text",
        "\"[\\\"admin\\\"]\"",
        "an array as text",
        "A string with an array in it is a string; parsed once more, it names another user.",
    ),
    (
        "solidus-escaped",
        "\"a\\/b\"",
        "an escaped solidus",
        "`\\/` is a solidus, as some languages write it always.",
    ),
    (
        "path",
        "\"../../42\"",
        "a path",
        "Where subjects become file names or keys, this one leaves its place; as a string it is what it is.",
    ),
    (
        "separators",
        "\"42,43;44|45\"",
        "several numbers with separators",
        "One subject, whatever a list looks like elsewhere: it is not user 42.",
    ),
    (
        "leading-zero",
        "\"042\"",
        "42 with a leading zero",
        "A subject is text: as a number this would be user 42, or in octal user 34.",
    ),
    (
        "exponent",
        "\"42e0\"",
        "42 with an exponent",
        "A loose comparison of numbers in strings finds 42 here, and another user.",
    ),
    ("true-text", "\"true\"", "the string true", "A string that spells a literal is a string."),
    (
        "undefined-text",
        "\"undefined\"",
        "the string undefined",
        "What a script writes when it has nobody; as a subject it is a name like others, and not that \
         of an anonymous user.",
    ),
    (
        "e-mail",
        "\"Ada.Lovelace+test@example.com\"",
        "an e-mail address",
        "Neither the case of the address nor what follows the plus is the verifier's to change.",
    ),
    (
        "uri-with-query",
        "\"https://id.example.com/u/42?a=b#c\"",
        "a URI with query and fragment",
        "A URI is compared as a string: nothing is resolved, decoded or cut off.",
    ),
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
