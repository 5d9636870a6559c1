//! The generator reaches known bugs by itself: each mutant is told from the reference within a bounded
//! number of tokens, without coverage to guide it.

use jotproof_fuzzing::generators::random::Random;
use jotproof_fuzzing::generators::{octets, token};
use jotproof_fuzzing::setting::{RFC, Setting};
use jotproof_model::Application;

/// How many tokens a bug may take to show.
const TOKENS: usize = 100_000;

#[test]
fn bugs_in_every_stage_are_found() {
    for name in [
        "newlines-skipped",
        "signature-not-checked",
        "payload-then-anything",
        "iat-of-wrong-type-ignored",
        "exp-zero-means-never",
        "exp-inclusive",
        "nbf-ignored",
    ] {
        let mutant = jotproof_mutants::find(name).expect("the mutant is one of those that there are");
        let mutant = Setting::new(
            mutant.reference().expect("a mutant of other rules, or without a check"),
            Application::Jwt,
        );
        let found = tokens().take(TOKENS).position(|token| mutant.accepts(&token) != RFC.accepts(&token));
        assert!(found.is_some(), "{name} is not found among {TOKENS} tokens");
    }
}

/// Tokens, each made from the one before it; every eighth begins anew.
fn tokens() -> impl Iterator<Item = Vec<u8>> {
    let mut random = Random::new(2026);
    let start = token::cross(b"", b"");
    let mut last = start.clone();
    (0_usize..).map(move |round| {
        let from = if round.is_multiple_of(8) { &start } else { &last };
        last = token::mutate(from, &mut random, octets::change);
        last.clone()
    })
}
