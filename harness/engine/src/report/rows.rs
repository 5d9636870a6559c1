//! Every row of the servers' documentation, with its cases and what live runs saw of them.
//!
//! A row is proved by a pair: two cases that are one change apart, one accepted and one refused, or both accepted to
//! effects that differ. Pairs further apart prove nothing: who knows which of the changes told them apart. Where a row is
//! about options of the server, each of them must have been what told one and the same token apart.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use jotproof_model::edit::FlowChange;
use jotproof_model::registry::Requirement;
use jotproof_model::{Context, Edit, Effect, Level, Observation, Seen, Twin, Vector};
use serde_json::Value;

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
            let proof = Proof::of(requirement, &cases, &runs, &index);
            let lacking = proof.lacking(requirement, &cases, &runs);
            let told_apart = match (&requirement.waiver, broken(&cases, &runs)) {
                _ if lacking.is_empty() => proof.to_string(),
                (Some(waiver), _) if requirement.options.is_empty() => format!("waived: {waiver}"),
                (_, Some(entries)) => format!("no server keeps it: {entries}"),
                _ => {
                    unproved.push(format!("{id}: {}", lacking.join("; ")));
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

Each row has cases that were accepted and cases that were refused, or two with different effects; and a pair of cases
that are one change apart, which one server told apart as it must: *told apart by* says by what, and names the pair, the
accepted one first. At least one of the two is a case of the row; both are, where there are such. Where a row is about
options of the server, each of them is that change: with one value of it the server accepts the very token that it
refuses with another, or lets it do something else. Of a row that is about no option it is the token, the session in
which it is used, where it is submitted, a step of its flow, or an effect. A row without such a pair is waived, and says
why, or no server keeps it, by deviations that their profiles state.
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
    let Requirement {
        level,
        says,
        promises_reason: _,
        waiver: _,
        document: _,
        section: _,
        binds: _,
        options: _,
    } = requirement;
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

    fn has(&self, id: &str) -> bool {
        self.cases.iter().any(|vector| vector.id.0 == id)
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
        if let Some((reason, ids)) = log.not_asked.first_key_value() {
            return Err(problem(format!("the run is incomplete: {} not judged: {reason}", ids.len())));
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
    fn seen<'b>(&self, cases: &Cases<'b>) -> impl Iterator<Item = (&'b Vector, &'a Row)> {
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

    /// Whether a case came out as it must, and what came of it.
    fn fine(&self, id: &str) -> Option<&'a Row> {
        self.rows.get(id).copied().filter(|row| is_fine(row))
    }

    /// The pairs of a case of a row and the same token, or flow, elsewhere, with what they differ in of what
    /// surrounds the token.
    fn same_token<'b>(&self, cases: &Cases<'b>, index: &BySubject<'b>) -> Vec<(Pair<'b>, Differences)> {
        let mut pairs = Vec::new();
        for vector in self.seen(cases).filter(|(_, row)| is_fine(row)).map(|(vector, _)| vector) {
            for other in index.get(&subject(vector)).into_iter().flatten() {
                let Some(pair) = self.pair(vector, other, cases) else { continue };
                pairs.push((pair, differences(&vector.context, &other.context)));
            }
        }
        pairs
    }

    /// The pairs of a case of a row and its twin, where that is one change away, with this change.
    fn twins<'b>(&self, cases: &Cases<'b>) -> Vec<(Pair<'b>, &'b Edit)> {
        let pair = |vector: &'b Vector| {
            let Twin::Vector { edits, .. } = &vector.twin else { return None };
            let [edit] = &edits[..] else { return None };
            Some((self.pair(vector, cases.suite.twin(vector)?, cases)?, edit))
        };
        self.seen(cases).filter_map(|(vector, _)| pair(vector)).collect()
    }

    /// Two cases, where both came out as they must, and otherwise than each other.
    fn pair<'b>(&self, one: &'b Vector, other: &'b Vector, cases: &Cases<'_>) -> Option<Pair<'b>> {
        let rows = (self.fine(&one.id.0)?, self.fine(&other.id.0)?);
        let (effects, accepted, other) = match (result(rows.0), result(rows.1)) {
            (Some(_), None) => (Vec::new(), one, other),
            (None, Some(_)) => (Vec::new(), other, one),
            (None, None) => return None,
            (Some(seen), Some(seen_of_other)) => {
                let (Some(stated), Some(stated_of_other)) = (&one.effect, &other.effect) else { return None };
                let effects = differing(stated, stated_of_other, seen, seen_of_other);
                if effects.is_empty() {
                    return None;
                }
                (effects, one, other)
            }
        };
        let [accepted, other] = [accepted, other].map(|vector| vector.id.0.as_str());
        Some(Pair { is_within: cases.has(accepted) && cases.has(other), effects, accepted, other })
    }
}

/// Two cases that were told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pair<'a> {
    /// Whether both are cases of the row.
    is_within: bool,
    /// In which effects they differ; in none where one was refused.
    effects: Vec<&'static str>,
    accepted: &'a str,
    other: &'a str,
}

/// A pair for each kind of change and what it was seen by: a refusal, or the effects.
type Pairs<'a> = BTreeMap<(&'a str, Vec<&'static str>), Pair<'a>>;

/// What told the cases of a row apart.
#[derive(Default)]
struct Proof<'a> {
    /// Pairs for each option that the row is about.
    options: Pairs<'a>,
    /// Pairs for each other kind of change.
    others: Pairs<'a>,
    /// Whether a server both accepted and refused cases of the row, or accepted two to different effects.
    has_both_sides: bool,
}

impl<'a> Proof<'a> {
    fn of(requirement: &'a Requirement, cases: &Cases<'a>, runs: &[&Run<'_>], index: &BySubject<'a>) -> Self {
        let mut proof = Self::default();
        for run in runs {
            let fine = || run.seen(cases).filter(|(_, row)| is_fine(row));
            proof.has_both_sides |=
                fine().any(|(_, row)| is_accepted(row)) && fine().any(|(_, row)| !is_accepted(row));
            for (pair, differences) in run.same_token(cases, index) {
                for (name, of_option) in &requirement.options {
                    if is_option(of_option, &differences) {
                        keep(&mut proof.options, name, &pair);
                    }
                }
                for (place, what) in [("session", "the session"), ("submission", "where it is submitted")] {
                    if is_option(&[place.to_owned()], &differences) {
                        keep(&mut proof.others, what, &pair);
                    }
                }
            }
            for (pair, edit) in run.twins(cases) {
                match edit {
                    Edit::Context { .. } => {}
                    Edit::Flow { change: FlowChange::Token { .. } } => {
                        keep(&mut proof.others, "the token", &pair)
                    }
                    Edit::Flow { .. } => keep(&mut proof.others, "a step of the flow", &pair),
                    _ => keep(&mut proof.others, "the token", &pair),
                }
            }
        }
        proof.has_both_sides |=
            proof.options.values().chain(proof.others.values()).any(|pair| !pair.effects.is_empty());
        proof
    }

    /// What is missing to prove the row.
    fn lacking(&self, requirement: &Requirement, cases: &Cases<'_>, runs: &[&Run<'_>]) -> Vec<String> {
        let seen = |accepted: bool| {
            runs.iter()
                .any(|run| run.seen(cases).any(|(_, row)| is_fine(row) && is_accepted(row) == accepted))
        };
        let mut lacking: Vec<String> = match (seen(true), seen(false)) {
            _ if self.has_both_sides => None,
            (true, true) => Some("no server both accepted and refused cases of it as it must"),
            (true, false) => {
                Some("accepted, and never refused: it needs a refused case, or one with the opposite effect")
            }
            (false, true) => Some("refused, and never accepted: it needs an accepted case"),
            (false, false) => Some("no case of it came out as it must on any server"),
        }
        .into_iter()
        .map(str::to_owned)
        .collect();
        let is_flipped = |name: &String| self.options.keys().any(|(flipped, _)| flipped == name);
        let unflipped = requirement.options.keys().filter(|name| !is_flipped(name));
        lacking.extend(unflipped.map(|name| {
            format!("the option `{name}` is never flipped: no case has the token of another, and another value of it")
        }));
        if requirement.options.is_empty() && self.others.is_empty() {
            lacking.push("no two cases that are told apart are one change apart".to_owned());
        }
        lacking
    }
}

impl fmt::Display for Proof<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = self.options.iter().map(|(of, pair)| (format!("option `{}`", of.0), pair));
        let others = self.others.iter().map(|(of, pair)| (of.0.to_owned(), pair));
        for (at, (what, Pair { effects, accepted, other, is_within: _ })) in options.chain(others).enumerate()
        {
            let (before, effect) = (if at == 0 { "" } else { "; " }, effects.join(" and "));
            let effect = if effect.is_empty() { effect } else { format!(", by its effect on {effect}") };
            write!(f, "{before}{what}{effect} (`{accepted}`, `{other}`)")?;
        }
        Ok(())
    }
}

/// Keeps the pair that is to be shown: one of the row before one with a case from elsewhere.
fn keep<'a>(pairs: &mut Pairs<'a>, what: &'a str, pair: &Pair<'a>) {
    let rank = |pair: &Pair<'a>| (!pair.is_within, pair.accepted, pair.other);
    let kept = pairs.entry((what, pair.effects.clone())).or_insert_with(|| pair.clone());
    if rank(pair) < rank(kept) {
        *kept = pair.clone();
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

/// The places in which two contexts differ, names of members with dots between them, and what stands there.
type Differences = BTreeMap<String, [Option<Value>; 2]>;

/// Whether what two contexts differ in is an option and nothing else: each place where it stands, and, where one says
/// `place=value`, by this value on one of the two sides.
fn is_option(of_option: &[String], differences: &Differences) -> bool {
    let is_of = |(place, values): (&String, &[Option<Value>; 2]), of: &str| {
        let (of, value) = of.split_once('=').map_or((of, None), |(of, value)| (of, Some(value)));
        place.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            && value.is_none_or(|value| values.iter().flatten().any(|there| there == value))
    };
    differences.iter().all(|difference| of_option.iter().any(|of| is_of(difference, of)))
        && of_option.iter().all(|of| differences.iter().any(|difference| is_of(difference, of)))
}

fn differences(one: &Context, other: &Context) -> Differences {
    let (one, other) = (places(one), places(other));
    one.keys()
        .chain(other.keys())
        .map(|place| (place.clone(), [one.get(place).cloned(), other.get(place).cloned()]))
        .filter(|(_, [one, other])| one != other)
        .collect()
}

/// Each place of a context with what stands there.
fn places(context: &Context) -> BTreeMap<String, Value> {
    fn collect(at: &str, value: Value, into: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let at = if at.is_empty() { name } else { format!("{at}.{name}") };
                    collect(&at, value, into);
                }
            }
            value => drop(into.insert(at.to_owned(), value)),
        }
    }
    let mut all = BTreeMap::new();
    collect("", serde_json::to_value(context).expect("a context is plain data"), &mut all);
    all
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
