//! Fake servers on the loopback interface.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use jotproof_engine::run::unix_time;
use jotproof_mint::base64url;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

/// A listener that treats every connection alike, each on a thread of its own.
pub struct Fake {
    pub port: u16,
    stopped: Arc<AtomicBool>,
}

impl Fake {
    /// `treat` gets each connection and its number, from 0.
    pub fn new(treat: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> Self {
        Self::ending_after(usize::MAX, treat)
    }

    /// The same, and after so many connections nobody listens any more.
    pub fn ending_after(
        connections: usize,
        treat: impl Fn(TcpStream, usize) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let stopped = Arc::new(AtomicBool::new(false));
        let (treat, told) = (Arc::new(treat), Arc::clone(&stopped));
        let taken = AtomicUsize::new(0);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let number = taken.fetch_add(1, Ordering::Relaxed);
                if told.load(Ordering::Relaxed) || number >= connections {
                    break;
                }
                let treat = Arc::clone(&treat);
                thread::spawn(move || treat(stream, number));
            }
        });
        Self { port, stopped }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // Wakes the listener.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Says nothing for as long as the other side waits.
pub fn silent(mut stream: TcpStream) {
    let mut ignored = [0; 1024];
    while matches!(stream.read(&mut ignored), Ok(read) if read > 0) {}
}

/// Reads what there is, says a text and hangs up.
pub fn says(mut stream: TcpStream, text: &str) {
    let mut ignored = [0; 4096];
    let _ = stream.read(&mut ignored);
    let _ = stream.write_all(text.as_bytes());
    // So that what was not read does not turn the answer into a reset.
    let _ = stream.set_read_timeout(Some(Duration::from_millis(50)));
    while matches!(stream.read(&mut ignored), Ok(read) if read > 0) {}
}

/// Opens a WebSocket connection as AnyCable does, telling a version where there is one.
#[allow(clippy::result_large_err, reason = "the signature that tungstenite asks for")]
pub fn web_socket(stream: TcpStream, version: Option<&str>) -> Option<WebSocket<TcpStream>> {
    tungstenite::accept_hdr(stream, |_: &Request, mut response: Response| {
        if let Some(version) = version {
            let value = version.parse().expect("a version can stand in a header");
            response.headers_mut().insert("X-AnyCable-Version", value);
        }
        Ok(response)
    })
    .ok()
}

/// A Centrifugo that takes every token, and tells a version.
pub fn centrifugo(stream: TcpStream, version: &str) {
    centrifugo_that(stream, version, |_| ());
}

/// The same, which asks at the URL that a token names for its keys.
pub fn following_centrifugo(stream: TcpStream, version: &str) {
    centrifugo_that(stream, version, |token| {
        let header = base64url::decode(token.split('.').next().unwrap_or_default()).unwrap_or_default();
        let header: Value = serde_json::from_slice(&header).unwrap_or_default();
        let url = header["jku"].as_str().and_then(|url| url.split_once("://")?.1.split_once('/'));
        if let Some((address, path)) = url
            && let Ok(mut stream) = TcpStream::connect(address)
        {
            let _ = stream.write_all(format!("GET /{path} HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes());
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
}

/// The same, and does something with every token.
fn centrifugo_that(stream: TcpStream, version: &str, with: impl Fn(&str)) {
    let Some(mut socket) = web_socket(stream, None) else { return };
    while let Ok(message) = socket.read() {
        let Message::Text(text) = message else { continue };
        for line in text.lines() {
            let command: Value = serde_json::from_str(line).expect("a command is JSON");
            let (id, version_1) = (&command["id"], command["method"].is_u64());
            let answer = match version_1 {
                // As one that speaks version 2 alone does.
                true => break,
                false if command["connect"].is_object() => {
                    with(command["connect"]["token"].as_str().unwrap_or_default());
                    let ttl = time_left(command["connect"]["token"].as_str().unwrap_or_default());
                    let expires = ttl.is_some();
                    json!({ "id": id, "connect": {
                        "client": "c", "version": version, "expires": expires, "ttl": ttl.unwrap_or_default()
                    } })
                }
                false => json!({ "id": id, "error": { "code": 106, "message": "limit exceeded" } }),
            };
            if socket.send(Message::text(answer.to_string())).is_err() {
                return;
            }
        }
    }
}

/// How many seconds a token has left, if it expires.
fn time_left(token: &str) -> Option<i64> {
    let payload = base64url::decode(token.split('.').nth(1)?).ok()?;
    let payload: Value = serde_json::from_slice(&payload).ok()?;
    Some(payload["exp"].as_i64()? - unix_time())
}

/// An AnyCable that takes every token, and tells a version.
pub fn anycable(stream: TcpStream, version: &str) {
    let Some(mut socket) = web_socket(stream, Some(version)) else { return };
    let _ = socket.send(Message::text(r#"{"type":"welcome","sid":"s"}"#));
    while socket.read().is_ok() {}
}

/// Speaks WebSocket, but no protocol that is known.
pub fn babble(stream: TcpStream) {
    let Some(mut socket) = web_socket(stream, None) else { return };
    let _ = socket.send(Message::text("hello"));
    while socket.read().is_ok() {}
}
