//! Moves the clock of a running Go program on, so that what happens after an hour is seen at once.
//!
//! A program without a C library asks the kernel for the time through the vDSO, by an address that Go's run time keeps
//! in a variable. Here the variable gets the address of a few instructions that ask in the same way and add to the
//! seconds; they lie in the code of an initialiser, which has run already. Not a statement of the program is another
//! one: it only sees another time, for every clock at once.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use object::{Object as _, ObjectSymbol as _};

/// Where Go's run time keeps the address of the function that tells the time.
const TELLS: &str = "runtime.vdsoClockgettimeSym";

/// What is run once, before anything else, in every program that speaks HTTP.
const INITIALISER: &str = "net/http.init";

/// The room for the instructions of one move.
const ROOM: u64 = 32;

/// Moves the clock of a process on, once more each time.
///
/// # Panics
///
/// Where the process is no Go program, or its memory cannot be written.
pub fn move_on(pid: u32, seconds: i32) {
    let program = fs::read(format!("/proc/{pid}/exe")).unwrap();
    let program = object::File::parse(&*program).unwrap();
    let symbol = |name: &str| program.symbols().find(|symbol| symbol.name() == Ok(name)).unwrap();
    let variable = symbol(TELLS).address();
    let (begin, end) =
        (symbol(INITIALISER).address(), symbol(INITIALISER).address() + symbol(INITIALISER).size());

    let memory = File::options().read(true).write(true).open(format!("/proc/{pid}/mem")).unwrap();
    let mut address = [0; 8];
    memory.read_exact_at(&mut address, variable).unwrap();
    let earlier = u64::from_le_bytes(address);
    // After those of the last move, which are still called.
    let room = if (begin..end).contains(&earlier) { earlier + ROOM } else { begin };
    assert!(room + ROOM <= end, "there is no room for another move");

    // push rsi; mov rax, EARLIER; call rax; pop rsi; add qword ptr [rsi], SECONDS; ret
    let mut instructions = vec![0x56, 0x48, 0xb8];
    instructions.extend(address);
    instructions.extend([0xff, 0xd0, 0x5e, 0x48, 0x81, 0x06]);
    instructions.extend(seconds.to_le_bytes());
    instructions.push(0xc3);
    memory.write_all_at(&instructions, room).unwrap();
    memory.write_all_at(&room.to_le_bytes(), variable).unwrap();
}
