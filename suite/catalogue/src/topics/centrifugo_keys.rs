//! The keys of Centrifugo: the very token that one key signed, under this key and under others.

use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::{Case, key_for};
use crate::edits::context;
use crate::twins;

use Algorithm::{ES256, HS256, RS256};

/// One algorithm of each kind of key.
const KINDS: [Algorithm; 3] = [HS256, RS256, ES256];

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = KINDS.into_iter().flat_map(of_connections).collect();
    cases.push(in_channel(&twins::subscription(), "subscription"));
    cases.push(in_channel(&twins::private_channel(), "private-channel"));
    Topic {
        path: "centrifugo/keys",
        about: "The keys of Centrifugo: one and the same token, where the key that signed it is configured, where \
                another one is, and where there is none of its kind.",
        cases,
    }
}

fn id(name: &str) -> String {
    format!("centrifugo/keys/{name}")
}

/// The key that is configured is another one.
fn configured(from: &str, to: &str) -> Edit {
    context(ContextChange::ConfiguredKey { from: from.to_owned(), to: to.to_owned() })
}

/// A connection token of a server that has one key, and would serve every kind.
fn of_connections(algorithm: Algorithm) -> [Case; 3] {
    let (key, word) = (key_for(algorithm), algorithm.name().to_lowercase());
    let mut edits = twins::signed_with(algorithm);
    edits.push(context(ContextChange::Algorithms { algorithms: KINDS.to_vec() }));
    let good = twins::centrifugo()
        .changed_by(&id(&word), edits)
        .accept()
        .title(format!("{algorithm} by the key that is configured"))
        .why("The server has one key, and that key signed the token.")
        .requirement("CF-ALG-4")
        .class("V1");
    let good = twins::row_of(algorithm).into_iter().fold(good, Case::requirement);
    let another = good
        .changed(&id(&format!("{word}-another-key")), configured(key, &format!("{key}-foreign")))
        .reject([Reason::Signature])
        .title(format!("the same token by {algorithm}, and another key of its kind is configured"))
        .why("The configured key decides, and not that there is a good signature by some key.")
        .class("S0")
        .threat(Threat::Forger);
    let other = if algorithm == HS256 { "rsa-2048" } else { "hmac-64-bytes" };
    let none = good
        .changed(&id(&format!("{word}-no-key-of-its-kind")), configured(key, other))
        .reject([Reason::Algorithm, Reason::Key, Reason::Signature])
        .title(format!("the same token by {algorithm}, and no key of its kind is configured"))
        .why(
            "An algorithm is served by a key of its kind. Without one there is nothing that could verify it.",
        )
        .requirement("CF-ALG-4")
        .class("S0")
        .threat(Threat::Forger);
    let another = twins::row_of(algorithm).into_iter().fold(another, Case::requirement);
    [another, none, good]
}

/// A token for a channel of a server that has another key.
fn in_channel(good: &Case, name: &str) -> Case {
    good.changed(&id(&format!("{name}-another-key")), configured("hmac-64-bytes", "hmac-64-bytes-foreign"))
        .reject([Reason::Signature])
        .title("a token for a channel, and another key is configured than the one that signed it")
        .why("One key judges the tokens of both purposes: whose connections it opens, his channels too.")
        .requirement("CF-ALG-5")
        .class("S0")
        .threat(Threat::Forger)
}
