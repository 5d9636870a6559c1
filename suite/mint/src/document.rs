//! Changes to a published key set: to the raw text of a JWK Set document (RFC 7517 section 5), of which
//! nothing is written anew but the part that changes.

use std::ops::Range;

use jotproof_model::edit::DocumentChange;
use serde::de::IgnoredAny;
use thiserror::Error;

/// Why a document cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// It is no JWK Set.
    #[error("it is no JSON object with an array \"keys\"")]
    NotASet,
    /// There is no such JWK.
    #[error("it has no JWK number {0}")]
    NoSuchKey(usize),
    /// The JWK has no such member.
    #[error("its JWK number {key} has no member {name:?}")]
    NoSuchMember {
        /// Which JWK.
        key: usize,
        /// The name.
        name: String,
    },
}

/// The text of a JWK Set with these raw values as its keys.
#[must_use]
pub fn key_set<'a>(jwks: impl IntoIterator<Item = &'a str>) -> String {
    format!("{{\"keys\":[{}]}}", jwks.into_iter().collect::<Vec<_>>().join(","))
}

/// A JWK with another raw value for a member, which is appended where it is not there.
///
/// # Errors
///
/// Where it is not an object.
pub fn with_member(jwk: &str, name: &str, value: &str) -> Result<String, DocumentError> {
    let members = members(jwk, 0).ok_or(DocumentError::NotASet)?;
    let mut jwk = jwk.to_owned();
    match members.iter().find(|member| member.name == name) {
        Some(member) => jwk.replace_range(member.value.clone(), value),
        None => append(&mut jwk, 0, name, value),
    }
    Ok(jwk)
}

/// The document after a change; nothing where there is none any more.
///
/// # Errors
///
/// Where the change is about something that is not there.
pub fn changed(document: &str, change: &DocumentChange) -> Result<Option<String>, DocumentError> {
    let mut text = document.to_owned();
    match change {
        DocumentChange::SetJwkMember { key, name, value } => {
            let jwk = jwk(document, *key)?;
            let new = with_member(&document[jwk.clone()], name, value)?;
            text.replace_range(jwk, &new);
        }
        DocumentChange::RemoveJwkMember { key, name } => {
            let (members, place) = member(document, *key, name)?;
            // With the comma before it, or the one after the first.
            let (start, end) = match (place.checked_sub(1).map(|at| &members[at]), members.get(place + 1)) {
                (Some(before), _) => (before.value.end, members[place].value.end),
                (None, Some(after)) => (members[place].start, after.start),
                (None, None) => (members[place].start, members[place].value.end),
            };
            text.replace_range(start..end, "");
        }
        DocumentChange::DuplicateJwkMember { key, name, value } => {
            member(document, *key, name)?;
            append(&mut text, jwk(document, *key)?.start, name, value);
        }
        DocumentChange::RenameJwkMember { key, name, to } => {
            let (members, place) = member(document, *key, name)?;
            let start = members[place].start + 1;
            text.replace_range(start..start + name.len(), to);
        }
        DocumentChange::InsertJwk { key, value, what: _ } => {
            let all = jwks(document)?;
            match (all.get(*key), all.last()) {
                (Some(next), _) => text.insert_str(next.start, &format!("{value},")),
                (None, Some(last)) => text.insert_str(last.end, &format!(",{value}")),
                (None, None) => return Err(DocumentError::NoSuchKey(*key)),
            }
        }
        DocumentChange::SetSetMember { name, value } => append(&mut text, 0, name, value),
        DocumentChange::SetDocument { text: other, what: _ } => text.clone_from(other),
        DocumentChange::RemoveDocument => return Ok(None),
    }
    Ok(Some(text))
}

/// A member of an object: where it starts, its raw name, where its value is.
struct Part<'a> {
    start: usize,
    name: &'a str,
    value: Range<usize>,
}

/// Puts a member behind the last one of the object that starts at `at`.
fn append(text: &mut String, at: usize, name: &str, value: &str) {
    if let Some(end) = members(text, at).as_deref().and_then(<[_]>::last).map(|last| last.value.end) {
        text.insert_str(end, &format!(",\"{name}\":{value}"));
    }
}

fn member<'a>(document: &'a str, key: usize, name: &str) -> Result<(Vec<Part<'a>>, usize), DocumentError> {
    let members = members(document, jwk(document, key)?.start).ok_or(DocumentError::NotASet)?;
    let place = members.iter().position(|member| member.name == name);
    let place = place.ok_or_else(|| DocumentError::NoSuchMember { key, name: name.to_owned() })?;
    Ok((members, place))
}

fn jwk(document: &str, key: usize) -> Result<Range<usize>, DocumentError> {
    jwks(document)?.into_iter().nth(key).ok_or(DocumentError::NoSuchKey(key))
}

fn jwks(document: &str) -> Result<Vec<Range<usize>>, DocumentError> {
    let keys = members(document, 0)
        .and_then(|members| members.into_iter().find(|member| member.name == "keys"))
        .ok_or(DocumentError::NotASet)?;
    elements(document, keys.value.start).ok_or(DocumentError::NotASet)
}

/// The members of the object that starts at `at`, in text without white space.
fn members(text: &str, at: usize) -> Option<Vec<Part<'_>>> {
    let mut members = Vec::new();
    let mut at = after(text, at, "{")?;
    while !text[at..].starts_with('}') {
        if !members.is_empty() {
            at = after(text, at, ",")?;
        }
        let name = value(text, at)?;
        let start = after(text, name.end, ":")?;
        let value = value(text, start)?;
        at = value.end;
        members.push(Part { start: name.start, name: &text[name.start + 1..name.end - 1], value });
    }
    Some(members)
}

/// The elements of the array that starts at `at`.
fn elements(text: &str, at: usize) -> Option<Vec<Range<usize>>> {
    let mut elements = Vec::new();
    let mut at = after(text, at, "[")?;
    while !text[at..].starts_with(']') {
        if !elements.is_empty() {
            at = after(text, at, ",")?;
        }
        let element = value(text, at)?;
        at = element.end;
        elements.push(element);
    }
    Some(elements)
}

fn after(text: &str, at: usize, expected: &str) -> Option<usize> {
    text.get(at..)?.starts_with(expected).then(|| at + expected.len())
}

/// Where the value is that starts at `at`.
fn value(text: &str, at: usize) -> Option<Range<usize>> {
    let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    Some(at..at + values.byte_offset())
}

#[cfg(test)]
mod tests {
    use jotproof_model::edit::{DocumentKind, JwkKind};

    use super::*;

    const SET: &str = r#"{"keys":[{"kty":"EC","x":"a","kid":"1"},{"kty":"RSA"}]}"#;

    #[test]
    fn a_change_touches_nothing_else() {
        let text = str::to_owned;
        for (change, expected) in [
            (
                DocumentChange::SetJwkMember { key: 0, name: text("x"), value: text("[1,\"}\"]") },
                r#"{"keys":[{"kty":"EC","x":[1,"}"],"kid":"1"},{"kty":"RSA"}]}"#,
            ),
            (
                DocumentChange::SetJwkMember { key: 1, name: text("use"), value: text("1") },
                r#"{"keys":[{"kty":"EC","x":"a","kid":"1"},{"kty":"RSA","use":1}]}"#,
            ),
            (
                DocumentChange::RemoveJwkMember { key: 0, name: text("kty") },
                r#"{"keys":[{"x":"a","kid":"1"},{"kty":"RSA"}]}"#,
            ),
            (
                DocumentChange::RemoveJwkMember { key: 0, name: text("kid") },
                r#"{"keys":[{"kty":"EC","x":"a"},{"kty":"RSA"}]}"#,
            ),
            (
                DocumentChange::RemoveJwkMember { key: 1, name: text("kty") },
                r#"{"keys":[{"kty":"EC","x":"a","kid":"1"},{}]}"#,
            ),
            (
                DocumentChange::DuplicateJwkMember { key: 0, name: text("x"), value: text("null") },
                r#"{"keys":[{"kty":"EC","x":"a","kid":"1","x":null},{"kty":"RSA"}]}"#,
            ),
            (
                DocumentChange::RenameJwkMember { key: 0, name: text("x"), to: text("X") },
                r#"{"keys":[{"kty":"EC","X":"a","kid":"1"},{"kty":"RSA"}]}"#,
            ),
            (
                DocumentChange::InsertJwk { key: 0, value: text("{}"), what: JwkKind::NotUnderstood },
                r#"{"keys":[{},{"kty":"EC","x":"a","kid":"1"},{"kty":"RSA"}]}"#,
            ),
            (
                DocumentChange::InsertJwk { key: 9, value: text("{}"), what: JwkKind::NotUnderstood },
                r#"{"keys":[{"kty":"EC","x":"a","kid":"1"},{"kty":"RSA"},{}]}"#,
            ),
            (
                DocumentChange::SetSetMember { name: text("z"), value: text("1") },
                r#"{"keys":[{"kty":"EC","x":"a","kid":"1"},{"kty":"RSA"}],"z":1}"#,
            ),
            (DocumentChange::SetDocument { text: text("[]"), what: DocumentKind::NotAnObject }, "[]"),
        ] {
            assert_eq!(changed(SET, &change), Ok(Some(text(expected))), "{change:?}");
        }
        assert_eq!(changed(SET, &DocumentChange::RemoveDocument), Ok(None));
    }

    #[test]
    fn what_is_not_there_cannot_be_changed() {
        let remove = |key, name: &str| DocumentChange::RemoveJwkMember { key, name: name.to_owned() };
        assert_eq!(changed(SET, &remove(2, "kty")), Err(DocumentError::NoSuchKey(2)));
        let no_member = DocumentError::NoSuchMember { key: 1, name: "x".to_owned() };
        assert_eq!(changed(SET, &remove(1, "x")), Err(no_member));
        assert_eq!(changed("[]", &remove(0, "x")), Err(DocumentError::NotASet));
        assert_eq!(changed(r#"{"keys":1}"#, &remove(0, "x")), Err(DocumentError::NotASet));
    }
}
