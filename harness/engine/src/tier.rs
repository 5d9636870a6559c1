//! Tiers: how many of the selected vectors a run asks.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use jotproof_model::ideas::Ideas;
use jotproof_model::{Subject, Vector};

use crate::suite::Suite;

/// How many of the selected vectors a run asks. The choice is the same in every run of a target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tier {
    /// One vector of each topic, and one of each bug class in each application.
    Smoke,
    /// As [`Tier::Smoke`], and one vector of each idea in each application. The vectors of an idea differ in algorithm or
    /// key.
    Standard,
    /// Every vector.
    #[default]
    Full,
}

impl Tier {
    /// Every tier, the smallest first.
    pub const ALL: [Self; 3] = [Self::Smoke, Self::Standard, Self::Full];

    /// The name as written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Standard => "standard",
            Self::Full => "full",
        }
    }

    /// The vectors that the tier takes of these candidates, by id. Each candidate says whether the target can be asked
    /// it.
    pub(crate) fn of<'a>(
        self,
        suite: &Suite,
        candidates: impl IntoIterator<Item = (&'a Vector, bool)>,
    ) -> BTreeSet<&'a str> {
        let ideas = Ideas::new(suite.keys().keys().map(String::as_str));
        let mut best: BTreeMap<Kind, (Rank<'a>, &str)> = BTreeMap::new();
        for (vector, is_asked) in candidates {
            let rank = rank(vector, is_asked);
            for kind in self.kinds(vector, &ideas) {
                let (worst, id) = best.entry(kind).or_insert((rank, &vector.id.0));
                if rank < *worst {
                    (*worst, *id) = (rank, &vector.id.0);
                }
            }
        }
        best.into_values().map(|(_, id)| id).collect()
    }

    /// The kinds of a vector. A tier takes one vector of each kind.
    fn kinds(self, vector: &Vector, ideas: &Ideas) -> Vec<Kind> {
        let (id, application) = (&vector.id.0, vector.context.application.name());
        let topic = id.rsplit_once('/').map_or("", |(topic, _)| topic);
        let mut kinds =
            vec![Kind::Topic(topic.to_owned()), Kind::BugClass(application, vector.bug_class.clone())];
        match self {
            Self::Smoke => {}
            Self::Standard => kinds.push(Kind::Idea(application, ideas.idea(id))),
            Self::Full => kinds.push(Kind::Vector(id.clone())),
        }
        kinds
    }
}

/// What a tier takes one vector of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Topic(String),
    BugClass(&'static str, String),
    Idea(&'static str, String),
    Vector(String),
}

/// The order of preference among the vectors of a kind. The first is taken.
type Rank<'a> = (bool, u32, bool, Reverse<jotproof_model::vector::Severity>, &'a str);

/// A vector is preferred if it can be asked, if it is quick, if no limit of a target hides its answer, and if a failure
/// of it is severe.
fn rank(vector: &Vector, is_asked: bool) -> Rank<'_> {
    let seconds = match &vector.subject {
        Subject::Flow { flow } => flow.last().map_or(0, |step| step.at),
        Subject::Token { .. } => 0,
    };
    (!is_asked, seconds, vector.is_beyond_limits(), Reverse(vector.severity), &vector.id.0)
}

impl FromStr for Tier {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = || Self::ALL.map(Self::name).join(", ");
        Self::ALL
            .into_iter()
            .find(|tier| tier.name() == text)
            .ok_or_else(|| format!("there is no such tier; there are: {}", names()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Tier;
    use crate::suite::Suite;

    #[test]
    fn each_tier_holds_what_its_documentation_says() {
        let suite = Suite::built_in().expect("the built-in vectors load");
        let of = |tier: Tier| tier.of(&suite, suite.vectors().map(|vector| (vector, true)));
        let [smoke, standard, full] = Tier::ALL.map(of);
        assert_eq!(full.len(), suite.vectors().count());
        let held = |ids: &BTreeSet<&str>, kind: &dyn Fn(&str) -> String| {
            ids.iter().map(|id| kind(id)).collect::<BTreeSet<String>>()
        };
        let topic = |id: &str| suite.file_of(id).map_or_else(String::new, |file| file.topic.clone());
        let class = |id: &str| {
            let vector = suite.get(id).expect("it is in the suite");
            format!("{} {}", vector.context.application.name(), vector.bug_class)
        };
        assert_eq!(held(&smoke, &topic), held(&full, &topic));
        assert_eq!(held(&smoke, &class), held(&full, &class));
        assert_eq!(held(&standard, &topic), held(&full, &topic));
        assert_eq!(held(&standard, &class), held(&full, &class));
        assert!(smoke.len() < 600 && smoke.len() * 4 < standard.len(), "{} {}", smoke.len(), standard.len());
        assert!(standard.len() < full.len(), "{} {}", standard.len(), full.len());
    }

    #[test]
    fn a_vector_that_can_be_asked_stands_for_its_kind() {
        let suite = Suite::built_in().expect("the built-in vectors load");
        let ids = ["algorithms/valid/hs256", "algorithms/valid/hs384"];
        let of = |asked: &str| {
            let vectors = ids.iter().filter_map(|id| suite.get(id));
            Tier::Standard.of(&suite, vectors.map(|vector| (vector, vector.id.0 == asked)))
        };
        for asked in ids {
            assert_eq!(of(asked), BTreeSet::from([asked]));
        }
    }
}
