//! `jotproof report`.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::Context as _;
use jotproof_engine::log::RunLog;
use jotproof_engine::report::diff::{self, Difference};
use jotproof_engine::report::{annotations, badge, junit, markdown, sarif};
use jotproof_engine::{Exit, Suite};

use crate::arguments::{Diff, Logs, Report, ReportCommand, Source};
use crate::{Outcome, terminal};

pub(crate) fn report(arguments: &Report) -> Outcome {
    use ReportCommand::{Annotations, Badge, Junit, Markdown, Sarif};
    let (Junit(logs) | Sarif(logs) | Markdown(logs) | Annotations(logs) | Badge(logs)) = &arguments.command;
    let (suite, logs) = read(logs)?;
    let text = match &arguments.command {
        Junit(_) => junit::report(&suite, &logs)?,
        Sarif(_) => sarif::report(&suite, &logs)?,
        Markdown(_) => markdown::report(&suite, &logs),
        Annotations(_) => annotations::report(&suite, &logs),
        Badge(_) => badge::report(&logs)?,
    };
    Ok(terminal::end_with(&text, Exit::Ok))
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
