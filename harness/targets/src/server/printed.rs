//! What a program prints, where it ends by itself within a moment: how a binary is asked for its version.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::guard::{Streams, guard_command};
use super::guarded::run_to_end;
use super::process::SUCCESS;

/// How long it has. One that takes longer is no program that prints its version, and is ended.
const WITHIN: Duration = Duration::from_secs(5);

/// What a program prints with this argument.
pub(crate) fn printed(program: &Path, argument: &str) -> Option<String> {
    let program = std::path::absolute(program).ok()?;
    let directory = tempfile::Builder::new().prefix("jotproof-").tempdir().ok()?;
    let log = directory.path().join("printed.log");
    let mut command =
        guard_command(&log, directory.path(), program.as_os_str(), Streams::Logged, None).ok()?;
    command.arg(OsStr::new(argument)).current_dir(directory.path());
    let read = |status: std::io::Result<&str>| match status {
        Ok(SUCCESS) => fs::read_to_string(&log).ok(),
        _ => None,
    };
    run_to_end(command, WITHIN, read).ok().flatten()
}
