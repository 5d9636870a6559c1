//! The documents: each link leads to a page and a heading, each path to a file, and the book has every page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

#[path = "support/root.rs"]
mod root;

use root::root;

/// The documents by their paths, from the top of the repository.
type Documents = BTreeMap<String, String>;

/// The folder of the book. A link of a page stays in it, because the book has no other files.
const BOOK: &str = "docs/";

/// The contents of the book.
const SUMMARY: &str = "docs/SUMMARY.md";

/// The beginnings of paths in code spans.
const FOLDERS: [&str; 7] = ["ci/", "docs/", "fixtures/", "fuzz/", "harness/", "suite/", "vectors/"];

/// The names of folders with files that nobody writes by hand.
const GENERATED: [&str; 3] = ["target", "corpus", "artifacts"];

/// The paths of all files below a folder of the repository that is neither hidden nor generated.
fn files(folder: &Path, found: &mut Vec<String>) {
    let below = root().join(folder);
    for entry in fs::read_dir(&below).unwrap_or_else(|error| panic!("{}: {error}", below.display())) {
        let entry = entry.expect("a folder can be listed");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = folder.join(&name);
        if name.starts_with('.') || GENERATED.contains(&name.as_str()) {
            continue;
        }
        if entry.path().is_dir() {
            files(&path, found);
        } else {
            found.push(path.display().to_string());
        }
    }
}

/// The text of each file whose path is wanted. A file that is not text is left out.
fn texts(is_wanted: impl Fn(&str) -> bool) -> Documents {
    let mut paths = Vec::new();
    files(Path::new(""), &mut paths);
    let text = |path: String| Some((path.clone(), fs::read_to_string(root().join(path)).ok()?));
    paths.into_iter().filter(|path| is_wanted(path)).filter_map(text).collect()
}

fn documents() -> Documents {
    let found = texts(|path| path.ends_with(".md"));
    assert!(found.contains_key(SUMMARY) && found.contains_key("README.md"), "{:?}", found.keys());
    found
}

fn exists(path: &str) -> bool {
    root().join(path).exists()
}

/// The lines of a document outside its code blocks.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence && !line.starts_with("    ")
    })
}

/// The code spans of a line, or the text around them.
fn spans(line: &str, is_code: bool) -> impl Iterator<Item = &str> {
    line.split('`').enumerate().filter(move |(at, _)| (at % 2 == 1) == is_code).map(|(_, span)| span)
}

/// The targets of the links in a document.
fn links(text: &str) -> Vec<&str> {
    lines(text)
        .flat_map(|line| spans(line, false))
        .flat_map(|span| span.split("](").skip(1))
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .filter(|target| !target.contains("://"))
        .collect()
}

/// The anchors of a document: one for each heading.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = lines(text).filter(|line| line.starts_with('#'));
    let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
    let words = headings.map(|heading| heading.trim_start_matches('#').trim().to_lowercase());
    words.map(|heading| heading.chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

/// The path of a link target, from the top of the repository.
fn resolved(document: &str, target: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The links that lead nowhere, or out of the book.
fn broken_links(documents: &Documents, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (document, text) in documents {
        for link in links(text) {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let path = if target.is_empty() { document.clone() } else { resolved(document, target) };
            if !exists(&path) {
                found.push(format!("{document}: no file {path}: {link}"));
            } else if document.starts_with(BOOK) && !path.starts_with(BOOK) {
                found.push(format!("{document}: a link out of {BOOK}: {link}"));
            } else if !anchor.is_empty()
                && !documents.get(&path).is_some_and(|text| anchors(text).contains(anchor))
            {
                found.push(format!("{document}: no heading #{anchor} in {path}: {link}"));
            }
        }
    }
    found
}

/// Whether a path has a part in capital letters, which stands for a name: `vectors/FAMILY/TOPIC.json`.
fn is_a_pattern(path: &str) -> bool {
    let stands_for_a_name = |part: &str| {
        let stem = part.split('.').next().unwrap_or_default();
        !stem.is_empty() && stem.chars().all(|letter| letter.is_ascii_uppercase() || letter == '-')
    };
    path.contains(['*', '…', '{']) || path.split(['/', '-']).any(stands_for_a_name)
}

/// The paths in code spans that lead nowhere.
fn broken_paths(documents: &Documents, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (document, text) in documents {
        for span in lines(text).flat_map(|line| spans(line, true)) {
            let path = span.split(' ').next().unwrap_or_default();
            let is_path = FOLDERS.iter().any(|folder| path.starts_with(folder));
            if is_path && !exists(path) && !is_a_pattern(path) {
                found.push(format!("{document}: no file {path}"));
            }
        }
    }
    found
}

/// The documents that a source file names and that do not exist.
fn broken_names(sources: &Documents, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (source, text) in sources {
        for (at, _) in text.match_indices(BOOK) {
            // A URL has other folders before it.
            let is_inside = text[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '/');
            let is_of_path = |letter: char| letter.is_ascii_alphanumeric() || "/-_.".contains(letter);
            let end = text[at..].find(|letter| !is_of_path(letter)).map_or(text.len(), |length| at + length);
            let path = text[at..end].trim_end_matches('.');
            if !is_inside && path.ends_with(".md") && !exists(path) {
                found.push(format!("{source}: no document {path}"));
            }
        }
    }
    found
}

#[test]
fn every_link_leads_to_a_page_and_a_heading() {
    let documents = documents();
    let count: usize = documents.values().map(|text| links(text).len()).sum();
    assert!(count > 50, "{count} links");
    assert_eq!(broken_links(&documents, exists), Vec::<String>::new());
}

#[test]
fn every_path_leads_to_a_file() {
    assert_eq!(broken_paths(&documents(), exists), Vec::<String>::new());
}

#[test]
fn every_document_that_a_source_names_exists() {
    // The vectors themselves name no document, and they are large.
    let is_source = |path: &str| {
        !path.ends_with(".md") && (!path.starts_with("vectors/") || path.starts_with("vectors/profiles/"))
    };
    let sources = texts(is_source);
    assert!(sources.len() > 300, "{} sources", sources.len());
    let this = "harness/cli/tests/documents.rs";
    let sources = sources.into_iter().filter(|(path, _)| path != this).collect();
    assert_eq!(broken_names(&sources, exists), Vec::<String>::new());
}

#[test]
fn the_book_has_every_page() {
    let documents = documents();
    let listed: BTreeSet<String> =
        links(&documents[SUMMARY]).into_iter().map(|target| resolved(SUMMARY, target)).collect();
    let pages: BTreeSet<String> =
        documents.into_keys().filter(|path| path.starts_with(BOOK) && path != SUMMARY).collect();
    assert_eq!(listed, pages);
}

#[test]
fn what_leads_nowhere_is_found() {
    let there = ["README.md", "docs/a.md", "docs/b/c.md", "suite/x.rs"];
    let documents = |path: &str, text: &str| {
        let others = there.map(|other| (other.to_owned(), "# One `two`, three\n".to_owned()));
        let mut all = Documents::from(others);
        all.insert(path.to_owned(), text.to_owned());
        all
    };
    let exists = |path: &str| there.contains(&path);
    for (path, text, broken) in [
        ("README.md", "[a](docs/a.md), [c](docs/b/c.md#one-two-three)", 0),
        ("README.md", "[a](docs/b.md)", 1),
        ("README.md", "[a](docs/a.md#one-two)", 1),
        ("README.md", "[a](#one)", 1),
        ("README.md", "```\n[a](docs/b.md)\n```\n`[a](docs/b.md)`", 0),
        ("README.md", "[a](https://example.org/docs/b.md)", 0),
        ("docs/a.md", "[c](b/c.md) and [x](../suite/x.rs)", 1),
        ("docs/b/c.md", "[a](../a.md#one-two-three)", 0),
        ("README.md", "`suite/x.rs`, `vectors/TOPIC.json`, `suite/x.rs --write`", 0),
        ("README.md", "`suite/y.rs --write`", 1),
    ] {
        let documents = documents(path, text);
        let found = [broken_links(&documents, exists), broken_paths(&documents, exists)].concat();
        assert_eq!(found.len(), broken, "{text}: {found:?}");
    }
    for (text, broken) in
        [("see docs/a.md.", 0), ("`docs/b.md`", 1), ("https://example.org/docs/b.md", 0), ("docs/", 0)]
    {
        let sources = Documents::from([("x.rs".to_owned(), text.to_owned())]);
        assert_eq!(broken_names(&sources, exists).len(), broken, "{text}");
    }
}
