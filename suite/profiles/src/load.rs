//! Loading profile files, and the profiles that are built in.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::path::Path;
use std::sync::LazyLock;

use jotproof_model::Capability;

use crate::profile::{
    Answer, Entry, Profile, ProfileFile, Span, Version, Warning, answers_over, compare, is_of,
};

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

    /// The built-in profiles, and those of the files in a folder. A family of the folder replaces the
    /// built-in family of the same name.
    ///
    /// # Errors
    ///
    /// Names the file that cannot be read, with the position of the error in it.
    pub fn with_folder(folder: &Path) -> Result<Self, LoadError> {
        let unreadable = |path: &Path, error: &std::io::Error| LoadError::Syntax {
            file: path.display().to_string(),
            problem: error.to_string(),
        };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
            let path = entry.map_err(|error| unreadable(folder, &error))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                paths.push(path);
            }
        }
        paths.sort();
        let mut texts = Vec::new();
        for path in paths {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            texts.push((path.display().to_string(), text));
        }
        let own = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>();
        let own = Self::parse(&own)?;
        let mut all = Self::built_in().clone();
        let is_kept = |family: &str| own.files.iter().all(|file| file.family != family);
        all.files.retain(|file| is_kept(&file.family));
        all.profiles.retain(|(profile, _)| is_kept(&profile.family));
        all.files.extend(own.files);
        all.profiles.extend(own.profiles);
        Ok(all)
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
                let profile = resolve(&file, version);
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

    /// The profile that a user's text names: a listed one, or that of a version between those.
    ///
    /// # Errors
    ///
    /// As [`Profiles::get`].
    pub fn find(&self, name: &str) -> Result<Cow<'_, Profile>, LoadError> {
        self.get(name).map(Cow::Borrowed).or_else(|unknown| {
            let between = name
                .rsplit_once('-')
                .and_then(|(family, version)| self.of_version(family, version).ok())
                .filter(|found| !found.is_newer);
            between.map(|found| Cow::Owned(found.profile)).ok_or(unknown)
        })
    }

    /// The profile of a version that need not be listed: three numbers with dots.
    ///
    /// Capabilities, entries and answers say since and until which version they hold, and so a version
    /// between listed ones has a profile of its own. A version that is newer than all that are listed, or
    /// told of by one of those, is taken for the last of them.
    ///
    /// # Errors
    ///
    /// Where no version of that generation is listed, or all of them are newer.
    pub fn of_version(&self, family: &str, version: &str) -> Result<OfVersion, LoadError> {
        let unknown = || LoadError::Unknown {
            name: format!("{family}-{version}"),
            known: self.all().map(|profile| profile.name.clone()).collect::<Vec<_>>().join(", "),
        };
        let file = self.file(family).filter(|_| is_exact(version)).ok_or_else(unknown)?;
        let generation = generation(file, version).ok_or_else(unknown)?;
        let numbers = || file.versions.iter().filter_map(|known| known.version.as_deref());
        let is_listed = numbers().any(|number| is_of(number, generation));
        if !is_listed || numbers().all(|number| compare(number, version) == Ordering::Greater) {
            return Err(unknown());
        }
        let newest = file.told_of().max_by(|one, other| compare(one, other)).unwrap_or_default();
        let is_newer = compare(newest, version) == Ordering::Less;
        let version = if is_newer { newest } else { version };
        let of = Version {
            name: format!("{family}-{version}"),
            version: Some(version.to_owned()),
            aliases: Vec::new(),
        };
        Ok(OfVersion { profile: resolve(file, &of), is_newer })
    }

    /// The numbers that the versions begin with which are configured and spoken to like this one: `5`
    /// for `5.4.9` of Centrifugo, `1.5` for `1.5.2` of AnyCable. They are those of the short names.
    #[must_use]
    pub fn generation(&self, family: &str, version: &str) -> Option<&str> {
        generation(self.file(family)?, version)
    }

    fn file(&self, family: &str) -> Option<&ProfileFile> {
        self.files.iter().find(|file| file.family == family)
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

/// The profile of one version.
#[derive(Debug, Clone, PartialEq)]
pub struct OfVersion {
    /// The profile: of that very version, or the last one known.
    pub profile: Profile,
    /// Whether the version is newer than every one that is known.
    pub is_newer: bool,
}

/// Whether a version is three numbers.
fn is_exact(version: &str) -> bool {
    let numbers: Vec<_> = version.split('.').map(str::parse::<u64>).collect();
    numbers.len() == 3 && numbers.iter().all(Result::is_ok)
}

fn generation<'a>(file: &'a ProfileFile, version: &str) -> Option<&'a str> {
    let short = |name: &'a String| {
        let rest = name.strip_prefix(file.family.as_str())?.strip_prefix('-')?;
        Some(rest.strip_prefix('v').unwrap_or(rest))
    };
    file.versions.iter().flat_map(|known| &known.aliases).filter_map(short).find(|of| is_of(version, of))
}

fn resolve(file: &ProfileFile, version: &Version) -> Profile {
    let holds = |entry: &&Entry| {
        version.is_within(entry.since.as_deref(), entry.until.as_deref())
            && entry.arch.as_deref().is_none_or(|arch| arch == std::env::consts::ARCH)
    };
    let entries: Vec<Entry> = file.entries.iter().filter(holds).cloned().collect();
    let rules = entries.iter().flat_map(|entry| entry.rule.clone()).collect();
    let answers = |answer: &&Answer| version.is_within(answer.since.as_deref(), answer.until.as_deref());
    let answers_of_all: Vec<Answer> = file.answers.iter().filter(answers).cloned().collect();
    let can = |capability: &&Capability| {
        let mut spans = file.spans.iter().filter(|span| span.capability == **capability);
        spans.all(|Span { since, until, .. }| version.is_within(since.as_deref(), until.as_deref()))
    };
    let warned = |warning: &&Warning| version.is_within(warning.since.as_deref(), warning.until.as_deref());
    let warning = |Warning { text, link, .. }: &Warning| format!("{} {text} ({link})", version.name);
    Profile {
        name: version.name.clone(),
        warnings: file.warnings.iter().filter(warned).map(warning).collect(),
        family: file.family.clone(),
        application: file.application,
        capabilities: file.capabilities.iter().filter(can).copied().collect(),
        demands: file.demands.iter().copied().collect(),
        either: file.either,
        answers: answers_over(&answers_of_all, None),
        answers_of_all,
        entries,
        rules,
    }
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
    use jotproof_model::{Algorithm, Application, Reason};

    use super::*;
    use crate::profile::Asked;

    #[test]
    fn the_built_in_files_load() {
        Profiles::parse(&BUILT_IN).expect("the built-in profile files are well-formed");
    }

    #[test]
    fn a_folder_adds_profiles_and_replaces_families() {
        let folder = std::env::temp_dir().join(format!("jotproof-profiles-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let file = |family: &str| {
            format!(
                r#"{{"$schema": "", "family": "{family}", "about": "", "either": "refuse",
                    "versions": [{{"name": "{family}"}}], "capabilities": ["audience"]}}"#
            )
        };
        for family in ["mine", "bcp"] {
            let path = folder.join(format!("{family}.json"));
            std::fs::write(path, file(family)).expect("it can be written");
        }
        let all = Profiles::with_folder(&folder);
        std::fs::write(folder.join("broken.json"), "{}").expect("it can be written");
        let broken = Profiles::with_folder(&folder);
        std::fs::remove_dir_all(&folder).expect("it can be removed");
        let all = all.expect("the files are well-formed");
        assert!(all.get("mine").is_ok() && all.get("rfc").is_ok() && all.get("centrifugo-v5").is_ok());
        assert!(all.get("bcp").expect("it is there").demands.is_empty(), "it is that of the folder");
        assert!(broken.expect_err("it is no profile").to_string().contains("broken.json"));
    }

    #[test]
    fn the_newest_version_of_each_kind_has_short_names() {
        for (name, expected) in [
            ("centrifugo-v3", "centrifugo-3.2.3"),
            ("centrifugo-v4", "centrifugo-4.1.5"),
            ("centrifugo-v5", "centrifugo-5.4.9"),
            ("centrifugo-v6", "centrifugo-6.9.6"),
            ("centrifugo", "centrifugo-6.9.6"),
            ("anycable-1.5", "anycable-1.5.2"),
            ("anycable-1.6", "anycable-1.6.16"),
            ("anycable", "anycable-1.6.16"),
        ] {
            assert_eq!(Profiles::built_in().get(name).map(|profile| profile.name.as_str()), Ok(expected));
        }
    }

    #[test]
    fn a_version_has_what_holds_for_it() {
        let file = r#"{
            "$schema": "", "family": "server", "about": "", "either": "stated",
            "versions": [
                {"name": "server-1", "version": "1.0.0", "aliases": ["server-old"]},
                {"name": "server-2", "version": "2.0.0"}
            ],
            "capabilities": ["audience", "issuer", "clock"],
            "spans": [
                {"capability": "audience", "since": "2.0.0"},
                {"capability": "clock", "until": "1.0.0"}
            ],
            "answers": [
                {"reasons": ["audience"], "answer": "first", "since": "2.0.0"},
                {"reasons": ["expired"], "answer": "second"},
                {"reasons": ["audience"], "answer": "first", "until": "2.0.0"}
            ],
            "entries": [
                {"id": "old", "kind": "deviation", "until": "2.0.0", "rule": {"time.exp_type": "expired"},
                 "then": {"outcome": "accepted"}, "reason": "", "link": ""},
                {"id": "new", "kind": "deviation", "since": "2.0.0", "rule": {"time.zero": "absent"},
                 "then": {"outcome": "accepted"}, "reason": "", "link": ""}
            ]
        }"#;
        let profiles = Profiles::parse(&[("server.json", file)]).expect("the file is well-formed");
        let found = |name: &str| {
            let profile = profiles.get(name).expect("the profile is there");
            let entries: Vec<_> = profile.entries.iter().map(|entry| entry.id.as_str()).collect();
            let answers: Vec<_> = profile.answers.iter().map(|answer| answer.answer.as_str()).collect();
            let capabilities: Vec<_> = profile.capabilities.iter().copied().collect();
            (entries.join(" "), answers.join(" "), capabilities)
        };
        let old = ("old".to_owned(), "second first".to_owned(), vec![Capability::Issuer]);
        let new =
            ("new".to_owned(), "first second".to_owned(), vec![Capability::Audience, Capability::Issuer]);
        assert_eq!([found("server-old"), found("server-1")], [old.clone(), old]);
        assert_eq!([found("server"), found("server-2")], [new.clone(), new]);
        let old = profiles.get("server-1").expect("the profile is there");
        assert_eq!(old.rules, [("time.exp_type".to_owned(), serde_json::json!("expired"))].into());
    }
    #[test]
    fn a_version_between_listed_ones_has_a_profile_of_its_own() {
        let table = [
            ("centrifugo", "5.4.9", Some(("centrifugo-5.4.9", false))),
            ("centrifugo", "5.4.5", Some(("centrifugo-5.4.5", false))),
            ("centrifugo", "4.0.0", Some(("centrifugo-4.0.0", false))),
            ("centrifugo", "6.9.5", Some(("centrifugo-6.9.5", false))),
            ("centrifugo", "6.9.99", Some(("centrifugo-6.9.6", true))),
            ("centrifugo", "3.0.0", None),
            ("centrifugo", "7.0.0", None),
            ("centrifugo", "2.8.6", None),
            ("centrifugo", "5.4", None),
            ("anycable", "1.5.6", Some(("anycable-1.5.6", false))),
            ("anycable", "1.6.9", Some(("anycable-1.6.9", false))),
            ("anycable", "1.6.17", Some(("anycable-1.6.16", true))),
            ("anycable", "1.4.8", None),
            ("rfc", "1.0.0", None),
        ];
        for (family, version, expected) in table {
            let found = Profiles::built_in().of_version(family, version).ok();
            let found = found.as_ref().map(|found| (found.profile.name.as_str(), found.is_newer));
            assert_eq!(found, expected, "{family} {version}");
        }
    }

    #[test]
    fn a_version_between_listed_ones_is_told_by_since_and_until_alone() {
        let all = Profiles::built_in();
        let of = |version| {
            let found = all.of_version("centrifugo", version).expect("it lies between known ones");
            Profile { name: String::new(), ..found.profile }
        };
        assert_eq!(of("5.4.7"), of("5.4.9"));
        assert_ne!(of("5.4.5"), of("5.4.9"), "the claim of the user can be configured since 5.4.6");
        // What 4.1.3 changed is not in 4.1.2, and what a year of life is cut down to came with 6.2.4.
        assert_ne!(of("4.1.2").answers, of("4.1.3").answers);
        assert_ne!(of("6.2.3").entries, of("6.2.4").entries);
        let can = |version, capability| of(version).capabilities.contains(&capability);
        for (capability, before, since) in [
            (Capability::UserClaim, "5.4.5", "5.4.6"),
            (Capability::AudiencePattern, "4.1.2", "4.1.3"),
            (Capability::RefuseAnonymous, "4.1.0", "4.1.1"),
            (Capability::KeySetAlgorithm(Algorithm::ES256), "5.0.4", "5.1.0"),
            (Capability::KeySetAlgorithm(Algorithm::EdDSA), "5.2.0", "5.2.1"),
        ] {
            assert_eq!((can(before, capability), can(since, capability)), (false, true), "{capability}");
        }
        let private = Capability::Application(Application::CentrifugoPrivateChannel);
        assert!(can("3.2.3", private) && !can("4.0.0", private));
        assert_eq!(
            all.find("centrifugo-5.4.5").map(|profile| profile.name.clone()),
            Ok("centrifugo-5.4.5".to_owned())
        );
        assert_eq!(all.find("centrifugo-9").err(), all.get("centrifugo-9").err());
        assert_eq!(all.find("centrifugo-6.9.7").err(), all.get("centrifugo-6.9.7").err());
        // What the last entry to end tells of is known too, though nobody has listed it.
        assert_eq!(of("6.9.5"), of("6.9.1"));
        assert_ne!(of("6.9.6").entries, of("6.9.5").entries);
        assert_eq!(all.generation("anycable", "1.5.6"), Some("1.5"));
        let warned = |version| of(version).warnings.join("");
        assert!(warned("5.0.0").contains("crashes on any subscription token; 5.0.1 fixes it"));
        assert_eq!([warned("4.1.5"), warned("5.0.1"), warned("6.9.6")], ["", "", ""]);
    }

    #[test]
    fn a_transport_answers_otherwise_where_the_profile_says_so() {
        let file = r#"{
            "$schema": "", "family": "server", "about": "", "either": "stated",
            "versions": [{"name": "server-1"}],
            "capabilities": [],
            "answers": [
                {"reasons": ["signature", "expired"], "answer": "no"},
                {"reasons": ["expired"], "answer": "status 401", "transports": ["sse"],
                 "applications": ["anycable"]},
                {"reasons": ["audience"], "answer": "never", "transports": ["other"]}
            ]
        }"#;
        let profiles = Profiles::parse(&[("server.json", file)]).expect("the file is well-formed");
        let profile = profiles.get("server-1").expect("the profile is there");
        let told = |transport, application, reason: Reason| {
            let over = profile.over(transport);
            let asked = Asked { application, step: None };
            let answer = over.answer(asked, [&reason])?.answer.clone();
            assert!(over.reasons(asked, &answer).contains(&reason));
            Some(answer)
        };
        let (anycable, jwt) = (Application::Anycable, Application::Jwt);
        for (transport, application, reason, answer) in [
            (None, anycable, Reason::Expired, Some("no")),
            (None, anycable, Reason::Audience, None),
            (Some("sse"), anycable, Reason::Expired, Some("status 401")),
            (Some("sse"), anycable, Reason::Signature, Some("no")),
            (Some("sse"), jwt, Reason::Expired, Some("no")),
            (Some("other"), anycable, Reason::Expired, Some("no")),
            (Some("other"), anycable, Reason::Audience, Some("never")),
        ] {
            assert_eq!(told(transport, application, reason).as_deref(), answer, "{transport:?} {reason:?}");
        }
        let sse = profile.over(Some("sse"));
        let asked = Asked { application: anycable, step: None };
        assert_eq!(sse.reasons(asked, "no"), [Reason::Signature], "the other reason is answered otherwise");
        assert_eq!(profile.over(None), *profile);
    }
}
