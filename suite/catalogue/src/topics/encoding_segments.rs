//! G21: the number of segments, empty ones, and what stands around or in place of the token.
//!
//! Long because a topic is one file, like its vectors.

use jotproof_model::recipe::{Segment, StructureChange};
use jotproof_model::vector::Severity;
use jotproof_model::{Edit, Reason, Threat};

use super::Topic;
use super::encoding_base64url::whole_alphabet;
use crate::case::Case;
use crate::edits::{claim, structure};
use crate::twins;

use Reason::{Algorithm, Encoding, Header, NoToken, NotCompact, Payload, Signature};

pub(super) fn topic() -> Topic {
    let mut cases = vec![long_token()];
    cases.extend([1, 2].map(cut_off));
    cases.extend(EXTENDED.into_iter().map(extended));
    cases.push(inserted());
    cases.extend(INSERTED.into_iter().map(inserted_elsewhere));
    cases.extend(BEFORE_IT.into_iter().map(before_it));
    cases.extend(EMPTIED.into_iter().map(emptied));
    cases.extend(REWRITTEN.into_iter().map(rewritten));
    cases.extend(SERIALIZED.into_iter().map(serialized));
    cases.extend([empty_header(), detached(), stripped()]);
    cases.extend(REPLACED.into_iter().map(replaced));
    cases.extend([10, 1000, 10_000].map(dots));
    cases.extend(PREFIXES.into_iter().map(prefixed));
    cases.extend(SUFFIXES.into_iter().map(suffixed));
    cases.extend([quoted(), upper_case(), octet_that_is_not_utf8()]);
    cases.extend([
        json(StructureChange::JsonFlattened, "flattened"),
        json(StructureChange::JsonGeneral, "general"),
        json_without_signatures(),
    ]);
    Topic {
        path: "encoding/segments",
        about: "Three segments and two dots, and everything that is not that.",
        cases,
    }
}

fn long_token() -> Case {
    twins::hs256()
        .changed(
            "encoding/segments/four-thousand-characters",
            claim("x", &format!("\"{}\"", "0123456789".repeat(280))),
        )
        .accept()
        .title("a token of some four thousand characters")
        .why(
            "Three segments and two dots, of whatever length. Tokens with a list of permissions come to \
              this size, and a reader with a small buffer cuts them.",
        )
        .requirement("RFC7515-7.1-COMPACT")
        .requirement("RFC7519-3.1-COMPACT")
        .class("V1")
}

fn cut_off(segments: u32) -> Case {
    let (name, title, why) = if segments == 1 {
        (
            "one-segment",
            "the header segment alone",
            "A parser that reads as far as it gets, and takes the rest as empty, has no claims to check \
             and no signature.",
        )
    } else {
        (
            "two-segments",
            "header and payload, without the last dot and the signature",
            "Some parsers take two segments as the form of a token that is not signed, and go on \
             without a signature.",
        )
    };
    twins::hs256()
        .changed(&format!("encoding/segments/{name}"), structure(StructureChange::KeepSegments { segments }))
        .reject([NotCompact, Signature])
        .threat(Threat::Forger)
        .title(title)
        .why(why)
        .requirement("RFC7515-7.1-COMPACT")
        .requirement(if segments == 1 { "RFC7519-7.2-PERIOD" } else { "RFC7519-7.2-ALL" })
        .class("S1")
}

/// A token that is not even text.
fn octet_that_is_not_utf8() -> Case {
    twins::hs256()
        .changed(
            "encoding/segments/octet-that-is-not-utf-8-after-it",
            structure(StructureChange::AppendOctets { base64url: "_w".to_owned() }),
        )
        .reject([NotCompact, Encoding, Signature])
        .threat(Threat::Mangler)
        .title("an octet after it that is never UTF-8")
        .why("A token is ASCII text. An octet that is no character must end in a refusal, not in a crash.")
        .requirement("RFC7515-2-B64")
        .class("C20")
}

fn suffix(text: &str) -> Edit {
    structure(StructureChange::Suffix { text: text.to_owned() })
}

fn prefix(text: &str) -> Edit {
    structure(StructureChange::Prefix { text: text.to_owned() })
}

fn replace(text: &str) -> Edit {
    structure(StructureChange::Replace { text: text.to_owned() })
}

/// Name, the text after the token, what it is.
const EXTENDED: [(&str, &str, &str); 5] = [
    ("trailing-dot", ".", "a dot after it, which makes an empty fourth segment"),
    ("four-segments", ".AAAA", "a fourth segment"),
    ("five-segments", ".AAAA.AAAA", "a fourth and a fifth segment"),
    ("eight-segments", ".AAAA.AAAA.AAAA.AAAA.AAAA", "five more segments"),
    ("dots-after-it", DOTS, "two hundred dots after it"),
];

const DOTS: &str = "..................................................\
                    ..................................................\
                    ..................................................\
                    ..................................................";

fn extended((name, text, what): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("encoding/segments/{name}"), suffix(text))
        .reject([NotCompact, Signature])
        .threat(Threat::Mangler)
        .title(format!("a good token with {what}"))
        .why(
            "A parser that splits at the first two dots, or takes the first three pieces of however \
              many, verifies the beginning and lets the rest through unread.",
        )
        .requirement("RFC7515-7.1-COMPACT")
        .class(if text == DOTS { "B11" } else { "S1" })
        .severity(Severity::Low)
}

fn inserted() -> Case {
    twins::hs256()
        .changed(
            "encoding/segments/empty-segment-before-the-signature",
            structure(StructureChange::InsertSegment { at: 2, text: String::new() }),
        )
        .reject([NotCompact, Signature])
        .threat(Threat::Mangler)
        .title("an empty segment between payload and signature")
        .why(
            "A parser that takes the last piece as the signature and the first two as what was signed, \
              or that drops empty pieces, does not notice.",
        )
        .requirement("RFC7515-7.1-COMPACT")
        .class("S1")
        .severity(Severity::Low)
}

/// Name, before which segment, the text, what it is.
const INSERTED: [(&str, u32, &str, &str); 3] = [
    ("empty-segment-before-the-payload", 1, "", "an empty segment between header and payload"),
    ("segment-before-the-payload", 1, "e30", "a segment with an empty object between header and payload"),
    (
        "segment-before-the-signature",
        2,
        "e30",
        "a segment with an empty object between payload and signature",
    ),
];

fn inserted_elsewhere((name, at, text, what): (&str, u32, &str, &str)) -> Case {
    twins::hs256()
        .changed(
            &format!("encoding/segments/{name}"),
            structure(StructureChange::InsertSegment { at, text: text.to_owned() }),
        )
        .reject([NotCompact, Payload, Signature])
        .threat(Threat::Mangler)
        .title(what)
        .why(
            "Two readers, one of which counts segments from the front and the other from the back, or one \
             of which drops empty ones, read two different payloads out of this.",
        )
        .requirement("RFC7515-7.1-COMPACT")
        .class("S1")
}

/// Name, the text before the token, what it is.
const BEFORE_IT: [(&str, &str, &str); 3] = [
    ("segment-before-it", "e30.", "a segment"),
    (
        "two-segments-before-it",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
        "a header with alg none and other claims",
    ),
    (
        "unsecured-token-before-it",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwiZXh0Ijoie1widXNlcl9pZFwiOjF9In0..",
        "a whole unsecured token and a dot",
    ),
];

fn before_it((name, text, what): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("encoding/segments/{name}"), prefix(text))
        .reject([NotCompact, Algorithm, Signature])
        .threat(if name == "segment-before-it" { Threat::Mangler } else { Threat::Forger })
        .title(format!("{what} before a good token"))
        .why(
            "A parser that takes the last three pieces for the signature, and another that takes the \
             first two for the claims, verify one token and use the other.",
        )
        .requirement("RFC7515-7.1-COMPACT")
        .class("S1")
}

/// Name, the segments that are emptied, what is left.
const EMPTIED: [(&str, [Segment; 2], &str); 3] = [
    ("header-alone", [Segment::Payload, Segment::Signature], "a header and two dots"),
    ("payload-alone", [Segment::Header, Segment::Signature], "a payload between two dots"),
    ("signature-alone", [Segment::Header, Segment::Payload], "two dots and a signature"),
];

fn emptied((name, [first, second], what): (&str, [Segment; 2], &str)) -> Case {
    twins::hs256()
        .changed_by(&format!("encoding/segments/{name}"), vec![empty(first), empty(second)])
        .reject([Header, Payload, NotCompact, Encoding, Algorithm, Signature])
        .threat(if second == Segment::Signature { Threat::Forger } else { Threat::Mangler })
        .title(format!("{what}: the segments {} and {} are empty", first.name(), second.name()))
        .why(
            "Two defects, each stored alone as well. There are three segments, and nothing in two of \
             them: code that looks for what may be absent one by one meets both at once here.",
        )
        .requirement("RFC7515-5.2-DECODE")
        .class("C20")
}

/// The token of [`whole_alphabet`], which is the same at every clock, and its segments.
macro_rules! segment {
    (header) => {
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsInNlYSI6In5-fn5-fj8_Pz8_Pz8ifQ"
    };
    (payload) => {
        "eyJzdWIiOiI0MiIsImV4dCI6IntcInVzZXJfaWRcIjo0Mn0iLCJ4Ijoifn5-fn5-Pz8_Pz8_In0"
    };
    (signature) => {
        "5H5_L-IREZLCjEcN5itlDjQRhyYTbxrsae2YVK-haJc"
    };
}

/// A good token, its dots written in another way.
macro_rules! dotted {
    ($dot:literal) => {
        concat!(segment!(header), $dot, segment!(payload), $dot, segment!(signature))
    };
}

/// `{"sub":"1","ext":"{\"user_id\":1}"}`: claims that nobody signed.
macro_rules! forged {
    () => {
        "eyJzdWIiOiIxIiwiZXh0Ijoie1widXNlcl9pZFwiOjF9In0"
    };
}

/// The good header and forged claims, with the dots of a token.
macro_rules! forged_start {
    () => {
        concat!(segment!(header), ".", forged!(), ".")
    };
}

/// The members of a flattened JSON serialization with the good header and signature (RFC 7515 section 7.2.2).
macro_rules! flattened {
    ($payload:expr) => {
        concat!(
            "\"protected\":\"",
            segment!(header),
            "\",\"payload\":\"",
            $payload,
            "\",\"signature\":\"",
            segment!(signature),
            "\""
        )
    };
}

/// Name, the text, what it is, bug class.
const REWRITTEN: [(&str, &str, &str, &str); 23] = [
    ("dots-percent-encoded", dotted!("%2E"), "with `%2E` for its dots", "B10"),
    ("dots-full-width", dotted!("\u{ff0e}"), "with full-width dots", "B10"),
    ("dots-escaped", dotted!("\\u002e"), "with its dots as JSON escapes", "B10"),
    ("line-feeds-beside-dots", dotted!(".\n"), "with a line feed after each dot", "B4"),
    ("spaces-for-dots", dotted!(" "), "with spaces for its dots", "S1"),
    (
        "segments-reversed",
        concat!(segment!(signature), ".", segment!(payload), ".", segment!(header)),
        "with its segments in reverse order",
        "S1",
    ),
    ("in-single-quotes", concat!("'", dotted!("."), "'"), "between single quotes", "B10"),
    ("in-an-object", concat!("{\"token\":\"", dotted!("."), "\"}"), "as the member of a JSON object", "B9"),
    (
        "encoded-again",
        // The base64url text of the whole token.
        concat!(
            "ZXlKaGJHY2lPaUpJVXpJMU5pSXNJblI1Y0NJNklrcFhWQ0lzSW5ObFlTSTZJbjUtZm41LWZqOF9QejhfUHo4",
            "aWZRLmV5SnpkV0lpT2lJME1pSXNJbVY0ZENJNkludGNJblZ6WlhKZmFXUmNJam8wTW4waUxDSjRJam9pZm41",
            "LWZuNS1QejhfUHo4X0luMC41SDVfTC1JUkVaTENqRWNONWl0bERqUVJoeVlUYnhyc2FlMllWSy1oYUpj",
        ),
        "encoded once more, as base64url of the whole",
        "B10",
    ),
    ("dots-percent-encoded-lower-case", dotted!("%2e"), "with `%2e` for its dots", "B10"),
    ("dots-percent-encoded-twice", dotted!("%252E"), "with `%252E` for its dots", "B10"),
    (
        "last-dot-percent-encoded",
        concat!(segment!(header), ".", segment!(payload), "%2E", segment!(signature)),
        "with `%2E` for its last dot alone",
        "B10",
    ),
    ("dots-as-character-references", dotted!("&#46;"), "with its dots as references of HTML", "B10"),
    ("dots-ideographic", dotted!("\u{3002}"), "with ideographic full stops for its dots", "B10"),
    ("dots-one-dot-leaders", dotted!("\u{2024}"), "with one dot leaders for its dots", "B10"),
    ("dots-middle", dotted!("\u{b7}"), "with middle dots for its dots", "B10"),
    ("commas-for-dots", dotted!(","), "with commas for its dots", "B10"),
    ("colons-for-dots", dotted!(":"), "with colons for its dots", "B10"),
    ("line-feeds-for-dots", dotted!("\n"), "with line feeds for its dots", "B10"),
    ("line-ends-for-dots", dotted!("\r\n"), "with CR LF for its dots", "B10"),
    ("in-an-array", concat!("[\"", dotted!("."), "\"]"), "as the element of a JSON array", "B9"),
    (
        "before-a-json-serialization",
        concat!(dotted!("."), "{", flattened!(forged!()), "}"),
        "with the JSON serialization of forged claims after it",
        "B9",
    ),
    (
        "json-in-place-of-its-signature",
        concat!(forged_start!(), "{", flattened!(segment!(payload)), "}"),
        "in the JSON serialization, in place of the signature of forged claims",
        "B9",
    ),
];

fn rewritten((name, text, what, class): (&str, &str, &str, &str)) -> Case {
    whole_alphabet()
        .changed(&format!("encoding/segments/whole-alphabet/{name}"), replace(text))
        .reject([NotCompact, Encoding, Header, Payload, Algorithm, Signature])
        .threat(Threat::Mangler)
        .title(format!("a good token {what}"))
        .why(AROUND)
        .requirement("RFC7515-7.1-COMPACT")
        .class(class)
        .severity(Severity::Low)
}

const TWO_READERS: &str = "One reader takes the JSON apart and verifies the good signature over the good claims, the other \
                           splits the text at its dots and reads the forged ones.";

/// Name, the text, what it is, why, who makes it.
const SERIALIZED: [(&str, &str, &str, &str, Threat); 9] = [
    (
        "json-flattened-unprotected-header",
        concat!("{\"payload\":\"", forged!(), "\",\"header\":{\"alg\":\"none\"},\"signature\":\"\"}"),
        "with its header unprotected, alg none and an empty signature",
        "A header that no signature covers is whatever the sender likes.",
        Threat::Forger,
    ),
    (
        "json-flattened-alg-twice",
        concat!(
            "{\"payload\":\"",
            segment!(payload),
            "\",\"protected\":\"",
            segment!(header),
            "\",\"header\":{\"alg\":\"none\"},\"signature\":\"",
            segment!(signature),
            "\"}"
        ),
        "with a good signature, and alg none in an unprotected header",
        "Which of two `alg` counts is for the reader to say, and one of them is not signed.",
        Threat::Mangler,
    ),
    (
        "json-flattened-empty-signature",
        concat!(
            "{\"payload\":\"",
            segment!(payload),
            "\",\"protected\":\"",
            segment!(header),
            "\",\"signature\":\"\"}"
        ),
        "with an empty signature",
        "A verifier that takes an empty member for an absent one has nothing to check.",
        Threat::Forger,
    ),
    (
        "json-flattened-without-signature",
        concat!("{\"payload\":\"", segment!(payload), "\",\"protected\":\"", segment!(header), "\"}"),
        "without a signature",
        "A verifier that checks the signatures it finds finds none.",
        Threat::Forger,
    ),
    (
        "json-general-bad-then-good",
        concat!(
            "{\"payload\":\"",
            segment!(payload),
            "\",\"signatures\":[{\"protected\":\"",
            segment!(header),
            "\",\"signature\":\"AAAA\"},{\"protected\":\"",
            segment!(header),
            "\",\"signature\":\"",
            segment!(signature),
            "\"}]}"
        ),
        "with a bad signature first and a good one last",
        "One good signature among several is enough for some verifiers, whoever made the others.",
        Threat::Mangler,
    ),
    (
        "json-general-empty-signature",
        concat!(
            "{\"payload\":\"",
            forged!(),
            "\",\"signatures\":[{\"protected\":\"",
            segment!(header),
            "\",\"signature\":\"\"}]}"
        ),
        "with one signature, which is empty, over other claims",
        "A loop over the signatures that skips empty ones ends without a bad one.",
        Threat::Forger,
    ),
    (
        "json-with-a-token-for-a-name",
        // Cut at its dots this is three segments: the good header, forged claims, the good signature.
        concat!("{\"", forged_start!(), "\":0,", flattened!(segment!(payload)), "}"),
        "with a member whose name is a header and forged claims, with their dots",
        TWO_READERS,
        Threat::Forger,
    ),
    (
        "json-general-with-a-token-for-a-name",
        concat!(
            "{\"",
            forged_start!(),
            "\":0,\"payload\":\"",
            segment!(payload),
            "\",\"signatures\":[{\"protected\":\"",
            segment!(header),
            "\",\"signature\":\"",
            segment!(signature),
            "\"}]}"
        ),
        "with a member whose name is a header and forged claims, with their dots",
        TWO_READERS,
        Threat::Forger,
    ),
    (
        "json-with-a-token-for-a-text",
        concat!("{\"x\":\"", forged_start!(), "\",", flattened!(segment!(payload)), "}"),
        "with an unknown member whose text is a header and forged claims, with their dots",
        "The member is ignored where the JSON is read, and its dots cut the text where it is split.",
        Threat::Forger,
    ),
];

fn serialized((name, text, what, why, threat): (&str, &str, &str, &str, Threat)) -> Case {
    let which = if name.contains("general") { "general" } else { "flattened" };
    whole_alphabet()
        .changed(&format!("encoding/segments/whole-alphabet/{name}"), replace(text))
        .reject([NotCompact, Encoding, Header, Payload, Algorithm, Signature])
        .threat(threat)
        .title(format!("the {which} JSON serialization {what}"))
        .why(format!("{why} A token is in the compact serialization, and nothing else is read."))
        .requirement("RFC7519-3.1-COMPACT")
        .class("B9")
}

fn empty(segment: Segment) -> Edit {
    structure(StructureChange::EmptySegment { segment })
}

fn empty_header() -> Case {
    twins::hs256()
        .changed("encoding/segments/empty-header", empty(Segment::Header))
        .reject([Header, NotCompact, Encoding, Algorithm, Signature])
        .threat(Threat::Mangler)
        .title("an empty header segment")
        .why(
            "No octets are no JSON object. Defaults that step in for the missing header choose the \
              algorithm.",
        )
        .requirement("RFC7519-7.2-HEADER")
        .requirement("RFC7515-5.2-JSON")
        .class("S1")
}

fn detached() -> Case {
    twins::hs256()
        .changed("encoding/segments/detached-payload", structure(StructureChange::Detached))
        .reject([Payload, NotCompact, Encoding, Signature])
        .threat(Threat::Mangler)
        .title("an empty payload segment over the signature of the real one")
        .why(
            "The detached form (RFC 7515 appendix F) carries its payload elsewhere. A token does not: \
              there are no claims here, and nothing to check.",
        )
        .requirement("RFC7519-7.2-PAYLOAD")
        .requirement("RFC7515-5.2-VERIFY")
        .class("S1")
}

fn stripped() -> Case {
    twins::hs256()
        .changed("encoding/segments/empty-signature", empty(Segment::Signature))
        .reject([Signature, NotCompact])
        .threat(Threat::Forger)
        .title("an empty signature segment, alg unchanged")
        .why(
            "A verifier that compares as many octets as were sent compares none, and finds them equal. \
              Then any payload will do.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC7518-3.2-MAC")
        .class("S1")
}

/// Name, the text, what it is, reasons, bug class.
const REPLACED: [(&str, &str, &str, &[Reason], &str); 7] = [
    ("no-text", "", "an empty text", &[NoToken, NotCompact], "C20"),
    ("one-dot", ".", "one dot", &[NotCompact], "C20"),
    ("two-dots", "..", "two dots", &[NotCompact, Header, Payload, Encoding, Algorithm, Signature], "C20"),
    ("three-dots", "...", "three dots", &[NotCompact], "C20"),
    ("a-word", "garbage", "a word", &[NotCompact, Encoding, Header], "C20"),
    (
        "three-words",
        "not.a.token",
        "three words with dots between them",
        &[NotCompact, Encoding, Header],
        "C20",
    ),
    (
        "encrypted",
        // `{"alg":"dir","enc":"A128GCM"}`, no encrypted key, and octets of the right lengths.
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA",
        "an encrypted token",
        &[NotCompact, Algorithm, Header],
        "H5",
    ),
];

fn replaced((name, text, what, reasons, class): (&str, &str, &str, &[Reason], &str)) -> Case {
    twins::hs256()
        .changed(&format!("encoding/segments/{name}"), replace(text))
        .reject(reasons.iter().copied())
        .threat(Threat::Forger)
        .title(format!("{what} in place of the token"))
        .why(if name == "encrypted" {
            "Five segments are the form of an encrypted token. A verifier of signed ones does not open \
             it, and does not take it for one of its own."
        } else {
            "What is no token is refused as such: not by a crash, and not as if there had been no need \
             of one."
        })
        .requirement("RFC7515-7.1-COMPACT")
        .class(class)
}

fn dots(times: u32) -> Case {
    let what = match times {
        10 => "ten",
        1000 => "a-thousand",
        _ => "ten-thousand",
    };
    twins::hs256()
        .changed(
            &format!("encoding/segments/{what}-dots"),
            structure(StructureChange::Repeat { text: ".".to_owned(), times }),
        )
        .reject([NotCompact])
        .threat(Threat::Forger)
        .title(format!("{times} dots in place of the token"))
        .why(
            "A parser that splits before it counts makes a piece of memory for each dot: a few \
              kilobytes from anybody cost the server many times as much.",
        )
        .requirement("RFC7515-7.1-COMPACT")
        .class("B11")
}

/// Name, the text before the token, what it is, bug class.
const PREFIXES: [(&str, &str, &str, &str); 7] = [
    ("leading-dot", ".", "a dot", "S1"),
    ("leading-bearer", "Bearer ", "`Bearer` and a space", "B10"),
    ("leading-bearer-lower-case", "bearer ", "`bearer` and a space", "B10"),
    (
        "leading-scheme-and-plus",
        "Bearer+",
        "`Bearer` and a plus sign, which a query decodes to a space",
        "B10",
    ),
    ("leading-quote", "\"", "a quotation mark", "B10"),
    ("leading-space", " ", "a space", "B4"),
    ("leading-byte-order-mark", "\u{feff}", "a byte order mark", "J5"),
];

fn prefixed((name, text, what, class): (&str, &str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("encoding/segments/{name}"), prefix(text))
        .reject([NotCompact, Encoding, Header, Signature])
        .threat(Threat::Mangler)
        .title(format!("{what} before a good token"))
        .why(AROUND)
        .requirement(if text == "." { "RFC7515-7.1-COMPACT" } else { "RFC7519-7.2-HEADER" })
        .class(class)
        .severity(Severity::Low)
}

const AROUND: &str = "The text is not a token: something stands beside it. Who cleans it up before \
                      reading it has two ideas of which token it is, and so has every log and every \
                      list of revoked ones.";

/// Name, the text after the token, what it is, bug class.
const SUFFIXES: [(&str, &str, &str, &str); 10] = [
    ("trailing-space", " ", "a space", "B4"),
    ("trailing-line-feed", "\n", "a line feed", "B4"),
    ("trailing-crlf", "\r\n", "CR LF", "B4"),
    ("trailing-nul", "\0", "NUL", "B5"),
    ("trailing-quote", "\"", "a quotation mark", "B10"),
    ("trailing-comma", ",", "a comma", "B5"),
    ("trailing-semicolon", "; Path=/", "the attributes of a cookie", "B10"),
    ("trailing-parameter", "&x=1", "another parameter of a query", "B10"),
    ("trailing-fragment", "#x", "a fragment", "B10"),
    (
        "trailing-token",
        ",eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwiZXh0Ijoie1widXNlcl9pZFwiOjF9In0.",
        "a comma and an unsecured token",
        "B10",
    ),
];

fn suffixed((name, text, what, class): (&str, &str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("encoding/segments/{name}"), suffix(text))
        .reject([NotCompact, Encoding, Signature])
        .threat(Threat::Mangler)
        .title(format!("{what} after a good token"))
        .why(AROUND)
        .requirement("RFC7515-2-B64")
        .class(class)
}

fn quoted() -> Case {
    twins::hs256()
        .changed_by("encoding/segments/quoted", vec![prefix("\""), suffix("\"")])
        .reject([NotCompact, Encoding, Header, Signature])
        .threat(Threat::Mangler)
        .title("a good token with a quotation mark before it and another one after it")
        .why("Two defects, each stored alone as well. The text of a JSON string is not the string.")
        .requirement("RFC7515-2-B64")
        .class("B10")
}

fn upper_case() -> Case {
    twins::hs256()
        .changed("encoding/segments/upper-case", structure(StructureChange::UpperCase))
        .reject([Header, Encoding, Payload, Algorithm, Signature])
        .threat(Threat::Mangler)
        .title("a good token in upper case")
        .why(
            "base64url knows upper and lower case. What comes through a place that does not, comes \
              through as noise, and is refused like any.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("C20")
}

fn json(change: StructureChange, name: &str) -> Case {
    twins::hs256()
        .changed(&format!("encoding/segments/json-{name}"), structure(change))
        .reject([NotCompact, Encoding, Header])
        .threat(Threat::Mangler)
        .severity(Severity::Low)
        .title(format!("the {name} JSON serialization of a good token"))
        .why(
            "The signature is good, but a token is in the compact serialization. A library that reads \
              every serialization brings unprotected headers and several signatures with it.",
        )
        .requirement("RFC7519-3.1-COMPACT")
        .class("B9")
}

fn json_without_signatures() -> Case {
    // `{"sub":"42","ext":"{\"user_id\":42}"}`
    let text = r#"{"payload":"eyJzdWIiOiI0MiIsImV4dCI6IntcInVzZXJfaWRcIjo0Mn0ifQ","signatures":[]}"#;
    twins::hs256()
        .changed("encoding/segments/json-general-without-signatures", replace(text))
        .reject([NotCompact, Encoding, Header, Signature])
        .threat(Threat::Forger)
        .title("the general JSON serialization with an empty list of signatures")
        .why(
            "A loop over the signatures that ends without a bad one has verified nothing: anybody can \
              write this.",
        )
        .requirement("RFC7519-3.1-COMPACT")
        .class("B9")
}

#[cfg(test)]
mod tests {
    use jotproof_mint::{Mint, base64url, keys};
    use jotproof_model::{Subject, Token};

    use super::*;

    #[test]
    fn the_segments_that_are_written_out_are_those_of_the_twin() {
        let token = |case: &Case| {
            let built = case.build(&Mint::new(keys::all()), crate::NOW).expect("it can be minted");
            let Subject::Token { token, .. } = built.subject else { panic!("it is a token") };
            match token {
                Token::Text { text } => text,
                other => panic!("not a text: {other:?}"),
            }
        };
        assert_eq!(token(&whole_alphabet()), dotted!("."));
        let row = REWRITTEN.into_iter().find(|(name, ..)| *name == "encoded-again").expect("it is listed");
        assert_eq!(token(&rewritten(row)), base64url::encode(dotted!(".").as_bytes()));
    }
}
