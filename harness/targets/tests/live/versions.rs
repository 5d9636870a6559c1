//! Which version a binary is taken for, and what becomes of it where the server tells another one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use jotproof_engine::target::{Target, TargetError};
use jotproof_mint::keys;
use jotproof_model::Application;
use jotproof_targets::ServerBinary;
use jotproof_targets::named::{self, ServerArguments};
use jotproof_targets::server::pinned::ANYCABLE_1;

use crate::machine::{name_guard, pinned};
use crate::tokens::{SECRET, context};

fn target(name: &str, version: Option<&str>) -> Result<Box<dyn Target>, String> {
    name_guard();
    let arguments = ServerArguments { version, ..ServerArguments::default() };
    named::targets(name, arguments).map(|mut targets| targets.remove(0)).map_err(|error| error.to_string())
}

#[test]
fn a_binary_is_taken_for_the_version_that_it_says_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("server");
    let of = |server: &str, text: &str, version| {
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        target(&format!("{server}:process:{}", path.display()), version).map(|target| target.profile())
    };
    let table = [
        (
            "centrifugo",
            "[ $1 = version ] && echo 'Centrifugo v3.2.3 (Go version: go1.18.3)'",
            "centrifugo-3.2.3",
        ),
        (
            "centrifugo",
            "[ $1 = version ] && echo 'Centrifugo v5.4.5 (Go version: go1.23.2)'",
            "centrifugo-5.4.5",
        ),
        ("centrifugo", "echo 'Centrifugo v6.9.7 (Go version: go1.26.2)'", "centrifugo-6.9.6"),
        ("centrifugo", "echo 'Centrifugo v0.0.0 (Go version: go1.26.2)'", "centrifugo-6.9.6"),
        ("centrifugo", "echo 'Centrifugo v3.2.3 (Go version: go1.18.3)'; exit 1", "centrifugo-6.9.6"),
        ("centrifugo", "echo 'another program 3.2.3'", "centrifugo-6.9.6"),
        ("centrifugo", "exit 0", "centrifugo-6.9.6"),
        ("anycable", "[ $1 = --version ] && echo 1.6.0", "anycable-1.6.0"),
        ("anycable", "echo 1.6.16-4f2c1d", "anycable-1.6.16"),
        ("anycable", "echo another program; echo 1.6.0", "anycable-1.5.2"),
    ];
    for (server, text, profile) in table {
        assert_eq!(of(server, text, None).as_deref(), Ok(profile), "{text}");
    }
    // What the user says, counts.
    let text = "echo 'Centrifugo v5.4.5 (Go version: go1.23.2)'";
    assert_eq!(of("centrifugo", text, Some("4.1.5")).as_deref(), Ok("centrifugo-4.1.5"));
    let error = of("centrifugo", "echo 'Centrifugo v2.8.6 (Go version: go1.18)'", None).unwrap_err();
    assert!(error.contains("no profile for Centrifugo 2.8.6"), "{error}");

    let start = Instant::now();
    assert_eq!(of("anycable", "exec sleep 600", None).as_deref(), Ok("anycable-1.5.2"));
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[test]
fn a_server_that_was_started_is_held_to_what_was_claimed() {
    let ServerBinary::Path(path) = pinned(&ANYCABLE_1) else { panic!("it is pinned by its path") };
    let context = context(Application::Anycable, &[SECRET]);
    let warnings = |path: &Path, version| {
        let target = target(&format!("anycable:process:{}", path.display()), version).unwrap();
        target.deploy(&context, keys::all()).map(|_| (target.profile(), target.warnings()))
    };
    assert_eq!(warnings(&path, None).unwrap(), ("anycable-1.5.2".to_owned(), Vec::new()));
    assert_eq!(
        warnings(&path, Some("1.5.1")).unwrap(),
        (
            "anycable-1.5.1".to_owned(),
            vec!["it answers as AnyCable 1.5.2, but --server-version says 1.5.1".to_owned()]
        )
    );
    match warnings(&path, Some("1.6.1")).unwrap_err() {
        // It does not know a flag of that version.
        TargetError::Fault(text) => assert!(
            text.starts_with("AnyCable died at start: exit status: 1")
                && text.ends_with(
                    "it answers as AnyCable 1.5.2, but --server-version says 1.6.1: say which version it is, as in \
                     --server-version 1.5.2"
                ),
            "{text}"
        ),
        other => panic!("{other:?}"),
    }
}
