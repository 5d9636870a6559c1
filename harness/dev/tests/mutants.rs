//! Every seeded bug is found by a case of its class, and a case that finds no bug gets a warning.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn jotproof_dev(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jotproof-dev")).args(arguments).output().expect("the command starts")
}

fn vectors() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors"))
}

/// The case that finds no mutant of its class in [`with_a_case_of_another_class`].
const UNPROVEN: &str = "algorithms/cross/hs256-foreign-key";

/// A copy of the vectors in which one case has the wrong bug class.
fn with_a_case_of_another_class() -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        fs::create_dir_all(copy.path().join(&folder)).expect("a folder in it");
        for entry in fs::read_dir(vectors().join(&folder)).expect("the vectors are read") {
            let name = folder.join(entry.expect("an entry").file_name());
            let from = vectors().join(&name);
            if from.is_dir() {
                folders.push(name);
            } else {
                fs::copy(from, copy.path().join(name)).expect("a file is copied");
            }
        }
    }
    let topic = copy.path().join("algorithms/cross.json");
    let text = fs::read_to_string(&topic).expect("the topic is read");
    let mut file: serde_json::Value = serde_json::from_str(&text).expect("the topic is JSON");
    let vectors = file["vectors"].as_array_mut().expect("a list of vectors");
    let case = vectors.iter_mut().find(|vector| vector["id"] == UNPROVEN).expect("the case is there");
    case["bug_class"] = "T5".into();
    fs::write(topic, file.to_string()).expect("the topic is written");
    copy
}

#[test]
fn every_mutant_is_found_and_a_case_that_finds_none_is_a_warning() {
    let copy = with_a_case_of_another_class();
    let folder = copy.path().to_str().expect("its path is text");
    let output = jotproof_dev(&["mutants", "score", "--vectors", folder]);
    let (text, warnings) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{text}");
    let last = text.lines().last().unwrap_or_default();
    let (mutants, rest) = last.split_once(' ').unwrap_or_default();
    assert!(mutants.parse().is_ok_and(|count: usize| count >= 40), "{last}");
    assert!(rest.starts_with("mutants, each killed by a case of its own class"), "{last}");
    assert_eq!(text.lines().count(), jotproof_mutants::ALL.len() + 1);

    let counts: Vec<usize> = rest.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [proven, negatives] = counts[..] else { panic!("two counts of cases: {last}") };
    assert_eq!(warnings.matches("warning: ").count(), negatives - proven, "{last}");
    let warning = format!("warning: {UNPROVEN}: every mutant of bug class T5 refuses it");
    assert!(warnings.contains(&warning), "{warnings}");
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
