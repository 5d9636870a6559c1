//! Defects of any token, repeated in tokens for a channel. A different part of the server reads these tokens,
//! with its own code.
//!
//! A carried-over case keeps its edits and its reasons, and its verdict unless the documents of the
//! application decide otherwise (`rulings.rs`). Its twin becomes a good token for a channel.

use std::collections::{BTreeMap, BTreeSet};

use jotproof_model::Expectation;

use super::Topic;
use crate::case::Case;
use crate::twins::{self, CORE};

/// The topics whose cases make sense in a subscription token. A topic comes after the topics of its twins.
const FOR_SUBSCRIPTIONS: [&str; 21] = [
    "algorithms/valid",
    "algorithms/none",
    "algorithms/edge",
    "algorithms/confusion",
    "signatures/integrity",
    "encoding/segments",
    "encoding/base64url",
    "encoding/characters",
    "encoding/long-tokens",
    "header/encrypted",
    "header/nested",
    "header/parameters",
    "header/unencoded",
    "json/names",
    "json/syntax",
    "json/text",
    "claims/types",
    "claims/time-boundary",
    "claims/audience",
    "claims/issuer",
    "limits/depth",
];

/// The topics for private channel tokens of Centrifugo 3, which is no longer developed.
const FOR_PRIVATE_CHANNELS: [&str; 9] = [
    "algorithms/valid",
    "algorithms/none",
    "signatures/integrity",
    "encoding/segments",
    "encoding/long-tokens",
    "claims/types",
    "claims/time-boundary",
    "claims/audience",
    "claims/issuer",
];

/// The topics whose defects are repeated in a token that renews a session. Other code may check such tokens.
const FOR_RENEWALS: [&str; 6] = [
    "algorithms/none",
    "signatures/integrity",
    "encoding/segments",
    "encoding/long-tokens",
    "claims/types",
    "claims/time-boundary",
];

/// Path, description, the new root, the topics whose cases are carried over.
type Row = (&'static str, &'static str, fn() -> Case, &'static [&'static str]);

const ROWS: [Row; 5] = [
    (
        "centrifugo/subscription-token",
        "Subscription tokens of Centrifugo 4 and later with the defects that any token can have: forged, \
         altered, malformed and expired tokens.",
        twins::subscription,
        &FOR_SUBSCRIPTIONS,
    ),
    (
        "centrifugo/private-channel-token",
        "Private channel tokens of Centrifugo 3 with the defects that any token can have: forged, altered \
         and expired tokens.",
        twins::private_channel,
        &FOR_PRIVATE_CHANNELS,
    ),
    (
        "centrifugo/refresh-token",
        "Connection tokens that refresh a connection: forged, altered and expired tokens.",
        twins::refreshed,
        &FOR_RENEWALS,
    ),
    (
        "centrifugo/subscription-refresh-token",
        "Subscription tokens of Centrifugo 4 and later that refresh a subscription: forged, altered and \
         expired tokens.",
        twins::subscription_refreshed,
        &FOR_RENEWALS,
    ),
    (
        "centrifugo/private-channel-refresh-token",
        "Private channel tokens of Centrifugo 3 that refresh a subscription: forged, altered and expired \
         tokens.",
        twins::private_channel_refreshed,
        &FOR_RENEWALS,
    ),
];

/// The topics that are made from `others`.
pub(super) fn topics(others: &[Topic]) -> Vec<Topic> {
    let topic = |(path, about, root, from): Row| {
        let from = from.iter().filter_map(|path| others.iter().find(|topic| topic.path == *path));
        let mut cases = carried_over(path, &root(), from);
        // The topics of the application already contain the cases that its documents decide.
        let stands_there =
            |case: &Case| others.iter().flat_map(|topic| &topic.cases).any(|own| case.is_same_as(own));
        cases.retain(|case| !(case.is_decided() && stands_there(case)));
        Topic { path, about, cases }
    };
    ROWS.into_iter().map(topic).collect()
}

/// Cases that depend on the octets of their own token: its signature, or the length of its payload.
const ABOUT_THEIR_OCTETS: [&str; 3] = [
    "signatures/integrity/hs256-equal-up-to-the-first-nul",
    "encoding/base64url/whole-alphabet/payload-padded-for-nothing",
    // In a token for a channel it is like any other unknown name.
    "algorithms/edge/full-width",
];

/// The cases of some topics that make sense with another root. Each is made from the new case of its twin.
fn carried_over<'a>(path: &str, root: &Case, topics: impl Iterator<Item = &'a Topic>) -> Vec<Case> {
    let hs256 = twins::hs256();
    let mut twins = BTreeMap::from([(hs256.id().to_owned(), root.clone())]);
    let mut carried = Vec::new();
    for case in topics.flat_map(|topic| &topic.cases) {
        let id = format!("{path}/{}", case.id());
        let Some(twin) = case.twin_id().and_then(|twin| twins.get(twin)) else { continue };
        let Some(new) = case.made_from(twin, &id) else { continue };
        let plain = !case.id().starts_with("algorithms/valid/") || is_plain(case.id());
        if !plain
            || ABOUT_THEIR_OCTETS.contains(&case.id())
            || !new.is_within(&CORE)
            || !new.keeps_clear_of_times()
        {
            continue;
        }
        if matches!(new.expectation(), Expectation::Accept { .. }) {
            twins.insert(case.id().to_owned(), new.clone());
        }
        carried.push(if path == "centrifugo/refresh-token" { new } else { with_rows(new) });
    }
    carried
}

/// Adds the rows of the documentation that extend the keys, the audience and the issuer of connection tokens
/// to tokens for channels. Removes the rows about the times of connection tokens.
fn with_rows(case: Case) -> Case {
    const ALSO: [(&str, &str); 6] = [
        ("CF-ALG-1", "CF-ALG-5"),
        ("CF-ALG-2", "CF-ALG-5"),
        ("CF-ALG-3", "CF-ALG-5"),
        ("CF-ALG-4", "CF-ALG-5"),
        ("CF-AUD-2", "CF-AUD-4"),
        ("CF-ISS-2", "CF-ISS-4"),
    ];
    let named: BTreeSet<&str> =
        ALSO.into_iter().filter(|(of, _)| case.refers_to(of)).map(|(_, row)| row).collect();
    named.into_iter().fold(case.without_requirement("CF-EXP-6"), Case::requirement)
}

/// One accepted token for each algorithm is enough: `algorithms/valid/rs256`.
fn is_plain(id: &str) -> bool {
    CORE.iter().any(|algorithm| id == format!("algorithms/valid/{}", algorithm.name().to_lowercase()))
}
