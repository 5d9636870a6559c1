//! How many files this process may have open: every connection to a server is one.

use anyhow::bail;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::terminal::OfMachine;

/// As many as are asked for: more than any run needs. Some programs walk through all that they may have.
const WANTED: u64 = 65_536;

/// What a run against servers needs: 64 connections to each of four servers, two files each over some transports,
/// and what belongs to a server.
const NEEDED: u64 = 1_024;

/// Raises the soft limit, as far as the hard one allows.
pub(crate) fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(WANTED, |maximum| maximum.min(WANTED));
    if current.is_some_and(|current| current < wanted) {
        // Where that is refused it stays as it is, which `enough` looks at.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
}

/// Makes sure that a run against servers can open all its connections: a lack of files would pass for a fault of theirs.
///
/// # Errors
///
/// [`OfMachine`], with what to do.
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
