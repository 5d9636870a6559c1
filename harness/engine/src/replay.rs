//! Asks a target every planned vector, and finds the question that kills it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{iter, mem};

use jotproof_mint::{Mint, stored};
use jotproof_model::{Challenge, KeyRing, Observation, Subject, Vector};
use jotproof_profiles::Profile;

use crate::canary::Canary;
use crate::judge::told;
use crate::judging::Judging;
use crate::limits::Deadline;
use crate::log::Failure;
use crate::plan::Plan;
use crate::questions::{Answered, Questions, SILENT, TRIES};
use crate::repetition::{Answers, Repetition, are_alike};
use crate::run::Observer;
use crate::suite::Suite;
use crate::target::{Clock, Deployment, Target, TargetError};
use crate::{flows, opening};

/// The number of flows that run in parallel.
const FLOWS: usize = 256;

/// The number of further attempts to start a deployment.
const START_AGAIN: usize = 2;

/// The number of deployments that fail to start before the run ends, if none has started.
const NEVER_STARTED: usize = 3;

/// The number of crashes with the same message that ends the run.
const SAME_CRASH: usize = 3;

/// The observation of one vector, and the time of the minting of its token.
pub(crate) type Seen = (Observation, i64);

/// Expected durations in milliseconds, for the progress of a run.
mod cost {
    /// Starting a deployment.
    pub(super) const START: u64 = 300;
    /// One token.
    pub(super) const TOKEN: u64 = 2;
    /// One second of a flow.
    pub(super) const SECOND: u64 = 1000;
}

/// The result of a replay.
#[derive(Debug, Default)]
pub(crate) struct Replayed<'a> {
    /// The observations.
    pub(crate) answers: Answers<'a>,
    /// The reasons for vectors without a usable answer, by id.
    pub(crate) lost: BTreeMap<&'a str, String>,
    /// The failure that ended the run.
    pub(crate) failure: Option<Failure>,
    /// The limit that ended the run.
    pub(crate) stopped: Option<String>,
    /// The tokens without an answer in time at first.
    pub(crate) asked_again: BTreeSet<&'a str>,
    /// The tokens beyond ordinary limits after which the good token got another answer, by id, and which.
    pub(crate) disturbed: BTreeMap<&'a str, String>,
}

/// The data that all deployments of a run share.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) suite: &'a Suite,
    pub(crate) keys: &'a Arc<KeyRing>,
    pub(crate) mint: &'a Arc<Mint>,
    pub(crate) profile: &'a Profile,
    pub(crate) repetition: Repetition,
}

/// The number of mostly waiting deployments that cost as much as one busy deployment.
const WAITING: usize = 3;

/// Replays every group on its own deployment. As many run in parallel as the target allows, and [`WAITING`]
/// times as many of those with only flows. The limits of the selection may allow fewer, or end the replay early.
pub(crate) fn replay<'a>(
    plan: &Plan<'a>,
    judging: Judging<'_>,
    canary: Option<&Canary>,
    observer: &dyn Observer,
) -> Replayed<'a> {
    let Judging { suite, selection, target, profile } = judging;
    let repetition = selection.repetition;
    // Flows mostly wait, so more of their deployments can run in parallel.
    let is_flow = |vector: &&Vector| matches!(vector.subject, Subject::Flow { .. });
    let (mut waiting, working): (Vec<_>, Vec<_>) =
        plan.groups.values().partition(|group| group.iter().all(is_flow));
    waiting.sort_by_key(|group| Reverse(group.iter().map(|vector| seconds(vector)).max()));
    let keys = target.keys(suite.keys());
    let mint = match canary {
        Some(canary) => target.mint(&keys).pointing_at(canary.place()),
        None => target.mint(&keys),
    };
    let replay = Replay {
        target,
        given: Given { suite, keys: &keys, mint: &Arc::new(mint), profile, repetition },
        judging,
        total: plan.groups.values().map(|group| cost_of(group, repetition)).sum(),
        done: AtomicU64::new(0),
        observer,
        found: Mutex::default(),
    };
    let work = |groups: &[&Vec<&'a Vector>], next: &AtomicUsize| {
        // A failure ends the run, because it would affect every deployment.
        while !replay.is_over() && replay.found().failure.is_none() {
            let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            replay.group(group);
            replay.end_after_a_failure(group, &plan.judged);
        }
    };
    let at_a_time = target.parallel_deployments().max(1);
    let (after_waiting, after_working) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let pools = match selection.limits.jobs.map(NonZeroUsize::get).filter(|jobs| *jobs < at_a_time * WAITING)
    {
        None => vec![(waiting, at_a_time * WAITING, &after_waiting), (working, at_a_time, &after_working)],
        // So few deployments are not divided between the two.
        Some(jobs) => vec![(waiting.into_iter().chain(working).collect(), jobs, &after_working)],
    };
    std::thread::scope(|scope| {
        for (groups, at_a_time, next) in &pools {
            let at_a_time = *at_a_time;
            for _ in 0..at_a_time.min(groups.len()) {
                scope.spawn(|| work(groups, next));
            }
        }
    });
    let found = replay.found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.end(&target.name())
}

/// The expected duration of a group, in milliseconds.
fn cost_of(group: &[&Vector], repetition: Repetition) -> u64 {
    let (tokens, flows) = parted(group);
    let count = |number: usize| u64::try_from(number).unwrap_or_default();
    let flows: u64 = flows.chunks(FLOWS).map(cost_of_flows).sum();
    let tokens = count(repetition.order(&tokens).len());
    cost::START + cost::TOKEN * tokens + count(repetition.rounds()) * flows
}

/// The expected duration of flows that run in parallel, in milliseconds.
fn cost_of_flows(batch: &[&Vector]) -> u64 {
    let longest = batch.iter().map(|vector| seconds(vector)).max().unwrap_or_default();
    cost::SECOND * u64::from(longest)
}

/// The tokens and the flows of a group. The flows are sorted by duration, the longest first.
fn parted<'a>(group: &[&'a Vector]) -> (Vec<&'a Vector>, Vec<&'a Vector>) {
    let (tokens, mut flows): (Vec<&Vector>, Vec<&Vector>) =
        group.iter().partition(|vector| matches!(vector.subject, Subject::Token { .. }));
    flows.sort_by_key(|vector| Reverse(seconds(vector)));
    (tokens, flows)
}

/// The duration of a flow, in seconds.
fn seconds(vector: &Vector) -> u32 {
    match &vector.subject {
        Subject::Flow { flow } => flow.last().map_or(0, |step| step.at),
        Subject::Token { .. } => 0,
    }
}

/// One replay.
struct Replay<'r, 'a> {
    target: &'r dyn Target,
    given: Given<'r>,
    judging: Judging<'r>,
    total: u64,
    done: AtomicU64,
    observer: &'r dyn Observer,
    found: Mutex<Found<'a>>,
}

/// A token that was open when the target died, and how it died.
struct Suspect<'a> {
    vector: &'a Vector,
    detail: String,
}

/// The results so far, from all deployments.
#[derive(Debug, Default)]
struct Found<'a> {
    answers: Answers<'a>,
    lost: BTreeMap<&'a str, String>,
    failure: Option<Failure>,
    /// The limit that ends the run.
    stopped: Option<String>,
    /// The vectors that were asked and have no row yet, because their twins have no answer.
    without_row: BTreeSet<&'a str>,
    /// The tokens without an answer in time at first.
    asked_again: BTreeSet<&'a str>,
    /// The tokens after which the good token got another answer.
    disturbed: BTreeMap<&'a str, String>,
    /// The number of deployments that started.
    started: usize,
    /// Deployments that failed to start: the error, and the vectors that needed them.
    not_started: Vec<(String, Vec<&'a str>)>,
    /// The vectors that crashed the target, by the first line of the crash.
    crashes: BTreeMap<String, BTreeSet<&'a str>>,
    /// Crashes that no open token repeats alone.
    unexplained: Vec<String>,
}

impl<'a> Replay<'_, 'a> {
    fn found(&self) -> MutexGuard<'_, Found<'a>> {
        // After a panic, every entry is still complete.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn took(&self, milliseconds: u64) {
        let done = self.done.fetch_add(milliseconds, Ordering::Relaxed) + milliseconds;
        self.observer.progress(done.min(self.total), self.total);
    }

    /// Whether a limit ends the run.
    fn is_over(&self) -> bool {
        let deadline = self.judging.selection.limits.deadline.filter(Deadline::is_over);
        let mut found = self.found();
        if let Some(deadline) = deadline {
            found.stopped.get_or_insert_with(|| deadline.to_string());
        }
        found.stopped.is_some()
    }

    /// Ends the run if it ends with a failure, and one has been seen.
    fn end_after_a_failure(&self, group: &[&'a Vector], judged: &BTreeSet<&str>) {
        if !self.judging.selection.limits.fail_fast {
            return;
        }
        let mut found = self.found();
        let ids = group.iter().map(|vector| vector.id.0.as_str()).filter(|id| judged.contains(id));
        let ids: Vec<&str> = mem::take(&mut found.without_row).into_iter().chain(ids).collect();
        for id in ids {
            let vector = self.judging.suite.get(id);
            // The end of the run tells of a mistake in a profile.
            match vector.map(|vector| self.judging.row(vector, &found.answers, &found.disturbed)) {
                Some(Ok(Ok(row))) if self.observer.fails(&row) => {
                    found
                        .stopped
                        .get_or_insert_with(|| format!("{id} failed, and the first failure ends the run"));
                }
                Some(Ok(Err(_))) => {
                    found.without_row.insert(id);
                }
                _ => {}
            }
        }
    }

    fn saw(&self, vector: &'a Vector, seen: Seen) {
        self.found().answers.add(&vector.id.0, seen);
    }

    /// Replays one group on its own deployment, and records a failure.
    fn group(&self, group: &[&'a Vector]) {
        let failure = match self.try_group(group) {
            Ok(()) => return,
            Err(TargetError::NotStarted(text)) => {
                let mut found = self.found();
                let ids = group.iter().map(|vector| vector.id.0.as_str());
                let lost = ids.filter(|id| !found.answers.first.contains_key(id)).collect();
                found.not_started.push((text.clone(), lost));
                if found.started > 0 || found.not_started.len() < NEVER_STARTED {
                    return;
                }
                Failure::from(&TargetError::NotStarted(text))
            }
            Err(error) => Failure::from(&error),
        };
        self.found().failure.get_or_insert(failure);
    }

    fn try_group(&self, group: &[&'a Vector]) -> Result<(), TargetError> {
        let Some(first) = group.first() else { return Ok(()) };
        let start = || self.start(first);
        let mut deployment = start()?;
        self.took(cost::START);
        let (tokens, flows) = parted(group);
        let (beyond, ordinary): (Vec<_>, Vec<_>) =
            tokens.into_iter().partition(|vector| vector.is_beyond_limits());
        let alone = beyond.iter().map(|vector| (vec![*vector], Some(*vector)));
        for (tokens, beyond) in iter::once((ordinary, None)).chain(alone) {
            if self.is_over() {
                return deployment.finish();
            }
            if let Some(unanswered) = self.tokens(&tokens, &mut deployment, &start)? {
                return Err(deployment.finish().err().unwrap_or(unanswered));
            }
            if let Some(vector) = beyond
                && let Some(good) = self.given.suite.twin(vector)
                && let Some(good) = group.iter().find(|other| other.id == good.id)
            {
                self.next_token(vector, good, &mut deployment, &start)?;
            }
        }
        let rounds = 0..self.given.repetition.rounds();
        for (round, batch) in rounds.flat_map(|round| flows.chunks(FLOWS).map(move |batch| (round, batch))) {
            if self.is_over() {
                break;
            }
            if deployment.is_over() {
                deployment = start()?;
            } else if round > 0 && batch.iter().any(|vector| flows::is_alone(vector)) {
                mem::replace(&mut deployment, start()?).finish()?;
            }
            let mut crash = None;
            let tell = &mut |vector: &'a Vector, seen: Seen| {
                if let Observation::Crashed { detail } = &seen.0 {
                    crash.get_or_insert_with(|| (detail.clone(), vector));
                }
                self.saw(vector, seen);
            };
            flows::follow(batch, self.given, &mut deployment, &start, tell)?;
            if let Some((how, vector)) = crash.filter(|_| deployment.is_over()) {
                self.crashed(&how, Some(vector))?;
            }
            self.took(cost_of_flows(batch));
        }
        deployment.finish()
    }

    /// Asks tokens until each has an answer. Returns the fault of a driver that leaves some of them without one.
    fn tokens(
        &self,
        tokens: &[&'a Vector],
        deployment: &mut Box<dyn Deployment>,
        start: &dyn Fn() -> Result<Box<dyn Deployment>, TargetError>,
    ) -> Result<Option<TargetError>, TargetError> {
        let mut open = self.given.repetition.order(tokens);
        while !open.is_empty() && !self.is_over() {
            let (suspects, left) = self.pass(&mut **deployment, &open)?;
            if deployment.is_over() {
                open = self.blame(&suspects, deployment, start)?;
                open.extend(left);
            } else if left.is_empty() || self.is_over() {
                break;
            } else {
                let silent = format!(
                    "{} left {} questions of {} without an answer: this is a mistake in its driver",
                    self.target.name(),
                    left.len(),
                    open.len()
                );
                return Ok(Some(TargetError::Fault(silent)));
            }
        }
        Ok(None)
    }

    /// Asks the good token again that a token beyond ordinary limits was made from. Its answer must be the one from
    /// before.
    fn next_token(
        &self,
        vector: &'a Vector,
        good: &'a Vector,
        deployment: &mut Box<dyn Deployment>,
        start: &dyn Fn() -> Result<Box<dyn Deployment>, TargetError>,
    ) -> Result<(), TargetError> {
        let answered = self.ask(&mut **deployment, &[good])?.pop();
        if deployment.is_over() {
            *deployment = start()?;
        }
        let Some(Answered::Seen { observation, now: _ }) = answered else { return Ok(()) };
        let mut found = self.found();
        let Some((before, _)) = found.answers.first.get(good.id.0.as_str()) else { return Ok(()) };
        // A crash or a silence before is a fault of its own, and says nothing about the token in between.
        if !matches!(before, Observation::Accepted { .. } | Observation::Refused { .. }) {
            return Ok(());
        }
        if !are_alike(before, &observation) {
            let how = format!(
                "after it, {} has another answer: {}, and before that {}",
                good.id,
                told(&observation),
                told(before)
            );
            found.disturbed.insert(&vector.id.0, how);
        }
        Ok(())
    }

    /// Starts a deployment, with [`START_AGAIN`] further attempts.
    fn start(&self, first: &Vector) -> Result<Box<dyn Deployment>, TargetError> {
        let mut again = 0;
        loop {
            match self.target.deploy(&first.context, self.given.keys) {
                Err(TargetError::NotStarted(_)) if again < START_AGAIN => again += 1,
                Ok(deployment) => {
                    self.found().started += 1;
                    return Ok(deployment);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks tokens and records the observations. Returns the tokens that were open when the target died, and
    /// the tokens that were not asked.
    fn pass(
        &self,
        deployment: &mut dyn Deployment,
        open: &[&'a Vector],
    ) -> Result<(Vec<Suspect<'a>>, Vec<&'a Vector>), TargetError> {
        let (mut suspects, mut left) = (Vec::new(), Vec::new());
        for (vector, answered) in open.iter().copied().zip(self.ask(deployment, open)?) {
            match answered {
                Answered::Seen { observation: Observation::Crashed { detail }, now: _ }
                    if deployment.is_over() =>
                {
                    suspects.push(Suspect { vector, detail });
                }
                Answered::Seen { observation, now } => self.saw(vector, (observation, now)),
                Answered::TooLate => {
                    let why = format!("answered too late to be judged, {TRIES} times");
                    self.found().lost.insert(&vector.id.0, why);
                }
                Answered::NotAsked => left.push(vector),
            }
        }
        Ok((suspects, left))
    }

    fn ask(
        &self,
        deployment: &mut dyn Deployment,
        open: &[&'a Vector],
    ) -> Result<Vec<Answered>, TargetError> {
        let clock = deployment.clock();
        let mut questions = Questions::new(open.len(), |at| challenge(open[at], self.given, clock))
            .telling(|| self.took(cost::TOKEN))
            .until(|| self.is_over());
        if clock == Clock::System {
            questions = questions.with_margins(open.iter().map(|vector| vector.clock_margin).collect());
        }
        deployment.replay(&questions);
        let hangs = questions.hangs();
        let ids = questions.asked_again().into_iter().map(|at| open[at].id.0.as_str());
        self.found().asked_again.extend(ids);
        let answered = questions.end()?;
        if hangs {
            for (vector, answered) in open.iter().zip(answered) {
                if let Answered::Seen { observation, now } = answered {
                    self.saw(vector, (observation, now));
                }
            }
            return Err(TargetError::Fault(format!(
                "{} answered none of {SILENT} tokens in a row in time: it hangs, and is asked no more",
                self.target.name()
            )));
        }
        Ok(answered)
    }

    /// Finds the token that killed the target. Each open token is asked alone until one kills the target
    /// again; the crash is recorded for that token. Returns the tokens that are still to be asked.
    fn blame(
        &self,
        suspects: &[Suspect<'a>],
        deployment: &mut Box<dyn Deployment>,
        start: &dyn Fn() -> Result<Box<dyn Deployment>, TargetError>,
    ) -> Result<Vec<&'a Vector>, TargetError> {
        *deployment = start()?;
        for (at, Suspect { vector, detail: _ }) in suspects.iter().enumerate() {
            let alone = self.ask(&mut **deployment, &[vector])?.pop();
            let Some(Answered::Seen { observation, now }) = alone else { continue };
            let killed = match &observation {
                Observation::Crashed { detail } if deployment.is_over() => Some(detail.clone()),
                _ => None,
            };
            self.saw(vector, (observation, now));
            if let Some(how) = killed {
                self.crashed(&how, Some(vector))?;
                *deployment = start()?;
                return Ok(suspects[at + 1..].iter().map(|suspect| suspect.vector).collect());
            }
        }
        if self.is_over() {
            return Ok(Vec::new());
        }
        self.crashed(suspects.first().map_or("it ended by itself", |suspect| &suspect.detail), None)?;
        Ok(Vec::new())
    }

    /// Counts a crash. `vector` is the cause, if it is known.
    fn crashed(&self, how: &str, vector: Option<&'a Vector>) -> Result<(), TargetError> {
        let reason = how.lines().next().unwrap_or_default().to_owned();
        let mut found = self.found();
        let Some(vector) = vector else {
            found.unexplained.push(how.to_owned());
            return if found.unexplained.len() < SAME_CRASH {
                Ok(())
            } else {
                Err(TargetError::Fault(format!(
                    "{} crashed {SAME_CRASH} times, and is asked no more",
                    self.target.name()
                )))
            };
        };
        let ids = found.crashes.entry(reason.clone()).or_default();
        ids.insert(&vector.id.0);
        if ids.len() < SAME_CRASH {
            return Ok(());
        }
        let ids = ids.iter().copied().collect::<Vec<_>>().join(", ");
        Err(TargetError::Fault(format!(
            "{} crashed {SAME_CRASH} times in the same way, and is asked no more: {reason}\nit was asked with {ids}",
            self.target.name()
        )))
    }
}

impl<'a> Found<'a> {
    /// The result of the replay.
    fn end(self, target: &str) -> Replayed<'a> {
        let Self {
            mut answers,
            lost,
            mut failure,
            stopped,
            without_row: _,
            asked_again,
            disturbed,
            started,
            not_started,
            crashes: _,
            unexplained,
        } = self;
        for (text, ids) in not_started {
            if started == 0 {
                // If no deployment started, the run fails as a whole.
                failure.get_or_insert(Failure { message: text, environment: false });
            } else {
                let crashed = || (Observation::Crashed { detail: text.clone() }, 0);
                for id in ids {
                    answers.add(id, crashed());
                }
            }
        }
        if let Some(how) = unexplained.first() {
            let message = format!(
                "{target} crashed, and no token that was open then does that when it is asked alone: {how}"
            );
            let earlier = failure.map(|failure| failure.message + "\n").unwrap_or_default();
            failure = Some(Failure { message: earlier + &message, environment: false });
        }
        Replayed { answers, lost, failure, stopped, asked_again, disturbed }
    }
}

/// The challenge of a vector, for the clock that decides. For the clock of the machine, the token is minted
/// now.
fn challenge(vector: &Vector, given: Given<'_>, clock: Clock) -> Result<Challenge, TargetError> {
    let Given { suite, keys, mint, profile: _, repetition: _ } = given;
    let broken = |problem: String| TargetError::Fault(format!("{}: {problem}", vector.id));
    let Subject::Token { recipe, token } = &vector.subject else {
        return Err(broken("a flow is no token".to_owned()));
    };
    let context = Arc::new(vector.context.clone());
    match clock {
        Clock::Settable => {
            let file = suite.file_of(&vector.id.0).expect("the plan is made of this suite");
            let token = stored::octets(token).map_err(|error| broken(error.to_string()))?;
            Ok(Challenge::new(token, context, Arc::clone(keys), file.now))
        }
        Clock::System => {
            let now = unix_time();
            let token = mint.token(recipe, now).map_err(|error| broken(error.to_string()))?;
            let mut challenge = Challenge::new(token, context, Arc::clone(keys), now);
            challenge.opening =
                opening::opening(vector, mint, now).map_err(|error| broken(error.to_string()))?;
            Ok(challenge)
        }
    }
}

/// The machine's clock, in whole seconds since the epoch.
#[must_use]
pub fn unix_time() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or_default()
}
