//! Tokens beyond the limits that a verifier may set (RFC 8259 section 9): deep JSON, and long texts.
//!
//! Ordinary tokens stay below 8 KiB and 20 levels and must be accepted. A good token beyond that may be
//! accepted or rejected. A forged one must be rejected at any size. A crash or a hang is a fault. After each
//! of these tokens, the engine sends its twin again. A wrong verdict on the twin is also a fault.

mod depth;
mod size;

pub(super) use depth::topic as depth;
pub(super) use size::topic as size;

use jotproof_model::edit::Layer;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::json_text::word;
use crate::case::{Case, Undecided, foreign_key_for};
use crate::edits::sign;

const MAY: &str = "RFC 8259 section 9: an implementation may set limits on the size of texts, the depth of \
                   nesting, the range of numbers and the length of strings.";

/// The reasons to reject a layer that is too large.
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

/// A good token beyond the ordinary limits, with these reasons for a rejection.
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
            "The configured key did not sign this token, so anyone can send it. If a limit ends the \
             verification, the verdict must be a rejection. A crash denies service to everyone, and \
             acceptance lets an attacker in.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC8259-9-LIMITS")
        .class("S0")
}

/// Signs with a key that is not configured.
fn foreign(algorithm: Algorithm) -> Edit {
    sign(None, &foreign_key_for(algorithm), algorithm)
}
