use keyway::config::Config;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};
use crate::support::client::Answer;

async fn gate(limit: u32) -> TestApp {
    let change = move |config: &mut Config| config.rate_limits.sign_in.limit = limit;
    let app = TestApp::builder().config(change).start().await;
    set_up(&app).await;
    app
}

async fn wrong(browser: &mut Browser, email: &str) -> Answer {
    browser.get("/sign-in").await;
    let fields = [
        ("mode", "signin"),
        ("email", email),
        ("password", "nonsense"),
    ];
    browser.post("/sign-in", &fields).await
}

#[tokio::test]
async fn attempts_to_sign_in_are_counted_by_address() {
    let app = gate(2).await;
    let mut browser = Browser::of(&app);
    for number in 0..2 {
        let email = format!("{number}@example.com");
        assert_eq!(wrong(&mut browser, &email).await.status(), 422);
    }
    let over = wrong(&mut browser, "3@example.com").await;
    assert_eq!(over.status(), 429, "{}", over.text());
    assert!(over.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(over.header("ratelimit-policy"), "\"sign_in\";q=2;w=60");
}

#[tokio::test]
async fn without_that_limit_wrong_passwords_are_held_up_all_the_same() {
    let app = gate(0).await;
    // More than the usual limit lets through.
    for _ in 0..130 {
        let answer = app.ask(http::Method::POST, "/oauth/token").send().await;
        assert_eq!(answer.status(), 400, "{}", answer.text());
    }
    let mut browser = Browser::of(&app);
    for _ in 0..10 {
        let answer = wrong(&mut browser, "nobody@example.com").await;
        assert_eq!(answer.status(), 422, "{}", answer.text());
    }
    let over = wrong(&mut browser, "nobody@example.com").await;
    assert_eq!(over.status(), 429, "{}", over.text());
}
