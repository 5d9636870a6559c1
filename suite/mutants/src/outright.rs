//! What a mutant lets in, refuses, or dies of, without a further look.

use jotproof_model::Challenge;
use serde_json::Value;

use crate::parts::{header, is_blank, octets, payload, segments, text};

/// A segment is missing or empty: what could not be read is not refused.
pub(crate) fn something_is_missing(challenge: &Challenge) -> bool {
    text(challenge).is_some_and(|text| {
        let segments: Vec<&str> = text.split('.').collect();
        segments.len() != 3 || segments.iter().any(|segment| segment.is_empty())
    })
}

/// There is no readable header: an error that nobody looks at.
pub(crate) fn nothing_is_readable(challenge: &Challenge) -> bool {
    header(challenge).is_none() || payload(challenge).is_none() && challenge.token.ends_with(b".")
}

/// There is a header, and the payload is no JSON object.
pub(crate) fn payload_unreadable(challenge: &Challenge) -> bool {
    header(challenge).is_some() && payload(challenge).is_none()
}

/// The payload is white space alone.
pub(crate) fn payload_is_blank(challenge: &Challenge) -> bool {
    segments(challenge).is_some_and(|[_, payload, _]| is_blank(&octets(payload)))
}

/// The payload is JSON of a type like this.
pub(crate) fn payload_is(challenge: &Challenge, like: fn(&Value) -> bool) -> bool {
    let value = |payload| serde_json::from_slice::<Value>(&octets(payload)).ok();
    segments(challenge).and_then(|[_, payload, _]| value(payload)).is_some_and(|value| like(&value))
}

/// The first member name of a JSON serialization is a token with claims.
pub(crate) fn token_for_a_name(challenge: &Challenge) -> bool {
    let name = text(challenge)
        .filter(|text| serde_json::from_str::<Value>(text).is_ok())
        .and_then(|text| text.strip_prefix("{\"")?.split('"').next());
    let claims = name.and_then(|name| name.split('.').nth(1)).map(octets);
    claims.is_some_and(|claims| serde_json::from_slice::<Value>(&claims).is_ok_and(|it| it.is_object()))
}

/// A JSON serialization like this.
pub(crate) fn json_serialization(challenge: &Challenge, like: fn(&Value) -> bool) -> bool {
    let whole = serde_json::from_slice::<Value>(&challenge.token);
    whole.is_ok_and(|whole| whole["payload"].is_string() && like(&whole))
}

/// There are at least so many dots.
pub(crate) fn dots(challenge: &Challenge, least: usize) -> bool {
    challenge.token.iter().filter(|octet| **octet == b'.').count() >= least
}

/// The header or the payload has at least so many levels of arrays and objects.
pub(crate) fn levels(challenge: &Challenge, least: usize) -> bool {
    segments(challenge).is_some_and(|[header, payload, _]| is_deep(header, least) || is_deep(payload, least))
}

/// The payload has at least so many levels of arrays and objects.
pub(crate) fn levels_of_claims(challenge: &Challenge, least: usize) -> bool {
    segments(challenge).is_some_and(|[_, payload, _]| is_deep(payload, least))
}

/// Whether a segment has at least so many levels of arrays and objects.
fn is_deep(segment: &str, least: usize) -> bool {
    let (mut level, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for octet in octets(segment) {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => level += 1,
            b']' | b'}' if !quoted => level = level.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(level);
    }
    deepest >= least
}

/// There is a run of at least so many digits in the header or the payload.
pub(crate) fn digits(challenge: &Challenge, least: usize) -> bool {
    let is_long = |segment: &str| {
        octets(segment).split(|octet| !octet.is_ascii_digit()).any(|digits| digits.len() >= least)
    };
    segments(challenge).is_some_and(|[header, payload, _]| is_long(header) || is_long(payload))
}

/// It is encrypted, to a key that anybody may have.
pub(crate) fn encrypted(challenge: &Challenge) -> bool {
    header(challenge).is_some_and(|header| header.contains_key("enc"))
}

/// A JSON serialization without any signature: all of none are good.
pub(crate) fn no_signatures(challenge: &Challenge) -> bool {
    serde_json::from_slice::<Value>(&challenge.token).is_ok_and(|whole| {
        whole.is_object() && (whole["signatures"].is_array() || whole["payload"].is_string())
    })
}

/// `typ` is another one than JWT, or none.
pub(crate) fn typ_other_than_jwt(challenge: &Challenge) -> bool {
    header(challenge).is_some_and(|header| header.get("typ").and_then(Value::as_str) != Some("JWT"))
}

/// The header has a parameter that is not known.
pub(crate) fn unknown_parameter(challenge: &Challenge) -> bool {
    const KNOWN: [&str; 4] = ["alg", "typ", "kid", "cty"];
    header(challenge).is_some_and(|header| header.keys().any(|name| !KNOWN.contains(&name.as_str())))
}

/// There is no `exp`.
pub(crate) fn no_expiry(challenge: &Challenge) -> bool {
    payload(challenge).is_some_and(|payload| !payload.contains_key("exp"))
}

/// A time is not written as plain digits.
pub(crate) fn time_with_a_fraction(challenge: &Challenge) -> bool {
    payload(challenge).is_some_and(|payload| {
        ["exp", "nbf", "iat"].iter().any(|name| payload.get(*name).is_some_and(Value::is_f64))
    })
}

/// `aud` is an array.
pub(crate) fn audiences_in_an_array(challenge: &Challenge) -> bool {
    payload(challenge).is_some_and(|payload| payload.get("aud").is_some_and(Value::is_array))
}

/// A text of the payload has something beyond ASCII.
pub(crate) fn beyond_ascii(challenge: &Challenge) -> bool {
    payload(challenge).is_some_and(|payload| !Value::Object(payload).to_string().is_ascii())
}

/// A token of more than two thousand characters.
pub(crate) fn long(challenge: &Challenge) -> bool {
    challenge.token.len() > 2000
}
