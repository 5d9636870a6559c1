//! A target that is slow, or breaks off, and goes by the clock of the machine: what it did to one case
//! must not change another one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use jotproof_engine::select::Selection;
use jotproof_engine::target::{CannotCarry, Clock, Deployment, Target, TargetError};
use jotproof_engine::{Exit, Suite};
use jotproof_model::{Capability, Challenge, Context, KeyRing, Observation};
use jotproof_profiles::{Profile, Profiles};

/// What it is made of, and how many challenges each replay had.
struct Scripted {
    capabilities: BTreeSet<Capability>,
    replays: Arc<Mutex<Vec<usize>>>,
    /// How long the first replay takes.
    takes: Duration,
    /// After how many answers it breaks off.
    breaks_off_after: usize,
}

struct Running {
    replays: Arc<Mutex<Vec<usize>>>,
    takes: Duration,
    left: usize,
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
        Ok(Box::new(Running {
            replays: Arc::clone(&self.replays),
            takes: self.takes,
            left: self.breaks_off_after,
        }))
    }
}

impl Deployment for Running {
    fn clock(&self) -> Clock {
        Clock::System
    }

    fn replay(&mut self, challenges: &[Challenge]) -> Vec<Observation> {
        sleep(std::mem::take(&mut self.takes));
        self.replays.lock().unwrap().push(challenges.len());
        let count = challenges.len().min(self.left);
        self.left -= count;
        vec![Observation::Refused { reason: None, answer: None, text: String::new() }; count]
    }

    fn finish(self: Box<Self>) -> Result<(), TargetError> {
        match self.left {
            0 => Err(TargetError::Fault("it broke off".to_owned())),
            _ => Ok(()),
        }
    }
}

fn scripted(takes: Duration, breaks_off_after: usize) -> Scripted {
    let capabilities = rfc().capabilities.clone();
    Scripted { capabilities, replays: Arc::default(), takes, breaks_off_after }
}

fn rfc() -> &'static Profile {
    Profiles::built_in().get("rfc").unwrap()
}

/// One file of the suite, in which the time of the first `near` vectors is two seconds away.
fn suite(near: usize) -> Suite {
    let all = Suite::built_in().unwrap();
    let mut file = all.file_of("algorithms/valid/hs256").unwrap().clone();
    for (index, vector) in file.vectors.iter_mut().enumerate() {
        vector.clock_margin = (index < near).then_some(2);
    }
    Suite::of(vec![file]).unwrap()
}

#[test]
fn what_is_near_a_boundary_is_minted_and_asked_again_after_a_long_slice() {
    for (takes, near, expected) in [(2100, 3, vec![1; 3]), (2100, 0, Vec::new()), (0, 3, Vec::new())] {
        let suite = suite(near);
        let target = scripted(Duration::from_millis(takes), usize::MAX);
        let selection = Selection::new(&suite, &[], &[]).unwrap();
        jotproof_engine::run(&suite, &selection, &target, rfc(), &|_, _| ()).unwrap();
        let replays = target.replays.lock().unwrap();
        assert_eq!(replays[1..], expected, "{takes} ms, {near} near");
    }
}

#[test]
fn a_target_that_breaks_off_keeps_what_it_said_and_passes_no_refusal_without_its_twin() {
    let suite = suite(0);
    let target = scripted(Duration::ZERO, 5);
    let selection = Selection::new(&suite, &[], &[]).unwrap();
    let log = jotproof_engine::run(&suite, &selection, &target, rfc(), &|_, _| ()).unwrap();
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
    assert_eq!(log.exit(), Exit::ConformanceFailure);
}
