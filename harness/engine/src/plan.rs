//! What of a selection a target carries, and on which deployment.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use jotproof_model::{Capability, Expectation, KeyRing, Recipe, Subject, Vector, VectorId};
use jotproof_profiles::predict::{Outcome, Undecided};
use jotproof_profiles::{Profile, predicted};

use crate::select::Selection;
use crate::suite::Suite;
use crate::target::{CannotCarry, Target};
use crate::tier::Tier;

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

/// A vector and the twin that it needs, if it needs one, each with its deployment.
struct Needed<'a> {
    own: (&'a Vector, String),
    twin: Option<(&'a Vector, String)>,
}

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
    let mut asked: Vec<Needed<'_>> = Vec::new();
    let mut left_out: Vec<(&Vector, String)> = Vec::new();
    let keys = target.keys(suite.keys());
    let mut candidates = Vec::new();
    for vector in suite.vectors().filter(|vector| selection.takes(vector)) {
        candidates.push((vector, carried(vector, suite, cannot, target, profile, &keys)?));
    }
    if selection.tier != Tier::Full {
        let taken = selection.tier.of(suite, candidates.iter().map(|(vector, it)| (*vector, it.is_ok())));
        candidates.retain(|(vector, _)| taken.contains(vector.id.0.as_str()));
    }
    for (vector, carried) in candidates {
        plan.of_all_shards += 1;
        plan.of_its_kind += usize::from(is_of_its_kind(vector, target, profile));
        match carried {
            Ok(needed) => asked.push(needed),
            Err(reason) => left_out.push((vector, reason)),
        }
    }
    if let Some(shard) = selection.shard {
        // As few deployments as can be are needed by more than one shard.
        let by =
            |Needed { own: (vector, deployment), .. }: &Needed<'_>| (deployment.clone(), vector.id.clone());
        asked.sort_by_cached_key(by);
        let mut costs = vec![1 + OF_A_START; asked.len().min(1)];
        costs.extend(
            asked.windows(2).map(|two| if two[0].own.1 == two[1].own.1 { 1 } else { 1 + OF_A_START }),
        );
        asked = shard.part(asked, &costs);
        let costs = vec![1; left_out.len()];
        left_out = shard.part(left_out, &costs);
    }
    plan.selected = asked.len() + left_out.len();
    left_out.sort_by(|(left, _), (right, _)| left.id.cmp(&right.id));
    for (vector, reason) in left_out {
        plan.not_carried.entry(reason).or_default().push(vector.id.clone());
    }
    let mut deployments: BTreeMap<&str, String> = BTreeMap::new();
    for Needed { own, twin } in asked {
        plan.judged.insert(&own.0.id.0);
        deployments.extend(iter::once(own).chain(twin).map(|(vector, text)| (vector.id.0.as_str(), text)));
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
    let mut needed = Needed { own: (vector, own), twin: None };
    // A refusal counts only where the twin is accepted by the same target in the same run.
    if !matches!(vector.expectation, Expectation::Accept { .. })
        && let Some(twin) = twin
    {
        match deployable(twin) {
            Ok(deployment) => needed.twin = Some((twin, deployment)),
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
