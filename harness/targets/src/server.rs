//! Live servers on this machine: where the binary comes from, how it is started and how it ends.
//!
//! Protocols do not belong here; a server is a binary or an image, its arguments and a request that
//! proves that it is ours.

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) mod configuration;
#[cfg(feature = "docker")]
pub(crate) mod docker;
#[cfg(not(feature = "docker"))]
#[path = "server/no_docker.rs"]
pub(crate) mod docker;
pub mod guard;
mod guarded;
pub mod image;
pub(crate) mod log_end;
pub mod pinned;
pub mod port;
pub(crate) mod printed;
pub mod process;
mod stamp;

/// The files in the directory of a server that are there for it to read: all but its log.
fn files_for(directory: &Path, log: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_file() && path != log {
            files.push(path);
        }
    }
    Ok(files)
}

/// The error at the bottom: `connection refused` rather than that a request could not be sent.
fn innermost(mut error: &dyn Error) -> String {
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
