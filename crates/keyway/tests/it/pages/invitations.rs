use keyway_core::Role;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, PASSWORD, set_up};

async fn invite(app: &TestApp, email: &str) -> String {
    let app = app.running.app();
    let local = app.local();
    let invited = app.people().invite(&local, email, Role::Member).await;
    invited.unwrap().path().expose().clone()
}

#[tokio::test]
async fn someone_new_joins_with_a_password_of_their_own() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let path = invite(&app, "grace@example.com").await;
    let mut browser = Browser::of(&app);
    let page = browser.get(&path).await;
    assert!(page.text().contains("grace@example.com"));
    let refused = browser
        .post(&path, &[("name", "Grace"), ("password", "short")])
        .await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().contains("value=\"Grace\"") && !refused.text().contains("short\""));
    let fields = [
        ("name", "Grace"),
        ("password", PASSWORD),
        ("email", "other@example.com"),
    ];
    let done = browser.post(&path, &fields).await;
    assert_eq!((done.status(), done.header("location")), (303, "/console"));
    let account = browser.get("/account").await;
    assert!(
        account.text().contains("grace@example.com"),
        "the address is the invited one"
    );
    assert_eq!(Browser::of(&app).get(&path).await.status(), 404);
}

#[tokio::test]
async fn someone_else_cannot_accept_it_for_another() {
    let app = TestApp::with([]).await;
    let mut owner = set_up(&app).await;
    let path = invite(&app, "grace@example.com").await;
    let page = owner.get(&path).await;
    assert!(page.text().contains("You are signed in as Ada Lovelace"));
    let refused = owner.post(&path, &[]).await;
    assert!(
        (400..500).contains(&refused.status()),
        "{}",
        refused.status()
    );
    assert!(refused.text().contains("role=\"alert\""));
    assert_eq!(
        Browser::of(&app).get(&path).await.status(),
        200,
        "it waits still"
    );
}
