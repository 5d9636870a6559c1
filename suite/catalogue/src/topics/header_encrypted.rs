//! G34: encrypted tokens (RFC 7516) for a verifier of signed ones.

use jotproof_mint::base64url;
use jotproof_model::recipe::{KeyManagement, Plaintext, Segment, SegmentChange, StructureChange};
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::{Topic, keys_weak};
use crate::case::Case;
use crate::edits::{header, sign, signed_segment, structure, unsigned};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases = to_the_public_key();
    cases.extend([Plaintext::Claims, Plaintext::Token].map(by_the_shared_secret));
    cases.extend(NAMES.into_iter().map(signed_and_called_encrypted));
    cases.push(compressed());
    Topic {
        path: "header/encrypted",
        about: "Encrypted tokens for a verifier that is configured with a signature algorithm, and what only encrypted \
                tokens have. Encryption to a public key says nothing of who sent the token.",
        cases,
    }
}

const RSA: &str = "rsa-2048";

fn encrypt(key: &str, with: KeyManagement, plaintext: Plaintext) -> Edit {
    structure(StructureChange::Encrypt { key: key.to_owned(), with, plaintext })
}

/// The reasons to refuse an encrypted token: it has five segments, and its algorithm is not allowed.
const REFUSED: [Reason; 4] = [Reason::NotCompact, Reason::Algorithm, Reason::Header, Reason::HeaderParameter];

/// Name, edit of the inner token, plaintext, plaintext in words, threat, reason for the verdict.
type Row = (&'static str, Option<Edit>, Plaintext, &'static str, Threat, &'static str);

fn to_the_public_key() -> Vec<Case> {
    const ANYBODY: &str = "The public key is enough to make this. A verifier that decrypts with its private key, and \
                           then believes the claims, believes everybody.";
    const OPENED: &str = "Encryption to a public key is no authentication. What comes out is validated like any other \
                          token (RFC 8725 section 3.3).";
    let rows: [Row; 4] = [
        ("rsa-claims", None, Plaintext::Claims, "claims", Threat::Forger, ANYBODY),
        (
            "rsa-unsecured-token",
            Some(unsigned(Some("\"none\""))),
            Plaintext::Token,
            "an unsecured token, with alg none,",
            Threat::Forger,
            ANYBODY,
        ),
        (
            "rsa-forged-token",
            Some(sign(None, "rsa-2048-foreign", Algorithm::RS256)),
            Plaintext::Token,
            "a token with a foreign signature",
            Threat::Forger,
            OPENED,
        ),
        (
            "rsa-genuine-token",
            None,
            Plaintext::Token,
            "a genuine token",
            Threat::Mangler,
            "A verifier that is configured with RS256 alone accepts nothing else (RFC 8725 section 3.1), whatever is \
             inside.",
        ),
    ];
    let case = |(name, edit, plaintext, what, threat, why): Row| {
        let edits = edit.into_iter().chain([encrypt(RSA, KeyManagement::RsaOaep256, plaintext)]).collect();
        twins::signed(Algorithm::RS256)
            .changed_by(&format!("header/encrypted/{name}"), edits)
            .reject(REFUSED)
            .threat(threat)
            .title(format!("{what} encrypted to the public key, with RSA-OAEP-256 and A256GCM"))
            .why(why)
            .requirement("RFC8725-3.1-ALG")
            .requirement("RFC7519-7.2-KIND")
            .class("H5")
    };
    rows.into_iter().map(case).collect()
}

fn by_the_shared_secret(plaintext: Plaintext) -> Case {
    let (name, what) = match plaintext {
        Plaintext::Claims => ("dir-claims", "claims"),
        Plaintext::Token => ("dir-token", "a genuine token"),
    };
    keys_weak::hs256_secret_of_32_bytes()
        .changed(&format!("header/encrypted/{name}"), encrypt("hmac-32-bytes", KeyManagement::Dir, plaintext))
        .reject(REFUSED)
        .title(format!("{what} encrypted with the HS256 secret, by dir and A256GCM"))
        .why(
            "The secret is for HS256 and for nothing else (RFC 8725 section 3.1). One key for two purposes lets a \
             token of one purpose pass as one of the other.",
        )
        .requirement("RFC8725-3.1-ALG")
        .requirement("RFC7519-7.2-KIND")
        .class("H5")
}

/// Algorithm of the twin, name, raw values of `alg` and `enc`.
const NAMES: [(Algorithm, &str, &str, &str); 2] = [
    (Algorithm::HS256, "signed-and-called-dir", "\"dir\"", "\"A256GCM\""),
    (Algorithm::RS256, "signed-and-called-rsa-oaep-256", "\"RSA-OAEP-256\"", "\"A256GCM\""),
];

fn signed_and_called_encrypted((algorithm, name, alg, enc): (Algorithm, &str, &str, &str)) -> Case {
    twins::signed(algorithm)
        .changed_by(&format!("header/encrypted/{name}"), vec![header("alg", alg), header("enc", enc)])
        .reject([Reason::Algorithm, Reason::NotCompact, Reason::HeaderParameter, Reason::Signature])
        .title(format!("a token of three segments signed with {algorithm}, with alg {alg} and enc {enc}"))
        .why(
            "By its segments the token is signed, by its header it is encrypted. The algorithm of the header is not \
             allowed here.",
        )
        .requirement("RFC8725-3.1-ALG")
        .requirement("RFC7519-7.2-KIND")
        .class("H5")
}

fn compressed() -> Case {
    const CLAIMS: &str = "{\"sub\":\"42\",\"ext\":\"{\\\"user_id\\\":42}\"}";
    twins::hs256()
        .changed_by(
            "header/encrypted/signed-and-compressed",
            vec![
                header("zip", "\"DEF\""),
                signed_segment(
                    Segment::Payload,
                    SegmentChange::Replace { text: base64url::encode(&stored_block(CLAIMS)) },
                ),
            ],
        )
        .reject([Reason::Payload, Reason::HeaderParameter])
        .title("a signed token with zip DEF, whose claims are compressed")
        .why(
            "`zip` belongs to encrypted tokens (RFC 7516 section 4.1.3). In a signed one it is ignored, and the payload \
             is no JSON. A verifier that inflates it reads as much as the sender likes.",
        )
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("H3")
}

/// The text as DEFLATE: one block without compression (RFC 1951 section 3.2.4).
fn stored_block(text: &str) -> Vec<u8> {
    const LAST_AND_STORED: u8 = 0x01;
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    let lengths = [length.to_le_bytes(), (!length).to_le_bytes()].concat();
    [&[LAST_AND_STORED], &lengths[..], text.as_bytes()].concat()
}
