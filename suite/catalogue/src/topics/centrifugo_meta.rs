//! What the backend receives about a connection: its `meta`, if clients can call a backend and an option
//! enables it.

use jotproof_model::Action;
use jotproof_model::context::RpcProxy;
use jotproof_model::edit::ContextChange;

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, of_token, without_claim};
use crate::steps::{connect, refresh, step, subscribe};
use crate::twins::{self, CHANNEL};

/// Data that only the backend may see.
pub(super) const META: &str = "{\"canary\":\"meta-is-not-shown\",\"plan\":{\"level\":3}}";

const OF_THE_BACKEND: &str = "The backend decides by `meta` what it does for this client. If the server \
                              loses it or sends that of another client, the backend acts for the wrong \
                              client.";

pub(super) fn topic() -> Topic {
    let mut cases = vec![none(), object(), not_told(), beside_info()];
    cases.extend(OBJECTS.into_iter().map(told));
    cases.extend(kept());
    Topic {
        path: "centrifugo/meta",
        about: "What the backend of Centrifugo receives about a connection: the claim `meta`, or nothing if \
                there is none or the option is off.",
        cases,
    }
}

/// A token without `meta`, for a server through which clients call a backend that receives it.
fn none() -> Case {
    twins::centrifugo()
        .changed("centrifugo/meta/none", context(ContextChange::RpcProxy { proxy: RpcProxy::WithMeta }))
        .accept()
        .title("client call, token without meta")
        .why(
            "A connection without `meta` has nothing to send. Anything sent would be that of another \
             connection.",
        )
        .requirement("CF-META-1")
        .class("C24")
}

fn object() -> Case {
    none()
        .changed("centrifugo/meta/object", claim("meta", META))
        .accept()
        .title("client call, token with meta")
        .why(OF_THE_BACKEND)
        .requirement("CF-META-1")
        .class("C24")
}

fn not_told() -> Case {
    object()
        .changed(
            "centrifugo/meta/option-off",
            context(ContextChange::RpcProxy { proxy: RpcProxy::WithoutMeta }),
        )
        .accept()
        .title("client call, token with meta but the option off")
        .why(
            "The option is off, so the backend must not receive `meta`. It may be a backend that should not \
             know it.",
        )
        .requirement("CF-META-1")
        .class("C24")
}

fn beside_info() -> Case {
    object()
        .changed("centrifugo/meta/beside-info", claim("info", "{\"name\":\"Ada\"}"))
        .accept()
        .title("meta beside info")
        .why(
            "`info` is for everyone in the channel, and `meta` is for the backend only. The server must not \
             mix them up.",
        )
        .requirement("CF-META-1")
        .requirement("CF-INFO-1")
        .class("C24")
        .effect(|effect| effect.info = Some("{\"name\":\"Ada\"}".to_owned()))
}

/// Name, value, description.
const OBJECTS: [(&str, &str, &str); 8] = [
    ("empty", "{}", "is an empty object"),
    ("empty-name", "{\"\":\"meta-is-not-shown\"}", "with a member whose name is empty"),
    (
        "markup",
        "{\"html\":\"<b>&amp;</b>\",\"line\":\"\u{2028}\"}",
        "with markup, which Go writes as escapes",
    ),
    ("unicode", "{\"name\":\"Zo\u{eb} \u{1f600}\"}", "with non-ASCII text"),
    ("escapes", "{\"name\":\"Zo\\u00eb \\ud83d\\ude00 \\\"x\\\" \\\\\"}", "with escapes"),
    (
        "numbers-as-written",
        "{\"large\":9007199254740991,\"exact\":1.50,\"small\":25e-7}",
        "with numbers that have several spellings",
    ),
    ("nested", "{\"a\":{\"b\":[{\"c\":[null,true,false,0]}]}}", "with nested objects and arrays"),
    (
        "other-claims",
        "{\"sub\":\"43\",\"exp\":1,\"channels\":[\"news\"],\"client\":\"x\"}",
        "with members named like claims",
    ),
];

fn told((name, value, what): (&str, &str, &str)) -> Case {
    none()
        .changed(&format!("centrifugo/meta/{name}"), claim("meta", value))
        .accept()
        .title(format!("meta {what}"))
        .why(
            "`meta` may be any object, and the backend must receive it unchanged. Nothing in it is \
             interpreted on the way.",
        )
        .requirement("CF-META-1")
        .class("C24")
}

/// `meta` stays the same as long as the connection lasts.
fn kept() -> Vec<Case> {
    let id = |name: &str| format!("centrifugo/meta/kept-{name}");
    let lasting = Case::root_flow(
        &id("later"),
        "the first flow with a connection that calls a backend",
        &[("first", &object())],
        vec![step(0, connect("first")), step(1, Action::Look)],
    )
    .title("client call one second after the connection was opened")
    .why("`meta` stays with the connection.")
    .requirement("CF-META-1")
    .class("C24");
    let none = lasting
        .changed(&id("none"), of_token("first", without_claim("meta")))
        .accept()
        .title("client call one second after the connection was opened, token without meta")
        .why("A connection without `meta` has nothing to send, at any time.")
        .requirement("CF-META-1")
        .class("C24");
    let renewed = |name: &str, renewed: &Case| {
        Case::root_flow(
            &id(name),
            "a flow with a second token",
            &[("first", &object()), ("renewed", renewed)],
            vec![step(0, connect("first")), step(0, refresh("renewed")), step(1, Action::Look)],
        )
        .requirement("CF-META-1")
        .class("C24")
    };
    let later = object()
        .changed("centrifugo/meta/renewing", claim("exp", "{{now+5400}}"))
        .accept()
        .title("token that renews a connection, same meta, later exp")
        .why("It names the same user as the first token and expires later.")
        .requirement("CF-META-1")
        .class("C16");
    let by_the_same = renewed("renewed", &later)
        .title("client call after a renewal with the same meta")
        .why("A renewal extends the time of the connection. It does not change what the backend receives.");
    let without = later
        .changed("centrifugo/meta/renewing-without-meta", without_claim("meta"))
        .accept()
        .title("token that could renew a connection, without meta")
        .why("The token opens a connection that has nothing to send to the backend.")
        .requirement("CF-META-1")
        .class("C16");
    let by_one_without = renewed("renewed-without-meta", &without)
        .title("client call after a renewal without meta")
        .why("`meta` stays with the connection. A new token without `meta` does not remove it.");
    let channel = of_a_channel();
    let subscribed = Case::root_flow(
        &id("subscribed"),
        "a flow with a token of another purpose",
        &[("first", &object()), ("channel", &channel)],
        vec![step(0, connect("first")), step(0, subscribe(CHANNEL, "channel")), step(1, Action::Look)],
    )
    .title("client call after a subscription whose token has its own meta")
    .why("`meta` belongs to the connection. A subscription token has no such claim and must not change it.")
    .requirement("CF-META-1")
    .class("C24");
    vec![lasting, none, later, by_the_same, without, by_one_without, channel, subscribed]
}

/// A subscription token with a claim of connection tokens.
fn of_a_channel() -> Case {
    twins::subscription()
        .changed_by(
            "centrifugo/meta/channel",
            vec![
                context(ContextChange::RpcProxy { proxy: RpcProxy::WithMeta }),
                claim("meta", "{\"canary\":\"meta-of-the-channel\"}"),
            ],
        )
        .accept()
        .title("subscription token with meta, a claim of connection tokens")
        .why("Claims that a server does not understand are ignored.")
        .requirement("CF-META-1")
        .class("V1")
}
