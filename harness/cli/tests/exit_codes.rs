//! Checks that a command reaches each documented exit code, and that the code is the same whoever reads the output.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, PipeWriter};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

#[path = "support/root.rs"]
mod root;

use root::root;

/// A command and its exit code.
struct Row {
    code: i32,
    arguments: &'static [&'static str],
    /// Whether to interrupt the command, because it would run for a long time.
    interrupted: bool,
}

const fn row(code: i32, arguments: &'static [&'static str]) -> Row {
    Row { code, arguments, interrupted: false }
}

/// A list of known failures with an entry that does not fail.
const OUTDATED: &str = "harness/cli/tests/known/outdated.toml";

/// Short commands that print something and reach every exit code.
const TABLE: &[Row] = &[
    row(0, &["run", "reference:rfc", "--only", "claims/types/**"]),
    row(0, &["run", "reference:rfc", "--only", "claims/types/**", "--all", "--explained", "--log", "-"]),
    row(0, &["list"]),
    row(0, &["show", "claims/types/exp-true"]),
    row(0, &["--help"]),
    row(1, &["run", "reference:jsonwebtoken-12.0.0", "--fail-on", "misuse,lax", "--all"]),
    row(1, &["run", "reference:jsonwebtoken-12.0.0", "--fail-on", "misuse,lax", "--all", "--log", "-"]),
    row(1, &["adapter", "check", "true"]),
    row(2, &["run", "no-such-target"]),
    row(2, &["run", "reference", "--onyl", "claims/**"]),
    row(2, &["run", "reference", "--log"]),
    row(2, &["run", "reference:rfc", "--only", "claims/no-such/**"]),
    row(2, &["run", "reference:rfc", "--skip", "claims/no-such/**"]),
    row(2, &["run", "reference", "--server-option", "a=b"]),
    row(2, &["show", "claims/no-such-id"]),
    row(2, &["rnu"]),
    row(3, &["run", "exec:true", "--only", "claims/types/**"]),
    row(4, &["run", "reference:anycable-1.5.2", "--only", "centrifugo/connection/**"]),
    row(5, &["run", "reference:rfc", "--only", "claims/types/**", "--known-failures", OUTDATED]),
    row(6, &["run", "exec:/no/such/adapter", "--only", "claims/types/**"]),
    Row { code: 130, arguments: &["run", "exec:sleep 60"], interrupted: true },
];

/// The reader of the output of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Reads both streams to the end.
    Patient,
    /// The reader of standard output has gone away.
    Gone,
    /// The reader of both streams has gone away, as in `2>&1 | true`.
    BothGone,
    /// Both streams are closed, as in `>&- 2>&-`.
    Closed,
    /// Standard output is a full disk.
    Full,
    /// Standard error is a full disk.
    ErrorFull,
}

const READERS: &[Reader] =
    &[Reader::Patient, Reader::Gone, Reader::BothGone, Reader::Closed, Reader::Full, Reader::ErrorFull];

fn jotproof() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jotproof"));
    command.current_dir(root()).env("NO_COLOR", "1").env_remove("CI").stdin(Stdio::null());
    command
}

/// A pipe without a reader.
fn unread() -> PipeWriter {
    std::io::pipe().expect("a pipe can be made").1
}

fn full() -> File {
    File::options().write(true).open("/dev/full").expect("Linux has it")
}

/// The exit code of a command with this reader.
fn code(row: &Row, reader: Reader) -> i32 {
    let mut command = jotproof();
    command.args(row.arguments);
    match reader {
        Reader::Patient => command.stdout(Stdio::piped()).stderr(Stdio::piped()),
        Reader::Gone => command.stdout(unread()).stderr(Stdio::piped()),
        Reader::BothGone => command.stdout(unread()).stderr(unread()),
        Reader::Closed => {
            let mut shell = Command::new("sh");
            shell.args(["-c", r#"exec "$0" "$@" >&- 2>&-"#]).arg(command.get_program());
            shell.args(row.arguments).current_dir(root()).env_remove("CI").stdin(Stdio::null());
            command = shell;
            &mut command
        }
        Reader::Full => command.stdout(full()).stderr(Stdio::piped()),
        Reader::ErrorFull => command.stdout(Stdio::piped()).stderr(full()),
    };
    let child = command.process_group(0).spawn().expect("the command runs");
    if row.interrupted {
        // The command must have started by then. It would wait for ten seconds.
        thread::sleep(Duration::from_millis(700));
        kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
    }
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked"), "{:?} before {reader:?}: {said}", row.arguments);
    output.status.code().unwrap_or_else(|| panic!("{:?} before {reader:?}: {}", row.arguments, output.status))
}

#[test]
fn the_exit_code_does_not_depend_on_the_reader() {
    for row in TABLE {
        for reader in READERS {
            let expected = match (reader, row.code) {
                // The results cannot be written. The argument parser prints `--help` and ignores that.
                (Reader::Full, 0) if row.arguments != ["--help"] => 6,
                // A missing environment is worse than too little judged, or an outdated known failure. A conformance
                // failure stays one.
                (Reader::Full, 4 | 5) => 6,
                (_, code) => code,
            };
            assert_eq!(code(row, *reader), expected, "{:?} before {reader:?}", row.arguments);
        }
    }
}

/// The numbers at the start of lines, in the part of a text that follows `begin`.
fn numbers(text: &str, begin: &str, before: &str) -> BTreeSet<i32> {
    let (_, part) = text.split_once(begin).unwrap_or_else(|| panic!("{begin:?} is missing"));
    let lines = part.lines().map(|line| line.trim_start().trim_start_matches(before).trim_start());
    lines.filter_map(|line| line.split_once(' ')?.0.parse().ok()).collect()
}

#[test]
fn what_is_documented_is_what_can_be_reached() {
    let reached: BTreeSet<i32> = TABLE.iter().map(|row| row.code).collect();
    let page = fs::read_to_string(root().join("docs/reference/exit-codes.md")).expect("it is there");
    assert_eq!(numbers(&page, "| --- | --- |\n", "|"), reached, "docs/reference/exit-codes.md");
    let help = jotproof().arg("--help").output().expect("the command runs");
    let help = String::from_utf8(help.stdout).expect("help is UTF-8");
    assert_eq!(numbers(&help, "Exit codes:\n", ""), reached, "jotproof --help");
}

#[test]
fn a_pipe_that_closes_half_way_hides_no_failure() {
    let mut command = jotproof();
    command.args(["run", "reference:jsonwebtoken-12.0.0", "--fail-on", "misuse,lax", "--all"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
    let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    assert_eq!(lines.take(3).filter(Result::is_ok).count(), 3, "it prints");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

/// Runs the command in a shell and returns its exit code and its output.
fn in_shell(script: &str, arguments: &[&str]) -> (i32, String) {
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_jotproof")]).args(arguments).current_dir(root());
    let output =
        shell.env_remove("CI").env("NO_COLOR", "1").stdin(Stdio::null()).output().expect("a shell runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().expect("it ends by itself"), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn too_few_files_are_an_error_of_this_machine() {
    let (code, said) = in_shell(r#"ulimit -n 300; exec "$0" "$@""#, &["run", "anycable:process:/bin/true"]);
    assert_eq!(code, 6, "{said}");
    assert!(
        said.contains("may open 300 files") && said.contains("hint: raise the limit with `ulimit -n "),
        "{said}"
    );
    // A low soft limit is raised, also for child processes.
    let tells = r#"exec:sh -c 'echo "may open $(ulimit -Sn)" >&2'"#;
    let (code, said) = in_shell(r#"ulimit -Hn 2000; ulimit -Sn 300; exec "$0" "$@""#, &["run", tells]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("may open 2000"), "{said}");
}

#[test]
fn a_loopback_interface_that_is_down_is_an_error_of_this_machine() {
    let arguments = ["run", "anycable:process:/bin/true", "--only", "claims/types/**"];
    let (code, said) = in_shell(r#"exec "$0" "$@""#, &arguments);
    assert_eq!(code, 3, "{said}");
    // In a new network namespace, the loopback interface is down.
    let (code, said) = in_shell(r#"exec unshare --map-root-user --net "$0" "$@""#, &arguments);
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("cannot use the loopback interface") && said.contains("hint: "), "{said}");
}
