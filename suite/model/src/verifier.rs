//! The in-process boundary: a challenge goes in, an observation comes out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::context::Context;
use crate::flow::Step;
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
    /// What a live server needs beside the token, where the context has a session.
    pub opening: Option<Opening>,
}

impl Challenge {
    /// A token for a verifier, at a clock.
    #[must_use]
    pub fn new(token: Vec<u8>, context: Arc<Context>, keys: Arc<KeyRing>, now: i64) -> Self {
        Self { token, context, keys, now, opening: None }
    }

    /// The token for the client that a server gave this id to.
    #[must_use]
    pub fn token_for(&self, client: &str) -> Cow<'_, [u8]> {
        match self.opening.as_ref().and_then(|opening| opening.for_client.as_ref()) {
            Some(ForClient(mint)) => Cow::Owned(mint(client)),
            None => Cow::Borrowed(&self.token),
        }
    }
}

/// How a session is opened in which a token is used.
#[derive(Debug, Clone)]
pub struct Opening {
    /// A good connection token of the session's user.
    pub connection_token: Vec<u8>,
    /// Mints the token again, where it names the client.
    pub for_client: Option<ForClient>,
}

/// Makes a token that names a client, from the id of the client.
#[derive(Clone)]
pub struct ForClient(pub Arc<Remint>);

/// From the id of a client to the token.
pub type Remint = dyn Fn(&str) -> Vec<u8> + Send + Sync;

impl fmt::Debug for ForClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForClient")
    }
}

/// What a target is given of a flow.
#[derive(Debug, Clone)]
pub struct FlowChallenge {
    /// The tokens by name, for the client that tokens are stored for.
    pub tokens: BTreeMap<String, Vec<u8>>,
    /// Mints a token again, where it names the client.
    pub for_client: BTreeMap<String, ForClient>,
    /// The steps.
    pub steps: Vec<Step>,
    /// What the verifier is configured with.
    pub context: Arc<Context>,
    /// The material of the keys that the context names.
    pub keys: Arc<KeyRing>,
    /// The clock at the start: seconds since the epoch. A live target has until the end of this second to
    /// begin.
    pub now: i64,
}

impl FlowChallenge {
    /// A token as one challenge, at a time of the flow.
    #[must_use]
    pub fn token(&self, name: &str, at: u32) -> Challenge {
        let token = self.tokens.get(name).cloned().unwrap_or_default();
        let now = self.now.saturating_add(i64::from(at));
        Challenge::new(token, Arc::clone(&self.context), Arc::clone(&self.keys), now)
    }
}

/// A verifier that runs in this process.
pub trait Verifier: Send + Sync {
    /// Judges one token. Never panics; never touches the network.
    fn verify(&self, challenge: &Challenge) -> Observation;

    /// Goes through a flow, without waiting, and tells what came of the last step; a
    /// [`Observation::ProtocolError`] where an earlier step came out otherwise than the flow says.
    fn follow(&self, flow: &FlowChallenge) -> Observation {
        let _ = flow;
        Observation::Unsupported { what: "flow".to_owned() }
    }
}
