//! Picking vectors by globs over their ids, and the order that they are asked in.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use jotproof_model::Vector;

use crate::log::Place;
use crate::repetition::Repetition;
use crate::suite::Suite;

/// The prefix of a selection by bug class, as in `class:A4`.
pub const OF_CLASS: &str = "class:";

/// The vectors to take, their order, and the strictness of the judgement.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    only: Option<Picked>,
    skip: Option<Picked>,
    /// What the order is drawn from. It is the same in every run unless another one is asked for: two
    /// runs of a gate that differ are to differ in nothing but the target.
    pub seed: u64,
    /// Whether a refusal for a wrong reason fails a run even if no document promises the reason.
    pub strict_reasons: bool,
    /// The number of times that vectors are asked.
    pub repetition: Repetition,
    /// The shard that takes a part of them, if not all are taken.
    pub shard: Option<Place>,
}

/// Why a selection is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// A glob is not well-formed.
    #[error("{pattern:?} is not a pattern: {problem}; for example 'claims/**' or 'algorithms/none/*'")]
    Pattern {
        /// The glob.
        pattern: String,
        /// What is wrong.
        problem: String,
    },
    /// A glob matches nothing.
    #[error("no vector matches {pattern:?}{hint}; `jotproof list` shows all ids")]
    Nothing {
        /// The glob.
        pattern: String,
        /// Whether the nearest id was meant, if one is near.
        hint: String,
    },
}

impl Selection {
    /// Creates a selection. `only` picks vectors, or all if it is empty; `skip` removes some. Each entry is a
    /// glob over ids, or [`OF_CLASS`] and a bug class.
    ///
    /// # Errors
    ///
    /// Names an invalid glob, or one that matches no vector. A misspelt glob in `skip` would otherwise go
    /// unnoticed.
    pub fn new(suite: &Suite, only: &[String], skip: &[String]) -> Result<Self, SelectError> {
        let names = || suite.vectors().map(|vector| (&*vector.id.0, &*vector.bug_class));
        Self::of_names(names, only, skip)
    }

    /// The same, where every vector is known by its id and its bug class.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn of_names<'a, Names: Iterator<Item = (&'a str, &'a str)>>(
        names: impl Fn() -> Names,
        only: &[String],
        skip: &[String],
    ) -> Result<Self, SelectError> {
        for pattern in only.iter().chain(skip) {
            let picked = Picked::new(std::slice::from_ref(pattern))?;
            if !names().any(|(id, bug_class)| picked.takes(id, bug_class)) {
                return Err(SelectError::Nothing {
                    pattern: pattern.clone(),
                    hint: did_you_mean(names().map(|(id, _)| id), pattern),
                });
            }
        }
        let optional =
            |patterns: &[String]| (!patterns.is_empty()).then(|| Picked::new(patterns)).transpose();
        Ok(Self { only: optional(only)?, skip: optional(skip)?, ..Self::default() })
    }

    /// The same in the order of another seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets whether every wrong reason fails a run.
    #[must_use]
    pub fn with_strict_reasons(self, strict_reasons: bool) -> Self {
        Self { strict_reasons, ..self }
    }

    /// Sets the number of times that vectors are asked.
    #[must_use]
    pub fn with_repetition(self, repetition: Repetition) -> Self {
        Self { repetition, ..self }
    }

    /// Takes the part of one shard.
    #[must_use]
    pub fn of_shard(self, shard: Option<Place>) -> Self {
        Self { shard, ..self }
    }

    /// Whether a vector is taken, by this shard or another one.
    #[must_use]
    pub fn takes(&self, vector: &Vector) -> bool {
        self.takes_name(&vector.id.0, &vector.bug_class)
    }

    /// Whether a vector with this id and this bug class is taken.
    #[must_use]
    pub fn takes_name(&self, id: &str, bug_class: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.takes(id, bug_class))
            && !self.skip.as_ref().is_some_and(|skip| skip.takes(id, bug_class))
    }
}

/// A set of vectors, by globs over ids and by bug classes.
#[derive(Debug, Clone)]
struct Picked {
    ids: GlobSet,
    classes: BTreeSet<String>,
}

impl Picked {
    fn new(patterns: &[String]) -> Result<Self, SelectError> {
        let (classes, globs): (Vec<String>, Vec<String>) =
            patterns.iter().cloned().partition(|pattern| pattern.starts_with(OF_CLASS));
        let class = |pattern: String| pattern[OF_CLASS.len()..].to_owned();
        Ok(Self { ids: set(&globs)?, classes: classes.into_iter().map(class).collect() })
    }

    fn takes(&self, id: &str, bug_class: &str) -> bool {
        self.ids.is_match(id) || self.classes.contains(bug_class)
    }
}

fn set(patterns: &[String]) -> Result<GlobSet, SelectError> {
    let wrong = |pattern: &str, error: &globset::Error| SelectError::Pattern {
        pattern: pattern.to_owned(),
        problem: error.kind().to_string(),
    };
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        // An id that is a folder of others stands for all of them.
        let glob = GlobBuilder::new(pattern)
            .literal_separator(true)
            .build()
            .map_err(|error| wrong(pattern, &error))?;
        builder.add(glob);
        let below = format!("{}/**", pattern.trim_end_matches('/'));
        if let Ok(glob) = GlobBuilder::new(&below).literal_separator(true).build() {
            builder.add(glob);
        }
    }
    builder.build().map_err(|error| wrong(&patterns.join(" "), &error))
}

/// The question whether the name that differs least from a text was meant, where one is near; else nothing.
#[must_use]
pub fn did_you_mean<'a>(names: impl IntoIterator<Item = &'a str>, text: &str) -> String {
    names
        .into_iter()
        .map(|name| (distance(name, text), name))
        .min()
        .filter(|(distance, _)| *distance <= text.chars().count() / 3)
        .map_or_else(String::new, |(_, name)| format!("; did you mean {name}?"))
}

/// The Levenshtein distance.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, from) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (to_at, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[to_at + 1];
            row[to_at + 1] = replaced.min(diagonal + 1).min(row[to_at] + 1);
        }
    }
    row[right.len()]
}
