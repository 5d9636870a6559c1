//! Single leniencies about what a token is written with: which one character is skipped where, which
//! one spelling of a number is read, which other spelling of an algorithm is known.

use jotproof_mint::base64url;
use jotproof_model::Challenge;
use serde_json::{Value, json};

use crate::parts::{changed, header, text, with_both, with_parameters, with_payload, with_segments};
use crate::reading::unsecured;

/// One character is skipped wherever it stands in the token.
pub(crate) fn skipping(challenge: &Challenge, skipped: &[char]) -> Option<Challenge> {
    changed(challenge, text(challenge)?.replace(skipped, ""))
}

/// One character is skipped wherever it stands, but only in fours: what remains of a group is padded
/// before it is thrown away.
pub(crate) fn skipping_fours(challenge: &Challenge, skipped: char) -> Option<Challenge> {
    let four = [skipped; 4].iter().collect::<String>();
    changed(challenge, text(challenge)?.replace(&four, ""))
}

/// One character is skipped, but for a single one: that leaves a group of the wrong length.
pub(crate) fn skipping_several(challenge: &Challenge, skipped: char) -> Option<Challenge> {
    let several = text(challenge)?.matches(skipped).count() > 1;
    several.then(|| skipping(challenge, &[skipped])).flatten()
}

/// The token is cut at one character, as text is that ends there.
pub(crate) fn cut_at(challenge: &Challenge, end: char) -> Option<Challenge> {
    let (before, _) = text(challenge)?.split_once(end)?;
    changed(challenge, before.to_owned())
}

/// One text in place of another, in each segment.
pub(crate) fn replacing(challenge: &Challenge, from: &str, to: &str) -> Option<Challenge> {
    with_segments(challenge, |segment| segment.replace(from, to))
}

/// One text in place of another, in the token as a whole.
pub(crate) fn replacing_in_the_whole(challenge: &Challenge, from: &str, to: &str) -> Option<Challenge> {
    changed(challenge, text(challenge)?.replace(from, to))
}

/// What stands before and after is cut off, where it begins and ends like this.
pub(crate) fn between(challenge: &Challenge, before: &str, after: &str) -> Option<Challenge> {
    let inner = text(challenge)?.strip_prefix(before)?.strip_suffix(after)?;
    changed(challenge, inner.to_owned())
}

/// The raw text of each time claim, and of the private member `x`, is rewritten.
pub(crate) fn times(challenge: &Challenge, rewrite: fn(&str) -> Option<String>) -> Option<Challenge> {
    in_the_json(challenge, |text| {
        let mut whole = text.to_owned();
        for name in ["exp", "nbf", "iat", "expire_at", "x"] {
            let marker = format!("\"{name}\":");
            let Some(at) = whole.find(&marker).map(|at| at + marker.len()) else { continue };
            let length = whole[at..].find([',', '}']).unwrap_or(whole.len() - at);
            if let Some(value) = rewrite(&whole[at..at + length]) {
                whole.replace_range(at..at + length, &value);
            }
        }
        whole
    })
}

/// The texts of header and payload are rewritten.
pub(crate) fn in_the_json(challenge: &Challenge, rewrite: impl Fn(&str) -> String) -> Option<Challenge> {
    with_both(challenge, |octets| Some(rewrite(str::from_utf8(octets).ok()?).into_bytes()))
}

/// The configured algorithm, where this finds the one that is named alike.
pub(crate) fn algorithm(challenge: &Challenge, alike: fn(&str, &str) -> bool) -> Option<Challenge> {
    algorithm_value(challenge, |ours, value| value.as_str().is_some_and(|theirs| alike(ours, theirs)))
}

/// The configured algorithm, where this finds the value of `alg` to be it.
pub(crate) fn algorithm_value(
    challenge: &Challenge,
    alike: impl Fn(&str, &Value) -> bool,
) -> Option<Challenge> {
    let ours = challenge.context.algorithms.first()?.name();
    let mut header = header(challenge)?;
    let alg = header.get_mut("alg").filter(|alg| alg.as_str() != Some(ours) && alike(ours, alg))?;
    *alg = json!(ours);
    with_parameters(challenge, header)
}

/// No signature is asked for, where this finds the value of `alg` to say so.
pub(crate) fn none(challenge: &Challenge, says_so: fn(&Value) -> bool) -> Option<Challenge> {
    let alg = header(challenge)?.get("alg")?.clone();
    (alg.as_str() != Some("none") && says_so(&alg)).then(|| unsecured(challenge)).flatten()
}

/// The same, where there is no signature.
pub(crate) fn none_without_signature(
    challenge: &Challenge,
    says_so: fn(&Value) -> bool,
) -> Option<Challenge> {
    challenge.token.ends_with(b".").then(|| none(challenge, says_so)).flatten()
}

/// The spelling of "none" has a capital in this place.
pub(crate) fn none_with_capital(alg: &Value, place: usize) -> bool {
    alg.as_str().is_some_and(|alg| {
        alg.eq_ignore_ascii_case("none") && alg.as_bytes().get(place).is_some_and(u8::is_ascii_uppercase)
    })
}

/// A `typ` is put in place of one that this finds alike.
pub(crate) fn typ(challenge: &Challenge, alike: fn(&str, &str) -> bool) -> Option<Challenge> {
    let ours = challenge.context.typ.as_deref()?;
    let mut header = header(challenge)?;
    let typ = header.get_mut("typ").filter(|typ| typ.as_str().is_some_and(|theirs| alike(ours, theirs)))?;
    *typ = json!(ours);
    with_parameters(challenge, header)
}

/// A header parameter is not there where its text is like this.
pub(crate) fn without_parameter(
    challenge: &Challenge,
    name: &str,
    like: fn(&str) -> bool,
) -> Option<Challenge> {
    let mut header = header(challenge)?;
    header.get(name)?.as_str().filter(|text| like(text))?;
    header.remove(name);
    with_parameters(challenge, header)
}

/// Some octets in place of others, in header and payload.
pub(crate) fn octets_of_the_json(challenge: &Challenge, from: &[u8], to: &[u8]) -> Option<Challenge> {
    with_both(challenge, |octets| {
        let at = octets.windows(from.len()).position(|window| window == from)?;
        Some([&octets[..at], to, &octets[at + from.len()..]].concat())
    })
}

/// The payload is inflated where `zip` says that it is compressed. One block without compression is enough (RFC 1951
/// section 3.2.4).
pub(crate) fn inflated(challenge: &Challenge) -> Option<Challenge> {
    header(challenge)?.get("zip").filter(|zip| **zip == json!("DEF"))?;
    with_payload(challenge, |octets| match octets {
        [1, low, high, _, _, text @ ..] if text.len() == usize::from(u16::from_le_bytes([*low, *high])) => {
            Some(text.to_vec())
        }
        _ => None,
    })
}

/// The token is the JSON text of a string, or base64 of the whole.
pub(crate) fn encoded_again(challenge: &Challenge) -> Option<Challenge> {
    let octets = base64url::decode(text(challenge)?).ok()?;
    changed(challenge, String::from_utf8(octets).ok()?)
}
