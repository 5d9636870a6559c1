//! Targets by the text that names them.

use std::path::PathBuf;

use jotproof_engine::target::Target;
use jotproof_profiles::{LoadError, Profiles};

use crate::anycable::Anycable;
use crate::centrifugo::Centrifugo;
use crate::exec::{ExecTarget, NotACommand};
use crate::live::target::{Server, ServerBinary, ServerTarget};
use crate::reference::ReferenceTarget;
use crate::server::pinned::{self, PinnedServer};

/// The forms of a target name, for help and errors.
pub const FORMS: &str = "reference[:PROFILE], library:jsonwebtoken, exec:COMMAND, \
    centrifugo:process[:vVERSION|:PATH], anycable:process[:vVERSION|:PATH]";

/// What is said of a server beside its name.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServerArguments<'a> {
    /// Its own options, each `KEY=VALUE`.
    pub options: &'a [String],
    /// Its version, where the name does not say it.
    pub version: Option<&'a str>,
}

/// Why a name names no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No target has such a name.
    #[error("there is no target {0:?}; the targets are: {FORMS}")]
    Unknown(String),
    /// The profile does not exist.
    #[error(transparent)]
    Profile(#[from] LoadError),
    /// The command of an adapter is none.
    #[error(transparent)]
    Command(#[from] NotACommand),
    /// A server option is not `KEY=VALUE`.
    #[error("{0:?} is not a server option; give it as KEY=VALUE, for example token_audience=chat")]
    Option(String),
    /// Something was said of a server, and the target is none.
    #[error("{0} has no {1}; that is for centrifugo and anycable targets")]
    NoServer(String, &'static str),
    /// There is no source of this version.
    #[error(
        "{title} {version} cannot be built here, only {known}; give the path of its binary: \
         {name}:process:PATH --server-version {version}"
    )]
    NotPinned {
        /// What people call the server.
        title: &'static str,
        /// Its name in targets.
        name: &'static str,
        /// The version asked for.
        version: String,
        /// The versions that there are.
        known: String,
    },
    /// The name says one version and the arguments another.
    #[error("{0} is not version {1}: leave --server-version out, or give a path")]
    OtherVersion(String, String),
}

/// The targets that a name stands for: `reference` stands for every built-in profile in turn.
///
/// # Errors
///
/// Says which names there are.
pub fn targets(name: &str, server: ServerArguments<'_>) -> Result<Vec<Box<dyn Target>>, NameError> {
    let mut parts = name.splitn(3, ':');
    let (kind, how, rest) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    if matches!(kind, "reference" | "library" | "exec") {
        if !server.options.is_empty() {
            return Err(NameError::NoServer(name.to_owned(), "server options"));
        }
        if server.version.is_some() {
            return Err(NameError::NoServer(name.to_owned(), "server version"));
        }
    }
    match (kind, how, rest) {
        ("reference", None, None) => Ok(Profiles::built_in()
            .all()
            .map(|profile| Box::new(ReferenceTarget::following(profile)) as Box<dyn Target>)
            .collect()),
        ("reference", Some(profile), None) => {
            Ok(vec![Box::new(ReferenceTarget::following(Profiles::built_in().get(profile)?))])
        }
        ("library", Some("jsonwebtoken"), None) => Ok(vec![Box::new(ReferenceTarget::jsonwebtoken())]),
        ("exec", Some(_), _) => Ok(vec![Box::new(ExecTarget::new(&name["exec:".len()..])?)]),
        ("centrifugo", Some("process"), rest) => {
            Ok(vec![Box::new(process::<Centrifugo>(name, rest, server)?)])
        }
        ("anycable", Some("process"), rest) => Ok(vec![Box::new(process::<Anycable>(name, rest, server)?)]),
        _ => Err(NameError::Unknown(name.to_owned())),
    }
}

/// A server that is started from a binary: `rest` is what the name says of it.
fn process<S: Server>(
    name: &str,
    rest: Option<&str>,
    arguments: ServerArguments<'_>,
) -> Result<ServerTarget<S>, NameError> {
    let options = arguments.options.iter().map(|option| key_value(option)).collect::<Result<Vec<_>, _>>()?;
    let path = rest.filter(|rest| !rest.is_empty());
    let named = path.and_then(version_tag);
    if let (Some(named), Some(version)) = (named, arguments.version)
        && !is_of(version, named)
    {
        return Err(NameError::OtherVersion(name.to_owned(), version.to_owned()));
    }
    if let (Some(path), None) = (path, named) {
        let newest = pinned_version::<S>("")?.version;
        let binary = ServerBinary::Path(PathBuf::from(path));
        return Ok(ServerTarget::process(arguments.version.unwrap_or(newest), binary, options)?);
    }
    let pinned = pinned_version::<S>(arguments.version.or(named).unwrap_or_default())?;
    Ok(ServerTarget::process(pinned.version, ServerBinary::Pinned(pinned), options)?)
}

fn key_value(option: &str) -> Result<(String, String), NameError> {
    match option.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(NameError::Option(option.to_owned())),
    }
}

/// The version in `v5` and `v5.4.9`; anything else is a path.
fn version_tag(text: &str) -> Option<&str> {
    let version = text.strip_prefix('v')?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|octet| octet.is_ascii_digit());
    version.split('.').all(is_number).then_some(version)
}

/// Whether a version is, or begins with, the numbers of another: `5.4.9` is of `5` and of `5.4.9`.
fn is_of(version: &str, prefix: &str) -> bool {
    version
        .strip_prefix(prefix)
        .is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

fn pinned_version<S: Server>(version: &str) -> Result<&'static PinnedServer, NameError> {
    let of_server = || pinned::ALL.into_iter().filter(|pinned| pinned.name == S::NAME);
    of_server().find(|pinned| is_of(pinned.version, version)).ok_or_else(|| NameError::NotPinned {
        title: S::TITLE,
        name: S::NAME,
        version: version.to_owned(),
        known: of_server().map(|pinned| pinned.version).collect::<Vec<_>>().join(" and "),
    })
}

#[cfg(test)]
mod tests {
    use jotproof_profiles::Profiles;

    use super::{NameError, ServerArguments, targets};
    use crate::server::pinned::ALL;

    fn named(name: &str, version: Option<&str>) -> Result<(String, String), NameError> {
        let targets = targets(name, ServerArguments { options: &[], version })?;
        Ok((targets[0].name(), targets[0].profile()))
    }

    #[test]
    fn a_version_chooses_what_is_built_and_a_path_stays_a_path() {
        let table = [
            ("centrifugo:process", None, "centrifugo:process:v5.4.9", "centrifugo-5.4.9"),
            ("centrifugo:process:v3", None, "centrifugo:process:v3.2.3", "centrifugo-3.2.3"),
            ("centrifugo:process", Some("3.2.3"), "centrifugo:process:v3.2.3", "centrifugo-3.2.3"),
            ("centrifugo:process:v5.4", Some("5.4.9"), "centrifugo:process:v5.4.9", "centrifugo-5.4.9"),
            ("centrifugo:process:./v3", None, "centrifugo:process:./v3", "centrifugo-5.4.9"),
            ("centrifugo:process:./cf", Some("3.2.3"), "centrifugo:process:./cf", "centrifugo-3.2.3"),
            ("anycable:process", None, "anycable:process:v1.5.2", "anycable-1.5.2"),
        ];
        for (name, version, full, profile) in table {
            assert_eq!(named(name, version), Ok((full.to_owned(), profile.to_owned())), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_is_told() {
        assert_eq!(
            named("centrifugo:process", Some("2.8.0")).unwrap_err().to_string(),
            "Centrifugo 2.8.0 cannot be built here, only 5.4.9 and 3.2.3; give the path of its binary: \
             centrifugo:process:PATH --server-version 2.8.0"
        );
        assert!(named("centrifugo:process:v3", Some("5.4.9")).is_err());
        assert!(named("reference:rfc", Some("5.4.9")).is_err());
        assert!(named("centrifugo:process:v50", None).is_err());
    }

    #[test]
    fn every_pinned_server_has_a_profile() {
        for pinned in ALL {
            let name = format!("{}:process:v{}", pinned.name, pinned.version);
            assert_eq!(named(&name, None), Ok((name, pinned.id())));
        }
    }

    #[test]
    fn every_profile_of_a_server_has_a_driver() {
        for profile in Profiles::built_in().all() {
            if let Some((server @ ("centrifugo" | "anycable"), version)) = profile.name.split_once('-') {
                assert!(
                    named(&format!("{server}:process:/nowhere"), Some(version)).is_ok(),
                    "{}",
                    profile.name
                );
            }
        }
    }
}
