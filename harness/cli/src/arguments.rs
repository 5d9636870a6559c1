//! The command line, and the help that teaches it.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use jotproof_engine::limits::time_limit;
use jotproof_engine::shard::Place;
use jotproof_engine::tier::Tier;
use jotproof_model::Judgement;

/// Proves what a server that takes JSON Web Tokens lets in.
///
/// Jotproof replays test vectors (tokens whose right verdict is known from how they were made)
/// against a target: its own reference verifier, or a live server that it starts itself on the
/// loopback interface. Without a command it runs the reference under every built-in profile.
#[derive(Debug, Parser)]
#[command(
    name = "jotproof",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  jotproof                                            the reference, every profile, a line each
  jotproof run centrifugo:process anycable:process    the same vectors against real servers
  jotproof list 'claims/audience/**'                  what is tested about the audience
  jotproof show claims/time-boundary/exp-equals-now   one case, and why its verdict is right

Exit codes:
  0    all held
  1    a judgement that nothing explains
  2    wrong usage or input
  3    the run is incomplete, or the target died, hung or broke its protocol
  4    nothing or too little was judged
  5    a known failure is outdated
  6    something is missing on this machine, or it did not take the output
  130  interrupted"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Replay vectors against targets and judge what they answer.
    ///
    /// A target is named by a text:
    ///
    ///   reference             the reference verifier under every built-in profile, in turn
    ///   reference:PROFILE     under one profile: rfc, bcp, jsonwebtoken-12.0.0, a version of Centrifugo
    ///                         (centrifugo-6.9.6, or centrifugo-v6) or of AnyCable (anycable-1.5.2), and
    ///                         those between
    ///   library:jsonwebtoken  the Rust crate jsonwebtoken 12.0.0, in this process
    ///   exec:COMMAND          any JWT library in any language, through an adapter: a program that
    ///                         speaks the protocol of docs/reference/adapter-protocol.md: exec:./my-adapter
    ///   centrifugo:process    Centrifugo 6.9.6, or :v5 for 5.4.9, or :v3 for 3.2.3: built once with Go
    ///                         from pinned source; or the path of a binary, and its --server-version
    ///                         where it does not say it:
    ///                         centrifugo:process:./centrifugo --server-version 6.9.1
    ///   centrifugo:docker     Centrifugo 6.9.6 in a container, or :v5 and so on for other versions:
    ///                         from its official image, which is pulled if need be, or another --image
    ///   centrifugo:ws://…     one that runs already, which is neither started nor stopped; its own
    ///                         configuration says what can be asked of it, and with which secret:
    ///                         centrifugo:ws://127.0.0.1:8000/connection/websocket
    ///                         --server-config config.json
    ///   centrifugo            in a container where Docker has the image already, or else as a process
    ///   anycable…             AnyCable 1.5.2, likewise
    ///
    /// With --transport NAME a server is asked over another of its transports: what it takes and refuses
    /// must not hang on it. docs/reference/servers.md says what each can be asked and what it shows.
    ///
    /// Servers are started on the loopback interface and stopped again, whatever happens to this command.
    /// Where a server tells its version, that must be the one that was named: of another generation it is
    /// a fault, of another patch a warning. A binary or a running server that nobody said the version of
    /// is judged as the one that it tells.
    #[command(verbatim_doc_comment)]
    Run(Box<Run>),
    /// List the ids, verdicts and titles of vectors
    List(List),
    /// Show one vector: its token, why its verdict is right, how it was made
    Show(Show),
    /// Check an adapter, or be one: how libraries in any language are tested
    Adapter(Adapter),
    /// Make a report of run logs
    Report(Report),
    /// Show what changed between two runs; exit code 1 if something is worse
    ///
    /// Compares run logs: of two versions of a library, of two releases of the vectors, of two days. If each
    /// log has one target, these two are compared. If there are several, they are paired by their names.
    Diff(Diff),
    /// Put the logs of shards together, and judge them as one run
    ///
    /// Each log is of `jotproof run TARGET --shard NUMBER/OF --log FILE`. The result is the log of one run, and the
    /// exit code is that of one run.
    Merge(Merge),
}

impl Default for Command {
    fn default() -> Self {
        Self::Run(Box::default())
    }
}

/// The help heading of the options that describe a running server.
const RUNNING: &str = "A server that runs already";

/// The arguments of `jotproof run`.
#[derive(Debug, Default, Args)]
pub(crate) struct Run {
    /// What to test
    #[arg(value_name = "TARGET", default_value = "reference")]
    pub(crate) targets: Vec<String>,

    #[command(flatten)]
    pub(crate) options: RunOptions,
}

/// What a run does beside naming its targets.
#[derive(Debug, Default, Args)]
pub struct RunOptions {
    /// Only the vectors whose id matches, or of a bug class, as in class:A4. The same with severity:,
    /// requirement:, threat: and app:, as in requirement:RFC7519-4.1.4-*. May be repeated
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,

    /// Not the vectors that match, likewise; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub skip: Vec<String>,

    /// Run one of several shards of the selected vectors, for example 2/8. `jotproof merge` puts their logs together
    #[arg(long, value_name = "NUMBER/OF", conflicts_with_all = ["soak", "write_known_failures"])]
    pub shard: Option<Place>,

    /// How many of the selected vectors to take: smoke (one of each topic and bug class), standard (one of each idea)
    /// or full. See docs/reference/selection.md
    #[arg(long, value_name = "TIER", default_value = "full")]
    pub tier: Tier,

    /// Give a server an option of its own; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub server_option: Vec<String>,

    /// The version of a server whose binary is given by its path, which an --image holds, or which
    /// runs already: three numbers, or the beginning of one that there is a profile of
    #[arg(long, value_name = "VERSION")]
    pub server_version: Option<String>,

    /// The image of a server in a container, in place of its official one
    #[arg(long, value_name = "NAME")]
    pub image: Option<String>,

    /// The configuration file of a server that runs already. Tokens are minted with its keys, audience
    /// and issuer. No secret is shown
    #[arg(long, value_name = "FILE", alias = "config-of-server", help_heading = RUNNING)]
    pub server_config: Option<PathBuf>,

    /// A file with the environment variables of that server, a line each. They win over its
    /// configuration file
    #[arg(long, value_name = "FILE", help_heading = RUNNING)]
    pub server_env_file: Option<PathBuf>,

    /// The private key that signs the tokens of that server: PEM or JWK. Without it, a server that has
    /// only public keys is asked forged tokens alone
    #[arg(long, value_name = "FILE", help_heading = RUNNING)]
    pub signing_key: Option<PathBuf>,

    /// The `kid` of that key in the JWKS of the server, if the key file has none
    #[arg(long, value_name = "KID", help_heading = RUNNING)]
    pub signing_key_id: Option<String>,

    /// An audience that the audience_regex of that server matches
    #[arg(long, value_name = "VALUE", help_heading = RUNNING)]
    pub audience: Option<String>,

    /// An issuer that the issuer_regex of that server matches
    #[arg(long, value_name = "VALUE", help_heading = RUNNING)]
    pub issuer: Option<String>,

    /// The `Origin` header to send to that server, if it allows only some origins
    #[arg(long, value_name = "URL", help_heading = RUNNING)]
    pub origin: Option<String>,

    /// Ask a running server that is not on the loopback interface; nothing else is contacted otherwise
    #[arg(long, help_heading = RUNNING)]
    pub allow_remote: bool,

    /// Ask in another order: whatever it is, every vector must come out alike
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub seed: u64,

    /// Ask every selected vector N times: it must come out alike each time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: Option<u32>,

    /// Soak: ask N forged tokens in a row of one server. None may be accepted, and a good one must be, before and
    /// after. Without --only the forged token is algorithms/cross/hs256-foreign-key
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "2000", conflicts_with = "repeat",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub soak: Option<u32>,

    /// Ask nothing more after this time, for example 90s or 10m. The run is then incomplete
    #[arg(long, value_name = "DURATION", value_parser = time_limit)]
    pub timeout: Option<Duration>,

    /// Ask nothing more after the first failure. The run is then incomplete
    #[arg(long)]
    pub fail_fast: bool,

    /// Start at most N servers or processes of a target at a time
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,

    /// Fail where none of the targets is a live server. One that cannot be asked ends a run with exit
    /// code 6 in any case
    #[arg(long)]
    pub require_live: bool,

    /// Fail on every refusal for a wrong reason, not only where a document promises the reason
    #[arg(long)]
    pub strict_reasons: bool,

    /// End with exit code 4 unless so many vectors got a verdict. The default is a tenth of the selected
    /// vectors of the applications and algorithms that the target declares
    #[arg(long, value_name = "NUMBER")]
    pub min_judged: Option<usize>,

    /// Fail on these judgements even where the profile explains them: bypass, misuse, lax, overstrict,
    /// wrong_result, wrong_reason; may be repeated, or be a list with commas
    #[arg(long, value_name = "JUDGEMENT", value_delimiter = ',', value_parser = judgement)]
    pub fail_on: Vec<Judgement>,

    /// Accept the failures in this TOML file. Each must still fail: an outdated entry ends the run with
    /// exit code 5. See docs/reference/known-failures.md
    #[arg(long, value_name = "FILE")]
    pub known_failures: Option<PathBuf>,

    /// Add the failures of this run to such a file, an entry for each bug class
    #[arg(long, value_name = "FILE")]
    pub write_known_failures: Option<PathBuf>,

    /// Write a JUnit report, which continuous integration shows
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,

    /// Write a SARIF report, which code scanning shows
    #[arg(long, value_name = "FILE")]
    pub sarif: Option<PathBuf>,

    /// Write a Markdown report, for the summary of a job
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,

    /// Write an HTML report, which opens in a browser, to a folder. The folder is new, empty or an older
    /// report
    #[arg(long, value_name = "DIR")]
    pub html: Option<PathBuf>,

    /// Ask a server over another of its transports than the default one, which is a WebSocket; of
    /// Centrifugo protobuf, http_stream, sse, uni_websocket, uni_sse, uni_http_stream
    #[arg(long, value_name = "NAME")]
    pub transport: Option<String>,

    /// Show what the profile explains, what is advisory, and what does not apply, with every reason
    #[arg(long)]
    pub explained: bool,

    /// Show every vector of an issue, instead of the first one; with --explained also of the advisories
    #[arg(long)]
    pub all: bool,

    /// Keep the logs of the servers that are started, a file each
    #[arg(long, value_name = "DIR")]
    pub keep_server_logs: Option<PathBuf>,

    /// Write the run log (JSON lines) to a file; `-` is standard output, and the summary then goes to
    /// standard error
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,

    /// Where the vectors come from.
    #[command(flatten)]
    pub source: Source,
}

/// Parses a judgement that `--fail-on` takes.
fn judgement(name: &str) -> Result<Judgement, String> {
    let known = Judgement::ALL.into_iter().filter(|judgement| judgement.can_be_explained());
    known.clone().find(|judgement| judgement.name() == name).ok_or_else(|| {
        let known = known.map(Judgement::name).collect::<Vec<_>>().join(", ");
        format!("there is no such judgement to fail on; there are: {known}")
    })
}

/// Where vectors come from.
#[derive(Debug, Default, Args)]
pub struct Source {
    /// Read the vectors from a folder, instead of those that are built in
    #[arg(long, value_name = "DIR")]
    pub vectors: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only the vectors whose id matches, for example 'claims/**', or that `run --only` would take, for
    /// example severity:critical
    #[arg(value_name = "GLOB")]
    pub(crate) only: Vec<String>,

    #[command(flatten)]
    pub(crate) source: Source,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The id of the vector, as `jotproof list` prints it
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    /// The vector as it is stored, JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) source: Source,
}

#[derive(Debug, Args)]
pub(crate) struct Adapter {
    #[command(subcommand)]
    pub(crate) command: AdapterCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdapterCommand {
    /// Answer the adapter protocol on standard input and output with a verifier of our own
    Serve(Serve),
    /// Ask an adapter about everything that it declares, and say what to do about it
    Check(Check),
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Which verifier: reference:PROFILE, for example reference:rfc
    #[arg(value_name = "TARGET")]
    pub(crate) verifier: String,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The command that starts the adapter, for example 'python3 adapter.py'
    #[arg(value_name = "COMMAND")]
    pub(crate) command: String,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(subcommand)]
    pub(crate) command: ReportCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// JUnit XML, which most continuous integration shows
    Junit(Logs),
    /// SARIF 2.1.0, which code scanning shows
    Sarif(Logs),
    /// Markdown, for the summary of a job or a comment
    Markdown(Logs),
    /// Workflow commands of GitHub Actions: the ten worst issues as annotations
    Annotations(Logs),
    /// The JSON of a badge, for an endpoint badge of Shields
    Badge(Logs),
    /// An HTML report, which opens in a browser: a folder of pages
    Html(Html),
}

#[derive(Debug, Args)]
pub(crate) struct Html {
    #[command(flatten)]
    pub(crate) logs: Logs,

    /// The folder to write to. It is new, empty or an older report, which is replaced
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The run log of before, as `jotproof run --log` writes it
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,

    /// The run log of after
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The run logs of all shards
    #[command(flatten)]
    pub(crate) logs: Logs,

    /// The known failures that the shards were run with
    #[arg(long, value_name = "FILE")]
    pub(crate) known_failures: Option<PathBuf>,

    /// Write the run log (JSON lines) to a file; `-` is standard output, and the summary then goes to
    /// standard error
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
}

/// The run logs that a report is made of.
#[derive(Debug, Args)]
pub struct Logs {
    /// Run logs, as `jotproof run --log` writes them
    #[arg(value_name = "LOG", required = true)]
    pub logs: Vec<PathBuf>,

    /// Where the vectors come from.
    #[command(flatten)]
    pub source: Source,
}
