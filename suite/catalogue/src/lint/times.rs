//! Checks verdicts about times (RFC 7519 sections 4.1.4 and 4.1.5).
//!
//! Every published context states its leeway. A time that is less than a second on the wrong side may be
//! accepted or refused, with a refusal preferred. In the last second before `exp` acceptance is preferred.

use jotproof_model::edit::Layer;
use jotproof_model::expectation::Preference;
use jotproof_model::{Edit, Expectation, Twin, Vector};
use serde_json::Value;

use crate::edits::within_flow;

/// The leeway that RFC 7519 allows, in seconds: "usually no more than a few minutes". A refusal within it is
/// right only if the context states its leeway.
const WINDOW: u64 = 300;

/// The distance of a time from the clock, with the leeway included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Distance {
    /// The token is good.
    Right,
    /// The token is good for less than a second.
    LastSecond,
    /// The time equals the clock.
    Now,
    /// The time is on the wrong side by less than a second.
    LessThanASecond,
    /// The time is on the wrong side by this number of whole seconds.
    Seconds(u64),
}

impl Distance {
    /// The distance of a time claim that is an offset from the clock, perhaps with a fraction; `None` for any
    /// other text.
    pub(super) fn of(claim: &str, raw: &str, leeway: u32) -> Option<Self> {
        let (offset, fraction) = raw.strip_prefix("{{now")?.split_once("}}")?;
        let offset: i64 = if offset.is_empty() { 0 } else { offset.parse().ok()? };
        let decimals = match fraction {
            "" => "",
            fraction => fraction.strip_prefix('.').filter(|decimals| !decimals.is_empty())?,
        };
        // A time with too many digits for binary64, or in another notation, is a different defect.
        if decimals.len() > 6 || !decimals.bytes().all(|octet| octet.is_ascii_digit()) {
            return None;
        }
        let has_fraction = decimals.bytes().any(|octet| octet != b'0');
        // The leeway moves the clock in favour of the token.
        let leeway = i64::from(leeway);
        let (whole, is_good_later) = match claim {
            "nbf" => (offset - leeway, false),
            "exp" => (offset + leeway, true),
            _ => (offset, true),
        };
        let (before, after) = (whole < 0, whole > 0 || (whole == 0 && has_fraction));
        Some(match (before, after, is_good_later) {
            (false, false, _) => Self::Now,
            (false, true, true) if whole == 0 => Self::LastSecond,
            (true, _, false) | (false, true, true) => Self::Right,
            // `{{now-2}}.5` is one and a half seconds ago.
            (true, _, true) => Self::wrong(whole.unsigned_abs() - u64::from(has_fraction)),
            (false, true, false) => Self::wrong(whole.unsigned_abs()),
        })
    }

    const fn wrong(seconds: u64) -> Self {
        match seconds {
            0 => Self::LessThanASecond,
            seconds => Self::Seconds(seconds),
        }
    }
}

/// Reports a wrong verdict about a time.
pub(super) fn verdict(vector: &Vector, report: &mut impl FnMut(String)) {
    let distance = the_defect(vector);
    let published = serde_json::to_value(vector).expect("a vector has string keys only");
    if !states_every_leeway(&published) {
        let within = matches!(distance, Some(Distance::Seconds(seconds)) if seconds <= WINDOW);
        let because = if within { ", and a refusal within it is right only where it does" } else { "" };
        report(format!("a context does not state its leeway{because}"));
    }
    if distance == Some(Distance::LastSecond) {
        let may_be_accepted = match vector.expectation {
            Expectation::Either { prefer, .. } => prefer != Some(Preference::Reject),
            Expectation::Accept { .. } | Expectation::Reject { .. } => false,
        };
        if !may_be_accepted {
            report("a token is good for less than a second: either, and not better refused".to_owned());
        }
    }
    if distance == Some(Distance::LessThanASecond) {
        let is_open =
            matches!(vector.expectation, Expectation::Either { prefer: Some(Preference::Reject), .. });
        if !is_open {
            report("a time is less than a second on the wrong side: either, better refused".to_owned());
        }
    }
}

/// The distance of the time, if it is the only defect.
fn the_defect(vector: &Vector) -> Option<Distance> {
    let Twin::Vector { edits, .. } = &vector.twin else { return None };
    let [edit] = &edits[..] else { return None };
    match within_flow(edit) {
        Edit::SetMember { layer: Layer::Payload, name, value } if ["exp", "nbf"].contains(&name.as_str()) => {
            Distance::of(name, value, vector.context.leeway)
        }
        _ => None,
    }
}

/// Whether every context in published JSON has a member `leeway`. An object with an `application` is a
/// context.
fn states_every_leeway(published: &Value) -> bool {
    match published {
        Value::Object(members) => {
            (!members.contains_key("application") || members.get("leeway").is_some_and(Value::is_u64))
                && members.values().all(states_every_leeway)
        }
        Value::Array(all) => all.iter().all(states_every_leeway),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use jotproof_mint::{Mint, keys};
    use jotproof_model::Reason;

    use super::*;
    use crate::edits::claim;
    use crate::{NOW, twins};

    #[test]
    fn distances_are_told_on_the_wrong_side() {
        use Distance::{LastSecond, LessThanASecond, Now, Right, Seconds};
        for (claim, raw, leeway, expected) in [
            ("exp", "{{now+60}}", 0, Some(Right)),
            ("exp", "{{now}}", 0, Some(Now)),
            ("exp", "{{now}}.0", 0, Some(Now)),
            ("exp", "{{now}}.001", 0, Some(LastSecond)),
            ("exp", "{{now+1}}.0", 0, Some(Right)),
            ("exp", "{{now-60}}.5", 60, Some(LastSecond)),
            ("exp", "{{now-1}}.5", 0, Some(LessThanASecond)),
            ("exp", "{{now-1}}", 0, Some(Seconds(1))),
            ("exp", "{{now-61}}.5", 60, Some(LessThanASecond)),
            ("exp", "{{now-59}}", 60, Some(Right)),
            ("nbf", "{{now}}.001", 0, Some(LessThanASecond)),
            ("nbf", "{{now+1}}", 0, Some(Seconds(1))),
            ("nbf", "{{now+61}}", 60, Some(Seconds(1))),
            ("nbf", "{{now-1}}.5", 0, Some(Right)),
            ("exp", "\"{{now-1}}.5\"", 0, None),
            ("exp", "{{now-3600}}000", 0, None),
            ("exp", "{{now-3600}}.", 0, None),
            ("exp", "1e9", 0, None),
        ] {
            assert_eq!(Distance::of(claim, raw, leeway), expected, "{claim} {raw} {leeway}");
        }
    }

    #[test]
    fn a_refusal_within_a_second_is_found() {
        let case = |refused: bool| {
            let case = twins::hs256().changed("half", claim("nbf", "{{now}}.5"));
            let case = if refused {
                case.reject([Reason::NotYetValid])
            } else {
                case.either_better_refused("clocks differ", [Reason::NotYetValid])
            };
            case.class("C5").build(&Mint::new(keys::all()), NOW).expect("it can be minted")
        };
        let findings = |vector: &Vector| {
            let mut found = Vec::new();
            verdict(vector, &mut |finding| found.push(finding));
            found
        };
        assert_eq!(
            findings(&case(true)),
            ["a time is less than a second on the wrong side: either, better refused"]
        );
        assert_eq!(findings(&case(false)), [""; 0]);
    }

    #[test]
    fn a_context_without_its_leeway_is_found() {
        let vector = twins::hs256().build(&Mint::new(keys::all()), NOW).expect("it can be minted");
        let mut published = serde_json::to_value(&vector).expect("a vector has string keys only");
        assert!(states_every_leeway(&published));
        published["context"].as_object_mut().expect("an object").remove("leeway");
        assert!(!states_every_leeway(&published));
    }
}
