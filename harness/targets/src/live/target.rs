//! A server as a target: started once for every configuration that contexts ask for.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jotproof_engine::target::{CannotCarry, Deployment, Target, TargetError};
use jotproof_mint::Mint;
use jotproof_model::{Capability, Context, KeyRing, KeySet};
use jotproof_profiles::{LoadError, OfVersion, Profile, Profiles};
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::address::Address;
use super::endpoint::{Backend, Published, hold, serve};
use super::leak::Record;
use super::refused::RefusedStart;
use super::running::{Configured, NotAConfiguration, Said, newer};
use super::version::{Claim, Contradiction, Told, good_token, known};
use super::{ANSWER_WITHIN, LiveDeployment, Protocol, Running};
use crate::server::configuration::Configuration;
use crate::server::docker;
use crate::server::image::Image;
use crate::server::pinned::PinnedServer;
use crate::server::printed::printed;
use crate::server::process::{Launch, Launched, NotStarted, Program, Proof, READY_WITHIN, RunningServer};
use crate::websocket::Failure;

/// Options of a server, by name.
pub type Settings = Map<String, Value>;

/// One version of a server: how a context becomes its configuration, and how it is asked.
pub trait Server: Clone + Send + Sync + 'static {
    /// How it is asked.
    type Protocol: Protocol + 'static;

    /// What people call it.
    const TITLE: &'static str;

    /// Its name in targets, files and profiles.
    const NAME: &'static str;

    /// What its official images are called, before the version.
    const IMAGES: &'static str;

    /// Its command, inside of an image.
    const COMMAND: &'static str;

    /// Variables that would be read as options, and are taken away: by their names, or, ending in `_`, by how their
    /// names begin.
    const FOREIGN_VARIABLES: &'static [&'static str];

    /// Variables that it is given.
    const VARIABLES: &'static [(&'static str, &'static str)];

    /// Options that are made anew for every launch: another value would unsettle the proof that the
    /// server is ours.
    const OURS: &'static [&'static str];

    /// What its configuration may be written in, for messages.
    const CONFIGURATIONS: &'static str;

    /// The argument by which its binary prints its version and ends.
    const VERSION_ARGUMENT: &'static str;
    /// The transports that it can be asked over beside its default one.
    const TRANSPORTS: &'static [&'static str];

    /// A version of it; nothing where that is none that is known how to start.
    fn of_version(version: &str) -> Option<Self>
    where
        Self: Sized;

    /// The known options of a version, if the version would silently ignore an option of this name.
    #[must_use]
    fn unknown_option(version: &str, name: &str) -> Option<Vec<&'static str>>
    where
        Self: Sized,
    {
        let _ = (version, name);
        None
    }

    /// The same, asked over one of [`Server::TRANSPORTS`]; nothing where it has no such transport.
    fn over(self, transport: &str) -> Option<Self>
    where
        Self: Sized;

    /// What can be asked over its transport, of what its profile says can be asked over the default one.
    fn capabilities(&self, of_profile: &BTreeSet<Capability>) -> BTreeSet<Capability>;

    /// The options that a context and the transport decide. What a server has no option for is carried where leaving it
    /// out can only be seen in what it answers; what comes of it is an observation.
    ///
    /// # Errors
    ///
    /// A [`CannotCarry`] that says which part of the context has no counterpart in the server.
    fn settings(&self, context: &Context, keys: &KeyRing) -> Result<Settings, CannotCarry>;

    /// The variables that it is given under these settings.
    fn variables<'a>(&self, _settings: &'a Settings) -> Vec<(&'a str, &'a str)> {
        Self::VARIABLES.to_vec()
    }

    /// The backend that it calls in this context, if it needs one: served by the harness as long as it
    /// runs.
    fn backend(&self, context: &Context) -> Option<Backend>;

    /// Writes what it reads into its directory, and gives its arguments.
    ///
    /// # Errors
    ///
    /// Where its directory cannot be written to.
    fn arguments(&self, startup: &Startup<'_>) -> io::Result<Vec<OsString>>;

    /// How it proves that it is the one that was started with these options of the user.
    fn proof(&self, options: &[(String, String)]) -> Proof<'static>;

    /// How it is asked, and how closely what an accepted token did is looked at.
    fn protocol(&self, look: Look) -> Self::Protocol;

    /// The version in what it prints.
    fn printed_version(text: &str) -> Option<&str>
    where
        Self: Sized;

    /// What a server says of its configuration, where a line of its log says that it does not start because of it.
    #[must_use]
    fn configuration_refused(line: &str) -> Option<String>
    where
        Self: Sized,
    {
        let _ = line;
        None
    }

    /// Reads the token settings from the configuration of a running server. If the version is unknown,
    /// returns every possible reading, the most likely first.
    ///
    /// # Errors
    ///
    /// A [`NotAConfiguration`] that says what is taken, without what stands in the text.
    fn read_configuration(
        configuration: &Configuration,
        said: &Said,
    ) -> Result<Vec<Configured>, NotAConfiguration>
    where
        Self: Sized;

    /// Shows a token to a server of any version, and gives what it tells of itself. What it says is put on the record.
    ///
    /// # Errors
    ///
    /// A [`Failure`] where it does not answer by its protocol.
    fn ask(address: &Address, token: &[u8], record: &Record) -> impl Future<Output = Result<Told, Failure>>
    where
        Self: Sized;
}

/// How closely what an accepted token did is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Only at what the answer itself tells.
    Answer,
    /// At everything that can be seen from outside.
    Effects,
}

/// What a server is started with.
#[derive(Debug, Clone, Copy)]
pub struct Startup<'a> {
    /// What the context decides.
    pub settings: &'a Settings,
    /// The options of the user: they come last, and win.
    pub options: &'a [(String, String)],
    /// What is made anew for every launch.
    pub launched: &'a Launched,
    /// Where its backend is.
    pub backend: Option<SocketAddr>,
}

/// A server on this machine.
pub struct ServerTarget<S> {
    server: S,
    launcher: Launcher,
    options: Vec<(String, String)>,
    claim: Claim,
    profile: Profile,
    capabilities: BTreeSet<Capability>,
    look: Look,
    /// The transport that it is asked over, where that is not the default one.
    transport: Option<&'static str>,
    ready_within: Duration,
    answer_within: Duration,
    warnings: Mutex<BTreeSet<String>>,
    /// The reported version, once the server was asked.
    reported: OnceLock<String>,
    /// The folder for the logs of its processes.
    keep_logs: Option<PathBuf>,
}

/// How a server is started.
#[derive(Debug, Clone)]
pub enum Launcher {
    /// As a process of this machine.
    Process(ServerBinary),
    /// In a container: from the image of this name, or else the official one of the version.
    Docker(Option<Image>),
}

/// Which binary of a server is started.
#[derive(Debug, Clone)]
pub enum ServerBinary {
    /// A pinned version, built once from source.
    Pinned(&'static PinnedServer),
    /// The file at this path.
    Path(PathBuf),
}

impl<S: Server> ServerTarget<S> {
    /// A server of this version that is started from `binary`, as a process. The `options` are the
    /// server's own, and win.
    ///
    /// # Errors
    ///
    /// As [`ServerTarget::new`].
    pub fn process(
        version: &str,
        binary: ServerBinary,
        options: Vec<(String, String)>,
    ) -> Result<Self, LoadError> {
        Self::new(version, Launcher::Process(binary), options)
    }

    /// A server of this version. The `options` are the server's own, and win.
    ///
    /// # Errors
    ///
    /// Where there is no profile of this version.
    ///
    /// # Panics
    ///
    /// Never: every profile of a server has a driver, which a test of this crate checks.
    pub fn new(version: &str, launcher: Launcher, options: Vec<(String, String)>) -> Result<Self, LoadError> {
        let OfVersion { profile, is_newer } = Profiles::built_in().of_version(S::NAME, version)?;
        let server = S::of_version(version).expect("every profile of a server has a driver");
        let newer = is_newer.then(|| newer::<S>(version, &profile));
        let warnings = profile.warnings.iter().cloned().chain(newer).collect();
        Ok(Self {
            capabilities: server.capabilities(&profile.capabilities),
            server,
            launcher,
            options,
            claim: Claim { version: version.to_owned(), by: "its name says" },
            profile,
            look: Look::Effects,
            transport: None,
            ready_within: READY_WITHIN,
            answer_within: ANSWER_WITHIN,
            warnings: Mutex::new(warnings),
            reported: OnceLock::new(),
            keep_logs: None,
        })
    }

    /// The same, and somebody else than its name says which version it is: `--server-version says`.
    #[must_use]
    pub fn claimed_by(mut self, by: &'static str) -> Self {
        self.claim.by = by;
        self
    }

    /// Keeps the log of each started server in this folder.
    #[must_use]
    pub fn keeping_logs(mut self, folder: Option<&Path>) -> Self {
        self.keep_logs = folder.map(Path::to_owned);
        self
    }

    /// The same with other bounds: how long the server has to come up, and to answer one challenge.
    #[must_use]
    pub fn with_bounds(mut self, ready_within: Duration, answer_within: Duration) -> Self {
        self.ready_within = ready_within;
        self.answer_within = answer_within;
        self
    }

    /// The same, asked over another transport than the default one; nothing where there is no such one.
    #[must_use]
    pub fn over(mut self, transport: &str) -> Option<Self> {
        self.transport = Some(S::TRANSPORTS.iter().find(|name| **name == transport)?);
        self.server = self.server.over(transport)?;
        self.capabilities = self.server.capabilities(&self.profile.capabilities);
        Some(self)
    }

    /// The same, and what an accepted token did is not looked at beyond the answer itself.
    #[must_use]
    pub fn answers_only(mut self) -> Self {
        self.look = Look::Answer;
        self
    }

    /// Starts a server for a context.
    ///
    /// # Errors
    ///
    /// A [`TargetError`] that says what to do next, and the last words of a server that died.
    pub fn launch(
        &self,
        context: &Context,
        keys: &KeyRing,
    ) -> Result<LiveDeployment<S::Protocol>, NotStarted> {
        let settings =
            self.server.settings(context, keys).map_err(|reason| TargetError::Fault(reason.to_string()))?;
        let program = self.program()?;
        let fault = |error: io::Error| TargetError::Fault(format!("cannot serve a backend: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(fault)?;
        let running = |Backend { router, published, answers }| {
            let address = if answers { serve(&runtime, router)? } else { hold(&runtime)? };
            Ok(Running { address, published })
        };
        let backend = self.server.backend(context).map(running).transpose().map_err(fault)?;
        let address = backend.as_ref().map(|backend| backend.address);
        let (settings, options) = (&settings, &*self.options);
        let variables = self.server.variables(settings);
        let last = Mutex::new(None);
        let launch = Launch {
            title: S::TITLE,
            program: &program,
            foreign_variables: S::FOREIGN_VARIABLES,
            variables: &variables,
            arguments: &|launched| {
                // Whoever panicked left a whole launch behind.
                *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(launched.clone());
                self.server.arguments(&Startup { settings, options, launched, backend: address })
            },
            proof: self.server.proof(&self.options),
            ready_within: self.ready_within,
            keep_logs: self.keep_logs.as_deref(),
        };
        let protocol = self.server.protocol(self.look);
        let started = LiveDeployment::start(&launch, protocol, self.answer_within, runtime)?;
        // What a server keeps of one URL may serve for another: then it matters who comes first.
        let is_template = context.key_set.as_ref().is_some_and(KeySet::is_template);
        let started = if is_template { started.one_at_a_time() } else { started };
        let published = backend.as_ref().and_then(|backend| backend.published.clone());
        let started = started.with_backend(backend);
        let deployment = match last.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(launched) => {
                let anew = Anew {
                    server: self.server.clone(),
                    settings: Mutex::new(settings.clone()),
                    options: self.options.clone(),
                    launched,
                    backend: address,
                    published,
                    keys: keys.clone(),
                };
                started.configured_by(move |running, context| anew.configure(running, context))
            }
            None => started,
        };
        self.see_version(&deployment, context, keys)?;
        Ok(deployment)
    }

    /// Holds what the server tells of its version against what was claimed. One that tells nothing is seen for what it
    /// is when it is asked; one that says nothing at all is asked no more.
    fn see_version(
        &self,
        deployment: &LiveDeployment<S::Protocol>,
        context: &Context,
        keys: &KeyRing,
    ) -> Result<(), TargetError> {
        let Some(token) = good_token(context, &Mint::new(keys)) else { return Ok(()) };
        let address = Address::of(deployment.server().address());
        // What it repeats here of the token is told to nobody.
        let record = Record::default();
        let asked = async { timeout(self.answer_within, S::ask(&address, &token, &record)).await };
        let told = deployment.runtime.block_on(asked).map_err(|_| {
            TargetError::Fault(format!(
                "{} came up, and has no answer to a token within {} s: it hangs, and is asked no more; see what it \
                 waits for",
                S::TITLE,
                self.answer_within.as_secs_f32()
            ))
        })?;
        let told = told.ok().and_then(|told| told.version);
        if let Some(version) = told.as_deref().and_then(known) {
            self.reported.get_or_init(|| format!("{} {version}", S::TITLE));
        }
        match self.claim.contradiction::<S>(told.as_deref()) {
            Some(Contradiction::Generation(text)) => return Err(TargetError::Fault(text)),
            Some(Contradiction::Version(text)) => {
                // Whoever panicked left whole texts behind.
                self.warnings.lock().unwrap_or_else(PoisonError::into_inner).insert(text);
            }
            None => {}
        }
        Ok(())
    }

    /// The exact version.
    fn version(&self) -> &str {
        &self.claim.version
    }

    /// The version that its binary prints, where it is one that the user gave.
    fn printed_version(&self) -> Option<String> {
        let Launcher::Process(ServerBinary::Path(path)) = &self.launcher else { return None };
        S::printed_version(&printed(path, S::VERSION_ARGUMENT)?).map(str::to_owned)
    }

    /// What is started, once it is on this machine.
    fn program(&self) -> Result<Program, TargetError> {
        match &self.launcher {
            Launcher::Process(binary) => binary.locate(S::TITLE, S::NAME).map(Program::Binary),
            Launcher::Docker(image) => {
                let image = image.clone().unwrap_or_else(|| official_image::<S>(self.version()));
                docker::fetch(&image, S::TITLE, S::NAME)?;
                Ok(Program::InImage { image, command: S::COMMAND })
            }
        }
    }
}

/// What a running server is configured anew with.
struct Anew<S> {
    server: S,
    /// What it was configured with last.
    settings: Mutex<Settings>,
    options: Vec<(String, String)>,
    launched: Launched,
    backend: Option<SocketAddr>,
    published: Option<Published>,
    keys: KeyRing,
}

impl<S: Server> Anew<S> {
    /// Publishes other documents where there are any, and writes the configuration anew where it is another
    /// one; then the server is told to read it.
    fn configure(&self, running: &RunningServer, context: &Context) -> Result<(), String> {
        if let (Some(published), Some(key_set)) = (&self.published, &context.key_set) {
            published.replace(key_set.documents.clone(), key_set.transport);
        }
        let settings = self.server.settings(context, &self.keys).map_err(|reason| reason.to_string())?;
        // Whoever panicked left whole settings behind.
        let mut last = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        if settings == *last && self.published.is_some() {
            return Ok(());
        }
        let Self { options, launched, backend, .. } = self;
        let startup = Startup { settings: &settings, options, launched, backend: *backend };
        self.server.arguments(&startup).map_err(|error| error.to_string())?;
        running.hang_up()?;
        *last = settings;
        Ok(())
    }
}

/// The official image of a version.
pub(crate) fn official_image<S: Server>(version: &str) -> Image {
    Image::new(format!("{}{version}", S::IMAGES))
}

impl ServerBinary {
    /// The absolute path of the binary. A pinned server that is not there yet is built first.
    ///
    /// # Errors
    ///
    /// [`TargetError::EnvironmentMissing`] where there is no such file, or the build is not possible.
    pub fn locate(&self, title: &str, name: &str) -> Result<PathBuf, TargetError> {
        let path = match self {
            Self::Pinned(pinned) => return pinned.binary(),
            Self::Path(path) => path,
        };
        if !path.is_file() {
            return Err(TargetError::EnvironmentMissing(format!(
                "no {title} binary at {}: give the path of one, or leave the path out \
                 ({name}:process) to have a pinned version built with Go",
                path.display(),
            )));
        }
        // The server runs in a directory of its own, where a relative path would lead elsewhere.
        std::path::absolute(path).map_err(|error| {
            TargetError::EnvironmentMissing(format!("cannot resolve {}: {error}", path.display()))
        })
    }
}

impl<S: Server> Target for ServerTarget<S> {
    /// `centrifugo:process:v5.4.9`, `centrifugo:process:PATH`, `centrifugo:docker:v5.4.9`; over another
    /// transport than the default one, `centrifugo:process:v5.4.9+sse`.
    fn name(&self) -> String {
        let server = match &self.launcher {
            Launcher::Process(ServerBinary::Pinned(pinned)) => {
                format!("{}:process:v{}", S::NAME, pinned.version)
            }
            Launcher::Process(ServerBinary::Path(path)) => format!("{}:process:{}", S::NAME, path.display()),
            Launcher::Docker(_) => format!("{}:docker:v{}", S::NAME, self.version()),
        };
        match self.transport {
            Some(transport) => format!("{server}+{transport}"),
            None => server,
        }
    }

    fn profile(&self) -> String {
        self.profile.name.clone()
    }

    fn transport(&self) -> Option<&str> {
        self.transport
    }

    fn capabilities(&self) -> &BTreeSet<Capability> {
        &self.capabilities
    }

    fn is_live(&self) -> bool {
        true
    }

    fn identity(&self) -> Option<String> {
        self.reported.get().cloned()
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn parallel_deployments(&self) -> usize {
        match self.launcher {
            Launcher::Process(_) => 4,
            // A container takes longer to load another configuration, and flows depend on seconds.
            Launcher::Docker(_) => 1,
        }
    }

    fn deployment(&self, context: &Context, keys: &KeyRing) -> Result<String, CannotCarry> {
        let settings = Value::Object(self.server.settings(context, keys)?);
        Ok(match &context.key_set {
            None => settings.to_string(),
            // What is served beside the server is part of the deployment.
            // The path is a setting; at one and the same URL something answers, or nothing does.
            Some(KeySet { path: _, origin, transport, documents, fetched }) => {
                json!([settings, documents, fetched, origin, transport]).to_string()
            }
        })
    }

    fn deploy(&self, context: &Context, keys: &KeyRing) -> Result<Box<dyn Deployment>, TargetError> {
        match self.launch(context, keys) {
            Ok(started) => Ok(Box::new(started)),
            Err(NotStarted { error, last_words: None }) => Err(error),
            Err(NotStarted { error, last_words: Some(last_words) }) => {
                match RefusedStart::of::<S>(context, &last_words) {
                    Some(refused) => Ok(Box::new(refused)),
                    None => {
                        let told = self.printed_version();
                        Err(self.claim.after_death::<S>(error, told.as_deref()))
                    }
                }
            }
        }
    }
}
