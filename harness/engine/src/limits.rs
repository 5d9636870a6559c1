//! The limits of a run: when it ends early, and how many deployments it has at a time.

use std::fmt;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use jiff::SignedDuration;

/// The limits of a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// The time after which nothing more is asked.
    pub deadline: Option<Deadline>,
    /// Whether a run ends with the first deployment that has a failure.
    pub fail_fast: bool,
    /// The largest number of deployments at a time, if the target allows more.
    pub jobs: Option<NonZeroUsize>,
}

/// The time after which nothing more is asked.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    /// The limit, from the start of the command.
    limit: Duration,
    at: Instant,
}

/// Reads a time limit, such as `90s`, `10m` or `1h30m`.
///
/// # Errors
///
/// Says how a time limit is written.
pub fn time_limit(text: &str) -> Result<Duration, String> {
    let limit = text.parse::<SignedDuration>().ok().and_then(|limit| Duration::try_from(limit).ok());
    limit
        .filter(|limit| !limit.is_zero())
        .ok_or_else(|| "not a time limit; write it as in 90s, 10m or 1h30m".to_owned())
}

impl Deadline {
    /// A deadline that much later than now.
    #[must_use]
    pub fn after(limit: Duration) -> Self {
        Self { limit, at: Instant::now() + limit }
    }

    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.at
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the time limit of {:?} was over", self.limit)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Deadline, time_limit};

    #[test]
    fn a_time_limit_has_a_unit_and_is_not_nothing() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("1h30m", 5400)] {
            assert_eq!(time_limit(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "90", "0s", "-5m", "soon"] {
            assert!(time_limit(text).is_err_and(|told| told.contains("as in 90s")), "{text}");
        }
    }

    #[test]
    fn a_deadline_is_over_when_its_time_has_come() {
        assert!(Deadline::after(Duration::ZERO).is_over());
        let later = Deadline::after(Duration::from_secs(600));
        assert!(!later.is_over());
        assert_eq!(later.to_string(), "the time limit of 600s was over");
    }
}
