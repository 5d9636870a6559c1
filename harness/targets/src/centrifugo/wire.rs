//! Centrifugo's client protocol as JSON: the commands, and what comes back.
//!
//! Version 1 is what Centrifugo 3 speaks unless asked otherwise, version 2 what came after. They name
//! the same things differently; what is in a result is the same in both.

use serde_json::{Value, json};

use super::members::{member, members, values};

/// A version of the client protocol, as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Version 1.
    Json1,
    /// Version 2.
    Json2,
}

/// A command of a client.
#[derive(Debug, Clone, Copy)]
pub(super) enum Command<'a> {
    /// Opens the session with a connection token.
    Connect { token: &'a str },
    /// Subscribes to a channel, with a subscription token where there is one.
    Subscribe { channel: &'a str, token: Option<&'a str> },
    /// Asks who is subscribed to a channel.
    Presence { channel: &'a str },
    /// Renews the session with a connection token.
    Refresh { token: &'a str },
    /// Renews a subscription with a token for its channel.
    SubRefresh { channel: &'a str, token: &'a str },
    /// Ends a subscription.
    Unsubscribe { channel: &'a str },
}

/// One thing that a server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Message {
    /// The answer to the command with this number.
    Answer { id: u32, outcome: Outcome },
    /// Something that nobody asked for: about a channel, or the session.
    Push,
    /// The server has ended a subscription.
    Unsubscribed { channel: String, code: i64, reason: String },
    /// A question whether we are still there; version 2 only.
    Ping,
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was done; the JSON text of its result.
    Done(String),
    /// It was not done.
    Error { code: i64, message: String },
}

impl Command<'_> {
    /// The name of the command, and of its result, in version 2.
    fn name(self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::Subscribe { .. } => "subscribe",
            Self::Presence { .. } => "presence",
            Self::Refresh { .. } => "refresh",
            Self::SubRefresh { .. } => "sub_refresh",
            Self::Unsubscribe { .. } => "unsubscribe",
        }
    }

    /// The number of the command in version 1.
    fn method(self) -> u32 {
        match self {
            Self::Connect { .. } => 0,
            Self::Subscribe { .. } => 1,
            Self::Unsubscribe { .. } => 2,
            Self::Presence { .. } => 4,
            Self::Refresh { .. } => 10,
            Self::SubRefresh { .. } => 11,
        }
    }

    fn parameters(self) -> Value {
        match self {
            Self::Connect { token } | Self::Refresh { token } => json!({ "token": token }),
            Self::Subscribe { channel, token: Some(token) } | Self::SubRefresh { channel, token } => {
                json!({ "channel": channel, "token": token })
            }
            Self::Subscribe { channel, token: None }
            | Self::Presence { channel }
            | Self::Unsubscribe { channel } => json!({ "channel": channel }),
        }
    }
}

/// The names under which version 2 gives a result.
const RESULTS: [&str; 6] = ["connect", "subscribe", "presence", "refresh", "sub_refresh", "unsubscribe"];

/// The number of the push by which version 1 ends a subscription.
const UNSUBSCRIBE: &str = "3";

impl Wire {
    /// The text of a command.
    pub(super) fn write(self, id: u32, command: Command<'_>) -> String {
        let parameters = command.parameters();
        match self {
            Self::Json1 => json!({ "id": id, "method": command.method(), "params": parameters }),
            Self::Json2 => json!({ "id": id, command.name(): parameters }),
        }
        .to_string()
    }

    /// What stands in a frame, in order; or what is wrong with it.
    pub(super) fn read(self, frame: &str) -> Result<Vec<Message>, String> {
        let unknown = || format!("unknown frame {}", excerpt(frame));
        values(frame)
            .ok_or_else(unknown)?
            .into_iter()
            .map(|text| self.message(text).ok_or_else(unknown))
            .collect()
    }

    fn message(self, text: &str) -> Option<Message> {
        let message = members(text)?;
        let Some(id) = member(&message, "id") else {
            return match self {
                Self::Json1 => {
                    let push = members(member(&message, "result")?)?;
                    match (member(&push, "type"), member(&push, "data")) {
                        (Some(UNSUBSCRIBE), data) => unsubscribed(&push, data.unwrap_or("{}")),
                        _ => Some(Message::Push),
                    }
                }
                Self::Json2 if message.is_empty() => Some(Message::Ping),
                Self::Json2 => {
                    let push = members(member(&message, "push")?)?;
                    match member(&push, "unsubscribe") {
                        Some(data) => unsubscribed(&push, data),
                        None => Some(Message::Push),
                    }
                }
            };
        };
        let results: Vec<&str> = match self {
            Self::Json1 => member(&message, "result").into_iter().collect(),
            Self::Json2 => RESULTS.iter().filter_map(|name| member(&message, name)).collect(),
        };
        let outcome = match (results[..].first(), member(&message, "error")) {
            (Some(result), None) if results.len() == 1 => {
                // A result is an object.
                members(result)?;
                Outcome::Done((*result).to_owned())
            }
            (None, Some(error)) => refusal(error)?,
            _ => return None,
        };
        Some(Message::Answer { id: id.parse().ok()?, outcome })
    }

    /// The reason that a close frame gives.
    pub(super) fn close_reason(self, text: &str) -> String {
        let stated = match self {
            // `{"reason":"invalid token","reconnect":false}`
            Self::Json1 => {
                members(text).and_then(|members| serde_json::from_str(member(&members, "reason")?).ok())
            }
            Self::Json2 => None,
        };
        stated.unwrap_or_else(|| text.to_owned())
    }
}

/// The push by which a subscription ends.
fn unsubscribed(push: &[(String, &str)], data: &str) -> Option<Message> {
    let data = members(data)?;
    Some(Message::Unsubscribed {
        channel: serde_json::from_str(member(push, "channel")?).ok()?,
        code: member(&data, "code").map_or(Some(0), |code| code.parse().ok())?,
        reason: member(&data, "reason")
            .map_or(Some(String::new()), |text| serde_json::from_str(text).ok())?,
    })
}

fn refusal(text: &str) -> Option<Outcome> {
    let error = members(text)?;
    let message = match member(&error, "message") {
        Some(message) => serde_json::from_str(message).ok()?,
        None => String::new(),
    };
    Some(Outcome::Error { code: member(&error, "code")?.parse().ok()?, message })
}

/// The beginning of a text, for a message.
pub(super) fn excerpt(text: &str) -> String {
    const LENGTH: usize = 200;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Message, Outcome, Wire};

    fn done(id: u32, text: &str) -> Message {
        Message::Answer { id, outcome: Outcome::Done(text.to_owned()) }
    }

    #[test]
    fn commands_are_written_as_each_version_has_them() {
        let subscribe = Command::Subscribe { channel: "c", token: Some("t") };
        assert_eq!(
            Wire::Json1.write(1, Command::Connect { token: "\"" }),
            r#"{"id":1,"method":0,"params":{"token":"\""}}"#
        );
        assert_eq!(
            Wire::Json1.write(2, subscribe),
            r#"{"id":2,"method":1,"params":{"channel":"c","token":"t"}}"#
        );
        assert_eq!(
            Wire::Json2.write(1, Command::Connect { token: "\"" }),
            r#"{"connect":{"token":"\""},"id":1}"#
        );
        assert_eq!(
            Wire::Json2.write(3, Command::Presence { channel: "c" }),
            r#"{"id":3,"presence":{"channel":"c"}}"#
        );
    }

    #[test]
    fn answers_are_read_as_they_come() {
        let expired = Message::Answer {
            id: 1,
            outcome: Outcome::Error { code: 109, message: "token expired".to_owned() },
        };
        let table = [
            (Wire::Json2, r#"{"id":1,"connect":{"client":"c"}}"#, vec![done(1, r#"{"client":"c"}"#)]),
            (Wire::Json1, r#"{"id":1,"result":{"n":1e400}}"#, vec![done(1, r#"{"n":1e400}"#)]),
            (
                Wire::Json2,
                "{}\n{\"push\":{}}\n{\"id\":2,\"subscribe\":{}}",
                vec![Message::Ping, Message::Push, done(2, "{}")],
            ),
            (Wire::Json1, r#"{"result":{"type":1,"channel":"c"}}"#, vec![Message::Push]),
            (
                Wire::Json1,
                r#"{"result":{"type":3,"channel":"c","data":{}}}"#,
                vec![Message::Unsubscribed { channel: "c".to_owned(), code: 0, reason: String::new() }],
            ),
            (
                Wire::Json2,
                r#"{"push":{"channel":"c","unsubscribe":{"code":2501,"reason":"expired"}}}"#,
                vec![Message::Unsubscribed {
                    channel: "c".to_owned(),
                    code: 2501,
                    reason: "expired".to_owned(),
                }],
            ),
            (
                Wire::Json1,
                r#"{"id":1,"error":{"code":109,"message":"token expired"}}"#,
                vec![expired.clone()],
            ),
            (Wire::Json2, r#"{"id":1,"error":{"code":109,"message":"token expired"}}"#, vec![expired]),
        ];
        for (wire, frame, messages) in table {
            assert_eq!(wire.read(frame), Ok(messages), "{frame}");
        }
    }

    #[test]
    fn what_the_protocol_does_not_have_is_no_message() {
        for frame in [
            "hello",
            "[]",
            r#"{"id":1}"#,
            r#"{"id":1,"connect":{},"error":{"code":1}}"#,
            r#"{"id":1,"connect":{},"presence":{}}"#,
            r#"{"id":1,"connect":7}"#,
            r#"{"id":"1","connect":{}}"#,
            r#"{"id":1,"error":{"message":"no code"}}"#,
            r#"{"connect":{}}"#,
            r#"{"id":1,"result":{}}"#,
        ] {
            assert!(Wire::Json2.read(frame).is_err(), "{frame}");
        }
        assert!(Wire::Json1.read("{}").is_err(), "version 1 has no such ping");
    }

    #[test]
    fn a_close_reason_is_json_in_version_1() {
        let text = r#"{"reason":"invalid token","reconnect":false}"#;
        assert_eq!(Wire::Json1.close_reason(text), "invalid token");
        assert_eq!(Wire::Json1.close_reason("invalid token"), "invalid token");
        assert_eq!(Wire::Json2.close_reason(text), text);
    }
}
