//! Verifiers with one seeded bug each, to measure the suite: a case that no mutant fails proves
//! nothing, and a mutant that no case fails shows a hole.
//!
//! Each is the reference verifier under `rfc` but for one bug, in one of the ways of [`Bug`]. The
//! reference has no bug to switch on. A bug is a rule that some profile has too, a check that does not
//! count, or something in front of the reference: how it is configured, how a token is read before it is judged
//! ([`reading`], [`leniency`], [`lenient_json`], [`times`], [`matching`], [`elsewhere`], [`published`]) and where it
//! is looked for ([`places`]), how a connection goes on ([`flows`]), which signatures are forgiven
//! ([`signatures`]), and what is let in, refused or never answered at all ([`outright`]). The bugs are those that
//! real libraries had.

use std::collections::BTreeMap;
use std::sync::Arc;

use jotproof_model::{Action, Challenge, Context, FlowChallenge, Observation, Reason, Seen, Verifier};
use jotproof_reference::{Reference, Stage};
use jotproof_rules::Rules;

mod all;
mod elsewhere;
mod flows;
mod leniency;
mod lenient_json;
mod matching;
mod outright;
mod parts;
mod places;
mod published;
mod reading;
mod signatures;
mod times;
mod values;

pub use all::ALL;

/// A verifier with one bug.
#[derive(Debug, Clone, Copy)]
pub struct Mutant {
    /// The name, after the bug.
    pub name: &'static str,
    /// The bug class that it belongs to.
    pub bug_class: &'static str,
    /// What it does wrong, in one sentence.
    pub says: &'static str,
    /// The bug.
    pub bug: Bug,
}

/// Values of rules by their dotted names, each JSON text.
pub type RuleValues = &'static [(&'static str, &'static str)];

/// How a mutant is wrong.
#[derive(Debug, Clone, Copy)]
pub enum Bug {
    /// Rules have other values than under `rfc`; nearly always one rule.
    Rules(RuleValues),
    /// It leaves out a check: such refusals do not count.
    Disregards(fn(Stage, Reason) -> bool),
    /// It is configured otherwise than it was told, and follows these rules.
    Configured(fn(&mut Context), RuleValues),
    /// It reads another token, or another configuration, than the one it was given, and judges that
    /// under these rules. The signature is good over what was sent or over what was read: there are
    /// verifiers of both kinds.
    Reads(fn(&Challenge) -> Option<Challenge>, RuleValues),
    /// It goes through another flow than the one it was given, under these rules.
    Follows(fn(&FlowChallenge) -> Option<FlowChallenge>, RuleValues),
    /// It does not look at `alg`, key and signature where this is so, and follows these rules.
    Forgives(fn(&Challenge) -> bool, RuleValues),
    /// It accepts where this is so, without claims, user or expiry.
    LetsIn(fn(&Challenge) -> bool),
    /// It refuses where this is so.
    Refuses(fn(&Challenge) -> bool),
    /// It dies where this is so.
    Crashes(fn(&Challenge) -> bool),
    /// Something else comes of what it accepts.
    Does(fn(&mut Seen)),
}

impl Mutant {
    /// The reference with other rules or without a check, where that is all of the bug.
    #[must_use]
    pub fn reference(&self) -> Option<Reference> {
        match self.bug {
            Bug::Rules(_) | Bug::Disregards(_) => Some(self.judge()),
            _ => None,
        }
    }

    /// The verifier.
    #[must_use]
    pub fn verifier(&self) -> Mutated {
        let judge = self.judge();
        Mutated { bug: self.bug, forgiving: judge.clone().disregarding(is_of_a_signature), judge }
    }

    fn judge(&self) -> Reference {
        let values = match self.bug {
            Bug::Rules(values)
            | Bug::Configured(_, values)
            | Bug::Reads(_, values)
            | Bug::Follows(_, values)
            | Bug::Forgives(_, values) => values,
            Bug::Disregards(_) | Bug::LetsIn(_) | Bug::Refuses(_) | Bug::Crashes(_) | Bug::Does(_) => &[],
        };
        let reference = Reference::new(self.name, rules(values), None);
        match self.bug {
            Bug::Disregards(disregarded) => reference.disregarding(disregarded),
            _ => reference,
        }
    }
}

/// Refusals for `alg`, the key or the signature.
pub(crate) fn is_of_a_signature(stage: Stage, _: Reason) -> bool {
    matches!(stage, Stage::Algorithm | Stage::Key | Stage::Signature)
}

/// The reference under `rfc`.
fn strict() -> Reference {
    Reference::new("strict", Rules::default(), None)
}

/// The rules of `rfc` with some of other values.
fn rules(values: RuleValues) -> Rules {
    let parse = |text| serde_json::from_str(text).expect("a test of this crate reads every value");
    let values: BTreeMap<_, _> =
        values.iter().map(|(rule, value)| ((*rule).to_owned(), parse(value))).collect();
    Rules::default().with(&values).expect("a test of this crate builds the rules of every mutant")
}

/// A mutant at work.
#[derive(Debug, Clone)]
pub struct Mutated {
    bug: Bug,
    judge: Reference,
    forgiving: Reference,
}

impl Verifier for Mutated {
    fn verify(&self, challenge: &Challenge) -> Observation {
        match self.bug {
            Bug::Reads(read, _) => match read(challenge) {
                Some(other) => self.judge_read(challenge, &other),
                None => self.judge.verify(challenge),
            },
            Bug::Configured(configure, _) => self.judge.verify(&parts::with_context(challenge, configure)),
            Bug::Forgives(forgiven, _) if forgiven(challenge) => self.forgiving.verify(challenge),
            Bug::LetsIn(pass) if pass(challenge) => let_in(),
            Bug::Refuses(refused) if refused(challenge) => refused_by_a_mutant(),
            Bug::Crashes(fatal) if fatal(challenge) => crashed(),
            Bug::Does(does) => done(self.judge.verify(challenge), does),
            _ => self.judge.verify(challenge),
        }
    }

    fn follow(&self, flow: &FlowChallenge) -> Observation {
        match self.bug {
            Bug::Reads(read, _) => {
                let read = Self::flow_read(flow, read);
                let strictly = self.judge.follow(&read);
                let mut changed = flow.tokens.keys().filter(|name| flow.tokens[*name] != read.tokens[*name]);
                let good = |name: &str| signatures::good_as_sent(&flow.token(name, 0), &read.token(name, 0));
                let is_forgiven = read.tokens != flow.tokens && changed.all(|name| good(name));
                if is_forgiven && !matches!(strictly, Observation::Accepted { .. }) {
                    return self.forgiving.follow(&read);
                }
                strictly
            }
            Bug::Configured(configure, _) => self.judge.follow(&Self::flow_configured(flow, configure)),
            Bug::Follows(other, _) => self.judge.follow(other(flow).as_ref().unwrap_or(flow)),
            Bug::Forgives(forgiven, _) if Self::last_token(flow, forgiven) => self.forgiving.follow(flow),
            Bug::LetsIn(pass) if Self::last_token(flow, pass) => let_in(),
            Bug::Refuses(refused) if Self::last_token(flow, refused) => refused_by_a_mutant(),
            Bug::Crashes(fatal) if Self::last_token(flow, fatal) => crashed(),
            Bug::Does(does) => done(self.judge.follow(flow), does),
            _ => self.judge.follow(flow),
        }
    }
}

fn let_in() -> Observation {
    Observation::Accepted { result: Box::new(Seen::default()) }
}

fn refused_by_a_mutant() -> Observation {
    Observation::Refused { reason: None, answer: None, text: "refused by a mutant".to_owned() }
}

fn crashed() -> Observation {
    Observation::Crashed { detail: "crashed by a mutant".to_owned() }
}

fn done(mut observation: Observation, does: fn(&mut Seen)) -> Observation {
    if let Observation::Accepted { result } = &mut observation {
        does(result);
    }
    observation
}

impl Mutated {
    /// The flow with every token as it is read. Of the configuration only whether unsecured tokens are allowed.
    fn flow_read(flow: &FlowChallenge, read: fn(&Challenge) -> Option<Challenge>) -> FlowChallenge {
        let mut flow = flow.clone();
        let names: Vec<String> = flow.tokens.keys().cloned().collect();
        for name in names {
            if let Some(read) = read(&flow.token(&name, 0)) {
                flow.tokens.insert(name, read.token);
                Arc::make_mut(&mut flow.context).allow_none |= read.context.allow_none;
            }
        }
        flow
    }

    /// The flow with every configuration changed.
    fn flow_configured(flow: &FlowChallenge, configure: fn(&mut Context)) -> FlowChallenge {
        let mut flow = flow.clone();
        configure(Arc::make_mut(&mut flow.context));
        for step in &mut flow.steps {
            if let Action::Configure { context } = &mut step.action {
                configure(context);
            }
        }
        flow
    }

    /// Whether something is so of the token that is submitted last.
    fn last_token(flow: &FlowChallenge, is_so: fn(&Challenge) -> bool) -> bool {
        let last = flow.steps.iter().rev().find_map(|step| Some((step.action.token()?, step.at)));
        last.is_some_and(|(name, at)| is_so(&flow.token(name, at)))
    }

    fn judge_read(&self, sent: &Challenge, read: &Challenge) -> Observation {
        let strictly = self.judge.verify(read);
        if !matches!(strictly, Observation::Accepted { .. }) && signatures::good_as_sent(sent, read) {
            return self.forgiving.verify(read);
        }
        strictly
    }
}

/// A mutant by its name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Mutant> {
    ALL.iter().find(|mutant| mutant.name == name)
}

#[cfg(test)]
mod tests;
