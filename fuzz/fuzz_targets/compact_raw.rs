//! Raw octets as a token.
#![no_main]

use jotproof_fuzzing::{Tally, oracles::compact_raw};

static TALLY: Tally = Tally::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| TALLY.add(compact_raw::run(data)));
