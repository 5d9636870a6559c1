//! Repeated questions, to find answers that change.

use std::collections::BTreeMap;
use std::mem::discriminant;

use jotproof_model::{Expectation, Judgement, Observation, Vector};

use crate::judge::told;
use crate::log::Row;
use crate::replay::Seen;

/// The order of the vectors of a deployment, and the number of times that each is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Repetition {
    /// Asks each vector once.
    #[default]
    Once,
    /// Asks all vectors in turn, this number of times.
    Rounds(usize),
    /// Soak: asks the good tokens, then each other token this number of times in a row, then the good tokens
    /// again. A good token is one that must be accepted.
    Soak(usize),
}

impl Repetition {
    /// The tokens in the order of the questions.
    pub(crate) fn order<'a>(self, tokens: &[&'a Vector]) -> Vec<&'a Vector> {
        match self {
            Self::Once => tokens.to_vec(),
            Self::Rounds(times) => tokens.repeat(times),
            Self::Soak(times) => {
                let (good, others): (Vec<&Vector>, Vec<&Vector>) = tokens
                    .iter()
                    .partition(|vector| matches!(vector.expectation, Expectation::Accept { .. }));
                let in_a_row = others.into_iter().flat_map(|vector| std::iter::repeat_n(vector, times));
                good.iter().copied().chain(in_a_row).chain(good.iter().copied()).collect()
            }
        }
    }

    /// The number of times that each flow runs.
    pub(crate) const fn rounds(self) -> usize {
        match self {
            Self::Once | Self::Soak(_) => 1,
            Self::Rounds(times) => times,
        }
    }
}

/// The observations of every vector, by id.
#[derive(Debug, Default)]
pub(crate) struct Answers<'a> {
    /// The first answer.
    pub(crate) first: BTreeMap<&'a str, Seen>,
    /// The first different answer, and its number, from 1.
    pub(crate) changed: BTreeMap<&'a str, (usize, Seen)>,
    /// The number of answers.
    pub(crate) asked: BTreeMap<&'a str, usize>,
}

impl<'a> Answers<'a> {
    /// Adds the next answer to a vector.
    pub(crate) fn add(&mut self, id: &'a str, seen: Seen) {
        let number = self.asked.entry(id).and_modify(|number| *number += 1).or_insert(1);
        match self.first.get(id) {
            None => {
                self.first.insert(id, seen);
            }
            Some((first, _)) if !are_alike(first, &seen.0) => {
                self.changed.entry(id).or_insert((*number, seen));
            }
            Some(_) => {}
        }
    }
}

/// Whether two answers to one vector agree. Times are ignored, because each answer is about a new token.
pub(crate) fn are_alike(first: &Observation, later: &Observation) -> bool {
    match (first, later) {
        (Observation::Accepted { result: first }, Observation::Accepted { result: later }) => {
            first.user == later.user
                && first.subscriptions == later.subscriptions
                && first.info == later.info
                && first.identifiers == later.identifiers
        }
        (
            Observation::Refused { reason: first, answer: answered_first, text: _ },
            Observation::Refused { reason: later, answer: answered_later, text: _ },
        ) => (first, answered_first) == (later, answered_later),
        _ => discriminant(first) == discriminant(later),
    }
}

/// The worse of two rows of a vector whose answers differ. If each answer alone is allowed, the row is a
/// fault.
pub(crate) fn worse(first: Row, later: Row, number: usize) -> Row {
    let differs = format!(
        "answer {number} differs from the first one: {}, and before that {}",
        told(&later.observation),
        told(&first.observation)
    );
    let are_fine = !first.is_red() && !later.is_red();
    let mut row =
        if (later.is_red(), first.judgement) > (first.is_red(), later.judgement) { later } else { first };
    if are_fine {
        row.judgement = Judgement::Fault;
        row.explained_by = None;
    }
    row.detail = differs;
    row
}

#[cfg(test)]
mod tests {
    use jotproof_model::{Reason, Seen};

    use super::*;

    fn accepted(user: &str) -> Observation {
        Observation::Accepted { result: Box::new(Seen { user: Some(user.to_owned()), ..Seen::default() }) }
    }

    fn refused(reason: Reason) -> Observation {
        Observation::Refused { reason: Some(reason), answer: None, text: String::new() }
    }

    fn row(observation: Observation, judgement: Judgement) -> Row {
        Row { observation, ..Row::sample("a/b", judgement) }
    }

    #[test]
    fn the_first_answer_that_differs_is_kept_with_its_number() {
        let mut answers = Answers::default();
        let signature = refused(Reason::Signature);
        for (id, seen) in [
            ("a", (signature.clone(), 1)),
            ("b", (accepted("42"), 1)),
            ("a", (signature.clone(), 2)),
            ("b", (accepted("42"), 2)),
            ("a", (accepted(""), 3)),
            ("a", (refused(Reason::Expired), 4)),
        ] {
            answers.add(id, seen);
        }
        assert_eq!(answers.first["a"], (signature, 1));
        assert_eq!(answers.changed.into_iter().collect::<Vec<_>>(), [("a", (3, (accepted(""), 3)))]);
    }

    #[test]
    fn the_worse_of_two_answers_counts_and_two_good_ones_are_a_fault() {
        let good = || row(refused(Reason::Signature), Judgement::Pass);
        let bad = || row(accepted("42"), Judgement::Bypass);
        assert_eq!(worse(good(), bad(), 7).judgement, Judgement::Bypass);
        assert_eq!(worse(bad(), good(), 7).judgement, Judgement::Bypass);
        let other = worse(good(), row(accepted("42"), Judgement::Advisory), 7);
        assert_eq!(other.judgement, Judgement::Fault);
        assert!(other.is_red());
        assert!(other.detail.starts_with("answer 7 differs from the first one: "), "{}", other.detail);
    }
}
