//! `jotproof-dev mutants`: which case finds each bug.
//!
//! A mutant that no case finds is an error, because the vectors have a hole. A case need not find a mutant: the seeded
//! bugs are only a sample. The score tells the mutants whose bug class has a published advisory from the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::bail;
use jotproof::arguments::{RunOptions, Source};
use jotproof::run::run_targets;
use jotproof::{Outcome, terminal};
use jotproof_engine::log::RunLog;
use jotproof_engine::select::{self, Selection};
use jotproof_engine::{Exit, Suite};
use jotproof_model::{Expectation, Observation, Vector};
use jotproof_mutants::Mutant;
use jotproof_profiles::Profiles;
use jotproof_targets::reference::ReferenceTarget;

use crate::arguments::{MutantRun, Mutants, MutantsCommand};
use crate::near_copies;

/// The family of vectors beyond limits.
const LIMITS: &str = "limits/";

/// What one mutant got wrong.
struct Kills {
    mutant: &'static Mutant,
    /// The cases that fail it.
    all: BTreeSet<String>,
    /// Those of its own bug class.
    own: BTreeSet<String>,
    /// The cases that must be refused and that it does not refuse.
    not_refused: BTreeSet<String>,
}

pub(crate) fn mutants(arguments: &Mutants) -> Outcome {
    match &arguments.command {
        MutantsCommand::Score(source) => score(source),
        MutantsCommand::List => Ok(terminal::end_with(&list(), Exit::Ok)),
        MutantsCommand::Run(arguments) => run(arguments),
    }
}

fn list() -> String {
    let width = jotproof_mutants::ALL.iter().map(|mutant| mutant.name.len()).max().unwrap_or(0);
    let line = |mutant: &Mutant| format!("{:width$}  {:4}  {}\n", mutant.name, mutant.bug_class, mutant.says);
    jotproof_mutants::ALL.iter().map(line).collect()
}

fn run(MutantRun { name, only, all }: &MutantRun) -> Outcome {
    let Some(mutant) = jotproof_mutants::find(name) else {
        let hint = select::did_you_mean(jotproof_mutants::ALL.iter().map(|mutant| mutant.name), name);
        bail!("there is no mutant {name:?}{hint}; `jotproof-dev mutants list` shows all of them");
    };
    let options = RunOptions { only: only.clone(), all: *all, ..RunOptions::default() };
    run_targets(&options, |_| Ok(vec![Box::new(target(mutant)?)]))
}

/// A mutant of the reference under `rfc`, as a target.
fn target(mutant: &Mutant) -> anyhow::Result<ReferenceTarget> {
    let rfc = Profiles::built_in().get("rfc")?;
    Ok(ReferenceTarget::verifying(format!("mutant:{}", mutant.name), rfc, mutant.verifier()))
}

fn score(Source { vectors: folder }: &Source) -> Outcome {
    let suite = terminal::suite(folder.as_deref())?;
    let kills = all(&suite)?;
    let mut text = String::new();
    let width = kills.iter().map(|kills| kills.mutant.name.len()).max().unwrap_or(0);
    for Kills { mutant, all, own, .. } in &kills {
        writeln!(
            text,
            "{:width$}  {:4} {:4} of its class, {:4} in all  {}",
            mutant.name,
            mutant.bug_class,
            own.len(),
            all.len(),
            mutant.says
        )?;
    }
    let found = found_in_class(&kills);
    let proven: Vec<&Vector> = suite
        .vectors()
        .filter(|vector| matches!(vector.expectation, Expectation::Reject { .. }))
        .filter(|vector| {
            found.get(vector.bug_class.as_str()).is_some_and(|ids| ids.contains(vector.id.0.as_str()))
        })
        .collect();
    let mut errors = not_found(&kills);
    let mut found_by: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for Kills { mutant, all, .. } in &kills {
        for id in all {
            found_by.entry(id).or_default().insert(mutant.name);
        }
    }
    // Only cases that find a mutant of their class can be compared.
    for group in near_copies::groups(&proven, &found_by) {
        errors.push(format!(
            "{}: the same kind of defect, found by the same {} mutants: they are one case",
            group.join(", "),
            found_by.get(group[0]).map_or(0, BTreeSet::len)
        ));
    }
    for error in &errors {
        writeln!(text, "{error}")?;
    }
    if errors.is_empty() {
        let advised = advised(&suite);
        let known = kills.iter().filter(|kills| advised.contains(kills.mutant.bug_class)).count();
        writeln!(
            text,
            "{} mutants, each found by a case of its bug class; {known} are of a class with a published advisory",
            kills.len()
        )?;
    }
    let exit = if errors.is_empty() { Exit::Ok } else { Exit::ConformanceFailure };
    Ok(terminal::end_with(&text, exit))
}

/// The bug classes with a published advisory.
fn advised(suite: &Suite) -> BTreeSet<&str> {
    let is_advised =
        |vector: &&Vector| suite.bug_class(vector).is_some_and(|class| !class.advisories.is_empty());
    suite.vectors().filter(is_advised).map(|vector| vector.bug_class.as_str()).collect()
}

/// The errors: one line for each mutant that no case of its class kills.
fn not_found(kills: &[Kills]) -> Vec<String> {
    let mut found = Vec::new();
    for Kills { mutant, all, own, .. } in kills {
        if own.is_empty() {
            let others = match all.first() {
                Some(first) => format!("{} of other classes do, {first} for one", all.len()),
                None => "none of any other does either".to_owned(),
            };
            found.push(format!(
                "{}: no case of bug class {} kills it; {others}",
                mutant.name, mutant.bug_class
            ));
        }
    }
    found
}

/// The ids of the must-reject cases that a mutant of their bug class accepts, by bug class.
fn found_in_class(kills: &[Kills]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for Kills { mutant, not_refused, .. } in kills {
        found.entry(mutant.bug_class).or_default().extend(not_refused.iter().map(String::as_str));
    }
    found
}

/// The bug classes of the vectors beyond limits, and a selection of all other vectors. Those beyond limits take as
/// long as all others together, so only the mutants of their classes are asked them.
fn limits(suite: &Suite) -> anyhow::Result<(BTreeSet<&str>, Selection)> {
    let limits = suite.vectors().filter(|vector| vector.id.0.starts_with(LIMITS));
    let classes: BTreeSet<&str> = limits.map(|vector| vector.bug_class.as_str()).collect();
    let skip = if classes.is_empty() { vec![] } else { vec![format!("{LIMITS}**")] };
    Ok((classes, Selection::new(suite, &[], &skip)?))
}

/// Runs every mutant, on as many threads as there are processors.
fn all(suite: &Suite) -> anyhow::Result<Vec<Kills>> {
    let rfc = Profiles::built_in().get("rfc")?;
    let everything = Selection::default();
    let (of_limits, others) = limits(suite)?;
    let progress = terminal::progress("mutants".to_owned());
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let found = Mutex::new(BTreeMap::new());
    let work = || -> anyhow::Result<()> {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(mutant) = jotproof_mutants::ALL.get(at) else { return Ok(()) };
            let target = target(mutant)?;
            let selection = if of_limits.contains(mutant.bug_class) { &everything } else { &others };
            let log = jotproof_engine::run(suite, selection, &target, rfc, &())?;
            if let Ok(mut found) = found.lock() {
                found.insert(at, kills(mutant, &log, suite));
            }
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, jotproof_mutants::ALL.len());
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    Ok(found.into_inner().unwrap_or_default().into_values().collect())
}

fn kills(mutant: &'static Mutant, log: &RunLog, suite: &Suite) -> Kills {
    let mut kills =
        Kills { mutant, all: BTreeSet::new(), own: BTreeSet::new(), not_refused: BTreeSet::new() };
    for row in log.rows.iter().filter(|row| row.is_red()) {
        let Some(vector) = suite.get(&row.id.0) else { continue };
        kills.all.insert(row.id.0.clone());
        if vector.bug_class == mutant.bug_class {
            kills.own.insert(row.id.0.clone());
        }
        if matches!(row.observation, Observation::Accepted { .. } | Observation::Crashed { .. }) {
            kills.not_refused.insert(row.id.0.clone());
        }
    }
    kills
}
