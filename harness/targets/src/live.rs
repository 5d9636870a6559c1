//! Puts challenges to a started server.
//!
//! Every challenge has a connection of its own, a few of them at a time. What differs between servers
//! is a [`Protocol`]; that a death, a silence or a dropped connection is never a refusal is decided
//! here, once for all of them.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use jotproof_engine::target::{Clock, Deployment, Followed};
use jotproof_model::{Challenge, Context, FlowChallenge, Observation, Step};
use tokio::runtime::Runtime;
use tokio::time::{Instant, sleep, timeout};

use crate::live::endpoint::Published;
use crate::live::leak::{Record, Secrets};
use crate::server::process::{Launch, NotStarted, RunningServer};
use crate::websocket::Failure;

pub mod address;
pub mod endpoint;
pub mod leak;
mod refused;
pub mod running;
pub mod target;
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

    /// The same opening, at another path of the server than its default one.
    fn at(opening: Self::Opening, path: &str) -> Self::Opening;
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

    fn replay(&mut self, challenges: &[Challenge]) -> Vec<Observation> {
        let crashed = || self.crashed();
        self.runtime.block_on(self.asker(&crashed).ask_all(challenges))
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
            path: None,
            answer_within: self.answer_within,
            at_a_time: self.at_a_time,
            crashed: Some(crashed),
        }
    }

    /// How the server died, if it did.
    fn crashed(&self) -> Option<String> {
        let status = self.server.exit_status()?;
        Some(format!("{status}; last log lines: {}", self.server.last_log_lines()))
    }
}

/// One replay.
struct Asker<'a, P> {
    protocol: &'a P,
    address: SocketAddr,
    /// The path of the WebSocket endpoint, where that is not the one by default.
    path: Option<&'a str>,
    answer_within: Duration,
    at_a_time: usize,
    /// How the server died, if it did; absent where nobody would know.
    crashed: Option<&'a dyn Fn() -> Option<String>>,
}

impl<P: Protocol> Asker<'_, P> {
    async fn ask_all(&self, challenges: &[Challenge]) -> Vec<Observation> {
        // Whoever is done makes room for the next, in whatever order that is.
        let ask = |(at, challenge)| async move { (at, self.ask(challenge).await) };
        let mut seen: Vec<(usize, Observation)> = stream::iter(challenges.iter().enumerate())
            .map(ask)
            .buffer_unordered(self.at_a_time)
            .collect()
            .await;
        seen.sort_unstable_by_key(|(at, _)| *at);
        seen.into_iter().map(|(_, observation)| observation).collect()
    }

    async fn ask(&self, challenge: &Challenge) -> Observation {
        let opening = match self.protocol.opening(challenge) {
            Ok(opening) => match self.path {
                Some(path) => P::Connection::at(opening, path),
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::time::Duration;

    use futures_util::{SinkExt as _, StreamExt as _};
    use jotproof_engine::target::Followed;
    use jotproof_model::{
        Action, Application, Challenge, Context, FlowChallenge, KeyMaterial, Observation, Step,
    };
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::runtime::Runtime;
    use tokio_tungstenite::tungstenite::Message;

    use super::target::{Look, Server as _};
    use super::{Asker, CONCURRENCY, Configure, Protocol, Record, Way};
    use crate::centrifugo::{Centrifugo, ClientProtocol};
    use crate::websocket::{Connection, Event, Failure, Handshake};

    /// Says nothing and takes any text for a yes.
    struct AnyText;

    impl Protocol for AnyText {
        type Connection = Connection;

        fn opening(&self, challenge: &Challenge) -> Result<Handshake, Observation> {
            if challenge.token.is_empty() {
                return Err(Observation::Unsupported { what: "empty-token".to_owned() });
            }
            Ok(Handshake { target: "/".to_owned(), subprotocol: None, headers: Vec::new() })
        }

        async fn converse(&self, connection: &mut Connection, _: &Challenge) -> Result<Observation, Failure> {
            match connection.receive().await? {
                Event::Text(_) => Ok(Observation::Accepted { result: Box::default() }),
                Event::Binary(_) | Event::Closed { .. } => {
                    Ok(Observation::ProtocolError { detail: String::new() })
                }
            }
        }
    }

    fn challenge(token: &[u8], secret: &str) -> Challenge {
        let key = KeyMaterial::of_secret(secret, String::new());
        Challenge::new(
            token.to_vec(),
            Arc::new(Context::new(Application::Jwt, &["key"], &[])),
            Arc::new(BTreeMap::from([("key".to_owned(), key)])),
            0,
        )
    }

    fn ask(
        runtime: &Runtime,
        address: SocketAddr,
        crashed: &dyn Fn() -> Option<String>,
        tokens: &[&[u8]],
    ) -> Vec<Observation> {
        ask_over(&AnyText, runtime, address, crashed, tokens)
    }

    fn ask_over(
        protocol: &impl Protocol,
        runtime: &Runtime,
        address: SocketAddr,
        crashed: &dyn Fn() -> Option<String>,
        tokens: &[&[u8]],
    ) -> Vec<Observation> {
        let asker = Asker {
            protocol,
            address,
            path: None,
            answer_within: Duration::from_millis(300),
            at_a_time: CONCURRENCY,
            crashed: Some(crashed),
        };
        let challenges: Vec<_> = tokens.iter().map(|token| challenge(token, "")).collect();
        runtime.block_on(asker.ask_all(&challenges))
    }

    fn runtime() -> Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn a_server_that_never_answers_is_a_time_out_not_a_refusal() {
        let runtime = runtime();
        // The kernel takes the connection; nobody ever reads from it.
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        assert_eq!(
            ask(&runtime, address, &|| None, &[b"a", b"", b"b"]),
            [
                Observation::TimedOut { after_ms: 300 },
                Observation::Unsupported { what: "empty-token".to_owned() },
                Observation::TimedOut { after_ms: 300 },
            ]
        );
    }

    /// Nobody is answered before all of them are there.
    #[test]
    fn as_many_are_asked_at_once_as_it_says() {
        let runtime = runtime();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            let mut clients = Vec::new();
            while clients.len() < CONCURRENCY {
                let (stream, _) = listener.accept().await.unwrap();
                clients.push(tokio_tungstenite::accept_async(stream).await.unwrap());
            }
            while let Some(mut client) = clients.pop() {
                client.send(Message::text("yes")).await.unwrap();
                tokio::spawn(async move { client.next().await });
            }
        });
        let tokens: Vec<String> = (0..CONCURRENCY).map(|number| format!("h.p.{number}")).collect();
        let tokens: Vec<&[u8]> = tokens.iter().map(String::as_bytes).collect();
        let seen = ask(&runtime, address, &|| None, &tokens);
        assert_eq!(seen, vec![Observation::Accepted { result: Box::default() }; CONCURRENCY]);
    }

    #[test]
    fn a_dropped_connection_is_a_crash_only_where_the_server_died() {
        let runtime = runtime();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let seen = ask(&runtime, address, &|| None, &[b"a"]);
        assert!(
            matches!(&seen[..], [Observation::ProtocolError { detail }] if detail.contains("refused")),
            "{seen:?}"
        );
        let died = || Some("signal: 9".to_owned());
        assert_eq!(
            ask(&runtime, address, &died, &[b"a"]),
            [Observation::Crashed { detail: "signal: 9".to_owned() }]
        );
    }

    #[test]
    fn what_a_server_logged_of_others_before_it_died_is_not_repeated() {
        let runtime = runtime();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        const OURS: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.e30.signature-of-this-one";
        const ANOTHERS: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.e30.signature-of-another";
        let logged = String::from_utf8_lossy(ANOTHERS);
        let died = || Some(format!("signal: 9; last log lines: bad command {logged}"));
        let of_another = "signal: 9; last log lines: bad command (a token)".to_owned();
        let leaks = "what is left of it leaks the signature".to_owned();
        assert_eq!(
            ask(&runtime, address, &died, &[OURS, ANOTHERS]),
            [Observation::Crashed { detail: of_another }, Observation::Crashed { detail: leaks }]
        );
    }

    /// Goes through no flow, and tells what it should not.
    struct Telltale;

    impl Protocol for Telltale {
        type Connection = Connection;

        fn opening(&self, challenge: &Challenge) -> Result<Handshake, Observation> {
            AnyText.opening(challenge)
        }

        async fn converse(
            &self,
            connection: &mut Connection,
            challenge: &Challenge,
        ) -> Result<Observation, Failure> {
            AnyText.converse(connection, challenge).await
        }

        async fn follow(
            &self,
            _: SocketAddr,
            _: &FlowChallenge,
            _: &Configure<'_>,
            _: &Record,
            _: &mut Way,
        ) -> Result<Observation, Failure> {
            Err(Failure::Unknown("{\"error\":\"key a-long-secret\"}".to_owned()))
        }
    }

    #[test]
    fn a_flow_that_comes_to_no_end_repeats_no_secret() {
        let Challenge { context, keys, .. } = challenge(b"", "a-long-secret");
        // That of the configuration which the server reads later is one too.
        let context = Box::new((*context).clone());
        let steps = vec![Step { at: 0, action: Action::Configure { context }, refused: None }];
        let flow = FlowChallenge {
            tokens: BTreeMap::new(),
            for_client: BTreeMap::new(),
            steps,
            context: Arc::new(Context::new(Application::Jwt, &[], &[])),
            keys,
            now: 0,
        };
        let asker = Asker {
            protocol: &Telltale,
            address: SocketAddr::from(([127, 0, 0, 1], 1)),
            path: None,
            answer_within: Duration::from_millis(300),
            at_a_time: CONCURRENCY,
            crashed: None,
        };
        let followed = runtime().block_on(asker.follow_all(&[flow], &|_| Ok(())));
        let leaks = Observation::ProtocolError { detail: "leaks the secret".to_owned() };
        assert_eq!(followed, [Followed::at_once(leaks)]);
    }

    /// Every way in which Centrifugo is asked, by the name of its transport.
    fn every_transport() -> Vec<(&'static str, ClientProtocol)> {
        let server = Centrifugo::of_version("5.4.9").unwrap();
        let over = |name| (name, server.clone().over(name).unwrap().protocol(Look::Effects));
        std::iter::once(("", server.protocol(Look::Effects)))
            .chain(Centrifugo::TRANSPORTS.iter().copied().map(over))
            .collect()
    }

    /// A server that says this to every client after its first word, and hangs up.
    fn says(runtime: &Runtime, transport: &'static str, said: &'static [u8]) -> SocketAddr {
        says_and(runtime, transport, said, Then::HangsUp)
    }

    /// What a server does that has said its word.
    #[derive(Clone, Copy, PartialEq)]
    enum Then {
        HangsUp,
        SaysNothingMore,
    }

    fn says_and(runtime: &Runtime, transport: &'static str, said: &'static [u8], then: Then) -> SocketAddr {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                if matches!(transport, "" | "protobuf" | "uni_websocket") {
                    let mut websocket = tokio_tungstenite::accept_async(stream).await.unwrap();
                    websocket.next().await.unwrap().unwrap();
                    let message = match transport {
                        "protobuf" => Message::binary(said),
                        _ => Message::text(std::str::from_utf8(said).unwrap()),
                    };
                    if !said.is_empty() {
                        websocket.send(message).await.unwrap();
                    }
                    if then == Then::SaysNothingMore {
                        tokio::spawn(
                            async move { while websocket.next().await.is_some_and(|it| it.is_ok()) {} },
                        );
                    }
                } else {
                    assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0, "the first word");
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    stream.write_all(said).await.unwrap();
                    if then == Then::HangsUp {
                        stream.shutdown().await.unwrap();
                    }
                    // What is left unread would make a reset of the end.
                    tokio::spawn(async move { stream.read_to_end(&mut Vec::new()).await });
                }
            }
        });
        address
    }

    #[test]
    fn a_silence_is_a_time_out_over_every_transport() {
        let runtime = runtime();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        for (name, protocol) in every_transport() {
            let seen = ask_over(&protocol, &runtime, address, &|| None, &[b"a"]);
            assert_eq!(seen, [Observation::TimedOut { after_ms: 300 }], "{name}");
        }
    }

    #[test]
    fn a_dropped_connection_is_no_refusal_over_any_transport() {
        let runtime = runtime();
        for (name, protocol) in every_transport() {
            let address = says(&runtime, name, b"");
            let seen = ask_over(&protocol, &runtime, address, &|| None, &[b"a"]);
            assert!(
                matches!(&seen[..], [Observation::ProtocolError { detail }] if detail.contains("dropped")),
                "{name}: {seen:?}"
            );
            let died = || Some("signal: 9".to_owned());
            let seen = ask_over(&protocol, &runtime, address, &died, &[b"a"]);
            assert_eq!(seen, [Observation::Crashed { detail: "signal: 9".to_owned() }], "{name}");
        }
    }

    /// What was said is looked through also where no answer comes, and where the answer cannot be read.
    #[test]
    fn a_leak_before_the_end_of_patience_is_found_over_every_transport() {
        let runtime = runtime();
        let leaks = Observation::ProtocolError { detail: "leaks the signature".to_owned() };
        for (name, protocol) in every_transport() {
            let (push, garbage): (&[u8], &[u8]) = match name {
                // An empty push with an unknown field behind it, in a frame of its length.
                "protobuf" => (b"\x12\x22\x00\x7a\x0esignature-text", b"\x0fsignature-text!"),
                "sse" | "uni_sse" => (
                    b"data: {\"push\":{\"message\":{\"data\":\"signature-text\"}}}\n\n",
                    b"data: signature-text\n\n",
                ),
                "" | "http_stream" => {
                    (b"{\"push\":{\"message\":{\"data\":\"signature-text\"}}}\n", b"signature-text\n")
                }
                _ => (b"{\"message\":{\"data\":\"signature-text\"}}\n", b"signature-text\n"),
            };
            for (said, then) in
                [(push, Then::SaysNothingMore), (push, Then::HangsUp), (garbage, Then::HangsUp)]
            {
                let address = says_and(&runtime, name, said, then);
                let seen =
                    ask_over(&protocol, &runtime, address, &|| None, &[b"h.p.s", b"h.p.signature-text"]);
                assert!(
                    !matches!(&seen[0], Observation::Accepted { .. } | Observation::Refused { .. })
                        && seen[0] != leaks,
                    "{name}: {seen:?}"
                );
                assert_eq!(seen[1], leaks, "{name}");
            }
        }
    }

    /// Whoever opens no connection may say more than a status.
    #[test]
    fn a_leak_in_a_refused_handshake_is_found_over_every_transport() {
        let runtime = runtime();
        let leaks = Observation::ProtocolError { detail: "leaks the signature".to_owned() };
        for answer in [
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 17\r\n\r\nno signature-text",
            "HTTP/1.1 403 Forbidden\r\nX-Because: signature-text\r\nContent-Length: 0\r\n\r\n",
        ] {
            let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
            let address = listener.local_addr().unwrap();
            runtime.spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    tokio::spawn(async move {
                        assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0, "the first word");
                        stream.write_all(answer.as_bytes()).await.unwrap();
                        stream.read_to_end(&mut Vec::new()).await
                    });
                }
            });
            for (name, protocol) in every_transport() {
                let seen =
                    ask_over(&protocol, &runtime, address, &|| None, &[b"h.p.s", b"h.p.signature-text"]);
                assert!(
                    matches!(&seen[0], Observation::ProtocolError { detail } if detail.contains("403")),
                    "{name}: {seen:?}"
                );
                assert_eq!(seen[1], leaks, "{name}, {answer}");
            }
        }
    }

    #[test]
    fn a_refusal_is_one_and_a_leak_in_it_is_found_over_every_transport() {
        let runtime = runtime();
        for (name, protocol) in every_transport() {
            let (said, answer): (&[u8], _) = match name {
                "" | "http_stream" => (
                    b"{\"id\":1,\"error\":{\"code\":109,\"message\":\"signature-text\"}}\n",
                    "error 109",
                ),
                "protobuf" => (b"\x16\x08\x01\x12\x12\x08\x6d\x12\x0esignature-text", "error 109"),
                "sse" => (
                    b"\r\ndata: {\"push\":{\"disconnect\":{\"code\":3500,\"reason\":\"signature-text\"}}}\n\n",
                    "close 3500",
                ),
                "uni_sse" => (
                    b"data: {\"disconnect\":{\"code\":3500,\"reason\":\"signature-text\"}}\n\n",
                    "close 3500",
                ),
                _ => (
                    b"{\"disconnect\":{\"code\":3500,\"reason\":\"signature-text\"}}\n",
                    "close 3500",
                ),
            };
            let address = says(&runtime, name, said);
            let seen = ask_over(&protocol, &runtime, address, &|| None, &[b"h.p.s", b"h.p.signature-text"]);
            let refused = Observation::Refused {
                reason: None,
                answer: Some(answer.to_owned()),
                text: "signature-text".to_owned(),
            };
            let leaks = Observation::ProtocolError { detail: "leaks the signature".to_owned() };
            assert_eq!(seen, [refused, leaks], "{name}");
        }
    }
}
