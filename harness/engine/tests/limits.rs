//! The limits of a run: a deadline, the first failure, and the number of deployments at a time.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use jotproof_engine::limits::{Deadline, Limits};
use jotproof_engine::log::RunLog;
use jotproof_engine::questions::Questions;
use jotproof_engine::select::Selection;
use jotproof_engine::target::{CannotCarry, Clock, Deployment, Target, TargetError};
use jotproof_engine::{Exit, Suite};
use jotproof_model::{Capability, Context, KeyRing, Observation};
use jotproof_profiles::{Profile, Profiles};

/// A target that accepts everything, with a deployment for each context.
struct Open {
    capabilities: BTreeSet<Capability>,
    counts: Arc<Counts>,
    /// The duration of each answer.
    takes: Duration,
}

#[derive(Default)]
struct Counts {
    asked: AtomicUsize,
    running: AtomicUsize,
    most: AtomicUsize,
}

struct Running {
    counts: Arc<Counts>,
    takes: Duration,
}

impl Target for Open {
    fn name(&self) -> String {
        "open".to_owned()
    }

    fn profile(&self) -> String {
        "rfc".to_owned()
    }

    fn capabilities(&self) -> &BTreeSet<Capability> {
        &self.capabilities
    }

    fn parallel_deployments(&self) -> usize {
        4
    }

    fn deployment(&self, context: &Context, _: &KeyRing) -> Result<String, CannotCarry> {
        Ok(format!("{context:?}"))
    }

    fn deploy(&self, _: &Context, _: &KeyRing) -> Result<Box<dyn Deployment>, TargetError> {
        let running = self.counts.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.counts.most.fetch_max(running, Ordering::SeqCst);
        Ok(Box::new(Running { counts: Arc::clone(&self.counts), takes: self.takes }))
    }
}

impl Deployment for Running {
    fn clock(&self) -> Clock {
        Clock::Settable
    }

    fn replay(&mut self, questions: &Questions<'_>) {
        while let Some((at, _)) = questions.next() {
            sleep(self.takes);
            self.counts.asked.fetch_add(1, Ordering::SeqCst);
            questions.answer(at, Observation::Accepted { result: Box::default() });
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.counts.running.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Runs the cases of audiences, which have a dozen contexts.
fn run(takes: Duration, limits: Limits) -> (RunLog, Arc<Counts>) {
    let suite = Suite::built_in().unwrap();
    let profile: &Profile = Profiles::built_in().get("rfc").unwrap();
    let target = Open { capabilities: profile.capabilities.clone(), counts: Arc::default(), takes };
    let selection = Selection::new(&suite, &["claims/audience/**".to_owned()], &[]).unwrap().within(limits);
    let log = jotproof_engine::run(&suite, &selection, &target, profile, &()).unwrap();
    (log, target.counts)
}

fn asked(counts: &Counts) -> usize {
    counts.asked.load(Ordering::SeqCst)
}

#[test]
fn no_more_deployments_than_jobs_run_at_a_time() {
    let most = |jobs| {
        let (log, counts) = run(Duration::from_micros(200), Limits { jobs, ..Limits::default() });
        assert!(log.not_asked.is_empty(), "{:?}", log.not_asked);
        counts.most.load(Ordering::SeqCst)
    };
    assert_eq!(most(NonZeroUsize::new(1)), 1);
    assert!((2..=4).contains(&most(None)));
}

#[test]
fn nothing_is_asked_after_the_deadline_and_the_run_is_incomplete() {
    let takes = Duration::from_millis(20);
    let deadline = Some(Deadline::after(Duration::from_millis(300)));
    let (log, counts) = run(takes, Limits { deadline, ..Limits::default() });
    assert!((1..=80).contains(&asked(&counts)), "{}", asked(&counts));
    assert!(!log.rows.is_empty() && log.failure.is_none(), "{:?}", log.failure);
    assert!(log.not_asked.contains_key("the time limit of 300ms was over"), "{:?}", log.not_asked.keys());
    assert_eq!(log.exit(), Exit::TargetFault);
}

#[test]
fn nothing_is_asked_after_a_failure_of_a_deployment_and_the_run_is_incomplete() {
    let (whole, all) = run(Duration::ZERO, Limits::default());
    assert_eq!(whole.exit(), Exit::ConformanceFailure);
    let limits = Limits { fail_fast: true, jobs: NonZeroUsize::new(1), ..Limits::default() };
    let (log, counts) = run(Duration::ZERO, limits);
    assert!(asked(&counts) < asked(&all), "{} of {}", asked(&counts), asked(&all));
    assert!(log.rows.iter().any(|row| log.fails(row)));
    let is_told = |why: &String| why.ends_with(" failed, and the first failure ends the run");
    assert!(log.not_asked.keys().any(is_told), "{:?}", log.not_asked.keys());
    assert_eq!(log.exit(), Exit::TargetFault);
}
