//! Subscription tokens of Centrifugo 4 and later, which are for a user.

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
        about: "Subscription tokens of Centrifugo 4 and later: for which user and channel they are good, \
                until when, and what they give the subscription.",
        cases,
    }
}

/// Name, raw value of `sub`, what it is.
const OTHER_USERS: [(&str, &str, &str); 6] = [
    ("sub-other", "\"43\"", "another user"),
    ("sub-empty", "\"\"", "nobody"),
    ("sub-longer", "\"421\"", "a user whose id begins like that of the connected one"),
    ("sub-shorter", "\"4\"", "a user whose id is the beginning of it"),
    ("sub-trailing-space", "\"42 \"", "the connected user with a space after the id"),
    ("sub-leading-zero", "\"042\"", "a user whose id is the same number"),
];

fn other_user((name, value, what): (&str, &str, &str)) -> Case {
    twins::subscription()
        .changed(&KIND.id(name), claim("sub", value))
        .reject([Reason::User])
        .title(format!("a token of {what}"))
        .why(
            "The token was made for one user. Whoever gets hold of it must not subscribe with it in a \
             session of his own.",
        )
        .requirement("CS-SUB-1")
        .class("C14")
        .threat(Threat::Holder)
}

const A_STRING: &str = "The documentation says that `sub` is a string, and not what becomes of anything else. To \
                        prefer a refusal is the choice of this project.";

/// The number is the user id of the session if it is turned into text.
fn number_of_the_user() -> Case {
    twins::subscription()
        .changed(&KIND.id("sub-number"), claim("sub", "42"))
        .either_better_refused(A_STRING, [Reason::ClaimType, Reason::User])
        .title("a sub that is the id of the connected user as a number")
        .why(
            "As text it names the connected user. A server that turns numbers into text also takes 42.0 or 4.2e1 \
             for somebody.",
        )
        .requirement("CF-SUB-4")
        .class("C11")
}

/// Name, raw value of `sub`, what it is.
const SUB_TYPES: [(&str, &str, &str); 7] = [
    ("sub-other-number", "43", "another number"),
    ("sub-true", "true", "true"),
    ("sub-false", "false", "false"),
    ("sub-null", "null", "null"),
    ("sub-array", "[\"42\"]", "an array with the id of the connected user"),
    ("sub-object", "{\"id\":\"42\"}", "an object with the id of the connected user"),
    ("sub-empty-array", "[]", "an empty array"),
];

fn sub_type((name, value, what): (&str, &str, &str)) -> Case {
    twins::subscription()
        .changed(&KIND.id(name), claim("sub", value))
        .reject([Reason::ClaimType, Reason::ClaimMissing, Reason::User])
        .title(format!("a sub that is {what}, in the session of a named user"))
        .why(
            "`sub` is the user that is connected. Refused for its type, read as text or taken as absent, it is not \
             that user.",
        )
        .requirement("CS-SUB-1")
        .class("C11")
}

/// Name, raw value of `sub`, what it is. An empty value counts as nothing in many languages.
const ANONYMOUS_SUB_TYPES: [(&str, &str, &str); 2] =
    [("anonymous-sub-false", "false", "false"), ("anonymous-sub-array", "[]", "an empty array")];

fn anonymous_sub_type((name, value, what): (&str, &str, &str)) -> Case {
    let [_, empty, _] = anonymous();
    empty
        .changed(&KIND.id(name), claim("sub", value))
        .either_better_refused(A_STRING, [Reason::ClaimType, Reason::ClaimMissing, Reason::User])
        .title(format!("a sub that is {what}, in the session of an anonymous user"))
        .why("The token is refused for its type, or it is one of an anonymous user, who is who asks.")
        .requirement("CF-SUB-4")
        .class("C11")
}

fn sub_absent() -> Case {
    twins::subscription()
        .changed(&KIND.id("sub-absent"), without_claim("sub"))
        .reject([Reason::User, Reason::ClaimMissing])
        .title("no sub, in the session of a named user")
        .why(
            "A token without a user is one of an anonymous user, and good in anonymous sessions only; a \
             server that takes it everywhere lets everybody in with it.",
        )
        .requirement("CS-SUB-2")
        .class("C14")
        .threat(Threat::Holder)
}

/// In the session of an anonymous user.
fn anonymous() -> [Case; 3] {
    let nobody = twins::subscription()
        .changed_by(
            &KIND.id("anonymous-sub-absent"),
            vec![context(ContextChange::SessionUser { user: String::new() }), without_claim("sub")],
        )
        .accept()
        .title("no sub, in the session of an anonymous user")
        .why("A token without a user is one of an anonymous user, who is who asks.")
        .requirement("CS-SUB-2")
        .class("C11");
    let empty = twins::subscription()
        .changed_by(
            &KIND.id("anonymous-sub-empty"),
            vec![context(ContextChange::SessionUser { user: String::new() }), claim("sub", "\"\"")],
        )
        .accept()
        .title("an empty sub, in the session of an anonymous user")
        .why("An empty user id is that of an anonymous user, who is who asks.")
        .requirement("CS-SUB-2")
        .class("C11");
    let named = nobody
        .changed(&KIND.id("anonymous-sub-named"), claim("sub", "\"42\""))
        .reject([Reason::User])
        .title("a token of a named user, in the session of an anonymous one")
        .why("Somebody who has not logged in must not use the token of somebody who has.")
        .requirement("CS-SUB-1")
        .class("C14")
        .threat(Threat::Holder);
    [nobody, empty, named]
}

/// `client`, which subscription tokens need no longer.
fn client_of_its_own() -> Vec<Case> {
    vec![
        twins::subscription()
            .changed(&KIND.id("client-ours"), claim("client", "\"{{client}}\""))
            .accept()
            .title("a client, the one that asks")
            .why("Tokens that were made for version 3 name the client as well, and are still good.")
            .requirement("RFC7519-4-IGNORE")
            .class("V1"),
        twins::subscription()
            .changed(
                &KIND.id("client-of-another-session"),
                claim("client", "\"00000000-0000-4000-8000-000000000000\""),
            )
            .accept()
            .title("a client, another one than asks")
            .why(
                "The documentation since version 4 has no `client` claim. A claim that is not understood is \
                 ignored, whatever it holds.",
            )
            .requirement("RFC7519-4-IGNORE")
            .class("V1"),
    ]
}

/// Name, raw value of `override`, what it is.
const OVERRIDES: [(&str, &str, &str); 9] = [
    ("override-true", "true", "that is true"),
    ("override-array", "[{\"presence\":{\"value\":false}}]", "that is an array"),
    ("override-string", "\"presence\"", "that is a string"),
    ("override-null", "null", "that is null"),
    ("override-option-false", "{\"presence\":false}", "with false in place of an object"),
    ("override-option-null", "{\"presence\":null}", "with null in place of an object"),
    ("override-join-leave-without-value", "{\"join_leave\":{}}", "whose option has no value"),
    ("override-value-string", "{\"presence\":{\"value\":\"false\"}}", "whose value is a string"),
    ("override-value-number", "{\"presence\":{\"value\":0}}", "whose value is a number"),
];

fn misshapen_override((name, value, what): (&str, &str, &str)) -> Case {
    twins::subscription()
        .changed(&KIND.id(name), claim("override", value))
        .either(
            "The documentation says that each option is an object with a boolean `value`, and not what \
             becomes of anything else: the token is refused, or the option stays as it is.",
            [Reason::ClaimType],
        )
        .title(format!("an override {what}"))
        .why("What cannot be read must not switch anything, least of all what a client may see of others.")
        .requirement("CS-OVR-6")
        .class("C24")
}

/// `exp` is documented as an integer; RFC 7519 section 2 allows a fraction.
fn exp_with_a_fraction() -> [Case; 2] {
    [
        twins::subscription()
            .changed(&KIND.id("exp-with-a-fraction"), claim("exp", "{{now+3600}}.5"))
            .either(
                "The documentation asks for an integer, and RFC 7519 section 2 allows a fraction: the token is \
                 refused, or its time is kept to the second.",
                [Reason::ClaimType],
            )
            .effect(|effect| effect.expires = Some(Expiry::At { second: "{{now+3600}}".to_owned() }))
            .title("an exp with a fraction, in an hour")
            .why("A fraction that is read as another number makes the subscription end at another time.")
            .requirement("CS-EXP-4")
            .class("C3"),
        twins::subscription()
            .changed(&KIND.id("exp-past-with-a-fraction"), claim("exp", "{{now-3600}}.5"))
            .reject([Reason::Expired, Reason::ClaimType])
            .title("an exp with a fraction, an hour ago")
            .why("A time that has passed has passed, whether its fraction is read or not.")
            .requirement("CS-EXP-1")
            .requirement("CS-EXP-4")
            .class("C5")
            .threat(Threat::Holder),
    ]
}

/// The tokens that `centrifugo gensubtoken -u 42 -s CHANNEL` prints, as they are written: for the channel
/// that is asked for, and for another one.
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
            .title("a token that gensubtoken printed for the user and the channel")
            .why("The command is the documented way to a first token: it is good for a week, and was printed a minute ago.")
            .requirement("CS-GEN-1")
            .class("V1"),
        printed("printed-by-gensubtoken-for-another-channel", "ns:weather")
            .reject([Reason::Channel])
            .title("a token that gensubtoken printed for another channel")
            .why("Whoever has a token for one channel, by whatever means, has it for no other one.")
            .requirement("CS-GEN-1")
            .class("C14")
            .threat(Threat::Holder),
    ]
}
