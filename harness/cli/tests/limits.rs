//! Smaller runs: a tier, a time limit, an end at the first failure; and the last line, which says how a run ended.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use jotproof_engine::Exit;
use jotproof_engine::log::RunLog;

mod support;

use support::shown;

fn jotproof(arguments: &[&str]) -> Output {
    support::command(env!("CARGO_BIN_EXE_jotproof"), arguments).output().expect("the command runs")
}

fn log(path: &Path) -> RunLog {
    let octets = fs::read(path).expect("the log is there");
    RunLog::read_all(&*octets).expect("it is whole").remove(0)
}

/// Runs with a log. Returns the log, the output and the last line of standard output.
fn run(arguments: &[&str], folder: &Path) -> (RunLog, Output, String) {
    let path = folder.join("run.jsonl");
    let output = jotproof(&[arguments, &["--log", path.to_str().expect("the path is UTF-8")]].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let last = said.lines().last().unwrap_or_default().to_owned();
    (log(&path), output, last)
}

#[test]
fn a_tier_is_the_same_in_every_run_and_smaller_than_the_next() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let ids = |tier: &str| {
        let (log, output, last) = run(&["run", "reference:rfc", "--tier", tier], folder.path());
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        assert_eq!(last, "exit code 0: all held");
        log.rows.into_iter().map(|row| row.id.0).collect::<Vec<_>>()
    };
    let [smoke, again, standard] = ["smoke", "smoke", "standard"].map(ids);
    assert_eq!(smoke, again);
    assert!(smoke.len() > 50 && smoke.len() * 2 < standard.len(), "{} {}", smoke.len(), standard.len());
    let (shard, output, _) =
        run(&["run", "reference:rfc", "--tier", "smoke", "--shard", "1/2"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(shard.rows.iter().all(|row| smoke.contains(&row.id.0)));
}

#[test]
fn a_time_limit_ends_a_run_with_reports_that_say_so() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let adapter = folder.path().join("slow");
    let answers = format!("'{}' adapter serve reference:rfc", env!("CARGO_BIN_EXE_jotproof"));
    let script = format!(
        "#!/bin/sh\nwhile IFS= read -r line; do sleep 0.02; printf '%s\\n' \"$line\"; done | {answers}\n"
    );
    fs::write(&adapter, script).expect("it can be written");
    fs::set_permissions(&adapter, fs::Permissions::from_mode(0o700)).expect("it can be made executable");
    let target = format!("exec:{}", adapter.display());
    let junit = folder.path().join("junit.xml");
    let reports = ["--timeout", "4s", "--junit", junit.to_str().expect("the path is UTF-8")];
    let start = Instant::now();
    let (log, output, last) = run(&[&["run", &target], &reports[..]].concat(), folder.path());
    assert!(start.elapsed() < Duration::from_secs(40), "it took {:?}", start.elapsed());
    assert_eq!(output.status.code(), Some(3), "{}", shown(&output));
    assert_eq!(last, Exit::TargetFault.to_string());
    assert!(!log.rows.is_empty(), "{}", shown(&output));
    assert!(log.not_asked.contains_key("the time limit of 4s was over"), "{:?}", log.not_asked.keys());
    let junit = fs::read_to_string(&junit).expect("it is there");
    assert!(junit.contains("the time limit of 4s was over"), "{}", &junit[..junit.len().min(500)]);
}

#[test]
fn the_first_failure_ends_a_run_unless_it_is_known() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let list = folder.path().join("known.toml");
    let list_path = list.to_str().expect("the path is UTF-8");
    let target = ["run", "reference:jsonwebtoken-12.0.0", "--fail-on", "overstrict", "--only", "claims/**"];
    let (whole, output, last) =
        run(&[&target[..], &["--write-known-failures", list_path]].concat(), folder.path());
    assert_eq!(last, "exit code 1: a judgement that nothing explains", "{}", shown(&output));
    let fast = [&target[..], &["--fail-fast", "--jobs", "1"]].concat();
    let (log, output, last) = run(&fast, folder.path());
    assert_eq!(last, Exit::TargetFault.to_string(), "{}", shown(&output));
    assert!(log.rows.len() < whole.rows.len() && log.rows.iter().any(|row| log.fails(row)));
    let (log, output, last) = run(&[&fast[..], &["--known-failures", list_path]].concat(), folder.path());
    assert_eq!(last, "exit code 0: all held", "{}", shown(&output));
    assert_eq!(log.rows.len(), whole.rows.len());
}

#[test]
fn the_help_has_the_words_of_every_exit_code() {
    let help = String::from_utf8(jotproof(&["--help"]).stdout).expect("it is text");
    for exit in Exit::ALL {
        let line = format!("  {:<4} {}\n", exit.code(), exit.words());
        assert!(help.contains(&line), "{line:?} is not in {help}");
    }
}
