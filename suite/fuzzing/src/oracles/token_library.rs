//! A library against the reference under the library's profile: the two accept the same tokens, and
//! what the library accepts was signed.
//!
//! The library has no clock that could be set, so both judge at the machine's.

use std::time::{SystemTime, UNIX_EPOCH};

use jotproof_libraries::Jsonwebtoken;
use jotproof_model::{Observation, Verifier as _};
use jotproof_reference::Outcome;

use crate::oracles::signed;
use crate::setting::JSONWEBTOKEN;
use crate::stats::Stats;

/// Submits a token to both.
///
/// # Panics
///
/// On a finding; the text shows the token and both answers.
#[must_use]
pub fn run(data: &[u8]) -> Stats {
    let now = clock();
    let challenge = JSONWEBTOKEN.challenge(data, now);
    let observation = Jsonwebtoken::Newest.verify(&challenge);
    let accepted = matches!(observation, Observation::Accepted { .. });
    if accepted {
        signed::check("jsonwebtoken", data);
    }
    let judged = JSONWEBTOKEN.reference().judge(&challenge);
    // Where a second began in between, the two may rightly differ.
    if clock() == now {
        let predicted = matches!(judged.outcome, Outcome::Accepted(_));
        assert_eq!(
            accepted,
            predicted,
            "the library and {} differ at {now}: {observation:?} and {:?} on {}",
            JSONWEBTOKEN.name(),
            judged.refusals,
            data.escape_ascii()
        );
    }
    Stats::one(accepted)
}

/// Seconds since the epoch.
fn clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use jotproof_mint::base64url;

    use super::run;
    use crate::setting::mac;

    /// What `serde` makes of a type that it decodes in two steps is easily guessed wrong.
    #[test]
    fn an_embedded_key_is_read_as_the_library_reads_it() {
        for (jwk, accepted) in [
            ("null", true),
            ("{}", true),
            (r#"{"kty":1,"kty":{},"n":null,"x":[1,{"x":2,"x":3}]}"#, true),
            (r#"{"kid":"a","use":"b","x5u":"","x5t":"c","x5t#S256":"d","key_ops":["x"],"x5c":[]}"#, true),
            (
                r#"{"kid":null,"use":null,"x5u":null,"x5t":null,"x5t#S256":null,"key_ops":null,"x5c":null}"#,
                true,
            ),
            (r#"{"alg":"nothing"}"#, true),
            (r#"{"alg":null}"#, true),
            (r#"{"alg":{"HS256":null}}"#, true),
            (r#"{"alg":{"nothing":{}}}"#, true),
            (r#"{"alg":{"HS256":{"a":1}}}"#, false),
            (r#"{"alg":{"HS256":[]}}"#, false),
            (r#"{"alg":{"HS256":null,"HS256":null}}"#, false),
            (r#"{"alg":{}}"#, false),
            (r#"{"alg":1}"#, false),
            (r#"{"alg":"ES256","alg":"ES256"}"#, false),
            (r#"{"kid":null,"kid":null}"#, false),
            (r#"{"key_ops":[],"key_ops":[]}"#, false),
            (r#"{"kid":{"a":null}}"#, false),
            (r#"{"kid":1}"#, false),
            (r#"{"use":1}"#, false),
            (r#"{"use":{"sig":null}}"#, false),
            (r#"{"x5u":[]}"#, false),
            (r#"{"x5t":true}"#, false),
            (r#"{"x5t#S256":1}"#, false),
            (r#"{"key_ops":"sign"}"#, false),
            (r#"{"key_ops":["sign",null]}"#, false),
            (r#"{"x5c":{}}"#, false),
            (r#"{"x5c":[1]}"#, false),
            ("[]", false),
        ] {
            let header = format!(r#"{{"alg":"HS256","jwk":{jwk}}}"#);
            let payload = r#"{"sub":"u","exp":32503680000}"#;
            let input = [header.as_str(), payload].map(|text| base64url::encode(text.as_bytes())).join(".");
            let token = format!("{input}.{}", base64url::encode(&mac(input.as_bytes())));
            // It fails by itself where the two differ.
            assert_eq!(run(token.as_bytes()).accepted == 1, accepted, "{jwk}");
        }
    }
}
