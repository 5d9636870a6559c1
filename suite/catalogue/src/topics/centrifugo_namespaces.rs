//! What a user may do in a channel without a token: the options of its namespace say it.

use jotproof_model::edit::{ContextChange, FlowChange};
use jotproof_model::{Edit, Namespace, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, flow, of_token};
use crate::steps::{connect, step, subscribe_openly};
use crate::twins;

/// A channel of a namespace in which every user may subscribe whose id is known.
const MEMBERS: &str = "members:news";

/// A channel of a namespace in which every user may subscribe.
const EVERYBODY: &str = "jotproof:news";

/// A channel of the namespace whose option for anonymous users is on, or off.
const CONFIGURED: &str = "configured:news";

fn for_anonymous(allow_subscribe_for_anonymous: bool) -> Edit {
    let namespace = Namespace { allow_subscribe_for_anonymous, ..Namespace::default() };
    context(ContextChange::Namespace { namespace })
}

pub(super) fn topic() -> Topic {
    let id = |name: &str| format!("centrifugo/namespaces/{name}");
    let member = Case::root_flow(
        &id("member"),
        "the first flow of channels that need no token",
        &[("connection", &twins::centrifugo())],
        vec![step(0, connect("connection")), step(0, subscribe_openly(MEMBERS))],
    )
    .title("a user subscribes to a channel that is open to users")
    .why("The namespace lets every user subscribe who is not anonymous.")
    .requirement("CF-SUB-5")
    .class("V1");
    let everybody = member
        .changed(
            &id("open-to-everybody"),
            flow(FlowChange::SetStep { step: 1, to: step(0, subscribe_openly(EVERYBODY)) }),
        )
        .accept()
        .title("a user subscribes to a channel that is open to everybody")
        .why("The namespace lets every user subscribe.")
        .requirement("CF-SUB-5")
        .class("V1");
    let anonymous = everybody
        .changed(&id("anonymous-open-to-everybody"), of_token("connection", claim("sub", "\"\"")))
        .accept()
        .title("an anonymous user subscribes to a channel that is open to everybody")
        .why("The namespace lets anonymous users subscribe too.")
        .requirement("CF-SUB-5")
        .class("V1");
    // The same token: what differs is the namespace, and so whether it is open to anonymous users.
    let refused = anonymous
        .changed(&id("anonymous"), flow(FlowChange::SetStep { step: 1, to: step(0, subscribe_openly(MEMBERS)) }))
        .reject([Reason::Anonymous])
        .title("an anonymous user subscribes to a channel that is open to users")
        .why(
            "A token with an empty `sub` is let in as one of an anonymous user. Where the namespace does not let \
             such users subscribe, the token must not make one of them a user.",
        )
        .requirement("CF-SUB-5")
        .class("C11")
        .threat(Threat::Holder);
    // The same token and the same flow: what differs is the one option of the namespace.
    let option_on = anonymous
        .changed_by(
            &id("anonymous-option-on"),
            vec![
                for_anonymous(true),
                flow(FlowChange::SetStep { step: 1, to: step(0, subscribe_openly(CONFIGURED)) }),
            ],
        )
        .accept()
        .title("an anonymous user subscribes where the namespace's option for anonymous users is on")
        .why("The option lets anonymous users subscribe who could not without it.")
        .requirement("CF-SUB-5")
        .class("V1");
    let option_off = option_on
        .changed(&id("anonymous-option-off"), for_anonymous(false))
        .reject([Reason::Anonymous])
        .title("an anonymous user subscribes where the namespace's option for anonymous users is off")
        .why(
            "The namespace is open to users, and its option for those who are anonymous is off: the very token that \
             is good for it where the option is on is not good for it here.",
        )
        .requirement("CF-SUB-5")
        .class("C11")
        .threat(Threat::Holder);
    let member_option_off = option_on
        .changed_by(
            &id("member-option-off"),
            vec![for_anonymous(false), of_token("connection", claim("sub", "\"42\""))],
        )
        .accept()
        .title("a user subscribes where the namespace's option for anonymous users is off")
        .why("The option is about anonymous users; any other one may subscribe.")
        .requirement("CF-SUB-5")
        .class("V1");
    Topic {
        path: "centrifugo/namespaces",
        about: "Channels that need no token: who may subscribe, by the options of their namespace.",
        cases: vec![anonymous, refused, member, everybody, option_on, option_off, member_option_off],
    }
}
