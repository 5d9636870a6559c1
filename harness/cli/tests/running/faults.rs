//! What can be wrong with a server, one row each: what is said of it, by which exit code, within which
//! time, and that nothing is left behind. (Servers in real containers are tested where Docker is.)

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jotproof_targets::server::pinned::ANYCABLE_1;
use tempfile::TempDir;

use super::command::{processes_of, start};
use super::deployed::binary;
use super::fake::{Fake, anycable, babble, centrifugo, following_centrifugo, says, silent};
use super::versions::configuration;

/// One thing that is wrong.
struct Fault {
    /// What.
    what: &'static str,
    /// What is run, and what must be there meanwhile.
    stage: fn(&TempDir) -> Stage,
    /// Which vectors.
    only: &'static str,
    /// What the command says.
    says: &'static [&'static str],
    /// What it ends with: 3 for a fault of the target, 6 for something that is missing.
    code: i32,
    /// How many seconds it may take, on a machine that does nothing else.
    within: u64,
}

/// What is run.
struct Stage {
    target: String,
    variables: Vec<(&'static str, String)>,
    /// Kept until the command has ended.
    fake: Option<Fake>,
    /// Done over and over while the command runs.
    meanwhile: Option<Box<dyn FnMut()>>,
}

fn process(path: &Path) -> Stage {
    Stage {
        target: format!("anycable:process:{}", path.display()),
        variables: Vec::new(),
        fake: None,
        meanwhile: None,
    }
}

/// A target that runs already at the port of a fake.
fn running(server: &str, fake: Fake) -> Stage {
    let target = format!("{server}:ws://127.0.0.1:{}/endpoint", fake.port);
    Stage { target, variables: Vec::new(), fake: Some(fake), meanwhile: None }
}

fn docker(daemon: String, fake: Option<Fake>) -> Stage {
    let variables = vec![("DOCKER_HOST", daemon)];
    Stage { target: "centrifugo:docker".to_owned(), variables, fake, meanwhile: None }
}

/// A shell script that can be run.
fn script(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("anycable-go");
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("it can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be made a program");
    path
}

/// A Docker daemon that has no image and cannot fetch one.
fn daemon() -> Fake {
    Fake::new(|stream, _| {
        let mut head = [0; 4096];
        let read = stream.peek(&mut head).unwrap_or_default();
        let head = String::from_utf8_lossy(&head[..read]).into_owned();
        let (status, body) = if head.contains("/version") {
            ("200 OK", r#"{"Version":"28.0.0","ApiVersion":"1.48","MinAPIVersion":"1.24","Os":"linux"}"#)
        } else if head.contains("/images/create") {
            ("500 Internal Server Error", r#"{"message":"no route to the registry"}"#)
        } else {
            ("404 Not Found", r#"{"message":"No such image"}"#)
        };
        says(
            stream,
            &format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            ),
        );
    })
}

/// A server that proves that it is AnyCable, and has no answer to any client.
const MUTE: &str = r#"exec python3 - "$@" <<'END'
import sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

flags = dict(argument[2:].split("=", 1) for argument in sys.argv[1:])

class Mute(BaseHTTPRequestHandler):
    def do_POST(self):
        key = self.headers.get("Authorization", "")
        self.send_response(201 if key == "Bearer " + flags["broadcast_key"] else 401)
        self.end_headers()

    def do_GET(self):
        if self.path != "/health":
            time.sleep(600)
        self.send_response(200)
        self.end_headers()

ThreadingHTTPServer(("127.0.0.1", int(flags["port"])), Mute).serve_forever()
END"#;

/// A server that grants the management key of AnyCable, and is killed by the next question.
const KILLED_AT_THE_PROOF: &str = r#"exec python3 - "$@" <<'END'
import os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

flags = dict(argument[2:].split("=", 1) for argument in sys.argv[1:])

class Killed(BaseHTTPRequestHandler):
    def do_POST(self):
        if self.headers.get("Authorization", "") != "Bearer " + flags["broadcast_key"]:
            os.kill(os.getpid(), 9)
        self.send_response(201)
        self.end_headers()

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

ThreadingHTTPServer(("127.0.0.1", int(flags["port"])), Killed).serve_forever()
END"#;

/// What is allowed on top of it: all of them run at once, and other tests beside them.
const BUSY: Duration = Duration::from_secs(40);

const ONE: &str = "algorithms/valid/hs256";

const FAULTS: &[Fault] = &[
    Fault {
        what: "a binary that is not there",
        stage: |_| process(Path::new("/nowhere/anycable-go")),
        only: ONE,
        says: &["NOT RUN", "no AnyCable binary at /nowhere/anycable-go"],
        code: 6,
        within: 10,
    },
    Fault {
        what: "a binary that is another program",
        stage: |_| process(Path::new("/bin/cat")),
        only: ONE,
        says: &[
            "INCOMPLETE",
            "AnyCable died at start: exit status: 1",
            "unrecognized option",
            "its binary does not say which version it is, and it was configured as 1.5.2",
        ],
        code: 3,
        within: 15,
    },
    Fault {
        what: "a binary that is another program and never listens",
        stage: |folder| process(&script(folder, "echo thinking; exec sleep 600")),
        only: ONE,
        says: &["INCOMPLETE", "AnyCable did not come up within 10 s", "thinking"],
        code: 3,
        within: 30,
    },
    Fault {
        what: "a binary that listens to nobody's signals",
        stage: |folder| process(&script(folder, "trap '' TERM; while :; do sleep 1; done")),
        only: ONE,
        says: &["INCOMPLETE", "AnyCable did not come up within 10 s"],
        code: 3,
        within: 40,
    },
    Fault {
        what: "a port that is taken, wherever it tries",
        stage: |folder| process(&script(folder, "echo 'listen tcp: bind: address already in use'; exit 1")),
        only: ONE,
        says: &[
            "NOT RUN",
            "AnyCable died at start: exit status: 1",
            "address already in use",
            "free some of those",
        ],
        code: 6,
        within: 20,
    },
    Fault {
        what: "a binary that comes up and answers no client",
        stage: |folder| process(&script(folder, MUTE)),
        only: "algorithms/**",
        says: &["INCOMPLETE", "AnyCable came up, and has no answer to a token within 5 s: it hangs"],
        code: 3,
        within: 20,
    },
    Fault {
        what: "a server that is killed while it proves whose it is",
        stage: |folder| process(&script(folder, KILLED_AT_THE_PROOF)),
        only: ONE,
        says: &["INCOMPLETE", "AnyCable died at start: signal: 9"],
        code: 3,
        within: 10,
    },
    Fault {
        what: "a server that is killed in the middle",
        stage: |folder| {
            let copy = folder.path().canonicalize().expect("it is there").join("anycable-go");
            fs::copy(binary(&ANYCABLE_1), &copy).expect("the server can be copied");
            let mut stage = process(&copy);
            stage.meanwhile = Some(Box::new(move || kill_all(&copy)));
            stage
        },
        only: "**",
        says: &["signal: 9"],
        code: 3,
        within: 60,
    },
    Fault {
        what: "nothing that listens",
        stage: |_| {
            let fake = Fake::new(|stream, _| silent(stream));
            let mut stage = running("centrifugo", fake);
            // Gone again, and its port with it.
            stage.fake = None;
            stage
        },
        only: ONE,
        says: &["NOT RUN", "nothing listens at 127.0.0.1:", "start Centrifugo there, or see to the address"],
        code: 6,
        within: 10,
    },
    Fault {
        what: "a server that never answers",
        stage: |_| running("centrifugo", Fake::new(|stream, _| silent(stream))),
        only: ONE,
        says: &["INCOMPLETE", "does not answer as Centrifugo does: it said nothing within 5 s"],
        code: 3,
        within: 15,
    },
    Fault {
        what: "a server that is not HTTP",
        stage: |_| running("centrifugo", Fake::new(|stream, _| says(stream, "SSH-2.0-OpenSSH_9.9\r\n\r\n"))),
        only: ONE,
        says: &["INCOMPLETE", "\"SSH-2.0-OpenSSH_9.9\" for a status line"],
        code: 3,
        within: 10,
    },
    Fault {
        what: "a server that is HTTP, but not WebSocket",
        stage: |_| running("anycable", Fake::new(|stream, _| says(stream, "HTTP/1.1 200 OK\r\n\r\nhello"))),
        only: ONE,
        says: &[
            "INCOMPLETE",
            "does not answer as AnyCable does: HTTP 200 in answer to the request that opens a connection",
        ],
        code: 3,
        within: 10,
    },
    Fault {
        what: "a server with nothing at this path",
        stage: |_| running("anycable", Fake::new(|stream, _| says(stream, "HTTP/1.1 404 Not Found\r\n\r\n"))),
        only: ONE,
        says: &["INCOMPLETE", "HTTP 404", "see to the path of the address"],
        code: 3,
        within: 10,
    },
    Fault {
        what: "a server that is WebSocket, but not Centrifugo",
        stage: |_| running("centrifugo", Fake::new(|stream, _| babble(stream))),
        only: ONE,
        says: &["INCOMPLETE", "does not answer as Centrifugo does: unknown frame \"hello\""],
        code: 3,
        within: 10,
    },
    Fault {
        what: "a server that is WebSocket, but not AnyCable",
        stage: |_| running("anycable", Fake::new(|stream, _| centrifugo(stream, "5.4.9"))),
        only: ONE,
        says: &["INCOMPLETE", "does not answer as AnyCable does: it said nothing within 5 s"],
        code: 3,
        within: 15,
    },
    Fault {
        what: "a server that closes without a frame",
        stage: |_| running("centrifugo", Fake::new(|stream, _| drop(super::fake::web_socket(stream, None)))),
        only: ONE,
        says: &["INCOMPLETE", "does not answer as Centrifugo does: connection dropped: "],
        code: 3,
        within: 10,
    },
    Fault {
        what: "a server that is gone after a while",
        stage: |_| running("centrifugo", Fake::ending_after(5, |stream, _| centrifugo(stream, "5.4.9"))),
        only: "algorithms/**",
        says: &["fault on centrifugo:ws://", "connection dropped"],
        code: 3,
        within: 30,
    },
    Fault {
        what: "a server that turns silent for a token",
        stage: |_| {
            running(
                "centrifugo",
                Fake::new(|stream, number| match number {
                    // To see whether anything listens, and to be told a version.
                    0..2 => centrifugo(stream, "5.4.9"),
                    _ => silent(stream),
                }),
            )
        },
        only: ONE,
        says: &["FAULT", "no answer within 5000 ms"],
        code: 3,
        within: 20,
    },
    Fault {
        what: "a server that turns silent for good",
        stage: |_| {
            running(
                "anycable",
                Fake::new(|stream, number| match number {
                    0..2 => anycable(stream, "1.5.2"),
                    _ => silent(stream),
                }),
            )
        },
        only: "**",
        says: &["INCOMPLETE", "answered none of 256 tokens in a row in time: it hangs"],
        code: 3,
        within: 60,
    },
    Fault {
        what: "a server that asks where a token points",
        stage: |_| running("centrifugo", Fake::new(|stream, _| following_centrifugo(stream, "5.4.9"))),
        only: "header/parameters/jku",
        says: &["FAULT", "went where nothing but tokens points", "GET /jwks.json HTTP/1.1"],
        code: 3,
        within: 10,
    },
    Fault {
        what: "a server that turns to babble",
        stage: |_| {
            running(
                "anycable",
                Fake::new(|stream, number| match number {
                    0..2 => anycable(stream, "1.5.2"),
                    _ => babble(stream),
                }),
            )
        },
        only: ONE,
        says: &["FAULT", "unknown frame \"hello\""],
        code: 3,
        within: 10,
    },
    Fault {
        what: "no Docker",
        stage: |_| docker("unix:///nowhere/docker.sock".to_owned(), None),
        only: ONE,
        says: &["NOT RUN", "Docker does not answer", "or take a process instead: centrifugo:process"],
        code: 6,
        within: 15,
    },
    Fault {
        what: "a Docker that never answers",
        stage: |_| {
            let fake = Fake::new(|stream, _| silent(stream));
            docker(format!("tcp://127.0.0.1:{}", fake.port), Some(fake))
        },
        only: ONE,
        says: &["NOT RUN", "Docker does not answer"],
        code: 6,
        within: 20,
    },
    Fault {
        what: "a Docker on another machine",
        stage: |_| docker("tcp://build-host.invalid:2375".to_owned(), None),
        only: ONE,
        says: &["NOT RUN", "DOCKER_HOST is tcp://build-host.invalid:2375, another machine", "unix:///"],
        code: 6,
        within: 10,
    },
    Fault {
        what: "no Docker, where a process will do",
        stage: |_| Stage {
            target: "centrifugo".to_owned(),
            ..docker("unix:///nowhere/docker.sock".to_owned(), None)
        },
        only: ONE,
        says: &[
            "centrifugo: as a process; Docker is not there, or has no image centrifugo/centrifugo:v6.9.6",
            "centrifugo:process:v6.9.6  ok  1 judged, 1 pass",
        ],
        code: 0,
        within: 20,
    },
    Fault {
        what: "variables that a server would read",
        stage: |_| Stage {
            target: "anycable:process".to_owned(),
            variables: ["ANYCABLE_JWT_PARAM", "ANYCABLE_JWT_SECRET", "REDIS_URL", "PORT"]
                .map(|name| (name, "other".to_owned()))
                .into(),
            fake: None,
            meanwhile: None,
        },
        only: ONE,
        says: &["anycable:process:v1.5.2 (AnyCable 1.5.2)  ok  1 judged, 1 pass"],
        code: 0,
        within: 20,
    },
    Fault {
        what: "variables that another server would read",
        stage: |_| Stage {
            target: "centrifugo:process".to_owned(),
            variables: vec![("CENTRIFUGO_CLIENT_TOKEN_HMAC_SECRET_KEY", "other".to_owned())],
            fake: None,
            meanwhile: None,
        },
        only: ONE,
        says: &["centrifugo:process:v6.9.6  ok  1 judged, 1 pass"],
        code: 0,
        within: 20,
    },
    Fault {
        what: "no image",
        stage: |_| {
            let fake = daemon();
            docker(format!("tcp://127.0.0.1:{}", fake.port), Some(fake))
        },
        only: ONE,
        says: &[
            "NOT RUN",
            "the image centrifugo/centrifugo:v6.9.6 is not here and cannot be pulled",
            "--image",
        ],
        code: 6,
        within: 20,
    },
];

/// Kills every process of an executable.
fn kill_all(executable: &Path) {
    for entry in fs::read_dir("/proc").expect("/proc is there").filter_map(Result::ok) {
        if fs::read_link(entry.path().join("exe")).is_ok_and(|path| path == executable) {
            let number = entry.file_name();
            let _ = Command::new("kill").arg("-KILL").arg(number).stderr(Stdio::null()).status();
        }
    }
}

fn is_over(child: &mut Child) -> bool {
    child.try_wait().expect("the command can be waited for").is_some()
}

#[test]
fn whatever_is_wrong_is_said_in_time_and_leaves_nothing_behind() {
    // Each waits more than it works.
    std::thread::scope(|scope| {
        let tests: Vec<_> = FAULTS.iter().map(|fault| (fault.what, scope.spawn(|| check(fault)))).collect();
        for (what, test) in tests {
            assert!(test.join().is_ok(), "{what}: see above");
        }
    });
}

fn check(fault: &Fault) {
    let Fault { what, stage, only, says, code, within } = fault;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let Stage { target, variables, fake, meanwhile } = stage(&folder);
    let mut arguments = vec!["run".to_owned(), target.clone(), "--only".to_owned(), (*only).to_owned()];
    if target.contains(":ws://") {
        arguments.extend(["--server-config".to_owned(), configuration(&folder)]);
    }
    let started = std::time::Instant::now();
    let mut run = start(&arguments, &variables);
    if let Some(mut meanwhile) = meanwhile {
        while !is_over(&mut run.child) {
            meanwhile();
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    let ended = run.end();
    let took = started.elapsed();
    assert_eq!(ended.code, *code, "{what}: {}", ended.said);
    for expected in *says {
        assert!(ended.said.contains(expected), "{what}: no {expected:?} in {}", ended.said);
    }
    assert!(took <= Duration::from_secs(*within) + BUSY, "{what} took {took:?}: {}", ended.said);
    assert!(!ended.said.contains("hush"), "{what}: {}", ended.said);
    drop(fake);
}

/// A build takes minutes: it ends with the command too.
#[test]
fn a_build_ends_with_the_command() {
    for signal in ["TERM", "KILL"] {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (go, servers) = (folder.path().join("go"), folder.path().join("servers"));
        fs::write(&go, "#!/bin/sh\n[ \"$1\" = version ] || sleep 600\n").expect("it can be written");
        fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).expect("it can be made a program");
        let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").expect("there is one"));
        let servers_folder = servers.to_string_lossy().into_owned();
        let variables = [("PATH", path), ("JOTPROOF_SERVERS", servers_folder)];
        let mut run = start(&["run".to_owned(), "anycable:process".to_owned()], &variables);
        wait_until("a build", || !processes_of(&servers).is_empty());
        let killed = Command::new("kill").args([&format!("-{signal}"), &run.child.id().to_string()]).status();
        assert!(killed.expect("kill runs").success(), "the command was still running");
        run.child.wait().expect("it ends");
        wait_until("the end of the build", || processes_of(&servers).is_empty());
        let is_lock = |entry: &fs::DirEntry| entry.path().extension().is_some_and(|end| end == "lock");
        let left =
            || fs::read_dir(&servers).expect("it is there").flatten().filter(|entry| !is_lock(entry)).count();
        wait_until("the end of its workshop", || left() == 0);
    }
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let started = std::time::Instant::now();
    while !holds() {
        assert!(started.elapsed() < BUSY, "{what} did not come about");
        std::thread::sleep(Duration::from_millis(10));
    }
}
