//! What binds a token: the service that it is for and the issuer that it comes from, each of which a verifier
//! is told by a name or by a pattern; for connection tokens, and for those for channels.

use jotproof_model::edit::{ContextChange, Matched};
use jotproof_model::{Algorithm, Edit, Reason, Separate};

use crate::case::Case;
use crate::edits::{claim, context, quoted};
use crate::twins;

/// A claim for which a name can be configured, or a pattern.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// What it is, for ids and titles.
    pub what: &'static str,
    /// The name of the claim.
    pub claim: &'static str,
    /// What a pattern of it is to match.
    pub matched: Matched,
    /// Why a token is refused that is bound to something else.
    pub reason: Reason,
    /// The row of the documentation that is about names.
    pub of_names: &'static str,
    /// The row that is about patterns.
    pub of_patterns: &'static str,
}

/// For whom the token is.
pub const AUDIENCE: Bound = Bound {
    what: "audience",
    claim: "aud",
    matched: Matched::Audience,
    reason: Reason::Audience,
    of_names: "CF-AUD-2",
    of_patterns: "CF-AUD-5",
};

/// From whom it is.
pub const ISSUER: Bound = Bound {
    what: "issuer",
    claim: "iss",
    matched: Matched::Issuer,
    reason: Reason::Issuer,
    of_names: "CF-ISS-2",
    of_patterns: "CF-ISS-5",
};

impl Bound {
    /// A name is configured.
    #[must_use]
    pub fn named(self, name: &str) -> Edit {
        let name = Some(name.to_owned());
        context(match self.matched {
            Matched::Audience => ContextChange::Audience { audience: name },
            Matched::Issuer => ContextChange::Issuer { issuer: name },
        })
    }

    /// A pattern is configured.
    #[must_use]
    pub fn matching(self, pattern: &str) -> Edit {
        let pattern = Some(pattern.to_owned());
        context(match self.matched {
            Matched::Audience => ContextChange::AudienceRegex { pattern },
            Matched::Issuer => ContextChange::IssuerRegex { pattern },
        })
    }

    /// The token says this text.
    #[must_use]
    pub fn says(self, text: &str) -> Edit {
        claim(self.claim, &quoted(text))
    }
}

/// What the tokens are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Connections.
    Connections,
    /// Channels: subscription tokens, which are judged by a configuration of their own.
    Channels,
}

/// The secret that connection tokens are verified with, where tokens for channels have a configuration of their
/// own.
pub const OF_CONNECTIONS: &str = "hmac-128-bytes";

impl Place {
    /// A name of cases, which are told apart by it.
    #[must_use]
    pub fn name(self, name: &str) -> String {
        match self {
            Self::Connections => name.to_owned(),
            Self::Channels => format!("channel-{name}"),
        }
    }

    /// A token with these edits, which is accepted.
    #[must_use]
    pub fn accepted(self, id: &str, mut edits: Vec<Edit>) -> Case {
        match self {
            Self::Connections => twins::centrifugo().changed_by(id, edits).accept(),
            Self::Channels => {
                let connections = judged_by(OF_CONNECTIONS, Algorithm::HS256);
                edits.insert(0, context(ContextChange::Separate { separate: Some(connections) }));
                twins::subscription().changed_by(id, edits).accept()
            }
        }
    }
}

/// The tokens of the other purpose are judged by this key alone.
#[must_use]
pub fn judged_by(key: &str, algorithm: Algorithm) -> Separate {
    Separate { keys: vec![key.to_owned()], algorithms: vec![algorithm], audience: None, issuer: None }
}
