//! What a profile says will come out of a vector, from its construction alone.

use std::collections::BTreeSet;

use jotproof_model::{Effect, Expectation, Reason, Vector};

use crate::profile::{Asked, Either, Entry, EntryKind, Profile, Then};

/// What will come out.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicted<'a> {
    /// The outcome.
    pub outcome: Outcome,
    /// The entry that decided it; absent where the normative texts alone did.
    pub by: Option<&'a Entry>,
}

/// An outcome, as far as it can be told beforehand.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Accepted, with this effect.
    Accepted {
        /// The effect, with placeholders.
        effect: Option<Effect>,
    },
    /// Refused.
    Refused {
        /// For one of these reasons.
        reasons: BTreeSet<Reason>,
        /// What is sent; absent where the profile has no answers.
        answer: Option<String>,
    },
}

/// Why a profile cannot say what will come out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// The texts leave a choice, and no entry takes it.
    #[error("the texts leave a choice here, and no choice entry of profile {profile} takes it")]
    NoChoice {
        /// The profile.
        profile: String,
    },
    /// Entries contradict each other.
    #[error("entries {first:?} and {second:?} of profile {profile} say different things")]
    Conflict {
        /// The profile.
        profile: String,
        /// An entry.
        first: String,
        /// Another one.
        second: String,
    },
    /// No answer is listed for any of the reasons.
    #[error("profile {profile} lists no answer for {reasons}")]
    NoAnswer {
        /// The profile.
        profile: String,
        /// The reasons.
        reasons: String,
    },
}

/// What will come out of `vector` under `profile`: a deviation's outcome, else a choice's, else a
/// grant's, else the only allowed one. `twin` is the accepted vector that it was made from.
///
/// # Errors
///
/// Where the profile does not say.
pub fn predicted<'a>(
    vector: &Vector,
    twin: Option<&Vector>,
    profile: &'a Profile,
) -> Result<Predicted<'a>, Undecided> {
    for kind in [EntryKind::Deviation, EntryKind::Choice, EntryKind::Grant] {
        let mut found: Option<(&Entry, Outcome)> = None;
        for entry in entries_for(vector, profile, kind) {
            let outcome = outcome_of(&entry.then, vector, twin, profile)?;
            match &found {
                Some((first, earlier)) if *earlier != outcome => {
                    return Err(Undecided::Conflict {
                        profile: profile.name.clone(),
                        first: first.id.clone(),
                        second: entry.id.clone(),
                    });
                }
                Some(_) => {}
                None => found = Some((entry, outcome)),
            }
        }
        if let Some((entry, outcome)) = found {
            return Ok(Predicted { outcome, by: Some(entry) });
        }
    }
    let outcome = match &vector.expectation {
        Expectation::Accept { .. } => Outcome::Accepted { effect: vector.effect.clone() },
        Expectation::Reject { reasons, .. } => refused(reasons.clone(), vector, profile)?,
        Expectation::Either { reasons, .. } => match profile.either {
            Either::Refuse => refused(reasons.clone(), vector, profile)?,
            Either::Stated => {
                return Err(Undecided::NoChoice { profile: profile.name.clone() });
            }
        },
    };
    Ok(Predicted { outcome, by: None })
}

/// The entries of one kind that apply to the vector: their pattern selects it, a choice chooses only
/// where there is one (between accepting and refusing, or between admissible reasons), and the other
/// kinds speak only where there is none.
pub fn entries_for<'a>(
    vector: &Vector,
    profile: &'a Profile,
    kind: EntryKind,
) -> impl Iterator<Item = &'a Entry> {
    profile.entries.iter().filter(move |entry| {
        entry.kind == kind
            && (match kind {
                EntryKind::Choice => is_choice(&entry.then, &vector.expectation),
                EntryKind::Deviation | EntryKind::Grant => {
                    !matches!(vector.expectation, Expectation::Either { .. })
                }
            })
            && entry.when.iter().any(|pattern| pattern.selects(vector))
    })
}

fn is_choice(then: &Then, expectation: &Expectation) -> bool {
    match (expectation, then) {
        (Expectation::Either { .. }, _) => true,
        (Expectation::Reject { reasons, .. }, Then::Refused { reasons: chosen }) => {
            chosen.iter().all(|reason| reasons.contains(reason))
        }
        (Expectation::Reject { .. } | Expectation::Accept { .. }, _) => false,
    }
}

fn outcome_of(
    then: &Then,
    vector: &Vector,
    twin: Option<&Vector>,
    profile: &Profile,
) -> Result<Outcome, Undecided> {
    Ok(match then {
        Then::Accepted { effect: change } => {
            let mut effect = vector.effect.clone();
            if let Some(change) = change {
                effect = Some(changed(effect.unwrap_or_default(), change));
            }
            Outcome::Accepted { effect }
        }
        Then::AsTwin => Outcome::Accepted { effect: twin.and_then(|twin| twin.effect.clone()) },
        Then::Refused { reasons } => refused(reasons.iter().copied().collect(), vector, profile)?,
    })
}

fn changed(effect: Effect, change: &Effect) -> Effect {
    Effect {
        // A changed acceptance has other claims than the vector says; none are promised.
        claims: change.claims.clone(),
        user: change.user.clone().or(effect.user),
        expires: change.expires.clone().or(effect.expires),
        subscriptions: change.subscriptions.clone().or(effect.subscriptions),
        info: change.info.clone().or(effect.info),
        meta: change.meta.clone().or(effect.meta),
        identifiers: change.identifiers.clone().or(effect.identifiers),
        backend_asked: change.backend_asked.or(effect.backend_asked),
        options: change.options.clone().or(effect.options),
    }
}

fn refused(reasons: BTreeSet<Reason>, vector: &Vector, profile: &Profile) -> Result<Outcome, Undecided> {
    if profile.answers.is_empty() {
        return Ok(Outcome::Refused { reasons, answer: None });
    }
    match profile.answer(Asked::of(vector), &reasons) {
        Some(answer) => Ok(Outcome::Refused { answer: Some(answer.answer.clone()), reasons }),
        None => Err(Undecided::NoAnswer {
            profile: profile.name.clone(),
            reasons: reasons.iter().map(|reason| reason.name()).collect::<Vec<_>>().join(", "),
        }),
    }
}
