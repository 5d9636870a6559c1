//! Centrifugo: connection tokens, over its bidirectional WebSocket protocol.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::time::Duration;

use jotproof_engine::target::{CannotCarry, Deployment, Target, TargetError};
use jotproof_model::{Application, Capability, Context, KeyKind, KeyRing};
use serde_json::{Map, Value};

use crate::live::{ANSWER_WITHIN, LiveDeployment};
use crate::server::ServerBinary;
use crate::server::pinned::CENTRIFUGO;
use crate::server::process::{Launch, Launched, ManagementRequest, Proof, READY_WITHIN};

mod connect;
mod members;

pub use connect::ConnectCommand;

/// What every deployment is started with.
const CONFIG: &str = include_str!("../../../fixtures/servers/centrifugo-5.4.9/config.json");

/// Options that are made anew for every launch: another value would unsettle the proof that the
/// server is ours.
const OURS: [&str; 3] = ["address", "port", "api_key"];

/// A Centrifugo server on this machine.
pub struct CentrifugoTarget {
    binary: ServerBinary,
    options: Vec<(String, String)>,
    capabilities: BTreeSet<Capability>,
    ready_within: Duration,
    answer_within: Duration,
}

impl CentrifugoTarget {
    /// A server that is started from `binary`. The `options` are keys of its configuration, each with
    /// a JSON value or else a string; they come last and win.
    #[must_use]
    pub fn process(binary: ServerBinary, options: Vec<(String, String)>) -> Self {
        Self {
            binary,
            options,
            capabilities: CENTRIFUGO.capabilities(),
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
    ) -> Result<LiveDeployment<ConnectCommand>, TargetError> {
        if let Some((name, _)) = self.options.iter().find(|(name, _)| OURS.contains(&&**name)) {
            return Err(TargetError::Fault(format!(
                "the server option {name} is set anew for every launch: leave it out"
            )));
        }
        let settings = settings(context, keys).map_err(|reason| TargetError::Fault(reason.to_string()))?;
        let binary = self.binary.locate(&CENTRIFUGO)?;
        let launch = Launch {
            title: CENTRIFUGO.title,
            binary: &binary,
            foreign_variables: "CENTRIFUGO_",
            variables: &[],
            arguments: &|launched| self.arguments(&settings, launched),
            proof: Proof { request: &info_request, granted: 200, denied: 401 },
            ready_within: self.ready_within,
        };
        LiveDeployment::start(&launch, ConnectCommand, self.answer_within)
    }

    /// Writes the configuration and points to it.
    fn arguments(&self, settings: &Map<String, Value>, launched: &Launched) -> io::Result<Vec<OsString>> {
        let mut config: Map<String, Value> = serde_json::from_str(CONFIG)?;
        config.extend(settings.clone());
        config.extend(self.options.iter().map(|(name, text)| {
            let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()));
            (name.clone(), value)
        }));
        config.insert("port".to_owned(), Value::String(launched.port.to_string()));
        config.insert("api_key".to_owned(), Value::String(launched.key.clone()));
        let path = launched.directory.join("config.json");
        fs::write(&path, serde_json::to_vec_pretty(&config)?)?;
        Ok(vec![OsString::from("--config"), path.into_os_string()])
    }
}

impl Target for CentrifugoTarget {
    fn name(&self) -> String {
        self.binary.target_name(CENTRIFUGO.name)
    }

    fn profile(&self) -> String {
        CENTRIFUGO.id()
    }

    fn capabilities(&self) -> &BTreeSet<Capability> {
        &self.capabilities
    }

    fn parallel_deployments(&self) -> usize {
        4
    }

    fn deployment(&self, context: &Context, keys: &KeyRing) -> Result<String, CannotCarry> {
        settings(context, keys).map(|settings| Value::Object(settings).to_string())
    }

    fn deploy(&self, context: &Context, keys: &KeyRing) -> Result<Box<dyn Deployment>, TargetError> {
        Ok(Box::new(self.launch(context, keys)?))
    }
}

/// The part of the configuration that a context decides.
///
/// Centrifugo serves every algorithm of a configured key and has no option to pin one: a context that
/// allows fewer is carried, and what comes of it is an observation.
fn settings(context: &Context, keys: &KeyRing) -> Result<Map<String, Value>, CannotCarry> {
    let cannot = |what: &str| Err(CannotCarry(what.to_owned()));
    match context.application {
        Application::Jwt | Application::CentrifugoConnection => {}
        Application::Anycable => return cannot("application anycable"),
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

    let mut settings = Map::new();
    for name in &context.keys {
        let Some(key) = keys.get(name) else {
            return cannot(&format!("unknown key {name:?}"));
        };
        let (option, material, several) = match key.kind {
            KeyKind::Hmac => ("token_hmac_secret_key", &key.secret, "two HMAC keys"),
            KeyKind::Rsa => ("token_rsa_public_key", &key.public_pem, "two RSA keys"),
            KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => {
                ("token_ecdsa_public_key", &key.public_pem, "two EC keys")
            }
            KeyKind::Secp256k1 => return cannot("secp256k1 key"),
            KeyKind::Ed25519 => return cannot("ed25519 key"),
        };
        let Some(material) = material else {
            return cannot(&format!("key {name:?} without its material"));
        };
        if settings.insert(option.to_owned(), Value::String(material.clone())).is_some() {
            return cannot(several);
        }
    }
    // An empty secret is no secret: the same configuration as none at all.
    settings.retain(|_, value| value.as_str() != Some(""));
    let mut set = |option: &str, value: Value| settings.insert(option.to_owned(), value);
    if let Some(audience) = &context.audience {
        set("token_audience", Value::String(audience.clone()));
    }
    if let Some(issuer) = &context.issuer {
        set("token_issuer", Value::String(issuer.clone()));
    }
    if context.refuse_anonymous {
        set("disallow_anonymous_connection_tokens", Value::Bool(true));
    }
    Ok(settings)
}

/// A call of the server API, which asks for the key.
fn info_request(key: &str) -> ManagementRequest {
    ManagementRequest { path: "/api/info".to_owned(), header: ("X-API-Key", key.to_owned()), body: "{}" }
}
