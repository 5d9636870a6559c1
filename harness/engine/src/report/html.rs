//! A web site of run logs: static pages with relative links, which open from a folder.
//!
//! Every text of a page is escaped by its template, because tokens and the answers of servers are hostile. Of an
//! observation, the pages show the words of the row and the answer of the target, and no token in them: a running server
//! has tokens that are signed with a key of its own.

mod case;
mod class;
mod overview;
mod requirements;
mod site;
mod target;
mod text;

use std::io;

use askama::Template;
use site::Site;

use crate::exit::Exit;
use crate::log::RunLog;
use crate::suite::Suite;

/// The file that marks a folder as a report, which the next report may replace.
pub const MARKER: &str = "jotproof-report.txt";

const MARK: &str = "A report of Jotproof. The next report replaces everything in this folder.\n";

const STYLE: &str = include_str!("../../templates/style.css");

/// The script that filters tables. Pages are complete without it.
const SCRIPT: &str = include_str!("../../templates/filter.js");

/// The hash of [`SCRIPT`]. A browser runs no other script.
const SCRIPT_HASH: &str = "sha256-zVHqENrtY0RYRF5zDiio8g2XqJIfTwAECBBqvSEoZqQ=";

/// The largest number of runs that the head of each page names.
const NAMED: usize = 5;

/// Takes the pages: the path of a file in the folder of the report, and its content.
pub type Sink<'a> = dyn FnMut(&str, &str) -> io::Result<()> + 'a;

/// What every page has.
struct Frame<'a> {
    title: String,
    /// The way to the folder of the report: empty, or `../`.
    root: &'static str,
    /// What is wrong with the runs.
    alarms: &'a [String],
    script: &'static str,
    script_hash: &'static str,
}

impl<'a> Frame<'a> {
    fn new(title: impl Into<String>, root: &'static str, alarms: &'a [String]) -> Self {
        Self { title: title.into(), root, alarms, script: SCRIPT, script_hash: SCRIPT_HASH }
    }
}

/// Renders run logs as a web site. Each page goes to `sink` as soon as it is made.
///
/// # Errors
///
/// Fails if the sink fails.
pub fn report(suite: &Suite, logs: &[RunLog], sink: &mut Sink<'_>) -> io::Result<()> {
    let alarms = alarms(logs);
    let site = Site::new(suite, logs, &alarms);
    begin(sink)?;
    overview::pages(&site, sink)?;
    target::pages(&site, sink)?;
    class::pages(&site, sink)?;
    requirements::pages(&site, sink)?;
    case::pages(&site, sink)
}

/// Renders the site of a run that did not come to its end.
///
/// # Errors
///
/// Fails if the sink fails.
pub fn unfinished(sink: &mut Sink<'_>) -> io::Result<()> {
    #[derive(Template)]
    #[template(path = "unfinished.html", whitespace = "minimize")]
    struct Unfinished<'a> {
        frame: Frame<'a>,
    }
    begin(sink)?;
    let alarms = ["This run is incomplete. It did not come to its end.".to_owned()];
    page(sink, "index.html", &Unfinished { frame: Frame::new("Unfinished run", "", &alarms) })
}

fn begin(sink: &mut Sink<'_>) -> io::Result<()> {
    sink(MARKER, MARK)?;
    sink("style.css", STYLE)
}

fn page(sink: &mut Sink<'_>, path: &str, template: &impl Template) -> io::Result<()> {
    sink(path, &template.render().map_err(io::Error::other)?)
}

/// What is wrong with the runs as a whole. Every page says it.
fn alarms(logs: &[RunLog]) -> Vec<String> {
    let incomplete = logs.iter().filter(|log| log.is_incomplete()).map(|log| {
        let lost: usize = log.not_asked.values().map(Vec::len).sum();
        format!("{} ({lost} of {} vectors not judged)", log.header.target, lost + log.rows.len())
    });
    let bad = logs.iter().filter(|log| !log.is_incomplete() && log.exit() != Exit::Ok);
    let bad = bad.map(|log| format!("{} ({})", log.header.target, log.result()));
    let (incomplete, bad): (Vec<String>, Vec<String>) = (incomplete.collect(), bad.collect());
    let about = |one: &str, several: &str, names: &[String]| match names {
        [] => None,
        [name] => Some(text::observed(&format!("This run {one}: {name}."))),
        names => {
            let rest = names.len().saturating_sub(NAMED);
            let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
            let shown = names[..names.len() - rest].join(", ");
            Some(text::observed(&format!("{} runs {several}: {shown}{more}.", names.len())))
        }
    };
    about("is incomplete", "are incomplete", &incomplete)
        .into_iter()
        .chain(about("is not good", "are not good", &bad))
        .collect()
}

#[cfg(test)]
mod tests;
