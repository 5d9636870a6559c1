//! Pinned servers where this machine lacks something.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use jotproof_engine::target::TargetError;
use jotproof_targets::ServerBinary;
use jotproof_targets::server::pinned::{ALL, ANYCABLE_1, CACHE_VARIABLE};

use crate::machine::{another_process, name_guard};

#[test]
fn without_go_the_message_says_what_to_install() {
    let cache = tempfile::tempdir().unwrap();
    let text = missing(cache.path(), &[("PATH", "/nowhere")]);
    assert_eq!(
        text,
        "cannot build AnyCable 1.5.2: there is no go command; install Go 1.23 or later \
         (https://go.dev/dl), or give a binary: anycable:process:PATH"
    );
    let left: Vec<_> = fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [".anycable-1.5.2.lock"], "nothing else is left behind");
}

#[test]
fn without_a_download_the_message_shows_what_go_said() {
    let cache = tempfile::tempdir().unwrap();
    let modules = cache.path().join("modules");
    let text = missing(cache.path(), &[("GOPROXY", "off"), ("GOMODCACHE", modules.to_str().unwrap())]);
    assert!(text.starts_with("cannot build AnyCable 1.5.2: go ended with exit status: 1"), "{text}");
    assert!(text.contains("module lookup disabled by GOPROXY=off"), "{text}");
    assert!(text.ends_with("or give a binary: anycable:process:PATH"), "{text}");
    assert!(!cache.path().join("anycable-1.5.2").exists());
}

/// A fake `go` whose build writes the current time as the program, so every build differs.
fn pretend_go(folder: &Path) -> String {
    let go = folder.join("go");
    let text = "#!/bin/sh\n[ \"$1\" = build ] || exit 0\nsleep 0.5\nwhile [ \"$1\" != -o ]; do shift; done\ndate +%N > \"$2\"\n\
                echo built >> \"$(dirname \"$0\")/builds\"\n";
    fs::write(&go, text).unwrap();
    fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", folder.display(), env::var("PATH").unwrap())
}

/// A process that finds or builds the pinned AnyCable in its cache.
fn another_that_builds(path: &str, cache: (&str, &Path)) -> Command {
    let mut command = another_process("pinned::builds_a_server");
    command.env("PATH", path).env_remove(CACHE_VARIABLE).env(cache.0, cache.1);
    command
}

#[test]
fn what_was_built_is_built_once_and_again_only_where_it_is_no_longer_that() {
    let (tools, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = pretend_go(tools.path());
    let build = || {
        let output = another_that_builds(&path, (CACHE_VARIABLE, cache.path())).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let builds = fs::read_to_string(tools.path().join("builds")).unwrap();
        builds.lines().count()
    };
    let binary = cache.path().join("anycable-1.5.2");
    // A binary without a stamp.
    fs::write(&binary, "a program").unwrap();
    assert_eq!((build(), build()), (1, 1));
    let whole = fs::read(&binary).unwrap();
    fs::write(&binary, &whole[..whole.len() - 1]).unwrap();
    assert_eq!((build(), build()), (2, 2));
}

#[test]
fn commands_that_build_side_by_side_build_once() {
    let (tools, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = pretend_go(tools.path());
    // Without the variable, the cache of the user is used.
    let building: Vec<_> = (0..4)
        .map(|_| another_that_builds(&path, ("XDG_CACHE_HOME", home.path())).spawn().unwrap())
        .collect();
    for mut child in building {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(fs::read_to_string(tools.path().join("builds")).unwrap(), "built\n");
    assert!(home.path().join("jotproof/anycable-1.5.2").is_file());
}

#[test]
#[ignore = "run by other tests, with a compiler and a cache of their own"]
fn builds_a_server() {
    name_guard();
    ServerBinary::Pinned(&ANYCABLE_1).locate("AnyCable", "anycable").unwrap();
}

#[test]
#[ignore = "takes a minute for each server; every other test builds the ones that it lacks"]
fn servers_are_built_from_source() {
    name_guard();
    let cache = tempfile::tempdir().unwrap();
    for server in ALL {
        let binary = server.binary_in(cache.path()).unwrap();
        let version = Command::new("go").args(["version", "-m"]).arg(binary).output().unwrap();
        let version = String::from_utf8_lossy(&version.stdout).into_owned();
        assert!(version.contains(&format!("\tv{}\t", server.version)), "{version}");
    }
    // Each binary has a stamp and a lock.
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 3 * ALL.len(), "nothing else is left behind");
}

/// What looking for the pinned AnyCable fails with, in this environment.
fn missing(cache: &Path, variables: &[(&str, &str)]) -> String {
    let told = cache.with_extension("told");
    let output = another_process("pinned::tells_what_is_missing")
        .env(CACHE_VARIABLE, cache)
        .env("JOTPROOF_TEST_TOLD", &told)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("building AnyCable 1.5.2 with go (once,"));
    let text = fs::read_to_string(&told).unwrap();
    fs::remove_file(told).unwrap();
    text
}

#[test]
#[ignore = "run by other tests, in environments that lack something"]
fn tells_what_is_missing() {
    name_guard();
    let told = PathBuf::from(env::var_os("JOTPROOF_TEST_TOLD").unwrap());
    match ServerBinary::Pinned(&ANYCABLE_1).locate("AnyCable", "anycable") {
        Err(TargetError::EnvironmentMissing(text)) => fs::write(told, text).unwrap(),
        other => panic!("{other:?}"),
    }
}
