//! A vector in the terms of a server that runs already: with its audience, its issuer, its namespace and its keys in
//! place of the suite's.
//!
//! The verdict must stay what it is by construction. So a vector is adapted only where every change is one that the
//! verdict does not hang on, and the same for the vector and its twin. Where that is not certain, the vector cannot be
//! asked, and the reason is told.

use std::collections::BTreeSet;

use jotproof_engine::target::CannotCarry;
use jotproof_mint::{base64url, keys, own};
use jotproof_model::context::{Carrier, Parameter, ParameterSource, Place};
use jotproof_model::recipe::{Content, KeyForm, Member, Signer};
use jotproof_model::{
    Algorithm, Application, Capability, Context, Expectation, Identification, KeyKind, KeyMaterial, Reason,
    Recipe, Subject, Threat, Twin, Vector, VectorId,
};
use jotproof_profiles::predict::Outcome;
use jotproof_profiles::{Profile, predicted};
use serde_json::json;

use super::{GENERAL_SECRET, NAMESPACE};

/// The audience of contexts in which it does not matter which one it is.
const AUDIENCE: &str = "https://api.example.com/chat";

/// The same of the issuer.
const ISSUER: &str = "https://issuer.example.com";

/// The algorithm of most vectors, which another key of the server can take the place of.
const GENERAL_ALGORITHM: Algorithm = Algorithm::HS256;

/// What a server that runs already asks of tokens.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Its keys. Those that tokens can be signed with come first.
    pub keys: Vec<Key>,
    /// The `kid` of the key, where it is one of a published key set.
    pub key_id: Option<String>,
    /// The only algorithm of the key, where it is one of a published key set.
    pub only_algorithm: Option<Algorithm>,
    /// Its audience.
    pub audience: Option<Claim>,
    /// Its issuer.
    pub issuer: Option<Claim>,
    /// Its namespaces of channels; absent where channels have none.
    pub namespaces: Option<BTreeSet<String>>,
    /// The one that stands for the suite's.
    pub namespace: Option<String>,
    /// Whether connection tokens of anonymous users are refused.
    pub refuses_anonymous: bool,
    /// What lets clients in without a token, of these applications: how the option stands that does so. Of all, if of
    /// none.
    pub without_token: Vec<(Vec<Application>, String)>,
    /// AnyCable: the query parameter that takes the token, where it is not the one by default.
    pub parameter: Option<String>,
    /// AnyCable: whether it is told which request headers to read.
    pub names_headers: bool,
}

/// A key of the server.
#[derive(Debug, Clone)]
pub struct Key {
    /// The key of the suite in whose place it is.
    pub name: &'static str,
    /// What its tokens are signed with.
    pub algorithm: Algorithm,
    /// Its material; absent where not even its public half is known.
    pub material: Option<KeyMaterial>,
}

/// What the server asks of a claim.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What it accepts.
    pub value: String,
    /// Whether it accepts nothing else: it is no regex.
    pub is_exact: bool,
}

impl Key {
    /// The key of the suite in whose place a key of this kind is, and what tokens are signed with; nothing for a kind
    /// that no server is configured with.
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

    /// A key in the place of one of the suite's.
    #[must_use]
    pub fn of(material: KeyMaterial) -> Option<Self> {
        let (name, algorithm) = Self::place(material.kind)?;
        Some(Self { name, algorithm, material: Some(material) })
    }

    /// An HMAC secret in the place of the general one.
    #[must_use]
    pub fn of_secret(secret: &str) -> Option<Self> {
        let jwk = json!({ "kty": "oct", "k": base64url::encode(secret.as_bytes()) });
        Self::of(KeyMaterial::of_secret(secret, jwk.to_string()))
    }

    /// Whether tokens can be signed with it.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.material.as_ref().is_some_and(|key| key.secret.is_some() || key.private_pem.is_some())
    }

    /// A key of the same kind that the server does not have.
    fn foreign(&self) -> String {
        format!("{}-foreign", self.name)
    }
}

fn cannot<T>(what: impl Into<String>) -> Result<T, CannotCarry> {
    Err(CannotCarry(what.into()))
}

/// What one option more would add.
fn needs_private_half<T>() -> Result<T, CannotCarry> {
    cannot("a token that only the private key signs (--signing-key FILE)")
}

impl Terms {
    /// Whether any token can be signed that the server accepts.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.keys.first().is_some_and(Key::signs)
    }

    /// A vector as the server is asked it.
    ///
    /// # Errors
    ///
    /// A [`CannotCarry`] that says what is in the way.
    pub fn adapted(&self, vector: &Vector, profile: &Profile) -> Result<Option<Vector>, CannotCarry> {
        if !matches!(vector.subject, Subject::Token { .. }) {
            return Ok(None);
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
            // No server tells them, and they are others now.
            effect.claims = None;
        }
        // An entry of the profile can be one about what is configured.
        if is_decided && predicted(&vector, None, profile).is_err() {
            return cannot("a server of which the profile says what it answers");
        }
        Ok(Some(vector))
    }

    /// That no token is submitted shows something only where the server lets nobody in without one.
    fn sees_that_there_is_no_token(&self, vector: &Vector, profile: &Profile) -> Result<(), CannotCarry> {
        let is_one = |reasons: &BTreeSet<Reason>| reasons.contains(&Reason::NoToken);
        // A version can look for none where the token is.
        let looks_for_none = match predicted(vector, None, profile).map(|predicted| predicted.outcome) {
            Ok(Outcome::Refused { reasons, .. }) => is_one(&reasons),
            _ => false,
        };
        if !looks_for_none && !reasons(&vector.expectation).is_some_and(is_one) {
            return Ok(());
        }
        let application = vector.context.application;
        let applies = |(of, _): &&(Vec<Application>, String)| of.is_empty() || of.contains(&application);
        match self.without_token.iter().find(applies) {
            Some((_, option)) => cannot(format!("a server that refuses clients without a token ({option})")),
            None => Ok(()),
        }
    }

    /// The token goes where the server looks for it.
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

    /// The keys of the server take the place of those of the context. Tells whether they do; where they do not, the
    /// context asks for another server, and that is seen when the configurations are compared.
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

    /// The context has the keys of the server; those that sign come first.
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

    /// A forgery is measured against a token that the server accepts. Where the private half is missing that its own
    /// twin is signed with, that is another genuine token, or none.
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

    /// What is signed with a key of the server is signed with that key, where its private half is there. A forgery is
    /// one whoever signs it.
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

    /// A vector about something else than its algorithm is asked with the key of a server that has no secret. Tells
    /// whether it can be.
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
            // A secret that somebody guessed stays one.
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
            // Any other header than that of a genuine token: nobody signed it.
            (_, _) if recipe.signer == Signer::Nobody => {}
            _ => return Ok(false),
        }
        vector.context.keys.clear();
        self.configure(vector)?;
        Ok(true)
    }

    /// What is forged for one server is forged for every other that has none of its keys. Tells whether it is
    /// asked as that.
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
        // In the place of a key that nobody here knows is one that the server does not have.
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
        vector.context.keys = self.keys.iter().map(|key| key.name.to_owned()).collect();
        vector.context.algorithms = self.keys.iter().map(|key| key.algorithm).collect();
        // A refusal needs nothing that an acceptance would.
        vector.requires.retain(|needed| {
            matches!(needed, Capability::Application(_) | Capability::BinaryToken | Capability::Clock)
        });
        self.measure_otherwise(vector);
        true
    }

    /// A token names its key where the server looks it up in a key set.
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
                members.insert(at, Member("kid".to_owned(), json_text(id)));
            }
            // Nothing that it names makes it good.
            _ if must_be_refused => {}
            _ => return cannot("a server with its keys in the configuration, not at a JWKS endpoint"),
        }
        align(recipe, before, |recipe| &mut recipe.header);
        Ok(())
    }

    /// The token has the audience and the issuer that the server asks for.
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
                    missing.push(Member(name.to_owned(), json_text(value)));
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

    /// Whether anonymous users are refused shows only where somebody is anonymous.
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

    /// Channels are in a namespace of the server.
    fn name_channels(&self, vector: &mut Vector) -> Result<(), CannotCarry> {
        let Some(there) = &self.namespaces else { return Ok(()) };
        let channel = vector.context.session.as_ref().map(|session| session.channel.clone());
        let mut named = namespaces_in(&recipe(vector).payload);
        named.extend(channel.as_deref().and_then(super::namespace).map(str::to_owned));
        let meant = self.namespace.as_deref().unwrap_or(NAMESPACE);
        if named.contains(NAMESPACE) && !there.contains(meant) {
            return cannot(format!("a server with a namespace {NAMESPACE}"));
        }
        // What the suite takes for unknown has to be.
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
        each_text(&mut recipe.payload, |text| *text = renamed(text));
        // A name can be a channel too: that of a member of `subs`.
        align(recipe, before, |recipe| &mut recipe.payload);
        Ok(())
    }
}

impl Key {
    /// Whether it is the key that the suite calls so. A secret that everybody knows is never meant.
    fn is(&self, name: &str) -> bool {
        // One of which nothing is known is none of the suite's.
        self.material.as_ref().is_some_and(|own| {
            let is_same = |of_suite| own.kind != KeyKind::Hmac && own::is_same(of_suite, own);
            self.name == name || keys::all().get(name).is_some_and(is_same)
        })
    }
}

/// Whether nothing is configured but keys, an audience and an issuer.
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

/// Whether nobody who has the key made it.
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

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether a raw member name is this one, for a reader that looks at no case (as Go's does).
fn is_called(raw: &str, name: &str) -> bool {
    let decoded: Option<String> = serde_json::from_str(&format!("\"{raw}\"")).ok();
    // `ſ` is `s` to such a reader.
    decoded.is_none_or(|decoded| decoded.to_lowercase().replace('ſ', "s") == name)
}

/// Whether the payload has one `sub`, and that is a name.
fn names_user(payload: &Content) -> bool {
    let Content::Object { members, before, after } = payload else { return false };
    let mut named = members.iter().filter(|Member(name, _)| is_called(name, "sub"));
    match (named.next(), named.next()) {
        (Some(Member(name, value)), None) => {
            name == "sub"
                && before.trim().is_empty()
                && after.trim().is_empty()
                && serde_json::from_str::<String>(value).is_ok_and(|user| !user.is_empty())
        }
        _ => false,
    }
}

/// How long the text is, with its placeholders as they stand.
fn length(content: &Content) -> usize {
    match content {
        Content::Object { members, before, after } => {
            let members = members.iter().map(|Member(name, value)| name.len() + value.len() + 4);
            before.len() + after.len() + members.sum::<usize>()
        }
        Content::Text { text } => text.len(),
        Content::Octets { base64url } => base64url.len(),
    }
}

/// Changes of the encoded text hang on where in a group of three octets a segment ends: white space before a value
/// keeps that as it was.
fn align(recipe: &mut Recipe, before: usize, of: impl Fn(&mut Recipe) -> &mut Content) {
    if recipe.segments.is_empty() && recipe.structure.is_empty() {
        return;
    }
    let content = of(recipe);
    let spaces = (3 + before % 3 - length(content) % 3) % 3;
    if let Content::Object { members, .. } = content
        && let Some(Member(_, value)) = members.first_mut()
    {
        value.insert_str(0, &" ".repeat(spaces));
    }
}

/// Does something with each raw text of a content, names among it.
fn each_text(content: &mut Content, mut change: impl FnMut(&mut String)) {
    match content {
        Content::Object { members, before, after } => {
            change(before);
            for Member(_, value) in members {
                change(value);
            }
            change(after);
        }
        Content::Text { text } => change(text),
        Content::Octets { .. } => {}
    }
}

/// The JSON strings of a text, raw, each with where it stands.
fn strings(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut open = None;
    let mut is_escaped = false;
    for (at, character) in text.char_indices() {
        match (open, character) {
            _ if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(from), '"') => {
                found.push((from, &text[from..at]));
                open = None;
            }
            (None, '"') => open = Some(at + 1),
            _ => {}
        }
    }
    found
}

/// Puts a value in place of another one. Where that cannot be done, as where it is written with escapes, or where a text
/// is that value already, the token would say something else.
fn rename(content: &mut Content, from: &str, to: &str) -> Result<(), CannotCarry> {
    let decoded = |raw: &str| serde_json::from_str::<String>(&format!("\"{raw}\"")).ok();
    let quoted = json_text(to);
    let escaped = &quoted[1..quoted.len() - 1];
    let mut is_whole = true;
    if let Content::Octets { base64url } = content {
        let octets = base64url::decode(base64url).unwrap_or_default();
        is_whole = !String::from_utf8_lossy(&octets).contains(from);
    }
    each_text(content, |text| {
        let mut renamed = String::new();
        let mut rest = 0;
        for (at, raw) in strings(text) {
            let new = raw.replace(from, escaped);
            let was = decoded(raw).is_some_and(|value| value == from);
            is_whole &= was == decoded(&new).is_some_and(|value| value == to);
            renamed.push_str(&text[rest..at]);
            renamed.push_str(&new);
            rest = at + raw.len();
        }
        renamed.push_str(&text[rest..]);
        *text = renamed;
    });
    if is_whole { Ok(()) } else { cannot(format!("a server with {from}")) }
}

/// Puts members behind the first one of a payload that has none of these names.
fn insert(payload: &mut Content, missing: Vec<Member>) -> Result<(), CannotCarry> {
    if missing.is_empty() {
        return Ok(());
    }
    let none = |what: &str| cannot(format!("a server without an audience or issuer: {what}"));
    match payload {
        Content::Object { members, .. } => {
            let is_there =
                |Member(raw, _): &Member| missing.iter().any(|Member(name, _)| is_called(raw, name));
            if members.iter().any(is_there) {
                return none("the token has one");
            }
            let at = members.len().min(1);
            members.splice(at..at, missing);
            Ok(())
        }
        Content::Text { text } => {
            let folded = text.to_lowercase();
            let may_be_there = ["aud", "iss", "\\u"].iter().any(|part| folded.contains(part));
            let opens = text.find('{').filter(|at| text[..*at].trim().is_empty());
            match opens {
                Some(at) if !may_be_there && text[at + 1..].trim_start().starts_with('"') => {
                    let members: String =
                        missing.iter().map(|Member(name, value)| format!("\"{name}\":{value},")).collect();
                    text.insert_str(at + 1, &members);
                    Ok(())
                }
                _ => none("the payload has no place for one"),
            }
        }
        Content::Octets { .. } => none("the payload has no place for one"),
    }
}

/// The namespaces that channels of a payload may be in: what stands before a colon in a JSON string.
fn namespaces_in(payload: &Content) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut look = |text: &str| {
        let names = strings(text).into_iter().filter_map(|(_, raw)| super::namespace(raw));
        found.extend(names.map(str::to_owned));
    };
    match payload {
        Content::Object { members, .. } => members.iter().for_each(|Member(_, value)| look(value)),
        Content::Text { text } => look(text),
        Content::Octets { .. } => {}
    }
    found
}
