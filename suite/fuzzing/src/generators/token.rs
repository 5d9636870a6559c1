//! Changes inside a signed token: open it, change header, payload or segments, sign it again.

use jotproof_mint::base64url;

use crate::generators::members::Members;
use crate::generators::random::Random;
use crate::generators::words;
use crate::oracles::signed;
use crate::setting;

/// The header that a hopeless one is replaced with.
const HEADER: &[u8] = br#"{"alg":"HS256","typ":"JWT"}"#;

/// The payload that a hopeless one is replaced with: in time at the clock of the setting, and for long
/// at that of the machine.
const PAYLOAD: &[u8] = br#"{"sub":"u","ext":"{}","exp":2767225600}"#;

/// Changes octets without knowing what they are: a fuzzer's own mutator, or
/// [`octets::change`](crate::generators::octets::change).
pub trait ByOctets: FnMut(&mut Vec<u8>, &mut Random) {}

impl<F: FnMut(&mut Vec<u8>, &mut Random)> ByOctets for F {}

/// A compact token, opened.
#[derive(Debug, Clone)]
struct Opened {
    header: Vec<u8>,
    payload: Vec<u8>,
    /// As text.
    signature: Vec<u8>,
}

impl Opened {
    /// Opens a token; nothing where it has not three segments, or the first two are not base64url in
    /// any way.
    fn read(token: &[u8]) -> Option<Self> {
        let mut segments = token.splitn(3, |octet| *octet == b'.');
        let header = signed::decode(segments.next()?)?;
        let payload = signed::decode(segments.next()?)?;
        Some(Self { header, payload, signature: segments.next()?.to_vec() })
    }

    fn ordinary() -> Self {
        Self { header: HEADER.to_vec(), payload: PAYLOAD.to_vec(), signature: Vec::new() }
    }
}

/// Changes a token, and signs it again seven times out of eight: the eighth keeps its old signature,
/// which no verifier may then accept unless nothing was changed.
pub fn mutate(token: &[u8], random: &mut Random, mut by_octets: impl ByOctets) -> Vec<u8> {
    let Some(mut opened) = Opened::read(token) else {
        return if random.one_in(8) {
            let mut token = token.to_vec();
            by_octets(&mut token, random);
            token
        } else {
            change(Opened::ordinary(), random, &mut by_octets)
        };
    };
    // A header that is wrong hides the payload, and the other way round; and what a fuzzer keeps is
    // mostly wrong in one of them. More often than not one begins anew, or both do.
    match random.below(16) {
        0..5 => opened = Opened { signature: opened.signature, ..Opened::ordinary() },
        5..8 => opened.header = HEADER.to_vec(),
        8..10 => opened.payload = PAYLOAD.to_vec(),
        _ => {}
    }
    change(opened, random, &mut by_octets)
}

/// The header of one token over the payload of another, signed.
#[must_use]
pub fn cross(header_of: &[u8], payload_of: &[u8]) -> Vec<u8> {
    let header = Opened::read(header_of).map_or_else(|| HEADER.to_vec(), |opened| opened.header);
    let payload = Opened::read(payload_of).map_or_else(|| PAYLOAD.to_vec(), |opened| opened.payload);
    sign(&[base64url::encode(&header), base64url::encode(&payload)].join("."))
}

/// The token of a signing input.
#[must_use]
pub fn sign(input: &str) -> Vec<u8> {
    format!("{input}.{}", base64url::encode(&setting::mac(input.as_bytes()))).into_bytes()
}

fn change(mut opened: Opened, random: &mut Random, by_octets: &mut impl ByOctets) -> Vec<u8> {
    let mut in_segments = false;
    loop {
        match random.below(16) {
            0..9 => members(&mut opened.payload, words::CLAIM_NAMES, random),
            9..12 => members(&mut opened.header, words::HEADER_NAMES, random),
            12 => by_octets(&mut opened.payload, random),
            13 => by_octets(&mut opened.header, random),
            14 => in_segments = true,
            _ => piece(&mut opened.payload, words::PIECES, random),
        }
        // Every further change makes it more likely that the token is hopeless.
        if !random.one_in(4) {
            break;
        }
    }
    if random.one_in(64) {
        std::mem::swap(&mut opened.header, &mut opened.payload);
    }
    let mut input = [base64url::encode(&opened.header), base64url::encode(&opened.payload)].join(".");
    let mut in_signature = false;
    if in_segments {
        if random.one_in(4) {
            in_signature = true;
        } else {
            input = in_segment(&input, random);
        }
    }
    let mut token =
        if random.one_in(8) { [input.as_bytes(), b".", &opened.signature].concat() } else { sign(&input) };
    if in_signature {
        let at = input.len() + 1 + random.below(token.len() - input.len());
        token.splice(at..at, random.word(words::SEGMENT_PIECES).bytes());
    }
    token
}

/// Changes a member, or any text where there is none.
fn members(text: &mut Vec<u8>, names: &[&'static str], random: &mut Random) {
    match Members::read(text) {
        Some(mut members) => {
            members.change(names, random);
            *text = members.write();
        }
        None => piece(text, words::VALUES, random),
    }
}

/// Puts a piece of text somewhere, or in place of everything.
fn piece(text: &mut Vec<u8>, pieces: &[&'static str], random: &mut Random) {
    let piece = random.word(pieces).bytes();
    if random.one_in(4) {
        *text = piece.collect();
    } else {
        // Between what is there: the ends are where readers differ.
        let at = [0, text.len(), random.below(text.len() + 1)][random.below(3)];
        text.splice(at..at, piece);
    }
}

/// Puts a piece of text into the first or second segment, at its end or anywhere.
fn in_segment(input: &str, random: &mut Random) -> String {
    let dot = input.find('.').unwrap_or(0);
    let at = [dot, input.len(), random.below(input.len() + 1)][random.below(3)];
    let (before, after) = input.split_at(at);
    [before, random.word(words::SEGMENT_PIECES), after].concat()
}

/// [`mutate`] in the form that libFuzzer asks for: in place, within a bound, from a seed. `fuzzer`
/// is its own mutator.
pub fn mutate_in_place(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    fuzzer: fn(&mut [u8], usize, usize) -> usize,
) -> usize {
    /// How much longer the fuzzer's own mutator may make a part.
    const ROOM: usize = 64;
    let mut random = Random::new(u64::from(seed));
    let mutated = mutate(&data[..size], &mut random, |octets: &mut Vec<u8>, _: &mut Random| {
        let length = octets.len();
        octets.resize(length + ROOM, 0);
        let length = fuzzer(octets, length, length + ROOM);
        octets.truncate(length);
    });
    put(&mutated, data, max_size).unwrap_or_else(|| fuzzer(data, size, max_size))
}

/// [`cross`] in the form that libFuzzer asks for. Every other time one of the two is the ordinary
/// token, which hides nothing of the other.
pub fn cross_in_place(first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    let (header_of, payload_of): (&[u8], &[u8]) = match seed % 4 {
        0 => (first, second),
        1 => (second, first),
        2 => (first, b""),
        _ => (b"", second),
    };
    let room = out.len();
    put(&cross(header_of, payload_of), out, room).unwrap_or(0)
}

/// Copies a token to where it has to be, if there is room.
fn put(token: &[u8], out: &mut [u8], room: usize) -> Option<usize> {
    if token.len() > room {
        return None;
    }
    out.get_mut(..token.len())?.copy_from_slice(token);
    Some(token.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::octets;
    use crate::setting::RFC;

    #[test]
    fn the_ordinary_token_is_accepted() {
        assert!(RFC.accepts(&cross(b"", b"")));
    }

    #[test]
    fn most_mutants_are_signed_and_many_are_accepted() {
        let mut random = Random::new(7);
        let start = cross(b"", b"");
        let (mut token, mut signed, mut accepted) = (start.clone(), 0, 0);
        for round in 0..20_000 {
            if round % 8 == 0 {
                token.clone_from(&start);
            }
            token = mutate(&token, &mut random, octets::change);
            signed += u32::from(signed::is_signed(&token));
            accepted += u32::from(RFC.accepts(&token));
        }
        assert!((14_000..19_000).contains(&signed), "{signed} signed");
        assert!((2_000..12_000).contains(&accepted), "{accepted} accepted");
    }

    #[test]
    fn a_mutant_that_has_no_room_is_left_to_the_fuzzer() {
        let mut data = *b"a.b";
        let own = |data: &mut [u8], size: usize, _: usize| {
            data[0] = b'x';
            size
        };
        assert_eq!(mutate_in_place(&mut data, 3, 3, 1, own), 3);
        assert_eq!(&data, b"x.b");
    }
}
