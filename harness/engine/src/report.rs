//! Reports: pure functions of what was recorded.
//!
//! [`junit`], [`sarif`], [`markdown`], [`annotations`] and [`badge`] are for continuous integration, [`html`] is a web
//! site for people, and [`diff`] compares two runs. The others say how much live runs prove:
//! [`rows`] holds every row of the servers' documentation against the logs of the runs, and
//! [`coverage`] the statements of their token code against the counters that they kept. Both are
//! compared with what is committed, so there is no time in them and nothing that two runs differ in.

pub mod annotations;
pub mod badge;
pub mod coverage;
pub mod diff;
pub mod html;
pub mod junit;
pub mod markdown;
pub mod rows;
pub mod sarif;

/// Text for a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
