//! The judgement of single answers: unlisted answers, wrong reasons, and refusals whose twin was not
//! accepted.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use std::sync::LazyLock;

use jotproof_engine::Suite;
use jotproof_engine::judge::{Evidence, judge};
use jotproof_engine::log::Row;
use jotproof_model::{Judgement, Observation, Vector};
use jotproof_profiles::{Profiles, predicted};

static SUITE: LazyLock<Suite> = LazyLock::new(|| Suite::built_in().unwrap());

const SERVER: &str = "centrifugo-5.4.9";

fn refused(answer: &str, text: &str) -> Observation {
    Observation::Refused { reason: None, answer: Some(answer.to_owned()), text: text.to_owned() }
}

fn accepted() -> Observation {
    Observation::Accepted { result: Box::default() }
}

fn vector(id: &str) -> &'static Vector {
    SUITE.get(id).unwrap()
}

/// The row of a vector, from the observations of it and of its twin.
fn row(id: &str, seen: Observation, of_twin: &Observation, strict: bool) -> Row {
    let (vector, profile) = (vector(id), Profiles::built_in().get(SERVER).unwrap());
    let twin = SUITE.twin(vector);
    let evidence = Evidence {
        vector,
        observation: seen,
        now: 0,
        twin: twin.map(|twin| (&twin.id, of_twin)),
        reason_counts: strict || SUITE.promises_reason(vector),
        predicted: predicted(vector, twin, profile).unwrap(),
    };
    judge(evidence, profile)
}

#[test]
fn an_answer_that_the_profile_does_not_list_is_a_fault_whatever_was_expected() {
    for id in ["algorithms/valid/hs256", "claims/time-boundary/exp-an-hour-ago"] {
        for twin in [accepted(), refused("close 3500", "invalid token")] {
            let row = row(id, refused("close 3504", "connection limit"), &twin, false);
            assert_eq!(row.judgement, Judgement::Fault, "{id}: {}", row.detail);
            assert_eq!(
                row.detail,
                "close 3504 (connection limit): profile centrifugo-5.4.9 lists no such answer to a token"
            );
            assert!(row.explained_by.is_none());
        }
    }
    let row = row("algorithms/valid/hs256", refused("close 3500", "invalid token"), &accepted(), false);
    assert_eq!(row.judgement, Judgement::Overstrict, "a listed answer is a refusal");
}

#[test]
fn a_wrong_reason_counts_only_where_a_document_promises_the_reason() {
    let promised = "centrifugo/subscription/exp-past";
    let not_promised = "claims/time-boundary/exp-an-hour-ago";
    assert!(SUITE.promises_reason(vector(promised)), "{promised}");
    assert!(!SUITE.promises_reason(vector(not_promised)), "{not_promised}");
    for (id, answer, strict, judgement) in [
        (promised, "close 3500", false, Judgement::WrongReason),
        (not_promised, "close 3500", false, Judgement::Advisory),
        (not_promised, "close 3500", true, Judgement::WrongReason),
    ] {
        let row = row(id, refused(answer, "invalid token"), &accepted(), strict);
        assert_eq!(row.judgement, judgement, "{id}: {}", row.detail);
        assert!(row.detail.starts_with("refused for another reason: close 3500"), "{}", row.detail);
        // The profile predicts the answer, so any other answer is a finding.
        assert!(row.is_red(), "{id}");
    }
}

#[test]
fn a_void_row_names_the_twin_and_what_came_of_it() {
    let id = "claims/time-boundary/exp-an-hour-ago";
    let twin = &SUITE.twin(vector(id)).unwrap().id;
    for (of_twin, told) in [
        (refused("close 3500", "invalid token"), "was refused too: close 3500 (invalid token)"),
        (Observation::TimedOut { after_ms: 5000 }, "was not accepted: no answer within 5000 ms"),
    ] {
        let row = row(id, refused("error 109", "token expired"), &of_twin, false);
        assert_eq!(row.judgement, Judgement::Void);
        assert_eq!(row.detail, format!("its twin {twin} {told}"));
    }
}
