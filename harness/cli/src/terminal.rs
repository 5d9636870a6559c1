//! What the subcommands share at the terminal: output, progress, errors, interruption.
//!
//! The exit code of a command never depends on who reads its output. A reader that goes away (`| head`)
//! ends the printing and nothing else. What goes to standard error is never worth failing for.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, StdoutLock, Write as _};
use std::path::Path;
use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use jotproof_engine::{Exit, Suite};
use jotproof_profiles::Profiles;
use rustix::io::Errno;

/// How long an interrupted command has for its last words: whatever takes them may be stuck.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Writes results to standard output and gives the exit code of the command: that of the results, and
/// [`Exit::EnvironmentMissing`] at least where they cannot be written.
pub(crate) fn end_with(text: &str, exit: Exit) -> Exit {
    exit.worst(print(text).map_or_else(|error| report(&error), |()| Exit::Ok))
}

/// Writes results to standard output, coloured on a terminal.
///
/// # Errors
///
/// [`OfMachine`], unless the reader has gone away: it has seen what it wanted to see.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    printed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Lets `write` write results to standard output as it makes them. A reader that has gone away ends that
/// early.
///
/// # Errors
///
/// As [`print`].
pub(crate) fn print_with(
    write: impl FnOnce(&mut BufWriter<StdoutLock<'_>>) -> io::Result<()>,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let outcome = write(&mut out).and_then(|()| out.flush());
    // What is left in the buffer was refused already.
    drop(out.into_parts());
    printed(outcome)
}

fn printed(outcome: io::Result<()>) -> anyhow::Result<()> {
    unless_unread(outcome).context(OfMachine("cannot write to standard output".to_owned()))
}

/// The outcome of writing to a pipe, which does not fail because nobody reads.
pub(crate) fn unless_unread(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// What this machine does not do or take, in words: no error of the one who asked for it.
#[derive(Debug)]
pub(crate) struct OfMachine(pub(crate) String);

impl fmt::Display for OfMachine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Writes text to standard error, coloured on a terminal. No command fails because nobody hears it.
pub(crate) fn say(text: impl fmt::Display) {
    let mut stderr = anstream::stderr().lock();
    let _ = write!(stderr, "{text}").and_then(|()| stderr.flush());
}

/// Says on standard error what is being done, on a terminal only, until the value is dropped.
pub(crate) fn working(what: String) -> impl Drop {
    struct Working(bool);
    impl Drop for Working {
        fn drop(&mut self) {
            if self.0 {
                say("\r\x1b[K");
            }
        }
    }
    let shown = io::stderr().is_terminal();
    if shown {
        say(format_args!("\r\x1b[K{what}…"));
    }
    Working(shown)
}

/// Reports an error on standard error and gives the exit code for it.
pub(crate) fn report(error: &anyhow::Error) -> Exit {
    let bad = anstyle::AnsiColor::Red.on_default().bold();
    say(format_args!("{bad}error{bad:#}: {error:#}\n"));
    let is_of_machine = |error: &io::Error| {
        // By their numbers: not all of these kinds have a stable name.
        let numbers = [Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::NOSPC, Errno::DQUOT, Errno::IO];
        error.raw_os_error().is_some_and(|number| numbers.iter().any(|errno| errno.raw_os_error() == number))
    };
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    if error.downcast_ref::<OfMachine>().is_some() || causes.any(is_of_machine) {
        Exit::EnvironmentMissing
    } else {
        Exit::Usage
    }
}

/// Says on standard error what is to be known of a result beside it.
pub(crate) fn warn(text: &str) {
    let strong = anstyle::AnsiColor::Yellow.on_default().bold();
    say(format_args!("{strong}warning{strong:#}: {text}\n"));
}

/// A line on standard error that shows how far a run is, on a terminal only.
pub(crate) fn progress(target: String) -> impl Fn(usize, usize) + Sync {
    let shown = io::stderr().is_terminal();
    move |done, total| {
        if shown {
            let end = if done == total { "\r\x1b[K" } else { "" };
            say(format_args!("\r\x1b[K{target}: {done} of {total}{end}"));
        }
    }
}

/// What an interrupted command does before it ends.
type LastWill = Box<dyn FnOnce() + Send>;

static LAST_WILL: Mutex<Option<LastWill>> = Mutex::new(None);

/// Names what to do if the command is interrupted. It has [`LAST_WORDS`] for it.
pub(crate) fn if_interrupted(will: impl FnOnce() + Send + 'static) {
    *LAST_WILL.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(will));
}

/// Ends the command on Ctrl-C or a termination signal. The servers that it started end with it: each
/// has a guard that waits for just that.
pub(crate) fn stop_on_interrupt() {
    let handler = || {
        // In a thread of its own: a pipe that is full, or a lock that its writer holds, would keep the
        // command from its end.
        let (done, ended) = mpsc::channel();
        thread::spawn(move || {
            let will = LAST_WILL.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(will) = will {
                will();
            }
            say("\ninterrupted; the servers that were started are being stopped\n");
            // Whoever waited may have gone on.
            let _ = done.send(());
        });
        let _ = ended.recv_timeout(LAST_WORDS);
        #[allow(clippy::disallowed_methods, reason = "an interrupt ends the command wherever it is")]
        std::process::exit(Exit::Interrupted.code().into());
    };
    // It can only fail where a handler is set already, and this is called once.
    let _ = ctrlc::set_handler(handler);
}

/// The profiles of a folder of vectors beside those that are built in.
pub(crate) fn profiles(folder: Option<&Path>) -> anyhow::Result<Cow<'static, Profiles>> {
    let own = folder.map(|folder| folder.join("profiles")).filter(|folder| folder.is_dir());
    Ok(match own {
        Some(folder) => Cow::Owned(Profiles::with_folder(&folder)?),
        None => Cow::Borrowed(Profiles::built_in()),
    })
}

/// The vectors of a folder, or those that are built in.
pub(crate) fn suite(folder: Option<&Path>) -> anyhow::Result<Suite> {
    Ok(match folder {
        Some(folder) => Suite::read(folder)?,
        None => Suite::built_in()?,
    })
}
