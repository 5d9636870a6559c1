//! SARIF 2.1.0, which code scanning shows: a rule for each bug class, a result for each failing vector.

use std::collections::BTreeMap;

use jotproof_model::registry::BugClass;
use jotproof_model::vector::Severity;
use jotproof_model::{Judgement, Vector};
use serde_json::{Value, json};

use crate::log::{Row, RunLog};
use crate::suite::Suite;

/// The rule of rows whose vector is not among the vectors that are at hand.
const NO_CLASS: &str = "unknown";

/// Renders run logs as SARIF, a run for each log. Known failures are results too, and suppressed. A run that is
/// incomplete or that failed as a whole says so in its invocation.
///
/// # Errors
///
/// Fails if the JSON cannot be written.
pub fn report(suite: &Suite, logs: &[RunLog]) -> serde_json::Result<String> {
    document(logs.iter().map(|log| run(suite, log)).collect())
}

/// Renders a report that says that the run did not come to its end.
///
/// # Errors
///
/// Fails if the JSON cannot be written.
pub fn unfinished() -> serde_json::Result<String> {
    let why = "the run did not come to its end";
    document(vec![json!({
        "tool": { "driver": driver(Vec::new()) },
        "invocations": [{
            "executionSuccessful": false,
            "toolExecutionNotifications": [{ "level": "error", "message": { "text": why } }],
        }],
        "results": [],
    })])
}

fn document(runs: Vec<Value>) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(&json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    }))?;
    text.push('\n');
    Ok(text)
}

fn run(suite: &Suite, log: &RunLog) -> Value {
    let meant = |row: &&Row| log.fails(row) || row.known.is_some();
    let rows: Vec<(&Row, Option<&Vector>)> =
        log.rows.iter().filter(meant).map(|row| (row, suite.get(&row.id.0))).collect();
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    for (_, vector) in &rows {
        match vector {
            Some(vector) => {
                let rule = || rule(&vector.bug_class, suite.bug_class(vector));
                rules.entry(&vector.bug_class).or_insert_with(rule);
            }
            None => drop(rules.entry(NO_CLASS).or_insert_with(|| rule(NO_CLASS, None))),
        }
    }
    let results: Vec<Value> = rows.iter().map(|(row, vector)| result(log, row, *vector)).collect();
    json!({
        "tool": { "driver": driver(rules.into_values().collect()) },
        "automationDetails": { "id": format!("jotproof/{}/", log.header.target) },
        "invocations": [invocation(log)],
        "columnKind": "unicodeCodePoints",
        "properties": { "target": log.header.target, "identity": log.header.identity, "profile": log.header.profile },
        "results": results,
    })
}

fn driver(rules: Vec<Value>) -> Value {
    json!({
        "name": "Jotproof",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules,
    })
}

/// How the run went as a whole. A reader of the results alone would take an incomplete run for a good one.
fn invocation(log: &RunLog) -> Value {
    let exit = log.exit();
    let whole = !log.is_incomplete() && log.failure.is_none();
    let failure = log.failure.iter().map(|failure| failure.message.clone());
    let not_asked = log.not_asked.iter().map(|(reason, ids)| format!("{} not judged: {reason}", ids.len()));
    let outdated = log.outdated.iter().map(|outdated| format!("known failures, {outdated}"));
    let notifications: Vec<Value> = failure
        .chain(not_asked)
        .chain(outdated)
        .map(|text| json!({ "level": "error", "message": { "text": text } }))
        .collect();
    json!({
        "executionSuccessful": whole,
        "exitCode": exit.code(),
        "exitCodeDescription": log.result(),
        "commandLine": log.header.repeat,
        "toolExecutionNotifications": notifications,
    })
}

fn rule(id: &str, class: Option<&BugClass>) -> Value {
    let Some(BugClass { name, mechanism, severity, cwe, advisories }) = class else {
        return json!({ "id": id, "shortDescription": { "text": "a vector of another version of Jotproof" } });
    };
    let mut tags = vec!["security".to_owned(), "jwt".to_owned()];
    tags.extend(cwe.iter().map(|number| format!("external/cwe/cwe-{number:03}")));
    let seen: Vec<String> =
        advisories.iter().map(|advisory| format!("{} ({})", advisory.id, advisory.product)).collect();
    let seen = if seen.is_empty() { String::new() } else { format!(" Seen in {}.", seen.join(", ")) };
    json!({
        "id": id,
        "name": name,
        "shortDescription": { "text": name },
        "fullDescription": { "text": mechanism },
        "help": { "text": format!("{mechanism}{seen}") },
        "defaultConfiguration": { "level": level(*severity) },
        "properties": {
            "tags": tags,
            "precision": "very-high",
            "security-severity": score(*severity),
        },
    })
}

fn result(log: &RunLog, row: &Row, vector: Option<&Vector>) -> Value {
    let Row { id, judgement, known, .. } = row;
    let (title, why, class) =
        vector.map_or(("", "", NO_CLASS), |vector| (&*vector.title, &*vector.why, &*vector.bug_class));
    let severity = vector.map_or(Severity::Medium, |vector| vector.severity);
    let told = row.told();
    let repeat = &log.header.repeat;
    let message = format!("{judgement}: {title}\n{told}\n{why}\nrerun: {repeat} --only {id}");
    let topic = id.0.rsplit_once('/').map_or(&*id.0, |(topic, _)| topic);
    let mut result = json!({
        "ruleId": class,
        "level": if *judgement == Judgement::Fault { "error" } else { level(severity) },
        "message": { "text": message },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": format!("vectors/{topic}.json") },
                "region": { "startLine": 1 },
            },
            "logicalLocations": [{ "fullyQualifiedName": id, "kind": "vector" }],
        }],
        // The same vector against the same target is the same finding, whatever its text says.
        "partialFingerprints": { "jotproofVector/v1": format!("{} {id}", log.header.target) },
        "properties": { "judgement": judgement, "severity": severity.name() },
    });
    if let Some(reason) = known {
        result["suppressions"] =
            json!([{ "kind": "external", "status": "accepted", "justification": reason }]);
    }
    result
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// The number by which GitHub sorts findings: over 9 is critical, from 7 is high, from 4 is medium.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jotproof_model::{Judgement, VectorId};
    use serde_sarif::sarif::Sarif;

    use super::report;
    use crate::log::{Failure, Header, Row, RunLog};
    use crate::suite::Suite;

    #[test]
    fn it_is_sarif_with_a_rule_for_each_bug_class_and_a_result_for_each_failing_vector() {
        let suite = Suite::built_in().expect("the built-in vectors load");
        let row = |id: &str, judgement, known: Option<&str>| Row {
            known: known.map(str::to_owned),
            ..Row::sample(id, judgement)
        };
        let log = RunLog {
            rows: vec![
                row("algorithms/valid/hs256", Judgement::Pass, None),
                row("algorithms/cross/hs256-foreign-key", Judgement::Bypass, None),
                row("algorithms/none/unsigned", Judgement::Lax, Some("it is so")),
                row("no/such-vector", Judgement::Lax, None),
            ],
            ..RunLog::empty(Header::sample())
        };
        let lost = RunLog {
            not_asked: BTreeMap::from([("it died".to_owned(), vec![VectorId("a/b".to_owned())])]),
            failure: Some(Failure { message: "it went away".to_owned(), environment: false }),
            ..RunLog::empty(Header::sample())
        };
        let text = report(&suite, &[log, lost]).expect("it can be written");
        let sarif: Sarif = serde_json::from_str(&text).expect("it is SARIF");
        let [whole, lost] = &sarif.runs[..] else { panic!("two runs") };
        let results = whole.results.as_ref().expect("there are results");
        assert_eq!(results.len(), 3, "a passing vector is no result");
        let rules = whole.tool.driver.rules.as_ref().expect("there are rules");
        for result in results {
            let id = result.rule_id.as_ref().expect("it has a rule");
            assert!(rules.iter().any(|rule| rule.id == *id), "{id} is no rule");
        }
        let suppressed = results.iter().filter(|result| result.suppressions.is_some()).count();
        assert_eq!(suppressed, 1, "a known failure is suppressed");
        let fingerprints: std::collections::BTreeSet<_> =
            results.iter().map(|result| format!("{:?}", result.partial_fingerprints)).collect();
        assert_eq!(fingerprints.len(), 3, "each has a fingerprint of its own");
        let [invocation] = &lost.invocations.as_ref().expect("it was invoked")[..] else { panic!("one") };
        assert!(!invocation.execution_successful);
        let unfinished: Sarif =
            serde_json::from_str(&super::unfinished().expect("it can be written")).expect("it is SARIF");
        assert!(unfinished.runs[0].invocations.as_ref().is_some_and(|all| !all[0].execution_successful));
        assert_eq!(invocation.tool_execution_notifications.as_ref().map(Vec::len), Some(2));
    }
}
