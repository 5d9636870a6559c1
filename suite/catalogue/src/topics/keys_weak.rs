//! G15: keys that are empty, too short, well known, unfit, and just long enough.

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
        about: "Keys that no verifier should take, guesses at the key, and keys at the limits.",
        cases,
    }
}

/// Another key in the place of the twin's: it is configured, and it signs.
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
        .title(format!("{algorithm} keyed with nothing, where a real key is configured"))
        .why(
            "Anybody can compute a MAC over the empty key. A verifier that tries an empty secret as \
              well (a previous key that is not set, an unknown `kid`) accepts it beside its own.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC7518-3.2-MAC")
        .class("K1")
}

/// Name, the key that is tried, what it is.
const GUESSED: [(&str, &str, &str); 2] = [
    ("hs256-guess-one-byte", "hmac-1-byte", "a single letter"),
    ("hs256-guess-from-an-example", "hmac-14-bytes", "a secret as examples have it"),
];

fn guessed((name, key, what): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("keys/weak/{name}"), sign(None, key, HS256))
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("HS256 keyed with {what}, where a real key is configured"))
        .why(
            "A default that steps in when no secret is found, or a list of secrets with an old one in \
              it, is found by whoever tries the known ones.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("S0")
}

/// The part of the id and of the key's name, where the secret stands.
const PUBLISHED: [(&str, &str); 10] = [
    ("secret", "`secret`, as half of all examples have it"),
    ("jwt-io", "the secret that jwt.io showed for years"),
    ("jwt-io-long", "the secret that jwt.io shows now"),
    ("rfc-7515", "the key of the first example of RFC 7515 (appendix A.1), as text"),
    ("changeme", "`changeme`, as templates of configurations have it"),
    ("password", "`password`"),
    ("shhhhh", "`shhhhh`, from the page of a JavaScript library"),
    ("example-key", "`example_key`, from the page of a PHP library"),
    ("keyboard-cat", "`keyboard cat`, from the page of a session library"),
    ("centrifugo", "the placeholder in the configuration of Centrifugo's documentation"),
];

fn published((name, what): (&str, &str)) -> Case {
    twins::hs256()
        .changed(
            &format!("keys/weak/hs256-guess-published-{name}"),
            sign(None, &format!("hmac-published-{name}"), HS256),
        )
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("HS256 keyed with {what}, where a real key is configured"))
        .why(
            "What was copied from a page with the code around it stays in the code: as the default where \
             no secret is found, or as one of several that are tried. It is on the first page of every \
             list that attackers go through.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("S0")
}

/// The part of the id and of the key's name, the secret as prose has it, where it comes from.
const ABSENT: [(&str, &str, &str); 11] = [
    ("undefined", "`undefined`", "JavaScript writes a variable that is not set like this."),
    ("null", "`null`", "JavaScript, Java and JSON write a value that is not there like this."),
    ("none", "`None`", "Python writes a value that is not there like this."),
    ("nil", "`<nil>`", "Go writes a value that is not there like this."),
    ("object", "`[object Object]`", "JavaScript writes an object that is no string like this: a JWK, say."),
    ("false", "`false`", "PHP and JavaScript give this for a failed look-up."),
    ("zero", "`0`", "Some look-ups give a number where they fail."),
    ("space", "a single space", "A value that was deleted in a file often leaves a space behind."),
    (
        "line-feed",
        "a single line feed",
        "An empty file of a secret, written by `echo`, has a line feed in it.",
    ),
    ("two-quotes", "two quotation marks", "Readers of `NAME=\"\"` that keep the quotes arrive at this."),
    (
        "variable",
        "`${JWT_SECRET}`",
        "A template whose variable nobody filled in has its own text as the secret.",
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
        .title(format!("HS256 keyed with {what}, where a real key is configured"))
        .why(format!(
            "{whence} A verifier that tries a second secret which is not set (a previous key, the key of \
             an unknown `kid`) tries this text beside its own key, and anybody can compute the MAC.",
        ))
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC7518-3.2-MAC")
        .class("K1")
}

/// The configured key, what is in it, who alters it.
const ODD_SECRETS: [(&str, &str, &str); 12] = [
    ("space-at-start", "with a space before it", "Readers that trim values alter it."),
    ("space-at-end", "with a space after it", "Readers that trim the ends of lines alter it."),
    (
        "line-feed-at-end",
        "with a line feed after it",
        "Readers of files that drop the last line end alter it.",
    ),
    ("quotes", "between quotation marks", "Readers that strip quotes, twice where once would do, alter it."),
    ("dollar", "with `$HOME` in it", "Readers that put variables in alter it."),
    ("percent", "with `%41` in it", "Readers that decode URLs alter it."),
    ("hash", "with ` #` in it", "Readers that take the rest of a line for a comment cut it."),
    ("backslash", "with `\\n`, two characters, in it", "Readers that resolve escapes alter it."),
    ("comma", "with a comma in it", "Readers that split lists make two keys of it."),
    ("like-hex", "of 64 hexadecimal digits", "Verifiers that guess at the notation decode it to 32 octets."),
    ("like-base64", "that is padded base64", "Verifiers that guess at the notation decode it to 32 octets."),
    ("like-a-number", "of 40 digits", "Readers of YAML make a number of it, and lose most of it."),
];

fn odd_secret((name, what, who): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("keys/weak/hs256-secret-{name}"), instead(HS256, &format!("hmac-{name}")))
        .accept()
        .title(format!("a good HS256 secret {what} is configured"))
        .why(format!(
            "The octets that are configured are the key, all of them and nothing else. {who} Then the \
             verifier has another key than the issuer, and refuses every token.",
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
        .title(format!("an {algorithm} secret of {} is configured", words.replace('-', " ")))
        .why(
            "An HMAC key has at least the length of the hash. A shorter one can be guessed from a \
              single token, without asking the server.",
        )
        .requirement("RFC7518-3.2-KEY")
        .requirement("RFC8725-3.5-ENTROPY")
        .class("K3")
}

/// The algorithm, the configured key, its length, what is said of it.
const GOOD_SECRETS: [(Algorithm, &str, u32, &str); 9] = [
    (HS256, "hmac-32-bytes", 32, LONG_ENOUGH),
    (HS384, "hmac-48-bytes", 48, LONG_ENOUGH),
    (HS256, "hmac-65-bytes", 65, BEYOND_THE_BLOCK),
    (HS512, "hmac-128-bytes", 128, "A key of exactly one block is used as it is (RFC 2104 section 2)."),
    (HS384, "hmac-129-bytes", 129, BEYOND_THE_BLOCK),
    (HS512, "hmac-129-bytes", 129, BEYOND_THE_BLOCK),
    (HS384, "hmac-65-bytes", 65, WITHIN_THE_LONGER_BLOCK),
    (HS512, "hmac-65-bytes", 65, WITHIN_THE_LONGER_BLOCK),
    (HS384, "hmac-128-bytes", 128, "A key of exactly one block is used as it is (RFC 2104 section 2)."),
];

const WITHIN_THE_LONGER_BLOCK: &str = "The block of SHA-384 and SHA-512 has 128 octets. A verifier that \
                                       takes 64 for every hash hashes this key first, and refuses what \
                                       it should use as it is.";

const LONG_ENOUGH: &str = "A key of exactly the length of the hash is long enough; a verifier that asks \
                           for more refuses what RFC 7518 allows.";
const BEYOND_THE_BLOCK: &str = "A key longer than the block of the hash is hashed first (RFC 2104 \
                                section 2). A verifier that cuts it instead refuses this token, and \
                                accepts those of whoever knows the beginning of the key.";

fn good_secret((algorithm, key, length, why): (Algorithm, &str, u32, &str)) -> Case {
    twins::signed(algorithm)
        .changed(
            &format!("keys/weak/{}-secret-of-{length}-bytes", algorithm.name().to_lowercase()),
            instead(algorithm, key),
        )
        .accept()
        .title(format!("an {algorithm} secret of {length} bytes is configured"))
        .why(why)
        .requirement("RFC7518-3.2-KEY")
        .requirement("RFC7518-3.2-MAC")
        .requirement("RFC8725-3.5-ENTROPY")
        .class(if length <= 48 { "K3" } else { "K5" })
}

/// A token that is signed with a configured secret of 32 octets, the least for HS256.
pub(super) fn hs256_secret_of_32_bytes() -> Case {
    good_secret(GOOD_SECRETS[0])
}

/// Why an empty secret is as good as none.
const EMPTY: [Reason; 3] = [Reason::Key, Reason::Algorithm, Reason::Signature];

fn empty_secret() -> Case {
    twins::hs256()
        .changed("keys/weak/hs256-empty-secret", instead(HS256, "hmac-empty"))
        .reject(EMPTY)
        .threat(Threat::Forger)
        .title("the HS256 secret that is configured is empty, and the MAC is over nothing")
        .why(
            "A variable that is not set becomes an empty secret. A verifier that goes on with it \
              accepts what anybody can compute, and nobody notices, because its own tokens work too.",
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
        .title("the secret that is configured is empty, and the token is unsecured")
        .why(
            "Two defects, each stored alone as well. Libraries that take an empty key as no key then \
              take no key as a wish for unsecured tokens.",
        )
        .requirement("RFC7518-3.6-NONE")
        .requirement("RFC8725-3.2-NONE")
        .class("K2")
}

/// A token that nobody makes with the empty secret, where that is configured.
struct Falsy {
    name: &'static str,
    signed: fn() -> Edit,
    title: &'static str,
}

const FALSY: [Falsy; 2] = [
    Falsy {
        name: "hs256-empty-secret-by-a-stranger",
        signed: || sign(None, "hmac-64-bytes-foreign", HS256),
        title: "the secret that is configured is empty, and the MAC is by another secret",
    },
    Falsy {
        name: "hs256-empty-secret-without-signature",
        signed: || unsigned(None),
        title: "the secret that is configured is empty, and the signature is empty",
    },
];

fn falsy(Falsy { name, signed, title }: Falsy) -> Case {
    twins::hs256()
        .changed_by(&format!("keys/weak/{name}"), vec![instead(HS256, "hmac-empty"), signed()])
        .reject([Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title(title)
        .why(
            "Two defects, each stored alone as well. A library that tests whether there is a key takes an empty one for \
             none, and verifies nothing.",
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
        .title(format!("an RSA key of 1024 bits is configured for {algorithm}"))
        .why(
            "RSA keys have 2048 bits or more; a modulus of 1024 bits is within reach of those who can \
              spend enough.",
        )
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
        .title(format!("an RSA key of 2047 bits is configured for {algorithm}"))
        .why("RSA keys have 2048 bits or more. A check that counts octets finds as many as in a key of 2048 bits.")
        .requirement(size(algorithm))
        .class("K6")
}

/// A configured public key that is none, with a token that a verifier which uses it accepts.
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
        title: "an RSA key with the public exponent 1 is configured, and the signature is the encoded message",
        why: "Nothing is computed with this exponent, so anybody can write the signature.",
        requirement: "RFC8017-3.1-KEY",
        class: "K6",
    },
    Unfit {
        name: "rs256-exponent-even",
        algorithm: RS256,
        key: "rsa-2048-e-even",
        token: None,
        title: "an RSA key with an even public exponent is configured",
        why: "No private exponent belongs to it. A verifier must refuse the token, and neither crash nor skip the \
              verification.",
        requirement: "RFC8017-3.1-KEY",
        class: "K6",
    },
    Unfit {
        name: "rs256-modulus-even",
        algorithm: RS256,
        key: "rsa-2048-n-even",
        token: None,
        title: "an RSA key with an even modulus is configured",
        why: "Arithmetic that counts on an odd modulus crashes or never ends. A verifier must refuse the token.",
        requirement: "RFC8017-3.1-KEY",
        class: "K6",
    },
    Unfit {
        name: "es256-key-off-the-curve",
        algorithm: Algorithm::ES256,
        key: "p-256-off-the-curve",
        token: None,
        title: "a point that is not on P-256 is configured for ES256",
        why: "The point belongs to another curve, where discrete logarithms may be easy. A verifier must refuse it, \
              and must not skip the verification because the key cannot be used.",
        requirement: "RFC7518-6.2-EC",
        class: "K9",
    },
    Unfit {
        name: "es256-key-at-infinity",
        algorithm: Algorithm::ES256,
        key: "p-256-at-infinity",
        token: Some(SignatureChange::EcdsaAtInfinity),
        title: "the point at infinity is configured for ES256, with a signature that verifies under it",
        why: "The point at infinity adds nothing, so the signature needs no private key, and anybody can write it.",
        requirement: "RFC7518-6.2-EC",
        class: "K9",
    },
    Unfit {
        name: "eddsa-key-not-canonical",
        algorithm: Algorithm::EdDSA,
        key: "ed25519-not-canonical",
        token: None,
        title: "an Ed25519 key is configured whose coordinate is p + 1, with a signature that verifies under 1",
        why: "The coordinate is not less than p, so the key does not decode. A verifier that reduces it arrives at the \
              neutral point, under which anybody can write signatures.",
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

/// Another key is configured, and the signer stays.
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
            "RFC 8032 section 5.1.7 decodes the key and does not ask for its order, and the signature satisfies the \
             equation. To prefer a refusal is the choice of this project.",
            [Reason::Key, Reason::Signature],
        )
        .threat(Threat::Forger)
        .title("the neutral point is configured for EdDSA, with a signature that verifies over every text")
        .why("No private key has such a public key. Anybody can write signatures that verify under it.")
        .requirement("RFC8032-5.1.7-KEY")
        .class("K9")
}

fn long_exponent() -> Case {
    twins::signed(PS256)
        .changed("keys/weak/ps256-exponent-of-33-bits", instead(PS256, "rsa-2048-e-33-bits"))
        .either_better_accepted(
            "RFC 8017 section 3.1 allows every odd exponent below the modulus. No RFC asks a verifier to support them \
             all. To prefer support is the choice of this project.",
            [Reason::Key],
        )
        .threat(Threat::Config)
        .title("an RSA key with a public exponent of 33 bits is configured for PS256")
        .why("Libraries limit the exponent to 31, 32, 33 or 64 bits. One that cuts it instead computes another power.")
        .requirement("RFC8017-3.1-KEY")
        .class("K6")
}

fn long_modulus(key: &str) -> Case {
    let bits = key.trim_start_matches("rsa-");
    twins::signed(RS256)
        .changed(&format!("keys/weak/rs256-modulus-of-{bits}-bits"), instead(RS256, key))
        .accept()
        .title(format!("an RSA key of {bits} bits is configured for RS256"))
        .why("2048 bits is the least, not the most.")
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
        .title(format!("an RSA key of {bits} bits is configured for {algorithm}"))
        .why(
            "The padding of PSS fills whatever the modulus leaves (RFC 8017 section 9.1). A verifier that \
             counts on 2048 bits looks for its parts in the wrong places.",
        )
        .requirement("RFC7518-3.5-KEY")
        .class("K6")
}
