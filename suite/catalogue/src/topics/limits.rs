//! Tokens beyond the limits that a verifier may set (RFC 8259 section 9): deep JSON, and long texts.
//!
//! Ordinary tokens stay below 8 KiB and 20 levels and must be accepted. A good token beyond that may be accepted or
//! refused. A forged one must be refused at any size. A crash or a hang is a fault, and so is another answer to the
//! next token: after each of these tokens the engine asks the good one again that it was made from.

mod depth;
mod size;

pub(super) use depth::topic as depth;
pub(super) use size::topic as size;

use jotproof_model::edit::Layer;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use crate::case::{Case, Undecided, key_for};
use crate::edits::sign;

const MAY: &str = "RFC 8259 section 9: an implementation may set limits on the size of texts, the depth of nesting, \
                   numbers and the length of strings.";

/// A layer in prose and in ids.
const fn word(layer: Layer) -> &'static str {
    match layer {
        Layer::Header => "header",
        Layer::Payload => "payload",
    }
}

/// How a layer that is too large to be read is refused.
const fn reasons(layer: Layer) -> [Reason; 2] {
    match layer {
        Layer::Header => [Reason::Header, Reason::Limit],
        Layer::Payload => [Reason::Payload, Reason::Limit],
    }
}

/// A good token beyond the ordinary limits.
fn good(undecided: Undecided, layer: Layer) -> Case {
    good_unless(undecided, reasons(layer))
}

/// The same, with the reasons of a refusal.
fn good_unless(undecided: Undecided, reasons: impl IntoIterator<Item = Reason>) -> Case {
    undecided.either(MAY, reasons).requirement("RFC8259-9-LIMITS").effect(|effect| effect.claims = None)
}

/// A token beyond the limits that no configured key signed.
fn forged(undecided: Undecided, layer: Layer) -> Case {
    let [unreadable, limit] = reasons(layer);
    undecided
        .reject([Reason::Signature, unreadable, limit])
        .threat(Threat::Forger)
        .why(
            "Nobody signed this with the configured key, so anybody can send it. A limit that ends the verification \
             must end it with a refusal: a crash denies service to everyone, and an acceptance lets an attacker in.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC8259-9-LIMITS")
        .class("S0")
}

/// Lets a key sign that is not configured.
fn foreign(algorithm: Algorithm) -> Edit {
    let key = match algorithm {
        Algorithm::HS256 => "hmac-64-bytes-foreign".to_owned(),
        other => format!("{}-foreign", key_for(other)),
    };
    sign(None, &key, algorithm)
}
