//! A vector: one token or a flow of several, its context, its expectation.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::context::{Capability, Context};
use crate::edit::Edit;
use crate::expectation::{Effect, Expectation};
use crate::flow::Flow;
use crate::key::KeyMaterial;
use crate::recipe::Recipe;
use crate::registry::{BugClass, Requirement};

/// A file of vectors: one topic. It stands alone: every key, requirement and bug class that a vector
/// of it names is inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VectorFile {
    /// The schema of this file, relative to it.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// The format and its version: `jotproof-vectors/1`.
    pub format: String,
    /// The topic, which is the path of the file and the beginning of every id in it.
    pub topic: String,
    /// What the topic is about.
    pub about: String,
    /// The clock that tokens were minted at: seconds since the epoch.
    pub now: i64,
    /// The test-only keys, by name.
    pub keys: BTreeMap<String, KeyMaterial>,
    /// The requirements that the vectors refer to.
    pub requirements: BTreeMap<String, Requirement>,
    /// The bug classes that the vectors refer to.
    pub bug_classes: BTreeMap<String, BugClass>,
    /// The vectors.
    pub vectors: Vec<Vector>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// The permanent name, a path: `claims/exp/equals-now`.
    pub id: VectorId,
    /// One line.
    pub title: String,
    /// One short paragraph: what goes wrong where this is judged wrongly, or why it is right.
    pub why: String,
    /// The normative sentences that decide it.
    pub requirements: Vec<String>,
    /// The way in which a verifier that fails here is wrong.
    pub bug_class: String,
    /// How bad it is to fail here.
    pub severity: Severity,
    /// What a target must be able to do to be given this.
    pub requires: Vec<Capability>,
    /// Who can make the token.
    pub threat: Threat,
    /// The accepted vector that it was made from, and the change; or why there is none.
    pub twin: Twin,
    /// The token and how it was made, or the flow of several.
    pub subject: Subject,
    /// What the verifier is configured with.
    pub context: Context,
    /// What may come out.
    pub expectation: Expectation,
    /// What the token does where it is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// The seconds between the clock and the nearest moment at which the verdict may change: a time in the
    /// token, or that time shifted by the leeway of the context. Absent if the token has no time, and in a
    /// flow, whose steps have their own times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_margin: Option<u64>,
}

impl Vector {
    /// Whether the token is beyond the limits that a verifier may set (RFC 8259 section 9): it is of the family
    /// `limits/`, or carried over from there.
    #[must_use]
    pub fn is_beyond_limits(&self) -> bool {
        self.id.0.split('/').any(|part| part == "limits")
    }
}

/// The permanent name of a vector: lower-case words in a path, without ordinals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct VectorId(
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[a-z0-9-]+(/[a-z0-9-]+)+$")))] pub String,
);

impl fmt::Display for VectorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Borrow<str> for VectorId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// What is submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Subject {
    /// One token.
    Token {
        /// How it is minted.
        recipe: Box<Recipe>,
        /// The token, minted at the file's clock.
        token: Token,
    },
    /// A life cycle of several tokens, whose last step decides.
    Flow {
        /// Its steps and tokens.
        flow: Box<Flow>,
    },
}

/// A token as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "as", rename_all = "snake_case", deny_unknown_fields)]
pub enum Token {
    /// Text.
    Text {
        /// The token.
        text: String,
    },
    /// Octets that are not UTF-8 text.
    Octets {
        /// The token, base64url without padding.
        base64url: String,
    },
    /// A long run of one text.
    Run {
        /// What is repeated.
        text: String,
        /// How many times.
        times: u32,
    },
    /// A long text in pieces, each of which is repeated.
    Pieces {
        /// The pieces, in order.
        pieces: Vec<Piece>,
    },
}

/// A piece of a token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// How many times it stands there.
    pub times: u32,
}

impl Token {
    /// A token of more octets than this needs [`Capability::LongToken`], because many line readers stop at 64 KiB.
    pub const LONG: usize = 64 * 1024;

    /// Its length, in octets.
    #[must_use]
    pub fn length(&self) -> usize {
        let run =
            |text: &str, times: u32| text.len().saturating_mul(usize::try_from(times).unwrap_or(usize::MAX));
        match self {
            Self::Text { text } => text.len(),
            Self::Octets { base64url } => base64url.len() / 4 * 3 + (base64url.len() % 4).saturating_sub(1),
            Self::Run { text, times } => run(text, *times),
            Self::Pieces { pieces } => {
                pieces.iter().map(|Piece { text, times }| run(text, *times)).fold(0, usize::saturating_add)
            }
        }
    }
}

/// The accepted vector that a vector was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum Twin {
    /// It was made by changing an accepted vector.
    Vector {
        /// Its id.
        id: VectorId,
        /// The change: one edit, but for a vector that says it has more defects.
        edits: Vec<Edit>,
    },
    /// It was made from nothing.
    Nothing {
        /// Why.
        reason: String,
    },
}

/// Who can make the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Threat {
    /// Anybody: its signing input was never signed by a configured key, or that key is no secret.
    Forger,
    /// Whoever holds a genuine token, used outside its grant.
    Holder,
    /// Whoever passes a genuine token on in another spelling; the signing input is untouched.
    Mangler,
    /// Only the holder of the key.
    Issuer,
    /// Whoever configures the verifier.
    Config,
}

impl Threat {
    /// The name as stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Forger => "forger",
            Self::Holder => "holder",
            Self::Mangler => "mangler",
            Self::Issuer => "issuer",
            Self::Config => "config",
        }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// The name as stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
