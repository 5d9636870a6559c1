//! `jotproof-dev fuzz`: what fuzzing takes from the vectors.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use jotproof::arguments::Source;
use jotproof::{Outcome, terminal};
use jotproof_engine::Exit;
use jotproof_fuzzing::TARGETS;
use jotproof_fuzzing::seeds::{self, Named};
use jotproof_mint::stored;
use jotproof_model::Subject;

use crate::arguments::{Fuzz, FuzzCommand, Seeds};

// A seed that is accepted at one clock is worth nothing at another.
const _: () = assert!(jotproof_fuzzing::NOW == jotproof_catalogue::NOW);

pub(crate) fn fuzz(arguments: &Fuzz) -> Outcome {
    let Fuzz { command } = arguments;
    match command {
        FuzzCommand::Seeds(arguments) => write_seeds(arguments),
    }
}

fn write_seeds(arguments: &Seeds) -> Outcome {
    let Seeds { folder, source: Source { vectors } } = arguments;
    let topics = tokens(vectors.as_deref())?;
    let mut text = String::new();
    for target in TARGETS {
        let picked = seeds::pick(&target, &topics);
        let removed = replace(&folder.join(target.name), &picked)?;
        let count = picked.len();
        text += &format!("{}: {count} seeds, {removed} older ones removed\n", target.name);
    }
    Ok(terminal::end_with(&text, Exit::Ok))
}

/// The tokens of the vectors by topic, each under its id as a file name.
fn tokens(folder: Option<&Path>) -> anyhow::Result<Vec<Vec<Named>>> {
    let suite = terminal::suite(folder)?;
    let mut topics: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for vector in suite.vectors() {
        let id = vector.id.0.as_str();
        let Subject::Token { recipe: _, token } = &vector.subject else { continue };
        let octets = stored::octets(token).with_context(|| format!("the token of {id}"))?;
        let topic = suite.file_of(id).map_or("", |file| file.topic.as_str());
        topics.entry(topic).or_default().push(Named { name: id.replace('/', "_"), octets });
    }
    Ok(topics.into_values().collect())
}

/// Makes a folder hold these files and no others; tells how many others there were.
fn replace(folder: &Path, files: &[Named]) -> anyhow::Result<usize> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let names: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let mut removed = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
        let stays = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| names.contains(name));
        if !stays {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            removed += 1;
        }
    }
    for Named { name, octets } in files {
        let path = folder.join(name);
        fs::write(&path, octets).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(removed)
}
