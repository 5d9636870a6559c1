//! Verifiers in this process: the reference under a profile, and JWT libraries.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::Arc;

use jotproof_engine::questions::Questions;
use jotproof_engine::target::{CannotCarry, Clock, Deployment, Followed, Target, TargetError};
use jotproof_libraries::Jsonwebtoken;
use jotproof_model::{Capability, Challenge, Context, FlowChallenge, KeyRing, Observation, Verifier};
use jotproof_profiles::{Asked, Profile, Profiles};
use jotproof_reference::Reference;
use jotproof_rules::{RuleError, Rules};

/// A verifier in this process as a target.
pub struct ReferenceTarget {
    name: String,
    profile: String,
    capabilities: BTreeSet<Capability>,
    clock: Clock,
    verifier: Arc<dyn Verifier>,
    /// The reference, where that is the verifier: it knows what of a context it cannot verify.
    reference: Option<Reference>,
}

impl ReferenceTarget {
    /// The reference under a profile.
    ///
    /// # Errors
    ///
    /// The profile switches an unknown rule, or gives a rule an invalid value.
    pub fn following(profile: &Profile) -> Result<Self, InvalidRule> {
        let reference = reference(profile)?;
        Ok(Self {
            reference: Some(reference.clone()),
            ..Self::verifying(
                format!("reference:{}", profile.name),
                profile,
                Answering { reference, profile: profile.clone(), tells_reasons: false },
            )
        })
    }

    /// The reference under a profile, for `adapter serve`: a refusal has its reason in addition to the
    /// answer.
    ///
    /// # Errors
    ///
    /// As [`following`](Self::following).
    pub fn telling(profile: &Profile) -> Result<impl Verifier, InvalidRule> {
        let reference = reference(profile)?;
        Ok(Answering { reference, profile: profile.clone(), tells_reasons: true })
    }

    /// A target for one version of the crate `jsonwebtoken`.
    ///
    /// # Panics
    ///
    /// Never: its profiles are built in.
    #[must_use]
    pub fn jsonwebtoken(library: Jsonwebtoken) -> Self {
        let version = library.version();
        let profile = Profiles::built_in()
            .get(&format!("jsonwebtoken-{version}"))
            .expect("there is a profile for every version that is built in");
        let name = if library == Jsonwebtoken::Newest {
            "library:jsonwebtoken".to_owned()
        } else {
            format!("library:jsonwebtoken@{version}")
        };
        Self {
            // Its clock cannot be set.
            clock: Clock::System,
            capabilities: profile.capabilities.clone(),
            ..Self::verifying(name, profile, library)
        }
    }

    /// Any verifier in this process that goes by the clock of the challenge, under the name and held
    /// to the profile given.
    #[must_use]
    pub fn verifying(name: impl Into<String>, profile: &Profile, verifier: impl Verifier + 'static) -> Self {
        let mut capabilities = profile.capabilities.clone();
        capabilities.insert(Capability::Clock);
        Self {
            name: name.into(),
            profile: profile.name.clone(),
            capabilities,
            clock: Clock::Settable,
            verifier: Arc::new(verifier),
            reference: None,
        }
    }
}

/// The reference under the rules of a profile. Its rules are one half of a profile; what the judge predicts
/// from is the other.
///
/// # Errors
///
/// The profile switches an unknown rule, or gives a rule an invalid value.
pub fn reference(profile: &Profile) -> Result<Reference, InvalidRule> {
    let invalid = |error| InvalidRule { profile: profile.name.clone(), error };
    let rules = Rules::default().with(&profile.rules).map_err(invalid)?;
    Ok(Reference::new(&profile.name, rules, profile.application))
}

/// Checks the rules of every entry in every file, also of entries that hold for no listed version.
///
/// # Errors
///
/// As [`reference`].
pub fn check_rules(profiles: &Profiles) -> Result<(), InvalidRule> {
    for file in profiles.files() {
        for entry in &file.entries {
            let invalid = |error| InvalidRule { profile: file.family.clone(), error };
            Rules::default().with(&entry.rule).map_err(invalid)?;
        }
    }
    Ok(())
}

/// A rule of a profile that the reference does not have, or that cannot have the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("profile {profile}: {error}")]
pub struct InvalidRule {
    /// The name of the profile, or its family.
    profile: String,
    error: RuleError,
}

/// The reference in the words of its profile: where that lists answers, a refusal is told by the answer
/// of its reason, and judged as coarsely as the server or library that the profile describes.
struct Answering {
    reference: Reference,
    profile: Profile,
    /// Whether a refusal has its reason in addition to the answer.
    tells_reasons: bool,
}

impl Answering {
    /// What was seen, in the words of the profile.
    fn answered(&self, seen: Observation, asked: Asked) -> Observation {
        match seen {
            Observation::Refused { reason: Some(reason), answer: None, text } => {
                match self.profile.answer(asked, [&reason]) {
                    Some(known) => Observation::Refused {
                        reason: self.tells_reasons.then_some(reason),
                        answer: Some(known.answer.clone()),
                        text: format!("{reason}: {text}"),
                    },
                    None => Observation::Refused { reason: Some(reason), answer: None, text },
                }
            }
            other => other,
        }
    }
}

impl Verifier for Answering {
    fn verify(&self, challenge: &Challenge) -> Observation {
        let asked = Asked { application: challenge.context.application, step: None };
        self.answered(self.reference.verify(challenge), asked)
    }

    fn follow(&self, flow: &FlowChallenge) -> Observation {
        let asked = Asked::in_step(flow.context.application, flow.steps.last());
        self.answered(self.reference.follow(flow), asked)
    }
}

impl Target for ReferenceTarget {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn profile(&self) -> String {
        self.profile.clone()
    }

    fn capabilities(&self) -> &BTreeSet<Capability> {
        &self.capabilities
    }

    fn parallel_deployments(&self) -> usize {
        std::thread::available_parallelism().map_or(1, NonZero::get)
    }

    fn deployment(&self, context: &Context, keys: &KeyRing) -> Result<String, CannotCarry> {
        if let Some(what) = self.reference.as_ref().and_then(|own| own.cannot_verify(context, keys)) {
            return Err(CannotCarry(what));
        }
        // Nothing is started; groups by key are only there to share the work between the processors.
        Ok(context.keys.join(" "))
    }

    fn deploy(&self, _: &Context, _: &KeyRing) -> Result<Box<dyn Deployment>, TargetError> {
        Ok(Box::new(InProcess { clock: self.clock, verifier: Arc::clone(&self.verifier) }))
    }
}

struct InProcess {
    clock: Clock,
    verifier: Arc<dyn Verifier>,
}

impl Deployment for InProcess {
    fn clock(&self) -> Clock {
        self.clock
    }

    fn replay(&mut self, questions: &Questions<'_>) {
        while let Some((at, challenge)) = questions.next() {
            questions.answer(at, self.verifier.verify(&challenge));
        }
    }

    fn follow(&mut self, flows: &[FlowChallenge]) -> Vec<Followed> {
        flows.iter().map(|flow| Followed::at_once(self.verifier.follow(flow))).collect()
    }
}
