//! The JSON of a badge, as the endpoint badges of Shields take it.

use jotproof_model::Judgement;
use serde_json::json;

use crate::log::RunLog;

/// Renders run logs as one badge. It is green only if every run is good.
///
/// # Errors
///
/// Fails if the JSON cannot be written.
pub fn report(logs: &[RunLog]) -> serde_json::Result<String> {
    let failing = logs.iter().flat_map(|log| log.rows.iter().filter(|row| log.fails(row)));
    let (mut all, mut risks) = (0_usize, 0_usize);
    for row in failing {
        all += 1;
        risks += usize::from(row.judgement.is_risk());
    }
    let known = logs.iter().flat_map(|log| &log.rows).filter(|row| row.known.is_some()).count();
    let pass: usize = logs.iter().map(|log| log.count(Judgement::Pass)).sum();
    let not_good = logs.iter().find(|log| log.exit().code() != 0);
    let (message, color) = match not_good {
        None if known == 0 => (format!("{pass} pass"), "brightgreen"),
        None => (format!("{pass} pass, {known} known failures"), "green"),
        Some(_) if risks > 0 => (format!("{all} failures, {risks} let somebody in"), "red"),
        Some(_) if all > 0 => (format!("{all} failures"), "orange"),
        Some(log) => (log.result().to_lowercase(), "red"),
    };
    let badge = json!({ "schemaVersion": 1, "label": "JWT conformance", "message": message, "color": color });
    serde_json::to_string(&badge).map(|text| text + "\n")
}

#[cfg(test)]
mod tests {
    use jotproof_model::Judgement;

    use super::report;
    use crate::log::{Header, Row, RunLog};

    #[test]
    fn it_is_green_only_for_good_runs() {
        let log = |judgements: &[Judgement], known: Option<&str>| RunLog {
            rows: judgements
                .iter()
                .map(|judgement| Row { known: known.map(str::to_owned), ..Row::sample("a/b", *judgement) })
                .collect(),
            ..RunLog::empty(Header::sample())
        };
        for (logs, message, color) in [
            (vec![log(&[Judgement::Pass], None)], "1 pass", "brightgreen"),
            (vec![log(&[Judgement::Pass], None), log(&[], None)], "too little judged", "red"),
            (vec![log(&[Judgement::Lax, Judgement::Bypass], None)], "2 failures, 1 let somebody in", "red"),
            (vec![log(&[Judgement::Lax], None)], "1 failures", "orange"),
            (vec![log(&[Judgement::Lax], Some("so it is"))], "0 pass, 1 known failures", "green"),
        ] {
            let badge: serde_json::Value =
                serde_json::from_str(&report(&logs).expect("it can be written")).expect("it is JSON");
            assert_eq!((badge["message"].as_str(), badge["color"].as_str()), (Some(message), Some(color)));
        }
    }
}
