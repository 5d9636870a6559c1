//! Checks the texts of a vector for people, and its normative sentences.

use jotproof_model::registry::Requirement;
use jotproof_model::{Application, Expectation, Level, Vector};

use crate::registry;

/// The words in a text whose preference no sentence recommends.
const OUR_CHOICE: &str = "choice of this project";

/// Reports texts with placeholders, rows of another server, and verdicts that are stronger than every named
/// sentence.
pub(super) fn check(vector: &Vector, report: &mut impl FnMut(String)) {
    let why = match &vector.expectation {
        Expectation::Either { why, .. } => why.as_str(),
        Expectation::Accept { .. } | Expectation::Reject { .. } => "",
    };
    if [&vector.title, &vector.why, why].into_iter().any(|text| text.contains("{{")) {
        report("a text shows a placeholder: say in words what stands there".to_owned());
    }
    let application = vector.context.application;
    for row in vector.requirements.iter().filter(|row| !is_of(row, application)) {
        report(format!("{row} is no sentence about {}", application.name()));
    }
    let levels = vector.requirements.iter().filter_map(|row| registry::requirements().get(row));
    let has = |level: Level| levels.clone().any(|requirement: &Requirement| requirement.level == level);
    match &vector.expectation {
        Expectation::Accept { level: Level::Must } | Expectation::Reject { level: Level::Must, .. }
            if !has(Level::Must) =>
        {
            report("its verdict must be so, and no sentence that it names says `must`".to_owned());
        }
        Expectation::Either { prefer: Some(_), why, .. }
            if !has(Level::Should) && !why.contains(OUR_CHOICE) =>
        {
            report(format!(
                "it prefers an outcome: name the sentence that recommends it, or say that it is the {OUR_CHOICE}"
            ));
        }
        Expectation::Accept { .. } | Expectation::Reject { .. } | Expectation::Either { .. } => {}
    }
}

/// Whether a row of the registry applies to an application. The documentation of a server applies only to its
/// own tokens.
fn is_of(row: &str, application: Application) -> bool {
    use Application::{
        Anycable, CentrifugoConnection, CentrifugoPrivateChannel, CentrifugoSubscription, Jwt,
    };
    match row.split_once('-') {
        Some(("AC", _)) => application == Anycable,
        Some(("CF", _)) => !matches!(application, Jwt | Anycable),
        // The rows about tokens for channels also say what a connection token must not do.
        Some(("CS", _)) => matches!(application, CentrifugoSubscription | CentrifugoConnection),
        Some(("CP", _)) => application == CentrifugoPrivateChannel,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use jotproof_mint::{Mint, keys};
    use jotproof_model::Reason;

    use super::*;
    use crate::NOW;
    use crate::case::Case;
    use crate::edits::claim;
    use crate::twins;

    fn findings(case: &Case) -> Vec<String> {
        let vector = case.build(&Mint::new(keys::all()), NOW).expect("it can be minted");
        let mut found = Vec::new();
        check(&vector, &mut |finding| found.push(finding));
        found
    }

    #[test]
    fn texts_and_rows_that_do_not_fit_are_found() {
        let changed = || twins::hs256().changed("a/b", claim("exp", "{{now-60}}"));
        let must = |case: Case| case.title("exp a minute ago").requirement("RFC7519-4.1.4-EXP");
        let better = |why: &str| changed().either_better_refused(why, [Reason::Expired]);
        for (case, finding) in [
            (must(changed().reject([Reason::Expired])), None),
            (
                must(changed().reject([Reason::Expired])).title("exp is {{now-60}}"),
                Some("a text shows a placeholder: say in words what stands there"),
            ),
            (
                must(changed().reject([Reason::Expired])).requirement("CF-EXP-2"),
                Some("CF-EXP-2 is no sentence about jwt"),
            ),
            (
                changed().reject([Reason::Expired]).requirement("RFC4648-3.5-BITS"),
                Some("its verdict must be so, and no sentence that it names says `must`"),
            ),
            (must(better("It is open. To prefer a refusal is the choice of this project.")), None),
            (
                must(better("It is open.")),
                Some(
                    "it prefers an outcome: name the sentence that recommends it, or say that it is the choice of \
                     this project",
                ),
            ),
        ] {
            assert_eq!(findings(&case), finding.into_iter().collect::<Vec<_>>());
        }
    }
}
