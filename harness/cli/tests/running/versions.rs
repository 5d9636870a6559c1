//! A server that tells its version is judged as it, or against what was claimed.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::command::{Ended, run};
use super::fake::{Fake, anycable, centrifugo};

/// A configuration file of either server: AnyCable reads it as TOML.
pub fn configuration(folder: &TempDir) -> String {
    let path: PathBuf = folder.path().join("server.toml");
    let text = "secret = \"hush-hush-hush\"\ntoken_hmac_secret_key = \"hush-hush-hush\"\n";
    fs::write(&path, text).expect("it can be written");
    path.to_str().expect("a UTF-8 path").to_owned()
}

/// Runs one vector against a fake that tells a version.
fn told(server: &'static str, version: &'static str, more: &[&str]) -> (Ended, String) {
    let fake = Fake::new(move |stream, _| match server {
        "centrifugo" => centrifugo(stream, version),
        _ => anycable(stream, version),
    });
    let folder = tempfile::tempdir().expect("a folder can be made");
    let log = folder.path().join("log").to_str().expect("a UTF-8 path").to_owned();
    let (target, config) = (format!("{server}:ws://127.0.0.1:{}/", fake.port), configuration(&folder));
    let mut arguments = vec!["run", &target, "--server-config", &config, "--log", &log];
    arguments.extend(["--only", "algorithms/valid/hs256"]);
    arguments.extend(more);
    let ended = run(&arguments);
    assert!(!ended.said.contains("hush"), "{}", ended.said);
    let log = fs::read_to_string(log).unwrap_or_default();
    assert!(!log.contains("hush"), "{log}");
    (ended, log)
}

#[test]
fn a_running_server_is_judged_as_the_version_that_it_tells() {
    let newer = "is newer than every version that there is a profile of";
    let table: [(&str, &str, &[&str], &str, &str); 9] = [
        ("centrifugo", "5.4.9", &[], "centrifugo-5.4.9", ""),
        ("centrifugo", "5.0.0", &[], "centrifugo-5.0.0", "crashes on any subscription token; 5.0.1 fixes it"),
        ("centrifugo", "5.4.5", &[], "centrifugo-5.4.5", ""),
        ("centrifugo", "6.9.1 OSS", &[], "centrifugo-6.9.1", ""),
        ("centrifugo", "6.9.9 PRO", &[], "centrifugo-6.9.6", newer),
        ("centrifugo", "0.0.0", &[], "centrifugo-5.4.9", "does not tell its version"),
        (
            "centrifugo",
            "5.4.9",
            &["--server-version", "5.4.5"],
            "centrifugo-5.4.5",
            "but --server-version says 5.4.5",
        ),
        ("anycable", "1.5.6", &[], "anycable-1.5.6", ""),
        ("anycable", "1.6.17-4f2c1d", &[], "anycable-1.6.16", newer),
    ];
    for (server, version, more, profile, warning) in table {
        let (ended, log) = told(server, version, more);
        assert_eq!(ended.code, 0, "{server} {version}: {}", ended.said);
        assert!(log.contains(&format!(r#""profile":"{profile}""#)), "{server} {version}: {log}");
        assert_eq!(ended.said.contains("warning: "), !warning.is_empty(), "{}", ended.said);
        assert!(ended.said.contains(warning) && log.contains(warning), "{}", ended.said);
    }
}

#[test]
fn a_server_of_another_generation_is_a_fault() {
    let table: [(&str, &str, &[&str], &str); 4] = [
        (
            "centrifugo",
            "5.4.9",
            &["--server-version", "3.2.3"],
            "it answers as Centrifugo 5.4.9, but --server-version says 3.2.3",
        ),
        ("centrifugo", "7.0.0", &["--server-version", "6.9.1"], "it answers as Centrifugo 7.0.0"),
        ("centrifugo", "7.0.0", &[], "it answers as Centrifugo 7.0.0, of which there is no profile"),
        (
            "anycable",
            "1.6.1",
            &["--server-version", "1.5.2"],
            "it answers as AnyCable 1.6.1, but --server-version says",
        ),
    ];
    for (server, version, more, expected) in table {
        let (ended, _) = told(server, version, more);
        assert_eq!(ended.code, 3, "{}", ended.said);
        let is_shown = ended.said.contains("INCOMPLETE") || ended.said.contains("FAULT");
        assert!(is_shown && ended.said.contains(expected), "{}", ended.said);
        // The advice never names a version that the command rejects.
        assert_eq!(ended.said.contains("as in --server-version"), version != "7.0.0", "{}", ended.said);
    }
}
