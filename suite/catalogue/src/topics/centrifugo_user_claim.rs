//! A claim that names the user in place of `sub`.

use jotproof_model::edit::{Alias, ContextChange, Layer};
use jotproof_model::{Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{alias, claim, context, duplicate, without_claim};
use crate::twins;

const CLAIM: &str = "uid";

pub(super) fn topic() -> Topic {
    let mut cases = vec![twin()];
    cases.extend(STRINGS.into_iter().map(string));
    cases.extend(OTHERS.into_iter().map(of_another_type));
    cases.extend(beside());
    cases.extend(in_channels());
    Topic {
        path: "centrifugo/user-claim",
        about: "Tokens whose user is named by a claim that is configured for it.",
        cases,
    }
}

fn id(name: &str) -> String {
    format!("centrifugo/user-claim/{name}")
}

fn configured() -> jotproof_model::Edit {
    context(ContextChange::UserIdClaim { claim: Some(CLAIM.to_owned()) })
}

fn twin() -> Case {
    twins::centrifugo()
        .changed_by(&id("valid"), vec![configured(), claim(CLAIM, "\"a-17\"")])
        .accept()
        .title("the configured claim names another user than sub")
        .why("The user is the one that the configured claim names, whatever `sub` says.")
        .requirement("CF-USER-1")
        .class("C11")
}

/// Name, raw value.
const STRINGS: [(&str, &str); 6] = [
    ("digits", "\"17\""),
    ("unicode", "\"\u{17d}\u{f3}f\u{eb}\""),
    ("escapes", "\"\\u0061\\\"b\\\\c\\/d\""),
    ("spaces", "\" a b \""),
    ("like-json", "\"{\\\"a\\\":1}\""),
    ("empty", "\"\""),
];

fn string((name, value): (&str, &str)) -> Case {
    twin()
        .changed(&id(name), claim(CLAIM, value))
        .accept()
        .title(format!("the configured claim is {value}"))
        .why("The user is exactly the string that the claim holds.")
        .requirement("CF-USER-1")
        .class("C11")
}

/// Name, raw value.
const OTHERS: [(&str, &str); 9] = [
    ("number", "42"),
    ("number-with-fraction", "42.0"),
    ("number-with-exponent", "1e3"),
    ("number-negative", "-7"),
    ("true", "true"),
    ("false", "false"),
    ("null", "null"),
    ("array", "[\"a\", 1]"),
    ("object", "{\"id\": 1}"),
];

fn of_another_type((name, value): (&str, &str)) -> Case {
    twin()
        .changed(&id(name), claim(CLAIM, value))
        .either(
            "the documentation of Centrifugo says that the claim holds the user id, and not of which type \
             it may be",
            [Reason::ClaimType, Reason::ClaimMissing],
        )
        .title(format!("the configured claim is {value}"))
        .why("A user id is a string. What becomes of another value, two implementations need not agree on.")
        .requirement("CF-USER-1")
        .class("C11")
        .effect(|effect| effect.user = None)
}

fn beside() -> Vec<Case> {
    vec![
        twin()
            .changed(&id("absent"), without_claim(CLAIM))
            .either_better_refused(
                "the documentation of Centrifugo does not say what a token without the claim is. To prefer a refusal \
                 is the choice of this project.",
                [Reason::ClaimMissing],
            )
            .title("no claim that names the user, and a sub")
            .why(
                "`sub` does not name the user here; who falls back to it lets a token name a user otherwise.",
            )
            .requirement("CF-USER-1")
            .class("C11")
            .effect(|effect| effect.user = None),
        twin()
            .changed(&id("sub-absent"), without_claim("sub"))
            .accept()
            .title("no sub")
            .why("Nobody asks for it.")
            .requirement("CF-USER-1")
            .class("C11"),
        twin()
            .changed(&id("in-capitals-beside"), alias(Layer::Payload, CLAIM, "UID", Alias::Case, "\"admin\""))
            .accept()
            .title("a claim whose name differs by case, beside the configured one")
            .why("Names are compared exactly: this is a claim that nobody knows.")
            .requirement("RFC7519-4-IGNORE")
            .class("C11"),
        twin()
            .changed(&id("twice"), duplicate(Layer::Payload, CLAIM, "\"admin\""))
            .either(
                "RFC 7519 section 4: a parser refuses duplicate names, or takes the last one",
                [Reason::Payload],
            )
            .title("the configured claim twice, with two users")
            .why("Which of two users it is must not hang on who reads the token.")
            .requirement("RFC7519-4-DUP")
            .class("J1")
            // The section is about registered claims; whoever reads this one need not read it as those.
            .effect(|effect| effect.user = None),
        twins::centrifugo()
            .changed(&id("not-configured"), claim(CLAIM, "\"admin\""))
            .accept()
            .title("the claim is there, and not configured")
            .why("The user is `sub`.")
            .requirement("CF-SUB-1")
            .class("C11"),
        twin()
            .changed(&id("not-configured-any-more"), context(ContextChange::UserIdClaim { claim: None }))
            .accept()
            .title("the same token, and no claim is configured")
            .why("The user is `sub` again, and no other claim names one.")
            .requirement("CF-USER-1")
            .class("C11"),
        twin()
            .changed(&id("expired"), claim("exp", "{{now-60}}"))
            .reject([Reason::Expired])
            .threat(Threat::Holder)
            .title("a minute after exp, with the user in another claim")
            .why("Which claim names the user changes nothing about times.")
            .requirement("RFC7519-4.1.4-EXP")
            .class("C5"),
    ]
}

fn in_channels() -> Vec<Case> {
    let good = twins::subscription()
        .changed_by(
            &id("channel-valid"),
            vec![configured(), claim(CLAIM, "\"42\""), claim("sub", "\"someone\"")],
        )
        .accept()
        .title("a subscription token whose configured claim names the connected user")
        .why("The same claim names the user in tokens for channels.")
        .requirement("CF-USER-1")
        .requirement("CS-SUB-1")
        .class("C11");
    let other = good
        .changed(&id("channel-other-user"), claim(CLAIM, "\"43\""))
        .reject([Reason::User])
        .threat(Threat::Holder)
        .title("a subscription token whose configured claim names another user")
        .why("The token was made for somebody else.")
        .requirement("CS-SUB-1")
        .class("C14");
    let sub = twins::subscription()
        .changed_by(&id("channel-of-sub"), vec![configured(), claim(CLAIM, "\"43\"")])
        .reject([Reason::User])
        .threat(Threat::Holder)
        .title("a subscription token whose sub is the connected user, with a configured claim that is not")
        .why("`sub` does not name the user here.")
        .requirement("CF-USER-1")
        .requirement("CS-SUB-1")
        .class("C14");
    let unconfigured = good
        .changed(&id("channel-not-configured"), context(ContextChange::UserIdClaim { claim: None }))
        .reject([Reason::User])
        .threat(Threat::Holder)
        .title("the same subscription token, and no claim is configured")
        .why("The user is `sub`, which is somebody else than is connected.")
        .requirement("CF-USER-1")
        .requirement("CS-SUB-1")
        .class("C14");
    vec![good, other, sub, unconfigured]
}
