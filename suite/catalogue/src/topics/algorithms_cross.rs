//! G13: the name in the header, the algorithm that was computed and the key, where they do not belong
//! together.

use jotproof_model::algorithm::Family;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::{Case, alg, foreign_key_for, key_for};
use crate::edits::{header, sign};
use crate::twins;

use Algorithm::{ES256, ES256K, ES384, ES512, HS256, HS384, HS512, PS256, PS384, PS512, RS256, RS384, RS512};

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = Algorithm::ALL.into_iter().map(foreign_key).collect();
    cases.extend(COMPUTED.into_iter().map(computed_otherwise));
    cases.extend(NOT_ALLOWED.into_iter().map(not_allowed));
    cases.extend(OTHER_CURVE.into_iter().map(other_curve));
    cases.extend(OTHER_PAIR.into_iter().map(other_pair));
    for configured in Algorithm::DISTINCT {
        let others = Algorithm::DISTINCT.into_iter().filter(|named| *named != configured);
        cases.extend(others.map(|named| named_otherwise(configured, named)));
    }
    Topic {
        path: "algorithms/cross",
        about: "Another key, another algorithm under the same name, another name of the same family.",
        cases,
    }
}

fn foreign_key(algorithm: Algorithm) -> Case {
    let key = foreign_key_for(algorithm);
    twins::signed(algorithm)
        .changed(
            &format!("algorithms/cross/{}-foreign-key", algorithm.name().to_lowercase()),
            sign(None, &key, algorithm),
        )
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("a good {algorithm} signature by a key that is not configured"))
        .why(
            "The outsider has a key of the same kind and signs as they please. A verifier that accepts \
              this checks that there is a signature, not whose it is.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("S0")
}

/// The algorithm that is named and configured, the one that is computed with the same key.
const COMPUTED: [(Algorithm, Algorithm); 24] = [
    (HS256, HS384),
    (HS256, HS512),
    (HS384, HS256),
    (HS384, HS512),
    (HS512, HS256),
    (HS512, HS384),
    (RS256, RS384),
    (RS256, RS512),
    (RS384, RS256),
    (RS384, RS512),
    (RS512, RS256),
    (RS512, RS384),
    (PS256, PS384),
    (PS256, PS512),
    (PS384, PS256),
    (PS512, PS256),
    (RS256, PS256),
    (PS256, RS256),
    (ES256, ES384),
    (ES256, ES512),
    (ES384, ES256),
    (ES512, ES256),
    (ES256K, ES384),
    (ES256K, ES512),
];

fn computed_otherwise((named, computed): (Algorithm, Algorithm)) -> Case {
    let how = match named.family() {
        Family::Ecdsa => {
            "The hash is another one than the name asks for: the curve alone does not make \
                          the algorithm."
        }
        Family::Hmac => {
            "A verifier that picks the hash by the length of the MAC, instead of by the \
                         configured name, lets the sender choose it."
        }
        Family::RsaPkcs1 | Family::RsaPss | Family::EdDsa => {
            "Hash and padding belong to the name; a verifier that finds them in the signature itself \
             lets the sender choose them."
        }
    };
    twins::signed(named)
        .changed(
            &format!(
                "algorithms/cross/{}-computed-as-{}",
                named.name().to_lowercase(),
                computed.name().to_lowercase()
            ),
            sign(None, key_for(named), computed),
        )
        .reject([Reason::Signature])
        .title(format!("alg is {named}, and the configured key computed {computed}"))
        .why(how)
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC7515-4.1.1-ALG")
        .requirement("RFC8725-3.1-SAME")
        .class("A7")
}

/// The only algorithm that is allowed, the one that header and signature agree on.
const NOT_ALLOWED: [(Algorithm, Algorithm); 9] = [
    (HS256, HS384),
    (HS256, HS512),
    (HS512, HS256),
    (RS256, RS384),
    (RS256, RS512),
    (RS512, RS256),
    (RS256, PS256),
    (PS256, RS256),
    (PS256, PS512),
];

fn not_allowed((allowed, used): (Algorithm, Algorithm)) -> Case {
    twins::signed(allowed)
        .changed(
            &format!(
                "algorithms/cross/{}-where-{}-is-allowed",
                used.name().to_lowercase(),
                allowed.name().to_lowercase()
            ),
            sign(Some(&alg(used)), key_for(allowed), used),
        )
        .reject([Reason::Algorithm, Reason::Key])
        .title(format!("a good {used} token by the configured key, where only {allowed} is allowed"))
        .why(
            "The caller named the algorithm, and no other is used. A key that serves its whole family \
              lets the sender pick the weakest member, today or when one of them breaks.",
        )
        .requirement("RFC8725-3.1-ALG")
        .class("A7")
}

/// Name, the configured algorithm, the key that really signs, what it is.
const OTHER_CURVE: [(&str, Algorithm, &str, &str); 5] = [
    ("es256-by-p-384", ES256, "p-384", "a P-384 key"),
    ("es256-by-secp256k1", ES256, "secp256k1", "a secp256k1 key"),
    ("es256k-by-p-256", ES256K, "p-256", "a P-256 key"),
    ("es384-by-p-256", ES384, "p-256", "a P-256 key"),
    ("es512-by-p-384", ES512, "p-384", "a P-384 key"),
];

fn other_curve((name, algorithm, key, what): (&str, Algorithm, &str, &str)) -> Case {
    twins::signed(algorithm)
        .changed(&format!("algorithms/cross/{name}"), sign(None, key, algorithm))
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("alg is {algorithm}, signed by {what} that is not configured"))
        .why(
            "The key is not the configured one, and its curve is not that of the algorithm. A verifier that \
             accepts this checks something else than it was asked to.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC7518-3.4-CURVE")
        .class("S0")
}

/// Name, the configured algorithm, the algorithm of header and signature, its key, whether that is the
/// configured one.
const OTHER_PAIR: [(&str, Algorithm, Algorithm, &str, bool); 3] = [
    ("es384-by-p-384-where-es256-is-allowed", ES256, ES384, "p-384", false),
    ("es384-by-p-256-where-es256-is-allowed", ES256, ES384, "p-256", true),
    ("es256-by-p-384-where-es384-is-allowed", ES384, ES256, "p-384", true),
];

fn other_pair((name, allowed, used, key, configured): (&str, Algorithm, Algorithm, &str, bool)) -> Case {
    let case = twins::signed(allowed)
        .changed(&format!("algorithms/cross/{name}"), sign(Some(&alg(used)), key, used))
        .reject([Reason::Algorithm, Reason::Key, Reason::Signature]);
    let case = if configured {
        case.why(
            "The configured key signed, with the hash of another algorithm than its curve has: one \
                  curve has one algorithm, and this is not it.",
        )
    } else {
        case.threat(Threat::Forger).why(
            "The token agrees with itself and with an outsider's key; neither its algorithm nor its key \
             is configured.",
        )
    };
    case.title(format!(
        "alg is {used}, signed by the {} key {key}, where only {allowed} is allowed",
        if configured { "configured" } else { "foreign" }
    ))
    .requirement("RFC8725-3.1-ALG")
    .requirement("RFC7518-3.4-CURVE")
    .class("K8")
}

/// The configured algorithm is computed by the configured key, and the header names another one.
fn named_otherwise(configured: Algorithm, named: Algorithm) -> Case {
    let word = |algorithm: Algorithm| algorithm.name().to_lowercase();
    twins::signed(configured)
        .changed(
            &format!("algorithms/cross/{}-named-{}", word(configured), word(named)),
            header("alg", &alg(named)),
        )
        .reject([Reason::Algorithm, Reason::Key, Reason::Signature])
        .threat(Threat::Issuer)
        .title(format!("{configured} is configured and computed, and alg is {named}"))
        .why(
            "The signature is the one that the named algorithm has, or it is none. Who verifies with \
              the configured algorithm, whatever the header says, reads a token that says something \
              else than its issuer computed.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .class("A10")
}
