//! Atomic replacement of a file.

use std::fs::{self, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// The longest chain of symbolic links to follow.
const LINKS: usize = 40;

/// A temporary file that will replace an old file. Its name is unique, so two writers of one path never mix.
/// If it is dropped before [`Replacement::finish`], the old file stays.
#[derive(Debug)]
pub struct Replacement {
    place: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Replacement {
    /// Creates the temporary file for `path`. Symbolic links are followed, and the old file need not exist.
    ///
    /// # Errors
    ///
    /// Fails if no file can be created in the folder of the old file.
    pub fn of(path: &Path) -> io::Result<Self> {
        let place = followed(path)?;
        let no_name = || io::Error::new(io::ErrorKind::InvalidInput, "it is not the name of a file");
        let mut prefix = std::ffi::OsString::from(".");
        prefix.push(place.file_name().ok_or_else(no_name)?);
        prefix.push(".");
        let folder = match place.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        // The permissions of any new file: the umask applies.
        let mut builder = Builder::new();
        builder.prefix(&prefix).suffix(".partial").permissions(Permissions::from_mode(0o666));
        let file = builder.tempfile_in(folder)?;
        if let Ok(old) = fs::metadata(&place) {
            file.as_file().set_permissions(old.permissions())?;
        }
        Ok(Self { place, file: BufWriter::new(file) })
    }

    /// Replaces the old file with the new one.
    ///
    /// # Errors
    ///
    /// Fails if the content cannot be written or the file cannot be moved. If only the move fails, the new
    /// file stays and the error names it.
    pub fn finish(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.persist(&self.place).map(drop).map_err(|failed| {
            let kind = failed.error.kind();
            let text = failed.error.to_string();
            match failed.file.keep() {
                Ok((_, kept)) => io::Error::new(kind, format!("{text}; it is kept as {}", kept.display())),
                Err(_) => failed.error,
            }
        })
    }
}

impl Write for Replacement {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.file.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The target of a path through its symbolic links. It need not exist.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&path) {
            Ok(to) => path = path.parent().unwrap_or_else(|| Path::new("")).join(to),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links, one to the next"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::path::Path;

    use super::Replacement;

    fn replace(path: &Path, text: &str) {
        let mut replacement = Replacement::of(path).expect("the folder takes files");
        replacement.write_all(text.as_bytes()).expect("there is room");
        replacement.finish().expect("it can be moved");
    }

    #[test]
    fn what_is_not_finished_changes_nothing_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("log");
        fs::write(&path, "old").expect("it can be written");
        let mut replacement = Replacement::of(&path).expect("the folder takes files");
        replacement.write_all(b"new").expect("there is room");
        drop(replacement);
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "old");
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1);
    }

    #[test]
    fn the_last_of_two_writers_wins_whole() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("log");
        let mut one = Replacement::of(&path).expect("the folder takes files");
        let mut other = Replacement::of(&path).expect("the folder takes files");
        for _ in 0..3 {
            one.write_all(b"1").and_then(|()| one.flush()).expect("there is room");
            other.write_all(b"2").and_then(|()| other.flush()).expect("there is room");
        }
        one.finish().expect("it can be moved");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "111");
        other.finish().expect("it can be moved");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "222");
    }

    #[test]
    fn links_are_followed_and_permissions_kept() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (file, link, further) = (
            folder.path().join("below/file"),
            folder.path().join("below/link"),
            folder.path().join("further"),
        );
        fs::create_dir(folder.path().join("below")).expect("a folder can be made");
        symlink("file", &link).and_then(|()| symlink("below/link", &further)).expect("links can be made");
        // The file is missing the first time and exists the second time.
        replace(&further, "first");
        assert_eq!(fs::read_to_string(&file).expect("it is there"), "first");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("it is ours");
        replace(&further, "second");
        assert_eq!(fs::read_to_string(&file).expect("it is there"), "second");
        assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o640);
        assert!(link.is_symlink() && further.is_symlink());
        assert_eq!(fs::read_dir(folder.path().join("below")).expect("it is there").count(), 2);
    }
}
