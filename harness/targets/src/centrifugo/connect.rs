//! What a connection token does: the `connect` command, and a look at the connection that it made.

use std::collections::BTreeMap;
use std::io;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jotproof_engine::random;
use jotproof_model::{Context, Observation, Seen, SeenExpiry};
use prost::Message as _;
use tokio::time::timeout;

use super::members::{member, members};
use super::protobuf::{
    self, ClientInfo, ConnectResult, PresenceResult, RefreshResult, SubRefreshResult, SubscribeResult,
};
use super::protocol::ClientProtocol;
use super::session::{Answer, Session};
use super::wire::{Command, Reply, excerpt};
use crate::live::target::Look;
use crate::websocket::{Failure, unexpected_close};

/// The namespace in which a connection is looked at: every user may subscribe and ask for presence.
const LOOKOUT: &str = "jotproof";

/// How long presence may take after everything else was answered, before it is seen whether the server says anything.
const PRESENCE_WITHIN: Duration = Duration::from_millis(300);

/// A channel that nobody is in.
const NOWHERE: &str = "jotproof:nowhere";

/// Error 108: a channel without presence.
const NOT_AVAILABLE: i64 = 108;

/// Error 106: no more channels for this connection.
const LIMIT_EXCEEDED: i64 = 106;

/// Asks about a connection token. Tells the id of the client too; empty where there is none.
pub(super) async fn connect(
    protocol: &ClientProtocol,
    session: &mut Session<'_>,
    token: &[u8],
    context: &Context,
) -> Result<(Observation, String), Failure> {
    let lookout = lookout()?;
    let sent = SystemTime::now();
    let commands = [
        Command::Connect { token },
        Command::Subscribe { channel: &lookout, token: None },
        Command::Presence { channel: &lookout },
    ];
    let connect = match protocol.look {
        Look::Answer => session.send(&commands[..1]).await?,
        Look::Effects => session.send(&commands).await?,
    };
    let (result, received) = match session.answer(connect).await? {
        Answer::Done { result, at } => (result, at),
        refusal => return Ok((refused(refusal), String::new())),
    };
    let connected = Connected::read(&result).ok_or_else(|| Failure::Unknown(excerpt(&result)))?;
    session.opened(connected.flags);
    let seen = match protocol.look {
        Look::Answer => None,
        Look::Effects => seen_at(session, connect + 1).await?,
    };
    let (user, info) = seen.map(|present| (present.user, present.connection_info)).unzip();
    let meta = told_to_backend(protocol, session, context, &connected.client).await?;
    let result = Seen {
        user,
        info,
        meta,
        expires: Some(connected.expiry.seen(sent, received)),
        subscriptions: Some(connected.subscriptions),
        ..Seen::default()
    };
    Ok((Observation::Accepted { result: Box::new(result) }, connected.client))
}

/// Whether Centrifugo refuses a client with a code, in a close frame or in a push. 3005 and 3006 mean an
/// expired connection or subscription, and 3010 a wrong client state. The terminal codes range from `invalid
/// token` to `permission denied`, except 3504, the connection limit. A unidirectional transport turns every
/// error into 3004; the profile lists that code for transports without a better one. Any other code says
/// nothing about the token.
fn is_refusal(code: u16) -> bool {
    matches!(code, 3004 | 3005 | 3006 | 3010 | 3500..=3503 | 3505..=3507)
}

/// A command that was not done, as an observation.
pub(super) fn refused(answer: Answer) -> Observation {
    match answer {
        Answer::Error { code, message } => {
            Observation::Refused { reason: None, answer: Some(format!("error {code}")), text: message }
        }
        Answer::Closed { code, reason } if is_refusal(code) => {
            Observation::Refused { reason: None, answer: Some(format!("close {code}")), text: reason }
        }
        Answer::Closed { code, reason } => unexpected_close(code, &reason),
        Answer::Done { result, .. } => Observation::ProtocolError { detail: excerpt(&result) },
    }
}

/// The connection as presence in a channel of its own tells of it now.
pub(super) async fn look(session: &mut Session<'_>) -> Result<Option<Present>, Failure> {
    let lookout = lookout()?;
    let commands =
        [Command::Subscribe { channel: &lookout, token: None }, Command::Presence { channel: &lookout }];
    let subscribe = session.send(&commands).await?;
    seen_at(session, subscribe).await
}

/// What the backend is told with a call of this client, where there is one that it can call.
pub(super) async fn told_to_backend(
    protocol: &ClientProtocol,
    session: &mut Session<'_>,
    context: &Context,
    client: &str,
) -> Result<Option<String>, Failure> {
    if context.rpc_proxy.is_none() || protocol.look == Look::Answer {
        return Ok(None);
    }
    let call = session.send(&[Command::Rpc]).await?;
    match session.answer(call).await? {
        Answer::Done { .. } => {
            let never = || Failure::Unknown(format!("a call of {client} never reached the backend"));
            protocol.calls.take(client).map(Some).ok_or_else(never)
        }
        Answer::Closed { .. } => Ok(None),
        Answer::Error { code, message } => {
            Err(Failure::Unknown(format!("a call is refused: error {code} {message:?}")))
        }
    }
}

/// A channel that no other connection looks at, whoever else asks the same server.
fn lookout() -> Result<String, Failure> {
    /// What the channels of other commands do not begin with.
    static OURS: LazyLock<io::Result<String>> = LazyLock::new(random::key);
    /// How many there are.
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    match &*OURS {
        Ok(key) => Ok(format!("{LOOKOUT}:{key}-{}", NUMBER.fetch_add(1, Ordering::Relaxed))),
        Err(error) => Err(Failure::Unknown(format!("cannot read /dev/urandom: {error}"))),
    }
}

/// The connection as presence tells of it, from the answers to these commands; nothing where the
/// connection has no room for one more channel, or its info cannot be written as JSON.
async fn seen_at(session: &mut Session<'_>, subscribe: u32) -> Result<Option<Present>, Failure> {
    match session.answer(subscribe).await? {
        Answer::Done { .. } => {}
        Answer::Error { code: LIMIT_EXCEEDED, .. } | Answer::Closed { .. } => return Ok(None),
        Answer::Error { code, message } => {
            return Err(Failure::Unknown(format!(
                "the lookout channel is refused: error {code} {message:?}"
            )));
        }
    }
    match presence(session, subscribe + 1).await? {
        // Each connection is alone in its lookout channel.
        Presence::Of(present) => match &present[..] {
            [(_, only)] => Ok(Some(only.clone())),
            _ => Err(Failure::Unknown(format!("{} clients are in a channel of one", present.len()))),
        },
        Presence::None | Presence::Unanswered => Ok(None),
    }
}

/// What a server tells about who is present in a channel.
pub(super) enum Presence {
    /// The clients that are.
    Of(Vec<(String, Present)>),
    /// The channel has no presence, or the connection is closed.
    None,
    /// It answers other commands, and not this one: it cannot write the info of a client as JSON.
    Unanswered,
}

/// Who is present, by client, as the answer to the command with this number tells. A server that says nothing at all is
/// a time-out like any other: silence shows nothing.
pub(super) async fn presence(session: &mut Session<'_>, command: u32) -> Result<Presence, Failure> {
    let answer = match timeout(PRESENCE_WITHIN, session.answer(command)).await {
        Ok(answer) => answer?,
        Err(_) => {
            let another = session.send(&[Command::Unsubscribe { channel: NOWHERE }]).await?;
            session.answer(another).await?;
            // What has come meanwhile is there at once.
            match timeout(Duration::ZERO, session.answer(command)).await {
                Ok(answer) => answer?,
                Err(_) => return Ok(Presence::Unanswered),
            }
        }
    };
    match answer {
        Answer::Done { result, .. } => {
            present(&result).map(Presence::Of).ok_or_else(|| Failure::Unknown(excerpt(&result)))
        }
        Answer::Closed { .. } | Answer::Error { code: NOT_AVAILABLE, .. } => Ok(Presence::None),
        Answer::Error { code, message } => {
            Err(Failure::Unknown(format!("presence is refused: error {code} {message:?}")))
        }
    }
}

/// A client that is present in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Present {
    pub(super) user: String,
    /// JSON text; empty for none.
    pub(super) connection_info: String,
    /// JSON text; empty for none.
    pub(super) channel_info: String,
}

/// The clients that an answer tells of.
fn present(result: &Reply) -> Option<Vec<(String, Present)>> {
    match result {
        Reply::Json(text) => {
            let result = members(text)?;
            let clients = members(member(&result, "presence")?)?;
            clients.into_iter().map(|(id, text)| Some((id, Present::read(text)?))).collect()
        }
        Reply::Protobuf(octets) => {
            let PresenceResult { presence } = PresenceResult::decode(&**octets).ok()?;
            Some(presence.into_iter().map(|(id, client)| (id, client.into())).collect())
        }
    }
}

impl Present {
    fn read(text: &str) -> Option<Self> {
        let client = members(text)?;
        let text = |name: &str| member(&client, name).unwrap_or_default().to_owned();
        let user =
            member(&client, "user").map_or(Some(String::new()), |user| serde_json::from_str(user).ok());
        Some(Self { user: user?, connection_info: text("conn_info"), channel_info: text("chan_info") })
    }
}

impl From<ClientInfo> for Present {
    fn from(ClientInfo { user, conn_info, chan_info }: ClientInfo) -> Self {
        let [connection_info, channel_info] = [conn_info, chan_info].map(protobuf::text);
        Self { user, connection_info, channel_info }
    }
}

/// The result of the `connect` command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Connected {
    /// The id that the server gave to this client.
    pub(super) client: String,
    expiry: TimeToLive,
    /// Channels, each with its data as it came.
    subscriptions: BTreeMap<String, String>,
    /// The same channels, with what their subscriptions are opened with.
    flags: BTreeMap<String, Flags>,
}

/// What a subscription is opened with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// It can be taken up again where it broke off.
    pub(super) recoverable: bool,
    /// Its position in the channel is known.
    pub(super) positioned: bool,
}

impl Flags {
    fn of_members(subscription: &[(String, &str)]) -> Self {
        let is_on = |name| member(subscription, name) == Some("true");
        Self { recoverable: is_on("recoverable"), positioned: is_on("positioned") }
    }

    fn of(result: &SubscribeResult) -> Self {
        Self { recoverable: result.recoverable, positioned: result.positioned }
    }
}

impl Connected {
    pub(super) fn read(result: &Reply) -> Option<Self> {
        let text = match result {
            Reply::Json(text) => text,
            Reply::Protobuf(octets) => return Some(ConnectResult::decode(&**octets).ok()?.into()),
        };
        let connect = members(text)?;
        let client =
            member(&connect, "client").map_or(Some(String::new()), |id| serde_json::from_str(id).ok());
        let expiry = TimeToLive::of_members(&connect)?;
        let (mut subscriptions, mut flags) = (BTreeMap::new(), BTreeMap::new());
        for (channel, subscription) in members(member(&connect, "subs").unwrap_or("{}"))? {
            let subscription = members(subscription)?;
            let data = member(&subscription, "data").unwrap_or_default();
            flags.insert(channel.clone(), Flags::of_members(&subscription));
            subscriptions.insert(channel, data.to_owned());
        }
        Some(Self { client: client?, expiry, subscriptions, flags })
    }
}

impl From<ConnectResult> for Connected {
    fn from(ConnectResult { client, expires, ttl, subs }: ConnectResult) -> Self {
        let flags = subs.iter().map(|(channel, result)| (channel.clone(), Flags::of(result))).collect();
        let subscriptions =
            subs.into_iter().map(|(channel, result)| (channel, protobuf::text(result.data))).collect();
        Self { client, expiry: TimeToLive::of(expires, ttl.into()), subscriptions, flags }
    }
}

/// The result of the `subscribe` command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subscribed {
    pub(super) expiry: TimeToLive,
    /// As it came; empty for none.
    pub(super) data: String,
    pub(super) flags: Flags,
}

impl Subscribed {
    pub(super) fn read(result: &Reply) -> Option<Self> {
        match result {
            Reply::Json(text) => {
                let subscribed = members(text)?;
                let data = member(&subscribed, "data").unwrap_or_default().to_owned();
                let flags = Flags::of_members(&subscribed);
                Some(Self { expiry: TimeToLive::of_members(&subscribed)?, data, flags })
            }
            Reply::Protobuf(octets) => {
                let result = SubscribeResult::decode(&**octets).ok()?;
                let flags = Flags::of(&result);
                let SubscribeResult { expires, ttl, data, .. } = result;
                Some(Self { expiry: TimeToLive::of(expires, ttl.into()), data: protobuf::text(data), flags })
            }
        }
    }
}

/// The time that is left to a connection or a subscription, as a server tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeToLive(
    /// Seconds, where it expires at all.
    Option<i64>,
);

impl TimeToLive {
    fn of(expires: bool, ttl: i64) -> Self {
        Self(expires.then_some(ttl))
    }

    /// That of a result of `refresh` or `sub_refresh`.
    pub(super) fn read_refresh(command: Command<'_>, result: &Reply) -> Option<Self> {
        match (result, command) {
            (Reply::Json(text), _) => Self::of_members(&members(text)?),
            (Reply::Protobuf(octets), Command::SubRefresh { .. }) => {
                let SubRefreshResult { expires, ttl } = SubRefreshResult::decode(&**octets).ok()?;
                Some(Self::of(expires, ttl.into()))
            }
            (Reply::Protobuf(octets), _) => {
                let RefreshResult { expires, ttl } = RefreshResult::decode(&**octets).ok()?;
                Some(Self::of(expires, ttl.into()))
            }
        }
    }

    fn of_members(result: &[(String, &str)]) -> Option<Self> {
        let expires = match member(result, "expires") {
            Some("true") => true,
            Some("false") | None => false,
            Some(_) => return None,
        };
        // Zero is left out.
        let ttl = member(result, "ttl").map_or(Some(0), |ttl| ttl.parse().ok())?;
        Some(Self::of(expires, ttl))
    }

    /// When it expires. The server subtracts its clock from the time of expiry at a moment that is
    /// known only to lie between sending and receiving: both are rounded outwards.
    pub(super) fn seen(self, sent: SystemTime, received: SystemTime) -> SeenExpiry {
        let Some(ttl) = self.0 else {
            return SeenExpiry::Never;
        };
        let since_epoch = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let (sent, received) = (since_epoch(sent), since_epoch(received));
        let rounded_up = i64::from(received.subsec_nanos() > 0);
        SeenExpiry::Between {
            from: seconds(sent).saturating_add(ttl),
            to: seconds(received).saturating_add(rounded_up).saturating_add(ttl),
            left: Some(ttl),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use jotproof_model::SeenExpiry;

    use prost::Message as _;

    use super::{
        ClientInfo, ConnectResult, Connected, Flags, PresenceResult, Present, Reply, SubscribeResult,
        Subscribed, TimeToLive, present,
    };

    fn json(text: &str) -> Reply {
        Reply::Json(text.to_owned())
    }

    #[test]
    fn a_connection_is_read_as_it_comes() {
        let connected = |client: &str, ttl, subscriptions: &[(&str, &str)]| {
            Some(Connected {
                client: client.to_owned(),
                expiry: TimeToLive(ttl),
                subscriptions: subscriptions
                    .iter()
                    .map(|(channel, data)| ((*channel).to_owned(), (*data).to_owned()))
                    .collect(),
                flags: subscriptions
                    .iter()
                    .map(|(channel, _)| {
                        let recoverable = *channel == "b";
                        ((*channel).to_owned(), Flags { recoverable, positioned: recoverable })
                    })
                    .collect(),
            })
        };
        let table = [
            (r#"{"client":"c"}"#, connected("c", None, &[])),
            (r#"{"expires":true}"#, connected("", Some(0), &[])),
            (r#"{"expires":true,"ttl":59}"#, connected("", Some(59), &[])),
            (
                r#"{"subs":{"a":{"data":{"n":1e400}},"b":{"recoverable":true,"positioned":true}}}"#,
                connected("", None, &[("a", r#"{"n":1e400}"#), ("b", "")]),
            ),
            (r#"{"expires":"yes"}"#, None),
            (r#"{"expires":true,"ttl":1.5}"#, None),
        ];
        for (text, read) in table {
            assert_eq!(Connected::read(&json(text)), read, "{text}");
        }
    }

    #[test]
    fn presence_is_read_as_it_comes() {
        let seen = |user: &str, connection: &str, channel: &str| Present {
            user: user.to_owned(),
            connection_info: connection.to_owned(),
            channel_info: channel.to_owned(),
        };
        let table = [
            (
                r#"{"presence":{"c":{"user":"42","conn_info":{"n":1e400},"chan_info":[1]},"d":{}}}"#,
                Some(vec![
                    ("c".to_owned(), seen("42", r#"{"n":1e400}"#, "[1]")),
                    ("d".to_owned(), seen("", "", "")),
                ]),
            ),
            (r#"{"presence":{}}"#, Some(Vec::new())),
            (r#"{"presence":{"c":7}}"#, None),
            ("{}", None),
        ];
        for (text, clients) in table {
            assert_eq!(present(&json(text)), clients, "{text}");
        }
    }

    #[test]
    fn octets_say_what_text_says() {
        let subscribed = SubscribeResult {
            data: b"[1e400]".to_vec(),
            ttl: 7,
            positioned: true,
            ..SubscribeResult::default()
        };
        assert_eq!(
            Subscribed::read(&Reply::Protobuf(subscribed.encode_to_vec())),
            Subscribed::read(&json(r#"{"data":[1e400],"ttl":7,"positioned":true}"#))
        );
        let connected = ConnectResult {
            client: "c".to_owned(),
            expires: true,
            ttl: 59,
            subs: [("a".to_owned(), subscribed)].into(),
        };
        assert_eq!(
            Connected::read(&Reply::Protobuf(connected.encode_to_vec())),
            Connected::read(&json(
                r#"{"client":"c","expires":true,"ttl":59,"subs":{"a":{"data":[1e400],"positioned":true}}}"#
            ))
        );
        let client =
            ClientInfo { user: "42".to_owned(), conn_info: b"{}".to_vec(), chan_info: b"\xff".to_vec() };
        let presence = PresenceResult { presence: [("c".to_owned(), client)].into() };
        assert_eq!(
            present(&Reply::Protobuf(presence.encode_to_vec())),
            Some(vec![(
                "c".to_owned(),
                Present {
                    user: "42".to_owned(),
                    connection_info: "{}".to_owned(),
                    channel_info: "\\xff".to_owned()
                }
            )])
        );
        let wrong = Reply::Protobuf(b"\xff".to_vec());
        assert!(Connected::read(&wrong).is_none() && Subscribed::read(&wrong).is_none());
        assert_eq!(present(&wrong), None);
    }

    #[test]
    fn an_expiry_is_rounded_outwards() {
        let at = |milliseconds| UNIX_EPOCH + Duration::from_millis(milliseconds);
        let between = |from, to, left| SeenExpiry::Between { from, to, left: Some(left) };
        assert_eq!(TimeToLive(None).seen(at(0), at(0)), SeenExpiry::Never);
        assert_eq!(TimeToLive(Some(10)).seen(at(100_900), at(101_100)), between(110, 112, 10));
        assert_eq!(TimeToLive(Some(10)).seen(at(100_000), at(101_000)), between(110, 111, 10));
        assert_eq!(
            TimeToLive(Some(i64::MAX)).seen(at(1000), at(1000)),
            between(i64::MAX, i64::MAX, i64::MAX)
        );
    }
}
