//! The command as people use it: what it prints, what it ends with, and what it does with bad input.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

mod support;

use support::{root, shown};

fn jotproof(arguments: &[&str]) -> Command {
    support::command(env!("CARGO_BIN_EXE_jotproof"), arguments)
}

/// Compares what the command prints with what it printed when somebody last read it.
fn snapshot(name: &str, arguments: &[&str]) {
    let output = jotproof(arguments).output().expect("the command runs");
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d+\.\d\d s\b", "[time]");
    settings.bind(|| insta::assert_snapshot!(name, shown(&output)));
}

#[test]
fn what_people_read() {
    snapshot("help", &["--help"]);
    snapshot("help_run", &["run", "--help"]);
    snapshot("summary", &[]);
    snapshot("summary_explained", &["run", "reference:anycable-1.5.2", "--explained"]);
    snapshot("summary_red", &["run", "reference:jsonwebtoken-12.0.0", "--fail-on", "misuse,lax"]);
    snapshot("list", &["list", "claims/time-boundary/**"]);
    snapshot("show", &["show", "claims/time-boundary/exp-equals-now"]);
    snapshot("show_either", &["show", "encoding/base64url/whole-alphabet/signature-trailing-bits-all"]);
    snapshot("show_accepted", &["show", "centrifugo/expire-at/two-to-the-31"]);
}

#[test]
fn bad_input_says_what_to_do_next() {
    snapshot("error_unknown_id", &["show", "claims/time-boundary/exp-equals-noon"]);
    snapshot("error_unknown_target", &["run", "centrifuge:process"]);
    snapshot("error_unknown_profile", &["run", "reference:centrifugo-9"]);
    snapshot("error_nothing_selected", &["run", "reference:rfc", "--only", "claims/time-boundry/**"]);
    snapshot("error_bad_glob", &["list", "claims/{a"]);
    snapshot("error_missing_folder", &["list", "--vectors", "no-such-folder"]);
    snapshot("error_missing_binary", &["run", "anycable:process:no-such-server"]);
    snapshot("error_server_option", &["run", "anycable:process", "--server-option", "public"]);
    snapshot(
        "error_running_without_configuration",
        &["run", "centrifugo:ws://127.0.0.1:8000/connection/websocket"],
    );
    snapshot("error_running_remote", &["run", "anycable:ws://anycable.example.com:8080/cable"]);
    snapshot("error_running_tls", &["run", "anycable:wss://127.0.0.1:8080/cable"]);
    snapshot(
        "error_server_version",
        &["run", "centrifugo:process:./centrifugo", "--server-version", "7.0.0"],
    );
    snapshot("error_require_live", &["run", "reference:rfc", "--require-live"]);
    snapshot("error_reference_option", &["run", "reference", "--server-option", "a=b"]);
}

/// A folder with one good topic file, changed.
fn vectors_with(change: impl FnOnce(&mut Value)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let text = fs::read_to_string(root().join("vectors/algorithms/valid.json")).expect("it is published");
    let mut file: Value = serde_json::from_str(&text).expect("it is JSON");
    change(&mut file);
    fs::write(folder.path().join("valid.json"), file.to_string()).expect("it can be written");
    folder
}

#[test]
fn bad_vector_files_are_named_with_the_place() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change, &str); 4] = [
        ("unknown field", |file| file["vectors"][0]["colour"] = "red".into(), "unknown field `colour`"),
        ("other format", |file| file["format"] = "jotproof-vectors/9".into(), "jotproof-vectors/9"),
        ("same id", |file| file["vectors"][1] = file["vectors"][0].clone(), "an id names one vector"),
        ("no twin", |file| file["vectors"][1]["twin"]["id"] = "a/b".into(), "which is in none of the files"),
    ];
    for (name, change, expected) in cases {
        let folder = vectors_with(change);
        let path = folder.path().to_str().expect("a UTF-8 path");
        let output = jotproof(&["run", "reference:rfc", "--vectors", path]).output().expect("it runs");
        let said = shown(&output);
        assert_eq!(output.status.code(), Some(2), "{name}: {said}");
        assert!(said.contains(expected), "{name}: {said}");
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("cut.json"), "{\"format\":").expect("it can be written");
    let path = folder.path().to_str().expect("a UTF-8 path");
    let output = jotproof(&["list", "--vectors", path]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(shown(&output).contains("cut.json: EOF while parsing"), "{}", shown(&output));
}

#[test]
fn vectors_of_a_folder_are_run_instead_of_the_built_in_ones() {
    // Only every accepted token of HS256: fewer than are built in.
    let folder = vectors_with(|file| {
        let vectors = file["vectors"].as_array_mut().expect("it has vectors");
        vectors.retain(|vector| {
            vector["id"].as_str().is_some_and(|id| id.starts_with("algorithms/valid/hs256"))
        });
        assert_eq!(vectors.len(), 16);
    });
    let path = folder.path().to_str().expect("a UTF-8 path");
    let output = jotproof(&["run", "reference:rfc", "--vectors", path]).output().expect("it runs");
    let said = shown(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("16 judged, 16 pass"), "{said}");
}

#[test]
fn without_go_the_missing_environment_has_its_own_exit_code() {
    let empty = tempfile::tempdir().expect("a folder can be made");
    let output = jotproof(&["run", "centrifugo:process", "--only", "algorithms/valid/hs256"])
        .env("PATH", empty.path())
        .env("JOTPROOF_SERVERS", empty.path())
        .output()
        .expect("the command runs");
    let said = shown(&output);
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.contains("NOT RUN") && said.contains("install Go"), "{said}");
    let left: Vec<_> = fs::read_dir(empty.path()).expect("it is there").flatten().collect();
    let [lock] = &left[..] else { panic!("something half-written: {left:?}") };
    assert!(lock.path().extension().is_some_and(|extension| extension == "lock"), "{lock:?}");
}

#[test]
fn the_run_log_has_a_line_per_vector_between_header_and_footer() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.jsonl");
    let output = jotproof(&["run", "reference:rfc", "--only", "claims/types/**", "--log"])
        .arg(&path)
        .output()
        .expect("the command runs");
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let lines: Vec<Value> = BufReader::new(fs::File::open(&path).expect("it was written"))
        .lines()
        .map(|line| serde_json::from_str(&line.expect("a line")).expect("JSON"))
        .collect();
    assert_eq!(lines[0]["header"]["target"], "reference:rfc");
    assert_eq!(lines[lines.len() - 1]["footer"]["exit"], 0);
    let rows = &lines[1..lines.len() - 1];
    assert_eq!(rows.len(), 108);
    assert!(rows.iter().all(|line| line["row"]["judgement"] == "pass"));
    let left: Vec<_> = fs::read_dir(folder.path()).expect("it is there").collect();
    assert_eq!(left.len(), 1, "no partial file is left");
}

#[test]
fn a_reader_that_goes_away_ends_the_command_quietly() {
    let mut command =
        jotproof(&["list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    drop(command.stdout.take());
    let output = command.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", shown(&output));
    assert!(output.stderr.is_empty(), "{}", shown(&output));
}
