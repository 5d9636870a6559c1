//! Picking vectors by globs over their ids, and the order that they are asked in.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use jotproof_model::{Capability, Vector};

use crate::limits::Limits;
use crate::repetition::Repetition;
use crate::shard::Place;
use crate::suite::Suite;
use crate::tier::Tier;

/// The prefix of a selection by bug class, as in `class:A4`.
pub const OF_CLASS: &str = "class:";

/// The prefixes of every selection that is not by id.
const PREFIXES: [&str; 5] = [OF_CLASS, "severity:", "requirement:", "threat:", "app:"];

/// The labels of a vector, with spaces between them. A label is one of [`PREFIXES`] and a value, as in `severity:high`.
#[must_use]
pub fn labels(vector: &Vector) -> String {
    let Vector { bug_class, severity, requirements, threat, requires, .. } = vector;
    let app = |needed: &Capability| match needed {
        Capability::Application(application) => Some(format!("app:{}", application.name())),
        _ => None,
    };
    let mut labels = vec![
        format!("{OF_CLASS}{bug_class}"),
        format!("severity:{}", severity.name()),
        format!("threat:{}", threat.name()),
    ];
    labels.extend(requirements.iter().map(|id| format!("requirement:{id}")));
    labels.extend(requires.iter().filter_map(app));
    labels.join(" ")
}

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
    /// How many of them are taken.
    pub tier: Tier,
    /// The shard that takes a part of them, if not all are taken.
    pub shard: Option<Place>,
    /// When the run ends early, and how much runs at a time.
    pub limits: Limits,
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
    /// It is by something that nothing can be selected by.
    #[error("vectors are not selected by {prefix:?}; give a glob over ids, or one after {}", PREFIXES.join(", "))]
    Prefix {
        /// What stands before the colon.
        prefix: String,
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
    /// glob over ids, or a prefix and a glob over [`labels`].
    ///
    /// # Errors
    ///
    /// Names an invalid glob, or one that matches no vector. A misspelt glob in `skip` would otherwise go
    /// unnoticed.
    pub fn new(suite: &Suite, only: &[String], skip: &[String]) -> Result<Self, SelectError> {
        if only.is_empty() && skip.is_empty() {
            return Ok(Self::default());
        }
        let named: Vec<(&str, String)> =
            suite.vectors().map(|vector| (&*vector.id.0, labels(vector))).collect();
        Self::of_names(|| named.iter().map(|(id, labels)| (*id, &**labels)), only, skip)
    }

    /// Creates a selection of vectors that are given by their ids and their [`labels`].
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
            if !names().any(|(id, labels)| picked.takes(id, labels)) {
                let hint = if picked.labels.is_empty() {
                    did_you_mean(names().map(|(id, _)| id), pattern)
                } else {
                    did_you_mean(names().flat_map(|(_, labels)| labels.split(' ')), pattern)
                };
                return Err(SelectError::Nothing { pattern: pattern.clone(), hint });
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

    /// Takes as many as a tier has.
    #[must_use]
    pub fn of_tier(self, tier: Tier) -> Self {
        Self { tier, ..self }
    }

    /// Sets the limits of the run.
    #[must_use]
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Takes the part of one shard.
    #[must_use]
    pub fn of_shard(self, shard: Option<Place>) -> Self {
        Self { shard, ..self }
    }

    /// Whether a vector is taken, by this shard or another one, in the full tier.
    #[must_use]
    pub fn takes(&self, vector: &Vector) -> bool {
        let mut sets = self.only.iter().chain(&self.skip);
        let labels = if sets.any(|set| !set.labels.is_empty()) { labels(vector) } else { String::new() };
        self.takes_name(&vector.id.0, &labels)
    }

    /// Whether a vector with this id and these [`labels`] is taken.
    #[must_use]
    pub fn takes_name(&self, id: &str, labels: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.takes(id, labels))
            && !self.skip.as_ref().is_some_and(|skip| skip.takes(id, labels))
    }
}

/// A set of vectors, by globs over ids and over labels.
#[derive(Debug, Clone)]
struct Picked {
    ids: GlobSet,
    labels: GlobSet,
}

impl Picked {
    fn new(patterns: &[String]) -> Result<Self, SelectError> {
        // No id has a colon.
        let (labels, globs): (Vec<String>, Vec<String>) =
            patterns.iter().cloned().partition(|pattern| pattern.contains(':'));
        let is_known = |label: &String| PREFIXES.iter().any(|prefix| label.starts_with(prefix));
        if let Some(unknown) = labels.iter().find(|label| !is_known(label)) {
            let length = unknown.find(':').map_or(0, |at| at + 1);
            return Err(SelectError::Prefix { prefix: unknown[..length].to_owned() });
        }
        Ok(Self { ids: set(&globs)?, labels: set(&labels)? })
    }

    fn takes(&self, id: &str, labels: &str) -> bool {
        self.ids.is_match(id) || labels.split(' ').any(|label| self.labels.is_match(label))
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

#[cfg(test)]
mod tests {
    use super::{SelectError, Selection};
    use crate::suite::Suite;

    #[test]
    fn vectors_are_selected_by_what_they_are_about() {
        let suite = Suite::built_in().expect("the built-in vectors load");
        let taken = |only: &[&str], skip: &[&str]| {
            let [only, skip] = [only, skip].map(|patterns| patterns.iter().map(|text| (*text).to_owned()));
            let selection = Selection::new(&suite, &only.collect::<Vec<_>>(), &skip.collect::<Vec<_>>())
                .expect("it matches something");
            suite.vectors().filter(|vector| selection.takes(vector)).collect::<Vec<_>>()
        };
        for vector in taken(&["severity:critical"], &["threat:forger"]) {
            assert_eq!((vector.severity.name(), vector.threat.name() != "forger"), ("critical", true));
        }
        let by_section = taken(&["requirement:RFC7519-4.1.4-*"], &[]);
        assert!(!by_section.is_empty());
        for vector in by_section {
            assert!(vector.requirements.iter().any(|id| id.starts_with("RFC7519-4.1.4-")), "{}", vector.id);
        }
        let applications =
            ["jwt", "centrifugo-*", "anycable"].map(|name| taken(&[&format!("app:{name}")], &[]));
        assert_eq!(applications.map(|taken| taken.len()).iter().sum::<usize>(), suite.vectors().count());
    }

    #[test]
    fn what_nothing_is_selected_by_is_told() {
        let suite = Suite::built_in().expect("the built-in vectors load");
        let told = |pattern: &str| -> SelectError {
            Selection::new(&suite, &[pattern.to_owned()], &[]).expect_err("it matches nothing")
        };
        assert!(
            told("clas:A4")
                .to_string()
                .contains("not selected by \"clas:\"; give a glob over ids, or one after class:")
        );
        assert!(told("severity:critcal").to_string().contains("did you mean severity:critical?"));
        assert!(told("severity:[").to_string().contains("is not a pattern"));
    }
}
