//! The questions to one deployment. Each token is minted just before it is asked. A question whose answer
//! comes too late to be judged is asked again, and so is a question without an answer.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jotproof_model::{Challenge, Observation};

use crate::target::TargetError;

/// The number of attempts at a question whose answers come too late.
pub const TRIES: u8 = 3;

/// The number of time-outs in a row after which no more questions are asked.
pub const SILENT: usize = 256;

/// The least time between an answer and the next time in the token. A verifier may round its clock to the
/// next second.
const ROUNDING: Duration = Duration::from_secs(1);

/// A function that mints the challenge of a question, given its number.
type Make<'a> = dyn Fn(usize) -> Result<Challenge, TargetError> + 'a;

/// The questions to a deployment. It takes them one by one and answers them in any order.
///
/// A deployment calls [`Questions::next`] only when it has room for another question. The age of a token is
/// the time between that call and its [`Questions::answer`].
pub struct Questions<'a> {
    make: Box<Make<'a>>,
    /// The seconds that each token has until the clock reaches the nearest time in it.
    margins: Vec<Option<u64>>,
    told: Box<dyn Fn() + 'a>,
    is_over: Box<dyn Fn() -> bool + 'a>,
    waiting: RefCell<VecDeque<usize>>,
    states: RefCell<Vec<State>>,
    problem: RefCell<Option<TargetError>>,
    silent: Cell<usize>,
}

/// The state of one question.
#[derive(Debug, Clone, Default)]
struct State {
    /// The time of the last minting, in seconds since the epoch.
    now: i64,
    tries: u8,
    /// Whether it was asked again because no answer came in time.
    is_second: bool,
    answer: Option<Observation>,
}

/// The result of one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// An answer.
    Seen {
        /// The observation.
        observation: Observation,
        /// The time of the minting of the token, in seconds since the epoch.
        now: i64,
    },
    /// Every answer came too late to be judged.
    TooLate,
    /// The question was not asked or not answered.
    NotAsked,
}

impl<'a> Questions<'a> {
    /// Creates `count` questions. `make` mints the challenge of a question, given its number.
    #[must_use]
    pub fn new(count: usize, make: impl Fn(usize) -> Result<Challenge, TargetError> + 'a) -> Self {
        Self {
            make: Box::new(make),
            margins: vec![None; count],
            told: Box::new(|| ()),
            is_over: Box::new(|| false),
            waiting: RefCell::new((0..count).collect()),
            states: RefCell::new(vec![State::default(); count]),
            problem: RefCell::new(None),
            silent: Cell::new(0),
        }
    }

    /// Sets the margins, for a verifier that uses the clock of the machine. A margin is the seconds that a
    /// token has until the clock reaches the nearest time in it.
    #[must_use]
    pub fn with_margins(mut self, margins: Vec<Option<u64>>) -> Self {
        self.margins = margins;
        self
    }

    /// Sets the function to call after each finished question.
    #[must_use]
    pub fn telling(mut self, told: impl Fn() + 'a) -> Self {
        self.told = Box::new(told);
        self
    }

    /// Sets the condition that ends the run. No question is asked after it.
    #[must_use]
    pub fn until(mut self, is_over: impl Fn() -> bool + 'a) -> Self {
        self.is_over = Box::new(is_over);
        self
    }

    /// The number of the next question, and its challenge, minted now. `None` if no question is left, the run is
    /// over or the target hangs.
    #[allow(clippy::should_implement_trait, reason = "it is taken from by several at a time")]
    pub fn next(&self) -> Option<(usize, Challenge)> {
        if self.hangs() || (self.is_over)() {
            return None;
        }
        let at = self.waiting.borrow_mut().pop_front()?;
        Some((at, self.again(at)?))
    }

    /// The challenge of an open question, minted again for another process. `None` if minting fails.
    pub fn again(&self, at: usize) -> Option<Challenge> {
        match (self.make)(at) {
            Ok(challenge) => {
                let mut states = self.states.borrow_mut();
                let state = &mut states[at];
                state.now = challenge.now;
                state.answer = None;
                Some(challenge)
            }
            Err(error) => {
                self.waiting.borrow_mut().clear();
                self.problem.borrow_mut().get_or_insert(error);
                None
            }
        }
    }

    /// Records an answer. A question that was answered too late is asked again after all others.
    pub fn answer(&self, at: usize, observation: Observation) {
        match observation {
            Observation::TimedOut { .. } => self.silent.set(self.silent.get() + 1),
            _ => self.silent.set(0),
        }
        let mut states = self.states.borrow_mut();
        let state = &mut states[at];
        state.tries += 1;
        // The death or hang of a target does not depend on the clock.
        let clock_matters =
            !matches!(observation, Observation::Crashed { .. } | Observation::TimedOut { .. });
        if clock_matters && self.margins[at].is_some_and(|margin| is_late(state.now, margin)) {
            if state.tries < TRIES {
                self.waiting.borrow_mut().push_back(at);
                return;
            }
        } else {
            state.answer = Some(observation);
        }
        (self.told)();
    }

    /// Records that no answer came in time. The question is asked once more after all others, because a busy
    /// machine also delays answers.
    pub fn no_answer(&self, at: usize, after: Duration) {
        let timed_out =
            Observation::TimedOut { after_ms: u64::try_from(after.as_millis()).unwrap_or(u64::MAX) };
        let is_second = std::mem::replace(&mut self.states.borrow_mut()[at].is_second, true);
        if is_second {
            self.answer(at, timed_out);
            return;
        }
        self.silent.set(self.silent.get() + 1);
        // The answer stays if the target hangs, so that the question is not asked again.
        self.states.borrow_mut()[at].answer = Some(timed_out);
        self.waiting.borrow_mut().push_back(at);
    }

    /// The numbers of the questions without an answer in time at first.
    #[must_use]
    pub fn asked_again(&self) -> Vec<usize> {
        let states = self.states.borrow();
        (0..states.len()).filter(|at| states[*at].is_second).collect()
    }

    /// Whether the target has timed out [`SILENT`] times in a row.
    #[must_use]
    pub fn hangs(&self) -> bool {
        self.silent.get() >= SILENT
    }

    /// The results, in the order of the questions.
    ///
    /// # Errors
    ///
    /// Fails if a challenge could not be minted.
    pub fn end(self) -> Result<Vec<Answered>, TargetError> {
        if let Some(problem) = self.problem.into_inner() {
            return Err(problem);
        }
        let answered = |State { now, tries, is_second: _, answer }| match answer {
            Some(observation) => Answered::Seen { observation, now },
            None if tries >= TRIES => Answered::TooLate,
            None => Answered::NotAsked,
        };
        Ok(self.states.into_inner().into_iter().map(answered).collect())
    }

    /// The observations of the answered questions, in their order.
    ///
    /// # Errors
    ///
    /// As [`Questions::end`].
    pub fn observations(self) -> Result<Vec<Observation>, TargetError> {
        let seen = |answered| match answered {
            Answered::Seen { observation, now: _ } => Some(observation),
            Answered::TooLate | Answered::NotAsked => None,
        };
        Ok(self.end()?.into_iter().filter_map(seen).collect())
    }
}

/// Whether the clock of the machine may have reached a time in a token that was minted at `now`.
fn is_late(now: i64, margin: u64) -> bool {
    let minted = UNIX_EPOCH + Duration::from_secs(u64::try_from(now).unwrap_or_default());
    match SystemTime::now().duration_since(minted) {
        Ok(age) => age + ROUNDING > Duration::from_secs(margin),
        // The clock has been set back since.
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jotproof_model::{Application, Context, KeyRing};

    use super::*;
    use crate::replay::unix_time;

    fn challenge(now: i64) -> Challenge {
        let context = Context::new(Application::Jwt, &[], &[]);
        Challenge::new(Vec::new(), Arc::new(context), Arc::new(KeyRing::new()), now)
    }

    fn refused() -> Observation {
        Observation::Refused { reason: None, answer: None, text: String::new() }
    }

    #[test]
    fn an_answer_that_comes_too_late_is_asked_for_again_and_never_judged() {
        // Seconds between minting and answer, margin, number of attempts, whether it is judged.
        for (age, margin, asked, judged) in [
            (0, Some(5), 1, true),
            (3, Some(5), 1, true),
            (5, Some(5), usize::from(TRIES), false),
            (-3, Some(5), usize::from(TRIES), false),
            (3600, None, 1, true),
        ] {
            let questions =
                Questions::new(1, |_| Ok(challenge(unix_time() - age))).with_margins(vec![margin]);
            let mut count = 0;
            while let Some((at, _)) = questions.next() {
                count += 1;
                questions.answer(at, refused());
            }
            assert_eq!(count, asked, "{age} s");
            let end = questions.end().expect("challenges can be made");
            assert_eq!(matches!(end[..], [Answered::Seen { .. }]), judged, "{age} s: {end:?}");
        }
    }

    #[test]
    fn a_question_without_an_answer_is_asked_once_more() {
        let within = Duration::from_millis(1);
        // Whether each attempt is answered, and whether there is an answer in the end.
        for (answers, asked, is_answered) in
            [(&[true][..], 1, true), (&[false, true], 2, true), (&[false, false, true], 2, false)]
        {
            let questions = Questions::new(2, |_| Ok(challenge(0)));
            let mut order = Vec::new();
            while let Some((at, _)) = questions.next() {
                let number = order.iter().filter(|other| **other == at).count();
                order.push(at);
                if at == 1 || answers[number] {
                    questions.answer(at, refused());
                } else {
                    questions.no_answer(at, within);
                }
            }
            assert_eq!(order.iter().filter(|at| **at == 0).count(), asked, "{answers:?}: {order:?}");
            assert_eq!(order[..2], [0, 1], "the others come first");
            assert_eq!(questions.asked_again().is_empty(), asked == 1);
            let seen = questions.observations().expect("challenges can be made");
            assert_eq!(seen[0] == refused(), is_answered, "{answers:?}: {seen:?}");
        }
    }

    #[test]
    fn what_hangs_is_asked_no_more_and_what_is_left_is_told_apart() {
        let questions = Questions::new(SILENT + 2, |_| Ok(challenge(0)));
        while let Some((at, _)) = questions.next() {
            questions.no_answer(at, Duration::from_millis(1));
        }
        assert!(questions.hangs());
        let end = questions.end().expect("challenges can be made");
        let timed_out = Observation::TimedOut { after_ms: 1 };
        let is_timed_out = |answered: &Answered| matches!(answered, Answered::Seen { observation, .. } if *observation == timed_out);
        assert!(end[..SILENT].iter().all(is_timed_out));
        assert_eq!(end[SILENT..], [Answered::NotAsked, Answered::NotAsked]);
    }
}
