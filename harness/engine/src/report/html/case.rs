//! The judged cases: what each tests, why its verdict is right, its token, and who fails. A case that passes everywhere
//! shares the page of its topic. Every other case has a page of its own.

use std::collections::BTreeMap;
use std::io;

use askama::Template;
use jotproof_mint::{base64url, stored};
use jotproof_model::recipe::Signer;
use jotproof_model::{
    Expectation, Flow, FlowToken, Level, Observation, Reason, Recipe, Subject, Threat, Token, Twin, Vector,
};
use serde::Serialize;
use serde_json::Value;

use super::comparison::{Difference, differences};
use super::site::{Case, Line, Run, Site, label, words};
use super::text::{Outcome, cut, observed, slug, visible};
use super::{Frame, Sink, page};
use crate::log::Row;

/// The longest text of a segment that is decoded, in bytes. A page shows less of it.
const DECODED: usize = 8192;

#[derive(Template)]
#[template(path = "case.html", whitespace = "minimize")]
struct CasePage<'a> {
    frame: Frame<'a>,
    case: OfCase<'a>,
}

#[derive(Template)]
#[template(path = "topic.html", whitespace = "minimize")]
struct Topic<'a> {
    frame: Frame<'a>,
    about: String,
    /// The cases that pass, by their names on the page.
    cases: Vec<(String, OfCase<'a>)>,
    /// The cases with a page of their own.
    others: Vec<Line>,
}

/// What is shown of a case.
struct OfCase<'a> {
    id: String,
    title: String,
    why: String,
    verdict: String,
    because: String,
    severity: &'static str,
    threat: &'static str,
    class: String,
    class_page: String,
    requirements: Vec<Sentence>,
    results: Vec<Seen<'a>>,
    passes: Vec<&'a Run<'a>>,
    twin: Option<OfTwin>,
    nothing: String,
    steps: Vec<String>,
    tokens: Vec<Shown>,
    context: Vec<(String, String)>,
}

/// A normative sentence.
struct Sentence {
    id: String,
    source: String,
    says: String,
}

/// What came of the case on a target where it is not a plain pass.
struct Seen<'a> {
    run: &'a Run<'a>,
    outcome: Outcome,
    label: String,
    answer: String,
    words: String,
    rerun: String,
}

/// The case that this one was made from.
struct OfTwin {
    id: String,
    /// Empty if no run judged it.
    page: String,
    edits: Vec<String>,
    differences: Vec<Difference>,
}

/// A token, taken apart.
struct Shown {
    /// Its name in a flow.
    name: String,
    signed: String,
    header: String,
    payload: String,
    compact: String,
    length: usize,
}

pub(super) fn pages(site: &Site<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    let mut topics: BTreeMap<&str, Vec<(&Case<'_>, &Vector)>> = BTreeMap::new();
    for case in site.cases.values() {
        let Some(vector) = case.vector else { continue };
        topics.entry(case.topic()).or_default().push((case, vector));
        if !case.passes {
            let frame = site.frame(visible(&vector.title), "../");
            page(sink, &case.page(), &CasePage { frame, case: of_case(site, case, vector) })?;
        }
    }
    for (name, cases) in topics {
        let (passing, others): (Vec<_>, Vec<_>) = cases.into_iter().partition(|(case, _)| case.passes);
        let Some((first, _)) = passing.first() else { continue };
        let about = site.suite.file_of(first.id).filter(|file| file.topic == name);
        let topic = Topic {
            frame: site.frame(format!("Cases of {}", visible(name)), "../"),
            about: about.map_or_else(String::new, |file| visible(&file.about)),
            cases: passing
                .iter()
                .map(|(case, vector)| (case.anchor(), of_case(site, case, vector)))
                .collect(),
            others: others.iter().map(|(case, _)| site.line(case)).collect(),
        };
        page(sink, &format!("topics/{}.html", slug(name)), &topic)?;
    }
    Ok(())
}

fn of_case<'a>(site: &'a Site<'_>, case: &Case<'_>, vector: &Vector) -> OfCase<'a> {
    let rows = || case.rows.iter().map(|(run, row)| (&site.runs[*run], site.outcome(*run, row), *row));
    let mut results: Vec<Seen<'_>> = rows()
        .filter(|(_, outcome, _)| *outcome != Outcome::Pass)
        .map(|(run, outcome, row)| seen(run, outcome, row))
        .collect();
    results.sort_by_key(|seen| seen.outcome);
    let (verdict, because) = verdict(&vector.expectation);
    let (twin, nothing) = match &vector.twin {
        Twin::Nothing { reason } => (None, visible(reason)),
        Twin::Vector { id, edits } => {
            let page = site.cases.get(id.0.as_str()).map_or_else(String::new, Case::page);
            let differences = site.suite.twin(vector).map_or_else(Vec::new, |twin| differences(twin, vector));
            let edits = edits.iter().map(told).collect();
            (Some(OfTwin { id: visible(&id.0), page, edits, differences }), String::new())
        }
    };
    let (steps, tokens) = match &vector.subject {
        Subject::Token { recipe, token } => (Vec::new(), vec![token_of("", recipe, token)]),
        Subject::Flow { flow } => {
            let Flow { tokens, steps } = &**flow;
            let tokens =
                tokens.iter().map(|(name, FlowToken { recipe, token })| token_of(name, recipe, token));
            (steps.iter().map(told).collect(), tokens.collect())
        }
    };
    let class_name = site.suite.bug_class(vector).map_or("", |class| &*class.name);
    OfCase {
        id: visible(&vector.id.0),
        title: visible(&vector.title),
        why: visible(&vector.why),
        verdict,
        because,
        severity: vector.severity.name(),
        threat: threat(vector.threat),
        class: visible(&format!("{} {class_name}", vector.bug_class)),
        class_page: format!("classes/{}.html", slug(&vector.bug_class)),
        requirements: vector.requirements.iter().map(|id| sentence(site, vector, id)).collect(),
        results,
        passes: rows().filter(|(_, outcome, _)| *outcome == Outcome::Pass).map(|(run, ..)| run).collect(),
        twin,
        nothing,
        steps,
        tokens,
        context: fields(&vector.context),
    }
}

fn seen<'a>(run: &'a Run<'a>, outcome: Outcome, row: &Row) -> Seen<'a> {
    Seen {
        run,
        outcome,
        label: label(outcome, row),
        answer: answer(&row.observation),
        words: words(row),
        rerun: observed(&format!("{} --only {}", run.log.header.repeat, row.id)),
    }
}

/// What the target answered, without the text that it adds for people.
fn answer(observation: &Observation) -> String {
    match observation {
        Observation::Accepted { .. } => "accepted".to_owned(),
        Observation::Refused { reason, answer, .. } => {
            let why = answer.clone().or_else(|| reason.map(|reason| reason.name().to_owned()));
            why.map_or_else(|| "refused".to_owned(), |why| format!("refused: {}", observed(&why)))
        }
        Observation::Unsupported { .. } => "unsupported".to_owned(),
        Observation::Crashed { .. } => "crashed".to_owned(),
        Observation::TimedOut { after_ms } => format!("no answer within {after_ms} ms"),
        Observation::OverLimit { .. } => "over a limit of its own".to_owned(),
        Observation::ProtocolError { .. } => "not in its protocol".to_owned(),
    }
}

fn verdict(expectation: &Expectation) -> (String, String) {
    let names = |reasons: &std::collections::BTreeSet<Reason>| {
        reasons.iter().map(|reason| reason.name()).collect::<Vec<_>>().join(", ")
    };
    let level = |level: &Level| match level {
        Level::Must => "must",
        Level::Should => "should",
    };
    match expectation {
        Expectation::Accept { level: strength } => {
            (format!("{} be accepted", level(strength)), String::new())
        }
        Expectation::Reject { level: strength, reasons } => {
            (format!("{} be rejected ({})", level(strength), names(reasons)), String::new())
        }
        Expectation::Either { why, reasons, prefer: _ } => {
            (format!("may be accepted, or rejected ({})", names(reasons)), visible(why))
        }
    }
}

const fn threat(threat: Threat) -> &'static str {
    match threat {
        Threat::Forger => "anybody, without a key",
        Threat::Holder => "the holder of a valid token",
        Threat::Mangler => "anybody who passes a valid token on",
        Threat::Issuer => "the holder of the signing key only",
        Threat::Config => "whoever configures the verifier",
    }
}

fn sentence(site: &Site<'_>, vector: &Vector, id: &str) -> Sentence {
    let requirement = site.suite.file_of(&vector.id.0).and_then(|file| file.requirements.get(id));
    let source = requirement.map(|it| visible(&format!("{}, {}", it.document, it.section)));
    let says = requirement.map(|it| visible(&it.says));
    Sentence { id: visible(id), source: source.unwrap_or_default(), says: says.unwrap_or_default() }
}

/// The members of a value as it is stored, by their names.
pub(super) fn fields(value: &impl Serialize) -> Vec<(String, String)> {
    let Ok(Value::Object(members)) = serde_json::to_value(value) else { return Vec::new() };
    members.into_iter().map(|(name, value)| (visible(&name.replace('_', " ")), plain(&value))).collect()
}

/// A value as it is stored, in a line: the member that names its kind, then the others.
pub(super) fn told(value: &impl Serialize) -> String {
    const KINDS: [&str; 3] = ["edit", "at", "do"];
    let Ok(Value::Object(mut members)) = serde_json::to_value(value) else { return String::new() };
    let mut told = String::new();
    for kind in KINDS {
        match members.remove(kind) {
            Some(Value::String(name)) => told.push_str(&name.replace('_', " ")),
            Some(other) => told.push_str(&format!("{kind} {other} s")),
            None => {}
        }
    }
    for (name, value) in &members {
        let mark = if told.is_empty() { "" } else { "; " };
        told.push_str(&format!("{mark}{}: {}", name.replace('_', " "), plain(value)));
    }
    cut(&told)
}

/// JSON without the marks that a reader does not need.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => cut(text),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            cut(&items.iter().map(plain).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let member =
                |(name, value): (&String, &Value)| format!("{} {}", name.replace('_', " "), plain(value));
            cut(&members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        other => cut(&other.to_string()),
    }
}

/// Who signs a token.
pub(super) fn signed(recipe: &Recipe) -> String {
    match &recipe.signer {
        Signer::Key { key, algorithm, .. } => visible(&format!("key {key} with {algorithm}")),
        Signer::Nobody => "nobody".to_owned(),
    }
}

fn token_of(name: &str, recipe: &Recipe, token: &Token) -> Shown {
    let octets = stored::octets(token).unwrap_or_default();
    let text = String::from_utf8_lossy(&octets);
    let mut segments = text.split('.');
    let (header, payload) = (segments.next().unwrap_or_default(), segments.next());
    Shown {
        name: visible(name),
        signed: signed(recipe),
        header: segment(header),
        payload: payload.map(segment).unwrap_or_default(),
        compact: cut(&text),
        length: octets.len(),
    }
}

/// The text of a segment, if it is base64url.
pub(super) fn segment(text: &str) -> String {
    // A multiple of four characters has whole bytes.
    let start = text.get(..DECODED).unwrap_or(text);
    match base64url::decode(start) {
        Ok(octets) if start.len() < text.len() => {
            format!("{} (a segment of {} bytes)", cut(&String::from_utf8_lossy(&octets)), text.len())
        }
        Ok(octets) => cut(&String::from_utf8_lossy(&octets)),
        Err(_) => "not base64url".to_owned(),
    }
}
