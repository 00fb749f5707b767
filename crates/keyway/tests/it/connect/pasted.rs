use keyway_testkit::authorization::{Options, browse};

use super::trip::Trip;

#[tokio::test(flavor = "multi_thread")]
async fn a_headless_machine_signs_in_with_a_pasted_address() {
    let trip = Trip::new(Options::default()).await;
    // Somebody else has the port, as on a machine shared by many.
    let _taken = std::net::TcpListener::bind(("127.0.0.1", trip.port)).unwrap();
    let mut run = trip.start(&["mcp", "connect", "tracker", "--no-browser", "--json"]);
    run.line_with("open this link");
    let link = run.line_with("/authorize?");
    run.line_with("paste that whole address");
    run.type_line("which address?");
    run.line_with("paste the whole address");
    let back = browse(&link).await.unwrap();
    let (place, query) = back.split_once('?').unwrap();
    assert_eq!(
        place,
        format!("http://localhost:{}/auth/mcp/callback", trip.port)
    );
    run.type_line(&back.replace("state=", "state=x"));
    run.line_with("another sign-in");
    run.type_line(query);
    let (code, out) = run.end();
    assert_eq!(code, 0, "{out}");
    let result: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(result["state"], "connected");
    assert_eq!(trip.opened(), 0);
    assert_eq!(trip.server.violations(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_ends_is_a_clear_error() {
    let trip = Trip::new(Options::default()).await;
    let _taken = std::net::TcpListener::bind(("127.0.0.1", trip.port)).unwrap();
    let ended = trip
        .world
        .run(&["mcp", "connect", "tracker", "--no-browser"]);
    assert_eq!(ended.code, 1, "{}", ended.told());
    assert!(ended.err.contains("the input ended"), "{}", ended.err);
}
