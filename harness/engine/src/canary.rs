//! An address that nothing names but tokens: whoever asks there has followed one.
//!
//! Vectors point at [`NOBODY`] where a token tells a verifier where to look for keys, or for anything else. Against a
//! server that runs, they point here instead: at a port of the loopback interface where the key set of an attacker is
//! published under every path, and where every question is written down.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jotproof_mint::document;
use jotproof_model::KeyRing;
use serde_json::Value;

#[cfg(doc)]
use jotproof_mint::NOBODY;

/// What the keys of others are called: like the one of ours that each would stand in for, and then this.
const FOREIGN: &str = "-foreign";

/// How long somebody who connects has to ask something.
const ASKED_WITHIN: Duration = Duration::from_secs(1);

/// How much of a question is kept.
const KEPT: usize = 200;

/// The address, for as long as it is served.
pub(crate) struct Canary {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
    serving: Option<JoinHandle<()>>,
}

impl Canary {
    /// Publishes the public keys of others, each under the `kid` of the key of ours that it would stand in for.
    pub(crate) fn sing(keys: &KeyRing) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (asked, stopped) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicBool>::default());
        let (heard, ended, document) = (Arc::clone(&asked), Arc::clone(&stopped), of_others(keys));
        let serving = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let question = answer(stream, &document);
                lock(&heard).push(question);
            }
        });
        Ok(Self { address, asked, stopped, serving: Some(serving) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was asked for so far, each question once.
    pub(crate) fn asked(&self) -> Vec<String> {
        let mut asked = lock(&self.asked).clone();
        asked.sort_unstable();
        asked.dedup();
        asked
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // Wakes the listener; where that cannot be, nobody can ask either.
        if TcpStream::connect(self.address).is_ok()
            && let Some(serving) = self.serving.take()
        {
            let _ = serving.join();
        }
    }
}

fn lock(asked: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    // Whoever panicked left whole questions behind.
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers a question, and gives it: the first line of an HTTP request, or that it is none.
fn answer(mut stream: TcpStream, document: &str) -> String {
    let mut octets = [0; 4096];
    let read = stream
        .set_read_timeout(Some(ASKED_WITHIN))
        .and_then(|()| stream.read(&mut octets))
        .map_or(&[][..], |read| &octets[..read]);
    let line = String::from_utf8_lossy(read).lines().next().unwrap_or_default().to_owned();
    if !line.contains(" HTTP/1.") {
        return format!("a connection with {} octets that are no HTTP request", read.len());
    }
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    let told = write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{document}", document.len());
    // Whoever does not wait for the answer has asked all the same.
    let _ = told.and_then(|()| stream.shutdown(Shutdown::Write));
    line.chars().take(KEPT).collect()
}

/// A key set of the keys of others.
fn of_others(keys: &KeyRing) -> String {
    let standing_in = keys.iter().filter_map(|(name, key)| {
        let ours = keys.get(name.strip_suffix(FOREIGN)?)?;
        let kid = serde_json::from_str::<Value>(&ours.jwk).ok()?.get("kid")?.to_string();
        let public = key.secret.is_none();
        public.then(|| document::with_member(&key.jwk, "kid", &kid).ok())?
    });
    let jwks: Vec<String> = standing_in.collect();
    document::key_set(jwks.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use jotproof_mint::keys;

    use super::*;

    #[test]
    fn whoever_asks_is_answered_with_the_keys_of_others_and_written_down() {
        let canary = Canary::sing(keys::all()).expect("a port is free");
        assert_eq!(canary.asked(), [""; 0]);
        for question in
            ["GET /jwks.json HTTP/1.1\r\n\r\n", "GET /jwks.json HTTP/1.1\r\n\r\n", "\x16\x03\x01", ""]
        {
            let mut stream = TcpStream::connect(canary.address()).expect("it listens");
            stream.write_all(question.as_bytes()).expect("it reads");
            stream.shutdown(Shutdown::Write).expect("it is open");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("it answers");
            let is_http = question.starts_with("GET");
            assert_eq!(answer.starts_with("HTTP/1.1 200 OK\r\n"), is_http, "{question:?}");
            assert_eq!(answer.contains(r#""kid":"rsa-2048""#), is_http, "{question:?}");
            assert!(!answer.contains("foreign") && !answer.contains(r#""d":"#), "{answer}");
        }
        // All are written down when the next one is taken.
        drop(TcpStream::connect(canary.address()));
        while canary.asked().len() < 3 {
            thread::yield_now();
        }
        assert_eq!(
            canary.asked(),
            [
                "GET /jwks.json HTTP/1.1",
                "a connection with 0 octets that are no HTTP request",
                "a connection with 3 octets that are no HTTP request",
            ]
        );
        let address = canary.address();
        drop(canary);
        assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
    }
}
