//! `expire_at`: when the connection expires, which is not when the token does.

use jotproof_model::{Edit, Expiry, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, spoken, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = TIMES.into_iter().map(time).collect();
    cases.extend(PASSED.into_iter().map(passed));
    cases.extend([zero_with_a_sign(), time_to_live_beyond_32_bits()]);
    cases.extend(UNFIT.into_iter().map(unfit));
    cases.extend(NO_JSON.into_iter().map(no_json));
    cases.extend(COMBINATIONS.into_iter().map(Combination::case));
    Topic {
        path: "centrifugo/expire-at",
        about: "When a connection expires (`expire_at`) and when its token does (`exp`): each has its \
                own meaning, alone, together, and beside `nbf`.",
        cases,
    }
}

const NEAR: &str = "The time is near, but it has not come: the connection is opened and expires then.";

/// Name, value, what it is, why it is right.
const TIMES: [(&str, &str, &str, &str); 15] = [
    ("in-a-second", "{{now+1}}", "in a second", NEAR),
    ("in-59-seconds", "{{now+59}}", "in 59 seconds", NEAR),
    ("in-61-seconds", "{{now+61}}", "in 61 seconds", NEAR),
    (
        "equals-exp",
        "{{now+3600}}",
        "at the second of exp",
        "Both say the same, which backends write that know one time only.",
    ),
    (
        "two-to-the-31-less-one",
        "2147483647",
        "of 2^31 - 1",
        "The last second that a signed 32-bit number holds; with a delay added it wraps.",
    ),
    (
        "two-to-the-63-nanoseconds",
        "9223372037",
        "of the second after 2^63 nanoseconds, in the year 2262",
        "A time, or a timer, in nanoseconds of 64 bits wraps here, and the connection expires as soon as \
         it is there.",
    ),
    (
        "two-to-the-64-nanoseconds",
        "18446744074",
        "of the second after 2^64 nanoseconds, in the year 2554",
        "In nanoseconds this time is more than 64 bits hold, of either kind; cut, it lies in 1970.",
    ),
    (
        "year-10000",
        "253402300800",
        "in the year 10000",
        "A year of five digits: a date that is made of it may fail, and with it a good token.",
    ),
    (
        "milliseconds",
        "{{now-1800}}000",
        "that is half an hour ago in milliseconds",
        "The claim is in seconds, and in seconds this is tens of thousands of years ahead. A server that \
         guesses the unit ends a connection that its issuer let live.",
    ),
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
    (
        "largest-exact-integer",
        "9007199254740991",
        "of 2^53 - 1",
        "Every JSON parser holds this integer exactly (RFC 8259 section 6). A time that wraps when it is \
         multiplied or added to ends the connection at once.",
    ),
];

fn time((name, value, what, why): (&str, &str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/expire-at/{name}"), claim("expire_at", value))
        .accept()
        .title(format!("expire_at {}", spoken(what)))
        .why(why)
        .requirement("CF-EXPAT-1")
        .requirement("CF-EXPAT-3")
        .class("C23")
        .effect(|effect| {
            // What is told of a time beyond 2^32 seconds from now has a case of its own.
            let told = !matches!(
                name,
                "two-to-the-63-nanoseconds"
                    | "two-to-the-64-nanoseconds"
                    | "year-10000"
                    | "milliseconds"
                    | "largest-exact-integer"
            );
            effect.expires = told.then(|| Expiry::At { second: value.to_owned() });
        })
}

fn zero_with_a_sign() -> Case {
    twins::centrifugo()
        .changed("centrifugo/expire-at/minus-zero", claim("expire_at", "-0"))
        .accept()
        .title("expire_at of -0")
        .why(
            "Zero with a sign is zero: the connection does not expire. As a negative number it would be \
             refused, or be a time that has passed.",
        )
        .requirement("CF-EXPAT-2")
        .requirement("RFC8259-6-NUMBER")
        .class("C23")
        .effect(|effect| effect.expires = Some(Expiry::Never))
}

fn time_to_live_beyond_32_bits() -> Case {
    twins::centrifugo()
        .changed("centrifugo/expire-at/beyond-32-bits-of-seconds", claim("expire_at", "{{now+4294967396}}"))
        .accept()
        .title("expire_at 2^32 and 100 seconds from now")
        .why(
            "The client is told how many seconds are left. Where that number is cut to 32 bits, the \
             connection expires 136 years early, in a hundred seconds.",
        )
        .requirement("CF-EXPAT-1")
        .class("C3")
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
        .title(format!("expire_at {}", spoken(what)))
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
const UNFIT: [(&str, &str, &str, IfAccepted); 41] = [
    ("minus-two-to-the-31-less-one", "-2147483649", "of -2^31 - 1", IfAccepted::Never),
    ("minus-1e308", "-1e308", "of -1e308", IfAccepted::Never),
    ("minus-one-half", "-0.5", "of -0.5", IfAccepted::Open),
    ("past-and-a-half", "{{now-600}}.5", "in the past, with a fraction", IfAccepted::Open),
    ("now-and-a-half", "{{now}}.5", "in half a second", IfAccepted::Open),
    (
        "future-with-zero-fraction",
        "{{now+1800}}.0",
        "in the future, with a fraction of zero",
        IfAccepted::At("{{now+1800}}"),
    ),
    (
        "future-with-zero-exponent",
        "{{now+1800}}e0",
        "in the future, with an exponent of zero",
        IfAccepted::At("{{now+1800}}"),
    ),
    (
        "future-with-negative-exponent",
        "{{now+1800}}000e-3",
        "in the future, in thousandths by an exponent",
        IfAccepted::At("{{now+1800}}"),
    ),
    ("zero-with-exponent", "0e0", "of 0e0", IfAccepted::Never),
    ("tiny", "1e-400", "of 1e-400", IfAccepted::Open),
    ("quoted-past", "\"{{now-600}}\"", "that is a string of digits, in the past", IfAccepted::Open),
    ("quoted-exponent", "\"1e10\"", "that is a string with an exponent", IfAccepted::Open),
    ("quoted-with-space", "\" {{now+1800}}\"", "that is a string of a space and digits", IfAccepted::Open),
    ("quoted-hexadecimal", "\"0xFFFFFFFF\"", "that is a string in base 16", IfAccepted::Open),
    ("word", "\"never\"", "that is a word", IfAccepted::Open),
    ("date", "\"2999-12-31T23:59:59Z\"", "that is a date", IfAccepted::Open),
    ("empty-array", "[]", "that is an empty array", IfAccepted::Open),
    ("array-in-array", "[[{{now+1800}}]]", "that is an array in an array", IfAccepted::Open),
    ("object-with-seconds", "{\"seconds\":{{now+1800}}}", "that is an object with a time", IfAccepted::Open),
    ("two-to-the-63-milliseconds", "9223372036854776", "of 2^63 milliseconds", IfAccepted::Open),
    ("two-to-the-62", "4611686018427387904", "of 2^62", IfAccepted::Open),
    ("two-to-the-64", "18446744073709551616", "of 2^64", IfAccepted::Open),
    ("thirty-nines", "999999999999999999999999999999", "of thirty nines", IfAccepted::Open),
    ("huge-exponent", "1e999999999", "of 1e999999999", IfAccepted::Open),
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

/// The names of the rows with numbers beyond 2^53, positive or negative.
const HUGE: [&str; 9] = [
    "minus-1e308",
    "two-to-the-53-plus-one",
    "two-to-the-62",
    "two-to-the-63",
    "two-to-the-63-milliseconds",
    "two-to-the-64",
    "thirty-nines",
    "beyond-binary64",
    "huge-exponent",
];

fn unfit((name, value, what, if_accepted): (&str, &str, &str, IfAccepted)) -> Case {
    let negative = value.starts_with('-');
    let huge = HUGE.contains(&name);
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
        .title(format!("expire_at {}", spoken(what)))
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
            if matches!(name, "beyond-binary64" | "huge-exponent") {
                effect.claims = None;
            }
        })
}

/// Name, value, what a lenient parser makes of it.
const NO_JSON: [(&str, &str, &str); 6] = [
    ("leading-zero", "0{{now+1800}}", "It is a time for one parser and an octal number for another."),
    ("plus-sign", "+{{now+1800}}", "A lenient parser finds a time in it."),
    (
        "hexadecimal",
        "0xFFFFFFFF",
        "A lenient parser finds a time in it, and one that stops at the x finds 0.",
    ),
    ("not-a-number", "NaN", "Every comparison with it is false, also the one that ends the connection."),
    ("infinity", "Infinity", "Where it is known it never comes, and becomes any integer at all."),
    ("nothing", "", "A lenient parser makes it null, or absent, and `exp` decides in its place."),
];

fn no_json((name, value, made): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/expire-at/{name}"), claim("expire_at", value))
        .reject([Reason::Payload, Reason::ClaimType])
        .title(if value.is_empty() {
            "expire_at of nothing".to_owned()
        } else {
            format!("expire_at of {}", spoken(value))
        })
        .why(format!("JSON has no such value, and so the payload is no claims set. {made}"))
        .requirement("RFC8259-2-JSON")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("J8")
}

/// Where a time lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    Absent,
    /// Ten minutes ago.
    Past,
    /// A minute ago.
    Recent,
    /// `nbf` in ten minutes, `expire_at` in half an hour, `exp` in an hour.
    Future,
    /// In two hours: later than every `exp`.
    Late,
    Zero,
}

impl Time {
    const fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Past => "past",
            Self::Recent => "recent",
            Self::Future => "future",
            Self::Late => "late",
            Self::Zero => "zero",
        }
    }

    /// The edit that gives it to a claim.
    fn edit(self, name: &str) -> Edit {
        match self {
            Self::Absent => without_claim(name),
            Self::Past => claim(name, "{{now-600}}"),
            Self::Recent => claim(name, "{{now-60}}"),
            Self::Future => match name {
                "nbf" => claim(name, "{{now+600}}"),
                "expire_at" => claim(name, "{{now+1800}}"),
                _ => claim(name, "{{now+3600}}"),
            },
            Self::Late => claim(name, "{{now+7200}}"),
            Self::Zero => claim(name, "0"),
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

/// Chosen so that any two of the times meet in every order, before and after now, equal, zero and
/// absent; each defect stands alone too, and the twin of each is here (or has an id elsewhere).
const COMBINATIONS: [Combination; 59] = {
    use Time::{Absent, Future, Late, Past, Recent, Zero};
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
        // Without a defect, and with an `expire_at` that has passed.
        times(Absent, Absent, Past),
        times(Absent, Zero, Absent),
        times(Absent, Zero, Zero),
        times(Absent, Zero, Future),
        times(Absent, Zero, Past),
        times(Absent, Past, Zero),
        times(Absent, Past, Future),
        times(Absent, Past, Recent),
        times(Absent, Recent, Absent),
        times(Absent, Recent, Past),
        times(Future, Zero, Absent),
        times(Future, Zero, Zero),
        times(Future, Zero, Future),
        times(Future, Zero, Late),
        times(Future, Zero, Past),
        times(Future, Past, Absent),
        times(Future, Past, Late),
        times(Future, Past, Past),
        times(Future, Past, Recent),
        times(Future, Recent, Absent),
        times(Future, Recent, Zero),
        times(Future, Recent, Future),
        times(Future, Recent, Past),
        // Expired.
        times(Zero, Absent, Zero),
        times(Zero, Absent, Future),
        times(Zero, Past, Zero),
        times(Zero, Past, Future),
        times(Zero, Zero, Zero),
        times(Past, Zero, Zero),
        times(Past, Zero, Future),
        times(Past, Past, Zero),
        times(Recent, Past, Zero),
        times(Recent, Past, Future),
        // Not yet valid.
        times(Absent, Future, Zero),
        times(Future, Future, Future),
        times(Future, Late, Zero),
        times(Future, Late, Future),
        // Two defects.
        times(Absent, Future, Past),
        times(Past, Future, Zero),
    ]
};

impl Combination {
    fn id(self) -> String {
        if self == times(Time::Absent, Time::Absent, Time::Absent) {
            return "centrifugo/connection/without-exp".to_owned();
        }
        format!(
            "centrifugo/expire-at/exp-{}-nbf-{}-expire-at-{}",
            self.exp.name(),
            self.nbf.name(),
            self.expire_at.name()
        )
    }

    /// The same without its defects.
    const fn repaired(self) -> Self {
        Self {
            exp: match self.exp {
                Time::Past | Time::Recent | Time::Zero => Time::Future,
                good => good,
            },
            nbf: match self.nbf {
                Time::Future | Time::Late => Time::Absent,
                good => good,
            },
            expire_at: match self.expire_at {
                Time::Past | Time::Recent => Time::Absent,
                good => good,
            },
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
            edits.push(self.exp.edit("exp"));
            reasons.push(Reason::Expired);
        }
        if self.nbf != twin.nbf {
            edits.push(self.nbf.edit("nbf"));
            reasons.push(Reason::NotYetValid);
        }
        if self.expire_at != twin.expire_at {
            edits.push(self.expire_at.edit("expire_at"));
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
            let expired = self.exp != twin.exp;
            let case = undecided.reject(reasons).why(if expired {
                "Whatever `expire_at` says of the connection, `exp` still decides whether the token is \
                 good; who looks at `expire_at` alone lets in a user whose access has ended."
            } else {
                "Whatever `expire_at` says of the connection, the token is not good before its `nbf`."
            });
            match (expired, self.expire_at) {
                (true, Time::Zero) => case.requirement("CF-EXPAT-2").requirement("CF-EXP-2"),
                (true, Time::Future | Time::Late) => case.requirement("CF-EXPAT-1").requirement("CF-EXP-2"),
                (true, Time::Absent | Time::Past | Time::Recent) => case.requirement("CF-EXP-2"),
                (false, _) => case.requirement("RFC7519-4.1.5-NBF"),
            }
        };
        case.title(match defects {
            1 => self.title(),
            2 => format!("two defects: {}", self.title()),
            _ => format!("three defects: {}", self.title()),
        })
        .class(if self.expire_at == Time::Absent { "C5" } else { "C23" })
        // Waiting makes no `exp` of zero: its issuer wrote it.
        .threat(if self.exp == Time::Zero { Threat::Issuer } else { Threat::Holder })
    }

    /// The case of a combination without a defect; the plain token is one.
    fn accepted(self) -> Case {
        let mut edits = Vec::new();
        if self.exp != Time::Future {
            edits.push(self.exp.edit("exp"));
        }
        if self.nbf != Time::Absent {
            edits.push(self.nbf.edit("nbf"));
        }
        if self.expire_at != Time::Absent {
            edits.push(self.expire_at.edit("expire_at"));
        }
        if edits.is_empty() {
            return twins::centrifugo();
        }
        let case = twins::centrifugo().changed_by(&self.id(), edits).accept().title(self.title());
        match self.expire_at {
            Time::Zero => case
                .why("With `expire_at` 0 the connection does not expire, whatever `exp` says.")
                .requirement("CF-EXPAT-2"),
            Time::Future | Time::Late => {
                case.why("The connection expires at `expire_at`, and not at `exp`.").requirement("CF-EXPAT-1")
            }
            Time::Absent | Time::Past | Time::Recent if self.exp == Time::Absent => case
                .why("Without `exp` and `expire_at` the connection does not expire; `nbf` is no end.")
                .requirement("CF-EXP-1"),
            Time::Absent | Time::Past | Time::Recent => case
                .why("The connection expires at `exp`; that `nbf` has come changes nothing of it.")
                .requirement("CF-EXP-3"),
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
            let elsewhere = [
                times(Time::Future, Time::Absent, Time::Absent),
                times(Time::Absent, Time::Absent, Time::Absent),
            ];
            assert!(
                COMBINATIONS.contains(&twin) || elsewhere.contains(&twin),
                "{twin:?} is the twin of {combination:?}"
            );
        }
    }
}
