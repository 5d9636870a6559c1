//! Centrifugo's client protocol as Protocol Buffers: the messages, by the numbers of their fields.
//!
//! Parameters and results are octets here, which is how they stand on the wire in both versions:
//! version 1 numbers the methods and has one field for each of the two, version 2 has a field for every
//! command. What is not looked at is not declared.

use std::collections::HashMap;

use prost::Message as _;

use super::wire::{Command, Disconnect, Message, Outcome, Reply, Version};

/// A command of a client.
#[derive(Clone, PartialEq, prost::Message)]
struct CommandMessage {
    #[prost(uint32, tag = "1")]
    id: u32,
    /// Version 1: the number of the method.
    #[prost(uint32, tag = "2")]
    method: u32,
    /// Version 1: the parameters of the method.
    #[prost(bytes = "vec", tag = "3")]
    parameters: Vec<u8>,
    #[prost(bytes = "vec", optional, tag = "4")]
    connect: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "5")]
    subscribe: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "6")]
    unsubscribe: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "8")]
    presence: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "13")]
    rpc: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "14")]
    refresh: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "15")]
    sub_refresh: Option<Vec<u8>>,
}

/// The parameters of `connect` and of `refresh`. A token is a string, which Centrifugo takes any octets
/// for.
#[derive(Clone, PartialEq, prost::Message)]
struct ConnectionParameters {
    #[prost(bytes = "vec", tag = "1")]
    token: Vec<u8>,
}

/// The parameters of the commands that are about a channel.
#[derive(Clone, PartialEq, prost::Message)]
struct ChannelParameters {
    #[prost(string, tag = "1")]
    channel: String,
    #[prost(bytes = "vec", tag = "2")]
    token: Vec<u8>,
}

/// The parameters of a call of the backend.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcParameters {
    #[prost(bytes = "vec", tag = "1")]
    data: Vec<u8>,
}

/// What a server says.
#[derive(Clone, PartialEq, prost::Message)]
struct ReplyMessage {
    /// Zero where nobody asked.
    #[prost(uint32, tag = "1")]
    id: u32,
    #[prost(message, optional, tag = "2")]
    error: Option<ErrorMessage>,
    /// Version 1: the result of the method, or a push.
    #[prost(bytes = "vec", tag = "3")]
    result: Vec<u8>,
    #[prost(bytes = "vec", optional, tag = "4")]
    push: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "5")]
    connect: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "6")]
    subscribe: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "7")]
    unsubscribe: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "9")]
    presence: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "13")]
    rpc: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "14")]
    refresh: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "15")]
    sub_refresh: Option<Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ErrorMessage {
    #[prost(uint32, tag = "1")]
    code: u32,
    #[prost(string, tag = "2")]
    message: String,
}

/// Something that nobody asked for.
#[derive(Clone, PartialEq, prost::Message)]
struct PushMessage {
    /// Version 1: what it is.
    #[prost(uint32, tag = "1")]
    kind: u32,
    #[prost(string, tag = "2")]
    channel: String,
    /// Version 1: what it says.
    #[prost(bytes = "vec", tag = "3")]
    data: Vec<u8>,
    #[prost(bytes = "vec", optional, tag = "5")]
    join: Option<Vec<u8>>,
    #[prost(message, optional, tag = "7")]
    unsubscribe: Option<EndMessage>,
    #[prost(message, optional, tag = "11")]
    disconnect: Option<DisconnectMessage>,
}

impl PushMessage {
    /// In version 1, that somebody comes.
    const JOIN: u32 = 1;
    /// In version 1, that a subscription ends.
    const UNSUBSCRIBE: u32 = 3;
}

/// That a client comes to a channel.
#[derive(Clone, PartialEq, prost::Message)]
struct JoinMessage {
    #[prost(message, optional, tag = "1")]
    info: Option<ComerMessage>,
}

/// The client that comes.
#[derive(Clone, PartialEq, prost::Message)]
struct ComerMessage {
    #[prost(string, tag = "2")]
    client: String,
}

/// That a subscription ends, and why.
#[derive(Clone, PartialEq, prost::Message)]
struct EndMessage {
    #[prost(uint32, tag = "2")]
    code: u32,
    #[prost(string, tag = "3")]
    reason: String,
}

/// That a connection ends, and why.
#[derive(Clone, PartialEq, prost::Message)]
struct DisconnectMessage {
    #[prost(uint32, tag = "1")]
    code: u32,
    #[prost(string, tag = "2")]
    reason: String,
}

/// The result of `connect`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ConnectResult {
    #[prost(string, tag = "1")]
    pub(super) client: String,
    #[prost(bool, tag = "3")]
    pub(super) expires: bool,
    #[prost(uint32, tag = "4")]
    pub(super) ttl: u32,
    #[prost(map = "string, message", tag = "6")]
    pub(super) subs: HashMap<String, SubscribeResult>,
}

/// The result of `subscribe`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct SubscribeResult {
    #[prost(bool, tag = "1")]
    pub(super) expires: bool,
    #[prost(uint32, tag = "2")]
    pub(super) ttl: u32,
    #[prost(bool, tag = "3")]
    pub(super) recoverable: bool,
    #[prost(bool, tag = "10")]
    pub(super) positioned: bool,
    #[prost(bytes = "vec", tag = "11")]
    pub(super) data: Vec<u8>,
}

/// The result of `refresh`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct RefreshResult {
    #[prost(bool, tag = "3")]
    pub(super) expires: bool,
    #[prost(uint32, tag = "4")]
    pub(super) ttl: u32,
}

/// The result of `sub_refresh`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct SubRefreshResult {
    #[prost(bool, tag = "1")]
    pub(super) expires: bool,
    #[prost(uint32, tag = "2")]
    pub(super) ttl: u32,
}

/// The result of `presence`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct PresenceResult {
    #[prost(map = "string, message", tag = "1")]
    pub(super) presence: HashMap<String, ClientInfo>,
}

/// A client that is present.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ClientInfo {
    #[prost(string, tag = "1")]
    pub(super) user: String,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) conn_info: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) chan_info: Vec<u8>,
}

/// The octets of a command, after their length.
pub(super) fn write(version: Version, id: u32, command: Command<'_>) -> Vec<u8> {
    let parameters = parameters(command);
    let mut message = CommandMessage { id, ..CommandMessage::default() };
    match version {
        Version::One => {
            message.method = command.method();
            message.parameters = parameters;
        }
        Version::Two => {
            let field = match command {
                Command::Connect { .. } => &mut message.connect,
                Command::Subscribe { .. } => &mut message.subscribe,
                Command::Presence { .. } => &mut message.presence,
                Command::Refresh { .. } => &mut message.refresh,
                Command::SubRefresh { .. } => &mut message.sub_refresh,
                Command::Unsubscribe { .. } => &mut message.unsubscribe,
                Command::Rpc => &mut message.rpc,
            };
            *field = Some(parameters);
        }
    }
    message.encode_length_delimited_to_vec()
}

/// The answer to a ping: a command of no length.
pub(super) fn pong() -> Vec<u8> {
    CommandMessage::default().encode_length_delimited_to_vec()
}

fn parameters(command: Command<'_>) -> Vec<u8> {
    let about = |channel: &str, token: &[u8]| {
        ChannelParameters { channel: channel.to_owned(), token: token.to_vec() }.encode_to_vec()
    };
    match command {
        Command::Connect { token } | Command::Refresh { token } => {
            ConnectionParameters { token: token.to_vec() }.encode_to_vec()
        }
        Command::Subscribe { channel, token } => about(channel, token.unwrap_or_default()),
        Command::SubRefresh { channel, token } => about(channel, token),
        Command::Presence { channel } | Command::Unsubscribe { channel } => about(channel, &[]),
        Command::Rpc => RpcParameters { data: b"{}".to_vec() }.encode_to_vec(),
    }
}

/// What stands in a frame, in order; nothing where it is no frame of the protocol.
pub(super) fn read(version: Version, mut frame: &[u8]) -> Option<Vec<Message>> {
    let mut messages = Vec::new();
    while !frame.is_empty() {
        let reply = ReplyMessage::decode_length_delimited(&mut frame).ok()?;
        messages.push(message(version, reply)?);
    }
    Some(messages)
}

fn message(version: Version, reply: ReplyMessage) -> Option<Message> {
    if version == Version::Two && reply == ReplyMessage::default() {
        return Some(Message::Ping);
    }
    let ReplyMessage { id, error, result, push, .. } = reply;
    let ReplyMessage { connect, subscribe, unsubscribe, presence, rpc, refresh, sub_refresh, .. } = reply;
    let results = [connect, subscribe, unsubscribe, presence, rpc, refresh, sub_refresh];
    let results: Vec<Vec<u8>> = results.into_iter().flatten().collect();
    if id == 0 {
        if error.is_some() || !results.is_empty() {
            return None;
        }
        return match version {
            Version::One if push.is_some() => None,
            Version::One => pushed(&result),
            Version::Two => pushed(&push?),
        };
    }
    let result = match (version, <[Vec<u8>; 1]>::try_from(results)) {
        (Version::One, Err(none)) if none.is_empty() => Some(result),
        (Version::Two, Ok([result])) => Some(result),
        (Version::Two, Err(none)) if none.is_empty() => None,
        _ => return None,
    };
    let outcome = match (result, error) {
        (_, Some(ErrorMessage { code, message })) => Outcome::Error { code: code.into(), message },
        (Some(result), None) => Outcome::Done(Reply::Protobuf(result)),
        (None, None) => return None,
    };
    Some(Message::Answer { id, outcome })
}

fn pushed(push: &[u8]) -> Option<Message> {
    let PushMessage { kind, channel, data, join, unsubscribe, disconnect } =
        PushMessage::decode(push).ok()?;
    if let Some(join) = join.as_ref().or((kind == PushMessage::JOIN).then_some(&data)) {
        let client = JoinMessage::decode(&**join).ok()?.info.unwrap_or_default().client;
        return Some(Message::Joined { channel, client });
    }
    let unsubscribe = match (kind, unsubscribe) {
        (PushMessage::UNSUBSCRIBE, None) => Some(EndMessage::decode(&*data).ok()?),
        (_, unsubscribe) => unsubscribe,
    };
    Some(match (unsubscribe, disconnect) {
        (Some(EndMessage { code, reason }), _) => {
            Message::Unsubscribed { channel, code: code.into(), reason }
        }
        (None, Some(DisconnectMessage { code, reason })) => {
            Message::Disconnect(Disconnect { code: code.try_into().ok()?, reason })
        }
        (None, None) => Message::Push,
    })
}

/// Data of a token as text: JSON, mostly. Octets that are none are told by their escapes, which are no
/// JSON.
pub(super) fn text(octets: Vec<u8>) -> String {
    String::from_utf8(octets).unwrap_or_else(|error| error.as_bytes().escape_ascii().to_string())
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::{
        Command, ConnectResult, Disconnect, DisconnectMessage, EndMessage, ErrorMessage, Message, Outcome,
        PushMessage, Reply, ReplyMessage, Version, read, text, write,
    };

    #[test]
    fn commands_are_written_as_each_version_has_them() {
        let table: [(Version, u32, Command<'_>, &[u8]); 6] = [
            // A length; field 1, the number 1; field 4, two octets of parameters with three of token.
            (Version::Two, 1, Command::Connect { token: b"a\xffb" }, b"\x09\x08\x01\x22\x05\x0a\x03a\xffb"),
            // Method 0 is left out.
            (Version::One, 1, Command::Connect { token: b"t" }, b"\x07\x08\x01\x1a\x03\x0a\x01t"),
            (
                Version::Two,
                2,
                Command::Subscribe { channel: "c", token: Some(b"t") },
                b"\x0a\x08\x02\x2a\x06\x0a\x01c\x12\x01t",
            ),
            (Version::One, 3, Command::Presence { channel: "c" }, b"\x09\x08\x03\x10\x04\x1a\x03\x0a\x01c"),
            (Version::Two, 4, Command::Refresh { token: b"t" }, b"\x07\x08\x04\x72\x03\x0a\x01t"),
            (
                Version::One,
                5,
                Command::SubRefresh { channel: "c", token: b"t" },
                b"\x0c\x08\x05\x10\x0b\x1a\x06\x0a\x01c\x12\x01t",
            ),
        ];
        for (version, id, command, octets) in table {
            assert_eq!(write(version, id, command), octets, "{version:?} {command:?}");
        }
        assert_eq!(super::pong(), b"\0");
    }

    fn frame(replies: &[ReplyMessage]) -> Vec<u8> {
        replies.iter().flat_map(prost::Message::encode_length_delimited_to_vec).collect()
    }

    fn error() -> Option<ErrorMessage> {
        Some(ErrorMessage { code: 109, message: "token expired".to_owned() })
    }

    #[test]
    fn answers_are_read_as_they_come() {
        let empty = ReplyMessage::default;
        let result = ConnectResult { client: "c".to_owned(), ttl: 59, ..ConnectResult::default() };
        let octets = result.encode_to_vec();
        let done = |id, octets: &[u8]| Message::Answer {
            id,
            outcome: Outcome::Done(Reply::Protobuf(octets.to_vec())),
        };
        let expired = |id| Message::Answer {
            id,
            outcome: Outcome::Error { code: 109, message: "token expired".to_owned() },
        };
        let disconnect = DisconnectMessage { code: 3500, reason: "invalid token".to_owned() };
        let push = PushMessage { disconnect: Some(disconnect), ..PushMessage::default() }.encode_to_vec();
        let ended =
            Message::Unsubscribed { channel: "c".to_owned(), code: 2501, reason: "expired".to_owned() };
        let end = EndMessage { code: 2501, reason: "expired".to_owned() };
        let of_channel = PushMessage { channel: "c".to_owned(), ..PushMessage::default() };
        let end_1 = PushMessage { kind: 3, data: end.encode_to_vec(), ..of_channel.clone() }.encode_to_vec();
        let end_2 = PushMessage { unsubscribe: Some(end), ..of_channel }.encode_to_vec();
        let joined = Message::Joined { channel: "c".to_owned(), client: "n".to_owned() };
        let table = [
            (
                Version::Two,
                ReplyMessage { id: 1, connect: Some(octets.clone()), ..empty() },
                done(1, &octets),
            ),
            (Version::Two, ReplyMessage { id: 5, sub_refresh: Some(Vec::new()), ..empty() }, done(5, b"")),
            (Version::One, ReplyMessage { id: 1, result: octets.clone(), ..empty() }, done(1, &octets)),
            (Version::One, ReplyMessage { id: 5, ..empty() }, done(5, b"")),
            (Version::Two, ReplyMessage { id: 2, error: error(), ..empty() }, expired(2)),
            (Version::One, ReplyMessage { id: 2, error: error(), ..empty() }, expired(2)),
            (Version::Two, empty(), Message::Ping),
            // Type 2 is that somebody goes.
            (Version::One, ReplyMessage { result: vec![8, 2], ..empty() }, Message::Push),
            // Type 1, channel, data: an info with the client in field 2.
            (
                Version::One,
                ReplyMessage { result: b"\x08\x01\x12\x01c\x1a\x05\x0a\x03\x12\x01n".to_vec(), ..empty() },
                joined.clone(),
            ),
            (
                Version::Two,
                ReplyMessage { push: Some(b"\x12\x01c\x2a\x05\x0a\x03\x12\x01n".to_vec()), ..empty() },
                joined,
            ),
            (Version::One, ReplyMessage { result: end_1, ..empty() }, ended.clone()),
            (Version::Two, ReplyMessage { push: Some(end_2), ..empty() }, ended),
            (Version::Two, ReplyMessage { push: Some(vec![0x12, 1, b'c']), ..empty() }, Message::Push),
            (
                Version::Two,
                ReplyMessage { push: Some(push), ..empty() },
                Message::Disconnect(Disconnect { code: 3500, reason: "invalid token".to_owned() }),
            ),
        ];
        for (version, reply, message) in table {
            let frame = frame(&[reply.clone(), reply]);
            assert_eq!(read(version, &frame), Some(vec![message.clone(), message]), "{frame:?}");
        }
        assert_eq!(ConnectResult::decode(&*octets), Ok(result));
    }

    #[test]
    fn what_the_protocol_does_not_have_is_no_message() {
        let empty = ReplyMessage::default;
        for reply in [
            ReplyMessage { id: 1, ..empty() },
            ReplyMessage { id: 1, connect: Some(Vec::new()), presence: Some(Vec::new()), ..empty() },
            ReplyMessage { connect: Some(Vec::new()), ..empty() },
            ReplyMessage { error: error(), ..empty() },
            ReplyMessage { push: Some(vec![0xff]), ..empty() },
        ] {
            assert_eq!(read(Version::Two, &frame(std::slice::from_ref(&reply))), None, "{reply:?}");
        }
        let of_two = ReplyMessage { id: 1, connect: Some(Vec::new()), ..empty() };
        assert_eq!(read(Version::One, &frame(&[of_two])), None);
        assert_eq!(read(Version::Two, b"\x05\x08\x01"), None, "it ends too early");
        assert_eq!(read(Version::Two, b"hello"), None);
    }

    #[test]
    fn octets_that_are_no_text_are_no_json_either() {
        assert_eq!(text(b"{\"a\":1}".to_vec()), "{\"a\":1}");
        assert_eq!(text(b"\xff\"".to_vec()), "\\xff\\\"");
    }
}
