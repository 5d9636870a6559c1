//! Real servers, started here: each comes out as its profile predicts, and in every order.

mod gates;
mod survivors;
mod transports;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Once;

use jotproof_catalogue::{NOW, build, generated};
use jotproof_engine::log::{Row, RunLog};
use jotproof_engine::plan::{Cannot, plan};
use jotproof_engine::select::Selection;
use jotproof_engine::target::Target;
use jotproof_engine::{Exit, Suite};
use jotproof_model::{Capability, Judgement, Observation, SeenExpiry, Subject, Vector};
use jotproof_profiles::{Profile, Profiles};
use jotproof_targets::named::ServerArguments;
use jotproof_targets::server::pinned::{ALL, PinnedServer};
use jotproof_targets::{named, set_guard_executable};

const COMMAND: &str = env!("CARGO_BIN_EXE_jotproof");

/// The servers' guard is the command itself, and this is not the command.
fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_guard_executable(PathBuf::from(COMMAND));
        let servers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/servers");
        assert!(
            std::env::var_os("JOTPROOF_SERVERS").is_some() || servers.parent().is_some_and(Path::is_dir),
            "run the tests by ci/test, or set JOTPROOF_SERVERS to a folder for the servers"
        );
    });
}

fn target(name: &str, options: &[&str]) -> Box<dyn Target> {
    over(None, name, options)
}

/// A target that is asked over a transport of its server, in place of the default one.
fn over(transport: Option<&str>, name: &str, options: &[&str]) -> Box<dyn Target> {
    prepare();
    let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
    // The images that ci/images makes: `centrifugo:docker:v5.4.9` is in `jotproof/centrifugo:5.4.9`.
    let image = name.split_once(":docker:v").map(|(server, version)| format!("jotproof/{server}:{version}"));
    let image = image.as_deref();
    named::targets(
        name,
        ServerArguments { options: &options, image, transport, ..ServerArguments::default() },
    )
    .expect("the name is a target's")
    .remove(0)
}

fn profile(target: &dyn Target) -> &'static Profile {
    Profiles::built_in().get(&target.profile()).expect("the profile is built in")
}

fn run(suite: &Suite, only: &[&str], target: &dyn Target) -> RunLog {
    let only: Vec<String> = only.iter().map(|glob| (*glob).to_owned()).collect();
    let selection = Selection::new(suite, &only, &[]).expect("the globs select something");
    run_selected(suite, &selection, target)
}

fn run_selected(suite: &Suite, selection: &Selection, target: &dyn Target) -> RunLog {
    let log = jotproof_engine::run(suite, selection, target, profile(target), &())
        .expect("the profile decides every vector");
    assert_eq!(log.failure, None);
    log
}

/// What a test has a question about.
fn taking(suite: &Suite, is_taken: impl Fn(&Vector) -> bool) -> Selection {
    let skip: Vec<String> =
        suite.vectors().filter(|vector| !is_taken(vector)).map(|vector| vector.id.0.clone()).collect();
    Selection::new(suite, &[], &skip).expect("ids are globs")
}

/// One vector in this many is asked of older versions in containers and over the transports that are not the
/// default one, and every token that is not text, because the transports differ in these. As a process and over
/// the default transport every version is asked every vector.
const SAMPLE: usize = 5;

fn sample(suite: &Suite) -> Selection {
    let sampled: BTreeSet<&str> = suite.vectors().step_by(SAMPLE).map(|vector| &*vector.id.0).collect();
    taking(suite, |vector| {
        sampled.contains(&*vector.id.0) || vector.requires.contains(&Capability::BinaryToken)
    })
}

/// Whether a newer version of the server is pinned too.
fn is_older(server: &PinnedServer) -> bool {
    let newest = ALL.into_iter().find(|other| other.name == server.name).expect("it is pinned");
    newest.id() != server.id()
}

fn red(log: &RunLog) -> Vec<String> {
    log.rows
        .iter()
        .filter(|row| row.is_red())
        .map(|row| format!("{}: {} {} {:?}", row.id, row.judgement, row.detail, row.missed))
        .collect()
}

/// Every selected vector that a server can be asked is judged, not void, and comes out as predicted. Each token
/// that lets somebody in to Centrifugo shows whom.
fn comes_out_as_predicted(suite: &Suite, selection: &Selection, name: &str) -> RunLog {
    let log = selected_as_predicted(suite, selection, target(name, &[]).as_ref());
    if name.starts_with("centrifugo") {
        assert_eq!(without_user(&log), Vec::<String>::new(), "{name}");
    }
    log
}

/// The accepted tokens of which it was not seen whom they let in.
fn without_user(log: &RunLog) -> Vec<String> {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let is_unseen = |row: &&Row| {
        let vector = suite.get(&row.id.0).expect("it was run");
        matches!(vector.subject, Subject::Token { .. })
            && matches!(&row.observation, Observation::Accepted { result } if result.user.is_none())
    };
    log.rows.iter().filter(is_unseen).map(|row| row.id.0.clone()).collect()
}

fn all_as_predicted(target: &dyn Target) -> RunLog {
    let suite = Suite::built_in().expect("the built-in vectors load");
    selected_as_predicted(&suite, &Selection::default(), target)
}

fn selected_as_predicted(suite: &Suite, selection: &Selection, target: &dyn Target) -> RunLog {
    let log = run_selected(suite, selection, target);
    assert_eq!(red(&log), Vec::<String>::new());
    assert_eq!(log.exit(), Exit::Ok);
    assert_eq!(log.count(Judgement::Void), 0);
    let not_carried: usize = log.not_carried.values().map(Vec::len).sum();
    let selected = suite.vectors().filter(|vector| selection.takes(vector)).count();
    assert_eq!(log.rows.len() + not_carried, selected, "each is judged, or said not to be");
    log
}

/// That at least so many cases were judged, and so many flows among them.
fn are_judged(log: &RunLog, cases: usize, flows: usize) {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let is_flow =
        |row: &&Row| suite.get(&row.id.0).is_some_and(|it| matches!(it.subject, Subject::Flow { .. }));
    let judged = (log.rows.len(), log.rows.iter().filter(is_flow).count());
    assert!(judged.0 >= cases && judged.1 >= flows, "{judged:?} cases and flows are judged");
}

fn not_carried(log: &RunLog) -> String {
    log.not_carried.iter().map(|(reason, ids)| format!("{:4}  {reason}\n", ids.len())).collect()
}

/// The target name of a pinned server; `how` is `process` or `docker`.
fn name_of(server: &PinnedServer, how: &str) -> String {
    format!("{}:{how}:v{}", server.name, server.version)
}

/// Runs a test on several servers in parallel, because each test mostly waits.
fn with_each<'a>(servers: impl IntoIterator<Item = &'a PinnedServer>, test: impl Fn(&PinnedServer) + Sync) {
    std::thread::scope(|scope| {
        let tests: Vec<_> =
            servers.into_iter().map(|server| (server.id(), scope.spawn(|| test(server)))).collect();
        for (id, running) in tests {
            assert!(running.join().is_ok(), "{id}: see above");
        }
    });
}

fn of_centrifugo() -> impl Iterator<Item = &'static PinnedServer> {
    ALL.into_iter().filter(|server| server.name == "centrifugo")
}

#[test]
fn every_pinned_server_comes_out_as_predicted() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    with_each(ALL, |server| {
        let log = comes_out_as_predicted(&suite, &Selection::default(), &name_of(server, "process"));
        let at_least = if server.name == "centrifugo" { (3600, 400) } else { (1400, 18) };
        are_judged(&log, at_least.0, at_least.1);
        insta::assert_snapshot!(format!("{}_not_carried", server.id()), not_carried(&log));
        if let Some(folder) = std::env::var_os("JOTPROOF_LOGS") {
            keep(&log, &Path::new(&folder).join(format!("{}.jsonl", server.id())));
        }
    });
}

/// Keeps a log for `ci/evidence`, which makes documents of it.
fn keep(log: &RunLog, path: &Path) {
    let mut file = std::fs::File::create(path).expect("the log can be kept");
    log.write(&mut file).expect("the log is written");
}

#[test]
#[ignore = "needs Docker and the images of ci/images; ci/test runs it where Docker answers, and where CI is set"]
fn every_server_comes_out_as_predicted_in_docker() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let sample = sample(&suite);
    for server in ALL {
        let name = name_of(server, "docker");
        let selection = if is_older(server) { &sample } else { &Selection::default() };
        // Containers are asked in another order than processes; `ci/evidence` takes a third one.
        let log = comes_out_as_predicted(&suite, &selection.clone().with_seed(2), &name);
        assert_eq!(log.header.target, name);
        // A container is asked the same vectors as a process, including flows that change the configuration.
        let all = target(&name_of(server, "process"), &[]);
        let plan = plan(&suite, &Cannot::new(), selection, all.as_ref(), profile(all.as_ref()))
            .expect("the profile decides every vector");
        assert_eq!(log.not_carried, plan.not_carried, "{name}");
    }
}

/// On cases that are not stored, prediction, reference and server agree.
fn agree_on_generated_cases(name: &str) {
    let mut files = build::files(NOW).expect("the catalogue builds");
    files.push(generated::file(0x6c69_7665, 4000, NOW).expect("the generated cases build"));
    let suite = Suite::of(files).expect("ids do not clash");
    let live = target(name, &[]);
    let log = run(&suite, &["generated/**"], live.as_ref());
    assert_eq!(red(&log), Vec::<String>::new());
    assert!(log.rows.len() >= 1000, "{} judged", log.rows.len());
}

#[test]
fn every_pinned_server_agrees_on_generated_cases() {
    with_each(ALL, |server| agree_on_generated_cases(&name_of(server, "process")));
}

/// A row without the times of the clock that its token was minted at, and of the one that it was judged by.
fn timeless(row: &Row) -> String {
    let mut row = row.clone();
    if let Observation::Accepted { result } = &mut row.observation
        && let Some(SeenExpiry::Between { left, .. }) = &mut result.expires
    {
        *left = None;
    }
    // What is said of a configuration that is refused names the port of the harness.
    if let Observation::Refused { answer: Some(answer), text, .. } = &mut row.observation
        && answer == "start"
    {
        text.clear();
    }
    let text = format!("{row:?}");
    let mut without = String::with_capacity(text.len());
    for part in text.split_inclusive(|character: char| !character.is_ascii_digit()) {
        let digits = part.trim_end_matches(|character: char| !character.is_ascii_digit());
        let rest = &part[digits.len()..];
        without.push_str(if digits.len() < 9 { digits } else { "TIME" });
        without.push_str(rest);
    }
    without
}

#[test]
fn the_order_changes_nothing() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let live = target("centrifugo:process", &[]);
    let planned = |selection: &Selection| {
        plan(&suite, &Cannot::new(), selection, live.as_ref(), profile(live.as_ref()))
            .expect("the profile decides every vector")
    };
    // What is asked of a server that is asked nothing else comes in no order.
    let everything = planned(&Selection::default());
    let alone: BTreeSet<&str> =
        everything.groups.values().filter(|group| group.len() == 1).map(|group| &*group[0].id.0).collect();
    let together = taking(&suite, |vector| !alone.contains(&*vector.id.0));
    let (mut orders, mut rows) = (Vec::new(), Vec::new());
    for seed in [0, 1, 20_260_101] {
        let selection = together.clone().with_seed(seed);
        let plan = planned(&selection);
        let ids = |group: &Vec<&Vector>| group.iter().map(|vector| vector.id.0.clone()).collect::<Vec<_>>();
        orders.push(plan.groups.values().map(ids).collect::<Vec<_>>());
        let log = run_selected(&suite, &selection, live.as_ref());
        assert_eq!(log.header.seed, seed);
        assert_eq!(red(&log), Vec::<String>::new());
        rows.push(log.rows.iter().map(timeless).collect::<Vec<_>>());
    }
    assert!(rows[0].len() >= 4000, "{} judged", rows[0].len());
    for other in 1..rows.len() {
        assert_ne!(orders[0], orders[other]);
        for (one, another) in rows[0].iter().zip(&rows[other]) {
            assert_eq!(one, another);
        }
        assert_eq!(rows[0].len(), rows[other].len());
    }
    // The same vectors, and what others are measured against still first.
    for (one, another) in orders[0].iter().zip(&orders[1]) {
        let is_twin = |id: &&String| {
            suite.vectors().any(|vector| suite.twin(vector).is_some_and(|twin| twin.id.0 == **id))
        };
        let twins = one.iter().take_while(is_twin).count();
        let set = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<_>>();
        assert_eq!(set(&one[..twins]), set(&another[..twins]));
        assert_eq!(set(&one[twins..]), set(&another[twins..]));
    }
}
