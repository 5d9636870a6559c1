//! What binds a token: the service that it is for (`aud`) and the issuer that it comes from (`iss`). A
//! verifier is configured with a name or a regex for each, for connection tokens and for channel tokens.

use jotproof_model::edit::{ContextChange, Matched};
use jotproof_model::{Algorithm, Edit, Reason, Separate};

use crate::case::Case;
use crate::edits::{claim, context, quoted};
use crate::twins;

/// A claim for which a name or a regex can be configured.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// What the claim names, for ids and titles.
    pub what: &'static str,
    /// The name of the claim.
    pub claim: &'static str,
    /// What a regex is matched against.
    pub matched: Matched,
    /// The reason for rejecting a token that is bound to something else.
    pub reason: Reason,
    /// The row of the documentation about names.
    pub of_names: &'static str,
    /// The row about regexes.
    pub of_patterns: &'static str,
}

/// The recipient of the token.
pub const AUDIENCE: Bound = Bound {
    what: "audience",
    claim: "aud",
    matched: Matched::Audience,
    reason: Reason::Audience,
    of_names: "CF-AUD-2",
    of_patterns: "CF-AUD-5",
};

/// The origin of the token.
pub const ISSUER: Bound = Bound {
    what: "issuer",
    claim: "iss",
    matched: Matched::Issuer,
    reason: Reason::Issuer,
    of_names: "CF-ISS-2",
    of_patterns: "CF-ISS-5",
};

impl Bound {
    /// Configures a name.
    #[must_use]
    pub fn named(self, name: &str) -> Edit {
        let name = Some(name.to_owned());
        context(match self.matched {
            Matched::Audience => ContextChange::Audience { audience: name },
            Matched::Issuer => ContextChange::Issuer { issuer: name },
        })
    }

    /// Configures a regex.
    #[must_use]
    pub fn matching(self, pattern: &str) -> Edit {
        let pattern = Some(pattern.to_owned());
        context(match self.matched {
            Matched::Audience => ContextChange::AudienceRegex { pattern },
            Matched::Issuer => ContextChange::IssuerRegex { pattern },
        })
    }

    /// Sets the claim of the token to this text.
    #[must_use]
    pub fn says(self, text: &str) -> Edit {
        claim(self.claim, &quoted(text))
    }
}

/// The purpose of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Connections.
    Connections,
    /// Channels: subscription tokens, which have their own configuration.
    Channels,
}

/// The secret for connection tokens, if channel tokens have their own configuration.
pub const OF_CONNECTIONS: &str = "hmac-128-bytes";

impl Place {
    /// The name of a case, different for each purpose.
    #[must_use]
    pub fn name(self, name: &str) -> String {
        match self {
            Self::Connections => name.to_owned(),
            Self::Channels => format!("channel-{name}"),
        }
    }

    /// An accepted token with these edits.
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

/// A configuration in which tokens of the other purpose are verified with this key only.
#[must_use]
pub fn judged_by(key: &str, algorithm: Algorithm) -> Separate {
    Separate { keys: vec![key.to_owned()], algorithms: vec![algorithm], audience: None, issuer: None }
}
