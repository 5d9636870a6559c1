//! What is common to the subcommands at the terminal: output, progress, errors, interruption.

use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, StdoutLock, Write as _};
use std::path::Path;

use anyhow::Context as _;
use jotproof_engine::{Exit, Suite};

/// Writes results to standard output, coloured where it is a terminal. A reader that has gone away
/// ends the command quietly.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        outcome => outcome.context("cannot write to standard output"),
    }
}

/// Lets something write results to standard output as it makes them, as [`print`] does.
pub(crate) fn print_with(
    write: impl FnOnce(&mut BufWriter<StdoutLock<'_>>) -> io::Result<()>,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        outcome => outcome.context("cannot write to standard output"),
    }
}

/// Says on standard error what is being done, where that is a terminal, until the value is dropped.
pub(crate) fn working(what: String) -> impl Drop {
    struct Working(bool);
    impl Drop for Working {
        fn drop(&mut self) {
            if self.0 {
                anstream::eprint!("\r\x1b[K");
            }
        }
    }
    let shown = io::stderr().is_terminal();
    if shown {
        anstream::eprint!("\r\x1b[K{what}…");
    }
    Working(shown)
}

/// Reports an error on standard error and gives the exit code for wrong input.
pub(crate) fn report(error: &anyhow::Error) -> Exit {
    let bad = anstyle::AnsiColor::Red.on_default().bold();
    anstream::eprintln!("{bad}error{bad:#}: {error:#}");
    Exit::Usage
}

/// Says on standard error what is to be known of a result beside it.
pub(crate) fn warn(text: &str) {
    let strong = anstyle::AnsiColor::Yellow.on_default().bold();
    anstream::eprintln!("{strong}warning{strong:#}: {text}");
}

/// A line on standard error that shows how far a run is, where that is a terminal.
pub(crate) fn progress(target: String) -> impl Fn(usize, usize) + Sync {
    let shown = io::stderr().is_terminal();
    move |done, total| {
        if shown {
            let end = if done == total { "\r\x1b[K" } else { "" };
            anstream::eprint!("\r\x1b[K{target}: {done} of {total}{end}");
        }
    }
}

/// Ends the command on Ctrl-C or a termination signal. The servers that it started end with it: each
/// has a guard that waits for just that.
pub(crate) fn stop_on_interrupt() {
    let handler = || {
        // A terminal that is gone takes nothing any more: that must not keep the command from its end.
        let _ = writeln!(io::stderr(), "\ninterrupted; the servers that were started are being stopped");
        std::process::exit(130);
    };
    // It can only fail where a handler is set already, and this is called once.
    let _ = ctrlc::set_handler(handler);
}

/// The vectors of a folder, or those that are built in.
pub(crate) fn suite(folder: Option<&Path>) -> anyhow::Result<Suite> {
    Ok(match folder {
        Some(folder) => Suite::read(folder)?,
        None => Suite::built_in()?,
    })
}
