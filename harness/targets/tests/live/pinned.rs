//! Pinned servers where this machine lacks something.

use std::env;
use std::fs;
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
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0, "nothing is left behind");
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

#[test]
fn a_server_that_is_there_is_not_built() {
    let cache = tempfile::tempdir().unwrap();
    fs::write(cache.path().join("anycable-1.5.2"), "").unwrap();
    let found = ANYCABLE_1.binary_in(cache.path()).unwrap();
    assert_eq!(found, cache.path().join("anycable-1.5.2"));
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
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), ALL.len(), "nothing else is left behind");
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
