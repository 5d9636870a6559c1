//! An address that nothing names but tokens: whoever asks there has followed one.
//!
//! Where a token says where keys are to be had (`jku`, `x5u`, a `kid` that is a URL), vectors point at [`NOBODY`].
//! Against a server of this machine they point here instead: at a port of the loopback interface where the key set of an
//! attacker is published, below a path that nobody can guess, and where every question is written down. What else
//! comes along, such as somebody who tries all ports, has neither the path nor the protocol of a URL that was given out.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jotproof_mint::document;
use jotproof_model::KeyRing;
use serde_json::Value;

use crate::random;

#[cfg(doc)]
use jotproof_mint::NOBODY;

/// What the keys of others are called: like the one of ours that each would stand in for, and then this.
const FOREIGN: &str = "-foreign";

/// How long somebody who connects has to ask something, and to hear the answer.
const ASKED_WITHIN: Duration = Duration::from_secs(1);

/// How the head of a request ends (RFC 9112 section 2.1).
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// How much is heard of somebody who does not come to an end.
const LONGEST: usize = 16 * 1024;

/// How much of a question is kept.
const KEPT: usize = 200;

/// The address, for as long as it is served.
pub(crate) struct Canary {
    address: SocketAddr,
    /// The beginning of the path.
    key: String,
    asked: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
    serving: Option<JoinHandle<()>>,
}

impl Canary {
    /// Publishes the public keys of others, each under the `kid` of the key of ours that it would stand in for.
    pub(crate) fn sing(keys: &KeyRing) -> io::Result<Self> {
        let key = random::key()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        // Listening also succeeds on an interface that is down, so connect once.
        TcpStream::connect(address)?;
        let (asked, stopped) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicBool>::default());
        let (heard, ended) = (Arc::clone(&asked), Arc::clone(&stopped));
        let (path, document) = (format!("/{key}"), of_others(keys));
        let serving = thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                match listener.accept() {
                    // One after the other: whoever is answered knows that those before were written down.
                    Ok((stream, _)) => lock(&heard).extend(answer(&stream, &path, &document)),
                    // No room for another file, for a moment.
                    Err(_) => thread::sleep(Duration::from_millis(10)),
                }
            }
        });
        Ok(Self { address, key, asked, stopped, serving: Some(serving) })
    }

    /// What comes after the scheme in the URLs that tokens have.
    pub(crate) fn place(&self) -> String {
        format!("{}/{}/", self.address, self.key)
    }

    /// What has been asked for, each question once.
    pub(crate) fn asked(&self) -> Vec<String> {
        // Whoever came before this question has been answered when it is. Where it is not, nobody is.
        let _ = self.ask("/");
        let mut asked = lock(&self.asked).clone();
        asked.sort_unstable();
        asked.dedup();
        asked
    }

    /// The answer to a question of our own, which is written down like any other where its path is one below the key.
    fn ask(&self, path: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(ASKED_WITHIN * 10))?;
        stream.write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // Wakes the listener; where that cannot be, nobody can ask either.
        if self.ask("/").is_ok()
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

/// Answers a question, and gives it where it is one that a URL below this path leads to.
fn answer(mut stream: &TcpStream, path: &str, document: &str) -> Option<String> {
    let bounded =
        stream.set_read_timeout(Some(ASKED_WITHIN)).and(stream.set_write_timeout(Some(ASKED_WITHIN)));
    let mut octets = Vec::new();
    let mut piece = [0; 1024];
    while bounded.is_ok() && octets.len() < LONGEST && !is_whole(&octets) {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(read) => octets.extend_from_slice(&piece[..read]),
        }
    }
    if octets.ends_with(END_OF_HEAD) {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
        let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{document}", document.len());
        // Whoever does not wait for the answer has asked all the same.
        let _ = stream.write_all(answer.as_bytes()).and_then(|()| stream.shutdown(Shutdown::Write));
    }
    question(&octets, path)
}

/// Whether nothing more has to be heard: the head of a request, or enough to know another protocol by.
fn is_whole(octets: &[u8]) -> bool {
    octets.ends_with(END_OF_HEAD) || matches!(octets, [0x16, _, ..] | [0x30, ..])
}

/// What was asked, by the protocol of the URL.
fn question(octets: &[u8], path: &str) -> Option<String> {
    match octets {
        // A handshake of TLS (RFC 8446 section 5.1).
        [0x16, 0x03, ..] => Some("over https".to_owned()),
        // A sequence in BER, as which an LDAP message begins (RFC 4511 section 5.1).
        [0x30, ..] => Some("over ldap".to_owned()),
        _ => {
            let line = String::from_utf8_lossy(octets).lines().next()?.to_owned();
            line.contains(path).then(|| line.replacen(path, "", 1).chars().take(KEPT).collect())
        }
    }
}

/// A key set of the keys of others.
fn of_others(keys: &KeyRing) -> String {
    let standing_in = keys.iter().filter_map(|(name, key)| {
        let ours = name.strip_suffix(FOREIGN).filter(|ours| keys.contains_key(*ours))?;
        let kid = Value::from(ours).to_string();
        let public = key.secret_octets().is_none();
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
    fn whoever_asks_where_a_token_points_is_answered_with_the_keys_of_others_and_written_down() {
        let canary = Canary::sing(keys::all()).expect("a port is free");
        assert_eq!(canary.asked(), [""; 0]);
        for _ in 0..2 {
            let answer = canary.ask(&format!("/{}/jwks.json", canary.key)).expect("it answers");
            assert!(
                answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains(r#""kid":"rsa-2048""#),
                "{answer}"
            );
            assert!(!answer.contains("foreign") && !answer.contains(r#""d":"#), "{answer}");
        }
        for octets in
            [&b"\x16\x03\x01\x02\x00"[..], b"\x30\x0c", b"", b"SSH-2.0-x\r\n", b"GET / HTTP/1.1\r\n\r\n"]
        {
            let mut stream = TcpStream::connect(canary.address).expect("it listens");
            stream.write_all(octets).expect("it reads");
        }
        assert_eq!(canary.asked(), ["GET /jwks.json HTTP/1.1", "over https", "over ldap"]);
        let address = canary.address;
        drop(canary);
        assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
    }
}
