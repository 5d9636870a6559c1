//! Clients of AnyCable without a token, and clients with a bad token where no token is needed.

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
            "no token, authentication disabled but tokens enforced",
            "AC-ENF-1",
        ),
        refuse(
            &asked,
            "anycable/enforcement/backend-accepts-enforced",
            optional(false),
            "no token, backend that would accept the client but tokens enforced",
            "AC-ENF-1",
        ),
        refuse(
            &asked,
            "anycable/enforcement/backend-refuses",
            fallback(Fallback::BackendRefuses),
            "no token, backend that rejects the client",
            "AC-ENF-2",
        )
        .requirement("AC-RPC-1"),
        refuse(
            &asked,
            "anycable/enforcement/nobody-to-ask",
            fallback(Fallback::Nobody),
            "no token, no backend",
            "AC-ENF-2",
        ),
        refuse(
            &twins::anycable(),
            "anycable/enforcement/enforced",
            submits(&[]),
            "no token, backend that would reject the client and tokens enforced",
            "AC-ENF-1",
        ),
    ];
    let mut cases = vec![public, asked];
    cases.extend(refused);
    cases.extend(with_token());
    for (fallback, words, says) in [
        (Fallback::Public, "public", "authentication disabled"),
        (Fallback::BackendAccepts, "backend-accepts", "backend that would accept the client"),
    ] {
        cases.extend(bad_tokens(&with(fallback), words, says));
    }
    Topic {
        path: "anycable/enforcement",
        about: "Clients of AnyCable without a token: whether they are let in, and by whom. A client with a \
                bad token is not treated like a client without one.",
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
            "no token, authentication disabled",
            "With `noauth` a client without a token is accepted. The server may choose its identifiers.",
        )
    } else {
        (
            "anycable/enforcement/backend-accepts",
            "no token, backend that accepts the client",
            "If tokens are not enforced, the server falls back to the RPC call to the backend, and the \
             backend accepts this client.",
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
            "A client without a token may be let in only by something that is configured to do so. A server \
             that overlooks one option is open to everyone.",
        )
        .requirement(requirement)
        .class("T3")
        .threat(Threat::Forger)
}

/// A client with a token where no token is needed.
fn with(by: Fallback) -> Case {
    let (words, says) = match by {
        Fallback::Public => ("public", "authentication disabled"),
        Fallback::BackendAccepts => ("backend-accepts", "backend that would accept the client too"),
        Fallback::BackendRefuses => ("backend-refuses", "backend that would reject the client"),
        Fallback::Nobody => ("nobody-to-ask", "no backend"),
    };
    twins::anycable()
        .changed_by(&format!("anycable/enforcement/{words}-with-token"), vec![optional(true), fallback(by)])
        .accept()
        .effect(|effect| effect.backend_asked = Some(false))
        .title(format!("valid token, {says}"))
        .why(
            "The token identifies the client, so the identifiers come from the token. The server does not \
             call the backend. That is the purpose of the token.",
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
        .title("valid token, tokens enforced")
        .why("A client with a valid token is accepted without a call to the backend.")
        .requirement("AC-ENF-1")
        .requirement("AC-RPC-1")
        .class("T5");
    all.into_iter().chain([enforced]).collect()
}

/// A bad token is rejected even where a client needs none.
fn bad_tokens(twin: &Case, words: &str, says: &str) -> [Case; 5] {
    let bad = |what: &str, edit, reason, title: &str, threat| {
        twin.changed(&format!("anycable/enforcement/{words}-{what}"), edit)
            .reject([reason])
            .title(format!("{title}, {says}"))
            .why(
                "A bad token is not the same as no token: the client claims an identity and must be told \
                 that the claim failed. Otherwise a client whose token has expired goes on with another \
                 identity, and never fetches a new token.",
            )
            .requirement("AC-EXP-2")
            .class("T2")
            .threat(threat)
    };
    let foreign = sign(None, "hmac-64-bytes-foreign", Algorithm::HS256);
    let rubbish = structure(StructureChange::Replace { text: "rubbish".to_owned() });
    [
        bad("wrong-key", foreign, Reason::Signature, "token signed with a different secret", Threat::Forger),
        bad("exp-past", claim("exp", "{{now-600}}"), Reason::Expired, "exp ten minutes ago", Threat::Holder),
        bad("none", unsigned(Some("\"none\"")), Reason::Algorithm, "unsecured token", Threat::Forger),
        bad("no-ext", without_claim("ext"), Reason::Identifiers, "ext missing", Threat::Holder),
        bad("rubbish", rubbish, Reason::NotCompact, "text that is not a JWT", Threat::Forger),
    ]
}
