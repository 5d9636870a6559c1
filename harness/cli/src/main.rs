//! `jotproof`, the command that users run.

use std::process::ExitCode;

fn main() -> ExitCode {
    jotproof::start(jotproof::command)
}
