//! Annotations of GitHub Actions: commands that a step writes to its output, shown beside the change.

use std::fmt::Write as _;

use crate::issues;
use crate::log::RunLog;
use crate::suite::Suite;
use crate::summary::{counts, vectors};

/// The largest number of annotations that GitHub shows of a step.
const SHOWN: usize = 10;

/// Renders the worst issues of run logs as workflow commands, and then a notice for each run.
#[must_use]
pub fn report(suite: &Suite, logs: &[RunLog]) -> String {
    let mut text = String::new();
    let mut issues = Vec::new();
    for log in logs {
        for group in issues::failing(suite, log) {
            issues.extend(group.issues.into_iter().map(|issue| (log, group.what, issue)));
        }
    }
    issues.sort_by_key(|(_, _, issue)| std::cmp::Reverse(issue.severity));
    // Writing to a string does not fail, so the results of `write!` carry nothing.
    for (log, what, issue) in issues.iter().take(SHOWN) {
        let title = format!("{what} on {}: {}", log.header.target, issue.title);
        let example =
            issue.rows.first().map_or_else(String::new, |row| format!("{}: {}", row.id, row.told()));
        let rerun = format!("rerun: {}", issue.rerun(log));
        let message = format!("{} ({})\n{example}\n{rerun}", vectors(issue.rows.len()), issue.about());
        let _ = writeln!(text, "::error title={}::{}", property(&title), data(&message));
    }
    for log in logs {
        let kind = if log.exit().code() == 0 { "notice" } else { "error" };
        let title = format!("{}: {}", log.header.target, log.result());
        let mut message = counts(log).join(", ");
        if let Some(failure) = &log.failure {
            message.push_str(&format!("\n{}", failure.message));
        }
        let _ = writeln!(text, "::{kind} title={}::{}", property(&title), data(&message));
    }
    text
}

/// Escapes the text of a message. A line break would end it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the text of a property. A comma or a colon would end it too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use jotproof_model::Judgement;

    use super::report;
    use crate::log::{Header, Row, RunLog};
    use crate::suite::Suite;

    #[test]
    fn the_worst_come_first_and_no_text_ends_a_command() {
        let suite = Suite::built_in().expect("the built-in vectors load");
        let row = |id: &str| Row {
            detail: "accepted:\n::notice::100%".to_owned(),
            ..Row::sample(id, Judgement::Lax)
        };
        let rows = vec![row("keys/weak/hs256-secret-of-1-byte"), row("algorithms/cross/hs256-foreign-key")];
        let log = RunLog { rows, ..RunLog::empty(Header::sample()) };
        let text = report(&suite, &[log]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines.iter().all(|line| line.starts_with("::error title=")), "{text}");
        assert!(lines[0].contains("hs256-foreign-key") && lines[0].contains("%0A::notice::100%25"), "{text}");
    }

    #[test]
    fn a_good_run_is_a_notice() {
        let suite = Suite::built_in().expect("the built-in vectors load");
        let rows = vec![Row::sample("algorithms/valid/hs256", Judgement::Pass)];
        let text = report(&suite, &[RunLog { rows, ..RunLog::empty(Header::sample()) }]);
        assert!(text.starts_with("::notice title=") && text.lines().count() == 1, "{text}");
    }
}
