//! `--log` replaces only regular files, loses nothing and never mixes log and summary.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jotproof_engine::log::RunLog;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::{Pid, Signal, kill_process};

#[path = "support/root.rs"]
mod root;

use root::root;

const GREEN: &[&str] = &["run", "reference:rfc", "--only", "claims/types/**", "--log"];
const RED: &[&str] = &["run", "reference:jsonwebtoken-12.0.0", "--fail-on", "misuse,lax", "--log"];

fn jotproof(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jotproof"));
    command.args(arguments).current_dir(root()).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn run(arguments: &[&str], log: &Path) -> Output {
    jotproof(arguments).arg(log).output().expect("the command runs")
}

fn logs(octets: &[u8]) -> Vec<RunLog> {
    RunLog::read_all(octets).expect("it is a run log")
}

fn text(octets: &[u8]) -> &str {
    std::str::from_utf8(octets).expect("output is UTF-8")
}

/// Whether the stream has a summary.
fn has_summary(stream: &[u8]) -> bool {
    text(stream).contains(" judged, ")
}

#[test]
fn a_dash_is_standard_output() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let output = jotproof(GREEN).arg("-").current_dir(folder.path()).output().expect("the command runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(logs(&output.stdout).len(), 1);
    assert!(has_summary(&output.stderr), "{output:?}");
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0, "no file is made");
}

#[test]
fn a_path_that_leads_to_a_stream_of_the_command_is_that_stream() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    // Standard output is first a pipe and then a file.
    let output = run(GREEN, Path::new("/dev/stdout"));
    assert_eq!((logs(&output.stdout).len(), has_summary(&output.stderr)), (1, true), "{output:?}");
    let path = folder.path().join("out");
    for log in [Path::new("/dev/stdout"), &path] {
        let file = File::create(&path).expect("it can be made");
        let inode = file.metadata().expect("it is there").ino();
        let output = jotproof(GREEN).arg(log).stdout(file).output().expect("the command runs");
        assert!(has_summary(&output.stderr), "{output:?}");
        assert_eq!(logs(&fs::read(&path).expect("it is there")).len(), 1);
        assert_eq!(fs::metadata(&path).expect("it is there").ino(), inode, "it is written to, not replaced");
    }
    let output = run(GREEN, Path::new("/dev/stderr"));
    assert!(has_summary(&output.stdout) && text(&output.stderr).contains("\"footer\""), "{output:?}");
}

#[test]
fn a_device_is_written_to_and_stays_a_device() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let link = folder.path().join("null");
    symlink("/dev/null", &link).expect("a link can be made");
    for path in [Path::new("/dev/null"), &link] {
        assert_eq!(run(GREEN, path).status.code(), Some(0));
        assert_eq!(run(RED, path).status.code(), Some(1));
    }
    assert!(link.is_symlink());
    let null = fs::metadata("/dev/null").expect("it is there");
    assert!(null.file_type().is_char_device(), "/dev/null was replaced");
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1);
}

#[test]
fn a_full_disk_is_told_as_one_and_loses_no_summary() {
    for (arguments, code) in [(GREEN, 6), (RED, 1)] {
        let output = run(arguments, Path::new("/dev/full"));
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(has_summary(&output.stdout), "{output:?}");
        assert!(
            text(&output.stderr).contains("cannot write the run log /dev/full: No space left"),
            "{output:?}"
        );
    }
    let full = fs::metadata("/dev/full").expect("it is there");
    assert!(full.file_type().is_char_device(), "/dev/full was replaced");
    // If standard output is full, the summary goes to standard error.
    let stdout = File::options().write(true).open("/dev/full").expect("it is there");
    let output = jotproof(&RED[..4]).stdout(stdout).output().expect("the command runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(has_summary(&output.stderr), "{output:?}");
}

#[test]
fn a_fifo_is_read_by_its_reader_and_one_that_leaves_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("fifo");
    mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a FIFO can be made");
    for (stays, code) in [(true, 0), (false, 0)] {
        let child = jotproof(GREEN).arg(&path).stdout(Stdio::piped()).spawn().expect("it runs");
        let mut reader = File::open(&path).expect("it can be opened");
        if stays {
            let mut octets = Vec::new();
            reader.read_to_end(&mut octets).expect("it can be read");
            assert_eq!(logs(&octets).len(), 1);
        }
        drop(reader);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(has_summary(&output.stdout), "{output:?}");
    }
    assert!(fs::metadata(&path).expect("it is there").file_type().is_fifo(), "the FIFO was replaced");
}

#[test]
fn two_runs_with_one_log_do_not_mix() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.jsonl");
    let start = |arguments: &[&str]| {
        jotproof(arguments).arg(&path).stdout(Stdio::null()).spawn().expect("the command runs")
    };
    let mut running = [start(GREEN), start(RED), start(GREEN)];
    for child in &mut running {
        child.wait().expect("it ends");
    }
    assert_eq!(logs(&fs::read(&path).expect("it is there")).len(), 1);
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1, "no partial file is left");
}

#[test]
fn where_no_file_can_be_is_wrong_usage() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let nowhere = folder.path().join("no/such/folder/run.jsonl");
    for path in [folder.path(), &nowhere, Path::new("/")] {
        let output = run(GREEN, path);
        assert_eq!(output.status.code(), Some(2), "{}: {output:?}", path.display());
        assert!(text(&output.stderr).contains("cannot write the run log"), "{output:?}");
    }
}

#[test]
fn an_interrupted_run_keeps_what_is_done_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.jsonl");
    fs::write(&path, "the log of an earlier run").expect("it can be written");
    let child = jotproof(&["run", "reference:rfc", "exec:sleep 60", "--log"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    // Waits for the log of the first target, in the temporary file beside the old log.
    let deadline = Instant::now() + Duration::from_secs(60);
    let is_written = |path: &Path| fs::read_to_string(path).is_ok_and(|text| text.contains("\"footer\""));
    while !fs::read_dir(folder.path()).expect("it is there").flatten().any(|file| is_written(&file.path())) {
        assert!(Instant::now() < deadline, "the first target is never written");
        thread::sleep(Duration::from_millis(20));
    }
    kill_process(Pid::from_child(&child), Signal::TERM).expect("it runs");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let logs = logs(&fs::read(&path).expect("it is there"));
    let [done, broken_off] = &logs[..] else { panic!("{} logs", logs.len()) };
    assert!(done.failure.is_none() && !done.rows.is_empty());
    assert_eq!(broken_off.header.target, "exec:sleep 60");
    let failure = broken_off.failure.as_ref().expect("it says why");
    assert!(failure.message.starts_with("interrupted") && broken_off.rows.is_empty(), "{failure:?}");
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1, "no partial file is left");
}
