//! Any verifier in any language, behind an adapter: a program that is asked and answers in JSON lines
//! on its standard input and output (`docs/adapter-protocol.md`).
//!
//! The runner owns time-outs, kills and restarts. What goes wrong is pinned on the challenge that makes
//! it go wrong when it is asked alone, of a process of its own; every other challenge keeps its own
//! answer.
//!
//! - [`process`] is a running adapter, and makes sure that it ends.
//! - [`wire`] turns challenges into lines and lines into observations.
//! - [`conversation`] asks, and finds out whose fault a fault is.
//! - [`serve`] is the other side: a verifier of this process behind the protocol.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jotproof_engine::target::{CannotCarry, Deployment, Target, TargetError};
use jotproof_model::{Capability, Context, KeyRing};
use jotproof_profiles::Profiles;

pub mod conversation;
pub mod process;
pub mod serve;
pub mod wire;

use conversation::Conversation;
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
    met: OnceLock<Result<Met, TargetError>>,
}

/// What the processes of one run share.
struct Run {
    command: Vec<String>,
    bounds: Bounds,
    /// The ids given so far: none is given twice in a run.
    ids: AtomicU64,
    /// How often it died, hung or broke the protocol.
    incidents: AtomicUsize,
}

/// An adapter that said hello.
struct Met {
    hello: Hello,
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
            incidents: AtomicUsize::new(0),
        };
        Ok(Self { name: format!("exec:{text}"), run: Arc::new(run), met: OnceLock::new() })
    }

    /// With other bounds than the default ones.
    #[must_use]
    pub fn with_bounds(mut self, bounds: Bounds) -> Self {
        let Run { command, .. } = &*self.run;
        self.run = Arc::new(Run {
            command: command.clone(),
            bounds,
            ids: AtomicU64::new(1),
            incidents: AtomicUsize::new(0),
        });
        self
    }

    fn met(&self) -> Result<&Met, TargetError> {
        self.met
            .get_or_init(|| {
                let (process, hello) = AdapterProcess::start(&self.run.command, &self.run.bounds)?;
                Ok(Met { hello, process: Mutex::new(Some(process)) })
            })
            .as_ref()
            .map_err(Clone::clone)
    }

    /// The profile that it names, where that is built in.
    fn own_profile(&self) -> Option<&str> {
        let named = self.met().ok()?.hello.profile.as_deref()?;
        Profiles::built_in().find(named).ok().map(|_| named)
    }
}

impl Target for ExecTarget {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn profile(&self) -> String {
        self.own_profile().unwrap_or("rfc").to_owned()
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
