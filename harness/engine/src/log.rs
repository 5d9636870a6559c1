//! The run log: the one record of a run. Every report is a pure function of it.
//!
//! Long because writing and reading a line of the log stand side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Write};

use jotproof_model::{Judgement, Observation, VectorId};
use serde::{Deserialize, Serialize};

use crate::exit::Exit;
use crate::shard::{Place, Share};
use crate::target::TargetError;

/// Everything that is known of the run of one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunLog {
    /// What was run.
    pub header: Header,
    /// The judged vectors, by id.
    pub rows: Vec<Row>,
    /// The vectors that do not apply to the target, by the missing capability.
    pub not_carried: BTreeMap<String, Vec<VectorId>>,
    /// The vectors without a verdict that needed one, by reason. If there are any, the run is incomplete.
    pub not_asked: BTreeMap<String, Vec<VectorId>>,
    /// Why the target could not be used, if it could not.
    pub failure: Option<Failure>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// What is to be said of the target beside what was judged.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// The outdated entries of the list of known failures.
    #[serde(default)]
    pub outdated: Vec<String>,
}

/// The format of a written log, and its version.
pub const FORMAT: &str = "jotproof-run/1";

/// What was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The format and its version: [`FORMAT`].
    pub format: String,
    /// The version of Jotproof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The digest of the vectors: [`Suite::digest`](crate::Suite::digest).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vectors: Option<String>,
    /// The target.
    pub target: String,
    /// The identity that the target reports: name and version of a library, or the version of a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The profile that it follows.
    pub profile: String,
    /// How many vectors were selected.
    pub selected: usize,
    /// The least number of verdicts that make the run meaningful.
    #[serde(default)]
    pub least_judged: usize,
    /// The judgements that fail the run even if the profile explains them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub fail_on: BTreeSet<Judgement>,
    /// The arguments that repeat the run, without the selection.
    pub repeat: String,
    /// The seed of the order that vectors were asked in.
    #[serde(default)]
    pub seed: u64,
    /// Whether the target is a server that answers over a network.
    #[serde(default)]
    pub live: bool,
    /// The place of the target among those of the command.
    #[serde(default, skip_serializing_if = "Place::is_only")]
    pub place: Place,
    /// The share of the vectors, if the run is a shard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Share>,
}

impl Header {
    /// Whether the log of this header can come after another one.
    fn follows(&self, before: Option<&RunLog>) -> bool {
        let is_first = self.place.number == 1;
        before.map_or(is_first, |before| {
            let Place { number, of } = before.header.place;
            self.place == Place { number: number + 1, of } || is_first && before.may_be_last()
        })
    }
}

/// One judged vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which one.
    pub id: VectorId,
    /// What is allowed: `accept`, `reject` or `either`.
    pub expected: String,
    /// What was seen.
    pub observation: Observation,
    /// What that means.
    pub judgement: Judgement,
    /// What is wrong, in words; empty where nothing is.
    pub detail: String,
    /// The entry of the profile that explains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explained_by: Option<String>,
    /// What the profile predicted, where something else happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<String>,
    /// The reason of the known failure that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
}

/// Why a target could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What happened, and what to do next.
    pub message: String,
    /// Whether something is missing on this machine, and not with the target.
    pub environment: bool,
}

/// A line of a written log.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Header(Header),
    Row(Row),
    Footer(Footer),
}

/// What a written log ends with. That it ends with an exit code of its own is for other readers: here it follows
/// from the rest.
#[derive(Deserialize)]
struct Footer {
    not_carried: BTreeMap<String, Vec<VectorId>>,
    #[serde(default)]
    not_asked: BTreeMap<String, Vec<VectorId>>,
    failure: Option<Failure>,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    outdated: Vec<String>,
    elapsed_ms: u64,
}

/// Why a text is no run log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// A line is not one of a run log.
    #[error("line {line} is not one of a run log, as `jotproof run --log FILE` writes it: {problem}")]
    Line {
        /// Which one, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// It is cut off, or is of no run.
    #[error("a run without an end: is it cut off, or still being written?")]
    CutOff,
    /// A target of the command is missing.
    #[error(
        "line {line}: {found} is target {place} of its command, and one before it is missing: the log was changed or cut"
    )]
    Target {
        /// The line of the header, from 1.
        line: usize,
        /// The target.
        found: String,
        /// Its place.
        place: Place,
    },
    /// Rows are missing or repeated.
    #[error(
        "the run of {target} selected {selected} vectors, and the log tells of {told}: it was changed or cut"
    )]
    Rows {
        /// The target.
        target: String,
        /// The number of selected vectors.
        selected: usize,
        /// The number of vectors in the log.
        told: usize,
    },
}

impl From<&TargetError> for Failure {
    fn from(error: &TargetError) -> Self {
        Self { message: error.to_string(), environment: matches!(error, TargetError::EnvironmentMissing(_)) }
    }
}

impl Row {
    /// Whether it fails the run: a judgement that nothing explains, or a prediction that did not
    /// come true.
    #[must_use]
    pub fn is_red(&self) -> bool {
        self.missed.is_some() || !(self.judgement.is_fine() || self.explained_by.is_some())
    }

    /// What was seen and what was expected, for reports.
    pub(crate) fn told(&self) -> String {
        let mut told = format!("{} (expected: {})", self.detail, self.expected);
        if let Some(missed) = self.missed.as_ref().filter(|_| self.judgement.is_fine()) {
            told.push_str(&format!("; the profile predicted: {missed}"));
        }
        told
    }
}

/// The largest share of unsupported and void rows, in percent.
const TOO_MUCH: usize = 20;

impl RunLog {
    /// A log with nothing but its header.
    #[must_use]
    pub fn empty(header: Header) -> Self {
        Self {
            header,
            rows: Vec::new(),
            not_carried: BTreeMap::new(),
            not_asked: BTreeMap::new(),
            failure: None,
            elapsed_ms: 0,
            warnings: Vec::new(),
            outdated: Vec::new(),
        }
    }

    /// How many rows have a judgement.
    #[must_use]
    pub fn count(&self, judgement: Judgement) -> usize {
        self.rows.iter().filter(|row| row.judgement == judgement).count()
    }

    /// The number of vectors with a verdict. Unsupported, void and fault are no verdicts.
    #[must_use]
    pub fn judged(&self) -> usize {
        let empty = [Judgement::Unsupported, Judgement::Void, Judgement::Fault];
        self.rows.iter().filter(|row| !empty.contains(&row.judgement)).count()
    }

    /// Whether the run did not happen because something is missing on this machine.
    fn did_not_happen(&self) -> bool {
        self.rows.is_empty() && self.failure.as_ref().is_some_and(|failure| failure.environment)
    }

    /// Whether vectors lack a verdict although the target could be asked.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        !self.not_asked.is_empty() && !self.did_not_happen()
    }

    /// Whether the run broke off: selected vectors are missing.
    pub(crate) fn is_cut_short(&self) -> bool {
        let left_out = self.not_carried.values().chain(self.not_asked.values()).map(Vec::len).sum::<usize>();
        self.failure.is_some() && self.rows.len() + left_out < self.header.selected
    }

    /// Whether a row fails the run: it is red, or its judgement is in `fail_on`, and it is no known failure.
    #[must_use]
    pub fn fails(&self, row: &Row) -> bool {
        row.known.is_none() && (row.is_red() || self.header.fail_on.contains(&row.judgement))
    }

    /// What the run ends with.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let red = |is_meant: fn(Judgement) -> bool| {
            self.rows.iter().any(|row| self.fails(row) && is_meant(row.judgement))
        };
        if self.is_incomplete() {
            return Exit::TargetFault;
        }
        if red(|judgement| !matches!(judgement, Judgement::Fault | Judgement::Void)) {
            // A row is also void if its twin got no answer, so the fault of a dead target must decide.
            return Exit::ConformanceFailure;
        }
        match &self.failure {
            Some(failure) if failure.environment => return Exit::EnvironmentMissing,
            Some(_) => return Exit::TargetFault,
            None => {}
        }
        if red(|judgement| judgement == Judgement::Fault) {
            return Exit::TargetFault;
        }
        if red(|judgement| judgement == Judgement::Void) {
            return Exit::ConformanceFailure;
        }
        // How much a shard judges says little: that is measured when all of them are merged.
        if self.judged() < self.header.least_judged.max(1)
            || self.header.shard.is_none() && self.proves_too_little()
        {
            return Exit::TooLittleJudged;
        }
        if !self.outdated.is_empty() {
            return Exit::KnownFailuresOutdated;
        }
        Exit::Ok
    }

    /// The outcome of the run in a word or two.
    #[must_use]
    pub fn result(&self) -> &'static str {
        match self.exit() {
            _ if self.is_incomplete() => "INCOMPLETE",
            Exit::Ok => "ok",
            Exit::ConformanceFailure => "FAILED",
            Exit::TargetFault => "FAULT",
            Exit::TooLittleJudged => "TOO LITTLE JUDGED",
            Exit::KnownFailuresOutdated => "OUTDATED",
            Exit::EnvironmentMissing => "NOT RUN",
            Exit::Usage | Exit::Interrupted => "ERROR",
        }
    }

    /// Whether too many of the asked vectors are unsupported or void.
    pub(crate) fn proves_too_little(&self) -> bool {
        let empty = self.count(Judgement::Unsupported) + self.count(Judgement::Void);
        empty * 100 > self.rows.len() * TOO_MUCH
    }

    /// The exit code of several runs. An incomplete run takes precedence.
    #[must_use]
    pub fn exit_of_all(logs: &[Self]) -> Exit {
        if logs.iter().any(Self::is_incomplete) {
            return Exit::TargetFault;
        }
        logs.iter().map(Self::exit).fold(Exit::Ok, Exit::worst)
    }

    /// Reads the logs of a file: one after another, each as [`RunLog::write`] writes it.
    ///
    /// # Errors
    ///
    /// Where a line is not one of a run log, or the last run has no end.
    pub fn read_all(source: impl BufRead) -> Result<Vec<Self>, LogError> {
        let mut logs: Vec<Self> = Vec::new();
        let mut open: Option<(Header, Vec<Row>)> = None;
        for (at, text) in source.lines().enumerate() {
            let broken = |problem: String| LogError::Line { line: at + 1, problem };
            let line = serde_json::from_str(&text?).map_err(|error| broken(error.to_string()))?;
            open = match (line, open) {
                (Line::Header(header), None) if header.format == FORMAT => {
                    let (line, place) = (at + 1, header.place);
                    if !header.follows(logs.last()) {
                        return Err(LogError::Target { line, found: header.target, place });
                    }
                    Some((header, Vec::new()))
                }
                (Line::Header(header), None) => {
                    return Err(broken(format!("format {:?} is not {FORMAT:?}", header.format)));
                }
                (Line::Row(row), Some((header, mut rows))) => {
                    rows.push(row);
                    Some((header, rows))
                }
                (Line::Footer(footer), Some((header, rows))) => {
                    let Footer { not_carried, not_asked, failure, warnings, outdated, elapsed_ms } = footer;
                    let log = Self {
                        header,
                        rows,
                        not_carried,
                        not_asked,
                        failure,
                        elapsed_ms,
                        warnings,
                        outdated,
                    };
                    logs.push(log.whole()?);
                    None
                }
                (Line::Header(_), Some(_)) => return Err(broken("a header inside of a run".to_owned())),
                (Line::Row(_) | Line::Footer(_), None) => {
                    return Err(broken("no header before it".to_owned()));
                }
            };
        }
        let is_whole = open.is_none() && logs.last().is_some_and(Self::may_be_last);
        if is_whole { Ok(logs) } else { Err(LogError::CutOff) }
    }

    /// Whether no other target of its command has to follow: it is the last one, or the command broke off.
    fn may_be_last(&self) -> bool {
        self.header.place.number == self.header.place.of || self.failure.is_some()
    }

    /// Checks that the log has each selected vector exactly once.
    pub(crate) fn whole(self) -> Result<Self, LogError> {
        let left_out = self.not_carried.values().chain(self.not_asked.values()).flatten();
        let ids: Vec<&VectorId> = self.rows.iter().map(|row| &row.id).chain(left_out).collect();
        let different: BTreeSet<&VectorId> = ids.iter().copied().collect();
        let (selected, told) = (self.header.selected, different.len());
        // A run that never began has a failure and nothing else.
        let never_began = self.failure.is_some() && ids.is_empty();
        if never_began || told == selected && ids.len() == selected {
            return Ok(self);
        }
        Err(LogError::Rows { target: self.header.target, selected, told })
    }

    /// Writes the log as JSON lines: a header, a line per vector, a footer.
    ///
    /// # Errors
    ///
    /// Where the sink fails.
    pub fn write(&self, sink: &mut impl Write) -> std::io::Result<()> {
        let mut line = |value: serde_json::Value| writeln!(sink, "{value}");
        line(serde_json::json!({ "header": self.header }))?;
        for row in &self.rows {
            line(serde_json::json!({ "row": row }))?;
        }
        line(serde_json::json!({ "footer": {
            "not_carried": self.not_carried,
            "not_asked": self.not_asked,
            "failure": self.failure,
            "warnings": self.warnings,
            "outdated": self.outdated,
            "elapsed_ms": self.elapsed_ms,
            "exit": self.exit().code(),
        }}))
    }
}

#[cfg(test)]
impl Header {
    /// The header of a run of an adapter, for tests.
    pub(crate) fn sample() -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: None,
            vectors: None,
            target: "exec:./adapter".to_owned(),
            identity: Some("a library 1.2.3".to_owned()),
            profile: "rfc".to_owned(),
            selected: 1,
            least_judged: 1,
            fail_on: BTreeSet::new(),
            repeat: String::new(),
            seed: 0,
            live: false,
            place: Place::ONLY,
            shard: None,
        }
    }
}

#[cfg(test)]
impl Row {
    /// A row with this judgement, for tests.
    pub(crate) fn sample(id: &str, judgement: Judgement) -> Self {
        Self {
            id: VectorId(id.to_owned()),
            expected: "reject".to_owned(),
            observation: Observation::Unsupported { what: String::new() },
            judgement,
            detail: String::new(),
            explained_by: None,
            missed: None,
            known: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use jotproof_model::Seen;

    use super::*;

    fn row(id: &str, observation: Observation) -> Row {
        Row { observation, ..Row::sample(id, Judgement::Pass) }
    }

    fn log(target: &str) -> RunLog {
        RunLog {
            header: Header {
                target: target.to_owned(),
                selected: 4,
                fail_on: BTreeSet::from([Judgement::Bypass]),
                seed: 5,
                live: true,
                ..Header::sample()
            },
            rows: vec![
                row("a/b", Observation::Accepted { result: Box::new(Seen::default()) }),
                row("a/c", Observation::Unsupported { what: "it".to_owned() }),
            ],
            not_carried: BTreeMap::from([("clock".to_owned(), vec![VectorId("a/d".to_owned())])]),
            not_asked: BTreeMap::from([("it went away".to_owned(), vec![VectorId("a/e".to_owned())])]),
            failure: Some(Failure { message: "it went away".to_owned(), environment: false }),
            elapsed_ms: 7,
            warnings: vec!["it says that it is another".to_owned()],
            outdated: vec!["line 3: a/b: expired".to_owned()],
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let logs = [log("one"), log("two")];
        let mut written = Vec::new();
        for log in &logs {
            log.write(&mut written).expect("memory can be written to");
        }
        assert_eq!(RunLog::read_all(&*written).expect("it was written whole"), logs);
    }

    /// A log with these judgements and no failure.
    fn of(judgements: &[Judgement]) -> RunLog {
        let refused = || Observation::Refused { reason: None, answer: None, text: String::new() };
        let rows = judgements.iter().map(|judgement| Row { judgement: *judgement, ..row("a/b", refused()) });
        let whole = log("one");
        RunLog {
            header: Header { fail_on: BTreeSet::new(), ..whole.header },
            rows: rows.collect(),
            failure: None,
            not_asked: BTreeMap::new(),
            outdated: Vec::new(),
            ..whole
        }
    }

    #[test]
    fn what_a_run_ends_with() {
        use Judgement::{Fault, Misuse, Pass, Unsupported, Void};
        let failed = |environment| Some(Failure { message: String::new(), environment });
        let lost = || BTreeMap::from([("it went away".to_owned(), vec![VectorId("a/e".to_owned())])]);
        for (judgements, failure, is_whole, exit) in [
            (&[Pass; 2][..], None, true, Exit::Ok),
            (&[Pass, Void], None, true, Exit::ConformanceFailure),
            (&[Pass, Void, Fault], None, true, Exit::TargetFault),
            // A row is also void if its twin got no answer, so the fault of a dead target must decide.
            (&[Pass, Void], failed(false), true, Exit::TargetFault),
            (&[Pass, Void], failed(true), true, Exit::EnvironmentMissing),
            // A conformance failure comes before every other failure…
            (&[Misuse, Void, Fault], failed(false), true, Exit::ConformanceFailure),
            (&[Misuse], failed(true), true, Exit::ConformanceFailure),
            // …except an incomplete run.
            (&[Misuse], None, false, Exit::TargetFault),
            (&[Pass; 9], failed(true), false, Exit::TargetFault),
            (&[], failed(true), false, Exit::EnvironmentMissing),
            (&[], failed(false), false, Exit::TargetFault),
            (&[], None, true, Exit::TooLittleJudged),
            (&[Pass, Pass, Pass, Unsupported], None, true, Exit::TooLittleJudged),
        ] {
            let not_asked = if is_whole { BTreeMap::new() } else { lost() };
            let log = RunLog { failure, not_asked, ..of(judgements) };
            assert_eq!(log.exit(), exit, "{judgements:?} {:?} {is_whole}", log.failure);
        }
    }

    #[test]
    fn an_incomplete_run_comes_before_the_conformance_failure_of_another_one() {
        let lost = BTreeMap::from([("it went away".to_owned(), vec![VectorId("a/e".to_owned())])]);
        let incomplete = RunLog { not_asked: lost, ..of(&[Judgement::Pass]) };
        let red = of(&[Judgement::Bypass]);
        assert_eq!(RunLog::exit_of_all(&[red.clone(), incomplete]), Exit::TargetFault);
        assert_eq!(RunLog::exit_of_all(&[red.clone(), of(&[Judgement::Fault])]), Exit::ConformanceFailure);
        let failure = Some(Failure { message: String::new(), environment: true });
        let not_run = RunLog { failure, ..of(&[]) };
        assert_eq!(RunLog::exit_of_all(&[not_run.clone(), red]), Exit::ConformanceFailure);
        assert_eq!(RunLog::exit_of_all(&[not_run, of(&[Judgement::Pass])]), Exit::EnvironmentMissing);
    }

    #[test]
    fn a_run_needs_as_many_verdicts_as_its_floor() {
        for (least, exit) in [(3, Exit::Ok), (4, Exit::TooLittleJudged)] {
            let mut log = of(&[Judgement::Pass; 3]);
            log.header.least_judged = least;
            assert_eq!(log.exit(), exit, "{least}");
        }
    }

    #[test]
    fn what_is_explained_fails_a_run_where_that_is_asked_for() {
        for (fail_on, exit) in [
            (&[][..], Exit::Ok),
            (&[Judgement::Misuse], Exit::Ok),
            (&[Judgement::Bypass], Exit::ConformanceFailure),
        ] {
            let mut log = of(&[Judgement::Bypass, Judgement::Pass]);
            log.rows[0].explained_by = Some("known".to_owned());
            log.header.fail_on = fail_on.iter().copied().collect();
            assert_eq!(log.exit(), exit, "{fail_on:?}");
        }
    }

    #[test]
    fn a_log_that_tells_of_other_vectors_than_were_selected_is_no_log() {
        let mut written = Vec::new();
        log("one").write(&mut written).expect("memory can be written to");
        let text = String::from_utf8(written).expect("JSON is text");
        let missing: Vec<&str> = text.lines().filter(|line| !line.contains("a/c")).collect();
        let twice = text.replace("a/c", "a/b");
        for text in [missing.join("\n"), twice] {
            let problem = RunLog::read_all(text.as_bytes()).expect_err("a vector is missing").to_string();
            assert!(problem.contains("selected 4 vectors, and the log tells of 3"), "{problem}");
        }
    }

    #[test]
    fn a_log_of_two_targets_is_no_log_wherever_it_is_cut() {
        let mut written = Vec::new();
        for (number, target) in [(1, "one"), (2, "two")] {
            let mut log = RunLog { failure: None, ..log(target) };
            log.header.place = Place { number, of: 2 };
            log.write(&mut written).expect("memory can be written to");
        }
        let (line_end, text) = written.split_last().expect("it has lines");
        assert_eq!((*line_end, RunLog::read_all(text).map(|logs| logs.len()).ok()), (b'\n', Some(2)));
        for length in 0..text.len() {
            assert!(RunLog::read_all(&text[..length]).is_err(), "cut after {length} octets");
        }
        let second = String::from_utf8(written).expect("JSON is text");
        let (_, second) = second.split_at(second.rfind("{\"header\"").expect("it has headers"));
        let problem = RunLog::read_all(second.as_bytes()).expect_err("the first one is missing").to_string();
        assert!(problem.contains("line 1: two is target 2/2 of its command"), "{problem}");
    }

    #[test]
    fn a_log_that_is_cut_off_or_out_of_order_is_no_log() {
        let mut written = Vec::new();
        log("one").write(&mut written).expect("memory can be written to");
        let text = String::from_utf8(written).expect("JSON is text");
        let lines: Vec<&str> = text.lines().collect();
        let told = |text: &str| RunLog::read_all(text.as_bytes()).expect_err("it is no log").to_string();
        assert!(told("").starts_with("a run without an end"));
        assert!(told(&lines[..3].join("\n")).starts_with("a run without an end"));
        assert!(told(lines[1]).ends_with("no header before it"));
        assert!(told(&[lines[0], lines[0]].join("\n")).ends_with("a header inside of a run"));
        assert!(told(&text.replace("run/1", "run/9")).contains("is not \"jotproof-run/1\""));
        assert!(told("{}").starts_with("line 1 is not one of a run log"));
    }
}
