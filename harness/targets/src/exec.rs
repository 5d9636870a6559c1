//! Any verifier in any language, behind an adapter: a program that is asked and answers in JSON lines
//! on its standard input and output (`docs/reference/adapter-protocol.md`).
//!
//! The runner owns time-outs, kills and restarts. After a death or a hang, each open challenge is asked
//! alone, in a new process. The fault belongs to the challenge that repeats it. Every other challenge keeps
//! its own answer.
//!
//! - [`process`] is a running adapter, and makes sure that it ends; [`stderr`] extracts the reason.
//! - [`wire`] turns challenges into lines and lines into observations.
//! - [`conversation`] asks, and finds out whose fault a fault is.
//! - [`serve`] is the other side: a verifier of this process behind the protocol.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jotproof_engine::target::{CannotCarry, Deployment, Target, TargetError};
use jotproof_model::{Capability, Context, KeyRing};
use jotproof_profiles::{Profile, Profiles};

pub mod conversation;
pub mod process;
pub mod serve;
mod stderr;
pub mod wire;

use conversation::{Conversation, Incidents};
use process::AdapterProcess;
use wire::Hello;

/// How long an adapter may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// To say hello.
    pub hello: Duration,
    /// To answer, counted from its last answer.
    pub answer: Duration,
    /// To end after `bye`.
    pub end: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { hello: Duration::from_secs(10), answer: Duration::from_secs(5), end: Duration::from_secs(2) }
    }
}

/// An adapter as a target. It is started when the first question about it is asked.
pub struct ExecTarget {
    name: String,
    run: Arc<Run>,
    profiles: Profiles,
    met: OnceLock<Result<Met, TargetError>>,
}

/// What the processes of one run share.
struct Run {
    command: Vec<String>,
    bounds: Bounds,
    /// The ids given so far: none is given twice in a run.
    ids: AtomicU64,
    /// The failures of the adapter so far.
    incidents: Incidents,
}

impl Run {
    /// The error for a faulty adapter.
    fn fault(&self, text: &str) -> TargetError {
        TargetError::Fault(format!("adapter {}: {text}", self.command.join(" ")))
    }
}

/// An adapter that said hello.
struct Met {
    hello: Hello,
    /// The profile that the hello names.
    profile: Option<Profile>,
    /// The process that said it, until a deployment takes it.
    process: Mutex<Option<AdapterProcess>>,
}

/// Why a text is no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a command: give a program and its arguments, quoted as in a shell, for example \
     python3 adapter.py"
)]
pub struct NotACommand(pub String);

/// The program and the arguments that a command line stands for; no shell is involved.
///
/// # Errors
///
/// Where it is empty, or a quote is not closed.
pub fn command(text: &str) -> Result<Vec<String>, NotACommand> {
    match shell_words::split(text) {
        Ok(words) if !words.is_empty() => Ok(words),
        _ => Err(NotACommand(text.to_owned())),
    }
}

impl ExecTarget {
    /// The adapter that a command line starts.
    ///
    /// # Errors
    ///
    /// Where the text is no command.
    pub fn new(text: &str) -> Result<Self, NotACommand> {
        let run = Run {
            command: command(text)?,
            bounds: Bounds::default(),
            ids: AtomicU64::new(1),
            incidents: Incidents::default(),
        };
        let profiles = Profiles::built_in().clone();
        Ok(Self { name: format!("exec:{text}"), run: Arc::new(run), profiles, met: OnceLock::new() })
    }

    /// Replaces the built-in profiles.
    #[must_use]
    pub fn with_profiles(self, profiles: &Profiles) -> Self {
        Self { profiles: profiles.clone(), ..self }
    }

    /// With other bounds than the default ones.
    #[must_use]
    pub fn with_bounds(mut self, bounds: Bounds) -> Self {
        let Run { command, .. } = &*self.run;
        self.run = Arc::new(Run {
            command: command.clone(),
            bounds,
            ids: AtomicU64::new(1),
            incidents: Incidents::default(),
        });
        self
    }

    fn met(&self) -> Result<&Met, TargetError> {
        self.met
            .get_or_init(|| {
                let (process, hello) = AdapterProcess::start(&self.run.command, &self.run.bounds)?;
                let named = hello.profile.as_deref().map(|name| self.profiles.find(name)).transpose();
                let profile = named.map_err(|error| {
                    self.run.fault(&format!(
                        "its hello names an unknown profile: {error}\nhint: leave `profile` out of the hello, \
                         or give --vectors DIR with the profile in DIR/profiles"
                    ))
                })?;
                let profile = profile.map(Cow::into_owned);
                Ok(Met { hello, profile, process: Mutex::new(Some(process)) })
            })
            .as_ref()
            .map_err(Clone::clone)
    }

    /// The profile that the hello names.
    fn own_profile(&self) -> Option<&Profile> {
        self.met().ok()?.profile.as_ref()
    }
}

impl Target for ExecTarget {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn profile(&self) -> String {
        self.own_profile().map_or_else(|| "rfc".to_owned(), |profile| profile.name.clone())
    }

    fn capabilities(&self) -> &BTreeSet<Capability> {
        static NONE: BTreeSet<Capability> = BTreeSet::new();
        self.met().map_or(&NONE, |met| &met.hello.capabilities)
    }

    fn ready(&self) -> Result<(), TargetError> {
        self.met().map(|_| ())
    }

    fn identity(&self) -> Option<String> {
        let Hello { name, version, .. } = &self.met().ok()?.hello;
        Some(format!("{name} {version}").trim().to_owned())
    }

    fn is_predicted(&self) -> bool {
        self.own_profile().is_some()
    }

    fn warnings(&self) -> Vec<String> {
        let Some(profile) = self.own_profile().filter(|profile| !profile.demands.is_empty()) else {
            return Vec::new();
        };
        let demands = profile.demands.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
        vec![format!(
            "its profile {} speaks only of verifiers with {demands} configured: every other vector is not asked\nhint: \
             leave `profile` out of the hello to be asked all of them",
            profile.name
        )]
    }

    fn parallel_deployments(&self) -> usize {
        1
    }

    fn deployment(&self, context: &Context, _: &KeyRing) -> Result<String, CannotCarry> {
        // Every question carries its whole context, so that one process serves all of them.
        match self.met() {
            Ok(met) if !met.hello.leeway_allows(context.leeway) => {
                Err(CannotCarry(format!("a leeway of {} s", context.leeway)))
            }
            Ok(_) | Err(_) => Ok(String::new()),
        }
    }

    fn deploy(&self, _: &Context, _: &KeyRing) -> Result<Box<dyn Deployment>, TargetError> {
        let met = self.met()?;
        let waiting = met.process.lock().unwrap_or_else(PoisonError::into_inner).take();
        let conversation = Conversation::new(Arc::clone(&self.run), met.hello.clone(), waiting)?;
        Ok(Box::new(conversation))
    }
}
