//! The RPC server that AnyCable calls, over HTTP: it tells a client what its connection was given.

use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

/// Where the RPC server is on its endpoint.
pub(super) const PATH: &str = "/_anycable";

/// The channel whose confirmation tells the identifiers.
pub(super) const CHANNEL: &str = r#"{"channel":"Jotproof"}"#;

/// AnyCable's `Status` of a reply.
const SUCCESS: u32 = 1;
const FAILURE: u32 = 2;

/// A command on a connection is confirmed to its client, with the identifiers that AnyCable says the
/// connection has. A call to connect is declined: it is made for no client that has a token which
/// AnyCable itself can judge.
pub(super) fn router() -> Router {
    Router::new()
        .route(&format!("{PATH}/command"), post(command))
        .route(&format!("{PATH}/connect"), post(connect))
        .route(&format!("{PATH}/disconnect"), post(async || Json(json!({ "status": SUCCESS }))))
}

async fn connect() -> Json<Value> {
    let goodbye = json!({ "type": "disconnect", "reason": "unauthorized", "reconnect": false });
    Json(json!({ "status": FAILURE, "transmissions": [goodbye.to_string()] }))
}

async fn command(Json(request): Json<Value>) -> Json<Value> {
    // Empty identifiers are left out of the request.
    let identifiers = request.get("connection_identifiers").and_then(Value::as_str).unwrap_or_default();
    let confirmation = json!({
        "type": "confirm_subscription",
        "identifier": request.get("identifier"),
        "connection_identifiers": identifiers,
    });
    Json(json!({ "status": SUCCESS, "transmissions": [confirmation.to_string()] }))
}
