//! What carries the client protocol: a WebSocket, or an HTTP answer that goes on and on with requests
//! beside it.

use std::net::SocketAddr;

use serde_json::json;

use super::wire::Frame;
use crate::http::{Framing, Request, Stream, percent_encode};
use crate::live;
use crate::live::address::Address;
use crate::live::leak::Record;
use crate::websocket::{Connection, Event, Failure, Handshake};

/// Where Centrifugo takes commands of clients that it only streams to.
const EMULATION: &str = "/emulation";

/// What opens a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// A WebSocket handshake.
    WebSocket(Handshake),
    /// A request that carries the first word.
    Stream(Endpoint),
}

/// An endpoint that streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    pub(super) path: &'static str,
    pub(super) framing: Framing,
    pub(super) first_word: FirstWord,
}

/// Where the first word of a client stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstWord {
    /// It is the body of a POST.
    Body,
    /// It is the parameter `cf_connect` of a GET.
    Query,
}

/// An open connection.
pub enum Carriage {
    /// A WebSocket.
    WebSocket(Box<Connection>),
    /// An HTTP answer.
    Stream(Box<Emulated>),
}

/// A stream, and requests beside it that make it a conversation.
pub struct Emulated {
    address: SocketAddr,
    endpoint: Endpoint,
    record: Record,
    /// The answer, once the first word is out.
    stream: Option<Stream>,
    /// How the server tells this client from others, once it has said so.
    name: Option<ClientName>,
}

/// What commands of an emulated connection are sent under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClientName {
    pub(super) session: String,
    pub(super) node: String,
}

impl live::Carriage for Carriage {
    type Opening = Opening;

    /// Shakes hands; a stream begins with the first word.
    async fn open(address: SocketAddr, opening: &Opening, record: &Record) -> Result<Self, Failure> {
        Ok(match opening {
            Opening::WebSocket(handshake) => {
                Self::WebSocket(Box::new(Connection::open(address, handshake, record).await?))
            }
            Opening::Stream(endpoint) => {
                let (endpoint, record) = (*endpoint, record.clone());
                Self::Stream(Box::new(Emulated { address, endpoint, record, stream: None, name: None }))
            }
        })
    }

    /// Changes only a WebSocket opening: a running server is asked over no other transport.
    fn at(opening: Opening, address: &Address) -> Opening {
        match opening {
            Opening::WebSocket(handshake) => Opening::WebSocket(handshake.at(address)),
            other @ Opening::Stream(_) => other,
        }
    }
}

impl Carriage {
    /// Sends a frame.
    ///
    /// # Errors
    ///
    /// A [`Failure`] where the connection is gone, or takes no more than a first word.
    pub(super) async fn send(&mut self, frame: Frame) -> Result<(), Failure> {
        match (self, frame) {
            (Self::WebSocket(connection), Frame::Text(text)) => connection.send(text).await,
            (Self::WebSocket(connection), Frame::Binary(octets)) => connection.send(octets).await,
            (Self::Stream(emulated), Frame::Text(text)) => emulated.send(text).await,
            (Self::Stream(_), Frame::Binary(_)) => {
                Err(Failure::Unknown("octets for a stream of text".to_owned()))
            }
        }
    }

    /// Waits for what comes next.
    ///
    /// # Errors
    ///
    /// A [`Failure`] where the connection ends without a word, or something else comes.
    pub(super) async fn receive(&mut self) -> Result<Event, Failure> {
        match self {
            Self::WebSocket(connection) => connection.receive().await,
            Self::Stream(emulated) => emulated.receive().await.map(Event::Text),
        }
    }

    /// Ends it.
    pub(super) async fn close(&mut self) {
        match self {
            Self::WebSocket(connection) => drop(connection.close().await),
            Self::Stream(emulated) => emulated.stream.iter_mut().for_each(Stream::close),
        }
    }

    /// What later commands are sent under, where they need that.
    pub(super) fn is_called(&mut self, name: impl FnOnce() -> Option<ClientName>) {
        if let Self::Stream(emulated) = self
            && emulated.name.is_none()
        {
            emulated.name = name();
        }
    }
}

impl Emulated {
    async fn send(&mut self, text: String) -> Result<(), Failure> {
        let Some(stream) = &mut self.stream else {
            let request = self.endpoint.request(text);
            let opened = Stream::open(self.address, &request, self.endpoint.framing, &self.record).await?;
            self.stream = Some(opened);
            return Ok(());
        };
        let Some(ClientName { session, node }) = &self.name else {
            return Err(Failure::Unknown("a second word to a server that named no session".to_owned()));
        };
        let body = json!({ "session": session, "node": node, "data": text }).to_string();
        stream.ask(&Request { target: EMULATION.to_owned(), body: Some(body), headers: Vec::new() }).await
    }

    async fn receive(&mut self) -> Result<String, Failure> {
        match &mut self.stream {
            Some(stream) => stream.receive().await,
            None => Err(Failure::Unknown("a server was listened to before it was asked".to_owned())),
        }
    }
}

impl Endpoint {
    fn request(&self, first_word: String) -> Request {
        match self.first_word {
            FirstWord::Body => {
                Request { target: self.path.to_owned(), body: Some(first_word), headers: Vec::new() }
            }
            FirstWord::Query => Request {
                target: format!("{}?cf_connect={}", self.path, percent_encode(first_word.as_bytes())),
                body: None,
                headers: Vec::new(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, FirstWord, Framing, Request};

    #[test]
    fn the_first_word_stands_where_the_endpoint_looks_for_it() {
        let request = |first_word| {
            let endpoint = Endpoint { path: "/stream", framing: Framing::Lines, first_word };
            endpoint.request("{\"id\":1}\n{}".to_owned())
        };
        assert_eq!(
            request(FirstWord::Body),
            Request {
                target: "/stream".to_owned(),
                body: Some("{\"id\":1}\n{}".to_owned()),
                headers: Vec::new()
            }
        );
        assert_eq!(
            request(FirstWord::Query),
            Request {
                target: "/stream?cf_connect=%7B%22id%22%3A1%7D%0A%7B%7D".to_owned(),
                body: None,
                headers: Vec::new()
            }
        );
    }
}
