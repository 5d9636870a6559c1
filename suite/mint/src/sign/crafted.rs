//! Signatures that deviate from their algorithm, such as RSA over another encoded message or EdDSA with a
//! chosen `R`. A faulty verifier accepts them.

use curve25519_dalek::{EdwardsPoint, Scalar};
use jotproof_model::recipe::{HashName, Number, Pkcs1Encoding, PssEncoding};
use rsa::BigUint;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use sha2::Digest as _;

use super::{Hash, Inner, PrivateKey, pss_salt};
use crate::change::WhyNot;
use crate::change::signature::tagged;

/// ASN.1 tags (X.690 section 8).
const SEQUENCE: u8 = 0x30;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const NULL: [u8; 2] = [0x05, 0x00];

/// The least padding of RFC 8017 section 9.2 step 3.
const LEAST_PADDING: usize = 8;

/// L, the order of the base point of Ed25519 (RFC 8032 section 5.1), in hexadecimal.
const ED25519_ORDER: &[u8] = b"1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";

impl PrivateKey {
    /// The modulus of the arithmetic on its signatures: the order of the curve (SEC 2 section 2, FIPS 186-5),
    /// the RSA modulus, or L. `None` for HMAC.
    pub(crate) fn order(&self) -> Option<BigUint> {
        let digits: &[u8] = match &self.0 {
            Inner::Hmac(_) => return None,
            Inner::Rsa { key, .. } => return Some(key.n().clone()),
            Inner::P256(_) => b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
            Inner::P384(_) => {
                b"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
            }
            Inner::P521(_) => {
                b"1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa\
                  51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"
            }
            Inner::Secp256k1(_) => b"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
            Inner::Ed25519(_) => ED25519_ORDER,
        };
        BigUint::parse_bytes(digits, 16)
    }

    /// Signs another encoded message with RSASSA-PKCS1-v1_5.
    pub(crate) fn sign_pkcs1_encoded(
        &self,
        encoded: Pkcs1Encoding,
        hash: Hash,
        input: &[u8],
    ) -> Result<Vec<u8>, WhyNot> {
        let Inner::Rsa { key, .. } = &self.0 else { return Err(NOT_RSA) };
        self.raw_rsa(&pkcs1(encoded, hash, input, key.size())?)
    }

    /// Signs another encoded message with RSASSA-PSS.
    pub(crate) fn sign_pss_encoded(
        &self,
        encoded: PssEncoding,
        hash: Hash,
        input: &[u8],
    ) -> Result<Vec<u8>, WhyNot> {
        let Inner::Rsa { key, der } = &self.0 else { return Err(NOT_RSA) };
        let message = pss(encoded, hash, input, key.n().bits() - 1, der)?;
        self.raw_rsa(&message)
    }

    /// The encoded message without a defect, which RSASSA-PKCS1-v1_5 then raises to the private exponent.
    pub(crate) fn pkcs1_message(&self, hash: Hash, input: &[u8]) -> Result<Vec<u8>, WhyNot> {
        let Inner::Rsa { key, .. } = &self.0 else { return Err(NOT_RSA) };
        pkcs1(Pkcs1Encoding::PaddingOctet { value: 0xff }, hash, input, key.size())
    }

    /// The numbers that verify under the point at infinity: that point does not change the sum, which is then the base
    /// point if `s` is the hash.
    pub(crate) fn ecdsa_at_infinity(&self, hash: Hash, input: &[u8]) -> Result<Vec<u8>, WhyNot> {
        const BASE_POINT: &[u8] = b"6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
        const NOT_P256: WhyNot = WhyNot::NotFor("a key on P-256");
        let (Inner::P256(_), Hash::Sha256) = (&self.0, hash) else { return Err(NOT_P256) };
        let r = BigUint::parse_bytes(BASE_POINT, 16).ok_or(NOT_P256)?;
        let s = BigUint::from_bytes_be(&hash.digest(&[input])) % self.order().ok_or(NOT_P256)?;
        Ok([padded(&r, 32)?, padded(&s, 32)?].concat())
    }

    /// A number whose cube begins like an encoded message with little padding. The rest of the cube is
    /// arbitrary.
    pub(crate) fn cube_root(&self, hash: Hash, input: &[u8]) -> Result<Vec<u8>, WhyNot> {
        let Inner::Rsa { key, .. } = &self.0 else { return Err(NOT_RSA) };
        if key.e() != &BigUint::from(3_u8) {
            return Err(WhyNot::NotFor("an RSA key with the public exponent 3"));
        }
        let octets = key.size();
        let least = pkcs1(Pkcs1Encoding::TrailingOctets, hash, input, octets)?;
        let free = octets - 3 - LEAST_PADDING - digest_info(hash, hash, input, &NULL).len();
        let least = BigUint::from_bytes_be(&least);
        let beyond = &least + (BigUint::from(1_u8) << (8 * free));
        let root = ceiling_of_cube_root(&least);
        if &root * &root * &root >= beyond {
            return Err(WhyNot::NoRoom);
        }
        padded(&root, octets)
    }

    /// Signs with EdDSA, with `r` = 0 and any octets as `R`, so S = k·a (RFC 8032 section 5.1.6 steps 4 and
    /// 5).
    pub(crate) fn sign_with_commitment(&self, commitment: &[u8], input: &[u8]) -> Result<Vec<u8>, WhyNot> {
        let Inner::Ed25519(key) = &self.0 else { return Err(NOT_EDDSA) };
        if commitment.len() != 32 {
            return Err(WhyNot::DoesNotFit { octets: 32 });
        }
        // The lower half of the hash of the seed, with five bits fixed (RFC 8032 section 5.1.5).
        let mut scalar = sha2::Sha512::digest(key.to_bytes())[..32].to_vec();
        scalar[0] &= 0b1111_1000;
        scalar[31] = scalar[31] & 0b0111_1111 | 0b0100_0000;
        let challenge = sha2::Sha512::new()
            .chain_update(commitment)
            .chain_update(key.verifying_key().as_bytes())
            .chain_update(input)
            .finalize();
        let order = self.order().ok_or(NOT_EDDSA)?;
        let s = BigUint::from_bytes_le(&challenge) * BigUint::from_bytes_le(&scalar) % order;
        Ok([commitment, &padded_little_endian(&s, 32)?].concat())
    }

    /// Signs with EdDSA and the nonce 0, so that `R` is the neutral point.
    pub(crate) fn sign_with_zero_nonce(&self, input: &[u8]) -> Result<Vec<u8>, WhyNot> {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        self.sign_with_commitment(&neutral, input)
    }

    /// Signs with Ed25519ph, without a context (RFC 8032 section 5.1).
    pub(crate) fn sign_prehashed(&self, input: &[u8]) -> Result<Vec<u8>, WhyNot> {
        let Inner::Ed25519(key) = &self.0 else { return Err(NOT_EDDSA) };
        let signature = key.sign_prehashed(sha2::Sha512::new().chain_update(input), None);
        Ok(signature.map_err(|_| NOT_EDDSA)?.to_bytes().to_vec())
    }

    /// Signs with Ed25519ctx (RFC 8032 section 5.1). The nonce is a hash of the seed, the context and the input.
    pub(crate) fn sign_in_context(&self, context: &[u8], input: &[u8]) -> Result<Vec<u8>, WhyNot> {
        let Inner::Ed25519(key) = &self.0 else { return Err(NOT_EDDSA) };
        let length = u8::try_from(context.len()).map_err(|_| WhyNot::DoesNotFit { octets: 255 })?;
        let prefix = [b"SigEd25519 no Ed25519 collisions", &[0, length][..], context].concat();
        let scalar = |parts: &[&[u8]]| {
            let hash = parts.iter().fold(sha2::Sha512::new(), sha2::Sha512::chain_update).finalize();
            Scalar::from_bytes_mod_order_wide(&hash.into())
        };
        let nonce = scalar(&[&key.to_bytes(), &prefix, input]);
        let commitment = EdwardsPoint::mul_base(&nonce).compress();
        let challenge = scalar(&[&prefix, commitment.as_bytes(), key.verifying_key().as_bytes(), input]);
        let s = nonce + challenge * key.to_scalar();
        Ok([commitment.to_bytes(), s.to_bytes()].concat())
    }

    /// Computes RSASP1 (RFC 8017 section 5.2.1) with the Chinese remainder theorem. There is no blinding,
    /// because the test keys are public.
    fn raw_rsa(&self, message: &[u8]) -> Result<Vec<u8>, WhyNot> {
        let Inner::Rsa { key, .. } = &self.0 else { return Err(NOT_RSA) };
        let message = BigUint::from_bytes_be(message);
        if &message >= key.n() {
            return Err(WhyNot::NoRoom);
        }
        let parts = (key.primes(), key.dp(), key.dq(), key.crt_coefficient());
        let ([p, q], Some(dp), Some(dq), Some(coefficient)) = parts else {
            return padded(&message.modpow(key.d(), key.n()), key.size());
        };
        let first = (&message % p).modpow(dp, p);
        let second = (&message % q).modpow(dq, q);
        let h = (first + p - &second % p) * coefficient % p;
        padded(&(second + h * q), key.size())
    }
}

const NOT_RSA: WhyNot = WhyNot::NotFor("RSA");
const NOT_EDDSA: WhyNot = WhyNot::NotFor("EdDSA");

impl Hash {
    pub(crate) const fn named(name: HashName) -> Self {
        match name {
            HashName::Sha256 => Self::Sha256,
            HashName::Sha384 => Self::Sha384,
            HashName::Sha512 => Self::Sha512,
        }
    }

    /// The content of the object identifier 2.16.840.1.101.3.4.2.x (RFC 8017 appendix B.1).
    const fn object_identifier(self) -> [u8; 9] {
        let last = match self {
            Self::Sha256 => 1,
            Self::Sha384 => 2,
            Self::Sha512 => 3,
        };
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last]
    }
}

/// The `DigestInfo` (RFC 8017 section 9.2 step 2) with the digest of `hash` and the name of `named`.
fn digest_info(hash: Hash, named: Hash, input: &[u8], parameters: &[u8]) -> Vec<u8> {
    tagged(SEQUENCE, &digest_info_content(hash, named, input, parameters))
}

fn digest_info_content(hash: Hash, named: Hash, input: &[u8], parameters: &[u8]) -> Vec<u8> {
    let identifier = tagged(OBJECT_IDENTIFIER, &named.object_identifier());
    let algorithm = tagged(SEQUENCE, &[&identifier, parameters].concat());
    [algorithm, tagged(OCTET_STRING, &hash.digest(&[input]))].concat()
}

/// An encoded message of `length` octets (RFC 8017 section 9.2) with one defect.
fn pkcs1(encoded: Pkcs1Encoding, hash: Hash, input: &[u8], length: usize) -> Result<Vec<u8>, WhyNot> {
    use Pkcs1Encoding as E;
    let zeros = |octets: u32| vec![0; usize::try_from(octets).unwrap_or(usize::MAX).min(length)];
    let info = match encoded {
        E::NoNull => digest_info(hash, hash, input, &[]),
        E::LongParameters { octets } => digest_info(hash, hash, input, &tagged(OCTET_STRING, &zeros(octets))),
        E::LongLength => {
            let content = digest_info_content(hash, hash, input, &NULL);
            let short = u8::try_from(content.len()).map_err(|_| WhyNot::NoRoom)?;
            [&[SEQUENCE, 0x81, short], &content[..]].concat()
        }
        E::TrailingInside { octets } => {
            let content = digest_info_content(hash, hash, input, &NULL);
            tagged(SEQUENCE, &[content, zeros(octets)].concat())
        }
        E::BareHash => hash.digest(&[input]),
        E::OtherHash { of } => digest_info(hash, Hash::named(of), input, &NULL),
        E::TrailingOctets
        | E::NoPadding
        | E::PaddingOctet { .. }
        | E::BlockType { .. }
        | E::FirstOctet
        | E::Separator => digest_info(hash, hash, input, &NULL),
    };
    let room = length.checked_sub(3 + LEAST_PADDING + info.len()).ok_or(WhyNot::NoRoom)?;
    let padding = match encoded {
        E::TrailingOctets => LEAST_PADDING,
        E::NoPadding => 0,
        _ => LEAST_PADDING + room,
    };
    let mut message = [&[0, 1], &vec![0xff; padding][..], &[0], &info].concat();
    message.resize(length, 0);
    match encoded {
        E::PaddingOctet { value } => message[2 + padding / 2] = value,
        E::BlockType { value } => message[1] = value,
        E::FirstOctet => message[0] = 1,
        E::Separator => message[2 + padding] = 1,
        _ => {}
    }
    Ok(message)
}

/// An encoded message of `bits` bits (RFC 8017 section 9.1.1) with one defect.
fn pss(encoded: PssEncoding, hash: Hash, input: &[u8], bits: usize, der: &[u8]) -> Result<Vec<u8>, WhyNot> {
    let digest = hash.digest(&[input]);
    let length = bits.div_ceil(8);
    let longest = length.checked_sub(digest.len() + 2).ok_or(WhyNot::NoRoom)?;
    let salt_octets = match encoded {
        PssEncoding::Salt { length } => usize::try_from(length).unwrap_or(usize::MAX),
        PssEncoding::LongestSalt => longest,
        _ => digest.len(),
    };
    let padding = longest.checked_sub(salt_octets).ok_or(WhyNot::NoRoom)?;
    let salt: Vec<u8> = pss_salt(hash, der, input).into_iter().cycle().take(salt_octets).collect();
    let hashed = hash.digest(&[&[0; 8], &digest, &salt]);
    let mut block = [&vec![0; padding][..], &[1], &salt].concat();
    match encoded {
        PssEncoding::Padding => *block.get_mut(1).filter(|_| padding > 1).ok_or(WhyNot::NoRoom)? = 1,
        PssEncoding::Separator => block[padding] = 2,
        _ => {}
    }
    let mask = match encoded {
        PssEncoding::Mask { hash } => {
            mask_generation(|parts| Hash::named(hash).digest(parts), &hashed, length)
        }
        PssEncoding::MaskOfSha1 => {
            let sha1 = |parts: &[&[u8]]| sha1::Sha1::digest(parts.concat()).to_vec();
            mask_generation(sha1, &hashed, length)
        }
        _ => mask_generation(|parts| hash.digest(parts), &hashed, length),
    };
    for (octet, mask) in block.iter_mut().zip(mask) {
        *octet ^= mask;
    }
    block[0] &= 0xff >> (8 * length - bits);
    let trailer = match encoded {
        PssEncoding::Trailer { value } => value,
        _ => 0xbc,
    };
    Ok([block, hashed, vec![trailer]].concat())
}

/// The mask of MGF1 (RFC 8017 appendix B.2.1).
fn mask_generation(digest: impl Fn(&[&[u8]]) -> Vec<u8>, seed: &[u8], octets: usize) -> Vec<u8> {
    let block = |counter: u32| digest(&[seed, &counter.to_be_bytes()]);
    (0..).flat_map(block).take(octets).collect()
}

/// The least number whose cube is at least `cube`.
fn ceiling_of_cube_root(cube: &BigUint) -> BigUint {
    let one = BigUint::from(1_u8);
    let (mut low, mut high) = (BigUint::from(0_u8), one.clone() << (cube.bits() / 3 + 1));
    while low < high {
        let middle = (&low + &high) >> 1;
        if &(&middle * &middle * &middle) < cube { low = middle + &one } else { high = middle }
    }
    low
}

/// The number that replaces a computed one.
pub(crate) fn number(number: Number, computed: &BigUint, order: &BigUint) -> BigUint {
    let one = BigUint::from(1_u8);
    let negated = || (order - computed % order) % order;
    match number {
        Number::Computed => computed.clone(),
        Number::Zero => BigUint::from(0_u8),
        Number::One => one,
        Number::OrderLessOne => order - one,
        Number::Order => order.clone(),
        Number::OrderPlusOne => order + one,
        Number::PlusOrder { times } => computed + order * BigUint::from(times),
        Number::Negated => negated(),
        Number::High => negated().max(computed.clone()),
        Number::Low => negated().min(computed.clone()),
    }
}

/// A number in this many octets, the most significant one first.
pub(crate) fn padded(number: &BigUint, octets: usize) -> Result<Vec<u8>, WhyNot> {
    let significant = if number.bits() == 0 { Vec::new() } else { number.to_bytes_be() };
    let zeros = octets.checked_sub(significant.len()).ok_or(WhyNot::DoesNotFit { octets })?;
    Ok([vec![0; zeros], significant].concat())
}

/// A number in this many octets, the least significant one first.
pub(crate) fn padded_little_endian(number: &BigUint, octets: usize) -> Result<Vec<u8>, WhyNot> {
    Ok(padded(number, octets)?.into_iter().rev().collect())
}

#[cfg(test)]
mod tests {
    use jotproof_model::{Algorithm, KeyKind};
    use rsa::{Pkcs1v15Sign, Pss};

    use super::*;
    use crate::keys;

    const INPUT: &[u8] = b"header.payload";

    fn key(name: &str) -> PrivateKey {
        PrivateKey::new(&keys::all()[name]).unwrap()
    }

    fn public(key: &PrivateKey) -> rsa::RsaPublicKey {
        match &key.0 {
            Inner::Rsa { key, .. } => key.to_public_key(),
            _ => panic!("an RSA key"),
        }
    }

    /// The encoded message of a signature.
    fn opened(key: &PrivateKey, signature: &[u8]) -> Vec<u8> {
        let public = public(key);
        let message = BigUint::from_bytes_be(signature).modpow(public.e(), public.n());
        padded(&message, public.size()).unwrap()
    }

    #[test]
    fn the_encodings_without_a_defect_are_those_that_verifiers_accept() {
        let rsa = key("rsa-2048");
        let hash = Hash::Sha256;
        let digest = hash.digest(&[INPUT]);
        // The replaced octet of padding has its right value.
        let message = pkcs1(Pkcs1Encoding::PaddingOctet { value: 0xff }, hash, INPUT, 256).unwrap();
        let signature = rsa.raw_rsa(&message).unwrap();
        assert_eq!(signature, rsa.sign(Algorithm::RS256, INPUT).unwrap());
        let verified = public(&rsa).verify(Pkcs1v15Sign::new::<rsa::sha2::Sha256>(), &digest, &signature);
        assert_eq!(verified, Ok(()));

        let signature = rsa.sign_pss_encoded(PssEncoding::Trailer { value: 0xbc }, hash, INPUT).unwrap();
        assert_eq!(signature, rsa.sign(Algorithm::PS256, INPUT).unwrap());
        for octets in [0, 20, 222] {
            let encoded = PssEncoding::Salt { length: octets };
            let signature = rsa.sign_pss_encoded(encoded, hash, INPUT).unwrap();
            let of_this_salt = Pss::new_with_salt::<rsa::sha2::Sha256>(octets.try_into().unwrap());
            assert_eq!(public(&rsa).verify(of_this_salt, &digest, &signature), Ok(()), "{octets}");
        }
        let longest = rsa.sign_pss_encoded(PssEncoding::LongestSalt, hash, INPUT);
        assert_eq!(longest, rsa.sign_pss_encoded(PssEncoding::Salt { length: 222 }, hash, INPUT));
        assert_eq!(rsa.sign_pss_encoded(PssEncoding::Salt { length: 223 }, hash, INPUT), Err(WhyNot::NoRoom));
    }

    #[test]
    fn an_encoded_message_has_the_defect_that_its_name_says() {
        use Pkcs1Encoding as E;
        let rsa = key("rsa-2048");
        let hash = Hash::Sha256;
        let whole = digest_info(hash, hash, INPUT, &NULL);
        let signed = |encoded| opened(&rsa, &rsa.sign_pkcs1_encoded(encoded, hash, INPUT).unwrap());
        let good = pkcs1(E::PaddingOctet { value: 0xff }, hash, INPUT, 256).unwrap();
        for (encoded, at, octets) in [
            (E::NoNull, 255 - 49, &[0x00, 0x30, 0x2f, 0x30, 0x0b, 0x06, 0x09][..]),
            (E::LongLength, 255 - 52, &[0x00, 0x30, 0x81, 0x31, 0x30, 0x0d]),
            (E::BareHash, 255 - 32, &[0x00]),
            (E::TrailingOctets, 10, &[0x00, 0x30, 0x31]),
            (E::NoPadding, 0, &[0x00, 0x01, 0x00, 0x30, 0x31]),
            (E::PaddingOctet { value: 0xfe }, 2 + 202 / 2, &[0xfe]),
            (E::BlockType { value: 2 }, 0, &[0x00, 0x02, 0xff]),
            (E::FirstOctet, 0, &[0x01, 0x01, 0xff]),
            (E::Separator, 255 - 51, &[0x01, 0x30, 0x31]),
            (E::OtherHash { of: HashName::Sha384 }, 255 - 51 + 15, &[0x02, 0x05, 0x00, 0x04, 0x20]),
            (E::LongParameters { octets: 100 }, 255 - 152, &[0x00, 0x30, 0x81, 0x95]),
            (E::TrailingInside { octets: 4 }, 255 - 55, &[0x00, 0x30, 0x35]),
        ] {
            let message = signed(encoded);
            assert_ne!(message, good, "{encoded:?}");
            assert_eq!(message[at..at + octets.len()], *octets, "{encoded:?}");
            assert_eq!(message[2], if encoded == E::NoPadding { 0 } else { 0xff }, "{encoded:?}");
        }
        assert!(signed(E::TrailingOctets)[11..].starts_with(&whole));
    }

    #[test]
    fn the_cube_of_a_cube_root_begins_like_an_encoded_message() {
        let three = key("rsa-2048-e-3");
        let signature = three.cube_root(Hash::Sha256, INPUT).unwrap();
        assert_eq!(signature.len(), 256);
        let message = opened(&three, &signature);
        let good = pkcs1(Pkcs1Encoding::TrailingOctets, Hash::Sha256, INPUT, 256).unwrap();
        assert_eq!(message[..62], good[..62]);
        assert_ne!(message[62..], good[62..]);
        let why = WhyNot::NotFor("an RSA key with the public exponent 3");
        assert_eq!(key("rsa-2048").cube_root(Hash::Sha256, INPUT), Err(why));
    }

    #[test]
    fn the_other_s_of_ecdsa_verifies_as_well() {
        use ecdsa::signature::hazmat::PrehashVerifier as _;
        macro_rules! verified {
            ($inner:ident, $curve:ty, $algorithm:expr, $name:literal) => {{
                let key = key($name);
                let octets = key.sign($algorithm, INPUT).unwrap();
                let (r, s) = octets.split_at(octets.len() / 2);
                let other = number(Number::Negated, &BigUint::from_bytes_be(s), &key.order().unwrap());
                let other = [r, &padded(&other, s.len()).unwrap()].concat();
                assert_ne!(other, octets, $name);
                let signature = ecdsa::Signature::<$curve>::from_slice(&other).unwrap();
                let Inner::$inner(key) = &key.0 else { panic!($name) };
                let digest = Hash::of($algorithm).digest(&[INPUT]);
                (key.verifying_key().verify_prehash(&digest, &signature).is_ok(), $name)
            }};
        }
        assert_eq!(verified!(P256, p256::NistP256, Algorithm::ES256, "p-256"), (true, "p-256"));
        assert_eq!(verified!(P384, p384::NistP384, Algorithm::ES384, "p-384"), (true, "p-384"));
        assert_eq!(verified!(P521, p521::NistP521, Algorithm::ES512, "p-521"), (true, "p-521"));
    }

    #[test]
    fn a_commitment_of_the_neutral_point_makes_a_signature_that_verifies() {
        let key = key("ed25519");
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let signature = key.sign_with_commitment(&neutral, INPUT).unwrap();
        let signature = ed25519_dalek::Signature::from_slice(&signature).unwrap();
        let Inner::Ed25519(key) = &key.0 else { panic!("an Ed25519 key") };
        use ed25519_dalek::Verifier as _;
        assert!(key.verifying_key().verify(INPUT, &signature).is_ok());
        assert!(key.verifying_key().verify(b"other", &signature).is_err());
    }

    #[test]
    fn numbers_are_what_their_names_say() {
        let n = BigUint::from(10_u8);
        let computed = BigUint::from(3_u8);
        for (which, expected) in [
            (Number::Computed, 3_u8),
            (Number::Zero, 0),
            (Number::One, 1),
            (Number::OrderLessOne, 9),
            (Number::Order, 10),
            (Number::OrderPlusOne, 11),
            (Number::PlusOrder { times: 2 }, 23),
            (Number::Negated, 7),
            (Number::High, 7),
            (Number::Low, 3),
        ] {
            assert_eq!(number(which, &computed, &n), BigUint::from(expected), "{which:?}");
        }
        assert_eq!(padded(&BigUint::from(258_u16), 3), Ok(vec![0, 1, 2]));
        assert_eq!(padded_little_endian(&BigUint::from(258_u16), 3), Ok(vec![2, 1, 0]));
        assert_eq!(padded(&BigUint::from(258_u16), 1), Err(WhyNot::DoesNotFit { octets: 1 }));
        assert_eq!(padded(&BigUint::from(0_u8), 2), Ok(vec![0, 0]));
    }

    #[test]
    fn only_keys_with_numbers_have_an_order() {
        let has_private_half =
            |key: &jotproof_model::KeyMaterial| key.private_pem.is_some() || key.kind == KeyKind::Hmac;
        for (name, material) in keys::all().iter().filter(|(_, key)| has_private_half(key)) {
            let order = PrivateKey::new(material).unwrap().order();
            assert_eq!(order.is_some(), material.kind != KeyKind::Hmac, "{name}");
        }
        for (name, bits) in
            [("p-256", 256), ("p-384", 384), ("p-521", 521), ("secp256k1", 256), ("ed25519", 253)]
        {
            assert_eq!(key(name).order().unwrap().bits(), bits, "{name}");
        }
    }
}
