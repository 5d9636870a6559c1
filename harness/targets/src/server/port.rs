//! A port to listen on.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::RangeInclusive;

use jotproof_engine::random;

/// Where ports are taken from: below 32768, where Linux begins to hand them out to outgoing
/// connections. The thousands that a replay makes would sooner or later sit on the port of a server
/// that is about to start.
const RANGE: RangeInclusive<u16> = 20_000..=32_767;

/// A port of the loopback interface that nothing listens on at this moment.
///
/// Somebody else can take it before the server does; whoever starts one has to be ready to try again.
///
/// # Errors
///
/// The last refusal, where a few hundred ports in random order are all taken.
pub fn free_port() -> io::Result<u16> {
    let mut refused = io::Error::from(io::ErrorKind::AddrInUse);
    for octets in random::octets::<512>()?.chunks_exact(2) {
        let number = u16::from_be_bytes([octets[0], octets[1]]);
        let port = RANGE.start() + number % (RANGE.end() - RANGE.start() + 1);
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

#[cfg(test)]
mod tests {
    use super::{RANGE, free_port};

    #[test]
    fn ports_are_below_the_kernels_own_range() {
        for _ in 0..100 {
            assert!(RANGE.contains(&free_port().unwrap()));
        }
    }
}
