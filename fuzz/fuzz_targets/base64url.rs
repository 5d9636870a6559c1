//! Base64url text, decoded by us and by the `base64` crate.
#![no_main]

use jotproof_fuzzing::{Tally, oracles::base64url};

static TALLY: Tally = Tally::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| TALLY.add(base64url::run(data)));
