//! Cases that must be refused and that nothing tells apart: the same kind of defect, found by the same
//! mutants. They are one case.

use std::collections::{BTreeMap, BTreeSet};

use jotproof_model::{Algorithm, Twin, Vector};
use serde_json::{Map, Value};

/// Members of an edit that say how much or which text, not what kind.
const AMOUNTS: [&str; 10] =
    ["after", "base64url", "before", "bit", "bits", "extra", "octets", "text", "times", "characters"];

/// The groups, each with the ids of its cases.
pub(crate) fn groups<'a>(
    negatives: &[&'a Vector],
    found_by: &BTreeMap<&str, BTreeSet<&str>>,
) -> Vec<Vec<&'a str>> {
    let mut groups: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for vector in negatives {
        let mutants = found_by.get(vector.id.0.as_str()).cloned().unwrap_or_default();
        groups.entry((kind(vector), mutants)).or_default().push(&vector.id.0);
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// The kind of a defect: its bug class, its edits without amounts and texts, values by their type, and
/// what is configured.
fn kind(vector: &Vector) -> String {
    let edits = match &vector.twin {
        Twin::Vector { edits, .. } => serde_json::to_value(edits).unwrap_or_default(),
        Twin::Nothing { .. } => Value::Null,
    };
    let context = &vector.context;
    let configured = serde_json::json!([
        context.application,
        context.algorithms,
        context.keys.len().min(2),
        context.audiences().count().min(2),
        context.issuers().count().min(2),
        context.typ.is_some(),
        context.leeway,
        context.allow_none,
        context.key_set.as_ref().map(|key_set| &key_set.path),
        context.audience_regex,
        context.issuer_regex,
        context.user_id_claim,
        context.previous_secret.as_ref().map(|previous| previous.valid_for.is_some()),
        context.separate.is_some(),
        context.namespace,
        context.identification,
        context.submission,
    ]);
    Value::from(vec![Value::from(vector.bug_class.clone()), without_amounts(edits), configured]).to_string()
}

fn without_amounts(value: Value) -> Value {
    match value {
        Value::Array(all) => all.into_iter().map(without_amounts).collect(),
        Value::Object(members) => {
            // The text of an example is what the case is about.
            let is_example = members.get("what").and_then(Value::as_str) == Some("example");
            let kept =
                members.into_iter().filter(|(name, _)| is_example || !AMOUNTS.contains(&name.as_str()));
            let by_type = |(name, value): (String, Value)| {
                let value = match (name.as_str(), &value) {
                    ("value" | "alg", Value::String(raw)) => raw_type(raw).into(),
                    _ => without_amounts(value),
                };
                (name, value)
            };
            Value::Object(kept.map(by_type).collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// The type of raw JSON text; of a string that names an algorithm, that name.
fn raw_type(raw: &str) -> String {
    let text = raw.trim_matches('"');
    if text.parse::<Algorithm>().is_ok() || matches!(text, "Ed25519" | "Ed448") {
        return text.to_owned();
    }
    // The length of a run such as `{{a*9000}}` is the defect, so it stays.
    if raw.contains("*") && raw.contains("{{") {
        return raw.to_owned();
    }
    let number = |c: char| c.is_ascii_digit() || "+-.".contains(c);
    match raw.chars().next() {
        Some('"') => "string",
        Some('[') => "array",
        Some('{') if raw.starts_with("{{") => "number",
        Some('{') => "object",
        Some(c) if number(c) => "number",
        _ => raw,
    }
    .to_owned()
}
