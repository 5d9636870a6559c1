//! The same defect under the same application has one threat and one set of reasons.
//!
//! [`defects`](super::defects) defines the same defect, and checks its verdicts. Two more facts decide who
//! can make a token: whether a configured key has the kind of the signing key, and whether the signing key is
//! published.

use std::collections::BTreeMap;

use jotproof_mint::keys;
use jotproof_model::recipe::Signer;
use jotproof_model::{Edit, Expectation, Reason, Threat, Twin, Vector, VectorFile};
use serde_json::Value;

use super::defects::defect;
use super::threats::decisive;
use crate::build::vectors;

/// The id of a case whose threat or reasons differ from those of the same defect elsewhere, and why.
type Exception = (&'static str, &'static str);

const TOO_LARGE: &str = "a parser may refuse a number that no integer type holds";
const CHOSEN_BY_KID: &str = "the `kid` of its twin names a key that is not there";

const EXCEPTIONS: &[Exception] = &[
    ("claims/time-lexemes/nbf-2-to-64", TOO_LARGE),
    ("claims/time-lexemes/nbf-thirty-nines", TOO_LARGE),
    ("claims/time-lexemes/nbf-5000-digits", TOO_LARGE),
    ("claims/time-lexemes/iat-2-to-64", TOO_LARGE),
    ("claims/time-lexemes/iat-thirty-nines", TOO_LARGE),
    ("claims/time-lexemes/iat-5000-digits", TOO_LARGE),
    ("header/parameters/kid-path-and-its-key", CHOSEN_BY_KID),
    ("header/parameters/kid-query-and-its-key", CHOSEN_BY_KID),
];

/// Findings: defects with several threats or sets of reasons, and needless exceptions.
pub(super) fn one_label_each(files: &[VectorFile]) -> Vec<String> {
    labels(vectors(files), EXCEPTIONS)
}

/// The id, the threat and the reasons of a case.
type Labels<'a> = (&'a str, Threat, Vec<Reason>);

fn labels<'a>(all: impl Iterator<Item = &'a Vector>, exceptions: &[Exception]) -> Vec<String> {
    let mut first: BTreeMap<String, Labels<'a>> = BTreeMap::new();
    let mut found = Vec::new();
    let mut excepted = Vec::new();
    for vector in all {
        let Some((defect, labels)) = key(vector).zip(labels_of(vector)) else { continue };
        if exceptions.iter().any(|(id, _)| *id == labels.0) {
            excepted.push((defect, labels));
            continue;
        }
        let (id, threat, reasons) = &labels;
        let (other, of_other, theirs) = first.entry(defect).or_insert_with(|| labels.clone());
        if of_other != threat {
            found.push(format!(
                "{id}: its threat is {threat:?}, and that of the same defect in {other} is {of_other:?}"
            ));
        }
        if theirs != reasons {
            found.push(format!(
                "{id}: its reasons are {reasons:?}, and those of the same defect in {other} are {theirs:?}"
            ));
        }
    }
    for (defect, (id, threat, reasons)) in excepted {
        let agrees = |(_, of_other, theirs): &Labels<'_>| (of_other, theirs) == (&threat, &reasons);
        if first.get(&defect).is_none_or(agrees) {
            found.push(format!("{id}: nothing else is stated of its defect, so that it is no exception"));
        }
    }
    found
}

fn labels_of(vector: &Vector) -> Option<Labels<'_>> {
    match &vector.expectation {
        Expectation::Accept { .. } => None,
        Expectation::Reject { reasons, .. } | Expectation::Either { reasons, .. } => {
            Some((&vector.id.0, vector.threat, reasons.iter().copied().collect()))
        }
    }
}

/// The defect, together with the other facts that decide the threat and the reasons.
fn key(vector: &Vector) -> Option<String> {
    let Twin::Vector { edits, .. } = &vector.twin else { return None };
    let options: Vec<&str> = edits
        .iter()
        .filter_map(|edit| match edit {
            Edit::Context { change } => Some(change.name()),
            _ => None,
        })
        .collect();
    let signer = decisive(&vector.subject).and_then(|recipe| match &recipe.signer {
        Signer::Key { key, .. } => Some(key.as_str()),
        Signer::Nobody => None,
    });
    let is_of_a_configured_kind = signer.is_some_and(|signer| {
        let kind = |name: &str| keys::all().get(name).map(|key| key.kind);
        vector.context.keys.iter().any(|key| kind(key) == kind(signer))
    });
    let is_published = signer.is_some_and(|signer| is_published(vector, signer));
    Some(format!("{options:?} {is_of_a_configured_kind} {is_published} {}", defect(vector)?))
}

/// Whether a published document holds a key.
fn is_published(vector: &Vector, key: &str) -> bool {
    let Some((key_set, material)) = vector.context.key_set.as_ref().zip(keys::all().get(key)) else {
        return false;
    };
    let jwk: Value = serde_json::from_str(&material.jwk).unwrap_or_default();
    let number = ["n", "x"].into_iter().find_map(|name| jwk[name].as_str());
    number.is_some_and(|number| key_set.documents.values().any(|text| text.contains(number)))
}

#[cfg(test)]
mod tests {
    use jotproof_mint::Mint;
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
            assert_eq!(labels([&first, &other].into_iter(), &[]).len(), number, "{threat:?} {reasons:?}");
            let excepted = labels([&first, &other].into_iter(), &[("a/2", "why")]);
            assert_eq!(excepted.len(), usize::from(number == 0), "an exception has to be one: {excepted:?}");
        }
    }
}
