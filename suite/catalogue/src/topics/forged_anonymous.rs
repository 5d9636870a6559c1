//! Forged tokens without a user. Even an anonymous user needs a genuine token.
//!
//! Servers have a separate branch for a token without a user. If that branch skips the verification of the
//! signature, anybody gets in as an anonymous user.

use jotproof_model::edit::ContextChange;
use jotproof_model::recipe::SignatureChange;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, sign, signature, unsigned, without_claim};
use crate::twins;

pub(super) fn centrifugo() -> Topic {
    const PATH: &str = "centrifugo/forged-anonymous";
    let connection =
        twins::centrifugo().changed("centrifugo/connection/sub-empty", claim("sub", "\"\"")).accept();
    let mut cases = forgeries(
        PATH,
        "connection",
        "a connection token with an empty sub",
        &connection,
        &FORGERIES,
        CONNECTION_ROWS,
    );
    for (form, what, edit) in OTHER_FORMS {
        for forgery in &FORGERIES[..3] {
            let id = format!("{PATH}/connection-{form}-{}", forgery.name);
            let case = connection.changed_by(&id, vec![edit(), (forgery.edit)()]);
            let reasons = [Reason::ClaimType, Reason::ClaimMissing];
            cases.push(
                forged(case.reject(forgery.reasons.iter().copied().chain(reasons)), CONNECTION_ROWS)
                    .title(format!("a connection token with {what}, {}", forgery.what)),
            );
        }
    }
    let nobody = || context(ContextChange::SessionUser { user: String::new() });
    for (name, what, id, edit, forgeries_of) in [
        (
            "subscription",
            "a subscription token with an empty sub",
            "anonymous-sub-empty",
            claim("sub", "\"\""),
            &FORGERIES[..],
        ),
        (
            "subscription-sub-absent",
            "a subscription token with no sub",
            "anonymous-sub-absent",
            without_claim("sub"),
            &FORGERIES[..3],
        ),
    ] {
        let twin = twins::subscription()
            .changed_by(&format!("centrifugo/subscription/{id}"), vec![nobody(), edit])
            .accept();
        cases.extend(forgeries(PATH, name, what, &twin, forgeries_of, ["CS-SUB-2", "CF-ALG-5"]));
    }
    Topic { path: PATH, about: "Forged Centrifugo tokens without a user.", cases }
}

const CONNECTION_ROWS: [&str; 2] = ["CF-SUB-2", "CF-ALG-1"];

/// The cases of an anonymous token that is forged in several ways.
fn forgeries(path: &str, name: &str, what: &str, twin: &Case, all: &[Forgery], rows: [&str; 2]) -> Vec<Case> {
    let forge = |forgery: &Forgery| {
        let case = twin.changed(&format!("{path}/{name}-{}", forgery.name), (forgery.edit)());
        forged(case.reject(forgery.reasons.iter().copied()), rows).title(format!("{what}, {}", forgery.what))
    };
    all.iter().map(forge).collect()
}

pub(super) fn anycable() -> Topic {
    const PATH: &str = "anycable/forged-anonymous";
    let twin = twins::anycable();
    let cases = FORGERIES[..3].iter().flat_map(|forgery| {
        let twin = &twin;
        NO_IDENTIFIERS.iter().map(move |(name, what, edit)| {
            let case =
                twin.changed_by(&format!("{PATH}/{name}-{}", forgery.name), vec![edit(), (forgery.edit)()]);
            forged(
                case.reject(forgery.reasons.iter().copied().chain([Reason::Identifiers])),
                ["AC-EXT-2", "RFC7515-5.2-VERIFY"],
            )
            .title(format!("an identification token with {what}, {}", forgery.what))
        })
    });
    Topic {
        path: PATH,
        about: "Forged AnyCable tokens without connection identifiers.",
        cases: cases.collect(),
    }
}

/// A way to forge a token.
struct Forgery {
    name: &'static str,
    what: &'static str,
    edit: fn() -> Edit,
    reasons: &'static [Reason],
}

const FORGERIES: [Forgery; 5] = [
    Forgery {
        name: "foreign-key",
        what: "signed by a key that is not configured",
        edit: || sign(None, "hmac-64-bytes-foreign", Algorithm::HS256),
        reasons: &[Reason::Signature],
    },
    Forgery {
        name: "unsigned",
        what: "without a signature",
        edit: || unsigned(None),
        reasons: &[Reason::Signature],
    },
    Forgery {
        name: "none",
        what: "with alg none",
        edit: || unsigned(Some("\"none\"")),
        reasons: &[Reason::Algorithm],
    },
    Forgery {
        name: "empty-key",
        what: "signed with the empty key",
        edit: || sign(None, "hmac-empty", Algorithm::HS256),
        reasons: &[Reason::Signature, Reason::Key],
    },
    Forgery {
        name: "zeros",
        what: "with an all-zero signature",
        edit: || signature(SignatureChange::Zero),
        reasons: &[Reason::Signature],
    },
];

/// A form of a token without a user: name, description, edit.
type Form = (&'static str, &'static str, fn() -> Edit);

const OTHER_FORMS: [Form; 3] = [
    ("sub-absent", "no sub", || without_claim("sub")),
    ("sub-null", "a null sub", || claim("sub", "null")),
    ("sub-space", "a sub of one space", || claim("sub", "\" \"")),
];

const NO_IDENTIFIERS: [Form; 3] = [
    ("ext-absent", "no ext", || without_claim("ext")),
    ("ext-empty", "an empty ext", || claim("ext", "\"\"")),
    ("ext-of-nobody", "an ext without identifiers", || claim("ext", "\"{}\"")),
];

fn forged(case: Case, rows: [&str; 2]) -> Case {
    let case = case.threat(Threat::Forger).class("S0").why(
        "The configured key did not sign this token. A server with separate code for anonymous tokens may \
         not verify the signature there. Such a server lets everyone in.",
    );
    rows.into_iter().fold(case.requirement("RFC7515-5.2-VERIFY"), |case, row| {
        if case.refers_to(row) { case } else { case.requirement(row) }
    })
}
