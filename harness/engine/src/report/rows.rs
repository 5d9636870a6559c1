//! Every row of the servers' documentation, with its cases and what live runs saw of them.
//!
//! A row is proved where one server both accepted and refused cases of it as it must, or accepted two that do opposite
//! things: a row that only ever saw one answer would look the same on a server that gives no other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jotproof_model::registry::Requirement;
use jotproof_model::{Context, Effect, Level, Observation, Seen, Twin, Vector};
use serde_json::{Map, Value};

use super::cell;
use crate::log::{Row, RunLog};
use crate::suite::Suite;

/// Why there is no report.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowsError {
    /// A run failed, or is of something else than the documentation is about.
    #[error("{target}: {problem}")]
    Run {
        /// The target.
        target: String,
        /// What is wrong.
        problem: String,
    },
    /// Rows that the runs do not prove.
    #[error("rows that the runs do not prove:\n  {}", .0.join("\n  "))]
    Unproved(Vec<String>),
}

/// The report, as Markdown.
///
/// # Errors
///
/// Where a run did not end well, or a row is neither proved by one of them nor waived.
pub fn report(suite: &Suite, logs: &[RunLog]) -> Result<String, RowsError> {
    let runs: Vec<Run<'_>> = logs.iter().map(Run::new).collect::<Result<_, _>>()?;
    let mut unproved = Vec::new();
    let mut text = ABOUT.to_owned();
    let rows = documentation(suite);
    let index = by_subject(suite);
    let mut of_documents: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (id, requirement) in &rows {
        of_documents.entry((&requirement.document, &requirement.section)).or_default().push(id);
    }
    for ((document, section), ids) in of_documents {
        let cases: Vec<Cases<'_>> = ids.iter().map(|id| Cases::of(suite, id)).collect();
        let runs: Vec<&Run<'_>> = runs.iter().filter(|run| run.is_told_by(document, &cases)).collect();
        let _ = writeln!(text, "\n## {document}, {section}\n");
        let names: String = runs.iter().map(|run| format!(" {} |", run.log.header.profile)).collect();
        let _ = writeln!(
            text,
            "| row | level | what it says | accept | reject | either | told apart by |{names}\n\
             | --- | --- | --- | ---: | ---: | ---: | --- |{}",
            " --- |".repeat(runs.len())
        );
        for (id, cases) in ids.into_iter().zip(cases) {
            let requirement = &rows[id];
            let proofs: BTreeSet<String> = runs.iter().flat_map(|run| run.proofs(&cases, &index)).collect();
            let told_apart = match (&requirement.waiver, broken(&cases, &runs)) {
                _ if !proofs.is_empty() => proofs.into_iter().collect::<Vec<_>>().join("; "),
                (Some(waiver), _) => format!("waived: {waiver}"),
                (None, Some(entries)) => format!("no server keeps it: {entries}"),
                (None, None) => {
                    unproved.push(format!("{id}: {}", cases.lacking(&runs)));
                    continue;
                }
            };
            line(&mut text, id, requirement, &cases, &told_apart, &runs);
        }
    }
    if unproved.is_empty() { Ok(text) } else { Err(RowsError::Unproved(unproved)) }
}

const ABOUT: &str = "\
# What the documentation of the servers promises, and what live runs saw of it

Made by `ci/evidence` from the logs of a run of every vector against each server, and compared with by it. A row is a
sentence of the documentation, in our words; *accept*, *reject* and *either* count the cases that refer to it.

One server must have accepted a case of a row and refused another one, or have accepted a case and its twin, which is one
change away, to another effect. *Told apart by* says which: an option of the server (with one value it accepts the very
token that it refuses with another), the session, the token, or the effect. A row without any is waived, and says why, or no
server keeps it, by deviations that their profiles state.
Under a server, *as it must* counts the cases that came out as the texts demand, and *explained* those that its profile
explains; the rest it does not carry.
";

// Writing to a string does not fail, so the results of `write!` below carry nothing.

fn line(
    text: &mut String,
    id: &str,
    requirement: &Requirement,
    cases: &Cases<'_>,
    told_apart: &str,
    runs: &[&Run<'_>],
) {
    let Requirement { level, says, waiver: _, document: _, section: _, binds: _ } = requirement;
    let level = match level {
        Level::Must => "must",
        Level::Should => "should",
    };
    let _ = write!(
        text,
        "| {id} | {level} | {} | {} | {} | {} | {} |",
        cell(says),
        cases.count("accept"),
        cases.count("reject"),
        cases.count("either"),
        cell(told_apart),
    );
    for run in runs {
        let _ = write!(text, " {} |", run.result(cases));
    }
    text.push('\n');
}

/// The entries of profiles by which every case of a row comes out otherwise than it must, on every server
/// that carries it; nothing where one comes out as it must.
fn broken(cases: &Cases<'_>, runs: &[&Run<'_>]) -> Option<String> {
    let rows: Vec<&Row> = runs.iter().flat_map(|run| run.seen(cases)).map(|(_, row)| row).collect();
    let entries: BTreeSet<&str> = rows.iter().filter_map(|row| row.explained_by.as_deref()).collect();
    let names: Vec<String> = entries.into_iter().map(|entry| format!("`{entry}`")).collect();
    (!names.is_empty() && rows.iter().all(|row| row.explained_by.is_some())).then(|| names.join(", "))
}

/// The rows that are of no RFC: those of the documentation.
fn documentation(suite: &Suite) -> BTreeMap<&str, &Requirement> {
    suite.requirements().filter(|(_, requirement)| !requirement.document.starts_with("RFC ")).collect()
}

/// The cases that refer to a row.
struct Cases<'a> {
    suite: &'a Suite,
    cases: Vec<&'a Vector>,
}

impl<'a> Cases<'a> {
    fn of(suite: &'a Suite, row: &str) -> Self {
        Self {
            suite,
            cases: suite.vectors().filter(|vector| vector.requirements.iter().any(|id| id == row)).collect(),
        }
    }

    fn count(&self, verdict: &str) -> usize {
        self.cases.iter().filter(|vector| vector.expectation.name() == verdict).count()
    }

    /// What is missing to prove the row.
    fn lacking(&self, runs: &[&Run<'_>]) -> String {
        let seen = |accepted: bool| {
            runs.iter().any(|run| run.seen(self).any(|(_, row)| is_fine(row) && is_accepted(row) == accepted))
        };
        match (seen(true), seen(false)) {
            (true, true) => "no server both accepted and refused cases of it as it must".to_owned(),
            (true, false) => {
                "accepted, and never refused: it needs a refused case, or one with the opposite effect"
                    .to_owned()
            }
            (false, true) => "refused, and never accepted: it needs an accepted case".to_owned(),
            (false, false) => "no case of it came out as it must on any server".to_owned(),
        }
    }
}

/// The run of one server.
struct Run<'a> {
    log: &'a RunLog,
    rows: BTreeMap<&'a str, &'a Row>,
}

impl<'a> Run<'a> {
    fn new(log: &'a RunLog) -> Result<Self, RowsError> {
        let problem = |problem: String| RowsError::Run { target: log.header.target.clone(), problem };
        if let Some(failure) = &log.failure {
            return Err(problem(failure.message.clone()));
        }
        if let Some(row) = log.rows.iter().find(|row| row.is_red()) {
            return Err(problem(format!("the run is red: {}, {} {}", row.id, row.judgement, row.detail)));
        }
        Ok(Self { log, rows: log.rows.iter().map(|row| (row.id.0.as_str(), row)).collect() })
    }

    /// Whether a document is about this server, and about something that it has.
    fn is_told_by(&self, document: &str, cases: &[Cases<'_>]) -> bool {
        let family = self.log.header.profile.split('-').next().unwrap_or_default();
        document.to_lowercase().starts_with(family)
            && cases.iter().any(|cases| self.seen(cases).next().is_some())
    }

    /// The cases of a row that it carries.
    fn seen<'b>(&self, cases: &'b Cases<'b>) -> impl Iterator<Item = (&'b Vector, &'a Row)> {
        cases.cases.iter().filter_map(|vector| Some((*vector, *self.rows.get(vector.id.0.as_str())?)))
    }

    /// What came of the cases of a row, in short.
    fn result(&self, cases: &Cases<'_>) -> String {
        let fine = self.seen(cases).filter(|(_, row)| is_fine(row)).count();
        let explained = self.seen(cases).filter(|(_, row)| row.explained_by.is_some()).count();
        match (fine, explained) {
            (0, 0) => "—".to_owned(),
            (fine, 0) => format!("{fine} as it must"),
            (fine, explained) => format!("{fine} as it must, {explained} explained"),
        }
    }

    /// What told the cases of a row apart; nothing where all came out alike.
    fn proofs(&self, cases: &Cases<'_>, index: &BySubject<'_>) -> BTreeSet<String> {
        let fine = || self.seen(cases).filter(|(_, row)| is_fine(row));
        let mut proofs: BTreeSet<String> =
            fine().flat_map(|(vector, row)| self.flipped(vector, row, index)).collect();
        if fine().any(|(_, row)| is_accepted(row)) && fine().any(|(_, row)| !is_accepted(row)) {
            proofs.insert("the token".to_owned());
        }
        if proofs.is_empty() {
            let effects = fine().flat_map(|(vector, row)| self.effects(vector, row, cases.suite));
            proofs.extend(effects.map(|effect| format!("effect on {effect}")));
        }
        proofs
    }

    /// The options by which a token is refused here and accepted, as it is, there.
    fn flipped(&self, vector: &Vector, row: &Row, index: &BySubject<'_>) -> BTreeSet<String> {
        let others = index.get(&subject(vector)).into_iter().flatten();
        others
            .filter(|other| {
                let other = self.rows.get(other.id.0.as_str());
                !is_accepted(row) && other.is_some_and(|other| is_fine(other) && is_accepted(other))
            })
            .filter_map(|other| only_option(&vector.context, &other.context))
            .map(|option| match &*option {
                "session" => "the session".to_owned(),
                option => format!("option `{option}`"),
            })
            .collect()
    }

    /// In what a case and its twin, which is one change away, were seen to have another effect.
    fn effects(&self, vector: &Vector, row: &Row, suite: &Suite) -> Vec<&'static str> {
        let Twin::Vector { id, edits } = &vector.twin else { return Vec::new() };
        let Some(twin) = suite.twin(vector).filter(|_| edits.len() == 1) else { return Vec::new() };
        let of_twin = self.rows.get(id.0.as_str()).filter(|row| is_fine(row));
        match (&vector.effect, &twin.effect, result(row), of_twin.and_then(|row| result(row))) {
            (Some(one), Some(other), Some(seen), Some(of_twin)) => differing(one, other, seen, of_twin),
            _ => Vec::new(),
        }
    }
}

/// Vectors by what they submit, as JSON text.
type BySubject<'a> = BTreeMap<String, Vec<&'a Vector>>;

fn by_subject(suite: &Suite) -> BySubject<'_> {
    let mut index = BySubject::new();
    for vector in suite.vectors() {
        index.entry(subject(vector)).or_default().push(vector);
    }
    index
}

fn subject(vector: &Vector) -> String {
    serde_json::to_string(&vector.subject).expect("a subject is plain data")
}

/// The one option in which two contexts of the same application differ.
fn only_option(one: &Context, other: &Context) -> Option<String> {
    if one.application != other.application {
        return None;
    }
    let options = |context: &Context| match serde_json::to_value(context) {
        Ok(Value::Object(options)) => options,
        _ => Map::new(),
    };
    let (one, other) = (options(one), options(other));
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let mut differing = names.into_iter().filter(|name| one.get(*name) != other.get(*name));
    let name = differing.next()?;
    differing.next().is_none().then(|| name.clone())
}

/// Whether it came out as the texts demand, by yes or by no.
fn is_fine(row: &Row) -> bool {
    row.judgement.is_fine()
        && matches!(row.observation, Observation::Accepted { .. } | Observation::Refused { .. })
}

fn is_accepted(row: &Row) -> bool {
    result(row).is_some()
}

/// What was seen of an accepted token.
fn result(row: &Row) -> Option<&Seen> {
    match &row.observation {
        Observation::Accepted { result } => Some(result),
        _ => None,
    }
}

/// In what two effects differ, where both are stated and both were seen. The claims themselves are no
/// effect: no server shows them.
fn differing(one: &Effect, other: &Effect, seen: &Seen, seen_of_other: &Seen) -> Vec<&'static str> {
    fn differ<T: PartialEq, S>(stated: [&Option<T>; 2], seen: [&Option<S>; 2]) -> bool {
        stated.iter().all(|it| it.is_some()) && seen.iter().all(|it| it.is_some()) && stated[0] != stated[1]
    }
    let Effect { claims: _, user, expires, subscriptions, info, meta, identifiers, backend_asked, options } =
        one;
    let of = seen_of_other;
    [
        ("user", differ([user, &other.user], [&seen.user, &of.user])),
        ("expiry", differ([expires, &other.expires], [&seen.expires, &of.expires])),
        (
            "subscriptions",
            differ([subscriptions, &other.subscriptions], [&seen.subscriptions, &of.subscriptions]),
        ),
        ("info", differ([info, &other.info], [&seen.info, &of.info])),
        ("meta", differ([meta, &other.meta], [&seen.meta, &of.meta])),
        ("identifiers", differ([identifiers, &other.identifiers], [&seen.identifiers, &of.identifiers])),
        ("options", differ([options, &other.options], [&seen.options, &of.options])),
        (
            "whether the backend is asked",
            differ([backend_asked, &other.backend_asked], [&seen.backend_asked, &of.backend_asked]),
        ),
    ]
    .into_iter()
    .filter_map(|(what, differs)| differs.then_some(what))
    .collect()
}
