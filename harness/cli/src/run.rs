//! `jotproof run`.

use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use jotproof_engine::known::KnownFailures;
use jotproof_engine::limits::{Deadline, Limits};
use jotproof_engine::log::{Header, Row, RunLog};
use jotproof_engine::repetition::Repetition;
use jotproof_engine::run::header;
use jotproof_engine::select::Selection;
use jotproof_engine::shard::Place;
use jotproof_engine::summary::{Detail, summary};
use jotproof_engine::target::Target;
use jotproof_engine::{Observer, Suite};
use jotproof_profiles::Profiles;
use jotproof_targets::named::{self, ServerArguments};

use crate::arguments::{Run, RunOptions, Source};
use crate::log_file::LogFile;
use crate::progress::Progress;
use crate::{Outcome, open_files, outputs, terminal};

pub(crate) fn run(arguments: &Run) -> Outcome {
    let Run { targets: names, options } = arguments;
    let default = ["reference".to_owned()];
    let names = if names.is_empty() { &default[..] } else { names };
    run_targets(options, |server| Ok(named::all(names, server)?))
}

/// Runs targets, shows what came of it, and writes the files that the options ask for.
///
/// # Errors
///
/// Wrong usage, and what is missing on this machine.
pub fn run_targets(
    arguments: &RunOptions,
    targets: impl FnOnce(ServerArguments<'_>) -> anyhow::Result<Vec<Box<dyn Target>>>,
) -> Outcome {
    let RunOptions {
        only,
        skip,
        shard,
        tier,
        server_option,
        server_version,
        image,
        server_config,
        server_env_file,
        signing_key,
        signing_key_id,
        audience,
        issuer,
        origin,
        allow_remote,
        seed,
        repeat: times,
        soak,
        timeout,
        fail_fast,
        jobs,
        require_live,
        strict_reasons,
        min_judged: _,
        keep_server_logs,
        fail_on: _,
        known_failures,
        write_known_failures,
        junit: _,
        sarif: _,
        markdown: _,
        html: _,
        transport,
        explained,
        all,
        log,
        source,
    } = arguments;
    let Source { vectors: folder } = source;
    let suite = terminal::suite(folder.as_deref())?;
    let forged = [FORGED.to_owned()];
    let only = if soak.is_some() && only.is_empty() { &forged[..] } else { only };
    let repetition = match (*times, *soak) {
        (_, Some(times)) => Repetition::Soak(usize::try_from(times)?),
        (Some(times), None) => Repetition::Rounds(usize::try_from(times)?),
        (None, None) => Repetition::Once,
    };
    let selection = Selection::new(&suite, only, skip)?
        .with_seed(*seed)
        .with_strict_reasons(*strict_reasons)
        .with_repetition(repetition)
        .of_tier(*tier)
        .of_shard(*shard)
        .within(Limits { deadline: timeout.map(Deadline::after), fail_fast: *fail_fast, jobs: *jobs });
    let profiles = terminal::profiles(folder.as_deref())?;
    let known = outputs::known_failures(known_failures.as_deref(), &suite)?;
    let server = ServerArguments {
        profiles: Some(&profiles),
        options: server_option,
        version: server_version.as_deref(),
        image: image.as_deref(),
        config: server_config.as_deref(),
        environment: server_env_file.as_deref(),
        signing_key: signing_key.as_deref(),
        signing_key_id: signing_key_id.as_deref(),
        audience: audience.as_deref(),
        issuer: issuer.as_deref(),
        origin: origin.as_deref(),
        allow_remote: *allow_remote,
        transport: transport.as_deref(),
        keep_logs: keep_server_logs.as_deref(),
    };
    if let Some(folder) = keep_server_logs {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot keep logs of servers in {}", folder.display()))?;
    }
    let targets = targets(server)?;
    if *require_live && !targets.iter().any(|target| target.is_live()) {
        bail!(
            "--require-live, and no target is a live server: name one, for example centrifugo or \
             anycable:process"
        );
    }
    if targets.iter().any(|target| target.is_live()) {
        open_files::enough()?;
    }
    let file = log.as_deref().map(LogFile::open).transpose()?;
    outputs::begin_reports(arguments)?;
    let to_stdout = file.as_ref().is_some_and(LogFile::is_standard_output);
    let file = Arc::new(Mutex::new(file));
    let interrupted = Arc::clone(&file);
    if let Some(limit) = timeout {
        terminal::stop_after(*limit + TO_THE_END);
    }
    terminal::if_interrupted(move |why| {
        let mut file = interrupted.lock().unwrap_or_else(PoisonError::into_inner);
        let why = format!("{why}; what was observed is not in this log");
        if let Some(Err(error)) = file.take().map(|file| file.break_off(&why, true)) {
            terminal::report(&error);
        }
    });
    let mut logs: Vec<RunLog> = Vec::new();
    let of = targets.len();
    let broken = targets.into_iter().enumerate().try_for_each(|(at, target)| -> anyhow::Result<()> {
        let place = Place { number: at + 1, of };
        let given = Given {
            arguments,
            place,
            suite: &suite,
            selection: &selection,
            profiles: &profiles,
            known: &known,
        };
        logs.push(run_one(target.as_ref(), given, &file)?);
        Ok(())
    });
    // The logs so far are shown and counted even if the log file cannot be written.
    let written = {
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        match (file.take(), &broken) {
            (None, _) => Ok(()),
            (Some(file), Ok(())) => file.finish(),
            (Some(file), Err(error)) => file.break_off(&format!("{error:#}"), false),
        }
    };
    let reported = if broken.is_ok() { outputs::reports(arguments, &suite, &logs) } else { Ok(()) };
    let listed = match write_known_failures {
        Some(path) if broken.is_ok() => outputs::write_known_failures(path, &suite, &logs),
        _ => Ok(()),
    };
    let text = summary(&suite, &logs, Detail { explained: *explained, every_row: *all });
    let shown = terminal::print_beside(to_stdout, &text);
    let failed = terminal::report_all([broken, written, reported, listed, shown]);
    Ok(terminal::end(to_stdout, RunLog::exit_of_all(&logs).worst(failed)))
}

/// How long a run may take to come to its end after its time limit: until servers have stopped, and the flows that are
/// under way are over.
const TO_THE_END: Duration = Duration::from_secs(60);

/// The data that all targets of a run share.
#[derive(Clone, Copy)]
struct Given<'a> {
    arguments: &'a RunOptions,
    /// The place of the target among those of the command.
    place: Place,
    suite: &'a Suite,
    selection: &'a Selection,
    profiles: &'a Profiles,
    known: &'a KnownFailures,
}

/// Runs one target and writes its log.
fn run_one(target: &dyn Target, given: Given<'_>, file: &Mutex<Option<LogFile>>) -> anyhow::Result<RunLog> {
    let Given { arguments, place, suite, selection, profiles, known } = given;
    let with_file = |act: &dyn Fn(&mut LogFile)| {
        if let Some(file) = &mut *file.lock().unwrap_or_else(PoisonError::into_inner) {
            act(file);
        }
    };
    let repeat = repeat(&target.name(), arguments);
    // The profile is still unknown: an adapter must be asked for it, which can take a while.
    let header = Header { repeat: repeat.clone(), place, ..header(suite, selection, target, "") };
    with_file(&|file| file.begin(header.clone()));
    let profile = profiles.find(&target.profile())?;
    let fail_on = arguments.fail_on.iter().copied().collect();
    let header = Header { fail_on, ..header };
    let watch = Watch { progress: Progress::of(target.name()), header: &header, known, suite };
    let mut log = jotproof_engine::run(suite, selection, target, &profile, &watch)?;
    drop(watch);
    for warning in &log.warnings {
        terminal::warn(&format!("{}: {warning}", target.name()));
    }
    (log.header.repeat, log.header.place) = (repeat, place);
    log.header.fail_on = header.fail_on;
    if let Some(least) = arguments.min_judged {
        // That of a shard is about all shards together.
        let Header { shard, least_judged, .. } = &mut log.header;
        *shard.as_mut().map_or(least_judged, |shard| &mut shard.least_judged) = least;
    }
    known.mark(&mut log, suite);
    with_file(&|file| file.write(&log));
    Ok(log)
}

/// Follows the run of one target.
struct Watch<'a> {
    progress: Progress,
    header: &'a Header,
    known: &'a KnownFailures,
    suite: &'a Suite,
}

impl Observer for Watch<'_> {
    fn progress(&self, done: u64, total: u64) {
        self.progress.tell(done, total);
    }

    fn fails(&self, row: &Row) -> bool {
        let mut log = RunLog { rows: vec![row.clone()], ..RunLog::empty(self.header.clone()) };
        if log.rows.iter().any(|row| log.fails(row)) {
            self.known.mark(&mut log, self.suite);
        }
        log.rows.iter().any(|row| log.fails(row))
    }
}

/// The forged token of a soak: it is signed with a key that is not configured.
const FORGED: &str = "algorithms/cross/hs256-foreign-key";

/// The command that repeats a run, but for the selection.
fn repeat(target: &str, arguments: &RunOptions) -> String {
    let mut command = String::new();
    // The name of a target ends in its transport, which is an argument of its own.
    let transport = arguments.transport.as_deref();
    let target = transport.and_then(|name| target.strip_suffix(name)?.strip_suffix('+')).unwrap_or(target);
    match target.strip_prefix("mutant:") {
        Some(mutant) => command.push_str(&format!("jotproof-dev mutants run {mutant}")),
        None if target.contains(|c: char| c.is_whitespace() || "'\"\\$`*?;&|<>()".contains(c)) => {
            command.push_str(&format!("jotproof run {}", quoted(target)));
        }
        None => command.push_str(&format!("jotproof run {target}")),
    }
    if let Some(version) = &arguments.server_version {
        command.push_str(&format!(" --server-version {version}"));
    }
    // A target that chose for itself may have chosen a process.
    if let Some(image) = arguments.image.as_ref().filter(|_| target.contains(":docker")) {
        command.push_str(&format!(" --image {}", quoted(image)));
    }
    if target.contains(":ws://") {
        command.push_str(&of_running(arguments));
    }
    if arguments.seed != 0 {
        command.push_str(&format!(" --seed {}", arguments.seed));
    }
    if let Some(times) = arguments.repeat {
        command.push_str(&format!(" --repeat {times}"));
    }
    if let Some(times) = arguments.soak {
        command.push_str(&format!(" --soak {times}"));
    }
    if let Some(transport) = transport {
        command.push_str(&format!(" --transport {transport}"));
    }
    if arguments.strict_reasons {
        command.push_str(" --strict-reasons");
    }
    if !arguments.fail_on.is_empty() {
        let judgements: Vec<&str> = arguments.fail_on.iter().map(|judgement| judgement.name()).collect();
        command.push_str(&format!(" --fail-on {}", judgements.join(",")));
    }
    for option in &arguments.server_option {
        command.push_str(&format!(" --server-option {}", quoted(option)));
    }
    if let Some(folder) = &arguments.source.vectors {
        command.push_str(&format!(" --vectors {}", quoted(&folder.display().to_string())));
    }
    command
}

/// The options that describe a running server, as text for the command that repeats the run.
fn of_running(arguments: &RunOptions) -> String {
    let RunOptions {
        server_config,
        server_env_file,
        signing_key,
        signing_key_id,
        audience,
        issuer,
        origin,
        ..
    } = arguments;
    let files = [
        ("server-config", server_config),
        ("server-env-file", server_env_file),
        ("signing-key", signing_key),
    ];
    let texts =
        [("signing-key-id", signing_key_id), ("audience", audience), ("issuer", issuer), ("origin", origin)];
    let files =
        files.into_iter().filter_map(|(name, file)| Some((name, file.as_ref()?.display().to_string())));
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text.clone()?)));
    let mut said: String =
        files.chain(texts).map(|(name, value)| format!(" --{name} {}", quoted(&value))).collect();
    if arguments.allow_remote {
        said.push_str(" --allow-remote");
    }
    said
}

/// The text, quoted for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
