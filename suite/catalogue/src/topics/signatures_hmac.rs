//! G16: the preparation of an HMAC secret. RFC 2104 defines it, and some loaders change the secret further.

use jotproof_model::recipe::KeyForm;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use super::keys_weak::instead;
use crate::case::{Case, key_for};
use crate::edits::sign_with_form;
use crate::twins;

use Algorithm::{HS256, HS384, HS512};

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = Vec::new();
    for Secret { algorithm, key, forms } in SECRETS {
        let twin = configured(algorithm, key);
        cases.extend(forms.iter().map(|form| other_key(&twin, algorithm, key, *form)));
        // The topic keys/weak has secrets of other lengths.
        cases.extend(twin.id().starts_with("signatures/hmac/").then_some(twin));
    }
    Topic {
        path: "signatures/hmac",
        about: "HMAC secrets that are hashed, cut or padded where HMAC does not (RFC 2104).",
        cases,
    }
}

/// A secret with an algorithm, and forms of the secret that are different keys.
struct Secret {
    algorithm: Algorithm,
    key: &'static str,
    forms: &'static [KeyForm],
}

const SECRETS: [Secret; 20] = [
    Secret { algorithm: HS256, key: "hmac-32-bytes", forms: &[KeyForm::SecretSha256] },
    // Longer than the block of 64 octets, so HMAC hashes the secret.
    Secret {
        algorithm: HS256,
        key: "hmac-65-bytes",
        forms: &[KeyForm::SecretFirst64, KeyForm::SecretAndNul],
    },
    Secret {
        algorithm: HS256,
        key: "hmac-129-bytes",
        forms: &[KeyForm::SecretFirst64, KeyForm::SecretFirst128, KeyForm::SecretSha512],
    },
    // Not longer than the block of 128 octets, so HMAC uses the secret unchanged.
    Secret {
        algorithm: HS384,
        key: "hmac-65-bytes",
        forms: &[KeyForm::SecretFirst64, KeyForm::SecretSha384],
    },
    Secret {
        algorithm: HS512,
        key: "hmac-65-bytes",
        forms: &[KeyForm::SecretFirst64, KeyForm::SecretSha512],
    },
    Secret {
        algorithm: HS512,
        key: "hmac-128-bytes",
        forms: &[KeyForm::SecretFirst64, KeyForm::SecretSha512],
    },
    // Longer than the block of 128 octets.
    Secret { algorithm: HS384, key: "hmac-129-bytes", forms: &[KeyForm::SecretFirst128] },
    Secret { algorithm: HS512, key: "hmac-129-bytes", forms: &[KeyForm::SecretFirst128] },
    Secret { algorithm: HS256, key: "hmac-nul-inside", forms: &[KeyForm::SecretBeforeNul] },
    Secret { algorithm: HS256, key: "hmac-space-inside", forms: &[KeyForm::SecretBeforeSpace] },
    Secret { algorithm: HS256, key: "hmac-64-bytes", forms: &[KeyForm::SecretFirst32] },
    Secret { algorithm: HS512, key: "hmac-64-bytes", forms: &[KeyForm::SecretFirst32] },
    Secret { algorithm: HS256, key: "hmac-space-at-start", forms: &[KeyForm::SecretTrimmed] },
    Secret { algorithm: HS256, key: "hmac-space-at-end", forms: &[KeyForm::SecretTrimmed] },
    Secret { algorithm: HS256, key: "hmac-line-feed-at-end", forms: &[KeyForm::SecretTrimmed] },
    Secret { algorithm: HS256, key: "hmac-quotes", forms: &[KeyForm::SecretUnquoted] },
    Secret { algorithm: HS256, key: "hmac-like-hex", forms: &[KeyForm::SecretFromHex] },
    Secret { algorithm: HS256, key: "hmac-like-base64", forms: &[KeyForm::SecretFromBase64] },
    Secret { algorithm: HS256, key: "hmac-utf-8", forms: &[KeyForm::SecretAsCharacters] },
    Secret {
        algorithm: HS256,
        key: "hmac-binary",
        forms: &[
            KeyForm::SecretAsCharacters,
            KeyForm::SecretReplaced,
            KeyForm::SecretBeforeNul,
            KeyForm::SecretHex,
            KeyForm::SecretBase64,
        ],
    },
];

/// The name of a form in ids, and its description.
const fn words(form: KeyForm) -> (&'static str, &'static str) {
    match form {
        KeyForm::SecretSha256 => ("sha-256", "the SHA-256 of the secret"),
        KeyForm::SecretSha384 => ("sha-384", "the SHA-384 of the secret"),
        KeyForm::SecretSha512 => ("sha-512", "the SHA-512 of the secret"),
        KeyForm::SecretFirst32 => ("first-32", "the first 32 octets of the secret"),
        KeyForm::SecretFirst64 => ("first-64", "the first 64 octets of the secret"),
        KeyForm::SecretFirst128 => ("first-128", "the first 128 octets of the secret"),
        KeyForm::SecretBeforeNul => ("before-nul", "the secret up to its first NUL"),
        KeyForm::SecretBeforeSpace => ("before-space", "the secret up to its first space"),
        KeyForm::SecretAndNul => ("and-nul", "the secret and a NUL"),
        KeyForm::SecretTrimmed => ("trimmed", "the secret without the white space at its ends"),
        KeyForm::SecretUnquoted => ("unquoted", "the secret without its quotation marks"),
        KeyForm::SecretFromHex => ("from-hex", "the octets that the secret is the hexadecimal text of"),
        KeyForm::SecretFromBase64 => ("from-base64", "the octets that the secret is the base64 text of"),
        KeyForm::SecretHex => ("as-hex", "the hexadecimal text of the secret"),
        KeyForm::SecretBase64 => ("as-base64", "the base64 text of the secret"),
        KeyForm::SecretAsCharacters => {
            ("as-characters", "the UTF-8 text with a character for each octet of the secret")
        }
        KeyForm::SecretReplaced => ("replaced", "the secret with U+FFFD for what is not UTF-8"),
        _ => ("other", "another form of the secret"),
    }
}

fn id(algorithm: Algorithm, key: &str, end: &str) -> String {
    let key = key.trim_start_matches("hmac-");
    format!("signatures/hmac/{}-{key}{end}", algorithm.name().to_lowercase())
}

/// The case of a token by the unchanged secret.
fn configured(algorithm: Algorithm, key: &str) -> Case {
    if key == key_for(algorithm) {
        return twins::signed(algorithm);
    }
    let (name, word) = (key.trim_start_matches("hmac-"), algorithm.name().to_lowercase());
    let id = match (algorithm, key) {
        (
            HS256,
            "hmac-129-bytes" | "hmac-nul-inside" | "hmac-space-inside" | "hmac-utf-8" | "hmac-binary",
        ) => id(algorithm, key, ""),
        _ if name.ends_with("-bytes") => format!("keys/weak/{word}-secret-of-{name}"),
        _ => format!("keys/weak/{word}-secret-{name}"),
    };
    twins::signed(algorithm)
        .changed(&id, instead(algorithm, key))
        .accept()
        .title(format!("{algorithm} under the secret {key}"))
        .why(
            "A secret is octets, from the length of the hash on. A longer one than the block of the hash is hashed \
             first, and no octet ends it.",
        )
        .requirement("RFC7518-3.2-MAC")
        .requirement("RFC2104-2-KEY")
        .class("V1")
}

fn other_key(twin: &Case, algorithm: Algorithm, key: &str, form: KeyForm) -> Case {
    let (name, what) = words(form);
    twin.changed(
        &id(algorithm, key, &format!("-{name}")),
        sign_with_form(None, key, form, algorithm),
    )
    .reject([Reason::Signature])
    .threat(Threat::Forger)
    .title(format!("{algorithm} by {what} where {key} is configured"))
    .why(
        match form {
            KeyForm::SecretTrimmed
            | KeyForm::SecretUnquoted
            | KeyForm::SecretFromHex
            | KeyForm::SecretFromBase64
            | KeyForm::SecretHex
            | KeyForm::SecretBase64
            | KeyForm::SecretAsCharacters
            | KeyForm::SecretReplaced => {
                "That is another key. A verifier that alters its secret, or tries an altered one beside it, has a key \
                 that nobody configured. It refuses the tokens of every other implementation, or accepts more than \
                 those."
            }
            _ => {
                "That is another key. A verifier that cuts or hashes a secret where HMAC does not has fewer octets to \
                 guess than its owner believes, and refuses the tokens of every other implementation."
            }
        },
    )
    .requirement("RFC2104-2-KEY")
    .requirement("RFC7518-3.2-MAC")
    .class("K5")
}
