//! The idea of a vector, by its id. Many vectors repeat an idea for each algorithm and key, or for tokens of another
//! purpose.

use crate::Algorithm;

/// Finds the ideas of ids.
#[derive(Debug, Clone)]
pub struct Ideas {
    /// The names of algorithms and keys, as written in ids, between hyphens.
    names: Vec<String>,
}

impl Ideas {
    /// Ideas of vectors that are signed with these keys.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        let algorithms = Algorithm::ALL.iter().map(|algorithm| algorithm.name().to_lowercase());
        let mut names: Vec<String> =
            algorithms.chain(keys.into_iter().map(str::to_owned)).map(|name| format!("-{name}-")).collect();
        // The longest name first, so that `p-256-foreign` is not read as `p-256`.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Self { names }
    }

    /// The id without these names, and without the kind of token of a carried-over case.
    #[must_use]
    pub fn idea(&self, id: &str) -> String {
        let id = id.split_once("-token/").map_or(id, |(_, carried)| carried);
        let parts = id.split('/').map(|part| {
            let mut part = format!("-{part}-");
            for name in &self.names {
                part = part.replace(name, "-");
            }
            part.trim_matches('-').to_owned()
        });
        parts.collect::<Vec<_>>().join("/")
    }
}
