//! Replays a plan against a target.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use jotproof_mint::NOBODY;
use jotproof_model::{Algorithm, Capability, Expectation, Observation, VectorId};
use jotproof_profiles::predict::Outcome;
use jotproof_profiles::{Profile, predicted};

use crate::canary::Canary;
use crate::judging::{Judging, Missing};
use crate::log::{FORMAT, Failure, Header, Row, RunLog};
use crate::plan::{Plan, PlanError, plan};
use crate::repetition::Repetition;
use crate::replay::{Replayed, replay};
use crate::select::Selection;
use crate::shard::{Place, Share};
use crate::suite::Suite;
use crate::target::{Target, TargetError};

pub use crate::replay::unix_time;

/// How many vectors are named in a message.
const SHOWN: usize = 5;

/// Follows a run while it goes.
pub trait Observer: Sync {
    /// Gets the elapsed and the total expected time, in milliseconds.
    fn progress(&self, done: u64, total: u64) {
        let _ = (done, total);
    }

    /// Whether a row fails the run, if its judgement is not everything that decides that.
    fn fails(&self, row: &Row) -> bool {
        row.is_red()
    }
}

/// Nobody follows the run.
impl Observer for () {}

/// Runs the selected vectors against a target.
///
/// # Errors
///
/// Where the profile does not say what will come out of a vector: a mistake in the profile.
pub fn run(
    suite: &Suite,
    selection: &Selection,
    target: &dyn Target,
    profile: &Profile,
    observer: &dyn Observer,
) -> Result<RunLog, PlanError> {
    let start = Instant::now();
    let profile = &profile.over(target.transport());
    let ready = target.ready();
    let (adapted, cannot) = suite.adapted(|vector| target.adapted(vector));
    let suite = &adapted;
    let judging = Judging { suite, selection, target, profile };
    let plan = plan(suite, &cannot, selection, target, profile)?;
    let canary = target.is_on_this_machine().then(|| Canary::sing(suite.keys())).transpose();
    let nothing =
        |error: &TargetError| Replayed { failure: Some(Failure::from(error)), ..Default::default() };
    let Replayed { answers, lost, failure, stopped, asked_again, disturbed } = match (ready, &canary) {
        (Ok(()), Ok(canary)) => replay(&plan, judging, canary.as_ref(), observer),
        (Err(error), _) => nothing(&error),
        (_, Err(error)) => nothing(&TargetError::EnvironmentMissing(format!(
            "cannot use the loopback interface: {error}\nhint: see that it is up (`ip link set lo up`) and has free ports"
        ))),
    };
    let followed = canary.ok().flatten().and_then(|canary| followed(&plan, suite, target, &canary));
    // What a server did, it did, whatever else went wrong.
    let failure = match (followed, failure) {
        (Some(followed), Some(other)) if !other.environment => {
            Some(Failure { message: format!("{}\n{}", followed.message, other.message), environment: false })
        }
        (Some(followed), _) => Some(followed),
        (None, other) => other,
    };
    let seen = &answers.first;
    let failure = match failure {
        // What a shard accepts says little of an algorithm: that is seen when all of them are merged.
        None if selection.shard.is_none() && stopped.is_none() => {
            let answers = seen.iter().map(|(id, (observation, _))| (*id, observation));
            empty_promise(answers, suite, &target.name(), profile)?
        }
        failure => failure,
    };
    let mut rows = Vec::new();
    let mut not_asked: BTreeMap<String, Vec<VectorId>> = BTreeMap::new();
    // A soak also judges its good tokens: they must be accepted before and after.
    let mut judged = plan.judged;
    if matches!(selection.repetition, Repetition::Soak(_)) {
        judged.extend(seen.keys());
    }
    let ended = stopped.unwrap_or_else(|| "the run ended before".to_owned());
    for id in &judged {
        let vector = suite.get(id).expect("the plan is made of this suite");
        let why = match judging.row(vector, &answers, &disturbed)? {
            Ok(row) => {
                rows.push(row);
                continue;
            }
            Err(Missing::Answer) => lost.get(id).unwrap_or(&ended).clone(),
            Err(Missing::Twin) => "its twin was not asked".to_owned(),
        };
        not_asked.entry(why).or_default().push(vector.id.clone());
    }
    let left_out = plan.not_carried.values().chain(not_asked.values()).map(Vec::len).sum::<usize>();
    // The log has each selected vector once. That of a soak also has the good tokens.
    let selected = match selection.repetition {
        Repetition::Soak(_) => rows.len() + left_out,
        Repetition::Once | Repetition::Rounds(_) => plan.selected,
    };
    // A tenth, rounded up, so at least one.
    let least_judged = plan.of_its_kind.div_ceil(10);
    let shard = selection.shard.map(|place| Share {
        place,
        selected: plan.of_all_shards,
        least_judged,
        has_known_failures: false,
    });
    Ok(RunLog {
        header: Header {
            identity: target.identity(),
            least_judged: if shard.is_some() { 1 } else { least_judged },
            selected,
            shard,
            ..header(suite, selection, target, &profile.name)
        },
        rows,
        not_carried: plan.not_carried,
        not_asked,
        failure,
        elapsed_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        warnings: target.warnings().into_iter().chain(told_again(&asked_again)).collect(),
        outdated: Vec::new(),
    })
}

/// The header of the log of a run.
#[must_use]
pub fn header(suite: &Suite, selection: &Selection, target: &dyn Target, profile: &str) -> Header {
    Header {
        format: FORMAT.to_owned(),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        vectors: suite.digest().map(str::to_owned),
        target: target.name(),
        identity: None,
        profile: profile.to_owned(),
        selected: suite.vectors().filter(|vector| selection.takes(vector)).count(),
        least_judged: 0,
        fail_on: BTreeSet::new(),
        repeat: String::new(),
        seed: selection.seed,
        live: target.is_live(),
        place: Place::ONLY,
        shard: None,
    }
}

/// The warning that tokens had no answer in time at first.
fn told_again(ids: &BTreeSet<&str>) -> Option<String> {
    let shown = first_few(ids.iter().copied());
    let tokens = if ids.len() == 1 { "1 token".to_owned() } else { format!("{} tokens", ids.len()) };
    (!ids.is_empty())
        .then(|| format!("{tokens} got no answer in time at first and had to be asked again: {shown}"))
}

/// The first [`SHOWN`] ids, for a message.
fn first_few<'a>(mut ids: impl Iterator<Item = &'a str>) -> String {
    let shown = ids.by_ref().take(SHOWN).collect::<Vec<_>>().join(", ");
    let more = if ids.next().is_some() { ", …" } else { "" };
    shown + more
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
    let shown = first_few(plan.judged.iter().filter(points).copied());
    Some(Failure {
        message: format!(
            "{} went where nothing but tokens points, which anybody can make ({}): see which of {shown} it is, each \
             alone (--only); keys are looked for where they are configured, and nowhere else (RFC 8725 section 3.10)",
            target.name(),
            asked.join(", ")
        ),
        environment: false,
    })
}

/// An algorithm that the target says it has, of which it accepted not one of the tokens that it must
/// accept: then none of its refusals under that algorithm proves anything.
pub(crate) fn empty_promise<'a>(
    answers: impl Iterator<Item = (&'a str, &'a Observation)>,
    suite: &Suite,
    target: &str,
    profile: &Profile,
) -> Result<Option<Failure>, PlanError> {
    let mut asked: BTreeMap<Algorithm, (usize, bool)> = BTreeMap::new();
    for (id, observation) in answers {
        let Some(vector) = suite.get(id) else { continue };
        // A missing answer is a fault in its own right.
        let is_answer = !matches!(
            observation,
            Observation::Crashed { .. } | Observation::TimedOut { .. } | Observation::ProtocolError { .. }
        );
        if !is_answer || !matches!(vector.expectation, Expectation::Accept { .. }) {
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
            target,
            broken.join(", ")
        ),
        environment: false,
    }))
}
