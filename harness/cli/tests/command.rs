//! The command as people use it: what it prints, what it ends with, and what it does with bad input.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn jotproof(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jotproof"));
    command
        .args(arguments)
        .current_dir(root())
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .stdin(Stdio::null());
    command
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

/// What was printed and how it ended, with what differs from run to run taken out.
fn shown(output: &Output) -> String {
    let text = |octets: &[u8]| {
        let text = String::from_utf8(octets.to_vec()).expect("output is UTF-8");
        text.replace(&root().display().to_string(), "[root]")
    };
    let mut shown = format!("exit: {}\n", output.status.code().expect("it ended by itself"));
    for (name, text) in [("stdout", text(&output.stdout)), ("stderr", text(&output.stderr))] {
        if !text.is_empty() {
            shown.push_str(&format!("----- {name}\n{text}"));
        }
    }
    shown
}

/// Compares what the command prints with what it printed when somebody last read it.
fn snapshot(name: &str, arguments: &[&str]) {
    let output = jotproof(arguments).output().expect("the command runs");
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
        format!(" {} verifiers with a seeded bug each", jotproof_mutants::ALL.len()),
    ] {
        assert!(page.contains(&said), "README.md does not say {said:?}");
    }
}

#[test]
fn what_people_read() {
    snapshot("help", &["--help"]);
    snapshot("help_run", &["run", "--help"]);
    snapshot("summary", &[]);
    snapshot("summary_explained", &["run", "reference:anycable-1.5.2", "--explained"]);
    snapshot("summary_red", &["run", "reference", "--mutant", "mac-prefix"]);
    snapshot("mutants", &["run", "reference", "--mutant", "help"]);
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
    snapshot("error_unknown_mutant", &["run", "reference", "--mutant", "exp-zero-mean-never"]);
    snapshot("error_mutant_of_a_server", &["run", "centrifugo:process", "--mutant", "mac-prefix"]);
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
fn a_requirement_without_its_cases_is_found() {
    let said = |arguments: &[&str]| {
        let output = jotproof(arguments).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, text) = said(&["vectors", "requirements", "RFC7519-4.1.4"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("1 requirements, 1 of them a MUST for verifiers: 0 waived, 0 lack a case"),
        "{text}"
    );
    // A folder with one accepted vector has no rejected case for the same sentence.
    let folder = vectors_with(|_| ());
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
    let output = jotproof(&["vectors", "check"]).output().expect("the command runs");
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

    let output = jotproof(&["vectors", "check", "--skip-streams", path]).output().expect("the command runs");
    let said = shown(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("claims/types.json differs at line"), "{said}");
    assert!(said.contains("claims/extra.json belongs to no topic"), "{said}");

    let output = jotproof(&["vectors", "build", "--skip-streams", path]).output().expect("the command runs");
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
            jotproof(&["vectors", "build", "--skip-streams", path]).output().expect("the command runs");
        let said = shown(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn a_stream_is_printed_as_json_lines_until_the_reader_has_enough() {
    let mut command = jotproof(&["vectors", "stream", "connection-claims"])
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
    snapshot("error_unknown_stream", &["vectors", "stream", "everything"]);
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
