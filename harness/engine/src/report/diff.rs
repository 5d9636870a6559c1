//! What changed between two runs: two versions of a library, two releases of the vectors, two days.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::log::RunLog;
use crate::summary::name;

/// Why two sets of logs cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiffError {
    /// The targets differ.
    #[error(
        "the logs have different targets: {before} before, and {after} after; give logs of the same targets, or of \
         one target each"
    )]
    Targets {
        /// The targets of the first logs.
        before: String,
        /// The targets of the second logs.
        after: String,
    },
    /// A target is there twice.
    #[error("{0} is there twice; give each target once")]
    Twice(String),
}

/// What changed, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The text.
    pub text: String,
    /// Whether a vector fails after that did not fail before, or a run is worse as a whole.
    pub is_worse: bool,
}

/// Compares runs of the same targets. Logs of one target each are compared whatever their targets are called.
///
/// # Errors
///
/// Fails if the targets of the two sides differ.
pub fn report(before: &[RunLog], after: &[RunLog]) -> Result<Difference, DiffError> {
    let mut difference = Difference { text: String::new(), is_worse: false };
    for (before, after) in pairs(before, after)? {
        of_pair(&mut difference, before, after);
    }
    Ok(difference)
}

fn pairs<'a>(before: &'a [RunLog], after: &'a [RunLog]) -> Result<Vec<(&'a RunLog, &'a RunLog)>, DiffError> {
    if let ([before], [after]) = (before, after) {
        return Ok(vec![(before, after)]);
    }
    let by_target = |logs: &'a [RunLog]| -> Result<BTreeMap<&str, &RunLog>, DiffError> {
        let mut found = BTreeMap::new();
        for log in logs {
            if found.insert(log.header.target.as_str(), log).is_some() {
                return Err(DiffError::Twice(log.header.target.clone()));
            }
        }
        Ok(found)
    };
    let (before, after) = (by_target(before)?, by_target(after)?);
    if !before.keys().eq(after.keys()) {
        let names = |logs: &BTreeMap<&str, &RunLog>| logs.keys().copied().collect::<Vec<_>>().join(", ");
        return Err(DiffError::Targets { before: names(&before), after: names(&after) });
    }
    Ok(before.into_values().zip(after.into_values()).collect())
}

/// What a run says of a vector.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    fails: bool,
    what: String,
}

/// What a run says of each vector that it selected.
fn said(log: &RunLog) -> BTreeMap<&str, Said> {
    let mut said = BTreeMap::new();
    for row in &log.rows {
        let mut what = row.judgement.name().to_owned();
        if row.known.is_some() {
            what.push_str(" known");
        } else if row.explained_by.is_some() {
            what.push_str(" explained");
        }
        if row.missed.is_some() {
            what.push_str(" not as predicted");
        }
        said.insert(&*row.id.0, Said { fails: log.fails(row), what });
    }
    for (lists, fails, what) in
        [(&log.not_carried, false, "not applicable"), (&log.not_asked, true, "not judged")]
    {
        for id in lists.values().flatten() {
            said.insert(&*id.0, Said { fails, what: what.to_owned() });
        }
    }
    said
}

fn of_pair(difference: &mut Difference, before: &RunLog, after: &RunLog) {
    let (old, new) = (said(before), said(after));
    let mut lists: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
    for (id, then) in &old {
        match new.get(id) {
            None => lists.entry(Kind::Gone).or_default().push(format!("{id} ({})", then.what)),
            Some(now) if now == then => {}
            Some(now) => {
                let kind = match (then.fails, now.fails) {
                    (false, true) => Kind::Worse,
                    (true, false) => Kind::Better,
                    (true, true) | (false, false) => Kind::Other,
                };
                lists.entry(kind).or_default().push(format!("{id}: {} -> {}", then.what, now.what));
            }
        }
    }
    for (id, now) in new.iter().filter(|(id, _)| !old.contains_key(*id)) {
        let kind = if now.fails { Kind::NewAndFailing } else { Kind::New };
        lists.entry(kind).or_default().push(format!("{id} ({})", now.what));
    }
    let text = &mut difference.text;
    // Writing to a string does not fail, so the results of `write!` carry nothing.
    let _ = writeln!(
        text,
        "{}: {} -> {}: {}",
        if name(before) == name(after) {
            name(after)
        } else {
            format!("{} -> {}", name(before), name(after))
        },
        before.result(),
        after.result(),
        if lists.is_empty() { "no vector differs".to_owned() } else { counts(&lists) }
    );
    for (kind, ids) in &lists {
        let _ = writeln!(text, "  {}: {}", kind.name(), ids.len());
        for id in ids {
            let _ = writeln!(text, "    {id}");
        }
    }
    let is_worse = |kind: &Kind| matches!(kind, Kind::Worse | Kind::NewAndFailing);
    let run_is_worse = before.exit().code() == 0 && after.exit().code() != 0;
    difference.is_worse |= run_is_worse || lists.keys().any(is_worse);
}

fn counts(lists: &BTreeMap<Kind, Vec<String>>) -> String {
    lists.iter().map(|(kind, ids)| format!("{} {}", ids.len(), kind.name())).collect::<Vec<_>>().join(", ")
}

/// How a vector differs, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Worse,
    NewAndFailing,
    Better,
    Other,
    New,
    Gone,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Worse => "newly failing",
            Self::NewAndFailing => "new vectors that fail",
            Self::Better => "no longer failing",
            Self::Other => "changed",
            Self::New => "new vectors",
            Self::Gone => "vectors that are gone",
        }
    }
}

#[cfg(test)]
mod tests {
    use jotproof_model::Judgement;

    use super::{DiffError, report};
    use crate::log::{Header, Row, RunLog};

    fn log(target: &str, rows: &[(&str, Judgement)]) -> RunLog {
        let header = Header { target: target.to_owned(), ..Header::sample() };
        RunLog {
            rows: rows.iter().map(|(id, judgement)| Row::sample(id, *judgement)).collect(),
            ..RunLog::empty(header)
        }
    }

    #[test]
    fn each_change_is_told_and_a_new_failure_is_worse() {
        let before = [("a/1", Judgement::Pass), ("a/2", Judgement::Lax), ("a/3", Judgement::Pass)];
        for (after, is_worse, part) in [
            (
                vec![("a/1", Judgement::Pass), ("a/2", Judgement::Lax), ("a/3", Judgement::Pass)],
                false,
                "no vector differs",
            ),
            (
                vec![("a/1", Judgement::Lax), ("a/2", Judgement::Lax), ("a/3", Judgement::Pass)],
                true,
                "a/1: pass -> lax",
            ),
            (
                vec![("a/1", Judgement::Pass), ("a/2", Judgement::Pass), ("a/3", Judgement::Pass)],
                false,
                "a/2: lax -> pass",
            ),
            (
                vec![("a/1", Judgement::Pass), ("a/2", Judgement::Bypass), ("a/3", Judgement::Pass)],
                false,
                "a/2: lax -> bypass",
            ),
            (vec![("a/1", Judgement::Advisory), ("a/2", Judgement::Lax)], false, "vectors that are gone: 1"),
            (vec![("a/1", Judgement::Pass), ("a/4", Judgement::Lax)], true, "new vectors that fail: 1"),
        ] {
            let difference = report(&[log("t", &before)], &[log("t", &after)]).expect("one target each");
            assert!(difference.text.contains(part), "{part}: {}", difference.text);
            assert_eq!(difference.is_worse, is_worse, "{part}: {}", difference.text);
        }
    }

    #[test]
    fn runs_of_several_targets_are_paired_by_their_names() {
        let (a, b) = (|| log("a", &[("a/1", Judgement::Pass)]), || log("b", &[("a/1", Judgement::Lax)]));
        let same = report(&[a(), b()], &[b(), a()]).expect("the same targets");
        assert!(!same.is_worse && same.text.matches("no vector differs").count() == 2, "{}", same.text);
        let versions = report(&[a()], &[b()]).expect("one target each");
        assert!(versions.is_worse && versions.text.contains("a (a library 1.2.3) -> b"), "{}", versions.text);
        assert!(matches!(report(&[a(), b()], &[a()]), Err(DiffError::Targets { .. })));
        assert_eq!(report(&[a(), a()], &[b()]), Err(DiffError::Twice("a".to_owned())));
    }
}
