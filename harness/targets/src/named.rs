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
            ("centrifugo:process", None, "centrifugo:process:v6.9.6", "centrifugo-6.9.6"),
            ("centrifugo:process:v5", None, "centrifugo:process:v5.4.9", "centrifugo-5.4.9"),
            ("centrifugo:process:v3", None, "centrifugo:process:v3.2.3", "centrifugo-3.2.3"),
            ("centrifugo:process", Some("3.2.3"), "centrifugo:process:v3.2.3", "centrifugo-3.2.3"),
            ("centrifugo:process:v5.4", Some("5.4.9"), "centrifugo:process:v5.4.9", "centrifugo-5.4.9"),
            ("centrifugo:process:./v3", None, "centrifugo:process:./v3", "centrifugo-6.9.6"),
            ("centrifugo:process:./cf", Some("3.2.3"), "centrifugo:process:./cf", "centrifugo-3.2.3"),
            ("anycable:process", None, "anycable:process:v1.5.2", "anycable-1.5.2"),
            ("centrifugo:docker", None, "centrifugo:docker:v6.9.6", "centrifugo-6.9.6"),
            ("centrifugo:docker:v3", None, "centrifugo:docker:v3.2.3", "centrifugo-3.2.3"),
            ("centrifugo:docker:v5", None, "centrifugo:docker:v5.4.9", "centrifugo-5.4.9"),
            ("centrifugo:docker:v6.9.1", None, "centrifugo:docker:v6.9.1", "centrifugo-6.9.1"),
            ("anycable:docker", Some("1.6.1"), "anycable:docker:v1.6.1", "anycable-1.6.1"),
            ("anycable:docker:v1.5", None, "anycable:docker:v1.5.2", "anycable-1.5.2"),
            ("centrifugo:docker:v5.4.5", None, "centrifugo:docker:v5.4.5", "centrifugo-5.4.5"),
            ("centrifugo:docker", Some("4.0.2"), "centrifugo:docker:v4.0.2", "centrifugo-4.0.2"),
            ("centrifugo:process:./cf", Some("5.4.5"), "centrifugo:process:./cf", "centrifugo-5.4.5"),
            ("centrifugo:process:./cf", Some("6"), "centrifugo:process:./cf", "centrifugo-6.9.6"),
            ("anycable:docker:v1.6.17", None, "anycable:docker:v1.6.17", "anycable-1.6.16"),
        ];
        for (name, version, full, profile) in table {
            assert_eq!(named(name, version), Ok((full.to_owned(), profile.to_owned())), "{name}");
        }
    }

    #[test]
    fn a_library_has_versions() {
        for (name, full, profile) in [
            ("library:jsonwebtoken", "library:jsonwebtoken", "jsonwebtoken-12.0.0"),
            ("library:jsonwebtoken@12.0.0", "library:jsonwebtoken", "jsonwebtoken-12.0.0"),
            ("library:jsonwebtoken@11.1.0", "library:jsonwebtoken@11.1.0", "jsonwebtoken-11.1.0"),
        ] {
            assert_eq!(named(name, None), Ok((full.to_owned(), profile.to_owned())));
        }
        assert_eq!(
            named("library:jsonwebtoken@9.3.0", None).unwrap_err().to_string(),
            "version 9.3.0 of the library jsonwebtoken is not built in\nhint: built in are: 12.0.0, 11.1.0"
        );
        assert!(matches!(named("library:josekit", None), Err(NameError::Unknown(_))));
    }

    #[test]
    fn what_cannot_be_is_told() {
        assert_eq!(
            named("centrifugo:process", Some("4.1.5")).unwrap_err().to_string(),
            "Centrifugo 4.1.5 cannot be built here (known: 6.9.6, 5.4.9 and 3.2.3)\n\
             hint: give its binary as centrifugo:process:PATH --server-version 4.1.5, or its image as \
             centrifugo:docker:v4.1.5"
        );
        assert!(named("centrifugo:process:v5.4.5", None).is_err());
        for version in ["2.8.6", "3.0.0", "7.0.0", "latest"] {
            let error = named("centrifugo:process:./cf", Some(version)).unwrap_err().to_string();
            assert!(
                error.contains(&format!("no profile for Centrifugo {version} (known: 3.2.3 to 6.9.6)")),
                "{error}"
            );
        }
        assert!(named("centrifugo:process:v3", Some("5.4.9")).is_err());
        assert!(named("reference:rfc", Some("5.4.9")).is_err());
        assert!(named("centrifugo:process:v50", None).is_err());
        assert_eq!(
            named("anycable:docker:nightly", None).unwrap_err().to_string(),
            "no profile for AnyCable nightly (known: 1.5.1 to 1.6.16)\nhint: the nearest is anycable:docker:v1.6.16"
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
    fn an_unknown_version_names_the_nearest_known_one() {
        let table = [
            ("centrifugo:docker:v7", None, "centrifugo:docker:v6.9.6"),
            ("centrifugo:docker:v7.1.2", None, "centrifugo:docker:v6.9.6"),
            ("centrifugo:docker:v2.8.6", None, "centrifugo:docker:v3.2.3"),
            ("centrifugo:docker:v3.0.0", None, "centrifugo:docker:v3.2.3"),
            ("centrifugo:docker:nightly", None, "centrifugo:docker:v6.9.6"),
            ("centrifugo:docker", Some("7"), "--server-version 6.9.6"),
            ("centrifugo:process:v7", None, "centrifugo:process:v6.9.6"),
            ("centrifugo:process:v2", None, "centrifugo:process:v3.2.3"),
            ("centrifugo:process", Some("7.0.0"), "centrifugo:process:v6.9.6"),
            ("centrifugo:process", Some("latest"), "centrifugo:process:v6.9.6"),
            ("centrifugo:process:./cf", Some("7"), "--server-version 6.9.6"),
            ("centrifugo:process:./cf", Some("2.8.0"), "--server-version 3.2.3"),
            ("centrifugo:auto:v7", None, "centrifugo:docker:v6.9.6"),
            ("anycable:docker:v1.4.0", None, "anycable:docker:v1.5.1"),
            ("anycable:docker:v2", None, "anycable:docker:v1.6.16"),
            ("anycable:process:v1.6", None, "anycable:docker:v1.6.16"),
        ];
        for (name, version, expected) in table {
            let error = named(name, version).unwrap_err().to_string();
            let (_, hint) = error.split_once("\nhint: ").unwrap_or_else(|| panic!("{name}: {error}"));
            assert!(hint.ends_with(expected), "{name}: {error}");
            // The hint works.
            let (kind, _) = name.split_once(':').unwrap();
            match hint.rsplit(' ').next().unwrap() {
                advised if advised.starts_with(kind) => named(advised, None).unwrap(),
                advised => named(name, Some(advised)).unwrap(),
            };
        }
    }

    #[test]
    fn a_server_that_runs_is_asked_only_where_and_as_its_user_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, r#"{"token_hmac_secret_key": ["hush"]}"#).unwrap();
        let url = "centrifugo:ws://127.0.0.1:1/connection/websocket";
        let with = |arguments| targets(url, arguments).err().unwrap().to_string();
        let options = ["a=b".to_owned()];
        let table = [
            (ServerArguments::default(), "configuration file of Centrifugo with --server-config FILE"),
            (ServerArguments { options: &options, ..ServerArguments::default() }, "has no options"),
            (ServerArguments { image: Some("cf"), ..ServerArguments::default() }, "has no image"),
            (
                ServerArguments { config: Some(folder.path()), ..ServerArguments::default() },
                "cannot read --server-config",
            ),
            (
                ServerArguments { config: Some(&path), ..ServerArguments::default() },
                "token_hmac_secret_key is not a string",
            ),
        ];
        for (arguments, expected) in table {
            let error = with(arguments);
            assert!(error.contains(expected) && !error.contains("hush"), "{error}");
        }
        let config = ServerArguments { config: Some(&path), ..ServerArguments::default() };
        for (name, expected) in [
            ("centrifugo:ws://example.invalid/x", "unless you say --allow-remote"),
            ("centrifugo:wss://127.0.0.1/x", "wss:// is not supported"),
            ("centrifugo:http://127.0.0.1/x", "is ws://HOST:PORT/PATH"),
            ("centrifugo:process", "for a server that runs already"),
            ("reference:rfc", "is not a server: --server-config is for a server that runs already"),
        ] {
            let error = targets(name, config).err().unwrap().to_string();
            assert!(error.contains(expected), "{error}");
        }
        // A user name or a password is not repeated.
        let error = targets("centrifugo:ws://u:hush@127.0.0.1/x", config).err().unwrap().to_string();
        assert!(error.contains("no user name") && !error.contains("hush"), "{error}");
    }

    #[test]
    fn an_option_that_the_version_does_not_have_is_told() {
        for (name, option, expected) in [
            ("centrifugo:process:v5", "token_audiense=chat", "Centrifugo 5.4.9 has no option token_audiense"),
            (
                "centrifugo:process:v3",
                "client.insecure=true",
                "Centrifugo 3.2.3 has no option client.insecure",
            ),
            ("centrifugo:docker:v6", "client_insecure=true", "has no option client_insecure"),
        ] {
            let options = [option.to_owned()];
            let arguments = ServerArguments { options: &options, ..ServerArguments::default() };
            let error = targets(name, arguments).err().expect("it is unknown").to_string();
            assert!(error.contains(expected), "{error}");
        }
        let options = ["client.insecure=true".to_owned()];
        let arguments = ServerArguments { options: &options, ..ServerArguments::default() };
        assert!(targets("centrifugo:docker:v6", arguments).is_ok());
    }

    #[test]
    fn what_is_made_anew_for_every_launch_is_no_option() {
        for (name, option, is_ours) in [
            ("centrifugo:process", "port=1", true),
            ("centrifugo:docker:v3", "api_key=a", true),
            ("anycable:process", "http_broadcast_path=/", true),
            ("anycable:process", "public=true", false),
        ] {
            let options = [option.to_owned()];
            let arguments = ServerArguments { options: &options, ..ServerArguments::default() };
            let refused = targets(name, arguments).err();
            assert_eq!(matches!(refused, Some(NameError::Ours(_))), is_ours, "{name} {option}");
        }
    }

    #[test]
    fn what_is_said_of_some_targets_is_not_said_of_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, r#"{"token_hmac_secret_key": "hush"}"#).unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("centrifugo:ws://{}/connection/websocket", listener.local_addr().unwrap());
        drop(listener);
        let all = |names: &[&str], image, config| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let arguments = ServerArguments { image, config, ..ServerArguments::default() };
            match super::all(&names, arguments) {
                Ok(targets) => targets.iter().map(|target| target.name()).collect::<Vec<_>>().join(" "),
                Err(error) => error.to_string(),
            }
        };
        let started = ["reference:rfc", "centrifugo:docker", "centrifugo:process"];
        let names = "reference:rfc centrifugo:docker:v6.9.6 centrifugo:process:v6.9.6";
        assert_eq!(all(&started, None, None), names);
        assert_eq!(all(&started, Some("cf"), None), names);
        assert!(all(&started[2..], Some("cf"), None).contains("an image is for centrifugo:docker"));
        assert!(all(&started, None, Some(&*path)).contains("is not a server"));
        assert!(all(&started[1..], None, Some(&*path)).contains("for a server that runs already"));
        let names = format!("{names} {url}");
        let with_running: Vec<&str> = started.into_iter().chain([&*url]).collect();
        // Nothing listens there, which is seen when it is asked.
        assert_eq!(all(&with_running, None, Some(&*path)), names);
        assert!(all(&with_running, None, None).contains("--server-config FILE"));
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
        assert_eq!(over("centrifugo:process", "sse"), Ok("centrifugo:process:v6.9.6+sse".to_owned()));
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
