//! The command with adapters: our own verifier behind the protocol, one for a library of another
//! language, and the check that those who write one are given.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

mod support;

use support::{root, shown};

const JOTPROOF: &str = env!("CARGO_BIN_EXE_jotproof");

/// PyJWT as `ci/adapters` installs it.
const PYJWT: &str = "target/adapters/python/bin/python fixtures/adapters/python/pyjwt.py";

fn jotproof(arguments: &[&str]) -> Output {
    support::command(JOTPROOF, arguments).output().expect("the command runs")
}

/// The rows of the run log of a target, and the code that the run ends with.
fn rows(target: &str) -> (Vec<Value>, i32) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let log = folder.path().join("log.jsonl");
    let output = jotproof(&["run", target, "--log", log.to_str().expect("a UTF-8 path")]);
    let text = fs::read_to_string(&log).unwrap_or_else(|error| panic!("{error}: {}", shown(&output)));
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    let rows = lines.filter_map(|mut line| line.get_mut("row").map(Value::take)).collect();
    (rows, output.status.code().expect("it ended by itself"))
}

/// A shell adapter that says hello and then what the script says.
fn shell(script: &str) -> String {
    let hello = r#"{"type":"hello","protocol":1,"name":"shell","version":"1","capabilities":["application:jwt","algorithm:HS256"],"clock":"system","numbers":"double","reasons":false}"#;
    let script = format!("echo '{hello}'; {script}").replace('\'', r"'\''");
    format!("sh -c '{script}'")
}

fn snapshot(name: &str, arguments: &[&str]) {
    let shown = shown(&jotproof(arguments)).replace(JOTPROOF, "[jotproof]");
    insta::assert_snapshot!(name, shown);
}

/// What adapters are not asked: flows of several steps, and configurations that the protocol has no word for.
const NOT_ASKED: [&str; 15] = [
    "refresh",
    "resumption",
    "configuration",
    "expiry",
    "reload",
    "rotation",
    "overrides",
    "namespaces",
    "key-set",
    "patterns",
    "separate-keys",
    "user-claim",
    "meta",
    "near-the-clock",
    "previous-secret",
];

#[test]
fn our_verifier_behind_the_protocol_gives_the_rows_that_it_gives_in_process() {
    for profile in ["rfc", "bcp", "centrifugo-5.4.9"] {
        let mut in_process = rows(&format!("reference:{profile}"));
        for row in &mut in_process.0 {
            // The protocol has no word for the options of channels.
            if let Some(result) = row.pointer_mut("/observation/result").and_then(Value::as_object_mut) {
                result.remove("options");
            }
        }
        let mut through_pipes = rows(&format!("exec:{JOTPROOF} adapter serve reference:{profile}"));
        assert!(through_pipes.0.len() > 50, "{profile}");
        // `adapter serve` tells the reason too, even if the server has an answer of its own.
        for row in &mut through_pipes.0 {
            if let Some(refused) = row.pointer_mut("/observation").and_then(Value::as_object_mut)
                && refused.contains_key("answer")
            {
                assert!(refused.remove("reason").is_some(), "{profile}: {refused:?}");
            }
        }
        let carried: BTreeSet<_> = through_pipes.0.iter().map(|row| row["id"].as_str()).collect();
        let (expected, left_out): (Vec<_>, Vec<_>) =
            in_process.0.iter().partition(|row| carried.contains(&row["id"].as_str()));
        assert_eq!(through_pipes.0.iter().collect::<Vec<_>>(), expected, "{profile}");
        for row in left_out {
            let id = row["id"].as_str().expect("a row has an id");
            let topic = id.split('/').nth(1).expect("an id has a topic");
            assert!(NOT_ASKED.iter().any(|part| topic.contains(part)), "{profile}: {id} is left out");
        }
        assert_eq!(through_pipes.1, in_process.1, "{profile}");
    }
}

#[test]
fn what_people_read() {
    snapshot("help_adapter", &["adapter", "--help"]);
    snapshot("check_reference", &["adapter", "check", &format!("{JOTPROOF} adapter serve reference:rfc")]);
    snapshot("error_serve", &["adapter", "serve", "centrifugo:process"]);
    snapshot("error_check_no_command", &["adapter", "check", ""]);
    snapshot("error_check_no_program", &["adapter", "check", "no-such-program"]);
    snapshot("error_exec_no_command", &["run", "exec:"]);
    snapshot("error_exec_option", &["run", "exec:true", "--server-option", "a=b"]);
}

#[test]
fn the_check_says_what_to_do() {
    let accept = r#"id=0; while read -r line; do case $line in *bye*) exit 0;; esac; id=$(echo "$line" | sed 's/.*"id":\([0-9]*\).*/\1/'); echo "{\"type\":\"accepted\",\"id\":$id}"; done"#;
    snapshot("check_accepts_all", &["adapter", "check", &shell(accept)]);
    snapshot("check_no_hello", &["adapter", "check", "echo ready"]);
    snapshot("check_silent", &["adapter", "check", &shell("exec sleep 600")]);
    snapshot("check_dies", &["adapter", "check", &shell("read -r line; echo no luck >&2; exit 3")]);
    snapshot("check_garbage", &["adapter", "check", &shell("read -r line; echo 'DEBUG: asked'; exit 0")]);
}

/// The command of the fake adapter of jotproof-targets, which does not do what it declares.
fn fake(mode: &str) -> String {
    let path = Path::new(JOTPROOF).with_file_name("examples").join("fake_adapter");
    assert!(path.is_file(), "no {}: run `cargo build --examples`", path.display());
    format!("{} {mode}", path.display())
}

#[test]
fn the_check_finds_a_lie_about_everything_that_is_declared() {
    let checked = |mode: &str| {
        let output = jotproof(&["adapter", "check", &fake(mode)]);
        (output.status.code(), String::from_utf8(output.stdout).expect("output is UTF-8"))
    };
    let (code, text) = checked("honest");
    assert_eq!(code, Some(0), "{text}");
    let proved =
        text.lines().find_map(|line| line.trim().strip_prefix("ok       it does what it declares: "));
    let proved: BTreeSet<&str> = proved.expect("something is proved").split(", ").collect();
    for (lie, about, problem) in [
        ("audience", "audience", "a token for another audience is accepted"),
        ("several-audiences", "several-audiences", "a token for the second configured audience is refused"),
        ("issuer", "issuer", "a token of another issuer is accepted"),
        ("several-issuers", "several-issuers", "a token of the second configured issuer is refused"),
        ("typ", "typ", "a token of another type is accepted"),
        ("none", "none", "an unsecured token is refused"),
        ("several-keys", "several-keys", "a token by the second of two keys is refused"),
        (
            "several-keys-of-one-kind",
            "several-keys-of-one-kind",
            "a token by the second of two keys of one kind is refused",
        ),
        ("binary-token", "binary-token", "is answered with unsupported"),
        ("long-token", "long-token", "is answered with unsupported"),
        ("binary-secret", "binary-secret", "is answered with unsupported"),
        ("unfit-key", "unfit-key", "is answered with unsupported"),
        ("leeway", "leeway 60", "a token that expired 30 s ago is refused"),
        ("'too much leeway'", "leeway 60", "a token that expired 90 s ago is accepted"),
        ("clock", "clock: settable", "a token that is still valid at `now`, in 2001, is refused"),
        ("algorithm:HS256", "algorithm:HS256", "a token whose payload was changed after signing is accepted"),
        ("algorithm:ES512", "algorithm:ES512", "a token whose payload was changed after signing is accepted"),
        ("algorithm:EdDSA", "algorithm:EdDSA", "a token whose payload was changed after signing is accepted"),
    ] {
        assert!(proved.contains(about), "{about} is not proved for an honest adapter: {proved:?}");
        let (code, text) = checked(&format!("lie {lie}"));
        assert_eq!(code, Some(1), "{lie}: {text}");
        let found = text
            .lines()
            .any(|line| line.contains("problem") && line.contains(about) && line.contains(problem));
        assert!(found, "{lie}: {text}");
    }
    for (lie, problem) in
        [("claims", "lists claims under observes"), ("reasons", "says that it tells reasons")]
    {
        let (code, text) = checked(&format!("lie {lie}"));
        assert_eq!(code, Some(1), "{lie}: {text}");
        assert!(text.contains(problem), "{lie}: {text}");
    }
    // What may be the nature of the library is told, and does not fail the check.
    assert!(proved.contains("set-up"), "{proved:?}");
    for (lie, doubt) in [
        ("exp", "a token without `exp` is refused"),
        ("nbf", "a token that is not valid yet is accepted"),
        ("kid", "a token that names another `kid` is refused"),
        ("'any typ'", "a token of some type, if none is expected, is refused"),
        ("algorithms", "a token by an algorithm that is not allowed is accepted"),
    ] {
        let (_, text) = checked(&format!("lie {lie}"));
        let found = text.lines().any(|line| line.contains("look at  set-up: ") && line.contains(doubt));
        assert!(found, "{lie}: {text}");
    }
    assert_eq!(checked("lie exp").0, Some(0));
    // Every declared capability of an honest adapter is examined.
    assert!(!text.contains("not examined"), "{text}");
}

#[test]
fn a_profile_of_ones_own_is_used() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut copy = Command::new("cp");
    copy.arg("-r")
        .args(["vectors/keys", "vectors/algorithms"].map(|path| root().join(path)))
        .arg(folder.path());
    assert!(copy.status().expect("cp runs").success());
    let profiles = folder.path().join("profiles");
    fs::create_dir(&profiles).expect("a folder can be made");
    let own = r#"{"$schema": "", "family": "mine", "about": "", "versions": [{"name": "mine"}], "either": "refuse",
        "capabilities": ["application:jwt", "algorithm:HS256"]}"#;
    fs::write(profiles.join("mine.json"), own).expect("it can be written");
    let ran = |target: &str| {
        let log = folder.path().join("log.jsonl");
        let paths = [folder.path(), &log].map(|path| path.to_str().expect("a UTF-8 path"));
        let output = jotproof(&["run", target, "--vectors", paths[0], "--log", paths[1]]);
        let text = fs::read_to_string(&log).unwrap_or_else(|error| panic!("{error}: {}", shown(&output)));
        let header: Value = serde_json::from_str(text.lines().next().expect("a header")).expect("JSON");
        header["header"]["profile"].as_str().expect("a header has a profile").to_owned()
    };
    assert_eq!(ran(&format!("exec:{}", fake("profile mine"))), "mine");
    assert_eq!(ran("reference:mine"), "mine");
}

#[test]
fn a_long_run_tells_its_progress_and_never_goes_back() {
    let target = format!("exec:{}", fake("slow 110"));
    let output = jotproof(&["run", &target, "--only", "claims/audience/**", "--only", "claims/issuer/**"]);
    let said = String::from_utf8_lossy(&output.stderr);
    let told: Vec<(u64, u64)> = said
        .lines()
        .filter_map(|line| {
            let (_, numbers) = line.strip_suffix(" s")?.rsplit_once(": ")?;
            let (percent, seconds) = numbers.split_once(" % after ")?;
            Some((percent.parse().ok()?, seconds.parse().ok()?))
        })
        .collect();
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(!told.is_empty(), "a line every ten seconds: {said}");
    assert!(told.is_sorted() && told.iter().all(|(percent, _)| *percent <= 100), "{told:?}");
    let after: Vec<u64> = told.iter().map(|(_, seconds)| seconds / 10).collect();
    assert_eq!(after, (1..=told.len() as u64).collect::<Vec<_>>(), "a line every ten seconds");
}

/// Two threads that keep the processor busy until the value is dropped.
struct Busy {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Busy {
    fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let spin = |_| {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                let end = Instant::now() + Duration::from_secs(600);
                while !stop.load(Ordering::Relaxed) && Instant::now() < end {
                    std::hint::spin_loop();
                }
            })
        };
        let threads = (0..2).map(spin).collect();
        Self { stop, threads }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// The rows as text, without the claims. Claims hold times, which differ from run to run.
fn said_of(rows: Vec<Value>) -> Vec<String> {
    let without_times = |mut row: Value| {
        if let Some(result) = row.pointer_mut("/observation/result").and_then(Value::as_object_mut) {
            result.remove("claims");
        }
        row.to_string()
    };
    rows.into_iter().map(without_times).collect()
}

/// A run on a busy machine gives the same rows as a run on an idle one. `JOTPROOF_RUNS` sets the number of
/// runs.
#[test]
fn pyjwt_gives_the_same_rows_beside_two_busy_loops() {
    assert!(root().join("target/adapters/python/bin/python").is_file(), "run ci/adapters first");
    let runs = std::env::var("JOTPROOF_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(5);
    let target = format!("exec:{PYJWT}");
    let (first, code) = rows(&target);
    let first = said_of(first);
    assert!(first.len() > 600, "{} rows", first.len());
    let _busy = Busy::start();
    for run in 1..=runs {
        let (again, code_again) = rows(&target);
        let again = said_of(again);
        let changed: Vec<_> = first.iter().zip(&again).filter(|(one, other)| one != other).collect();
        assert!(changed.is_empty(), "run {run}: {changed:#?}");
        assert_eq!((again.len(), code_again), (first.len(), code), "run {run}");
    }
}

#[test]
fn pyjwt_is_asked_and_its_deviations_are_found() {
    assert!(root().join("target/adapters/python/bin/python").is_file(), "run ci/adapters first");
    let output = jotproof(&["adapter", "check", PYJWT]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));

    let (rows, code) = rows(&format!("exec:{PYJWT}"));
    assert!(rows.len() > 600, "{} rows", rows.len());
    assert_eq!(code, 1);
    let judged = |judgement: &str| {
        let rows = rows.iter().filter(|row| row["judgement"] == judgement);
        rows.map(|row| row["id"].as_str().unwrap_or_default()).collect::<Vec<_>>()
    };
    for judgement in ["bypass", "misuse", "fault", "void", "overstrict", "wrong_result"] {
        assert_eq!(judged(judgement), Vec::<&str>::new(), "{judgement}");
    }
    // Its key import rejects an empty secret, which counts as a refusal with the reason `key`.
    let empty = rows.iter().find(|row| row["id"] == "keys/weak/hs256-empty-secret").expect("it is asked");
    assert_eq!(empty["observation"]["reason"], "key", "{empty}");
    // Each read in its source: padding (RFC 7515 section 2), a number as a string (RFC 7519 section
    // 4.1.4), a header in UTF-16 (RFC 7519 section 7.2), a short key (RFC 7518 section 3.2).
    for id in [
        "encoding/base64url/whole-alphabet/header-padded",
        "claims/time-lexemes/exp-quoted",
        "json/text/header-utf-16",
        "keys/weak/hs256-secret-of-31-bytes",
    ] {
        assert!(judged("lax").contains(&id), "{id}");
    }
}
