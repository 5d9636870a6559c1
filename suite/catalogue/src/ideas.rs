//! Counts the different ideas in the vectors.

use std::collections::BTreeSet;

use jotproof_mint::keys;
use jotproof_model::ideas::Ideas;

/// The number of ids that differ in more than algorithm, key and kind of token.
pub fn count<'a>(ids: impl IntoIterator<Item = &'a str>) -> usize {
    let keys = keys::all();
    let ideas = Ideas::new(keys.keys().map(String::as_str));
    ids.into_iter().map(|id| ideas.idea(id)).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics;

    #[test]
    fn names_of_algorithms_and_keys_make_no_other_idea() {
        for (ids, ideas) in [
            (&["signatures/integrity/hs256-zeros", "signatures/integrity/es256-zeros"][..], 1),
            (&["algorithms/cross/es256-by-p-384", "algorithms/cross/es512-by-p-384"], 1),
            (&["signatures/integrity/hs256-zeros", "signatures/integrity/hs256-empty"], 2),
            (&["json/text/nul", "centrifugo/subscription-token/json/text/nul"], 1),
        ] {
            assert_eq!(count(ids.iter().copied()), ideas, "{ids:?}");
        }
    }

    #[test]
    fn the_readme_says_how_many_vectors_and_ideas_there_are() {
        let topics = topics::all();
        let ids: Vec<&str> =
            topics.iter().flat_map(|topic| &topic.cases).map(crate::case::Case::id).collect();
        let thousands = |number: usize| format!("{},{:03}", number / 1000, number % 1000);
        let says = format!(
            "{} **test vectors** with {} different ideas",
            thousands(ids.len()),
            thousands(count(ids.iter().copied()))
        );
        let readme = include_str!("../../../README.md");
        assert!(readme.contains(&says), "README.md: expected \"{says}\"");
    }
}
