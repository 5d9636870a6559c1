//! Centrifugo 3 to 6: connection tokens, and tokens for a channel, over the transports of its client
//! protocol.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;

use axum::Router;
use jotproof_engine::target::CannotCarry;
use jotproof_model::{Application, Capability, Context, KeyKind, KeyRing};
use serde_json::Value;

use crate::live::target::{Look, Server, ServerTarget, Settings, Startup};
use crate::server::process::{ManagementRequest, Proof};

mod carriage;
mod config;
mod connect;
mod flow;
mod members;
mod protobuf;
mod protocol;
mod session;
mod subscribe;
mod transport;
mod wire;

pub use protocol::ClientProtocol;

use config::Generation;
use transport::Transport;

/// A Centrifugo server on this machine.
pub type CentrifugoTarget = ServerTarget<Centrifugo>;

/// A version of Centrifugo.
#[derive(Debug, Clone, Copy)]
pub struct Centrifugo {
    generation: Generation,
    transport: Transport,
}

impl Server for Centrifugo {
    type Protocol = ClientProtocol;

    const TITLE: &'static str = "Centrifugo";
    const NAME: &'static str = "centrifugo";
    const IMAGES: &'static str = "centrifugo/centrifugo:v";
    const COMMAND: &'static str = "centrifugo";
    const FOREIGN_VARIABLES: &'static str = "CENTRIFUGO_";
    const VARIABLES: &'static [(&'static str, &'static str)] = &[];
    const OURS: &'static [&'static str] =
        &["address", "port", "api_key", "http_server.address", "http_server.port", "http_api.key"];
    const TRANSPORTS: &'static [&'static str] = &Transport::NAMES;

    fn of_version(version: &str) -> Option<Self> {
        Some(Self { generation: Generation::of(version)?, transport: Transport::WebSocket })
    }

    fn over(self, transport: &str) -> Option<Self> {
        Some(Self { transport: Transport::of_name(transport)?, ..self })
    }

    fn capabilities(&self, of_profile: &BTreeSet<Capability>) -> BTreeSet<Capability> {
        self.transport.capabilities(self.generation, of_profile.clone())
    }

    /// Centrifugo serves every algorithm of a configured key and has no option to pin one: a context
    /// that allows fewer is carried, and what comes of it is an observation.
    fn settings(&self, context: &Context, keys: &KeyRing) -> Result<Settings, CannotCarry> {
        let mut settings = settings(self.generation, context, keys)?;
        let switch =
            self.transport.option().map(|option| (self.generation.option(option), Value::Bool(true)));
        settings.extend(switch);
        Ok(settings)
    }

    fn backend(&self) -> Option<Router> {
        None
    }

    fn arguments(&self, startup: &Startup<'_>) -> io::Result<Vec<OsString>> {
        let config = self.generation.config(startup)?;
        let path = startup.launched.directory.join("config.json");
        fs::write(&path, serde_json::to_vec_pretty(&config)?)?;
        Ok(vec![OsString::from("--config"), path.into_os_string()])
    }

    fn proof(&self, _: &[(String, String)]) -> Proof<'static> {
        let request: &dyn Fn(&str) -> ManagementRequest =
            if self.generation.has_api_methods_in_path() { &info_request } else { &info_command };
        Proof { request, granted: 200, denied: 401 }
    }

    fn protocol(&self, look: Look) -> ClientProtocol {
        let Self { generation, transport } = *self;
        ClientProtocol::new(transport.opening(), transport.wire(generation), look)
    }
}

/// The part of the configuration that a context decides.
fn settings(generation: Generation, context: &Context, keys: &KeyRing) -> Result<Settings, CannotCarry> {
    let cannot = |what: &str| Err(CannotCarry(what.to_owned()));
    match context.application {
        Application::Jwt
        | Application::CentrifugoConnection
        | Application::CentrifugoSubscription
        | Application::CentrifugoPrivateChannel => {}
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

    let mut settings = Settings::new();
    let mut set = |option: &str, value: Value| settings.insert(generation.option(option), value);
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
        if set(option, Value::String(material.clone())).is_some() {
            return cannot(several);
        }
    }
    if let Some(audience) = &context.audience {
        set("token_audience", Value::String(audience.clone()));
    }
    if let Some(issuer) = &context.issuer {
        set("token_issuer", Value::String(issuer.clone()));
    }
    if context.refuse_anonymous {
        set("disallow_anonymous_connection_tokens", Value::Bool(true));
    }
    // An empty secret is no secret: the same configuration as none at all.
    settings.retain(|_, value| value.as_str() != Some(""));
    Ok(settings)
}

/// A call of the server API, which asks for the key.
fn info_request(key: &str) -> ManagementRequest {
    ManagementRequest { path: "/api/info".to_owned(), header: ("X-API-Key", key.to_owned()), body: "{}" }
}

/// The same before Centrifugo 5, which names the method in the body.
fn info_command(key: &str) -> ManagementRequest {
    ManagementRequest {
        path: "/api".to_owned(),
        header: ("Authorization", format!("apikey {key}")),
        body: r#"{"method":"info","params":{}}"#,
    }
}
