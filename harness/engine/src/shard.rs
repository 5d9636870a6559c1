//! Shards: which part of a run each of several commands does.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The place of one of several things, from 1: `2/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its number, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

/// The share of a shard, and what the whole run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Which shard it is.
    #[serde(flatten)]
    pub place: Place,
    /// How many vectors all shards together select.
    pub selected: usize,
    /// The least number of verdicts that make the whole run meaningful.
    pub least_judged: usize,
    /// Whether the run had a list of known failures.
    #[serde(default)]
    pub has_known_failures: bool,
}

impl Place {
    /// The place of a thing that is alone.
    pub const ONLY: Self = Self { number: 1, of: 1 };

    pub(crate) fn is_only(&self) -> bool {
        *self == Self::ONLY
    }

    /// The part of a list that falls to the shard at this place. The parts of all shards are the whole list, and cost
    /// about the same. `costs` has the cost of each item.
    pub(crate) fn part<T>(self, list: Vec<T>, costs: &[usize]) -> Vec<T> {
        let whole: usize = costs.iter().sum();
        let mut before = 0;
        let parts = costs.iter().map(|cost| {
            let number = before * self.of / whole + 1;
            before += cost;
            number
        });
        let ours = list.into_iter().zip(parts).filter(|(_, number)| *number == self.number);
        ours.map(|(item, _)| item).collect()
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::ONLY
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let place = text.split_once('/').and_then(|(number, of)| {
            let place = Self { number: number.parse().ok()?, of: of.parse().ok()? };
            (1..=place.of).contains(&place.number).then_some(place)
        });
        place.ok_or_else(|| "write it as in 2/8: the second of eight".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn the_parts_of_all_shards_are_the_whole_list_and_cost_the_same() {
        let list: Vec<usize> = (0..100).map(|at| if at % 9 == 0 { 20 } else { at % 3 }).collect();
        for of in 1..12 {
            let parts: Vec<Vec<usize>> =
                (1..=of).map(|number| Place { number, of }.part(list.clone(), &list)).collect();
            assert_eq!(parts.concat(), list, "{of}");
            let whole: usize = list.iter().sum();
            for part in parts {
                let cost: usize = part.iter().sum();
                assert!(cost.abs_diff(whole / of) <= 20, "{of}: {cost} of {whole}");
            }
        }
        assert!(Place::ONLY.part(Vec::<usize>::new(), &[]).is_empty());
    }
}
