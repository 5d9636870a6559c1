//! Configurations that cannot be meant: two answers to one question, a pattern that is none, a key set that is
//! nowhere. Whoever wrote one meant to check something, and nobody knows what.

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
        about: "Configurations that contradict themselves or cannot be read: nobody may be let in under one.",
        cases,
    }
}

fn id(name: &str) -> String {
    format!("centrifugo/configuration/{name}")
}

/// What is named, and what the patterns of this topic match.
const NAME: &str = "https://rooms.example.com";
const PATTERN: &str = r"^https://[a-z]+\.example\.com$";

/// Whose tokens they are, for titles.
const fn whose(place: Place) -> &'static str {
    match place {
        Place::Connections => "",
        Place::Channels => " of subscription tokens",
    }
}

/// A name and a pattern, each of which the token fits.
fn name_and_pattern(of: Bound, place: Place) -> [Case; 2] {
    let (what, whose) = (of.what, whose(place));
    let named = place
        .accepted(&id(&place.name(&format!("{what}-named"))), vec![of.named(NAME), of.says(NAME)])
        .title(format!("an {what}{whose} is configured by its name"))
        .why("One thing is configured, and the token fits it.")
        .requirement(of.of_names)
        .requirement("CF-CONF-1")
        .class("V1");
    let both = named
        .changed(&id(&place.name(&format!("{what}-and-pattern"))), of.matching(PATTERN))
        .reject([Reason::Configuration, of.reason])
        .threat(Threat::Config)
        .title(format!("an {what}{whose} is configured by its name and by a pattern"))
        .why(
            "The two exclude each other. A verifier that picks one of them drops a check that somebody asked \
             for, and does not say which.",
        )
        .requirement("CF-CONF-1")
        .class("G1");
    [named, both]
}

/// Name, a pattern that is none, what is wrong with it.
const NO_PATTERNS: [(&str, &str, &str); 2] = [
    ("unclosed", r"^https://([a-z]+\.example\.com$", "has a group that is never closed"),
    (
        "look-ahead",
        r"^https://(?!evil)[a-z]+\.example\.com$",
        "looks ahead, as patterns of other languages can and those of RE2 cannot",
    ),
];

fn no_pattern(of: Bound, place: Place) -> Vec<Case> {
    let (what, whose) = (of.what, whose(place));
    let matched = place
        .accepted(&id(&place.name(&format!("{what}-matched"))), vec![of.matching(PATTERN), of.says(NAME)])
        .title(format!("a pattern of the {what}{whose} that can be compiled"))
        .why("The pattern is one, and it matches.")
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
                .title(format!("a pattern of the {what}{whose} that {wrong}"))
                .why(
                    "It cannot be compiled, and so nothing matches it. A verifier that goes on without it lets \
                     everybody's tokens in.",
                )
                .requirement("CF-CONF-2")
                .class("G1")
        })
        .collect();
    cases.push(matched);
    cases
}

/// What stands before the path, and what is wrong with it.
const ORIGINS: [(Origin, &str, &str); 3] = [
    (Origin::WithoutScheme, "without-scheme", "has no scheme"),
    (Origin::OtherScheme, "of-another-scheme", "has the scheme ftp"),
    (Origin::Malformed, "malformed", "cannot be parsed"),
];

fn urls() -> Vec<Case> {
    let mut cases = Vec::new();
    for algorithm in [RS256, ES256] {
        let twin = published::twin(algorithm);
        cases.extend(ORIGINS.into_iter().map(|row| url(&twin, &word(algorithm), "", row)));
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
        .title("a key set for subscription tokens alone, whose URL is one")
        .why("Tokens for channels have a key set of their own.")
        .requirement("CF-CONF-3")
        .requirement("CS-KEY-1")
        .class("V1");
    cases.extend(ORIGINS.into_iter().map(|row| url(&of_channels, "channel", whose(Place::Channels), row)));
    cases.push(of_channels);
    let beside = published::twin(RS256)
        .changed(&id("key-set-and-secret"), context(ContextChange::AddKey { key: OF_CONNECTIONS.to_owned() }))
        .accept()
        .title("a secret is configured beside a key set whose URL is one")
        .why("The key set takes the place of configured keys, which are not asked.")
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
            .title("a token by the secret beside a key set, and the URL of the key set cannot be parsed")
            .why(
                "Whoever moves to a key set leaves the secret behind that everybody had. A slip of the pen in the \
                 URL must not bring it back.",
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
        .title(format!("the URL of the key set{whose} {wrong}"))
        .why("There is no such place to fetch a key from, and without a key nobody is let in.")
        .requirement("CF-CONF-3")
        .class("G1")
}
