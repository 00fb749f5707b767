use http::Method;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, PASSWORD, set_up};

const SESSION: &str = "keyway_session";

#[tokio::test]
async fn attack_fixation_signing_in_again_ends_the_web_session_of_before() {
    let app = TestApp::with([]).await;
    let mut browser = set_up(&app).await;
    let before = browser.cookie(SESSION).unwrap().to_owned();
    browser.get("/sign-in?again=1").await;
    let fields = [
        ("mode", "signin"),
        ("email", "ada@example.com"),
        ("password", PASSWORD),
    ];
    let done = browser.post("/sign-in", &fields).await;
    assert_eq!(done.status(), 303, "{}", done.text());
    let after = browser.cookie(SESSION).unwrap().to_owned();
    assert_ne!(before, after);
    assert_eq!(browser.get("/account").await.status(), 200);

    let mut old = Browser::of(&app);
    old.set(SESSION, &before);
    assert_eq!(old.get("/account").await.status(), 303, "it has ended");
    let page = browser.get("/account").await;
    let others = page.text().matches("name=\"session\" value=\"").count();
    assert_eq!(others, 0, "nothing is left of it to be seen or stolen");
    let ask = app.ask(Method::GET, "/account");
    let ask = ask.header("cookie", &format!("{SESSION}={before}"));
    assert_eq!(ask.send().await.status(), 303);
}

#[tokio::test]
async fn a_failed_attempt_to_sign_in_again_ends_nothing() {
    let app = TestApp::with([]).await;
    let mut browser = set_up(&app).await;
    browser.get("/sign-in?again=1").await;
    let fields = [
        ("mode", "signin"),
        ("email", "ada@example.com"),
        ("password", "not the password"),
    ];
    let refused = browser.post("/sign-in", &fields).await;
    assert!(refused.status() >= 400);
    assert_eq!(browser.get("/account").await.status(), 200);
}
