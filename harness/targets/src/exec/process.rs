//! A running adapter: started under a guard, spoken to over two pipes, ended with everything that it
//! started.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use jotproof_engine::target::TargetError;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use super::wire::{self, Hello};
use super::{Bounds, stderr};
use crate::server::guard::{GUARD_WITHIN, Streams, await_exit, guard_command};

/// How long the news of a death may take: a pipe ends before its process is gone.
const NEWS_OF_DEATH: Duration = Duration::from_millis(500);

/// The longest line of an adapter, in octets: more than any claims set of the suite.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// A running adapter. Dropping it ends it.
#[derive(Debug)]
pub struct AdapterProcess {
    guard: Child,
    /// The guard ends the adapter when this is closed.
    status: Option<ChildStderr>,
    pid: u32,
    /// To the thread that writes: an adapter that does not read must not hold us up.
    orders: Option<Sender<Vec<u8>>>,
    lines: Receiver<Heard>,
    ended: Option<String>,
    log: PathBuf,
    _directory: TempDir,
}

/// What came from an adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A line, without its end.
    Line(Vec<u8>),
    /// A line longer than any answer.
    TooLong,
    /// Nothing, within the time given.
    Silence,
    /// Its output ended.
    End,
}

impl AdapterProcess {
    /// Starts an adapter and waits for its hello.
    ///
    /// # Errors
    ///
    /// [`TargetError::EnvironmentMissing`] where the program cannot be started,
    /// [`TargetError::Fault`] where it does not say hello in time and in form.
    pub fn start(command: &[String], bounds: &Bounds) -> Result<(Self, Hello), TargetError> {
        let mut process = Self::spawn(command)?;
        let fault = |text: String| TargetError::Fault(format!("adapter {}: {text}", command.join(" ")));
        let hello = match process.hear(bounds.hello) {
            Heard::Line(line) => wire::hello(&line).map_err(fault)?,
            Heard::TooLong => return Err(fault("its first line is longer than any hello".to_owned())),
            Heard::Silence => {
                return Err(fault(format!(
                    "no hello within {} s; its first line must be one, before anything is asked{}",
                    bounds.hello.as_secs_f32(),
                    process.excerpt()
                )));
            }
            Heard::End => {
                let how = process.how_it_ended();
                return Err(fault(format!("it ended before its hello: {how}")));
            }
        };
        Ok((process, hello))
    }

    /// The number of the process, which is that of its group.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends a line, without waiting for it to be read.
    pub fn say(&self, line: Vec<u8>) {
        // A writer that is gone found the pipe closed; that the output ends tells the same.
        let _ = self.orders.as_ref().map(|orders| orders.send(line));
    }

    /// Closes its standard input, after what was said.
    pub fn close_input(&mut self) {
        self.orders = None;
    }

    /// Waits for the next line.
    pub fn hear(&mut self, within: Duration) -> Heard {
        match self.lines.recv_timeout(within) {
            Ok(heard) => heard,
            Err(RecvTimeoutError::Timeout) => Heard::Silence,
            Err(RecvTimeoutError::Disconnected) => Heard::End,
        }
    }

    /// The exit status, with an excerpt of standard error. Called after [`Heard::End`].
    pub fn how_it_ended(&mut self) -> String {
        let status = self
            .exit_status()
            .map_or_else(|| "its standard output is closed, and it still runs".to_owned(), ToOwned::to_owned);
        format!("{status}{}", self.excerpt())
    }

    /// Its exit status in words, where it ended by itself.
    pub fn exit_status(&mut self) -> Option<&str> {
        if self.ended.is_none()
            && let Some(status) = &mut self.status
        {
            let line = status_line(status, NEWS_OF_DEATH);
            self.ended = line.and_then(|line| line.strip_prefix("exited ").map(ToOwned::to_owned));
        }
        self.ended.as_deref()
    }

    fn excerpt(&self) -> String {
        match stderr::excerpt(&self.log) {
            lines if lines.is_empty() => String::new(),
            lines => format!("; the last lines of its standard error:\n{lines}"),
        }
    }

    fn spawn(command: &[String]) -> Result<Self, TargetError> {
        let shown = command.join(" ");
        let missing = |text: String| TargetError::EnvironmentMissing(format!("adapter {shown}: {text}"));
        let (program, arguments) =
            command.split_first().ok_or_else(|| missing("there is no program".to_owned()))?;
        let directory = tempfile::Builder::new().prefix("jotproof-").tempdir().map_err(|error| {
            missing(format!("cannot make a temporary directory: {error}; make room, or set TMPDIR"))
        })?;
        let log = directory.path().join("adapter.log");
        let mut guard = guard_command(&log, directory.path(), program.as_ref(), Streams::Piped, None)
            .and_then(|mut guard| guard.args(arguments).spawn())
            .map_err(|error| missing(format!("no guard process: {error}")))?;
        let (Some(stdin), Some(stdout), Some(mut status)) =
            (guard.stdin.take(), guard.stdout.take(), guard.stderr.take())
        else {
            return Err(missing("its guard has no pipes".to_owned()));
        };
        let said = status_line(&mut status, GUARD_WITHIN).unwrap_or_default();
        let Some(pid) = said.strip_prefix("started ").and_then(|pid| pid.parse().ok()) else {
            drop(status);
            await_exit(&mut guard, GUARD_WITHIN);
            return Err(missing(match said.strip_prefix("failed ") {
                Some(reason) => {
                    format!("cannot start {program}: {reason}; give a program that runs on this machine")
                }
                None => "its guard said nothing; see that the guard executable is this command".to_owned(),
            }));
        };
        let (orders, to_write) = mpsc::channel();
        let (heard, lines) = mpsc::channel();
        thread::spawn(move || write(stdin, &to_write));
        thread::spawn(move || read(stdout, &heard));
        Ok(Self {
            guard,
            status: Some(status),
            pid,
            orders: Some(orders),
            lines,
            ended: None,
            log,
            _directory: directory,
        })
    }
}

impl Drop for AdapterProcess {
    fn drop(&mut self) {
        self.orders = None;
        drop(self.status.take());
        if !await_exit(&mut self.guard, GUARD_WITHIN)
            && self.ended.is_none()
            && let Some(group) = i32::try_from(self.pid).ok().and_then(Pid::from_raw)
        {
            // The guard was killed: do its work.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Writes lines until there are no more, or nobody reads them; then the pipe is closed.
fn write(mut pipe: ChildStdin, lines: &Receiver<Vec<u8>>) {
    for line in lines {
        if pipe.write_all(&line).is_err() {
            break;
        }
    }
}

/// Reads lines until the pipe ends, or nobody wants them.
fn read(pipe: ChildStdout, heard: &Sender<Heard>) {
    let mut pipe = BufReader::new(pipe);
    loop {
        let mut line = Vec::new();
        match pipe.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let whole = line.last() == Some(&b'\n');
        let too_long = !whole && u64::try_from(line.len()).is_ok_and(|length| length >= LONGEST_LINE);
        if whole {
            line.pop();
        }
        let sent = heard.send(if too_long { Heard::TooLong } else { Heard::Line(line) });
        if too_long || sent.is_err() {
            return;
        }
    }
}

/// One line of a guard, where it comes in time.
fn status_line(status: &mut ChildStderr, within: Duration) -> Option<String> {
    let deadline = Instant::now() + within;
    let mut line = Vec::new();
    loop {
        let left = Timespec::try_from(deadline.saturating_duration_since(Instant::now())).ok()?;
        match poll(&mut [PollFd::new(status, PollFlags::IN)], Some(&left)) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(_) => return None,
        }
        let mut octet = [0];
        match status.read(&mut octet) {
            Ok(0) | Err(_) => return None,
            Ok(_) if octet == *b"\n" => return Some(String::from_utf8_lossy(&line).into_owned()),
            Ok(_) => line.extend(octet),
        }
    }
}
