//! A library against the reference under the library's profile: the two accept the same tokens, and
//! what the library accepts was signed.
//!
//! The library has no clock that could be set, so both judge at the machine's.

use std::time::{SystemTime, UNIX_EPOCH};

use jotproof_libraries::Jsonwebtoken;
use jotproof_model::{Observation, Verifier as _};
use jotproof_reference::Outcome;

use crate::oracles::signed;
use crate::setting::JSONWEBTOKEN;
use crate::stats::Stats;

/// Submits a token to both.
///
/// # Panics
///
/// On a finding; the text shows the token and both answers.
#[must_use]
pub fn run(data: &[u8]) -> Stats {
    let now = clock();
    let challenge = JSONWEBTOKEN.challenge(data, now);
    let observation = Jsonwebtoken.verify(&challenge);
    let accepted = matches!(observation, Observation::Accepted { .. });
    if accepted {
        signed::check("jsonwebtoken", data);
    }
    let judged = JSONWEBTOKEN.reference().judge(&challenge);
    // Where a second began in between, the two may rightly differ.
    if clock() == now {
        let predicted = matches!(judged.outcome, Outcome::Accepted(_));
        assert_eq!(
            accepted,
            predicted,
            "the library and {} differ at {now}: {observation:?} and {:?} on {}",
            JSONWEBTOKEN.name(),
            judged.refusals,
            data.escape_ascii()
        );
    }
    Stats::one(accepted)
}

/// Seconds since the epoch.
fn clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
