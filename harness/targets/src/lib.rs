//! What vectors are replayed against.
//!
//! Each target implements [`jotproof_engine::target::Target`]: it says what it can do, which contexts
//! share a deployment, starts one, and answers challenges with observations.
//!
//! - [`reference`] holds the verifiers in this process: the reference verifier, and JWT libraries.
//! - [`exec`] asks an adapter: a program in any language, over its standard input and output.
//! - [`centrifugo`] and [`anycable`] drive live servers over their real protocols.
//! - [`server`] gets such a server onto the machine, starts it, proves that it is the one that was
//!   started, and makes sure that it ends.
//! - [`named`] finds a target by the text that names it.
//! - [`live`] puts challenges to a started server; [`websocket`] and [`http`] are what it does so over.
//!
//! Nothing here knows an expectation, and nothing here decides whether an answer was right.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic"))]

pub mod anycable;
pub mod centrifugo;
pub mod exec;
pub mod http;
pub mod live;
pub mod named;
mod notice;
pub mod reference;
pub mod server;
pub mod websocket;

pub use anycable::AnycableTarget;
pub use centrifugo::CentrifugoTarget;
pub use exec::ExecTarget;
pub use live::target::{Launcher, ServerBinary};
pub use server::guard::{GUARD_ARGUMENT, run_internal, set_guard_executable};
pub use server::image::Image;
