//! The stakes of a case that must be accepted. Usually a failure only refuses a good token. If a verifier can
//! read another user, other channels or another expiry from the token, more is at stake.

use jotproof_model::Edit;
use jotproof_model::edit::ContextChange;

use crate::edits::within_flow;

/// Members that decide the user, the channels, the data or the expiry.
const NAMES: [&str; 13] = [
    "sub",
    "ext",
    "channel",
    "client",
    "channels",
    "subs",
    "info",
    "b64info",
    "data",
    "b64data",
    "override",
    "meta",
    "expire_at",
];

/// Whether a verifier that accepts the edited token can still give it a wrong effect.
pub(crate) fn has_another_effect(edit: &Edit, user_id_claim: Option<&str>) -> bool {
    let says_who = |name: &str| NAMES.contains(&name) || user_id_claim == Some(name);
    match within_flow(edit) {
        // Two readers may find different values, or one may find none.
        Edit::DuplicateMember { .. }
        | Edit::AddAlias { .. }
        | Edit::RenameMember { .. }
        | Edit::SetText { .. }
        | Edit::Nest { .. } => true,
        Edit::SetMember { name, value, .. } => {
            says_who(name) || NAMES.iter().any(|name| value.contains(&format!("\"{name}\"")))
        }
        Edit::RemoveMember { name, .. } => says_who(name),
        Edit::Context { change } => match change {
            ContextChange::UserIdClaim { .. }
            | ContextChange::SessionUser { .. }
            | ContextChange::SessionChannel { .. } => true,
            ContextChange::Submission { carriers } => carriers.len() > 1,
            _ => false,
        },
        Edit::Flow { .. }
        | Edit::Surround { .. }
        | Edit::SetOctets { .. }
        | Edit::Sign { .. }
        | Edit::Signature { .. }
        | Edit::Segment { .. }
        | Edit::Structure { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use jotproof_model::edit::{Alias, Layer};

    use super::*;
    use crate::edits::{alias, claim, context, of_token, structure};

    #[test]
    fn another_effect_is_possible_where_a_member_says_who_comes_or_two_readers_disagree() {
        let of_uid = |edit| has_another_effect(&edit, Some("uid"));
        for (edit, expected) in [
            (claim("sub", "\"43\""), true),
            (claim("uid", "\"43\""), true),
            (claim("aud", "\"sub\""), true),
            (of_token("first", claim("channels", "[]")), true),
            (alias(Layer::Payload, "exp", "EXP", Alias::Case, "1"), true),
            (context(ContextChange::SessionUser { user: String::new() }), true),
            (claim("aud", "\"chat\""), false),
            (claim("exp", "{{now+60}}"), false),
            (context(ContextChange::Leeway { seconds: 60 }), false),
            (structure(jotproof_model::recipe::StructureChange::UpperCase), false),
        ] {
            assert_eq!(of_uid(edit.clone()), expected, "{edit:?}");
        }
        assert!(!has_another_effect(&claim("uid", "\"43\""), None));
    }
}
