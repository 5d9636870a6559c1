//! The run log: the one record of a run. Every report is a pure function of it.

use std::collections::BTreeMap;
use std::io::Write;

use jotproof_model::{Judgement, Observation, VectorId};
use serde::{Deserialize, Serialize};

use crate::exit::Exit;
use crate::target::TargetError;

/// Everything that is known of the run of one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunLog {
    /// What was run.
    pub header: Header,
    /// The judged vectors, by id.
    pub rows: Vec<Row>,
    /// What was not carried, by reason.
    pub not_carried: BTreeMap<String, Vec<VectorId>>,
    /// Why the target could not be used, if it could not.
    pub failure: Option<Failure>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// What is to be said of the target beside what was judged.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// What was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The format and its version: `jotproof-run/1`.
    pub format: String,
    /// The target.
    pub target: String,
    /// The profile that it follows.
    pub profile: String,
    /// How many vectors were selected.
    pub selected: usize,
    /// The arguments that repeat the run, without the selection.
    pub repeat: String,
    /// The seed of the order that vectors were asked in.
    #[serde(default)]
    pub seed: u64,
    /// Whether the target is a server that answers over a network.
    #[serde(default)]
    pub live: bool,
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
}

/// Why a target could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What happened, and what to do next.
    pub message: String,
    /// Whether something is missing on this machine, and not with the target.
    pub environment: bool,
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
}

/// The largest share of unsupported and void rows, in percent.
const TOO_MUCH: usize = 20;

impl RunLog {
    /// How many rows have a judgement.
    #[must_use]
    pub fn count(&self, judgement: Judgement) -> usize {
        self.rows.iter().filter(|row| row.judgement == judgement).count()
    }

    /// Whether nothing was asked because something is missing on this machine.
    #[must_use]
    pub fn did_not_happen(&self) -> bool {
        self.rows.is_empty() && self.failure.as_ref().is_some_and(|failure| failure.environment)
    }

    /// What the run ends with.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let red = |judgement: fn(Judgement) -> bool| {
            self.rows.iter().any(|row| row.is_red() && judgement(row.judgement))
        };
        if red(|judgement| judgement != Judgement::Fault) {
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
        let empty = self.count(Judgement::Unsupported) + self.count(Judgement::Void);
        if self.rows.is_empty() || empty * 100 > self.rows.len() * TOO_MUCH {
            return Exit::TooLittleJudged;
        }
        Exit::Ok
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
            "failure": self.failure,
            "warnings": self.warnings,
            "elapsed_ms": self.elapsed_ms,
            "exit": self.exit().code(),
        }}))
    }
}
