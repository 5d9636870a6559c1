//! Puts challenges to a started server.
//!
//! Every challenge has a connection of its own, a few of them at a time. What differs between servers
//! is a [`Protocol`]; that a death, a silence or a dropped connection is never a refusal is decided
//! here, once for all of them.

use std::iter;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use jotproof_engine::target::{Clock, Deployment, Followed};
use jotproof_model::{Challenge, Context, FlowChallenge, KeyRing, Observation, Step};
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

use crate::live::endpoint::Published;
use crate::server::process::{Launch, NotStarted, RunningServer};
use crate::websocket::Failure;

pub mod address;
pub mod endpoint;
mod meta;
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

/// The shortest text that is looked for as a leaked secret; shorter ones stand in any text.
const SHORTEST_SECRET: usize = 8;

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

    /// Goes through a flow that begins now, on connections of its own.
    fn follow(
        &self,
        address: SocketAddr,
        flow: &FlowChallenge,
        configure: &Configure<'_>,
    ) -> impl Future<Output = Result<Lived, Failure>> {
        let _ = (address, flow, configure);
        async {
            let observation = Observation::Unsupported { what: "flow".to_owned() };
            Ok(Lived { observation, late: Duration::ZERO, heard: Vec::new() })
        }
    }
}

/// Configures a running server anew, or says what went wrong.
pub type Configure<'a> = dyn Fn(&Context) -> Result<(), String> + 'a;

/// The same, of a server that is told which one it is.
type ConfigureRunning = dyn Fn(&RunningServer, &Context) -> Result<(), String> + Send;

/// What came of a flow, and everything that the server said in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lived {
    /// What came of its last step.
    pub observation: Observation,
    /// By how much the latest of its steps came too late.
    pub late: Duration,
    /// Everything that it said.
    pub heard: Vec<u8>,
}

/// What a flow is observed as one of whose steps, before the last, came out otherwise than it says.
#[must_use]
pub fn otherwise(number: usize, step: &Step, observation: &Observation) -> Option<Observation> {
    let as_told = match observation {
        Observation::Accepted { .. } => !step.refused,
        Observation::Refused { .. } => step.refused,
        _ => false,
    };
    let name = step.action.name().name();
    let told = || format!("step {number} ({name}) came out otherwise: {}", short(observation));
    (!as_told).then(|| Observation::ProtocolError { detail: told() })
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

    /// Opens a connection that nothing else uses.
    ///
    /// # Errors
    ///
    /// A [`Failure`] where the server does not take it.
    fn open(address: SocketAddr, opening: &Self::Opening) -> impl Future<Output = Result<Self, Failure>>;

    /// The same opening, at another path of the server than its default one.
    fn at(opening: Self::Opening, path: &str) -> Self::Opening;

    /// Everything that the server has said, in order: what is looked through for secrets.
    fn heard(&self) -> &[u8];
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
        if let Some(detail) = self.crash() {
            return Observation::Crashed { detail };
        }
        self.within(self.answer_within, self.converse(&opening, challenge))
            .await
            .unwrap_or_else(|observation| discreet(observation, |heard| leak_of(heard, challenge)))
    }

    /// Every flow begins now.
    async fn follow_all(&self, flows: &[FlowChallenge], configure: &Configure<'_>) -> Vec<Followed> {
        join_all(flows.iter().map(|flow| self.follow(flow, configure))).await
    }

    async fn follow(&self, flow: &FlowChallenge, configure: &Configure<'_>) -> Followed {
        let last = flow.steps.last().map_or(0, |step| step.at);
        let within = Duration::from_secs(last.into()) + self.answer_within;
        let later = flow.steps.iter().filter_map(|step| step.action.configuration());
        let contexts: Vec<&Context> = iter::once(&*flow.context).chain(later).collect();
        let leak = |heard: &[u8]| leak(heard, &contexts, &flow.keys, flow.tokens.values().map(Vec::as_slice));
        match self.within(within, self.protocol.follow(self.address, flow, configure)).await {
            Ok(Lived { observation, late, heard }) => {
                Followed { observation: leak(&heard).unwrap_or(observation), late }
            }
            Err(observation) => Followed { observation: discreet(observation, leak), late: Duration::ZERO },
        }
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
    ) -> Result<Observation, Failure> {
        let mut connection = P::Connection::open(self.address, opening).await?;
        let observation = self.protocol.converse(&mut connection, challenge).await?;
        Ok(leak_of(connection.heard(), challenge).unwrap_or(observation))
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

/// The observation that a conversation came to no end, without what it may repeat of a secret.
fn discreet(observation: Observation, leak: impl Fn(&[u8]) -> Option<Observation>) -> Observation {
    let told = match &observation {
        Observation::ProtocolError { detail } => leak(detail.as_bytes()),
        _ => None,
    };
    told.unwrap_or(observation)
}

/// What a server that gives something away is observed as, where this one does.
fn leak_of(heard: &[u8], challenge: &Challenge) -> Option<Observation> {
    let Challenge { token, context, keys, .. } = challenge;
    leak(heard, &[context], keys, iter::once(&**token))
}

/// The same of several tokens.
fn leak<'a>(
    heard: &[u8],
    contexts: &[&Context],
    keys: &KeyRing,
    tokens: impl Iterator<Item = &'a [u8]>,
) -> Option<Observation> {
    let what = leaked(heard, contexts, keys, tokens)?;
    Some(Observation::ProtocolError { detail: format!("leaks the {what}") })
}

/// Which secret an answer gives away: no error text, close reason or reply may repeat one, nor what a token
/// says to the backend alone.
fn leaked<'a>(
    heard: &[u8],
    contexts: &[&Context],
    keys: &KeyRing,
    mut tokens: impl Iterator<Item = &'a [u8]>,
) -> Option<&'static str> {
    let gives_away = |secret: &[u8]| {
        secret.len() >= SHORTEST_SECRET && heard.windows(secret.len()).any(|window| window == secret)
    };
    let secret = contexts
        .iter()
        .flat_map(|context| context.key_names())
        .filter_map(|name| keys.get(name)?.secret.as_deref())
        .any(|secret| gives_away(secret.as_bytes()));
    if secret {
        return Some("secret");
    }
    let of_token = |token: &[u8]| {
        if token.split(|octet| *octet == b'.').nth(2).is_some_and(gives_away) {
            Some("signature")
        } else {
            meta::is_told(heard, token).then_some("meta")
        }
    };
    tokens.find_map(of_token)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::time::Duration;

    use futures_util::{SinkExt as _, StreamExt as _};
    use jotproof_engine::target::Followed;
    use jotproof_model::context::{Identification, Separate};
    use jotproof_model::{
        Action, Application, Challenge, Context, FlowChallenge, KeyMaterial, Observation, Step,
    };
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::runtime::Runtime;
    use tokio_tungstenite::tungstenite::Message;

    use super::target::{Look, Server as _};
    use super::{Asker, CONCURRENCY, Configure, Lived, Protocol, leaked};
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
    fn a_secret_is_leaked_where_the_answer_repeats_it() {
        let challenge = challenge(b"h.p.signature-text", "a-long-secret");
        assert_eq!(leaks("invalid token", &challenge), None);
        assert_eq!(leaks("key a-long-secret is wrong", &challenge), Some("secret"));
        assert_eq!(leaks("h.p.signature-text", &challenge), Some("signature"));
    }

    #[test]
    fn a_secret_is_one_wherever_it_is_configured() {
        let of_connections = challenge(b"", "a-long-secret");
        let mut separate = Context::new(Application::Jwt, &[], &[]);
        separate.separate = Some(Separate {
            keys: vec!["key".to_owned()],
            algorithms: Vec::new(),
            audience: None,
            issuer: None,
        });
        let mut common = Context::new(Application::Jwt, &[], &[]);
        common.identification =
            Some(Identification { common_secret: Some("key".to_owned()), ..Identification::default() });
        for (context, leak) in [
            (Context::new(Application::Jwt, &[], &[]), None),
            (separate, Some("secret")),
            (common, Some("secret")),
        ] {
            let challenge = Challenge { context: Arc::new(context), ..of_connections.clone() };
            assert_eq!(leaks("key a-long-secret is wrong", &challenge), leak, "{:?}", challenge.context);
        }
    }

    #[test]
    fn a_short_secret_is_no_leak() {
        assert_eq!(leaks("a b c", &challenge(b"x.y.c", "a")), None);
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
        ) -> Result<Lived, Failure> {
            Err(Failure::Unknown("{\"error\":\"key a-long-secret\"}".to_owned()))
        }
    }

    #[test]
    fn a_flow_that_comes_to_no_end_repeats_no_secret() {
        let Challenge { context, keys, .. } = challenge(b"", "a-long-secret");
        // That of the configuration which the server reads later is one too.
        let context = Box::new((*context).clone());
        let steps = vec![Step { at: 0, action: Action::Configure { context }, refused: false }];
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
        assert_eq!(followed, [Followed { observation: leaks, late: Duration::ZERO }]);
    }

    fn leaks(heard: &str, challenge: &Challenge) -> Option<&'static str> {
        let Challenge { token, context, keys, .. } = challenge;
        leaked(heard.as_bytes(), &[context], keys, [&**token].into_iter())
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
                } else {
                    assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0, "the first word");
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    stream.write_all(said).await.unwrap();
                    stream.shutdown().await.unwrap();
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
