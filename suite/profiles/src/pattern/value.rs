//! Patterns over raw JSON values.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{is, one_of};

/// A pattern over a raw JSON value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ValuePattern {
    /// Its JSON type, told by its first character.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<JsonType>,
    /// Its raw text is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<String>,
    /// Its raw text is none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_texts: Vec<String>,
    /// It is a string that spells none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_strings: Vec<String>,
    /// It is JSON text at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<bool>,
    /// It is a number that binary64 cannot hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_binary64: Option<bool>,
    /// Its raw text has this somewhere in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// It is a string or an array of strings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_or_strings: Option<bool>,
    /// It is a number of at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// It is a number of at most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// It is a time, and at least this many seconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_offset: Option<i64>,
    /// It is a time, and at most this many seconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_offset: Option<i64>,
    /// It is a string that holds a JSON number, or a time; the bounds then are of what it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted_number: Option<bool>,
    /// It has at least this many levels of arrays and objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_levels: Option<usize>,
    /// It has at most this many levels of arrays and objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_levels: Option<usize>,
    /// It is written as digits alone, with an optional minus sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integer: Option<bool>,
}

/// The type of a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it (RFC 8259 section 3)")]
pub enum JsonType {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

impl ValuePattern {
    pub(super) fn matches(&self, raw: &str) -> bool {
        let inner = quoted(raw).filter(|text| number(text).is_some() || offset(text).is_some());
        let compared = if self.quoted_number == Some(true) { inner.unwrap_or(raw) } else { raw };
        one_of(&self.types, &json_type(raw))
            && (self.texts.is_empty() || self.texts.iter().any(|text| text == raw))
            && !self.not_texts.iter().any(|text| text == raw)
            && (self.not_strings.is_empty() || spells_none_of(raw, &self.not_strings))
            && is(self.json, is_json(raw))
            && self.beyond_binary64.is_none_or(|beyond| beyond == is_beyond_binary64(raw))
            && self.contains.as_ref().is_none_or(|part| raw.contains(part.as_str()))
            && is(self.string_or_strings, is_string_or_strings(raw))
            && is(self.quoted_number, inner.is_some())
            && is(self.integer, is_integer(raw))
            && (self.min_levels.is_none() && self.max_levels.is_none()
                || within(self.min_levels, self.max_levels, Some(levels(raw))))
            && within(self.min, self.max, number(compared))
            && within(self.min_offset, self.max_offset, offset(compared))
    }
}

/// Whether a value that is there lies between bounds; without bounds, none need be there.
pub(super) fn within<T: PartialOrd>(min: Option<T>, max: Option<T>, value: Option<T>) -> bool {
    match value {
        _ if min.is_none() && max.is_none() => true,
        Some(value) => min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max),
        None => false,
    }
}

/// Whether it is a JSON string, escapes resolved, that is none of these.
pub(super) fn spells_none_of(raw: &str, strings: &[String]) -> bool {
    serde_json::from_str::<String>(raw).is_ok_and(|text| !strings.contains(&text))
}

/// A raw value with at most `most` repetitions of each run, and with a digit for each time.
fn shortened(raw: &str, most: usize) -> Cow<'_, str> {
    if !raw.contains("{{") {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(parts(raw).iter().map(|(text, times)| text.repeat(most.min(*times))).collect())
}

/// The parts of a raw value, each with the number of its repetitions. A time is a digit.
fn parts(raw: &str) -> Vec<(Cow<'_, str>, usize)> {
    let mut parts = Vec::new();
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((inner, after)) = after.split_once("}}") else { break };
        parts.push((Cow::Borrowed(before), 1));
        parts.push(run(inner).unwrap_or((Cow::Borrowed("1"), 1)));
        rest = after;
    }
    parts.push((Cow::Borrowed(rest), 1));
    parts
}

/// The text of a run, with a digit for the number of the repetition, and how many times it is there.
fn run(inner: &str) -> Option<(Cow<'_, str>, usize)> {
    let (unit, times) = inner.rsplit_once('*')?;
    Some((Cow::Owned(unit.replace('#', "0")), times.parse().ok()?))
}

/// Whether it is one JSON value; a time is a digit, whatever stands around it.
fn is_json(raw: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(&shortened(raw, 1)).is_ok()
}

/// Whether it is a number that binary64 cannot hold.
fn is_beyond_binary64(raw: &str) -> bool {
    /// More digits than the largest number of binary64 has.
    const DIGITS: usize = 400;
    is_json(raw) && shortened(raw, DIGITS).parse::<f64>().is_ok_and(f64::is_infinite)
}

/// The levels of arrays and objects of a raw value. A run such as `{{[*100}}` counts as often as it is there.
fn levels(raw: &str) -> usize {
    let (mut level, mut deepest, mut is_text) = (0_usize, 0_usize, false);
    for (text, times) in parts(raw) {
        for character in std::iter::repeat_n(&*text, times).flat_map(str::chars) {
            match character {
                '"' => is_text = !is_text,
                '[' | '{' if !is_text => level += 1,
                ']' | '}' if !is_text => level = level.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(level);
        }
    }
    deepest
}

fn is_string_or_strings(raw: &str) -> bool {
    let raw = shortened(raw, 1);
    serde_json::from_str::<String>(&raw).is_ok() || serde_json::from_str::<Vec<String>>(&raw).is_ok()
}

/// The type of a raw JSON value, told by its first character; a time is a number.
fn json_type(raw: &str) -> JsonType {
    match shortened(raw, 1).as_bytes() {
        [b'{', ..] => JsonType::Object,
        [b'[', ..] => JsonType::Array,
        [b'"', ..] => JsonType::String,
        [b't' | b'f', ..] => JsonType::Bool,
        [b'n', ..] => JsonType::Null,
        _ => JsonType::Number,
    }
}

/// The value of a JSON number that binary64 can hold; nothing for a time, whose value is not fixed.
fn number(raw: &str) -> Option<f64> {
    serde_json::from_str(raw).ok()
}

/// The offset of a value that begins with a time.
fn offset(raw: &str) -> Option<i64> {
    let inside = raw.strip_prefix("{{now")?.split_once("}}")?.0;
    if inside.is_empty() { Some(0) } else { inside.parse().ok() }
}

fn quoted(raw: &str) -> Option<&str> {
    raw.strip_prefix('"')?.strip_suffix('"')
}

fn is_integer(raw: &str) -> bool {
    let raw = shortened(raw, 1);
    let digits = raw.strip_prefix('-').unwrap_or(&raw);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{ValuePattern, levels};

    #[test]
    fn levels_are_counted_outside_of_strings_and_runs_as_often_as_they_are_there() {
        for (raw, expected) in [
            ("1", 0),
            ("\"[[[\"", 0),
            ("[{\"a\":[]}]", 3),
            ("[[],[],[[]]]", 3),
            ("{{now+60}}", 0),
            ("{{[*100000}}{{]*100000}}", 100_000),
            ("{{{\"a\":*41}}0{{}*41}}", 41),
            ("{{[]*500}}", 1),
            ("{{[*7}}", 7),
        ] {
            assert_eq!(levels(raw), expected, "{raw}");
        }
    }

    #[test]
    fn a_value_with_runs_is_what_its_runs_make_it() {
        let json = |json| ValuePattern { json: Some(json), ..ValuePattern::default() };
        let beyond = |beyond| ValuePattern { beyond_binary64: Some(beyond), ..ValuePattern::default() };
        let strings = ValuePattern { string_or_strings: Some(true), ..ValuePattern::default() };
        let integer = ValuePattern { integer: Some(true), ..ValuePattern::default() };
        for (pattern, raw, expected) in [
            (json(true), "{{[*9}}{{]*9}}", true),
            (json(true), "{{[*9}}", false),
            (json(true), "{{now+60}}.5", true),
            (beyond(true), "{{9*100000}}", true),
            (beyond(true), "1e{{9*100000}}", true),
            (beyond(true), "0.{{3*100000}}", false),
            (beyond(false), "{{now}}", true),
            (strings.clone(), "[{{\"a\",*99}}\"b\"]", true),
            (strings, "[{{0,*99}}\"b\"]", false),
            (integer.clone(), "{{now+3600}}", true),
            (integer.clone(), "{{[*9}}{{]*9}}", false),
            (integer, "{{now+3600}}.5", false),
        ] {
            assert_eq!(pattern.matches(raw), expected, "{raw}: {pattern:?}");
        }
    }
}
