//! Profiles: which rules a server or library follows, as data.
//!
//! A profile says the same thing twice, in two halves that different code reads. The `rule` of an
//! entry switches a mechanism of the reference verifier. Its `when` and `then` tell the judge which
//! constructed cases come out otherwise ([`pattern`], [`predict`]). Neither half follows from the
//! other, so a prediction, the reference under the profile and the live server are three witnesses.
//!
//! Rules are opaque here: the crate `jotproof-rules` has their types, and only the reference reads
//! them. What creates a reference for a profile joins both halves.
//!
//! Nothing here parses a token.

pub mod load;
pub mod pattern;
pub mod predict;
pub mod profile;

pub use load::{LoadError, OfVersion, Profiles};
pub use predict::{Predicted, predicted};
pub use profile::{Answer, Asked, Either, Entry, EntryKind, Profile, ProfileFile, Then, newest};
