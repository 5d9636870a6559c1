//! Channel options that a token overrides: each option is switched on in a channel that has none, and off in
//! a channel that has all.
//!
//! The server tells who is in a channel only if the namespace has `presence`. So the presence of a token is
//! switched on in a namespace without it, and the namespace gets presence before the look. Then only those
//! whose presence was kept are there.

use std::collections::BTreeMap;

use jotproof_model::edit::{ContextChange, FlowChange};
use jotproof_model::{ChannelOptions, Context, Edit, Namespace, Step};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, flow, of_token};
use crate::steps::{configure, connect, look_at, step, subscribe};
use crate::twins;

const NONE: ChannelOptions =
    ChannelOptions { presence: false, join_leave: false, recovery: false, positioning: false };
const ALL: ChannelOptions =
    ChannelOptions { presence: true, join_leave: true, recovery: true, positioning: true };

/// The second of the look. The server's messages about who joins have arrived by then.
const LATER: u32 = 1;
/// The second of the look at a channel whose namespace has got presence by then.
const AFTER_THAT: u32 = 2;

const WHY: &str = "The token says how this subscription differs from the options of its channel. A server \
                   that ignores the override shows a client what it should not see, or withholds what it \
                   should.";

/// The options of a channel.
#[derive(Debug, Clone, Copy)]
enum In {
    /// No options.
    Bare,
    /// All options.
    Full,
    /// No options, and presence later on.
    GetsPresence,
}

/// Name, channel, override, options of the subscription, requirement.
type Row = (&'static str, In, &'static str, ChannelOptions, &'static str);

/// A subscription with presence in a channel without it.
const fn presence_on(requirement: &'static str) -> Row {
    let options = ChannelOptions { presence: true, ..NONE };
    ("presence-on", In::GetsPresence, r#""presence":{"value":true}"#, options, requirement)
}

/// A subscription without presence in a channel with it.
const fn presence_off(requirement: &'static str) -> Row {
    let options = ChannelOptions { presence: false, ..ALL };
    ("presence-off", In::Full, r#""presence":{"value":false}"#, options, requirement)
}

/// Overrides of subscription tokens since version 4.
const SINCE_4: [Row; 10] = [
    presence_on("CS-OVR-1"),
    presence_off("CS-OVR-1"),
    (
        "join-leave-on",
        In::Bare,
        r#""join_leave":{"value":true},"force_push_join_leave":{"value":true}"#,
        ChannelOptions { join_leave: true, ..NONE },
        "CS-OVR-2",
    ),
    (
        "join-leave-off",
        In::Full,
        r#""join_leave":{"value":false}"#,
        ChannelOptions { join_leave: false, ..ALL },
        "CS-OVR-2",
    ),
    ("join-leave-on-and-not-pushed", In::Bare, r#""join_leave":{"value":true}"#, NONE, "CS-OVR-3"),
    (
        "force-push-join-leave-off",
        In::Full,
        r#""force_push_join_leave":{"value":false}"#,
        ChannelOptions { join_leave: false, ..ALL },
        "CS-OVR-3",
    ),
    (
        "force-recovery-on",
        In::Bare,
        r#""force_recovery":{"value":true}"#,
        ChannelOptions { recovery: true, positioning: true, ..NONE },
        "CS-OVR-4",
    ),
    (
        "force-recovery-off",
        In::Full,
        r#""force_recovery":{"value":false}"#,
        ChannelOptions { recovery: false, ..ALL },
        "CS-OVR-4",
    ),
    (
        "force-positioning-on",
        In::Bare,
        r#""force_positioning":{"value":true}"#,
        ChannelOptions { positioning: true, ..NONE },
        "CS-OVR-5",
    ),
    (
        "force-positioning-and-recovery-off",
        In::Full,
        r#""force_positioning":{"value":false},"force_recovery":{"value":false}"#,
        ChannelOptions { recovery: false, positioning: false, ..ALL },
        "CS-OVR-5",
    ),
];

/// An override of tokens for subscriptions in every version.
const fn join_leave_off(requirement: &'static str) -> Row {
    (
        "join-leave-off",
        In::Full,
        r#""join_leave":{"value":false}"#,
        ChannelOptions { join_leave: false, ..ALL },
        requirement,
    )
}

/// Overrides of tokens for private channels of version 3.
const OF_3: [Row; 8] = [
    presence_on("CP-OVR-1"),
    presence_off("CP-OVR-1"),
    (
        "join-leave-on",
        In::Bare,
        r#""join_leave":{"value":true}"#,
        ChannelOptions { join_leave: true, ..NONE },
        "CP-OVR-1",
    ),
    join_leave_off("CP-OVR-1"),
    (
        "recover-on",
        In::Bare,
        r#""recover":{"value":true}"#,
        ChannelOptions { recovery: true, positioning: true, ..NONE },
        "CP-OVR-1",
    ),
    (
        "recover-off",
        In::Full,
        r#""recover":{"value":false}"#,
        ChannelOptions { recovery: false, ..ALL },
        "CP-OVR-1",
    ),
    (
        "position-on",
        In::Bare,
        r#""position":{"value":true}"#,
        ChannelOptions { positioning: true, ..NONE },
        "CP-OVR-1",
    ),
    (
        "position-and-recover-off",
        In::Full,
        r#""position":{"value":false},"recover":{"value":false}"#,
        ChannelOptions { recovery: false, positioning: false, ..ALL },
        "CP-OVR-1",
    ),
];

/// Overrides of connection tokens. If an option was renamed in version 4, both names are there: each version
/// knows one.
const OF_CONNECTIONS: [Row; 8] = [
    presence_on("CF-SUBS-2"),
    presence_off("CF-SUBS-2"),
    (
        "join-leave-on",
        In::Bare,
        r#""join_leave":{"value":true},"force_push_join_leave":{"value":true}"#,
        ChannelOptions { join_leave: true, ..NONE },
        "CF-SUBS-2",
    ),
    join_leave_off("CF-SUBS-2"),
    (
        "recovery-on",
        In::Bare,
        r#""recover":{"value":true},"force_recovery":{"value":true}"#,
        ChannelOptions { recovery: true, positioning: true, ..NONE },
        "CF-SUBS-2",
    ),
    (
        "recovery-off",
        In::Full,
        r#""recover":{"value":false},"force_recovery":{"value":false}"#,
        ChannelOptions { recovery: false, ..ALL },
        "CF-SUBS-2",
    ),
    (
        "positioning-on",
        In::Bare,
        r#""position":{"value":true},"force_positioning":{"value":true}"#,
        ChannelOptions { positioning: true, ..NONE },
        "CF-SUBS-2",
    ),
    (
        "positioning-and-recovery-off",
        In::Full,
        r#""position":{"value":false},"recover":{"value":false},"force_positioning":{"value":false},"force_recovery":{"value":false}"#,
        ChannelOptions { recovery: false, positioning: false, ..ALL },
        "CF-SUBS-2",
    ),
];

pub(super) fn subscription() -> Topic {
    of_channel("centrifugo/subscription-overrides", twins::subscription, "", &SINCE_4, "CS-OVR-1")
}

pub(super) fn private_channel() -> Topic {
    of_channel("centrifugo/private-channel-overrides", twins::private_channel, "$", &OF_3, "CP-OVR-1")
}

/// Tokens for one channel, with an `override` for that channel.
fn of_channel(
    path: &'static str,
    token: fn() -> Case,
    prefix: &str,
    rows: &[Row],
    of_presence: &'static str,
) -> Topic {
    let bare = &*format!("{prefix}bare:news");
    let tokens = Tokens {
        path,
        about: "Channel options that a channel token overrides.",
        channels: "channels",
        subscription: "subscription",
        bare,
        full: &format!("{prefix}full:news"),
        gets_presence: &format!("{prefix}configured:news"),
        of_presence,
        own_options: if prefix.is_empty() { "CS-OK-1" } else { "CP-CHAN-1" },
        token: "opened",
    };
    let for_channel = |channel: &str| claim("channel", &format!("\"{channel}\""));
    let opened = token().changed("opened", for_channel(bare)).accept();
    let subscribes = |channel: &str| step(0, subscribe(channel, "opened"));
    let root = [("connection", &twins::centrifugo()), ("opened", &opened)];
    let steps = vec![step(0, connect("connection")), subscribes(bare), step(LATER, look_at(bare))];
    let to = |channel: &str| {
        vec![
            of_token("opened", for_channel(channel)),
            flow(FlowChange::SetStep { step: 1, to: subscribes(channel) }),
        ]
    };
    tokens.topic(&root, steps, to, |_, text| claim("override", &format!("{{{text}}}")), rows)
}

/// Connection tokens, whose `subs` have an `override` for each channel.
pub(super) fn connection() -> Topic {
    let tokens = Tokens {
        path: "centrifugo/overrides",
        about: "Channel options that a connection token overrides in `subs`.",
        channels: "server-side subscriptions",
        subscription: "server-side subscription",
        bare: "bare:news",
        full: "full:news",
        gets_presence: "configured:news",
        of_presence: "CF-SUBS-2",
        own_options: "CF-SUBS-1",
        token: "first",
    };
    let subs = |channel: &str, text: &str| claim("subs", &format!("{{\"{channel}\":{{{text}}}}}"));
    let first = twins::centrifugo().changed("first", subs(tokens.bare, "")).accept();
    let steps = vec![step(0, connect("first")), step(LATER, look_at(tokens.bare))];
    let to = |channel: &str| vec![of_token("first", subs(channel, ""))];
    let overriding = |channel: &str, text: &str| subs(channel, &format!("\"override\":{{{text}}}"));
    tokens.topic(&[("first", &first)], steps, to, overriding, &OF_CONNECTIONS)
}

/// Tokens that override channel options.
struct Tokens<'a> {
    path: &'static str,
    about: &'static str,
    /// The name of the subscriptions in titles, in the plural and in the singular.
    channels: &'static str,
    subscription: &'static str,
    /// The channel without any option, the channel with all options, and the channel that gets presence.
    bare: &'a str,
    full: &'a str,
    gets_presence: &'a str,
    /// The requirement about presence.
    of_presence: &'static str,
    /// The requirement about a subscription without an override.
    own_options: &'static str,
    /// The name in the flow of the token that overrides.
    token: &'static str,
}

impl Tokens<'_> {
    /// The topic of a flow that ends with a look at the bare channel. `to` gives the other edits that make it
    /// a flow of another channel, and `overriding` the edit by which a token overrides options of a channel.
    fn topic(
        &self,
        tokens: &[(&str, &Case)],
        steps: Vec<Step>,
        to: impl Fn(&str) -> Vec<Edit>,
        overriding: impl Fn(&str, &str) -> Edit,
        rows: &[Row],
    ) -> Topic {
        let Self {
            path,
            about,
            channels,
            subscription,
            bare,
            full,
            gets_presence,
            of_presence,
            own_options,
            token,
        } = *self;
        let last = steps.len() - 1;
        let own = |case: Case, title: &str| {
            case.title(format!("{subscription} to a channel {title}"))
                .why("Without an override the options of the channel apply.")
                .requirement(own_options)
                .class("V1")
        };
        let looked_at = format!("the first flow that looks at the options of {channels}");
        let root = Case::root_flow(&format!("{path}/without"), &looked_at, tokens, steps);
        let without = own(root, "without options").effect(|effect| {
            (effect.user, effect.options) = (None, Some(BTreeMap::from([(bare.to_owned(), NONE)])));
        });
        let mut to_full = to(full);
        to_full.push(flow(FlowChange::SetStep { step: last, to: step(LATER, look_at(full)) }));
        let with = own(without.changed_by(&format!("{path}/with"), to_full).accept(), "with all options")
            .effect(|effect| effect.options = Some(BTreeMap::from([(full.to_owned(), ALL)])));
        let namespace = Namespace::default();
        let present = Some(Namespace { presence: true, ..namespace });
        let anew = Context { namespace: present, ..without.context().clone() };
        let mut to_gets_presence = to(gets_presence);
        to_gets_presence.extend([
            context(ContextChange::Namespace { namespace }),
            flow(FlowChange::SetStep { step: last, to: step(LATER, configure(anew)) }),
            flow(FlowChange::AddStep { before: last + 1, step: step(AFTER_THAT, look_at(gets_presence)) }),
        ]);
        let later = without
            .changed_by(&format!("{path}/presence-later"), to_gets_presence)
            .accept()
            .title(format!("{subscription} to a channel that gets presence later"))
            .why(
                "The client joined when the channel had no presence and did not ask for it, so its presence \
                 is not kept.",
            )
            .requirement(own_options)
            .requirement(of_presence)
            .class("V1")
            .effect(|effect| {
                effect.user = None;
                effect.options = Some(BTreeMap::from([(gets_presence.to_owned(), NONE)]));
            });
        let row = |(name, of, text, options, requirement): &Row| {
            let (twin, channel) = match of {
                In::Bare => (&without, bare),
                In::Full => (&with, full),
                In::GetsPresence => (&later, gets_presence),
            };
            twin.changed(&format!("{path}/{name}"), of_token(token, overriding(channel, text)))
                .accept()
                .title(format!("{subscription} with the override {text}"))
                .why(WHY)
                .requirement("RFC7519-4-IGNORE")
                .requirement(requirement)
                .class("C24")
                .effect(|effect| {
                    effect.user = effect.user.take().filter(|_| options.presence);
                    effect.options = Some(BTreeMap::from([(channel.to_owned(), *options)]));
                })
        };
        let mut cases: Vec<Case> = rows.iter().map(row).collect();
        cases.extend([without, with, later]);
        Topic { path, about, cases }
    }
}
