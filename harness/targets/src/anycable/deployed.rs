//! What the configuration of a running AnyCable says about tokens: a file of flags
//! (`--jwt_secret=…`) or of variables (`ANYCABLE_JWT_SECRET=…`), a line each, or TOML.

use std::collections::BTreeMap;

use jotproof_model::{Algorithm, Application, Context};
use serde_json::{Map, Value};

use crate::live::running::{Configured, GENERAL_SECRET, NotAConfiguration};
use crate::live::target::Look;
use crate::server::configuration;

/// Flags, and where their values stand in TOML.
const IN_TOML: [(&str, &str); 3] =
    [("secret", "secret"), ("jwt_secret", "jwt.secret"), ("jwt_param", "jwt.param")];

/// The parameter that takes a token unless it is told otherwise.
const PARAMETER: &str = "jid";

/// Reads a configuration file.
pub(super) fn read(text: &str) -> Result<Configured, NotAConfiguration> {
    let is_line =
        |line: &str| ["--", "ANYCABLE_", "export "].iter().any(|start| line.trim_start().starts_with(start));
    let flags = if text.lines().any(is_line) { flags(text)? } else { of_toml(&configuration::read(text)?)? };
    let flag = |name: &str| flags.get(name).map(String::as_str).filter(|value| !value.is_empty());
    // The old name still counts.
    let of_tokens = flag("jwt_secret").or_else(|| flag("jwt_id_key"));
    let secret = of_tokens.or_else(|| flag("secret")).filter(|_| of_tokens != Some("none"));
    let mut obstacles = Vec::new();
    if secret.is_none() {
        obstacles.push((Vec::new(), "a server with a secret (secret or jwt_secret)"));
    }
    if flag("jwt_param").is_some_and(|name| name != PARAMETER) {
        obstacles.push((Vec::new(), "a server that takes tokens in the parameter jid (jwt_param)"));
    }
    let mut context = Context::new(Application::Jwt, &[], &[]);
    if secret.is_some() {
        context.keys.push(GENERAL_SECRET.to_owned());
        context.algorithms.push(Algorithm::HS256);
    }
    Ok(Configured {
        context,
        secret: secret.map(str::to_owned),
        obstacles,
        namespaces: None,
        // Identifiers are told to a backend, and that is not ours.
        look: Look::Answer,
        generation: None,
    })
}

/// The flags of lines, by name.
fn flags(text: &str) -> Result<BTreeMap<String, String>, NotAConfiguration> {
    let mut flags = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let wrong = |what: &str| {
            NotAConfiguration(format!(
                "line {}: {what}; a line is --FLAG=VALUE or ANYCABLE_NAME=VALUE",
                number + 1
            ))
        };
        if line.trim_start().starts_with('#') {
            continue;
        }
        let words = shell_words::split(line).map_err(|_| wrong("a quotation mark is missing"))?;
        let mut words = words.iter().map(String::as_str).filter(|word| *word != "export").peekable();
        while let Some(word) = words.next() {
            let (name, value) =
                word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
            if let Some(variable) = name.strip_prefix("ANYCABLE_") {
                flags.insert(variable.to_ascii_lowercase(), value.unwrap_or_default().to_owned());
            } else if let Some(flag) = name.strip_prefix("--") {
                let value = value.or_else(|| words.next_if(|next| !next.starts_with('-'))).unwrap_or("true");
                flags.insert(flag.replace('-', "_"), value.to_owned());
            } else {
                return Err(wrong("something else"));
            }
        }
    }
    Ok(flags)
}

fn of_toml(file: &Map<String, Value>) -> Result<BTreeMap<String, String>, NotAConfiguration> {
    IN_TOML
        .iter()
        .filter_map(|(flag, path)| Some((flag, configuration::option(file, path)?)))
        .map(|(flag, value)| match value.as_str() {
            Some(text) => Ok(((*flag).to_owned(), text.to_owned())),
            None => Err(NotAConfiguration(format!("{flag} is not a string"))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_secret_of_tokens_is_found_in_every_format() {
        let table = [
            ("--secret=mine --enforce_jwt --port 8080\n", Some("mine")),
            ("# ours\n--host=127.0.0.1\n--jwt-secret 'mine'\n--secret=other\n", Some("mine")),
            ("ANYCABLE_SECRET=mine\nANYCABLE_PORT=8080", Some("mine")),
            ("export ANYCABLE_JWT_SECRET=\"mine\"\nexport ANYCABLE_SECRET=other", Some("mine")),
            ("secret = \"mine\"\n[jwt]\nforce = true\n", Some("mine")),
            ("secret = \"other\"\n[jwt]\nsecret = \"mine\"\n", Some("mine")),
            ("--jwt_id_key=mine", Some("mine")),
            ("--secret=mine\n--jwt_secret=none", None),
            ("ANYCABLE_SECRET=", None),
        ];
        for (text, secret) in table {
            let configured = read(text).unwrap();
            assert_eq!(configured.secret.as_deref(), secret, "{text}");
            assert_eq!(configured.obstacles.is_empty(), secret.is_some(), "{text}");
        }
        assert_eq!(read("--secret=mine --jwt_param=token").unwrap().obstacles.len(), 1);
        assert_eq!(read("--secret=mine --jwt_param=jid").unwrap().obstacles.len(), 0);
    }

    #[test]
    fn what_cannot_be_read_is_told_without_what_stands_in_it() {
        for text in
            ["--secret='hush", "ANYCABLE_SECRET=a hush", "secret = hush", "[jwt]\nsecret = [\"hush\"]"]
        {
            let error = read(text).err().unwrap().to_string();
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
