//! Covering arrays: few rows of choices in which every few of them occur together.
//!
//! Most faults that one choice alone does not show are shown by two or three. The rows name published
//! cases, so the construction is deterministic and must stay as it is: other rows are other cases.

use std::cmp::Reverse;
use std::collections::BTreeSet;

/// A choice: which factor, and which of its levels.
type Choice = (usize, usize);

/// Rows with one level for each factor, so that any levels of `strength` different factors stand
/// together in some row. `levels` holds how many levels each factor has, at least one each.
pub(crate) fn array(levels: &[usize], strength: usize) -> Vec<Vec<usize>> {
    let mut open = tuples(levels, strength);
    let mut rows = Vec::new();
    // Each row begins with the first tuple that is still open and takes, factor by factor, the level
    // that closes most of the others: greedy, not minimal.
    while let Some(first) = open.first() {
        let mut row: Vec<Option<usize>> = vec![None; levels.len()];
        for &(factor, level) in first {
            row[factor] = Some(level);
        }
        for factor in 0..levels.len() {
            if row[factor].is_none() {
                row[factor] = (0..levels[factor])
                    .max_by_key(|&level| (fitting((factor, level), &row, &open), Reverse(level)));
            }
        }
        let row: Vec<usize> = row.into_iter().map(Option::unwrap_or_default).collect();
        open.retain(|tuple| tuple.iter().any(|&(factor, level)| row[factor] != level));
        rows.push(row);
    }
    rows
}

/// Every tuple of choices for `strength` different factors, the earlier factor first.
fn tuples(levels: &[usize], strength: usize) -> BTreeSet<Vec<Choice>> {
    let mut all = BTreeSet::from([Vec::new()]);
    for (factor, &count) in levels.iter().enumerate() {
        let shorter: Vec<Vec<Choice>> = all.iter().filter(|tuple| tuple.len() < strength).cloned().collect();
        for tuple in shorter {
            all.extend((0..count).map(|level| [&tuple[..], &[(factor, level)]].concat()));
        }
    }
    all.retain(|tuple| tuple.len() == strength);
    all
}

/// How many open tuples have a choice and otherwise nothing that the row has made differently.
fn fitting(choice: Choice, row: &[Option<usize>], open: &BTreeSet<Vec<Choice>>) -> usize {
    open.iter()
        .filter(|tuple| {
            tuple.contains(&choice)
                && tuple.iter().all(|&(factor, level)| {
                    (factor, level) == choice || row[factor].is_none_or(|made| made == level)
                })
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_few_levels_stand_together_in_some_row() {
        for (levels, strength) in
            [(&[2, 2][..], 2), (&[3, 1, 2], 2), (&[2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 3], 3), (&[4; 6], 2)]
        {
            let rows = array(levels, strength);
            for row in &rows {
                assert_eq!(row.len(), levels.len());
                assert!(row.iter().zip(levels).all(|(level, count)| level < count), "{row:?}");
            }
            for tuple in tuples(levels, strength) {
                assert!(
                    rows.iter().any(|row| tuple.iter().all(|&(factor, level)| row[factor] == level)),
                    "{levels:?}: {tuple:?} never stand together"
                );
            }
        }
    }

    #[test]
    fn the_rows_are_few_and_differ() {
        let levels = [2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 3];
        let rows = array(&levels, 3);
        assert!(rows.len() <= 50, "{} rows", rows.len());
        assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), rows.len());
    }
}
