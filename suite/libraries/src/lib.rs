//! JWT libraries that run in this process, as verifiers.
//!
//! A library is a target like any other: it is given octets and a context, and its own error is its
//! answer. Which reasons such an answer stands for is said by the library's profile
//! (`vectors/profiles/`), not here; nothing here corrects, completes or reads a token.
//!
//! Each library is set up as a careful user would, with every check that it has an option for.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic"))]

pub mod jsonwebtoken;

pub use crate::jsonwebtoken::Jsonwebtoken;
