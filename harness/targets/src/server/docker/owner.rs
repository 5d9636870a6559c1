//! Which process a container belongs to, as a label of it tells: the guard that started it and will remove it.
//!
//! A number alone would be that of another process some day, and in another namespace it always is. So the label is
//! `BOOT NAMESPACE PID START`: the boot of the machine, the namespace that the number is of, the number, and when the
//! process with this number started.

use std::fs;
use std::process;

/// The label of this process.
pub(in crate::server) fn this_process() -> String {
    let pid = process::id().to_string();
    let start = started(&pid).unwrap_or_default();
    format!("{} {} {pid} {start}", boot(), namespace())
}

/// Whether the process of a label is certainly gone: since the machine started anew, or because there is no such
/// process where this one would see it. A label that says something else says nothing.
pub(super) fn is_gone(label: &str) -> bool {
    is_gone_from(label, &boot(), &namespace())
}

fn is_gone_from(label: &str, this_boot: &str, this_namespace: &str) -> bool {
    let [boot, namespace, pid, start] = label.split(' ').collect::<Vec<_>>()[..] else { return false };
    if this_boot.is_empty() || this_namespace.is_empty() || boot.is_empty() || start.is_empty() {
        return false;
    }
    boot != this_boot || namespace == this_namespace && started(pid).as_deref() != Some(start)
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
        assert!(!is_gone(&label), "{label}");
        let [boot, namespace, pid, start] = label.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{label}")
        };
        let with = |boot: &str, namespace: &str, pid: &str, start: &str| {
            is_gone(&format!("{boot} {namespace} {pid} {start}"))
        };
        assert!(with(boot, namespace, pid, "1"), "another process has its number");
        assert!(with(boot, namespace, "4194305", start), "no process has its number");
        assert!(with("another", namespace, pid, start), "the machine was started anew");
        assert!(with("another", "pid:[1]", pid, start));
        assert!(!with(boot, "pid:[1]", "4194305", start), "it would not be seen");
        for other in ["", "1234", "a b c", "a b c d e"] {
            assert!(!is_gone(other), "{other}");
        }
        assert!(!is_gone_from(&label, "", namespace), "this machine does not say");
    }
}
