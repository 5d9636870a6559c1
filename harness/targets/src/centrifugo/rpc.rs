//! The backend that clients call through Centrifugo (an RPC proxy): it keeps what it is told of a client, and tells
//! no client any of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::members::{member, members};

/// Where it is on its endpoint.
pub(super) const PATH: &str = "/jotproof-rpc";

/// The calls that nobody has asked about yet: the `meta` that came with each, JSON text (empty for none), by the id of
/// the client. Every clone is the same one.
#[derive(Debug, Clone, Default)]
pub(super) struct Calls(Arc<Mutex<BTreeMap<String, String>>>);

impl Calls {
    /// The `meta` that came with the call of a client; nothing where there was no call.
    pub(super) fn take(&self, client: &str) -> Option<String> {
        self.by_client().remove(client)
    }

    /// Keeps what a call tells; nothing where it is no call.
    fn keep(&self, call: &str) -> Option<()> {
        let call = members(call)?;
        let client = serde_json::from_str(member(&call, "client")?).ok()?;
        let meta = member(&call, "meta").unwrap_or_default();
        self.by_client().insert(client, meta.to_owned());
        Some(())
    }

    fn by_client(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        // Whoever panicked left whole entries behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every call succeeds, and says nothing.
pub(super) fn router(calls: Calls) -> Router {
    Router::new().route(PATH, post(call)).with_state(calls)
}

async fn call(State(calls): State<Calls>, body: Bytes) -> Result<Json<Value>, StatusCode> {
    calls.keep(&String::from_utf8_lossy(&body)).ok_or(StatusCode::BAD_REQUEST)?;
    Ok(Json(json!({ "result": {} })))
}

#[cfg(test)]
mod tests {
    use super::Calls;

    #[test]
    fn a_call_is_kept_as_it_came_until_it_is_asked_about() {
        let calls = Calls::default();
        assert_eq!(calls.keep(r#"{"client":"c","user":"42","meta":{"n": 1e400}}"#), Some(()));
        assert_eq!(calls.keep(r#"{"client":"d","user":"42"}"#), Some(()));
        assert_eq!(calls.take("c").as_deref(), Some(r#"{"n": 1e400}"#));
        assert_eq!(calls.take("d").as_deref(), Some(""));
        assert_eq!(calls.take("c"), None, "it was asked about");
        for no_call in ["", "[]", "{}", r#"{"client":7}"#] {
            assert_eq!(calls.keep(no_call), None, "{no_call}");
        }
    }
}
