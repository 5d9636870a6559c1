//! A page for each bug class: what goes wrong, and every judged case of it.

use std::io;

use askama::Template;
use jotproof_model::registry::BugClass;

use super::site::{Class, Counts, Line, Run, Site};
use super::text::{choices, visible};
use super::{Frame, Sink, page};

#[derive(Template)]
#[template(path = "class.html", whitespace = "minimize")]
struct OfClass<'a> {
    frame: Frame<'a>,
    mechanism: String,
    severity: &'static str,
    cwe: Vec<u32>,
    advisories: Vec<(String, String)>,
    counts: Vec<(&'a Run<'a>, Counts)>,
    choices: Vec<&'static str>,
    lines: Vec<Line>,
}

pub(super) fn pages(site: &Site<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    for class in &site.classes {
        page(sink, &class.page, &of_class(site, class))?;
    }
    Ok(())
}

fn of_class<'a>(site: &'a Site<'_>, class: &'a Class<'_>) -> OfClass<'a> {
    let mut lines: Vec<Line> =
        class.cases.iter().filter_map(|id| site.cases.get(id)).map(|case| site.line(case)).collect();
    lines.sort_by_key(|line| line.outcome);
    let (name, mechanism, severity, cwe, advisories) = match class.about {
        Some(BugClass { name, mechanism, severity, cwe, advisories }) => {
            let advisories = advisories.iter().map(|it| (visible(&it.id), visible(&it.product))).collect();
            (visible(name), visible(mechanism), severity.name(), cwe.clone(), advisories)
        }
        None => (String::new(), String::new(), "", Vec::new(), Vec::new()),
    };
    let title = format!("{} {name}", visible(class.id));
    OfClass {
        frame: site.frame(title.trim(), "../"),
        mechanism,
        severity,
        cwe,
        advisories,
        counts: site.runs.iter().zip(site.counts(&class.cases)).collect(),
        choices: choices(),
        lines,
    }
}
