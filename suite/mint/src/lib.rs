//! Makes tokens: raw text, any edit, deterministic signatures, at any clock.
//!
//! A recipe and a clock go in, octets come out, and the same octets every time: [`Mint`] follows the
//! steps that [`Recipe`](jotproof_model::Recipe) lists, [`apply`] makes a recipe from its twin's,
//! [`flow`] is for life cycles of several tokens, and [`keys`] holds the test-only keys that everything is signed with.
//!
//! There is no verifier here. What the mint signs is verified by the reference, which shares no
//! cryptographic crate with it: every accepted vector is a check of one against the other.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that panics is a test that fails"))]

pub mod apply;
pub mod base64url;
pub mod change;
pub mod document;
mod encrypt;
pub mod flow;
pub mod keys;
mod mint;
pub mod own;
pub mod placeholder;
pub mod secret;
pub mod sign;
pub mod stored;

pub use mint::{Mint, MintError, NOBODY};
