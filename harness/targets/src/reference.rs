//! Verifiers in this process: the reference under a profile, or with a seeded bug.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::Arc;

use jotproof_engine::target::{CannotCarry, Clock, Deployment, Target, TargetError};
use jotproof_model::{Capability, Challenge, Context, KeyRing, Observation, Verifier};
use jotproof_mutants::Mutant;
use jotproof_profiles::{Profile, Profiles};
use jotproof_reference::Reference;

/// A verifier in this process as a target.
pub struct ReferenceTarget {
    name: String,
    profile: String,
    capabilities: BTreeSet<Capability>,
    verifier: Arc<dyn Verifier>,
}

impl ReferenceTarget {
    /// The reference under a profile.
    #[must_use]
    pub fn following(profile: &Profile) -> Self {
        Self::verifying(format!("reference:{}", profile.name), profile, Reference::profile(profile))
    }

    /// The reference under `rfc` with a seeded bug: it must not pass.
    ///
    /// # Panics
    ///
    /// Never: `rfc` is built in.
    #[must_use]
    pub fn mutant(mutant: &Mutant) -> Self {
        let rfc = Profiles::built_in().get("rfc").expect("rfc is built in");
        Self::verifying(format!("mutant:{}", mutant.name), rfc, mutant.verifier())
    }

    /// Any verifier in this process, under the name and held to the profile given.
    #[must_use]
    pub fn verifying(name: impl Into<String>, profile: &Profile, verifier: impl Verifier + 'static) -> Self {
        let mut capabilities = profile.capabilities.clone();
        capabilities.insert(Capability::Clock);
        Self { name: name.into(), profile: profile.name.clone(), capabilities, verifier: Arc::new(verifier) }
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

    fn deployment(&self, context: &Context, _: &KeyRing) -> Result<String, CannotCarry> {
        // Nothing is started; groups by key are only there to share the work between the processors.
        Ok(context.keys.join(" "))
    }

    fn deploy(&self, _: &Context, _: &KeyRing) -> Result<Box<dyn Deployment>, TargetError> {
        Ok(Box::new(InProcess(Arc::clone(&self.verifier))))
    }
}

struct InProcess(Arc<dyn Verifier>);

impl Deployment for InProcess {
    fn clock(&self) -> Clock {
        Clock::Settable
    }

    fn replay(&mut self, challenges: &[Challenge]) -> Vec<Observation> {
        challenges.iter().map(|challenge| self.0.verify(challenge)).collect()
    }
}
