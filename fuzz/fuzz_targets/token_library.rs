//! A token, opened, changed and signed again, to a library and to the reference under its profile.
#![no_main]

use jotproof_fuzzing::{Tally, generators::token, oracles::token_library};
use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};

static TALLY: Tally = Tally::new();
fuzz_target!(|data: &[u8]| TALLY.add(token_library::run(data)));
fuzz_mutator!(|data: &mut [u8], size: usize, max: usize, seed: u32| {
    token::mutate_in_place(data, size, max, seed, fuzzer_mutate)
});
fuzz_crossover!(|a: &[u8], b: &[u8], out: &mut [u8], seed: u32| { token::cross_in_place(a, b, out, seed) });
