//! Forged tokens that are longer than any accepted one of this suite.
//!
//! Accepted tokens stay below 8 KiB, because a verifier may have limits (RFC 8259 section 9). A forged token
//! must be refused at any length. A verifier must not accept a token that is too long for it to verify.

use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, header, sign, unsigned};
use crate::twins;

/// Rows: name, letters of padding, length of the token in words.
const LENGTHS: [(&str, usize, &str); 3] = [
    ("nine-kilobytes", 6_800, "nine kilobytes"),
    ("seventeen-kilobytes", 12_900, "seventeen kilobytes"),
    ("forty-kilobytes", 30_600, "forty kilobytes"),
];

pub(super) fn topic() -> Topic {
    let long = long();
    let mut cases = Vec::new();
    for (name, letters, length) in LENGTHS {
        cases.extend([
            forged(
                &long,
                &format!("payload-of-{name}-foreign-key"),
                [padding(letters), foreign()],
                &format!("{length} of claims and the signature of a key that is not configured"),
            ),
            forged(
                &long,
                &format!("payload-of-{name}-unsigned"),
                [padding(letters), unsigned(None)],
                &format!("{length} of claims and no signature"),
            ),
            forged(
                &long,
                &format!("header-of-{name}-foreign-key"),
                [header("x-padding", &run(letters)), foreign()],
                &format!("{length} of header and the signature of a key that is not configured"),
            ),
        ]);
    }
    cases.push(long);
    Topic {
        path: "encoding/long-tokens",
        about: "A long token that must be accepted, and longer ones that nobody signed.",
        cases,
    }
}

fn foreign() -> Edit {
    sign(None, "hmac-64-bytes-foreign", Algorithm::HS256)
}

fn run(letters: usize) -> String {
    format!("\"{{{{a*{letters}}}}}\"")
}

fn padding(letters: usize) -> Edit {
    claim("x-padding", &run(letters))
}

fn long() -> Case {
    twins::hs256()
        .changed("encoding/long-tokens/seven-kilobytes", padding(5_500))
        .accept()
        .title("a token of seven kilobytes")
        .why("A verifier that refuses this says nothing by refusing a longer one that was forged.")
        .requirement("RFC7519-4-IGNORE")
        .class("V1")
}

fn forged(twin: &Case, name: &str, edits: [Edit; 2], what: &str) -> Case {
    twin.changed_by(&format!("encoding/long-tokens/{name}"), edits.to_vec())
        .reject([Reason::Signature, Reason::Limit])
        .threat(Threat::Forger)
        .title(format!("a forged token with {what}"))
        .why(
            "Nobody signed this with the configured key. Where a buffer, a limit or an error ends the \
             verification early, a token only has to be long enough to be believed.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("S0")
}
