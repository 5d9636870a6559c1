//! Terminal handling for all subcommands: output, progress, errors, interruption.
//!
//! The exit code of a command never depends on the reader of its output. A reader that goes away (`| head`)
//! only ends the printing. A failed write to standard error is ignored.

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
use jotproof_targets::reference::check_rules;
use rustix::io::Errno;

/// The time that an interrupted command has for its last output. The reader of that output may be stuck.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Writes results to standard output and returns the exit code of the command: `exit`, or the worse of it and
/// [`Exit::EnvironmentMissing`] if they cannot be written.
pub fn end_with(text: &str, exit: Exit) -> Exit {
    exit.worst(print(text).map_or_else(|error| report(&error), |()| Exit::Ok))
}

/// Writes results to standard output, coloured on a terminal.
///
/// # Errors
///
/// [`OfMachine`] if the write fails. A closed pipe is no error, because its reader wants no more.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    printed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Writes the summary of runs to standard output, or to standard error if the run log has standard output.
///
/// # Errors
///
/// As [`print`]. The summary then goes to standard error, which may still work.
pub fn print_beside(log_has_stdout: bool, text: &str) -> anyhow::Result<()> {
    if log_has_stdout {
        say(text);
        return Ok(());
    }
    print(text).inspect_err(|_| say(text))
}

/// Says in words what runs end with, in the last line. Returns the exit code.
pub fn end(log_has_stdout: bool, exit: Exit) -> Exit {
    exit.worst(report_all([print_beside(log_has_stdout, &format!("{exit}\n"))]))
}

/// Streams results to standard output. A reader that goes away ends the output early.
///
/// # Errors
///
/// As [`print`].
pub fn print_with(
    write: impl FnOnce(&mut BufWriter<StdoutLock<'_>>) -> io::Result<()>,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let outcome = write(&mut out).and_then(|()| out.flush());
    // The write of the rest of the buffer has already failed.
    drop(out.into_parts());
    printed(outcome)
}

fn printed(outcome: io::Result<()>) -> anyhow::Result<()> {
    unless_unread(outcome).context(OfMachine("cannot write to standard output".to_owned()))
}

/// Turns the error of a closed pipe into success.
pub fn unless_unread(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// An error of this machine, such as a full disk. The user's request is valid.
#[derive(Debug)]
pub struct OfMachine(pub String);

impl fmt::Display for OfMachine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Writes text to standard error, coloured on a terminal. A failed write is ignored.
pub fn say(text: impl fmt::Display) {
    let mut stderr = anstream::stderr().lock();
    let _ = write!(stderr, "{text}").and_then(|()| stderr.flush());
}

/// Shows the current work on standard error until the value is dropped; on a terminal only.
pub fn working(what: String) -> impl Drop {
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

/// Reports an error on standard error and returns its exit code.
pub fn report(error: &anyhow::Error) -> Exit {
    let bad = anstyle::AnsiColor::Red.on_default().bold();
    say(format_args!("{bad}error{bad:#}: {error:#}\n"));
    let is_of_machine = |error: &io::Error| {
        // Error numbers, because not every `ErrorKind` of these is stable.
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

/// Reports every error and returns the worst exit code.
pub fn report_all(outcomes: impl IntoIterator<Item = anyhow::Result<()>>) -> Exit {
    let errors = outcomes.into_iter().filter_map(Result::err);
    errors.map(|error| report(&error)).fold(Exit::Ok, Exit::worst)
}

/// Says on standard error what is to be known of a result beside it.
pub fn warn(text: &str) {
    let strong = anstyle::AnsiColor::Yellow.on_default().bold();
    say(format_args!("{strong}warning{strong:#}: {text}\n"));
}

/// Shows the progress of a run in a line on standard error; on a terminal only.
pub fn progress(target: String) -> impl Fn(usize, usize) + Sync {
    let shown = io::stderr().is_terminal();
    move |done, total| {
        if shown {
            let end = if done == total { "\r\x1b[K" } else { "" };
            say(format_args!("\r\x1b[K{target}: {done} of {total}{end}"));
        }
    }
}

/// The action of an interrupted command before it ends.
type LastWill = Box<dyn FnOnce(&'static str) + Send>;

static LAST_WILL: Mutex<Option<LastWill>> = Mutex::new(None);

/// Sets the action of an interrupted command, which gets the reason. The action may take [`LAST_WORDS`].
pub fn if_interrupted(will: impl FnOnce(&'static str) + Send + 'static) {
    *LAST_WILL.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(will));
}

/// Ends the command on Ctrl-C or a termination signal. The servers that it started end with it: each
/// has a guard that waits for just that.
pub fn stop_on_interrupt() {
    // It can only fail where a handler is set already, and this is called once.
    let _ = ctrlc::set_handler(|| stop("interrupted", Exit::Interrupted));
}

/// Ends the command after this time, in the same way.
pub fn stop_after(limit: Duration) {
    thread::spawn(move || {
        thread::sleep(limit);
        stop("the time limit was over, and the run did not come to its end", Exit::TargetFault);
    });
}

fn stop(why: &'static str, exit: Exit) {
    // A separate thread, because a full pipe or a held lock would block the end of the command.
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        let will = LAST_WILL.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(will) = will {
            will(why);
        }
        say(format_args!("\n{why}; the servers that were started are being stopped\n"));
        // The receiver may have timed out.
        let _ = done.send(());
    });
    let _ = ended.recv_timeout(LAST_WORDS);
    #[allow(clippy::disallowed_methods, reason = "an interrupt ends the command wherever it is")]
    std::process::exit(exit.code().into());
}

/// The built-in profiles, and those of a folder of vectors.
pub fn profiles(folder: Option<&Path>) -> anyhow::Result<Cow<'static, Profiles>> {
    let own = folder.map(|folder| folder.join("profiles")).filter(|folder| folder.is_dir());
    Ok(match own {
        Some(folder) => {
            let profiles = Profiles::with_folder(&folder)?;
            check_rules(&profiles)?;
            Cow::Owned(profiles)
        }
        None => Cow::Borrowed(Profiles::built_in()),
    })
}

/// The vectors of a folder, or those that are built in.
pub fn suite(folder: Option<&Path>) -> anyhow::Result<Suite> {
    Ok(match folder {
        Some(folder) => Suite::read(folder)?,
        None => Suite::built_in()?,
    })
}
