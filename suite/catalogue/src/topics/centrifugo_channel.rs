//! The claims of Centrifugo's tokens for a channel: whose they are, for which channel, until when, and
//! what they give it.
//!
//! Tokens of both kinds share most rules; what a case says of both is written once here, and made from the
//! twin of each.

mod private;
mod subscription;

pub(super) use private::topic as private_channel;
pub(super) use subscription::topic as subscription;

use std::collections::BTreeMap;

use jotproof_model::edit::ContextChange;
use jotproof_model::{Edit, Effect, Reason, Threat};

use crate::case::Case;
use crate::edits::{claim, context, without_claim};

/// A kind of token for a channel.
struct Kind {
    path: &'static str,
    twin: fn() -> Case,
    /// The channel that is asked for.
    channel: &'static str,
    /// How its requirements begin.
    requirements: &'static str,
}

impl Kind {
    fn id(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    fn requirement(&self, name: &str) -> String {
        format!("{}-{name}", self.requirements)
    }
}

fn of_both(kind: &Kind) -> Vec<Case> {
    let mut cases = vec![(kind.twin)()];
    cases.extend(OTHER_CHANNELS.into_iter().map(|row| other_channel(kind, row)));
    cases.extend(CHANNEL_TYPES.into_iter().map(|row| channel_type(kind, row)));
    cases.extend(channel_missing(kind));
    cases.push(unknown_namespace(kind));
    cases.push(data_not_base64(kind));
    cases.extend(times(kind));
    cases.extend(INFO.into_iter().map(|row| info(kind, row)));
    cases.extend(b64info(kind));
    cases.extend(DATA.into_iter().map(|row| data(kind, row)));
    cases.extend(unchecked(kind));
    cases.extend(bound(kind));
    cases
}

/// Makes another channel of one.
type Of = fn(&str) -> String;

/// Name, the other channel made from the one that is asked for, what it is.
const OTHER_CHANNELS: [(&str, Of, &str); 10] = [
    ("channel-other", |channel| channel.replace("news", "weather"), "that is another one"),
    ("channel-longer", |channel| format!("{channel}-archive"), "that begins like the one asked for"),
    ("channel-shorter", |channel| channel[..channel.len() - 1].to_owned(), "that is its beginning"),
    ("channel-upper-case", |channel| channel.replace("news", "NEWS"), "in upper case"),
    ("channel-trailing-space", |channel| format!("{channel} "), "with a space after it"),
    ("channel-trailing-nul", |channel| format!("{channel}\\u0000"), "with a NUL after it"),
    ("channel-wildcard", |channel| channel.replace("news", "*"), "that is a pattern which matches it"),
    ("channel-look-alike", |channel| channel.replace('e', "\u{435}"), "with a Cyrillic letter in it"),
    ("channel-list", |channel| format!("{channel},ns:other"), "that is a list with it"),
    (
        "channel-other-privacy",
        |channel| channel.strip_prefix('$').map_or_else(|| format!("${channel}"), str::to_owned),
        "that differs by the dollar sign at its beginning",
    ),
];

fn other_channel(kind: &Kind, (name, of, what): (&str, Of, &str)) -> Case {
    (kind.twin)()
        .changed(&kind.id(name), claim("channel", &format!("\"{}\"", of(kind.channel))))
        .reject([Reason::Channel])
        .title(format!("a token for a channel {what}"))
        .why(
            "The backend decided about one channel, and the token says which. A server that compares less \
             than the whole name opens channels that nobody was let into.",
        )
        .requirement(&kind.requirement("CHAN-1"))
        .class("C14")
        .threat(Threat::Holder)
}

/// Name, value, what it is.
const CHANNEL_TYPES: [(&str, &str, &str); 5] = [
    ("channel-number", "1", "a number"),
    ("channel-true", "true", "true"),
    ("channel-array", "[\"ns:news\",\"$ns:news\"]", "an array with its name"),
    ("channel-object", "{\"ns:news\":true,\"$ns:news\":true}", "an object with its name"),
    ("channel-null", "null", "null"),
];

fn channel_type(kind: &Kind, (name, value, what): (&str, &str, &str)) -> Case {
    (kind.twin)()
        .changed(&kind.id(name), claim("channel", value))
        .reject([Reason::ClaimType, Reason::ClaimMissing, Reason::Channel])
        .title(format!("channel is {what}"))
        .why(
            "The name of a channel is a string. What is not one names no channel; a server that goes on \
             without it takes the token for one of every channel.",
        )
        .requirement(&kind.requirement("CHAN-1"))
        .class("C14")
}

fn unknown_namespace(kind: &Kind) -> Case {
    (kind.twin)()
        .changed(&kind.id("channel-of-an-unknown-namespace"), claim("channel", &format!("\"{}\"", kind.channel.replace("ns:", "nowhere:"))))
        .reject([Reason::Channel, Reason::UnknownChannel])
        .title("a token for a channel of a namespace that there is not")
        .why("The token is for another channel, whatever its namespace; nothing of it is the same but its end.")
        .requirement(&kind.requirement("CHAN-1"))
        .class("C14")
        .threat(Threat::Holder)
}

fn data_not_base64(kind: &Kind) -> Case {
    (kind.twin)()
        .changed(&kind.id("b64data-not-base64"), claim("b64data", "\"%%% no base64 %%%\""))
        .either_better_refused(
            "The documentation says what `b64data` is, and not what becomes of another text. To prefer a refusal is the choice of this project.",
            [Reason::ClaimType],
        )
        .title("b64data that is not base64")
        .why("A claim that cannot be decoded makes the token invalid.")
        .requirement("CF-INFO-4")
        .class("C24")
}

fn channel_missing(kind: &Kind) -> [Case; 2] {
    let why = "A token that names no channel is good for none. A server that compares only where there is \
               something to compare takes any other token of the user for one of every channel.";
    [
        ("channel-absent", without_claim("channel"), "no channel"),
        ("channel-empty", claim("channel", "\"\""), "an empty channel"),
    ]
    .map(|(name, edit, title)| {
        (kind.twin)()
            .changed(&kind.id(name), edit)
            .reject([Reason::ClaimMissing, Reason::Channel])
            .title(title)
            .why(why)
            .requirement(&kind.requirement("CHAN-1"))
            .class("C14")
            .threat(Threat::Holder)
    })
}

fn times(kind: &Kind) -> Vec<Case> {
    let changed = |name: &str, edits: Vec<Edit>| (kind.twin)().changed_by(&kind.id(name), edits);
    let expired = "The backend let the user in until then. Whoever keeps the token must not come back \
                   with it.";
    let zero = changed("expire-at-zero", vec![claim("expire_at", "0")])
        .accept()
        .title("expire_at = 0")
        .why("With `expire_at` 0 the subscription does not expire: a one-time token.")
        .requirement(&kind.requirement("EXPAT-2"))
        .requirement(&kind.requirement("EXPAT-3"))
        .class("C23");
    let future = changed("expire-at-future", vec![claim("expire_at", "{{now+600}}")])
        .accept()
        .title("expire_at before exp")
        .why("`expire_at` says when the subscription expires; `exp` is for the token alone.")
        .requirement(&kind.requirement("EXPAT-1"))
        .class("C23");
    vec![
        changed("without-exp", vec![without_claim("exp")])
            .accept()
            .title("no exp")
            .why("A subscription whose token has no `exp` does not expire.")
            .requirement(&kind.requirement("EXP-2"))
            .class("V1"),
        changed("exp-past", vec![claim("exp", "{{now-90}}")])
            .reject([Reason::Expired])
            .title("exp a minute and a half ago")
            .why(expired)
            .requirement(&kind.requirement("EXP-1"))
            .class("C5")
            .threat(Threat::Holder),
        changed("exp-long-past", vec![claim("exp", "1")])
            .reject([Reason::Expired])
            .title("exp in the first second of 1970")
            .why(expired)
            .requirement(&kind.requirement("EXP-1"))
            .class("C2")
            .threat(Threat::Holder),
        changed("expire-at-after-exp", vec![claim("expire_at", "{{now+86400}}")])
            .accept()
            .title("expire_at after exp")
            .why("A subscription may live longer than the token that opened it.")
            .requirement(&kind.requirement("EXPAT-1"))
            .class("C23"),
        changed("expire-at-without-exp", vec![claim("expire_at", "{{now+600}}"), without_claim("exp")])
            .accept()
            .title("expire_at and no exp")
            .why("`expire_at` needs no `exp` beside it.")
            .requirement(&kind.requirement("EXPAT-1"))
            .class("C23"),
        zero.changed(&kind.id("expire-at-zero-exp-past"), claim("exp", "{{now-60}}"))
            .reject([Reason::Expired])
            .title("expire_at = 0 and an exp in the past")
            .why(
                "The subscription would not expire, and the token has: a one-time token must not be used a \
                 second time, after its `exp`.",
            )
            .requirement(&kind.requirement("EXPAT-3"))
            .class("C23")
            .threat(Threat::Holder),
        future
            .changed(&kind.id("expire-at-future-exp-past"), claim("exp", "{{now-60}}"))
            .reject([Reason::Expired])
            .title("an expire_at in the future and an exp in the past")
            .why("`exp` is checked whatever `expire_at` says.")
            .requirement(&kind.requirement("EXPAT-1"))
            .class("C23")
            .threat(Threat::Holder),
        changed("expire-at-now", vec![claim("expire_at", "{{now}}")])
            .either(
                "The documentation asks for a time in the future, or 0; now is neither, and gives less than \
                 a second.",
                [Reason::ConnectionExpired],
            )
            .title("expire_at now")
            .why("A subscription that expires in the second in which it begins gives nothing.")
            .requirement("CF-EXPAT-3")
            .class("C23")
            .threat(Threat::Holder),
        changed("expire-at-past", vec![claim("expire_at", "{{now-60}}")])
            .either(
                "The documentation asks for a time in the future, or 0; one in the past is refused as \
                 expired, or the subscription expires at once.",
                [Reason::ConnectionExpired],
            )
            .title("expire_at a minute ago")
            .why("A subscription that has expired before it began gives nothing, or less than a second.")
            .requirement("CF-EXPAT-3")
            .class("C23")
            .threat(Threat::Holder),
        changed("exp-beyond-32-bits-of-seconds", vec![claim("exp", "{{now+4294967396}}")])
            .accept()
            .title("an exp 2^32 and 100 seconds from now")
            .why(
                "The client is told how many seconds are left. Where that number is cut to 32 bits, the \
                 subscription expires 136 years early, in a hundred seconds.",
            )
            .requirement(&kind.requirement("EXP-2"))
            .class("C3"),
        zero,
        future,
    ]
}

/// Name, value, what it is.
const INFO: [(&str, &str, &str); 3] = [
    ("info-object", "{\"name\":\"Ada\",\"tags\":[\"a\",1,null]}", "an object"),
    ("info-string", "\"Zo\\u00eb <b>\u{2615}</b> \\\"\\\\\"", "a string with escapes, Unicode and markup"),
    ("info-number", "12.5", "a number"),
];

fn info(kind: &Kind, (name, value, what): (&str, &str, &str)) -> Case {
    (kind.twin)()
        .changed(&kind.id(name), claim("info", value))
        .accept()
        .title(format!("info that is {what}"))
        .why(
            "The channel info is the JSON value that the token holds: everybody in the channel sees it, so \
             it must arrive as it was signed.",
        )
        .requirement(&kind.requirement("INFO-1"))
        .class("C24")
        .effect(|effect| effect.info = Some(value.to_owned()))
}

fn b64info(kind: &Kind) -> Vec<Case> {
    let changed = |name: &str, edits: Vec<Edit>| (kind.twin)().changed_by(&kind.id(name), edits);
    let decoded = |effect: &mut Effect| {
        effect.info = Some("{\"name\":\"Zo\u{eb}\",\"mark\":\"~~?>\"}".to_owned());
    };
    let refused = "The documentation says what `b64info` is, and not what becomes of another text. To prefer a refusal is the choice of this project.";
    vec![
        changed("b64info", vec![claim("b64info", "\"eyJuYW1lIjoiWm/DqyIsIm1hcmsiOiJ+fj8+In0=\"")])
            .accept()
            .title("b64info: the base64 of JSON, with +, / and padding")
            .why("`b64info` is decoded, and what it holds is shown as the channel info.")
            .requirement(&kind.requirement("INFO-2"))
            .class("C24")
            .effect(decoded),
        changed("b64info-not-base64", vec![claim("b64info", "\"%%% no base64 %%%\"")])
            .either_better_refused(refused, [Reason::InfoEncoding])
            .title("b64info that is not base64")
            .why("A claim that cannot be decoded makes the token invalid.")
            .requirement("CF-INFO-4")
            .class("C24")
            .effect(|effect| effect.info = None),
        changed(
            "info-and-b64info",
            vec![claim("info", "{\"from\":\"info\"}"), claim("b64info", "\"eyJmcm9tIjoiYjY0aW5mbyJ9\"")],
        )
        .accept()
        .title("info and b64info")
        .why("Both are good claims, and together they refuse nothing; which of them is shown is left open.")
        .requirement(&kind.requirement("INFO-1"))
        .requirement(&kind.requirement("INFO-2"))
        .requirement("CF-INFO-3")
        .class("C24")
        .effect(|effect| effect.info = None),
    ]
}

/// Name, claim, value, what arrives with the subscription.
const DATA: [(&str, &str, &str, &str); 3] = [
    ("data-object", "data", "{\"welcome\":\"to news\"}", "{\"welcome\":\"to news\"}"),
    ("data-number", "data", "12.5", "12.5"),
    ("b64data", "b64data", "\"eyJ3ZWxjb21lIjoidG8gbmV3cyJ9\"", "{\"welcome\":\"to news\"}"),
];

fn data(kind: &Kind, (name, member, value, arrives): (&str, &str, &str, &str)) -> Case {
    (kind.twin)()
        .changed(&kind.id(name), claim(member, value))
        .accept()
        .title(format!("{member}: {value}"))
        .why("What the token holds for the subscriber arrives with the subscription, as it was signed.")
        .requirement("RFC7519-4-IGNORE")
        .requirement(&kind.requirement("DATA-1"))
        .class("C24")
        .effect(|effect| {
            effect.subscriptions = Some(BTreeMap::from([(kind.channel.to_owned(), arrives.to_owned())]));
        })
}

fn unchecked(kind: &Kind) -> Vec<Case> {
    let rows = [
        ("jti", claim("jti", "\"0f8fad5b-d9cb-469f-a165-70867728950e\""), "a jti"),
        ("iat-absent", without_claim("iat"), "no iat"),
        ("aud-unexpected", claim("aud", "\"elsewhere\""), "an audience, where none is configured"),
        (
            "iss-unexpected",
            claim("iss", "\"https://elsewhere.example\""),
            "an issuer, where none is configured",
        ),
        ("connection-claims", claim("channels", "[\"ns:other\"]"), "a claim of connection tokens"),
        ("unknown-claim", claim("https://example.com/role", "{\"admin\":true}"), "a claim that nobody knows"),
    ];
    rows.into_iter()
        .map(|(name, edit, title)| {
            (kind.twin)()
                .changed(&kind.id(name), edit)
                .accept()
                .title(title)
                .why("It changes nothing about who may subscribe to what.")
                .requirement("RFC7519-4-IGNORE")
                .class("V1")
        })
        .collect()
}

/// A token with an audience and an issuer, both configured, and what is refused then.
fn bound(kind: &Kind) -> Vec<Case> {
    let good = (kind.twin)()
        .changed_by(
            &kind.id("audience-and-issuer"),
            vec![
                context(ContextChange::Audience { audience: Some("chat".to_owned()) }),
                context(ContextChange::Issuer { issuer: Some("backend".to_owned()) }),
                claim("aud", "\"chat\""),
                claim("iss", "\"backend\""),
            ],
        )
        .accept()
        .title("the configured audience and issuer")
        .why("A configured audience and issuer bind the tokens for channels as they bind the others.")
        .requirement(&kind.requirement("AUD-1"))
        .requirement(&kind.requirement("ISS-1"))
        .class("C8");
    let refused =
        |name: &str, edit: Edit, reasons: &[Reason], requirement: &str, title: &str, class: &str| {
            good.changed(&kind.id(name), edit)
            .reject(reasons.iter().copied())
            .title(title)
            .why(
                "A token of another service, or from another backend, must open no channel here, although \
                 the signature is good.",
            )
            .requirement(&kind.requirement(requirement))
            .class(class)
            .threat(Threat::Holder)
        };
    let let_in = |name: &str, edit: Edit, unset: ContextChange, requirement: &str, title: &str| {
        good.changed_by(&kind.id(name), vec![edit, context(unset)])
            .accept()
            .title(title)
            .why("What is not configured is not checked.")
            .requirement(&kind.requirement(requirement))
            .requirement(&format!("CF-{}", requirement.replace('1', "4")))
            .class("V1")
    };
    let audience = [Reason::Audience, Reason::ClaimMissing];
    let issuer = [Reason::Issuer, Reason::ClaimMissing];
    let (other_audience, other_issuer) = (claim("aud", "\"chats\""), claim("iss", "\"backends\""));
    vec![
        refused("audience-other", other_audience.clone(), &audience[..1], "AUD-1", "another audience", "C8")
            .requirement("CF-AUD-4"),
        let_in(
            "audience-other-and-none-configured",
            other_audience,
            ContextChange::Audience { audience: None },
            "AUD-1",
            "another audience, and none is configured",
        ),
        refused("audience-absent", without_claim("aud"), &audience, "AUD-1", "no audience", "C8"),
        refused("issuer-other", other_issuer.clone(), &issuer[..1], "ISS-1", "another issuer", "C9")
            .requirement("CF-ISS-4"),
        let_in(
            "issuer-other-and-none-configured",
            other_issuer,
            ContextChange::Issuer { issuer: None },
            "ISS-1",
            "another issuer, and none is configured",
        ),
        refused("issuer-absent", without_claim("iss"), &issuer, "ISS-1", "no issuer", "C9"),
        good,
    ]
}
