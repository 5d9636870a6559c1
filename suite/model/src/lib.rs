//! The words of Jotproof as types, and nothing else.
//!
//! Everything that crosses from one part of the project to another is declared here: what a vector
//! is ([`vector`]), how its token is made ([`recipe`]), which steps a life cycle has ([`flow`]), what one change to it can be ([`edit`]), what
//! the verifier is configured with ([`context`]), what may come out ([`expectation`]), what was seen
//! ([`observation`]) and what that means ([`judgement`]); what an adapter is asked and answers
//! ([`adapter`]); and which vectors share an idea ([`ideas`]).
//!
//! No logic lives here: minting is in `jotproof-mint`, deciding in `jotproof-engine`. Every type that
//! is stored is closed (an unknown field is an error) and has a JSON Schema.

pub mod adapter;
pub mod algorithm;
pub mod context;
pub mod edit;
pub mod expectation;
pub mod flow;
pub mod ideas;
pub mod judgement;
pub mod key;
pub mod observation;
mod octets;
pub mod reason;
pub mod recipe;
pub mod registry;
pub mod vector;
pub mod verifier;

pub use algorithm::Algorithm;
pub use context::{
    Application, Capability, Context, Identification, KeySet, Namespace, PreviousSecret, Separate, Session,
};
pub use edit::Edit;
pub use expectation::{ChannelOptions, Effect, Expectation, Expiry, Level};
pub use flow::{Action, ActionName, Flow, FlowToken, NamedSession, Step};
pub use judgement::Judgement;
pub use key::{KeyKind, KeyMaterial};
pub use observation::{Observation, Seen, SeenExpiry};
pub use reason::Reason;
pub use recipe::Recipe;
pub use vector::{Piece, Subject, Threat, Token, Twin, Vector, VectorFile, VectorId};
pub use verifier::{Challenge, FlowChallenge, ForClient, KeyRing, Opening, Verifier};
