//! `expire_at`: when the connection expires, which is not when the token does.

use jotproof_model::{Expiry, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = TIMES.into_iter().map(time).collect();
    cases.extend(PASSED.into_iter().map(passed));
    cases.extend(UNFIT.into_iter().map(unfit));
    cases.extend(COMBINATIONS.into_iter().map(Combination::case));
    Topic {
        path: "centrifugo/expire-at",
        about: "When a connection expires (`expire_at`) and when its token does (`exp`): each has its \
                own meaning, alone, together, and beside `nbf`.",
        cases,
    }
}

/// Name, value, what it is, why it is right.
const TIMES: [(&str, &str, &str, &str); 5] = [
    (
        "beyond-exp",
        "{{now+7200}}",
        "after exp",
        "The connection may live longer than its token: `exp` is over with when the token has been \
         checked.",
    ),
    (
        "in-ten-years",
        "{{now+315360000}}",
        "in ten years",
        "A connection that is meant to last has a time far off, which must not wrap on its way to a \
         number of seconds to live.",
    ),
    (
        "two-to-the-31",
        "2147483648",
        "of 2^31, in the year 2038",
        "The first second that a signed 32-bit number does not hold; where it wraps, the connection \
         expired in 1901.",
    ),
    (
        "two-to-the-32",
        "4294967296",
        "of 2^32, in the year 2106",
        "The first second that an unsigned 32-bit number does not hold; where it is cut, it becomes \
         0, and the connection never expires.",
    ),
    (
        "five-thousand-million",
        "5000000000",
        "of 5,000,000,000, in the year 2128",
        "Cut to 32 bits this is a time in 1992, and the connection expires as soon as it is there.",
    ),
];

fn time((name, value, what, why): (&str, &str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/expire-at/{name}"), claim("expire_at", value))
        .accept()
        .title(format!("expire_at {what}"))
        .why(why)
        .requirement("CF-EXPAT-1")
        .class("C23")
        .effect(|effect| effect.expires = Some(Expiry::At { second: value.to_owned() }))
}

/// Name, value, what it is.
const PASSED: [(&str, &str, &str); 3] = [
    ("equals-now", "{{now}}", "exactly now"),
    ("a-second-ago", "{{now-1}}", "a second ago"),
    ("one", "1", "of 1, the first second after the epoch"),
];

fn passed((name, value, what): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/expire-at/{name}"), claim("expire_at", value))
        .either(
            "The documentation asks for a time in the future, or 0; another time is refused as \
             expired, or the connection expires at once.",
            [Reason::ConnectionExpired],
        )
        .title(format!("expire_at {what}"))
        .why(
            "A connection that should be over must not live on: only 0 says that it does not expire, \
             and no other time that has come.",
        )
        .requirement("CF-EXPAT-3")
        .class("C23")
        .threat(Threat::Holder)
}

/// When the connection expires where a value is accepted all the same.
#[derive(Clone, Copy)]
enum IfAccepted {
    /// It does not expire.
    Never,
    /// It expires at this second.
    At(&'static str),
    /// Nothing is promised.
    Open,
}

/// Name, value, what it is, and the effect where it is accepted.
const UNFIT: [(&str, &str, &str, IfAccepted); 17] = [
    ("minus-one", "-1", "of -1", IfAccepted::Never),
    ("minus-two-to-the-63", "-9223372036854775808", "of -2^63", IfAccepted::Never),
    ("future-and-a-half", "{{now+1800}}.5", "in the future, with a fraction", IfAccepted::Open),
    ("one-half", "0.5", "of 0.5", IfAccepted::Open),
    ("zero-point-zero", "0.0", "of 0.0", IfAccepted::Never),
    ("exponent", "1e10", "of 1e10", IfAccepted::At("10000000000")),
    ("quoted-future", "\"{{now+1800}}\"", "that is a string of digits", IfAccepted::Open),
    ("quoted-zero", "\"0\"", "that is the string \"0\"", IfAccepted::Open),
    ("empty-string", "\"\"", "that is an empty string", IfAccepted::Open),
    ("null", "null", "that is null", IfAccepted::Open),
    ("true", "true", "that is true", IfAccepted::Open),
    ("false", "false", "that is false", IfAccepted::Open),
    ("array", "[{{now+1800}}]", "that is an array", IfAccepted::Open),
    ("object", "{}", "that is an object", IfAccepted::Open),
    ("two-to-the-53-plus-one", "9007199254740993", "of 2^53 + 1", IfAccepted::Open),
    ("two-to-the-63", "9223372036854775808", "of 2^63", IfAccepted::Open),
    ("beyond-binary64", "1e400", "of 1e400", IfAccepted::Open),
];

fn unfit((name, value, what, if_accepted): (&str, &str, &str, IfAccepted)) -> Case {
    let negative = value.starts_with('-');
    let huge = matches!(name, "two-to-the-53-plus-one" | "two-to-the-63" | "beyond-binary64");
    let (why_either, why) = if huge {
        (
            "A number beyond 2^53 may be refused by any JSON implementation (RFC 8259 sections 6 and \
             9).",
            "A time that cannot be held must not become another one by wrapping: the connection would \
             be over at once, or never.",
        )
    } else if negative {
        (
            "The documentation speaks of a time in the future and of 0; a negative one is refused, or \
             taken as 0.",
            "A negative number is no time at which a connection could expire, and must not wrap to \
             one.",
        )
    } else {
        (
            "The documentation asks for UNIX seconds and does not say what becomes of another value.",
            "A claim that is not understood is refused rather than guessed at. Where it is dropped in \
             silence, the connection expires at another time than its issuer meant.",
        )
    };
    let mut reasons = vec![Reason::ClaimType];
    if negative {
        reasons.push(Reason::ConnectionExpired);
    }
    if huge {
        reasons.push(Reason::Limit);
    }
    twins::centrifugo()
        .changed(&format!("centrifugo/expire-at/{name}"), claim("expire_at", value))
        .either(why_either, reasons)
        .title(format!("expire_at {what}"))
        .why(why)
        .requirement("CF-EXPAT-4")
        .class(if huge { "C3" } else { "C23" })
        .effect(|effect| {
            effect.expires = match if_accepted {
                IfAccepted::Never => Some(Expiry::Never),
                IfAccepted::At(second) => Some(Expiry::At { second: second.to_owned() }),
                IfAccepted::Open => None,
            };
            // Not every JSON implementation holds this number, so claims cannot be compared by it.
            if name == "beyond-binary64" {
                effect.claims = None;
            }
        })
}

/// Where a time lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    Absent,
    Past,
    Future,
    /// Of `expire_at` only.
    Zero,
}

impl Time {
    const fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Past => "past",
            Self::Future => "future",
            Self::Zero => "zero",
        }
    }
}

/// G7: three times at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Combination {
    exp: Time,
    nbf: Time,
    expire_at: Time,
}

const fn times(exp: Time, nbf: Time, expire_at: Time) -> Combination {
    Combination { exp, nbf, expire_at }
}

/// Chosen so that any two of the times meet in every way, each defect stands alone too, and the twin
/// of each is here (or is the plain token).
const COMBINATIONS: [Combination; 20] = {
    use Time::{Absent, Future, Past, Zero};
    [
        times(Future, Absent, Zero),
        times(Future, Absent, Future),
        times(Absent, Absent, Zero),
        times(Absent, Absent, Future),
        times(Future, Past, Zero),
        times(Absent, Past, Absent),
        times(Future, Past, Future),
        times(Past, Absent, Absent),
        times(Past, Absent, Zero),
        times(Past, Absent, Future),
        times(Future, Future, Absent),
        times(Future, Future, Zero),
        times(Absent, Future, Future),
        times(Future, Absent, Past),
        times(Absent, Past, Past),
        times(Past, Past, Future),
        times(Past, Future, Absent),
        times(Past, Absent, Past),
        times(Future, Future, Past),
        times(Past, Future, Past),
    ]
};

impl Combination {
    fn id(self) -> String {
        format!(
            "centrifugo/expire-at/exp-{}-nbf-{}-expire-at-{}",
            self.exp.name(),
            self.nbf.name(),
            self.expire_at.name()
        )
    }

    /// The same without its defects.
    fn repaired(self) -> Self {
        let repair = |time, bad, good| if time == bad { good } else { time };
        Self {
            exp: repair(self.exp, Time::Past, Time::Future),
            nbf: repair(self.nbf, Time::Future, Time::Absent),
            expire_at: repair(self.expire_at, Time::Past, Time::Absent),
        }
    }

    fn case(self) -> Case {
        let twin = self.repaired();
        if self == twin {
            return self.accepted();
        }
        let mut edits = Vec::new();
        let mut reasons = Vec::new();
        if self.exp != twin.exp {
            edits.push(claim("exp", "{{now-600}}"));
            reasons.push(Reason::Expired);
        }
        if self.nbf != twin.nbf {
            edits.push(claim("nbf", "{{now+600}}"));
            reasons.push(Reason::NotYetValid);
        }
        if self.expire_at != twin.expire_at {
            edits.push(claim("expire_at", "{{now-600}}"));
            reasons.push(Reason::ConnectionExpired);
        }
        let defects = reasons.len();
        let undecided = twin.accepted().changed_by(&self.id(), edits);
        let case = if reasons == [Reason::ConnectionExpired] {
            undecided
                .either(
                    "The documentation asks for a time in the future, or 0; one in the past is refused \
                     as expired, or the connection expires at once.",
                    reasons,
                )
                .why(
                    "The token is good and the connection's time is over: refused, or let in and \
                     closed at once, but not left open.",
                )
                .requirement("CF-EXPAT-3")
        } else {
            let expired = self.exp == Time::Past;
            let case = undecided.reject(reasons).why(if expired {
                "Whatever `expire_at` says of the connection, `exp` still decides whether the token is \
                 good; who looks at `expire_at` alone lets in a user whose access has ended."
            } else {
                "Whatever `expire_at` says of the connection, the token is not good before its `nbf`."
            });
            match (expired, self.expire_at) {
                (true, Time::Zero) => case.requirement("CF-EXPAT-2").requirement("CF-EXP-2"),
                (true, Time::Future) => case.requirement("CF-EXPAT-1").requirement("CF-EXP-2"),
                (true, Time::Absent | Time::Past) => case.requirement("CF-EXP-2"),
                (false, _) => case.requirement("RFC7519-4.1.5-NBF"),
            }
        };
        case.title(match defects {
            1 => self.title(),
            2 => format!("two defects: {}", self.title()),
            _ => format!("three defects: {}", self.title()),
        })
        .class(if self.expire_at == Time::Absent { "C5" } else { "C23" })
        .threat(Threat::Holder)
    }

    /// The case of a combination without a defect; the plain token is one.
    fn accepted(self) -> Case {
        let mut edits = Vec::new();
        if self.exp == Time::Absent {
            edits.push(without_claim("exp"));
        }
        if self.nbf == Time::Past {
            edits.push(claim("nbf", "{{now-600}}"));
        }
        match self.expire_at {
            Time::Zero => edits.push(claim("expire_at", "0")),
            Time::Future => edits.push(claim("expire_at", "{{now+1800}}")),
            Time::Absent | Time::Past => {}
        }
        if edits.is_empty() {
            return twins::centrifugo();
        }
        let case = twins::centrifugo().changed_by(&self.id(), edits).accept().title(self.title());
        match self.expire_at {
            Time::Zero => case
                .why("With `expire_at` 0 the connection does not expire, whatever `exp` says.")
                .requirement("CF-EXPAT-2"),
            Time::Future => {
                case.why("The connection expires at `expire_at`, and not at `exp`.").requirement("CF-EXPAT-1")
            }
            Time::Absent | Time::Past => case
                .why("Without `exp` and `expire_at` the connection does not expire; `nbf` is no end.")
                .requirement("CF-EXP-1"),
        }
        .class("C23")
    }

    fn title(self) -> String {
        format!("exp {}, nbf {}, expire_at {}", self.exp.name(), self.nbf.name(), self.expire_at.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_two_times_meet_in_every_way() {
        use Time::{Absent, Future, Past, Zero};
        let met = |test: &dyn Fn(&Combination) -> bool| COMBINATIONS.iter().any(test);
        for first in [Absent, Past, Future] {
            for second in [Absent, Past, Future] {
                // The plain token is the combination of `exp` alone.
                let plain = first == Future && second == Absent;
                assert!(plain || met(&|c| c.exp == first && c.nbf == second), "{first:?} {second:?}");
            }
            for second in [Absent, Zero, Past, Future] {
                assert!(met(&|c| c.exp == first && c.expire_at == second), "exp {first:?} {second:?}");
                assert!(met(&|c| c.nbf == first && c.expire_at == second), "nbf {first:?} {second:?}");
            }
        }
    }

    #[test]
    fn every_twin_is_stored() {
        for combination in COMBINATIONS {
            let twin = combination.repaired();
            assert!(
                COMBINATIONS.contains(&twin) || twin == times(Time::Future, Time::Absent, Time::Absent),
                "{twin:?} is the twin of {combination:?}"
            );
        }
    }
}
