//! Reports: pure functions of what was recorded.
//!
//! [`junit`] is for continuous integration. The others say how much live runs prove:
//! [`rows`] holds every row of the servers' documentation against the logs of the runs, and
//! [`coverage`] the statements of their token code against the counters that they kept. Both are
//! compared with what is committed, so there is no time in them and nothing that two runs differ in.

pub mod coverage;
pub mod junit;
pub mod rows;

/// Text for a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
