//! A taste of G16 to G19: every octet of the signature counts, and every octet that it is over.

use jotproof_mint::base64url;
use jotproof_model::algorithm::Family;
use jotproof_model::recipe::{Segment, SegmentChange, SignatureChange};
use jotproof_model::vector::Severity;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::{Case, Undecided};
use crate::edits::{claim, quoted, sent_segment, signature, without_claim};
use crate::twins;

use Algorithm::{ES256, EdDSA, HS256, RS256};

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = Vec::new();
    for algorithm in Algorithm::DISTINCT {
        let octets = length(algorithm);
        cases.extend(
            changes(algorithm, octets)
                .into_iter()
                .map(|(name, change, what)| changed(algorithm, name, change, what)),
        );
        cases.push(payload_changed(algorithm));
    }
    cases.push(header_written_otherwise());
    cases.extend(LEADING_ZEROS.into_iter().map(leading_zero));
    cases.push(equal_up_to_the_first_nul());
    Topic {
        path: "signatures/integrity",
        about: "Signatures that were changed, and signatures over something else.",
        cases,
    }
}

/// How many octets a signature has by the configured key.
const fn length(algorithm: Algorithm) -> u32 {
    match algorithm {
        HS256 => 32,
        Algorithm::HS384 => 48,
        Algorithm::HS512 | ES256 | Algorithm::ES256K | EdDSA | Algorithm::Ed25519 => 64,
        Algorithm::ES384 => 96,
        Algorithm::ES512 => 132,
        RS256
        | Algorithm::RS384
        | Algorithm::RS512
        | Algorithm::PS256
        | Algorithm::PS384
        | Algorithm::PS512 => 256,
    }
}

/// One row of [`changes`]: name, change, what it is.
type Change = (&'static str, SignatureChange, &'static str);

fn changes(algorithm: Algorithm, octets: u32) -> Vec<Change> {
    use SignatureChange::{Append, Der, FlipBit, Hex, Reverse, Truncate, Zero};
    let mut changes = vec![
        ("first-bit-turned", FlipBit { bit: 0 }, "the first bit of the signature turned over"),
        ("last-bit-turned", FlipBit { bit: octets * 8 - 1 }, "the last bit of the signature turned over"),
        ("one-octet-short", Truncate { octets: octets - 1 }, "a signature without its last octet"),
        ("one-octet-over", Append { base64url: "AA".to_owned() }, "a signature with a zero octet after it"),
        ("zeros", Zero, "as many zero octets in place of the signature"),
    ];
    if algorithm.family() == Family::Hmac {
        changes.extend([
            (
                "middle-bit-turned",
                FlipBit { bit: octets * 4 },
                "a bit in the middle of the signature turned over",
            ),
            ("half", Truncate { octets: octets / 2 }, "the first half of a signature"),
            ("one-octet-long", Truncate { octets: 1 }, "the first octet of a signature"),
            ("reversed", Reverse, "the octets of the signature in reverse order"),
            ("hexadecimal", Hex, "the hexadecimal text of the signature in its place"),
        ]);
    }
    // Without its signature the HS256 token stands in encoding/segments.
    if algorithm != HS256 {
        changes.push(("empty", Truncate { octets: 0 }, "no octets in place of the signature"));
    }
    if algorithm.family() == Family::Ecdsa {
        changes.push(("der", Der, "the DER form of the signature"));
    }
    changes
}

fn changed(algorithm: Algorithm, name: &str, change: SignatureChange, what: &str) -> Case {
    let word = algorithm.name().to_lowercase();
    // At most one octet of the signature is left, and an attacker can guess one.
    let threat = match change {
        SignatureChange::Zero | SignatureChange::Truncate { octets: 0 | 1 } => Threat::Forger,
        _ => Threat::Mangler,
    };
    let case = twins::signed(algorithm)
        .changed(&format!("signatures/integrity/{word}-{name}"), signature(change))
        .reject([Reason::Signature])
        .threat(threat)
        .title(format!("{algorithm}: {what}"));
    let (why, class) = match (algorithm.family(), name) {
        (Family::Ecdsa, "zeros") => (
            "r and s are between one and the order of the curve. An implementation that does not check \
             that finds that zeros verify over everything, under every key.",
            "A11",
        ),
        (Family::Ecdsa, "der") => (
            "The signature is r and s, one after the other, and nothing else. Who takes the DER form as \
             well has two texts for one signature, and a second parser to be attacked.",
            "S3",
        ),
        (Family::Ecdsa, "one-octet-short" | "one-octet-over") => (
            "r and s have their full length. A reader that splits wherever the middle is, or leaves out \
             what is left over, verifies another text than was sent.",
            "S3",
        ),
        (_, "empty") => (
            "Nothing is no signature. Who compares as many octets as were sent, or takes a failed \
             decoding for success, accepts any token.",
            "S1",
        ),
        (Family::Hmac, "one-octet-short" | "half" | "one-octet-long" | "one-octet-over") => (
            "The whole MAC is compared. Who compares the common beginning only lets the sender choose \
             how much of it has to be right.",
            "S2",
        ),
        (_, "zeros") => ("Zero octets are not what the key makes of this token: nobody signed it.", "S0"),
        (family, "one-octet-short" | "one-octet-over") => (
            "The signature has a fixed length. A verifier that cuts or fills up what was sent accepts \
             several texts for one token.",
            if family == Family::EdDsa { "S5" } else { "S7" },
        ),
        (_, "reversed") => ("The octets are all there, and in another order they are another MAC.", "S0"),
        (_, "hexadecimal") => (
            "The segment is the base64url text of the octets of the MAC. A verifier that takes the \
             hexadecimal text as well has two texts for one token.",
            "S0",
        ),
        _ => ("One changed bit makes it another signature, which nobody made.", "S0"),
    };
    let mut case = case.why(why).class(class);
    if name == "first-bit-turned" {
        case = twins::row_of(algorithm).into_iter().fold(case, Case::documented);
    }
    if algorithm == EdDSA {
        case = case.requirement("RFC8037-3.1-EDDSA");
    }
    case.requirement(requirement(algorithm, name))
}

/// The requirement that a change breaks: the form of a signature, or its verification.
fn requirement(algorithm: Algorithm, name: &str) -> &'static str {
    let is_of_another_length = matches!(name, "one-octet-short" | "one-octet-over" | "empty" | "der");
    match algorithm.family() {
        Family::Hmac => "RFC7518-3.2-MAC",
        Family::EdDsa => "RFC8032-5.1.7-VERIFY",
        Family::Ecdsa if is_of_another_length => "RFC7518-3.4-FORM",
        Family::RsaPkcs1 if is_of_another_length => "RFC8017-8.2.2-LENGTH",
        Family::RsaPss if is_of_another_length => "RFC8017-8.1.2-LENGTH",
        Family::Ecdsa | Family::RsaPkcs1 | Family::RsaPss => "RFC7515-5.2-VERIFY",
    }
}

fn payload_changed(algorithm: Algorithm) -> Case {
    let word = algorithm.name().to_lowercase();
    let text = base64url::encode(br#"{"sub":"1","ext":"{\"user_id\":1}"}"#);
    let case = twins::signed(algorithm)
        .changed(
            &format!("signatures/integrity/{word}-payload-changed"),
            sent_segment(Segment::Payload, SegmentChange::Replace { text }),
        )
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("{algorithm}: a signature over other claims than those that were sent"))
        .why(
            "The sender has a good token and puts other claims into it. Who accepts this does not \
              check signatures at all, or not over what was received.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("S0");
    twins::row_of(algorithm).into_iter().fold(case, Case::documented)
}

fn header_written_otherwise() -> Case {
    let text = base64url::encode(br#"{"typ":"JWT","alg":"HS256"}"#);
    twins::hs256()
        .changed(
            "signatures/integrity/hs256-header-members-swapped",
            sent_segment(Segment::Header, SegmentChange::Replace { text }),
        )
        .reject([Reason::Signature])
        .threat(Threat::Mangler)
        .title("the two members of the header swapped after signing")
        .why(
            "The header says the same, in another text, and the signature is over the text. Who \
              accepts this verifies what it has written itself, not what was received.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("S0")
}

/// Name, the algorithm, a `jti` that makes it so, what it is. The tokens have no times, so that it is so
/// at every clock.
const LEADING_ZEROS: [(&str, Algorithm, &str, &str); 5] = [
    ("hs256-begins-with-zero", HS256, "182", "a MAC that begins with a zero octet"),
    ("rs256-begins-with-zero", RS256, "603", "a signature that begins with a zero octet"),
    ("es256-r-begins-with-zero", ES256, "18", "an r that begins with a zero octet"),
    ("es256-s-begins-with-zero", ES256, "23", "an s that begins with a zero octet"),
    ("eddsa-s-begins-with-zero", EdDSA, "42", "an S whose first octet is zero"),
];

/// A token without times. Its `jti` was chosen for the form of the signature, which is then the same at every
/// clock.
pub(super) fn timeless(algorithm: Algorithm, id: &str, jti: &str) -> Undecided {
    twins::signed(algorithm)
        .changed_by(id, vec![without_claim("iat"), without_claim("exp"), claim("jti", &quoted(jti))])
}

fn leading_zero((name, algorithm, jti, what): (&str, Algorithm, &str, &str)) -> Case {
    let case = timeless(algorithm, &format!("signatures/integrity/{name}"), jti)
        .accept()
        .title(format!("{algorithm}: {what}"));
    match algorithm {
        HS256 => case
            .why("One MAC in 256 begins so. Who compares them as C strings compares nothing.")
            .requirement("RFC7518-3.2-MAC")
            .class("S2")
            .severity(Severity::Low),
        ES256 => case
            .why(
                "One number in 256 begins so, and keeps its zero: r and s have their full length. A \
                  verifier that expects integers without leading zeros refuses one token in 128.",
            )
            .requirement("RFC7518-3.4-FORM")
            .requirement("RFC7518-3.4-CURVE")
            .class("S3"),
        EdDSA => case
            .why(
                "R and S are octets, not integers that are written the short way: whatever stands in \
                  them, they are 64.",
            )
            .requirement("RFC8037-3.1-EDDSA")
            .requirement("RFC8032-5.1.7-S")
            .requirement("RFC8032-5.1.7-DECODE")
            .requirement("RFC8032-5.1.7-VERIFY")
            .class("V1"),
        _ => case
            .why(
                "One signature in 256 begins so, and keeps its zero: it is as long as the modulus. A \
                  verifier that expects an integer without leading zeros refuses it.",
            )
            .requirement("RFC7515-5.2-VERIFY")
            .requirement("RFC8017-8.2.2-LENGTH")
            .class("V1"),
    }
}

fn equal_up_to_the_first_nul() -> Case {
    let [row, ..] = LEADING_ZEROS;
    leading_zero(row)
        .changed(
            "signatures/integrity/hs256-equal-up-to-the-first-nul",
            signature(SignatureChange::FlipBit { bit: 255 }),
        )
        .reject([Reason::Signature])
        .threat(Threat::Mangler)
        .title("HS256: a MAC that begins with a zero octet, its last bit turned over")
        .why(
            "Compared as C strings both MACs end before their first octet, and are equal. Then one \
              token in 256 can be forged with a MAC that is a zero octet.",
        )
        .requirement("RFC7518-3.2-MAC")
        .class("S2")
}
