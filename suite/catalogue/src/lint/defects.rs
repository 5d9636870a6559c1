//! The same defect under the same application has one verdict, whatever algorithm and key the token is signed with.
//!
//! Two cases have the same defect if their edits are the same. The comparison ignores the names of algorithms
//! and keys, and details that do not change a verdict: the distance of a time, the `kid` that a published key
//! has instead, the kind of unusable key beside the right one. A case that needs another verdict is an
//! exception with a reason.

use std::collections::{BTreeMap, BTreeSet};

use jotproof_mint::keys::is_unfit;
use jotproof_model::edit::{ContextChange, DocumentChange, DocumentKind, FlowChange, JwkKind, Layer};
use jotproof_model::recipe::{Content, Member, Signer};
use jotproof_model::{
    Action, Context, Edit, Expectation, Flow, KeySet, Step, Subject, Twin, Vector, VectorFile,
};
use serde_json::{Value, json};

use super::threats::decisive;
use super::times::Distance;
use crate::NOW;
use crate::build::vectors;

/// The id of a case whose verdict differs from that of the same defect elsewhere, and the reason.
type Exception = (&'static str, &'static str);

const EXCEPTIONS: &[Exception] = &[];

/// Findings: defects with several verdicts, and needless exceptions.
pub(super) fn one_verdict_each(files: &[VectorFile]) -> Vec<String> {
    verdicts(vectors(files), EXCEPTIONS)
}

fn verdicts<'a>(all: impl Iterator<Item = &'a Vector>, exceptions: &[Exception]) -> Vec<String> {
    let excepted: BTreeSet<&str> = exceptions.iter().map(|(id, _)| *id).collect();
    let mut groups: BTreeMap<String, BTreeMap<String, Vec<&str>>> = BTreeMap::new();
    for vector in all {
        if let Some(defect) = defect(vector) {
            let verdicts = groups.entry(defect).or_default();
            verdicts.entry(verdict(vector)).or_default().push(&vector.id.0);
        }
    }
    let mut found = Vec::new();
    let mut needed = BTreeSet::new();
    for verdicts in groups.into_values().filter(|verdicts| verdicts.len() > 1) {
        needed.extend(verdicts.values().flatten().copied().filter(|id| excepted.contains(id)));
        let mut others = verdicts
            .iter()
            .filter_map(|(verdict, ids)| Some((verdict, *ids.iter().find(|id| !excepted.contains(*id))?)));
        if let (Some((first, id)), Some((second, other))) = (others.next(), others.next()) {
            found.push(format!(
                "{id}: its verdict is {first}, and that of the same defect in {other} is {second}: correct one of them, \
                 or state the reason in suite/catalogue/src/lint/defects.rs"
            ));
        }
    }
    for (id, reason) in exceptions {
        if !needed.contains(id) {
            found.push(format!("{id}: no other verdict is given to its defect, so that it is no exception"));
        }
        if reason.is_empty() {
            found.push(format!("{id}: an exception needs a reason"));
        }
    }
    found
}

fn verdict(vector: &Vector) -> String {
    match &vector.expectation {
        Expectation::Either { prefer: Some(prefer), .. } => {
            format!("either, better {prefer:?}").to_lowercase()
        }
        other => other.name().to_owned(),
    }
}

/// The defect as text; `None` for a case without a twin.
pub(super) fn defect(vector: &Vector) -> Option<String> {
    let Twin::Vector { id: twin, edits } = &vector.twin else { return None };
    let context = configured_in_the_end(vector);
    let has_its_key = edits.iter().any(|edit| match edit {
        Edit::Context { change: ContextChange::Key { .. } } => true,
        Edit::Context { change: ContextChange::ConfiguredKey { to, .. } } => is_unfit(to),
        _ => false,
    });
    let edits: Vec<Value> = edits.iter().filter_map(|edit| edit_of(edit, vector, context)).collect();
    let of_context = configured(context, &edits);
    let steps = match &vector.subject {
        Subject::Token { .. } => Value::Null,
        Subject::Flow { flow } => steps(flow),
    };
    // If only the configuration is changed, the token is part of the defect.
    let token = edits.is_empty().then_some(twin);
    let signer = meant_by_kid(vector, context);
    Some(without_names(json!([of_context, token, signer, steps, edits]).to_string(), context, has_its_key))
}

/// The key that signed, if `kid` may choose among several configured keys.
fn meant_by_kid<'a>(vector: &'a Vector, context: &Context) -> Option<&'a str> {
    let recipe = decisive(&vector.subject).filter(|_| context.keys.len() > 1)?;
    match (&recipe.header, &recipe.signer) {
        (Content::Object { members, .. }, Signer::Key { key, .. }) => {
            members.iter().any(|Member(name, _)| name == "kid").then_some(key)
        }
        _ => None,
    }
}

fn configured_in_the_end(vector: &Vector) -> &Context {
    let steps = match &vector.subject {
        Subject::Token { .. } => &[][..],
        Subject::Flow { flow } => &flow.steps,
    };
    steps.iter().rev().find_map(|step| step.action.configuration()).unwrap_or(&vector.context)
}

/// The steps of a flow, each with its second and its outcome. If the flow looks at something, resumes a
/// session or is reconfigured, its outcome depends on every token and second, so the whole flow counts.
fn steps(flow: &Flow) -> Value {
    let step = |step: &Step| json!([step.at, step.action.name(), step.refused.is_some()]);
    let is_plain = |step: &Step| match &step.action {
        Action::Connect { .. }
        | Action::Subscribe { .. }
        | Action::Refresh { .. }
        | Action::SubRefresh { .. } => true,
        Action::Resume { .. }
        | Action::Disconnect
        | Action::Unsubscribe { .. }
        | Action::Configure { .. }
        | Action::Look
        | Action::LookAt { .. } => false,
    };
    if flow.steps.iter().all(is_plain) { flow.steps.iter().map(step).collect() } else { json!(flow) }
}

/// The parts of the context that a verdict depends on.
fn configured(context: &Context, edits: &[Value]) -> Value {
    let is_removed =
        |claim: &str| edits.iter().any(|edit| edit["edit"] == "remove_member" && edit["name"] == *claim);
    // If the claim is absent, the regex itself does not matter.
    let regex = |regex: &Option<String>, claim: &str| match regex {
        Some(_) if is_removed(claim) => json!(true),
        regex => json!(regex),
    };
    let key_set = |key_set: &KeySet| {
        json!([key_set.is_template(), key_set.origin, key_set.transport, !key_set.fetched.is_empty()])
    };
    json!([
        context.application,
        context.keys,
        context.previous_secret.as_ref().map(|previous| json!([previous.key, previous.counts()])),
        context.algorithms,
        context.audience.is_some(),
        context.issuer.is_some(),
        regex(&context.audience_regex, "aud"),
        regex(&context.issuer_regex, "iss"),
        context.typ,
        context.leeway > 0,
        context.allow_none,
        context.refuse_anonymous,
        context.key_set.as_ref().map(key_set),
        context.user_id_claim,
        context.separate,
        context.rpc_proxy,
        context.namespace,
        context.identification,
        context.submission,
        context.session.as_ref().map(|session| session.user.as_str()),
    ])
}

/// The parts of an edit that a verdict depends on; `None` for an edit that only changes the configuration.
fn edit_of(edit: &Edit, vector: &Vector, context: &Context) -> Option<Value> {
    match (edit, &vector.subject) {
        (Edit::Flow { change: FlowChange::Token { token, edit } }, Subject::Flow { flow }) => {
            // For a token of an earlier step, the exact times matter, because later steps depend on them.
            let decides = flow.last().and_then(|step| step.action.token()).is_some_and(|last| last == token);
            let uses: Vec<_> = flow.uses(token).map(|step| step.action.name()).collect();
            let edit = if decides { of_token(edit, context) } else { json!(edit) };
            Some(json!([uses, edit]))
        }
        (Edit::Flow { .. }, _) => Some(json!(edit)),
        (Edit::Context { change }, _) => of_context(change),
        (edit, _) => Some(of_token(edit, context)),
    }
}

fn of_context(change: &ContextChange) -> Option<Value> {
    match change {
        ContextChange::KeySetDocument { change, path: _ } => Some(of_document(change)),
        // The secret or the size of the key is the defect.
        ContextChange::Key { .. } => Some(json!(change)),
        ContextChange::ConfiguredKey { to, .. } if is_unfit(to) => Some(json!(change)),
        // `configured` covers every other change.
        _ => None,
    }
}

fn of_document(change: &DocumentChange) -> Value {
    match change {
        DocumentChange::SetJwkMember { name, .. } if name == "kid" => json!("another kid in the set"),
        DocumentChange::SetJwkMember { name, .. } if name == "d" => json!("something private in the set"),
        DocumentChange::InsertJwk { what: JwkKind::Secret, .. }
        | DocumentChange::SetDocument { what: DocumentKind::PrivateKey, .. } => {
            json!("something private in the set")
        }
        DocumentChange::InsertJwk {
            what: JwkKind::OtherType | JwkKind::NotUnderstood | JwkKind::NoJwk,
            ..
        } => json!("an unusable key in the set"),
        change => json!(change),
    }
}

fn of_token(edit: &Edit, context: &Context) -> Value {
    let mut value = json!(edit);
    if let Edit::SetMember { layer: Layer::Payload, name, value: raw } = edit
        && ["exp", "nbf", "iat", "expire_at"].contains(&name.as_str())
    {
        value["value"] = json!(time(name, raw, context.leeway));
    }
    value
}

/// The properties of a time that decide the verdict.
fn time(name: &str, raw: &str, leeway: u32) -> String {
    if let Some(distance) = Distance::of(name, raw, leeway) {
        let spelled = if raw.contains('.') { "fraction" } else { "integer" };
        let tells = match distance {
            Distance::Right => "right",
            Distance::LastSecond => "right for less than a second",
            Distance::Now => "now",
            Distance::LessThanASecond => "less than a second wrong",
            Distance::Seconds(_) => "wrong",
        };
        return format!("{tells}, {spelled}");
    }
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    let is_integer = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    match raw.parse::<i64>() {
        Ok(0) => raw.to_owned(),
        Ok(second) if second.unsigned_abs() < 1 << 53 => {
            let side = if second < NOW { "past" } else { "future" };
            format!("{side} second {}", second < 0)
        }
        _ if is_integer => format!("integer beyond 2^53 {}", raw.starts_with('-')),
        _ => raw.to_owned(),
    }
}

/// The text without the names of algorithms and keys, and without the configured audience and issuer. If a
/// key is the defect, the names of key and algorithm stay, because the algorithm decides the required size.
fn without_names(mut text: String, context: &Context, has_its_key: bool) -> String {
    let mut replace = |of: &str, by: &str| {
        let escaped = json!(of).to_string();
        let escaped = escaped.trim_matches('"');
        // A raw value is a string of JSON text, so its quotes are escaped once more.
        let twice = json!(escaped).to_string();
        text = text.replace(twice.trim_matches('"'), by).replace(escaped, by);
    };
    for (name, by) in [(&context.audience, "{audience}"), (&context.issuer, "{issuer}")] {
        if let Some(name) = name.as_ref().filter(|name| !name.is_empty()) {
            replace(name, by);
        }
    }
    if let ([algorithm], false) = (&context.algorithms[..], has_its_key) {
        replace(algorithm.name(), "{algorithm}");
        replace(&algorithm.name().to_lowercase(), "{algorithm}");
    }
    if let ([key], false) = (&context.keys[..], has_its_key) {
        replace(key, "{key}");
    }
    text
}

#[cfg(test)]
mod tests {
    use jotproof_mint::{Mint, keys};
    use jotproof_model::{Algorithm, Reason};

    use super::*;
    use crate::case::{Case, Undecided};
    use crate::edits::{claim, without_claim};
    use crate::published::{published, twin};
    use crate::twins;

    fn found(cases: &[Case], exceptions: &[Exception]) -> Vec<String> {
        let mint = Mint::new(keys::all());
        let vectors: Vec<Vector> =
            cases.iter().map(|case| case.build(&mint, NOW).expect("it can be minted")).collect();
        verdicts(vectors.iter(), exceptions)
    }

    fn rejected(case: Undecided) -> Case {
        case.reject([Reason::Key]).class("V1")
    }

    fn open(case: Undecided) -> Case {
        case.either("why", [Reason::Key]).class("V1")
    }

    #[test]
    fn another_verdict_for_the_same_defect_is_found() {
        let hs256 = |name: &str, value: &str| twins::hs256().changed(name, claim("exp", value));
        let rs256 =
            |name: &str, value: &str| twins::signed(Algorithm::RS256).changed(name, claim("exp", value));
        let absent = |name: &str| twins::bound().changed(name, without_claim("aud"));
        let kid = |name: &str, value: &str| {
            let change =
                DocumentChange::SetJwkMember { key: 0, name: "kid".to_owned(), value: value.to_owned() };
            twin(Algorithm::RS256).changed(name, published(change))
        };
        let beside = |name: &str, value: &str, what| {
            let change = DocumentChange::InsertJwk { key: 9, value: value.to_owned(), what };
            twin(Algorithm::ES256).changed(name, published(change))
        };
        for (first, second) in [
            // The same defect: `exp` in the past, under two algorithms.
            (rejected(hs256("a", "{{now-3600}}")), open(rs256("b", "{{now-60}}"))),
            (rejected(hs256("a", "{{now+60}}.5")), open(hs256("b", "{{now+3600}}.0"))),
            (rejected(hs256("a", "4294967296")), open(hs256("b", "9007199254740991"))),
            (rejected(absent("a")), open(absent("b"))),
            (rejected(kid("a", "\"other\"")), open(kid("b", "1"))),
            (
                rejected(beside("a", "null", JwkKind::NoJwk)),
                open(beside("b", "{\"kty\":\"OKP\"}", JwkKind::OtherType)),
            ),
        ] {
            let cases = [first, second];
            let said = found(&cases, &[]);
            assert!(said.len() == 1 && said[0].contains("its verdict is either"), "{cases:?}: {said:?}");
            assert_eq!(found(&cases, &[("b", "It is another thing.")]), [""; 0]);
        }
    }

    #[test]
    fn other_defects_may_have_other_verdicts() {
        let exp = |name: &str, value: &str| twins::hs256().changed(name, claim("exp", value));
        for (first, second) in [("{{now-60}}", "{{now+60}}"), ("{{now-1}}.5", "{{now-2}}.5"), ("0", "0.0")] {
            assert_eq!(found(&[rejected(exp("a", first)), open(exp("b", second))], &[]), [""; 0], "{first}");
        }
    }

    #[test]
    fn an_exception_is_needed_and_has_a_reason() {
        let cases = [rejected(twins::hs256().changed("a", claim("exp", "{{now-60}}")))];
        assert_eq!(
            found(&cases, &[("a", "")]),
            [
                "a: no other verdict is given to its defect, so that it is no exception",
                "a: an exception needs a reason",
            ]
        );
    }
}
