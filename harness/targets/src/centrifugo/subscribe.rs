//! What a token for a channel does: the `subscribe` command in a session of its user, and a look at the
//! subscription that it made.

use std::collections::BTreeMap;
use std::time::SystemTime;

use jotproof_model::{Challenge, Observation, Opening, Seen};

use super::connect::{Connected, Presence, Present, Subscribed, presence, refused};
use super::session::{Answer, Session};
use super::wire::{Command, excerpt};
use crate::live::target::Look;
use crate::websocket::Failure;

/// Asks about a token for a channel.
pub(super) async fn subscribe(
    look: Look,
    session: &mut Session<'_>,
    channel: &str,
    opening: &Opening,
    challenge: &Challenge,
) -> Result<Observation, Failure> {
    let client = open(session, &opening.connection_token).await?;
    subscribe_with(look, session, &client, channel, Some(&challenge.token_for(&client))).await
}

/// Asks for a channel in an open session of a client, with a token or without one.
pub(super) async fn subscribe_with(
    look: Look,
    session: &mut Session<'_>,
    client: &str,
    channel: &str,
    token: Option<&[u8]>,
) -> Result<Observation, Failure> {
    let sent = SystemTime::now();
    let commands = [Command::Subscribe { channel, token }, Command::Presence { channel }];
    let subscribe = match look {
        Look::Answer => session.send(&commands[..1]).await?,
        Look::Effects => session.send(&commands).await?,
    };
    let (result, received) = match session.answer(subscribe).await? {
        Answer::Done { result, at } => (result, at),
        refusal => return Ok(refused(refusal)),
    };
    let Subscribed { expiry, data, flags } =
        Subscribed::read(&result).ok_or_else(|| Failure::Unknown(excerpt(&result)))?;
    session.opened([(channel.to_owned(), flags)]);
    let seen = match look {
        Look::Answer => None,
        Look::Effects => own_presence(session, subscribe + 1, client, channel).await?,
    };
    let (user, info) = seen.map(|present| (present.user, present.channel_info)).unzip();
    Ok(Observation::Accepted {
        result: Box::new(Seen {
            user,
            info,
            expires: Some(expiry.seen(sent, received)),
            subscriptions: Some(BTreeMap::from([(channel.to_owned(), data)])),
            ..Seen::default()
        }),
    })
}

/// A client as presence in a channel tells of it, in the answer to the command with this number; nothing
/// where a server cannot tell.
async fn own_presence(
    session: &mut Session<'_>,
    command: u32,
    client: &str,
    channel: &str,
) -> Result<Option<Present>, Failure> {
    let Presence::Of(present) = presence(session, command).await? else { return Ok(None) };
    let own = present.into_iter().find_map(|(id, present)| (id == client).then_some(present));
    own.map(Some).ok_or_else(|| Failure::Unknown(format!("{client} is not present in {channel:?}")))
}

/// Opens the session, and gives the id of the client. That this fails says nothing about the token.
async fn open(session: &mut Session<'_>, token: &[u8]) -> Result<String, Failure> {
    let connect = session.send(&[Command::Connect { token }]).await?;
    match session.answer(connect).await? {
        Answer::Done { result, .. } => Connected::read(&result)
            .map(|connected| connected.client)
            .ok_or_else(|| Failure::Unknown(excerpt(&result))),
        Answer::Closed { code, reason } => {
            Err(Failure::Unknown(format!("close {code} {reason:?}: the session is not opened")))
        }
        other @ Answer::Error { .. } => {
            Err(Failure::Unknown(format!("the session is not opened: {other:?}")))
        }
    }
}
