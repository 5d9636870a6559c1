//! G7 without `expire_at`: combinations of `exp`, `nbf` and `iat`.

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
        about: "Combinations of exp, nbf and iat. Each time is checked on its own, whatever the others say.",
        cases,
    }
}

/// A good token: its claims in addition to `sub` and `ext`.
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
        why: "The token has been valid for an hour and has another hour left. No maximum age is configured, \
              so `exp` alone decides.",
    },
    Good {
        name: "without-iat",
        exp: Some("{{now+3600}}"),
        nbf: None,
        iat: None,
        title: "exp in an hour as the only time",
        why: "`exp` is a point in time and not a duration, so it needs no `iat`. A verifier that requires \
              `iat` rejects a good token.",
    },
    Good {
        name: "without-iat-nbf-past",
        exp: Some("{{now+3600}}"),
        nbf: Some("{{now-600}}"),
        iat: None,
        title: "nbf ten minutes ago, exp in an hour, no iat",
        why: "`nbf` does not require an `iat`. A verifier that requires one rejects a good token.",
    },
    Good {
        name: "nbf-after-iat",
        exp: Some("{{now+3600}}"),
        nbf: Some("{{now-600}}"),
        iat: Some("{{now-3600}}"),
        title: "iat an hour ago, nbf ten minutes ago, exp in an hour",
        why: "The token was issued before it became valid, and it is valid now.",
    },
    Good {
        name: "nbf-equals-iat",
        exp: Some("{{now+3600}}"),
        nbf: Some("{{now-600}}"),
        iat: Some("{{now-600}}"),
        title: "iat and nbf ten minutes ago, exp in an hour",
        why: "Most issuers that set all three times write them like this.",
    },
    Good {
        name: "just-issued",
        exp: Some("{{now+3600}}"),
        nbf: Some("{{now}}"),
        iat: Some("{{now}}"),
        title: "iat and nbf exactly now, exp in an hour",
        why: "The token is used in the second in which it was issued. A verifier that requires `nbf` to be \
              in the past, and not only reached, fails the first attempt of every client.",
    },
    Good {
        name: "nbf-ten-years-ago",
        exp: Some("{{now+3600}}"),
        nbf: Some("{{now-315360000}}"),
        iat: Some("{{now-60}}"),
        title: "nbf ten years ago, iat a minute ago, exp in an hour",
        why: "An `nbf` long before `iat` contradicts nothing. The token is valid from any time on.",
    },
    Good {
        name: "lifetime-of-twenty-years",
        exp: Some("{{now+315360000}}"),
        nbf: None,
        iat: Some("{{now-315360000}}"),
        title: "iat ten years ago, exp in ten years",
        why: "The issuer decides how long a token lives, unless a maximum lifetime is configured.",
    },
    Good {
        name: "lifetime-of-a-minute",
        exp: Some("{{now+30}}"),
        nbf: Some("{{now-30}}"),
        iat: Some("{{now-30}}"),
        title: "iat and nbf half a minute ago, exp in half a minute",
        why: "The token lives for one minute and is in the middle of it. A verifier that subtracts leeway at \
              both ends finds no time left.",
    },
    Good {
        name: "iat-and-nbf-zero",
        exp: Some("{{now+3600}}"),
        nbf: Some("0"),
        iat: Some("0"),
        title: "iat and nbf 0, exp in an hour",
        why: "Zero is a time in the past. A verifier that treats it as missing comes to the same verdict.",
    },
    Good {
        name: "without-exp-nbf-zero",
        exp: None,
        nbf: Some("0"),
        iat: None,
        title: "nbf 0 as the only time",
        why: "The token has been valid since 1970 and never expires.",
    },
    Good {
        name: "without-exp-issued-ten-years-ago",
        exp: None,
        nbf: None,
        iat: Some("{{now-315360000}}"),
        title: "iat ten years ago as the only time",
        why: "A token without `exp` does not expire with age, unless a maximum age is configured.",
    },
    Good {
        name: "within-the-window",
        exp: Some("{{now+3600}}"),
        nbf: Some("{{now-1800}}"),
        iat: Some("{{now-60}}"),
        title: "nbf half an hour ago, iat a minute ago, exp in an hour",
        why: "The current time is between `nbf` and `exp`. That `nbf` is before `iat` does not matter.",
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
        title: "iat a minute ago as the only time",
        why: "`iat` is not an expiration time. A token without `exp` does not expire.",
    },
    Good {
        name: "nbf-past-without-exp",
        exp: None,
        nbf: Some("{{now-60}}"),
        iat: None,
        title: "nbf a minute ago as the only time",
        why: "The token has become valid and never expires.",
    },
    Good {
        name: "issued-ten-years-ago",
        exp: Some("{{now+3600}}"),
        nbf: None,
        iat: Some("{{now-315360000}}"),
        title: "iat ten years ago, exp in an hour",
        why: "Applications can use `iat` to find the age of a token. If no maximum age is configured, `exp` \
              alone decides.",
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
        .title("nbf half an hour ago, iat a minute ago, exp ten minutes ago")
        .why(
            "An `nbf` in the past does not make up for an expired `exp`. A verifier that accepts the token \
             lets in a user whose access has ended.",
        )
        .requirement("RFC7519-4.1.4-EXP")
        .class("C5")
        .threat(Threat::Holder)
}

fn not_yet_valid_without_exp() -> Case {
    twin("without-exp")
        .changed("claims/time-combinations/nbf-future-without-exp", claim("nbf", "{{now+3600}}"))
        .reject([Reason::NotYetValid])
        .title("iat a minute ago, nbf in an hour, no exp")
        .why(
            "`nbf` counts on its own. A verifier whose time check stops at a missing `exp` grants access too \
             early.",
        )
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
        .threat(Threat::Holder)
}

fn not_yet_valid_beyond_exp() -> Case {
    twins::hs256()
        .changed("claims/time-combinations/nbf-beyond-exp", claim("nbf", "{{now+7200}}"))
        .reject([Reason::NotYetValid])
        .title("exp in an hour, nbf in two hours")
        .why(
            "The token expires before it becomes valid, so it is never good. A verifier that accepts it does \
             not check `nbf` on its own.",
        )
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
        .threat(Threat::Holder)
}

fn empty_window() -> Case {
    twins::hs256()
        .changed("claims/time-combinations/nbf-equals-exp", claim("nbf", "{{now+3600}}"))
        .reject([Reason::NotYetValid])
        .title("exp and nbf both in an hour")
        .why(
            "The token has no second at which it is valid. A verifier that accepts it does not check `nbf` \
             on its own.",
        )
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
        .why(
            "Either time is enough for a rejection. A verifier that swaps the two finds a valid period and \
             accepts the token.",
        )
        .requirement("RFC7519-4.1.4-EXP")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
        .threat(Threat::Holder)
}

fn window_upside_down() -> Case {
    twin("within-the-window")
        .changed("claims/time-combinations/exp-before-nbf", claim("exp", "{{now-3600}}"))
        .reject([Reason::Expired])
        .title("exp an hour ago, nbf half an hour ago, iat a minute ago")
        .why(
            "Both `exp` and `nbf` are in the past, and `nbf` is later. A verifier that looks only at the \
             later one accepts an expired token.",
        )
        .requirement("RFC7519-4.1.4-EXP")
        .class("C5")
        .threat(Threat::Holder)
}

/// Name, value, description.
const ISSUED_IN_FUTURE: [(&str, &str, &str); 3] = [
    ("in-a-minute", "{{now+60}}", "in a minute"),
    ("in-half-an-hour", "{{now+1800}}", "in half an hour"),
    ("beyond-exp", "{{now+7200}}", "in two hours, after exp"),
];

fn issued_in_future((name, value, when): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-combinations/issued-{name}"), claim("iat", value))
        .either(
            "RFC 7519 section 4.1.6 defines `iat` as the time of issue and does not ask for rejection. An \
             application may distrust a time in the future.",
            [Reason::IssuedInFuture],
        )
        .title(format!("iat {when}"))
        .why(
            "The clocks of issuer and verifier differ, or the issuer made a mistake. Only `exp` and `nbf` \
             limit the lifetime of a token, so the verifier may ignore `iat`.",
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
        .why("The token is not valid before `nbf`, whatever the verifier makes of `iat`.")
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
        .why(
            "A later `iat` does not renew an expired token. A verifier that accepts it lets in a user whose \
             access has ended.",
        )
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
        .why("Every time is on the wrong side of the clock, and each one is enough for a rejection.")
        .requirement("RFC7519-4.1.4-EXP")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
        .threat(Threat::Holder)
}

/// A good token with one time moved to the wrong side.
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
        why: "This is the most common rejection: the token was valid and has expired. It has no other defect \
              that could cause the rejection.",
        class: "C5",
    },
    Moved {
        name: "expired-without-iat",
        of: "without-iat",
        claim: "exp",
        value: "{{now-600}}",
        title: "exp ten minutes ago as the only time",
        why: "A verifier that computes a lifetime from `iat` and `exp` cannot do so here. If it then skips \
              the check, it accepts an expired token.",
        class: "C5",
    },
    Moved {
        name: "expired-zero-without-iat",
        of: "without-iat",
        claim: "exp",
        value: "0",
        title: "exp 0 as the only time",
        why: "Only the zero says that the token has expired. A verifier that treats zero as missing accepts \
              the token forever.",
        class: "C2",
    },
    Moved {
        name: "exp-as-a-lifetime",
        of: "issued-an-hour-ago",
        claim: "exp",
        value: "7200",
        title: "iat an hour ago, exp 7200",
        why: "`exp` is a point in time and not a duration. A verifier that adds it to `iat` accepts the \
              token for another hour. The token expired in 1970.",
        class: "C4",
    },
    Moved {
        name: "expired-window-with-nbf-after-iat",
        of: "nbf-after-iat",
        claim: "exp",
        value: "{{now-60}}",
        title: "iat an hour ago, nbf ten minutes ago, exp a minute ago",
        why: "All three times are in order and in the past. The token expired at the last of them.",
        class: "C5",
    },
    Moved {
        name: "exp-equals-nbf-in-the-past",
        of: "nbf-equals-iat",
        claim: "exp",
        value: "{{now-600}}",
        title: "iat, nbf and exp ten minutes ago",
        why: "The token never had a second at which it was valid. A verifier that accepts it does not check \
              `exp` on its own.",
        class: "C5",
    },
    Moved {
        name: "exp-between-iat-and-nbf",
        of: "nbf-after-iat",
        claim: "exp",
        value: "{{now-1800}}",
        title: "iat an hour ago, exp half an hour ago, nbf ten minutes ago",
        why: "The token expired before it became valid. A verifier that does not check `exp` on its own \
              accepts it.",
        class: "C5",
    },
    Moved {
        name: "exp-zero-after-nbf-zero",
        of: "iat-and-nbf-zero",
        claim: "exp",
        value: "0",
        title: "iat, nbf and exp 0",
        why: "The issuer never filled in the times. A verifier that treats zero as missing accepts the token \
              forever.",
        class: "C2",
    },
    Moved {
        name: "expired-with-iat-and-nbf-zero",
        of: "iat-and-nbf-zero",
        claim: "exp",
        value: "{{now-600}}",
        title: "iat and nbf 0, exp ten minutes ago",
        why: "A verifier that treats the zeros as missing must still check `exp`.",
        class: "C5",
    },
    Moved {
        name: "nbf-future-without-iat",
        of: "without-iat",
        claim: "nbf",
        value: "{{now+600}}",
        title: "nbf in ten minutes, exp in an hour, no iat",
        why: "A verifier that checks `nbf` only together with `iat` accepts the token too early.",
        class: "C5",
    },
    Moved {
        name: "nbf-future-no-other-times",
        of: "no-times",
        claim: "nbf",
        value: "{{now+600}}",
        title: "nbf in ten minutes as the only time",
        why: "`nbf` counts even if no other time is present. A verifier that checks times only if there is \
              an `exp` accepts the token too early.",
        class: "C5",
    },
    Moved {
        name: "expired-no-other-times",
        of: "without-iat",
        claim: "exp",
        value: "1",
        title: "exp 1 as the only time",
        why: "This `exp` is one second into 1970. A verifier that reads 1 as `true`, or as a duration, \
              accepts an expired token.",
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
        // A holder cannot get such a number by waiting. Only an issuer writes it.
        .threat(if it.value.starts_with("{{now") { Threat::Holder } else { Threat::Issuer });
    if it.claim == "exp" {
        case.requirement("RFC7519-4.1.4-EXP")
    } else {
        case.requirement("RFC7519-4.1.5-NBF")
    }
}

/// An `iat` in the future in a good token. Name, the good token, value, description.
const ONE_TIME: [(&str, &str, &str, &str); 5] = [
    ("without-exp", "without-exp", "{{now+1800}}", "iat in half an hour as the only time"),
    (
        "after-nbf",
        "within-the-window",
        "{{now+1800}}",
        "nbf half an hour ago, iat in half an hour, exp in an \
                                                        hour",
    ),
    ("at-exp", "within-the-window", "{{now+3600}}", "nbf half an hour ago, iat and exp in an hour"),
    (
        "ten-years-ahead",
        "nbf-ten-years-ago",
        "{{now+315360000}}",
        "nbf ten years ago, iat in ten years, exp \
                                                                   in an hour",
    ),
    (
        "short-lifetime",
        "lifetime-of-a-minute",
        "{{now+20}}",
        "nbf half a minute ago, iat in twenty seconds, \
                                                              exp in half a minute",
    ),
];

fn one_time((name, of, value, what): (&str, &str, &str, &str)) -> Case {
    twin(of)
        .changed(&format!("claims/time-combinations/issued-in-the-future-{name}"), claim("iat", value))
        .either(
            "RFC 7519 section 4.1.6 defines `iat` as the time of issue and does not ask for rejection. An \
             application may distrust a time in the future.",
            [Reason::IssuedInFuture],
        )
        .title(what)
        .why(
            "Only `exp` and `nbf` limit the lifetime of a token. An age or lifetime computed from this `iat` \
             is negative and must not wrap around to a large number.",
        )
        .requirement("RFC7519-4.1.6-IAT")
        .class("C7")
}
