//! How many inputs were accepted: a generator that only makes refused ones tests the front door and
//! nothing behind it, and nobody notices without a count.

use std::fmt;
use std::io::{self, Write as _};
use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};

/// What became of some inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many were accepted.
    pub accepted: u64,
    /// How many were refused.
    pub refused: u64,
}

impl Stats {
    /// One input.
    #[must_use]
    pub const fn one(accepted: bool) -> Self {
        Self { accepted: accepted as u64, refused: !accepted as u64 }
    }

    /// How many there were.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.accepted + self.refused
    }

    /// How many of a hundred were accepted, rounded down; none of none.
    #[must_use]
    pub fn accepted_percent(self) -> u64 {
        (self.accepted * 100).checked_div(self.total()).unwrap_or(0)
    }
}

impl AddAssign for Stats {
    fn add_assign(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.refused += other.refused;
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} inputs accepted ({} %)", self.accepted, self.total(), self.accepted_percent())
    }
}

/// The running count of a fuzzing session, printed now and then.
#[derive(Debug, Default)]
pub struct Tally {
    accepted: AtomicU64,
    refused: AtomicU64,
}

impl Tally {
    /// How many inputs lie between two lines.
    const INTERVAL: u64 = 1 << 18;

    /// A count of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { accepted: AtomicU64::new(0), refused: AtomicU64::new(0) }
    }

    /// Counts one input, and from time to time says on the standard error how it stands.
    pub fn add(&self, stats: Stats) {
        let accepted = self.accepted.fetch_add(stats.accepted, Ordering::Relaxed) + stats.accepted;
        let refused = self.refused.fetch_add(stats.refused, Ordering::Relaxed) + stats.refused;
        let sum = Stats { accepted, refused };
        if sum.total().is_multiple_of(Self::INTERVAL) {
            // A panic here would look like a panic of the code under test.
            let _ = writeln!(io::stderr(), "{sum}");
        }
    }
}
