//! A server that is configured anew while clients are connected: which tokens are good from then on.

use jotproof_model::edit::FlowChange;
use jotproof_model::{Action, Algorithm, Context, Edit, Reason, Step, Threat};

use super::Topic;
use crate::bound::{self, Bound};
use crate::case::Case;
use crate::edits::{claim, flow, of_token, sign};
use crate::steps::{configure, connect, refresh, step, sub_refresh, subscribe, unsubscribe};
use crate::twins::{self, AUDIENCE, CHANNEL, ISSUER};

/// The key that comes after the first one.
const NEXT: &str = "hmac-64-bytes-foreign";

const WHY_OLD: &str = "A key is taken out because it is known to somebody who should not know it. A server that \
                       goes on taking what it signed is as open as before.";

/// When the server is configured anew; half a second is enough for it to read its file.
const WHEN: u32 = 1;
/// When the client goes on after that.
const THEN: u32 = 2;

fn next_key(signed: &str) -> Edit {
    of_token(signed, sign(Some("\"HS256\""), NEXT, Algorithm::HS256))
}

fn set_last(steps: usize, to: Step) -> Edit {
    flow(FlowChange::SetStep { step: steps - 1, to })
}

pub(super) fn topic() -> Topic {
    let mut cases = connections();
    cases.extend(channels());
    for of in [bound::AUDIENCE, bound::ISSUER] {
        cases.extend(patterns(of));
        cases.extend(not_a_configuration(of));
    }
    Topic {
        path: "centrifugo/reload",
        about: "Servers that are configured anew while clients are connected: with another key, an audience, \
                an issuer, patterns of them, or with what is no configuration.",
        cases,
    }
}

fn id(name: &str) -> String {
    format!("centrifugo/reload/{name}")
}

fn connections() -> Vec<Case> {
    let first = twins::centrifugo();
    let context = first.context().clone();
    let other_key = Context { keys: vec![NEXT.to_owned()], ..context.clone() };
    let with = |context: Context| {
        vec![step(0, connect("first")), step(WHEN, configure(context)), step(THEN, connect("next"))]
    };
    let root = |name: &str, to: Context, title: &str| {
        let tokens = [("first", &first), ("next", &first)];
        let why = "the first flow of servers that are configured anew";
        Case::root_flow(&id(name), why, &tokens, with(to))
            .title(title)
            .why("What is not changed stays as it was.")
            .requirement("CF-ALG-1")
            .class("V1")
    };
    let same = root(
        "nothing-changed",
        context.clone(),
        "a client that comes after the server read the same file again",
    );
    let rotated = same
        .changed_by(
            &id("next-key"),
            vec![
                flow(FlowChange::SetStep { step: 1, to: step(WHEN, configure(other_key.clone())) }),
                next_key("next"),
            ],
        )
        .accept()
        .title("a client with a token by the new key, after the key was changed")
        .why("From then on tokens are signed by the new key.")
        .requirement("CF-ALG-1")
        .class("V1");
    let renewed = rotated
        .changed(&id("renewed-by-next-key"), set_last(3, step(THEN, refresh("next"))))
        .accept()
        .title("a connection that is renewed by a token by the new key, after the key was changed")
        .why("A connection that was opened by the old key is renewed by the new one.")
        .requirement("CF-EXP-4")
        .class("V1");
    let claims = |member: &str, value: &str| of_token("next", claim(member, &format!("\"{value}\"")));
    let audience = Context { audience: Some(AUDIENCE.to_owned()), ..context.clone() };
    let issuer = Context { issuer: Some(ISSUER.to_owned()), ..context.clone() };
    let bound = |name: &str, to: &Context, member: &str, value: &str, title: &str, requirement: &str| {
        same.changed_by(
            &id(name),
            vec![
                flow(FlowChange::SetStep { step: 1, to: step(WHEN, configure(to.clone())) }),
                claims(member, value),
            ],
        )
        .accept()
        .title(title)
        .why("The new configuration counts from then on, and this token fits it.")
        .requirement(requirement)
        .class("V1")
    };
    let for_audience = bound(
        "audience",
        &audience,
        "aud",
        AUDIENCE,
        "a token for the audience, after the server was told of one",
        "CF-AUD-2",
    );
    let of_issuer = bound(
        "issuer",
        &issuer,
        "iss",
        ISSUER,
        "a token of the issuer, after the server was told of one",
        "CF-ISS-2",
    );
    vec![
        rotated
            .changed(&id("still-connected"), set_last(3, step(THEN, Action::Look)))
            .accept()
            .title("a client that is connected by the old key, after the key was changed")
            .why("A connection lasts until it expires; that a key is taken out lets nobody new in.")
            .requirement("CF-EXP-3")
            .class("V1"),
        old(
            &rotated,
            "old-key",
            "a client that comes with a token by the old key, after the key was changed",
        ),
        old(
            &renewed,
            "renewed-by-old-key",
            "a connection that is renewed by a token by the old key, after the key was changed",
        ),
        for_audience
            .changed(&id("other-audience"), claims("aud", "https://other.example.com"))
            .reject([Reason::Audience])
            .title("a token for another audience, after the server was told of one")
            .why("From then on a token must name the audience.")
            .requirement("CF-AUD-2")
            .class("C31")
            .threat(Threat::Holder),
        of_issuer
            .changed(&id("other-issuer"), claims("iss", "https://other.example.com"))
            .reject([Reason::Issuer])
            .title("a token of another issuer, after the server was told of one")
            .why("From then on a token must name the issuer.")
            .requirement("CF-ISS-2")
            .class("C31")
            .threat(Threat::Holder),
        same,
        rotated,
        renewed,
        for_audience,
        of_issuer,
    ]
}

/// The same with a token by the key from before.
fn old(twin: &Case, name: &str, title: &str) -> Case {
    twin.changed(&id(name), of_token("next", sign(Some("\"HS256\""), "hmac-64-bytes", Algorithm::HS256)))
        .reject([Reason::Signature])
        .title(title)
        .why(WHY_OLD)
        .requirement("RFC7515-5.2-VERIFY")
        .class("C31")
        .threat(Threat::Forger)
}

/// A pattern, another one, a pattern that is none, and what fits which.
const PATTERN: &str = "^chat-[0-9]+$";
const OTHER_PATTERN: &str = "^news-[0-9]+$";
const NO_PATTERN: &str = "^chat-([0-9]+$";
const CHAT: &str = "chat-17";
const NEWS: &str = "news-17";

fn id_of(of: Bound, name: &str) -> String {
    id(&format!("{}-{name}", of.what))
}

/// What a verifier is configured with that is told these of the claim, and nothing else.
fn configured(name: Option<Edit>, pattern: Option<Edit>) -> Context {
    let told = name.into_iter().chain(pattern).collect();
    twins::centrifugo().changed_by("configured", told).accept().context().clone()
}

/// A client that comes before the server is configured anew, and one that comes after it, by the same token.
fn before_and_after(of: Bound, name: &str, before: &Context, after: Context, value: &str) -> Case {
    let token = twins::centrifugo().changed("token", of.says(value)).accept();
    Case::root_flow(
        &id_of(of, name),
        "the first flow of servers that are configured anew, with this claim checked",
        &[("first", &token), ("next", &token)],
        vec![step(0, connect("first")), step(WHEN, configure(after)), step(THEN, connect("next"))],
    )
    .beginning_with(before.clone())
}

/// Patterns that come, change and go.
fn patterns(of: Bound) -> Vec<Case> {
    let (none, chat) = (configured(None, None), configured(None, Some(of.matching(PATTERN))));
    let news = configured(None, Some(of.matching(OTHER_PATTERN)));
    let what = of.what;
    let added = before_and_after(of, "pattern-added", &none, chat.clone(), CHAT)
        .title(format!("a token whose {what} fits the pattern that the server was told of"))
        .why("The new configuration counts from then on, and this token fits it.")
        .requirement(of.of_patterns)
        .class("V1");
    let removed = before_and_after(of, "pattern-removed", &chat, none, CHAT)
        .title(format!("a token whose {what} fitted the pattern, after there is none any more"))
        .why("What is not checked any more is not asked for either.")
        .requirement(of.of_patterns)
        .class("V1");
    let changed = removed
        .changed_by(
            &id_of(of, "pattern-changed"),
            vec![
                flow(FlowChange::SetStep { step: 1, to: step(WHEN, configure(news)) }),
                of_token("next", of.says(NEWS)),
            ],
        )
        .accept()
        .title(format!("a token whose {what} fits the pattern that took the place of another one"))
        .why("The new configuration counts from then on, and this token fits it.")
        .requirement(of.of_patterns)
        .class("V1");
    let refused = |twin: &Case, name: &str, value: &str, title: &str| {
        twin.changed(&id_of(of, name), of_token("next", of.says(value)))
            .reject([of.reason])
            .title(title)
            .why("From then on a token must fit the pattern.")
            .requirement(of.of_patterns)
            .class("C31")
            .threat(Threat::Holder)
    };
    vec![
        refused(
            &added,
            "misses-added-pattern",
            NEWS,
            &format!("a token whose {what} does not fit the pattern that the server was told of"),
        ),
        refused(
            &changed,
            "fits-pattern-of-before",
            CHAT,
            &format!("a token whose {what} fits the pattern of before, after another one took its place"),
        ),
        removed
            .changed(&id_of(of, "pattern-removed-other"), of_token("next", of.says(NEWS)))
            .accept()
            .title(format!("a token whose {what} did not fit the pattern, after there is none any more"))
            .why("What is not checked any more lets every token in.")
            .requirement(of.of_patterns)
            .class("V1"),
        added,
        removed,
        changed,
    ]
}

/// What the server reads anew is no configuration: what it refused before, it may not let in now.
fn not_a_configuration(of: Bound) -> Vec<Case> {
    let what = of.what;
    let named = configured(Some(of.named(CHAT)), None);
    let matched = configured(None, Some(of.matching(PATTERN)));
    let rows = [
        (
            "name",
            of.of_names,
            "CF-CONF-1",
            named,
            configured(Some(of.named(CHAT)), Some(of.matching(PATTERN))),
            "a pattern came beside the name of it",
        ),
        (
            "pattern",
            of.of_patterns,
            "CF-CONF-2",
            matched,
            configured(None, Some(of.matching(NO_PATTERN))),
            "its pattern became one that cannot be compiled",
        ),
    ];
    let mut cases = Vec::new();
    for (by, requirement, of_configurations, good, bad, happened) in rows {
        let same = before_and_after(of, &format!("{by}-read-again"), &good, good.clone(), CHAT)
            .title(format!("a token for the {what}, after the server read the same file again"))
            .why("What is not changed stays as it was.")
            .requirement(requirement)
            .requirement(of_configurations)
            .class("V1");
        let spoilt = flow(FlowChange::SetStep { step: 1, to: step(WHEN, configure(bad)) });
        cases.push(
            same.changed(&id_of(of, &format!("{by}-spoilt")), spoilt.clone())
                .either(
                    "The documentation does not say what a running server makes of what is no configuration.",
                    [Reason::Configuration],
                )
                .title(format!("a token that fitted the {what}, after {happened}"))
                .why("A server may go on with what it had, or let nobody in until it is told better.")
                .requirement(of_configurations)
                .class("G1"),
        );
        cases.push(
            same.changed_by(
                &id_of(of, &format!("{by}-spoilt-other")),
                vec![spoilt, of_token("next", of.says(NEWS))],
            )
            .reject([Reason::Configuration, of.reason])
            .title(format!("a token that never fitted the {what}, and {happened}"))
            .why("Whatever becomes of the server, a slip of the pen must not open it to everybody.")
            .requirement(requirement)
            .requirement(of_configurations)
            .class("G1")
            .threat(Threat::Holder),
        );
        cases.push(same);
    }
    cases
}

fn channels() -> Vec<Case> {
    let opened = twins::subscription();
    let context = Context { session: None, ..opened.context().clone() };
    let other_key = Context { keys: vec![NEXT.to_owned()], ..context };
    let root = Case::root_flow(
        &id("subscription-next-key"),
        "the first flow of subscriptions on servers that are configured anew",
        &[("connection", &twins::centrifugo()), ("opened", &opened), ("next", &opened.signed_by(NEXT))],
        vec![
            step(0, connect("connection")),
            step(0, subscribe(CHANNEL, "opened")),
            step(0, unsubscribe(CHANNEL)),
            step(WHEN, configure(other_key)),
            step(THEN, subscribe(CHANNEL, "next")),
        ],
    )
    .title("a subscription by a token by the new key, after the key was changed")
    .why("From then on tokens for channels are signed by the new key too.")
    .requirement("CS-OK-1")
    .class("V1");
    let renewed = root
        .changed_by(
            &id("subscription-renewed-by-next-key"),
            vec![
                flow(FlowChange::RemoveStep { step: 2 }),
                flow(FlowChange::SetStep { step: 3, to: step(THEN, sub_refresh(CHANNEL, "next")) }),
            ],
        )
        .accept()
        .title("a subscription that is renewed by a token by the new key, after the key was changed")
        .why("A subscription that was opened by the old key is renewed by the new one.")
        .requirement("CS-EXP-2")
        .class("V1");
    vec![
        old(
            &root,
            "subscription-old-key",
            "a subscription by a token by the old key, after the key was changed",
        ),
        old(
            &renewed,
            "subscription-renewed-by-old-key",
            "a subscription that is renewed by a token by the old key, after the key was changed",
        ),
        root,
        renewed,
    ]
}
