//! The files that a run writes beside its log: reports, and a list of known failures.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::Context as _;
use jotproof_engine::known::{self, KnownFailures};
use jotproof_engine::log::RunLog;
use jotproof_engine::report::{html, junit, markdown, sarif};
use jotproof_engine::{Exit, Suite};

use crate::arguments::RunOptions;
use crate::replacement::Replacement;
use crate::site_folder;
use crate::terminal::OfMachine;

/// Reads a list of known failures.
pub(crate) fn known_failures(path: Option<&Path>, suite: &Suite) -> anyhow::Result<KnownFailures> {
    let Some(path) = path else { return Ok(KnownFailures::default()) };
    let what = || format!("known failures in {}", path.display());
    let text = fs::read_to_string(path).with_context(what)?;
    KnownFailures::read(&text, suite).with_context(what)
}

/// Writes reports that say that the run did not come to its end. They stay if it breaks off, so none is ever green by
/// accident.
pub(crate) fn begin_reports(options: &RunOptions) -> anyhow::Result<()> {
    let RunOptions { junit, sarif, markdown, html, .. } = options;
    if let Some(path) = junit {
        write(path, &junit::unfinished()?)?;
    }
    if let Some(path) = sarif {
        write(path, &sarif::unfinished()?)?;
    }
    if let Some(path) = markdown {
        write(path, markdown::UNFINISHED)?;
    }
    if let Some(folder) = html {
        site_folder::write(folder, html::unfinished)?;
    }
    Ok(())
}

/// Writes the reports of a complete run.
pub(crate) fn reports(options: &RunOptions, suite: &Suite, logs: &[RunLog]) -> anyhow::Result<()> {
    let RunOptions { junit, sarif, markdown, html, .. } = options;
    if let Some(path) = junit {
        write(path, &junit::report(suite, logs)?)?;
    }
    if let Some(path) = sarif {
        write(path, &sarif::report(suite, logs)?)?;
    }
    if let Some(path) = markdown {
        write(path, &markdown::report(suite, logs))?;
    }
    if let Some(folder) = html {
        site_folder::write(folder, |sink| html::report(suite, logs, sink))?;
    }
    Ok(())
}

/// Adds the failures of these runs to a list of known failures, and creates it if there is none.
pub(crate) fn write_known_failures(path: &Path, suite: &Suite, logs: &[RunLog]) -> anyhow::Result<()> {
    anyhow::ensure!(
        logs.iter().all(|log| matches!(
            log.exit(),
            Exit::Ok | Exit::ConformanceFailure | Exit::KnownFailuresOutdated
        )),
        "no known failures are written, because a run is incomplete, failed as a whole or judged too little"
    );
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        text => text.with_context(|| format!("known failures in {}", path.display()))?,
    };
    write(path, &known::add(&text, suite, logs)?)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let replaced = || {
        let mut file = Replacement::of(path)?;
        file.write_all(text.as_bytes())?;
        file.finish()
    };
    replaced().with_context(|| OfMachine(format!("cannot write {}", path.display())))
}
