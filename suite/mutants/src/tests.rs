use std::collections::BTreeSet;

use super::*;

#[test]
fn every_mutant_has_rules_of_its_own_or_a_bug_beside_them() {
    let rfc = Rules::default().by_name();
    for mutant in ALL {
        let (Bug::Rules(values)
        | Bug::Configured(_, values)
        | Bug::Reads(_, values)
        | Bug::Follows(_, values)
        | Bug::Forgives(_, values)) = mutant.bug
        else {
            continue;
        };
        let mutated = rules(values).by_name();
        for (rule, _) in values {
            assert_ne!(mutated[*rule], rfc[*rule], "{}: {rule} is what it is under rfc", mutant.name);
        }
        let names: Vec<_> = rfc.iter().filter(|(name, value)| mutated[*name] != **value).collect();
        assert_eq!(names.len(), values.len(), "{}", mutant.name);
    }
}

#[test]
fn names_are_unique_and_found() {
    let names: BTreeSet<_> = ALL.iter().map(|mutant| mutant.name).collect();
    assert_eq!(names.len(), ALL.len());
    for mutant in ALL {
        assert_eq!(find(mutant.name).map(|found| found.says), Some(mutant.says));
    }
    assert_eq!(find("accepts-all").map(|found| found.name), None);
}
