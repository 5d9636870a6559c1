use std::collections::BTreeSet;

use super::*;

#[test]
fn every_mutant_changes_one_rule_of_rfc() {
    let rfc = serde_json::to_value(Rules::default()).expect("rules are plain values");
    for mutant in ALL {
        let mutated = serde_json::to_value(mutant.rules()).expect("rules are plain values");
        let changed: Vec<_> = Rules::NAMES.iter().filter(|name| mutated[**name] != rfc[**name]).collect();
        assert_eq!(changed, [&mutant.rule], "{}", mutant.name);
        assert_eq!(mutant.verifier().name(), mutant.name);
    }
}

#[test]
fn names_are_unique_and_found() {
    let names: BTreeSet<_> = ALL.iter().map(|mutant| mutant.name).collect();
    assert_eq!(names.len(), ALL.len());
    for mutant in ALL {
        assert_eq!(find(mutant.name), Ok(mutant));
    }
    let message = find("accepts-all").expect_err("there is none").to_string();
    assert!(message.contains("accepts-all") && message.contains("accepts-none"), "{message}");
}
