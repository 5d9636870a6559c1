//! A server as a target that runs already: it is asked, and neither started nor stopped.
//!
//! The user gives the configuration of the server. A vector is carried if its context asks for the same
//! deployment. The keys, audience, issuer and namespace of the server replace those of the suite ([`terms`]).
//! Every other secret of the suite stays, because its own properties matter: it is short, known or foreign.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jotproof_engine::questions::Questions;
use jotproof_engine::run::unix_time;
use jotproof_engine::target::{CannotCarry, Clock, Deployment, Target, TargetError};
use jotproof_mint::Mint;
use jotproof_mint::own::OwnKey;
use jotproof_model::recipe::{KeyForm, Signer};
use jotproof_model::{Application, Capability, Challenge, Context, KeyRing, Observation, Recipe, Vector};
use jotproof_profiles::{OfVersion, Profile, Profiles};
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
use terms::Terms;

mod contents;
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
    /// The configuration as a context. Each key has the name of the suite's key that it replaces.
    pub context: Context,
    /// The terms that tokens must meet.
    pub terms: Terms,
    /// What keeps vectors from being carried, and those of which applications; of all, if of none.
    pub obstacles: Vec<(Vec<Application>, String)>,
    /// How closely what an accepted token did can be looked at.
    pub look: Look,
    /// Behaviour that changes what an accepted token shows.
    pub aside: Aside,
    /// The newest generation with a configuration of this form.
    pub generation: Option<&'static str>,
    /// Warnings for the user.
    pub warnings: Vec<String>,
}

/// Behaviour of a running server that changes what an accepted token shows, such as personal channels and
/// connection limits.
#[derive(Debug, Clone, Default)]
pub struct Aside {
    /// The prefix of personal channels, if the server subscribes every user to one.
    pub personal_channels: Option<String>,
    /// Whether clients are not told when a connection expires, because a backend renews it.
    pub hides_expiry: bool,
    /// The greatest number of connections at a time.
    pub connections: Option<usize>,
    /// The options that limit connections, for messages.
    pub limits: Vec<String>,
}

/// Facts about a server that the user gives in addition to its configuration.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// The key that signs its tokens: the private key, or only its public half.
    pub signing_key: Option<OwnKey>,
    /// The `kid` of that key.
    pub key_id: Option<String>,
    /// An audience that the server accepts.
    pub audience: Option<String>,
    /// An issuer that the server accepts.
    pub issuer: Option<String>,
    /// The version of the server.
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
    /// Mints with its keys.
    mint: Mint,
    /// Whether it is the one meant.
    met: Result<(), TargetError>,
    warnings: Vec<String>,
    /// The title and version that the server reports.
    identity: Option<String>,
    answer_within: Duration,
}

impl<S: Server> RunningTarget<S> {
    /// Contacts the server at an address and asks for its version. If its configuration has several readings,
    /// the first one under which the server accepts a genuine token counts. `fallback` gives the version if
    /// neither the user nor the server does.
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

    /// A target for the server at this address, under this profile.
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
        let keys = with_keys(jotproof_mint::keys::all(), &configured.terms);
        Self {
            address,
            capabilities,
            // A configuration is read as a context that the server can be started with.
            own: server.settings(&configured.context, &keys).unwrap_or_default(),
            mint: mint(&keys, &configured.terms),
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
    // Without a key that can sign, there is no genuine token.
    let token = if terms.signs() { good_token(&configured.context, &mint(&keys, terms)) } else { None };
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

/// The message for a server that refuses a genuine token, with a hint.
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

/// A mint for a server with these terms.
fn mint(keys: &KeyRing, terms: &Terms) -> Mint {
    let id = |key: &terms::Key| Some((key.name.to_owned(), terms.key_id.clone()?));
    Mint::new(keys).naming(terms.keys.iter().filter_map(id).collect::<BTreeMap<_, _>>())
}

/// The keys of the suite, some of them replaced by the server's. A server key without material replaces none.
fn with_keys(suite: &KeyRing, terms: &Terms) -> KeyRing {
    let mut keys = suite.clone();
    for key in &terms.keys {
        if let Some(material) = &key.material {
            keys.insert(key.name.to_owned(), material.clone());
        }
    }
    keys
}

/// The first entry for an application. An entry without applications is for all of them.
fn first_for(all: &[(Vec<Application>, String)], application: Application) -> Option<&str> {
    let is_for = |(of, _): &&(Vec<Application>, String)| of.is_empty() || of.contains(&application);
    all.iter().find(is_for).map(|(_, what)| what.as_str())
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

    /// Mints the token to see whether its changes still fit: another signature or payload may have no room
    /// for them.
    fn room_for(&self, recipe: &Recipe) -> Result<(), CannotCarry> {
        let is_changed = !recipe.signature.is_empty() || !recipe.segments.is_empty();
        let is_of_form = !matches!(&recipe.signer, Signer::Key { form: KeyForm::Natural, .. });
        if (is_changed || is_of_form) && self.mint.token(recipe, unix_time()).is_err() {
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
        // The value of the server, because `Terms::adapted` rejects every vector that depends on it.
        let refuse_anonymous = self.configured.terms.refuses_anonymous;
        let asked = self.server.settings(&Context { refuse_anonymous, ..context.clone() }, keys)?;
        if let Some(what) = first_for(&self.configured.obstacles, context.application) {
            return Err(CannotCarry(what.to_owned()));
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

/// The number of further attempts at a token that met a connection limit.
pub(super) const PATIENCE: usize = 10;

/// The pause between these attempts. The server notices closed connections in the meantime.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

impl<P: Protocol> Deployment for RunningDeployment<P> {
    fn clock(&self) -> Clock {
        Clock::System
    }

    fn replay(&mut self, questions: &Questions<'_>) {
        let connections = self.aside.connections.unwrap_or(CONCURRENCY);
        let asker = Asker {
            protocol: &self.protocol,
            address: self.address.socket,
            at: Some(&self.address),
            // Half of the limit, because a closed connection counts until the server notices.
            at_a_time: (connections / 2).clamp(1, CONCURRENCY),
            answer_within: self.answer_within,
            crashed: None,
            aside: Some(&self.aside),
        };
        self.runtime.block_on(asker.ask_all(questions));
    }
}

/// Whether the server had reached a connection limit. The sign is an HTTP status in place of a WebSocket (RFC
/// 9110 section 15.6.4, RFC 6585 section 4), or Centrifugo's `close 3504`.
pub(super) fn is_limit(observation: &Observation) -> bool {
    let Observation::ProtocolError { detail } = observation else { return false };
    ["HTTP 503", "HTTP 429", "close 3504"].iter().any(|beginning| detail.starts_with(beginning))
}

impl Aside {
    /// Removes effects that do not come from the token, and adds the limiting options to a connection limit.
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
            // If the user is known, only that user's own channel is removed.
            let of = result.user.as_ref().map(|user| format!("{prefix}{user}"));
            subscriptions.retain(|channel, _| match &of {
                Some(own) => channel != own,
                None => !channel.starts_with(&**prefix),
            });
        }
    }
}
