//! G1: every algorithm, with the headers that producers really write.

use jotproof_model::Algorithm;

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, header, without_header};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = Algorithm::ALL.into_iter().map(twins::signed).collect();
    for algorithm in Algorithm::ALL {
        for typ in TYP {
            cases.extend([false, true].map(|kid| header_of(algorithm, typ, kid)).into_iter().flatten());
        }
    }
    for algorithm in
        [Algorithm::HS256, Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA]
    {
        cases.extend([1, 100, 1_000, 5_000].map(|length| sized(algorithm, length)));
        cases.push(near_limit(algorithm));
    }
    cases.extend(BLOCKS.into_iter().map(|(algorithm, octets, why)| block(algorithm, octets, why)));
    Topic {
        path: "algorithms/valid",
        about: "Accepted tokens of every algorithm: what a verifier must be able to say yes to.",
        cases,
    }
}

/// The words for an id, the value of `typ`, why it is good.
type Typ = (&'static str, Option<&'static str>, &'static str);

/// What producers write into `typ`.
const TYP: [Typ; 4] = [
    ("", Some("\"JWT\""), "`typ` is most often this, and is not needed."),
    ("-without-typ", None, "`typ` is optional, and many producers leave it out."),
    (
        "-typ-lower-case",
        Some("\"jwt\""),
        "`typ` is ignored by implementations, and compared without regard to case by applications that \
         use it.",
    ),
    (
        "-typ-access-token",
        Some("\"at+jwt\""),
        "Where no type is configured, `typ` is left to the application.",
    ),
];

/// A header as producers write it; nothing for that of the twin itself.
fn header_of(algorithm: Algorithm, (words, typ, why): Typ, kid: bool) -> Option<Case> {
    let twin = twins::signed(algorithm);
    let mut edits = Vec::new();
    match typ {
        Some("\"JWT\"") => {}
        Some(typ) => edits.push(header("typ", typ)),
        None => edits.push(without_header("typ")),
    }
    if kid {
        edits.push(header("kid", "\"2026-01\""));
    }
    if edits.is_empty() {
        return None;
    }
    let (with_kid, beside) = if kid { ("-with-kid", " and a kid") } else { ("", "") };
    let case = twin.changed_by(&format!("{}{words}{with_kid}", twin.id()), edits).accept().title(format!(
        "{algorithm}, a header with {}{beside}",
        typ.map_or_else(|| "no typ".to_owned(), |typ| format!("typ {typ}"))
    ));
    let case = if kid {
        case.why(format!(
            "{why} A `kid` is a hint for choosing a key; where one key is configured it changes nothing."
        ))
        .requirement("RFC7515-4-IGNORE")
    } else {
        case.why(why)
    };
    Some(case.requirement("RFC7519-5.1-TYP").requirement("RFC7515-4.1.9-TYP").class("H4"))
}

/// A payload with a claim of some length.
fn sized(algorithm: Algorithm, length: usize) -> Case {
    let twin = twins::signed(algorithm);
    twin.changed(
        &format!("{}-claim-of-{length}", twin.id()),
        claim("x", &format!("\"{}\"", "x".repeat(length))),
    )
    .accept()
    .title(format!("{algorithm}, a claim of {length} characters"))
    .why("The length of a token within ordinary bounds decides nothing.")
    .requirement("RFC7519-4-IGNORE")
    .class("V1")
}

/// A token that stays just below the eight kibibytes that everybody should take.
fn near_limit(algorithm: Algorithm) -> Case {
    const LENGTH: usize = 5_600;
    let twin = twins::signed(algorithm);
    twin.changed(
        &format!("{}-claim-of-{LENGTH}", twin.id()),
        claim("x", &format!("\"{}\"", "x".repeat(LENGTH))),
    )
    .accept()
    .title(format!("{algorithm}, a token of almost eight kibibytes"))
    .why(
        "Eight kibibytes is what web servers take in one line of a header. A token that fits into it \
         fits into a verifier: a smaller buffer cuts the signature off, and a good token is refused.",
    )
    .requirement("RFC7519-4-IGNORE")
    .class("V1")
}

/// Where the last block of a hash is full, or has no room for the length: the algorithm, the octets
/// of the signing input, what that does.
const BLOCKS: [(Algorithm, usize, &str); 7] = [
    (Algorithm::HS256, 183, FULL),
    (Algorithm::HS256, 184, ONE_MORE),
    (Algorithm::HS256, 192, MULTIPLE),
    (Algorithm::HS384, 239, FULL),
    (Algorithm::HS384, 240, ONE_MORE),
    (Algorithm::HS512, 239, FULL),
    (Algorithm::HS512, 240, ONE_MORE),
];

const FULL: &str = "With its padding, the signing input just fills the last block of the hash.";
const ONE_MORE: &str = "The padding no longer fits behind the signing input and takes a block of its own.";
const MULTIPLE: &str = "The signing input is whole blocks of the hash, and the last block is padding alone.";

/// A token whose signing input has some number of octets, the times having ten digits.
fn block(algorithm: Algorithm, octets: usize, why: &str) -> Case {
    // `{"alg":"HS256","typ":"JWT"}` and the dot.
    const HEADER_AND_DOT: usize = 37;
    // The universal payload, and `,"x":""`.
    const REST: usize = 71 + 7;
    let length = (octets - HEADER_AND_DOT) * 3 / 4 - REST;
    let twin = twins::signed(algorithm);
    twin.changed(
        &format!("{}-signing-input-of-{octets}", twin.id()),
        claim("x", &format!("\"{}\"", "x".repeat(length))),
    )
    .accept()
    .title(format!("{algorithm}, a signing input of {octets} octets"))
    .why(format!("{why} Hashes that are written by hand, or fed piece by piece, are wrong at such lengths."))
    .requirement("RFC7515-5.2-VERIFY")
    .class("V1")
}
