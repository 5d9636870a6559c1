//! The boundary between the engine and what is tested.
//!
//! A target answers three questions (what can you do, which contexts share a deployment, deploy this)
//! and then takes questions one by one. It never sees an expectation, an id or a title.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jotproof_mint::Mint;
use jotproof_model::{Capability, Context, FlowChallenge, KeyRing, Observation, Recipe, Vector};

use crate::questions::Questions;

/// One thing under test.
pub trait Target: Send + Sync {
    /// The name as the user gave it, completed: `reference:rfc`, `centrifugo:process`…
    fn name(&self) -> String;

    /// The name of the profile that it follows.
    fn profile(&self) -> String;

    /// What it can do. A vector that requires more is not carried.
    fn capabilities(&self) -> &BTreeSet<Capability>;

    /// Whether it can be asked at all; the first question of a run.
    ///
    /// # Errors
    ///
    /// A [`TargetError`] that says what to do next.
    fn ready(&self) -> Result<(), TargetError> {
        Ok(())
    }

    /// Whether its profile was written for it. Where it was not, the normative expectation alone
    /// judges: what a profile chooses among allowed outcomes is not held against a target that never
    /// said it would choose so.
    fn is_predicted(&self) -> bool {
        true
    }

    /// Whether it is a server that answers over a network: one that could not be asked must not pass for
    /// one that held.
    fn is_live(&self) -> bool {
        false
    }

    /// Whether it is a server of this machine: then what a token points at can be an address of ours.
    fn is_on_this_machine(&self) -> bool {
        self.is_live()
    }

    /// The keys that it is configured with and that tokens are minted with, by the names that the suite
    /// gives to its own: those of the suite, but for a target that has others.
    fn keys(&self, suite: &Arc<KeyRing>) -> Arc<KeyRing> {
        Arc::clone(suite)
    }

    /// The vector adapted to this target: audience, issuer, namespace and keys of the target replace those of
    /// the suite. `None` if the vector needs no change.
    ///
    /// # Errors
    ///
    /// A [`CannotCarry`] that says what is in the way.
    fn adapted(&self, vector: &Vector) -> Result<Option<Vector>, CannotCarry> {
        let _ = vector;
        Ok(None)
    }

    /// The mint for the tokens of this target.
    fn mint(&self, keys: &KeyRing) -> Mint {
        Mint::new(keys)
    }

    /// Whether there is room for what a token is made of.
    ///
    /// # Errors
    ///
    /// A [`CannotCarry`] that says which part of the token has no counterpart in the target.
    fn room_for(&self, recipe: &Recipe) -> Result<(), CannotCarry> {
        let _ = recipe;
        Ok(())
    }

    /// The identity that the target reports: name and version of a library, or the version of a server.
    /// `None` if it reports nothing. Called after the run.
    fn identity(&self) -> Option<String> {
        None
    }

    /// What is to be said of it that no vector tells: asked for when the run is over.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// The transport that it is asked over, where that is not the default one of its profile.
    fn transport(&self) -> Option<&str> {
        None
    }

    /// How many deployments may run side by side.
    fn parallel_deployments(&self) -> usize;

    /// What a context needs to be started, as a text: contexts with equal texts share a deployment.
    ///
    /// # Errors
    ///
    /// A [`CannotCarry`] that says which part of the context has no counterpart in the target.
    fn deployment(&self, context: &Context, keys: &KeyRing) -> Result<String, CannotCarry>;

    /// Starts what the context needs.
    ///
    /// # Errors
    ///
    /// A [`TargetError`] that says what to do next.
    fn deploy(&self, context: &Context, keys: &KeyRing) -> Result<Box<dyn Deployment>, TargetError>;
}

/// A started deployment. Dropping it stops what was started.
pub trait Deployment: Send {
    /// Whose clock decides.
    fn clock(&self) -> Clock;

    /// Takes questions and answers them, in any order, until no question is left. A deployment that leaves
    /// some cannot go on: it [is over](Deployment::is_over), or [`Deployment::finish`] returns the reason.
    fn replay(&mut self, questions: &Questions<'_>);

    /// Whether the started program has ended by itself and can be asked no more. The observations of the open
    /// questions say how it ended.
    fn is_over(&self) -> bool {
        false
    }

    /// Goes through flows, side by side, and gives what came of each, in their order.
    fn follow(&mut self, flows: &[FlowChallenge]) -> Vec<Followed> {
        let unsupported = || Observation::Unsupported { what: "flow".to_owned() };
        flows.iter().map(|_| Followed::at_once(unsupported())).collect()
    }

    /// Ends it, and tells what went wrong beside the challenges.
    ///
    /// # Errors
    ///
    /// A [`TargetError`] that says what to do next.
    fn finish(self: Box<Self>) -> Result<(), TargetError> {
        Ok(())
    }
}

/// What came of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// What came of its last step, or of the one before it that came out otherwise than the flow says.
    pub observation: Observation,
    /// The refusals before that, each with the number of its step.
    pub refusals: Vec<(usize, Observation)>,
    /// By how much the latest of its steps came later than it should have: what is seen then says
    /// little.
    pub late: Duration,
}

impl Followed {
    /// A flow of which only this is known, and which took no time.
    #[must_use]
    pub fn at_once(observation: Observation) -> Self {
        Self { observation, refusals: Vec::new(), late: Duration::ZERO }
    }
}

/// Whose clock decides on times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The challenge's: tokens are taken as stored.
    Settable,
    /// The clock of the machine. Each token is minted just before it is asked.
    System,
}

/// Why a context cannot be deployed on a target: counted and reported by this text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{0}")]
pub struct CannotCarry(pub String);

/// Why a target could not be started or used at all. Every text says what to do next.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TargetError {
    /// Something is missing on this machine: a compiler, a binary, a free port.
    #[error("{0}")]
    EnvironmentMissing(String),
    /// The target itself failed: it died, or is not the expected one.
    #[error("{0}")]
    Fault(String),
    /// The target did not start. Another attempt may help. Otherwise only the vectors of this deployment are
    /// lost.
    #[error("{0}")]
    NotStarted(String),
}
