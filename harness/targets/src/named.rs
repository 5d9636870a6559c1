//! Targets by the text that names them.

use std::path::Path;

use jotproof_engine::target::Target;
use jotproof_libraries::Jsonwebtoken;
use jotproof_profiles::{LoadError, Profiles};

use crate::anycable::Anycable;
use crate::centrifugo::Centrifugo;
use crate::exec::{ExecTarget, NotACommand};
use crate::live::address::AddressError;
use crate::live::running::NotAConfiguration;
use crate::reference::{InvalidRule, ReferenceTarget};

mod server;
#[cfg(test)]
mod tests;

/// The forms of a target name, for help and errors.
pub const FORMS: &str = "reference[:PROFILE], library:jsonwebtoken[@VERSION], exec:COMMAND, \
    centrifugo:process[:vVERSION|:PATH], centrifugo:docker[:vVERSION], centrifugo[:auto[:vVERSION]], \
    centrifugo:ws://HOST:PORT/PATH, and the same with anycable";

/// What is said of a server beside its name.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServerArguments<'a> {
    /// Its own options, each `KEY=VALUE`.
    pub options: &'a [String],
    /// Its version, where the name does not say it.
    pub version: Option<&'a str>,
    /// The image that holds it, in place of the official one.
    pub image: Option<&'a str>,
    /// The configuration file of one that runs already.
    pub config: Option<&'a Path>,
    /// A file with its environment variables.
    pub environment: Option<&'a Path>,
    /// A file with the key that signs its tokens.
    pub signing_key: Option<&'a Path>,
    /// The `kid` of that key.
    pub signing_key_id: Option<&'a str>,
    /// An audience that the server accepts.
    pub audience: Option<&'a str>,
    /// An issuer that the server accepts.
    pub issuer: Option<&'a str>,
    /// An `Origin` that the server accepts.
    pub origin: Option<&'a str>,
    /// Whether one may be contacted that is not on this machine.
    pub allow_remote: bool,
    /// The transport that it is asked over, in place of its default one.
    pub transport: Option<&'a str>,
    /// The folder for the logs of started servers.
    pub keep_logs: Option<&'a Path>,
    /// Profiles for the reference and for adapters, in place of the built-in ones.
    pub profiles: Option<&'a Profiles>,
}

impl ServerArguments<'_> {
    /// The arguments for a running server, and whether each is given.
    fn of_running(&self) -> [(&'static str, bool); 7] {
        let Self { config, environment, signing_key, signing_key_id, audience, issuer, origin, .. } = self;
        [
            ("--server-config", config.is_some()),
            ("--server-env-file", environment.is_some()),
            ("--signing-key", signing_key.is_some()),
            ("--signing-key-id", signing_key_id.is_some()),
            ("--audience", audience.is_some()),
            ("--issuer", issuer.is_some()),
            ("--origin", origin.is_some()),
        ]
    }

    /// The first given argument for a running server.
    fn said_of_running(&self) -> Option<&'static str> {
        self.of_running().into_iter().find_map(|(name, is_given)| is_given.then_some(name))
    }

    /// Removes the arguments for a running server.
    fn without_running(self) -> Self {
        Self {
            config: None,
            environment: None,
            signing_key: None,
            signing_key_id: None,
            audience: None,
            issuer: None,
            origin: None,
            ..self
        }
    }
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
    /// A rule of the profile is invalid.
    #[error(transparent)]
    Rule(#[from] InvalidRule),
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
    /// A server that runs already cannot be told anything.
    #[error("{0} runs already: it is asked as it is, and has no {1}")]
    Runs(String, &'static str),
    /// The server would ignore the option.
    #[error(
        "{version} has no option {option}{hint}\nhint: options are named as in its configuration file; its documentation lists them"
    )]
    UnknownOption {
        /// The server and its version.
        version: String,
        /// The option.
        option: String,
        /// A suggestion with a similar name.
        hint: String,
    },
    /// Another value would unsettle the proof that the server is ours.
    #[error("the server option {0} is set anew for every launch: leave it out")]
    Ours(String),
    /// What a server that is started is configured with follows from the vectors.
    #[error(
        "{0} is started by Jotproof: {2} is for a server that runs already\nhint: name it, as in {1}:ws://HOST:PORT/PATH"
    )]
    IsStarted(String, &'static str, &'static str),
    /// An argument is for a running server, and the target is something else.
    #[error(
        "{0} is not a server: {1} is for a server that runs already\nhint: name it, as in centrifugo:ws://HOST:PORT/PATH"
    )]
    NoRunningServer(String, &'static str),
    /// Nothing is known of how a running server is configured.
    #[error(
        "no configuration for {name}\nhint: give the configuration file of {title} with --server-config FILE, or the \
         variables of its environment with --server-env-file FILE ({formats}); no secret is shown"
    )]
    NoConfiguration {
        /// The name of the target.
        name: String,
        /// What people call the server.
        title: &'static str,
        /// What the file may be.
        formats: &'static str,
    },
    /// The configuration file cannot be read.
    #[error("cannot read {option} {file}: {problem}")]
    Configuration {
        /// The argument that names the file.
        option: &'static str,
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: NotAConfiguration,
    },
    /// The address is none, or is out of bounds.
    #[error("{name}: {problem}")]
    Address {
        /// The name of the target, without what may be a credential.
        name: String,
        /// What is wrong with it.
        problem: AddressError,
    },
    /// The binary is of a version that nothing is known of.
    #[error(
        "no profile for {title} {told}, as which {path} says it was built (known: {known})\n\
         hint: name a binary of a known version, or {instead}"
    )]
    UnknownBinary {
        /// The binary.
        path: String,
        /// What people call the server.
        title: &'static str,
        /// Its version.
        told: String,
        /// The versions that there are.
        known: String,
        /// The nearest existing target.
        instead: String,
    },
    /// Nothing is known of this version.
    #[error("no profile for {title} {version} (known: {known})\nhint: the nearest is {instead}")]
    UnknownVersion {
        /// What people call the server.
        title: &'static str,
        /// The version asked for.
        version: String,
        /// The versions that there are.
        known: String,
        /// The nearest existing target or argument.
        instead: String,
    },
    /// There is no source of this version.
    #[error(
        "{title} {version} cannot be built here (known: {known})\n\
         hint: give its binary as {name}:process:PATH --server-version {version}, or its image as \
         {name}:docker:v{version}"
    )]
    NotPinned {
        /// What people call the server.
        title: &'static str,
        /// Its name in targets.
        name: &'static str,
        /// The requested version, which has a profile.
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
    /// The version of the library is not built in.
    #[error("version {version} of the library {name} is not built in\nhint: built in are: {known}{more}")]
    OtherLibrary {
        /// The library.
        name: String,
        /// The version asked for.
        version: String,
        /// The built-in versions.
        known: String,
        /// How to have more.
        more: &'static str,
    },
    /// The name says one version and the arguments another.
    #[error("{0} is not version {1}: leave --server-version out")]
    OtherVersion(String, String),
}

/// The targets that several names stand for. An image is for those of them that are started in containers,
/// and a configuration file for those that run already; where there are such, the others do without.
///
/// # Errors
///
/// As [`targets`].
pub fn all(names: &[String], arguments: ServerArguments<'_>) -> Result<Vec<Box<dyn Target>>, NameError> {
    let is = |name: &str, hows: &[Option<&str>]| {
        let (kind, how, _) = parts(name);
        matches!(kind, "centrifugo" | "anycable") && hows.contains(&how)
    };
    let may_be_contained = |name: &str| is(name, &[None, Some("auto"), Some("docker")]);
    let runs = |name: &str| is(name, &server::RUNNING.map(Some));
    let any_contained = names.iter().any(|name| may_be_contained(name));
    let any_runs = names.iter().any(|name| runs(name));
    let mut all = Vec::new();
    for name in names {
        let image = arguments.image.filter(|_| !any_contained || may_be_contained(name));
        let arguments = if !any_runs || runs(name) { arguments } else { arguments.without_running() };
        all.extend(targets(name, ServerArguments { image, ..arguments })?);
    }
    Ok(all)
}

/// The targets that a name stands for: `reference` stands for every built-in profile in turn.
///
/// # Errors
///
/// Says which names there are.
pub fn targets(name: &str, arguments: ServerArguments<'_>) -> Result<Vec<Box<dyn Target>>, NameError> {
    let (kind, how, rest) = parts(name);
    if matches!(kind, "reference" | "library" | "exec") {
        if !arguments.options.is_empty() {
            return Err(NameError::NoServer(name.to_owned(), "server options"));
        }
        if arguments.version.is_some() {
            return Err(NameError::NoServer(name.to_owned(), "server version"));
        }
        if arguments.image.is_some() {
            return Err(NameError::NoServer(name.to_owned(), "image"));
        }
        if let Some(option) = arguments.said_of_running() {
            return Err(NameError::NoRunningServer(name.to_owned(), option));
        }
        if arguments.transport.is_some() {
            return Err(NameError::NoServer(name.to_owned(), "transport"));
        }
    }
    let profiles = arguments.profiles.unwrap_or(Profiles::built_in());
    match (kind, how, rest) {
        ("reference", None, None) => profiles
            .all()
            .map(|profile| Ok(Box::new(ReferenceTarget::following(profile)?) as Box<dyn Target>))
            .collect(),
        ("reference", Some(profile), None) => {
            let profile = profiles.find(profile)?;
            Ok(vec![Box::new(ReferenceTarget::following(&profile)?)])
        }
        ("library", Some(library), None) => {
            Ok(vec![Box::new(ReferenceTarget::jsonwebtoken(library_of(library)?))])
        }
        ("exec", Some(_), _) => {
            let target = ExecTarget::new(&name["exec:".len()..])?;
            Ok(vec![Box::new(target.with_profiles(profiles))])
        }
        ("centrifugo", how, rest) => Ok(vec![server::target::<Centrifugo>(name, how, rest, arguments)?]),
        ("anycable", how, rest) => Ok(vec![server::target::<Anycable>(name, how, rest, arguments)?]),
        _ => Err(NameError::Unknown(name.to_owned())),
    }
}

/// The version of a library by its name. `jsonwebtoken` means the newest built-in version.
fn library_of(library: &str) -> Result<Jsonwebtoken, NameError> {
    let (name, version) = match library.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (library, None),
    };
    if name != "jsonwebtoken" {
        return Err(NameError::Unknown(format!("library:{library}")));
    }
    let Some(version) = version else { return Ok(Jsonwebtoken::Newest) };
    let known = Jsonwebtoken::ALL.iter();
    known.clone().find(|library| library.version() == version).copied().ok_or_else(|| {
        NameError::OtherLibrary {
            name: name.to_owned(),
            version: version.to_owned(),
            known: known.map(|library| library.version()).collect::<Vec<_>>().join(", "),
            more: if Jsonwebtoken::ALL.len() > 1 {
                ""
            } else {
                "; 11.1.0 comes with the cargo feature jsonwebtoken-11"
            },
        }
    })
}

/// What a name says: the kind of target, how there comes to be one, and the rest.
fn parts(name: &str) -> (&str, Option<&str>, Option<&str>) {
    let mut parts = name.splitn(3, ':');
    (parts.next().unwrap_or_default(), parts.next(), parts.next())
}
