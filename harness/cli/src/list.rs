//! `jotproof list`.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use jotproof_engine::Exit;
use jotproof_engine::select::Selection;

use crate::arguments::{List, Source};
use crate::{Outcome, terminal};

pub(crate) fn list(arguments: &List) -> Outcome {
    let List { only, source: Source { vectors: folder } } = arguments;
    let suite = terminal::suite(folder.as_deref())?;
    let selection = Selection::new(&suite, only, &[])?;
    let selected: Vec<_> = suite.vectors().filter(|vector| selection.takes(vector)).collect();
    // In a pipe: tabs, and nothing that has to be cut off again.
    let aligned = std::io::stdout().is_terminal();
    let width = selected.iter().map(|vector| vector.id.0.len()).max().unwrap_or(0);
    let mut text = String::new();
    for vector in selected {
        let (id, verdict, title) = (&vector.id, vector.expectation.name(), &vector.title);
        // Writing to a string does not fail.
        let _ = if aligned {
            writeln!(text, "{id:width$}  {verdict:6}  {title}")
        } else {
            writeln!(text, "{id}\t{verdict}\t{title}")
        };
    }
    Ok(terminal::end_with(&text, Exit::Ok))
}
