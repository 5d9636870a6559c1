//! What a server of any version tells of itself in answer to a connection token.

use jotproof_model::Observation;

use super::carriage::Carriage;
use super::connect::refused;
use super::members::{member, members};
use super::session::{Answer, Session};
use super::transport::Transport;
use super::wire::{Command, Reply, Wire, excerpt};
use crate::live::Carriage as _;
use crate::live::address::Address;
use crate::live::leak::Record;
use crate::live::version::Told;
use crate::websocket::Failure;

/// Asks in version 2 of the client protocol, and where that is refused in version 1: servers that speak
/// only one of them refuse the other.
pub(super) async fn ask(address: &Address, token: &[u8], record: &Record) -> Result<Told, Failure> {
    for wire in [Wire::Json2, Wire::Json1] {
        let opening = Carriage::at(Transport::WebSocket.opening(), address);
        let mut connection = Carriage::open(address.socket, &opening, record).await?;
        let mut session = Session::new(&mut connection, wire);
        let connect = session.send(&[Command::Connect { token }]).await?;
        match session.answer(connect).await? {
            Answer::Done { result, .. } => {
                let Reply::Json(text) = &result else { return Err(Failure::Unknown(excerpt(&result))) };
                let told = members(text).ok_or_else(|| Failure::Unknown(excerpt(&result)))?;
                let version = member(&told, "version").and_then(|text| serde_json::from_str(text).ok());
                session.close().await;
                let generation = (wire == Wire::Json1).then_some("3");
                return Ok(Told { accepted: true, version, generation });
            }
            refusal => match refused(refusal) {
                Observation::Refused { .. } => {}
                Observation::ProtocolError { detail } => return Err(Failure::Unknown(detail)),
                other => return Err(Failure::Unknown(format!("{other:?}"))),
            },
        }
    }
    Ok(Told { accepted: false, version: None, generation: None })
}
