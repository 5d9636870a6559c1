//! Covering arrays: few rows of choices in which every pair of choices occurs together.
//!
//! Most faults that one choice alone does not show are shown by two. The rows name published cases,
//! so the construction is deterministic and must stay as it is: other rows are other cases.

use std::cmp::Reverse;
use std::collections::BTreeSet;

/// A choice: which factor, and which of its levels.
type Choice = (usize, usize);

/// Rows with one level for each factor, so that any two levels of two factors stand together in some
/// row. `levels` holds how many levels each factor has; there are two factors or more, each with at
/// least one level.
pub(crate) fn pairwise(levels: &[usize]) -> Vec<Vec<usize>> {
    let mut open = pairs(levels);
    let mut rows = Vec::new();
    // Each row begins with the first pair that is still open and takes, factor by factor, the level
    // that closes most of the others: greedy, not minimal.
    while let Some(&((first, first_level), (second, second_level))) = open.first() {
        let mut row: Vec<Option<usize>> = vec![None; levels.len()];
        row[first] = Some(first_level);
        row[second] = Some(second_level);
        for factor in 0..levels.len() {
            if row[factor].is_none() {
                row[factor] = (0..levels[factor])
                    .max_by_key(|&level| (closed_by((factor, level), &row, &open), Reverse(level)));
            }
        }
        let row: Vec<usize> = row.into_iter().map(Option::unwrap_or_default).collect();
        open.retain(|&((a, a_level), (b, b_level))| row[a] != a_level || row[b] != b_level);
        rows.push(row);
    }
    rows
}

/// Every pair of choices for two different factors, the earlier factor first.
fn pairs(levels: &[usize]) -> BTreeSet<(Choice, Choice)> {
    let mut all = BTreeSet::new();
    for second in 1..levels.len() {
        for first in 0..second {
            for first_level in 0..levels[first] {
                for second_level in 0..levels[second] {
                    all.insert(((first, first_level), (second, second_level)));
                }
            }
        }
    }
    all
}

/// How many open pairs a choice closes with those that the row has made.
fn closed_by(choice: Choice, row: &[Option<usize>], open: &BTreeSet<(Choice, Choice)>) -> usize {
    row.iter()
        .enumerate()
        .filter_map(|(factor, level)| level.map(|level| (factor, level)))
        .filter(|&made| open.contains(&(made.min(choice), made.max(choice))))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_levels_stands_together_in_some_row() {
        for levels in [&[2, 2][..], &[3, 1, 2], &[2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 3], &[4; 6]] {
            let rows = pairwise(levels);
            for row in &rows {
                assert_eq!(row.len(), levels.len());
                assert!(row.iter().zip(levels).all(|(level, count)| level < count), "{row:?}");
            }
            for ((a, a_level), (b, b_level)) in pairs(levels) {
                assert!(
                    rows.iter().any(|row| row[a] == a_level && row[b] == b_level),
                    "{levels:?}: level {a_level} of factor {a} never meets level {b_level} of {b}"
                );
            }
        }
    }

    #[test]
    fn the_rows_are_few_and_distinct() {
        let rows = pairwise(&[2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 3]);
        assert!(rows.len() <= 16, "{} rows", rows.len());
        assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), rows.len());
    }
}
