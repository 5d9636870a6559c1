//! What a program prints, where it ends by itself within a moment: how a binary is asked for its version.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::guard::{GUARD_WITHIN, Streams, await_exit, guard_command};

/// How long it has. One that takes longer is no program that prints its version, and is ended.
const WITHIN: Duration = Duration::from_secs(2);

/// What a program prints with this argument. It is guarded as a server is: whatever it starts ends with
/// it, and it ends with the command.
pub(crate) fn printed(program: &Path, argument: &str) -> Option<String> {
    let program = std::path::absolute(program).ok()?;
    let directory = tempfile::Builder::new().prefix("jotproof-").tempdir().ok()?;
    let log = directory.path().join("printed.log");
    let mut command =
        guard_command(&log, directory.path(), program.as_os_str(), Streams::Logged, None).ok()?;
    let mut guard = command.arg(OsStr::new(argument)).current_dir(directory.path()).spawn().ok()?;
    let pipe = guard.stdin.take();
    let (sender, ended) = mpsc::channel();
    if let Some(lines) = guard.stdout.take() {
        thread::spawn(move || {
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                // Whoever waits may have given up.
                let _ = sender.send(line);
            }
        });
    }
    let well = ended
        .recv_timeout(WITHIN)
        .and_then(|_started| ended.recv_timeout(WITHIN))
        .is_ok_and(|line| line == "exited exit status: 0");
    let text = well.then(|| fs::read_to_string(&log).ok()).flatten();
    drop(pipe);
    await_exit(&mut guard, GUARD_WITHIN);
    text
}
