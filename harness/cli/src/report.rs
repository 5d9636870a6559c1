//! `jotproof report`.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::Context as _;
use jotproof_engine::log::RunLog;
use jotproof_engine::report::diff::{self, Difference};
use jotproof_engine::report::{annotations, badge, html, junit, markdown, sarif};
use jotproof_engine::{Exit, Suite};

use crate::arguments::{Diff, Html, Logs, Report, ReportCommand, Source};
use crate::{Outcome, site_folder, terminal};

pub(crate) fn report(arguments: &Report) -> Outcome {
    let text = match &arguments.command {
        ReportCommand::Junit(logs) => with(logs, |suite, logs| Ok(junit::report(suite, logs)?))?,
        ReportCommand::Sarif(logs) => with(logs, |suite, logs| Ok(sarif::report(suite, logs)?))?,
        ReportCommand::Markdown(logs) => with(logs, |suite, logs| Ok(markdown::report(suite, logs)))?,
        ReportCommand::Annotations(logs) => with(logs, |suite, logs| Ok(annotations::report(suite, logs)))?,
        ReportCommand::Badge(logs) => with(logs, |_, logs| Ok(badge::report(logs)?))?,
        ReportCommand::Html(Html { logs, out }) => {
            with(logs, |suite, logs| site_folder::write(out, |sink| html::report(suite, logs, sink)))?;
            format!("{}\n", out.join("index.html").display())
        }
    };
    Ok(terminal::end_with(&text, Exit::Ok))
}

/// Makes a report of run logs and the vectors that they are about.
fn with<T>(arguments: &Logs, make: impl FnOnce(&Suite, &[RunLog]) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let (suite, logs) = read(arguments)?;
    make(&suite, &logs)
}

pub(crate) fn diff(Diff { before, after }: &Diff) -> Outcome {
    let Difference { text, is_worse } = diff::report(&read_log(before)?, &read_log(after)?)?;
    let exit = if is_worse { Exit::ConformanceFailure } else { Exit::Ok };
    Ok(terminal::end_with(&text, exit))
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
        logs.extend(read_log(path)?);
    }
    Ok((suite, logs))
}

fn read_log(path: &Path) -> anyhow::Result<Vec<RunLog>> {
    let file = File::open(path).with_context(|| format!("cannot open the run log {}", path.display()))?;
    RunLog::read_all(BufReader::new(file)).with_context(|| format!("run log {}", path.display()))
}
