//! G12: an `alg` that names nothing, something else, or is no name.

use jotproof_mint::base64url;
use jotproof_model::recipe::SignatureChange;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{header, signature, unsigned, without_header};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = NO_NAMES.into_iter().map(no_name).collect();
    cases.extend([absent(), very_long()]);
    cases.extend(OTHER_NAMES.into_iter().map(other_name));
    cases.push(escaped());
    cases.extend(UNSIGNED.into_iter().map(unknown_and_unsigned));
    cases.push(absent_and_unsigned());
    cases.extend([fully_specified(), polymorphic(), other_curve()]);
    cases.extend(ELSEWHERE.into_iter().map(registered_elsewhere));
    cases.push(post_quantum());
    Topic {
        path: "algorithms/edge",
        about: "Values of alg that no verifier can have been configured with.",
        cases,
    }
}

const ILL_TYPED: [Reason; 3] = [Reason::Algorithm, Reason::HeaderParameter, Reason::Header];

/// Name, raw value.
const NO_NAMES: [(&str, &str); 12] = [
    ("null", "null"),
    ("number", "256"),
    ("boolean", "true"),
    ("array", "[\"HS256\"]"),
    ("object", "{\"HS256\":1}"),
    ("number-of-cose", "5"),
    ("zero", "0"),
    ("false", "false"),
    ("empty-array", "[]"),
    ("empty-object", "{}"),
    ("two-names", "[\"HS256\",\"HS384\"]"),
    ("nested-array", "[[\"HS256\"]]"),
];

fn no_name((kind, value): (&str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("algorithms/edge/{kind}"), header("alg", value))
        .reject(ILL_TYPED)
        .title(format!("alg is {value}, over a good HS256 MAC"))
        .why(
            "`alg` is a string. A verifier that turns another value into one (`[\"HS256\"]` becomes \
              `HS256`), or that fails in the look-up, runs code that nobody meant to run.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .class("A9")
}

fn absent() -> Case {
    twins::hs256()
        .changed("algorithms/edge/absent", without_header("alg"))
        .reject(ILL_TYPED)
        .title("no alg, over a good HS256 MAC")
        .why("`alg` must be there. A default that steps in for it is an algorithm that nobody chose.")
        .requirement("RFC7515-4.1.1-ALG")
        .class("A10")
}

/// Name, raw value, what it is, bug class.
const OTHER_NAMES: [(&str, &str, &str, &str); 34] = [
    ("empty", "\"\"", "empty", "A10"),
    ("unknown", "\"ZZZ\"", "a name that nobody registered", "A10"),
    ("key-management-dir", "\"dir\"", "dir, which is for encryption", "A10"),
    ("key-management-rsa-oaep", "\"RSA-OAEP\"", "RSA-OAEP, which is for encryption", "A10"),
    ("prohibited-hs1", "\"HS1\"", "HS1, which is registered as prohibited", "A10"),
    ("lower-case", "\"hs256\"", "hs256 in lower case", "A10"),
    ("trailing-space", "\"HS256 \"", "HS256 with a space after it", "A10"),
    ("leading-space", "\" HS256\"", "HS256 with a space before it", "A10"),
    ("trailing-nul", "\"HS256\\u0000\"", "HS256 with an escaped NUL after it", "A10"),
    ("long-s", "\"H\u{17f}256\"", "HS256 with a long s, which folds to s", "A10"),
    ("proto", "\"__proto__\"", "__proto__", "J12"),
    ("constructor", "\"constructor\"", "constructor", "J12"),
    ("to-string", "\"toString\"", "toString", "J12"),
    ("trailing-line-feed", "\"HS256\\n\"", "HS256 with an escaped line feed after it", "A10"),
    ("no-break-space", "\"HS256\u{a0}\"", "HS256 with a no-break space after it", "A10"),
    ("leading-byte-order-mark", "\"\u{feff}HS256\"", "HS256 with a byte order mark before it", "A10"),
    ("text-after-nul", "\"HS256\\u0000RS256\"", "HS256, an escaped NUL, and RS256", "A10"),
    ("full-width", "\"\u{ff28}\u{ff33}\u{ff12}\u{ff15}\u{ff16}\"", "HS256 in full-width characters", "A10"),
    ("arabic-digits", "\"HS\u{662}\u{665}\u{666}\"", "HS256 with Arabic digits", "A10"),
    ("with-hyphen", "\"HS-256\"", "HS256 with a hyphen in it", "A10"),
    ("two-names-in-a-string", "\"HS256 HS384\"", "two names with a space between them", "A10"),
    ("family-alone", "\"HS\"", "HS, without a number", "A10"),
    ("digit-over", "\"HS2560\"", "HS256 with one digit more", "A10"),
    ("other-number", "\"HS224\"", "HS224, a number that has a hash and no algorithm", "A10"),
    ("name-of-the-hash", "\"SHA256\"", "SHA256, the hash alone", "A10"),
    ("name-of-java", "\"HmacSHA256\"", "HmacSHA256, as Java calls it", "A10"),
    (
        "name-of-xml",
        "\"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256\"",
        "the name of HMAC with SHA-256 in XML signatures",
        "A10",
    ),
    ("name-of-cose", "\"HMAC 256/256\"", "HMAC 256/256, as COSE calls it", "A10"),
    ("number-in-a-string", "\"5\"", "the number of COSE in a string", "A10"),
    ("key-wrapping-pbes2", "\"PBES2-HS256+A128KW\"", "PBES2-HS256+A128KW, which has HS256 in it", "A10"),
    ("content-encryption", "\"A128CBC-HS256\"", "A128CBC-HS256, which ends in HS256", "A10"),
    ("prototype-chain", "\"__proto__.HS256\"", "__proto__.HS256", "J12"),
    ("has-own-property", "\"hasOwnProperty\"", "hasOwnProperty", "J12"),
    (
        "look-up-of-log4j",
        "\"${jndi:ldap://127.0.0.1:9/a}\"",
        "a look-up for a logging library to follow",
        "J12",
    ),
];

fn other_name((name, value, what, class): (&str, &str, &str, &str)) -> Case {
    let case = twins::hs256()
        .changed(&format!("algorithms/edge/{name}"), header("alg", value))
        .reject([Reason::Algorithm]);
    let case = if name == "look-up-of-log4j" {
        case.why(
            "The name is unknown and goes into the log, where it must be text like any other: loggers \
             that follow such look-ups fetch code from where the sender says.",
        )
    } else if class == "J12" {
        case.why(
            "A table of algorithms that inherits from something has this name too: the look-up \
                  finds a function of the host language where it expects an algorithm.",
        )
    } else {
        case.why(
            "The MAC is good, but `alg` is compared exactly, and this is not the configured name. \
                  Who accepts it does not read `alg`, or reads it loosely, and will do so where it \
                  matters.",
        )
    };
    case.title(format!("alg is {what}, over a good HS256 MAC")).requirement("RFC7515-4.1.1-ALG").class(class)
}

fn very_long() -> Case {
    twins::hs256()
        .changed(
            "algorithms/edge/five-thousand-characters",
            header("alg", &format!("\"{}\"", "HS256".repeat(1000))),
        )
        .reject([Reason::Algorithm, Reason::Limit])
        .title("alg is HS256 a thousand times over, over a good HS256 MAC")
        .why(
            "The name is compared as a whole, and is not the configured one. It must not fill a log or \
             overrun a buffer that was made for five characters.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .class("A10")
}

fn escaped() -> Case {
    twins::hs256()
        .changed("algorithms/edge/escaped-letter", header("alg", "\"H\\u0053256\""))
        .accept()
        .title("alg is HS256 with one letter as an escape")
        .why(
            "After the escape is resolved this is `HS256`, code point by code point: names are compared \
              as strings, not as the text between the quotes.",
        )
        .requirement("RFC8259-8.3-NAMES")
        .requirement("RFC7515-4.1.1-ALG")
        .requirement("RFC8725-3.1-ALG")
        .class("V1")
}

/// Name, raw value, what it is, reasons.
const UNSIGNED: [(&str, &str, &str, &[Reason]); 8] = [
    ("unknown", "\"ZZZ\"", "a name that nobody registered", &[Reason::Algorithm]),
    ("empty", "\"\"", "empty", &[Reason::Algorithm]),
    ("null", "null", "null", &ILL_TYPED),
    ("proto", "\"__proto__\"", "__proto__", &[Reason::Algorithm]),
    ("false", "false", "false", &ILL_TYPED),
    ("zero", "0", "0", &ILL_TYPED),
    ("empty-array", "[]", "an empty array", &ILL_TYPED),
    ("key-management-dir", "\"dir\"", "dir, which is for encryption", &[Reason::Algorithm]),
];

fn unknown_and_unsigned((name, value, what, reasons): (&str, &str, &str, &[Reason])) -> Case {
    twins::hs256()
        .changed(&format!("algorithms/edge/{name}-unsigned"), unsigned(Some(value)))
        .reject(reasons.iter().copied())
        .threat(Threat::Forger)
        .title(format!("alg is {what}, and the signature is empty"))
        .why(
            "Where an unknown name leads to an empty expected signature instead of an error, the empty \
              one that was sent equals it, and anybody is let in.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .class("A3")
}

fn absent_and_unsigned() -> Case {
    twins::hs256()
        .changed_by("algorithms/edge/absent-unsigned", vec![without_header("alg"), unsigned(None)])
        .reject([Reason::Algorithm, Reason::HeaderParameter, Reason::Header, Reason::Signature])
        .threat(Threat::Forger)
        .title("no alg, and an empty signature")
        .why(
            "Two defects, each stored alone as well. Where no algorithm means nothing to check, nothing \
              is what gets checked.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .class("A3")
}

fn fully_specified() -> Case {
    twins::signed(Algorithm::EdDSA)
        .changed("algorithms/edge/ed25519-for-eddsa", header("alg", "\"Ed25519\""))
        .either(
            "RFC 9864 section 2.2 gives `Ed25519` the meaning that `EdDSA` has with an Ed25519 key; RFC \
             8725 section 3.1 asks that only the configured names are used.",
            [Reason::Algorithm],
        )
        .title("alg is Ed25519, where EdDSA and an Ed25519 key are configured")
        .why(
            "The name and the signature fit each other and the key; whether the configured name covers \
              its fully-specified twin is for the verifier to say.",
        )
        .requirement("RFC9864-2-NAMES")
        .class("A12")
}

fn polymorphic() -> Case {
    twins::signed(Algorithm::Ed25519)
        .changed("algorithms/edge/eddsa-for-ed25519", header("alg", "\"EdDSA\""))
        .either_better_refused(
            "RFC 9864 section 2.2 gives `Ed25519` the meaning that `EdDSA` has with an Ed25519 key. It deprecates `EdDSA`, \
             and RFC 8725 section 3.1 asks that only the configured names are used.",
            [Reason::Algorithm],
        )
        .title("alg is EdDSA, where Ed25519 and an Ed25519 key are configured")
        .why(
            "The name and the signature fit each other and the key. Whoever configures the fully-specified name asked for \
             that name alone.",
        )
        .requirement("RFC9864-2-NAMES")
        .class("A12")
}

/// The configured algorithm, and the name of the same computation in COSE, which JOSE does not have.
const ELSEWHERE: [(Algorithm, &str); 3] =
    [(Algorithm::ES256, "ESP256"), (Algorithm::ES384, "ESP384"), (Algorithm::ES512, "ESP512")];

fn registered_elsewhere((algorithm, name): (Algorithm, &str)) -> Case {
    twins::signed(algorithm)
        .changed(
            &format!("algorithms/edge/{}-for-{}", name.to_lowercase(), algorithm.name().to_lowercase()),
            header("alg", &format!("\"{name}\"")),
        )
        .reject([Reason::Algorithm])
        .title(format!("alg is {name}, which is registered for COSE alone, over a good {algorithm} signature"))
        .why(
            "RFC 9864 registers the name for COSE, where it means this computation. In JOSE nothing has the name, and it \
             is not the configured one.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .class("A10")
}

/// The header of RFC 9964 with a key of its form. No signature of it is good here, since its algorithm is unknown.
fn post_quantum() -> Case {
    const PUBLIC_KEY_OCTETS: usize = 1_312;
    const SIGNATURE_OCTETS: usize = 2_420;
    let key = format!(
        "{{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"{}\"}}",
        base64url::encode(&[0; PUBLIC_KEY_OCTETS])
    );
    twins::signed(Algorithm::EdDSA)
        .changed_by(
            "algorithms/edge/ml-dsa-44-with-its-key",
            vec![
                header("alg", "\"ML-DSA-44\""),
                header("jwk", &key),
                signature(SignatureChange::Replace { base64url: base64url::encode(&[0; SIGNATURE_OCTETS]) }),
            ],
        )
        .reject([Reason::Algorithm, Reason::HeaderParameter, Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title("alg is ML-DSA-44, with a key in the header and a signature of zeros")
        .why(
            "The algorithm is not configured. A verifier that does not know it must refuse the token, and not take what it \
             cannot verify for verified.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .class("A3")
}

fn other_curve() -> Case {
    twins::signed(Algorithm::EdDSA)
        .changed("algorithms/edge/ed448-over-an-ed25519-key", header("alg", "\"Ed448\""))
        .reject([Reason::Algorithm, Reason::Key, Reason::Signature])
        .title("alg is Ed448, over a signature by the configured Ed25519 key")
        .why(
            "`Ed448` names another curve than that of the key: no signature by an Ed25519 key is one in \
              the manner of this name.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .requirement("RFC9864-2-NAMES")
        .class("A12")
}
