//! How a connection goes on for a mutant: which tokens renew it, which of them it judges again, and what it is
//! configured with by then. A token that a mutant reads otherwise is signed again, so that the rest of the flow is
//! judged as it is.

use std::collections::BTreeSet;

use jotproof_model::{Action, Application, Challenge, Context, FlowChallenge, NamedSession, Reason, Step};
use jotproof_reference::configuration;
use serde_json::{Map, Value, json};

use crate::parts::{payload, with_claims};
use crate::signatures;

/// The claims that are times of a token.
const TIMES: [&str; 2] = ["exp", "nbf"];

/// The user of a renewing token is the connected one, where this finds the two alike.
pub(crate) fn renewed_by(flow: &FlowChallenge, alike: fn(&str, &str) -> bool) -> Option<FlowChallenge> {
    let mut connected = None;
    rewritten(flow, |step, token| {
        let user = payload(token)?.get("sub")?.as_str()?.to_owned();
        match (&step.action, &connected) {
            (Action::Connect { .. }, _) => {
                connected = Some(user);
                None
            }
            (Action::Refresh { .. }, Some(ours)) if *ours != user && alike(ours, &user) => {
                let ours = json!(ours);
                changed(token, |claims| drop(claims.insert("sub".to_owned(), ours)))
            }
            _ => None,
        }
    })
}

/// A token that renews a connection has no times.
pub(crate) fn renewed_at_any_time(flow: &FlowChallenge) -> Option<FlowChallenge> {
    rewritten(flow, |step, token| {
        matches!(step.action, Action::Refresh { .. }).then(|| without_times(token)).flatten()
    })
}

/// A token has no times where it was accepted before, for the same channel.
pub(crate) fn remembered(flow: &FlowChallenge) -> Option<FlowChallenge> {
    let mut accepted = BTreeSet::new();
    rewritten(flow, |step, token| {
        let channel = match &step.action {
            Action::Subscribe { channel, .. } | Action::SubRefresh { channel, .. } => channel.clone(),
            _ => String::new(),
        };
        let is_new = step.refused.is_none() && accepted.insert((token.token.clone(), channel));
        if is_new { None } else { without_times(token) }
    })
}

/// A connection does not expire any more, where its renewal was refused.
pub(crate) fn refused_and_forgotten(flow: &FlowChallenge) -> Option<FlowChallenge> {
    let mut other = flow.clone();
    let last = other.steps.len().checked_sub(1)?;
    let mut opened = None;
    for step in &mut other.steps[..last] {
        match (&mut step.action, step.refused) {
            (Action::Connect { token }, None) => opened.clone_from(token),
            (Action::Refresh { token }, Some(reason)) if reason != Reason::ConnectionExpired => {
                let endless = without_times(&flow.token(opened.as_ref()?, step.at))?.token;
                "endless".clone_into(token);
                step.refused = None;
                other.tokens.insert(token.clone(), endless);
            }
            _ => {}
        }
    }
    Some(other)
}

/// A client of Centrifugo without a token has one of an anonymous user.
pub(crate) fn opened_by_nothing(flow: &FlowChallenge) -> Option<FlowChallenge> {
    if flow.context.application == Application::Anycable {
        return None;
    }
    let name = "nobody's".to_owned();
    let mut other = with_made_up(flow, &name, &json!({ "sub": "" }))?;
    for step in &mut other.steps {
        if let Action::Connect { token } = &mut step.action {
            token.get_or_insert_with(|| name.clone());
        }
    }
    Some(other)
}

/// A session that there never was lets its client in, where sessions can be resumed.
pub(crate) fn any_session_resumed(flow: &FlowChallenge) -> Option<FlowChallenge> {
    flow.context.identification.as_ref().filter(|configured| configured.resumable)?;
    let name = "anybody's".to_owned();
    let mut other = with_made_up(flow, &name, &json!({ "ext": "{}" }))?;
    let mut is_there = false;
    for step in &mut other.steps {
        is_there |= matches!(step.action, Action::Connect { .. }) && step.refused.is_none();
        if let Action::Resume { session, plain: false, .. } = &step.action
            && !(is_there && *session == NamedSession::Earlier)
        {
            step.action = Action::Connect { token: Some(name.clone()) };
        }
    }
    Some(other)
}

/// The plain protocol has sessions to resume too.
pub(crate) fn resumed_over_every_protocol(flow: &FlowChallenge) -> Option<FlowChallenge> {
    let mut other = flow.clone();
    for step in &mut other.steps {
        if let Action::Resume { plain, .. } = &mut step.action {
            *plain = false;
        }
    }
    Some(other)
}

/// The configuration is never read again.
pub(crate) fn configured_once(flow: &FlowChallenge) -> Option<FlowChallenge> {
    let mut other = flow.clone();
    let (last, earlier) = flow.steps.split_last()?;
    let kept = earlier.iter().filter(|step| step.action.configuration().is_none());
    other.steps = kept.chain([last]).cloned().collect();
    Some(other)
}

/// What renews goes by the first configuration.
pub(crate) fn renewed_as_before(flow: &FlowChallenge) -> Option<FlowChallenge> {
    let mut other = flow.clone();
    let mut now = None;
    other.steps = Vec::new();
    for step in &flow.steps {
        now = step.action.configuration().or(now);
        let renews = matches!(step.action, Action::Refresh { .. } | Action::SubRefresh { .. });
        let configure = |context: &Context| {
            let action = Action::Configure { context: Box::new(context.clone()) };
            Step { at: step.at, action, refused: None }
        };
        other.steps.extend(now.filter(|_| renews).map(|_| configure(&flow.context)));
        other.steps.push(step.clone());
        other.steps.extend(now.filter(|_| renews).map(configure));
    }
    // The last step decides, and is none of those that were added.
    while other.steps.last().is_some_and(|step| Some(step) != flow.steps.last()) {
        other.steps.pop();
    }
    Some(other)
}

/// Names and patterns are gone where a configuration is read that is invalid.
pub(crate) fn cleared_by_a_bad_configuration(flow: &FlowChallenge) -> Option<FlowChallenge> {
    let mut other = flow.clone();
    for step in &mut other.steps {
        if let Action::Configure { context } = &mut step.action
            && configuration::is_wrong(context)
        {
            (context.audience, context.audience_regex) = (None, None);
            (context.issuer, context.issuer_regex) = (None, None);
        }
    }
    Some(other)
}

/// The flow in which the tokens of some steps are others; each step with a token is asked about in order.
fn rewritten(
    flow: &FlowChallenge,
    mut rewrite: impl FnMut(&Step, &Challenge) -> Option<Challenge>,
) -> Option<FlowChallenge> {
    let mut other = flow.clone();
    for (at, step) in flow.steps.iter().enumerate() {
        let Some(name) = step.action.token() else { continue };
        let Some(read) = rewrite(step, &flow.token(name, step.at)) else { continue };
        let name = format!("{name} in step {at}");
        match &mut other.steps[at].action {
            Action::Refresh { token } | Action::SubRefresh { token, .. } => token.clone_from(&name),
            Action::Connect { token } | Action::Subscribe { token, .. } | Action::Resume { token, .. } => {
                *token = Some(name.clone());
            }
            _ => {}
        }
        other.tokens.insert(name, read.token);
    }
    Some(other)
}

/// The token with other claims, signed again; nothing where its own signature is bad.
fn changed(token: &Challenge, change: impl FnOnce(&mut Map<String, Value>)) -> Option<Challenge> {
    let mut claims = payload(token)?;
    change(&mut claims);
    let read = with_claims(token, claims)?;
    if signatures::good_as_sent(token, &read) { signatures::signed_again(&read) } else { None }
}

fn without_times(token: &Challenge) -> Option<Challenge> {
    changed(token, |claims| claims.retain(|name, _| !TIMES.contains(&name.as_str())))
}

/// The flow with one more token, of these claims and for the configured audience and issuer.
fn with_made_up(flow: &FlowChallenge, name: &str, claims: &Value) -> Option<FlowChallenge> {
    let mut claims = claims.as_object()?.clone();
    let Context { audience, issuer, .. } = &*flow.context;
    for (claim, configured) in [("aud", audience), ("iss", issuer)] {
        claims.extend(configured.iter().map(|value| (claim.to_owned(), json!(value))));
    }
    let made = signatures::made_up(&flow.token(name, 0), &Value::Object(claims))?;
    let mut other = flow.clone();
    other.tokens.insert(name.to_owned(), made);
    Some(other)
}
