//! G20: characters that are not base64url, in every segment: further kinds of white space, invisible
//! characters, and letters and digits in another spelling.
//!
//! `encoding/base64url` has the common kinds. The header and the payload are changed before signing, and the
//! signature after it.

use jotproof_model::recipe::{Place, Segment, SegmentChange, Spelling};
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use super::encoding_base64url::{misspelled, threat, whole_alphabet};
use crate::case::Case;
use crate::edits::{insert, sent_segment, signed_segment, spell};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = INSERTED.iter().flat_map(inserted).collect();
    cases.extend(SPELLED.iter().flat_map(spelled));
    cases.extend(CASES.map(signature_in_another_case));
    Topic {
        path: "encoding/characters",
        about: "Segments with characters that are not base64url: rare kinds of white space, invisible \
                characters, and letters and digits in another spelling.",
        cases,
    }
}

/// Text that is inserted into segments.
struct Inserted {
    name: &'static str,
    text: &'static str,
    at: Place,
    what: &'static str,
    why: &'static str,
    class: &'static str,
    segments: &'static [Segment],
}

const HEADER_AND_PAYLOAD: &[Segment] = &[Segment::Header, Segment::Payload];

const INSERTED: [Inserted; 6] = [
    Inserted {
        name: "vertical-tab",
        text: "\u{b}",
        at: Place::Middle,
        what: "a vertical tab in its middle",
        why: "`isspace` of C and `\\s` of many regular expressions include the vertical tab. A reader that skips \
              what they match reads the token that was meant.",
        class: "B4",
        segments: &Segment::ALL,
    },
    Inserted {
        name: "line-separator",
        text: "\u{2028}",
        at: Place::Middle,
        what: "a line separator in its middle",
        why: "Unicode and JavaScript count U+2028 as a line end. Base64 does not: the segment has a character \
              outside its alphabet.",
        class: "B4",
        segments: HEADER_AND_PAYLOAD,
    },
    Inserted {
        name: "byte-order-mark",
        text: "\u{feff}",
        at: Place::Middle,
        what: "a byte order mark in its middle",
        why: "A text that was joined from two files has a byte order mark inside. Some readers skip it wherever \
              it stands.",
        class: "B4",
        segments: HEADER_AND_PAYLOAD,
    },
    Inserted {
        name: "nul-at-start",
        text: "\0",
        at: Place::Start,
        what: "NUL at its start",
        why: "To a reader of C strings this segment is empty. Another reader skips the NUL and finds the whole \
              segment.",
        class: "B5",
        segments: &Segment::ALL,
    },
    Inserted {
        name: "percent-encoded-nul-at-end",
        text: "%00",
        at: Place::End,
        what: "`%00` at its end",
        why: "A reader that resolves percent-encoding gets a NUL, and the next reader stops there.",
        class: "B10",
        segments: &Segment::ALL,
    },
    Inserted {
        name: "percent-encoded-space-at-end",
        text: "%20",
        at: Place::End,
        what: "`%20` at its end",
        why: "A reader that resolves percent-encoding gets a space, and the next reader trims it.",
        class: "B10",
        segments: &Segment::ALL,
    },
];

fn inserted(row: &Inserted) -> impl Iterator<Item = Case> {
    row.segments.iter().map(|&segment| {
        changed(row.name, segment, insert(row.text, row.at))
            .title(format!("the {} segment with {}", segment.name(), row.what))
            .why(row.why)
            .class(row.class)
    })
}

/// Another spelling of characters of the alphabet.
struct Spelled {
    name: &'static str,
    spelling: Spelling,
    what: &'static str,
    why: &'static str,
    class: &'static str,
}

const SPELLED: [Spelled; 4] = [
    Spelled {
        name: "percent-encoded-letter",
        spelling: Spelling::PercentEncoded,
        what: "whose first character is percent-encoded",
        why: "Percent-encoding is for URLs. A token has many texts for a verifier that resolves it, and a list of \
              revoked texts holds one of them.",
        class: "B10",
    },
    Spelled {
        name: "full-width-letter",
        spelling: Spelling::FullWidth,
        what: "whose first letter or digit is full-width",
        why: "Compatibility normalisation makes an ordinary letter of this one. It is not in the alphabet, so the \
              segment does not decode.",
        class: "B5",
    },
    Spelled {
        name: "arabic-digit",
        spelling: Spelling::ArabicDigit,
        what: "whose first digit is an Arabic-Indic one",
        why: "`\\d` and `isdigit` of some languages match the digits of every script. The alphabet has ten digits, \
              and they are ASCII.",
        class: "B5",
    },
    Spelled {
        name: "cyrillic-letter",
        spelling: Spelling::Cyrillic,
        what: "with a Cyrillic letter that looks like the Latin one",
        why: "Both letters look the same in a log. The Cyrillic one is not in the alphabet, so the segment does \
              not decode.",
        class: "B5",
    },
];

fn spelled(row: &Spelled) -> [Case; 3] {
    Segment::ALL.map(|segment| {
        changed(row.name, segment, spell(row.spelling))
            .title(format!("the {} segment {}", segment.name(), row.what))
            .why(row.why)
            .class(row.class)
    })
}

/// A case of the token without times, so that every segment has letters and digits at each clock.
fn changed(name: &str, segment: Segment, change: SegmentChange) -> Case {
    let edit = match segment {
        Segment::Header | Segment::Payload => signed_segment(segment, change),
        Segment::Signature => sent_segment(segment, change),
    };
    whole_alphabet()
        .changed(&format!("encoding/characters/{}-{name}", segment.name()), edit)
        .reject(misspelled(segment))
        .threat(threat(segment))
        .requirement("RFC7515-2-B64")
        .requirement(match segment {
            Segment::Header => "RFC7519-7.2-HEADER",
            Segment::Payload | Segment::Signature => "RFC7515-5.2-DECODE",
        })
}

/// Name, the spelling, what it is.
const CASES: [(&str, Spelling, &str); 3] = [
    ("lower", Spelling::LowerCase, "in lower case"),
    ("upper", Spelling::UpperCase, "in upper case"),
    ("swapped", Spelling::SwappedCase, "with every letter in the other case"),
];

/// The 48 octets of an HS384 MAC are 64 characters without unused bits, so that the text decodes in any case.
fn signature_in_another_case((name, spelling, what): (&str, Spelling, &str)) -> Case {
    twins::signed(Algorithm::HS384)
        .changed(
            &format!("encoding/characters/signature-in-{name}-case"),
            sent_segment(Segment::Signature, spell(spelling)),
        )
        .reject([Reason::Signature])
        .threat(Threat::Mangler)
        .title(format!("the signature segment {what}"))
        .why(
            "Letters of another case are other sextets, so this is another MAC. A verifier that compares texts \
             without regard to case accepts it, and a guess needs far fewer tries.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC7518-3.2-MAC")
        .class("S2")
}
