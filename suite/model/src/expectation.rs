//! What may come out of a verifier, by the normative texts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Reason;

/// The set of outcomes that the normative texts allow for the application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "verdict", rename_all = "snake_case", deny_unknown_fields)]
pub enum Expectation {
    /// The token must be accepted, with the vector's effect.
    Accept {
        /// How strong the normative text is.
        level: Level,
    },
    /// The token must be refused.
    Reject {
        /// How strong the normative text is.
        level: Level,
        /// The admissible reasons: the union over its defects.
        reasons: BTreeSet<Reason>,
    },
    /// The texts allow both.
    Either {
        /// Which sentences allow it.
        why: String,
        /// What is admissible where it is refused.
        reasons: BTreeSet<Reason>,
        /// The preferred outcome, if any. The other outcome is shown as an advisory and never fails a run. If
        /// no text recommends the preference, `why` says that it is the choice of this project.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prefer: Option<Preference>,
    },
}

impl Expectation {
    /// `accept`, `reject` or `either`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accept { .. } => "accept",
            Self::Reject { .. } => "reject",
            Self::Either { .. } => "either",
        }
    }
}

/// How strong a normative sentence is (RFC 2119).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words of RFC 2119")]
pub enum Level {
    Must,
    Should,
}

/// The outcome that a SHOULD asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Preference {
    Accept,
    Reject,
}

/// What an accepted token does. Text may hold placeholders, as in a recipe. A field that is absent
/// says nothing and is not compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// The claims set, as the text of a JSON object with distinct names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    /// Centrifugo: the user of the connection; empty for an anonymous one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Centrifugo: when the connection expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Expiry>,
    /// Centrifugo: the channels that the connection is subscribed to, each with the JSON text of the
    /// data that arrives with it (empty for none).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscriptions: Option<BTreeMap<String, String>>,
    /// Centrifugo: the connection info, JSON text; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<String>,
    /// Centrifugo: the `meta` that the backend is told of with a call of the client, JSON text; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<String>,
    /// AnyCable: the identifiers of the connection, byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifiers: Option<String>,
    /// AnyCable: whether the backend is asked to let the client in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_asked: Option<bool>,
    /// Centrifugo: what subscriptions have of the options of their channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<BTreeMap<String, ChannelOptions>>,
}

/// What a subscription has of the options of its channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChannelOptions {
    /// Who is in the channel can be asked for.
    pub presence: bool,
    /// It is told who comes and goes.
    pub join_leave: bool,
    /// It can be taken up again where it broke off.
    pub recovery: bool,
    /// Its position in the channel is known.
    pub positioning: bool,
}

/// When a connection expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "expires", rename_all = "snake_case", deny_unknown_fields)]
pub enum Expiry {
    /// It does not.
    Never,
    /// At this second since the epoch, as decimal text with placeholders.
    At {
        /// The second.
        second: String,
    },
    /// So many seconds after the server decided, by its own clock: a time that it has cut short.
    After {
        /// The seconds.
        seconds: i64,
    },
}
