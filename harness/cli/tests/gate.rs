//! What a pipeline uses: known failures, reports, shards, and the difference between two runs.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use jotproof_engine::log::{Row, RunLog};

/// A verifier whose known deviations fail the run, and vectors that find some of them.
const RUN: [&str; 8] = [
    "run",
    "reference:jsonwebtoken-12.0.0",
    "--fail-on",
    "misuse,lax",
    "--only",
    "claims/audience/**",
    "--only",
    "keys/weak/**",
];

fn jotproof(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jotproof"))
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .expect("the command runs")
}

/// Runs the vectors with more arguments. Returns the exit code and everything that was said.
fn run(more: &[&str]) -> (Option<i32>, String) {
    let output = jotproof(&[&RUN[..], more].concat());
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("output is UTF-8"))
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn known_failures_are_written_acknowledged_and_then_green() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let list = folder.path().join("known.toml");
    let path = list.to_str().expect("the path is UTF-8");

    let (code, said) = run(&[]);
    assert_eq!(code, Some(1), "{said}");
    let (code, said) = run(&["--write-known-failures", path]);
    assert_eq!(code, Some(1), "writing a list changes no result: {said}");
    let written = text(&list);
    assert!(written.contains("[[known]]") && !written.contains("acknowledge-risk"), "{written}");

    // Somebody lets forgers in, so a person must say that this is accepted.
    let (code, said) = run(&["--known-failures", path]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("add acknowledge-risk = true"), "{said}");
    fs::write(&list, written.replace("reason =", "acknowledge-risk = true\nreason ="))
        .expect("it can be written");
    let (code, said) = run(&["--known-failures", path]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(" known"), "{said}");

    // A run without the bug outdates the list.
    let arguments = [&["run", "reference:rfc"], &RUN[4..], &["--known-failures", path]].concat();
    let output = jotproof(&arguments);
    let said = String::from_utf8_lossy(&output.stdout);
    // The list names the target, which is another one.
    assert_eq!(output.status.code(), Some(0), "{said}");
    let general: String = text(&list)
        .lines()
        .filter(|line| !line.starts_with("target"))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(&list, general).expect("it can be written");
    let output = jotproof(&arguments);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("OUTDATED") && said.contains("delete the entry"), "{said}");
}

/// A library without a profile of its own: each deviation fails its run, until it is listed. The list then accepts what
/// the profile of the library explains, and nothing else.
#[test]
fn a_list_of_known_failures_does_what_a_profile_does() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let paths = ["known.toml", "first.jsonl", "second.jsonl", "profile.jsonl"]
        .map(|name| folder.path().join(name).to_str().expect("the path is UTF-8").to_owned());
    let [list, first, second, profile] = &paths;
    let adapter = folder.path().join("adapter");
    let serve = format!("'{}' adapter serve reference:jsonwebtoken-12.0.0", env!("CARGO_BIN_EXE_jotproof"));
    let script = format!("#!/bin/sh\n{serve} | sed -u 's/,\"profile\":\"[^\"]*\"//'\n");
    fs::write(&adapter, script).expect("it can be written");
    fs::set_permissions(&adapter, fs::Permissions::from_mode(0o700)).expect("it can be made executable");
    let target = format!("exec:{}", adapter.display());
    let run = |more: &[&str]| {
        let output = jotproof(&[&["run", &*target], more].concat());
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };

    let (code, said) = run(&["--write-known-failures", list, "--log", first]);
    assert_eq!(code, Some(1), "{said}");
    let written = text(Path::new(list));
    fs::write(list, written.replace("reason =", "acknowledge-risk = true\nreason ="))
        .expect("it can be written");
    let (code, said) = run(&["--known-failures", list, "--log", second]);
    assert_eq!(code, Some(0), "{said}");

    let output = jotproof(&["run", "reference:jsonwebtoken-12.0.0", "--log", profile]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let [first, second, profile] = [first, second, profile].map(|path| logs(Path::new(path)).remove(0));
    let ids = |log: &RunLog, is_meant: &dyn Fn(&Row) -> bool| {
        let rows = log.rows.iter().filter(|row| is_meant(row));
        rows.map(|row| format!("{} {}", row.judgement, row.id)).collect::<BTreeSet<_>>()
    };
    let failing = ids(&first, &|row| first.fails(row));
    assert!(failing.len() > 20, "{failing:?}");
    assert_eq!(ids(&second, &|row| row.known.is_some()), failing);
    assert_eq!(ids(&profile, &|row| row.explained_by.is_some()), failing);
}

#[test]
fn the_junit_report_is_of_the_log_and_never_green_for_a_run_without_an_end() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let [report, log] = ["junit.xml", "run.jsonl"].map(|name| folder.path().join(name));
    let paths = [&report, &log].map(|path| path.to_str().expect("the path is UTF-8"));
    let (code, said) = run(&["--junit", paths[0], "--log", paths[1]]);
    assert_eq!(code, Some(1), "{said}");
    let written = text(&report);
    assert!(written.contains("<failure") && written.contains(r#"classname="claims.audience""#), "{written}");
    let made = jotproof(&["report", "junit", paths[1]]);
    assert!(made.status.success());
    let without_ids = |xml: &str| xml.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(without_ids(&String::from_utf8_lossy(&made.stdout)), without_ids(&written));

    // The target cannot be named: the report of the last run must not stay.
    let output =
        jotproof(&["run", "exec:/no/such/adapter", "--only", "algorithms/valid/**", "--junit", paths[0]]);
    assert_eq!(output.status.code(), Some(6));
    assert!(text(&report).contains("<error"), "{}", text(&report));

    // A folder that is not there is told before the run.
    let nowhere = folder.path().join("no/such/junit.xml");
    let (code, said) = run(&["--junit", nowhere.to_str().expect("the path is UTF-8")]);
    assert_eq!(code, Some(6), "{said}");
    assert!(said.contains("cannot write") && !said.contains("judged"), "{said}");
}

#[test]
fn sarif_and_markdown_are_of_the_log_too() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let [sarif, markdown, log] = ["out.sarif", "out.md", "run.jsonl"].map(|name| folder.path().join(name));
    let paths = [&sarif, &markdown, &log].map(|path| path.to_str().expect("the path is UTF-8"));
    let (code, said) = run(&["--sarif", paths[0], "--markdown", paths[1], "--log", paths[2]]);
    assert_eq!(code, Some(1), "{said}");
    for (name, path, part) in
        [("sarif", &sarif, r#""executionSuccessful": true"#), ("markdown", &markdown, "### misuse on")]
    {
        let made = jotproof(&["report", name, paths[2]]);
        assert!(made.status.success(), "{name}");
        assert_eq!(String::from_utf8_lossy(&made.stdout), text(path), "{name}");
        assert!(text(path).contains(part), "{name}: {}", text(path));
    }
    for (name, part) in [("annotations", "::error title=misuse on"), ("badge", "3 let somebody in")] {
        let made = jotproof(&["report", name, paths[2]]);
        let made = String::from_utf8_lossy(&made.stdout);
        assert!(made.contains(part), "{name}: {made}");
    }

    // The reports of the last run must not stay.
    let gone = ["run", "exec:/no/such/adapter", "--only", "algorithms/valid/**"];
    let output = jotproof(&[&gone[..], &["--sarif", paths[0], "--markdown", paths[1]]].concat());
    assert_eq!(output.status.code(), Some(6));
    assert!(text(&sarif).contains(r#""executionSuccessful": false"#), "{}", text(&sarif));
    assert!(text(&markdown).contains("❌ NOT RUN"), "{}", text(&markdown));
}

#[test]
fn a_difference_for_the_worse_has_exit_code_1() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let [lax, strict] = ["lax.jsonl", "strict.jsonl"].map(|name| folder.path().join(name));
    let [lax, strict] = [&lax, &strict].map(|path| path.to_str().expect("the path is UTF-8"));
    assert_eq!(run(&["--log", lax]).0, Some(1));
    let output = jotproof(&[&["run", "reference:rfc"], &RUN[4..], &["--log", strict]].concat());
    assert_eq!(output.status.code(), Some(0));
    for (arguments, code, part) in [
        (["diff", strict, lax], 1, "newly failing: "),
        (["diff", lax, strict], 0, "no longer failing: "),
        (["diff", lax, lax], 0, "no vector differs"),
        (["diff", lax, "no-such.jsonl"], 2, "cannot open the run log no-such.jsonl"),
    ] {
        let output = jotproof(&arguments);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(part), "{part}: {said}");
    }
}

/// The logs of a file, without their durations.
fn logs(path: &Path) -> Vec<RunLog> {
    let logs = RunLog::read_all(text(path).as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    logs.into_iter().map(|log| RunLog { elapsed_ms: 0, ..log }).collect()
}

#[test]
fn the_merged_log_of_eight_shards_is_the_log_of_one_run() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = |name: &str| folder.path().join(name).to_str().expect("the path is UTF-8").to_owned();
    let [whole, merged] = [path("whole.jsonl"), path("merged.jsonl")];
    // Two targets, several deployments, known failures, and vectors that do not apply.
    let (list, old) = (path("known.toml"), path("old.toml"));
    let entry = |only: &str, more: &str| {
        format!("[[known]]\nonly = [\"{only}\"]\njudgement = \"lax\"\nreason = \"it is so\"\n{more}\n")
    };
    let weak = entry("class:K3", "target = \"*jsonwebtoken*\"");
    fs::write(&list, &weak).expect("it can be written");
    fs::write(&old, weak + &entry("claims/audience/**", "")).expect("it can be written");
    let run = |more: &[&str]| {
        let targets = ["run", "reference:centrifugo-6.9.6"];
        let output =
            jotproof(&[&targets[..], &RUN[1..], &["--only", "centrifugo/key-set/**"], more].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let merge = |of: &[String], more: &[&str]| {
        let of: Vec<&str> = of.iter().map(String::as_str).collect();
        let output = jotproof(&[&["merge"], &of[..], more].concat());
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).expect("output is UTF-8"))
    };

    for known in [&list, &old] {
        let (code, said) = run(&["--known-failures", known, "--log", &whole]);
        let mut shards = Vec::new();
        for number in 1..=8 {
            let log = path(&format!("{number}.jsonl"));
            let shard = format!("{number}/8");
            let (code, said) = run(&["--known-failures", known, "--shard", &shard, "--log", &log]);
            assert!(code == Some(0) || code == Some(1), "{number}: {code:?} {said}");
            shards.push(log);
        }
        let parts: Vec<usize> = shards.iter().map(|log| logs(log.as_ref())[0].header.selected).collect();
        assert!(parts.iter().all(|part| *part > 0), "{parts:?}");

        assert_eq!(merge(&shards, &["--known-failures", known, "--log", &merged]).0, code, "{said}");
        let (merged, whole) = (logs(merged.as_ref()), logs(whole.as_ref()));
        assert_eq!(merged.len(), 2);
        assert!(merged == whole, "{merged:#?}\n{whole:#?}");

        // The log is written even if the summary cannot be.
        let full = fs::File::options().write(true).open("/dev/full").expect("there is such a device");
        let log = path("full.jsonl");
        let mut command = Command::new(env!("CARGO_BIN_EXE_jotproof"));
        command.arg("merge").args(&shards).args(["--known-failures", known, "--log", &log]);
        let code = command.stdout(full).stderr(Stdio::null()).status().expect("the command runs").code();
        assert!(code == Some(6) || code == Some(1), "{code:?}");
        assert!(logs(log.as_ref()) == whole);

        // Whatever is not a whole run is told, and never green.
        let twice = [&shards[..], &shards[2..3]].concat();
        let other = [&shards[..7], std::slice::from_ref(&path("whole.jsonl"))].concat();
        let changed = path("changed.jsonl");
        fs::write(&changed, text(shards[7].as_ref()).replace("\"vectors\":\"", "\"vectors\":\"0"))
            .expect("it can be written");
        let changed = [&shards[..7], &[changed]].concat();
        for (of, more, says) in [
            (
                &changed[..],
                &["--known-failures", known][..],
                "the shards 1/8 and 8/8 differ in their vectors",
            ),
            (&shards[..7], &["--known-failures", known][..], "8/8 is missing"),
            (&twice, &["--known-failures", known], "the shard 3/8 is there twice"),
            (&other, &["--known-failures", known], "is no shard"),
            (&shards, &[], "the shards were run with --known-failures"),
        ] {
            let (code, said) = merge(of, more);
            assert_eq!(code, Some(2), "{said}");
            assert!(said.contains(says), "{said}");
        }
    }
    // How much must be judged is asked of all shards together.
    let halves = ["1/2", "2/2"].map(|shard| {
        let log = path(&shard.replace('/', "-"));
        let (code, said) =
            run(&["--shard", shard, "--min-judged", "100000", "--known-failures", &list, "--log", &log]);
        assert!(code == Some(0) || code == Some(1), "{code:?} {said}");
        log
    });
    let (code, said) = merge(&halves, &["--known-failures", &list, "--log", &merged]);
    assert!(logs(merged.as_ref()).iter().all(|log| log.header.least_judged == 100_000), "{code:?} {said}");
    let (code, said) = run(&["--shard", "9/8"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("write it as in 2/8"), "{said}");
}
