//! G14: the public key of the verifier as the secret of a MAC.

use jotproof_model::edit::ContextChange;
use jotproof_model::recipe::KeyForm;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::{Case, alg, key_for};
use crate::edits::{context, sign, sign_with_form};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = Vec::new();
    for algorithm in CONFIGURED {
        for mac in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            cases.extend(
                FORMS
                    .into_iter()
                    // Only RSA keys have a PEM form of their own (RFC 8017 appendix A.1.1).
                    .filter(|(form, ..)| *form != KeyForm::Pkcs1Pem || key_for(algorithm) == "rsa-2048")
                    .map(|(form, name, what)| confused(algorithm, mac, form, name, what)),
            );
        }
    }
    cases.extend([Algorithm::RS256, Algorithm::ES256].map(empty_key));
    cases.push(two_keys());
    cases.extend(FORMS.into_iter().take(3).map(beside_a_secret));
    Topic {
        path: "algorithms/confusion",
        about: "HMAC keyed with every encoding of the verifier's public key.",
        cases,
    }
}

/// One algorithm for each kind of public key.
const CONFIGURED: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::ES256K,
    Algorithm::EdDSA,
];

/// The octets that serve as the secret, their name, what they are.
const FORMS: [(KeyForm, &str, &str); 8] = [
    (KeyForm::PublicPem, "public-pem", "its PEM file"),
    (KeyForm::PublicPemNoNewline, "public-pem-without-newline", "its PEM file without the last newline"),
    (KeyForm::PublicPemCrlf, "public-pem-crlf", "its PEM file with CR LF line ends"),
    (KeyForm::PublicDer, "public-der", "its DER octets"),
    (KeyForm::Pkcs1Pem, "pkcs1-pem", "its PEM file of the form `RSA PUBLIC KEY`"),
    (KeyForm::CertificatePem, "certificate-pem", "the PEM file of its certificate"),
    (KeyForm::JwkJson, "jwk", "its JWK document"),
    (KeyForm::RawPublic, "raw-public-key", "its bare numbers"),
];

fn confused(configured: Algorithm, mac: Algorithm, form: KeyForm, name: &str, what: &str) -> Case {
    let case = twins::signed(configured)
        .changed(
            &format!(
                "algorithms/confusion/{}-{}-{name}",
                configured.name().to_lowercase(),
                mac.name().to_lowercase()
            ),
            sign_with_form(Some(&alg(mac)), key_for(configured), form, mac),
        )
        .reject([Reason::Algorithm, Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("{mac} keyed with the {configured} public key: {what}"))
        .why(
            "The public key is known to everyone. A verifier that hands whatever key it has to \
              whatever algorithm the header names takes it for the secret of a MAC, which anybody can \
              then compute.",
        )
        .requirement("RFC8725-3.1-ALG")
        .class("A4");
    // No server that the requirement is of takes the keys of these two.
    if matches!(configured, Algorithm::EdDSA | Algorithm::ES256K) {
        case
    } else {
        case.requirement("CF-ALG-4")
    }
}

fn empty_key(configured: Algorithm) -> Case {
    twins::signed(configured)
        .changed(
            &format!("algorithms/confusion/{}-hs256-empty-key", configured.name().to_lowercase()),
            sign(Some(&alg(Algorithm::HS256)), "hmac-empty", Algorithm::HS256),
        )
        .reject([Reason::Algorithm, Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("HS256 keyed with nothing, where only {configured} is configured"))
        .why(
            "No HMAC secret is configured. Where that leaves the secret empty instead of absent, \
              anybody can compute the MAC.",
        )
        .requirement("RFC8725-3.1-ALG")
        .requirement("CF-ALG-4")
        .class("K1")
}

/// An HMAC secret and an RSA key side by side.
fn two_keys() -> Case {
    twins::hs256()
        .changed_by(
            "algorithms/confusion/secret-and-rsa-key",
            vec![
                context(ContextChange::AddKey { key: "rsa-2048".to_owned() }),
                context(ContextChange::Algorithms { algorithms: vec![Algorithm::HS256, Algorithm::RS256] }),
            ],
        )
        .accept()
        .title("HS256, where RS256 is configured too")
        .why("With a key of each kind, the algorithm of the header says which one verifies.")
        .requirement("CF-ALG-1")
        .requirement("CF-ALG-4")
        .class("V1")
}

fn beside_a_secret((form, name, what): (KeyForm, &str, &str)) -> Case {
    two_keys()
        .changed(
            &format!("algorithms/confusion/secret-and-rsa-key-hs256-{name}"),
            sign_with_form(None, "rsa-2048", form, Algorithm::HS256),
        )
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("HS256 keyed with the RS256 public key, where a secret is configured too: {what}"))
        .why(
            "HS256 is allowed here, and so the algorithm cannot give the forgery away. A verifier that \
              tries every key it has lets anybody in.",
        )
        .requirement("RFC8725-3.1-ALG")
        .requirement("CF-ALG-1")
        .class("A4")
}
