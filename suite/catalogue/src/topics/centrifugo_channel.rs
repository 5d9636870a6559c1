//! The claims of Centrifugo's channel tokens: the user or client, the channel, the expiration, and what the
//! token gives the subscription.
//!
//! Both kinds of tokens share most rules. Cases for both are written once here, and made from the twin of
//! each kind.

mod private;
mod subscription;

pub(super) use private::topic as private_channel;
pub(super) use subscription::topic as subscription;

use std::collections::BTreeMap;

use jotproof_model::edit::ContextChange;
use jotproof_model::{Edit, Effect, Reason, Threat};

use crate::case::Case;
use crate::edits::{claim, context, without_claim};

/// A kind of channel token.
struct Kind {
    path: &'static str,
    twin: fn() -> Case,
    /// The requested channel.
    channel: &'static str,
    /// The prefix of its requirements.
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

/// Makes a different channel from the requested one.
type Of = fn(&str) -> String;

/// Name, the different channel made from the requested one, description.
const OTHER_CHANNELS: [(&str, Of, &str); 10] = [
    ("channel-other", |channel| channel.replace("news", "weather"), "a different name"),
    (
        "channel-longer",
        |channel| format!("{channel}-archive"),
        "a longer name that begins with the requested one",
    ),
    (
        "channel-shorter",
        |channel| channel[..channel.len() - 1].to_owned(),
        "the requested name without its last character",
    ),
    ("channel-upper-case", |channel| channel.replace("news", "NEWS"), "the requested name in upper case"),
    ("channel-trailing-space", |channel| format!("{channel} "), "the requested name followed by a space"),
    ("channel-trailing-nul", |channel| format!("{channel}\\u0000"), "the requested name followed by NUL"),
    (
        "channel-wildcard",
        |channel| channel.replace("news", "*"),
        "a wildcard that matches the requested name",
    ),
    (
        "channel-look-alike",
        |channel| channel.replace('e', "\u{435}"),
        "the requested name with a Cyrillic letter",
    ),
    ("channel-list", |channel| format!("{channel},ns:other"), "a list that contains the requested name"),
    (
        "channel-other-privacy",
        |channel| channel.strip_prefix('$').map_or_else(|| format!("${channel}"), str::to_owned),
        "the requested name with a dollar sign added or removed",
    ),
];

fn other_channel(kind: &Kind, (name, of, what): (&str, Of, &str)) -> Case {
    (kind.twin)()
        .changed(&kind.id(name), claim("channel", &format!("\"{}\"", of(kind.channel))))
        .reject([Reason::Channel])
        .title(format!("channel is {what}"))
        .why(
            "The backend allowed one channel, and the token names it. A server that does not compare the \
             whole name opens channels that the client was not allowed into.",
        )
        .requirement(&kind.requirement("CHAN-1"))
        .class("C14")
        .threat(Threat::Holder)
}

/// Name, value, description.
const CHANNEL_TYPES: [(&str, &str, &str); 5] = [
    ("channel-number", "1", "a number"),
    ("channel-true", "true", "true"),
    ("channel-array", "[\"ns:news\",\"$ns:news\"]", "an array that contains the requested name"),
    ("channel-object", "{\"ns:news\":true,\"$ns:news\":true}", "an object that contains the requested name"),
    ("channel-null", "null", "null"),
];

fn channel_type(kind: &Kind, (name, value, what): (&str, &str, &str)) -> Case {
    (kind.twin)()
        .changed(&kind.id(name), claim("channel", value))
        .reject([Reason::ClaimType, Reason::ClaimMissing, Reason::Channel])
        .title(format!("channel is {what}"))
        .why(
            "A channel name is a string, so this token names no channel. A server that ignores the value \
             accepts the token for every channel.",
        )
        .requirement(&kind.requirement("CHAN-1"))
        .class("C14")
}

fn unknown_namespace(kind: &Kind) -> Case {
    (kind.twin)()
        .changed(
            &kind.id("channel-of-an-unknown-namespace"),
            claim("channel", &format!("\"{}\"", kind.channel.replace("ns:", "nowhere:"))),
        )
        .reject([Reason::Channel, Reason::UnknownChannel])
        .title("channel is a name in an unknown namespace")
        .why(
            "The token is for a different channel. A server that compares only the part after the namespace \
             accepts it for the requested one.",
        )
        .requirement(&kind.requirement("CHAN-1"))
        .class("C14")
        .threat(Threat::Holder)
}

fn data_not_base64(kind: &Kind) -> Case {
    (kind.twin)()
        .changed(&kind.id("b64data-not-base64"), claim("b64data", "\"%%% no base64 %%%\""))
        .either_better_refused(
            "The documentation defines `b64data`, and does not say how to treat any other text. The \
             preference for a rejection is the choice of this project.",
            [Reason::ClaimType],
        )
        .title("b64data is not base64")
        .why("A claim that cannot be decoded makes the token invalid.")
        .requirement("CF-INFO-4")
        .class("C24")
}

fn channel_missing(kind: &Kind) -> [Case; 2] {
    let why = "A token that names no channel is valid for no channel. A server that compares only if the \
               claim is present accepts any other token of the user for every channel.";
    [
        ("channel-absent", without_claim("channel"), "channel missing"),
        ("channel-empty", claim("channel", "\"\""), "channel is an empty string"),
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
    let expired = "The backend let the user in until that time. A server that accepts this lets a user keep \
                   coming back with an old token.";
    let zero = changed("expire-at-zero", vec![claim("expire_at", "0")])
        .accept()
        .title("expire_at is 0")
        .why("If `expire_at` is 0, the subscription does not expire: this is a one-time token.")
        .requirement(&kind.requirement("EXPAT-2"))
        .requirement(&kind.requirement("EXPAT-3"))
        .class("C23");
    let future = changed("expire-at-future", vec![claim("expire_at", "{{now+600}}")])
        .accept()
        .title("expire_at before exp")
        .why("`expire_at` decides when the subscription expires. `exp` applies to the token only.")
        .requirement(&kind.requirement("EXPAT-1"))
        .class("C23");
    vec![
        changed("without-exp", vec![without_claim("exp")])
            .accept()
            .title("exp missing")
            .why("If the token has no `exp`, the subscription does not expire.")
            .requirement(&kind.requirement("EXP-2"))
            .class("V1"),
        changed("exp-past", vec![claim("exp", "{{now-90}}")])
            .reject([Reason::Expired])
            .title("exp 90 seconds ago")
            .why(expired)
            .requirement(&kind.requirement("EXP-1"))
            .class("C5")
            .threat(Threat::Holder),
        changed("exp-long-past", vec![claim("exp", "1")])
            .reject([Reason::Expired])
            .title("exp one second after the epoch")
            .why(expired)
            .requirement(&kind.requirement("EXP-1"))
            .class("C2")
            .threat(Threat::Holder),
        changed("expire-at-after-exp", vec![claim("expire_at", "{{now+86400}}")])
            .accept()
            .title("expire_at after exp")
            .why("A subscription may outlive the token that opened it.")
            .requirement(&kind.requirement("EXPAT-1"))
            .class("C23"),
        changed("expire-at-without-exp", vec![claim("expire_at", "{{now+600}}"), without_claim("exp")])
            .accept()
            .title("expire_at in ten minutes, exp missing")
            .why("`expire_at` does not require `exp`.")
            .requirement(&kind.requirement("EXPAT-1"))
            .class("C23"),
        zero.changed(&kind.id("expire-at-zero-exp-past"), claim("exp", "{{now-60}}"))
            .reject([Reason::Expired])
            .title("expire_at is 0, exp one minute ago")
            .why(
                "The subscription would not expire, but the token has. A server that accepts it lets a \
                 one-time token be used again after its `exp`.",
            )
            .requirement(&kind.requirement("EXPAT-3"))
            .class("C23")
            .threat(Threat::Holder),
        future
            .changed(&kind.id("expire-at-future-exp-past"), claim("exp", "{{now-60}}"))
            .reject([Reason::Expired])
            .title("expire_at in ten minutes, exp one minute ago")
            .why(
                "`exp` must be checked no matter what `expire_at` says. A server that checks only \
                 `expire_at` accepts expired tokens.",
            )
            .requirement(&kind.requirement("EXPAT-1"))
            .class("C23")
            .threat(Threat::Holder),
        changed("expire-at-now", vec![claim("expire_at", "{{now}}")])
            .either(
                "The documentation requires a time in the future, or 0. The current second is neither, and \
                 gives the subscription less than a second.",
                [Reason::ConnectionExpired],
            )
            .title("expire_at is the current second")
            .why(
                "A subscription that expires in the second in which it begins gives nothing, so it may be \
                 rejected or opened.",
            )
            .requirement("CF-EXPAT-3")
            .class("C23")
            .threat(Threat::Holder),
        changed("expire-at-past", vec![claim("expire_at", "{{now-60}}")])
            .either(
                "The documentation requires a time in the future, or 0. A server may reject a time in the \
                 past as expired, or let the subscription expire at once.",
                [Reason::ConnectionExpired],
            )
            .title("expire_at one minute ago")
            .why(
                "The subscription has expired before it begins. A server must not keep it open for longer \
                 than a moment.",
            )
            .requirement("CF-EXPAT-3")
            .class("C23")
            .threat(Threat::Holder),
        changed("exp-beyond-32-bits-of-seconds", vec![claim("exp", "{{now+4294967396}}")])
            .accept()
            .title("exp in 2^32 + 100 seconds")
            .why(
                "The client is told how many seconds are left. A server that truncates this number to 32 \
                 bits lets the subscription expire after 100 seconds, 136 years early.",
            )
            .requirement(&kind.requirement("EXP-2"))
            .class("C3"),
        zero,
        future,
    ]
}

/// Name, value, description.
const INFO: [(&str, &str, &str); 3] = [
    ("info-object", "{\"name\":\"Ada\",\"tags\":[\"a\",1,null]}", "an object"),
    ("info-string", "\"Zo\\u00eb <b>\u{2615}</b> \\\"\\\\\"", "a string with escapes, Unicode and markup"),
    ("info-number", "12.5", "a number"),
];

fn info(kind: &Kind, (name, value, what): (&str, &str, &str)) -> Case {
    (kind.twin)()
        .changed(&kind.id(name), claim("info", value))
        .accept()
        .title(format!("info is {what}"))
        .why(
            "The channel info is the JSON value of the claim. Everyone in the channel sees it, so it must \
             arrive as it was signed.",
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
    let refused = "The documentation defines `b64info`, and does not say how to treat any other text. The \
                   preference for a rejection is the choice of this project.";
    vec![
        changed("b64info", vec![claim("b64info", "\"eyJuYW1lIjoiWm/DqyIsIm1hcmsiOiJ+fj8+In0=\"")])
            .accept()
            .title("b64info is JSON in base64 with +, / and padding")
            .why("`b64info` is decoded, and the result is the channel info.")
            .requirement(&kind.requirement("INFO-2"))
            .class("C24")
            .effect(decoded),
        changed("b64info-not-base64", vec![claim("b64info", "\"%%% no base64 %%%\"")])
            .either_better_refused(refused, [Reason::InfoEncoding])
            .title("b64info is not base64")
            .why("A claim that cannot be decoded makes the token invalid.")
            .requirement("CF-INFO-4")
            .class("C24")
            .effect(|effect| effect.info = None),
        changed(
            "info-and-b64info",
            vec![claim("info", "{\"from\":\"info\"}"), claim("b64info", "\"eyJmcm9tIjoiYjY0aW5mbyJ9\"")],
        )
        .accept()
        .title("info and b64info with different values")
        .why(
            "Both claims are valid, so together they must not make the token invalid. The documentation \
             does not say which one is shown.",
        )
        .requirement(&kind.requirement("INFO-1"))
        .requirement(&kind.requirement("INFO-2"))
        .requirement("CF-INFO-3")
        .class("C24")
        .effect(|effect| effect.info = None),
    ]
}

/// Name, claim, value, the data that arrives with the subscription.
const DATA: [(&str, &str, &str, &str); 3] = [
    ("data-object", "data", "{\"welcome\":\"to news\"}", "{\"welcome\":\"to news\"}"),
    ("data-number", "data", "12.5", "12.5"),
    ("b64data", "b64data", "\"eyJ3ZWxjb21lIjoidG8gbmV3cyJ9\"", "{\"welcome\":\"to news\"}"),
];

fn data(kind: &Kind, (name, member, value, arrives): (&str, &str, &str, &str)) -> Case {
    (kind.twin)()
        .changed(&kind.id(name), claim(member, value))
        .accept()
        .title(format!("{member} is {value}"))
        .why("The data in the token must arrive with the subscription as it was signed.")
        .requirement("RFC7519-4-IGNORE")
        .requirement(&kind.requirement("DATA-1"))
        .class("C24")
        .effect(|effect| {
            effect.subscriptions = Some(BTreeMap::from([(kind.channel.to_owned(), arrives.to_owned())]));
        })
}

fn unchecked(kind: &Kind) -> Vec<Case> {
    let rows = [
        ("jti", claim("jti", "\"0f8fad5b-d9cb-469f-a165-70867728950e\""), "jti present"),
        ("iat-absent", without_claim("iat"), "iat missing"),
        ("aud-unexpected", claim("aud", "\"elsewhere\""), "aud present, no audience configured"),
        (
            "iss-unexpected",
            claim("iss", "\"https://elsewhere.example\""),
            "iss present, no issuer configured",
        ),
        (
            "connection-claims",
            claim("channels", "[\"ns:other\"]"),
            "channels present, a claim of connection tokens",
        ),
        ("unknown-claim", claim("https://example.com/role", "{\"admin\":true}"), "unknown claim present"),
    ];
    rows.into_iter()
        .map(|(name, edit, title)| {
            (kind.twin)()
                .changed(&kind.id(name), edit)
                .accept()
                .title(title)
                .why("The claim changes nothing about who may subscribe to which channel.")
                .requirement("RFC7519-4-IGNORE")
                .class("V1")
        })
        .collect()
}

/// A token with the configured audience and issuer, and its rejected variants.
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
        .title("configured audience and issuer")
        .why("The configured audience and issuer apply to channel tokens as they do to connection tokens.")
        .requirement(&kind.requirement("AUD-1"))
        .requirement(&kind.requirement("ISS-1"))
        .class("C8");
    let refused =
        |name: &str, edit: Edit, reasons: &[Reason], requirement: &str, title: &str, class: &str| {
            good.changed(&kind.id(name), edit)
                .reject(reasons.iter().copied())
                .title(title)
                .why(
                    "The signature is valid, but the token is for another service or from another issuer. A \
                     server that accepts it lets their users into its channels.",
                )
                .requirement(&kind.requirement(requirement))
                .class(class)
                .threat(Threat::Holder)
        };
    let let_in = |name: &str, edit: Edit, unset: ContextChange, requirement: &str, title: &str| {
        good.changed_by(&kind.id(name), vec![edit, context(unset)])
            .accept()
            .title(title)
            .why("If no audience or issuer is configured, the claim is not checked.")
            .requirement(&kind.requirement(requirement))
            .requirement(&format!("CF-{}", requirement.replace('1', "4")))
            .class("V1")
    };
    let audience = [Reason::Audience, Reason::ClaimMissing];
    let issuer = [Reason::Issuer, Reason::ClaimMissing];
    let (other_audience, other_issuer) = (claim("aud", "\"chats\""), claim("iss", "\"backends\""));
    vec![
        refused(
            "audience-other",
            other_audience.clone(),
            &audience[..1],
            "AUD-1",
            "different audience",
            "C8",
        )
        .requirement("CF-AUD-4"),
        let_in(
            "audience-other-and-none-configured",
            other_audience,
            ContextChange::Audience { audience: None },
            "AUD-1",
            "different audience, none configured",
        ),
        refused(
            "audience-absent",
            without_claim("aud"),
            &audience,
            "AUD-1",
            "aud missing, audience configured",
            "C8",
        ),
        refused("issuer-other", other_issuer.clone(), &issuer[..1], "ISS-1", "different issuer", "C9")
            .requirement("CF-ISS-4"),
        let_in(
            "issuer-other-and-none-configured",
            other_issuer,
            ContextChange::Issuer { issuer: None },
            "ISS-1",
            "different issuer, none configured",
        ),
        refused(
            "issuer-absent",
            without_claim("iss"),
            &issuer,
            "ISS-1",
            "iss missing, issuer configured",
            "C9",
        ),
        good,
    ]
}
