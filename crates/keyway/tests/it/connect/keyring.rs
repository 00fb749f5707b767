use keyway_testkit::authorization::Options;
use keyway_testkit::session_bus::SessionBus;

use super::trip::Trip;

#[tokio::test(flavor = "multi_thread")]
async fn tokens_go_to_the_keyring_of_the_session() {
    let mut bus = SessionBus::with_keyring().await;
    let mut trip = Trip::new(Options::default()).await;
    let address = bus.address();
    trip.world = trip.world.with("DBUS_SESSION_BUS_ADDRESS", &address);
    let connected = trip.world.run(&["mcp", "connect", "tracker", "--json"]);
    assert_eq!(connected.ok().json()["keptIn"], "keyring");
    assert!(!trip.world.path("home/.keyway/grants.key").exists());
    assert_eq!(trip.state("tracker"), "connected");

    // Without the keyring nobody is signed in, and nobody is asked to sign in elsewhere.
    bus.stop_keyring().await;
    let status = trip.world.run(&["mcp", "status", "tracker", "--json"]);
    let status = status.ok().json();
    let reason = status["servers"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("keyring"), "{reason}");
    assert!(reason.contains("KEYWAY_GRANTS=file"), "{reason}");
    bus.start_keyring().await;
    assert_eq!(trip.state("tracker"), "connected");
    let out = trip.world.run(&["mcp", "disconnect", "tracker"]).ok().out;
    assert!(out.contains("revoked"), "{out}");
    assert_eq!(trip.state("tracker"), "auth_required");
}
