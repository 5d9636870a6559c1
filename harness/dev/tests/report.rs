//! What documents say of live runs: made from their logs, and refused where these prove too little.

use std::path::Path;
use std::process::{Command, Output};

use jotproof_engine::Suite;
use jotproof_engine::select::Selection;
use jotproof_profiles::Profiles;
use jotproof_targets::reference::ReferenceTarget;

fn jotproof_dev(arguments: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Command::new(env!("CARGO_BIN_EXE_jotproof-dev"))
        .args(arguments)
        .current_dir(root)
        .output()
        .expect("the command runs")
}

fn stderr(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "it has to fail");
    assert!(output.stdout.is_empty(), "what is refused is not printed");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The log of the reference in place of the servers.
fn log() -> String {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let mut log = Vec::new();
    for name in ["centrifugo-3.2.3", "centrifugo-5.4.9", "centrifugo-6.9.6", "anycable-1.5.2"] {
        let profile = Profiles::built_in().get(name).expect("it is built in");
        let target = ReferenceTarget::following(profile).expect("the rules are valid");
        let run = jotproof_engine::run(&suite, &Selection::default(), &target, profile, &());
        run.expect("it can be planned").write(&mut log).expect("memory can be written");
    }
    String::from_utf8(log).expect("a log is text")
}

/// The runs of a log, each as the text of its lines.
fn runs(log: &str) -> impl Iterator<Item = &str> {
    log.split_inclusive("\n")
        .scan((0, 0), |(start, end), line| {
            *end += line.len();
            Some(line.starts_with("{\"footer\"").then(|| &log[std::mem::replace(start, *end)..*end]))
        })
        .flatten()
}

/// The run without the rows that contain `part`, as if their vectors had not been selected.
fn selecting_less(run: &str, part: &str) -> String {
    let is_left_out = |line: &&str| line.starts_with("{\"row\"") && line.contains(part);
    let count = run.lines().filter(is_left_out).count();
    let selected = |count: usize| format!("\"selected\":{count},");
    let all = run.split_once("\"selected\":").and_then(|(_, rest)| rest.split_once(',')?.0.parse().ok());
    let all: usize = all.expect("a header says how many were selected");
    let rest: String =
        run.lines().filter(|line| !is_left_out(line)).map(|line| format!("{line}\n")).collect();
    rest.replacen(&selected(all), &selected(all - count), 1)
}

/// What is said of the rows where a log is otherwise.
fn rows(folder: &Path, log: &str) -> Output {
    let path = folder.join("changed.jsonl");
    std::fs::write(&path, log).expect("the log can be written");
    jotproof_dev(&["report", "rows", path.to_str().expect("the path is text")])
}

#[test]
fn rows_are_proved_by_two_answers_and_by_nothing_less() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let log = log();
    let without = |part: &str| -> String { runs(&log).map(|run| selecting_less(run, part)).collect() };

    let output = rows(folder.path(), &log);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for row in ["| CF-AUD-2 | must |", "| CP-CLI-1 | must |", "| AC-EXT-3 | should |"] {
        assert_eq!(text.matches(row).count(), 1, "{row}\n{text}");
    }

    // Without the refusals, and without the other effects, nothing would tell the servers apart from
    // one that gives a single answer.
    let told = stderr(&rows(folder.path(), &without("/anonymous-refused-")));
    assert!(told.contains("CF-ANON-1: no case of it came out as it must on any server"), "{told}");
    let told = stderr(&rows(folder.path(), &without("\"seen\":\"refused\"")));
    assert!(told.contains("CF-AUD-2: accepted, and never refused"), "{told}");
    assert!(!told.contains("CF-SUB-2:"), "its effect is another one than that of its twin: {told}");
    let told = stderr(&rows(folder.path(), &without("\"seen\":\"accepted\"")));
    assert!(told.contains("CF-AUD-2: refused, and never accepted"), "{told}");
    assert!(!told.contains("AC-SRC-3:"), "it is waived: {told}");

    // The other cases of these rows were accepted and refused as before, and by more than one change.
    let told = stderr(&rows(folder.path(), &without("centrifugo/subscription-expiry/again-at-once\"")));
    let apart = "CS-OK-1: no two cases that are told apart are one change apart";
    assert!(told.contains(apart) && told.lines().count() == 2, "{told}");
    let told = stderr(&rows(folder.path(), &without("\"centrifugo/keys/hs256-")));
    let unflipped = "CF-ALG-1: the option `token_hmac_secret_key` is never flipped";
    assert!(told.contains(unflipped) && told.lines().count() == 2, "{told}");
    let told = stderr(&rows(folder.path(), &without("/unknown-enforced\"")));
    assert!(told.contains("AC-ENF-3: the option `enforce_jwt` is never flipped"), "{told}");
}

#[test]
fn a_run_that_failed_proves_nothing() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let log = log();
    let red = log.replacen("\"judgement\":\"pass\"", "\"judgement\":\"bypass\"", 1);
    let told = stderr(&rows(folder.path(), &red));
    assert!(told.contains("reference:centrifugo-3.2.3: the run is red: "), "{told}");
    let failed = log.replace("\"failure\":null", "\"failure\":{\"message\":\"gone\",\"environment\":false}");
    assert!(stderr(&rows(folder.path(), &failed)).contains("reference:centrifugo-3.2.3: gone"));
    let is_row = |line: &&str| line.starts_with("{\"row\"") && line.contains("/anonymous-refused-");
    let missing: String = log.split_inclusive('\n').filter(|line| !is_row(line)).collect();
    assert!(stderr(&rows(folder.path(), &missing)).contains(" vectors, and the log tells of "));
    let cut_off = &log[..log.rfind("{\"footer\"").expect("there is a footer")];
    assert!(stderr(&rows(folder.path(), cut_off)).contains("a run without an end"));
}

#[test]
fn statements_that_nothing_is_said_of_are_told() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = |name: &str| folder.path().join(name).to_str().expect("the path is text").to_owned();
    let (profile, accounts) = (path("profile.txt"), path("unreached.json"));
    std::fs::write(&profile, "mode: set\nexample.org/s/keys/a.go:1.2,3.4 1 0\n").expect("it can be written");
    let report = |unreached: &str| {
        let text = format!(
            r#"{{"packages":[{{"server":"S 1","package":"example.org/s/keys","own_tests":"0.0","unreached":[{unreached}]}}]}}"#
        );
        std::fs::write(&accounts, text).expect("it can be written");
        jotproof_dev(&["report", "coverage", &profile, "--accounts", &accounts])
    };
    let told = stderr(&report(""));
    assert!(told.contains("example.org/s/keys: a.go:1.2 is not reached, and nothing says why"), "{told}");
    let output = report(r#"{"kind":"unreachable","reason":"nobody calls it","statements":["a.go:1.2"]}"#);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = stderr(&report(r#"{"kind":"impossible","reason":"","statements":[]}"#));
    assert!(told.contains("unreached.json") && told.contains("unknown variant `impossible`"), "{told}");
}
