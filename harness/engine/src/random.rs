//! What nobody can guess.

use std::fs::File;
use std::io::{self, Read as _};
use std::sync::OnceLock;

/// `N` octets from the system.
///
/// # Errors
///
/// Where `/dev/urandom` cannot be read.
pub fn octets<const N: usize>() -> io::Result<[u8; N]> {
    // Opened once, because later the limit on open files may be reached.
    static SOURCE: OnceLock<File> = OnceLock::new();
    let mut source = match SOURCE.get() {
        Some(source) => source,
        None => {
            let opened = File::open("/dev/urandom")?;
            SOURCE.get_or_init(|| opened)
        }
    };
    let mut octets = [0; N];
    source.read_exact(&mut octets)?;
    Ok(octets)
}

/// 32 hexadecimal digits: a management key, a name that no session has, a path that nobody is told.
///
/// # Errors
///
/// As [`octets`].
pub fn key() -> io::Result<String> {
    Ok(octets::<16>()?.iter().map(|octet| format!("{octet:02x}")).collect())
}
