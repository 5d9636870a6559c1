//! The vectors that are built in: an index of all of them, and the topic files, each compressed on its own.
//!
//! Reading the index takes a few milliseconds. Reading every file takes a hundred times as long.

use std::io::{self, Read as _};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use flate2::read::ZlibDecoder;
use jotproof_model::{Vector, VectorFile};

use crate::select::labels;
use crate::suite::{SuiteError, parse};

const INDEX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/index.zlib"));
/// The digest of the files, as [`FolderDigest`](crate::digest::FolderDigest) makes it.
pub(crate) const DIGEST: &str = include_str!(concat!(env!("OUT_DIR"), "/digest"));

const FILES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/vectors.packed"));

/// What the index says of a vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The id.
    pub id: String,
    /// The labels that it is selected by, as [`labels`] gives them.
    pub labels: String,
    /// `accept`, `reject` or `either`.
    pub verdict: String,
    /// The title.
    pub title: String,
}

impl Entry {
    /// What an index says of a vector.
    #[must_use]
    pub fn of(vector: &Vector) -> Self {
        Self {
            id: vector.id.0.clone(),
            labels: labels(vector),
            verdict: vector.expectation.name().to_owned(),
            title: vector.title.clone(),
        }
    }
}

/// The index of the vectors that are built in.
#[derive(Debug)]
pub struct Index {
    files: Vec<Packed>,
    entries: Vec<Entry>,
    /// The file of each entry.
    places: Vec<usize>,
}

/// A topic file that is built in.
#[derive(Debug)]
struct Packed {
    name: String,
    octets: &'static [u8],
}

impl Index {
    /// Reads the index.
    ///
    /// # Errors
    ///
    /// Only if the build packed an index that this version cannot read.
    pub fn read() -> Result<Self, SuiteError> {
        let text = unpack(INDEX).map_err(|error| broken(&error.to_string()))?;
        let (files, entries) = text.split_once("\n\n").ok_or_else(|| broken("the index is cut off"))?;
        let mut rest = FILES;
        let files = files.lines().map(|line| {
            let (name, length) = line.split_once('\t')?;
            let (octets, after) = rest.split_at_checked(length.parse().ok()?)?;
            rest = after;
            Some(Packed { name: name.to_owned(), octets })
        });
        let files = files.collect::<Option<Vec<_>>>().ok_or_else(|| broken("a file is cut off"))?;
        let entries = entries.lines().map(|line| {
            let mut parts = line.split('\t').map(str::to_owned);
            let place = parts.next()?.parse().ok().filter(|place| *place < files.len())?;
            let (id, labels, verdict) = (parts.next()?, parts.next()?, parts.next()?);
            Some((Entry { id, labels, verdict, title: parts.next()? }, place))
        });
        let entries: Option<Vec<(Entry, usize)>> = entries.collect();
        let (entries, places) = entries.ok_or_else(|| broken("an entry is cut off"))?.into_iter().unzip();
        Ok(Self { files, entries, places })
    }

    /// Every vector, in the order of the files.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The same, for keeps.
    #[must_use]
    pub fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    /// Reads the file that a vector is in, if there is a vector with this id.
    ///
    /// # Errors
    ///
    /// Only if the build packed a file that this version cannot read.
    pub fn file_of(&self, id: &str) -> Result<Option<VectorFile>, SuiteError> {
        let at = self.entries.iter().position(|entry| entry.id == id);
        at.map(|at| self.files[self.places[at]].read()).transpose()
    }

    /// Reads every file, on all processors.
    ///
    /// # Errors
    ///
    /// Only if the build packed a file that this version cannot read.
    pub fn all_files(&self) -> Result<Vec<VectorFile>, SuiteError> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        // Each thread takes the next file, because files differ in size.
        let next = AtomicUsize::new(0);
        let read_some = || {
            let mut read = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(file) = self.files.get(at) else { return read };
                read.push((at, file.read()));
            }
        };
        thread::scope(|scope| {
            let readers: Vec<_> = (0..threads).map(|_| scope.spawn(read_some)).collect();
            let mut read: Vec<_> = readers
                .into_iter()
                .flat_map(|reader| reader.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .collect();
            read.sort_by_key(|(at, _)| *at);
            read.into_iter().map(|(_, file)| file).collect()
        })
    }
}

impl Packed {
    fn read(&self) -> Result<VectorFile, SuiteError> {
        let text = unpack(self.octets).map_err(|error| broken(&error.to_string()))?;
        parse(&self.name, &text)
    }
}

fn unpack(octets: &[u8]) -> io::Result<String> {
    let mut text = String::new();
    ZlibDecoder::new(octets).read_to_string(&mut text)?;
    Ok(text)
}

fn broken(problem: &str) -> SuiteError {
    SuiteError::Syntax {
        file: "(built in)".to_owned(),
        problem: format!("{problem}; build the command again"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{DIGEST, Entry, Index};
    use crate::suite::Suite;

    #[test]
    fn the_digest_is_that_of_the_folder_which_was_packed() {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors"));
        let read = Suite::read(folder).expect("it can be read");
        assert_eq!(read.digest(), Some(DIGEST));
        assert_eq!(DIGEST.len(), 64);
    }

    #[test]
    fn the_index_says_what_the_files_say() {
        let index = Index::read().expect("it can be read");
        let files = index.all_files().expect("it can be read");
        let vectors: Vec<_> = files.iter().flat_map(|file| &file.vectors).collect();
        assert_eq!(index.entries().len(), vectors.len());
        for (entry, vector) in index.entries().iter().zip(vectors) {
            assert_eq!(*entry, Entry::of(vector));
        }
        for entry in index.entries().iter().step_by(501) {
            let file = index.file_of(&entry.id).expect("it can be read").expect("the id is in the index");
            assert!(file.vectors.iter().any(|vector| vector.id.0 == entry.id), "{}", entry.id);
        }
        assert!(index.file_of("claims/no-such").expect("it can be read").is_none());
    }
}
