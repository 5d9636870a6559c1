//! G17: the range, the width and the order of the two numbers in an ECDSA signature.

use jotproof_mint::base64url;
use jotproof_model::recipe::{Number, SignatureChange};
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use super::signatures_integrity::timeless;
use crate::case::Case;
use crate::edits::{claim, signature};
use crate::twins;

use Algorithm::{ES256, ES256K, ES384, ES512};
use Number::{Computed, One, Order, OrderLessOne, OrderPlusOne, PlusOrder, Zero};

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = Vec::new();
    for algorithm in CURVES {
        cases.extend([high(algorithm), low(algorithm)]);
        cases.extend(out_of_range(algorithm));
        cases.extend(changed_numbers(algorithm));
        cases.extend(of_another_form(algorithm));
    }
    for row in LEADING_ZEROS {
        cases.push(leading_zeros(row));
    }
    cases.extend(
        LEADING_ZEROS.into_iter().filter(|row| row.1 == "r-begins-with-a-zero").map(cut_at_the_front),
    );
    cases.push(cut_at_the_front(ES256_ZERO));
    cases.extend(LAST_ZEROS.into_iter().flat_map(cut_at_the_end));
    cases.extend(LEADING_ZEROS.into_iter().filter(|row| row.1 == "r-and-s-begin-with-a-zero").map(shortened));
    Topic {
        path: "signatures/ecdsa",
        about: "The numbers r and s of ECDSA signatures: out of range, of another width, exchanged, with leading \
                zeros.",
        cases,
    }
}

const CURVES: [Algorithm; 4] = [ES256, ES384, ES512, ES256K];

/// The length of each number, in octets (RFC 7518 section 3.4).
pub(super) const fn width(algorithm: Algorithm) -> u32 {
    match algorithm {
        ES384 => 48,
        ES512 => 66,
        _ => 32,
    }
}

fn id(algorithm: Algorithm, name: &str) -> String {
    format!("signatures/ecdsa/{}-{name}", algorithm.name().to_lowercase())
}

fn numbers(r: Number, s: Number) -> SignatureChange {
    SignatureChange::EcdsaNumbers { r, s }
}

/// The case with the greater `s` that verifies. Without the edit, chance decides between the two.
fn high(algorithm: Algorithm) -> Case {
    of_both_that_verify(algorithm, "s-high", Number::High, "the greater of the two s that verify")
}

fn low(algorithm: Algorithm) -> Case {
    of_both_that_verify(algorithm, "s-low", Number::Low, "the smaller of the two s that verify")
}

fn of_both_that_verify(algorithm: Algorithm, name: &str, s: Number, what: &str) -> Case {
    twins::signed(algorithm)
        .changed_by(
            &id(algorithm, name),
            vec![claim("jti", &format!("\"{name}\"")), signature(numbers(Computed, s))],
        )
        .accept()
        .threat(Threat::Mangler)
        .title(format!("{algorithm}: {what}"))
        .why(
            "s and n - s verify alike, and RFC 7518 asks for neither. Issuers make both, so that a verifier \
             that takes the smaller one alone refuses every second token.",
        )
        .requirement("RFC7518-3.4-FORM")
        .requirement("RFC7518-3.4-RANGE")
        .class("V1")
}

/// Rows: a number, its name in ids, its name in titles.
const NUMBERS: [(Number, &str, &str); 5] = [
    (Zero, "0", "0"),
    (One, "1", "1"),
    (OrderLessOne, "n-less-1", "n - 1"),
    (Order, "n", "n"),
    (OrderPlusOne, "n-plus-1", "n + 1"),
];

/// Every pair of numbers at the ends of the range. They contain nothing of a genuine signature.
fn out_of_range(algorithm: Algorithm) -> impl Iterator<Item = Case> {
    let pairs = NUMBERS.into_iter().flat_map(|r| NUMBERS.into_iter().map(move |s| (r, s)));
    // The topic signatures/integrity has r = s = 0.
    pairs.filter(|(r, s)| (r.0, s.0) != (Zero, Zero)).map(move |((r, of_r, r_is), (s, of_s, s_is))| {
        twins::signed(algorithm)
            .changed(&id(algorithm, &format!("r-{of_r}-s-{of_s}")), signature(numbers(r, s)))
            .reject([Reason::Signature])
            .threat(Threat::Forger)
            .title(format!("{algorithm}: r = {r_is}, s = {s_is}"))
            .why(
                "r and s lie between 1 and n - 1. Without that check there are numbers that verify over every \
                 text under every key.",
            )
            .requirement("RFC7518-3.4-RANGE")
            .class("A11")
    })
}

/// Genuine signatures with one number changed.
fn changed_numbers(algorithm: Algorithm) -> Vec<Case> {
    let changed = |name: &str, r: Number, s: Number, what: &str| {
        twins::signed(algorithm)
            .changed(&id(algorithm, name), signature(numbers(r, s)))
            .reject([Reason::Signature])
            .threat(Threat::Mangler)
            .title(format!("{algorithm}: {what}"))
            .requirement("RFC7518-3.4-RANGE")
    };
    let mut cases: Vec<Case> = [
        ("r-0", Zero, Computed, "a genuine s, and 0 for r"),
        ("s-0", Computed, Zero, "a genuine r, and 0 for s"),
        ("r-n", Order, Computed, "a genuine s, and n for r"),
        ("s-n", Computed, Order, "a genuine r, and n for s"),
    ]
    .into_iter()
    .map(|(name, r, s, what)| {
        changed(name, r, s, what).class("A11").why(
            "r and s lie between 1 and n - 1. A verifier that computes with another number divides by zero, or \
             compares with what the division left behind.",
        )
    })
    .collect();
    // A number plus n fits into the width only if the order leaves bits unused.
    if algorithm == ES512 {
        let plus = PlusOrder { times: 1 };
        cases.extend(
            [
                ("r-plus-n", plus, Computed, "r + n in place of r"),
                ("s-plus-n", Computed, plus, "s + n in place of s"),
            ]
            .into_iter()
            .map(|(name, r, s, what)| {
                changed(name, r, s, what).class("S4").why(
                    "It is the same number modulo n, and out of range. A verifier that computes modulo n \
                         without looking at the range has several signatures for one token.",
                )
            }),
        );
    }
    cases
}

/// Genuine signatures with the same numbers in another form.
fn of_another_form(algorithm: Algorithm) -> Vec<Case> {
    use SignatureChange as C;
    let width = width(algorithm);
    let mut rows = vec![
        (
            "both-after-a-zero".to_owned(),
            C::EcdsaWidths { r: width + 1, s: width + 1 },
            "a zero octet before each number".to_owned(),
        ),
        (
            "r-after-a-zero".to_owned(),
            C::EcdsaWidths { r: width + 1, s: width },
            "a zero octet before r alone".to_owned(),
        ),
        (
            "s-after-a-zero".to_owned(),
            C::EcdsaWidths { r: width, s: width + 1 },
            "a zero octet before s alone".to_owned(),
        ),
        ("swapped".to_owned(), C::EcdsaSwapped, "s before r".to_owned()),
    ];
    rows.extend([48, 66].into_iter().filter(|wide| *wide > width).map(|wide| {
        let what = format!("numbers of {wide} octets, as another curve has them");
        (format!("numbers-of-{wide}-octets"), C::EcdsaWidths { r: wide, s: wide }, what)
    }));
    let mut cases: Vec<Case> = rows
        .into_iter()
        .map(|(name, change, what)| {
            twins::signed(algorithm)
                .changed(&id(algorithm, &name), signature(change))
                .reject([Reason::Signature])
                .threat(Threat::Mangler)
                .title(format!("{algorithm}: {what}"))
                .why(
                    "Each number has the width of the curve. A verifier that cuts the signature in the middle, \
                     whatever its length, has many texts for one signature.",
                )
                .requirement("RFC7518-3.4-FORM")
                .class("S3")
        })
        .collect();
    // SEQUENCE { INTEGER 0, INTEGER 0 }
    let zeros = base64url::encode(&[0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00]);
    cases.push(
        twins::signed(algorithm)
            .changed(&id(algorithm, "der-of-zeros"), signature(C::Replace { base64url: zeros }))
            .reject([Reason::Signature])
            .threat(Threat::Forger)
            .title(format!("{algorithm}: the DER form of r = s = 0"))
            .why(
                "A verifier that takes DER as well, and hands it on, has to check the range there too. The \
                 numbers 0 and 0 verify over every text where nobody does.",
            )
            .requirement("RFC7518-3.4-FORM")
            .requirement("RFC7518-3.4-RANGE")
            .class("A11"),
    );
    cases
}

/// Rows: algorithm, end of the id, a `jti` that gives such a signature, description. The tokens have no
/// times, so the signature is the same at every clock. Another key gives another signature, and the token
/// must be accepted too.
const LEADING_ZEROS: [(Algorithm, &str, &str, &str); 18] = [
    (ES256, "r-begins-with-two-zeros", "45730", "an r that begins with two zero octets"),
    (ES256, "s-begins-with-two-zeros", "60321", "an s that begins with two zero octets"),
    (ES256, "r-and-s-begin-with-a-zero", "17159", "an r and an s that begin with a zero octet"),
    (ES384, "r-begins-with-a-zero", "116", "an r that begins with a zero octet"),
    (ES384, "s-begins-with-a-zero", "213", "an s that begins with a zero octet"),
    (ES384, "r-begins-with-two-zeros", "31670", "an r that begins with two zero octets"),
    (ES384, "s-begins-with-two-zeros", "58339", "an s that begins with two zero octets"),
    (ES384, "r-and-s-begin-with-a-zero", "140381", "an r and an s that begin with a zero octet"),
    (ES512, "r-begins-with-a-zero", "5", "an r that begins with a zero octet"),
    (ES512, "s-begins-with-a-zero", "0", "an s that begins with a zero octet"),
    (ES512, "r-begins-with-two-zeros", "252", "an r that begins with two zero octets"),
    (ES512, "s-begins-with-two-zeros", "221", "an s that begins with two zero octets"),
    (ES512, "r-and-s-begin-with-a-zero", "6", "an r and an s that begin with a zero octet"),
    (ES256K, "r-begins-with-a-zero", "161", "an r that begins with a zero octet"),
    (ES256K, "s-begins-with-a-zero", "364", "an s that begins with a zero octet"),
    (ES256K, "r-begins-with-two-zeros", "51600", "an r that begins with two zero octets"),
    (ES256K, "s-begins-with-two-zeros", "31904", "an s that begins with two zero octets"),
    (ES256K, "r-and-s-begin-with-a-zero", "25450", "an r and an s that begin with a zero octet"),
];

fn leading_zeros((algorithm, name, jti, what): (Algorithm, &str, &str, &str)) -> Case {
    timeless(algorithm, &id(algorithm, name), jti)
        .accept()
        .title(format!("{algorithm}: {what}"))
        .why(
            "A number keeps its zeros: r and s have their full width. A verifier that expects integers without \
             leading zeros, or sees a short number in them, refuses such tokens, which come by chance.",
        )
        .requirement("RFC7518-3.4-FORM")
        .class("S3")
}

/// The row of ES256, whose token is in signatures/integrity.
const ES256_ZERO: (Algorithm, &str, &str, &str) = (ES256, "r-begins-with-zero", "18", "");

/// The signature as one number, without the zero octets that it begins with.
fn cut_at_the_front(row: (Algorithm, &str, &str, &str)) -> Case {
    let (algorithm, _, jti, _) = row;
    let twin = match algorithm {
        ES256 => timeless(algorithm, "signatures/integrity/es256-r-begins-with-zero", jti).accept(),
        _ => leading_zeros(row),
    };
    one_octet_less(&twin, &id(algorithm, "without-the-zero-at-the-front"), SignatureChange::DropLeadingZeros)
        .title(format!("{algorithm}: a signature without the zero octet that it begins with"))
        .requirement("RFC7518-3.4-FORM")
        .class("S3")
}

/// A signature of which one end is cut off, where there is a zero octet.
pub(super) fn one_octet_less(twin: &Case, id: &str, change: SignatureChange) -> Case {
    twin.changed(id, signature(change)).reject([Reason::Signature]).threat(Threat::Mangler).why(
        "A signature keeps its length, whatever octets are in it. A verifier that fills up what is missing has two \
         texts for one signature.",
    )
}

/// Rows: algorithm, a `jti` that gives a signature with a zero octet at its end. The tokens have no times, so the
/// signature is the same at every clock.
const LAST_ZEROS: [(Algorithm, &str); 4] = [(ES256, "165"), (ES384, "212"), (ES512, "358"), (ES256K, "214")];

fn cut_at_the_end((algorithm, jti): (Algorithm, &str)) -> [Case; 2] {
    let twin = timeless(algorithm, &id(algorithm, "s-ends-with-a-zero"), jti)
        .accept()
        .title(format!("{algorithm}: an s that ends with a zero octet"))
        .why("The zero octet is a digit of s, not padding.")
        .requirement("RFC7518-3.4-FORM")
        .class("S3");
    let octets = 2 * width(algorithm) - 1;
    let end = SignatureChange::Truncate { octets };
    let cut = one_octet_less(&twin, &id(algorithm, "without-the-zero-at-the-end"), end)
        .title(format!("{algorithm}: a signature without the zero octet that it ends with"))
        .requirement("RFC7518-3.4-FORM")
        .class("S3");
    [twin, cut]
}

fn shortened(row: (Algorithm, &str, &str, &str)) -> Case {
    let algorithm = row.0;
    leading_zeros(row)
        .changed(&id(algorithm, "without-leading-zeros"), signature(SignatureChange::EcdsaShortened))
        .reject([Reason::Signature])
        .threat(Threat::Mangler)
        .title(format!("{algorithm}: r and s without their leading zeros"))
        .why(
            "The numbers must not be shortened. A verifier that cuts the signature in the middle has two texts \
             for one signature.",
        )
        .requirement("RFC7518-3.4-FORM")
        .class("S3")
}
