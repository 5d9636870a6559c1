//! Centrifugo's client protocol as it is written: the commands, and what comes back.
//!
//! Version 1 is what Centrifugo 3 speaks unless asked otherwise, version 2 what came after. They name
//! the same things differently; what is in a result is the same in both. JSON is here, Protocol Buffers
//! are in [`protobuf`].

use std::borrow::Cow;
use std::str;

use serde_json::{Value, json};

use super::carriage::ClientName;
use super::members::{member, members, values};
use super::protobuf;

/// How the client protocol is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// JSON, version 1.
    Json1,
    /// JSON, version 2.
    Json2,
    /// JSON of a unidirectional transport, version 1: the parameters of `connect` and nothing around
    /// them, and pushes with nothing around them.
    Push1,
    /// The same, version 2.
    Push2,
    /// Protocol Buffers, version 1.
    Protobuf1,
    /// Protocol Buffers, version 2.
    Protobuf2,
}

/// A version of the client protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

/// What is sent, or comes, at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    Text(String),
    Binary(Vec<u8>),
}

/// A command of a client.
#[derive(Debug, Clone, Copy)]
pub(super) enum Command<'a> {
    /// Opens the session with a connection token.
    Connect { token: &'a [u8] },
    /// Subscribes to a channel, with a subscription token where there is one.
    Subscribe { channel: &'a str, token: Option<&'a [u8]> },
    /// Asks who is subscribed to a channel.
    Presence { channel: &'a str },
    /// Renews the session with a connection token.
    Refresh { token: &'a [u8] },
    /// Renews a subscription with a token for its channel.
    SubRefresh { channel: &'a str, token: &'a [u8] },
    /// Ends a subscription.
    Unsubscribe { channel: &'a str },
    /// Calls the backend: a method without a name, and nothing said.
    Rpc,
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
    /// A client has come to a channel.
    Joined { channel: String, client: String },
    /// That the connection ends, and why, where no close frame can say so.
    Disconnect(Disconnect),
    /// A question whether we are still there; version 2 only.
    Ping,
}

/// Why a connection ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disconnect {
    /// As in a close frame.
    pub(super) code: u16,
    pub(super) reason: String,
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was done.
    Done(Reply),
    /// It was not done.
    Error { code: i64, message: String },
}

/// The result of a command that was done, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// The text of a JSON object.
    Json(String),
    /// The octets of a message.
    Protobuf(Vec<u8>),
}

impl AsRef<[u8]> for Frame {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(octets) => octets,
        }
    }
}

impl AsRef<[u8]> for Reply {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Json(text) => text.as_bytes(),
            Self::Protobuf(octets) => octets,
        }
    }
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
            Self::Rpc => "rpc",
        }
    }

    /// The number of the command in version 1.
    pub(super) fn method(self) -> u32 {
        match self {
            Self::Connect { .. } => 0,
            Self::Subscribe { .. } => 1,
            Self::Unsubscribe { .. } => 2,
            Self::Presence { .. } => 4,
            Self::Rpc => 9,
            Self::Refresh { .. } => 10,
            Self::SubRefresh { .. } => 11,
        }
    }

    /// A token stands in a JSON string, which holds text only.
    fn parameters(self) -> Value {
        match self {
            Self::Connect { token } | Self::Refresh { token } => {
                json!({ "token": String::from_utf8_lossy(token) })
            }
            Self::Subscribe { channel, token: Some(token) } | Self::SubRefresh { channel, token } => {
                json!({ "channel": channel, "token": String::from_utf8_lossy(token) })
            }
            Self::Subscribe { channel, token: None }
            | Self::Presence { channel }
            | Self::Unsubscribe { channel } => json!({ "channel": channel }),
            Self::Rpc => json!({ "data": {} }),
        }
    }
}

/// The names under which version 2 gives a result.
const RESULTS: [&str; 7] =
    ["connect", "subscribe", "presence", "refresh", "sub_refresh", "unsubscribe", "rpc"];

/// The numbers of pushes in version 1.
const UNSUBSCRIBE_PUSH: &str = "3";

/// That by which it tells who comes.
const JOIN_PUSH: &str = "1";
const CONNECT_PUSH: &str = "6";
const DISCONNECT_PUSH: &str = "7";

impl Wire {
    const fn version(self) -> Version {
        match self {
            Self::Json1 | Self::Push1 | Self::Protobuf1 => Version::One,
            Self::Json2 | Self::Push2 | Self::Protobuf2 => Version::Two,
        }
    }

    /// Whether a token may hold octets that are no text.
    pub(super) const fn holds_octets(self) -> bool {
        matches!(self, Self::Protobuf1 | Self::Protobuf2)
    }

    /// Whether nothing can be said after the first word.
    pub(super) const fn is_unidirectional(self) -> bool {
        matches!(self, Self::Push1 | Self::Push2)
    }

    /// Commands as one frame; the first one has this number, and the others follow.
    pub(super) fn write(self, first: u32, commands: &[Command<'_>]) -> Frame {
        let numbered = (first..).zip(commands);
        match self {
            Self::Protobuf1 | Self::Protobuf2 => Frame::Binary(
                numbered.flat_map(|(id, command)| protobuf::write(self.version(), id, *command)).collect(),
            ),
            Self::Json1 | Self::Json2 | Self::Push1 | Self::Push2 => Frame::Text(
                numbered.map(|(id, command)| self.text(id, *command)).collect::<Vec<_>>().join("\n"),
            ),
        }
    }

    /// The JSON text of a command.
    fn text(self, id: u32, command: Command<'_>) -> String {
        let parameters = command.parameters();
        match (self.is_unidirectional(), self.version()) {
            (true, _) => parameters,
            (false, Version::One) => json!({ "id": id, "method": command.method(), "params": parameters }),
            (false, Version::Two) => json!({ "id": id, command.name(): parameters }),
        }
        .to_string()
    }

    /// The answer to a ping; nothing where there is no way to give one.
    pub(super) fn pong(self) -> Option<Frame> {
        match self {
            Self::Json1 | Self::Json2 => Some(Frame::Text("{}".to_owned())),
            Self::Protobuf1 | Self::Protobuf2 => Some(Frame::Binary(protobuf::pong())),
            Self::Push1 | Self::Push2 => None,
        }
    }

    /// What stands in a frame, in order; or what is wrong with it.
    pub(super) fn read(self, frame: &Frame) -> Result<Vec<Message>, String> {
        let messages = match (self, frame) {
            (Self::Protobuf1 | Self::Protobuf2, Frame::Binary(octets)) => {
                protobuf::read(self.version(), octets)
            }
            (Self::Json1 | Self::Json2 | Self::Push1 | Self::Push2, Frame::Text(text)) => {
                values(text).and_then(|values| values.into_iter().map(|text| self.message(text)).collect())
            }
            (_, Frame::Text(_) | Frame::Binary(_)) => None,
        };
        messages.ok_or_else(|| format!("unknown frame {}", excerpt(frame)))
    }

    fn message(self, text: &str) -> Option<Message> {
        match self {
            Self::Push1 => return pushed_alone_1(text),
            Self::Push2 => return pushed_alone_2(text),
            Self::Json1 | Self::Json2 | Self::Protobuf1 | Self::Protobuf2 => {}
        }
        let message = members(text)?;
        let Some(id) = member(&message, "id") else {
            return match self.version() {
                Version::One => pushed_1(member(&message, "result")?),
                Version::Two if message.is_empty() => Some(Message::Ping),
                Version::Two => pushed_2(member(&message, "push")?),
            };
        };
        let results: Vec<&str> = match self.version() {
            Version::One => member(&message, "result").into_iter().collect(),
            Version::Two => RESULTS.iter().filter_map(|name| member(&message, name)).collect(),
        };
        let outcome = match (results[..].first(), member(&message, "error")) {
            (Some(result), None) if results.len() == 1 => done(result)?,
            (None, Some(error)) => refusal(error)?,
            _ => return None,
        };
        Some(Message::Answer { id: id.parse().ok()?, outcome })
    }

    /// The reason that a close frame gives.
    pub(super) fn close_reason(self, text: &str) -> String {
        let stated = match self.version() {
            // `{"reason":"invalid token","reconnect":false}`
            Version::One => {
                members(text).and_then(|members| serde_json::from_str(member(&members, "reason")?).ok())
            }
            Version::Two => None,
        };
        stated.unwrap_or_else(|| text.to_owned())
    }
}

/// A push of version 1.
fn pushed_1(text: &str) -> Option<Message> {
    let push = members(text)?;
    let data = member(&push, "data").unwrap_or("{}");
    match member(&push, "type") {
        Some(JOIN_PUSH) => joined(&push, data),
        Some(UNSUBSCRIBE_PUSH) => unsubscribed(&push, data),
        Some(DISCONNECT_PUSH) => disconnected(data),
        _ => Some(Message::Push),
    }
}

/// A push of version 2.
fn pushed_2(text: &str) -> Option<Message> {
    let push = members(text)?;
    if let Some(data) = member(&push, "join") {
        return joined(&push, data);
    }
    match (member(&push, "unsubscribe"), member(&push, "disconnect")) {
        (Some(data), _) => unsubscribed(&push, data),
        (None, Some(data)) => disconnected(data),
        (None, None) => Some(Message::Push),
    }
}

/// A push of a unidirectional transport, version 1. That of the connection answers the first word.
fn pushed_alone_1(text: &str) -> Option<Message> {
    if text == "null" {
        return Some(Message::Ping);
    }
    let push = members(text)?;
    match (member(&push, "type")?, member(&push, "data")) {
        (CONNECT_PUSH, Some(connect)) => Some(Message::Answer { id: 1, outcome: done(connect)? }),
        _ => pushed_1(text),
    }
}

/// The same, version 2.
fn pushed_alone_2(text: &str) -> Option<Message> {
    let push = members(text)?;
    match member(&push, "connect") {
        Some(connect) => Some(Message::Answer { id: 1, outcome: done(connect)? }),
        None if push.is_empty() => Some(Message::Ping),
        None => pushed_2(text),
    }
}

/// That a command was done. Its result is an object.
fn done(result: &str) -> Option<Outcome> {
    members(result)?;
    Some(Outcome::Done(Reply::Json(result.to_owned())))
}

/// The push by which a connection ends.
fn disconnected(data: &str) -> Option<Message> {
    let data = members(data)?;
    let code = member(&data, "code")?.parse().ok()?;
    Some(Message::Disconnect(Disconnect { code, reason: reason(&data)? }))
}

/// The push that tells who comes.
fn joined(push: &[(String, &str)], data: &str) -> Option<Message> {
    let data = members(data)?;
    let info = members(member(&data, "info")?)?;
    Some(Message::Joined {
        channel: serde_json::from_str(member(push, "channel")?).ok()?,
        client: serde_json::from_str(member(&info, "client")?).ok()?,
    })
}

/// The push by which a subscription ends.
fn unsubscribed(push: &[(String, &str)], data: &str) -> Option<Message> {
    let data = members(data)?;
    Some(Message::Unsubscribed {
        channel: serde_json::from_str(member(push, "channel")?).ok()?,
        code: member(&data, "code").map_or(Some(0), |code| code.parse().ok())?,
        reason: reason(&data)?,
    })
}

fn reason(data: &[(String, &str)]) -> Option<String> {
    member(data, "reason").map_or(Some(String::new()), |text| serde_json::from_str(text).ok())
}

/// What a result says about the session that it belongs to, where that is emulated.
pub(super) fn client_name(result: &Reply) -> Option<ClientName> {
    let Reply::Json(text) = result else { return None };
    let result = members(text)?;
    let text = |name| serde_json::from_str(member(&result, name)?).ok();
    Some(ClientName { session: text("session")?, node: text("node")? })
}

fn refusal(text: &str) -> Option<Outcome> {
    let error = members(text)?;
    let message = match member(&error, "message") {
        Some(message) => serde_json::from_str(message).ok()?,
        None => String::new(),
    };
    Some(Outcome::Error { code: member(&error, "code")?.parse().ok()?, message })
}

/// The beginning of what came, for a message.
pub(super) fn excerpt(came: impl AsRef<[u8]>) -> String {
    const LENGTH: usize = 200;
    let text: Cow<'_, str> = match str::from_utf8(came.as_ref()) {
        Ok(text) => text.into(),
        Err(_) => came.as_ref().escape_ascii().to_string().into(),
    };
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{ClientName, Command, Disconnect, Frame, Message, Outcome, Reply, Wire, client_name};

    fn done(id: u32, text: &str) -> Message {
        Message::Answer { id, outcome: Outcome::Done(Reply::Json(text.to_owned())) }
    }

    fn disconnect(code: u16, reason: &str) -> Message {
        Message::Disconnect(Disconnect { code, reason: reason.to_owned() })
    }

    fn read(wire: Wire, frame: &str) -> Result<Vec<Message>, String> {
        wire.read(&Frame::Text(frame.to_owned()))
    }

    #[test]
    fn commands_are_written_as_each_version_has_them() {
        let connect = Command::Connect { token: b"\"" };
        let subscribe = Command::Subscribe { channel: "c", token: Some(b"t") };
        let presence = Command::Presence { channel: "c" };
        let refresh = Command::SubRefresh { channel: "c", token: b"t" };
        for (wire, first, commands, text) in [
            (Wire::Json1, 1, &[connect][..], r#"{"id":1,"method":0,"params":{"token":"\""}}"#),
            (Wire::Json1, 2, &[subscribe], r#"{"id":2,"method":1,"params":{"channel":"c","token":"t"}}"#),
            (Wire::Json1, 3, &[refresh], r#"{"id":3,"method":11,"params":{"channel":"c","token":"t"}}"#),
            (Wire::Json2, 1, &[connect], r#"{"connect":{"token":"\""},"id":1}"#),
            (
                Wire::Json2,
                3,
                &[presence, refresh],
                "{\"id\":3,\"presence\":{\"channel\":\"c\"}}\n\
                 {\"id\":4,\"sub_refresh\":{\"channel\":\"c\",\"token\":\"t\"}}",
            ),
            (Wire::Push1, 1, &[connect], r#"{"token":"\""}"#),
            (Wire::Push2, 1, &[connect], r#"{"token":"\""}"#),
        ] {
            assert_eq!(wire.write(first, commands), Frame::Text(text.to_owned()));
        }
        assert_eq!(
            Wire::Protobuf2.write(1, &[Command::Presence { channel: "c" }, Command::Connect { token: b"t" }]),
            Frame::Binary(b"\x07\x08\x01\x42\x03\x0a\x01c\x07\x08\x02\x22\x03\x0a\x01t".to_vec())
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
            (Wire::Json1, r#"{"result":{"type":0,"channel":"c"}}"#, vec![Message::Push]),
            (
                Wire::Json1,
                r#"{"result":{"type":1,"channel":"c","data":{"info":{"client":"x"}}}}"#,
                vec![Message::Joined { channel: "c".to_owned(), client: "x".to_owned() }],
            ),
            (
                Wire::Json2,
                r#"{"push":{"channel":"c","join":{"info":{"client":"x"}}}}"#,
                vec![Message::Joined { channel: "c".to_owned(), client: "x".to_owned() }],
            ),
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
            (
                Wire::Json2,
                r#"{"push":{"disconnect":{"code":3500,"reason":"invalid token"}}}"#,
                vec![disconnect(3500, "invalid token")],
            ),
        ];
        for (wire, frame, messages) in table {
            assert_eq!(read(wire, frame), Ok(messages), "{frame}");
        }
    }

    #[test]
    fn a_push_answers_the_first_word_of_a_unidirectional_transport() {
        let table = [
            (
                Wire::Push2,
                "{\"connect\":{\"ttl\":59}}\n{}\n{\"channel\":\"c\",\"pub\":{}}",
                vec![done(1, r#"{"ttl":59}"#), Message::Ping, Message::Push],
            ),
            (
                Wire::Push2,
                r#"{"disconnect":{"code":3005,"reason":"connection expired"}}"#,
                vec![disconnect(3005, "connection expired")],
            ),
            (
                Wire::Push1,
                "{\"type\":6,\"data\":{\"ttl\":59}}\nnull\n{\"type\":0,\"channel\":\"c\",\"data\":{}}",
                vec![done(1, r#"{"ttl":59}"#), Message::Ping, Message::Push],
            ),
            (
                Wire::Push1,
                r#"{"type":7,"data":{"code":3500,"reason":"invalid token","reconnect":false}}"#,
                vec![disconnect(3500, "invalid token")],
            ),
        ];
        for (wire, frame, messages) in table {
            assert_eq!(read(wire, frame), Ok(messages), "{frame}");
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
            r#"{"push":{"disconnect":{"reason":"no code"}}}"#,
            r#"{"push":{"disconnect":{"code":-1}}}"#,
        ] {
            assert!(read(Wire::Json2, frame).is_err(), "{frame}");
        }
        assert!(read(Wire::Json1, "{}").is_err(), "version 1 has no such ping");
        for frame in ["hello", "{}", r#"{"type":6,"data":7}"#, r#"{"type":7,"data":{}}"#, r#"{"connect":{}}"#]
        {
            assert!(read(Wire::Push1, frame).is_err(), "{frame}");
        }
        for frame in ["null", r#"{"connect":7}"#, r#"{"disconnect":{}}"#] {
            assert!(read(Wire::Push2, frame).is_err(), "{frame}");
        }
    }

    #[test]
    fn a_frame_of_the_other_kind_is_no_message() {
        assert!(Wire::Json2.read(&Frame::Binary(b"{}".to_vec())).is_err());
        assert!(Wire::Protobuf2.read(&Frame::Text("\0".to_owned())).is_err());
        assert_eq!(Wire::Protobuf2.read(&Frame::Binary(vec![0])), Ok(vec![Message::Ping]));
    }

    #[test]
    fn a_close_reason_is_json_in_version_1() {
        let text = r#"{"reason":"invalid token","reconnect":false}"#;
        for wire in [Wire::Json1, Wire::Protobuf1] {
            assert_eq!(wire.close_reason(text), "invalid token");
            assert_eq!(wire.close_reason("invalid token"), "invalid token");
        }
        assert_eq!(Wire::Json2.close_reason(text), text);
    }

    #[test]
    fn an_emulated_session_is_named_by_the_server() {
        let result = |text: &str| Reply::Json(text.to_owned());
        assert_eq!(
            client_name(&result(r#"{"client":"c","session":"s","node":"n"}"#)),
            Some(ClientName { session: "s".to_owned(), node: "n".to_owned() })
        );
        assert_eq!(client_name(&result(r#"{"client":"c","session":"s"}"#)), None);
    }
}
