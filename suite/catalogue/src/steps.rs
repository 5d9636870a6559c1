//! Short names for the steps of flows.

use jotproof_model::{Action, Context, NamedSession, Reason, Step};

/// An accepted step, this many seconds after the start.
pub fn step(at: u32, action: Action) -> Step {
    Step { at, action, refused: None }
}

/// A step that is rejected for a reason, before the step that decides.
pub fn refused(at: u32, action: Action, reason: Reason) -> Step {
    Step { at, action, refused: Some(reason) }
}

/// Opens a connection with a token.
pub fn connect(token: &str) -> Action {
    Action::Connect { token: Some(token.to_owned()) }
}

/// Opens a connection without a token.
pub fn connect_openly() -> Action {
    Action::Connect { token: None }
}

/// Opens a connection with a token, if there is one, and asks to resume a session.
pub fn resume(token: Option<&str>, session: NamedSession) -> Action {
    Action::Resume { token: token.map(str::to_owned), session, plain: false }
}

/// The same as [`resume`], over the plain protocol.
pub fn resume_plainly(token: Option<&str>) -> Action {
    Action::Resume { token: token.map(str::to_owned), session: NamedSession::Earlier, plain: true }
}

/// Renews the connection with a token.
pub fn refresh(token: &str) -> Action {
    Action::Refresh { token: token.to_owned() }
}

/// Subscribes to a channel with a token.
pub fn subscribe(channel: &str, token: &str) -> Action {
    Action::Subscribe { channel: channel.to_owned(), token: Some(token.to_owned()) }
}

/// Subscribes to a channel without a token.
pub fn subscribe_openly(channel: &str) -> Action {
    Action::Subscribe { channel: channel.to_owned(), token: None }
}

/// Unsubscribes from a channel.
pub fn unsubscribe(channel: &str) -> Action {
    Action::Unsubscribe { channel: channel.to_owned() }
}

/// Renews a subscription with a token.
pub fn sub_refresh(channel: &str, token: &str) -> Action {
    Action::SubRefresh { channel: channel.to_owned(), token: token.to_owned() }
}

/// Reloads the configuration of the server.
pub fn configure(context: Context) -> Action {
    Action::Configure { context: Box::new(context) }
}

/// Checks whether the subscription to a channel is still there.
pub fn look_at(channel: &str) -> Action {
    Action::LookAt { channel: channel.to_owned() }
}
