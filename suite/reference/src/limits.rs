//! The bounds of the verifier. RFC 8259 section 9 allows them; a token beyond one is refused with
//! [`Reason::Limit`](jotproof_model::Reason::Limit), and every token that must be accepted stays far
//! below.

/// The longest token, in octets.
pub const TOKEN: usize = 1 << 22;

/// The deepest nesting of arrays and objects: that of Go's `encoding/json`.
pub const DEPTH: usize = 10_000;

/// The most values in one header or payload, nested ones included.
pub const VALUES: usize = 1 << 18;
