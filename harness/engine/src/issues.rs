//! Issues: rows with the same cause. Every report shows them, the worst first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jotproof_model::vector::Severity;
use jotproof_model::{Judgement, Vector};

use crate::log::{Row, RunLog};
use crate::select::OF_CLASS;
use crate::suite::Suite;

/// Rows with the same cause.
pub(crate) struct Issue<'a> {
    pub(crate) rows: Vec<&'a Row>,
    pub(crate) severity: Option<Severity>,
    pub(crate) title: String,
    /// The document and the section of the requirement.
    pub(crate) section: Option<String>,
    /// The value of `--only` that selects the vectors.
    only: String,
}

impl<'a> Issue<'a> {
    /// Groups rows with one judgement into issues. The order is by severity, then by the number of vectors.
    pub(crate) fn of(suite: &'a Suite, rows: &[&'a Row]) -> Vec<Self> {
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

    /// The command that repeats the run with these vectors alone.
    pub(crate) fn rerun(&self, log: &RunLog) -> String {
        format!("{} --only {}", log.header.repeat, quoted(&self.only))
    }

    /// The severity and the section, as words.
    pub(crate) fn about(&self) -> String {
        let severity = self.severity.map(|severity| severity.name().to_owned());
        severity.into_iter().chain(self.section.clone()).collect::<Vec<_>>().join("; ")
    }
}

/// The issues of a run with one judgement.
pub(crate) struct Group<'a> {
    /// The judgement, or what else is wrong.
    pub(crate) what: &'static str,
    /// How many vectors have it.
    pub(crate) vectors: usize,
    pub(crate) issues: Vec<Issue<'a>>,
}

/// Everything that fails a run, the worst first.
pub(crate) fn failing<'a>(suite: &'a Suite, log: &'a RunLog) -> Vec<Group<'a>> {
    // Good judgements that were not predicted come last.
    let name = |judgement: Judgement| if judgement.is_fine() { "not as predicted" } else { judgement.name() };
    Judgement::ALL
        .into_iter()
        .filter_map(|judgement| {
            group(suite, log, name(judgement), |row| row.judgement == judgement && log.fails(row))
        })
        .collect()
}

/// The issues of the rows that are meant, if there are any.
pub(crate) fn group<'a>(
    suite: &'a Suite,
    log: &'a RunLog,
    what: &'static str,
    is_meant: impl Fn(&Row) -> bool,
) -> Option<Group<'a>> {
    let rows: Vec<&Row> = log.rows.iter().filter(|row| is_meant(row)).collect();
    (!rows.is_empty()).then(|| Group { what, vectors: rows.len(), issues: Issue::of(suite, &rows) })
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

/// The text, quoted for a shell.
fn quoted(text: &str) -> String {
    if text.contains(|c: char| !(c.is_ascii_alphanumeric() || "-_./:".contains(c))) {
        format!("'{text}'")
    } else {
        text.to_owned()
    }
}
