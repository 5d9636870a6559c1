//! G5: times that do not fit into a signed or unsigned 32-bit integer.

use jotproof_model::{Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::claim;
use crate::twins;

/// A topic with its own clock.
pub(super) struct FarClock {
    path: &'static str,
    about: &'static str,
    /// The clock, in seconds since the epoch.
    pub(super) now: i64,
}

impl FarClock {
    pub(super) const ALL: [Self; 2] = [
        Self {
            path: "claims/clock-of-2038",
            about: "exp and nbf two seconds before and after a clock of 2^31 + 5 s, in the year 2038. A \
                    signed 32-bit integer cannot hold these times.",
            now: (1 << 31) + 5,
        },
        Self {
            path: "claims/clock-of-2106",
            about: "exp and nbf two seconds before and after a clock of 2^32 + 5 s, in the year 2106. An \
                    unsigned 32-bit integer cannot hold these times.",
            now: (1 << 32) + 5,
        },
    ];

    /// The topic with this path.
    pub(super) fn of(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|clock| clock.path == path)
    }

    pub(super) fn topic(&self) -> Topic {
        Topic { path: self.path, about: self.about, cases: ROWS.iter().map(|row| self.case(row)).collect() }
    }

    fn case(&self, (name, member, value, what, refused): &Row) -> Case {
        let case = twins::hs256().changed(&format!("{}/{name}", self.path), claim(member, value));
        let case = match refused {
            None => case.accept().why(
                "The token is valid now. A verifier that truncates times to 32 bits sees a time decades away \
                 and may reject it.",
            ),
            Some(reason) => case.reject([*reason]).threat(Threat::Holder).why(
                "The token is expired or not yet valid. A verifier that truncates its clock to 32 bits, but \
                 not the claim, compares with a clock decades in the past.",
            ),
        };
        let requirement = if *member == "exp" { "RFC7519-4.1.4-EXP" } else { "RFC7519-4.1.5-NBF" };
        case.title(*what).requirement(requirement).class("C5")
    }
}

/// A row: name, claim, raw value, description, reason for a rejection.
type Row = (&'static str, &'static str, &'static str, &'static str, Option<Reason>);

/// These times are too near the clock for targets whose clock cannot be set.
const ROWS: [Row; 4] = [
    ("exp-in-two-seconds", "exp", "{{now+2}}", "exp in two seconds", None),
    ("exp-two-seconds-ago", "exp", "{{now-2}}", "exp two seconds ago", Some(Reason::Expired)),
    ("nbf-two-seconds-ago", "nbf", "{{now-2}}", "nbf two seconds ago", None),
    ("nbf-in-two-seconds", "nbf", "{{now+2}}", "nbf in two seconds", Some(Reason::NotYetValid)),
];
