//! G9: the `aud` claim with and without a configured audience.
//!
//! Long because a topic is one file, like its vectors.

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
        about: "The `aud` claim. If an audience is configured (https://api.example.com/chat), a string in \
                `aud` must equal it exactly.",
        cases,
    }
}

fn absent() -> Case {
    twins::bound()
        .changed("claims/audience/absent-though-configured", without_claim("aud"))
        .reject([Reason::Audience, Reason::ClaimMissing])
        .title("aud is missing, and an audience is configured")
        .why(
            "A verifier with a configured audience that accepts a token without `aud` accepts tokens that \
             the issuer made for any other service.",
        )
        .requirement("RFC8725-3.9-AUD")
        .class("C8")
        .threat(Threat::Holder)
}

/// Name, raw value, description.
type Value = (&'static str, &'static str, &'static str);

/// Values that contain the configured audience.
const NAMED: [Value; 4] = [
    (
        "escaped",
        "\"https:\\/\\/api.example.com\\/\\u0063hat\"",
        "the configured audience, written with JSON escapes",
    ),
    (
        "array-of-one",
        "[\"https://api.example.com/chat\"]",
        "an array that contains only the configured \
                                                            audience",
    ),
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
        .title(format!("aud is {what}"))
        .why(
            "The token names the verifier's audience, so it must be accepted. Strings are compared after \
             JSON escapes are decoded.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-2")
        .documented("CF-AUD-3")
        .class("C8")
}

/// Strings that differ from the audience. Name, raw value, description, the mistake that accepts it.
const OTHER: [(&str, &str, &str, &str); 18] = [
    ("another", "\"https://other.example.com\"", "another audience", "does not compare `aud`"),
    (
        "prefix",
        "\"https://api.example.com\"",
        "the first part of the configured audience",
        "searches the configured audience for the claim",
    ),
    (
        "suffix",
        "\"api.example.com/chat\"",
        "the last part of the configured audience",
        "searches the configured audience for the claim, or strips the scheme of both,",
    ),
    (
        "longer",
        "\"https://api.example.com/chat-admin\"",
        "the configured audience followed by more text",
        "compares only a prefix",
    ),
    (
        "something-before",
        "\"https://evil.example/?u=https://api.example.com/chat\"",
        "the configured audience preceded by more text",
        "searches the claim for the configured audience, as a regex without anchors does,",
    ),
    (
        "case",
        "\"https://API.example.com/chat\"",
        "the configured audience in different letter case",
        "ignores letter case, as for host names,",
    ),
    (
        "trailing-slash",
        "\"https://api.example.com/chat/\"",
        "the configured audience followed by a slash",
        "normalizes URLs",
    ),
    (
        "percent-encoded",
        "\"https://api.example.com/%63hat\"",
        "the configured audience, percent-encoded",
        "decodes percent escapes",
    ),
    (
        "trailing-space",
        "\"https://api.example.com/chat \"",
        "the configured audience followed by a space",
        "trims strings",
    ),
    ("empty", "\"\"", "an empty string", "treats an empty claim as missing, or finds it in every string,"),
    (
        "look-alike",
        "\"https://\u{430}pi.example.com/chat\"",
        "the configured audience with a Cyrillic look-alike letter",
        "maps look-alike letters to one letter",
    ),
    (
        "cut-by-nul",
        "\"https://api.example.com/chat\\u0000.evil.example\"",
        "the configured audience followed by NUL and more text",
        "ends the comparison at NUL, as C does,",
    ),
    (
        "comma-list",
        "\"https://other.example.com,https://api.example.com/chat\"",
        "a comma-separated list in one string",
        "splits a string at commas",
    ),
    (
        "space-list",
        "\"https://other.example.com https://api.example.com/chat\"",
        "a space-separated list in one string",
        "splits a string at spaces, as for `scope`,",
    ),
    (
        "array-text",
        "\"[\\\"https://api.example.com/chat\\\"]\"",
        "the JSON text of an array in one string",
        "parses the string as JSON again",
    ),
    ("wildcard", "\"*\"", "an asterisk", "treats the claim as a wildcard pattern"),
    (
        "dot-as-pattern",
        "\"https://api-example.com/chat\"",
        "the configured audience with a hyphen for a dot",
        "uses the configured audience as a regex, where a dot matches any character,",
    ),
    (
        "issuer",
        "\"https://issuer.example.com\"",
        "the configured issuer",
        "confuses the two claims, or the two options,",
    ),
];

fn other((name, value, what, why): (&str, &str, &str, &str)) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .reject([Reason::Audience])
        .title(format!("aud is {what}"))
        .why(format!(
            "A verifier that {why} accepts a token for another service. By RFC 7519 section 2, \
                      strings are compared case-sensitively and without transformation."
        ))
        .requirement("RFC7519-7.3-COMPARE")
        .requirement("RFC7519-4.1.3-AUD")
        .requirement("RFC8725-3.9-AUD")
        .documented(if name == "another" { "CF-AUD-2" } else { "CF-AUD-3" })
        .class("C8")
        .threat(Threat::Holder)
}

/// Arrays of strings without the configured audience.
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
        "an array whose joined elements make the configured audience",
    ),
];

fn array_without((name, value, what): Value) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .reject([Reason::Audience])
        .title(format!("aud is {what}"))
        .why(
            "No element equals the configured audience, and an empty array names nobody. A verifier that \
             treats an empty array as missing, or joins the elements, accepts a token for another service.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-2")
        .class("C8")
        .threat(Threat::Holder)
}

/// Values of a wrong type.
const WRONG_TYPES: [Value; 5] = [
    ("null", "null", "null"),
    ("number", "0", "a number"),
    (
        "object",
        "{\"https://api.example.com/chat\":true}",
        "an object with the configured audience as a \
                                                           member name",
    ),
    (
        "array-in-array",
        "[[\"https://api.example.com/chat\"]]",
        "an array that contains an array with the \
                                                                configured audience",
    ),
    ("array-of-numbers", "[0,1]", "an array of numbers"),
];

fn wrong_type((name, value, what): Value) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .reject([Reason::Audience, Reason::ClaimType])
        .title(format!("aud is {what}"))
        .why(
            "An audience is a string or an array of strings. A value of any other type names nobody. A \
             verifier that treats it as missing, or converts it, skips the check.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
        .threat(Threat::Holder)
}

/// Arrays with the configured audience and a value of another type.
const WITH_OTHER_TYPES: [Value; 2] = [
    ("array-with-number", "[\"https://api.example.com/chat\",1]", "a number"),
    ("array-with-null", "[null,\"https://api.example.com/chat\"]", "null"),
];

fn with_other_type((name, value, what): Value) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .either(
            "The array names the verifier, as RFC 7519 section 4.1.3 asks. The same section allows only \
             strings in the array.",
            [Reason::Audience, Reason::ClaimType],
        )
        .title(format!("aud is an array with the configured audience and {what}"))
        .why(
            "The claim is malformed, but it names the verifier. A verifier may accept or reject the token. \
             It must not fail with an internal error.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
}

/// `aud` when no audience is configured.
const UNEXPECTED: [Value; 3] = [
    ("none-configured-string", "\"https://other.example.com\"", "a string"),
    ("none-configured-array", "[\"https://other.example.com\",\"https://api.example.com/chat\"]", "an array"),
    ("none-configured-array-empty", "[]", "an empty array"),
];

fn unexpected((name, value, what): Value) -> Case {
    twins::hs256()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .either(
            "RFC 7519 section 4.1.3: a principal that processes the claim and does not find itself in it \
             must reject the token. A verifier without a configured audience does not process the claim.",
            [Reason::Audience],
        )
        .title(format!("aud is {what}, and no audience is configured"))
        .why(
            "The token names its audience, but the verifier does not know its own name. Rejection is safe. \
             Most verifiers accept, so an application should configure an audience.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
        .threat(Threat::Holder)
}

/// Arrays that contain the configured audience.
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
        "an array with white space, and the configured audience written with JSON escapes",
    ),
];

fn long_list() -> Case {
    let others = (0..100).map(|at| format!("\"https://service-{at}.example.com\"")).collect::<Vec<_>>();
    let value = format!("[{},\"https://api.example.com/chat\"]", others.join(","));
    twins::bound()
        .changed("claims/audience/array-after-a-hundred", claim("aud", &value))
        .accept()
        .title("aud is an array with the configured audience after a hundred others")
        .why(
            "The array has no maximum length. A verifier that looks only at the first elements rejects a \
             good token.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-2")
        .class("C8")
}

/// URLs of the same place or the same host that are different strings.
const NORMALISED: [(&str, &str, &str, &str); 11] = [
    (
        "trailing-dot",
        "\"https://api.example.com./chat\"",
        "the configured audience with a dot after the host name",
        "normalizes host names",
    ),
    (
        "scheme",
        "\"http://api.example.com/chat\"",
        "the configured audience with the scheme http",
        "ignores the scheme",
    ),
    (
        "default-port",
        "\"https://api.example.com:443/chat\"",
        "the configured audience with an explicit default port",
        "compares URLs part by part, with default values filled in,",
    ),
    (
        "dot-segments",
        "\"https://api.example.com/feed/../chat\"",
        "the configured audience with a dot segment in its path",
        "resolves paths",
    ),
    (
        "double-slash",
        "\"https://api.example.com//chat\"",
        "the configured audience with an empty path segment",
        "drops empty path segments",
    ),
    (
        "query",
        "\"https://api.example.com/chat?tenant=2\"",
        "the configured audience followed by a query",
        "cuts off the query, which may name a tenant,",
    ),
    (
        "fragment",
        "\"https://api.example.com/chat#2\"",
        "the configured audience followed by a fragment",
        "cuts off the fragment, as browsers do,",
    ),
    (
        "user-information",
        "\"https://evil@api.example.com/chat\"",
        "the configured audience with a user name before the host",
        "compares only host and path",
    ),
    (
        "another-path",
        "\"https://api.example.com/feed\"",
        "another path on the host of the configured audience",
        "compares only the host, or only the length and a prefix,",
    ),
    (
        "backslashes",
        "\"https:\\\\\\\\api.example.com\\\\chat\"",
        "the configured audience with backslashes for slashes",
        "reads backslashes as slashes, as browsers do,",
    ),
    (
        "ideographic-dot",
        "\"https://api\u{3002}example.com/chat\"",
        "the configured audience with an ideographic full stop in its host",
        "maps host names as for internationalized domain names, where this character is a dot,",
    ),
];

/// Strings that differ slightly, or that a lenient comparison finds equal.
const TEXTS: [(&str, &str, &str, &str); 18] = [
    (
        "middle",
        "\"api.example.com\"",
        "the middle part of the configured audience",
        "searches the configured audience for the claim",
    ),
    (
        "one-character",
        "\"https://api.example.com/chaz\"",
        "the configured audience with another final character",
        "ends the comparison one character early",
    ),
    (
        "one-character-less",
        "\"https://api.example.com/cha\"",
        "the configured audience without its final character",
        "compares only as many characters as the claim has",
    ),
    (
        "first-character",
        "\"xttps://api.example.com/chat\"",
        "the configured audience with another first character",
        "starts the comparison one character late",
    ),
    (
        "full-width",
        "\"https://api.example.com/\u{ff43}hat\"",
        "the configured audience with a full-width letter",
        "applies a Unicode compatibility normalization",
    ),
    (
        "long-s",
        "\"http\u{17f}://api.example.com/chat\"",
        "the configured audience with a long s",
        "applies Unicode case folding, which maps this letter to `s`,",
    ),
    (
        "zero-width-space",
        "\"https://api.example.com/\u{200b}chat\"",
        "the configured audience with a zero-width space inside",
        "drops invisible characters",
    ),
    (
        "byte-order-mark",
        "\"\u{feff}https://api.example.com/chat\"",
        "the configured audience preceded by a byte order mark",
        "drops a byte order mark at the start of any string",
    ),
    (
        "leading-space",
        "\" https://api.example.com/chat\"",
        "the configured audience preceded by a space",
        "trims strings",
    ),
    (
        "no-break-space-after",
        "\"https://api.example.com/chat\u{a0}\"",
        "the configured audience followed by a no-break space",
        "trims all Unicode white space",
    ),
    (
        "line-break-after",
        "\"https://api.example.com/chat\\n\"",
        "the configured audience followed by a line feed",
        "uses a regex that ends in `$`, which also matches before a final line feed,",
    ),
    (
        "line-of-its-own",
        "\"https://other.example.com\\nhttps://api.example.com/chat\"",
        "the configured audience on the second line of a string",
        "uses a regex whose `^` and `$` match at every line",
    ),
    (
        "leading-nul",
        "\"\\u0000https://api.example.com/chat\"",
        "the configured audience preceded by NUL",
        "reads the claim as a C string, finds it empty and treats it as missing",
    ),
    (
        "quoted",
        "\"\\\"https://api.example.com/chat\\\"\"",
        "the configured audience in quotation marks",
        "strips quotation marks, or parses the string as JSON again,",
    ),
    (
        "escaped-twice",
        "\"https:\\\\u002f\\\\u002fapi.example.com\\\\u002fchat\"",
        "the configured audience with doubly escaped slashes",
        "decodes escapes again after the JSON is parsed",
    ),
    ("regular-expression", "\".*\"", "a regex that matches everything", "uses the claim as a regex"),
    (
        "semicolon-list",
        "\"https://api.example.com/chat;https://other.example.com\"",
        "a semicolon-separated list in one string",
        "cuts the claim at the first separator",
    ),
    (
        "word-null",
        "\"null\"",
        "the string null",
        "compares with the text of a missing value, or takes this text for one,",
    ),
];

/// Elements of an array of one. Words for an id, raw value, description, the mistake that accepts it.
const IN_LISTS: [(&str, &str, &str, &str); 22] = [
    ("prefix", "\"https://api.example.com\"", "the first part of the configured audience", SEARCHED),
    ("suffix", "\"api.example.com/chat\"", "the last part of the configured audience", SEARCHED),
    ("middle", "\"api.example.com\"", "the middle part of the configured audience", SEARCHED),
    (
        "longer",
        "\"https://api.example.com/chat-admin\"",
        "the configured audience followed by more text",
        "compares only a prefix",
    ),
    (
        "something-before",
        "\"https://evil.example/?u=https://api.example.com/chat\"",
        "the configured audience preceded by more text",
        "searches the text of the array for the configured audience",
    ),
    ("case", "\"https://API.example.com/chat\"", "the configured audience in different letter case", FOLDED),
    (
        "one-character",
        "\"https://api.example.com/chaz\"",
        "the configured audience with another final character",
        "ends the comparison one character early",
    ),
    (
        "one-character-less",
        "\"https://api.example.com/cha\"",
        "the configured audience without its final character",
        "compares only as many characters as the element has",
    ),
    (
        "trailing-slash",
        "\"https://api.example.com/chat/\"",
        "the configured audience followed by a slash",
        NORMAL,
    ),
    (
        "trailing-dot",
        "\"https://api.example.com./chat\"",
        "the configured audience with a dot after the host \
                                                           name",
        NORMAL,
    ),
    (
        "percent-encoded",
        "\"https://api.example.com/%63hat\"",
        "the configured audience, percent-encoded",
        NORMAL,
    ),
    (
        "trailing-space",
        "\"https://api.example.com/chat \"",
        "the configured audience followed by a space",
        TRIMMED,
    ),
    (
        "leading-space",
        "\" https://api.example.com/chat\"",
        "the configured audience preceded by a space",
        TRIMMED,
    ),
    (
        "empty",
        "\"\"",
        "an empty string",
        "finds an empty element in every string, or treats the array as empty,",
    ),
    (
        "look-alike",
        "\"https://\u{430}pi.example.com/chat\"",
        "the configured audience with a Cyrillic look-alike letter",
        "maps look-alike letters to one letter",
    ),
    (
        "full-width",
        "\"https://api.example.com/\u{ff43}hat\"",
        "the configured audience with a full-width letter",
        "applies a Unicode compatibility normalization",
    ),
    (
        "cut-by-nul",
        "\"https://api.example.com/chat\\u0000.evil.example\"",
        "the configured audience followed by NUL and more text",
        "ends the comparison at NUL, as C does,",
    ),
    (
        "comma-list",
        "\"https://other.example.com,https://api.example.com/chat\"",
        "a comma-separated list in one string",
        "joins the array with commas and splits it again",
    ),
    (
        "space-list",
        "\"https://other.example.com https://api.example.com/chat\"",
        "a space-separated list in one string",
        "joins the array with spaces and splits it again",
    ),
    ("wildcard", "\"*\"", "an asterisk", "treats the claim as a wildcard pattern"),
    (
        "dot-as-pattern",
        "\"https://api-example.com/chat\"",
        "the configured audience with a hyphen for a dot",
        "uses the configured audience as a regex, where a dot matches any character,",
    ),
    (
        "line-break-after",
        "\"https://api.example.com/chat\\n\"",
        "the configured audience followed by a line feed",
        "uses a regex that ends in `$`, which also matches before a final line feed,",
    ),
];

const SEARCHED: &str = "searches the configured audience for the element";
const FOLDED: &str = "ignores letter case, as for host names,";
const NORMAL: &str = "normalizes URLs";
const TRIMMED: &str = "trims strings";

fn alone_in_list((words, value, what, why): (&str, &str, &str, &str)) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/array-of-one-{words}"), claim("aud", &format!("[{value}]")))
        .reject([Reason::Audience])
        .title(format!("aud is an array that contains only {what}"))
        .why(format!(
            "A verifier that {why} accepts a token for another service. Arrays often have comparison code of \
             their own, and it may be more lenient than the code for a single string."
        ))
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-3")
        .class("C8")
        .threat(Threat::Holder)
}

/// The elements that are also tested in an array of three. An array of one is often unwrapped into a string.
const AMONG_OTHERS: [usize; 12] = [0, 2, 3, 4, 5, 8, 11, 13, 14, 16, 17, 19];

fn among_others(at: usize) -> Case {
    let (words, value, what, why) = IN_LISTS[at];
    let value = format!("[\"https://other.example.com\",{value},\"https://api.example.com/feed\"]");
    twins::bound()
        .changed(&format!("claims/audience/array-of-three-{words}"), claim("aud", &value))
        .reject([Reason::Audience])
        .title(format!("aud is an array of three with {what} in the middle"))
        .why(format!(
            "A verifier that {why} accepts a token for another service. Some verifiers unwrap an array of \
             one into a string. An array of three reaches the comparison of arrays."
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
        .title("aud is an array whose elements, joined with slashes, make the configured audience")
        .why(
            "No element equals the configured audience. A verifier that joins the array into one string \
             before it compares accepts a token for other services.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
        .threat(Threat::Holder)
}

/// Values of a wrong type.
const MORE_WRONG_TYPES: [Value; 5] = [
    ("true", "true", "true"),
    ("empty-object", "{}", "an empty object"),
    (
        "object-with-value",
        "{\"aud\":\"https://api.example.com/chat\"}",
        "an object with the configured audience as a member value",
    ),
    (
        "object-of-indices",
        "{\"0\":\"https://api.example.com/chat\",\"length\":1}",
        "an object that looks like an array with the configured audience",
    ),
    ("array-of-true", "[true]", "an array that contains true"),
];

/// Arrays without the configured audience that contain other types than strings.
const WITH_JUNK: [(&str, &str, &str, &str); 7] = [
    (
        "array-without-with-null",
        "[\"https://other.example.com\",null]",
        "another audience and null",
        "treats null as equal to an unset option, or as a successful comparison,",
    ),
    (
        "array-without-with-true",
        "[\"https://other.example.com\",true]",
        "another audience and true",
        "compares loosely, so that true equals any string,",
    ),
    (
        "array-without-with-object",
        "[\"https://other.example.com\",{\"https://api.example.com/chat\":true}]",
        "another audience and an object with the configured audience as a member name",
        "looks the audience up as a member of each element",
    ),
    (
        "array-without-with-array",
        "[\"https://other.example.com\",[\"https://api.example.com/chat\"]]",
        "another audience and an array with the configured audience",
        "flattens nested arrays",
    ),
    (
        "array-prefix-with-number",
        "[\"https://api.example.com\",1]",
        "the first part of the configured audience and a number",
        "turns an array of mixed types into text and searches that",
    ),
    (
        "array-empty-string-with-null",
        "[\"\",null]",
        "an empty string and null",
        "drops such elements and treats an empty array as missing",
    ),
    (
        "array-of-empty-array",
        "[[]]",
        "an empty array",
        "takes the empty element for a match, because nothing in it differs,",
    ),
];

fn with_junk((name, value, what, why): (&str, &str, &str, &str)) -> Case {
    twins::bound()
        .changed(&format!("claims/audience/{name}"), claim("aud", value))
        .reject([Reason::Audience, Reason::ClaimType])
        .title(format!("aud is an array with {what}"))
        .why(format!(
            "A verifier that {why} accepts a token for another service. No element of the array \
                      names this one."
        ))
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
        .threat(Threat::Holder)
}

/// Arrays with the configured audience and a value of another type.
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
        .title("two defects: aud is the configured issuer, and iss is the configured audience")
        .why("A verifier that confuses the two options rejects good tokens and accepts this one.")
        .requirement("RFC7519-4.1.3-AUD")
        .requirement("RFC8725-3.8-ISS")
        .class("C8")
        .threat(Threat::Holder)
}

/// Claims that are repeated in the header (RFC 7519 section 5.3). There they are header parameters.
fn repeated_in_header() -> Vec<Case> {
    let repeated = twins::bound()
        .changed("claims/audience/repeated-in-the-header", header("aud", &format!("\"{}\"", twins::AUDIENCE)))
        .accept()
        .title("aud is the configured audience, repeated in the header")
        .why(
            "A claim may be repeated in the header (RFC 7519 section 5.3). There it is a header parameter \
             that the verifier need not understand.",
        )
        .requirement("RFC7515-4-IGNORE")
        .requirement("RFC7519-5.3-REPLICATED")
        .class("C8");
    let another = repeated
        .changed(
            "claims/audience/another-and-ours-in-the-header",
            claim("aud", "\"https://other.example.com\""),
        )
        .reject([Reason::Audience])
        .title("aud is another audience, and the header has the configured one")
        .why(
            "The claim counts. A verifier that merges header and claims into one map compares the value from \
             the header. It then accepts a token for another service.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .requirement("RFC7519-5.3-REPLICATED")
        .class("C8")
        .threat(Threat::Holder);
    let absent = repeated
        .changed("claims/audience/in-the-header-alone-though-configured", without_claim("aud"))
        .reject([Reason::Audience, Reason::ClaimMissing])
        .title("aud is missing, and only the header has the configured audience")
        .why(
            "A header parameter is not a claim, so this token has no audience. A verifier that accepts it \
             accepts tokens that were made for other services.",
        )
        .requirement("RFC8725-3.9-AUD")
        .requirement("RFC7519-5.3-REPLICATED")
        .class("C8")
        .threat(Threat::Holder);
    vec![repeated, another, absent]
}

/// A configured audience without a configured issuer.
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
        .title("aud is the configured audience, and no issuer is configured")
        .why(
            "Audience and issuer are independent options. If no issuer is configured, a token without `iss` \
             is good.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-2")
        .class("C8");
    let issued = equal
        .changed(
            "claims/audience/equal-with-an-iss-and-no-issuer-configured",
            claim("iss", "\"https://anybody.example.com\""),
        )
        .accept()
        .title("aud is the configured audience, iss is present, and no issuer is configured")
        .why("If no issuer is configured, `iss` is not compared. It must not cause a rejection.")
        .requirement("RFC7519-4.1.1-ISS")
        .documented("CF-ISS-1")
        .class("C9");
    let another = equal
        .changed(
            "claims/audience/another-and-no-issuer-configured",
            claim("aud", "\"https://other.example.com\""),
        )
        .reject([Reason::Audience])
        .title("aud is another audience, and no issuer is configured")
        .why(
            "A verifier that compares `aud` only if an issuer is configured accepts a token for another \
             service.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-2")
        .class("C8")
        .threat(Threat::Holder);
    vec![equal, issued, another]
}

/// An audience with a letter that Unicode can write in two ways, and with regex metacharacters.
const UNICODE: &str = "https://api.example.com/caf\u{e9}/(chat|feed)+";

/// A similar issuer.
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
        .title("aud and iss are configured values with an accent and regex metacharacters")
        .why(
            "Any string may be configured. It is plain text, not a regex, and it is not limited to ASCII. A \
             verifier that compiles it into a regex does not match the string itself.",
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
        .title("aud is the configured audience with its accented letter escaped")
        .why("The escape and the letter are the same code point, so the strings are equal.")
        .requirement("RFC7519-4.1.3-AUD")
        .documented("CF-AUD-3")
        .class("C8"),
    ];
    cases.extend(
        [
            (
                "decomposed",
                "\"https://api.example.com/cafe\u{301}/(chat|feed)+\"",
                "the configured audience with a combining accent",
                "applies a Unicode normalization",
            ),
            (
                "without-accent",
                "\"https://api.example.com/cafe/(chat|feed)+\"",
                "the configured audience without its accent",
                "ignores accents, as some databases do,",
            ),
            (
                "upper-case-accent",
                "\"https://api.example.com/caf\u{c9}/(chat|feed)+\"",
                "the configured audience with its accented letter in upper case",
                "ignores the case of letters beyond ASCII",
            ),
            (
                "latin-1-read-as-utf-8",
                "\"https://api.example.com/caf\u{c3}\u{a9}/(chat|feed)+\"",
                "the configured audience with its UTF-8 octets read as Latin-1",
                "uses another encoding than UTF-8 for the claim or the configuration",
            ),
            (
                "matched-as-pattern",
                "\"https://api.example.com/caf\u{e9}/chat\"",
                "a string that the configured audience matches as a regex",
                "compiles the configured audience into a regex",
            ),
            (
                "replaced",
                "\"https://api.example.com/caf\u{fffd}/(chat|feed)+\"",
                "the configured audience with U+FFFD for its accented letter",
                "passes both strings through an encoding without this letter, so that both get the same \
                 replacement,",
            ),
        ]
        .map(|(words, value, what, why)| {
            twin.changed(&format!("claims/audience/unicode-{words}"), claim("aud", value))
                .reject([Reason::Audience])
                .title(format!("aud is {what}"))
                .why(format!(
                    "A verifier that {why} accepts a token for another service. By RFC 7519 section \
                              2, strings are compared case-sensitively and without transformation."
                ))
                .requirement("RFC7519-4.1.3-AUD")
                .documented("CF-AUD-3")
                .class("C8")
                .threat(Threat::Holder)
        }),
    );
    cases.push(twin);
    cases
}
