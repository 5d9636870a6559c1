//! A running server that we started: started on a port of ours, proved to be ours, ended with us.
//!
//! That something answers on the port proves nothing; another server may hold it. The proof is a
//! management key, made anew for every launch, which our server honours while it turns down another
//! one.
//!
//! Long because starting, proving and ending a server share one type.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{self, Child, ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use jotproof_engine::random;
use jotproof_engine::target::TargetError;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tempfile::TempDir;

use super::docker;
use super::files_for;
use super::guard::{CONTAINER_WITHIN, Container, GUARD_WITHIN, Streams, await_exit, guard_command};
use super::image::Image;
use super::innermost;
use super::log_end::{SHOWN_LINES, excerpt, last_lines, reason, tail};
use super::port::free_port;
use crate::http;
use crate::notice::notice;

/// How long a server has to come up, unless said otherwise.
pub const READY_WITHIN: Duration = Duration::from_secs(10);

/// How many ports are tried. Two in a row are taken away under our hands only on a machine that is
/// being scanned.
const PORTS: usize = 5;

/// How long between two questions whether it is up.
const POLL: Duration = Duration::from_millis(20);

/// How long after its first answer a server may still be without its signal handlers. Centrifugo opens its ports
/// before it installs them, and until then a signal ends it on the spot.
const HANDLERS_WITHIN: Duration = Duration::from_millis(500);

/// How soon after a lost connection the guard has told that the server ended.
const HEARD_WITHIN: Duration = Duration::from_secs(1);

/// The variable that tells a Go program built with `-cover` where to write what it reached. It writes when it ends
/// by itself, and nothing when a signal ends it.
const COUNTERS: &str = "GOCOVERDIR";

/// The remedy for an exhausted resource of this machine.
const MORE: &str = "raise its limits (ulimit -n, ulimit -u), or run less beside it";

/// What a program ends with that has done what it was to do.
pub(super) const SUCCESS: &str = "exit status: 0";

/// What to start.
pub struct Launch<'a> {
    /// What people call it.
    pub title: &'a str,
    /// The program.
    pub program: &'a Program,
    /// Variables that would be read as options, and are taken away: by their names, or, ending in `_`, by how their
    /// names begin.
    pub foreign_variables: &'a [&'a str],
    /// Variables that it is given.
    pub variables: &'a [(&'a str, &'a str)],
    /// Writes what it reads into its directory, and gives its arguments.
    pub arguments: &'a dyn Fn(&Launched) -> io::Result<Vec<OsString>>,
    /// How it proves that it is the one that was started.
    pub proof: Proof<'a>,
    /// How long it has to come up.
    pub ready_within: Duration,
    /// The folder to keep its log in. If absent, the log is deleted with its directory.
    pub keep_logs: Option<&'a Path>,
}

/// The program of a server.
#[derive(Debug)]
pub enum Program {
    /// A file of this machine, by its absolute path.
    Binary(PathBuf),
    /// A command inside of an image.
    InImage {
        /// The image, which Docker has.
        image: Image,
        /// The command, on the `PATH` of the image.
        command: &'static str,
    },
}

/// What is made anew for every launch.
#[derive(Debug, Clone)]
pub struct Launched {
    /// The port of the loopback interface to listen on.
    pub port: u16,
    /// The management key.
    pub key: String,
    /// Its working directory, removed with the server.
    pub directory: PathBuf,
}

/// How a server shows that it knows a management key.
pub struct Proof<'a> {
    /// The request that carries a key.
    pub request: &'a dyn Fn(&str) -> ManagementRequest,
    /// The HTTP status of the answer to the right key.
    pub granted: u16,
    /// The HTTP status of the answer to a wrong one.
    pub denied: u16,
    /// A path that is served (with status 200) only once everything else is; nothing where the answer
    /// to the key is proof of that too.
    pub served_last: Option<String>,
}

/// A POST request to the management interface of a server.
#[derive(Debug)]
pub struct ManagementRequest {
    /// The path.
    pub path: String,
    /// Name and value of the header that authorises.
    pub header: (&'static str, String),
    /// The body, JSON.
    pub body: &'static str,
}

/// A running server. Dropping it ends it and removes its directory.
#[derive(Debug)]
pub struct RunningServer {
    guard: Child,
    /// The guard ends the server when this is closed.
    pipe: Option<ChildStdin>,
    running: Running,
    exited: Arc<OnceLock<String>>,
    port: u16,
    management_key: String,
    log: PathBuf,
    /// The path to copy its log to when it ends.
    kept_log: Option<PathBuf>,
    directory: TempDir,
    /// When it gave its first answer.
    answered: Option<Instant>,
}

/// What a server runs as.
#[derive(Debug)]
enum Running {
    /// A process, with its number as soon as it is known.
    Process { pid: Option<u32> },
    /// A container, found by what it is labelled with even before its id is known.
    Container { id: String, run: String },
}

impl Running {
    /// How long the guard has to say that it runs, and to go away after it.
    fn guarded_within(&self) -> Duration {
        match self {
            Self::Process { .. } => GUARD_WITHIN,
            Self::Container { .. } => CONTAINER_WITHIN,
        }
    }

    /// Takes the number or the id from what the guard said.
    fn is(&mut self, said: String) -> Result<(), String> {
        match self {
            Self::Process { pid } => match said.parse() {
                Ok(number) => *pid = Some(number),
                Err(_) => return Err(format!("its guard said that {said:?} is the number of a process")),
            },
            Self::Container { id, .. } => *id = said,
        }
        Ok(())
    }

    /// Does the work of a guard that was killed; `exited` where the server had ended by itself.
    fn end(&self, exited: bool) {
        match self {
            // A number that is free again may be somebody else's by now.
            Self::Process { pid } if !exited => {
                if let Some(group) = pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)) {
                    let _ = kill_process_group(group, Signal::KILL);
                }
            }
            Self::Process { .. } => {}
            // A daemon that does not answer cannot be told to.
            Self::Container { run, .. } => drop(docker::remove(run)),
        }
    }
}

impl Launch<'_> {
    /// What to look at where it does not come up.
    fn advice(&self) -> String {
        format!(
            "see that it is {} of the version that was named (--server-version), and knows every --server-option",
            self.title
        )
    }

    /// The container to start in, if it is one: labelled anew for every launch.
    fn container(&self) -> io::Result<Option<Container>> {
        match self.program {
            Program::Binary(_) => Ok(None),
            Program::InImage { image, .. } => Ok(Some(Container {
                image: image.to_string(),
                run: random::key()?,
                variables: self.variables.iter().map(|(name, value)| format!("{name}={value}")).collect(),
            })),
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binary(path) => path.display().fmt(f),
            Self::InImage { image, command } => write!(f, "{command} in {image}"),
        }
    }
}

/// Why a server does not run.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct NotStarted {
    /// What is said of it.
    pub error: TargetError,
    /// Its last words, where it ended by itself before it had proved anything.
    pub last_words: Option<LastWords>,
}

/// How a server ended by itself while it started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastWords {
    /// Its exit status.
    pub status: String,
    /// The last line that it wrote.
    pub line: String,
}

impl From<TargetError> for NotStarted {
    fn from(error: TargetError) -> Self {
        Self { error, last_words: None }
    }
}

impl From<NotStarted> for TargetError {
    fn from(not_started: NotStarted) -> Self {
        not_started.error
    }
}

/// Why a launch came to nothing.
enum Failed {
    /// The port was taken in the meantime: try another.
    PortTaken(TargetError),
    /// Another port will not help.
    ForGood(NotStarted),
}

impl From<TargetError> for Failed {
    fn from(error: TargetError) -> Self {
        Self::ForGood(error.into())
    }
}

impl RunningServer {
    /// Starts a server and waits until it has proved that it is ours.
    ///
    /// # Errors
    ///
    /// [`TargetError::NotStarted`] with the last lines of its log if it dies or does not come up in time.
    /// [`TargetError::Fault`] if it does not check its management key. [`TargetError::EnvironmentMissing`] if
    /// this machine has no room for its directory, or no free port after a few attempts.
    pub fn start(launch: &Launch<'_>) -> Result<Self, NotStarted> {
        let mut tried = 1;
        loop {
            match Self::launch(launch) {
                Ok(server) => return Ok(server),
                Err(Failed::PortTaken(_)) if tried < PORTS => tried += 1,
                Err(Failed::PortTaken(error)) => {
                    let text = format!(
                        "{error}\n{PORTS} ports in a row were taken when it came to listen: free some of those from \
                         20000 to 32767, or see whether a --server-option names one that is taken"
                    );
                    return Err(TargetError::EnvironmentMissing(text).into());
                }
                Err(Failed::ForGood(not_started)) => return Err(not_started),
            }
        }
    }

    /// The process number of the server, where it is a process of this machine.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        match self.running {
            Running::Process { pid } => pid,
            Running::Container { .. } => None,
        }
    }

    /// Tells it to read its configuration again, as SIGHUP does by convention.
    ///
    /// # Errors
    ///
    /// Where it has ended, or its container takes nothing.
    pub fn hang_up(&self) -> Result<(), String> {
        if let Some(status) = self.exit_status() {
            return Err(status.to_owned());
        }
        self.await_handlers();
        if let Running::Container { id, .. } = &self.running {
            let files = files_for(self.directory.path(), &self.log);
            return docker::reload(id, &files.map_err(|error| error.to_string())?);
        }
        match self.pid().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)) {
            Some(pid) => kill_process(pid, Signal::HUP).map_err(|error| error.to_string()),
            None => Err("the number of its process is not known".to_owned()),
        }
    }

    /// Waits until a server that has answered has installed its signal handlers.
    fn await_handlers(&self) {
        if let Some(answered) = self.answered {
            thread::sleep(HANDLERS_WITHIN.saturating_sub(answered.elapsed()));
        }
    }

    /// The id of its container, where it runs in one.
    #[must_use]
    pub fn container(&self) -> Option<&str> {
        match &self.running {
            Running::Process { .. } => None,
            Running::Container { id, .. } => Some(id),
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// The management key that it was started with.
    #[must_use]
    pub fn management_key(&self) -> &str {
        &self.management_key
    }

    /// How it ended, where it ended by itself.
    #[must_use]
    pub fn exit_status(&self) -> Option<&str> {
        self.exited.get().map(String::as_str)
    }

    /// How it ended, if its guard says so within some time.
    fn exit_status_within(&self, time: Duration) -> Option<&str> {
        let deadline = Instant::now() + time;
        while self.exit_status().is_none() && Instant::now() < deadline {
            thread::sleep(POLL);
        }
        self.exit_status()
    }

    /// The reason for its end, if it ended by itself: the line of its log that explains it, the exit status,
    /// and the last lines of the log.
    #[must_use]
    pub fn how_it_died(&self) -> Option<String> {
        let status = self.exit_status()?;
        let log = tail(&self.log);
        let how = reason(&log).map_or_else(|| status.to_owned(), |reason| format!("{reason}; {status}"));
        Some(match last_lines(&log, SHOWN_LINES) {
            lines if lines.is_empty() => how,
            lines => format!("{how}\nthe last lines of its log:\n{lines}"),
        })
    }

    fn launch(launch: &Launch<'_>) -> Result<Self, Failed> {
        let directory = tempfile::Builder::new()
            .prefix("jotproof-")
            .tempdir()
            .map_err(|error| missing("make a temporary directory", &error, "make room, or set TMPDIR"))?;
        let launched = Launched {
            port: free_port()
                .map_err(|error| missing("listen on the loopback interface", &error, "free a port"))?,
            key: random::key().map_err(|error| missing("read /dev/urandom", &error, "make it readable"))?,
            directory: directory.path().to_owned(),
        };
        let mut server = Self::spawn(launch, &launched, directory)?;
        server.wait_until_proved(launch, &launched)?;
        server.answered = Some(Instant::now());
        Ok(server)
    }

    fn spawn(launch: &Launch<'_>, launched: &Launched, directory: TempDir) -> Result<Self, TargetError> {
        let fault = |text: String| {
            TargetError::Fault(format!("cannot start {} ({}): {text}", launch.title, launch.program))
        };
        let log = directory.path().join("server.log");
        let arguments = (launch.arguments)(launched).map_err(|error| {
            missing("write the configuration of the server", &error, "make room, or set TMPDIR")
        })?;
        let container =
            launch.container().map_err(|error| missing("read /dev/urandom", &error, "make it readable"))?;
        let program = match launch.program {
            Program::Binary(path) => path.as_os_str(),
            Program::InImage { command, .. } => OsStr::new(command),
        };
        let mut command = guard_command(&log, directory.path(), program, Streams::Logged, container.as_ref())
            .map_err(|error| {
                missing("find this command, to guard the server", &error, "see that it was not moved")
            })?;
        command.args(arguments).current_dir(directory.path());
        for (name, _) in env::vars_os() {
            let is_foreign = |foreign: &&str| match name.to_str() {
                Some(name) => name == *foreign || foreign.ends_with('_') && name.starts_with(foreign),
                None => false,
            };
            if launch.foreign_variables.iter().any(is_foreign) {
                command.env_remove(name);
            }
        }
        command.envs(launch.variables.iter().copied());

        let mut guard =
            command.spawn().map_err(|error| missing("start the guard of the server", &error, MORE))?;
        let pipe = guard.stdin.take();
        let lines = guard.stdout.take();
        let exited = Arc::new(OnceLock::new());
        let (sender, started) = mpsc::channel();
        if let Some(lines) = lines {
            let exited = Arc::clone(&exited);
            thread::spawn(move || listen(lines, &sender, &exited));
        }
        let mut running = match container {
            None => Running::Process { pid: None },
            Some(Container { run, .. }) => Running::Container { id: String::new(), run },
        };
        let said = started.recv_timeout(running.guarded_within()).unwrap_or_else(|_| {
            Err("its guard said nothing; see that the guard executable is this command".to_owned())
        });
        let started = said.and_then(|said| running.is(said));
        let server = Self {
            guard,
            pipe,
            running,
            exited,
            port: launched.port,
            management_key: launched.key.clone(),
            log,
            kept_log: launch.keep_logs.map(|folder| folder.join(name_of_kept(launch.title))),
            directory,
            answered: None,
        };
        // Where it did not start, dropping it here takes away what there may be of it.
        started.map(|()| server).map_err(fault)
    }

    fn wait_until_proved(&self, launch: &Launch<'_>, launched: &Launched) -> Result<(), Failed> {
        let fault = |text: String| TargetError::Fault(format!("{} {text}", launch.title));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| missing("make an event loop", &error, MORE))?;
        let client = http::client()
            .timeout(Duration::from_secs(1).min(launch.ready_within))
            .build()
            .map_err(|error| missing("make an HTTP client", &io::Error::other(error), MORE))?;
        let ask = |key: &str| {
            let request = (launch.proof.request)(key);
            let (name, value) = request.header;
            let client = &client;
            let url = format!("http://{}{}", self.address(), request.path);
            async move {
                let response = client.post(url).header(name, value).body(request.body).send().await;
                response.map(|response| response.status().as_u16()).map_err(|error| innermost(&error))
            }
        };

        let served = |path: &str| {
            let (client, url) = (&client, format!("http://{}{path}", self.address()));
            async move { client.get(url).send().await.is_ok_and(|response| response.status() == 200) }
        };

        let deadline = Instant::now() + launch.ready_within;
        loop {
            let answer = runtime.block_on(ask(&launched.key));
            if let Some(status) = self.exit_status() {
                return Err(self.died(launch, status));
            }
            match answer {
                Ok(status)
                    if status == launch.proof.granted
                        && launch
                            .proof
                            .served_last
                            .as_deref()
                            .is_none_or(|path| runtime.block_on(served(path))) =>
                {
                    break;
                }
                answer if Instant::now() >= deadline => {
                    let answer = answer.map_or_else(
                        |error| error,
                        |code| format!("HTTP {code} in answer to its management key"),
                    );
                    return Err(Failed::from(TargetError::NotStarted(format!(
                        "{} did not come up within {} s: {answer}; {}{}",
                        launch.title,
                        launch.ready_within.as_secs_f32(),
                        launch.advice(),
                        excerpt(&tail(&self.log))
                    ))));
                }
                _ => thread::sleep(POLL),
            }
        }

        let wrong =
            random::key().map_err(|error| missing("read /dev/urandom", &error, "make it readable"))?;
        match runtime.block_on(ask(&wrong)) {
            Ok(status) if status == launch.proof.denied => Ok(()),
            answer => {
                // A lost connection is heard of before the end of the server that it comes from.
                if answer.is_err()
                    && let Some(status) = self.exit_status_within(HEARD_WITHIN)
                {
                    return Err(self.died(launch, status));
                }
                let answer = answer.map_or_else(|error| error, |code| format!("HTTP {code}"));
                Err(Failed::from(fault(format!(
                    "does not turn down a wrong management key ({answer}), so that nothing proves \
                     that port {} is its own; see that no --server-option opens its management \
                     interface",
                    launched.port
                ))))
            }
        }
    }

    fn died(&self, launch: &Launch<'_>, status: &str) -> Failed {
        let log = tail(&self.log);
        let error = TargetError::NotStarted(format!(
            "{} died at start: {status}; {}{}",
            launch.title,
            launch.advice(),
            excerpt(&log)
        ));
        if log.contains("address already in use") {
            Failed::PortTaken(error)
        } else {
            let line = log.lines().last().unwrap_or_default().to_owned();
            let last_words = Some(LastWords { status: status.to_owned(), line });
            Failed::ForGood(NotStarted { error, last_words })
        }
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        if env::var_os(COUNTERS).is_some() && self.exit_status().is_none() {
            self.await_handlers();
        }
        drop(self.pipe.take());
        if !await_exit(&mut self.guard, self.running.guarded_within()) {
            self.running.end(self.exited.get().is_some());
        }
        if let Some(kept) = &self.kept_log
            && let Err(error) = fs::copy(&self.log, kept)
        {
            // A lost log does not change the results.
            notice(format_args!("cannot keep the log of a server as {}: {error}", kept.display()));
        }
    }
}

/// The file name of a kept log. It is unique for each started server.
fn name_of_kept(title: &str) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("{}-{}-{number}.log", title.to_lowercase(), process::id())
}

/// Reads what the guard says until it ends.
fn listen(lines: ChildStdout, started: &mpsc::Sender<Result<String, String>>, exited: &OnceLock<String>) {
    for line in BufReader::new(lines).lines().map_while(Result::ok) {
        // A receiver that is gone has given the server up.
        if let Some(id) = line.strip_prefix("started ") {
            let _ = started.send(Ok(id.to_owned()));
        } else if let Some(reason) = line.strip_prefix("failed ") {
            let _ = started.send(Err(reason.to_owned()));
        } else if let Some(status) = line.strip_prefix("exited ") {
            let _ = exited.set(status.to_owned());
        }
    }
}

fn missing(doing: &str, error: &io::Error, remedy: &str) -> TargetError {
    TargetError::EnvironmentMissing(format!("cannot {doing}: {error}; {remedy}"))
}
