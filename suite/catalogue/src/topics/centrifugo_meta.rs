//! What the backend is told of a connection: its `meta`, where clients can call a backend and an option says so.

use jotproof_model::Action;
use jotproof_model::context::RpcProxy;
use jotproof_model::edit::ContextChange;

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, of_token, without_claim};
use crate::steps::{connect, refresh, step, subscribe};
use crate::twins::{self, CHANNEL};

/// What only the backend may know.
pub(super) const META: &str = "{\"canary\":\"meta-is-not-shown\",\"plan\":{\"level\":3}}";

const OF_THE_BACKEND: &str = "What the backend is told decides what it does for this client. Lost, or somebody else's, \
                              it does that for the wrong one.";

pub(super) fn topic() -> Topic {
    let mut cases = vec![none(), object(), not_told(), beside_info()];
    cases.extend(OBJECTS.into_iter().map(told));
    cases.extend(kept());
    Topic {
        path: "centrifugo/meta",
        about: "What the backend is told of a connection of Centrifugo: the claim meta, and nothing where there \
                is none, or the option is off.",
        cases,
    }
}

/// A token without `meta`, of a server through which clients call a backend that is told it.
fn none() -> Case {
    twins::centrifugo()
        .changed("centrifugo/meta/none", context(ContextChange::RpcProxy { proxy: RpcProxy::WithMeta }))
        .accept()
        .title("a call of a client whose token has no meta")
        .why("Of a connection without `meta` there is nothing to tell; that of another one would be.")
        .requirement("CF-META-1")
        .class("C24")
}

fn object() -> Case {
    none()
        .changed("centrifugo/meta/object", claim("meta", META))
        .accept()
        .title("a call of a client whose token has meta")
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
        .title("the same where the option that tells the backend is off")
        .why("Whoever does not switch the option on may have a backend that is not to know.")
        .requirement("CF-META-1")
        .class("C24")
}

fn beside_info() -> Case {
    object()
        .changed("centrifugo/meta/beside-info", claim("info", "{\"name\":\"Ada\"}"))
        .accept()
        .title("meta beside info")
        .why("`info` is for whoever is in the channel, `meta` for the backend: neither is the other.")
        .requirement("CF-META-1")
        .requirement("CF-INFO-1")
        .class("C24")
        .effect(|effect| effect.info = Some("{\"name\":\"Ada\"}".to_owned()))
}

/// Name, value, what it is.
const OBJECTS: [(&str, &str, &str); 8] = [
    ("empty", "{}", "without a member"),
    ("empty-name", "{\"\":\"meta-is-not-shown\"}", "with a member whose name is empty"),
    (
        "markup",
        "{\"html\":\"<b>&amp;</b>\",\"line\":\"\u{2028}\"}",
        "with markup, which Go writes as escapes",
    ),
    ("unicode", "{\"name\":\"Zo\u{eb} \u{1f600}\"}", "with text that is not ASCII"),
    ("escapes", "{\"name\":\"Zo\\u00eb \\ud83d\\ude00 \\\"x\\\" \\\\\"}", "with escapes"),
    (
        "numbers-as-written",
        "{\"large\":9007199254740991,\"exact\":1.50,\"small\":25e-7}",
        "with numbers that have several spellings",
    ),
    ("nested", "{\"a\":{\"b\":[{\"c\":[null,true,false,0]}]}}", "with objects and arrays in it"),
    (
        "other-claims",
        "{\"sub\":\"43\",\"exp\":1,\"channels\":[\"news\"],\"client\":\"x\"}",
        "with the names of claims",
    ),
];

fn told((name, value, what): (&str, &str, &str)) -> Case {
    none()
        .changed(&format!("centrifugo/meta/{name}"), claim("meta", value))
        .accept()
        .title(format!("meta {what}"))
        .why("`meta` is any object, and the backend is told it as it is: nothing in it is read on the way.")
        .requirement("CF-META-1")
        .class("C24")
}

/// It stays what it is for as long as the connection does.
fn kept() -> Vec<Case> {
    let id = |name: &str| format!("centrifugo/meta/kept-{name}");
    let lasting = Case::root_flow(
        &id("later"),
        "the first flow of connections that call a backend",
        &[("first", &object())],
        vec![step(0, connect("first")), step(1, Action::Look)],
    )
    .title("a call of a client, a second after it has connected")
    .why("`meta` stays with the connection.")
    .requirement("CF-META-1")
    .class("C24");
    let none = lasting
        .changed(&id("none"), of_token("first", without_claim("meta")))
        .accept()
        .title("the same of a client whose token has no meta")
        .why("Of a connection without `meta` there is nothing to tell, at any time.")
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
        .title("a token that renews the connection of the first")
        .why("It says the same of its user, and lasts longer.")
        .requirement("CF-META-1")
        .class("C16");
    let by_the_same = renewed("renewed", &later)
        .title("a call of a client whose connection was renewed, by a token with the same meta")
        .why("A renewal is about the time that is left, and not about what the backend knows.");
    let without = later
        .changed("centrifugo/meta/renewing-without-meta", without_claim("meta"))
        .accept()
        .title("a token without meta that could renew the connection of one with it")
        .why("A token without `meta` opens a connection of which there is nothing to tell.")
        .requirement("CF-META-1")
        .class("C16");
    let by_one_without = renewed("renewed-without-meta", &without)
        .title("a call of a client whose connection was renewed, by a token without meta")
        .why("`meta` stays with the connection: a token that says nothing of it takes nothing away.");
    let channel = of_a_channel();
    let subscribed = Case::root_flow(
        &id("subscribed"),
        "a flow with a token of another purpose",
        &[("first", &object()), ("channel", &channel)],
        vec![step(0, connect("first")), step(0, subscribe(CHANNEL, "channel")), step(1, Action::Look)],
    )
    .title("a call of a client that has subscribed, by a token with meta of its own")
    .why("`meta` is of the connection. A token for a channel has no such claim, and changes none.")
    .requirement("CF-META-1")
    .class("C24");
    vec![lasting, none, later, by_the_same, without, by_one_without, channel, subscribed]
}

/// A token for a channel that has what is of connections alone.
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
        .title("a token for a channel with meta, which is no claim of such tokens")
        .why("Claims that are not understood are ignored.")
        .requirement("CF-META-1")
        .class("V1")
}
