//! What an edit has that a pattern can ask for.

use jotproof_model::edit::{Alias, ContextChange, DocumentChange, Layer, OctetsKind, Surrounding, TextKind};
use jotproof_model::recipe::{Place, Segment, SegmentChange, StructureChange};
use jotproof_model::{Algorithm, Edit};

use super::{EditName, Published};

/// What an edit has, by the fields of a pattern.
pub(super) struct Facts<'a> {
    pub(super) name: EditName,
    pub(super) layer: Option<Layer>,
    pub(super) member: Option<&'a str>,
    pub(super) value: Option<&'a str>,
    pub(super) how: Option<Alias>,
    pub(super) with: Option<Surrounding>,
    pub(super) before: Option<bool>,
    pub(super) what: Option<TextKind>,
    pub(super) octets: Option<OctetsKind>,
    pub(super) segment: Option<Segment>,
    pub(super) change: Option<&'static str>,
    pub(super) inserted: Option<&'a str>,
    /// How many times the inserted text is there.
    pub(super) times: usize,
    pub(super) at: Option<Place>,
    pub(super) signed: Option<bool>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) configured_key: Option<bool>,
    pub(super) alg: Option<&'a str>,
    pub(super) option: Option<&'static str>,
    pub(super) published: Option<Published>,
}

impl<'a> Facts<'a> {
    const fn named(name: EditName) -> Self {
        Self {
            name,
            layer: None,
            member: None,
            value: None,
            how: None,
            with: None,
            before: None,
            what: None,
            octets: None,
            segment: None,
            change: None,
            inserted: None,
            times: 1,
            at: None,
            signed: None,
            algorithm: None,
            configured_key: None,
            alg: None,
            option: None,
            published: None,
        }
    }

    pub(super) fn of(edit: &'a Edit) -> Self {
        match edit {
            Edit::SetMember { layer, name, value } => Self {
                layer: Some(*layer),
                member: Some(name),
                value: Some(value),
                ..Self::named(EditName::SetMember)
            },
            Edit::RemoveMember { layer, name } => {
                Self { layer: Some(*layer), member: Some(name), ..Self::named(EditName::RemoveMember) }
            }
            Edit::DuplicateMember { layer, name, value } => Self {
                layer: Some(*layer),
                member: Some(name),
                value: Some(value),
                ..Self::named(EditName::DuplicateMember)
            },
            Edit::AddAlias { layer, of, how, value, name: _ } => Self {
                layer: Some(*layer),
                member: Some(of),
                value: Some(value),
                how: Some(*how),
                ..Self::named(EditName::AddAlias)
            },
            Edit::RenameMember { layer, name, how, to: _ } => Self {
                layer: Some(*layer),
                member: Some(name),
                how: Some(*how),
                ..Self::named(EditName::RenameMember)
            },
            Edit::Surround { layer, with, before, after: _ } => Self {
                layer: Some(*layer),
                with: Some(*with),
                before: Some(!before.is_empty()),
                ..Self::named(EditName::Surround)
            },
            Edit::SetText { layer, what, text } => Self {
                layer: Some(*layer),
                what: Some(*what),
                value: Some(text),
                ..Self::named(EditName::SetText)
            },
            Edit::SetOctets { layer, base64url: _, what } => {
                Self { layer: Some(*layer), octets: Some(*what), ..Self::named(EditName::SetOctets) }
            }
            Edit::Nest { header: _, signer } => {
                Self { algorithm: signer.algorithm(), ..Self::named(EditName::Nest) }
            }
            Edit::Sign { alg, signer } => {
                Self { alg: alg.as_deref(), algorithm: signer.algorithm(), ..Self::named(EditName::Sign) }
            }
            Edit::Signature { change } => {
                Self { change: Some(change.name()), ..Self::named(EditName::Signature) }
            }
            Edit::Segment { change } => {
                let (inserted, at) = match &change.change {
                    SegmentChange::Insert { text, at } => (Some(text.as_str()), Some(*at)),
                    SegmentChange::Replace { text } => (Some(text.as_str()), None),
                    SegmentChange::Pad { .. }
                    | SegmentChange::StandardAlphabet
                    | SegmentChange::TrailingBits { .. }
                    | SegmentChange::RemoveLast { .. }
                    | SegmentChange::Spell { .. }
                    | SegmentChange::Unencoded
                    | SegmentChange::Encoded
                    | SegmentChange::Repeat { .. } => (None, None),
                };
                Self {
                    segment: Some(change.segment),
                    change: Some(change.change.name()),
                    inserted,
                    at,
                    signed: Some(change.signed),
                    ..Self::named(EditName::Segment)
                }
            }
            Edit::Structure { change } => Self {
                change: Some(change.name()),
                inserted: match change {
                    StructureChange::Prefix { text }
                    | StructureChange::Suffix { text }
                    | StructureChange::Replace { text }
                    | StructureChange::Repeat { text, .. } => Some(text),
                    StructureChange::AppendOctets { .. }
                    | StructureChange::KeepSegments { .. }
                    | StructureChange::InsertSegment { .. }
                    | StructureChange::EmptySegment { .. }
                    | StructureChange::JsonFlattened
                    | StructureChange::JsonGeneral
                    | StructureChange::Detached
                    | StructureChange::UpperCase
                    | StructureChange::Encrypt { .. } => None,
                },
                times: match change {
                    StructureChange::Repeat { times, .. } => usize::try_from(*times).unwrap_or(usize::MAX),
                    _ => 1,
                },
                segment: match change {
                    StructureChange::EmptySegment { segment } => Some(*segment),
                    _ => None,
                },
                ..Self::named(EditName::Structure)
            },
            Edit::Context { change } => Self {
                option: Some(change.name()),
                ..match change {
                    ContextChange::KeySetDocument { change, path: _ } => Self::of_document(change),
                    ContextChange::KeySetTransport { transport } => {
                        Self { change: Some(transport.name()), ..Self::named(EditName::Context) }
                    }
                    _ => Self::named(EditName::Context),
                }
            },
            Edit::Flow { change } => Self { change: Some(change.name()), ..Self::named(EditName::Flow) },
        }
    }

    fn of_document(change: &'a DocumentChange) -> Self {
        let (member, value, published) = match change {
            DocumentChange::SetJwkMember { name, value, key: _ }
            | DocumentChange::DuplicateJwkMember { name, value, key: _ } => (Some(name), Some(value), None),
            DocumentChange::RemoveJwkMember { name, key: _ }
            | DocumentChange::RenameJwkMember { name, key: _, to: _ } => (Some(name), None, None),
            DocumentChange::InsertJwk { value, what, key: _ } => {
                (None, Some(value), Some(Published::Jwk(*what)))
            }
            DocumentChange::SetSetMember { name, value } => (Some(name), Some(value), None),
            DocumentChange::SetDocument { what, text: _ } => (None, None, Some(Published::Document(*what))),
            DocumentChange::RemoveDocument => (None, None, None),
        };
        Self {
            change: Some(change.name()),
            member: member.map(String::as_str),
            value: value.map(String::as_str),
            published,
            ..Self::named(EditName::Context)
        }
    }
}
