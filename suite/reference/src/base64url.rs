//! Base64url without padding (RFC 7515 section 2), as strict or as lax as the rules say, and the
//! standard alphabet with padding (RFC 4648 section 4) for the claims and PEM files that use it.

use std::fmt;

use jotproof_rules::{Base64urlRules, Strictness};

/// How strict the decoder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether CR and LF are refused; Go's decoder skips them anywhere.
    pub newlines: Strictness,
    /// Whether non-zero bits after the last octet are refused (RFC 4648 section 3.5).
    pub trailing_bits: Strictness,
}

impl Options {
    /// The options that the rules ask for.
    #[must_use]
    pub const fn of(rules: &Base64urlRules) -> Self {
        Self { newlines: rules.newlines, trailing_bits: rules.trailing_bits }
    }
}

/// Why text is not base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// A character that the alphabet does not have.
    Character {
        /// The octet.
        octet: u8,
        /// Where it stands, counted from zero.
        offset: usize,
    },
    /// A length that no octets encode to: one more than a multiple of four.
    Length {
        /// How many characters there are.
        characters: usize,
    },
    /// Non-zero bits after the last octet.
    TrailingBits,
    /// Padding that is absent, or more than the length asks for.
    Padding,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character { octet, offset } => {
                write!(f, "octet 0x{octet:02x} at {offset} is not in the alphabet")
            }
            Self::Length { characters } => {
                write!(f, "{characters} characters encode no whole number of octets")
            }
            Self::TrailingBits => f.write_str("the bits after the last octet are not zero"),
            Self::Padding => f.write_str("the padding does not fit the length"),
        }
    }
}

/// Decodes base64url text.
///
/// # Errors
///
/// Says what is wrong, and where.
pub fn decode(text: &[u8], options: Options) -> Result<Vec<u8>, Error> {
    let mut sextets = Sextets::with_capacity(text.len());
    let fours = sextets.push_fours(text);
    for (offset, &octet) in text.iter().enumerate().skip(fours) {
        match octet {
            b'\r' | b'\n' if options.newlines == Strictness::Ignore => {}
            _ => sextets.push(sextet(octet).ok_or(Error::Character { octet, offset })?),
        }
    }
    sextets.finish(options.trailing_bits)
}

/// Decodes base64 text of the standard alphabet with its padding. CR and LF are skipped and the bits
/// after the last octet are not looked at, as in MIME and PEM decoders and in Go.
///
/// # Errors
///
/// Says what is wrong, and where.
pub fn decode_standard(text: &[u8]) -> Result<Vec<u8>, Error> {
    let mut sextets = Sextets::with_capacity(text.len());
    let mut padding = 0_usize;
    for (offset, &octet) in text.iter().enumerate() {
        let sextet = match octet {
            b'\r' | b'\n' => continue,
            b'=' => {
                padding += 1;
                continue;
            }
            b'+' => 62,
            b'/' => 63,
            b'-' | b'_' => return Err(Error::Character { octet, offset }),
            _ => sextet(octet).ok_or(Error::Character { octet, offset })?,
        };
        if padding > 0 {
            return Err(Error::Padding);
        }
        sextets.push(sextet);
    }
    if padding > 2 || !(sextets.characters + padding).is_multiple_of(4) {
        return Err(Error::Padding);
    }
    sextets.finish(Strictness::Ignore)
}

/// The value of each octet in the alphabet of base64url (RFC 4648 section 5), or [`NONE`].
const SEXTETS: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut sextets = [NONE; 256];
    let mut value = 0_u8;
    while (value as usize) < alphabet.len() {
        sextets[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    sextets
};

/// Marks an octet that the alphabet does not have; no sextet has this bit.
const NONE: u8 = 0x80;

fn sextet(octet: u8) -> Option<u8> {
    Some(SEXTETS[usize::from(octet)]).filter(|sextet| *sextet != NONE)
}

/// Groups of six bits on their way to octets.
struct Sextets {
    octets: Vec<u8>,
    characters: usize,
    /// The bits that do not fill an octet yet, the latest one lowest.
    pending: u16,
    /// How many they are: 0, 2, 4 or 6.
    pending_bits: u32,
}

impl Sextets {
    fn with_capacity(characters: usize) -> Self {
        Self {
            octets: Vec::with_capacity(characters / 4 * 3 + 2),
            characters: 0,
            pending: 0,
            pending_bits: 0,
        }
    }

    /// Pushes groups of four characters from the start for as long as all are of the alphabet; most
    /// text is nothing else. Says how many characters that were.
    fn push_fours(&mut self, text: &[u8]) -> usize {
        let before = self.characters;
        let (fours, _) = text.as_chunks::<4>();
        for four in fours {
            let [a, b, c, d] = four.map(|octet| SEXTETS[usize::from(octet)]);
            if (a | b | c | d) & NONE != 0 {
                break;
            }
            self.octets.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
            self.characters += 4;
        }
        self.characters - before
    }

    fn push(&mut self, sextet: u8) {
        self.characters += 1;
        self.pending = (self.pending << 6) | u16::from(sextet);
        self.pending_bits += 6;
        if self.pending_bits >= 8 {
            self.pending_bits -= 8;
            let [_, octet] = (self.pending >> self.pending_bits).to_be_bytes();
            self.octets.push(octet);
            self.pending &= (1 << self.pending_bits) - 1;
        }
    }

    fn finish(self, trailing_bits: Strictness) -> Result<Vec<u8>, Error> {
        if self.pending_bits == 6 {
            return Err(Error::Length { characters: self.characters });
        }
        if trailing_bits == Strictness::Refuse && self.pending != 0 {
            return Err(Error::TrailingBits);
        }
        Ok(self.octets)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::alphabet;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

    use super::*;
    use crate::testing::Random;

    const STRICT: Options = Options { newlines: Strictness::Refuse, trailing_bits: Strictness::Refuse };

    fn lax(which: &str) -> Options {
        let of = |name: &str| {
            if which.contains(name) { Strictness::Ignore } else { Strictness::Refuse }
        };
        Options { newlines: of("newlines"), trailing_bits: of("bits") }
    }

    #[test]
    fn the_strict_decoder_takes_what_rfc_7515_describes() {
        for (text, octets) in [
            ("", &b""[..]),
            ("Zg", b"f"),
            ("Zm8", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm9vYg", b"foob"),
            ("_-7-", &[0xff, 0xee, 0xfe]),
        ] {
            assert_eq!(decode(text.as_bytes(), STRICT).as_deref(), Ok(octets), "{text}");
        }
        for text in [
            "Z", "Zm9vY", "Zg==", "Zg=", "=", "Zm8=", "Zh", "Zm9", "Zm 9", " Zm8", "Zm8\n", "Zm8\r\n",
            "Zm+8", "Zm/8", "Zm9v\0", "Zm9%3D", "Zmé8",
        ] {
            assert!(decode(text.as_bytes(), STRICT).is_err(), "{text:?} was taken");
        }
    }

    #[test]
    fn each_option_lets_pass_one_thing_only() {
        let table = [
            ("Zm8\n", "newlines"),
            ("\r\nZ\nm8", "newlines"),
            ("Zm9", "bits"),
            ("Zh", "bits"),
            ("Zm8=", "neither"),
            ("+/7+", "neither"),
        ];
        for (text, needs) in table {
            for option in ["newlines", "bits"] {
                let taken = decode(text.as_bytes(), lax(option)).is_ok();
                assert_eq!(taken, option == needs, "{text:?} with {option}");
            }
        }
        assert!(decode(b"Zm9vY", lax("newlines bits")).is_err());
    }

    #[test]
    fn the_standard_alphabet_needs_its_padding() {
        for (text, octets) in
            [("", &b""[..]), ("e30=", b"{}"), ("e3\n0=\r\n", b"{}"), ("+/8=", &[0xfb, 0xff])]
        {
            assert_eq!(decode_standard(text.as_bytes()).as_deref(), Ok(octets), "{text}");
        }
        for text in ["e30", "e30==", "e3=0", "-_8=", "e", "=", "====", "e30= ", "e30=e30="] {
            assert!(decode_standard(text.as_bytes()).is_err(), "{text:?} was taken");
        }
    }

    /// The `base64` crate is the other witness: same verdict, same octets.
    #[test]
    fn agrees_with_another_decoder() {
        let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone);
        let strict = GeneralPurpose::new(&alphabet::URL_SAFE, config);
        let lax_bits = GeneralPurpose::new(&alphabet::URL_SAFE, config.with_decode_allow_trailing_bits(true));
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_-_-_AAAA=+/\n";
        let mut random = Random::new(1);
        for _ in 0..20_000 {
            let text: Vec<u8> = (0..random.below(24))
                .map(|_| {
                    let letters = [64, 64, 64, alphabet.len()][random.below(4)];
                    alphabet[random.below(letters)]
                })
                .collect();
            let shown = String::from_utf8_lossy(&text).into_owned();
            assert_eq!(decode(&text, STRICT).ok(), strict.decode(&text).ok(), "{shown:?}");
            assert_eq!(decode(&text, lax("bits")).ok(), lax_bits.decode(&text).ok(), "{shown:?}");
        }
    }
}
