//! Tokens and contexts.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use jotproof_engine::questions::Questions;
use jotproof_engine::target::{Deployment, Target};
use jotproof_mint::{Mint, keys};
use jotproof_model::recipe::{Content, Member, Signer};
use jotproof_model::{Algorithm, Application, Challenge, Context, Observation, Recipe};

pub const SECRET: &str = "hmac-64-bytes";

/// A context with these keys and nothing else.
pub fn context(application: Application, keys: &[&str]) -> Context {
    Context::new(application, keys, &[Algorithm::HS256])
}

/// A token with this payload, signed now.
pub fn signed(key: &str, algorithm: Algorithm, payload: &str) -> Vec<u8> {
    signed_under(key, algorithm, &[], payload)
}

/// The same, with header parameters beside `alg`, as raw members.
pub fn signed_under(key: &str, algorithm: Algorithm, parameters: &[(&str, &str)], payload: &str) -> Vec<u8> {
    let alg = format!("\"{algorithm}\"");
    let members = [("alg", &*alg)].into_iter().chain(parameters.iter().copied());
    let recipe = Recipe::new(
        Content::object(members.map(|(name, value)| Member(name.to_owned(), value.to_owned())).collect()),
        Content::Text { text: payload.to_owned() },
        Signer::Key { key: key.to_owned(), form: Default::default(), algorithm },
    );
    Mint::new(keys::all()).token(&recipe, now()).unwrap()
}

/// A token that is signed with the secret.
pub fn hs256(payload: &str) -> Vec<u8> {
    signed(SECRET, Algorithm::HS256, payload)
}

pub fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

/// Challenges in a context.
pub fn challenges(context: &Context, tokens: &[Vec<u8>]) -> Vec<Challenge> {
    let context = Arc::new(context.clone());
    let keys = Arc::new(keys::all().clone());
    tokens
        .iter()
        .map(|token| Challenge::new(token.clone(), Arc::clone(&context), Arc::clone(&keys), 0))
        .collect()
}

/// What a target says to tokens, in short: `accepted`, the answer of a refusal, or the observation.
pub fn ask(target: &dyn Target, context: &Context, tokens: &[Vec<u8>]) -> Vec<String> {
    let mut deployment = target.deploy(context, keys::all()).unwrap();
    replay(&mut *deployment, context, tokens).iter().map(short).collect()
}

pub fn replay(deployment: &mut dyn Deployment, context: &Context, tokens: &[Vec<u8>]) -> Vec<Observation> {
    replay_all(deployment, &challenges(context, tokens))
}

/// The observations of the challenges that were asked.
pub fn replay_all(deployment: &mut dyn Deployment, challenges: &[Challenge]) -> Vec<Observation> {
    let questions = Questions::new(challenges.len(), |at| Ok(challenges[at].clone()));
    deployment.replay(&questions);
    questions.observations().unwrap()
}

pub fn short(observation: &Observation) -> String {
    match observation {
        Observation::Accepted { .. } => "accepted".to_owned(),
        Observation::Refused { answer: Some(answer), .. } => answer.clone(),
        other => format!("{other:?}"),
    }
}
