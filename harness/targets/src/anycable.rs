//! AnyCable: identification tokens, over Action Cable.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;

use axum::Router;
use jotproof_engine::target::CannotCarry;
use jotproof_model::{Application, Capability, Context, KeyKind, KeyRing};
use serde_json::Value;

use crate::live::target::{Look, Server, ServerTarget, Settings, Startup};
use crate::server::process::{ManagementRequest, Proof};

mod action_cable;
mod rpc;

pub use action_cable::QueryToken;

/// What every deployment is started with, an argument each line.
const ARGUMENTS: &str = include_str!("../../../fixtures/servers/anycable-1.5.2/arguments.txt");

/// An AnyCable server on this machine. Its options are flags without their dashes; the flag `secret`
/// with an empty value takes the secret away.
pub type AnycableTarget = ServerTarget<Anycable>;

/// AnyCable-Go.
#[derive(Debug, Clone, Copy)]
pub struct Anycable;

impl Server for Anycable {
    type Protocol = QueryToken;

    const TITLE: &'static str = "AnyCable";
    const NAME: &'static str = "anycable";
    const IMAGES: &'static str = "anycable/anycable-go:";
    const COMMAND: &'static str = "anycable-go";
    const FOREIGN_VARIABLES: &'static str = "ANYCABLE_";
    const VARIABLES: &'static [(&'static str, &'static str)] = &[("ANYCABLE_DISABLE_TELEMETRY", "true")];
    const OURS: &'static [&'static str] =
        &["host", "port", "broadcast_key", "http_broadcast_port", "http_broadcast_path"];
    const TRANSPORTS: &'static [&'static str] = &[];

    /// The flags that are used here are the same since 1.5.
    fn of_version(version: &str) -> Option<Self> {
        ["1.5.", "1.6."].iter().any(|minor| version.starts_with(minor)).then_some(Self)
    }

    fn over(self, _: &str) -> Option<Self> {
        None
    }

    fn capabilities(&self, of_profile: &BTreeSet<Capability>) -> BTreeSet<Capability> {
        of_profile.clone()
    }

    /// AnyCable takes HS256, HS384 and HS512 with its secret and has no option to pin one: a context
    /// that allows fewer is carried, and what comes of it is an observation.
    fn settings(&self, context: &Context, keys: &KeyRing) -> Result<Settings, CannotCarry> {
        let secret = secret(context, keys)?;
        Ok(Settings::from_iter([("secret".to_owned(), Value::String(secret.to_owned()))]))
    }

    fn backend(&self) -> Option<Router> {
        Some(rpc::router())
    }

    /// The command line: what is always there, what is made anew, the settings, and the options in
    /// place of whatever they name.
    fn arguments(&self, startup: &Startup<'_>) -> io::Result<Vec<OsString>> {
        let Startup { settings, options, launched, backend } = *startup;
        let rpc = backend.map(|address| format!("http://{address}{}", rpc::PATH));
        let port = launched.port.to_string();
        let request = if is_public(options) { hidden_broadcast } else { broadcast };
        let path = request(&launched.key).path;
        let mut flags: Vec<(&str, &str)> = ARGUMENTS
            .lines()
            .filter_map(|line| line.strip_prefix("--")?.split_once('='))
            .chain([
                ("port", &*port),
                ("http_broadcast_port", &*port),
                ("http_broadcast_path", &*path),
                ("broadcast_key", &*launched.key),
            ])
            .chain(rpc.iter().map(|url| ("rpc_host", &**url)))
            .chain(settings.iter().filter_map(|(name, value)| Some((&**name, value.as_str()?))))
            .collect();
        for (name, value) in options {
            flags.retain(|(flag, _)| flag != name);
            flags.push((name, value));
        }
        flags.retain(|flag| *flag != ("secret", ""));
        Ok(flags.into_iter().map(|(name, value)| format!("--{name}={value}").into()).collect())
    }

    /// The broadcast endpoint asks for the key. In public mode it takes anything from anybody, and
    /// what proves that the server is ours is that it has this endpoint at a path nobody can guess.
    fn proof(&self, options: &[(String, String)]) -> Proof<'static> {
        if is_public(options) {
            Proof { request: &hidden_broadcast, granted: 201, denied: 404 }
        } else {
            Proof { request: &broadcast, granted: 201, denied: 401 }
        }
    }

    fn protocol(&self, look: Look) -> QueryToken {
        QueryToken { look }
    }
}

fn is_public(options: &[(String, String)]) -> bool {
    let last = options.iter().rev().find(|(name, _)| name == "public");
    // What Go's `strconv.ParseBool` takes for a yes.
    last.is_some_and(|(_, value)| ["1", "t", "T", "true", "TRUE", "True"].contains(&value.as_str()))
}

/// The secret that a context decides, which is all that AnyCable has to configure; empty for none.
fn secret<'a>(context: &Context, keys: &'a KeyRing) -> Result<&'a str, CannotCarry> {
    let cannot = |what: &str| Err(CannotCarry(what.to_owned()));
    match context.application {
        Application::Jwt | Application::Anycable => {}
        other @ (Application::CentrifugoConnection
        | Application::CentrifugoSubscription
        | Application::CentrifugoPrivateChannel) => {
            return cannot(&format!("application {}", other.name()));
        }
    }
    if context.audience.is_some() {
        return cannot("audience");
    }
    if context.issuer.is_some() {
        return cannot("issuer");
    }
    if context.leeway != 0 {
        return cannot("leeway");
    }
    if context.typ.is_some() {
        return cannot("expected typ");
    }
    if context.allow_none {
        return cannot("unsecured tokens");
    }
    if context.refuse_anonymous {
        return cannot("refusal of anonymous users");
    }

    let mut configured = None;
    for name in &context.keys {
        let Some(key) = keys.get(name) else {
            return cannot(&format!("unknown key {name:?}"));
        };
        match key.kind {
            KeyKind::Hmac => {}
            KeyKind::Rsa => return cannot("RSA key"),
            KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => return cannot("EC key"),
            KeyKind::Secp256k1 => return cannot("secp256k1 key"),
            KeyKind::Ed25519 => return cannot("ed25519 key"),
        }
        let Some(secret) = &key.secret else {
            return cannot(&format!("key {name:?} without its material"));
        };
        if configured.replace(secret.as_str()).is_some() {
            return cannot("two HMAC keys");
        }
    }
    Ok(configured.unwrap_or_default())
}

/// A broadcast to a stream that nobody listens to.
fn broadcast(key: &str) -> ManagementRequest {
    ManagementRequest {
        path: "/_broadcast".to_owned(),
        header: ("Authorization", format!("Bearer {key}")),
        body: r#"{"stream":"jotproof","data":""}"#,
    }
}

/// The same at a path that is made of the key.
fn hidden_broadcast(key: &str) -> ManagementRequest {
    ManagementRequest { path: format!("/_broadcast-{key}"), ..broadcast(key) }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Anycable, Server as _, Settings, Startup};
    use crate::server::process::Launched;

    fn arguments(options: &[(&str, &str)]) -> Vec<String> {
        let options: Vec<_> =
            options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let settings = Settings::from_iter([("secret".to_owned(), "secret".into())]);
        let backend = Some("127.0.0.1:20001".parse().unwrap());
        let launched = Launched { port: 20_000, key: "key".to_owned(), directory: PathBuf::from("/tmp") };
        Anycable
            .arguments(&Startup { settings: &settings, options: &options, launched: &launched, backend })
            .unwrap()
            .into_iter()
            .map(|argument| argument.into_string().unwrap())
            .collect()
    }

    #[test]
    fn the_command_line_is_the_template_with_what_is_made_anew() {
        assert_eq!(
            arguments(&[]),
            [
                "--host=127.0.0.1",
                "--presets=none",
                "--enforce_jwt=true",
                "--broadcast_adapter=http",
                "--disconnect_mode=never",
                "--port=20000",
                "--http_broadcast_port=20000",
                "--http_broadcast_path=/_broadcast",
                "--broadcast_key=key",
                "--rpc_host=http://127.0.0.1:20001/_anycable",
                "--secret=secret",
            ]
        );
    }

    #[test]
    fn options_replace_flags_and_an_empty_secret_takes_it_away() {
        let arguments = arguments(&[("enforce_jwt", "false"), ("secret", ""), ("public", "true")]);
        assert!(arguments.contains(&"--enforce_jwt=false".to_owned()));
        assert!(!arguments.contains(&"--enforce_jwt=true".to_owned()));
        assert!(!arguments.iter().any(|argument| argument.starts_with("--secret")));
        assert!(arguments.contains(&"--http_broadcast_path=/_broadcast-key".to_owned()));
    }
}
