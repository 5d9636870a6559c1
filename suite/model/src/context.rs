//! What a verifier is configured with.
//!
//! Long because all that a context can say is one published type.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Algorithm, KeyKind, KeyRing};

/// Whose claim rules apply to a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Application {
    /// RFC 7519 alone.
    Jwt,
    /// A Centrifugo connection token.
    CentrifugoConnection,
    /// A Centrifugo subscription token, since version 4.
    CentrifugoSubscription,
    /// A token for a private channel of Centrifugo 3.
    CentrifugoPrivateChannel,
    /// An AnyCable identification token.
    Anycable,
}

impl Application {
    /// Every application.
    pub const ALL: [Self; 5] = [
        Self::Jwt,
        Self::CentrifugoConnection,
        Self::CentrifugoSubscription,
        Self::CentrifugoPrivateChannel,
        Self::Anycable,
    ];

    /// That of the connection tokens which tokens of this application are used beside.
    #[must_use]
    pub const fn of_connections(self) -> Self {
        match self {
            Self::CentrifugoSubscription | Self::CentrifugoPrivateChannel => Self::CentrifugoConnection,
            Self::Jwt | Self::CentrifugoConnection | Self::Anycable => self,
        }
    }

    /// The name as stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::CentrifugoConnection => "centrifugo-connection",
            Self::CentrifugoSubscription => "centrifugo-subscription",
            Self::CentrifugoPrivateChannel => "centrifugo-private-channel",
            Self::Anycable => "anycable",
        }
    }
}

/// What the verifier is configured with. Keys are named; their material is in the vector file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// Whose claim rules apply.
    pub application: Application,
    /// The configured keys, by name. The verifier has the public half, or the secret.
    pub keys: Vec<String>,
    /// The allowed algorithms. A key serves every allowed algorithm of its kind.
    pub algorithms: Vec<Algorithm>,
    /// The audience that the verifier is, if it is configured (RFC 7519 section 4.1.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Further audiences of the verifier, in addition to `audience`. A token for any of them is valid for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_audiences: Vec<String>,
    /// The issuer that is trusted, if one is configured (RFC 7519 section 4.1.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Further trusted issuers, in addition to `issuer`. Each signs with the configured keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_issuers: Vec<String>,
    /// The `typ` that is expected, if one is configured (RFC 8725 section 3.11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typ: Option<String>,
    /// Clock leeway in seconds. It is stated even if it is 0, because RFC 7519 section 4.1.4 allows some
    /// leeway by default.
    pub leeway: u32,
    /// Whether unsecured tokens (`alg` `none`) are allowed (RFC 7519 section 6).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_none: bool,
    /// Centrifugo: whether a connection token of an anonymous user is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refuse_anonymous: bool,
    /// Centrifugo: the session in which a token for a channel is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// The published key set that takes the place of the configured keys, if there is one (RFC 7517
    /// section 5). Keys that are configured beside it judge no token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_set: Option<KeySet>,
    /// Centrifugo: the pattern that an audience must match, in the syntax of RE2, if one is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience_regex: Option<String>,
    /// Centrifugo: the pattern that the issuer must match, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_regex: Option<String>,
    /// Centrifugo: the claim that names the user in place of `sub`, if one is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id_claim: Option<String>,
    /// Centrifugo: the secret from before a rotation, if one is configured in addition to the current keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_secret: Option<PreviousSecret>,
    /// Centrifugo: what judges the tokens of the other purpose, where that is configured separately:
    /// connection tokens where the token is for a channel, and the reverse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separate: Option<Separate>,
    /// Centrifugo: the backend that clients call through the server (an RPC proxy), if one is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpc_proxy: Option<RpcProxy>,
    /// Centrifugo: the options of the namespace `configured`, if there is one of that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Namespace>,
    /// AnyCable: how clients are identified; absent: by tokens alone, with every option as it is by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identification: Option<Identification>,
    /// AnyCable: what a client submits, in order; absent: the token in the query parameter `jid`. An empty
    /// list submits no token at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<Vec<Carrier>>,
}

/// A key set that is published at a URL (RFC 7517 section 5).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KeySet {
    /// The path of the URL. `{{name}}` in it stands for what the group of that name in `issuer_regex`
    /// or `audience_regex` matched in the token.
    pub path: String,
    /// The documents that are there, raw text by path; anywhere else there is none (status 404).
    pub documents: BTreeMap<String, String>,
    /// The paths that the verifier has fetched before, in order: it may have kept what it found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fetched: Vec<String>,
    /// What its URL is, but for the path.
    #[serde(default, skip_serializing_if = "Origin::is_published")]
    pub origin: Origin,
    /// How the documents are sent.
    #[serde(default, skip_serializing_if = "Transport::is_plain")]
    pub transport: Transport,
}

impl KeySet {
    /// Whether the URL is a template.
    #[must_use]
    pub fn is_template(&self) -> bool {
        self.path.contains("{{")
    }
}

/// How the documents of a key set are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// With status 200 and the media type `application/json`.
    #[default]
    Plain,
    /// With the media type `application/jwk-set+json` (RFC 7517 section 8.5.2).
    MediaType,
    /// Compressed with gzip, if the client asks for that (RFC 9110 section 12.5.3).
    Gzip,
    /// With status 201.
    Created,
    /// After a redirect with status 301 to another path.
    MovedPermanently,
    /// After a redirect with status 302 to another path.
    Found,
    /// After a redirect with status 302 to another host: `localhost`, in place of its address.
    FoundElsewhere,
    /// After three seconds.
    Late,
    /// As white space that never ends: 1 KiB every 50 ms.
    Endless,
}

impl Transport {
    /// Whether it is the default, which is left out of the stored form.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::Plain
    }

    /// The name as stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::MediaType => "media_type",
            Self::Gzip => "gzip",
            Self::Created => "created",
            Self::MovedPermanently => "moved_permanently",
            Self::Found => "found",
            Self::FoundElsewhere => "found_elsewhere",
            Self::Late => "late",
            Self::Endless => "endless",
        }
    }
}

/// What stands before the path in the URL of a key set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// `http://`, and where the documents are.
    #[default]
    Published,
    /// `http://`, and an address at which nothing answers.
    Silent,
    /// Where the documents are, without a scheme: `//host/path`, a reference that is relative to nothing (RFC
    /// 3986 section 4.2).
    WithoutScheme,
    /// Where the documents are, with a scheme by which no key set is fetched: `ftp://`.
    OtherScheme,
    /// `http://`, and text that is no host: a bracket that is never closed (RFC 3986 section 3.2.2).
    Malformed,
}

impl Origin {
    /// Whether it is the default, which is left out of the stored form.
    #[must_use]
    pub fn is_published(&self) -> bool {
        *self == Self::Published
    }

    /// Whether no key set can be meant by it.
    #[must_use]
    pub const fn is_wrong(self) -> bool {
        matches!(self, Self::WithoutScheme | Self::OtherScheme | Self::Malformed)
    }

    /// The name as stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Silent => "silent",
            Self::WithoutScheme => "without_scheme",
            Self::OtherScheme => "other_scheme",
            Self::Malformed => "malformed",
        }
    }

    /// What stands before the path, where the address is known: that of the documents, or the one at which
    /// nothing answers.
    #[must_use]
    pub fn before_path(self, address: &str) -> String {
        match self {
            Self::Published | Self::Silent => format!("http://{address}"),
            Self::WithoutScheme => format!("//{address}"),
            Self::OtherScheme => format!("ftp://{address}"),
            Self::Malformed => format!("http://[{address}"),
        }
    }
}

/// The path at which a document is looked up: RFC 3986 section 5.2.4; an empty segment goes too.
#[must_use]
pub fn without_dot_segments(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    format!("/{}", segments.join("/"))
}

/// The HMAC secret from before a rotation (`hmac_previous_secret_key`). It verifies tokens in addition to the
/// current keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PreviousSecret {
    /// The name of the key.
    pub key: String,
    /// The seconds from `now` to the last second in which it is valid
    /// (`hmac_previous_secret_key_valid_until`); negative if that is past. In a flow that configures it,
    /// `now` is the second of that step. Absent: it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_for: Option<i64>,
}

impl PreviousSecret {
    /// Whether the secret is still valid.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.valid_for.is_none_or(|seconds| seconds >= 0)
    }
}

/// What judges the tokens of the other purpose.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Separate {
    /// The configured keys, by name.
    pub keys: Vec<String>,
    /// The algorithms that their tokens are signed with.
    pub algorithms: Vec<Algorithm>,
    /// The audience, if one is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// The issuer, if one is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

/// What the backend that clients call is told of them, beside who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RpcProxy {
    /// Nothing.
    WithoutMeta,
    /// The `meta` of their connection (`proxy_include_connection_meta`).
    WithMeta,
}

/// The options of the namespace of channels that a context has beside those of every deployment. Whoever is not
/// anonymous may subscribe in it without a token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Namespace {
    /// Whether the server keeps who is there (`presence`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub presence: bool,
    /// Whether anonymous users may subscribe without a token too (`allow_subscribe_for_anonymous`; `anonymous` in
    /// version 3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_subscribe_for_anonymous: bool,
}

impl Namespace {
    /// Its name, which its channels begin with.
    pub const NAME: &'static str = "configured";
}

/// How AnyCable identifies clients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Identification {
    /// Whether a client may come without a token (`enforce_jwt` is off).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// What becomes of a client without a token, where it may come without one.
    #[serde(default, skip_serializing_if = "Fallback::is_backend_refuses")]
    pub fallback: Fallback,
    /// Another name for what carries the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<Parameter>,
    /// The request headers that it is told to read (`headers`), in lower case; empty: those of its default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// The common secret (`secret`), by the name of its key, where tokens have another one (`jwt_secret`):
    /// that of the context, or none at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_secret: Option<String>,
    /// Whether a client can resume an earlier session (`broker`), over the extended Action Cable protocol.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resumable: bool,
}

/// What becomes of a client without a token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// The backend is asked, and refuses it.
    #[default]
    BackendRefuses,
    /// The backend is asked, and lets it in.
    BackendAccepts,
    /// Authentication is disabled (`noauth`): it is let in.
    Public,
    /// There is nobody to ask.
    Nobody,
}

impl Fallback {
    /// Whether it is the default, which is left out of the stored form.
    #[must_use]
    pub fn is_backend_refuses(&self) -> bool {
        *self == Self::BackendRefuses
    }
}

/// Another name for the query parameter that carries the token, and with `X-` before it for the header.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// Where it is configured.
    pub by: ParameterSource,
}

impl Parameter {
    /// The name where none is configured.
    pub const DEFAULT: &'static str = "jid";
}

/// Where the name of the parameter is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ParameterSource {
    /// The option `jwt_param`.
    Option,
    /// The variable `ANYCABLE_ID_PARAM` of the environment.
    Variable,
}

/// A part of a handshake in which a token, or something in its place, is submitted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Carrier {
    /// Which part.
    pub at: Place,
    /// Its name: of the query parameter, of the header; of a subprotocol, what comes before the text.
    pub name: String,
    /// What stands there; `{{token}}` is the token of the vector.
    #[serde(default = "the_token", skip_serializing_if = "Carrier::is_the_token")]
    pub text: String,
}

impl Carrier {
    /// What stands for the token.
    pub const TOKEN: &'static str = "{{token}}";

    /// A place with the token.
    #[must_use]
    pub fn of_token(at: Place, name: &str) -> Self {
        Self { at, name: name.to_owned(), text: the_token() }
    }

    /// What stands there, with a token in place of its placeholder.
    #[must_use]
    pub fn octets(&self, token: &[u8]) -> Vec<u8> {
        self.text.split(Self::TOKEN).map(str::as_bytes).collect::<Vec<_>>().join(token)
    }

    #[allow(clippy::ptr_arg, reason = "the signature that serde asks for")]
    fn is_the_token(text: &String) -> bool {
        text == Self::TOKEN
    }
}

fn the_token() -> String {
    Carrier::TOKEN.to_owned()
}

/// A part of a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A parameter of the query.
    Query,
    /// A parameter of the query that stands there as it is written, with nothing percent-encoded. No token is
    /// looked for in it.
    RawQuery,
    /// A header; `Host` takes the place of the one that a client sends by itself.
    Header,
    /// One of the subprotocols that are offered (RFC 6455 section 1.9).
    Subprotocol,
}

impl Place {
    /// The name as stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::RawQuery => "raw_query",
            Self::Header => "header",
            Self::Subprotocol => "subprotocol",
        }
    }
}

/// A session of a Centrifugo client that asks for a channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The user that is connected; empty for an anonymous one.
    pub user: String,
    /// The id that the server gave to this client. A server gives another one to every session: where
    /// a token is to name it, the recipe says `{{client}}`.
    pub client: String,
    /// The channel that is asked for.
    pub channel: String,
}

impl Session {
    /// The client id for which tokens are stored.
    pub const CLIENT: &'static str = "6f1c2a3e-5b7d-4c80-9e4f-0a1b2c3d4e5f";
}

impl Context {
    /// A verifier that has keys, and nothing else configured.
    #[must_use]
    pub fn new(application: Application, keys: &[&str], algorithms: &[Algorithm]) -> Self {
        Self {
            application,
            keys: keys.iter().map(|name| (*name).to_owned()).collect(),
            algorithms: algorithms.to_vec(),
            audience: None,
            more_audiences: Vec::new(),
            issuer: None,
            more_issuers: Vec::new(),
            typ: None,
            leeway: 0,
            allow_none: false,
            refuse_anonymous: false,
            session: None,
            key_set: None,
            audience_regex: None,
            issuer_regex: None,
            user_id_claim: None,
            previous_secret: None,
            separate: None,
            rpc_proxy: None,
            namespace: None,
            identification: None,
            submission: None,
        }
    }

    /// The capabilities that a verifier needs for this configuration. `keys` has the material of its keys.
    #[must_use]
    pub fn requires(&self, keys: &KeyRing) -> BTreeSet<Capability> {
        let kinds: Vec<KeyKind> =
            self.keys.iter().filter_map(|name| keys.get(name)).map(|key| key.kind).collect();
        let different: BTreeSet<KeyKind> = kinds.iter().copied().collect();
        let mut all = BTreeSet::from([Capability::Application(self.application)]);
        let of_a_key =
            if self.key_set.is_some() { Capability::KeySetAlgorithm } else { Capability::Algorithm };
        all.extend(self.algorithms.iter().copied().map(of_a_key));
        let optional = [
            (self.audience.is_some(), Capability::Audience),
            (!self.more_audiences.is_empty(), Capability::SeveralAudiences),
            (self.issuer.is_some(), Capability::Issuer),
            (!self.more_issuers.is_empty(), Capability::SeveralIssuers),
            (self.typ.is_some(), Capability::Typ),
            (self.leeway > 0, Capability::Leeway),
            (self.allow_none, Capability::None),
            (self.refuse_anonymous, Capability::RefuseAnonymous),
            (self.key_set.is_some(), Capability::KeySet),
            (self.key_set.as_ref().is_some_and(KeySet::is_template), Capability::KeySetTemplate),
            (self.audience_regex.is_some(), Capability::AudiencePattern),
            (self.issuer_regex.is_some(), Capability::IssuerPattern),
            (self.user_id_claim.is_some(), Capability::UserClaim),
            (self.previous_secret.is_some(), Capability::PreviousSecret),
            (self.separate.is_some(), Capability::SeparateSubscriptionKeys),
            (self.rpc_proxy.is_some(), Capability::RpcProxy),
            (self.namespace.is_some(), Capability::Namespace),
            (different.len() > 1, Capability::SeveralKeys),
            (kinds.len() > different.len(), Capability::SeveralKeysOfOneKind),
            (
                self.keys.iter().filter_map(|name| keys.get(name)).any(|key| key.binary_secret.is_some()),
                Capability::BinarySecret,
            ),
            (self.identification.is_some(), Capability::Identification),
            (self.submission.is_some(), Capability::Submission),
            (
                self.submission.iter().flatten().any(|carrier| carrier.at == Place::Subprotocol),
                Capability::SubprotocolToken,
            ),
            (
                self.identification.as_ref().is_some_and(|configured| configured.resumable),
                Capability::Resumption,
            ),
        ];
        all.extend(optional.into_iter().filter_map(|(needed, capability)| needed.then_some(capability)));
        all
    }

    /// All audiences of the verifier, in order.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.audience.iter().chain(&self.more_audiences).map(String::as_str)
    }

    /// All trusted issuers, in order.
    pub fn issuers(&self) -> impl Iterator<Item = &str> {
        self.issuer.iter().chain(&self.more_issuers).map(String::as_str)
    }

    /// The names of every key that the verifier has, wherever it is configured.
    pub fn key_names(&self) -> impl Iterator<Item = &str> {
        let separate = self.separate.iter().flat_map(|separate| &separate.keys);
        let common = self.identification.iter().filter_map(|configured| configured.common_secret.as_ref());
        let previous = self.previous_secret.iter().map(|previous| &previous.key);
        self.keys.iter().chain(previous).chain(separate).chain(common).map(String::as_str)
    }
}

/// Something that a vector needs and a target may not have.
///
/// Stored as text: `algorithm:HS256`, `application:anycable`, `audience`, `clock`…
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Capability {
    /// The claim rules of an application.
    Application(Application),
    /// A signature algorithm.
    Algorithm(Algorithm),
    /// An audience can be configured.
    Audience,
    /// An issuer can be configured.
    Issuer,
    /// Several audiences can be configured together.
    SeveralAudiences,
    /// Several issuers can be configured together.
    SeveralIssuers,
    /// An expected `typ` can be configured.
    Typ,
    /// A leeway can be configured.
    Leeway,
    /// Unsecured tokens can be allowed.
    None,
    /// Tokens of anonymous users can be refused.
    RefuseAnonymous,
    /// The clock can be set: the verdict hangs on a boundary nearer than five seconds.
    Clock,
    /// A token that is not UTF-8 text can be submitted.
    BinaryToken,
    /// A token of more than 64 KiB can be submitted.
    LongToken,
    /// Keys of several kinds can be configured side by side.
    SeveralKeys,
    /// Several keys of one kind can be configured side by side. The name of each is its id (`kid`).
    SeveralKeysOfOneKind,
    /// A secret that is not UTF-8 text can be configured.
    BinarySecret,
    /// A public key that no private key belongs to can be handed over.
    UnfitKey,
    /// A life cycle can be gone through: connections that are renewed, and end.
    Flow,
    /// The configuration can be changed while the server runs.
    Reload,
    /// A published key set can take the place of configured keys.
    KeySet,
    /// A signature algorithm, with a key of such a set.
    KeySetAlgorithm(Algorithm),
    /// The URL of the key set can be a template.
    KeySetTemplate,
    /// A pattern of audiences can be configured.
    AudiencePattern,
    /// A pattern of issuers can be configured.
    IssuerPattern,
    /// The claim that names the user can be configured.
    UserClaim,
    /// The secret from before a rotation can be configured in addition to the current keys.
    PreviousSecret,
    /// Tokens for channels can be judged by keys of their own.
    SeparateSubscriptionKeys,
    /// A backend can be configured that clients call, and what it is told is seen.
    RpcProxy,
    /// A namespace of channels can be configured.
    Namespace,
    /// A configuration that cannot be meant can be tried, and it is seen that nobody is let in.
    WrongConfiguration,
    /// AnyCable: how clients are identified can be configured.
    Identification,
    /// AnyCable: the parts of the handshake in which a token is submitted can be chosen.
    Submission,
    /// AnyCable: a subprotocol can carry a token.
    SubprotocolToken,
    /// AnyCable: earlier sessions can be resumed.
    Resumption,
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application(application) => write!(f, "application:{}", application.name()),
            Self::Algorithm(algorithm) => write!(f, "algorithm:{algorithm}"),
            Self::Audience => f.write_str("audience"),
            Self::Issuer => f.write_str("issuer"),
            Self::SeveralAudiences => f.write_str("several-audiences"),
            Self::SeveralIssuers => f.write_str("several-issuers"),
            Self::Typ => f.write_str("typ"),
            Self::Leeway => f.write_str("leeway"),
            Self::None => f.write_str("none"),
            Self::RefuseAnonymous => f.write_str("refuse-anonymous"),
            Self::Clock => f.write_str("clock"),
            Self::BinaryToken => f.write_str("binary-token"),
            Self::LongToken => f.write_str("long-token"),
            Self::SeveralKeys => f.write_str("several-keys"),
            Self::SeveralKeysOfOneKind => f.write_str("several-keys-of-one-kind"),
            Self::BinarySecret => f.write_str("binary-secret"),
            Self::UnfitKey => f.write_str("unfit-key"),
            Self::Flow => f.write_str("flow"),
            Self::Reload => f.write_str("reload"),
            Self::KeySet => f.write_str("key-set"),
            Self::KeySetAlgorithm(algorithm) => write!(f, "key-set:{algorithm}"),
            Self::KeySetTemplate => f.write_str("key-set-template"),
            Self::AudiencePattern => f.write_str("audience-pattern"),
            Self::IssuerPattern => f.write_str("issuer-pattern"),
            Self::UserClaim => f.write_str("user-claim"),
            Self::PreviousSecret => f.write_str("previous-secret"),
            Self::SeparateSubscriptionKeys => f.write_str("separate-subscription-keys"),
            Self::RpcProxy => f.write_str("rpc-proxy"),
            Self::Namespace => f.write_str("namespace"),
            Self::WrongConfiguration => f.write_str("wrong-configuration"),
            Self::Identification => f.write_str("identification"),
            Self::Submission => f.write_str("submission"),
            Self::SubprotocolToken => f.write_str("subprotocol-token"),
            Self::Resumption => f.write_str("resumption"),
        }
    }
}

impl FromStr for Capability {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || match text.strip_prefix("algorithm:") {
            Some(_) => {
                let known = Algorithm::ALL.map(|algorithm| algorithm.to_string()).join(", ");
                format!("unknown capability {text:?}; the algorithms are {known}")
            }
            None => format!("unknown capability {text:?}"),
        };
        if let Some(name) = text.strip_prefix("application:") {
            return Application::ALL
                .into_iter()
                .find(|application| application.name() == name)
                .map(Self::Application)
                .ok_or_else(unknown);
        }
        if let Some(name) = text.strip_prefix("algorithm:") {
            return name.parse().map(Self::Algorithm).map_err(|_| unknown());
        }
        if let Some(name) = text.strip_prefix("key-set:") {
            return name.parse().map(Self::KeySetAlgorithm).map_err(|_| unknown());
        }
        Ok(match text {
            "audience" => Self::Audience,
            "issuer" => Self::Issuer,
            "several-audiences" => Self::SeveralAudiences,
            "several-issuers" => Self::SeveralIssuers,
            "typ" => Self::Typ,
            "leeway" => Self::Leeway,
            "none" => Self::None,
            "refuse-anonymous" => Self::RefuseAnonymous,
            "clock" => Self::Clock,
            "binary-token" => Self::BinaryToken,
            "long-token" => Self::LongToken,
            "several-keys" => Self::SeveralKeys,
            "several-keys-of-one-kind" => Self::SeveralKeysOfOneKind,
            "binary-secret" => Self::BinarySecret,
            "unfit-key" => Self::UnfitKey,
            "flow" => Self::Flow,
            "reload" => Self::Reload,
            "key-set" => Self::KeySet,
            "key-set-template" => Self::KeySetTemplate,
            "audience-pattern" => Self::AudiencePattern,
            "issuer-pattern" => Self::IssuerPattern,
            "user-claim" => Self::UserClaim,
            "previous-secret" => Self::PreviousSecret,
            "separate-subscription-keys" => Self::SeparateSubscriptionKeys,
            "rpc-proxy" => Self::RpcProxy,
            "namespace" => Self::Namespace,
            "wrong-configuration" => Self::WrongConfiguration,
            "identification" => Self::Identification,
            "submission" => Self::Submission,
            "subprotocol-token" => Self::SubprotocolToken,
            "resumption" => Self::Resumption,
            _ => return Err(unknown()),
        })
    }
}

impl TryFrom<String> for Capability {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Capability> for String {
    fn from(capability: Capability) -> Self {
        capability.to_string()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Capability {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Capability".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "Something that a vector needs and a target may not have.",
            "pattern": "^(application:[a-z-]+|(algorithm|key-set):[A-Za-z0-9]+|[a-z-]+)$"
        })
    }
}
