//! Reads the token settings from the configuration of a running Centrifugo. Options are flat up to version 5
//! and nested since version 6. They are in a file or in environment variables, and a variable wins.

use std::collections::BTreeSet;

use jotproof_mint::keys;
use jotproof_mint::own::{self, OwnKey};
use jotproof_model::{Application, Context, KeyKind};
use serde_json::Value;

use super::config::Generation;
use crate::live::running::terms::{Claim, Key, Terms};
use crate::live::running::{Aside, Configured, NotAConfiguration, Said};
use crate::live::target::Look;
use crate::server::configuration::Configuration;

/// The prefix of Centrifugo's environment variables.
pub(super) const VARIABLES: &str = "CENTRIFUGO_";

/// Options that change the answer to a token, by their names up to version 5.
mod options {
    pub(super) const SECRET: &str = "token_hmac_secret_key";
    pub(super) const RSA: &str = "token_rsa_public_key";
    pub(super) const EC: &str = "token_ecdsa_public_key";
    pub(super) const KEY_SET: &str = "token_jwks_public_endpoint";
    pub(super) const AUDIENCE: &str = "token_audience";
    pub(super) const ISSUER: &str = "token_issuer";
    pub(super) const AUDIENCE_REGEX: &str = "token_audience_regex";
    pub(super) const ISSUER_REGEX: &str = "token_issuer_regex";
    pub(super) const USER_CLAIM: &str = "token_user_id_claim";
    pub(super) const SEPARATE: &str = "separate_subscription_token_config";
    pub(super) const REFUSES_ANONYMOUS: &str = "disallow_anonymous_connection_tokens";
    pub(super) const ANONYMOUS: &str = "allow_anonymous_connect_without_token";
    /// `ANONYMOUS` in version 3.
    pub(super) const ANONYMOUS_3: &str = "client_anonymous";
    pub(super) const PERSONAL: &str = "user_subscribe_to_personal";
    pub(super) const PERSONAL_NAMESPACE: &str = "user_personal_channel_namespace";
    pub(super) const SINGLE_CONNECTION: &str = "user_personal_single_connection";
    pub(super) const USER_LIMIT: &str = "client_user_connection_limit";
    pub(super) const LIMIT: &str = "client_connection_limit";
    pub(super) const RATE_LIMIT: &str = "client_connection_rate_limit";
    pub(super) const CONNECT_PROXY: &str = "proxy_connect_endpoint";
    pub(super) const CONNECT_PROXY_NAME: &str = "connect_proxy_name";
    pub(super) const REFRESH_PROXY: &str = "proxy_refresh_endpoint";
    pub(super) const REFRESH_PROXY_NAME: &str = "refresh_proxy_name";
    pub(super) const NAMESPACES: &str = "namespaces";

    /// Options that version 6 no longer has.
    pub(super) const UNTIL_V5: [&str; 3] = [ANONYMOUS_3, CONNECT_PROXY_NAME, REFRESH_PROXY_NAME];
}

/// Options of a namespace that let clients subscribe without a token.
const OPEN: [&str; 6] = [
    "allow_subscribe_for_client",
    "allow_subscribe_for_anonymous",
    "proxy_subscribe",
    "subscribe_proxy_name",
    "subscribe_proxy_enabled",
    "proxy_subscribe_stream",
];

/// Options of a namespace that limit its channel names.
const BOUNDS: [&str; 2] = ["channel_regex", "channel_patterns"];

/// Reads a configuration as that of the named version. Without a version, reads it for each generation that
/// it fits.
pub(super) fn read(configuration: &Configuration, said: &Said) -> Result<Vec<Configured>, NotAConfiguration> {
    let is_nested =
        ["client", "channel", "http_server", "http_api"].iter().any(|part| configuration.has_object(part))
            || configuration.has_variable("CENTRIFUGO_CLIENT_TOKEN_");
    let is_flat = [options::SECRET, options::RSA, options::EC, options::KEY_SET]
        .iter()
        .any(|option| configuration.option(option).is_some());
    let generations = match said.version.as_deref().and_then(Generation::of) {
        Some(generation) => vec![generation],
        None if is_nested && is_flat => vec![Generation::V6, Generation::V5],
        None if is_nested => vec![Generation::V6],
        None => vec![Generation::V5],
    };
    generations
        .into_iter()
        .map(|generation| Reading { configuration, said, generation }.configured())
        .collect()
}

/// A configuration as one generation reads it.
struct Reading<'a> {
    configuration: &'a Configuration,
    said: &'a Said,
    generation: Generation,
}

impl Reading<'_> {
    fn configured(&self) -> Result<Configured, NotAConfiguration> {
        let mut obstacles = Vec::new();
        let mut terms = self.keys(&mut obstacles)?;
        terms.keys.sort_by_key(|key| !key.signs());
        let mut context = Context::new(Application::Jwt, &[], &[]);
        terms.give_keys(&mut context);
        terms.audience = self.claim(
            options::AUDIENCE,
            options::AUDIENCE_REGEX,
            &self.said.audience,
            "audience",
            &mut obstacles,
        )?;
        terms.issuer =
            self.claim(options::ISSUER, options::ISSUER_REGEX, &self.said.issuer, "issuer", &mut obstacles)?;
        context.audience = terms.audience.as_ref().map(|claim| claim.value.clone());
        context.issuer = terms.issuer.as_ref().map(|claim| claim.value.clone());
        if self.text(options::USER_CLAIM)?.is_some() {
            obstacles.push((Vec::new(), "a server without a user_id_claim".to_owned()));
        }
        if self.is_on(options::SEPARATE) {
            let of = vec![Application::CentrifugoSubscription];
            let what = "a server with one configuration for connection and subscription tokens";
            obstacles.push((of, what.to_owned()));
        }
        terms.refuses_anonymous = self.is_on(options::REFUSES_ANONYMOUS);
        context.refuse_anonymous = terms.refuses_anonymous;
        let namespaces = self.namespaces();
        self.name_namespaces(&mut terms, &namespaces);
        terms.without_token = self.without_token(&terms, &namespaces);
        let mut warnings = Vec::new();
        if !terms.keys.is_empty() && !terms.signs() {
            warnings.push(
                "no private key is known, so only forgeries are asked: a refusal does not show that a genuine token is \
                 accepted; give the private key with --signing-key FILE"
                    .to_owned(),
            );
        }
        Ok(Configured {
            look: if shows_effects(&namespaces, self.generation) { Look::Effects } else { Look::Answer },
            aside: self.aside()?,
            generation: Some(if self.generation == Generation::V6 { "6" } else { "5" }),
            context,
            terms,
            obstacles,
            warnings,
        })
    }

    /// The value of an option, from the environment or else from the file.
    fn value(&self, option: &str) -> Option<Value> {
        if self.generation == Generation::V6 && options::UNTIL_V5.contains(&option) {
            return None;
        }
        let name = self.name(option);
        let variable = format!("{VARIABLES}{}", name.to_uppercase().replace('.', "_"));
        let of_environment =
            self.configuration.variable(&variable).map(|text| Value::String(text.to_owned()));
        of_environment.or_else(|| self.configuration.option(&name).cloned())
    }

    /// The name of an option in this generation.
    fn name(&self, option: &str) -> String {
        self.generation.option(option)
    }

    fn text(&self, option: &str) -> Result<Option<String>, NotAConfiguration> {
        match self.value(option) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(_) => Err(NotAConfiguration(format!("{} is not a string", self.name(option)))),
        }
    }

    fn is_on(&self, option: &str) -> bool {
        self.value(option).is_some_and(|value| is_on(&value))
    }

    fn number(&self, option: &str) -> usize {
        let number = match self.value(option) {
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(value) => value.as_u64(),
            None => None,
        };
        number.and_then(|number| usize::try_from(number).ok()).unwrap_or_default()
    }

    /// The keys that verify tokens.
    fn keys(&self, obstacles: &mut Vec<(Vec<Application>, String)>) -> Result<Terms, NotAConfiguration> {
        let mut terms = Terms::default();
        let given = self.said.signing_key.as_ref();
        if let Some(url) = self.text(options::KEY_SET)? {
            if url.contains("{{") {
                obstacles.push((Vec::new(), "a server whose JWKS URL is not a template".to_owned()));
            }
            return self.published(given, obstacles);
        }
        if let Some(secret) = self.text(options::SECRET)? {
            terms.keys.extend(Key::of_secret(&secret));
        }
        let mut is_used = given.is_none();
        for option in [options::RSA, options::EC] {
            let Some(pem) = self.text(option)? else { continue };
            let wrong =
                |problem: own::NotAKey| NotAConfiguration(format!("{}: {problem}", self.name(option)));
            let OwnKey { mut material, .. } = own::read(&pem).map_err(wrong)?;
            match given {
                Some(given) if own::is_same(&given.material, &material) => {
                    material = given.material.clone();
                    is_used = true;
                }
                // For a key of the suite, the private half is known.
                _ => {
                    if let Some(known) = keys::all().values().find(|known| own::is_same(known, &material)) {
                        material = known.clone();
                    }
                }
            }
            terms.keys.extend(Key::of(material));
        }
        if !is_used {
            let ours = format!("{} nor {}", self.name(options::RSA), self.name(options::EC));
            return Err(NotAConfiguration(format!("--signing-key is the private half of neither {ours}")));
        }
        if terms.keys.is_empty() {
            obstacles
                .push((Vec::new(), "a server with an HMAC secret, a public key or a JWKS URL".to_owned()));
        }
        Ok(terms)
    }

    /// The key of a key set behind a URL. The user must give it, because only the server fetches the set.
    fn published(
        &self,
        given: Option<&OwnKey>,
        obstacles: &mut Vec<(Vec<Application>, String)>,
    ) -> Result<Terms, NotAConfiguration> {
        let id = self.said.key_id.clone().or_else(|| given.and_then(|given| given.id.clone()));
        let Some(OwnKey { material, algorithm, .. }) = given else {
            let (name, algorithm) = Key::place(KeyKind::Rsa).expect("RSA has a place");
            let key = Key { name, algorithm, material: None };
            let key_id = Some(id.unwrap_or_else(|| "unknown".to_owned()));
            return Ok(Terms {
                keys: vec![key],
                key_id,
                only_algorithm: Some(algorithm),
                ..Terms::default()
            });
        };
        if id.is_none() {
            return Err(NotAConfiguration(
                "the server looks keys up by their kid, and --signing-key has none: give it with --signing-key-id".to_owned(),
            ));
        }
        let Some((name, of_kind)) = Key::place(material.kind) else {
            obstacles.push((Vec::new(), "a server with an RSA or EC key in its key set".to_owned()));
            return Ok(Terms::default());
        };
        let algorithm = algorithm.unwrap_or(of_kind);
        let key = Key { name, algorithm, material: Some(material.clone()) };
        Ok(Terms { keys: vec![key], key_id: id, only_algorithm: Some(algorithm), ..Terms::default() })
    }

    /// The value that the server requires in a claim. For a regex, the user must give a matching value.
    fn claim(
        &self,
        exact: &str,
        regex: &str,
        said: &Option<String>,
        name: &str,
        obstacles: &mut Vec<(Vec<Application>, String)>,
    ) -> Result<Option<Claim>, NotAConfiguration> {
        let of_regex = self.text(regex)?;
        if let Some(value) = self.text(exact)? {
            return Ok(Some(Claim { value, is_exact: true }));
        }
        match (of_regex, said) {
            (None, _) => Ok(None),
            (Some(_), Some(value)) => Ok(Some(Claim { value: value.clone(), is_exact: false })),
            (Some(_), None) => {
                let what = format!("a value that {name}_regex matches (--{name} VALUE)");
                obstacles.push((Vec::new(), what));
                Ok(None)
            }
        }
    }

    /// The channel namespaces, as JSON objects.
    fn namespaces(&self) -> Vec<Value> {
        let listed = match self.value(options::NAMESPACES) {
            Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or_default(),
            Some(value) => value,
            None => Value::Null,
        };
        listed.as_array().cloned().unwrap_or_default()
    }

    /// Chooses the namespace that replaces the suite's, unless the server has one of that name.
    fn name_namespaces(&self, terms: &mut Terms, namespaces: &[Value]) {
        let name = |namespace: &Value| Some(namespace.get("name")?.as_str()?.to_owned());
        let names: BTreeSet<String> = namespaces.iter().filter_map(name).collect();
        if !names.contains(crate::live::running::NAMESPACE) {
            let is_plain = |namespace: &&Value| BOUNDS.iter().all(|option| !has(namespace, option));
            let is_closed = |namespace: &&Value| OPEN.iter().all(|option| !has(namespace, option));
            let plain = || namespaces.iter().filter(is_plain);
            terms.namespace = plain().find(is_closed).or_else(|| plain().next()).and_then(name);
        }
        terms.namespaces = Some(names);
    }

    /// The options that let clients in without a token.
    fn without_token(&self, terms: &Terms, namespaces: &[Value]) -> Vec<(Vec<Application>, String)> {
        let connections = || vec![Application::Jwt, Application::CentrifugoConnection];
        let of_connections =
            [options::ANONYMOUS, options::ANONYMOUS_3, options::CONNECT_PROXY, options::CONNECT_PROXY_NAME];
        let mut found: Vec<_> = of_connections
            .into_iter()
            .filter(|option| self.is_on(option))
            .map(|option| (connections(), format!("{} is on", self.name(option))))
            .collect();
        let meant = terms.namespace.as_deref().unwrap_or(crate::live::running::NAMESPACE);
        let is_meant = |namespace: &&Value| namespace.get("name").and_then(Value::as_str) == Some(meant);
        let of_namespace = namespaces.iter().find(is_meant);
        let channels = || vec![Application::CentrifugoSubscription];
        for option in OPEN {
            let outside = if self.generation == Generation::V6 {
                format!("channel.without_namespace.{option}")
            } else {
                option.to_owned()
            };
            if self.is_on(&outside) || of_namespace.is_some_and(|namespace| has(namespace, option)) {
                found.push((channels(), format!("{option} is on")));
            }
        }
        found
    }

    fn aside(&self) -> Result<Aside, NotAConfiguration> {
        let namespace = self.text(options::PERSONAL_NAMESPACE)?;
        let prefix = namespace.map_or_else(|| "#".to_owned(), |namespace| format!("{namespace}:#"));
        let bounds = [options::USER_LIMIT, options::LIMIT];
        let mut limits: Vec<(usize, String)> =
            bounds.into_iter().map(|option| (self.number(option), self.name(option))).collect();
        if self.is_on(options::PERSONAL) && self.is_on(options::SINGLE_CONNECTION) {
            limits.push((1, self.name(options::SINGLE_CONNECTION)));
        }
        limits.retain(|(most, _)| *most > 0);
        let connections = limits.iter().map(|(most, _)| *most).min();
        let mut named: Vec<String> = limits.into_iter().map(|(_, name)| name).collect();
        named.extend((self.number(options::RATE_LIMIT) > 0).then(|| self.name(options::RATE_LIMIT)));
        Ok(Aside {
            personal_channels: self.is_on(options::PERSONAL).then_some(prefix),
            hides_expiry: self.is_on(options::REFRESH_PROXY) || self.is_on(options::REFRESH_PROXY_NAME),
            connections,
            limits: named,
        })
    }
}

/// Whether an option is set to anything but what stands for nothing.
fn is_on(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        // An option that is a string, or an environment variable: these are the false values of Go's
        // `strconv.ParseBool`.
        Value::String(text) => !["", "0", "f", "F", "false", "False", "FALSE"].contains(&text.as_str()),
        _ => true,
    }
}

fn has(namespace: &Value, option: &str) -> bool {
    namespace.get(option).is_some_and(is_on)
}

/// Whether the namespaces are there in which the effects of a token are looked at, as they are where the
/// harness starts the server.
fn shows_effects(namespaces: &[Value], generation: Generation) -> bool {
    let generations = match generation {
        Generation::V6 => &[Generation::V6][..],
        Generation::V3 | Generation::V4 | Generation::V5 => &[Generation::V3, Generation::V5],
    };
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
    use std::path::Path;

    use jotproof_mint::{base64url, keys, own};
    use jotproof_model::{Application, Context};
    use serde_json::json;

    use super::{VARIABLES, read};
    use crate::live::running::{Configured, GENERAL_SECRET, NotAConfiguration, Said};
    use crate::live::target::Look;
    use crate::server::configuration::Configuration;
    use crate::server::pinned;

    fn readings(text: &str, environment: &str, said: &Said) -> Result<Vec<Configured>, NotAConfiguration> {
        let file = Configuration::read(Path::new("config"), text, VARIABLES)?;
        read(&file.with_environment(environment, VARIABLES), said)
    }

    fn only(text: &str) -> Configured {
        let mut all = readings(text, "", &Said::default()).unwrap();
        assert_eq!(all.len(), 1, "{text}");
        all.remove(0)
    }

    fn secret(configured: &Configured) -> Option<&str> {
        configured.terms.keys.first()?.material.as_ref()?.secret.as_deref()
    }

    fn context(text: &str) -> Context {
        only(text).context
    }

    #[test]
    fn every_format_and_every_spelling_of_names_says_the_same() {
        let texts = [
            r#"{"token_hmac_secret_key":"mine","token_audience":"a","token_issuer":"i","port":8000}"#,
            r#"{"Token_HMAC_Secret_Key":"mine","TOKEN_AUDIENCE":"a","token_issuer":"i"}"#,
            r#"{"client":{"token":{"hmac_secret_key":"mine","audience":"a","issuer":"i"}}}"#,
            r#"{"Client":{"Token":{"Hmac_Secret_Key":"mine","audience":"a","issuer":"i"}}}"#,
            "token_hmac_secret_key = \"mine\"\ntoken_audience = \"a\"\ntoken_issuer = \"i\"\n",
            "[client.token]\nhmac_secret_key = \"mine\"\naudience = \"a\"\nissuer = \"i\"\n",
            "client:\n  token:\n    hmac_secret_key: mine\n    audience: a\n    issuer: i\n",
            "CENTRIFUGO_TOKEN_HMAC_SECRET_KEY=mine\nCENTRIFUGO_TOKEN_AUDIENCE=a\nCENTRIFUGO_TOKEN_ISSUER=i\nPGHOST=x",
            "export CENTRIFUGO_CLIENT_TOKEN_HMAC_SECRET_KEY=mine\nCENTRIFUGO_CLIENT_TOKEN_AUDIENCE=a\n\
             CENTRIFUGO_CLIENT_TOKEN_ISSUER=i\n",
        ];
        for text in texts {
            let configured = only(text);
            assert_eq!(secret(&configured), Some("mine"), "{text}");
            assert_eq!(configured.context.keys, [GENERAL_SECRET]);
            assert_eq!(configured.context.audience.as_deref(), Some("a"));
            assert_eq!(configured.context.issuer.as_deref(), Some("i"));
            let generation = if text.to_lowercase().contains("client") { "6" } else { "5" };
            assert_eq!(configured.generation, Some(generation), "{text}");
            assert!(configured.obstacles.is_empty());
        }
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let file = r#"{"token_hmac_secret_key":"old","token_audience":"a"}"#;
        let environment = "CENTRIFUGO_TOKEN_HMAC_SECRET_KEY='mine'\nCENTRIFUGO_TOKEN_AUDIENCE=\n";
        let configured = readings(file, environment, &Said::default()).unwrap().remove(0);
        assert_eq!(secret(&configured), Some("mine"));
        assert_eq!(configured.context.audience.as_deref(), Some("a"), "an empty variable is none");
    }

    #[test]
    fn only_the_names_that_the_version_reads_count() {
        let file = r#"{"token_hmac_secret_key":"dead","client":{"token":{"hmac_secret_key":"mine"}}}"#;
        let of = |version: Option<&str>| {
            let said = Said { version: version.map(str::to_owned), ..Said::default() };
            let all = readings(file, "", &said).unwrap();
            all.iter().map(|configured| secret(configured).unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of(Some("6.9.1")), ["mine"]);
        assert_eq!(of(Some("5.4.9")), ["dead"]);
        assert_eq!(of(None), ["mine", "dead"], "the first one that the server accepts a token under");
    }

    #[test]
    fn a_public_key_is_a_key_and_no_text() {
        let rsa = &keys::all()["rsa-2048"];
        let file = |pem: &str| json!({ "token_rsa_public_key": pem }).to_string();
        let pem = rsa.public_pem.as_deref().unwrap();
        for text in [
            pem.to_owned(),
            pem.replace('\n', "\r\n"),
            pem.trim().to_owned(),
            rsa.certificate_pem.clone().unwrap(),
        ] {
            let configured = only(&file(&text));
            assert_eq!(configured.context.keys, ["rsa-2048"]);
            assert!(configured.terms.signs(), "its private half is one of the suite's");
        }
        let foreign = generated_elsewhere();
        let configured = only(&file(&foreign));
        assert_eq!(configured.context.keys, ["rsa-2048"]);
        assert!(!configured.terms.signs() && !configured.warnings.is_empty());
        let error = readings(&file("hush"), "", &Said::default()).err().unwrap().to_string();
        assert!(error.starts_with("token_rsa_public_key: not a key") && !error.contains("hush"), "{error}");
    }

    /// A public key whose private half is unknown.
    fn generated_elsewhere() -> String {
        let jwk = json!({ "kty": "RSA", "e": "AQAB",
            "n": base64url::encode(&[0xff; 256]) });
        own::read(&jwk.to_string()).unwrap().material.public_pem.unwrap()
    }

    #[test]
    fn a_signing_key_is_the_other_half() {
        let name = "p-256";
        let said = Said {
            signing_key: Some(own::read(keys::all()[name].private_pem.as_deref().unwrap()).unwrap()),
            ..Said::default()
        };
        let file = json!({ "token_ecdsa_public_key": keys::all()[name].public_pem }).to_string();
        assert!(readings(&file, "", &said).unwrap()[0].terms.signs());
        let error = |text: &str| readings(text, "", &said).err().unwrap().to_string();
        assert!(
            error(r#"{"token_hmac_secret_key":"s"}"#)
                .contains("--signing-key is the private half of neither")
        );
        let key_set = r#"{"token_jwks_public_endpoint":"http://127.0.0.1/keys"}"#;
        assert!(error(key_set).contains("give it with --signing-key-id"));
        let said = Said { key_id: Some("k".to_owned()), ..said };
        let configured = readings(key_set, "", &said).unwrap().remove(0);
        assert_eq!((configured.terms.key_id.as_deref(), &*configured.context.keys[0]), (Some("k"), name));
    }

    #[test]
    fn what_cannot_be_asked_is_an_obstacle_that_names_what_would_change_it() {
        let table = [
            (
                r#"{"token_hmac_secret_key":"s","token_jwks_public_endpoint":"http://x/{{a}}"}"#,
                1,
                "not a template",
            ),
            (
                r#"{"client":{"token":{"hmac_secret_key":"s","audience_regex":"a","user_id_claim":"u"}}}"#,
                2,
                "--audience VALUE",
            ),
            (
                r#"{"token_hmac_secret_key":"s","token_issuer_regex":"","separate_subscription_token_config":false}"#,
                0,
                "",
            ),
            (r#"{"port":8000}"#, 1, "an HMAC secret, a public key or a JWKS URL"),
        ];
        for (text, count, expected) in table {
            let configured = only(text);
            assert_eq!(configured.obstacles.len(), count, "{text}");
            assert!(count == 0 || configured.obstacles[0].1.contains(expected), "{text}");
        }
        let separate = only(r#"{"token_hmac_secret_key":"s","separate_subscription_token_config":true}"#);
        assert_eq!(separate.obstacles[0].0, [Application::CentrifugoSubscription]);
    }

    #[test]
    fn an_option_that_lets_clients_in_without_a_token_is_on_unless_its_value_is_false() {
        let connections = "CENTRIFUGO_CLIENT_ALLOW_ANONYMOUS_CONNECT_WITHOUT_TOKEN";
        let channels = "CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_ALLOW_SUBSCRIBE_FOR_CLIENT";
        for (variable, application) in [
            (connections, Application::CentrifugoConnection),
            (channels, Application::CentrifugoSubscription),
        ] {
            for (value, is_on) in [
                ("true", true),
                ("1", true),
                ("T", true),
                ("", false),
                ("0", false),
                ("FALSE", false),
                ("f", false),
            ] {
                let text = format!("CENTRIFUGO_CLIENT_TOKEN_HMAC_SECRET_KEY=s\n{variable}={value}\n");
                let found = only(&text).terms.without_token;
                let is_found = found.iter().any(|(applications, _)| applications.contains(&application));
                assert_eq!(is_found, is_on, "{text}: {found:?}");
            }
        }
    }

    #[test]
    fn effects_are_looked_at_where_the_namespaces_are_those_of_the_harness() {
        for server in pinned::ALL.into_iter().filter(|server| server.name == "centrifugo") {
            assert_eq!(only(server.configuration).look, Look::Effects, "{}", server.version);
        }
        let other = only(r#"{"namespaces":[{"name":"ns"}]}"#);
        assert_eq!(other.look, Look::Answer);
        assert!(other.terms.namespaces.unwrap().contains("ns"));
    }

    #[test]
    fn an_option_is_told_without_its_value() {
        let error =
            readings(r#"{"token_hmac_secret_key":["hush-hush"]}"#, "", &Said::default()).err().unwrap();
        assert_eq!(error.to_string(), "token_hmac_secret_key is not a string");
        assert!(context(r#"{"token_hmac_secret_key":""}"#).keys.is_empty());
    }
}
