//! The client role, against real servers on real sockets and in real processes.

mod bytes;
mod eras;
mod hostile;
mod http;
mod lists;
mod losses;
mod oauth;
mod retries;
mod rig;
mod stdio;

/// The process that stdio peers run in; see `keyway_testkit::peers::StdioPeer`.
#[test]
fn stdio_peer() {
    keyway_testkit::peers::run_if_asked();
}

/// The full name of the test above.
const STDIO_PEER: &str = "upstream::stdio_peer";
