//! `jotproof report`.

use std::fs::File;
use std::io::BufReader;

use anyhow::Context as _;
use jotproof_engine::log::RunLog;
use jotproof_engine::report::junit;
use jotproof_engine::{Exit, Suite};

use crate::arguments::{Logs, Report, ReportCommand, Source};
use crate::{Outcome, terminal};

pub(crate) fn report(arguments: &Report) -> Outcome {
    let text = match &arguments.command {
        ReportCommand::Junit(arguments) => {
            let (suite, logs) = read(arguments)?;
            junit::report(&suite, &logs)?
        }
    };
    Ok(terminal::end_with(&text, Exit::Ok))
}

/// Reads the run logs, and the vectors that they are about.
///
/// # Errors
///
/// Names the file that cannot be read, and what is wrong in it.
pub fn read(arguments: &Logs) -> anyhow::Result<(Suite, Vec<RunLog>)> {
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
