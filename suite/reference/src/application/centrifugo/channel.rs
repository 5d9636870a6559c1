//! A token for one channel: a subscription token of Centrifugo 4 and later, or a token for a private
//! channel of Centrifugo 3. It is good in one session only, and for the channel that it names.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jotproof_model::{Reason, Seen, Session};
use jotproof_rules::Missing;
use jotproof_rules::centrifugo::{
    Check, ExpireAtEqual, SubscriptionClientCheck, SubscriptionTimeToLive, TimeToLive,
};
use jotproof_rules::flow::RenewedTimeToLive;

use super::{Expiration, Options, Token, no_namespace, not_a_string, refuse};
use crate::header::shortened;
use crate::members::Found;
use crate::time::Times;
use crate::verdict::Refusal;

/// Whose token for a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The user's, in any session of that user: a subscription token.
    User,
    /// The client's, in this one session: a token for a private channel.
    Client,
}

impl Token<'_> {
    /// Applies the rules of a token for a channel, in the session that asks for the channel, and works
    /// out what the token does.
    #[must_use]
    pub fn subscribe(
        &self,
        session: &Session,
        of: Of,
        times: &Times,
        now: i64,
        seen: &mut Seen,
    ) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        refusals.extend(self.channel(session));
        // The options of the channel that the token names are looked up before it is compared.
        if let Found::Value(channel) = self.claims.known.string("channel", self.rules.claims.null)
            && Options::of(channel, self.context).is_none()
        {
            refusals.push(no_namespace(channel));
        }
        refusals.extend(self.client(session, of));
        refusals.extend(self.session_user(session, of));
        match self.subscription("", &self.claims.known) {
            Ok(subscription) => {
                seen.info = self.info(&mut refusals);
                seen.options = self
                    .options_of(&session.channel, &subscription)
                    .map(|options| BTreeMap::from([(session.channel.clone(), options)]));
                match subscription.decode() {
                    Ok(data) => {
                        seen.subscriptions = Some(BTreeMap::from([(session.channel.clone(), data)]));
                    }
                    // The stage has it from `info` already.
                    Err(("b64info", _)) => {}
                    Err((member, error)) => {
                        let detail = format!("claim {member:?} is not base64: {error}");
                        refusals.push(refuse(Reason::ClaimType, detail));
                    }
                }
            }
            Err(misshapen) => refusals.push(misshapen.into()),
        }
        let expiration =
            Expiration { equal: ExpireAtEqual::Expired, time_to_live: self.subscription_time_to_live() };
        seen.expires = self.expires(times, now, expiration, &mut refusals);
        seen.user = Some(session.user.clone());
        refusals
    }

    /// How the time that is left to the subscription is told.
    fn subscription_time_to_live(&self) -> TimeToLive {
        match (
            self.renews,
            self.rules.flow.sub_refresh_time_to_live,
            self.rules.centrifugo.subscription_time_to_live,
        ) {
            (true, RenewedTimeToLive::AtMostAYear, _) => TimeToLive::AtMostAYear,
            (_, _, SubscriptionTimeToLive::Exact) => TimeToLive::Exact,
            (_, _, SubscriptionTimeToLive::Wraps) => TimeToLive::Wraps,
        }
    }

    fn channel(&self, session: &Session) -> Option<Refusal> {
        match self.claims.known.string("channel", self.rules.claims.null) {
            Found::Absent | Found::Value("") => {
                Some(refuse(Reason::ClaimMissing, "claim \"channel\" is absent; it names the channel"))
            }
            Found::Value(channel) if channel != session.channel => {
                let detail = format!("the token is for the channel {:?}", shortened(channel));
                Some(refuse(Reason::Channel, detail))
            }
            Found::Value(_) => None,
            Found::Wrong(what) => Some(not_a_string("channel", what)),
        }
    }

    fn client(&self, session: &Session, of: Of) -> Option<Refusal> {
        let is_checked = match of {
            Of::Client => true,
            Of::User => self.rules.centrifugo.subscription_client_check == SubscriptionClientCheck::Make,
        };
        match self.claims.known.string("client", self.rules.claims.null) {
            Found::Absent | Found::Value("") => (of == Of::Client
                && self.rules.centrifugo.client_missing == Missing::Refuse)
                .then(|| refuse(Reason::ClaimMissing, "claim \"client\" is absent; it names the client")),
            Found::Value(client) if client != session.client && is_checked => {
                let detail = format!("the token is for the client {:?}", shortened(client));
                Some(refuse(Reason::Client, detail))
            }
            Found::Value(_) => None,
            Found::Wrong(_) if of == Of::User && !is_checked => None,
            Found::Wrong(what) => Some(not_a_string("client", what)),
        }
    }

    fn session_user(&self, session: &Session, of: Of) -> Option<Refusal> {
        let mut refusals = Vec::new();
        let Some(named) = self.named_user(&mut refusals) else { return refusals.pop() };
        let user = match (named, of) {
            (Found::Value(user), _) => user,
            (Found::Absent, Of::User) => Cow::Borrowed(""),
            // The client says who it is.
            (Found::Absent, Of::Client) => return None,
            // The stage `claims` has refused it.
            (Found::Wrong(_), _) => return None,
        };
        (*user != session.user && self.rules.centrifugo.user_check == Check::Make).then(|| {
            let detail = format!("the token is for the user {:?}, not {:?}", shortened(&user), session.user);
            refuse(Reason::User, detail)
        })
    }
}
