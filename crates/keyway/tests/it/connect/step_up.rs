use keyway_testkit::authorization::{Endpoint, Options};

use super::trip::Trip;
use crate::support::pty::Pty;

const CALL: &[&str] = &[
    "mcp",
    "call",
    "tracker",
    "touch",
    "--approve",
    "tracker/touch",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_needs_more_is_granted_more_at_a_terminal() {
    let trip = Trip::new(Options::default()).await;
    trip.world.run(&["mcp", "connect", "tracker"]).ok();

    // Nobody can be asked.
    let refused = trip.world.run(CALL);
    assert_eq!(refused.code, 1, "{}", refused.told());
    assert_eq!(trip.opened(), 1);

    // The person says no, and is not signed in to more.
    let terminal = Pty::start(&trip.world, CALL);
    terminal
        .expect("sign in at")
        .expect("mcp:write")
        .type_line("n");
    let (code, shown) = terminal.end();
    assert_eq!(code, 1, "{shown}");
    assert_eq!(trip.opened(), 1);

    let terminal = Pty::start(&trip.world, CALL);
    terminal
        .expect("sign in at")
        .expect("mcp:write")
        .type_line("y");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(trip.opened(), 2);
    let asked = trip.server.visits_to(Endpoint::Authorize);
    let scope = asked.last().unwrap().param("scope");
    assert!(
        scope.contains("mcp:read") && scope.contains("mcp:write"),
        "{scope}"
    );

    // From now on it is granted.
    trip.world.run(CALL).ok();
    assert_eq!(trip.server.violations(), [""; 0]);
}
