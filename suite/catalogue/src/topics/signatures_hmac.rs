//! G16: the preparation of an HMAC secret. RFC 2104 defines it, and some loaders change the secret further.

use jotproof_model::recipe::KeyForm;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use super::keys_weak::instead;
use crate::case::Case;
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

const SECRETS: [Secret; 10] = [
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
];

/// The name of a form in ids, and its description.
const fn words(form: KeyForm) -> (&'static str, &'static str) {
    match form {
        KeyForm::SecretSha256 => ("sha-256", "the SHA-256 of the secret"),
        KeyForm::SecretSha384 => ("sha-384", "the SHA-384 of the secret"),
        KeyForm::SecretSha512 => ("sha-512", "the SHA-512 of the secret"),
        KeyForm::SecretFirst64 => ("first-64", "the first 64 octets of the secret"),
        KeyForm::SecretFirst128 => ("first-128", "the first 128 octets of the secret"),
        KeyForm::SecretBeforeNul => ("before-nul", "the secret up to its first NUL"),
        KeyForm::SecretBeforeSpace => ("before-space", "the secret up to its first space"),
        KeyForm::SecretAndNul => ("and-nul", "the secret and a NUL"),
        _ => ("other", "another form of the secret"),
    }
}

fn id(algorithm: Algorithm, key: &str, end: &str) -> String {
    let key = key.trim_start_matches("hmac-");
    format!("signatures/hmac/{}-{key}{end}", algorithm.name().to_lowercase())
}

/// The case of a token by the unchanged secret.
fn configured(algorithm: Algorithm, key: &str) -> Case {
    let length = key.trim_start_matches("hmac-");
    let id = match (algorithm, key) {
        (HS256, "hmac-129-bytes" | "hmac-nul-inside" | "hmac-space-inside") => id(algorithm, key, ""),
        _ => format!("keys/weak/{}-secret-of-{length}", algorithm.name().to_lowercase()),
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
        "That is another key. A verifier that cuts or hashes a secret where HMAC does not has fewer octets to guess \
         than its owner believes, and refuses the tokens of every other implementation.",
    )
    .requirement("RFC2104-2-KEY")
    .requirement("RFC7518-3.2-MAC")
    .class("K5")
}
