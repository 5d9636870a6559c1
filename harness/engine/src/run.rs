//! Replays a plan against a target.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jotproof_mint::{Mint, NOBODY, stored};
use jotproof_model::{Algorithm, Capability, Challenge, Expectation, KeyRing, Observation, Subject, Vector};
use jotproof_profiles::predict::Outcome;
use jotproof_profiles::{Profile, predicted};

use crate::canary::Canary;
use crate::flows;
use crate::judge::{Evidence, judge};
use crate::log::{FORMAT, Failure, Header, RunLog};
use crate::opening;
use crate::plan::{Plan, PlanError, plan};
use crate::repetition::{Answers, Repetition, worse};
use crate::select::Selection;
use crate::suite::Suite;
use crate::target::{Clock, Target, TargetError};

/// How many tokens are minted and submitted at a time: few enough that none waits a second for its
/// turn, for the margin of a case is five.
const SLICE: usize = 256;

/// How many deployments that mostly wait take the place of one that works.
const WAITING: usize = 3;

/// How many flows are gone through side by side.
const FLOWS: usize = 256;

/// How long a slice may take, where the clock is the machine's, before the cases of it that are near
/// a boundary are minted and submitted again: they may have been asked on its other side.
const FRESH: Duration = Duration::from_secs(2);

/// How many vectors are named in a message.
const SHOWN: usize = 5;

/// What was seen of one vector, and the clock that its token was minted at.
pub(crate) type Seen = (Observation, i64);

/// Runs the selected vectors against a target. `progress` is told how many of how many are done.
///
/// # Errors
///
/// Where the profile does not say what will come out of a vector: a mistake in the profile.
pub fn run(
    suite: &Suite,
    selection: &Selection,
    target: &dyn Target,
    profile: &Profile,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<RunLog, PlanError> {
    let start = Instant::now();
    let profile = &profile.over(target.transport());
    let ready = target.ready();
    let plan = plan(suite, selection, target, profile)?;
    let canary = target.is_on_this_machine().then(|| Canary::sing(suite.keys())).transpose();
    let (answers, failure) = match (ready, &canary) {
        (Ok(()), Ok(canary)) => {
            let asked = Asked { suite, target, profile, repetition: selection.repetition };
            replay_groups(&plan, asked, canary.as_ref(), progress)
        }
        (Err(error), _) => (Answers::default(), Some(Failure::from(&error))),
        (_, Err(error)) => {
            let missing = format!("cannot listen on the loopback interface: {error}; free a port");
            (Answers::default(), Some(Failure::from(&TargetError::EnvironmentMissing(missing))))
        }
    };
    let Answers { first: seen, changed } = answers;
    let followed = canary.ok().flatten().and_then(|canary| followed(&plan, suite, target, &canary));
    // What a server did, it did, whatever else went wrong.
    let failure = match (followed, failure) {
        (Some(followed), Some(other)) if !other.environment => {
            Some(Failure { message: format!("{}\n{}", followed.message, other.message), environment: false })
        }
        (Some(followed), _) => Some(followed),
        (None, other) => other,
    };
    let failure = match failure {
        Some(failure) => Some(failure),
        None => empty_promise(&seen, suite, target, profile)?,
    };
    let mut rows = Vec::new();
    // A soak is about the good tokens too: they must be accepted before and after.
    let judged: BTreeSet<&str> = match selection.repetition {
        Repetition::Soak(_) => seen.keys().copied().collect(),
        Repetition::Once | Repetition::Rounds(_) => plan.judged.clone(),
    };
    for id in &judged {
        let Some(first) = seen.get(id) else { continue };
        let vector = suite.get(id).expect("the plan is made of this suite");
        let twin = suite.twin(vector);
        // A run that broke off before the twin was asked knows nothing of a refusal.
        if matches!(first.0, Observation::Refused { .. } | Observation::OverLimit { .. })
            && !matches!(vector.expectation, Expectation::Accept { .. })
            && twin.is_some_and(|twin| !seen.contains_key(twin.id.0.as_str()))
        {
            continue;
        }
        let twin_accepted = twin.and_then(|twin| {
            seen.get(twin.id.0.as_str())
                .map(|(observation, _)| matches!(observation, Observation::Accepted { .. }))
        });
        let judged = |(observation, now): &Seen| -> Result<_, PlanError> {
            let predicted = predicted(vector, twin, profile)
                .map_err(|problem| PlanError { id: (*id).to_owned(), problem })?;
            let observation = observation.clone();
            Ok(judge(Evidence { vector, observation, now: *now, twin_accepted, predicted }, profile))
        };
        let mut row = judged(first)?;
        if let Some((number, later)) = changed.get(id) {
            row = worse(row, judged(later)?, *number);
        }
        if !target.is_predicted() {
            row.missed = None;
        }
        rows.push(row);
    }
    Ok(RunLog {
        header: header(suite, selection, target, &profile.name),
        rows,
        not_carried: plan.not_carried,
        failure,
        elapsed_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        warnings: target.warnings(),
    })
}

/// What the log of a run begins with.
#[must_use]
pub fn header(suite: &Suite, selection: &Selection, target: &dyn Target, profile: &str) -> Header {
    Header {
        format: FORMAT.to_owned(),
        target: target.name(),
        profile: profile.to_owned(),
        selected: suite.vectors().filter(|vector| selection.takes(vector)).count(),
        repeat: String::new(),
        seed: selection.seed,
        live: target.is_live(),
    }
}

/// That a target went where only tokens point.
fn followed(plan: &Plan<'_>, suite: &Suite, target: &dyn Target, canary: &Canary) -> Option<Failure> {
    let asked = canary.asked();
    if asked.is_empty() {
        return None;
    }
    let points = |id: &&&str| {
        let subject = suite.get(id).and_then(|vector| serde_json::to_string(&vector.subject).ok());
        subject.is_some_and(|subject| subject.contains(NOBODY))
    };
    let pointing: Vec<&str> = plan.judged.iter().filter(points).copied().collect();
    let shown = pointing.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    let more = if pointing.len() > SHOWN { ", …" } else { "" };
    Some(Failure {
        message: format!(
            "{} went where nothing but tokens points, which anybody can make ({}): see which of {shown}{more} it is, each \
             alone (--only); keys are looked for where they are configured, and nowhere else (RFC 8725 section 3.10)",
            target.name(),
            asked.join(", ")
        ),
        environment: false,
    })
}

/// What is replayed, and against what.
#[derive(Clone, Copy)]
struct Asked<'a> {
    suite: &'a Suite,
    target: &'a dyn Target,
    profile: &'a Profile,
    repetition: Repetition,
}

/// Replays every group on its own deployment, as many side by side as the target allows, and [`WAITING`] times as many
/// of those with nothing but flows.
fn replay_groups<'a>(
    plan: &Plan<'a>,
    Asked { suite, target, profile, repetition }: Asked<'_>,
    canary: Option<&Canary>,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> (Answers<'a>, Option<Failure>) {
    // Flows wait more than they work, so that many more of their deployments fit side by side.
    let is_flow = |vector: &&Vector| matches!(vector.subject, Subject::Flow { .. });
    let (mut waiting, working): (Vec<_>, Vec<_>) =
        plan.groups.values().partition(|group| group.iter().all(is_flow));
    waiting.sort_by_key(|group| Reverse(group.iter().map(|vector| seconds(vector)).max()));
    let total = plan.groups.values().map(|group| asked_of(group, repetition)).sum();
    let done = AtomicUsize::new(0);
    let answers = Mutex::new(Answers::default());
    let failure: Mutex<Option<Failure>> = Mutex::new(None);
    let keys = target.keys(suite.keys());
    let mint = match canary {
        Some(canary) => Mint::new(&keys).pointing_at(canary.place()),
        None => Mint::new(&keys),
    };
    let mint = Arc::new(mint);
    let given = Given { suite, keys: &keys, mint: &mint, profile, repetition };
    let work = |groups: &[&Vec<&'a Vector>], next: &AtomicUsize| {
        // The first failure ends the run: what is missing for one deployment is missing for all.
        while failure.lock().is_ok_and(|failure| failure.is_none()) {
            let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            let report = |count: usize| progress(done.fetch_add(count, Ordering::Relaxed) + count, total);
            let mut observations = Vec::with_capacity(group.len());
            let outcome = replay(group, given, target, &report, &mut observations);
            // What was seen before a failure was seen.
            if let Ok(mut answers) = answers.lock() {
                answers.add(observations);
            }
            if let (Err(error), Ok(mut failure)) = (outcome, failure.lock()) {
                failure.get_or_insert_with(|| Failure::from(&error));
            }
        }
    };
    let at_a_time = target.parallel_deployments().max(1);
    let (after_waiting, after_working) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let pools = [(&waiting, at_a_time * WAITING, &after_waiting), (&working, at_a_time, &after_working)];
    std::thread::scope(|scope| {
        for (groups, at_a_time, next) in pools {
            for _ in 0..at_a_time.min(groups.len()) {
                scope.spawn(|| work(groups, next));
            }
        }
    });
    (answers.into_inner().unwrap_or_default(), failure.into_inner().unwrap_or_default())
}

/// The tokens and the flows of a group.
fn parted<'a>(group: &[&'a Vector]) -> (Vec<&'a Vector>, Vec<&'a Vector>) {
    group.iter().partition(|vector| matches!(vector.subject, Subject::Token { .. }))
}

/// How many answers are expected of a group.
fn asked_of(group: &[&Vector], repetition: Repetition) -> usize {
    let (tokens, flows) = parted(group);
    repetition.order(&tokens).len() + repetition.rounds() * flows.len()
}

/// What is the same on every deployment of a run.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) suite: &'a Suite,
    pub(crate) keys: &'a Arc<KeyRing>,
    pub(crate) mint: &'a Arc<Mint>,
    pub(crate) profile: &'a Profile,
    pub(crate) repetition: Repetition,
}

/// Replays one group on a deployment of its own, as far as it goes.
fn replay<'a>(
    group: &[&'a Vector],
    given: Given<'_>,
    target: &dyn Target,
    report: &dyn Fn(usize),
    all: &mut Vec<(&'a str, Seen)>,
) -> Result<(), TargetError> {
    let Some(first) = group.first() else { return Ok(()) };
    let Given { suite, keys, mint, profile: _, repetition } = given;
    let deploy = || target.deploy(&first.context, keys);
    let mut deployment = deploy()?;
    let clock = deployment.clock();
    let (tokens, mut flows) = parted(group);
    // Those that wait do so side by side.
    flows.sort_by_key(|vector| Reverse(seconds(vector)));
    for slice in repetition.order(&tokens).chunks(SLICE) {
        let challenges = slice
            .iter()
            .map(|vector| challenge(vector, suite, keys, clock, mint))
            .collect::<Result<Vec<_>, _>>()?;
        let submitted = Instant::now();
        let observations = deployment.replay(&challenges);
        let took = submitted.elapsed();
        let whole = observations.len() == challenges.len();
        let from = all.len();
        let seen = observations.into_iter().zip(challenges.iter().map(|challenge| challenge.now));
        all.extend(slice.iter().map(|vector| vector.id.0.as_str()).zip(seen));
        if !whole {
            let silent = format!(
                "{} gave {} answers to {} challenges: this is a mistake in its driver",
                target.name(),
                all.len() - from,
                challenges.len()
            );
            return Err(deployment.finish().err().unwrap_or(TargetError::Fault(silent)));
        }
        if slice.len() == SLICE
            && all[from..].iter().all(|(_, (seen, _))| matches!(seen, Observation::TimedOut { .. }))
        {
            return Err(TargetError::Fault(format!(
                "{} answered none of {SLICE} tokens in a row in time: it hangs, and is asked no more",
                target.name()
            )));
        }
        if clock == Clock::System && took > FRESH {
            for (vector, (_, seen)) in slice.iter().zip(&mut all[from..]) {
                if is_stale(vector, &seen.0, took) {
                    let again = challenge(vector, suite, keys, clock, mint)?;
                    if let Some(observation) = deployment.replay(std::slice::from_ref(&again)).pop() {
                        *seen = (observation, again.now);
                    }
                }
            }
        }
        report(slice.len());
    }
    let rounds =
        (0..repetition.rounds()).flat_map(|round| flows.chunks(FLOWS).map(move |batch| (round, batch)));
    for (round, batch) in rounds {
        if round > 0 && batch.iter().any(|vector| flows::is_alone(vector)) {
            std::mem::replace(&mut deployment, deploy()?).finish()?;
        }
        let tell = &mut |id, seen| all.push((id, seen));
        flows::follow(batch, given, &mut deployment, &deploy, tell)?;
        report(batch.len());
    }
    deployment.finish()
}

/// How long a flow takes, in seconds.
fn seconds(vector: &Vector) -> u32 {
    match &vector.subject {
        Subject::Flow { flow } => flow.last().map_or(0, |step| step.at),
        Subject::Token { .. } => 0,
    }
}

/// Whether the clock may have passed a boundary of the token before it was looked at. What killed or
/// hung the target did so whatever the clock said.
fn is_stale(vector: &Vector, seen: &Observation, took: Duration) -> bool {
    vector.clock_margin.is_some_and(|margin| margin <= took.as_secs() + 1)
        && !matches!(seen, Observation::Crashed { .. } | Observation::TimedOut { .. })
}

/// The challenge that a vector is, minted at the clock that decides.
fn challenge(
    vector: &Vector,
    suite: &Suite,
    keys: &Arc<KeyRing>,
    clock: Clock,
    mint: &Arc<Mint>,
) -> Result<Challenge, TargetError> {
    let (token, now) = token(vector, suite, clock, mint)?;
    let context = Arc::new(vector.context.clone());
    let mut challenge = Challenge::new(token, context, Arc::clone(keys), now);
    if clock == Clock::System {
        challenge.opening = opening::opening(vector, mint, now)
            .map_err(|error| TargetError::Fault(format!("{}: {error}", vector.id)))?;
    }
    Ok(challenge)
}

/// An algorithm that the target says it has, of which it accepted not one of the tokens that it must
/// accept: then none of its refusals under that algorithm proves anything.
fn empty_promise(
    seen: &BTreeMap<&str, Seen>,
    suite: &Suite,
    target: &dyn Target,
    profile: &Profile,
) -> Result<Option<Failure>, PlanError> {
    let mut asked: BTreeMap<Algorithm, (usize, bool)> = BTreeMap::new();
    for (id, (observation, _)) in seen {
        let vector = suite.get(id).expect("the plan is made of this suite");
        if !matches!(vector.expectation, Expectation::Accept { .. }) {
            continue;
        }
        let algorithms: BTreeSet<Algorithm> = vector
            .requires
            .iter()
            .filter_map(|capability| match capability {
                Capability::Algorithm(algorithm) => Some(*algorithm),
                _ => None,
            })
            .collect();
        let (Some(algorithm), 1) = (algorithms.first(), algorithms.len()) else { continue };
        let of_profile = predicted(vector, suite.twin(vector), profile)
            .map_err(|problem| PlanError { id: (*id).to_owned(), problem })?;
        if matches!(of_profile.outcome, Outcome::Accepted { .. }) {
            let (count, accepted) = asked.entry(*algorithm).or_default();
            *count += 1;
            *accepted |= matches!(observation, Observation::Accepted { .. });
        }
    }
    let broken: Vec<String> = asked
        .into_iter()
        .filter(|(_, (_, accepted))| !accepted)
        .map(|(algorithm, (count, _))| format!("{algorithm} (0 of {count})"))
        .collect();
    Ok((!broken.is_empty()).then(|| Failure {
        message: format!(
            "{} declares algorithms and accepted no token of them: {}; take them out of its capabilities, \
             or see why it refuses what it must accept",
            target.name(),
            broken.join(", ")
        ),
        environment: false,
    }))
}

/// The token to submit, and the clock that it was minted at.
fn token(vector: &Vector, suite: &Suite, clock: Clock, mint: &Mint) -> Result<(Vec<u8>, i64), TargetError> {
    let broken = |problem: String| TargetError::Fault(format!("{}: {problem}", vector.id));
    let Subject::Token { recipe, token } = &vector.subject else {
        return Err(broken("a flow is no token".to_owned()));
    };
    match clock {
        Clock::Settable => {
            let file = suite.file_of(&vector.id.0).expect("the plan is made of this suite");
            Ok((stored::octets(token).map_err(|error| broken(error.to_string()))?, file.now))
        }
        Clock::System => {
            let now = unix_time();
            Ok((mint.token(recipe, now).map_err(|error| broken(error.to_string()))?, now))
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
