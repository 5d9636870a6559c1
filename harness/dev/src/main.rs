//! `jotproof-dev`, the command of those who write vectors and fuzz targets.

mod arguments;
mod changes;
mod fuzz;
mod mutants;
mod near_copies;
mod report;
mod requirements;
mod vectors;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser as _;
use jotproof::Outcome;

fn main() -> ExitCode {
    jotproof::start(command)
}

fn command() -> Outcome {
    match Arguments::parse().command {
        Command::Vectors(arguments) => vectors::vectors(&arguments),
        Command::Mutants(arguments) => mutants::mutants(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Fuzz(arguments) => fuzz::fuzz(&arguments),
    }
}
