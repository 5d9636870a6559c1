//! base64url without padding, as JOSE writes it (RFC 7515 section 2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use base64::DecodeError;

/// The text of some octets.
#[must_use]
pub fn encode(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

/// The octets of a text.
///
/// # Errors
///
/// Where the text is anything but the one encoding of some octets: a character outside the alphabet,
/// padding, a length that no octets have, or unused bits that are not zero (RFC 4648 section 3.5).
pub fn decode(text: &str) -> Result<Vec<u8>, DecodeError> {
    URL_SAFE_NO_PAD.decode(text)
}
