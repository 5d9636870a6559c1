//! A file beside a built binary that shows whether the binary is still the one that was built.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The identity of a binary and of its source.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// The size of the binary, in bytes.
    size: u64,
    /// The SHA-256 digest of the binary, in hexadecimal.
    sha256: String,
    /// The SHA-256 digest of the files that pin its source, in hexadecimal.
    source: String,
}

impl Stamp {
    /// Whether a binary exists, is complete and was built from these sources. An unreadable file counts as no
    /// match.
    pub(super) fn fits(binary: &Path, sources: &[&str]) -> bool {
        let Some(stamp) =
            fs::read(beside(binary)).ok().and_then(|text| serde_json::from_slice::<Self>(&text).ok())
        else {
            return false;
        };
        // The size first, because it is cheap.
        fs::metadata(binary).is_ok_and(|found| found.is_file() && found.len() == stamp.size)
            && Self::of(binary, sources).is_ok_and(|found| found == stamp)
    }

    /// Moves a built binary to its place, and then its stamp. A binary without a stamp does not count.
    pub(super) fn install(built: &Path, binary: &Path, sources: &[&str]) -> io::Result<()> {
        let stamp = serde_json::to_string(&Self::of(built, sources)?)?;
        let written = beside(built);
        fs::write(&written, stamp + "\n")?;
        fs::rename(built, binary)?;
        fs::rename(written, beside(binary))
    }

    fn of(binary: &Path, sources: &[&str]) -> io::Result<Self> {
        let mut digest = Sha256::new();
        let size = io::copy(&mut File::open(binary)?, &mut Writer(&mut digest))?;
        let mut source = Sha256::new();
        for text in sources {
            source.update((text.len() as u64).to_be_bytes());
            source.update(text);
        }
        Ok(Self { size, sha256: hexadecimal(&digest.finalize()), source: hexadecimal(&source.finalize()) })
    }
}

/// A writer that feeds a digest.
struct Writer<'a>(&'a mut Sha256);

impl io::Write for Writer<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.update(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// The path of the stamp of a binary.
fn beside(binary: &Path) -> PathBuf {
    let mut name = binary.as_os_str().to_owned();
    name.push(".built.json");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Stamp, beside};

    #[test]
    fn only_what_was_built_fits() {
        let folder = tempfile::tempdir().unwrap();
        let (built, binary) = (folder.path().join("built"), folder.path().join("server"));
        assert!(!Stamp::fits(&binary, &["a"]), "nothing is there");
        let install = || {
            fs::write(&built, "a program").unwrap();
            Stamp::install(&built, &binary, &["go.mod", "go.sum"]).unwrap();
            assert!(Stamp::fits(&binary, &["go.mod", "go.sum"]));
        };
        install();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        assert!(!Stamp::fits(&binary, &["go.mod", "go.sum of another day"]));
        assert!(!Stamp::fits(&binary, &["go.modgo.s", "um"]));
        for (what, octets) in
            [("cut off", "a progr"), ("changed", "a prograM"), ("longer", "a program "), ("empty", "")]
        {
            install();
            fs::write(&binary, octets).unwrap();
            assert!(!Stamp::fits(&binary, &["go.mod", "go.sum"]), "{what}");
        }
        install();
        fs::write(beside(&binary), "{").unwrap();
        assert!(!Stamp::fits(&binary, &["go.mod", "go.sum"]), "its stamp is cut off");
        fs::remove_file(beside(&binary)).unwrap();
        assert!(!Stamp::fits(&binary, &["go.mod", "go.sum"]), "its stamp is gone");
    }
}
