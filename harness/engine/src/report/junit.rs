//! JUnit XML, which continuous integration shows: a test suite for each run, a test case for each vector.

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::log::{Row, RunLog};
use crate::suite::Suite;

/// The class of the test cases that are about a run and not about a vector.
const RUN: &str = "run";

/// Renders run logs as JUnit XML. A failure of the run, a vector without a verdict and an outdated known failure
/// are failed test cases too. Known failures, and vectors that do not apply to the target, are skipped.
///
/// # Errors
///
/// Fails if the XML cannot be written.
pub fn report(suite: &Suite, logs: &[RunLog]) -> Result<String, SerializeError> {
    let mut report = Report::new("jotproof");
    report.add_test_suites(logs.iter().map(|log| test_suite(suite, log)));
    report.to_string()
}

/// Renders a report that says that the run did not come to its end.
///
/// # Errors
///
/// Fails if the XML cannot be written.
pub fn unfinished() -> Result<String, SerializeError> {
    let mut tests = TestSuite::new(RUN);
    let why = "the run did not come to its end";
    tests.add_test_case(of_run("exit", failed(NonSuccessKind::Error, "run", why)));
    let mut report = Report::new("jotproof");
    report.add_test_suite(tests);
    report.to_string()
}

fn test_suite(suite: &Suite, log: &RunLog) -> TestSuite {
    let mut tests = TestSuite::new(log.header.target.as_str());
    if let Some(identity) = &log.header.identity {
        tests.add_property(("identity", identity.as_str()));
    }
    tests.add_property(("profile", log.header.profile.as_str()));
    tests.add_test_cases(log.rows.iter().map(|row| of_row(suite, log, row)));
    for (lists, skips) in [(&log.not_carried, true), (&log.not_asked, false)] {
        for (reason, ids) in lists {
            for id in ids {
                tests.add_test_case(if skips {
                    case(&id.0, skipped(&format!("does not apply: {reason}")))
                } else {
                    case(&id.0, failed(NonSuccessKind::Error, "not judged", reason))
                });
            }
        }
    }
    for outdated in &log.outdated {
        let status = failed(NonSuccessKind::Failure, "outdated", outdated);
        tests.add_test_case(of_run("known failures", status));
    }
    tests.add_test_case(of_run("exit", exit(log)));
    tests
}

/// Whether the run as a whole is good: it is not, for example, if too little was judged.
fn exit(log: &RunLog) -> TestCaseStatus {
    let exit = log.exit();
    if exit.code() == 0 {
        return TestCaseStatus::success();
    }
    let why =
        log.failure.as_ref().map_or_else(|| format!("exit code {}", exit.code()), |it| it.message.clone());
    failed(NonSuccessKind::Error, "run", &why)
}

fn of_row(suite: &Suite, log: &RunLog, row: &Row) -> TestCase {
    let status = match &row.known {
        Some(reason) => skipped(&format!("known failure ({}): {reason}", row.judgement)),
        None if log.fails(row) => {
            let mut status = failed(NonSuccessKind::Failure, row.judgement.name(), &row.told());
            let title = suite.get(&row.id.0).map_or("", |vector| &vector.title);
            let why = suite.get(&row.id.0).map_or("", |vector| &vector.why);
            let repeat = &log.header.repeat;
            let id = &row.id;
            status
                .set_description(format!("{title}\n{why}\n\n{}\nrerun: {repeat} --only {id}\n", row.told()));
            status
        }
        None => TestCaseStatus::success(),
    };
    case(&row.id.0, status)
}

/// A test case of a vector. Its class is the topic, with dots, which viewers show as a tree.
fn case(id: &str, status: TestCaseStatus) -> TestCase {
    let (topic, name) = id.rsplit_once('/').unwrap_or(("", id));
    let mut case = TestCase::new(name, status);
    case.set_classname(topic.replace('/', "."));
    case
}

fn of_run(name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(RUN);
    case
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

fn failed(kind: NonSuccessKind, what: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(what).set_message(message);
    status
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jotproof_model::{Judgement, VectorId};
    use quick_junit::Report;

    use super::{report, unfinished};
    use crate::log::{Failure, Header, Row, RunLog};
    use crate::suite::Suite;

    fn header() -> Header {
        Header {
            identity: Some("a <library> 1.2.3".to_owned()),
            repeat: "jotproof run exec:./adapter".to_owned(),
            ..Header::sample()
        }
    }

    fn row(id: &str, judgement: Judgement, known: Option<&str>) -> Row {
        let detail = "accepted, with \u{0} & <".to_owned();
        Row { detail, known: known.map(str::to_owned), ..Row::sample(id, judgement) }
    }

    /// The counts of a report: test cases, failures, errors, skipped.
    fn counts(xml: &str) -> [usize; 4] {
        let report = Report::deserialize_from_str(xml).expect("it is a report");
        [report.tests, report.failures, report.errors, report.skipped]
    }

    #[test]
    fn each_vector_is_a_test_case_and_a_run_that_is_not_good_is_never_green() {
        let suite = Suite::built_in().expect("the built-in vectors load");
        let pass = row("algorithms/valid/hs256", Judgement::Pass, None);
        let lax = row("algorithms/cross/hs256-foreign-key", Judgement::Bypass, None);
        let known = row("algorithms/none/unsigned", Judgement::Lax, Some("it is so"));
        let ids = |id: &str| BTreeMap::from([("a reason".to_owned(), vec![VectorId(id.to_owned())])]);
        let log = |rows: &[&Row]| RunLog {
            rows: rows.iter().map(|row| (*row).clone()).collect(),
            not_carried: ids("a/b"),
            ..RunLog::empty(header())
        };
        let failure = Some(Failure { message: "it went away".to_owned(), environment: false });
        for (log, expected) in [
            // Each run has a test case of its own.
            (log(&[&pass]), [3, 0, 0, 1]),
            (log(&[&pass, &known]), [4, 0, 0, 2]),
            (log(&[&pass, &lax]), [4, 1, 1, 1]),
            (RunLog { not_asked: ids("a/c"), ..log(&[&pass]) }, [4, 0, 2, 1]),
            (RunLog { outdated: vec!["line 3".to_owned()], ..log(&[&pass]) }, [4, 1, 1, 1]),
            (RunLog { failure, ..log(&[&pass]) }, [3, 0, 1, 1]),
            (log(&[]), [2, 0, 1, 1]),
        ] {
            let xml = report(&suite, &[log]).expect("it can be written");
            assert_eq!(counts(&xml), expected, "{xml}");
        }
        assert_eq!(counts(&unfinished().expect("it can be written")), [1, 0, 1, 0]);
        let xml = report(&suite, &[log(&[&lax])]).expect("it can be written");
        for part in [
            r#"classname="algorithms.cross""#,
            r#"name="hs256-foreign-key""#,
            r#"type="bypass""#,
            "rerun: jotproof run exec:./adapter --only algorithms/cross/hs256-foreign-key",
            "a &lt;library&gt; 1.2.3",
        ] {
            assert!(xml.contains(part), "{part}: {xml}");
        }
    }
}
