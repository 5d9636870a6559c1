//! Adapts vectors to a running server: audience, issuer, namespace and keys of the server replace those of
//! the suite.
//!
//! The verdict must stay the same by construction. A vector is adapted only if the verdict depends on none of
//! the changes, and if its twin is changed in the same way. Otherwise the vector cannot be asked, and the
//! reason is reported.

use std::collections::BTreeSet;

use jotproof_engine::opening;
use jotproof_engine::target::CannotCarry;
use jotproof_mint::{base64url, keys, own};
use jotproof_model::context::{Carrier, Parameter, ParameterSource, Place};
use jotproof_model::recipe::{Content, KeyForm, Member, Signer, StructureChange};
use jotproof_model::{
    Algorithm, Application, Capability, Context, Expectation, Identification, KeyKind, KeyMaterial, Reason,
    Recipe, Subject, Threat, Twin, Vector, VectorId,
};
use jotproof_profiles::predict::Outcome;
use jotproof_profiles::{Profile, predicted};
use serde_json::json;

use super::contents::{align, each_text, insert, is_called, length, names_user, namespaces_in, rename};
use super::{GENERAL_SECRET, NAMESPACE, first_for};

/// The audience of contexts that work with any audience.
const AUDIENCE: &str = "https://api.example.com/chat";

/// The issuer of contexts that work with any issuer.
const ISSUER: &str = "https://issuer.example.com";

/// The algorithm of most vectors. Vectors about something else work with any algorithm.
const GENERAL_ALGORITHM: Algorithm = Algorithm::HS256;

/// The terms that tokens for a running server must meet.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// The keys of the server. Keys that can sign come first.
    pub keys: Vec<Key>,
    /// The `kid` of the key, if the server gets its keys from a key set.
    pub key_id: Option<String>,
    /// The only algorithm of the key, if the server gets its keys from a key set.
    pub only_algorithm: Option<Algorithm>,
    /// The required audience.
    pub audience: Option<Claim>,
    /// The required issuer.
    pub issuer: Option<Claim>,
    /// The channel namespaces; `None` if the server has no namespaces.
    pub namespaces: Option<BTreeSet<String>>,
    /// The namespace that replaces the suite's.
    pub namespace: Option<String>,
    /// Whether connection tokens of anonymous users are refused.
    pub refuses_anonymous: bool,
    /// Options that let clients in without a token: the applications of their tokens (all, if empty), and the
    /// state of the option as text.
    pub without_token: Vec<(Vec<Application>, String)>,
    /// AnyCable: the query parameter for the token; `None` for the default one.
    pub parameter: Option<String>,
    /// AnyCable: whether the configuration lists the request headers to read.
    pub names_headers: bool,
}

/// A key of the server.
#[derive(Debug, Clone)]
pub struct Key {
    /// The name of the suite's key that this key replaces.
    pub name: &'static str,
    /// The algorithm of its tokens.
    pub algorithm: Algorithm,
    /// The key material; `None` if not even the public half is known.
    pub material: Option<KeyMaterial>,
}

/// The value that the server requires in a claim.
#[derive(Debug, Clone)]
pub struct Claim {
    /// A value that the server accepts.
    pub value: String,
    /// Whether the server accepts only this value; false for a regex.
    pub is_exact: bool,
}

impl Key {
    /// The name of the suite's key that a key of this kind replaces, and its algorithm. `None` for a kind
    /// that servers do not support.
    #[must_use]
    pub fn place(kind: KeyKind) -> Option<(&'static str, Algorithm)> {
        match kind {
            KeyKind::Hmac => Some((GENERAL_SECRET, Algorithm::HS256)),
            KeyKind::Rsa => Some(("rsa-2048", Algorithm::RS256)),
            KeyKind::P256 => Some(("p-256", Algorithm::ES256)),
            KeyKind::P384 => Some(("p-384", Algorithm::ES384)),
            KeyKind::P521 => Some(("p-521", Algorithm::ES512)),
            KeyKind::Secp256k1 | KeyKind::Ed25519 => None,
        }
    }

    /// Creates a key that replaces the suite's key of the same kind.
    #[must_use]
    pub fn of(material: KeyMaterial) -> Option<Self> {
        let (name, algorithm) = Self::place(material.kind)?;
        Some(Self { name, algorithm, material: Some(material) })
    }

    /// Creates an HMAC key that replaces the suite's general secret.
    #[must_use]
    pub fn of_secret(secret: &str) -> Option<Self> {
        let jwk = json!({ "kty": "oct", "k": base64url::encode(secret.as_bytes()) });
        Self::of(KeyMaterial::of_secret(secret, jwk.to_string()))
    }

    /// Whether the key can sign tokens.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.material.as_ref().is_some_and(|key| key.secret.is_some() || key.private_pem.is_some())
    }

    /// The name of a key of the same kind that the server does not have.
    fn foreign(&self) -> String {
        format!("{}-foreign", self.name)
    }
}

pub(super) fn cannot<T>(what: impl Into<String>) -> Result<T, CannotCarry> {
    Err(CannotCarry(what.into()))
}

/// The error for a vector that the option `--signing-key` would make possible.
fn needs_private_half<T>() -> Result<T, CannotCarry> {
    cannot("a token that only the private key signs (--signing-key FILE)")
}

impl Terms {
    /// Whether a token that the server accepts can be signed.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.keys.first().is_some_and(Key::signs)
    }

    /// Configures a context with these keys and their algorithms.
    pub(crate) fn give_keys(&self, context: &mut Context) {
        context.keys = self.keys.iter().map(|key| key.name.to_owned()).collect();
        context.algorithms = self.keys.iter().map(|key| key.algorithm).collect();
    }

    /// Adapts a vector to the server; `None` if it needs no change.
    ///
    /// # Errors
    ///
    /// A [`CannotCarry`] that says what is in the way.
    pub fn adapted(&self, vector: &Vector, profile: &Profile) -> Result<Option<Vector>, CannotCarry> {
        if !matches!(vector.subject, Subject::Token { .. }) {
            return Ok(None);
        }
        let is_encrypted = |change: &StructureChange| matches!(change, StructureChange::Encrypt { .. });
        if matches!(recipe(vector).payload, Content::Token { .. })
            || recipe(vector).structure.iter().any(is_encrypted)
        {
            return cannot("a server with the key of the suite: the token has another one inside");
        }
        self.sees_that_there_is_no_token(vector, profile)?;
        let is_decided = predicted(vector, None, profile).is_ok();
        let mut vector = vector.clone();
        self.submit(&mut vector.context)?;
        let is_ours = self.sign(&mut vector)?;
        if is_ours {
            self.name_key(&mut vector)?;
            self.claim(&mut vector)?;
        }
        self.name_channels(&mut vector)?;
        self.sees_users(&vector, profile)?;
        if let Some(effect) = &mut vector.effect {
            // Servers do not report claims, and the claims have changed.
            effect.claims = None;
        }
        // The changes may have left the profile without a prediction, if an entry names a configured value.
        if is_decided && predicted(&vector, None, profile).is_err() {
            return cannot("a server of which the profile says what it answers");
        }
        Ok(Some(vector))
    }

    /// Rejects a vector about a missing token if the server lets clients in without one.
    fn sees_that_there_is_no_token(&self, vector: &Vector, profile: &Profile) -> Result<(), CannotCarry> {
        let is_one = |reasons: &BTreeSet<Reason>| reasons.contains(&Reason::NoToken);
        // A version may not look for the token in the place where the vector puts it.
        let looks_for_none = match predicted(vector, None, profile).map(|predicted| predicted.outcome) {
            Ok(Outcome::Refused { reasons, .. }) => is_one(&reasons),
            _ => false,
        };
        if !looks_for_none && !reasons(&vector.expectation).is_some_and(is_one) {
            return Ok(());
        }
        match first_for(&self.without_token, vector.context.application) {
            Some(option) => cannot(format!("a server that refuses clients without a token ({option})")),
            None => Ok(()),
        }
    }

    /// Puts the token where the server looks for it.
    fn submit(&self, context: &mut Context) -> Result<(), CannotCarry> {
        let in_header = |carrier: &Carrier| carrier.at == Place::Header;
        if self.names_headers && context.submission.iter().flatten().any(in_header) {
            return cannot("a server with the default headers (headers)");
        }
        let Some(name) = &self.parameter else { return Ok(()) };
        if context.submission.is_some() || context.identification.is_some() {
            return cannot("a server that takes tokens in the parameter jid (jwt_param)");
        }
        let parameter = Some(Parameter { name: name.clone(), by: ParameterSource::Option });
        context.identification = Some(Identification { parameter, ..Identification::default() });
        context.submission = Some(vec![Carrier::of_token(Place::Query, name)]);
        Ok(())
    }

    /// Replaces the keys of the context by those of the server. Returns false if the context asks for another
    /// server; the comparison of the configurations then rejects it.
    fn sign(&self, vector: &mut Vector) -> Result<bool, CannotCarry> {
        let signer = recipe(vector).signer.clone();
        if let Signer::Key { key, form: KeyForm::Natural, .. } = &signer
            && !vector.context.keys.contains(key)
            && self.keys.iter().any(|own| own.is(key))
        {
            return cannot("a server without the key that signs the token");
        }
        if vector.context.session.is_some() && !self.keys.is_empty() && !self.signs() {
            return needs_private_half();
        }
        let own = |name: &String| self.keys.iter().any(|own| own.name == name);
        let is_plain = is_plain(&vector.context) && !vector.context.keys.is_empty();
        if is_plain && vector.context.keys.iter().all(own) {
            self.configure(vector)?;
            self.sign_with_own(vector)?;
            return Ok(true);
        }
        let is_general =
            vector.context.keys == [GENERAL_SECRET] && vector.context.algorithms == [GENERAL_ALGORITHM];
        if is_plain
            && is_general
            && let Some(key) = self.keys.first()
        {
            let mut other = vector.clone();
            if self.sign_otherwise(&mut other, key)? {
                *vector = other;
                return Ok(true);
            }
        }
        Ok(self.forge(vector))
    }

    /// Configures the keys of the server in the context. Keys that can sign come first.
    fn configure(&self, vector: &mut Vector) -> Result<(), CannotCarry> {
        let context = &mut vector.context;
        let names: Vec<String> = self.keys.iter().map(|key| key.name.to_owned()).collect();
        if context.keys == names && self.only_algorithm.is_none() {
            return Ok(());
        }
        let before = std::mem::replace(&mut context.keys, names);
        let of_first = self.keys.first().map(|key| key.algorithm);
        context.algorithms.retain(|algorithm| Some(*algorithm) != of_first);
        context.algorithms.splice(0..0, of_first);
        self.give_witness(vector, &before);
        Ok(())
    }

    /// Gives a forgery a twin that the server accepts. If the private key for its own twin is unknown,
    /// another genuine token is the twin, or none.
    fn give_witness(&self, vector: &mut Vector, keys: &[String]) {
        let signs = |own: &Key| own.signs() && (keys.is_empty() || keys.iter().any(|key| *key == own.name));
        if !is_forgery(vector) || self.keys.iter().any(signs) {
            return;
        }
        self.measure_otherwise(vector);
    }

    fn measure_otherwise(&self, vector: &mut Vector) {
        let witness = match vector.context.application {
            Application::CentrifugoSubscription => "centrifugo/subscription/valid",
            Application::CentrifugoPrivateChannel => "centrifugo/private-channel/valid",
            Application::Jwt | Application::CentrifugoConnection | Application::Anycable => {
                "algorithms/valid/hs256"
            }
        };
        let twin = std::mem::replace(&mut vector.twin, Twin::Nothing { reason: String::new() });
        vector.twin = match twin {
            _ if !self.signs() => {
                Twin::Nothing { reason: "no token can be signed that this server accepts".to_owned() }
            }
            Twin::Vector { edits, .. } => Twin::Vector { id: VectorId(witness.to_owned()), edits },
            other @ Twin::Nothing { .. } => other,
        };
    }

    /// Signs the token with the key of the server. If the private half is unknown, a forgery is signed with a
    /// foreign key instead.
    fn sign_with_own(&self, vector: &mut Vector) -> Result<(), CannotCarry> {
        let is_forgery = is_forgery(vector);
        let Signer::Key { key, form, algorithm } = &mut recipe_mut(vector).signer else { return Ok(()) };
        let Some(own) = self.keys.iter().find(|own| own.name == key) else { return Ok(()) };
        if *form != KeyForm::Natural {
            return Ok(());
        }
        if !own.signs() {
            if !is_forgery {
                return needs_private_half();
            }
            *key = own.foreign();
            return Ok(());
        }
        match self.only_algorithm {
            Some(only) if only != *algorithm && !is_forgery => {
                cannot(format!("a server whose key set has a key for {algorithm}"))
            }
            _ => Ok(()),
        }
    }

    /// Signs a vector that does not depend on its algorithm with the asymmetric key of the server. Returns
    /// false if the vector does depend on it.
    fn sign_otherwise(&self, vector: &mut Vector, own: &Key) -> Result<bool, CannotCarry> {
        let foreign = format!("{GENERAL_SECRET}-foreign");
        let is_forgery = is_forgery(vector);
        let recipe = recipe_mut(vector);
        let is_of = |name: &str, algorithm| algorithm == GENERAL_ALGORITHM && name == GENERAL_SECRET;
        match &mut recipe.signer {
            Signer::Key { key, form: KeyForm::Natural, algorithm } if is_of(key, *algorithm) => {
                if !own.signs() && !is_forgery {
                    return needs_private_half();
                }
                *key = if own.signs() { own.name.to_owned() } else { own.foreign() };
                *algorithm = own.algorithm;
            }
            Signer::Key { key, form: KeyForm::Natural, algorithm }
                if *key == foreign && *algorithm == GENERAL_ALGORITHM =>
            {
                *key = own.foreign();
                *algorithm = own.algorithm;
            }
            Signer::Key { key, .. } if key == GENERAL_SECRET => return Ok(false),
            Signer::Nobody => {}
            // A guessed or foreign secret stays.
            Signer::Key { .. } => {
                self.configure(vector)?;
                return Ok(true);
            }
        }
        let Content::Object { members, .. } = &mut recipe.header else { return Ok(false) };
        let mut named = members.iter_mut().filter(|Member(name, _)| is_called(name, "alg"));
        match (named.next(), named.next()) {
            (Some(Member(name, value)), None)
                if name == "alg" && *value == format!("\"{GENERAL_ALGORITHM}\"") =>
            {
                *value = format!("\"{}\"", own.algorithm);
            }
            // The header of an unsigned token stays.
            (_, _) if recipe.signer == Signer::Nobody => {}
            _ => return Ok(false),
        }
        vector.context.keys.clear();
        self.configure(vector)?;
        Ok(true)
    }

    /// Configures this server for a forgery that was made for another configuration. A forgery stays one for
    /// every server without its key. Returns whether the vector was changed.
    fn forge(&self, vector: &mut Vector) -> bool {
        let application = vector.context.application;
        let is_asked = match application {
            Application::Jwt | Application::CentrifugoConnection => true,
            Application::CentrifugoSubscription => self.signs(),
            Application::CentrifugoPrivateChannel | Application::Anycable => false,
        };
        let about_submission =
            [Reason::Configuration, Reason::NoToken, Reason::SeveralTokens, Reason::Request];
        let is_other = reasons(&vector.expectation)
            .is_some_and(|reasons| about_submission.iter().any(|reason| reasons.contains(reason)));
        if self.keys.is_empty() || !is_asked || is_other || !is_forgery(vector) {
            return false;
        }
        let signed = match &recipe(vector).signer {
            Signer::Key { key, form, .. } => {
                *form == KeyForm::Natural && self.keys.iter().any(|own| own.is(key))
            }
            Signer::Nobody => false,
        };
        if signed {
            return false;
        }
        // A foreign key signs in place of the server's key.
        if let Signer::Key { key, form: KeyForm::Natural, .. } = &mut recipe_mut(vector).signer
            && let Some(own) = self.keys.iter().find(|own| own.name == key)
        {
            *key = own.foreign();
        }
        let Context { audience, issuer, session, .. } = &vector.context;
        vector.context = Context {
            audience: audience.clone().filter(|_| self.audience.is_some()),
            issuer: issuer.clone().filter(|_| self.issuer.is_some()),
            session: session.clone(),
            ..Context::new(application, &[], &[])
        };
        self.give_keys(&mut vector.context);
        // A server can refuse the token without the other capabilities.
        vector.requires.retain(|needed| {
            matches!(
                needed,
                Capability::Application(_)
                    | Capability::BinaryToken
                    | Capability::LongToken
                    | Capability::Clock
            )
        });
        self.measure_otherwise(vector);
        true
    }

    /// Adds the `kid` to the header if the server looks keys up in a key set.
    fn name_key(&self, vector: &mut Vector) -> Result<(), CannotCarry> {
        let Some(id) = &self.key_id else { return Ok(()) };
        let must_be_refused = matches!(vector.expectation, Expectation::Reject { .. });
        let recipe = recipe_mut(vector);
        let before = length(&recipe.header);
        match &mut recipe.header {
            Content::Object { members, .. }
                if !members.iter().any(|Member(name, _)| is_called(name, "kid")) =>
            {
                let at = members.len().min(1);
                members.insert(at, opening::claim("kid", id));
            }
            // No `kid` would make the token valid.
            _ if must_be_refused => {}
            _ => return cannot("a server with its keys in the configuration, not at a JWKS endpoint"),
        }
        align(recipe, before, |recipe| &mut recipe.header);
        Ok(())
    }

    /// Gives the token the audience and the issuer that the server requires.
    fn claim(&self, vector: &mut Vector) -> Result<(), CannotCarry> {
        let before = length(&recipe(vector).payload);
        let mut missing = Vec::new();
        for (name, own, of_suite) in [("aud", &self.audience, AUDIENCE), ("iss", &self.issuer, ISSUER)] {
            let Some(Claim { value, is_exact }) = own else { continue };
            let context = &mut vector.context;
            let configured = if name == "aud" { &mut context.audience } else { &mut context.issuer };
            match configured {
                None => {
                    *configured = Some(value.clone());
                    missing.push(opening::claim(name, value));
                }
                Some(other) if *is_exact && *other == of_suite => {
                    *configured = Some(value.clone());
                    rename(&mut recipe_mut(vector).payload, of_suite, value)?;
                }
                Some(_) if *is_exact => {}
                Some(_) => return cannot(format!("a server with an exact {name}, not a regex")),
            }
        }
        let recipe = recipe_mut(vector);
        insert(&mut recipe.payload, missing)?;
        align(recipe, before, |recipe| &mut recipe.payload);
        Ok(())
    }

    /// Rejects a vector whose verdict depends on whether the server refuses anonymous users.
    fn sees_users(&self, vector: &Vector, profile: &Profile) -> Result<(), CannotCarry> {
        if vector.context.refuse_anonymous == self.refuses_anonymous {
            return Ok(());
        }
        let has_user = match &vector.context.session {
            Some(session) => !session.user.is_empty(),
            None => names_user(&recipe(vector).payload),
        };
        let is_refused_anyway = || {
            let is_about_users =
                reasons(&vector.expectation).is_some_and(|reasons| reasons.contains(&Reason::Anonymous));
            let outcome = predicted(vector, None, profile).map(|predicted| predicted.outcome);
            vector.context.session.is_none()
                && !is_about_users
                && matches!(vector.expectation, Expectation::Reject { .. })
                && matches!(outcome, Ok(Outcome::Refused { .. }))
        };
        if has_user || is_refused_anyway() {
            return Ok(());
        }
        let with = if self.refuses_anonymous { "without" } else { "with" };
        cannot(format!("a server {with} disallow_anonymous_connection_tokens"))
    }

    /// Moves channels to a namespace of the server.
    fn name_channels(&self, vector: &mut Vector) -> Result<(), CannotCarry> {
        let Some(there) = &self.namespaces else { return Ok(()) };
        let channel = vector.context.session.as_ref().map(|session| session.channel.clone());
        let mut named = namespaces_in(&recipe(vector).payload);
        named.extend(channel.as_deref().and_then(super::namespace).map(str::to_owned));
        let meant = self.namespace.as_deref().unwrap_or(NAMESPACE);
        if named.contains(NAMESPACE) && !there.contains(meant) {
            return cannot(format!("a server with a namespace {NAMESPACE}"));
        }
        // A namespace that the vector expects to be unknown must be unknown.
        if let Some(known) = named.iter().find(|name| *name != NAMESPACE && there.contains(*name)) {
            return cannot(format!("a server without a namespace {known}"));
        }
        if meant == NAMESPACE || !named.contains(NAMESPACE) {
            return Ok(());
        }
        let renamed = |text: &str| {
            text.replace(&format!("\"{NAMESPACE}:"), &format!("\"{meant}:"))
                .replace(&format!("\"${NAMESPACE}:"), &format!("\"${meant}:"))
        };
        let of_channel = |channel: &str| {
            let quoted = renamed(&format!("\"{channel}\""));
            quoted[1..quoted.len() - 1].to_owned()
        };
        if let Some(session) = &mut vector.context.session {
            session.channel = of_channel(&session.channel);
        }
        if let Some(effect) = &mut vector.effect {
            if let Some(channels) = &mut effect.subscriptions {
                *channels = std::mem::take(channels)
                    .into_iter()
                    .map(|(channel, data)| (of_channel(&channel), data))
                    .collect();
            }
            if let Some(options) = &mut effect.options {
                *options = std::mem::take(options)
                    .into_iter()
                    .map(|(channel, options)| (of_channel(&channel), options))
                    .collect();
            }
        }
        let recipe = recipe_mut(vector);
        let before = length(&recipe.payload);
        each_text(&mut recipe.payload, &mut |text| *text = renamed(text));
        // The names of the members of `subs` are channels too, so the length may have changed.
        align(recipe, before, |recipe| &mut recipe.payload);
        Ok(())
    }
}

impl Key {
    /// Whether this is the suite's key of that name, or replaces it. For HMAC only the name counts.
    fn is(&self, name: &str) -> bool {
        // A key without material never matches.
        self.material.as_ref().is_some_and(|own| {
            let is_same = |of_suite| own.kind != KeyKind::Hmac && own::is_same(of_suite, own);
            self.name == name || keys::all().get(name).is_some_and(is_same)
        })
    }
}

/// Whether the context configures only keys, an audience, an issuer and the treatment of anonymous users.
fn is_plain(context: &Context) -> bool {
    let Context { application, session, submission, identification, .. } = context;
    *context
        == Context {
            keys: context.keys.clone(),
            algorithms: context.algorithms.clone(),
            audience: context.audience.clone(),
            issuer: context.issuer.clone(),
            refuse_anonymous: context.refuse_anonymous,
            session: session.clone(),
            submission: submission.clone(),
            identification: identification.clone(),
            ..Context::new(*application, &[], &[])
        }
}

/// Whether the token is a forgery: it must be refused, and an attacker without the key can make it.
fn is_forgery(vector: &Vector) -> bool {
    vector.threat == Threat::Forger && matches!(vector.expectation, Expectation::Reject { .. })
}

fn reasons(expectation: &Expectation) -> Option<&BTreeSet<Reason>> {
    match expectation {
        Expectation::Accept { .. } => None,
        Expectation::Reject { reasons, .. } | Expectation::Either { reasons, .. } => Some(reasons),
    }
}

fn recipe(vector: &Vector) -> &Recipe {
    match &vector.subject {
        Subject::Token { recipe, .. } => recipe,
        Subject::Flow { .. } => unreachable!("flows are not adapted"),
    }
}

fn recipe_mut(vector: &mut Vector) -> &mut Recipe {
    match &mut vector.subject {
        Subject::Token { recipe, .. } => recipe,
        Subject::Flow { .. } => unreachable!("flows are not adapted"),
    }
}
