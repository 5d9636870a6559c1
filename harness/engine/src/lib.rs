//! Selects, plans, judges and reports.
//!
//! [`suite`] loads the vectors, [`select`] picks some of them, [`plan`] finds out which of these a
//! target carries and on which deployment, [`run`] asks them, [`judge`] compares each observation
//! with what is allowed and with what the profile predicts, and [`log`] is the record that every
//! report ([`summary`], [`report`]) is a pure function of.
//!
//! The engine knows no verifier and no protocol; both are behind [`target`].

mod canary;
mod digest;
pub mod exit;
mod flows;
mod issues;
pub mod judge;
mod judging;
pub mod known;
pub mod limits;
pub mod log;
pub mod merge;
pub mod opening;
pub mod packed;
pub mod plan;
pub mod questions;
pub mod random;
pub mod repetition;
mod replay;
pub mod report;
pub mod run;
pub mod select;
pub mod shard;
pub mod suite;
pub mod summary;
pub mod target;
pub mod tier;

pub use exit::Exit;
pub use run::{Observer, run};
pub use suite::Suite;
