//! What a user may do in a channel without a token. The options of the namespace decide it.

use jotproof_model::edit::{ContextChange, FlowChange};
use jotproof_model::{Edit, Namespace, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, flow, of_token};
use crate::steps::{connect, step, subscribe_openly};
use crate::twins;

/// A channel of a namespace in which every user except an anonymous one may subscribe.
const MEMBERS: &str = "members:news";

/// A channel of a namespace in which every user may subscribe.
const EVERYBODY: &str = "jotproof:news";

/// A channel of the namespace whose option for anonymous users is on or off.
const CONFIGURED: &str = "configured:news";

fn for_anonymous(allow_subscribe_for_anonymous: bool) -> Edit {
    let namespace = Namespace { allow_subscribe_for_anonymous, ..Namespace::default() };
    context(ContextChange::Namespace { namespace })
}

pub(super) fn topic() -> Topic {
    let id = |name: &str| format!("centrifugo/namespaces/{name}");
    let member = Case::root_flow(
        &id("member"),
        "the first flow with a channel that needs no token",
        &[("connection", &twins::centrifugo())],
        vec![step(0, connect("connection")), step(0, subscribe_openly(MEMBERS))],
    )
    .title("named user, channel open to users")
    .why("The namespace lets every user except an anonymous one subscribe.")
    .requirement("CF-SUB-5")
    .class("V1");
    let everybody = member
        .changed(
            &id("open-to-everybody"),
            flow(FlowChange::SetStep { step: 1, to: step(0, subscribe_openly(EVERYBODY)) }),
        )
        .accept()
        .title("named user, channel open to everyone")
        .why("The namespace lets every user subscribe.")
        .requirement("CF-SUB-5")
        .class("V1");
    let anonymous = everybody
        .changed(&id("anonymous-open-to-everybody"), of_token("connection", claim("sub", "\"\"")))
        .accept()
        .title("anonymous user, channel open to everyone")
        .why("The namespace also lets anonymous users subscribe.")
        .requirement("CF-SUB-5")
        .class("V1");
    // The same token. Only the namespace differs, and with it the access of anonymous users.
    let refused = anonymous
        .changed(
            &id("anonymous"),
            flow(FlowChange::SetStep { step: 1, to: step(0, subscribe_openly(MEMBERS)) }),
        )
        .reject([Reason::Anonymous])
        .title("anonymous user, channel open to users")
        .why(
            "A token with an empty `sub` opens an anonymous connection. If the namespace does not let \
             anonymous users subscribe, a server that accepts this treats the token as proof of a named \
             user.",
        )
        .requirement("CF-SUB-5")
        .class("C11")
        .threat(Threat::Holder);
    // The same token and the same flow. Only the option of the namespace differs.
    let option_on = anonymous
        .changed_by(
            &id("anonymous-option-on"),
            vec![
                for_anonymous(true),
                flow(FlowChange::SetStep { step: 1, to: step(0, subscribe_openly(CONFIGURED)) }),
            ],
        )
        .accept()
        .title("anonymous user, namespace option for anonymous users on")
        .why("The option lets anonymous users subscribe. Without it they may not.")
        .requirement("CF-SUB-5")
        .class("V1");
    let option_off = option_on
        .changed(&id("anonymous-option-off"), for_anonymous(false))
        .reject([Reason::Anonymous])
        .title("anonymous user, namespace option for anonymous users off")
        .why(
            "The namespace is open to named users only, because its option for anonymous users is off. A \
             server that ignores the option lets in users who are not logged in.",
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
        .title("named user, namespace option for anonymous users off")
        .why("The option concerns anonymous users only. Any other user may subscribe.")
        .requirement("CF-SUB-5")
        .class("V1");
    Topic {
        path: "centrifugo/namespaces",
        about: "Channels that need no token: the options of the namespace decide who may subscribe.",
        cases: vec![anonymous, refused, member, everybody, option_on, option_off, member_option_off],
    }
}
