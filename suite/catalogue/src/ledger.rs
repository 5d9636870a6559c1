//! The ledger: every id that was ever published, with its verdict and the digest of its token.
//!
//! `vectors/IDS.lock` is append-only and sorted. An id keeps its verdict and its token for ever; a
//! case that changes gets another id, and an id that goes stays in the ledger, marked `retired`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jotproof_model::{Action, Flow, FlowToken, Step, Subject, Vector};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::build;

/// One line: the verdict, and the digest of context, recipe and token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `accept`, `reject` or `either`; `retired` for an id that is no longer made.
    pub verdict: String,
    /// The first sixteen hexadecimal digits of a SHA-256.
    pub digest: String,
}

/// The ledger, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger(pub BTreeMap<String, Line>);

impl Ledger {
    /// The ledger of a set of vectors.
    #[must_use]
    pub fn of<'a>(vectors: impl IntoIterator<Item = &'a Vector>) -> Self {
        Self(
            vectors
                .into_iter()
                .map(|vector| {
                    let line = Line { verdict: vector.expectation.name().to_owned(), digest: digest(vector) };
                    (vector.id.0.clone(), line)
                })
                .collect(),
        )
    }

    /// Reads the text of `IDS.lock`.
    ///
    /// # Errors
    ///
    /// Names the line that is not `ID VERDICT DIGEST`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let [id, verdict, digest] = line.split(' ').collect::<Vec<_>>()[..] else {
                return Err(format!("line {}: expected `ID VERDICT DIGEST`, found {line:?}", number + 1));
            };
            let line = Line { verdict: verdict.to_owned(), digest: digest.to_owned() };
            if lines.insert(id.to_owned(), line).is_some() {
                return Err(format!("line {}: {id} is listed twice", number + 1));
            }
        }
        Ok(Self(lines))
    }

    /// The text of `IDS.lock`.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (id, line) in &self.0 {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{id} {} {}", line.verdict, line.digest);
        }
        text
    }

    /// What the published ledger says otherwise than the vectors: one sentence each.
    #[must_use]
    pub fn contradictions(&self, published: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (id, old) in &published.0 {
            match self.0.get(id) {
                None if old.verdict == "retired" => {}
                None => found.push(format!(
                    "{id} is published and no longer made: an id is for ever; mark it `retired` in vectors/IDS.lock"
                )),
                Some(_) if old.verdict == "retired" => {
                    found.push(format!("{id} is retired: give the new case another id"));
                }
                Some(new) if new.verdict != old.verdict => found.push(format!(
                    "{id} changes its verdict from {} to {}: a changed verdict is a new id",
                    old.verdict, new.verdict
                )),
                Some(new) if new.digest != old.digest => {
                    found.push(format!("{id} changes its token or context: a changed case is a new id"));
                }
                Some(_) => {}
            }
        }
        found
    }

    /// The published ledger with the new ids added.
    #[must_use]
    pub fn appended_to(&self, published: &Self) -> Self {
        let mut all = published.0.clone();
        for (id, line) in &self.0 {
            all.entry(id.clone()).or_insert_with(|| line.clone());
        }
        Self(all)
    }
}

/// What a flow submits: for which reason a step on its way is refused is expected, not submitted.
#[derive(Serialize)]
struct Submitted<'a> {
    tokens: &'a BTreeMap<String, FlowToken>,
    steps: Vec<SubmittedStep<'a>>,
}

/// One step of it.
#[derive(Serialize)]
struct SubmittedStep<'a> {
    at: u32,
    action: &'a Action,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    refused: bool,
}

impl<'a> Submitted<'a> {
    fn of(flow: &'a Flow) -> Self {
        let step = |Step { at, action, refused }: &'a Step| SubmittedStep {
            at: *at,
            action,
            refused: refused.is_some(),
        };
        Self { tokens: &flow.tokens, steps: flow.steps.iter().map(step).collect() }
    }
}

/// A digest over what a vector submits and to whom.
fn digest(vector: &Vector) -> String {
    let text = match &vector.subject {
        Subject::Token { recipe, token } => serde_json::to_string(&(recipe, token, &vector.context)),
        Subject::Flow { flow } => serde_json::to_string(&(Submitted::of(flow), &vector.context)),
    }
    .expect("a vector has string keys only");
    let hash = Sha256::digest(text.as_bytes());
    build::hexadecimal(&hash[..8])
}
