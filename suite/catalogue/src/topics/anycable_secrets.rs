//! Which secret of AnyCable tokens are signed with: the common one, or one of their own.

use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{context, sign};
use crate::twins;

/// The key for tokens alone; the one of the twin is the common secret then.
const OWN: &str = "hmac-64-bytes-foreign";

pub(super) fn topic() -> Topic {
    Topic {
        path: "anycable/secrets",
        about: "The secret of AnyCable's identification tokens: the common one, and `jwt_secret`, which takes \
                its place.",
        cases: vec![common(), another_common(), own(), common_beside_own(), none()],
    }
}

fn own_key(key: Option<&str>) -> jotproof_model::Edit {
    context(ContextChange::TokenSecret { key: key.map(str::to_owned) })
}

fn common() -> Case {
    twins::anycable()
        .changed(
            "anycable/secrets/common",
            context(ContextChange::Key { from: "hmac-64-bytes".to_owned(), to: "hmac-128-bytes".to_owned() }),
        )
        .accept()
        .title("a token that the common secret signed")
        .why("Without an option of its own, the common secret is the key of tokens too.")
        .requirement("AC-KEY-1")
        .class("T4")
}

fn another_common() -> Case {
    twins::anycable()
        .changed(
            "anycable/secrets/another-common",
            context(ContextChange::ConfiguredKey {
                from: "hmac-64-bytes".to_owned(),
                to: "hmac-128-bytes".to_owned(),
            }),
        )
        .reject([Reason::Signature])
        .title("a token that a secret signed, and the common secret is another one")
        .why("The secret that is configured decides, and not that some secret signed.")
        .requirement("AC-KEY-1")
        .class("S0")
        .threat(Threat::Forger)
}

fn own() -> Case {
    twins::anycable()
        .changed_by("anycable/secrets/own", vec![own_key(Some(OWN)), sign(None, OWN, Algorithm::HS256)])
        .accept()
        .title("a token that the secret for tokens signed")
        .why("The option gives tokens a key of their own, beside the secret of everything else.")
        .requirement("AC-KEY-1")
        .class("T4")
}

fn common_beside_own() -> Case {
    twins::anycable()
        .changed("anycable/secrets/common-beside-own", own_key(Some(OWN)))
        .reject([Reason::Signature])
        .title("a token that the common secret signed, where tokens have a secret of their own")
        .why(
            "The key for tokens takes the place of the common secret. Who gives tokens their own key does so \
             because others know the common one.",
        )
        .requirement("AC-KEY-1")
        .class("T4")
        .threat(Threat::Forger)
}

fn none() -> Case {
    twins::anycable()
        .changed("anycable/secrets/common-beside-none", own_key(None))
        .reject([Reason::Key, Reason::NoToken])
        .title("a token that the common secret signed, where tokens have no secret at all")
        .why("A server that is told to take no tokens must not fall back to a key that it has for others.")
        .requirement("AC-KEY-1")
        .class("T4")
        .threat(Threat::Forger)
}
