//! Puts the logs of shards together: the result is the log of one run.

use std::collections::BTreeSet;

use jotproof_profiles::{LoadError, Profiles};

use crate::known::KnownFailures;
use crate::log::{Failure, Header, LogError, RunLog};
use crate::plan::PlanError;
use crate::run::empty_promise;
use crate::shard::{Place, Share};
use crate::suite::Suite;

/// Why logs cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// One is not of a shard.
    #[error("the run of {0} is no shard; make each log with --shard, as in --shard 2/8")]
    NoShard(String),
    /// One broke off before it was known what it has to judge.
    #[error("a shard of {target} broke off ({why}); run it again")]
    BrokenOff {
        /// The target.
        target: String,
        /// Why.
        why: String,
    },
    /// Some are missing.
    #[error("of {target}, {missing} is missing; give the logs of all its shards")]
    Missing {
        /// The target.
        target: String,
        /// The places of the missing shards.
        missing: String,
    },
    /// One is there twice.
    #[error("of {target}, the shard {place} is there twice; give each log once")]
    Twice {
        /// The target.
        target: String,
        /// The place of the shard.
        place: Place,
    },
    /// Two are of different runs.
    #[error(
        "of {target}, the shards {one} and {other} differ in their {what}: run all of them in the same way, on the \
         same vectors"
    )]
    Different {
        /// The target.
        target: String,
        /// The place of a shard.
        one: Place,
        /// The place of another one.
        other: Place,
        /// What differs.
        what: &'static str,
    },
    /// The shards had known failures, and none are given.
    #[error(
        "the shards were run with --known-failures; give the same file here, which is then judged as a whole"
    )]
    KnownFailures,
    /// The vectors of the shards are not those of one run.
    #[error(transparent)]
    Rows(#[from] LogError),
    /// There is no such profile.
    #[error(transparent)]
    Profile(#[from] LoadError),
    /// The profile cannot say what comes out of a vector.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// Puts the logs of all shards together, one log for each target.
///
/// # Errors
///
/// Fails if a shard is missing or there twice, or if the shards are not of the same run.
pub fn merge(
    suite: &Suite,
    profiles: &Profiles,
    known: &KnownFailures,
    logs: Vec<RunLog>,
) -> Result<Vec<RunLog>, MergeError> {
    // In the order of the logs.
    let mut targets: Vec<(String, Vec<(Share, RunLog)>)> = Vec::new();
    for log in logs {
        let target = log.header.target.clone();
        let Some(share) = log.header.shard else {
            return Err(match log.failure {
                Some(Failure { message: why, .. }) => MergeError::BrokenOff { target, why },
                None => MergeError::NoShard(target),
            });
        };
        if share.has_known_failures && known.is_empty() {
            return Err(MergeError::KnownFailures);
        }
        match targets.iter_mut().find(|(known, _)| *known == target) {
            Some((_, shards)) => shards.push((share, log)),
            None => targets.push((target, vec![(share, log)])),
        }
    }
    let of = targets.len();
    let merged = targets.into_iter().enumerate().map(|(at, (target, mut shards))| {
        shards.sort_by_key(|(share, _)| share.place.number);
        let mut log = one(&target, shards)?;
        log.header.place = Place { number: at + 1, of };
        if log.failure.is_none() {
            let profile = profiles.find(&log.header.profile)?;
            let answers = log.rows.iter().map(|row| (&*row.id.0, &row.observation));
            log.failure = empty_promise(answers, suite, &target, &profile)?;
        }
        known.mark(&mut log, suite);
        Ok(log)
    });
    merged.collect()
}

/// Puts the shards of one target together, which are in the order of their places.
fn one(target: &str, shards: Vec<(Share, RunLog)>) -> Result<RunLog, MergeError> {
    are_of_one_run(target, &shards)?;
    let mut shards = shards.into_iter();
    let Some((share, mut whole)) = shards.next() else {
        return Err(MergeError::NoShard(target.to_owned()));
    };
    for (_, log) in shards {
        whole.rows.extend(log.rows);
        for (into, from) in [(&mut whole.not_carried, log.not_carried), (&mut whole.not_asked, log.not_asked)]
        {
            for (reason, ids) in from {
                into.entry(reason).or_default().extend(ids);
            }
        }
        whole.failure = both(whole.failure, log.failure);
        whole.elapsed_ms += log.elapsed_ms;
        let new: Vec<String> =
            log.warnings.into_iter().filter(|warning| !whole.warnings.contains(warning)).collect();
        whole.warnings.extend(new);
    }
    whole.rows.sort_by(|one, other| one.id.cmp(&other.id));
    for ids in whole.not_carried.values_mut().chain(whole.not_asked.values_mut()) {
        ids.sort();
    }
    for row in &mut whole.rows {
        row.known = None;
    }
    whole.outdated = Vec::new();
    whole.header =
        Header { selected: share.selected, least_judged: share.least_judged, shard: None, ..whole.header };
    Ok(whole.whole()?)
}

/// Checks that all shards are there, and that they are of one run.
fn are_of_one_run(target: &str, shards: &[(Share, RunLog)]) -> Result<(), MergeError> {
    let target = || target.to_owned();
    let Some((first, first_log)) = shards.first() else { return Ok(()) };
    let mut missing: BTreeSet<usize> = (1..=first.place.of).collect();
    for (share, log) in shards {
        let differs = [
            ("number of shards", share.place.of != first.place.of),
            ("selection", (share.selected, share.least_judged) != (first.selected, first.least_judged)),
            ("profile", log.header.profile != first_log.header.profile),
            ("seed", log.header.seed != first_log.header.seed),
            ("judgements to fail on", log.header.fail_on != first_log.header.fail_on),
            ("known failures", share.has_known_failures != first.has_known_failures),
            ("version of Jotproof", log.header.version != first_log.header.version),
            ("vectors", log.header.vectors != first_log.header.vectors),
            ("version of the target", log.header.identity != first_log.header.identity),
        ];
        if let Some((what, _)) = differs.into_iter().find(|(_, differs)| *differs) {
            return Err(MergeError::Different {
                target: target(),
                one: first.place,
                other: share.place,
                what,
            });
        }
        if !missing.remove(&share.place.number) {
            return Err(MergeError::Twice { target: target(), place: share.place });
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let of = first.place.of;
    let places = missing.into_iter().map(|number| Place { number, of }.to_string());
    Err(MergeError::Missing { target: target(), missing: places.collect::<Vec<_>>().join(", ") })
}

fn both(one: Option<Failure>, other: Option<Failure>) -> Option<Failure> {
    let (Some(one), Some(other)) = (&one, &other) else { return one.or(other) };
    let message = if one.message == other.message {
        one.message.clone()
    } else {
        format!("{}\n{}", one.message, other.message)
    };
    Some(Failure { message, environment: one.environment && other.environment })
}
