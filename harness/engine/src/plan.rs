//! What of a selection a target carries, and on which deployment.

use std::collections::{BTreeMap, BTreeSet};

use jotproof_model::{Capability, Expectation, KeyRing, Recipe, Subject, Vector, VectorId};
use jotproof_profiles::predict::{Outcome, Undecided};
use jotproof_profiles::{Profile, predicted};

use crate::log::Place;
use crate::select::Selection;
use crate::suite::Suite;
use crate::target::{CannotCarry, Target};

/// What will be replayed.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The vectors per deployment, with the twins that they need.
    pub groups: BTreeMap<String, Vec<&'a Vector>>,
    /// The vectors that get a row; the others are there as twins only.
    pub judged: BTreeSet<&'a str>,
    /// What is not carried, by reason.
    pub not_carried: BTreeMap<String, Vec<VectorId>>,
    /// How many vectors were selected.
    pub selected: usize,
    /// How many vectors all shards together select.
    pub of_all_shards: usize,
    /// The number of these whose application and algorithms the target declares.
    pub of_its_kind: usize,
}

/// Why no plan can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{id}: {problem}")]
pub struct PlanError {
    /// The vector.
    pub id: String,
    /// What the profile does not say.
    pub problem: Undecided,
}

/// The vectors that a target cannot be asked, with the reasons.
pub type Cannot = BTreeMap<VectorId, CannotCarry>;

/// How many vectors a server is asked in the time that it takes to start one.
const OF_A_START: usize = 20;

/// The part of a list that falls to a shard. The parts of all shards are the whole list, and cost about the same.
fn part<T>(list: Vec<T>, shard: Place, cost: impl FnMut(&T) -> usize) -> Vec<T> {
    let costs: Vec<usize> = list.iter().map(cost).collect();
    let whole: usize = costs.iter().sum();
    let mut before = 0;
    let parts = costs.into_iter().map(|cost| {
        let number = before * shard.of / whole + 1;
        before += cost;
        number
    });
    let ours = list.into_iter().zip(parts).filter(|(_, number)| *number == shard.number);
    ours.map(|(item, _)| item).collect()
}

/// A vector and the twin that it needs, each with its deployment.
type Needed<'a> = Vec<(&'a Vector, String)>;

/// Plans a run of a suite that was adapted to its target. `cannot` holds the vectors that could not be
/// adapted.
///
/// # Errors
///
/// Where the profile of the target does not say what will come out of a vector that it carries.
pub fn plan<'a>(
    suite: &'a Suite,
    cannot: &Cannot,
    selection: &Selection,
    target: &dyn Target,
    profile: &Profile,
) -> Result<Plan<'a>, PlanError> {
    let mut plan = Plan {
        groups: BTreeMap::new(),
        judged: BTreeSet::new(),
        not_carried: BTreeMap::new(),
        selected: 0,
        of_all_shards: 0,
        of_its_kind: 0,
    };
    let mut asked: Vec<(String, &Vector, Needed<'_>)> = Vec::new();
    let mut left_out: Vec<(&Vector, String)> = Vec::new();
    let keys = target.keys(suite.keys());
    for vector in suite.vectors().filter(|vector| selection.takes(vector)) {
        plan.of_all_shards += 1;
        plan.of_its_kind += usize::from(is_of_its_kind(vector, target, profile));
        match carried(vector, suite, cannot, target, profile, &keys)? {
            Ok(needed) => asked.push((needed[0].1.clone(), vector, needed)),
            Err(reason) => left_out.push((vector, reason)),
        }
    }
    if let Some(shard) = selection.shard {
        // As few deployments as can be are needed by more than one shard.
        asked.sort_by(|(left, one, _), (right, other, _)| (left, &one.id).cmp(&(right, &other.id)));
        let mut started: Option<String> = None;
        asked = part(asked, shard, |(deployment, ..)| {
            let is_new = started.as_ref() != Some(deployment);
            started = Some(deployment.clone());
            1 + if is_new { OF_A_START } else { 0 }
        });
        left_out = part(left_out, shard, |_| 1);
    }
    plan.selected = asked.len() + left_out.len();
    left_out.sort_by(|(left, _), (right, _)| left.id.cmp(&right.id));
    for (vector, reason) in left_out {
        plan.not_carried.entry(reason).or_default().push(vector.id.clone());
    }
    let mut deployments: BTreeMap<&str, String> = BTreeMap::new();
    for (_, vector, needed) in asked {
        plan.judged.insert(&vector.id.0);
        deployments.extend(needed.into_iter().map(|(vector, text)| (vector.id.0.as_str(), text)));
    }
    for (id, deployment) in deployments {
        let vector = suite.get(id).expect("the id comes from this suite");
        plan.groups.entry(deployment).or_default().push(vector);
    }
    // In an order that nothing was written for: what one token leaves behind must not change what comes
    // of another. What refusals are measured against still comes first, so that a run which breaks off
    // can judge what it saw.
    let twins: BTreeSet<&str> =
        suite.vectors().filter_map(|vector| Some(&*suite.twin(vector)?.id.0)).collect();
    for group in plan.groups.values_mut() {
        fastrand::Rng::with_seed(selection.seed).shuffle(group);
        group.sort_by_key(|vector| !twins.contains(vector.id.0.as_str()));
    }
    Ok(plan)
}

/// Whether the target declares the application and the algorithms of a vector. Other capabilities do not
/// matter.
fn is_of_its_kind(vector: &Vector, target: &dyn Target, profile: &Profile) -> bool {
    let is_of_kind = |needed: &Capability| match needed {
        Capability::Application(_) | Capability::Algorithm(_) | Capability::KeySetAlgorithm(_) => {
            target.capabilities().contains(needed)
        }
        _ => true,
    };
    vector.requires.iter().all(is_of_kind)
        && profile.demands.iter().all(|demanded| vector.requires.contains(demanded))
}

/// The vector, and its twin where a refusal needs one, each with its deployment; or why the target
/// does not carry it.
fn carried<'a>(
    vector: &'a Vector,
    suite: &'a Suite,
    cannot: &Cannot,
    target: &dyn Target,
    profile: &Profile,
    keys: &KeyRing,
) -> Result<Result<Needed<'a>, String>, PlanError> {
    let deployable = |vector: &Vector| match cannot.get(&vector.id) {
        Some(reason) => Err(reason.to_string()),
        None => deployable(vector, target, profile, keys),
    };
    let own = match deployable(vector) {
        Ok(deployment) => deployment,
        Err(reason) => return Ok(Err(reason)),
    };
    let undecided = |vector: &Vector, problem| PlanError { id: vector.id.0.clone(), problem };
    let twin = suite.twin(vector);
    predicted(vector, twin, profile).map_err(|problem| undecided(vector, problem))?;
    let mut needed = vec![(vector, own)];
    // A refusal counts only where the twin is accepted by the same target in the same run.
    if !matches!(vector.expectation, Expectation::Accept { .. })
        && let Some(twin) = twin
    {
        match deployable(twin) {
            Ok(deployment) => needed.push((twin, deployment)),
            Err(reason) => return Ok(Err(format!("its twin needs {reason}"))),
        }
        let of_twin =
            predicted(twin, suite.twin(twin), profile).map_err(|problem| undecided(twin, problem))?;
        if matches!(of_twin.outcome, Outcome::Refused { .. }) {
            return Ok(Err("a twin that this profile accepts".to_owned()));
        }
    }
    Ok(Ok(needed))
}

fn deployable(
    vector: &Vector,
    target: &dyn Target,
    profile: &Profile,
    keys: &KeyRing,
) -> Result<String, String> {
    if let Some(missing) = vector.requires.iter().find(|needed| !target.capabilities().contains(needed)) {
        return Err(missing.to_string());
    }
    if let Some(missing) = profile.demands.iter().find(|demanded| !vector.requires.contains(demanded)) {
        return Err(format!("a context without {missing}"));
    }
    let carried = |context| target.deployment(context, keys);
    let deployment = recipes(vector)
        .into_iter()
        .try_for_each(|recipe| target.room_for(recipe))
        .and_then(|()| carried(&vector.context))
        .map_err(|reason| reason.to_string())?;
    let Subject::Flow { flow } = &vector.subject else { return Ok(deployment) };
    // What it is configured with later has to be possible too.
    for context in flow.steps.iter().filter_map(|step| step.action.configuration()) {
        carried(context).map_err(|reason| reason.to_string())?;
    }
    Ok(if flow.is_alone() {
        format!(
            "{deployment}
{}",
            vector.id
        )
    } else {
        deployment
    })
}

/// How the tokens of a vector are minted.
fn recipes(vector: &Vector) -> Vec<&Recipe> {
    match &vector.subject {
        Subject::Token { recipe, token: _ } => vec![recipe],
        Subject::Flow { flow } => flow.tokens.values().map(|token| &token.recipe).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::part;
    use crate::log::Place;

    #[test]
    fn the_parts_of_all_shards_are_the_whole_list_and_cost_the_same() {
        let list: Vec<usize> = (0..100).map(|at| if at % 9 == 0 { 20 } else { at % 3 }).collect();
        for of in 1..12 {
            let parts: Vec<Vec<usize>> =
                (1..=of).map(|number| part(list.clone(), Place { number, of }, |cost| *cost)).collect();
            assert_eq!(parts.concat(), list, "{of}");
            let whole: usize = list.iter().sum();
            for part in parts {
                let cost: usize = part.iter().sum();
                assert!(cost.abs_diff(whole / of) <= 20, "{of}: {cost} of {whole}");
            }
        }
        assert!(part(Vec::<usize>::new(), Place::ONLY, |cost| *cost).is_empty());
    }
}
