//! What is wrong with any token, over again in tokens for a channel: another part of a server reads
//! them, with code of its own.
//!
//! A case of another topic is carried over with its edits, its verdict and its reasons; what it was
//! made from is a good token for a channel instead.

use std::collections::BTreeMap;

use jotproof_model::{Algorithm, Expectation};

use super::{
    Topic, algorithms_confusion, algorithms_edge, algorithms_none, algorithms_valid, claims_audience,
    claims_issuer, claims_time_boundary, claims_types, encoding_base64url, encoding_segments,
    header_parameters, json_names, json_text, signatures_integrity,
};
use crate::case::Case;
use crate::twins;

/// The algorithms of Centrifugo.
const CORE: [Algorithm; 9] = [
    Algorithm::HS256,
    Algorithm::HS384,
    Algorithm::HS512,
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
];

pub(super) fn subscription() -> Topic {
    Topic {
        path: "centrifugo/subscription-token",
        about: "Subscription tokens of Centrifugo 4 and later: forged, altered, misspelled and outdated \
                ones, as every token can be.",
        cases: carried_over(
            "centrifugo/subscription-token",
            &twins::subscription(),
            &[
                algorithms_valid::topic(),
                algorithms_none::topic(),
                algorithms_edge::topic(),
                algorithms_confusion::topic(),
                signatures_integrity::topic(),
                encoding_segments::topic(),
                encoding_base64url::topic(),
                header_parameters::topic(),
                json_names::topic(),
                json_text::topic(),
                claims_types::topic(),
                claims_time_boundary::topic(),
                claims_audience::topic(),
                claims_issuer::topic(),
            ],
        ),
    }
}

pub(super) fn private_channel() -> Topic {
    Topic {
        path: "centrifugo/private-channel-token",
        about: "Tokens for private channels of Centrifugo 3: forged, altered and outdated ones, as every \
                token can be.",
        cases: carried_over(
            "centrifugo/private-channel-token",
            &twins::private_channel(),
            &[
                algorithms_valid::topic(),
                algorithms_none::topic(),
                signatures_integrity::topic(),
                encoding_segments::topic(),
                claims_types::topic(),
                claims_time_boundary::topic(),
                claims_audience::topic(),
                claims_issuer::topic(),
            ],
        ),
    }
}

/// Cases that are about the octets of their own token: its signature, or the length of its payload.
const ABOUT_THEIR_OCTETS: [&str; 3] = [
    "signatures/integrity/hs256-equal-up-to-the-first-nul",
    "encoding/base64url/payload-padded-for-nothing",
    // Among the tokens for channels nothing tells it from any other unknown name.
    "algorithms/edge/full-width",
];

/// The cases of some topics that make sense of a token for a channel, each made from what its twin
/// became.
fn carried_over(path: &str, root: &Case, topics: &[Topic]) -> Vec<Case> {
    let hs256 = twins::hs256();
    let mut twins = BTreeMap::from([(hs256.id().to_owned(), root.clone())]);
    let mut carried = Vec::new();
    for case in topics.iter().flat_map(|topic| &topic.cases) {
        let id = format!("{path}/{}", case.id());
        let Some(twin) = case.twin_id().and_then(|twin| twins.get(twin)) else { continue };
        let Some(new) = case.made_from(twin, &id) else { continue };
        let plain = !case.id().starts_with("algorithms/valid/") || is_plain(case.id());
        if !plain || ABOUT_THEIR_OCTETS.contains(&case.id()) || !new.is_within(&CORE) {
            continue;
        }
        if matches!(new.expectation(), Expectation::Accept { .. }) {
            twins.insert(case.id().to_owned(), new.clone());
        }
        carried.push(new);
    }
    carried
}

/// One accepted token for each algorithm is enough: `algorithms/valid/rs256`.
fn is_plain(id: &str) -> bool {
    CORE.iter().any(|algorithm| id == format!("algorithms/valid/{}", algorithm.name().to_lowercase()))
}
