//! How a mutant reads the numbers of time claims.

use std::cell::Cell;

use jotproof_model::Challenge;
use jotproof_reference::json::{Document, Kind, Options};

use crate::parts::{payload, with_payload};

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

/// So many seconds on the wrong side let the token pass.
pub(crate) fn with_grace(challenge: &Challenge, grace: f64) -> Option<Challenge> {
    with_times(challenge, |name, raw| {
        let value = number(raw).filter(|value| value.abs() < 1e15)?;
        #[allow(clippy::cast_precision_loss, reason = "a clock far below 2^53")]
        let now = challenge.now as f64;
        let nearly = (value - now).abs() <= grace;
        let wrong = if name == "nbf" { value > now } else { value <= now };
        (nearly && wrong && name != "iat").then(|| passing(name))
    })
}

/// A beginning that needs more bits than these is in the past, and a negative end in the future.
pub(crate) fn overflowing(challenge: &Challenge, bits: i32) -> Option<Challenge> {
    with_times(challenge, |name, raw| {
        let value = number(raw)?;
        let beyond = value.abs() >= 2_f64.powi(bits);
        (beyond && (name == "nbf" || value < 0.0)).then(|| passing(name))
    })
}

/// A beginning that so many bits do not hold in smaller pieces is in the past.
pub(crate) fn overflowing_in(challenge: &Challenge, pieces: f64, bits: i32) -> Option<Challenge> {
    with_times(challenge, |name, raw| {
        let beyond = number(raw)? * pieces >= 2_f64.powi(bits);
        (beyond && name == "nbf").then(|| passing(name))
    })
}

/// A time whose raw text is like this counts as absent.
pub(crate) fn absent_where(challenge: &Challenge, like: fn(&str) -> bool) -> Option<Challenge> {
    with_times(challenge, |name, raw| like(raw).then(|| passing(name)))
}

/// The same, but nothing where no value is rewritten.
fn with_other_times(
    challenge: &Challenge,
    rewrite: impl Fn(&str, &str) -> Option<String>,
) -> Option<Challenge> {
    let is_rewritten = Cell::new(false);
    let read = with_times(challenge, |name, raw| rewrite(name, raw).inspect(|_| is_rewritten.set(true)));
    read.filter(|_| is_rewritten.get())
}

/// A claim that is no number counts as absent.
pub(crate) fn absent_if_no_number(challenge: &Challenge, claim: &str) -> Option<Challenge> {
    with_other_times(challenge, |name, raw| (name == claim && number(raw).is_none()).then(|| passing(name)))
}

/// An `expire_at` that is no whole number of seconds, or one beyond 2^53 - 1, counts as absent.
pub(crate) fn absent_if_no_whole_expire_at(challenge: &Challenge) -> Option<Challenge> {
    const LATEST: u64 = 9_007_199_254_740_991;
    with_other_times(challenge, |name, raw| {
        let is_whole = raw.parse::<i64>().is_ok_and(|second| second.unsigned_abs() <= LATEST);
        (name == "expire_at" && !is_whole).then(|| EVER.to_owned())
    })
}

/// An `expire_at` of zero is the first second after it.
pub(crate) fn zero_is_a_time(challenge: &Challenge) -> Option<Challenge> {
    with_other_times(challenge, |name, raw| {
        (name == "expire_at" && raw.parse::<i64>() == Ok(0)).then(|| "1".to_owned())
    })
}

/// An `expire_at` of this very second is the next one, in a token for a channel.
pub(crate) fn this_second_is_the_next_one(challenge: &Challenge) -> Option<Challenge> {
    challenge.context.session.as_ref()?;
    let (now, next) = (challenge.now.to_string(), challenge.now.saturating_add(1).to_string());
    with_other_times(challenge, |name, raw| (name == "expire_at" && raw == now).then(|| next.clone()))
}

/// The time inside so many arrays of one is the time.
pub(crate) fn inside_arrays(challenge: &Challenge, arrays: usize) -> Option<Challenge> {
    with_times(challenge, |_, raw| {
        let opened = raw.strip_prefix(&"[".repeat(arrays))?;
        let inner = opened.strip_suffix(&"]".repeat(arrays))?;
        number(inner).map(|_| inner.to_owned())
    })
}

/// A quoted time is compared with the text of the clock, letter by letter, and counts where it is on the
/// right side.
pub(crate) fn compared_as_text(challenge: &Challenge) -> Option<Challenge> {
    let now = challenge.now.to_string();
    with_times(challenge, |name, raw| {
        let text = raw.strip_prefix('"')?.strip_suffix('"')?;
        let right = if name == "nbf" { text <= now.as_str() } else { text > now.as_str() };
        right.then(|| passing(name))
    })
}

/// What one time of a token is judged by: its name, its value, and the others by their names.
type Beside<'a> = (&'a str, f64, &'a dyn Fn(&str) -> Option<f64>);

/// A time on the wrong side that is not looked at because of the times beside it.
pub(crate) fn ignored_beside(challenge: &Challenge, ignored: fn(Beside<'_>) -> bool) -> Option<Challenge> {
    let claims = payload(challenge)?;
    let others = |name: &str| claims.get(name).and_then(serde_json::Value::as_f64);
    #[allow(clippy::cast_precision_loss, reason = "a clock far below 2^53")]
    let now = challenge.now as f64;
    with_times(challenge, |name, raw| {
        let value = number(raw)?;
        let wrong = match name {
            "exp" => value <= now,
            "nbf" => value > now,
            _ => false,
        };
        (wrong && ignored((name, value, &others))).then(|| passing(name))
    })
}

/// Times are rounded to the nearest second.
pub(crate) fn rounded(challenge: &Challenge) -> Option<Challenge> {
    with_times(challenge, |_, raw| {
        let value = number(raw).filter(|value| value.abs() < 1e15)?;
        raw.contains('.').then(|| format!("{:.0}", value.round()))
    })
}

/// A whole number is cut to 64 bits with a sign.
pub(crate) fn cut_to_64_bits(challenge: &Challenge) -> Option<Challenge> {
    with_times(challenge, |_, raw| {
        let value = raw.parse::<i128>().ok()?;
        #[allow(clippy::cast_possible_truncation, reason = "what this is about")]
        let cut = value as i64;
        (i128::from(cut) != value).then(|| cut.to_string())
    })
}

/// A whole number below what 64 bits with a sign hold is the largest of them.
pub(crate) fn underflowing(challenge: &Challenge) -> Option<Challenge> {
    with_times(challenge, |name, raw| {
        let below = raw.parse::<i128>().ok()? < i128::from(i64::MIN);
        below.then(|| passing(name))
    })
}

/// A whole number that a float does not hold exactly counts as absent.
pub(crate) fn inexact_is_absent(challenge: &Challenge) -> Option<Challenge> {
    with_times(challenge, |name, raw| {
        let value = raw.parse::<i128>().ok()?;
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "what this is about")]
        let held = value as f64 as i128;
        (held != value).then(|| passing(name))
    })
}

/// An exponent is read like this; nothing where there is none to be read so.
pub(crate) fn exponent_read(
    challenge: &Challenge,
    exponent: fn(&str, &str) -> Option<String>,
) -> Option<Challenge> {
    with_times(challenge, |_, raw| {
        let at = raw.find(['e', 'E']).filter(|_| number(raw).is_some())?;
        exponent(&raw[..at], &raw[at..])
    })
}

/// An exponent that begins with a zero is one in octal.
pub(crate) fn octal_exponent(whole: &str, exponent: &str) -> Option<String> {
    let digits = exponent[1..].strip_prefix('0')?;
    Some(format!("{whole}e{}", u32::from_str_radix(digits, 8).ok()?))
}
