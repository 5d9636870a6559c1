//! Raw octets as a token: no verifier panics, and what is accepted was signed.

use crate::oracles::signed;
use crate::setting::{RFC, SERVERS, Setting};
use crate::stats::Stats;

/// Submits the octets to the reference under `rfc` and as each server.
///
/// # Panics
///
/// Where a verifier accepts what the secret did not sign.
#[must_use]
pub fn run(data: &[u8]) -> Stats {
    let submit = |setting: &Setting| {
        let accepted = setting.accepts(data);
        if accepted {
            signed::check(setting.name(), data);
        }
        accepted
    };
    for server in &*SERVERS {
        submit(server);
    }
    Stats::one(submit(&RFC))
}
