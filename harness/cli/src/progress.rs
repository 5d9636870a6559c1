//! The progress of a run: a bar on a terminal, a line every ten seconds elsewhere. Both show the share of the
//! expected time and never go back.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::terminal;

/// The interval between lines if standard error is not a terminal.
const EVERY: Duration = Duration::from_secs(10);

/// The interval between updates of the bar.
const DRAWN: Duration = Duration::from_millis(200);

/// The progress display of a run, on standard error. Dropping it removes the bar.
pub(crate) struct Progress {
    shown: Shown,
}

enum Shown {
    Bar(ProgressBar),
    Lines { share: Arc<Share>, end: Option<Sender<()>>, writer: Option<JoinHandle<()>> },
}

/// The elapsed part of the expected time.
#[derive(Default)]
struct Share {
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// Starts the display for a target.
    pub(crate) fn of(target: String) -> Self {
        let shown = if io::stderr().is_terminal() { bar(target) } else { lines(target) };
        Self { shown }
    }

    /// Updates the display: `done` of `total` expected milliseconds are over.
    pub(crate) fn tell(&self, done: u64, total: u64) {
        match &self.shown {
            Shown::Bar(bar) => {
                bar.set_length(total);
                // Several threads report, and a late report may be out of date.
                bar.set_position(bar.position().max(done));
            }
            Shown::Lines { share, .. } => {
                share.total.store(total, Ordering::Relaxed);
                share.done.fetch_max(done, Ordering::Relaxed);
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        match &mut self.shown {
            Shown::Bar(bar) => bar.finish_and_clear(),
            Shown::Lines { end, writer, .. } => {
                drop(end.take());
                let _ = writer.take().map(JoinHandle::join);
            }
        }
    }
}

fn bar(target: String) -> Shown {
    let bar = ProgressBar::new(0).with_prefix(target);
    if let Ok(style) = ProgressStyle::with_template("{prefix}  {bar:30}  {percent} %  {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(DRAWN);
    Shown::Bar(bar)
}

fn lines(target: String) -> Shown {
    let share = Arc::<Share>::default();
    let (end, ended) = mpsc::channel();
    let known = Arc::clone(&share);
    let start = Instant::now();
    let writer = thread::spawn(move || {
        while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
            let percent =
                known.done.load(Ordering::Relaxed) * 100 / known.total.load(Ordering::Relaxed).max(1);
            let seconds = start.elapsed().as_secs();
            terminal::say(format_args!("{target}: {percent} % after {seconds} s\n"));
        }
    });
    Shown::Lines { share, end: Some(end), writer: Some(writer) }
}
