//! G5: times that no longer fit into 32 bits, signed and unsigned.

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
            about: "Times right before and after a clock of 2^31 + 5 seconds, in the year 2038: a number with a \
                    sign and 32 bits cannot hold them.",
            now: (1 << 31) + 5,
        },
        Self {
            path: "claims/clock-of-2106",
            about: "Times right before and after a clock of 2^32 + 5 seconds, in the year 2106: a number of 32 \
                    bits cannot hold them.",
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
                "The token is good. A verifier that cuts a time to 32 bits takes it for one of the past, or for one \
                 of another century.",
            ),
            Some(reason) => case.reject([*reason]).threat(Threat::Holder).why(
                "The token is out of its time. A verifier that cuts the clock to 32 bits, and not the claim, \
                 compares with a clock of decades ago.",
            ),
        };
        let requirement = if *member == "exp" { "RFC7519-4.1.4-EXP" } else { "RFC7519-4.1.5-NBF" };
        case.title(*what).requirement(requirement).class("C5")
    }
}

/// A row: name, claim, raw value, description, reason for a refusal.
type Row = (&'static str, &'static str, &'static str, &'static str, Option<Reason>);

/// These times are too near to the clock for targets whose clock cannot be set.
const ROWS: [Row; 4] = [
    ("exp-in-two-seconds", "exp", "{{now+2}}", "exp in two seconds", None),
    ("exp-two-seconds-ago", "exp", "{{now-2}}", "exp two seconds ago", Some(Reason::Expired)),
    ("nbf-two-seconds-ago", "nbf", "{{now-2}}", "nbf two seconds ago", None),
    ("nbf-in-two-seconds", "nbf", "{{now+2}}", "nbf in two seconds", Some(Reason::NotYetValid)),
];
