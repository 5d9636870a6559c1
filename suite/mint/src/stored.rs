//! Tokens as they stand in a vector file.

use jotproof_model::recipe::StructureChange;
use jotproof_model::{Recipe, Token};
use thiserror::Error;

use crate::base64url;
use crate::change::LONGEST;

/// From which length on, in octets, a run of one text is stored by its length.
const LONG: usize = 1024;

/// The stored form of a token that was minted by a recipe.
#[must_use]
pub fn store(token: &[u8], recipe: &Recipe) -> Token {
    if let Some(StructureChange::Repeat { text, times }) = recipe.structure.last()
        && token.len() > LONG
        && is_run(token, text.as_bytes(), *times)
    {
        return Token::Run { text: text.clone(), times: *times };
    }
    match str::from_utf8(token) {
        Ok(text) => Token::Text { text: text.to_owned() },
        Err(_) => Token::Octets { base64url: base64url::encode(token) },
    }
}

/// The octets of a stored token.
///
/// # Errors
///
/// Where its base64url is not, or its run is longer than [`LONGEST`].
pub fn octets(token: &Token) -> Result<Vec<u8>, StoredError> {
    match token {
        Token::Text { text } => Ok(text.clone().into_bytes()),
        Token::Octets { base64url } => base64url::decode(base64url).map_err(StoredError::NotBase64url),
        Token::Run { text, times } => {
            let times = usize::try_from(*times).unwrap_or(usize::MAX);
            match text.len().checked_mul(times) {
                Some(length) if length <= LONGEST => Ok(text.repeat(times).into_bytes()),
                _ => Err(StoredError::TooLong),
            }
        }
    }
}

/// Why a stored token cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoredError {
    /// Its octets are not base64url.
    #[error("the stored octets are not base64url without padding: {0}")]
    NotBase64url(base64url::DecodeError),
    /// It is too long.
    #[error("the stored run is longer than {LONGEST} octets")]
    TooLong,
}

/// Whether the token is the text so many times: a recipe of another token must not decide how this
/// one is stored.
fn is_run(token: &[u8], text: &[u8], times: u32) -> bool {
    let length = usize::try_from(times).ok().and_then(|times| text.len().checked_mul(times));
    length == Some(token.len())
        && !text.is_empty()
        && token.chunks_exact(text.len()).all(|chunk| chunk == text)
}
