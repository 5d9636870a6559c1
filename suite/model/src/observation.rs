//! What was seen when a token was submitted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Reason;
use crate::expectation::ChannelOptions;

/// What a target answered to one challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum Observation {
    /// It said yes.
    Accepted {
        /// What could be observed of the effect.
        result: Box<Seen>,
    },
    /// It said no, in its own protocol.
    Refused {
        /// Why, where the target tells in the words of [`Reason`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// What it sent: `close 3500`, `error 109`, `disconnect unauthorized`…
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
        /// What it said beside that, for people.
        text: String,
    },
    /// It said that it cannot do this.
    Unsupported {
        /// What it lacks.
        what: String,
    },
    /// It died.
    Crashed {
        /// How: an exit status, a panic.
        detail: String,
    },
    /// It did not answer.
    TimedOut {
        /// After how many milliseconds the wait ended.
        after_ms: u64,
    },
    /// It said that a bound of its own is exceeded.
    OverLimit {
        /// Which bound.
        what: String,
    },
    /// It answered something that its protocol does not have, or dropped the connection.
    ProtocolError {
        /// What came.
        detail: String,
    },
}

/// What could be observed of an accepted token. A field that is absent was not observed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The claims set, JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    /// The user of the connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// When the connection expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<SeenExpiry>,
    /// The channels subscribed to, each with its data (empty for none).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscriptions: Option<BTreeMap<String, String>>,
    /// The connection info, JSON text; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<String>,
    /// The `meta` that the backend was told of with a call of the client, JSON text; empty for none. A run log has
    /// its length in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<String>,
    /// The identifiers of the connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifiers: Option<String>,
    /// Whether the backend was asked to let the client in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_asked: Option<bool>,
    /// What subscriptions have of the options of their channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<BTreeMap<String, ChannelOptions>>,
}

/// When a connection was seen to expire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "expires", rename_all = "snake_case")]
pub enum SeenExpiry {
    /// It does not.
    Never,
    /// Within this range of seconds since the epoch, both ends included: a server tells the time
    /// that is left, and the moment of its answer is known only to lie between sending and receiving.
    Between {
        /// The earliest second.
        from: i64,
        /// The latest second.
        to: i64,
        /// How many seconds were left when it was told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left: Option<i64>,
    },
}
