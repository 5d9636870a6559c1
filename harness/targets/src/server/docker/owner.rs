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
    let start = stat_of(&pid).map(|stat| stat.started).unwrap_or_default();
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
    let is_there = || match stat_of(pid) {
        Some(stat) => !stat.has_ended && stat.started == start,
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

/// What the system tells about a process.
struct Stat {
    /// It has ended, and its parent has not asked for its exit status yet: for a while under any parent, and for ever
    /// in a container whose first process never asks.
    has_ended: bool,
    /// When it started, in ticks since the boot.
    started: String,
}

/// Reads the third and the 22nd field of `/proc/PID/stat`. The second is the only one that may have spaces, and is in
/// parentheses.
fn stat_of(pid: &str) -> Option<Stat> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let has_ended = matches!(fields.next()?, "Z" | "X");
    Some(Stat { has_ended, started: fields.nth(18)?.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::thread;

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

    #[test]
    fn a_process_that_has_ended_is_gone_before_its_parent_asks_for_its_status() {
        let mut child = Command::new("true").spawn().expect("true is there");
        let pid = child.id().to_string();
        let stat = loop {
            let stat = stat_of(&pid).expect("its status was not asked for");
            if stat.has_ended {
                break stat;
            }
            thread::yield_now();
        };
        assert_eq!(of(&format!("{} {} {pid} {}", boot(), namespace(), stat.started)), Owner::Gone);
        child.wait().expect("it has ended");
    }
}
