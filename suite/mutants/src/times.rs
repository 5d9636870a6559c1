//! How a mutant reads the numbers of time claims.

use jotproof_model::Challenge;
use jotproof_reference::json::{Document, Kind, Options};

use crate::parts::with_payload;

/// The members that are times.
const TIMES: [&str; 4] = ["exp", "nbf", "iat", "expire_at"];

/// A time so far away that nobody lives to see it, and one that nobody remembers.
const NEVER: &str = "253402300799";
const EVER: &str = "0";

/// The same challenge with the raw values of time claims rewritten.
fn with_times(challenge: &Challenge, rewrite: impl Fn(&str, &str) -> Option<String>) -> Option<Challenge> {
    with_payload(challenge, |text| {
        let document = Document::parse(text, Options::STRICT).ok()?;
        let Kind::Object(members) = document.root().kind() else { return None };
        let members = members.iter().map(|(name, value)| {
            let raw = value.to_text();
            let raw = match TIMES.contains(&name) {
                true => rewrite(name, &raw).unwrap_or(raw),
                false => raw,
            };
            let name = serde_json::Value::from(name).to_string();
            format!("{name}:{raw}")
        });
        Some(format!("{{{}}}", members.collect::<Vec<_>>().join(",")).into_bytes())
    })
}

/// What passes for a claim: late for an end, early for a beginning.
fn passing(name: &str) -> String {
    if name == "nbf" || name == "iat" { EVER.to_owned() } else { NEVER.to_owned() }
}

fn number(raw: &str) -> Option<f64> {
    raw.parse().ok().filter(|_| raw.starts_with(|c: char| c == '-' || c.is_ascii_digit()))
}

/// Times are cut to a signed number of 32 bits, negative ones to an unsigned number of 64.
pub(crate) fn in_few_bits(challenge: &Challenge) -> Option<Challenge> {
    const LARGEST: f64 = 2_147_483_647.0;
    with_times(challenge, |name, raw| {
        let value = number(raw)?;
        (value < 0.0 && name != "nbf" || value >= LARGEST && name != "exp").then(|| passing(name))
    })
}

/// A time that is next to zero is none.
pub(crate) fn next_to_zero(challenge: &Challenge) -> Option<Challenge> {
    with_times(challenge, |name, raw| number(raw).filter(|value| value.abs() <= 1.0).map(|_| passing(name)))
}

/// A time that is far too small for one is a time to live.
pub(crate) fn small_is_a_lifetime(challenge: &Challenge) -> Option<Challenge> {
    const DECADE: f64 = 315_360_000.0;
    with_times(challenge, |name, raw| {
        let value = number(raw).filter(|value| *value > 0.0 && *value < DECADE && name == "exp")?;
        #[allow(clippy::cast_precision_loss, reason = "a clock far below 2^53")]
        let now = challenge.now as f64;
        Some(format!("{:.0}", now + value))
    })
}

/// An exponent that is too large for its integer makes the number infinite, whatever its sign.
pub(crate) fn exponent_overflows(challenge: &Challenge) -> Option<Challenge> {
    with_times(challenge, |name, raw| {
        let (_, exponent) = raw.split_once(['e', 'E'])?;
        exponent.trim_start_matches(['-', '+']).parse::<u16>().is_err().then(|| passing(name))
    })
}

/// A text in place of a time never lies on the wrong side: compared with a number it is neither less
/// nor greater.
pub(crate) fn text_compares_with_nothing(challenge: &Challenge) -> Option<Challenge> {
    with_times(challenge, |name, raw| raw.starts_with('"').then(|| passing(name)))
}

/// Anything that is no number, in place of a time, never lies on the wrong side.
pub(crate) fn anything_else_compares_with_nothing(challenge: &Challenge) -> Option<Challenge> {
    with_times(challenge, |name, raw| number(raw).is_none().then(|| passing(name)))
}

/// A time that is too large to be one of seconds is one of milliseconds, or of smaller pieces.
pub(crate) fn pieces_of_seconds(challenge: &Challenge) -> Option<Challenge> {
    with_times(challenge, |_, raw| {
        let value = number(raw)?;
        let pieces = [1e18, 1e15, 1e12].into_iter().zip([1e9, 1e6, 1e3]);
        let (_, per_second) =
            pieces.into_iter().find(|(least, _)| (*least..*least * 1e2).contains(&value))?;
        Some(format!("{:.0}", value / per_second))
    })
}

/// Times are cut to whole seconds, upwards for an end and downwards for a beginning.
pub(crate) fn rounded_in_favour(challenge: &Challenge) -> Option<Challenge> {
    with_times(challenge, |name, raw| {
        let value = number(raw).filter(|value| value.abs() < 1e15)?;
        let rounded = if name == "nbf" { value.floor() } else { value.ceil() };
        // One second of grace, as comparisons of whole seconds give.
        let rounded = if name == "nbf" { rounded } else { rounded + 1.0 };
        raw.contains('.').then(|| format!("{rounded:.0}"))
    })
}

/// A clock that is five minutes off on whichever side lets the token pass.
pub(crate) fn with_minutes_of_grace(challenge: &Challenge) -> Option<Challenge> {
    const GRACE: f64 = 300.0;
    with_times(challenge, |name, raw| {
        let value = number(raw).filter(|value| value.abs() < 1e15)?;
        #[allow(clippy::cast_precision_loss, reason = "a clock far below 2^53")]
        let now = challenge.now as f64;
        let nearly = (value - now).abs() <= GRACE;
        let wrong = if name == "nbf" { value > now } else { value <= now };
        (nearly && wrong && name != "iat").then(|| passing(name))
    })
}
