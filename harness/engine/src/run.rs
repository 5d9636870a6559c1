//! Replays a plan against a target.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use jotproof_mint::{Mint, stored};
use jotproof_model::{Challenge, Observation, Subject, Vector};
use jotproof_profiles::{Profile, predicted};

use crate::judge::{Evidence, judge};
use crate::log::{Failure, Header, RunLog};
use crate::plan::{Plan, PlanError, plan};
use crate::select::Selection;
use crate::suite::Suite;
use crate::target::{Clock, Target, TargetError};

/// How many tokens are minted and submitted at a time: few enough that none waits a second for its
/// turn, for the margin of a case is five.
const SLICE: usize = 256;

/// What was seen of one vector, and the clock that its token was minted at.
type Seen = (Observation, i64);

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
    let plan = plan(suite, selection, target, profile)?;
    let (seen, failure) = replay_groups(&plan, suite, target, progress);
    let mut rows = Vec::new();
    for id in &plan.judged {
        let Some((observation, now)) = seen.get(id) else { continue };
        let vector = suite.get(id).expect("the plan is made of this suite");
        let twin = suite.twin(vector);
        let evidence = Evidence {
            vector,
            observation: observation.clone(),
            now: *now,
            twin_accepted: twin.and_then(|twin| {
                seen.get(twin.id.0.as_str())
                    .map(|(observation, _)| matches!(observation, Observation::Accepted { .. }))
            }),
            predicted: predicted(vector, twin, profile)
                .map_err(|problem| PlanError { id: (*id).to_owned(), problem })?,
        };
        rows.push(judge(evidence, profile));
    }
    Ok(RunLog {
        header: Header {
            format: "jotproof-run/1".to_owned(),
            target: target.name(),
            profile: profile.name.clone(),
            selected: plan.selected,
            repeat: String::new(),
        },
        rows,
        not_carried: plan.not_carried,
        failure,
        elapsed_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// Replays every group on its own deployment, as many side by side as the target allows.
fn replay_groups<'a>(
    plan: &Plan<'a>,
    suite: &Suite,
    target: &dyn Target,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> (BTreeMap<&'a str, Seen>, Option<Failure>) {
    let groups: Vec<&Vec<&'a Vector>> = plan.groups.values().collect();
    let total = groups.iter().map(|group| group.len()).sum();
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let seen = Mutex::new(BTreeMap::new());
    let failure: Mutex<Option<Failure>> = Mutex::new(None);
    let mint = Mint::new(suite.keys());
    let work = || {
        // The first failure ends the run: what is missing for one deployment is missing for all.
        while failure.lock().is_ok_and(|failure| failure.is_none()) {
            let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            let report = |count: usize| progress(done.fetch_add(count, Ordering::Relaxed) + count, total);
            match replay(group, suite, &mint, target, &report) {
                Ok(observations) => {
                    if let Ok(mut seen) = seen.lock() {
                        seen.extend(group.iter().map(|vector| vector.id.0.as_str()).zip(observations));
                    }
                }
                Err(error) => {
                    if let Ok(mut failure) = failure.lock() {
                        failure.get_or_insert_with(|| Failure {
                            message: error.to_string(),
                            environment: matches!(error, TargetError::EnvironmentMissing(_)),
                        });
                    }
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..target.parallel_deployments().clamp(1, groups.len().max(1)) {
            scope.spawn(work);
        }
    });
    (seen.into_inner().unwrap_or_default(), failure.into_inner().unwrap_or_default())
}

/// Replays one group on a deployment of its own.
fn replay(
    group: &[&Vector],
    suite: &Suite,
    mint: &Mint,
    target: &dyn Target,
    report: &dyn Fn(usize),
) -> Result<Vec<Seen>, TargetError> {
    let Some(first) = group.first() else { return Ok(Vec::new()) };
    let mut deployment = target.deploy(&first.context, suite.keys())?;
    let mut all = Vec::with_capacity(group.len());
    for slice in group.chunks(SLICE) {
        let clock = deployment.clock();
        let mut challenges = Vec::with_capacity(slice.len());
        for vector in slice {
            let (token, now) = token(vector, suite, clock, mint)?;
            challenges.push(Challenge {
                token,
                context: Arc::new(vector.context.clone()),
                keys: Arc::clone(suite.keys()),
                now,
            });
        }
        let observations = deployment.replay(&challenges);
        if observations.len() != challenges.len() {
            return Err(TargetError::Fault(format!(
                "{} gave {} answers to {} challenges: this is a mistake in its driver",
                target.name(),
                observations.len(),
                challenges.len()
            )));
        }
        all.extend(observations.into_iter().zip(challenges.iter().map(|challenge| challenge.now)));
        report(slice.len());
    }
    Ok(all)
}

/// The token to submit, and the clock that it was minted at.
fn token(vector: &Vector, suite: &Suite, clock: Clock, mint: &Mint) -> Result<(Vec<u8>, i64), TargetError> {
    let broken = |problem: String| TargetError::Fault(format!("{}: {problem}", vector.id));
    let Subject::Token { recipe, token } = &vector.subject;
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
