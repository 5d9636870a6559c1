//! The configuration of a server: a file in one of the formats that servers read, environment variables, and
//! flags.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use crate::live::running::NotAConfiguration;

/// The configuration of a server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Configuration {
    /// The options of the file, with every name in lower case.
    options: Map<String, Value>,
    /// The environment variables.
    variables: BTreeMap<String, String>,
    /// The flags, without the leading dashes and with `_` for `-`.
    flags: BTreeMap<String, String>,
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Toml,
    Yaml,
    /// Lines with any number of variables and flags: an environment file, a command line, a Procfile.
    Lines,
}

impl Format {
    /// The format by the name of a file.
    fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_lowercase();
        match name.rsplit_once('.').map_or(&*name, |(_, extension)| extension) {
            "json" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            "yaml" | "yml" => Some(Self::Yaml),
            "env" | "procfile" => Some(Self::Lines),
            _ => None,
        }
    }

    /// The format by the content. It is lines if some line has a flag or a variable with this prefix.
    fn of_text(text: &str, prefix: &str) -> Self {
        if text.trim_start().starts_with('{') {
            return Self::Json;
        }
        let is_line = |line: &str| {
            line.split_whitespace().any(|word| {
                let word = word.trim_start_matches("Environment=").trim_start_matches(['"', '\'']);
                word.starts_with("--") && word != "---" || word.starts_with(prefix) && word.contains('=')
            })
        };
        if text.lines().filter(|line| !line.trim_start().starts_with('#')).any(is_line) {
            return Self::Lines;
        }
        if text.parse::<toml::Table>().is_ok() { Self::Toml } else { Self::Yaml }
    }
}

impl Configuration {
    /// Reads a file. `prefix` is the beginning of the server's variables; all others are ignored.
    ///
    /// # Errors
    ///
    /// Gives the position of a malformed part, and never its text.
    pub fn read(path: &Path, text: &str, prefix: &str) -> Result<Self, NotAConfiguration> {
        let wrong = |format: &str, at: String| NotAConfiguration(format!("invalid {format}: {at}"));
        // The message of a parser is left out, because it may quote a secret.
        let options: Value = match Format::of_name(path).unwrap_or_else(|| Format::of_text(text, prefix)) {
            Format::Json => serde_json::from_str(text).map_err(|error| {
                wrong("JSON", format!("line {}, column {}", error.line(), error.column()))
            })?,
            Format::Toml => toml::from_str(text).map_err(|error| {
                let before = error.span().map(|span| &text[..span.start.min(text.len())]);
                wrong("TOML", format!("line {}", before.map_or(1, |before| before.lines().count().max(1))))
            })?,
            Format::Yaml => yaml_serde::from_str(text).map_err(|error| {
                let line = error.location().map_or(1, |location| location.line());
                wrong("YAML", format!("line {line}"))
            })?,
            Format::Lines => return Ok(Self::of_lines(text, prefix)),
        };
        match folded(options) {
            Value::Object(options) => Ok(Self { options, ..Self::default() }),
            Value::Null => Ok(Self::default()),
            _ => Err(NotAConfiguration("not a configuration: expected an object of options".to_owned())),
        }
    }

    /// Adds the variables of an environment file.
    #[must_use]
    pub fn with_environment(mut self, text: &str, prefix: &str) -> Self {
        self.variables.extend(Self::of_lines(text, prefix).variables);
        self
    }

    /// The variables and flags of a text. Everything else is ignored.
    fn of_lines(text: &str, prefix: &str) -> Self {
        let mut found = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let line = rest.lines().next().unwrap_or_default();
            let mut end = line.len();
            // A quoted value can span several lines.
            while let Err(shell_words::ParseError) = shell_words::split(&rest[..end])
                && line.contains(prefix)
                && end < rest.len()
            {
                let next = rest[end + 1..].find('\n').map_or(rest.len(), |at| end + 1 + at);
                end = next;
            }
            let words = shell_words::split(&rest[..end]).unwrap_or_default();
            found.take(&words, prefix);
            let consumed = if words.is_empty() { line.len() } else { end };
            rest = rest.get(consumed..).unwrap_or_default();
            rest = rest.strip_prefix('\r').unwrap_or(rest);
            rest = rest.strip_prefix('\n').unwrap_or(rest);
        }
        found
    }

    fn take(&mut self, words: &[String], prefix: &str) {
        let mut words = words.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            let word = word.strip_prefix("Environment=").unwrap_or(word);
            let (name, value) =
                word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
            if name.starts_with(prefix) {
                if let Some(value) = value {
                    self.variables.insert(name.to_owned(), value.trim_end_matches('\r').to_owned());
                }
            } else if let Some(flag) = name.strip_prefix("--").filter(|flag| !flag.is_empty()) {
                let value = value.or_else(|| words.next_if(|next| !next.starts_with('-'))).unwrap_or("true");
                self.flags.insert(flag.replace('-', "_"), value.to_owned());
            }
        }
    }

    /// Whether the file has an object of this name.
    #[must_use]
    pub fn has_object(&self, name: &str) -> bool {
        self.options.get(name).is_some_and(Value::is_object)
    }

    /// Whether the name of an environment variable has this prefix.
    #[must_use]
    pub fn has_variable(&self, beginning: &str) -> bool {
        self.variables.keys().any(|name| name.starts_with(beginning))
    }

    /// An option of the file, by its dotted name.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&Value> {
        let mut steps = name.split('.');
        let first = self.options.get(steps.next()?)?;
        steps.try_fold(first, |object, step| object.as_object()?.get(step))
    }

    /// An environment variable; `None` if it is empty.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value of a flag.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags.get(name).map(String::as_str)
    }
}

/// The value with every name in lower case, because servers ignore the case of names.
fn folded(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(name, value)| (name.to_lowercase(), folded(value))).collect(),
        ),
        Value::Array(all) => Value::Array(all.into_iter().map(folded).collect()),
        other => other,
    }
}

/// Whether Go's `strconv.ParseBool` reads a text as true.
#[must_use]
pub fn is_yes(text: &str) -> bool {
    ["1", "t", "T", "true", "TRUE", "True"].contains(&text)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::Configuration;

    fn read(name: &str, text: &str) -> Configuration {
        Configuration::read(Path::new(name), text, "CENTRIFUGO_").unwrap()
    }

    #[test]
    fn the_same_options_stand_in_every_format() {
        let table = [
            ("a.json", r#"{"Client":{"TOKEN":{"hmac_secret_key":"mine"}}}"#),
            ("a.toml", "[client.token]\nHMAC_secret_key = \"mine\"\n"),
            ("a.yaml", "client:\n  Token:\n    hmac_secret_key: mine\n"),
            ("a.YML", "{client: {token: {hmac_secret_key: mine}}}"),
            ("a", "client:\n  token:\n    hmac_secret_key: mine # ours\n"),
            ("a", "---\nclient:\n  token: {hmac_secret_key: mine}\n"),
            ("a.conf", "client.token.hmac_secret_key = \"mine\"\n"),
            ("config", "\n{\"client\": {\"token\": {\"hmac_secret_key\": \"mine\"}}}\n"),
        ];
        for (name, text) in table {
            let found = read(name, text);
            assert_eq!(found.option("client.token.hmac_secret_key"), Some(&json!("mine")), "{name}: {text}");
            assert!(found.has_object("client"));
        }
    }

    #[test]
    fn variables_and_flags_are_found_among_foreign_lines() {
        let table = [
            "CENTRIFUGO_TOKEN=mine",
            "# ours\nDATABASE_URL=postgres://u:p@host/db?x=1\nCENTRIFUGO_TOKEN=mine\n",
            "export CENTRIFUGO_TOKEN='mine'\r\nOTHER=it's\r\n",
            "OTHER=\"open\nCENTRIFUGO_TOKEN=\"mine\" # ours\n",
            "web: env CENTRIFUGO_TOKEN=mine centrifugo --port=8000\n",
            "Environment=\"CENTRIFUGO_TOKEN=mine\"\n",
        ];
        for text in table {
            for name in [".env", "server.env", "Procfile", "x"] {
                assert_eq!(read(name, text).variable("CENTRIFUGO_TOKEN"), Some("mine"), "{name}: {text}");
            }
        }
        let key = read(".env", "CENTRIFUGO_KEY=\"a\nb\nc\"\nCENTRIFUGO_TOKEN=mine");
        assert_eq!(
            (key.variable("CENTRIFUGO_KEY"), key.variable("CENTRIFUGO_TOKEN")),
            (Some("a\nb\nc"), Some("mine"))
        );
        let flags = read("Procfile", "web: centrifugo --client-insecure --port 8000 -x\n");
        assert_eq!((flags.flag("client_insecure"), flags.flag("port")), (Some("true"), Some("8000")));
    }

    #[test]
    fn what_cannot_be_read_is_told_without_what_stands_in_it() {
        let table = [
            ("a.json", "{\"secret\":\"hush\" oops", "invalid JSON: line 1, column 18"),
            ("a.toml", "secret = hush", "invalid TOML: line 1"),
            ("a.yaml", "secret: [hush", "invalid YAML: line "),
            ("a.yaml", "hush", "not a configuration: expected an object of options"),
        ];
        for (name, text, expected) in table {
            let error = Configuration::read(Path::new(name), text, "CENTRIFUGO_").unwrap_err();
            assert!(error.to_string().starts_with(expected), "{error}");
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}
