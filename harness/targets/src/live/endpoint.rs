//! An HTTP endpoint that the harness serves to a server under test: the backend that it calls.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::runtime::Runtime;

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
