//! G22, G24: header and payload as JSON text: white space, encodings, values that are no objects, and
//! text that is no JSON.

use jotproof_model::edit::{Layer, OctetsKind, Surrounding, TextKind};
use jotproof_model::{Edit, Expiry, Reason};

use super::Topic;
use crate::case::{Case, Undecided};
use crate::edits::{claim, octets, surround, text};
use crate::twins;

use Layer::{Header, Payload};

pub(super) fn topic() -> Topic {
    let mut cases = vec![
        space_around(Header),
        space_around(Payload),
        header_as_in_the_appendix(),
        payload_written_wide(),
        byte_order_mark(Header),
        byte_order_mark(Payload),
    ];
    cases.extend(AFTER.into_iter().map(text_after));
    cases.extend(NO_OBJECTS.into_iter().map(no_object));
    cases.extend(NO_JSON.into_iter().map(no_json));
    cases.extend(octet_strings().into_iter().map(not_utf8));
    cases.extend(LEXEMES.into_iter().map(lexeme));
    cases.extend([lone_surrogate(), lone_surrogate_in_sub(), nested(), nul_in_sub()]);
    cases.extend(GOOD_STRINGS.into_iter().map(good_string));
    Topic {
        path: "json/text",
        about: "Header and payload as text: what JSON allows, and what only looks like it.",
        cases,
    }
}

/// A layer in prose and in ids.
pub(super) const fn word(layer: Layer) -> &'static str {
    match layer {
        Header => "header",
        Payload => "payload",
    }
}

/// The reason to refuse a layer that is not one UTF-8 encoded JSON object.
pub(super) const fn reason(layer: Layer) -> Reason {
    match layer {
        Header => Reason::Header,
        Payload => Reason::Payload,
    }
}

/// Adds the sentences that ask for one UTF-8 encoded JSON object.
pub(super) fn one_object(case: Case, layer: Layer) -> Case {
    match layer {
        Header => case.requirement("RFC7519-7.2-HEADER").requirement("RFC7515-5.2-JSON"),
        Payload => case.requirement("RFC7519-7.2-PAYLOAD"),
    }
}

/// Rejects a layer that is not an object. A header that cannot be read names no algorithm either.
pub(super) fn unreadable(undecided: Undecided, layer: Layer) -> Case {
    match layer {
        Header => undecided.reject([Reason::Header, Reason::Algorithm]),
        Payload => undecided.reject([Reason::Payload]),
    }
}

// What JSON allows.

fn space_around(layer: Layer) -> Case {
    let word = word(layer);
    let case = twins::hs256()
        .changed(
            &format!("json/text/{word}-white-space-around"),
            surround(layer, " \t\r\n", "\r\n ", Surrounding::WhiteSpace),
        )
        .accept()
        .title(format!("white space before and after the {word}"))
        .why(
            "White space around a JSON text means nothing. A verifier that looks for `{` at the \
              beginning of the text, or for `eyJ` at that of the token, refuses a good one.",
        )
        .requirement("RFC8259-2-JSON")
        .requirement("RFC7515-10.12-EXTRA")
        .class("V1");
    one_object(case, layer)
}

fn header_as_in_the_appendix() -> Case {
    twins::hs256()
        .changed(
            "json/text/header-line-break-inside",
            text(Header, "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}", TextKind::Object),
        )
        .accept()
        .title("a header with CR LF between its members")
        .why("The first example of RFC 7515 (appendix A.1) has this very header.")
        .requirement("RFC8259-2-JSON")
        .requirement("RFC8259-9-ACCEPT")
        .requirement("RFC7515-5.2-JSON")
        .requirement("RFC7515-10.12-STRICT")
        .class("V1")
}

fn payload_written_wide() -> Case {
    let written = "{\n\t\"exp\" : {{now+3600}} ,\n\t\"iat\" : {{now-60}} ,\n\t\"ext\" : \
                   \"{\\\"user_id\\\":42}\" ,\n\t\"sub\" : \"42\"\n}";
    twins::hs256()
        .changed("json/text/payload-white-space-inside", text(Payload, written, TextKind::Object))
        .accept()
        .effect(|effect| {
            effect.claims = Some(written.to_owned());
            effect.user = Some("42".to_owned());
            effect.identifiers = Some("{\"user_id\":42}".to_owned());
            effect.expires = Some(Expiry::At { second: "{{now+3600}}".to_owned() });
            effect.subscriptions = Some([].into());
            effect.info = Some(String::new());
        })
        .title("the claims in reverse order, each on a line of its own")
        .why(
            "Producers write JSON as they please. Neither white space between the tokens nor the order \
              of the members means anything.",
        )
        .requirement("RFC8259-2-JSON")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("V1")
}

fn byte_order_mark(layer: Layer) -> Case {
    let word = word(layer);
    twins::hs256()
        .changed(
            &format!("json/text/{word}-byte-order-mark"),
            surround(layer, "\u{feff}", "", Surrounding::ByteOrderMark),
        )
        .either(
            "RFC 8259 section 8.1: no byte order mark is added, and a parser may ignore one rather than \
             take it for an error.",
            [reason(layer)],
        )
        .title(format!("a byte order mark before the {word}"))
        .why(
            "Some editors and libraries write one. Whether it is overlooked or an error is the \
              parser's choice.",
        )
        .requirement("RFC8259-8.1-BOM")
        .class("J5")
}

// Text after the object.

/// Name, layer, the text, what it is.
const AFTER: [(&str, Layer, &str, &str); 7] = [
    ("header-then-a-word", Header, "x", "a letter"),
    ("header-then-another", Header, "{\"alg\":\"none\"}", "a second object"),
    ("payload-then-a-word", Payload, "x", "a letter"),
    ("payload-then-another", Payload, "{\"sub\":\"43\"}", "a second object"),
    ("payload-then-a-comma", Payload, ",", "a comma"),
    ("payload-then-nul", Payload, "\0", "NUL"),
    ("payload-then-a-no-break-space", Payload, "\u{a0}", "a no-break space"),
];

fn text_after((name, layer, after, what): (&str, Layer, &str, &str)) -> Case {
    let case = twins::hs256()
        .changed(&format!("json/text/{name}"), surround(layer, "", after, Surrounding::TrailingText))
        .reject([reason(layer)])
        .title(format!("{what} after the {}", word(layer)))
        .why(
            "A decoder that stops at the end of the first value does not see what follows. Another \
              one takes the rest, or the last value, and reads another token.",
        )
        .requirement("RFC8259-2-JSON")
        .requirement("RFC7515-10.12-EXTRA")
        .class("J8");
    one_object(case, layer)
}

// JSON that is no object, and text that is no JSON.

/// Name, layer, the text, what it is, what that means.
const NO_OBJECTS: [(&str, Layer, &str, TextKind, &str); 12] = [
    ("header-null", Header, "null", TextKind::Null, "null"),
    (
        "header-array",
        Header,
        "[{\"alg\":\"HS256\",\"typ\":\"JWT\"}]",
        TextKind::NotAnObject,
        "an array with the header in it",
    ),
    (
        "header-array-of-pairs",
        Header,
        "[[\"alg\",\"HS256\"],[\"typ\",\"JWT\"]]",
        TextKind::NotAnObject,
        "an array of names and values",
    ),
    ("header-empty", Header, "", TextKind::Empty, "empty"),
    (
        "payload-array",
        Payload,
        "[{\"sub\":\"42\",\"exp\":{{now+3600}}}]",
        TextKind::NotAnObject,
        "an array with the claims in it",
    ),
    ("payload-array-without-elements", Payload, "[]", TextKind::NotAnObject, "an array without elements"),
    (
        "payload-array-of-pairs",
        Payload,
        "[[\"sub\",\"42\"],[\"exp\",{{now+3600}}]]",
        TextKind::NotAnObject,
        "an array of names and values",
    ),
    (
        "payload-string",
        Payload,
        "\"{\\\"sub\\\":\\\"42\\\",\\\"exp\\\":{{now+3600}}}\"",
        TextKind::NotAnObject,
        "a string with the text of the claims in it",
    ),
    ("payload-number", Payload, "42", TextKind::NotAnObject, "a number"),
    ("payload-true", Payload, "true", TextKind::NotAnObject, "true"),
    ("payload-null", Payload, "null", TextKind::Null, "null"),
    ("payload-empty", Payload, "", TextKind::Empty, "empty"),
];

fn no_object((name, layer, written, kind, what): (&str, Layer, &str, TextKind, &str)) -> Case {
    let twin = twins::hs256();
    let undecided = twin.changed(&format!("json/text/{name}"), text(layer, written, kind));
    let case = match layer {
        Header => undecided
            .reject([Reason::Header, Reason::Algorithm])
            .why(
                "The header is an object. Who goes on without one takes the algorithm from somewhere \
                 else.",
            )
            .class("A10"),
        Payload => undecided
            .reject([Reason::Payload])
            .why(
                "The signature is good and there are no claims. A verifier that looks for claims in \
                 something that has none finds none to refuse, and accepts a token without an end.",
            )
            .class("J9"),
    }
    .title(format!("the {} is {what}", word(layer)));
    one_object(case, layer)
}

/// Name, layer, the text, what it is.
const NO_JSON: [(&str, Layer, &str, &str); 7] = [
    ("header-no-json", Header, "alg=HS256", "no JSON"),
    ("header-single-quotes", Header, "{'alg':'HS256','typ':'JWT'}", "in single quotes"),
    ("payload-no-json", Payload, "sub=42", "no JSON"),
    ("payload-single-quotes", Payload, "{'sub':'42','exp':{{now+3600}}}", "in single quotes"),
    (
        "payload-comment",
        Payload,
        "{\"sub\":\"42\",/* in an hour */\"exp\":{{now+3600}}}",
        "an object with a comment in it",
    ),
    (
        "payload-comma-before-the-end",
        Payload,
        "{\"sub\":\"42\",\"exp\":{{now+3600}},}",
        "an object with a comma before its end",
    ),
    ("payload-cut-off", Payload, "{\"sub\":\"42\",\"exp\":{{now+3600}}", "an object without its last brace"),
];

fn no_json((name, layer, written, what): (&str, Layer, &str, &str)) -> Case {
    let twin = twins::hs256();
    let undecided = twin.changed(&format!("json/text/{name}"), text(layer, written, TextKind::NotJson));
    let case = unreadable(undecided, layer)
        .title(format!("the {} is {what}", word(layer)))
        .why(
            "Parsers that allow more than JSON does read such texts, each in its own way: what one takes \
          for a claim is nothing to the next.",
        )
        .requirement("RFC8259-2-JSON")
        .requirement("RFC7515-10.12-STRICT")
        .requirement("RFC8259-7-STRING")
        .class(match name {
            // No parser makes anything of these: who accepts them has not asked it.
            "header-no-json" => "A10",
            "payload-no-json" => "J9",
            _ => "J8",
        });
    one_object(case, layer)
}

// Octets that are not UTF-8.

/// One row of [`octet_strings`]: name, layer, the octets, what they are, bug class.
type Octets = (&'static str, Layer, Vec<u8>, &'static str, &'static str);

/// None of them has a time, because octets are the same at every clock.
fn octet_strings() -> [Octets; 7] {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let around =
        |before: &str, octets: &[u8], after: &str| [before.as_bytes(), octets, after.as_bytes()].concat();
    let ext = "\",\"ext\":\"{\\\"user_id\\\":42}\"}";
    [
        ("header-utf-16", Header, utf16("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"), "in UTF-16", "J5"),
        ("payload-utf-16", Payload, utf16(&format!("{{\"sub\":\"42{ext}")), "in UTF-16", "J5"),
        (
            "header-octet-that-is-not-utf-8",
            Header,
            around("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"", b"\xff", "\"}"),
            "with an octet in its kid that is never UTF-8",
            "J6",
        ),
        (
            "payload-octet-that-is-not-utf-8",
            Payload,
            around("{\"sub\":\"42", b"\xff", ext),
            "with an octet in its sub that is never UTF-8",
            "J6",
        ),
        (
            "payload-overlong-digit",
            Payload,
            // U+0032 in two octets (RFC 3629 section 3).
            around("{\"sub\":\"4", b"\xc0\xb2", ext),
            "with the last digit of its sub in two octets instead of one",
            "J6",
        ),
        (
            "payload-overlong-digit-of-four-octets",
            Payload,
            around("{\"sub\":\"4", b"\xf0\x80\x80\xb2", ext),
            "with the last digit of its sub in four octets instead of one",
            "J6",
        ),
        (
            "payload-surrogate-octets",
            Payload,
            // U+D800 as if it were a character (RFC 3629 section 3).
            around("{\"sub\":\"42", b"\xed\xa0\x80", ext),
            "with a surrogate in its sub, encoded like a character",
            "J6",
        ),
    ]
}

fn not_utf8((name, layer, written, what, class): Octets) -> Case {
    let twin = twins::hs256();
    let kind = if class == "J5" { OctetsKind::OtherEncoding } else { OctetsKind::MalformedUtf8 };
    let undecided = twin.changed(&format!("json/text/{name}"), octets(layer, &written, kind));
    let case = unreadable(undecided, layer)
        .title(format!("a {} {what}", word(layer)))
        .why(if class == "J5" {
            "JSON in a token is UTF-8. Who guesses the encoding reads text where the next verifier sees \
         noise, or the reverse."
        } else {
            "Who replaces what is not UTF-8, or reads it leniently, makes equal strings of different \
         octets: a user that was never named."
        })
        .requirement("RFC8725-3.7-UTF8")
        .class(class);
    one_object(case, layer)
}

// Values that JSON does not have, in a claim that nobody uses.

fn private_claim(value: &str) -> Edit {
    claim("x", value)
}

/// Name, raw value, what it is.
const LEXEMES: [(&str, &str, &str); 5] = [
    ("claim-not-a-number", "NaN", "NaN"),
    ("claim-leading-zero", "01", "a number with a leading zero"),
    ("claim-control-character", "\"a\tb\"", "a string with a tab in it that is not escaped"),
    ("claim-unknown-escape", "\"\\x41\"", "a string with an escape that JSON does not have"),
    ("claim-single-quotes", "'a'", "a string in single quotes"),
];

fn lexeme((name, value, what): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("json/text/{name}"), private_claim(value))
        .reject([Reason::Payload, Reason::ClaimType])
        .title(format!("a private claim that is {what}"))
        .why(
            "The claim means nothing to anybody, but the payload is not JSON any more. Who reads it all \
              the same has a parser with ideas of its own, also about the claims that matter.",
        )
        .requirement("RFC8259-2-JSON")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("J8")
}

const UNPAIRED: &str = "RFC 8259 section 8.2: JSON allows the escape, and the behaviour of a parser that \
                        meets a lone surrogate is unpredictable.";

fn lone_surrogate() -> Case {
    twins::hs256()
        .changed("json/text/claim-lone-surrogate", private_claim("\"\\ud800\""))
        .either(UNPAIRED, [Reason::Payload, Reason::ClaimType])
        .effect(|effect| effect.claims = None)
        .title("a private claim with the escape of a lone surrogate")
        .why("The text is ASCII and follows the grammar; what it stands for is not Unicode text.")
        .requirement("RFC8259-8.2-UNICODE")
        .class("J7")
}

fn lone_surrogate_in_sub() -> Case {
    twins::hs256()
        .changed("json/text/sub-lone-surrogate", claim("sub", "\"42\\ud800\""))
        .either(UNPAIRED, [Reason::Payload, Reason::ClaimType])
        .effect(|effect| {
            effect.claims = None;
            effect.user = None;
        })
        .title("a sub with the escape of a lone surrogate")
        .why(
            "A user whose name is no text. A parser that drops what it cannot represent makes it the \
              user 42.",
        )
        .requirement("RFC8259-8.2-UNICODE")
        .class("J7")
}

fn nested() -> Case {
    let value = format!("{}{}", "[".repeat(19), "]".repeat(19));
    twins::hs256()
        .changed("json/text/claim-of-nineteen-arrays", private_claim(&value))
        .accept()
        .title("a private claim of nineteen arrays, one in the other")
        .why("A bound on depth is good, and this is far from any.")
        .requirement("RFC8259-2-JSON")
        .requirement("RFC7519-4-IGNORE")
        .class("V1")
}

/// Name, raw value, what it is.
const GOOD_STRINGS: [(&str, &str, &str); 4] = [
    ("claim-beyond-ascii", "\"\u{e9}\u{65e5}\u{1f600}\"", "characters of two, three and four octets in it"),
    ("claim-escaped-nul", "\"a\\u0000b\"", "an escaped NUL in it"),
    ("claim-noncharacter", "\"a\u{ffff}b\"", "a noncharacter in it"),
    ("claim-surrogate-pair", "\"\\ud83d\\ude00\"", "a character as a pair of escapes"),
];

fn good_string((name, value, what): (&str, &str, &str)) -> Case {
    let case = twins::hs256().changed(&format!("json/text/{name}"), private_claim(value)).accept();
    let case = match name {
        "claim-beyond-ascii" => case.requirement("RFC8725-3.7-UTF8"),
        _ => case.requirement("RFC8259-8.2-UNICODE"),
    };
    case.title(format!("a private claim that is a string with {what}"))
        .why(
            "A string holds any code points. A reader that stops at NUL, or refuses what is no \
              character, refuses a good token or reads half of it.",
        )
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("J7")
}

fn nul_in_sub() -> Case {
    twins::hs256()
        .changed("json/text/sub-escaped-nul", claim("sub", "\"42\\u00003\""))
        .accept()
        .requirement("RFC8259-7-STRING")
        .title("a sub with an escaped NUL in it")
        .why(
            "The user is four characters, the third of them NUL. A reader of C strings lets in the \
              user 42 instead.",
        )
        .requirement("RFC7519-4.1.2-SUB")
        .requirement("RFC8259-8.2-UNICODE")
        .class("J7")
}
