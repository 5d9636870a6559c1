//! A web site of run logs: static pages with relative links, which open from a folder.
//!
//! Every text of a page is escaped by its template, because tokens and the answers of servers are hostile. Of an
//! observation, the pages show the words of the row and the answer of the target, and no token in them: a running server
//! has tokens that are signed with a key of its own.

mod case;
mod class;
mod comparison;
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
    /// What is to be known of all runs.
    head: &'a Head,
    script: &'static str,
    script_hash: &'static str,
}

/// What every page says of the runs.
#[derive(Default)]
struct Head {
    /// What is wrong with them.
    alarms: Vec<String>,
    /// What they are only a part of.
    notices: Vec<String>,
}

impl<'a> Frame<'a> {
    fn new(title: impl Into<String>, root: &'static str, head: &'a Head) -> Self {
        Self { title: title.into(), root, head, script: SCRIPT, script_hash: SCRIPT_HASH }
    }
}

/// Renders run logs as a web site. Each page goes to `sink` as soon as it is made.
///
/// # Errors
///
/// Fails if the sink fails.
pub fn report(suite: &Suite, logs: &[RunLog], sink: &mut Sink<'_>) -> io::Result<()> {
    let head = Head::of(logs);
    let site = Site::new(suite, logs, &head);
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
    let alarms = vec!["This run is incomplete. It did not come to its end.".to_owned()];
    let head = Head { alarms, ..Head::default() };
    page(sink, "index.html", &Unfinished { frame: Frame::new("Unfinished run", "", &head) })
}

fn begin(sink: &mut Sink<'_>) -> io::Result<()> {
    sink(MARKER, MARK)?;
    sink("style.css", STYLE)
}

fn page(sink: &mut Sink<'_>, path: &str, template: &impl Template) -> io::Result<()> {
    sink(path, &template.render().map_err(io::Error::other)?)
}

impl Head {
    fn of(logs: &[RunLog]) -> Self {
        let (mut unfinished, mut incomplete, mut bad, mut parts) = (vec![], vec![], vec![], vec![]);
        for log in logs {
            let target = &log.header.target;
            let lost: usize = log.not_asked.values().map(Vec::len).sum();
            if let Some(failure) = log.failure.as_ref().filter(|_| log.is_cut_short()) {
                let why = failure.message.lines().next().unwrap_or_default();
                unfinished.push(format!("{target} ({why})"));
            } else if log.is_incomplete() {
                incomplete.push(format!("{target} ({lost} of {} vectors not judged)", lost + log.rows.len()));
            } else if log.exit() != Exit::Ok {
                bad.push(format!("{target} ({})", log.result()));
            }
            if let Some(shard) = &log.header.shard {
                parts.push(format!("{target} (shard {})", shard.place));
            }
        }
        let alarms = [
            about(&unfinished, "This run did not come to its end", "runs did not come to their end"),
            about(&incomplete, "This run is incomplete", "runs are incomplete"),
            about(&bad, "This run is not good", "runs are not good"),
        ];
        let notices = [about(&parts, "This run is only a part", "runs are only parts")];
        Self {
            alarms: alarms.into_iter().flatten().collect(),
            notices: notices.into_iter().flatten().collect(),
        }
    }
}

/// A sentence about some runs.
fn about(names: &[String], one: &str, several: &str) -> Option<String> {
    match names {
        [] => None,
        [name] => Some(text::observed(&format!("{one}: {name}."))),
        names => {
            let rest = names.len().saturating_sub(NAMED);
            let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
            let shown = names[..names.len() - rest].join(", ");
            Some(text::observed(&format!("{} {several}: {shown}{more}.", names.len())))
        }
    }
}

#[cfg(test)]
mod tests;
