//! The keys of Centrifugo: the same token under the key that signed it, and under other keys.

use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::{Case, key_for};
use crate::edits::context;
use crate::twins;

use Algorithm::{ES256, HS256, RS256};

/// One algorithm for each kind of key.
const KINDS: [Algorithm; 3] = [HS256, RS256, ES256];

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = KINDS.into_iter().flat_map(of_connections).collect();
    cases.push(in_channel(&twins::subscription(), "subscription"));
    cases.push(in_channel(&twins::private_channel(), "private-channel"));
    Topic {
        path: "centrifugo/keys",
        about: "The keys of Centrifugo: the same token, with its signing key configured, with a different \
                key configured, and with no key of its kind.",
        cases,
    }
}

fn id(name: &str) -> String {
    format!("centrifugo/keys/{name}")
}

/// Configures a different key.
fn configured(from: &str, to: &str) -> Edit {
    context(ContextChange::ConfiguredKey { from: from.to_owned(), to: to.to_owned() })
}

/// A connection token of a server that has one key and allows algorithms of every kind.
fn of_connections(algorithm: Algorithm) -> [Case; 3] {
    let (key, word) = (key_for(algorithm), algorithm.name().to_lowercase());
    let mut edits = twins::signed_with(algorithm);
    edits.push(context(ContextChange::Algorithms { algorithms: KINDS.to_vec() }));
    let good = twins::centrifugo()
        .changed_by(&id(&word), edits)
        .accept()
        .title(format!("{algorithm} token, signing key configured"))
        .why("The server has one key, and that key signed the token.")
        .requirement("CF-ALG-4")
        .class("V1");
    let good = twins::row_of(algorithm).into_iter().fold(good, Case::requirement);
    let another = good
        .changed(&id(&format!("{word}-another-key")), configured(key, &format!("{key}-foreign")))
        .reject([Reason::Signature])
        .title(format!("{algorithm} token, different key of its kind configured"))
        .why(
            "Only the configured key counts. A server that accepts a signature by any other key accepts \
             forged tokens.",
        )
        .class("S0")
        .threat(Threat::Forger);
    let other = if algorithm == HS256 { "rsa-2048" } else { "hmac-64-bytes" };
    let none = good
        .changed(&id(&format!("{word}-no-key-of-its-kind")), configured(key, other))
        .reject([Reason::Algorithm, Reason::Key, Reason::Signature])
        .title(format!("{algorithm} token, no key of its kind configured"))
        .why(
            "An algorithm needs a key of its kind. Without one the server cannot verify the token and must \
             reject it.",
        )
        .requirement("CF-ALG-4")
        .class("S0")
        .threat(Threat::Forger);
    let another = twins::row_of(algorithm).into_iter().fold(another, Case::requirement);
    [another, none, good]
}

/// A channel token of a server with a different key.
fn in_channel(good: &Case, name: &str) -> Case {
    good.changed(&id(&format!("{name}-another-key")), configured("hmac-64-bytes", "hmac-64-bytes-foreign"))
        .reject([Reason::Signature])
        .title(format!("{name} token, different key configured"))
        .why(
            "The same key verifies connection tokens and channel tokens. A server that accepts a signature \
             by any other key accepts forged tokens.",
        )
        .requirement("CF-ALG-5")
        .class("S0")
        .threat(Threat::Forger)
}
