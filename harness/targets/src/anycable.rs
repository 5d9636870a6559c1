//! AnyCable: identification tokens, over Action Cable.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::time::Duration;

use jotproof_engine::target::{CannotCarry, Deployment, Target, TargetError};
use jotproof_model::{Application, Capability, Context, KeyKind, KeyRing};

use crate::live::{ANSWER_WITHIN, LiveDeployment};
use crate::server::ServerBinary;
use crate::server::pinned::ANYCABLE;
use crate::server::process::{Launch, Launched, ManagementRequest, Proof, READY_WITHIN};

mod action_cable;

pub use action_cable::QueryToken;

/// What every deployment is started with, an argument each line.
const ARGUMENTS: &str = include_str!("../../../fixtures/servers/anycable-1.5.2/arguments.txt");

/// Options that are made anew for every launch: another value would unsettle the proof that the
/// server is ours.
const OURS: [&str; 5] = ["host", "port", "broadcast_key", "http_broadcast_port", "http_broadcast_path"];

/// An AnyCable server on this machine.
pub struct AnycableTarget {
    binary: ServerBinary,
    options: Vec<(String, String)>,
    capabilities: BTreeSet<Capability>,
    ready_within: Duration,
    answer_within: Duration,
}

impl AnycableTarget {
    /// A server that is started from `binary`. The `options` are flags without their dashes, each
    /// with its value; they win. The flag `secret` with an empty value takes the secret away.
    #[must_use]
    pub fn process(binary: ServerBinary, options: Vec<(String, String)>) -> Self {
        Self {
            binary,
            options,
            capabilities: ANYCABLE.capabilities(),
            ready_within: READY_WITHIN,
            answer_within: ANSWER_WITHIN,
        }
    }

    /// The same with other bounds: how long the server has to come up, and to answer one challenge.
    #[must_use]
    pub fn with_bounds(mut self, ready_within: Duration, answer_within: Duration) -> Self {
        self.ready_within = ready_within;
        self.answer_within = answer_within;
        self
    }

    /// Starts a server for a context.
    ///
    /// # Errors
    ///
    /// A [`TargetError`] that says what to do next.
    pub fn launch(
        &self,
        context: &Context,
        keys: &KeyRing,
    ) -> Result<LiveDeployment<QueryToken>, TargetError> {
        if let Some((name, _)) = self.options.iter().find(|(name, _)| OURS.contains(&&**name)) {
            return Err(TargetError::Fault(format!(
                "the server option {name} is set anew for every launch: leave it out"
            )));
        }
        let secret = secret(context, keys).map_err(|reason| TargetError::Fault(reason.to_string()))?;
        let binary = self.binary.locate(&ANYCABLE)?;
        let launch = Launch {
            title: ANYCABLE.title,
            binary: &binary,
            foreign_variables: "ANYCABLE_",
            variables: &[("ANYCABLE_DISABLE_TELEMETRY", "true")],
            arguments: &|launched| Ok(self.arguments(secret, launched)),
            proof: self.proof(),
            ready_within: self.ready_within,
        };
        LiveDeployment::start(&launch, QueryToken, self.answer_within)
    }

    /// The command line: what is always there, what is made anew, the secret, and the options in
    /// place of whatever they name.
    fn arguments(&self, secret: &str, launched: &Launched) -> Vec<OsString> {
        let port = launched.port.to_string();
        let path = self.broadcast_path(&launched.key);
        let mut flags: Vec<(&str, &str)> = ARGUMENTS
            .lines()
            .filter_map(|line| line.strip_prefix("--")?.split_once('='))
            .chain([
                ("port", &*port),
                ("http_broadcast_port", &*port),
                ("http_broadcast_path", &*path),
                ("broadcast_key", &*launched.key),
                ("secret", secret),
            ])
            .collect();
        for (name, value) in &self.options {
            flags.retain(|(flag, _)| flag != name);
            flags.push((name, value));
        }
        flags.retain(|flag| *flag != ("secret", ""));
        flags.into_iter().map(|(name, value)| format!("--{name}={value}").into()).collect()
    }

    /// The broadcast endpoint asks for the key. In public mode it takes anything from anybody, and
    /// what proves that the server is ours is that it has this endpoint at a path nobody can guess.
    fn proof(&self) -> Proof<'static> {
        if self.is_public() {
            Proof { request: &hidden_broadcast, granted: 201, denied: 404 }
        } else {
            Proof { request: &broadcast, granted: 201, denied: 401 }
        }
    }

    fn broadcast_path(&self, key: &str) -> String {
        if self.is_public() { hidden_broadcast(key).path } else { broadcast(key).path }
    }

    fn is_public(&self) -> bool {
        let last = self.options.iter().rev().find(|(name, _)| name == "public");
        // What Go's `strconv.ParseBool` takes for a yes.
        last.is_some_and(|(_, value)| ["1", "t", "T", "true", "TRUE", "True"].contains(&value.as_str()))
    }
}

impl Target for AnycableTarget {
    fn name(&self) -> String {
        self.binary.target_name(ANYCABLE.name)
    }

    fn profile(&self) -> String {
        ANYCABLE.id()
    }

    fn capabilities(&self) -> &BTreeSet<Capability> {
        &self.capabilities
    }

    fn parallel_deployments(&self) -> usize {
        4
    }

    fn deployment(&self, context: &Context, keys: &KeyRing) -> Result<String, CannotCarry> {
        secret(context, keys).map(str::to_owned)
    }

    fn deploy(&self, context: &Context, keys: &KeyRing) -> Result<Box<dyn Deployment>, TargetError> {
        Ok(Box::new(self.launch(context, keys)?))
    }
}

/// The secret that a context decides, which is all that AnyCable has to configure; empty for none.
///
/// AnyCable takes HS256, HS384 and HS512 with it and has no option to pin one: a context that allows
/// fewer is carried, and what comes of it is an observation.
fn secret<'a>(context: &Context, keys: &'a KeyRing) -> Result<&'a str, CannotCarry> {
    let cannot = |what: &str| Err(CannotCarry(what.to_owned()));
    match context.application {
        Application::Jwt | Application::Anycable => {}
        Application::CentrifugoConnection => return cannot("application centrifugo-connection"),
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

    use super::{AnycableTarget, Launched};
    use crate::server::ServerBinary;

    fn arguments(options: &[(&str, &str)]) -> Vec<String> {
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let launched = Launched { port: 20_000, key: "key".to_owned(), directory: PathBuf::from("/tmp") };
        AnycableTarget::process(ServerBinary::Pinned, options)
            .arguments("secret", &launched)
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
                "--norpc=true",
                "--enforce_jwt=true",
                "--broadcast_adapter=http",
                "--port=20000",
                "--http_broadcast_port=20000",
                "--http_broadcast_path=/_broadcast",
                "--broadcast_key=key",
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
