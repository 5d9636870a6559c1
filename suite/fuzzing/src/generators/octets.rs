//! Changes to octets that know nothing of what the octets mean, where no fuzzer is there to make them.

use crate::generators::random::Random;
use crate::generators::words;

/// Changes, inserts, removes or repeats something.
pub fn change(octets: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(octets.len() + 1);
    let until = (at + 1 + random.below(8)).min(octets.len());
    match random.below(5) {
        0 => {
            if let Some(octet) = octets.get_mut(at) {
                *octet ^= 1 << random.below(8);
            }
        }
        1 => drop(octets.splice(at..at, random.word(words::PIECES).bytes())),
        2 => drop(octets.drain(at..until)),
        3 => {
            let repeated = octets[at..until].to_vec();
            drop(octets.splice(at..at, repeated));
        }
        _ => octets.truncate(at),
    }
}
