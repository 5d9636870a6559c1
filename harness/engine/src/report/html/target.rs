//! A page for each run: how it went, its issues, and every row that is not a plain pass.

use std::collections::BTreeMap;
use std::io;

use askama::Template;
use jotproof_model::Judgement;

use super::overview::{Result, Shown, failing, of_issue};
use super::site::{Line, Run, Site, label};
use super::text::{Outcome, choices, observed, visible};
use super::{Frame, Sink, page};
use crate::issues;
use crate::summary::{profile, seconds};

#[derive(Template)]
#[template(path = "target.html", whitespace = "minimize")]
struct Target<'a> {
    frame: Frame<'a>,
    result: Result<'a>,
    facts: Vec<(&'static str, String)>,
    /// What went wrong with the run as a whole.
    problems: Vec<String>,
    warnings: Vec<String>,
    issues: Vec<Shown>,
    advisories: Vec<Shown>,
    explained: Vec<Explained>,
    not_applicable: Vec<(String, usize)>,
    choices: Vec<&'static str>,
    lines: Vec<Line>,
    passes: usize,
}

/// An entry of a profile, and what it explains.
struct Explained {
    entry: String,
    counts: String,
    reason: String,
    link: String,
}

pub(super) fn pages(site: &Site<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    for (at, run) in site.runs.iter().enumerate() {
        page(sink, &run.page, &target(site, at, run))?;
    }
    Ok(())
}

fn target<'a>(site: &'a Site<'_>, at: usize, run: &'a Run<'_>) -> Target<'a> {
    let log = run.log;
    let mut lines: Vec<Line> = log
        .rows
        .iter()
        .filter(|row| site.outcome(at, row) != Outcome::Pass)
        .filter_map(|row| Some(site.line_of(at, site.cases.get(row.id.0.as_str())?, row)))
        .collect();
    lines.sort_by_key(|line| line.outcome);
    let is_advisory = |row: &crate::log::Row| row.judgement == Judgement::Advisory && !log.fails(row);
    let advisories = issues::group(site.suite, log, Judgement::Advisory.name(), is_advisory);
    let advisories = advisories
        .iter()
        .flat_map(|group| group.issues.iter().map(|issue| of_issue(site, run, group.what, issue)));
    let not_applicable = log.not_carried.iter().map(|(reason, ids)| (observed(reason), ids.len()));
    Target {
        frame: site.frame(run.name.clone(), "../"),
        result: Result::of(run),
        facts: facts(run),
        problems: problems(run),
        warnings: log.warnings.iter().map(|warning| observed(warning)).collect(),
        issues: failing(site, run).into_iter().map(|(_, shown)| shown).collect(),
        advisories: advisories.collect(),
        explained: explained(run),
        not_applicable: not_applicable.collect(),
        choices: choices(),
        passes: log.rows.len() - lines.len(),
        lines,
    }
}

fn facts(run: &Run<'_>) -> Vec<(&'static str, String)> {
    let header = &run.log.header;
    let mut facts = vec![("Target", observed(&header.target))];
    facts.extend(header.identity.as_ref().map(|identity| ("It reports", observed(identity))));
    facts.push(("Profile", observed(&header.profile)));
    facts.extend(header.shard.map(|shard| ("Shard", shard.place.to_string())));
    facts.push(("Selected", format!("{} vectors", header.selected)));
    facts.push(("Judged", format!("{} vectors", run.log.rows.len())));
    facts.extend(header.version.as_ref().map(|version| ("Jotproof", observed(version))));
    facts.extend(header.vectors.as_ref().map(|digest| ("Digest of the vectors", observed(digest))));
    facts.push(("Took", seconds(run.log.elapsed_ms)));
    facts.push(("Repeat it", observed(&header.repeat)));
    facts
}

fn problems(run: &Run<'_>) -> Vec<String> {
    let log = run.log;
    let not_asked = log.not_asked.iter().filter(|_| log.is_incomplete());
    let not_asked = not_asked.map(|(reason, ids)| observed(&format!("{} not judged: {reason}", ids.len())));
    let failure = log.failure.iter().map(|failure| observed(&failure.message));
    let outdated = log.outdated.iter().map(|it| observed(&format!("known failures, {it}")));
    not_asked.chain(failure).chain(outdated).collect()
}

fn explained(run: &Run<'_>) -> Vec<Explained> {
    let mut entries: BTreeMap<&str, BTreeMap<String, usize>> = BTreeMap::new();
    for row in &run.log.rows {
        if let Some(entry) = &row.explained_by {
            let counts = entries.entry(entry).or_default();
            *counts.entry(label(Outcome::Pass, row)).or_default() += 1;
        }
    }
    let profile = if entries.is_empty() { None } else { profile(run.log) };
    let one = |(id, counts): (&str, BTreeMap<String, usize>)| {
        let stated = profile.as_ref().and_then(|profile| profile.entries.iter().find(|it| it.id == id));
        let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
        Explained {
            entry: observed(id),
            counts: counts.join(", "),
            reason: stated.map_or_else(String::new, |entry| visible(&entry.reason)),
            link: stated.map_or_else(String::new, |entry| visible(&entry.link)),
        }
    };
    entries.into_iter().map(one).collect()
}
