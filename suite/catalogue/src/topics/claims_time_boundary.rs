//! G5: `exp` and `nbf` around the clock.

use jotproof_model::{Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::claim;
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = EXP.into_iter().map(exp).collect();
    cases.extend(NBF.into_iter().map(nbf));
    Topic {
        path: "claims/time-boundary",
        about: "Times right before, at and after the clock, with no leeway.",
        cases,
    }
}

/// Name, value, what it is, whether the token is still good.
const EXP: [(&str, &str, &str, bool); 9] = [
    ("an-hour-ago", "{{now-3600}}", "an hour ago", false),
    ("a-minute-ago", "{{now-60}}", "a minute ago", false),
    ("a-second-ago", "{{now-1}}", "a second ago", false),
    ("half-a-second-ago", "{{now-1}}.5", "half a second ago", false),
    ("equals-now", "{{now}}", "exactly now", false),
    ("in-half-a-second", "{{now}}.5", "in half a second", true),
    ("in-a-second", "{{now+1}}", "in a second", true),
    ("in-a-minute", "{{now+60}}", "in a minute", true),
    ("in-ten-years", "{{now+315360000}}", "in ten years", true),
];

fn exp((name, value, when, good): (&str, &str, &str, bool)) -> Case {
    let case = twins::hs256().changed(&format!("claims/time-boundary/exp-{name}"), claim("exp", value));
    if good {
        case.accept().why("The current time is before the expiration time.")
    } else {
        case.reject([Reason::Expired]).threat(Threat::Holder).why(
            "A token is not accepted on or after its expiration time; who still accepts it lets \
                  in a user whose access has ended.",
        )
    }
    .title(format!("exp {when}"))
    .requirement("RFC7519-4.1.4-EXP")
    .class("C5")
}

/// Name, value, what it is, whether the token is good already.
const NBF: [(&str, &str, &str, bool); 8] = [
    ("an-hour-ago", "{{now-3600}}", "an hour ago", true),
    ("a-second-ago", "{{now-1}}", "a second ago", true),
    ("half-a-second-ago", "{{now-1}}.5", "half a second ago", true),
    ("equals-now", "{{now}}", "exactly now", true),
    ("in-half-a-second", "{{now}}.5", "in half a second", false),
    ("in-a-second", "{{now+1}}", "in a second", false),
    ("in-a-minute", "{{now+60}}", "in a minute", false),
    ("in-half-an-hour", "{{now+1800}}", "in half an hour", false),
];

fn nbf((name, value, when, good): (&str, &str, &str, bool)) -> Case {
    let case = twins::hs256().changed(&format!("claims/time-boundary/nbf-{name}"), claim("nbf", value));
    if good {
        case.accept().why("The current time is on or after the time before which the token is not accepted.")
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
