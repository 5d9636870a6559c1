//! `jotproof report`.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use anyhow::Context as _;
use jotproof_engine::log::RunLog;
use jotproof_engine::report::{coverage, junit, rows};
use jotproof_engine::{Exit, Suite};

use crate::arguments::{Coverage, Logs, Report, ReportCommand, Source};
use crate::{Outcome, terminal};

pub(crate) fn report(arguments: &Report) -> Outcome {
    let text = match &arguments.command {
        ReportCommand::Rows(arguments) => {
            let (suite, logs) = read(arguments)?;
            rows::report(&suite, &logs)?
        }
        ReportCommand::Coverage(arguments) => of_coverage(arguments)?,
        ReportCommand::Junit(arguments) => {
            let (suite, logs) = read(arguments)?;
            junit::report(&suite, &logs)?
        }
    };
    Ok(terminal::end_with(&text, Exit::Ok))
}

/// Reads the run logs, and the vectors that they are about.
fn read(arguments: &Logs) -> anyhow::Result<(Suite, Vec<RunLog>)> {
    let Logs { logs: paths, source: Source { vectors: folder } } = arguments;
    let suite = terminal::suite(folder.as_deref())?;
    let mut logs = Vec::new();
    for path in paths {
        let file = File::open(path).with_context(|| format!("cannot open the run log {}", path.display()))?;
        let read = RunLog::read_all(BufReader::new(file));
        logs.extend(read.with_context(|| format!("run log {}", path.display()))?);
    }
    Ok((suite, logs))
}

fn of_coverage(arguments: &Coverage) -> anyhow::Result<String> {
    let Coverage { profile, accounts, least } = arguments;
    let read =
        |path: &Path| fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    let parsed = serde_json::from_str(&read(accounts)?);
    let parsed: coverage::Accounts = parsed.with_context(|| accounts.display().to_string())?;
    Ok(coverage::report(&parsed, &read(profile)?, *least)?)
}
