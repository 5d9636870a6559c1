//! G20: the text of the three segments: padding, alphabet, characters that do not belong there,
//! trailing bits, impossible lengths.
//!
//! The header and the payload are signed in their odd spelling, so that there is nothing wrong with the
//! token but the text; the cases `…-when-sent` change it after signing. The signature is changed after
//! signing in any case.

use jotproof_model::recipe::{Place, Segment, SegmentChange};
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::{Case, Undecided};
use crate::edits::{claim, header, insert, sent_segment, signed_segment, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases = vec![whole_alphabet()];
    cases.extend(Segment::ALL.map(padded));
    cases.extend([Segment::Header, Segment::Payload].map(padded_when_sent));
    cases.extend([too_much_padding(), padding_where_none_is_needed(), percent_encoded_padding()]);
    cases.extend(AFTER_THE_END.into_iter().map(after_the_end));
    cases.extend(Segment::ALL.map(standard_alphabet));
    cases.extend(WHITE_SPACE.into_iter().map(white_space));
    cases.extend([Segment::Header, Segment::Payload].map(line_feed_when_sent));
    cases.extend(OTHER_CHARACTERS.into_iter().map(other_characters));
    cases.extend(TRAILING_BITS.into_iter().map(trailing_bits));
    cases.extend([Segment::Header, Segment::Payload].map(trailing_bits_when_sent));
    cases.extend([dangling_in_the_header(), dangling_in_the_signature(), signature_cut_short()]);
    Topic {
        path: "encoding/base64url",
        about: "Segments that are base64url, and segments that only look like it.",
        cases,
    }
}

/// The twin of most cases: every segment has a character that the standard alphabet has not, and
/// unused bits at its end. It has no times, so that all this holds at every clock.
fn whole_alphabet() -> Case {
    twins::hs256()
        .changed_by(
            "encoding/base64url/both-last-characters",
            vec![
                header("kid", "\"~~~~~~???????\""),
                without_claim("iat"),
                without_claim("exp"),
                claim("x", "\"~~~~~~??????\""),
            ],
        )
        .accept()
        .title("`-` and `_` in every segment")
        .why(
            "The last two characters of the alphabet are `-` and `_`. A verifier with the standard \
              alphabet refuses one token in so many, and nobody finds out why.",
        )
        .requirement("RFC7515-2-B64")
        .requirement("RFC7515-5.2-DECODE")
        .class("B3")
}

/// A change that keeps everything else right: signed, but for the signature itself.
fn spelled(twin: &Case, id: &str, segment: Segment, change: SegmentChange) -> Undecided {
    let edit = match segment {
        Segment::Header | Segment::Payload => signed_segment(segment, change),
        Segment::Signature => sent_segment(segment, change),
    };
    twin.changed(id, edit)
}

/// Who can make a token with this segment in another spelling.
const fn threat(segment: Segment) -> Threat {
    match segment {
        Segment::Header | Segment::Payload => Threat::Issuer,
        Segment::Signature => Threat::Mangler,
    }
}

fn padded(segment: Segment) -> Case {
    let name = segment.name();
    spelled(
        &whole_alphabet(),
        &format!("encoding/base64url/{name}-padded"),
        segment,
        SegmentChange::Pad { extra: 0 },
    )
    .reject([Reason::Encoding])
    .threat(threat(segment))
    .title(format!("the {name} segment with the padding that its length asks for"))
    .why(
        "base64url in a token has no padding. Who accepts both spellings has several texts for one \
          token, and a list of revoked texts does not hold.",
    )
    .requirement("RFC7515-2-B64")
    .class("B2")
}

fn padded_when_sent(segment: Segment) -> Case {
    let name = segment.name();
    whole_alphabet()
        .changed(
            &format!("encoding/base64url/{name}-padded-when-sent"),
            sent_segment(segment, SegmentChange::Pad { extra: 0 }),
        )
        .reject([Reason::Encoding, Reason::Signature])
        .threat(Threat::Mangler)
        .title(format!("the {name} segment padded after signing"))
        .why(
            "The signature is over the text without the padding. Who accepts this strips or decodes \
              before verifying, and so verifies something else than was received.",
        )
        .requirement("RFC7515-2-B64")
        .requirement("RFC7515-5.2-VERIFY")
        .class("B2")
}

fn too_much_padding() -> Case {
    spelled(
        &whole_alphabet(),
        "encoding/base64url/signature-padded-too-much",
        Segment::Signature,
        SegmentChange::Pad { extra: 1 },
    )
    .reject([Reason::Encoding])
    .threat(Threat::Mangler)
    .title("the signature segment with one `=` more than its length asks for")
    .why("Decoders that trim `=` from the end trim any number of them.")
    .requirement("RFC7515-2-B64")
    .class("B2")
}

fn padding_where_none_is_needed() -> Case {
    spelled(
        &twins::hs256(),
        "encoding/base64url/header-padded-for-nothing",
        Segment::Header,
        SegmentChange::Pad { extra: 1 },
    )
    .reject([Reason::Encoding])
    .title("the header segment, whose length needs no padding, with one `=`")
    .why("Decoders that trim `=` from the end do so where base64 itself has none.")
    .requirement("RFC7515-2-B64")
    .class("B2")
}

fn percent_encoded_padding() -> Case {
    spelled(
        &whole_alphabet(),
        "encoding/base64url/signature-padding-percent-encoded",
        Segment::Signature,
        insert("%3D", Place::End),
    )
    .reject([Reason::Encoding])
    .threat(Threat::Mangler)
    .title("the signature segment with `%3D` at its end")
    .why("What is decoded twice on its way is read by one reader as padding, by the other as text.")
    .requirement("RFC7515-2-B64")
    .class("B2")
}

/// Name, the segment, the text, where, what it is.
const AFTER_THE_END: [(&str, Segment, &str, Place, &str); 5] = [
    ("header-text-after-padding", Segment::Header, "==AAAA", Place::End, "`==AAAA` at its end"),
    ("payload-text-after-padding", Segment::Payload, "=AAAA", Place::End, "`=AAAA` at its end"),
    ("signature-text-after-padding", Segment::Signature, "=AAAA", Place::End, "`=AAAA` at its end"),
    ("signature-padding-in-the-middle", Segment::Signature, "=", Place::Middle, "`=` in its middle"),
    ("signature-text-after-nul", Segment::Signature, "\0AAAA", Place::End, "NUL and `AAAA` at its end"),
];

fn after_the_end((name, segment, text, at, what): (&str, Segment, &str, Place, &str)) -> Case {
    spelled(&whole_alphabet(), &format!("encoding/base64url/{name}"), segment, insert(text, at))
        .reject([Reason::Encoding])
        .threat(threat(segment))
        .title(format!("the {} segment with {what}", segment.name()))
        .why(
            "A decoder that stops at the first `=` or NUL does not see what follows, and the token \
              carries text that nobody looked at.",
        )
        .requirement("RFC7515-5.2-DECODE")
        .class("B6")
}

fn standard_alphabet(segment: Segment) -> Case {
    let name = segment.name();
    spelled(
        &whole_alphabet(),
        &format!("encoding/base64url/{name}-standard-alphabet"),
        segment,
        SegmentChange::StandardAlphabet,
    )
    .reject([Reason::Encoding])
    .threat(threat(segment))
    .title(format!("the {name} segment with `+` and `/` for `-` and `_`"))
    .why(
        "A decoder that takes both alphabets has two texts for one token; and `+` is a space in a \
          query.",
    )
    .requirement("RFC7515-2-B64")
    .class("B3")
}

/// Name, the segment, the text, where, what it is.
const WHITE_SPACE: [(&str, Segment, &str, Place, &str); 15] = [
    ("header-space-at-start", Segment::Header, " ", Place::Start, "a space at its start"),
    ("header-line-feed-in-middle", Segment::Header, "\n", Place::Middle, "a line feed in its middle"),
    ("header-tab-at-end", Segment::Header, "\t", Place::End, "a tab at its end"),
    ("payload-tab-at-start", Segment::Payload, "\t", Place::Start, "a tab at its start"),
    ("payload-space-in-middle", Segment::Payload, " ", Place::Middle, "a space in its middle"),
    ("payload-line-feed-in-middle", Segment::Payload, "\n", Place::Middle, "a line feed in its middle"),
    ("payload-crlf-in-middle", Segment::Payload, "\r\n", Place::Middle, "CR LF in its middle"),
    ("payload-four-line-feeds", Segment::Payload, "\n\n\n\n", Place::Middle, "four line feeds in its middle"),
    ("payload-carriage-return-at-end", Segment::Payload, "\r", Place::End, "a carriage return at its end"),
    ("signature-space-at-start", Segment::Signature, " ", Place::Start, "a space at its start"),
    ("signature-space-in-middle", Segment::Signature, " ", Place::Middle, "a space in its middle"),
    ("signature-tab-in-middle", Segment::Signature, "\t", Place::Middle, "a tab in its middle"),
    ("signature-line-feed-in-middle", Segment::Signature, "\n", Place::Middle, "a line feed in its middle"),
    ("signature-crlf-in-middle", Segment::Signature, "\r\n", Place::Middle, "CR LF in its middle"),
    ("signature-four-spaces", Segment::Signature, "    ", Place::Middle, "four spaces in its middle"),
];

fn white_space((name, segment, text, at, what): (&str, Segment, &str, Place, &str)) -> Case {
    spelled(&twins::hs256(), &format!("encoding/base64url/{name}"), segment, insert(text, at))
        .reject([Reason::Encoding])
        .threat(threat(segment))
        .title(format!("the {} segment with {what}", segment.name()))
        .why(
            "Many decoders skip white space, some of them line ends alone, as mail needs it. A token \
              has no line breaks, white space or other characters.",
        )
        .requirement("RFC7515-2-B64")
        .requirement(match segment {
            Segment::Header => "RFC7519-7.2-HEADER",
            Segment::Payload | Segment::Signature => "RFC7515-5.2-DECODE",
        })
        .class("B4")
}

fn line_feed_when_sent(segment: Segment) -> Case {
    let name = segment.name();
    twins::hs256()
        .changed(
            &format!("encoding/base64url/{name}-line-feed-when-sent"),
            sent_segment(segment, insert("\n", Place::Middle)),
        )
        .reject([Reason::Encoding, Reason::Signature])
        .threat(Threat::Mangler)
        .title(format!("a line feed in the middle of the {name} segment, put there after signing"))
        .why(
            "Who accepts this cleans the token before verifying it, and so verifies something else \
              than was received.",
        )
        .requirement("RFC7515-2-B64")
        .requirement("RFC7515-5.2-VERIFY")
        .class("B4")
}

/// Name, the segment, the text, what it is. Some decoders skip such characters but count them for the
/// padding: they refuse one and accept four.
const OTHER_CHARACTERS: [(&str, Segment, &str, &str); 13] = [
    ("header-exclamation-mark", Segment::Header, "!", "`!`"),
    ("header-four-exclamation-marks", Segment::Header, "!!!!", "four `!`"),
    ("payload-exclamation-mark", Segment::Payload, "!", "`!`"),
    ("payload-four-exclamation-marks", Segment::Payload, "!!!!", "four `!`"),
    ("payload-nul", Segment::Payload, "\0", "NUL"),
    ("payload-e-acute", Segment::Payload, "\u{e9}", "`é`"),
    ("signature-exclamation-mark", Segment::Signature, "!", "`!`"),
    ("signature-four-exclamation-marks", Segment::Signature, "!!!!", "four `!`"),
    ("signature-asterisk", Segment::Signature, "*", "`*`"),
    ("signature-nul", Segment::Signature, "\0", "NUL"),
    ("signature-four-nuls", Segment::Signature, "\0\0\0\0", "four NULs"),
    ("signature-e-acute", Segment::Signature, "\u{e9}", "`é`"),
    ("signature-four-e-acutes", Segment::Signature, "\u{e9}\u{e9}\u{e9}\u{e9}", "four `é`"),
];

fn other_characters((name, segment, text, what): (&str, Segment, &str, &str)) -> Case {
    spelled(&twins::hs256(), &format!("encoding/base64url/{name}"), segment, insert(text, Place::Middle))
        .reject([Reason::Encoding])
        .threat(threat(segment))
        .title(format!("{what} in the middle of the {} segment", segment.name()))
        .why(
            "A decoder that skips what it does not know accepts any number of texts for one token. Some \
          skip only what keeps the length right, and so one character fails where four pass.",
        )
        .requirement("RFC7515-2-B64")
        .requirement("RFC7515-5.2-DECODE")
        .class("B5")
}

/// Name, the segment, the bits.
const TRAILING_BITS: [(&str, Segment, u8); 6] = [
    ("header-trailing-bits-lowest", Segment::Header, 0b0001),
    ("header-trailing-bits-highest", Segment::Header, 0b1000),
    ("payload-trailing-bits", Segment::Payload, 0b01),
    ("signature-trailing-bits-lowest", Segment::Signature, 0b01),
    ("signature-trailing-bits-highest", Segment::Signature, 0b10),
    ("signature-trailing-bits-all", Segment::Signature, 0b11),
];

fn trailing_bits((name, segment, bits): (&str, Segment, u8)) -> Case {
    spelled(
        &whole_alphabet(),
        &format!("encoding/base64url/{name}"),
        segment,
        SegmentChange::TrailingBits { bits },
    )
    .either_better_refused(
        "RFC 4648 section 3.5 lets a decoder refuse bits that are not zero after the last octet, and \
         RFC 7515 does not speak of them.",
        [Reason::Encoding],
    )
    .threat(threat(segment))
    .title(match segment {
        Segment::Header => format!("the four unused bits of the header segment are {bits:04b}"),
        Segment::Payload | Segment::Signature => {
            format!("the two unused bits of the {} segment are {bits:02b}", segment.name())
        }
    })
    .why(
        "Several texts decode to the same octets. A verifier that takes all of them has several tokens \
          for one, which matters where a token is known by its text.",
    )
    .requirement("RFC4648-3.5-BITS")
    .class("B1")
}

fn trailing_bits_when_sent(segment: Segment) -> Case {
    let name = segment.name();
    whole_alphabet()
        .changed(
            &format!("encoding/base64url/{name}-trailing-bits-when-sent"),
            sent_segment(segment, SegmentChange::TrailingBits { bits: 0b01 }),
        )
        .reject([Reason::Encoding, Reason::Signature])
        .threat(Threat::Mangler)
        .title(format!("the unused bits of the {name} segment set after signing"))
        .why(
            "The octets are the same and the text is not, and the signature is over the text. Who \
              accepts this verifies what it has encoded again, not what was received.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("B1")
}

fn dangling_in_the_header() -> Case {
    spelled(
        &twins::hs256(),
        "encoding/base64url/header-one-character-over",
        Segment::Header,
        insert("A", Place::End),
    )
    .reject([Reason::Encoding])
    .title("the header segment with one character after its last group of four")
    .why(
        "Six bits do not make an octet: no octets have this text. Decoders that drop what is left over \
          read the header as it was.",
    )
    .requirement("RFC7515-5.2-DECODE")
    .class("B7")
}

fn dangling_in_the_signature() -> Case {
    spelled(
        &twins::signed(Algorithm::HS384),
        "encoding/base64url/signature-one-character-over",
        Segment::Signature,
        insert("A", Place::End),
    )
    .reject([Reason::Encoding])
    .threat(Threat::Mangler)
    .title("the signature segment with one character after its last group of four")
    .why(
        "The 48 octets of an HS384 MAC are 64 characters; a 65th has six bits and makes no octet. \
          Decoders that drop what is left over find the good MAC.",
    )
    .requirement("RFC7515-5.2-DECODE")
    .class("B7")
}

fn signature_cut_short() -> Case {
    spelled(
        &twins::hs256(),
        "encoding/base64url/signature-two-characters-short",
        Segment::Signature,
        SegmentChange::RemoveLast { characters: 2 },
    )
    .reject([Reason::Encoding, Reason::Signature])
    .threat(Threat::Mangler)
    .title("the signature segment without its last two characters")
    .why("Forty-one characters are no text of any octets, and what they begin is not the whole MAC.")
    .requirement("RFC7515-5.2-DECODE")
    .requirement("RFC7518-3.2-MAC")
    .class("B7")
}
