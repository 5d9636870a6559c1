//! The documented claims of a Centrifugo connection token, one at a time, each with its effect.
//!
//! Types and times have their own topics: `centrifugo/claim-types` and `centrifugo/expire-at`.
//!
//! Long because a topic is one file, like its vectors.

use std::collections::BTreeMap;

use jotproof_model::edit::ContextChange;
use jotproof_model::{Edit, Effect, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases = vec![twins::centrifugo()];
    cases.extend([
        sub_empty(),
        without_exp(),
        exp_beyond_32_bits(),
        without_iat(),
        iat_after_exp(),
        jti(),
        unknown_claims(),
        channel(),
    ]);
    cases.extend(UNCHECKED.into_iter().map(unchecked));
    cases.extend(INFO.into_iter().map(info));
    cases.extend([b64info(), b64info_base64url(), b64info_not_base64()]);
    let both = info_and_b64info();
    cases.extend([info_and_the_same(&both), info_and_not_base64(&both), both]);
    cases.extend(CHANNELS.into_iter().map(subscribed));
    cases.extend(OVERRIDES.into_iter().flat_map(|key| [overridden(key, true), overridden(key, false)]));
    cases.extend([channels_unknown_namespace(), subs_unknown_namespace(), subs_b64info_not_base64(), meta()]);
    let both = subs_and_channels();
    cases.extend([subs_and_the_same(&both), channels_and_a_list(&both), both]);
    let named = refusing_anonymous();
    cases.extend([anonymous_refused(&named), unnamed_refused(&named), named]);
    let bound = bound();
    cases.extend([audience_absent(&bound), issuer_absent(&bound)]);
    cases.extend(bound_to_another(&bound));
    cases.extend(bound_to_another_case(&bound));
    cases.push(bound);
    Topic {
        path: "centrifugo/connection",
        about: "Connection tokens of Centrifugo: every documented claim with its effect, and tokens that \
                must not open a connection.",
        cases,
    }
}

/// Sets the subscriptions: each channel with the JSON text of its data.
fn subscriptions(effect: &mut Effect, channels: &[(&str, &str)]) {
    let pairs = channels.iter().map(|(channel, data)| ((*channel).to_owned(), (*data).to_owned()));
    effect.subscriptions = Some(pairs.collect::<BTreeMap<_, _>>());
}

fn sub_empty() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/sub-empty", claim("sub", "\"\""))
        .accept()
        .title("sub is an empty string")
        .why(
            "An empty user id is the documented way to let in a user who is not logged in. The connection \
             is anonymous and belongs to no named user.",
        )
        .requirement("CF-SUB-2")
        .class("C11")
}

fn without_exp() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/without-exp", without_claim("exp"))
        .accept()
        .title("exp missing")
        .why("If the token has no `exp`, the connection does not expire.")
        .requirement("CF-EXP-1")
        .class("V1")
}

fn exp_beyond_32_bits() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/exp-beyond-32-bits-of-seconds", claim("exp", "{{now+4294967396}}"))
        .accept()
        .title("exp in 2^32 + 100 seconds")
        .why(
            "The client is told how many seconds are left. A server that truncates this number to 32 bits \
             lets the connection expire after 100 seconds, 136 years early.",
        )
        .requirement("CF-EXP-3")
        .class("C3")
}

fn without_iat() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/without-iat", without_claim("iat"))
        .accept()
        .title("iat missing")
        .why("`iat` is optional and does not affect the verdict.")
        .requirement("CF-IAT-1")
        .class("C7")
}

fn iat_after_exp() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/iat-after-exp", claim("exp", "{{now-120}}"))
        .reject([Reason::Expired])
        .title("exp two minutes ago, before iat")
        .why(
            "`iat` does not affect the verdict. A server that lets a newer `iat` revive the token accepts \
             an expired token.",
        )
        .requirement("CF-IAT-1")
        .class("C5")
        .threat(Threat::Holder)
}

fn jti() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/jti", claim("jti", "\"7f3c9a52\""))
        .accept()
        .title("jti present")
        .why("`jti` is optional and does not affect the verdict. The same token may connect again and again.")
        .requirement("CF-JTI-1")
        .class("V1")
}

fn unknown_claims() -> Case {
    let claims = [
        ("role", "\"admin\""),
        ("user", "\"7\""),
        ("permissions", "{\"channels\":[\"secret\"]}"),
        ("https://example.com/level", "3"),
    ];
    twins::centrifugo()
        .changed_by(
            "centrifugo/connection/unknown-claims",
            claims.iter().map(|(name, value)| claim(name, value)).collect(),
        )
        .accept()
        .title("several unknown claims present")
        .why(
            "Applications put their own claims into tokens, and the server ignores them. The user is still \
             the one in `sub`, and no channel is added.",
        )
        .requirement("RFC7519-4-IGNORE")
        .class("C24")
}

fn channel() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/channel", claim("channel", "\"news\""))
        .either_better_refused(
            "The documentation describes `channel` for subscription tokens only, and says nothing about it \
             in a connection token. The preference for a rejection is the choice of this project.",
            [Reason::Purpose],
        )
        .title("channel present, a claim of subscription tokens")
        .why(
            "A server that does not check the purpose lets a client open a whole connection with a token \
             issued for one channel.",
        )
        .requirement("CS-X-1")
        .class("C14")
        .threat(Threat::Holder)
}

/// Name, claim, value, title, requirement.
const UNCHECKED: [(&str, &str, &str, &str, &str); 3] = [
    ("aud-string", "aud", "\"another-service\"", "aud is a string, no audience configured", "CF-AUD-1"),
    (
        "aud-array",
        "aud",
        "[\"another-service\",\"chat\"]",
        "aud is an array, no audience configured",
        "CF-AUD-1",
    ),
    ("iss", "iss", "\"https://anybody.example.com\"", "iss present, no issuer configured", "CF-ISS-1"),
];

fn unchecked((name, member, value, what, requirement): (&str, &str, &str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/connection/{name}"), claim(member, value))
        .accept()
        .title(what)
        .why(
            "By default the claim is not checked, as the documentation says explicitly. A server that \
             rejects it breaks every deployment whose tokens serve several systems.",
        )
        .requirement(requirement)
        .class(if member == "aud" { "C8" } else { "C9" })
}

/// Name, value, description.
const INFO: [(&str, &str, &str); 3] = [
    ("info-object", "{\"name\":\"Ada\",\"tags\":[\"a\",1,null]}", "an object"),
    ("info-string", "\"Zo\\u00eb <b>\u{2615}</b> \\\"\\\\\"", "a string with escapes, Unicode and markup"),
    ("info-number", "12.5", "a number"),
];

fn info((name, value, what): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/connection/{name}"), claim("info", value))
        .accept()
        .title(format!("info is {what}"))
        .why(
            "The connection info is the JSON value of the claim. Everyone in the channel sees it, so it \
             must arrive as it was signed.",
        )
        .requirement("CF-INFO-1")
        .class("C24")
        .effect(|effect| effect.info = Some(value.to_owned()))
}

/// JSON text whose base64 has `+`, `/` and padding.
const INFO_TEXT: &str = "{\"name\":\"Zo\u{eb}\",\"mark\":\"~~?>\"}";

fn b64info() -> Case {
    twins::centrifugo()
        .changed(
            "centrifugo/connection/b64info",
            claim("b64info", "\"eyJuYW1lIjoiWm/DqyIsIm1hcmsiOiJ+fj8+In0=\""),
        )
        .accept()
        .title("b64info is JSON in base64 with +, / and padding")
        .why("`b64info` is decoded, and the result is the connection info.")
        .requirement("CF-INFO-2")
        .requirement("CF-INFO-4")
        .class("C24")
        .effect(|effect| effect.info = Some(INFO_TEXT.to_owned()))
}

fn b64info_base64url() -> Case {
    twins::centrifugo()
        .changed(
            "centrifugo/connection/b64info-base64url",
            claim("b64info", "\"eyJuYW1lIjoiWm_DqyIsIm1hcmsiOiJ-fj8-In0\""),
        )
        .either_better_refused(
            "The documentation says `base64`, which has a different alphabet and padding (RFC 4648 sections \
             3.2 and 4). It does not say how to treat any other text. The preference for a rejection is the \
             choice of this project.",
            [Reason::InfoEncoding],
        )
        .title("b64info is base64url without padding")
        .why(
            "The encoding of the token itself is easily confused with that of `b64info`. A server that \
             decodes it must decode all of it. Otherwise everyone sees truncated or altered info.",
        )
        .requirement("CF-INFO-4")
        .class("C24")
        .effect(|effect| effect.info = Some(INFO_TEXT.to_owned()))
}

fn b64info_not_base64() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/b64info-not-base64", claim("b64info", "\"%%% no base64 %%%\""))
        .either_better_refused(
            "The documentation defines `b64info`, and does not say how to treat any other text. The \
             preference for a rejection is the choice of this project.",
            [Reason::InfoEncoding],
        )
        .title("b64info is not base64")
        .why(
            "A claim that cannot be decoded makes the token invalid. A server must not answer with an \
             internal error, because the client would then retry forever.",
        )
        .requirement("CF-INFO-4")
        .class("C24")
        .effect(|effect| effect.info = None)
}

fn info_and_b64info() -> Case {
    twins::centrifugo()
        .changed_by(
            "centrifugo/connection/info-and-b64info",
            vec![claim("info", "{\"from\":\"info\"}"), claim("b64info", "\"eyJmcm9tIjoiYjY0aW5mbyJ9\"")],
        )
        .accept()
        .title("info and b64info with different values")
        .why(
            "Both claims are valid, so together they must not make the token invalid. The documentation \
             does not say which one is shown.",
        )
        .requirement("CF-INFO-1")
        .requirement("CF-INFO-2")
        .requirement("CF-INFO-3")
        .class("C24")
        .effect(|effect| effect.info = None)
}

fn info_and_the_same(both: &Case) -> Case {
    both.changed("centrifugo/connection/info-and-the-same-b64info", claim("info", "{\"from\":\"b64info\"}"))
        .accept()
        .title("info and b64info with the same value")
        .why("Whichever claim the server uses, the info is this value.")
        .requirement("CF-INFO-1")
        .requirement("CF-INFO-2")
        .requirement("CF-INFO-3")
        .class("C24")
        .effect(|effect| effect.info = Some("{\"from\":\"b64info\"}".to_owned()))
}

fn info_and_not_base64(both: &Case) -> Case {
    both.changed(
        "centrifugo/connection/info-and-b64info-not-base64",
        claim("b64info", "\"%%% no base64 %%%\""),
    )
    .either_better_refused(
        "The documentation defines `b64info`, and does not say how to treat any other text. The preference \
         for a rejection is the choice of this project.",
        [Reason::InfoEncoding],
    )
    .title("info beside a b64info that is not base64")
    .why(
        "If the server uses `b64info`, the token is invalid, as it is without `info`. If the server uses \
         `info`, it shows that value unchanged.",
    )
    .requirement("CF-INFO-3")
    .class("C24")
    .effect(|effect| effect.info = Some("{\"from\":\"info\"}".to_owned()))
}

/// Claims that subscribe the connection on the server side.
struct Subscribed {
    name: &'static str,
    claim: &'static str,
    value: &'static str,
    title: &'static str,
    why: &'static str,
    requirement: &'static str,
    /// Each channel with the data that arrives with it.
    channels: &'static [(&'static str, &'static str)],
}

const CHANNELS: [Subscribed; 6] = [
    Subscribed {
        name: "channels",
        claim: "channels",
        value: "[\"news\",\"ns:room\"]",
        title: "channels is an array of names with and without a namespace",
        why: "The connection is subscribed to each channel of the list, and to no other.",
        requirement: "CF-CHAN-1",
        channels: &[("news", ""), ("ns:room", "")],
    },
    Subscribed {
        name: "channels-empty",
        claim: "channels",
        value: "[]",
        title: "channels is an empty array",
        why: "A backend that has no channel for a user writes an empty list. It subscribes the connection \
              to nothing.",
        requirement: "CF-CHAN-1",
        channels: &[],
    },
    Subscribed {
        name: "subs-without-options",
        claim: "subs",
        value: "{\"news\":{},\"ns:room\":{}}",
        title: "subs without options",
        why: "Every option is optional. A channel with an empty object is a plain subscription.",
        requirement: "CF-SUBS-1",
        channels: &[("news", ""), ("ns:room", "")],
    },
    Subscribed {
        name: "subs-data",
        claim: "subs",
        value: "{\"news\":{\"data\":{\"welcome\":\"to news\"}},\"ns:room\":{\"data\":{\"welcome\":\"to the room\"}}}",
        title: "subs with different data for each channel",
        why: "The data of a channel must arrive with its own subscription as it was signed, and never with \
              that of another channel.",
        requirement: "CF-SUBS-1",
        channels: &[("news", "{\"welcome\":\"to news\"}"), ("ns:room", "{\"welcome\":\"to the room\"}")],
    },
    Subscribed {
        name: "subs-b64data",
        claim: "subs",
        value: "{\"news\":{\"b64data\":\"eyJ3ZWxjb21lIjoidG8gbmV3cyJ9\"}}",
        title: "subs with b64data",
        why: "`b64data` is `data` in base64. The data arrives decoded.",
        requirement: "CF-SUBS-1",
        channels: &[("news", "{\"welcome\":\"to news\"}")],
    },
    Subscribed {
        name: "subs-info",
        claim: "subs",
        value: "{\"news\":{\"info\":{\"seat\":12}},\"ns:room\":{\"b64info\":\"eyJzZWF0IjoxM30=\"}}",
        title: "subs with info and b64info",
        why: "The info of a channel belongs to that channel. It is neither the connection info nor the data \
              of the subscription.",
        requirement: "CF-SUBS-1",
        channels: &[("news", ""), ("ns:room", "")],
    },
];

fn subscribed(it: Subscribed) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/connection/{}", it.name), claim(it.claim, it.value))
        .accept()
        .title(it.title)
        .why(it.why)
        .requirement(it.requirement)
        .class("C24")
        .effect(|effect| subscriptions(effect, it.channels))
}

/// The documented keys of `override`: those of every version, those of version 4 and later, and two of
/// version 3 that later versions renamed.
const OVERRIDES: [&str; 7] = [
    "presence",
    "join_leave",
    "force_push_join_leave",
    "force_recovery",
    "force_positioning",
    "position",
    "recover",
];

fn overridden(key: &str, value: bool) -> Case {
    let state = if value { "on" } else { "off" };
    twins::centrifugo()
        .changed(
            &format!("centrifugo/connection/override-{}-{state}", key.replace('_', "-")),
            claim("subs", &format!("{{\"ns:room\":{{\"override\":{{\"{key}\":{{\"value\":{value}}}}}}}}}")),
        )
        .accept()
        .title(format!("subs with an override that switches {key} {state}"))
        .why(
            "The token overrides a documented option of the channel for one subscription. It is valid with \
             either value, and in every version of the server.",
        )
        .requirement("CF-SUBS-2")
        .class("C24")
        .effect(|effect| subscriptions(effect, &[("ns:room", "")]))
}

fn channels_unknown_namespace() -> Case {
    twins::centrifugo()
        .changed(
            "centrifugo/connection/channels-unknown-namespace",
            claim("channels", "[\"news\",\"other:room\"]"),
        )
        .either(
            "The documentation does not say how to treat a token that names a channel of a namespace that \
             is not configured.",
            [Reason::UnknownChannel],
        )
        .title("channels with a name in an unknown namespace")
        .why(
            "A channel of an unknown namespace has no options. The server may reject the token or skip the \
             channel. It must not open the channel with the options of another namespace.",
        )
        .requirement("CF-CHAN-1")
        .class("C24")
}

fn subs_unknown_namespace() -> Case {
    twins::centrifugo()
        .changed(
            "centrifugo/connection/subs-unknown-namespace",
            claim("subs", "{\"news\":{},\"other:room\":{}}"),
        )
        .either(
            "The documentation does not say how to treat a token that names a channel of a namespace that \
             is not configured.",
            [Reason::UnknownChannel],
        )
        .title("subs with a name in an unknown namespace")
        .why(
            "A channel of an unknown namespace has no options. The server may reject the token or skip the \
             channel. The options in the token must not replace the missing ones.",
        )
        .requirement("CF-SUBS-1")
        .class("C24")
}

fn subs_b64info_not_base64() -> Case {
    twins::centrifugo()
        .changed(
            "centrifugo/connection/subs-b64info-not-base64",
            claim("subs", "{\"news\":{\"b64info\":\"%%% no base64 %%%\"}}"),
        )
        .either_better_refused(
            "The documentation defines `b64info`, and does not say how to treat any other text. The \
             preference for a rejection is the choice of this project.",
            [Reason::InfoEncoding, Reason::ClaimType],
        )
        .title("subs with a b64info that is not base64")
        .why(
            "A claim that cannot be decoded makes the token invalid. This holds for the `b64info` of a \
             channel as it does for that of the connection.",
        )
        .requirement("CF-INFO-4")
        .class("C24")
}

fn subs_and_channels() -> Case {
    twins::centrifugo()
        .changed_by(
            "centrifugo/connection/subs-and-channels",
            vec![claim("channels", "[\"news\"]"), claim("subs", "{\"ns:room\":{}}")],
        )
        .accept()
        .title("channels and subs with different channels")
        .why(
            "Both claims are valid, so together they must not make the token invalid. The documentation \
             does not say which one decides.",
        )
        .requirement("CF-SUBS-1")
        .requirement("CF-CHAN-1")
        .requirement("CF-SUBS-3")
        .class("C24")
        .effect(|effect| effect.subscriptions = None)
}

fn subs_and_the_same(both: &Case) -> Case {
    both.changed("centrifugo/connection/subs-and-the-same-channels", claim("channels", "[\"ns:room\"]"))
        .accept()
        .title("channels and subs with the same channel")
        .why("Whichever claim decides, the connection is subscribed to this channel, and to no other.")
        .requirement("CF-SUBS-1")
        .requirement("CF-CHAN-1")
        .requirement("CF-SUBS-3")
        .class("C24")
        .effect(|effect| subscriptions(effect, &[("ns:room", "")]))
}

fn channels_and_a_list(both: &Case) -> Case {
    both.changed("centrifugo/connection/subs-array-and-channels", claim("subs", "[\"ns:room\"]"))
        .either(
            "The documentation defines the type of `subs`, and does not say how to treat any other type.",
            [Reason::ClaimType],
        )
        .title("channels beside a subs that is an array")
        .why(
            "The server rejects the token, or ignores `subs` and uses `channels`. It must not subscribe the \
             connection to a channel from a malformed `subs`.",
        )
        .requirement("CF-SUBS-1")
        .requirement("CF-CHAN-1")
        .requirement("CF-SUBS-3")
        .class("C24")
        .effect(|effect| subscriptions(effect, &[("news", "")]))
}

fn meta() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/meta", claim("meta", super::centrifugo_meta::META))
        .accept()
        .title("meta")
        .why(
            "`meta` is for the backend only. A server that shows it as connection info, or sends it to a \
             client in any frame, leaks private data to everyone in the channel.",
        )
        .requirement("CF-META-1")
        .class("C24")
}

fn refusing_anonymous() -> Case {
    twins::centrifugo()
        .changed(
            "centrifugo/connection/anonymous-refused-sub-user",
            context(ContextChange::RefuseAnonymous { refuse: true }),
        )
        .accept()
        .title("sub is a user, anonymous tokens rejected")
        .why("The option rejects only tokens of anonymous users.")
        .requirement("CF-ANON-1")
        .class("C11")
}

fn anonymous_refused(named: &Case) -> Case {
    named
        .changed("centrifugo/connection/anonymous-refused-sub-empty", claim("sub", "\"\""))
        .reject([Reason::Anonymous])
        .title("sub is an empty string, anonymous tokens rejected")
        .why(
            "The option exists to keep out users who are not logged in. A server that ignores it lets them \
             in.",
        )
        .requirement("CF-ANON-1")
        .class("C11")
        .threat(Threat::Holder)
}

fn unnamed_refused(named: &Case) -> Case {
    named
        .changed("centrifugo/connection/anonymous-refused-without-sub", without_claim("sub"))
        .reject([Reason::Anonymous, Reason::ClaimMissing, Reason::ClaimType])
        .title("sub missing, anonymous tokens rejected")
        .why(
            "Without a user the token is invalid or its user is anonymous. Either way it must be rejected: \
             no reading of the documentation accepts it.",
        )
        .requirement("CF-ANON-1")
        .class("C11")
        .threat(Threat::Holder)
}

fn bound() -> Case {
    twins::centrifugo()
        .changed_by(
            "centrifugo/connection/audience-and-issuer-equal",
            vec![
                context(ContextChange::Audience { audience: Some(twins::AUDIENCE.to_owned()) }),
                context(ContextChange::Issuer { issuer: Some(twins::ISSUER.to_owned()) }),
                claim("aud", &format!("\"{}\"", twins::AUDIENCE)),
                claim("iss", &format!("\"{}\"", twins::ISSUER)),
            ],
        )
        .accept()
        .title("configured audience and issuer")
        .why("A token with the configured audience and issuer opens a connection.")
        .requirement("CF-AUD-2")
        .requirement("CF-ISS-2")
        .class("C8")
}

fn audience_absent(bound: &Case) -> Case {
    bound
        .changed("centrifugo/connection/audience-absent", without_claim("aud"))
        .reject([Reason::Audience, Reason::ClaimMissing])
        .title("aud missing, audience configured")
        .why(
            "The documentation says that configuring an audience forces the check. A server that skips it \
             for tokens without `aud` accepts the tokens of other services that write none.",
        )
        .requirement("CF-AUD-2")
        .class("C8")
        .threat(Threat::Holder)
}

/// Tokens for another service, and of another issuer. They are rejected if a name is configured, and accepted
/// if none is.
fn bound_to_another(bound: &Case) -> [Case; 4] {
    let audience = claim("aud", "\"https://other.example.com\"");
    let issuer = claim("iss", "\"https://other.example.com\"");
    let refused = |name: &str, edit: &Edit, reason: Reason, class: &str| {
        bound
            .changed(&format!("centrifugo/connection/{name}"), edit.clone())
            .reject([reason])
            .threat(Threat::Holder)
            .class(class)
    };
    let let_in = |name: &str, edit: &Edit, unset: ContextChange| {
        bound
            .changed_by(&format!("centrifugo/connection/{name}"), vec![edit.clone(), context(unset)])
            .accept()
            .class("V1")
    };
    [
        refused("audience-other", &audience, Reason::Audience, "C8")
            .title("different aud, audience configured")
            .why(
                "The token is for another service. A server that accepts it lets that service use its \
                 users' tokens here.",
            )
            .requirement("CF-AUD-1")
            .requirement("CF-AUD-2"),
        let_in("audience-other-and-none-configured", &audience, ContextChange::Audience { audience: None })
            .title("different aud, no audience configured")
            .why("If no audience is configured, `aud` is not checked.")
            .requirement("CF-AUD-1"),
        refused("issuer-other", &issuer, Reason::Issuer, "C9")
            .title("different iss, issuer configured")
            .why("The token is from an issuer that this server is not configured to trust.")
            .requirement("CF-ISS-1")
            .requirement("CF-ISS-2"),
        let_in("issuer-other-and-none-configured", &issuer, ContextChange::Issuer { issuer: None })
            .title("different iss, no issuer configured")
            .why("If no issuer is configured, `iss` is not checked.")
            .requirement("CF-ISS-1"),
    ]
}

/// Tokens whose audience or issuer differs from the configured one in case only, and the same tokens with the
/// name configured in that case.
fn bound_to_another_case(bound: &Case) -> [Case; 4] {
    const AUDIENCE: &str = "https://api.example.com/Chat";
    const ISSUER: &str = "https://Issuer.example.com";
    let audience = || Some(AUDIENCE.to_owned());
    let issuer = || Some(ISSUER.to_owned());
    let refused = |name: &str, edit: Edit, reason: Reason, class: &str| {
        bound
            .changed(&format!("centrifugo/connection/{name}-in-another-case"), edit)
            .reject([reason])
            .threat(Threat::Holder)
            .title(format!("{name} that differs from the configured one in case"))
            .why(
                "Names are compared exactly. A name in a different case is a different name, and may belong \
                 to somebody else.",
            )
            .class(class)
    };
    let let_in = |name: &str, edit: Edit, configured: ContextChange| {
        bound
            .changed_by(
                &format!("centrifugo/connection/{name}-in-the-configured-case"),
                vec![edit, context(configured)],
            )
            .accept()
            .title(format!("{name} configured in the same mixed case"))
            .why("Names are compared exactly, and this is the configured one.")
            .class("V1")
    };
    let aud = || claim("aud", &format!("\"{AUDIENCE}\""));
    let iss = || claim("iss", &format!("\"{ISSUER}\""));
    [
        refused("audience", aud(), Reason::Audience, "C8").requirement("CF-AUD-3"),
        let_in("audience", aud(), ContextChange::Audience { audience: audience() }).requirement("CF-AUD-3"),
        refused("issuer", iss(), Reason::Issuer, "C9").requirement("CF-ISS-3"),
        let_in("issuer", iss(), ContextChange::Issuer { issuer: issuer() }).requirement("CF-ISS-3"),
    ]
}

fn issuer_absent(bound: &Case) -> Case {
    bound
        .changed("centrifugo/connection/issuer-absent", without_claim("iss"))
        .reject([Reason::Issuer, Reason::ClaimMissing])
        .title("iss missing, issuer configured")
        .why(
            "The documentation says that configuring an issuer forces the check. If a server skips it for \
             tokens without `iss`, another issuer only has to omit the claim.",
        )
        .requirement("CF-ISS-2")
        .class("C9")
        .threat(Threat::Holder)
}
