//! The adapter protocol: what the runner and an adapter write to each other, a JSON object a line.
//!
//! `docs/reference/adapter-protocol.md` documents it. An unknown member in an adapter's output is an error,
//! so a misspelt one is found. Later versions may add members to the runner's output, so an adapter must
//! ignore unknown members.

use std::collections::{BTreeMap, BTreeSet};

#[cfg(feature = "schema")]
use schemars::Schema;
use serde::{Deserialize, Serialize};

use crate::context::{Application, Capability, Carrier, Identification, Session};
use crate::key::KeyKind;
use crate::observation::SeenExpiry;
use crate::{Algorithm, Reason};

/// The version of the protocol that is described here.
pub const PROTOCOL: u32 = 1;

/// Every line of the protocol: the root of its published schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Line {
    /// A line that the runner writes.
    FromRunner(Order),
    /// A line that an adapter writes.
    FromAdapter(Answer),
}

/// What the runner writes to the standard input of an adapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Order {
    /// Verify a token, and answer with the same id.
    Verify(Box<Verify>),
    /// Answer what is open, and end.
    Bye,
}

/// One token and everything that the verifier is configured with. Every member is always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = always_there))]
pub struct Verify {
    /// A number that is unique within the conversation. It says nothing about the token.
    pub id: u64,
    /// The token; null if it is not UTF-8 text.
    pub token: Option<String>,
    /// The token, base64url without padding; null if it is text.
    pub token_base64url: Option<String>,
    /// What the verifier is configured with.
    pub context: Configuration,
    /// The configured keys, in order.
    pub keys: Vec<Key>,
    /// The clock, in seconds since the epoch. An adapter whose clock cannot be set ignores it.
    pub now: i64,
}

/// The configuration of the verifier, without the keys. Every member is always present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = always_there))]
pub struct Configuration {
    /// Whose claim rules apply.
    pub application: Application,
    /// The allowed algorithms. A key serves every allowed algorithm of its kind.
    pub algorithms: Vec<Algorithm>,
    /// The audience of the verifier itself; null if none is configured.
    pub audience: Option<String>,
    /// Further audiences of the verifier, in addition to `audience`. Empty unless the adapter declares
    /// `several-audiences`.
    #[serde(default)]
    pub more_audiences: Vec<String>,
    /// The trusted issuer; null if none is configured.
    pub issuer: Option<String>,
    /// Further trusted issuers, in addition to `issuer`. Empty unless the adapter declares `several-issuers`.
    #[serde(default)]
    pub more_issuers: Vec<String>,
    /// The expected `typ`; null if none is configured.
    pub typ: Option<String>,
    /// Clock leeway in seconds.
    pub leeway: u32,
    /// Whether unsecured tokens (`alg` `none`) are allowed.
    pub allow_none: bool,
    /// Centrifugo: whether a connection token of an anonymous user is refused.
    pub refuse_anonymous: bool,
    /// Centrifugo: the session in which a token for a channel is used; null for every other token.
    pub session: Option<Session>,
    /// AnyCable: how clients are identified; null if every option has its default.
    pub identification: Option<Identification>,
    /// AnyCable: the values that a client submits; null if it submits only the token, in its usual place.
    pub submission: Option<Vec<Carrier>>,
}

/// A configured key: the public half, or the secret. Every member is always present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = always_there))]
pub struct Key {
    /// What people call it. It says nothing about the token.
    pub name: String,
    /// What sort of key it is.
    pub kind: KeyKind,
    /// HMAC: the secret in base64url without padding. Any octets are a valid secret. Null for every other
    /// kind.
    pub secret_base64url: Option<String>,
    /// The public key as PEM, `PUBLIC KEY`; null for HMAC.
    pub public_pem: Option<String>,
    /// The same key as the text of a JWK document. An adapter reads either form.
    #[serde(default)]
    pub jwk: String,
}

/// Requires every member in a schema, because the runner also writes null members.
#[cfg(feature = "schema")]
fn always_there(schema: &mut Schema) {
    let members = schema.get("properties").and_then(|all| all.as_object());
    let names: Vec<String> = members.into_iter().flat_map(|all| all.keys().cloned()).collect();
    schema.insert("required".to_owned(), names.into());
}

/// What an adapter writes to its standard output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// The first line: what the adapter is and what it can do.
    Hello {
        /// The version of the protocol: 1.
        protocol: u32,
        /// What is tested: the name of the library.
        name: String,
        /// Its exact version.
        version: String,
        /// Its capabilities, in the words of `requires` of the vectors. A vector that requires more is not
        /// asked. Do not list `clock` and `leeway`; they follow from the members below.
        capabilities: BTreeSet<Capability>,
        /// Whose clock decides.
        clock: AdapterClock,
        /// What the leeway can be set to; absent: it is always 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        leeway: Option<Leeway>,
        /// How it keeps the numbers of a claims set.
        numbers: Numbers,
        /// Whether `refused` may tell a reason.
        reasons: bool,
        /// What `accepted` may tell.
        #[serde(default)]
        observes: BTreeSet<Observable>,
        /// The profile that it follows, if any. The predictions of the profile are tested too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile: Option<String>,
    },
    /// The token is accepted. Members that are absent were not observed.
    Accepted {
        /// The id of the question.
        id: u64,
        /// The claims set as the verifier hands it out: the text of a JSON object.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claims: Option<String>,
        /// The user of the connection.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
        /// When the connection expires.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<SeenExpiry>,
        /// The channels subscribed to, each with the JSON text of its data (empty for none).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subscriptions: Option<BTreeMap<String, String>>,
        /// The connection info, JSON text; empty for none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        info: Option<String>,
        /// The identifiers of the connection.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identifiers: Option<String>,
        /// Whether the backend was asked to let the client in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        backend_asked: Option<bool>,
    },
    /// The token is refused.
    Refused {
        /// The id of the question.
        id: u64,
        /// The reason, if it is certain. Leave it out rather than guess.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// The code of the verifier's answer, if it has codes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
        /// What it said, for people.
        #[serde(default)]
        text: String,
    },
    /// The adapter cannot ask its library this question. It is not a refusal and is counted separately.
    Unsupported {
        /// The id of the question.
        id: u64,
        /// What is lacking.
        what: String,
    },
}

/// Whose clock decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AdapterClock {
    /// The verifier is given the `now` of every question.
    Settable,
    /// It looks at the clock of the machine.
    System,
}

/// What the leeway can be set to, in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, deny_unknown_fields)]
pub enum Leeway {
    /// One of these.
    OneOf(BTreeSet<u32>),
    /// Anything in a range, both ends included.
    #[serde(rename_all = "snake_case")]
    Range {
        /// The least.
        from: u32,
        /// The most.
        to: u32,
    },
}

impl Leeway {
    /// Whether it can be set to so many seconds.
    #[must_use]
    pub fn allows(&self, seconds: u32) -> bool {
        match self {
            Self::OneOf(values) => values.contains(&seconds),
            Self::Range { from, to } => (*from..=*to).contains(&seconds),
        }
    }
}

/// How numbers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Numbers {
    /// Every digit is kept.
    Exact,
    /// They are rounded to IEEE 754 binary64.
    Double,
}

/// A member of `accepted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the members")]
pub enum Observable {
    Claims,
    User,
    Expires,
    Subscriptions,
    Info,
    Identifiers,
    BackendAsked,
}

#[cfg(test)]
mod tests {
    use super::{Answer, Leeway, Order};

    fn answer(text: &str) -> Result<Answer, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_misspelt_member_of_an_answer_is_found() {
        let error = answer(r#"{"type":"accepted","id":1,"claim":"{}"}"#).expect_err("it is misspelt");
        assert!(error.contains("unknown field `claim`"), "{error}");
    }

    #[test]
    fn a_later_member_of_an_order_is_ignored() {
        let order: Order = serde_json::from_str(r#"{"type":"bye","why":"later"}"#).expect("it is known");
        assert_eq!(order, Order::Bye);
    }

    #[test]
    fn leeway_is_a_list_or_a_range() {
        let list: Leeway = serde_json::from_str("[0,60]").expect("a list");
        assert!(list.allows(60) && !list.allows(1));
        let range: Leeway = serde_json::from_str(r#"{"from":0,"to":60}"#).expect("a range");
        assert!(range.allows(60) && !range.allows(61));
        assert!(serde_json::from_str::<Leeway>(r#"{"from":0,"to":60,"by":5}"#).is_err());
    }
}
