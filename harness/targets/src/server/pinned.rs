//! Servers that are built from source, pinned by checksum.
//!
//! What pins them is in `fixtures/servers`, one folder per server and version; see its `README.md`.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jotproof_engine::target::TargetError;
use rustix::fs::{FlockOperation, flock};

use super::guard::{Streams, guard_command};
use super::guarded::run_to_end;
use super::log_end::last_log_lines;
use super::process::SUCCESS;
use super::stamp::Stamp;
use crate::notice::notice;

/// The variable that names the directory where built servers are kept.
pub const CACHE_VARIABLE: &str = "JOTPROOF_SERVERS";

/// The directory that the variable names, or else this one.
pub fn cache_or(otherwise: impl Into<PathBuf>) -> PathBuf {
    named_cache().unwrap_or_else(|| otherwise.into())
}

/// The cache directory from the environment variable.
fn named_cache() -> Option<PathBuf> {
    env::var_os(CACHE_VARIABLE).filter(|directory| !directory.is_empty()).map(PathBuf::from)
}

/// The cache directory of the user (XDG Base Directory Specification). A relative path in `XDG_CACHE_HOME` is
/// ignored.
fn user_cache() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(caches.join("jotproof"))
}

/// How many lines of a failed build are shown.
const SHOWN_LINES: usize = 20;

/// How long a build may take.
const WITHIN: Duration = Duration::from_secs(30 * 60);

/// The binaries that this process has verified. The lock is held while a server is found or built, because
/// deployments start in parallel.
static VERIFIED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A server and what its binary is built from.
#[derive(Debug, PartialEq, Eq)]
pub struct PinnedServer {
    /// What people call it.
    pub title: &'static str,
    /// Its name in files and profiles.
    pub name: &'static str,
    /// Its exact version.
    pub version: &'static str,
    /// The configuration of every deployment: the text of a configuration file, or one argument on each line.
    pub configuration: &'static str,
    /// The Go package of its command.
    package: &'static str,
    /// `go.mod`: the version.
    go_mod: &'static str,
    /// `go.sum`: the checksums of everything that it is built from.
    go_sum: &'static str,
}

// A static for each folder of `fixtures/servers`, such as `CENTRIFUGO_6`, and `ALL`. See `build.rs`.
include!(concat!(env!("OUT_DIR"), "/pinned.rs"));

impl PinnedServer {
    /// The name with the version, which is also the name of the profile: `centrifugo-5.4.9`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }

    /// The path of the binary in `$JOTPROOF_SERVERS` or else in the user's cache. Builds it if it is missing.
    ///
    /// # Errors
    ///
    /// The errors of [`PinnedServer::binary_in`]. Also fails if neither the variable nor a home directory is
    /// set.
    pub fn binary(&self) -> Result<PathBuf, TargetError> {
        let cache = named_cache().or_else(user_cache).ok_or_else(|| {
            let title = self.title;
            TargetError::EnvironmentMissing(format!(
                "no folder to keep {title} in\nhint: name a writable one in {CACHE_VARIABLE}"
            ))
        })?;
        self.binary_in(&cache)
    }

    /// The path of the binary in `cache`. Builds it if it is missing or does not match its stamp.
    ///
    /// # Errors
    ///
    /// [`TargetError::EnvironmentMissing`] where Go is not installed or the build fails.
    pub fn binary_in(&self, cache: &Path) -> Result<PathBuf, TargetError> {
        let missing = |doing: &str, error: io::Error| {
            TargetError::EnvironmentMissing(format!(
                "cannot {doing} {}: {error}; name a writable directory in {CACHE_VARIABLE}",
                cache.display()
            ))
        };
        // A panic during a build leaves no incomplete entry.
        let mut verified = VERIFIED.lock().unwrap_or_else(PoisonError::into_inner);
        let cache = std::path::absolute(cache).map_err(|error| missing("resolve", error))?;
        let binary = cache.join(self.id());
        let sources = [self.go_mod, self.go_sum];
        if verified.contains(&binary) && binary.is_file() || Stamp::fits(&binary, &sources) {
            verified.insert(binary.clone());
            return Ok(binary);
        }
        fs::create_dir_all(&cache).map_err(|error| missing("create", error))?;
        // Another command may be building the same server.
        let _lock = self.lock(&cache).map_err(|error| missing("lock", error))?;
        if !Stamp::fits(&binary, &sources) {
            if binary.is_file() {
                notice(format_args!("{} is not what was built: it is built again", binary.display()));
            }
            // In the same directory as the binary, so that the move is a rename.
            let workshop = tempfile::Builder::new()
                .prefix(".build-")
                .tempdir_in(&cache)
                .map_err(|error| missing("write to", error))?;
            self.build(workshop.path(), &binary)?;
        }
        verified.insert(binary.clone());
        Ok(binary)
    }

    /// Waits until no other process builds this server in this cache. The lock ends when the file is closed.
    fn lock(&self, cache: &Path) -> io::Result<File> {
        let file =
            File::options().create(true).append(true).open(cache.join(format!(".{}.lock", self.id())))?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            notice(format_args!(
                "waiting for another command, which builds {} {}…",
                self.title, self.version
            ));
            flock(&file, FlockOperation::LockExclusive)?;
        }
        Ok(file)
    }

    /// Builds under a guard, so that neither the compiler nor its workshop outlives this command.
    fn build(&self, workshop: &Path, binary: &Path) -> Result<(), TargetError> {
        let unwritable = |path: &Path, error: &io::Error| {
            TargetError::EnvironmentMissing(format!(
                "cannot write {}: {error}; name a writable directory in {CACHE_VARIABLE}",
                path.display()
            ))
        };
        for (name, text) in [("go.mod", self.go_mod), ("go.sum", self.go_sum)] {
            let path = workshop.join(name);
            fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
        }
        notice(format_args!("building {} {} with go (once, 1 to 2 minutes)…", self.title, self.version));
        Command::new("go").arg("version").output().map_err(|error| self.no_go(&error))?;
        let start = Instant::now();
        let (built, log) = (workshop.join(self.name), workshop.join("build.log"));
        let mut command = guard_command(&log, workshop, OsStr::new("go"), Streams::Logged, None)
            .map_err(|error| self.no_go(&error))?;
        command
            .args(["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-o"])
            .arg(&built)
            .arg(self.package)
            .current_dir(workshop)
            // A static binary, from these modules and no others.
            .env("CGO_ENABLED", "0")
            .env("GO111MODULE", "on")
            .env("GOWORK", "off");
        let ended = run_to_end(command, WITHIN, |status| match status {
            Ok(SUCCESS) => Stamp::install(&built, binary, &[self.go_mod, self.go_sum])
                .map_err(|error| unwritable(binary, &error)),
            Ok(status) => Err(TargetError::EnvironmentMissing(format!(
                "cannot build {} {}: go ended with {status}\n{}\nsee that this machine can reach the Go \
                 module proxy, or give a binary: {}:process:PATH",
                self.title,
                self.version,
                last_log_lines(&log, SHOWN_LINES),
                self.name,
            ))),
            Err(error) => Err(TargetError::EnvironmentMissing(format!(
                "cannot build {} {}: go came to no result: {error}",
                self.title, self.version
            ))),
        });
        ended.map_err(|error| self.no_go(&error))??;
        notice(format_args!("built {} {} in {} s", self.title, self.version, start.elapsed().as_secs()));
        Ok(())
    }

    fn no_go(&self, error: &io::Error) -> TargetError {
        let what = if error.kind() == io::ErrorKind::NotFound {
            "there is no go command".to_owned()
        } else {
            format!("the go command cannot be run: {error}")
        };
        TargetError::EnvironmentMissing(format!(
            "cannot build {} {}: {what}; install Go {} or later (https://go.dev/dl), or give a binary: \
             {}:process:PATH",
            self.title,
            self.version,
            self.least_go(),
            self.name
        ))
    }

    /// The least version of Go that builds the server, from its `go.mod`: `1.26`.
    fn least_go(&self) -> &'static str {
        let line = self.go_mod.lines().find_map(|line| line.strip_prefix("go "));
        line.map_or("", |version| version.strip_suffix(".0").unwrap_or(version))
    }
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn the_version_is_the_one_that_the_module_file_pins() {
        for server in ALL {
            assert!(server.go_mod.contains(&format!(" v{}\n", server.version)), "{}", server.title);
            assert!(server.go_sum.contains(&format!(" v{} h1:", server.version)), "{}", server.title);
        }
    }
}
