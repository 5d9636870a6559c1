//! Changes to a token as a whole.

use jotproof_model::recipe::{Segment, StructureChange};
use serde_json::Value;

use super::{ChangeError, WhyNot};
use crate::base64url;

/// The token after a change.
///
/// # Errors
///
/// Where the change cannot be made, or would change nothing.
pub fn change(token: &str, change: &StructureChange) -> Result<String, ChangeError> {
    let changed = outcome(token, change)
        .and_then(|changed| if changed == token { Err(WhyNot::NoEffect) } else { Ok(changed) });
    changed.map_err(|why| ChangeError { change: change.name(), why })
}

/// The octets that a change appends.
///
/// # Errors
///
/// Where they are not base64url, or none.
pub fn octets(text: &str, change: &StructureChange) -> Result<Vec<u8>, ChangeError> {
    let failed = |why| ChangeError { change: change.name(), why };
    let octets = base64url::decode(text).map_err(|error| failed(WhyNot::NotBase64url(error)))?;
    if octets.is_empty() { Err(failed(WhyNot::NoEffect)) } else { Ok(octets) }
}

fn outcome(token: &str, change: &StructureChange) -> Result<String, WhyNot> {
    Ok(match change {
        StructureChange::Prefix { text } => format!("{text}{token}"),
        StructureChange::Suffix { text } => format!("{token}{text}"),
        // What they lead to is no text: the mint appends them itself, after everything else.
        StructureChange::AppendOctets { .. } => return Err(WhyNot::NotText),
        StructureChange::KeepSegments { segments: kept } => {
            let mut segments: Vec<_> = token.split('.').collect();
            let asked = usize::try_from(*kept).unwrap_or(usize::MAX);
            if asked > segments.len() {
                return Err(WhyNot::TooFar { asked, there: segments.len() });
            }
            segments.truncate(asked);
            segments.join(".")
        }
        StructureChange::InsertSegment { at, text } => {
            let mut segments: Vec<_> = token.split('.').collect();
            let asked = usize::try_from(*at).unwrap_or(usize::MAX);
            if asked > segments.len() {
                return Err(WhyNot::TooFar { asked, there: segments.len() });
            }
            segments.insert(asked, text);
            segments.join(".")
        }
        StructureChange::EmptySegment { segment } => empty(token, *segment)?,
        StructureChange::JsonFlattened => {
            let [protected, payload, signature] = three(token)?.map(Value::from);
            format!(r#"{{"payload":{payload},"protected":{protected},"signature":{signature}}}"#)
        }
        StructureChange::JsonGeneral => {
            let [protected, payload, signature] = three(token)?.map(Value::from);
            format!(
                r#"{{"payload":{payload},"signatures":[{{"protected":{protected},"signature":{signature}}}]}}"#
            )
        }
        StructureChange::Detached => empty(token, Segment::Payload)?,
        StructureChange::UpperCase => token.to_ascii_uppercase(),
        StructureChange::Encrypt { .. } => return Err(WhyNot::NeedsAKey),
        StructureChange::Replace { text } => text.clone(),
        StructureChange::Repeat { text, times } => super::repeated(text, *times)?,
    })
}

/// The three segments of a compact serialization.
fn three(token: &str) -> Result<[&str; 3], WhyNot> {
    let segments: Vec<_> = token.split('.').collect();
    segments.try_into().map_err(|segments: Vec<_>| WhyNot::NotThreeSegments(segments.len()))
}

fn empty(token: &str, segment: Segment) -> Result<String, WhyNot> {
    let [header, payload, signature] = three(token)?;
    Ok(match segment {
        Segment::Header => format!(".{payload}.{signature}"),
        Segment::Payload => format!("{header}..{signature}"),
        Segment::Signature => format!("{header}.{payload}."),
    })
}
