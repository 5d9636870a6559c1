//! What makes inputs: changes to a token that keep it worth looking at.
//!
//! A fuzzer that flips bits of a signed token only ever tests the signature. [`token`] opens the token,
//! changes what is inside and signs again.

pub mod members;
pub mod octets;
pub mod random;
pub mod token;
pub mod words;
