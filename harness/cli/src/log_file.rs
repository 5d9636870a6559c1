//! Where `--log` leads: a file that is replaced when all is done, or something else that is written to.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use jotproof_engine::log::{Failure, Header, RunLog};

use crate::replacement::Replacement;
use crate::terminal::{self, OfMachine};

/// The path that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// The run logs on their way to where they are wanted. A target is written as soon as it is done.
#[derive(Debug)]
pub(crate) struct LogFile {
    path: String,
    sink: Sink,
    /// What is running, so that an interruption can say so.
    running: Option<Header>,
    /// The first failure; nothing is written after it.
    failed: Option<io::Error>,
}

#[derive(Debug)]
enum Sink {
    StandardOutput,
    StandardError,
    /// A device, a FIFO, a socket: a reader sees what is written at once.
    Written(BufWriter<File>),
    /// A regular file: the previous one stays until this one is whole.
    Replaced(Replacement),
}

impl LogFile {
    /// Opens what the path names. Only a regular file is ever replaced.
    ///
    /// # Errors
    ///
    /// Where there is no such folder, or the path cannot be written to.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let sink =
            Self::sink(path).with_context(|| format!("cannot write the run log {}", path.display()))?;
        Ok(Self { path: path.display().to_string(), sink, running: None, failed: None })
    }

    fn sink(path: &Path) -> anyhow::Result<Sink> {
        if path == Path::new(STANDARD_OUTPUT) {
            return Ok(Sink::StandardOutput);
        }
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Sink::Replaced(Replacement::of(path)?));
            }
            Err(error) => return Err(error.into()),
        };
        if found.is_dir() {
            bail!("it is a folder");
        }
        // `/dev/stdout` where that leads to a file or a pipe: opened once more, the two would overwrite
        // each other; replaced, the summary would go to a file that has no name any more.
        if !found.file_type().is_char_device() {
            if is_behind(&found, io::stdout()) {
                return Ok(Sink::StandardOutput);
            }
            if is_behind(&found, io::stderr()) {
                return Ok(Sink::StandardError);
            }
        }
        Ok(if found.is_file() {
            Sink::Replaced(Replacement::of(path)?)
        } else {
            Sink::Written(BufWriter::new(OpenOptions::new().write(true).open(path)?))
        })
    }

    /// Whether standard output is taken by the log, so that the summary has to go elsewhere.
    pub(crate) fn is_standard_output(&self) -> bool {
        matches!(self.sink, Sink::StandardOutput)
    }

    /// Remembers what is run next.
    pub(crate) fn begin(&mut self, header: Header) {
        self.running = Some(header);
    }

    /// Writes the log of a target that is done. A failure is told at the end: the run goes on.
    pub(crate) fn write(&mut self, log: &RunLog) {
        self.running = None;
        if self.failed.is_none() {
            self.failed = terminal::unless_unread(self.sink.take(log)).err();
        }
    }

    /// Puts the log in its place.
    ///
    /// # Errors
    ///
    /// [`OfMachine`], with what went wrong first.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let outcome = match (self.failed, self.sink) {
            (Some(error), _) => Err(error),
            (None, Sink::Replaced(replacement)) => replacement.finish(),
            (None, Sink::Written(_) | Sink::StandardOutput | Sink::StandardError) => Ok(()),
        };
        outcome.context(OfMachine(format!("cannot write the run log {}", self.path)))
    }

    /// The same for a run that breaks off: the log has the targets that are done, and then says why there
    /// is no more; `environment` where that is not the fault of the target.
    pub(crate) fn break_off(mut self, why: &str, environment: bool) -> anyhow::Result<()> {
        if let Some(header) = self.running.take() {
            let failure = Some(Failure { message: why.to_owned(), environment });
            self.write(&RunLog { failure, ..RunLog::empty(header) });
        }
        self.finish()
    }
}

impl Sink {
    /// Writes a log and hands it on at once.
    fn take(&mut self, log: &RunLog) -> io::Result<()> {
        fn to(sink: &mut impl Write, log: &RunLog) -> io::Result<()> {
            log.write(sink)?;
            sink.flush()
        }
        match self {
            Self::StandardOutput => to(&mut BufWriter::new(io::stdout().lock()), log),
            Self::StandardError => to(&mut BufWriter::new(io::stderr().lock()), log),
            Self::Written(file) => to(file, log),
            Self::Replaced(replacement) => to(replacement, log),
        }
    }
}

/// Whether a stream of this process leads to the same file.
fn is_behind(found: &Metadata, stream: impl AsFd) -> bool {
    let same = |stream: Metadata| stream.dev() == found.dev() && stream.ino() == found.ino();
    let stream = stream.as_fd().try_clone_to_owned().and_then(|stream| File::from(stream).metadata());
    stream.is_ok_and(same)
}
