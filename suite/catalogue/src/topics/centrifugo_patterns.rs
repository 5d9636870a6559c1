//! Patterns of audiences and issuers, in the syntax of RE2.

use jotproof_model::{Reason, Threat};

use super::Topic;
use crate::bound::{AUDIENCE, Bound, ISSUER, Place};
use crate::case::Case;
use crate::edits::{claim, quoted, without_claim};
use crate::twins;

/// The pattern of the twins, and what matches it.
const PATTERN: &str = r"^https://[a-z]+\.example\.com$";
const VALUE: &str = "https://chat.example.com";

pub(super) fn topic() -> Topic {
    let mut cases = Vec::new();
    for of in [AUDIENCE, ISSUER] {
        for place in [Place::Connections, Place::Channels] {
            cases.push(twin(of, place));
            cases.push(absent(of, place));
            cases.extend(MATCHES.into_iter().map(|row| matches(of, place, row)));
            cases.extend(DOES_NOT.into_iter().map(|row| does_not(of, place, row)));
        }
        cases.extend(LOOSE.into_iter().map(|row| loose(of, row)));
        cases.extend(of_types(of));
    }
    cases.extend(several());
    cases.extend(both());
    Topic {
        path: "centrifugo/patterns",
        about: "Patterns of audiences and issuers: what matches them, and what only seems to.",
        cases,
    }
}

fn id(of: Bound, name: &str) -> String {
    format!("centrifugo/patterns/{}-{name}", of.what)
}

/// A title of a token that is said to be `of` something.
fn title(place: Place, of: String) -> String {
    match place {
        Place::Connections => of,
        Place::Channels => format!("a subscription token with {of}"),
    }
}

/// Why a token is refused.
const fn why(place: Place, of_connections: &'static str) -> &'static str {
    match place {
        Place::Connections => of_connections,
        Place::Channels => "Tokens for channels are matched with the pattern as those for connections are.",
    }
}

fn twin(of: Bound, place: Place) -> Case {
    let edits = vec![of.matching(PATTERN), of.says(VALUE)];
    let case = place.accepted(&id(of, &place.name("matches")), edits).class("C10");
    match place {
        Place::Connections => case
            .title(format!("{} that matches the configured pattern", of.claim))
            .why("A pattern stands for every text that it matches.")
            .requirement(of.of_patterns),
        Place::Channels => case
            .title(format!("a subscription token whose {} matches the configured pattern", of.claim))
            .why("Tokens for channels are matched with the pattern that is configured for them.")
            .requirement(of.of_patterns)
            .requirement("CS-KEY-1"),
    }
}

/// Name, pattern, a text that matches.
const MATCHES: [(&str, &str, &str); 9] = [
    ("another-value", PATTERN, "https://x.example.com"),
    ("literal", "^chat$", "chat"),
    ("alternation", "^(?:chat|news)$", "news"),
    ("any-case", "(?i)^CHAT$", "chat"),
    ("named-group", "^chat-(?P<room>[0-9]+)$", "chat-17"),
    ("empty-group", "^chat(?:-[0-9]+)?$", "chat"),
    ("beyond-ascii", "^\u{438}\u{433}\u{440}\u{430}-.$", "\u{438}\u{433}\u{440}\u{430}-\u{e9}"),
    ("counted", "^[a-f0-9]{8}$", "00ff00ff"),
    ("anything", "^.+$", "what ever"),
];

fn matches(of: Bound, place: Place, (name, pattern, text): (&str, &str, &str)) -> Case {
    let edits = vec![of.matching(pattern), of.says(text)];
    place
        .accepted(&id(of, &place.name(name)), edits)
        .title(title(place, format!("{} {text:?}, which {pattern} matches", of.claim)))
        .why("The pattern is written in the syntax of RE2 and matches the whole text.")
        .requirement(of.of_patterns)
        .class("C10")
}

/// Name, a text that the pattern of the twin does not match.
const DOES_NOT: [(&str, &str); 10] = [
    ("other-host", "https://chat.example.org"),
    ("in-capitals", "https://CHAT.example.com"),
    ("something-before", "https://evil.example/https://chat.example.com"),
    ("something-behind", "https://chat.example.com.evil.example"),
    ("line-end-behind", "https://chat.example.com\n"),
    ("second-line", "https://evil.example\nhttps://chat.example.com"),
    ("first-line", "https://chat.example.com\nhttps://evil.example"),
    ("dot-any-character", "https://chatXexampleXcom"),
    ("nothing-for-the-class", "https://.example.com"),
    ("empty", ""),
];

fn does_not(of: Bound, place: Place, (name, text): (&str, &str)) -> Case {
    twin(of, place)
        .changed(&id(of, &place.name(name)), of.says(text))
        .reject([of.reason])
        .threat(Threat::Holder)
        .title(title(place, format!("{} {text:?}, which the pattern does not match", of.claim)))
        .why(why(place, "The pattern has its anchors, its dots and its case for a reason."))
        .requirement(of.of_patterns)
        .class("C10")
}

fn absent(of: Bound, place: Place) -> Case {
    let title = match place {
        Place::Connections => format!("no {}, where a pattern is configured", of.claim),
        Place::Channels => {
            format!("a subscription token without {}, where a pattern is configured", of.claim)
        }
    };
    twin(of, place)
        .changed(&id(of, &place.name("absent")), without_claim(of.claim))
        .reject([of.reason, Reason::ClaimMissing])
        .threat(Threat::Holder)
        .title(title)
        .why(why(place, "What is not there matches nothing that asks for a character."))
        .requirement(of.of_patterns)
        .class("C10")
}

/// Name, pattern without one of its anchors, a text that has more than the pattern says.
const LOOSE: [(&str, &str, &str); 5] = [
    ("unanchored", "chat", "xchatx"),
    ("unanchored-behind", "^chat", "chat.evil.example"),
    ("unanchored-before", "chat$", "evil.example/chat"),
    ("anchors-in-alternatives", "^chat|news$", "chat.evil.example"),
    ("unanchored-class", "[a-z]+", "1a1"),
];

fn loose(of: Bound, (name, pattern, text): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed_by(&id(of, name), vec![of.matching(pattern), of.says(text)])
        .either(
            "The documentation says that the pattern is a regular expression of Go, and not whether it is searched \
             for or has to match the whole text.",
            [of.reason],
        )
        .title(format!("{} {text:?} with the pattern {pattern}, which matches a part of it", of.claim))
        .why("Who writes a pattern without anchors seldom means that anything may stand around it.")
        .requirement(of.of_patterns)
        .class("C10")
}

fn of_types(of: Bound) -> Vec<Case> {
    let types = [("number", "1"), ("object", "{}"), ("bool", "true"), ("null", "null")];
    let mut cases = types
        .map(|(name, value)| {
            twin(of, Place::Connections)
                .changed(&id(of, name), claim(of.claim, value))
                .reject([of.reason, Reason::ClaimType])
                .title(format!("{}: {value}, where a pattern is configured", of.claim))
                .why("A value of another type is no text that could match.")
                .requirement(of.of_patterns)
                .class("C10")
        })
        .to_vec();
    let anything = twins::centrifugo()
        .changed_by(&id(of, "anything-at-all"), vec![of.matching("^.*$"), claim(of.claim, "\"\"")])
        .accept()
        .title(format!("an empty {}, which ^.*$ matches", of.claim))
        .why("The pattern matches the empty text.")
        .requirement(of.of_patterns)
        .class("C10");
    cases.push(
        anything
            .changed(&id(of, "absent-where-anything-matches"), without_claim(of.claim))
            .reject([of.reason, Reason::ClaimMissing])
            .threat(Threat::Holder)
            .title(format!("no {}, where ^.*$ is configured", of.claim))
            .why(
                "The pattern is matched with a claim, and there is none. A verifier that takes an absent claim \
                 for an empty text lets in tokens that are bound to nobody.",
            )
            .requirement(of.of_patterns)
            .class("C10"),
    );
    cases.push(anything);
    cases
}

/// Several audiences.
fn several() -> Vec<Case> {
    let of = AUDIENCE;
    let first = quoted(VALUE);
    let one = |place: Place, whose: &str| {
        twin(of, place)
            .changed(
                &id(of, &place.name("one-of-several")),
                claim("aud", &format!("[\"other\",{first},\"https://x.example.org\"]")),
            )
            .accept()
            .title(format!("several audiences{whose}, of which one matches"))
            .why("One of them is who verifies.")
            .requirement(of.of_patterns)
            .class("C10")
    };
    let refused = |place: Place, name: &str, audiences: &str| {
        twin(of, place)
            .changed(&id(of, &place.name(name)), claim("aud", audiences))
            .reject([Reason::Audience])
            .threat(Threat::Holder)
            .requirement(of.of_patterns)
            .class("C10")
    };
    let none = |place: Place, whose: &str| {
        refused(place, "none-of-several", "[\"https://chat.example.com.evil\",\"\",\"chat\"]")
            .title(format!("several audiences{whose}, of which none matches"))
            .why("The token is for others.")
    };
    let of_channels = " of a subscription token";
    vec![
        one(Place::Connections, ""),
        none(Place::Connections, ""),
        refused(Place::Connections, "together", "[\"https://chat\",\".example.com\"]")
            .title("audiences that match only where they are put together")
            .why("Each of them is a name of its own."),
        one(Place::Channels, of_channels),
        none(Place::Channels, of_channels),
    ]
}

/// A pattern of each.
fn both() -> Vec<Case> {
    let mut cases = both_in(
        Place::Connections,
        [("^chat$", "chat", "news"), (PATTERN, VALUE, "https://chat.example.org")],
        "a pattern of audiences and one of issuers, both matched",
        "both patterns are configured, and one of them is not matched",
    );
    cases.extend(both_in(
        Place::Channels,
        [
            ("^chat-(?P<room>[0-9]+)$", "chat-17", "news-17"),
            ("^https://(?P<tenant>[a-z]+)\\.example\\.com$", VALUE, "https://chat.example.org"),
        ],
        "patterns of audiences and of issuers, both matched by a subscription token",
        "both patterns are configured for channels, and one of them is not matched",
    ));
    cases
}

/// A pattern of audiences and one of issuers: each with what matches it and what does not.
fn both_in(place: Place, patterns: [(&str, &str, &str); 2], matched: &str, not_matched: &str) -> Vec<Case> {
    let [(audience, aud, other_aud), (issuer, iss, other_iss)] = patterns;
    let id = |name: &str| format!("centrifugo/patterns/{}", place.name(name));
    let edits =
        vec![AUDIENCE.matching(audience), ISSUER.matching(issuer), AUDIENCE.says(aud), ISSUER.says(iss)];
    let both = place
        .accepted(&id("both-match"), edits)
        .title(matched)
        .why("Each pattern is matched with its own claim.")
        .requirement("CF-AUD-5")
        .requirement("CF-ISS-5")
        .class("C10");
    let other = |name: &str, edit, reason| {
        both.changed(&id(name), edit)
            .reject([reason])
            .threat(Threat::Holder)
            .title(not_matched)
            .why("Both have to match.")
            .requirement("CF-AUD-5")
            .requirement("CF-ISS-5")
            .class("C10")
    };
    let cases = [
        other("both-other-audience", AUDIENCE.says(other_aud), Reason::Audience),
        other("both-other-issuer", ISSUER.says(other_iss), Reason::Issuer),
    ];
    [both.clone()].into_iter().chain(cases).collect()
}
