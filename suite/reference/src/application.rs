//! The stage `application`: what a server asks of a token beyond RFC 7519, and what the token does
//! there.

pub mod anycable;
pub mod centrifugo;
