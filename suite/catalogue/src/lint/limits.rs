//! Limits on tokens that must be accepted, because implementations may have limits (RFC 8259 section 9).

use jotproof_mint::{placeholder, stored};
use jotproof_model::recipe::{Content, Member};
use jotproof_model::{Expectation, Recipe, Token, Vector};

use super::tokens_of;

/// The greatest length of a token, in octets.
const OCTETS: usize = 8192;
/// The greatest depth of nested JSON, including the header or claims set itself.
const LEVELS: usize = 20;
/// The greatest number of significant digits, from binary64 (RFC 8259 section 6).
const DIGITS: usize = 17;
/// The first integer that binary64 does not hold exactly (RFC 8259 section 6).
const TOO_LARGE: f64 = 9_007_199_254_740_992.0;

/// Reports parts of an accepted case that exceed a limit. Such a token may be accepted or refused.
pub(super) fn of_accepted(vector: &Vector, now: i64, report: &mut impl FnMut(String)) {
    if !matches!(vector.expectation, Expectation::Accept { .. }) {
        return;
    }
    for (recipe, token) in tokens_of(&vector.subject) {
        of_token(recipe, token, now, report);
    }
}

fn of_token(recipe: &Recipe, token: &Token, now: i64, report: &mut impl FnMut(String)) {
    if let Ok(octets) = stored::octets(token)
        && octets.len() > OCTETS
    {
        report(format!("a token of {} octets need not be accepted; {OCTETS} must", octets.len()));
    }
    for content in [&recipe.header, recipe.payload.innermost()] {
        let (texts, outer): (Vec<&str>, _) = match content {
            Content::Object { members, .. } => (members.iter().map(|Member(_, value)| &**value).collect(), 1),
            Content::Text { text } => (vec![text], 0),
            Content::Octets { .. } | Content::Token { .. } => (Vec::new(), 0),
        };
        for text in texts {
            let filled = placeholder::fill(text, now).unwrap_or_default();
            for problem in problems(&filled, outer) {
                report(format!("{problem} need not be accepted (RFC 8259 section 9)"));
            }
        }
    }
}

/// The parts of a JSON text that exceed a limit. `outer` is the number of levels around it.
fn problems(text: &str, outer: usize) -> Vec<String> {
    let mut found = Vec::new();
    let (mut level, mut deepest) = (outer, outer);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            '-' | '0'..='9' => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
                let lexeme = &rest[..end.unwrap_or(rest.len())];
                found.extend(number(lexeme));
                lexeme.len()
            }
            other => {
                match other {
                    '[' | '{' => level += 1,
                    ']' | '}' => level = level.saturating_sub(1),
                    _ => {}
                }
                deepest = deepest.max(level);
                other.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    if deepest > LEVELS {
        found.push(format!("JSON of {deepest} levels"));
    }
    found
}

/// The length of a JSON string, with its quotes.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return at + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

fn number(lexeme: &str) -> Option<String> {
    let (mantissa, _) = lexeme.split_once(['e', 'E']).unwrap_or((lexeme, ""));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0').trim_end_matches('0');
    let value: f64 = lexeme.parse().ok()?;
    let shown: String = lexeme.chars().take(40).collect();
    if digits.len() > DIGITS {
        return Some(format!("{shown}, a number of {} digits,", digits.len()));
    }
    if value.abs() >= TOO_LARGE {
        return Some(format!("{shown}, a number beyond 2^53 - 1,"));
    }
    let is_too_small = !digits.is_empty() && value.abs() < f64::MIN_POSITIVE;
    is_too_small.then(|| format!("{shown}, a number below the least binary64,"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_a_limit_is_found() {
        for (text, expected) in [
            ("9007199254740991", None),
            ("-9007199254740991", None),
            ("9007199254740992", Some("a number beyond 2^53 - 1")),
            ("[1e300]", Some("a number beyond 2^53 - 1")),
            ("1.7976931348623157", None),
            ("1.00000000000000000", None),
            ("1.234567890123456789", Some("a number of 19 digits")),
            ("1e-400", Some("a number below the least binary64")),
            ("0e-400", None),
            ("\"9007199254740993 \\\" 1e-400\"", None),
            ("{\"a\":[9007199254740993]}", Some("a number beyond 2^53 - 1")),
            ("[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]", None),
            ("[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", Some("JSON of 21 levels")),
        ] {
            let found = problems(text, 1);
            match expected {
                None => assert!(found.is_empty(), "{text}: {found:?}"),
                Some(part) => assert!(found.len() == 1 && found[0].contains(part), "{text}: {found:?}"),
            }
        }
    }
}
