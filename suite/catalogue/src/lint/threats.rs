//! Checks the threat of a case (who can make the token) against its construction.

use jotproof_mint::{Mint, base64url};
use jotproof_model::edit::{ContextChange, DocumentChange, DocumentKind};
use jotproof_model::recipe::{
    KeyForm, KeyManagement, Plaintext, Segment, SegmentChange, SignatureChange, Signer, StructureChange,
};
use jotproof_model::{Edit, Expectation, Recipe, Subject, Threat, Twin, Vector};

use super::is_as_signed;

/// Reports a threat that the construction contradicts.
pub(super) fn check(vector: &Vector, mint: &Mint, now: i64, report: &mut impl FnMut(String)) {
    if matches!(vector.expectation, Expectation::Accept { .. }) {
        return;
    }
    let found = match (of_published_keys(vector), decisive(&vector.subject)) {
        (Some(threat), _) => Some((vec![threat], "what is published is unfit, and the token is good")),
        (None, Some(recipe)) => of_token(vector, recipe, mint, now),
        (None, None) => None,
    };
    if let Some((possible, why)) = found
        && !possible.contains(&vector.threat)
    {
        report(format!("the threat is {possible:?} and not {:?}: {why}", vector.threat));
    }
}

/// The recipe of the judged token; `None` for a flow whose last step has no token.
pub(super) fn decisive(subject: &Subject) -> Option<&Recipe> {
    match subject {
        Subject::Token { recipe, .. } => Some(recipe),
        Subject::Flow { flow } => {
            let name = flow.last()?.action.token()?;
            flow.tokens.get(name).map(|token| &token.recipe)
        }
    }
}

/// The possible threats, and the reason; `None` if the construction does not decide.
fn of_token(vector: &Vector, recipe: &Recipe, mint: &Mint, now: i64) -> Option<(Vec<Threat>, &'static str)> {
    use Threat::{Config, Forger, Holder, Issuer, Mangler};
    if recipe.signer == Signer::Nobody && vector.context.allow_none {
        // The empty signature is valid here, so anybody can make the twin too.
        return None;
    }
    if recipe.signature.iter().any(|change| left_by(change) == Left::OtherNumbers) {
        return None;
    }
    if recipe.structure.iter().any(is_encrypted_with_a_secret) {
        return Some((vec![Issuer], "only the holder of the secret can encrypt"));
    }
    if !holds_a_signature(recipe, mint, now) {
        return Some((
            vec![Forger],
            "no octet of a genuine signature is in the token, or one, which can be guessed",
        ));
    }
    if is_keyed_by_a_stranger(vector, recipe) {
        return Some((vec![Forger], "no configured key signed"));
    }
    if is_as_signed(recipe) {
        Some((vec![Holder, Issuer, Config, Forger], "the token is as it was signed"))
    } else {
        Some((vec![Mangler, Forger], "the token was changed after it was signed"))
    }
}

/// The part of the original signature that a change leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// At most one octet, which an attacker can guess.
    Nothing,
    /// More than one octet.
    Octets,
    /// Other numbers, computed with the key or only with its public half. The case says who can make them.
    OtherNumbers,
}

fn left_by(change: &SignatureChange) -> Left {
    match change {
        SignatureChange::Replace { .. }
        | SignatureChange::Zero
        | SignatureChange::RsaEncodedMessage
        | SignatureChange::EcdsaAtInfinity
        | SignatureChange::Truncate { octets: 0 | 1 } => Left::Nothing,
        // Another width also covers the numbers of a curve other than the named one, which the holder of the
        // key makes.
        SignatureChange::EcdsaNumbers { .. }
        | SignatureChange::Published { .. }
        | SignatureChange::EcdsaWidths { .. }
        | SignatureChange::RsaNumber { .. }
        | SignatureChange::RsaPkcs1 { .. }
        | SignatureChange::RsaPss { .. }
        | SignatureChange::RsaCubeRoot
        | SignatureChange::EddsaNumber { .. }
        | SignatureChange::EddsaCommitment { .. }
        | SignatureChange::EddsaZeroNonce
        | SignatureChange::EddsaPrehashed
        | SignatureChange::EddsaContext { .. } => Left::OtherNumbers,
        SignatureChange::Truncate { .. }
        | SignatureChange::Append { .. }
        | SignatureChange::Prepend { .. }
        | SignatureChange::DropLeadingZeros
        | SignatureChange::EcdsaShortened
        | SignatureChange::EcdsaSwapped
        | SignatureChange::FlipBit { .. }
        | SignatureChange::Reverse
        | SignatureChange::Der
        | SignatureChange::Hex => Left::Octets,
    }
}

fn is_encrypted_with_a_secret(change: &StructureChange) -> bool {
    matches!(change, StructureChange::Encrypt { with: KeyManagement::Dir, .. })
}

/// Whether the token contains more than one octet of a signature by the key.
fn holds_a_signature(recipe: &Recipe, mint: &Mint, now: i64) -> bool {
    let in_octets = !recipe.signature.iter().any(|change| left_by(change) == Left::Nothing);
    let in_text = !recipe.segments.iter().any(|edit| {
        edit.segment == Segment::Signature && matches!(edit.change, SegmentChange::Replace { .. })
    });
    let in_token = recipe.structure.iter().all(|change| match change {
        StructureChange::KeepSegments { segments } => *segments > 2,
        StructureChange::EmptySegment { segment } => *segment != Segment::Signature,
        StructureChange::Replace { text } => quotes_the_signature(text, recipe, mint, now),
        StructureChange::Repeat { .. } | StructureChange::Encrypt { plaintext: Plaintext::Claims, .. } => {
            false
        }
        StructureChange::Prefix { .. }
        | StructureChange::Suffix { .. }
        | StructureChange::AppendOctets { .. }
        | StructureChange::InsertSegment { .. }
        | StructureChange::JsonFlattened
        | StructureChange::JsonGeneral
        | StructureChange::Detached
        | StructureChange::UpperCase
        | StructureChange::Encrypt { plaintext: Plaintext::Token, .. } => true,
    });
    recipe.signer != Signer::Nobody && in_octets && in_text && in_token
}

/// Whether a text contains the signature, perhaps encoded once more.
fn quotes_the_signature(text: &str, recipe: &Recipe, mint: &Mint, now: i64) -> bool {
    let unchanged = Recipe { structure: Vec::new(), ..recipe.clone() };
    let Some(token) = mint.token(&unchanged, now).ok().and_then(|token| String::from_utf8(token).ok()) else {
        return false;
    };
    let Some((_, signature)) = token.rsplit_once('.').filter(|(_, signature)| !signature.is_empty()) else {
        return false;
    };
    let decoded = base64url::decode(text).ok().and_then(|octets| String::from_utf8(octets).ok());
    text.contains(signature) || decoded.is_some_and(|inner| inner.contains(signature))
}

/// Whether the signer is not a configured key: nobody, an encoding of a public key, or a key outside the
/// context. A context with a key set or separate keys is not decided.
fn is_keyed_by_a_stranger(vector: &Vector, recipe: &Recipe) -> bool {
    let context = &vector.context;
    let one_set = context.key_set.is_none() && context.separate.is_none();
    match &recipe.signer {
        Signer::Nobody => true,
        Signer::Key { form, .. } if *form != KeyForm::Natural => true,
        Signer::Key { key, .. } => {
            one_set
                && matches!(vector.subject, Subject::Token { .. })
                && !context.key_names().any(|name| name == key)
        }
    }
}

/// The threat of a case whose only edit makes a published set or its key unusable.
fn of_published_keys(vector: &Vector) -> Option<Threat> {
    let Twin::Vector { edits, .. } = &vector.twin else { return None };
    let [Edit::Context { change }] = &edits[..] else { return None };
    let is_unfit = match change {
        ContextChange::KeySetOrigin { .. } | ContextChange::KeySetTransport { .. } => true,
        ContextChange::KeySetDocument { change, .. } => match change {
            DocumentChange::SetDocument { what, .. } => *what != DocumentKind::OtherKeys,
            DocumentChange::SetJwkMember { .. }
            | DocumentChange::RemoveJwkMember { .. }
            | DocumentChange::DuplicateJwkMember { .. }
            | DocumentChange::RenameJwkMember { .. }
            | DocumentChange::InsertJwk { .. }
            | DocumentChange::SetSetMember { .. }
            | DocumentChange::RemoveDocument => true,
        },
        _ => false,
    };
    is_unfit.then_some(Threat::Config)
}

#[cfg(test)]
mod tests {
    use jotproof_mint::keys;
    use jotproof_model::{Algorithm, Reason};

    use super::*;
    use crate::NOW;
    use crate::case::Case;
    use crate::edits::{claim, sign, signature, structure, unsigned};
    use crate::twins;

    fn findings(edit: Edit, threat: Threat) -> usize {
        let case: Case = twins::hs256().changed("a/b", edit).reject([Reason::Signature]).threat(threat);
        let mint = Mint::new(keys::all());
        let vector = case.build(&mint, NOW).expect("it can be minted");
        let mut found = 0;
        check(&vector, &mint, NOW, &mut |_| found += 1);
        found
    }

    #[test]
    fn who_can_make_a_token_follows_from_what_is_left_of_the_signature() {
        let stripped = || structure(StructureChange::EmptySegment { segment: Segment::Signature });
        for (edit, right, wrong) in [
            (signature(SignatureChange::Zero), Threat::Forger, Threat::Mangler),
            (signature(SignatureChange::Truncate { octets: 1 }), Threat::Forger, Threat::Mangler),
            (signature(SignatureChange::Truncate { octets: 16 }), Threat::Mangler, Threat::Issuer),
            (signature(SignatureChange::FlipBit { bit: 0 }), Threat::Mangler, Threat::Holder),
            (stripped(), Threat::Forger, Threat::Mangler),
            (structure(StructureChange::KeepSegments { segments: 2 }), Threat::Forger, Threat::Mangler),
            (
                structure(StructureChange::Replace { text: "a.b.c".to_owned() }),
                Threat::Forger,
                Threat::Mangler,
            ),
            (unsigned(Some("\"none\"")), Threat::Forger, Threat::Issuer),
            (sign(None, "hmac-64-bytes-foreign", Algorithm::HS256), Threat::Forger, Threat::Holder),
            (claim("exp", "{{now-60}}"), Threat::Holder, Threat::Mangler),
        ] {
            assert_eq!(findings(edit.clone(), right), 0, "{edit:?}");
            assert_eq!(findings(edit.clone(), wrong), 1, "{edit:?}");
        }
    }
}
