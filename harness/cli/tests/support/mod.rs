//! How a command is started in tests, and what it showed. The tests of `jotproof-dev` use this too.

use std::process::{Command, Output, Stdio};

mod root;

pub use root::root;

/// An executable of this package at the top of the repository, with plain output of one width.
pub fn command(executable: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(executable);
    command
        .args(arguments)
        .current_dir(root())
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .stdin(Stdio::null());
    command
}

/// The output and the exit code, without the path of this checkout.
pub fn shown(output: &Output) -> String {
    let text = |octets: &[u8]| {
        let text = String::from_utf8(octets.to_vec()).expect("output is UTF-8");
        text.replace(&root().display().to_string(), "[root]")
    };
    let mut shown = format!("exit: {}\n", output.status.code().expect("it ended by itself"));
    for (name, text) in [("stdout", text(&output.stdout)), ("stderr", text(&output.stderr))] {
        if !text.is_empty() {
            shown.push_str(&format!("----- {name}\n{text}"));
        }
    }
    shown
}
