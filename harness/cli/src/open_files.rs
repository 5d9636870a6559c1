//! The limit on open files of this process. Each connection to a server is an open file.

use anyhow::bail;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::terminal::OfMachine;

/// The soft limit to ask for: more than any run needs. It is bounded because some programs loop over every
/// file that the limit allows.
const WANTED: u64 = 65_536;

/// The files that a run against servers needs: 64 connections to each of four servers, with two files a
/// connection over some transports, and the files of the servers themselves.
const NEEDED: u64 = 1_024;

/// Raises the soft limit as far as the hard limit allows.
pub(crate) fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(WANTED, |maximum| maximum.min(WANTED));
    if current.is_some_and(|current| current < wanted) {
        // If this fails, the limit stays as it is. `enough` reports a limit that is too low.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
}

/// Checks that a run against servers can open all its connections. A connection that fails for lack of files
/// would look like a fault of the server.
///
/// # Errors
///
/// [`OfMachine`] with a hint if the limit is too low.
pub(crate) fn enough() -> anyhow::Result<()> {
    if let Some(limit) = getrlimit(Resource::Nofile).current
        && limit < NEEDED
    {
        let text = format!(
            "this process may open {limit} files, and a run against servers needs {NEEDED}\n\
             hint: raise the limit with `ulimit -n {NEEDED}`"
        );
        bail!(OfMachine(text));
    }
    Ok(())
}
