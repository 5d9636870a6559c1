//! Packs the topic files of `vectors/` into one compressed blob, so that the command carries them.

#![allow(clippy::disallowed_macros, reason = "Cargo reads it")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::ZlibEncoder;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../../vectors");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    for path in files {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.strip_prefix(&root)?.to_str().ok_or("a path that is not UTF-8")?.to_owned();
        let text = fs::read_to_string(&path)?;
        // Name, length, text: the three that `vectors::built_in` takes apart again.
        write!(packed, "{name}\n{}\n{text}", text.len())?;
    }
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("vectors.zlib");
    fs::write(out, packed.finish()?)?;
    Ok(())
}

/// The topic files: everything two levels down or deeper that is no schema and no profile.
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
