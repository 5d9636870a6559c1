//! Targets that die of some tokens or do not start. Only the vectors that cause it become faults.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};

use jotproof_engine::log::RunLog;
use jotproof_engine::questions::Questions;
use jotproof_engine::select::Selection;
use jotproof_engine::target::{CannotCarry, Clock, Deployment, Target, TargetError};
use jotproof_engine::{Exit, Suite};
use jotproof_model::{Algorithm, Capability, Challenge, Context, Judgement, KeyRing, Observation};
use jotproof_profiles::{Profile, Profiles};

/// The number of questions that the target has open at a time.
const OPEN: usize = 5;

/// A target that accepts every token except those that kill it.
struct Mortal {
    capabilities: BTreeSet<Capability>,
    /// The lengths of tokens that kill it, in octets.
    deadly: RangeInclusive<usize>,
    /// The number of times that it dies regardless of the token.
    weak: Arc<Mutex<usize>>,
    /// The number of failed starts, by algorithm.
    fails: Mutex<BTreeMap<Algorithm, usize>>,
    /// The number of attempts to start a deployment.
    tried: Mutex<usize>,
}

struct Alive {
    deadly: RangeInclusive<usize>,
    weak: Arc<Mutex<usize>>,
    dead: bool,
}

impl Target for Mortal {
    fn name(&self) -> String {
        "mortal".to_owned()
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

    fn deployment(&self, context: &Context, _: &KeyRing) -> Result<String, CannotCarry> {
        Ok(context.algorithms[0].to_string())
    }

    fn deploy(&self, context: &Context, _: &KeyRing) -> Result<Box<dyn Deployment>, TargetError> {
        *self.tried.lock().unwrap() += 1;
        if let Some(left @ 1..) = self.fails.lock().unwrap().get_mut(&context.algorithms[0]) {
            *left -= 1;
            return Err(TargetError::NotStarted("it did not come up".to_owned()));
        }
        Ok(Box::new(Alive { deadly: self.deadly.clone(), weak: Arc::clone(&self.weak), dead: false }))
    }
}

impl Deployment for Alive {
    fn clock(&self) -> Clock {
        Clock::Settable
    }

    fn replay(&mut self, questions: &Questions<'_>) {
        loop {
            let open: Vec<(usize, Challenge)> = std::iter::from_fn(|| questions.next()).take(OPEN).collect();
            if open.is_empty() {
                return;
            }
            let mut weak = self.weak.lock().unwrap();
            let fails = *weak > 0;
            *weak -= usize::from(fails);
            self.dead = fails || open.iter().any(|(_, asked)| self.deadly.contains(&asked.token.len()));
            for (at, _) in open {
                let crashed = || Observation::Crashed { detail: "panic: too long\na stack".to_owned() };
                let accepted = || Observation::Accepted { result: Box::default() };
                questions.answer(at, if self.dead { crashed() } else { accepted() });
            }
            if self.dead {
                return;
            }
        }
    }

    fn is_over(&self) -> bool {
        self.dead
    }
}

fn mortal(deadly: RangeInclusive<usize>) -> Mortal {
    Mortal {
        capabilities: rfc().capabilities.clone(),
        deadly,
        weak: Arc::default(),
        fails: Mutex::default(),
        tried: Mutex::default(),
    }
}

fn rfc() -> &'static Profile {
    Profiles::built_in().get("rfc").unwrap()
}

fn run(target: &Mortal, only: &[&str]) -> RunLog {
    let suite = Suite::built_in().unwrap();
    let only: Vec<String> = only.iter().map(|only| (*only).to_owned()).collect();
    let selection = Selection::new(&suite, &only, &[]).unwrap();
    jotproof_engine::run(&suite, &selection, target, rfc(), &()).unwrap()
}

fn faults(log: &RunLog) -> Vec<&str> {
    log.rows.iter().filter(|row| row.judgement == Judgement::Fault).map(|row| row.id.0.as_str()).collect()
}

#[test]
fn the_token_that_kills_a_target_bears_it_and_the_others_get_their_own_answers() {
    let log = run(&mortal(6_500..=7_200), &["algorithms/valid/hs256*"]);
    assert_eq!(faults(&log), ["algorithms/valid/hs256-claim-of-5000"]);
    assert!(log.rows.len() > 10 && log.not_asked.is_empty(), "{:?}", log.not_asked);
    assert_eq!((log.failure.as_ref(), log.exit()), (None, Exit::TargetFault));
}

#[test]
fn a_target_that_crashes_three_times_in_the_same_way_is_asked_no_more() {
    let log = run(&mortal(1_000..=100_000), &["algorithms/valid/*"]);
    assert_eq!(faults(&log).len(), 3);
    let failure = log.failure.as_ref().unwrap();
    assert!(
        failure
            .message
            .starts_with("mortal crashed 3 times in the same way, and is asked no more: panic: too long\n"),
        "{}",
        failure.message
    );
    for id in faults(&log) {
        assert!(failure.message.contains(id), "{}", failure.message);
    }
    assert!(!log.not_asked.is_empty());
    assert_eq!(log.exit(), Exit::TargetFault);
}

#[test]
fn a_crash_that_no_token_repeats_is_a_failure_of_the_run() {
    let target = mortal(0..=0);
    *target.weak.lock().unwrap() = 1;
    let log = run(&target, &["algorithms/valid/hs256*"]);
    assert_eq!(faults(&log), [""; 0]);
    assert!(log.not_asked.is_empty(), "{:?}", log.not_asked);
    let failure = log.failure.as_ref().unwrap();
    assert!(failure.message.contains("no token that was open then does that"), "{}", failure.message);
    assert_eq!(log.exit(), Exit::TargetFault);
}

/// Rows: the failed starts of two deployments, the attempts to start, the exit code.
#[test]
fn a_deployment_that_does_not_start_is_tried_again_and_then_costs_its_vectors_alone() {
    for (hs256, es256, tried, expected) in
        [(0, 0, 2, Exit::Ok), (0, 2, 4, Exit::Ok), (0, 3, 4, Exit::TargetFault), (3, 3, 6, Exit::TargetFault)]
    {
        let target = mortal(0..=0);
        *target.fails.lock().unwrap() =
            BTreeMap::from([(Algorithm::HS256, hs256), (Algorithm::ES256, es256)]);
        let log = run(&target, &["algorithms/valid/hs256", "algorithms/valid/es256"]);
        let what = format!("{hs256} and {es256}: {log:?}");
        assert_eq!((*target.tried.lock().unwrap(), log.exit()), (tried, expected), "{what}");
        let costs = |fails: usize| usize::from(fails > 2);
        if costs(hs256) + costs(es256) < 2 {
            assert_eq!(faults(&log).len(), costs(es256), "{what}");
            assert_eq!((log.rows.len(), log.failure.is_none()), (2, true), "{what}");
        } else {
            // Nothing started, so no vector has a row.
            assert_eq!((log.rows.len(), log.failure.is_some()), (0, true), "{what}");
        }
    }
}
