//! A server that reloads its configuration while clients are connected: which tokens are valid afterwards.

use jotproof_model::edit::FlowChange;
use jotproof_model::{Action, Algorithm, Context, Edit, Reason, Step, Threat};

use super::Topic;
use crate::bound::{self, Bound};
use crate::case::Case;
use crate::edits::{claim, flow, of_token, sign};
use crate::steps::{configure, connect, refresh, step, sub_refresh, subscribe, unsubscribe};
use crate::twins::{self, AUDIENCE, CHANNEL, ISSUER};

/// The key that replaces the first one.
const NEXT: &str = "hmac-64-bytes-foreign";

const WHY_OLD: &str = "An operator removes a key because somebody knows it who should not. A server that \
                       still accepts tokens signed with it lets that person in.";

/// The second of the reload. Half a second is enough for the server to read its file.
const WHEN: u32 = 1;
/// The second of the client's next step.
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
        about: "Servers that reload their configuration while clients are connected: with a different key, \
                audience, issuer or regex, or with an invalid configuration.",
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
        let why = "the first flow with a server that reloads its configuration";
        Case::root_flow(&id(name), why, &tokens, with(to))
            .title(title)
            .why("The reload changes nothing, so the token is valid as before.")
            .requirement("CF-ALG-1")
            .class("V1")
    };
    let same =
        root("nothing-changed", context.clone(), "client connects after a reload of the same configuration");
    let rotated = same
        .changed_by(
            &id("next-key"),
            vec![
                flow(FlowChange::SetStep { step: 1, to: step(WHEN, configure(other_key.clone())) }),
                next_key("next"),
            ],
        )
        .accept()
        .title("client connects with a token by the new key, after the key was replaced")
        .why("From the reload on, tokens are signed with the new key.")
        .requirement("CF-ALG-1")
        .class("V1");
    let renewed = rotated
        .changed(&id("renewed-by-next-key"), set_last(3, step(THEN, refresh("next"))))
        .accept()
        .title("connection renewed with a token by the new key, after the key was replaced")
        .why("A connection that was opened with the old key is renewed with the new one.")
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
        .why("The new configuration applies from the reload on, and this token matches it.")
        .requirement(requirement)
        .class("V1")
    };
    let for_audience = bound(
        "audience",
        &audience,
        "aud",
        AUDIENCE,
        "token for the new audience, after an audience was configured",
        "CF-AUD-2",
    );
    let of_issuer = bound(
        "issuer",
        &issuer,
        "iss",
        ISSUER,
        "token of the new issuer, after an issuer was configured",
        "CF-ISS-2",
    );
    vec![
        rotated
            .changed(&id("still-connected"), set_last(3, step(THEN, Action::Look)))
            .accept()
            .title("client stays connected with a token by the old key, after the key was replaced")
            .why("A connection lasts until it expires. The removal of a key only keeps out new connections.")
            .requirement("CF-EXP-3")
            .class("V1"),
        old(&rotated, "old-key", "client connects with a token by the old key, after the key was replaced"),
        old(
            &renewed,
            "renewed-by-old-key",
            "connection renewed with a token by the old key, after the key was replaced",
        ),
        for_audience
            .changed(&id("other-audience"), claims("aud", "https://other.example.com"))
            .reject([Reason::Audience])
            .title("token for a different audience, after an audience was configured")
            .why(
                "From the reload on, a token must name the audience. A server that does not apply the \
                 change accepts tokens for other services.",
            )
            .requirement("CF-AUD-2")
            .class("C31")
            .threat(Threat::Holder),
        of_issuer
            .changed(&id("other-issuer"), claims("iss", "https://other.example.com"))
            .reject([Reason::Issuer])
            .title("token of a different issuer, after an issuer was configured")
            .why(
                "From the reload on, a token must name the issuer. A server that does not apply the change \
                 accepts tokens of issuers that it should not trust.",
            )
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

/// The same flow with a token signed with the old key.
fn old(twin: &Case, name: &str, title: &str) -> Case {
    twin.changed(&id(name), of_token("next", sign(Some("\"HS256\""), "hmac-64-bytes", Algorithm::HS256)))
        .reject([Reason::Signature])
        .title(title)
        .why(WHY_OLD)
        .requirement("RFC7515-5.2-VERIFY")
        .class("C31")
        .threat(Threat::Forger)
}

/// A regex, a different one, an invalid one, and the texts that match.
const PATTERN: &str = "^chat-[0-9]+$";
const OTHER_PATTERN: &str = "^news-[0-9]+$";
const NO_PATTERN: &str = "^chat-([0-9]+$";
const CHAT: &str = "chat-17";
const NEWS: &str = "news-17";

fn id_of(of: Bound, name: &str) -> String {
    id(&format!("{}-{name}", of.what))
}

/// The context of a verifier with only these options for the claim.
fn configured(name: Option<Edit>, pattern: Option<Edit>) -> Context {
    let told = name.into_iter().chain(pattern).collect();
    twins::centrifugo().changed_by("configured", told).accept().context().clone()
}

/// A client that connects before the reload, and a client that connects after it with the same token.
fn before_and_after(of: Bound, name: &str, before: &Context, after: Context, value: &str) -> Case {
    let token = twins::centrifugo().changed("token", of.says(value)).accept();
    Case::root_flow(
        &id_of(of, name),
        "the first flow with a reload and this claim checked",
        &[("first", &token), ("next", &token)],
        vec![step(0, connect("first")), step(WHEN, configure(after)), step(THEN, connect("next"))],
    )
    .beginning_with(before.clone())
}

/// Regexes that are added, changed and removed.
fn patterns(of: Bound) -> Vec<Case> {
    let (none, chat) = (configured(None, None), configured(None, Some(of.matching(PATTERN))));
    let news = configured(None, Some(of.matching(OTHER_PATTERN)));
    let what = of.what;
    let added = before_and_after(of, "pattern-added", &none, chat.clone(), CHAT)
        .title(format!("{what} that matches the new regex, after a regex was configured"))
        .why("The new configuration applies from the reload on, and this token matches it.")
        .requirement(of.of_patterns)
        .class("V1");
    let removed = before_and_after(of, "pattern-removed", &chat, none, CHAT)
        .title(format!("{what} that matched the old regex, after the regex was removed"))
        .why("A regex that was removed no longer matters, so the token is valid with any value.")
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
        .title(format!("{what} that matches the new regex, after the regex was replaced"))
        .why("The new configuration applies from the reload on, and this token matches it.")
        .requirement(of.of_patterns)
        .class("V1");
    let refused = |twin: &Case, name: &str, value: &str, title: &str| {
        twin.changed(&id_of(of, name), of_token("next", of.says(value)))
            .reject([of.reason])
            .title(title)
            .why(
                "From the reload on, a token must match the new regex. A server that does not apply the \
                 change accepts tokens that its operator excluded.",
            )
            .requirement(of.of_patterns)
            .class("C31")
            .threat(Threat::Holder)
    };
    vec![
        refused(
            &added,
            "misses-added-pattern",
            NEWS,
            &format!("{what} that does not match the new regex, after a regex was configured"),
        ),
        refused(
            &changed,
            "fits-pattern-of-before",
            CHAT,
            &format!("{what} that matches only the old regex, after the regex was replaced"),
        ),
        removed
            .changed(&id_of(of, "pattern-removed-other"), of_token("next", of.says(NEWS)))
            .accept()
            .title(format!("{what} that did not match the old regex, after the regex was removed"))
            .why("A regex that was removed no longer matters, so the token is valid with any value.")
            .requirement(of.of_patterns)
            .class("V1"),
        added,
        removed,
        changed,
    ]
}

/// The reloaded configuration is invalid. A token that was rejected before must not be accepted now.
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
            "a regex added beside the name",
        ),
        (
            "pattern",
            of.of_patterns,
            "CF-CONF-2",
            matched,
            configured(None, Some(of.matching(NO_PATTERN))),
            "an invalid regex instead of the old one",
        ),
    ];
    let mut cases = Vec::new();
    for (by, requirement, of_configurations, good, bad, happened) in rows {
        let same = before_and_after(of, &format!("{by}-read-again"), &good, good.clone(), CHAT)
            .title(format!(
                "{what} that matches, configured by {}, after a reload of the same configuration",
                if by == "name" { "name" } else { "regex" }
            ))
            .why("The reload changes nothing, so the token is valid as before.")
            .requirement(requirement)
            .requirement(of_configurations)
            .class("V1");
        let spoilt = flow(FlowChange::SetStep { step: 1, to: step(WHEN, configure(bad)) });
        cases.push(
            same.changed(&id_of(of, &format!("{by}-spoilt")), spoilt.clone())
                .either(
                    "The documentation does not say what a running server does with an invalid \
                     configuration.",
                    [Reason::Configuration],
                )
                .title(format!("{what} that matched, after a reload with {happened}"))
                .why(
                    "A server may keep its old configuration, or accept no token until the configuration is \
                     valid again.",
                )
                .requirement(of_configurations)
                .class("G1"),
        );
        cases.push(
            same.changed_by(
                &id_of(of, &format!("{by}-spoilt-other")),
                vec![spoilt, of_token("next", of.says(NEWS))],
            )
            .reject([Reason::Configuration, of.reason])
            .title(format!("{what} that never matched, after a reload with {happened}"))
            .why(
                "Whatever the server does with the invalid configuration, a typo must not open it to \
                 everyone.",
            )
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
        "the first flow with a subscription and a server that reloads its configuration",
        &[("connection", &twins::centrifugo()), ("opened", &opened), ("next", &opened.signed_by(NEXT))],
        vec![
            step(0, connect("connection")),
            step(0, subscribe(CHANNEL, "opened")),
            step(0, unsubscribe(CHANNEL)),
            step(WHEN, configure(other_key)),
            step(THEN, subscribe(CHANNEL, "next")),
        ],
    )
    .title("subscription opened with a token by the new key, after the key was replaced")
    .why("From the reload on, subscription tokens are also signed with the new key.")
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
        .title("subscription renewed with a token by the new key, after the key was replaced")
        .why("A subscription that was opened with the old key is renewed with the new one.")
        .requirement("CS-EXP-2")
        .class("V1");
    vec![
        old(
            &root,
            "subscription-old-key",
            "subscription opened with a token by the old key, after the key was replaced",
        ),
        old(
            &renewed,
            "subscription-renewed-by-old-key",
            "subscription renewed with a token by the old key, after the key was replaced",
        ),
        root,
        renewed,
    ]
}
