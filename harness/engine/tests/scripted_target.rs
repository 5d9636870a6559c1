//! A target that is slow, or breaks off, and goes by the clock of the machine: what it did to one case
//! must not change another one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use jotproof_engine::questions::Questions;
use jotproof_engine::repetition::Repetition;
use jotproof_engine::select::Selection;
use jotproof_engine::target::{CannotCarry, Clock, Deployment, Followed, Target, TargetError};
use jotproof_engine::{Exit, Suite};
use jotproof_model::{Capability, Context, FlowChallenge, Judgement, KeyRing, Observation};
use jotproof_profiles::{Profile, Profiles};

/// What it is made of, and what it was asked.
struct Scripted {
    capabilities: BTreeSet<Capability>,
    asked: Arc<Mutex<Asked>>,
    /// The duration of each slow answer.
    takes: Duration,
    /// The number of slow answers. The rest come at once.
    slow: usize,
    /// After how many answers it breaks off.
    breaks_off_after: usize,
    /// What it answers to every token.
    answers: Observation,
    /// The number of the first token, from 0, from which on it accepts everything.
    gives_in_at: usize,
}

/// What it was asked.
#[derive(Default)]
struct Asked {
    /// The number of questions.
    questions: usize,
    /// How many deployments there were.
    deployments: usize,
    /// The deployment of each flow that was gone through.
    flows: Vec<usize>,
    /// By how much flows are late, one after the other; then they are in time.
    late: VecDeque<Duration>,
}

struct Running {
    asked: Arc<Mutex<Asked>>,
    number: usize,
    takes: Duration,
    slow: usize,
    left: usize,
    answers: Observation,
    gives_in_at: usize,
}

impl Target for Scripted {
    fn name(&self) -> String {
        "scripted".to_owned()
    }

    fn profile(&self) -> String {
        "rfc".to_owned()
    }

    fn capabilities(&self) -> &BTreeSet<Capability> {
        &self.capabilities
    }

    fn parallel_deployments(&self) -> usize {
        1
    }

    fn deployment(&self, _: &Context, _: &KeyRing) -> Result<String, CannotCarry> {
        Ok(String::new())
    }

    fn deploy(&self, _: &Context, _: &KeyRing) -> Result<Box<dyn Deployment>, TargetError> {
        let mut asked = self.asked.lock().unwrap();
        asked.deployments += 1;
        Ok(Box::new(Running {
            asked: Arc::clone(&self.asked),
            number: asked.deployments,
            takes: self.takes,
            slow: self.slow,
            left: self.breaks_off_after,
            answers: self.answers.clone(),
            gives_in_at: self.gives_in_at,
        }))
    }
}

impl Deployment for Running {
    fn clock(&self) -> Clock {
        Clock::System
    }

    fn replay(&mut self, questions: &Questions<'_>) {
        while self.left > 0
            && let Some((at, _)) = questions.next()
        {
            if self.slow > 0 {
                self.slow -= 1;
                sleep(self.takes);
            }
            self.left -= 1;
            let mut asked = self.asked.lock().unwrap();
            let answer = if asked.questions < self.gives_in_at { self.answers.clone() } else { accepted() };
            asked.questions += 1;
            drop(asked);
            questions.answer(at, answer);
        }
    }

    fn follow(&mut self, flows: &[FlowChallenge]) -> Vec<Followed> {
        let mut asked = self.asked.lock().unwrap();
        let mut follow = |_| {
            asked.flows.push(self.number);
            let late = asked.late.pop_front().unwrap_or_default();
            Followed { late, ..Followed::at_once(self.answers.clone()) }
        };
        flows.iter().map(&mut follow).collect()
    }

    fn finish(self: Box<Self>) -> Result<(), TargetError> {
        match self.left {
            0 => Err(TargetError::Fault("it broke off".to_owned())),
            _ => Ok(()),
        }
    }
}

fn scripted(breaks_off_after: usize) -> Scripted {
    let capabilities = rfc().capabilities.clone();
    let answers = Observation::Refused { reason: None, answer: None, text: String::new() };
    Scripted {
        capabilities,
        asked: Arc::default(),
        takes: Duration::ZERO,
        slow: 0,
        breaks_off_after,
        answers,
        gives_in_at: usize::MAX,
    }
}

fn accepted() -> Observation {
    Observation::Accepted { result: Box::default() }
}

fn rfc() -> &'static Profile {
    Profiles::built_in().get("rfc").unwrap()
}

/// One file of the suite, with this clock margin in every vector.
fn suite(margin: Option<u64>) -> Suite {
    let all = Suite::built_in().unwrap();
    let mut file = all.file_of("algorithms/valid/hs256").unwrap().clone();
    for vector in &mut file.vectors {
        vector.clock_margin = margin;
    }
    Suite::of(vec![file]).unwrap()
}

#[test]
fn what_was_answered_too_late_is_asked_again_and_never_judged() {
    const LATE: Duration = Duration::from_millis(2100);
    for (suite, slow, again, is_judged) in [
        // No token depends on the clock.
        (suite(None), 1, 0, true),
        (suite(Some(3)), 0, 0, true),
        // The first answer comes too late, the second in time.
        (suite(Some(3)), 1, 1, true),
        (alone(&suite(Some(3))), 2, 2, true),
        (alone(&suite(Some(3))), 3, 2, false),
    ] {
        let target = Scripted { takes: LATE, slow, ..scripted(usize::MAX) };
        let selection = Selection::new(&suite, &[], &[]).unwrap();
        let log = jotproof_engine::run(&suite, &selection, &target, rfc(), &()).unwrap();
        let asked = target.asked.lock().unwrap().questions;
        assert_eq!(asked, suite.vectors().count() + again, "{slow} slow");
        let reasons: Vec<_> = log.not_asked.keys().collect();
        if is_judged {
            assert_eq!(reasons, [""; 0], "{slow} slow");
        } else {
            assert_eq!(reasons, ["answered too late to be judged, 3 times"]);
            assert_eq!(log.exit(), Exit::TargetFault);
        }
    }
}

/// A suite with only the first vector that has no twin.
fn alone(suite: &Suite) -> Suite {
    let first = suite.vectors().find(|vector| suite.twin(vector).is_none()).unwrap();
    let mut file = suite.file_of(&first.id.0).unwrap().clone();
    file.vectors.retain(|vector| vector.id == first.id);
    Suite::of(vec![file]).unwrap()
}

#[test]
fn a_target_that_breaks_off_keeps_what_it_said_and_passes_no_refusal_without_its_twin() {
    let suite = suite(None);
    let target = scripted(5);
    let selection = Selection::new(&suite, &[], &[]).unwrap();
    let log = jotproof_engine::run(&suite, &selection, &target, rfc(), &()).unwrap();
    assert_eq!(log.failure.as_ref().unwrap().message, "it broke off");
    assert!(!log.rows.is_empty() && log.rows.len() <= 5, "{}", log.rows.len());
    let known: BTreeSet<&str> = log.rows.iter().map(|row| row.id.0.as_str()).collect();
    for row in &log.rows {
        let vector = suite.get(&row.id.0).unwrap();
        assert!(
            suite
                .twin(vector)
                .is_none_or(|twin| row.expected == "accept" || known.contains(twin.id.0.as_str()))
        );
    }
    // The target is overstrict, but the incomplete run takes precedence.
    assert!(log.rows.iter().any(|row| row.judgement == Judgement::Overstrict));
    assert!(!log.not_asked.is_empty());
    assert_eq!(log.exit(), Exit::TargetFault);
}

#[test]
fn what_is_over_a_limit_is_void_where_its_twin_is_too() {
    let suite = Suite::built_in().unwrap();
    let answers = Observation::OverLimit { what: "HTTP 414".to_owned() };
    let target = Scripted { answers, ..scripted(usize::MAX) };
    let selection = Selection::new(&suite, &["signatures/integrity/**".to_owned()], &[]).unwrap();
    let log = jotproof_engine::run(&suite, &selection, &target, rfc(), &()).unwrap();
    let must_be_refused: Vec<_> =
        log.rows.iter().filter(|row| row.expected == "reject").map(|row| row.judgement).collect();
    assert!(!must_be_refused.is_empty());
    assert_eq!(must_be_refused, vec![Judgement::Void; must_be_refused.len()]);
}

/// A flow that comes late is gone through again; one that may have changed its deployment, on another one.
#[test]
fn a_flow_that_is_late_begins_anew() {
    const LATE: Duration = Duration::from_millis(700);
    const IN_TIME: Duration = Duration::from_millis(500);
    let all = Suite::built_in().unwrap();
    let profile = Profiles::built_in().get("centrifugo-5.4.9").unwrap();
    let alone = "centrifugo/reload/nothing-changed";
    for (id, late, flows) in [
        (alone, vec![LATE, LATE], vec![1, 2, 3]),
        (alone, vec![IN_TIME], vec![1]),
        ("centrifugo/expiry/lasting", vec![LATE, LATE], vec![1, 1, 1]),
        (alone, vec![LATE; 4], vec![1, 2, 3, 4]),
    ] {
        let whole = late.len() < 4;
        let target = Scripted {
            capabilities: profile.capabilities.clone(),
            answers: accepted(),
            ..scripted(usize::MAX)
        };
        target.asked.lock().unwrap().late = late.into();
        let selection = Selection::new(&all, &[id.to_owned()], &[]).unwrap();
        let log = jotproof_engine::run(&all, &selection, &target, profile, &()).unwrap();
        assert_eq!(target.asked.lock().unwrap().flows, flows, "{id}");
        assert_eq!(log.rows.iter().any(|row| row.id.0 == id), whole, "{id}");
        match log.failure {
            None => assert!(whole, "{id}"),
            Some(failure) => assert!(!whole && failure.message.contains("too busy"), "{}", failure.message),
        }
    }
}

const FORGED: &str = "algorithms/cross/hs256-foreign-key";

/// Runs a soak against a target that accepts everything from token `gives_in_at` on. Returns the log and the
/// number of questions.
fn soaked(times: usize, gives_in_at: usize) -> (jotproof_engine::log::RunLog, usize) {
    let suite = Suite::built_in().unwrap();
    let target = Scripted { gives_in_at, ..scripted(usize::MAX) };
    let selection =
        Selection::new(&suite, &[FORGED.to_owned()], &[]).unwrap().with_repetition(Repetition::Soak(times));
    let log = jotproof_engine::run(&suite, &selection, &target, rfc(), &()).unwrap();
    let asked = target.asked.lock().unwrap().questions;
    (log, asked)
}

#[test]
fn a_soak_finds_the_first_forged_token_that_is_let_in() {
    // Token 0 is the good one, so the target accepts the forged token number 1,001.
    let (log, asked) = soaked(2000, 1001);
    assert_eq!(asked, 1 + 2000 + 1);
    let row = log.rows.iter().find(|row| row.id.0 == FORGED).unwrap();
    assert_eq!(row.judgement, Judgement::Bypass);
    assert!(row.detail.starts_with("answer 1001 differs from the first one: accepted"), "{}", row.detail);
    assert_eq!(log.exit(), Exit::ConformanceFailure);
}

#[test]
fn a_soak_of_fewer_tokens_does_not() {
    let (log, asked) = soaked(1000, 1001);
    assert_eq!(asked, 1002);
    let row = log.rows.iter().find(|row| row.id.0 == FORGED).unwrap();
    assert_eq!(row.judgement, Judgement::Void, "its good token was refused before: {}", row.detail);
    // The good token was refused at first and accepted at the end.
    let good = log.rows.iter().find(|row| row.id.0 == "algorithms/valid/hs256").unwrap();
    assert_eq!(good.judgement, Judgement::Overstrict);
    assert!(good.detail.starts_with("answer 2 differs from the first one: accepted"), "{}", good.detail);
}

#[test]
fn a_vector_that_comes_out_in_two_ways_is_red() {
    let suite = suite(None);
    let count = suite.vectors().count();
    for (times, gives_in_at, red) in [(3, usize::MAX, false), (3, 2 * count, true), (1, 2 * count, false)] {
        let target = Scripted { gives_in_at, ..scripted(usize::MAX) };
        let selection = Selection::new(&suite, &[], &[]).unwrap().with_repetition(Repetition::Rounds(times));
        let log = jotproof_engine::run(&suite, &selection, &target, rfc(), &()).unwrap();
        assert_eq!(target.asked.lock().unwrap().questions, times * count);
        assert_eq!(log.rows.len(), count);
        let differ =
            log.rows.iter().filter(|row| row.detail.starts_with("answer 3 differs from the first one"));
        assert_eq!(differ.count(), if red { count } else { 0 });
    }
}
