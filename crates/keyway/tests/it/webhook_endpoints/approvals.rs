use keyway_app::approvals::{Decide, Through};
use keyway_app::policy::{Approvals, Policies, Source};
use keyway_testkit::receiver::Receiver;
use serde_json::json;

use super::world::{ENDPOINTS, hasty};
use crate::support::actions;
use crate::support::app::TestApp;
use crate::support::wait::until;

#[tokio::test]
async fn a_call_that_waits_and_what_is_decided_are_told_without_its_arguments() {
    let app = TestApp::builder()
        .actions([actions::say_back()])
        .config(|config| {
            hasty(config);
            config.approvals.wait = std::time::Duration::ZERO;
        })
        .start()
        .await;
    let receiver = Receiver::start([]).await;
    let draft = json!({
        "url": receiver.url(),
        "events": ["approval.requested", "approval.decided", "approval.expired"]
    });
    let made = app.post(ENDPOINTS).json(&draft).send().await.json();
    let secret = made["secret"].as_str().unwrap();
    let wanted = Source {
        name: "wanted.cedar".into(),
        text: "@approval(\"required\") forbid (principal, action == Action::\"call\", resource);"
            .into(),
    };
    let running = app.running.app();
    running.set_policies(Policies::read(&[wanted], Approvals::BuiltIn).unwrap());
    let ask = async |text: &str| {
        let asked = app.post("/v1/actions/say:back");
        let answer = asked.json(&json!({ "text": text })).send().await;
        assert_eq!(answer.status(), 409, "{}", answer.text());
        answer.json()["approval"].as_str().unwrap().to_owned()
    };
    let came = async |count: usize| {
        until(&format!("{count} messages"), || async {
            receiver.received().len() >= count
        })
        .await;
        receiver.received()
    };
    let first = ask("canary-argument").await;
    let told = came(1).await;
    let body = told[0].json();
    assert_eq!(body["type"], "approval.requested");
    assert_eq!(body["data"]["approval"], first.as_str());
    assert_eq!(body["data"]["state"], "pending");
    assert!(body["data"]["expiresAt"].as_str().unwrap().ends_with('Z'));
    let id = first.parse().unwrap();
    let approvals = running.approvals();
    let local = running.local();
    let deny = Decide::Deny(Some("canary-reason"));
    let decided = approvals.decide(&local, &id, deny, Through::Cli);
    decided.await.unwrap();
    let told = came(2).await;
    let body = told[1].json();
    assert_eq!(body["type"], "approval.decided");
    assert_eq!(body["data"]["state"], "denied");
    assert!(body["data"]["decidedBy"].is_string(), "{body}");

    let second = ask("another").await;
    came(3).await;
    let database = app.data_dir().join("keyway.db");
    keyway_testkit::sql::run(&database, "UPDATE approvals SET expires_at = 2").await;
    let told = came(4).await;
    let body = told[3].json();
    assert_eq!(body["type"], "approval.expired");
    assert_eq!(body["data"]["approval"], second.as_str());
    assert_eq!(body["timestamp"], "1970-01-01T00:00:00.002Z");
    for one in &told {
        assert_eq!(one.signed_with(secret), Some(0));
        let text = String::from_utf8(one.body.clone()).unwrap();
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.contains("say"), "{text}");
    }
}
