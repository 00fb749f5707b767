use keyway_core::Role;

use crate::support::actions;
use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};
use crate::support::people::join;

const CANARY: &str = "canary-91c2-zz";

async fn whoami(app: &TestApp) -> String {
    let answer = app.post("/v1/actions/acme:whoami").send().await;
    let json = answer.json();
    let text = json["text"].as_str().or_else(|| json["code"].as_str());
    text.unwrap().to_owned()
}

#[tokio::test]
async fn a_person_connects_what_a_call_was_missing() {
    let app = TestApp::with([actions::whoami()]).await;
    let mut owner = set_up(&app).await;
    assert_eq!(whoami(&app).await, "credential_missing");
    let page = owner.get("/connect/acme").await;
    assert_eq!(page.status(), 200);
    for part in [
        r#"name="apiKey" type="password""#,
        r#"<option value="organization" selected>"#,
        "Used by acme:whoami.",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    let fields = [("apiKey", CANARY), ("keyway_place", "organization")];
    let done = owner.post("/connect/acme", &fields).await;
    assert_eq!(
        (done.status(), done.header("location")),
        (303, "/connect/acme?done=yes")
    );
    let page = owner.get(done.header("location")).await;
    assert!(page.text().contains("acme is connected"), "{}", page.text());
    assert!(!page.text().contains(CANARY));
    assert_eq!(whoami(&app).await, "14 characters, ending in zz");
}

#[tokio::test]
async fn a_form_that_cannot_be_stored_is_shown_again_without_the_value() {
    let app = TestApp::with([actions::whoami()]).await;
    let mut owner = set_up(&app).await;
    owner.get("/connect/acme").await;
    for (fields, status) in [
        ([("apiKey", ""), ("keyway_place", "organization")], 422),
        (
            [("apiKey", CANARY), ("keyway_place", "project absent")],
            404,
        ),
        ([("apiKey", CANARY), ("keyway_place", "")], 404),
    ] {
        let refused = owner.post("/connect/acme", &fields).await;
        assert_eq!(refused.status(), status, "{fields:?}");
        assert!(!refused.text().contains(CANARY));
    }
    assert_eq!(whoami(&app).await, "credential_missing");
    assert_eq!(owner.get("/connect/absent").await.status(), 404);
    let stranger = Browser::of(&app).get("/connect/acme").await;
    assert_eq!(
        (stranger.status(), stranger.header("location")),
        (303, "/sign-in?next=%2Fconnect%2Facme")
    );
}

#[tokio::test]
async fn attack_csrf_a_form_of_elsewhere_connects_nothing() {
    let app = TestApp::with([actions::whoami()]).await;
    let mut owner = set_up(&app).await;
    owner.get("/connect/acme").await;
    owner.csrf = "0".repeat(64);
    let fields = [("apiKey", CANARY), ("keyway_place", "organization")];
    let refused = owner.post("/connect/acme", &fields).await;
    assert_eq!(refused.status(), 403);
    assert_eq!(whoami(&app).await, "credential_missing");
}

#[tokio::test]
async fn a_member_connects_only_what_is_their_own() {
    let app = TestApp::with([actions::whoami()]).await;
    set_up(&app).await;
    let running = app.running.app();
    join(running, &running.local(), "bob@example.com", Role::Member).await;
    let mut member = Browser::of(&app);
    member.sign_in("bob@example.com").await;
    let page = member.get("/connect/acme").await;
    assert!(
        page.text().contains(r#"value="user" selected"#),
        "{}",
        page.text()
    );
    assert!(!page.text().contains(r#"value="organization""#));
    let all = [("apiKey", CANARY), ("keyway_place", "organization")];
    let refused = member.post("/connect/acme", &all).await;
    assert_eq!(refused.status(), 403);
    let own = [("apiKey", CANARY), ("keyway_place", "user")];
    assert_eq!(member.post("/connect/acme", &own).await.status(), 303);
    // It is not the organization's: a call that names nothing does not get it.
    assert_eq!(whoami(&app).await, "credential_missing");
}
