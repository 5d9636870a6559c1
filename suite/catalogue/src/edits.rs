//! Short names for the edits that cases are written with.

use jotproof_model::edit::{
    Alias, ContextChange, Edit, FlowChange, Layer, OctetsKind, Surrounding, TextKind,
};
use jotproof_model::recipe::{
    KeyForm, Member, Place, Segment, SegmentChange, SegmentEdit, SignatureChange, Signer, Spelling,
    StructureChange,
};
use jotproof_model::{Algorithm, Step};

/// The raw JSON string of a text.
#[must_use]
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A raw value for a title. The placeholder of a time becomes words, or in the middle of other text `T`, followed by an
/// explanation of `T`.
#[must_use]
pub fn spoken(value: &str) -> String {
    let Some((before, (offset, after))) = value
        .split_once("{{now")
        .and_then(|(before, rest)| rest.split_once("}}").map(|parts| (before, parts)))
    else {
        return value.to_owned();
    };
    let when = match offset {
        "" => "now".to_owned(),
        "-60" => "a minute ago".to_owned(),
        "-3600" => "an hour ago".to_owned(),
        "+1800" => "in half an hour".to_owned(),
        "+3600" => "in an hour".to_owned(),
        offset => match offset.split_at(1) {
            ("-", seconds) => format!("{seconds} s ago"),
            (_, seconds) => format!("in {seconds} s"),
        },
    };
    if before.is_empty() && after.is_empty() { when } else { format!("{before}T{after}, where T is {when}") }
}

/// Gives a header parameter a raw value.
pub fn header(name: &str, value: &str) -> Edit {
    set(Layer::Header, name, value)
}

/// Gives a claim a raw value, with placeholders.
pub fn claim(name: &str, value: &str) -> Edit {
    set(Layer::Payload, name, value)
}

/// Gives a member a raw value.
pub fn set(layer: Layer, name: &str, value: &str) -> Edit {
    Edit::SetMember { layer, name: name.to_owned(), value: value.to_owned() }
}

/// Takes a header parameter away.
pub fn without_header(name: &str) -> Edit {
    Edit::RemoveMember { layer: Layer::Header, name: name.to_owned() }
}

/// Takes a claim away.
pub fn without_claim(name: &str) -> Edit {
    Edit::RemoveMember { layer: Layer::Payload, name: name.to_owned() }
}

/// Gives an existing name a second, last value.
pub fn duplicate(layer: Layer, name: &str, value: &str) -> Edit {
    Edit::DuplicateMember { layer, name: name.to_owned(), value: value.to_owned() }
}

/// Adds a member whose name resembles `of`.
pub fn alias(layer: Layer, of: &str, name: &str, how: Alias, value: &str) -> Edit {
    Edit::AddAlias { layer, of: of.to_owned(), name: name.to_owned(), how, value: value.to_owned() }
}

/// Writes the name of a member in another way.
pub fn rename(layer: Layer, name: &str, to: &str, how: Alias) -> Edit {
    Edit::RenameMember { layer, name: name.to_owned(), to: to.to_owned(), how }
}

/// Puts text around an object.
pub fn surround(layer: Layer, before: &str, after: &str, with: Surrounding) -> Edit {
    Edit::Surround { layer, before: before.to_owned(), after: after.to_owned(), with }
}

/// Puts other text in place of an object.
pub fn text(layer: Layer, text: &str, what: TextKind) -> Edit {
    Edit::SetText { layer, text: text.to_owned(), what }
}

/// Puts octets that are not UTF-8 in place of an object.
pub fn octets(layer: Layer, octets: &[u8], what: OctetsKind) -> Edit {
    Edit::SetOctets { layer, base64url: jotproof_mint::base64url::encode(octets), what }
}

/// Lets a key sign with an algorithm, and the header name `alg` (a raw value) if given.
pub fn sign(alg: Option<&str>, key: &str, algorithm: Algorithm) -> Edit {
    sign_with_form(alg, key, KeyForm::Natural, algorithm)
}

/// Lets an encoding of a key sign as an HMAC secret.
pub fn sign_with_form(alg: Option<&str>, key: &str, form: KeyForm, algorithm: Algorithm) -> Edit {
    Edit::Sign { alg: alg.map(str::to_owned), signer: Signer::Key { key: key.to_owned(), form, algorithm } }
}

/// Makes the token the payload of another one, with these members in its header (raw values).
pub fn nest(header: &[(&str, &str)], signer: Signer) -> Edit {
    let member = |(name, value): &(&str, &str)| Member((*name).to_owned(), (*value).to_owned());
    Edit::Nest { header: header.iter().map(member).collect(), signer }
}

/// A key that signs in its natural form.
pub fn by(key: &str, algorithm: Algorithm) -> Signer {
    Signer::Key { key: key.to_owned(), form: KeyForm::Natural, algorithm }
}

/// Lets nobody sign: an empty signature under the header's `alg` (a raw value).
pub fn unsigned(alg: Option<&str>) -> Edit {
    Edit::Sign { alg: alg.map(str::to_owned), signer: Signer::Nobody }
}

/// Changes the octets of the signature.
pub fn signature(change: SignatureChange) -> Edit {
    Edit::Signature { change }
}

/// Changes the text of a segment before signing: the signature covers it.
pub fn signed_segment(segment: Segment, change: SegmentChange) -> Edit {
    Edit::Segment { change: SegmentEdit { segment, change, signed: true } }
}

/// Changes the text of a segment after signing.
pub fn sent_segment(segment: Segment, change: SegmentChange) -> Edit {
    Edit::Segment { change: SegmentEdit { segment, change, signed: false } }
}

/// Inserts text into a segment.
pub fn insert(text: &str, at: Place) -> SegmentChange {
    SegmentChange::Insert { text: text.to_owned(), at }
}

/// Writes characters of a segment in another way.
pub fn spell(spelling: Spelling) -> SegmentChange {
    SegmentChange::Spell { spelling }
}

/// Changes the token as a whole.
pub fn structure(change: StructureChange) -> Edit {
    Edit::Structure { change }
}

/// Changes what the verifier is configured with.
pub fn context(change: ContextChange) -> Edit {
    Edit::Context { change }
}

/// Changes a token of a flow.
pub fn of_token(token: &str, edit: Edit) -> Edit {
    flow(FlowChange::Token { token: token.to_owned(), edit: Box::new(edit) })
}

/// The edit of the token inside an edit of a flow. Any other edit is returned unchanged.
#[must_use]
pub fn within_flow(edit: &Edit) -> &Edit {
    match edit {
        Edit::Flow { change: FlowChange::Token { edit, .. } } => within_flow(edit),
        edit => edit,
    }
}

/// Replaces a step of a flow.
pub fn set_step(step: usize, to: Step) -> Edit {
    flow(FlowChange::SetStep { step, to })
}

/// Changes a flow.
pub fn flow(change: FlowChange) -> Edit {
    Edit::Flow { change }
}
