//! The configuration file of a server, in the formats that servers read.

use serde_json::{Map, Value};

use crate::live::running::NotAConfiguration;

/// A file that is one JSON object, or TOML.
pub(crate) fn read(text: &str) -> Result<Map<String, Value>, NotAConfiguration> {
    if text.trim_start().starts_with('{') {
        // The message of the parser can repeat what it stumbled over.
        return serde_json::from_str(text).map_err(|error| {
            NotAConfiguration(format!("it is not JSON: line {}, column {}", error.line(), error.column()))
        });
    }
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        NotAConfiguration(format!("it begins like no JSON object, and is not TOML: line {line}"))
    })
}

/// An option by its name, whose dots lead into objects where there is none of the whole name.
pub(crate) fn option<'a>(file: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = file.get(name) {
        return Some(value);
    }
    let (first, rest) = name.split_once('.')?;
    option(file.get(first)?.as_object()?, rest)
}
