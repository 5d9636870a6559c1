//! The command line, and the help that teaches it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jotproof::arguments::{Logs, Source};

/// Makes the vectors of Jotproof, and measures how good they are.
///
/// This command is for those who change Jotproof itself. Run it at the top of the repository. To test a
/// server or a library, use `jotproof`.
#[derive(Debug, Parser)]
#[command(
    name = "jotproof-dev",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  jotproof-dev vectors build               checks all cases, and writes vectors/
  jotproof-dev vectors check               fails if vectors/ is not what the cases make
  jotproof-dev mutants score               fails if the vectors miss a seeded bug
  jotproof-dev mutants run nbf-ignored     shows the vectors that find this bug

The exit codes are those of jotproof: see jotproof --help."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build and check the published vectors
    Vectors(Vectors),
    /// Measure the vectors with mutants: verifiers with one seeded bug each
    Mutants(Mutants),
    /// Make the documents that show how much live runs prove (see ci/evidence)
    Report(Report),
    /// Make the seeds of the fuzz targets
    Fuzz(Fuzz),
}

#[derive(Debug, Args)]
pub(crate) struct Mutants {
    #[command(subcommand)]
    pub(crate) command: MutantsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MutantsCommand {
    /// Run every mutant, and fail if the vectors miss one
    Score(Source),
    /// List the mutants
    List,
    /// Run one mutant like a target of `jotproof run`; it must fail
    Run(MutantRun),
}

#[derive(Debug, Args)]
pub(crate) struct MutantRun {
    /// The name of the mutant, as `jotproof-dev mutants list` prints it
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Only the vectors whose id matches, or of a bug class, as in class:A4; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Vec<String>,

    /// Show every vector of an issue, instead of the first one
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(subcommand)]
    pub(crate) command: ReportCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Every row of the servers' documentation, with its cases and what run logs say of them
    Rows(Logs),
    /// What was reached of the servers' own token code, and why the rest was not
    Coverage(Coverage),
}

#[derive(Debug, Args)]
pub(crate) struct Vectors {
    #[command(subcommand)]
    pub(crate) command: VectorsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VectorsCommand {
    /// Write the vectors, schemas and manifest anew, and add new ids to the ledger
    Build(Folder),
    /// Make everything again in memory and compare: nothing may differ
    Check(Folder),
    /// Print a stream: vectors that are too many to store, as JSON lines
    Stream(StreamName),
    /// Print the changelog of the ids between two states of the vectors, in Markdown
    ///
    /// Fails if an id changed its verdict, or was withdrawn without a reason.
    Changes(Changes),
    /// List the normative sentences with the number of their cases, and fail if one lacks a case
    Requirements(Requirements),
}

#[derive(Debug, Args)]
pub(crate) struct Changes {
    /// The folder of the published vectors in the earlier release
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,

    /// The folder of the published vectors now
    #[arg(value_name = "AFTER", default_value = "vectors")]
    pub(crate) after: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Requirements {
    /// Only those whose id contains this text: RFC7519, 8725-3
    #[arg(value_name = "TEXT")]
    pub(crate) text: Option<String>,

    #[command(flatten)]
    pub(crate) source: Source,
}

#[derive(Debug, Args)]
pub(crate) struct StreamName {
    /// The name of the stream: connection-claims
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

#[derive(Debug, Args)]
pub(crate) struct Folder {
    /// The folder of the published vectors
    #[arg(value_name = "DIR", default_value = "vectors")]
    pub(crate) folder: PathBuf,

    /// Take the pins of the streams as they stand, instead of making every stream again (half a
    /// minute)
    #[arg(long)]
    pub(crate) skip_streams: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Coverage {
    /// The counters of the servers, as `go tool covdata textfmt` writes them
    #[arg(value_name = "PROFILE")]
    pub(crate) profile: PathBuf,

    /// The packages to report, and the reason for each statement that no run reaches
    #[arg(long, value_name = "FILE", default_value = "fixtures/servers/unreached.json")]
    pub(crate) accounts: PathBuf,

    /// Fail if a package has fewer of its reachable statements reached than this
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    pub(crate) least: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Fuzz {
    #[command(subcommand)]
    pub(crate) command: FuzzCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FuzzCommand {
    /// Write the seeds of every fuzz target anew, from the vectors: one file an input
    Seeds(Seeds),
}

#[derive(Debug, Args)]
pub(crate) struct Seeds {
    /// The folder of the seeds; each target has a folder in it, and loses what else is in there
    #[arg(value_name = "DIR", default_value = "fuzz/seeds")]
    pub(crate) folder: PathBuf,

    #[command(flatten)]
    pub(crate) source: Source,
}
