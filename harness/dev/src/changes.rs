//! `jotproof-dev vectors changes`: what a release says of the ids, made from two states of `vectors/`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use jotproof::{Outcome, terminal};
use jotproof_catalogue::ledger::Ledger;
use jotproof_engine::Exit;
use serde::Deserialize;

use crate::arguments::Changes;
use crate::vectors::{files, ledger};

/// A vector as every version of the format has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Vector {
    id: String,
    title: String,
    bug_class: String,
    severity: String,
    threat: String,
    requirements: Vec<String>,
    expectation: Expectation,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Expectation {
    verdict: String,
}

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

/// The vectors of a folder, and its ledger.
struct State {
    vectors: BTreeMap<String, Vector>,
    ledger: Ledger,
}

impl State {
    fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut vectors = BTreeMap::new();
        // Topics are in folders. The files beside these are the manifest and the streams.
        for path in files(folder)?.iter().filter(|path| is_topic(path)) {
            let path = folder.join(path);
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let File { vectors: of_file } = serde_json::from_str(&text)
                .with_context(|| format!("{} is not a vector file", path.display()))?;
            vectors.extend(of_file.into_iter().map(|vector| (vector.id.clone(), vector)));
        }
        ensure!(
            !vectors.is_empty(),
            "{} has no vectors\nhint: give the folder `vectors` of a checkout",
            folder.display()
        );
        Ok(Self { vectors, ledger: ledger(folder)? })
    }
}

fn is_topic(path: &Path) -> bool {
    path.components().count() > 1 && !path.starts_with("schema")
}

pub(crate) fn changes(Changes { before, after }: &Changes) -> Outcome {
    let (before, after) = (State::read(before)?, State::read(after)?);
    let (text, is_allowed) = changelog(&before, &after);
    Ok(terminal::end_with(&text, if is_allowed { Exit::Ok } else { Exit::ConformanceFailure }))
}

/// The changelog in Markdown, and whether it holds nothing that a release may not change: the verdict of an id,
/// or an id that goes without a reason.
fn changelog(before: &State, after: &State) -> (String, bool) {
    let mut added = Vec::new();
    let mut relabelled = Vec::new();
    let mut forbidden = Vec::new();
    let mut reworded = 0;
    for (id, now) in &after.vectors {
        let Some(then) = before.vectors.get(id) else {
            added.push(format!("`{id}`: {}", now.title));
            continue;
        };
        if then.expectation != now.expectation {
            let (then, now) = (&then.expectation.verdict, &now.expectation.verdict);
            forbidden.push(format!("`{id}`: its verdict changed from {then} to {now}"));
        }
        reworded += usize::from(then.title != now.title);
        let moved = moved(then, now);
        if !moved.is_empty() {
            relabelled.push(format!("`{id}`: {}", moved.join("; ")));
        }
    }
    let mut withdrawn = Vec::new();
    for id in before.vectors.keys().filter(|id| !after.vectors.contains_key(*id)) {
        match after.ledger.0.get(id).map(|line| line.reason.as_str()) {
            Some(reason) if !reason.is_empty() => withdrawn.push(format!("`{id}`: {reason}")),
            _ => forbidden.push(format!("`{id}`: withdrawn without a reason in IDS.lock")),
        }
    }
    let mut text = format!("{} vectors before, {} now.", before.vectors.len(), after.vectors.len());
    if reworded > 0 {
        let _ = write!(text, " {reworded} titles are worded differently.");
    }
    text.push('\n');
    for (heading, lines) in [
        ("Not allowed", &forbidden),
        ("Added", &added),
        ("Withdrawn", &withdrawn),
        ("Relabelled", &relabelled),
    ] {
        if !lines.is_empty() {
            let _ = write!(text, "\n## {heading} ({})\n\n", lines.len());
            lines.iter().for_each(|line| {
                let _ = writeln!(text, "- {line}");
            });
        }
    }
    (text, forbidden.is_empty())
}

/// The labels that differ, each with both values.
fn moved(then: &Vector, now: &Vector) -> Vec<String> {
    let (requirements_then, requirements_now) = (then.requirements.join(", "), now.requirements.join(", "));
    [
        ("bug class", &then.bug_class, &now.bug_class),
        ("severity", &then.severity, &now.severity),
        ("threat", &then.threat, &now.threat),
        ("requirements", &requirements_then, &requirements_now),
    ]
    .into_iter()
    .filter(|(_, then, now)| then != now)
    .map(|(label, then, now)| format!("{label} {then} -> {now}"))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(id: &str) -> Vector {
        Vector {
            id: id.to_owned(),
            title: format!("the title of {id}"),
            bug_class: "C5".to_owned(),
            severity: "high".to_owned(),
            threat: "holder".to_owned(),
            requirements: vec!["RFC7519-4.1.4-1".to_owned()],
            expectation: Expectation { verdict: "reject".to_owned() },
        }
    }

    fn state(vectors: Vec<Vector>, ledger: &str) -> State {
        State {
            vectors: vectors.into_iter().map(|vector| (vector.id.clone(), vector)).collect(),
            ledger: Ledger::parse(ledger).expect("the ledger is well formed"),
        }
    }

    #[test]
    fn ids_that_come_go_and_move_are_listed() {
        let before = state(vec![vector("a/kept"), vector("a/moved"), vector("a/gone")], "");
        let moved =
            Vector { severity: "low".to_owned(), title: "a new title".to_owned(), ..vector("a/moved") };
        let after = state(
            vec![vector("a/kept"), moved, vector("a/new")],
            "a/gone retired 0123456789abcdef Its verdict was wrong.\n",
        );
        insta::assert_snapshot!(changelog(&before, &after).0, @r"
        3 vectors before, 3 now. 1 titles are worded differently.

        ## Added (1)

        - `a/new`: the title of a/new

        ## Withdrawn (1)

        - `a/gone`: Its verdict was wrong.

        ## Relabelled (1)

        - `a/moved`: severity high -> low
        ");
        assert!(changelog(&before, &after).1);
    }

    #[test]
    fn a_verdict_that_changes_and_an_id_that_goes_without_a_reason_are_not_allowed() {
        let before = state(vec![vector("a/changed"), vector("a/gone")], "");
        let changed =
            Vector { expectation: Expectation { verdict: "accept".to_owned() }, ..vector("a/changed") };
        let after = state(vec![changed], "");
        let (text, is_allowed) = changelog(&before, &after);
        assert!(!is_allowed);
        insta::assert_snapshot!(text, @r"
        2 vectors before, 1 now.

        ## Not allowed (2)

        - `a/changed`: its verdict changed from reject to accept
        - `a/gone`: withdrawn without a reason in IDS.lock
        ");
    }
}
