//! What cases refer to: requirements and bug classes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Level;
use crate::vector::Severity;

/// One normative sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The document: `RFC 7519`, `Centrifugo documentation`…
    pub document: String,
    /// The section: `4.1.4`, `client authentication`…
    pub section: String,
    /// How strong it is.
    pub level: Level,
    /// Whom it binds.
    pub binds: Binds,
    /// What it asks, in our words.
    pub says: String,
    /// Whether the sentence promises the reason for a refusal. A refusal for another reason is then a
    /// finding.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub promises_reason: bool,
    /// Why it lacks an accepted or a refused case, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<String>,
    /// The options of a server that it is about, by the names of its documentation, each with the places of a
    /// context where it stands: `audience`, `identification.optional`… A case is the same token under another value of
    /// one option where the contexts differ in all of its places, and in no other; `identification.fallback=public`
    /// asks that one of them has this value there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, Vec<String>>,
}

/// Whom a sentence binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Binds {
    Verifier,
    Producer,
    Both,
}

/// A way in which verifiers are wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BugClass {
    /// What it is called.
    pub name: String,
    /// How it comes about.
    pub mechanism: String,
    /// How bad it is where nothing else is known.
    pub severity: Severity,
    /// CWE numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cwe: Vec<u32>,
    /// Published advisories about this very mechanism.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advisories: Vec<Advisory>,
}

/// A published advisory. One is cited only where a public text that names it also tells the mechanism.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Advisory {
    /// Its identifier: `CVE-…`, or `GHSA-…` where it has no other.
    pub id: String,
    /// What it is about, with the versions that are affected.
    pub product: String,
    /// What the public text says, in our words, and where that was read.
    pub checked: String,
}
