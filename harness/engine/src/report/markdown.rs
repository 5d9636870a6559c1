//! Markdown for people: the summary of a job in continuous integration, a comment on a change.

use std::fmt::Write as _;

use crate::issues::{self, Group, Issue};
use crate::log::RunLog;
use crate::suite::Suite;
use crate::summary::{counts, name};

/// The largest number of issues that are shown of a run. A job summary has room for a megabyte.
const ISSUES: usize = 100;

/// The report of a run that did not come to its end.
pub const UNFINISHED: &str = "## Jotproof\n\n❌ The run did not come to its end.\n";

/// Renders run logs as Markdown: a table with a row for each run, then the issues that fail the runs, the worst
/// first.
#[must_use]
pub fn report(suite: &Suite, logs: &[RunLog]) -> String {
    let mut text = "## Jotproof\n\n| target | result | vectors |\n| --- | --- | --- |\n".to_owned();
    // Writing to a string does not fail, so the results of `write!` carry nothing.
    for log in logs {
        let mark = if log.exit().code() == 0 { "✅" } else { "❌" };
        let counts = counts(log).join(", ");
        let _ = writeln!(text, "| {} | {mark} {} | {counts} |", cell(&name(log)), log.result());
    }
    for log in logs {
        of_run(&mut text, suite, log);
    }
    text
}

fn of_run(text: &mut String, suite: &Suite, log: &RunLog) {
    let target = cell(&log.header.target);
    for (reason, ids) in log.not_asked.iter().filter(|_| log.is_incomplete()) {
        let _ = writeln!(text, "\n**{target}**: {} not judged: {}", ids.len(), cell(reason));
    }
    if let Some(failure) = &log.failure {
        let _ = writeln!(text, "\n**{target}**: {}", cell(&failure.message));
    }
    for outdated in &log.outdated {
        let _ = writeln!(text, "\n**{target}**: known failures, {}", cell(outdated));
    }
    let groups = issues::failing(suite, log);
    let mut room = ISSUES;
    for Group { what, vectors, issues } in &groups {
        let _ = writeln!(text, "\n### {what} on {target}: {vectors}\n");
        let _ = writeln!(
            text,
            "| vectors | severity | issue | an example | rerun |\n| --: | --- | --- | --- | --- |"
        );
        for issue in issues.iter().take(room) {
            row(text, log, issue);
        }
        if issues.len() > room {
            let _ = writeln!(text, "\n{} more issues are not shown.", issues.len() - room);
        }
        room = room.saturating_sub(issues.len());
    }
}

fn row(text: &mut String, log: &RunLog, issue: &Issue<'_>) {
    let severity = issue.severity.map_or("", |severity| severity.name());
    let title = match &issue.section {
        Some(section) => format!("{} ({section})", issue.title),
        None => issue.title.clone(),
    };
    let example =
        issue.rows.first().map_or_else(String::new, |row| format!("`{}`: {}", row.id, cell(&row.told())));
    let _ = writeln!(
        text,
        "| {} | {severity} | {} | {example} | <code>{}</code> |",
        issue.rows.len(),
        cell(&title),
        cell(&issue.rerun(log))
    );
}

/// Text for a cell of a table: one line, without anything that Markdown or HTML would act on.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for character in text.chars() {
        match character {
            '&' => cell.push_str("&amp;"),
            '<' => cell.push_str("&lt;"),
            '>' => cell.push_str("&gt;"),
            '\n' | '\r' | '\t' => cell.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '@' | '#' | '!' => {
                cell.push_str(&format!("&#{};", u32::from(character)));
            }
            other if other.is_control() => cell.push('\u{fffd}'),
            other => cell.push(other),
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use jotproof_model::Judgement;

    use super::{cell, report};
    use crate::log::{Header, Row, RunLog};
    use crate::suite::Suite;

    #[test]
    fn each_issue_is_a_row_and_a_good_run_has_none() {
        let suite = Suite::built_in().expect("the built-in vectors load");
        let good = RunLog {
            rows: vec![Row::sample("algorithms/valid/hs256", Judgement::Pass)],
            ..RunLog::empty(Header::sample())
        };
        let lax = Row {
            detail: "accepted | with <b>".to_owned(),
            ..Row::sample("algorithms/cross/hs256-foreign-key", Judgement::Bypass)
        };
        let bad = RunLog { rows: vec![lax], ..RunLog::empty(Header::sample()) };
        let text = report(&suite, std::slice::from_ref(&good));
        assert!(!text.contains("###") && text.contains("✅ ok"), "{text}");
        let text = report(&suite, &[good, bad]);
        assert!(text.contains("❌ FAILED") && text.contains("### bypass on "), "{text}");
        assert!(text.contains("accepted &#124; with &lt;b&gt; (expected: reject)"), "{text}");
        assert!(text.contains("--only algorithms/cross/hs256-foreign-key</code>"), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("| 1 |")).count(), 1, "{text}");
    }

    #[test]
    fn a_cell_is_one_line_that_nothing_acts_on() {
        assert_eq!(cell("a\nb|c`d`"), "a b&#124;c&#96;d&#96;");
        assert_eq!(cell("<script>&"), "&lt;script&gt;&amp;");
        assert_eq!(cell("\u{1b}[31m"), "\u{fffd}&#91;31m");
    }
}
