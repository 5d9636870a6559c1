//! `jotproof list`.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use jotproof_engine::packed::{Entry, Index};
use jotproof_engine::select::Selection;
use jotproof_engine::{Exit, Suite};

use crate::arguments::{List, Source};
use crate::{Outcome, terminal};

pub(crate) fn list(arguments: &List) -> Outcome {
    let List { only, source: Source { vectors: folder } } = arguments;
    let entries = match folder {
        Some(folder) => Suite::read(folder)?.vectors().map(Entry::of).collect(),
        None => Index::read()?.into_entries(),
    };
    let names = || entries.iter().map(|entry| (&*entry.id, &*entry.labels));
    let selection = Selection::of_names(names, only, &[])?;
    let selected: Vec<&Entry> =
        entries.iter().filter(|entry| selection.takes_name(&entry.id, &entry.labels)).collect();
    // In a pipe: tabs, and nothing that has to be cut off again.
    let aligned = std::io::stdout().is_terminal();
    let width = selected.iter().map(|entry| entry.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Entry { id, verdict, title, .. } in selected {
        // Writing to a string does not fail.
        let _ = if aligned {
            writeln!(text, "{id:width$}  {verdict:6}  {title}")
        } else {
            writeln!(text, "{id}\t{verdict}\t{title}")
        };
    }
    Ok(terminal::end_with(&text, Exit::Ok))
}
