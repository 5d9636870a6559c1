//! Clients of AnyCable that resume an earlier session with a valid token, a bad token, or no token.
//!
//! The documentation is contradictory. With `enforce_jwt`, connections without a token are rejected right
//! away; resumable sessions let a client avoid re-authentication. So a server may let a client resume an
//! accepted session without a token, and had better not. For any other session the documentation allows
//! nothing of the kind.

use jotproof_model::context::Fallback;
use jotproof_model::edit::{ContextChange, FlowChange};
use jotproof_model::{Action, Algorithm, Edit, NamedSession, Reason, Threat};

use super::Topic;
use crate::case::{Case, Undecided};
use crate::edits::{claim, context, flow, of_token, sign};
use crate::steps::{connect, resume, resume_plainly, step};
use crate::twins;

/// The token of the first connection, and the token of the connection that resumes its session.
const FIRST: &str = "first";
const AGAIN: &str = "again";

pub(super) fn topic() -> Topic {
    let mut cases = resumed();
    cases.extend(with_the_same_token());
    cases.extend(unknown());
    cases.extend(elsewhere());
    cases.extend(without_need());
    Topic {
        path: "anycable/resumption",
        about: "Clients of AnyCable that resume an earlier session: whether the session replaces a token, \
                and which sessions do.",
        cases,
    }
}

/// The token of the documentation, for a server that keeps sessions.
fn token() -> Case {
    twins::anycable()
        .changed("anycable/resumption/token", context(ContextChange::Resumable { resumable: true }))
        .accept()
}

/// A second token, which the client gets when it comes back.
fn token_again() -> Case {
    token().changed("anycable/resumption/token-again", claim("exp", "{{now+1800}}")).accept()
}

/// Replaces the last step of a flow.
fn last(action: Action) -> Edit {
    flow(FlowChange::SetStep { step: 2, to: step(2, action) })
}

/// A session that was accepted.
fn root() -> Case {
    Case::root_flow(
        "anycable/resumption/resumed",
        "the first flow in which a session is resumed",
        &[(FIRST, &token()), (AGAIN, &token_again())],
        vec![
            step(0, connect(FIRST)),
            step(1, Action::Disconnect),
            step(2, resume(Some(AGAIN), NamedSession::Earlier)),
        ],
    )
    .title("earlier session resumed with a valid token")
    .why("A client that lost its connection comes back with a new token. It must be accepted.")
    .requirement("AC-EXT-1")
    .requirement("AC-ENF-3")
    .class("T6")
}

/// The two statements that leave a choice.
const EITHER: &str = "The documentation of `enforce_jwt` says that connections without a token are rejected \
                      right away. The documentation of resumable sessions says that clients restore their \
                      state on re-connection and avoid re-authentication.";

/// Flows without a valid token: without a token (by `resumes`), with an expired token, and with a token of
/// another secret. Each with its reason, the words for it, and its requirement.
fn without_a_good_token(
    root: &Case,
    words: &str,
    resumes: Action,
) -> [(Undecided, Reason, &'static str, &'static str); 3] {
    let id = |what: &str| format!("anycable/resumption/{words}-{what}");
    let expired = of_token(AGAIN, claim("exp", "{{now-600}}"));
    let foreign = of_token(AGAIN, sign(None, "hmac-64-bytes-foreign", Algorithm::HS256));
    [
        (root.changed(&id("without-token"), last(resumes)), Reason::NoToken, "without a token", "AC-ENF-1"),
        (root.changed(&id("exp-past"), expired), Reason::Expired, "with an expired token", "AC-EXP-1"),
        (
            root.changed(&id("wrong-key"), foreign),
            Reason::Signature,
            "with a token signed with a different secret",
            "AC-EXP-2",
        ),
    ]
}

/// An accepted session is resumed without a valid token.
fn may_be_let_in(case: Undecided, reason: Reason, title: &str) -> Case {
    case.either_better_refused(EITHER, [reason])
        .title(title)
        .why(
            "If a session replaces a token, a token that has expired or was revoked stays useful as long as \
             the session is kept. The name of the session then becomes a secret.",
        )
        .requirement("AC-ENF-3")
        .class("T6")
        .threat(if reason == Reason::Signature { Threat::Forger } else { Threat::Holder })
}

fn resumed() -> Vec<Case> {
    let root = root();
    let mut cases: Vec<Case> = without_a_good_token(&root, "resumed", resume(None, NamedSession::Earlier))
        .into_iter()
        .map(|(case, reason, how, _)| may_be_let_in(case, reason, &format!("earlier session resumed {how}")))
        .collect();
    cases.push(root);
    cases
}

/// The client comes back with the token that it already has.
fn with_the_same_token() -> [Case; 2] {
    let root = Case::root_flow(
        "anycable/resumption/resumed-with-the-same-token",
        "a flow with one token, which may expire meanwhile",
        &[(FIRST, &token())],
        vec![
            step(0, connect(FIRST)),
            step(1, Action::Disconnect),
            step(7, resume(Some(FIRST), NamedSession::Earlier)),
        ],
    )
    .title("earlier session resumed with its first token, still valid")
    .why(
        "A client that loses its connection for a moment comes back with the token that it has. The token \
         is still valid, so the client must be accepted.",
    )
    .requirement("AC-EXT-1")
    .requirement("AC-ENF-3")
    .class("T6");
    let expired = root.changed(
        "anycable/resumption/resumed-with-the-same-token-expired",
        of_token(FIRST, claim("exp", "{{now+3}}")),
    );
    let title = "earlier session resumed with its first token, now expired";
    [may_be_let_in(expired, Reason::Expired, title), root]
}

/// A case in which the session identifies nobody, so the client is rejected.
fn refuse(case: Undecided, reason: Reason, title: &str, why: &str, requirement: &str) -> Case {
    // An expired token was valid once, so its holder is not a forger.
    let threat = if reason == Reason::Expired { Threat::Holder } else { Threat::Forger };
    case.reject([reason])
        .title(title)
        .why(why)
        .requirement("AC-ENF-3")
        .requirement(requirement)
        .class("T6")
        .threat(threat)
}

/// A session that never existed.
fn unknown() -> Vec<Case> {
    let why = "The server does not know this session, so its name proves nothing. A server that accepts it \
               lets anyone connect without a valid token.";
    let root = root()
        .changed("anycable/resumption/unknown", last(resume(Some(AGAIN), NamedSession::Unknown)))
        .accept()
        .title("unknown session requested with a valid token")
        .why(
            "The session may have ended meanwhile. The client is authenticated by its token and starts a \
             new session.",
        )
        .requirement("AC-EXT-1")
        .requirement("AC-ENF-3")
        .class("T6");
    let mut cases: Vec<Case> = without_a_good_token(&root, "unknown", resume(None, NamedSession::Unknown))
        .into_iter()
        .map(|(case, reason, how, row)| {
            refuse(case, reason, &format!("unknown session requested {how}"), why, row)
        })
        .collect();
    cases.push(root);
    cases
}

/// Servers or protocols without resumption: no sessions are kept, or the protocol has none.
fn elsewhere() -> Vec<Case> {
    let why = "If sessions cannot be resumed, the name of a session proves nothing. A server that accepts \
               it lets anyone connect without a valid token.";
    let not_kept = root()
        .changed("anycable/resumption/not-kept", context(ContextChange::Resumable { resumable: false }))
        .accept()
        .title("earlier session requested with a valid token, no sessions kept")
        .why("The server keeps no sessions, so the client is authenticated by its token as usual.")
        .requirement("AC-EXT-1")
        .requirement("AC-ENF-3")
        .class("T6");
    let plain = root()
        .changed("anycable/resumption/plain", last(resume_plainly(Some(AGAIN))))
        .accept()
        .title("earlier session requested with a valid token, plain protocol")
        .why("The plain protocol has no resumption, so the client is authenticated by its token as usual.")
        .requirement("AC-EXT-1")
        .requirement("AC-ENF-3")
        .class("T6");
    let mut cases = Vec::new();
    for (root, without, words, says) in [
        (not_kept, resume(None, NamedSession::Earlier), "not-kept", "no sessions kept"),
        (plain, resume_plainly(None), "plain", "plain protocol"),
    ] {
        cases.extend(without_a_good_token(&root, words, without).into_iter().map(
            |(case, reason, how, row)| {
                refuse(case, reason, &format!("earlier session requested {how}, {says}"), why, row)
            },
        ));
        cases.push(root);
    }
    cases
}

/// A server that lets clients in without a token if its backend accepts them, and the same server with
/// enforced tokens.
fn without_need() -> [Case; 2] {
    let optional = |optional| context(ContextChange::TokenOptional { optional });
    let asked = root()
        .changed_by(
            "anycable/resumption/unknown-without-need",
            vec![
                optional(true),
                context(ContextChange::Fallback { fallback: Fallback::BackendAccepts }),
                last(resume(None, NamedSession::Unknown)),
            ],
        )
        .accept()
        .effect(|effect| effect.identifiers = None)
        .title("unknown session requested without a token, backend that accepts the client")
        .why(
            "Tokens are not enforced, so the backend decides about a client without a token. It accepts \
             this one.",
        )
        .requirement("AC-ENF-2")
        .requirement("AC-ENF-3")
        .class("T6");
    let enforced = refuse(
        asked.changed("anycable/resumption/unknown-enforced", optional(false)),
        Reason::NoToken,
        "unknown session requested without a token, backend that would accept the client but tokens \
         enforced",
        "The server does not know this session, so its name proves nothing. A server that accepts it lets \
         anyone connect without a valid token.",
        "AC-ENF-1",
    );
    [asked, enforced]
}
