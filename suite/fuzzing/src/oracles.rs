//! Each oracle runs one input and panics where something is wrong: a panic is what every fuzzer
//! understands, and its text shows both sides.

pub mod base64url;
pub mod compact_raw;
pub mod json_text;
pub mod signed;
pub mod token_library;
pub mod token_resign;
