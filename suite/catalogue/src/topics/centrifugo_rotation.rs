//! A published key set that changes while clients are connected: keys that come, keys that go, and a set
//! that cannot be fetched for a while.

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

/// What the keys are for: the algorithm of key sets that every version of the server knows.
const ALGORITHM: Algorithm = Algorithm::RS256;

const WITHDRAWN: &str = "A key that is published no longer was taken out for a reason. A verifier that goes on \
                         taking what it signed is as open as before (RFC 7517 section 5: what is in the set \
                         are the keys).";

pub(super) fn topic() -> Topic {
    Topic {
        path: "centrifugo/rotation",
        about: "Key sets that change while clients are connected: keys that come and go, and sets that \
                cannot be fetched.",
        cases: cases(),
    }
}

/// A key set with these keys, each of them under a `kid`.
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
        "the first flow of key sets that change",
        &[("first", &token), ("then", &token)],
        vec![step(0, connect("first")), step(1, publish(set(&[(old, old)]))), step(2, connect("then"))],
    )
    .title("a client that comes by a key of a set that was published again")
    .why("The key is still in the set.")
    .requirement("CF-JWKS-1")
    .class("V1");
    let mut both = vec![set_step(1, step(1, publish(set(&[(old, old), (next, next)]))))];
    both.extend(signed("then", next, next));
    let added = same
        .changed_by(&id("key-added"), both)
        .accept()
        .title("a client that comes by a key which was added to the set")
        .why("A `kid` that a verifier does not know yet is looked for in the set as it is now.")
        .requirement("CF-JWKS-1")
        .requirement("RFC7515-4.1.4-KID")
        .class("K15");
    let replaced = added
        .changed(&id("key-replaced"), set_step(1, step(1, publish(set(&[(next, next)])))))
        .accept()
        .title("a client that comes by the key which took the place of another one")
        .why("From then on tokens are signed by the new key.")
        .requirement("CF-JWKS-1")
        .class("K15");
    let renewed = added
        .changed(&id("renewed-by-added-key"), set_step(2, step(2, refresh("then"))))
        .accept()
        .title("a connection that is renewed by a key which was added to the set")
        .why("A connection that was opened by one key is renewed by another one of the set.")
        .requirement("CF-EXP-4")
        .class("V1");
    let known = |twin: &Case, name: &str, documents: BTreeMap<String, String>| {
        twin.changed(&id(name), set_step(1, step(1, publish(documents))))
    };
    // The first client comes by the other key, so that nobody has seen the one that is taken out.
    let by_next = token
        .changed_by("first", {
            let kid = header("kid", &format!("\"{next}\""));
            vec![kid, sign(None, next, ALGORITHM)]
        })
        .accept();
    let unseen = Case::root_flow(
        &id("unseen-key"),
        "the first flow of key sets in which a key is never seen before",
        &[("first", &by_next), ("then", &token)],
        vec![
            step(1, publish(set(&[(next, next)]))),
            step(1, connect("first")),
            step(2, publish(set(&[(old, old), (next, next)]))),
            step(3, connect("then")),
        ],
    )
    .title("a client that comes by the second of two keys")
    .why("Each of the published keys verifies tokens.")
    .requirement("CF-JWKS-1")
    .class("V1");
    let other_key = vec![
        set_step(1, step(1, publish(set(&[(old, next)])))),
        of_token("then", sign(Some(&alg(ALGORITHM)), next, ALGORITHM)),
    ];
    vec![
        known(&same, "key-withdrawn", set(&[(next, next)]))
            .reject([Reason::Key, Reason::Signature])
            .title("a client that comes by a key which is in the set no longer")
            .why(WITHDRAWN)
            .requirement("CF-JWKS-1")
            .class("K15")
            .threat(Threat::Forger),
        known(&same, "set-away", BTreeMap::new())
            .either(
                "The documentation does not say what becomes of known keys while the set cannot be fetched.",
                [Reason::Key],
            )
            .title("a client that comes by a known key while the set cannot be fetched")
            .why("A verifier may keep a key for a while, or refuse what it cannot look up.")
            .requirement("CF-JWKS-1")
            .class("K15"),
        unseen
            .changed(&id("unseen-key-withdrawn"), set_step(2, step(2, publish(set(&[(next, next)])))))
            .reject([Reason::Key, Reason::Signature])
            .title("a client that comes by a key which was taken out before anybody used it")
            .why(WITHDRAWN)
            .requirement("CF-JWKS-1")
            .class("K15")
            .threat(Threat::Forger),
        unseen
            .changed(&id("unseen-key-set-away"), set_step(2, step(2, publish(BTreeMap::new()))))
            .reject([Reason::Key])
            .title("a client that comes by an unknown key while the set cannot be fetched")
            .why("Without the set nobody knows whose signature it is.")
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
            .title("a client that was refused while the set could not be fetched comes again")
            .why("An outage ends; that a key was not found once must not be remembered.")
            .requirement("CF-JWKS-1")
            .class("K15"),
        same.changed_by(
            &id("still-connected"),
            vec![set_step(1, step(1, publish(set(&[(next, next)])))), set_step(2, step(2, Action::Look))],
        )
        .accept()
        .title("a client that is connected by a key which was taken out")
        .why("A connection lasts until it expires.")
        .requirement("CF-EXP-3")
        .class("V1"),
        same.changed_by(&id("other-key-of-the-same-name"), other_key)
            .accept()
            .title("a client that comes by a key which took over the kid of another one")
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
