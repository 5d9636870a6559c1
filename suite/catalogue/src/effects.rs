//! The effect of accepting a token or a flow, as far as it follows from the construction.

use std::collections::BTreeMap;

use jotproof_mint::flow::Plot;
use jotproof_model::context::RpcProxy;
use jotproof_model::recipe::{Content, Member};
use jotproof_model::{Action, Application, Context, Effect, Expiry, Recipe, Session};

/// The effect of accepting the last step of a flow. A flow shows no claims, and only AnyCable has identifiers.
pub(crate) fn of_flow(plot: &Plot, context: &Context) -> Effect {
    let effect = |token: &str, context: &Context| {
        plot.tokens.get(token).map(|recipe| of_token(recipe, context)).unwrap_or_default()
    };
    let (mut user, mut identifiers, mut meta) = (None, None, None);
    for step in &plot.steps {
        if let Action::Connect { token: Some(token) } = &step.action {
            Effect { user, identifiers, meta, .. } = effect(token, context);
        }
    }
    let all = match plot.steps.last().map(|step| &step.action) {
        Some(Action::Connect { token: Some(token) } | Action::Resume { token: Some(token), .. }) => {
            effect(token, context)
        }
        Some(Action::Resume { token: None, .. }) => Effect { identifiers, ..Effect::default() },
        Some(Action::Subscribe { channel, token: Some(token) }) => {
            let session = Session {
                user: user.unwrap_or_default(),
                client: Session::CLIENT.to_owned(),
                channel: channel.clone(),
            };
            effect(token, &Context { session: Some(session), ..context.clone() })
        }
        Some(Action::Refresh { token } | Action::SubRefresh { token, .. }) => {
            Effect { expires: effect(token, context).expires, ..Effect::default() }
        }
        Some(Action::Look) => Effect { user, meta, ..Effect::default() },
        Some(Action::LookAt { .. } | Action::Subscribe { token: None, .. }) => {
            Effect { user, ..Effect::default() }
        }
        Some(
            Action::Connect { token: None }
            | Action::Disconnect
            | Action::Unsubscribe { .. }
            | Action::Configure { .. },
        )
        | None => Effect::default(),
    };
    let identifiers = all.identifiers.filter(|_| context.application == Application::Anycable);
    Effect { claims: None, identifiers, ..all }
}

/// The effect of accepting a token, from the plain members of its payload. Of equal names, the last counts.
pub(crate) fn of_token(recipe: &Recipe, context: &Context) -> Effect {
    if context.submission.as_ref().is_some_and(Vec::is_empty) {
        return Effect::default();
    }
    let Content::Object { members, .. } = recipe.payload.innermost() else {
        return Effect::default();
    };
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for Member(name, value) in members {
        if last.insert(name, value).is_none() {
            order.push(name);
        }
    }
    let claims = order.iter().map(|name| format!("\"{name}\":{}", last[name])).collect::<Vec<_>>();
    let string = |name: &str| last.get(name).and_then(|raw| serde_json::from_str::<String>(raw).ok());
    let whole_second = |raw: &str| raw.starts_with("{{now") && raw.ends_with("}}");
    let expires = match (last.get("expire_at"), last.get("exp")) {
        (Some(&"0"), _) | (None, None) => Some(Expiry::Never),
        (Some(second), _) | (None, Some(second)) if whole_second(second) => {
            Some(Expiry::At { second: (*second).to_owned() })
        }
        _ => None,
    };
    let (user, subscriptions) = match &context.session {
        // The user is the connected one, and the token is for one channel.
        Some(Session { user, channel, .. }) => (
            Some(user.clone()),
            (!last.contains_key("b64data")).then(|| {
                let data = last.get("data").copied().unwrap_or_default();
                BTreeMap::from([(channel.clone(), data.to_owned())])
            }),
        ),
        None => (
            match context.user_id_claim.as_deref().unwrap_or("sub") {
                name if last.contains_key(name) => string(name),
                _ => Some(String::new()),
            },
            (!last.contains_key("channels") && !last.contains_key("subs")).then(BTreeMap::new),
        ),
    };
    Effect {
        claims: Some(format!("{{{}}}", claims.join(","))),
        user,
        expires,
        subscriptions,
        info: (!last.contains_key("info") && !last.contains_key("b64info")).then(String::new),
        meta: context.rpc_proxy.filter(|_| context.session.is_none()).map(|proxy| match proxy {
            RpcProxy::WithoutMeta => String::new(),
            RpcProxy::WithMeta => last.get("meta").copied().unwrap_or_default().to_owned(),
        }),
        identifiers: string("ext"),
        backend_asked: None,
        options: None,
    }
}
