//! Source files stay short enough to read in one go.

use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a Rust file that gives no reason for its length.
const MOST: usize = 600;

/// How a line in the head of a file gives the reason.
const REASON: &str = "//! Long because ";

/// Every Rust file below a folder, without build output.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry of the folder").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                rust_files(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// What is wrong with the length of a file.
fn finding(text: &str) -> Option<String> {
    let lines = text.lines().count();
    let mut head = text.lines().take_while(|line| line.starts_with("//!"));
    (lines > MOST && !head.any(|line| line.starts_with(REASON)))
        .then(|| format!("{lines} lines; split it, or say `{REASON}…` in its head"))
}

#[test]
fn a_long_file_says_why_in_its_head() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    assert!(files.len() > 250, "only {} files were found", files.len());
    let found: Vec<String> = files
        .iter()
        .filter_map(|path| {
            let text = fs::read_to_string(path).expect("a source file is text");
            Some(format!("{}: {}", path.strip_prefix(&root).unwrap_or(path).display(), finding(&text)?))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_reason_counts_in_the_head_alone() {
    let lines = |count: usize| "x\n".repeat(count);
    let reason = format!("//! A table.\n//!\n{REASON}it is a table.\n");
    for (text, is_found) in [
        (lines(MOST), false),
        (lines(MOST + 1), true),
        (format!("{reason}{}", lines(MOST)), false),
        (lines(10), false),
        (format!("{}{reason}", lines(MOST)), true),
    ] {
        assert_eq!(finding(&text).is_some(), is_found);
    }
}
