//! Clients of AnyCable that resume an earlier session, with a good token, a bad one, or none.
//!
//! The documentation has it both ways: with `enforce_jwt` connections without a token are rejected right away,
//! and resumable sessions let a client avoid re-authentication. So whoever resumes a session that was let in may be
//! let in without a token, and had better not be. Nobody has a sentence for any other session.

use jotproof_model::context::Fallback;
use jotproof_model::edit::{ContextChange, FlowChange};
use jotproof_model::{Action, Algorithm, Edit, NamedSession, Reason, Threat};

use super::Topic;
use crate::case::{Case, Undecided};
use crate::edits::{claim, context, flow, of_token, sign};
use crate::steps::{connect, resume, resume_plainly, step};
use crate::twins;

/// The token of the first connection, and that of the one which resumes its session.
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
        about: "Clients of AnyCable that resume an earlier session: whether it takes the place of a token, and \
                which session does.",
        cases,
    }
}

/// The token of the documentation, of a server that keeps sessions.
fn token() -> Case {
    twins::anycable()
        .changed("anycable/resumption/token", context(ContextChange::Resumable { resumable: true }))
        .accept()
}

/// Another one, which a client gets when it comes back.
fn token_again() -> Case {
    token().changed("anycable/resumption/token-again", claim("exp", "{{now+1800}}")).accept()
}

/// The last step of a flow is another one.
fn last(action: Action) -> Edit {
    flow(FlowChange::SetStep { step: 2, to: step(2, action) })
}

/// A session that was let in.
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
    .title("an earlier session is resumed with a good token")
    .why("A client that was cut off comes back with a token of its own: that is what both are for.")
    .requirement("AC-EXT-1")
    .requirement("AC-ENF-3")
    .class("T6")
}

/// The sentences that leave a choice.
const EITHER: &str = "The documentation of `enforce_jwt`: connections without a token are rejected right away. That of resumable \
     sessions: clients restore their state on re-connection, and avoid re-authentication.";

/// A flow without a good token: with none, by `resumes`, with an expired one, and with one of another secret. Each
/// with its reason, the words for it, and the row that is about it elsewhere.
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
            "with a token of another secret",
            "AC-EXP-2",
        ),
    ]
}

/// A session that was let in is resumed without a good token.
fn may_be_let_in(case: Undecided, reason: Reason, title: &str) -> Case {
    case.either_better_refused(EITHER, [reason])
        .title(title)
        .why(
            "Where a session takes the place of a token, a token that has expired, or that its user has lost, is as \
             good as new for as long as the session is kept; and the name of the session is a secret.",
        )
        .requirement("AC-ENF-3")
        .class("T6")
        .threat(if reason == Reason::Signature { Threat::Forger } else { Threat::Holder })
}

fn resumed() -> Vec<Case> {
    let root = root();
    let mut cases: Vec<Case> = without_a_good_token(&root, "resumed", resume(None, NamedSession::Earlier))
        .into_iter()
        .map(|(case, reason, how, _)| {
            may_be_let_in(case, reason, &format!("an earlier session is resumed {how}"))
        })
        .collect();
    cases.push(root);
    cases
}

/// The client comes back with the token that it has.
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
    .title("an earlier session is resumed with its own token, which is still good")
    .why("A client that was cut off for a moment comes back with the token that it has.")
    .requirement("AC-EXT-1")
    .requirement("AC-ENF-3")
    .class("T6");
    let expired = root.changed(
        "anycable/resumption/resumed-with-the-same-token-expired",
        of_token(FIRST, claim("exp", "{{now+3}}")),
    );
    let title = "an earlier session is resumed with its own token, which has expired since";
    [may_be_let_in(expired, Reason::Expired, title), root]
}

/// Nobody is let in for a session that says nothing of him.
fn refuse(case: Undecided, reason: Reason, title: &str, why: &str, requirement: &str) -> Case {
    // Who has an expired token was let in with it once.
    let threat = if reason == Reason::Expired { Threat::Holder } else { Threat::Forger };
    case.reject([reason])
        .title(title)
        .why(why)
        .requirement("AC-ENF-3")
        .requirement(requirement)
        .class("T6")
        .threat(threat)
}

/// A session that there never was.
fn unknown() -> Vec<Case> {
    let why =
        "A name that the server does not know is none. Whoever is let in by it needs no token any more.";
    let root = root()
        .changed("anycable/resumption/unknown", last(resume(Some(AGAIN), NamedSession::Unknown)))
        .accept()
        .title("an unknown session is asked for with a good token")
        .why("A session may be gone. The client is authenticated as any other, and begins anew.")
        .requirement("AC-EXT-1")
        .requirement("AC-ENF-3")
        .class("T6");
    let mut cases: Vec<Case> = without_a_good_token(&root, "unknown", resume(None, NamedSession::Unknown))
        .into_iter()
        .map(|(case, reason, how, row)| {
            refuse(case, reason, &format!("an unknown session is asked for {how}"), why, row)
        })
        .collect();
    cases.push(root);
    cases
}

/// Where there is nothing to resume: no sessions are kept, or the protocol has none.
fn elsewhere() -> Vec<Case> {
    let why = "Where sessions cannot be resumed, the name of one is a parameter like any other.";
    let not_kept = root()
        .changed("anycable/resumption/not-kept", context(ContextChange::Resumable { resumable: false }))
        .accept()
        .title("an earlier session is asked for with a good token, where none are kept")
        .why("The client is authenticated as any other.")
        .requirement("AC-EXT-1")
        .requirement("AC-ENF-3")
        .class("T6");
    let plain = root()
        .changed("anycable/resumption/plain", last(resume_plainly(Some(AGAIN))))
        .accept()
        .title("an earlier session is asked for with a good token over the plain protocol")
        .why("The plain protocol resumes nothing, and the client is authenticated as any other.")
        .requirement("AC-EXT-1")
        .requirement("AC-ENF-3")
        .class("T6");
    let mut cases = Vec::new();
    for (root, without, words, says) in [
        (not_kept, resume(None, NamedSession::Earlier), "not-kept", "where none are kept"),
        (plain, resume_plainly(None), "plain", "over the plain protocol"),
    ] {
        cases.extend(without_a_good_token(&root, words, without).into_iter().map(
            |(case, reason, how, row)| {
                refuse(case, reason, &format!("an earlier session is asked for {how}, {says}"), why, row)
            },
        ));
        cases.push(root);
    }
    cases
}

/// A server that lets clients in without a token, where its backend says so; and the same server once tokens are
/// enforced.
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
        .title("an unknown session is asked for without a token, where the backend lets the client in")
        .why("Tokens are not enforced, and the backend is asked about a client without one.")
        .requirement("AC-ENF-2")
        .requirement("AC-ENF-3")
        .class("T6");
    let enforced = refuse(
        asked.changed("anycable/resumption/unknown-enforced", optional(false)),
        Reason::NoToken,
        "an unknown session is asked for without a token, where a backend would let the client in and tokens are \
         enforced",
        "A name that the server does not know is none. Whoever is let in by it needs no token any more.",
        "AC-ENF-1",
    );
    [asked, enforced]
}
