//! A compact token in its parts, as a verifier that is not strict sees them.

use std::sync::Arc;

use jotproof_mint::base64url;
use jotproof_model::Challenge;
use serde_json::{Map, Value};

/// The text of a token; nothing where it is no text.
pub(crate) fn text(challenge: &Challenge) -> Option<&str> {
    str::from_utf8(&challenge.token).ok()
}

/// The three segments of a token that has three.
pub(crate) fn segments(challenge: &Challenge) -> Option<[&str; 3]> {
    let mut segments = text(challenge)?.split('.');
    let three = [segments.next()?, segments.next()?, segments.next()?];
    segments.next().is_none().then_some(three)
}

/// The same challenge with another token.
pub(crate) fn with_token(challenge: &Challenge, token: impl Into<Vec<u8>>) -> Challenge {
    Challenge { token: token.into(), ..challenge.clone() }
}

/// The same challenge with each segment rewritten; nothing where none of them changes.
pub(crate) fn with_segments(challenge: &Challenge, rewrite: impl Fn(&str) -> String) -> Option<Challenge> {
    let token = text(challenge)?.split('.').map(rewrite).collect::<Vec<_>>().join(".");
    changed(challenge, token)
}

/// The same challenge with another header, as text; nothing where it is the same.
pub(crate) fn with_header(
    challenge: &Challenge,
    rewrite: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> Option<Challenge> {
    let (header, rest) = text(challenge)?.split_once('.')?;
    let header = base64url::encode(&rewrite(&octets(header))?);
    changed(challenge, format!("{header}.{rest}"))
}

/// The same challenge with another payload, as text; nothing where it is the same.
pub(crate) fn with_payload(
    challenge: &Challenge,
    rewrite: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> Option<Challenge> {
    let (header, rest) = text(challenge)?.split_once('.')?;
    let (payload, rest) = rest.split_once('.')?;
    let payload = base64url::encode(&rewrite(&octets(payload))?);
    changed(challenge, format!("{header}.{payload}.{rest}"))
}

/// The same challenge with another header and another payload, as text; nothing where both are the same.
pub(crate) fn with_both(
    challenge: &Challenge,
    rewrite: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> Option<Challenge> {
    let in_header = with_header(challenge, &rewrite);
    with_payload(in_header.as_ref().unwrap_or(challenge), &rewrite).or(in_header)
}

/// The same challenge with these parameters as its header; nothing where the token is the same.
pub(crate) fn with_parameters(challenge: &Challenge, header: Map<String, Value>) -> Option<Challenge> {
    let text = Value::Object(header).to_string();
    with_header(challenge, |_| Some(text.clone().into_bytes()))
}

/// The same challenge with these claims as its payload; nothing where the token is the same.
pub(crate) fn with_claims(challenge: &Challenge, claims: Map<String, Value>) -> Option<Challenge> {
    let text = Value::Object(claims).to_string();
    with_payload(challenge, |_| Some(text.clone().into_bytes()))
}

/// The same challenge with another configuration.
pub(crate) fn with_context(
    challenge: &Challenge,
    change: impl FnOnce(&mut jotproof_model::Context),
) -> Challenge {
    let mut context = (*challenge.context).clone();
    change(&mut context);
    Challenge { context: Arc::new(context), ..challenge.clone() }
}

/// The same challenge where unsecured tokens are allowed.
pub(crate) fn allowing_none(challenge: &Challenge) -> Challenge {
    with_context(challenge, |context| context.allow_none = true)
}

pub(crate) fn changed(challenge: &Challenge, token: String) -> Option<Challenge> {
    (token.as_bytes() != challenge.token).then(|| with_token(challenge, token))
}

/// The header as JSON.
pub(crate) fn header(challenge: &Challenge) -> Option<Map<String, Value>> {
    let (header, _) = text(challenge)?.split_once('.')?;
    serde_json::from_slice(&octets(header)).ok()
}

/// The payload as JSON.
pub(crate) fn payload(challenge: &Challenge) -> Option<Map<String, Value>> {
    let [_, payload, _] = segments(challenge)?;
    serde_json::from_slice(&octets(payload)).ok()
}

/// Whether there is white space and nothing else.
pub(crate) fn is_blank(octets: &[u8]) -> bool {
    !octets.is_empty() && octets.iter().all(u8::is_ascii_whitespace)
}

/// The octets of a segment: either alphabet, whatever else is there skipped.
pub(crate) fn octets(segment: &str) -> Vec<u8> {
    let (mut octets, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for octet in segment.bytes() {
        let sextet = match octet {
            b'A'..=b'Z' => octet - b'A',
            b'a'..=b'z' => octet - b'a' + 26,
            b'0'..=b'9' => octet - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(sextet);
        count += 6;
        if count >= 8 {
            count -= 8;
            octets.push((bits >> count & 0xff) as u8);
        }
    }
    octets
}
