//! Every seeded bug is found by a case of its class.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use jotproof_catalogue::registry;

fn jotproof_dev(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jotproof-dev")).args(arguments).output().expect("the command starts")
}

fn vectors() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors"))
}

#[test]
fn every_mutant_is_found() {
    let output = jotproof_dev(&["mutants", "score"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let advised = jotproof_mutants::ALL.iter().filter(|mutant| {
        registry::bug_classes().get(mutant.bug_class).is_some_and(|class| !class.advisories.is_empty())
    });
    let last = format!(
        "{} mutants, each found by a case of its bug class; {} are of a class with a published advisory",
        jotproof_mutants::ALL.len(),
        advised.count()
    );
    assert_eq!(text.lines().last(), Some(&*last));
    assert_eq!(text.lines().count(), jotproof_mutants::ALL.len() + 1);
}

#[test]
fn a_mutant_that_nothing_finds_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["algorithms", "keys"] {
        fs::create_dir(folder.path().join(name)).expect("a folder in it");
    }
    for name in ["algorithms/valid.json", "keys/weak.json"] {
        fs::copy(vectors().join(name), folder.path().join(name)).expect("a topic is copied");
    }
    let folder = folder.path().to_str().expect("its path is text");
    let output = jotproof_dev(&["mutants", "score", "--vectors", folder]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("nbf-ignored: no case of bug class C5 kills it; none of any other does either"),
        "{text}"
    );
    assert!(!text.contains("short-secrets-accepted: no case"), "{text}");
}
