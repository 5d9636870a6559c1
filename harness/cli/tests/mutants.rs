//! Every seeded bug is found by a case of its class, and every case that must be refused finds one.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn jotproof(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jotproof")).args(arguments).output().expect("the command starts")
}

fn vectors() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors"))
}

#[test]
fn each_finds_the_other() {
    let output = jotproof(&["vectors", "mutants"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let last = text.lines().last().unwrap_or_default();
    let (mutants, rest) = last.split_once(' ').unwrap_or_default();
    assert!(mutants.parse().is_ok_and(|count: usize| count >= 40), "{last}");
    assert!(rest.starts_with("mutants, each killed by a case of its own class"), "{last}");
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
    let output = jotproof(&["vectors", "mutants", "--vectors", folder]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("nbf-ignored: no case of bug class C5 kills it; none of any other does either"),
        "{text}"
    );
    assert!(!text.contains("short-secrets-accepted: no case"), "{text}");
}
