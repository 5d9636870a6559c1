//! JSON as the readers of configuration files and scripting languages take it.

use std::collections::BTreeSet;

use jotproof_model::Challenge;
use jotproof_reference::json::{Document, Kind, Options, Value};

use crate::parts::with_both;

/// Header and payload are read by a lenient reader.
pub(crate) fn read(challenge: &Challenge) -> Option<Challenge> {
    with_both(challenge, mend)
}

/// The header and the payload end where their object ends, whatever follows.
pub(crate) fn first_value(challenge: &Challenge) -> Option<Challenge> {
    with_both(challenge, |text| Some(text.get(..end_of_object(text)?)?.to_vec()))
}

/// Of equal names in one object the first counts; nothing where none are equal, or the text is not JSON.
pub(crate) fn first_of_equal_names(text: &[u8]) -> Option<Vec<u8>> {
    let document = Document::parse(text, Options::STRICT).ok()?;
    document.first_repetition()?;
    Some(with_first_members(document.root()).into_bytes())
}

fn with_first_members(value: Value<'_>) -> String {
    match value.kind() {
        Kind::Object(members) => {
            let mut names = BTreeSet::new();
            let first = members.iter().filter(|(name, _)| names.insert(*name));
            let members: Vec<String> = first
                .map(|(name, value)| {
                    format!("{}:{}", serde_json::Value::from(name), with_first_members(value))
                })
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Kind::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(with_first_members).collect();
            format!("[{}]", elements.join(","))
        }
        _ => value.to_text(),
    }
}

/// The first of several objects in a row.
pub(crate) fn first_of_a_stream(text: &str) -> String {
    match end_of_object(text.as_bytes()).and_then(|end| text.split_at_checked(end)) {
        Some((first, rest)) if rest.starts_with('{') => first.to_owned(),
        _ => text.to_owned(),
    }
}

/// The text without its first comment, which begins with one sign and ends with the other.
pub(crate) fn without_comment(text: &str, start: &str, end: &str) -> String {
    match text.split_once(start).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1))) {
        Some((before, after)) => [before, after].concat(),
        None => text.to_owned(),
    }
}

/// The text with the brace that its end lacks.
pub(crate) fn closed(text: &str) -> String {
    if text.ends_with('}') { text.to_owned() } else { format!("{text}}}") }
}

/// The text with one sign in place of another, outside of strings.
pub(crate) fn outside_strings(text: &str, from: char, to: char) -> String {
    pieces(text, |plain| plain.replace(from, &to.to_string()), str::to_owned)
}

/// The text without these characters outside of strings.
pub(crate) fn without_outside_strings(text: &str, dropped: fn(char) -> bool) -> String {
    pieces(text, |plain| plain.replace(dropped, ""), str::to_owned)
}

/// The text with quotes around every bare name.
pub(crate) fn names_quoted(text: &str) -> String {
    pieces(text, |plain| words(plain, |after| after.starts_with(':')), str::to_owned)
}

/// The text with quotes around every bare word that is a value, but not around the literals of JSON.
pub(crate) fn values_quoted(text: &str) -> String {
    pieces(text, |plain| words(plain, |after| !after.starts_with(':')), str::to_owned)
}

/// The text with a comma between two values that only a space separates.
pub(crate) fn with_missing_commas(text: &str) -> String {
    text.replace("\" \"", "\",\"").replace("1 2", "1,2")
}

/// The text with the control characters of this kind escaped.
pub(crate) fn controls_escaped(text: &str, of: fn(char) -> bool) -> String {
    let escaped = |c: char| if of(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    pieces(text, str::to_owned, |string| string.chars().map(escaped).collect())
}

/// The text without the backslash before a character that needs none.
pub(crate) fn needless_escapes_dropped(text: &str) -> String {
    pieces(text, str::to_owned, |string| {
        let mut kept = String::new();
        let mut characters = string.chars();
        while let Some(c) = characters.next() {
            match (c, characters.clone().next()) {
                ('\\', Some(next)) if "\"\\/bfnrtu".contains(next) => {
                    kept.extend([c, next]);
                    characters.next();
                }
                ('\\', Some(_)) => {}
                _ => kept.push(c),
            }
        }
        kept
    })
}

/// The text with each string rewritten by `inside`, and each part between strings by `outside`. Neither sees the
/// quotes.
fn pieces(text: &str, outside: impl Fn(&str) -> String, inside: impl Fn(&str) -> String) -> String {
    let mut rewritten = String::new();
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('"') {
        let end = end_of_string(after);
        rewritten.push_str(&outside(plain));
        rewritten.push('"');
        rewritten.push_str(&inside(&after[..end]));
        rest = &after[end..];
        if let Some(more) = rest.strip_prefix('"') {
            rewritten.push('"');
            rest = more;
        }
    }
    rewritten + &outside(rest)
}

/// The place of the closing quote of a string, or the end of the text.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// The text with quotes around each word for which `of` holds of the text after it. The literals of JSON stay.
fn words(text: &str, of: impl Fn(&str) -> bool) -> String {
    let mut quoted = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
        let (before, word) = rest.split_at(start);
        let end = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        quoted.push_str(before);
        if of(after) && !matches!(word, "true" | "false" | "null") {
            quoted.push_str(&format!("\"{word}\""));
        } else {
            quoted.push_str(word);
        }
        rest = after;
    }
    quoted + rest
}

/// Where the object at the start of the text ends.
fn end_of_object(text: &[u8]) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, octet) in text.iter().enumerate() {
        match octet {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Text that is nearly JSON, as JSON: comments, single quotes, commas before an end, numbers as
/// programming languages write them, control characters and escapes that JSON does not have, names
/// without quotes, and an end that is missing.
fn mend(text: &[u8]) -> Option<Vec<u8>> {
    let text = str::from_utf8(text).ok()?;
    let mut mended = String::new();
    let mut open = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        rest = match first {
            '"' | '\'' => string(first, after, &mut mended),
            '/' if after.starts_with('*') => after.split_once("*/").map_or("", |(_, rest)| rest),
            '/' if after.starts_with('/') => after.split_once('\n').map_or("", |(_, rest)| rest),
            '#' => after.split_once('\n').map_or("", |(_, rest)| rest),
            '{' | '[' => {
                open.push(if first == '{' { '}' } else { ']' });
                mended.push(first);
                after
            }
            '}' | ']' => {
                value_if_missing(&mut mended);
                if mended.ends_with(',') {
                    mended.pop();
                }
                open.pop();
                mended.push(first);
                after
            }
            ',' => {
                value_if_missing(&mut mended);
                if !mended.ends_with([',', '{', '[']) {
                    mended.push(',');
                }
                after
            }
            ';' => {
                mended.push(',');
                after
            }
            '=' => {
                mended.push(':');
                after
            }
            ':' => {
                mended.push(first);
                after
            }
            _ if first.is_whitespace() || first.is_control() || first == '\u{feff}' => after,
            _ => {
                let end =
                    rest.find(|c: char| ",:{}[]\"'".contains(c) || c.is_whitespace()).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end.max(first.len_utf8()));
                mended.push_str(&value(word));
                after
            }
        };
        if open.is_empty() && mended.ends_with('}') {
            break;
        }
    }
    if mended.ends_with(',') {
        mended.pop();
    }
    mended.extend(open.into_iter().rev());
    Some(mended.into_bytes())
}

/// A name that nothing follows has no value.
fn value_if_missing(mended: &mut String) {
    if mended.ends_with(':') {
        mended.push_str("null");
    }
}

/// A string up to its closing quote; gives what follows.
fn string<'a>(quote: char, text: &'a str, mended: &mut String) -> &'a str {
    mended.push('"');
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some((_, known @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u'))) => {
                    mended.extend(['\\', known])
                }
                Some((_, other)) => mended.push(other),
                None => {}
            },
            _ if c == quote => {
                mended.push('"');
                return &text[at + c.len_utf8()..];
            }
            '"' => mended.push_str("\\\""),
            _ if c.is_control() => mended.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => mended.push(c),
        }
    }
    mended.push('"');
    ""
}

/// A word that stands where a value does.
fn value(word: &str) -> String {
    let narrow = |c: char| match u32::from(c) {
        wide @ 0xff10..=0xff19 => char::from_u32(wide - 0xff10 + 0x30).unwrap_or(c),
        _ => c,
    };
    let word = &word.chars().map(narrow).collect::<String>();
    let (sign, digits) = match word.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", word.strip_prefix('+').unwrap_or(word)),
    };
    if matches!(word.as_str(), "true" | "false" | "null") || serde_json::from_str::<f64>(word).is_ok() {
        return word.to_owned();
    }
    match word.to_lowercase().as_str() {
        "true" => return "true".to_owned(),
        "false" => return "false".to_owned(),
        // No number, and so no time.
        "nan" | "+nan" | "-nan" | "infinity" | "+infinity" | "-infinity" | "inf" | "+inf" | "none"
        | "nil" | "undefined" | "null" => return "null".to_owned(),
        _ => {}
    }
    for (prefix, base) in [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)] {
        if let Some(number) =
            digits.strip_prefix(prefix).and_then(|digits| u64::from_str_radix(digits, base).ok())
        {
            return format!("{sign}{number}");
        }
    }
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    let plain = plain.trim_end_matches(['L', 'n', 'f', 's', 'u']);
    let plain = plain.trim_start_matches('0');
    let (whole, exponent) =
        plain.split_once(['e', 'E']).map_or((plain, None), |(whole, exponent)| (whole, Some(exponent)));
    let whole = whole.strip_suffix('.').unwrap_or(whole);
    let whole =
        if whole.is_empty() || whole.starts_with('.') { format!("0{whole}") } else { whole.to_owned() };
    let number = match exponent {
        Some(exponent) if exponent.bytes().any(|octet| octet.is_ascii_digit()) => {
            format!("{sign}{whole}e{exponent}")
        }
        _ => format!("{sign}{whole}"),
    };
    if serde_json::from_str::<serde::de::IgnoredAny>(&number).is_ok() {
        return number;
    }
    let summands = plain.split('+').map(str::parse::<u64>);
    if let Ok(sum) = summands.sum::<Result<u64, _>>() {
        return sum.to_string();
    }
    // Read as far as it is a number.
    let digits: String = plain.chars().take_while(char::is_ascii_digit).collect();
    if digits.is_empty() { format!("{word:?}") } else { format!("{sign}{digits}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_json_becomes_json() {
        for (nearly, json) in [
            (r#"{"a":1}"#, r#"{"a":1}"#),
            ("{'a':'b',}", r#"{"a":"b"}"#),
            (r#"{"a":/* x */01,"b":+1,"c":.5,"d":5.,"e":0x10}"#, r#"{"a":1,"b":1,"c":0.5,"d":5,"e":16}"#),
            (r#"{"a":NaN,"b":-Infinity}"#, r#"{"a":null,"b":null}"#),
            ("{\"a\":\"x\ty\\x41\"", r#"{"a":"x\u0009yx41"}"#),
            (r#"{"a":1}{"a":2}"#, r#"{"a":1}"#),
            ("{a:1}", r#"{"a":1}"#),
        ] {
            assert_eq!(
                String::from_utf8(mend(nearly.as_bytes()).unwrap_or_default()).as_deref(),
                Ok(json),
                "{nearly}"
            );
        }
    }

    #[test]
    fn single_leniencies_leave_the_rest_as_it_is() {
        for (mended, expected) in [
            (without_comment("{\"a\":1,# x\n\"b\":2}", "#", "\n"), "{\"a\":1,\"b\":2}"),
            (outside_strings("{\"a=\"=1}", '=', ':'), "{\"a=\":1}"),
            (without_outside_strings("{\"a\u{c}\":\u{c}1}", |c| c == '\u{c}'), "{\"a\u{c}\":1}"),
            (names_quoted("{a:b,\"c\":true}"), "{\"a\":b,\"c\":true}"),
            (values_quoted("{a:b,\"c\":true}"), "{a:\"b\",\"c\":true}"),
            (with_missing_commas("{\"a\":\"b\" \"c\":[1 2]}"), "{\"a\":\"b\",\"c\":[1,2]}"),
            (controls_escaped("{\"a\":\t\"\t\"}", |c| c == '\t'), "{\"a\":\t\"\\u0009\"}"),
            (needless_escapes_dropped(r#"{"a":"\'\"\x\\"}"#), r#"{"a":"'\"x\\"}"#),
        ] {
            assert_eq!(mended, expected);
        }
    }

    #[test]
    fn an_object_ends_with_its_brace() {
        assert_eq!(end_of_object(br#"{"a":"}"} x"#), Some(9));
        assert_eq!(end_of_object(b"{"), None);
    }
}
