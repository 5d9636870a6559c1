//! A live run that did not happen never passes for one that did.

use super::command::{run, start};

const NOWHERE: &str = "anycable:process:/nowhere/anycable-go";

/// An adapter that accepts everything, and so lets forgers in.
const ACCEPTS_ALL: &str = r#"exec:sh -c 'echo "{\"type\":\"hello\",\"protocol\":1,\"name\":\"yes\",\"version\":\"1\",\"capabilities\":[\"application:jwt\",\"algorithm:HS256\"],\"clock\":\"settable\",\"numbers\":\"double\",\"reasons\":false,\"observes\":[]}"; while read -r line; do case $line in *\"bye\"*) exit 0;; esac; id=$(echo "$line" | sed "s/.*\"id\":\([0-9]*\).*/\1/"); echo "{\"type\":\"accepted\",\"id\":$id}"; done'"#;

#[test]
fn what_was_not_run_is_shown_and_is_its_own_exit_code() {
    // Named, alone; beside one that passes; beside one that fails.
    let table: [(&[&str], i32); 3] =
        [(&[NOWHERE], 6), (&[NOWHERE, "reference:rfc"], 6), (&[NOWHERE, ACCEPTS_ALL], 1)];
    for (targets, expected) in table {
        let mut arguments: Vec<String> = vec!["run".to_owned()];
        arguments.extend(targets.iter().map(|target| (*target).to_owned()));
        arguments.extend(["--only", "algorithms/none/**"].map(str::to_owned));
        // A conformance failure keeps its exit code in every environment.
        let ways = [(None, ("CI", "false")), (Some("--require-live"), ("CI", "")), (None, ("CI", "true"))];
        for (flag, (name, value)) in ways {
            let mut arguments = arguments.clone();
            arguments.extend(flag.map(str::to_owned));
            let ended = start(&arguments, &[(name, value.to_owned())]).end();
            assert_eq!(ended.code, expected, "{targets:?} {flag:?} {value}: {}", ended.said);
            assert!(ended.said.contains("NOT RUN"), "{}", ended.said);
            assert!(ended.said.contains("no AnyCable binary at /nowhere/anycable-go"), "{}", ended.said);
        }
    }
}

#[test]
fn a_target_that_chooses_for_itself_and_has_nothing_is_not_run() {
    let cache = tempfile::tempdir().expect("a folder can be made");
    let nothing = [
        ("DOCKER_HOST", "unix:///nowhere/docker.sock".to_owned()),
        ("PATH", "/nowhere".to_owned()),
        ("JOTPROOF_SERVERS", cache.path().to_str().expect("a UTF-8 path").to_owned()),
    ];
    for name in ["anycable", "centrifugo:auto"] {
        let arguments = ["run", name, "--only", "algorithms/valid/hs256"].map(str::to_owned);
        let ended = start(&arguments, &nothing).end();
        assert_eq!(ended.code, 6, "{}", ended.said);
        assert!(ended.said.contains("NOT RUN") && ended.said.contains("install Go"), "{}", ended.said);
    }
}

#[test]
fn to_require_a_live_run_is_to_name_one() {
    for arguments in [&["run", "--require-live"][..], &["run", "reference:rfc", "--require-live"]] {
        let ended = run(arguments);
        assert_eq!(ended.code, 2, "{}", ended.said);
        assert!(ended.said.contains("no target is a live server"), "{}", ended.said);
    }
}
