//! G5: `exp`, `nbf` and `iat` near the clock. `expire_at` is in `centrifugo/expire-at`.

use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::{Case, Undecided};
use crate::edits::{claim, context};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = EXP.into_iter().map(exp).collect();
    cases.extend(NBF.into_iter().map(nbf));
    cases.extend(IAT.into_iter().map(iat));
    cases.extend(GOOD_FAMILIES.into_iter().flat_map(in_time));
    cases.extend(FAMILIES.into_iter().flat_map(out_of_time));
    let lenient = lenient();
    cases.extend(WITHIN_LEEWAY.into_iter().map(within_leeway));
    cases.extend(BEYOND_LEEWAY.into_iter().map(|row| beyond_leeway(&lenient, row)));
    cases.extend(AT_LEEWAY.into_iter().map(|row| at_leeway(&lenient, row)));
    cases.extend(ISSUED_AROUND_LEEWAY.into_iter().map(|row| issued_around_leeway(&lenient, row)));
    cases.push(lenient);
    Topic {
        path: "claims/time-boundary",
        about: "exp, nbf and iat just before, at and just after the verifier's clock, as integers and with a \
                fraction, with and without a configured leeway.",
        cases,
    }
}

/// Name, value, description, whether the token is still valid.
const EXP: [(&str, &str, &str, bool); 22] = [
    ("an-hour-ago", "{{now-3600}}", "an hour ago", false),
    ("61-seconds-ago", "{{now-61}}", "61 seconds ago", false),
    ("60-and-a-half-seconds-ago", "{{now-61}}.5", "60.5 seconds ago", false),
    ("a-minute-ago-with-zero-fraction", "{{now-60}}.0", "a minute ago, written with a zero fraction", false),
    ("59-and-a-half-seconds-ago", "{{now-60}}.5", "59.5 seconds ago", false),
    ("59-seconds-ago", "{{now-59}}", "59 seconds ago", false),
    ("a-second-ago-with-zero-fraction", "{{now-1}}.0", "a second ago, written with a zero fraction", false),
    ("equals-now-with-zero-fraction", "{{now}}.0", "exactly now, written with a zero fraction", false),
    ("a-millisecond-after-now", "{{now}}.001", "in a millisecond", true),
    ("in-a-second-with-zero-fraction", "{{now+1}}.0", "in a second, written with a zero fraction", true),
    ("in-59-seconds", "{{now+59}}", "in 59 seconds", true),
    ("in-59-and-a-half-seconds", "{{now+59}}.5", "in 59.5 seconds", true),
    ("in-a-minute-with-zero-fraction", "{{now+60}}.0", "in a minute, written with a zero fraction", true),
    ("in-61-seconds", "{{now+61}}", "in 61 seconds", true),
    ("a-minute-ago", "{{now-60}}", "a minute ago", false),
    ("a-second-ago", "{{now-1}}", "a second ago", false),
    ("half-a-second-past", "{{now-1}}.5", "half a second ago", false),
    ("equals-now", "{{now}}", "exactly now", false),
    ("half-a-second-after-now", "{{now}}.5", "in half a second", true),
    ("in-a-second", "{{now+1}}", "in a second", true),
    ("in-a-minute", "{{now+60}}", "in a minute", true),
    ("in-ten-years", "{{now+315360000}}", "in ten years", true),
];

fn exp((name, value, when, good): (&str, &str, &str, bool)) -> Case {
    let case = twins::hs256().changed(&format!("claims/time-boundary/exp-{name}"), claim("exp", value));
    let is_last_second = good && WITHIN_A_SECOND.contains(&value);
    let case = if is_last_second {
        last_second(case)
    } else if good {
        case.accept().why(
            "The current time is before `exp`, so the token is still valid. A verifier that subtracts leeway \
             instead of adding it, or drops the fraction of a time, rejects good tokens.",
        )
    } else if WITHIN_A_SECOND.contains(&value) {
        within_a_second(case, Reason::Expired)
    } else {
        case.reject([Reason::Expired]).threat(Threat::Holder).why(
            "RFC 7519 section 4.1.4: a token must not be accepted on or after its expiration time. A \
             verifier that accepts it, because of unrequested leeway or rounding, lets in a user whose \
             access has ended.",
        )
    }
    .title(format!("exp {when}"))
    .requirement("RFC7519-4.1.4-EXP")
    .class("C5");
    if value.ends_with("}}") { case } else { case.documented("CF-EXP-6") }
}

/// The verdict for an `exp` less than a second in the future. A clock of whole seconds cannot express that.
fn last_second(case: Undecided) -> Case {
    case.either_better_accepted(
        "RFC 7519 section 4.1.4 only says when a token must not be accepted. Section 2 allows a fraction and \
         does not require times finer than a second. A verifier that drops the fraction finds the token \
         expired. Preferring acceptance is the choice of this project.",
        [Reason::Expired],
    )
    .why("The exact verdict is acceptance. A verifier that counts whole seconds cannot tell.")
}

/// Values on the wrong side of the clock by less than a second.
const WITHIN_A_SECOND: [&str; 3] = ["{{now-1}}.5", "{{now}}.001", "{{now}}.5"];

/// The verdict for a time on the wrong side by less than a second. A clock of whole seconds cannot see that.
fn within_a_second(case: Undecided, reason: Reason) -> Case {
    case.either_better_refused(
        "RFC 7519 sections 4.1.4 and 4.1.5 allow leeway for clock skew, and section 2 does not require a \
         clock finer than a second. Preferring rejection is the choice of this project.",
        [reason],
    )
    .threat(Threat::Holder)
    .why(
        "The exact verdict is rejection. A verifier that counts whole seconds, or rounds the time, cannot \
         tell.",
    )
}

/// Name, value, description, whether the token is valid already.
const NBF: [(&str, &str, &str, bool); 21] = [
    ("an-hour-ago", "{{now-3600}}", "an hour ago", true),
    ("61-seconds-ago", "{{now-61}}", "61 seconds ago", true),
    ("a-minute-ago", "{{now-60}}", "a minute ago", true),
    ("a-minute-ago-with-zero-fraction", "{{now-60}}.0", "a minute ago, written with a zero fraction", true),
    ("59-and-a-half-seconds-ago", "{{now-60}}.5", "59.5 seconds ago", true),
    ("59-seconds-ago", "{{now-59}}", "59 seconds ago", true),
    ("a-second-ago-with-zero-fraction", "{{now-1}}.0", "a second ago, written with a zero fraction", true),
    ("equals-now-with-zero-fraction", "{{now}}.0", "exactly now, written with a zero fraction", true),
    ("a-millisecond-too-soon", "{{now}}.001", "in a millisecond", false),
    ("in-a-second-with-zero-fraction", "{{now+1}}.0", "in a second, written with a zero fraction", false),
    ("in-59-seconds", "{{now+59}}", "in 59 seconds", false),
    ("in-59-and-a-half-seconds", "{{now+59}}.5", "in 59.5 seconds", false),
    ("in-a-minute-with-zero-fraction", "{{now+60}}.0", "in a minute, written with a zero fraction", false),
    ("in-61-seconds", "{{now+61}}", "in 61 seconds", false),
    ("a-second-ago", "{{now-1}}", "a second ago", true),
    ("half-a-second-ago", "{{now-1}}.5", "half a second ago", true),
    ("equals-now", "{{now}}", "exactly now", true),
    ("half-a-second-too-soon", "{{now}}.5", "in half a second", false),
    ("in-a-second", "{{now+1}}", "in a second", false),
    ("in-a-minute", "{{now+60}}", "in a minute", false),
    ("in-half-an-hour", "{{now+1800}}", "in half an hour", false),
];

fn nbf((name, value, when, good): (&str, &str, &str, bool)) -> Case {
    let case = twins::hs256().changed(&format!("claims/time-boundary/nbf-{name}"), claim("nbf", value));
    if good {
        case.accept().why(
            "The current time is on or after `nbf`, so the token is valid. A verifier that rejects it locks \
             out a user whose access has begun.",
        )
    } else if WITHIN_A_SECOND.contains(&value) {
        within_a_second(case, Reason::NotYetValid)
    } else {
        case.reject([Reason::NotYetValid]).threat(Threat::Holder).why(
            "RFC 7519 section 4.1.5: a token must not be accepted before `nbf`. A verifier that accepts it \
             grants access that has not begun.",
        )
    }
    .title(format!("nbf {when}"))
    .requirement("RFC7519-4.1.5-NBF")
    .class("C5")
}

/// Name, value, description, whether the time is not in the future.
const IAT: [(&str, &str, &str, bool); 12] = [
    ("61-seconds-ago", "{{now-61}}", "61 seconds ago", true),
    ("59-and-a-half-seconds-ago", "{{now-60}}.5", "59.5 seconds ago", true),
    ("a-second-ago", "{{now-1}}", "a second ago", true),
    ("half-a-second-ago", "{{now-1}}.5", "half a second ago", true),
    ("equals-now", "{{now}}", "exactly now", true),
    ("equals-now-with-zero-fraction", "{{now}}.0", "exactly now, written with a zero fraction", true),
    ("in-half-a-second", "{{now}}.5", "in half a second", false),
    ("in-a-second", "{{now+1}}", "in a second", false),
    ("in-59-seconds", "{{now+59}}", "in 59 seconds", false),
    ("in-59-and-a-half-seconds", "{{now+59}}.5", "in 59.5 seconds", false),
    ("in-61-seconds", "{{now+61}}", "in 61 seconds", false),
    (
        "in-ten-seconds-with-zero-fraction",
        "{{now+10}}.0",
        "in ten seconds, written with a zero fraction",
        false,
    ),
];

fn iat((name, value, when, come): (&str, &str, &str, bool)) -> Case {
    let case = twins::hs256().changed(&format!("claims/time-boundary/iat-{name}"), claim("iat", value));
    if come {
        case.accept().why(
            "The time of issue is not in the future, and no maximum age is configured, so `iat` is no reason \
             to reject the token. A verifier that requires `iat` to be a second old rejects every new token.",
        )
    } else {
        case.either(
            "RFC 7519 section 4.1.6 defines `iat` as the time of issue and does not ask for rejection. An \
             application may distrust a time in the future.",
            [Reason::IssuedInFuture],
        )
        .why(
            "The issuer's clock is slightly ahead. A verifier that rejects this token rejects new tokens \
             from every issuer whose clock is not behind its own.",
        )
    }
    .title(format!("iat {when}"))
    .requirement("RFC7519-4.1.6-IAT")
    .class("C7")
}

/// One algorithm of each family except HMAC, which the other cases use.
const FAMILIES: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

/// The same algorithms and the longest HMAC.
const GOOD_FAMILIES: [Algorithm; 5] =
    [Algorithm::HS512, Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

fn in_time(algorithm: Algorithm) -> [Case; 2] {
    [
        ("exp-in-a-minute", "exp", "{{now+60}}", "exp in a minute", "RFC7519-4.1.4-EXP"),
        ("nbf-59-and-a-half-seconds-ago", "nbf", "{{now-60}}.5", "nbf 59.5 seconds ago", "RFC7519-4.1.5-NBF"),
    ]
    .map(|(name, member, value, title, requirement)| {
        let id = format!("claims/time-boundary/{}-{name}", algorithm.name().to_lowercase());
        twins::signed(algorithm)
            .changed(&id, claim(member, value))
            .accept()
            .title(format!("{title}, signed with {algorithm}"))
            .why("Times mean the same under every algorithm.")
            .requirement(requirement)
            .class("C5")
    })
}

fn out_of_time(algorithm: Algorithm) -> [Case; 2] {
    [
        ("exp-a-minute-ago", "exp", "{{now-60}}", "exp a minute ago", Reason::Expired, "RFC7519-4.1.4-EXP"),
        ("nbf-in-a-minute", "nbf", "{{now+60}}", "nbf in a minute", Reason::NotYetValid, "RFC7519-4.1.5-NBF"),
    ]
    .map(|(name, member, value, title, reason, requirement)| {
        let id = format!("claims/time-boundary/{}-{name}", algorithm.name().to_lowercase());
        twins::signed(algorithm)
            .changed(&id, claim(member, value))
            .reject([reason])
            .title(format!("{title}, signed with {algorithm}"))
            .why(
                "Verifiers often have separate code for each kind of key, and one branch may lack the time \
                 checks. The signature is good, so such a verifier accepts the token at any time.",
            )
            .requirement(requirement)
            .class("C5")
            .threat(Threat::Holder)
    })
}

fn lenient() -> Case {
    twins::hs256()
        .changed("claims/time-boundary/leeway-of-a-minute", context(ContextChange::Leeway { seconds: 60 }))
        .accept()
        .title("a valid token, with a configured leeway of a minute")
        .why("Leeway must not cause the rejection of a token that is good without it.")
        .requirement("RFC7519-4.1.4-EXP")
        .class("C5")
}

/// Name, claim, value, description, requirement.
type Leeway = (&'static str, &'static str, &'static str, &'static str, &'static str);

const WITHIN_LEEWAY: [Leeway; 3] = [
    ("exp-59-seconds-ago", "exp", "{{now-59}}", "exp 59 seconds ago", "RFC7519-4.1.4-EXP"),
    ("exp-equals-now", "exp", "{{now}}", "exp exactly now", "RFC7519-4.1.4-EXP"),
    ("nbf-in-59-seconds", "nbf", "{{now+59}}", "nbf in 59 seconds", "RFC7519-4.1.5-NBF"),
];

fn within_leeway((name, member, value, what, requirement): Leeway) -> Case {
    twins::hs256()
        .changed_by(
            &format!("claims/time-boundary/leeway-of-a-minute-{name}"),
            vec![context(ContextChange::Leeway { seconds: 60 }), claim(member, value)],
        )
        .accept()
        .title(format!("{what}, with a configured leeway of a minute"))
        .why(
            "Leeway compensates for clock skew, and the time is within it. A verifier that applies leeway to \
             the wrong side, or reads seconds as milliseconds, rejects the token.",
        )
        .requirement(requirement)
        .class("C5")
}

/// Times at the exact end of the leeway.
const AT_LEEWAY: [Leeway; 2] = [
    ("exp-60-seconds-ago", "exp", "{{now-60}}", "exp 60 seconds ago", "RFC7519-4.1.4-EXP"),
    ("nbf-in-60-seconds", "nbf", "{{now+60}}", "nbf in 60 seconds", "RFC7519-4.1.5-NBF"),
];

fn at_leeway(lenient: &Case, (name, member, value, what, requirement): Leeway) -> Case {
    let undecided =
        lenient.changed(&format!("claims/time-boundary/leeway-of-a-minute-{name}"), claim(member, value));
    let why =
        "RFC 7519 sections 4.1.4 and 4.1.5 allow some leeway and do not say whether its last second counts.";
    let reason = if member == "exp" { Reason::Expired } else { Reason::NotYetValid };
    undecided
        .either(why, [reason])
        .title(format!("{what}, with a configured leeway of a minute"))
        .why(
            "The time is exactly at the end of the leeway. Verifiers that compare with `<` and with `<=` \
             differ here. One second to either side, the verdict is certain.",
        )
        .requirement(requirement)
        .class("C5")
        .threat(Threat::Holder)
}

/// `iat` in the future, within the leeway, at its end and beyond it.
const ISSUED_AROUND_LEEWAY: [Leeway; 3] = [
    ("iat-in-59-seconds", "iat", "{{now+59}}", "iat in 59 seconds", "RFC7519-4.1.6-IAT"),
    ("iat-in-60-seconds", "iat", "{{now+60}}", "iat in 60 seconds", "RFC7519-4.1.6-IAT"),
    ("iat-in-61-seconds", "iat", "{{now+61}}", "iat in 61 seconds", "RFC7519-4.1.6-IAT"),
];

fn issued_around_leeway(lenient: &Case, (name, member, value, what, requirement): Leeway) -> Case {
    lenient
        .changed(&format!("claims/time-boundary/leeway-of-a-minute-{name}"), claim(member, value))
        .either(
            "RFC 7519 section 4.1.6 defines `iat` as the time of issue and does not ask for rejection. An \
             application may distrust a time in the future.",
            [Reason::IssuedInFuture],
        )
        .title(format!("{what}, with a configured leeway of a minute"))
        .why("Leeway compensates for clock skew. No text says whether it also applies to `iat`.")
        .requirement(requirement)
        .class("C7")
}

const BEYOND_LEEWAY: [Leeway; 4] = [
    ("exp-61-seconds-ago", "exp", "{{now-61}}", "exp 61 seconds ago", "RFC7519-4.1.4-EXP"),
    ("exp-half-an-hour-ago", "exp", "{{now-1800}}", "exp half an hour ago", "RFC7519-4.1.4-EXP"),
    ("nbf-in-61-seconds", "nbf", "{{now+61}}", "nbf in 61 seconds", "RFC7519-4.1.5-NBF"),
    ("nbf-in-half-an-hour", "nbf", "{{now+1800}}", "nbf in half an hour", "RFC7519-4.1.5-NBF"),
];

fn beyond_leeway(lenient: &Case, (name, member, value, what, requirement): Leeway) -> Case {
    let case = lenient
        .changed(&format!("claims/time-boundary/leeway-of-a-minute-{name}"), claim(member, value))
        .reject([if member == "exp" { Reason::Expired } else { Reason::NotYetValid }])
        .title(format!("{what}, with a configured leeway of a minute"));
    if value.ends_with("61}}") {
        case.why(
            "The time is one second beyond the configured leeway. A verifier that accepts the token grants \
             more leeway than it was configured for.",
        )
    } else {
        case.why("A verifier that reads a leeway of one minute as sixty minutes accepts this token.")
    }
    .requirement(requirement)
    .class("C5")
    .threat(Threat::Holder)
}
