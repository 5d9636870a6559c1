//! The configuration file of each generation of Centrifugo.

use std::io;

use jotproof_engine::run::unix_time;
use jotproof_model::Namespace;
use serde_json::{Map, Value, json};

use crate::live::target::Startup;
use crate::server::pinned::{CENTRIFUGO_3, CENTRIFUGO_5, CENTRIFUGO_6};

/// What stands for the address of the backend in a setting that is a URL.
pub(super) const ADDRESS: &str = "<address>";

/// The option for the end of the previous secret. A setting has the seconds after the configuration of the
/// server. The file has the time itself, in seconds since the epoch.
pub(super) const VALID_UNTIL: &str = "hmac_previous_secret_key_valid_until";

/// Versions that are configured and spoken to alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    V3,
    V4,
    V5,
    V6,
}

/// Options that version 6 renamed: the old name and the new one. A name that ends with an underscore is a
/// prefix. A client proxy is turned on by its endpoint up to version 5 and by `enabled` since.
const SINCE_V6: [(&str, &str); 21] = [
    ("token_", "client.token."),
    ("subscription_token_", "client.subscription_token."),
    ("separate_subscription_token_config", "client.subscription_token.enabled"),
    ("disallow_anonymous_connection_tokens", "client.disallow_anonymous_connection_tokens"),
    ("allow_anonymous_connect_without_token", "client.allow_anonymous_connect_without_token"),
    ("user_subscribe_to_personal", "client.subscribe_to_user_personal_channel.enabled"),
    (
        "user_personal_channel_namespace",
        "client.subscribe_to_user_personal_channel.personal_channel_namespace",
    ),
    ("user_personal_single_connection", "client.subscribe_to_user_personal_channel.single_connection"),
    ("client_", "client."),
    ("proxy_connect_endpoint", "client.proxy.connect.enabled"),
    ("proxy_refresh_endpoint", "client.proxy.refresh.enabled"),
    ("proxy_rpc_endpoint", "rpc.proxy.endpoint"),
    ("proxy_include_connection_meta", "rpc.proxy.include_connection_meta"),
    ("namespaces", "channel.namespaces"),
    ("port", "http_server.port"),
    ("api_key", "http_api.key"),
    ("http_stream", "http_stream.enabled"),
    ("sse", "sse.enabled"),
    ("uni_websocket", "uni_websocket.enabled"),
    ("uni_sse", "uni_sse.enabled"),
    ("uni_http_stream", "uni_http_stream.enabled"),
];

/// What an option of [`SINCE_V6`] is called in version 6; the same, for any other.
pub(super) fn since_v6(name: &str) -> String {
    let renamed = SINCE_V6.iter().find_map(|(old, new)| {
        let rest = name.strip_prefix(old)?;
        (rest.is_empty() || old.ends_with('_')).then(|| format!("{new}{rest}"))
    });
    renamed.unwrap_or_else(|| name.to_owned())
}

impl Generation {
    /// That of a version: `5.4.9`.
    pub(super) fn of(version: &str) -> Option<Self> {
        match version.split('.').next()? {
            "3" => Some(Self::V3),
            "4" => Some(Self::V4),
            "5" => Some(Self::V5),
            "6" => Some(Self::V6),
            _ => None,
        }
    }

    /// What an option is called; the dots of the name lead into objects in version 6.
    pub(super) fn option(self, name: &str) -> String {
        match self {
            Self::V3 | Self::V4 | Self::V5 => name.to_owned(),
            Self::V6 => since_v6(name),
        }
    }

    /// Whether a method of the server API has a path of its own.
    pub(super) fn has_api_methods_in_path(self) -> bool {
        matches!(self, Self::V5 | Self::V6)
    }

    /// The whole configuration: what every deployment is started with, what the context decides, the
    /// options of the user, and what is made anew for every launch.
    pub(super) fn config(self, startup: &Startup<'_>) -> io::Result<Map<String, Value>> {
        let Startup { settings, options, launched, backend } = *startup;
        let mut config: Map<String, Value> = serde_json::from_str(self.template())?;
        for (name, value) in settings {
            let value = match (value, backend) {
                (Value::String(url), Some(address)) if name.ends_with("endpoint") => {
                    Value::String(url.replace(ADDRESS, &address.to_string()))
                }
                (Value::Number(seconds), _) if name.ends_with(VALID_UNTIL) => {
                    Value::from(unix_time().saturating_add(seconds.as_i64().unwrap_or_default()))
                }
                _ => value.clone(),
            };
            self.set(&mut config, name, value);
        }
        for (name, text) in options {
            let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()));
            self.set(&mut config, name, value);
        }
        let port = match self {
            Self::V3 | Self::V4 | Self::V5 => Value::String(launched.port.to_string()),
            Self::V6 => Value::from(launched.port),
        };
        self.set(&mut config, &self.option("port"), port);
        self.set(&mut config, &self.option("api_key"), Value::String(launched.key.clone()));
        Ok(config)
    }

    /// The namespaces of channels that every deployment has.
    pub(super) fn namespaces(self) -> Vec<Value> {
        let template: Value = serde_json::from_str(self.template()).unwrap_or_default();
        let nested = template.pointer("/channel/namespaces").or_else(|| template.get("namespaces"));
        nested.and_then(Value::as_array).cloned().unwrap_or_default()
    }

    /// The namespace that a context configures beside them.
    pub(super) fn namespace(self, of_context: Namespace) -> Value {
        let Namespace { presence, allow_subscribe_for_anonymous } = of_context;
        match self {
            // Every user may subscribe who is not anonymous, and see who is there.
            Self::V3 => json!({
                "name": Namespace::NAME,
                "presence": presence,
                "anonymous": allow_subscribe_for_anonymous,
            }),
            Self::V4 | Self::V5 | Self::V6 => json!({
                "name": Namespace::NAME,
                "presence": presence,
                "allow_subscribe_for_client": true,
                "allow_subscribe_for_anonymous": allow_subscribe_for_anonymous,
                "allow_presence_for_subscriber": true,
                "allow_presence_for_anonymous": true,
            }),
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::V3 => CENTRIFUGO_3.configuration,
            // The options of 4 and 5 that are used here are the same.
            Self::V4 | Self::V5 => CENTRIFUGO_5.configuration,
            Self::V6 => CENTRIFUGO_6.configuration,
        }
    }

    fn set(self, config: &mut Map<String, Value>, name: &str, value: Value) {
        let (inside, last) = match (self, name.rsplit_once('.')) {
            (Self::V6, Some((path, last))) => (path, last),
            _ => ("", name),
        };
        let mut at = config;
        for step in inside.split('.').filter(|step| !step.is_empty()) {
            let object = at.entry(step).or_insert_with(|| Value::Object(Map::new()));
            if !object.is_object() {
                *object = Value::Object(Map::new());
            }
            at = object.as_object_mut().expect("it was made one");
        }
        at.insert(last.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use jotproof_model::Namespace;
    use serde_json::json;

    use super::Generation;
    use crate::live::target::{Settings, Startup};
    use crate::server::process::Launched;

    #[test]
    fn every_generation_gets_its_own_file() {
        let launched = Launched { port: 20_000, key: "key".to_owned(), directory: PathBuf::new() };
        let config = |generation: Generation, option: &str| {
            let settings = Settings::from_iter([(generation.option("token_audience"), json!("chat"))]);
            let options = [(option.to_owned(), "true".to_owned())];
            let startup =
                Startup { settings: &settings, options: &options, launched: &launched, backend: None };
            serde_json::Value::Object(generation.config(&startup).unwrap())
        };
        for generation in [Generation::V3, Generation::V4, Generation::V5] {
            let config = config(generation, "health");
            assert_eq!(config["address"], "127.0.0.1");
            assert_eq!(config["port"], "20000");
            assert_eq!(config["api_key"], "key");
            assert_eq!(config["token_audience"], "chat");
            assert_eq!(config["usage_stats_disable"], true);
        }
        let six = config(Generation::V6, "client.insecure");
        assert_eq!(six["http_server"], json!({ "address": "127.0.0.1", "port": 20_000 }));
        assert_eq!(six["http_api"], json!({ "key": "key" }));
        assert_eq!(six["client"]["token"], json!({ "audience": "chat" }));
        assert_eq!(six["client"]["insecure"], true);
        assert_eq!(six["usage_stats"]["disabled"], true);
        assert!(six.get("sse").is_none(), "a transport is switched on where it is asked over");
        let sse = config(Generation::V6, &Generation::V6.option("sse"));
        assert_eq!(sse["sse"], json!({ "enabled": true }));
    }

    #[test]
    fn a_namespace_of_a_context_is_called_as_each_generation_calls_it() {
        let launched = Launched { port: 20_000, key: "key".to_owned(), directory: PathBuf::new() };
        let of_context = Namespace { presence: false, allow_subscribe_for_anonymous: true };
        for (generation, place, option) in [
            (Generation::V3, "/namespaces", "anonymous"),
            (Generation::V4, "/namespaces", "allow_subscribe_for_anonymous"),
            (Generation::V5, "/namespaces", "allow_subscribe_for_anonymous"),
            (Generation::V6, "/channel/namespaces", "allow_subscribe_for_anonymous"),
        ] {
            let mut all = generation.namespaces();
            let of_every_deployment = all.len();
            all.push(generation.namespace(of_context));
            let settings = Settings::from_iter([(generation.option("namespaces"), json!(all))]);
            let startup = Startup { settings: &settings, options: &[], launched: &launched, backend: None };
            let config = serde_json::Value::Object(generation.config(&startup).unwrap());
            let namespaces = config.pointer(place).and_then(serde_json::Value::as_array).unwrap();
            assert_eq!(namespaces.len(), of_every_deployment + 1, "{generation:?}");
            let configured = namespaces.last().unwrap();
            assert_eq!(configured["name"], "configured", "{generation:?}");
            assert_eq!(configured["presence"], false, "{generation:?}");
            assert_eq!(configured[option], true, "{generation:?}");
        }
    }

    #[test]
    fn a_version_that_nobody_knows_has_no_generation() {
        assert_eq!(Generation::of("5.4.9"), Some(Generation::V5));
        assert_eq!(Generation::of("2.8.0"), None);
        assert_eq!(Generation::of("latest"), None);
    }
}
