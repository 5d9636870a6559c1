//! G22: the classes of a JSON parser's test suite, in the header and in the payload: values that JSON does not
//! have, texts that are not one JSON object, and unusual text that is JSON.
//!
//! `json/text` has the plainest of them. Most values are in a private member, which no verifier needs. Some are in a
//! claim that decides the verdict.
//!
//! Long because a topic is one file, like its vectors.

use jotproof_model::Reason;
use jotproof_model::edit::{Layer, Surrounding, TextKind};

use super::Topic;
use super::json_text::{one_object, reason, unreadable, word};
use crate::case::{Case, Undecided};
use crate::edits::{claim, set, surround, text};
use crate::twins;

use Layer::{Header, Payload};

const BOTH: &[Layer] = &[Header, Payload];
const IN_HEADER: &[Layer] = &[Header];
const IN_PAYLOAD: &[Layer] = &[Payload];

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = BAD_VALUES.iter().flat_map(bad_value).collect();
    cases.extend(DECIDING.iter().map(deciding));
    cases.extend(BAD_TEXTS.iter().flat_map(bad_text));
    cases.extend(AFTER.iter().flat_map(after));
    cases.extend(NO_HEADERS.map(no_header));
    cases.extend(GOOD_VALUES.iter().flat_map(good_value));
    cases.extend(GOOD_NAMES.iter().flat_map(good_name));
    cases.extend(OPEN_VALUES.iter().flat_map(open_value));
    Topic {
        path: "json/syntax",
        about: "Header and payload by the grammar of JSON: numbers, literals, strings, arrays and objects that \
                are JSON, and those that only some parsers read.",
        cases,
    }
}

/// Adds the sentence that an unknown member is ignored.
fn ignored(case: Case, layer: Layer) -> Case {
    match layer {
        Header => case.requirement("RFC7515-4-IGNORE"),
        Payload => case.requirement("RFC7519-4-IGNORE"),
    }
}

/// The reasons to refuse a layer for a value in a private member.
fn reasons(layer: Layer) -> [Reason; 2] {
    match layer {
        Header => [Reason::Header, Reason::HeaderParameter],
        Payload => [Reason::Payload, Reason::ClaimType],
    }
}

// Values that are not JSON.

/// A raw value.
struct Value {
    name: &'static str,
    value: &'static str,
    what: &'static str,
    /// The layers for which `json/text` does not have the value.
    layers: &'static [Layer],
}

const fn value(name: &'static str, value: &'static str, what: &'static str) -> Value {
    Value { name, value, what, layers: BOTH }
}

const fn value_in(
    layers: &'static [Layer],
    name: &'static str,
    value: &'static str,
    what: &'static str,
) -> Value {
    Value { name, value, what, layers }
}

impl Value {
    /// A token with the value in a private member of a layer.
    fn in_member(&self, layer: Layer) -> Undecided {
        let id = format!("json/syntax/{}-with-{}", word(layer), self.name);
        twins::hs256().changed(&id, set(layer, "x", self.value))
    }

    fn title(&self, layer: Layer) -> String {
        format!("a private member of the {} that is {}", word(layer), self.what)
    }
}

const BAD_VALUES: [Value; 47] = [
    value_in(IN_HEADER, "not-a-number", "NaN", "NaN"),
    value("infinity", "Infinity", "Infinity"),
    value("minus-infinity", "-Infinity", "-Infinity"),
    value("leading-zero", "0123456789", "a number with a leading zero"),
    value("plus-sign", "+1", "a number with a plus sign"),
    value("point-at-the-start", ".5", "a number that begins with its point"),
    value("point-at-the-end", "1.", "a number that ends with its point"),
    value("hexadecimal", "0x1F", "a hexadecimal number"),
    value("octal", "0o17", "an octal number"),
    value("underscore", "1_000", "a number with an underscore"),
    value("exponent-without-digits", "1e", "a number whose exponent has no digits"),
    value("two-points", "1.0.0", "a number with two points"),
    value("suffix", "1L", "a number with the suffix of a type"),
    value("expression", "1+1", "a sum"),
    value("full-width-digit", "\u{ff11}", "a full-width digit"),
    value("minus-sign-of-unicode", "\u{2212}1", "a number with a minus sign beyond ASCII"),
    value("true-in-capitals", "TRUE", "TRUE"),
    value("true-with-a-capital", "True", "True"),
    value("false-in-capitals", "FALSE", "FALSE"),
    value("false-with-a-capital", "False", "False"),
    value("null-in-capitals", "NULL", "NULL"),
    value("null-with-a-capital", "Null", "Null"),
    value("true-cut-off", "tru", "true without its last letter"),
    value("null-cut-off", "nul", "null without its last letter"),
    value("true-and-more", "truely", "true with letters after it"),
    value("undefined", "undefined", "undefined"),
    value("none", "None", "None"),
    value("nil", "nil", "nil"),
    value("word", "word", "a bare word"),
    value_in(IN_HEADER, "single-quotes", "'a'", "a string in single quotes"),
    value("backquotes", "`a`", "a string in backquotes"),
    value("typographic-quotes", "\u{201c}a\u{201d}", "a string in typographic quotes"),
    value_in(IN_HEADER, "tab-in-a-string", "\"a\tb\"", "a string with a tab in it"),
    value("line-feed-in-a-string", "\"a\nb\"", "a string with a line feed in it"),
    value("nul-in-a-string", "\"a\0b\"", "a string with a NUL in it"),
    value_in(IN_HEADER, "hexadecimal-escape", "\"\\x41\"", "a string with the escape `\\x41`"),
    value("escaped-single-quote", "\"\\'\"", "a string with an escaped single quote"),
    value("escape-of-eight-digits", "\"\\U00000041\"", "a string with the escape `\\U00000041`"),
    value("escape-cut-short", "\"\\u004\"", "a string with an escape of three digits"),
    value("escape-with-another-letter", "\"\\u00g1\"", "a string with an escape that is not hexadecimal"),
    value("escape-in-braces", "\"\\u{41}\"", "a string with the escape `\\u{41}`"),
    value(
        "second-surrogate-cut-short",
        "\"\\ud83d\\ude\"",
        "a surrogate pair whose second half is cut short",
    ),
    value("comma-at-the-end-of-an-array", "[1,]", "an array with a comma at its end"),
    value("no-value-in-an-array", "[1,,2]", "an array with two commas between its elements"),
    value("no-comma-in-an-array", "[1 2]", "an array without a comma between its elements"),
    value("colon-in-an-array", "[1:2]", "an array with a colon between its elements"),
    value("name-without-quotes-inside", "{a:1}", "an object whose name has no quotes"),
];

fn bad_value(row: &Value) -> impl Iterator<Item = Case> {
    row.layers.iter().map(move |&layer| {
        let case = row
            .in_member(layer)
            .reject(reasons(layer))
            .title(row.title(layer))
            .why(
                "Nobody needs the member, but the text is not JSON (RFC 8259). A parser that reads it by rules of \
                 its own also reads the members that matter by them, and the next parser reads others.",
            )
            .requirement("RFC8259-2-JSON")
            .class("J8");
        one_object(case, layer)
    })
}

/// A value that is not JSON, in a claim that decides.
struct Deciding {
    name: &'static str,
    claim: &'static str,
    value: &'static str,
    what: &'static str,
}

const DECIDING: [Deciding; 8] = [
    Deciding {
        name: "audience-with-a-hexadecimal-escape",
        claim: "aud",
        value: "\"https://api.example.com/ch\\x61t\"",
        what: "the configured audience, with the escape `\\x61` for a letter",
    },
    Deciding {
        name: "audience-in-single-quotes",
        claim: "aud",
        value: "'https://api.example.com/chat'",
        what: "the configured audience in single quotes",
    },
    Deciding {
        name: "audience-in-backquotes",
        claim: "aud",
        value: "`https://api.example.com/chat`",
        what: "the configured audience in backquotes",
    },
    Deciding {
        name: "audience-in-two-pieces",
        claim: "aud",
        value: "\"https://api.example.com\" \"/chat\"",
        what: "the configured audience in two strings",
    },
    Deciding {
        name: "issuer-with-a-needless-escape",
        claim: "iss",
        value: "\"https://i\\ssuer.example.com\"",
        what: "the configured issuer, with a backslash before a letter",
    },
    Deciding {
        name: "issuer-with-a-line-continuation",
        claim: "iss",
        value: "\"https://issuer\\\n.example.com\"",
        what: "the configured issuer, with a backslash and a line feed in it",
    },
    Deciding { name: "exp-null-in-capitals", claim: "exp", value: "NULL", what: "exp that is NULL" },
    Deciding { name: "nbf-undefined", claim: "nbf", value: "undefined", what: "nbf that is undefined" },
];

fn deciding(row: &Deciding) -> Case {
    let is_time = matches!(row.claim, "exp" | "nbf");
    let twin = if is_time { twins::hs256() } else { twins::bound() };
    twin.changed(&format!("json/syntax/{}", row.name), claim(row.claim, row.value))
        .reject([Reason::Payload, Reason::ClaimType])
        .title(row.what)
        .why(
            "The text is not JSON (RFC 8259). A parser that reads it takes the claim for what the verifier \
             expects, or for one that is not there.",
        )
        .requirement("RFC8259-2-JSON")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("J8")
}

// Texts that are not one object.

/// A text in place of the header, and one in place of the payload.
struct Texts {
    name: &'static str,
    header: Option<&'static str>,
    payload: Option<&'static str>,
    what: &'static str,
}

const fn texts(
    name: &'static str,
    header: Option<&'static str>,
    payload: Option<&'static str>,
    what: &'static str,
) -> Texts {
    Texts { name, header, payload, what }
}

const BAD_TEXTS: [Texts; 33] = [
    texts(
        "comment",
        Some("{\"alg\":\"HS256\",/* x */\"typ\":\"JWT\"}"),
        None,
        "an object with a comment in it",
    ),
    texts(
        "comma-before-the-end",
        Some("{\"alg\":\"HS256\",\"typ\":\"JWT\",}"),
        None,
        "an object with a comma before its end",
    ),
    texts("cut-off", Some("{\"alg\":\"HS256\",\"typ\":\"JWT\""), None, "an object without its last brace"),
    texts(
        "line-comment",
        Some("{\"alg\":\"HS256\",// x\n\"typ\":\"JWT\"}"),
        Some("{\"sub\":\"42\",// x\n\"exp\":{{now+3600}}}"),
        "an object with a comment of one line in it",
    ),
    texts(
        "hash-comment",
        Some("{\"alg\":\"HS256\",# x\n\"typ\":\"JWT\"}"),
        Some("{\"sub\":\"42\",# x\n\"exp\":{{now+3600}}}"),
        "an object with a comment after a number sign in it",
    ),
    texts(
        "name-without-quotes",
        Some("{\"alg\":\"HS256\",typ:\"JWT\"}"),
        Some("{\"sub\":\"42\",exp:{{now+3600}}}"),
        "an object with a name that has no quotes",
    ),
    texts(
        "value-without-quotes",
        Some("{\"alg\":HS256,\"typ\":\"JWT\"}"),
        Some("{\"sub\":user,\"exp\":{{now+3600}}}"),
        "an object with a text that has no quotes",
    ),
    texts(
        "equals-sign",
        Some("{\"alg\"=\"HS256\",\"typ\"=\"JWT\"}"),
        Some("{\"sub\"=\"42\",\"exp\"={{now+3600}}}"),
        "an object with equals signs for its colons",
    ),
    texts(
        "semicolon",
        Some("{\"alg\":\"HS256\";\"typ\":\"JWT\"}"),
        Some("{\"sub\":\"42\";\"exp\":{{now+3600}}}"),
        "an object with a semicolon for its comma",
    ),
    texts(
        "missing-comma",
        Some("{\"alg\":\"HS256\" \"typ\":\"JWT\"}"),
        Some("{\"sub\":\"42\" \"exp\":{{now+3600}}}"),
        "an object without a comma between its members",
    ),
    texts(
        "two-commas",
        Some("{\"alg\":\"HS256\",,\"typ\":\"JWT\"}"),
        Some("{\"sub\":\"42\",,\"exp\":{{now+3600}}}"),
        "an object with two commas between its members",
    ),
    texts(
        "missing-colon",
        Some("{\"alg\" \"HS256\",\"typ\":\"JWT\"}"),
        Some("{\"sub\" \"42\",\"exp\":{{now+3600}}}"),
        "an object without a colon after a name",
    ),
    texts(
        "two-colons",
        Some("{\"alg\"::\"HS256\",\"typ\":\"JWT\"}"),
        Some("{\"sub\"::\"42\",\"exp\":{{now+3600}}}"),
        "an object with two colons after a name",
    ),
    texts(
        "comma-for-a-colon",
        Some("{\"alg\",\"HS256\",\"typ\",\"JWT\"}"),
        Some("{\"sub\",\"42\",\"exp\",{{now+3600}}}"),
        "an object with commas for its colons",
    ),
    texts(
        "name-without-a-value",
        Some("{\"alg\":\"HS256\",\"x\":}"),
        Some("{\"sub\":\"42\",\"exp\":{{now+3600}},\"x\":}"),
        "an object with a name that has no value",
    ),
    texts(
        "value-without-a-name",
        Some("{\"alg\":\"HS256\",:1}"),
        Some("{\"sub\":\"42\",\"exp\":{{now+3600}},:1}"),
        "an object with a value that has no name",
    ),
    texts(
        "number-for-a-name",
        Some("{\"alg\":\"HS256\",1:1}"),
        Some("{\"sub\":\"42\",\"exp\":{{now+3600}},1:1}"),
        "an object with a number for a name",
    ),
    texts(
        "null-for-a-name",
        Some("{\"alg\":\"HS256\",null:1}"),
        Some("{\"sub\":\"42\",\"exp\":{{now+3600}},null:1}"),
        "an object with null for a name",
    ),
    texts(
        "bracket-for-the-last-brace",
        Some("{\"alg\":\"HS256\",\"typ\":\"JWT\"]"),
        Some("{\"sub\":\"42\",\"exp\":{{now+3600}}]"),
        "an object that ends with a bracket",
    ),
    texts(
        "open-array",
        Some("{\"alg\":\"HS256\",\"x\":[1}"),
        Some("{\"sub\":\"42\",\"exp\":{{now+3600}},\"x\":[1}"),
        "an object with an array that does not end",
    ),
    texts(
        "cut-off-in-a-string",
        Some("{\"alg\":\"HS256\",\"typ\":\"JWT"),
        Some("{\"exp\":{{now+3600}},\"sub\":\"42"),
        "an object that is cut off in a string",
    ),
    texts(
        "cut-off-after-a-name",
        Some("{\"alg\":\"HS256\",\"typ\""),
        Some("{\"exp\":{{now+3600}},\"sub\""),
        "an object that is cut off after a name",
    ),
    texts(
        "cut-off-after-a-colon",
        Some("{\"alg\":\"HS256\",\"typ\":"),
        Some("{\"exp\":{{now+3600}},\"sub\":"),
        "an object that is cut off after a colon",
    ),
    texts(
        "without-its-first-brace",
        Some("\"alg\":\"HS256\",\"typ\":\"JWT\"}"),
        Some("\"sub\":\"42\",\"exp\":{{now+3600}}}"),
        "an object without its first brace",
    ),
    texts("members-alone", None, Some("\"sub\":\"42\",\"exp\":{{now+3600}}"), "members without braces"),
    texts(
        "in-parentheses",
        Some("({\"alg\":\"HS256\",\"typ\":\"JWT\"})"),
        Some("({\"sub\":\"42\",\"exp\":{{now+3600}}})"),
        "an object in parentheses",
    ),
    texts(
        "callback",
        None,
        Some("callback({\"sub\":\"42\",\"exp\":{{now+3600}}})"),
        "an object in the call of a function",
    ),
    texts(
        "guarded",
        None,
        Some(")]}',\n{\"sub\":\"42\",\"exp\":{{now+3600}}}"),
        "an object after a prefix that keeps scripts off",
    ),
    texts(
        "form-feed",
        Some("{\"alg\":\"HS256\",\u{c}\"typ\":\"JWT\"}"),
        Some("{\"sub\":\"42\",\u{c}\"exp\":{{now+3600}}}"),
        "an object with a form feed between its members",
    ),
    texts(
        "no-break-space",
        Some("{\"alg\":\"HS256\",\u{a0}\"typ\":\"JWT\"}"),
        Some("{\"sub\":\"42\",\u{a0}\"exp\":{{now+3600}}}"),
        "an object with a no-break space between its members",
    ),
    texts(
        "zero-width-space",
        Some("{\"alg\":\"HS256\",\u{200b}\"typ\":\"JWT\"}"),
        Some("{\"sub\":\"42\",\u{200b}\"exp\":{{now+3600}}}"),
        "an object with a zero-width space between its members",
    ),
    texts(
        "escaped-quotes",
        Some("{\\\"alg\\\":\\\"HS256\\\",\\\"typ\\\":\\\"JWT\\\"}"),
        Some("{\\\"sub\\\":\\\"42\\\",\\\"exp\\\":{{now+3600}}}"),
        "an object whose quotes are all escaped",
    ),
    texts("white-space-alone", Some(" \t\r\n"), Some(" \t\r\n"), "white space alone"),
];

fn bad_text(row: &Texts) -> impl Iterator<Item = Case> {
    [(Header, row.header), (Payload, row.payload)].into_iter().filter_map(move |(layer, written)| {
        let edit = text(layer, written?, TextKind::NotJson);
        let undecided = twins::hs256().changed(&format!("json/syntax/{}-{}", word(layer), row.name), edit);
        let case = unreadable(undecided, layer)
            .title(format!("the {} is {}", word(layer), row.what))
            .why(
                "The text is not JSON (RFC 8259). Parsers that allow more than JSON read it, each in its own way: \
                 what one takes for a member is nothing to the next.",
            )
            .requirement("RFC8259-2-JSON")
            .class(match (row.name, layer) {
                // There is nothing to read.
                ("white-space-alone", Header) => "A10",
                ("white-space-alone", Payload) => "J9",
                _ => "J8",
            });
        Some(one_object(case, layer))
    })
}

/// Text after an object.
struct After {
    name: &'static str,
    text: &'static str,
    what: &'static str,
    layers: &'static [Layer],
}

const AFTER: [After; 6] = [
    After { name: "brace", text: "}", what: "a second brace", layers: BOTH },
    After { name: "comma", text: ",", what: "a comma", layers: IN_HEADER },
    After { name: "nul", text: "\0", what: "NUL", layers: IN_HEADER },
    After { name: "no-break-space", text: "\u{a0}", what: "a no-break space", layers: IN_HEADER },
    After { name: "comment", text: "/* x */", what: "a comment", layers: BOTH },
    After { name: "line-comment", text: "// x\n", what: "a comment of one line", layers: IN_PAYLOAD },
];

fn after(row: &After) -> impl Iterator<Item = Case> {
    row.layers.iter().map(|&layer| {
        let word = word(layer);
        let case = twins::hs256()
            .changed(
                &format!("json/syntax/{word}-then-{}", row.name),
                surround(layer, "", row.text, Surrounding::TrailingText),
            )
            .reject([reason(layer)])
            .title(format!("{} after the {word}", row.what))
            .why(
                "Only white space may follow the object. A decoder that stops at the end of the first value does \
                 not see the rest.",
            )
            .requirement("RFC8259-2-JSON")
            .class("J8");
        one_object(case, layer)
    })
}

/// Name, the text, what it is.
const NO_HEADERS: [(&str, &str, &str); 2] = [
    (
        "string",
        "\"{\\\"alg\\\":\\\"HS256\\\",\\\"typ\\\":\\\"JWT\\\"}\"",
        "a string with the text of the header in it",
    ),
    ("number", "256", "a number"),
];

fn no_header((name, written, what): (&str, &str, &str)) -> Case {
    let undecided = twins::hs256()
        .changed(&format!("json/syntax/header-is-{name}"), text(Header, written, TextKind::NotAnObject));
    let case = unreadable(undecided, Header)
        .title(format!("the header is {what}"))
        .why("The header is an object. A verifier that goes on without one takes the algorithm from elsewhere.")
        .class("A10");
    one_object(case, Header)
}

// What JSON allows.

const GOOD_VALUES: [Value; 25] = [
    value("minus-zero", "-0", "minus zero"),
    value("zero-with-exponent", "0e1", "zero with an exponent"),
    value("capital-exponent", "1E+2", "a number with a capital exponent and its sign"),
    value("negative-exponent", "1e-2", "a number with a negative exponent"),
    value("fraction-and-exponent", "-1.5e3", "a negative number with a fraction and an exponent"),
    value("exponent-with-leading-zero", "1e01", "a number whose exponent has a leading zero"),
    value("empty-string", "\"\"", "an empty string"),
    value("escaped-solidus", "\"\\/\"", "a string with an escaped solidus"),
    value("short-escapes", "\"\\b\\f\\n\\r\\t\\\"\\\\\"", "a string with every short escape"),
    value("escaped-letter", "\"\\u0041\"", "a string with an escaped letter"),
    value("hexadecimal-in-both-cases", "\"\\uaBcD\"", "a string with an escape of small and capital digits"),
    value("escaped-backslash-before-u", "\"\\\\u0041\"", "a string with an escaped backslash before a u"),
    value("delete-character", "\"a\u{7f}b\"", "a string with U+007F in it"),
    value("line-separators", "\"a\u{2028}b\u{2029}c\"", "a string with U+2028 and U+2029 in it"),
    value("byte-order-mark-in-a-string", "\"a\u{feff}b\"", "a string with U+FEFF in it"),
    value("largest-code-point", "\"\u{10ffff}\"", "a string with the largest code point"),
    value("largest-surrogate-pair", "\"\\udbff\\udfff\"", "a string with the largest surrogate pair"),
    value("next-line", "\"a\u{85}b\"", "a string with U+0085 in it"),
    value("escaped-control-character", "\"\\u001f\"", "a string with an escaped control character"),
    value("comment-in-a-string", "\"a/*b*/c//d#e\"", "a string with the signs of comments in it"),
    value("array-with-white-space", "[ 1 ,\t\"a\"\r\n]", "an array with white space between its elements"),
    value("array-of-literals", "[null,true,false,0,\"\",[],{}]", "an array with a value of every type"),
    value("object-with-white-space", "{ \"a\" :\t1\r\n}", "an object with white space between its parts"),
    value("object-with-an-empty-name", "{\"\":0}", "an object with an empty name"),
    value("brackets-in-a-string", "\"]}],{[\"", "a string with brackets and braces in it"),
];

fn good_value(row: &Value) -> impl Iterator<Item = Case> {
    row.layers.iter().map(move |&layer| {
        let case = row
            .in_member(layer)
            .accept()
            .title(row.title(layer))
            .why(
                "The value is JSON (RFC 8259), and nobody needs the member. A parser that refuses it, or reads it \
                 in part, refuses a good token.",
            )
            .requirement("RFC8259-2-JSON")
            .class("V1");
        ignored(case, layer)
    })
}

/// Name, the raw name of the member, what it is.
const GOOD_NAMES: [(&str, &str, &str); 6] = [
    ("empty-name", "", "whose name is empty"),
    ("quote-in-a-name", "a\\\"b", "whose name has an escaped quote in it"),
    ("nul-in-a-name", "exp\\u0000", "whose name is `exp` and an escaped NUL"),
    ("escaped-name", "\\u0078", "whose name is an escape"),
    ("name-beyond-ascii", "\u{65e5}\u{672c}", "whose name is beyond ASCII"),
    ("line-separator-in-a-name", "a\u{2028}b", "whose name has U+2028 in it"),
];

fn good_name((name, member, what): &(&str, &str, &str)) -> [Case; 2] {
    [Header, Payload].map(|layer| {
        let word = word(layer);
        let case = twins::hs256()
            .changed(&format!("json/syntax/{word}-with-{name}"), set(layer, member, "1"))
            .accept()
            .title(format!("a private member of the {word} {what}"))
            .why("A name is any string. One that is not understood is ignored.")
            .requirement("RFC8259-8.3-NAMES")
            .class("V1");
        ignored(case, layer)
    })
}

// What JSON leaves open.

const OPEN_VALUES: [Value; 7] = [
    value_in(IN_HEADER, "1e400", "1e400", "1e400"),
    value("minus-1e400", "-1e400", "-1e400"),
    value("1e-400", "1e-400", "1e-400"),
    value_in(
        IN_HEADER,
        "high-surrogate",
        "\"\\ud800\"",
        "a string with the escape of a high surrogate alone",
    ),
    value("low-surrogate", "\"\\udc00\"", "a string with the escape of a low surrogate alone"),
    value(
        "surrogates-in-reverse",
        "\"\\udc00\\ud800\"",
        "a string with the escapes of a pair in reverse order",
    ),
    value(
        "high-surrogate-and-a-letter",
        "\"\\ud800\\u0041\"",
        "a string with the escapes of a high surrogate and a letter",
    ),
];

fn open_value(row: &Value) -> impl Iterator<Item = Case> {
    row.layers.iter().map(move |&layer| {
        let is_number = !row.value.starts_with('"');
        let why = if is_number {
            "RFC 8259 sections 6 and 9: the grammar allows the number, and a parser may limit range and precision."
        } else {
            "RFC 8259 section 8.2: JSON allows the escape, and the behaviour of a parser that meets a lone \
             surrogate is unpredictable."
        };
        let limit = is_number.then_some(Reason::Limit);
        row.in_member(layer)
            .either(why, reasons(layer).into_iter().chain(limit))
            .effect(|effect| effect.claims = None)
            .title(row.title(layer))
            .why("The text follows the grammar, and nobody needs the member. Not every parser can hold the value.")
            .requirement(if is_number { "RFC8259-6-NUMBER" } else { "RFC8259-8.2-UNICODE" })
            .class(if is_number { "J8" } else { "J7" })
    })
}
