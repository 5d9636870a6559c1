//! Every challenge has a connection of its own, and only an answer is one.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use jotproof_engine::questions::Questions;
use jotproof_engine::target::Followed;
use jotproof_model::{
    Action, Application, Challenge, Context, FlowChallenge, KeyMaterial, Observation, Step,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::Message;

use super::target::{Look, Server as _};
use super::{Asker, CONCURRENCY, Configure, Protocol, Record, Way};
use crate::centrifugo::{Centrifugo, ClientProtocol};
use crate::websocket::{Connection, Event, Failure, Handshake};

/// Says nothing and takes any text for a yes.
struct AnyText;

impl Protocol for AnyText {
    type Connection = Connection;

    fn opening(&self, challenge: &Challenge) -> Result<Handshake, Observation> {
        if challenge.token.is_empty() {
            return Err(Observation::Unsupported { what: "empty-token".to_owned() });
        }
        Ok(Handshake { target: "/".to_owned(), subprotocol: None, headers: Vec::new() })
    }

    async fn converse(&self, connection: &mut Connection, _: &Challenge) -> Result<Observation, Failure> {
        match connection.receive().await? {
            Event::Text(_) => Ok(Observation::Accepted { result: Box::default() }),
            Event::Binary(_) | Event::Closed { .. } => {
                Ok(Observation::ProtocolError { detail: String::new() })
            }
        }
    }
}

fn challenge(token: &[u8], secret: &str) -> Challenge {
    let key = KeyMaterial::of_secret(secret, String::new());
    Challenge::new(
        token.to_vec(),
        Arc::new(Context::new(Application::Jwt, &["key"], &[])),
        Arc::new(BTreeMap::from([("key".to_owned(), key)])),
        0,
    )
}

fn ask(
    runtime: &Runtime,
    address: SocketAddr,
    crashed: &dyn Fn() -> Option<String>,
    tokens: &[&[u8]],
) -> Vec<Observation> {
    ask_over(&AnyText, runtime, address, crashed, tokens)
}

fn ask_over(
    protocol: &impl Protocol,
    runtime: &Runtime,
    address: SocketAddr,
    crashed: &dyn Fn() -> Option<String>,
    tokens: &[&[u8]],
) -> Vec<Observation> {
    let asker = Asker {
        protocol,
        address,
        at: None,
        answer_within: Duration::from_millis(300),
        at_a_time: CONCURRENCY,
        crashed: Some(crashed),
        aside: None,
    };
    let challenges: Vec<_> = tokens.iter().map(|token| challenge(token, "")).collect();
    replay(&asker, runtime, &challenges)
}

fn replay(asker: &Asker<'_, impl Protocol>, runtime: &Runtime, challenges: &[Challenge]) -> Vec<Observation> {
    let questions = Questions::new(challenges.len(), |at| Ok(challenges[at].clone()));
    runtime.block_on(asker.ask_all(&questions));
    questions.observations().unwrap()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_server_that_never_answers_is_a_time_out_not_a_refusal() {
    let runtime = runtime();
    // The kernel takes the connection; nobody ever reads from it.
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    assert_eq!(
        ask(&runtime, address, &|| None, &[b"a", b"", b"b"]),
        [
            Observation::TimedOut { after_ms: 300 },
            Observation::Unsupported { what: "empty-token".to_owned() },
            Observation::TimedOut { after_ms: 300 },
        ]
    );
}

/// Nobody is answered before all of them are there.
#[test]
fn as_many_are_asked_at_once_as_it_says() {
    let runtime = runtime();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        let mut clients = Vec::new();
        while clients.len() < CONCURRENCY {
            let (stream, _) = listener.accept().await.unwrap();
            clients.push(tokio_tungstenite::accept_async(stream).await.unwrap());
        }
        while let Some(mut client) = clients.pop() {
            client.send(Message::text("yes")).await.unwrap();
            tokio::spawn(async move { client.next().await });
        }
    });
    let tokens: Vec<String> = (0..CONCURRENCY).map(|number| format!("h.p.{number}")).collect();
    let tokens: Vec<&[u8]> = tokens.iter().map(String::as_bytes).collect();
    let seen = ask(&runtime, address, &|| None, &tokens);
    assert_eq!(seen, vec![Observation::Accepted { result: Box::default() }; CONCURRENCY]);
}

#[test]
fn a_dropped_connection_is_a_crash_only_where_the_server_died() {
    let runtime = runtime();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let seen = ask(&runtime, address, &|| None, &[b"a"]);
    assert!(
        matches!(&seen[..], [Observation::ProtocolError { detail }] if detail.contains("refused")),
        "{seen:?}"
    );
    let died = || Some("signal: 9".to_owned());
    assert_eq!(
        ask(&runtime, address, &died, &[b"a"]),
        [Observation::Crashed { detail: "signal: 9".to_owned() }]
    );
}

#[test]
fn what_a_server_logged_of_others_before_it_died_is_not_repeated() {
    let runtime = runtime();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    const OURS: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.e30.signature-of-this-one";
    const ANOTHERS: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.e30.signature-of-another";
    let logged = String::from_utf8_lossy(ANOTHERS);
    let died = || Some(format!("signal: 9; last log lines: bad command {logged}"));
    let of_another = "signal: 9; last log lines: bad command (a token)".to_owned();
    let leaks = "what is left of it leaks the signature".to_owned();
    assert_eq!(
        ask(&runtime, address, &died, &[OURS, ANOTHERS]),
        [Observation::Crashed { detail: of_another }, Observation::Crashed { detail: leaks }]
    );
}

/// A Centrifugo that answers these commands and no others.
fn answers(runtime: &Runtime, commands: &'static [&'static str]) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
                while let Some(Ok(Message::Text(text))) = socket.next().await {
                    for line in text.lines() {
                        let command: serde_json::Value = serde_json::from_str(line).unwrap();
                        let name = commands.iter().find(|name| command[**name].is_object());
                        let Some(name) = name else { continue };
                        let id = &command["id"];
                        let answer = format!(r#"{{"id":{id},"{name}":{{"client":"c"}}}}"#);
                        socket.send(Message::text(answer)).await.unwrap();
                    }
                }
            });
        }
    });
    address
}

#[test]
fn a_server_that_is_silent_about_presence_has_not_said_that_nobody_is_there() {
    let runtime = runtime();
    let protocol = Centrifugo::of_version("5.4.9").unwrap().protocol(Look::Effects);
    let look_at = |channel: &str| Action::LookAt { channel: channel.to_owned() };
    let flow = FlowChallenge {
        tokens: BTreeMap::from([("first".to_owned(), b"h.p.s".to_vec())]),
        for_client: BTreeMap::new(),
        steps: vec![
            Step { at: 0, action: Action::Connect { token: Some("first".to_owned()) }, refused: None },
            Step { at: 0, action: look_at("a"), refused: None },
        ],
        context: Arc::new(Context::new(Application::CentrifugoConnection, &[], &[])),
        keys: Arc::new(BTreeMap::new()),
        now: 0,
    };
    let silence = Observation::TimedOut { after_ms: 1000 };
    let unanswered = Observation::ProtocolError { detail: "no answer about presence in \"a\"".to_owned() };
    for (commands, token, flowed) in [
        (&["connect", "subscribe"][..], Some(silence.clone()), silence),
        // It talks, and cannot say this: as where the info of a client is no JSON.
        (&["connect", "subscribe", "unsubscribe"][..], None, unanswered),
    ] {
        let asker = Asker {
            protocol: &protocol,
            address: answers(&runtime, commands),
            at: None,
            answer_within: Duration::from_secs(1),
            at_a_time: CONCURRENCY,
            crashed: None,
            aside: None,
        };
        let seen = replay(&asker, &runtime, &[challenge(b"h.p.s", "")]).remove(0);
        match token {
            Some(expected) => assert_eq!(seen, expected),
            None => assert!(
                matches!(&seen, Observation::Accepted { result } if result.user.is_none()),
                "{seen:?}"
            ),
        }
        let followed = runtime.block_on(asker.follow_all(std::slice::from_ref(&flow), &|_| Ok(())));
        assert_eq!(followed[0].observation, flowed, "{commands:?}");
    }
}

/// Goes through no flow, and tells what it should not.
struct Telltale;

impl Protocol for Telltale {
    type Connection = Connection;

    fn opening(&self, challenge: &Challenge) -> Result<Handshake, Observation> {
        AnyText.opening(challenge)
    }

    async fn converse(
        &self,
        connection: &mut Connection,
        challenge: &Challenge,
    ) -> Result<Observation, Failure> {
        AnyText.converse(connection, challenge).await
    }

    async fn follow(
        &self,
        _: SocketAddr,
        _: &FlowChallenge,
        _: &Configure<'_>,
        _: &Record,
        _: &mut Way,
    ) -> Result<Observation, Failure> {
        Err(Failure::Unknown("{\"error\":\"key a-long-secret\"}".to_owned()))
    }
}

#[test]
fn a_flow_that_comes_to_no_end_repeats_no_secret() {
    let Challenge { context, keys, .. } = challenge(b"", "a-long-secret");
    // That of the configuration which the server reads later is one too.
    let context = Box::new((*context).clone());
    let steps = vec![Step { at: 0, action: Action::Configure { context }, refused: None }];
    let flow = FlowChallenge {
        tokens: BTreeMap::new(),
        for_client: BTreeMap::new(),
        steps,
        context: Arc::new(Context::new(Application::Jwt, &[], &[])),
        keys,
        now: 0,
    };
    let asker = Asker {
        protocol: &Telltale,
        address: SocketAddr::from(([127, 0, 0, 1], 1)),
        at: None,
        answer_within: Duration::from_millis(300),
        at_a_time: CONCURRENCY,
        crashed: None,
        aside: None,
    };
    let followed = runtime().block_on(asker.follow_all(&[flow], &|_| Ok(())));
    let leaks = Observation::ProtocolError { detail: "leaks the secret".to_owned() };
    assert_eq!(followed, [Followed::at_once(leaks)]);
}

/// Every way in which Centrifugo is asked, by the name of its transport.
fn every_transport() -> Vec<(&'static str, ClientProtocol)> {
    let server = Centrifugo::of_version("5.4.9").unwrap();
    let over = |name| (name, server.clone().over(name).unwrap().protocol(Look::Effects));
    std::iter::once(("", server.protocol(Look::Effects)))
        .chain(Centrifugo::TRANSPORTS.iter().copied().map(over))
        .collect()
}

/// A server that says this to every client after its first word, and hangs up.
fn says(runtime: &Runtime, transport: &'static str, said: &'static [u8]) -> SocketAddr {
    says_and(runtime, transport, said, Then::HangsUp)
}

/// What a server does that has said its word.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    HangsUp,
    SaysNothingMore,
}

fn says_and(runtime: &Runtime, transport: &'static str, said: &'static [u8], then: Then) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            if matches!(transport, "" | "protobuf" | "uni_websocket") {
                let mut websocket = tokio_tungstenite::accept_async(stream).await.unwrap();
                websocket.next().await.unwrap().unwrap();
                let message = match transport {
                    "protobuf" => Message::binary(said),
                    _ => Message::text(std::str::from_utf8(said).unwrap()),
                };
                if !said.is_empty() {
                    websocket.send(message).await.unwrap();
                }
                if then == Then::SaysNothingMore {
                    tokio::spawn(async move { while websocket.next().await.is_some_and(|it| it.is_ok()) {} });
                }
            } else {
                assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0, "the first word");
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                stream.write_all(said).await.unwrap();
                if then == Then::HangsUp {
                    stream.shutdown().await.unwrap();
                }
                // What is left unread would make a reset of the end.
                tokio::spawn(async move { stream.read_to_end(&mut Vec::new()).await });
            }
        }
    });
    address
}

#[test]
fn a_silence_is_a_time_out_over_every_transport() {
    let runtime = runtime();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    for (name, protocol) in every_transport() {
        let seen = ask_over(&protocol, &runtime, address, &|| None, &[b"a"]);
        assert_eq!(seen, [Observation::TimedOut { after_ms: 300 }], "{name}");
    }
}

#[test]
fn a_dropped_connection_is_no_refusal_over_any_transport() {
    let runtime = runtime();
    for (name, protocol) in every_transport() {
        let address = says(&runtime, name, b"");
        let seen = ask_over(&protocol, &runtime, address, &|| None, &[b"a"]);
        assert!(
            matches!(&seen[..], [Observation::ProtocolError { detail }] if detail.contains("dropped")),
            "{name}: {seen:?}"
        );
        let died = || Some("signal: 9".to_owned());
        let seen = ask_over(&protocol, &runtime, address, &died, &[b"a"]);
        assert_eq!(seen, [Observation::Crashed { detail: "signal: 9".to_owned() }], "{name}");
    }
}

/// What was said is looked through also where no answer comes, and where the answer cannot be read.
#[test]
fn a_leak_before_the_end_of_patience_is_found_over_every_transport() {
    let runtime = runtime();
    let leaks = Observation::ProtocolError { detail: "leaks the signature".to_owned() };
    for (name, protocol) in every_transport() {
        let (push, garbage): (&[u8], &[u8]) = match name {
            // An empty push with an unknown field behind it, in a frame of its length.
            "protobuf" => (b"\x12\x22\x00\x7a\x0esignature-text", b"\x0fsignature-text!"),
            "sse" | "uni_sse" => (
                b"data: {\"push\":{\"message\":{\"data\":\"signature-text\"}}}\n\n",
                b"data: signature-text\n\n",
            ),
            "" | "http_stream" => {
                (b"{\"push\":{\"message\":{\"data\":\"signature-text\"}}}\n", b"signature-text\n")
            }
            _ => (b"{\"message\":{\"data\":\"signature-text\"}}\n", b"signature-text\n"),
        };
        for (said, then) in [(push, Then::SaysNothingMore), (push, Then::HangsUp), (garbage, Then::HangsUp)] {
            let address = says_and(&runtime, name, said, then);
            let seen = ask_over(&protocol, &runtime, address, &|| None, &[b"h.p.s", b"h.p.signature-text"]);
            assert!(
                !matches!(&seen[0], Observation::Accepted { .. } | Observation::Refused { .. })
                    && seen[0] != leaks,
                "{name}: {seen:?}"
            );
            assert_eq!(seen[1], leaks, "{name}");
        }
    }
}

/// Whoever opens no connection may say more than a status.
#[test]
fn a_leak_in_a_refused_handshake_is_found_over_every_transport() {
    let runtime = runtime();
    let leaks = Observation::ProtocolError { detail: "leaks the signature".to_owned() };
    for answer in [
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 17\r\n\r\nno signature-text",
        "HTTP/1.1 403 Forbidden\r\nX-Because: signature-text\r\nContent-Length: 0\r\n\r\n",
    ] {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0, "the first word");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                    stream.read_to_end(&mut Vec::new()).await
                });
            }
        });
        for (name, protocol) in every_transport() {
            let seen = ask_over(&protocol, &runtime, address, &|| None, &[b"h.p.s", b"h.p.signature-text"]);
            assert!(
                matches!(&seen[0], Observation::ProtocolError { detail } if detail.contains("403")),
                "{name}: {seen:?}"
            );
            assert_eq!(seen[1], leaks, "{name}, {answer}");
        }
    }
}

#[test]
fn a_refusal_is_one_and_a_leak_in_it_is_found_over_every_transport() {
    let runtime = runtime();
    for (name, protocol) in every_transport() {
        let (said, answer): (&[u8], _) = match name {
            "" | "http_stream" => {
                (b"{\"id\":1,\"error\":{\"code\":109,\"message\":\"signature-text\"}}\n", "error 109")
            }
            "protobuf" => (b"\x16\x08\x01\x12\x12\x08\x6d\x12\x0esignature-text", "error 109"),
            "sse" => (
                b"\r\ndata: {\"push\":{\"disconnect\":{\"code\":3500,\"reason\":\"signature-text\"}}}\n\n",
                "close 3500",
            ),
            "uni_sse" => {
                (b"data: {\"disconnect\":{\"code\":3500,\"reason\":\"signature-text\"}}\n\n", "close 3500")
            }
            _ => (b"{\"disconnect\":{\"code\":3500,\"reason\":\"signature-text\"}}\n", "close 3500"),
        };
        let address = says(&runtime, name, said);
        let seen = ask_over(&protocol, &runtime, address, &|| None, &[b"h.p.s", b"h.p.signature-text"]);
        let refused = Observation::Refused {
            reason: None,
            answer: Some(answer.to_owned()),
            text: "signature-text".to_owned(),
        };
        let leaks = Observation::ProtocolError { detail: "leaks the signature".to_owned() };
        assert_eq!(seen, [refused, leaks], "{name}");
    }
}
