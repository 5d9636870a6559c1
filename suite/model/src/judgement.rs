//! What an observation means, always against the normative expectation.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an observation means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// A forger's token was accepted.
    Bypass,
    /// A genuine token was accepted outside its grant.
    Misuse,
    /// Another token was accepted that must be refused.
    Lax,
    /// A token was refused that must be accepted.
    Overstrict,
    /// A token was accepted, and did something else than it says.
    WrongResult,
    /// A token was refused for a reason that it does not have.
    WrongReason,
    /// The target died, hung, or answered outside its protocol.
    Fault,
    /// A refusal that proves nothing: the accepted twin was refused too.
    Void,
    /// The target said that it cannot do this.
    Unsupported,
    /// Allowed, but not preferred.
    Advisory,
    /// As it must be.
    Pass,
}

impl Judgement {
    /// Every judgement, the worst first: the order of every report.
    pub const ALL: [Self; 11] = [
        Self::Bypass,
        Self::Misuse,
        Self::Lax,
        Self::Overstrict,
        Self::WrongResult,
        Self::WrongReason,
        Self::Fault,
        Self::Void,
        Self::Unsupported,
        Self::Advisory,
        Self::Pass,
    ];

    /// The name as stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bypass => "bypass",
            Self::Misuse => "misuse",
            Self::Lax => "lax",
            Self::Overstrict => "overstrict",
            Self::WrongResult => "wrong_result",
            Self::WrongReason => "wrong_reason",
            Self::Fault => "fault",
            Self::Void => "void",
            Self::Unsupported => "unsupported",
            Self::Advisory => "advisory",
            Self::Pass => "pass",
        }
    }

    /// Whether it needs no explanation.
    #[must_use]
    pub const fn is_fine(self) -> bool {
        matches!(self, Self::Pass | Self::Advisory | Self::Unsupported)
    }

    /// Whether a profile can explain the judgement. No profile explains a missing answer.
    #[must_use]
    pub const fn can_be_explained(self) -> bool {
        !self.is_fine() && !matches!(self, Self::Fault | Self::Void)
    }

    /// Whether it lets in somebody who must stay out, and so is never hidden without
    /// `acknowledge_risk`.
    #[must_use]
    pub const fn is_risk(self) -> bool {
        matches!(self, Self::Bypass | Self::Misuse)
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
