//! G1: every algorithm, with the headers that producers really write.

use jotproof_model::Algorithm;
use jotproof_model::edit::Layer;

use super::Topic;
use crate::case::Case;
use crate::edits::{header, set, without_header};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = Algorithm::ALL.into_iter().map(twins::signed).collect();
    for algorithm in Algorithm::ALL {
        cases.push(without_typ(algorithm));
        cases.push(with_kid(algorithm));
    }
    cases.extend([lower_case_typ(), access_token_typ()]);
    Topic {
        path: "algorithms/valid",
        about: "Accepted tokens of every algorithm: what a verifier must be able to say yes to.",
        cases,
    }
}

fn without_typ(algorithm: Algorithm) -> Case {
    let twin = twins::signed(algorithm);
    twin.changed(&format!("{}-without-typ", twin.id()), without_header("typ"))
        .accept()
        .title(format!("{algorithm}, a header without typ"))
        .why("`typ` is optional, and many producers leave it out.")
        .requirement("RFC7519-5.1-TYP")
        .class("V1")
}

fn with_kid(algorithm: Algorithm) -> Case {
    let twin = twins::signed(algorithm);
    twin.changed(&format!("{}-with-kid", twin.id()), set(Layer::Header, "kid", "\"2026-01\""))
        .accept()
        .title(format!("{algorithm}, a header with kid"))
        .why("A `kid` is a hint for choosing a key; where one key is configured it changes nothing.")
        .requirement("RFC7515-4-IGNORE")
        .class("V1")
}

fn lower_case_typ() -> Case {
    twins::hs256()
        .changed("algorithms/valid/typ-lower-case", header("typ", "\"jwt\""))
        .accept()
        .title("typ in lower case")
        .why(
            "`typ` is ignored by implementations, and compared without regard to case by \
              applications that use it.",
        )
        .requirement("RFC7519-5.1-TYP")
        .class("H4")
}

fn access_token_typ() -> Case {
    twins::hs256()
        .changed("algorithms/valid/typ-access-token", header("typ", "\"at+jwt\""))
        .accept()
        .title("typ of an access token, and no type is expected")
        .why("Where no type is configured, `typ` is left to the application.")
        .requirement("RFC7515-4.1.9-TYP")
        .class("H4")
}
