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

const GOOD: [Good; 5] = [
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
    if it.exp.is_none() {
        edits.push(without_claim("exp"));
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
