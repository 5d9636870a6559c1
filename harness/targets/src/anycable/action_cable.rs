//! The Action Cable handshake with a token, and what it is answered by.

use jotproof_model::context::Parameter;
use jotproof_model::{Challenge, Observation, Seen};
use serde_json::{Value, json};

use super::rpc;
use super::submission::Submission;
use crate::http::percent_encode;
use crate::live::Carriage as _;
use crate::live::address::Address;
use crate::live::leak::Record;
use crate::live::version as server;
use crate::websocket::{Connection, Event, Failure, Handshake, unexpected_close};

/// The subprotocol that is spoken.
const SUBPROTOCOL: &str = "actioncable-v1-json";

/// The handshake that carries what is submitted.
pub(super) fn handshake(challenge: &Challenge) -> Result<Handshake, Observation> {
    let Submission { query, mut headers, subprotocols } = Submission::of(challenge)?;
    // Where a subprotocol carries a token, all of them are in one header, the spoken one first.
    let subprotocol = if subprotocols.is_empty() {
        Some(SUBPROTOCOL)
    } else {
        let all = format!("{SUBPROTOCOL}, {}", subprotocols.join(", "));
        headers.push(("Sec-WebSocket-Protocol".to_owned(), all));
        None
    };
    let target = if query.is_empty() { "/cable".to_owned() } else { format!("/cable?{query}") };
    Ok(Handshake { target, subprotocol, headers })
}

/// The answer to a handshake.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    /// The client is let in; with the name of its session, where that is told.
    Welcome(Option<String>),
    /// What else came of it.
    Other(Observation),
}

/// Waits for the answer to a handshake.
pub(super) async fn greeted(connection: &mut Connection) -> Result<Greeting, Failure> {
    loop {
        return Ok(match receive(connection).await? {
            Message::Ping => continue,
            Message::Welcome(session) => Greeting::Welcome(session),
            Message::Disconnect(reason) => Greeting::Other(Observation::Refused {
                reason: None,
                answer: Some(format!("disconnect {reason}")),
                text: connection.closed().await.unwrap_or_default(),
            }),
            // An error of the server's own while it read a token: the profile says whether that
            // is a refusal.
            Message::Closed { code: 1011, reason } => Greeting::Other(Observation::Refused {
                reason: None,
                answer: Some("close 1011".to_owned()),
                text: reason,
            }),
            Message::Closed { code, reason } => Greeting::Other(unexpected_close(code, &reason)),
            Message::Told(_) => return Err(Failure::Unknown("an answer before the welcome".to_owned())),
            Message::Unknown(text) => {
                Greeting::Other(Observation::ProtocolError { detail: format!("unknown frame {text:?}") })
            }
        });
    }
}

/// Sends commands about our channel, one after the other, and gives what is told of each.
pub(super) async fn act(connection: &mut Connection, commands: &[&str]) -> Result<Vec<Told>, Failure> {
    let mut all = Vec::new();
    for command in commands {
        let mut message = json!({ "command": command, "identifier": rpc::CHANNEL });
        if *command == "message" {
            message["data"] = r#"{"action":"tell"}"#.into();
        }
        connection.send(message.to_string()).await?;
        let told = loop {
            match receive(connection).await? {
                Message::Ping => {}
                Message::Told(told) if told.command == *command => break told,
                other => return Err(Failure::Unknown(format!("{other:?} in answer to {command}"))),
            }
        };
        all.push(told);
    }
    Ok(all)
}

/// Shows a token to a server of any version, and gives what it tells of itself.
pub(super) async fn ask(address: &Address, token: &[u8], record: &Record) -> Result<server::Told, Failure> {
    let handshake = Handshake {
        target: format!(
            "/cable?{}={}",
            address.parameter.as_deref().unwrap_or(Parameter::DEFAULT),
            percent_encode(token)
        ),
        subprotocol: Some(SUBPROTOCOL),
        headers: Vec::new(),
    };
    let mut connection = Connection::open(address.socket, &handshake.at(address), record).await?;
    let version = connection.header("X-AnyCable-Version").map(str::to_owned);
    let accepted = match greeted(&mut connection).await? {
        Greeting::Welcome(_) => true,
        Greeting::Other(Observation::Refused { .. }) => false,
        Greeting::Other(Observation::ProtocolError { detail }) => return Err(Failure::Unknown(detail)),
        Greeting::Other(other) => return Err(Failure::Unknown(format!("{other:?}"))),
    };
    connection.close().await;
    Ok(server::Told { accepted, version, generation: None })
}

/// An accepted client, as the answers to its commands tell of it. Identifiers are those of every command: where
/// they are not the same in all, they are all told, which no identifiers are.
pub(super) fn observed(told: &[Told]) -> Observation {
    let mut identifiers: Vec<&str> = told.iter().map(|told| told.identifiers.as_str()).collect();
    identifiers.dedup();
    let seen = Seen {
        identifiers: (!told.is_empty()).then(|| identifiers.join(" and then ")),
        backend_asked: told.first().map(|told| told.backend_asked),
        ..Seen::default()
    };
    Observation::Accepted { result: Box::new(seen) }
}

/// What our channel says in answer to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// The command.
    pub(super) command: String,
    /// The session.
    pub(super) session: String,
    /// The identifiers of the connection.
    pub(super) identifiers: String,
    /// Whether the backend was asked to let the client in.
    pub(super) backend_asked: bool,
}

impl Told {
    /// From a message of a channel.
    fn read(message: &Value) -> Option<Self> {
        let message = message.get("message")?;
        let text = |name: &str| message.get(name)?.as_str().map(str::to_owned);
        Some(Self {
            command: text("command")?,
            session: text("session")?,
            identifiers: text("connection_identifiers")?,
            backend_asked: message.get("backend_asked")?.as_bool()?,
        })
    }
}

/// What an Action Cable server says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// With the name of the session, where it has one.
    Welcome(Option<String>),
    Ping,
    /// By our channel, in answer to a command.
    Told(Told),
    /// With its reason.
    Disconnect(String),
    /// The end of a WebSocket.
    Closed {
        code: u16,
        reason: String,
    },
    /// Anything else, by its beginning.
    Unknown(String),
}

impl Message {
    pub(super) fn read(text: &str) -> Self {
        let message: Option<Value> = serde_json::from_str(text).ok();
        let member = |name: &str| message.as_ref()?.get(name)?.as_str();
        let excerpt = || text.chars().take(200).collect();
        match (member("type"), member("reason")) {
            (Some("welcome"), _) => Self::Welcome(member("sid").map(str::to_owned)),
            (Some("ping"), _) => Self::Ping,
            (Some("disconnect"), Some(reason)) => Self::Disconnect(reason.to_owned()),
            (Some("confirm_subscription") | None, _) => {
                message.as_ref().and_then(Told::read).map_or_else(|| Self::Unknown(excerpt()), Self::Told)
            }
            _ => Self::Unknown(excerpt()),
        }
    }
}

async fn receive(connection: &mut Connection) -> Result<Message, Failure> {
    Ok(match connection.receive().await? {
        Event::Text(text) => Message::read(&text),
        Event::Binary(octets) => {
            return Err(Failure::Unknown(format!("a binary frame of {} octets", octets.len())));
        }
        Event::Closed { code, reason } => Message::Closed { code, reason },
    })
}

#[cfg(test)]
mod tests {
    use super::{Message, Told, observed};
    use jotproof_model::{Observation, Seen};

    fn told(identifiers: &str) -> Told {
        Told {
            command: "message".to_owned(),
            session: "s".to_owned(),
            identifiers: identifiers.to_owned(),
            backend_asked: true,
        }
    }

    #[test]
    fn messages_are_told_by_their_type() {
        const MESSAGE: &str = r#""message":{"command":"message","session":"s","connection_identifiers":"{\"id\":1}","backend_asked":true}"#;
        let table = [
            (r#"{"type":"welcome","sid":"x"}"#.to_owned(), Message::Welcome(Some("x".to_owned()))),
            (r#"{"type":"welcome"}"#.to_owned(), Message::Welcome(None)),
            (r#"{"type":"ping","message":1}"#.to_owned(), Message::Ping),
            (
                r#"{"type":"disconnect","reason":"unauthorized","reconnect":false}"#.to_owned(),
                Message::Disconnect("unauthorized".to_owned()),
            ),
            (format!(r#"{{"type":"confirm_subscription",{MESSAGE}}}"#), Message::Told(told(r#"{"id":1}"#))),
            (format!("{{{MESSAGE}}}"), Message::Told(told(r#"{"id":1}"#))),
        ];
        for (text, message) in table {
            assert_eq!(Message::read(&text), message, "{text}");
        }
        for text in [
            r#"{"type":"disconnect"}"#.to_owned(),
            r#"{"type":"confirm_subscription"}"#.to_owned(),
            r#"{"message":{"connection_identifiers":"{}"}}"#.to_owned(),
            format!(r#"{{"type":"reject_subscription",{MESSAGE}}}"#),
            "welcome".to_owned(),
        ] {
            assert!(matches!(Message::read(&text), Message::Unknown(_)), "{text}");
        }
    }

    #[test]
    fn identifiers_that_are_not_the_same_in_every_command_are_no_identifiers() {
        let identifiers = |all: &[&str]| {
            let all: Vec<Told> = all.iter().map(|text| told(text)).collect();
            match observed(&all) {
                Observation::Accepted { result } => result.identifiers,
                other => panic!("{other:?}"),
            }
        };
        for (all, seen) in [
            (&["{}", "{}", "{}"][..], Some("{}")),
            (&[""], Some("")),
            (&["{}", "{ }", "{}"], Some("{} and then { } and then {}")),
            (&["{}", "{}", ""], Some("{} and then ")),
            (&[], None),
        ] {
            assert_eq!(identifiers(all).as_deref(), seen, "{all:?}");
        }
        let nothing = Observation::Accepted { result: Box::new(Seen::default()) };
        assert_eq!(observed(&[]), nothing);
    }
}
