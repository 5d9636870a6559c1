//! The destination of `--log`. A regular file is replaced at the end of the run. Any other file is written to
//! at once.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use jotproof_engine::log::{Failure, Header, RunLog};

use crate::replacement::Replacement;
use crate::terminal::{self, OfMachine};

/// The path that means standard output.
const STANDARD_OUTPUT: &str = "-";

/// An open run log. The log of each target is written as soon as the target is done.
#[derive(Debug)]
pub(crate) struct LogFile {
    path: String,
    sink: Sink,
    /// The header of the current target, for the log of an interrupted run.
    running: Option<Header>,
    /// The first write error. Nothing is written after it.
    failed: Option<io::Error>,
}

#[derive(Debug)]
enum Sink {
    StandardOutput,
    StandardError,
    /// A device, FIFO or socket. Its reader sees each log at once.
    Written(BufWriter<File>),
    /// A regular file. The previous file stays until the new one is complete.
    Replaced(Replacement),
}

impl LogFile {
    /// Opens the destination. Only a regular file is ever replaced.
    ///
    /// # Errors
    ///
    /// Fails if the folder does not exist or the path cannot be written to.
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
        // `/dev/stdout` may lead to a file or a pipe. If it were opened again, log and summary would
        // overwrite each other. If it were replaced, the summary would go to a file without a name.
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

    /// Whether the log goes to standard output. The summary then goes to standard error.
    pub(crate) fn is_standard_output(&self) -> bool {
        matches!(self.sink, Sink::StandardOutput)
    }

    /// Records the header of the next target.
    pub(crate) fn begin(&mut self, header: Header) {
        self.running = Some(header);
    }

    /// Writes the log of a finished target. [`LogFile::finish`] reports a failure; the run goes on.
    pub(crate) fn write(&mut self, log: &RunLog) {
        self.running = None;
        if self.failed.is_none() {
            self.failed = terminal::unless_unread(self.sink.take(log)).err();
        }
    }

    /// Completes the log.
    ///
    /// # Errors
    ///
    /// [`OfMachine`] with the first failure.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let outcome = match (self.failed, self.sink) {
            (Some(error), _) => Err(error),
            (None, Sink::Replaced(replacement)) => replacement.finish(),
            (None, Sink::Written(_) | Sink::StandardOutput | Sink::StandardError) => Ok(()),
        };
        outcome.context(OfMachine(format!("cannot write the run log {}", self.path)))
    }

    /// Completes the log of a run that breaks off: the finished targets, then the reason for the end.
    /// `environment` is true if the target is not at fault.
    pub(crate) fn break_off(mut self, why: &str, environment: bool) -> anyhow::Result<()> {
        if let Some(header) = self.running.take() {
            let failure = Some(Failure { message: why.to_owned(), environment });
            self.write(&RunLog { failure, ..RunLog::empty(header) });
        }
        self.finish()
    }
}

impl Sink {
    /// Writes a log and flushes it.
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

/// Whether a stream of this process leads to the file with this metadata.
fn is_behind(found: &Metadata, stream: impl AsFd) -> bool {
    let same = |stream: Metadata| stream.dev() == found.dev() && stream.ino() == found.ino();
    let stream = stream.as_fd().try_clone_to_owned().and_then(|stream| File::from(stream).metadata());
    stream.is_ok_and(same)
}
