use http::Method;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};
use crate::support::client::Answer;

const PAGES: &[&str] = &[
    "/",
    "/sign-in",
    "/sign-out",
    "/account",
    "/account/nothing",
    "/setup/x",
    "/reset/x",
    "/invitations/x",
    "/sso/x",
    "/sso/x/callback",
    "/nothing-here",
];

#[track_caller]
pub(crate) fn assert_protected(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert!(!answer.has("access-control-allow-origin"), "{what}");
    assert!(!answer.has("www-authenticate"), "{what}");
    assert!(answer.has("x-request-id"), "{what}");
}

#[tokio::test]
async fn attack_clickjacking_every_page_is_framed_nowhere_kept_nowhere_and_runs_nothing() {
    let app = TestApp::with([]).await;
    let html = "text/html,application/xhtml+xml";
    for path in PAGES {
        let ask = Browser::of(&app)
            .ask(Method::GET, path)
            .header("accept", html);
        assert_protected(&ask.send().await, &format!("{path} before the set-up"));
    }
    let browser = set_up(&app).await;
    let stranger = Browser::of(&app);
    for path in PAGES {
        for (who, visitor) in [("owner", &browser), ("stranger", &stranger)] {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                let what = format!("{method} {path} as {who}");
                let ask = visitor.ask(method, path).header("accept", html);
                assert_protected(&ask.send().await, &what);
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_page_for_browsers_and_a_problem_for_programs() {
    let app = TestApp::with([]).await;
    let browser = set_up(&app).await;
    let page = browser
        .ask(Method::GET, "/nothing-here")
        .header("accept", "text/html")
        .send()
        .await;
    assert_eq!(page.status(), 404);
    assert!(page.text().contains("Nothing is served at this path."));
    assert!(page.text().contains(page.header("x-request-id")));
    let problem = app.get("/nothing-here").send().await;
    assert_eq!(problem.header("content-type"), "application/problem+json");
    let api = app
        .get("/v1/nothing")
        .header("accept", "text/html")
        .send()
        .await;
    assert_eq!(api.status(), 404);
    let foreign = browser
        .ask(Method::GET, "/sign-in")
        .header("host", "evil.example")
        .send()
        .await;
    assert_eq!(foreign.status(), 403);
    assert!(foreign.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn a_page_for_another_site_s_script_is_no_more_readable_than_for_anyone() {
    let app = TestApp::builder()
        .config(|config| config.listen.allowed_origins = vec!["*".into()])
        .start()
        .await;
    let browser = set_up(&app).await;
    let page = browser
        .ask(Method::GET, "/account")
        .header("origin", "https://evil.example")
        .send()
        .await;
    assert!(!page.has("access-control-allow-origin"));
    assert!(!page.has("access-control-allow-credentials"));
}
