//! What AnyCable is asked over: Action Cable on a WebSocket, or server-sent events.

use std::net::SocketAddr;

use jotproof_model::context::Fallback;
use jotproof_model::{Challenge, Context, Observation};

use super::events::Answer;
use super::{action_cable, events};
use crate::http::Request;
use crate::live::target::Look;
use crate::live::{self, Protocol};
use crate::websocket::{Connection, Failure, Handshake};

/// A transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// A WebSocket: the default one.
    WebSocket,
    /// Server-sent events.
    Sse,
}

/// Connects with a token.
///
/// Observed of an accepted client: the identifiers, as AnyCable tells them to its RPC server when the
/// client subscribes to a channel (`welcome` does not tell them), and whether that server was asked to let
/// it in. Where the context has no RPC server, nothing of it is.
#[derive(Debug, Clone, Copy)]
pub struct Identification {
    pub(super) transport: Transport,
    pub(super) look: Look,
}

impl Identification {
    fn look(self, context: &Context) -> Look {
        let configured = context.identification.as_ref();
        match configured.map(|configured| configured.fallback) {
            Some(Fallback::Nobody) => Look::Answer,
            _ => self.look,
        }
    }
}

/// What opens a connection.
#[derive(Debug)]
pub enum Opening {
    /// A handshake.
    WebSocket(Handshake),
    /// A request.
    Sse(Request),
}

/// An open connection, or the refusal to open one.
pub enum Carriage {
    /// A WebSocket.
    WebSocket(Box<Connection>),
    /// The answer to a request.
    Sse(Answer),
}

impl live::Carriage for Carriage {
    type Opening = Opening;

    async fn open(address: SocketAddr, opening: &Opening) -> Result<Self, Failure> {
        Ok(match opening {
            Opening::WebSocket(handshake) => {
                Self::WebSocket(Box::new(Connection::open(address, handshake).await?))
            }
            Opening::Sse(request) => Self::Sse(events::open(address, request).await?),
        })
    }

    /// Only a WebSocket has a path that a server can be told otherwise.
    fn at(opening: Opening, path: &str) -> Opening {
        match opening {
            Opening::WebSocket(handshake) => Opening::WebSocket(handshake.at(path)),
            other @ Opening::Sse(_) => other,
        }
    }

    fn heard(&self) -> &[u8] {
        match self {
            Self::WebSocket(connection) => connection.heard(),
            Self::Sse(Answer::Events(stream)) => stream.heard(),
            Self::Sse(Answer::Refused(_)) => &[],
        }
    }
}

impl Protocol for Identification {
    type Connection = Carriage;

    fn opening(&self, challenge: &Challenge) -> Result<Opening, Observation> {
        match self.transport {
            Transport::WebSocket => action_cable::handshake(challenge).map(Opening::WebSocket),
            Transport::Sse => events::request(challenge, self.look(&challenge.context)).map(Opening::Sse),
        }
    }

    async fn converse(
        &self,
        connection: &mut Carriage,
        challenge: &Challenge,
    ) -> Result<Observation, Failure> {
        let look = self.look(&challenge.context);
        match connection {
            Carriage::WebSocket(connection) => action_cable::converse(connection, look).await,
            Carriage::Sse(answer) => events::converse(answer, look).await,
        }
    }
}
