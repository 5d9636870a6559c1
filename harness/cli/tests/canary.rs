//! What is secret stays secret: a secret, a signature, and what a token says to the backend alone.
//!
//! The command is run as people run it, against a server whose log is kept, and everything that anybody
//! might read afterwards is looked through: what the command printed, its run log, every report on that, and the
//! server's log.
//! (What the server sent is looked through by the driver, in every live run: a leak is a fault there.)
//! That a leak would be found is shown by a server that is told to log everything, and by an adapter that
//! repeats what it is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use jotproof_catalogue::NOW;
use jotproof_engine::Suite;
use jotproof_engine::log::RunLog;
use jotproof_mint::{Mint, base64url};
use jotproof_model::{Recipe, Subject};
use jotproof_targets::server::pinned::{ALL, CENTRIFUGO_3, CENTRIFUGO_6, PinnedServer, cache_or};

/// The cases that are run: claims and signatures, accepted and refused, tokens for connections and for channels,
/// alone and in flows; all of them with tokens that are cheap to sign again.
const CASES: [&str; 9] = [
    "centrifugo/connection/*",
    "centrifugo/meta/*",
    "centrifugo/private-channel/*",
    "centrifugo/refresh/*",
    "centrifugo/subscription/*",
    "anycable/identification/*",
    "anycable/resumption/*",
    "signatures/integrity/hs256-*",
    "claims/types/*",
];

/// What the `meta` of tokens in those cases holds.
const META: &str = "meta-is-not-shown";

/// The shortest secret that cannot stand in a text by chance.
const SHORTEST: usize = 8;

/// The secrets that show in each text that somebody may read, by the name of the text.
type Shown = BTreeMap<&'static str, BTreeSet<&'static str>>;

/// Runs the cases against a target and looks through what is left of it.
fn run(target: &str, options: &[&str], server_log: Option<&Path>, folder: &Path) -> Shown {
    let path = folder.join("run.jsonl");
    let before = now();
    let output = Command::new(env!("CARGO_BIN_EXE_jotproof"))
        .args(["run", target, "--explained", "--all", "--log"])
        .arg(&path)
        .args(options)
        .args(CASES.iter().flat_map(|glob| ["--only", *glob]))
        .output()
        .expect("the command runs");
    let after = now();
    let log = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{output:?}"));
    let printed = [output.stdout, output.stderr].concat();
    let mut texts = vec![("summary", printed), ("run log", log.clone().into_bytes())];
    let formats = ["junit", "sarif", "markdown", "annotations", "badge"];
    texts.push(("reports", formats.into_iter().flat_map(|format| report(format, &path, &[])).collect()));
    let site = folder.join("site");
    report("html", &path, &["--out", site.to_str().expect("the path is UTF-8")]);
    texts.push(("HTML report", everything_in(&site)));
    texts.extend(server_log.map(|path| ("server log", fs::read(path).expect("the server wrote a log"))));

    let rows = RunLog::read_all(log.as_bytes()).expect("the run log is whole").remove(0).rows;
    assert!(rows.len() >= 60, "only {} cases were judged", rows.len());
    let secrets = secrets(&rows.iter().map(|row| row.id.0.as_str()).collect::<Vec<_>>(), before..=after);
    let shown = |text: &[u8]| -> BTreeSet<&'static str> {
        let is_in = |secret: &Vec<u8>| text.windows(secret.len()).any(|window| window == *secret);
        secrets.iter().filter(|(_, secrets)| secrets.iter().any(is_in)).map(|(kind, _)| *kind).collect()
    };
    texts
        .iter()
        .map(|(name, text)| {
            assert!(text.len() > 100, "the {name} is almost empty: {}", String::from_utf8_lossy(text));
            (*name, shown(text))
        })
        .collect()
}

/// Makes a report of a log. Returns its text.
fn report(format: &str, log: &Path, options: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jotproof"));
    let output = command.args(["report", format]).arg(log).args(options).output().expect("the command runs");
    assert!(output.status.success() && output.stderr.is_empty(), "{format}: {output:?}");
    output.stdout
}

/// The text of every file below a folder.
fn everything_in(folder: &Path) -> Vec<u8> {
    let entries =
        fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("it can be read").path());
    let text = |path: PathBuf| {
        if path.is_dir() { everything_in(&path) } else { fs::read(path).expect("it can be read") }
    };
    entries.flat_map(text).collect()
}

/// What must not be shown, by what it is: of cases whose tokens were signed in these seconds, or are as
/// stored.
fn secrets(
    ids: &[&str],
    seconds: std::ops::RangeInclusive<i64>,
) -> BTreeMap<&'static str, BTreeSet<Vec<u8>>> {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let mint = Mint::new(suite.keys());
    let mut secrets = BTreeMap::from([("meta", BTreeSet::from([META.as_bytes().to_vec()]))]);
    for vector in ids.iter().filter_map(|id| suite.get(id)) {
        let keys = vector.context.keys.iter().filter_map(|name| suite.keys().get(name)?.secret.as_ref());
        let long = keys.filter(|secret| secret.len() >= SHORTEST);
        secrets.entry("secret").or_default().extend(long.map(|secret| secret.as_bytes().to_vec()));
        let recipes: Vec<&Recipe> = match &vector.subject {
            Subject::Token { recipe, .. } => vec![recipe],
            Subject::Flow { flow } => flow.tokens.values().map(|token| &token.recipe).collect(),
        };
        for (recipe, second) in
            recipes.iter().flat_map(|it| seconds.clone().chain([NOW]).map(move |at| (it, at)))
        {
            let token = mint.token(recipe, second).expect("the recipe can be minted");
            let mut parts = token.split(|octet| *octet == b'.').skip(1);
            let (payload, signature) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            // The HTML report shows the tokens of the suite. Anybody can read those in the vectors.
            let is_of_suite = second == NOW;
            if signature.len() >= SHORTEST {
                let kind = if is_of_suite { "signature of the suite" } else { "signature" };
                secrets.entry(kind).or_default().insert(signature.to_vec());
            }
            if tells_meta(payload) {
                let kind = if is_of_suite { "meta of the suite" } else { "meta" };
                secrets.entry(kind).or_default().insert(payload.to_vec());
            }
        }
    }
    // A token without a time is the same in every second.
    for (kind, of_suite) in [("signature", "signature of the suite"), ("meta", "meta of the suite")] {
        let known = secrets.get(of_suite).cloned().unwrap_or_default();
        secrets.entry(kind).or_default().retain(|secret| !known.contains(secret));
    }
    assert!(secrets["signature"].len() >= 60, "there is little to look for");
    secrets
}

/// Whether the payload of a token, as the token has it, holds the canary in its `meta`.
fn tells_meta(payload: &[u8]) -> bool {
    let decoded = std::str::from_utf8(payload).ok().and_then(|text| base64url::decode(text).ok());
    decoded.is_some_and(|payload| payload.windows(META.len()).any(|window| window == META.as_bytes()))
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right");
    i64::try_from(now.as_secs()).expect("the clock is right")
}

/// The same for a pinned server whose log is kept.
fn run_server(server: &PinnedServer, options: &[&str]) -> Shown {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let cache = cache_or(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/servers"));
    jotproof_targets::set_guard_executable(env!("CARGO_BIN_EXE_jotproof").into());
    let binary = server.binary_in(&cache).expect("the server is there, or can be built");
    let log = folder.path().join("kept.log");
    let text = format!("exec {} \"$@\" >>{} 2>&1\n", binary.display(), log.display());
    let target = format!("{}:process:{}", server.name, script(folder.path(), "server", &text).display());
    let options = [&["--server-version", server.version], options].concat();
    run(&target, &options, Some(&log), folder.path())
}

/// An executable of these shell commands.
fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}")).expect("a script can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("it can be made executable");
    path
}

/// Nothing but what the server's log is known to show, and the tokens of the suite in the HTML report.
fn only_in_the_server_log(kinds: &[&'static str], server: &PinnedServer) -> Shown {
    let server_log = kinds.iter().copied().collect();
    // No token for AnyCable has a `meta`.
    let is_there = |kind: &&str| server.name == "centrifugo" || !kind.starts_with("meta");
    let site = of_suite().into_iter().filter(is_there).collect();
    let nothing = ["summary", "run log", "reports"].map(|text| (text, BTreeSet::new()));
    nothing.into_iter().chain([("HTML report", site), ("server log", server_log)]).collect()
}

/// What the HTML report shows: tokens of the suite, which are public.
fn of_suite() -> BTreeSet<&'static str> {
    BTreeSet::from(["meta", "meta of the suite", "signature of the suite"])
}

#[test]
fn nothing_secret_is_shown_by_servers_and_by_what_is_told_of_them() {
    for server in ALL {
        // At its default level, Centrifugo 3 logs every rejected command. The log then holds genuine tokens
        // with their signatures, such as an expired token or one for another audience.
        let kinds: &[&str] =
            if *server == CENTRIFUGO_3 { &["signature", "signature of the suite"] } else { &[] };
        let expected = only_in_the_server_log(kinds, server);
        assert_eq!(run_server(server, &[]), expected, "{} {}", server.title, server.version);
    }
}

#[test]
fn what_a_server_is_told_to_log_is_found() {
    let shown = run_server(&CENTRIFUGO_6, &["--server-option", "log.level=trace"]);
    // Some tokens have no time, so they are those of the suite.
    let kinds = ["meta", "signature", "signature of the suite"];
    assert_eq!(shown, only_in_the_server_log(&kinds, &CENTRIFUGO_6));
}

#[test]
fn what_a_target_repeats_is_found() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let keys = jotproof_mint::keys::all();
    let secret = keys["hmac-64-bytes"].secret.as_deref().expect("it is a secret");
    let hello = r#"{"type":"hello","protocol":1,"name":"echo","version":"1","capabilities":["application:jwt","application:anycable","application:centrifugo-connection","algorithm:HS256"],"clock":"settable","numbers":"exact","reasons":false}"#;
    let answer = format!(r#"{{"type":"refused","id":\1,"text":"{secret} {META} \2"}}"#);
    let repeat = format!(r#"s/.*"id":\([0-9]*\),.*"token":"\([^"]*\)".*/{answer}/p"#);
    let adapter = script(folder.path(), "echo", &format!("echo '{hello}'\nexec sed -u -n '{repeat}'\n"));
    // Its clock can be set, so its tokens are those of the suite.
    let all: BTreeSet<_> = of_suite().into_iter().chain(["secret"]).collect();
    let texts = ["summary", "run log", "reports", "HTML report"];
    assert_eq!(
        run(&format!("exec:{}", adapter.display()), &[], None, folder.path()),
        texts.map(|text| (text, all.clone())).into(),
    );
}
