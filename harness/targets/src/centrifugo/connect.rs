//! What a connection token does: the `connect` command, and a look at the connection that it made.

use std::collections::BTreeMap;
use std::str;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jotproof_model::{Challenge, Observation, Seen, SeenExpiry};
use tokio::time::timeout;

use super::members::{member, members};
use super::session::{Answer, Session};
use super::wire::{Command, Wire, excerpt};
use crate::live::Protocol;
use crate::live::target::Look;
use crate::websocket::{Connection, Failure, Handshake, unexpected_close};

/// The namespace in which a connection is looked at: every user may subscribe and ask for presence.
const LOOKOUT: &str = "jotproof";

/// How long presence may take after everything else was answered. A server that cannot write it as
/// JSON (info that is not JSON) may say nothing at all.
const PRESENCE_WITHIN: Duration = Duration::from_millis(300);

/// Error 106: no more channels for this connection.
const LIMIT_EXCEEDED: i64 = 106;

/// Asks about connection tokens, over the bidirectional WebSocket transport.
///
/// Observed of an accepted token: when the connection expires, which channels it is subscribed to with
/// which data, and, as others in a channel see it, the user and the connection info. Not observed:
/// claims.
#[derive(Debug)]
pub struct ConnectCommand {
    wire: Wire,
    look: Look,
    /// Numbers the channels in which connections are looked at: each is alone in its own.
    lookouts: AtomicU64,
}

impl ConnectCommand {
    pub(super) fn new(wire: Wire, look: Look) -> Self {
        Self { wire, look, lookouts: AtomicU64::new(0) }
    }
}

/// A close code by which Centrifugo refuses a client: 3005 for an expired connection, and the terminal
/// codes from `invalid token` to `permission denied`. Any other says nothing about the token.
fn is_refusal(code: u16) -> bool {
    code == 3005 || (3500..=3507).contains(&code)
}

impl Protocol for ConnectCommand {
    fn handshake(&self, challenge: &Challenge) -> Result<Handshake, Observation> {
        // The token stands in a JSON string, which holds text only.
        if str::from_utf8(&challenge.token).is_err() {
            return Err(Observation::Unsupported { what: "binary-token".to_owned() });
        }
        Ok(Handshake { target: "/connection/websocket".to_owned(), subprotocol: None })
    }

    async fn converse(
        &self,
        connection: &mut Connection,
        challenge: &Challenge,
    ) -> Result<Observation, Failure> {
        let token = String::from_utf8_lossy(&challenge.token);
        let lookout = format!("{LOOKOUT}:{}", self.lookouts.fetch_add(1, Ordering::Relaxed));
        let mut session = Session::new(connection, self.wire);
        let sent = SystemTime::now();
        let commands = [
            Command::Connect { token: &token },
            Command::Subscribe { channel: &lookout, token: None },
            Command::Presence { channel: &lookout },
        ];
        let connect = match self.look {
            Look::Answer => session.send(&commands[..1]).await?,
            Look::Effects => session.send(&commands).await?,
        };
        let (result, received) = match session.answer(connect).await? {
            Answer::Done { result, at } => (result, at),
            refusal => return Ok(refused(refusal)),
        };
        let connected = Connected::read(&result).ok_or_else(|| Failure::Unknown(excerpt(&result)))?;
        let presence = match self.look {
            Look::Answer => None,
            Look::Effects => look(&mut session, connect + 1).await?,
        };
        let (user, info) = presence.unzip();
        session.close().await;
        Ok(Observation::Accepted {
            result: Box::new(Seen {
                user,
                info,
                expires: Some(expiry(connected.ttl, sent, received)),
                subscriptions: Some(connected.subscriptions),
                ..Seen::default()
            }),
        })
    }
}

/// A command that was not done, as an observation.
fn refused(answer: Answer) -> Observation {
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

/// User and connection info as presence tells them; nothing where the connection has no room for one
/// more channel, or its info cannot be written as JSON.
async fn look(session: &mut Session<'_>, subscribe: u32) -> Result<Option<(String, String)>, Failure> {
    match session.answer(subscribe).await? {
        Answer::Done { .. } => {}
        Answer::Error { code: LIMIT_EXCEEDED, .. } | Answer::Closed { .. } => return Ok(None),
        Answer::Error { code, message } => {
            return Err(Failure::Unknown(format!(
                "the lookout channel is refused: error {code} {message:?}"
            )));
        }
    }
    let Ok(presence) = timeout(PRESENCE_WITHIN, session.answer(subscribe + 1)).await else {
        return Ok(None);
    };
    match presence? {
        Answer::Done { result, .. } => {
            only_one(&result).map(Some).ok_or_else(|| Failure::Unknown(excerpt(&result)))
        }
        Answer::Closed { .. } => Ok(None),
        Answer::Error { code, message } => {
            Err(Failure::Unknown(format!("presence is refused: error {code} {message:?}")))
        }
    }
}

/// User and connection info of the only client that presence tells of.
fn only_one(result: &str) -> Option<(String, String)> {
    let result = members(result)?;
    let clients = members(member(&result, "presence")?)?;
    let [(_, client)] = &clients[..] else { return None };
    let client = members(client)?;
    let user = member(&client, "user").map_or(Some(String::new()), |user| serde_json::from_str(user).ok())?;
    Some((user, member(&client, "conn_info").unwrap_or_default().to_owned()))
}

/// The result of the `connect` command.
#[derive(Debug, PartialEq, Eq)]
struct Connected {
    /// Seconds until the connection expires, if it does.
    ttl: Option<i64>,
    /// Channels, each with its data as it came.
    subscriptions: BTreeMap<String, String>,
}

impl Connected {
    fn read(result: &str) -> Option<Self> {
        let connect = members(result)?;
        let expires = match member(&connect, "expires") {
            Some("true") => true,
            Some("false") | None => false,
            Some(_) => return None,
        };
        // Zero is left out.
        let ttl = member(&connect, "ttl").map_or(Some(0), |ttl| ttl.parse().ok())?;
        let mut subscriptions = BTreeMap::new();
        for (channel, subscription) in members(member(&connect, "subs").unwrap_or("{}"))? {
            let subscription = members(subscription)?;
            let data = member(&subscription, "data").unwrap_or_default();
            subscriptions.insert(channel, data.to_owned());
        }
        Some(Self { ttl: expires.then_some(ttl), subscriptions })
    }
}

/// When a connection expires. The server subtracts its clock from the time of expiry at a moment that
/// is known only to lie between sending and receiving: both are rounded outwards.
fn expiry(ttl: Option<i64>, sent: SystemTime, received: SystemTime) -> SeenExpiry {
    let Some(ttl) = ttl else {
        return SeenExpiry::Never;
    };
    let since_epoch = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let (sent, received) = (since_epoch(sent), since_epoch(received));
    let rounded_up = i64::from(received.subsec_nanos() > 0);
    SeenExpiry::Between {
        from: seconds(sent).saturating_add(ttl),
        to: seconds(received).saturating_add(rounded_up).saturating_add(ttl),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use jotproof_model::SeenExpiry;

    use super::{Connected, expiry, only_one};

    #[test]
    fn a_connection_is_read_as_it_comes() {
        let connected = |ttl, subscriptions: &[(&str, &str)]| {
            Some(Connected {
                ttl,
                subscriptions: subscriptions
                    .iter()
                    .map(|(channel, data)| ((*channel).to_owned(), (*data).to_owned()))
                    .collect(),
            })
        };
        let table = [
            (r#"{"client":"c"}"#, connected(None, &[])),
            (r#"{"expires":true}"#, connected(Some(0), &[])),
            (r#"{"expires":true,"ttl":59}"#, connected(Some(59), &[])),
            (
                r#"{"subs":{"a":{"data":{"n":1e400}},"b":{}}}"#,
                connected(None, &[("a", r#"{"n":1e400}"#), ("b", "")]),
            ),
            (r#"{"expires":"yes"}"#, None),
            (r#"{"expires":true,"ttl":1.5}"#, None),
        ];
        for (text, read) in table {
            assert_eq!(Connected::read(text), read, "{text}");
        }
    }

    #[test]
    fn presence_tells_of_one_client() {
        let seen = |user: &str, info: &str| Some((user.to_owned(), info.to_owned()));
        let table = [
            (
                r#"{"presence":{"c":{"user":"42","client":"c","conn_info":{"n":1e400}}}}"#,
                seen("42", r#"{"n":1e400}"#),
            ),
            (r#"{"presence":{"c":{"client":"c"}}}"#, seen("", "")),
            (r#"{"presence":{}}"#, None),
            (r#"{"presence":{"c":{},"d":{}}}"#, None),
            ("{}", None),
        ];
        for (text, client) in table {
            assert_eq!(only_one(text), client, "{text}");
        }
    }

    #[test]
    fn an_expiry_is_rounded_outwards() {
        let at = |milliseconds| UNIX_EPOCH + Duration::from_millis(milliseconds);
        let between = |from, to| SeenExpiry::Between { from, to };
        assert_eq!(expiry(None, at(0), at(0)), SeenExpiry::Never);
        assert_eq!(expiry(Some(10), at(100_900), at(101_100)), between(110, 112));
        assert_eq!(expiry(Some(10), at(100_000), at(101_000)), between(110, 111));
        assert_eq!(expiry(Some(i64::MAX), at(1000), at(1000)), between(i64::MAX, i64::MAX));
    }
}
