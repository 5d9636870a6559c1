//! Verifiers with one seeded bug each, to measure the suite: a case that no mutant fails proves
//! nothing, and a mutant that no case fails shows a hole.
//!
//! A mutant is the reference verifier under `rfc` with the value of one rule changed, so it is wrong
//! in exactly one way. The bugs are those that real libraries had.

use std::collections::BTreeMap;

use jotproof_profiles::Rules;
use jotproof_reference::Reference;

/// A verifier with one bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mutant {
    /// The name, after the bug.
    pub name: &'static str,
    /// The bug class that it belongs to.
    pub bug_class: &'static str,
    /// What it does wrong, in one sentence.
    pub says: &'static str,
    /// The rule of `rfc` that is changed, by its dotted name.
    pub rule: &'static str,
    /// The value that it is changed to, as JSON text.
    pub value: &'static str,
}

macro_rules! mutants {
    ($($name:literal $class:literal $rule:literal = $value:literal: $says:literal;)+) => {
        /// Every mutant, in the order of the stages that they are wrong in.
        pub const ALL: &[Mutant] = &[$(Mutant {
            name: $name,
            bug_class: $class,
            says: $says,
            rule: $rule,
            value: concat!("\"", $value, "\""),
        }),+];
    };
}

mutants! {
    "extra-segments-ignored" "S1" "split.extra_segments" = "ignore":
        "reads the first three segments and never looks whether there are more";
    "newlines-skipped" "B4" "base64url.newlines" = "ignore":
        "skips CR and LF inside a segment, as lenient base64 decoders do";
    "padding-accepted" "B2" "base64url.padding" = "ignore":
        "takes segments with '=' at their end";
    "standard-alphabet" "B3" "base64url.standard_alphabet" = "ignore":
        "takes '+' and '/' for '-' and '_'";
    "accepts-none" "A1" "algorithm.unsecured" = "accept":
        "accepts unsecured tokens that nobody allowed";
    "none-in-any-case" "A2" "algorithm.spelling" = "none_in_any_case":
        "blocks \"none\" in lower case only and takes every other spelling for it";
    "unknown-algorithm-unsigned" "A3" "algorithm.unknown" = "empty_signature":
        "computes nothing for an algorithm it does not know and finds it equal to an empty signature";
    "family-not-pinned" "A7" "algorithm.pinning" = "family":
        "lets the header choose among all algorithms of a key's family";
    "public-key-as-secret" "A4" "key.hmac" = "public_key_text":
        "keys an HMAC with the text of the public key when the header says so";
    "empty-key" "K1" "key.hmac" = "or_empty":
        "also accepts what is signed with an empty secret";
    "short-keys-accepted" "K3" "key.size" = "ignore":
        "verifies with secrets and RSA keys that are too short to be safe";
    "mac-prefix" "S2" "signature.check" = "prefix":
        "compares only as many octets of the MAC as were sent";
    "mac-tail" "S2" "signature.check" = "allow_tail":
        "ignores what follows the MAC";
    "payload-not-an-object" "J9" "claims.payload" = "any_value":
        "takes a payload that is no JSON object for a claims set without claims";
    "exp-of-wrong-type-ignored" "C1" "time.exp_type" = "absent":
        "treats an exp that is not a number as if there were none";
    "exp-zero-means-never" "C2" "time.zero" = "absent":
        "treats a time of zero as if there were none";
    "exp-inclusive" "C5" "time.exp_equal" = "valid":
        "accepts a token in the very second of its expiry";
    "nbf-ignored" "C5" "time.nbf_check" = "skip":
        "never looks at nbf";
    "audience-prefix" "C8" "audience.comparison" = "prefix":
        "accepts an audience that is only the beginning of its own name";
    "audience-missing-accepted" "C8" "audience.missing" = "accept":
        "accepts a token without an audience where it is configured with one";
    "issuer-ignored" "C9" "issuer.check" = "skip":
        "never looks at the issuer";
    "expire-at-zero-expires" "C23" "centrifugo.expire_at_zero" = "expired":
        "takes the expire_at of zero, which means never, for a time in 1970";
}

impl Mutant {
    /// The rules of `rfc` with the bug in them.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let value = serde_json::from_str(self.value).expect("the macro above puts the value between quotes");
        Rules::default()
            .with(&BTreeMap::from([(self.rule.to_owned(), value)]))
            .expect("a test of this crate builds the rules of every mutant")
    }

    /// The verifier, under the name of the mutant.
    #[must_use]
    pub fn verifier(&self) -> Reference {
        Reference::new(self.name, self.rules(), None)
    }
}

/// A mutant by its name.
///
/// # Errors
///
/// Lists the mutants that there are.
pub fn find(name: &str) -> Result<&'static Mutant, Unknown> {
    ALL.iter().find(|mutant| mutant.name == name).ok_or_else(|| Unknown { name: name.to_owned() })
}

/// A name that no mutant has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no mutant {name:?}; there are: {}", names())]
pub struct Unknown {
    /// The name.
    pub name: String,
}

fn names() -> String {
    ALL.iter().map(|mutant| mutant.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
