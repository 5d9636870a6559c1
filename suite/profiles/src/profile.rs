//! The types of a profile file, and a profile: what holds for one version of it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use jotproof_model::{ActionName, Application, Capability, Effect, Reason, Step, Subject, Vector};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pattern::Pattern;

/// A file of `vectors/profiles/`: one family of servers, or one set of rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProfileFile {
    /// The schema of this file, relative to it.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// The family: `rfc`, `centrifugo`…
    pub family: String,
    /// What it is, and where the facts come from.
    pub about: String,
    /// The versions that are known, the oldest first. The last one stands for the family.
    pub versions: Vec<Version>,
    /// Whose claim rules the family applies to tokens of which a context asks no more than RFC 7519
    /// does; absent: no others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Application>,
    /// What it can do, a settable clock apart: a vector that requires more is not carried.
    pub capabilities: Vec<Capability>,
    /// Which of that only some versions can do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    /// Warnings for users of some versions, shown before anything is judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// What a context must configure: a vector whose context lacks it is not carried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<Capability>,
    /// What it does where the texts leave a choice.
    pub either: Either,
    /// What it sends for which reason. The order is the precedence: of several reasons, the first one
    /// listed is answered.
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// Where it differs from `rfc`, one entry per mechanism.
    #[serde(default)]
    pub entries: Vec<Entry>,
}

impl ProfileFile {
    /// The versions that it tells something of, in no order: what holds for one of them holds for those after it up to
    /// the next one.
    pub fn told_of(&self) -> impl Iterator<Item = &str> {
        let listed = self.versions.iter().map(|known| &known.version);
        let spans = self.spans.iter().flat_map(|span| [&span.since, &span.until]);
        let entries = self.entries.iter().flat_map(|entry| [&entry.since, &entry.until]);
        let answers = self.answers.iter().flat_map(|answer| [&answer.since, &answer.until]);
        let warnings = self.warnings.iter().flat_map(|warning| [&warning.since, &warning.until]);
        let all = listed.chain(spans).chain(entries).chain(answers).chain(warnings);
        all.filter_map(|version| version.as_deref())
    }
}

/// One version of a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// The name of the profile: `centrifugo-5.4.9`.
    pub name: String,
    /// The exact version, three numbers with dots; absent where there are no versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Other names of the profile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// The versions that can do something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// What they can do.
    pub capability: Capability,
    /// The first version that can; absent: the first one known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The first version that no longer can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A defect of some versions that prevents testing them, or using them at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// The defect, in words that continue a sentence after the version, and the version that fixes it.
    pub text: String,
    /// The public address of a report or of the evidence.
    pub link: String,
    /// The first version with the defect; absent: the first known one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The first version without the defect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl Version {
    /// Whether it lies in a span of versions: not before `since`, and before `until`. What has no
    /// version number lies in every span.
    #[must_use]
    pub fn is_within(&self, since: Option<&str>, until: Option<&str>) -> bool {
        let compared = |bound: Option<&str>| Some(compare(self.version.as_deref()?, bound?));
        compared(since) != Some(Ordering::Less) && matches!(compared(until), None | Some(Ordering::Less))
    }
}

/// Compares versions number by number.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    let numbers =
        |text: &str| -> Vec<u64> { text.split('.').map(|part| part.parse().unwrap_or(0)).collect() };
    numbers(left).cmp(&numbers(right))
}

/// The newest version in a list.
#[must_use]
pub fn newest<'a>(versions: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    versions.into_iter().max_by(|one, other| compare(one, other))
}

/// Whether a version is, or begins with, the numbers of another: `5.4.9` is of `5` and of `5.4.9`.
#[must_use]
pub fn is_of(version: &str, prefix: &str) -> bool {
    version
        .strip_prefix(prefix)
        .is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

/// What a profile does where the texts leave a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Either {
    /// It refuses.
    Refuse,
    /// What a `choice` entry says; there is one for every such case.
    Stated,
}

/// What is sent for which reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The reasons.
    pub reasons: Vec<Reason>,
    /// What is sent, in the words of the driver: `close 3500`, `error 109`, `disconnect unauthorized`.
    pub answer: String,
    /// What it says beside that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The applications whose tokens are answered so; empty: every one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<Application>,
    /// The kinds of steps of a flow that are answered so; empty: tokens that are submitted alone, and
    /// the steps of a flow that submit one in the same way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<ActionName>,
    /// The first version that answers this, at this place of the order; absent: the first one known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The first version that does so no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The transports that answer so; empty: the default one, and every other one of which no answer
    /// says otherwise for the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<String>,
}

/// One mechanism in which a family differs from `rfc`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The name of the mechanism, unique in the file.
    pub id: String,
    /// In what way it differs.
    pub kind: EntryKind,
    /// The first version that does this; absent: the first one known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The first version that does it no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The processor that it hangs on, as Rust names it; absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// The rules of the reference that it switches, by dotted name. Read by the reference only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rule: BTreeMap<String, Value>,
    /// The constructed cases that come out otherwise: any of these. Read by the judge only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Pattern>,
    /// What comes out then.
    pub then: Then,
    /// Why, in words: the documentation's sentence for a grant, the mechanism for a deviation.
    pub reason: String,
    /// Where that is reported or documented, or else to be seen in public.
    pub link: String,
    /// The identifiers of the published vulnerabilities that this entry describes. `until` is then the
    /// version that fixes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advisories: Vec<String>,
    /// Must be true where the outcome lets in somebody who must stay out: somebody has read it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acknowledge_risk: bool,
}

/// In what way an entry differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Its documentation explicitly says otherwise than an RFC: no finding.
    Grant,
    /// The member of an `either` that it takes: no finding.
    Choice,
    /// It leaves the allowed set: a finding.
    Deviation,
}

impl EntryKind {
    /// The name as stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Choice => "choice",
            Self::Deviation => "deviation",
        }
    }
}

/// What comes out where an entry applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum Then {
    /// Accepted, with what the vector itself says an acceptance does, changed by `effect`.
    Accepted {
        /// Fields that differ.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<Box<Effect>>,
    },
    /// Whatever the twin comes out as: accepted, with the twin's effect.
    AsTwin,
    /// Refused, for one of these reasons.
    Refused {
        /// The reasons.
        reasons: Vec<Reason>,
    },
}

/// One version of a family, with everything worked out.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The name: `centrifugo-5.4.9`.
    pub name: String,
    /// The family.
    pub family: String,
    /// Whose claim rules it applies where the context asks for those of RFC 7519 alone; absent: no
    /// others.
    pub application: Option<Application>,
    /// What it can do, a settable clock apart.
    pub capabilities: BTreeSet<Capability>,
    /// Warnings for users of this version.
    pub warnings: Vec<String>,
    /// What a context must configure.
    pub demands: BTreeSet<Capability>,
    /// What it does where the texts leave a choice.
    pub either: Either,
    /// What it sends, in this version, on the transport that is asked over: the default one, unless
    /// [`Profile::over`] says another.
    pub answers: Vec<Answer>,
    /// What it sends, in this version, on every transport.
    pub answers_of_all: Vec<Answer>,
    /// The entries that hold for this version and this processor.
    pub entries: Vec<Entry>,
    /// The rules that the entries switch, by dotted name. They are opaque here: only the reference reads them.
    pub rules: BTreeMap<String, Value>,
}

impl Profile {
    /// The same on a transport: it sends what the profile says of that one, and else what is sent on
    /// the default one.
    #[must_use]
    pub fn over(&self, transport: Option<&str>) -> Self {
        Self { answers: answers_over(&self.answers_of_all, transport), ..self.clone() }
    }

    /// What is sent for a set of admissible reasons: the first answer that has one of them, of those
    /// for tokens of the application.
    #[must_use]
    pub fn answer<'a>(
        &'a self,
        asked: Asked,
        reasons: impl IntoIterator<Item = &'a Reason> + Clone,
    ) -> Option<&'a Answer> {
        self.answers_for(asked)
            .find(|answer| reasons.clone().into_iter().any(|reason| answer.reasons.contains(reason)))
    }

    /// The reasons that an answer may stand for; empty where the profile does not know the answer.
    #[must_use]
    pub fn reasons(&self, asked: Asked, answer: &str) -> Vec<Reason> {
        self.answers_for(asked)
            .filter(|known| known.answer == answer)
            .flat_map(|known| known.reasons.iter().copied())
            .collect()
    }

    fn answers_for(&self, asked: Asked) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(move |answer| answer.is_for(asked))
    }
}

/// In what way a token is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Whose rules apply.
    pub application: Application,
    /// The step of a flow, where it is one that a token alone does not have.
    pub step: Option<ActionName>,
}

impl Asked {
    /// How what decides a vector is asked about.
    #[must_use]
    pub fn of(vector: &Vector) -> Self {
        let application = vector.context.application;
        match &vector.subject {
            Subject::Token { .. } => Self { application, step: None },
            Subject::Flow { flow } => Self::in_step(application, flow.last()),
        }
    }

    /// How the step of a flow under this application asks.
    #[must_use]
    pub fn in_step(application: Application, step: Option<&Step>) -> Self {
        match step.map(|step| step.action.name()) {
            Some(ActionName::Connect | ActionName::Resume) => {
                Self { application: application.of_connections(), step: None }
            }
            // With a token for the channel, as where there is no flow.
            Some(ActionName::Subscribe) if application.of_connections() != application => {
                Self { application, step: None }
            }
            step => Self { application, step },
        }
    }
}

/// What is sent on a transport, in the order of precedence.
pub(crate) fn answers_over(all: &[Answer], transport: Option<&str>) -> Vec<Answer> {
    let of_it = |answer: &Answer| {
        transport.is_some_and(|transport| answer.transports.iter().any(|name| name == transport))
    };
    let replacing: Vec<&Answer> = all.iter().filter(|answer| of_it(answer)).collect();
    let mut answers = Vec::new();
    for answer in all {
        if of_it(answer) || answer.transports.is_empty() && replacing.is_empty() {
            answers.push(answer.clone());
        } else if answer.transports.is_empty() {
            for asked in answer.asked() {
                let mut rest = answer.clone();
                rest.applications = vec![asked.application];
                rest.steps = asked.step.into_iter().collect();
                rest.reasons.retain(|reason| {
                    !replacing.iter().any(|other| other.is_for(asked) && other.reasons.contains(reason))
                });
                if !rest.reasons.is_empty() {
                    answers.push(rest);
                }
            }
        }
    }
    answers
}

impl Answer {
    /// Whether it answers what is asked in this way.
    fn is_for(&self, asked: Asked) -> bool {
        (self.applications.is_empty() || self.applications.contains(&asked.application))
            && match asked.step {
                Some(step) => self.steps.contains(&step),
                None => self.steps.is_empty(),
            }
    }

    /// Every way of asking that it answers.
    fn asked(&self) -> impl Iterator<Item = Asked> {
        let applications = Application::ALL
            .into_iter()
            .filter(|application| self.applications.is_empty() || self.applications.contains(application));
        applications.flat_map(|application| {
            let alone = self.steps.is_empty().then_some(None);
            let steps = self.steps.iter().copied().map(Some);
            alone.into_iter().chain(steps).map(move |step| Asked { application, step })
        })
    }
}
