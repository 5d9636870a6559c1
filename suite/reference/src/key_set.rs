//! Published key sets: which key of a JWK Set a token is verified with (RFC 7517 sections 4 and 5, RFC
//! 7515 section 4.1.4). Nothing is fetched: the documents are part of the context.

use aws_lc_rs::signature::ParsedPublicKey;
use jotproof_model::context::{Origin, Transport, without_dot_segments};
use jotproof_model::{Algorithm, KeyKind, KeySet, Reason};
use jotproof_rules::key_set::{
    KeyAlgorithm, KeyCache, KeyUse, OkpAlgorithm, PrivatePart, SameKeyId, Template,
};
use jotproof_rules::{Duplicates, KeySetRules, Null, Rules, Strictness};

use crate::base64url::{self, Options as Base64};
use crate::header::shortened;
use crate::json::{Document, Kind, Options, Value};
use crate::key::{Candidate, PublicKey, kind_for};
use crate::members::{Found, Known, Lookup};
use crate::pattern::Groups;
use crate::signature;
use crate::verdict::{Refusal, Stage};

/// Looks up the keys of a set that a signature is tried with. `groups` is what the patterns of issuer and
/// audience matched.
///
/// # Errors
///
/// There is no set, it cannot be read, or no key in it is the one.
pub fn candidates(
    kid: Found<&str>,
    algorithm: Algorithm,
    key_set: &KeySet,
    groups: &Groups,
    rules: &Rules,
) -> Result<Vec<Candidate<'static>>, Refusal> {
    let Some(kid) = kid.value().filter(|kid| !kid.is_empty()) else {
        return refuse("the token names no key by kid");
    };
    let path = resolved(&key_set.path, groups, &rules.key_set)?;
    match key_set.origin {
        Origin::Published => {}
        Origin::Silent => return refuse("nothing answers where the key set is to be"),
        origin => return refuse(format!("nothing is fetched from {:?}", origin.before_path("host"))),
    }
    match key_set.transport {
        Transport::Plain | Transport::MediaType | Transport::Gzip => {}
        Transport::MovedPermanently | Transport::Found | Transport::FoundElsewhere
            if rules.key_set.redirects == Strictness::Ignore => {}
        transport => return refuse(format!("the key set is sent otherwise: {}", transport.name())),
    }
    let kept = key_set.fetched.iter().filter(|_| rules.key_set.cache == KeyCache::KeyId);
    for path in kept {
        if let Some(document) = key_set.documents.get(path)
            && let Ok(found) = search(document, kid, algorithm, rules)
        {
            return Ok(found);
        }
    }
    let Some(document) = key_set.documents.get(&path) else {
        return refuse(format!("there is no key set at {:?}", shortened(&path)));
    };
    search(document, kid, algorithm, rules)
}

fn refuse<T>(detail: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(Stage::Key, Reason::Key, detail.into()))
}

/// The path that a template leads to.
fn resolved(template: &str, groups: &Groups, rules: &KeySetRules) -> Result<String, Refusal> {
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        let value = groups.get(name).map_or("", String::as_str);
        if rules.template == Template::Segment && !is_segment(value) {
            return refuse(format!("{value:?} leads out of the path of a key set"));
        }
        path.push_str(before);
        path.push_str(value);
        rest = after;
    }
    path.push_str(rest);
    // What follows is no part of the path (RFC 3986 section 3.3).
    path.truncate(path.find(['?', '#']).unwrap_or(path.len()));
    let clean = without_dot_segments(&path);
    if rules.template == Template::CleanPath && clean != path {
        return refuse(format!("the path {:?} is not clean", shortened(&path)));
    }
    Ok(clean)
}

fn is_segment(value: &str) -> bool {
    !value.is_empty()
        && !value.starts_with('.')
        && value.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-._~".contains(&octet))
}

fn search(
    document: &str,
    kid: &str,
    algorithm: Algorithm,
    rules: &Rules,
) -> Result<Vec<Candidate<'static>>, Refusal> {
    let options = Options { depth: rules.json.depth.0, text: rules.claims.text, ..Options::STRICT };
    let document = match Document::parse(document.as_bytes(), options) {
        Ok(document) => document,
        Err(error) => return refuse(format!("the key set is not one JSON object: {error}")),
    };
    let Some(set) = object(document.root(), &rules.key_set) else {
        return refuse(format!("the key set is {}, not an object", document.root().type_name()));
    };
    if rules.key_set.duplicates == Duplicates::Refuse
        && let Some(name) = set.repeated()
    {
        return refuse(format!("the key set has two members {:?}", shortened(name)));
    }
    let Some(Kind::Array(keys)) = set.get("keys").map(Value::kind) else {
        return refuse("the key set has no array \"keys\"");
    };
    let mut jwks = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        match Jwk::read(key, rules) {
            Ok(jwk) => jwks.push(jwk),
            Err(why) => return refuse(format!("key {at} of the set: {why}")),
        }
    }
    jwks.retain(|jwk| jwk.kid == Some(kid) && jwk.has_use(rules.key_set.r#use));
    match rules.key_set.same_kid {
        SameKeyId::Refuse => {}
        SameKeyId::Last => drop(jwks.drain(..jwks.len().saturating_sub(1))),
    }
    let mut unfit = format!("the key set has no key {:?}", shortened(kid));
    let mut found = Vec::new();
    for jwk in jwks {
        match jwk.fit(algorithm, rules) {
            Ok(candidate) => found.push(candidate),
            Err(why) => unfit = why,
        }
    }
    match found.len() {
        0 => refuse(unfit),
        1 => Ok(found),
        count => refuse(format!("the key set has {count} such keys")),
    }
}

fn object<'a>(value: Value<'a>, rules: &KeySetRules) -> Option<Known<'a>> {
    let lookup = Lookup { names: rules.member_names, duplicates: rules.duplicates };
    match value.kind() {
        Kind::Object(members) => Some(Known::new(members, lookup)),
        _ => None,
    }
}

/// A key of a set.
struct Jwk<'a> {
    kid: Option<&'a str>,
    kty: &'a str,
    alg: Option<&'a str>,
    used_for: Option<&'a str>,
    /// Whether `key_ops` has other operations, and not `verify`.
    is_for_other_operations: bool,
    /// Whether there is a private part, and whether it is whole.
    private: (bool, bool),
    material: Material,
}

/// What is in a key.
enum Material {
    /// A secret, which is never used.
    Secret,
    Public(KeyKind, PublicKey),
    /// A key of a type or curve that signs nothing here.
    Other,
}

/// Members that are strings, in every key.
const STRINGS: [&str; 5] = ["kid", "kty", "alg", "crv", "use"];
/// Members that are octets.
const OCTETS: [&str; 11] = ["x", "y", "n", "e", "d", "p", "q", "dp", "dq", "qi", "k"];
/// The members of a private part (RFC 7518 section 6).
const PRIVATE: [&str; 6] = ["d", "p", "q", "dp", "dq", "qi"];

impl<'a> Jwk<'a> {
    /// Reads a key.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    fn read(value: Value<'a>, rules: &Rules) -> Result<Self, String> {
        let known = object(value, &rules.key_set).ok_or_else(|| format!("it is {}", value.type_name()))?;
        if rules.key_set.duplicates == Duplicates::Refuse
            && let Some(name) = known.repeated()
        {
            return Err(format!("member {name:?} is there twice"));
        }
        for name in STRINGS {
            if let Found::Wrong(what) = known.string(name, rules.key_set.null) {
                return Err(format!("member {name:?} is {what}"));
            }
        }
        for name in &rules.key_set.integers {
            let is_integer = |value: Value<'_>| match value.kind() {
                Kind::Number(lexeme) => lexeme.parse::<i64>().is_ok(),
                Kind::Null => rules.key_set.null == Null::Absent,
                _ => false,
            };
            if known.get(name).is_some_and(|value| !is_integer(value)) {
                return Err(format!("member {name:?} is no integer"));
            }
        }
        let string = |name| known.string(name, rules.key_set.null).value().filter(|text| !text.is_empty());
        let kty = string("kty").ok_or("it has no kty")?;
        for name in OCTETS {
            let octets = octets(&known, name, rules)?;
            // Zero is one octet (RFC 7518 section 2).
            if kty == "RSA" && octets.is_some_and(|octets| octets.is_empty()) {
                return Err(format!("member {name:?} is empty, and no number"));
            }
        }
        let operations = match known.get("key_ops").map(Value::kind) {
            Some(Kind::Array(operations)) => Some(operations),
            _ => None,
        };
        let verifies = |operations: crate::json::Elements<'_>| {
            operations.iter().any(|one| matches!(one.kind(), Kind::String("verify")))
        };
        let material = material(kty, string("crv"), &known, rules)?;
        match &material {
            Material::Secret if rules.key_set.secret == Strictness::Refuse => {
                return Err("it is a secret, which is not to be published".to_owned());
            }
            Material::Other if rules.key_set.other_type == Strictness::Refuse => {
                return Err("it is a key with which nothing is signed".to_owned());
            }
            Material::Secret | Material::Public(..) | Material::Other => {}
        }
        let has = |name: &str| matches!(octets(&known, name, rules), Ok(Some(_)));
        let whole = match kty {
            "RSA" => has("d") && has("p") && has("q"),
            "EC" => has("d"),
            _ => false,
        };
        Ok(Self {
            kid: string("kid"),
            kty,
            alg: string("alg"),
            used_for: string("use"),
            is_for_other_operations: operations.is_some_and(|operations| !verifies(operations)),
            private: (PRIVATE.into_iter().any(has), whole),
            material,
        })
    }

    fn has_use(&self, rule: KeyUse) -> bool {
        match (rule, self.used_for) {
            (_, Some("sig")) | (KeyUse::SignatureOrNone, None) => true,
            (KeyUse::Signature | KeyUse::SignatureOrNone, _) => false,
        }
    }

    /// What a signature is tried with, where the key is for this algorithm.
    fn fit(self, algorithm: Algorithm, rules: &Rules) -> Result<Candidate<'static>, String> {
        let (private, whole) = self.private;
        let refused = match rules.key_set.private_part {
            PrivatePart::Refuse => private,
            PrivatePart::RefuseWhole => whole,
        };
        if refused {
            return Err("the key is a private one".to_owned());
        }
        if self.is_for_other_operations && rules.key_set.operations == Strictness::Refuse {
            return Err("the key is not for verifying".to_owned());
        }
        let is_okp = self.kty == "OKP";
        let serves = match self.alg {
            Some(name) => {
                name == algorithm.name() || is_okp && rules.key_set.okp_algorithm == OkpAlgorithm::Any
            }
            None => is_okp || rules.key_set.algorithm == KeyAlgorithm::NamedOrAny,
        };
        if !serves {
            return Err(format!("the key is for {:?}, not {algorithm}", self.alg.map(shortened)));
        }
        match self.material {
            Material::Public(kind, key) if kind == kind_for(algorithm) => match key.bits {
                Some(bits) if bits < 2048 && rules.key.size == Strictness::Refuse => {
                    Err(format!("the RSA key has {bits} bits; {algorithm} needs 2048"))
                }
                _ => Ok(Candidate::Public(key)),
            },
            Material::Secret | Material::Public(..) | Material::Other => {
                Err(format!("the key is none for {algorithm}"))
            }
        }
    }
}

/// The octets of a member; nothing where it is not there.
fn octets(known: &Known<'_>, name: &str, rules: &Rules) -> Result<Option<Vec<u8>>, String> {
    match known.string(name, rules.key_set.null) {
        Found::Absent => Ok(None),
        Found::Wrong(what) => Err(format!("member {name:?} is {what}")),
        Found::Value(text) => base64url::decode(text.as_bytes(), Base64::of(&rules.base64url))
            .map(Some)
            .map_err(|error| format!("member {name:?} is no base64url: {error}")),
    }
}

fn material(kty: &str, crv: Option<&str>, known: &Known<'_>, rules: &Rules) -> Result<Material, String> {
    let needed = |name: &str| octets(known, name, rules)?.ok_or_else(|| format!("it has no member {name:?}"));
    match (kty, crv) {
        ("oct", _) => needed("k").map(|_| Material::Secret),
        ("RSA", _) => {
            let (modulus, exponent) = (needed("n")?, needed("e")?);
            let leads_with_zero = |number: &[u8]| number.first() == Some(&0);
            if rules.key_set.leading_zero == Strictness::Refuse
                && [&modulus, &exponent].into_iter().any(|number| leads_with_zero(number))
            {
                return Err("a number begins with a zero octet".to_owned());
            }
            let modulus = without_zeros(&modulus);
            let bits = u32::try_from(modulus.len() * 8).unwrap_or(u32::MAX)
                - modulus.first().map_or(0, |first| first.leading_zeros());
            let der = rsa_public_key(modulus, without_zeros(&exponent));
            Ok(Material::Public(KeyKind::Rsa, PublicKey { der, bits: Some(bits) }))
        }
        ("EC", Some(crv)) => {
            let (kind, algorithm, length) = match crv {
                "P-256" => (KeyKind::P256, Algorithm::ES256, 32),
                "P-384" => (KeyKind::P384, Algorithm::ES384, 48),
                "P-521" => (KeyKind::P521, Algorithm::ES512, 66),
                other => return Err(format!("curve {:?} is not known", shortened(other))),
            };
            let (x, y) = (needed("x")?, needed("y")?);
            if x.len() != length || y.len() != length {
                return Err(format!("a coordinate has not {length} octets"));
            }
            let der = [&[4][..], &x, &y].concat();
            let is_point = signature::verification(algorithm, None)
                .is_some_and(|verification| ParsedPublicKey::new(verification, &der).is_ok());
            if !is_point {
                return Err("it is no point of its curve".to_owned());
            }
            Ok(Material::Public(kind, PublicKey { der, bits: None }))
        }
        ("OKP", Some("Ed25519")) => {
            let der = needed("x")?;
            if der.len() != 32 {
                return Err(format!("an Ed25519 key has 32 octets, not {}", der.len()));
            }
            Ok(Material::Public(KeyKind::Ed25519, PublicKey { der, bits: None }))
        }
        ("OKP", Some("X25519" | "X448" | "Ed448")) => needed("x").map(|_| Material::Other),
        _ => Err(format!("keys of type {:?} with curve {crv:?} are not known", shortened(kty))),
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    &number[zeros..]
}

/// `RSAPublicKey` in DER (RFC 8017 appendix A.1.1).
fn rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let sign: &[u8] = if number.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
        tagged(2, &[sign, number].concat())
    };
    tagged(0x30, &[integer(modulus), integer(exponent)].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let octets = content.len().to_be_bytes();
    let length = without_zeros(&octets);
    let length = match length {
        [] => vec![0],
        [short] if *short < 0x80 => vec![*short],
        // Eight octets at most: this fits.
        long => [&[0x80 | u8::try_from(long.len()).unwrap_or_default()], long].concat(),
    };
    [&[tag][..], &length, content].concat()
}

#[cfg(test)]
mod tests;
