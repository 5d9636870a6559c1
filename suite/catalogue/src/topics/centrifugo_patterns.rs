//! Regexes for audiences and issuers, in the syntax of RE2.

use jotproof_model::{Reason, Threat};

use super::Topic;
use crate::bound::{AUDIENCE, Bound, ISSUER, Place};
use crate::case::Case;
use crate::edits::{claim, quoted, without_claim};
use crate::twins;

/// The regex of the twins, and a text that it matches.
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
        about: "Regexes for audiences and issuers: what matches them, and what only seems to.",
        cases,
    }
}

fn id(of: Bound, name: &str) -> String {
    format!("centrifugo/patterns/{}-{name}", of.what)
}

/// A title for `of`, with the kind of token.
fn title(place: Place, of: String) -> String {
    match place {
        Place::Connections => of,
        Place::Channels => format!("subscription token, {of}"),
    }
}

/// The reason for a rejection.
const fn why(place: Place, of_connections: &'static str) -> &'static str {
    match place {
        Place::Connections => of_connections,
        Place::Channels => {
            "The regex applies to subscription tokens as it does to connection tokens. A server that skips \
             the check accepts subscription tokens that it should not trust."
        }
    }
}

fn twin(of: Bound, place: Place) -> Case {
    let edits = vec![of.matching(PATTERN), of.says(VALUE)];
    let case = place.accepted(&id(of, &place.name("matches")), edits).class("C10");
    match place {
        Place::Connections => case
            .title(format!("{} that matches the configured regex", of.claim))
            .why("A regex stands for every text that it matches.")
            .requirement(of.of_patterns),
        Place::Channels => case
            .title(format!("subscription token, {} that matches the configured regex", of.claim))
            .why("Subscription tokens are matched with the regex that is configured for them.")
            .requirement(of.of_patterns)
            .requirement("CS-KEY-1"),
    }
}

/// Name, regex, a matching text.
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
        .title(title(place, format!("{} {text:?} that matches {pattern}", of.claim)))
        .why("The regex is written in the syntax of RE2 and matches the whole text.")
        .requirement(of.of_patterns)
        .class("C10")
}

/// Name, a text that the regex of the twin does not match.
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
        .title(title(place, format!("{} {text:?} that does not match the configured regex", of.claim)))
        .why(why(
            place,
            "The anchors, the escaped dots and the case of the regex all count. A verifier that ignores one \
             of them accepts names that its operator excluded.",
        ))
        .requirement(of.of_patterns)
        .class("C10")
}

fn absent(of: Bound, place: Place) -> Case {
    let title = match place {
        Place::Connections => format!("{} missing, regex configured", of.claim),
        Place::Channels => {
            format!("subscription token, {} missing, regex configured", of.claim)
        }
    };
    twin(of, place)
        .changed(&id(of, &place.name("absent")), without_claim(of.claim))
        .reject([of.reason, Reason::ClaimMissing])
        .threat(Threat::Holder)
        .title(title)
        .why(why(
            place,
            "A missing claim does not match a regex that requires a character. A verifier that checks only \
             present claims lets an attacker omit the claim.",
        ))
        .requirement(of.of_patterns)
        .class("C10")
}

/// Name, a regex without one of its anchors, a text that is longer than the match.
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
            "The documentation says that the option is a regex of Go. It does not say whether the regex must \
             match the whole text.",
            [of.reason],
        )
        .title(format!("{} {text:?} with the regex {pattern}, which matches a part of it", of.claim))
        .why(
            "An operator who writes a regex without anchors rarely means that any text may stand around the \
             match.",
        )
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
                .title(format!("{} is {value}, regex configured", of.claim))
                .why("A value that is not a string is not a text that could match.")
                .requirement(of.of_patterns)
                .class("C10")
        })
        .to_vec();
    let anything = twins::centrifugo()
        .changed_by(&id(of, "anything-at-all"), vec![of.matching("^.*$"), claim(of.claim, "\"\"")])
        .accept()
        .title(format!("empty {}, regex ^.*$ configured", of.claim))
        .why("The regex matches the empty text.")
        .requirement(of.of_patterns)
        .class("C10");
    cases.push(
        anything
            .changed(&id(of, "absent-where-anything-matches"), without_claim(of.claim))
            .reject([of.reason, Reason::ClaimMissing])
            .threat(Threat::Holder)
            .title(format!("{} missing, regex ^.*$ configured", of.claim))
            .why(
                "The regex is matched with a claim, and this token has no such claim. A verifier that \
                 treats a missing claim as an empty text accepts tokens that are not bound to anyone.",
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
            .title(format!("array of audiences{whose}, one of them matches"))
            .why("The verifier needs to be only one of the audiences.")
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
            .title(format!("array of audiences{whose}, none of them matches"))
            .why(
                "The token is for other services. A verifier that accepts it lets those services use their \
                 users' tokens here.",
            )
    };
    let of_channels = " of a subscription token";
    vec![
        one(Place::Connections, ""),
        none(Place::Connections, ""),
        refused(Place::Connections, "together", "[\"https://chat\",\".example.com\"]")
            .title("array of audiences that match only if joined")
            .why(
                "Each audience is a separate name. A verifier that joins them before matching accepts a \
                 token for other services.",
            ),
        one(Place::Channels, of_channels),
        none(Place::Channels, of_channels),
    ]
}

/// A regex for each of the two claims.
fn both() -> Vec<Case> {
    let mut cases = both_in(
        Place::Connections,
        [("^chat$", "chat", "news"), (PATTERN, VALUE, "https://chat.example.org")],
        "audience and issuer regexes, both matched",
        "audience and issuer regexes",
    );
    cases.extend(both_in(
        Place::Channels,
        [
            ("^chat-(?P<room>[0-9]+)$", "chat-17", "news-17"),
            ("^https://(?P<tenant>[a-z]+)\\.example\\.com$", VALUE, "https://chat.example.org"),
        ],
        "subscription token, audience and issuer regexes, both matched",
        "subscription token, audience and issuer regexes",
    ));
    cases
}

/// A regex for audiences and a regex for issuers, each with a text that matches and one that does not.
fn both_in(place: Place, patterns: [(&str, &str, &str); 2], matched: &str, not_matched: &str) -> Vec<Case> {
    let [(audience, aud, other_aud), (issuer, iss, other_iss)] = patterns;
    let id = |name: &str| format!("centrifugo/patterns/{}", place.name(name));
    let edits =
        vec![AUDIENCE.matching(audience), ISSUER.matching(issuer), AUDIENCE.says(aud), ISSUER.says(iss)];
    let both = place
        .accepted(&id("both-match"), edits)
        .title(matched)
        .why("Each regex is matched with its own claim.")
        .requirement("CF-AUD-5")
        .requirement("CF-ISS-5")
        .class("C10");
    let other = |name: &str, edit, reason| {
        both.changed(&id(name), edit)
            .reject([reason])
            .threat(Threat::Holder)
            .title(format!(
                "{not_matched}, {} not matched",
                if reason == Reason::Audience { "aud" } else { "iss" }
            ))
            .why(
                "Both regexes must match. A verifier that is satisfied with one of them drops a check that \
                 its operator configured.",
            )
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
