use std::collections::BTreeMap;

use jotproof_mint::base64url;
use jotproof_model::{Judgement, Observation, VectorId};
use sha2::{Digest as _, Sha256};

use super::{MARKER, SCRIPT, SCRIPT_HASH, report, unfinished};
use crate::log::{Failure, Header, Row, RunLog};
use crate::shard::{Place, Share};
use crate::suite::Suite;

const ID: &str = "algorithms/cross/hs256-foreign-key";

/// A token that the suite does not have.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIHNlY3JldCJ9.c2lnbmVkIHdpdGggYSBrZXkgb2YgdGhlIHVzZXI";

fn pages(logs: &[RunLog]) -> BTreeMap<String, String> {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let mut pages = BTreeMap::new();
    report(&suite, logs, &mut |path, text| {
        assert!(pages.insert(path.to_owned(), text.to_owned()).is_none(), "{path} is made twice");
        Ok(())
    })
    .expect("memory can be written to");
    pages
}

/// The pages without style and marker.
fn html(pages: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    pages.iter().map(|(path, text)| (&**path, &**text)).filter(|(path, _)| path.ends_with(".html"))
}

/// A run in which every text that is not of the suite is hostile.
fn hostile(text: &str) -> RunLog {
    let said = || text.to_owned();
    let seen = Observation::Refused { reason: None, answer: Some(said()), text: said() };
    let row = |id: &str, judgement| Row {
        observation: seen.clone(),
        detail: said(),
        expected: said(),
        ..Row::sample(id, judgement)
    };
    RunLog {
        rows: vec![
            row(ID, Judgement::Bypass),
            Row { explained_by: Some(said()), ..row("algorithms/none/unsigned", Judgement::Lax) },
            Row { known: Some(said()), ..row("algorithms/valid/hs256", Judgement::Overstrict) },
            Row { missed: Some(said()), ..row("algorithms/valid/hs384", Judgement::Pass) },
            row(&format!("../../{text}"), Judgement::Fault),
        ],
        not_carried: BTreeMap::from([(said(), vec![VectorId("a/b".to_owned())])]),
        not_asked: BTreeMap::from([(said(), vec![VectorId("a/c".to_owned())])]),
        failure: Some(Failure { message: said(), environment: false }),
        warnings: vec![said()],
        outdated: vec![said()],
        ..RunLog::empty(Header {
            target: said(),
            identity: Some(said()),
            profile: said(),
            repeat: said(),
            ..Header::sample()
        })
    }
}

#[test]
fn no_text_of_a_run_becomes_markup() {
    let pages =
        pages(&[hostile("<script>alert(1)</script><img src=x onerror=\"alert(2)\">'\u{202e}\u{1b}[31m")]);
    let own = format!("<script>{SCRIPT}</script>");
    let mut told = 0;
    for (path, text) in html(&pages) {
        let text = text.replace(&own, "");
        assert!(!text.contains("<script") && !text.contains("<img"), "{path}: {text}");
        assert!(!text.contains("onerror=\"") && !text.contains(['\u{202e}', '\u{1b}']), "{path}: {text}");
        told += text.matches("&#60;script&#62;alert(1)").count();
    }
    assert!(told > 30, "it is shown {told} times");
    assert!(
        pages.keys().all(|path| !path.contains("..") && path.matches('/').count() < 2),
        "{:?}",
        pages.keys()
    );
}

#[test]
fn no_token_that_a_target_tells_of_is_shown() {
    let pages = pages(&[hostile(&format!("invalid token: {TOKEN}"))]);
    let signature = TOKEN.rsplit('.').next().unwrap_or_default();
    for (path, text) in html(&pages) {
        assert!(!text.contains(signature), "{path}: {text}");
    }
    assert!(pages["index.html"].contains("invalid token: (a token of "), "{}", pages["index.html"]);
}

#[test]
fn every_page_says_that_a_run_is_incomplete_or_red() {
    let row = || Row::sample(ID, Judgement::Pass);
    let good = RunLog { rows: vec![row()], ..RunLog::empty(Header::sample()) };
    let red = RunLog { rows: vec![Row { judgement: Judgement::Bypass, ..row() }], ..good.clone() };
    let lost = BTreeMap::from([("it died".to_owned(), vec![VectorId("a/b".to_owned())])]);
    let incomplete = RunLog { not_asked: lost, ..good.clone() };
    let failure = Some(Failure { message: "interrupted\nhint: run it again".to_owned(), environment: true });
    let broken_off = RunLog { failure, ..RunLog::empty(Header::sample()) };
    for (logs, said) in [
        (vec![good.clone()], None),
        (vec![good.clone(), red.clone()], Some("This run is not good: exec:./adapter (FAILED).")),
        (vec![red.clone(), red], Some("2 runs are not good: ")),
        (vec![broken_off], Some("This run did not come to its end: exec:./adapter (interrupted).")),
        (vec![incomplete], Some("This run is incomplete: exec:./adapter (1 of 2 vectors not judged).")),
    ] {
        let pages = pages(&logs);
        assert!(html(&pages).count() > 3);
        for (path, text) in html(&pages) {
            let alarm = text.split_once("<p class=\"alarm\">").map(|(_, rest)| rest);
            match said {
                None => assert_eq!(alarm, None, "{path}"),
                Some(said) => assert!(alarm.is_some_and(|alarm| alarm.starts_with(said)), "{path}: {text}"),
            }
        }
    }
}

#[test]
fn every_page_says_that_a_run_is_a_shard() {
    let row = || Row::sample(ID, Judgement::Pass);
    let share =
        Share { place: Place { number: 2, of: 8 }, selected: 8, least_judged: 1, has_known_failures: false };
    for (shard, told) in [(None, 0), (Some(share), 1)] {
        let header = Header { shard, ..Header::sample() };
        let pages = pages(&[RunLog { rows: vec![row()], ..RunLog::empty(header) }]);
        for (path, text) in html(&pages) {
            let count = text.matches("This run is only a part: exec:./adapter (shard 2/8).").count();
            assert_eq!(count, told, "{path}: {text}");
        }
    }
}

#[test]
fn a_case_stands_beside_its_twin() {
    let log = RunLog {
        rows: vec![Row::sample("claims/audience/null", Judgement::Lax)],
        ..RunLog::empty(Header::sample())
    };
    let page = &pages(&[log])["cases/claims.audience.null.html"];
    assert!(page.contains("<mark>null</mark>,&#34;iss&#34;"), "{page}");
    assert_eq!(page.matches("data-of=\"Twin\"").count(), 1, "only the payload differs: {page}");
}

#[test]
fn an_unfinished_run_is_never_taken_for_a_good_one() {
    let mut pages = BTreeMap::new();
    unfinished(&mut |path, text| {
        pages.insert(path.to_owned(), text.to_owned());
        Ok(())
    })
    .expect("memory can be written to");
    assert!(pages.contains_key(MARKER) && pages.contains_key("style.css"), "{:?}", pages.keys());
    assert!(pages["index.html"].contains("<p class=\"alarm\">This run is incomplete."));
    assert!(!pages["index.html"].contains(".html\""), "there are no other pages to link");
}

#[test]
fn two_runs_of_one_target_have_a_page_each() {
    let log = RunLog { rows: vec![Row::sample(ID, Judgement::Pass)], ..RunLog::empty(Header::sample()) };
    let pages = pages(&[log.clone(), log]);
    assert_eq!(pages.keys().filter(|path| path.starts_with("targets/")).count(), 2);
    assert!(pages["index.html"].contains("(a library 1.2.3), run 2"), "{}", pages["index.html"]);
}

#[test]
fn a_browser_runs_the_script_of_the_pages_and_no_other() {
    let hash = base64url::encode(&Sha256::digest(SCRIPT.as_bytes())).replace('-', "+").replace('_', "/");
    assert_eq!(format!("sha256-{hash}="), SCRIPT_HASH);
    assert!(!SCRIPT.contains("</"), "it would end the script");
}

#[test]
fn cases_that_pass_share_the_page_of_their_topic() {
    let row = |judgement| RunLog {
        rows: vec![
            Row::sample(ID, judgement),
            Row::sample("algorithms/cross/hs384-foreign-key", Judgement::Pass),
        ],
        ..RunLog::empty(Header::sample())
    };
    let pages = pages(&[row(Judgement::Pass), row(Judgement::Lax)]);
    let own: Vec<&String> = pages.keys().filter(|path| path.starts_with("cases/")).collect();
    assert_eq!(own, ["cases/algorithms.cross.hs256-foreign-key.html"], "it passes on one target only");
    let topic = &pages["topics/algorithms.cross.html"];
    assert!(topic.contains("<article id=\"hs384-foreign-key\">"), "{topic}");
    assert!(topic.contains("href=\"../cases/algorithms.cross.hs256-foreign-key.html\""), "{topic}");
}

#[test]
fn the_page_of_a_case() {
    let told = Row { detail: "accepted".to_owned(), ..Row::sample(ID, Judgement::Bypass) };
    let log = RunLog { rows: vec![told], ..RunLog::empty(Header::sample()) };
    insta::assert_snapshot!("case", pages(&[log])["cases/algorithms.cross.hs256-foreign-key.html"]);
}
