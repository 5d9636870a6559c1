//! The rules of AnyCable tokens.

use serde::{Deserialize, Serialize};

/// The rules of AnyCable tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnycableRules {
    /// What `ext` must contain.
    pub identifiers: Identifiers,
    /// When a header can contain a token.
    pub token_header: TokenHeader,
    /// What several tokens in one handshake mean.
    pub several_tokens: SeveralTokens,
    /// What a malformed query or `Host` does.
    pub malformed_request: MalformedRequest,
    /// What an earlier session proves about the client that resumes it.
    pub resumed_session: ResumedSession,
    /// What the documented environment variable does.
    pub parameter_variable: ParameterVariable,
}

/// What `ext` must contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identifiers {
    /// The text of a JSON value.
    #[default]
    Json,
    /// Any text.
    AnyText,
}

/// When a header can contain a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenHeader {
    /// Always.
    #[default]
    Read,
    /// If it is one of the configured headers.
    AsConfigured,
}

/// What several tokens in one handshake mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeveralTokens {
    /// The client is refused.
    #[default]
    Refuse,
    /// The first token counts, in the order of the token locations.
    First,
}

/// What a malformed query or `Host` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MalformedRequest {
    /// The client is refused.
    #[default]
    Refuse,
    /// The client is refused if the query is read: if no header or subprotocol has a token.
    WhereRead,
}

/// What an earlier session proves about the client that resumes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResumedSession {
    /// Nothing: the client is authenticated like any other.
    #[default]
    Authenticated,
    /// Its identity: the session replaces a token.
    InPlaceOfAToken,
}

/// What the documented environment variable does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterVariable {
    /// It renames the parameter.
    #[default]
    Renames,
    /// Nothing.
    Ignored,
}
