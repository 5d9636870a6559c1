//! How adapters start, and that they end, whatever happens.

#![allow(clippy::disallowed_macros, reason = "the test that started this one reads it")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jotproof_engine::Exit;
use jotproof_engine::target::{Target as _, TargetError};
use jotproof_targets::ExecTarget;
use jotproof_targets::exec::process::{AdapterProcess, Heard};
use jotproof_targets::exec::{Bounds, command};

use crate::{BOUNDS, example, fake, run};

fn exists(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "still not so: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn start(mode: &[&str]) -> AdapterProcess {
    drop(fake("honest"));
    let mut command = vec![example("fake_adapter").display().to_string()];
    command.extend(mode.iter().map(|word| (*word).to_owned()));
    AdapterProcess::start(&command, &BOUNDS).unwrap().0
}

/// A shell that says hello and then does something.
fn shell(script: &str) -> Vec<String> {
    let hello = r#"{"type":"hello","protocol":1,"name":"shell","version":"1","capabilities":[],"clock":"system","numbers":"double","reasons":false}"#;
    vec!["sh".to_owned(), "-c".to_owned(), format!("echo '{hello}'; {script}")]
}

#[test]
fn a_dropped_adapter_is_gone_with_its_children() {
    drop(fake("honest"));
    let directory = tempfile::tempdir().unwrap();
    let child = directory.path().join("child");
    let script = format!("sleep 600 & echo $! > '{}'; wait", child.display());
    let (process, _) = AdapterProcess::start(&shell(&script), &BOUNDS).unwrap();
    eventually("the child is there", || fs::read_to_string(&child).is_ok_and(|text| text.ends_with('\n')));
    let pids = [process.pid(), fs::read_to_string(&child).unwrap().trim().parse().unwrap()];
    assert!(pids.into_iter().all(exists));
    drop(process);
    for pid in pids {
        eventually("it is gone", || !exists(pid));
    }
}

#[test]
fn an_adapter_that_ignores_sigterm_and_the_end_of_its_input_is_killed() {
    drop(fake("honest"));
    let script = "trap '' TERM; while :; do sleep 1; done";
    let (mut process, _) = AdapterProcess::start(&shell(script), &BOUNDS).unwrap();
    let pid = process.pid();
    process.close_input();
    assert_eq!(process.hear(Duration::from_millis(200)), Heard::Silence);
    drop(process);
    assert!(!exists(pid));
}

#[test]
fn an_adapter_ends_with_a_command_that_is_killed() {
    let mut command = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "lifecycle::holds_an_adapter", "--ignored", "--nocapture"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = BufReader::new(command.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("adapter ")?.parse().ok())
        .expect("the number of the adapter");
    assert!(exists(pid));
    command.kill().unwrap();
    command.wait().unwrap();
    eventually("the adapter is gone", || !exists(pid));
}

#[test]
#[ignore = "started and killed by another test"]
fn holds_an_adapter() {
    drop(fake("honest"));
    // Deaf to the end of its input.
    let (process, _) = AdapterProcess::start(&shell("exec sleep 600"), &BOUNDS).unwrap();
    println!("\nadapter {}", process.pid());
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn an_adapter_ends_at_bye_and_at_the_end_of_its_input() {
    let mut process = start(&["honest"]);
    process.say(b"{\"type\":\"bye\",\"x_later\":1}\n".to_vec());
    assert_eq!(process.hear(BOUNDS.end), Heard::End);
    assert_eq!(process.exit_status(), Some("exit status: 0"));
    let mut process = start(&["honest"]);
    process.close_input();
    assert_eq!(process.hear(BOUNDS.end), Heard::End);
}

#[test]
fn what_an_adapter_wrote_before_it_died_is_shown() {
    drop(fake("honest"));
    let (mut process, _) = AdapterProcess::start(&shell("echo out of luck >&2; exit 7"), &BOUNDS).unwrap();
    assert_eq!(process.hear(BOUNDS.end), Heard::End);
    assert_eq!(process.how_it_ended(), "exit status: 7; the last lines of its standard error:\nout of luck");
}

#[test]
fn an_adapter_that_reads_nothing_holds_nobody_up() {
    drop(fake("honest"));
    let (mut process, _) = AdapterProcess::start(&shell("exec sleep 600"), &BOUNDS).unwrap();
    let start = Instant::now();
    for _ in 0..100 {
        process.say(vec![b'x'; 1 << 16]);
    }
    assert_eq!(process.hear(Duration::from_millis(100)), Heard::Silence);
    drop(process);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

/// What a target that is not ready says, and what its run ends with.
fn not_ready(target: &ExecTarget) -> (String, Exit) {
    let error = target.ready().unwrap_err();
    let log = run(target, "rfc");
    assert!(log.rows.is_empty());
    assert_eq!(log.failure.as_ref().unwrap().message, error.to_string());
    let missing = matches!(error, TargetError::EnvironmentMissing(_));
    assert_eq!(log.failure.as_ref().unwrap().environment, missing);
    (error.to_string(), log.exit())
}

#[test]
fn a_program_that_is_not_there_is_missing_from_the_environment() {
    drop(fake("honest"));
    let (text, exit) = not_ready(&ExecTarget::new("no-such-program --now").unwrap());
    assert_eq!(
        text,
        "adapter no-such-program --now: cannot start no-such-program: No such file or directory (os error 2); \
         give a program that runs on this machine"
    );
    assert_eq!(exit, Exit::EnvironmentMissing);
}

#[test]
fn an_adapter_without_a_good_hello_is_a_fault() {
    let brief = Bounds { hello: Duration::from_millis(500), ..BOUNDS };
    let cases = [
        ("no-hello", "no line of the protocol: expected value at line 1 column 1: \"ready to serve\""),
        ("slow-hello", "no hello within 0.5 s; its first line must be one, before anything is asked"),
        ("newer", "it speaks protocol 2; this version speaks 1"),
        ("clock-listed", "its hello lists the capability clock; leave it out, the member \"clock\" says it"),
    ];
    for (mode, expected) in cases {
        let (text, exit) = not_ready(&fake(mode).with_bounds(brief));
        assert!(text.contains(expected), "{mode}: {text}");
        assert_eq!(exit, Exit::TargetFault, "{mode}");
    }
    let (text, _) = not_ready(&ExecTarget::new("sh -c 'echo no luck >&2; exit 3'").unwrap());
    assert!(text.contains("it ended before its hello: exit status: 3; the last lines"), "{text}");
}

#[test]
fn a_command_is_split_as_a_shell_does() {
    assert_eq!(command("python3 'a b.py' \"c\"").unwrap(), ["python3", "a b.py", "c"]);
    for text in ["", "  ", "python3 'open"] {
        assert!(command(text).unwrap_err().to_string().contains("is not a command"), "{text}");
    }
}
