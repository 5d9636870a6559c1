//! G7 without `expire_at`: `exp`, `nbf` and `iat` together.

use jotproof_model::{Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = GOOD.into_iter().map(good).collect();
    cases.extend([
        expired_window(),
        not_yet_valid_without_exp(),
        not_yet_valid_beyond_exp(),
        empty_window(),
        expired_and_not_yet_valid(),
        window_upside_down(),
    ]);
    cases.extend(ISSUED_IN_FUTURE.into_iter().map(issued_in_future));
    cases.extend([issued_and_valid_in_future(), expired_and_issued_in_future()]);
    cases.extend(ONE_TIME.into_iter().map(one_time));
    cases.extend(ORDERS.into_iter().map(order));
    cases.push(expired_not_yet_valid_and_issued_in_future());
    Topic {
        path: "claims/time-combinations",
        about: "Times that stand together: which of them decides, and that each of them does.",
        cases,
    }
}

/// A good token: which claims it has beside `sub` and `ext`.
struct Good {
    name: &'static str,
    exp: Option<&'static str>,
    nbf: Option<&'static str>,
    iat: Option<&'static str>,
    title: &'static str,
    why: &'static str,
}

const GOOD: [Good; 17] = [
    Good {
        name: "issued-an-hour-ago",
        exp: Some("{{now+3600}}"),
        nbf: None,
        iat: Some("{{now-3600}}"),
        title: "iat an hour ago, exp in an hour",
        why: "Half of its life is over, and half of it is left.",
    },
    Good {
        name: "without-iat",
        exp: Some("{{now+3600}}"),
        nbf: None,
        iat: None,
        title: "exp alone",
        why: "Without a time of issue a token has no age, and needs none: `exp` is a time and no span.",
    },
    Good {
        name: "without-iat-nbf-past",
        exp: Some("{{now+3600}}"),
        nbf: Some("{{now-600}}"),
        iat: None,
        title: "nbf ten minutes ago, exp in an hour, no iat",
        why: "`nbf` does not ask for an `iat` beside it.",
    },
    Good {
        name: "nbf-after-iat",
        exp: Some("{{now+3600}}"),
        nbf: Some("{{now-600}}"),
        iat: Some("{{now-3600}}"),
        title: "iat an hour ago, nbf ten minutes ago, exp in an hour",
        why: "A token that was handed out before its time; its time has come.",
    },
    Good {
        name: "nbf-equals-iat",
        exp: Some("{{now+3600}}"),
        nbf: Some("{{now-600}}"),
        iat: Some("{{now-600}}"),
        title: "iat and nbf at the same second, ten minutes ago",
        why: "What most issuers write that set all three times.",
    },
    Good {
        name: "just-issued",
        exp: Some("{{now+3600}}"),
        nbf: Some("{{now}}"),
        iat: Some("{{now}}"),
        title: "iat and nbf exactly now",
        why: "A token that is used in the second in which it was issued. Where `nbf` must have passed, \
              rather than not lie ahead, the first attempt of every client fails.",
    },
    Good {
        name: "nbf-ten-years-ago",
        exp: Some("{{now+3600}}"),
        nbf: Some("{{now-315360000}}"),
        iat: Some("{{now-60}}"),
        title: "nbf ten years ago, iat a minute ago",
        why: "An `nbf` that says `always` is long before the time of issue, which contradicts nothing.",
    },
    Good {
        name: "lifetime-of-twenty-years",
        exp: Some("{{now+315360000}}"),
        nbf: None,
        iat: Some("{{now-315360000}}"),
        title: "iat ten years ago, exp in ten years",
        why: "How long a token may live is for the issuer to say where no greatest lifetime is configured.",
    },
    Good {
        name: "lifetime-of-a-minute",
        exp: Some("{{now+30}}"),
        nbf: Some("{{now-30}}"),
        iat: Some("{{now-30}}"),
        title: "iat and nbf half a minute ago, exp in half a minute",
        why: "A token for a short while is good in it. Leeway that is taken off at both ends leaves \
              nothing.",
    },
    Good {
        name: "iat-and-nbf-zero",
        exp: Some("{{now+3600}}"),
        nbf: Some("0"),
        iat: Some("0"),
        title: "iat and nbf are 0, exp in an hour",
        why: "Zero is a time, and past; a verifier that takes it for absent comes to the same.",
    },
    Good {
        name: "without-exp-nbf-zero",
        exp: None,
        nbf: Some("0"),
        iat: None,
        title: "nbf alone, and 0",
        why: "The token has been good since 1970, and nothing ends it.",
    },
    Good {
        name: "without-exp-issued-ten-years-ago",
        exp: None,
        nbf: None,
        iat: Some("{{now-315360000}}"),
        title: "iat ten years ago, and no exp",
        why: "A token without `exp` does not expire by getting old, where no greatest age is configured.",
    },
    Good {
        name: "within-the-window",
        exp: Some("{{now+3600}}"),
        nbf: Some("{{now-1800}}"),
        iat: Some("{{now-60}}"),
        title: "nbf half an hour ago, iat a minute ago, exp in an hour",
        why: "The current time is between both; that `nbf` is set back behind `iat` means nothing.",
    },
    Good {
        name: "no-times",
        exp: None,
        nbf: None,
        iat: None,
        title: "no exp, nbf or iat",
        why: "None of the times is required.",
    },
    Good {
        name: "without-exp",
        exp: None,
        nbf: None,
        iat: Some("{{now-60}}"),
        title: "iat alone",
        why: "A time of issue is no expiration time: without `exp` the token does not expire.",
    },
    Good {
        name: "nbf-past-without-exp",
        exp: None,
        nbf: Some("{{now-60}}"),
        iat: None,
        title: "nbf alone, a minute ago",
        why: "The token has begun to be good, and nothing ends it.",
    },
    Good {
        name: "issued-ten-years-ago",
        exp: Some("{{now+3600}}"),
        nbf: None,
        iat: Some("{{now-315360000}}"),
        title: "iat ten years ago, exp in an hour",
        why: "`iat` lets an application tell the age of a token; where no greatest age is configured, \
              `exp` alone decides.",
    },
];

fn good(it: Good) -> Case {
    let twin = twins::hs256();
    let mut edits = Vec::new();
    match it.iat {
        None => edits.push(without_claim("iat")),
        Some("{{now-60}}") => {}
        Some(other) => edits.push(claim("iat", other)),
    }
    match it.exp {
        None => edits.push(without_claim("exp")),
        Some("{{now+3600}}") => {}
        Some(other) => edits.push(claim("exp", other)),
    }
    if let Some(nbf) = it.nbf {
        edits.push(claim("nbf", nbf));
    }
    twin.changed_by(&format!("claims/time-combinations/{}", it.name), edits)
        .accept()
        .title(it.title)
        .why(it.why)
        .requirement("RFC7519-4.1.4-EXP")
        .requirement("RFC7519-4.1.5-NBF")
        .requirement("RFC7519-4.1.6-IAT")
        .class("V1")
}

/// One of the good tokens, as a twin.
fn twin(name: &str) -> Case {
    let found = GOOD.into_iter().find(|it| it.name == name);
    good(found.expect("twins are named after rows of GOOD"))
}

fn expired_window() -> Case {
    twin("within-the-window")
        .changed("claims/time-combinations/after-the-window", claim("exp", "{{now-600}}"))
        .reject([Reason::Expired])
        .title("nbf half an hour ago, exp ten minutes ago")
        .why("An `nbf` that has come does not make up for an `exp` that has passed.")
        .requirement("RFC7519-4.1.4-EXP")
        .class("C5")
        .threat(Threat::Holder)
}

fn not_yet_valid_without_exp() -> Case {
    twin("without-exp")
        .changed("claims/time-combinations/nbf-future-without-exp", claim("nbf", "{{now+3600}}"))
        .reject([Reason::NotYetValid])
        .title("nbf in an hour, and no exp")
        .why("`nbf` counts on its own: a check of times that begins with `exp` must not end there.")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
        .threat(Threat::Holder)
}

fn not_yet_valid_beyond_exp() -> Case {
    twins::hs256()
        .changed("claims/time-combinations/nbf-beyond-exp", claim("nbf", "{{now+7200}}"))
        .reject([Reason::NotYetValid])
        .title("exp in an hour, nbf in two")
        .why("A token that expires before it begins is never good; now it has not begun.")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
        .threat(Threat::Holder)
}

fn empty_window() -> Case {
    twins::hs256()
        .changed("claims/time-combinations/nbf-equals-exp", claim("nbf", "{{now+3600}}"))
        .reject([Reason::NotYetValid])
        .title("exp and nbf at the same second, in an hour")
        .why("There is no second at which this token is good; now it has not begun.")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
        .threat(Threat::Holder)
}

fn expired_and_not_yet_valid() -> Case {
    twins::hs256()
        .changed_by(
            "claims/time-combinations/expired-and-not-yet-valid",
            vec![claim("exp", "{{now-600}}"), claim("nbf", "{{now+600}}")],
        )
        .reject([Reason::Expired, Reason::NotYetValid])
        .title("two defects: exp ten minutes ago, nbf in ten minutes")
        .why("Each of the two is enough; two that are swapped on the way would make a window.")
        .requirement("RFC7519-4.1.4-EXP")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
        .threat(Threat::Holder)
}

fn window_upside_down() -> Case {
    twin("within-the-window")
        .changed("claims/time-combinations/exp-before-nbf", claim("exp", "{{now-3600}}"))
        .reject([Reason::Expired])
        .title("exp an hour ago, nbf half an hour ago")
        .why(
            "Both times have passed and `nbf` is the later one: a token that begins after it expired \
             has not come to life again.",
        )
        .requirement("RFC7519-4.1.4-EXP")
        .class("C5")
        .threat(Threat::Holder)
}

/// Name, value, what it is.
const ISSUED_IN_FUTURE: [(&str, &str, &str); 3] = [
    ("in-a-minute", "{{now+60}}", "in a minute"),
    ("in-half-an-hour", "{{now+1800}}", "in half an hour"),
    ("beyond-exp", "{{now+7200}}", "in two hours, after exp"),
];

fn issued_in_future((name, value, when): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-combinations/issued-{name}"), claim("iat", value))
        .either(
            "`iat` says when the token was issued, and nothing of refusing it (RFC 7519 section \
             4.1.6); an application may mistrust a time that has not come.",
            [Reason::IssuedInFuture],
        )
        .title(format!("iat {when}"))
        .why(
            "The clocks of issuer and verifier differ, or the issuer made a mistake; neither is a \
              matter of `exp` and `nbf`, which alone bound the life of the token.",
        )
        .requirement("RFC7519-4.1.6-IAT")
        .class("C7")
}

fn issued_and_valid_in_future() -> Case {
    twins::hs256()
        .changed_by(
            "claims/time-combinations/issued-and-valid-in-the-future",
            vec![claim("iat", "{{now+1800}}"), claim("nbf", "{{now+1800}}")],
        )
        .reject([Reason::NotYetValid, Reason::IssuedInFuture])
        .title("two defects: iat and nbf in half an hour")
        .why("Whatever a verifier thinks of `iat`, the token is not good before `nbf`.")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
        .threat(Threat::Holder)
}

fn expired_and_issued_in_future() -> Case {
    twins::hs256()
        .changed_by(
            "claims/time-combinations/expired-and-issued-in-the-future",
            vec![claim("exp", "{{now-600}}"), claim("iat", "{{now+1800}}")],
        )
        .reject([Reason::Expired, Reason::IssuedInFuture])
        .title("two defects: exp ten minutes ago, iat in half an hour")
        .why("A later time of issue does not renew a token that has expired.")
        .requirement("RFC7519-4.1.4-EXP")
        .class("C5")
        .threat(Threat::Holder)
}

fn expired_not_yet_valid_and_issued_in_future() -> Case {
    twins::hs256()
        .changed_by(
            "claims/time-combinations/expired-not-yet-valid-and-issued-in-the-future",
            vec![claim("exp", "{{now-600}}"), claim("nbf", "{{now+600}}"), claim("iat", "{{now+1800}}")],
        )
        .reject([Reason::Expired, Reason::NotYetValid, Reason::IssuedInFuture])
        .title("three defects: exp ten minutes ago, nbf in ten minutes, iat in half an hour")
        .why("Every one of the times is on the wrong side; the first one that is looked at is enough.")
        .requirement("RFC7519-4.1.4-EXP")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
        .threat(Threat::Holder)
}

/// One time of a good token is moved to the wrong side.
struct Moved {
    name: &'static str,
    /// The good token.
    of: &'static str,
    claim: &'static str,
    value: &'static str,
    title: &'static str,
    why: &'static str,
    class: &'static str,
}

const ORDERS: [Moved; 12] = [
    Moved {
        name: "expired-after-issue",
        of: "issued-an-hour-ago",
        claim: "exp",
        value: "{{now-600}}",
        title: "iat an hour ago, exp ten minutes ago",
        why: "The token that is refused most often: it was good, and its time is over. Nothing else is \
              wrong with it that could be the reason.",
        class: "C5",
    },
    Moved {
        name: "expired-without-iat",
        of: "without-iat",
        claim: "exp",
        value: "{{now-600}}",
        title: "exp ten minutes ago, no iat",
        why: "A verifier that reckons a lifetime from `iat` to `exp` has none here, and may leave out the \
              check.",
        class: "C5",
    },
    Moved {
        name: "expired-zero-without-iat",
        of: "without-iat",
        claim: "exp",
        value: "0",
        title: "exp 0, no iat",
        why: "Nothing in the token but a zero says that it is over; where zero is absent, it never is.",
        class: "C2",
    },
    Moved {
        name: "exp-as-a-lifetime",
        of: "issued-an-hour-ago",
        claim: "exp",
        value: "7200",
        title: "iat an hour ago, exp is 7200",
        why: "`exp` is a time and no span. Who adds it to `iat` finds a token that is good for another hour, \
              where its issuer made one that expired in 1970.",
        class: "C4",
    },
    Moved {
        name: "expired-window-with-nbf-after-iat",
        of: "nbf-after-iat",
        claim: "exp",
        value: "{{now-60}}",
        title: "iat an hour ago, nbf ten minutes ago, exp a minute ago",
        why: "All times are in their order, and all have passed: the last of them ended the token.",
        class: "C5",
    },
    Moved {
        name: "exp-equals-nbf-in-the-past",
        of: "nbf-equals-iat",
        claim: "exp",
        value: "{{now-600}}",
        title: "iat, nbf and exp at the same second, ten minutes ago",
        why: "There was no second at which this token was good, and there will be none.",
        class: "C5",
    },
    Moved {
        name: "exp-between-iat-and-nbf",
        of: "nbf-after-iat",
        claim: "exp",
        value: "{{now-1800}}",
        title: "iat an hour ago, exp half an hour ago, nbf ten minutes ago",
        why: "It expired before it began. Two times that are swapped on the way would make a window of it.",
        class: "C5",
    },
    Moved {
        name: "exp-zero-after-nbf-zero",
        of: "iat-and-nbf-zero",
        claim: "exp",
        value: "0",
        title: "iat, nbf and exp are 0",
        why: "A claims set whose times were never filled in. Taken for absent they let the token live for \
              ever.",
        class: "C2",
    },
    Moved {
        name: "expired-with-iat-and-nbf-zero",
        of: "iat-and-nbf-zero",
        claim: "exp",
        value: "{{now-600}}",
        title: "iat and nbf are 0, exp ten minutes ago",
        why: "A zero that counts as absent must not take the other times with it.",
        class: "C5",
    },
    Moved {
        name: "nbf-future-without-iat",
        of: "without-iat",
        claim: "nbf",
        value: "{{now+600}}",
        title: "nbf in ten minutes, exp in an hour, no iat",
        why: "A verifier that looks at `nbf` beside `iat` only lets the token in too early.",
        class: "C5",
    },
    Moved {
        name: "nbf-future-no-other-times",
        of: "no-times",
        claim: "nbf",
        value: "{{now+600}}",
        title: "nbf in ten minutes, and no other time",
        why: "`nbf` counts where no other time is there that would lead to a look at it.",
        class: "C5",
    },
    Moved {
        name: "expired-no-other-times",
        of: "without-iat",
        claim: "exp",
        value: "1",
        title: "exp is 1, and no other time",
        why: "The first second of 1970 has passed; 1 is not `true`, and no lifetime either.",
        class: "C4",
    },
];

fn order(it: Moved) -> Case {
    let case = twin(it.of)
        .changed(&format!("claims/time-combinations/{}", it.name), claim(it.claim, it.value))
        .reject([if it.claim == "exp" { Reason::Expired } else { Reason::NotYetValid }])
        .title(it.title)
        .why(it.why)
        .class(it.class)
        // Waiting makes no token with such a number: its issuer wrote it.
        .threat(if it.value.starts_with("{{now") { Threat::Holder } else { Threat::Issuer });
    if it.claim == "exp" {
        case.requirement("RFC7519-4.1.4-EXP")
    } else {
        case.requirement("RFC7519-4.1.5-NBF")
    }
}

/// A time of issue that has not come, in a good token. Name, the good token, value, what it is.
const ONE_TIME: [(&str, &str, &str, &str); 5] = [
    ("without-exp", "without-exp", "{{now+1800}}", "iat in half an hour, and no exp"),
    ("after-nbf", "within-the-window", "{{now+1800}}", "nbf half an hour ago, iat in half an hour"),
    ("at-exp", "within-the-window", "{{now+3600}}", "iat and exp at the same second, in an hour"),
    ("ten-years-ahead", "nbf-ten-years-ago", "{{now+315360000}}", "nbf ten years ago, iat in ten years"),
    ("short-lifetime", "lifetime-of-a-minute", "{{now+20}}", "a lifetime of a minute, iat in twenty seconds"),
];

fn one_time((name, of, value, what): (&str, &str, &str, &str)) -> Case {
    twin(of)
        .changed(&format!("claims/time-combinations/issued-in-the-future-{name}"), claim("iat", value))
        .either(
            "`iat` says when the token was issued, and nothing of refusing it (RFC 7519 section 4.1.6); an \
             application may mistrust a time that has not come.",
            [Reason::IssuedInFuture],
        )
        .title(what)
        .why(
            "`exp` and `nbf` alone bound the life of the token. An age or a lifetime that is reckoned from \
             this `iat` is negative, and must not wrap to a great one.",
        )
        .requirement("RFC7519-4.1.6-IAT")
        .class("C7")
}
