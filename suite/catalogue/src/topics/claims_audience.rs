//! G9: `aud` against a configured audience, and against none.

use jotproof_model::edit::ContextChange;
use jotproof_model::{Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, header, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases = vec![twins::bound(), absent()];
    cases.extend(NAMED.into_iter().map(named));
    cases.extend(OTHER.into_iter().map(other));
    cases.extend(ARRAYS_WITHOUT.into_iter().map(array_without));
    cases.extend(WRONG_TYPES.into_iter().map(wrong_type));
    cases.extend(WITH_OTHER_TYPES.into_iter().map(with_other_type));
    cases.extend(UNEXPECTED.into_iter().map(unexpected));
    cases.extend(NAMED_IN_LIST.into_iter().map(named));
    cases.push(long_list());
    cases.extend(NORMALISED.into_iter().chain(TEXTS).map(other));
    cases.extend(IN_LISTS.into_iter().map(alone_in_list));
    cases.extend(AMONG_OTHERS.into_iter().map(among_others));
    cases.push(joined());
    cases.extend(MORE_WRONG_TYPES.into_iter().map(wrong_type));
    cases.extend(WITH_JUNK.into_iter().map(with_junk));
    cases.extend(MORE_WITH_OTHER_TYPES.into_iter().map(with_other_type));
    cases.push(swapped());
    cases.extend(repeated_in_header());
    cases.extend(without_issuer());
    cases.extend(unicode());
    Topic {
        path: "claims/audience",
        about: "Whom a token is for: equal strings and nothing else, where an audience is configured \
                (https://api.example.com/chat).",
        cases,
    }
}

fn absent() -> Case {
    twins::bound()
        .changed("claims/audience/absent-though-configured", without_claim("aud"))
        .reject([Reason::Audience, Reason::ClaimMissing])
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
        .documented("CF-AUD-2")
        .documented("CF-AUD-3")
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
        .requirement("RFC7519-7.3-COMPARE")
        .requirement("RFC7519-4.1.3-AUD")
        .requirement("RFC8725-3.9-AUD")
        .documented(if name == "another" { "CF-AUD-2" } else { "CF-AUD-3" })
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
        .documented("CF-AUD-2")
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

/// Lists that name the audience.
const NAMED_IN_LIST: [Value; 4] = [
    (
        "array-middle",
        "[\"https://other.example.com\",\"https://api.example.com/chat\",\"https://api.example.com/feed\"]",
        "an array with the configured audience between others",
    ),
    (
        "array-twice",
        "[\"https://api.example.com/chat\",\"https://api.example.com/chat\"]",
        "an array with the configured audience twice",
    ),
    (
        "array-beside-an-empty-string",
        "[\"\",\"https://api.example.com/chat\"]",
        "an array with an empty string and the configured audience",
    ),
    (
        "array-escaped",
        "[ \"https://other.example.com\" ,\n \"https:\\/\\/api.example.com\\/\\u0063hat\" ]",
        "an array with white space, and the configured audience written with escapes",
    ),
];

fn long_list() -> Case {
    let others = (0..100).map(|at| format!("\"https://service-{at}.example.com\"")).collect::<Vec<_>>();
    let value = format!("[{},\"https://api.example.com/chat\"]", others.join(","));
    twins::bound()
        .changed("claims/audience/array-after-a-hundred", claim("aud", &value))
        .accept()
        .title("an array with the configured audience after a hundred others")
        .why("The list has no greatest length: a verifier that looks at the first few refuses a good token.")
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-2")
        .class("C8")
}

/// Addresses that lead to the same place, or to the same host, and are other strings.
const NORMALISED: [(&str, &str, &str, &str); 11] = [
    (
        "trailing-dot",
        "\"https://api.example.com./chat\"",
        "the configured audience with the final dot of a full host name",
        "Host names are normalised; but strings are compared without transformation.",
    ),
    (
        "scheme",
        "\"http://api.example.com/chat\"",
        "the configured audience with another scheme",
        "What stands before the host is left out of the comparison, and with it the difference between \
         a protected service and an open one.",
    ),
    (
        "default-port",
        "\"https://api.example.com:443/chat\"",
        "the configured audience with the port that it has anyway",
        "Addresses are taken apart and compared by their parts, with what they leave out filled in.",
    ),
    (
        "dot-segments",
        "\"https://api.example.com/feed/../chat\"",
        "the configured audience by way of another path",
        "Paths are resolved before they are compared.",
    ),
    (
        "double-slash",
        "\"https://api.example.com//chat\"",
        "the configured audience with an empty path segment",
        "Empty path segments are dropped before the comparison.",
    ),
    (
        "query",
        "\"https://api.example.com/chat?tenant=2\"",
        "the configured audience with a query",
        "The query is cut off before the comparison, although it may say which tenant is meant.",
    ),
    (
        "fragment",
        "\"https://api.example.com/chat#2\"",
        "the configured audience with a fragment",
        "The fragment is cut off before the comparison, as browsers do with addresses.",
    ),
    (
        "user-information",
        "\"https://evil@api.example.com/chat\"",
        "the configured audience with a user name before the host",
        "Only host and path are compared.",
    ),
    (
        "another-path",
        "\"https://api.example.com/feed\"",
        "another service of the same host",
        "Only the host is compared, or only the length and the beginning.",
    ),
    (
        "backslashes",
        "\"https:\\\\\\\\api.example.com\\\\chat\"",
        "the configured audience with backslashes",
        "Backslashes are taken for slashes, as browsers do in addresses.",
    ),
    (
        "ideographic-dot",
        "\"https://api\u{3002}example.com/chat\"",
        "the configured audience with an ideographic full stop in its host",
        "Host names are mapped as internationalised ones are, by which this character is a dot.",
    ),
];

/// Texts that differ by a little, or that a lenient comparison takes for the same.
const TEXTS: [(&str, &str, &str, &str); 18] = [
    (
        "middle",
        "\"api.example.com\"",
        "a piece from the middle of the configured audience",
        "The configured audience is searched for the claim instead of compared with it.",
    ),
    (
        "one-character",
        "\"https://api.example.com/chaz\"",
        "the configured audience with another last character",
        "The comparison stops one character early.",
    ),
    (
        "one-character-less",
        "\"https://api.example.com/cha\"",
        "the configured audience without its last character",
        "As many characters are compared as the claim has.",
    ),
    (
        "first-character",
        "\"xttps://api.example.com/chat\"",
        "the configured audience with another first character",
        "The comparison begins one character late.",
    ),
    (
        "full-width",
        "\"https://api.example.com/\u{ff43}hat\"",
        "the configured audience with a full-width letter",
        "Strings are brought into a compatibility form of Unicode before they are compared.",
    ),
    (
        "long-s",
        "\"http\u{17f}://api.example.com/chat\"",
        "the configured audience with a long s",
        "Case is folded by the rules of Unicode, under which this letter is an `s`.",
    ),
    (
        "zero-width-space",
        "\"https://api.example.com/\u{200b}chat\"",
        "the configured audience with a zero-width space in it",
        "Characters that do not show are dropped before the comparison.",
    ),
    (
        "byte-order-mark",
        "\"\u{feff}https://api.example.com/chat\"",
        "the configured audience after a byte order mark",
        "A byte order mark is dropped wherever a text begins.",
    ),
    (
        "leading-space",
        "\" https://api.example.com/chat\"",
        "the configured audience with a space before it",
        "Strings are trimmed before they are compared.",
    ),
    (
        "no-break-space-after",
        "\"https://api.example.com/chat\u{a0}\"",
        "the configured audience with a no-break space after it",
        "Strings are trimmed of whatever Unicode calls white space.",
    ),
    (
        "line-break-after",
        "\"https://api.example.com/chat\\n\"",
        "the configured audience and a line break",
        "A regular expression that ends in `$` also matches before a final line break.",
    ),
    (
        "line-of-its-own",
        "\"https://other.example.com\\nhttps://api.example.com/chat\"",
        "the configured audience in the second line of a string",
        "A regular expression with `^` and `$` matches any line of the text.",
    ),
    (
        "leading-nul",
        "\"\\u0000https://api.example.com/chat\"",
        "NUL and the configured audience",
        "The claim ends at NUL, as in C, so that it is empty, and an empty claim is taken as absent.",
    ),
    (
        "quoted",
        "\"\\\"https://api.example.com/chat\\\"\"",
        "the configured audience in quotes of its own",
        "Quotes are stripped, or the string is decoded once more.",
    ),
    (
        "escaped-twice",
        "\"https:\\\\u002f\\\\u002fapi.example.com\\\\u002fchat\"",
        "the text of the configured audience with escapes, which are not escapes of the token",
        "Escapes are resolved once more after the JSON was decoded.",
    ),
    (
        "regular-expression",
        "\".*\"",
        "a regular expression",
        "The claim is used as the pattern: the sender writes one that matches everything.",
    ),
    (
        "semicolon-list",
        "\"https://api.example.com/chat;https://other.example.com\"",
        "a list with semicolons in one string",
        "The claim is cut at the first character that looks like a separator.",
    ),
    (
        "word-null",
        "\"null\"",
        "the word null",
        "The text of an absent value is compared, or taken for an absent value itself.",
    ),
];

/// Elements of a list of one. Words for an id, raw value, what it is, how it comes to be accepted.
const IN_LISTS: [(&str, &str, &str, &str); 22] = [
    ("prefix", "\"https://api.example.com\"", "a beginning of the configured audience", SEARCHED),
    ("suffix", "\"api.example.com/chat\"", "an end of the configured audience", SEARCHED),
    ("middle", "\"api.example.com\"", "a piece from the middle of the configured audience", SEARCHED),
    (
        "longer",
        "\"https://api.example.com/chat-admin\"",
        "the configured audience with something after it",
        "The element need only begin with the configured audience.",
    ),
    (
        "something-before",
        "\"https://evil.example/?u=https://api.example.com/chat\"",
        "the configured audience with something before it",
        "The text of the list is searched for the configured audience.",
    ),
    ("case", "\"https://API.example.com/chat\"", "the configured audience in another case", FOLDED),
    (
        "one-character",
        "\"https://api.example.com/chaz\"",
        "the configured audience with another last character",
        "The comparison stops one character early.",
    ),
    (
        "one-character-less",
        "\"https://api.example.com/cha\"",
        "the configured audience without its last character",
        "As many characters are compared as the element has.",
    ),
    (
        "trailing-slash",
        "\"https://api.example.com/chat/\"",
        "the configured audience with a final slash",
        NORMAL,
    ),
    ("trailing-dot", "\"https://api.example.com./chat\"", "the configured audience with a final dot", NORMAL),
    (
        "percent-encoded",
        "\"https://api.example.com/%63hat\"",
        "the configured audience, percent-encoded",
        NORMAL,
    ),
    ("trailing-space", "\"https://api.example.com/chat \"", "the configured audience and a space", TRIMMED),
    ("leading-space", "\" https://api.example.com/chat\"", "a space and the configured audience", TRIMMED),
    (
        "empty",
        "\"\"",
        "an empty string",
        "An empty element is found in every audience, or makes the list empty.",
    ),
    (
        "look-alike",
        "\"https://\u{430}pi.example.com/chat\"",
        "the configured audience with a Cyrillic letter",
        "Look-alikes are folded, or were never told apart.",
    ),
    (
        "full-width",
        "\"https://api.example.com/\u{ff43}hat\"",
        "the configured audience with a full-width letter",
        "Strings are brought into a compatibility form of Unicode before they are compared.",
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
        "The list is written out with commas and taken apart again.",
    ),
    (
        "space-list",
        "\"https://other.example.com https://api.example.com/chat\"",
        "a list with spaces in one string",
        "The list is written out with spaces and taken apart again.",
    ),
    ("wildcard", "\"*\"", "an asterisk", "The sender chooses a pattern that matches everything."),
    (
        "dot-as-pattern",
        "\"https://api-example.com/chat\"",
        "the configured audience with another character for a dot",
        "The configured audience is used as a regular expression, in which a dot is any character.",
    ),
    (
        "line-break-after",
        "\"https://api.example.com/chat\\n\"",
        "the configured audience and a line break",
        "A regular expression that ends in `$` also matches before a final line break.",
    ),
];

const SEARCHED: &str = "The configured audience is searched for the element instead of compared with it.";
const FOLDED: &str = "Case is folded, as for host names; but the comparison is case-sensitive.";
const NORMAL: &str = "Addresses are normalised; but strings are compared without transformation.";
const TRIMMED: &str = "Strings are trimmed before they are compared.";

fn alone_in_list((words, value, what, why): (&str, &str, &str, &str)) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/array-of-one-{words}"), claim("aud", &format!("[{value}]")))
        .reject([Reason::Audience])
        .title(format!("an array of one: {what}"))
        .why(format!(
            "{why} Lists are compared by another routine than a lone string, which may be the lenient \
             one of the two."
        ))
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-3")
        .class("C8")
        .threat(Threat::Holder)
}

/// The elements that also stand among others. A list of one is often unwrapped into a string, or is
/// never told from one; a list of several is not.
const AMONG_OTHERS: [usize; 12] = [0, 2, 3, 4, 5, 8, 11, 13, 14, 16, 17, 19];

fn among_others(at: usize) -> Case {
    let (words, value, what, why) = IN_LISTS[at];
    let value = format!("[\"https://other.example.com\",{value},\"https://api.example.com/feed\"]");
    twins::bound()
        .changed(&format!("claims/audience/array-of-three-{words}"), claim("aud", &value))
        .reject([Reason::Audience])
        .title(format!("an array of three: {what} between others"))
        .why(format!(
            "{why} A list of one is often unwrapped into a string before it is compared; this one goes \
             through the comparison of lists."
        ))
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-3")
        .class("C8")
        .threat(Threat::Holder)
}

fn joined() -> Case {
    twins::bound()
        .changed(
            "claims/audience/array-of-pieces-between-slashes",
            claim("aud", "[\"https:\",\"\",\"api.example.com\",\"chat\"]"),
        )
        .reject([Reason::Audience])
        .title("an array whose elements make the configured audience when slashes join them")
        .why("A list is joined into one text before it is compared; no element of it is the audience.")
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
        .threat(Threat::Holder)
}

/// Values that cannot name anybody.
const MORE_WRONG_TYPES: [Value; 5] = [
    ("true", "true", "true, which equals every string where comparisons convert"),
    ("empty-object", "{}", "an object without members"),
    (
        "object-with-value",
        "{\"aud\":\"https://api.example.com/chat\"}",
        "an object with the configured audience as a value",
    ),
    (
        "object-of-indices",
        "{\"0\":\"https://api.example.com/chat\",\"length\":1}",
        "an object that looks like an array",
    ),
    ("array-of-true", "[true]", "an array of true, which equals every string where comparisons convert"),
];

/// Arrays that do not name the audience and hold something else than strings.
const WITH_JUNK: [(&str, &str, &str, &str); 7] = [
    (
        "array-without-with-null",
        "[\"https://other.example.com\",null]",
        "another audience and null",
        "Null equals the option that was not set, or ends the comparison as if it had succeeded.",
    ),
    (
        "array-without-with-true",
        "[\"https://other.example.com\",true]",
        "another audience and true",
        "A loose search finds any string equal to true.",
    ),
    (
        "array-without-with-object",
        "[\"https://other.example.com\",{\"https://api.example.com/chat\":true}]",
        "another audience and an object with the configured one as a name",
        "Membership is asked of every element, and an object has the name.",
    ),
    (
        "array-without-with-array",
        "[\"https://other.example.com\",[\"https://api.example.com/chat\"]]",
        "another audience and an array with the configured one",
        "Nested lists are flattened before they are searched.",
    ),
    (
        "array-prefix-with-number",
        "[\"https://api.example.com\",1]",
        "a beginning of the configured audience and a number",
        "A list that is not one of strings is written out as text, and searched.",
    ),
    (
        "array-empty-string-with-null",
        "[\"\",null]",
        "an empty string and null",
        "What is left of the list after the junk is dropped is empty, and an empty list is no audience.",
    ),
    (
        "array-of-empty-array",
        "[[]]",
        "an empty array",
        "The list has an element, so it is there; and the element has nothing that could differ.",
    ),
];

fn with_junk((name, value, what, why): (&str, &str, &str, &str)) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .reject([Reason::Audience, Reason::ClaimType])
        .title(format!("an array with {what}"))
        .why(format!("{why} The verifier is not among the audiences."))
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
        .threat(Threat::Holder)
}

/// Arrays that name the audience and hold something else too.
const MORE_WITH_OTHER_TYPES: [Value; 3] = [
    ("array-with-true", "[\"https://api.example.com/chat\",true]", "true"),
    ("array-with-object", "[{\"a\":1},\"https://api.example.com/chat\"]", "an object"),
    ("array-with-array", "[\"https://api.example.com/chat\",[\"https://other.example.com\"]]", "an array"),
];

fn swapped() -> Case {
    twins::bound()
        .changed_by(
            "claims/audience/swapped-with-issuer",
            vec![
                claim("aud", &format!("\"{}\"", twins::ISSUER)),
                claim("iss", &format!("\"{}\"", twins::AUDIENCE)),
            ],
        )
        .reject([Reason::Audience, Reason::Issuer])
        .title("two defects: the issuer as the audience, and the audience as the issuer")
        .why("The two options are mixed up, so that good tokens are refused and this one is accepted.")
        .requirement("RFC7519-4.1.3-AUD")
        .requirement("RFC8725-3.8-ISS")
        .class("C8")
        .threat(Threat::Holder)
}

/// RFC 7519 section 5.3 lets claims be repeated in the header; they are no claims there.
fn repeated_in_header() -> Vec<Case> {
    let repeated = twins::bound()
        .changed("claims/audience/repeated-in-the-header", header("aud", &format!("\"{}\"", twins::AUDIENCE)))
        .accept()
        .title("the audience, and again in the header")
        .why("A claim may be repeated in the header, where it is a parameter that nobody need understand.")
        .requirement("RFC7515-4-IGNORE")
        .requirement("RFC7519-5.3-REPLICATED")
        .class("C8");
    let another = repeated
        .changed(
            "claims/audience/another-and-ours-in-the-header",
            claim("aud", "\"https://other.example.com\""),
        )
        .reject([Reason::Audience])
        .title("another audience, and the configured one in the header")
        .why("Header and claims are put into one map, and the header's value is the one that is compared.")
        .requirement("RFC7519-4.1.3-AUD")
        .requirement("RFC7519-5.3-REPLICATED")
        .class("C8")
        .threat(Threat::Holder);
    let absent = repeated
        .changed("claims/audience/in-the-header-alone-though-configured", without_claim("aud"))
        .reject([Reason::Audience, Reason::ClaimMissing])
        .title("no aud but in the header")
        .why("What the header says is no claim: this token is one without an audience.")
        .requirement("RFC8725-3.9-AUD")
        .requirement("RFC7519-5.3-REPLICATED")
        .class("C8")
        .threat(Threat::Holder);
    vec![repeated, another, absent]
}

/// An audience is configured, and no issuer.
fn without_issuer() -> Vec<Case> {
    let equal = twins::hs256()
        .changed_by(
            "claims/audience/equal-and-no-issuer-configured",
            vec![
                context(ContextChange::Audience { audience: Some(twins::AUDIENCE.to_owned()) }),
                claim("aud", &format!("\"{}\"", twins::AUDIENCE)),
            ],
        )
        .accept()
        .title("the configured audience, where no issuer is configured")
        .why("The two options are independent: a token without `iss` is good where none is asked for.")
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-2")
        .class("C8");
    let issued = equal
        .changed(
            "claims/audience/equal-with-an-iss-and-no-issuer-configured",
            claim("iss", "\"https://anybody.example.com\""),
        )
        .accept()
        .title("the configured audience and an iss, where no issuer is configured")
        .why("An `iss` that nobody compares decides nothing.")
        .requirement("RFC7519-4.1.1-ISS")
        .documented("CF-ISS-1")
        .class("C9");
    let another = equal
        .changed("claims/audience/another-and-no-issuer-configured", claim("aud", "\"https://other.example.com\""))
        .reject([Reason::Audience])
        .title("another audience, where no issuer is configured")
        .why("The audience is compared only where an issuer is configured too, and a token for another service is accepted.")
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-2")
        .class("C8")
        .threat(Threat::Holder);
    vec![equal, issued, another]
}

/// An audience with a letter that Unicode can write in two ways, and with the signs of a regular
/// expression.
const UNICODE: &str = "https://api.example.com/caf\u{e9}/(chat|feed)+";

/// An issuer of the same kind.
const UNICODE_ISSUER: &str = "https://\u{e9}metteur.example.com/[a-z]*";

/// The twin of the cases with such an audience and issuer.
pub(super) fn unicode_twin() -> Case {
    twins::hs256()
        .changed_by(
            "claims/audience/unicode",
            vec![
                context(ContextChange::Audience { audience: Some(UNICODE.to_owned()) }),
                context(ContextChange::Issuer { issuer: Some(UNICODE_ISSUER.to_owned()) }),
                claim("aud", &format!("\"{UNICODE}\"")),
                claim("iss", &format!("\"{UNICODE_ISSUER}\"")),
            ],
        )
        .accept()
        .title("a configured audience and issuer with an accent and the signs of a regular expression")
        .why(
            "Any string may be configured. It is text: not a pattern, and not limited to ASCII. A \
             verifier that compiles it into a regular expression does not find it in itself.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-3")
        .documented("CF-ISS-3")
        .class("C8")
}

fn unicode() -> Vec<Case> {
    let twin = unicode_twin();
    let mut cases = vec![
        twin.changed(
            "claims/audience/unicode-escaped",
            claim("aud", "\"https://api.example.com/caf\\u00e9/(chat|feed)+\""),
        )
        .accept()
        .title("the configured audience with its accent written as an escape")
        .why("The escape and the letter are the same code point.")
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-3")
        .class("C8"),
    ];
    cases.extend(
        [
            (
                "decomposed",
                "\"https://api.example.com/cafe\u{301}/(chat|feed)+\"",
                "the configured audience with its accent as a code point of its own",
                "Strings are brought into a normal form of Unicode before they are compared.",
            ),
            (
                "without-accent",
                "\"https://api.example.com/cafe/(chat|feed)+\"",
                "the configured audience without its accent",
                "Strings are compared as a dictionary or a database does it, without accents.",
            ),
            (
                "upper-case-accent",
                "\"https://api.example.com/caf\u{c9}/(chat|feed)+\"",
                "the configured audience with its accented letter in upper case",
                "Case is folded by the rules of Unicode; folding of ASCII alone does not show it.",
            ),
            (
                "latin-1-read-as-utf-8",
                "\"https://api.example.com/caf\u{c3}\u{a9}/(chat|feed)+\"",
                "the octets of the configured audience, each taken for a character",
                "The claim is encoded, or the configuration read, in another encoding than UTF-8.",
            ),
            (
                "matched-as-pattern",
                "\"https://api.example.com/caf\u{e9}/chat\"",
                "a string that the configured audience matches as a regular expression",
                "The configured audience is compiled into a pattern instead of compared.",
            ),
            (
                "replaced",
                "\"https://api.example.com/caf\u{fffd}/(chat|feed)+\"",
                "the configured audience with U+FFFD for its accented letter",
                "Both sides pass through an encoding that has no such letter, and end up the same.",
            ),
        ]
        .map(|(words, value, what, why)| {
            twin.changed(&format!("claims/audience/unicode-{words}"), claim("aud", value))
                .reject([Reason::Audience])
                .title(what)
                .why(format!("{why} A token for somebody else is accepted."))
                .requirement("RFC7519-4.1.3-AUD")
                .documented("CF-AUD-3")
                .class("C8")
                .threat(Threat::Holder)
        }),
    );
    cases.push(twin);
    cases
}
