//! How many verdicts a second the drivers of live servers give, beside a bare client that sends the same
//! and looks at nothing: `cargo bench -p jotproof --bench live`.
//!
//! From submission to observation; minting is apart. Once the answer alone is looked at, which is what
//! the bare client does, and once what each accepted token did as well. The two clients take turns until each has had ten seconds,
//! so that whatever else the machine does falls on both.

#![allow(clippy::disallowed_macros, reason = "somebody reads all of it")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::{StreamExt as _, stream};
use jotproof_engine::questions::Questions;
use jotproof_engine::target::Deployment;
use jotproof_mint::{Mint, keys};
use jotproof_model::recipe::{Content, KeyForm, Member, Signer};
use jotproof_model::{Algorithm, Application, Challenge, Context, Observation, Recipe};
use jotproof_targets::live::CONCURRENCY;
use jotproof_targets::server::pinned::{ANYCABLE_1, CENTRIFUGO_5, PinnedServer, cache_or};
use jotproof_targets::{AnycableTarget, CentrifugoTarget, ServerBinary, set_guard_executable};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

const KEY: &str = "hmac-64-bytes";

/// How long each of the two runs.
const EACH: Duration = Duration::from_secs(10);

/// How many tokens one turn has: fewer than there are ports to leave from.
const TURN: usize = 4_000;

fn main() -> anyhow::Result<()> {
    // `cargo test --all-targets` starts benchmarks too, and is no measurement.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    set_guard_executable(PathBuf::from(env!("CARGO_BIN_EXE_jotproof")));
    let context = context();
    let centrifugo =
        || anyhow::Ok(CentrifugoTarget::process(CENTRIFUGO_5.version, binary(&CENTRIFUGO_5)?, Vec::new())?);
    let anycable =
        || anyhow::Ok(AnycableTarget::process(ANYCABLE_1.version, binary(&ANYCABLE_1)?, Vec::new())?);
    for (what, centrifugo, anycable) in [
        ("verdicts", centrifugo()?.answers_only(), anycable()?.answers_only()),
        ("verdicts with effects", centrifugo()?, anycable()?),
    ] {
        let mut deployment = centrifugo.launch(&context, keys::all())?;
        let address = deployment.server().address();
        measure(&CENTRIFUGO_5, what, &context, &mut deployment, address, |token| {
            let frame = format!(r#"{{"id":1,"connect":{{"token":"{token}"}}}}"#);
            (handshake("/connection/websocket", ""), masked(frame.as_bytes()))
        })?;
        drop(deployment);
        let mut deployment = anycable.launch(&context, keys::all())?;
        let address = deployment.server().address();
        measure(&ANYCABLE_1, what, &context, &mut deployment, address, |token| {
            let protocol = "Sec-WebSocket-Protocol: actioncable-v1-json\r\n";
            (handshake(&format!("/cable?jid={token}"), protocol), Vec::new())
        })?;
    }
    Ok(())
}

fn binary(server: &PinnedServer) -> anyhow::Result<ServerBinary> {
    let folder = cache_or(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/servers"));
    Ok(ServerBinary::Path(server.binary_in(&folder)?))
}

fn context() -> Context {
    Context::new(Application::Jwt, &[KEY], &[Algorithm::HS256])
}

/// Tokens, every other one expired.
fn tokens(count: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    let mint = Mint::new(keys::all());
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let token = |expires: &str| {
        let member = |name: &str, value: &str| Member(name.to_owned(), value.to_owned());
        mint.token(
            &Recipe::new(
                Content::object(vec![member("alg", "\"HS256\"")]),
                Content::object(vec![
                    member("sub", "\"42\""),
                    member("ext", "\"{}\""),
                    member("exp", expires),
                ]),
                Signer::Key { key: KEY.to_owned(), form: KeyForm::Natural, algorithm: Algorithm::HS256 },
            ),
            now,
        )
    };
    let (good, bad) = (token("{{now+3600}}")?, token("{{now-3600}}")?);
    Ok((0..count).map(|at| if at % 2 == 0 { good.clone() } else { bad.clone() }).collect())
}

fn measure(
    server: &PinnedServer,
    what: &str,
    context: &Context,
    deployment: &mut dyn Deployment,
    address: SocketAddr,
    request: impl Fn(&str) -> (Vec<u8>, Vec<u8>),
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tokens = tokens(TURN)?;
    let (context, keys) = (Arc::new(context.clone()), Arc::new(keys::all().clone()));
    let challenges: Vec<Challenge> = tokens
        .iter()
        .map(|token| Challenge::new(token.clone(), Arc::clone(&context), Arc::clone(&keys), 0))
        .collect();
    let requests: Vec<_> = tokens.iter().map(|token| request(&String::from_utf8_lossy(token))).collect();
    let (mut ours, mut bare, mut turns) = (Duration::ZERO, Duration::ZERO, 0_u32);
    while ours < EACH || bare < EACH {
        let start = Instant::now();
        let questions = Questions::new(challenges.len(), |at| Ok(challenges[at].clone()));
        deployment.replay(&questions);
        let seen = questions.observations()?;
        ours += start.elapsed();
        for (at, seen) in seen.iter().enumerate() {
            let right = match seen {
                Observation::Accepted { .. } => at % 2 == 0,
                Observation::Refused { .. } => at % 2 == 1,
                _ => false,
            };
            anyhow::ensure!(right, "{}: token {at}: {seen:?}", server.title);
        }
        let start = Instant::now();
        let answered = bare_client(&runtime, address, &requests);
        bare += start.elapsed();
        anyhow::ensure!(answered == TURN, "{} answered {answered} of {TURN}", server.title);
        turns += 1;
    }
    let verdicts = f64::from(turns) * f64::from(u32::try_from(TURN)?);
    let rate = |time: Duration| verdicts / time.as_secs_f64();
    println!(
        "{} {}: {:.0} {what} a second, a bare client {:.0}; ratio {:.2}; {verdicts} verdicts each",
        server.title,
        server.version,
        rate(ours),
        rate(bare),
        rate(ours) / rate(bare)
    );
    Ok(())
}

/// How many of the requests are answered.
fn bare_client(runtime: &Runtime, address: SocketAddr, requests: &[(Vec<u8>, Vec<u8>)]) -> usize {
    let all = stream::iter(requests)
        .map(|(handshake, frame)| async move { ask(address, handshake, frame).await.is_ok() })
        .buffered(CONCURRENCY)
        .filter(|answered| std::future::ready(*answered));
    runtime.block_on(all.count())
}

/// Shakes hands, sends a frame, and reads until one came.
async fn ask(address: SocketAddr, handshake: &[u8], frame: &[u8]) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    stream.write_all(handshake).await?;
    let mut heard = Vec::with_capacity(1024);
    let head = loop {
        if let Some(at) = heard.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        read_more(&mut stream, &mut heard).await?;
    };
    stream.write_all(frame).await?;
    while heard.len() <= head {
        read_more(&mut stream, &mut heard).await?;
    }
    Ok(())
}

async fn read_more(stream: &mut TcpStream, heard: &mut Vec<u8>) -> std::io::Result<()> {
    match stream.read_buf(heard).await? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

fn handshake(target: &str, more: &str) -> Vec<u8> {
    format!(
        "GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
    )
    .into_bytes()
}

/// A text frame of a client (RFC 6455 section 5.2), masked with zeros.
fn masked(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[0x81, 0x80 | 126], &length[..], &[0; 4], text].concat()
}
