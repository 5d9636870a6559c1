//! Real servers that somebody else started, with a configuration and a secret of their own: what they can
//! carry is judged, and they are left alone.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jotproof_targets::server::pinned::{ANYCABLE_1, CENTRIFUGO_3, CENTRIFUGO_5, PinnedServer, cache_or};
use jotproof_targets::set_guard_executable;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::command::{Ended, run};

/// The binary of a pinned server.
pub fn binary(server: &PinnedServer) -> PathBuf {
    set_guard_executable(PathBuf::from(env!("CARGO_BIN_EXE_jotproof")));
    let servers = cache_or(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/servers"));
    server.binary_in(&servers).expect("the server is there, or can be built")
}

/// A server that the test starts and ends.
pub struct Started {
    server: Child,
    port: u16,
    file: PathBuf,
    folder: TempDir,
}

impl Started {
    /// With the configuration file that `file` writes for a port, and the arguments that it gives.
    fn new(server: &PinnedServer, file: impl Fn(&Path, u16) -> (PathBuf, Vec<String>)) -> Self {
        Self::with(server, |folder, port| {
            let (path, arguments) = file(folder, port);
            (path, arguments, Vec::new())
        })
    }

    /// Starts a server. `file` writes its configuration file for a port, and returns the path, the arguments
    /// and the environment variables.
    pub fn with(
        server: &PinnedServer,
        file: impl Fn(&Path, u16) -> (PathBuf, Vec<String>, Vec<(&'static str, String)>),
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        // Somebody may take the port before the server does.
        for _ in 0..5 {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
            let port = listener.local_addr().expect("it listens").port();
            drop(listener);
            let (path, arguments, variables) = file(folder.path(), port);
            let mut server = Command::new(binary(server))
                .args(arguments)
                .current_dir(folder.path())
                .env("ANYCABLE_DISABLE_TELEMETRY", "true")
                .envs(variables)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the server starts");
            let deadline = Instant::now() + Duration::from_secs(20);
            while server.try_wait().expect("it can be waited for").is_none() {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return Self { server, port, file: path, folder };
                }
                assert!(Instant::now() < deadline, "the server does not listen");
                thread::sleep(Duration::from_millis(20));
            }
        }
        panic!("the server does not start");
    }

    fn centrifugo(server: &PinnedServer, more: &Value) -> Self {
        Self::new(server, |folder, port| {
            let mut file =
                json!({ "address": "127.0.0.1", "port": port.to_string(), "usage_stats_disable": true });
            let options = file.as_object_mut().expect("it is an object");
            options.extend(more.as_object().expect("options are an object").clone());
            let path = folder.join("config.json");
            fs::write(&path, file.to_string()).expect("it can be written");
            let arguments = vec!["--config".to_owned(), path.display().to_string()];
            (path, arguments)
        })
    }

    /// The working directory of the server.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What a run against it comes to, and its log. The server must outlive it.
    pub fn asked(&mut self, name: &str, more: &[&str]) -> (Ended, String) {
        self.asked_with(&self.file.clone(), name, more)
    }

    fn asked_with(&mut self, file: &Path, name: &str, more: &[&str]) -> (Ended, String) {
        let path = if name == "anycable" { "/cable" } else { "/connection/websocket" };
        let target = format!("{name}:ws://127.0.0.1:{}{path}", self.port);
        let log = self.folder.path().join("log").display().to_string();
        let file = file.display().to_string();
        let mut arguments = vec!["run", &target, "--server-config", &file, "--log", &log];
        arguments.extend(["--explained", "--all"]);
        arguments.extend(more);
        let ended = run(&arguments);
        assert!(self.server.try_wait().expect("it can be waited for").is_none(), "the server was ended");
        let log = fs::read_to_string(log).unwrap_or_default();
        assert!(!ended.said.contains("hush") && !log.contains("hush"), "a secret is shown: {}", ended.said);
        (ended, log)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// How many vectors were judged, going by the run log.
pub fn judged(log: &str) -> usize {
    log.lines().filter(|line| line.starts_with(r#"{"row""#)).count()
}

/// Why the others were not carried.
fn not_carried(log: &str) -> Vec<String> {
    let footer: Value = serde_json::from_str(log.lines().last().unwrap_or_default()).unwrap_or_default();
    let reasons = footer["footer"]["not_carried"].as_object().cloned().unwrap_or_default();
    reasons.keys().filter(|reason| reason.starts_with("a server")).cloned().collect()
}

/// The ids that came out red as bypasses, going by the run log.
pub fn bypasses(log: &str) -> Vec<String> {
    let rows = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    rows.filter(|line| line["row"]["judgement"] == "bypass")
        .filter_map(|line| line["row"]["id"].as_str().map(str::to_owned))
        .collect()
}

pub const SECRET: &str = "hush-this-secret-is-the-user's-own-and-nobody-elses-0123456789";

/// The namespaces of the configuration that the harness starts this server with.
fn namespaces(template: &str) -> Value {
    let template: Value = serde_json::from_str(template).expect("it is JSON");
    template["namespaces"].clone()
}

#[test]
fn centrifugo_is_asked_with_the_secret_of_its_file() {
    let mut plain = Started::centrifugo(&CENTRIFUGO_5, &json!({ "token_hmac_secret_key": SECRET }));
    let (ended, log) = plain.asked("centrifugo", &[]);
    assert_eq!(ended.code, 0, "{}", ended.said);
    assert!(ended.said.contains("does not tell its version"), "{}", ended.said);
    assert!(judged(&log) >= 1200, "{} judged", judged(&log));
    assert_eq!(
        not_carried(&log),
        [
            "a server with a namespace ns",
            "a server with another token_hmac_secret_key",
            "a server with disallow_anonymous_connection_tokens",
            "a server with separate_subscription_token_config",
            "a server with the key of the suite: the token has another one inside",
            "a server with token_audience",
            "a server with token_audience_regex",
            "a server with token_ecdsa_public_key",
            "a server with token_issuer",
            "a server with token_issuer_regex",
            "a server with token_jwks_public_endpoint",
            "a server with token_rsa_public_key",
            "a server with token_user_id_claim",
            "a server without the key that signs the token",
            "a server without token_hmac_secret_key",
        ]
    );

    let template = include_str!("../../../../fixtures/servers/centrifugo-5.4.9/config.json");
    let options =
        json!({ "token_hmac_secret_key": SECRET, "presence": true, "namespaces": namespaces(template) });
    let mut whole = Started::centrifugo(&CENTRIFUGO_5, &options);
    let (ended, log) = whole.asked("centrifugo", &["--server-version", "5.4.9"]);
    assert_eq!(ended.code, 0, "{}", ended.said);
    assert!(!ended.said.contains("warning"), "{}", ended.said);
    assert!(judged(&log) >= 2100, "{} judged", judged(&log));
    assert!(!not_carried(&log).contains(&"a server with a namespace ns".to_owned()));
    assert!(log.contains(r#""user":"42""#), "effects are observed");
}

#[test]
fn centrifugo_with_an_audience_and_an_issuer_carries_what_asks_for_them() {
    let options = json!({
        "token_hmac_secret_key": SECRET,
        "token_audience": "https://api.example.com/chat",
        "token_issuer": "https://issuer.example.com",
    });
    let mut server = Started::centrifugo(&CENTRIFUGO_5, &options);
    let (ended, log) = server.asked("centrifugo", &["--only", "claims/**"]);
    assert_eq!(ended.code, 0, "{}", ended.said);
    assert!(judged(&log) >= 150, "{} judged", judged(&log));
    let reasons = not_carried(&log);
    assert!(reasons.contains(&"a server without token_audience".to_owned()), "{reasons:?}");
}

#[test]
fn centrifugo_3_is_told_by_its_protocol() {
    let template = include_str!("../../../../fixtures/servers/centrifugo-3.2.3/config.json");
    let mut options: Value = serde_json::from_str(template).expect("it is JSON");
    options["token_hmac_secret_key"] = SECRET.into();
    let mut server = Started::centrifugo(&CENTRIFUGO_3, &options);
    let (ended, log) = server.asked("centrifugo", &[]);
    assert_eq!(ended.code, 0, "{}", ended.said);
    assert!(log.contains(r#""profile":"centrifugo-3.2.3""#), "{}", ended.said);
    assert!(judged(&log) >= 1500, "{} judged", judged(&log));
}

#[test]
fn anycable_is_asked_with_the_secret_of_its_flags() {
    let mut server = Started::new(&ANYCABLE_1, |folder, port| {
        let path = folder.join("flags");
        let port_flag = format!("--port={port}");
        let broadcast = format!("--http_broadcast_port={port}");
        let flags = [
            "--host=127.0.0.1",
            &port_flag,
            "--presets=none",
            "--norpc",
            "--enforce_jwt",
            "--broadcast_adapter=http",
            &broadcast,
        ];
        let secret = format!("--secret={SECRET}");
        let quoted = format!("--secret=\"{SECRET}\"");
        fs::write(&path, format!("{}\n{quoted}\n", flags.join("\n"))).expect("it can be written");
        (path, flags.iter().map(|flag| (*flag).to_owned()).chain([secret]).collect())
    });
    let (ended, log) = server.asked("anycable", &[]);
    assert_eq!(ended.code, 0, "{}", ended.said);
    assert!(log.contains(r#""profile":"anycable-1.5.2""#), "{}", ended.said);
    assert!(!ended.said.contains("warning"), "{}", ended.said);
    assert!(judged(&log) >= 1000, "{} judged", judged(&log));

    let (ended, _) =
        server.asked("anycable", &["--server-version", "1.6.1", "--only", "algorithms/valid/hs256"]);
    assert_eq!(ended.code, 3, "{}", ended.said);
    assert!(
        ended.said.contains("it answers as AnyCable 1.5.2, but --server-version says 1.6.1"),
        "{}",
        ended.said
    );
}

#[test]
fn a_file_of_another_server_is_told() {
    let mut server = Started::centrifugo(&CENTRIFUGO_5, &json!({ "token_hmac_secret_key": SECRET }));
    let other = server.folder.path().join("other.json");
    fs::write(&other, r#"{"token_hmac_secret_key":"hush-another"}"#).expect("it can be written");
    let (ended, log) = server.asked_with(&other, "centrifugo", &[]);
    assert_eq!((ended.code, judged(&log)), (3, 0), "{}", ended.said);
    assert!(ended.said.contains("refuses a genuine token"), "{}", ended.said);
    assert!(ended.said.contains("see that --server-config is the file"), "{}", ended.said);
}

#[test]
fn a_running_server_that_lets_forgers_in_fails() {
    let options = json!({
        "token_hmac_secret_key": SECRET,
        "client_insecure_skip_token_signature_verify": true,
    });
    let mut server = Started::centrifugo(&CENTRIFUGO_5, &options);
    let (ended, log) = server.asked("centrifugo", &["--only", "algorithms/**"]);
    assert_eq!(ended.code, 1, "{}", ended.said);
    assert!(bypasses(&log).len() >= 10, "{:?}", bypasses(&log));
}

/// A secret that everybody knows takes the place of the general one, and stays one that everybody knows.
#[test]
fn a_running_server_with_a_known_secret_fails_for_that_secret_alone() {
    let mut server = Started::centrifugo(&CENTRIFUGO_5, &json!({ "token_hmac_secret_key": "changeme" }));
    let (ended, log) = server.asked("centrifugo", &["--skip", "centrifugo/**"]);
    assert_eq!(ended.code, 1, "{}", ended.said);
    let known = bypasses(&log);
    assert!(matches!(&known[..], [only] if only.contains("changeme")), "{known:?}");
}
