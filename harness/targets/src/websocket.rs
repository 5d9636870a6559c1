//! A WebSocket connection to a server under test (RFC 6455).
//!
//! The opening handshake is our own: a token may stand in the request target, where an HTTP library
//! would bound its length or write it in another way, and the refusals of a handshake are
//! observations. Frames are `tokio-tungstenite`'s.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use jotproof_model::Observation;
use rustix::io::Errno;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::live::Carriage;
use crate::live::address::Address;
use crate::live::leak::{Heard, Record};

/// How much of the answer to a handshake is read at most.
const MAX_HEAD: usize = 16 * 1024;

/// How much is read at most of what else is said in an answer that opens no connection.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// How much is read at a time: most answers are a line, and a buffer of the library's own size, made anew
/// for every connection, costs more than all the rest of it.
const READ_AT_ONCE: usize = 4 * 1024;

/// How long a server has to answer a close frame, or to send its own; longer waits teach nothing.
pub(crate) const FAREWELL: Duration = Duration::from_millis(100);

/// The wait for an exhausted resource of this machine: see [`is_short_of`].
pub(crate) const PAUSE: Duration = Duration::from_millis(200);

/// The opening handshake that carries, or goes before, a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The request target, in which every octet is legal: `/cable?jid=…`.
    pub target: String,
    /// The subprotocol that is asked for.
    pub subprotocol: Option<&'static str>,
    /// Further headers, each a name and a value without line ends; `Host` takes the place of the usual one.
    pub headers: Vec<(String, String)>,
}

impl Handshake {
    /// The handshake for a running server: with the path of its address, and with the origin if the user
    /// gives one.
    #[must_use]
    pub fn at(mut self, address: &Address) -> Self {
        if let Some(path) = &address.path {
            let query = self.target.find('?').map_or("", |at| &self.target[at..]);
            self.target = format!("{path}{query}");
        }
        self.headers.extend(address.origin.clone().map(|origin| ("Origin".to_owned(), origin)));
        self
    }
}

/// An open connection. What the server says on it is put on a record: text frames, binary frames, close reasons,
/// and its answer to the handshake.
pub struct Connection {
    stream: WebSocketStream<TcpStream>,
    head: String,
    heard: Heard,
    /// What the server said while something was sent.
    said: Option<Event>,
}

/// What a server does on an open connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(Vec<u8>),
    /// A close frame.
    Closed {
        /// The status code; 1005 where there is none (RFC 6455 section 7.1.5).
        code: u16,
        /// The reason, which may be empty.
        reason: String,
    },
}

/// Why there is no connection, or none any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The request that opens the connection was answered by another HTTP status than the one that
    /// does: 101 for a WebSocket handshake.
    Status(u16),
    /// The TCP connection was refused or ended in the middle.
    Dropped(String),
    /// Something came that is not WebSocket, or not the stream that was asked for.
    Violation(String),
    /// Something came that the protocol above does not have.
    Unknown(String),
}

impl Failure {
    /// The failure as an observation, where the server still lives.
    #[must_use]
    pub fn observation(self) -> Observation {
        match self {
            // RFC 9110 sections 15.5.14 and 15.5.15, RFC 6585 section 5: the request is too long for this
            // server.
            Self::Status(code @ (413 | 414 | 431)) => Observation::OverLimit { what: format!("HTTP {code}") },
            other => Observation::ProtocolError { detail: other.to_string() },
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(code) => write!(f, "HTTP {code} in answer to the request that opens a connection"),
            Self::Dropped(how) => write!(f, "connection dropped: {how}"),
            Self::Violation(what) => write!(f, "not the transport that was asked for: {what}"),
            Self::Unknown(what) => f.write_str(what),
        }
    }
}

/// A close frame that the protocol above has no place for, as an observation.
#[must_use]
pub fn unexpected_close(code: u16, reason: &str) -> Observation {
    if code == 1009 {
        // RFC 6455 section 7.4.1: the message is too big to process.
        Observation::OverLimit { what: "close 1009".to_owned() }
    } else {
        Observation::ProtocolError { detail: format!("close {code} {reason:?}") }
    }
}

impl Carriage for Connection {
    type Opening = Handshake;

    /// Connects and shakes hands. It fails where the server does not take the connection or does not
    /// change protocols.
    async fn open(address: SocketAddr, handshake: &Handshake, record: &Record) -> Result<Self, Failure> {
        let heard = record.connection();
        let mut stream = connect(address).await?;
        let key = generate_key();
        let subprotocol = handshake
            .subprotocol
            .map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n"))
            .unwrap_or_default();
        let has_host = handshake.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Host"));
        let host = if has_host { String::new() } else { format!("Host: {address}\r\n") };
        let headers: String =
            handshake.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "GET {} HTTP/1.1\r\n{host}Upgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{subprotocol}{headers}\r\n",
            handshake.target
        );
        // A server may answer a long request, and hang up, before it has read it to the end: what it
        // has answered counts, not that writing failed.
        let written = stream.write_all(request.as_bytes()).await;
        let (head, rest) = match (read_head(&mut stream).await, written) {
            (Err(Failure::Dropped(_)), Err(error)) => return Err(dropped(&error)),
            (answer, _) => answer?,
        };
        heard.hear_whole(head.as_bytes());
        if let Err(failure) = check_answer(&head, &derive_accept_key(key.as_bytes())) {
            heard.hear_whole(&read_body(&mut stream, &head, rest).await);
            return Err(failure);
        }
        let config = WebSocketConfig::default().read_buffer_size(READ_AT_ONCE);
        let stream = WebSocketStream::from_partially_read(stream, rest, Role::Client, Some(config)).await;
        Ok(Self { stream, head, heard, said: None })
    }

    fn at(opening: Handshake, address: &Address) -> Handshake {
        opening.at(address)
    }
}

impl Connection {
    /// The first header of this name, in any case of its letters, in the answer to the handshake.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    /// Sends a frame: of text a text frame, of octets a binary frame.
    ///
    /// # Errors
    ///
    /// A [`Failure`] where the connection is gone.
    pub async fn send(&mut self, frame: impl Into<Message>) -> Result<(), Failure> {
        let Err(error) = self.stream.send(frame.into()).await else { return Ok(()) };
        // A server may close, and say why, before it has read a long message to the end: what it said counts, not
        // that writing failed.
        match self.receive().await {
            Ok(said @ Event::Closed { .. }) => {
                self.said = Some(said);
                Ok(())
            }
            Ok(Event::Text(_) | Event::Binary(_)) | Err(_) => Err(failure(&error)),
        }
    }

    /// Waits for the next text, binary or close frame.
    ///
    /// # Errors
    ///
    /// A [`Failure`] where the connection ends without a close frame or something else comes.
    pub async fn receive(&mut self) -> Result<Event, Failure> {
        if let Some(said) = self.said.take() {
            return Ok(said);
        }
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    self.heard.hear_whole(text.as_bytes());
                    return Ok(Event::Text(text.as_str().to_owned()));
                }
                Some(Ok(Message::Close(frame))) => {
                    let (code, reason) = match frame {
                        Some(frame) => (frame.code.into(), frame.reason.as_str().to_owned()),
                        None => (1005, String::new()),
                    };
                    self.heard.hear_whole(reason.as_bytes());
                    return Ok(Event::Closed { code, reason });
                }
                Some(Ok(Message::Binary(octets))) => {
                    self.heard.hear_whole(&octets);
                    return Ok(Event::Binary(octets.into()));
                }
                // Control frames, which the library answers.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(error)) => return Err(failure(&error)),
                None => return Err(Failure::Dropped("end of file, no close frame".to_owned())),
            }
        }
    }

    /// Closes the connection and gives the server a moment to do the same; the reason of its close
    /// frame, if it sends one.
    pub async fn close(&mut self) -> Option<String> {
        self.leave().await;
        self.closed().await
    }

    /// Says goodbye and goes: nothing that the server could still say is of interest.
    pub async fn leave(&mut self) {
        // The conversation is over and its outcome is known: what fails now changes nothing.
        let _ = self.stream.close(None).await;
    }

    /// The reason of the close frame of a server that is about to close the connection; nothing where it
    /// takes longer than a moment.
    pub async fn closed(&mut self) -> Option<String> {
        let farewell = async {
            loop {
                match self.receive().await {
                    Ok(Event::Text(_) | Event::Binary(_)) => {}
                    Ok(Event::Closed { reason, .. }) => return Some(reason),
                    Err(_) => return None,
                }
            }
        };
        timeout(FAREWELL, farewell).await.ok().flatten()
    }
}

/// Whether this machine has briefly run out of a resource: every local port is in `TIME_WAIT`, or the limit
/// on open files is reached. The server is not at fault. The caller limits the wait.
pub(crate) fn is_short_of(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable
        || matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE))
}

async fn connect(address: SocketAddr) -> Result<TcpStream, Failure> {
    let stream = loop {
        match TcpStream::connect(address).await {
            Ok(stream) => break stream,
            Err(error) if is_short_of(&error) => sleep(PAUSE).await,
            Err(error) => return Err(dropped(&error)),
        }
    };
    stream.set_nodelay(true).map_err(|error| dropped(&error))?;
    Ok(stream)
}

/// The head of the answer, and what came after it.
async fn read_head(stream: &mut TcpStream) -> Result<(String, Vec<u8>), Failure> {
    const END: &[u8] = b"\r\n\r\n";
    let mut octets = Vec::with_capacity(512);
    loop {
        if let Some(end) = octets.windows(END.len()).position(|window| window == END) {
            let rest = octets.split_off(end + END.len());
            return Ok((String::from_utf8_lossy(&octets).into_owned(), rest));
        }
        if octets.len() > MAX_HEAD {
            return Err(Failure::Violation("an endless answer to the handshake".to_owned()));
        }
        match stream.read_buf(&mut octets).await {
            Ok(0) => return Err(Failure::Dropped("end of file in the handshake".to_owned())),
            Ok(_) => {}
            Err(error) => return Err(dropped(&error)),
        }
    }
}

/// The body of an answer that opens no connection, of which this has been read: as much of it as comes within a
/// moment, and not more than was announced.
async fn read_body(stream: &mut TcpStream, head: &str, mut octets: Vec<u8>) -> Vec<u8> {
    let announced = header(head, "Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let reading = async {
        while octets.len() < usize::min(announced, MAX_BODY) {
            match stream.read_buf(&mut octets).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
    };
    // What it says beside its refusal decides nothing: whether it came to its end does not matter.
    let _ = timeout(FAREWELL, reading).await;
    octets
}

/// RFC 6455 section 4.1: what the answer must say for the connection to be open.
fn check_answer(head: &str, accept: &str) -> Result<(), Failure> {
    let status_line = head.split("\r\n").next().unwrap_or_default();
    let status = status_line
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| Failure::Violation(format!("{status_line:?} for a status line")))?;
    if status != 101 {
        return Err(Failure::Status(status));
    }
    if header(head, "sec-websocket-accept") == Some(accept) {
        Ok(())
    } else {
        Err(Failure::Violation("no Sec-WebSocket-Accept for our key".to_owned()))
    }
}

/// The value of the first header of this name in the head of an answer; names are compared without
/// regard to case (RFC 9110 section 5.1).
fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n")
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .find_map(|(other, value)| other.eq_ignore_ascii_case(name).then(|| value.trim()))
}

fn dropped(error: &io::Error) -> Failure {
    Failure::Dropped(error.to_string())
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::Io(error) => dropped(error),
        Error::ConnectionClosed | Error::AlreadyClosed => Failure::Dropped(error.to_string()),
        Error::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => Failure::Dropped("reset, no close frame".to_owned()),
        other => Failure::Violation(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::SinkExt as _;
    use tokio::net::TcpListener;
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::protocol::CloseFrame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

    use super::{Connection, Event, Failure, Handshake, check_answer, header};
    use crate::live::Carriage as _;
    use crate::live::leak::Record;

    #[test]
    fn what_a_server_says_before_it_has_read_a_long_message_counts() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let event = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move {
                let (stream, _) = listener.accept().await.unwrap();
                let mut client = tokio_tungstenite::accept_async(stream).await.unwrap();
                let close = CloseFrame { code: CloseCode::Size, reason: "".into() };
                client.send(Message::Close(Some(close))).await.unwrap();
                // What is left unread makes a reset of the end.
                client.get_ref().readable().await.unwrap();
            });
            let handshake = Handshake { target: "/".to_owned(), subprotocol: None, headers: Vec::new() };
            let mut connection = Connection::open(address, &handshake, &Record::default()).await.unwrap();
            connection.send("a".repeat(32 << 20)).await.unwrap();
            connection.receive().await.unwrap()
        });
        assert_eq!(event, Event::Closed { code: 1009, reason: String::new() });
    }

    #[test]
    fn a_header_is_found_in_any_case_and_the_first_one_counts() {
        let head = "HTTP/1.1 101 X-Not: this\r\nx-anycable-VERSION:  1.5.2 \r\nX-AnyCable-Version: 2\r\n\r\n";
        assert_eq!(header(head, "X-AnyCable-Version"), Some("1.5.2"));
        assert_eq!(header(head, "HTTP/1.1 101 X-Not"), None);
    }

    #[test]
    fn an_answer_opens_the_connection_only_with_101_and_our_key() {
        let answer = |head: &str| check_answer(head, "key=");
        assert_eq!(answer("HTTP/1.1 101 Switching Protocols\r\nsec-websocket-ACCEPT: key=\r\n\r\n"), Ok(()));
        assert_eq!(answer("HTTP/1.1 431 Too Large\r\n\r\n"), Err(Failure::Status(431)));
        assert!(matches!(answer("HTTP/1.1 101 Switching Protocols\r\n\r\n"), Err(Failure::Violation(_))));
        assert!(matches!(answer("SSH-2.0-x\r\n\r\n"), Err(Failure::Violation(_))));
    }
}
