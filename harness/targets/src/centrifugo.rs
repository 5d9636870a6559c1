//! Centrifugo 3 to 6: connection tokens, and tokens for a channel, over the transports of its client
//! protocol.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;

use jotproof_engine::target::CannotCarry;
use jotproof_model::context::{Origin, PreviousSecret, RpcProxy};
use jotproof_model::{Application, Capability, Context, KeyKind, KeyRing, KeySet, Separate};
use serde_json::Value;

use crate::live::address::Address;
use crate::live::endpoint::{Backend, Published};
use crate::live::leak::Record;
use crate::live::running::{Configured, NotAConfiguration, Said};
use crate::live::target::{Look, Server, ServerTarget, Settings, Startup};
use crate::live::version::Told;
use crate::server::configuration::Configuration;
use crate::server::process::{ManagementRequest, Proof};
use crate::websocket::Failure;

mod carriage;
mod config;
mod connect;
mod deployed;
mod flow;
mod members;
mod options;
mod protobuf;
mod protocol;
mod rpc;
mod session;
mod subscribe;
mod told;
mod transport;
mod wire;

pub use protocol::ClientProtocol;

use config::{ADDRESS, Generation};
use rpc::Calls;
use transport::Transport;

/// A Centrifugo server on this machine.
pub type CentrifugoTarget = ServerTarget<Centrifugo>;

/// A version of Centrifugo.
#[derive(Debug, Clone)]
pub struct Centrifugo {
    generation: Generation,
    transport: Transport,
    calls: Calls,
}

impl Server for Centrifugo {
    type Protocol = ClientProtocol;

    const TITLE: &'static str = "Centrifugo";
    const NAME: &'static str = "centrifugo";
    const IMAGES: &'static str = "centrifugo/centrifugo:v";
    const COMMAND: &'static str = "centrifugo";
    const FOREIGN_VARIABLES: &'static [&'static str] = &["CENTRIFUGO_"];
    const VARIABLES: &'static [(&'static str, &'static str)] = &[];
    const OURS: &'static [&'static str] =
        &["address", "port", "api_key", "http_server.address", "http_server.port", "http_api.key"];
    const CONFIGURATIONS: &'static str = "JSON, TOML, YAML or CENTRIFUGO_… variables";
    const VERSION_ARGUMENT: &'static str = "version";
    const TRANSPORTS: &'static [&'static str] = &Transport::NAMES;

    fn unknown_option(version: &str, name: &str) -> Option<Vec<&'static str>> {
        let known = options::of_version(version)?;
        (!options::is_one_of(&known, name)).then_some(known)
    }

    fn of_version(version: &str) -> Option<Self> {
        let generation = Generation::of(version)?;
        Some(Self { generation, transport: Transport::WebSocket, calls: Calls::default() })
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

    /// The key set, where one is published, and what clients call, where they can.
    fn backend(&self, context: &Context) -> Option<Backend> {
        let calls = context.rpc_proxy.map(|_| rpc::router(self.calls.clone()));
        let Some(KeySet { documents, origin, transport, .. }) = &context.key_set else {
            return Some(Backend { router: calls?, published: None, answers: true });
        };
        let published = Published::new(documents.clone(), *transport);
        let answers = *origin != Origin::Silent;
        let router = calls.unwrap_or_default().merge(published.router());
        Some(Backend { router, published: Some(published), answers })
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
        Proof { request, granted: 200, denied: 401, served_last: None }
    }

    fn protocol(&self, look: Look) -> ClientProtocol {
        let Self { generation, transport, calls } = self;
        ClientProtocol::new(transport.opening(), transport.wire(*generation), look, calls.clone())
    }

    /// `Centrifugo v5.4.9 (Go version: go1.23.4)`.
    fn printed_version(text: &str) -> Option<&str> {
        text.lines().find_map(|line| line.strip_prefix("Centrifugo ")?.split(' ').next())
    }

    /// `{"level":"fatal",…,"message":"error creating token verifier: …"}`; in version 6 what comes behind the colon is
    /// the member `error`.
    fn configuration_refused(line: &str) -> Option<String> {
        let line: Value = serde_json::from_str(line).ok()?;
        let message = line["message"].as_str().filter(|_| line["level"] == "fatal")?;
        let of_configuration = ["error creating token verifier", "error validating config"];
        let is_it = of_configuration.iter().any(|beginning| message.starts_with(beginning));
        is_it.then(|| match line["error"].as_str() {
            Some(error) => format!("{message}: {error}"),
            None => message.to_owned(),
        })
    }

    fn read_configuration(
        configuration: &Configuration,
        said: &Said,
    ) -> Result<Vec<Configured>, NotAConfiguration> {
        deployed::read(configuration, said)
    }

    async fn ask(address: &Address, token: &[u8], record: &Record) -> Result<Told, Failure> {
        told::ask(address, token, record).await
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

    let purpose = match context.application {
        Application::CentrifugoSubscription | Application::CentrifugoPrivateChannel => Purpose::Channel,
        _ => Purpose::Connection,
    };
    if purpose == Purpose::Channel && context.separate.is_none() && context.session.is_some() {
        // The token that opens the session is made for what is configured, and has no `kid` and no text
        // that matches a pattern.
        if context.key_set.is_some() {
            return cannot("a session that is opened by a key of a published set");
        }
        if context.audience_regex.is_some() || context.issuer_regex.is_some() {
            return cannot("a session that is opened under a pattern");
        }
    }
    let mut options = Options { generation, keys, settings: Settings::new() };
    match &context.separate {
        None => options.judge(Purpose::Connection, &Judge::of(context))?,
        Some(Separate { keys, algorithms: _, audience, issuer }) => {
            let other =
                Judge { keys, audience: audience.as_ref(), issuer: issuer.as_ref(), ..Judge::default() };
            options.judge(purpose, &Judge::of(context))?;
            options.judge(purpose.other(), &other)?;
            options.set("separate_subscription_token_config", Value::Bool(true));
        }
    }
    if let Some(proxy) = context.rpc_proxy {
        if context.key_set.as_ref().is_some_and(|key_set| key_set.origin == Origin::Silent) {
            return cannot("a backend that is called, where nothing answers");
        }
        options.set("proxy_rpc_endpoint", Value::String(format!("http://{ADDRESS}{}", rpc::PATH)));
        options.set("proxy_include_connection_meta", Value::Bool(proxy == RpcProxy::WithMeta));
        // Version 6 proxies calls that name no method only where it is told to.
        if generation == Generation::V6 {
            options.set("rpc.without_namespace.proxy_enabled", Value::Bool(true));
        }
    }
    if let Some(namespace) = context.namespace {
        let mut all = generation.namespaces();
        all.push(generation.namespace(namespace));
        options.set("namespaces", Value::Array(all));
    }
    if context.refuse_anonymous {
        options.set("disallow_anonymous_connection_tokens", Value::Bool(true));
    }
    // An empty secret is no secret: the same configuration as none at all.
    options.settings.retain(|_, value| value.as_str() != Some(""));
    Ok(options.settings)
}

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Connection,
    Channel,
}

impl Purpose {
    const fn other(self) -> Self {
        match self {
            Self::Connection => Self::Channel,
            Self::Channel => Self::Connection,
        }
    }
}

/// What judges the tokens of one purpose.
#[derive(Debug, Clone, Copy, Default)]
struct Judge<'a> {
    keys: &'a [String],
    key_set: Option<&'a KeySet>,
    audience: Option<&'a String>,
    issuer: Option<&'a String>,
    audience_regex: Option<&'a String>,
    issuer_regex: Option<&'a String>,
    user_id_claim: Option<&'a String>,
    previous_secret: Option<&'a PreviousSecret>,
}

impl<'a> Judge<'a> {
    fn of(context: &'a Context) -> Self {
        Self {
            keys: &context.keys,
            key_set: context.key_set.as_ref(),
            audience: context.audience.as_ref(),
            issuer: context.issuer.as_ref(),
            audience_regex: context.audience_regex.as_ref(),
            issuer_regex: context.issuer_regex.as_ref(),
            user_id_claim: context.user_id_claim.as_ref(),
            previous_secret: context.previous_secret.as_ref(),
        }
    }
}

/// Options that are being collected.
struct Options<'a> {
    generation: Generation,
    keys: &'a KeyRing,
    settings: Settings,
}

impl Options<'_> {
    /// Sets an option, and gives the value that it had.
    fn set(&mut self, option: &str, value: Value) -> Option<Value> {
        self.settings.insert(self.generation.option(option), value)
    }

    /// Sets the options of one purpose.
    fn judge(&mut self, purpose: Purpose, judge: &Judge<'_>) -> Result<(), CannotCarry> {
        let cannot = |what: &str| Err(CannotCarry(what.to_owned()));
        let named = |suffix: &str| match purpose {
            Purpose::Connection => format!("token_{suffix}"),
            Purpose::Channel => format!("subscription_token_{suffix}"),
        };
        for name in judge.keys {
            let Some(key) = self.keys.get(name) else {
                return cannot(&format!("unknown key {name:?}"));
            };
            let (option, material, several) = match key.kind {
                KeyKind::Hmac => ("hmac_secret_key", &key.secret, "two HMAC keys"),
                KeyKind::Rsa => ("rsa_public_key", &key.public_pem, "two RSA keys"),
                KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => {
                    ("ecdsa_public_key", &key.public_pem, "two EC keys")
                }
                KeyKind::Secp256k1 => return cannot("secp256k1 key"),
                KeyKind::Ed25519 => return cannot("ed25519 key"),
            };
            let Some(material) = material else {
                return cannot(&format!("key {name:?} without its material"));
            };
            if self.set(&named(option), Value::String(material.clone())).is_some() {
                return cannot(several);
            }
        }
        if let Some(PreviousSecret { key, valid_for }) = judge.previous_secret {
            if self.generation != Generation::V6 {
                return cannot("a previous HMAC secret before version 6.6.1");
            }
            let Some(secret) = self.keys.get(key).and_then(|key| key.secret.clone()) else {
                return cannot(&format!("unknown secret {key:?}"));
            };
            self.set(&named("hmac_previous_secret_key"), Value::String(secret));
            if let Some(seconds) = valid_for {
                self.set(&named(config::VALID_UNTIL), Value::from(*seconds));
            }
        }
        // Where it is served is known only when it is.
        let url = judge.key_set.map(|key_set| {
            let KeySet { origin, path, .. } = key_set;
            format!("{}{path}", origin.before_path(ADDRESS))
        });
        for (option, value) in [
            ("audience", judge.audience),
            ("issuer", judge.issuer),
            ("audience_regex", judge.audience_regex),
            ("issuer_regex", judge.issuer_regex),
            ("user_id_claim", judge.user_id_claim),
            ("jwks_public_endpoint", url.as_ref()),
        ] {
            if let Some(value) = value {
                self.set(&named(option), Value::String(value.clone()));
            }
        }
        // Version 6 starts with a template only where it is told that this is known to be unsafe.
        if self.generation == Generation::V6 && judge.key_set.is_some_and(KeySet::is_template) {
            self.set(&named("insecure_skip_jwks_endpoint_safety_check"), Value::Bool(true));
        }
        Ok(())
    }
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
