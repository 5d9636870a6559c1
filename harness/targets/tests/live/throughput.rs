//! How many verdicts a second: `cargo test -p jotproof-targets throughput -- --ignored --nocapture`.

use std::time::Instant;

use jotproof_engine::target::Target;
use jotproof_mint::keys;
use jotproof_model::{Application, Observation};
use jotproof_targets::server::pinned::{ANYCABLE, CENTRIFUGO};
use jotproof_targets::{AnycableTarget, CentrifugoTarget};

use crate::machine::pinned;
use crate::tokens::{SECRET, context, hs256, replay};

/// More than there are ports to leave from within the minute that a closed connection keeps one.
const TOKENS: usize = 40_000;

fn measure(target: &dyn Target, count: usize) {
    let context = context(Application::Jwt, &[SECRET]);
    let good = hs256(r#"{"sub":"42","ext":"{}"}"#);
    let bad = hs256(r#"{"sub":"42","ext":"{}","exp":{{now-3600}}}"#);
    let tokens: Vec<_> = (0..count).map(|n| if n % 2 == 0 { good.clone() } else { bad.clone() }).collect();
    let mut deployment = target.deploy(&context, keys::all()).unwrap();
    let start = Instant::now();
    let seen = replay(&mut *deployment, &context, &tokens);
    let seconds = start.elapsed().as_secs_f64();
    for (number, seen) in seen.iter().enumerate() {
        let accepted = matches!(seen, Observation::Accepted { .. });
        let refused = matches!(seen, Observation::Refused { .. });
        assert!(if number % 2 == 0 { accepted } else { refused }, "{number}: {seen:?}");
    }
    let rate = f64::from(u32::try_from(count).unwrap()) / seconds;
    eprintln!("{}: {count} verdicts in {seconds:.1} s, {rate:.0} a second", target.profile());
}

#[test]
#[ignore = "a measurement"]
fn verdicts_a_second() {
    for count in [2_000, TOKENS] {
        measure(&CentrifugoTarget::process(pinned(&CENTRIFUGO), Vec::new()), count);
        measure(&AnycableTarget::process(pinned(&ANYCABLE), Vec::new()), count);
    }
}
