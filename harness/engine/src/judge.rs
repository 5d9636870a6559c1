//! What an observation means.
//!
//! A judgement is always made against the normative expectation. Whether a profile explains it is a
//! second question, and whether the profile's own prediction came true a third one.

use std::collections::BTreeMap;

use jotproof_mint::placeholder;
use jotproof_model::expectation::Preference;
use jotproof_model::{
    Effect, Expectation, Expiry, Judgement, Observation, Reason, Seen, SeenExpiry, Threat, Vector, VectorId,
};
use jotproof_profiles::predict::{Outcome, Predicted};
use jotproof_profiles::{Asked, EntryKind, Profile};
use serde_json::Value;

use crate::log::Row;

/// What a row is made of.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// The vector.
    pub vector: &'a Vector,
    /// What was seen.
    pub observation: Observation,
    /// The clock that the token was minted at.
    pub now: i64,
    /// The twin, and the observation of it in this run; `None` if the vector has no twin.
    pub twin: Option<(&'a VectorId, &'a Observation)>,
    /// Whether a refusal for a wrong reason is a finding, because a document promises the reason or the user
    /// asks for strict reasons.
    pub reason_counts: bool,
    /// What the profile says.
    pub predicted: Predicted<'a>,
}

/// Judges one vector.
#[must_use]
pub fn judge(evidence: Evidence<'_>, profile: &Profile) -> Row {
    let (judgement, detail) = normative(&evidence, profile);
    let missed = missed(&evidence, profile);
    let explained_by = evidence
        .predicted
        .by
        .filter(|entry| {
            missed.is_none()
                && !judgement.is_fine()
                // What a profile says is what a server answers; that it answered nothing, no entry says.
                && judgement != Judgement::Fault
                && entry.kind != EntryKind::Choice
                && (!judgement.is_risk() || entry.acknowledge_risk || entry.kind == EntryKind::Grant)
        })
        .map(|entry| entry.id.clone());
    Row {
        id: evidence.vector.id.clone(),
        expected: evidence.vector.expectation.name().to_owned(),
        observation: withheld(evidence.observation),
        judgement,
        detail,
        explained_by,
        missed,
        known: None,
    }
}

/// What was seen, without what a token says to the backend alone: whoever reads a run log is not the backend.
fn withheld(mut observation: Observation) -> Observation {
    if let Observation::Accepted { result } = &mut observation
        && let Some(meta) = result.meta.as_mut().filter(|meta| !meta.is_empty())
    {
        *meta = octets(meta);
    }
    observation
}

/// How long a text is, in place of the text.
fn octets(text: &str) -> String {
    format!("({} octets)", text.len())
}

/// The judgement against the normative expectation, and what is wrong in words.
fn normative(evidence: &Evidence<'_>, profile: &Profile) -> (Judgement, String) {
    let vector = evidence.vector;
    match (&evidence.observation, &vector.expectation) {
        (Observation::Unsupported { what }, _) => (Judgement::Unsupported, what.clone()),
        (Observation::Crashed { detail } | Observation::ProtocolError { detail }, _) => {
            (Judgement::Fault, detail.clone())
        }
        (Observation::TimedOut { after_ms }, _) => {
            (Judgement::Fault, format!("no answer within {after_ms} ms"))
        }
        (Observation::Refused { answer: Some(answer), .. }, _) if !is_known(answer, vector, profile) => {
            let told = told(&evidence.observation);
            (Judgement::Fault, format!("{told}: profile {} lists no such answer to a token", profile.name))
        }
        (Observation::OverLimit { what }, Expectation::Accept { .. }) => {
            (Judgement::Overstrict, format!("over a limit of the target: {what}"))
        }
        (
            Observation::OverLimit { .. } | Observation::Refused { .. },
            Expectation::Reject { .. } | Expectation::Either { .. },
        ) if evidence.twin.is_some_and(|(_, seen)| !matches!(seen, Observation::Accepted { .. })) => {
            (Judgement::Void, evidence.twin.map(of_twin).unwrap_or_default())
        }
        (Observation::OverLimit { .. }, Expectation::Reject { .. } | Expectation::Either { .. }) => {
            (Judgement::Pass, String::new())
        }
        (Observation::Accepted { .. }, Expectation::Reject { .. }) => {
            (accepted_wrongly(vector.threat), "accepted".to_owned())
        }
        (Observation::Accepted { result }, Expectation::Accept { .. }) => {
            accepted(vector, result, evidence.now, None)
        }
        (Observation::Accepted { result }, Expectation::Either { prefer, .. }) => {
            accepted(vector, result, evidence.now, *prefer)
        }
        (Observation::Refused { .. }, Expectation::Accept { .. }) => {
            (Judgement::Overstrict, format!("refused: {}", told(&evidence.observation)))
        }
        (
            Observation::Refused { reason, answer, .. },
            Expectation::Reject { reasons, .. } | Expectation::Either { reasons, .. },
        ) => {
            let given: Vec<Reason> = match (reason, answer) {
                (Some(reason), _) => vec![*reason],
                (None, Some(answer)) => profile.reasons(Asked::of(vector), answer),
                (None, None) => Vec::new(),
            };
            if !given.is_empty() && !given.iter().any(|reason| reasons.contains(reason)) {
                let admissible = reasons.iter().map(|reason| reason.name()).collect::<Vec<_>>().join(", ");
                let judgement =
                    if evidence.reason_counts { Judgement::WrongReason } else { Judgement::Advisory };
                return (
                    judgement,
                    format!(
                        "refused for another reason: {}; admissible: {admissible}",
                        told(&evidence.observation)
                    ),
                );
            }
            match &vector.expectation {
                Expectation::Either { prefer: Some(Preference::Accept), .. } => {
                    (Judgement::Advisory, "refused, where accepting is preferred".to_owned())
                }
                Expectation::Either { .. } | Expectation::Reject { .. } | Expectation::Accept { .. } => {
                    (Judgement::Pass, String::new())
                }
            }
        }
    }
}

/// Whether a profile lists an answer. A profile without answers allows every answer.
fn is_known(answer: &str, vector: &Vector, profile: &Profile) -> bool {
    profile.answers.is_empty() || !profile.reasons(Asked::of(vector), answer).is_empty()
}

/// The reason that a refusal proves nothing: the outcome of the twin.
fn of_twin((twin, seen): (&VectorId, &Observation)) -> String {
    match seen {
        Observation::Refused { .. } => format!("its twin {twin} was refused too: {}", told(seen)),
        seen => format!("its twin {twin} was not accepted: {}", told(seen)),
    }
}

const fn accepted_wrongly(threat: Threat) -> Judgement {
    match threat {
        Threat::Forger => Judgement::Bypass,
        Threat::Holder => Judgement::Misuse,
        Threat::Mangler | Threat::Issuer | Threat::Config => Judgement::Lax,
    }
}

fn accepted(vector: &Vector, seen: &Seen, now: i64, prefer: Option<Preference>) -> (Judgement, String) {
    let differences = differences(vector.effect.as_ref(), seen, now);
    if differences.is_empty() {
        return if prefer == Some(Preference::Reject) {
            (Judgement::Advisory, "accepted, where refusing is preferred".to_owned())
        } else {
            (Judgement::Pass, String::new())
        };
    }
    let detail = differences.iter().map(|difference| difference.text.as_str()).collect::<Vec<_>>().join("; ");
    let judgement = match vector.threat {
        Threat::Forger | Threat::Holder if differences.iter().any(|difference| difference.grants) => {
            accepted_wrongly(vector.threat)
        }
        _ => Judgement::WrongResult,
    };
    (judgement, detail)
}

/// What a target said, for people.
pub(crate) fn told(observation: &Observation) -> String {
    match observation {
        Observation::Refused { reason, answer, text } => {
            let head = answer.clone().or_else(|| reason.map(|reason| reason.name().to_owned()));
            match (head, text.is_empty()) {
                (Some(head), true) => head,
                (Some(head), false) => format!("{head} ({text})"),
                (None, _) => text.clone(),
            }
        }
        Observation::Accepted { .. } => "accepted".to_owned(),
        Observation::Unsupported { what } | Observation::OverLimit { what } => what.clone(),
        Observation::Crashed { detail } | Observation::ProtocolError { detail } => detail.clone(),
        Observation::TimedOut { after_ms } => format!("no answer within {after_ms} ms"),
    }
}

/// What the profile predicted, where something else happened.
fn missed(evidence: &Evidence<'_>, profile: &Profile) -> Option<String> {
    let by = || {
        evidence
            .predicted
            .by
            .map_or_else(String::new, |entry| format!(" (by {} {})", entry.kind.name(), entry.id))
    };
    match (&evidence.predicted.outcome, &evidence.observation) {
        // Judged as a fault or unsupported already; a prediction cannot be held against it.
        (
            _,
            Observation::Unsupported { .. }
            | Observation::Crashed { .. }
            | Observation::TimedOut { .. }
            | Observation::OverLimit { .. }
            | Observation::ProtocolError { .. },
        ) => None,
        (Outcome::Accepted { effect }, Observation::Accepted { result }) => {
            let differences = differences(effect.as_ref(), result, evidence.now);
            (!differences.is_empty()).then(|| {
                let texts = differences.into_iter().map(|difference| difference.text).collect::<Vec<_>>();
                format!("accepted{}, and then: {}", by(), texts.join("; "))
            })
        }
        (Outcome::Accepted { .. }, Observation::Refused { .. }) => Some(format!("accepted{}", by())),
        (Outcome::Refused { reasons, answer }, observed) => {
            let expected = answer.clone().unwrap_or_else(|| {
                reasons.iter().map(|reason| reason.name()).collect::<Vec<_>>().join(" or ")
            });
            let met = match (observed, answer) {
                (Observation::Refused { answer: Some(seen), .. }, Some(answer)) => seen == answer,
                // A verifier in process tells its reason; the profile says what that is answered with.
                (Observation::Refused { reason: Some(reason), .. }, Some(answer)) => profile
                    .answer(Asked::of(evidence.vector), [reason])
                    .is_some_and(|of_reason| of_reason.answer == *answer),
                (Observation::Refused { reason: Some(reason), .. }, None) => reasons.contains(reason),
                (Observation::Refused { reason: None, .. }, _) => true,
                _ => false,
            };
            (!met).then(|| format!("refused{} with {expected}", by()))
        }
    }
}

/// One way in which a result differs.
struct Difference {
    text: String,
    /// Whether it grants more than the token says: another identity, or more time.
    grants: bool,
}

/// How what was seen differs from an effect; what was not observed, or is not stated, is not
/// compared.
fn differences(effect: Option<&Effect>, seen: &Seen, now: i64) -> Vec<Difference> {
    let Some(Effect {
        claims,
        user,
        expires,
        subscriptions,
        info,
        meta,
        identifiers,
        backend_asked,
        options,
    }) = effect
    else {
        return Vec::new();
    };
    let fill = |text: &String| placeholder::fill(text, now).unwrap_or_else(|_| text.clone());
    let mut found = Vec::new();
    let mut compare = |what: &str,
                       expected: Option<String>,
                       seen: Option<&String>,
                       same: fn(&str, &str) -> bool,
                       grants| {
        if let (Some(expected), Some(seen)) = (expected, seen)
            && !same(&expected, seen)
        {
            let text = format!("{what} is {}, not {}", shorten(seen), shorten(&expected));
            found.push(Difference { text, grants });
        }
    };
    compare("claims", claims.as_ref().map(fill), seen.claims.as_ref(), same_claims, false);
    compare("user", user.as_ref().map(fill), seen.user.as_ref(), str::eq, true);
    compare("info", info.as_ref().map(fill), seen.info.as_ref(), same_json, false);
    compare("identifiers", identifiers.as_ref().map(fill), seen.identifiers.as_ref(), str::eq, true);
    if let (Some(expected), Some(seen)) = (meta.as_ref().map(fill), &seen.meta)
        && !same_json(&expected, seen)
    {
        let text =
            format!("meta is another one, {}, than that of the token, {}", octets(seen), octets(&expected));
        found.push(Difference { text, grants: false });
    }
    if let (Some(expected), Some(seen)) = (subscriptions, &seen.subscriptions)
        && !same_subscriptions(expected, seen)
    {
        let names =
            |channels: &BTreeMap<String, String>| channels.keys().cloned().collect::<Vec<_>>().join(", ");
        found.push(Difference {
            text: format!("subscriptions are [{}], not [{}]", names(seen), names(expected)),
            grants: seen.keys().any(|channel| !expected.contains_key(channel)),
        });
    }
    if let (Some(expected), Some(seen)) = (backend_asked, seen.backend_asked)
        && *expected != seen
    {
        let text = if seen { "the backend was asked to let it in" } else { "the backend was not asked" };
        found.push(Difference { text: text.to_owned(), grants: false });
    }
    if let (Some(expected), Some(seen)) = (options, &seen.options) {
        let other = expected.iter().filter_map(|(channel, expected)| {
            let seen = seen.get(channel).filter(|seen| *seen != expected)?;
            Some(format!("options of {channel} are {seen:?}, not {expected:?}"))
        });
        found.extend(other.map(|text| Difference { text, grants: false }));
    }
    if let (Some(expected), Some(seen)) = (expires, &seen.expires) {
        found.extend(expiry_difference(expected, seen, now));
    }
    found
}

fn expiry_difference(expected: &Expiry, seen: &SeenExpiry, now: i64) -> Option<Difference> {
    let differs = |text, grants| Some(Difference { text, grants });
    let told = match seen {
        SeenExpiry::Never => "it does not expire".to_owned(),
        SeenExpiry::Between { from, to, .. } => format!("it expires between {from} and {to}"),
    };
    let at = match (expected, seen) {
        (Expiry::Never, SeenExpiry::Never) => return None,
        (Expiry::Never, SeenExpiry::Between { .. }) => return differs(format!("{told}, not never"), false),
        (Expiry::After { seconds }, SeenExpiry::Between { from, to, left: Some(left) }) => {
            // Decided and told between sending and receiving; a second that ends in between is missing.
            let missing = seconds.saturating_sub(*left);
            let may_be_missing = to.saturating_sub(*from).saturating_sub(1).max(0);
            let text = format!("it expires {left} seconds later, not {seconds}");
            return if (0..=may_be_missing).contains(&missing) { None } else { differs(text, missing < 0) };
        }
        (Expiry::At { second }, _) => placeholder::fill(second, now).ok()?.parse::<i64>().ok()?,
        (Expiry::After { seconds }, _) => now.saturating_add(*seconds),
    };
    match seen {
        SeenExpiry::Between { from, to, .. } if (*from..=*to).contains(&at) => None,
        SeenExpiry::Between { from, .. } => differs(format!("{told}, not at {at}"), *from > at),
        SeenExpiry::Never => differs(format!("{told}, not at {at}"), true),
    }
}

fn same_subscriptions(expected: &BTreeMap<String, String>, seen: &BTreeMap<String, String>) -> bool {
    expected.len() == seen.len()
        && expected
            .iter()
            .zip(seen)
            .all(|((channel, data), (other, other_data))| channel == other && same_json(data, other_data))
}

/// Whether two JSON texts have one value: members in any order, numbers after rounding to binary64.
/// Text that is not JSON (nothing at all, for one) is compared as it is.
fn same_json(left: &str, right: &str) -> bool {
    match (serde_json::from_str(left), serde_json::from_str(right)) {
        (Ok(left), Ok(right)) => same_value(&left, &right),
        _ => left == right,
    }
}

/// Whether two claims sets are the same. `aud` is a set of audiences, and a single one may be a string or an
/// array (RFC 7519 section 4.1.3). Libraries return either form.
fn same_claims(left: &str, right: &str) -> bool {
    let claims = |text| serde_json::from_str(text).map(with_audiences_as_a_set);
    match (claims(left), claims(right)) {
        (Ok(left), Ok(right)) => same_value(&left, &right),
        _ => left == right,
    }
}

fn with_audiences_as_a_set(mut claims: Value) -> Value {
    if let Some(audience) = claims.get_mut("aud") {
        let mut all = match audience.take() {
            Value::Array(all) => all,
            one => vec![one],
        };
        all.sort_by_key(Value::to_string);
        all.dedup();
        *audience = Value::Array(all);
    }
    claims
}

fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_value(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, left)| right.get(name).is_some_and(|right| same_value(left, right)))
        }
        (left, right) => left == right,
    }
}

fn shorten(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST {
        return format!("{text:?}");
    }
    let start: String = text.chars().take(MOST).collect();
    format!("{start:?}…")
}

#[cfg(test)]
mod tests {
    use jotproof_model::{Expiry, SeenExpiry};

    use super::{expiry_difference, same_claims};

    #[test]
    fn audiences_are_compared_as_a_set() {
        for (left, right, same) in [
            (r#"{"aud":["x"]}"#, r#"{"aud":"x"}"#, true),
            (r#"{"aud":["x","y"],"sub":"1"}"#, r#"{"sub":"1","aud":["y","x"]}"#, true),
            (r#"{"aud":["x","x"]}"#, r#"{"aud":"x"}"#, true),
            (r#"{"aud":["x"]}"#, r#"{"aud":"y"}"#, false),
            (r#"{"aud":["x"]}"#, r#"{"aud":["x","y"]}"#, false),
            (r#"{"aud":["1"]}"#, r#"{"aud":1}"#, false),
            (r#"{"aud":[]}"#, r#"{}"#, false),
            // For any other claim, an array differs from a string.
            (r#"{"scope":["x"]}"#, r#"{"scope":"x"}"#, false),
        ] {
            assert_eq!(same_claims(left, right), same, "{left} and {right}");
        }
    }

    #[test]
    fn a_time_cut_short_counts_from_when_the_server_decided() {
        let now = 1000;
        let seen = |from, to, left| SeenExpiry::Between { from, to, left };
        for (what, seen, difference) in [
            ("at once", seen(1060, 1061, Some(60)), None),
            ("asked three seconds after the token was made", seen(1063, 1064, Some(60)), None),
            ("another second began while it was asked", seen(1060, 1062, Some(60)), None),
            ("and it began between deciding and telling", seen(1059, 1061, Some(59)), None),
            ("none began", seen(1059, 1060, Some(59)), Some(false)),
            ("two seconds less", seen(1058, 1060, Some(58)), Some(false)),
            ("a second more", seen(1061, 1062, Some(61)), Some(true)),
            ("never", SeenExpiry::Never, Some(true)),
            ("a verifier that tells the second", seen(1060, 1060, None), None),
            ("another second", seen(1061, 1061, None), Some(true)),
        ] {
            let found = expiry_difference(&Expiry::After { seconds: 60 }, &seen, now);
            assert_eq!(found.map(|difference| difference.grants), difference, "{what}");
        }
    }

    #[test]
    fn a_time_of_the_token_is_the_same_whenever_it_is_asked_about() {
        let at = Expiry::At { second: "{{now+60}}".to_owned() };
        for (seen, difference) in [
            (SeenExpiry::Between { from: 1060, to: 1061, left: Some(57) }, None),
            (SeenExpiry::Between { from: 1063, to: 1064, left: Some(60) }, Some(true)),
            (SeenExpiry::Between { from: 1058, to: 1059, left: Some(58) }, Some(false)),
            (SeenExpiry::Never, Some(true)),
        ] {
            let found = expiry_difference(&at, &seen, 1000);
            assert_eq!(found.map(|difference| difference.grants), difference, "{seen:?}");
        }
    }
}
