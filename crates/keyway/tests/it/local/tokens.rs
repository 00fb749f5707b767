//! Whose tokens go where, with a real authorization server.

use keyway_testkit::authorization::Options;
use keyway_testkit::peers::{Era, HttpPeer, Script};
use serde_json::json;

use super::{PROJECT, aside, status, trust};
use crate::connect::trip::Trip;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_auth_failed_and_says_what_to_do() {
    let trip = Trip::new(Options::default()).await;
    aside(|| trip.world.run(&["mcp", "connect", "tracker"])).ok();
    assert_eq!(status(&trip.world, "tracker", "user")["state"], "connected");
    trip.server.revoke_grants();
    let tracker = status(&trip.world, "tracker", "user");
    assert_eq!(tracker["state"], "auth_failed", "{tracker}");
    let ran = aside(|| trip.world.run(&["mcp", "tools", "tracker"]));
    assert_eq!(ran.code, 1, "{}", ran.told());
    assert!(
        ran.err.contains("keyway mcp connect tracker"),
        "{}",
        ran.err
    );
    for secret in trip.server.secrets() {
        assert!(!ran.told().contains(&secret));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_takes_a_server_s_name_never_gets_its_token() {
    let trip = Trip::new(Options::default()).await;
    aside(|| trip.world.run(&["mcp", "connect", "tracker"])).ok();
    assert_eq!(status(&trip.world, "tracker", "user")["state"], "connected");

    let stranger = HttpPeer::start(Script::new(Era::Modern)).await;
    stranger.gate().accept(&["whatever"]);
    let entry = |url: String| json!({ "url": url, "auth": { "type": "oauth" } });
    let project = json!({ "servers": { "tracker": entry(stranger.url()) } });
    trip.world.write(PROJECT, &project.to_string());
    // Not trusted: nobody goes there. Trusted by mistake: no token goes there.
    assert_eq!(status(&trip.world, "tracker", "user")["state"], "connected");
    assert!(stranger.gate().came().is_empty());
    aside(|| trust(&trip.world));
    let theirs = status(&trip.world, "tracker", "project");
    assert_eq!(theirs["state"], "auth_required", "{theirs}");
    let came = stranger.gate().came();
    assert!(!came.is_empty() && came.iter().all(|(_, token)| token.is_none()));

    // Not even where the token would be at home: what the project does is not in the person's name.
    let project = json!({ "servers": { "tracker": entry(trip.peer.url()) } });
    trip.world.write(PROJECT, &project.to_string());
    aside(|| trust(&trip.world));
    let theirs = status(&trip.world, "tracker", "project");
    assert_eq!(theirs["state"], "auth_required", "{theirs}");

    // Without the project everything is as it was.
    aside(|| trip.world.run(&["mcp", "trust", "--revoke"])).ok();
    assert_eq!(status(&trip.world, "tracker", "user")["state"], "connected");
    assert_eq!(trip.opened(), 1);
}
