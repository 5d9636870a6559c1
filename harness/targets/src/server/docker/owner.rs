//! Which process a container belongs to, as a label of it tells: the guard that started it and will remove it.
//!
//! A number alone would be that of another process some day, and in another namespace it always is. So the label is
//! `BOOT NAMESPACE PID START`: the boot of the machine, the namespace that the number is of, the number, and when the
//! process with this number started.

use std::fs;
use std::process;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

/// The label of this process.
pub(in crate::server) fn this_process() -> String {
    let pid = process::id().to_string();
    let start = started(&pid).unwrap_or_default();
    format!("{} {} {pid} {start}", boot(), namespace())
}

/// What is known of the process of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// There is no such process where this one would see it.
    Gone,
    /// The machine was started anew since, or it is another machine: what still runs may be somebody's.
    OfAnotherBoot,
    /// It is there, or would not be seen from here.
    MayBeThere,
}

/// The process of a label. A label that says something else says nothing.
pub(super) fn of(label: &str) -> Owner {
    of_from(label, &boot(), &namespace())
}

fn of_from(label: &str, this_boot: &str, this_namespace: &str) -> Owner {
    let [boot, namespace, pid, start] = label.split(' ').collect::<Vec<_>>()[..] else {
        return Owner::MayBeThere;
    };
    if [this_boot, this_namespace, boot, start].contains(&"") {
        return Owner::MayBeThere;
    }
    if boot != this_boot {
        return Owner::OfAnotherBoot;
    }
    let is_there = || match started(pid) {
        Some(now) => now == start,
        // Of others nothing may be told: only a signal is certain.
        None => match pid.parse().ok().and_then(Pid::from_raw) {
            Some(pid) => test_kill_process(pid) != Err(Errno::SRCH),
            None => true,
        },
    };
    if namespace == this_namespace && !is_there() { Owner::Gone } else { Owner::MayBeThere }
}

fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_or_else(|_| String::new(), |id| id.trim().to_owned())
}

fn namespace() -> String {
    fs::read_link("/proc/self/ns/pid")
        .map_or_else(|_| String::new(), |link| link.to_string_lossy().into_owned())
}

/// When a process started, in ticks since the boot: the 22nd field of `/proc/PID/stat`, of which the second is the only
/// one that may have spaces, and is in parentheses.
fn started(pid: &str) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_gone_where_it_would_be_seen_and_is_not() {
        let label = this_process();
        assert_eq!(of(&label), Owner::MayBeThere, "{label}");
        let [boot, namespace, pid, start] = label.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{label}")
        };
        let with = |boot: &str, namespace: &str, pid: &str, start: &str| {
            of(&format!("{boot} {namespace} {pid} {start}"))
        };
        assert_eq!(with(boot, namespace, pid, "1"), Owner::Gone, "another process has its number");
        assert_eq!(with(boot, namespace, "4194305", start), Owner::Gone, "no process has its number");
        assert_eq!(with("another", namespace, "4194305", start), Owner::OfAnotherBoot);
        assert_eq!(with("another", "pid:[1]", pid, start), Owner::OfAnotherBoot);
        assert_eq!(with(boot, "pid:[1]", "4194305", start), Owner::MayBeThere, "it would not be seen");
        for other in ["", "1234", "a b c", "a b c d e"] {
            assert_eq!(of(other), Owner::MayBeThere, "{other}");
        }
        assert_eq!(of_from(&label, "", namespace), Owner::MayBeThere, "this machine does not say");
    }
}
