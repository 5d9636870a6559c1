//! A flow: what becomes of a connection, step by step.
//!
//! Nothing waits here. The clock of a step is that of the start plus the seconds that the step says, and
//! what ends by itself has ended as soon as its time and the patience of a server have passed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jotproof_model::{
    Action, Application, Challenge, ChannelOptions, Context, FlowChallenge, KeySet, NamedSession, Namespace,
    Observation, Reason, Seen, SeenExpiry, Session, Step,
};
use jotproof_rules::Rules;
use jotproof_rules::anycable::ResumedSession;
use jotproof_rules::flow::{
    BadReload, KeptKeys, RefreshSubscriptions, RefreshWithoutExp, RefusedRefresh, SubRefreshTimes,
    SubscriptionEnd,
};

use crate::application::centrifugo::has_presence;
use crate::verdict::{Outcome, Refusal, Stage};
use crate::{Reference, configuration, observed};

/// For how many seconds after its end a connection or a subscription can still be renewed: what the
/// deployments are configured with.
pub const PATIENCE: i64 = 2;

/// Reasons for which a renewal is refused that say nothing against the connection.
const LEAVES_THE_CONNECTION: [Reason; 3] =
    [Reason::ConnectionExpired, Reason::InfoEncoding, Reason::UnknownChannel];

/// The namespace of the deployments in which every user may subscribe.
const EVERYBODY: &str = "jotproof";

/// The one in which every user may who is not anonymous.
const MEMBERS: &str = "members";

impl Reference {
    /// Goes through a flow; what came of its last step.
    pub(crate) fn life(&self, flow: &FlowChallenge) -> Observation {
        let mut life = Life {
            reference: self,
            flow,
            context: Arc::clone(&flow.context),
            configured_at: flow.now,
            connections: Vec::new(),
            kept: Vec::new(),
            session: None,
            renews: false,
        };
        let Some((last, earlier)) = flow.steps.split_last() else {
            return Observation::ProtocolError { detail: "a flow without steps".to_owned() };
        };
        for (number, step) in earlier.iter().enumerate() {
            let outcome = life.go(step);
            if outcome.as_ref().err().map(|refusal| refusal.reason) != step.refused {
                let detail = match outcome {
                    Ok(_) => "was accepted".to_owned(),
                    Err(refusal) => format!("was refused: {refusal}"),
                };
                let name = step.action.name().name();
                return Observation::ProtocolError { detail: format!("step {number} ({name}) {detail}") };
            }
        }
        observed(match life.go(last) {
            Ok(seen) => Outcome::Accepted(Box::new(seen)),
            Err(refusal) => Outcome::Refused(refusal),
        })
    }

    /// Refuses, unless such refusals do not count.
    fn refused(&self, reason: Reason, detail: impl Into<String>) -> Result<(), Refusal> {
        let refusal = refuse(reason, detail);
        if self.disregarded.counts(&refusal) { Err(refusal) } else { Ok(()) }
    }
}

/// What is there so far.
struct Life<'a> {
    reference: &'a Reference,
    flow: &'a FlowChallenge,
    /// What the verifier is configured with by now.
    context: Arc<Context>,
    /// The time of that configuration.
    configured_at: i64,
    /// The connections of the flow; the last one is what it is about.
    connections: Vec<Connection>,
    /// The published sets that were fetched, whose keys may be kept.
    kept: Vec<KeySet>,
    /// What the connection before was given, where it was let in: its session may be resumed.
    session: Option<Seen>,
    /// Whether the step at hand renews something.
    renews: bool,
}

/// A connection.
struct Connection {
    client: String,
    user: String,
    /// What is kept for the backend, where that is told.
    meta: Option<String>,
    /// The second at which it expires.
    expires: Option<i64>,
    /// The channels that it is subscribed to.
    subscriptions: BTreeMap<String, Subscription>,
    /// Why it is not there any more, where it did not end by itself.
    ended: Option<Refusal>,
}

/// A subscription.
struct Subscription {
    /// The second at which it ends.
    expires: Option<i64>,
    /// What it has of the options of its channel, where that is known.
    options: Option<ChannelOptions>,
}

impl Subscription {
    /// What a token for a channel opened.
    fn of(seen: &Seen, channel: &str) -> Self {
        let options = seen.options.as_ref().and_then(|options| options.get(channel)).copied();
        Self { expires: second(seen.expires.as_ref()), options }
    }
}

impl Life<'_> {
    fn rules(&self) -> &Rules {
        self.reference.rules()
    }

    fn go(&mut self, step: &Step) -> Result<Seen, Refusal> {
        self.renews = matches!(step.action, Action::Refresh { .. } | Action::SubRefresh { .. });
        let now = self.flow.now.saturating_add(i64::from(step.at));
        match &step.action {
            Action::Connect { token } => {
                let outcome = self.open(token.as_deref(), step.at, now);
                self.session = outcome.clone().ok();
                outcome
            }
            Action::Resume { token, session, plain } => match self.resumed(*session, *plain) {
                Some(seen) => Ok(seen),
                None => self.open(token.as_deref(), step.at, now),
            },
            Action::Disconnect => {
                let closed = refuse(Reason::NoToken, "the client has closed the connection");
                self.alive(now)?.ended = Some(closed);
                Ok(Seen::default())
            }
            Action::Refresh { token } => {
                let outcome = self.refresh(token, step.at, now);
                let rule = self.rules().flow.refused_refresh;
                if let (Err(refusal), Some(connection)) = (&outcome, self.connections.last_mut())
                    && rule == RefusedRefresh::Ends
                    && !LEAVES_THE_CONNECTION.contains(&refusal.reason)
                {
                    connection.ended = Some(refusal.clone());
                }
                outcome
            }
            Action::Subscribe { channel, token: Some(token) } => {
                let seen = self.for_channel(token, channel, step.at, now)?;
                let subscription = Subscription::of(&seen, channel);
                self.alive(now)?.subscriptions.insert(channel.clone(), subscription);
                Ok(seen)
            }
            Action::Subscribe { channel, token: None } => self.subscribe_openly(channel, now),
            Action::Unsubscribe { channel } => {
                self.subscribed(channel, now)?;
                self.alive(now)?.subscriptions.remove(channel);
                Ok(Seen::default())
            }
            Action::SubRefresh { channel, token } => self.sub_refresh(token, channel, step.at, now),
            Action::Configure { context } => {
                self.configured_anew(context);
                self.configured_at = now;
                Ok(Seen::default())
            }
            Action::Look => {
                let Connection { user, meta, .. } = self.alive(now)?;
                Ok(Seen { user: Some(user.clone()), meta: meta.clone(), ..Seen::default() })
            }
            Action::LookAt { channel } => {
                let options = self.subscribed(channel, now)?.options;
                // Who is there is told only where the namespace has it.
                let told = has_presence(channel, &self.context);
                let seen = |options: ChannelOptions| ChannelOptions {
                    presence: options.presence && told,
                    ..options
                };
                let options = options.map(|options| BTreeMap::from([(channel.clone(), seen(options))]));
                let user = Some(self.alive(now)?.user.clone());
                Ok(Seen { user, options, ..Seen::default() })
            }
        }
    }

    fn configured_anew(&mut self, context: &Context) {
        let is_none = configuration::read(context, &self.rules().configuration).is_err();
        if is_none && self.rules().flow.bad_reload == BadReload::Kept {
            return;
        }
        self.context = Arc::new(context.clone());
    }

    /// Opens a connection with what its token gives.
    fn connect(&mut self, seen: Seen) -> Seen {
        let client = match self.connections.len() {
            0 => Session::CLIENT.to_owned(),
            count => format!("00000000-0000-4000-8000-{count:012}"),
        };
        let forever = Seen { expires: None, ..seen.clone() };
        let channels = seen.subscriptions.iter().flatten();
        let channels = channels.map(|(channel, _)| (channel.clone(), Subscription::of(&forever, channel)));
        self.connections.push(Connection {
            client,
            user: seen.user.clone().unwrap_or_default(),
            meta: seen.meta.clone(),
            expires: second(seen.expires.as_ref()),
            subscriptions: channels.collect(),
            ended: None,
        });
        seen
    }

    /// What a session that a client asks to resume has, where that takes the place of a token.
    fn resumed(&self, named: NamedSession, plain: bool) -> Option<Seen> {
        let configured = self.context.identification.as_ref().is_some_and(|configured| configured.resumable);
        if self.rules().anycable.resumed_session == ResumedSession::Authenticated || !configured || plain {
            return None;
        }
        match named {
            NamedSession::Earlier => self.session.clone(),
            NamedSession::Unknown => None,
        }
    }

    /// Opens a connection by its token, where it has one.
    fn open(&mut self, token: Option<&str>, at: u32, now: i64) -> Result<Seen, Refusal> {
        let Some(token) = token else { return self.without_token(now) };
        let seen = self.judged(token, at, |context| {
            context.application = context.application.of_connections();
        })?;
        Ok(self.connect(seen))
    }

    /// A client that submits no token.
    fn without_token(&mut self, now: i64) -> Result<Seen, Refusal> {
        if self.context.application != Application::Anycable {
            return Err(refuse(Reason::NoToken, "nothing opens a connection"));
        }
        let context = Context { submission: Some(Vec::new()), ..(*self.context).clone() };
        let challenge = Challenge::new(Vec::new(), Arc::new(context), Arc::clone(&self.flow.keys), now);
        match self.reference.judge(&challenge).outcome {
            Outcome::Accepted(seen) => Ok(*seen),
            Outcome::Refused(refusal) => Err(refusal),
        }
    }

    fn refresh(&mut self, token: &str, at: u32, now: i64) -> Result<Seen, Refusal> {
        self.alive(now)?;
        let seen = self.judged(token, at, |context| {
            context.application = context.application.of_connections();
        })?;
        let rules = self.reference.rules();
        let connection = self.alive(now)?;
        if let Some(user) = &seen.user
            && *user != connection.user
        {
            let detail = format!("the token is for the user {user:?}, not {:?}", connection.user);
            return Err(refuse(Reason::User, detail));
        }
        let listed: BTreeSet<&String> =
            seen.subscriptions.iter().flatten().map(|(channel, _)| channel).collect();
        if rules.flow.refresh_subscriptions == RefreshSubscriptions::Refuse
            && listed != connection.subscriptions.keys().collect()
        {
            return Err(refuse(Reason::Subscriptions, "the token lists other channels"));
        }
        match second(seen.expires.as_ref()) {
            None if rules.flow.refresh_without_exp == RefreshWithoutExp::KeepsExpiry => {}
            expires => connection.expires = expires,
        }
        Ok(Seen { expires: seen.expires, ..Seen::default() })
    }

    /// Asks for a channel without a token: what the options of its namespace say.
    fn subscribe_openly(&mut self, channel: &str, now: i64) -> Result<Seen, Refusal> {
        let user = self.alive(now)?.user.clone();
        self.open_to(&user, channel)?;
        let is_open = match channel.split_once(':') {
            Some((EVERYBODY | MEMBERS, _)) => true,
            Some((Namespace::NAME, _)) => self.context.namespace.is_some(),
            _ => false,
        };
        if !is_open {
            self.reference.refused(Reason::NoToken, format!("nothing opens the channel {channel:?}"))?;
        }
        let connection = self.alive(now)?;
        connection.subscriptions.insert(channel.to_owned(), Subscription { expires: None, options: None });
        Ok(Seen { user: Some(user), ..Seen::default() })
    }

    /// Whether the namespace of a channel is open to a user.
    fn open_to(&self, user: &str, channel: &str) -> Result<(), Refusal> {
        let is_for_members = match (channel.split_once(':'), self.context.namespace) {
            (Some((MEMBERS, _)), _) => true,
            (Some((Namespace::NAME, _)), Some(namespace)) => !namespace.allow_subscribe_for_anonymous,
            _ => false,
        };
        if user.is_empty() && is_for_members {
            self.reference
                .refused(Reason::Anonymous, format!("{channel:?} is not open to anonymous users"))?;
        }
        Ok(())
    }

    fn sub_refresh(&mut self, token: &str, channel: &str, at: u32, now: i64) -> Result<Seen, Refusal> {
        self.subscribed(channel, now)?;
        let seen = match self.for_channel(token, channel, at, now) {
            Err(refusal)
                if matches!(refusal.reason, Reason::Expired | Reason::NotYetValid)
                    && self.rules().flow.sub_refresh_times == SubRefreshTimes::EndsExpiry =>
            {
                Seen { expires: Some(SeenExpiry::Never), ..Seen::default() }
            }
            outcome => outcome?,
        };
        if let Some(subscription) = self.alive(now)?.subscriptions.get_mut(channel) {
            subscription.expires = second(seen.expires.as_ref());
        }
        Ok(Seen { expires: seen.expires, ..Seen::default() })
    }

    /// A token for a channel, in the session that asks for it.
    fn for_channel(&mut self, token: &str, channel: &str, at: u32, now: i64) -> Result<Seen, Refusal> {
        let connection = self.alive(now)?;
        let (user, client) = (connection.user.clone(), connection.client.clone());
        // The namespace of a private channel stands after the sign of its privacy.
        let private = self.context.application == Application::CentrifugoPrivateChannel;
        if private && let Some(open) = channel.strip_prefix('$') {
            self.open_to(&user, open)?;
        }
        self.judged(token, at, |context| {
            context.session = Some(Session { user, client, channel: channel.to_owned() });
        })
    }

    /// Judges a token as it is submitted, in a context of its own.
    fn judged(&mut self, token: &str, at: u32, change: impl FnOnce(&mut Context)) -> Result<Seen, Refusal> {
        let mut context = (*self.context).clone();
        change(&mut context);
        let submitted = self.flow.token(token, at);
        let since = submitted.now.saturating_sub(self.configured_at);
        let left = context.previous_secret.as_mut().and_then(|previous| previous.valid_for.as_mut());
        if let Some(left) = left {
            *left = left.saturating_sub(since);
        }
        let judge = self.reference.clone();
        let judge = if self.renews { judge.renewing() } else { judge };
        let judged = |context: &Context| {
            judge.judge(&Challenge { context: Arc::new(context.clone()), ..submitted.clone() }).outcome
        };
        match self.by_a_kept_key(&context, &judged).unwrap_or_else(|| judged(&context)) {
            Outcome::Accepted(seen) => Ok(Seen { claims: None, ..*seen }),
            Outcome::Refused(refusal) => Err(refusal),
        }
    }

    /// The outcome by a key that is kept, where keys are, and one of this name is. Otherwise the set is fetched
    /// as it is now, and all of its keys are kept.
    fn by_a_kept_key(&mut self, context: &Context, judged: &dyn Fn(&Context) -> Outcome) -> Option<Outcome> {
        if self.rules().flow.kept_keys != KeptKeys::Kept {
            return None;
        }
        let now = context.key_set.clone()?;
        let found = self.kept.iter().rev().find_map(|kept| {
            let outcome = judged(&Context { key_set: Some(kept.clone()), ..context.clone() });
            let is_unknown = matches!(&outcome, Outcome::Refused(refusal) if refusal.reason == Reason::Key);
            (!is_unknown).then_some(outcome)
        });
        if found.is_none() {
            self.kept.push(now);
        }
        found
    }

    /// The connection, where it is there.
    fn alive(&mut self, now: i64) -> Result<&mut Connection, Refusal> {
        let reference = self.reference;
        let Some(connection) = self.connections.last_mut() else {
            return Err(refuse(Reason::NoToken, "there is no connection"));
        };
        if let Some(ended) = &connection.ended {
            return Err(ended.clone());
        }
        if has_ended(connection.expires, now) {
            reference.refused(Reason::ConnectionExpired, "the connection was not renewed")?;
        }
        if reference.rules().flow.subscription_end == SubscriptionEnd::Connection
            && connection.subscriptions.values().any(|subscription| has_ended(subscription.expires, now))
        {
            reference.refused(Reason::SubscriptionExpired, "a subscription was not renewed")?;
        }
        Ok(connection)
    }

    /// The subscription, where it is there.
    fn subscribed(&mut self, channel: &str, now: i64) -> Result<&Subscription, Refusal> {
        let reference = self.reference;
        let Some(subscription) = self.alive(now)?.subscriptions.get(channel) else {
            return Err(refuse(Reason::Channel, format!("not subscribed to {channel:?}")));
        };
        if has_ended(subscription.expires, now) {
            reference.refused(Reason::SubscriptionExpired, "the subscription was not renewed")?;
        }
        Ok(subscription)
    }
}

fn has_ended(expires: Option<i64>, now: i64) -> bool {
    expires.is_some_and(|second| second.saturating_add(PATIENCE) <= now)
}

fn second(expiry: Option<&SeenExpiry>) -> Option<i64> {
    match expiry {
        Some(SeenExpiry::Between { from, .. }) => Some(*from),
        Some(SeenExpiry::Never) | None => None,
    }
}

fn refuse(reason: Reason, detail: impl Into<String>) -> Refusal {
    Refusal::new(Stage::Flow, reason, detail)
}
