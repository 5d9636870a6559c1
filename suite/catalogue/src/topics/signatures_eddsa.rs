//! G19: the number S and the point R of EdDSA signatures.

use jotproof_mint::base64url;
use jotproof_model::recipe::{Number, SignatureChange};
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use super::signatures_ecdsa::one_octet_less;
use super::signatures_integrity::timeless;
use crate::case::Case;
use crate::edits::signature;
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = NUMBERS.into_iter().map(number).collect();
    cases.extend(NOT_CANONICAL.into_iter().map(not_canonical));
    cases.extend(cut_at_the_end());
    cases.extend(SMALL_ORDER.into_iter().map(small_order));
    cases.extend([zero_nonce(), prehashed(), in_context()]);
    Topic {
        path: "signatures/eddsa",
        about: "Ed25519 signatures: a number S that is out of range, a point R that does not decode, another variant.",
        cases,
    }
}

/// Rows: name, number in place of S, description.
const NUMBERS: [(&str, Number, &str); 6] = [
    ("s-plus-l", Number::PlusOrder { times: 1 }, "S + L in place of S"),
    ("s-plus-15-l", Number::PlusOrder { times: 15 }, "S + 15 L in place of S, the greatest that has room"),
    ("s-0", Number::Zero, "0 in place of S"),
    ("s-l-less-1", Number::OrderLessOne, "L - 1 in place of S"),
    ("s-l", Number::Order, "L in place of S"),
    ("s-l-plus-1", Number::OrderPlusOne, "L + 1 in place of S"),
];

fn number((name, s, what): (&str, Number, &str)) -> Case {
    let case = twins::signed(Algorithm::EdDSA)
        .changed(&format!("signatures/eddsa/{name}"), signature(SignatureChange::EddsaNumber { s }))
        .reject([Reason::Signature])
        .threat(Threat::Mangler)
        .title(format!("EdDSA: {what}"))
        .requirement("RFC8032-5.1.7-S");
    if matches!(s, Number::PlusOrder { .. }) {
        case.class("S5").why(
            "It is the same number modulo L, the order of the base point, and out of range. A verifier that only \
             computes modulo L has sixteen signatures for one token.",
        )
    } else {
        case.class("S5").why(
            "The number is at the end of its range, or beyond it, and is not the one that the key leads to. No text \
             has a signature with it.",
        )
    }
}

/// Rows: name, octets of R, description.
const NOT_CANONICAL: [(&str, [u8; 32], &str); 3] = [
    (
        "r-neutral-point-of-the-other-sign",
        octets(0x01, 0x00, 0x80),
        "the neutral point with a sign that it does not have",
    ),
    ("r-neutral-point-plus-p", octets(0xee, 0xff, 0x7f), "the neutral point, with p added to its coordinate"),
    ("r-p", octets(0xed, 0xff, 0x7f), "a coordinate of p, which is 0 modulo p"),
];

/// Rows: name, octets of R, its order.
const SMALL_ORDER: [(&str, [u8; 32], &str); 4] = [
    ("r-order-2", octets(0xec, 0xff, 0x7f), "2"),
    ("r-order-4", octets(0x00, 0x00, 0x00), "4"),
    ("r-order-4-of-the-other-sign", octets(0x00, 0x00, 0x80), "4, with the other sign"),
    (
        "r-order-8",
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
            0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
        ],
        "8",
    ),
];

/// The case of an R of small order. S fits R multiplied by 8, and not R itself.
fn small_order((name, commitment, order): (&str, [u8; 32], &str)) -> Case {
    twins::signed(Algorithm::EdDSA)
        .changed(
            &format!("signatures/eddsa/{name}"),
            signature(SignatureChange::EddsaCommitment { base64url: base64url::encode(&commitment) }),
        )
        .either(
            "RFC 8032 section 5.1.7 lets a verifier multiply both sides of the equation by 8, which this signature \
             satisfies, or compare them as they are, which it does not.",
            [Reason::Signature],
        )
        .title(format!("EdDSA: R is a point of order {order}"))
        .why("Only the holder of the key can make it, so both outcomes are harmless. Verifiers differ here.")
        .requirement("RFC8032-5.1.7-DECODE")
        .class("S5")
}

fn zero_nonce() -> Case {
    twins::signed(Algorithm::EdDSA)
        .changed("signatures/eddsa/r-neutral-point", signature(SignatureChange::EddsaZeroNonce))
        .either(
            "The signature satisfies RFC 8032 section 5.1.7. Verifiers that follow its advice on cofactors may refuse \
             every R of small order.",
            [Reason::Signature],
        )
        .title("EdDSA: R is the neutral point, because the nonce was 0")
        .why("Only the holder of the key can make it, and whoever sees it can compute the private key.")
        .requirement("RFC8032-5.1.7-DECODE")
        .class("S5")
}

/// 32 octets, given by the first, the 30 between, and the last.
const fn octets(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut all = [between; 32];
    all[0] = first;
    all[31] = last;
    all
}

/// The case of an R that is not canonical. S fits the point after reduction, so a verifier that reduces the
/// coordinate finds the equation satisfied.
fn not_canonical((name, commitment, what): (&str, [u8; 32], &str)) -> Case {
    twins::signed(Algorithm::EdDSA)
        .changed(
            &format!("signatures/eddsa/{name}"),
            signature(SignatureChange::EddsaCommitment { base64url: base64url::encode(&commitment) }),
        )
        .reject([Reason::Signature])
        .title(format!("EdDSA: an R that does not decode: {what}"))
        .why(
            "R is the encoding of a point, and each point has one encoding. A verifier that reduces the \
             coordinate, or passes over the sign, accepts a signature that others refuse.",
        )
        .requirement("RFC8032-5.1.7-DECODE")
        .class("S5")
}

/// The `jti` was chosen for an S that ends with a zero octet.
fn cut_at_the_end() -> [Case; 2] {
    let twin = timeless(Algorithm::EdDSA, "signatures/eddsa/s-ends-with-a-zero", "6")
        .accept()
        .title("EdDSA: an S that ends with a zero octet")
        .why("One signature in sixteen ends so. The least significant octet of S comes first, and its zeros stay.")
        .requirement("RFC8032-5.1.7-VERIFY")
        .class("V1");
    let cut = one_octet_less(
        &twin,
        "signatures/eddsa/without-the-zero-at-the-end",
        SignatureChange::Truncate { octets: 63 },
    )
    .title("EdDSA: a signature without the zero octet that it ends with")
    .requirement("RFC8032-5.1.7-DECODE")
    .class("S5");
    [twin, cut]
}

fn prehashed() -> Case {
    twins::signed(Algorithm::EdDSA)
        .changed("signatures/eddsa/ed25519ph", signature(SignatureChange::EddsaPrehashed))
        .reject([Reason::Signature])
        .title("EdDSA: Ed25519ph, which signs the hash of the text")
        .why(
            "RFC 8037 has Ed25519 alone. A verifier that tries the variant with a hash as well verifies what its \
             issuer has signed for something else.",
        )
        .requirement("RFC8037-3.1-EDDSA")
        .class("S5")
}

fn in_context() -> Case {
    twins::signed(Algorithm::EdDSA)
        .changed(
            "signatures/eddsa/ed25519ctx",
            signature(SignatureChange::EddsaContext { text: "JWT".to_owned() }),
        )
        .reject([Reason::Signature])
        .title("EdDSA: Ed25519ctx, which signs the text in a context")
        .why(
            "RFC 8037 has Ed25519 alone, which has no context. A verifier that tries the variant as well verifies what \
             its issuer has signed for something else.",
        )
        .requirement("RFC8037-3.1-EDDSA")
        .class("S5")
}
