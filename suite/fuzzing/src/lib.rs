//! Fuzzing without a fuzzer: what makes inputs ([`generators`]) and what says that something is wrong
//! with the answers ([`oracles`]), as plain functions.
//!
//! The targets of `fuzz/` are glue of a few lines around them, and the tests of this crate replay every
//! committed input through the same functions on a stable compiler. An input is always the text that a
//! verifier gets (a token, JSON text, base64url text), never the choices of a generator: a corpus has
//! to outlive the code that made it.
//!
//! Nothing here knows an expectation. An oracle compares a verifier with something that cannot be
//! wrong in the same way: another implementation, a signature computed again, the same token changed
//! in a way that must not matter.

pub mod generators;
pub mod oracles;
pub mod seeds;
pub mod setting;
pub mod stats;
pub mod targets;

pub use setting::NOW;
pub use stats::{Stats, Tally};
pub use targets::{TARGETS, Target};
