//! The coverage of each normative sentence by cases.
//!
//! A MUST that binds verifiers needs an accepted and a rejected case, or a waiver in words. A case that may be
//! accepted or rejected proves neither, so it does not count.

use std::collections::BTreeMap;
use std::fmt;

use jotproof_model::registry::{Binds, Requirement};
use jotproof_model::{Expectation, Level, Vector};

use crate::registry;

/// The cases of one normative sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// The id of the sentence.
    pub id: &'static str,
    /// The sentence.
    pub requirement: &'static Requirement,
    /// The number of cases that must be accepted.
    pub accepted: usize,
    /// The number of cases that must be rejected.
    pub rejected: usize,
    /// The number of cases that may be either.
    pub either: usize,
}

/// The coverage of every sentence of the registry, in the order of their ids.
#[must_use]
pub fn coverage<'a>(vectors: impl Iterator<Item = &'a Vector>) -> Vec<Coverage> {
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for vector in vectors {
        let kind = match vector.expectation {
            Expectation::Accept { .. } => 0,
            Expectation::Reject { .. } => 1,
            Expectation::Either { .. } => 2,
        };
        for id in &vector.requirements {
            counts.entry(id).or_default()[kind] += 1;
        }
    }
    let of = |(id, requirement): (&'static String, &'static Requirement)| {
        let [accepted, rejected, either] = counts.get(id.as_str()).copied().unwrap_or_default();
        Coverage { id, requirement, accepted, rejected, either }
    };
    registry::requirements().iter().map(of).collect()
}

impl Coverage {
    /// Whether the sentence is a MUST that binds verifiers, alone or among others.
    #[must_use]
    pub fn is_must(&self) -> bool {
        self.requirement.level == Level::Must && self.requirement.binds != Binds::Producer
    }

    /// The fault of the coverage: a missing case, or an empty or needless waiver.
    #[must_use]
    pub fn finding(&self) -> Option<&'static str> {
        let is_covered = self.accepted > 0 && self.rejected > 0;
        match &self.requirement.waiver {
            Some(waiver) if waiver.trim().is_empty() => Some("its waiver says nothing"),
            // The waiver of a row of a server's documentation may concern versions.
            Some(_) if is_covered && self.requirement.document.starts_with("RFC ") => {
                Some("it has an accepted and a rejected case, so it needs no waiver")
            }
            Some(_) => None,
            None if self.accepted + self.rejected + self.either == 0 => {
                Some("no case refers to this requirement, and it has no waiver")
            }
            None if !self.is_must() || is_covered => None,
            None if self.accepted > 0 => Some("this MUST has no rejected case, and no waiver"),
            None if self.rejected > 0 => Some("this MUST has no accepted case, and no waiver"),
            None => Some("this MUST has no accepted and no rejected case, and no waiver"),
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, requirement, accepted, rejected, either } = self;
        let level = match requirement.level {
            Level::Must => "must",
            Level::Should => "should",
        };
        let binds = match requirement.binds {
            Binds::Verifier => "verifier",
            Binds::Producer => "producer",
            Binds::Both => "both",
        };
        let cases = format!("{accepted:4} accepted {rejected:4} rejected {either:4} either");
        write!(f, "{id:24} {level:6} {binds:8} {cases}  {}", requirement.says)?;
        if let Some(waiver) = &requirement.waiver {
            write!(f, "\n{:25}waived: {waiver}", "")?;
        }
        if let Some(finding) = self.finding() {
            write!(f, "\n{:25}lacking: {finding}", "")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(level: Level, binds: Binds, waiver: Option<&str>) -> &'static Requirement {
        Box::leak(Box::new(Requirement {
            document: "RFC 0".to_owned(),
            section: "1".to_owned(),
            level,
            binds,
            says: "something".to_owned(),
            promises_reason: false,
            waiver: waiver.map(str::to_owned),
            options: BTreeMap::new(),
        }))
    }

    #[test]
    fn a_must_needs_an_accepted_and_a_rejected_case_or_a_waiver() {
        use Binds::{Both, Producer, Verifier};
        use Level::{Must, Should};
        const NONE: Option<&str> = Some("no case refers to this requirement, and it has no waiver");
        const NOT_ONE: Option<&str> = Some("this MUST has no accepted and no rejected case, and no waiver");
        const NO_REJECTED: Option<&str> = Some("this MUST has no rejected case, and no waiver");
        const NO_ACCEPTED: Option<&str> = Some("this MUST has no accepted case, and no waiver");
        const NEEDLESS: Option<&str> = Some("it has an accepted and a rejected case, so it needs no waiver");
        let why = Some("it binds somebody else");
        for (level, binds, waiver, [accepted, rejected, either], expected) in [
            (Must, Verifier, None, [1, 1, 0], None),
            (Must, Verifier, None, [1, 0, 9], NO_REJECTED),
            (Must, Both, None, [0, 1, 9], NO_ACCEPTED),
            (Must, Both, None, [0, 0, 9], NOT_ONE),
            (Must, Verifier, None, [0, 0, 0], NONE),
            (Should, Verifier, None, [0, 0, 0], NONE),
            (Should, Verifier, None, [0, 0, 1], None),
            (Must, Producer, None, [0, 0, 1], None),
            (Must, Verifier, why, [0, 0, 0], None),
            (Must, Verifier, why, [3, 0, 0], None),
            (Must, Verifier, why, [3, 3, 0], NEEDLESS),
            (Must, Verifier, Some(" "), [3, 0, 0], Some("its waiver says nothing")),
        ] {
            let requirement = requirement(level, binds, waiver);
            let coverage = Coverage { id: "RFC0-1-X", requirement, accepted, rejected, either };
            assert_eq!(coverage.finding(), expected, "{coverage:?}");
        }
    }
}
