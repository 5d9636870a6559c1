//! Invalid configurations: contradictory options, an invalid regex, an invalid URL of a key set. Their author
//! wanted to check something, but the server cannot know what.

use jotproof_model::context::Origin;
use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::bound::{AUDIENCE, Bound, ISSUER, OF_CONNECTIONS, Place};
use crate::case::{Case, alg};
use crate::edits::{context, sign};
use crate::published::{self, PATH, jwk, set_of, word};

use Algorithm::{ES256, HS256, RS256};

pub(super) fn topic() -> Topic {
    let mut cases = Vec::new();
    for of in [AUDIENCE, ISSUER] {
        for place in [Place::Connections, Place::Channels] {
            cases.extend(name_and_pattern(of, place));
            cases.extend(no_pattern(of, place));
        }
    }
    cases.extend(urls());
    Topic {
        path: "centrifugo/configuration",
        about: "Contradictory or unreadable configurations: a server must not accept any token under one.",
        cases,
    }
}

fn id(name: &str) -> String {
    format!("centrifugo/configuration/{name}")
}

/// The configured name, and what the regexes of this topic match.
const NAME: &str = "https://rooms.example.com";
const PATTERN: &str = r"^https://[a-z]+\.example\.com$";

/// The tokens concerned, for titles.
const fn whose(place: Place) -> &'static str {
    match place {
        Place::Connections => "",
        Place::Channels => " of subscription tokens",
    }
}

/// A name and a regex, both of which match the token.
fn name_and_pattern(of: Bound, place: Place) -> [Case; 2] {
    let (what, whose) = (of.what, whose(place));
    let named = place
        .accepted(&id(&place.name(&format!("{what}-named"))), vec![of.named(NAME), of.says(NAME)])
        .title(format!("{what}{whose} configured by name"))
        .why("Only a name is configured, and the token matches it.")
        .requirement(of.of_names)
        .requirement("CF-CONF-1")
        .class("V1");
    let both = named
        .changed(&id(&place.name(&format!("{what}-and-pattern"))), of.matching(PATTERN))
        .reject([Reason::Configuration, of.reason])
        .threat(Threat::Config)
        .title(format!("{what}{whose} configured by name and by regex"))
        .why(
            "The two options exclude each other. A verifier that picks one silently drops a check that \
             somebody asked for.",
        )
        .requirement("CF-CONF-1")
        .class("G1");
    [named, both]
}

/// Name, an invalid regex, the defect.
const NO_PATTERNS: [(&str, &str, &str); 2] = [
    ("unclosed", r"^https://([a-z]+\.example\.com$", "with an unclosed group"),
    ("look-ahead", r"^https://(?!evil)[a-z]+\.example\.com$", "with look-ahead, which RE2 does not support"),
];

fn no_pattern(of: Bound, place: Place) -> Vec<Case> {
    let (what, whose) = (of.what, whose(place));
    let matched = place
        .accepted(&id(&place.name(&format!("{what}-matched"))), vec![of.matching(PATTERN), of.says(NAME)])
        .title(format!("{what} regex{whose} that compiles"))
        .why("The regex is valid and matches the token.")
        .requirement(of.of_patterns)
        .requirement("CF-CONF-2")
        .class("V1");
    let mut cases: Vec<Case> = NO_PATTERNS
        .into_iter()
        .map(|(name, pattern, wrong)| {
            matched
                .changed(
                    &id(&place.name(&format!("{what}-pattern-{name}"))),
                    context(ContextChange::NoPattern { of: of.matched, pattern: pattern.to_owned() }),
                )
                .reject([Reason::Configuration, of.reason])
                .threat(Threat::Config)
                .title(format!("{what} regex{whose} {wrong}"))
                .why(
                    "The regex does not compile, so nothing matches it. A verifier that skips the check \
                     accepts the tokens of everyone.",
                )
                .requirement("CF-CONF-2")
                .class("G1")
        })
        .collect();
    cases.push(matched);
    cases
}

/// The part of the URL before the path, and its defect.
const ORIGINS: [(Origin, &str, &str); 3] = [
    (Origin::WithoutScheme, "without-scheme", "without a scheme"),
    (Origin::OtherScheme, "of-another-scheme", "with the scheme ftp"),
    (Origin::Malformed, "malformed", "that cannot be parsed"),
];

fn urls() -> Vec<Case> {
    let mut cases = Vec::new();
    for algorithm in [RS256, ES256] {
        let twin = published::twin(algorithm);
        cases.extend(
            ORIGINS
                .into_iter()
                .map(|row| url(&twin, &word(algorithm), &format!(" of {algorithm} keys"), row)),
        );
    }
    let of_channels = Place::Channels
        .accepted(
            &id("channel-key-set"),
            set_of(
                ES256,
                PATH,
                [(PATH, &*jwk("p-256", ES256)), ("/other.json", &*jwk("p-256-foreign", ES256))],
            ),
        )
        .title("separate key set for subscription tokens, valid URL")
        .why("Subscription tokens have a key set of their own, and its URL is valid.")
        .requirement("CF-CONF-3")
        .requirement("CS-KEY-1")
        .class("V1");
    cases.extend(ORIGINS.into_iter().map(|row| url(&of_channels, "channel", whose(Place::Channels), row)));
    cases.push(of_channels);
    let beside = published::twin(RS256)
        .changed(&id("key-set-and-secret"), context(ContextChange::AddKey { key: OF_CONNECTIONS.to_owned() }))
        .accept()
        .title("key set with a valid URL beside a configured secret")
        .why("The key set replaces configured keys. The token is verified with a key of the set.")
        .requirement("CF-JWKS-1")
        .requirement("CF-CONF-3")
        .class("V1");
    cases.push(
        beside
            .changed_by(
                &id("malformed-url-and-secret"),
                vec![
                    context(ContextChange::KeySetOrigin { origin: Origin::Malformed }),
                    sign(Some(&alg(HS256)), OF_CONNECTIONS, HS256),
                ],
            )
            .reject([Reason::Configuration, Reason::Algorithm, Reason::Key, Reason::Signature])
            .threat(Threat::Holder)
            .title("two defects: malformed key set URL, and a token signed with the secret beside it")
            .why(
                "An operator who moves to a key set leaves the old shared secret in the configuration. A \
                 server that falls back to it because of a typo in the URL accepts tokens from everyone who \
                 knows the secret.",
            )
            .requirement("CF-JWKS-1")
            .requirement("CF-CONF-3")
            .class("G1"),
    );
    cases.push(beside);
    cases
}

fn url(twin: &Case, name: &str, whose: &str, (origin, how, wrong): (Origin, &str, &str)) -> Case {
    twin.changed(&id(&format!("{name}-url-{how}")), context(ContextChange::KeySetOrigin { origin }))
        .reject([Reason::Configuration, Reason::Key])
        .threat(Threat::Config)
        .title(format!("key set URL{whose} {wrong}"))
        .why("The server cannot fetch a key from this URL. Without a key it must not accept any token.")
        .requirement("CF-CONF-3")
        .class("G1")
}
