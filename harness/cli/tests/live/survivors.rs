//! No server survives the command, however the command ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jotproof_engine::Suite;
use jotproof_targets::server::pinned::{ALL, cache_or};

use crate::{COMMAND, of_centrifugo, prepare, run, target};

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

/// The containers of an image, when none has come or gone for three seconds.
fn settled(image: &str) -> Vec<String> {
    let mut seen = containers(image);
    let mut since = Instant::now();
    wait_until("a steady set of containers", Duration::from_secs(60), || {
        let now = containers(image);
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
        since.elapsed() > Duration::from_secs(3)
    });
    seen
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
    // Where guard and command are killed, the next run takes away what they left. A kill between two containers leaves
    // nothing, so there are several tries.
    let left = (0..5).map(|_| left_by_a_kill_of_everything(&name)).find(|left| !left.is_empty());
    let left = left.expect("nobody is left to remove the containers");
    let next = start(&["run", "centrifugo:docker", "--image", &name, "--only", "algorithms/valid/hs256"])
        .wait()
        .expect("the command ends");
    assert!(next.success(), "{next}");
    let there = containers(&name);
    assert!(left.iter().all(|container| !there.contains(container)), "{there:?} of {left:?}");
    // The daemon may have finished others only now.
    for container in there {
        docker(&["rm", "--force", &container]);
    }
    docker(&["rmi", &name]);
}

/// Kills a run with all its guards, and returns the containers that stay.
fn left_by_a_kill_of_everything(image: &str) -> Vec<String> {
    let command = start(&["run", "centrifugo:docker", "--image", image]);
    wait_until("a container", Duration::from_secs(20), || !containers(image).is_empty());
    // Nobody must see a killed guard who would remove its container at once.
    let stopped = Command::new("kill").args(["-STOP", &command.id().to_string()]).status();
    assert!(stopped.expect("kill runs").success(), "the command was still running");
    for guard in guards_of(image) {
        let _ = Command::new("kill").args(["-KILL", &guard]).status();
    }
    end(command, "KILL");
    // The daemon may still be making containers that the guards had asked for.
    settled(image)
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
