//! Calls that wait for a decision, at a real gateway: over HTTP, on the command line, in the console, and
//! when the process is killed.

mod console;
mod inbox;
mod kills;
mod lab;
