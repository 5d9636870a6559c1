//! The reasons why a run judged too little, with hints.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use jotproof_model::Judgement;

use crate::log::{Row, RunLog};
use crate::suite::Suite;

/// The greatest number of reasons to show.
const SHOWN: usize = 3;

/// Writes the shortfall and its most common reasons, each with a hint.
pub(super) fn write(text: &mut String, suite: &Suite, log: &RunLog) {
    let (judged, least) = (log.judged(), log.header.least_judged.max(1));
    let _ = if judged < least {
        writeln!(text, "  {judged} verdicts are fewer than the {least} that this run needs (--min-judged)")
    } else {
        writeln!(text, "  more than a fifth of what was asked is unsupported or void")
    };
    let mut reasons: Vec<(usize, String, String)> = Vec::new();
    for (reason, ids) in &log.not_carried {
        reasons.push((ids.len(), format!("not applicable: {reason}"), hint(reason, log)));
    }
    for (judgement, hint) in [
        (Judgement::Unsupported, "take the capability out of what the adapter declares, or make it true"),
        (Judgement::Void, "see why the target refuses the token without the defect"),
        (Judgement::Fault, "see what the target says in the faults below"),
    ] {
        for (detail, rows) in by_detail(log, judgement) {
            let hint = match rows.as_slice() {
                [row, ..] if judgement == Judgement::Void => {
                    let twin = suite.get(&row.id.0).and_then(|vector| suite.twin(vector));
                    twin.map_or(hint.to_owned(), |twin| {
                        format!("rerun: {} --only {}", log.header.repeat, twin.id)
                    })
                }
                _ => hint.to_owned(),
            };
            reasons.push((rows.len(), format!("{judgement}: {detail}"), hint));
        }
    }
    reasons.sort_by_key(|(count, ..)| Reverse(*count));
    for (count, reason, hint) in reasons.into_iter().take(SHOWN) {
        let _ = writeln!(text, "  {count:6}  {reason}\n          hint: {hint}");
    }
}

/// The rows of a judgement, by the first line of their detail.
fn by_detail(log: &RunLog, judgement: Judgement) -> BTreeMap<&str, Vec<&Row>> {
    let mut rows: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in log.rows.iter().filter(|row| row.judgement == judgement) {
        rows.entry(row.detail.lines().next().unwrap_or_default()).or_default().push(row);
    }
    rows
}

/// The hint for vectors that do not apply, by the missing capability.
fn hint(reason: &str, log: &RunLog) -> String {
    let reason = reason.strip_prefix("its twin needs ").unwrap_or(reason);
    let is_adapter = log.header.target.starts_with("exec:");
    if reason.starts_with("application:") {
        "these are for targets of another kind: leave them out with --only or --skip".to_owned()
    } else if reason == "clock" {
        "these need a clock that can be set, which a server does not have: leave them out".to_owned()
    } else if reason.starts_with("a server ") {
        format!("they need {reason}: start one with these options, and say so in its configuration")
    } else if reason.starts_with("a context ") || reason.starts_with("a twin ") {
        format!("profile {} does not cover them: leave them out with --only", log.header.profile)
    } else if is_adapter {
        format!("where the library can do it, add {reason:?} to the capabilities in the adapter's hello")
    } else {
        format!("{} cannot do this over this transport", log.header.profile)
    }
}
