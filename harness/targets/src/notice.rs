//! What is said on standard error while it is done.

use std::fmt::Display;
use std::io::{self, Write as _};

/// Writes a line to standard error. Nothing fails because nobody hears it: `eprintln!` would panic.
pub(crate) fn notice(text: impl Display) {
    let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
}
