//! The Action Cable handshake with a token, and what it is answered by.

use jotproof_model::{Challenge, Observation, Seen};
use serde_json::{Value, json};

use super::rpc;
use super::submission::Submission;
use crate::http::percent_encode;
use crate::live::Carriage as _;
use crate::live::address::Address;
use crate::live::target::Look;
use crate::live::version::Told;
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

/// Waits for the answer to a handshake, and looks at what an accepted client was given.
pub(super) async fn converse(connection: &mut Connection, look: Look) -> Result<Observation, Failure> {
    loop {
        let message = match connection.receive().await? {
            Event::Text(text) => Message::read(&text),
            Event::Binary(octets) => {
                return Err(Failure::Unknown(format!("a binary frame of {} octets", octets.len())));
            }
            // An error of the server's own while it read a token: the profile says whether that
            // is a refusal.
            Event::Closed { code: 1011, reason } => {
                return Ok(Observation::Refused {
                    reason: None,
                    answer: Some("close 1011".to_owned()),
                    text: reason,
                });
            }
            Event::Closed { code, reason } => return Ok(unexpected_close(code, &reason)),
        };
        match message {
            Message::Ping => {}
            Message::Welcome => match look {
                Look::Answer => return Ok(accepted(connection, None).await),
                Look::Effects => {
                    let subscribe = json!({ "command": "subscribe", "identifier": rpc::CHANNEL });
                    connection.send(subscribe.to_string()).await?;
                }
            },
            Message::Confirmation(confirmation) => {
                return Ok(accepted(connection, Some(confirmation)).await);
            }
            Message::Disconnect(reason) => {
                return Ok(Observation::Refused {
                    reason: None,
                    answer: Some(format!("disconnect {reason}")),
                    text: connection.closed().await.unwrap_or_default(),
                });
            }
            Message::Unknown(text) => {
                return Ok(Observation::ProtocolError { detail: format!("unknown frame {text:?}") });
            }
        }
    }
}

/// Shows a token to a server of any version, and gives what it tells of itself.
pub(super) async fn ask(address: &Address, token: &[u8]) -> Result<Told, Failure> {
    let handshake = Handshake {
        target: format!("/cable?jid={}", percent_encode(token)),
        subprotocol: Some(SUBPROTOCOL),
        headers: Vec::new(),
    };
    let handshake = match &address.path {
        Some(path) => handshake.at(path),
        None => handshake,
    };
    let mut connection = Connection::open(address.socket, &handshake).await?;
    let version = connection.header("X-AnyCable-Version").map(str::to_owned);
    let accepted = loop {
        match connection.receive().await? {
            Event::Text(text) => match Message::read(&text) {
                Message::Ping => {}
                Message::Welcome => break true,
                Message::Disconnect(_) => break false,
                Message::Confirmation(_) => {
                    return Err(Failure::Unknown("a confirmation that nobody asked for".to_owned()));
                }
                Message::Unknown(text) => return Err(Failure::Unknown(format!("unknown frame {text:?}"))),
            },
            Event::Binary(octets) => {
                return Err(Failure::Unknown(format!("a binary frame of {} octets", octets.len())));
            }
            // An error of the server's own while it read the token.
            Event::Closed { code: 1011, .. } => break false,
            Event::Closed { code, reason } => {
                return Err(Failure::Unknown(format!("close {code} {reason:?}")));
            }
        }
    };
    connection.close().await;
    Ok(Told { accepted, version, generation: None })
}

async fn accepted(connection: &mut Connection, confirmation: Option<Confirmation>) -> Observation {
    connection.leave().await;
    observed(confirmation)
}

/// An accepted client, as the confirmation of its subscription tells of it.
pub(super) fn observed(confirmation: Option<Confirmation>) -> Observation {
    let (identifiers, backend_asked) = confirmation.map(|it| (it.identifiers, it.backend_asked)).unzip();
    Observation::Accepted { result: Box::new(Seen { identifiers, backend_asked, ..Seen::default() }) }
}

/// What our channel confirms.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Confirmation {
    /// The identifiers of the connection.
    identifiers: String,
    /// Whether the backend was asked to let the client in.
    backend_asked: bool,
}

impl Confirmation {
    /// From the message that confirms a subscription.
    pub(super) fn read(message: &Value) -> Option<Self> {
        let message = message.get("message")?;
        Some(Self {
            identifiers: message.get("connection_identifiers")?.as_str()?.to_owned(),
            backend_asked: message.get("backend_asked")?.as_bool()?,
        })
    }
}

/// What an Action Cable server says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    Welcome,
    Ping,
    /// Of a subscription to our channel.
    Confirmation(Confirmation),
    /// With its reason.
    Disconnect(String),
    /// Anything else, by its beginning.
    Unknown(String),
}

impl Message {
    pub(super) fn read(text: &str) -> Self {
        let message: Option<Value> = serde_json::from_str(text).ok();
        let member = |name: &str| message.as_ref()?.get(name)?.as_str();
        let excerpt = || text.chars().take(200).collect();
        match (member("type"), member("reason")) {
            (Some("welcome"), _) => Self::Welcome,
            (Some("ping"), _) => Self::Ping,
            (Some("disconnect"), Some(reason)) => Self::Disconnect(reason.to_owned()),
            (Some("confirm_subscription"), _) => message
                .as_ref()
                .and_then(Confirmation::read)
                .map_or_else(|| Self::Unknown(excerpt()), Self::Confirmation),
            _ => Self::Unknown(excerpt()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Confirmation, Message};

    #[test]
    fn messages_are_told_by_their_type() {
        let table = [
            (r#"{"type":"welcome","sid":"x"}"#, Message::Welcome),
            (r#"{"type":"ping","message":1}"#, Message::Ping),
            (
                r#"{"type":"disconnect","reason":"unauthorized","reconnect":false}"#,
                Message::Disconnect("unauthorized".to_owned()),
            ),
            (r#"{"type":"disconnect"}"#, Message::Unknown(r#"{"type":"disconnect"}"#.to_owned())),
            (
                r#"{"type":"confirm_subscription","message":{"connection_identifiers":"{\"id\":1}","backend_asked":true}}"#,
                Message::Confirmation(Confirmation {
                    identifiers: r#"{"id":1}"#.to_owned(),
                    backend_asked: true,
                }),
            ),
            (
                r#"{"type":"confirm_subscription"}"#,
                Message::Unknown(r#"{"type":"confirm_subscription"}"#.to_owned()),
            ),
            ("welcome", Message::Unknown("welcome".to_owned())),
        ];
        for (text, message) in table {
            assert_eq!(Message::read(text), message, "{text}");
        }
    }
}
