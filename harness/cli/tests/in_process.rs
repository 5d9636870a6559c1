//! The reference against what the profiles predict, in process: two of the three witnesses.

use std::collections::{BTreeMap, BTreeSet};

use jotproof_catalogue::{NOW, build, generated};
use jotproof_engine::log::RunLog;
use jotproof_engine::select::Selection;
use jotproof_engine::target::Target as _;
use jotproof_engine::{Exit, Suite};
use jotproof_libraries::Jsonwebtoken;
use jotproof_model::{Expectation, Judgement, Observation, Vector};
use jotproof_profiles::Profiles;
use jotproof_targets::reference::ReferenceTarget;

/// How many generated cases there are: every profile but `bcp` carries at least a thousand of them.
const GENERATED: usize = 4000;

fn with_generated() -> Suite {
    let mut files = build::files(NOW).expect("the catalogue builds");
    let stored: BTreeSet<_> = files.iter().flat_map(|file| &file.vectors).map(submitted).collect();
    let mut generated =
        generated::file(0x006a_6f74_7072_6f6f, GENERATED, NOW).expect("the generated cases build");
    generated.vectors.retain(|vector| !stored.contains(&submitted(vector)));
    files.push(generated);
    Suite::of(files).expect("ids do not clash")
}

/// What makes two vectors the same to a verifier.
fn submitted(vector: &Vector) -> String {
    serde_json::to_string(&(&vector.subject, &vector.context)).expect("plain data")
}

fn run(suite: &Suite, only: &[&str], target: &ReferenceTarget, profile: &str) -> RunLog {
    let only: Vec<String> = only.iter().map(|glob| (*glob).to_owned()).collect();
    let selection = Selection::new(suite, &only, &[]).expect("the globs select something");
    let profile = Profiles::built_in().get(profile).expect("the profile is built in");
    jotproof_engine::run(suite, &selection, target, profile, &()).expect("the profile decides every vector")
}

fn red(log: &RunLog) -> Vec<String> {
    log.rows
        .iter()
        .filter(|row| row.is_red())
        .map(|row| format!("{}: {} {} {:?}", row.id, row.judgement, row.detail, row.missed))
        .collect()
}

#[test]
fn every_profile_comes_out_as_predicted() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    for profile in Profiles::built_in().all() {
        let log = run(
            &suite,
            &[],
            &ReferenceTarget::following(profile).expect("the rules are valid"),
            &profile.name,
        );
        assert_eq!(red(&log), Vec::<String>::new(), "reference:{}", profile.name);
        assert_eq!(log.exit(), Exit::Ok, "reference:{}", profile.name);
    }
}

/// On how many stored vectors the reference says something else under one profile than under another;
/// those that only one of them carries apart.
fn differing(suite: &Suite, one: &str, other: &str) -> usize {
    let rows = |name: &str| {
        let profile = Profiles::built_in().get(name).expect("the profile is built in");
        run(suite, &[], &ReferenceTarget::following(profile).expect("the rules are valid"), name).rows
    };
    let told: BTreeMap<_, _> = rows(one).into_iter().map(|row| (row.id, row.observation)).collect();
    rows(other).iter().filter(|row| told.get(&row.id).is_some_and(|seen| *seen != row.observation)).count()
}

#[test]
fn versions_differ_where_their_behaviour_does() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    for (one, other) in [("centrifugo-4.1.5", "centrifugo-5.4.9"), ("anycable-1.5.1", "anycable-1.5.2")] {
        assert_eq!(differing(&suite, one, other), 0, "{one} and {other} are alike");
    }
    for (one, other, at_least) in [
        ("centrifugo-3.2.3", "centrifugo-4.1.5", 10),
        ("centrifugo-5.4.9", "centrifugo-6.9.1", 9),
        // 6.9.6 no longer renews a subscription with an outdated token.
        ("centrifugo-6.9.1", "centrifugo-6.9.6", 25),
        // The header is read by default.
        ("anycable-1.5.2", "anycable-1.6.0", 3),
        ("anycable-1.6.0", "anycable-1.6.1", 60),
    ] {
        let found = differing(&suite, one, other);
        assert!(found >= at_least, "{one} and {other} differ on {found} vectors");
    }
}

#[test]
fn rfc_and_bcp_need_no_explanation() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    for name in ["rfc", "bcp"] {
        let profile = Profiles::built_in().get(name).expect("the profile is built in");
        let log = run(&suite, &[], &ReferenceTarget::following(profile).expect("the rules are valid"), name);
        assert!(log.rows.iter().all(|row| row.judgement.is_fine()), "{:?}", red(&log));
        assert!(!log.rows.is_empty());
    }
}

#[test]
fn a_thousand_generated_cases_per_profile_come_out_as_predicted() {
    let suite = with_generated();
    for profile in Profiles::built_in().all() {
        // `bcp` carries contexts with an audience and an issuer only, which none of these has.
        if profile.name == "bcp" {
            continue;
        }
        let log = run(
            &suite,
            &["generated/**"],
            &ReferenceTarget::following(profile).expect("the rules are valid"),
            &profile.name,
        );
        assert_eq!(red(&log), Vec::<String>::new(), "reference:{}", profile.name);
        assert!(log.rows.len() >= 1000, "reference:{} judged {}", profile.name, log.rows.len());
    }
}

#[test]
fn the_library_its_profile_and_the_reference_agree() {
    let stored = Suite::built_in().expect("the built-in vectors load");
    let generated = with_generated();
    for library in Jsonwebtoken::ALL.iter().copied().map(ReferenceTarget::jsonwebtoken) {
        let (name, profile) = (library.name(), library.profile());
        for (suite, only, at_least) in [(&stored, &[][..], 1800), (&generated, &["generated/**"], 1000)] {
            let log = run(suite, only, &library, &profile);
            assert_eq!(red(&log), Vec::<String>::new(), "{name}");
            assert_eq!(log.exit(), Exit::Ok, "{name}");
            assert!(log.rows.len() >= at_least, "{name} judged {}", log.rows.len());
        }
    }
}

#[test]
fn a_verifier_that_says_no_to_everything_proves_nothing() {
    struct Refuses;
    impl jotproof_model::Verifier for Refuses {
        fn verify(&self, _: &jotproof_model::Challenge) -> Observation {
            Observation::Refused { reason: None, answer: None, text: String::new() }
        }
    }
    let suite = Suite::built_in().expect("the built-in vectors load");
    let rfc = Profiles::built_in().get("rfc").expect("rfc is built in");
    let target = ReferenceTarget::verifying("always-refuse", rfc, Refuses);
    let log = run(&suite, &[], &target, "rfc");
    let passed = log.rows.iter().filter(|row| {
        row.judgement == Judgement::Pass
            && suite.get(&row.id.0).is_some_and(|v| matches!(v.expectation, Expectation::Reject { .. }))
    });
    assert_eq!(passed.count(), 0, "a refusal counts only where the twin was accepted");
    assert!(log.count(Judgement::Void) > 0);
    assert_eq!(log.exit(), Exit::ConformanceFailure);
}
