//! Verifiers with one seeded bug each, to measure the suite: a case that no mutant fails proves
//! nothing, and a mutant that no case fails shows a hole.
//!
//! Each is the reference verifier under `rfc` but for one bug, in one of the ways of [`Bug`]. Most
//! bugs are a rule of the reference with another value; the others are what the rules have no word
//! for: how a token is read before it is judged ([`reading`], [`leniency`], [`lenient_json`],
//! [`times`], [`matching`], [`elsewhere`], [`published`]) and where it is looked for ([`places`]), which
//! signatures are forgiven ([`signatures`]), and what is let in, refused or never answered at all
//! ([`outright`]). The bugs are those that real libraries had.

use std::collections::BTreeMap;

use jotproof_model::{Challenge, FlowChallenge, Observation, Seen, Verifier};
use jotproof_profiles::Rules;
use jotproof_reference::Reference;

mod all;
mod elsewhere;
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
    /// It reads another token, or another configuration, than the one it was given, and judges that
    /// under these rules. The signature is good over what was sent or over what was read: there are
    /// verifiers of both kinds.
    Reads(fn(&Challenge) -> Option<Challenge>, RuleValues),
    /// It does not look at `alg`, key and signature where this is so, and follows these rules.
    Forgives(fn(&Challenge) -> bool, RuleValues),
    /// It accepts where this is so, without claims, user or expiry.
    LetsIn(fn(&Challenge) -> bool),
    /// It refuses where this is so.
    Refuses(fn(&Challenge) -> bool),
    /// It dies where this is so.
    Crashes(fn(&Challenge) -> bool),
}

impl Mutant {
    /// The reference with other rules, where that is all of the bug.
    #[must_use]
    pub fn reference(&self) -> Option<Reference> {
        match self.bug {
            Bug::Rules(values) => Some(Reference::new(self.name, rules(values), None)),
            Bug::Reads(..) | Bug::Forgives(..) | Bug::LetsIn(_) | Bug::Refuses(_) | Bug::Crashes(_) => None,
        }
    }

    /// The verifier.
    #[must_use]
    pub fn verifier(&self) -> Mutated {
        let values = match self.bug {
            Bug::Rules(values) | Bug::Reads(_, values) | Bug::Forgives(_, values) => values,
            Bug::LetsIn(_) | Bug::Refuses(_) | Bug::Crashes(_) => &[],
        };
        let rules = rules(values);
        let forgiving = Rules { signature: jotproof_profiles::rules::SignatureCheck::Skip, ..rules.clone() };
        Mutated {
            bug: self.bug,
            judge: Reference::new(self.name, rules, None),
            forgiving: Reference::new(self.name, forgiving, None),
        }
    }
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
            Bug::Rules(_) => self.judge.verify(challenge),
            Bug::Reads(read, _) => match read(challenge) {
                Some(other) => self.judge_read(challenge, &other),
                None => self.judge.verify(challenge),
            },
            Bug::Forgives(forgiven, _) => {
                if forgiven(challenge) {
                    self.forgiving.verify(challenge)
                } else {
                    self.judge.verify(challenge)
                }
            }
            Bug::LetsIn(pass) if pass(challenge) => {
                Observation::Accepted { result: Box::new(Seen::default()) }
            }
            Bug::Refuses(refused) if refused(challenge) => {
                Observation::Refused { reason: None, answer: None, text: "refused by a mutant".to_owned() }
            }
            Bug::Crashes(fatal) if fatal(challenge) => {
                Observation::Crashed { detail: "crashed by a mutant".to_owned() }
            }
            Bug::LetsIn(_) | Bug::Refuses(_) | Bug::Crashes(_) => self.judge.verify(challenge),
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
            Bug::Forgives(forgiven, _) if Self::last_token(flow, forgiven) => self.forgiving.follow(flow),
            Bug::LetsIn(pass) if Self::last_token(flow, pass) => {
                Observation::Accepted { result: Box::new(Seen::default()) }
            }
            Bug::Refuses(refused) if Self::last_token(flow, refused) => {
                Observation::Refused { reason: None, answer: None, text: "refused by a mutant".to_owned() }
            }
            Bug::Crashes(fatal) if Self::last_token(flow, fatal) => {
                Observation::Crashed { detail: "crashed by a mutant".to_owned() }
            }
            Bug::Rules(_) | Bug::Forgives(..) | Bug::LetsIn(_) | Bug::Refuses(_) | Bug::Crashes(_) => {
                self.judge.follow(flow)
            }
        }
    }
}

impl Mutated {
    /// The flow with every token as it is read.
    fn flow_read(flow: &FlowChallenge, read: fn(&Challenge) -> Option<Challenge>) -> FlowChallenge {
        let token = |name: &String| {
            let sent = flow.token(name, 0);
            (name.clone(), read(&sent).unwrap_or(sent).token)
        };
        FlowChallenge { tokens: flow.tokens.keys().map(token).collect(), ..flow.clone() }
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
