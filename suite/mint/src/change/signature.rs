//! Changes to the octets of a signature.

use jotproof_model::algorithm::Family;
use jotproof_model::recipe::{SignatureChange, Signer};

use super::{ChangeError, WhyNot};
use crate::base64url;

/// The octets after a change. The signer tells whether they are `r‖s`.
///
/// # Errors
///
/// Where the change cannot be made, or would change nothing.
pub fn change(octets: &[u8], change: &SignatureChange, signer: &Signer) -> Result<Vec<u8>, ChangeError> {
    let changed = outcome(octets, change, signer)
        .and_then(|changed| if changed == octets { Err(WhyNot::NoEffect) } else { Ok(changed) });
    changed.map_err(|why| ChangeError { change: change.name(), why })
}

fn outcome(octets: &[u8], change: &SignatureChange, signer: &Signer) -> Result<Vec<u8>, WhyNot> {
    Ok(match change {
        SignatureChange::Truncate { octets: kept } => {
            let asked = index(*kept);
            let kept = octets.get(..asked);
            kept.ok_or(WhyNot::TooFar { asked, there: octets.len() })?.to_vec()
        }
        SignatureChange::Append { base64url } => [octets, &decode(base64url)?].concat(),
        SignatureChange::FlipBit { bit } => {
            let bit = index(*bit);
            let mut changed = octets.to_vec();
            let there = changed.len() * 8;
            let octet = changed.get_mut(bit / 8);
            *octet.ok_or(WhyNot::TooFar { asked: bit + 1, there })? ^= 0b1000_0000 >> (bit % 8);
            changed
        }
        SignatureChange::Replace { base64url } => decode(base64url)?,
        SignatureChange::Zero => vec![0; octets.len()],
        SignatureChange::Reverse => octets.iter().rev().copied().collect(),
        SignatureChange::Der => ecdsa_sig_value(octets, signer)?,
        SignatureChange::Hex => octets.iter().flat_map(|octet| format!("{octet:02x}").into_bytes()).collect(),
    })
}

fn decode(text: &str) -> Result<Vec<u8>, WhyNot> {
    base64url::decode(text).map_err(WhyNot::NotBase64url)
}

/// A count of the stored form, which has 32 bits, as an index; it saturates where `usize` is smaller,
/// which is beyond every length there.
fn index(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// `Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 section 2.2.3) in DER.
fn ecdsa_sig_value(octets: &[u8], signer: &Signer) -> Result<Vec<u8>, WhyNot> {
    let ecdsa = matches!(signer, Signer::Key { algorithm, .. } if algorithm.family() == Family::Ecdsa);
    if !ecdsa || octets.is_empty() || !octets.len().is_multiple_of(2) {
        return Err(WhyNot::NotEcdsa);
    }
    const SEQUENCE: u8 = 0x30;
    let (r, s) = octets.split_at(octets.len() / 2);
    Ok(tagged(SEQUENCE, &[integer(r), integer(s)].concat()))
}

/// A non-negative INTEGER: the fewest octets whose first bit is zero (X.690 section 8.3).
fn integer(big_endian: &[u8]) -> Vec<u8> {
    const INTEGER: u8 = 0x02;
    let zeros = big_endian.iter().take_while(|octet| **octet == 0).count();
    let significant = &big_endian[zeros..];
    let sign = match significant.first() {
        Some(first) if *first < 0x80 => &[][..],
        _ => &[0][..],
    };
    tagged(INTEGER, &[sign, significant].concat())
}

/// Tag, length, content (X.690 section 8.1.3).
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => der.push(short),
        _ => {
            let length = content.len().to_be_bytes();
            let zeros = length.iter().take_while(|octet| **octet == 0).count();
            let length = &length[zeros..];
            der.push(0x80 | u8::try_from(length.len()).expect("a usize has at most 16 octets"));
            der.extend(length);
        }
    }
    der.extend(content);
    der
}
