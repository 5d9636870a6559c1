//! Loading profile files, and the profiles that are built in.

use std::cmp::Ordering;
use std::sync::LazyLock;

use crate::profile::{Entry, Profile, ProfileFile, Version};
use crate::rules::{RuleError, Rules};

/// The profile files that are built in: name and text.
pub const BUILT_IN: [(&str, &str); 5] = [
    ("rfc.json", include_str!("../../../vectors/profiles/rfc.json")),
    ("bcp.json", include_str!("../../../vectors/profiles/bcp.json")),
    ("centrifugo.json", include_str!("../../../vectors/profiles/centrifugo.json")),
    ("anycable.json", include_str!("../../../vectors/profiles/anycable.json")),
    ("jsonwebtoken.json", include_str!("../../../vectors/profiles/jsonwebtoken.json")),
];

/// A set of profiles.
#[derive(Debug, Clone)]
pub struct Profiles {
    files: Vec<ProfileFile>,
    profiles: Vec<(Profile, Vec<String>)>,
}

impl Profiles {
    /// The profiles that are built in.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BUILT: LazyLock<Profiles> = LazyLock::new(|| {
            Profiles::parse(&BUILT_IN)
                .expect("the profile files that are built in were parsed by a test of this crate")
        });
        &BUILT
    }

    /// Parses profile files, each given by name and text.
    ///
    /// # Errors
    ///
    /// Names the file, and where in it something is wrong.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, LoadError> {
        let mut all = Self { files: Vec::new(), profiles: Vec::new() };
        for (name, text) in files {
            let file: ProfileFile = serde_json::from_str(text).map_err(|error| LoadError::Syntax {
                file: (*name).to_owned(),
                problem: error.to_string(),
            })?;
            let newest = file.versions.len().saturating_sub(1);
            for (index, version) in file.versions.iter().enumerate() {
                let profile = resolve(&file, version)
                    .map_err(|error| LoadError::Rule { file: (*name).to_owned(), error })?;
                let mut names = version.aliases.clone();
                if index == newest && file.family != version.name {
                    names.push(file.family.clone());
                }
                all.profiles.push((profile, names));
            }
            all.files.push(file);
        }
        Ok(all)
    }

    /// A profile by its name or another name of it.
    ///
    /// # Errors
    ///
    /// Lists the profiles that there are.
    pub fn get(&self, name: &str) -> Result<&Profile, LoadError> {
        self.profiles
            .iter()
            .find(|(profile, names)| profile.name == name || names.iter().any(|other| other == name))
            .map(|(profile, _)| profile)
            .ok_or_else(|| LoadError::Unknown {
                name: name.to_owned(),
                known: self.all().map(|profile| profile.name.clone()).collect::<Vec<_>>().join(", "),
            })
    }

    /// Every profile, in the order of the files.
    pub fn all(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter().map(|(profile, _)| profile)
    }

    /// Every file.
    #[must_use]
    pub fn files(&self) -> &[ProfileFile] {
        &self.files
    }
}

fn resolve(file: &ProfileFile, version: &Version) -> Result<Profile, RuleError> {
    let holds = |entry: &&Entry| {
        let at_least = |bound: &Option<String>| match (bound, &version.version) {
            (Some(bound), Some(version)) => Some(compare(version, bound) != Ordering::Less),
            _ => None,
        };
        at_least(&entry.since) != Some(false)
            && at_least(&entry.until) != Some(true)
            && entry.arch.as_deref().is_none_or(|arch| arch == std::env::consts::ARCH)
    };
    let entries: Vec<Entry> = file.entries.iter().filter(holds).cloned().collect();
    let mut rules = Rules::default();
    for entry in &entries {
        rules = rules.with(&entry.rule)?;
    }
    Ok(Profile {
        name: version.name.clone(),
        family: file.family.clone(),
        application: file.application,
        capabilities: file.capabilities.iter().copied().collect(),
        demands: file.demands.iter().copied().collect(),
        either: file.either,
        answers: file.answers.clone(),
        entries,
        rules,
    })
}

/// Compares versions number by number.
fn compare(left: &str, right: &str) -> Ordering {
    let numbers =
        |text: &str| -> Vec<u64> { text.split('.').map(|part| part.parse().unwrap_or(0)).collect() };
    numbers(left).cmp(&numbers(right))
}

/// Why profiles could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The file is not a profile file.
    #[error("profile file {file}: {problem}")]
    Syntax {
        /// The file.
        file: String,
        /// What is wrong, with line and column.
        problem: String,
    },
    /// A rule is wrong.
    #[error("profile file {file}: {error}")]
    Rule {
        /// The file.
        file: String,
        /// What is wrong.
        error: RuleError,
    },
    /// There is no such profile.
    #[error("there is no profile {name:?}; there are: {known}")]
    Unknown {
        /// The name.
        name: String,
        /// The names that there are.
        known: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_files_load() {
        Profiles::parse(&BUILT_IN).expect("the built-in profile files are well-formed");
    }

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(compare("1.10.0", "1.9.9"), Ordering::Greater);
        assert_eq!(compare("5.4.9", "5.4.9"), Ordering::Equal);
    }
}
