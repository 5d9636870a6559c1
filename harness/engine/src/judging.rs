//! From what was seen to a row of the log.

use std::collections::BTreeMap;

use jotproof_model::{Expectation, Judgement, Observation, Vector};
use jotproof_profiles::{Profile, predicted};

use crate::judge::{Evidence, judge};
use crate::log::Row;
use crate::plan::PlanError;
use crate::repetition::{Answers, worse};
use crate::replay::Seen;
use crate::select::Selection;
use crate::suite::Suite;
use crate::target::Target;

/// What a run judges by.
#[derive(Clone, Copy)]
pub(crate) struct Judging<'r> {
    pub(crate) suite: &'r Suite,
    pub(crate) selection: &'r Selection,
    pub(crate) target: &'r dyn Target,
    pub(crate) profile: &'r Profile,
}

/// Why a vector has no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It has no answer.
    Answer,
    /// Its twin has no answer, so a refusal proves nothing.
    Twin,
}

impl Judging<'_> {
    /// The row of a vector. `disturbed` has the vectors after which the good token got another answer.
    pub(crate) fn row(
        &self,
        vector: &Vector,
        answers: &Answers<'_>,
        disturbed: &BTreeMap<&str, String>,
    ) -> Result<Result<Row, Missing>, PlanError> {
        let id = vector.id.0.as_str();
        let Some(first) = answers.first.get(id) else { return Ok(Err(Missing::Answer)) };
        let twin = self.suite.twin(vector);
        let of_twin = twin.and_then(|twin| Some((&twin.id, &answers.first.get(twin.id.0.as_str())?.0)));
        if matches!(first.0, Observation::Refused { .. } | Observation::OverLimit { .. })
            && !matches!(vector.expectation, Expectation::Accept { .. })
            && twin.is_some()
            && of_twin.is_none()
        {
            return Ok(Err(Missing::Twin));
        }
        let row_of = |(observation, now): &Seen| -> Result<_, PlanError> {
            let evidence = Evidence {
                vector,
                observation: observation.clone(),
                now: *now,
                twin: of_twin,
                reason_counts: self.selection.strict_reasons || self.suite.promises_reason(vector),
                predicted: predicted(vector, twin, self.profile)
                    .map_err(|problem| PlanError { id: id.to_owned(), problem })?,
            };
            Ok(judge(evidence, self.profile))
        };
        let mut row = row_of(first)?;
        if let Some((number, later)) = answers.changed.get(id) {
            row = worse(row, row_of(later)?, *number);
        }
        if let Some(how) = disturbed.get(id) {
            row.judgement = Judgement::Fault;
            row.explained_by = None;
            row.detail.clone_from(how);
        }
        if !self.target.is_predicted() {
            row.missed = None;
        }
        Ok(Ok(row))
    }
}
