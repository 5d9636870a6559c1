//! The verdict of a case, as the normative texts leave it.

use jotproof_model::expectation::Preference;
use jotproof_model::{Expectation, Level, Reason};

use super::{Case, Undecided};

impl Undecided {
    /// The normative texts leave one outcome: it is accepted.
    #[must_use]
    pub fn accept(mut self) -> Case {
        self.0.expectation = Expectation::Accept { level: Level::Must };
        self.0
    }

    /// The normative texts say that it should be accepted.
    #[must_use]
    pub fn should_be_accepted(mut self) -> Case {
        self.0.expectation = Expectation::Accept { level: Level::Should };
        self.0
    }

    /// The normative texts leave one outcome: it is refused, for one of these reasons.
    #[must_use]
    pub fn reject(mut self, reasons: impl IntoIterator<Item = Reason>) -> Case {
        self.0.expectation =
            Expectation::Reject { level: Level::Must, reasons: reasons.into_iter().collect() };
        self.0
    }

    /// The normative texts allow both; `why` names the sentences.
    #[must_use]
    pub fn either(self, why: &str, reasons: impl IntoIterator<Item = Reason>) -> Case {
        self.either_preferring(why, reasons, None)
    }

    /// The normative texts allow both, and a refusal is preferred. `why` names the sentence that recommends
    /// it, or says that the preference is the choice of this project.
    #[must_use]
    pub fn either_better_refused(self, why: &str, reasons: impl IntoIterator<Item = Reason>) -> Case {
        self.either_preferring(why, reasons, Some(Preference::Reject))
    }

    /// The normative texts allow both and recommend to accept.
    #[must_use]
    pub fn either_better_accepted(self, why: &str, reasons: impl IntoIterator<Item = Reason>) -> Case {
        self.either_preferring(why, reasons, Some(Preference::Accept))
    }

    fn either_preferring(
        mut self,
        why: &str,
        reasons: impl IntoIterator<Item = Reason>,
        prefer: Option<Preference>,
    ) -> Case {
        self.0.expectation =
            Expectation::Either { why: why.to_owned(), reasons: reasons.into_iter().collect(), prefer };
        self.0
    }
}
