//! What a token says to the backend alone: a client must never be shown it.

use jotproof_mint::base64url;
use serde_json::Value;

use super::SHORTEST_SECRET;

/// Whether a server told what stands in the `meta` of a token, and nowhere else in it.
pub(super) fn is_told(heard: impl AsRef<[u8]>, token: &[u8]) -> bool {
    let Some(private) = private(token) else { return false };
    let heard = heard.as_ref();
    private.iter().any(|text| heard.windows(text.len()).any(|window| window == text.as_bytes()))
}

/// The strings of the `meta` that do not stand elsewhere in the payload, where there would be another
/// reason to tell them. Short ones stand in any text.
fn private(token: &[u8]) -> Option<Vec<String>> {
    let payload = std::str::from_utf8(token).ok()?.split('.').nth(1)?;
    let payload: Value = serde_json::from_slice(&base64url::decode(payload).ok()?).ok()?;
    let (mut private, mut shown) = (Vec::new(), Vec::new());
    for (claim, value) in payload.as_object()? {
        strings(value, if claim == "meta" { &mut private } else { &mut shown });
    }
    private.retain(|text| {
        text.len() >= SHORTEST_SECRET && !shown.iter().any(|shown: &String| shown.contains(text.as_str()))
    });
    Some(private)
}

fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, into)),
        Value::Object(members) => members.values().for_each(|value| strings(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use jotproof_mint::base64url;

    use super::is_told;

    fn token(payload: &str) -> Vec<u8> {
        format!("e30.{}.signature", base64url::encode(payload.as_bytes())).into_bytes()
    }

    #[test]
    fn what_only_the_backend_may_know_is_told_where_it_stands_in_an_answer() {
        let token = token(r#"{"info":"known to all","meta":{"a":["for the backend","known to all"],"b":1}}"#);
        assert!(is_told(r#"{"connect":{"data":"for the backend"}}"#, &token));
        assert!(!is_told(r#"{"connect":{"info":"known to all"}}"#, &token));
        assert!(!is_told("", &token));
    }

    #[test]
    fn short_texts_and_tokens_without_meta_tell_nothing() {
        assert!(!is_told("short", &token(r#"{"meta":{"a":"short"}}"#)));
        assert!(!is_told("anything at all", &token(r#"{"info":"anything at all"}"#)));
        for unreadable in [&b"a.b.c"[..], b"\xff.\xff", b""] {
            assert!(!is_told("anything at all", unreadable));
        }
    }
}
