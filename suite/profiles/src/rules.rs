//! The named rules that the reference verifier follows.
//!
//! The default of every rule is what `rfc` does: the stricter branch wherever the texts leave a
//! choice. A profile overrides rules by their dotted names. Every value is the default or that of a profile: what no
//! documented product does is no rule.

use std::collections::BTreeMap;

use jotproof_model::Reason;
use serde::{Deserialize, Serialize};
use serde_json::Value;

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        #[cfg(test)]
        impl tests::Values for $name {
            fn all() -> Vec<Value> {
                [$(Self::$variant),+].map(|value| serde_json::json!(value)).to_vec()
            }
        }
    )+};
}

choices! {
    /// Whether something is refused or let pass.
    Strictness {
        /// It is refused.
        #[default]
        Refuse,
        /// It is let pass.
        Ignore,
    }
    /// The treatment of critical extensions (RFC 7515 section 4.1.11).
    Critical {
        /// No extension is understood, so the token is refused.
        #[default]
        Refuse,
        /// `crit` is not looked at.
        Ignore,
        /// Only `b64` is understood (RFC 7797), critical or not, and it must be `true`.
        B64Alone,
    }
    /// The treatment of an empty secret.
    EmptySecret {
        /// It is not a key, so a token that needs it is refused.
        #[default]
        Refuse,
        /// It is a key like any other.
        Ignore,
        /// It cannot be configured, and is refused before any token is read.
        NotImported,
    }
    /// What segments beyond the third are.
    ExtraSegments {
        /// No part of a token: it is refused.
        #[default]
        Refuse,
        /// Part of the header: a token is cut at its last two dots, and what is before them is decoded
        /// as one segment.
        Header,
    }
    /// Which member names count as equal.
    Names {
        /// Equal code points (RFC 7519 section 4).
        #[default]
        Exact,
        /// Equal under Unicode simple case folding, as Go's `encoding/json` matches struct fields.
        CaseFold,
    }
    /// What a repeated member name means (RFC 7515 section 4, RFC 7519 section 4).
    Duplicates {
        /// The token is refused.
        #[default]
        Refuse,
        /// The last value counts.
        Last,
    }
    /// What happens to text that is not well-formed Unicode.
    Text {
        /// The token is refused.
        #[default]
        Strict,
        /// U+FFFD takes the place of each bad part.
        Replace,
    }
    /// Which algorithms a configured key may be used with.
    Pinning {
        /// Those of the context.
        #[default]
        Context,
        /// Every HMAC algorithm with an HMAC key, every PKCS#1 v1.5 one with an RSA key; those of the
        /// context for any other key.
        Family,
    }
    /// What the payload may be.
    Payload {
        /// One JSON object (RFC 7519 section 7.2 step 10).
        #[default]
        Object,
        /// One JSON object, or `null` in place of an empty one.
        ObjectOrNull,
    }
    /// What a claim of the wrong JSON type means.
    WrongType {
        /// The token is refused.
        #[default]
        Refuse,
        /// As if the claim were absent.
        Absent,
    }
    /// What an `exp` of the wrong JSON type means.
    ExpType {
        /// The token is refused.
        #[default]
        Refuse,
        /// As if the time had passed: the token has expired.
        Expired,
    }
    /// What an array or an object means in place of a time or of `sub`.
    Container {
        /// A value of the wrong type.
        #[default]
        WrongType,
        /// The payload cannot be read: a decoder that fails on such a value stops inside of it. An
        /// empty one in place of a time is a value of the wrong type.
        Unreadable,
    }
    /// What the type of an array of audiences is where some elements are no strings.
    MixedArray {
        /// What its strings say counts, where a wrong type counts as absent.
        #[default]
        Strings,
        /// All of it has the wrong type.
        WrongType,
    }
    /// What an array of issuers means.
    IssuerArray {
        /// A value of the wrong type (RFC 7519 section 4.1.1).
        #[default]
        WrongType,
        /// One of them has to be the configured one, as for audiences.
        AnyOf,
    }
    /// What the JSON value `null` of a claim means.
    Null {
        /// A value of the wrong type.
        #[default]
        WrongType,
        /// As if the claim were absent.
        Absent,
    }
    /// How a number becomes a binary64.
    Numbers {
        /// The nearest one.
        #[default]
        Nearest,
        /// Its digits, as many as fit into a `u64`, and then times or by a power of ten, as Rust's
        /// serde_json does without its feature `float_roundtrip`: each step is rounded, so that the
        /// result can be the next one, or none, next to the largest.
        Stepwise,
    }
    /// How a number becomes a time.
    TimeNumber {
        /// Its exact decimal value. A value beyond 2^53 - 1 seconds is refused.
        #[default]
        Exact,
        /// Rust, into `u64`: an integer as it is; any other number through binary64, rounded to the
        /// nearest second. One that is negative, or beyond 2^64, has the wrong type.
        RoundedUnsigned,
        /// Go, as cristalhq/jwt does it on amd64: through binary64 to whole seconds (an overflow gives
        /// the smallest int64) and a fraction; a second that Go's `time.Unix` cannot shift wraps.
        GoTime,
        /// Go, as golang-jwt v5 does it on amd64: as `GoTime`, and then without the fraction. Whether it is
        /// zero is asked before.
        GoWholeTime,
        /// Go, as golang-jwt v3 does it on amd64: through binary64, truncated to int64 (an overflow
        /// gives the smallest int64).
        GoSeconds,
    }
    /// What a time of zero means.
    Zero {
        /// The first second of the epoch.
        #[default]
        Time,
        /// As if the claim were absent.
        Absent,
    }
    /// Whether a time claim in a JSON string counts as a number.
    QuotedNumber {
        /// No: it has the wrong type.
        #[default]
        WrongType,
        /// Yes, if the string is a JSON number.
        Number,
    }
    /// What a token is whose `exp` is exactly now.
    ExpEqual {
        /// Expired (RFC 7519 section 4.1.4: "on or after").
        #[default]
        Expired,
        /// Valid.
        Valid,
    }
    /// Whether a check is made.
    Check {
        /// It is.
        #[default]
        Make,
        /// It is left out.
        Skip,
    }
    /// What an absent audience or issuer means where one is configured.
    Missing {
        /// The token is refused.
        #[default]
        Refuse,
        /// It is accepted.
        Accept,
    }
    /// Centrifugo: what an absent `sub` means.
    Subject {
        /// The token is refused.
        #[default]
        Refuse,
        /// The user is anonymous.
        Anonymous,
    }
    /// Centrifugo: what a negative `expire_at` means.
    NegativeExpireAt {
        /// The token is refused.
        #[default]
        Refuse,
        /// The connection does not expire.
        Never,
    }
    /// Centrifugo: what an `expire_at` of exactly now means.
    ExpireAtEqual {
        /// The connection has expired.
        #[default]
        Expired,
        /// It is let in and expires at once.
        Accept,
    }
    /// Centrifugo: how the time that is left is told to the client.
    TimeToLive {
        /// As it is.
        #[default]
        Exact,
        /// Modulo 2^32 seconds.
        Wraps,
        /// At most 365 days, and no connection lasts longer.
        AtMostAYear,
    }
    /// Centrifugo: how the time that is left to a new subscription is told to the client.
    SubscriptionTimeToLive {
        /// As it is.
        #[default]
        Exact,
        /// Modulo 2^32 seconds.
        Wraps,
    }
    /// Centrifugo: what an override without a `value` does to its option.
    OverrideWithoutValue {
        /// The token is refused.
        #[default]
        Refuse,
        /// It turns the option off.
        Off,
    }
    /// What a connection is renewed to by a token without `exp`.
    RefreshWithoutExp {
        /// One that does not expire.
        #[default]
        EndsExpiry,
        /// One that expires when it would have, although the client is told that it does not.
        KeepsExpiry,
    }
    /// What it means that a renewing token lists other channels than the connection has.
    RefreshSubscriptions {
        /// The client has to come again.
        #[default]
        Refuse,
        /// Nothing: they are for a new connection.
        Ignore,
    }
    /// What becomes of a connection that a bad token was to renew.
    RefusedRefresh {
        /// It stays until it expires.
        #[default]
        Stays,
        /// It is closed, but where something is wrong with what the token asks for, and not with the
        /// token.
        Ends,
    }
    /// What an expired token means that is to renew a subscription.
    SubRefreshTimes {
        /// It is refused.
        #[default]
        Refuse,
        /// The subscription does not expire any more.
        EndsExpiry,
    }
    /// Centrifugo: how the time that is left to a renewed subscription is told.
    RenewedTimeToLive {
        /// As that of a new one.
        #[default]
        AsOfANewOne,
        /// At most 365 days, and no subscription lasts longer.
        AtMostAYear,
    }
    /// What ends when a subscription expires.
    SubscriptionEnd {
        /// The connection, so that the client comes again.
        #[default]
        Connection,
        /// The subscription alone.
        Subscription,
    }
    /// What several keys of one `kid` are, in a published set.
    SameKeyId {
        /// Nothing that can be chosen from: the token is refused.
        #[default]
        Refuse,
        /// The last one counts.
        Last,
    }
    /// Which `use` a key of a published set must have (RFC 7517 section 4.2).
    KeyUse {
        /// `sig`, or none.
        #[default]
        SignatureOrNone,
        /// `sig`.
        Signature,
    }
    /// Which algorithm a published RSA or EC key serves.
    KeyAlgorithm {
        /// The one that it names (RFC 8725 section 3.1); without one, any allowed one of its type.
        #[default]
        NamedOrAny,
        /// The one that it names; without one, none.
        Named,
    }
    /// Which algorithm a published OKP key serves.
    OkpAlgorithm {
        /// The one that it names (RFC 8725 section 3.1); without one, any allowed one of its type.
        #[default]
        NamedOrAny,
        /// Any allowed one of its type, whatever it names.
        Any,
    }
    /// What the private part of a key in a published set means.
    PrivatePart {
        /// The key is not used.
        #[default]
        Refuse,
        /// The key is not used where the part is whole: `d`, `p` and `q` of RSA, `d` of EC.
        RefuseWhole,
    }
    /// How a `jwk` in the header is read.
    EmbeddedJwk {
        /// As a JWK: its common parameters (RFC 7517 section 4) have their types, and are there once.
        #[default]
        Typed,
        /// Not at all.
        Unread,
    }
    /// What may be put into a template for the URL of a key set, of what a token says.
    Template {
        /// One segment of a path, of characters that mean nothing in a URL.
        #[default]
        Segment,
        /// Whatever leaves the path without `.` and `..` segments and empty ones.
        CleanPath,
        /// Anything.
        Verbatim,
    }
    /// What a key of a published set is kept by.
    KeyCache {
        /// The URL and the `kid`.
        #[default]
        Url,
        /// The `kid` alone.
        KeyId,
    }
    /// How much a pattern must match.
    PatternMatch {
        /// The whole text.
        #[default]
        Whole,
        /// A part of it, unless the pattern says otherwise.
        Search,
    }
    /// What an absent issuer is where a pattern is configured.
    AbsentIssuer {
        /// No issuer: the token is refused.
        #[default]
        Refuse,
        /// An empty text, which a pattern may match.
        Empty,
    }
    /// Centrifugo: what the configured claim that names the user must be.
    UserClaim {
        /// A string.
        #[default]
        String,
        /// Go, as gjson does it: the first of equal names, exactly; any value as text; an absent one is
        /// empty.
        GoJson,
    }
    /// What the URL of a key set is that cannot be meant.
    BadUrl {
        /// No configuration: it is refused.
        #[default]
        Refuse,
        /// One at which there is no key set; where it cannot even be parsed, none: configured keys judge.
        Forgotten,
    }
    /// What becomes of a server that is configured anew, with what is no configuration.
    BadReload {
        /// It accepts nothing from then on.
        #[default]
        Refuse,
        /// Its configuration stays as it was.
        Kept,
    }
    /// What becomes of the keys of a published set that was fetched.
    KeptKeys {
        /// They are looked for in the set as it is now.
        #[default]
        Published,
        /// Each is kept under its `kid`, whatever the set holds by then.
        Kept,
    }
    /// AnyCable: what `ext` must hold.
    Identifiers {
        /// The text of a JSON value.
        #[default]
        Json,
        /// Any text.
        AnyText,
    }
    /// AnyCable: when a header carries a token.
    TokenHeader {
        /// Always.
        #[default]
        Read,
        /// Where it is one of the headers that are configured.
        AsConfigured,
    }
    /// AnyCable: what several tokens in one handshake mean.
    SeveralTokens {
        /// Nobody says which of them counts: the client is refused.
        #[default]
        Refuse,
        /// The first one counts: places in their order, and in each of them the first that is there.
        First,
    }
    /// AnyCable: what a query or a `Host` that is malformed does.
    MalformedRequest {
        /// The client is refused.
        #[default]
        Refuse,
        /// It is refused where the query is read: where no header or subprotocol has a token.
        WhereRead,
    }
    /// AnyCable: what an earlier session is to the client that resumes it.
    ResumedSession {
        /// No proof of who it is: it is authenticated as any other client.
        #[default]
        Authenticated,
        /// What takes the place of a token.
        InPlaceOfAToken,
    }
    /// AnyCable: what the documented variable of the environment does.
    ParameterVariable {
        /// It renames the parameter.
        #[default]
        Renames,
        /// Nothing.
        Ignored,
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $name:literal),+ $(,)?) => {
        /// Every rule, by its dotted name.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Rules {
            $($(#[$doc])* #[serde(rename = $name)] pub $field: $type),+
        }

        impl Rules {
            /// The dotted names of every rule, in the order of the stages.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The values that each rule can have, by its name; empty where there is no list of them.
            #[cfg(test)]
            fn values() -> BTreeMap<&'static str, Vec<Value>> {
                [$(($name, <$type as tests::Values>::all())),+].into()
            }
        }
    };
}

rules! {
    /// Text that every token must begin with; empty for none.
    prefix: String = "split.prefix",
    /// What segments beyond the third are.
    extra_segments: ExtraSegments = "split.extra_segments",
    /// Whether CR and LF in a segment are refused.
    newlines: Strictness = "base64url.newlines",
    /// Whether non-zero trailing bits are refused.
    trailing_bits: Strictness = "base64url.trailing_bits",
    /// How many arrays and objects may be nested, in the header and in the payload.
    depth: usize = "json.depth",
    /// How a number becomes a binary64, where that is asked for.
    numbers: Numbers = "json.numbers",
    /// How header parameter names are matched.
    header_names: Names = "header.member_names",
    /// What repeated header parameters mean.
    header_duplicates: Duplicates = "header.duplicates",
    /// Which header parameters must not be repeated, whatever repetition means for the others.
    header_unique: Vec<String> = "header.unique",
    /// What happens to bad Unicode in the header.
    header_text: Text = "header.text",
    /// Which header parameters must be strings where they are present (`alg` always must).
    header_strings: Vec<String> = "header.strings",
    /// Whether a `jku` or `x5u` that is not an HTTP URL is refused (RFC 7515 sections 4.1.2 and 4.1.5).
    header_urls: Strictness = "header.urls",
    /// Which header parameters must be arrays of strings where they are present.
    header_string_arrays: Vec<String> = "header.string_arrays",
    /// Which header parameters must be objects where they are present.
    header_objects: Vec<String> = "header.objects",
    /// What `null` means for one of all these.
    header_null: Null = "header.null",
    /// Whether a number that binary64 cannot hold is refused in the header, whatever it belongs to.
    header_number_range: Strictness = "header.number_range",
    /// Whether a `b64` that is not `true` is refused (RFC 7797), critical or not.
    b64: Strictness = "header.b64",
    /// Whether the `enc` of an encrypted token is refused (RFC 7516 section 9).
    enc: Strictness = "header.enc",
    /// How a `jwk` is read that is an object.
    embedded_jwk: EmbeddedJwk = "header.embedded_jwk",
    /// Whether a `jwk` or `x5c` that is not a configured key is refused; it is never used.
    embedded_key: Strictness = "header.embedded_key",
    /// How critical extensions are treated.
    critical: Critical = "header.critical",
    /// Whether `cty` `JWT` over a claims set is refused.
    nested: Strictness = "header.nested",
    /// The only values of `alg` that a header can have: with another one, or none, it is not readable.
    /// Empty: any string.
    algorithm_names: Vec<String> = "header.algorithm_names",
    /// Whether an object in place of `alg` is refused whose only member is named after an algorithm and
    /// is `null`: Rust's `serde` reads an enum from it.
    algorithm_object: Strictness = "header.algorithm_object",
    /// Which algorithms a key serves.
    pinning: Pinning = "algorithm.pinning",
    /// Whether an empty secret is no key.
    key_empty: EmptySecret = "key.empty",
    /// Whether a key below the size of RFC 7518 is refused.
    key_size: Strictness = "key.size",
    /// What several keys of one `kid` are.
    same_key_id: SameKeyId = "key_set.same_kid",
    /// Which `use` a key must have.
    key_use: KeyUse = "key_set.use",
    /// Whether `key_ops` without `verify` is refused (RFC 7517 section 4.3).
    key_operations: Strictness = "key_set.operations",
    /// Which algorithm an RSA or EC key serves.
    key_algorithm: KeyAlgorithm = "key_set.algorithm",
    /// Which algorithm an OKP key serves (RFC 8037 section 2).
    okp_algorithm: OkpAlgorithm = "key_set.okp_algorithm",
    /// Whether a set that contains a secret is refused.
    key_set_secret: Strictness = "key_set.secret",
    /// Whether a key type that cannot sign is unusable, like an unknown type.
    key_set_other_type: Strictness = "key_set.other_type",
    /// What a private part means.
    private_part: PrivatePart = "key_set.private_part",
    /// How the names of members are matched.
    key_set_names: Names = "key_set.member_names",
    /// What repeated members mean.
    key_set_duplicates: Duplicates = "key_set.duplicates",
    /// What `null` means for a member.
    key_set_null: Null = "key_set.null",
    /// Which members must be integers where they are present, beside those of RFC 7517.
    key_set_integers: Vec<String> = "key_set.integers",
    /// Whether a number of an RSA key that begins with a zero octet is refused (RFC 7518 section 6.3.1.1).
    key_leading_zero: Strictness = "key_set.leading_zero",
    /// What may be put into a template.
    template: Template = "key_set.template",
    /// What keys are kept by.
    key_cache: KeyCache = "key_set.cache",
    /// Whether a key set behind a redirect is refused.
    key_set_redirects: Strictness = "key_set.redirects",
    /// Whether an EdDSA signature is refused whose `R` has small order.
    commitment_small_order: Strictness = "signature.small_order",
    /// What the payload may be.
    payload: Payload = "claims.payload",
    /// Whether text after the payload's JSON value is refused.
    payload_trailing_text: Strictness = "claims.trailing_text",
    /// How claim names are matched.
    claim_names: Names = "claims.member_names",
    /// What repeated claims mean.
    claim_duplicates: Duplicates = "claims.duplicates",
    /// Which claims must not be repeated, whatever repetition means for the others.
    claim_unique: Vec<String> = "claims.unique",
    /// What happens to bad Unicode in the payload.
    claim_text: Text = "claims.text",
    /// Whether a number that binary64 cannot hold is refused in the payload, whatever it belongs to.
    claim_number_range: Strictness = "claims.number_range",
    /// Whether a `sub` with a colon that is not a URI is refused (RFC 7519 section 2).
    string_or_uri: Strictness = "claims.string_or_uri",
    /// What `null` means for a known claim, but for `aud`.
    claim_null: Null = "claims.null",
    /// What an array or an object means in place of `exp`, `nbf` or `sub`.
    claim_container: Container = "claims.container",
    /// What a `sub` of another type means.
    sub_type: WrongType = "claims.sub_type",
    /// What an `iss` of another type means where no issuer is configured.
    iss_type: WrongType = "claims.iss_type",
    /// What a `jti` of another type means.
    jti_type: WrongType = "claims.jti_type",
    /// What an `aud` of another type means where no audience is configured.
    aud_type: WrongType = "claims.aud_type",
    /// How numbers become times.
    time_number: TimeNumber = "time.number",
    /// Whether a quoted number counts.
    time_quoted: QuotedNumber = "time.quoted_number",
    /// What a time of zero means.
    time_zero: Zero = "time.zero",
    /// What an `exp` of another type means.
    exp_type: ExpType = "time.exp_type",
    /// What an `exp` of exactly now means.
    exp_equal: ExpEqual = "time.exp_equal",
    /// What an `iat` of another type means.
    iat_type: WrongType = "time.iat_type",
    /// Whether an `iat` in the future is refused.
    iat_future: Strictness = "time.iat_future",
    /// What an `aud` of another type means where one is configured.
    audience_type: WrongType = "audience.type",
    /// What `null` means for an audience.
    audience_null: Null = "audience.null",
    /// What the type of an array is that holds other values than strings.
    audience_mixed: MixedArray = "audience.mixed",
    /// What an absent one means.
    audience_missing: Missing = "audience.missing",
    /// What an `aud` means where none is configured.
    audience_unexpected: Strictness = "audience.unexpected",
    /// What an `iss` of another type means where one is configured.
    issuer_type: WrongType = "issuer.type",
    /// What `null` means for an issuer. For every other claim, `claims.null` applies.
    issuer_null: Null = "issuer.null",
    /// What an array of issuers means.
    issuer_array: IssuerArray = "issuer.array",
    /// What an absent one means.
    issuer_missing: Missing = "issuer.missing",
    /// How much of an audience or issuer a pattern must match.
    pattern_match: PatternMatch = "pattern.match",
    /// What an absent issuer is where there is a pattern.
    pattern_absent_issuer: AbsentIssuer = "pattern.absent_issuer",
    /// Centrifugo: what the configured claim that names the user must be.
    user_claim: UserClaim = "centrifugo.user_claim",
    /// Centrifugo: what an absent `sub` means.
    centrifugo_subject: Subject = "centrifugo.subject",
    /// Centrifugo: what a negative `expire_at` means.
    expire_at_negative: NegativeExpireAt = "centrifugo.expire_at_negative",
    /// Centrifugo: what an `expire_at` of exactly now means.
    expire_at_equal: ExpireAtEqual = "centrifugo.expire_at_equal",
    /// Centrifugo: how the time that is left is told.
    time_to_live: TimeToLive = "centrifugo.time_to_live",
    /// Centrifugo: which options of a channel a subscription may override; others are not looked at.
    overrides: Vec<String> = "centrifugo.overrides",
    /// Centrifugo: what an override that has no `value` does.
    override_without_value: OverrideWithoutValue = "centrifugo.override_without_value",
    /// Centrifugo: what a `meta` that is not an object means.
    meta_type: WrongType = "centrifugo.meta_type",
    /// Centrifugo: how the time that is left to a subscription is told.
    subscription_time_to_live: SubscriptionTimeToLive = "centrifugo.subscription_time_to_live",
    /// Centrifugo: whether a `client` in a subscription token must be the connected client. The documentation
    /// since version 4 has no such claim.
    subscription_client_check: Check = "centrifugo.subscription_client_check",
    /// Centrifugo: what it means that a token for a private channel names no client.
    client_missing: Missing = "centrifugo.client_missing",
    /// Centrifugo: whether the user of a subscription token must be the one that is connected.
    user_check: Check = "centrifugo.user_check",
    /// Centrifugo: whether a token with a `channel` claim is refused.
    centrifugo_purpose: Strictness = "centrifugo.purpose",
    /// What a token without `exp` makes of the expiry of a connection.
    refresh_without_exp: RefreshWithoutExp = "flow.refresh_without_exp",
    /// What it means that a renewing token lists other channels than the connection has.
    refresh_subscriptions: RefreshSubscriptions = "flow.refresh_subscriptions",
    /// What becomes of a connection that a bad token was to renew.
    refused_refresh: RefusedRefresh = "flow.refused_refresh",
    /// What an expired token means that is to renew a subscription.
    sub_refresh_times: SubRefreshTimes = "flow.sub_refresh_times",
    /// How the time that is left to a renewed subscription is told.
    sub_refresh_time_to_live: RenewedTimeToLive = "flow.sub_refresh_time_to_live",
    /// What ends when a subscription expires.
    subscription_end: SubscriptionEnd = "flow.subscription_end",
    /// What the URL of a key set is that cannot be meant.
    bad_url: BadUrl = "configuration.bad_url",
    /// What becomes of a server that is configured anew, with what is no configuration.
    bad_reload: BadReload = "flow.bad_reload",
    /// What becomes of the keys of a published set that was fetched.
    kept_keys: KeptKeys = "flow.kept_keys",
    /// AnyCable: what `ext` must hold.
    identifiers: Identifiers = "anycable.identifiers",
    /// AnyCable: when a header carries a token.
    token_header: TokenHeader = "anycable.token_header",
    /// AnyCable: what several tokens mean.
    several_tokens: SeveralTokens = "anycable.several_tokens",
    /// AnyCable: what a malformed query or `Host` does.
    malformed_request: MalformedRequest = "anycable.malformed_request",
    /// AnyCable: what an earlier session is to the client that resumes it.
    resumed_session: ResumedSession = "anycable.resumed_session",
    /// AnyCable: what the documented variable does.
    parameter_variable: ParameterVariable = "anycable.parameter_variable",
    /// Which refusal is given where there are several: the first of this list that applies.
    precedence: Vec<Reason> = "refusal.precedence",
}

impl Default for Rules {
    /// The rules of `rfc`.
    fn default() -> Self {
        Self {
            prefix: String::new(),
            extra_segments: ExtraSegments::default(),
            newlines: Strictness::default(),
            trailing_bits: Strictness::default(),
            // That of Go's `encoding/json`; every token that must be accepted stays far below.
            depth: 10_000,
            numbers: Numbers::Nearest,
            header_names: Names::default(),
            header_duplicates: Duplicates::default(),
            header_unique: Vec::new(),
            header_text: Text::default(),
            header_strings: ["typ", "cty", "kid", "jku", "x5u", "x5t", "x5t#S256"]
                .map(str::to_owned)
                .to_vec(),
            header_urls: Strictness::default(),
            header_string_arrays: Vec::new(),
            header_objects: Vec::new(),
            header_null: Null::default(),
            header_number_range: Strictness::default(),
            b64: Strictness::default(),
            enc: Strictness::default(),
            embedded_jwk: EmbeddedJwk::default(),
            embedded_key: Strictness::default(),
            critical: Critical::default(),
            nested: Strictness::default(),
            algorithm_names: Vec::new(),
            algorithm_object: Strictness::default(),
            pinning: Pinning::default(),
            key_empty: EmptySecret::default(),
            key_size: Strictness::default(),
            same_key_id: SameKeyId::default(),
            key_use: KeyUse::default(),
            key_operations: Strictness::default(),
            key_algorithm: KeyAlgorithm::default(),
            okp_algorithm: OkpAlgorithm::default(),
            key_set_secret: Strictness::default(),
            key_set_other_type: Strictness::default(),
            private_part: PrivatePart::default(),
            key_set_names: Names::default(),
            key_set_duplicates: Duplicates::default(),
            key_set_null: Null::default(),
            key_set_integers: Vec::new(),
            key_leading_zero: Strictness::default(),
            template: Template::default(),
            key_cache: KeyCache::default(),
            key_set_redirects: Strictness::default(),
            commitment_small_order: Strictness::default(),
            payload: Payload::default(),
            payload_trailing_text: Strictness::default(),
            claim_names: Names::default(),
            claim_duplicates: Duplicates::default(),
            claim_unique: Vec::new(),
            claim_text: Text::default(),
            claim_number_range: Strictness::default(),
            string_or_uri: Strictness::default(),
            claim_null: Null::default(),
            claim_container: Container::default(),
            sub_type: WrongType::default(),
            iss_type: WrongType::default(),
            jti_type: WrongType::default(),
            aud_type: WrongType::default(),
            time_number: TimeNumber::default(),
            time_quoted: QuotedNumber::default(),
            time_zero: Zero::default(),
            exp_type: ExpType::default(),
            exp_equal: ExpEqual::default(),
            iat_type: WrongType::default(),
            iat_future: Strictness::Refuse,
            audience_type: WrongType::default(),
            audience_null: Null::default(),
            audience_mixed: MixedArray::default(),
            audience_missing: Missing::default(),
            audience_unexpected: Strictness::default(),
            issuer_type: WrongType::default(),
            issuer_null: Null::default(),
            issuer_array: IssuerArray::default(),
            issuer_missing: Missing::default(),
            pattern_match: PatternMatch::default(),
            pattern_absent_issuer: AbsentIssuer::default(),
            user_claim: UserClaim::default(),
            centrifugo_subject: Subject::default(),
            expire_at_negative: NegativeExpireAt::default(),
            expire_at_equal: ExpireAtEqual::default(),
            time_to_live: TimeToLive::default(),
            overrides: [
                "presence",
                "join_leave",
                "force_push_join_leave",
                "force_positioning",
                "force_recovery",
                // Those of version 3.
                "position",
                "recover",
            ]
            .map(str::to_owned)
            .to_vec(),
            override_without_value: OverrideWithoutValue::default(),
            meta_type: WrongType::default(),
            subscription_time_to_live: SubscriptionTimeToLive::default(),
            subscription_client_check: Check::Skip,
            client_missing: Missing::default(),
            user_check: Check::default(),
            centrifugo_purpose: Strictness::default(),
            refresh_without_exp: RefreshWithoutExp::default(),
            refresh_subscriptions: RefreshSubscriptions::default(),
            refused_refresh: RefusedRefresh::default(),
            sub_refresh_times: SubRefreshTimes::default(),
            sub_refresh_time_to_live: RenewedTimeToLive::default(),
            subscription_end: SubscriptionEnd::default(),
            bad_url: BadUrl::default(),
            bad_reload: BadReload::default(),
            kept_keys: KeptKeys::default(),
            identifiers: Identifiers::default(),
            token_header: TokenHeader::default(),
            several_tokens: SeveralTokens::default(),
            malformed_request: MalformedRequest::default(),
            resumed_session: ResumedSession::default(),
            parameter_variable: ParameterVariable::default(),
            precedence: vec![
                Reason::Configuration,
                Reason::NoToken,
                Reason::SeveralTokens,
                Reason::Request,
                Reason::Limit,
                Reason::NotCompact,
                Reason::Encoding,
                Reason::Header,
                Reason::HeaderParameter,
                Reason::Critical,
                Reason::Algorithm,
                Reason::Key,
                Reason::Signature,
                Reason::Type,
                Reason::Payload,
                Reason::ClaimType,
                Reason::ClaimMissing,
                Reason::Expired,
                Reason::NotYetValid,
                Reason::IssuedInFuture,
                Reason::Audience,
                Reason::Issuer,
                Reason::Purpose,
                Reason::UnknownChannel,
                Reason::InfoEncoding,
                Reason::Channel,
                Reason::Client,
                Reason::User,
                Reason::Subscriptions,
                Reason::ConnectionExpired,
                Reason::SubscriptionExpired,
                Reason::Anonymous,
                Reason::Identifiers,
            ],
        }
    }
}

impl Rules {
    /// These rules with some of them replaced, by dotted name.
    ///
    /// # Errors
    ///
    /// Names the rule that does not exist, or the value that it cannot have.
    pub fn with(&self, overrides: &BTreeMap<String, Value>) -> Result<Self, RuleError> {
        let mut all = match serde_json::to_value(self) {
            Ok(Value::Object(all)) => all,
            Ok(_) | Err(_) => unreachable!("a struct of plain values serialises to an object"),
        };
        for (name, value) in overrides {
            let Some(slot) = all.get_mut(name) else {
                return Err(RuleError::Unknown { rule: name.clone() });
            };
            *slot = value.clone();
            // One at a time, so that the error names the rule.
            serde_json::from_value::<Self>(Value::Object(all.clone())).map_err(|error| RuleError::Value {
                rule: name.clone(),
                value: value.to_string(),
                problem: error.to_string(),
            })?;
        }
        serde_json::from_value(Value::Object(all)).map_err(|error| RuleError::Value {
            rule: String::new(),
            value: String::new(),
            problem: error.to_string(),
        })
    }
}

/// Why rules could not be replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// There is no such rule.
    #[error("there is no rule {rule:?}; the rules are listed in suite/profiles/src/rules.rs")]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Profiles;

    /// The values that a rule of this type can have; empty where there is no list of them.
    pub(super) trait Values {
        fn all() -> Vec<Value> {
            Vec::new()
        }
    }

    impl Values for usize {}
    impl Values for String {}
    impl<T> Values for Vec<T> {}

    #[test]
    fn every_value_of_every_rule_is_the_default_or_that_of_a_profile() {
        let default = serde_json::to_value(Rules::default()).expect("rules are plain values");
        let mut set: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for (rule, value) in Profiles::built_in()
            .files()
            .iter()
            .flat_map(|file| file.entries.iter().flat_map(|entry| &entry.rule))
        {
            set.entry(rule).or_default().push(value);
        }
        for (rule, values) in Rules::values() {
            assert!(set.contains_key(rule), "{rule} is set by no profile");
            for value in values {
                let is_set = set.get(rule).is_some_and(|set| set.contains(&&value));
                assert!(is_set || default[rule] == value, "{rule} can be {value}, which no profile says");
            }
        }
    }
}
