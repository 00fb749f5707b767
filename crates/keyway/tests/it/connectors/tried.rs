//! What members try with connectors and may not is written down.

use http::Method;
use keyway_core::Role;
use keyway_testkit::peers::{Era, HttpPeer, Script};
use serde_json::json;

use super::world::{ask, connect, gateway, machine, plain};
use crate::support::app::TestApp;
use crate::support::wait::until;

#[tokio::test]
async fn what_somebody_may_not_do_with_a_connector_is_written_down_as_refused() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let app = gateway().await;
    let made = connect(&app, plain("Acme", &peer.url())).await;
    let use_cases = app.running.app();
    let member = machine(&app, &use_cases.local(), "bot", Role::Member).await;
    let renamed = json!({ "revision": 1, "name": "x" });
    for (method, path, body, kind) in [
        (Method::PATCH, "acme", renamed, "connector_changed"),
        (
            Method::POST,
            "acme/rotate",
            json!({ "value": "canary-x" }),
            "connector_changed",
        ),
        (Method::POST, "acme/test", json!({}), "connector_tested"),
        (Method::POST, "acme/refresh", json!({}), "connector_tested"),
        (
            Method::POST,
            "-/test",
            plain("x", "https://x.example/"),
            "connector_tested",
        ),
        (Method::DELETE, "acme", json!({}), "connector_removed"),
        (
            Method::DELETE,
            "canary-absent",
            json!({}),
            "connector_removed",
        ),
    ] {
        let before = refused(&app).await.len();
        let path = format!("/v1/connectors/{path}");
        let asked = ask(&app, &member, method.clone(), &path).json(&body);
        assert_eq!(asked.send().await.status(), 403, "{method} {path}");
        until("it to be written down", || async {
            refused(&app).await.len() > before
        })
        .await;
        let all = refused(&app).await;
        assert_eq!(all.len(), before + 1, "{method} {path}: {all:?}");
        let newest = &all[0];
        assert_eq!(newest["kind"], kind, "{method} {path}");
        assert_eq!(newest["code"], "administrators_only");
        if path.contains("acme") {
            assert_eq!(newest["server"], "acme", "{newest}");
            let text = newest.to_string();
            assert!(text.contains(made["id"].as_str().unwrap()), "{text}");
        }
        assert!(!newest.to_string().contains("canary"), "{newest}");
    }
    app.running.stop().await;
}

/// The refusals in the log, the newest first.
async fn refused(app: &TestApp) -> Vec<serde_json::Value> {
    let page = app.get("/v1/audit?limit=200").send().await.json();
    let events = page["events"].as_array().unwrap().iter();
    let records = events.map(|event| event["record"].clone());
    records
        .filter(|record| record["outcome"] == "refused")
        .collect()
}
