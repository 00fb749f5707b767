use keyway_testkit::authorization::{Misbehaviour, Options};

use super::trip::Trip;
use crate::support::wait::until;

/// Starts a run that has to renew, and waits until it asked for it.
async fn renewing(trip: &Trip) -> super::trip::Running {
    trip.server.expire_tokens();
    let before = trip.server.refreshes();
    let run = trip.start(&["mcp", "status", "tracker", "--wait", "20s"]);
    until("the renewal", || async { trip.server.refreshes() > before }).await;
    run
}

/// A server whose refresh tokens stay good. With others there is a moment, after the server has spent
/// the old one and before we have kept the new one, when a kill costs the grant; see
/// [`a_renewal_whose_answer_is_lost_ends_in_a_state_that_says_what_to_do`].
async fn lasting() -> Trip {
    let options = Options {
        rotation: false,
        ..Options::default()
    };
    Trip::new(options).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_killed_while_it_renews_loses_nothing() {
    let trip = lasting().await;
    trip.world.run(&["mcp", "connect", "tracker"]).ok();
    for _ in 0..3 {
        trip.server.misbehave(Misbehaviour::SlowRefresh);
        renewing(&trip).await.kill();
        // The lock went with the process, and what was kept is whole: renewed without a person.
        trip.server.behave();
        assert_eq!(trip.state("tracker"), "connected");
    }
    assert_eq!(trip.opened(), 1, "nobody was asked to sign in again");
    let grants = trip.world.run(&["mcp", "grants", "--json"]).ok().json();
    assert_eq!(grants["grants"][0]["renewable"], true);
    assert_eq!(trip.server.violations(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_killed_at_any_moment_of_renewing_leaves_a_whole_grant() {
    let trip = lasting().await;
    trip.world.run(&["mcp", "connect", "tracker"]).ok();
    for later in [0, 1, 2, 4, 8, 16, 32] {
        let run = renewing(&trip).await;
        tokio::time::sleep(std::time::Duration::from_millis(later)).await;
        run.kill();
        let grants = trip.world.run(&["mcp", "grants", "--json"]).ok().json();
        assert_eq!(
            grants["grants"][0]["name"], "mcp:tracker",
            "{later} ms later"
        );
        assert_eq!(trip.state("tracker"), "connected", "{later} ms later");
    }
    assert_eq!(trip.opened(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_whose_answer_is_lost_ends_in_a_state_that_says_what_to_do() {
    let trip = Trip::new(Options::default()).await;
    trip.world.run(&["mcp", "connect", "tracker"]).ok();
    trip.server.misbehave(Misbehaviour::RotatedTokenLost);
    let before = trip.server.secrets().len();
    let run = renewing(&trip).await;
    until("new tokens", || async {
        trip.server.secrets().len() > before
    })
    .await;
    run.kill();
    trip.server.behave();
    // The server spent the old token, so nobody can renew: that is told, and signing in mends it.
    assert_eq!(trip.state("tracker"), "auth_failed");
    let status = trip
        .world
        .run(&["mcp", "status", "tracker", "--wait", "20s"])
        .ok()
        .out;
    assert!(status.contains("keyway mcp connect"), "{status}");
    trip.world.run(&["mcp", "connect", "tracker"]).ok();
    assert_eq!(trip.state("tracker"), "connected");
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_at_once_renew_once() {
    let trip = Trip::new(Options::default()).await;
    trip.world.run(&["mcp", "connect", "tracker"]).ok();
    trip.server.expire_tokens();
    trip.server
        .delay_tokens(std::time::Duration::from_millis(300));
    let runs: Vec<_> = (0..4)
        .map(|_| trip.start(&["mcp", "status", "tracker", "--wait", "20s", "--json"]))
        .collect();
    for run in runs {
        let (code, out) = run.end();
        assert_eq!(code, 0);
        let status: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(status["servers"][0]["state"], "connected", "{out}");
    }
    assert_eq!(trip.server.refreshes(), 1);
    assert_eq!(trip.server.violations(), [""; 0]);
}
