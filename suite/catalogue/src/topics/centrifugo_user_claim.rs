//! A claim that names the user instead of `sub`.

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
        about: "Tokens whose user is named by a configured claim instead of `sub`.",
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
        .title("configured claim with a user other than sub")
        .why("The user is the one in the configured claim, whatever `sub` says.")
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
        .title(format!("configured claim is {value}"))
        .why("The user is exactly the string in the claim.")
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
            "the documentation of Centrifugo says that the claim holds the user id, and does not define its \
             type",
            [Reason::ClaimType, Reason::ClaimMissing],
        )
        .title(format!("configured claim is {value}"))
        .why("A user id is a string. Implementations may differ in how they treat any other value.")
        .requirement("CF-USER-1")
        .class("C11")
        .effect(|effect| effect.user = None)
}

fn beside() -> Vec<Case> {
    vec![
        twin()
            .changed(&id("absent"), without_claim(CLAIM))
            .either_better_refused(
                "the documentation of Centrifugo does not say how to treat a token without the claim. The \
                 preference for a rejection is the choice of this project.",
                [Reason::ClaimMissing],
            )
            .title("configured claim missing, sub present")
            .why(
                "`sub` does not name the user here. A server that falls back to it lets the issuer of a \
                 token name a user in a way that the operator did not configure.",
            )
            .requirement("CF-USER-1")
            .class("C11")
            .effect(|effect| effect.user = None),
        twin()
            .changed(&id("sub-absent"), without_claim("sub"))
            .accept()
            .title("sub missing")
            .why("The configured claim names the user, so `sub` is not needed.")
            .requirement("CF-USER-1")
            .class("C11"),
        twin()
            .changed(&id("in-capitals-beside"), alias(Layer::Payload, CLAIM, "UID", Alias::Case, "\"admin\""))
            .accept()
            .title("claim with the configured name in upper case, beside the configured claim")
            .why("Names are compared exactly, so this is an unknown claim and is ignored.")
            .requirement("RFC7519-4-IGNORE")
            .class("C11"),
        twin()
            .changed(&id("twice"), duplicate(Layer::Payload, CLAIM, "\"admin\""))
            .either(
                "RFC 7519 section 4: a parser rejects duplicate names, or uses the last one",
                [Reason::Payload],
            )
            .title("configured claim twice with two users")
            .why("The user must not depend on which reader parses the token.")
            .requirement("RFC7519-4-DUP")
            .class("J1")
            // The section is about registered claims. A reader may treat this one differently.
            .effect(|effect| effect.user = None),
        twins::centrifugo()
            .changed(&id("not-configured"), claim(CLAIM, "\"admin\""))
            .accept()
            .title("claim of that name present, no user claim configured")
            .why("No user claim is configured, so the user is the one in `sub`.")
            .requirement("CF-SUB-1")
            .class("C11"),
        twin()
            .changed(&id("not-configured-any-more"), context(ContextChange::UserIdClaim { claim: None }))
            .accept()
            .title("valid token after its user claim is no longer configured")
            .why("The user is the one in `sub` again. No other claim names a user.")
            .requirement("CF-USER-1")
            .class("C11"),
        twin()
            .changed(&id("expired"), claim("exp", "{{now-60}}"))
            .reject([Reason::Expired])
            .threat(Threat::Holder)
            .title("exp one minute ago, user in the configured claim")
            .why(
                "The choice of the user claim does not affect the checks of times. A server that skips them \
                 accepts expired tokens.",
            )
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
        .title("subscription token, configured claim is the connected user")
        .why("The same claim names the user in subscription tokens.")
        .requirement("CF-USER-1")
        .requirement("CS-SUB-1")
        .class("C11");
    let other = good
        .changed(&id("channel-other-user"), claim(CLAIM, "\"43\""))
        .reject([Reason::User])
        .threat(Threat::Holder)
        .title("subscription token, configured claim is a different user")
        .why(
            "The token was issued to a different user. A server that accepts it lets one user subscribe \
             with the token of another.",
        )
        .requirement("CS-SUB-1")
        .class("C14");
    let sub = twins::subscription()
        .changed_by(&id("channel-of-sub"), vec![configured(), claim(CLAIM, "\"43\"")])
        .reject([Reason::User])
        .threat(Threat::Holder)
        .title("subscription token, sub is the connected user and the configured claim a different user")
        .why(
            "The configured claim names the user, not `sub`. A server that compares `sub` accepts the token \
             of a different user.",
        )
        .requirement("CF-USER-1")
        .requirement("CS-SUB-1")
        .class("C14");
    let unconfigured = good
        .changed(&id("channel-not-configured"), context(ContextChange::UserIdClaim { claim: None }))
        .reject([Reason::User])
        .threat(Threat::Holder)
        .title("subscription token, no user claim configured, sub is a different user")
        .why(
            "No user claim is configured, so the user is the one in `sub`, and that is not the connected \
             user.",
        )
        .requirement("CF-USER-1")
        .requirement("CS-SUB-1")
        .class("C14");
    vec![good, other, sub, unconfigured]
}
