//! JSON text, read by us and by `serde_json`.
#![no_main]

use jotproof_fuzzing::{Tally, oracles::json_text};

static TALLY: Tally = Tally::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| TALLY.add(json_text::run(data)));
