//! The in-process boundary: a challenge goes in, an observation comes out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::context::Context;
use crate::key::KeyMaterial;
use crate::observation::Observation;

/// Keys by name, shared by every challenge of a run.
pub type KeyRing = BTreeMap<String, KeyMaterial>;

/// What a target is given: no id, no title, no expectation.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// The token as submitted.
    pub token: Vec<u8>,
    /// What the verifier is configured with.
    pub context: Arc<Context>,
    /// The material of the keys that the context names.
    pub keys: Arc<KeyRing>,
    /// The clock: seconds since the epoch. A target whose clock cannot be set ignores it.
    pub now: i64,
}

/// A verifier that runs in this process.
pub trait Verifier: Send + Sync {
    /// Judges one token. Never panics; never touches the network.
    fn verify(&self, challenge: &Challenge) -> Observation;
}
