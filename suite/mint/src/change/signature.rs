//! Changes to the octets of a signature.

use jotproof_model::algorithm::Family;
use jotproof_model::recipe::{Number, SignatureChange, Signer};
use rsa::BigUint;

use super::{ChangeError, WhyNot};
use crate::base64url;
use crate::sign::crafted::{number, padded, padded_little_endian};
use crate::sign::{Hash, PrivateKey};

/// The origin of a signature.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// The signer.
    pub signer: &'a Signer,
    /// The signing key, if it signed in its natural form.
    pub key: Option<&'a PrivateKey>,
    /// The signing input.
    pub input: &'a [u8],
}

/// The octets of a signature after a change.
///
/// # Errors
///
/// Where the change cannot be made, or would change nothing.
pub fn change(octets: &[u8], change: &SignatureChange, made: Made<'_>) -> Result<Vec<u8>, ChangeError> {
    let changed = outcome(octets, change, made).and_then(|changed| {
        if changed == octets && !change.may_have_no_effect() { Err(WhyNot::NoEffect) } else { Ok(changed) }
    });
    changed.map_err(|why| ChangeError { change: change.name(), why })
}

fn outcome(octets: &[u8], change: &SignatureChange, made: Made<'_>) -> Result<Vec<u8>, WhyNot> {
    use SignatureChange as C;
    Ok(match change {
        C::Truncate { octets: kept } => {
            let asked = index(*kept);
            let kept = octets.get(..asked);
            kept.ok_or(WhyNot::TooFar { asked, there: octets.len() })?.to_vec()
        }
        C::Append { base64url } => [octets, &decode(base64url)?].concat(),
        C::Prepend { base64url } => [&decode(base64url)?, octets].concat(),
        C::DropLeadingZeros => without_leading_zeros(octets).to_vec(),
        C::FlipBit { bit } => {
            let bit = index(*bit);
            let mut changed = octets.to_vec();
            let there = changed.len() * 8;
            let octet = changed.get_mut(bit / 8);
            *octet.ok_or(WhyNot::TooFar { asked: bit + 1, there })? ^= 0b1000_0000 >> (bit % 8);
            changed
        }
        C::Replace { base64url } | C::Published { base64url } => decode(base64url)?,
        C::Zero => vec![0; octets.len()],
        C::Reverse => octets.iter().rev().copied().collect(),
        C::Der => ecdsa_sig_value(octets, made)?,
        C::Hex => octets.iter().flat_map(|octet| format!("{octet:02x}").into_bytes()).collect(),
        C::EcdsaNumbers { r, s } => {
            let order = made.order(Family::Ecdsa)?;
            let halves = halves(octets, made)?;
            let other = |which: Number, half: &[u8]| {
                padded(&number(which, &BigUint::from_bytes_be(half), &order), half.len())
            };
            [other(*r, halves.0)?, other(*s, halves.1)?].concat()
        }
        C::EcdsaWidths { r, s } => {
            let halves = halves(octets, made)?;
            let wide = |half: &[u8], octets: u32| padded(&BigUint::from_bytes_be(half), index(octets));
            [wide(halves.0, *r)?, wide(halves.1, *s)?].concat()
        }
        C::EcdsaShortened => {
            let (r, s) = halves(octets, made)?;
            [without_leading_zeros(r), without_leading_zeros(s)].concat()
        }
        C::EcdsaSwapped => {
            let (r, s) = halves(octets, made)?;
            [s, r].concat()
        }
        C::EcdsaAtInfinity => {
            let (key, hash) = made.by(Family::Ecdsa)?;
            key.ecdsa_at_infinity(hash, made.input)?
        }
        C::RsaNumber { s } => {
            let order = made.order(Family::RsaPkcs1).or_else(|_| made.order(Family::RsaPss))?;
            let other = number(*s, &BigUint::from_bytes_be(octets), &order);
            padded(&other, other.to_bytes_be().len().max(octets.len()))?
        }
        C::RsaPkcs1 { encoded } => {
            let (key, hash) = made.by(Family::RsaPkcs1)?;
            key.sign_pkcs1_encoded(*encoded, hash, made.input)?
        }
        C::RsaPss { encoded } => {
            let (key, hash) = made.by(Family::RsaPss)?;
            key.sign_pss_encoded(*encoded, hash, made.input)?
        }
        C::RsaEncodedMessage => {
            let (key, hash) = made.by(Family::RsaPkcs1)?;
            key.pkcs1_message(hash, made.input)?
        }
        C::RsaCubeRoot => {
            let (key, hash) = made.by(Family::RsaPkcs1)?;
            key.cube_root(hash, made.input)?
        }
        C::EddsaNumber { s } => {
            let order = made.order(Family::EdDsa)?;
            let (commitment, computed) = octets.split_at(octets.len() / 2);
            let other = number(*s, &BigUint::from_bytes_le(computed), &order);
            [commitment, &padded_little_endian(&other, computed.len())?].concat()
        }
        C::EddsaCommitment { base64url } => {
            let (key, _) = made.by(Family::EdDsa)?;
            key.sign_with_commitment(&decode(base64url)?, made.input)?
        }
        C::EddsaZeroNonce => {
            let (key, _) = made.by(Family::EdDsa)?;
            key.sign_with_zero_nonce(made.input)?
        }
        C::EddsaPrehashed => {
            let (key, _) = made.by(Family::EdDsa)?;
            key.sign_prehashed(made.input)?
        }
        C::EddsaContext { text } => {
            let (key, _) = made.by(Family::EdDsa)?;
            key.sign_in_context(text.as_bytes(), made.input)?
        }
    })
}

impl<'a> Made<'a> {
    /// The signing key and its hash. Fails unless the signer's algorithm is of this family.
    fn by(self, family: Family) -> Result<(&'a PrivateKey, Hash), WhyNot> {
        match (self.signer, self.key) {
            (Signer::Key { algorithm, .. }, Some(key)) if algorithm.family() == family => {
                Ok((key, Hash::of(*algorithm)))
            }
            _ => Err(WhyNot::NotFor(match family {
                Family::Hmac => "HMAC",
                Family::RsaPkcs1 => "RSASSA-PKCS1-v1_5",
                Family::RsaPss => "RSASSA-PSS",
                Family::Ecdsa => "ECDSA",
                Family::EdDsa => "EdDSA",
            })),
        }
    }

    /// The modulus of the arithmetic on the numbers of a signature of this family.
    fn order(self, family: Family) -> Result<BigUint, WhyNot> {
        let (key, _) = self.by(family)?;
        key.order().ok_or(WhyNot::NotFor("a key with numbers"))
    }
}

fn decode(text: &str) -> Result<Vec<u8>, WhyNot> {
    base64url::decode(text).map_err(WhyNot::NotBase64url)
}

fn without_leading_zeros(octets: &[u8]) -> &[u8] {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    &octets[zeros..]
}

/// A count of the stored form, which has 32 bits, as an index; it saturates where `usize` is smaller,
/// which is beyond every length there.
fn index(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// The halves `r` and `s` of an ECDSA signature.
fn halves<'o>(octets: &'o [u8], made: Made<'_>) -> Result<(&'o [u8], &'o [u8]), WhyNot> {
    let Signer::Key { algorithm, .. } = made.signer else { return Err(WhyNot::NotEcdsa) };
    if algorithm.family() != Family::Ecdsa || octets.is_empty() || !octets.len().is_multiple_of(2) {
        return Err(WhyNot::NotEcdsa);
    }
    Ok(octets.split_at(octets.len() / 2))
}

/// The DER form of an ECDSA signature: `Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279
/// section 2.2.3).
fn ecdsa_sig_value(octets: &[u8], made: Made<'_>) -> Result<Vec<u8>, WhyNot> {
    const SEQUENCE: u8 = 0x30;
    let (r, s) = halves(octets, made)?;
    Ok(tagged(SEQUENCE, &[integer(r), integer(s)].concat()))
}

/// A non-negative INTEGER: the fewest octets whose first bit is zero (X.690 section 8.3).
fn integer(big_endian: &[u8]) -> Vec<u8> {
    const INTEGER: u8 = 0x02;
    let significant = without_leading_zeros(big_endian);
    let sign = match significant.first() {
        Some(first) if *first < 0x80 => &[][..],
        _ => &[0][..],
    };
    tagged(INTEGER, &[sign, significant].concat())
}

/// Tag, length, content (X.690 section 8.1.3).
pub(crate) fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => der.push(short),
        _ => {
            let length = content.len().to_be_bytes();
            let length = without_leading_zeros(&length);
            der.push(0x80 | u8::try_from(length.len()).expect("a usize has at most 16 octets"));
            der.extend(length);
        }
    }
    der.extend(content);
    der
}
