//! Changes to what has been encoded: the octets of the signature, the text of a segment, the token.
//!
//! A change either changes something or is an error. One that leaves all as it was would make a
//! negative that is its own twin.

use thiserror::Error;

pub mod segment;
pub mod signature;
pub mod structure;

/// The longest text or octets that a change may make, in octets: far more than any vector needs, and
/// a bound on what a recipe from outside can make of our memory.
pub const LONGEST: usize = 64 * 1024 * 1024;

/// A change that cannot be made here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the change `{change}` cannot be made: {why}")]
pub struct ChangeError {
    /// The name of the change, as stored.
    pub change: &'static str,
    /// Why not.
    pub why: WhyNot,
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WhyNot {
    /// What it is made to would stay as it is.
    #[error("it would leave all as it is")]
    NoEffect,
    /// It takes more away, or reaches further, than there is.
    #[error("it asks for {asked} where there are {there}")]
    TooFar {
        /// How many it needs.
        asked: usize,
        /// How many there are.
        there: usize,
    },
    /// The last character of the text has no unused bits, or is not base64url.
    #[error("a base64url text of {0} characters has no unused bits at its end")]
    NoUnusedBits(usize),
    /// None of the bits is among the unused ones.
    #[error("of its bits only {0:#06b} are unused at the end of this text")]
    UsedBits(u8),
    /// The token is not three segments joined by dots any more.
    #[error("the token has {0} segments, not three: make this change before the others")]
    NotThreeSegments(usize),
    /// It is not the signature of an ECDSA algorithm.
    #[error("it is for `r‖s` of an ECDSA algorithm alone")]
    NotEcdsa,
    /// The signature is not of such an algorithm, or not by the key in its natural form.
    #[error("it is for signatures of {0} alone")]
    NotFor(&'static str),
    /// A number is too large for its octets.
    #[error("it does not fit into {octets} octets")]
    DoesNotFit {
        /// The number of octets.
        octets: usize,
    },
    /// The modulus has no room for the encoded message.
    #[error("the modulus has no room for it: take a longer RSA key")]
    NoRoom,
    /// Its octets are not base64url.
    #[error("its octets are not base64url without padding: {0}")]
    NotBase64url(crate::base64url::DecodeError),
    /// The token is not text any more.
    #[error("it is not text any more: append octets last")]
    NotText,
    /// It needs a key, so only [`Mint::token`](crate::Mint::token) can make it.
    #[error("it needs a key, and only a mint has keys")]
    NeedsAKey,
    /// The key does not fit the key management.
    #[error("`dir` is for a secret of 32 octets, and `rsa_oaep_256` for an RSA key")]
    CannotEncrypt,
    /// The outcome is longer than [`LONGEST`].
    #[error("the outcome is longer than {LONGEST} octets")]
    TooLong,
}

/// A text that is repeated `times` times, up to [`LONGEST`] octets.
fn repeated(text: &str, times: u32) -> Result<String, WhyNot> {
    let times = usize::try_from(times).unwrap_or(usize::MAX);
    if text.len().checked_mul(times).is_none_or(|length| length > LONGEST) {
        return Err(WhyNot::TooLong);
    }
    Ok(text.repeat(times))
}
