//! A flow: a session that is opened, left, and resumed on another connection.

use std::net::SocketAddr;

use jotproof_engine::random;
use jotproof_model::{Action, Challenge, Context, FlowChallenge, NamedSession, Observation, Seen, Step};
use tokio::time::sleep_until;

use super::action_cable::{self, Greeting};
use super::transport::Identification;
use crate::live::leak::Record;
use crate::live::{Carriage as _, Way};
use crate::websocket::{Connection, Failure};

/// The protocol with sessions that can be resumed.
const EXTENDED: &str = "actioncable-v1-ext-json";

/// The query parameter that names the session to resume.
const RESUMED: &str = "sid";

/// Goes through a flow.
pub(super) async fn follow(
    protocol: &Identification,
    address: SocketAddr,
    flow: &FlowChallenge,
    record: &Record,
    way: &mut Way,
) -> Result<Observation, Failure> {
    let mut life = Life { protocol, address, flow, record, open: None, session: None };
    for (number, step) in flow.steps.iter().enumerate() {
        let moment = way.due(step);
        sleep_until(moment).await;
        way.begins(moment);
        let decides = number + 1 == flow.steps.len();
        let observation = life.go(step, decides).await?;
        if let Some(observation) = way.after(number, flow, observation) {
            life.leave().await;
            return Ok(observation);
        }
    }
    Err(Failure::Unknown("a flow without steps".to_owned()))
}

/// What is there so far.
struct Life<'a> {
    protocol: &'a Identification,
    address: SocketAddr,
    flow: &'a FlowChallenge,
    record: &'a Record,
    open: Option<Connection>,
    /// The name of the session that was opened last.
    session: Option<String>,
}

impl Life<'_> {
    /// Does a step. What it did is looked at only where it decides.
    async fn go(&mut self, step: &Step, decides: bool) -> Result<Observation, Failure> {
        match &step.action {
            Action::Connect { token } => {
                self.connect(&self.challenge(token.as_deref(), step.at), None, false, decides).await
            }
            Action::Resume { token, session, plain } => {
                let challenge = self.challenge(token.as_deref(), step.at);
                let named =
                    match session {
                        NamedSession::Earlier => self.session.clone(),
                        NamedSession::Unknown => Some(random::key().map_err(|error| {
                            Failure::Unknown(format!("cannot read /dev/urandom: {error}"))
                        })?),
                    };
                let named = named.ok_or_else(|| Failure::Unknown("there is no session yet".to_owned()))?;
                self.connect(&challenge, Some(&named), *plain, decides).await
            }
            Action::Disconnect => {
                self.leave().await;
                Ok(Observation::Accepted { result: Box::new(Seen::default()) })
            }
            Action::Refresh { .. }
            | Action::Subscribe { .. }
            | Action::Unsubscribe { .. }
            | Action::SubRefresh { .. }
            | Action::Configure { .. }
            | Action::Look
            | Action::LookAt { .. } => {
                Ok(Observation::Unsupported { what: step.action.name().name().to_owned() })
            }
        }
    }

    /// What is submitted in a step.
    fn challenge(&self, token: Option<&str>, at: u32) -> Challenge {
        match token {
            Some(token) => self.flow.token(token, at),
            None => {
                let context = Context { submission: Some(Vec::new()), ..(*self.flow.context).clone() };
                let keys = self.flow.keys.clone();
                Challenge::new(Vec::new(), context.into(), keys, self.flow.now)
            }
        }
    }

    /// Opens a connection, which may be to resume a session.
    async fn connect(
        &mut self,
        challenge: &Challenge,
        resumed: Option<&str>,
        plain: bool,
        decides: bool,
    ) -> Result<Observation, Failure> {
        let mut handshake = match action_cable::handshake(challenge) {
            Ok(handshake) => handshake,
            Err(observation) => return Ok(observation),
        };
        if !plain {
            handshake.subprotocol = Some(EXTENDED);
        }
        if let Some(session) = resumed {
            let separator = if handshake.target.contains('?') { '&' } else { '?' };
            handshake.target.push_str(&format!("{separator}{RESUMED}={session}"));
        }
        self.leave().await;
        let connection = self.open.insert(Connection::open(self.address, &handshake, self.record).await?);
        match action_cable::greeted(connection).await? {
            Greeting::Welcome(session) => {
                self.session = session;
                if decides {
                    return self.protocol.accepted(connection, &challenge.context).await;
                }
                Ok(Observation::Accepted { result: Box::new(Seen::default()) })
            }
            Greeting::Other(observation) => Ok(observation),
        }
    }

    async fn leave(&mut self) {
        if let Some(mut connection) = self.open.take() {
            connection.close().await;
        }
    }
}
