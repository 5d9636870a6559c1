//! Servers start, prove themselves, and leave nothing behind, whatever happens.

#![allow(clippy::disallowed_macros, reason = "the test that started this one reads it")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jotproof_engine::target::{Deployment as _, Target as _, TargetError};
use jotproof_mint::keys;
use jotproof_model::{Application, Context, Observation};
use jotproof_targets::live::CONCURRENCY;
use jotproof_targets::server::pinned::{ANYCABLE_1, CENTRIFUGO_5, CENTRIFUGO_6};
use jotproof_targets::{AnycableTarget, CentrifugoTarget, GUARD_ARGUMENT, ServerBinary};

use crate::machine::{another_process, eventually, exists, guard, name_guard, pinned};
use crate::tokens::{SECRET, ask, challenges, context, hs256, replay, replay_all};

const BRIEF: Duration = Duration::from_millis(500);

#[test]
fn dropping_a_deployment_leaves_no_process_and_no_directory() {
    let context = context(Application::Jwt, &[SECRET]);
    let centrifugo =
        CentrifugoTarget::process(CENTRIFUGO_5.version, pinned(&CENTRIFUGO_5), Vec::new()).unwrap();
    let deployment = centrifugo.launch(&context, keys::all()).unwrap();
    let pid = deployment.server().pid().unwrap();
    let directory = working_directory(pid);
    assert!(exists(pid) && directory.is_dir());
    assert!((20_000..32_768).contains(&deployment.server().address().port()));
    drop(deployment);
    assert!(!exists(pid) && !directory.exists());

    let anycable = AnycableTarget::process(ANYCABLE_1.version, pinned(&ANYCABLE_1), Vec::new()).unwrap();
    let deployment = anycable.launch(&context, keys::all()).unwrap();
    let pid = deployment.server().pid().unwrap();
    let directory = working_directory(pid);
    drop(deployment);
    assert!(!exists(pid) && !directory.exists());
}

#[test]
fn deployments_run_side_by_side() {
    let context = context(Application::Jwt, &[SECRET]);
    let target = CentrifugoTarget::process(CENTRIFUGO_5.version, pinned(&CENTRIFUGO_5), Vec::new()).unwrap();
    let token = [hs256("{}")];
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..target.parallel_deployments())
            .map(|_| scope.spawn(|| ask(&target, &context, &token)))
            .collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), ["accepted"]);
        }
    });
}

#[test]
fn a_server_that_is_killed_has_crashed_for_what_was_open_and_is_asked_no_more() {
    let context = context(Application::Jwt, &[SECRET]);
    let target = CentrifugoTarget::process(CENTRIFUGO_5.version, pinned(&CENTRIFUGO_5), Vec::new()).unwrap();
    let mut deployment = target.launch(&context, keys::all()).unwrap();
    let challenges = challenges(&context, &vec![hs256("{}"); 20_000]);
    let alive = replay_all(&mut deployment, &challenges[..1]);
    assert!(matches!(alive[..], [Observation::Accepted { .. }]), "{alive:?}");
    let pid = deployment.server().pid().unwrap();
    let killer = std::thread::spawn(move || {
        std::thread::sleep(BRIEF);
        signal(pid, "KILL");
    });
    let start = Instant::now();
    let seen = replay_all(&mut deployment, &challenges);
    killer.join().unwrap();
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());

    assert!(matches!(seen.last(), Some(Observation::Crashed { .. })), "the server was killed before the end");
    assert!(seen.len() < challenges.len(), "what is dead is asked no more");
    assert!(deployment.is_over());
    let afterwards = replay_all(&mut deployment, &challenges);
    assert!((1..=CONCURRENCY).contains(&afterwards.len()), "{}", afterwards.len());
    let in_time = seen.iter().filter(|seen| matches!(seen, Observation::Accepted { .. })).count();
    assert!(in_time > 0);
    for seen in seen.iter().filter(|seen| !matches!(seen, Observation::Accepted { .. })).chain(&afterwards) {
        let Observation::Crashed { detail } = seen else { panic!("{seen:?}") };
        assert!(detail.contains("signal: 9"), "{detail}");
        assert!(detail.contains("serving websocket"), "{detail}");
    }
}

/// Whether every thread of a process is in the state `T` (proc_pid_stat(5)).
fn all_threads_stopped(pid: u32) -> bool {
    fs::read_dir(format!("/proc/{pid}/task")).unwrap().all(|task| {
        let stat = fs::read_to_string(task.unwrap().path().join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
    })
}

#[test]
fn a_server_that_is_stopped_times_out_and_still_ends() {
    let context = context(Application::Jwt, &[SECRET]);
    let target = AnycableTarget::process(ANYCABLE_1.version, pinned(&ANYCABLE_1), Vec::new())
        .unwrap()
        .with_bounds(Duration::from_secs(10), BRIEF);
    let mut deployment = target.launch(&context, keys::all()).unwrap();
    let pid = deployment.server().pid().unwrap();
    signal(pid, "STOP");
    // A signal is on its way for a moment, and each thread stops by itself.
    eventually("every thread of the server has stopped", || all_threads_stopped(pid));
    let seen = replay(&mut deployment, &context, &[b"token".to_vec()]);
    assert_eq!(seen, [Observation::TimedOut { after_ms: 500 }]);
    drop(deployment);
    assert!(!exists(pid));
}

#[test]
fn the_guard_ends_the_server_with_its_children_when_the_pipe_closes() {
    let directory = tempfile::tempdir().unwrap();
    let removed = directory.path().join("removed");
    fs::create_dir(&removed).unwrap();
    let (mut guard, pid) = start_guard(directory.path(), &removed, &["sh", "-c", "sleep 600 & sleep 600"]);
    let mut children = Vec::new();
    eventually("the server has two children", || {
        children = children_of(pid);
        children.len() == 2
    });
    drop(guard.stdin.take());
    assert!(guard.wait().unwrap().success());
    assert!(!exists(pid) && !removed.exists());
    for child in children {
        eventually("its children are gone", || !exists(child));
    }
}

#[test]
fn a_server_ends_with_a_command_that_is_killed() {
    let mut command = another_process("lifecycle::holds_a_server")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = BufReader::new(command.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("server ")?.parse().ok())
        .expect("the number of the server");
    let directory = working_directory(pid);
    assert!(exists(pid) && directory.is_dir());
    command.kill().unwrap();
    command.wait().unwrap();
    eventually("the server is gone", || !exists(pid));
    eventually("its directory is gone", || !directory.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_ends_with_a_guard_that_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    // Neither this test nor the killed guard ends the server; the kernel does.
    let (mut guard, pid) = start_guard(directory.path(), directory.path(), &["sleep", "600"]);
    assert_eq!(fs::read_to_string(format!("/proc/{pid}/comm")).unwrap(), "sleep\n");
    guard.kill().unwrap();
    guard.wait().unwrap();
    eventually("the server is gone", || !runs(pid));
}

/// Whether a process runs. A zombie does not.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

#[test]
fn a_lack_of_open_files_is_waited_for() {
    let test = another_process("lifecycle::asks_with_few_files");
    // The limit affects only this process, because Go programs raise their own.
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"ulimit -Sn 60; exec "$0" "$@""#]).arg(test.get_program()).args(test.get_args());
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "run by another test, where few files may be open"]
fn asks_with_few_files() {
    let context = context(Application::Jwt, &[SECRET]);
    let target = CentrifugoTarget::process(CENTRIFUGO_5.version, pinned(&CENTRIFUGO_5), Vec::new()).unwrap();
    let seen = ask(&target, &context, &vec![hs256("{}"); 4 * CONCURRENCY]);
    assert_eq!(seen, vec!["accepted"; 4 * CONCURRENCY]);
}

#[test]
#[ignore = "started and killed by another test"]
fn holds_a_server() {
    let context = context(Application::Jwt, &[SECRET]);
    let target = CentrifugoTarget::process(CENTRIFUGO_5.version, pinned(&CENTRIFUGO_5), Vec::new()).unwrap();
    let deployment = target.launch(&context, keys::all()).unwrap();
    println!("\nserver {}", deployment.server().pid().unwrap());
    std::thread::sleep(Duration::from_secs(60));
}

#[cfg(feature = "docker")]
#[test]
#[ignore = "started and killed by another test"]
fn holds_a_container() {
    let target =
        crate::docker::centrifugo(CENTRIFUGO_6.version, &std::env::var("JOTPROOF_TEST_IMAGE").unwrap());
    let deployment = target.launch(&context(Application::Jwt, &[SECRET]), keys::all()).unwrap();
    println!("\ncontainer {}", deployment.server().container().unwrap());
    std::thread::sleep(Duration::from_secs(60));
}

#[cfg(feature = "docker")]
#[test]
#[ignore = "run by another test, where there is no Docker"]
fn tells_that_nothing_answers() {
    crate::docker::tell_what_is_missing();
}

#[test]
fn the_guard_ends_a_server_that_ignores_sigterm() {
    let directory = tempfile::tempdir().unwrap();
    let stubborn = "trap '' TERM; echo ready; while :; do sleep 1; done";
    let (mut guard, pid) = start_guard(directory.path(), directory.path(), &["sh", "-c", stubborn]);
    eventually("the trap is set", || {
        fs::read_to_string(directory.path().join("log")).unwrap_or_default().contains("ready")
    });
    let start = Instant::now();
    drop(guard.stdin.take());
    assert!(guard.wait().unwrap().success());
    assert!(!exists(pid));
    assert!(start.elapsed() >= Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn a_binary_that_is_not_there_is_missing_from_the_environment() {
    let target =
        CentrifugoTarget::process(CENTRIFUGO_5.version, ServerBinary::Path("/nowhere/cf".into()), Vec::new())
            .unwrap();
    assert_eq!(target.name(), "centrifugo:process:/nowhere/cf");
    assert_eq!(target.profile(), "centrifugo-5.4.9");
    let context = context(Application::Jwt, &[SECRET]);
    match target.deploy(&context, keys::all()).err().unwrap() {
        TargetError::EnvironmentMissing(text) => assert_eq!(
            text,
            "no Centrifugo binary at /nowhere/cf: give the path of one, or leave the path out \
             (centrifugo:process) to have a pinned version built with Go"
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_binary_that_cannot_run_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("server");
    fs::write(&path, "not a program").unwrap();
    let error = start_error(&path);
    assert!(error.contains("cannot start Centrifugo"), "{error}");
    assert!(error.contains("Permission denied"), "{error}");
}

#[test]
fn a_binary_that_ends_at_once_is_shown_with_its_last_words() {
    let error = start_error(Path::new("/bin/false"));
    assert_eq!(
        error,
        "Centrifugo died at start: exit status: 1; see that it is Centrifugo of the version that was named \
         (--server-version), and knows every --server-option; it wrote nothing"
    );

    let directory = tempfile::tempdir().unwrap();
    let path = script(directory.path(), "for i in 1 2 3 4 5 6; do echo line $i; done; exit 7");
    let error = start_error(&path);
    assert_eq!(
        error,
        "Centrifugo died at start: exit status: 7; see that it is Centrifugo of the version that was named \
         (--server-version), and knows every --server-option; the last lines that it wrote:\n\
         line 2\nline 3\nline 4\nline 5\nline 6"
    );
}

#[test]
fn a_binary_that_never_listens_runs_into_its_bound() {
    let directory = tempfile::tempdir().unwrap();
    let path = script(directory.path(), "echo thinking; exec sleep 600");
    let error = start_error(&path);
    assert!(error.starts_with("Centrifugo did not come up within 0.5 s: "), "{error}");
    assert!(error.contains("Connection refused"), "{error}");
    assert!(error.ends_with("the last lines that it wrote:\nthinking"), "{error}");
}

#[test]
fn a_port_that_is_taken_is_tried_elsewhere_a_few_times() {
    let directory = tempfile::tempdir().unwrap();
    let tries = directory.path().join("tries");
    let text =
        format!("echo try >> {}; echo 'listen tcp: bind: address already in use'; exit 1", tries.display());
    let server = script(directory.path(), &text);
    match unproved(&server).deploy(&context(Application::Jwt, &[SECRET]), keys::all()).err().unwrap() {
        TargetError::EnvironmentMissing(text) => {
            assert!(text.contains("address already in use\n5 ports in a row were taken"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read_to_string(tries).unwrap().lines().count(), 5);
}

#[test]
fn a_configuration_is_refused_only_where_it_is_wrong_and_the_server_says_so() {
    const SAYS_SO: &str = r#"{"level":"fatal","message":"error creating token verifier: both"}"#;
    let directory = tempfile::tempdir().unwrap();
    let plain = context(Application::Jwt, &[SECRET]);
    let chat = Some("chat".to_owned());
    let wrong = Context { audience: chat.clone(), audience_regex: chat, ..plain.clone() };
    let server = script(directory.path(), &format!("echo '{SAYS_SO}'; exit 1"));
    let said = ask(&unproved(&server), &wrong, &[hs256("{}"), hs256(r#"{"aud":"chat"}"#)]);
    assert_eq!(said, ["start", "start"]);
    assert!(start_error_in(&plain, &server).starts_with("Centrifugo died at start: exit status: 1"));
    for text in [
        format!("echo '{SAYS_SO}'; exit 0"),
        format!("echo '{SAYS_SO}'; kill -9 $$"),
        format!("echo '{SAYS_SO}'; echo 'panic: boom'; exit 1"),
        "echo 'both are configured'; exit 1".to_owned(),
    ] {
        let error = start_error_in(&wrong, &script(directory.path(), &text));
        assert!(error.starts_with("Centrifugo died at start: "), "{text}: {error}");
    }
    let error =
        start_error_in(&wrong, &script(directory.path(), &format!("echo '{SAYS_SO}'; exec sleep 600")));
    assert!(error.starts_with("Centrifugo did not come up"), "{error}");
}

/// What starting this binary as Centrifugo fails with.
fn start_error(binary: &Path) -> String {
    start_error_in(&context(Application::Jwt, &[SECRET]), binary)
}

/// This binary as Centrifugo, with little patience.
fn unproved(binary: &Path) -> CentrifugoTarget {
    name_guard();
    CentrifugoTarget::process(CENTRIFUGO_5.version, ServerBinary::Path(binary.to_owned()), Vec::new())
        .unwrap()
        .with_bounds(BRIEF, BRIEF)
}

fn start_error_in(context: &Context, binary: &Path) -> String {
    match unproved(binary).deploy(context, keys::all()).err().unwrap() {
        TargetError::Fault(text) | TargetError::NotStarted(text) => text,
        other @ TargetError::EnvironmentMissing(_) => panic!("{other:?}"),
    }
}

/// A shell script that can be run.
fn script(directory: &Path, text: &str) -> PathBuf {
    let path = directory.join("server.sh");
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A guard over a command, and the number of the process that it started.
fn start_guard(directory: &Path, removed: &Path, command: &[&str]) -> (Child, u32) {
    let mut guard = Command::new(guard())
        .arg(GUARD_ARGUMENT)
        .arg("--log")
        .arg(directory.join("log"))
        .arg("--remove")
        .arg(removed)
        .arg("--")
        .args(command)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(guard.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let pid = line.trim().strip_prefix("started ").expect(&line).parse().unwrap();
    (guard, pid)
}

fn working_directory(pid: u32) -> PathBuf {
    fs::read_link(format!("/proc/{pid}/cwd")).unwrap()
}

fn children_of(pid: u32) -> Vec<u32> {
    let path = format!("/proc/{pid}/task/{pid}/children");
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace().filter_map(|number| number.parse().ok()).collect()
}

fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status();
    assert!(status.unwrap().success());
}
