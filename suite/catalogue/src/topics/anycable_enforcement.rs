//! Clients of AnyCable without a token, and clients with a bad one where none is needed.

use jotproof_model::context::Fallback;
use jotproof_model::edit::ContextChange;
use jotproof_model::recipe::StructureChange;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use super::anycable_sources::submits;
use crate::case::Case;
use crate::edits::{claim, context, sign, structure, unsigned, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let (public, asked) = (let_in(Fallback::Public), let_in(Fallback::BackendAccepts));
    let refused = [
        refuse(
            &public,
            "anycable/enforcement/public-enforced",
            optional(false),
            "no token, where authentication is disabled and tokens are enforced",
            "AC-ENF-1",
        ),
        refuse(
            &asked,
            "anycable/enforcement/backend-accepts-enforced",
            optional(false),
            "no token, where a backend would let the client in and tokens are enforced",
            "AC-ENF-1",
        ),
        refuse(
            &asked,
            "anycable/enforcement/backend-refuses",
            fallback(Fallback::BackendRefuses),
            "no token, and the backend refuses the client",
            "AC-ENF-2",
        )
        .requirement("AC-RPC-1"),
        refuse(
            &asked,
            "anycable/enforcement/nobody-to-ask",
            fallback(Fallback::Nobody),
            "no token, and there is no backend",
            "AC-ENF-2",
        ),
        refuse(
            &twins::anycable(),
            "anycable/enforcement/enforced",
            submits(&[]),
            "no token, with the backend that would refuse the client too",
            "AC-ENF-1",
        ),
    ];
    let mut cases = vec![public, asked];
    cases.extend(refused);
    cases.extend(with_token());
    for (fallback, words, says) in [
        (Fallback::Public, "public", "authentication is disabled"),
        (Fallback::BackendAccepts, "backend-accepts", "a backend would let the client in"),
    ] {
        cases.extend(bad_tokens(&with(fallback), words, says));
    }
    Topic {
        path: "anycable/enforcement",
        about: "Clients of AnyCable without a token: whether they are let in, by whom, and that a bad token \
                is not taken for none.",
        cases,
    }
}

fn optional(optional: bool) -> Edit {
    context(ContextChange::TokenOptional { optional })
}

fn fallback(fallback: Fallback) -> Edit {
    context(ContextChange::Fallback { fallback })
}

/// A client without a token that is let in.
fn let_in(by: Fallback) -> Case {
    let public = by == Fallback::Public;
    let (id, title, why) = if public {
        (
            "anycable/enforcement/public",
            "no token, where authentication is disabled",
            "With `noauth` a client without a token is accepted; what it is called is its own.",
        )
    } else {
        (
            "anycable/enforcement/backend-accepts",
            "no token, and the backend lets the client in",
            "Where tokens are not enforced, the server falls back to the call of the backend.",
        )
    };
    let case = with(by)
        .changed(id, submits(&[]))
        .accept()
        .effect(|effect| effect.backend_asked = Some(!public))
        .title(title)
        .why(why)
        .requirement("AC-ENF-2")
        .class("T3");
    if public { case } else { case.requirement("AC-RPC-1") }
}

fn refuse(twin: &Case, id: &str, edit: Edit, title: &str, requirement: &str) -> Case {
    twin.changed(id, edit)
        .reject([Reason::NoToken])
        .title(title)
        .why(
            "A client that shows nothing is let in only by who was told to. One option that is overlooked \
             opens the server to everybody.",
        )
        .requirement(requirement)
        .class("T3")
        .threat(Threat::Forger)
}

/// A client with a token, where it needs none.
fn with(by: Fallback) -> Case {
    let (words, says) = match by {
        Fallback::Public => ("public", "where authentication is disabled"),
        Fallback::BackendAccepts => ("backend-accepts", "where the backend would let the client in too"),
        Fallback::BackendRefuses => ("backend-refuses", "where the backend would refuse the client"),
        Fallback::Nobody => ("nobody-to-ask", "where there is no backend"),
    };
    twins::anycable()
        .changed_by(&format!("anycable/enforcement/{words}-with-token"), vec![optional(true), fallback(by)])
        .accept()
        .effect(|effect| effect.backend_asked = Some(false))
        .title(format!("a good token, {says}"))
        .why(
            "The token says who it is: the identifiers are those of the token, and no call is made to the \
             backend, which is the point of having a token.",
        )
        .requirement("AC-RPC-1")
        .class("T5")
}

fn with_token() -> Vec<Case> {
    let all =
        [Fallback::Public, Fallback::BackendAccepts, Fallback::BackendRefuses, Fallback::Nobody].map(with);
    let enforced = twins::anycable()
        .changed("anycable/enforcement/enforced-with-token", fallback(Fallback::BackendAccepts))
        .accept()
        .effect(|effect| effect.backend_asked = Some(false))
        .title("a good token, where tokens are enforced")
        .why("A client with a good token is let in, and the backend is not asked about it.")
        .requirement("AC-ENF-1")
        .requirement("AC-RPC-1")
        .class("T5");
    all.into_iter().chain([enforced]).collect()
}

/// A bad token is bad also where a client needs none.
fn bad_tokens(twin: &Case, words: &str, says: &str) -> [Case; 5] {
    let bad = |what: &str, edit, reason, title: &str, threat| {
        twin.changed(&format!("anycable/enforcement/{words}-{what}"), edit)
            .reject([reason])
            .title(format!("{title}, where {says}"))
            .why(
                "A bad token is not as none: whoever shows one claims to be somebody, and is told that he is \
                 not. A client whose token has expired would go on as a stranger, and never get another.",
            )
            .requirement("AC-EXP-2")
            .class("T2")
            .threat(threat)
    };
    let foreign = sign(None, "hmac-64-bytes-foreign", Algorithm::HS256);
    let rubbish = structure(StructureChange::Replace { text: "rubbish".to_owned() });
    [
        bad("wrong-key", foreign, Reason::Signature, "a token of another secret", Threat::Forger),
        bad("exp-past", claim("exp", "{{now-600}}"), Reason::Expired, "an expired token", Threat::Holder),
        bad("none", unsigned(Some("\"none\"")), Reason::Algorithm, "an unsecured token", Threat::Forger),
        bad("no-ext", without_claim("ext"), Reason::Identifiers, "a token without ext", Threat::Holder),
        bad("rubbish", rubbish, Reason::NotCompact, "text that is no token", Threat::Forger),
    ]
}
