use keyway::serve::Running;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, PASSWORD, set_up};

const NEW: &str = "cobalt ferry under 3 quiet bridges";

async fn reset_link(running: &Running) -> String {
    let app = running.app();
    let local = app.local();
    let link = app
        .people()
        .make_reset_link(&local, "ada@example.com")
        .await;
    link.unwrap().path().expose().clone()
}

#[tokio::test]
async fn the_set_up_makes_an_owner_once() {
    let app = TestApp::with([]).await;
    let local = app.running.app().local();
    let link = app
        .running
        .app()
        .people()
        .make_setup_link(&local)
        .await
        .unwrap();
    let path = link.path().expose().clone();
    let mut browser = Browser::of(&app);
    let page = browser.get(&path).await;
    assert_eq!(page.status(), 200);
    let weak = [
        ("name", ""),
        ("email", "ada@example.com"),
        ("password", "short"),
    ];
    let refused = browser.post(&path, &weak).await;
    assert_eq!(refused.status(), 422, "{}", refused.text());
    assert!(refused.text().contains("aria-invalid=\"true\""));
    assert!(refused.text().contains("value=\"ada@example.com\""));
    assert!(!refused.text().contains("short\""));
    let good = [
        ("name", "Ada"),
        ("email", "ada@example.com"),
        ("password", PASSWORD),
    ];
    let done = browser.post(&path, &good).await;
    assert_eq!((done.status(), done.header("location")), (303, "/console"));
    assert!(
        !done.header("location").contains("kwl_"),
        "no secret goes on"
    );
    assert_eq!(browser.get("/account").await.status(), 200);
    for answer in [browser.get(&path).await, browser.post(&path, &good).await] {
        assert_eq!(answer.status(), 404);
        assert!(answer.text().contains("this link") || answer.text().contains("This link"));
    }
}

#[tokio::test]
async fn a_link_gives_another_password_and_signs_out_everywhere_else() {
    let app = TestApp::with([]).await;
    let mut old = set_up(&app).await;
    let path = reset_link(&app.running).await;
    let mut browser = Browser::of(&app);
    let page = browser.get(&path).await;
    assert!(page.text().contains("ada@example.com"));
    let done = browser.post(&path, &[("password", NEW)]).await;
    assert_eq!((done.status(), done.header("location")), (303, "/console"));
    assert_eq!(browser.get("/account").await.status(), 200);
    assert_eq!(old.get("/account").await.status(), 303);
    let refused = Browser::of(&app).sign_in("ada@example.com").await;
    assert_eq!(refused.status(), 422, "the old password is good no more");
    assert_eq!(browser.get(&path).await.status(), 404);
}

#[tokio::test]
async fn a_link_is_good_for_its_own_page_only_and_a_made_up_one_for_none() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let path = reset_link(&app.running).await;
    let mut browser = Browser::of(&app);
    let wrong = path.replace("/reset/", "/setup/");
    assert_eq!(browser.get(&wrong).await.status(), 404);
    for token in ["made-up", "kwl_x", "%2e%2e%2fetc", &"y".repeat(3000)] {
        for page in ["setup", "reset", "invitations"] {
            let answer = browser.get(&format!("/{page}/{token}")).await;
            assert_eq!(answer.status(), 404, "{page} {token}");
            assert!(!answer.text().contains(token), "{page} {token}");
        }
    }
    assert_eq!(
        browser.get(&path).await.status(),
        200,
        "looking uses nothing up"
    );
}
