//! A guard and nothing else: what tests name with `set_guard_executable`, because a test binary
//! cannot start itself as one.

#![allow(clippy::disallowed_macros, reason = "it is run by tests, which read all")]

use std::process::ExitCode;

use jotproof_targets::{GUARD_ARGUMENT, run_guard};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == GUARD_ARGUMENT) {
        return run_guard(arguments);
    }
    eprintln!(
        "usage: guard {GUARD_ARGUMENT} [--pipe] --log FILE [--remove DIRECTORY] \
         [--image NAME --run LABEL [--variable NAME=VALUE]…] -- PROGRAM [ARGUMENT…]"
    );
    ExitCode::from(2)
}
