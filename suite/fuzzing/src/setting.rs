//! What the verifiers of the oracles are configured with: one secret, one clock. Fuzzing varies the
//! token and nothing else, so that an input is a token and nothing else.

use std::sync::{Arc, LazyLock};

use jotproof_mint::{keys, sign};
use jotproof_model::{Algorithm, Application, Challenge, Context, KeyRing, Reason};
use jotproof_profiles::{Profile, Profiles};
use jotproof_reference::{Judged, Reference};
use jotproof_rules::Rules;

/// The clock, which is that of the vectors: seconds since the epoch.
pub const NOW: i64 = 1_767_225_600;

/// The name of the secret, long enough for every HMAC algorithm (RFC 7518 section 3.2).
pub const KEY: &str = "hmac-64-bytes";

/// A verifier with its configuration.
#[derive(Debug)]
pub struct Setting {
    reference: Reference,
    context: Arc<Context>,
    keys: Arc<KeyRing>,
}

impl Setting {
    /// The reference under the rules of a built-in profile.
    fn profile(name: &str) -> Self {
        let profile: &Profile =
            Profiles::built_in().get(name).expect("only profiles that are built in are asked for below");
        let rules =
            Rules::default().with(&profile.rules).expect("a lint checks every rule of a published profile");
        let reference = Reference::new(&profile.name, rules, profile.application);
        Self::new(reference, profile.application.unwrap_or(Application::Jwt))
    }

    /// A verifier that has the secret, for HS256 alone.
    #[must_use]
    pub fn new(reference: Reference, application: Application) -> Self {
        let context = Context::new(application, &[KEY], &[Algorithm::HS256]);
        let keys = keys::subset([KEY]).expect("the key is one of those that are embedded");
        Self { reference, context: Arc::new(context), keys: Arc::new(keys) }
    }

    /// The name of the profile, or of the mutant.
    #[must_use]
    pub fn name(&self) -> &str {
        self.reference.name()
    }

    /// What a verifier is given for a token at a clock.
    #[must_use]
    pub fn challenge(&self, token: &[u8], now: i64) -> Challenge {
        Challenge::new(token.to_vec(), Arc::clone(&self.context), Arc::clone(&self.keys), now)
    }

    /// The reference that judges.
    #[must_use]
    pub const fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The verdict on a token, with everything that led to it.
    #[must_use]
    pub fn judge(&self, token: &[u8]) -> Judged {
        self.reference.judge(&self.challenge(token, NOW))
    }

    /// The verdict on a token and nothing else.
    ///
    /// # Errors
    ///
    /// The reason that it is refused for.
    pub fn verdict(&self, token: &[u8]) -> Result<(), Reason> {
        self.reference.verdict(&self.challenge(token, NOW))
    }

    /// Whether a token is accepted.
    #[must_use]
    pub fn accepts(&self, token: &[u8]) -> bool {
        self.verdict(token).is_ok()
    }
}

/// The reference under `rfc`.
pub static RFC: LazyLock<Setting> = LazyLock::new(|| Setting::profile("rfc"));

/// The reference as each server does it.
pub static SERVERS: LazyLock<[Setting; 2]> =
    LazyLock::new(|| ["centrifugo-5.4.9", "anycable-1.5.2"].map(Setting::profile));

/// The reference as the library `jsonwebtoken` does it.
pub static JSONWEBTOKEN: LazyLock<Setting> = LazyLock::new(|| Setting::profile("jsonwebtoken"));

/// The octets of the secret.
#[must_use]
pub fn secret() -> &'static [u8] {
    keys::all()[KEY].secret.as_deref().unwrap_or_default().as_bytes()
}

/// The HS256 signature of a signing input, by the crates that the reference does not use.
#[must_use]
pub fn mac(input: &[u8]) -> Vec<u8> {
    mac_by(Algorithm::HS256, input)
}

/// The signature of a signing input by an HMAC algorithm; empty for any other algorithm.
#[must_use]
pub fn mac_by(algorithm: Algorithm, input: &[u8]) -> Vec<u8> {
    sign::hmac(secret(), algorithm, input).unwrap_or_default()
}
