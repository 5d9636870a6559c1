//! The overview of all runs, and the table of all judged cases.

use std::cmp::Reverse;
use std::io;

use askama::Template;

use super::site::{Class, Counts, Line, Run, Site};
use super::text::{choices, observed, visible};
use super::{Frame, Sink, page};
use crate::exit::Exit;
use crate::issues::{self, Issue};
use crate::log::RunLog;
use crate::summary::counts;

/// The largest number of issues on the overview.
const ISSUES: usize = 20;

#[derive(Template)]
#[template(path = "overview.html", whitespace = "minimize")]
struct Overview<'a> {
    frame: Frame<'a>,
    runs: Vec<Result<'a>>,
    issues: Vec<Shown>,
    /// The number of issues that are not shown.
    more: usize,
    matrix: Vec<MatrixRow<'a>>,
    cases: usize,
}

/// What came of a run.
pub(super) struct Result<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) result: &'static str,
    pub(super) is_good: bool,
    pub(super) counts: Vec<String>,
}

/// An issue as a line of a table.
pub(super) struct Shown {
    pub(super) target: String,
    pub(super) target_page: String,
    pub(super) what: String,
    pub(super) severity: &'static str,
    pub(super) title: String,
    pub(super) section: String,
    pub(super) vectors: usize,
    /// The page of its only case, or of its bug class; empty if there is none.
    pub(super) page: String,
    pub(super) example: String,
    pub(super) rerun: String,
}

struct MatrixRow<'a> {
    class: &'a Class<'a>,
    name: String,
    severity: &'static str,
    counts: Vec<Counts>,
}

#[derive(Template)]
#[template(path = "cases.html", whitespace = "minimize")]
struct Cases<'a> {
    frame: Frame<'a>,
    choices: Vec<&'static str>,
    lines: Vec<Line>,
}

pub(super) fn pages(site: &Site<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    page(sink, "index.html", &overview(site))?;
    let mut lines: Vec<Line> = site.cases.values().map(|case| site.line(case)).collect();
    // The ids are in order already.
    lines.sort_by_key(|line| line.outcome);
    page(sink, "cases.html", &Cases { frame: site.frame("All cases", ""), choices: choices(), lines })
}

fn overview<'a>(site: &'a Site<'_>) -> Overview<'a> {
    let mut issues: Vec<(Reverse<_>, Shown)> = Vec::new();
    for run in &site.runs {
        issues.extend(failing(site, run).into_iter().map(|(severity, shown)| (Reverse(severity), shown)));
    }
    issues.sort_by_key(|(severity, _)| *severity);
    let more = issues.len().saturating_sub(ISSUES);
    let issues = issues.into_iter().take(ISSUES).map(|(_, shown)| shown).collect();
    let row = |class: &'a Class<'_>| MatrixRow {
        class,
        name: class.about.map_or_else(String::new, |about| visible(&about.name)),
        severity: class.about.map_or("", |about| about.severity.name()),
        counts: site.counts(&class.cases),
    };
    let mut matrix: Vec<MatrixRow<'_>> = site.classes.iter().map(row).collect();
    matrix.sort_by_key(|row| row.counts.iter().filter_map(Counts::worst).min());
    Overview {
        frame: site.frame("Overview", ""),
        runs: site.runs.iter().map(Result::of).collect(),
        issues,
        more,
        matrix,
        cases: site.cases.len(),
    }
}

impl<'a> Result<'a> {
    pub(super) fn of(run: &'a Run<'_>) -> Self {
        let log: &RunLog = run.log;
        Self { run, result: log.result(), is_good: log.exit() == Exit::Ok, counts: counts(log) }
    }
}

/// The issues that fail a run, the worst first, each with its severity.
pub(super) fn failing(
    site: &Site<'_>,
    run: &Run<'_>,
) -> Vec<(Option<jotproof_model::vector::Severity>, Shown)> {
    let mut shown = Vec::new();
    for group in issues::failing(site.suite, run.log) {
        shown.extend(
            group.issues.iter().map(|issue| (issue.severity, of_issue(site, run, group.what, issue))),
        );
    }
    shown
}

pub(super) fn of_issue(site: &Site<'_>, run: &Run<'_>, what: &str, issue: &Issue<'_>) -> Shown {
    let first = issue.rows.first().and_then(|row| site.cases.get(row.id.0.as_str()));
    let class = first.and_then(|case| case.vector).map(|vector| &*vector.bug_class);
    let page = match (issue.rows.len(), class) {
        (1, _) | (_, None) => first.map_or_else(String::new, |case| case.page()),
        (_, Some(id)) => {
            let class = site.classes.iter().find(|class| class.id == id);
            class.map_or_else(String::new, |class| class.page.clone())
        }
    };
    let example = issue.rows.first().map(|row| observed(&format!("{}: {}", row.id, row.told())));
    let title = if issue.title.is_empty() { "a vector of another version" } else { &*issue.title };
    Shown {
        target: run.name.clone(),
        target_page: run.page.clone(),
        what: what.replace('_', " "),
        severity: issue.severity.map_or("", |severity| severity.name()),
        title: visible(title),
        section: issue.section.as_deref().map(visible).unwrap_or_default(),
        vectors: issue.rows.len(),
        page,
        example: example.unwrap_or_default(),
        rerun: observed(&issue.rerun(run.log)),
    }
}
