//! A flow: what happens to a connection, step by step, each at its time.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::SystemTime;

use futures_util::future::try_join_all;
use jotproof_model::{Action, ChannelOptions, FlowChallenge, Observation, Seen, Step};
use tokio::time::Instant;

use super::carriage::Carriage;
use super::connect::{
    Flags, Presence, TimeToLive, connect, look, presence as presence_in, refused, told_to_backend,
};
use super::protocol::ClientProtocol;
use super::session::{Answer, Session};
use super::subscribe::subscribe_with;
use super::wire::{Command, excerpt};
use crate::live::leak::Record;
use crate::live::target::Look;
use crate::live::{Carriage as _, Configure, Way};
use crate::websocket::Failure;

/// Goes through a flow.
pub(super) async fn follow(
    protocol: &ClientProtocol,
    address: SocketAddr,
    flow: &FlowChallenge,
    configure: &Configure<'_>,
    record: &Record,
    way: &mut Way,
) -> Result<Observation, Failure> {
    let count = flow.steps.iter().filter(|step| matches!(step.action, Action::Connect { .. })).count();
    // All of them at once: each is the other end of a session that outlives the step which opens it.
    let mut connections =
        try_join_all((0..count).map(|_| Carriage::open(address, &protocol.opening, record))).await?;
    let mut sessions = connections.iter_mut().map(|connection| Session::new(connection, protocol.wire));
    let mut life = Life { protocol, flow, configure, first: String::new(), open: Vec::new() };
    for (number, step) in flow.steps.iter().enumerate() {
        let moment = way.due(step);
        life.wait_until(moment).await?;
        way.begins(moment);
        let decides = number + 1 == flow.steps.len();
        let observation = life.go(step, decides, &mut sessions).await?;
        if let Some(observation) = way.after(number, flow, observation) {
            life.close().await;
            return Ok(observation);
        }
    }
    Err(Failure::Unknown("a flow without steps".to_owned()))
}

/// What is open.
struct Life<'a, 'b> {
    protocol: &'a ClientProtocol,
    flow: &'a FlowChallenge,
    configure: &'a Configure<'a>,
    /// The id of the first client.
    first: String,
    /// The sessions with their clients; the last one is what the flow is about.
    open: Vec<(Session<'b>, String)>,
}

impl<'b> Life<'_, 'b> {
    /// Hears what the server says until a moment. Earlier sessions are heard for as long as nothing is
    /// said on them.
    async fn wait_until(&mut self, moment: Instant) -> Result<(), Failure> {
        try_join_all(self.open.iter_mut().map(|(session, _)| session.listen_until(moment))).await?;
        tokio::time::sleep_until(moment).await;
        Ok(())
    }

    async fn close(&mut self) {
        for (session, _) in &mut self.open {
            if session.closed().is_none() {
                session.close().await;
            }
        }
    }

    /// A token, minted for the first client where it names one.
    fn token(&self, name: &str) -> Vec<u8> {
        match self.flow.for_client.get(name) {
            Some(mint) => (mint.0)(&self.first),
            None => self.flow.tokens.get(name).cloned().unwrap_or_default(),
        }
    }

    /// Does a step. What it did is looked at only where it decides.
    async fn go(
        &mut self,
        step: &Step,
        decides: bool,
        sessions: &mut impl Iterator<Item = Session<'b>>,
    ) -> Result<Observation, Failure> {
        if let Action::Connect { token } = &step.action {
            let mut session =
                sessions.next().ok_or_else(|| Failure::Unknown("no connection is left".to_owned()))?;
            // An empty token is none.
            let token = token.as_deref().map(|name| self.token(name)).unwrap_or_default();
            let (observation, client) =
                connect(self.protocol, &mut session, &token, &self.flow.context).await?;
            if self.first.is_empty() {
                self.first.clone_from(&client);
            }
            self.open.push((session, client));
            return Ok(observation);
        }
        if let Action::Configure { context } = &step.action {
            (self.configure)(context).map_err(Failure::Unknown)?;
            return Ok(accepted(Seen::default()));
        }
        let token = step.action.token().map(|name| self.token(name));
        let renewing = token.as_deref().unwrap_or_default();
        let look_at_it = if decides { self.protocol.look } else { Look::Answer };
        let Some((session, client)) = self.open.last_mut() else {
            return Err(Failure::Unknown("there is no session yet".to_owned()));
        };
        match &step.action {
            Action::Connect { .. } | Action::Configure { .. } => {
                Err(Failure::Unknown("that is done already".to_owned()))
            }
            Action::Disconnect => {
                session.close().await;
                self.open.pop();
                Ok(accepted(Seen::default()))
            }
            Action::Refresh { .. } => renewed(session, Command::Refresh { token: renewing }).await,
            Action::SubRefresh { channel, .. } => {
                renewed(session, Command::SubRefresh { channel, token: renewing }).await
            }
            Action::Subscribe { channel, .. } => {
                subscribe_with(look_at_it, session, client, channel, token.as_deref()).await
            }
            Action::Unsubscribe { channel } => {
                let unsubscribe = session.send(&[Command::Unsubscribe { channel }]).await?;
                Ok(match session.answer(unsubscribe).await? {
                    Answer::Done { .. } => accepted(Seen::default()),
                    refusal => refused(refusal),
                })
            }
            Action::Resume { .. } => {
                Ok(Observation::Unsupported { what: step.action.name().name().to_owned() })
            }
            Action::Look => {
                let user = look(session).await?.map(|present| present.user);
                let meta = told_to_backend(self.protocol, session, &self.flow.context, client).await?;
                Ok(match session.closed() {
                    Some(closed) => refused(closed),
                    None => accepted(Seen { user, meta, ..Seen::default() }),
                })
            }
            Action::LookAt { channel } => {
                if let Some((code, reason)) = session.unsubscribed(channel) {
                    return Ok(Observation::Refused {
                        reason: None,
                        answer: Some(format!("unsubscribe {code}")),
                        text: reason.clone(),
                    });
                }
                let presence = session.send(&[Command::Presence { channel }]).await?;
                // Whoever is not there may have an override that says so.
                let all = match presence_in(session, presence).await? {
                    Presence::Of(present) => present,
                    Presence::None => Vec::new(),
                    Presence::Unanswered => {
                        return Err(Failure::Unknown(format!("no answer about presence in {channel:?}")));
                    }
                };
                let present = all.into_iter().find_map(|(id, present)| (id == *client).then_some(present));
                let (Flags { recoverable, positioned }, join_leave) = session.flags(channel, client);
                let options = ChannelOptions {
                    presence: present.is_some(),
                    join_leave,
                    recovery: recoverable,
                    positioning: positioned,
                };
                Ok(match session.closed() {
                    Some(closed) => refused(closed),
                    None => accepted(Seen {
                        user: present.map(|present| present.user),
                        options: Some(BTreeMap::from([(channel.clone(), options)])),
                        ..Seen::default()
                    }),
                })
            }
        }
    }
}

/// Asks to renew something, and tells until when it is renewed.
async fn renewed(session: &mut Session<'_>, command: Command<'_>) -> Result<Observation, Failure> {
    let sent = SystemTime::now();
    let number = session.send(&[command]).await?;
    let (result, received) = match session.answer(number).await? {
        Answer::Done { result, at } => (result, at),
        refusal => return Ok(refused(refusal)),
    };
    let expiry =
        TimeToLive::read_refresh(command, &result).ok_or_else(|| Failure::Unknown(excerpt(&result)))?;
    Ok(accepted(Seen { expires: Some(expiry.seen(sent, received)), ..Seen::default() }))
}

fn accepted(seen: Seen) -> Observation {
    Observation::Accepted { result: Box::new(seen) }
}
