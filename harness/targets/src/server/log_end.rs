//! The end of a log: the part of it that a message shows.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// How many log lines are shown of a server that died.
pub(super) const SHOWN_LINES: usize = 5;

/// The line of a log that explains the end of a server: the message of a Go panic, or a line at the fatal
/// level of a logger. A stack trace follows it.
pub(super) fn reason(log: &str) -> Option<&str> {
    const OF_GO: [&str; 2] = ["panic: ", "fatal error: "];
    const OF_LOGGERS: [&str; 3] = ["\"level\":\"fatal\"", " FTL ", " FATAL "];
    let is_of_go = |line: &&str| OF_GO.iter().any(|start| line.starts_with(start));
    let is_of_logger = |line: &&str| OF_LOGGERS.iter().any(|level| line.contains(level));
    log.lines().find(is_of_go).or_else(|| log.lines().rfind(is_of_logger)).map(str::trim)
}

/// The excerpt of a log for the message about a server that did not start.
pub(super) fn excerpt(log: &str) -> String {
    let last = last_lines(log, SHOWN_LINES);
    match reason(log) {
        Some(reason) if !last.contains(reason) => {
            format!("; it wrote:\n{reason}\nand as the last lines:\n{last}")
        }
        _ if last.is_empty() => "; it wrote nothing".to_owned(),
        _ => format!("; the last lines that it wrote:\n{last}"),
    }
}

/// The last `count` lines of a log.
pub(crate) fn last_log_lines(log: &Path, count: usize) -> String {
    last_lines(&tail(log), count)
}

/// The last `count` lines of `text`, without blank ones.
pub(super) fn last_lines(text: &str, count: usize) -> String {
    let mut lines: Vec<&str> =
        text.lines().rev().filter(|line| !line.trim().is_empty()).take(count).collect();
    lines.reverse();
    lines.join("\n")
}

/// The end of a log, long enough for the output of a dying program.
pub(super) fn tail(log: &Path) -> String {
    end_of_log(log, 256 * 1024)
}

/// The end of a log, at most `most` bytes.
pub(crate) fn end_of_log(log: &Path, most: u64) -> String {
    // An unreadable log is treated as empty. The error itself is reported anyway.
    let octets = last_octets(log, most).unwrap_or_default();
    String::from_utf8_lossy(&octets).into_owned()
}

fn last_octets(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(most)))?;
    let mut octets = Vec::new();
    file.take(most).read_to_end(&mut octets)?;
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::{last_lines, reason};

    #[test]
    fn the_line_that_says_why_is_found_before_the_stack() {
        for (log, expected) in [
            ("up\npanic: nil map\n\ngoroutine 7 [running]:\nmain.f()\n", Some("panic: nil map")),
            (
                "up\nfatal error: concurrent map writes\n\ngoroutine 1",
                Some("fatal error: concurrent map writes"),
            ),
            ("{\"level\":\"fatal\",\"message\":\"no\"}\n", Some("{\"level\":\"fatal\",\"message\":\"no\"}")),
            ("2026/01/01 http: panic serving 127.0.0.1: x\nup\n", None),
            ("", None),
        ] {
            assert_eq!(reason(log), expected, "{log}");
        }
    }

    #[test]
    fn last_lines_leaves_blank_ones_out() {
        assert_eq!(last_lines("a\n\nb\nc\n\n", 2), "b\nc");
        assert_eq!(last_lines("a", 2), "a");
        assert_eq!(last_lines("", 2), "");
    }
}
