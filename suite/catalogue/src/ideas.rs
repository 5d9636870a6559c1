//! Counts the different ideas in the vectors. Many vectors repeat an idea for each algorithm and key, or for
//! tokens of another purpose.

use std::collections::BTreeSet;

use jotproof_mint::keys;
use jotproof_model::Algorithm;

/// The number of ids that differ in more than algorithm, key and kind of token.
pub fn count<'a>(ids: impl IntoIterator<Item = &'a str>) -> usize {
    let names = names();
    ids.into_iter().map(|id| idea(id, &names)).collect::<BTreeSet<_>>().len()
}

/// The names of algorithms and keys, as written in ids.
fn names() -> Vec<String> {
    let mut names: Vec<String> =
        Algorithm::ALL.iter().map(|algorithm| algorithm.name().to_lowercase()).collect();
    names.extend(keys::all().keys().cloned());
    // The longest name first, so that `p-256-foreign` is not read as `p-256`.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names
}

/// The id without these names, and without the kind of token of a carried-over case.
fn idea(id: &str, names: &[String]) -> String {
    let id = id.split_once("-token/").map_or(id, |(_, carried)| carried);
    let parts = id.split('/').map(|part| {
        let mut part = format!("-{part}-");
        for name in names {
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
