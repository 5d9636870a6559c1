//! What the pages are made of: the runs, their cases and their bug classes, each with the path of its page.

use std::collections::{BTreeMap, BTreeSet};

use jotproof_model::registry::BugClass;
use jotproof_model::{Judgement, Vector};

use super::text::{self, Outcome, observed, slug};
use super::{Frame, Head};
use crate::log::{Row, RunLog};
use crate::suite::Suite;
use crate::summary::name;

/// Everything that pages show.
pub(super) struct Site<'a> {
    pub(super) suite: &'a Suite,
    pub(super) runs: Vec<Run<'a>>,
    /// The judged cases, by id.
    pub(super) cases: BTreeMap<&'a str, Case<'a>>,
    /// The bug classes of the judged cases, in the order of their ids.
    pub(super) classes: Vec<Class<'a>>,
    head: &'a Head,
}

/// The run of a target.
pub(super) struct Run<'a> {
    pub(super) log: &'a RunLog,
    /// The name of the target, which differs from that of every other run.
    pub(super) name: String,
    pub(super) page: String,
}

/// A judged case.
pub(super) struct Case<'a> {
    pub(super) id: &'a str,
    /// Nothing if the case is of another version of the vectors. It has no page then.
    pub(super) vector: Option<&'a Vector>,
    /// The rows, each with the number of its run.
    pub(super) rows: Vec<(usize, &'a Row)>,
    /// Whether every row is a plain pass.
    pub(super) passes: bool,
}

/// A bug class.
pub(super) struct Class<'a> {
    pub(super) id: &'a str,
    pub(super) about: Option<&'a BugClass>,
    /// The ids of its judged cases.
    pub(super) cases: Vec<&'a str>,
    pub(super) page: String,
}

/// A case as a line of a table.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) title: String,
    /// The path of its page, from the folder of the report; empty if it has none.
    pub(super) page: String,
    pub(super) expected: String,
    pub(super) severity: &'static str,
    pub(super) outcome: Outcome,
    pub(super) label: String,
    /// What a filter finds it by.
    pub(super) kinds: String,
    /// The words of the row; empty in a table of several runs.
    pub(super) words: String,
}

/// Counts of the rows of a run.
#[derive(Default)]
pub(super) struct Counts {
    total: usize,
    of: BTreeMap<Outcome, usize>,
}

impl<'a> Site<'a> {
    pub(super) fn new(suite: &'a Suite, logs: &'a [RunLog], head: &'a Head) -> Self {
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        let mut runs = Vec::new();
        let mut cases: BTreeMap<&str, Case<'_>> = BTreeMap::new();
        for (at, log) in logs.iter().enumerate() {
            let name = observed(&name(log));
            let count = names.entry(name.clone()).or_default();
            *count += 1;
            let name = if *count == 1 { name } else { format!("{name}, run {count}") };
            let page = format!("targets/{}-{}.html", at + 1, text::hyphenated(&log.header.target));
            runs.push(Run { log, name, page });
            for row in &log.rows {
                let id = row.id.0.as_str();
                let case = || Case { id, vector: suite.get(id), rows: Vec::new(), passes: true };
                let case = cases.entry(id).or_insert_with(case);
                case.rows.push((at, row));
                case.passes &= outcome(log, row) == Outcome::Pass;
            }
        }
        let classes = classes(suite, &cases);
        Self { suite, runs, cases, classes, head }
    }

    pub(super) fn frame(&self, title: impl Into<String>, root: &'static str) -> Frame<'a> {
        Frame::new(title, root, self.head)
    }

    /// The outcome of a row.
    pub(super) fn outcome(&self, run: usize, row: &Row) -> Outcome {
        outcome(self.runs[run].log, row)
    }

    /// A case as a line of a table of several runs.
    pub(super) fn line(&self, case: &Case<'_>) -> Line {
        let outcomes = case.rows.iter().map(|(run, row)| (self.outcome(*run, row), row.judgement, *row));
        let mut outcomes: Vec<(Outcome, Judgement, &Row)> = outcomes.collect();
        outcomes.sort_by_key(|(outcome, judgement, _)| (*outcome, *judgement));
        let kinds: BTreeSet<&str> =
            outcomes.iter().flat_map(|(outcome, judgement, _)| [outcome.name(), judgement.name()]).collect();
        let Some((outcome, _, worst)) = outcomes.first() else { return line(case, Outcome::Pass) };
        let same =
            outcomes.iter().filter(|(other, _, row)| other == outcome && row.judgement == worst.judgement);
        let same = same.count();
        let mut label = label(*outcome, worst);
        if outcomes.len() > 1 {
            label.push_str(&format!(" on {same} of {}", outcomes.len()));
        }
        let kinds = kinds.into_iter().collect::<Vec<_>>().join(" ");
        Line { label, kinds, ..line(case, *outcome) }
    }

    /// The row of a case as a line of the table of its run.
    pub(super) fn line_of(&self, run: usize, case: &Case<'_>, row: &Row) -> Line {
        let outcome = self.outcome(run, row);
        let kinds = if outcome.name() == row.judgement.name() {
            outcome.name().to_owned()
        } else {
            format!("{} {}", outcome.name(), row.judgement)
        };
        Line { label: label(outcome, row), kinds, words: words(row), ..line(case, outcome) }
    }

    /// The counts of some cases on each run.
    pub(super) fn counts(&self, cases: &[&str]) -> Vec<Counts> {
        let mut counts: Vec<Counts> = self.runs.iter().map(|_| Counts::default()).collect();
        for (run, row) in cases.iter().filter_map(|id| self.cases.get(id)).flat_map(|case| &case.rows) {
            let count = &mut counts[*run];
            count.total += 1;
            *count.of.entry(self.outcome(*run, row)).or_default() += 1;
        }
        counts
    }
}

impl Case<'_> {
    /// The path of its page. Cases that pass share a page, because a disk may take long to make thousands of files.
    pub(super) fn page(&self) -> String {
        match self.vector {
            None => String::new(),
            Some(_) if self.passes => format!("topics/{}.html#{}", slug(self.topic()), self.anchor()),
            Some(_) => format!("cases/{}.html", slug(self.id)),
        }
    }

    /// The id without its last part.
    pub(super) fn topic(&self) -> &str {
        self.id.rsplit_once('/').map_or("", |(topic, _)| topic)
    }

    /// Its name on the page of its topic.
    pub(super) fn anchor(&self) -> String {
        slug(self.id.rsplit_once('/').map_or(self.id, |(_, name)| name))
    }
}

impl Counts {
    /// The worst outcome.
    pub(super) fn worst(&self) -> Option<Outcome> {
        self.of.keys().next().copied()
    }

    /// `3 of 40 fail`, or `40 pass`.
    pub(super) fn told(&self) -> String {
        let Some((outcome, count)) = self.of.first_key_value() else { return "not judged".to_owned() };
        let word = if *outcome == Outcome::Fails { "fail" } else { outcome.name() };
        if *count == self.total {
            format!("{count} {word}")
        } else {
            format!("{count} of {} {word}", self.total)
        }
    }

    /// The word of styles.
    pub(super) fn style(&self) -> &'static str {
        self.worst().map_or("nothing", Outcome::name)
    }
}

fn line(case: &Case<'_>, outcome: Outcome) -> Line {
    Line {
        id: observed(case.id),
        title: case
            .vector
            .map_or_else(|| "a vector of another version".to_owned(), |it| text::visible(&it.title)),
        page: case.page(),
        expected: case.rows.first().map_or_else(String::new, |(_, row)| observed(&row.expected)),
        severity: text::severity(case.vector),
        outcome,
        label: String::new(),
        kinds: String::new(),
        words: String::new(),
    }
}

pub(super) fn outcome(log: &RunLog, row: &Row) -> Outcome {
    match row.judgement {
        _ if log.fails(row) => Outcome::Fails,
        _ if row.known.is_some() => Outcome::Known,
        _ if row.explained_by.is_some() => Outcome::Explained,
        Judgement::Unsupported => Outcome::Unsupported,
        Judgement::Advisory => Outcome::Advisory,
        Judgement::Pass => Outcome::Pass,
        Judgement::Bypass
        | Judgement::Misuse
        | Judgement::Lax
        | Judgement::Overstrict
        | Judgement::WrongResult
        | Judgement::WrongReason
        | Judgement::Fault
        | Judgement::Void => Outcome::Fails,
    }
}

/// What happened, and why it does not fail the run if it does not.
pub(super) fn words(row: &Row) -> String {
    let mut words = observed(&row.told());
    for (what, note) in [("known failure", &row.known), ("the profile states it", &row.explained_by)] {
        if let Some(note) = note {
            words.push_str(&format!("; {what}: {}", observed(note)));
        }
    }
    words
}

/// The judgement of a row in words.
pub(super) fn label(outcome: Outcome, row: &Row) -> String {
    let judgement = row.judgement.name().replace('_', " ");
    match outcome {
        Outcome::Fails if row.judgement.is_fine() => format!("{judgement}, not as predicted"),
        Outcome::Known | Outcome::Explained => format!("{judgement} ({})", outcome.name()),
        Outcome::Fails | Outcome::Unsupported | Outcome::Advisory | Outcome::Pass => judgement,
    }
}

fn classes<'a>(suite: &'a Suite, cases: &BTreeMap<&'a str, Case<'a>>) -> Vec<Class<'a>> {
    let mut classes: BTreeMap<&str, Class<'_>> = BTreeMap::new();
    for (id, vector) in cases.iter().filter_map(|(id, case)| Some((id, case.vector?))) {
        let new = || Class {
            id: &vector.bug_class,
            about: suite.bug_class(vector),
            cases: Vec::new(),
            page: format!("classes/{}.html", slug(&vector.bug_class)),
        };
        classes.entry(&vector.bug_class).or_insert_with(new).cases.push(id);
    }
    let mut classes: Vec<Class<'_>> = classes.into_values().collect();
    classes.sort_by_key(|class| natural(class.id));
    classes
}

/// The key by which `A2` comes before `A10`.
fn natural(id: &str) -> (&str, u32, &str) {
    let (letters, rest) = id.split_at(id.find(|c: char| c.is_ascii_digit()).unwrap_or(id.len()));
    let (digits, rest) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
    (letters, digits.parse().unwrap_or(0), rest)
}
