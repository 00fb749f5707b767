use keyway_testkit::authorization::{Endpoint, Misbehaviour, Options};
use serde_json::json;

use super::sign_in::last_error;
use super::trip::Trip;

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_forgets_and_revokes() {
    let trip = Trip::new(Options::default()).await;
    let disconnect = || {
        trip.world
            .run(&["mcp", "disconnect", "tracker", "--json"])
            .ok()
            .json()
    };
    trip.world.run(&["mcp", "connect", "tracker"]).ok();
    assert_eq!(
        disconnect(),
        json!({ "server": "tracker", "forgotten": true, "revocation": "revoked" })
    );
    assert!(!trip.server.visits_to(Endpoint::Revoke).is_empty());
    assert!(!trip.server.has_grants());
    assert_eq!(trip.state("tracker"), "auth_required");
    assert_eq!(
        disconnect(),
        json!({ "server": "tracker", "forgotten": false, "revocation": "none" })
    );
    assert_eq!(trip.server.violations(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_the_tokens_at_the_server_is_told() {
    let trip = Trip::new(Options::default()).await;
    for (misbehaviour, told) in [
        (Misbehaviour::NoRevocation, "offers no revocation"),
        (Misbehaviour::RevocationFails, "revoking failed"),
    ] {
        trip.server.misbehave(misbehaviour);
        trip.world.run(&["mcp", "connect", "tracker"]).ok();
        let out = trip.world.run(&["mcp", "disconnect", "tracker"]).ok().out;
        assert!(out.contains(told), "{out}");
        assert!(out.contains("until they expire"), "{out}");
        // Forgotten here all the same.
        assert_eq!(trip.state("tracker"), "auth_required");
        trip.server.behave();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_removed_can_still_be_signed_out_of() {
    let trip = Trip::new(Options::default()).await;
    trip.world.run(&["mcp", "connect", "tracker"]).ok();
    trip.configure_all(json!({}), &json!({}));
    let unknown = trip.world.run(&["mcp", "disconnect", "tracke", "--json"]);
    assert_eq!(unknown.code, 2, "{}", unknown.told());
    assert_eq!(last_error(&unknown.err)["code"], "unknown_server");
    for (typed, told) in [
        ("mcp:nosuch", "there is no server `mcp:nosuch`"),
        ("\u{1b}[2J", "there is no server"),
    ] {
        let unknown = trip.world.run(&["mcp", "disconnect", typed, "--json"]);
        assert_eq!(last_error(&unknown.err)["message"], told);
    }
    let out = trip
        .world
        .run(&["mcp", "disconnect", "mcp:tracker"])
        .ok()
        .out;
    assert!(out.contains("revoked"), "{out}");
    assert!(!trip.server.has_grants());
    trip.configure(&json!({ "docs": { "url": "http://127.0.0.1:1/mcp" } }));
    let refused = trip.world.run(&["mcp", "disconnect", "docs", "--json"]);
    assert_eq!(refused.code, 2, "{}", refused.told());
    assert_eq!(last_error(&refused.err)["code"], "not_oauth");
}
