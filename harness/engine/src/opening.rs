//! How the session is opened in which a token for a channel is used: with a good connection token of
//! its user, and with the token minted again once the server has named the client.

use std::sync::Arc;

use jotproof_mint::flow::names_client;
use jotproof_mint::placeholder::Values;
use jotproof_mint::{Mint, MintError};
use jotproof_model::recipe::{Content, KeyForm, Member, Signer};
use jotproof_model::{Context, ForClient, Opening, Recipe, Separate, Session, Subject, Vector};

/// What a live server needs beside the token; nothing where the vector has no session.
pub(crate) fn opening(vector: &Vector, mint: &Arc<Mint>, now: i64) -> Result<Option<Opening>, MintError> {
    let (Some(session), Subject::Token { recipe, .. }) = (&vector.context.session, &vector.subject) else {
        return Ok(None);
    };
    let connection_token = mint.token(&connection(&vector.context, session), now)?;
    Ok(Some(Opening { connection_token, for_client: for_client(recipe, mint, now) }))
}

/// How a token is minted for the client that asks; nothing where it names none.
pub(crate) fn for_client(recipe: &Recipe, mint: &Arc<Mint>, now: i64) -> Option<ForClient> {
    names_client(recipe).then(|| {
        let (mint, recipe) = (Arc::clone(mint), recipe.clone());
        ForClient(Arc::new(move |client: &str| {
            // It was minted for another client right before: only the id differs.
            mint.token(&recipe, Values { now, client }).unwrap_or_default()
        }))
    })
}

/// A good connection token of the session's user; where there is no key to sign it with, there is none.
fn connection(context: &Context, session: &Session) -> Recipe {
    let user = context.user_id_claim.as_deref().filter(|_| context.separate.is_none()).unwrap_or("sub");
    let claims = vec![claim(user, &session.user)];
    good_token(context, claims.clone()).unwrap_or_else(|| {
        Recipe::new(Content::object(vec![claim("alg", "none")]), Content::object(claims), Signer::Nobody)
    })
}

/// A token that opens a connection to whoever is configured like this, with these claims and those that the
/// configuration asks for. It is signed with the first key that judges it: of the context, unless this is
/// one of a session whose connection tokens are judged separately. Nothing where there is no key.
#[must_use]
pub fn good_token(context: &Context, mut claims: Vec<Member>) -> Option<Recipe> {
    let (keys, algorithms, audience, issuer) = match (&context.session, &context.separate) {
        (Some(_), Some(Separate { keys, algorithms, audience, issuer })) => {
            (keys, algorithms, audience, issuer)
        }
        _ => (&context.keys, &context.algorithms, &context.audience, &context.issuer),
    };
    let (key, algorithm) = (keys.first()?, algorithms.first()?);
    claims.extend(audience.as_deref().map(|audience| claim("aud", audience)));
    claims.extend(issuer.as_deref().map(|issuer| claim("iss", issuer)));
    let signer = Signer::Key { key: key.clone(), form: KeyForm::Natural, algorithm: *algorithm };
    Some(Recipe::new(Content::object(vec![claim("alg", algorithm.name())]), Content::object(claims), signer))
}

/// A claim that is a string.
#[must_use]
pub fn claim(name: &str, text: &str) -> Member {
    Member(name.to_owned(), serde_json::Value::from(text).to_string())
}
