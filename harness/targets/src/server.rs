//! Live servers on this machine: where the binary comes from, how it is started and how it ends.
//!
//! Protocols do not belong here; a server is a binary, its arguments and a request that proves that it
//! is ours.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;

use jotproof_engine::target::TargetError;

pub mod guard;
pub mod pinned;
pub mod port;
pub mod process;

use pinned::PinnedServer;

/// Which binary of a server is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerBinary {
    /// The pinned version, built once from source.
    Pinned,
    /// The file at this path.
    Path(PathBuf),
}

impl ServerBinary {
    /// The absolute path of the binary. A pinned server that is not there yet is built first.
    ///
    /// # Errors
    ///
    /// [`TargetError::EnvironmentMissing`] where there is no such file, or the build is not possible.
    pub fn locate(&self, pinned: &PinnedServer) -> Result<PathBuf, TargetError> {
        let path = match self {
            Self::Pinned => return pinned.binary(),
            Self::Path(path) => path,
        };
        if !path.is_file() {
            return Err(TargetError::EnvironmentMissing(format!(
                "no {} binary at {}: give the path of one, or leave the path out to have \
                 version {} built with Go",
                pinned.title,
                path.display(),
                pinned.version,
            )));
        }
        // The server runs in a directory of its own, where a relative path would lead elsewhere.
        std::path::absolute(path).map_err(|error| {
            TargetError::EnvironmentMissing(format!("cannot resolve {}: {error}", path.display()))
        })
    }

    /// The name of a target that runs this binary: `centrifugo:process[:PATH]`.
    pub(crate) fn target_name(&self, server: &str) -> String {
        match self {
            Self::Pinned => format!("{server}:process"),
            Self::Path(path) => format!("{server}:process:{}", path.display()),
        }
    }
}

/// `N` octets that nobody can guess, for management keys and ports.
fn random_octets<const N: usize>() -> io::Result<[u8; N]> {
    let mut octets = [0; N];
    File::open("/dev/urandom")?.read_exact(&mut octets)?;
    Ok(octets)
}

/// A management key: 32 hexadecimal digits that nobody can guess.
fn random_key() -> io::Result<String> {
    Ok(random_octets::<16>()?.iter().map(|octet| format!("{octet:02x}")).collect())
}
