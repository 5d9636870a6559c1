//! Every option in a message exists, so the advice of a message works.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Command-line options that the command passes when it starts itself as a guard.
const OF_THE_GUARD: &[&str] = &["--pipe", "--remove", "--run", "--variable"];

/// Command-line options of servers.
const OF_SERVERS: &[&str] = &[
    "--broadcast_key",
    "--config",
    "--disconnect_mode",
    "--enforce_jwt",
    "--host",
    "--http_broadcast_port",
    "--jwt_param",
    "--port",
    "--presets",
    "--rpc_host",
    "--secret",
];

fn help(of: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_jotproof"))
        .args(of)
        .arg("--help")
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    assert!(output.status.success(), "{of:?}");
    String::from_utf8(output.stdout).expect("help is UTF-8")
}

/// The options in a text.
fn options(text: &str) -> BTreeSet<String> {
    let is_of_name = |c: char| c.is_ascii_lowercase() || c == '-' || c == '_';
    text.match_indices("--")
        .filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_'))
        .map(|(at, _)| {
            let rest = &text[at + 2..];
            format!("--{}", &rest[..rest.find(|c| !is_of_name(c)).unwrap_or(rest.len())])
        })
        .filter(|option| option[2..].starts_with(|c: char| c.is_ascii_lowercase()))
        .collect()
}

/// The command-line options of the command and its subcommands.
fn taken() -> BTreeSet<String> {
    let mut taken = BTreeSet::from(["--version".to_owned()]);
    for of in [
        &[][..],
        &["run"],
        &["list"],
        &["show"],
        &["adapter", "serve"],
        &["adapter", "check"],
        &["report", "junit"],
        &["report", "html"],
        &["diff"],
    ] {
        // Only the list of options, not mentions in descriptions.
        for line in help(of).lines().map(str::trim_start) {
            let first = line
                .split_once(", ")
                .map_or(line, |(short, rest)| if short.len() == 2 { rest } else { line });
            taken.extend(options(
                first.split_whitespace().next().filter(|word| word.starts_with("--")).unwrap_or(""),
            ));
        }
    }
    taken
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_option_that_a_message_names_is_taken() {
    let taken = taken();
    assert!(
        taken.contains("--server-version") && taken.contains("--log") && taken.contains("--vectors"),
        "{taken:?}"
    );
    let harness = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for part in ["cli/src", "engine/src", "targets/src"] {
        sources(&harness.join(part), &mut files);
    }
    assert!(files.len() > 50, "{} files", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("it can be read");
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        let spoken = product.lines().filter(|line| !line.trim_start().starts_with("//"));
        for option in spoken.flat_map(options) {
            let known =
                taken.contains(&option) || OF_THE_GUARD.contains(&&*option) || OF_SERVERS.contains(&&*option);
            if !known {
                wrong.push(format!("{}: {option}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "no such options: {wrong:#?}");
}

#[test]
fn advice_about_a_version_works_when_it_is_followed() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_jotproof"))
            .args(["run", "--only", "algorithms/valid/hs256"])
            .args(arguments)
            .env("PATH", "/nowhere")
            .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
            .env("JOTPROOF_SERVERS", "/nowhere/servers")
            .stdin(Stdio::null())
            .output()
            .expect("the command runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for wrong in [
        &["centrifugo:docker:v7"][..],
        &["centrifugo:process:v7"],
        &["anycable:docker:nightly"],
        &["centrifugo:process:/bin/true", "--server-version", "7"],
        &["anycable:docker", "--server-version", "0.9"],
    ] {
        let (code, said) = run(wrong);
        assert_eq!(code, Some(2), "{said}");
        let (_, hint) = said.split_once("hint: the nearest is ").unwrap_or_else(|| panic!("no hint: {said}"));
        let advised: Vec<&str> = hint.split_whitespace().collect();
        let again = if advised[0].starts_with("--") { [&wrong[..1], &advised].concat() } else { advised };
        let (code, said) = run(&again);
        // The arguments are valid. The server is missing, which is found later.
        assert!(matches!(code, Some(3 | 6)), "{again:?}: {code:?}: {said}");
    }
}
