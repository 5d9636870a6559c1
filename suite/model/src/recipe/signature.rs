//! What can be done to a signature.

use serde::{Deserialize, Serialize};

/// A change to the octets of the signature after signing, or another way to sign.
///
/// A recipe has the change and never the resulting octets, so it can be minted again with another key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "how", rename_all = "snake_case", deny_unknown_fields)]
pub enum SignatureChange {
    /// Keep the first `octets` only.
    Truncate {
        /// How many octets stay.
        octets: u32,
    },
    /// Append octets.
    Append {
        /// The octets, base64url without padding.
        base64url: String,
    },
    /// Put octets before the signature.
    Prepend {
        /// The octets, base64url without padding.
        base64url: String,
    },
    /// Remove the leading zero octets.
    DropLeadingZeros,
    /// Turn one bit over; bit 0 is the most significant bit of the first octet.
    FlipBit {
        /// The bit, counted from the front.
        bit: u32,
    },
    /// Other octets in its place.
    Replace {
        /// The octets, base64url without padding; may be empty.
        base64url: String,
    },
    /// A published signature of the same signing input in its place. It contains a random number, so minting cannot
    /// make it again. It is valid at one clock and for one key only.
    Published {
        /// The octets, base64url without padding.
        base64url: String,
    },
    /// As many zero octets.
    Zero,
    /// The octets in reverse order.
    Reverse,
    /// ECDSA only: the DER `Ecdsa-Sig-Value` (RFC 3279) in place of `r‖s` (RFC 7518 section 3.4).
    Der,
    /// The lower-case hexadecimal text of the octets.
    Hex,
    /// ECDSA only: other numbers `r` and `s`. `n` is the order of the signer's curve.
    EcdsaNumbers {
        /// The number in place of `r`.
        r: Number,
        /// The number in place of `s`.
        s: Number,
    },
    /// ECDSA only: `r` and `s` with other widths. Leading zero octets are added or removed.
    EcdsaWidths {
        /// The length of `r`, in octets.
        r: u32,
        /// The length of `s`, in octets.
        s: u32,
    },
    /// ECDSA only: each half without its leading zero octets.
    EcdsaShortened,
    /// ECDSA only: `s‖r` in place of `r‖s`.
    EcdsaSwapped,
    /// ECDSA on P-256 only: the first coordinate of the base point as `r` and the hash of the signing input as `s`. They
    /// verify under the point at infinity, and need no private key (FIPS 186-5 section 6.4.2).
    EcdsaAtInfinity,
    /// RSA only: another number in place of the signature. It has the length of the modulus `n`, or one octet
    /// more if needed.
    RsaNumber {
        /// The number in place of the signature.
        s: Number,
    },
    /// RSASSA-PKCS1-v1_5 only: a signature of another encoded message (RFC 8017 section 9.2).
    RsaPkcs1 {
        /// The encoded message.
        encoded: Pkcs1Encoding,
    },
    /// RSASSA-PSS only: a signature of another encoded message (RFC 8017 section 9.1.1).
    RsaPss {
        /// The encoded message.
        encoded: PssEncoding,
    },
    /// RSASSA-PKCS1-v1_5 only: the encoded message itself (RFC 8017 section 9.2). With the public exponent 1 it is its
    /// own signature, and it needs no private key.
    RsaEncodedMessage,
    /// RSASSA-PKCS1-v1_5 with the public exponent 3 only: a number whose cube begins like the encoded message
    /// with eight octets of padding. It needs only the public key.
    RsaCubeRoot,
    /// EdDSA only: another number `S`. `n` is the order of the base point, called L in RFC 8032.
    EddsaNumber {
        /// The number.
        s: Number,
    },
    /// EdDSA only: these octets as `R`, and the `S` that would be valid if `R` were a point of small order.
    /// Only the holder of the key can compute this `S`.
    EddsaCommitment {
        /// The 32 octets of `R`, base64url without padding.
        base64url: String,
    },
    /// EdDSA only: the nonce 0, so that `R` is the neutral point. The signature is valid by RFC 8032 section 5.1.7.
    EddsaZeroNonce,
    /// EdDSA only: Ed25519ph in place of Ed25519 (RFC 8032 section 5.1).
    EddsaPrehashed,
    /// EdDSA only: Ed25519ctx with this context in place of Ed25519 (RFC 8032 section 5.1).
    EddsaContext {
        /// The context, from 1 to 255 octets of text.
        text: String,
    },
}

/// A number in a signature. `n` is the order of the group or the modulus of an RSA key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum Number {
    /// The computed number.
    Computed,
    /// 0.
    Zero,
    /// 1.
    One,
    /// n − 1.
    OrderLessOne,
    /// n.
    Order,
    /// n + 1.
    OrderPlusOne,
    /// The computed number plus a multiple of n. It is the same number modulo n.
    PlusOrder {
        /// The multiple: the number of times that n is added.
        times: u32,
    },
    /// n minus the computed number. In ECDSA, this `s` also verifies.
    Negated,
    /// The greater of the computed number and n minus it.
    High,
    /// The smaller of the computed number and n minus it.
    Low,
}

impl Number {
    /// Whether this may be the computed number.
    #[must_use]
    pub const fn may_be_computed(self) -> bool {
        matches!(self, Self::Computed | Self::High | Self::Low)
    }
}

/// An encoded message that deviates from RFC 8017 section 9.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum Pkcs1Encoding {
    /// The `AlgorithmIdentifier` has no parameters instead of NULL (RFC 8017 appendix B.1).
    NoNull,
    /// The parameters are an OCTET STRING of zero octets instead of NULL, and the padding is shorter.
    LongParameters {
        /// The number of zero octets.
        octets: u32,
    },
    /// The length of the `DigestInfo` has two octets where one is enough (BER, X.690 section 8.1.3.5).
    LongLength,
    /// Eight octets of padding, and zero octets after the `DigestInfo`.
    TrailingOctets,
    /// The `DigestInfo` contains zero octets after the hash, and the padding is shorter.
    TrailingInside {
        /// The number of zero octets.
        octets: u32,
    },
    /// No padding at all, and zero octets after the `DigestInfo`.
    NoPadding,
    /// Another value of the octet in the middle of the padding.
    PaddingOctet {
        /// The value.
        value: u8,
    },
    /// Another block type than 01.
    BlockType {
        /// The value.
        value: u8,
    },
    /// 01 in place of the zero octet at the beginning.
    FirstOctet,
    /// 01 in place of the zero octet after the padding.
    Separator,
    /// The hash alone in place of the `DigestInfo`.
    BareHash,
    /// The object identifier of another hash function.
    OtherHash {
        /// The named hash function.
        of: HashName,
    },
}

/// An encoded message that deviates from RFC 7518 section 3.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum PssEncoding {
    /// A salt of another length.
    Salt {
        /// The length of the salt, in octets.
        length: u32,
    },
    /// The longest salt that the modulus has room for.
    LongestSalt,
    /// MGF1 with another hash function.
    Mask {
        /// The hash function of MGF1.
        hash: HashName,
    },
    /// MGF1 with SHA-1, which is the default of RFC 8017 appendix A.2.3.
    MaskOfSha1,
    /// Another last octet than BC.
    Trailer {
        /// The value.
        value: u8,
    },
    /// An octet of the padding is not zero.
    Padding,
    /// 02 in place of the 01 before the salt.
    Separator,
}

/// A hash function of the SHA-2 family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it (FIPS 180-4)")]
pub enum HashName {
    Sha256,
    Sha384,
    Sha512,
}

impl SignatureChange {
    /// The name as stored.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Truncate { .. } => "truncate",
            Self::Append { .. } => "append",
            Self::Prepend { .. } => "prepend",
            Self::DropLeadingZeros => "drop_leading_zeros",
            Self::FlipBit { .. } => "flip_bit",
            Self::Replace { .. } => "replace",
            Self::Published { .. } => "published",
            Self::Zero => "zero",
            Self::Reverse => "reverse",
            Self::Der => "der",
            Self::Hex => "hex",
            Self::EcdsaNumbers { .. } => "ecdsa_numbers",
            Self::EcdsaWidths { .. } => "ecdsa_widths",
            Self::EcdsaShortened => "ecdsa_shortened",
            Self::EcdsaSwapped => "ecdsa_swapped",
            Self::EcdsaAtInfinity => "ecdsa_at_infinity",
            Self::RsaNumber { .. } => "rsa_number",
            Self::RsaPkcs1 { .. } => "rsa_pkcs1",
            Self::RsaPss { .. } => "rsa_pss",
            Self::RsaEncodedMessage => "rsa_encoded_message",
            Self::RsaCubeRoot => "rsa_cube_root",
            Self::EddsaNumber { .. } => "eddsa_number",
            Self::EddsaCommitment { .. } => "eddsa_commitment",
            Self::EddsaZeroNonce => "eddsa_zero_nonce",
            Self::EddsaPrehashed => "eddsa_prehashed",
            Self::EddsaContext { .. } => "eddsa_context",
        }
    }

    /// Whether the change may have no effect, because the signature may already have the requested numbers.
    #[must_use]
    pub const fn may_have_no_effect(&self) -> bool {
        match self {
            Self::EcdsaNumbers { r, s } => r.may_be_computed() && s.may_be_computed(),
            _ => false,
        }
    }
}
