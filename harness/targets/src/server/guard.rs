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

use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// The first argument that makes the command a guard.
pub const GUARD_ARGUMENT: &str = "__guard";

/// How long a server has to end after SIGTERM, before SIGKILL.
const GRACE: Duration = Duration::from_secs(2);

/// The executable that is a guard when its first argument is [`GUARD_ARGUMENT`].
static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();

/// Names the executable that calls [`run_guard`] when its first argument is [`GUARD_ARGUMENT`]; the
/// running one unless said otherwise. Only the first call counts.
pub fn set_guard_executable(path: PathBuf) {
    EXECUTABLE.get_or_init(|| path);
}

/// The command that guards `program`: add the arguments of the program, its environment and its
/// working directory.
pub(super) fn guard_command(log: &Path, remove: &Path, program: &Path) -> io::Result<Command> {
    let executable = match EXECUTABLE.get() {
        Some(path) => path.clone(),
        None => std::env::current_exe()?,
    };
    let mut command = Command::new(executable);
    command
        .arg(GUARD_ARGUMENT)
        .arg("--log")
        .arg(log)
        .arg("--remove")
        .arg(remove)
        .arg("--")
        .arg(program)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // Held open by the guard, it would keep whoever reads our output waiting after our end.
        .stderr(Stdio::null());
    Ok(command)
}

/// The guard itself: starts the server that `arguments` name, waits for the end of standard input and
/// ends the server. The arguments are those after [`GUARD_ARGUMENT`]:
/// `--log FILE [--remove DIRECTORY] -- PROGRAM [ARGUMENT…]`.
pub fn run_guard(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
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
        let (mut log, mut remove) = (None, None);
        loop {
            let argument = arguments.next()?;
            if argument == OsStr::new("--log") {
                log = Some(PathBuf::from(arguments.next()?));
            } else if argument == OsStr::new("--remove") {
                remove = Some(PathBuf::from(arguments.next()?));
            } else if argument == OsStr::new("--") {
                break;
            } else {
                return None;
            }
        }
        Some(Self { log: log?, remove, program: arguments.next()?, arguments: arguments.collect() })
    }

    fn carry_out(&self) -> ExitCode {
        let (sender, events) = mpsc::channel();
        let mut server = match self.start() {
            Ok(server) => server,
            Err(error) => {
                say(&format!("failed {error}"));
                return ExitCode::FAILURE;
            }
        };
        let group = Pid::from_child(&server);
        say(&format!("started {}", server.id()));
        watch_server(group, sender.clone());
        watch_pipe(sender);
        guard(&mut server, group, &events);
        ExitCode::SUCCESS
    }

    fn start(&self) -> io::Result<Child> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        Command::new(&self.program)
            .args(&self.arguments)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
    }
}

/// Returns when the pipe is closed and nothing of the server is left.
fn guard(server: &mut Child, group: Pid, events: &Receiver<Event>) {
    if matches!(events.recv(), Ok(Event::ServerEnded)) {
        let status = reap(server, group);
        say(&format!("exited {status}"));
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

fn watch_pipe(events: Sender<Event>) {
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
        let _ = events.send(Event::PipeClosed);
    });
}

/// One line to the command. It may be dead already; then nobody needs to know.
fn say(line: &str) {
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{}", line.replace('\n', " "));
    let _ = output.flush();
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::Order;

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
    }

    #[test]
    fn an_order_without_log_or_program_is_none() {
        for line in ["-- server", "--log a --", "--log a", "--log", "--what -- server"] {
            assert!(parse(line).is_none(), "{line}");
        }
    }
}
