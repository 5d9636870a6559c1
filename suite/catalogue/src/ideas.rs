//! How many different ideas the vectors hold: many stand once for every algorithm and key, and again in the tokens of
//! other purposes.

use std::collections::BTreeSet;

use jotproof_mint::keys;
use jotproof_model::Algorithm;

/// How many ids differ in more than the names of algorithms and keys and the kind of token.
pub fn count<'a>(ids: impl IntoIterator<Item = &'a str>) -> usize {
    ids.into_iter().map(idea).collect::<BTreeSet<_>>().len()
}

/// An id without the names of algorithms and keys in it, and without the kind of token that a case was carried over to.
fn idea(id: &str) -> String {
    let id = id.split_once("-token/").map_or(id, |(_, carried)| carried);
    let mut names: Vec<String> =
        Algorithm::ALL.iter().map(|algorithm| algorithm.name().to_lowercase()).collect();
    names.extend(keys::all().keys().cloned());
    // The longest first: `p-256-foreign` is not `p-256` with something after it.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let parts = id.split('/').map(|part| {
        let mut part = format!("-{part}-");
        for name in &names {
            part = part.replace(&format!("-{name}-"), "-");
        }
        part.trim_matches('-').to_owned()
    });
    parts.collect::<Vec<_>>().join("/")
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
