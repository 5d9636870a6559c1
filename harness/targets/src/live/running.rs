//! A server as a target that runs already: it is asked, and neither started nor stopped.
//!
//! What it can carry follows from its own configuration, which the user gives: a vector is carried where
//! the context asks for the same deployment. Its secret takes the place of the suite's general one
//! ([`GENERAL_SECRET`]), under that name, so that tokens are minted with it. Every other secret of the
//! suite is there for what it is (short, known, somebody else's), and stays.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jotproof_engine::run::unix_time;
use jotproof_engine::target::{CannotCarry, Clock, Deployment, Target, TargetError};
use jotproof_mint::{Mint, base64url};
use jotproof_model::recipe::{Content, Member, Signer};
use jotproof_model::{
    Application, Capability, Challenge, Context, KeyMaterial, KeyRing, Observation, Recipe,
};
use jotproof_profiles::{OfVersion, Profile, Profiles};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::CONCURRENCY;
use super::address::Address;
use super::leak::{Record, Secrets};
use super::target::{Look, Server, Settings};
use super::version::{Claim, Contradiction, Told, good_token, known};
use super::{ANSWER_WITHIN, Asker, Protocol};
use crate::websocket::Failure;

/// The secret of contexts in which it does not matter which one it is.
pub const GENERAL_SECRET: &str = "hmac-64-bytes";

/// The namespace that channels of the vectors are in, where they are in one.
const NAMESPACE: &str = "ns";

/// What the configuration of a running server says about tokens.
#[derive(Clone)]
pub struct Configured {
    /// The context that it amounts to. Keys go by the names that the suite knows them by; a public key
    /// that is none of the suite's is left out, for nothing here can be signed with it.
    pub context: Context,
    /// The secret that [`GENERAL_SECRET`] stands for in the context.
    pub secret: Option<String>,
    /// What keeps vectors from being carried, and those of which applications; of all, if of none.
    pub obstacles: Vec<(Vec<Application>, &'static str)>,
    /// The namespaces of channels that there are; absent where channels have none.
    pub namespaces: Option<BTreeSet<String>>,
    /// How closely what an accepted token did can be looked at.
    pub look: Look,
    /// The newest generation that is configured like this.
    pub generation: Option<&'static str>,
}

/// Why a text is no configuration of a server. What stands in it is not repeated: it has secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAConfiguration(pub String);

/// A server that runs already.
pub struct RunningTarget<S: Server> {
    address: Address,
    server: S,
    profile: Profile,
    capabilities: BTreeSet<Capability>,
    configured: Configured,
    own: Settings,
    /// Mints with its keys.
    mint: Mint,
    /// Whether it is the one meant.
    met: Result<(), TargetError>,
    warnings: Vec<String>,
    answer_within: Duration,
}

impl<S: Server> RunningTarget<S> {
    /// The server at this address, which is asked at once which version it is. `fallback` is the version
    /// that it is taken for where neither the user nor the server says one.
    ///
    /// # Errors
    ///
    /// Where there is no profile of the claimed version.
    ///
    /// # Panics
    ///
    /// Never: every profile of a server has a driver, which a test of this crate checks.
    pub fn meet(
        address: Address,
        configured: Configured,
        claimed: Option<&str>,
        fallback: impl Fn(Option<&str>) -> String,
    ) -> Result<Self, jotproof_profiles::LoadError> {
        let of_version = |version: &str| Profiles::built_in().of_version(S::NAME, version);
        let claim = claimed.map(|version| Claim { version: version.to_owned(), by: "--server-version says" });
        let asked = ask::<S>(&address, &configured, ANSWER_WITHIN);
        let told = asked.as_ref().ok().and_then(|told| known(told.version.as_deref()?));
        let mut warnings = Vec::new();
        let mut met = asked.as_ref().map(drop).map_err(Clone::clone);
        let version = match (&claim, told) {
            (Some(claim), told) => {
                match claim.contradiction::<S>(told) {
                    Some(Contradiction::Version(text)) => warnings.push(text),
                    Some(Contradiction::Generation(text)) => met = Err(TargetError::Fault(text)),
                    None => {}
                }
                claim.version.clone()
            }
            (None, Some(told)) if of_version(told).is_ok() => told.to_owned(),
            (None, told) => {
                let generation = asked.as_ref().ok().and_then(|told| told.generation);
                let taken_for = fallback(generation.or(configured.generation));
                match told {
                    Some(told) => {
                        met = Err(TargetError::Fault(format!(
                            "it answers as {title} {told}, of which there is no profile: nothing is known of what it \
                             should do",
                            title = S::TITLE
                        )));
                    }
                    None if met.is_ok() => warnings.push(format!(
                        "it does not tell its version, and is taken for {} {taken_for}: if it is another one, say so \
                         with --server-version",
                        S::TITLE
                    )),
                    None => {}
                }
                taken_for
            }
        };
        let OfVersion { profile, is_newer } = of_version(&version)?;
        if is_newer {
            warnings.push(newer::<S>(&version, &profile));
        }
        warnings.extend(profile.warnings.iter().cloned());
        let number = profile.name.rsplit_once('-').map_or("", |(_, version)| version);
        let server = S::of_version(number).expect("every profile of a server has a driver");
        let mut capabilities = profile.capabilities.clone();
        // How soon the server ends what has expired is for its own configuration to say.
        capabilities.remove(&Capability::Flow);
        // One that runs has a configuration that it could start with.
        capabilities.remove(&Capability::WrongConfiguration);
        // Its namespaces are as they are.
        capabilities.remove(&Capability::Namespace);
        // What clients call through it is a backend of its own.
        capabilities.remove(&Capability::RpcProxy);
        let keys = with_secret(jotproof_mint::keys::all(), configured.secret.as_deref());
        Ok(Self {
            address,
            capabilities,
            // A configuration is read as a context that the server can be started with.
            own: server.settings(&configured.context, &keys).unwrap_or_default(),
            mint: Mint::new(&keys),
            server,
            profile,
            configured,
            met,
            warnings,
            answer_within: ANSWER_WITHIN,
        })
    }

    fn runtime() -> Result<Runtime, TargetError> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| TargetError::EnvironmentMissing(format!("cannot make an event loop: {error}")))
    }
}

/// That a version is newer than what is known.
pub(crate) fn newer<S: Server>(version: &str, profile: &Profile) -> String {
    format!(
        "{} {version} is newer than every version that there is a profile of, and is judged as {}",
        S::TITLE,
        profile.name
    )
}

/// Asks the server with a token that it must take: that it does proves that it is the one that the
/// configuration is of.
fn ask<S: Server>(address: &Address, configured: &Configured, within: Duration) -> Result<Told, TargetError> {
    let fault = |text: String| {
        TargetError::Fault(format!("{} does not answer as {} does: {text}", address.socket, S::TITLE))
    };
    let keys = Arc::new(with_secret(jotproof_mint::keys::all(), configured.secret.as_deref()));
    let token = good_token(&configured.context, &keys);
    let context = Arc::new(configured.context.clone());
    let challenge = Challenge::new(token.clone().unwrap_or_default(), context, keys, unix_time());
    let record = Record::default();
    // It is asked with a secret of the user: what it says is repeated without it.
    let discreet = |failure: &Failure| {
        let detail = failure.to_string();
        let said = record.discreet(&Secrets::of_challenge(&challenge), Observation::ProtocolError { detail });
        match said {
            Observation::ProtocolError { detail } => detail,
            other => format!("{other:?}"),
        }
    };
    let conversation = async {
        TcpStream::connect(address.socket).await.map_err(|error| {
            TargetError::EnvironmentMissing(format!(
                "nothing listens at {}: {error}; start {} there, or see to the address",
                address.socket,
                S::TITLE
            ))
        })?;
        let asked = S::ask(address, &challenge.token, &record).await;
        asked.map_err(|failure| match failure {
            Failure::Status(404) => fault(format!("{failure}; see to the path of the address")),
            failure => fault(discreet(&failure)),
        })
    };
    let runtime = RunningTarget::<S>::runtime()?;
    let told = runtime
        .block_on(async { timeout(within, conversation).await })
        .map_err(|_| fault(format!("it said nothing within {} s", within.as_secs())))??;
    if token.is_some() && !told.accepted {
        return Err(TargetError::Fault(format!(
            "{} refuses a good token that was minted after the configuration given: see that --config-of-server is \
             the one that this {} was started with",
            address.socket,
            S::TITLE
        )));
    }
    Ok(told)
}

/// The keys of the suite, with another general secret.
fn with_secret(suite: &KeyRing, secret: Option<&str>) -> KeyRing {
    let mut keys = suite.clone();
    if let Some(secret) = secret {
        let jwk = json!({ "kty": "oct", "k": base64url::encode(secret.as_bytes()), "kid": GENERAL_SECRET });
        let material = KeyMaterial::of_secret(secret, jwk.to_string());
        keys.insert(GENERAL_SECRET.to_owned(), material);
    }
    keys
}

/// In what two configurations differ, by the name of an option and never by a value.
fn difference(asked: &Settings, own: &Settings) -> Option<String> {
    let names: BTreeSet<&String> = asked.keys().chain(own.keys()).collect();
    names.into_iter().find_map(|name| match (asked.get(name), own.get(name)) {
        (Some(asked), Some(own)) if asked == own => None,
        (Some(_), Some(_)) => Some(format!("a server with another {name}")),
        (Some(_), None) => Some(format!("a server with {name}")),
        (None, _) => Some(format!("a server without {name}")),
    })
}

/// The namespace of a channel: `ns` of `ns:news`, and of `$ns:news`.
fn namespace(channel: &str) -> Option<&str> {
    Some(channel.trim_start_matches('$').split_once(':')?.0)
}

impl<S: Server> Target for RunningTarget<S> {
    /// `centrifugo:ws://127.0.0.1:8000/connection/websocket`.
    fn name(&self) -> String {
        format!("{}:{}", S::NAME, self.address)
    }

    fn profile(&self) -> String {
        self.profile.name.clone()
    }

    fn capabilities(&self) -> &BTreeSet<Capability> {
        &self.capabilities
    }

    fn ready(&self) -> Result<(), TargetError> {
        self.met.clone()
    }

    fn is_live(&self) -> bool {
        true
    }

    fn is_on_this_machine(&self) -> bool {
        self.address.socket.ip().is_loopback()
    }

    fn keys(&self, suite: &Arc<KeyRing>) -> Arc<KeyRing> {
        Arc::new(with_secret(suite, self.configured.secret.as_deref()))
    }

    fn room_for(&self, recipe: &Recipe) -> Result<(), CannotCarry> {
        let named = |text: &str| text.contains(&format!("\"{NAMESPACE}:"));
        let names = match &recipe.payload {
            Content::Object { members, before: _, after: _ } => {
                members.iter().any(|Member(_, value)| named(value))
            }
            Content::Text { text } => named(text),
            Content::Octets { .. } => false,
        };
        if self.configured.namespaces.as_ref().is_some_and(|there| names && !there.contains(NAMESPACE)) {
            return Err(CannotCarry(format!("a server with a namespace {NAMESPACE}")));
        }
        // A change of the text of a signature can be one that the signature of another secret has no place for.
        let is_signed_otherwise = matches!(&recipe.signer, Signer::Key { key, .. } if key == GENERAL_SECRET);
        if is_signed_otherwise && self.mint.token(recipe, unix_time()).is_err() {
            return Err(CannotCarry("a secret whose signature has a place for the change".to_owned()));
        }
        Ok(())
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn parallel_deployments(&self) -> usize {
        1
    }

    fn deployment(&self, context: &Context, keys: &KeyRing) -> Result<String, CannotCarry> {
        let asked = self.server.settings(context, keys)?;
        let stands = |(applications, _): &&(Vec<Application>, &str)| {
            applications.is_empty() || applications.contains(&context.application)
        };
        if let Some((_, what)) = self.configured.obstacles.iter().find(stands) {
            return Err(CannotCarry((*what).to_owned()));
        }
        if let (Some(there), Some(session)) = (&self.configured.namespaces, &context.session)
            && let Some(namespace) = namespace(&session.channel)
            && !there.contains(namespace)
        {
            return Err(CannotCarry(format!("a server with a namespace {namespace}")));
        }
        match difference(&asked, &self.own) {
            Some(reason) => Err(CannotCarry(reason)),
            None => Ok(String::new()),
        }
    }

    fn deploy(&self, _: &Context, _: &KeyRing) -> Result<Box<dyn Deployment>, TargetError> {
        Ok(Box::new(RunningDeployment {
            protocol: self.server.protocol(self.configured.look),
            address: self.address.clone(),
            answer_within: self.answer_within,
            runtime: Self::runtime()?,
        }))
    }
}

/// What is asked of a server that was there before.
struct RunningDeployment<P> {
    protocol: P,
    address: Address,
    answer_within: Duration,
    runtime: Runtime,
}

impl<P: Protocol> Deployment for RunningDeployment<P> {
    fn clock(&self) -> Clock {
        Clock::System
    }

    fn replay(&mut self, challenges: &[Challenge]) -> Vec<Observation> {
        let asker = Asker {
            protocol: &self.protocol,
            address: self.address.socket,
            path: self.address.path.as_deref(),
            at_a_time: CONCURRENCY,
            answer_within: self.answer_within,
            crashed: None,
        };
        self.runtime.block_on(asker.ask_all(challenges))
    }
}
