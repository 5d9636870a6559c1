//! What fuzzing starts from: tokens taken apart. Where the tokens come from is not known here.

use std::collections::BTreeSet;

use jotproof_mint::base64url;

use crate::NOW;
use crate::generators::token::sign;
use crate::oracles::signed;
use crate::targets::Target;

/// The longest seed, in octets: a fuzzer mutates short inputs more often and better.
pub const LONGEST: usize = 1024;

/// The most seeds of one target.
pub const MOST: usize = 200;

/// A token, or an input made of one, under a name that serves as that of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The octets.
    pub octets: Vec<u8>,
}

/// The seeds of a target, from tokens by topic: the topics take turns, so that a large one does not
/// crowd out the rest. Each has the name of its token, and no two are the same.
#[must_use]
pub fn pick(target: &Target, topics: &[Vec<Named>]) -> Vec<Named> {
    let mut seen = BTreeSet::new();
    let mut topics: Vec<_> = topics
        .iter()
        .map(|tokens| {
            let mut inputs = Vec::new();
            for Named { name, octets } in tokens {
                let fit = (target.seeds)(octets).into_iter().filter(|input| input.len() <= LONGEST);
                let new: Vec<_> = fit.filter(|input| seen.insert(input.clone())).collect();
                let several = new.len() > 1;
                inputs.extend(new.into_iter().enumerate().map(|(place, octets)| {
                    let name = if several { format!("{name}_{place}") } else { name.clone() };
                    Named { name, octets }
                }));
            }
            inputs.into_iter()
        })
        .collect();
    let mut picked = Vec::new();
    loop {
        let before = picked.len();
        picked.extend(topics.iter_mut().filter_map(Iterator::next));
        if picked.len() == before || picked.len() >= MOST {
            picked.truncate(MOST);
            return picked;
        }
    }
}

/// The token as it is.
#[must_use]
pub fn token(token: &[u8]) -> Vec<Vec<u8>> {
    vec![token.to_vec()]
}

/// The token, if the secret of the setting signed it: a mutator that signs again learns nothing from
/// any other.
#[must_use]
pub fn signed_token(token: &[u8]) -> Vec<Vec<u8>> {
    if signed::is_signed(token) { vec![token.to_vec()] } else { Vec::new() }
}

/// The token, if the secret of the setting signed it, with an hour of life turned into thirty years and
/// signed again: for an oracle that judges at the clock of the machine, which has left that of the
/// vectors behind.
#[must_use]
pub fn lasting_token(token: &[u8]) -> Vec<Vec<u8>> {
    const HOUR: i64 = 3600;
    const THIRTY_YEARS: i64 = 1_000_000_000;
    let lasting = |token: &[u8]| {
        let mut segments = token.split(|octet| *octet == b'.');
        let header = str::from_utf8(segments.next()?).ok()?;
        let payload = String::from_utf8(signed::decode(segments.next()?)?).ok()?;
        let (soon, late) = ((NOW + HOUR).to_string(), (NOW + THIRTY_YEARS).to_string());
        payload.contains(&soon).then(|| {
            let payload = base64url::encode(payload.replace(&soon, &late).as_bytes());
            sign(&[header, &payload].join("."))
        })
    };
    signed_token(token).into_iter().map(|token| lasting(&token).unwrap_or(token)).collect()
}

/// The segments of the token.
#[must_use]
pub fn segments(token: &[u8]) -> Vec<Vec<u8>> {
    token.split(|octet| *octet == b'.').map(<[u8]>::to_vec).collect()
}

/// The texts of header and payload.
#[must_use]
pub fn json_texts(token: &[u8]) -> Vec<Vec<u8>> {
    token.split(|octet| *octet == b'.').take(2).filter_map(signed::decode).collect()
}
