//! What a mutant makes of published key sets and of patterns: another document, another pattern, or a
//! signature by a key that is not the one.

use std::sync::Arc;

use jotproof_mint::{keys, secret};
use jotproof_model::context::{Origin, Transport};
use jotproof_model::recipe::KeyForm;
use jotproof_model::{Challenge, Context, KeyMaterial, KeySet, Reason};
use jotproof_reference::configuration;
use serde_json::{Value, json};

use crate::parts::{header, octets, payload, with_claims, with_context};
use crate::{lenient_json, signatures, strict};

fn key_set(challenge: &Challenge) -> Option<&KeySet> {
    challenge.context.key_set.as_ref()
}

fn kid(challenge: &Challenge) -> Option<String> {
    Some(header(challenge)?.get("kid")?.as_str()?.to_owned())
}

/// The same, with each published document rewritten; nothing where there is none.
fn with_documents(challenge: &Challenge, rewrite: impl Fn(&str) -> String) -> Option<Challenge> {
    key_set(challenge)?;
    Some(with_context(challenge, |context| {
        for document in context.key_set.iter_mut().flat_map(|key_set| key_set.documents.values_mut()) {
            *document = rewrite(document);
        }
    }))
}

/// The same, with each published key rewritten, where the document is a set of them.
fn with_keys(challenge: &Challenge, rewrite: impl Fn(&mut Value)) -> Option<Challenge> {
    with_documents(challenge, |document| {
        let Ok(mut set) = serde_json::from_str::<Value>(document) else { return document.to_owned() };
        set.get_mut("keys").and_then(Value::as_array_mut).into_iter().flatten().for_each(&rewrite);
        set.to_string()
    })
}

/// A key of the set is the one that the token names, where this finds the two names alike.
pub(crate) fn kid_alike(challenge: &Challenge, alike: fn(&str, &str) -> bool) -> Option<Challenge> {
    let theirs = kid(challenge)?;
    with_keys(challenge, |key| {
        let is_alike = key["kid"].as_str().is_some_and(|ours| alike(ours, &theirs));
        if is_alike {
            key["kid"] = json!(theirs);
        }
    })
}

/// A `kid` in the set that is not a string matches every `kid` of a token.
pub(crate) fn kid_of_another_type(challenge: &Challenge) -> Option<Challenge> {
    let theirs = kid(challenge)?;
    with_keys(challenge, |key| {
        if key.get("kid").is_some_and(|ours| !ours.is_string()) {
            key["kid"] = json!(theirs);
        }
    })
}

/// `kty` is what the other members look like.
pub(crate) fn type_by_members(challenge: &Challenge) -> Option<Challenge> {
    with_keys(challenge, |key| {
        let has = |name| key.get(name).is_some();
        let kty = match (has("n"), has("y"), has("x")) {
            (true, ..) => "RSA",
            (_, true, _) => "EC",
            (.., true) => "OKP",
            _ => return,
        };
        key["kty"] = json!(kty);
    })
}

/// `kty` is compared without regard to case.
pub(crate) fn type_in_any_case(challenge: &Challenge) -> Option<Challenge> {
    with_keys(challenge, |key| {
        if let Some(kty) = key["kty"].as_str().map(str::to_uppercase) {
            key["kty"] = json!(kty);
        }
    })
}

/// `alg` of a key is compared without regard to case.
pub(crate) fn algorithm_in_any_case(challenge: &Challenge) -> Option<Challenge> {
    let ours = challenge.context.algorithms.first()?.name();
    with_keys(challenge, |key| {
        if key["alg"].as_str().is_some_and(|alg| alg.eq_ignore_ascii_case(ours)) {
            key["alg"] = json!(ours);
        }
    })
}

/// `alg` of a key says nothing.
pub(crate) fn without_algorithms(challenge: &Challenge) -> Option<Challenge> {
    with_keys(challenge, |key| {
        if let Some(key) = key.as_object_mut() {
            key.remove("alg");
        }
    })
}

/// Of equal members of a document the first one counts.
pub(crate) fn first_members(challenge: &Challenge) -> Option<Challenge> {
    with_documents(challenge, |document| {
        lenient_json::first_of_equal_names(document.as_bytes())
            .and_then(|text| String::from_utf8(text).ok())
            .unwrap_or_else(|| document.to_owned())
    })
}

/// Whether a secret that is published under the name that the token has is its key.
pub(crate) fn keyed_with_a_published_secret(challenge: &Challenge) -> bool {
    let Some((key_set, kid)) = key_set(challenge).zip(kid(challenge)) else { return false };
    let is_it = |key: &Value| {
        key["kid"] == kid
            && key["kty"] == "oct"
            && key["k"].as_str().is_some_and(|secret| signatures::keyed_with(challenge, &octets(secret)))
    };
    let set = |text: &String| serde_json::from_str::<Value>(text).unwrap_or_default();
    key_set.documents.values().map(set).any(|set| set["keys"].as_array().into_iter().flatten().any(is_it))
}

/// Whether the token names no key, and one of those that are published signed.
pub(crate) fn by_any_key_without_kid(challenge: &Challenge) -> bool {
    kid(challenge).is_none_or(|kid| kid.is_empty()) && by_a_key_of_the_set(challenge)
}

/// Whether a key signed of the document that the token leads to.
pub(crate) fn by_a_key_of_the_set(challenge: &Challenge) -> bool {
    let Some(key_set) = key_set(challenge) else { return false };
    let own = key_set.documents.get(&own_path(challenge, key_set));
    own.is_some_and(|document| signatures::by_one_of(challenge, &published_in([document])))
}

/// Whether a configured key signed where a key set takes its place.
pub(crate) fn by_a_configured_key(challenge: &Challenge) -> bool {
    key_set(challenge).is_some() && signatures::by_a_configured_key(challenge)
}

/// The key that the token names, whether or not it is still published.
fn named(challenge: &Challenge) -> Option<&'static KeyMaterial> {
    key_set(challenge)?;
    keys::all().get(&kid(challenge)?)
}

/// Whether an encoding of the named public key is the secret.
pub(crate) fn keyed_with(challenge: &Challenge, form: KeyForm) -> bool {
    named(challenge)
        .and_then(|key| secret::octets(key, form).ok())
        .is_some_and(|secret| signatures::keyed_with(challenge, &secret))
}

/// Whether the key signed that was published under this name before.
pub(crate) fn by_the_key_of_before(challenge: &Challenge) -> bool {
    named(challenge).is_some_and(|key| signatures::by_one_of(challenge, &[key]))
}

/// Whether the key signed of any document that is published.
pub(crate) fn by_a_key_of_any_document(challenge: &Challenge) -> bool {
    let Some(key_set) = key_set(challenge) else { return false };
    signatures::by_one_of(challenge, &published_in(key_set.documents.values()))
}

/// The keys that are published in these documents.
fn published_in<'a>(documents: impl IntoIterator<Item = &'a String> + Clone) -> Vec<&'static KeyMaterial> {
    let is_published = |key: &&KeyMaterial| {
        let own: Value = serde_json::from_str(&key.jwk).unwrap_or_default();
        let material = ["n", "x"].into_iter().find_map(|name| own[name].as_str());
        material.is_some_and(|material| documents.clone().into_iter().any(|text| text.contains(material)))
    };
    keys::all().values().filter(is_published).collect()
}

/// Whether the key signed that lies where `jku` of the token points: any, for a test has no network.
pub(crate) fn by_a_key_of_the_token(challenge: &Challenge) -> bool {
    let points = header(challenge).is_some_and(|header| header.contains_key("jku"));
    points && signatures::by_one_of(challenge, &keys::all().values().collect::<Vec<_>>())
}

/// Whether there is no set, or no key in it.
pub(crate) fn there_is_no_key(challenge: &Challenge) -> bool {
    let Some(key_set) = key_set(challenge) else { return false };
    if key_set.origin != Origin::Published || key_set.transport == Transport::Endless {
        return true;
    }
    let set = key_set
        .documents
        .get(&own_path(challenge, key_set))
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    set.is_none_or(|set| set["keys"].as_array().is_none_or(Vec::is_empty))
}

/// The path of the document that the token leads to.
fn own_path(challenge: &Challenge, key_set: &KeySet) -> String {
    let tenant = || {
        let claims = payload(challenge)?;
        let name = claims.get("iss").or(claims.get("aud"))?.as_str()?;
        Some(name.rsplit('/').next()?.to_owned())
    };
    key_set.path.replace("{{tenant}}", &tenant().unwrap_or_default())
}

/// Whether a member of a published key is an empty string.
pub(crate) fn a_member_is_empty(challenge: &Challenge) -> bool {
    let is_empty = |text: &String| {
        let set = serde_json::from_str::<Value>(text).unwrap_or_default();
        let mut keys = set["keys"].as_array().into_iter().flatten().filter_map(Value::as_object);
        keys.any(|key| ["x", "y", "n", "e"].iter().any(|name| key.get(*name) == Some(&json!(""))))
    };
    key_set(challenge).is_some_and(|key_set| key_set.documents.values().any(is_empty))
}

/// The name counts where there is a pattern beside it.
pub(crate) fn patterns_dropped(context: &mut Context) {
    context.audience_regex.take_if(|_| context.audience.is_some());
    context.issuer_regex.take_if(|_| context.issuer.is_some());
}

/// The pattern counts where there is a name beside it.
pub(crate) fn names_dropped(context: &mut Context) {
    context.audience.take_if(|_| context.audience_regex.is_some());
    context.issuer.take_if(|_| context.issuer_regex.is_some());
}

/// Patterns that cannot be compiled are not there.
pub(crate) fn bad_patterns_dropped(context: &mut Context) {
    let plain = Context { key_set: None, audience: None, issuer: None, ..context.clone() };
    let is_bad = |pattern: &mut String| {
        let alone = Context { audience_regex: Some(pattern.clone()), issuer_regex: None, ..plain.clone() };
        configuration::is_wrong(&alone)
    };
    context.audience_regex.take_if(is_bad);
    context.issuer_regex.take_if(is_bad);
}

/// What is missing in the URL of a key set is put there.
pub(crate) fn bad_url_completed(context: &mut Context) {
    if let Some(key_set) = &mut context.key_set
        && key_set.origin.is_wrong()
    {
        key_set.origin = Origin::Published;
    }
}

/// Patterns do not look ahead; nothing where none does.
pub(crate) fn without_look_ahead(challenge: &Challenge) -> Option<Challenge> {
    let Context { audience_regex, issuer_regex, .. } = &*challenge.context;
    [audience_regex, issuer_regex].into_iter().flatten().find(|pattern| pattern.contains("(?!"))?;
    patterns(challenge, |pattern| match pattern.split_once("(?!") {
        Some((before, rest)) => format!("{before}{}", rest.split_once(')').map_or(rest, |(_, after)| after)),
        None => pattern.to_owned(),
    })
}

/// Whether the verifier finds no key that it can use.
pub(crate) fn no_key_can_be_used(challenge: &Challenge) -> bool {
    key_set(challenge).is_some() && strict().verdict(challenge) == Err(Reason::Key)
}

/// The patterns are rewritten; nothing where there are none.
pub(crate) fn patterns(challenge: &Challenge, rewrite: fn(&str) -> String) -> Option<Challenge> {
    let Context { audience_regex, issuer_regex, .. } = &*challenge.context;
    audience_regex.as_ref().or(issuer_regex.as_ref())?;
    Some(with_context(challenge, |context| {
        for pattern in [&mut context.audience_regex, &mut context.issuer_regex].into_iter().flatten() {
            *pattern = rewrite(pattern);
        }
    }))
}

/// There are no patterns.
pub(crate) fn without_patterns(challenge: &Challenge) -> Option<Challenge> {
    patterns(challenge, |_| ".*".to_owned())?;
    Some(with_context(challenge, |context| (context.audience_regex, context.issuer_regex) = (None, None)))
}

/// A pattern is not asked for where the claim is empty, or not there.
pub(crate) fn empty_passes(challenge: &Challenge) -> Option<Challenge> {
    patterns(challenge, str::to_owned)?;
    let claims = payload(challenge)?;
    let is_empty = |name: &str| claims.get(name).is_none_or(|value| value == "");
    Some(with_context(challenge, |context| {
        context.audience_regex.take_if(|_| is_empty("aud"));
        context.issuer_regex.take_if(|_| is_empty("iss"));
    }))
}

/// Several audiences are one text.
pub(crate) fn audiences_joined(challenge: &Challenge) -> Option<Challenge> {
    challenge.context.audience_regex.as_ref()?;
    let mut claims = payload(challenge)?;
    let joined: String = claims.get("aud")?.as_array()?.iter().filter_map(Value::as_str).collect();
    claims.insert("aud".to_owned(), json!(joined));
    with_claims(challenge, claims)
}

/// The configuration of the other purpose judges.
pub(crate) fn of_the_other_purpose(challenge: &Challenge) -> Option<Challenge> {
    let separate = challenge.context.separate.clone()?;
    let context = Context {
        keys: separate.keys,
        algorithms: separate.algorithms,
        key_set: None,
        separate: None,
        ..(*challenge.context).clone()
    };
    Some(Challenge { context: Arc::new(context), ..challenge.clone() })
}
