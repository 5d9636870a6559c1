//! Options of a channel that a token overrides: each of them switched on in a channel that has none, and
//! off in one that has all.

use std::collections::BTreeMap;

use jotproof_model::edit::FlowChange;
use jotproof_model::{ChannelOptions, Step};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, flow, of_token};
use crate::steps::{connect, look_at, step, subscribe};
use crate::twins;

const NONE: ChannelOptions =
    ChannelOptions { presence: false, join_leave: false, recovery: false, positioning: false };
const ALL: ChannelOptions =
    ChannelOptions { presence: true, join_leave: true, recovery: true, positioning: true };

/// When somebody looks: what the server says of who comes has arrived by then.
const LATER: u32 = 1;

const WHY: &str = "The token says how this one subscription differs from others of its channel. A server that does \
                   not look at it shows a client what it should not see, or keeps from it what it should.";

/// Name, whether the channel has all options or none, the override, what the subscription has then, the
/// requirement.
type Row = (&'static str, bool, &'static str, ChannelOptions, &'static str);

/// Of subscription tokens since version 4.
const SINCE_4: [Row; 9] = [
    (
        "presence-off",
        true,
        r#""presence":{"value":false}"#,
        ChannelOptions { presence: false, ..ALL },
        "CS-OVR-1",
    ),
    (
        "join-leave-on",
        false,
        r#""join_leave":{"value":true},"force_push_join_leave":{"value":true}"#,
        ChannelOptions { join_leave: true, ..NONE },
        "CS-OVR-2",
    ),
    (
        "join-leave-off",
        true,
        r#""join_leave":{"value":false}"#,
        ChannelOptions { join_leave: false, ..ALL },
        "CS-OVR-2",
    ),
    ("join-leave-on-and-not-pushed", false, r#""join_leave":{"value":true}"#, NONE, "CS-OVR-3"),
    (
        "force-push-join-leave-off",
        true,
        r#""force_push_join_leave":{"value":false}"#,
        ChannelOptions { join_leave: false, ..ALL },
        "CS-OVR-3",
    ),
    (
        "force-recovery-on",
        false,
        r#""force_recovery":{"value":true}"#,
        ChannelOptions { recovery: true, positioning: true, ..NONE },
        "CS-OVR-4",
    ),
    (
        "force-recovery-off",
        true,
        r#""force_recovery":{"value":false}"#,
        ChannelOptions { recovery: false, ..ALL },
        "CS-OVR-4",
    ),
    (
        "force-positioning-on",
        false,
        r#""force_positioning":{"value":true}"#,
        ChannelOptions { positioning: true, ..NONE },
        "CS-OVR-5",
    ),
    (
        "force-positioning-and-recovery-off",
        true,
        r#""force_positioning":{"value":false},"force_recovery":{"value":false}"#,
        ChannelOptions { recovery: false, positioning: false, ..ALL },
        "CS-OVR-5",
    ),
];

/// Of tokens for private channels of version 3.
const OF_3: [Row; 7] = [
    (
        "presence-off",
        true,
        r#""presence":{"value":false}"#,
        ChannelOptions { presence: false, ..ALL },
        "CF-SUBS-2",
    ),
    (
        "join-leave-on",
        false,
        r#""join_leave":{"value":true}"#,
        ChannelOptions { join_leave: true, ..NONE },
        "CF-SUBS-2",
    ),
    (
        "join-leave-off",
        true,
        r#""join_leave":{"value":false}"#,
        ChannelOptions { join_leave: false, ..ALL },
        "CF-SUBS-2",
    ),
    (
        "recover-on",
        false,
        r#""recover":{"value":true}"#,
        ChannelOptions { recovery: true, positioning: true, ..NONE },
        "CF-SUBS-2",
    ),
    (
        "recover-off",
        true,
        r#""recover":{"value":false}"#,
        ChannelOptions { recovery: false, ..ALL },
        "CF-SUBS-2",
    ),
    (
        "position-on",
        false,
        r#""position":{"value":true}"#,
        ChannelOptions { positioning: true, ..NONE },
        "CF-SUBS-2",
    ),
    (
        "position-and-recover-off",
        true,
        r#""position":{"value":false},"recover":{"value":false}"#,
        ChannelOptions { recovery: false, positioning: false, ..ALL },
        "CF-SUBS-2",
    ),
];

/// Of connection tokens, by names that mean the same in every version.
const OF_CONNECTIONS: [Row; 3] = [
    (
        "presence-off",
        true,
        r#""presence":{"value":false}"#,
        ChannelOptions { presence: false, ..ALL },
        "CF-SUBS-2",
    ),
    (
        "join-leave-on",
        false,
        r#""join_leave":{"value":true},"force_push_join_leave":{"value":true}"#,
        ChannelOptions { join_leave: true, ..NONE },
        "CF-SUBS-2",
    ),
    (
        "join-leave-off",
        true,
        r#""join_leave":{"value":false}"#,
        ChannelOptions { join_leave: false, ..ALL },
        "CF-SUBS-2",
    ),
];

pub(super) fn subscription() -> Topic {
    of_channel("centrifugo/subscription-overrides", twins::subscription, "", &SINCE_4)
}

pub(super) fn private_channel() -> Topic {
    of_channel("centrifugo/private-channel-overrides", twins::private_channel, "$", &OF_3)
}

/// Tokens for one channel, whose `override` is about that.
fn of_channel(path: &'static str, token: fn() -> Case, prefix: &str, rows: &[Row]) -> Topic {
    let bare = &*format!("{prefix}bare:news");
    let full = &*format!("{prefix}full:news");
    let steps = |channel: &str| -> Vec<Step> {
        vec![
            step(0, connect("connection")),
            step(0, subscribe(channel, "opened")),
            step(LATER, look_at(channel)),
        ]
    };
    let opened = token().changed("opened", claim("channel", &format!("\"{bare}\""))).accept();
    let without = Case::root_flow(
        &format!("{path}/without"),
        "the first flow of channels whose options are looked at",
        &[("connection", &twins::centrifugo()), ("opened", &opened)],
        steps(bare),
    )
    .title("a subscription to a channel without any option")
    .why("Without an override the channel's own options count.")
    .requirement("CF-SUBS-2")
    .class("V1")
    .effect(|effect| {
        (effect.user, effect.options) = (None, Some(BTreeMap::from([(bare.to_owned(), NONE)])));
    });
    let with = without
        .changed_by(
            &format!("{path}/with"),
            vec![
                of_token("opened", claim("channel", &format!("\"{full}\""))),
                flow(FlowChange::SetStep { step: 1, to: step(0, subscribe(full, "opened")) }),
                flow(FlowChange::SetStep { step: 2, to: step(LATER, look_at(full)) }),
            ],
        )
        .accept()
        .title("a subscription to a channel with every option")
        .why("Without an override the channel's own options count.")
        .requirement("CF-SUBS-2")
        .class("V1")
        .effect(|effect| effect.options = Some(BTreeMap::from([(full.to_owned(), ALL)])));
    let mut cases: Vec<Case> = rows
        .iter()
        .map(|(name, is_full, text, options, requirement)| {
            let (twin, channel) = if *is_full { (&with, full) } else { (&without, bare) };
            twin.changed(
                &format!("{path}/{name}"),
                of_token("opened", claim("override", &format!("{{{text}}}"))),
            )
            .accept()
            .title(format!("a subscription with the override {text}"))
            .why(WHY)
            .requirement(requirement)
            .class("C24")
            .effect(|effect| {
                effect.user = effect.user.take().filter(|_| options.presence);
                effect.options = Some(BTreeMap::from([(channel.to_owned(), *options)]));
            })
        })
        .collect();
    cases.extend([without, with]);
    Topic { path, about: "Options of a channel that a token for it overrides.", cases }
}

/// Connection tokens, whose `subs` have an `override` for each channel.
pub(super) fn connection() -> Topic {
    let path = "centrifugo/overrides";
    let (bare, full) = ("bare:news", "full:news");
    let subs = |channel: &str, text: &str| claim("subs", &format!("{{\"{channel}\":{{{text}}}}}"));
    let first = twins::centrifugo().changed("first", subs(bare, "")).accept();
    let without = Case::root_flow(
        &format!("{path}/without"),
        "the first flow of server-side subscriptions whose options are looked at",
        &[("first", &first)],
        vec![step(0, connect("first")), step(LATER, look_at(bare))],
    )
    .title("a server-side subscription to a channel without any option")
    .why("Without an override the channel's own options count.")
    .requirement("CF-SUBS-2")
    .class("V1")
    .effect(|effect| {
        (effect.user, effect.options) = (None, Some(BTreeMap::from([(bare.to_owned(), NONE)])));
    });
    let with = without
        .changed_by(
            &format!("{path}/with"),
            vec![
                of_token("first", subs(full, "")),
                flow(FlowChange::SetStep { step: 1, to: step(LATER, look_at(full)) }),
            ],
        )
        .accept()
        .title("a server-side subscription to a channel with every option")
        .why("Without an override the channel's own options count.")
        .requirement("CF-SUBS-2")
        .class("V1")
        .effect(|effect| effect.options = Some(BTreeMap::from([(full.to_owned(), ALL)])));
    let mut cases: Vec<Case> = OF_CONNECTIONS
        .iter()
        .map(|(name, is_full, text, options, requirement)| {
            let (twin, channel) = if *is_full { (&with, full) } else { (&without, bare) };
            twin.changed(
                &format!("{path}/{name}"),
                of_token("first", subs(channel, &format!("\"override\":{{{text}}}"))),
            )
            .accept()
            .title(format!("a server-side subscription with the override {text}"))
            .why(WHY)
            .requirement(requirement)
            .class("C24")
            .effect(|effect| {
                effect.user = effect.user.take().filter(|_| options.presence);
                effect.options = Some(BTreeMap::from([(channel.to_owned(), *options)]));
            })
        })
        .collect();
    cases.extend([without, with]);
    Topic { path, about: "Options of channels that a connection token overrides in `subs`.", cases }
}
