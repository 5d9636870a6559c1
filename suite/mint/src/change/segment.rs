//! Changes to the text of one segment.

use jotproof_model::recipe::{Place, SegmentChange, Spelling};

use super::{ChangeError, LONGEST, WhyNot};
use crate::base64url;

/// The alphabet of base64url (RFC 4648 section 5): the place of a character is its value.
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The text after a change.
///
/// # Errors
///
/// Where the change cannot be made, or would change nothing.
pub fn change(text: &str, change: &SegmentChange) -> Result<String, ChangeError> {
    let changed = outcome(text, change)
        .and_then(|changed| if changed == text { Err(WhyNot::NoEffect) } else { Ok(changed) });
    changed.map_err(|why| ChangeError { change: change.name(), why })
}

fn outcome(text: &str, change: &SegmentChange) -> Result<String, WhyNot> {
    Ok(match change {
        SegmentChange::Pad { extra } => {
            let needed = text.len().next_multiple_of(4) - text.len();
            let padding = usize::try_from(*extra).unwrap_or(usize::MAX).saturating_add(needed);
            if padding > LONGEST.saturating_sub(text.len()) {
                return Err(WhyNot::TooLong);
            }
            format!("{text}{}", "=".repeat(padding))
        }
        SegmentChange::Insert { text: inserted, at } => {
            let at = match at {
                Place::Start => 0,
                Place::Middle => middle(text),
                Place::End => text.len(),
            };
            let (before, after) = text.split_at(at);
            format!("{before}{inserted}{after}")
        }
        SegmentChange::StandardAlphabet => text.replace('-', "+").replace('_', "/"),
        SegmentChange::TrailingBits { bits } => trailing_bits(text, *bits)?,
        SegmentChange::RemoveLast { characters } => {
            let asked = usize::try_from(*characters).unwrap_or(usize::MAX);
            let there = text.chars().count();
            let kept = there.checked_sub(asked).ok_or(WhyNot::TooFar { asked, there })?;
            text.chars().take(kept).collect()
        }
        SegmentChange::Replace { text } => text.clone(),
        SegmentChange::Spell { spelling } => spelled(text, *spelling),
        SegmentChange::Unencoded => {
            let octets = base64url::decode(text).map_err(WhyNot::NotBase64url)?;
            String::from_utf8(octets).map_err(|_| WhyNot::NotText)?
        }
        SegmentChange::Encoded => base64url::encode(text.as_bytes()),
        SegmentChange::Repeat { times } => super::repeated(text, *times)?,
    })
}

/// The text in another spelling; unchanged if it has no character to spell.
fn spelled(text: &str, spelling: Spelling) -> String {
    match spelling {
        Spelling::PercentEncoded => with_first(text, |c| Some(format!("%{:02X}", u32::from(c)))),
        Spelling::FullWidth => {
            with_first(text, |c| if c.is_ascii_alphanumeric() { moved(c, 0xfee0) } else { None })
        }
        Spelling::ArabicDigit => {
            with_first(text, |c| if c.is_ascii_digit() { moved(c, 0x660 - 0x30) } else { None })
        }
        Spelling::Cyrillic => with_first(text, |c| {
            let (_, alike) = LOOK_ALIKES.iter().find(|(latin, _)| *latin == c)?;
            Some(alike.to_string())
        }),
        Spelling::LowerCase => text.to_ascii_lowercase(),
        Spelling::UpperCase => text.to_ascii_uppercase(),
        Spelling::SwappedCase => text.chars().map(in_the_other_case).collect(),
    }
}

/// Latin letters and the Cyrillic ones that look like them.
const LOOK_ALIKES: [(char, char); 11] = [
    ('a', '\u{430}'),
    ('c', '\u{441}'),
    ('e', '\u{435}'),
    ('i', '\u{456}'),
    ('j', '\u{458}'),
    ('o', '\u{43e}'),
    ('p', '\u{440}'),
    ('s', '\u{455}'),
    ('x', '\u{445}'),
    ('y', '\u{443}'),
    ('H', '\u{41d}'),
];

/// Replaces the first character for which `other` gives a text.
fn with_first(text: &str, other: impl Fn(char) -> Option<String>) -> String {
    let found = text.char_indices().find_map(|(at, c)| Some((at, c, other(c)?)));
    match found {
        Some((at, c, other)) => format!("{}{other}{}", &text[..at], &text[at + c.len_utf8()..]),
        None => text.to_owned(),
    }
}

/// The character whose code point is greater by a distance.
fn moved(c: char, by: u32) -> Option<String> {
    char::from_u32(u32::from(c) + by).map(String::from)
}

fn in_the_other_case(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}

/// The middle in octets, or just before it where that is inside a character: an earlier change may
/// have brought in any text.
fn middle(text: &str) -> usize {
    let half = text.len() / 2;
    (0..=half).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Sets the unused low bits of the last character (RFC 4648 section 3.5): after a full group come
/// two characters with four of them, or three with two.
fn trailing_bits(text: &str, bits: u8) -> Result<String, WhyNot> {
    let no_unused_bits = WhyNot::NoUnusedBits(text.len());
    let unused = match text.len() % 4 {
        2 => 0b1111,
        3 => 0b0011,
        _ => return Err(no_unused_bits),
    };
    if bits & unused == 0 {
        return Err(WhyNot::UsedBits(unused));
    }
    let last = text.chars().last().and_then(|last| ALPHABET.find(last));
    let last = last.ok_or(no_unused_bits)?;
    let last = (last & !usize::from(unused)) | usize::from(bits & unused);
    // The last character is ASCII, for it was found in the alphabet, and a value of six bits has a
    // character there.
    Ok(format!("{}{}", &text[..text.len() - 1], &ALPHABET[last..=last]))
}
