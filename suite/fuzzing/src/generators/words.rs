//! The words that a JWT is made of, and those that its readers stumble over. The only list: a word
//! that a finding needed is added here.

/// Header parameter names (RFC 7515 section 4.1, RFC 7516 section 4.1, RFC 7797 section 3).
pub const HEADER_NAMES: &[&str] = &[
    "alg",
    "typ",
    "cty",
    "kid",
    "crit",
    "b64",
    "jku",
    "jwk",
    "x5u",
    "x5c",
    "x5t",
    "x5t#S256",
    "enc",
    "zip",
    "exp",
    "x",
    "__proto__",
    "",
];

/// Claim names (RFC 7519 section 4.1, Centrifugo, AnyCable).
pub const CLAIM_NAMES: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "ext",
    "info",
    "b64info",
    "channels",
    "subs",
    "meta",
    "expire_at",
    "channel",
    "client",
    "x",
    "__proto__",
    "",
];

/// The names whose values are times (RFC 7519 sections 4.1.4 to 4.1.6).
pub const TIME_NAMES: &[&str] = &["exp", "nbf", "iat", "expire_at"];

/// Values of `alg`, as they are and as lax readers take them.
pub const ALGORITHMS: &[&str] = &[
    "\"HS256\"",
    "\"hs256\"",
    "\"HS256 \"",
    "\"HS384\"",
    "\"HS512\"",
    "\"RS256\"",
    "\"PS256\"",
    "\"ES256\"",
    "\"EdDSA\"",
    "\"none\"",
    "\"None\"",
    "\"\"",
    "\"\\u0048S256\"",
    "[\"HS256\"]",
    "null",
];

/// Values of every JSON type.
pub const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "\"\"",
    "\"1\"",
    "\"JWT\"",
    "\"u\"",
    "\"{}\"",
    "\"a b\"",
    "\"https://a.example\"",
    "\"a:b\"",
    "\":\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"\u{fffe}\"",
    "[]",
    "[\"a\",\"b\"]",
    "[\"b64\"]",
    "[1]",
    "[[]]",
    "{}",
    "{\"a\":1}",
    "{\"a\":1,\"a\":2}",
];

/// Numbers at the edges of the types that hold them.
pub const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "0.0",
    "0e9",
    "1e400",
    "-1e400",
    "1e-400",
    "1e999999999999",
    "253402300799",
    "253402300800",
    "999999999999999",
    "9007199254740990",
    "9007199254740992",
    "9007199254740991",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "2147483648",
    "4294967296",
    "1.7976931348623157e308",
    "100000000000000000000000000000000000000000",
];

/// Text that JSON readers disagree on.
pub const PIECES: &[&str] = &[
    "{", "}", "[", "]", "\"", ":", ",", " ", "\n", "\t", "\\", "//", "/**/", "\u{feff}", "\0", "NaN", "01",
    "+1", ".5", "1.", "'", "é", "\u{17f}", "\u{212a}",
];

/// Text that base64url segments do not have.
pub const SEGMENT_PIECES: &[&str] = &["=", "==", "\n", "\r\n", "\r", " ", "+", "/", ".", "%3D", "A", "\0"];
