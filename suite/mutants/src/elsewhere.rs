//! Claims that are looked for where they are not: under the name of another claim, inside of another claim, or
//! anywhere in the text of the payload.

use jotproof_model::Challenge;
use serde_json::{Map, Value};

use crate::parts::{self, octets, payload, segments};

/// The claims that decide.
const NAMES: [&str; 5] = ["exp", "nbf", "aud", "iss", "sub"];

/// The value of another claim is taken for this claim. A text with spaces is a list.
pub(crate) fn neighbour(challenge: &Challenge, claim: &str, taken: &str) -> Option<Challenge> {
    let value = match payload(challenge)?.get(taken)? {
        Value::String(list) if list.contains(' ') => list.split(' ').collect(),
        value => value.clone(),
    };
    with_claims(challenge, |claims| claims.insert(claim.to_owned(), value))
}

/// Which of several places in a text counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which {
    First,
    Last,
}

/// A claim is what follows its name in quotes and a colon, anywhere in the text.
pub(crate) fn by_quoted_name(challenge: &Challenge, which: Which) -> Option<Challenge> {
    by_text(challenge, |text, name| {
        let marker = format!("\"{name}\":");
        Some(&text[find(text, &marker, which)? + marker.len()..])
    })
}

/// A claim is what follows its name, the end of a string and a colon, anywhere in the text. The quotes may be escaped.
pub(crate) fn by_bare_name(challenge: &Challenge, which: Which) -> Option<Challenge> {
    by_text(challenge, |text, name| {
        let markers = [format!("{name}\\\":"), format!("{name}\":")];
        let places = markers.iter().filter_map(|marker| Some((find(text, marker, which)?, marker.len())));
        let (at, length) = match which {
            Which::First => places.min()?,
            Which::Last => places.max()?,
        };
        Some(text[at + length..].trim_start_matches('\\'))
    })
}

/// The members of inner objects, but not those in arrays, are members of the claims set.
pub(crate) fn in_inner_objects(challenge: &Challenge) -> Option<Challenge> {
    let inner: Vec<(String, Value)> = payload(challenge)?
        .values()
        .filter_map(Value::as_object)
        .flat_map(|object| object.clone().into_iter())
        .filter(|(name, _)| NAMES.contains(&name.as_str()))
        .collect();
    with_claims(challenge, |claims| claims.extend(inner))
}

fn find(text: &str, marker: &str, which: Which) -> Option<usize> {
    match which {
        Which::First => text.find(marker),
        Which::Last => text.rfind(marker),
    }
}

/// Each claim is a number or a string at the beginning of the text that is found for its name.
fn by_text(
    challenge: &Challenge,
    found: impl for<'a> Fn(&'a str, &str) -> Option<&'a str>,
) -> Option<Challenge> {
    let [_, payload, _] = segments(challenge)?;
    let text = String::from_utf8(octets(payload)).ok()?;
    let values: Vec<(String, Value)> =
        NAMES.iter().filter_map(|name| Some(((*name).to_owned(), value(found(&text, name)?)?))).collect();
    with_claims(challenge, |claims| claims.extend(values))
}

fn value(text: &str) -> Option<Value> {
    match text.strip_prefix('"') {
        Some(string) => Some(string.split(['"', '\\']).next()?.into()),
        None => {
            let digits = text.find(|c: char| !c.is_ascii_digit()).map_or(text, |end| &text[..end]);
            digits.parse::<u64>().ok().map(Value::from)
        }
    }
}

/// The same challenge with changed claims; nothing where the change has no effect.
fn with_claims<T>(
    challenge: &Challenge,
    change: impl FnOnce(&mut Map<String, Value>) -> T,
) -> Option<Challenge> {
    let before = payload(challenge)?;
    let mut claims = before.clone();
    change(&mut claims);
    (claims != before).then(|| parts::with_claims(challenge, claims)).flatten()
}
