//! What every flow must satisfy.

use jotproof_mint::flow::Plot;
use jotproof_mint::placeholder;
use jotproof_model::recipe::{Content, Member};
use jotproof_model::{ActionName, Flow, Recipe};

/// For how many seconds after it expires a connection or a subscription is still there: what the
/// deployments are configured with. Within the next two seconds it may be either.
const PATIENCE: i64 = 2;

/// A flow has steps in the order of time, has the tokens that they use, and keeps away from every time of
/// these, so that a live server that answers a little late answers the same.
pub(super) fn steps(flow: &Flow, report: &mut impl FnMut(String)) {
    let Some(last) = flow.last() else {
        return report("a flow needs steps".to_owned());
    };
    if last.refused.is_some() {
        report("what comes of the last step says the expectation".to_owned());
    }
    let mut earlier = flow.steps.iter().rev().skip(1);
    if earlier.any(|step| step.action.name() == ActionName::Resume) {
        report("a session is resumed by the last step".to_owned());
    }
    if !flow.steps.is_sorted_by_key(|step| step.at) {
        report("its steps are not in the order of time".to_owned());
    }
    for name in flow.steps.iter().filter_map(|step| step.action.token()) {
        if !flow.tokens.contains_key(name) {
            report(format!("there is no token {name:?}"));
        }
    }
    for (end, at) in too_near(&Plot::of(flow)) {
        report(format!("a step {at} s after the start is too near to a time {end} s after it"));
    }
}

/// Times of tokens, and steps that are too near to them to be told apart for sure; both in seconds after
/// the start.
pub(crate) fn too_near(plot: &Plot) -> impl Iterator<Item = (i64, i64)> {
    let ends = plot.tokens.values().flat_map(ends).collect::<Vec<_>>();
    let steps: Vec<i64> = plot.steps.iter().map(|step| i64::from(step.at)).collect();
    ends.into_iter().flat_map(move |end| {
        let near = move |at: &i64| match end {
            // Before the start, and so before every step; but it may have been in the same second.
            ..0 => end == -1 && *at == 0,
            // Right at its time, or where what expires with it may be there or not.
            _ => [end, end + PATIENCE, end + PATIENCE + 1].contains(at),
        };
        steps.clone().into_iter().filter(near).map(move |at| (end, at))
    })
}

/// How far the times of a token lie after the start, in seconds.
fn ends(recipe: &Recipe) -> Vec<i64> {
    match recipe.payload.innermost() {
        Content::Object { members, .. } => members
            .iter()
            .filter(|Member(name, _)| name != "iat")
            .flat_map(|Member(_, value)| placeholder::offsets(value).unwrap_or_default())
            .collect(),
        Content::Text { .. } | Content::Octets { .. } | Content::Token { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jotproof_model::{Action, NamedSession, Reason};

    use super::*;
    use crate::steps::{refused, resume, step};

    fn findings(steps: Vec<jotproof_model::Step>) -> Vec<String> {
        let mut found = Vec::new();
        super::steps(&Flow { tokens: BTreeMap::new(), steps }, &mut |finding| found.push(finding));
        found
    }

    #[test]
    fn steps_that_no_flow_can_have_are_found() {
        let resume = || resume(None, NamedSession::Earlier);
        for (steps, finding) in [
            (vec![], "a flow needs steps"),
            (
                vec![step(0, Action::Look), refused(1, Action::Look, Reason::ConnectionExpired)],
                "what comes of the last step says the expectation",
            ),
            (vec![step(1, Action::Look), step(0, Action::Look)], "its steps are not in the order of time"),
            (vec![step(0, resume()), step(1, Action::Look)], "a session is resumed by the last step"),
            (vec![step(0, crate::steps::connect("none"))], "there is no token \"none\""),
        ] {
            assert_eq!(findings(steps), [finding]);
        }
        assert_eq!(findings(vec![step(0, Action::Look), step(1, resume())]), [] as [&str; 0]);
    }
}
