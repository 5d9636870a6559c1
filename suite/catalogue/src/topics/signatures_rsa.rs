//! G18: the number, the length and the encoded message of RSA signatures.

use jotproof_mint::base64url;
use jotproof_model::recipe::{HashName, Number, Pkcs1Encoding, PssEncoding, SignatureChange};
use jotproof_model::vector::Severity;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use super::keys_weak::instead;
use super::signatures_integrity::timeless;
use crate::case::Case;
use crate::edits::signature;
use crate::twins;

use Algorithm::{PS256, PS384, PS512, RS256, RS384, RS512};

const PKCS1: [Algorithm; 3] = [RS256, RS384, RS512];
const PSS: [Algorithm; 3] = [PS256, PS384, PS512];

pub(super) fn pkcs1() -> Topic {
    let mut cases: Vec<Case> = PKCS1.into_iter().flat_map(numbers).collect();
    cases.extend(
        PKCS1
            .into_iter()
            .flat_map(|algorithm| PKCS1_ENCODINGS.into_iter().map(move |row| other_pkcs1(algorithm, row))),
    );
    cases.extend(PKCS1.into_iter().map(other_hash));
    cases.extend(PKCS1.into_iter().flat_map(small_exponent));
    Topic {
        path: "signatures/rsa-pkcs1",
        about: "RSASSA-PKCS1-v1_5: numbers out of range, other lengths, and encoded messages with something wrong in \
                their padding.",
        cases,
    }
}

pub(super) fn pss() -> Topic {
    let mut cases: Vec<Case> = PSS.into_iter().flat_map(numbers).collect();
    cases.extend(PSS.into_iter().flat_map(|algorithm| pss_encodings(algorithm).into_iter()));
    Topic {
        path: "signatures/rsa-pss",
        about: "RSASSA-PSS: numbers out of range, other lengths, and encoded messages with another salt, mask or end.",
        cases,
    }
}

/// Whether an algorithm is RSASSA-PSS, which decides the topic and the section of RFC 8017.
fn is_pss(algorithm: Algorithm) -> bool {
    PSS.contains(&algorithm)
}

fn id(algorithm: Algorithm, name: &str) -> String {
    let topic = if is_pss(algorithm) { "rsa-pss" } else { "rsa-pkcs1" };
    format!("signatures/{topic}/{}-{name}", algorithm.name().to_lowercase())
}

/// The requirement on the length of a signature.
const fn length(pss: bool) -> &'static str {
    if pss { "RFC8017-8.1.2-LENGTH" } else { "RFC8017-8.2.2-LENGTH" }
}

const fn range(pss: bool) -> &'static str {
    if pss { "RFC8017-8.1.2-RANGE" } else { "RFC8017-8.2.2-RANGE" }
}

/// Cases with another number as the signature, or with the same number in another form.
fn numbers(algorithm: Algorithm) -> Vec<Case> {
    let pss = is_pss(algorithm);
    let number = |s| SignatureChange::RsaNumber { s };
    let mut cases: Vec<Case> = [
        ("s-1", Number::One, "1"),
        ("s-n-less-1", Number::OrderLessOne, "n - 1"),
        ("s-n", Number::Order, "n"),
        ("s-n-plus-1", Number::OrderPlusOne, "n + 1"),
    ]
    .into_iter()
    .map(|(name, s, what)| {
        twins::signed(algorithm)
            .changed(&id(algorithm, name), signature(number(s)))
            .reject([Reason::Signature])
            .threat(Threat::Forger)
            .title(format!("{algorithm}: a signature that is the number {what}"))
            .why(
                "The power of such a number is known without any key. A verifier that does not look at the whole \
                 encoded message takes it for the signature of any text.",
            )
            .requirement(range(pss))
            .class("S7")
    })
    .collect();
    cases.push(
        twins::signed(algorithm)
            .changed(&id(algorithm, "s-plus-n"), signature(plus_n()))
            .reject([Reason::Signature])
            .threat(Threat::Mangler)
            .title(format!("{algorithm}: n added to the signature"))
            .why(
                "It is the same number modulo n, and out of range. A verifier that only computes modulo n has \
                 several signatures for one token.",
            )
            .requirement(range(pss))
            .class("S7"),
    );
    cases.push(
        twins::signed(algorithm)
            .changed(
                &id(algorithm, "after-a-zero"),
                signature(SignatureChange::Prepend { base64url: base64url::encode(&[0]) }),
            )
            .reject([Reason::Signature])
            .threat(Threat::Mangler)
            .title(format!("{algorithm}: a zero octet before the signature"))
            .why(
                "A signature is as long as the modulus. A verifier that reads a number of any length has many \
                 texts for one signature.",
            )
            .requirement(length(pss))
            .class("S7"),
    );
    cases.extend(n_added_without_growing(algorithm));
    if let Some((_, jti)) = LEADING_ZERO.into_iter().find(|(of, _)| *of == algorithm) {
        let zero = leading_zero(algorithm, jti);
        cases.push(
            zero.changed(
                &id(algorithm, "without-leading-zero"),
                signature(SignatureChange::DropLeadingZeros),
            )
            .reject([Reason::Signature])
            .threat(Threat::Mangler)
            .title(format!("{algorithm}: a signature without the zero octet that it begins with"))
            .why(
                "A signature is as long as the modulus, whatever number it is. A verifier that fills up what \
                     is missing has two texts for one signature.",
            )
            .requirement(length(pss))
            .class("S7"),
        );
        // The case of RS256 was published before this topic.
        cases.extend((algorithm != RS256).then_some(zero));
    }
    cases
}

/// Rows: algorithm, a `jti` that gives a signature s for which s + n has the length of n. The tokens have no times,
/// so the signature is the same at every clock.
const ROOM_FOR_N: [(Algorithm, &str); 6] =
    [(RS256, "12"), (RS384, "4"), (RS512, "9"), (PS256, "63"), (PS384, "9"), (PS512, "6")];

/// A small signature, and the same with n added. A check of the length does not find it.
fn n_added_without_growing(algorithm: Algorithm) -> Vec<Case> {
    let pss = is_pss(algorithm);
    let Some((_, jti)) = ROOM_FOR_N.into_iter().find(|(of, _)| *of == algorithm) else { return Vec::new() };
    let small = timeless(algorithm, &id(algorithm, "s-small"), jti)
        .accept()
        .title(format!("{algorithm}: a signature that leaves room for n to be added"))
        .why("The number is below n, as every signature is.")
        .requirement("RFC7515-5.2-VERIFY")
        .requirement(range(pss))
        .class("V1");
    let added = small
        .changed(&id(algorithm, "s-plus-n-in-as-many-octets"), signature(plus_n()))
        .reject([Reason::Signature])
        .threat(Threat::Mangler)
        .title(format!("{algorithm}: n added to the signature, in as many octets as n has"))
        .why(
            "The length is right, and the number is out of range. A verifier that checks the length alone has two \
             signatures for one token.",
        )
        .requirement(range(pss))
        .class("S7");
    vec![small, added]
}

/// n added to the signature.
const fn plus_n() -> SignatureChange {
    SignatureChange::RsaNumber { s: Number::PlusOrder { times: 1 } }
}

/// Rows: algorithm, a `jti` that gives a signature with a leading zero octet. The tokens have no times, so
/// the signature is the same at every clock. The case of RS256 is in signatures/integrity.
const LEADING_ZERO: [(Algorithm, &str); 6] =
    [(RS256, "603"), (RS384, "188"), (RS512, "78"), (PS256, "39"), (PS384, "743"), (PS512, "267")];

fn leading_zero(algorithm: Algorithm, jti: &str) -> Case {
    let pss = is_pss(algorithm);
    let id = match algorithm {
        RS256 => "signatures/integrity/rs256-begins-with-zero".to_owned(),
        _ => id(algorithm, "begins-with-zero"),
    };
    let case = timeless(algorithm, &id, jti)
        .accept()
        .title(format!("{algorithm}: a signature that begins with a zero octet"))
        .why(
            "One signature in 256 begins so, and keeps its zero: it is as long as the modulus. A verifier that \
             expects an integer without leading zeros refuses it.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement(length(pss))
        .requirement(range(pss))
        .class("V1");
    if pss {
        case.requirement("RFC8017-8.1.2-ENCODED").requirement("RFC7518-3.5-PARAMETERS")
    } else {
        case.requirement("RFC8017-8.2.2-ENCODED")
    }
}

/// Rows: name, encoded message, description.
const PKCS1_ENCODINGS: [(&str, Pkcs1Encoding, &str); 13] = [
    ("without-null", Pkcs1Encoding::NoNull, "no NULL after the name of the hash"),
    (
        "long-parameters",
        Pkcs1Encoding::LongParameters { octets: 100 },
        "a hundred zero octets for the parameters of the hash instead of NULL",
    ),
    ("long-length", Pkcs1Encoding::LongLength, "a length in two octets where one is enough"),
    (
        "octets-at-the-end",
        Pkcs1Encoding::TrailingOctets,
        "eight octets of padding, and the rest of the room after the hash",
    ),
    (
        "octets-after-the-hash",
        Pkcs1Encoding::TrailingInside { octets: 8 },
        "eight zero octets after the hash, inside of the structure",
    ),
    ("without-padding", Pkcs1Encoding::NoPadding, "no padding, and the rest of the room after the hash"),
    ("padding-octet-fe", Pkcs1Encoding::PaddingOctet { value: 0xfe }, "an octet FE in the padding"),
    ("padding-octet-zero", Pkcs1Encoding::PaddingOctet { value: 0 }, "a zero octet in the padding"),
    ("block-type-2", Pkcs1Encoding::BlockType { value: 2 }, "block type 02, which is for encryption"),
    ("block-type-0", Pkcs1Encoding::BlockType { value: 0 }, "block type 00"),
    ("first-octet-1", Pkcs1Encoding::FirstOctet, "01 for the zero octet at the beginning"),
    ("separator-1", Pkcs1Encoding::Separator, "01 for the zero octet after the padding"),
    ("bare-hash", Pkcs1Encoding::BareHash, "the hash alone, without its name"),
];

fn other_pkcs1(algorithm: Algorithm, (name, encoded, what): (&str, Pkcs1Encoding, &str)) -> Case {
    let case = twins::signed(algorithm)
        .changed(&id(algorithm, name), signature(SignatureChange::RsaPkcs1 { encoded }))
        .reject([Reason::Signature])
        .title(format!("{algorithm}: {what}"))
        .requirement("RFC8017-8.2.2-ENCODED")
        .class("S6");
    if matches!(encoded, Pkcs1Encoding::NoNull) {
        return case.severity(Severity::Low).why(
            "RFC 8017 appendix B.1 tells implementations to accept a hash identifier with and without NULL. It makes an \
             exception for this encoding, which always has NULL. A verifier that accepts both has two encodings of one \
             hash. That alone does not let anybody forge a signature.",
        );
    }
    case.why(
        "The encoded message has one spelling, to the last octet. A verifier that parses it, and skips what it does \
         not expect, leaves room in which signatures of keys with a small exponent can be forged.",
    )
}

/// The case with the hash of the algorithm and the name of another hash.
fn other_hash(algorithm: Algorithm) -> Case {
    let of = if algorithm == RS256 { HashName::Sha384 } else { HashName::Sha256 };
    let row = ("name-of-another-hash", Pkcs1Encoding::OtherHash { of }, "the name of another hash");
    other_pkcs1(algorithm, row)
}

/// The cases of a key with the exponent 3: a good signature, and one that needs no private key.
fn small_exponent(algorithm: Algorithm) -> Vec<Case> {
    const KEY: &str = "rsa-2048-e-3";
    let good = twins::signed(algorithm)
        .changed(&id(algorithm, "exponent-3"), instead(algorithm, KEY))
        .accept()
        .title(format!("{algorithm}: a good signature under a key with the public exponent 3"))
        .why("RFC 8017 section 3.1 allows every odd exponent from 3 on. Old keys have this one.")
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC8017-8.2.2-ENCODED")
        .class("V1");
    // The encoded message of RS512 is too long for a cube of 256 octets.
    let forged = (algorithm != RS512).then(|| {
        good.changed(&id(algorithm, "exponent-3-cube-root"), signature(SignatureChange::RsaCubeRoot))
            .reject([Reason::Signature])
            .threat(Threat::Forger)
            .title(format!("{algorithm}: a number whose cube begins like an encoded message"))
            .why(
                "Nobody signed this. The cube has the right beginning, and anything behind it. A verifier that \
                 does not look whether the hash is at the very end accepts whatever anybody makes of the public key.",
            )
            .requirement("RFC8017-8.2.2-ENCODED")
            .class("S6")
    });
    forged.into_iter().chain([good]).collect()
}

/// Rows: hash, name in ids, length in octets.
const HASHES: [(HashName, &str, u32); 3] =
    [(HashName::Sha256, "sha-256", 32), (HashName::Sha384, "sha-384", 48), (HashName::Sha512, "sha-512", 64)];

fn pss_encodings(algorithm: Algorithm) -> Vec<Case> {
    let own = match algorithm {
        PS256 => 32,
        PS384 => 48,
        _ => 64,
    };
    let mut rows: Vec<(String, PssEncoding, String, &str)> = Vec::new();
    let salt = "RFC 7518 has one length of the salt: that of the hash. A verifier that finds the length in the \
                signature itself lets the signer choose it.";
    for octets in [0, 20, 32, 48, 64, own - 1, own + 1].into_iter().filter(|octets| *octets != own) {
        rows.push((
            format!("salt-of-{octets}-octets"),
            PssEncoding::Salt { length: octets },
            format!("a salt of {octets} octets"),
            salt,
        ));
    }
    rows.push((
        "longest-salt".to_owned(),
        PssEncoding::LongestSalt,
        "the longest salt that the modulus has room for".to_owned(),
        salt,
    ));
    for (hash, name, _) in HASHES.into_iter().filter(|(_, _, octets)| *octets != own) {
        rows.push((
            format!("mask-by-{name}"),
            PssEncoding::Mask { hash },
            format!("a mask by {}", name.to_uppercase()),
            "The mask is made with the hash of the algorithm. A verifier that takes another one has let something \
             else than its configuration choose it.",
        ));
    }
    rows.push((
        "mask-by-sha1".to_owned(),
        PssEncoding::MaskOfSha1,
        "a mask by SHA-1".to_owned(),
        "The mask is made with the hash of the algorithm. SHA-1 is the default of RSASSA-PSS where nobody says \
         otherwise, and not that of RFC 7518.",
    ));
    let end = "Every octet of the encoded message around hash and salt is given. A verifier that does not look at \
               them has many signatures for one token.";
    rows.extend([
        ("other-trailer".to_owned(), PssEncoding::Trailer { value: 0xcc }, "CC at the end".to_owned(), end),
        (
            "padding".to_owned(),
            PssEncoding::Padding,
            "an octet of the padding that is not zero".to_owned(),
            end,
        ),
        ("separator".to_owned(), PssEncoding::Separator, "02 before the salt".to_owned(), end),
    ]);
    rows.into_iter()
        .map(|(name, encoded, what, why)| {
            let case = twins::signed(algorithm)
                .changed(&id(algorithm, &name), signature(SignatureChange::RsaPss { encoded }))
                .reject([Reason::Signature])
                .title(format!("{algorithm}: {what}"))
                .why(why)
                .class("S8");
            if why == end {
                case.requirement("RFC8017-8.1.2-ENCODED")
            } else {
                case.requirement("RFC7518-3.5-PARAMETERS")
            }
        })
        .collect()
}
