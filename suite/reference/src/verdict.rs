//! What the verifier says: a refusal names its stage and reason, and the trace tells what every stage
//! did.

use std::fmt;

use jotproof_model::{Reason, Seen};

/// A stage of verification. The order is that of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// What the verifier is configured with is read.
    Configuration,
    /// The token is cut into segments (RFC 7515 section 7.1).
    Split,
    /// The segments are decoded from base64url (RFC 7515 section 5.2 steps 2, 6 and 7).
    Decode,
    /// The JOSE header is read (RFC 7515 section 5.2 steps 3 to 5).
    Header,
    /// The algorithm is settled (RFC 8725 section 3.1).
    Algorithm,
    /// The keys for it are looked up (RFC 7518 section 3).
    Key,
    /// The signature is verified (RFC 7515 section 5.2 step 8).
    Signature,
    /// The claims set is read (RFC 7519 section 7.2 step 10).
    Claims,
    /// The times are compared with the clock (RFC 7519 sections 4.1.4 to 4.1.6).
    Time,
    /// The audience is compared (RFC 7519 section 4.1.3).
    Audience,
    /// The issuer is compared (RFC 7519 section 4.1.1).
    Issuer,
    /// The rules of the application are applied.
    Application,
    /// The connection and its subscriptions, in a flow. No stage of a single token.
    Flow,
}

impl Stage {
    /// Every stage of a token, in order.
    pub const ALL: [Self; 12] = [
        Self::Configuration,
        Self::Split,
        Self::Decode,
        Self::Header,
        Self::Algorithm,
        Self::Key,
        Self::Signature,
        Self::Claims,
        Self::Time,
        Self::Audience,
        Self::Issuer,
        Self::Application,
    ];

    /// The name as shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Split => "split",
            Self::Decode => "decode",
            Self::Header => "header",
            Self::Algorithm => "algorithm",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Time => "time",
            Self::Audience => "audience",
            Self::Issuer => "issuer",
            Self::Application => "application",
            Self::Flow => "flow",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a token is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stage that refuses it.
    pub stage: Stage,
    /// The reason, of the closed list.
    pub reason: Reason,
    /// What was found, for people; never a signature or a secret.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn new(stage: Stage, reason: Reason, detail: impl Into<String>) -> Self {
        Self { stage, reason, detail: detail.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.stage, self.reason, self.detail)
    }
}

/// What a stage did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The stage.
    pub stage: Stage,
    /// How it ended.
    pub end: End,
    /// What was found, for people.
    pub detail: String,
}

/// How a stage ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// It found nothing wrong.
    Passed,
    /// It refuses the token.
    Refused,
    /// There was nothing for it to look at.
    Skipped,
}

impl End {
    /// The name as shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Refused => "refused",
            Self::Skipped => "skipped",
        }
    }
}

/// What comes out for one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is accepted, and does this.
    Accepted(Box<Seen>),
    /// It is refused: of all refusals, the one that comes first by the rules' precedence.
    Refused(Refusal),
}

/// The verdict on one token, with all that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What comes out.
    pub outcome: Outcome,
    /// Everything that is wrong with it, in the order of the stages.
    pub refusals: Vec<Refusal>,
    /// What every stage did, in order.
    pub trace: Vec<Step>,
}

/// Says which refusals do not count. All of them count unless the feature `mutants` says otherwise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Disregarded(pub(crate) fn(Stage, Reason) -> bool);

impl Disregarded {
    /// Every refusal counts.
    pub(crate) const NOTHING: Self = Self(|_, _| false);

    pub(crate) fn counts(self, refusal: &Refusal) -> bool {
        !(self.0)(refusal.stage, refusal.reason)
    }
}

/// The verdict while it is being worked out.
#[derive(Debug)]
pub(crate) struct Trace {
    /// Whether anybody reads more than the verdict. What is only told is not worked out otherwise, and
    /// nothing that is decided may hang on it.
    is_told: bool,
    disregarded: Disregarded,
    steps: Vec<Step>,
    refusals: Vec<Refusal>,
}

impl Trace {
    /// For a verdict with everything that led to it.
    pub(crate) const fn told(disregarded: Disregarded) -> Self {
        Self { is_told: true, disregarded, steps: Vec::new(), refusals: Vec::new() }
    }

    /// For a verdict alone: no steps, and nothing of what is seen.
    pub(crate) const fn untold(disregarded: Disregarded) -> Self {
        Self { is_told: false, disregarded, steps: Vec::new(), refusals: Vec::new() }
    }

    /// Whether it is to be told what an accepted token does, which of a refused one nobody is.
    pub(crate) fn tells_what_is_seen(&self) -> bool {
        self.is_told && self.refusals.is_empty()
    }

    /// Records a stage that found something, or these refusals.
    pub(crate) fn stage<S: Into<String>>(
        &mut self,
        stage: Stage,
        found: impl FnOnce() -> S,
        mut refusals: Vec<Refusal>,
    ) {
        refusals.retain(|refusal| self.disregarded.counts(refusal));
        if self.is_told {
            let (end, detail) = if refusals.is_empty() {
                (End::Passed, found().into())
            } else {
                let details: Vec<_> = refusals.iter().map(|refusal| refusal.detail.as_str()).collect();
                (End::Refused, details.join("; "))
            };
            self.steps.push(Step { stage, end, detail });
        }
        self.refusals.extend(refusals);
    }

    /// Records a stage that refuses the token.
    pub(crate) fn refused(&mut self, refusal: Refusal) {
        self.stage(refusal.stage, String::new, vec![refusal]);
    }

    /// Records a stage by its result, and hands on what it found.
    pub(crate) fn result<T>(
        &mut self,
        stage: Stage,
        result: Result<T, Refusal>,
        found: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        match result {
            Ok(value) => {
                self.stage(stage, || found(&value), Vec::new());
                Some(value)
            }
            Err(refusal) => {
                self.refused(refusal);
                None
            }
        }
    }

    /// Records stages that had nothing to look at.
    pub(crate) fn skip(&mut self, stages: &[Stage], because: &str) {
        if self.is_told {
            let step = |&stage| Step { stage, end: End::Skipped, detail: because.to_owned() };
            self.steps.extend(stages.iter().map(step));
        }
    }

    pub(crate) fn has(&self, reason: Reason) -> bool {
        self.refusals.iter().any(|refusal| refusal.reason == reason)
    }

    /// Records what was not reached, and picks the refusal that is given.
    pub(crate) fn finish(mut self, precedence: &[Reason], seen: Option<Seen>) -> Judged {
        let reached = self.steps.last().map(|step| step.stage);
        let rest: Vec<_> =
            Stage::ALL.into_iter().filter(|stage| reached.is_none_or(|last| *stage > last)).collect();
        self.skip(&rest, "not reached");
        let outcome = match (self.first(precedence), seen) {
            (None, Some(seen)) => Outcome::Accepted(Box::new(seen)),
            (None, None) => Outcome::Accepted(Box::default()),
            (Some(first), _) => Outcome::Refused(first.clone()),
        };
        Judged { outcome, refusals: self.refusals, trace: self.steps }
    }

    /// Of all refusals, the one that comes first by the rules' precedence.
    pub(crate) fn first(&self, precedence: &[Reason]) -> Option<&Refusal> {
        let rank = |reason| precedence.iter().position(|other| *other == reason).unwrap_or(usize::MAX);
        self.refusals.iter().min_by_key(|refusal| rank(refusal.reason))
    }
}
