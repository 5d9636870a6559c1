//! A server as a target that runs already: it is asked, and neither started nor stopped.
//!
//! What it can carry follows from its own configuration, which the user gives: a vector is carried where
//! the context asks for the same deployment. Its keys, audience, issuer and namespace take the place of the suite's
//! ([`terms`]). Every other secret of the suite is there for what it is (short, known, somebody else's), and stays.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jotproof_engine::opening::{self, claim};
use jotproof_engine::questions::Questions;
use jotproof_engine::run::unix_time;
use jotproof_engine::target::{CannotCarry, Clock, Deployment, Target, TargetError};
use jotproof_mint::Mint;
use jotproof_mint::own::OwnKey;
use jotproof_model::recipe::{KeyForm, Member, Signer};
use jotproof_model::{Application, Capability, Challenge, Context, KeyRing, Observation, Recipe, Vector};
use jotproof_profiles::{OfVersion, Profile, Profiles};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::CONCURRENCY;
use super::address::Address;
use super::leak::{Record, Secrets};
use super::target::{Look, Server, Settings};
use super::version::{Claim, Contradiction, Told, known};
use super::{ANSWER_WITHIN, Asker, Protocol};
use crate::websocket::Failure;
use terms::Terms;

pub mod terms;
#[cfg(test)]
mod tests;

/// The secret of contexts in which it does not matter which one it is.
pub const GENERAL_SECRET: &str = "hmac-64-bytes";

/// The namespace that channels of the vectors are in, where they are in one.
pub(crate) const NAMESPACE: &str = "ns";

/// What the configuration of a running server says about tokens.
#[derive(Clone)]
pub struct Configured {
    /// The context that it amounts to. Keys go by the names of those of the suite in whose place they are.
    pub context: Context,
    /// What it asks of tokens.
    pub terms: Terms,
    /// What keeps vectors from being carried, and those of which applications; of all, if of none.
    pub obstacles: Vec<(Vec<Application>, String)>,
    /// How closely what an accepted token did can be looked at.
    pub look: Look,
    /// What it does beside, which is seen in what accepted tokens do.
    pub aside: Aside,
    /// The newest generation that is configured like this.
    pub generation: Option<&'static str>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// What a server does beside looking at tokens.
#[derive(Debug, Clone, Default)]
pub struct Aside {
    /// How the personal channels begin that every user is subscribed to.
    pub personal_channels: Option<String>,
    /// Whether the expiry of a connection is not told to clients: a backend renews it.
    pub hides_expiry: bool,
    /// How many connections it takes at a time, and the option that says so.
    pub connections: Option<(usize, &'static str)>,
    /// Options that bound connections, for messages.
    pub limits: Vec<&'static str>,
}

/// What the user says of a server beside its configuration.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// The key that signs its tokens, or the public half of it.
    pub signing_key: Option<OwnKey>,
    /// The `kid` of that key.
    pub key_id: Option<String>,
    /// An audience that it accepts.
    pub audience: Option<String>,
    /// An issuer that it accepts.
    pub issuer: Option<String>,
    /// The version that it is of.
    pub version: Option<String>,
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
    keys: Arc<KeyRing>,
    /// Whether it is the one meant.
    met: Result<(), TargetError>,
    warnings: Vec<String>,
    /// What it says that it is.
    identity: Option<String>,
    answer_within: Duration,
}

impl<S: Server> RunningTarget<S> {
    /// The server at this address, which is asked at once which version it is. Of several readings of its configuration
    /// the first one counts under which it accepts a genuine token. `fallback` is the version that it is taken for where
    /// neither the user nor the server says one.
    ///
    /// # Errors
    ///
    /// Where there is no profile of the claimed version.
    ///
    /// # Panics
    ///
    /// Never: every profile of a server has a driver, which a test of this crate checks.
    pub fn meet(
        mut address: Address,
        readings: Vec<Configured>,
        claimed: Option<&str>,
        fallback: impl Fn(Option<&str>) -> String,
    ) -> Result<Self, jotproof_profiles::LoadError> {
        let of_version = |version: &str| Profiles::built_in().of_version(S::NAME, version);
        let claim = claimed.map(|version| Claim { version: version.to_owned(), by: "--server-version says" });
        let mut readings = readings.into_iter();
        let mut configured = readings.next().expect("a configuration is read as something");
        address.parameter = configured.terms.parameter.clone();
        let mut asked = ask::<S>(&address, &configured, ANSWER_WITHIN);
        for other in readings {
            if matches!(asked, Err(TargetError::Fault(_))) {
                let of_other = ask::<S>(&address, &other, ANSWER_WITHIN);
                if of_other.is_ok() {
                    (configured, asked) = (other, of_other);
                }
            }
        }
        let told = asked.as_ref().ok().and_then(|told| known(told.version.as_deref()?));
        let mut warnings = configured.warnings.clone();
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
        let identity = told.map(|version| format!("{} {version}", S::TITLE));
        Ok(Self { met, identity, warnings, ..Self::of(address, configured, profile) })
    }

    /// The server at this address, as which it is known.
    fn of(address: Address, configured: Configured, profile: Profile) -> Self {
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
        let keys = Arc::new(with_keys(jotproof_mint::keys::all(), &configured.terms));
        Self {
            address,
            capabilities,
            // A configuration is read as a context that the server can be started with.
            own: server.settings(&configured.context, &keys).unwrap_or_default(),
            keys,
            server,
            profile,
            configured,
            met: Ok(()),
            identity: None,
            warnings: Vec::new(),
            answer_within: ANSWER_WITHIN,
        }
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
    let terms = &configured.terms;
    let keys = Arc::new(with_keys(jotproof_mint::keys::all(), terms));
    let token = good_token(configured, &keys);
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
        return Err(TargetError::Fault(format!("{} {}", address.socket, refusal(terms, S::TITLE))));
    }
    Ok(told)
}

/// That a server refuses a token which it must accept, and where to look.
fn refusal(terms: &Terms, title: &str) -> String {
    let is_regex = |claim: &Option<terms::Claim>| claim.as_ref().is_some_and(|claim| !claim.is_exact);
    let hint = if terms.key_id.is_some() {
        "see that its JWKS has the key of --signing-key under this kid, and that it can fetch it".to_owned()
    } else if is_regex(&terms.audience) || is_regex(&terms.issuer) {
        "see that --audience and --issuer match the regexes of its configuration".to_owned()
    } else {
        format!("see that --server-config is the file that this {title} was started with")
    };
    format!("refuses a genuine token that was minted after its configuration: {hint}")
}

/// A token that whoever is configured like this must accept: Centrifugo for its `sub`, AnyCable for its `ext`. Nothing
/// where there is no key to sign it with.
fn good_token(configured: &Configured, keys: &KeyRing) -> Option<Vec<u8>> {
    if !configured.terms.signs() {
        return None;
    }
    let expires = Member("exp".to_owned(), "{{now+60}}".to_owned());
    let claims = vec![claim("sub", "jotproof"), claim("ext", "{}"), expires];
    let recipe = opening::good_token(&configured.context, claims)?;
    mint(keys, &configured.terms).token(&recipe, unix_time()).ok()
}

/// What mints tokens for a server with these terms.
fn mint(keys: &KeyRing, terms: &Terms) -> Mint {
    let id = |key: &terms::Key| Some((key.name.to_owned(), terms.key_id.clone()?));
    Mint::new(keys).naming(terms.keys.iter().filter_map(id).collect::<BTreeMap<_, _>>())
}

/// The keys of the suite, with those of the server in their places. One of which nothing is known is in nobody's.
fn with_keys(suite: &KeyRing, terms: &Terms) -> KeyRing {
    let mut keys = suite.clone();
    for key in &terms.keys {
        if let Some(material) = &key.material {
            keys.insert(key.name.to_owned(), material.clone());
        }
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
pub(super) fn namespace(channel: &str) -> Option<&str> {
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
        Arc::new(with_keys(suite, &self.configured.terms))
    }

    fn mint(&self, keys: &KeyRing) -> Mint {
        mint(keys, &self.configured.terms)
    }

    fn adapted(&self, vector: &Vector) -> Result<Option<Vector>, CannotCarry> {
        self.configured.terms.adapted(vector, &self.profile)
    }

    /// A change of the text of a token can be one that another signature or payload has no place for.
    fn room_for(&self, recipe: &Recipe) -> Result<(), CannotCarry> {
        let is_changed = !recipe.signature.is_empty() || !recipe.segments.is_empty();
        let is_of_form = !matches!(&recipe.signer, Signer::Key { form: KeyForm::Natural, .. });
        if (is_changed || is_of_form) && self.mint(&self.keys).token(recipe, unix_time()).is_err() {
            return Err(CannotCarry("a key whose tokens have a place for the change".to_owned()));
        }
        Ok(())
    }

    fn identity(&self) -> Option<String> {
        self.identity.clone()
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn parallel_deployments(&self) -> usize {
        1
    }

    fn deployment(&self, context: &Context, keys: &KeyRing) -> Result<String, CannotCarry> {
        // Where it matters whether anonymous users are refused, the vector is not adapted.
        let refuse_anonymous = self.configured.terms.refuses_anonymous;
        let asked = self.server.settings(&Context { refuse_anonymous, ..context.clone() }, keys)?;
        let stands = |(applications, _): &&(Vec<Application>, String)| {
            applications.is_empty() || applications.contains(&context.application)
        };
        if let Some((_, what)) = self.configured.obstacles.iter().find(stands) {
            return Err(CannotCarry(what.clone()));
        }
        if let (Some(there), Some(session)) = (&self.configured.terms.namespaces, &context.session)
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
            aside: self.configured.aside.clone(),
            runtime: Self::runtime()?,
        }))
    }
}

/// What is asked of a server that was there before.
struct RunningDeployment<P> {
    protocol: P,
    address: Address,
    answer_within: Duration,
    aside: Aside,
    runtime: Runtime,
}

/// How often a token is asked about again that came when the server had no room for another connection.
pub(super) const PATIENCE: usize = 10;

/// How long the server has in between to see that the connections before it are closed.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

impl<P: Protocol> Deployment for RunningDeployment<P> {
    fn clock(&self) -> Clock {
        Clock::System
    }

    fn replay(&mut self, questions: &Questions<'_>) {
        let connections = self.aside.connections.map_or(CONCURRENCY, |(most, _)| most);
        let asker = Asker {
            protocol: &self.protocol,
            address: self.address.socket,
            at: Some(&self.address),
            // A connection that is closed counts until the server has seen that it is.
            at_a_time: (connections / 2).clamp(1, CONCURRENCY),
            answer_within: self.answer_within,
            crashed: None,
            aside: Some(&self.aside),
        };
        self.runtime.block_on(asker.ask_all(questions));
    }
}

/// Whether the server had no room for another connection: an HTTP status before a WebSocket is there (RFC 9110 section
/// 15.6.4, RFC 6585 section 4), or `close 3504` of Centrifugo.
pub(super) fn is_limit(observation: &Observation) -> bool {
    let Observation::ProtocolError { detail } = observation else { return false };
    ["HTTP 503", "HTTP 429", "close 3504"].iter().any(|beginning| detail.starts_with(beginning))
}

impl Aside {
    /// Takes from an observation what the server does whatever the token says, and names a limit.
    pub(super) fn set_apart(&self, observation: &mut Observation) {
        if is_limit(observation)
            && let Observation::ProtocolError { detail } = observation
        {
            let options = if self.limits.is_empty() {
                "a limit of the server or of what stands before it".to_owned()
            } else {
                self.limits.join(", ")
            };
            detail.push_str(&format!(
                "; it takes no more connections ({options}): raise that, or ask another instance"
            ));
        }
        let Observation::Accepted { result } = observation else { return };
        if self.hides_expiry {
            result.expires = None;
        }
        if let (Some(prefix), Some(subscriptions)) = (&self.personal_channels, &mut result.subscriptions) {
            // Whose it is has to be right where that is known.
            let of = result.user.as_ref().map(|user| format!("{prefix}{user}"));
            subscriptions.retain(|channel, _| match &of {
                Some(own) => channel != own,
                None => !channel.starts_with(&**prefix),
            });
        }
    }
}
