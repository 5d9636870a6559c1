//! How a token is minted: raw text, a signer, and changes to the encoded form.
//!
//! Text is raw on purpose. A case about duplicate members, odd number lexemes or escaped names can
//! only be written where nothing re-serialises it.
//!
//! Times are placeholders: `{{now}}`, `{{now+3600}}` and `{{now-1}}` are the clock in whole seconds since the
//! epoch, plus or minus the given seconds, in decimal. `{{a*9000}}` is a run of one text. A `#` in that
//! text is the number of the repetition, from 0. Placeholders may be anywhere in [`Content`] text.

mod signature;

use serde::{Deserialize, Serialize};

pub use self::signature::{HashName, Number, Pkcs1Encoding, PssEncoding, SignatureChange};
use crate::Algorithm;

/// How a token is minted. `mint(recipe, now)` is a pure function.
///
/// The steps, in order: the placeholders of header and payload are filled in (times such as
/// `{{now+3600}}`, `{{client}}`, runs of one text such as `{{a*9000}}` and `{{[*100}}`, with the
/// number of the repetition, from 0, for each `#` in it); both are base64url encoded; the segment
/// changes marked `signed` are made; the signer signs `header.payload`; the signature changes are
/// made on its octets; they are encoded; the other segment changes are made; the structure changes
/// are made on the whole token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What the first segment decodes to: the JOSE header.
    pub header: Content,
    /// What the second segment decodes to: the claims set.
    pub payload: Content,
    /// Who signs, and with which algorithm; independent of what the header says.
    pub signer: Signer,
    /// Changes to the octets of the signature.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signature: Vec<SignatureChange>,
    /// Changes to the text of one segment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentEdit>,
    /// Changes to the token as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub structure: Vec<StructureChange>,
}

impl Recipe {
    /// The names of the keys that sign or encrypt, also inside a nested token.
    #[must_use]
    pub fn key_names(&self) -> Vec<&str> {
        let mut names = match &self.payload {
            Content::Token { recipe } => recipe.key_names(),
            Content::Object { .. } | Content::Text { .. } | Content::Octets { .. } => Vec::new(),
        };
        if let Signer::Key { key, .. } = &self.signer {
            names.push(key);
        }
        names.extend(self.structure.iter().filter_map(|change| match change {
            StructureChange::Encrypt { key, .. } => Some(key.as_str()),
            _ => None,
        }));
        names
    }

    /// The token as its signer makes it, without a change.
    #[must_use]
    pub fn new(header: Content, payload: Content, signer: Signer) -> Self {
        Self { header, payload, signer, signature: Vec::new(), segments: Vec::new(), structure: Vec::new() }
    }
}

/// What a segment decodes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "form", rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// A JSON object, given by its raw members in order; written without white space.
    Object {
        /// The members in order; names may repeat.
        members: Vec<Member>,
        /// Raw text before the object.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        before: String,
        /// Raw text after the object.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        after: String,
    },
    /// Any other text.
    Text {
        /// The text, with placeholders.
        text: String,
    },
    /// Octets that are not UTF-8 text.
    Octets {
        /// The octets, base64url without padding.
        base64url: String,
    },
    /// A whole token: the payload of a nested one (RFC 7519 section 5.2).
    Token {
        /// How the inner token is minted.
        recipe: Box<Recipe>,
    },
}

impl Content {
    /// The object, text or octets inside every layer of a nested token.
    #[must_use]
    pub fn innermost(&self) -> &Self {
        match self {
            Self::Token { recipe } => recipe.payload.innermost(),
            Self::Object { .. } | Self::Text { .. } | Self::Octets { .. } => self,
        }
    }

    /// The same, to change it.
    pub fn innermost_mut(&mut self) -> &mut Self {
        match self {
            Self::Token { recipe } => recipe.payload.innermost_mut(),
            Self::Object { .. } | Self::Text { .. } | Self::Octets { .. } => self,
        }
    }

    /// An object with nothing around it.
    #[must_use]
    pub fn object(members: Vec<Member>) -> Self {
        Self::Object { members, before: String::new(), after: String::new() }
    }
}

/// One raw member of a JSON object: `[name, value]`.
///
/// The name is the raw text between the quotes, the value is raw JSON text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Member(pub String, pub String);

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Signer {
    /// A key of the vector file.
    Key {
        /// The name of the key.
        key: String,
        /// What the octets of the key are taken from; anything but `natural` is for HMAC only.
        #[serde(default, skip_serializing_if = "KeyForm::is_natural")]
        form: KeyForm,
        /// The algorithm that is really computed.
        algorithm: Algorithm,
    },
    /// Nobody: the signature is empty, as for `none` (RFC 7518 section 3.6).
    Nobody,
}

impl Signer {
    /// The algorithm of the signature; `None` if nobody signs.
    #[must_use]
    pub const fn algorithm(&self) -> Option<Algorithm> {
        match self {
            Self::Key { algorithm, .. } => Some(*algorithm),
            Self::Nobody => None,
        }
    }
}

/// Which octets of a key serve as an HMAC secret: key confusion offers the verifier's public key in
/// every encoding that a library might hold it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum KeyForm {
    /// The key as it is: the secret of an HMAC key, the private key of every other.
    #[default]
    Natural,
    /// HMAC only: the SHA-256 digest of the secret. HS256 itself hashes a secret of more than 64 octets (RFC
    /// 2104 section 2), so the MAC is then the same.
    #[serde(rename = "secret-sha-256")]
    SecretSha256,
    /// HMAC only: the SHA-384 digest of the secret. HS384 itself hashes a secret of more than 128 octets (RFC
    /// 2104 section 2), so the MAC is then the same.
    #[serde(rename = "secret-sha-384")]
    SecretSha384,
    /// HMAC only: the SHA-512 digest of the secret. HS512 itself hashes a secret of more than 128 octets (RFC
    /// 2104 section 2), so the MAC is then the same.
    #[serde(rename = "secret-sha-512")]
    SecretSha512,
    /// HMAC only: the first 32 octets of a longer secret.
    #[serde(rename = "secret-first-32")]
    SecretFirst32,
    /// HMAC only: the first 64 octets of a longer secret.
    #[serde(rename = "secret-first-64")]
    SecretFirst64,
    /// HMAC only: the first 128 octets of a longer secret.
    #[serde(rename = "secret-first-128")]
    SecretFirst128,
    /// HMAC only: the secret up to its first NUL.
    SecretBeforeNul,
    /// HMAC only: the secret up to its first space.
    SecretBeforeSpace,
    /// HMAC only: the secret, followed by a NUL. HMAC pads a secret that is shorter than the block of the
    /// hash with NULs (RFC 2104 section 2), so the MAC is then the same.
    SecretAndNul,
    /// HMAC only: the secret without the white space (space, tab, line feed, carriage return) at its ends.
    SecretTrimmed,
    /// HMAC only: the secret without the quotation marks at its ends.
    SecretUnquoted,
    /// HMAC only: the octets that a secret in hexadecimal digits stands for.
    SecretFromHex,
    /// HMAC only: the octets that a secret in base64 (RFC 4648 section 4) stands for.
    SecretFromBase64,
    /// HMAC only: the lower-case hexadecimal text of the secret.
    SecretHex,
    /// HMAC only: the base64 text of the secret (RFC 4648 section 4), with padding.
    SecretBase64,
    /// HMAC only: the UTF-8 text in which each octet of the secret is a character, as if the secret were ISO-8859-1.
    SecretAsCharacters,
    /// HMAC only: the secret with U+FFFD, in UTF-8, for each malformed part of UTF-8.
    SecretReplaced,
    /// The PEM file of the public key, `PUBLIC KEY`, with its final newline.
    PublicPem,
    /// The same without the final newline.
    PublicPemNoNewline,
    /// The same with CR LF line ends.
    PublicPemCrlf,
    /// The same with an empty line before it.
    PublicPemAfterNewline,
    /// The same with the line `The public key of the issuer` and its line feed before it (RFC 7468 section 2 allows
    /// explanatory text).
    PublicPemAfterText,
    /// The same with a space before it.
    PublicPemAfterSpace,
    /// The same with a byte order mark, the octets EF BB BF, before it.
    PublicPemAfterByteOrderMark,
    /// The same with `\n`, two characters, for each line end: how a variable of the environment holds it.
    PublicPemEscapedNewlines,
    /// The base64 text inside that PEM, in one line.
    PublicBase64,
    /// The DER octets inside that PEM.
    PublicDer,
    /// The PEM file `RSA PUBLIC KEY`.
    Pkcs1Pem,
    /// The same without the final newline.
    Pkcs1PemNoNewline,
    /// The DER octets inside that one.
    Pkcs1Der,
    /// The PEM file of the certificate.
    CertificatePem,
    /// The same without the final newline.
    CertificatePemNoNewline,
    /// The DER octets inside that one.
    CertificateDer,
    /// The base64 text of those octets in one line, as `x5c` holds it (RFC 7515 section 4.1.6).
    CertificateBase64,
    /// The JWK document, without white space.
    JwkJson,
    /// The JWK document as a file: indented by two spaces, with a final newline.
    JwkPretty,
    /// A JWK Set (RFC 7517 section 5) with the JWK alone in it, without white space.
    JwksJson,
    /// The line of an OpenSSH public key, without a comment and without a newline.
    OpensshLine,
    /// The raw public key: `n` of an RSA key, `x‖y` of an EC key, `x` of an Ed25519 key.
    RawPublic,
    /// The base64url text of that.
    RawPublicText,
    /// EC only: the uncompressed point (SEC 1 section 2.3.3).
    UncompressedPoint,
    /// EC only: the compressed point (SEC 1 section 2.3.3).
    CompressedPoint,
}

impl KeyForm {
    /// The forms of a public key.
    pub const PUBLIC: [Self; 25] = [
        Self::PublicPem,
        Self::PublicPemNoNewline,
        Self::PublicPemCrlf,
        Self::PublicPemAfterNewline,
        Self::PublicPemAfterText,
        Self::PublicPemAfterSpace,
        Self::PublicPemAfterByteOrderMark,
        Self::PublicPemEscapedNewlines,
        Self::PublicBase64,
        Self::PublicDer,
        Self::Pkcs1Pem,
        Self::Pkcs1PemNoNewline,
        Self::Pkcs1Der,
        Self::CertificatePem,
        Self::CertificatePemNoNewline,
        Self::CertificateDer,
        Self::CertificateBase64,
        Self::JwkJson,
        Self::JwkPretty,
        Self::JwksJson,
        Self::OpensshLine,
        Self::RawPublic,
        Self::RawPublicText,
        Self::UncompressedPoint,
        Self::CompressedPoint,
    ];

    /// Whether it is the default, which is left out of the stored form.
    #[must_use]
    pub fn is_natural(&self) -> bool {
        *self == Self::Natural
    }
}

/// One of the three segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it (RFC 7515 section 3.1)")]
pub enum Segment {
    Header,
    Payload,
    Signature,
}

impl Segment {
    /// The three, in order.
    pub const ALL: [Self; 3] = [Self::Header, Self::Payload, Self::Signature];

    /// The name in prose and identifiers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        }
    }
}

/// A change to the text of one segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SegmentEdit {
    /// Which one.
    pub segment: Segment,
    /// The change.
    pub change: SegmentChange,
    /// Whether it is made before signing, so that the signature covers the changed text. Always
    /// `false` for the signature itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed: bool,
}

/// What can be done to the base64url text of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "how", rename_all = "snake_case", deny_unknown_fields)]
pub enum SegmentChange {
    /// Append `=` until the length is a multiple of four, and then `extra` more.
    Pad {
        /// How many `=` beyond what padding needs.
        #[serde(default)]
        extra: u32,
    },
    /// Insert text that is not base64url.
    Insert {
        /// The text.
        text: String,
        /// Where.
        at: Place,
    },
    /// Write `+` for `-` and `/` for `_` (RFC 4648 section 4). Where the text has neither, the change
    /// cannot be made and minting fails.
    StandardAlphabet,
    /// Set the unused bits of the last character to `bits` (RFC 4648 section 3.5). Where the length
    /// leaves no such bits, minting fails.
    TrailingBits {
        /// 1 to 15, of which only the unused bits count; never zero.
        bits: u8,
    },
    /// Remove characters from the end.
    RemoveLast {
        /// How many.
        characters: u32,
    },
    /// Put other text in its place.
    Replace {
        /// The text.
        text: String,
    },
    /// Write the text several times, without anything between.
    Repeat {
        /// How many times.
        times: u32,
    },
    /// Write characters in another way. Minting fails if the text has no such character.
    Spell {
        /// How.
        spelling: Spelling,
    },
    /// Write the decoded text in place of its base64url, as in the unencoded payload of RFC 7797 section 3.
    Unencoded,
    /// Write the base64url of the text in its place.
    Encoded,
}

/// Another way to write characters of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Spelling {
    /// The first character as a percent sign and two hexadecimal digits (RFC 3986 section 2.1).
    PercentEncoded,
    /// The first letter or digit as its full-width form (U+FF10 to U+FF5A).
    FullWidth,
    /// The first digit as its Arabic-Indic form (U+0660 to U+0669).
    ArabicDigit,
    /// The first letter that has a Cyrillic look-alike as that one.
    Cyrillic,
    /// Every letter in lower case.
    LowerCase,
    /// Every letter in upper case.
    UpperCase,
    /// Every letter in the other case.
    SwappedCase,
}

impl SegmentChange {
    /// The name as stored.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pad { .. } => "pad",
            Self::Insert { .. } => "insert",
            Self::StandardAlphabet => "standard_alphabet",
            Self::TrailingBits { .. } => "trailing_bits",
            Self::RemoveLast { .. } => "remove_last",
            Self::Replace { .. } => "replace",
            Self::Spell { .. } => "spell",
            Self::Unencoded => "unencoded",
            Self::Encoded => "encoded",
            Self::Repeat { .. } => "repeat",
        }
    }
}

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Place {
    Start,
    Middle,
    End,
}

impl Place {
    /// The three, in order.
    pub const ALL: [Self; 3] = [Self::Start, Self::Middle, Self::End];

    /// The name in identifiers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A change to the token as a whole, after everything else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "how", rename_all = "snake_case", deny_unknown_fields)]
pub enum StructureChange {
    /// Put text before it.
    Prefix {
        /// The text.
        text: String,
    },
    /// Put text after it.
    Suffix {
        /// The text.
        text: String,
    },
    /// Put octets that are not text after it. It comes last: no other change can be made to what is
    /// no text any more.
    AppendOctets {
        /// The octets, base64url without padding.
        base64url: String,
    },
    /// Keep the first `segments` segments, joined by dots, without a trailing dot.
    KeepSegments {
        /// How many.
        segments: u32,
    },
    /// Insert a segment.
    InsertSegment {
        /// Before which segment, counted from zero; the number of segments puts it last.
        at: u32,
        /// Its text.
        text: String,
    },
    /// Empty one segment.
    EmptySegment {
        /// Which one.
        segment: Segment,
    },
    /// The flattened JSON serialization (RFC 7515 section 7.2.2).
    JsonFlattened,
    /// The general JSON serialization (RFC 7515 section 7.2.1).
    JsonGeneral,
    /// The detached form: an empty payload segment over a signature of the real one (RFC 7515
    /// appendix F).
    Detached,
    /// Upper-case letters for lower-case ones.
    UpperCase,
    /// An encrypted token of five segments in its place (RFC 7516 section 7.1).
    Encrypt {
        /// The name of the key: a secret of 32 octets for `dir`, an RSA key for `rsa_oaep_256`. An RSA key encrypts
        /// with its public half, which anybody may have.
        key: String,
        /// How the key is used.
        with: KeyManagement,
        /// What is encrypted.
        plaintext: Plaintext,
    },
    /// Other text in its place.
    Replace {
        /// The text; may be empty.
        text: String,
    },
    /// A run of one text, in place of the token: long tokens are stored by their length.
    Repeat {
        /// What is repeated.
        text: String,
        /// How many times.
        times: u32,
    },
}

/// How the key of an encrypted token is used. The content is encrypted with A256GCM (RFC 7518 section 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyManagement {
    /// A shared secret encrypts the content (RFC 7518 section 4.5).
    Dir,
    /// A public key encrypts the key of the content (RFC 7518 section 4.3).
    RsaOaep256,
}

impl KeyManagement {
    /// The value of `alg`.
    #[must_use]
    pub const fn alg(self) -> &'static str {
        match self {
            Self::Dir => "dir",
            Self::RsaOaep256 => "RSA-OAEP-256",
        }
    }
}

/// The plaintext of an encrypted token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Plaintext {
    /// The claims set.
    Claims,
    /// The whole token. The header then has `cty` `JWT` (RFC 7519 section 5.2).
    Token,
}

impl StructureChange {
    /// The name as stored.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Prefix { .. } => "prefix",
            Self::Suffix { .. } => "suffix",
            Self::AppendOctets { .. } => "append_octets",
            Self::KeepSegments { .. } => "keep_segments",
            Self::InsertSegment { .. } => "insert_segment",
            Self::EmptySegment { .. } => "empty_segment",
            Self::JsonFlattened => "json_flattened",
            Self::JsonGeneral => "json_general",
            Self::Detached => "detached",
            Self::UpperCase => "upper_case",
            Self::Encrypt { .. } => "encrypt",
            Self::Replace { .. } => "replace",
            Self::Repeat { .. } => "repeat",
        }
    }
}
