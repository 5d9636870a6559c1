//! Tokens as they stand in a vector file.

use jotproof_model::recipe::StructureChange;
use jotproof_model::{Piece, Recipe, Token};
use thiserror::Error;

use crate::base64url;
use crate::change::LONGEST;

/// A token that repeats one text is stored as a run if it is longer than this, in octets.
const LONG: usize = 1024;

/// The length of the longest text, in octets, whose repetitions [`pieces`] finds.
const LONGEST_UNIT: usize = 64;

/// The least length, in octets, of repetitions that become a piece.
const LEAST_RUN: usize = 512;

/// The stored form of a token that was minted by a recipe. A token longer than [`Token::LONG`] is stored in pieces, if
/// that saves half of it.
#[must_use]
pub fn store(token: &[u8], recipe: &Recipe) -> Token {
    if let Some(StructureChange::Repeat { text, times }) = recipe.structure.last()
        && token.len() > LONG
        && is_run(token, text.as_bytes(), *times)
    {
        return Token::Run { text: text.clone(), times: *times };
    }
    let Ok(text) = str::from_utf8(token) else {
        return Token::Octets { base64url: base64url::encode(token) };
    };
    if text.len() > Token::LONG && text.is_ascii() {
        let pieces = pieces(text);
        if pieces.iter().map(|piece| piece.text.len()).sum::<usize>() <= text.len() / 2 {
            return Token::Pieces { pieces };
        }
    }
    Token::Text { text: text.to_owned() }
}

/// The octets of a stored token.
///
/// # Errors
///
/// Fails if its base64url is invalid, or if it is longer than [`LONGEST`].
pub fn octets(token: &Token) -> Result<Vec<u8>, StoredError> {
    match token {
        Token::Text { text } => Ok(text.clone().into_bytes()),
        Token::Octets { base64url } => base64url::decode(base64url).map_err(StoredError::NotBase64url),
        Token::Run { .. } | Token::Pieces { .. } if token.length() > LONGEST => Err(StoredError::TooLong),
        Token::Run { text, times } => Ok(repeated(text, *times)),
        Token::Pieces { pieces } => {
            Ok(pieces.iter().flat_map(|Piece { text, times }| repeated(text, *times)).collect())
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
    #[error("the stored token is longer than {LONGEST} octets")]
    TooLong,
}

fn repeated(text: &str, times: u32) -> Vec<u8> {
    text.repeat(usize::try_from(times).unwrap_or(usize::MAX)).into_bytes()
}

/// Whether the token is the text so many times: a recipe of another token must not decide how this
/// one is stored.
fn is_run(token: &[u8], text: &[u8], times: u32) -> bool {
    let length = usize::try_from(times).ok().and_then(|times| text.len().checked_mul(times));
    length == Some(token.len())
        && !text.is_empty()
        && token.chunks_exact(text.len()).all(|chunk| chunk == text)
}

/// Splits an ASCII text. Repetitions of a short text become one piece if they have at least [`LEAST_RUN`] octets
/// together. The text between two such pieces is a piece that is not repeated.
fn pieces(text: &str) -> Vec<Piece> {
    let octets = text.as_bytes();
    let mut pieces = Vec::new();
    let (mut at, mut plain_from) = (0, 0);
    while at < octets.len() {
        let Some((unit, times)) = run_at(&octets[at..]) else {
            at += 1;
            continue;
        };
        if plain_from < at {
            pieces.push(Piece { text: text[plain_from..at].to_owned(), times: 1 });
        }
        let end = at + unit * times;
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        pieces.push(Piece { text: text[at..at + unit].to_owned(), times });
        (at, plain_from) = (end, end);
    }
    if plain_from < octets.len() {
        pieces.push(Piece { text: text[plain_from..].to_owned(), times: 1 });
    }
    pieces
}

/// The length of the shortest text with enough repetitions at the start, and their number.
fn run_at(octets: &[u8]) -> Option<(usize, usize)> {
    (1..=LONGEST_UNIT).find_map(|unit| {
        let shifted = octets.get(unit..)?;
        let equal = octets.iter().zip(shifted).take_while(|(one, other)| one == other).count();
        let times = equal / unit + 1;
        (times > 1 && times * unit >= LEAST_RUN).then_some((unit, times))
    })
}
