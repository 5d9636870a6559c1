//! Server-sent events: the request that carries a token and a subscription, and what it is answered by.
//!
//! The status of the answer is the verdict: a client that is refused is told nothing else.

use std::net::SocketAddr;
use std::time::Duration;

use jotproof_model::{Challenge, Observation};
use tokio::time::sleep;

use super::action_cable::{Message, observed};
use super::rpc;
use super::submission::Submission;
use crate::http::{Framing, Request, Stream};
use crate::live::leak::Record;
use crate::live::target::Look;
use crate::websocket::Failure;

/// How long to wait for an endpoint that a server has not opened yet.
const NOT_YET: Duration = Duration::from_millis(10);

/// The answer to a request.
pub enum Answer {
    /// Events come.
    Events(Box<Stream>),
    /// The client is refused by this status.
    Refused(u16),
}

/// The request that carries what is submitted. One for effects subscribes to our channel; one for the
/// answer alone, which must not hang on a subscription, to nothing.
pub(super) fn request(challenge: &Challenge, look: Look) -> Result<Request, Observation> {
    let Submission { mut query, mut headers, subprotocols } = Submission::of(challenge)?;
    if !subprotocols.is_empty() {
        headers.push(("Sec-WebSocket-Protocol".to_owned(), subprotocols.join(", ")));
    }
    let body = match look {
        Look::Answer => Some(String::new()),
        Look::Effects => {
            let separator = if query.is_empty() { "" } else { "&" };
            query.push_str(&format!("{separator}channel={}", rpc::CHANNEL_NAME));
            None
        }
    };
    Ok(Request { target: format!("/events?{query}"), body, headers })
}

/// Sends the request. 400 and 401 say no; which of them for what, the profile knows.
pub(super) async fn open(address: SocketAddr, request: &Request, record: &Record) -> Result<Answer, Failure> {
    loop {
        match Stream::open(address, request, Framing::Events, record).await {
            Ok(stream) => return Ok(Answer::Events(Box::new(stream))),
            Err(Failure::Status(status @ (400 | 401))) => return Ok(Answer::Refused(status)),
            // The broadcast endpoint, which proves that the server is ours, is there before this one is.
            // Whoever asks bounds how long that may take.
            Err(Failure::Status(404)) => sleep(NOT_YET).await,
            Err(failure) => return Err(failure),
        }
    }
}

/// Reads the events of an accepted client as far as they tell what it was given.
pub(super) async fn converse(answer: &mut Answer, look: Look) -> Result<Observation, Failure> {
    let stream = match answer {
        Answer::Refused(status) => {
            return Ok(Observation::Refused {
                reason: None,
                answer: Some(format!("status {status}")),
                text: String::new(),
            });
        }
        Answer::Events(stream) => stream,
    };
    let mut welcomed = false;
    loop {
        match Message::read(&stream.receive().await?) {
            Message::Ping => {}
            Message::Welcome(_) if look == Look::Answer => {
                stream.close();
                return Ok(observed(&[]));
            }
            Message::Welcome(_) => welcomed = true,
            Message::Told(told) if welcomed => {
                stream.close();
                return Ok(observed(&[told]));
            }
            Message::Told(_) => {
                return Err(Failure::Unknown("a subscription is confirmed before the welcome".to_owned()));
            }
            Message::Disconnect(reason) | Message::Closed { reason, .. } => {
                return Err(Failure::Unknown(format!("disconnect {reason:?} after the status 200")));
            }
            Message::Unknown(text) => {
                return Ok(Observation::ProtocolError { detail: format!("unknown event {text:?}") });
            }
        }
    }
}
