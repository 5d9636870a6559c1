//! Our base64url decoder against the `base64` crate: strict, lax in every way at once, and the
//! standard alphabet.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jotproof_reference::base64url::{Options, decode, decode_standard};
use jotproof_rules::Strictness;

use crate::oracles::signed;
use crate::stats::Stats;

/// RFC 7515 section 2, and zero bits after the last octet (RFC 4648 section 3.5).
const STRICT: Options = Options { newlines: Strictness::Refuse, trailing_bits: Strictness::Refuse };

/// Everything that a profile can let pass.
const LAX: Options = Options { newlines: Strictness::Ignore, trailing_bits: Strictness::Ignore };

/// The standard alphabet with its padding, and any bits after the last octet.
const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// Decodes the text in every way, and encodes it too.
///
/// # Panics
///
/// Where the decoders disagree, or encoding does not undo decoding.
#[must_use]
pub fn run(data: &[u8]) -> Stats {
    let ours = decode(data, STRICT);
    assert_eq!(ours.clone().ok(), URL_SAFE_NO_PAD.decode(data).ok(), "strict: {}", data.escape_ascii());
    if let Ok(octets) = &ours {
        assert_eq!(jotproof_mint::base64url::encode(octets).as_bytes(), data, "decode, then encode");
    }
    let text = jotproof_mint::base64url::encode(data);
    assert_eq!(decode(text.as_bytes(), STRICT).as_deref(), Ok(data), "encode, then decode: {text}");

    // Padding and the other alphabet are never let pass.
    let is_foreign = data.iter().any(|octet| b"=+/".contains(octet));
    let lax = if is_foreign { None } else { signed::decode(data) };
    assert_eq!(decode(data, LAX).ok(), lax, "lax: {}", data.escape_ascii());

    let lines: Vec<u8> = data.iter().copied().filter(|octet| !matches!(octet, b'\r' | b'\n')).collect();
    assert_eq!(
        decode_standard(data).ok(),
        STANDARD.decode(lines).ok(),
        "standard alphabet: {}",
        data.escape_ascii()
    );
    Stats::one(ours.is_ok())
}
