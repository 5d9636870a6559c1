//! Servers in containers start, prove themselves, and leave nothing behind, whatever happens.
//!
//! What needs Docker is ignored here, so that nothing passes because there is none; `ci/test` runs it
//! where Docker answers, and fails without Docker where `CI` is set. The images are those of
//! `ci/images`.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use jotproof_engine::target::{Target as _, TargetError};
use jotproof_mint::keys;
use jotproof_model::{Algorithm, Application, Observation};
use jotproof_targets::server::pinned::{ALL, ANYCABLE_1, CENTRIFUGO_6, PinnedServer};
use jotproof_targets::{AnycableTarget, CentrifugoTarget, Image, Launcher};

use crate::machine::{another_process, eventually, name_guard};
use crate::tokens::{SECRET, ask, challenges, context, hs256, replay, replay_all, signed};

/// The image of a pinned server, built by `ci/images`.
fn image(server: &PinnedServer) -> String {
    format!("jotproof/{}:{}", server.name, server.version)
}

const BRIEF: Duration = Duration::from_millis(500);

pub fn centrifugo(version: &str, image: &str) -> CentrifugoTarget {
    name_guard();
    CentrifugoTarget::new(version, Launcher::Docker(Some(Image::new(image))), Vec::new()).unwrap()
}

fn anycable(image: &str, options: &[(&str, &str)]) -> AnycableTarget {
    name_guard();
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    AnycableTarget::new(ANYCABLE_1.version, Launcher::Docker(Some(Image::new(image))), options).unwrap()
}

/// What `docker` prints.
fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// An image under a name of its own, by which its containers can be told from those of other tests.
struct OwnName(String);

impl OwnName {
    fn of(image: &str, test: &str) -> Self {
        let name = format!("jotproof/test-{test}:{}", std::process::id());
        docker(&["tag", image, &name]);
        Self(name)
    }

    /// The containers that were started from it, running or not.
    fn containers(&self) -> Vec<String> {
        docker(&["ps", "--all", "--no-trunc", "--format", "{{.Image}} {{.ID}}"])
            .lines()
            .filter_map(|line| Some(line.strip_prefix(&self.0)?.trim().to_owned()))
            .collect()
    }
}

impl Drop for OwnName {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rmi", "--force", &self.0]).output();
    }
}

#[test]
#[ignore = "needs Docker: run by ci/test"]
fn centrifugo_accepts_and_refuses_in_its_own_words() {
    let context = context(Application::CentrifugoConnection, &[SECRET]);
    let tokens = [
        hs256(r#"{"sub":"42","exp":{{now+3600}}}"#),
        hs256(r#"{"sub":"42","exp":{{now-3600}}}"#),
        signed("hmac-64-bytes-foreign", Algorithm::HS256, r#"{"sub":"42"}"#),
        hs256(r#"{"sub":"42","expire_at":1}"#),
        hs256(r#"{"subs":{"nowhere:x":{}}}"#),
        Vec::new(),
    ];
    let words = ["accepted", "error 109", "close 3500", "error 110", "error 102", "close 3501"];
    for server in ALL.into_iter().filter(|server| server.name == "centrifugo") {
        let target = centrifugo(server.version, &image(server));
        assert_eq!(ask(&target, &context, &tokens), words, "{}", server.version);
    }
}

/// The identifiers come by a call of the server to the harness, out of the container.
#[test]
#[ignore = "needs Docker: run by ci/test"]
fn anycable_accepts_and_refuses_in_its_own_words_and_tells_the_identifiers() {
    let context = context(Application::Anycable, &[SECRET]);
    let tokens = [
        hs256(r#"{"ext":"{\"id\":1}","exp":{{now+3600}}}"#),
        hs256(r#"{"ext":"{}","exp":{{now-3600}}}"#),
        signed("hmac-64-bytes-foreign", Algorithm::HS256, r#"{"ext":"{}"}"#),
        hs256(r#"{"exp":{{now+3600}}}"#),
    ];
    let target = anycable(&image(&ANYCABLE_1), &[]);
    assert_eq!(
        ask(&target, &context, &tokens),
        ["accepted", "disconnect token_expired", "disconnect unauthorized", "close 1011"]
    );
    let mut deployment = target.deploy(&context, keys::all()).unwrap();
    let seen = replay(&mut *deployment, &context, &tokens[..1]);
    let [Observation::Accepted { result }] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(result.identifiers.as_deref(), Some(r#"{"id":1}"#));
}

#[test]
#[ignore = "needs Docker: run by ci/test"]
fn dropping_a_deployment_leaves_no_container() {
    let context = context(Application::Jwt, &[SECRET]);
    let image = OwnName::of(&image(&CENTRIFUGO_6), "drop");
    let deployment = centrifugo(CENTRIFUGO_6.version, &image.0).launch(&context, keys::all()).unwrap();
    let id = deployment.server().container().unwrap().to_owned();
    assert_eq!(deployment.server().pid(), None);
    assert_eq!(image.containers(), [&*id]);
    let label = docker(&["inspect", "--format", r#"{{index .Config.Labels "org.jotproof.run"}}"#, &id]);
    assert_eq!(label.trim().len(), 32, "{label}");
    drop(deployment);
    assert_eq!(image.containers(), [""; 0]);
}

#[test]
#[ignore = "needs Docker: run by ci/test"]
fn deployments_run_side_by_side_in_docker() {
    let context = context(Application::Jwt, &[SECRET]);
    let target = centrifugo(CENTRIFUGO_6.version, &image(&CENTRIFUGO_6));
    let token = [hs256("{}")];
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..target.parallel_deployments())
            .map(|_| scope.spawn(|| ask(&target, &context, &token)))
            .collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), ["accepted"]);
        }
    });
}

#[test]
#[ignore = "needs Docker: run by ci/test"]
fn a_container_that_is_killed_has_crashed_for_what_was_open_and_is_asked_no_more() {
    let context = context(Application::Jwt, &[SECRET]);
    let image = OwnName::of(&image(&CENTRIFUGO_6), "killed");
    let mut deployment = centrifugo(CENTRIFUGO_6.version, &image.0).launch(&context, keys::all()).unwrap();
    let challenges = challenges(&context, &vec![hs256("{}"); 20_000]);
    let id = deployment.server().container().unwrap().to_owned();
    let killer = std::thread::spawn(move || {
        std::thread::sleep(BRIEF);
        docker(&["kill", &id]);
    });
    let seen = replay_all(&mut deployment, &challenges);
    killer.join().unwrap();
    assert!(matches!(seen.last(), Some(Observation::Crashed { .. })), "it was killed before the end");
    let afterwards = replay_all(&mut deployment, &challenges);
    assert!(afterwards.len() < challenges.len(), "what is dead is asked no more");
    assert!(afterwards.iter().all(|seen| matches!(seen, Observation::Crashed { .. })), "{afterwards:?}");

    let first = seen.iter().position(|seen| !matches!(seen, Observation::Accepted { .. }));
    let first = first.expect("the container was killed before the end");
    assert!(first > 0, "it answered before it was killed");
    for seen in &seen[first..] {
        match seen {
            Observation::Crashed { detail } => {
                assert!(detail.contains("exit status: 137 (signal: 9)"), "{detail}");
                assert!(detail.contains("serving websocket"), "{detail}");
            }
            other => assert!(matches!(other, Observation::Accepted { .. }), "{other:?}"),
        }
    }
    drop(deployment);
    assert_eq!(image.containers(), [""; 0]);
}

#[test]
#[ignore = "needs Docker: run by ci/test"]
fn a_container_ends_with_a_command_that_is_killed() {
    let image = OwnName::of(&image(&CENTRIFUGO_6), "held");
    let mut command = another_process("lifecycle::holds_a_container")
        .env("JOTPROOF_TEST_IMAGE", &image.0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let id = BufReader::new(command.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("container ").map(str::to_owned))
        .expect("the id of the container");
    assert_eq!(image.containers(), [id]);
    command.kill().unwrap();
    command.wait().unwrap();
    eventually("the container is gone", || image.containers().is_empty());
}

#[test]
#[ignore = "needs Docker: run by ci/test"]
fn a_container_is_removed_even_where_its_guard_was_killed() {
    let context = context(Application::Jwt, &[SECRET]);
    let image = OwnName::of(&image(&CENTRIFUGO_6), "unguarded");
    let deployment = centrifugo(CENTRIFUGO_6.version, &image.0).launch(&context, keys::all()).unwrap();
    let guard = guard_of(&image.0);
    assert!(Command::new("kill").args(["-KILL", &guard.to_string()]).status().unwrap().success());
    assert_eq!(image.containers().len(), 1);
    drop(deployment);
    assert_eq!(image.containers(), [""; 0]);
}

/// The process that guards the container of an image.
fn guard_of(image: &str) -> u32 {
    let is_guard = |pid: &u32| {
        let arguments = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        arguments.split('\0').any(|argument| argument == image)
    };
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .find(is_guard)
        .expect("the container has a guard")
}

#[test]
#[ignore = "needs Docker: run by ci/test"]
fn a_server_that_dies_at_start_in_docker_says_why_and_leaves_no_container() {
    let context = context(Application::Anycable, &[SECRET]);
    let image = OwnName::of(&image(&ANYCABLE_1), "dies");
    let target = anycable(&image.0, &[("nonsense", "1")]);
    match target.deploy(&context, keys::all()).err().unwrap() {
        TargetError::NotStarted(text) => {
            assert!(
                text.starts_with("AnyCable died at start: exit status: 1; see that it is AnyCable"),
                "{text}"
            );
            assert!(text.contains("flag provided but not defined: -nonsense"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(image.containers(), [""; 0]);
}

#[test]
#[ignore = "needs Docker: run by ci/test"]
fn a_server_that_is_never_ready_in_docker_runs_into_its_bound_and_leaves_no_container() {
    let context = context(Application::Jwt, &[SECRET]);
    let image = OwnName::of(&image(&CENTRIFUGO_6), "unready");
    // It never knows the key where the proof is asked for.
    let options = vec![("http_api.handler_prefix".to_owned(), "/elsewhere".to_owned())];
    let target =
        CentrifugoTarget::new(CENTRIFUGO_6.version, Launcher::Docker(Some(Image::new(&*image.0))), options)
            .unwrap()
            .with_bounds(BRIEF, BRIEF);
    let error = target.deploy(&context, keys::all()).err().unwrap().to_string();
    let start = "Centrifugo did not come up within 0.5 s: HTTP 404 in answer to its management key; see that";
    assert!(error.starts_with(start), "{error}");
    assert!(error.contains("serving websocket"), "{error}");
    assert_eq!(image.containers(), [""; 0]);
}

#[test]
#[ignore = "needs Docker: run by ci/test"]
fn an_image_without_the_server_is_told_and_leaves_no_container() {
    let context = context(Application::Jwt, &[SECRET]);
    let image = OwnName::of(&image(&ANYCABLE_1), "empty");
    let error =
        centrifugo(CENTRIFUGO_6.version, &image.0).deploy(&context, keys::all()).err().unwrap().to_string();
    assert!(error.starts_with(&format!("cannot start Centrifugo (centrifugo in {}): ", image.0)), "{error}");
    assert!(error.contains("executable file not found"), "{error}");
    assert_eq!(image.containers(), [""; 0]);
}

#[test]
#[ignore = "needs Docker: run by ci/test"]
fn an_image_that_is_nowhere_is_missing_from_the_environment() {
    let context = context(Application::Jwt, &[SECRET]);
    // Nobody serves images on this port.
    let target = centrifugo(CENTRIFUGO_6.version, "localhost:1/centrifugo:none");
    match target.deploy(&context, keys::all()).err().unwrap() {
        TargetError::EnvironmentMissing(text) => {
            let begins = "cannot start Centrifugo in a container: the image localhost:1/centrifugo:none is not \
                          here and cannot be pulled: ";
            let ends = "; name another one with --image, or take a process instead: centrifugo:process";
            assert!(text.starts_with(begins) && text.ends_with(ends), "{text}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_docker_the_message_says_what_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let output = another_process("lifecycle::tells_that_nothing_answers")
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .env("JOTPROOF_TEST_TOLD", &told)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        fs::read_to_string(told).unwrap(),
        "cannot start Centrifugo in a container: Docker does not answer: Socket not found: \
         /nowhere/docker.sock; start it, or say in DOCKER_HOST where it listens, or take a process instead: \
         centrifugo:process"
    );
}

/// What starting a container fails with, in an environment that lacks Docker.
pub fn tell_what_is_missing() {
    let told = PathBuf::from(env::var_os("JOTPROOF_TEST_TOLD").unwrap());
    let context = context(Application::Jwt, &[SECRET]);
    match centrifugo(CENTRIFUGO_6.version, &image(&CENTRIFUGO_6)).deploy(&context, keys::all()).err() {
        Some(TargetError::EnvironmentMissing(text)) => fs::write(told, text).unwrap(),
        other => panic!("{other:?}"),
    }
}
