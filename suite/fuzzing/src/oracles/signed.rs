//! The oracle that nothing waives: what is accepted was signed with the secret over exactly the octets
//! before its last dot (RFC 7515 section 5.2 step 8).
//!
//! It shares no line with the verifier: it cuts from the other end, decodes with the `base64` crate,
//! as laxly as any profile does, and computes the signature with the mint's crates.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jotproof_model::Algorithm;

use crate::setting;

/// Lets the bits after the last octet and the padding be what they are: a verifier may be lax there
/// without taking a signature that nobody made.
const LAX: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether the last segment is the signature of the secret over the text before the last dot: by
/// HS256, HS384 or HS512, since a server that is given a secret takes all three. Their lengths differ.
#[must_use]
pub fn is_signed(token: &[u8]) -> bool {
    let Some(dot) = token.iter().rposition(|octet| *octet == b'.') else {
        return false;
    };
    let (input, signature) = (&token[..dot], &token[dot + 1..]);
    decode(signature).is_some_and(|signature| {
        let algorithm = match signature.len() {
            32 => Algorithm::HS256,
            48 => Algorithm::HS384,
            64 => Algorithm::HS512,
            _ => return false,
        };
        signature == setting::mac_by(algorithm, input)
    })
}

/// The octets of a segment, whatever lax decoders let pass.
#[must_use]
pub fn decode(segment: &[u8]) -> Option<Vec<u8>> {
    // Most text is as it should be; what is not is made so, and decoded once more.
    let mut octets = Vec::with_capacity(segment.len() + 2);
    if LAX.decode_vec(segment, &mut octets).is_ok() {
        return Some(octets);
    }
    let text: Vec<u8> = segment
        .iter()
        .filter(|octet| !matches!(octet, b'\r' | b'\n' | b'='))
        .map(|octet| match octet {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        })
        .collect();
    LAX.decode(text).ok()
}

/// Panics where a verifier accepted what is not signed.
///
/// # Panics
///
/// On the finding.
pub fn check(verifier: &str, token: &[u8]) {
    assert!(
        is_signed(token),
        "bypass: {verifier} accepts a token that the secret did not sign: {}",
        token.escape_ascii()
    );
}

#[cfg(test)]
mod tests {
    use jotproof_mint::base64url;

    use super::*;

    #[test]
    fn only_what_is_signed_is_signed() {
        let input = "eyJhbGciOiJIUzI1NiJ9.e30";
        let token = format!("{input}.{}", base64url::encode(&setting::mac(input.as_bytes())));
        assert!(is_signed(token.as_bytes()));
        assert!(is_signed(format!("{token}\n").as_bytes()), "a lax decoder is no forger");
        for forged in [
            format!("{token}.").as_str(),
            format!("{token}A").as_str(),
            &token[1..],
            &token[..token.len() - 2],
            "..",
            "",
            input,
        ] {
            assert!(!is_signed(forged.as_bytes()), "{forged}");
        }
    }
}
