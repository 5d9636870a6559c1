//! Notices on standard error.

use std::fmt::Display;
use std::io::{self, Write as _};

/// Writes a line to standard error. A failed write is ignored, while `eprintln!` would panic.
pub(crate) fn notice(text: impl Display) {
    let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
}
