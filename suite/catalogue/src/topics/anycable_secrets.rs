//! The secret that AnyCable tokens are signed with: the common secret, or a secret of their own.

use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{context, sign};
use crate::twins;

/// The secret for tokens only. The common secret is then the one of the twin.
const OWN: &str = "hmac-64-bytes-foreign";

pub(super) fn topic() -> Topic {
    Topic {
        path: "anycable/secrets",
        about: "The secret of AnyCable's identification tokens: the common secret, and `jwt_secret`, which \
                replaces it.",
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
        .title("token signed with the common secret")
        .why("If no separate secret is configured, tokens are verified with the common secret.")
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
        .title("token signed with a secret other than the configured common secret")
        .why(
            "Only the configured secret counts. A server that accepts another one accepts tokens that \
             anyone signed.",
        )
        .requirement("AC-KEY-1")
        .class("S0")
        .threat(Threat::Forger)
}

fn own() -> Case {
    twins::anycable()
        .changed_by("anycable/secrets/own", vec![own_key(Some(OWN)), sign(None, OWN, Algorithm::HS256)])
        .accept()
        .title("token signed with the configured jwt_secret")
        .why("`jwt_secret` gives tokens a key of their own, separate from the secret of everything else.")
        .requirement("AC-KEY-1")
        .class("T4")
}

fn common_beside_own() -> Case {
    twins::anycable()
        .changed("anycable/secrets/common-beside-own", own_key(Some(OWN)))
        .reject([Reason::Signature])
        .title("token signed with the common secret, jwt_secret configured")
        .why(
            "`jwt_secret` replaces the common secret for tokens. Operators set it because others know the \
             common secret, so a server that accepts this lets those others sign tokens.",
        )
        .requirement("AC-KEY-1")
        .class("T4")
        .threat(Threat::Forger)
}

fn none() -> Case {
    twins::anycable()
        .changed("anycable/secrets/common-beside-none", own_key(None))
        .reject([Reason::Key, Reason::NoToken])
        .title("token signed with the common secret, jwt_secret set to none")
        .why(
            "A server that is configured to accept no tokens must not fall back to a key that it has for \
             other purposes.",
        )
        .requirement("AC-KEY-1")
        .class("T4")
        .threat(Threat::Forger)
}
