//! Servers that run already, and servers that are not what they should be: real ones that a test starts by
//! itself, and fake ones that listen on the loopback interface.

mod command;
mod deployed;
mod fake;
mod faults;
mod not_run;
mod ordinary;
mod versions;
