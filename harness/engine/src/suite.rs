//! The vectors: built in, or read from a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jotproof_model::registry::{BugClass, Requirement};
use jotproof_model::{KeyRing, Twin, Vector, VectorFile, VectorId};

use crate::digest::FolderDigest;
use crate::packed::{DIGEST, Index};
use crate::target::CannotCarry;

/// A set of vector files with an index.
#[derive(Debug)]
pub struct Suite {
    files: Vec<Arc<VectorFile>>,
    index: Arc<BTreeMap<String, (usize, usize)>>,
    keys: Arc<KeyRing>,
    digest: Option<Arc<str>>,
}

/// Why vectors could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SuiteError {
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {error}", path = path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// A file is not a vector file.
    #[error("vector file {file}: {problem}")]
    Syntax {
        /// The file.
        file: String,
        /// What is wrong, with line and column.
        problem: String,
    },
    /// A folder has no vector files.
    #[error("{} has no vector files: expected <family>/<topic>.json as `jotproof-dev vectors build` writes them", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// Two vectors have one id.
    #[error("{id} is in {first} and in {second}: an id names one vector")]
    Duplicate {
        /// The id.
        id: String,
        /// A topic.
        first: String,
        /// Another one.
        second: String,
    },
    /// A twin is missing.
    #[error("{id} was made from {twin}, which is in none of the files; give the folder with all of them")]
    NoTwin {
        /// The vector.
        id: String,
        /// Its twin.
        twin: String,
    },
    /// Two files give one key name to different keys.
    #[error("vector file {file}: key {key:?} is another key than in an earlier file")]
    Key {
        /// The file.
        file: String,
        /// The key.
        key: String,
    },
}

impl Suite {
    /// The vectors that are built into the command.
    ///
    /// # Errors
    ///
    /// Only where the build packed files that this version cannot read.
    pub fn built_in() -> Result<Self, SuiteError> {
        Ok(Self { digest: Some(DIGEST.into()), ..Self::of(Index::read()?.all_files()?)? })
    }

    /// The vectors of a folder.
    ///
    /// # Errors
    ///
    /// Names the file, and where in it something is wrong.
    pub fn read(folder: &Path) -> Result<Self, SuiteError> {
        let mut paths = Vec::new();
        collect(folder, &mut paths)?;
        paths.sort();
        if paths.is_empty() {
            return Err(SuiteError::Empty { path: folder.to_owned() });
        }
        let (mut files, mut digest) = (Vec::new(), FolderDigest::default());
        for path in paths {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| SuiteError::Read { path: path.clone(), error })?;
            let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            digest.add(&name, text.as_bytes());
            files.push(parse(&path.display().to_string(), &text)?);
        }
        Ok(Self { digest: Some(digest.finish().into()), ..Self::of(files)? })
    }

    /// A suite of files that are at hand already.
    ///
    /// # Errors
    ///
    /// Where ids repeat, twins are missing, or key names clash.
    pub fn of(files: Vec<VectorFile>) -> Result<Self, SuiteError> {
        let mut index: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        let mut keys = KeyRing::new();
        for (file_at, file) in files.iter().enumerate() {
            for (name, key) in &file.keys {
                if keys.insert(name.clone(), key.clone()).is_some_and(|earlier| earlier != *key) {
                    return Err(SuiteError::Key { file: file.topic.clone(), key: name.clone() });
                }
            }
            for (at, vector) in file.vectors.iter().enumerate() {
                if let Some((first, _)) = index.insert(vector.id.0.clone(), (file_at, at)) {
                    return Err(SuiteError::Duplicate {
                        id: vector.id.0.clone(),
                        first: files[first].topic.clone(),
                        second: file.topic.clone(),
                    });
                }
            }
        }
        let suite = Self {
            files: files.into_iter().map(Arc::new).collect(),
            index: Arc::new(index),
            keys: Arc::new(keys),
            digest: None,
        };
        for vector in suite.vectors() {
            if let Twin::Vector { id, .. } = &vector.twin
                && suite.get(&id.0).is_none()
            {
                return Err(SuiteError::NoTwin { id: vector.id.0.clone(), twin: id.0.clone() });
            }
        }
        Ok(suite)
    }

    /// Adapts the suite to a target. A vector that cannot be adapted stays as it is, and is returned with the
    /// reason.
    #[must_use]
    pub fn adapted(
        &self,
        adapt: impl Fn(&Vector) -> Result<Option<Vector>, CannotCarry>,
    ) -> (Self, BTreeMap<VectorId, CannotCarry>) {
        let mut files = self.files.clone();
        let mut cannot = BTreeMap::new();
        for file in &mut files {
            for at in 0..file.vectors.len() {
                match adapt(&file.vectors[at]) {
                    // Unchanged files stay shared.
                    Ok(Some(adapted)) => Arc::make_mut(file).vectors[at] = adapted,
                    Ok(None) => {}
                    Err(reason) => drop(cannot.insert(file.vectors[at].id.clone(), reason)),
                }
            }
        }
        (
            Self {
                files,
                index: Arc::clone(&self.index),
                keys: Arc::clone(&self.keys),
                digest: self.digest.clone(),
            },
            cannot,
        )
    }

    /// The SHA-256 of the lines that `sha256sum` writes for the topic files, in the order of their paths. A suite that was
    /// made in memory has none.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// Every vector, in the order of the files.
    pub fn vectors(&self) -> impl Iterator<Item = &Vector> {
        self.files.iter().flat_map(|file| &file.vectors)
    }

    /// A vector by its id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Vector> {
        self.index.get(id).map(|(file, at)| &self.files[*file].vectors[*at])
    }

    /// The file that a vector is in.
    #[must_use]
    pub fn file_of(&self, id: &str) -> Option<&VectorFile> {
        self.index.get(id).map(|(file, _)| &*self.files[*file])
    }

    /// The bug class of a vector.
    #[must_use]
    pub fn bug_class(&self, vector: &Vector) -> Option<&BugClass> {
        self.file_of(&vector.id.0)?.bug_classes.get(&vector.bug_class)
    }

    /// The accepted vector that a vector was made from.
    #[must_use]
    pub fn twin(&self, vector: &Vector) -> Option<&Vector> {
        match &vector.twin {
            Twin::Vector { id, .. } => self.get(&id.0),
            Twin::Nothing { .. } => None,
        }
    }

    /// Every requirement that a vector refers to, by its id; once for every file that has it.
    pub fn requirements(&self) -> impl Iterator<Item = (&str, &Requirement)> {
        self.files.iter().flat_map(|file| &file.requirements).map(|(id, it)| (id.as_str(), it))
    }

    /// Whether a document promises the reason for the refusal of a vector.
    #[must_use]
    pub fn promises_reason(&self, vector: &Vector) -> bool {
        self.file_of(&vector.id.0).is_some_and(|file| {
            let promises = |id: &String| file.requirements.get(id).is_some_and(|row| row.promises_reason);
            vector.requirements.iter().any(promises)
        })
    }

    /// Every key of every file.
    #[must_use]
    pub const fn keys(&self) -> &Arc<KeyRing> {
        &self.keys
    }
}

pub(crate) fn parse(name: &str, text: &str) -> Result<VectorFile, SuiteError> {
    let syntax = |problem: String| SuiteError::Syntax { file: name.to_owned(), problem };
    let file: VectorFile = serde_json::from_str(text).map_err(|error| syntax(error.to_string()))?;
    if file.format != "jotproof-vectors/1" {
        return Err(syntax(format!(
            "format {:?} is not the one that this version reads, \"jotproof-vectors/1\"",
            file.format
        )));
    }
    Ok(file)
}

/// The topic files below a folder: every `.json` file but schemas, profiles, the manifest and the
/// pins of the streams.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), SuiteError> {
    let read = |error| SuiteError::Read { path: folder.to_owned(), error };
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !matches!(name, "schema" | "profiles") {
                collect(&path, paths)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "json")
            && !matches!(name, "MANIFEST.json" | "streams.json")
        {
            paths.push(path);
        }
    }
    Ok(())
}
