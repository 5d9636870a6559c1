//! What is wrong with any token, over again in tokens for a channel: another part of a server reads
//! them, with code of its own.
//!
//! A carried-over case keeps its edits and its reasons, and its verdict unless the documents of the
//! application decide otherwise (`rulings.rs`). Its twin becomes a good token for a channel.

use std::collections::{BTreeMap, BTreeSet};

use jotproof_model::Expectation;

use super::Topic;
use crate::case::Case;
use crate::twins::{self, CORE};

/// The topics whose cases make sense in a subscription token; a topic comes after those that its twins
/// are in.
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

/// Those that are made again for private channels of a version that is no longer developed.
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

/// Those whose defects are tried again in a token that renews something: what checks it may be another
/// piece of code than what checked the first one.
const FOR_RENEWALS: [&str; 6] = [
    "algorithms/none",
    "signatures/integrity",
    "encoding/segments",
    "encoding/long-tokens",
    "claims/types",
    "claims/time-boundary",
];

/// Path, what it is about, what takes the place of the root, the topics whose cases are carried over.
type Row = (&'static str, &'static str, fn() -> Case, &'static [&'static str]);

const ROWS: [Row; 5] = [
    (
        "centrifugo/subscription-token",
        "Subscription tokens of Centrifugo 4 and later: forged, altered, misspelled and outdated ones, as \
         every token can be.",
        twins::subscription,
        &FOR_SUBSCRIPTIONS,
    ),
    (
        "centrifugo/private-channel-token",
        "Tokens for private channels of Centrifugo 3: forged, altered and outdated ones, as every token can \
         be.",
        twins::private_channel,
        &FOR_PRIVATE_CHANNELS,
    ),
    (
        "centrifugo/refresh-token",
        "Connection tokens that renew a connection: forged, altered and outdated ones.",
        twins::refreshed,
        &FOR_RENEWALS,
    ),
    (
        "centrifugo/subscription-refresh-token",
        "Subscription tokens of Centrifugo 4 and later that renew a subscription: forged, altered and \
         outdated ones.",
        twins::subscription_refreshed,
        &FOR_RENEWALS,
    ),
    (
        "centrifugo/private-channel-refresh-token",
        "Tokens of Centrifugo 3 that renew the subscription to a private channel: forged, altered and \
         outdated ones.",
        twins::private_channel_refreshed,
        &FOR_RENEWALS,
    ),
];

/// The topics that are made of `others`.
pub(super) fn topics(others: &[Topic]) -> Vec<Topic> {
    let topic = |(path, about, root, from): Row| {
        let from = from.iter().filter_map(|path| others.iter().find(|topic| topic.path == *path));
        let mut cases = carried_over(path, &root(), from);
        // The topics of the application already have the cases that its documents decide.
        let stands_there =
            |case: &Case| others.iter().flat_map(|topic| &topic.cases).any(|own| case.is_same_as(own));
        cases.retain(|case| !(case.is_decided() && stands_there(case)));
        Topic { path, about, cases }
    };
    ROWS.into_iter().map(topic).collect()
}

/// Cases that are about the octets of their own token: its signature, or the length of its payload.
const ABOUT_THEIR_OCTETS: [&str; 3] = [
    "signatures/integrity/hs256-equal-up-to-the-first-nul",
    "encoding/base64url/whole-alphabet/payload-padded-for-nothing",
    // Among the tokens for channels nothing tells it from any other unknown name.
    "algorithms/edge/full-width",
];

/// The cases of some topics that make sense where another root takes the place of theirs, each made from
/// what its twin became.
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
