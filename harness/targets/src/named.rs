//! Targets by the text that names them.

use std::path::PathBuf;

use jotproof_engine::target::Target;
use jotproof_profiles::{LoadError, Profiles};

use crate::anycable::Anycable;
use crate::centrifugo::Centrifugo;
use crate::exec::{ExecTarget, NotACommand};
use crate::live::target::{Launcher, Server, ServerBinary, ServerTarget, official_image};
use crate::reference::ReferenceTarget;
use crate::server;
use crate::server::image::Image;
use crate::server::pinned::{self, PinnedServer};

/// The forms of a target name, for help and errors.
pub const FORMS: &str = "reference[:PROFILE], library:jsonwebtoken, exec:COMMAND, \
    centrifugo:process[:vVERSION|:PATH], centrifugo:docker[:vVERSION], centrifugo[:auto[:vVERSION]], \
    and the same with anycable";

/// What is said of a server beside its name.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServerArguments<'a> {
    /// Its own options, each `KEY=VALUE`.
    pub options: &'a [String],
    /// Its version, where the name does not say it.
    pub version: Option<&'a str>,
    /// The image that holds it, in place of the official one.
    pub image: Option<&'a str>,
    /// The transport that it is asked over, in place of its default one.
    pub transport: Option<&'a str>,
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
    /// An image was named, and the target is a process.
    #[error("{0} is started from a binary; an image is for centrifugo:docker and anycable:docker")]
    NoContainer(String),
    /// Nothing is known of this version.
    #[error(
        "{name} names no version of {title} that there is a profile of, which are {known}: give one of \
         them, as in :v{first}, and another image with --image"
    )]
    UnknownVersion {
        /// The name of the target.
        name: String,
        /// What people call the server.
        title: &'static str,
        /// The versions that there are.
        known: String,
        /// One of them.
        first: String,
    },
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
    /// The server has no such transport, or the harness does not speak it.
    #[error("{title} is not asked over {transport:?}; the transports beside the default one: {known}")]
    UnknownTransport {
        /// What people call the server.
        title: &'static str,
        /// The transport asked for.
        transport: String,
        /// The transports that there are.
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
        if server.image.is_some() {
            return Err(NameError::NoServer(name.to_owned(), "image"));
        }
        if server.transport.is_some() {
            return Err(NameError::NoServer(name.to_owned(), "transport"));
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
        ("centrifugo", how, rest) => Ok(vec![Box::new(live::<Centrifugo>(name, how, rest, server)?)]),
        ("anycable", how, rest) => Ok(vec![Box::new(live::<Anycable>(name, how, rest, server)?)]),
        _ => Err(NameError::Unknown(name.to_owned())),
    }
}

/// A live server: `how` it is started, and `rest`, what the name says of it.
fn live<S: Server>(
    name: &str,
    how: Option<&str>,
    rest: Option<&str>,
    arguments: ServerArguments<'_>,
) -> Result<ServerTarget<S>, NameError> {
    let rest = rest.filter(|rest| !rest.is_empty());
    if let (Some(named), Some(version)) = (rest.and_then(version_tag), arguments.version)
        && !is_of(version, named)
    {
        return Err(NameError::OtherVersion(name.to_owned(), version.to_owned()));
    }
    let options = arguments.options.iter().map(|option| key_value(option)).collect::<Result<Vec<_>, _>>()?;
    let (version, launcher) = match how {
        Some("process") if arguments.image.is_some() => {
            return Err(NameError::NoContainer(name.to_owned()));
        }
        Some("process") => process::<S>(rest, arguments)?,
        Some("docker") => docker::<S>(name, rest, arguments)?,
        None | Some("auto") => auto::<S>(name, rest, arguments)?,
        Some(_) => return Err(NameError::Unknown(name.to_owned())),
    };
    let target = ServerTarget::new(version, launcher, options)?;
    match arguments.transport {
        None => Ok(target),
        Some(transport) => target.over(transport).ok_or_else(|| NameError::UnknownTransport {
            title: S::TITLE,
            transport: transport.to_owned(),
            known: if S::TRANSPORTS.is_empty() { "none".to_owned() } else { S::TRANSPORTS.join(", ") },
        }),
    }
}

/// A server that is started from a binary.
fn process<'a, S: Server>(
    rest: Option<&str>,
    arguments: ServerArguments<'a>,
) -> Result<(&'a str, Launcher), NameError> {
    let named = rest.and_then(version_tag);
    if let (Some(path), None) = (rest, named) {
        let newest = pinned_version::<S>("")?.version;
        let binary = ServerBinary::Path(PathBuf::from(path));
        return Ok((arguments.version.unwrap_or(newest), Launcher::Process(binary)));
    }
    let pinned = pinned_version::<S>(arguments.version.or(named).unwrap_or_default())?;
    Ok((pinned.version, Launcher::Process(ServerBinary::Pinned(pinned))))
}

/// A server that is started in a container: of any version that there is a profile of.
fn docker<'a, S: Server>(
    name: &str,
    rest: Option<&str>,
    arguments: ServerArguments<'a>,
) -> Result<(&'a str, Launcher), NameError> {
    let named = rest.map(|rest| version_tag(rest).ok_or(rest)).transpose();
    let version = named
        .ok()
        .and_then(|named| profile_version::<S>(arguments.version.or(named).unwrap_or_default()))
        .ok_or_else(|| NameError::UnknownVersion {
            name: name.to_owned(),
            title: S::TITLE,
            known: profile_versions::<S>().collect::<Vec<_>>().join(", "),
            first: profile_versions::<S>().next().unwrap_or_default().to_owned(),
        })?;
    Ok((version, Launcher::Docker(arguments.image.map(Image::new))))
}

/// A server in a container where Docker has its image, and else as a process. Says which.
fn auto<'a, S: Server>(
    name: &str,
    rest: Option<&str>,
    arguments: ServerArguments<'a>,
) -> Result<(&'a str, Launcher), NameError> {
    let (version, launcher) = docker::<S>(name, rest, arguments)?;
    let image = arguments.image.map_or_else(|| official_image::<S>(version), Image::new);
    if server::docker::has(&image) {
        eprintln!("{name}: in a container, from the image {image}");
        return Ok((version, launcher));
    }
    let started = process::<S>(rest, arguments)?;
    eprintln!("{name}: as a process; Docker is not there, or has no image {image}");
    Ok(started)
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

/// The versions of a server that there are profiles of.
fn profile_versions<S: Server>() -> impl Iterator<Item = &'static str> {
    Profiles::built_in().all().filter_map(|profile| profile.name.strip_prefix(S::NAME)?.strip_prefix('-'))
}

/// The version that a prefix stands for: one that is pinned before one that only has a profile, and
/// the last one before the others.
fn profile_version<S: Server>(prefix: &str) -> Option<&'static str> {
    pinned_version::<S>(prefix)
        .map(|pinned| pinned.version)
        .ok()
        .or_else(|| profile_versions::<S>().filter(|version| is_of(version, prefix)).last())
}

#[cfg(test)]
mod tests {
    use jotproof_profiles::Profiles;

    use super::{NameError, ServerArguments, targets};
    use crate::server::pinned::ALL;

    fn named(name: &str, version: Option<&str>) -> Result<(String, String), NameError> {
        let targets = targets(name, ServerArguments { version, ..ServerArguments::default() })?;
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
            ("centrifugo:docker", None, "centrifugo:docker:v5.4.9", "centrifugo-5.4.9"),
            ("centrifugo:docker:v3", None, "centrifugo:docker:v3.2.3", "centrifugo-3.2.3"),
            ("centrifugo:docker:v6", None, "centrifugo:docker:v6.9.1", "centrifugo-6.9.1"),
            ("anycable:docker", Some("1.6.1"), "anycable:docker:v1.6.1", "anycable-1.6.1"),
            ("anycable:docker:v1.5", None, "anycable:docker:v1.5.2", "anycable-1.5.2"),
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
        assert_eq!(
            named("anycable:docker:nightly", None).unwrap_err().to_string(),
            "anycable:docker:nightly names no version of AnyCable that there is a profile of, which are \
             1.5.1, 1.5.2, 1.6.0, 1.6.1: give one of them, as in :v1.5.1, and another image with --image"
        );
        assert!(named("centrifugo:docker:v3", Some("5.4.9")).is_err());
        assert!(named("centrifugo:elsewhere", None).is_err());
        let image = ServerArguments { image: Some("cf:1"), ..ServerArguments::default() };
        for name in ["centrifugo:process", "reference:rfc"] {
            assert!(targets(name, image).is_err(), "{name}");
        }
        assert!(targets("centrifugo:docker:v3", image).is_ok());
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

    fn over(name: &str, transport: &str) -> Result<String, String> {
        let arguments = ServerArguments { transport: Some(transport), ..ServerArguments::default() };
        targets(name, arguments).map(|targets| targets[0].name()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_transport_is_told_with_the_name_and_must_be_one_of_the_server() {
        assert_eq!(over("centrifugo:process", "sse"), Ok("centrifugo:process:v5.4.9+sse".to_owned()));
        assert_eq!(
            over("centrifugo:docker:v3", "uni_sse"),
            Ok("centrifugo:docker:v3.2.3+uni_sse".to_owned())
        );
        assert_eq!(
            over("centrifugo:process", "webtransport"),
            Err("Centrifugo is not asked over \"webtransport\"; the transports beside the default one: \
                 protobuf, http_stream, sse, uni_websocket, uni_sse, uni_http_stream"
                .to_owned())
        );
        assert!(over("reference:rfc", "sse").is_err());
    }

    #[test]
    fn every_transport_that_a_profile_answers_on_is_one_of_the_server() {
        for file in Profiles::built_in().files() {
            for transport in file.answers.iter().flat_map(|answer| &answer.transports) {
                let name = format!("{}:process", file.family);
                assert!(over(&name, transport).is_ok(), "{name} over {transport}");
            }
        }
    }
}
