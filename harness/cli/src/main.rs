//! `jotproof`, the command: the arguments in, one exit code out.

mod adapter;
mod arguments;
mod fuzz;
mod list;
mod log_file;
mod mutants;
mod near_copies;
mod open_files;
mod outputs;
mod progress;
mod replacement;
mod report;
mod requirements;
mod run;
mod show;
mod terminal;
mod vectors;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser as _;
use jotproof_engine::Exit;

fn main() -> ExitCode {
    if let Some(code) = jotproof_targets::run_internal(std::env::args_os().skip(1)) {
        return code;
    }
    open_files::raise_limit();
    terminal::stop_on_interrupt();
    let outcome = match Arguments::parse().command.unwrap_or_default() {
        Command::Run(arguments) => run::run(&arguments),
        Command::List(arguments) => list::list(&arguments),
        Command::Show(arguments) => show::show(&arguments),
        Command::Adapter(arguments) => adapter::adapter(&arguments),
        Command::Vectors(arguments) => vectors::vectors(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Fuzz(arguments) => fuzz::fuzz(&arguments),
    };
    ExitCode::from(outcome.unwrap_or_else(|error| terminal::report(&error)).code())
}

/// What every subcommand gives back.
type Outcome = anyhow::Result<Exit>;
