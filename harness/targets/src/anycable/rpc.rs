//! The RPC server that AnyCable calls, over HTTP: it tells a client what its connection was given, and
//! whether this server was asked to let it in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::time::sleep;

/// Where the RPC server is on its endpoint: one that refuses every client.
pub(super) const PATH: &str = "/_anycable";

/// Where there is another one, which lets every client in. It is told of those who go, too.
pub(super) const PATH_OF_OPEN: &str = "/_anycable-open";

/// The channel that tells the identifiers, by its name and as it is subscribed to.
pub(super) const CHANNEL_NAME: &str = "Jotproof";
pub(super) const CHANNEL: &str = r#"{"channel":"Jotproof"}"#;

/// AnyCable's `Status` of a reply.
const SUCCESS: u32 = 1;
const FAILURE: u32 = 2;

/// The header of a call that names the session.
const SESSION: &str = "x-anycable-meta-sid";

/// How long to wait for a call that AnyCable has not made yet: it makes a hundred of these a second.
const NOT_YET: Duration = Duration::from_millis(5);

/// The calls that outlive their answer, by session.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// The sessions that there was a call to connect for.
    asked: BTreeSet<String>,
    /// The identifiers of those whose client is gone.
    gone: BTreeMap<String, String>,
}

impl Calls {
    /// Waits until AnyCable has told that the client of a session is gone; the identifiers that it gave then.
    /// Whoever asks bounds how long that may take.
    pub(super) async fn gone(&self, session: &str) -> String {
        loop {
            if let Some(identifiers) = self.with(|known| known.gone.remove(session)) {
                return identifiers;
            }
            sleep(NOT_YET).await;
        }
    }

    /// The client of a session is gone, which had these identifiers.
    pub(super) fn went(&self, session: &str, identifiers: &str) {
        self.with(|known| known.gone.insert(session.to_owned(), identifiers.to_owned()));
    }

    fn with<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        // Whoever panicked left whole entries behind.
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Every command on a connection is answered with the identifiers that AnyCable says the connection has, and
/// whether there was a call to connect it. That is made for no client that has a token which AnyCable itself
/// can judge.
pub(super) fn router(calls: Calls) -> Router {
    Router::new()
        .route(&format!("{PATH}/command"), post(command))
        .route(&format!("{PATH_OF_OPEN}/command"), post(command))
        .route(&format!("{PATH}/connect"), post(refuse))
        .route(&format!("{PATH_OF_OPEN}/connect"), post(accept))
        .route(&format!("{PATH}/disconnect"), post(disconnect))
        .route(&format!("{PATH_OF_OPEN}/disconnect"), post(disconnect))
        .with_state(calls)
}

async fn refuse() -> Json<Value> {
    let goodbye = json!({ "type": "disconnect", "reason": "unauthorized", "reconnect": false });
    Json(json!({ "status": FAILURE, "transmissions": [goodbye.to_string()] }))
}

async fn accept(State(calls): State<Calls>, headers: HeaderMap) -> Json<Value> {
    if let Some(session) = session(&headers) {
        calls.with(|known| known.asked.insert(session.to_owned()));
    }
    let welcome = json!({ "type": "welcome" });
    Json(json!({
        "status": SUCCESS,
        "identifiers": r#"{"guest":true}"#,
        "transmissions": [welcome.to_string()],
    }))
}

async fn command(State(calls): State<Calls>, headers: HeaderMap, Json(request): Json<Value>) -> Json<Value> {
    let session = session(&headers);
    // Without the name of the session nothing can be told, and the client says so.
    let was_asked = session.map(|session| calls.with(|known| known.asked.contains(session)));
    let command = request.get("command");
    let mut answer = json!({
        "identifier": request.get("identifier"),
        // No other member reaches a client of every transport.
        "message": {
            "command": command,
            "session": session,
            "connection_identifiers": text(&request, "connection_identifiers"),
            "backend_asked": was_asked,
        },
    });
    if command.is_some_and(|command| command == "subscribe") {
        answer["type"] = "confirm_subscription".into();
    }
    Json(json!({ "status": SUCCESS, "transmissions": [answer.to_string()] }))
}

async fn disconnect(
    State(calls): State<Calls>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Json<Value> {
    if let Some(session) = session(&headers) {
        calls.went(session, text(&request, "identifiers"));
    }
    Json(json!({ "status": SUCCESS }))
}

fn session(headers: &HeaderMap) -> Option<&str> {
    headers.get(SESSION)?.to_str().ok()
}

/// A text of a call; an empty one is left out of it.
fn text<'a>(request: &'a Value, name: &str) -> &'a str {
    request.get(name).and_then(Value::as_str).unwrap_or_default()
}
