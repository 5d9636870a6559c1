//! The command line of Jotproof: what the command `jotproof` does, and what `jotproof-dev` shares with it.

mod adapter;
pub mod arguments;
mod list;
mod log_file;
mod merge;
mod open_files;
mod outputs;
mod progress;
mod replacement;
pub mod report;
pub mod run;
mod show;
mod site_folder;
pub mod terminal;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser as _;
use jotproof_engine::Exit;

pub use replacement::Replacement;

/// The result of every subcommand.
pub type Outcome = anyhow::Result<Exit>;

/// Runs a command as the main function of a process: one exit code comes out.
///
/// The same executable is the guard of every server that it starts, so this must be the first call.
pub fn start(command: impl FnOnce() -> Outcome) -> ExitCode {
    if let Some(code) = jotproof_targets::run_internal(std::env::args_os().skip(1)) {
        return code;
    }
    open_files::raise_limit();
    terminal::stop_on_interrupt();
    ExitCode::from(command().unwrap_or_else(|error| terminal::report(&error)).code())
}

/// The command `jotproof`: reads the arguments of the process and obeys.
///
/// # Errors
///
/// Wrong usage, and what is missing on this machine.
pub fn command() -> Outcome {
    match Arguments::parse().command.unwrap_or_default() {
        Command::Run(arguments) => run::run(&arguments),
        Command::List(arguments) => list::list(&arguments),
        Command::Show(arguments) => show::show(&arguments),
        Command::Adapter(arguments) => adapter::adapter(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Diff(arguments) => report::diff(&arguments),
        Command::Merge(arguments) => merge::merge(&arguments),
    }
}
