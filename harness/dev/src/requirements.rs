//! `jotproof-dev vectors requirements`: the normative sentences, with the number of their cases.

use std::fmt::Write as _;

use jotproof::{Outcome, terminal};
use jotproof_catalogue::requirements::{Coverage, coverage};
use jotproof_engine::Exit;

use crate::arguments::Requirements;

pub(crate) fn requirements(Requirements { text: part, source }: &Requirements) -> Outcome {
    let suite = terminal::suite(source.vectors.as_deref())?;
    let mut rows = coverage(suite.vectors());
    rows.retain(|row| part.as_ref().is_none_or(|part| row.id.contains(part.as_str())));
    if let (true, Some(part)) = (rows.is_empty(), part) {
        anyhow::bail!("no requirement has this text in its id: {part}");
    }
    let mut text = String::new();
    for row in &rows {
        writeln!(text, "{row}")?;
    }
    let musts: Vec<&Coverage> = rows.iter().filter(|row| row.is_must()).collect();
    let waived = musts.iter().filter(|row| row.requirement.waiver.is_some()).count();
    let lacking = rows.iter().filter(|row| row.finding().is_some()).count();
    writeln!(
        text,
        "{} requirements, {} of them a MUST for verifiers: {waived} waived, {lacking} lack a case",
        rows.len(),
        musts.len()
    )?;
    let exit = if lacking == 0 { Exit::Ok } else { Exit::ConformanceFailure };
    Ok(terminal::end_with(&text, exit))
}
