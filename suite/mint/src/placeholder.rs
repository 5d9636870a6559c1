//! Placeholders in text: times (`{{now}}`, `{{now+3600}}`, `{{now-60}}`), the id that a server gave to the
//! client (`{{client}}`), and runs of one text (`{{a*9000}}`, `{{[*100}}`), which keep the recipe of a long token
//! short. A `#` in the text of a run is the number of the repetition, from 0: `{{"m#":0,*3}}` is
//! `"m0":0,"m1":0,"m2":0,`.
//!
//! A recipe says how far its times are from the clock, never what they are, so that it can be minted
//! at any clock. Everything else that begins with `{{` is an error rather than text: a placeholder
//! with a slip of the pen in it would otherwise become a token that says nothing about time.

use jotproof_model::Session;
use thiserror::Error;

use crate::change::LONGEST;

const OPEN: &str = "{{";
const CLOSE: &str = "}}";
const CLIENT: &str = "{{client}}";
/// What stands for the number of the repetition in a run.
const NUMBER: char = '#';
/// The most digits of a `usize` of 64 bits.
const DIGITS: usize = 20;

/// What placeholders stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Values<'a> {
    /// The clock: seconds since the epoch.
    pub now: i64,
    /// The id of the client.
    pub client: &'a str,
}

/// At a clock, for the client that tokens are stored for.
impl From<i64> for Values<'static> {
    fn from(now: i64) -> Self {
        Self { now, client: Session::CLIENT }
    }
}

/// The text with these values.
///
/// # Errors
///
/// See [`PlaceholderError`].
pub fn fill<'a>(text: &str, values: impl Into<Values<'a>>) -> Result<String, PlaceholderError> {
    let Values { now, client } = values.into();
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, placeholder, after)) = next(rest)? {
        filled.push_str(before);
        match placeholder.what {
            What::Time { offset } => {
                let time = now
                    .checked_add(offset)
                    .ok_or_else(|| PlaceholderError::OutOfRange(placeholder.text.to_owned()))?;
                filled.push_str(&time.to_string());
            }
            What::Client => filled.push_str(client),
            What::Run { unit, times } if unit.contains(NUMBER) => {
                filled.extend((0..times).map(|number| unit.replace(NUMBER, &number.to_string())));
            }
            What::Run { unit, times } => filled.push_str(&unit.repeat(times)),
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Whether the text names the client.
#[must_use]
pub fn names_client(text: &str) -> bool {
    text.contains(CLIENT)
}

/// How far each time in the text is from the clock, in seconds, in the order of the text; `{{now}}`
/// is 0.
///
/// # Errors
///
/// See [`PlaceholderError`].
pub fn offsets(text: &str) -> Result<Vec<i64>, PlaceholderError> {
    let mut offsets = Vec::new();
    let mut rest = text;
    while let Some((_, placeholder, after)) = next(rest)? {
        if let What::Time { offset } = placeholder.what {
            offsets.push(offset);
        }
        rest = after;
    }
    Ok(offsets)
}

/// What is wrong with a placeholder; each names it as it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceholderError {
    /// It is not one.
    #[error(
        "{0:?} is not a placeholder: write {{{{now}}}}, {{{{now+SECONDS}}}}, {{{{now-SECONDS}}}}, {{{{client}}}} or \
         {{{{TEXT*TIMES}}}}"
    )]
    Malformed(String),
    /// Its run is longer than [`LONGEST`].
    #[error("{0:?} is a run of more than {LONGEST} characters: take fewer")]
    TooLong(String),
    /// Its time is not a 64-bit number of seconds.
    #[error("{0:?} is a time beyond 64 bits: take fewer seconds")]
    OutOfRange(String),
}

struct Placeholder<'a> {
    text: &'a str,
    what: What<'a>,
}

enum What<'a> {
    Time { offset: i64 },
    Client,
    Run { unit: &'a str, times: usize },
}

/// The text before the first placeholder, that placeholder, and the text after it.
fn next(text: &str) -> Result<Option<(&str, Placeholder<'_>, &str)>, PlaceholderError> {
    let Some(start) = text.find(OPEN) else {
        return Ok(None);
    };
    let (before, from_open) = text.split_at(start);
    let end = from_open.find(CLOSE).map(|close| close + CLOSE.len()).ok_or_else(|| malformed(from_open))?;
    let (text, after) = from_open.split_at(end);
    Ok(Some((before, Placeholder { text, what: what(text)? }, after)))
}

/// The meaning of a placeholder.
fn what(placeholder: &str) -> Result<What<'_>, PlaceholderError> {
    if placeholder == CLIENT {
        return Ok(What::Client);
    }
    let inner = &placeholder[OPEN.len()..placeholder.len() - CLOSE.len()];
    if let Some((unit, times)) = inner.rsplit_once('*') {
        let times = repetitions(unit, times).ok_or_else(|| malformed(placeholder))?;
        if longest(unit).saturating_mul(times) > LONGEST {
            return Err(PlaceholderError::TooLong(placeholder.to_owned()));
        }
        return Ok(What::Run { unit, times });
    }
    let signed = inner.strip_prefix("now").ok_or_else(|| malformed(placeholder))?;
    if signed.is_empty() {
        return Ok(What::Time { offset: 0 });
    }
    if !signed.strip_prefix(['+', '-']).is_some_and(is_decimal) {
        return Err(malformed(placeholder));
    }
    // Only the size can be wrong now: `i64` reads a sign and ASCII digits.
    let offset = signed.parse().map_err(|_| PlaceholderError::OutOfRange(placeholder.to_owned()))?;
    Ok(What::Time { offset })
}

/// The number of the repetitions in a run. A text that begins like another placeholder is a slip of the pen.
fn repetitions(unit: &str, times: &str) -> Option<usize> {
    let is_other = ["now", "client"].iter().any(|other| unit.trim_start().starts_with(other));
    // A number beyond `usize` is too long in any case.
    (!unit.is_empty() && !is_other && is_decimal(times)).then(|| times.parse().unwrap_or(usize::MAX))
}

/// The greatest length, in octets, of one repetition of a text.
fn longest(unit: &str) -> usize {
    unit.len() + unit.matches(NUMBER).count() * DIGITS
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit())
}

/// Names the placeholder, or its beginning where it has no end in sight.
fn malformed(text: &str) -> PlaceholderError {
    const SHOWN: usize = 32;
    PlaceholderError::Malformed(text.chars().take(SHOWN).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    #[test]
    fn every_placeholder_becomes_the_clock_plus_its_offset() {
        for (text, filled, expected) in [
            ("", "", vec![]),
            ("{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}", vec![]),
            ("{{now}}", "1700000000", vec![0]),
            ("{{now+3600}}", "1700003600", vec![3600]),
            ("{{now}} {{client}}", "1700000000 6f1c2a3e-5b7d-4c80-9e4f-0a1b2c3d4e5f", vec![0]),
            ("{{now-60}}", "1699999940", vec![-60]),
            ("{{now-1700000001}}", "-1", vec![-1_700_000_001]),
            ("\"{{a*5}}\"{{Z*1}}{{x*0}}", "\"aaaaa\"Z", vec![]),
            ("{{aa*2}}{{1*3}}{{**2}}", "aaaa111**", vec![]),
            ("{{[*3}}{{]*3}}", "[[[]]]", vec![]),
            ("{{{\"a\":*2}}{{now}}{{}*2}}", "{\"a\":{\"a\":1700000000}}", vec![0]),
            ("{\"x\":0{{,\"m#\":#*3}}}", "{\"x\":0,\"m0\":0,\"m1\":1,\"m2\":2}", vec![]),
            ("{{now}}.5e0,{{now+1}}}}", "1700000000.5e0,1700000001}}", vec![0, 1]),
        ] {
            assert_eq!(fill(text, NOW).as_deref(), Ok(filled), "{text}");
            assert_eq!(offsets(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_an_error_that_names_it() {
        for (text, named) in [
            ("1,{{nwo}},2", "{{nwo}}"),
            ("{{ now }}", "{{ now }}"),
            ("{{now+}}", "{{now+}}"),
            ("{{now+1h}}", "{{now+1h}}"),
            ("{{now3600}}", "{{now3600}}"),
            ("{{now+-1}}", "{{now+-1}}"),
            ("{{now+\u{664}}}", "{{now+\u{664}}}"),
            ("{{Now}}", "{{Now}}"),
            ("{{{now}}", "{{{now}}"),
            ("{{}}", "{{}}"),
            ("{{now", "{{now"),
            ("{{a*}}", "{{a*}}"),
            ("{{*5}}", "{{*5}}"),
            ("{{a*-5}}", "{{a*-5}}"),
            ("{{now*5}}", "{{now*5}}"),
            ("{{now-60*5}}", "{{now-60*5}}"),
            ("{{client*5}}", "{{client*5}}"),
            ("{{", "{{"),
        ] {
            let error = PlaceholderError::Malformed(named.to_owned());
            assert_eq!(fill(text, NOW), Err(error.clone()), "{text}");
            assert_eq!(offsets(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_time_beyond_64_bits_is_an_error_that_names_it() {
        let too_large = "{{now+9223372036854775808}}";
        assert_eq!(offsets(too_large), Err(PlaceholderError::OutOfRange(too_large.to_owned())));
        let at_this_clock = "{{now+9223372036854775807}}";
        assert_eq!(offsets(at_this_clock), Ok(vec![i64::MAX]));
        assert_eq!(fill(at_this_clock, NOW), Err(PlaceholderError::OutOfRange(at_this_clock.to_owned())));
        assert_eq!(fill("{{now-9223372036854775808}}", 0).as_deref(), Ok("-9223372036854775808"));
    }

    #[test]
    fn a_run_without_end_is_an_error_that_names_it() {
        for text in ["{{a*67108865}}", "{{a*99999999999999999999999}}", "{{ab*33554433}}", "{{#*3195661}}"] {
            assert_eq!(fill(text, NOW), Err(PlaceholderError::TooLong(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn an_error_says_what_to_write() {
        assert_eq!(
            PlaceholderError::Malformed("{{nwo}}".into()).to_string(),
            "\"{{nwo}}\" is not a placeholder: write {{now}}, {{now+SECONDS}}, {{now-SECONDS}}, {{client}} \
             or {{TEXT*TIMES}}"
        );
    }
}
