//! ECDSA algorithms with a configured key on the wrong curve. Each algorithm has one curve (RFC 7518 section
//! 3.4).

use jotproof_model::edit::ContextChange;
use jotproof_model::recipe::SignatureChange;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use super::keys_weak::instead;
use super::signatures_ecdsa::width;
use crate::case::{Case, alg, key_for};
use crate::edits::{context, sign, signature};
use crate::twins;

use Algorithm::{ES256, ES256K, ES384, ES512};

pub(super) fn topic() -> Topic {
    Topic {
        path: "algorithms/curves",
        about: "ECDSA algorithms by a configured key on another curve, alone and beside the algorithm of that curve.",
        cases: PAIRS.into_iter().flat_map(cases).collect(),
    }
}

/// Pairs: the algorithm of the token, and the algorithm whose curve the configured key is on.
const PAIRS: [(Algorithm, Algorithm); 12] = [
    (ES256, ES384),
    (ES256, ES512),
    (ES256, ES256K),
    (ES384, ES256),
    (ES384, ES512),
    (ES384, ES256K),
    (ES512, ES256),
    (ES512, ES384),
    (ES512, ES256K),
    (ES256K, ES256),
    (ES256K, ES384),
    (ES256K, ES512),
];

fn cases((named, of_the_key): (Algorithm, Algorithm)) -> Vec<Case> {
    let key = key_for(of_the_key);
    let word = named.name().to_lowercase();
    let id = |end: &str| format!("algorithms/curves/{word}-by-configured-{key}{end}");
    // The numbers of a smaller curve fit into the width of the named algorithm.
    let wide = (width(named) > width(of_the_key))
        .then(|| signature(SignatureChange::EcdsaWidths { r: width(named), s: width(named) }));
    let in_width = format!("with the width of {named}");

    let alone = twins::signed(named);
    let both = twins::signed(of_the_key)
        .changed(
            &format!("algorithms/curves/{}-where-{word}-is-allowed-too", of_the_key.name().to_lowercase()),
            context(ContextChange::Algorithms { algorithms: vec![named, of_the_key] }),
        )
        .accept()
        .title(format!("{of_the_key} by its key, where {named} is allowed too and has no key"))
        .why("The key and the algorithm belong together, and the algorithm is allowed.")
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC7518-3.4-CURVE")
        .class("V1");
    let named_otherwise = || sign(Some(&alg(named)), key, named);

    let refused = |twin: &Case, end: &str, edits: Vec<Edit>, title: String, threat: Threat| {
        twin.changed_by(&id(end), edits)
            .reject([Reason::Key, Reason::Signature])
            .threat(threat)
            .title(title)
            .why(
                "The curve is a part of the algorithm. A verifier that takes whatever curve the key is on computes \
                 something that no specification has, with the hash and the width of another curve.",
            )
            .requirement("RFC7518-3.4-CURVE")
            .class("K8")
    };
    let alone_title = format!("{named} by a configured key on the curve of {of_the_key}");
    let both_title = format!("{named} by the key of {of_the_key}, where both are allowed");
    let mut cases = vec![
        refused(&alone, "", vec![instead(named, key)], alone_title.clone(), Threat::Config),
        refused(&both, "-both-allowed", vec![named_otherwise()], both_title.clone(), Threat::Issuer),
    ];
    if let Some(wide) = wide {
        cases.push(refused(
            &alone,
            "-in-the-width-of-the-name",
            vec![instead(named, key), wide.clone()],
            format!("{alone_title}, {in_width}"),
            Threat::Config,
        ));
        cases.push(refused(
            &both,
            "-both-allowed-in-the-width-of-the-name",
            vec![named_otherwise(), wide],
            format!("{both_title}, {in_width}"),
            Threat::Issuer,
        ));
    }
    cases.push(both);
    cases
}
