//! Packs the topic files of `vectors/`, so that the command carries them: each file compressed on its own, and an index
//! of all vectors. What is packed here is taken apart in `src/packed.rs`.

#![allow(clippy::disallowed_macros, reason = "Cargo reads it")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde::Deserialize;

#[path = "src/digest.rs"]
mod digest;

use digest::FolderDigest;

/// What the index takes from a topic file.
#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    vectors: Vec<Vector<'a>>,
}

#[derive(Deserialize)]
struct Vector<'a> {
    id: &'a str,
    #[serde(borrow)]
    title: std::borrow::Cow<'a, str>,
    bug_class: &'a str,
    severity: &'a str,
    threat: &'a str,
    #[serde(borrow)]
    requirements: Vec<&'a str>,
    #[serde(borrow)]
    requires: Vec<&'a str>,
    #[serde(borrow)]
    expectation: Expectation<'a>,
}

#[derive(Deserialize)]
struct Expectation<'a> {
    verdict: &'a str,
}

impl Vector<'_> {
    /// As `select::labels` gives them.
    fn labels(&self) -> String {
        let Self { bug_class, severity, threat, requirements, requires, .. } = self;
        let mut labels =
            vec![format!("class:{bug_class}"), format!("severity:{severity}"), format!("threat:{threat}")];
        labels.extend(requirements.iter().map(|id| format!("requirement:{id}")));
        let apps = requires.iter().filter_map(|needed| needed.strip_prefix("application:"));
        labels.extend(apps.map(|app| format!("app:{app}")));
        labels.join(" ")
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../../vectors");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut paths = Vec::new();
    collect(&root, &mut paths)?;
    paths.sort();
    let (mut packed, mut files, mut vectors) = (Vec::new(), String::new(), String::new());
    let mut digest = FolderDigest::default();
    for (at, path) in paths.iter().enumerate() {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.strip_prefix(&root)?.to_str().ok_or("a path that is not UTF-8")?;
        let text = fs::read_to_string(path)?;
        let file: File<'_> = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        for vector in file.vectors {
            let Vector { id, title, expectation: Expectation { verdict }, .. } = &vector;
            let labels = vector.labels();
            if title.contains(['\t', '\n']) {
                return Err(format!("{name}: the title of {id} is more than a line").into());
            }
            vectors += &format!("{at}\t{id}\t{labels}\t{verdict}\t{title}\n");
        }
        digest.add(name, text.as_bytes());
        let compressed = compress(text.as_bytes())?;
        files += &format!("{name}\t{}\n", compressed.len());
        packed.extend(compressed);
    }
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    fs::write(out.join("vectors.packed"), packed)?;
    fs::write(out.join("digest"), digest.finish())?;
    fs::write(out.join("index.zlib"), compress(format!("{files}\n{vectors}").as_bytes())?)?;
    Ok(())
}

fn compress(octets: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(octets)?;
    encoder.finish()
}

/// The topic files: every JSON file but schemas, profiles, the manifest and the pins of the streams.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if name != "schema" && name != "profiles" {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "json")
            && name != "MANIFEST.json"
            && name != "streams.json"
        {
            files.push(path);
        }
    }
    Ok(())
}
