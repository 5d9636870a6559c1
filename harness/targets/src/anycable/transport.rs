//! What AnyCable is asked over: Action Cable on a WebSocket, or server-sent events.

use std::net::SocketAddr;

use jotproof_model::context::Fallback;
use jotproof_model::{Application, Challenge, Context, FlowChallenge, Observation};

use super::action_cable::{Greeting, Told};
use super::events::Answer;
use super::rpc::Calls;
use super::{action_cable, events, flow};
use crate::http::Request;
use crate::live::address::Address;
use crate::live::leak::Record;
use crate::live::target::Look;
use crate::live::{self, Configure, Protocol, Way};
use crate::websocket::{Connection, Failure, Handshake};

/// A transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// A WebSocket: the default one.
    WebSocket,
    /// Server-sent events.
    Sse,
}

/// Connects with a token.
///
/// Observed of an accepted client: the identifiers, as AnyCable tells them to its RPC server when the
/// client subscribes to a channel (`welcome` does not tell them), and whether that server was asked to let
/// it in. Where the context has no RPC server, nothing of it is.
///
/// Over a WebSocket a client with an identification token does more than subscribe, and identifiers have to be
/// the same in everything that AnyCable tells its RPC server of it. A plain JWT costs one round trip: its
/// cases are about whether it is accepted.
#[derive(Debug, Clone)]
pub struct Identification {
    pub(super) transport: Transport,
    pub(super) look: Look,
    pub(super) calls: Calls,
}

impl Identification {
    fn look(&self, context: &Context) -> Look {
        if fallback(context) == Some(Fallback::Nobody) { Look::Answer } else { self.look }
    }

    /// What an accepted client of a WebSocket was given; then the client goes.
    pub(super) async fn accepted(
        &self,
        connection: &mut Connection,
        context: &Context,
    ) -> Result<Observation, Failure> {
        let commands: &[&str] = match (self.look(context), context.application) {
            (Look::Answer, _) => &[],
            (Look::Effects, Application::Anycable) => &["subscribe", "message", "unsubscribe"],
            (Look::Effects, _) => &["subscribe"],
        };
        let mut told = action_cable::act(connection, commands).await?;
        connection.leave().await;
        // Only there does AnyCable tell who goes: it tells no more than a hundred a second.
        if fallback(context) == Some(Fallback::BackendAccepts)
            && let Some(last) = told.last().cloned()
        {
            let identifiers = self.calls.gone(&last.session).await;
            told.push(Told { command: "disconnect".to_owned(), identifiers, ..last });
        }
        Ok(action_cable::observed(&told))
    }
}

/// What opens a connection.
#[derive(Debug)]
pub enum Opening {
    /// A handshake.
    WebSocket(Handshake),
    /// A request.
    Sse(Request),
}

/// An open connection, or the refusal to open one.
pub enum Carriage {
    /// A WebSocket.
    WebSocket(Box<Connection>),
    /// The answer to a request.
    Sse(Answer),
}

impl live::Carriage for Carriage {
    type Opening = Opening;

    async fn open(address: SocketAddr, opening: &Opening, record: &Record) -> Result<Self, Failure> {
        Ok(match opening {
            Opening::WebSocket(handshake) => {
                Self::WebSocket(Box::new(Connection::open(address, handshake, record).await?))
            }
            Opening::Sse(request) => Self::Sse(events::open(address, request, record).await?),
        })
    }

    /// Changes only a WebSocket opening: a running server is asked over no other transport.
    fn at(opening: Opening, address: &Address) -> Opening {
        match opening {
            Opening::WebSocket(handshake) => Opening::WebSocket(handshake.at(address)),
            other @ Opening::Sse(_) => other,
        }
    }
}

impl Protocol for Identification {
    type Connection = Carriage;

    fn opening(&self, challenge: &Challenge) -> Result<Opening, Observation> {
        match self.transport {
            Transport::WebSocket => action_cable::handshake(challenge).map(Opening::WebSocket),
            Transport::Sse => events::request(challenge, self.look(&challenge.context)).map(Opening::Sse),
        }
    }

    async fn converse(
        &self,
        connection: &mut Carriage,
        challenge: &Challenge,
    ) -> Result<Observation, Failure> {
        let context = &challenge.context;
        match connection {
            Carriage::WebSocket(connection) => match action_cable::greeted(connection).await? {
                Greeting::Welcome(_) => self.accepted(connection, context).await,
                Greeting::Other(observation) => Ok(observation),
            },
            Carriage::Sse(answer) => events::converse(answer, self.look(context)).await,
        }
    }

    async fn follow(
        &self,
        address: SocketAddr,
        flow: &FlowChallenge,
        _: &Configure<'_>,
        record: &Record,
        way: &mut Way,
    ) -> Result<Observation, Failure> {
        flow::follow(self, address, flow, record, way).await
    }
}

fn fallback(context: &Context) -> Option<Fallback> {
    context.identification.as_ref().map(|configured| configured.fallback)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use futures_util::{SinkExt as _, StreamExt as _};
    use jotproof_model::context::Fallback;
    use jotproof_model::{Application, Challenge, Context, Identification as Configured, Observation, Seen};
    use serde_json::{Value, json};
    use tokio::net::TcpListener;
    use tokio_tungstenite::tungstenite::Message;

    use super::{Carriage, Identification, Transport};
    use crate::anycable::rpc::Calls;
    use crate::live::leak::Record;
    use crate::live::target::Look;
    use crate::live::{Carriage as _, Protocol as _};

    /// A server that lets a client in, and answers each of its commands with the next of these identifiers.
    async fn server(identifiers: Vec<&'static str>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut client = tokio_tungstenite::accept_async(stream).await.unwrap();
            client.send(Message::text(r#"{"type":"welcome","sid":"s"}"#)).await.unwrap();
            for identifiers in identifiers {
                let said = client.next().await.unwrap().unwrap();
                let said: Value = serde_json::from_str(said.to_text().unwrap()).unwrap();
                let message = json!({ "command": said["command"], "session": "s",
                    "connection_identifiers": identifiers, "backend_asked": false });
                let answer = json!({ "identifier": said["identifier"], "message": message });
                client.send(Message::text(answer.to_string())).await.unwrap();
            }
            // Until the client goes.
            while client.next().await.is_some_and(|said| said.is_ok()) {}
        });
        address
    }

    /// The identifiers that are seen where a server tells the backend these.
    fn seen(
        application: Application,
        fallback: Fallback,
        commands: &[&'static str],
        gone: &str,
    ) -> Option<String> {
        let calls = Calls::default();
        calls.went("s", gone);
        let protocol = Identification { transport: Transport::WebSocket, look: Look::Effects, calls };
        let identification = Some(Configured { optional: true, fallback, ..Configured::default() });
        let context = Context { identification, ..Context::new(application, &["key"], &[]) };
        let challenge = Challenge::new(b"a.b.c".to_vec(), Arc::new(context), Arc::default(), 0);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let observation = runtime.block_on(async {
            let address = server(commands.to_vec()).await;
            let opening = protocol.opening(&challenge).unwrap();
            let mut connection = Carriage::open(address, &opening, &Record::default()).await.unwrap();
            protocol.converse(&mut connection, &challenge).await.unwrap()
        });
        match observation {
            Observation::Accepted { result } => {
                let Seen { identifiers, .. } = *result;
                identifiers
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn identifiers_have_to_be_the_same_in_every_command() {
        use Fallback::{BackendAccepts, BackendRefuses, Nobody};
        let (ids, jwt) = (Application::Anycable, Application::Jwt);
        for (application, fallback, commands, gone, is) in [
            (ids, BackendRefuses, &["a", "a", "a"][..], "b", Some("a")),
            (ids, BackendRefuses, &["a", "b", "a"], "a", Some("a and then b and then a")),
            (ids, BackendRefuses, &["a", "a", ""], "a", Some("a and then ")),
            (ids, BackendAccepts, &["a", "a", "a"], "a", Some("a")),
            (ids, BackendAccepts, &["a", "a", "a"], "b", Some("a and then b")),
            // One round trip for what is not about identifiers, and none where there is no backend.
            (jwt, BackendRefuses, &["a"], "b", Some("a")),
            (ids, Nobody, &[], "b", None),
        ] {
            let seen = seen(application, fallback, commands, gone);
            assert_eq!(seen.as_deref(), is, "{application:?} {fallback:?} {commands:?} {gone}");
        }
    }
}
