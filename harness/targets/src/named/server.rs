//! Servers by name: started as a process or in a container, or running already.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jotproof_engine::select::did_you_mean;
use jotproof_engine::target::Target;
use jotproof_mint::own;
use jotproof_profiles::Profiles;
use jotproof_profiles::profile::is_of;

use super::{NameError, ServerArguments};
use crate::live::address::Address;
use crate::live::running::{NotAConfiguration, RunningTarget, Said};
use crate::live::target::{Launcher, Server, ServerBinary, ServerTarget, official_image};
use crate::live::version::{self, GUESSED};
use crate::notice::notice;
use crate::server;
use crate::server::configuration::Configuration;
use crate::server::image::Image;
use crate::server::pinned::{self, PinnedServer};
use crate::server::printed::printed;

/// Who says which version a server is of, for messages.
const ARGUMENT: &str = "--server-version says";
const NAME: &str = "its name says";

/// How a server is named that runs already: the schemes of URLs.
pub(super) const RUNNING: [&str; 4] = ["ws", "wss", "http", "https"];

/// What is started, of which version, and who says that it is this one.
struct Named<'a> {
    version: Cow<'a, str>,
    launcher: Launcher,
    by: &'static str,
}

/// A live server: `how` it is started, and `rest`, what the name says of it.
pub(super) fn target<S: Server + 'static>(
    name: &str,
    how: Option<&str>,
    rest: Option<&str>,
    arguments: ServerArguments<'_>,
) -> Result<Box<dyn Target>, NameError> {
    if how.is_some_and(|how| RUNNING.contains(&how)) {
        return Ok(Box::new(running::<S>(name, arguments)?));
    }
    if let Some(option) = arguments.said_of_running() {
        return Err(NameError::IsStarted(name.to_owned(), S::NAME, option));
    }
    let rest = rest.filter(|rest| !rest.is_empty());
    if let (Some(named), Some(version)) = (rest.and_then(version_tag), arguments.version)
        && !is_of(version, named)
    {
        return Err(NameError::OtherVersion(name.to_owned(), version.to_owned()));
    }
    let options = arguments.options.iter().map(|option| key_value(option)).collect::<Result<Vec<_>, _>>()?;
    if let Some((name, _)) = options.iter().find(|(name, _)| S::OURS.contains(&&**name)) {
        return Err(NameError::Ours(name.clone()));
    }
    let Named { version, launcher, by } = match how {
        Some("process") if arguments.image.is_some() => {
            return Err(NameError::NoContainer(name.to_owned()));
        }
        Some("process") => process::<S>(rest, arguments)?,
        Some("docker") => docker::<S>(rest, arguments)?,
        None | Some("auto") => auto::<S>(name, rest, arguments)?,
        Some(_) => return Err(NameError::Unknown(name.to_owned())),
    };
    if let Some((option, known)) =
        options.iter().find_map(|(name, _)| Some((name, S::unknown_option(&version, name)?)))
    {
        let version = format!("{} {version}", S::TITLE);
        let hint = did_you_mean(known.iter().copied(), option);
        return Err(NameError::UnknownOption { version, option: option.clone(), hint });
    }
    let target =
        ServerTarget::<S>::new(&version, launcher, options)?.claimed_by(by).keeping_logs(arguments.keep_logs);
    let Some(transport) = arguments.transport else { return Ok(Box::new(target)) };
    let over = target.over(transport).ok_or_else(|| NameError::UnknownTransport {
        title: S::TITLE,
        transport: transport.to_owned(),
        known: if S::TRANSPORTS.is_empty() { "none".to_owned() } else { S::TRANSPORTS.join(", ") },
    })?;
    Ok(Box::new(over))
}

/// A server that runs already.
fn running<S: Server>(name: &str, arguments: ServerArguments<'_>) -> Result<RunningTarget<S>, NameError> {
    let text = name.strip_prefix(S::NAME).and_then(|rest| rest.strip_prefix(':')).unwrap_or_default();
    let mut address = Address::parse(text, arguments.allow_remote)
        // What stands in the text beyond the scheme may be a credential.
        .map_err(|problem| NameError::Address { name: format!("{}:ws://…", S::NAME), problem })?;
    if !arguments.options.is_empty() {
        return Err(NameError::Runs(name.to_owned(), "options"));
    }
    if arguments.image.is_some() {
        return Err(NameError::Runs(name.to_owned(), "image"));
    }
    if arguments.transport.is_some() {
        return Err(NameError::Runs(name.to_owned(), "other transport"));
    }
    let (option, path) = match (arguments.config, arguments.environment) {
        (Some(path), _) => (CONFIG, path),
        (None, Some(path)) => (ENVIRONMENT, path),
        (None, None) => {
            return Err(NameError::NoConfiguration {
                name: name.to_owned(),
                title: S::TITLE,
                formats: S::CONFIGURATIONS,
            });
        }
    };
    address.origin = arguments.origin.map(str::to_owned);
    let claimed = arguments.version.map(argued::<S>).transpose()?;
    let said = said(arguments, claimed.as_deref())?;
    let configuration = configuration::<S>(arguments)?;
    let configured =
        S::read_configuration(&configuration, &said).map_err(|problem| unreadable(option, path, problem))?;
    let fallback = |generation: Option<&str>| {
        let newest = profile_version::<S>(generation.unwrap_or_default());
        newest.unwrap_or_default().to_owned()
    };
    Ok(RunningTarget::meet(address, configured, claimed.as_deref(), fallback)?)
}

/// The arguments that name files.
const CONFIG: &str = "--server-config";
const ENVIRONMENT: &str = "--server-env-file";
const SIGNING_KEY: &str = "--signing-key";

/// Reads a file that an argument names.
fn contents(option: &'static str, path: &Path) -> Result<String, NameError> {
    fs::read_to_string(path).map_err(|error| unreadable(option, path, NotAConfiguration(error.to_string())))
}

fn unreadable(option: &'static str, path: &Path, problem: NotAConfiguration) -> NameError {
    NameError::Configuration { option, file: path.display().to_string(), problem }
}

/// Reads the configuration of a running server.
fn configuration<S: Server>(arguments: ServerArguments<'_>) -> Result<Configuration, NameError> {
    let prefix = S::FOREIGN_VARIABLES.first().copied().unwrap_or_default();
    let configuration = match arguments.config {
        None => Configuration::default(),
        Some(path) => Configuration::read(path, &contents(CONFIG, path)?, prefix)
            .map_err(|problem| unreadable(CONFIG, path, problem))?,
    };
    match arguments.environment {
        None => Ok(configuration),
        Some(path) => Ok(configuration.with_environment(&contents(ENVIRONMENT, path)?, prefix)),
    }
}

/// The facts about a running server that the user gives in addition to its configuration.
fn said(arguments: ServerArguments<'_>, version: Option<&str>) -> Result<Said, NameError> {
    let signing_key = match arguments.signing_key {
        None => None,
        Some(path) => {
            let key = own::read(&contents(SIGNING_KEY, path)?);
            let wrong =
                |problem: own::NotAKey| unreadable(SIGNING_KEY, path, NotAConfiguration(problem.to_string()));
            Some(key.map_err(wrong)?)
        }
    };
    Ok(Said {
        signing_key,
        key_id: arguments.signing_key_id.map(str::to_owned),
        audience: arguments.audience.map(str::to_owned),
        issuer: arguments.issuer.map(str::to_owned),
        version: version.map(str::to_owned),
    })
}

/// A server that is started from a binary.
fn process<'a, S: Server>(
    rest: Option<&str>,
    arguments: ServerArguments<'a>,
) -> Result<Named<'a>, NameError> {
    let named = rest.and_then(version_tag);
    if let (Some(path), None) = (rest, named) {
        let (version, by) = match arguments.version {
            Some(version) => (argued::<S>(version)?, ARGUMENT),
            None => of_binary::<S>(Path::new(path))?,
        };
        let launcher = Launcher::Process(ServerBinary::Path(PathBuf::from(path)));
        return Ok(Named { version, launcher, by });
    }
    let pinned = pinned_version::<S>(arguments.version.or(named).unwrap_or_default())?;
    let launcher = Launcher::Process(ServerBinary::Pinned(pinned));
    Ok(Named { version: Cow::Borrowed(pinned.version), launcher, by: NAME })
}

/// The version that a binary says it is; the newest pinned one for a binary that says nothing.
fn of_binary<S: Server>(path: &Path) -> Result<(Cow<'static, str>, &'static str), NameError> {
    let text = if path.is_file() { printed(path, S::VERSION_ARGUMENT) } else { None };
    let Some(told) = text.as_deref().and_then(S::printed_version).and_then(version::known) else {
        return Ok((Cow::Borrowed(pinned_version::<S>("")?.version), GUESSED));
    };
    if Profiles::built_in().of_version(S::NAME, told).is_err() {
        return Err(NameError::UnknownBinary {
            path: path.display().to_string(),
            title: S::TITLE,
            told: told.to_owned(),
            known: known_versions::<S>(),
            instead: format!("test {}:process:v{}", S::NAME, nearest(pinned_versions::<S>(), told)),
        });
    }
    Ok((Cow::Owned(told.to_owned()), "its binary says"))
}

/// A server that is started in a container.
fn docker<'a, S: Server>(
    rest: Option<&'a str>,
    arguments: ServerArguments<'a>,
) -> Result<Named<'a>, NameError> {
    let (version, by) = match (arguments.version, rest) {
        (Some(version), None) => (argued::<S>(version)?, ARGUMENT),
        (Some(version), Some(rest)) if version_tag(rest).is_some() => (argued::<S>(version)?, ARGUMENT),
        (_, rest) => {
            let named = rest.map_or(Some(""), version_tag).and_then(exact::<S>);
            let unknown = || {
                let asked = rest.map_or("", |rest| version_tag(rest).unwrap_or(rest));
                let nearest = nearest(profile_versions::<S>(), asked);
                unknown::<S>(asked, format!("{}:docker:v{nearest}", S::NAME))
            };
            (named.ok_or_else(unknown)?, NAME)
        }
    };
    let launcher = Launcher::Docker(arguments.image.map(Image::new));
    Ok(Named { version, launcher, by })
}

/// A server in a container where Docker has its image, and else as a process. Says which.
fn auto<'a, S: Server>(
    name: &str,
    rest: Option<&'a str>,
    arguments: ServerArguments<'a>,
) -> Result<Named<'a>, NameError> {
    let container = docker::<S>(rest, arguments)?;
    let image = arguments.image.map_or_else(|| official_image::<S>(&container.version), Image::new);
    if server::docker::has(&image) {
        notice(format_args!("{name}: in a container, from the image {image}"));
        return Ok(container);
    }
    let started = process::<S>(rest, arguments)?;
    notice(format_args!("{name}: as a process; Docker is not there, or has no image {image}"));
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

/// The version that a text stands for: itself where it is a whole one that there is a profile of, else
/// one that begins with it.
fn exact<S: Server>(version: &str) -> Option<Cow<'_, str>> {
    if Profiles::built_in().of_version(S::NAME, version).is_ok() {
        return Some(Cow::Borrowed(version));
    }
    profile_version::<S>(version).map(Cow::Borrowed)
}

/// The same of `--server-version`.
fn argued<S: Server>(version: &str) -> Result<Cow<'_, str>, NameError> {
    exact::<S>(version).ok_or_else(|| {
        let nearest = nearest(profile_versions::<S>(), version);
        unknown::<S>(version, format!("--server-version {nearest}"))
    })
}

/// The error for a version without a profile, with the target or argument to use instead.
fn unknown<S: Server>(version: &str, instead: String) -> NameError {
    let (title, version, known) = (S::TITLE, version.to_owned(), known_versions::<S>());
    NameError::UnknownVersion { title, version, known, instead }
}

fn pinned_versions<S: Server>() -> impl Iterator<Item = &'static str> {
    pinned::ALL.into_iter().filter(|pinned| pinned.name == S::NAME).map(|pinned| pinned.version)
}

/// The pinned server whose version has a prefix.
fn pinned_as<S: Server>(prefix: &str) -> Option<&'static PinnedServer> {
    pinned::ALL.into_iter().find(|pinned| pinned.name == S::NAME && is_of(pinned.version, prefix))
}

fn pinned_version<S: Server>(version: &str) -> Result<&'static PinnedServer, NameError> {
    pinned_as::<S>(version).ok_or_else(|| match exact::<S>(version) {
        Some(version) => NameError::NotPinned {
            title: S::TITLE,
            name: S::NAME,
            version: version.into_owned(),
            known: listed(pinned_versions::<S>()),
        },
        None => {
            let nearest = nearest(pinned_versions::<S>(), version);
            unknown::<S>(version, format!("{}:process:v{nearest}", S::NAME))
        }
    })
}

/// The version nearest to a text: the last version before it, or else the first one. The newest version if
/// the text is not a number.
fn nearest(versions: impl Iterator<Item = &'static str>, text: &str) -> &'static str {
    let numbers = |text: &str| -> Vec<u32> { text.split('.').map_while(|part| part.parse().ok()).collect() };
    let versions: BTreeMap<Vec<u32>, &'static str> = versions.map(|text| (numbers(text), text)).collect();
    let wanted = numbers(text);
    let before = versions.iter().rfind(|(found, _)| wanted.is_empty() || **found <= wanted);
    before.or_else(|| versions.first_key_value()).map_or("", |(_, text)| text)
}

/// The versions as a list in words: `6.9.6, 5.4.9 and 3.2.3`.
fn listed<'a>(versions: impl Iterator<Item = &'a str>) -> String {
    let versions: Vec<_> = versions.collect();
    match versions.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => versions.concat(),
    }
}

/// The versions of a server that there are profiles of.
fn profile_versions<S: Server>() -> impl Iterator<Item = &'static str> {
    Profiles::built_in().all().filter_map(|profile| profile.name.strip_prefix(S::NAME)?.strip_prefix('-'))
}

/// The range of versions with a profile: `3.2.3 to 6.9.6`.
fn known_versions<S: Server>() -> String {
    let versions: Vec<_> = profile_versions::<S>().collect();
    format!("{} to {}", versions.first().unwrap_or(&""), versions.last().unwrap_or(&""))
}

/// The version that a prefix stands for: one that is pinned before one that only has a profile, and
/// the last one before the others.
fn profile_version<S: Server>(prefix: &str) -> Option<&'static str> {
    pinned_as::<S>(prefix)
        .map(|pinned| pinned.version)
        .or_else(|| profile_versions::<S>().filter(|version| is_of(version, prefix)).last())
}
