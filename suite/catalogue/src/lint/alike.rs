//! The same defect under the same application has one threat and one set of reasons.
//!
//! What the same defect is, says [`defects`](super::defects), which asks the same of verdicts.

use std::collections::BTreeMap;

use jotproof_model::{Expectation, Reason, Threat, Vector, VectorFile};

use super::defects::defect;
use crate::build::vectors;

/// Defects with several threats or sets of reasons.
pub(super) fn one_label_each(files: &[VectorFile]) -> Vec<String> {
    labels(vectors(files))
}

fn labels<'a>(all: impl Iterator<Item = &'a Vector>) -> Vec<String> {
    let mut first: BTreeMap<String, (&str, Threat, Vec<Reason>)> = BTreeMap::new();
    let mut found = Vec::new();
    for vector in all {
        let reasons = match &vector.expectation {
            Expectation::Accept { .. } => continue,
            Expectation::Reject { reasons, .. } | Expectation::Either { reasons, .. } => {
                reasons.iter().copied().collect::<Vec<_>>()
            }
        };
        let Some(defect) = defect(vector) else { continue };
        let (other, threat, of_other) =
            first.entry(defect).or_insert_with(|| (&vector.id.0, vector.threat, reasons.clone()));
        if *threat != vector.threat {
            found.push(format!(
                "{}: its threat is {:?}, and that of the same defect in {other} is {threat:?}",
                vector.id, vector.threat
            ));
        }
        if *of_other != reasons {
            found.push(format!(
                "{}: its reasons are {reasons:?}, and those of the same defect in {other} are {of_other:?}",
                vector.id
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use jotproof_mint::{Mint, keys};
    use jotproof_model::Algorithm;
    use jotproof_model::recipe::SignatureChange;

    use super::*;
    use crate::NOW;
    use crate::edits::signature;
    use crate::twins;

    #[test]
    fn another_threat_or_reason_for_the_same_defect_is_found() {
        let zero = |algorithm, id: &str, threat, reasons: &[Reason]| {
            twins::signed(algorithm)
                .changed(id, signature(SignatureChange::Zero))
                .reject(reasons.iter().copied())
                .threat(threat)
                .build(&Mint::new(keys::all()), NOW)
                .expect("it can be minted")
        };
        let first = zero(Algorithm::HS256, "a/1", Threat::Forger, &[Reason::Signature]);
        for (threat, reasons, number) in [
            (Threat::Forger, &[Reason::Signature][..], 0),
            (Threat::Mangler, &[Reason::Signature], 1),
            (Threat::Forger, &[Reason::Signature, Reason::Key], 1),
        ] {
            let other = zero(Algorithm::ES256, "a/2", threat, reasons);
            assert_eq!(labels([&first, &other].into_iter()).len(), number, "{threat:?} {reasons:?}");
        }
    }
}
