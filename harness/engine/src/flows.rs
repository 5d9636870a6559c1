//! Goes through flows on a deployment.
//!
//! Where the clock is the machine's, flows are minted for the beginning of a second and start with it, so
//! that a step lies as far from the times of the tokens as the flow says. One whose steps came late, because
//! the machine had other things to do, is gone through again: on a new deployment, where it has the first one
//! to itself and may have changed it. One without an answer is gone through once more for the same reason.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jotproof_mint::{Mint, stored};
use jotproof_model::{Flow, FlowChallenge, KeyRing, Observation, Subject, Vector};
use jotproof_profiles::{Asked, Profile};

use crate::opening;
use crate::replay::{Given, unix_time};
use crate::suite::Suite;
use crate::target::{Clock, Deployment, Followed, TargetError};

/// By how much a step may be late. Flows keep their steps a second away from every time.
const LATE: Duration = Duration::from_millis(600);

/// How often flows are gone through whose steps come late.
const TRIES: usize = 4;

/// Goes through flows side by side, and tells what came of each, with the clock of its start.
pub(crate) fn follow<'a>(
    flows: &[&'a Vector],
    given: Given<'_>,
    deployment: &mut Box<dyn Deployment>,
    deploy: &dyn Fn() -> Result<Box<dyn Deployment>, TargetError>,
    tell: &mut dyn FnMut(&'a Vector, (Observation, i64)),
) -> Result<(), TargetError> {
    let mut open = flows.to_vec();
    let mut latest = Duration::ZERO;
    for number in 0..TRIES {
        if number > 0 && open.iter().any(|vector| is_alone(vector)) {
            std::mem::replace(deployment, deploy()?).finish()?;
        }
        let challenges = start(&open, given, deployment.clock())?;
        let followed = deployment.follow(&challenges);
        if followed.len() != challenges.len() {
            return Err(TargetError::Fault(format!(
                "{} of {} flows came to an end: this is a mistake in the driver",
                followed.len(),
                challenges.len()
            )));
        }
        latest = followed.iter().map(|followed| followed.late).max().unwrap_or_default();
        let mut again = Vec::new();
        for ((vector, challenge), followed) in open.into_iter().zip(challenges).zip(followed) {
            let is_silent = matches!(followed.observation, Observation::TimedOut { .. });
            if followed.late > LATE || (is_silent && number == 0) {
                again.push(vector);
            } else {
                let now = challenge.now;
                tell(vector, (as_answered(followed, &challenge, given.profile), now));
            }
        }
        open = again;
        if open.is_empty() {
            return Ok(());
        }
    }
    Err(TargetError::EnvironmentMissing(format!(
        "this machine is too busy: a step of {} came {} ms late, {TRIES} times; run it again with less beside it",
        open[0].id,
        latest.as_millis()
    )))
}

/// What came of a flow, where every refusal on the way to its last step was told as the profile says that a refusal for
/// that reason is.
fn as_answered(followed: Followed, flow: &FlowChallenge, profile: &Profile) -> Observation {
    if profile.answers.is_empty() {
        return followed.observation;
    }
    let otherwise = followed.refusals.iter().find_map(|(number, refusal)| {
        let step = flow.steps.get(*number)?;
        let (reason, Observation::Refused { answer: Some(answer), .. }) = (step.refused?, refusal) else {
            return None;
        };
        let known = profile.answer(Asked::in_step(flow.context.application, Some(step)), [&reason]);
        let known = known.map_or("nothing that profile knows", |known| &known.answer);
        (known != answer).then(|| {
            let name = step.action.name().name();
            format!("step {number} ({name}) was refused with {answer}: {reason} is answered with {known}")
        })
    });
    otherwise.map_or(followed.observation, |detail| Observation::ProtocolError { detail })
}

/// The flows, right at the beginning of the second that they were minted for.
fn start(flows: &[&Vector], given: Given<'_>, clock: Clock) -> Result<Vec<FlowChallenge>, TargetError> {
    let Given { suite, keys, mint, profile: _, repetition: _ } = given;
    if clock == Clock::Settable {
        return flows.iter().map(|vector| stored_flow(vector, suite, keys)).collect();
    }
    loop {
        let now = unix_time() + 1;
        let minted =
            flows.iter().map(|vector| minted_flow(vector, keys, mint, now)).collect::<Result<Vec<_>, _>>()?;
        let begin = UNIX_EPOCH + Duration::from_secs(u64::try_from(now).unwrap_or_default());
        // Signing may have taken longer than that.
        if let Ok(left) = begin.duration_since(SystemTime::now()) {
            thread::sleep(left);
            return Ok(minted);
        }
    }
}

fn stored_flow(vector: &Vector, suite: &Suite, keys: &Arc<KeyRing>) -> Result<FlowChallenge, TargetError> {
    let flow = flow(vector)?;
    let now = suite.file_of(&vector.id.0).map_or(0, |file| file.now);
    let octets = |name: &String, token| match stored::octets(token) {
        Ok(octets) => Ok((name.clone(), octets)),
        Err(error) => Err(broken(vector, &error.to_string())),
    };
    let tokens = flow.tokens.iter().map(|(name, token)| octets(name, &token.token));
    Ok(challenge(vector, flow, keys, tokens.collect::<Result<_, _>>()?, now))
}

fn minted_flow(
    vector: &Vector,
    keys: &Arc<KeyRing>,
    mint: &Arc<Mint>,
    now: i64,
) -> Result<FlowChallenge, TargetError> {
    let flow = flow(vector)?;
    let mut tokens = BTreeMap::new();
    let mut for_client = BTreeMap::new();
    for (name, token) in &flow.tokens {
        let octets = mint.token(&token.recipe, now).map_err(|error| broken(vector, &error.to_string()))?;
        tokens.insert(name.clone(), octets);
        if let Some(mint) = opening::for_client(&token.recipe, mint, now) {
            for_client.insert(name.clone(), mint);
        }
    }
    Ok(FlowChallenge { for_client, ..challenge(vector, flow, keys, tokens, now) })
}

fn challenge(
    vector: &Vector,
    flow: &Flow,
    keys: &Arc<KeyRing>,
    tokens: BTreeMap<String, Vec<u8>>,
    now: i64,
) -> FlowChallenge {
    FlowChallenge {
        tokens,
        for_client: BTreeMap::new(),
        steps: flow.steps.clone(),
        context: Arc::new(vector.context.clone()),
        keys: Arc::clone(keys),
        now,
    }
}

/// Whether a flow has its deployment to itself.
pub(crate) fn is_alone(vector: &Vector) -> bool {
    flow(vector).is_ok_and(Flow::is_alone)
}

fn flow(vector: &Vector) -> Result<&Flow, TargetError> {
    match &vector.subject {
        Subject::Flow { flow } => Ok(flow),
        Subject::Token { .. } => Err(broken(vector, "a token is no flow")),
    }
}

fn broken(vector: &Vector, problem: &str) -> TargetError {
    TargetError::Fault(format!("{}: {problem}", vector.id))
}
