//! Who may depend on whom. The verdicts of the suite are worth something because the parts that state
//! them and the parts that decide on tokens share nothing; this holds it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// The platform that the tests run on: what only others need is not downloaded.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host").to_owned()
}

/// Every package by name, with everything that it reaches outside of its tests.
fn reachable() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names: BTreeMap<String, String> = list(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let direct: BTreeMap<String, BTreeSet<String>> = list(&metadata["resolve"]["nodes"])
        .iter()
        .map(|node| {
            let normal = |dependency: &&Value| {
                list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null())
            };
            let dependencies = list(&node["deps"]);
            let dependencies = dependencies.iter().filter(normal).map(|dependency| text(&dependency["pkg"]));
            (text(&node["id"]), dependencies.collect())
        })
        .collect();
    names
        .iter()
        .map(|(id, name)| {
            let mut seen = BTreeSet::new();
            let mut open = vec![id.clone()];
            while let Some(at) = open.pop() {
                for next in direct.get(&at).into_iter().flatten() {
                    if seen.insert(next.clone()) {
                        open.push(next.clone());
                    }
                }
            }
            (name.clone(), seen.iter().map(|id| names[id].clone()).collect())
        })
        .collect()
}

#[test]
fn the_parts_that_must_not_know_each_other_do_not() {
    const FORBIDDEN: [(&str, &str, &str); 21] = [
        (
            "jotproof-catalogue",
            "jotproof-reference",
            "a verdict comes from construction, never from a verifier",
        ),
        ("jotproof-mint", "jotproof-reference", "what is minted must not be checked by its maker"),
        ("jotproof-reference", "jotproof-mint", "what verifies must not be able to mint"),
        ("jotproof-reference", "jotproof-catalogue", "a verifier never sees the catalogue"),
        ("jotproof-engine", "jotproof-reference", "the engine knows no verifier"),
        ("jotproof-engine", "jotproof-catalogue", "the engine takes vectors as data"),
        ("jotproof-engine", "jotproof-rules", "a prediction never follows from the rules of the reference"),
        ("jotproof-reference", "jotproof-profiles", "the reference never sees what is predicted of it"),
        ("jotproof-profiles", "jotproof-rules", "the two halves of a profile do not know each other"),
        ("jotproof-rules", "jotproof-profiles", "the two halves of a profile do not know each other"),
        ("jotproof-engine", "jotproof-libraries", "the engine knows no verifier"),
        ("jotproof-reference", "jsonwebtoken", "the reference is its judge, and reads tokens by itself"),
        ("jotproof-reference", "jotproof-libraries", "the reference is their judge"),
        ("jotproof-libraries", "jotproof-reference", "a library answers for itself"),
        ("jotproof-targets", "jotproof-catalogue", "a target never sees an expectation"),
        ("jotproof-profiles", "jotproof-mint", "a profile never parses or makes a token"),
        ("jotproof-profiles", "jotproof-reference", "a prediction comes from data, not from the verifier"),
        ("jotproof-mint", "aws-lc-rs", "mint and reference share no cryptographic crate"),
        ("jotproof-reference", "hmac", "mint and reference share no cryptographic crate"),
        ("jotproof-reference", "rsa", "mint and reference share no cryptographic crate"),
        ("jotproof-reference", "ed25519-dalek", "mint and reference share no cryptographic crate"),
    ];
    let reachable = reachable();
    for (from, to, why) in FORBIDDEN {
        assert!(reachable.contains_key(from), "{from} is a package of the workspace");
        assert!(!reachable[from].contains(to), "{from} depends on {to}: {why}");
    }
}

#[test]
fn the_suite_does_not_depend_on_the_harness() {
    let reachable = reachable();
    const SUITE: [&str; 9] =
        ["model", "rules", "profiles", "mint", "catalogue", "reference", "libraries", "mutants", "fuzzing"];
    let harness = ["jotproof-engine", "jotproof-targets", "jotproof", "jotproof-dev"];
    for suite in SUITE {
        let package = format!("jotproof-{suite}");
        for above in harness {
            assert!(!reachable[&package].contains(above), "{package} depends on {above}");
        }
    }
}

/// The packages that the command `jotproof` is built from, with its default features.
fn of_the_command() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "jotproof", "--edges", "normal,build", "--prefix", "none"])
        .args(["--format", "{lib}", "--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .collect()
}

#[test]
fn a_user_builds_nothing_that_only_maintainers_need() {
    let built = of_the_command();
    assert!(built.contains("jotproof_engine") && built.len() > 100, "{built:?}");
    for not in ["jotproof_catalogue", "jotproof_mutants", "jotproof_fuzzing", "schemars"] {
        assert!(!built.contains(not), "jotproof is built from {not}: it belongs to jotproof-dev");
    }
}

#[test]
fn the_model_depends_on_no_other_part() {
    let own: Vec<String> =
        reachable()["jotproof-model"].iter().filter(|name| name.starts_with("jotproof")).cloned().collect();
    assert!(own.is_empty(), "jotproof-model depends on {own:?}");
}
