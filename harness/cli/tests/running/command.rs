//! The command as a test runs it: in a folder for temporary files of its own, which shows what it leaves
//! behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A run of the command.
pub struct Run {
    pub child: Child,
    folder: TempDir,
}

/// What is known of a run that has ended.
pub struct Ended {
    pub code: i32,
    /// Both streams.
    pub said: String,
}

/// Starts the command with these arguments and variables.
pub fn start(arguments: &[String], variables: &[(&str, String)]) -> Run {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let child = Command::new(env!("CARGO_BIN_EXE_jotproof"))
        .args(arguments)
        .env_remove("CI")
        .env("NO_COLOR", "1")
        .env("TMPDIR", folder.path())
        .envs(variables.iter().map(|(name, value)| (*name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    Run { child, folder }
}

/// Runs the command to its end.
pub fn run(arguments: &[&str]) -> Ended {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    start(&arguments, &[]).end()
}

impl Run {
    /// Waits for the end, and fails the test where anything is left of what the command started.
    pub fn end(self) -> Ended {
        let Self { child, folder } = self;
        let output: Output = child.wait_with_output().expect("the command ends");
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let left: Vec<PathBuf> = fs::read_dir(folder.path())
            .expect("it is there")
            .map(|entry| entry.expect("it is there").path())
            .collect();
        assert_eq!(left, Vec::<PathBuf>::new(), "left behind: {said}");
        assert_eq!(processes_of(folder.path()), Vec::<String>::new(), "still running: {said}");
        Ended { code: output.status.code().expect("it ended by itself"), said }
    }
}

/// The processes that work in a folder, or have it in their arguments.
pub fn processes_of(folder: &Path) -> Vec<String> {
    let name = folder.to_str().expect("a UTF-8 path");
    let of_folder = |process: &Path| {
        let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
        let works_in = fs::read_link(process.join("cwd")).is_ok_and(|path| path.starts_with(folder));
        (works_in || arguments.contains(name)).then_some(arguments)
    };
    let processes = fs::read_dir("/proc").expect("/proc is there");
    processes.filter_map(|entry| of_folder(&entry.ok()?.path())).collect()
}
