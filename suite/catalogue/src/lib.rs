//! The cases, topic by topic.
//!
//! A case is a paragraph and a chain: [`case::Case`] starts from an accepted twin, makes one edit and
//! states what must come of it. [`topics`] has one module per topic; [`build`] turns them into the
//! files of `vectors/`; [`lint`] holds what every vector must satisfy; [`ledger`] keeps ids for ever;
//! [`streams`] makes what is too much to store; [`generated`] makes cases from random parameters, which are never stored.
//!
//! Nothing here verifies a token. An expectation is stated because of how the token was made.

mod bound;
pub mod build;
pub mod case;
mod covering;
pub mod edits;
mod effects;
pub mod generated;
#[cfg(test)]
mod ideas;
pub mod ledger;
pub mod lint;
mod published;
pub mod registry;
pub mod requirements;
mod rulings;
mod stakes;
pub mod steps;
pub mod streams;
pub mod topics;
pub mod twins;

/// The clock that every stored token was minted at: 2026-01-01 00:00:00 UTC.
pub const NOW: i64 = 1_767_225_600;
