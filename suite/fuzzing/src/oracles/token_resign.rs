//! The main target: a token that was opened, changed and signed again.
//!
//! What the reference accepts was signed, and is within its grant by a second reading of the payload;
//! a claim that nobody knows changes no verdict; the same token gets the same verdict twice. Under the
//! rules of a server, too, nothing is accepted that was not signed.

use std::sync::OnceLock;

use jotproof_mint::base64url;
use jotproof_model::{Application, Reason};
use jotproof_reference::json::{Document, Kind, Options};
use jotproof_reference::{Judged, Outcome, Reference};
use serde_json::Value;

use crate::NOW;
use crate::generators::token::sign;
use crate::oracles::signed;
use crate::setting::{RFC, SERVERS, Setting};
use crate::stats::Stats;

/// The claim that nobody knows. RFC 7519 section 4: it is ignored.
const UNKNOWN: &str = "jotproof-unknown-claim";

/// A verifier that is compared with the reference under `rfc`.
static SUSPECT: OnceLock<Setting> = OnceLock::new();

/// Has every later run compare the verdict of this verifier with that of the reference under `rfc`. It
/// measures the fuzzing: a bug that is known to be there has to be found.
///
/// # Panics
///
/// Where there is a suspect already.
pub fn suspect(verifier: Reference) {
    let setting = Setting::new(verifier, Application::Jwt);
    assert!(SUSPECT.set(setting).is_ok(), "one suspect at a time");
}

/// Submits a token.
///
/// # Panics
///
/// On a finding; the text shows the token and both sides.
#[must_use]
pub fn run(data: &[u8]) -> Stats {
    let verdict = RFC.verdict(data);
    let accepted = verdict.is_ok();
    if accepted {
        assert!(signed::is_signed(data), "bypass: rfc accepts what is not signed: {}", data.escape_ascii());
        within_grant(data);
    }
    // Which of the further checks are made follows from the input, so that it fails the same way when
    // it is run again; all of them on every input would halve the speed. The end of a token that is
    // signed, its signature, is different for every token.
    let turn = data.iter().rev().take(8).fold(0_u8, |sum, octet| sum.wrapping_mul(31).wrapping_add(*octet));
    if turn & 0x06 == 0 && !accepted && !signed::is_signed(data) {
        let server = &SERVERS[usize::from(turn & 1)];
        if server.accepts(data) {
            signed::check(server.name(), data);
        }
    }
    if turn & 0x7c == 0x04 {
        unknown_claim(data, verdict);
    }
    if turn & 0xfc == 0x80 {
        twice(data, verdict);
    }
    if let Some(suspect) = SUSPECT.get() {
        compare(suspect, data, verdict);
    }
    Stats::one(accepted)
}

/// What is accepted says HS256, is a claims set, and is in time (RFC 7519 sections 4.1.4, 4.1.5 and
/// 7.2), as `serde_json` reads it.
fn within_grant(token: &[u8]) {
    let mut segments = token.split(|octet| *octet == b'.').map(|segment| {
        signed::decode(segment).and_then(|octets| serde_json::from_slice::<Value>(&octets).ok())
    });
    let shown = token.escape_ascii();
    // A value that `serde_json` cannot hold is nested too deeply for it.
    if let Some(Some(header)) = segments.next() {
        assert_eq!(header["alg"], "HS256", "rfc accepts another algorithm: {shown}");
    }
    if let Some(Some(claims)) = segments.next() {
        assert!(claims.is_object(), "rfc accepts a payload that is no claims set: {shown}");
        // Binary64 holds every time that is accepted, and rounding never crosses a whole second that
        // it holds exactly.
        #[allow(clippy::cast_precision_loss, reason = "the clock is far below 2^53")]
        let now = NOW as f64;
        let time = |name: &str| {
            claims.get(name).map(|value| {
                value.as_f64().unwrap_or_else(|| panic!("rfc accepts an {name} that is no number: {shown}"))
            })
        };
        assert!(time("exp").is_none_or(|exp| exp >= now), "misuse: rfc accepts an expired token: {shown}");
        assert!(time("nbf").is_none_or(|nbf| nbf <= now), "misuse: rfc accepts before nbf: {shown}");
    }
}

/// Judges the token twice more, with all that leads to the verdict.
fn twice(token: &[u8], verdict: Result<(), Reason>) {
    let (judged, again) = (RFC.judge(token), RFC.judge(token));
    assert_eq!(judged, again, "two verdicts on one token: {}", token.escape_ascii());
    assert_eq!(answer(&judged), verdict, "told or not, another verdict: {}", token.escape_ascii());
}

/// Adds a claim that nobody knows, signs again, and expects the same verdict.
fn unknown_claim(token: &[u8], verdict: Result<(), Reason>) {
    let Some(more) = with_unknown_claim(token) else {
        return;
    };
    assert_eq!(
        RFC.verdict(&more),
        verdict,
        "an unknown claim changes the verdict: {} and {}",
        token.escape_ascii(),
        more.escape_ascii()
    );
}

/// The token with one more claim, signed; nothing where there is no claims set to add it to, it has
/// that claim already, or its signature is written in a way that signing again would mend.
fn with_unknown_claim(token: &[u8]) -> Option<Vec<u8>> {
    let mut segments = token.split(|octet| *octet == b'.');
    let header = str::from_utf8(segments.next()?).ok()?;
    let payload = str::from_utf8(segments.next()?).ok()?;
    if sign(&[header, payload].join(".")) != token {
        return None;
    }
    let payload = base64url::decode(payload).ok()?;
    let document = Document::parse(&payload, Options::STRICT).ok()?;
    let Kind::Object(members) = document.root().kind() else {
        return None;
    };
    if members.iter().any(|(name, _)| name == UNKNOWN) {
        return None;
    }
    let comma = if members.iter().next().is_some() { "," } else { "" };
    let (before, _) = payload.trim_ascii_end().split_at_checked(payload.trim_ascii_end().len() - 1)?;
    let more = [before, comma.as_bytes(), br#"""#, UNKNOWN.as_bytes(), br#"":[1]}"#].concat();
    Some(sign(&[header, &base64url::encode(&more)].join(".")))
}

/// The verdict of all that was told.
fn answer(judged: &Judged) -> Result<(), Reason> {
    match &judged.outcome {
        Outcome::Accepted(_) => Ok(()),
        Outcome::Refused(refusal) => Err(refusal.reason),
    }
}

fn compare(suspect: &Setting, token: &[u8], verdict: Result<(), Reason>) {
    let theirs = suspect.verdict(token);
    assert_eq!(
        theirs.is_ok(),
        verdict.is_ok(),
        "{} and rfc differ: {theirs:?} and {verdict:?} on {}",
        suspect.name(),
        token.escape_ascii()
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::token::cross;

    #[test]
    fn the_unknown_claim_is_really_added() {
        for payload in ["{}", r#" {"sub":"u" } "#] {
            let token = sign(&format!("eyJhbGciOiJIUzI1NiJ9.{}", base64url::encode(payload.as_bytes())));
            let more = with_unknown_claim(&token).expect("a claims set");
            assert!(RFC.accepts(&token) && RFC.accepts(&more) && more.len() > token.len());
            assert_eq!(with_unknown_claim(&more), None);
        }
    }

    #[test]
    #[should_panic(expected = "expired")]
    fn the_grant_is_read_a_second_time() {
        let payload = base64url::encode(format!(r#"{{"exp":{}}}"#, NOW - 1).as_bytes());
        within_grant(&sign(&format!("eyJhbGciOiJIUzI1NiJ9.{payload}")));
    }

    #[test]
    fn an_ordinary_token_passes() {
        assert_eq!(run(&cross(b"", b"")), Stats::one(true));
    }
}
