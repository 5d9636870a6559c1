//! `expire_at`: the expiration of the connection, as opposed to that of the token.
//!
//! Long because a topic is one file, like its vectors.

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
        about: "The expiration of a connection (`expire_at`) and of its token (`exp`): each has its own \
                meaning, alone, together, and beside `nbf`.",
        cases,
    }
}

const NEAR: &str = "The time is near but has not come. The connection is opened and expires then.";

/// Name, value, description, explanation.
const TIMES: [(&str, &str, &str, &str); 15] = [
    ("in-a-second", "{{now+1}}", "in one second", NEAR),
    ("in-59-seconds", "{{now+59}}", "in 59 seconds", NEAR),
    ("in-61-seconds", "{{now+61}}", "in 61 seconds", NEAR),
    (
        "equals-exp",
        "{{now+3600}}",
        "equal to exp",
        "A backend that knows only one time writes it in both claims.",
    ),
    (
        "two-to-the-31-less-one",
        "2147483647",
        "is 2^31 - 1, in the year 2038",
        "This is the last second that a signed 32-bit number can hold. If a server adds a delay to it, it \
         wraps to a time in the past, and the connection expires at once.",
    ),
    (
        "two-to-the-63-nanoseconds",
        "9223372037",
        "is the second after 2^63 nanoseconds, in the year 2262",
        "A signed 64-bit time or timer in nanoseconds wraps here. The connection then expires as soon as it \
         is opened.",
    ),
    (
        "two-to-the-64-nanoseconds",
        "18446744074",
        "is the second after 2^64 nanoseconds, in the year 2554",
        "In nanoseconds, this time does not fit in 64 bits, signed or unsigned. Truncated, it becomes a \
         time in 1970.",
    ),
    (
        "year-10000",
        "253402300800",
        "in the year 10000",
        "The year has five digits. A server that formats the time as a date may fail, and so reject a valid \
         token.",
    ),
    (
        "milliseconds",
        "{{now-1800}}000",
        "half an hour ago, in milliseconds",
        "The claim is in seconds. Read as seconds, the value is tens of thousands of years ahead. A server \
         that guesses the unit ends a connection that its issuer let live.",
    ),
    (
        "beyond-exp",
        "{{now+7200}}",
        "after exp",
        "The connection may outlive its token. `exp` no longer matters once the token has been checked.",
    ),
    (
        "in-ten-years",
        "{{now+315360000}}",
        "in ten years",
        "A connection that is meant to last has a distant time. The number of seconds to live must not \
         wrap.",
    ),
    (
        "two-to-the-31",
        "2147483648",
        "is 2^31, in the year 2038",
        "This is the first second that a signed 32-bit number cannot hold. If it wraps, the connection \
         expired in 1901.",
    ),
    (
        "two-to-the-32",
        "4294967296",
        "is 2^32, in the year 2106",
        "This is the first second that an unsigned 32-bit number cannot hold. Truncated, it becomes 0, and \
         the connection never expires.",
    ),
    (
        "five-thousand-million",
        "5000000000",
        "is 5,000,000,000, in the year 2128",
        "Truncated to 32 bits, this is a time in 1992, and the connection expires as soon as it is opened.",
    ),
    (
        "largest-exact-integer",
        "9007199254740991",
        "is 2^53 - 1",
        "Every JSON parser holds this integer exactly (RFC 8259 section 6). If the time wraps when it is \
         multiplied or added to, the connection ends at once.",
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
            // Another case checks what is told of a time more than 2^32 seconds from now.
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
        .title("is -0")
        .why(
            "Zero with a sign is zero, so the connection does not expire. A server that reads it as a \
             negative number rejects the token, or sees a time in the past.",
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
        .title("in 2^32 + 100 seconds")
        .why(
            "The client is told how many seconds are left. A server that truncates this number to 32 bits \
             lets the connection expire after 100 seconds, 136 years early.",
        )
        .requirement("CF-EXPAT-1")
        .class("C3")
}

/// Name, value, description.
const PASSED: [(&str, &str, &str); 3] = [
    ("equals-now", "{{now}}", "is the current second"),
    ("a-second-ago", "{{now-1}}", "one second ago"),
    ("one", "1", "is 1, the first second after the epoch"),
];

fn passed((name, value, what): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/expire-at/{name}"), claim("expire_at", value))
        .either(
            "The documentation requires a time in the future, or 0. A server may reject any other time as \
             expired, or let the connection expire at once.",
            [Reason::ConnectionExpired],
        )
        .title(format!("expire_at {}", spoken(what)))
        .why(
            "Only 0 means that the connection does not expire. A server that treats a time in the past like \
             0 keeps open a connection that should have ended.",
        )
        .requirement("CF-EXPAT-3")
        .class("C23")
        .threat(Threat::Holder)
}

/// The expiration of the connection if the value is accepted.
#[derive(Clone, Copy)]
enum IfAccepted {
    /// The connection does not expire.
    Never,
    /// The connection expires at this second.
    At(&'static str),
    /// Undefined.
    Open,
}

/// Name, value, description, and the effect if the value is accepted.
const UNFIT: [(&str, &str, &str, IfAccepted); 41] = [
    ("minus-two-to-the-31-less-one", "-2147483649", "is -2^31 - 1", IfAccepted::Never),
    ("minus-1e308", "-1e308", "is -1e308", IfAccepted::Never),
    ("minus-one-half", "-0.5", "is -0.5", IfAccepted::Open),
    ("past-and-a-half", "{{now-600}}.5", "ten minutes ago, with a fraction", IfAccepted::Open),
    ("now-and-a-half", "{{now}}.5", "in half a second", IfAccepted::Open),
    (
        "future-with-zero-fraction",
        "{{now+1800}}.0",
        "in half an hour, with the fraction .0",
        IfAccepted::At("{{now+1800}}"),
    ),
    (
        "future-with-zero-exponent",
        "{{now+1800}}e0",
        "in half an hour, with the exponent e0",
        IfAccepted::At("{{now+1800}}"),
    ),
    (
        "future-with-negative-exponent",
        "{{now+1800}}000e-3",
        "in half an hour, written with the exponent e-3",
        IfAccepted::At("{{now+1800}}"),
    ),
    ("zero-with-exponent", "0e0", "is 0e0", IfAccepted::Never),
    ("tiny", "1e-400", "is 1e-400", IfAccepted::Open),
    ("quoted-past", "\"{{now-600}}\"", "is a string of digits, ten minutes ago", IfAccepted::Open),
    ("quoted-exponent", "\"1e10\"", "is a string with an exponent", IfAccepted::Open),
    ("quoted-with-space", "\" {{now+1800}}\"", "is a string of digits after a space", IfAccepted::Open),
    ("quoted-hexadecimal", "\"0xFFFFFFFF\"", "is a string with a hexadecimal number", IfAccepted::Open),
    ("word", "\"never\"", "is a word", IfAccepted::Open),
    ("date", "\"2999-12-31T23:59:59Z\"", "is a date", IfAccepted::Open),
    ("empty-array", "[]", "is an empty array", IfAccepted::Open),
    ("array-in-array", "[[{{now+1800}}]]", "is an array in an array", IfAccepted::Open),
    (
        "object-with-seconds",
        "{\"seconds\":{{now+1800}}}",
        "is an object that contains a time",
        IfAccepted::Open,
    ),
    (
        "two-to-the-63-milliseconds",
        "9223372036854776",
        "is 2^63 milliseconds, as a number of seconds",
        IfAccepted::Open,
    ),
    ("two-to-the-62", "4611686018427387904", "is 2^62", IfAccepted::Open),
    ("two-to-the-64", "18446744073709551616", "is 2^64", IfAccepted::Open),
    ("thirty-nines", "999999999999999999999999999999", "is thirty nines", IfAccepted::Open),
    ("huge-exponent", "1e999999999", "is 1e999999999", IfAccepted::Open),
    ("minus-one", "-1", "is -1", IfAccepted::Never),
    ("minus-two-to-the-63", "-9223372036854775808", "is -2^63", IfAccepted::Never),
    ("future-and-a-half", "{{now+1800}}.5", "in half an hour, with the fraction .5", IfAccepted::Open),
    ("one-half", "0.5", "is 0.5", IfAccepted::Open),
    ("zero-point-zero", "0.0", "is 0.0", IfAccepted::Never),
    ("exponent", "1e10", "is 1e10", IfAccepted::At("10000000000")),
    ("quoted-future", "\"{{now+1800}}\"", "is a string of digits", IfAccepted::Open),
    ("quoted-zero", "\"0\"", "is the string \"0\"", IfAccepted::Open),
    ("empty-string", "\"\"", "is an empty string", IfAccepted::Open),
    ("null", "null", "is null", IfAccepted::Open),
    ("true", "true", "is true", IfAccepted::Open),
    ("false", "false", "is false", IfAccepted::Open),
    ("array", "[{{now+1800}}]", "is an array", IfAccepted::Open),
    ("object", "{}", "is an object", IfAccepted::Open),
    ("two-to-the-53-plus-one", "9007199254740993", "is 2^53 + 1", IfAccepted::Open),
    ("two-to-the-63", "9223372036854775808", "is 2^63", IfAccepted::Open),
    ("beyond-binary64", "1e400", "is 1e400", IfAccepted::Open),
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
            "A JSON implementation may reject a number beyond 2^53 (RFC 8259 sections 6 and 9).",
            "A number that the server cannot hold must not wrap to a different time. Otherwise the \
             connection ends at once, or never.",
        )
    } else if negative {
        (
            "The documentation allows a time in the future, or 0. A server may reject a negative number, or \
             treat it as 0.",
            "A negative number is not a time at which a connection can expire. It must not wrap to a time \
             in the future.",
        )
    } else {
        (
            "The documentation requires UNIX seconds, and does not say how to treat any other value.",
            "A server should reject a malformed value rather than guess. If it silently drops the claim, \
             the connection expires at a time that the issuer did not mean.",
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
            // Some JSON implementations cannot hold this number, so the claims cannot be compared.
            if matches!(name, "beyond-binary64" | "huge-exponent") {
                effect.claims = None;
            }
        })
}

/// Name, value, the reading of a lenient parser.
const NO_JSON: [(&str, &str, &str); 6] = [
    ("leading-zero", "0{{now+1800}}", "One parser reads it as a time, and another as an octal number."),
    ("plus-sign", "+{{now+1800}}", "A lenient parser reads it as a time."),
    (
        "hexadecimal",
        "0xFFFFFFFF",
        "A lenient parser reads it as a time, and a parser that stops at the x reads 0.",
    ),
    (
        "not-a-number",
        "NaN",
        "Every comparison with NaN is false, including the one that ends the connection.",
    ),
    (
        "infinity",
        "Infinity",
        "A parser that knows Infinity gets a time that never comes, or any integer when it converts the \
         value.",
    ),
    ("nothing", "", "A lenient parser reads it as null or as absent, and then `exp` decides instead."),
];

fn no_json((name, value, made): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/expire-at/{name}"), claim("expire_at", value))
        .reject([Reason::Payload, Reason::ClaimType])
        .title(if value.is_empty() {
            "expire_at has no value".to_owned()
        } else {
            format!("expire_at is {}", spoken(value))
        })
        .why(format!("JSON has no such value, so the payload is not a valid claims set. {made}"))
        .requirement("RFC8259-2-JSON")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("J8")
}

/// The place of a time relative to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    Absent,
    /// Ten minutes ago.
    Past,
    /// A minute ago.
    Recent,
    /// `nbf` in ten minutes, `expire_at` in half an hour, `exp` in an hour.
    Future,
    /// In two hours, later than every `exp`.
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

    /// The time in words, for titles.
    const fn says(self) -> &'static str {
        match self {
            Self::Absent => "missing",
            Self::Past => "ten minutes ago",
            Self::Recent => "one minute ago",
            Self::Future => "in the future",
            Self::Late => "in two hours",
            Self::Zero => "0",
        }
    }

    /// The edit that sets the claim to this time.
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

/// G7: a combination of three times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Combination {
    exp: Time,
    nbf: Time,
    expire_at: Time,
}

const fn times(exp: Time, nbf: Time, expire_at: Time) -> Combination {
    Combination { exp, nbf, expire_at }
}

/// Any two of the times occur in every order: before and after now, equal, zero and absent. Each defect also
/// occurs alone. The twin of each combination is in this list or has an id in another topic.
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
        // Without a defect, or with an `expire_at` in the past.
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

    /// The same combination without its defects.
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
                    "The documentation requires a time in the future, or 0. A server may reject a time in \
                     the past as expired, or let the connection expire at once.",
                    reasons,
                )
                .why(
                    "The token is valid, but the time of the connection is over. The server may reject the \
                     token, or open the connection and close it at once. It must not leave it open.",
                )
                .requirement("CF-EXPAT-3")
        } else {
            let expired = self.exp != twin.exp;
            let case = undecided.reject(reasons).why(if expired {
                "`exp` decides whether the token is valid, no matter what `expire_at` says. A server that \
                 looks only at `expire_at` accepts a user whose access has ended."
            } else {
                "The token is not valid before its `nbf`, no matter what `expire_at` says."
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
        // Waiting does not produce an `exp` of 0: only the issuer can write it.
        .threat(if self.exp == Time::Zero { Threat::Issuer } else { Threat::Holder })
    }

    /// The case of a combination without a defect, which may be the plain token.
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
                .why("If `expire_at` is 0, the connection does not expire, no matter what `exp` says.")
                .requirement("CF-EXPAT-2"),
            Time::Future | Time::Late => {
                case.why("The connection expires at `expire_at`, not at `exp`.").requirement("CF-EXPAT-1")
            }
            Time::Absent | Time::Past | Time::Recent if self.exp == Time::Absent => case
                .why(
                    "Without `exp` and `expire_at` the connection does not expire. `nbf` only sets a \
                     beginning.",
                )
                .requirement("CF-EXP-1"),
            Time::Absent | Time::Past | Time::Recent => case
                .why("The connection expires at `exp`. An `nbf` in the past does not change that.")
                .requirement("CF-EXP-3"),
        }
        .class("C23")
    }

    fn title(self) -> String {
        format!("exp {}, nbf {}, expire_at {}", self.exp.says(), self.nbf.says(), self.expire_at.says())
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
                // The plain token is the combination with `exp` only.
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
