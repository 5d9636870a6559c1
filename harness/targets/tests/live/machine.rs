//! This machine: where the guard and the servers are, and which processes run.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use std::thread;
use std::time::{Duration, Instant};

use jotproof_targets::ServerBinary;
use jotproof_targets::server::pinned::{PinnedServer, cache_or};
use jotproof_targets::set_guard_executable;

/// A pinned server, built if need be, and kept where the command keeps it; and the guard, named.
pub fn pinned(server: &PinnedServer) -> ServerBinary {
    name_guard();
    let cache = cache_or(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/servers"));
    ServerBinary::Path(server.binary_in(&cache).unwrap())
}

/// Names the example that cargo builds for tests as the guard.
pub fn name_guard() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_guard_executable(guard()));
}

pub fn guard() -> PathBuf {
    let test = env::current_exe().unwrap();
    let guard = test.parent().unwrap().parent().unwrap().join("examples/guard");
    assert!(guard.is_file(), "no {}: run `cargo build --examples`", guard.display());
    guard
}

/// One ignored test of this binary, in a process of its own.
pub fn another_process(test: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    command
}

/// Whether a process runs, or is still to be reaped.
pub fn exists(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// Waits until something holds, and fails the test where it does not for ten seconds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "still not so: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
