//! What the configuration file of a running Centrifugo says about tokens: flat, as until version 5, or
//! nested, as since version 6; JSON or TOML.

use std::collections::BTreeSet;

use jotproof_mint::keys;
use jotproof_model::{Algorithm, Application, Context, KeyKind};
use serde_json::Value;

use super::config::{Generation, since_v6};
use crate::live::running::{Configured, GENERAL_SECRET, NotAConfiguration};
use crate::live::target::Look;
use crate::server::configuration;

/// Options that decide about tokens in a way that no context asks for: by their names until version 5,
/// and since.
const OBSTACLES: [(&str, &str, &str); 5] = [
    (
        "token_jwks_public_endpoint",
        "client.token.jwks_public_endpoint",
        "a server with its keys in the configuration, not at a JWKS endpoint",
    ),
    ("token_audience_regex", "client.token.audience_regex", "a server without an audience_regex"),
    ("token_issuer_regex", "client.token.issuer_regex", "a server without an issuer_regex"),
    ("token_user_id_claim", "client.token.user_id_claim", "a server without a user_id_claim"),
    (
        "separate_subscription_token_config",
        "client.subscription_token.enabled",
        "a server with one configuration for connection and subscription tokens",
    ),
];

/// Reads a configuration file.
pub(super) fn read(text: &str) -> Result<Configured, NotAConfiguration> {
    let file = configuration::read(text)?;
    let set = |old: &str, new: &str| {
        configuration::option(&file, old).or_else(|| configuration::option(&file, new))
    };
    let text_of = |old: &str| match set(old, &since_v6(old)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(NotAConfiguration(format!("{old} is not a string"))),
    };

    let mut context = Context::new(Application::Jwt, &[], &[]);
    let secret = text_of("token_hmac_secret_key")?;
    if secret.is_some() {
        context.keys.push(GENERAL_SECRET.to_owned());
        context.algorithms.push(Algorithm::HS256);
    }
    for option in ["token_rsa_public_key", "token_ecdsa_public_key"] {
        if let Some((name, algorithm)) = text_of(option)?.as_deref().and_then(of_the_suite) {
            context.keys.push(name.to_owned());
            context.algorithms.push(algorithm);
        }
    }
    context.audience = text_of("token_audience")?;
    context.issuer = text_of("token_issuer")?;
    let anonymous = "disallow_anonymous_connection_tokens";
    context.refuse_anonymous = set(anonymous, &since_v6(anonymous)).is_some_and(is_on);

    let mut obstacles: Vec<_> = OBSTACLES
        .iter()
        .filter(|(old, new, _)| set(old, new).is_some_and(is_on))
        .map(|(old, _, what)| {
            let of_channels = *old == "separate_subscription_token_config";
            let applications =
                if of_channels { vec![Application::CentrifugoSubscription] } else { Vec::new() };
            (applications, *what)
        })
        .collect();
    if context.keys.is_empty() {
        obstacles.push((Vec::new(), "a server with an HMAC secret, or a public key of fixtures/keys"));
    }

    let namespaces = set("namespaces", "channel.namespaces").and_then(Value::as_array);
    let namespaces = namespaces.map_or(&[][..], Vec::as_slice);
    let name = |namespace: &Value| Some(namespace.get("name")?.as_str()?.to_owned());
    let nested =
        ["client", "channel", "http_server"].iter().any(|part| file.get(*part).is_some_and(Value::is_object));
    Ok(Configured {
        secret,
        obstacles,
        look: if shows_effects(namespaces, nested) { Look::Effects } else { Look::Answer },
        namespaces: Some(namespaces.iter().filter_map(name).collect::<BTreeSet<_>>()),
        generation: Some(if nested { "6" } else { "5" }),
        context,
    })
}

/// Whether an option is set to anything but what stands for nothing.
fn is_on(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && value.as_str() != Some("")
}

/// The key of the suite that a public key is, and an algorithm of it.
fn of_the_suite(pem: &str) -> Option<(&'static str, Algorithm)> {
    let is = |known: &Option<String>| known.as_deref().is_some_and(|known| known.trim() == pem.trim());
    keys::all().iter().find_map(|(name, key)| {
        let algorithm = match key.kind {
            KeyKind::Rsa => Algorithm::RS256,
            KeyKind::P256 => Algorithm::ES256,
            KeyKind::P384 => Algorithm::ES384,
            KeyKind::P521 => Algorithm::ES512,
            KeyKind::Hmac | KeyKind::Secp256k1 | KeyKind::Ed25519 => return None,
        };
        (is(&key.public_pem) || is(&key.certificate_pem)).then_some((name.as_str(), algorithm))
    })
}

/// Whether the namespaces are there in which the effects of a token are looked at, as they are where the
/// harness starts the server.
fn shows_effects(namespaces: &[Value], nested: bool) -> bool {
    let generations = if nested { &[Generation::V6][..] } else { &[Generation::V3, Generation::V5] };
    generations.iter().any(|generation| {
        generation.namespaces().iter().all(|needed| {
            namespaces.iter().any(|there| {
                needed.as_object().is_some_and(|needed| {
                    needed.iter().all(|(option, value)| there.get(option) == Some(value))
                })
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use jotproof_mint::keys;
    use jotproof_model::{Application, Context};

    use super::read;
    use crate::live::running::{Configured, GENERAL_SECRET};
    use crate::live::target::Look;
    use crate::server::pinned;

    fn context(text: &str) -> Context {
        read(text).unwrap().context
    }

    fn obstacles(configured: &Configured) -> usize {
        configured.obstacles.len()
    }

    #[test]
    fn flat_and_nested_json_and_toml_say_the_same() {
        let texts = [
            r#"{"token_hmac_secret_key":"mine","token_audience":"a","token_issuer":"i","port":8000}"#,
            r#"{"client":{"token":{"hmac_secret_key":"mine","audience":"a","issuer":"i"}}}"#,
            "token_hmac_secret_key = \"mine\"\ntoken_audience = \"a\"\ntoken_issuer = \"i\"\n",
            "[client.token]\nhmac_secret_key = \"mine\"\naudience = \"a\"\nissuer = \"i\"\n",
        ];
        for text in texts {
            let configured = read(text).unwrap();
            assert_eq!(configured.secret.as_deref(), Some("mine"), "{text}");
            assert_eq!(configured.context.keys, [GENERAL_SECRET]);
            assert_eq!(configured.context.audience.as_deref(), Some("a"));
            assert_eq!(configured.context.issuer.as_deref(), Some("i"));
            assert_eq!(
                configured.generation,
                Some(if text.contains("client") { "6" } else { "5" }),
                "{text}"
            );
            assert_eq!(obstacles(&configured), 0);
        }
    }

    #[test]
    fn a_public_key_counts_where_it_is_one_of_the_suite() {
        let rsa = keys::all()["rsa-2048"].public_pem.clone().unwrap();
        let file = |pem: &str| serde_json::json!({ "token_rsa_public_key": pem }).to_string();
        assert_eq!(context(&file(rsa.trim())).keys, ["rsa-2048"]);
        let foreign = read(&file("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")).unwrap();
        assert!(foreign.context.keys.is_empty());
        assert_eq!(obstacles(&foreign), 1);
    }

    #[test]
    fn what_no_context_asks_for_is_an_obstacle() {
        let table = [
            (r#"{"token_hmac_secret_key":"s","token_jwks_public_endpoint":"http://x"}"#, 1),
            (r#"{"client":{"token":{"hmac_secret_key":"s","audience_regex":"a","user_id_claim":"u"}}}"#, 2),
            (
                r#"{"token_hmac_secret_key":"s","token_issuer_regex":"","separate_subscription_token_config":false}"#,
                0,
            ),
            ("{}", 1),
        ];
        for (text, count) in table {
            assert_eq!(obstacles(&read(text).unwrap()), count, "{text}");
        }
        let separate =
            read(r#"{"token_hmac_secret_key":"s","separate_subscription_token_config":true}"#).unwrap();
        assert_eq!(separate.obstacles[0].0, [Application::CentrifugoSubscription]);
    }

    #[test]
    fn effects_are_looked_at_where_the_namespaces_are_those_of_the_harness() {
        for server in pinned::ALL.into_iter().filter(|server| server.name == "centrifugo") {
            assert_eq!(read(server.configuration).unwrap().look, Look::Effects, "{}", server.version);
        }
        let other = read(r#"{"namespaces":[{"name":"ns"}]}"#).unwrap();
        assert_eq!(other.look, Look::Answer);
        assert!(other.namespaces.unwrap().contains("ns"));
    }

    #[test]
    fn what_cannot_be_read_is_told_without_what_stands_in_it() {
        for text in [
            r#"{"token_hmac_secret_key":"hush-hush" oops"#,
            "token_hmac_secret_key = \"hush-hush\" oops",
            r#"{"token_hmac_secret_key":["hush-hush"]}"#,
        ] {
            let error = read(text).err().unwrap().to_string();
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
