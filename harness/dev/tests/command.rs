//! The command as maintainers use it: what it prints, what it ends with, and what it does with bad input.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use jotproof_catalogue::registry;
use serde_json::Value;

#[path = "../../cli/tests/support/mod.rs"]
mod support;

use support::{root, shown};

fn jotproof_dev(arguments: &[&str]) -> Command {
    support::command(env!("CARGO_BIN_EXE_jotproof-dev"), arguments)
}

/// Compares what the command prints with what it printed when somebody last read it.
fn snapshot(name: &str, arguments: &[&str]) {
    let output = jotproof_dev(arguments).output().expect("the command runs");
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d+\.\d\d s\b", "[time]");
    settings.bind(|| insta::assert_snapshot!(name, shown(&output)));
}

#[test]
fn the_front_page_counts_right() {
    let page = fs::read_to_string(root().join("README.md")).expect("the front page is there");
    let vectors = jotproof_engine::Suite::built_in().expect("the built-in vectors load").vectors().count();
    let (thousands, rest) = (vectors / 1000, vectors % 1000);
    for said in [
        format!(" {thousands},{rest:03} **test vectors** "),
        format!(
            " {} verifiers with a seeded bug each, {} of a kind with a published advisory.",
            jotproof_mutants::ALL.len(),
            jotproof_mutants::ALL.iter().filter(|mutant| is_advised(mutant.bug_class)).count()
        ),
    ] {
        assert!(page.contains(&said), "README.md does not say {said:?}");
    }
}

fn is_advised(bug_class: &str) -> bool {
    registry::bug_classes().get(bug_class).is_some_and(|class| !class.advisories.is_empty())
}

#[test]
fn what_people_read() {
    snapshot("help", &["--help"]);
    snapshot("mutants", &["mutants", "list"]);
    snapshot("mutant", &["mutants", "run", "mac-prefix"]);
}

#[test]
fn bad_input_says_what_to_do_next() {
    snapshot("error_unknown_mutant", &["mutants", "run", "exp-zero-mean-never"]);
    snapshot("error_unknown_stream", &["vectors", "stream", "everything"]);
}

#[test]
fn a_requirement_without_its_cases_is_found() {
    let said = |arguments: &[&str]| {
        let output = jotproof_dev(arguments).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, text) = said(&["vectors", "requirements", "RFC7519-4.1.4"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("1 requirements, 1 of them a MUST for verifiers: 0 waived, 0 lack a case"),
        "{text}"
    );
    // A folder with one accepted vector has no rejected case for the same sentence.
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::copy(root().join("vectors/algorithms/valid.json"), folder.path().join("valid.json"))
        .expect("it can be copied");
    let path = folder.path().to_str().expect("the path is text");
    let (code, text) = said(&["vectors", "requirements", "RFC7519-8", "--vectors", path]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("waived: "), "{text}");
    let (code, text) = said(&["vectors", "requirements", "RFC7515-5.2-VERIFY", "--vectors", path]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("lacking: "), "{text}");
    let (code, _) = said(&["vectors", "requirements", "RFC-NONE"]);
    assert_eq!(code, Some(2));
}

#[test]
fn the_published_vectors_are_as_made() {
    let output = jotproof_dev(&["vectors", "check"]).output().expect("the command runs");
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
}

/// A copy of the published folder.
fn published() -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("a folder can be made");
        for entry in fs::read_dir(from).expect("it is there") {
            let entry = entry.expect("it can be read");
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &to);
            } else {
                fs::copy(entry.path(), to).expect("it can be copied");
            }
        }
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    copy(&root().join("vectors"), folder.path());
    folder
}

#[test]
fn a_changed_vector_file_is_found_and_built_anew() {
    let folder = published();
    let path = folder.path().to_str().expect("a UTF-8 path");
    let file = folder.path().join("claims/types.json");
    let made = fs::read_to_string(&file).expect("it is there");
    fs::write(&file, made.replacen("eyJ", "eyK", 1)).expect("it can be written");
    let extra = folder.path().join("claims/extra.json");
    fs::write(&extra, "{}").expect("it can be written");

    let output =
        jotproof_dev(&["vectors", "check", "--skip-streams", path]).output().expect("the command runs");
    let said = shown(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("claims/types.json differs at line"), "{said}");
    assert!(said.contains("claims/extra.json belongs to no topic"), "{said}");

    let output =
        jotproof_dev(&["vectors", "build", "--skip-streams", path]).output().expect("the command runs");
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert_eq!(fs::read_to_string(&file).expect("it is there"), made);
    assert!(!extra.exists());
}

#[test]
fn a_published_id_keeps_its_verdict_and_stays() {
    for (from, to, expected) in [
        (
            "claims/types/exp-true reject",
            "claims/types/exp-true accept",
            "changes its verdict from accept to reject",
        ),
        ("claims/types/exp-true ", "claims/types/exp-truth ", "is published and no longer made"),
    ] {
        let folder = published();
        let path = folder.path().to_str().expect("a UTF-8 path");
        let ledger = folder.path().join("IDS.lock");
        let text = fs::read_to_string(&ledger).expect("it is there");
        assert!(text.contains(from), "{from}");
        fs::write(&ledger, text.replace(from, to)).expect("it can be written");
        let output =
            jotproof_dev(&["vectors", "build", "--skip-streams", path]).output().expect("the command runs");
        let said = shown(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn a_stream_is_printed_as_json_lines_until_the_reader_has_enough() {
    let mut command = jotproof_dev(&["vectors", "stream", "connection-claims"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut lines = BufReader::new(command.stdout.take().expect("it is piped")).lines();
    let first: Value = serde_json::from_str(&lines.next().expect("a line").expect("UTF-8")).expect("JSON");
    assert_eq!(first["id"], "streams/connection-claims/hs256/sub-user");
    drop(lines);
    let output = command.wait_with_output().expect("it ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", shown(&output));
}
