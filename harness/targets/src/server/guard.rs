//! Stopping a server survives our own death.
//!
//! The command starts itself a second time, as a guard, and the guard starts the server. A pipe leads
//! from the command to the guard's standard input; nothing is ever written to it. However the command
//! ends (by itself, by Ctrl-C, by SIGKILL), the kernel closes the pipe, and at end of file the guard
//! ends the server with everything that the server has started.
//!
//! The guard runs in a process group of its own, so that a signal to the command's group (Ctrl-C)
//! does not reach it, and the server in another one, so that it can be ended as a whole.
//!
//! On its standard output the guard says, a line each: `started PID` or `failed REASON`, and
//! `exited STATUS` where the server ended by itself.
//!
//! A program that is spoken to over its standard input and output (an adapter) is guarded too, with
//! `--pipe`: it gets the guard's own two pipes, and the guard speaks on its standard error instead.
//! The command then holds the reading end of that one, and its closing is the end.
//!
//! A server in a container is guarded with `--image`: the guard starts the container, says
//! `started ID`, and removes it at the end.
//!
//! If the guard itself is killed, it can end nothing. So the server is started through the command, with
//! [`START_ARGUMENT`]. On Linux, that process asks the kernel to kill it when the guard ends, and then
//! becomes the server.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getppid, kill_process_group, waitid};
use rustix::stdio::{dup2_stdin, dup2_stdout};

#[cfg(feature = "docker")]
mod container;

/// The first argument that makes the command a guard.
pub const GUARD_ARGUMENT: &str = "__guard";

/// The first argument that makes the command become another program. The program is killed when its parent
/// ends.
const START_ARGUMENT: &str = "__start";

/// How long a server has to end after SIGTERM, before SIGKILL.
const GRACE: Duration = Duration::from_secs(5);

/// How long the guard has to say that the server runs, and to go away after the server.
pub(crate) const GUARD_WITHIN: Duration = Duration::from_secs(8);

/// The same where a container has to be made and removed.
pub(crate) const CONTAINER_WITHIN: Duration = Duration::from_secs(60);

/// The executable that is a guard when its first argument is [`GUARD_ARGUMENT`].
static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();

/// Sets the executable that calls [`run_internal`] before anything else. The default is the running
/// executable. Only the first call counts.
pub fn set_guard_executable(path: PathBuf) {
    EXECUTABLE.get_or_init(|| path);
}

/// Where the standard streams of a guarded program lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Streams {
    /// Into its log; it is spoken to otherwise.
    Logged,
    /// Input and output to the command, and standard error into its log.
    Piped,
}

/// A container to start a server in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Container {
    /// The name of the image.
    pub(crate) image: String,
    /// What nobody else's containers are labelled with.
    pub(crate) run: String,
    /// Variables that the server is given, each `NAME=VALUE`.
    pub(crate) variables: Vec<String>,
}

/// The command that guards `program`: add the arguments of the program, its environment and its
/// working directory.
pub(crate) fn guard_command(
    log: &Path,
    remove: &Path,
    program: &OsStr,
    streams: Streams,
    container: Option<&Container>,
) -> io::Result<Command> {
    let executable = match EXECUTABLE.get() {
        Some(path) => path.clone(),
        None => std::env::current_exe()?,
    };
    let mut command = Command::new(executable);
    command.arg(GUARD_ARGUMENT);
    if streams == Streams::Piped {
        command.arg("--pipe");
    }
    if let Some(Container { image, run, variables }) = container {
        command.args(["--image", image, "--run", run]);
        command.args(variables.iter().flat_map(|variable| ["--variable", variable]));
    }
    command
        .arg("--log")
        .arg(log)
        .arg("--remove")
        .arg(remove)
        .arg("--")
        .arg(program)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(match streams {
            // Held open by the guard, it would keep whoever reads our output waiting after our end.
            Streams::Logged => Stdio::null(),
            Streams::Piped => Stdio::piped(),
        });
    Ok(command)
}

/// Waits for a guard that was told to end; `false` where it had to be killed, or was.
pub(crate) fn await_exit(guard: &mut Child, within: Duration) -> bool {
    let deadline = Instant::now() + within;
    loop {
        match guard.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
            Ok(None) | Err(_) => break,
        }
    }
    let _ = guard.kill();
    let _ = guard.wait();
    false
}

/// Runs a guard, or becomes another program, if the first argument asks for that. Returns `None` for any other
/// argument.
pub fn run_internal(mut arguments: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    let first = arguments.next()?;
    if first == GUARD_ARGUMENT {
        Some(run_guard(arguments))
    } else if first == START_ARGUMENT {
        Some(run_start(arguments))
    } else {
        None
    }
}

/// The guard itself: starts the server that `arguments` name, waits for the end of standard input and
/// ends the server. The arguments are those after [`GUARD_ARGUMENT`]:
/// `[--pipe] --log FILE [--remove DIRECTORY] -- PROGRAM [ARGUMENT…]`, and before the dashes for a
/// program in a container `--image NAME --run LABEL [--variable NAME=VALUE]…`.
fn run_guard(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let Some(order) = Order::parse(arguments) else {
        return ExitCode::from(2);
    };
    let code = order.carry_out();
    if let Some(directory) = &order.remove {
        // Mostly gone already, removed by whoever made it. What else could be done is nothing.
        let _ = fs::remove_dir_all(directory);
    }
    code
}

/// What a guard is told to do.
struct Order {
    streams: Streams,
    container: Option<Container>,
    log: PathBuf,
    remove: Option<PathBuf>,
    program: OsString,
    arguments: Vec<OsString>,
}

/// What a guard waits for.
enum Event {
    /// The server ended; its process is not reaped yet.
    ServerEnded,
    /// The command that started the guard closed the pipe, or died.
    PipeClosed,
}

impl Order {
    fn parse(arguments: impl IntoIterator<Item = OsString>) -> Option<Self> {
        let mut arguments = arguments.into_iter();
        let (mut streams, mut log, mut remove) = (Streams::Logged, None, None);
        let mut container = Container::default();
        loop {
            let argument = arguments.next()?;
            if argument == OsStr::new("--pipe") {
                streams = Streams::Piped;
            } else if argument == OsStr::new("--log") {
                log = Some(PathBuf::from(arguments.next()?));
            } else if argument == OsStr::new("--remove") {
                remove = Some(PathBuf::from(arguments.next()?));
            } else if argument == OsStr::new("--image") {
                container.image = arguments.next()?.into_string().ok()?;
            } else if argument == OsStr::new("--run") {
                container.run = arguments.next()?.into_string().ok()?;
            } else if argument == OsStr::new("--variable") {
                container.variables.push(arguments.next()?.into_string().ok()?);
            } else if argument == OsStr::new("--") {
                break;
            } else {
                return None;
            }
        }
        // Without its label a container would not be found again.
        let container = match (container.image.is_empty(), container.run.is_empty()) {
            (true, true) if container.variables.is_empty() => None,
            (false, false) if streams == Streams::Logged => Some(container),
            _ => return None,
        };
        let (log, program) = (log?, arguments.next()?);
        Some(Self { streams, container, log, remove, program, arguments: arguments.collect() })
    }

    fn carry_out(&self) -> ExitCode {
        match &self.container {
            None => self.carry_out_as_process(),
            #[cfg(feature = "docker")]
            Some(container) => self.carry_out_in(container),
            #[cfg(not(feature = "docker"))]
            Some(_) => {
                self.say("failed built without Docker");
                ExitCode::FAILURE
            }
        }
    }

    fn carry_out_as_process(&self) -> ExitCode {
        let (sender, events) = mpsc::channel();
        let mut server = match self.start() {
            Ok(server) => server,
            Err(error) => {
                self.say(&format!("failed {error}"));
                return ExitCode::FAILURE;
            }
        };
        let group = Pid::from_child(&server);
        self.say(&format!("started {}", server.id()));
        watch_server(group, sender.clone());
        match self.streams {
            Streams::Logged => watch_pipe(move || {
                let _ = sender.send(Event::PipeClosed);
            }),
            Streams::Piped => watch_reader(sender),
        }
        self.guard(&mut server, group, &events);
        ExitCode::SUCCESS
    }

    /// Starts the server and waits until its program runs. Must be called from the main thread, because the
    /// kernel kills the server when the starting thread ends.
    fn start(&self) -> io::Result<Child> {
        let log = appended(&self.log)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(START_ARGUMENT).arg(std::process::id().to_string()).arg(&self.log).arg(&self.program);
        command.args(&self.arguments).process_group(0);
        match self.streams {
            Streams::Logged => command.stdin(Stdio::null()).stdout(log),
            Streams::Piped => command.stdin(Stdio::inherit()).stdout(Stdio::inherit()),
        };
        let mut server = command.stderr(Stdio::piped()).spawn()?;
        let mut problem = String::new();
        if let Some(mut told) = server.stderr.take() {
            told.read_to_string(&mut problem)?;
        }
        if !problem.is_empty() {
            server.wait()?;
            return Err(io::Error::other(problem));
        }
        if self.streams == Streams::Piped {
            // Held by the guard too, the pipes would not end with the program.
            let nothing = File::options().read(true).write(true).open("/dev/null")?;
            dup2_stdin(&nothing)?;
            dup2_stdout(&nothing)?;
        }
        Ok(server)
    }

    /// Returns when the pipe is closed and nothing of the server is left.
    fn guard(&self, server: &mut Child, group: Pid, events: &Receiver<Event>) {
        if matches!(events.recv(), Ok(Event::ServerEnded)) {
            let status = reap(server, group);
            self.say(&format!("exited {status}"));
            // The pipe is the only event left.
            let _ = events.recv();
            return;
        }
        // A group that is gone cannot be signalled, which is what is wanted.
        let _ = kill_process_group(group, Signal::TERM);
        if events.recv_timeout(GRACE).is_err() {
            let _ = kill_process_group(group, Signal::KILL);
            let _ = events.recv();
        }
        reap(server, group);
    }

    /// One line to the command. It may be dead already; then nobody needs to know.
    fn say(&self, line: &str) {
        let line = format!("{}\n", line.replace('\n', " "));
        let _ = match self.streams {
            Streams::Logged => {
                let mut output = io::stdout().lock();
                output.write_all(line.as_bytes()).and_then(|()| output.flush())
            }
            Streams::Piped => io::stderr().write_all(line.as_bytes()),
        };
    }
}

/// Becomes another program that is killed when its parent ends. The arguments after [`START_ARGUMENT`] are
/// `PARENT LOG PROGRAM [ARGUMENT…]`. The standard error of the program goes to the log. If the program cannot
/// start, the reason goes to the standard error of this process; otherwise that ends without output.
fn run_start(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.into_iter();
    let (Some(parent), Some(log), Some(program)) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return ExitCode::from(2);
    };
    // The kernel closes this descriptor when the program starts.
    let Ok(told) = io::stderr().as_fd().try_clone_to_owned() else { return ExitCode::FAILURE };
    let problem = die_with_parent(&parent)
        .and_then(|()| appended(Path::new(&log)))
        .map_or_else(|error| error, |log| Command::new(program).args(arguments).stderr(log).exec());
    // The guard may be gone.
    let _ = File::from(told).write_all(problem.to_string().as_bytes());
    ExitCode::FAILURE
}

/// Asks the kernel to kill this process when its parent ends, on systems that support it.
fn die_with_parent(parent: &OsStr) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // The parent may have ended before the request.
    let is_there = getppid().is_some_and(|found| *parent == *found.as_raw_nonzero().to_string());
    if is_there { Ok(()) } else { Err(io::Error::other("its guard is gone")) }
}

fn appended(log: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(log)
}

/// Ends what the server may have left behind in its group, and takes its exit status.
///
/// In this order: while the server is not reaped, the number of its group cannot be given to another
/// process.
fn reap(server: &mut Child, group: Pid) -> String {
    let _ = kill_process_group(group, Signal::KILL);
    match server.wait() {
        Ok(status) => status.to_string(),
        Err(error) => format!("unknown status: {error}"),
    }
}

fn watch_server(process: Pid, events: Sender<Event>) {
    thread::spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(process), options), Err(Errno::INTR)) {}
        let _ = events.send(Event::ServerEnded);
    });
}

/// Calls back when the pipe is closed, or the command that held it is dead.
fn watch_pipe(closed: impl FnOnce() + Send + 'static) {
    thread::spawn(move || {
        let mut ignored = [0; 64];
        // Neither octets nor an interruption are the end; any other error is as good as one.
        loop {
            match io::stdin().read(&mut ignored) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        closed();
    });
}

/// Waits until nobody can read our standard error any more.
fn watch_reader(events: Sender<Event>) {
    thread::spawn(move || {
        let stderr = io::stderr();
        // No event is asked for: that the other end is closed is told unasked. What else can go
        // wrong is as good as the end, an interruption apart.
        while matches!(poll(&mut [PollFd::new(&stderr, PollFlags::empty())], None), Ok(0) | Err(Errno::INTR))
        {
        }
        let _ = events.send(Event::PipeClosed);
    });
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{Container, Order, Streams};

    fn parse(line: &str) -> Option<Order> {
        Order::parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn an_order_ends_at_the_double_dash() {
        let order = parse("--log a --remove b -- server --log c").unwrap();
        assert_eq!(order.log.as_os_str(), "a");
        assert_eq!(order.remove.unwrap().as_os_str(), "b");
        assert_eq!(order.program, "server");
        assert_eq!(order.arguments, ["--log", "c"]);
        assert_eq!(order.streams, Streams::Logged);
        assert_eq!(parse("--pipe --log a -- adapter").unwrap().streams, Streams::Piped);
    }

    #[test]
    fn an_order_for_a_container_names_image_and_label() {
        let order = parse("--image i:1 --run r --variable A=b --log a -- server --config c").unwrap();
        let container =
            Container { image: "i:1".to_owned(), run: "r".to_owned(), variables: vec!["A=b".to_owned()] };
        assert_eq!(order.container, Some(container));
        for line in
            ["--image i --log a -- s", "--run r --log a -- s", "--pipe --image i --run r --log a -- s"]
        {
            assert!(parse(line).is_none(), "{line}");
        }
    }

    #[test]
    fn an_order_without_log_or_program_is_none() {
        for line in ["-- server", "--log a --", "--log a", "--log", "--what -- server"] {
            assert!(parse(line).is_none(), "{line}");
        }
    }
}
