use keyway_testkit::authorization::{Consent, Endpoint, Misbehaviour, Options};

use super::trip::Trip;

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_signs_in_and_the_tools_are_there() {
    let trip = Trip::new(Options::default()).await;
    assert_eq!(trip.state("tracker"), "auth_required");

    let connected = trip
        .world
        .run(&["mcp", "connect", "tracker", "--json"])
        .ok();
    let result = connected.json();
    assert_eq!(result["name"], "tracker");
    assert_eq!(result["state"], "connected");
    assert!(result["tools"].as_u64().unwrap() > 5, "{result}");
    assert_eq!(result["grant"]["name"], "mcp:tracker");
    assert_eq!(result["grant"]["issuer"], trip.server.issuer());
    assert_eq!(result["grant"]["renewable"], true);
    assert_eq!(result["keptIn"], "files");
    for told in [
        "signing in to tracker",
        "in your browser",
        "signed in to tracker at",
    ] {
        assert!(connected.err.contains(told), "{told}: {}", connected.err);
    }
    assert_eq!(trip.opened(), 1);

    // Another process goes on with it, without a browser.
    assert_eq!(trip.state("tracker"), "connected");
    assert_eq!(trip.opened(), 1);

    // Connecting again signs in again.
    let again = trip.world.run(&["mcp", "connect", "tracker"]).ok();
    assert!(
        again.out.starts_with("tracker is connected: "),
        "{}",
        again.out
    );
    assert_eq!(trip.opened(), 2);
    assert_eq!(trip.server.visits_to(Endpoint::Authorize).len(), 2);
    assert_eq!(trip.server.violations(), [""; 0]);

    let grants = trip.world.run(&["mcp", "grants", "--json"]).ok().json();
    assert_eq!(grants["grants"].as_array().unwrap().len(), 1, "{grants}");
    assert_eq!(grants["grants"][0]["name"], "mcp:tracker");
    let table = trip.world.run(&["mcp", "grants"]).ok();
    assert!(table.out.contains("mcp:tracker"), "{}", table.out);
    assert!(table.err.contains("sealed files"), "{}", table.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_that_is_denied_is_told_in_the_providers_words() {
    let options = Options {
        consent: Consent::Denied,
        ..Options::default()
    };
    let trip = Trip::new(options).await;
    let denied = trip.world.run(&["mcp", "connect", "tracker", "--json"]);
    assert_eq!(denied.code, 1, "{}", denied.told());
    let error = last_error(&denied.err);
    assert_eq!(error["code"], "sign_in_denied");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("access_denied"), "{message}");
    assert_eq!(trip.state("tracker"), "auth_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_with_another_state_does_not_sign_in() {
    let trip = Trip::new(Options::default()).await;
    trip.server.misbehave(Misbehaviour::WrongState);
    let waited = trip
        .world
        .run(&["mcp", "connect", "tracker", "--wait", "1500ms", "--json"]);
    assert_eq!(waited.code, 1, "{}", waited.told());
    assert_eq!(last_error(&waited.err)["code"], "sign_in_timed_out");
    assert_eq!(trip.server.visits_to(Endpoint::Token).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_coming_back_is_a_clear_error() {
    let mut trip = Trip::new(Options::default()).await;
    trip.world = trip.world.with("BROWSER", "true");
    let waited = trip
        .world
        .run(&["mcp", "connect", "tracker", "--wait", "300ms"]);
    assert_eq!(waited.code, 1, "{}", waited.told());
    assert!(waited.err.contains("nobody came back"), "{}", waited.err);
    assert!(waited.err.contains("--no-browser"), "{}", waited.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_without_a_browser_is_told_the_link() {
    let mut trip = Trip::new(Options::default()).await;
    trip.world = trip.world.with("BROWSER", "/nonexistent/browser");
    let waited = trip
        .world
        .run(&["mcp", "connect", "tracker", "--wait", "300ms"]);
    assert!(
        waited.err.contains("no browser could be started"),
        "{}",
        waited.err
    );
    assert!(waited.err.contains("/authorize?"), "{}", waited.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_connects_at_once_do_not_mix() {
    let mut trip = Trip::new(Options::default()).await;
    trip.world = trip.world.with("BROWSER", "true");
    let mut first = trip.start(&["mcp", "connect", "tracker", "--wait", "1m"]);
    let link = loop {
        let line = first.line_with("http");
        if line.starts_with("http") {
            break line;
        }
    };
    let second = trip.world.run(&["mcp", "connect", "tracker", "--json"]);
    assert_eq!(second.code, 1, "{}", second.told());
    let error = last_error(&second.err);
    assert_eq!(error["code"], "callback_port_busy");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(&trip.port.to_string()), "{message}");
    assert!(message.contains("KEYWAY_CALLBACK_URL"), "{message}");
    // The first one is as good as before.
    let back = keyway_testkit::authorization::browse(&link).await.unwrap();
    let page = keyway_testkit::authorization::browse(&back)
        .await
        .unwrap_err();
    assert!(page.contains("Signed in"), "{page}");
    let (code, out) = first.end();
    assert_eq!(code, 0, "{out}");
    assert_eq!(trip.state("tracker"), "connected");
}

/// The error at the end of what was told.
pub(super) fn last_error(err: &str) -> serde_json::Value {
    let line = err.lines().last().unwrap_or_default();
    let told: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{err}"));
    told["error"].clone()
}
