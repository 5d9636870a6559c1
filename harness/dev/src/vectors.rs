//! `jotproof-dev vectors`: building and checking the published files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jotproof::{Outcome, Replacement, terminal};
use jotproof_catalogue::ledger::Ledger;
use jotproof_catalogue::streams::{self, Pin};
use jotproof_catalogue::{NOW, build, lint};
use jotproof_engine::Exit;
use jotproof_profiles::Profiles;

use crate::arguments::{Folder, StreamName, Vectors, VectorsCommand};

/// The folder, below the published one, that is written by hand.
const BY_HAND: &str = "profiles";

pub(crate) fn vectors(arguments: &Vectors) -> Outcome {
    let Vectors { command } = arguments;
    match command {
        VectorsCommand::Build(folder) => build(folder),
        VectorsCommand::Check(folder) => check(folder),
        VectorsCommand::Stream(stream) => print_stream(stream),
        VectorsCommand::Changes(folders) => crate::changes::changes(folders),
        VectorsCommand::Requirements(asked) => crate::requirements::requirements(asked),
    }
}

fn build(Folder { folder, skip_streams }: &Folder) -> Outcome {
    let published = ledger(folder)?;
    lints(folder, &published)?;
    let tree = build::tree(&published, &pins(folder, *skip_streams)?)?;
    let mut written = 0;
    for (path, text) in &tree {
        written += usize::from(replace(&folder.join(path), text)?);
    }
    let stale: Vec<PathBuf> =
        files(folder)?.into_iter().filter(|path| !tree.contains_key(&key(path))).collect();
    for path in &stale {
        let path = folder.join(path);
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    let text =
        format!("{} files in {}: {written} written, {} removed\n", tree.len(), folder.display(), stale.len());
    Ok(terminal::end_with(&text, Exit::Ok))
}

fn check(Folder { folder, skip_streams }: &Folder) -> Outcome {
    let published = ledger(folder)?;
    lints(folder, &published)?;
    let tree = build::tree(&published, &pins(folder, *skip_streams)?)?;
    let mut problems = Vec::new();
    for (path, text) in &tree {
        match fs::read_to_string(folder.join(path)) {
            Ok(found) if found == *text => {}
            Ok(found) => problems.push(format!("{path} differs{}", first_difference(&found, text))),
            Err(error) => problems.push(format!("{path}: {error}")),
        }
    }
    let known: BTreeSet<&String> = tree.keys().collect();
    for path in files(folder)? {
        if !known.contains(&key(&path)) {
            problems.push(format!("{} belongs to no topic", path.display()));
        }
    }
    if !problems.is_empty() {
        for problem in &problems {
            terminal::say(format_args!("{problem}\n"));
        }
        terminal::say(format_args!(
            "{} of {} files differ; `jotproof-dev vectors build` writes them anew\n",
            problems.len(),
            tree.len()
        ));
        return Ok(Exit::ConformanceFailure);
    }
    let text = format!("{} files in {}: all as made\n", tree.len(), folder.display());
    Ok(terminal::end_with(&text, Exit::Ok))
}

/// The pins of the streams, made again, or as they stand.
fn pins(folder: &Path, as_they_stand: bool) -> anyhow::Result<Vec<Pin>> {
    if as_they_stand {
        let path = folder.join("streams.json");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        return serde_json::from_str(&text).with_context(|| format!("cannot read {}", path.display()));
    }
    let mut pins = Vec::new();
    for stream in streams::ALL {
        let _working = terminal::working(format!("making stream {}", stream.name));
        pins.push(stream.pin()?);
    }
    Ok(pins)
}

fn print_stream(StreamName { name }: &StreamName) -> Outcome {
    let stream = streams::find(name)?;
    terminal::print_with(|sink| stream.write(sink))?;
    Ok(Exit::Ok)
}

fn lints(folder: &Path, published: &Ledger) -> anyhow::Result<()> {
    let profiles = profiles(folder)?;
    let found = lint::all(&build::files(NOW)?, published, &profiles)?;
    if found.is_empty() {
        return Ok(());
    }
    for finding in &found {
        terminal::say(format_args!("{finding}\n"));
    }
    bail!("{} findings; nothing was written", found.len());
}

/// The profiles of the folder, so that what is linted is what will be published; the built-in ones
/// where the folder has none yet.
fn profiles(folder: &Path) -> anyhow::Result<Profiles> {
    let folder = folder.join(BY_HAND);
    if !folder.is_dir() {
        return Ok(Profiles::built_in().clone());
    }
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        texts.insert(path.display().to_string(), text);
    }
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Ok(Profiles::parse(&files)?)
}

pub(crate) fn ledger(folder: &Path) -> anyhow::Result<Ledger> {
    let path = folder.join("IDS.lock");
    match fs::read_to_string(&path) {
        Ok(text) => Ledger::parse(&text).map_err(|problem| anyhow::anyhow!("{}: {problem}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Ledger::default()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Every generated file below the folder, by its path there.
pub(crate) fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).with_context(|| format!("cannot read {}", at.display()))? {
            let path = entry?.path();
            let below = path.strip_prefix(folder).unwrap_or(&path);
            if path.is_dir() {
                if below != Path::new(BY_HAND) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(below.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn key(path: &Path) -> String {
    path.display().to_string()
}

/// Writes a file beside its place and moves it there; says whether anything changed.
fn replace(path: &Path, text: &str) -> anyhow::Result<bool> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(false);
    }
    let doing = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(doing)?;
    }
    let mut replacement = Replacement::of(path).with_context(doing)?;
    replacement.write_all(text.as_bytes()).with_context(doing)?;
    replacement.finish().with_context(doing)?;
    Ok(true)
}

fn first_difference(found: &str, made: &str) -> String {
    let mut lines = found.lines().zip(made.lines()).enumerate();
    match lines.find(|(_, (found, made))| found != made) {
        Some((at, (found, made))) => {
            format!(" at line {}: {} instead of {}", at + 1, found.trim(), made.trim())
        }
        None => " in its length".to_owned(),
    }
}
