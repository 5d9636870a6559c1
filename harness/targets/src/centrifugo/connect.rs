//! The `connect` command of Centrifugo's client protocol, and what it is answered by.

use std::collections::BTreeMap;
use std::str;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jotproof_model::{Observation, Seen, SeenExpiry};

use super::members::{member, members, values};
use crate::live::Protocol;
use crate::websocket::{Connection, Event, Failure, Handshake, unexpected_close};

/// Connects with a token, over the bidirectional WebSocket transport.
///
/// Observed of an accepted token: when the connection expires, and which channels it is subscribed to
/// with which data. Not observed: user, info and claims, which the answer does not tell.
#[derive(Debug, Clone, Copy)]
pub struct ConnectCommand;

/// A close code by which Centrifugo refuses a client: 3005 for an expired connection, and the terminal
/// codes from `invalid token` to `permission denied`. Any other says nothing about the token.
fn is_refusal(code: u16) -> bool {
    code == 3005 || (3500..=3507).contains(&code)
}

impl Protocol for ConnectCommand {
    fn handshake(&self, token: &[u8]) -> Result<Handshake, Observation> {
        // The token stands in a JSON string, which holds text only.
        if str::from_utf8(token).is_err() {
            return Err(Observation::Unsupported { what: "binary-token".to_owned() });
        }
        Ok(Handshake { target: "/connection/websocket".to_owned(), subprotocol: None })
    }

    async fn converse(&self, connection: &mut Connection, token: &[u8]) -> Result<Observation, Failure> {
        let token = serde_json::Value::from(String::from_utf8_lossy(token));
        let sent = SystemTime::now();
        connection.send(format!(r#"{{"id":1,"connect":{{"token":{token}}}}}"#)).await?;
        loop {
            let text = match connection.receive().await? {
                Event::Text(text) => text,
                Event::Closed { code, reason } if is_refusal(code) => {
                    return Ok(Observation::Refused {
                        reason: None,
                        answer: Some(format!("close {code}")),
                        text: reason,
                    });
                }
                Event::Closed { code, reason } => return Ok(unexpected_close(code, &reason)),
            };
            match read_reply(&text) {
                Err(detail) => return Ok(Observation::ProtocolError { detail }),
                Ok(None) => {}
                Ok(Some(Reply::Error { code, message })) => {
                    return Ok(Observation::Refused {
                        reason: None,
                        answer: Some(format!("error {code}")),
                        text: message,
                    });
                }
                Ok(Some(Reply::Connected { ttl, subscriptions })) => {
                    let received = SystemTime::now();
                    connection.close().await;
                    return Ok(Observation::Accepted {
                        result: Box::new(Seen {
                            expires: Some(expiry(ttl, sent, received)),
                            subscriptions: Some(subscriptions),
                            ..Seen::default()
                        }),
                    });
                }
            }
        }
    }
}

/// The answer to the `connect` command.
#[derive(Debug, PartialEq, Eq)]
enum Reply {
    Connected {
        /// Seconds until the connection expires, if it does.
        ttl: Option<i64>,
        /// Channels, each with its data as it came.
        subscriptions: BTreeMap<String, String>,
    },
    Error {
        code: i64,
        message: String,
    },
}

/// The reply to our command in a frame, if it is there; or what is wrong with the frame.
fn read_reply(frame: &str) -> Result<Option<Reply>, String> {
    let unknown = || format!("unknown frame {}", excerpt(frame));
    for text in values(frame).ok_or_else(unknown)? {
        let reply = members(text).ok_or_else(unknown)?;
        match member(&reply, "id") {
            Some("1") => {}
            // A ping is `{}`; a push is about a channel.
            None if reply.is_empty() || member(&reply, "push").is_some() => continue,
            _ => return Err(unknown()),
        }
        return match (member(&reply, "connect"), member(&reply, "error")) {
            (Some(connect), None) => connected(connect).map(Some).ok_or_else(unknown),
            (None, Some(error)) => refused(error).map(Some).ok_or_else(unknown),
            _ => Err(unknown()),
        };
    }
    Ok(None)
}

fn connected(text: &str) -> Option<Reply> {
    let connect = members(text)?;
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
    Some(Reply::Connected { ttl: expires.then_some(ttl), subscriptions })
}

fn refused(text: &str) -> Option<Reply> {
    let error = members(text)?;
    let message = match member(&error, "message") {
        Some(message) => serde_json::from_str(message).ok()?,
        None => String::new(),
    };
    Some(Reply::Error { code: member(&error, "code")?.parse().ok()?, message })
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

/// The beginning of a text, for a message.
fn excerpt(text: &str) -> String {
    const LENGTH: usize = 200;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::{Duration, UNIX_EPOCH};

    use jotproof_model::SeenExpiry;

    use super::{Reply, expiry, read_reply};

    #[test]
    fn replies_are_read_as_they_come() {
        let connected = |ttl, subscriptions: &[(&str, &str)]| {
            Ok(Some(Reply::Connected {
                ttl,
                subscriptions: subscriptions
                    .iter()
                    .map(|(channel, data)| ((*channel).to_owned(), (*data).to_owned()))
                    .collect::<BTreeMap<_, _>>(),
            }))
        };
        let table = [
            (r#"{"id":1,"connect":{"client":"c"}}"#, connected(None, &[])),
            (r#"{"id":1,"connect":{"expires":true}}"#, connected(Some(0), &[])),
            (r#"{"id":1,"connect":{"expires":true,"ttl":59}}"#, connected(Some(59), &[])),
            (
                r#"{"id":1,"connect":{"subs":{"a":{"data":{"n":1e400}},"b":{}}}}"#,
                connected(None, &[("a", r#"{"n":1e400}"#), ("b", "")]),
            ),
            ("{}\n{\"push\":{}}\n{\"id\":1,\"connect\":{}}", connected(None, &[])),
            (
                r#"{"id":1,"error":{"code":109,"message":"token expired"}}"#,
                Ok(Some(Reply::Error { code: 109, message: "token expired".to_owned() })),
            ),
            ("{}", Ok(None)),
        ];
        for (frame, reply) in table {
            assert_eq!(read_reply(frame), reply, "{frame}");
        }
    }

    #[test]
    fn what_the_protocol_does_not_have_is_no_reply() {
        for frame in [
            "hello",
            "[]",
            r#"{"id":2,"connect":{}}"#,
            r#"{"id":1}"#,
            r#"{"id":1,"connect":{},"error":{"code":1}}"#,
            r#"{"id":1,"connect":7}"#,
            r#"{"id":1,"connect":{"expires":"yes"}}"#,
            r#"{"id":1,"connect":{"expires":true,"ttl":1.5}}"#,
            r#"{"id":1,"error":{"message":"no code"}}"#,
            r#"{"connect":{}}"#,
        ] {
            assert!(read_reply(frame).is_err(), "{frame}");
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
