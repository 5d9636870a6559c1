//! Ordinary configurations of real servers. Each passes with enough verdicts, and fails as soon as the server
//! stops verifying signatures.

use std::fs;
use std::path::Path;
use std::thread;

use jotproof_mint::own;
use jotproof_targets::server::pinned::{ANYCABLE_1, CENTRIFUGO_5, CENTRIFUGO_6, PinnedServer};
use serde_json::{Value, json};

use super::command::{Ended, run};
use super::deployed::{SECRET, Started, bypasses, judged};
use super::fake::{Fake, says};

/// A key of the user. The suite does not have it.
const OWN_KEY: &str = include_str!("own-rsa.pem");

/// The `kid` of that key.
const OWN_ID: &str = "2026-11";

/// The files, variables and arguments that a server starts with.
struct Setup {
    /// The name and the text of the configuration file.
    file: (&'static str, String),
    /// The environment variables of the server.
    variables: Vec<(&'static str, String)>,
    /// More arguments of the server.
    arguments: Vec<String>,
}

/// A configuration, and the run against it.
struct Case {
    what: &'static str,
    server: &'static PinnedServer,
    setup: fn(u16, bool) -> Setup,
    /// More arguments of the run. A file among them is in the folder of the server.
    run: &'static [&'static str],
    /// The least number of judged vectors.
    least: usize,
}

/// The selection of a case that does not ask every vector.
const SOME: [&str; 10] = [
    "--only",
    "algorithms/**",
    "--only",
    "claims/audience/**",
    "--only",
    "centrifugo/subscription/**",
    "--only",
    "centrifugo/connection/**",
    "--only",
    "encoding/segments/**",
];

fn flat(port: u16, skip: bool, more: &Value) -> Value {
    let mut options = json!({
        "address": "127.0.0.1",
        "port": port.to_string(),
        "usage_stats_disable": true,
        "client_insecure_skip_token_signature_verify": skip,
    });
    merge(&mut options, more);
    options
}

fn nested(port: u16, skip: bool, more: &Value) -> Value {
    let mut options = json!({
        "http_server": { "address": "127.0.0.1", "port": port },
        "usage_stats": { "disabled": true },
        "client": { "insecure_skip_token_signature_verify": skip },
    });
    merge(&mut options, more);
    options
}

fn merge(into: &mut Value, more: &Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (name, value) in more {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more.clone(),
    }
}

fn file(name: &'static str, text: String) -> Setup {
    Setup { file: (name, text), variables: Vec::new(), arguments: Vec::new() }
}

/// TOML with dotted names. The JSON values here are also TOML values.
fn toml(options: &Value) -> String {
    fn lines(options: &Value, path: &str) -> String {
        let Value::Object(members) = options else { return format!("{path} = {options}\n") };
        let line = |(name, value): (&String, &Value)| {
            let inside = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            lines(value, &inside)
        };
        members.iter().map(line).collect()
    }
    lines(options, "")
}

/// YAML in block style, as people write it.
fn yaml(options: &Value, depth: usize) -> String {
    let Value::Object(members) = options else { return format!(" {options}\n") };
    let line = |(name, value): (&String, &Value)| {
        let value =
            if value.is_object() { format!("\n{}", yaml(value, depth + 1)) } else { format!(" {value}\n") };
        format!("{}{name}:{value}", "  ".repeat(depth))
    };
    members.iter().map(line).collect()
}

fn own_public() -> String {
    own::read(OWN_KEY).expect("it is a key").material.public_pem.expect("it has a public half")
}

/// Serves the key set of the user until the test ends, and returns its URL.
fn key_set() -> String {
    let mut jwk: Value =
        serde_json::from_str(&own::read(OWN_KEY).expect("it is a key").material.jwk).expect("it is JSON");
    merge(&mut jwk, &json!({ "kid": OWN_ID, "alg": "RS256", "use": "sig" }));
    let document = json!({ "keys": [jwk] }).to_string();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{document}",
        document.len()
    );
    let fake = Fake::new(move |stream, _| says(stream, &answer));
    let url = format!("http://127.0.0.1:{}/.well-known/jwks.json", fake.port);
    // Dropping it would stop the server.
    std::mem::forget(fake);
    url
}

fn published(port: u16, skip: bool) -> Setup {
    let options = nested(
        port,
        skip,
        &json!({
            "client": {
                "token": {
                    "jwks_public_endpoint": key_set(),
                    "audience": "https://rooms.example.org",
                    "issuer": "https://login.example.org/",
                },
                "disallow_anonymous_connection_tokens": true,
            },
            "channel": { "namespaces": [{ "name": "rooms" }, { "name": "personal" }] },
        }),
    );
    file("config.json", options.to_string())
}

fn cases() -> Vec<Case> {
    vec![
        Case {
            what: "conveniences, JSON",
            server: &CENTRIFUGO_5,
            setup: |port, skip| {
                let more = json!({
                    "token_hmac_secret_key": SECRET,
                    "allow_anonymous_connect_without_token": true,
                    "client_user_connection_limit": 10,
                });
                file("config.json", flat(port, skip, &more).to_string())
            },
            run: &[],
            least: 300,
        },
        Case {
            what: "personal channels, TOML",
            server: &CENTRIFUGO_5,
            setup: |port, skip| {
                let more = json!({ "token_hmac_secret_key": SECRET, "user_subscribe_to_personal": true });
                file("config.toml", toml(&flat(port, skip, &more)))
            },
            run: &[],
            least: 300,
        },
        Case {
            what: "an audience, an issuer and a namespace of its own, YAML",
            server: &CENTRIFUGO_5,
            setup: |port, skip| {
                let more = json!({
                    "token_hmac_secret_key": SECRET,
                    "token_audience": "rooms",
                    "token_issuer": "https://login.example.org/",
                    "namespaces": [{ "name": "rooms" }],
                });
                file("config.yaml", yaml(&flat(port, skip, &more), 0))
            },
            run: &[],
            least: 300,
        },
        Case {
            what: "a hardened server, environment over the file",
            server: &CENTRIFUGO_5,
            setup: |port, skip| Setup {
                variables: vec![
                    ("CENTRIFUGO_TOKEN_HMAC_SECRET_KEY", SECRET.to_owned()),
                    ("CENTRIFUGO_DISALLOW_ANONYMOUS_CONNECTION_TOKENS", "true".to_owned()),
                ],
                ..file(
                    "config.json",
                    flat(port, skip, &json!({ "token_hmac_secret_key": "hush-old" })).to_string(),
                )
            },
            run: &["--server-env-file", "server.env"],
            least: 300,
        },
        Case {
            what: "an RSA key of its own",
            server: &CENTRIFUGO_5,
            setup: |port, skip| {
                let more = json!({ "token_rsa_public_key": own_public().replace('\n', "\r\n") });
                file("config.json", flat(port, skip, &more).to_string())
            },
            run: &["--signing-key", "key.pem"],
            least: 300,
        },
        Case {
            what: "a secret and an RSA key of which the private half is not here",
            server: &CENTRIFUGO_5,
            setup: |port, skip| {
                let more = json!({ "token_hmac_secret_key": SECRET, "token_rsa_public_key": own_public() });
                file("config.json", flat(port, skip, &more).to_string())
            },
            run: &[],
            least: 300,
        },
        Case {
            what: "an open namespace and a connect proxy",
            server: &CENTRIFUGO_5,
            setup: |port, skip| {
                let more = json!({
                    "token_hmac_secret_key": SECRET,
                    "proxy_connect_endpoint": "http://127.0.0.1:9/connect",
                    "namespaces": [{ "name": "ns", "allow_subscribe_for_client": true }],
                });
                file("config.json", flat(port, skip, &more).to_string())
            },
            run: &[],
            least: 300,
        },
        Case {
            what: "a key set, an audience, an issuer and namespaces, with the signing key",
            server: &CENTRIFUGO_6,
            setup: published,
            run: &["--signing-key", "key.pem", "--signing-key-id", OWN_ID],
            least: 1_500,
        },
        Case {
            what: "the same without the signing key",
            server: &CENTRIFUGO_6,
            setup: published,
            run: &[],
            least: 600,
        },
        Case {
            what: "names in another case, personal channels and a limit, YAML",
            server: &CENTRIFUGO_6,
            setup: |port, skip| {
                let more = json!({ "client": {
                    "token": { "hmac_secret_key": SECRET },
                    "user_connection_limit": 5,
                    "subscribe_to_user_personal_channel": { "enabled": true },
                    "allow_anonymous_connect_without_token": true,
                } });
                let text = yaml(&nested(port, skip, &more), 0);
                file("config.yml", text.replace("client:", "Client:").replace("token:", "TOKEN:"))
            },
            run: &[],
            least: 300,
        },
        Case {
            what: "a regex of audiences beside a dead flat key, TOML",
            server: &CENTRIFUGO_6,
            setup: |port, skip| {
                let more = json!({
                    "token_hmac_secret_key": "hush-dead",
                    "client": { "token": { "hmac_secret_key": SECRET, "audience_regex": "^room-[0-9]+$" } },
                });
                file("config.toml", toml(&nested(port, skip, &more)))
            },
            run: &["--audience", "room-17"],
            least: 300,
        },
        Case {
            what: "AnyCable for one origin, with a parameter of its own",
            server: &ANYCABLE_1,
            setup: |port, _| {
                let flags = anycable(
                    port,
                    &["--enforce_jwt", "--norpc", "--allowed_origins=app.example.org", "--jwt_param=token"],
                );
                Setup {
                    arguments: flags.clone(),
                    ..file("Procfile", format!("web: puma\nws: anycable-go \"{}\"\n", flags.join("\" \"")))
                }
            },
            run: &["--origin", "https://app.example.org"],
            least: 300,
        },
        Case {
            what: "AnyCable with an RPC server and without enforcement, environment",
            server: &ANYCABLE_1,
            setup: |port, _| {
                let flags = anycable(port, &["--rpc_host=http://127.0.0.1:9/_anycable"]);
                let text = format!(
                    "DATABASE_URL=postgres://db/app?x=1\nexport ANYCABLE_SECRET=\"{SECRET}\"\nRAILS_ENV=it's\n"
                );
                Setup { arguments: flags, ..file(".env", text) }
            },
            run: &[],
            least: 300,
        },
    ]
}

fn anycable(port: u16, more: &[&str]) -> Vec<String> {
    let usual = ["--host=127.0.0.1", "--presets=none", "--broadcast_adapter=http"];
    let mut flags: Vec<String> = usual.iter().chain(more).map(|flag| (*flag).to_owned()).collect();
    flags.extend([
        format!("--port={port}"),
        format!("--http_broadcast_port={port}"),
        format!("--secret={SECRET}"),
    ]);
    flags
}

impl Case {
    fn started(&self, skip: bool) -> Started {
        Started::with(self.server, |folder, port| {
            let Setup { file: (name, text), variables, mut arguments } = (self.setup)(port, skip);
            let path = folder.join(name);
            fs::write(&path, text).expect("it can be written");
            fs::write(folder.join("key.pem"), OWN_KEY).expect("it can be written");
            let lines: String =
                variables.iter().map(|(name, value)| format!("{name}=\"{value}\"\n")).collect();
            fs::write(folder.join("server.env"), lines).expect("it can be written");
            if self.server.name == "centrifugo" {
                arguments.extend(["--config".to_owned(), path.display().to_string()]);
            }
            (path, arguments, variables)
        })
    }

    fn asked(&self, skip: bool, only: &[&str]) -> (Ended, String) {
        let mut server = self.started(skip);
        let folder = server.folder().to_owned();
        let mut arguments: Vec<String> = Vec::new();
        for argument in self.run {
            let path = folder.join(argument);
            let is_file = Path::new(argument).extension().is_some() && path.exists();
            arguments.push(if is_file { path.display().to_string() } else { (*argument).to_owned() });
        }
        arguments.extend(["--server-version".to_owned(), self.server.version.to_owned()]);
        arguments.extend(only.iter().map(|text| (*text).to_owned()));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        server.asked(self.server.name, &arguments)
    }

    fn check(&self) {
        let all = self.least >= 600;
        let only = if all || self.server.name == "anycable" { &[][..] } else { &SOME };
        let (ended, log) = self.asked(false, only);
        assert_eq!(ended.code, 0, "{}: {}", self.what, ended.said);
        assert!(judged(&log) >= self.least, "{}: {} judged: {}", self.what, judged(&log), ended.said);
        // Only Centrifugo has an option that turns off the verification of signatures.
        if self.server.name == "centrifugo" {
            let (ended, log) =
                self.asked(true, &["--only", "algorithms/cross/**", "--only", "algorithms/none/**"]);
            assert_eq!(ended.code, 1, "{}: {}", self.what, ended.said);
            assert!(bypasses(&log).len() >= 10, "{}: {:?}", self.what, bypasses(&log));
        }
    }
}

#[test]
fn ordinary_configurations_are_green_and_red_where_no_signature_is_verified() {
    let cases = cases();
    assert!(cases.len() >= 12);
    thread::scope(|scope| {
        let runs: Vec<_> = cases.iter().map(|case| (case.what, scope.spawn(|| case.check()))).collect();
        let failed: Vec<_> =
            runs.into_iter().filter_map(|(what, run)| run.join().is_err().then_some(what)).collect();
        assert!(failed.is_empty(), "{failed:?}: see above");
    });
}

#[test]
fn what_is_missing_is_told_with_the_option_that_adds_it() {
    let case = cases()
        .into_iter()
        .find(|case| case.what == "the same without the signing key")
        .expect("there is one");
    let (ended, _) = case.asked(false, &["--only", "algorithms/**"]);
    assert!(ended.said.contains("--signing-key FILE"), "{}", ended.said);
    let ended = run(&["run", "reference:rfc", "--signing-key", "key.pem"]);
    assert_eq!(ended.code, 2, "{}", ended.said);
    assert!(ended.said.contains("--signing-key is for a server that runs already"), "{}", ended.said);
}
