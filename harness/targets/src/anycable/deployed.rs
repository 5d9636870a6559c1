//! Reads the token settings from the configuration of a running AnyCable: flags (`--jwt_secret=…`), variables
//! (`ANYCABLE_JWT_SECRET=…`) or TOML. A flag wins over a variable, and a variable wins over the file.

use jotproof_model::context::{Parameter, ParameterSource};
use jotproof_model::{Application, Context, Identification};
use serde_json::Value;

use crate::live::running::terms::{Key, Terms};
use crate::live::running::{Aside, Configured, NotAConfiguration, Said};
use crate::live::target::Look;
use crate::server::configuration::{Configuration, is_yes};

/// The prefix of AnyCable's environment variables.
pub(super) const VARIABLES: &str = "ANYCABLE_";

/// Flags with another name in TOML.
const IN_TOML: [(&str, &str); 5] = [
    ("jwt_secret", "jwt.secret"),
    ("jwt_param", "jwt.param"),
    ("enforce_jwt", "jwt.force"),
    ("max_conn", "server.max_conn"),
    ("headers", "rpc.proxy_headers"),
];

/// Reads a configuration.
pub(super) fn read(configuration: &Configuration, said: &Said) -> Result<Vec<Configured>, NotAConfiguration> {
    if said.signing_key.is_some() {
        return Err(NotAConfiguration("AnyCable has no public keys: leave --signing-key out".to_owned()));
    }
    let flag = |name: &str| value(configuration, name);
    // The old name still counts.
    let of_tokens = flag("jwt_secret")?.or(flag("jwt_id_key")?);
    let is_off = of_tokens.as_deref() == Some("none");
    let secret = of_tokens.or(flag("secret")?).filter(|_| !is_off);
    let mut obstacles = Vec::new();
    if secret.is_none() {
        obstacles.push((Vec::new(), "a server with a secret (secret or jwt_secret)".to_owned()));
    }
    let is_on = |name: &str| flag(name).map(|value| value.is_some_and(|value| is_yes(&value)));
    let mut terms = Terms {
        keys: secret.iter().filter_map(|secret| Key::of_secret(secret)).collect(),
        parameter: flag("jwt_param")?.filter(|name| name != Parameter::DEFAULT),
        names_headers: flag("headers")?.is_some(),
        ..Terms::default()
    };
    if !(is_on("enforce_jwt")? || is_on("jwt_id_enforce")?) {
        terms.without_token.push((Vec::new(), "enforce_jwt is off".to_owned()));
    }
    let mut context = Context::new(Application::Jwt, &[], &[]);
    terms.give_keys(&mut context);
    context.identification = terms.parameter.clone().map(|name| Identification {
        parameter: Some(Parameter { name, by: ParameterSource::Option }),
        ..Identification::default()
    });
    let most = flag("max_conn")?.and_then(|text| text.parse().ok()).filter(|most| *most > 0);
    Ok(vec![Configured {
        context,
        terms,
        obstacles,
        // Identifiers are told to a backend, and that is not ours.
        look: Look::Answer,
        aside: Aside {
            connections: most,
            limits: most.map(|_| "max_conn".to_owned()).into_iter().collect(),
            ..Aside::default()
        },
        generation: None,
        warnings: Vec::new(),
    }])
}

/// The value of a flag, from any source; `None` if it is empty.
fn value(configuration: &Configuration, name: &str) -> Result<Option<String>, NotAConfiguration> {
    let variable = format!("{VARIABLES}{}", name.to_uppercase());
    let in_toml = IN_TOML.iter().find_map(|(flag, path)| (*flag == name).then_some(*path)).unwrap_or(name);
    let told = configuration.flag(name).or_else(|| configuration.variable(&variable));
    let text = match (told, configuration.option(in_toml)) {
        (Some(text), _) => text.to_owned(),
        (None, None | Some(Value::Null)) => return Ok(None),
        (None, Some(Value::String(text))) => text.clone(),
        (None, Some(Value::Bool(is_on))) => is_on.to_string(),
        (None, Some(Value::Number(number))) => number.to_string(),
        (None, Some(Value::Array(all))) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        (None, Some(Value::Object(_))) => return Err(NotAConfiguration(format!("{name} is not a string"))),
    };
    Ok(Some(text).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{VARIABLES, read};
    use crate::live::running::{Configured, NotAConfiguration, Said};
    use crate::server::configuration::Configuration;

    fn configured(text: &str, environment: &str) -> Result<Configured, NotAConfiguration> {
        let file = Configuration::read(Path::new("anycable"), text, VARIABLES)?;
        Ok(read(&file.with_environment(environment, VARIABLES), &Said::default())?.remove(0))
    }

    fn secret(configured: &Configured) -> Option<&str> {
        configured.terms.keys.first()?.material.as_ref()?.secret.as_deref()
    }

    #[test]
    fn the_secret_of_tokens_is_found_in_every_format() {
        let table = [
            ("--secret=mine --enforce_jwt --port 8080\n", Some("mine")),
            ("# ours\n--host=127.0.0.1\n--jwt-secret 'mine'\n--secret=other\n", Some("mine")),
            ("ANYCABLE_SECRET=mine\nANYCABLE_PORT=8080", Some("mine")),
            ("export ANYCABLE_JWT_SECRET=\"mine\"\nexport ANYCABLE_SECRET=other", Some("mine")),
            ("DATABASE_URL=postgres://db\nANYCABLE_SECRET=mine\nRAILS_ENV=it's\n", Some("mine")),
            ("web: bundle exec rails s\nws: anycable-go --secret=mine --port 8080\n", Some("mine")),
            ("secret = \"mine\"\n[jwt]\nforce = true\n", Some("mine")),
            ("Secret = \"other\"\n[JWT]\nSecret = \"mine\"\n", Some("mine")),
            ("--jwt_id_key=mine", Some("mine")),
            ("--secret=mine\n--jwt_secret=none", None),
            ("ANYCABLE_SECRET=", None),
        ];
        for (text, expected) in table {
            let configured = configured(text, "").unwrap();
            assert_eq!(secret(&configured), expected, "{text}");
            assert_eq!(configured.obstacles.is_empty(), expected.is_some(), "{text}");
        }
        let parameter = |text: &str| configured(text, "").unwrap().terms.parameter;
        assert_eq!(parameter("--secret=mine --jwt_param=token").as_deref(), Some("token"));
        assert_eq!(parameter("--secret=mine --jwt_param=jid"), None);
    }

    #[test]
    fn a_flag_wins_over_a_variable_and_that_over_the_file() {
        let of = |text: &str, environment: &str| {
            secret(&configured(text, environment).unwrap()).map(str::to_owned)
        };
        assert_eq!(of("secret = \"file\"", "ANYCABLE_SECRET=mine").as_deref(), Some("mine"));
        assert_eq!(of("--secret=mine", "ANYCABLE_SECRET=variable").as_deref(), Some("mine"));
    }

    #[test]
    fn only_where_a_token_is_enforced_it_shows_that_there_is_none() {
        let open = |text: &str| !configured(text, "").unwrap().terms.without_token.is_empty();
        for text in
            ["--secret=s --enforce_jwt", "ANYCABLE_ENFORCE_JWT=1", "[jwt]\nforce = true", "--jwt_id_enforce"]
        {
            assert!(!open(text), "{text}");
        }
        assert!(open("--secret=s") && open("--enforce_jwt=false"));
    }

    #[test]
    fn what_cannot_be_read_is_told_without_what_stands_in_it() {
        for text in ["secret: hush: x", "secret = [[hush", "[secret]\nhush = 1"] {
            let error = configured(text, "").err().unwrap().to_string();
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
