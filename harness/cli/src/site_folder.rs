//! The folder of an HTML report. It is replaced as a whole, so no half of a report ever stays.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jotproof_engine::report::html::{MARKER, Sink};
use tempfile::{Builder, TempDir};

use crate::terminal::OfMachine;

/// Writes a site to a folder. The pages go to a temporary folder beside it, which then takes its place.
///
/// # Errors
///
/// Fails if the folder has other files than an older report, or if it cannot be written.
pub(crate) fn write(folder: &Path, site: impl FnOnce(&mut Sink<'_>) -> io::Result<()>) -> anyhow::Result<()> {
    let cannot = || OfMachine(format!("cannot write the HTML report {}", folder.display()));
    let is_there = is_free(folder)?;
    let place = place(folder, is_there).with_context(cannot)?;
    let new = temporary(&place).with_context(cannot)?;
    let mut made = BTreeSet::new();
    site(&mut |path, text| {
        let path = new.path().join(path);
        if let Some(parent) = path.parent()
            && made.insert(parent.to_owned())
        {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)
    })
    .with_context(cannot)?;
    replace(&place, new, is_there).with_context(cannot)
}

/// Checks that nothing is lost if the folder is replaced. Says whether it exists.
fn is_free(folder: &Path) -> anyhow::Result<bool> {
    let mut entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        entries => entries.with_context(|| format!("cannot read the folder {}", folder.display()))?,
    };
    if entries.next().is_some() && !folder.join(MARKER).is_file() {
        bail!(
            "not empty, and not a report of Jotproof: {}\nhint: name a new folder, or delete this one",
            folder.display()
        );
    }
    Ok(true)
}

/// The path of the folder without symbolic links.
fn place(folder: &Path, is_there: bool) -> io::Result<PathBuf> {
    if is_there {
        return fs::canonicalize(folder);
    }
    let no_name = || io::Error::new(ErrorKind::InvalidInput, "it is not the name of a folder");
    let name = folder.file_name().ok_or_else(no_name)?;
    let parent = match folder.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent)?;
    Ok(fs::canonicalize(parent)?.join(name))
}

/// A new folder beside the place.
fn temporary(place: &Path) -> io::Result<TempDir> {
    let no_parent = || io::Error::new(ErrorKind::InvalidInput, "there is no folder above it");
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(place.file_name().ok_or_else(no_parent)?);
    prefix.push(".");
    // The permissions of any new folder: the umask applies.
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(".partial").permissions(Permissions::from_mode(0o777));
    builder.tempdir_in(place.parent().ok_or_else(no_parent)?)
}

/// Puts the new folder in place of the old one.
fn replace(place: &Path, new: TempDir, is_there: bool) -> io::Result<()> {
    if !is_there {
        fs::rename(new.path(), place)?;
        drop(new.keep());
        return Ok(());
    }
    // The old folder stays inside of this one until the new one is in its place.
    let aside = temporary(place)?;
    let old = aside.path().join("old");
    fs::rename(place, &old)?;
    match fs::rename(new.path(), place) {
        Ok(()) => drop(new.keep()),
        Err(error) => {
            fs::rename(&old, place)?;
            return Err(error);
        }
    }
    aside.close()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io;
    use std::path::Path;

    use jotproof_engine::report::html::MARKER;

    use super::write;

    /// The names in a folder, in order.
    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("it is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_report_is_replaced_as_a_whole_and_nothing_else_is() {
        let above = tempfile::tempdir().expect("a folder can be made");
        let folder = above.path().join("new/site");
        let page = |path: &'static str| {
            move |sink: &mut jotproof_engine::report::html::Sink<'_>| {
                sink(MARKER, "")?;
                sink(path, "text")
            }
        };
        write(&folder, page("cases/one.html")).expect("it can be made");
        write(&folder, page("two.html")).expect("it can be replaced");
        assert_eq!(names(&folder), [MARKER, "two.html"]);
        let broken = write(&folder, |sink| {
            sink("three.html", "text")?;
            Err(io::Error::other("the disk is full"))
        });
        let problem = format!("{:#}", broken.expect_err("it breaks off"));
        assert!(problem.ends_with("the disk is full"), "{problem}");
        assert_eq!(names(&folder), [MARKER, "two.html"], "the old report stays");
        assert_eq!(names(&above.path().join("new")), ["site"], "nothing stays beside it");

        fs::remove_file(folder.join(MARKER)).expect("it is there");
        let problem = write(&folder, page("three.html")).expect_err("it is something else").to_string();
        assert!(problem.contains("not empty, and not a report"), "{problem}");
        assert_eq!(names(&folder), ["two.html"]);
        let file = folder.join("two.html");
        write(&file, page("three.html")).expect_err("a file is no folder");
        let empty = above.path().join("empty");
        fs::create_dir(&empty).expect("a folder can be made");
        write(&empty, page("three.html")).expect("an empty folder is free");
        assert_eq!(names(&empty).len(), 2);
    }
}
