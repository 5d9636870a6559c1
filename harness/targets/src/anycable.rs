//! AnyCable: identification tokens, over Action Cable.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;

use jotproof_engine::target::CannotCarry;
use jotproof_model::context::{Fallback, Parameter, ParameterSource};
use jotproof_model::{Application, Capability, Context, Identification, KeyKind, KeyRing};
use serde_json::Value;

use crate::live::address::Address;
use crate::live::endpoint::Backend;
use crate::live::leak::Record;
use crate::live::running::{Configured, NotAConfiguration, Said};
use crate::live::target::{Look, Server, ServerTarget, Settings, Startup};
use crate::live::version::Told;
use crate::server::configuration::Configuration;
use crate::server::pinned::ANYCABLE_1;
use crate::server::process::{ManagementRequest, Proof};
use crate::websocket::Failure;

mod action_cable;
mod deployed;
mod events;
mod flow;
mod rpc;
mod submission;
mod transport;

pub use transport::{Identification as Protocol, Transport};

/// The variable that the documentation gives for the name of the parameter.
const PARAMETER_VARIABLE: &str = "ANYCABLE_ID_PARAM";

/// An AnyCable server on this machine. Its options are flags without their dashes; the flag `secret`
/// with an empty value takes the secret away.
pub type AnycableTarget = ServerTarget<Anycable>;

/// AnyCable-Go.
#[derive(Debug, Clone)]
pub struct Anycable {
    transport: Transport,
    /// Whether it reads a configuration file of the machine unless it is told not to.
    reads_file: bool,
    /// What its RPC server was called for, in every deployment: sessions have names of their own.
    calls: rpc::Calls,
}

impl Server for Anycable {
    type Protocol = Protocol;

    const TITLE: &'static str = "AnyCable";
    const NAME: &'static str = "anycable";
    const IMAGES: &'static str = "anycable/anycable-go:";
    const COMMAND: &'static str = "anycable-go";
    const FOREIGN_VARIABLES: &'static [&'static str] = &["ANYCABLE_", "PORT", "REDIS_URL"];
    const VARIABLES: &'static [(&'static str, &'static str)] = &[("ANYCABLE_DISABLE_TELEMETRY", "true")];
    const OURS: &'static [&'static str] =
        &["host", "port", "broadcast_key", "http_broadcast_port", "http_broadcast_path"];
    const CONFIGURATIONS: &'static str = "flags, ANYCABLE_… variables or TOML";
    const VERSION_ARGUMENT: &'static str = "--version";
    const TRANSPORTS: &'static [&'static str] = &["sse"];

    /// The flags that are used here are the same since 1.5, but for the one that came with the configuration file, in
    /// 1.5.4.
    fn of_version(version: &str) -> Option<Self> {
        if !["1.5.", "1.6."].iter().any(|minor| version.starts_with(minor)) {
            return None;
        }
        let reads_file = !["1.5.0", "1.5.1", "1.5.2", "1.5.3"].contains(&version);
        Some(Self { transport: Transport::WebSocket, reads_file, calls: rpc::Calls::default() })
    }

    fn over(self, transport: &str) -> Option<Self> {
        (transport == "sse").then_some(Self { transport: Transport::Sse, ..self })
    }

    fn capabilities(&self, of_profile: &BTreeSet<Capability>) -> BTreeSet<Capability> {
        let mut capabilities = of_profile.clone();
        if self.transport == Transport::Sse {
            // Sessions are resumed over a protocol of WebSocket.
            capabilities.remove(&Capability::Flow);
            capabilities.remove(&Capability::Resumption);
            // The token is in the URL, which HTTP clients limit.
            capabilities.remove(&Capability::LongToken);
        }
        capabilities
    }

    /// AnyCable takes HS256, HS384 and HS512 with its secret and has no option to pin one: a context
    /// that allows fewer is carried, and what comes of it is an observation.
    ///
    /// A setting in capitals is a variable of the environment; `rpc_host` is a path on the backend.
    fn settings(&self, context: &Context, keys: &KeyRing) -> Result<Settings, CannotCarry> {
        let mut settings = Settings::new();
        let mut set = |name: &str, value: &str| drop(settings.insert(name.to_owned(), value.into()));
        if self.transport == Transport::Sse {
            set("sse", "true");
        }
        let secret = secret(context, keys)?;
        let Some(configured) = &context.identification else {
            set("secret", secret);
            return Ok(settings);
        };
        let Identification { optional, fallback, parameter, headers, common_secret, resumable } = configured;
        if *optional {
            set("enforce_jwt", "false");
        }
        match fallback {
            Fallback::BackendRefuses => {}
            Fallback::BackendAccepts => set("rpc_host", rpc::PATH_OF_OPEN),
            Fallback::Public => set("noauth", "true"),
            Fallback::Nobody => set("norpc", "true"),
        }
        match parameter {
            Some(Parameter { name, by: ParameterSource::Option }) => set("jwt_param", name),
            Some(Parameter { name, by: ParameterSource::Variable }) => set(PARAMETER_VARIABLE, name),
            None => {}
        }
        if *resumable {
            set("broker", "memory");
        }
        if !headers.is_empty() {
            set("headers", &headers.join(","));
        }
        match common_secret {
            None => set("secret", secret),
            Some(name) => {
                let common = keys.get(name).and_then(|key| key.secret.as_deref());
                let missing = || CannotCarry(format!("key {name:?} without its material"));
                set("secret", common.ok_or_else(missing)?);
                // The word that takes tokens their key.
                set("jwt_secret", if context.keys.is_empty() { "none" } else { secret });
            }
        }
        Ok(settings)
    }

    fn variables<'a>(&self, settings: &'a Settings) -> Vec<(&'a str, &'a str)> {
        let named = settings.get(PARAMETER_VARIABLE).and_then(Value::as_str);
        Self::VARIABLES.iter().copied().chain(named.map(|name| (PARAMETER_VARIABLE, name))).collect()
    }

    fn backend(&self, _: &Context) -> Option<Backend> {
        Some(Backend { router: rpc::router(self.calls.clone()), published: None, answers: true })
    }

    /// The command line: what is always there, what is made anew, the settings, and the options in
    /// place of whatever they name.
    fn arguments(&self, startup: &Startup<'_>) -> io::Result<Vec<OsString>> {
        let Startup { settings, options, launched, backend } = *startup;
        let text = |name: &str| settings.get(name).and_then(Value::as_str);
        let path = text("rpc_host").unwrap_or(rpc::PATH);
        // There it tells who goes. Elsewhere such calls would still be on their way when the server is to end.
        let goes = (path == rpc::PATH_OF_OPEN && self.transport == Transport::WebSocket)
            .then_some(("disconnect_mode", "auto"));
        let rpc =
            backend.filter(|_| text("norpc").is_none()).map(|address| format!("http://{address}{path}"));
        let port = launched.port.to_string();
        let names_file = options.iter().any(|(name, _)| name == "config-path");
        let request = if is_public(options) { hidden_broadcast } else { broadcast };
        let path = request(&launched.key).path;
        let mut flags: Vec<(&str, &str)> = ANYCABLE_1
            .configuration
            .lines()
            .filter_map(|line| line.strip_prefix("--")?.split_once('='))
            .chain([
                ("port", &*port),
                ("http_broadcast_port", &*port),
                ("http_broadcast_path", &*path),
                ("broadcast_key", &*launched.key),
            ])
            // Unless the user names one, it reads no file.
            .chain((self.reads_file && !names_file).then_some(("ignore-config-path", "true")))
            .collect();
        let settings = settings.iter().filter_map(|(name, value)| Some((&**name, value.as_str()?)));
        let settings = settings.filter(|(name, _)| !["rpc_host", PARAMETER_VARIABLE].contains(name));
        let options = options.iter().map(|(name, value)| (&**name, &**value));
        for (name, value) in
            rpc.iter().map(|url| ("rpc_host", &**url)).chain(goes).chain(settings).chain(options)
        {
            flags.retain(|(flag, _)| *flag != name);
            flags.push((name, value));
        }
        flags.retain(|flag| *flag != ("secret", ""));
        Ok(flags.into_iter().map(|(name, value)| format!("--{name}={value}").into()).collect())
    }

    /// The broadcast endpoint asks for the key. In public mode it takes anything from anybody, and
    /// what proves that the server is ours is that it has this endpoint at a path nobody can guess.
    ///
    /// It is served before WebSocket connections are, and those before the state of health.
    fn proof(&self, options: &[(String, String)]) -> Proof<'static> {
        let health = options.iter().rev().find(|(name, _)| name == "health-path");
        let served_last = Some(health.map_or_else(|| "/health".to_owned(), |(_, path)| path.clone()));
        if is_public(options) {
            Proof { request: &hidden_broadcast, granted: 201, denied: 404, served_last }
        } else {
            Proof { request: &broadcast, granted: 201, denied: 401, served_last }
        }
    }

    fn protocol(&self, look: Look) -> Protocol {
        Protocol { transport: self.transport, look, calls: self.calls.clone() }
    }

    /// `1.5.2`.
    fn printed_version(text: &str) -> Option<&str> {
        let mut lines = text.lines();
        lines.next().filter(|_| lines.next().is_none())
    }

    fn read_configuration(
        configuration: &Configuration,
        said: &Said,
    ) -> Result<Vec<Configured>, NotAConfiguration> {
        deployed::read(configuration, said)
    }

    async fn ask(address: &Address, token: &[u8], record: &Record) -> Result<Told, Failure> {
        action_cable::ask(address, token, record).await
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
    if context.key_set.is_some() {
        return cannot("published key set");
    }
    if context.audience_regex.is_some() || context.issuer_regex.is_some() {
        return cannot("pattern of audiences or issuers");
    }
    if context.user_id_claim.is_some()
        || context.previous_secret.is_some()
        || context.separate.is_some()
        || context.rpc_proxy.is_some()
        || context.namespace.is_some()
    {
        return cannot("configuration of Centrifugo");
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
        if secret.contains('\0') {
            return cannot("a secret with a NUL, which no argument of a command can hold");
        }
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
    use std::ffi::OsString;
    use std::path::PathBuf;

    use super::{Anycable, Server as _, Settings, Startup, rpc};
    use crate::server::process::Launched;

    fn arguments(options: &[(&str, &str)]) -> Vec<String> {
        let options: Vec<_> =
            options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let settings = Settings::from_iter([("secret".to_owned(), "secret".into())]);
        let backend = Some("127.0.0.1:20001".parse().unwrap());
        let launched = Launched { port: 20_000, key: "key".to_owned(), directory: PathBuf::from("/tmp") };
        Anycable::of_version("1.5.2")
            .unwrap()
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
    fn a_backend_that_lets_clients_in_is_told_who_goes() {
        let of = |settings: &[(&str, &str)], server: Anycable| {
            let settings =
                settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
            let launched = Launched { port: 1, key: "key".to_owned(), directory: PathBuf::from("/tmp") };
            let backend = Some("127.0.0.1:20001".parse().unwrap());
            let startup = Startup { settings: &settings, options: &[], launched: &launched, backend };
            let mode =
                |argument: OsString| Some(argument.to_str()?.strip_prefix("--disconnect_mode=")?.to_owned());
            server.arguments(&startup).unwrap().into_iter().filter_map(mode).collect::<Vec<_>>()
        };
        let open = [("rpc_host", rpc::PATH_OF_OPEN)];
        assert_eq!(of(&[], Anycable::of_version("1.5.2").unwrap()), ["never"]);
        assert_eq!(of(&open, Anycable::of_version("1.5.2").unwrap()), ["auto"]);
        assert_eq!(of(&open, Anycable::of_version("1.5.2").unwrap().over("sse").unwrap()), ["never"]);
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
