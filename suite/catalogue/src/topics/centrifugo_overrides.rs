//! Options of a channel that a token overrides: each of them switched on in a channel that has none, and
//! off in one that has all.

use std::collections::BTreeMap;

use jotproof_model::edit::FlowChange;
use jotproof_model::{ChannelOptions, Edit, Step};

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
const SINCE_4: [Row; 10] = [
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
    ("presence-without-value", true, r#""presence":{}"#, ALL, "CS-OVR-6"),
];

/// Of tokens that give subscriptions in every version.
const PRESENCE_OFF: Row = (
    "presence-off",
    true,
    r#""presence":{"value":false}"#,
    ChannelOptions { presence: false, ..ALL },
    "CF-SUBS-2",
);
const JOIN_LEAVE_OFF: Row = (
    "join-leave-off",
    true,
    r#""join_leave":{"value":false}"#,
    ChannelOptions { join_leave: false, ..ALL },
    "CF-SUBS-2",
);

/// Of tokens for private channels of version 3.
const OF_3: [Row; 7] = [
    PRESENCE_OFF,
    (
        "join-leave-on",
        false,
        r#""join_leave":{"value":true}"#,
        ChannelOptions { join_leave: true, ..NONE },
        "CF-SUBS-2",
    ),
    JOIN_LEAVE_OFF,
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

/// Of connection tokens. Where an option has another name since version 4, both are there: each version knows one.
const OF_CONNECTIONS: [Row; 7] = [
    PRESENCE_OFF,
    (
        "join-leave-on",
        false,
        r#""join_leave":{"value":true},"force_push_join_leave":{"value":true}"#,
        ChannelOptions { join_leave: true, ..NONE },
        "CF-SUBS-2",
    ),
    JOIN_LEAVE_OFF,
    (
        "recovery-on",
        false,
        r#""recover":{"value":true},"force_recovery":{"value":true}"#,
        ChannelOptions { recovery: true, positioning: true, ..NONE },
        "CF-SUBS-2",
    ),
    (
        "recovery-off",
        true,
        r#""recover":{"value":false},"force_recovery":{"value":false}"#,
        ChannelOptions { recovery: false, ..ALL },
        "CF-SUBS-2",
    ),
    (
        "positioning-on",
        false,
        r#""position":{"value":true},"force_positioning":{"value":true}"#,
        ChannelOptions { positioning: true, ..NONE },
        "CF-SUBS-2",
    ),
    (
        "positioning-and-recovery-off",
        true,
        r#""position":{"value":false},"recover":{"value":false},"force_positioning":{"value":false},"force_recovery":{"value":false}"#,
        ChannelOptions { recovery: false, positioning: false, ..ALL },
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
    let tokens = Tokens {
        path,
        about: "Options of a channel that a token for it overrides.",
        channels: "channels",
        subscription: "a subscription",
        bare,
        full: &format!("{prefix}full:news"),
        token: "opened",
    };
    let for_channel = |channel: &str| claim("channel", &format!("\"{channel}\""));
    let opened = token().changed("opened", for_channel(bare)).accept();
    let subscribes = |channel: &str| step(0, subscribe(channel, "opened"));
    let root = [("connection", &twins::centrifugo()), ("opened", &opened)];
    let steps = vec![step(0, connect("connection")), subscribes(bare), step(LATER, look_at(bare))];
    let to_full = vec![
        of_token("opened", for_channel(tokens.full)),
        flow(FlowChange::SetStep { step: 1, to: subscribes(tokens.full) }),
        flow(FlowChange::SetStep { step: 2, to: step(LATER, look_at(tokens.full)) }),
    ];
    tokens.topic(&root, steps, to_full, |_, text| claim("override", &format!("{{{text}}}")), rows)
}

/// Connection tokens, whose `subs` have an `override` for each channel.
pub(super) fn connection() -> Topic {
    let tokens = Tokens {
        path: "centrifugo/overrides",
        about: "Options of channels that a connection token overrides in `subs`.",
        channels: "server-side subscriptions",
        subscription: "a server-side subscription",
        bare: "bare:news",
        full: "full:news",
        token: "first",
    };
    let subs = |channel: &str, text: &str| claim("subs", &format!("{{\"{channel}\":{{{text}}}}}"));
    let first = twins::centrifugo().changed("first", subs(tokens.bare, "")).accept();
    let steps = vec![step(0, connect("first")), step(LATER, look_at(tokens.bare))];
    let to_full = vec![
        of_token("first", subs(tokens.full, "")),
        flow(FlowChange::SetStep { step: 1, to: step(LATER, look_at(tokens.full)) }),
    ];
    let overriding = |channel: &str, text: &str| subs(channel, &format!("\"override\":{{{text}}}"));
    tokens.topic(&[("first", &first)], steps, to_full, overriding, &OF_CONNECTIONS)
}

/// Tokens that override options of channels.
struct Tokens<'a> {
    path: &'static str,
    about: &'static str,
    /// What it is whose options are looked at, and one that they open: for titles.
    channels: &'static str,
    subscription: &'static str,
    /// The channel without any option, and the one with all.
    bare: &'a str,
    full: &'a str,
    /// The token that overrides, by its name in the flow.
    token: &'static str,
}

impl Tokens<'_> {
    /// The topic of a flow that looks at the bare channel, of what makes it one that looks at the full one,
    /// and of the edit by which a token overrides options of a channel.
    fn topic(
        &self,
        tokens: &[(&str, &Case)],
        steps: Vec<Step>,
        to_full: Vec<Edit>,
        overriding: impl Fn(&str, &str) -> Edit,
        rows: &[Row],
    ) -> Topic {
        let Self { path, about, channels, subscription, bare, full, token } = *self;
        let own = |case: Case, title: &str| {
            case.title(format!("{subscription} to a channel {title}"))
                .why("Without an override the channel's own options count.")
                .requirement("CF-SUBS-2")
                .class("V1")
        };
        let looked_at = format!("the first flow of {channels} whose options are looked at");
        let root = Case::root_flow(&format!("{path}/without"), &looked_at, tokens, steps);
        let without = own(root, "without any option").effect(|effect| {
            (effect.user, effect.options) = (None, Some(BTreeMap::from([(bare.to_owned(), NONE)])));
        });
        let with = own(without.changed_by(&format!("{path}/with"), to_full).accept(), "with every option")
            .effect(|effect| effect.options = Some(BTreeMap::from([(full.to_owned(), ALL)])));
        let row = |(name, is_full, text, options, requirement): &Row| {
            let (twin, channel) = if *is_full { (&with, full) } else { (&without, bare) };
            twin.changed(&format!("{path}/{name}"), of_token(token, overriding(channel, text)))
                .accept()
                .title(format!("{subscription} with the override {text}"))
                .why(WHY)
                .requirement(requirement)
                .class("C24")
                .effect(|effect| {
                    effect.user = effect.user.take().filter(|_| options.presence);
                    effect.options = Some(BTreeMap::from([(channel.to_owned(), *options)]));
                })
        };
        let mut cases: Vec<Case> = rows.iter().map(row).collect();
        cases.extend([without, with]);
        Topic { path, about, cases }
    }
}
