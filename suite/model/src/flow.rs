//! A flow: the life of a client's connection, told in steps of which the last one decides.
//!
//! Every step before the last has one outcome that the flow is about: it is accepted, or it says for which reason
//! it is `refused`. What came out otherwise there is a fault of the flow, not a verdict. The last step is
//! judged like a single token: by the expectation of its vector.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::reason::Reason;
use crate::recipe::Recipe;
use crate::vector::Token;

/// Steps, and the tokens that they use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// The tokens, by name; all of them are minted at the start.
    pub tokens: BTreeMap<String, FlowToken>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

impl Flow {
    /// The step that decides.
    #[must_use]
    pub fn last(&self) -> Option<&Step> {
        self.steps.last()
    }

    /// Whether it changes the server that it runs on, which then can serve nothing else.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.steps.iter().any(|step| step.action.configuration().is_some())
    }

    /// The steps that submit the token of this name.
    pub fn uses<'a>(&'a self, token: &'a str) -> impl Iterator<Item = &'a Step> {
        self.steps.iter().filter(move |step| step.action.token() == Some(token))
    }
}

/// A token of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FlowToken {
    /// How it is minted. `{{client}}` is the id that the server gave to the first connection.
    pub recipe: Recipe,
    /// The token, minted at the file's clock.
    pub token: Token,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When: seconds after the start.
    pub at: u32,
    /// What is done.
    pub action: Action,
    /// Of a step before the last one that is refused, and the flow goes on all the same: the reason. It is answered
    /// as a token is that is refused for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Reason>,
}

/// What a client does in a step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Opens a connection with a connection token, or an identification token of AnyCable; from now on it
    /// is the one that the flow is about. Earlier ones stay open.
    Connect {
        /// The name of the connection token; absent: without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
    },
    /// Closes the connection.
    Disconnect,
    /// AnyCable: opens a connection, and asks to resume an earlier session.
    Resume {
        /// The name of the token; absent: without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// Which session.
        #[serde(default, skip_serializing_if = "NamedSession::is_earlier")]
        session: NamedSession,
        /// Whether the protocol is the plain one, which has no sessions to resume.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        plain: bool,
    },
    /// Renews the connection with a connection token.
    Refresh {
        /// The name of the token.
        token: String,
    },
    /// Subscribes to a channel.
    Subscribe {
        /// The channel.
        channel: String,
        /// The name of the token; absent: without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
    },
    /// Unsubscribes from a channel.
    Unsubscribe {
        /// The channel.
        channel: String,
    },
    /// Renews a subscription with a token for its channel.
    SubRefresh {
        /// The channel.
        channel: String,
        /// The name of the token.
        token: String,
    },
    /// The server is configured anew, and reads its configuration while it runs.
    Configure {
        /// What it is configured with from now on.
        context: Box<Context>,
    },
    /// Looks whether the connection is there: accepted where it is, refused where the server has
    /// ended it.
    Look,
    /// Looks whether the subscription to a channel is there: accepted where it is, refused where the
    /// server has ended it, or the connection.
    LookAt {
        /// The channel.
        channel: String,
    },
}

/// A session that a client asks to resume.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NamedSession {
    /// That of the connection before.
    #[default]
    Earlier,
    /// One that there never was.
    Unknown,
}

impl NamedSession {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_earlier(&self) -> bool {
        *self == Self::Earlier
    }
}

/// The kind of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the variants of `Action`")]
pub enum ActionName {
    Connect,
    Disconnect,
    Resume,
    Refresh,
    Subscribe,
    Unsubscribe,
    SubRefresh,
    Configure,
    Look,
    LookAt,
}

impl Action {
    /// Its kind.
    #[must_use]
    pub const fn name(&self) -> ActionName {
        match self {
            Self::Connect { .. } => ActionName::Connect,
            Self::Disconnect => ActionName::Disconnect,
            Self::Resume { .. } => ActionName::Resume,
            Self::Refresh { .. } => ActionName::Refresh,
            Self::Subscribe { .. } => ActionName::Subscribe,
            Self::Unsubscribe { .. } => ActionName::Unsubscribe,
            Self::SubRefresh { .. } => ActionName::SubRefresh,
            Self::Configure { .. } => ActionName::Configure,
            Self::Look => ActionName::Look,
            Self::LookAt { .. } => ActionName::LookAt,
        }
    }

    /// What the server is configured with from now on.
    #[must_use]
    pub fn configuration(&self) -> Option<&Context> {
        if let Self::Configure { context } = self { Some(context) } else { None }
    }

    /// The name of the token that it submits.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        match self {
            Self::Refresh { token } | Self::SubRefresh { token, .. } => Some(token),
            Self::Connect { token } | Self::Subscribe { token, .. } | Self::Resume { token, .. } => {
                token.as_deref()
            }
            Self::Disconnect
            | Self::Unsubscribe { .. }
            | Self::Configure { .. }
            | Self::Look
            | Self::LookAt { .. } => None,
        }
    }
}

impl ActionName {
    /// The name as stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Disconnect => "disconnect",
            Self::Resume => "resume",
            Self::Refresh => "refresh",
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
            Self::SubRefresh => "sub_refresh",
            Self::Configure => "configure",
            Self::Look => "look",
            Self::LookAt => "look_at",
        }
    }
}
