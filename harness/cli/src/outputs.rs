//! The files that a run writes beside its log: a JUnit report, and a list of known failures.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::Context as _;
use jotproof_engine::known::{self, KnownFailures};
use jotproof_engine::log::RunLog;
use jotproof_engine::report::junit;
use jotproof_engine::{Exit, Suite};

use crate::replacement::Replacement;
use crate::terminal::OfMachine;

/// Reads a list of known failures.
pub(crate) fn known_failures(path: Option<&Path>, suite: &Suite) -> anyhow::Result<KnownFailures> {
    let Some(path) = path else { return Ok(KnownFailures::default()) };
    let what = || format!("known failures in {}", path.display());
    let text = fs::read_to_string(path).with_context(what)?;
    KnownFailures::read(&text, suite).with_context(what)
}

/// Writes a JUnit report with one error. The report of a run that breaks off stays like this, so it is never
/// green.
pub(crate) fn begin_junit(path: &Path) -> anyhow::Result<()> {
    write(path, &junit::unfinished()?)
}

/// Writes the JUnit report of a complete run.
pub(crate) fn junit(path: &Path, suite: &Suite, logs: &[RunLog]) -> anyhow::Result<()> {
    write(path, &junit::report(suite, logs)?)
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
