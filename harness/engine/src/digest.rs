//! The digest of a folder of vectors. The build script uses this file too.

use sha2::{Digest as _, Sha256};

/// The digest of some topic files. It is the SHA-256 of the lines that `sha256sum` writes for them, in the order of their
/// paths.
#[derive(Default)]
pub(crate) struct FolderDigest(Sha256);

impl FolderDigest {
    /// Adds the next file. The name is its path in the folder.
    pub(crate) fn add(&mut self, name: &str, octets: &[u8]) {
        let line = format!("{}  {name}\n", hexadecimal(&Sha256::digest(octets)));
        self.0.update(line);
    }

    /// The digest, in hexadecimal.
    pub(crate) fn finish(self) -> String {
        hexadecimal(&self.0.finalize())
    }
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
