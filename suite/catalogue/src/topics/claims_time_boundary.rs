//! G5: `exp`, `nbf` and `iat` around the clock. `expire_at` is in `centrifugo/expire-at`.

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
        about: "Times right before, at and after the clock, whole and with a fraction, without leeway \
                and with one that is configured.",
        cases,
    }
}

/// Name, value, what it is, whether the token is still good.
const EXP: [(&str, &str, &str, bool); 22] = [
    ("an-hour-ago", "{{now-3600}}", "an hour ago", false),
    ("61-seconds-ago", "{{now-61}}", "61 seconds ago", false),
    ("60-and-a-half-seconds-ago", "{{now-61}}.5", "60.5 seconds ago", false),
    ("a-minute-ago-with-zero-fraction", "{{now-60}}.0", "a minute ago, written with a fraction", false),
    ("59-and-a-half-seconds-ago", "{{now-60}}.5", "59.5 seconds ago", false),
    ("59-seconds-ago", "{{now-59}}", "59 seconds ago", false),
    ("a-second-ago-with-zero-fraction", "{{now-1}}.0", "a second ago, written with a fraction", false),
    ("equals-now-with-zero-fraction", "{{now}}.0", "exactly now, written with a fraction", false),
    ("a-millisecond-after-now", "{{now}}.001", "in a millisecond", true),
    ("in-a-second-with-zero-fraction", "{{now+1}}.0", "in a second, written with a fraction", true),
    ("in-59-seconds", "{{now+59}}", "in 59 seconds", true),
    ("in-59-and-a-half-seconds", "{{now+59}}.5", "in 59.5 seconds", true),
    ("in-a-minute-with-zero-fraction", "{{now+60}}.0", "in a minute, written with a fraction", true),
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
            "The current time is before the expiration time, if not by much. Leeway that is taken off \
             instead of put on, or a fraction that is cut off, refuses a good token.",
        )
    } else if WITHIN_A_SECOND.contains(&value) {
        within_a_second(case, Reason::Expired)
    } else {
        case.reject([Reason::Expired]).threat(Threat::Holder).why(
            "A token is not accepted on or after its expiration time; who still accepts it, by leeway \
             that nobody asked for or by rounding up, lets in a user whose access has ended.",
        )
    }
    .title(format!("exp {when}"))
    .requirement("RFC7519-4.1.4-EXP")
    .class("C5");
    if value.ends_with("}}") { case } else { case.documented("CF-EXP-6") }
}

/// The verdict for an `exp` that comes in less than a second, which a time of whole seconds cannot hold.
fn last_second(case: Undecided) -> Case {
    case.either_better_accepted(
        "RFC 7519 section 4.1.4 only says when a token is not accepted. Section 2 allows a fraction and asks for no \
         finer clock or time than a second, so a verifier that cuts the fraction off finds that `exp` has come. To \
         prefer acceptance is the choice of this project.",
        [Reason::Expired],
    )
    .why("The exact answer is to accept. A verifier whose times are whole seconds cannot tell.")
}

/// Values on the wrong side of the clock by less than a second.
const WITHIN_A_SECOND: [&str; 3] = ["{{now-1}}.5", "{{now}}.001", "{{now}}.5"];

/// The verdict for a time on the wrong side by less than a second, which a clock of whole seconds cannot see.
fn within_a_second(case: Undecided, reason: Reason) -> Case {
    case.either_better_refused(
        "RFC 7519 sections 4.1.4 and 4.1.5 let a verifier account for clocks that differ, and section 2 does \
         not ask for a clock that is finer than a second. To prefer a refusal is the choice of this project.",
        [reason],
    )
    .threat(Threat::Holder)
    .why(
        "The exact answer is a refusal. A verifier whose clock counts whole seconds, or that rounds the \
         time, cannot tell.",
    )
}

/// Name, value, what it is, whether the token is good already.
const NBF: [(&str, &str, &str, bool); 21] = [
    ("an-hour-ago", "{{now-3600}}", "an hour ago", true),
    ("61-seconds-ago", "{{now-61}}", "61 seconds ago", true),
    ("a-minute-ago", "{{now-60}}", "a minute ago", true),
    ("a-minute-ago-with-zero-fraction", "{{now-60}}.0", "a minute ago, written with a fraction", true),
    ("59-and-a-half-seconds-ago", "{{now-60}}.5", "59.5 seconds ago", true),
    ("59-seconds-ago", "{{now-59}}", "59 seconds ago", true),
    ("a-second-ago-with-zero-fraction", "{{now-1}}.0", "a second ago, written with a fraction", true),
    ("equals-now-with-zero-fraction", "{{now}}.0", "exactly now, written with a fraction", true),
    ("a-millisecond-too-soon", "{{now}}.001", "in a millisecond", false),
    ("in-a-second-with-zero-fraction", "{{now+1}}.0", "in a second, written with a fraction", false),
    ("in-59-seconds", "{{now+59}}", "in 59 seconds", false),
    ("in-59-and-a-half-seconds", "{{now+59}}.5", "in 59.5 seconds", false),
    ("in-a-minute-with-zero-fraction", "{{now+60}}.0", "in a minute, written with a fraction", false),
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
        case.accept().why("The current time is on or after the time before which the token is not accepted.")
    } else if WITHIN_A_SECOND.contains(&value) {
        within_a_second(case, Reason::NotYetValid)
    } else {
        case.reject([Reason::NotYetValid]).threat(Threat::Holder).why(
            "A token is not accepted before this time; who accepts it grants access that has \
                  not begun.",
        )
    }
    .title(format!("nbf {when}"))
    .requirement("RFC7519-4.1.5-NBF")
    .class("C5")
}

/// Name, value, what it is, whether it has come.
const IAT: [(&str, &str, &str, bool); 12] = [
    ("61-seconds-ago", "{{now-61}}", "61 seconds ago", true),
    ("59-and-a-half-seconds-ago", "{{now-60}}.5", "59.5 seconds ago", true),
    ("a-second-ago", "{{now-1}}", "a second ago", true),
    ("half-a-second-ago", "{{now-1}}.5", "half a second ago", true),
    ("equals-now", "{{now}}", "exactly now", true),
    ("equals-now-with-zero-fraction", "{{now}}.0", "exactly now, written with a fraction", true),
    ("in-half-a-second", "{{now}}.5", "in half a second", false),
    ("in-a-second", "{{now+1}}", "in a second", false),
    ("in-59-seconds", "{{now+59}}", "in 59 seconds", false),
    ("in-59-and-a-half-seconds", "{{now+59}}.5", "in 59.5 seconds", false),
    ("in-61-seconds", "{{now+61}}", "in 61 seconds", false),
    ("in-ten-seconds-with-zero-fraction", "{{now+10}}.0", "in ten seconds, written with a fraction", false),
];

fn iat((name, value, when, come): (&str, &str, &str, bool)) -> Case {
    let case = twins::hs256().changed(&format!("claims/time-boundary/iat-{name}"), claim("iat", value));
    if come {
        case.accept().why(
            "The time of issue has come, and no greatest age is configured: nothing is refused for it. A \
             verifier that wants it to lie a whole second back refuses every new token.",
        )
    } else {
        case.either(
            "`iat` says when the token was issued, and nothing of refusing it (RFC 7519 section 4.1.6); \
             an application may mistrust a time that has not come.",
            [Reason::IssuedInFuture],
        )
        .why(
            "The issuer's clock is a little ahead. Who refuses a token for that refuses those of every \
             issuer whose clock is not behind its own.",
        )
    }
    .title(format!("iat {when}"))
    .requirement("RFC7519-4.1.6-IAT")
    .class("C7")
}

/// One algorithm of each family but that of the other cases.
const FAMILIES: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

/// The same, and the longest HMAC.
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
            .title(format!("{algorithm}, {title}"))
            .why("Times mean the same whichever algorithm signed them.")
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
            .title(format!("{algorithm}, {title}"))
            .why(
                "Where each kind of key has a path of its own, the times are easily left out on one of \
                 them: the signature is good, and the token is accepted for ever.",
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
        .title("a token in time, where a leeway of a minute is configured")
        .why("Leeway refuses nothing that is good without it.")
        .requirement("RFC7519-4.1.4-EXP")
        .class("C5")
}

/// Name, claim, value, what it is, requirement.
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
        .title(format!("{what}, where a leeway of a minute is configured"))
        .why(
            "Leeway is there for clocks that differ, and the time is within it. A verifier that puts it \
             on the wrong side, or takes seconds for milliseconds, refuses the token.",
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
        "RFC 7519 sections 4.1.4 and 4.1.5 allow some leeway, and do not say whether its last second counts.";
    let reason = if member == "exp" { Reason::Expired } else { Reason::NotYetValid };
    undecided
        .either(why, [reason])
        .title(format!("{what}, where a leeway of a minute is configured"))
        .why(
            "The time lies exactly at the end of the leeway. A second to either side is decided, and verifiers that \
             compare with `<` and with `<=` differ here.",
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
            "`iat` says when the token was issued, and nothing of refusing it (RFC 7519 section 4.1.6); \
             an application may mistrust a time that has not come.",
            [Reason::IssuedInFuture],
        )
        .title(format!("{what}, where a leeway of a minute is configured"))
        .why("Leeway is for clocks that differ. Whether it also covers the time of issue is not said.")
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
        .title(format!("{what}, where a leeway of a minute is configured"));
    if value.ends_with("61}}") {
        case.why("Leeway ends where it was configured to end; a second later the token is refused.")
    } else {
        case.why("A minute of leeway that is taken for sixty minutes lets this token in.")
    }
    .requirement(requirement)
    .class("C5")
    .threat(Threat::Holder)
}
