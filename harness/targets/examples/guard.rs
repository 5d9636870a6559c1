//! A guard and nothing else: what tests name with `set_guard_executable`, because a test binary
//! cannot start itself as one.

#![allow(clippy::disallowed_macros, reason = "it is run by tests, which read all")]

use std::process::ExitCode;

use jotproof_targets::{GUARD_ARGUMENT, run_internal};

fn main() -> ExitCode {
    if let Some(code) = run_internal(std::env::args_os().skip(1)) {
        return code;
    }
    eprintln!(
        "usage: guard {GUARD_ARGUMENT} [--pipe] --log FILE [--remove DIRECTORY] \
         [--image NAME --run LABEL [--variable NAME=VALUE]…] -- PROGRAM [ARGUMENT…]"
    );
    ExitCode::from(2)
}
