//! G20: the text of the three segments: padding, alphabet, characters that do not belong there,
//! trailing bits, impossible lengths.
//!
//! The header and the payload are signed in their odd spelling, so that there is nothing wrong with the
//! token but the text; the cases `…-when-sent` change it after signing. The signature is changed after
//! signing in any case.
//!
//! Long because a topic is one file, like its vectors.

use jotproof_mint::base64url;
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
    cases.extend(
        [Segment::Header, Segment::Payload].into_iter().flat_map(|segment| {
            BITS_SET_AFTER_SIGNING.map(|row| trailing_bits_set_after_signing(segment, row))
        }),
    );
    cases.extend([dangling_in_the_header(), dangling_in_the_signature(), signature_cut_short()]);
    cases.extend(LENGTHS.into_iter().map(of_a_length));
    cases.extend(MORE_PADDING.into_iter().map(more_padding));
    cases.extend([padding_of_whole_groups(), payload_padded_for_nothing(), signature_padded_for_nothing()]);
    cases.extend(EVERYWHERE.into_iter().flat_map(white_space_everywhere));
    cases.extend(RUNS.into_iter().flat_map(run));
    cases.extend(UNICODE_SPACES.into_iter().map(unicode_space));
    cases.extend(JUNK.into_iter().flat_map(junk));
    cases.extend(MORE_AFTER_THE_END.into_iter().map(after_the_end));
    cases.extend([Segment::Header, Segment::Payload].map(two_padded_pieces));
    cases.extend([Segment::Header, Segment::Payload].into_iter().flat_map(|segment| {
        ["plus-for-hyphen", "slash-for-underscore"].map(|name| one_character_standard(segment, name))
    }));
    cases.extend(MORE_TRAILING_BITS.into_iter().map(trailing_bits));
    cases.extend(
        [("lowest", 0b0001), ("highest", 0b1000)].map(|(name, bits)| trailing_bits_of_hs512(name, bits)),
    );
    cases.push(dangling_in_the_payload());
    cases.extend(
        [Segment::Header, Segment::Payload]
            .into_iter()
            .flat_map(|segment| WHEN_SENT.map(|row| changed_when_sent(segment, row))),
    );
    for algorithm in [Algorithm::RS256, Algorithm::ES256] {
        cases.push(without_times(algorithm));
        cases.extend(OF_OTHER_ALGORITHMS.map(|row| of_another_algorithm(algorithm, row)));
    }
    Topic {
        path: "encoding/base64url",
        about: "Segments that are base64url, and segments that only look like it.",
        cases,
    }
}

/// The twin of most cases. Every segment has a character that the standard alphabet lacks, and unused bits at
/// its end. The token has no times, so this holds at every clock. Its header has an unknown parameter (RFC
/// 7515 section 4) rather than a `kid`, which libraries look up.
pub(super) fn whole_alphabet() -> Case {
    twins::hs256()
        .changed_by(
            WHOLE_ALPHABET,
            vec![
                header("sea", "\"~~~~~~???????\""),
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
fn spelled(twin: &Case, name: &str, segment: Segment, change: SegmentChange) -> Undecided {
    let edit = match segment {
        Segment::Header | Segment::Payload => signed_segment(segment, change),
        Segment::Signature => sent_segment(segment, change),
    };
    twin.changed(&id(twin, name), edit)
}

/// The id of the token with the whole alphabet.
const WHOLE_ALPHABET: &str = "encoding/base64url/whole-alphabet";

/// The id of a case. Cases made from the token with the whole alphabet are below its id.
fn id(twin: &Case, name: &str) -> String {
    let below = if twin.id().starts_with(WHOLE_ALPHABET) { WHOLE_ALPHABET } else { "encoding/base64url" };
    format!("{below}/{name}")
}

/// The reasons to refuse a segment that does not decode. An undecodable signature is also an invalid one (RFC
/// 7515 section 5.2, steps 7 and 8).
fn undecodable(segment: Segment) -> Vec<Reason> {
    match segment {
        Segment::Header | Segment::Payload => vec![Reason::Encoding],
        Segment::Signature => vec![Reason::Encoding, Reason::Signature],
    }
}

/// The reasons to refuse a segment with characters outside base64url. The token then also lacks the form of
/// RFC 7515 section 7.1.
pub(super) fn misspelled(segment: Segment) -> Vec<Reason> {
    let mut reasons = undecodable(segment);
    reasons.push(Reason::NotCompact);
    reasons
}

/// The reasons of [`misspelled`], and that of a decoder that skips a line end and decodes the text after it.
fn read_on(segment: Segment) -> Vec<Reason> {
    let mut reasons = misspelled(segment);
    reasons.extend(match segment {
        Segment::Header => Some(Reason::Header),
        Segment::Payload => Some(Reason::Payload),
        Segment::Signature => None,
    });
    reasons
}

/// The reasons to refuse a segment that was misspelled after signing. The signature is over another text.
const SENT_MISSPELLED: [Reason; 3] = [Reason::Encoding, Reason::NotCompact, Reason::Signature];

/// The reasons to refuse a segment whose unused bits were set after signing. It still decodes to the same
/// octets.
const SENT_WITH_OTHER_BITS: [Reason; 2] = [Reason::Encoding, Reason::Signature];

/// Who can make a token with this segment in another spelling.
pub(super) const fn threat(segment: Segment) -> Threat {
    match segment {
        Segment::Header | Segment::Payload => Threat::Issuer,
        Segment::Signature => Threat::Mangler,
    }
}

fn padded(segment: Segment) -> Case {
    let name = segment.name();
    spelled(&whole_alphabet(), &format!("{name}-padded"), segment, SegmentChange::Pad { extra: 0 })
        .reject(misspelled(segment))
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
    let twin = whole_alphabet();
    twin.changed(
        &id(&twin, &format!("{name}-padded-when-sent")),
        sent_segment(segment, SegmentChange::Pad { extra: 0 }),
    )
    .reject(SENT_MISSPELLED)
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
        "signature-padded-too-much",
        Segment::Signature,
        SegmentChange::Pad { extra: 1 },
    )
    .reject(misspelled(Segment::Signature))
    .threat(Threat::Mangler)
    .title("the signature segment with one `=` more than its length asks for")
    .why("Decoders that trim `=` from the end trim any number of them.")
    .requirement("RFC7515-2-B64")
    .class("B2")
}

fn padding_where_none_is_needed() -> Case {
    spelled(&twins::hs256(), "header-padded-for-nothing", Segment::Header, SegmentChange::Pad { extra: 1 })
        .reject(misspelled(Segment::Header))
        .title("the header segment, whose length needs no padding, with one `=`")
        .why("Decoders that trim `=` from the end do so where base64 itself has none.")
        .requirement("RFC7515-2-B64")
        .class("B2")
}

fn percent_encoded_padding() -> Case {
    spelled(
        &whole_alphabet(),
        "signature-padding-percent-encoded",
        Segment::Signature,
        insert("%3D", Place::End),
    )
    .reject(misspelled(Segment::Signature))
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
    spelled(&whole_alphabet(), name, segment, insert(text, at))
        .reject(if text.starts_with('\n') { read_on(segment) } else { misspelled(segment) })
        .threat(threat(segment))
        .title(format!("the {} segment with {what}", segment.name()))
        .why(
            "A decoder that stops at the first character it does not know, `=` or NUL above all, does not \
              see what follows, and the token carries text that nobody looked at.",
        )
        .requirement("RFC7515-5.2-DECODE")
        .class("B6")
}

fn standard_alphabet(segment: Segment) -> Case {
    let name = segment.name();
    spelled(&whole_alphabet(), &format!("{name}-standard-alphabet"), segment, SegmentChange::StandardAlphabet)
        .reject(misspelled(segment))
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
    spelled(&twins::hs256(), name, segment, insert(text, at))
        .reject(misspelled(segment))
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
    let twin = twins::hs256();
    twin.changed(
        &id(&twin, &format!("{name}-line-feed-when-sent")),
        sent_segment(segment, insert("\n", Place::Middle)),
    )
    .reject(SENT_MISSPELLED)
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
    spelled(&twins::hs256(), name, segment, insert(text, Place::Middle))
        .reject(misspelled(segment))
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
    spelled(&whole_alphabet(), name, segment, SegmentChange::TrailingBits { bits })
        .either_better_refused(BITS_ARE_OPEN, undecodable(segment))
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

/// Name, the bits.
const BITS_SET_AFTER_SIGNING: [(&str, u8); 2] = [("trailing-bits", 0b01), ("trailing-bits-highest", 0b1010)];

fn trailing_bits_set_after_signing(segment: Segment, (name, bits): (&str, u8)) -> Case {
    let twin = whole_alphabet();
    let layer = segment.name();
    twin.changed(
        &id(&twin, &format!("{layer}-{name}-set-after-signing")),
        sent_segment(segment, SegmentChange::TrailingBits { bits }),
    )
    .either_better_refused(
        "RFC 4648 section 3.5 lets a decoder refuse the bits. RFC 7515 section 5.2 (8) validates the signature over the \
         encoding of what was decoded, in which the bits are zero as when it was signed. To prefer a refusal is the \
         choice of this project.",
        SENT_WITH_OTHER_BITS,
    )
    .threat(Threat::Mangler)
    .title(format!("the {layer} segment with unused bits set, changed after signing: {name}"))
    .why(
        "The octets are the same and the text is not. A verifier that encodes them again has several texts for one \
         token, which matters where a token is known by its text.",
    )
    .requirement("RFC7515-5.2-VERIFY")
    .requirement("RFC4648-3.5-BITS")
    .class("B1")
}

fn dangling_in_the_header() -> Case {
    spelled(&twins::hs256(), "header-one-character-over", Segment::Header, insert("A", Place::End))
        .reject(undecodable(Segment::Header))
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
        "signature-one-character-over",
        Segment::Signature,
        insert("A", Place::End),
    )
    .reject(undecodable(Segment::Signature))
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
        "signature-two-characters-short",
        Segment::Signature,
        SegmentChange::RemoveLast { characters: 2 },
    )
    .reject(undecodable(Segment::Signature))
    .threat(Threat::Mangler)
    .title("the signature segment without its last two characters")
    .why("Forty-one characters are no text of any octets, and what they begin is not the whole MAC.")
    .requirement("RFC7515-5.2-DECODE")
    .requirement("RFC7518-3.2-MAC")
    .class("B7")
}

// What follows goes through the same defects for every segment, place and count in which a decoder of
// its own would be wrong.

/// Name, the edit, what it is.
const LENGTHS: [(&str, bool, &str, &str); 3] = [
    ("payload-of-whole-groups", false, "\"~~~~~~???????\"", "a payload segment of whole groups of four"),
    (
        "payload-two-characters-over",
        false,
        "\"~~~~~~?????\"",
        "a payload segment with two characters after its last group of four",
    ),
    (
        "header-three-characters-over",
        true,
        "\"~~~~~~????????\"",
        "a header segment with three characters after its last group of four",
    ),
];

fn of_a_length((name, in_header, value, what): (&str, bool, &str, &str)) -> Case {
    let edit = if in_header { header("sea", value) } else { claim("x", value) };
    let twin = whole_alphabet();
    twin.changed(&id(&twin, name), edit)
        .accept()
        .title(what)
        .why(
            "The text of some octets has no, two or three characters after its last group of four. \
             Decoders that need padding have to add it, and a wrong sum (four `=` where none are needed, \
             one where it takes two) refuses one token in three.",
        )
        .requirement("RFC7515-2-B64")
        .requirement("RFC7515-5.2-DECODE")
        .class("V1")
}

/// The accepted case of that name.
fn length(name: &str) -> Case {
    let row = LENGTHS.into_iter().find(|row| row.0 == name).expect("it is listed above");
    of_a_length(row)
}

/// Name, the segment, the change, what it is.
type Padding = (&'static str, Segment, fn() -> SegmentChange, &'static str);

const MORE_PADDING: [Padding; 11] = [
    ("padded-by-half", Segment::Header, || insert("=", Place::End), "with one `=` where two would be needed"),
    ("padded-too-much", Segment::Header, || SegmentChange::Pad { extra: 1 }, "with one `=` too many"),
    ("padded-too-much", Segment::Payload, || SegmentChange::Pad { extra: 1 }, "with one `=` too many"),
    ("padding-at-start", Segment::Header, || insert("=", Place::Start), "with `=` at its start"),
    ("padding-at-start", Segment::Payload, || insert("=", Place::Start), "with `=` at its start"),
    ("padding-at-start", Segment::Signature, || insert("=", Place::Start), "with `=` at its start"),
    ("padding-in-the-middle", Segment::Header, || insert("==", Place::Middle), "with `==` in its middle"),
    ("padding-in-the-middle", Segment::Payload, || insert("=", Place::Middle), "with `=` in its middle"),
    ("padding-percent-encoded", Segment::Header, || insert("%3D%3D", Place::End), "with `%3D%3D` at its end"),
    ("padding-percent-encoded", Segment::Payload, || insert("%3D", Place::End), "with `%3D` at its end"),
    (
        "padding-percent-encoded-lower-case",
        Segment::Signature,
        || insert("%3d", Place::End),
        "with `%3d` at its end",
    ),
];

fn more_padding((name, segment, change, what): Padding) -> Case {
    let why = if name.contains("percent") {
        "What is decoded twice on its way is read by one reader as padding, by the other as text."
    } else if name.contains("start") || name.contains("middle") {
        "Decoders that take every `=` away, wherever it stands, and not at the end alone."
    } else {
        "Decoders that trim `=` from the end take away any number of them, needed or not."
    };
    spelled(&whole_alphabet(), &format!("{}-{name}", segment.name()), segment, change())
        .reject(misspelled(segment))
        .threat(threat(segment))
        .title(format!("the {} segment {what}", segment.name()))
        .why(why)
        .requirement("RFC7515-2-B64")
        .class("B2")
}

fn padding_of_whole_groups() -> Case {
    spelled(
        &twins::hs256(),
        "header-padded-by-a-group",
        Segment::Header,
        insert("====", Place::End),
    )
    .reject(misspelled(Segment::Header))
    .title("the header segment, whose length needs no padding, with four `=`")
    .why("A wrong sum (four less what is left over) pads by four; its decoder takes what its encoder makes.")
    .requirement("RFC7515-2-B64")
    .class("B2")
}

fn payload_padded_for_nothing() -> Case {
    spelled(
        &length("payload-of-whole-groups"),
        "payload-padded-for-nothing",
        Segment::Payload,
        SegmentChange::Pad { extra: 1 },
    )
    .reject(misspelled(Segment::Payload))
    .title("the payload segment, whose length needs no padding, with one `=`")
    .why("Decoders that trim `=` from the end do so where base64 itself has none.")
    .requirement("RFC7515-2-B64")
    .class("B2")
}

fn signature_padded_for_nothing() -> Case {
    spelled(
        &twins::signed(Algorithm::HS384),
        "signature-padded-for-nothing",
        Segment::Signature,
        SegmentChange::Pad { extra: 1 },
    )
    .reject(misspelled(Segment::Signature))
    .threat(Threat::Mangler)
    .title("the signature segment of HS384, whose length needs no padding, with one `=`")
    .why("Decoders that trim `=` from the end do so where base64 itself has none.")
    .requirement("RFC7515-2-B64")
    .class("B2")
}

/// The kinds of white space: name, text, what it is, who skips it.
const EVERYWHERE: [(&str, &str, &str, &str); 6] = [
    ("space", " ", "a space", "a trimming of the text, or a `+` that a query made a space of"),
    ("tab", "\t", "a tab", "a decoder that skips all white space, and a trimming of the text"),
    ("line-feed", "\n", "a line feed", "a decoder of mail, which skips line ends alone"),
    ("carriage-return", "\r", "a carriage return", "a decoder that skips line ends of any system"),
    ("crlf", "\r\n", "CR LF", "a decoder of mail, which skips line ends alone"),
    ("form-feed", "\u{c}", "a form feed", "`isspace`, which has more characters than most lists of them"),
];

/// Stored before, some of them by other topics: a line end after the signature is one after the token.
const STORED: [&str; 16] = [
    "header-space-at-start",
    "header-line-feed-in-middle",
    "header-tab-at-end",
    "payload-tab-at-start",
    "payload-space-in-middle",
    "payload-line-feed-in-middle",
    "payload-crlf-in-middle",
    "payload-carriage-return-at-end",
    "signature-space-at-start",
    "signature-space-in-middle",
    "signature-tab-in-middle",
    "signature-line-feed-in-middle",
    "signature-crlf-in-middle",
    "signature-space-at-end",
    "signature-line-feed-at-end",
    "signature-crlf-at-end",
];

fn white_space_everywhere((kind, text, what, who): (&str, &str, &str, &str)) -> Vec<Case> {
    let mut cases = Vec::new();
    for segment in Segment::ALL {
        for place in Place::ALL {
            let (at, where_) = match place {
                Place::Start => ("at-start", "at its start"),
                Place::Middle => ("in-middle", "in its middle"),
                Place::End => ("at-end", "at its end"),
            };
            let name = format!("{}-{kind}-{at}", segment.name());
            if STORED.contains(&name.as_str()) {
                continue;
            }
            cases.push(
                spelled(&twins::hs256(), &name, segment, insert(text, place))
                    .reject(misspelled(segment))
                    .threat(threat(segment))
                    .title(format!("the {} segment with {what} {where_}", segment.name()))
                    .why(format!(
                        "A token has no line breaks, white space or other characters. {} lets this pass, and \
                     there are any number of texts for one token.",
                        capitalized(who)
                    ))
                    .requirement("RFC7515-2-B64")
                    .requirement(match segment {
                        Segment::Header => "RFC7519-7.2-HEADER",
                        Segment::Payload | Segment::Signature => "RFC7515-5.2-DECODE",
                    })
                    .class("B4"),
            );
        }
    }
    cases
}

/// With a capital letter, unless it begins with code.
fn capitalized(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// Four of a kind: name, text, what it is, the segments where it is not stored above.
const RUNS: [(&str, &str, &str, &[Segment]); 3] = [
    ("four-spaces", "    ", "four spaces", &[Segment::Header, Segment::Payload]),
    ("four-line-feeds", "\n\n\n\n", "four line feeds", &[Segment::Header, Segment::Signature]),
    ("four-tabs", "\t\t\t\t", "four tabs", &Segment::ALL),
];

fn run((name, text, what, segments): (&str, &str, &str, &[Segment])) -> Vec<Case> {
    segments
        .iter()
        .map(|&segment| {
            spelled(
                &twins::hs256(),
                &format!("{}-{name}", segment.name()),
                segment,
                insert(text, Place::Middle),
            )
            .reject(misspelled(segment))
            .threat(threat(segment))
            .title(format!("the {} segment with {what} in its middle", segment.name()))
            .why(
                "Some decoders skip white space and count it all the same, for the length or for the \
                 padding: they refuse one character and let four pass.",
            )
            .requirement("RFC7515-2-B64")
            .class("B4")
        })
        .collect()
}

/// Name, the segment, the character, where, what it is.
const UNICODE_SPACES: [(&str, Segment, &str, Place, &str); 5] = [
    ("no-break-space-at-start", Segment::Header, "\u{a0}", Place::Start, "a no-break space at its start"),
    ("no-break-space-in-middle", Segment::Payload, "\u{a0}", Place::Middle, "a no-break space in its middle"),
    ("no-break-space-at-end", Segment::Signature, "\u{a0}", Place::End, "a no-break space at its end"),
    ("byte-order-mark-at-end", Segment::Signature, "\u{feff}", Place::End, "a byte order mark at its end"),
    ("line-separator-at-end", Segment::Signature, "\u{2028}", Place::End, "a line separator at its end"),
];

fn unicode_space((name, segment, text, at, what): (&str, Segment, &str, Place, &str)) -> Case {
    spelled(
        &twins::hs256(),
        &format!("{}-{name}", segment.name()),
        segment,
        insert(text, at),
    )
    .reject(misspelled(segment))
    .threat(threat(segment))
    .title(format!("the {} segment with {what}", segment.name()))
    .why(
        "Trimming in JavaScript, Python and Java takes more away than ASCII white space: each has its own \
         list, and what is trimmed before the token is read was not in the token.",
    )
    .requirement("RFC7515-2-B64")
    .class("B4")
}

/// Name, the text, where, what it is, why, the segments where it is not stored above.
type Junk = (&'static str, &'static str, Place, &'static str, &'static str, &'static [Segment]);

const HEADER_AND_PAYLOAD: &[Segment] = &[Segment::Header, Segment::Payload];

const JUNK: [Junk; 13] = [
    ("two-exclamation-marks", "!!", Place::Middle, "two `!` in the middle of", COUNTED, &Segment::ALL),
    ("three-exclamation-marks", "!!!", Place::Middle, "three `!` in the middle of", COUNTED, &Segment::ALL),
    ("exclamation-mark-at-end", "!", Place::End, "`!` at the end of", STOPPED, &Segment::ALL),
    (
        "four-exclamation-marks-at-start",
        "!!!!",
        Place::Start,
        "four `!` at the start of",
        COUNTED,
        &Segment::ALL,
    ),
    ("nul", "\0", Place::Middle, "NUL in the middle of", CUT, &[Segment::Header]),
    ("four-nuls", "\0\0\0\0", Place::Middle, "four NULs in the middle of", CUT, HEADER_AND_PAYLOAD),
    ("nul-at-end", "\0", Place::End, "NUL at the end of", STOPPED, HEADER_AND_PAYLOAD),
    ("e-acute", "\u{e9}", Place::Middle, "`é` in the middle of", BEYOND_ASCII, &[Segment::Header]),
    (
        "four-e-acutes",
        "\u{e9}\u{e9}\u{e9}\u{e9}",
        Place::Middle,
        "four `é` in the middle of",
        BEYOND_ASCII,
        HEADER_AND_PAYLOAD,
    ),
    ("l-with-stroke", "\u{141}", Place::Middle, "`Ł` in the middle of", BEYOND_LATIN, &Segment::ALL),
    (
        "zero-width-space",
        "\u{200b}",
        Place::Middle,
        "a zero-width space in the middle of",
        UNSEEN,
        &Segment::ALL,
    ),
    (
        "escaped-line-feed",
        "\\n",
        Place::Middle,
        "`\\n`, two characters, in the middle of",
        RESOLVED,
        &Segment::ALL,
    ),
    ("percent-encoded-line-feed", "%0A", Place::Middle, "`%0A` in the middle of", RESOLVED, &Segment::ALL),
];

const COUNTED: &str = "A decoder that skips what it does not know, and counts it for the padding all the \
                       same, refuses one character, or two, and lets three or four pass: which depends on \
                       the length of the segment.";
const STOPPED: &str = "A decoder that stops at the first character it does not know has decoded everything \
                       by then, and takes the token for good.";
const CUT: &str = "A decoder in C ends at NUL, or skips it where it goes by the length; both read another \
                   text than was sent.";
const BEYOND_ASCII: &str = "A table of 128 entries has no place for these octets. A decoder that masks them \
                            reads letters, one that does not reads beyond the table.";
const BEYOND_LATIN: &str = "The low octet of this code point is that of `A`: a decoder of 16-bit characters \
                            that cuts them to octets reads a letter, and one that takes them as an index \
                            reads beyond its table.";
const UNSEEN: &str = "Nobody sees this character in a log, and whoever strips what cannot be seen has \
                      another token than was sent.";
const RESOLVED: &str = "Who resolves the escapes of a carrier that was not used here makes a line feed of \
                        this, and the next reader skips it.";

fn junk((name, text, at, what, why, segments): Junk) -> Vec<Case> {
    segments
        .iter()
        .map(|&segment| {
            let twin = if matches!(segment, Segment::Header) { whole_alphabet() } else { twins::hs256() };
            spelled(&twin, &format!("{}-{name}", segment.name()), segment, insert(text, at))
                .reject(misspelled(segment))
                .threat(threat(segment))
                .title(format!("{what} the {} segment", segment.name()))
                .why(why)
                .requirement("RFC7515-2-B64")
                .requirement("RFC7515-5.2-DECODE")
                .class("B5")
        })
        .collect()
}

/// As [`AFTER_THE_END`].
const MORE_AFTER_THE_END: [(&str, Segment, &str, Place, &str); 5] = [
    ("header-text-after-nul", Segment::Header, "\0AAAA", Place::End, "NUL and `AAAA` at its end"),
    ("payload-text-after-nul", Segment::Payload, "\0AAAA", Place::End, "NUL and `AAAA` at its end"),
    (
        "header-text-after-line-feed",
        Segment::Header,
        "\nAAAA",
        Place::End,
        "a line feed and `AAAA` at its end",
    ),
    (
        "signature-text-after-line-feed",
        Segment::Signature,
        "\nAAAA",
        Place::End,
        "a line feed and `AAAA` at its end",
    ),
    (
        "signature-text-after-an-exclamation-mark",
        Segment::Signature,
        "!AAAA",
        Place::End,
        "`!` and `AAAA` at its end",
    ),
];

/// The octets of a segment of [`whole_alphabet`].
const fn octets(segment: Segment) -> &'static str {
    match segment {
        Segment::Header => r#"{"alg":"HS256","typ":"JWT","sea":"~~~~~~???????"}"#,
        Segment::Payload | Segment::Signature => {
            r#"{"sub":"42","ext":"{\"user_id\":42}","x":"~~~~~~??????"}"#
        }
    }
}

fn two_padded_pieces(segment: Segment) -> Case {
    let (first, second) = octets(segment).split_at(13);
    let text = format!("{}=={}", base64url::encode(first.as_bytes()), base64url::encode(second.as_bytes()));
    spelled(
        &whole_alphabet(),
        &format!("{}-in-two-padded-pieces", segment.name()),
        segment,
        SegmentChange::Replace { text },
    )
    .reject(misspelled(segment))
    .threat(Threat::Issuer)
    .title(format!("the {} segment in two pieces, the first of them with its padding", segment.name()))
    .why(
        "A decoder that goes on after padding, as those of streams do, reads the octets of both pieces one \
         after the other, and the text is that of no octets.",
    )
    .requirement("RFC7515-5.2-DECODE")
    .class("B6")
}

fn one_character_standard(segment: Segment, name: &str) -> Case {
    let text = base64url::encode(octets(segment).as_bytes());
    let (text, what) = if name == "plus-for-hyphen" {
        (text.replace('-', "+"), "`+` for `-`, and `_` as it was")
    } else {
        (text.replace('_', "/"), "`/` for `_`, and `-` as it was")
    };
    spelled(
        &whole_alphabet(),
        &format!("{}-{name}", segment.name()),
        segment,
        SegmentChange::Replace { text },
    )
    .reject(misspelled(segment))
    .threat(Threat::Issuer)
    .title(format!("the {} segment with {what}", segment.name()))
    .why(
        "Two alphabets in one segment: decoders that tell the alphabet by the first odd character refuse \
         it, decoders with one table for both do not notice.",
    )
    .requirement("RFC7515-2-B64")
    .class("B3")
}

/// As [`TRAILING_BITS`].
const MORE_TRAILING_BITS: [(&str, Segment, u8); 3] = [
    ("header-trailing-bits-all", Segment::Header, 0b1111),
    ("payload-trailing-bits-highest", Segment::Payload, 0b10),
    ("payload-trailing-bits-all", Segment::Payload, 0b11),
];

fn trailing_bits_of_hs512(name: &str, bits: u8) -> Case {
    spelled(
        &twins::signed(Algorithm::HS512),
        &format!("hs512-signature-trailing-bits-{name}"),
        Segment::Signature,
        SegmentChange::TrailingBits { bits },
    )
    .either_better_refused(BITS_ARE_OPEN, undecodable(Segment::Signature))
    .threat(Threat::Mangler)
    .title(format!("the four unused bits of the signature segment of HS512 are {bits:04b}"))
    .why(
        "After 64 octets four bits are unused, not two: a decoder that looks at two of them lets the others \
         pass.",
    )
    .requirement("RFC4648-3.5-BITS")
    .class("B1")
}

const BITS_ARE_OPEN: &str = "RFC 4648 section 3.5 lets a decoder refuse bits that are not zero after the last \
                             octet, and RFC 7515 does not speak of them. To prefer a refusal is the choice of \
                             this project.";

fn dangling_in_the_payload() -> Case {
    spelled(
        &length("payload-of-whole-groups"),
        "payload-one-character-over",
        Segment::Payload,
        insert("A", Place::End),
    )
    .reject(undecodable(Segment::Payload))
    .title("the payload segment with one character after its last group of four")
    .why(
        "Six bits do not make an octet: no octets have this text. Decoders that drop what is left over read \
         the payload as it was.",
    )
    .requirement("RFC7515-5.2-DECODE")
    .class("B7")
}

/// Name, the change, what it is, bug class.
type Sent = (&'static str, fn() -> SegmentChange, &'static str, &'static str);

const WHEN_SENT: [Sent; 16] = [
    (
        "padded-too-much",
        || SegmentChange::Pad { extra: 1 },
        "with one `=` more than its length asks for",
        "B2",
    ),
    ("padding-in-the-middle", || insert("=", Place::Middle), "with `=` in its middle", "B2"),
    ("padding-percent-encoded", || insert("%3D", Place::End), "with `%3D` at its end", "B2"),
    ("standard-alphabet", || SegmentChange::StandardAlphabet, "with `+` and `/` for `-` and `_`", "B3"),
    ("space-in-middle", || insert(" ", Place::Middle), "with a space in its middle", "B4"),
    ("space-at-end", || insert(" ", Place::End), "with a space at its end", "B4"),
    ("tab-in-middle", || insert("\t", Place::Middle), "with a tab in its middle", "B4"),
    (
        "carriage-return-in-middle",
        || insert("\r", Place::Middle),
        "with a carriage return in its middle",
        "B4",
    ),
    ("crlf-in-middle", || insert("\r\n", Place::Middle), "with CR LF in its middle", "B4"),
    ("line-feed-at-end", || insert("\n", Place::End), "with a line feed at its end", "B4"),
    ("form-feed-in-middle", || insert("\u{c}", Place::Middle), "with a form feed in its middle", "B4"),
    ("four-exclamation-marks", || insert("!!!!", Place::Middle), "with four `!` in its middle", "B5"),
    ("nul", || insert("\0", Place::Middle), "with NUL in its middle", "B5"),
    (
        "four-e-acutes",
        || insert("\u{e9}\u{e9}\u{e9}\u{e9}", Place::Middle),
        "with four `é` in its middle",
        "B5",
    ),
    ("text-after-padding", || insert("==AAAA", Place::End), "with `==AAAA` at its end", "B6"),
    ("text-after-nul", || insert("\0AAAA", Place::End), "with NUL and `AAAA` at its end", "B6"),
];

fn changed_when_sent(segment: Segment, (name, change, what, class): Sent) -> Case {
    let twin = whole_alphabet();
    twin.changed(&id(&twin, &format!("{}-{name}-when-sent", segment.name())), sent_segment(segment, change()))
        .reject(SENT_MISSPELLED)
        .threat(Threat::Mangler)
        .title(format!("the {} segment {what}, changed after signing", segment.name()))
        .why(
            "The signature is over another text. A decoder that is loose about this is not enough to let \
             the token pass: who accepts it verifies what it has decoded and encoded again, or cleaned, \
             not what was received.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC7515-2-B64")
        .class(class)
}

/// The twin of the cases about signatures that no verifier can compare as text. It has no times, so that
/// its signature has both last characters of the alphabet at every clock.
fn without_times(algorithm: Algorithm) -> Case {
    let name = algorithm.name().to_lowercase();
    twins::signed(algorithm)
        .changed_by(
            &format!("encoding/base64url/{name}-both-last-characters"),
            vec![without_claim("iat"), without_claim("exp"), claim("jti", "\"1\"")],
        )
        .accept()
        .title(format!("{algorithm}: `-` and `_` in the signature"))
        .why("The last two characters of the alphabet are `-` and `_`, in the signatures of every algorithm.")
        .requirement("RFC7515-2-B64")
        .requirement("RFC7515-5.2-DECODE")
        .class("B3")
}

/// Name, the change, what it is, bug class.
const OF_OTHER_ALGORITHMS: [Sent; 14] = [
    ("padded", || SegmentChange::Pad { extra: 0 }, "with the padding that its length asks for", "B2"),
    ("padded-too-much", || SegmentChange::Pad { extra: 1 }, "with one `=` more than that", "B2"),
    ("padding-percent-encoded", || insert("%3D%3D", Place::End), "with `%3D%3D` at its end", "B2"),
    ("standard-alphabet", || SegmentChange::StandardAlphabet, "with `+` and `/` for `-` and `_`", "B3"),
    ("space-in-middle", || insert(" ", Place::Middle), "with a space in its middle", "B4"),
    ("line-feed-in-middle", || insert("\n", Place::Middle), "with a line feed in its middle", "B4"),
    ("line-feed-at-end", || insert("\n", Place::End), "with a line feed at its end", "B4"),
    ("exclamation-mark", || insert("!", Place::Middle), "with `!` in its middle", "B5"),
    ("four-exclamation-marks", || insert("!!!!", Place::Middle), "with four `!` in its middle", "B5"),
    ("nul-at-end", || insert("\0", Place::End), "with NUL at its end", "B5"),
    ("text-after-padding", || insert("==AAAA", Place::End), "with `==AAAA` at its end", "B6"),
    ("text-after-nul", || insert("\0AAAA", Place::End), "with NUL and `AAAA` at its end", "B6"),
    (
        "trailing-bits-lowest",
        || SegmentChange::TrailingBits { bits: 0b0001 },
        "with its lowest unused bit set",
        "B1",
    ),
    (
        "trailing-bits-highest",
        || SegmentChange::TrailingBits { bits: 0b1000 },
        "with its highest unused bit set",
        "B1",
    ),
];

fn of_another_algorithm(algorithm: Algorithm, (name, change, what, class): Sent) -> Case {
    let word = algorithm.name().to_lowercase();
    let undecided =
        spelled(&without_times(algorithm), &format!("{word}-signature-{name}"), Segment::Signature, change());
    let case = if class == "B1" {
        undecided
            .either_better_refused(BITS_ARE_OPEN, undecodable(Segment::Signature))
            .requirement("RFC4648-3.5-BITS")
    } else {
        undecided.reject(misspelled(Segment::Signature)).requirement("RFC7515-2-B64")
    };
    case.threat(Threat::Mangler)
        .title(format!("{algorithm}: the signature segment {what}"))
        .why(
            "A MAC can be compared as text, and then its spelling has to be right; this signature has to be \
             decoded, and a verifier that is strict with one is loose with the other.",
        )
        .class(class)
}
