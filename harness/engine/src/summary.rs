//! Renders the terminal summary from run logs and their vectors.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use jotproof_model::Judgement;
use jotproof_profiles::{Entry, Profile, Profiles};

use crate::exit::Exit;
use crate::issues::{self, Group, Issue};
use crate::log::{Row, RunLog};
use crate::suite::Suite;

mod shortfall;

/// How much to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Detail {
    /// Whether to show explained and advisory rows, and every reason why vectors do not apply.
    pub explained: bool,
    /// Whether to show every vector of an issue instead of the first.
    pub every_row: bool,
}

const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();

/// Renders the summary of several runs: a few lines for each run, then the red rows, the worst first.
#[must_use]
pub fn summary(suite: &Suite, logs: &[RunLog], detail: Detail) -> String {
    let mut text = String::new();
    let width = logs.iter().map(|log| name(log).chars().count()).max().unwrap_or(0);
    for log in logs {
        head(&mut text, suite, log, width);
    }
    if detail.explained {
        for log in logs {
            explained(&mut text, log);
            let advisory = |row: &Row| row.judgement == Judgement::Advisory && !log.fails(row);
            if let Some(advisories) = issues::group(suite, log, Judgement::Advisory.name(), advisory) {
                group(&mut text, log, detail, STRONG, &advisories);
            }
            not_applicable(&mut text, log);
        }
    }
    for log in logs {
        for failing in issues::failing(suite, log) {
            group(&mut text, log, detail, BAD, &failing);
        }
    }
    text
}

// Writing to a string does not fail, so the results of `write!` below carry nothing.

/// The name of the target, with its reported identity.
pub(crate) fn name(log: &RunLog) -> String {
    match &log.header.identity {
        Some(identity) => format!("{} ({identity})", log.header.target),
        None => log.header.target.clone(),
    }
}

/// Writes the result line of a run, and the lines that must not be missed.
fn head(text: &mut String, suite: &Suite, log: &RunLog, width: usize) {
    let style = if log.exit() == Exit::Ok { GOOD } else { BAD };
    let word = log.result();
    let name = name(log);
    let counts = counts(log).join(", ");
    let took = seconds(log.elapsed_ms);
    let _ = writeln!(
        text,
        "{STRONG}{name:width$}{STRONG:#}  {style}{word}{style:#}  {counts}  {FAINT}{took}{FAINT:#}"
    );
    if log.is_incomplete() {
        for (reason, ids) in &log.not_asked {
            let _ = writeln!(text, "  {} not judged: {reason}", ids.len());
        }
    }
    if let Some(failure) = &log.failure {
        for line in failure.message.lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    if let Some(known) = known_vulnerabilities(log) {
        let _ = writeln!(text, "  {BAD}{known}{BAD:#}");
    }
    if log.exit() == Exit::TooLittleJudged {
        shortfall::write(text, suite, log);
    }
    for outdated in &log.outdated {
        let _ = writeln!(text, "  {BAD}known failures, {outdated}{BAD:#}");
    }
}

/// The number of rows of each kind, and the number of vectors without a row.
pub(crate) fn counts(log: &RunLog) -> Vec<String> {
    let mut parts = Vec::new();
    if log.is_incomplete() {
        let lost: usize = log.not_asked.values().map(Vec::len).sum();
        parts.push(format!("{lost} of {} not judged", lost + log.rows.len()));
    }
    parts.push(format!("{} judged", log.rows.len()));
    for judgement in Judgement::ALL.into_iter().rev() {
        let (known, others): (Vec<&Row>, Vec<&Row>) =
            log.rows.iter().filter(|row| row.judgement == judgement).partition(|row| row.known.is_some());
        let (explained, plain): (Vec<&Row>, Vec<&Row>) =
            others.into_iter().partition(|row| row.explained_by.is_some());
        if !plain.is_empty() {
            parts.push(format!("{} {judgement}", plain.len()));
        }
        if !known.is_empty() {
            parts.push(format!("{} {judgement} known", known.len()));
        }
        if !explained.is_empty() {
            parts.push(format!("{} {judgement} explained", explained.len()));
        }
    }
    let missed = log.rows.iter().filter(|row| row.missed.is_some()).count();
    if missed > 0 {
        parts.push(format!("{missed} not as predicted"));
    }
    let not_applicable: usize = log.not_carried.values().map(Vec::len).sum();
    if not_applicable > 0 {
        parts.push(format!("{not_applicable} not applicable"));
    }
    parts
}

pub(crate) fn seconds(milliseconds: u64) -> String {
    format!("{}.{:02} s", milliseconds / 1000, milliseconds % 1000 / 10)
}

/// The published vulnerabilities that the explained rows show, with the first version that fixes them.
fn known_vulnerabilities(log: &RunLog) -> Option<String> {
    let profile = profile(log)?;
    let shown: BTreeSet<&str> = log.rows.iter().filter_map(|row| row.explained_by.as_deref()).collect();
    let entries: Vec<&Entry> = profile
        .entries
        .iter()
        .filter(|entry| shown.contains(entry.id.as_str()) && !entry.advisories.is_empty())
        .collect();
    let advisories: BTreeSet<&str> =
        entries.iter().flat_map(|entry| &entry.advisories).map(String::as_str).collect();
    let names = advisories.iter().copied().collect::<Vec<_>>().join(", ");
    let what = match advisories.len() {
        0 => return None,
        1 => format!("1 known vulnerability ({names})"),
        count => format!("{count} known vulnerabilities ({names})"),
    };
    let fixes: Option<Vec<&str>> = entries.iter().map(|entry| entry.until.as_deref()).collect();
    let fixed_in = fixes.and_then(|fixes| jotproof_profiles::newest(fixes).map(str::to_owned));
    Some(match fixed_in {
        Some(version) => format!("{what}, fixed in {version}"),
        None => format!("{what}, not fixed in any known version"),
    })
}

/// The profile of a run, if it is built in.
pub(crate) fn profile(log: &RunLog) -> Option<Profile> {
    Profiles::built_in().find(&log.header.profile).ok().map(|profile| profile.into_owned())
}

fn explained(text: &mut String, log: &RunLog) {
    let mut by_entry: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &log.rows {
        if let Some(entry) = &row.explained_by {
            by_entry.entry(entry).or_default().push(row);
        }
    }
    if by_entry.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}: explained by profile {}", log.header.target, log.header.profile);
    let profile = profile(log);
    for (entry, rows) in by_entry {
        let mut counts: BTreeMap<Judgement, usize> = BTreeMap::new();
        for row in &rows {
            *counts.entry(row.judgement).or_default() += 1;
        }
        let counts: Vec<String> =
            counts.iter().map(|(judgement, count)| format!("{count} {judgement}")).collect();
        let _ = writeln!(text, "  {entry}: {}", counts.join(", "));
        let stated = profile.as_ref().and_then(|profile| profile.entries.iter().find(|it| it.id == entry));
        if let Some(Entry { reason, link, .. }) = stated {
            let _ = writeln!(text, "    {reason}\n    {link}");
        }
    }
}

fn not_applicable(text: &mut String, log: &RunLog) {
    if log.not_carried.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}: not applicable, for want of", log.header.target);
    for (reason, ids) in &log.not_carried {
        let _ = writeln!(text, "  {:4}  {reason}", ids.len());
    }
}

/// Writes a line for each issue of a group.
fn group(text: &mut String, log: &RunLog, detail: Detail, style: Style, group: &Group<'_>) {
    let Group { what, vectors: count, issues } = group;
    let number = if issues.len() == 1 { "1 issue".to_owned() } else { format!("{} issues", issues.len()) };
    let target = &log.header.target;
    let _ = writeln!(text, "\n{style}{what}{style:#} on {target}: {}, {number}", vectors(*count));
    for issue in issues {
        issue_lines(text, log, issue, detail.every_row);
    }
}

/// Writes an issue: one line, an example, and the command to rerun it.
fn issue_lines(text: &mut String, log: &RunLog, issue: &Issue<'_>, every_row: bool) {
    let Issue { rows, title, .. } = issue;
    let about = issue.about();
    let _ = writeln!(text, "  {STRONG}{:4}{STRONG:#}  {title} {FAINT}({about}){FAINT:#}", rows.len());
    let shown = if every_row { rows.len() } else { 1 };
    for row in rows.iter().take(shown) {
        row_lines(text, log, row);
    }
    let _ = writeln!(text, "        {FAINT}rerun: {}{FAINT:#}", issue.rerun(log));
}

fn row_lines(text: &mut String, log: &RunLog, row: &Row) {
    let _ = write!(text, "        {}", row.id);
    let mut lines = row.detail.lines();
    if let Some(first) = lines.next() {
        let _ = write!(text, ": {first} (expected: {})", row.expected);
    }
    // A missed prediction matters only if the judgement itself is fine.
    if let Some(missed) = row.missed.as_ref().filter(|_| row.judgement.is_fine()) {
        let _ = write!(text, ": profile {} predicted: {missed}", log.header.profile);
    }
    text.push('\n');
    for line in lines {
        let _ = writeln!(text, "          {line}");
    }
}

pub(crate) fn vectors(count: usize) -> String {
    if count == 1 { "1 vector".to_owned() } else { format!("{count} vectors") }
}
