//! A published key set that changes while clients are connected: keys that are added and withdrawn, and a set
//! that is unavailable for a while.

use std::collections::BTreeMap;

use jotproof_mint::document;
use jotproof_model::context::{Origin, Transport};
use jotproof_model::edit::FlowChange;
use jotproof_model::{Action, Algorithm, Context, Edit, KeySet, Reason, Threat};

use super::Topic;
use crate::case::{Case, alg, key_for};
use crate::edits::{flow, header, of_token, set_step, sign};
use crate::published::{self, PATH, jwk, with};
use crate::steps::{configure, connect, refresh, refused, step};

/// The algorithm of the keys. Every version of the server knows it in key sets.
const ALGORITHM: Algorithm = Algorithm::RS256;

const WITHDRAWN: &str = "A key is withdrawn for a reason. A verifier that still accepts tokens signed with \
                         it lets anyone with the withdrawn key sign tokens. RFC 7517 section 5: the set \
                         contains the valid keys.";

pub(super) fn topic() -> Topic {
    Topic {
        path: "centrifugo/rotation",
        about: "Key sets that change while clients are connected: keys that are added and withdrawn, and \
                sets that cannot be fetched.",
        cases: cases(),
    }
}

/// A key set with these keys, each under its `kid`.
fn set(keys: &[(&str, &str)]) -> BTreeMap<String, String> {
    let jwks: Vec<String> =
        keys.iter().map(|(kid, key)| with(&jwk(key, ALGORITHM), "kid", &format!("\"{kid}\""))).collect();
    BTreeMap::from([(PATH.to_owned(), document::key_set(jwks.iter().map(String::as_str)))])
}

fn cases() -> Vec<Case> {
    let id = |name: &str| format!("centrifugo/rotation/{name}");
    let old = key_for(ALGORITHM);
    let next = &*format!("{old}-foreign");
    let token = published::twin(ALGORITHM);
    let publish = |documents: BTreeMap<String, String>| {
        let key_set = KeySet {
            path: PATH.to_owned(),
            documents,
            fetched: Vec::new(),
            origin: Origin::Published,
            transport: Transport::Plain,
        };
        configure(Context { key_set: Some(key_set), ..token.context().clone() })
    };
    let signed = |name: &str, kid: &str, key: &str| -> Vec<Edit> {
        vec![
            of_token(name, header("kid", &format!("\"{kid}\""))),
            of_token(name, sign(Some(&alg(ALGORITHM)), key, ALGORITHM)),
        ]
    };
    let same = Case::root_flow(
        &id("unchanged"),
        "the first flow with a key set that changes",
        &[("first", &token), ("then", &token)],
        vec![step(0, connect("first")), step(1, publish(set(&[(old, old)]))), step(2, connect("then"))],
    )
    .title("client connects after the same key set was published again")
    .why("The key is still in the set.")
    .requirement("CF-JWKS-1")
    .class("V1");
    let mut both = vec![set_step(1, step(1, publish(set(&[(old, old), (next, next)]))))];
    both.extend(signed("then", next, next));
    let added = same
        .changed_by(&id("key-added"), both)
        .accept()
        .title("client connects with a key that was added to the set")
        .why("A verifier that does not know a `kid` must look it up in the current set.")
        .requirement("CF-JWKS-1")
        .requirement("RFC7515-4.1.4-KID")
        .class("K15");
    let replaced = added
        .changed(&id("key-replaced"), set_step(1, step(1, publish(set(&[(next, next)])))))
        .accept()
        .title("client connects with a key that replaced the first one")
        .why("From the replacement on, tokens are signed with the new key.")
        .requirement("CF-JWKS-1")
        .class("K15");
    let renewed = added
        .changed(&id("renewed-by-added-key"), set_step(2, step(2, refresh("then"))))
        .accept()
        .title("connection renewed with a key that was added to the set")
        .why("A connection that was opened with one key may be renewed with another key of the set.")
        .requirement("CF-EXP-4")
        .class("V1");
    let known = |twin: &Case, name: &str, documents: BTreeMap<String, String>| {
        twin.changed(&id(name), set_step(1, step(1, publish(documents))))
    };
    // The first client uses the other key, so the server has not seen the key that is withdrawn.
    let by_next = token
        .changed_by("first", {
            let kid = header("kid", &format!("\"{next}\""));
            vec![kid, sign(None, next, ALGORITHM)]
        })
        .accept();
    let unseen = Case::root_flow(
        &id("unseen-key"),
        "the first flow with a key that the server has not seen before",
        &[("first", &by_next), ("then", &token)],
        vec![
            step(1, publish(set(&[(next, next)]))),
            step(1, connect("first")),
            step(2, publish(set(&[(old, old), (next, next)]))),
            step(3, connect("then")),
        ],
    )
    .title("client connects with the second of two keys")
    .why("Every published key verifies tokens.")
    .requirement("CF-JWKS-1")
    .class("V1");
    let other_key = vec![
        set_step(1, step(1, publish(set(&[(old, next)])))),
        of_token("then", sign(Some(&alg(ALGORITHM)), next, ALGORITHM)),
    ];
    vec![
        known(&same, "key-withdrawn", set(&[(next, next)]))
            .reject([Reason::Key, Reason::Signature])
            .title("client connects with a key that was withdrawn from the set")
            .why(WITHDRAWN)
            .requirement("CF-JWKS-1")
            .class("K15")
            .threat(Threat::Forger),
        known(&same, "set-away", BTreeMap::new())
            .either(
                "The documentation does not say how to treat known keys while the set cannot be fetched.",
                [Reason::Key],
            )
            .title("client connects with a known key while the set cannot be fetched")
            .why("A verifier may keep a key for a while, or reject a token whose key it cannot look up.")
            .requirement("CF-JWKS-1")
            .class("K15"),
        unseen
            .changed(&id("unseen-key-withdrawn"), set_step(2, step(2, publish(set(&[(next, next)])))))
            .reject([Reason::Key, Reason::Signature])
            .title("client connects with a key that was withdrawn before its first use")
            .why(WITHDRAWN)
            .requirement("CF-JWKS-1")
            .class("K15")
            .threat(Threat::Forger),
        unseen
            .changed(&id("unseen-key-set-away"), set_step(2, step(2, publish(BTreeMap::new()))))
            .reject([Reason::Key])
            .title("client connects with an unknown key while the set cannot be fetched")
            .why(
                "Without the set the verifier has no key for this token. A verifier that accepts it accepts \
                 tokens that anyone signed.",
            )
            .requirement("CF-JWKS-1")
            .class("K15")
            .threat(Threat::Forger),
        unseen
            .changed_by(
                &id("set-back-again"),
                vec![
                    set_step(2, step(2, publish(BTreeMap::new()))),
                    set_step(3, refused(3, connect("then"), Reason::Key)),
                    flow(FlowChange::AddStep {
                        before: 4,
                        step: step(3, publish(set(&[(old, old), (next, next)]))),
                    }),
                    flow(FlowChange::AddStep { before: 5, step: step(4, connect("then")) }),
                ],
            )
            .accept()
            .title("client connects after the set is available again")
            .why(
                "An outage ends. A verifier must not remember that a key was missing while the set could \
                 not be fetched.",
            )
            .requirement("CF-JWKS-1")
            .class("K15"),
        same.changed_by(
            &id("still-connected"),
            vec![set_step(1, step(1, publish(set(&[(next, next)])))), set_step(2, step(2, Action::Look))],
        )
        .accept()
        .title("client stays connected after its key was withdrawn")
        .why("A connection lasts until it expires.")
        .requirement("CF-EXP-3")
        .class("V1"),
        same.changed_by(&id("other-key-of-the-same-name"), other_key)
            .accept()
            .title("client connects with a new key under the kid of the old one")
            .why("`kid` names the key that the set has under it now.")
            .requirement("RFC7515-4.1.4-KID")
            .class("K15"),
        same,
        added,
        replaced,
        renewed,
        unseen,
    ]
}
