//! Checks the reasons of a case against its construction. They must be exactly the union over its defects.

use jotproof_model::edit::{ContextChange, Layer, Matched, TextKind};
use jotproof_model::recipe::{Segment, SignatureChange, Signer, StructureChange};
use jotproof_model::{Edit, Expectation, Reason, Twin, Vector};

use super::threats::decisive;
use crate::edits::within_flow;

/// Reports reasons that are missing or impossible, given the construction.
pub(super) fn check(vector: &Vector, report: &mut impl FnMut(String)) {
    let Twin::Vector { edits, .. } = &vector.twin else { return };
    let reasons = match &vector.expectation {
        Expectation::Accept { .. } => return,
        Expectation::Reject { reasons, .. } | Expectation::Either { reasons, .. } => reasons,
    };
    let edits: Vec<&Edit> = edits.iter().map(within_flow).collect();
    if edits.iter().any(|edit| breaks_the_signature(edit))
        && is_signed(vector)
        && !reasons.contains(&Reason::Signature)
    {
        let why = "the signature segment, or text round what it signs, is the defect (RFC 7515 section 5.2)";
        report(format!("`signature` is a reason: {why}"));
    }
    for reason in reasons.iter().filter(|reason| !edits.iter().any(|edit| can_lead_to(edit, **reason))) {
        report(format!("`{reason}` is no reason: nothing that was changed has to do with it"));
    }
}

/// Whether a key signed the token. The empty signature of an unsecured token is not a defect.
fn is_signed(vector: &Vector) -> bool {
    decisive(&vector.subject).is_none_or(|recipe| recipe.signer != Signer::Nobody)
}

/// Whether the edit makes the signature wrong or missing.
fn breaks_the_signature(edit: &Edit) -> bool {
    match edit {
        // A published signature is valid.
        Edit::Signature { change } => !matches!(change, SignatureChange::Published { .. }),
        Edit::Segment { change } => !change.signed,
        Edit::Structure { change } => match change {
            StructureChange::Prefix { .. }
            | StructureChange::Suffix { .. }
            | StructureChange::AppendOctets { .. }
            | StructureChange::InsertSegment { .. }
            | StructureChange::Detached
            | StructureChange::UpperCase
            | StructureChange::EmptySegment { .. } => true,
            StructureChange::KeepSegments { segments } => *segments < 3,
            // The result has no three segments, so no signature segment.
            StructureChange::JsonFlattened
            | StructureChange::JsonGeneral
            | StructureChange::Replace { .. }
            | StructureChange::Repeat { .. }
            | StructureChange::Encrypt { .. } => false,
        },
        _ => false,
    }
}

/// Whether an edit can lead to a reason. A reason without a rule accepts every edit.
fn can_lead_to(edit: &Edit, reason: Reason) -> bool {
    // A change of the whole token can lead to every reason, and so can a change of the steps of a flow.
    if matches!(edit, Edit::Structure { .. } | Edit::Flow { .. } | Edit::Nest { .. })
        || replaces(edit, Layer::Payload)
    {
        return true;
    }
    match reason {
        Reason::Expired => edit_of(edit, &["exp"]),
        Reason::NotYetValid => edit_of(edit, &["nbf"]),
        Reason::IssuedInFuture => edit_of(edit, &["iat"]),
        Reason::Audience => edit_of(edit, &["aud"]) || configures(edit, Matched::Audience),
        Reason::Issuer => edit_of(edit, &["iss"]) || configures(edit, Matched::Issuer),
        Reason::Identifiers => edit_of(edit, &["ext"]),
        Reason::Algorithm => changes_the_algorithm(edit),
        Reason::ClaimMissing => leaves_a_claim_out(edit),
        Reason::Header => changes(edit, Layer::Header) || is_segment(edit, Segment::Header),
        Reason::Encoding => matches!(edit, Edit::Segment { .. }),
        Reason::NotCompact => {
            matches!(edit, Edit::Segment { .. } | Edit::Surround { layer: Layer::Header, .. })
                || edit.touches(Layer::Header, "enc")
        }
        Reason::Signature => {
            matches!(
                edit,
                Edit::Sign { .. } | Edit::Signature { .. } | Edit::Segment { .. } | Edit::Context { .. }
            ) || changes(edit, Layer::Header)
                // If the URL of the key set is a template, issuer and audience choose the set (CF-JWKS-4).
                || edit_of(edit, &["iss", "aud"])
        }
        _ => true,
    }
}

/// Whether the edit changes a claim with one of these names, in any spelling.
fn edit_of(edit: &Edit, names: &[&str]) -> bool {
    let spelled = |name: &str| {
        let plain = serde_json::from_str::<String>(&format!("\"{name}\"")).unwrap_or_default();
        names.contains(&plain.as_str())
    };
    match edit {
        Edit::SetMember { layer: Layer::Payload, name, .. } => spelled(name),
        edit => names.iter().any(|name| edit.touches(Layer::Payload, name)),
    }
}

/// Whether the edit replaces the object by another one.
fn replaces(edit: &Edit, object: Layer) -> bool {
    match edit {
        Edit::SetText { layer, what, .. } => {
            *layer == object && matches!(what, TextKind::Object | TextKind::ExampleClaims | TextKind::Example)
        }
        _ => false,
    }
}

/// Whether the edit changes the object.
fn changes(edit: &Edit, object: Layer) -> bool {
    match edit {
        Edit::SetMember { layer, .. }
        | Edit::RemoveMember { layer, .. }
        | Edit::DuplicateMember { layer, .. }
        | Edit::AddAlias { layer, .. }
        | Edit::RenameMember { layer, .. }
        | Edit::Surround { layer, .. }
        | Edit::SetText { layer, .. }
        | Edit::SetOctets { layer, .. } => *layer == object,
        Edit::Sign { alg, .. } => object == Layer::Header && alg.is_some(),
        Edit::Nest { .. } => true,
        Edit::Signature { .. }
        | Edit::Segment { .. }
        | Edit::Structure { .. }
        | Edit::Context { .. }
        | Edit::Flow { .. } => false,
    }
}

fn is_segment(edit: &Edit, segment: Segment) -> bool {
    matches!(edit, Edit::Segment { change } if change.segment == segment)
}

/// Whether the edit can leave the algorithm of the header unreadable, different or no longer allowed.
fn changes_the_algorithm(edit: &Edit) -> bool {
    match edit {
        Edit::Sign { alg, signer } => alg.is_some() || *signer == Signer::Nobody,
        Edit::SetText { layer, .. } | Edit::SetOctets { layer, .. } => *layer == Layer::Header,
        Edit::Context { .. } => true,
        edit => {
            edit.touches(Layer::Header, "alg")
                || edit.touches(Layer::Header, "enc")
                || is_segment(edit, Segment::Header)
        }
    }
}

/// Whether the edit removes a claim or makes its value count as missing.
fn leaves_a_claim_out(edit: &Edit) -> bool {
    const STRING: char = '"';
    match edit {
        Edit::RemoveMember { layer, .. } | Edit::RenameMember { layer, .. } => *layer == Layer::Payload,
        // A blank string, or a value that is not a string.
        Edit::SetMember { layer: Layer::Payload, value, .. } => {
            value.trim_matches(STRING).trim().is_empty() || !value.starts_with(STRING)
        }
        Edit::Context { change: ContextChange::UserIdClaim { .. } } => true,
        _ => false,
    }
}

/// Whether the edit changes the configured audience or issuer.
fn configures(edit: &Edit, of: Matched) -> bool {
    let Edit::Context { change } = edit else { return false };
    match change {
        ContextChange::Audience { .. } | ContextChange::AudienceRegex { .. } => of == Matched::Audience,
        ContextChange::Issuer { .. } | ContextChange::IssuerRegex { .. } => of == Matched::Issuer,
        ContextChange::NoPattern { .. } | ContextChange::Separate { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use jotproof_mint::{Mint, keys};
    use jotproof_model::recipe::{Place, SegmentChange};

    use super::*;
    use crate::NOW;
    use crate::edits::{claim, header, insert, sent_segment, signed_segment, structure, without_claim};
    use crate::twins;

    fn findings(edit: Edit, reasons: &[Reason]) -> Vec<String> {
        let case = twins::hs256().changed("a/b", edit).reject(reasons.iter().copied());
        let vector = case.build(&Mint::new(keys::all()), NOW).expect("it can be minted");
        let mut found = Vec::new();
        check(&vector, &mut |finding| found.push(finding));
        found
    }

    #[test]
    fn reasons_are_no_narrower_and_no_wider_than_the_defects() {
        use Reason::{
            Algorithm, Audience, ClaimMissing, ClaimType, Encoding, Expired, NotCompact, Signature,
        };
        let space = || insert(" ", Place::End);
        let suffix = || structure(StructureChange::Suffix { text: " ".to_owned() });
        for (edit, reasons, number) in [
            (suffix(), &[NotCompact, Signature][..], 0),
            (suffix(), &[NotCompact], 1),
            (sent_segment(Segment::Signature, space()), &[Encoding, Signature], 0),
            (sent_segment(Segment::Signature, space()), &[Encoding], 1),
            (sent_segment(Segment::Payload, SegmentChange::Pad { extra: 0 }), &[Encoding], 1),
            (signed_segment(Segment::Payload, space()), &[Encoding], 0),
            (claim("exp", "{{now-60}}"), &[Expired], 0),
            (claim("e\\u0078p", "{{now-60}}"), &[Expired], 0),
            (claim("nbf", "{{now+60}}"), &[Expired], 1),
            (claim("aud", "\"other\""), &[Audience], 0),
            (claim("aud", "\"other\""), &[Audience, ClaimMissing], 1),
            (claim("aud", "7"), &[Audience, ClaimMissing, ClaimType], 0),
            (without_claim("sub"), &[ClaimMissing], 0),
            (claim("exp", "{{now-60}}"), &[Expired, Algorithm], 1),
            (header("alg", "\"none\""), &[Algorithm], 0),
        ] {
            assert_eq!(findings(edit.clone(), reasons).len(), number, "{edit:?} {reasons:?}");
        }
    }
}
