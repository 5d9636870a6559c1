//! The fuzz targets by name. Each has a file in `fuzz/fuzz_targets`, and folders in `fuzz/seeds` and
//! `fuzz/regressions`; a test compares the names.

use crate::oracles;
use crate::seeds;
use crate::stats::Stats;

/// A fuzz target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of the binary.
    pub name: &'static str,
    /// Runs one input, and panics on a finding.
    pub run: fn(&[u8]) -> Stats,
    /// The inputs that a token gives.
    pub seeds: fn(&[u8]) -> Vec<Vec<u8>>,
    /// How many of a hundred seeds are accepted at least. Below it the seeds test refusals alone.
    pub accepted_percent: u64,
}

/// Every fuzz target.
pub const TARGETS: [Target; 5] = [
    Target { name: "base64url", run: oracles::base64url::run, seeds: seeds::segments, accepted_percent: 30 },
    Target { name: "compact_raw", run: oracles::compact_raw::run, seeds: seeds::token, accepted_percent: 10 },
    Target {
        name: "json_text",
        run: oracles::json_text::run,
        seeds: seeds::json_texts,
        accepted_percent: 30,
    },
    Target {
        name: "token_library",
        run: oracles::token_library::run,
        seeds: seeds::lasting_token,
        accepted_percent: 20,
    },
    Target {
        name: "token_resign",
        run: oracles::token_resign::run,
        seeds: seeds::signed_token,
        accepted_percent: 20,
    },
];
