//! A program that is run to its end under a guard: whatever it starts ends with it, and it ends with the command.

use std::io::{self, BufRead as _, BufReader};
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::guard::{GUARD_WITHIN, await_exit};

/// Runs what [`super::guard::guard_command`] made to its end, or until it has taken too long. `then` is given the exit
/// status, and finds what the program left in the directory that the guard removes afterwards.
pub(super) fn run_to_end<T>(
    mut command: Command,
    within: Duration,
    then: impl FnOnce(io::Result<&str>) -> T,
) -> io::Result<T> {
    let mut guard = command.spawn()?;
    let pipe = guard.stdin.take();
    let (sender, said) = mpsc::channel();
    if let Some(lines) = guard.stdout.take() {
        thread::spawn(move || {
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                // Whoever waits may have given up.
                let _ = sender.send(line);
            }
        });
    }
    let deadline = Instant::now() + within;
    let done = loop {
        let line = match said.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => {
                let seconds = within.as_secs();
                break then(Err(io::Error::other(format!("it came to no end within {seconds} s"))));
            }
            Err(RecvTimeoutError::Disconnected) => {
                break then(Err(io::Error::other("its guard was killed; try again")));
            }
        };
        if let Some(status) = line.strip_prefix("exited ") {
            break then(Ok(status));
        }
        if let Some(reason) = line.strip_prefix("failed ") {
            break then(Err(io::Error::other(reason.to_owned())));
        }
    };
    drop(pipe);
    await_exit(&mut guard, GUARD_WITHIN);
    Ok(done)
}
