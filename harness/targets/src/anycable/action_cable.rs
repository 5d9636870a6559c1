//! The Action Cable handshake with a token in the query, and what it is answered by.

use jotproof_model::{Challenge, Observation, Seen};
use serde_json::{Value, json};

use super::rpc;
use crate::http::percent_encode;
use crate::live::Protocol;
use crate::live::target::Look;
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
    type Connection = Connection;

    fn opening(&self, challenge: &Challenge) -> Result<Handshake, Observation> {
        Ok(Handshake {
            target: format!("/cable?jid={}", percent_encode(&challenge.token)),
            subprotocol: Some("actioncable-v1-json"),
        })
    }

    async fn converse(&self, connection: &mut Connection, _: &Challenge) -> Result<Observation, Failure> {
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

#[cfg(test)]
mod tests {
    use super::Message;

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
