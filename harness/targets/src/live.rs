//! Puts challenges to a started server.
//!
//! Every challenge has a connection of its own, a few of them at a time. What differs between servers
//! is a [`Protocol`]; that a death, a silence or a dropped connection is never a refusal is decided
//! here, once for all of them.

use std::cell::Cell;
use std::iter;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use jotproof_engine::questions::Questions;
use jotproof_engine::target::{Clock, Deployment, Followed};
use jotproof_model::{Challenge, Context, FlowChallenge, Observation, Step};
use tokio::runtime::Runtime;
use tokio::time::{Instant, sleep, timeout};

use crate::live::address::Address;
use crate::live::endpoint::Published;
use crate::live::leak::{Record, Secrets};
use crate::live::running::{Aside, PATIENCE, PAUSE, is_limit};
use crate::server::process::{Launch, NotStarted, RunningServer};
use crate::websocket::Failure;

pub mod address;
pub mod endpoint;
pub mod leak;
mod refused;
pub mod running;
pub mod target;
#[cfg(test)]
mod tests;
pub mod version;

/// How long a server has to answer one challenge, unless said otherwise.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// How many challenges are put at a time.
pub const CONCURRENCY: usize = 64;

/// How long the news of a server's death may take: a connection breaks before its process is gone.
const NEWS_OF_DEATH: Duration = Duration::from_millis(500);

/// How a server is asked about a token.
pub trait Protocol: Send {
    /// What it is spoken over.
    type Connection: Carriage;

    /// What opens a connection: it carries the token, or goes before it.
    ///
    /// # Errors
    ///
    /// [`Observation::Unsupported`] where the protocol has no place for such a token.
    fn opening(&self, challenge: &Challenge) -> Result<<Self::Connection as Carriage>::Opening, Observation>;

    /// Says what is left to say, and waits for the answer.
    fn converse(
        &self,
        connection: &mut Self::Connection,
        challenge: &Challenge,
    ) -> impl Future<Output = Result<Observation, Failure>>;

    /// Goes through a flow on connections of its own, and gives what came of the step that ended it. When its steps
    /// are due, and how far it has come, is on its way.
    fn follow(
        &self,
        address: SocketAddr,
        flow: &FlowChallenge,
        configure: &Configure<'_>,
        record: &Record,
        way: &mut Way,
    ) -> impl Future<Output = Result<Observation, Failure>> {
        let _ = (address, flow, configure, record, way);
        async { Ok(Observation::Unsupported { what: "flow".to_owned() }) }
    }
}

/// Configures a running server anew, or says what went wrong.
pub type Configure<'a> = dyn Fn(&Context) -> Result<(), String> + 'a;

/// The same, of a server that is told which one it is.
type ConfigureRunning = dyn Fn(&RunningServer, &Context) -> Result<(), String> + Send;

/// How far a flow has come.
#[derive(Debug)]
pub struct Way {
    begin: Instant,
    refusals: Vec<(usize, Observation)>,
    late: Duration,
}

impl Way {
    /// The way of a flow that begins with the second which its tokens were minted for, however long it took to get
    /// here; at once where that second is still to come.
    fn of(flow: &FlowChallenge) -> Self {
        let begin = UNIX_EPOCH + Duration::from_secs(u64::try_from(flow.now).unwrap_or_default());
        let since = SystemTime::now().duration_since(begin).unwrap_or_default();
        let now = Instant::now();
        Self { begin: now.checked_sub(since).unwrap_or(now), refusals: Vec::new(), late: Duration::ZERO }
    }

    /// When a step is due.
    pub fn due(&self, step: &Step) -> Instant {
        self.begin + Duration::from_secs(u64::from(step.at))
    }

    /// A step begins, which is due at this moment.
    pub fn begins(&mut self, moment: Instant) {
        self.late = self.late.max(moment.elapsed());
    }

    /// What came of a step: the end of the flow, where it is the last one, or came out otherwise than it says.
    pub fn after(
        &mut self,
        number: usize,
        flow: &FlowChallenge,
        observation: Observation,
    ) -> Option<Observation> {
        let step = &flow.steps[number];
        let decides = number + 1 == flow.steps.len();
        match (&observation, &step.refused) {
            _ if decides => Some(observation),
            (Observation::Accepted { .. }, None) => None,
            (Observation::Refused { .. }, Some(_)) => {
                self.refusals.push((number, observation));
                None
            }
            _ => {
                let name = step.action.name().name();
                let detail = format!("step {number} ({name}) came out otherwise: {}", short(&observation));
                Some(Observation::ProtocolError { detail })
            }
        }
    }
}

fn short(observation: &Observation) -> String {
    match observation {
        Observation::Accepted { .. } => "accepted".to_owned(),
        Observation::Refused { answer, text, .. } => {
            format!("refused: {} {text}", answer.as_deref().unwrap_or_default())
        }
        Observation::ProtocolError { detail } | Observation::Crashed { detail } => detail.clone(),
        Observation::TimedOut { after_ms } => format!("no answer within {after_ms} ms"),
        Observation::Unsupported { what } | Observation::OverLimit { what } => what.clone(),
    }
}

/// What carries a conversation with a server: a WebSocket, an HTTP answer that goes on and on.
pub trait Carriage: Sized {
    /// What opens it.
    type Opening;

    /// Opens a connection that nothing else uses. Everything that the server says on it is put on the record.
    ///
    /// # Errors
    ///
    /// A [`Failure`] where the server does not take it.
    fn open(
        address: SocketAddr,
        opening: &Self::Opening,
        record: &Record,
    ) -> impl Future<Output = Result<Self, Failure>>;

    /// The opening as sent to a running server, with the path, query and origin of its address.
    fn at(opening: Self::Opening, address: &Address) -> Self::Opening;
}

/// A server that was started for one context.
pub struct LiveDeployment<P> {
    server: RunningServer,
    protocol: P,
    answer_within: Duration,
    runtime: Runtime,
    backend: Option<Running>,
    configure: Box<ConfigureRunning>,
    at_a_time: usize,
}

/// The backend of a server, while it runs.
#[derive(Debug)]
pub struct Running {
    /// Where it is.
    pub address: SocketAddr,
    /// The documents behind it, where it has some.
    pub published: Option<Published>,
}

impl<P: Protocol> LiveDeployment<P> {
    /// Starts a server to be asked by `protocol`, on `runtime`.
    ///
    /// # Errors
    ///
    /// As [`RunningServer::start`].
    pub fn start(
        launch: &Launch<'_>,
        protocol: P,
        answer_within: Duration,
        runtime: Runtime,
    ) -> Result<Self, NotStarted> {
        let server = RunningServer::start(launch)?;
        Ok(Self {
            server,
            protocol,
            answer_within,
            runtime,
            backend: None,
            configure: Box::new(|_, _| Err("it reads its configuration only once".to_owned())),
            at_a_time: CONCURRENCY,
        })
    }

    /// The same, which can be configured anew while it runs.
    #[must_use]
    pub fn configured_by(
        mut self,
        configure: impl Fn(&RunningServer, &Context) -> Result<(), String> + Send + 'static,
    ) -> Self {
        self.configure = Box::new(configure);
        self
    }

    /// The same, with the backend that it calls.
    #[must_use]
    pub fn with_backend(mut self, backend: Option<Running>) -> Self {
        self.backend = backend;
        self
    }

    /// The same, asked about one token after the other: where the order of them matters.
    #[must_use]
    pub fn one_at_a_time(mut self) -> Self {
        self.at_a_time = 1;
        self
    }

    /// The backend that it calls, if it has one.
    #[must_use]
    pub fn backend(&self) -> Option<&Running> {
        self.backend.as_ref()
    }

    /// The server.
    #[must_use]
    pub fn server(&self) -> &RunningServer {
        &self.server
    }
}

impl<P: Protocol> Deployment for LiveDeployment<P> {
    fn clock(&self) -> Clock {
        Clock::System
    }

    fn replay(&mut self, questions: &Questions<'_>) {
        let crashed = || self.crashed();
        self.runtime.block_on(self.asker(&crashed).ask_all(questions));
    }

    fn is_over(&self) -> bool {
        self.server.exit_status().is_some()
    }

    fn follow(&mut self, flows: &[FlowChallenge]) -> Vec<Followed> {
        let crashed = || self.crashed();
        let configure = |context: &Context| (self.configure)(&self.server, context);
        self.runtime.block_on(self.asker(&crashed).follow_all(flows, &configure))
    }
}

impl<P: Protocol> LiveDeployment<P> {
    fn asker<'a>(&'a self, crashed: &'a dyn Fn() -> Option<String>) -> Asker<'a, P> {
        let (protocol, address) = (&self.protocol, self.server.address());
        Asker {
            protocol,
            address,
            at: None,
            answer_within: self.answer_within,
            at_a_time: self.at_a_time,
            crashed: Some(crashed),
            aside: None,
        }
    }

    /// How the server died, if it did.
    fn crashed(&self) -> Option<String> {
        self.server.how_it_died()
    }
}

/// One replay.
struct Asker<'a, P> {
    protocol: &'a P,
    address: SocketAddr,
    /// The address of a running server; `None` for a started one.
    at: Option<&'a Address>,
    answer_within: Duration,
    at_a_time: usize,
    /// How the server died, if it did; absent where nobody would know.
    crashed: Option<&'a dyn Fn() -> Option<String>>,
    /// Behaviour of a running server that changes what an accepted token shows.
    aside: Option<&'a Aside>,
}

impl<P: Protocol> Asker<'_, P> {
    /// Asks until no question is left or the server dies.
    async fn ask_all(&self, questions: &Questions<'_>) {
        let dead = &Cell::new(false);
        let next = || if dead.get() { None } else { questions.next() };
        let ask = |(at, challenge): (usize, Challenge)| async move {
            let mut observation = self.ask(&challenge).await;
            if let Some(aside) = self.aside {
                for _ in 0..PATIENCE {
                    if !is_limit(&observation) {
                        break;
                    }
                    sleep(PAUSE).await;
                    let Some(again) = questions.again(at) else { return };
                    observation = self.ask(&again).await;
                }
                aside.set_apart(&mut observation);
            }
            dead.set(dead.get() || matches!(observation, Observation::Crashed { .. }));
            match observation {
                Observation::TimedOut { .. } => questions.no_answer(at, self.answer_within),
                answer => questions.answer(at, answer),
            }
        };
        // Questions without an answer in time come again, after all others.
        while let Some(first) = next() {
            // A question is taken only when there is room for it, because its token is minted then.
            let rest = stream::iter(iter::once(first).chain(iter::from_fn(next)));
            rest.map(ask).buffer_unordered(self.at_a_time).for_each(|()| async {}).await;
        }
    }

    async fn ask(&self, challenge: &Challenge) -> Observation {
        let opening = match self.protocol.opening(challenge) {
            Ok(opening) => match self.at {
                Some(address) => P::Connection::at(opening, address),
                None => opening,
            },
            Err(observation) => return observation,
        };
        let record = Record::default();
        let watched = record.of_challenge(challenge);
        let observation = match self.crash() {
            Some(detail) => Observation::Crashed { detail },
            None => {
                let conversation = self.converse(&opening, &watched, &record);
                self.within(self.answer_within, conversation).await.unwrap_or_else(|failed| failed)
            }
        };
        record.discreet(&Secrets::of_challenge(challenge), observation)
    }

    /// Every flow begins now.
    async fn follow_all(&self, flows: &[FlowChallenge], configure: &Configure<'_>) -> Vec<Followed> {
        join_all(flows.iter().map(|flow| self.follow(flow, configure))).await
    }

    async fn follow(&self, flow: &FlowChallenge, configure: &Configure<'_>) -> Followed {
        let last = flow.steps.last().map_or(0, |step| step.at);
        let within = Duration::from_secs(last.into()) + self.answer_within;
        let record = Record::default();
        let watched = record.of_flow(flow);
        let mut way = Way::of(flow);
        let lived = self.protocol.follow(self.address, &watched, configure, &record, &mut way);
        let observation = self.within(within, lived).await.unwrap_or_else(|failed| failed);
        let observation = record.discreet(&Secrets::of_flow(flow), observation);
        let Way { begin: _, refusals, late } = way;
        Followed { observation, refusals, late }
    }

    /// What comes of a conversation; an observation where it comes to no end.
    async fn within<T>(
        &self,
        within: Duration,
        conversation: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Observation> {
        match timeout(within, conversation).await {
            Ok(Ok(told)) => Ok(told),
            Ok(Err(failure)) => Err(match self.news_of_death(&failure).await {
                Some(detail) => Observation::Crashed { detail },
                None => failure.observation(),
            }),
            Err(_) => Err(match self.crash() {
                Some(detail) => Observation::Crashed { detail },
                None => {
                    Observation::TimedOut { after_ms: u64::try_from(within.as_millis()).unwrap_or(u64::MAX) }
                }
            }),
        }
    }

    async fn converse(
        &self,
        opening: &<P::Connection as Carriage>::Opening,
        challenge: &Challenge,
        record: &Record,
    ) -> Result<Observation, Failure> {
        let mut connection = P::Connection::open(self.address, opening, record).await?;
        self.protocol.converse(&mut connection, challenge).await
    }

    /// How the server died, if it did and somebody knows.
    fn crash(&self) -> Option<String> {
        self.crashed.and_then(|crashed| crashed())
    }

    async fn news_of_death(&self, failure: &Failure) -> Option<String> {
        // A server that answers by a status lives, and of one that others started nobody would know.
        if matches!(failure, Failure::Status(_)) || self.crashed.is_none() {
            return None;
        }
        let news = async {
            loop {
                if let Some(detail) = self.crash() {
                    return detail;
                }
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(NEWS_OF_DEATH, news).await.ok()
    }
}
