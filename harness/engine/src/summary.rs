//! The terminal summary: a pure function of run logs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use jotproof_model::Judgement;
use jotproof_profiles::{Entry, Profiles};

use crate::exit::Exit;
use crate::log::{Row, RunLog};

/// How much to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Detail {
    /// What is explained, and what is not carried, with every reason.
    pub explained: bool,
    /// Every red row, instead of the first of each judgement.
    pub every_row: bool,
}

/// How many red rows of one judgement are shown where not all are.
const SHOWN: usize = 5;

const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();

/// The summary of several runs: a line each, then what is red, the worst first.
#[must_use]
pub fn summary(logs: &[RunLog], detail: Detail) -> String {
    let mut text = String::new();
    let width = logs.iter().map(|log| log.header.target.chars().count()).max().unwrap_or(0);
    for log in logs {
        line(&mut text, log, width);
    }
    if detail.explained {
        for log in logs {
            explained(&mut text, log);
        }
    }
    for log in logs {
        red(&mut text, log, detail);
    }
    text
}

// Writing to a string does not fail, so the results of `write!` below carry nothing.

fn line(text: &mut String, log: &RunLog, width: usize) {
    let (style, word) = match log.exit() {
        Exit::Ok => (GOOD, "ok"),
        Exit::ConformanceFailure => (BAD, "FAILED"),
        Exit::TargetFault => (BAD, "FAULT"),
        Exit::TooLittleJudged => (BAD, "TOO LITTLE JUDGED"),
        Exit::EnvironmentMissing => (BAD, "NOT RUN"),
        Exit::Usage | Exit::Interrupted => (BAD, "ERROR"),
    };
    let target = &log.header.target;
    let _ = write!(text, "{STRONG}{target:width$}{STRONG:#}  {style}{word}{style:#}  ");
    let mut parts = vec![format!("{} judged", log.rows.len())];
    for judgement in Judgement::ALL.into_iter().rev() {
        let (explained, plain): (Vec<&Row>, Vec<&Row>) = log
            .rows
            .iter()
            .filter(|row| row.judgement == judgement)
            .partition(|row| row.explained_by.is_some());
        if !plain.is_empty() {
            parts.push(format!("{} {judgement}", plain.len()));
        }
        if !explained.is_empty() {
            parts.push(format!("{} {judgement} explained", explained.len()));
        }
    }
    let missed = log.rows.iter().filter(|row| row.missed.is_some()).count();
    if missed > 0 {
        parts.push(format!("{missed} not as predicted"));
    }
    let not_carried: usize = log.not_carried.values().map(Vec::len).sum();
    if not_carried > 0 {
        parts.push(format!("{not_carried} not carried"));
    }
    let _ = writeln!(text, "{}  {FAINT}{}{FAINT:#}", parts.join(", "), seconds(log.elapsed_ms));
    if let Some(failure) = &log.failure {
        for line in failure.message.lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:02} s", milliseconds / 1000, milliseconds % 1000 / 10)
}

fn explained(text: &mut String, log: &RunLog) {
    let mut by_entry: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &log.rows {
        if let Some(entry) = &row.explained_by {
            by_entry.entry(entry).or_default().push(row);
        }
    }
    if !by_entry.is_empty() {
        let _ = writeln!(text, "\n{}: explained by profile {}", log.header.target, log.header.profile);
        let profile = Profiles::built_in().find(&log.header.profile).ok();
        for (entry, rows) in by_entry {
            let mut counts: BTreeMap<Judgement, usize> = BTreeMap::new();
            for row in &rows {
                *counts.entry(row.judgement).or_default() += 1;
            }
            let counts: Vec<String> =
                counts.iter().map(|(judgement, count)| format!("{count} {judgement}")).collect();
            let _ = writeln!(text, "  {entry}: {}", counts.join(", "));
            let stated =
                profile.as_ref().and_then(|profile| profile.entries.iter().find(|it| it.id == entry));
            if let Some(Entry { reason, link, .. }) = stated {
                let _ = writeln!(text, "    {reason}\n    {link}");
            }
        }
    }
    if !log.not_carried.is_empty() {
        let _ = writeln!(text, "\n{}: not carried, for want of", log.header.target);
        for (reason, ids) in &log.not_carried {
            let _ = writeln!(text, "  {:4}  {reason}", ids.len());
        }
    }
}

/// What is red, the worst judgement first; what was judged well but not as predicted comes last.
fn red(text: &mut String, log: &RunLog, detail: Detail) {
    for judgement in Judgement::ALL {
        let rows: Vec<&Row> =
            log.rows.iter().filter(|row| row.is_red() && row.judgement == judgement).collect();
        if rows.is_empty() {
            continue;
        }
        let what = if judgement.is_fine() { "not as predicted" } else { judgement.name() };
        let _ = writeln!(text, "\n{BAD}{what}{BAD:#} on {} ({})", log.header.target, rows.len());
        let shown = if detail.every_row { rows.len() } else { SHOWN };
        for row in rows.iter().take(shown) {
            row_lines(text, log, row);
        }
        if rows.len() > shown {
            let _ =
                writeln!(text, "  {FAINT}and {} more; --all shows every one{FAINT:#}", rows.len() - shown);
        }
    }
}

fn row_lines(text: &mut String, log: &RunLog, row: &Row) {
    let _ = writeln!(text, "  {STRONG}{}{STRONG:#}", row.id);
    if !row.detail.is_empty() {
        let _ = writeln!(text, "    {} (expected: {})", row.detail, row.expected);
    }
    // What is judged badly needs no prediction to be seen as bad.
    if let Some(missed) = row.missed.as_ref().filter(|_| row.judgement.is_fine()) {
        let _ = writeln!(text, "    profile {} predicted: {missed}", log.header.profile);
    }
    let _ = writeln!(text, "    {FAINT}again: {} --only {}{FAINT:#}", log.header.repeat, row.id);
}
