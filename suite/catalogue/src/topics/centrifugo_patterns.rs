//! Patterns of audiences and issuers, in the syntax of RE2.

use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Edit, Reason, Separate, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, without_claim};
use crate::twins;

/// What a pattern is of.
#[derive(Clone, Copy)]
struct Of {
    name: &'static str,
    claim: &'static str,
    change: fn(&str) -> ContextChange,
    reason: Reason,
    requirement: &'static str,
}

const AUDIENCE: Of = Of {
    name: "audience",
    claim: "aud",
    change: |pattern| ContextChange::AudienceRegex { pattern: Some(pattern.to_owned()) },
    reason: Reason::Audience,
    requirement: "CF-AUD-5",
};
const ISSUER: Of = Of {
    name: "issuer",
    claim: "iss",
    change: |pattern| ContextChange::IssuerRegex { pattern: Some(pattern.to_owned()) },
    reason: Reason::Issuer,
    requirement: "CF-ISS-5",
};

/// The pattern of the twins, and what matches it.
const PATTERN: &str = r"^https://[a-z]+\.example\.com$";
const VALUE: &str = "https://chat.example.com";

pub(super) fn topic() -> Topic {
    let mut cases = Vec::new();
    for of in [AUDIENCE, ISSUER] {
        cases.push(twin(of));
        cases.extend(MATCHES.into_iter().map(|row| matches(of, row)));
        cases.extend(DOES_NOT.into_iter().map(|row| does_not(of, row)));
        cases.extend(LOOSE.into_iter().map(|row| loose(of, row)));
        cases.extend(of_types(of));
        cases.extend(in_channels(of));
    }
    cases.extend(several());
    cases.extend(several_in_channels());
    cases.extend(both());
    cases.extend(both_in_channels());
    Topic {
        path: "centrifugo/patterns",
        about: "Patterns of audiences and issuers: what matches them, and what only seems to.",
        cases,
    }
}

impl Of {
    fn id(self, name: &str) -> String {
        format!("centrifugo/patterns/{}-{name}", self.name)
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn twin(of: Of) -> Case {
    twins::centrifugo()
        .changed_by(&of.id("matches"), vec![context((of.change)(PATTERN)), claim(of.claim, &quoted(VALUE))])
        .accept()
        .title(format!("{} that matches the configured pattern", of.claim))
        .why("A pattern stands for every text that it matches.")
        .requirement(of.requirement)
        .class("C10")
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

fn matches(of: Of, (name, pattern, text): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed_by(&of.id(name), vec![context((of.change)(pattern)), claim(of.claim, &quoted(text))])
        .accept()
        .title(format!("{} {text:?}, which {pattern} matches", of.claim))
        .why("The pattern is written in the syntax of RE2 and matches the whole text.")
        .requirement(of.requirement)
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

fn does_not(of: Of, (name, text): (&str, &str)) -> Case {
    twin(of)
        .changed(&of.id(name), claim(of.claim, &quoted(text)))
        .reject([of.reason])
        .threat(Threat::Holder)
        .title(format!("{} {text:?}, which the pattern does not match", of.claim))
        .why("The pattern has its anchors, its dots and its case for a reason.")
        .requirement(of.requirement)
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

fn loose(of: Of, (name, pattern, text): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed_by(&of.id(name), vec![context((of.change)(pattern)), claim(of.claim, &quoted(text))])
        .either_better_refused(
            "the documentation of Centrifugo says that the pattern is one of Go, where it is searched for; \
             it does not say that a part is enough",
            [of.reason],
        )
        .title(format!("{} {text:?} with the pattern {pattern}, which matches a part of it", of.claim))
        .why("Who writes a pattern without anchors seldom means that anything may stand around it.")
        .requirement(of.requirement)
        .class("C10")
}

fn of_types(of: Of) -> Vec<Case> {
    let absent = twin(of)
        .changed(&of.id("absent"), without_claim(of.claim))
        .reject([of.reason])
        .threat(Threat::Holder)
        .title(format!("no {}, where a pattern is configured", of.claim))
        .why("What is not there matches nothing that asks for a character.")
        .requirement(of.requirement)
        .class("C10");
    let mut cases = vec![absent];
    cases.extend([("number", "1"), ("object", "{}"), ("bool", "true"), ("null", "null")].map(
        |(name, value)| {
            twin(of)
                .changed(&of.id(name), claim(of.claim, value))
                .reject([of.reason, Reason::ClaimType])
                .title(format!("{}: {value}, where a pattern is configured", of.claim))
                .why("A value of another type is no text that could match.")
                .requirement(of.requirement)
                .class("C10")
        },
    ));
    let anything = twins::centrifugo()
        .changed_by(&of.id("anything-at-all"), vec![context((of.change)("^.*$")), claim(of.claim, "\"\"")])
        .accept()
        .title(format!("an empty {}, which ^.*$ matches", of.claim))
        .why("The pattern matches the empty text.")
        .requirement(of.requirement)
        .class("C10");
    cases.push(
        anything
            .changed(&of.id("anything-at-all-absent"), without_claim(of.claim))
            .either_better_refused(
                "the documentation of Centrifugo does not say what is matched where the claim is absent",
                [of.reason],
            )
            .title(format!("no {}, where ^.*$ is configured", of.claim))
            .why("An absent claim is no text, or an empty one.")
            .requirement(of.requirement)
            .class("C10"),
    );
    cases.push(anything);
    cases
}

/// Several audiences.
fn several() -> Vec<Case> {
    let of = AUDIENCE;
    let first = quoted(VALUE);
    vec![
        twin(of)
            .changed(
                &of.id("one-of-several"),
                claim("aud", &format!("[\"other\",{first},\"https://x.example.org\"]")),
            )
            .accept()
            .title("several audiences, of which one matches")
            .why("One of them is who verifies.")
            .requirement("CF-AUD-5")
            .class("C10"),
        twin(of)
            .changed(
                &of.id("none-of-several"),
                claim("aud", "[\"https://chat.example.com.evil\",\"\",\"chat\"]"),
            )
            .reject([Reason::Audience])
            .threat(Threat::Holder)
            .title("several audiences, of which none matches")
            .why("The token is for others.")
            .requirement("CF-AUD-5")
            .class("C10"),
        twin(of)
            .changed(&of.id("together"), claim("aud", "[\"https://chat\",\".example.com\"]"))
            .reject([Reason::Audience])
            .threat(Threat::Holder)
            .title("audiences that match only where they are put together")
            .why("Each of them is a name of its own.")
            .requirement("CF-AUD-5")
            .class("C10"),
    ]
}

/// A pattern of each.
fn both() -> Vec<Case> {
    let both = twins::centrifugo()
        .changed_by(
            "centrifugo/patterns/both-match",
            vec![
                context((AUDIENCE.change)("^chat$")),
                context((ISSUER.change)(PATTERN)),
                claim("aud", "\"chat\""),
                claim("iss", &quoted(VALUE)),
            ],
        )
        .accept()
        .title("a pattern of audiences and one of issuers, both matched")
        .why("Each pattern is matched with its own claim.")
        .requirement("CF-AUD-5")
        .requirement("CF-ISS-5")
        .class("C10");
    let other = |name: &str, edit, reason| {
        both.changed(&format!("centrifugo/patterns/{name}"), edit)
            .reject([reason])
            .threat(Threat::Holder)
            .title("both patterns are configured, and one of them is not matched")
            .why("Both have to match.")
            .requirement("CF-AUD-5")
            .requirement("CF-ISS-5")
            .class("C10")
    };
    let cases = [
        other("both-other-audience", claim("aud", "\"news\""), Reason::Audience),
        other("both-other-issuer", claim("iss", "\"https://chat.example.org\""), Reason::Issuer),
    ];
    [both.clone()].into_iter().chain(cases).collect()
}

/// Subscription tokens are judged by a configuration of their own, which is that of the vector.
fn for_channels(edits: Vec<Edit>) -> Vec<Edit> {
    let connections = Separate {
        keys: vec!["hmac-128-bytes".to_owned()],
        algorithms: vec![Algorithm::HS256],
        audience: None,
        issuer: None,
    };
    let mut all = vec![context(ContextChange::Separate { separate: Some(connections) })];
    all.extend(edits);
    all
}

fn channel_twin(of: Of) -> Case {
    let edits = for_channels(vec![context((of.change)(PATTERN)), claim(of.claim, &quoted(VALUE))]);
    twins::subscription()
        .changed_by(&of.id("channel-matches"), edits)
        .accept()
        .title(format!("a subscription token whose {} matches the configured pattern", of.claim))
        .why("Tokens for channels are matched with the pattern that is configured for them.")
        .requirement(of.requirement)
        .requirement("CS-KEY-1")
        .class("C10")
}

/// The patterns, in tokens for channels.
fn in_channels(of: Of) -> Vec<Case> {
    let twin = channel_twin(of);
    let refused = |name: &str, edit, title: String| {
        twin.changed(&of.id(&format!("channel-{name}")), edit)
            .reject([of.reason])
            .threat(Threat::Holder)
            .title(title)
            .why("Tokens for channels are matched with the pattern as those for connections are.")
            .requirement(of.requirement)
            .class("C10")
    };
    let absent = refused(
        "absent",
        without_claim(of.claim),
        format!("a subscription token without {}, where a pattern is configured", of.claim),
    );
    let mut cases = vec![twin.clone(), absent];
    cases.extend(DOES_NOT.into_iter().map(|(name, text)| {
        let title =
            format!("a subscription token with {} {text:?}, which the pattern does not match", of.claim);
        refused(name, claim(of.claim, &quoted(text)), title)
    }));
    cases.extend(MATCHES.into_iter().map(|(name, pattern, text)| {
        let edits = for_channels(vec![context((of.change)(pattern)), claim(of.claim, &quoted(text))]);
        twins::subscription()
            .changed_by(&of.id(&format!("channel-{name}")), edits)
            .accept()
            .title(format!("a subscription token with {} {text:?}, which {pattern} matches", of.claim))
            .why("The pattern is written in the syntax of RE2 and matches the whole text.")
            .requirement(of.requirement)
            .class("C10")
    }));
    cases
}

/// Several audiences of a token for a channel.
fn several_in_channels() -> Vec<Case> {
    let of = AUDIENCE;
    let first = quoted(VALUE);
    let one = channel_twin(of)
        .changed(
            &of.id("channel-one-of-several"),
            claim("aud", &format!("[\"other\",{first},\"https://x.example.org\"]")),
        )
        .accept()
        .title("several audiences of a subscription token, of which one matches")
        .why("One of them is who verifies.")
        .requirement(of.requirement)
        .class("C10");
    let none = channel_twin(of)
        .changed(
            &of.id("channel-none-of-several"),
            claim("aud", "[\"https://chat.example.com.evil\",\"\",\"chat\"]"),
        )
        .reject([Reason::Audience])
        .threat(Threat::Holder)
        .title("several audiences of a subscription token, of which none matches")
        .why("The token is for others.")
        .requirement(of.requirement)
        .class("C10");
    vec![one, none]
}

/// A pattern of each, in tokens for channels.
fn both_in_channels() -> Vec<Case> {
    let patterns = vec![
        context((AUDIENCE.change)("^chat-(?P<room>[0-9]+)$")),
        context((ISSUER.change)("^https://(?P<tenant>[a-z]+)\\.example\\.com$")),
        claim("aud", "\"chat-17\""),
        claim("iss", &quoted(VALUE)),
    ];
    let both = twins::subscription()
        .changed_by("centrifugo/patterns/channel-both-match", for_channels(patterns))
        .accept()
        .title("patterns of audiences and of issuers, both matched by a subscription token")
        .why("Each pattern is matched with its own claim.")
        .requirement("CF-AUD-5")
        .requirement("CF-ISS-5")
        .class("C10");
    let other = |name: &str, edit, reason| {
        both.changed(&format!("centrifugo/patterns/channel-{name}"), edit)
            .reject([reason])
            .threat(Threat::Holder)
            .title("both patterns are configured for channels, and one of them is not matched")
            .why("Both have to match.")
            .requirement("CF-AUD-5")
            .requirement("CF-ISS-5")
            .class("C10")
    };
    let cases = [
        other("both-other-audience", claim("aud", "\"news-17\""), Reason::Audience),
        other("both-other-issuer", claim("iss", "\"https://chat.example.org\""), Reason::Issuer),
    ];
    [both.clone()].into_iter().chain(cases).collect()
}
