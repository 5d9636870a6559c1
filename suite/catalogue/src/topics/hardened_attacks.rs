//! The classic attacks on the deployment that RFC 8725 asks for: one algorithm, one key, an audience and
//! an issuer.
//!
//! The other topics configure no audience. Here every token but the one under attack has the right one,
//! so that no check of the audience hides what the others let through.

use jotproof_model::edit::{Layer, TextKind};
use jotproof_model::recipe::{Segment, StructureChange};
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, header, sign, structure, text, unsigned};
use crate::twins;

pub(super) fn topic() -> Topic {
    Topic {
        path: "hardened/attacks",
        about: "The classic attacks, where an audience and an issuer are configured.",
        cases: attacks().into_iter().map(attack).collect(),
    }
}

struct Attack {
    name: &'static str,
    edit: Edit,
    reasons: &'static [Reason],
    threat: Threat,
    title: &'static str,
    why: &'static str,
    requirement: &'static str,
    class: &'static str,
}

fn attack(attack: Attack) -> Case {
    twins::bound()
        .changed(&format!("hardened/attacks/{}", attack.name), attack.edit)
        .reject(attack.reasons.iter().copied())
        .threat(attack.threat)
        .title(attack.title)
        .why(attack.why)
        .requirement(attack.requirement)
        .class(attack.class)
}

fn attacks() -> Vec<Attack> {
    let mut attacks = forged();
    attacks.extend(genuine());
    attacks
}

/// Tokens that no configured key signed.
fn forged() -> Vec<Attack> {
    vec![
        Attack {
            name: "unsigned",
            edit: unsigned(Some("\"none\"")),
            reasons: &[Reason::Algorithm],
            threat: Threat::Forger,
            title: "alg none, with the right audience and issuer",
            why: "Audience and issuer are no secrets: a forger writes them as the issuer would.",
            requirement: "RFC8725-3.2-NONE",
            class: "A1",
        },
        Attack {
            name: "foreign-key",
            edit: sign(None, "hmac-64-bytes-foreign", Algorithm::HS256),
            reasons: &[Reason::Signature],
            threat: Threat::Forger,
            title: "a foreign key, with the right audience and issuer",
            why: "The right issuer in the claims does not make the key the issuer's.",
            requirement: "RFC7515-5.2-VERIFY",
            class: "S0",
        },
        Attack {
            name: "mac-of-the-empty-key",
            edit: sign(None, "hmac-empty", Algorithm::HS256),
            reasons: &[Reason::Signature],
            threat: Threat::Forger,
            title: "a MAC over the empty key, with the right audience and issuer",
            why: "Where the key is looked up by issuer, a look-up that finds none must not yield the \
                  empty one.",
            requirement: "RFC7515-5.2-VERIFY",
            class: "K1",
        },
        Attack {
            name: "unknown-algorithm-unsigned",
            edit: unsigned(Some("\"ZZZ\"")),
            reasons: &[Reason::Algorithm],
            threat: Threat::Forger,
            title: "an unknown alg and an empty signature, with the right audience and issuer",
            why: "An unknown name leads to an error, not to an empty expected signature.",
            requirement: "RFC7515-4.1.1-ALG",
            class: "A3",
        },
        Attack {
            name: "stripped",
            edit: structure(StructureChange::EmptySegment { segment: Segment::Signature }),
            reasons: &[Reason::Signature, Reason::NotCompact],
            threat: Threat::Forger,
            title: "an empty signature segment, with the right audience and issuer",
            why: "Nothing is no signature, whatever the claims say.",
            requirement: "RFC7515-5.2-VERIFY",
            class: "S1",
        },
    ]
}

/// Tokens that the configured key signed.
fn genuine() -> Vec<Attack> {
    vec![
        Attack {
            name: "expired",
            edit: claim("exp", "{{now-60}}"),
            reasons: &[Reason::Expired],
            threat: Threat::Holder,
            title: "exp a minute ago, with the right audience and issuer",
            why: "A token for this audience, by this issuer, and over.",
            requirement: "RFC7519-4.1.4-EXP",
            class: "C5",
        },
        Attack {
            name: "not-yet-valid",
            edit: claim("nbf", "{{now+3600}}"),
            reasons: &[Reason::NotYetValid],
            threat: Threat::Holder,
            title: "nbf in an hour, with the right audience and issuer",
            why: "A token for this audience, by this issuer, and not begun.",
            requirement: "RFC7519-4.1.5-NBF",
            class: "C5",
        },
        Attack {
            name: "audience-of-a-sibling",
            edit: claim("aud", "\"https://api.example.com/billing\""),
            reasons: &[Reason::Audience],
            threat: Threat::Holder,
            title: "the audience is another service of the same host",
            why: "One issuer serves several audiences. Without this check the weakest of them opens all \
                  the others.",
            requirement: "RFC7519-4.1.3-AUD",
            class: "C8",
        },
        Attack {
            name: "issuer-of-a-sibling",
            edit: claim("iss", "\"https://issuer.example.com/tenants/2\""),
            reasons: &[Reason::Issuer],
            threat: Threat::Holder,
            title: "the issuer begins with the configured one",
            why: "A tenant of the issuer is not the issuer: the whole value is compared.",
            requirement: "RFC8725-3.8-ISS",
            class: "C9",
        },
        Attack {
            name: "hs384",
            edit: sign(Some("\"HS384\""), "hmac-64-bytes", Algorithm::HS384),
            reasons: &[Reason::Algorithm, Reason::Key],
            threat: Threat::Issuer,
            title: "HS384 by the configured key, where only HS256 is allowed",
            why: "A key has one algorithm, and the caller has named it.",
            requirement: "RFC8725-3.1-ALG",
            class: "A7",
        },
        Attack {
            name: "critical-extension",
            edit: header("crit", "[\"https://example.com/extension\"]"),
            reasons: &[Reason::Critical, Reason::HeaderParameter],
            threat: Threat::Issuer,
            title: "crit names an extension that nobody understands",
            why: "The issuer made it a condition that whoever accepts the token understands this.",
            requirement: "RFC7515-4.1.11-CRIT",
            class: "H1",
        },
        Attack {
            name: "payload-array",
            edit: text(
                Layer::Payload,
                "[\"https://api.example.com/chat\",\"https://issuer.example.com\"]",
                TextKind::NotAnObject,
            ),
            reasons: &[Reason::Payload],
            threat: Threat::Issuer,
            title: "the payload is an array with the audience and the issuer in it",
            why: "Something that is no claims set has no audience to be wrong. Who finds nothing to \
                  compare has nothing to accept.",
            requirement: "RFC7519-7.2-PAYLOAD",
            class: "J9",
        },
    ]
}
