//! G24: header and payload in other encodings than UTF-8, and in malformed UTF-8.
//!
//! None of these texts has a time, because octets are the same at every clock.

use jotproof_model::edit::{Layer, OctetsKind};

use super::Topic;
use super::json_text::{one_object, unreadable, word};
use crate::case::Case;
use crate::edits::octets;
use crate::twins;

use Layer::{Header, Payload};

pub(super) fn topic() -> Topic {
    let layers = [Header, Payload];
    let mut cases: Vec<Case> =
        layers.into_iter().flat_map(|layer| ENCODINGS.iter().map(move |row| encoded(layer, row))).collect();
    cases.extend(layers.into_iter().flat_map(|layer| MALFORMED.iter().map(move |row| malformed(layer, row))));
    cases.extend(
        layers.into_iter().flat_map(|layer| SYNTAX.iter().map(move |row| malformed_syntax(layer, row))),
    );
    Topic {
        path: "json/encodings",
        about: "Header and payload in UTF-16 and UTF-32, with and without a byte order mark, and in malformed \
                UTF-8.",
        cases,
    }
}

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const CLAIMS: &str = r#"{"sub":"42","ext":"{\"user_id\":42}"}"#;

/// The text of the object.
const fn object(layer: Layer) -> &'static str {
    match layer {
        Header => HEADER,
        Payload => CLAIMS,
    }
}

/// The text of the object, without its last brace.
fn open_object(layer: Layer) -> &'static str {
    let whole = object(layer);
    whole.strip_suffix('}').unwrap_or(whole)
}

/// An encoding of Unicode.
#[derive(Clone, Copy)]
struct Encoding {
    name: &'static str,
    what: &'static str,
    encode: fn(&str) -> Vec<u8>,
    /// Whether the text begins with a byte order mark.
    is_marked: bool,
}

const UTF_16_LITTLE: Encoding = Encoding {
    name: "utf-16-little-endian",
    what: "in UTF-16, the least octet first",
    encode: |text| utf16(text, u16::to_le_bytes),
    is_marked: false,
};
const UTF_16_BIG: Encoding = Encoding {
    name: "utf-16-big-endian",
    what: "in UTF-16, the greatest octet first",
    encode: |text| utf16(text, u16::to_be_bytes),
    is_marked: false,
};
const UTF_32_LITTLE: Encoding = Encoding {
    name: "utf-32-little-endian",
    what: "in UTF-32, the least octet first",
    encode: |text| utf32(text, u32::to_le_bytes),
    is_marked: false,
};
const UTF_32_BIG: Encoding = Encoding {
    name: "utf-32-big-endian",
    what: "in UTF-32, the greatest octet first",
    encode: |text| utf32(text, u32::to_be_bytes),
    is_marked: false,
};

const fn marked(encoding: Encoding) -> Encoding {
    Encoding { is_marked: true, ..encoding }
}

/// The topic `json/text` has UTF-16 with the least octet first and without a mark.
const ENCODINGS: [Encoding; 7] = [
    UTF_16_BIG,
    marked(UTF_16_LITTLE),
    marked(UTF_16_BIG),
    UTF_32_LITTLE,
    UTF_32_BIG,
    marked(UTF_32_LITTLE),
    marked(UTF_32_BIG),
];

fn utf16(text: &str, octets: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(octets).collect()
}

fn utf32(text: &str, octets: fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().map(u32::from).flat_map(octets).collect()
}

fn encoded(layer: Layer, row: &Encoding) -> Case {
    let (mark, suffix, with_mark) =
        if row.is_marked { ("\u{feff}", "-marked", ", with a byte order mark") } else { ("", "", "") };
    let written = (row.encode)(&format!("{mark}{}", object(layer)));
    refused(layer, &format!("{}{suffix}", row.name), &written, OctetsKind::OtherEncoding)
        .title(format!("a {} {}{with_mark}", word(layer), row.what))
        .why(
            "JSON in a token is UTF-8. Several parsers guess the encoding from the first octets, as an older JSON \
             specification suggested, and read text where the next verifier sees noise.",
        )
        .requirement("RFC8725-3.7-UTF8")
        .class("J5")
}

/// Octets that are not UTF-8 (RFC 3629 section 3).
struct Octets {
    name: &'static str,
    octets: &'static [u8],
    what: &'static str,
}

/// Inside a string.
const MALFORMED: [Octets; 6] = [
    Octets { name: "lone-continuation", octets: b"a\x80b", what: "a continuation octet alone" },
    Octets {
        name: "latin-1",
        octets: b"caf\xe9",
        what: "a letter in Latin-1, which begins a sequence and ends the string",
    },
    Octets {
        name: "surrogate-pair",
        octets: b"\xed\xa0\xbd\xed\xb8\x80",
        what: "two surrogates, each in three octets (CESU-8)",
    },
    Octets { name: "overlong-nul", octets: b"a\xc0\x80b", what: "NUL in two octets" },
    Octets { name: "overlong-in-three-octets", octets: b"4\xe0\x80\xb2", what: "a digit in three octets" },
    Octets { name: "beyond-unicode", octets: b"\xf4\x90\x80\x80", what: "a number beyond U+10FFFF" },
];

fn malformed(layer: Layer, row: &Octets) -> Case {
    let written = [open_object(layer).as_bytes(), b",\"x\":\"", row.octets, b"\"}"].concat();
    refused(layer, row.name, &written, OctetsKind::MalformedUtf8)
        .title(format!("a {} with {} in a private member", word(layer), row.what))
        .why(
            "The octets are not UTF-8. A decoder that replaces or drops them makes equal strings of different \
             octets, and a decoder that reads more than UTF-8 finds characters that a filter did not see.",
        )
        .requirement("RFC8725-3.7-UTF8")
        .class("J6")
}

/// Outside of strings, or at the end of one. Each row is the whole text after the first members.
const SYNTAX: [Octets; 3] = [
    Octets {
        name: "overlong-quote",
        octets: b",\"x\":\"a\xc0\xa2}",
        what: "a quote in two octets at the end of a string",
    },
    Octets {
        name: "cut-off-in-a-character",
        octets: b",\"x\":\"\xe2\x82",
        what: "its end inside a character",
    },
    Octets {
        name: "latin-1-space",
        octets: b",\xa0\"x\":1}",
        what: "a no-break space in Latin-1 between its members",
    },
];

fn malformed_syntax(layer: Layer, row: &Octets) -> Case {
    let written = [open_object(layer).as_bytes(), row.octets].concat();
    refused(layer, row.name, &written, OctetsKind::MalformedSyntax)
        .title(format!("a {} with {}", word(layer), row.what))
        .why(
            "The octets are not UTF-8, and what a lenient decoder makes of them decides where a string or the \
             object ends.",
        )
        .requirement("RFC8725-3.7-UTF8")
        .class("J6")
}

fn refused(layer: Layer, name: &str, written: &[u8], kind: OctetsKind) -> Case {
    let undecided = twins::hs256()
        .changed(&format!("json/encodings/{}-{name}", word(layer)), octets(layer, written, kind));
    one_object(unreadable(undecided, layer), layer)
}
