//! G14: the public key of the verifier as the secret of a MAC.

use jotproof_model::algorithm::Family;
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
    for algorithm in CONFIGURED {
        cases.extend(
            FURTHER_FORMS
                .into_iter()
                .filter(|(form, ..)| has_form(algorithm, *form))
                .map(|(form, name, what)| confused(algorithm, Algorithm::HS256, form, name, what)),
        );
    }
    cases.extend(
        [FORMS[0], FORMS[3], FORMS[6]]
            .map(|(form, name, what)| confused(Algorithm::PS256, Algorithm::HS256, form, name, what)),
    );
    cases.extend([Algorithm::RS256, Algorithm::ES256].map(empty_key));
    cases.push(two_keys());
    cases.extend(
        [FORMS[0], FORMS[1], FORMS[2], FORMS[3], FORMS[6], FORMS[7], FURTHER_FORMS[3]].map(beside_a_secret),
    );
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
pub(super) const FORMS: [(KeyForm, &str, &str); 8] = [
    (KeyForm::PublicPem, "public-pem", "its PEM file"),
    (KeyForm::PublicPemNoNewline, "public-pem-without-newline", "its PEM file without the last newline"),
    (KeyForm::PublicPemCrlf, "public-pem-crlf", "its PEM file with CR LF line ends"),
    (KeyForm::PublicDer, "public-der", "its DER octets"),
    (KeyForm::Pkcs1Pem, "pkcs1-pem", "its PEM file of the form `RSA PUBLIC KEY`"),
    (KeyForm::CertificatePem, "certificate-pem", "the PEM file of its certificate"),
    (KeyForm::JwkJson, "jwk-text", "the text of its JWK"),
    (KeyForm::RawPublic, "raw-public-key", "its bare numbers"),
];

/// The same, of forms that are met less often: with HS256 alone, for the hash is not the point.
pub(super) const FURTHER_FORMS: [(KeyForm, &str, &str); 17] = [
    (KeyForm::PublicPemAfterNewline, "public-pem-after-newline", "its PEM file after an empty line"),
    (KeyForm::PublicPemAfterText, "public-pem-after-text", "its PEM file after a line of text"),
    (
        KeyForm::PublicPemEscapedNewlines,
        "public-pem-escaped-newlines",
        "its PEM file with `\\n` as two characters for each line end",
    ),
    (KeyForm::PublicBase64, "public-base64", "the base64 text inside its PEM file, in one line"),
    (KeyForm::Pkcs1Der, "pkcs1-der", "its DER octets of the form `RSA PUBLIC KEY`"),
    (KeyForm::CertificateDer, "certificate-der", "the DER octets of its certificate"),
    (KeyForm::CertificateBase64, "certificate-base64", "its certificate as an `x5c` parameter holds it"),
    (KeyForm::JwkPretty, "jwk-text-indented", "the text of its JWK as a file, indented"),
    (KeyForm::JwksJson, "jwks-text", "the text of a JWK Set with its JWK in it"),
    (KeyForm::OpensshLine, "openssh-line", "its OpenSSH line"),
    (KeyForm::RawPublicText, "raw-public-key-text", "the base64url text of its bare numbers"),
    (KeyForm::UncompressedPoint, "uncompressed-point", "its point, uncompressed"),
    (KeyForm::CompressedPoint, "compressed-point", "its point, compressed"),
    (KeyForm::PublicPemAfterSpace, "public-pem-after-space", "its PEM file after a space"),
    (
        KeyForm::PublicPemAfterByteOrderMark,
        "public-pem-after-byte-order-mark",
        "its PEM file after a byte order mark",
    ),
    (
        KeyForm::Pkcs1PemNoNewline,
        "pkcs1-pem-without-newline",
        "its PEM file of the form `RSA PUBLIC KEY` without the last newline",
    ),
    (
        KeyForm::CertificatePemNoNewline,
        "certificate-pem-without-newline",
        "the PEM file of its certificate without the last newline",
    ),
];

/// Whether the key of an algorithm has a form.
pub(super) fn has_form(algorithm: Algorithm, form: KeyForm) -> bool {
    match form {
        KeyForm::Pkcs1Pem | KeyForm::Pkcs1PemNoNewline | KeyForm::Pkcs1Der => {
            key_for(algorithm) == "rsa-2048"
        }
        KeyForm::UncompressedPoint | KeyForm::CompressedPoint => algorithm.family() == Family::Ecdsa,
        KeyForm::OpensshLine => algorithm != Algorithm::ES256K,
        _ => true,
    }
}

/// What an attacker guesses at with a form: how the verifier holds its key.
pub(super) const fn why(form: KeyForm) -> &'static str {
    match form {
        KeyForm::PublicPemAfterNewline
        | KeyForm::PublicPemAfterText
        | KeyForm::PublicPemAfterSpace
        | KeyForm::PublicPemAfterByteOrderMark => {
            "A check that refuses a PEM file as an HMAC secret looks at its beginning. Where the key comes \
             from a file with something before the first line, the check does not see it, and the text \
             of the file is a secret that everybody knows."
        }
        KeyForm::PublicPemEscapedNewlines => {
            "Variables of the environment hold a PEM file with `\\n` for line ends. Where the text is used \
             before they are put right, it does not look like a PEM file to the check that would refuse \
             it as a secret."
        }
        KeyForm::PublicBase64 => {
            "Many issuers publish their key as one line of base64, and many verifiers are configured with \
             it. As an HMAC secret it passes every check that looks for `-----BEGIN`."
        }
        KeyForm::Pkcs1Der | KeyForm::CertificateDer => {
            "A check that refuses the text forms of a public key as an HMAC secret does not know the \
             binary ones, and a verifier that loaded the key from such a file holds just these octets."
        }
        KeyForm::CertificateBase64 => {
            "A verifier that takes its key out of the `x5c` of a JWK Set holds the certificate in this \
             form; as an HMAC secret it passes every check that looks for `-----BEGIN`."
        }
        KeyForm::JwkPretty | KeyForm::JwksJson => {
            "The document is public: every client fetches it. A verifier that was configured with its \
             text, and looks for PEM files only before it takes a text as an HMAC secret, takes this one."
        }
        KeyForm::OpensshLine => {
            "Libraries that read OpenSSH keys have refused them as HMAC secrets for RSA alone, and let the \
             lines of the other kinds pass."
        }
        KeyForm::RawPublicText => {
            "The number stands in the published JWK as text. A verifier that takes the one member that is \
             long for the secret of the key, whatever its kind, takes this."
        }
        KeyForm::UncompressedPoint | KeyForm::CompressedPoint => {
            "A verifier that holds the key as a point hands these octets to whatever algorithm the header \
             names; no check for PEM or JSON can tell them from a random secret."
        }
        _ => {
            "The public key is known to everyone. A verifier that hands whatever key it has to \
             whatever algorithm the header names takes it for the secret of a MAC, which anybody can \
             then compute."
        }
    }
}

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
        .why(why(form))
        .requirement("RFC8725-3.1-ALG")
        .class("A4");
    // No server that the requirement is of takes the keys of these.
    if matches!(configured, Algorithm::EdDSA | Algorithm::ES256K | Algorithm::PS256) {
        case
    } else {
        case.documented("CF-ALG-4")
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
        .documented("CF-ALG-4")
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
        .requirement("RFC8725-3.1-ALG")
        .documented("CF-ALG-1")
        .documented("CF-ALG-4")
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
        .documented("CF-ALG-1")
        .class("A4")
}
