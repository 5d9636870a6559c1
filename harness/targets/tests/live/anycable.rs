//! AnyCable: outcomes as its documentation has them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use jotproof_engine::Suite;
use jotproof_engine::target::{CannotCarry, Followed, Target as _};
use jotproof_mint::{Mint, keys};
use jotproof_model::context::{Carrier, Fallback};
use jotproof_model::{
    Action, Algorithm, Application, Context, Expectation, FlowChallenge, Identification, NamedSession,
    Observation, Reason, Seen, Step, Subject,
};
use jotproof_targets::live::leak::Record;
use jotproof_targets::live::{CONCURRENCY, Carriage as _};
use jotproof_targets::server::pinned::ANYCABLE_1;
use jotproof_targets::server::process::{READY_WITHIN, RunningServer};
use jotproof_targets::websocket::{Connection, Event, Handshake};
use jotproof_targets::{AnycableTarget, ServerBinary};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::machine::pinned;
use crate::tokens::{SECRET, ask, context, hs256, now, replay, short, signed};

fn target(options: &[(&str, &str)]) -> AnycableTarget {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    AnycableTarget::process(ANYCABLE_1.version, pinned(&ANYCABLE_1), options).unwrap()
}

#[test]
fn tokens_are_accepted_and_refused_in_its_own_words() {
    let context = context(Application::Anycable, &[SECRET]);
    let valid = hs256(r#"{"ext":"{}","exp":{{now+3600}}}"#);
    assert_eq!(
        ask(
            &target(&[]),
            &context,
            &[
                valid.clone(),
                hs256(r#"{"ext":"{}","exp":{{now-3600}}}"#),
                signed("hmac-64-bytes-foreign", Algorithm::HS256, r#"{"ext":"{}"}"#),
                hs256(r#"{"exp":{{now+3600}}}"#),
                Vec::new(),
                b"\xff%zz;&=+".to_vec(),
                vec![b'x'; 200_000],
                vec![b'x'; 2_000_000],
                signed(SECRET, Algorithm::HS512, r#"{"ext":""}"#),
                valid,
            ]
        ),
        [
            "accepted",
            "disconnect token_expired",
            "disconnect unauthorized",
            "close 1011",
            "disconnect unauthorized",
            "disconnect unauthorized",
            "disconnect unauthorized",
            r#"OverLimit { what: "HTTP 431" }"#,
            "accepted",
            "accepted",
        ]
    );
}

#[test]
fn identifiers_are_observed_byte_for_byte() {
    let context = context(Application::Anycable, &[SECRET]);
    let mut deployment = target(&[]).deploy(&context, keys::all()).unwrap();
    let texts = [r#"{"id":1}"#, r#"{ "id" : 1 }"#, "", "not json", "\u{442}\u{1f600}", "\u{0}", "\"\\"];
    let tokens: Vec<_> =
        texts.iter().map(|text| hs256(&serde_json::json!({ "ext": text }).to_string())).collect();
    for (text, observation) in texts.iter().zip(replay(&mut *deployment, &context, &tokens)) {
        let Observation::Accepted { result } = observation else { panic!("{observation:?}") };
        assert_eq!(result.identifiers.as_deref(), Some(*text));
    }
}

#[test]
fn sixty_four_clients_at_once_see_nobody_elses_identifiers() {
    let context = context(Application::Anycable, &[SECRET]);
    let identifiers = |user: usize| format!(r#"{{"user":{user}}}"#);
    let token = |user| hs256(&serde_json::json!({ "ext": identifiers(user) }).to_string());
    let tokens: Vec<_> = (0..CONCURRENCY).map(token).collect();
    for target in [target(&[]), target(&[]).over("sse").unwrap()] {
        let mut deployment = target.deploy(&context, keys::all()).unwrap();
        let seen = replay(&mut *deployment, &context, &tokens);
        assert_eq!(seen.len(), CONCURRENCY);
        for (user, observation) in seen.into_iter().enumerate() {
            let Observation::Accepted { result } = observation else { panic!("{observation:?}") };
            assert_eq!(result.identifiers, Some(identifiers(user)));
        }
    }
}

#[test]
fn identifiers_are_the_same_where_a_client_goes() {
    let identification =
        Identification { optional: true, fallback: Fallback::BackendAccepts, ..Identification::default() };
    let context =
        Context { identification: Some(identification), ..context(Application::Anycable, &[SECRET]) };
    let mut deployment = target(&[]).deploy(&context, keys::all()).unwrap();
    let texts = [r#"{"id":1}"#, r#"{ "id" : 1 }"#, "", "\u{442}\u{1f600}"];
    let tokens: Vec<_> =
        texts.iter().map(|text| hs256(&serde_json::json!({ "ext": text }).to_string())).collect();
    for (text, observation) in texts.iter().zip(replay(&mut *deployment, &context, &tokens)) {
        let Observation::Accepted { result } = observation else { panic!("{observation:?}") };
        assert_eq!(result.identifiers.as_deref(), Some(*text));
        assert_eq!(result.backend_asked, Some(false));
    }
    // Where AnyCable does not tell who goes, that is seen too: nothing comes before the time is up.
    let silent =
        target(&[("disconnect_mode", "never")]).with_bounds(READY_WITHIN, Duration::from_millis(500));
    let mut deployment = silent.deploy(&context, keys::all()).unwrap();
    let seen = replay(&mut *deployment, &context, &tokens[..1]);
    assert_eq!(seen, [Observation::TimedOut { after_ms: 500 }]);
}

/// What comes of a client that asks to resume a session without a token, and with a good one.
fn resumed(options: &[(&str, &str)], resumable: bool, session: NamedSession, refused: bool) -> [String; 2] {
    let context = Context {
        identification: Some(Identification { resumable, ..Identification::default() }),
        ..context(Application::Anycable, &[SECRET])
    };
    let mut deployment = target(options).deploy(&context, keys::all()).unwrap();
    let good = hs256(r#"{"ext":"{}"}"#);
    let first = if refused { b"rubbish".to_vec() } else { good.clone() };
    let flow = |token: Option<&str>| FlowChallenge {
        tokens: BTreeMap::from([("first".to_owned(), first.clone()), ("good".to_owned(), good.clone())]),
        for_client: BTreeMap::new(),
        steps: vec![
            Step {
                at: 0,
                action: Action::Connect { token: Some("first".to_owned()) },
                refused: refused.then_some(Reason::NotCompact),
            },
            Step {
                at: 0,
                action: Action::Resume { token: token.map(str::to_owned), session, plain: false },
                refused: None,
            },
        ],
        context: Arc::new(context.clone()),
        keys: Arc::new(keys::all().clone()),
        now: now(),
    };
    let followed = deployment.follow(&[flow(None), flow(Some("good"))]);
    let [without, with]: [Followed; 2] = followed.try_into().unwrap();
    [without, with].map(|Followed { observation, .. }| match observation {
        Observation::Accepted { result } => format!("accepted as {}", result.identifiers.unwrap()),
        other => short(&other),
    })
}

#[test]
fn a_session_that_is_kept_takes_the_place_of_a_token() {
    let (earlier, unknown) = (NamedSession::Earlier, NamedSession::Unknown);
    let (accepted, unauthorized) = ("accepted as {}", "disconnect unauthorized");
    for (resumable, session, without, with) in [
        (true, earlier, accepted, accepted),
        (true, unknown, unauthorized, accepted),
        (false, earlier, unauthorized, accepted),
    ] {
        let seen = resumed(&[], resumable, session, false);
        assert_eq!(seen, [without, with], "{resumable} {session:?}");
    }
}

#[test]
fn a_flow_that_goes_otherwise_than_it_says_is_no_verdict() {
    // A server that lets everybody in does not refuse the first connection.
    let open = [("public", "true"), ("enforce_jwt", "false"), ("secret", "")];
    let [seen, _] = resumed(&open, true, NamedSession::Earlier, true);
    assert!(seen.contains("step 0 (connect) came out otherwise: accepted"), "{seen}");
}

#[test]
fn an_insecure_server_can_be_asked_for() {
    let context = context(Application::Anycable, &[SECRET]);
    let tokens = [
        hs256(r#"{"ext":"{}"}"#),
        signed("hmac-64-bytes-foreign", Algorithm::HS256, r#"{"ext":"{}"}"#),
        b"rubbish".to_vec(),
    ];
    let open = target(&[("public", "true"), ("enforce_jwt", "false"), ("secret", "")]);
    assert_eq!(ask(&open, &context, &tokens), ["accepted"; 3]);

    let closed = target(&[("enforce_jwt", "false"), ("secret", "")]);
    assert_eq!(ask(&closed, &context, &tokens), ["disconnect unauthorized"; 3]);
}

#[test]
fn an_option_that_it_does_not_know_is_told_with_its_own_words() {
    let context = context(Application::Anycable, &[SECRET]);
    let error = target(&[("nonsense", "1")]).deploy(&context, keys::all()).err().unwrap();
    let error = error.to_string();
    assert!(error.contains("AnyCable died at start"), "{error}");
    assert!(error.contains("flag provided but not defined: -nonsense"), "{error}");
}

#[test]
fn what_has_no_counterpart_is_not_carried() {
    let target =
        AnycableTarget::process(ANYCABLE_1.version, ServerBinary::Pinned(&ANYCABLE_1), Vec::new()).unwrap();
    let plain = |keys| context(Application::Jwt, keys);
    let mut audience = plain(&[SECRET]);
    audience.audience = Some("a".to_owned());
    let mut issuer = plain(&[SECRET]);
    issuer.issuer = Some("a".to_owned());
    let table = [
        (plain(&[SECRET, "hmac-32-bytes"]), "two HMAC keys"),
        (plain(&["rsa-2048"]), "RSA key"),
        (plain(&["p-256"]), "EC key"),
        (audience, "audience"),
        (issuer, "issuer"),
        (context(Application::CentrifugoConnection, &[SECRET]), "application centrifugo-connection"),
    ];
    for (context, reason) in table {
        let refused = target.deployment(&context, keys::all());
        assert_eq!(refused, Err(CannotCarry(reason.to_owned())));
    }
}

/// The stored cases with identifiers that are easily changed on the way: the text of `ext` and a token.
fn odd_identifiers() -> BTreeMap<String, Vec<u8>> {
    let suite = Suite::built_in().unwrap();
    let mint = Mint::new(keys::all());
    let odd =
        |id: &str| id.starts_with("anycable/identification/ext-") || id.starts_with("anycable/snippets/");
    suite
        .vectors()
        .filter(|vector| odd(&vector.id.0) && !matches!(vector.expectation, Expectation::Reject { .. }))
        .filter_map(|vector| {
            let Subject::Token { recipe, .. } = &vector.subject else { return None };
            let identifiers = vector.effect.as_ref()?.identifiers.clone()?;
            Some((identifiers, mint.token(recipe, now()).unwrap()))
        })
        .collect()
}

/// A connection that was let in.
async fn connected(server: &RunningServer, token: &[u8]) -> Connection {
    let handshake = Handshake {
        target: format!("/cable?jid={}", String::from_utf8_lossy(token)),
        subprotocol: Some("actioncable-v1-json"),
        headers: Vec::new(),
    };
    let mut connection = Connection::open(server.address(), &handshake, &Record::default()).await.unwrap();
    let said = connection.receive().await.unwrap();
    assert!(matches!(&said, Event::Text(text) if text.contains("welcome")), "{said:?}");
    connection
}

/// Ends the connections with exactly these identifiers, as a backend does.
async fn disconnect_remotely(server: &RunningServer, identifiers: &str) {
    let payload = serde_json::json!({ "identifier": identifiers, "reconnect": false });
    let body = serde_json::json!({ "command": "disconnect", "payload": payload }).to_string();
    let request = format!(
        "POST /_broadcast HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        server.management_key(),
        body.len()
    );
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

/// Whether the server ends the connection remotely, before long.
async fn is_ended(connection: &mut Connection, within: Duration) -> bool {
    let ended = async {
        loop {
            match connection.receive().await.unwrap() {
                Event::Text(text) if text.contains(r#""type":"ping""#) => {}
                Event::Text(text) => return text,
                other => return format!("{other:?}"),
            }
        }
    };
    match timeout(within, ended).await {
        Ok(text) => {
            assert_eq!(text, r#"{"type":"disconnect","reason":"remote","reconnect":false}"#);
            true
        }
        Err(_) => false,
    }
}

#[test]
fn identifiers_are_those_by_which_a_backend_ends_connections() {
    let odd = odd_identifiers();
    assert!(odd.len() >= 40, "{} texts", odd.len());
    let context = context(Application::Anycable, &[SECRET]);
    let deployment = target(&[]).launch(&context, keys::all()).unwrap();
    let server = deployment.server();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connections = Vec::new();
        for (identifiers, token) in &odd {
            connections.push((identifiers, connected(server, token).await));
        }
        // What is nearly the same ends nobody.
        for identifiers in odd.keys() {
            let read = serde_json::from_str::<serde_json::Value>(identifiers);
            let nearly = [
                format!("{identifiers} "),
                identifiers.replace(' ', ""),
                identifiers.to_lowercase(),
                read.map_or_else(|_| format!("\"{identifiers}\""), |value| value.to_string()),
            ];
            for other in nearly.iter().filter(|other| !odd.contains_key(*other)) {
                disconnect_remotely(server, other).await;
            }
        }
        // The last command is done when this one is.
        let mut bystander = connected(server, &hs256(r#"{"ext":"bystander"}"#)).await;
        disconnect_remotely(server, "bystander").await;
        assert!(is_ended(&mut bystander, Duration::from_secs(5)).await);
        for (identifiers, connection) in &mut connections {
            assert!(!is_ended(connection, Duration::from_millis(2)).await, "{identifiers:?} was ended");
        }
        for (identifiers, connection) in &mut connections {
            disconnect_remotely(server, identifiers).await;
            assert!(is_ended(connection, Duration::from_secs(5)).await, "{identifiers:?} was not ended");
        }
    });
}

/// What was seen of a client without a token.
fn stranger(target: &AnycableTarget, fallback: Fallback) -> Seen {
    let identification = Identification { optional: true, fallback, ..Identification::default() };
    let context = Context {
        identification: Some(identification),
        submission: Some(Vec::<Carrier>::new()),
        ..context(Application::Anycable, &[SECRET])
    };
    let mut deployment = target.deploy(&context, keys::all()).unwrap();
    match replay(&mut *deployment, &context, &[Vec::new()]).remove(0) {
        Observation::Accepted { result } => *result,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_client_without_a_token_has_identifiers_of_its_own() {
    let public = [(); 2].map(|()| stranger(&target(&[]), Fallback::Public));
    let [one, other] = public.each_ref().map(|seen| seen.identifiers.as_deref().unwrap());
    assert!(one.starts_with(r#"{"sid":""#) && other.starts_with(r#"{"sid":""#), "{one} {other}");
    assert_ne!(one, other);
    assert_eq!(public.map(|seen| seen.backend_asked), [Some(false); 2]);

    let guest = stranger(&target(&[]), Fallback::BackendAccepts);
    assert_eq!((guest.identifiers.as_deref(), guest.backend_asked), (Some(r#"{"guest":true}"#), Some(true)));
}

#[test]
fn a_token_that_pyjwt_makes_as_documented_is_accepted() {
    const SNIPPET: &str = "import json, jwt, sys, time\n\
        identifiers = {'user_id': 42, 'name': 'Zo\u{eb}'}\n\
        payload = {'ext': json.dumps(identifiers), 'exp': int(time.time()) + 300}\n\
        print(jwt.encode(payload, sys.argv[1], algorithm='HS256'), end='')";
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/adapters/python/bin/python");
    let secret = keys::all()[SECRET].secret.clone().unwrap();
    let output = Command::new(&python)
        .args(["-c", SNIPPET, &secret])
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}: run ci/adapters", python.display()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let context = context(Application::Anycable, &[SECRET]);
    let mut deployment = target(&[]).deploy(&context, keys::all()).unwrap();
    let seen = replay(&mut *deployment, &context, &[output.stdout]);
    let Observation::Accepted { result } = &seen[0] else { panic!("{seen:?}") };
    assert_eq!(result.identifiers.as_deref(), Some(r#"{"user_id": 42, "name": "Zo\u00eb"}"#));
}
