//! Keys that a token brings along in `jwk` and `x5c` (RFC 7515 sections 4.1.3 and 4.1.6). They are
//! never used: whoever takes the key from the token believes whoever sent it. One that is a configured
//! key does no harm; another one contradicts the signature that a configured key made.

use jotproof_model::{Context, KeyMaterial, KeyRing, Reason};
use jotproof_rules::header::EmbeddedJwk;
use jotproof_rules::{HeaderRules, KeyRules};

use crate::base64url;
use crate::header;
use crate::json::{Document, Kind, Options, Value};
use crate::key;
use crate::members::{Found, Known};
use crate::verdict::{Refusal, Stage};

/// The members of a JWK that are the public key, or the secret (RFC 7518 section 6, RFC 8037 section
/// 2).
const KEY_MEMBERS: [&str; 7] = ["kty", "crv", "x", "y", "n", "e", "k"];

/// The common parameters of a JWK that are strings beside `alg`, and those that are arrays of strings (RFC 7517
/// section 4). Which other ones there are hangs on `kty`.
const STRINGS: [&str; 5] = ["use", "kid", "x5u", "x5t", "x5t#S256"];
const STRING_ARRAYS: [&str; 2] = ["key_ops", "x5c"];

/// Refuses a `jwk` that is an object and no JWK.
#[must_use]
pub fn ill_formed(known: &Known<'_>, rules: &HeaderRules) -> Vec<Refusal> {
    let Some(Kind::Object(members)) = known.get("jwk").map(Value::kind) else { return Vec::new() };
    if rules.embedded_jwk == EmbeddedJwk::Unread {
        return Vec::new();
    }
    let jwk = known.nested(members);
    let refuse = |reason, name: &str, what: &str| {
        let detail = format!("{name:?} in header parameter \"jwk\" {what}");
        Refusal::new(Stage::Header, reason, detail)
    };
    let twice = ["alg"].into_iter().chain(STRINGS).chain(STRING_ARRAYS).filter(|name| jwk.is_repeated(name));
    let mut refusals: Vec<Refusal> =
        twice.map(|name| refuse(Reason::Header, name, "is there twice")).collect();
    // Inside of an object that is decoded in two steps, `serde` takes `{}` for `null`.
    let alg = header::algorithm(&jwk, rules, |kind| match kind {
        Kind::Null => true,
        Kind::Object(members) => members.iter().next().is_none(),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Array(_) => false,
    });
    let others = STRINGS.map(|name| (name, jwk.string(name, rules.null)));
    for (name, found) in [("alg", alg)].into_iter().chain(others) {
        if let Found::Wrong(what) = found {
            refusals.push(refuse(Reason::HeaderParameter, name, &format!("is {what}, not a string")));
        }
    }
    for name in STRING_ARRAYS.into_iter().filter(|name| !jwk.has_strings(name, rules.null)) {
        refusals.push(refuse(Reason::HeaderParameter, name, "is not an array of strings"));
    }
    refusals
}

/// Refuses keys that are not configured.
#[must_use]
pub fn check(known: &Known<'_>, context: &Context, keys: &KeyRing, rules: &KeyRules) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut refuse = |name: &str| {
        let detail = format!("header parameter {name:?} holds a key that is not configured");
        refusals.push(Refusal::new(Stage::Header, Reason::HeaderParameter, detail));
    };
    let configured = || key::configured(context, keys, rules);
    if let Some(jwk) = known.get("jwk")
        && !configured().any(|key| is_jwk_of(jwk, key))
    {
        refuse("jwk");
    }
    if let Some(chain) = known.get("x5c")
        && !configured().any(|key| certifies(chain, key))
    {
        refuse("x5c");
    }
    refusals
}

fn is_jwk_of(jwk: Value<'_>, key: &KeyMaterial) -> bool {
    let Ok(own) = Document::parse(key.jwk.as_bytes(), Options::STRICT) else { return false };
    let members = key_members(own.root());
    members.is_some() && members == key_members(jwk)
}

fn key_members(jwk: Value<'_>) -> Option<[Option<&str>; KEY_MEMBERS.len()]> {
    let Kind::Object(members) = jwk.kind() else { return None };
    let string = |name| {
        members.iter().filter(|(other, _)| *other == name).find_map(|(_, value)| match value.kind() {
            Kind::String(text) => Some(text),
            _ => None,
        })
    };
    Some(KEY_MEMBERS.map(string))
}

/// Whether the first certificate of a chain holds the key: its SubjectPublicKeyInfo stands in the
/// certificate octet for octet (RFC 5280 section 4.1).
fn certifies(chain: Value<'_>, key: &KeyMaterial) -> bool {
    let Kind::Array(certificates) = chain.kind() else { return false };
    let Some(Kind::String(base64)) = certificates.iter().next().map(Value::kind) else { return false };
    let Ok(certificate) = base64url::decode_standard(base64.as_bytes()) else { return false };
    let own = key.public_pem.as_deref().and_then(key::pem_to_der);
    own.is_some_and(|der| !der.is_empty() && certificate.windows(der.len()).any(|window| window == der))
}

#[cfg(test)]
mod tests {
    use jotproof_model::{Application, KeyKind};
    use jotproof_rules::{Duplicates, Names};

    use super::*;
    use crate::members::Lookup;
    use crate::testing;

    fn fixture(name: &str) -> String {
        let path = format!("{}/../../fixtures/keys/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    #[test]
    fn only_a_configured_key_may_come_along() {
        let material = KeyMaterial {
            jwk: fixture("p-256.jwk.json"),
            ..testing::public_key(KeyKind::P256, &fixture("p-256.public.pem"))
        };
        let keys = testing::ring([("key", material)]);
        let context = Context { keys: vec!["key".to_owned()], ..testing::context(Application::Jwt) };
        let chain = |name: &str| {
            let pem = fixture(&format!("{name}.certificate.pem"));
            let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
            format!("[\"{base64}\"]")
        };
        for (parameter, value, refused) in [
            ("jwk", fixture("p-256.jwk.json"), false),
            ("jwk", fixture("p-256-foreign.jwk.json"), true),
            ("jwk", fixture("rsa-2048.jwk.json"), true),
            ("jwk", "{}".to_owned(), true),
            ("jwk", "1".to_owned(), true),
            ("x5c", chain("p-256"), false),
            ("x5c", chain("p-256-foreign"), true),
            ("x5c", "[]".to_owned(), true),
            ("x5c", "[\"!\"]".to_owned(), true),
            ("kid", "1".to_owned(), false),
        ] {
            let header = format!("{{\"{parameter}\":{value}}}");
            let document = Document::parse(header.as_bytes(), Options::STRICT).expect("well-formed");
            let Kind::Object(members) = document.root().kind() else { panic!("an object") };
            let known = Known::new(members, Lookup { names: Names::Exact, duplicates: Duplicates::Last });
            assert_eq!(!check(&known, &context, &keys, &KeyRules::default()).is_empty(), refused, "{header}");
        }
    }
}
