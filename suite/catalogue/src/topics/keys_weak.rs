//! G15: keys that are empty, too short, well known, invalid, or just long enough.

use jotproof_mint::base64url;
use jotproof_model::algorithm::Family;
use jotproof_model::edit::ContextChange;
use jotproof_model::recipe::SignatureChange;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::{Case, key_for};
use crate::edits::{context, sign, signature, unsigned};
use crate::twins;

use Algorithm::{HS256, HS384, HS512, PS256, RS256};

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = [HS256, HS384, HS512].map(mac_of_the_empty_key).into();
    cases.extend(GUESSED.into_iter().map(guessed));
    cases.extend(PUBLISHED.into_iter().map(published));
    cases.extend(ABSENT.into_iter().map(absent));
    cases.extend(ODD_SECRETS.into_iter().map(odd_secret));
    cases.extend(SHORT_SECRETS.into_iter().map(short_secret));
    cases.extend(GOOD_SECRETS.into_iter().map(good_secret));
    cases.extend([empty_secret(), empty_secret_and_none()]);
    cases.extend(FALSY.into_iter().map(falsy));
    cases.extend([RS256, PS256].map(short_modulus));
    cases.extend([RS256, PS256].map(modulus_just_too_short));
    cases.extend(UNFIT.into_iter().map(unfit));
    cases.extend([small_order(), long_exponent()]);
    cases.extend(["rsa-3072", "rsa-4096"].map(long_modulus));
    cases.extend([(PS256, "rsa-3072"), (Algorithm::PS512, "rsa-4096")].map(long_modulus_pss));
    Topic {
        path: "keys/weak",
        about: "Weak, invalid and guessed keys, and keys at the length limits.",
        cases,
    }
}

/// Replaces the twin's key. The new key is configured, and it signs.
pub(super) fn instead(algorithm: Algorithm, key: &str) -> Edit {
    context(ContextChange::Key { from: key_for(algorithm).to_owned(), to: key.to_owned() })
}

fn mac_of_the_empty_key(algorithm: Algorithm) -> Case {
    twins::signed(algorithm)
        .changed(
            &format!("keys/weak/{}-mac-of-the-empty-key", algorithm.name().to_lowercase()),
            sign(None, "hmac-empty", algorithm),
        )
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("{algorithm} MAC made with the empty key instead of the configured secret"))
        .why(
            "Anyone can compute a MAC with the empty key. A verifier that also tries an empty secret, such \
             as an unset previous key or the key of an unknown `kid`, accepts this token.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC7518-3.2-MAC")
        .class("K1")
}

/// Name, the key that is tried, description.
const GUESSED: [(&str, &str, &str); 2] = [
    ("hs256-guess-one-byte", "hmac-1-byte", "a single letter"),
    ("hs256-guess-from-an-example", "hmac-14-bytes", "a typical example secret"),
];

fn guessed((name, key, what): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("keys/weak/{name}"), sign(None, key, HS256))
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("HS256 MAC made with {what} instead of the configured secret"))
        .why(
            "A verifier may fall back to a default secret, or still have an old one in its list. An attacker \
             who tries known secrets finds it.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("S0")
}

/// The part of the id and of the key's name, and the secret in titles.
const PUBLISHED: [(&str, &str); 10] = [
    ("secret", "`secret` (from many examples)"),
    ("jwt-io", "the former example secret of jwt.io"),
    ("jwt-io-long", "the current example secret of jwt.io"),
    ("rfc-7515", "the text of the key of RFC 7515 appendix A.1"),
    ("changeme", "`changeme` (from configuration templates)"),
    ("password", "`password`"),
    ("shhhhh", "`shhhhh` (from the documentation of a JavaScript library)"),
    ("example-key", "`example_key` (from the documentation of a PHP library)"),
    ("keyboard-cat", "`keyboard cat` (from the documentation of a session library)"),
    ("centrifugo", "the placeholder secret of Centrifugo's documentation"),
];

fn published((name, what): (&str, &str)) -> Case {
    twins::hs256()
        .changed(
            &format!("keys/weak/hs256-guess-published-{name}"),
            sign(None, &format!("hmac-published-{name}"), HS256),
        )
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("HS256 MAC made with {what} instead of the configured secret"))
        .why(
            "A secret copied from documentation may stay in the code, as a default or as one of several that \
             are tried. Attackers try published secrets first.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("S0")
}

/// The part of the id and of the key's name, the secret in titles, where it comes from.
const ABSENT: [(&str, &str, &str); 11] = [
    ("undefined", "`undefined`", "JavaScript writes an unset variable like this."),
    ("null", "`null`", "JavaScript, Java and JSON write a missing value like this."),
    ("none", "`None`", "Python writes a missing value like this."),
    ("nil", "`<nil>`", "Go writes a missing value like this."),
    ("object", "`[object Object]`", "JavaScript writes an object, such as a JWK, like this."),
    ("false", "`false`", "PHP and JavaScript use this for a failed lookup."),
    ("zero", "`0`", "Some lookups return a number if they fail."),
    ("space", "a single space", "A value that was deleted from a file often leaves a space."),
    (
        "line-feed",
        "a single line feed",
        "A file for an empty secret, written by `echo`, contains a line feed.",
    ),
    ("two-quotes", "two quotation marks", "Readers of `NAME=\"\"` that keep the quotation marks get this."),
    (
        "variable",
        "`${JWT_SECRET}`",
        "A template variable that nobody filled in leaves its own text as the secret.",
    ),
];

fn absent((name, what, whence): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(
            &format!("keys/weak/hs256-guess-absent-{name}"),
            sign(None, &format!("hmac-absent-{name}"), HS256),
        )
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("HS256 MAC made with {what} instead of the configured secret"))
        .why(format!(
            "{whence} A verifier that also tries an unset secret, such as a previous key or the key of an \
             unknown `kid`, may try this text. Anyone can compute the MAC.",
        ))
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC7518-3.2-MAC")
        .class("K1")
}

/// The configured key, its description, the reader that changes it.
const ODD_SECRETS: [(&str, &str, &str); 12] = [
    ("space-at-start", "with a space before it", "A reader that trims values changes it."),
    ("space-at-end", "with a space after it", "A reader that trims the ends of lines changes it."),
    (
        "line-feed-at-end",
        "with a line feed after it",
        "A reader that drops the last line end of a file changes it.",
    ),
    ("quotes", "in quotation marks", "A reader that strips quotation marks once too often changes it."),
    ("dollar", "that contains `$HOME`", "A reader that substitutes variables changes it."),
    ("percent", "that contains `%41`", "A reader that decodes URLs changes it."),
    ("hash", "that contains ` #`", "A reader that treats the rest of a line as a comment truncates it."),
    ("backslash", "that contains a backslash and an n", "A reader that decodes escapes changes it."),
    ("comma", "that contains a comma", "A reader that splits lists makes two keys of it."),
    ("like-hex", "of 64 hexadecimal digits", "A verifier that guesses the notation decodes it to 32 octets."),
    (
        "like-base64",
        "that is valid padded base64",
        "A verifier that guesses the notation decodes it to 32 octets.",
    ),
    ("like-a-number", "of 40 digits", "A YAML reader turns it into a number and loses most of its digits."),
];

fn odd_secret((name, what, who): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("keys/weak/hs256-secret-{name}"), instead(HS256, &format!("hmac-{name}")))
        .accept()
        .title(format!("a configured HS256 secret {what}"))
        .why(format!(
            "The configured octets are the key, all of them and nothing else. {who} The verifier then has \
             another key than the issuer and rejects every token.",
        ))
        .requirement("RFC7518-3.2-MAC")
        .class("V1")
}

/// The algorithm, the configured key, its length in words.
const SHORT_SECRETS: [(Algorithm, &str, &str); 7] = [
    (HS256, "hmac-1-byte", "1-byte"),
    (HS256, "hmac-14-bytes", "14-bytes"),
    (HS256, "hmac-31-bytes", "31-bytes"),
    (HS384, "hmac-32-bytes", "32-bytes"),
    (HS384, "hmac-47-bytes", "47-bytes"),
    (HS512, "hmac-48-bytes", "48-bytes"),
    (HS512, "hmac-63-bytes", "63-bytes"),
];

fn short_secret((algorithm, key, words): (Algorithm, &str, &str)) -> Case {
    twins::signed(algorithm)
        .changed(
            &format!("keys/weak/{}-secret-of-{words}", algorithm.name().to_lowercase()),
            instead(algorithm, key),
        )
        .reject([Reason::Key])
        .threat(Threat::Config)
        .title(format!("a configured {algorithm} secret of {}", words.replace('-', " ")))
        .why(
            "RFC 7518 section 3.2: an HMAC key must be at least as long as the hash output. A shorter key is \
             easier to guess, and an attacker needs only one token to test guesses offline.",
        )
        .requirement("RFC7518-3.2-KEY")
        .requirement("RFC8725-3.5-ENTROPY")
        .class("K3")
}

/// The algorithm, the configured key, its length, why.
const GOOD_SECRETS: [(Algorithm, &str, u32, &str); 9] = [
    (HS256, "hmac-32-bytes", 32, LONG_ENOUGH),
    (HS384, "hmac-48-bytes", 48, LONG_ENOUGH),
    (HS256, "hmac-65-bytes", 65, BEYOND_THE_BLOCK),
    (
        HS512,
        "hmac-128-bytes",
        128,
        "A key of exactly one block is used as it is (RFC 2104 section 2). A \
                                    verifier that hashes it first rejects a good token.",
    ),
    (HS384, "hmac-129-bytes", 129, BEYOND_THE_BLOCK),
    (HS512, "hmac-129-bytes", 129, BEYOND_THE_BLOCK),
    (HS384, "hmac-65-bytes", 65, WITHIN_THE_LONGER_BLOCK),
    (HS512, "hmac-65-bytes", 65, WITHIN_THE_LONGER_BLOCK),
    (
        HS384,
        "hmac-128-bytes",
        128,
        "A key of exactly one block is used as it is (RFC 2104 section 2). A \
                                    verifier that hashes it first rejects a good token.",
    ),
];

const WITHIN_THE_LONGER_BLOCK: &str = "The block of SHA-384 and SHA-512 has 128 octets. A verifier that \
                                       assumes 64 for every hash hashes this key first and rejects a good \
                                       token.";

const LONG_ENOUGH: &str = "A key exactly as long as the hash output is long enough (RFC 7518 section 3.2). A \
                           verifier that requires more rejects a good token.";
const BEYOND_THE_BLOCK: &str = "A key longer than the block of the hash is hashed first (RFC 2104 section \
                                2). A verifier that truncates it instead rejects this token. It accepts \
                                tokens from anyone who knows the beginning of the key.";

fn good_secret((algorithm, key, length, why): (Algorithm, &str, u32, &str)) -> Case {
    twins::signed(algorithm)
        .changed(
            &format!("keys/weak/{}-secret-of-{length}-bytes", algorithm.name().to_lowercase()),
            instead(algorithm, key),
        )
        .accept()
        .title(format!("a configured {algorithm} secret of {length} bytes"))
        .why(why)
        .requirement("RFC7518-3.2-KEY")
        .requirement("RFC7518-3.2-MAC")
        .requirement("RFC8725-3.5-ENTROPY")
        .class(if length <= 48 { "K3" } else { "K5" })
}

/// A token that is signed with a configured secret of 32 octets, the minimum for HS256.
pub(super) fn hs256_secret_of_32_bytes() -> Case {
    good_secret(GOOD_SECRETS[0])
}

/// The reasons to reject a token if the configured secret is empty.
const EMPTY: [Reason; 3] = [Reason::Key, Reason::Algorithm, Reason::Signature];

fn empty_secret() -> Case {
    twins::hs256()
        .changed("keys/weak/hs256-empty-secret", instead(HS256, "hmac-empty"))
        .reject(EMPTY)
        .threat(Threat::Forger)
        .title("an empty configured HS256 secret, and a MAC made with it")
        .why(
            "An unset variable becomes an empty secret. A verifier that goes on with it accepts tokens that \
             anyone can make. Nobody notices, because genuine tokens work too.",
        )
        .requirement("RFC7518-3.2-KEY")
        .class("K1")
}

fn empty_secret_and_none() -> Case {
    twins::hs256()
        .changed_by(
            "keys/weak/hs256-empty-secret-and-alg-none",
            vec![instead(HS256, "hmac-empty"), unsigned(Some("\"none\""))],
        )
        .reject(EMPTY)
        .threat(Threat::Forger)
        .title("an empty configured secret, and alg none")
        .why(
            "Each defect also has a case of its own. Some libraries treat an empty key as no key, and no key \
             as a request for unsecured tokens.",
        )
        .requirement("RFC7518-3.6-NONE")
        .requirement("RFC8725-3.2-NONE")
        .class("K2")
}

/// A token that is not signed with the configured secret, which is empty.
struct Falsy {
    name: &'static str,
    signed: fn() -> Edit,
    title: &'static str,
}

const FALSY: [Falsy; 2] = [
    Falsy {
        name: "hs256-empty-secret-by-a-stranger",
        signed: || sign(None, "hmac-64-bytes-foreign", HS256),
        title: "an empty configured secret, and a MAC made with another secret",
    },
    Falsy {
        name: "hs256-empty-secret-without-signature",
        signed: || unsigned(None),
        title: "an empty configured secret, and an empty signature",
    },
];

fn falsy(Falsy { name, signed, title }: Falsy) -> Case {
    twins::hs256()
        .changed_by(&format!("keys/weak/{name}"), vec![instead(HS256, "hmac-empty"), signed()])
        .reject([Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title(title)
        .why(
            "Each defect also has a case of its own. A library that treats an empty key as a missing key \
             verifies nothing.",
        )
        .requirement("RFC7518-3.2-KEY")
        .requirement("RFC7515-5.2-VERIFY")
        .class("K2")
}

/// The requirement on the size of an RSA key.
fn size(algorithm: Algorithm) -> &'static str {
    if algorithm.family() == Family::RsaPss { "RFC7518-3.5-KEY" } else { "RFC7518-3.3-KEY" }
}

fn short_modulus(algorithm: Algorithm) -> Case {
    twins::signed(algorithm)
        .changed(
            &format!("keys/weak/{}-modulus-of-1024-bits", algorithm.name().to_lowercase()),
            instead(algorithm, "rsa-1024"),
        )
        .reject([Reason::Key])
        .threat(Threat::Config)
        .title(format!("a configured RSA key of 1024 bits for {algorithm}"))
        .why("RSA keys must have at least 2048 bits. A well-funded attacker can factor a 1024-bit modulus.")
        .requirement(size(algorithm))
        .class("K6")
}

fn modulus_just_too_short(algorithm: Algorithm) -> Case {
    twins::signed(algorithm)
        .changed(
            &format!("keys/weak/{}-modulus-of-2047-bits", algorithm.name().to_lowercase()),
            instead(algorithm, "rsa-2047"),
        )
        .reject([Reason::Key])
        .threat(Threat::Config)
        .title(format!("a configured RSA key of 2047 bits for {algorithm}"))
        .why(
            "RSA keys must have at least 2048 bits. A check that counts octets cannot tell 2047 bits from \
             2048.",
        )
        .requirement(size(algorithm))
        .class("K6")
}

/// An invalid configured public key, with a token that a verifier accepts if it uses the key.
struct Unfit {
    name: &'static str,
    algorithm: Algorithm,
    key: &'static str,
    token: Option<SignatureChange>,
    title: &'static str,
    why: &'static str,
    requirement: &'static str,
    class: &'static str,
}

const UNFIT: [Unfit; 6] = [
    Unfit {
        name: "rs256-exponent-1",
        algorithm: RS256,
        key: "rsa-2048-e-1",
        token: Some(SignatureChange::RsaEncodedMessage),
        title: "a configured RSA key with the public exponent 1, and the encoded message as the signature",
        why: "With this exponent, a signature is the encoded message itself, so anyone can make one.",
        requirement: "RFC8017-3.1-KEY",
        class: "K6",
    },
    Unfit {
        name: "rs256-exponent-even",
        algorithm: RS256,
        key: "rsa-2048-e-even",
        token: None,
        title: "a configured RSA key with an even public exponent",
        why: "No private exponent exists for this key. A verifier must reject the token. It must not crash \
              or skip the verification.",
        requirement: "RFC8017-3.1-KEY",
        class: "K6",
    },
    Unfit {
        name: "rs256-modulus-even",
        algorithm: RS256,
        key: "rsa-2048-n-even",
        token: None,
        title: "a configured RSA key with an even modulus",
        why: "Some implementations expect an odd modulus and otherwise crash or never finish. A verifier \
              must reject the token.",
        requirement: "RFC8017-3.1-KEY",
        class: "K6",
    },
    Unfit {
        name: "es256-key-off-the-curve",
        algorithm: Algorithm::ES256,
        key: "p-256-off-the-curve",
        token: None,
        title: "a configured ES256 key that is not on P-256",
        why: "The point is on another curve, where discrete logarithms may be easy. A verifier must reject \
              the token. It must not skip the verification because the key is unusable.",
        requirement: "RFC7518-6.2-EC",
        class: "K9",
    },
    Unfit {
        name: "es256-key-at-infinity",
        algorithm: Algorithm::ES256,
        key: "p-256-at-infinity",
        token: Some(SignatureChange::EcdsaAtInfinity),
        title: "a configured ES256 key at infinity, with a signature that verifies under it",
        why: "With the point at infinity as the key, a signature needs no private key, so anyone can make \
              one.",
        requirement: "RFC7518-6.2-EC",
        class: "K9",
    },
    Unfit {
        name: "eddsa-key-not-canonical",
        algorithm: Algorithm::EdDSA,
        key: "ed25519-not-canonical",
        token: None,
        title: "a configured Ed25519 key with the coordinate p + 1, and a signature that verifies under the \
                coordinate 1",
        why: "The coordinate is not less than p, so the key does not decode. A verifier that reduces it gets \
              the neutral point. Anyone can make signatures under that point.",
        requirement: "RFC8032-5.1.7-KEY",
        class: "K9",
    },
];

fn unfit(row: Unfit) -> Case {
    let Unfit { name, algorithm, key, token, title, why, requirement, class } = row;
    let token = token.or_else(|| (algorithm == Algorithm::EdDSA).then(under_the_neutral_point));
    let mut edits = vec![configured(algorithm, key)];
    edits.extend(token.map(signature));
    twins::signed(algorithm)
        .changed_by(&format!("keys/weak/{name}"), edits)
        .reject([Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title(title)
        .why(why)
        .requirement(requirement)
        .class(class)
}

/// Configures another key, and keeps the signer.
fn configured(algorithm: Algorithm, key: &str) -> Edit {
    context(ContextChange::ConfiguredKey { from: key_for(algorithm).to_owned(), to: key.to_owned() })
}

/// A signature that verifies over every text under the neutral point: R is that point, and S is 0.
fn under_the_neutral_point() -> SignatureChange {
    let mut octets = [0; 64];
    octets[0] = 1;
    SignatureChange::Replace { base64url: base64url::encode(&octets) }
}

fn small_order() -> Case {
    twins::signed(Algorithm::EdDSA)
        .changed_by(
            "keys/weak/eddsa-key-neutral",
            vec![configured(Algorithm::EdDSA, "ed25519-neutral"), signature(under_the_neutral_point())],
        )
        .either_better_refused(
            "RFC 8032 section 5.1.7 decodes the key without checking its order, and the signature satisfies \
             the equation. Preferring rejection is the choice of this project.",
            [Reason::Key, Reason::Signature],
        )
        .threat(Threat::Forger)
        .title("a configured EdDSA key at the neutral point, with a signature that verifies over any text")
        .why("No private key belongs to this public key. Anyone can make signatures that verify under it.")
        .requirement("RFC8032-5.1.7-KEY")
        .class("K9")
}

fn long_exponent() -> Case {
    twins::signed(PS256)
        .changed("keys/weak/ps256-exponent-of-33-bits", instead(PS256, "rsa-2048-e-33-bits"))
        .either_better_accepted(
            "RFC 8017 section 3.1 allows every odd exponent below the modulus. No RFC requires a verifier to \
             support them all. Preferring support is the choice of this project.",
            [Reason::Key],
        )
        .threat(Threat::Config)
        .title("a configured RSA key with a 33-bit public exponent for PS256")
        .why(
            "Libraries limit the exponent to 31, 32, 33 or 64 bits. A verifier that truncates it computes \
             another power and rejects a good token.",
        )
        .requirement("RFC8017-3.1-KEY")
        .class("K6")
}

fn long_modulus(key: &str) -> Case {
    let bits = key.trim_start_matches("rsa-");
    twins::signed(RS256)
        .changed(&format!("keys/weak/rs256-modulus-of-{bits}-bits"), instead(RS256, key))
        .accept()
        .title(format!("a configured RSA key of {bits} bits for RS256"))
        .why(
            "2048 bits is the minimum, not the maximum. A verifier that rejects longer keys rejects good \
             tokens.",
        )
        .requirement("RFC7518-3.3-KEY")
        .requirement("RFC8017-3.1-KEY")
        .class("K6")
}

fn long_modulus_pss((algorithm, key): (Algorithm, &str)) -> Case {
    let bits = key.trim_start_matches("rsa-");
    let name = algorithm.name().to_lowercase();
    twins::signed(algorithm)
        .changed(&format!("keys/weak/{name}-modulus-of-{bits}-bits"), instead(algorithm, key))
        .accept()
        .title(format!("a configured RSA key of {bits} bits for {algorithm}"))
        .why(
            "PSS padding fills the whole modulus (RFC 8017 section 9.1). A verifier that assumes 2048 bits \
             looks for its parts in the wrong places.",
        )
        .requirement("RFC7518-3.5-KEY")
        .class("K6")
}
