//! The documented claims of a Centrifugo connection token, one at a time, each with its effect.
//!
//! Types and times have topics of their own: `centrifugo/claim-types` and `centrifugo/expire-at`.

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
        about: "Connection tokens of Centrifugo: every documented claim with its effect, and the \
                tokens that do not open a connection.",
        cases,
    }
}

/// Sets the subscriptions: each channel with the JSON text of the data that arrives with it.
fn subscriptions(effect: &mut Effect, channels: &[(&str, &str)]) {
    let pairs = channels.iter().map(|(channel, data)| ((*channel).to_owned(), (*data).to_owned()));
    effect.subscriptions = Some(pairs.collect::<BTreeMap<_, _>>());
}

fn sub_empty() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/sub-empty", claim("sub", "\"\""))
        .accept()
        .title("an empty sub")
        .why(
            "An empty user id is the documented way to let in somebody who is not logged in; the \
             connection is anonymous and nobody else's.",
        )
        .requirement("CF-SUB-2")
        .class("C11")
}

fn without_exp() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/without-exp", without_claim("exp"))
        .accept()
        .title("no exp")
        .why("A connection whose token has no `exp` does not expire.")
        .requirement("CF-EXP-1")
        .class("V1")
}

fn exp_beyond_32_bits() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/exp-beyond-32-bits-of-seconds", claim("exp", "{{now+4294967396}}"))
        .accept()
        .title("an exp 2^32 and 100 seconds from now")
        .why(
            "The client is told how many seconds are left. Where that number is cut to 32 bits, the \
             connection expires 136 years early, in a hundred seconds.",
        )
        .requirement("CF-EXP-3")
        .class("C3")
}

fn without_iat() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/without-iat", without_claim("iat"))
        .accept()
        .title("no iat")
        .why("`iat` is optional and decides nothing.")
        .requirement("CF-IAT-1")
        .class("C7")
}

fn iat_after_exp() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/iat-after-exp", claim("exp", "{{now-120}}"))
        .reject([Reason::Expired])
        .title("exp two minutes ago, and iat a minute later")
        .why(
            "`iat` decides nothing: a token is not good again because it says that it is newer than its end.",
        )
        .requirement("CF-IAT-1")
        .class("C5")
        .threat(Threat::Holder)
}

fn jti() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/jti", claim("jti", "\"7f3c9a52\""))
        .accept()
        .title("a jti")
        .why("`jti` is optional and decides nothing; the same token connects again and again.")
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
        .title("claims that the documentation does not know")
        .why(
            "Applications put claims of their own into their tokens. They are ignored: the user \
             stays that of `sub`, and no channel comes of them.",
        )
        .requirement("RFC7519-4-IGNORE")
        .class("C24")
}

fn channel() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/channel", claim("channel", "\"news\""))
        .either_better_refused(
            "The documentation gives tokens with `channel` to subscriptions and says of no other \
             use. To prefer a refusal is the choice of this project.",
            [Reason::Purpose],
        )
        .title("a token for a channel")
        .why(
            "A token that was handed out for one channel opens a whole connection where its purpose \
             is not looked at.",
        )
        .requirement("CS-X-1")
        .class("C14")
        .threat(Threat::Holder)
}

/// Name, claim, value, what it is, requirement.
const UNCHECKED: [(&str, &str, &str, &str, &str); 3] = [
    ("aud-string", "aud", "\"another-service\"", "an aud, and no audience is configured", "CF-AUD-1"),
    (
        "aud-array",
        "aud",
        "[\"another-service\",\"chat\"]",
        "an array of audiences, and none is configured",
        "CF-AUD-1",
    ),
    ("iss", "iss", "\"https://anybody.example.com\"", "an iss, and no issuer is configured", "CF-ISS-1"),
];

fn unchecked((name, member, value, what, requirement): (&str, &str, &str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/connection/{name}"), claim(member, value))
        .accept()
        .title(what)
        .why(
            "By default the claim is not checked, as the documentation says in so many words; a \
             server that refuses it breaks every deployment whose tokens serve several systems.",
        )
        .requirement(requirement)
        .class(if member == "aud" { "C8" } else { "C9" })
}

/// Name, value, what it is.
const INFO: [(&str, &str, &str); 3] = [
    ("info-object", "{\"name\":\"Ada\",\"tags\":[\"a\",1,null]}", "an object"),
    ("info-string", "\"Zo\\u00eb <b>\u{2615}</b> \\\"\\\\\"", "a string with escapes, Unicode and markup"),
    ("info-number", "12.5", "a number"),
];

fn info((name, value, what): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/connection/{name}"), claim("info", value))
        .accept()
        .title(format!("info that is {what}"))
        .why(
            "The connection info is the JSON value that the token holds: everybody in the channel \
             sees it, so it must arrive as it was signed.",
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
        .title("b64info: the base64 of JSON, with +, / and padding")
        .why("`b64info` is decoded, and what it holds is shown as the connection info.")
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
            "The documentation says `base64`, which has another alphabet and padding (RFC 4648 \
             sections 3.2 and 4), and not what becomes of another text. To prefer a refusal is the choice of this project.",
            [Reason::InfoEncoding],
        )
        .title("b64info in base64url without padding")
        .why(
            "The encoding of the token itself is easily taken for that of `b64info`. Who decodes it \
             must decode all of it: info that is cut or altered is shown to everybody.",
        )
        .requirement("CF-INFO-4")
        .class("C24")
        .effect(|effect| effect.info = Some(INFO_TEXT.to_owned()))
}

fn b64info_not_base64() -> Case {
    twins::centrifugo()
        .changed("centrifugo/connection/b64info-not-base64", claim("b64info", "\"%%% no base64 %%%\""))
        .either_better_refused(
            "The documentation says what `b64info` is, and not what becomes of another text. To prefer a refusal is the choice of this project.",
            [Reason::InfoEncoding],
        )
        .title("b64info that is not base64")
        .why(
            "A claim that cannot be decoded makes the token invalid. It must not end as an error of \
             the server, which tells the client to try again for ever.",
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
        .title("info and b64info")
        .why(
            "Both are good claims, and together they refuse nothing; which of them is shown is left \
             open.",
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
        .title("info, and the same in b64info")
        .why("Whichever of them is shown, it is this, and it is shown once.")
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
        "The documentation says what `b64info` is, and not what becomes of another text. To prefer a refusal is the choice of this project.",
        [Reason::InfoEncoding],
    )
    .title("info, and a b64info that is not base64")
    .why(
        "Where `b64info` is what counts, the token is invalid as without `info`; where `info` is, it is \
             shown as it is.",
    )
    .requirement("CF-INFO-3")
    .class("C24")
    .effect(|effect| effect.info = Some("{\"from\":\"info\"}".to_owned()))
}

/// Claims that subscribe the connection on the server's side.
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
        title: "channels without and with a namespace",
        why: "The connection is subscribed to each channel of the list, and to no other one.",
        requirement: "CF-CHAN-1",
        channels: &[("news", ""), ("ns:room", "")],
    },
    Subscribed {
        name: "channels-empty",
        claim: "channels",
        value: "[]",
        title: "an empty list of channels",
        why: "A backend that has no channel for this user writes an empty list, which subscribes the \
              connection to nothing.",
        requirement: "CF-CHAN-1",
        channels: &[],
    },
    Subscribed {
        name: "subs-without-options",
        claim: "subs",
        value: "{\"news\":{},\"ns:room\":{}}",
        title: "subs without options",
        why: "Every option is optional: a channel with an empty object is a plain subscription.",
        requirement: "CF-SUBS-1",
        channels: &[("news", ""), ("ns:room", "")],
    },
    Subscribed {
        name: "subs-data",
        claim: "subs",
        value: "{\"news\":{\"data\":{\"welcome\":\"to news\"}},\"ns:room\":{\"data\":{\"welcome\":\"to the room\"}}}",
        title: "subs with data, other data for each channel",
        why: "The data of a channel arrives with its subscription, as it was signed, and never with \
              that of another channel.",
        requirement: "CF-SUBS-1",
        channels: &[("news", "{\"welcome\":\"to news\"}"), ("ns:room", "{\"welcome\":\"to the room\"}")],
    },
    Subscribed {
        name: "subs-b64data",
        claim: "subs",
        value: "{\"news\":{\"b64data\":\"eyJ3ZWxjb21lIjoidG8gbmV3cyJ9\"}}",
        title: "subs with b64data",
        why: "`b64data` is the same as `data`, but in base64: what arrives is decoded.",
        requirement: "CF-SUBS-1",
        channels: &[("news", "{\"welcome\":\"to news\"}")],
    },
    Subscribed {
        name: "subs-info",
        claim: "subs",
        value: "{\"news\":{\"info\":{\"seat\":12}},\"ns:room\":{\"b64info\":\"eyJzZWF0IjoxM30=\"}}",
        title: "subs with info and b64info",
        why: "Info of a channel belongs to that channel: it is not the connection's info, and it is \
              not the data that arrives with the subscription.",
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

/// The documented keys of `override`: those of every version, those of version 4 and later, and two
/// of version 3, which later versions know by other names.
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
        .title(format!("subs that override {key}: {state}"))
        .why(
            "A documented option of the channel is overridden for one subscription; the token is good \
             whichever way the option points, and in every version of the server.",
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
            "The documentation does not say what becomes of a token that names a channel whose \
             namespace is not configured.",
            [Reason::UnknownChannel],
        )
        .title("channels of which one has an unknown namespace")
        .why(
            "A channel that is not configured has no options to follow. Refused or left out, it must \
             not be opened under the options of another namespace.",
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
            "The documentation does not say what becomes of a token that names a channel whose \
             namespace is not configured.",
            [Reason::UnknownChannel],
        )
        .title("subs of which one has an unknown namespace")
        .why(
            "As for `channels`; here the options in the token must not stand in for those of the \
             namespace that is missing.",
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
            "The documentation says what `b64info` is, and not what becomes of another text. To prefer a refusal is the choice of this project.",
            [Reason::InfoEncoding, Reason::ClaimType],
        )
        .title("b64info of a channel that is not base64")
        .why(
            "As for the connection's own `b64info`: a claim that cannot be decoded makes the token \
             invalid.",
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
        .title("subs and channels")
        .why(
            "Both are good claims, and together they refuse nothing; which of them decides is left \
             open.",
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
        .title("subs, and the same channel in channels")
        .why("Whichever of them decides, there is a subscription to this channel, and to no other.")
        .requirement("CF-SUBS-1")
        .requirement("CF-CHAN-1")
        .requirement("CF-SUBS-3")
        .class("C24")
        .effect(|effect| subscriptions(effect, &[("ns:room", "")]))
}

fn channels_and_a_list(both: &Case) -> Case {
    both.changed("centrifugo/connection/subs-array-and-channels", claim("subs", "[\"ns:room\"]"))
        .either(
            "The documentation says of which type `subs` is, and not what becomes of another one.",
            [Reason::ClaimType],
        )
        .title("channels, and a subs that is an array")
        .why(
            "Refused, or as if `subs` were not there: then `channels` decides, and nobody is subscribed to \
             what stands in an array that is no `subs`.",
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
            "`meta` is for the backend alone. Where it turns up as the connection info, or in any \
             frame that a client gets, private data leaks to everybody in the channel.",
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
        .title("a user, where anonymous tokens are refused")
        .why("The option refuses tokens of anonymous users only.")
        .requirement("CF-ANON-1")
        .class("C11")
}

fn anonymous_refused(named: &Case) -> Case {
    named
        .changed("centrifugo/connection/anonymous-refused-sub-empty", claim("sub", "\"\""))
        .reject([Reason::Anonymous])
        .title("an empty sub, where anonymous tokens are refused")
        .why("The option is there to keep out everybody who is not logged in.")
        .requirement("CF-ANON-1")
        .class("C11")
        .threat(Threat::Holder)
}

fn unnamed_refused(named: &Case) -> Case {
    named
        .changed("centrifugo/connection/anonymous-refused-without-sub", without_claim("sub"))
        .reject([Reason::Anonymous, Reason::ClaimMissing, Reason::ClaimType])
        .title("no sub, where anonymous tokens are refused")
        .why(
            "A token without a user is refused, or its user is anonymous, and then it is refused too: \
             no reading of the documentation lets it in.",
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
        .title("the audience and the issuer are the configured ones")
        .why("A token that names the configured audience and issuer opens a connection.")
        .requirement("CF-AUD-2")
        .requirement("CF-ISS-2")
        .class("C8")
}

fn audience_absent(bound: &Case) -> Case {
    bound
        .changed("centrifugo/connection/audience-absent", without_claim("aud"))
        .reject([Reason::Audience, Reason::ClaimMissing])
        .title("no aud, and an audience is configured")
        .why(
            "The documentation says that configuring an audience forces the check. Where it is left \
             out for tokens without `aud`, every other service's token opens a connection.",
        )
        .requirement("CF-AUD-2")
        .class("C8")
        .threat(Threat::Holder)
}

/// Tokens for another service, and of another issuer: refused by whoever has a name of its own, and let in
/// by whoever has none.
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
            .title("another aud, and an audience is configured")
            .why("The token is for another service, which may itself present it here.")
            .requirement("CF-AUD-1")
            .requirement("CF-AUD-2"),
        let_in("audience-other-and-none-configured", &audience, ContextChange::Audience { audience: None })
            .title("the same aud, and no audience is configured")
            .why("Without a configured audience `aud` is not checked.")
            .requirement("CF-AUD-1"),
        refused("issuer-other", &issuer, Reason::Issuer, "C9")
            .title("another iss, and an issuer is configured")
            .why("The token is another issuer's, whom this server was not told to trust.")
            .requirement("CF-ISS-1")
            .requirement("CF-ISS-2"),
        let_in("issuer-other-and-none-configured", &issuer, ContextChange::Issuer { issuer: None })
            .title("the same iss, and no issuer is configured")
            .why("Without a configured issuer `iss` is not checked.")
            .requirement("CF-ISS-1"),
    ]
}

/// Tokens whose audience, or issuer, differs from the configured one by case alone; and the same tokens where it is
/// configured as they write it.
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
            .title(format!("the configured {name} in another case"))
            .why("Names are compared exactly: this is another one, and may be somebody else's.")
            .class(class)
    };
    let let_in = |name: &str, edit: Edit, configured: ContextChange| {
        bound
            .changed_by(
                &format!("centrifugo/connection/{name}-in-the-configured-case"),
                vec![edit, context(configured)],
            )
            .accept()
            .title(format!("the same {name}, and it is configured in this case"))
            .why("Names are compared exactly: this is the configured one.")
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
        .title("no iss, and an issuer is configured")
        .why(
            "The documentation says that configuring an issuer forces the check. Where it is left out \
             for tokens without `iss`, leaving the claim out is all that another issuer has to do.",
        )
        .requirement("CF-ISS-2")
        .class("C9")
        .threat(Threat::Holder)
}
