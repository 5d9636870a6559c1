//! An HTTP endpoint that the harness serves to a server under test: the backend that it calls, or the
//! documents that it fetches.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::serve::ListenerExt as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::Stream;
use jotproof_model::context::{Transport, without_dot_segments};
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;

/// What a server calls.
#[derive(Debug)]
pub struct Backend {
    /// What answers.
    pub router: Router,
    /// The documents behind it, where it has some: they can be changed while the server runs.
    pub published: Option<Published>,
    /// Whether anything answers at its address at all.
    pub answers: bool,
}

/// Documents by path, and what was asked for. Every clone is the same one.
#[derive(Debug, Clone, Default)]
pub struct Published(Arc<Mutex<Documents>>);

#[derive(Debug, Default)]
struct Documents {
    by_path: BTreeMap<String, String>,
    transport: Transport,
    asked: Vec<String>,
}

impl Published {
    /// Documents by their paths, and how they are sent.
    #[must_use]
    pub fn new(documents: BTreeMap<String, String>, transport: Transport) -> Self {
        Self(Arc::new(Mutex::new(Documents { by_path: documents, transport, asked: Vec::new() })))
    }

    /// Puts a document at a path, in place of any other: a rotation of keys.
    pub fn publish(&self, path: &str, document: &str) {
        self.documents().by_path.insert(path.to_owned(), document.to_owned());
    }

    /// Puts other documents in place of all there are.
    pub fn replace(&self, by_path: BTreeMap<String, String>, transport: Transport) {
        let mut documents = self.documents();
        (documents.by_path, documents.transport) = (by_path, transport);
    }

    /// Takes the document at a path away: an outage.
    pub fn withdraw(&self, path: &str) {
        self.documents().by_path.remove(path);
    }

    /// What was asked for so far, in order: path and query as they were sent.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.documents().asked.clone()
    }

    /// Answers with the document at a path, `.` and `..` in it resolved as other servers do, or with
    /// status 404.
    pub fn router(&self) -> Router {
        let published = self.clone();
        Router::new().fallback(async move |uri: Uri, headers: HeaderMap| {
            let transport = published.documents().transport;
            match published.answer(&uri) {
                Some(document) => sent(transport, &uri, &headers, document).await,
                None => StatusCode::NOT_FOUND.into_response(),
            }
        })
    }

    fn answer(&self, uri: &Uri) -> Option<String> {
        let mut documents = self.documents();
        documents.asked.push(uri.to_string());
        let path = without_dot_segments(uri.path());
        documents.by_path.get(path.strip_prefix(MOVED).unwrap_or(&path)).cloned()
    }

    fn documents(&self) -> MutexGuard<'_, Documents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What stands before the path to which a redirect leads.
const MOVED: &str = "/moved";

/// A document, as it is to be sent.
async fn sent(transport: Transport, uri: &Uri, headers: &HeaderMap, document: String) -> Response {
    const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
    let moved = |status: StatusCode, origin: &str| {
        let location = format!("{origin}{MOVED}{}", uri.path());
        (status, [("location", location)]).into_response()
    };
    match transport {
        Transport::MovedPermanently | Transport::Found | Transport::FoundElsewhere
            if uri.path().starts_with(MOVED) =>
        {
            (JSON, document).into_response()
        }
        Transport::MovedPermanently => moved(StatusCode::MOVED_PERMANENTLY, ""),
        Transport::Found => moved(StatusCode::FOUND, ""),
        Transport::FoundElsewhere => match elsewhere(headers) {
            Some(origin) => moved(StatusCode::FOUND, &origin),
            None => StatusCode::BAD_REQUEST.into_response(),
        },
        Transport::Late => {
            tokio::time::sleep(Duration::from_secs(3)).await;
            (JSON, document).into_response()
        }
        Transport::Plain => (JSON, document).into_response(),
        Transport::MediaType => ([("content-type", "application/jwk-set+json")], document).into_response(),
        Transport::Created => (StatusCode::CREATED, JSON, document).into_response(),
        Transport::Gzip if asks_for_gzip(headers) => {
            (JSON, [("content-encoding", "gzip")], compressed(&document)).into_response()
        }
        Transport::Gzip => (JSON, document).into_response(),
        Transport::Endless => (JSON, Body::from_stream(endless())).into_response(),
    }
}

/// The same port under another name of the loopback interface than the one that was asked.
fn elsewhere(headers: &HeaderMap) -> Option<String> {
    let asked = headers.get("host")?.to_str().ok()?;
    let (host, port) = asked.rsplit_once(':')?;
    let other = if host == "localhost" { "127.0.0.1" } else { "localhost" };
    Some(format!("http://{other}:{port}"))
}

fn asks_for_gzip(headers: &HeaderMap) -> bool {
    headers
        .get("accept-encoding")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|text| text.contains("gzip"))
}

fn compressed(document: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let whole = encoder.write_all(document.as_bytes()).and_then(|()| encoder.finish());
    whole.expect("memory takes every octet")
}

/// White space, 1 KiB at a time, until nobody reads any more.
fn endless() -> impl Stream<Item = io::Result<Vec<u8>>> + Send {
    futures_util::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Some((Ok(vec![b' '; 1024]), ()))
    })
}

/// Serves `router` on the loopback interface for as long as the runtime lives. Requests are answered
/// whenever the runtime runs.
pub(super) fn serve(runtime: &Runtime, router: Router) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    runtime.spawn(async move {
        // It ends with the runtime, and there is nobody left to tell of an error.
        if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
            // Answers are short, and a server waits for them.
            let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
            let _ = axum::serve(listener, router).await;
        }
    });
    Ok(address)
}

/// Holds an address of the loopback interface at which nothing answers, for as long as the runtime lives: whoever
/// connects to it is turned down.
pub(super) fn hold(runtime: &Runtime) -> io::Result<SocketAddr> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let address = socket.local_addr()?;
    runtime.spawn(async move {
        let _held = socket;
        std::future::pending::<()>().await;
    });
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_come_and_go_and_every_question_is_told() {
        let published =
            Published::new(BTreeMap::from([("/a/keys".to_owned(), "{}".to_owned())]), Transport::Plain);
        let ask = |text: &str| published.answer(&text.parse().expect("a path"));
        assert_eq!(ask("/a/keys").as_deref(), Some("{}"));
        assert_eq!(ask("/b/../a/keys?x=/c").as_deref(), Some("{}"));
        assert_eq!(ask("/b"), None);
        published.publish("/b", "[]");
        published.withdraw("/a/keys");
        assert_eq!(ask("/b").as_deref(), Some("[]"));
        assert_eq!(ask("/a/keys"), None);
        assert_eq!(published.asked(), ["/a/keys", "/b/../a/keys?x=/c", "/b", "/b", "/a/keys"]);
    }

    #[test]
    fn another_host_has_the_same_port() {
        for (asked, other) in [
            (Some("127.0.0.1:8000"), Some("http://localhost:8000")),
            (Some("localhost:8000"), Some("http://127.0.0.1:8000")),
            (Some("localhost"), None),
            (None, None),
        ] {
            let host = |asked: &str| ("host".parse().expect("a name"), asked.parse().expect("a value"));
            let headers: HeaderMap = asked.map(host).into_iter().collect();
            assert_eq!(elsewhere(&headers).as_deref(), other, "{asked:?}");
        }
    }

    #[test]
    fn nobody_answers_at_an_address_that_is_only_held() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let held = hold(&runtime).expect("an address is free");
        let answer = |address| std::net::TcpStream::connect(address).map(drop).map_err(|error| error.kind());
        assert_eq!(answer(held), Err(io::ErrorKind::ConnectionRefused));
        assert_eq!(answer(serve(&runtime, Router::new()).expect("an address is free")), Ok(()));
    }
}
