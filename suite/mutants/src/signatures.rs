//! Which signatures a mutant takes for good.
//!
//! Signing is deterministic here, so a signature is good where the private key makes the same one
//! again; the test keys are all at hand. What a bug is about is then said by which keys, algorithms
//! and octets are tried.

use jotproof_mint::change::signature::{self, Made};
use jotproof_mint::sign::{self, PrivateKey};
use jotproof_mint::{base64url, keys, secret};
use jotproof_model::algorithm::Family;
use jotproof_model::recipe::{KeyForm, Number, PssEncoding, SignatureChange, Signer};
use jotproof_model::{Algorithm, Challenge, KeyKind, KeyMaterial};
use serde_json::Value;

use crate::parts::{header, octets, payload, text, with_token};

/// The signature that a key makes over octets; nothing where it has no such signature.
fn signed(key: &KeyMaterial, algorithm: Algorithm, input: &[u8]) -> Option<Vec<u8>> {
    match (algorithm.family(), key.kind) {
        (Family::Hmac, KeyKind::Hmac) => sign::hmac(key.secret_octets()?, algorithm, input).ok(),
        (Family::Hmac, _) | (_, KeyKind::Hmac) => None,
        _ => PrivateKey::new(key).ok()?.sign(algorithm, input).ok(),
    }
}

/// What is signed, and the signature as decoded, as they were sent.
fn sent(challenge: &Challenge) -> Option<(&[u8], Vec<u8>)> {
    let (input, signature) = text(challenge)?.rsplit_once('.')?;
    Some((input.as_bytes(), octets(signature)))
}

/// The value of `alg`, where it is an algorithm.
fn named(challenge: &Challenge) -> Option<Algorithm> {
    header(challenge)?.get("alg")?.as_str()?.parse().ok()
}

/// The value of `alg`, if it is an allowed algorithm.
fn allowed(challenge: &Challenge) -> Option<Algorithm> {
    named(challenge).filter(|algorithm| challenge.context.algorithms.contains(algorithm))
}

fn configured(challenge: &Challenge) -> impl Iterator<Item = &'static KeyMaterial> {
    challenge.context.keys.iter().filter_map(|name| keys::all().get(name))
}

/// Every algorithm that a key of some kind can compute, those of other sizes included.
fn computable(kind: KeyKind) -> &'static [Algorithm] {
    use Algorithm::{
        ES256, ES256K, ES384, ES512, Ed25519, EdDSA, HS256, HS384, HS512, PS256, PS384, PS512, RS256, RS384,
        RS512,
    };
    match kind {
        KeyKind::Hmac => &[HS256, HS384, HS512],
        KeyKind::Rsa => &[RS256, RS384, RS512, PS256, PS384, PS512],
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::Secp256k1 => &[ES256, ES384, ES512, ES256K],
        KeyKind::Ed25519 => &[EdDSA, Ed25519],
    }
}

/// Whether the sent token has a good signature over what was sent. The keys are those of the configuration as it was
/// read.
pub(crate) fn good_as_sent(sent: &Challenge, read: &Challenge) -> bool {
    let Some(algorithm) = named(read).filter(|algorithm| sent.context.algorithms.contains(algorithm)) else {
        return false;
    };
    let Some(at) = sent.token.iter().rposition(|octet| *octet == b'.') else { return false };
    let Some(given) = text(read).and_then(|text| text.rsplit('.').next()).map(octets) else { return false };
    configured(read).any(|key| signed(key, algorithm, &sent.token[..at]).is_some_and(|good| good == given))
}

/// What is read, where the sent token has a good signature over what was sent: a verifier that never verifies over
/// what it read.
pub(crate) fn only_as_sent(sent: &Challenge, read: Option<Challenge>) -> Option<Challenge> {
    read.filter(|read| good_as_sent(sent, read))
}

/// The token with a good signature of a configured key over its first two segments; nothing where no key makes one.
pub(crate) fn signed_again(challenge: &Challenge) -> Option<Challenge> {
    let (input, _) = text(challenge)?.rsplit_once('.')?;
    let algorithm = named(challenge)?;
    let signature = configured(challenge).find_map(|key| signed(key, algorithm, input.as_bytes()))?;
    Some(with_token(challenge, format!("{input}.{}", base64url::encode(&signature))))
}

/// A good token of these claims.
pub(crate) fn made_up(challenge: &Challenge, claims: &Value) -> Option<Vec<u8>> {
    let header = serde_json::json!({ "alg": challenge.context.algorithms.first()?.name() });
    let [header, claims] = [&header, claims].map(|value| base64url::encode(value.to_string().as_bytes()));
    Some(signed_again(&with_token(challenge, format!("{header}.{claims}.")))?.token)
}

/// A MAC that was cut short is whole again.
pub(crate) fn completed(challenge: &Challenge) -> Challenge {
    let is_prefix = mac_begins(challenge, |good, given| good.starts_with(given));
    Some(challenge).filter(|_| is_prefix).and_then(signed_again).unwrap_or_else(|| challenge.clone())
}

/// A wrong MAC that is like the one by a configured secret with the named algorithm.
pub(crate) fn mac_begins(challenge: &Challenge, alike: impl Fn(&[u8], &[u8]) -> bool) -> bool {
    let secrets = configured(challenge).filter(|key| key.kind == KeyKind::Hmac);
    by_any(challenge, secrets, allowed(challenge).as_slice(), |good, given| {
        good != given && alike(good, given)
    })
}

fn by_any(
    challenge: &Challenge,
    mut keys: impl Iterator<Item = &'static KeyMaterial>,
    algorithms: &[Algorithm],
    alike: impl Fn(&[u8], &[u8]) -> bool,
) -> bool {
    let Some((input, given)) = sent(challenge) else { return false };
    keys.any(|key| {
        let of_kind = computable(key.kind).iter().filter(|algorithm| algorithms.contains(algorithm));
        of_kind.copied().any(|algorithm| {
            signed(key, algorithm, input).is_some_and(|good| !good.is_empty() && alike(&good, &given))
        })
    })
}

fn equal(good: &[u8], given: &[u8]) -> bool {
    good == given
}

/// Whether the sent signature is that of a configured key after one of these changes.
fn changed_by(challenge: &Challenge, changes: &[SignatureChange]) -> bool {
    let Some((input, given)) = sent(challenge) else { return false };
    let Some(algorithm) = allowed(challenge) else { return false };
    configured(challenge).any(|key| {
        let Ok(private) = PrivateKey::new(key) else { return false };
        let Ok(good) = private.sign(algorithm, input) else { return false };
        let signer = Signer::Key { key: String::new(), form: KeyForm::Natural, algorithm };
        let made = Made { signer: &signer, key: Some(&private), input };
        let comes_to = |change| signature::change(&good, change, made).is_ok_and(|other| other == given);
        changes.iter().any(comes_to)
    })
}

/// Whether the signature is RSASSA-PSS with a salt of another length.
pub(crate) fn with_another_salt(challenge: &Challenge) -> bool {
    let is_pss = named(challenge).is_some_and(|algorithm| algorithm.family() == Family::RsaPss);
    let salt = |length| SignatureChange::RsaPss { encoded: PssEncoding::Salt { length } };
    let longest = SignatureChange::RsaPss { encoded: PssEncoding::LongestSalt };
    is_pss && changed_by(challenge, &[salt(0), salt(20), salt(32), salt(48), salt(64), longest])
}

/// Whether the signature is a number whose cube begins like an encoded message. Such a number has at most a
/// third of the octets.
pub(crate) fn cube_root(challenge: &Challenge) -> bool {
    let is_small = |(_, given): (_, Vec<u8>)| {
        given.len() > 3 && given[..given.len() / 2].iter().all(|octet| *octet == 0)
    };
    sent(challenge).is_some_and(is_small) && changed_by(challenge, &[SignatureChange::RsaCubeRoot])
}

/// Whether the signature is RSA with n added, in as many octets as n has.
pub(crate) fn with_modulus_added(challenge: &Challenge) -> bool {
    let is_rsa = |algorithm: Algorithm| matches!(algorithm.family(), Family::RsaPkcs1 | Family::RsaPss);
    let plus = SignatureChange::RsaNumber { s: Number::PlusOrder { times: 1 } };
    let algorithms = &challenge.context.algorithms;
    named(challenge).is_some_and(is_rsa)
        && by_any(challenge, configured(challenge), algorithms, |good, given| good.len() == given.len())
        && changed_by(challenge, &[plus])
}

/// Whether the signature is EdDSA with a multiple of the order added to S.
pub(crate) fn with_orders_added(challenge: &Challenge, times: &[u32]) -> bool {
    let plus = |times: &u32| SignatureChange::EddsaNumber { s: Number::PlusOrder { times: *times } };
    let is_eddsa = named(challenge).is_some_and(|algorithm| algorithm.family() == Family::EdDsa);
    is_eddsa && changed_by(challenge, &times.iter().map(plus).collect::<Vec<_>>())
}

/// Whether the signature is ECDSA without the zero octets that it begins with.
pub(crate) fn ecdsa_without_zeros(challenge: &Challenge) -> bool {
    let is_ecdsa = named(challenge).is_some_and(|algorithm| algorithm.family() == Family::Ecdsa);
    is_ecdsa && changed_by(challenge, &[SignatureChange::DropLeadingZeros])
}

/// Whether the signature is ECDSA with numbers of any width, found by cutting it in the middle.
pub(crate) fn cut_in_the_middle(challenge: &Challenge) -> bool {
    let is_ecdsa = named(challenge).is_some_and(|algorithm| algorithm.family() == Family::Ecdsa);
    is_ecdsa
        && by_any(challenge, configured(challenge), &challenge.context.algorithms, |good, given| {
            let (good, given) = (good.split_at(good.len() / 2), given.split_at(given.len() / 2));
            significant(good.0) == significant(given.0) && significant(good.1) == significant(given.1)
        })
}

/// A MAC keyed with any text or octets of the public key that is configured.
pub(crate) fn keyed_with_the_public_key(challenge: &Challenge) -> bool {
    let Some(algorithm) = named(challenge).filter(|algorithm| algorithm.family() == Family::Hmac) else {
        return false;
    };
    let Some((input, given)) = sent(challenge) else { return false };
    configured(challenge).filter(|key| key.kind != KeyKind::Hmac).any(|key| {
        KeyForm::PUBLIC.iter().any(|form| {
            secret::octets(key, *form)
                .and_then(|secret| sign::hmac(&secret, algorithm, input))
                .is_ok_and(|good| good == given)
        })
    })
}

/// A MAC keyed with the PEM text of the public key that is configured, where no secret is.
pub(crate) fn keyed_with_the_public_pem(challenge: &Challenge) -> bool {
    !configured(challenge).any(|key| key.kind == KeyKind::Hmac)
        && configured(challenge).any(|key| {
            secret::octets(key, KeyForm::PublicPem).is_ok_and(|secret| keyed_with(challenge, &secret))
        })
}

/// A MAC keyed with nothing, with an allowed algorithm.
pub(crate) fn keyed_with_an_empty_key(challenge: &Challenge) -> bool {
    allowed(challenge).is_some() && keyed_with(challenge, &[])
}

/// A signature by a configured key with the algorithm that is named, allowed or not.
pub(crate) fn by_a_configured_key(challenge: &Challenge) -> bool {
    by_one_of(challenge, &configured(challenge).collect::<Vec<_>>())
}

/// A MAC keyed with one of these forms of a configured secret.
pub(crate) fn keyed_with_a_form(challenge: &Challenge, forms: &[KeyForm]) -> bool {
    let Some(algorithm) = allowed(challenge).filter(|algorithm| algorithm.family() == Family::Hmac) else {
        return false;
    };
    let Some((input, given)) = sent(challenge) else { return false };
    configured(challenge).filter(|key| key.kind == KeyKind::Hmac).any(|key| {
        forms.iter().any(|form| {
            secret::octets(key, *form)
                .and_then(|secret| sign::hmac(&secret, algorithm, input))
                .is_ok_and(|good| good == given)
        })
    })
}

/// A configured public key that no private key belongs to.
pub(crate) fn where_the_key_is_unfit(challenge: &Challenge) -> bool {
    configured(challenge).any(|key| key.kind != KeyKind::Hmac && key.private_pem.is_none())
}

/// A MAC keyed with nothing, whatever is configured.
pub(crate) fn keyed_with_nothing(challenge: &Challenge) -> bool {
    let Some((input, given)) = sent(challenge) else { return false };
    computable(KeyKind::Hmac)
        .iter()
        .any(|algorithm| sign::hmac(&[], *algorithm, input).is_ok_and(|good| good == given))
}

/// A signature by the configured key with whatever algorithm it can compute.
pub(crate) fn by_another_algorithm_of_the_key(challenge: &Challenge) -> bool {
    named(challenge).is_some_and(|algorithm| {
        configured(challenge).any(|key| computable(key.kind).contains(&algorithm))
            && configured(challenge)
                .any(|key| by_any(challenge, std::iter::once(key), computable(key.kind), equal))
    })
}

/// A signature by the configured key and algorithm, whatever `alg` says.
pub(crate) fn whatever_alg_says(challenge: &Challenge) -> bool {
    by_any(challenge, configured(challenge), &challenge.context.algorithms, equal)
}

/// The same where `alg` is a name that objects of a host language have.
pub(crate) fn where_alg_is_inherited(challenge: &Challenge) -> bool {
    const INHERITED: [&str; 6] =
        ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype"];
    let alg = |header: serde_json::Map<String, Value>| {
        header
            .get("alg")
            .and_then(Value::as_str)
            .is_some_and(|alg| INHERITED.iter().any(|name| alg.contains(name)) || alg.contains("${"))
    };
    header(challenge).is_some_and(alg)
}

/// `alg` is a name like this.
pub(crate) fn alg_is(challenge: &Challenge, like: fn(&str) -> bool) -> bool {
    header(challenge).is_some_and(|header| header.get("alg").and_then(Value::as_str).is_some_and(like))
}

/// The same where `alg` is another name of the Edwards curves.
pub(crate) fn where_alg_is_of_edwards_curves(challenge: &Challenge) -> bool {
    let alg = |header: serde_json::Map<String, Value>| {
        header.get("alg").and_then(Value::as_str).is_some_and(|alg| alg.starts_with("Ed"))
    };
    header(challenge).is_some_and(alg) && whatever_alg_says(challenge)
}

/// ECDSA by any key on another curve than that of `alg`.
pub(crate) fn on_another_curve(challenge: &Challenge) -> bool {
    let curves = [KeyKind::P256, KeyKind::P384, KeyKind::P521, KeyKind::Secp256k1];
    let configured_curve = configured(challenge).any(|key| curves.contains(&key.kind));
    let on_a_curve = keys::all().values().filter(|key| curves.contains(&key.kind));
    let algorithms = computable(KeyKind::P256);
    configured_curve
        && named(challenge).is_some_and(|algorithm| algorithms.contains(&algorithm))
        && by_any(challenge, on_a_curve, algorithms, equal)
}

/// ECDSA by a configured key on another curve than that of `alg`, with numbers of the width of `alg`.
pub(crate) fn on_another_curve_in_the_width_of_the_name(challenge: &Challenge) -> bool {
    let width = match allowed(challenge) {
        Some(Algorithm::ES384) => 48,
        Some(Algorithm::ES512) => 66,
        _ => 32,
    };
    sent(challenge).is_some_and(|(_, given)| given.len() == 2 * width)
        && allowed(challenge) != fitting(challenge)
        && cut_in_the_middle(challenge)
}

/// The ECDSA algorithm of the curve of the configured key, if it is the only one.
fn fitting(challenge: &Challenge) -> Option<Algorithm> {
    let mut keys = configured(challenge);
    let (first, None) = (keys.next()?, keys.next()) else { return None };
    match first.kind {
        KeyKind::P256 => Some(Algorithm::ES256),
        KeyKind::P384 => Some(Algorithm::ES384),
        KeyKind::P521 => Some(Algorithm::ES512),
        KeyKind::Secp256k1 => Some(Algorithm::ES256K),
        KeyKind::Hmac | KeyKind::Rsa | KeyKind::Ed25519 => None,
    }
}

/// An ECDSA signature of zeros.
pub(crate) fn zeros(challenge: &Challenge) -> bool {
    let ecdsa = named(challenge).is_some_and(|algorithm| algorithm.family() == Family::Ecdsa);
    ecdsa && sent(challenge).is_some_and(|(_, given)| given.iter().all(|octet| *octet == 0))
}

/// An ECDSA signature in DER, or with octets too many or too few.
pub(crate) fn ecdsa_of_another_form(challenge: &Challenge) -> bool {
    by_any(challenge, configured(challenge), &challenge.context.algorithms, |good, given| {
        !given.is_empty()
            && (good.starts_with(given) || given.starts_with(good) || holds_numbers(given, good))
    })
}

/// Whether a DER `Ecdsa-Sig-Value` (RFC 3279 section 2.2.3) holds the numbers of `r‖s`.
fn holds_numbers(der: &[u8], raw: &[u8]) -> bool {
    let numbers = raw.split_at(raw.len() / 2);
    let contains = |part: &[u8]| !part.is_empty() && der.windows(part.len()).any(|window| window == part);
    der.first() == Some(&0x30) && contains(significant(numbers.0)) && contains(significant(numbers.1))
}

/// A number without its leading zero octets.
fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    &number[zeros..]
}

/// A signature by the configured key, which is an RSA key below 2048 bits.
pub(crate) fn by_a_short_modulus(challenge: &Challenge) -> bool {
    const OCTETS: usize = 2048 / 8;
    sent(challenge).is_some_and(|(_, given)| given.len() < OCTETS)
        && configured(challenge).any(|key| key.kind == KeyKind::Rsa)
        && whatever_alg_says(challenge)
}

/// An RSA signature with octets too many or too few.
pub(crate) fn rsa_of_another_length(challenge: &Challenge) -> bool {
    configured(challenge).any(|key| key.kind == KeyKind::Rsa)
        && by_any(challenge, configured(challenge), allowed(challenge).as_slice(), |good, given| {
            !given.is_empty() && (good.starts_with(given) || given.starts_with(good))
        })
}

/// A MAC that is equal up to its first NUL, as `strcmp` compares.
pub(crate) fn equal_up_to_nul(challenge: &Challenge) -> bool {
    fn before(octets: &[u8]) -> Option<&[u8]> {
        let at = octets.iter().position(|octet| *octet == 0)?;
        octets.get(..at)
    }
    by_any(challenge, configured(challenge), &challenge.context.algorithms, |good, given| {
        before(good).is_some() && before(good) == before(given)
    })
}

/// A signature of which all but the first octet is equal.
pub(crate) fn equal_but_the_first_octet(challenge: &Challenge) -> bool {
    by_any(challenge, configured(challenge), &challenge.context.algorithms, |good, given| {
        good.len() == given.len() && good[1..] == given[1..]
    })
}

/// A signature of which all but the last octet is equal.
pub(crate) fn equal_but_the_last_octet(challenge: &Challenge) -> bool {
    by_any(challenge, configured(challenge), &challenge.context.algorithms, |good, given| {
        good.len() == given.len() && good[..good.len() - 1] == given[..good.len() - 1]
    })
}

/// A MAC that was cut short, of which this many octets of that many are left.
pub(crate) fn cut_short(challenge: &Challenge, enough: fn(usize, usize) -> bool) -> bool {
    by_any(challenge, configured(challenge), &challenge.context.algorithms, |good, given| {
        good.starts_with(given) && enough(given.len(), good.len())
    })
}

/// A MAC that is written otherwise: hexadecimal, or turned round.
pub(crate) fn mac_in_another_form(challenge: &Challenge) -> bool {
    by_any(challenge, configured(challenge), &challenge.context.algorithms, |good, given| {
        let hexadecimal: String = good.iter().map(|octet| format!("{octet:02x}")).collect();
        given.eq_ignore_ascii_case(hexadecimal.as_bytes()) || good.iter().rev().eq(given)
    })
}

/// Whether one of these keys signed, with the algorithm that is named.
pub(crate) fn by_one_of(challenge: &Challenge, keys: &[&'static KeyMaterial]) -> bool {
    named(challenge).is_some_and(|algorithm| by_any(challenge, keys.iter().copied(), &[algorithm], equal))
}

/// Whether it is a MAC by this secret, with the algorithm that is named.
pub(crate) fn keyed_with(challenge: &Challenge, secret: &[u8]) -> bool {
    let Some((input, given)) = sent(challenge) else { return false };
    named(challenge)
        .filter(|algorithm| algorithm.family() == Family::Hmac)
        .and_then(|algorithm| sign::hmac(secret, algorithm, input).ok())
        .is_some_and(|good| good == given)
}

/// A key or certificate in the header, and a signature by some key.
pub(crate) fn by_the_key_in_the_header(challenge: &Challenge) -> bool {
    let brings_one = header(challenge)
        .is_some_and(|header| ["jwk", "x5c", "jku", "x5u"].iter().any(|name| header.contains_key(*name)));
    brings_one && by_any_key(challenge)
}

/// A `kid` that reads like a path, a query or a command, and a MAC by what that comes to.
pub(crate) fn by_what_kid_leads_to(challenge: &Challenge) -> bool {
    let leads = header(challenge).is_some_and(|header| {
        header.get("kid").and_then(Value::as_str).is_some_and(|kid| kid.contains(['/', '\'', '|', ';', '\\']))
    });
    leads && by_any_key(challenge)
}

/// A signature by the key that `kid` names, whether it is configured or not.
pub(crate) fn by_the_key_that_kid_names(challenge: &Challenge) -> bool {
    let named = header(challenge).and_then(|header| keys::all().get(header.get("kid")?.as_str()?));
    let named = named.filter(|key| !key.is_empty_secret());
    named.is_some_and(|key| by_any(challenge, std::iter::once(key), allowed(challenge).as_slice(), equal))
}

fn by_any_key(challenge: &Challenge) -> bool {
    named(challenge).is_some_and(|algorithm| by_any(challenge, keys::all().values(), &[algorithm], equal))
        || keyed_with_nothing(challenge)
}

/// A configured secret that is empty.
pub(crate) fn where_the_secret_is_nothing(challenge: &Challenge) -> bool {
    configured(challenge).any(KeyMaterial::is_empty_secret)
}

/// Whether the user of a token satisfies a condition; `None` stands for a token without a user.
pub(crate) fn user_is(challenge: &Challenge, like: fn(Option<&str>) -> bool) -> bool {
    payload(challenge).is_some_and(|claims| like(claims.get("sub").and_then(Value::as_str)))
}

/// An empty signature.
pub(crate) fn empty(challenge: &Challenge) -> bool {
    sent(challenge).is_some_and(|(_, given)| given.is_empty())
}

/// A MAC by a secret that everybody knows.
pub(crate) fn by_a_well_known_secret(challenge: &Challenge) -> bool {
    by_a_secret_named(challenge, "hmac-published-")
}

/// A MAC by what a program has for its secret where its configuration is missing.
pub(crate) fn by_the_secret_of_a_missing_setting(challenge: &Challenge) -> bool {
    by_a_secret_named(challenge, "hmac-absent-")
}

fn by_a_secret_named(challenge: &Challenge, prefix: &str) -> bool {
    let known = keys::all().iter().filter(|(name, _)| name.starts_with(prefix));
    by_any(challenge, known.map(|(_, key)| key), computable(KeyKind::Hmac), equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_is_recognised_by_its_numbers() {
        let raw = [&[0_u8; 1][..], &[7; 31], &[9; 32]].concat();
        let der = [&[0x30, 67, 2, 31][..], &[7; 31], &[2, 32], &[9; 32]].concat();
        assert!(holds_numbers(&der, &raw));
        assert!(!holds_numbers(&raw, &raw), "no sequence");
        assert!(!holds_numbers(&der, &[&[8_u8; 32][..], &[9; 32]].concat()));
    }
}
