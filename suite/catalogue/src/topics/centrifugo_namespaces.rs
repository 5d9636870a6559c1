//! What a user may do in a channel without a token: the options of its namespace say it.

use jotproof_model::edit::FlowChange;
use jotproof_model::{Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, flow, of_token};
use crate::steps::{connect, step, subscribe_openly};
use crate::twins;

/// A channel of a namespace in which every user may subscribe whose id is known.
const MEMBERS: &str = "members:news";

/// A channel of a namespace in which every user may subscribe.
const EVERYBODY: &str = "jotproof:news";

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
    Topic {
        path: "centrifugo/namespaces",
        about: "Channels that need no token: who may subscribe, by the options of their namespace.",
        cases: vec![anonymous, refused, member, everybody],
    }
}
