//! The exit codes of the command: a documented, public type.

use std::fmt;

/// What the command ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked for held.
    Ok = 0,
    /// At least one finding: a judgement that nothing explains, or a wrong prediction.
    ConformanceFailure = 1,
    /// The command line, or a file that it names, is wrong.
    Usage = 2,
    /// The run is incomplete, or the target died, hung, broke its protocol, or fetched a URL that appears
    /// only inside tokens.
    TargetFault = 3,
    /// Nothing was judged, or too little.
    TooLittleJudged = 4,
    /// The list of known failures has an outdated entry.
    KnownFailuresOutdated = 5,
    /// Something that the run needs is missing on this machine, or the output could not be written.
    EnvironmentMissing = 6,
    /// The command was interrupted by Ctrl-C or a termination signal.
    Interrupted = 130,
}

impl Exit {
    /// Every exit code.
    pub const ALL: [Self; 8] = [
        Self::Ok,
        Self::ConformanceFailure,
        Self::Usage,
        Self::TargetFault,
        Self::TooLittleJudged,
        Self::KnownFailuresOutdated,
        Self::EnvironmentMissing,
        Self::Interrupted,
    ];

    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// What it means, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ok => "all held",
            Self::ConformanceFailure => "a judgement that nothing explains",
            Self::Usage => "wrong usage or input",
            Self::TargetFault => "the run is incomplete, or the target died, hung or broke its protocol",
            Self::TooLittleJudged => "nothing or too little was judged",
            Self::KnownFailuresOutdated => "a known failure is outdated",
            Self::EnvironmentMissing => "something is missing on this machine, or it did not take the output",
            Self::Interrupted => "interrupted",
        }
    }

    /// The exit code of the command, from the outcomes of two targets. In order of precedence: an
    /// interruption, a conformance failure, a fault, a missing environment, too little judged, an outdated known
    /// failure.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        const ORDER: [Exit; 8] = [
            Exit::Interrupted,
            Exit::ConformanceFailure,
            Exit::TargetFault,
            Exit::EnvironmentMissing,
            Exit::TooLittleJudged,
            Exit::KnownFailuresOutdated,
            Exit::Usage,
            Exit::Ok,
        ];
        ORDER.into_iter().find(|exit| *exit == self || *exit == other).unwrap_or(Self::Ok)
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}: {}", self.code(), self.words())
    }
}
