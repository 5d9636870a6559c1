//! The rules that the reference verifier follows, nested by stage.
//!
//! The default of every rule is what `rfc` does: the stricter branch wherever the texts leave a choice. A
//! profile overrides rules by their dotted names: `header.duplicates` is the field `duplicates` of
//! [`HeaderRules`]. Every value of a rule is the default or the value of a profile, so no rule describes a
//! verifier that nobody documents.
//!
//! Only the reference reads rules. The judge reads the patterns of a profile (`jotproof-profiles`), which never
//! follow from its rules. So a prediction and the reference are two witnesses.

pub mod algorithm;
pub mod anycable;
pub mod audience;
pub mod base64url;
pub mod centrifugo;
pub mod choice;
pub mod claims;
pub mod configuration;
pub mod flow;
pub mod header;
pub mod issuer;
pub mod json;
pub mod key;
pub mod key_set;
pub mod pattern;
pub mod refusal;
pub mod signature;
pub mod split;
#[cfg(test)]
mod tests;
pub mod time;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use crate::algorithm::AlgorithmRules;
pub use crate::anycable::AnycableRules;
pub use crate::audience::AudienceRules;
pub use crate::base64url::Base64urlRules;
pub use crate::centrifugo::CentrifugoRules;
pub use crate::choice::{Duplicates, Missing, Names, Null, Strictness, Text, WrongType};
pub use crate::claims::ClaimsRules;
pub use crate::configuration::ConfigurationRules;
pub use crate::flow::FlowRules;
pub use crate::header::HeaderRules;
pub use crate::issuer::IssuerRules;
pub use crate::json::JsonRules;
pub use crate::key::KeyRules;
pub use crate::key_set::KeySetRules;
pub use crate::pattern::PatternRules;
pub use crate::refusal::RefusalRules;
pub use crate::signature::SignatureRules;
pub use crate::split::SplitRules;
pub use crate::time::TimeRules;

/// Every rule, by stage. The default is `rfc`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What the verifier is configured with.
    pub configuration: ConfigurationRules,
    /// Where a token is cut.
    pub split: SplitRules,
    /// How segments are decoded.
    pub base64url: Base64urlRules,
    /// How JSON texts are read.
    pub json: JsonRules,
    /// The JOSE header.
    pub header: HeaderRules,
    /// The algorithms that a key may be used with.
    pub algorithm: AlgorithmRules,
    /// Configured keys.
    pub key: KeyRules,
    /// Published key sets.
    pub key_set: KeySetRules,
    /// The signature.
    pub signature: SignatureRules,
    /// The claims set.
    pub claims: ClaimsRules,
    /// `exp`, `nbf` and `iat`.
    pub time: TimeRules,
    /// `aud`.
    pub audience: AudienceRules,
    /// `iss`.
    pub issuer: IssuerRules,
    /// Regexes for audience and issuer.
    pub pattern: PatternRules,
    /// Centrifugo tokens.
    pub centrifugo: CentrifugoRules,
    /// AnyCable tokens.
    pub anycable: AnycableRules,
    /// Several tokens on one connection.
    pub flow: FlowRules,
    /// The order of refusals.
    pub refusal: RefusalRules,
}

impl Rules {
    /// These rules with some of them replaced, by dotted name.
    ///
    /// # Errors
    ///
    /// Names the unknown rule, or the invalid value.
    pub fn with(&self, overrides: &BTreeMap<String, Value>) -> Result<Self, RuleError> {
        let mut stages = self.to_json();
        let mut rules = self.clone();
        for (name, value) in overrides {
            let slot = name.split_once('.').and_then(|(stage, rule)| stages.get_mut(stage)?.get_mut(rule));
            let Some(slot) = slot else {
                return Err(RuleError::Unknown { rule: name.clone() });
            };
            *slot = value.clone();
            // One rule at a time, so that the error names the rule.
            rules = Self::deserialize(&stages).map_err(|error| RuleError::Value {
                rule: name.clone(),
                value: value.to_string(),
                problem: error.to_string(),
            })?;
        }
        Ok(rules)
    }

    /// Every rule with its value, by dotted name.
    #[must_use]
    pub fn by_name(&self) -> BTreeMap<String, Value> {
        let stages = self.to_json();
        let stages = stages.as_object().into_iter().flatten();
        let rules = stages.filter_map(|(stage, rules)| Some((stage, rules.as_object()?)));
        let named = rules.flat_map(|(stage, rules)| {
            rules.iter().map(move |(rule, value)| (format!("{stage}.{rule}"), value.clone()))
        });
        named.collect()
    }

    fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("structs of plain values serialise")
    }
}

/// Why rules could not be replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// There is no such rule.
    #[error("unknown rule: {rule:?}; suite/rules/src lists the rules, one file for each stage")]
    Unknown {
        /// The name.
        rule: String,
    },
    /// The rule cannot have this value.
    #[error("rule {rule:?} cannot be {value}: {problem}")]
    Value {
        /// The name.
        rule: String,
        /// The value, as JSON.
        value: String,
        /// What is accepted.
        problem: String,
    },
}
