//! What holds for every claims set, every key and every clock.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use jotproof_fuzzing::NOW;
use jotproof_mint::{Mint, base64url, keys};
use jotproof_model::recipe::{Content, KeyForm, Member, SignatureChange, Signer};
use jotproof_model::{Algorithm, Application, Challenge, Context, KeyRing, Recipe};
use jotproof_reference::json::{Document, Options};
use jotproof_reference::{Outcome, Reference};
use jotproof_rules::Rules;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

static MINT: LazyLock<Mint> = LazyLock::new(|| Mint::new(keys::all()));
static RFC: LazyLock<Reference> = LazyLock::new(|| Reference::new("rfc", Rules::default(), None));

/// The key that each algorithm is tried with.
const fn key_of(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => "hmac-64-bytes",
        Algorithm::RS256
        | Algorithm::RS384
        | Algorithm::RS512
        | Algorithm::PS256
        | Algorithm::PS384
        | Algorithm::PS512 => "rsa-2048",
        Algorithm::ES256 => "p-256",
        Algorithm::ES384 => "p-384",
        Algorithm::ES512 => "p-521",
        Algorithm::ES256K => "secp256k1",
        Algorithm::EdDSA | Algorithm::Ed25519 => "ed25519",
    }
}

/// The reference's verdict at a clock, and the claims where it accepts.
fn accepted(algorithm: Algorithm, token: Vec<u8>, now: i64) -> Option<Value> {
    static RINGS: LazyLock<BTreeMap<&str, Arc<KeyRing>>> = LazyLock::new(|| {
        let ring = |name| (name, Arc::new(keys::subset([name]).expect("the key is embedded")));
        Algorithm::ALL.map(key_of).map(ring).into()
    });
    let key = key_of(algorithm);
    let context = Context::new(Application::Jwt, &[key], &[algorithm]);
    let challenge = Challenge::new(token, Arc::new(context), Arc::clone(&RINGS[key]), now);
    match RFC.judge(&challenge).outcome {
        Outcome::Accepted(seen) => {
            let claims = seen.claims.expect("the claims are always seen");
            Some(serde_json::from_str(&claims).expect("the claims are JSON text"))
        }
        Outcome::Refused(_) => None,
    }
}

fn recipe(algorithm: Algorithm, payload: &str) -> Recipe {
    let member = |name: &str, value: &str| Member(name.to_owned(), value.to_owned());
    Recipe::new(
        Content::object(vec![member("alg", &format!("\"{algorithm}\"")), member("typ", "\"JWT\"")]),
        // As octets: text would have its placeholders filled in, and random text may look like one.
        Content::Octets { base64url: base64url::encode(payload.as_bytes()) },
        Signer::Key { key: key_of(algorithm).to_owned(), form: KeyForm::Natural, algorithm },
    )
}

fn mint(recipe: &Recipe) -> Vec<u8> {
    MINT.token(recipe, NOW).expect("the recipe can be followed")
}

/// Any algorithm; RSA seldom, because it signs a hundred times slower than the rest.
fn algorithm() -> impl Strategy<Value = Algorithm> {
    use Algorithm as A;
    prop_oneof![
        12 => prop::sample::select(vec![A::HS256, A::HS384, A::HS512]),
        8 => prop::sample::select(vec![A::ES256, A::ES384, A::ES512, A::ES256K, A::EdDSA]),
        1 => prop::sample::select(vec![A::RS256, A::RS384, A::RS512, A::PS256, A::PS384, A::PS512]),
    ]
}

/// JSON values without floats: two readers may round one differently.
fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-(1_i64 << 53)..1 << 53).prop_map(Value::from),
        any::<String>().prop_map(Value::String),
    ];
    scalar.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Claims sets that a verifier has no reason to refuse: registered claims of their type and in time,
/// and whatever else (RFC 7519 section 4: "all claims that are not understood … MUST be ignored").
fn claims() -> impl Strategy<Value = Map<String, Value>> {
    let private = prop::collection::btree_map("x[a-z_]{0,9}", value(), 0..5);
    let registered = (
        prop::option::of("[a-z]{0,9}"),
        prop::option::of(1..1_000_000_i64),
        prop::option::of(0..1_000_000_i64),
        prop::option::of(0..1_000_000_i64),
    );
    (private, registered).prop_map(|(private, (sub, exp, nbf, iat))| {
        let mut claims: Map<String, Value> = private.into_iter().collect();
        let registered = [
            ("sub", sub.map(Value::from)),
            ("exp", exp.map(|after| json!(NOW + after))),
            ("nbf", nbf.map(|before| json!(NOW - before))),
            ("iat", iat.map(|before| json!(NOW - before))),
        ];
        let given = registered.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        claims.extend(given);
        claims
    })
}

fn config(cases: u32) -> ProptestConfig {
    // A failure is printed with its input, and belongs into fuzz/regressions; no files beside the code.
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn what_is_minted_is_accepted_with_the_same_claims(algorithm in algorithm(), claims in claims()) {
        let claims = Value::Object(claims);
        let token = mint(&recipe(algorithm, &claims.to_string()));
        prop_assert_eq!(accepted(algorithm, token, NOW), Some(claims));
    }

    /// For ECDSA too: the other signature that is legitimately good, (r, n - s), differs in about half
    /// of the bits.
    #[test]
    fn a_signature_with_one_bit_flipped_is_refused(
        algorithm in algorithm(), claims in claims(), place in any::<prop::sample::Index>(),
    ) {
        let mut recipe = recipe(algorithm, &Value::Object(claims).to_string());
        let token = mint(&recipe);
        let signature = token.rsplit(|octet| *octet == b'.').next().unwrap_or_default();
        let bits = base64url::decode(str::from_utf8(signature)?)?.len() * 8;
        recipe.signature = vec![SignatureChange::FlipBit { bit: u32::try_from(place.index(bits))? }];
        prop_assert_eq!(accepted(algorithm, mint(&recipe), NOW), None);
    }
}

proptest! {
    #![proptest_config(config(10_000))]

    #[test]
    fn octets_are_decoded_to_what_was_encoded(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = base64url::encode(&octets);
        prop_assert_eq!(base64url::decode(&text), Ok(octets.clone()));
        let options = jotproof_reference::base64url::Options::of(&Rules::default().base64url);
        prop_assert_eq!(jotproof_reference::base64url::decode(text.as_bytes(), options), Ok(octets));
    }

    #[test]
    fn json_is_read_to_what_was_written(value in value()) {
        let document = Document::parse(value.to_string().as_bytes(), Options::STRICT);
        let text = document.map(|document| document.root().to_text());
        prop_assert_eq!(text.map(|text| serde_json::from_str::<Value>(&text).ok()), Ok(Some(value)));
    }

    /// Times in whole seconds, far from the limit of 2^53 - 1. Near that limit the verdict depends on the
    /// number itself, not on its distance from the clock.
    #[test]
    fn times_shifted_together_with_the_clock_change_nothing(
        exp in prop::option::of(-3..=3_i64), nbf in prop::option::of(-3..=3_i64),
        iat in prop::option::of(-3..=3_i64),
        now in -1_000_000_000_000..=1_000_000_000_000_i64, other in -1_000_000_000_000..=1_000_000_000_000_i64,
    ) {
        let verdict = |now: i64| {
            let times = [("exp", exp), ("nbf", nbf), ("iat", iat)].into_iter();
            let claims: Map<String, Value> =
                times.filter_map(|(name, time)| Some((name.to_owned(), json!(now + time?)))).collect();
            let token = mint(&recipe(Algorithm::HS256, &Value::Object(claims).to_string()));
            accepted(Algorithm::HS256, token, now).is_some()
        };
        prop_assert_eq!(verdict(now), verdict(other));
    }
}
