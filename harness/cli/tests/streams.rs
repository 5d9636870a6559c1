//! The streams: each of their tokens is accepted, with exactly the effect that it says.

use jotproof_catalogue::twins::CORE;
use jotproof_catalogue::{NOW, build, streams};
use jotproof_engine::log::RunLog;
use jotproof_engine::select::Selection;
use jotproof_engine::target::Target;
use jotproof_engine::{Exit, Suite};
use jotproof_model::{Algorithm, Judgement};
use jotproof_profiles::Profiles;
use jotproof_targets::named::ServerArguments;
use jotproof_targets::{named, set_guard_executable};

fn run(algorithm: Algorithm, target: &dyn Target) -> RunLog {
    let stream = streams::find("connection-claims").expect("it is a stream");
    let mut files = build::files(NOW).expect("the catalogue builds");
    files.push(stream.file(algorithm, NOW).expect("the stream builds"));
    let suite = Suite::of(files).expect("ids do not clash");
    let selection = Selection::new(&suite, &["streams/**".to_owned()], &[]).expect("it selects the stream");
    let profile = Profiles::built_in().get(&target.profile()).expect("the profile is built in");
    jotproof_engine::run(&suite, &selection, target, profile, &()).expect("the profile decides")
}

fn target(name: &str) -> Box<dyn Target> {
    named::targets(name, ServerArguments::default()).expect("the name is a target's").remove(0)
}

fn all_pass(log: &RunLog, count: usize) {
    assert_eq!(log.failure, None);
    assert_eq!(log.exit(), Exit::Ok);
    assert_eq!(log.rows.len(), count);
    assert_eq!(log.count(Judgement::Pass), count);
}

#[test]
fn the_reference_accepts_every_token_of_every_algorithm() {
    let counts: Vec<usize> = std::thread::scope(|scope| {
        let running: Vec<_> = CORE
            .into_iter()
            .map(|algorithm| {
                scope.spawn(move || {
                    let log = run(algorithm, target("reference:rfc").as_ref());
                    let count = if algorithm == Algorithm::HS256 { 8192 } else { 4096 };
                    all_pass(&log, count);
                    count
                })
            })
            .collect();
        running.into_iter().map(|part| part.join().expect("every part passes")).collect()
    });
    assert_eq!(counts.iter().sum::<usize>(), 40_960);
}

#[test]
fn centrifugo_accepts_every_token_of_hs256() {
    set_guard_executable(env!("CARGO_BIN_EXE_jotproof").into());
    all_pass(&run(Algorithm::HS256, target("centrifugo:process").as_ref()), 8192);
}
