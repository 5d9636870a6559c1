//! Connections and subscriptions at the time of their expiration: which end, and which live on.
//!
//! The time is two seconds after the start. A renewal comes one second before it, or one second after it,
//! while a server still waits for one. A look at whether something has ended comes five seconds after it.
//!
//! Long because a topic is one file, like its vectors.

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

/// The second of a look or renewal before the expiration.
const BEFORE: u32 = 1;
/// The second of a renewal just after the expiration.
const AFTER: u32 = 3;
/// The second of a look when the expiration is certainly over.
const END: u32 = 7;

/// A private channel of a namespace in which every user except an anonymous one may subscribe.
const MEMBERS: &str = "$members:news";

/// The claim that makes a token expire soon.
fn soon() -> Edit {
    claim("exp", "{{now+2}}")
}

fn remove_step(number: usize) -> Edit {
    flow(FlowChange::RemoveStep { step: number })
}

const ENDS: &str = "The backend granted access until then. A server that does not end what was not renewed \
                    lets users stay as long as they like.";

pub(super) fn connection() -> Topic {
    let id = |name: &str| format!("centrifugo/expiry/{name}");
    let lasting = Case::root_flow(
        &id("lasting"),
        "the first flow that looks at a connection",
        &[("first", &twins::centrifugo())],
        vec![step(0, connect("first")), step(END, Action::Look)],
    )
    .title("connection after seven seconds, token valid for one hour")
    .why("A connection lasts until it expires.")
    .requirement("CF-EXP-3")
    .class("V1");
    let again = Case::root_flow(
        &id("again"),
        "the first flow in which a client connects again",
        &[("first", &twins::centrifugo())],
        vec![step(0, connect("first")), step(0, Action::Disconnect), step(END, connect("first"))],
    )
    .title("client connects again after seven seconds, same token, valid for one hour")
    .why("A token is not used up by a connection. It is valid until it expires.")
    .requirement("CF-JTI-1")
    .requirement("CF-EXP-5")
    .class("V1");
    let one_time = lasting
        .changed(&id("expire-at-zero"), of_token("first", claim("expire_at", "0")))
        .accept()
        .title("connection with expire_at 0")
        .why("If `expire_at` is 0, the connection does not expire.")
        .requirement("CF-EXPAT-2")
        .class("V1");
    let expire_at_later = lasting
        .changed(&id("expire-at-later"), of_token("first", claim("expire_at", "{{now+600}}")))
        .accept()
        .title("connection with expire_at in ten minutes")
        .why("`expire_at` decides when the connection expires.")
        .requirement("CF-EXPAT-1")
        .class("V1");
    let mut cases = vec![
        lasting
            .changed(&id("ended"), of_token("first", soon()))
            .reject([Reason::ConnectionExpired])
            .title("connection not renewed, five seconds after its exp")
            .why(ENDS)
            .requirement("CF-EXP-3")
            .requirement("CF-EXP-5")
            .class("C30")
            .threat(Threat::Holder),
        lasting
            .changed(&id("ended-by-expire-at"), of_token("first", claim("expire_at", "{{now+2}}")))
            .reject([Reason::ConnectionExpired])
            .title("connection not renewed, five seconds after its expire_at")
            .why(ENDS)
            .requirement("CF-EXPAT-1")
            .class("C23")
            .threat(Threat::Holder),
        lasting
            .changed(&id("without-exp"), of_token("first", without_claim("exp")))
            .accept()
            .title("connection whose token has no exp")
            .why("Without `exp` and `expire_at` the connection does not expire.")
            .requirement("CF-EXP-1")
            .class("V1"),
        one_time
            .changed(&id("one-time-token-survived"), of_token("first", soon()))
            .accept()
            .title("connection with expire_at 0, five seconds after the exp of its token")
            .why("A one-time token is valid until its `exp`. The connection that it opened goes on.")
            .requirement("CF-EXPAT-2")
            .class("C30"),
        expire_at_later
            .changed(&id("exp-survived"), of_token("first", soon()))
            .accept()
            .title("connection with expire_at in ten minutes, five seconds after the exp of its token")
            .why("`exp` limits the token, and `expire_at` limits the connection.")
            .requirement("CF-EXPAT-1")
            .class("C30"),
        again
            .changed(&id("again-expired"), of_token("first", soon()))
            .reject([Reason::Expired])
            .title("client connects again with its token, five seconds after exp")
            .why(
                "A token that was valid once is not valid forever. A server that accepts it lets a user \
                 keep coming back after access has ended.",
            )
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
            .title("client connects again with expire_at 0, five seconds after the exp of its token")
            .why(
                "The connection would not expire, but the token has. A server that checks only `expire_at` \
                 accepts it.",
            )
            .requirement("CF-EXPAT-2")
            .class("C23")
            .threat(Threat::Holder),
        again
            .changed(&id("at-the-same-time"), remove_step(1))
            .accept()
            .title("two connections at the same time with one token")
            .why("A token is not used up by a connection that is still open.")
            .requirement("CF-JTI-1")
            .class("V1"),
    ];
    cases.extend(renewed_connection(&id));
    cases.extend([lasting, again, one_time, expire_at_later]);
    Topic {
        path: "centrifugo/expiry",
        about: "Connections at the time of their expiration: which end, which are renewed in time, and \
                which clients may connect again.",
        cases,
    }
}

fn renewed_connection(id: &dyn Fn(&str) -> String) -> Vec<Case> {
    let centrifugo = twins::centrifugo();
    let first = centrifugo.changed("first", soon()).accept();
    let lasting = Case::root_flow(
        &id("renewed"),
        "the first flow with a connection that outlives its first token",
        &[("first", &first), ("renewed", &centrifugo)],
        vec![step(0, connect("first")), step(BEFORE, refresh("renewed")), step(END, Action::Look)],
    )
    .title("connection renewed one second before its exp, five seconds after that exp")
    .why("A valid new token extends the connection.")
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
            .title(format!("connection after a failed renewal with {title}"))
            .why(
                "Without a valid new token the connection must be closed, at once or when it expires. A \
                 server that keeps it open gives the client access that nobody granted.",
            )
            .requirement("CF-EXP-5")
            .class("C16")
            .threat(if reason == Reason::Signature { Threat::Forger } else { Threat::Holder })
    };
    vec![
        lasting
            .changed(&id("renewed-late"), set_step(1, step(AFTER, refresh("renewed"))))
            .accept()
            .title("connection renewed one second after its exp, while still open")
            .why(
                "A client learns that its connection has expired and then renews it. Servers allow some \
                 time for that.",
            )
            .requirement("CF-EXP-4")
            .class("C30"),
        lasting
            .changed(&id("not-renewed"), remove_step(1))
            .reject([Reason::ConnectionExpired])
            .title("connection with its renewal left out, five seconds after its exp")
            .why(ENDS)
            .requirement("CF-EXP-4")
            .requirement("CF-EXP-5")
            .class("C30")
            .threat(Threat::Holder),
        refresh_refused(
            "renewed-by-a-forger",
            sign(Some("\"HS256\""), "hmac-64-bytes-foreign", Algorithm::HS256),
            Reason::Signature,
            "a token signed with a different key",
        ),
        refresh_refused(
            "renewed-by-an-expired-token",
            claim("exp", "{{now-60}}"),
            Reason::Expired,
            "a token that expired one minute ago",
        ),
        refresh_refused(
            "renewed-by-another-user",
            claim("sub", "\"43\""),
            Reason::User,
            "a token of a different user",
        ),
        refresh_refused(
            "renewed-too-early",
            claim("nbf", "{{now+600}}"),
            Reason::NotYetValid,
            "a token with nbf in ten minutes",
        ),
        lasting
            .changed(&id("renewed-without-exp"), of_token("renewed", without_claim("exp")))
            .should_be_accepted()
            .title("connection renewed with a token without exp")
            .why("A valid new token without `exp` removes the expiration of the connection.")
            .requirement("CF-EXP-7")
            .class("C30"),
        lasting
            .changed(&id("renewed-for-good"), of_token("renewed", claim("expire_at", "0")))
            .accept()
            .title("connection renewed with expire_at 0")
            .why("If the new `expire_at` is 0, the connection no longer expires.")
            .requirement("CF-EXPAT-2")
            .class("C30"),
        lasting
            .changed(&id("renewed-by-expire-at"), of_token("renewed", claim("expire_at", "{{now+600}}")))
            .accept()
            .title("connection renewed with expire_at in ten minutes")
            .why("`expire_at` decides when the connection expires.")
            .requirement("CF-EXPAT-1")
            .class("C30"),
        lasting
            .changed(&id("renewed-and-come-again"), set_step(2, step(END, connect("renewed"))))
            .accept()
            .title("client connects again with the token that renewed its connection")
            .why("The new token is also valid for a new connection.")
            .requirement("CF-EXP-4")
            .class("V1"),
        lasting
            .changed(&id("renewed-and-come-again-by-the-old-token"), set_step(2, step(END, connect("first"))))
            .reject([Reason::Expired])
            .title("client connects again with the old token after a renewal")
            .why(
                "The renewal of a connection does not extend its old token. A server that accepts it lets a \
                 user come back with an expired token.",
            )
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
    /// The prefix of its requirements.
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
        .title("client with a subscription connects again, with the connection token")
        .why("A connection token opens a connection, no matter what another connection has subscribed to.")
        .requirement("CS-CONN-1")
        .class("V1");
    cases.push(
        again
            .changed(&kind.id("comes-again-without-a-token"), set_step(2, step(0, connect_openly())))
            .reject([Reason::NoToken])
            .title("client with a subscription connects again, without a token")
            .why(
                "A subscription token says nothing about connections. A server that lets the client in \
                 without a connection token lets in someone whom the backend does not know.",
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
            .title("user connects again and requests the channel with the same token")
            .why("A subscription token belongs to the user and is valid in any of the user's sessions.")
            .requirement("CS-SUB-1")
            .class("V1"),
    );
    let why = [
        "A token opens its channel as long as it is valid, not only once.",
        "The options of this channel allow nobody without a token, so every request needs one. A server \
         that remembers the first token keeps the channel open after access has ended.",
    ];
    cases.extend(asked_twice(&kind, "channel", why, "CS-OK-1"));
    Topic {
        path: kind.path,
        about: "Subscriptions of Centrifugo 4 and later at the time of their expiration: which end, and \
                which are renewed in time.",
        cases,
    }
}

/// A channel that only a token opens, requested twice: each time with the token, and then without it.
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
        .title(format!("{what} requested twice, each time with the token"))
        .why(why[0])
        .requirement(requirement)
        .class("V1");
    let without = again
        .changed(&kind.id("without-a-token"), set_step(3, step(0, subscribe_openly(kind.channel))))
        .reject([Reason::NoToken])
        .title(format!("{what} requested with the token and then without one"))
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
            .title("client connects again and requests the channel with the token of its first session")
            .why(
                "The token names one client, and the server assigns a new client id to every session. A \
                 server that does not compare the id lets a kept token open the channel again.",
            )
            .requirement("CP-CLI-1")
            .class("C14")
            .threat(Threat::Holder),
    );
    let why = [
        "A channel that begins with `$` requires a token. The same token may open it again.",
        "A channel that begins with `$` requires a token for every request.",
    ];
    cases.extend(asked_twice(&kind, "private channel", why, "CP-PREF-1"));
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
        .title("private channel of a namespace that is open to users")
        .why("The namespace follows the `$`. It lets every user except an anonymous one subscribe.")
        .requirement("CP-PREF-2")
        .class("V1");
    cases.push(
        members
            .changed(
                &kind.id("of-a-namespace-for-users-anonymous"),
                of_token("connection", claim("sub", "\"\"")),
            )
            .reject([Reason::Anonymous])
            .title("private channel of a namespace that is open to users, anonymous user connected")
            .why(
                "The options of a namespace also apply to its private channels. A server that does not find \
                 the namespace after the `$` uses other options, which may be open to everyone.",
            )
            .requirement("CP-PREF-2")
            .class("C11")
            .threat(Threat::Holder),
    );
    cases.push(members);
    Topic {
        path: kind.path,
        about: "Subscriptions to private channels of Centrifugo 3 at the time of their expiration: which \
                end, and which are renewed in time.",
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

    /// A requested subscription.
    fn asked(&self) -> Case {
        self.flow(
            "asked",
            "the first flow that requests a subscription",
            vec![step(0, connect("connection")), step(0, subscribe(self.channel, "opened"))],
        )
        .title("subscription requested in a new session")
        .why("A valid token for the channel opens it.")
        .requirement(&self.requirement("CHAN-1"))
        .class("V1")
    }
}

fn of_both(kind: &Kind) -> Vec<Case> {
    let channel = kind.channel;
    let lasting = kind
        .flow(
            "lasting",
            "the first flow that looks at a subscription",
            vec![
                step(0, connect("connection")),
                step(0, subscribe(channel, "opened")),
                step(END, look_at(channel)),
            ],
        )
        .title("subscription after seven seconds, token valid for one hour")
        .why("A subscription lasts until it expires.")
        .requirement(&kind.requirement("EXP-2"))
        .class("V1");
    let connection = lasting
        .changed(&kind.id("connection-lasting"), set_step(2, step(END, Action::Look)))
        .accept()
        .title("connection of a subscription after seven seconds, token valid for one hour")
        .why("The connection stays open while the subscription does.")
        .requirement(&kind.requirement("EXP-3"))
        .class("V1");
    let again = kind
        .flow(
            "again",
            "the first flow that requests a subscription again",
            vec![
                step(0, connect("connection")),
                step(0, subscribe(channel, "opened")),
                step(0, unsubscribe(channel)),
                step(END, subscribe(channel, "opened")),
            ],
        )
        .title("subscription requested again after seven seconds, same token, valid for one hour")
        .why("A token is not used up by a subscription. It is valid until it expires.")
        .requirement(&kind.requirement("CHAN-1"))
        .class("V1");
    let one_time = lasting
        .changed(&kind.id("expire-at-zero"), of_token("opened", claim("expire_at", "0")))
        .accept()
        .title("subscription with expire_at 0")
        .why("If `expire_at` is 0, the subscription does not expire.")
        .requirement(&kind.requirement("EXPAT-2"))
        .class("V1");
    let expire_at_later = lasting
        .changed(&kind.id("expire-at-later"), of_token("opened", claim("expire_at", "{{now+600}}")))
        .accept()
        .title("subscription with expire_at in ten minutes")
        .why("`expire_at` decides when the subscription expires.")
        .requirement(&kind.requirement("EXPAT-1"))
        .class("V1");
    let mut cases = vec![
        lasting
            .changed(&kind.id("ended"), of_token("opened", soon()))
            .reject([Reason::SubscriptionExpired])
            .title("subscription not renewed, five seconds after its exp")
            .why(ENDS)
            .requirement(&kind.requirement("EXP-2"))
            .class("C30")
            .threat(Threat::Holder),
        lasting
            .changed(&kind.id("ended-by-expire-at"), of_token("opened", claim("expire_at", "{{now+2}}")))
            .reject([Reason::SubscriptionExpired])
            .title("subscription not renewed, five seconds after its expire_at")
            .why(ENDS)
            .requirement(&kind.requirement("EXPAT-1"))
            .class("C23")
            .threat(Threat::Holder),
        connection
            .changed(&kind.id("connection-ended"), of_token("opened", soon()))
            .reject([Reason::SubscriptionExpired])
            .title("connection of a subscription not renewed, five seconds after its exp")
            .why(
                "The documentation says that the connection is closed when a subscription expires. The \
                 client then connects again and requests a new token.",
            )
            .requirement(&kind.requirement("EXP-3"))
            .class("C30")
            .threat(Threat::Holder),
        lasting
            .changed(&kind.id("without-exp"), of_token("opened", without_claim("exp")))
            .accept()
            .title("subscription whose token has no exp")
            .why("Without `exp` and `expire_at` the subscription does not expire.")
            .requirement(&kind.requirement("EXP-2"))
            .class("V1"),
        one_time
            .changed(&kind.id("one-time-token-survived"), of_token("opened", soon()))
            .accept()
            .title("subscription with expire_at 0, five seconds after the exp of its token")
            .why("A one-time token is valid until its `exp`. The subscription that it opened goes on.")
            .requirement(&kind.requirement("EXPAT-2"))
            .class("C30"),
        expire_at_later
            .changed(&kind.id("exp-survived"), of_token("opened", soon()))
            .accept()
            .title("subscription with expire_at in ten minutes, five seconds after the exp of its token")
            .why("`exp` limits the token, and `expire_at` limits the subscription.")
            .requirement(&kind.requirement("EXPAT-1"))
            .class("C30"),
        again
            .changed(&kind.id("again-expired"), of_token("opened", soon()))
            .reject([Reason::Expired])
            .title("subscription requested again with its token, five seconds after exp")
            .why(
                "A token that was valid once is not valid forever. A server that accepts it lets a user \
                 keep coming back after access has ended.",
            )
            .requirement(&kind.requirement("EXP-1"))
            .class("C30")
            .threat(Threat::Holder),
        again
            .changed_by(
                &kind.id("again-one-time"),
                vec![of_token("opened", claim("expire_at", "0")), of_token("opened", soon())],
            )
            .reject([Reason::Expired])
            .title("subscription requested again with expire_at 0, five seconds after the exp of its token")
            .why("After its `exp` a one-time token must not open a second subscription.")
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
        "the first flow with a subscription that outlives its first token",
        &[("connection", &twins::centrifugo()), ("opened", &opened), ("renewed", &good)],
        vec![
            step(0, connect("connection")),
            step(0, subscribe(channel, "opened")),
            step(BEFORE, sub_refresh(channel, "renewed")),
            step(END, look_at(channel)),
        ],
    )
    .title("subscription renewed one second before its exp, five seconds after that exp")
    .why("A valid new token extends the subscription.")
    .requirement(&kind.requirement("EXP-2"))
    .class("C30");
    vec![
        lasting
            .changed(&kind.id("renewed-late"), set_step(2, step(AFTER, sub_refresh(channel, "renewed"))))
            .accept()
            .title("subscription renewed one second after its exp, while still open")
            .why(
                "A client learns that its subscription has expired and then renews it. Servers allow some \
                 time for that.",
            )
            .requirement(&kind.requirement("EXP-2"))
            .class("C30"),
        lasting
            .changed(&kind.id("not-renewed"), remove_step(2))
            .reject([Reason::SubscriptionExpired])
            .title("subscription with its renewal left out, five seconds after its exp")
            .why(ENDS)
            .requirement(&kind.requirement("EXP-2"))
            .class("C30")
            .threat(Threat::Holder),
        lasting
            .changed(&kind.id("renewed-without-exp"), of_token("renewed", without_claim("exp")))
            .accept()
            .title("subscription renewed with a token without exp")
            .why("Without `exp` the subscription no longer expires.")
            .requirement(&kind.requirement("EXP-2"))
            .class("C30"),
        lasting
            .changed(&kind.id("renewed-for-good"), of_token("renewed", claim("expire_at", "0")))
            .accept()
            .title("subscription renewed with expire_at 0")
            .why("If the new `expire_at` is 0, the subscription no longer expires.")
            .requirement(&kind.requirement("EXPAT-2"))
            .class("C30"),
        lasting
            .changed(&kind.id("renewed-by-expire-at"), of_token("renewed", claim("expire_at", "{{now+600}}")))
            .accept()
            .title("subscription renewed with expire_at in ten minutes")
            .why("`expire_at` decides when the subscription expires.")
            .requirement(&kind.requirement("EXPAT-1"))
            .class("C30"),
        lasting,
    ]
}
