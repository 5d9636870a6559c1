//! Real servers, started here: the third witness, the live gate, and what is left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use jotproof_catalogue::{NOW, build, generated};
use jotproof_engine::log::{Row, RunLog};
use jotproof_engine::plan::{Cannot, plan};
use jotproof_engine::select::Selection;
use jotproof_engine::target::Target;
use jotproof_engine::{Exit, Suite};
use jotproof_model::{
    Capability, Challenge, Expectation, FlowChallenge, Judgement, Observation, SeenExpiry, Subject, Threat,
    Vector, Verifier as _,
};
use jotproof_profiles::rules::SignatureCheck;
use jotproof_profiles::{Profile, Profiles};
use jotproof_reference::Reference;
use jotproof_targets::named::ServerArguments;
use jotproof_targets::server::pinned::{ALL, PinnedServer, cache_or};
use jotproof_targets::{named, set_guard_executable};

const COMMAND: &str = env!("CARGO_BIN_EXE_jotproof");

/// The Centrifugo 6 option that turns off the verification of signatures.
const SKIPS_SIGNATURES: &str = "client.insecure_skip_token_signature_verify=true";

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
    let log = jotproof_engine::run(suite, selection, target, profile(target), &|_, _| ())
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
    });
}

#[test]
fn anycable_over_server_sent_events_comes_out_as_predicted() {
    let sse = over(Some("sse"), "anycable:process", &[]);
    assert_eq!(sse.name(), "anycable:process:v1.5.2+sse");
    are_judged(&all_as_predicted(sse.as_ref()), 1300, 0);
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

/// The ids of the forger cases that a verifier accepts which is like the server but looks at no
/// signature: those that such a server can read.
fn readable_forgeries(
    suite: &Suite,
    log: &RunLog,
    profile: &Profile,
    is_read: impl Fn(&Observation) -> bool,
) -> Vec<String> {
    let mut rules = profile.rules.clone();
    rules.signature = SignatureCheck::Skip;
    let blind = Reference::new("blind", rules, profile.application);
    log.rows
        .iter()
        .filter(|row| {
            let vector = suite.get(&row.id.0).expect("the row is of this suite");
            is_forgery(vector) && is_read(&seen_by(&blind, vector, suite))
        })
        .map(|row| row.id.0.clone())
        .collect()
}

/// Whether a forger can send the token. A token beyond limits is refused for its size, whether or not a server
/// verifies signatures, so it tells nothing here.
fn is_forgery(vector: &Vector) -> bool {
    vector.threat == Threat::Forger
        && matches!(vector.expectation, Expectation::Reject { .. })
        && !vector.id.0.contains("limits/")
}

fn seen_by(verifier: &Reference, vector: &Vector, suite: &Suite) -> Observation {
    let now = suite.file_of(&vector.id.0).expect("the vector is of this suite").now;
    let octets = |token| jotproof_mint::stored::octets(token).expect("the stored token is well-formed");
    let (context, keys) = (Arc::new(vector.context.clone()), Arc::clone(suite.keys()));
    match &vector.subject {
        Subject::Token { token, .. } => verifier.verify(&Challenge::new(octets(token), context, keys, now)),
        Subject::Flow { flow } => verifier.follow(&FlowChallenge {
            tokens: flow.tokens.iter().map(|(name, token)| (name.clone(), octets(&token.token))).collect(),
            for_client: BTreeMap::new(),
            steps: flow.steps.clone(),
            context,
            keys,
            now,
        }),
    }
}

/// The forgeries that came through: none of them is explained, unless by a vulnerability that the profile
/// knows and somebody has read.
fn bypasses(log: &RunLog) -> Vec<String> {
    let profile = Profiles::built_in().get(&log.header.profile).expect("the profile is built in");
    let is_known = |id: &str| profile.entries.iter().any(|entry| entry.id == id && entry.acknowledge_risk);
    log.rows
        .iter()
        .filter(|row| row.judgement == Judgement::Bypass)
        .map(|row| {
            let known = row.explained_by.as_deref().is_some_and(is_known);
            assert!(row.is_red() || known, "{} is explained away", row.id);
            row.id.0.clone()
        })
        .collect()
}

#[test]
fn the_live_gate_fails_where_centrifugo_checks_no_signature() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let insecure = target("centrifugo:process", &[SKIPS_SIGNATURES]);
    let log = run_selected(&suite, &taking(&suite, is_forgery), insecure.as_ref());
    assert_eq!(log.exit(), Exit::ConformanceFailure);
    let expected = readable_forgeries(&suite, &log, profile(insecure.as_ref()), |seen| {
        matches!(seen, Observation::Accepted { .. })
    });
    assert!(expected.len() >= 20, "only {} forgeries are readable", expected.len());
    assert_eq!(bypasses(&log), expected);
}

#[test]
fn the_live_gate_fails_where_anycable_is_public() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let public = target("anycable:process", &["public=true", "secret=", "jwt_secret=", "enforce_jwt=false"]);
    let log = run_selected(&suite, &taking(&suite, is_forgery), public.as_ref());
    assert_eq!(log.exit(), Exit::ConformanceFailure);
    // Such a server reads no token at all, and so every forgery is readable. A flow that begins with a refusal
    // comes to no end there, and that is no forgery which came through.
    let ends = |seen: &Observation| !matches!(seen, Observation::ProtocolError { .. });
    let expected = readable_forgeries(&suite, &log, profile(public.as_ref()), ends);
    assert!(expected.len() >= 20, "only {} forgeries are readable", expected.len());
    assert_eq!(bypasses(&log), expected);
}

/// Nobody who has not read of a public hole has it explained away.
#[test]
fn the_public_holes_of_centrifugo_are_red_unless_their_risk_is_acknowledged() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    // Version 6 fixes both.
    let live = target("centrifugo:process:v5", &[]);
    for (hole, entry) in
        [("CVE-2026-32301", "unverified-claims-in-the-url"), ("CVE-2026-49998", "keys-kept-by-kid-alone")]
    {
        let ids = format!("centrifugo/key-set-templates/*-{}", hole.to_lowercase());
        let selection = Selection::new(&suite, &[ids], &[]).expect("the glob selects something");
        let acknowledged = profile(live.as_ref());
        let mut unread = acknowledged.clone();
        let known = unread.entries.iter_mut().find(|known| known.id == entry).expect("the profile knows it");
        assert!(known.acknowledge_risk && known.reason.contains(hole), "{known:?}");
        known.acknowledge_risk = false;
        for (profile, explained, exit) in
            [(acknowledged, Some(entry), Exit::Ok), (&unread, None, Exit::ConformanceFailure)]
        {
            let log = jotproof_engine::run(&suite, &selection, live.as_ref(), profile, &|_, _| ())
                .expect("the profile decides every vector");
            assert_eq!((log.failure.as_ref(), log.exit()), (None, exit), "{hole}");
            // Each family of keys, by issuer and by audience.
            assert_eq!(log.rows.len(), 6, "{hole}");
            for row in &log.rows {
                let seen = (row.judgement, row.explained_by.as_deref(), row.is_red());
                assert_eq!(seen, (Judgement::Bypass, explained, explained.is_none()), "{}", row.id);
            }
        }
    }
}

/// The ids of the processes that run an executable.
fn running(executable: &Path) -> Vec<u32> {
    fs::read_dir("/proc")
        .expect("/proc is there")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|path| path == executable))
        .collect()
}

fn wait_until(what: &str, within: Duration, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < within, "{what} did not come about within {within:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A copy of the pinned server under a path of its own, so that its processes can be told apart.
fn own_copy(folder: &Path, name: &str) -> PathBuf {
    // Deploying once builds the pinned server where it is not there yet.
    let suite = Suite::built_in().expect("the built-in vectors load");
    run(&suite, &["algorithms/valid/hs256"], target(&format!("{name}:process"), &[]).as_ref());
    let pinned = ALL.into_iter().find(|server| server.name == name).expect("it is pinned");
    let pinned = cache_or("target/servers").join(pinned.id());
    let copy = folder.canonicalize().expect("the folder is there").join(name);
    fs::copy(pinned, &copy).expect("the server can be copied");
    copy
}

#[test]
fn no_server_survives_the_command_even_when_it_is_killed() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let signals = [
        ("centrifugo", "KILL"),
        ("anycable", "KILL"),
        ("centrifugo", "INT"),
        ("anycable", "TERM"),
        ("anycable", "HUP"),
    ];
    for (name, signal) in signals {
        let server = own_copy(folder.path(), name);
        let command = start(&["run", &format!("{name}:process:{}", server.display())]);
        wait_until("a running server", Duration::from_secs(10), || !running(&server).is_empty());
        end(command, signal);
        wait_until("the end of the server", Duration::from_secs(10), || running(&server).is_empty());
    }
}

/// The command with these arguments, its output unheard.
fn start(arguments: &[&str]) -> Child {
    Command::new(COMMAND)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command starts")
}

/// Ends a command that is still running by a signal.
fn end(mut command: Child, signal: &str) {
    let killed = Command::new("kill")
        .args([format!("-{signal}"), command.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(killed.success(), "the command was still running");
    command.wait().expect("the command ends");
}

/// The containers that were started from an image by this name, running or not.
fn containers(image: &str) -> Vec<String> {
    let output = Command::new("docker")
        .args(["ps", "--all", "--format", "{{.Image}} {{.ID}}"])
        .output()
        .expect("docker runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().filter_map(|line| Some(line.strip_prefix(image)?.trim().to_owned())).collect()
}

#[test]
#[ignore = "needs Docker and the images of ci/images: run by ci/test"]
fn no_container_in_docker_survives_the_command_even_when_it_is_killed() {
    prepare();
    let name = format!("jotproof/test-command:{}", std::process::id());
    let docker = |arguments: &[&str]| {
        let output = Command::new("docker").args(arguments).output().expect("docker runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    // A name of its own, so that its containers can be told apart.
    let newest = of_centrifugo().next().expect("it is pinned");
    docker(&["tag", &format!("jotproof/centrifugo:{}", newest.version), &name]);
    // As soon as there is a container, and when it serves.
    for (signal, after) in [("KILL", 0), ("KILL", 500), ("INT", 0), ("INT", 500)] {
        let command = start(&["run", "centrifugo:docker", "--image", &name]);
        wait_until("a container", Duration::from_secs(20), || !containers(&name).is_empty());
        std::thread::sleep(Duration::from_millis(after));
        end(command, signal);
        wait_until("the end of the container", Duration::from_secs(20), || containers(&name).is_empty());
        // Nor does one come up late.
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(containers(&name), Vec::<String>::new(), "{signal} after {after} ms");
    }
    // Where guard and command are killed, the next run takes away what they left.
    let command = start(&["run", "centrifugo:docker", "--image", &name]);
    wait_until("a container", Duration::from_secs(20), || !containers(&name).is_empty());
    // Nobody must see it who would remove it at once.
    let stopped = Command::new("kill").args(["-STOP", &command.id().to_string()]).status();
    assert!(stopped.expect("kill runs").success(), "the command was still running");
    for guard in guards_of(&name) {
        let _ = Command::new("kill").args(["-KILL", &guard]).status();
    }
    end(command, "KILL");
    std::thread::sleep(Duration::from_secs(1));
    assert!(!containers(&name).is_empty(), "nobody is left to remove it");
    let next = start(&["run", "centrifugo:docker", "--image", &name, "--only", "algorithms/valid/hs256"])
        .wait()
        .expect("the command ends");
    assert!(next.success(), "{next}");
    assert_eq!(containers(&name), Vec::<String>::new());
    docker(&["rmi", &name]);
}

/// The processes that guard a container of an image.
fn guards_of(image: &str) -> Vec<String> {
    let of_image = |entry: fs::DirEntry| {
        let arguments = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&arguments).into_owned();
        let guards = arguments.contains("__guard") && arguments.contains(image);
        guards.then(|| entry.file_name().to_string_lossy().into_owned())
    };
    fs::read_dir("/proc").expect("/proc is there").filter_map(|entry| of_image(entry.ok()?)).collect()
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

/// Checks that every pinned version of Centrifugo comes out as predicted over a transport. The transport
/// carries the same vectors as the default one, except those that only one of the two can express. The newest
/// version is asked all of them, the older ones a sample.
fn centrifugo_comes_out_as_predicted_over(transport: &str) {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let sample = sample(&suite);
    with_each(of_centrifugo(), |server| {
        let name = name_of(server, "process");
        let by_default = target(&name, &[]);
        let over = over(Some(transport), &name, &[]);
        assert_eq!(over.name(), format!("{name}+{transport}"));
        let log = if is_older(server) {
            selected_as_predicted(&suite, &sample, over.as_ref())
        } else {
            all_as_predicted(over.as_ref())
        };
        let differ: BTreeSet<String> = by_default
            .capabilities()
            .symmetric_difference(over.capabilities())
            .map(ToString::to_string)
            .collect();
        let expected: &[&str] = match (transport, &server.version[..2]) {
            ("protobuf", _) => &["binary-token"],
            // In the version of the protocol that Centrifugo 3 has for these, subscriptions end otherwise.
            ("http_stream" | "sse", "3.") => &["flow"],
            ("http_stream" | "sse", _) => &[],
            (_, "3.") => &["application:centrifugo-private-channel", "flow", "rpc-proxy"],
            _ => &["application:centrifugo-subscription", "flow", "rpc-proxy"],
        };
        // Server-sent events are asked for by GET, with the token in the URL.
        let in_url = transport.ends_with("sse").then_some("long-token");
        let expected: BTreeSet<String> = expected.iter().copied().chain(in_url).map(str::to_owned).collect();
        assert_eq!(differ, expected, "{name}");
        assert_eq!(log.not_carried.contains_key("binary-token"), transport != "protobuf", "{name}");
        // A unidirectional transport tells nobody's name, so that nothing was compared with it.
        assert_eq!(!without_user(&log).is_empty(), transport.starts_with("uni_"), "{name}");
    });
}

#[test]
fn centrifugo_comes_out_as_predicted_over_protobuf() {
    centrifugo_comes_out_as_predicted_over("protobuf");
}

#[test]
fn centrifugo_comes_out_as_predicted_over_http_stream() {
    centrifugo_comes_out_as_predicted_over("http_stream");
}

#[test]
fn centrifugo_comes_out_as_predicted_over_sse() {
    centrifugo_comes_out_as_predicted_over("sse");
}

#[test]
fn centrifugo_comes_out_as_predicted_over_uni_websocket() {
    centrifugo_comes_out_as_predicted_over("uni_websocket");
}

#[test]
fn centrifugo_comes_out_as_predicted_over_uni_sse() {
    centrifugo_comes_out_as_predicted_over("uni_sse");
}

#[test]
fn centrifugo_comes_out_as_predicted_over_uni_http_stream() {
    centrifugo_comes_out_as_predicted_over("uni_http_stream");
}

#[test]
fn the_live_gate_fails_over_every_transport_where_centrifugo_checks_no_signature() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    for transport in ["protobuf", "http_stream", "sse", "uni_websocket", "uni_sse", "uni_http_stream"] {
        let insecure = over(Some(transport), "centrifugo:process", &[SKIPS_SIGNATURES]);
        let log = run(&suite, &["signatures/**", "algorithms/none/**"], insecure.as_ref());
        assert_eq!(log.exit(), Exit::ConformanceFailure, "{transport}");
        let expected = readable_forgeries(&suite, &log, profile(insecure.as_ref()), |seen| {
            matches!(seen, Observation::Accepted { .. })
        });
        assert!(expected.len() >= 5, "only {} forgeries are readable", expected.len());
        assert_eq!(bypasses(&log), expected, "{transport}");
    }
}
