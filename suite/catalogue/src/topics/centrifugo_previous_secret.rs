//! The HMAC secret from before a rotation, which stays valid together with the current one until its end.

use jotproof_model::context::PreviousSecret;
use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Context, Edit, Reason, Step, Threat};

use super::Topic;
use crate::case::{Case, alg};
use crate::edits::{claim, context, of_token, set_step, sign};
use crate::steps::{configure, connect, refresh, step, sub_refresh, subscribe};
use crate::twins::{self, CHANNEL};

use Algorithm::{HS256, HS384, HS512};

/// The secret from before the rotation, and the current one.
const PREVIOUS: &str = "hmac-128-bytes";
const CURRENT: &str = "hmac-64-bytes";

/// A secret that was never configured.
const THIRD: &str = "hmac-64-bytes-foreign";

/// The row about tokens signed with the previous secret, and the row about its end.
const COUNTS: &str = "CF-PREV-1";
const ENDS: &str = "CF-PREV-2";

const HOUR: i64 = 3600;

const WHY_ACCEPTED: &str =
    "During a rotation, tokens made before it stay valid, so that no client is cut off.";
const WHY_REFUSED: &str = "The rotation is over at the end of the previous secret. A server that still \
                           accepts tokens signed with it lets anyone who knows the old secret sign tokens.";

pub(super) fn topic() -> Topic {
    let mut cases = Vec::new();
    for purpose in [CONNECTION, SUBSCRIPTION] {
        cases.extend(tokens(purpose));
    }
    cases.extend(connections());
    cases.extend(channels());
    Topic {
        path: "centrifugo/previous-secret",
        about: "Tokens signed with the secret from before a rotation, which is valid beside the current one \
                until its end.",
        cases,
    }
}

/// The purpose of the token under test.
#[derive(Clone, Copy)]
struct Purpose {
    name: &'static str,
    twin: fn() -> Case,
}

const CONNECTION: Purpose = Purpose { name: "connection", twin: twins::centrifugo };
const SUBSCRIPTION: Purpose = Purpose { name: "subscription", twin: twins::subscription };

fn id(name: &str) -> String {
    format!("centrifugo/previous-secret/{name}")
}

fn previous(valid_for: Option<i64>) -> PreviousSecret {
    PreviousSecret { key: PREVIOUS.to_owned(), valid_for }
}

/// Configures the previous secret with this number of seconds left.
fn counts_for(valid_for: Option<i64>) -> Edit {
    context(ContextChange::PreviousSecret { previous: Some(previous(valid_for)) })
}

fn signed_by(key: &str, algorithm: Algorithm) -> Edit {
    sign(Some(&alg(algorithm)), key, algorithm)
}

/// A case in which the previous secret is still valid.
fn still_good(case: Case, title: impl Into<String>) -> Case {
    case.title(title).why(WHY_ACCEPTED).requirement(COUNTS).requirement(ENDS).class("V1")
}

fn tokens(purpose: Purpose) -> Vec<Case> {
    let id = |name: &str| id(&format!("{}-{name}", purpose.name));
    let what = format!("{} token", purpose.name);
    let by_current = (purpose.twin)()
        .changed(&id("current"), counts_for(Some(HOUR)))
        .accept()
        .title(format!("{what} signed with the current secret, previous secret configured"))
        .why("The current secret is valid as always.")
        .requirement(COUNTS)
        .class("V1");
    let by_previous = still_good(
        by_current.changed(&id("previous"), signed_by(PREVIOUS, HS256)).accept(),
        format!("{what} signed with the previous secret"),
    );
    let without_end = by_previous
        .changed(&id("previous-without-end"), counts_for(None))
        .accept()
        .title(format!("{what} signed with the previous secret, no end configured"))
        .why(WHY_ACCEPTED)
        .requirement(COUNTS)
        .class("V1");
    let ends_now = by_previous
        .changed(&id("previous-ends-now"), counts_for(Some(0)))
        .accept()
        .title(format!("{what} signed with the previous secret, in its last second"))
        .why(
            "Tokens signed with the previous secret are rejected after its end. This second is not after \
             it.",
        )
        .requirement(ENDS)
        .class("K15");
    let refused = |twin: &Case, name: &str, edit: Edit, reasons: &[Reason], title: &str, why: &str| {
        twin.changed(&id(name), edit)
            .reject(reasons.iter().copied())
            .title(format!("{what} {title}"))
            .why(why)
    };
    let by_nobody = [Reason::Signature, Reason::Key];
    let forged = |case: Case, requirement: &str, class: &str| {
        case.requirement(requirement).class(class).threat(Threat::Forger)
    };
    let mut cases = vec![
        by_current
            .changed(&id("current-after-the-end"), counts_for(Some(-HOUR)))
            .accept()
            .title(format!("{what} signed with the current secret, after the end of the previous one"))
            .why("The end applies to the previous secret only.")
            .requirement(ENDS)
            .class("V1"),
        forged(
            refused(
                &by_previous,
                "previous-after-the-end",
                counts_for(Some(-HOUR)),
                &by_nobody,
                "signed with the previous secret, one hour after its end",
                WHY_REFUSED,
            ),
            ENDS,
            "K15",
        ),
        forged(
            refused(
                &ends_now,
                "previous-ended-a-second-ago",
                counts_for(Some(-1)),
                &by_nobody,
                "signed with the previous secret, one second after its end",
                WHY_REFUSED,
            ),
            ENDS,
            "K15",
        ),
        forged(
            refused(
                &by_previous,
                "not-configured",
                context(ContextChange::PreviousSecret { previous: None }),
                &by_nobody,
                "signed with a secret other than the current one, no previous secret configured",
                "If no previous secret is configured, only the current one is valid. A server that accepts \
                 another one accepts tokens that anyone signed.",
            ),
            COUNTS,
            "S0",
        ),
        forged(
            refused(
                &by_previous,
                "third",
                signed_by(THIRD, HS256),
                &by_nobody,
                "signed with a secret that is neither the current nor the previous one",
                "A rotation adds one secret only. A server that accepts any other accepts tokens that \
                 anyone signed.",
            ),
            COUNTS,
            "S0",
        ),
        refused(
            &by_previous,
            "previous-expired",
            claim("exp", "{{now-3600}}"),
            &[Reason::Expired],
            "signed with the previous secret, exp one hour ago",
            "The previous secret verifies the signature, and the claims are checked as always (RFC 7519 \
             section 4.1.4).",
        )
        .requirement(COUNTS)
        .requirement("RFC7519-4.1.4-EXP")
        .class("C5")
        .threat(Threat::Holder),
    ];
    for (name, header) in [("rs256", "\"RS256\""), ("es256", "\"ES256\""), ("none", "\"none\"")] {
        let edit = sign(Some(header), PREVIOUS, HS256);
        let title = format!("that has alg {header} and a MAC by the previous secret");
        let why = "The previous secret is an HMAC secret and must not be used for any other algorithm.";
        let reasons = [Reason::Algorithm, Reason::Key, Reason::Signature];
        cases.push(forged(
            refused(&by_previous, &format!("previous-as-{name}"), edit, &reasons, &title, why),
            COUNTS,
            "A10",
        ));
    }
    for algorithm in [HS384, HS512] {
        let name = algorithm.name().to_lowercase();
        let edits = vec![
            context(ContextChange::Algorithms { algorithms: vec![algorithm] }),
            signed_by(PREVIOUS, algorithm),
        ];
        let good = by_previous
            .changed_by(&id(&format!("previous-{name}")), edits)
            .accept()
            .title(format!("{what} signed with the previous secret and {algorithm}"))
            .why("A secret may be used with each of the HMAC algorithms.")
            .requirement(COUNTS)
            .requirement("CF-ALG-1")
            .class("V1");
        cases.push(forged(
            refused(
                &good,
                &format!("previous-{name}-after-the-end"),
                counts_for(Some(-HOUR)),
                &by_nobody,
                &format!("signed with the previous secret and {algorithm}, one hour after its end"),
                WHY_REFUSED,
            ),
            ENDS,
            "K15",
        ));
        cases.push(good);
    }
    cases.extend([by_current, by_previous, without_end, ends_now]);
    cases
}

/// The seconds of a flow with a rotation: the rotation itself, a step before the end of the previous secret,
/// the lifetime of that secret, and a step after its end.
const WHEN: u32 = 1;
const BEFORE: u32 = 2;
const SECONDS: i64 = 2;
const AFTER: u32 = 5;

/// The configuration after a rotation. The third secret is current, and the old one stays valid for a while.
fn rotated(before: &Context) -> Context {
    let previous_secret = Some(PreviousSecret { key: CURRENT.to_owned(), valid_for: Some(SECONDS) });
    Context { keys: vec![THIRD.to_owned()], previous_secret, session: None, ..before.clone() }
}

/// The flow with a token signed with the new secret instead of the previous one.
fn by_next(twin: &Case, name: &str, token: &str, title: &str) -> Case {
    twin.changed(&id(name), of_token(token, signed_by(THIRD, HS256)))
        .accept()
        .title(title)
        .why("From the rotation on, tokens are signed with the new secret.")
        .requirement(COUNTS)
        .class("V1")
}

/// The flow with its last step after the end of the previous secret, where it is rejected.
fn too_late(twin: &Case, name: &str, number: usize, to: Step, title: &str) -> Case {
    twin.changed(&id(name), set_step(number, to))
        .reject([Reason::Signature, Reason::Key])
        .title(title)
        .why(WHY_REFUSED)
        .requirement(ENDS)
        .class("K15")
        .threat(Threat::Forger)
}

fn connections() -> Vec<Case> {
    let token = twins::centrifugo();
    let old = Case::root_flow(
        &id("rotated"),
        "the first flow in which the secret is rotated",
        &[("first", &token), ("next", &token)],
        vec![
            step(0, connect("first")),
            step(WHEN, configure(rotated(token.context()))),
            step(BEFORE, connect("next")),
        ],
    );
    let old = still_good(old, "client connects with a token by the previous secret, before its end");
    let renewed = still_good(
        old.changed(&id("rotated-renewed"), set_step(2, step(BEFORE, refresh("next")))).accept(),
        "connection renewed with a token by the previous secret, before its end",
    );
    vec![
        too_late(
            &old,
            "rotated-too-late",
            2,
            step(AFTER, connect("next")),
            "client connects with a token by the previous secret, after its end",
        ),
        too_late(
            &renewed,
            "rotated-renewed-too-late",
            2,
            step(AFTER, refresh("next")),
            "connection renewed with a token by the previous secret, after its end",
        ),
        by_next(
            &old,
            "rotated-next",
            "next",
            "client connects with a token by the new secret, after the rotation",
        ),
        by_next(
            &renewed,
            "rotated-renewed-next",
            "next",
            "connection renewed with a token by the new secret, after the rotation",
        ),
        old,
        renewed,
    ]
}

fn channels() -> Vec<Case> {
    let opened = twins::subscription();
    let old = Case::root_flow(
        &id("rotated-subscription"),
        "the first flow with a subscription whose secret is rotated",
        &[("connection", &twins::centrifugo()), ("opened", &opened), ("next", &opened)],
        vec![
            step(0, connect("connection")),
            step(0, subscribe(CHANNEL, "opened")),
            step(WHEN, configure(rotated(opened.context()))),
            step(BEFORE, sub_refresh(CHANNEL, "next")),
        ],
    );
    let old = still_good(old, "subscription renewed with a token by the previous secret, before its end");
    vec![
        too_late(
            &old,
            "rotated-subscription-too-late",
            3,
            step(AFTER, sub_refresh(CHANNEL, "next")),
            "subscription renewed with a token by the previous secret, after its end",
        ),
        by_next(
            &old,
            "rotated-subscription-next",
            "next",
            "subscription renewed with a token by the new secret, after the rotation",
        ),
        old,
    ]
}
