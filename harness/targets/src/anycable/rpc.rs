//! The RPC server that AnyCable calls, over HTTP: it tells a client what its connection was given, and
//! whether this server was asked to let it in.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

/// Where the RPC server is on its endpoint: one that refuses every client.
pub(super) const PATH: &str = "/_anycable";

/// Where there is another one, which lets every client in.
pub(super) const PATH_OF_OPEN: &str = "/_anycable-open";

/// The channel whose confirmation tells the identifiers, by its name and as it is subscribed to.
pub(super) const CHANNEL_NAME: &str = "Jotproof";
pub(super) const CHANNEL: &str = r#"{"channel":"Jotproof"}"#;

/// AnyCable's `Status` of a reply.
const SUCCESS: u32 = 1;
const FAILURE: u32 = 2;

/// The header of a call that names the session.
const SESSION: &str = "x-anycable-meta-sid";

/// The sessions that there was a call to connect for.
type Asked = Arc<Mutex<BTreeSet<String>>>;

/// A command on a connection is confirmed to its client, with the identifiers that AnyCable says the
/// connection has, and whether there was a call to connect it. That is made for no client that has a token
/// which AnyCable itself can judge.
pub(super) fn router() -> Router {
    Router::new()
        .route(&format!("{PATH}/command"), post(command))
        .route(&format!("{PATH_OF_OPEN}/command"), post(command))
        .route(&format!("{PATH}/connect"), post(refuse))
        .route(&format!("{PATH_OF_OPEN}/connect"), post(accept))
        .route(&format!("{PATH}/disconnect"), post(async || Json(json!({ "status": SUCCESS }))))
        .route(&format!("{PATH_OF_OPEN}/disconnect"), post(async || Json(json!({ "status": SUCCESS }))))
        .with_state(Asked::default())
}

async fn refuse() -> Json<Value> {
    let goodbye = json!({ "type": "disconnect", "reason": "unauthorized", "reconnect": false });
    Json(json!({ "status": FAILURE, "transmissions": [goodbye.to_string()] }))
}

async fn accept(State(asked): State<Asked>, headers: HeaderMap) -> Json<Value> {
    if let (Ok(mut asked), Some(session)) = (asked.lock(), session(&headers)) {
        asked.insert(session.to_owned());
    }
    let welcome = json!({ "type": "welcome" });
    Json(json!({
        "status": SUCCESS,
        "identifiers": r#"{"guest":true}"#,
        "transmissions": [welcome.to_string()],
    }))
}

async fn command(State(asked): State<Asked>, headers: HeaderMap, Json(request): Json<Value>) -> Json<Value> {
    // Empty identifiers are left out of the request.
    let identifiers = request.get("connection_identifiers").and_then(Value::as_str).unwrap_or_default();
    let was_asked = match (asked.lock(), session(&headers)) {
        (Ok(asked), Some(session)) => Some(asked.contains(session)),
        // Without the name of the session nothing can be told, and the client says so.
        _ => None,
    };
    let confirmation = json!({
        "type": "confirm_subscription",
        "identifier": request.get("identifier"),
        // No other member reaches a client of every transport.
        "message": { "connection_identifiers": identifiers, "backend_asked": was_asked },
    });
    Json(json!({ "status": SUCCESS, "transmissions": [confirmation.to_string()] }))
}

fn session(headers: &HeaderMap) -> Option<&str> {
    headers.get(SESSION)?.to_str().ok()
}
