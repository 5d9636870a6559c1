//! Issues: rows with the same cause, shown as one line, an example, and the command to rerun them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use jotproof_model::vector::Severity;
use jotproof_model::{Judgement, Vector};

use super::{FAINT, STRONG};
use crate::log::{Row, RunLog};
use crate::select::OF_CLASS;
use crate::suite::Suite;

/// Rows with the same cause.
pub(super) struct Issue<'a> {
    rows: Vec<&'a Row>,
    severity: Option<Severity>,
    title: String,
    /// The document and the section of the requirement.
    section: Option<String>,
    /// The value of `--only` that selects the vectors.
    only: String,
}

impl<'a> Issue<'a> {
    /// Groups rows with one judgement into issues. The order is by severity, then by the number of vectors.
    pub(super) fn of(suite: &'a Suite, rows: &[&'a Row]) -> Vec<Self> {
        let mut by_cause: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            by_cause.entry(cause(suite, row)).or_default().push(row);
        }
        let mut issues: Vec<Self> = by_cause.into_values().map(|rows| Self::new(suite, rows)).collect();
        issues.sort_by_key(|issue| Reverse((issue.severity, issue.rows.len())));
        issues
    }

    fn new(suite: &'a Suite, rows: Vec<&'a Row>) -> Self {
        let vectors: Vec<&Vector> = rows.iter().filter_map(|row| suite.get(&row.id.0)).collect();
        let severity = vectors.iter().map(|vector| vector.severity).max();
        let first = vectors.first().copied();
        let file = first.and_then(|first| suite.file_of(&first.id.0));
        let class = first.and_then(|first| {
            let class = suite.bug_class(first)?;
            Some(format!("{} {}", first.bug_class, class.name))
        });
        let section = first.and_then(|first| {
            let row = file?.requirements.get(first.requirements.first()?)?;
            let word = if row.document.starts_with("RFC ") { " section " } else { ", " };
            Some(format!("{}{word}{}", row.document, row.section))
        });
        let (title, only) = match (rows.as_slice(), first) {
            ([row, rest @ ..], Some(first)) if rest.is_empty() || has_own_cause(row.judgement) => {
                (first.title.clone(), row.id.0.clone())
            }
            ([_, ..], Some(first)) => (class.unwrap_or_default(), format!("{OF_CLASS}{}", first.bug_class)),
            (rows, _) => (String::new(), rows.first().map(|row| row.id.0.clone()).unwrap_or_default()),
        };
        Self { rows, severity, title, section, only }
    }

    pub(super) fn write(&self, text: &mut String, log: &RunLog, every_row: bool) {
        let Self { rows, severity, title, section, only } = self;
        let mut about: Vec<String> = Vec::new();
        about.extend(severity.map(|severity| severity.name().to_owned()));
        about.extend(section.clone());
        let about = about.join("; ");
        let _ = writeln!(text, "  {STRONG}{:4}{STRONG:#}  {title} {FAINT}({about}){FAINT:#}", rows.len());
        let shown = if every_row { rows.len() } else { 1 };
        for row in rows.iter().take(shown) {
            row_lines(text, log, row);
        }
        let _ =
            writeln!(text, "        {FAINT}rerun: {} --only {}{FAINT:#}", log.header.repeat, quoted(only));
    }
}

/// The key that rows are grouped by: the bug class, or the failure of the target.
fn cause(suite: &Suite, row: &Row) -> String {
    if has_own_cause(row.judgement) {
        return row.detail.lines().next().unwrap_or_default().to_owned();
    }
    suite.get(&row.id.0).map_or_else(String::new, |vector| vector.bug_class.clone())
}

/// Whether a judgement is about the target or the twin rather than the token.
const fn has_own_cause(judgement: Judgement) -> bool {
    matches!(judgement, Judgement::Fault | Judgement::Void)
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

/// The text, quoted for a shell.
fn quoted(text: &str) -> String {
    if text.contains(|c: char| !(c.is_ascii_alphanumeric() || "-_./:".contains(c))) {
        format!("'{text}'")
    } else {
        text.to_owned()
    }
}
