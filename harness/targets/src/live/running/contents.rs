//! Reads and changes the raw text of headers and payloads, for [`Terms`](super::terms::Terms).

use std::collections::BTreeSet;

use jotproof_engine::target::CannotCarry;
use jotproof_mint::base64url;
use jotproof_model::Recipe;
use jotproof_model::recipe::{Content, Member};

use super::terms::cannot;

/// Whether a raw member name is this name, for a reader that ignores case, such as Go's.
pub(super) fn is_called(raw: &str, name: &str) -> bool {
    let decoded: Option<String> = serde_json::from_str(&format!("\"{raw}\"")).ok();
    // Such a reader treats `ſ` as `s`.
    decoded.is_none_or(|decoded| decoded.to_lowercase().replace('ſ', "s") == name)
}

/// Whether the payload has exactly one `sub` member, a non-empty string.
pub(super) fn names_user(payload: &Content) -> bool {
    let Content::Object { members, before, after } = payload else { return false };
    let mut named = members.iter().filter(|Member(name, _)| is_called(name, "sub"));
    match (named.next(), named.next()) {
        (Some(Member(name, value)), None) => {
            name == "sub"
                && before.trim().is_empty()
                && after.trim().is_empty()
                && serde_json::from_str::<String>(value).is_ok_and(|user| !user.is_empty())
        }
        _ => false,
    }
}

/// The length of the text, with placeholders not yet filled in.
pub(super) fn length(content: &Content) -> usize {
    match content {
        Content::Object { members, before, after } => {
            let members = members.iter().map(|Member(name, value)| name.len() + value.len() + 4);
            before.len() + after.len() + members.sum::<usize>()
        }
        Content::Text { text } => text.len(),
        Content::Octets { base64url } => base64url.len(),
        Content::Token { recipe } => length(&recipe.payload),
    }
}

/// Keeps the length of a segment modulo three, because changes of the encoded text depend on it. White space
/// before a value makes up the difference.
pub(super) fn align(recipe: &mut Recipe, before: usize, of: impl Fn(&mut Recipe) -> &mut Content) {
    if recipe.segments.is_empty() && recipe.structure.is_empty() {
        return;
    }
    let content = of(recipe);
    let spaces = (3 + before % 3 - length(content) % 3) % 3;
    if let Content::Object { members, .. } = content
        && let Some(Member(_, value)) = members.first_mut()
    {
        value.insert_str(0, &" ".repeat(spaces));
    }
}

/// Calls a function with each raw text of a content.
pub(super) fn each_text(content: &mut Content, change: &mut dyn FnMut(&mut String)) {
    match content {
        Content::Object { members, before, after } => {
            change(before);
            for Member(_, value) in members {
                change(value);
            }
            change(after);
        }
        Content::Text { text } => change(text),
        Content::Octets { .. } => {}
        Content::Token { recipe } => each_text(&mut recipe.payload, change),
    }
}

/// The raw JSON strings of a text, with their positions.
fn strings(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut open = None;
    let mut is_escaped = false;
    for (at, character) in text.char_indices() {
        match (open, character) {
            _ if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(from), '"') => {
                found.push((from, &text[from..at]));
                open = None;
            }
            (None, '"') => open = Some(at + 1),
            _ => {}
        }
    }
    found
}

/// Replaces a string value by another one. Fails if the token would then mean something else, for example
/// because the old value is written with escapes or the new value already occurs.
pub(super) fn rename(content: &mut Content, from: &str, to: &str) -> Result<(), CannotCarry> {
    let decoded = |raw: &str| serde_json::from_str::<String>(&format!("\"{raw}\"")).ok();
    let quoted = serde_json::Value::from(to).to_string();
    let escaped = &quoted[1..quoted.len() - 1];
    let mut is_whole = true;
    if let Content::Octets { base64url } = content {
        let octets = base64url::decode(base64url).unwrap_or_default();
        is_whole = !String::from_utf8_lossy(&octets).contains(from);
    }
    each_text(content, &mut |text| {
        let mut renamed = String::new();
        let mut rest = 0;
        for (at, raw) in strings(text) {
            let new = raw.replace(from, escaped);
            let was = decoded(raw).is_some_and(|value| value == from);
            is_whole &= was == decoded(&new).is_some_and(|value| value == to);
            renamed.push_str(&text[rest..at]);
            renamed.push_str(&new);
            rest = at + raw.len();
        }
        renamed.push_str(&text[rest..]);
        *text = renamed;
    });
    if is_whole { Ok(()) } else { cannot(format!("a server with {from}")) }
}

/// Inserts members after the first member of a payload. Fails if the payload already has one of these names.
pub(super) fn insert(payload: &mut Content, missing: Vec<Member>) -> Result<(), CannotCarry> {
    if missing.is_empty() {
        return Ok(());
    }
    let none = |what: &str| cannot(format!("a server without an audience or issuer: {what}"));
    match payload.innermost_mut() {
        Content::Object { members, .. } => {
            let is_there =
                |Member(raw, _): &Member| missing.iter().any(|Member(name, _)| is_called(raw, name));
            if members.iter().any(is_there) {
                return none("the token has one");
            }
            let at = members.len().min(1);
            members.splice(at..at, missing);
            Ok(())
        }
        Content::Text { text } => {
            let folded = text.to_lowercase();
            let may_be_there = ["aud", "iss", "\\u"].iter().any(|part| folded.contains(part));
            let opens = text.find('{').filter(|at| text[..*at].trim().is_empty());
            match opens {
                Some(at) if !may_be_there && text[at + 1..].trim_start().starts_with('"') => {
                    let members: String =
                        missing.iter().map(|Member(name, value)| format!("\"{name}\":{value},")).collect();
                    text.insert_str(at + 1, &members);
                    Ok(())
                }
                _ => none("the payload has no place for one"),
            }
        }
        Content::Octets { .. } | Content::Token { .. } => none("the payload has no place for one"),
    }
}

/// The possible channel namespaces in a payload: the text before the colon in each JSON string.
pub(super) fn namespaces_in(payload: &Content) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut look = |text: &str| {
        let names = strings(text).into_iter().filter_map(|(_, raw)| super::namespace(raw));
        found.extend(names.map(str::to_owned));
    };
    match payload.innermost() {
        Content::Object { members, .. } => members.iter().for_each(|Member(_, value)| look(value)),
        Content::Text { text } => look(text),
        Content::Octets { .. } | Content::Token { .. } => {}
    }
    found
}
