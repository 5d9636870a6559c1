//! Subscription tokens of Centrifugo 4 and later, which are issued to a user.

use jotproof_model::edit::{ContextChange, Layer, TextKind};
use jotproof_model::expectation::Expiry;
use jotproof_model::{Reason, Threat};

use super::{Kind, of_both};
use crate::case::Case;
use crate::edits::{claim, context, text, without_claim};
use crate::topics::Topic;
use crate::twins;

const KIND: Kind = Kind {
    path: "centrifugo/subscription",
    twin: twins::subscription,
    channel: twins::CHANNEL,
    requirements: "CS",
};

pub(in crate::topics) fn topic() -> Topic {
    let mut cases = of_both(&KIND);
    cases.extend(OTHER_USERS.into_iter().map(other_user));
    cases.push(number_of_the_user());
    cases.extend(SUB_TYPES.into_iter().map(sub_type));
    cases.extend(ANONYMOUS_SUB_TYPES.into_iter().map(anonymous_sub_type));
    cases.push(sub_absent());
    cases.extend(anonymous());
    cases.extend(client_of_its_own());
    cases.extend(OVERRIDES.into_iter().map(misshapen_override));
    cases.extend(exp_with_a_fraction());
    cases.extend(printed_by_gensubtoken());
    Topic {
        path: KIND.path,
        about: "Subscription tokens of Centrifugo 4 and later: the user and channel that they are valid \
                for, their expiration, and what they give the subscription.",
        cases,
    }
}

/// Name, raw value of `sub`, description.
const OTHER_USERS: [(&str, &str, &str); 6] = [
    ("sub-other", "\"43\"", "the id of a different user"),
    ("sub-empty", "\"\"", "nobody"),
    ("sub-longer", "\"421\"", "a longer id that begins with the connected user's id"),
    ("sub-shorter", "\"4\"", "a prefix of the connected user's id"),
    ("sub-trailing-space", "\"42 \"", "the connected user's id followed by a space"),
    ("sub-leading-zero", "\"042\"", "the connected user's id with a leading zero"),
];

fn other_user((name, value, what): (&str, &str, &str)) -> Case {
    twins::subscription()
        .changed(&KIND.id(name), claim("sub", value))
        .reject([Reason::User])
        .title(format!("sub is {what}"))
        .why(
            "The token was issued to one user. A server that accepts this lets another user subscribe with \
             it.",
        )
        .requirement("CS-SUB-1")
        .class("C14")
        .threat(Threat::Holder)
}

const A_STRING: &str = "The documentation says that `sub` is a string, and does not say how to treat \
                        anything else. The preference for a rejection is the choice of this project.";

/// The number becomes the user id of the session if it is converted to text.
fn number_of_the_user() -> Case {
    twins::subscription()
        .changed(&KIND.id("sub-number"), claim("sub", "42"))
        .either_better_refused(A_STRING, [Reason::ClaimType, Reason::User])
        .title("sub is the connected user's id as a number")
        .why(
            "Converted to text, the number is the id of the connected user. A server that converts numbers \
             must also decide which user 42.0 or 4.2e1 is.",
        )
        .requirement("CF-SUB-4")
        .class("C11")
}

/// Name, raw value of `sub`, description.
const SUB_TYPES: [(&str, &str, &str); 7] = [
    ("sub-other-number", "43", "a different number"),
    ("sub-true", "true", "true"),
    ("sub-false", "false", "false"),
    ("sub-null", "null", "null"),
    ("sub-array", "[\"42\"]", "an array that contains the connected user's id"),
    ("sub-object", "{\"id\":\"42\"}", "an object that contains the connected user's id"),
    ("sub-empty-array", "[]", "an empty array"),
];

fn sub_type((name, value, what): (&str, &str, &str)) -> Case {
    twins::subscription()
        .changed(&KIND.id(name), claim("sub", value))
        .reject([Reason::ClaimType, Reason::ClaimMissing, Reason::User])
        .title(format!("sub is {what}, named user connected"))
        .why(
            "`sub` must be the connected user. Whether the server rejects the type, converts the value to \
             text or treats it as absent, it is not that user.",
        )
        .requirement("CS-SUB-1")
        .class("C11")
}

/// Name, raw value of `sub`, description. Many languages treat these values as empty.
const ANONYMOUS_SUB_TYPES: [(&str, &str, &str); 2] =
    [("anonymous-sub-false", "false", "false"), ("anonymous-sub-array", "[]", "an empty array")];

fn anonymous_sub_type((name, value, what): (&str, &str, &str)) -> Case {
    let [_, empty, _] = anonymous();
    empty
        .changed(&KIND.id(name), claim("sub", value))
        .either_better_refused(A_STRING, [Reason::ClaimType, Reason::ClaimMissing, Reason::User])
        .title(format!("sub is {what}, anonymous user connected"))
        .why(
            "The server may reject the type. It may also read the value as an anonymous user, which is the \
             user that is connected.",
        )
        .requirement("CF-SUB-4")
        .class("C11")
}

fn sub_absent() -> Case {
    twins::subscription()
        .changed(&KIND.id("sub-absent"), without_claim("sub"))
        .reject([Reason::User, Reason::ClaimMissing])
        .title("sub missing, named user connected")
        .why(
            "A token without `sub` belongs to an anonymous user, and is valid in anonymous sessions only. A \
             server that accepts it in any session lets everyone use it.",
        )
        .requirement("CS-SUB-2")
        .class("C14")
        .threat(Threat::Holder)
}

/// Tokens in the session of an anonymous user.
fn anonymous() -> [Case; 3] {
    let nobody = twins::subscription()
        .changed_by(
            &KIND.id("anonymous-sub-absent"),
            vec![context(ContextChange::SessionUser { user: String::new() }), without_claim("sub")],
        )
        .accept()
        .title("sub missing, anonymous user connected")
        .why("A token without `sub` belongs to an anonymous user, and the connected user is anonymous.")
        .requirement("CS-SUB-2")
        .class("C11");
    let empty = twins::subscription()
        .changed_by(
            &KIND.id("anonymous-sub-empty"),
            vec![context(ContextChange::SessionUser { user: String::new() }), claim("sub", "\"\"")],
        )
        .accept()
        .title("sub is an empty string, anonymous user connected")
        .why("An empty user id means an anonymous user, and the connected user is anonymous.")
        .requirement("CS-SUB-2")
        .class("C11");
    let named = nobody
        .changed(&KIND.id("anonymous-sub-named"), claim("sub", "\"42\""))
        .reject([Reason::User])
        .title("sub is a named user, anonymous user connected")
        .why("A client that has not logged in must not use the token of a user who has.")
        .requirement("CS-SUB-1")
        .class("C14")
        .threat(Threat::Holder);
    [nobody, empty, named]
}

/// `client`, which subscription tokens no longer need.
fn client_of_its_own() -> Vec<Case> {
    vec![
        twins::subscription()
            .changed(&KIND.id("client-ours"), claim("client", "\"{{client}}\""))
            .accept()
            .title("client is the requesting client")
            .why("Tokens made for version 3 also name the client. They are still valid.")
            .requirement("RFC7519-4-IGNORE")
            .class("V1"),
        twins::subscription()
            .changed(
                &KIND.id("client-of-another-session"),
                claim("client", "\"00000000-0000-4000-8000-000000000000\""),
            )
            .accept()
            .title("client is a different client")
            .why(
                "Since version 4 the documentation has no `client` claim. A claim that a server does not \
                 understand is ignored, whatever its value.",
            )
            .requirement("RFC7519-4-IGNORE")
            .class("V1"),
    ]
}

/// Name, raw value of `override`, description.
const OVERRIDES: [(&str, &str, &str); 9] = [
    ("override-true", "true", "override is true"),
    ("override-array", "[{\"presence\":{\"value\":false}}]", "override is an array"),
    ("override-string", "\"presence\"", "override is a string"),
    ("override-null", "null", "override is null"),
    (
        "override-option-false",
        "{\"presence\":false}",
        "override with an option that is false instead of an object",
    ),
    (
        "override-option-null",
        "{\"presence\":null}",
        "override with an option that is null instead of an object",
    ),
    ("override-join-leave-without-value", "{\"join_leave\":{}}", "override with an option without a value"),
    (
        "override-value-string",
        "{\"presence\":{\"value\":\"false\"}}",
        "override with a value that is a string",
    ),
    ("override-value-number", "{\"presence\":{\"value\":0}}", "override with a value that is a number"),
];

fn misshapen_override((name, value, what): (&str, &str, &str)) -> Case {
    twins::subscription()
        .changed(&KIND.id(name), claim("override", value))
        .either(
            "The documentation says that each option is an object with a boolean `value`, and does not say \
             how to treat anything else. The token is rejected, or the option keeps its configured value.",
            [Reason::ClaimType],
        )
        .title(what)
        .why(
            "A malformed override must not switch an option. A server that guesses may show a client more \
             about other users than it should.",
        )
        .requirement("CS-OVR-6")
        .class("C24")
}

/// `exp` is documented as an integer. RFC 7519 section 2 allows a fraction.
fn exp_with_a_fraction() -> [Case; 2] {
    [
        twins::subscription()
            .changed(&KIND.id("exp-with-a-fraction"), claim("exp", "{{now+3600}}.5"))
            .either(
                "The documentation requires an integer, and RFC 7519 section 2 allows a fraction. The token \
                 is rejected, or its time is kept to the second.",
                [Reason::ClaimType],
            )
            .effect(|effect| effect.expires = Some(Expiry::At { second: "{{now+3600}}".to_owned() }))
            .title("exp with a fraction, in one hour")
            .why("A server that misreads the fraction ends the subscription at the wrong time.")
            .requirement("CS-EXP-4")
            .class("C3"),
        twins::subscription()
            .changed(&KIND.id("exp-past-with-a-fraction"), claim("exp", "{{now-3600}}.5"))
            .reject([Reason::Expired, Reason::ClaimType])
            .title("exp with a fraction, one hour ago")
            .why(
                "The time has passed, with or without its fraction. A server that cannot read the fraction \
                 must not treat `exp` as absent.",
            )
            .requirement("CS-EXP-1")
            .requirement("CS-EXP-4")
            .class("C5")
            .threat(Threat::Holder),
    ]
}

/// The tokens that `centrifugo gensubtoken -u 42 -s CHANNEL` prints: one for the requested channel, and one
/// for a different channel.
fn printed_by_gensubtoken() -> [Case; 2] {
    let printed = |name: &str, channel: &str| {
        let payload =
            format!(r#"{{"sub":"42","exp":{{{{now+604740}}}},"iat":{{{{now-60}}}},"channel":"{channel}"}}"#);
        twins::subscription().changed(&KIND.id(name), text(Layer::Payload, &payload, TextKind::Object))
    };
    [
        printed("printed-by-gensubtoken", twins::CHANNEL)
            .accept()
            .effect(|effect| {
                effect.expires = Some(Expiry::At { second: "{{now+604740}}".to_owned() });
            })
            .title("token printed by gensubtoken for this user and channel")
            .why(
                "The command is the documented way to get a first token. The token is valid for a week and \
                 was printed one minute ago.",
            )
            .requirement("CS-GEN-1")
            .class("V1"),
        printed("printed-by-gensubtoken-for-another-channel", "ns:weather")
            .reject([Reason::Channel])
            .title("token printed by gensubtoken for a different channel")
            .why("A token for one channel is valid for no other channel, no matter how it was made.")
            .requirement("CS-GEN-1")
            .class("C14")
            .threat(Threat::Holder),
    ]
}
