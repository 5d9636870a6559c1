//! Why a token is refused, by how it was made: the union over the defects of a case, no narrower and no wider.

use jotproof_model::edit::{ContextChange, FlowChange, Layer, TextKind};
use jotproof_model::recipe::{Segment, Signer, StructureChange};
use jotproof_model::{Edit, Expectation, Reason, Twin, Vector};

use super::threats::decisive;

/// Reports reasons that the construction asks for or rules out.
pub(super) fn check(vector: &Vector, report: &mut impl FnMut(String)) {
    let Twin::Vector { edits, .. } = &vector.twin else { return };
    let reasons = match &vector.expectation {
        Expectation::Accept { .. } => return,
        Expectation::Reject { reasons, .. } | Expectation::Either { reasons, .. } => reasons,
    };
    let edits: Vec<&Edit> = edits.iter().map(of_token).collect();
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

/// The edit of the token, where it is one of a flow.
fn of_token(edit: &Edit) -> &Edit {
    match edit {
        Edit::Flow { change: FlowChange::Token { edit, .. } } => of_token(edit),
        edit => edit,
    }
}

/// Whether a key signed the token; the empty signature of an unsecured one is no defect by itself.
fn is_signed(vector: &Vector) -> bool {
    decisive(&vector.subject).is_none_or(|recipe| recipe.signer != Signer::Nobody)
}

/// Whether a verifier that looks at the signature alone finds it wrong or missing.
fn breaks_the_signature(edit: &Edit) -> bool {
    match edit {
        Edit::Signature { .. } => true,
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
            // No signature of three segments is left to speak of.
            StructureChange::JsonFlattened
            | StructureChange::JsonGeneral
            | StructureChange::Replace { .. }
            | StructureChange::Repeat { .. } => false,
        },
        _ => false,
    }
}

/// Whether an edit can lead to a reason. Where nothing definite is known of a reason, any edit can.
fn can_lead_to(edit: &Edit, reason: Reason) -> bool {
    // A token as a whole can be read as anything; the steps of a flow decide for their own reasons.
    if matches!(edit, Edit::Structure { .. } | Edit::Flow { .. }) || replaces(edit, Layer::Payload) {
        return true;
    }
    match reason {
        Reason::Expired => edit_of(edit, &["exp"]),
        Reason::NotYetValid => edit_of(edit, &["nbf"]),
        Reason::IssuedInFuture => edit_of(edit, &["iat"]),
        Reason::Audience => edit_of(edit, &["aud"]) || configures_audience(edit),
        Reason::Issuer => edit_of(edit, &["iss"]) || configures_issuer(edit),
        Reason::Identifiers => edit_of(edit, &["ext"]),
        Reason::Algorithm => changes_the_algorithm(edit),
        Reason::ClaimMissing => leaves_a_claim_out(edit),
        Reason::Header => changes(edit, Layer::Header) || is_segment(edit, Segment::Header),
        Reason::Encoding => matches!(edit, Edit::Segment { .. }),
        Reason::NotCompact => matches!(edit, Edit::Segment { .. }) || edit.touches(Layer::Header, "enc"),
        Reason::Signature => {
            matches!(
                edit,
                Edit::Sign { .. } | Edit::Signature { .. } | Edit::Segment { .. } | Edit::Context { .. }
            ) || changes(edit, Layer::Header)
                // Issuer and audience choose the key set where its URL is a template (CF-JWKS-4).
                || edit_of(edit, &["iss", "aud"])
        }
        _ => true,
    }
}

/// Whether a claim of one of these names is changed, however the name is spelled.
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

/// Whether something else stands in place of an object.
fn replaces(edit: &Edit, object: Layer) -> bool {
    match edit {
        Edit::SetText { layer, what, .. } => *layer == object && *what == TextKind::Object,
        _ => false,
    }
}

/// Whether an object is another one.
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

/// Whether the header names another algorithm, none that can be read, or one that is not served any more.
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

/// Whether a claim is not there, or its value stands for nothing.
fn leaves_a_claim_out(edit: &Edit) -> bool {
    const STRING: char = '"';
    match edit {
        Edit::RemoveMember { layer, .. } | Edit::RenameMember { layer, .. } => *layer == Layer::Payload,
        // A blank string, or a value of another type than the string that is looked for.
        Edit::SetMember { layer: Layer::Payload, value, .. } => {
            value.trim_matches(STRING).trim().is_empty() || !value.starts_with(STRING)
        }
        Edit::Context { change: ContextChange::UserIdClaim { .. } } => true,
        _ => false,
    }
}

fn configures_audience(edit: &Edit) -> bool {
    match edit {
        Edit::Context { change } => matches!(
            change,
            ContextChange::Audience { .. }
                | ContextChange::AudienceRegex { .. }
                | ContextChange::NoPattern { .. }
                | ContextChange::Separate { .. }
        ),
        _ => false,
    }
}

fn configures_issuer(edit: &Edit) -> bool {
    match edit {
        Edit::Context { change } => matches!(
            change,
            ContextChange::Issuer { .. }
                | ContextChange::IssuerRegex { .. }
                | ContextChange::NoPattern { .. }
                | ContextChange::Separate { .. }
        ),
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
