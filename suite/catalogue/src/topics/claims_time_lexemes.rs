//! G6: times as numbers in every spelling and of every size, and texts that only look like numbers.
//!
//! Long because a topic is one file, like its vectors.

use jotproof_model::{Expiry, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, spoken};
use crate::twins;

use Reason::{ClaimType, Expired, IssuedInFuture, Limit, NotYetValid, Payload};

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = EXP_PAST.into_iter().map(exp_past).collect();
    cases.extend(EXP_FUTURE.into_iter().map(exp_future));
    cases.extend(EXP_TOO_LARGE.into_iter().map(exp_too_large));
    cases.extend(EXP_NO_NUMBER.into_iter().map(exp_no_number));
    cases.extend(NBF_PAST.into_iter().map(nbf_past));
    cases.extend(NBF_FUTURE.into_iter().map(nbf_future));
    cases.extend(NBF_TOO_SMALL.into_iter().map(nbf_too_small));
    cases.extend([nbf_not_a_number(), nbf_quoted()]);
    cases.extend(QUOTED.into_iter().flat_map(quoted));
    cases.extend(NO_JSON_VALUES.into_iter().map(no_json));
    cases.extend(IAT.into_iter().map(iat));
    cases.extend(IAT_EITHER.into_iter().map(iat_either));
    cases.extend(["exp", "nbf", "iat"].map(five_thousand_digits));
    cases.push(iat_quoted_future());
    cases.extend(PRECISE.into_iter().map(precise));
    cases.push(private_claim("1e400", "1e400"));
    cases.push(private_claim("huge-exponent", "1e999999999"));
    cases.push(private_claim("just-above-the-largest-binary64", "1.7976931348623158e308"));
    Topic {
        path: "claims/time-lexemes",
        about: "Spellings and sizes of the numbers in exp, nbf and iat: fractions, exponents, other units, \
                overflows, and texts that only look like numbers.",
        cases,
    }
}

/// Numbers that binary64 cannot hold. Claims with them are not compared.
const OVERFLOWS: [&str; 3] = ["1e400", "-1e400", "1e999999999"];

/// Thirty nines.
const NINES: &str = "999999999999999999999999999999";

const ZERO: &str = "Zero is a time, the first second of 1970. A verifier that treats zero as missing, as in \
                    languages without optional numbers, accepts this token forever.";
const ROUNDED: &str = "In binary64 this number rounds to zero, the first second of 1970. A verifier that \
                       treats zero as missing accepts this token forever.";
const NEGATIVE: &str = "A negative number is a time before 1970. A verifier that drops the sign, or wraps \
                        the number into an unsigned integer, sees a time in the future and accepts an \
                        expired token.";
const UNREPRESENTABLE: &str = "The time is far in the past. A verifier whose conversion to an integer \
                               overflows may get any other time, or none.";
const BELOW_ONE: &str = "The value is half a second from zero. A verifier that drops the fraction and treats \
                         zero as missing accepts this token forever.";
const SMALL: &str = "The value is next to zero. Written out, it has a billion digits, and no verifier should \
                     try that. A verifier that reads it as a missing value accepts the token forever.";
const FIRST_SECOND: &str = "This is one second into 1970. In languages that mix numbers and booleans, 1 can \
                            be read as `true`. Such a verifier knows that the token expires, but not when.";
const DECIMAL: &str = "A NumericDate may have a fraction or an exponent. Its value decides, and this time is \
                       in the past.";

/// Name, raw value, reasons, why, bug class.
const EXP_PAST: [(&str, &str, &[Reason], &str, &str); 19] = [
    ("minus-zero-with-fraction", "-0.0", &[Expired], ZERO, "C2"),
    ("zero-with-exponent", "0e0", &[Expired], ZERO, "C2"),
    ("one-half", "0.5", &[Expired], BELOW_ONE, "C2"),
    ("minus-one-half", "-0.5", &[Expired, ClaimType], BELOW_ONE, "C2"),
    ("huge-negative-exponent", "1e-999999999", &[Expired, ClaimType, Payload, Limit], SMALL, "C3"),
    ("one", "1", &[Expired], FIRST_SECOND, "C2"),
    ("minus-2-to-31-less-one", "-2147483649", &[Expired, ClaimType], NEGATIVE, "C3"),
    ("minus-2-to-63-less-one", "-9223372036854775809", &[Expired, ClaimType], UNREPRESENTABLE, "C3"),
    ("zero", "0", &[Expired], ZERO, "C2"),
    ("minus-zero", "-0", &[Expired], ZERO, "C2"),
    ("zero-with-fraction", "0.0", &[Expired], ZERO, "C2"),
    ("tiny", "1e-400", &[Expired, ClaimType, Payload], ROUNDED, "C2"),
    ("minus-one", "-1", &[Expired, ClaimType], NEGATIVE, "C3"),
    ("one-and-a-half", "1.5", &[Expired], DECIMAL, "C5"),
    ("exponent-past", "1e9", &[Expired], DECIMAL, "C5"),
    ("negative-time", "-{{now+3600}}", &[Expired, ClaimType], NEGATIVE, "C3"),
    ("minus-2-to-63", "-9223372036854775808", &[Expired, ClaimType], UNREPRESENTABLE, "C3"),
    ("minus-1e308", "-1e308", &[Expired, ClaimType, Payload, Limit], UNREPRESENTABLE, "C3"),
    ("minus-1e400", "-1e400", &[Expired, ClaimType, Payload, Limit], UNREPRESENTABLE, "C3"),
];

fn exp_past((name, value, reasons, why, class): (&str, &str, &[Reason], &str, &str)) -> Case {
    let case = twins::hs256()
        .changed(&format!("claims/time-lexemes/exp-{name}"), claim("exp", value))
        .reject(reasons.iter().copied())
        .title(format!("exp is {}", spoken(value)))
        .why(why)
        .requirement("RFC7519-4.1.4-EXP")
        .requirement("RFC7519-2-NUMERICDATE")
        .class(class);
    if [DECIMAL, BELOW_ONE, SMALL].contains(&why) { case.requirement("RFC8259-6-NUMBER") } else { case }
}

const WRITTEN: &str = "A NumericDate may have a fraction or an exponent. Its value decides, and this time is \
                       in the future. A verifier that reads only integers rejects a good token.";
const WIDE: &str = "The time is at the limit of a 32-bit integer or just beyond. A verifier that truncates \
                    it sees a time in the past and rejects a good token.";

const FINE: &str = "In nanoseconds, this time overflows a 64-bit integer. A verifier that counts nanoseconds \
                    sees a time in the past and rejects a good token.";
const CALENDAR: &str = "The year is 9999 or 10000. A verifier that converts the time to a date may fail and \
                        reject a good token.";

const EXACT: &str = "The number is an integer below 2^53, which every JSON parser holds exactly (RFC 8259 \
                     section 6). As a time it is in the future, so the token is valid.";

/// Name, raw value, whether it is the same second as in the twin, why, bug class.
const EXP_FUTURE: [(&str, &str, bool, &str, &str); 18] = [
    ("exponent-with-leading-zeros", "1e0010", false, WRITTEN, "V1"),
    ("largest-exact-integer", "9007199254740991", false, EXACT, "C3"),
    ("microseconds-as-seconds", "{{now-3600}}000000", false, EXACT, "C4"),
    ("2-to-32-less-one", "4294967295", false, WIDE, "C3"),
    ("2-to-63-nanoseconds", "9223372037", false, FINE, "C3"),
    ("2-to-64-nanoseconds", "18446744074", false, FINE, "C3"),
    ("last-second-of-9999", "253402300799", false, CALENDAR, "C3"),
    ("year-10000", "253402300800", false, CALENDAR, "C3"),
    ("exponent", "1e10", false, WRITTEN, "V1"),
    ("capital-exponent-with-sign", "1E+10", false, WRITTEN, "V1"),
    ("fraction-of-zero", "{{now+3600}}.0", true, WRITTEN, "V1"),
    ("exponent-of-zero", "{{now+3600}}e0", true, WRITTEN, "V1"),
    ("negative-exponent", "{{now+3600}}000e-3", true, WRITTEN, "V1"),
    ("fraction", "{{now+3600}}.25", false, WRITTEN, "V1"),
    ("2-to-31-less-one", "2147483647", false, WIDE, "C3"),
    ("2-to-31", "2147483648", false, WIDE, "C3"),
    ("2-to-32", "4294967296", false, WIDE, "C3"),
    (
        "milliseconds",
        "{{now-3600}}000",
        false,
        "The value is an hour ago in milliseconds. In seconds it is tens of thousands of years ahead, so the \
         token is valid. A verifier that guesses the unit by size changes what the issuer said.",
        "C4",
    ),
];

fn exp_future((name, value, same, why, class): (&str, &str, bool, &str, &str)) -> Case {
    let case = twins::hs256()
        .changed(&format!("claims/time-lexemes/exp-{name}"), claim("exp", value))
        .accept()
        .title(format!("exp is {}", spoken(value)))
        .why(why)
        .requirement("RFC7519-2-NUMERICDATE")
        .requirement("RFC8259-6-NUMBER")
        .class(class);
    if !same {
        return case;
    }
    case.effect(|effect| {
        effect.expires = Some(Expiry::At { second: "{{now+3600}}".to_owned() });
    })
}

/// Rows: name, raw value. No integer below 2^53 is here, because binary64 holds those exactly.
const EXP_TOO_LARGE: [(&str, &str); 15] = [
    ("nanoseconds", "{{now-3600}}000000000"),
    ("2-to-53", "9007199254740992"),
    ("2-to-63-milliseconds", "9223372036854776"),
    ("2-to-62", "4611686018427387904"),
    ("2-to-63-from-year-1", "9223371974719180000"),
    ("2-to-63-and-one", "9223372036854775809"),
    ("2-to-64-less-one", "18446744073709551615"),
    ("huge-exponent", "1e999999999"),
    ("2-to-53-and-one", "9007199254740993"),
    ("2-to-63-less-one", "9223372036854775807"),
    ("2-to-63", "9223372036854775808"),
    ("2-to-64", "18446744073709551616"),
    ("thirty-nines", NINES),
    ("1e308", "1e308"),
    ("1e400", "1e400"),
];

fn exp_too_large((name, value): (&str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-lexemes/exp-{name}"), claim("exp", value))
        .either(
            "RFC 8259 section 6 allows implementations to limit the range of numbers. As a number, this time \
             is in the future. A value that cannot be represented must fail safe, and rejection does.",
            [ClaimType, Expired, Payload, Limit],
        )
        .effect(|effect| {
            if OVERFLOWS.contains(&value) {
                effect.claims = None;
            }
        })
        .title(format!("exp is {}", spoken(value)))
        .why(
            "The number is a time in the future, beyond any calendar. Its conversion to an integer or a date \
             may fail, and then the verifier rejects the token.",
        )
        .requirement("RFC8259-6-NUMBER")
        .requirement("RFC7519-4.1.4-EXP")
        .class("C3")
}

const NO_JSON: &str = "This is not a JSON number. Lenient parsers read it in different ways, and some get a \
                       time at which the token is still valid.";
const STRING: &str = "`exp` is a number, and this is a string. A verifier that converts strings guesses what \
                      the issuer meant. A verifier that skips them never lets the token expire.";

/// Name, raw value, reasons, why, bug class. If most of them were numbers, they would be in the future.
const EXP_NO_NUMBER: [(&str, &str, &[Reason], &str, &str); 17] = [
    ("octal", "0o77777777777", &[Payload, ClaimType], NO_JSON, "J8"),
    ("underscores", "9_999_999_999", &[Payload, ClaimType], NO_JSON, "J8"),
    ("exponent-without-digits", "{{now+3600}}e", &[Payload, ClaimType], NO_JSON, "J8"),
    ("two-points", "{{now+3600}}.0.0", &[Payload, ClaimType], NO_JSON, "J8"),
    ("suffix", "{{now+3600}}n", &[Payload, ClaimType], NO_JSON, "J8"),
    (
        "full-width-digits",
        "\u{ff19}\u{ff19}\u{ff19}\u{ff19}\u{ff19}\u{ff19}\u{ff19}\u{ff19}\u{ff19}\u{ff19}",
        &[Payload, ClaimType],
        "Unicode counts these characters as digits, and so do many parsing functions. JSON does not.",
        "J8",
    ),
    ("expression", "{{now}}+3600", &[Payload, ClaimType], NO_JSON, "J8"),
    ("minus-infinity", "-Infinity", &[Payload, ClaimType], NO_JSON, "J8"),
    (
        "nothing",
        "",
        &[Payload, ClaimType],
        "There is no value after the colon. A lenient parser reads it as null or missing, and the token \
         never expires.",
        "J8",
    ),
    ("leading-zero", "0{{now+3600}}", &[Payload, ClaimType], NO_JSON, "J8"),
    ("plus-sign", "+{{now+3600}}", &[Payload, ClaimType], NO_JSON, "J8"),
    ("point-at-the-end", "{{now+3600}}.", &[Payload, ClaimType], NO_JSON, "J8"),
    ("point-at-the-start", ".{{now+3600}}e10", &[Payload, ClaimType], NO_JSON, "J8"),
    ("hexadecimal", "0xFFFFFFFF", &[Payload, ClaimType], NO_JSON, "J8"),
    (
        "not-a-number",
        "NaN",
        &[Payload, ClaimType],
        "This is not a JSON number. If a parser accepts NaN, every comparison with it is false, including \
         the one that detects expiry. The token then never expires.",
        "J8",
    ),
    ("infinity", "Infinity", &[Payload, ClaimType], NO_JSON, "J8"),
    ("quoted", "\"{{now+3600}}\"", &[ClaimType], STRING, "C4"),
];

fn exp_no_number((name, value, reasons, why, class): (&str, &str, &[Reason], &str, &str)) -> Case {
    let case = twins::hs256()
        .changed(&format!("claims/time-lexemes/exp-{name}"), claim("exp", value))
        .reject(reasons.iter().copied())
        .title(if value.is_empty() {
            "exp has no value".to_owned()
        } else {
            format!("exp is {}", spoken(value))
        })
        .why(why)
        .requirement("RFC7519-4.1.4-EXP")
        .class(class);
    if class == "J8" {
        case.requirement("RFC8259-2-JSON").requirement("RFC7519-7.2-PAYLOAD")
    } else {
        case.requirement("RFC7519-2-NUMERICDATE")
    }
}

/// Name, raw value.
const NBF_PAST: [(&str, &str); 16] = [
    ("zero", "0"),
    ("minus-one", "-1"),
    ("exponent-past", "1e9"),
    ("fraction", "{{now-3600}}.25"),
    ("minus-zero", "-0"),
    ("zero-with-fraction", "0.0"),
    ("one", "1"),
    ("minus-one-half", "-0.5"),
    ("negative-time", "-{{now+3600}}"),
    ("minus-2-to-31", "-2147483648"),
    ("minus-2-to-31-less-one", "-2147483649"),
    ("fraction-of-zero", "{{now-3600}}.0"),
    ("exponent-of-zero", "{{now-3600}}e0"),
    ("negative-exponent", "{{now-3600}}000e-3"),
    ("capital-exponent-with-sign", "1E+9"),
    ("exponent-with-leading-zeros", "1e009"),
];

fn nbf_past((name, value): (&str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-lexemes/nbf-{name}"), claim("nbf", value))
        .accept()
        .title(format!("nbf is {}", spoken(value)))
        .why(if value.starts_with('-') {
            "The value is zero or negative, a time in 1970 or before, so the token is valid. A verifier that \
             drops the sign, wraps the number into an unsigned integer, or truncates it to 32 bits waits for \
             a time that does not come."
        } else {
            "The value is a number in the past, so the token is valid. A verifier that reads only positive \
             integers rejects it."
        })
        .requirement("RFC7519-2-NUMERICDATE")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C3")
}

const WRAPS: &str = "This time is in the future. A verifier that truncates the number, or lets it wrap \
                     around in an integer, may see a time in the past and accept the token too early.";

/// Name, raw value, reasons, bug class.
const NBF_FUTURE: [(&str, &str, &[Reason], &str); 27] = [
    ("capital-exponent-in-future", "1E+10", &[NotYetValid], "C3"),
    ("exponent-with-leading-zeros-in-future", "1e0010", &[NotYetValid], "C3"),
    ("fraction-in-future", "{{now+3600}}.25", &[NotYetValid], "C5"),
    ("exponent-in-future", "{{now+3600}}e0", &[NotYetValid], "C5"),
    ("2-to-31-less-one", "2147483647", &[NotYetValid], "C3"),
    ("2-to-32-less-one", "4294967295", &[NotYetValid], "C3"),
    ("2-to-63-nanoseconds", "9223372037", &[NotYetValid], "C3"),
    ("2-to-64-nanoseconds", "18446744074", &[NotYetValid], "C3"),
    ("year-10000", "253402300800", &[NotYetValid], "C3"),
    ("microseconds", "{{now-3600}}000000", &[NotYetValid], "C4"),
    ("nanoseconds", "{{now-3600}}000000000", &[NotYetValid, ClaimType], "C4"),
    ("2-to-53", "9007199254740992", &[NotYetValid, ClaimType], "C3"),
    ("2-to-63-milliseconds", "9223372036854776", &[NotYetValid, ClaimType], "C3"),
    ("2-to-62", "4611686018427387904", &[NotYetValid, ClaimType], "C3"),
    ("2-to-63-from-year-1", "9223371974719180000", &[NotYetValid, ClaimType], "C3"),
    ("huge-exponent", "1e999999999", &[NotYetValid, ClaimType, Payload, Limit], "C3"),
    ("exponent", "1e10", &[NotYetValid], "C3"),
    ("2-to-31", "2147483648", &[NotYetValid], "C3"),
    ("2-to-32", "4294967296", &[NotYetValid], "C3"),
    ("milliseconds", "{{now-3600}}000", &[NotYetValid], "C4"),
    ("2-to-53-and-one", "9007199254740993", &[NotYetValid, ClaimType], "C3"),
    ("2-to-63-less-one", "9223372036854775807", &[NotYetValid, ClaimType], "C3"),
    ("2-to-63", "9223372036854775808", &[NotYetValid, ClaimType], "C3"),
    ("2-to-64", "18446744073709551616", &[NotYetValid, ClaimType, Payload, Limit], "C3"),
    ("thirty-nines", NINES, &[NotYetValid, ClaimType, Payload, Limit], "C3"),
    ("1e308", "1e308", &[NotYetValid, ClaimType, Payload, Limit], "C3"),
    ("1e400", "1e400", &[NotYetValid, ClaimType, Payload, Limit], "C3"),
];

fn nbf_future((name, value, reasons, class): (&str, &str, &[Reason], &str)) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-lexemes/nbf-{name}"), claim("nbf", value))
        .reject(reasons.iter().copied())
        // In C5 the token is genuine and too early. In the other classes the issuer wrote a wrong number.
        .threat(if class == "C5" { Threat::Holder } else { Threat::Issuer })
        .title(format!("nbf is {}", spoken(value)))
        .why(match class {
            "C4" => {
                "The value is an hour ago in a finer unit. In seconds it is at least tens of thousands of \
                 years ahead. A verifier that guesses the unit accepts the token too early."
            }
            "C5" => {
                "A NumericDate may have a fraction or an exponent. Its value decides, and this time is in \
                 the future. A verifier that skips non-integers accepts the token too early."
            }
            _ => WRAPS,
        })
        .requirement("RFC7519-4.1.5-NBF")
        .requirement("RFC7519-2-NUMERICDATE")
        .class(class)
}

/// Name, raw value.
const NBF_TOO_SMALL: [(&str, &str); 5] = [
    ("minus-2-to-53", "-9007199254740992"),
    ("minus-2-to-63", "-9223372036854775808"),
    ("minus-2-to-63-less-one", "-9223372036854775809"),
    ("minus-1e308", "-1e308"),
    ("minus-1e400", "-1e400"),
];

fn nbf_too_small((name, value): (&str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-lexemes/nbf-{name}"), claim("nbf", value))
        .either(
            "RFC 8259 section 6 allows implementations to limit the range of numbers. As a number, this time \
             is long past. A value that cannot be represented may be rejected.",
            [ClaimType, NotYetValid, Payload, Limit],
        )
        .effect(|effect| {
            if OVERFLOWS.contains(&value) {
                effect.claims = None;
            }
        })
        .title(format!("nbf is {}", spoken(value)))
        .why(
            "The number is a time before any clock. Its conversion to an integer or a date may fail, and \
             then the verifier rejects the token.",
        )
        .requirement("RFC8259-6-NUMBER")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C3")
}

fn nbf_not_a_number() -> Case {
    twins::hs256()
        .changed("claims/time-lexemes/nbf-not-a-number", claim("nbf", "NaN"))
        .reject([Payload, ClaimType, NotYetValid])
        .title("nbf is NaN")
        .why(
            "This is not a JSON number. If a parser accepts NaN, every comparison with it is false, \
             including the one that detects a token that is not yet valid.",
        )
        .requirement("RFC8259-2-JSON")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("J8")
}

fn nbf_quoted() -> Case {
    twins::hs256()
        .changed("claims/time-lexemes/nbf-quoted", claim("nbf", "\"{{now-3600}}\""))
        .reject([ClaimType])
        .title("nbf is a string with a time in the past")
        .why(
            "`nbf` is a number, and this is a string. A verifier that skips or converts it accepts the token \
             by a rule that the issuer does not know.",
        )
        .requirement("RFC7519-4.1.5-NBF")
        .requirement("RFC7519-2-NUMERICDATE")
        .class("C4")
}

/// Name, raw value.
const IAT: [(&str, &str); 13] = [
    ("zero", "0"),
    ("minus-one", "-1"),
    ("fraction", "{{now-60}}.25"),
    ("minus-zero", "-0"),
    ("zero-with-fraction", "0.0"),
    ("one", "1"),
    ("minus-one-half", "-0.5"),
    ("exponent-past", "1e9"),
    ("capital-exponent-with-sign", "1E+9"),
    ("exponent-with-leading-zeros", "1e009"),
    ("negative-exponent", "{{now-60}}000e-3"),
    ("minus-2-to-31-less-one", "-2147483649"),
    ("negative-time", "-{{now+3600}}"),
];

fn iat((name, value): (&str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-lexemes/iat-{name}"), claim("iat", value))
        .accept()
        .title(format!("iat is {}", spoken(value)))
        .why(
            "`iat` is a number that gives the age of a token. Neither its value nor its spelling is a reason \
             to reject the token.",
        )
        .requirement("RFC7519-4.1.6-IAT")
        .requirement("RFC7519-2-NUMERICDATE")
        .class("C7")
}

/// Name, raw value, reasons.
const IAT_EITHER: [(&str, &str, &[Reason]); 20] = [
    ("exponent", "1e10", &[IssuedInFuture]),
    ("2-to-31-less-one", "2147483647", &[IssuedInFuture]),
    ("2-to-31", "2147483648", &[IssuedInFuture]),
    ("2-to-32", "4294967296", &[IssuedInFuture]),
    ("2-to-63-nanoseconds", "9223372037", &[IssuedInFuture]),
    ("year-10000", "253402300800", &[IssuedInFuture]),
    ("milliseconds", "{{now-60}}000", &[IssuedInFuture]),
    ("microseconds", "{{now-60}}000000", &[IssuedInFuture, ClaimType]),
    ("nanoseconds", "{{now-60}}000000000", &[IssuedInFuture, ClaimType]),
    ("2-to-53-and-one", "9007199254740993", &[IssuedInFuture, ClaimType]),
    ("2-to-62", "4611686018427387904", &[IssuedInFuture, ClaimType]),
    ("2-to-63", "9223372036854775808", &[IssuedInFuture, ClaimType]),
    ("2-to-64", "18446744073709551616", &[IssuedInFuture, ClaimType, Payload, Limit]),
    ("thirty-nines", NINES, &[IssuedInFuture, ClaimType, Payload, Limit]),
    ("1e308", "1e308", &[IssuedInFuture, ClaimType, Payload, Limit]),
    ("1e400", "1e400", &[IssuedInFuture, ClaimType, Payload, Limit]),
    ("huge-exponent", "1e999999999", &[IssuedInFuture, ClaimType, Payload, Limit]),
    ("minus-2-to-63-less-one", "-9223372036854775809", &[ClaimType, Payload, Limit]),
    ("minus-1e308", "-1e308", &[ClaimType, Payload, Limit]),
    ("minus-1e400", "-1e400", &[ClaimType, Payload, Limit]),
];

fn iat_either((name, value, reasons): (&str, &str, &[Reason])) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-lexemes/iat-{name}"), claim("iat", value))
        .either(
            "RFC 7519 section 4.1.6 does not ask for rejection because of `iat` and leaves its use to \
             applications. RFC 8259 section 6 allows parsers to limit the range of numbers.",
            reasons.iter().copied(),
        )
        .effect(|effect| {
            if OVERFLOWS.contains(&value) {
                effect.claims = None;
            }
        })
        .title(format!("iat is {}", spoken(value)))
        .why(if value.starts_with('-') {
            "This is a time before any clock, and no age can be computed from it. A verifier may ignore it, \
             or reject a number that it cannot represent."
        } else {
            "This is a time in the future. An application that computes the age of the token may reject it."
        })
        .requirement("RFC7519-4.1.6-IAT")
        .class("C7")
}

fn private_claim(name: &str, value: &str) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-lexemes/private-claim-{name}"), claim("x", value))
        .either(
            "RFC 8259 section 6: the text is a number, and implementations may limit the range of numbers.",
            [Payload, ClaimType, Limit],
        )
        .effect(|effect| effect.claims = None)
        .title(format!("a private claim is {value}"))
        .why(
            "The verifier does not use this claim. The parser decides whether a number beyond the range or \
             precision of binary64 makes the whole payload invalid.",
        )
        .requirement("RFC8259-6-NUMBER")
        .class("C3")
}

/// Strings that converters read as numbers. Name, text for `exp`, text for `nbf`, how converters read it.
/// Except for zero, the number would make the token valid in both claims.
const QUOTED: [(&str, &str, &str, &str); 8] = [
    ("exponent", "1e10", "1e9", "floating-point converters read the exponent"),
    ("space", " {{now+3600}}", " {{now-3600}}", "converters that trim see a number after the space"),
    ("plus", "+{{now+3600}}", "+{{now-3600}}", "many converters allow the plus sign, and JSON does not"),
    ("hexadecimal", "0xFFFFFFFF", "0x10", "some converters read the prefix as base 16"),
    (
        "unit",
        "4000000000s",
        "1000000000s",
        "some converters stop at the first letter and keep the number \
                                            before it",
    ),
    ("infinity", "Infinity", "-Infinity", "floating-point converters know this name"),
    (
        "not-a-number",
        "NaN",
        "NaN",
        "floating-point converters know this name, and every comparison with it \
                                    is false",
    ),
    ("zero", "0", "0", "it counts as false in some languages and as true in others"),
];

fn quoted((name, future, past, special): (&str, &str, &str, &str)) -> [Case; 2] {
    [("exp", future, "RFC7519-4.1.4-EXP"), ("nbf", past, "RFC7519-4.1.5-NBF")].map(
        |(member, text, requirement)| {
            twins::hs256()
                .changed(
                    &format!("claims/time-lexemes/{member}-quoted-{name}"),
                    claim(member, &format!("\"{text}\"")),
                )
                .reject([ClaimType])
                .title(format!("{member} is the string {}", spoken(&format!("{text:?}"))))
                .why(format!(
                    "`{member}` is a number, and this is a string. A verifier that converts strings may \
                     accept it: {special}. The issuer does not know such a rule."
                ))
                .requirement(requirement)
                .requirement("RFC7519-2-NUMERICDATE")
                .class("C4")
        },
    )
}

/// Values that are not JSON. Name, claim, raw value, why.
const NO_JSON_VALUES: [(&str, &str, &str, &str); 8] = [
    ("nbf-leading-zero", "nbf", "0{{now-3600}}", OCTAL),
    ("nbf-plus-sign", "nbf", "+{{now-3600}}", NO_JSON_PAST),
    ("nbf-hexadecimal", "nbf", "0x10", NO_JSON_PAST),
    ("nbf-minus-infinity", "nbf", "-Infinity", NO_JSON_PAST),
    ("iat-leading-zero", "iat", "0{{now-60}}", OCTAL),
    ("iat-hexadecimal", "iat", "0x10", UNREAD),
    ("iat-not-a-number", "iat", "NaN", UNREAD),
    ("iat-infinity", "iat", "Infinity", UNREAD),
];

const OCTAL: &str = "A JSON number has no leading zero. Some parsers read this one as octal, and others as \
                     decimal.";
const NO_JSON_PAST: &str = "This is not a JSON number. Lenient parsers read it in different ways, and some \
                            get a time at which the token is already valid.";
const UNREAD: &str = "The payload is not JSON, so it has no claims. A verifier must reject it even if it \
                      does not use `iat`.";

fn no_json((name, member, value, why): (&str, &str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-lexemes/{name}"), claim(member, value))
        .reject([Payload, ClaimType])
        .title(format!("{member} is {}", spoken(value)))
        .why(why)
        .requirement("RFC8259-2-JSON")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("J8")
}

fn five_thousand_digits(member: &str) -> Case {
    let value = "9".repeat(5_000);
    let undecided =
        twins::hs256().changed(&format!("claims/time-lexemes/{member}-5000-digits"), claim(member, &value));
    let case = match member {
        "exp" => undecided.either(
            "RFC 8259 section 6 allows implementations to limit the range of numbers. As a number, this time \
             is in the future. A value that cannot be represented must fail safe, and rejection does.",
            [ClaimType, Expired, Payload, Limit],
        ),
        "nbf" => undecided.reject([NotYetValid, ClaimType, Payload, Limit]),
        _ => undecided.either(
            "RFC 7519 section 4.1.6 does not ask for rejection because of `iat` and leaves its use to \
             applications. RFC 8259 section 6 allows parsers to limit the range of numbers.",
            [IssuedInFuture, ClaimType, Payload, Limit],
        ),
    };
    let case = case
        .title(format!("{member} is a number of 5,000 digits"))
        .why(
            "The time is beyond any clock and must not turn into another time. Converting a number of this \
             length can take quadratic time, and some libraries throw an unexpected kind of error.",
        )
        .requirement("RFC8259-6-NUMBER")
        .class("C3");
    if member == "nbf" { case } else { case.effect(|effect| effect.claims = None) }
}

/// A row: name, claim, raw value, description.
type Precise = (&'static str, &'static str, fn() -> String, &'static str);

/// Numbers with too many digits for binary64, or nearer to zero than its smallest number.
const PRECISE: [Precise; 7] = [
    ("nbf-below-the-least-binary64", "nbf", || "1e-400".to_owned(), "1e-400"),
    ("iat-below-the-least-binary64", "iat", || "1e-400".to_owned(), "1e-400"),
    (
        "exp-more-nines-than-binary64-holds",
        "exp",
        || "{{now+3600}}.9999999999".to_owned(),
        "a time in an hour with ten nines as decimals",
    ),
    (
        "exp-more-digits-than-binary64-holds",
        "exp",
        || many_digits("{{now+3600}}"),
        "a time in an hour with thirty decimals",
    ),
    (
        "nbf-more-digits-than-binary64-holds",
        "nbf",
        || many_digits("{{now-3600}}"),
        "a time an hour ago with thirty decimals",
    ),
    (
        "iat-more-digits-than-binary64-holds",
        "iat",
        || many_digits("{{now-60}}"),
        "a time a minute ago with thirty decimals",
    ),
    (
        "exp-5000-decimals",
        "exp",
        || format!("{{{{now+3600}}}}.{}1", "0".repeat(4_999)),
        "a time in an hour with 5,000 decimals",
    ),
];

fn many_digits(second: &str) -> String {
    format!("{second}.{}1", "0".repeat(29))
}

fn precise((name, member, value, what): Precise) -> Case {
    let (reason, requirement) = match member {
        "exp" => (Expired, "RFC7519-4.1.4-EXP"),
        "nbf" => (NotYetValid, "RFC7519-4.1.5-NBF"),
        _ => (IssuedInFuture, "RFC7519-4.1.6-IAT"),
    };
    twins::hs256()
        .changed(&format!("claims/time-lexemes/{name}"), claim(member, &value()))
        .either(
            "RFC 8259 sections 6 and 9 allow parsers to limit the range and the precision of numbers. As a \
             number, the time is good. A parser may reject what it cannot hold exactly.",
            [reason, ClaimType, Payload, Limit],
        )
        // Parsers may round the number, so the claims are not compared.
        .effect(|effect| effect.claims = None)
        .title(format!("{member} is {what}"))
        .why(
            "The extra digits are too small for any clock. A verifier that holds numbers in a fixed buffer, \
             or takes their length for their size, must not read another time.",
        )
        .requirement("RFC8259-6-NUMBER")
        .requirement(requirement)
        .class("C3")
}

fn iat_quoted_future() -> Case {
    twins::hs256()
        .changed("claims/time-lexemes/iat-quoted-future", claim("iat", "\"{{now+3600}}\""))
        .either(
            "`iat` is a number (RFC 7519 section 4.1.6), and its use is optional. An application that does \
             not process it has no reason to reject the token.",
            [ClaimType, IssuedInFuture],
        )
        .title("iat is a string with a time in the future")
        .why(
            "The value is not a number, and as a number it would be in the future. A verifier may reject the \
             token for either reason, or ignore the claim.",
        )
        .requirement("RFC7519-4.1.6-IAT")
        .class("C7")
}
