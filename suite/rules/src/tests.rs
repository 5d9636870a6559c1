//! Rules against the profiles that are published.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::{RuleError, Rules};

/// The values that the published profiles set, by rule.
fn set_by_profiles() -> BTreeMap<String, Vec<Value>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/profiles");
    let mut set: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the profiles are published") {
        let text = std::fs::read_to_string(entry.expect("a file").path()).expect("a text");
        let file: Value = serde_json::from_str(&text).expect("JSON");
        for entry in file["entries"].as_array().into_iter().flatten() {
            for (rule, value) in entry["rule"].as_object().into_iter().flatten() {
                set.entry(rule.clone()).or_default().push(value.clone());
            }
        }
    }
    set
}

/// The values of a rule with a list of them, from the error for another value. Nothing for a rule without one.
fn values(rule: &str) -> Option<Vec<String>> {
    let overrides = [(rule.to_owned(), json!("\0"))].into();
    let Err(RuleError::Value { problem, .. }) = Rules::default().with(&overrides) else { return None };
    let (_, expected) = problem.split_once("unknown variant")?.1.split_once("expected")?;
    Some(expected.split('`').skip(1).step_by(2).map(str::to_owned).collect())
}

#[test]
fn every_value_of_every_rule_is_the_default_or_that_of_a_profile() {
    let set = set_by_profiles();
    for (rule, default) in Rules::default().by_name() {
        let set = set.get(&rule).unwrap_or_else(|| panic!("{rule} is set by no profile"));
        let Some(values) = values(&rule) else {
            // Free text, a number or a list: nothing else has no list of values.
            assert!(!default.is_string() || rule == "split.prefix", "{rule} has no list of values");
            continue;
        };
        assert!(values.len() > 1, "{rule} has one value");
        for value in values {
            let is_set = set.contains(&json!(value));
            assert!(is_set || default == value, "{rule} can be {value}, which no profile says");
        }
    }
}

#[test]
fn rules_are_replaced_by_their_dotted_names() {
    let with = |rule: &str, value: Value| Rules::default().with(&[(rule.to_owned(), value)].into());
    let changed = with("key_set.use", json!("signature")).expect("a rule and one of its values");
    let names: Vec<String> = changed
        .by_name()
        .into_iter()
        .filter(|(name, value)| Rules::default().by_name()[name] != *value)
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["key_set.use"]);
    for rule in ["key_set", "key_set.", "key_set.us", ".use", "set.use", "header.strings.0", ""] {
        assert_eq!(with(rule, json!("ignore")), Err(RuleError::Unknown { rule: rule.to_owned() }));
    }
    for (rule, value) in [("key_set.use", json!("sig")), ("json.depth", json!(-1)), ("split", json!({}))] {
        assert!(with(rule, value).is_err(), "{rule}");
    }
}
