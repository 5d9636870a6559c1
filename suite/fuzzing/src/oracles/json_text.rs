//! Our JSON tokenizer against `serde_json`, in both directions.
//!
//! `IgnoredAny` looks at the grammar and at nothing else, so it accepts whatever we accept. `Value`
//! also has to hold what it reads: it refuses numbers beyond binary64 and more than 127 levels, and
//! apart from those two it accepts exactly what we accept.

use jotproof_reference::json::{Document, Options};
use jotproof_rules::{Strictness, Text};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::stats::Stats;

/// Everything that a profile can let pass.
const LAX: Options = Options { text: Text::Replace, trailing_text: Strictness::Ignore, ..Options::STRICT };

/// Reads the text with both.
///
/// # Panics
///
/// Where they disagree, or what we write back is another value.
#[must_use]
pub fn run(data: &[u8]) -> Stats {
    let shown = data.escape_ascii();
    let value = serde_json::from_slice::<Value>(data);
    let lax = Document::parse(data, LAX);
    match Document::parse(data, Options::STRICT) {
        Ok(document) => {
            let ignored = serde_json::from_slice::<IgnoredAny>(data);
            assert!(ignored.is_ok(), "IgnoredAny refuses what we accept: {shown}: {ignored:?}");
            let text = document.root().to_text();
            match &value {
                Ok(value) => {
                    let again = serde_json::from_str::<Value>(&text);
                    assert_eq!(again.as_ref().ok(), Some(value), "written back as {text}: {shown}");
                }
                Err(error) => assert!(
                    cannot_hold(error),
                    "Value refuses what we accept, and not for what it cannot hold: {shown}: {error}"
                ),
            }
            let again = Document::parse(text.as_bytes(), Options::STRICT);
            let again = again.as_ref().map(|document| document.root().to_text());
            assert_eq!(again.as_deref(), Ok(text.as_str()), "written, read and written: {shown}");
            let lax = lax.as_ref().map(|document| document.root().to_text());
            assert_eq!(lax.as_deref(), Ok(text.as_str()), "lax and strict differ: {shown}");
            Stats::one(true)
        }
        Err(error) => {
            assert!(value.is_err() || error.is_limit(), "Value accepts what we refuse: {shown}: {error}");
            Stats::one(false)
        }
    }
}

/// Whether `Value` refuses the text for what a `Value` is, not for what JSON is.
fn cannot_hold(error: &serde_json::Error) -> bool {
    let text = error.to_string();
    text.starts_with("number out of range") || text.starts_with("recursion limit exceeded")
}
