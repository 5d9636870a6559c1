//! The one change that makes a vector from its twin.
//!
//! Edits are what a defect *is*. The expectation of a negative, and the deviations of a profile, are
//! stated over edits, never over the bytes that they lead to.

mod document;

use serde::{Deserialize, Serialize};

pub use self::document::{DocumentChange, DocumentKind, JwkKind};
use crate::Algorithm;
use crate::context::{
    Carrier, Fallback, KeySet, Namespace, Origin, Parameter, PreviousSecret, RpcProxy, Separate, Transport,
};
use crate::flow::Step;
use crate::recipe::{Member, SegmentEdit, SignatureChange, Signer, StructureChange};

/// A change to a recipe or to its context: `recipe == apply(edits, twin.recipe)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "edit", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// Give a member another value; a member that is not there is appended.
    SetMember {
        /// Which object.
        layer: Layer,
        /// The raw name.
        name: String,
        /// The raw value, with placeholders.
        value: String,
    },
    /// Take a member away.
    RemoveMember {
        /// Which object.
        layer: Layer,
        /// The raw name.
        name: String,
    },
    /// Give a name a second value, after the first: the last one has `value`.
    DuplicateMember {
        /// Which object.
        layer: Layer,
        /// The raw name, equal to an existing one.
        name: String,
        /// The raw value of the second, with placeholders.
        value: String,
    },
    /// Add a member whose name resembles a known one, after every other.
    AddAlias {
        /// Which object.
        layer: Layer,
        /// The name that it resembles.
        of: String,
        /// Its own raw name.
        name: String,
        /// How it differs.
        how: Alias,
        /// The raw value, with placeholders.
        value: String,
    },
    /// Write the name of a member in another way.
    RenameMember {
        /// Which object.
        layer: Layer,
        /// The name as it was.
        name: String,
        /// The raw name as it is now.
        to: String,
        /// How it differs.
        how: Alias,
    },
    /// Put text around an object.
    Surround {
        /// Which object.
        layer: Layer,
        /// Raw text before it.
        before: String,
        /// Raw text after it.
        after: String,
        /// What the text is.
        with: Surrounding,
    },
    /// Put other JSON text in place of the object.
    SetText {
        /// Which layer.
        layer: Layer,
        /// The text, with placeholders.
        text: String,
        /// What the text is.
        what: TextKind,
    },
    /// Make the token the payload of another one: a nested token (RFC 7519 section 5.2).
    Nest {
        /// The members of the outer header.
        header: Vec<Member>,
        /// Who signs the outer token.
        signer: Signer,
    },
    /// Put octets that are not UTF-8 in place of the object.
    SetOctets {
        /// Which layer.
        layer: Layer,
        /// The octets, base64url without padding.
        base64url: String,
        /// What the octets are.
        what: OctetsKind,
    },
    /// Sign in another way, and let the header name `alg` as given.
    Sign {
        /// The raw value of the `alg` member from now on; absent: it stays as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alg: Option<String>,
        /// Who signs.
        signer: Signer,
    },
    /// Change the octets of the signature.
    Signature {
        /// The change.
        change: SignatureChange,
    },
    /// Change the text of one segment.
    Segment {
        /// The change.
        change: SegmentEdit,
    },
    /// Change the token as a whole.
    Structure {
        /// The change.
        change: StructureChange,
    },
    /// Change what the verifier is configured with, or how the token is submitted; the token stays as it is.
    Context {
        /// The change.
        change: ContextChange,
    },
    /// Change a flow.
    Flow {
        /// The change.
        change: FlowChange,
    },
}

/// A change of a flow. Steps are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum FlowChange {
    /// Change one of its tokens.
    Token {
        /// The name of the token.
        token: String,
        /// The change.
        edit: Box<Edit>,
    },
    /// Put another step in place of one.
    SetStep {
        /// Which step.
        step: usize,
        /// What happens instead.
        to: Step,
    },
    /// Take a step away.
    RemoveStep {
        /// Which step.
        step: usize,
    },
    /// Let something happen before a step.
    AddStep {
        /// Which step then follows.
        before: usize,
        /// What happens.
        step: Step,
    },
}

impl Edit {
    /// Whether it is about the member of this name, or one whose name resembles it.
    #[must_use]
    pub fn touches(&self, object: Layer, member: &str) -> bool {
        match self {
            Self::SetMember { layer, name, .. }
            | Self::RemoveMember { layer, name }
            | Self::DuplicateMember { layer, name, .. }
            | Self::AddAlias { layer, of: name, .. }
            | Self::RenameMember { layer, name, .. } => *layer == object && name == member,
            Self::Surround { .. }
            | Self::SetText { .. }
            | Self::Nest { .. }
            | Self::SetOctets { .. }
            | Self::Sign { .. }
            | Self::Signature { .. }
            | Self::Segment { .. }
            | Self::Structure { .. }
            | Self::Context { .. }
            | Self::Flow { .. } => false,
        }
    }
}

impl FlowChange {
    /// The name as stored.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Token { .. } => "token",
            Self::SetStep { .. } => "set_step",
            Self::RemoveStep { .. } => "remove_step",
            Self::AddStep { .. } => "add_step",
        }
    }
}

/// One of the two JSON objects of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it (RFC 7519 section 3)")]
pub enum Layer {
    Header,
    Payload,
}

/// How a member name differs from the one that it resembles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Alias {
    /// By the case of ASCII letters.
    Case,
    /// By a character that Unicode simple case folding makes equal (`ſ` and `s`).
    UnicodeFold,
    /// Not at all: it is spelled with an escape (`e\u0078p`), which is the same name (RFC 8259
    /// section 8.3).
    Escape,
    /// By white space at its end.
    TrailingSpace,
    /// By white space at its beginning.
    LeadingSpace,
    /// By a character that is not shown, such as a zero width space (U+200B).
    Invisible,
}

/// What stands around a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Surrounding {
    /// Insignificant white space (RFC 8259 section 2).
    WhiteSpace,
    /// A byte order mark (RFC 8259 section 8.1).
    ByteOrderMark,
    /// Text that is not JSON white space, after a whole value.
    TrailingText,
}

/// What stands in place of a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TextKind {
    /// The JSON literal `null`.
    Null,
    /// Any other JSON value that is not an object.
    NotAnObject,
    /// Text that is not JSON.
    NotJson,
    /// Nothing.
    Empty,
    /// An object, in another spelling (white space inside, other order).
    Object,
    /// The claims of an example of an RFC, as printed there.
    ExampleClaims,
    /// Other text of an example of an RFC, as printed there.
    Example,
}

/// What octets that are not UTF-8 are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OctetsKind {
    /// An object in UTF-8, but for octets inside a string that are not well-formed (RFC 3629).
    MalformedUtf8,
    /// An object in another encoding: UTF-16, UTF-32.
    OtherEncoding,
    /// An object with octets that are not well-formed UTF-8 outside of its strings, or in place of the end of a
    /// string.
    MalformedSyntax,
}

/// A change of what the verifier is configured with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "option", rename_all = "snake_case", deny_unknown_fields)]
pub enum ContextChange {
    /// One key for another, which then is configured and signs.
    Key {
        /// The name of the key that goes.
        from: String,
        /// The name of the key that comes.
        to: String,
    },
    /// One configured key for another; the signer stays.
    ConfiguredKey {
        /// The name of the key that goes.
        from: String,
        /// The name of the key that comes.
        to: String,
    },
    /// A further configured key.
    AddKey {
        /// Its name.
        key: String,
    },
    /// The allowed algorithms.
    Algorithms {
        /// All of them.
        algorithms: Vec<Algorithm>,
    },
    /// The expected audience.
    Audience {
        /// Absent: none is expected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<String>,
    },
    /// The expected issuer.
    Issuer {
        /// Absent: none is expected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issuer: Option<String>,
    },
    /// The configured audiences in addition to `audience`.
    MoreAudiences {
        /// The new list.
        audiences: Vec<String>,
    },
    /// The configured issuers in addition to `issuer`.
    MoreIssuers {
        /// The new list.
        issuers: Vec<String>,
    },
    /// The expected `typ`.
    Typ {
        /// Absent: none is expected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        typ: Option<String>,
    },
    /// The leeway.
    Leeway {
        /// Seconds.
        seconds: u32,
    },
    /// Whether unsecured tokens are allowed.
    AllowNone {
        /// Whether they are.
        allow: bool,
    },
    /// Whether tokens of anonymous users are refused.
    RefuseAnonymous {
        /// Whether they are.
        refuse: bool,
    },
    /// The backend that clients call.
    RpcProxy {
        /// What it is told of them.
        proxy: RpcProxy,
    },
    /// The options of the namespace that is configured beside those of every deployment.
    Namespace {
        /// All of them.
        namespace: Namespace,
    },
    /// The user of the session.
    SessionUser {
        /// Its id; empty for an anonymous one.
        user: String,
    },
    /// The channel that the session asks for.
    SessionChannel {
        /// Its name.
        channel: String,
    },
    /// A published key set in place of the configured keys, of which none stays.
    KeySet {
        /// The set.
        key_set: KeySet,
    },
    /// A published document is another one.
    KeySetDocument {
        /// The path of the document.
        path: String,
        /// The change.
        change: DocumentChange,
    },
    /// The pattern of audiences.
    AudienceRegex {
        /// Absent: there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// The pattern of issuers.
    IssuerRegex {
        /// Absent: there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// A pattern that is none: it cannot be compiled.
    NoPattern {
        /// What it is to match.
        of: Matched,
        /// The text.
        pattern: String,
    },
    /// What stands before the path in the URL of the key set.
    KeySetOrigin {
        /// What.
        origin: Origin,
    },
    /// How the documents of the key set are sent.
    KeySetTransport {
        /// How.
        transport: Transport,
    },
    /// The claim that names the user.
    UserIdClaim {
        /// Absent: it is `sub`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claim: Option<String>,
    },
    /// The secret from before a rotation.
    PreviousSecret {
        /// Absent: there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous: Option<PreviousSecret>,
    },
    /// What judges the tokens of the other purpose.
    Separate {
        /// Absent: the same as judges this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        separate: Option<Separate>,
    },
    /// What a client submits.
    Submission {
        /// All of it, in order.
        carriers: Vec<Carrier>,
    },
    /// Whether a client may come without a token.
    TokenOptional {
        /// Whether it may.
        optional: bool,
    },
    /// What becomes of a client without a token, where it may come without one.
    Fallback {
        /// What.
        fallback: Fallback,
    },
    /// The name of what carries the token.
    Parameter {
        /// The name, and where it is configured.
        parameter: Parameter,
    },
    /// The request headers that are read.
    Headers {
        /// Their names, in lower case.
        headers: Vec<String>,
    },
    /// Whether earlier sessions can be resumed.
    Resumable {
        /// Whether.
        resumable: bool,
    },
    /// A key for tokens alone: the one that is configured is the common secret from then on.
    TokenSecret {
        /// Its name; absent: tokens have no key at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
}

/// What a pattern is to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    /// An audience.
    Audience,
    /// The issuer.
    Issuer,
}

impl ContextChange {
    /// The name as stored.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Key { .. } => "key",
            Self::ConfiguredKey { .. } => "configured_key",
            Self::AddKey { .. } => "add_key",
            Self::Algorithms { .. } => "algorithms",
            Self::Audience { .. } => "audience",
            Self::Issuer { .. } => "issuer",
            Self::MoreAudiences { .. } => "more_audiences",
            Self::MoreIssuers { .. } => "more_issuers",
            Self::Typ { .. } => "typ",
            Self::Leeway { .. } => "leeway",
            Self::AllowNone { .. } => "allow_none",
            Self::RefuseAnonymous { .. } => "refuse_anonymous",
            Self::RpcProxy { .. } => "rpc_proxy",
            Self::Namespace { .. } => "namespace",
            Self::SessionUser { .. } => "session_user",
            Self::SessionChannel { .. } => "session_channel",
            Self::KeySet { .. } => "key_set",
            Self::KeySetDocument { .. } => "key_set_document",
            Self::AudienceRegex { .. } => "audience_regex",
            Self::IssuerRegex { .. } => "issuer_regex",
            Self::NoPattern { .. } => "no_pattern",
            Self::KeySetOrigin { .. } => "key_set_origin",
            Self::KeySetTransport { .. } => "key_set_transport",
            Self::UserIdClaim { .. } => "user_id_claim",
            Self::PreviousSecret { .. } => "previous_secret",
            Self::Separate { .. } => "separate",
            Self::Submission { .. } => "submission",
            Self::TokenOptional { .. } => "token_optional",
            Self::Fallback { .. } => "fallback",
            Self::Parameter { .. } => "parameter",
            Self::Headers { .. } => "headers",
            Self::Resumable { .. } => "resumable",
            Self::TokenSecret { .. } => "token_secret",
        }
    }
}
