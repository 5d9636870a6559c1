//! Known failures: a TOML file in which users list the failures that they accept.
//!
//! A run still asks these vectors, and each entry must still be true. An entry is outdated if it has expired, or
//! if none of its vectors fails with its judgement any more. An outdated entry fails the run.

use std::collections::BTreeSet;
use std::ops::Range;

use globset::{Glob, GlobMatcher};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jotproof_model::Judgement;
use serde::Deserialize;
use toml::Spanned;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use crate::log::{Row, RunLog};
use crate::select::{OF_CLASS, SelectError, Selection};
use crate::suite::Suite;

/// The name of the list in the file.
const LIST: &str = "known";

/// A list of known failures.
#[derive(Debug, Default)]
pub struct KnownFailures {
    entries: Vec<Entry>,
}

/// One entry.
#[derive(Debug)]
struct Entry {
    /// Its line in the file, from 1.
    line: usize,
    selection: Selection,
    /// The targets that it is about; `None` for all.
    targets: Option<GlobMatcher>,
    said: Said,
}

/// An entry as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Said {
    only: Vec<String>,
    judgement: Judgement,
    reason: String,
    link: Option<String>,
    target: Option<String>,
    expires: Option<toml::value::Datetime>,
    #[serde(default)]
    acknowledge_risk: bool,
}

/// A file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<Spanned<Said>>,
}

/// Why a text is not a list of known failures.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// It is not TOML of this form.
    #[error(
        "{0}\nhint: an entry is [[known]] with only = [\"GLOB\"], judgement = \"lax\" and reason = \"…\""
    )]
    Form(#[from] Box<toml::de::Error>),
    /// An entry selects nothing.
    #[error("line {line}: {problem}")]
    Selection {
        /// The line of the entry, from 1.
        line: usize,
        /// The problem.
        problem: SelectError,
    },
    /// An entry lacks something, or cannot be.
    #[error("line {line}: {problem}")]
    Entry {
        /// The line of the entry, from 1.
        line: usize,
        /// The problem, and what to write instead.
        problem: String,
    },
    /// A file to extend cannot be extended.
    #[error("cannot add to it: {0}")]
    Edit(#[from] toml_edit::TomlError),
}

impl Said {
    /// The reason, with the link.
    fn why(&self) -> String {
        let link = self.link.as_ref().map(|link| format!(" ({link})")).unwrap_or_default();
        format!("{}{link}", self.reason)
    }
}

impl KnownFailures {
    /// Reads a list.
    ///
    /// # Errors
    ///
    /// Fails with the line of the entry if the text is not a list of known failures, or if an entry matches no
    /// vector or no judgement that can fail.
    pub fn read(text: &str, suite: &Suite) -> Result<Self, KnownError> {
        let file: File = toml::from_str(text).map_err(Box::new)?;
        let entries = file.known.into_iter().map(|said| {
            let line = line_of(text, &said.span());
            Entry::new(line, said.into_inner(), suite)
        });
        Ok(Self { entries: entries.collect::<Result<_, _>>()? })
    }

    /// Whether it has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Marks the known failures of a run, and records the outdated entries.
    pub fn mark(&self, log: &mut RunLog, suite: &Suite) {
        self.mark_at(log, suite, Timestamp::now().to_zoned(TimeZone::UTC).date());
    }

    fn mark_at(&self, log: &mut RunLog, suite: &Suite, today: Date) {
        if let Some(shard) = &mut log.header.shard {
            shard.has_known_failures = !self.is_empty();
        }
        for entry in &self.entries {
            if !entry.is_about(log) {
                continue;
            }
            if let Some(problem) = entry.mark(log, suite, today) {
                log.outdated.push(format!("line {}: {problem}", entry.line));
            }
        }
    }
}

impl Entry {
    fn new(line: usize, said: Said, suite: &Suite) -> Result<Self, KnownError> {
        let wrong = |problem: &str| Err(KnownError::Entry { line, problem: problem.to_owned() });
        if said.only.is_empty() {
            return wrong("only is empty; give ids, or a bug class as in \"class:A4\"");
        }
        if said.reason.trim().is_empty() {
            return wrong("reason is empty; say why this failure is accepted");
        }
        if said.judgement.is_fine() {
            return wrong("this judgement does not fail a run; delete the entry");
        }
        if said.expires.is_some_and(|expires| date(expires).is_none()) {
            return wrong("expires is not a date; write it as in expires = 2030-12-31");
        }
        if said.judgement.is_risk() && !said.acknowledge_risk {
            return wrong(
                "a bypass or misuse lets people in; add acknowledge-risk = true if that is accepted",
            );
        }
        let selection = Selection::new(suite, &said.only, &[])
            .map_err(|problem| KnownError::Selection { line, problem })?;
        let targets = said.target.as_deref().map(|pattern| Ok(Glob::new(pattern)?.compile_matcher()));
        let targets = targets.transpose().map_err(|problem: globset::Error| KnownError::Entry {
            line,
            problem: format!("target is not a pattern: {}", problem.kind()),
        })?;
        Ok(Self { line, selection, targets, said })
    }

    /// Whether the entry is about the target of a log. A target is known by its name and by its identity.
    fn is_about(&self, log: &RunLog) -> bool {
        let Some(targets) = &self.targets else { return true };
        targets.is_match(&log.header.target)
            || log.header.identity.as_deref().is_some_and(|identity| targets.is_match(identity))
    }

    /// Marks rows, or returns what is outdated.
    fn mark(&self, log: &mut RunLog, suite: &Suite, today: Date) -> Option<String> {
        let Self { line: _, selection, targets: _, said } = self;
        let name = said.only.join(", ");
        if let Some(expires) = said.expires.and_then(date).filter(|expires| *expires < today) {
            return Some(format!("{name}: expired on {expires}; delete the entry, or extend it"));
        }
        let is_meant = |row: &Row| suite.get(&row.id.0).is_some_and(|vector| selection.takes(vector));
        let meant: Vec<usize> = (0..log.rows.len()).filter(|at| is_meant(&log.rows[*at])).collect();
        let has_judgement = |at: &usize| log.rows[*at].judgement == said.judgement;
        let (alike, others): (Vec<usize>, Vec<usize>) = meant.into_iter().partition(has_judgement);
        let failing: Vec<usize> = alike.iter().copied().filter(|at| log.fails(&log.rows[*at])).collect();
        for at in &failing {
            log.rows[*at].known = Some(said.why());
        }
        // Another shard may have the vectors that still fail.
        let is_shard = log.header.shard.is_some();
        if is_shard || !failing.is_empty() || alike.is_empty() && others.is_empty() {
            return None;
        }
        if alike.iter().any(|at| log.rows[*at].known.is_some()) {
            return Some(format!("{name}: another entry lists the same vectors; delete one of the two"));
        }
        let seen: BTreeSet<&str> =
            alike.iter().chain(&others).map(|at| log.rows[*at].judgement.name()).collect();
        let seen = seen.into_iter().collect::<Vec<_>>().join(", ");
        Some(format!("{name}: no vector is {} any more, but {seen}; delete the entry", said.judgement))
    }
}

/// The line of an offset, from 1.
fn line_of(text: &str, span: &Range<usize>) -> usize {
    text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1)
}

fn date(value: toml::value::Datetime) -> Option<Date> {
    let date = value.date?;
    Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?)
        .ok()
}

/// Adds the failures of runs that are not known yet to the text of a list. Comments and order stay. There is one
/// entry for each bug class and judgement.
///
/// # Errors
///
/// Fails if the text is not TOML.
pub fn add(text: &str, suite: &Suite, logs: &[RunLog]) -> Result<String, KnownError> {
    let mut document: DocumentMut = text.parse()?;
    let mut found: BTreeSet<(&str, Judgement, &str, &str)> = BTreeSet::new();
    for log in logs {
        for row in log.rows.iter().filter(|row| log.fails(row) && !row.judgement.is_fine()) {
            let Some(vector) = suite.get(&row.id.0) else { continue };
            let name = suite.bug_class(vector).map_or("", |class| &class.name);
            let target = log.header.identity.as_ref().unwrap_or(&log.header.target);
            found.insert((&vector.bug_class, row.judgement, name, target));
        }
    }
    if found.is_empty() {
        return Ok(text.to_owned());
    }
    let list = document.entry(LIST).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(list) = list.as_array_of_tables_mut() else {
        return Err(KnownError::Entry { line: 1, problem: format!("{LIST} is not a list of tables") });
    };
    for (class, judgement, name, target) in found {
        let mut entry = Table::new();
        entry.insert("only", value(Array::from_iter([format!("{OF_CLASS}{class}")])));
        entry.insert("judgement", value(judgement.name()));
        entry.insert("reason", value(format!("{target}: {name}")));
        entry.insert("target", value(globset::escape(target)));
        if !list.is_empty() || !text.trim().is_empty() {
            entry.decor_mut().set_prefix("\n");
        }
        list.push(entry);
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::log::Header;

    const TODAY: Date = jiff::civil::date(2026, 12, 1);
    const FORGED: &str = "algorithms/cross/hs256-foreign-key";
    const UNSIGNED: &str = "algorithms/none/hs256-unsigned";
    const LINE_FEEDS: &str = "encoding/base64url/signature-four-line-feeds";

    fn suite() -> Suite {
        Suite::built_in().expect("the built-in vectors load")
    }

    /// The log of a run with these judgements.
    fn log(rows: &[(&str, Judgement)]) -> RunLog {
        let header = Header { selected: rows.len(), ..Header::sample() };
        let rows = rows.iter().map(|(id, judgement)| Row::sample(id, *judgement));
        RunLog { rows: rows.collect(), ..RunLog::empty(header) }
    }

    fn entry(only: &str, judgement: &str, more: &str) -> String {
        format!(
            "[[known]]\nonly = [\"{only}\"]\njudgement = \"{judgement}\"\nreason = \"it is so\"\n{more}\n"
        )
    }

    #[test]
    fn an_entry_is_needed_for_each_failure_and_a_failure_for_each_entry() {
        use Judgement::{Bypass, Lax, Pass};
        let lax = entry(LINE_FEEDS, "lax", "");
        let of_class = entry("class:B4", "lax", "");
        let risk = entry(FORGED, "bypass", "acknowledge-risk = true");
        let for_others = entry(LINE_FEEDS, "lax", "target = \"another *\"");
        let for_this = entry(LINE_FEEDS, "lax", "target = \"a library 1.*\"");
        let old = entry(LINE_FEEDS, "lax", "expires = 2026-11-30");
        let current = entry(LINE_FEEDS, "lax", "expires = 2026-12-01");
        let twice = format!("{lax}{lax}");
        let [failed, fixed] = [[(LINE_FEEDS, Lax), (FORGED, Pass)], [(LINE_FEEDS, Pass), (FORGED, Pass)]];
        let unselected = [(FORGED, Pass)];
        for (text, rows, exit, says) in [
            ("", &failed[..], Exit::ConformanceFailure, None),
            (&*lax, &failed, Exit::Ok, None),
            (&of_class, &failed, Exit::Ok, None),
            (&lax, &fixed, Exit::KnownFailuresOutdated, Some("line 1: ")),
            (
                &lax,
                &[(LINE_FEEDS, Bypass)],
                Exit::ConformanceFailure,
                Some("no vector is lax any more, but bypass"),
            ),
            (&lax, &unselected, Exit::Ok, None),
            (&risk, &[(FORGED, Bypass)], Exit::Ok, None),
            (&for_others, &failed, Exit::ConformanceFailure, None),
            (&for_others, &fixed, Exit::Ok, None),
            (&for_this, &failed, Exit::Ok, None),
            (&old, &failed, Exit::ConformanceFailure, Some("expired on 2026-11-30")),
            (&current, &failed, Exit::Ok, None),
            (&twice, &failed, Exit::KnownFailuresOutdated, Some("line 6: ")),
        ] {
            let suite = suite();
            let known = KnownFailures::read(text, &suite).expect("it is a list");
            let mut log = log(rows);
            known.mark_at(&mut log, &suite, TODAY);
            assert_eq!(log.exit(), exit, "{text}: {:?}", log.outdated);
            assert_eq!(log.outdated.is_empty(), says.is_none(), "{text}: {:?}", log.outdated);
            assert!(says.is_none_or(|says| log.outdated[0].contains(says)), "{:?}", log.outdated);
        }
    }

    #[test]
    fn what_is_wrong_with_a_list_is_told_with_its_line() {
        let first = entry(LINE_FEEDS, "lax", "");
        for (second, says) in [
            (entry(FORGED, "bypass", ""), "line 6: a bypass or misuse lets people in; add acknowledge-risk"),
            (entry("encoding/base64url/signature-four-line-feed", "lax", ""), "line 6: no vector matches"),
            (entry("[", "lax", ""), "line 6: \"[\" is not a pattern"),
            (entry(LINE_FEEDS, "pass", ""), "line 6: this judgement does not fail a run"),
            (entry(LINE_FEEDS, "lacks", ""), "line 8, column 13"),
            (entry(LINE_FEEDS, "lax", "expires = 12:00:00"), "line 6: expires is not a date"),
            (entry(LINE_FEEDS, "lax", "target = \"[\""), "line 6: target is not a pattern"),
            (entry(LINE_FEEDS, "lax", "reasons = 1"), "unknown field `reasons`"),
            ("[[known]]\nonly = []\njudgement = \"lax\"\nreason = \"x\"".to_owned(), "line 6: only is empty"),
            (
                format!("[[known]]\nonly = [\"{FORGED}\"]\njudgement = \"lax\"\nreason = \" \""),
                "line 6: reason is empty",
            ),
        ] {
            let text = format!("{first}{second}");
            let told = KnownFailures::read(&text, &suite()).expect_err("it is wrong").to_string();
            assert!(told.contains(says), "{told}");
        }
    }

    #[test]
    fn what_is_added_is_a_list_that_makes_the_run_green_but_for_risks() {
        let suite = suite();
        let rows = [(LINE_FEEDS, Judgement::Lax), (FORGED, Judgement::Bypass), (UNSIGNED, Judgement::Pass)];
        let own = format!("# our own words\n{}# the end\n", entry(UNSIGNED, "lax", ""));
        let text = add(&own, &suite, &[log(&rows)]).expect("it can be added to");
        assert!(text.starts_with(&own[..own.len() - 10]) && text.contains("# the end"), "{text}");
        assert!(!text.contains("acknowledge-risk"), "{text}");
        let told = KnownFailures::read(&text, &suite).expect_err("a risk is not acknowledged").to_string();
        assert!(told.contains("acknowledge-risk = true"), "{told}");

        let lax = [rows[0], rows[2]];
        let text = add("", &suite, &[log(&lax)]).expect("it can be added to");
        let known = KnownFailures::read(&text, &suite).expect("it is a list");
        let mut again = log(&lax);
        known.mark_at(&mut again, &suite, TODAY);
        assert_eq!((again.exit(), again.rows[0].known.is_some()), (Exit::Ok, true), "{text}");
        assert_eq!(add(&text, &suite, &[again]).expect("it can be added to"), text, "nothing is new");
    }
}
