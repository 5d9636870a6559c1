//! G6: times as numbers in every spelling and of every size, and what only looks like a number.

use jotproof_model::{Expiry, Reason};

use super::Topic;
use crate::case::Case;
use crate::edits::claim;
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
    cases.extend(IAT.into_iter().map(iat));
    cases.extend(IAT_EITHER.into_iter().map(iat_either));
    cases.push(private_claim());
    Topic {
        path: "claims/time-lexemes",
        about: "Numbers of seconds, however they are written and however large they are.",
        cases,
    }
}

/// Thirty nines.
const NINES: &str = "999999999999999999999999999999";

const ZERO: &str = "Zero is a time: 1970. A verifier that takes it for absent, as languages without an \
                    absent number do, accepts this token for ever.";
const NEGATIVE: &str = "A negative number is a time before 1970. Read without its sign, or wrapped into \
                        an unsigned integer, it lies in the future.";
const UNREPRESENTABLE: &str = "The number is far below every clock. Where its conversion to an integer \
                               overflows it can come out as any time at all, or as none.";
const DECIMAL: &str = "A NumericDate may have a fraction or an exponent, and its value decides: this one \
                       has passed.";

/// Name, raw value, reasons, why, bug class.
const EXP_PAST: [(&str, &str, &[Reason], &str, &str); 11] = [
    ("zero", "0", &[Expired], ZERO, "C2"),
    ("minus-zero", "-0", &[Expired], ZERO, "C2"),
    ("zero-with-fraction", "0.0", &[Expired], ZERO, "C2"),
    ("tiny", "1e-400", &[Expired, ClaimType, Payload], ZERO, "C2"),
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
        .title(format!("exp is {value}"))
        .why(why)
        .requirement("RFC7519-4.1.4-EXP")
        .requirement("RFC7519-2-NUMERICDATE")
        .class(class);
    if why == DECIMAL { case.requirement("RFC8259-6-NUMBER") } else { case }
}

const WRITTEN: &str = "However it is written, the number is its decimal value, and that has not come. A \
                       verifier that reads integers only refuses a good token.";
const WIDE: &str = "The time lies beyond what 32 bits count. A verifier that cuts it finds a time that \
                    has passed.";

/// Name, raw value, whether it is the same second as in the twin, why, bug class.
const EXP_FUTURE: [(&str, &str, bool, &str, &str); 11] = [
    ("exponent", "1e10", false, WRITTEN, "V1"),
    ("capital-exponent-with-sign", "1E+10", false, WRITTEN, "V1"),
    ("fraction-of-zero", "{{now+3600}}.0", true, WRITTEN, "V1"),
    ("exponent-of-zero", "{{now+3600}}e0", true, WRITTEN, "V1"),
    ("negative-exponent", "{{now+3600}}000e-3", true, WRITTEN, "V1"),
    ("fraction", "{{now+3600}}.25", false, WRITTEN, "V1"),
    ("fraction-of-many-digits", "{{now+3600}}.000000000000000000000000000001", false, WRITTEN, "V1"),
    ("2-to-31-less-one", "2147483647", false, WIDE, "C3"),
    ("2-to-31", "2147483648", false, WIDE, "C3"),
    ("2-to-32", "4294967296", false, WIDE, "C3"),
    (
        "milliseconds",
        "{{now-3600}}000",
        false,
        "An hour ago in milliseconds is a time in seconds as well, tens of thousands of years ahead. A \
         verifier that guesses the unit by the size changes what the issuer said.",
        "C4",
    ),
];

fn exp_future((name, value, same, why, class): (&str, &str, bool, &str, &str)) -> Case {
    let case = twins::hs256()
        .changed(&format!("claims/time-lexemes/exp-{name}"), claim("exp", value))
        .accept()
        .title(format!("exp is {value}"))
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

/// Name, raw value.
const EXP_TOO_LARGE: [(&str, &str); 9] = [
    ("microseconds", "{{now-3600}}000000"),
    ("2-to-53-less-one", "9007199254740991"),
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
            "RFC 8259 section 6: implementations may limit the range of numbers. As a number this time \
             has not come; as one that cannot be represented it must fail safe, and a refusal does.",
            [ClaimType, Expired, Payload, Limit],
        )
        .effect(|effect| {
            if value == "1e400" {
                effect.claims = None;
            }
        })
        .title(format!("exp is {value}"))
        .why(
            "No calendar reaches there. A number is a number, and later than now; but to convert it to \
              an integer or a date may fail, and then the token is refused.",
        )
        .requirement("RFC8259-6-NUMBER")
        .requirement("RFC7519-4.1.4-EXP")
        .class("C3")
}

const NO_JSON: &str = "JSON has no such number. A lenient parser finds a time in the future in it, and \
                       another one something else.";
const STRING: &str = "`exp` is a number. Who converts strings has to guess what the issuer meant, and who \
                      skips them never lets the token expire.";

/// Name, raw value, reasons, why, bug class. All of them would lie in the future, if they were numbers.
const EXP_NO_NUMBER: [(&str, &str, &[Reason], &str, &str); 8] = [
    ("leading-zero", "0{{now+3600}}", &[Payload, ClaimType], NO_JSON, "J8"),
    ("plus-sign", "+{{now+3600}}", &[Payload, ClaimType], NO_JSON, "J8"),
    ("point-at-the-end", "{{now+3600}}.", &[Payload, ClaimType], NO_JSON, "J8"),
    ("point-at-the-start", ".{{now+3600}}e10", &[Payload, ClaimType], NO_JSON, "J8"),
    ("hexadecimal", "0xFFFFFFFF", &[Payload, ClaimType], NO_JSON, "J8"),
    (
        "not-a-number",
        "NaN",
        &[Payload, ClaimType],
        "JSON has no such number. Where a parser has it, every comparison with it is false, also the \
         one that says that the token has expired.",
        "J8",
    ),
    ("infinity", "Infinity", &[Payload, ClaimType], NO_JSON, "J8"),
    ("quoted", "\"{{now+3600}}\"", &[ClaimType], STRING, "C4"),
];

fn exp_no_number((name, value, reasons, why, class): (&str, &str, &[Reason], &str, &str)) -> Case {
    let case = twins::hs256()
        .changed(&format!("claims/time-lexemes/exp-{name}"), claim("exp", value))
        .reject(reasons.iter().copied())
        .title(format!("exp is {value}"))
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
const NBF_PAST: [(&str, &str); 4] =
    [("zero", "0"), ("minus-one", "-1"), ("exponent-past", "1e9"), ("fraction", "{{now-3600}}.25")];

fn nbf_past((name, value): (&str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-lexemes/nbf-{name}"), claim("nbf", value))
        .accept()
        .title(format!("nbf is {value}"))
        .why(
            "A number, and before now. A verifier that reads positive integers only refuses a good \
              token.",
        )
        .requirement("RFC7519-2-NUMERICDATE")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C3")
}

const WRAPS: &str = "The time has not come. A verifier that cuts the number, or lets it wrap around when \
                     it becomes an integer, finds one that has, and lets the token in too early.";

/// Name, raw value, reasons, bug class.
const NBF_FUTURE: [(&str, &str, &[Reason], &str); 11] = [
    ("exponent", "1e10", &[NotYetValid], "C3"),
    ("2-to-31", "2147483648", &[NotYetValid], "C3"),
    ("2-to-32", "4294967296", &[NotYetValid], "C3"),
    ("milliseconds", "{{now-3600}}000", &[NotYetValid, ClaimType], "C4"),
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
        .title(format!("nbf is {value}"))
        .why(if class == "C4" {
            "An hour ago in milliseconds; in seconds, which is what it is in, tens of thousands of years \
             ahead. A verifier that guesses the unit lets it in."
        } else {
            WRAPS
        })
        .requirement("RFC7519-4.1.5-NBF")
        .requirement("RFC7519-2-NUMERICDATE")
        .class(class)
}

/// Name, raw value.
const NBF_TOO_SMALL: [(&str, &str); 3] = [
    ("minus-2-to-63-less-one", "-9223372036854775809"),
    ("minus-1e308", "-1e308"),
    ("minus-1e400", "-1e400"),
];

fn nbf_too_small((name, value): (&str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-lexemes/nbf-{name}"), claim("nbf", value))
        .either(
            "RFC 8259 section 6: implementations may limit the range of numbers. As a number this time \
             is long past; as one that cannot be represented it may be refused.",
            [ClaimType, NotYetValid, Payload, Limit],
        )
        .effect(|effect| {
            if value == "-1e400" {
                effect.claims = None;
            }
        })
        .title(format!("nbf is {value}"))
        .why(
            "Before every clock there is; but to convert it to an integer or a date may fail, and then \
              the token is refused.",
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
            "JSON has no such number. Where a parser has it, every comparison with it is false, also \
              the one that says that the time has not come.",
        )
        .requirement("RFC8259-2-JSON")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("J8")
}

fn nbf_quoted() -> Case {
    twins::hs256()
        .changed("claims/time-lexemes/nbf-quoted", claim("nbf", "\"{{now-3600}}\""))
        .reject([ClaimType])
        .title("nbf is a string with a time in it that has come")
        .why(
            "`nbf` is a number. Who skips what is none, or converts it, has decided that the token is \
              good by a rule that the issuer does not know.",
        )
        .requirement("RFC7519-4.1.5-NBF")
        .requirement("RFC7519-2-NUMERICDATE")
        .class("C4")
}

/// Name, raw value.
const IAT: [(&str, &str); 3] = [("zero", "0"), ("minus-one", "-1"), ("fraction", "{{now-60}}.25")];

fn iat((name, value): (&str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-lexemes/iat-{name}"), claim("iat", value))
        .accept()
        .title(format!("iat is {value}"))
        .why("`iat` is a number that tells an age; nothing is refused for its value.")
        .requirement("RFC7519-4.1.6-IAT")
        .requirement("RFC7519-2-NUMERICDATE")
        .class("C7")
}

/// Name, raw value, reasons.
const IAT_EITHER: [(&str, &str, &[Reason]); 2] = [
    ("exponent", "1e10", &[IssuedInFuture]),
    ("1e400", "1e400", &[IssuedInFuture, ClaimType, Payload, Limit]),
];

fn iat_either((name, value, reasons): (&str, &str, &[Reason])) -> Case {
    twins::hs256()
        .changed(&format!("claims/time-lexemes/iat-{name}"), claim("iat", value))
        .either(
            "RFC 7519 section 4.1.6 refuses nothing for a time of issue in the future, and leaves it to \
             applications to use the claim; RFC 8259 section 6 lets parsers limit numbers.",
            reasons.iter().copied(),
        )
        .effect(|effect| {
            if value == "1e400" {
                effect.claims = None;
            }
        })
        .title(format!("iat is {value}"))
        .why("A token from the future. Applications that reckon its age may refuse it.")
        .requirement("RFC7519-4.1.6-IAT")
        .class("C7")
}

fn private_claim() -> Case {
    twins::hs256()
        .changed("claims/time-lexemes/private-claim-1e400", claim("x", "1e400"))
        .either(
            "RFC 8259 section 6: the text is a number, and implementations may limit the range of \
             numbers.",
            [Payload, ClaimType, Limit],
        )
        .effect(|effect| effect.claims = None)
        .title("a private claim that is 1e400")
        .why(
            "The claim means nothing to anybody. Whether a number that does not fit fails the whole \
              payload is the parser's choice.",
        )
        .requirement("RFC8259-6-NUMBER")
        .class("C3")
}
