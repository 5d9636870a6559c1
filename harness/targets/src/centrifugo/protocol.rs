//! How Centrifugo is asked about a token, over any of its transports.

use std::net::SocketAddr;
use std::str;

use jotproof_model::{Challenge, FlowChallenge, Observation};

use super::carriage::{Carriage, Opening};
use super::rpc::Calls;
use super::session::Session;
use super::wire::Wire;
use super::{connect, flow, subscribe};
use crate::live::leak::Record;
use crate::live::target::Look;
use crate::live::{Configure, Protocol, Way};
use crate::websocket::Failure;

/// Asks about connection tokens and about tokens for a channel.
///
/// Observed of an accepted connection token: when the connection expires, which channels it is
/// subscribed to with which data, and, as others in a channel see it, the user and the connection
/// info; where clients can call a backend, the `meta` that this is told. Observed of an accepted token for
/// a channel: when the subscription expires, its data, the user, and the channel info. Not observed: claims;
/// and over a unidirectional transport, which takes no question after the token, what only presence or a
/// call of the backend tells.
#[derive(Debug)]
pub struct ClientProtocol {
    /// What every session begins with.
    pub(super) opening: Opening,
    pub(super) wire: Wire,
    pub(super) look: Look,
    /// The calls of clients that have reached the backend.
    pub(super) calls: Calls,
}

impl ClientProtocol {
    pub(super) fn new(opening: Opening, wire: Wire, look: Look, calls: Calls) -> Self {
        let look = if wire.is_unidirectional() { Look::Answer } else { look };
        Self { opening, wire, look, calls }
    }
}

impl Protocol for ClientProtocol {
    type Connection = Carriage;

    fn opening(&self, challenge: &Challenge) -> Result<Opening, Observation> {
        if !self.wire.holds_octets() && str::from_utf8(&challenge.token).is_err() {
            return Err(Observation::Unsupported { what: "binary-token".to_owned() });
        }
        Ok(self.opening.clone())
    }

    async fn converse(
        &self,
        connection: &mut Carriage,
        challenge: &Challenge,
    ) -> Result<Observation, Failure> {
        let mut session = Session::new(connection, self.wire);
        let observation = match (&challenge.context.session, &challenge.opening) {
            (Some(asked), Some(opening)) => {
                subscribe::subscribe(self.look, &mut session, &asked.channel, opening, challenge).await?
            }
            _ => connect::connect(self, &mut session, &challenge.token, &challenge.context).await?.0,
        };
        if matches!(observation, Observation::Accepted { .. }) {
            session.close().await;
        }
        Ok(observation)
    }

    async fn follow(
        &self,
        address: SocketAddr,
        flow: &FlowChallenge,
        configure: &Configure<'_>,
        record: &Record,
        way: &mut Way,
    ) -> Result<Observation, Failure> {
        flow::follow(self, address, flow, configure, record, way).await
    }
}
