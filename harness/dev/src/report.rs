//! `jotproof-dev report`: what live runs prove.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use jotproof::{Outcome, terminal};
use jotproof_engine::Exit;
use jotproof_engine::report::{coverage, rows};

use crate::arguments::{Coverage, Report, ReportCommand};

pub(crate) fn report(arguments: &Report) -> Outcome {
    let text = match &arguments.command {
        ReportCommand::Rows(logs) => {
            let (suite, logs) = jotproof::report::read(logs)?;
            rows::report(&suite, &logs)?
        }
        ReportCommand::Coverage(arguments) => of_coverage(arguments)?,
    };
    Ok(terminal::end_with(&text, Exit::Ok))
}

fn of_coverage(arguments: &Coverage) -> anyhow::Result<String> {
    let Coverage { profile, accounts, least } = arguments;
    let read =
        |path: &Path| fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    let parsed = serde_json::from_str(&read(accounts)?);
    let parsed: coverage::Accounts = parsed.with_context(|| accounts.display().to_string())?;
    Ok(coverage::report(&parsed, &read(profile)?, *least)?)
}
