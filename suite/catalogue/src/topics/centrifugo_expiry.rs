//! What ends, and what lives on: connections and subscriptions whose time comes while somebody looks.
//!
//! A time is two seconds after the start. Renewals come a second before it, or a second after it, while a
//! server still has patience; whoever looks whether something has ended does so five seconds after it.

use jotproof_model::edit::FlowChange;
use jotproof_model::{Action, Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, flow, of_token, set_step, sign, without_claim};
use crate::steps::{
    connect, connect_openly, look_at, refresh, refused, step, sub_refresh, subscribe, subscribe_openly,
    unsubscribe,
};
use crate::twins;

/// When somebody looks at what has not ended for sure.
const BEFORE: u32 = 1;
/// When something is renewed that has just expired.
const AFTER: u32 = 3;
/// When somebody looks at what has ended for sure.
const END: u32 = 7;

/// A private channel of a namespace in which every user may subscribe who is not anonymous.
const MEMBERS: &str = "$members:news";

/// The claim that makes a token expire soon.
fn soon() -> Edit {
    claim("exp", "{{now+2}}")
}

fn remove_step(number: usize) -> Edit {
    flow(FlowChange::RemoveStep { step: number })
}

const ENDS: &str = "The backend let somebody in until then. A server that forgets to end what was not renewed \
                    lets them stay for as long as they like.";

pub(super) fn connection() -> Topic {
    let id = |name: &str| format!("centrifugo/expiry/{name}");
    let lasting = Case::root_flow(
        &id("lasting"),
        "the first flow of connections that are looked at",
        &[("first", &twins::centrifugo())],
        vec![step(0, connect("first")), step(END, Action::Look)],
    )
    .title("a connection whose token is good for an hour, seven seconds later")
    .why("A connection lasts until it expires.")
    .requirement("CF-EXP-3")
    .class("V1");
    let again = Case::root_flow(
        &id("again"),
        "the first flow of connections that come again",
        &[("first", &twins::centrifugo())],
        vec![step(0, connect("first")), step(0, Action::Disconnect), step(END, connect("first"))],
    )
    .title("a client that comes again by the same token, seven seconds later")
    .why("A token is not used up, and good until it expires.")
    .requirement("CF-JTI-1")
    .requirement("CF-EXP-5")
    .class("V1");
    let one_time = lasting
        .changed(&id("expire-at-zero"), of_token("first", claim("expire_at", "0")))
        .accept()
        .title("a connection with expire_at = 0")
        .why("With `expire_at` 0 a connection does not expire.")
        .requirement("CF-EXPAT-2")
        .class("V1");
    let expire_at_later = lasting
        .changed(&id("expire-at-later"), of_token("first", claim("expire_at", "{{now+600}}")))
        .accept()
        .title("a connection with expire_at in ten minutes")
        .why("`expire_at` says when the connection expires.")
        .requirement("CF-EXPAT-1")
        .class("V1");
    let mut cases = vec![
        lasting
            .changed(&id("ended"), of_token("first", soon()))
            .reject([Reason::ConnectionExpired])
            .title("a connection that was not renewed, five seconds after its exp")
            .why(ENDS)
            .requirement("CF-EXP-3")
            .requirement("CF-EXP-5")
            .class("C30")
            .threat(Threat::Holder),
        lasting
            .changed(&id("ended-by-expire-at"), of_token("first", claim("expire_at", "{{now+2}}")))
            .reject([Reason::ConnectionExpired])
            .title("a connection that was not renewed, five seconds after its expire_at")
            .why(ENDS)
            .requirement("CF-EXPAT-1")
            .class("C23")
            .threat(Threat::Holder),
        lasting
            .changed(&id("without-exp"), of_token("first", without_claim("exp")))
            .accept()
            .title("a connection whose token has no exp")
            .why("Without `exp` and `expire_at` a connection does not expire.")
            .requirement("CF-EXP-1")
            .class("V1"),
        one_time
            .changed(&id("one-time-token-survived"), of_token("first", soon()))
            .accept()
            .title("a connection with expire_at = 0, five seconds after the exp of its token")
            .why("A one-time token is good until its `exp`, and what it opened lasts.")
            .requirement("CF-EXPAT-2")
            .class("C30"),
        expire_at_later
            .changed(&id("exp-survived"), of_token("first", soon()))
            .accept()
            .title("a connection with expire_at in ten minutes, five seconds after the exp of its token")
            .why("`exp` says how long the token is good, `expire_at` how long the connection lasts.")
            .requirement("CF-EXPAT-1")
            .class("C30"),
        again
            .changed(&id("again-expired"), of_token("first", soon()))
            .reject([Reason::Expired])
            .title("a client that comes again by its token, five seconds after the exp")
            .why("A token that was good once is not good for ever: whoever kept it must not come back by it.")
            .requirement("CF-EXP-5")
            .requirement("CF-EXP-2")
            .class("C30")
            .threat(Threat::Holder),
        again
            .changed_by(
                &id("again-one-time"),
                vec![of_token("first", claim("expire_at", "0")), of_token("first", soon())],
            )
            .reject([Reason::Expired])
            .title(
                "a client that comes again with an expire_at of 0, and a token that expired five seconds ago",
            )
            .why("The connection would not expire; the token has.")
            .requirement("CF-EXPAT-2")
            .class("C23")
            .threat(Threat::Holder),
        again
            .changed(&id("at-the-same-time"), remove_step(1))
            .accept()
            .title("two connections at a time by one token")
            .why("A token is not used up by a connection that is still there.")
            .requirement("CF-JTI-1")
            .class("V1"),
    ];
    cases.extend(renewed_connection(&id));
    cases.extend([lasting, again, one_time, expire_at_later]);
    Topic {
        path: "centrifugo/expiry",
        about: "Connections whose time comes: which end, which are renewed in time, and who may come again.",
        cases,
    }
}

fn renewed_connection(id: &dyn Fn(&str) -> String) -> Vec<Case> {
    let centrifugo = twins::centrifugo();
    let first = centrifugo.changed("first", soon()).accept();
    let lasting = Case::root_flow(
        &id("renewed"),
        "the first flow of connections that outlive their first token",
        &[("first", &first), ("renewed", &centrifugo)],
        vec![step(0, connect("first")), step(BEFORE, refresh("renewed")), step(END, Action::Look)],
    )
    .title("a connection that was renewed a second before its exp, five seconds after it")
    .why("A good new token prolongs the connection.")
    .requirement("CF-EXP-4")
    .class("C30");
    let refresh_refused = |name: &str, edit: Edit, reason: Reason, title: &str| {
        lasting
            .changed_by(
                &id(name),
                vec![of_token("renewed", edit), set_step(1, refused(BEFORE, refresh("renewed"), reason))],
            )
            // The connection closes at once because of the bad token, or later because it expires.
            .reject([Reason::ConnectionExpired, reason])
            .title(format!("{title} with the end of the connection after it"))
            .why("Without a good new token the connection is closed in the end, at once or when it expires.")
            .requirement("CF-EXP-5")
            .class("C16")
            .threat(if reason == Reason::Signature { Threat::Forger } else { Threat::Holder })
    };
    vec![
        lasting
            .changed(&id("renewed-late"), set_step(1, step(AFTER, refresh("renewed"))))
            .accept()
            .title("a connection that was renewed a second after its exp, while it was still there")
            .why("A client learns that its connection has expired, and renews it: servers give it time for that.")
            .requirement("CF-EXP-4")
            .class("C30"),
        lasting
            .changed(&id("not-renewed"), remove_step(1))
            .reject([Reason::ConnectionExpired])
            .title("a connection that was not renewed with nothing between its exp and its end")
            .why(ENDS)
            .requirement("CF-EXP-4")
            .requirement("CF-EXP-5")
            .class("C30")
            .threat(Threat::Holder),
        refresh_refused(
            "renewed-by-a-forger",
            sign(Some("\"HS256\""), "hmac-64-bytes-foreign", Algorithm::HS256),
            Reason::Signature,
            "a renewal by a token that is signed by another key,",
        ),
        refresh_refused(
            "renewed-by-an-expired-token",
            claim("exp", "{{now-60}}"),
            Reason::Expired,
            "a renewal by a token that expired a minute ago,",
        ),
        refresh_refused(
            "renewed-by-another-user",
            claim("sub", "\"43\""),
            Reason::User,
            "a renewal by a token of another user,",
        ),
        refresh_refused(
            "renewed-too-early",
            claim("nbf", "{{now+600}}"),
            Reason::NotYetValid,
            "a renewal by a token that is good in ten minutes,",
        ),
        lasting
            .changed(&id("renewed-without-exp"), of_token("renewed", without_claim("exp")))
            .should_be_accepted()
            .title("a connection that was renewed by a token without exp")
            .why("A good token without `exp` ends the expiry.")
            .requirement("CF-EXP-7")
            .class("C30"),
        lasting
            .changed(&id("renewed-for-good"), of_token("renewed", claim("expire_at", "0")))
            .accept()
            .title("a connection that was renewed by a token with expire_at = 0")
            .why("With `expire_at` 0 the connection does not expire any more.")
            .requirement("CF-EXPAT-2")
            .class("C30"),
        lasting
            .changed(&id("renewed-by-expire-at"), of_token("renewed", claim("expire_at", "{{now+600}}")))
            .accept()
            .title("a connection that was renewed until an expire_at in ten minutes")
            .why("`expire_at` says when the connection expires.")
            .requirement("CF-EXPAT-1")
            .class("C30"),
        lasting
            .changed(
                &id("renewed-and-come-again"),
                set_step(2, step(END, connect("renewed"))),
            )
            .accept()
            .title("a client that comes again by the token that renewed its connection")
            .why("The new token is good for a new connection too.")
            .requirement("CF-EXP-4")
            .class("V1"),
        lasting
            .changed(&id("renewed-and-come-again-by-the-old-token"), set_step(2, step(END, connect("first"))))
            .reject([Reason::Expired])
            .title("a client whose connection was renewed comes again by the old token")
            .why("That its connection was renewed makes the old token no better.")
            .requirement("CF-EXP-5")
            .class("C30")
            .threat(Threat::Holder),
        lasting,
    ]
}

/// A kind of subscription.
struct Kind {
    path: &'static str,
    token: fn() -> Case,
    channel: &'static str,
    /// How its requirements begin.
    requirements: &'static str,
}

pub(super) fn subscription() -> Topic {
    let kind = Kind {
        path: "centrifugo/subscription-expiry",
        token: twins::subscription,
        channel: twins::CHANNEL,
        requirements: "CS",
    };
    let mut cases = of_both(&kind);
    let again = kind
        .asked()
        .changed(
            &kind.id("comes-again"),
            flow(FlowChange::AddStep { before: 2, step: step(0, connect("connection")) }),
        )
        .accept()
        .title("a user with a subscription comes again by the connection token")
        .why("A connection token opens a connection, whatever was subscribed to in another one.")
        .requirement("CS-CONN-1")
        .class("V1");
    cases.push(
        again
            .changed(&kind.id("comes-again-without-a-token"), set_step(2, step(0, connect_openly())))
            .reject([Reason::NoToken])
            .title("a user with a subscription comes again without a connection token")
            .why(
                "The token for a channel says nothing about connections. Whoever is let in without a token is \
                 nobody that the backend knows.",
            )
            .requirement("CS-CONN-1")
            .class("C14")
            .threat(Threat::Forger),
    );
    cases.push(again);
    cases.push(
        kind.asked()
            .changed(&kind.id("second-session"), add_connect())
            .accept()
            .title("a user that comes again and asks for the channel by the same token")
            .why("A subscription token is the user's, in any session.")
            .requirement("CS-SUB-1")
            .class("V1"),
    );
    let why = [
        "A token opens its channel for as long as it is good, and not once.",
        "It is the token that opens a channel whose options open it to nobody, every time.",
    ];
    cases.extend(asked_twice(&kind, "a channel", why, "CS-OK-1"));
    Topic {
        path: kind.path,
        about: "Subscriptions of Centrifugo 4 and later whose time comes: which end, and which are renewed \
                in time.",
        cases,
    }
}

/// A channel that opens by a token alone, asked for twice: each time with the token; and then without it, by who had
/// it.
fn asked_twice(kind: &Kind, what: &str, why: [&str; 2], requirement: &str) -> [Case; 2] {
    let again = kind
        .asked()
        .changed_by(
            &kind.id("again-at-once"),
            vec![
                flow(FlowChange::AddStep { before: 1, step: step(0, subscribe(kind.channel, "opened")) }),
                flow(FlowChange::AddStep { before: 2, step: step(0, unsubscribe(kind.channel)) }),
            ],
        )
        .accept()
        .title(format!("{what} that is asked for twice, each time with the token"))
        .why(why[0])
        .requirement(requirement)
        .class("V1");
    let without = again
        .changed(&kind.id("without-a-token"), set_step(3, step(0, subscribe_openly(kind.channel))))
        .reject([Reason::NoToken])
        .title(format!("{what} that is asked for with a token and, after that, without one"))
        .why(why[1])
        .requirement(requirement)
        .class("C14")
        .threat(Threat::Holder);
    [again, without]
}

pub(super) fn private_channel() -> Topic {
    let kind = Kind {
        path: "centrifugo/private-channel-expiry",
        token: twins::private_channel,
        channel: twins::PRIVATE_CHANNEL,
        requirements: "CP",
    };
    let mut cases = of_both(&kind);
    let asked = kind.asked();
    cases.push(
        asked
            .changed(&kind.id("second-session"), add_connect())
            .reject([Reason::Client])
            .title("a client that comes again and asks for the channel by the token of its first session")
            .why(
                "The token names the client that it was made for, and the server gives another id to every \
                 session. Whoever kept it cannot open the channel with it again.",
            )
            .requirement("CP-CLI-1")
            .class("C14")
            .threat(Threat::Holder),
    );
    let why = [
        "A channel that begins with `$` needs a token, and opens to the same one again.",
        "A channel that begins with `$` needs a token, every time.",
    ];
    cases.extend(asked_twice(&kind, "a private channel", why, "CP-PREF-1"));
    let members = asked
        .changed_by(
            &kind.id("of-a-namespace-for-users"),
            vec![
                of_token("opened", claim("channel", &format!("\"{MEMBERS}\""))),
                of_token("opened", without_claim("sub")),
                set_step(1, step(0, subscribe(MEMBERS, "opened"))),
            ],
        )
        .accept()
        .title("a private channel of a namespace that is open to users")
        .why("The namespace stands after the `$`, and lets every user subscribe who is not anonymous.")
        .requirement("CP-PREF-2")
        .class("V1");
    cases.push(
        members
            .changed(&kind.id("of-a-namespace-for-users-anonymous"), of_token("connection", claim("sub", "\"\"")))
            .reject([Reason::Anonymous])
            .title("an anonymous user asks for a private channel of a namespace that is open to users")
            .why(
                "The options of the namespace count for its private channels too. Where it is not found behind \
                 the `$`, those of other channels count, which may be open to everybody.",
            )
            .requirement("CP-PREF-2")
            .class("C11")
            .threat(Threat::Holder),
    );
    cases.push(members);
    Topic {
        path: kind.path,
        about: "Subscriptions to private channels of Centrifugo 3 whose time comes: which end, and which are \
                renewed in time.",
        cases,
    }
}

fn add_connect() -> Edit {
    flow(FlowChange::AddStep { before: 1, step: step(0, connect("connection")) })
}

impl Kind {
    fn id(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    fn requirement(&self, name: &str) -> String {
        format!("{}-{name}", self.requirements)
    }

    fn flow(&self, name: &str, reason: &str, steps: Vec<jotproof_model::Step>) -> Case {
        let tokens = [("connection", &twins::centrifugo()), ("opened", &(self.token)())];
        Case::root_flow(&self.id(name), reason, &tokens, steps)
    }

    /// A subscription that somebody asks for.
    fn asked(&self) -> Case {
        self.flow(
            "asked",
            "the first flow of subscriptions that are asked for",
            vec![step(0, connect("connection")), step(0, subscribe(self.channel, "opened"))],
        )
        .title("a subscription that is asked for in a new session")
        .why("A good token for the channel opens it.")
        .requirement(&self.requirement("CHAN-1"))
        .class("V1")
    }
}

fn of_both(kind: &Kind) -> Vec<Case> {
    let channel = kind.channel;
    let lasting = kind
        .flow(
            "lasting",
            "the first flow of subscriptions that are looked at",
            vec![
                step(0, connect("connection")),
                step(0, subscribe(channel, "opened")),
                step(END, look_at(channel)),
            ],
        )
        .title("a subscription whose token is good for an hour, seven seconds later")
        .why("A subscription lasts until it expires.")
        .requirement(&kind.requirement("EXP-2"))
        .class("V1");
    let connection = lasting
        .changed(&kind.id("connection-lasting"), set_step(2, step(END, Action::Look)))
        .accept()
        .title("the connection of a subscription whose token is good for an hour, seven seconds later")
        .why("A connection lasts while its subscriptions do.")
        .requirement(&kind.requirement("EXP-3"))
        .class("V1");
    let again = kind
        .flow(
            "again",
            "the first flow of subscriptions that are asked for again",
            vec![
                step(0, connect("connection")),
                step(0, subscribe(channel, "opened")),
                step(0, unsubscribe(channel)),
                step(END, subscribe(channel, "opened")),
            ],
        )
        .title("a subscription that is asked for again by the same token, seven seconds later")
        .why("A token is not used up, and good until it expires.")
        .requirement(&kind.requirement("CHAN-1"))
        .class("V1");
    let one_time = lasting
        .changed(&kind.id("expire-at-zero"), of_token("opened", claim("expire_at", "0")))
        .accept()
        .title("a subscription with expire_at = 0")
        .why("With `expire_at` 0 a subscription does not expire.")
        .requirement(&kind.requirement("EXPAT-2"))
        .class("V1");
    let expire_at_later = lasting
        .changed(&kind.id("expire-at-later"), of_token("opened", claim("expire_at", "{{now+600}}")))
        .accept()
        .title("a subscription with expire_at in ten minutes")
        .why("`expire_at` says when the subscription expires.")
        .requirement(&kind.requirement("EXPAT-1"))
        .class("V1");
    let mut cases = vec![
        lasting
            .changed(&kind.id("ended"), of_token("opened", soon()))
            .reject([Reason::SubscriptionExpired])
            .title("a subscription that was not renewed, five seconds after its exp")
            .why(ENDS)
            .requirement(&kind.requirement("EXP-2"))
            .class("C30")
            .threat(Threat::Holder),
        lasting
            .changed(&kind.id("ended-by-expire-at"), of_token("opened", claim("expire_at", "{{now+2}}")))
            .reject([Reason::SubscriptionExpired])
            .title("a subscription that was not renewed, five seconds after its expire_at")
            .why(ENDS)
            .requirement(&kind.requirement("EXPAT-1"))
            .class("C23")
            .threat(Threat::Holder),
        connection
            .changed(&kind.id("connection-ended"), of_token("opened", soon()))
            .reject([Reason::SubscriptionExpired])
            .title("the connection of a subscription that was not renewed, five seconds after its exp")
            .why(
                "The documentation says that the connection is closed when a subscription expires, so that \
                 the client comes again and asks for a new token.",
            )
            .requirement(&kind.requirement("EXP-3"))
            .class("C30")
            .threat(Threat::Holder),
        lasting
            .changed(&kind.id("without-exp"), of_token("opened", without_claim("exp")))
            .accept()
            .title("a subscription whose token has no exp")
            .why("Without `exp` and `expire_at` a subscription does not expire.")
            .requirement(&kind.requirement("EXP-2"))
            .class("V1"),
        one_time
            .changed(&kind.id("one-time-token-survived"), of_token("opened", soon()))
            .accept()
            .title("a subscription with expire_at = 0, five seconds after the exp of its token")
            .why("A one-time token is good until its `exp`, and what it opened lasts.")
            .requirement(&kind.requirement("EXPAT-2"))
            .class("C30"),
        expire_at_later
            .changed(&kind.id("exp-survived"), of_token("opened", soon()))
            .accept()
            .title("a subscription with expire_at in ten minutes, five seconds after the exp of its token")
            .why("`exp` says how long the token is good, `expire_at` how long the subscription lasts.")
            .requirement(&kind.requirement("EXPAT-1"))
            .class("C30"),
        again
            .changed(&kind.id("again-expired"), of_token("opened", soon()))
            .reject([Reason::Expired])
            .title("a subscription that is asked for again by its token, five seconds after the exp")
            .why("A token that was good once is not good for ever.")
            .requirement(&kind.requirement("EXP-1"))
            .class("C30")
            .threat(Threat::Holder),
        again
            .changed_by(
                &kind.id("again-one-time"),
                vec![of_token("opened", claim("expire_at", "0")), of_token("opened", soon())],
            )
            .reject([Reason::Expired])
            .title("a second subscription with an expire_at of 0, and a token that expired five seconds ago")
            .why("After its `exp` a one-time token opens no second subscription.")
            .requirement(&kind.requirement("EXPAT-3"))
            .class("C23")
            .threat(Threat::Holder),
    ];
    cases.extend(renewed_subscription(kind));
    cases.extend([lasting, connection, again, one_time, expire_at_later, kind.asked()]);
    cases
}

fn renewed_subscription(kind: &Kind) -> Vec<Case> {
    let channel = kind.channel;
    let good = (kind.token)();
    let opened = good.changed("opened", soon()).accept();
    let lasting = Case::root_flow(
        &kind.id("renewed"),
        "the first flow of subscriptions that outlive their first token",
        &[("connection", &twins::centrifugo()), ("opened", &opened), ("renewed", &good)],
        vec![
            step(0, connect("connection")),
            step(0, subscribe(channel, "opened")),
            step(BEFORE, sub_refresh(channel, "renewed")),
            step(END, look_at(channel)),
        ],
    )
    .title("a subscription that was renewed a second before its exp, five seconds after it")
    .why("A good new token prolongs the subscription.")
    .requirement(&kind.requirement("EXP-2"))
    .class("C30");
    vec![
        lasting
            .changed(&kind.id("renewed-late"), set_step(2, step(AFTER, sub_refresh(channel, "renewed"))))
            .accept()
            .title("a subscription that was renewed a second after its exp, while it was still there")
            .why("A client learns that its subscription has expired, and renews it: servers give it time for that.")
            .requirement(&kind.requirement("EXP-2"))
            .class("C30"),
        lasting
            .changed(&kind.id("not-renewed"), remove_step(2))
            .reject([Reason::SubscriptionExpired])
            .title("a subscription that was not renewed with nothing between its exp and its end")
            .why(ENDS)
            .requirement(&kind.requirement("EXP-2"))
            .class("C30")
            .threat(Threat::Holder),
        lasting
            .changed(&kind.id("renewed-without-exp"), of_token("renewed", without_claim("exp")))
            .accept()
            .title("a subscription that was renewed by a token without exp")
            .why("Without `exp` a subscription does not expire.")
            .requirement(&kind.requirement("EXP-2"))
            .class("C30"),
        lasting
            .changed(&kind.id("renewed-for-good"), of_token("renewed", claim("expire_at", "0")))
            .accept()
            .title("a subscription that was renewed by a token with expire_at = 0")
            .why("With `expire_at` 0 the subscription does not expire any more.")
            .requirement(&kind.requirement("EXPAT-2"))
            .class("C30"),
        lasting
            .changed(&kind.id("renewed-by-expire-at"), of_token("renewed", claim("expire_at", "{{now+600}}")))
            .accept()
            .title("a subscription that was renewed until an expire_at in ten minutes")
            .why("`expire_at` says when the subscription expires.")
            .requirement(&kind.requirement("EXPAT-1"))
            .class("C30"),
        lasting,
    ]
}
