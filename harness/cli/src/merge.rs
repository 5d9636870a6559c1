//! `jotproof merge`.

use jotproof_engine::log::RunLog;
use jotproof_engine::summary::{Detail, summary};

use crate::arguments::Merge;
use crate::log_file::LogFile;
use crate::{Outcome, outputs, report, terminal};

pub(crate) fn merge(arguments: &Merge) -> Outcome {
    let Merge { logs, known_failures, log } = arguments;
    let folder = logs.source.vectors.as_deref();
    let (suite, shards) = report::read(logs)?;
    let profiles = terminal::profiles(folder)?;
    let known = outputs::known_failures(known_failures.as_deref(), &suite)?;
    let mut file = log.as_deref().map(LogFile::open).transpose()?;
    let logs = jotproof_engine::merge::merge(&suite, &profiles, &known, shards)?;
    if let Some(file) = &mut file {
        logs.iter().for_each(|log| file.write(log));
    }
    let to_stdout = file.as_ref().is_some_and(LogFile::is_standard_output);
    let written = file.map_or(Ok(()), LogFile::finish);
    let shown = terminal::print_beside(to_stdout, &summary(&suite, &logs, Detail::default()));
    let failed = terminal::report_all([written, shown]);
    Ok(terminal::end(to_stdout, RunLog::exit_of_all(&logs).worst(failed)))
}
