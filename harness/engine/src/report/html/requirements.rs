//! The page of requirements: how many cases of each were judged, and what came of them.

use std::collections::BTreeMap;
use std::io;

use askama::Template;
use jotproof_model::Level;
use jotproof_model::registry::Requirement;

use super::site::{Line, Site};
use super::text::{Outcome, visible};
use super::{Frame, Sink, page};

/// The largest number of cases that are linked from a requirement.
const LINKED: usize = 10;

#[derive(Template)]
#[template(path = "requirements.html", whitespace = "minimize")]
struct Requirements<'a> {
    frame: Frame<'a>,
    documents: Vec<(String, Vec<OfRequirement>)>,
    judged: usize,
    all: usize,
}

struct OfRequirement {
    id: String,
    section: String,
    level: &'static str,
    says: String,
    judged: usize,
    cases: usize,
    passes: usize,
    /// The cases that are not a plain pass, the worst first.
    others: Vec<Line>,
    more: usize,
    kinds: &'static str,
}

pub(super) fn pages(site: &Site<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    page(sink, "requirements.html", &requirements(site))
}

fn requirements<'a>(site: &Site<'a>) -> Requirements<'a> {
    let mut cases: BTreeMap<&str, (usize, Vec<&str>)> = BTreeMap::new();
    for vector in site.suite.vectors() {
        for id in &vector.requirements {
            let (all, judged) = cases.entry(id).or_default();
            *all += 1;
            judged.extend(site.cases.get_key_value(vector.id.0.as_str()).map(|(id, _)| *id));
        }
    }
    let rows: BTreeMap<&str, &Requirement> = site.suite.requirements().collect();
    let all = rows.len();
    let mut documents: BTreeMap<&str, Vec<OfRequirement>> = BTreeMap::new();
    for (id, requirement) in rows {
        let (all, judged) = cases.remove(id).unwrap_or_default();
        documents.entry(&requirement.document).or_default().push(row(site, id, requirement, all, &judged));
    }
    let documents: Vec<_> = documents.into_iter().map(|(name, rows)| (visible(name), rows)).collect();
    let judged = documents.iter().flat_map(|(_, rows)| rows).filter(|row| row.judged > 0).count();
    Requirements { frame: site.frame("Requirements", ""), documents, judged, all }
}

fn row(site: &Site<'_>, id: &str, requirement: &Requirement, cases: usize, judged: &[&str]) -> OfRequirement {
    let mut others: Vec<Line> = judged
        .iter()
        .filter_map(|id| site.cases.get(id))
        .map(|case| site.line(case))
        .filter(|line| line.outcome != Outcome::Pass)
        .collect();
    others.sort_by_key(|line| line.outcome);
    let kinds = match others.first() {
        _ if judged.is_empty() => "nothing",
        None => Outcome::Pass.name(),
        Some(worst) => worst.outcome.name(),
    };
    let (count, more) = (others.len(), others.len().saturating_sub(LINKED));
    others.truncate(LINKED);
    OfRequirement {
        id: visible(id),
        section: visible(&requirement.section),
        level: match requirement.level {
            Level::Must => "must",
            Level::Should => "should",
        },
        says: visible(&requirement.says),
        judged: judged.len(),
        cases,
        passes: judged.len() - count,
        others,
        more,
        kinds,
    }
}
