//! Real servers, started, asked and ended.
//!
//! They are built with Go where `target/servers` does not have them yet.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

mod anycable;
mod centrifugo;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod clock;
#[cfg(feature = "docker")]
mod docker;
mod lifecycle;
mod machine;
mod pinned;
mod tokens;
mod versions;
