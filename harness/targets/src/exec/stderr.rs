//! The lines of an adapter's standard error that explain its end.
//!
//! Most languages print a stack trace with the message at one end. The frames, which can be hundreds of
//! lines, are left out.

use std::path::Path;

use crate::server::log_end::end_of_log;

/// The greatest number of lines to show. They are the last ones.
const SHOWN_LINES: usize = 30;

/// The length of the end of a log to read, in bytes. It is longer than the stack trace of an endless
/// recursion.
const TAIL: u64 = 1024 * 1024;

/// The last lines of a log, without stack frames; empty if there are none.
pub(super) fn excerpt(log: &Path) -> String {
    without_frames(&end_of_log(log, TAIL))
}

fn without_frames(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut in_python_stack = false;
    for (index, line) in lines.iter().enumerate() {
        // In a Python traceback, the source line follows the `File` line, with more indentation.
        in_python_stack = line.starts_with("Traceback (") || in_python_stack && is_indented(line);
        let next = lines.get(index + 1).copied().unwrap_or_default();
        if !(in_python_stack || is_frame(line, next)) {
            kept.push(line);
        }
    }
    let from = kept.len().saturating_sub(SHOWN_LINES);
    kept[from..].join("\n")
}

fn is_indented(line: &str) -> bool {
    line.starts_with([' ', '\t'])
}

/// Whether a line is a stack frame of JavaScript, Java, C#, Ruby, Rust or Go. Frames of Rust and Go have two
/// lines.
fn is_frame(line: &str, next: &str) -> bool {
    let text = line.trim_start();
    let of_a_call = is_indented(line) && ["at ", "from ", "... "].iter().any(|start| text.starts_with(start));
    let of_rust = is_indented(line)
        && text
            .split_once(": ")
            .is_some_and(|(number, _)| number.bytes().all(|octet| octet.is_ascii_digit()));
    let of_go = line.starts_with('\t') && text.contains(".go:")
        || next.starts_with('\t') && next.contains(".go:")
        || line.starts_with("goroutine ") && line.ends_with("]:");
    of_a_call || of_rust || of_go
}

#[cfg(test)]
mod tests {
    use super::{SHOWN_LINES, without_frames};

    #[test]
    fn the_message_is_shown_and_its_frames_are_not() {
        for (text, expected) in [
            ("out of luck\n\n", "out of luck"),
            (
                "Traceback (most recent call last):\n  File \"a.py\", line 5, in <module>\n    main()\n  File \"a.py\", \
                 line 2, in main\n    raise KeyError('jwk')\nKeyError: 'jwk'\n",
                "KeyError: 'jwk'",
            ),
            (
                "/srv/a.js:3\n    throw new TypeError('no key')\n    ^\n\nTypeError: no key\n    at main (/srv/a.js:3:9)\n    \
                 at node:internal/main/run_main_module:23:47\n\nNode.js v20.1.0\n",
                "/srv/a.js:3\n    throw new TypeError('no key')\n    ^\nTypeError: no key\nNode.js v20.1.0",
            ),
            (
                "Exception in thread \"main\" java.lang.IllegalStateException: outer\n\tat A.main(A.java:3)\nCaused by: \
                 java.lang.NullPointerException: inner\n\tat B.b(B.java:9)\n\t... 1 more\n",
                "Exception in thread \"main\" java.lang.IllegalStateException: outer\nCaused by: \
                 java.lang.NullPointerException: inner",
            ),
            (
                "panic: runtime error: index out of range [1] with length 1\n\ngoroutine 1 [running]:\nmain.verify({0x1, \
                 0x2})\n\t/srv/a.go:7 +0x1d\nmain.main()\n\t/srv/a.go:3 +0x17\nexit status 2\n",
                "panic: runtime error: index out of range [1] with length 1\nexit status 2",
            ),
            (
                "a.rb:2:in `verify': no key (ArgumentError)\n\tfrom a.rb:5:in `<main>'\n",
                "a.rb:2:in `verify': no key (ArgumentError)",
            ),
            (
                "Unhandled exception. System.FormatException: no key\n   at A.Verify(String) in /srv/A.cs:line 4\n   at \
                 A.Main()\n",
                "Unhandled exception. System.FormatException: no key",
            ),
            (
                "thread 'main' panicked at src/main.rs:2:5:\nno key\nstack backtrace:\n   0: rust_begin_unwind\n             \
                 at /rustc/library/std/src/panicking.rs:1:5\n   1: main\n",
                "thread 'main' panicked at src/main.rs:2:5:\nno key\nstack backtrace:",
            ),
        ] {
            assert_eq!(without_frames(text), expected);
        }
    }

    #[test]
    fn a_stack_of_any_depth_leaves_the_message() {
        let frames = "\tat Parser.value(Parser.java:7)\n".repeat(1024);
        let text = format!("Exception in thread \"main\" java.lang.StackOverflowError\n{frames}");
        assert_eq!(without_frames(&text), "Exception in thread \"main\" java.lang.StackOverflowError");
    }

    #[test]
    fn the_last_lines_of_a_long_log_are_shown() {
        let text: String = (1..=100).map(|line| format!("line {line}\n")).collect();
        let shown = without_frames(&text);
        assert_eq!(shown.lines().count(), SHOWN_LINES);
        assert!(shown.starts_with("line 71\n") && shown.ends_with("line 100"), "{shown}");
    }
}
