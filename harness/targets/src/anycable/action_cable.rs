//! The Action Cable handshake with a token in the query, and what it is answered by.

use std::fmt::Write as _;

use jotproof_model::{Challenge, Observation, Seen};
use serde_json::{Value, json};

use super::rpc;
use crate::live::Protocol;
use crate::live::address::Address;
use crate::live::target::Look;
use crate::live::version::Told;
use crate::websocket::{Connection, Event, Failure, Handshake, unexpected_close};

/// Connects with a token in the query parameter `jid`.
///
/// Observed of an accepted token: the identifiers, as AnyCable tells them to its RPC server when the
/// client subscribes to a channel. `welcome` does not tell them.
#[derive(Debug, Clone, Copy)]
pub struct QueryToken {
    pub(super) look: Look,
}

impl Protocol for QueryToken {
    fn handshake(&self, challenge: &Challenge) -> Result<Handshake, Observation> {
        Ok(handshake(&challenge.token))
    }

    async fn converse(&self, connection: &mut Connection, _: &Challenge) -> Result<Observation, Failure> {
        loop {
            let message = match connection.receive().await? {
                Event::Text(text) => Message::read(&text),
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
                Message::Welcome => match self.look {
                    Look::Answer => return Ok(accepted(connection, None).await),
                    Look::Effects => {
                        let subscribe = json!({ "command": "subscribe", "identifier": rpc::CHANNEL });
                        connection.send(subscribe.to_string()).await?;
                    }
                },
                Message::Confirmation(identifiers) => {
                    return Ok(accepted(connection, Some(identifiers)).await);
                }
                Message::Disconnect(reason) => {
                    return Ok(Observation::Refused {
                        reason: None,
                        answer: Some(format!("disconnect {reason}")),
                        text: connection.close().await.unwrap_or_default(),
                    });
                }
                Message::Unknown(text) => {
                    return Ok(Observation::ProtocolError { detail: format!("unknown frame {text:?}") });
                }
            }
        }
    }
}

fn handshake(token: &[u8]) -> Handshake {
    Handshake {
        target: format!("/cable?jid={}", percent_encode(token)),
        subprotocol: Some("actioncable-v1-json"),
    }
}

/// Shows a token to a server of any version, and gives what it tells of itself.
pub(super) async fn ask(address: &Address, token: &[u8]) -> Result<Told, Failure> {
    let handshake = match &address.path {
        Some(path) => handshake(token).at(path),
        None => handshake(token),
    };
    let mut connection = Connection::open(address.socket, &handshake).await?;
    let version = connection.header("X-AnyCable-Version").map(str::to_owned);
    let accepted = loop {
        match connection.receive().await? {
            Event::Text(text) => match Message::read(&text) {
                Message::Ping => {}
                Message::Welcome => break true,
                Message::Disconnect(_) => break false,
                Message::Confirmation(text) | Message::Unknown(text) => {
                    return Err(Failure::Unknown(format!("unknown frame {text:?}")));
                }
            },
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

async fn accepted(connection: &mut Connection, identifiers: Option<String>) -> Observation {
    connection.close().await;
    Observation::Accepted { result: Box::new(Seen { identifiers, ..Seen::default() }) }
}

/// What an Action Cable server says.
#[derive(Debug, PartialEq, Eq)]
enum Message {
    Welcome,
    Ping,
    /// Of a subscription to our channel, with the identifiers of the connection.
    Confirmation(String),
    /// With its reason.
    Disconnect(String),
    /// Anything else, by its beginning.
    Unknown(String),
}

impl Message {
    fn read(text: &str) -> Self {
        let message: Option<Value> = serde_json::from_str(text).ok();
        let member = |name: &str| message.as_ref()?.get(name)?.as_str();
        let excerpt = || text.chars().take(200).collect();
        match (member("type"), member("reason")) {
            (Some("welcome"), _) => Self::Welcome,
            (Some("ping"), _) => Self::Ping,
            (Some("disconnect"), Some(reason)) => Self::Disconnect(reason.to_owned()),
            (Some("confirm_subscription"), _) => match member("connection_identifiers") {
                Some(identifiers) => Self::Confirmation(identifiers.to_owned()),
                None => Self::Unknown(excerpt()),
            },
            _ => Self::Unknown(excerpt()),
        }
    }
}

/// RFC 3986 section 2.1, for every octet that is not unreserved (section 2.3).
fn percent_encode(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for &octet in octets {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) {
            text.push(char::from(octet));
        } else {
            // Writing to a string does not fail.
            let _ = write!(text, "%{octet:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Message, percent_encode};

    #[test]
    fn every_octet_that_is_not_unreserved_is_encoded() {
        assert_eq!(percent_encode(b"aZ09-._~"), "aZ09-._~");
        assert_eq!(percent_encode(b" +/=%&;\0\xff\n"), "%20%2B%2F%3D%25%26%3B%00%FF%0A");
    }

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
                r#"{"type":"confirm_subscription","identifier":"{}","connection_identifiers":"{\"id\":1}"}"#,
                Message::Confirmation(r#"{"id":1}"#.to_owned()),
            ),
            ("welcome", Message::Unknown("welcome".to_owned())),
        ];
        for (text, message) in table {
            assert_eq!(Message::read(text), message, "{text}");
        }
    }
}
