//! Adapters that are wrong in one known way each, and what the runner makes of them: the scores are
//! known beforehand.
//!
//! Everything is replayed through `examples/fake_adapter`, which is the reference under `rfc` but for
//! the one thing that its mode says.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

mod document;
mod lifecycle;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Once};
use std::time::{Duration, Instant};

use jotproof_engine::log::{Row, RunLog};
use jotproof_engine::select::Selection;
use jotproof_engine::{Exit, Suite};
use jotproof_model::{Capability, Expectation, Judgement, Observation, Threat, Vector};
use jotproof_profiles::Profiles;
use jotproof_targets::exec::Bounds;
use jotproof_targets::reference::ReferenceTarget;
use jotproof_targets::{ExecTarget, set_guard_executable};

static SUITE: LazyLock<Suite> = LazyLock::new(|| Suite::built_in().unwrap());

/// Long enough for a busy machine, and not so long that a test waits for it often.
const BOUNDS: Bounds =
    Bounds { hello: Duration::from_secs(10), answer: Duration::from_secs(2), end: Duration::from_secs(2) };

fn example(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join("examples").join(name);
    assert!(path.is_file(), "no {}: run `cargo build --examples`", path.display());
    path
}

/// The fake adapter in a mode.
fn fake(mode: &str) -> ExecTarget {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_guard_executable(example("guard")));
    ExecTarget::new(&format!("'{}' {mode}", example("fake_adapter").display())).unwrap().with_bounds(BOUNDS)
}

fn run(target: &dyn jotproof_engine::target::Target, profile: &str) -> RunLog {
    let selection = Selection::new(&SUITE, &[], &[]).unwrap();
    let profile = Profiles::built_in().get(profile).unwrap();
    jotproof_engine::run(&SUITE, &selection, target, profile, &()).unwrap()
}

fn fake_run(mode: &str) -> RunLog {
    run(&fake(mode), "rfc")
}

fn vector(row: &Row) -> &'static Vector {
    SUITE.get(&row.id.0).unwrap()
}

/// How many rows have which judgement, but for the fine ones.
fn score(log: &RunLog) -> BTreeMap<&'static str, usize> {
    let mut score = BTreeMap::new();
    for row in log.rows.iter().filter(|row| !row.judgement.is_fine()) {
        *score.entry(row.judgement.name()).or_default() += 1;
    }
    score
}

/// The vectors that somebody else's token must be refused in, by who can make it.
fn negatives(log: &RunLog, threats: &[Threat]) -> usize {
    let counts = |vector: &Vector| {
        matches!(vector.expectation, Expectation::Reject { .. }) && threats.contains(&vector.threat)
    };
    log.rows.iter().filter(|row| counts(vector(row))).count()
}

/// Whether adapters are not asked what needs a capability.
const fn beyond_the_protocol(capability: &Capability) -> bool {
    matches!(
        capability,
        Capability::KeySet
            | Capability::KeySetAlgorithm(_)
            | Capability::KeySetTemplate
            | Capability::AudiencePattern
            | Capability::IssuerPattern
            | Capability::UserClaim
            | Capability::PreviousSecret
            | Capability::SeparateSubscriptionKeys
            | Capability::RpcProxy
            | Capability::Namespace
            | Capability::WrongConfiguration
            | Capability::Flow
            | Capability::Reload
    )
}

#[test]
fn an_honest_adapter_gives_the_very_rows_of_the_verifier_behind_it() {
    let rfc = Profiles::built_in().get("rfc").unwrap();
    let in_process = run(&ReferenceTarget::following(rfc).expect("the rules are valid"), "rfc");
    let log = fake_run("honest");
    assert_eq!(in_process.not_carried, BTreeMap::new());
    let left_out: BTreeSet<_> = log.not_carried.values().flatten().collect();
    let asked = in_process.rows.into_iter().filter(|row| !left_out.contains(&row.id));
    // The protocol has no word for the options of channels.
    let asked: Vec<_> = asked
        .map(|mut row| {
            if let Observation::Accepted { result } = &mut row.observation {
                result.options = None;
            }
            row
        })
        .collect();
    assert_eq!(log.rows, asked);
    assert_eq!(log.header.identity.as_deref(), Some(concat!("fake honest ", env!("CARGO_PKG_VERSION"))));
    for id in left_out {
        let vector = SUITE.get(&id.0).unwrap();
        // What must be refused is asked beside its twin.
        let asked = [Some(vector), SUITE.twin(vector)].into_iter().flatten();
        let mut requires = asked.flat_map(|vector| &vector.requires);
        assert!(requires.any(beyond_the_protocol), "{id} can be asked");
    }
    assert_eq!(log.exit(), Exit::Ok);
}

#[test]
fn always_accept_is_a_bypass_for_every_forger_and_a_misuse_for_every_holder() {
    let log = fake_run("always-accept");
    let pinned = BTreeMap::from([
        ("bypass", negatives(&log, &[Threat::Forger])),
        ("misuse", negatives(&log, &[Threat::Holder])),
        ("lax", negatives(&log, &[Threat::Mangler, Threat::Issuer, Threat::Config])),
    ]);
    assert_eq!(score(&log), pinned);
    assert!(pinned["bypass"] > 50 && pinned["misuse"] > 50, "{pinned:?}");
    assert_eq!(log.exit(), Exit::ConformanceFailure);
}

#[test]
fn always_reject_proves_nothing_and_is_overstrict() {
    let log = fake_run("always-reject");
    let accepts =
        log.rows.iter().filter(|row| matches!(vector(row).expectation, Expectation::Accept { .. })).count();
    let without_twin = log
        .rows
        .iter()
        .filter(|row| {
            !matches!(vector(row).expectation, Expectation::Accept { .. })
                && SUITE.twin(vector(row)).is_none()
        })
        .count();
    let voids = log.rows.len() - accepts - without_twin;
    assert_eq!(score(&log), BTreeMap::from([("overstrict", accepts), ("void", voids)]));
    assert_eq!(log.exit(), Exit::ConformanceFailure);
    let failure = log.failure.unwrap().message;
    assert!(failure.contains("accepted no token of them: HS256 (0 of"), "{failure}");
}

#[test]
fn a_refusal_without_a_reason_has_no_wrong_one() {
    let log = fake_run("reasonless");
    assert_eq!(score(&log), BTreeMap::new());
    assert_eq!(log.exit(), Exit::Ok);
}

#[test]
fn a_declared_algorithm_without_one_accepted_token_is_a_fault() {
    let log = fake_run("no-es256");
    assert_eq!(score(&log), BTreeMap::new(), "unsupported is no failure of a row");
    assert!(log.count(Judgement::Unsupported) > 0);
    assert_eq!(log.exit(), Exit::TargetFault);
    let failure = log.failure.unwrap().message;
    assert!(failure.contains("ES256 (0 of "), "{failure}");
    assert!(!failure.contains("ES384"), "{failure}");
}

/// One question goes wrong in a known way: it alone bears it, and everything else comes out as without.
#[track_caller]
fn only_one_is_at_fault(mode: &str, at_fault: fn(&Observation) -> bool) {
    let honest = fake_run("honest");
    let log = fake_run(mode);
    assert_eq!(log.rows.len(), honest.rows.len());
    let faulty: Vec<&Row> = log.rows.iter().filter(|row| at_fault(&row.observation)).collect();
    let [faulty] = faulty[..] else { panic!("{mode}: {faulty:?}") };
    assert_eq!(faulty.judgement, Judgement::Fault);
    for (row, as_without) in log.rows.iter().zip(&honest.rows).filter(|(row, _)| row.id != faulty.id) {
        assert_eq!(row.observation, as_without.observation, "{mode}: {}", row.id);
        // A refusal proves nothing where the twin was not accepted, whatever the twin did instead.
        let of_twin = SUITE.twin(vector(row)).is_some_and(|twin| twin.id == faulty.id);
        if of_twin && matches!(row.observation, Observation::Refused { .. }) {
            assert_eq!(row.judgement, Judgement::Void, "{mode}: {}", row.id);
        } else {
            assert_eq!(row, as_without, "{mode}");
        }
    }
    assert!(log.failure.is_none(), "{mode}: {:?}", log.failure);
}

#[test]
fn a_crash_belongs_to_the_question_that_crashes() {
    only_one_is_at_fault(
        "crash 100",
        |seen| matches!(seen, Observation::Crashed { detail } if detail.contains("signal: 6")),
    );
}

#[test]
fn a_hang_belongs_to_the_question_that_hangs() {
    let start = Instant::now();
    only_one_is_at_fault("hang 300", |seen| *seen == Observation::TimedOut { after_ms: 2000 });
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

/// Such a line says nothing about the library, so the run ends and shows the line.
#[test]
fn a_line_that_answers_no_question_is_the_fault_of_the_adapter() {
    for (mode, said) in [
        ("twice 200", "answered question 200 twice"),
        ("wrong-id 250", "answered question 1000250, which is not open"),
        ("late-twice 100", "answered question 100 twice"),
        ("garbage 20", "expected value at line 1 column 1: \"DEBUG: verifying\""),
    ] {
        let start = Instant::now();
        let log = fake_run(mode);
        assert_eq!(log.exit(), Exit::TargetFault, "{mode}");
        assert!(!log.not_asked.is_empty(), "{mode}: what was not asked is named");
        let failure = log.failure.unwrap().message;
        assert!(failure.contains(said), "{mode}: {failure}");
        assert!(failure.contains("hint: write one answer for each question to standard output"), "{failure}");
        let faults = log.rows.iter().filter(|row| row.judgement == Judgement::Fault).count();
        assert_eq!(faults, 0, "{mode}: no question bears it");
        assert!(start.elapsed() < Duration::from_secs(10), "{mode}: {:?}", start.elapsed());
    }
}

#[test]
fn an_adapter_that_dies_by_chance_is_given_up_soon() {
    let start = Instant::now();
    let log = fake_run("flaky");
    assert_eq!(log.exit(), Exit::TargetFault);
    let failure = log.failure.unwrap().message;
    assert!(failure.contains("ended: signal: 6") && failure.contains("hangs on chance"), "{failure}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn an_adapter_that_goes_on_hanging_is_given_up() {
    let brief = Bounds { answer: Duration::from_millis(300), ..BOUNDS };
    let log = run(&fake("hang-from 300").with_bounds(brief), "rfc");
    let hung = log.rows.iter().filter(|row| matches!(row.observation, Observation::TimedOut { .. })).count();
    assert_eq!(hung, 5);
    let failure = log.failure.unwrap().message;
    assert!(
        failure.contains("gave no answer within 0.3 s") && failure.contains("that was time 6"),
        "{failure}"
    );
}

/// Runs the vectors beyond ordinary limits against the fake adapter in a mode.
fn beyond_limits(mode: &str) -> RunLog {
    let selection = Selection::new(&SUITE, &["limits/**".to_owned()], &[]).unwrap();
    let profile = Profiles::built_in().get("rfc").unwrap();
    // An honest answer comes sooner than this on a busy machine too.
    let target = fake(mode).with_bounds(Bounds { answer: Duration::from_secs(3), ..BOUNDS });
    jotproof_engine::run(&SUITE, &selection, &target, profile, &()).unwrap()
}

#[test]
fn an_adapter_that_dies_of_41_levels_is_at_fault_by_name() {
    assert_eq!(score(&beyond_limits("honest")), BTreeMap::new());
    for (mode, how) in [("crash-deep", "signal: 6"), ("hang-deep", "no answer within")] {
        let log = beyond_limits(mode);
        let faults: BTreeMap<_, _> = log
            .rows
            .iter()
            .filter(|row| row.judgement == Judgement::Fault)
            .map(|row| (row.id.0.as_str(), row.detail.as_str()))
            .collect();
        // An adapter that goes on hanging is given up after a few.
        assert!(faults.len() >= 5, "{mode}: {faults:?}");
        assert!(faults.values().all(|detail| detail.contains(how)), "{mode}: {faults:?}");
        assert!(
            faults.keys().all(|id| id.starts_with("limits/depth/") && !id.contains("33-levels")),
            "{mode}: {faults:?}"
        );
        assert_ne!(log.exit(), Exit::Ok, "{mode}");
    }
}

#[test]
fn a_token_after_which_the_next_good_one_is_refused_is_at_fault_by_name() {
    let log = beyond_limits("refuse-after-deep");
    let fault = log.rows.iter().find(|row| row.judgement == Judgement::Fault).unwrap();
    assert!(fault.id.0.starts_with("limits/depth/"), "{fault:?}");
    assert!(fault.detail.starts_with("after it, algorithms/valid/hs256 has another answer: "), "{fault:?}");
    assert_eq!(log.exit(), Exit::TargetFault);
}

#[test]
fn an_unknown_profile_is_an_error_and_one_that_demands_much_is_warned_of() {
    let unknown = fake_run("profile no-such-profile");
    assert_eq!((unknown.rows.len(), unknown.exit()), (0, Exit::TargetFault));
    let failure = unknown.failure.unwrap().message;
    assert!(failure.contains("names an unknown profile: ") && failure.contains("hint: "), "{failure}");
    let bcp = run(&fake("profile bcp"), "bcp");
    let [warning] = &bcp.warnings[..] else { panic!("{:?}", bcp.warnings) };
    assert!(
        warning.starts_with("its profile bcp speaks only of verifiers with audience and issuer"),
        "{warning}"
    );
    assert!(run(&fake("profile rfc"), "rfc").warnings.is_empty());
}

#[test]
fn a_crash_that_no_question_repeats_is_the_fault_of_the_run() {
    let directory = tempfile::tempdir().unwrap();
    let once = directory.path().join("crashed");
    let log = fake_run(&format!("crash-once '{}'", once.display()));
    assert!(once.is_file(), "it crashed");
    let honest = fake_run("honest");
    assert_eq!(log.rows, honest.rows, "every question has its own answer");
    assert_eq!(log.exit(), Exit::TargetFault);
    let failure = log.failure.unwrap().message;
    assert!(failure.contains("ended: signal: 6 (SIGABRT)"), "{failure}");
    assert!(failure.contains("no question that was open does that when it is asked alone"), "{failure}");
}

#[test]
fn an_adapter_that_goes_on_crashing_is_given_up_with_what_it_said_before() {
    let log = fake_run("crash-from 300");
    let crashed =
        log.rows.iter().filter(|row| matches!(row.observation, Observation::Crashed { .. })).count();
    assert_eq!(crashed, 50);
    assert!(log.rows.len() > 200, "{} rows", log.rows.len());
    assert!(!log.not_asked.is_empty());
    assert_eq!(log.exit(), Exit::TargetFault, "a run that stopped half way is no result");
    assert!(log.failure.unwrap().message.contains("that was time 51, and it is asked no more"));
}

#[test]
fn what_is_told_without_being_declared_is_a_protocol_error() {
    let log = fake_run("secretive");
    let told = log
        .rows
        .iter()
        .filter(|row| {
            matches!(&row.observation, Observation::ProtocolError { detail } if detail.contains("tells the reason"))
        })
        .count();
    assert_eq!(told, log.rows.len() - log.count(Judgement::Pass) - log.count(Judgement::Void));
    assert!(told > 100, "{told}");
}

/// Runs the vectors that match `only` against an adapter without a settable clock. Each answer takes this many
/// milliseconds.
fn run_at_pace(milliseconds: u64, only: &str) -> RunLog {
    let selection = Selection::new(&SUITE, &[only.to_owned()], &[]).unwrap();
    let profile = Profiles::built_in().get("rfc").unwrap();
    let target = fake(&format!("slow {milliseconds}"));
    jotproof_engine::run(&SUITE, &selection, &target, profile, &()).unwrap()
}

/// The judgements by id, without the observations, which contain times.
fn verdicts(log: &RunLog) -> BTreeMap<&str, (Judgement, &str)> {
    log.rows.iter().map(|row| (row.id.0.as_str(), (row.judgement, row.detail.as_str()))).collect()
}

#[test]
fn a_slow_adapter_gives_the_verdicts_of_a_fast_one_also_under_load() {
    let fast = run_at_pace(0, "claims/**");
    assert!(fast.rows.len() > 200, "{}", fast.rows.len());
    assert_eq!(score(&fast), BTreeMap::new());
    let slow = run_at_pace(10, "claims/**");
    assert_eq!((verdicts(&slow), &slow.not_asked), (verdicts(&fast), &BTreeMap::new()));

    /// Sets a flag when it is dropped, so that a panic also ends the threads that wait for the flag.
    struct Ends<'a>(&'a AtomicBool);
    impl Drop for Ends<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) * 2 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop()
                }
            });
        }
        let end = Ends(&over);
        let loaded = run_at_pace(10, "claims/time-boundary/**");
        drop(end);
        let fast = run_at_pace(0, "claims/time-boundary/**");
        assert_eq!((verdicts(&loaded), &loaded.not_asked), (verdicts(&fast), &BTreeMap::new()));
    });
}

/// At this pace, the last of sixteen open questions would wait for seconds. A token that was minted in
/// advance would be out of date.
#[test]
fn a_very_slow_adapter_is_asked_with_fresh_tokens() {
    let pace = 350;
    let near = "claims/time-boundary/exp-in-*";
    let fast = run_at_pace(0, near);
    assert!(!fast.rows.is_empty());
    let slow = run_at_pace(pace, near);
    assert_eq!((verdicts(&slow), &slow.not_asked), (verdicts(&fast), &BTreeMap::new()));
}

/// A target without a settable clock gets no token that is within a few seconds of the clock or of the end of
/// the leeway.
#[test]
fn what_is_near_the_clock_or_the_end_of_the_leeway_does_not_apply() {
    let log = run_at_pace(0, "claims/time-boundary/**");
    let near: BTreeSet<&str> = log.not_carried["clock"].iter().map(|id| id.0.as_str()).collect();
    for id in
        ["leeway-of-a-minute-nbf-in-61-seconds", "leeway-of-a-minute-exp-59-seconds-ago", "exp-equals-now"]
    {
        assert!(near.contains(format!("claims/time-boundary/{id}").as_str()), "{id}: {near:?}");
    }
    assert_eq!(log.exit(), Exit::Ok);
}
