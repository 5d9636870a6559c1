//! G31: forged tokens whose claims are also unacceptable.
//!
//! The claims of a token without a valid signature mean nothing (RFC 7515 section 5.2). A verifier whose
//! answer depends on them lets a forger probe claims, or treats a forgery like an old token of a user.

use jotproof_model::edit::{Layer, TextKind};
use jotproof_model::recipe::{Segment, SignatureChange, StructureChange};
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, quoted, sign, signature, structure, text, unsigned};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> =
        FORGERIES.iter().flat_map(|forgery| CLAIMS.iter().map(move |it| case(forgery, it))).collect();
    cases.extend(FORGERIES.iter().flat_map(|forgery| NOBODY.iter().map(move |it| of_nobody(forgery, it))));
    Topic {
        path: "claims/forged",
        about: "Tokens without a valid signature whose claims are also unacceptable: expired, not yet valid, \
                or with a wrong audience or issuer. Forged tokens without a user.",
        cases,
    }
}

/// A way to make a token without the key.
struct Forgery {
    name: &'static str,
    edit: fn() -> Edit,
    what: &'static str,
    reasons: &'static [Reason],
    requirement: &'static str,
    class: &'static str,
    threat: Threat,
}

const FORGERIES: [Forgery; 4] = [
    Forgery {
        name: "by-a-stranger",
        edit: || sign(None, "hmac-64-bytes-foreign", Algorithm::HS256),
        what: "signed by a key that is not configured",
        reasons: &[Reason::Signature],
        requirement: "RFC7515-5.2-VERIFY",
        class: "S0",
        threat: Threat::Forger,
    },
    Forgery {
        name: "with-a-changed-signature",
        edit: || signature(SignatureChange::FlipBit { bit: 0 }),
        what: "with one flipped bit in its signature",
        reasons: &[Reason::Signature],
        requirement: "RFC7515-5.2-VERIFY",
        class: "S0",
        threat: Threat::Mangler,
    },
    Forgery {
        name: "without-a-signature",
        edit: || structure(StructureChange::EmptySegment { segment: Segment::Signature }),
        what: "with an empty signature segment",
        reasons: &[Reason::Signature, Reason::NotCompact],
        requirement: "RFC7515-5.2-VERIFY",
        class: "S1",
        threat: Threat::Forger,
    },
    Forgery {
        name: "unsecured",
        edit: || unsigned(Some("\"none\"")),
        what: "with alg none",
        reasons: &[Reason::Algorithm, Reason::Signature],
        requirement: "RFC8725-3.2-NONE",
        class: "A1",
        threat: Threat::Forger,
    },
];

/// A claim for which even a genuine token is rejected.
struct Claim {
    name: &'static str,
    claim: &'static str,
    value: &'static str,
    what: &'static str,
    reason: Reason,
    requirement: &'static str,
}

const CLAIMS: [Claim; 4] = [
    Claim {
        name: "expired",
        claim: "exp",
        value: "{{now-600}}",
        what: "exp ten minutes ago",
        reason: Reason::Expired,
        requirement: "RFC7519-4.1.4-EXP",
    },
    Claim {
        name: "not-yet-valid",
        claim: "nbf",
        value: "{{now+3600}}",
        what: "nbf in an hour",
        reason: Reason::NotYetValid,
        requirement: "RFC7519-4.1.5-NBF",
    },
    Claim {
        name: "another-audience",
        claim: "aud",
        value: "https://other.example.com",
        what: "another audience",
        reason: Reason::Audience,
        requirement: "RFC7519-4.1.3-AUD",
    },
    Claim {
        name: "another-issuer",
        claim: "iss",
        value: "https://evil.example",
        what: "another issuer",
        reason: Reason::Issuer,
        requirement: "RFC8725-3.8-ISS",
    },
];

/// Claims without a user. A genuine token may also have them.
struct Nobody {
    name: &'static str,
    edit: fn() -> Edit,
    what: &'static str,
}

const NOBODY: [Nobody; 2] = [
    Nobody { name: "sub-empty", edit: || claim("sub", "\"\""), what: "an empty sub" },
    Nobody { name: "without-claims", edit: no_claims, what: "no claims" },
];

fn no_claims() -> Edit {
    text(Layer::Payload, "{}", TextKind::Object)
}

fn of_nobody(forgery: &Forgery, it: &Nobody) -> Case {
    twins::hs256()
        .changed_by(
            &format!("claims/forged/{}-{}", it.name, forgery.name),
            vec![(it.edit)(), (forgery.edit)()],
        )
        .reject(forgery.reasons.iter().copied())
        .threat(forgery.threat)
        .title(format!("forged and anonymous: {} in a token {}", it.what, forgery.what))
        .why(
            "A genuine token may have these claims. A verifier with separate code for anonymous users must \
             verify the signature there too.",
        )
        .requirement(forgery.requirement)
        .class(forgery.class)
}

fn case(forgery: &Forgery, it: &Claim) -> Case {
    let is_time = matches!(it.claim, "exp" | "nbf");
    let (twin, value) =
        if is_time { (twins::hs256(), it.value.to_owned()) } else { (twins::bound(), quoted(it.value)) };
    let reasons = forgery.reasons.iter().copied().chain([it.reason]);
    twin.changed_by(
        &format!("claims/forged/{}-{}", it.name, forgery.name),
        vec![claim(it.claim, &value), (forgery.edit)()],
    )
    .reject(reasons)
    .threat(forgery.threat)
    .title(format!("two defects: {} in a token {}", it.what, forgery.what))
    .why(match it.claim {
        "exp" => {
            "Each defect also has a case of its own. The signature does not cover this `exp`, so its value \
             proves nothing. A verifier that answers `expired` invites the client to renew a forgery. Code \
             that lets expired tokens pass must still verify the signature."
        }
        "nbf" => {
            "Each defect also has a case of its own. The signature does not cover this `nbf`, so its value \
             proves nothing. A verifier whose answer depends on it reveals its clock to a forger."
        }
        _ => {
            "Each defect also has a case of its own. The signature does not cover this claim, so its value \
             proves nothing. A verifier whose answer depends on it reveals the configured names to a forger."
        }
    })
    .requirement(forgery.requirement)
    .requirement(it.requirement)
    .class(forgery.class)
}
