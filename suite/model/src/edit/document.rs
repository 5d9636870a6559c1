//! What can be done to a published key set document.

use serde::{Deserialize, Serialize};

/// A change to a published key set document. Keys are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "how", rename_all = "snake_case", deny_unknown_fields)]
pub enum DocumentChange {
    /// Give a member of a JWK another raw value; one that is not there is appended.
    SetJwkMember {
        /// Which JWK.
        key: usize,
        /// The name of the member.
        name: String,
        /// The raw value.
        value: String,
    },
    /// Take a member of a JWK away.
    RemoveJwkMember {
        /// Which JWK.
        key: usize,
        /// The name of the member.
        name: String,
    },
    /// Give a member of a JWK a second value, after every other.
    DuplicateJwkMember {
        /// Which JWK.
        key: usize,
        /// The name of the member.
        name: String,
        /// The raw value of the second.
        value: String,
    },
    /// Write the name of a member of a JWK in another way.
    RenameJwkMember {
        /// Which JWK.
        key: usize,
        /// The name as it was.
        name: String,
        /// The name as it is now.
        to: String,
    },
    /// Put a further value into `keys`.
    InsertJwk {
        /// Before which JWK; behind every other where there is none.
        key: usize,
        /// The raw value.
        value: String,
        /// What it is.
        what: JwkKind,
    },
    /// Give the set a further member.
    SetSetMember {
        /// The name of the member.
        name: String,
        /// The raw value.
        value: String,
    },
    /// Put other text in place of the document.
    SetDocument {
        /// The text.
        text: String,
        /// What it is.
        what: DocumentKind,
    },
    /// There is no such document any more.
    RemoveDocument,
}

impl DocumentChange {
    /// The name as stored.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SetJwkMember { .. } => "set_jwk_member",
            Self::RemoveJwkMember { .. } => "remove_jwk_member",
            Self::DuplicateJwkMember { .. } => "duplicate_jwk_member",
            Self::RenameJwkMember { .. } => "rename_jwk_member",
            Self::InsertJwk { .. } => "insert_jwk",
            Self::SetSetMember { .. } => "set_set_member",
            Self::SetDocument { .. } => "set_document",
            Self::RemoveDocument => "remove_document",
        }
    }
}

/// What a further value in `keys` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum JwkKind {
    /// A good key with a `kid` of its own.
    Other,
    /// A good key with the `kid` of the one that signs, before it.
    SameKidFirst,
    /// A good key with the `kid` of the one that signs, after it.
    SameKidLast,
    /// A secret (RFC 7518 section 6.4), with a `kid` of its own.
    Secret,
    /// A key of a type or curve that is registered, and is not for signatures that are asked for here.
    OtherType,
    /// A key that no implementation understands, or that lacks what it must have.
    NotUnderstood,
    /// No JWK at all.
    NoJwk,
}

/// What stands in place of a key set document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A JWK Set with no key in it.
    NoKeys,
    /// A JSON object that is no JWK Set.
    NoSet,
    /// A JSON value that is no object.
    NotAnObject,
    /// Text that is not JSON.
    NotJson,
    /// The same set with white space in it.
    WhiteSpace,
    /// The same set with a byte order mark before it (RFC 8259 section 8.1).
    ByteOrderMark,
    /// A set of keys of somebody else.
    OtherKeys,
    /// The same set with everything that its private key is made of (RFC 7518 section 6.3.2).
    PrivateKey,
}
