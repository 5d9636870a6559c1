//! A token, opened, changed and signed again. `JOTPROOF_MUTANT=NAME` names a bug that has to be found.
#![no_main]

use jotproof_fuzzing::{Tally, generators::token, oracles::token_resign};
use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};

static TALLY: Tally = Tally::new();
fuzz_target!(init: if let Ok(name) = std::env::var("JOTPROOF_MUTANT") {
    let mutant = jotproof_mutants::find(&name).expect("a mutant");
    token_resign::suspect(mutant.reference().expect("a mutant whose rules are other ones"));
}, |data: &[u8]| TALLY.add(token_resign::run(data)));
fuzz_mutator!(|data: &mut [u8], size: usize, max: usize, seed: u32| {
    token::mutate_in_place(data, size, max, seed, fuzzer_mutate)
});
fuzz_crossover!(|a: &[u8], b: &[u8], out: &mut [u8], seed: u32| { token::cross_in_place(a, b, out, seed) });
