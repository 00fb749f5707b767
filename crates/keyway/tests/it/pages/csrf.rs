use http::Method;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, PASSWORD, form, set_up, token};
use crate::support::client::Answer;

/// Every form there is: its path, and whether one has to be signed in.
const FORMS: &[(&str, bool)] = &[
    ("/sign-in", false),
    ("/sign-out", true),
    ("/account/applications", true),
    ("/account/organization", true),
    ("/account/password", true),
    ("/account/sessions", true),
    ("/account/sign-out-everywhere", true),
];

async fn send(
    browser: &Browser,
    path: &str,
    fields: &[(&str, &str)],
    headers: &[(&str, &str)],
) -> Answer {
    let mut ask = browser.ask(Method::POST, path);
    for (name, value) in headers {
        ask = ask.header(name, value);
    }
    form(ask, fields).send().await
}

#[tokio::test]
async fn attack_csrf_a_form_without_the_token_with_a_wrong_one_or_with_another_s_does_nothing() {
    let app = TestApp::with([]).await;
    let browser = set_up(&app).await;
    let mut other = Browser::of(&app);
    other.sign_in("ada@example.com").await;
    other.get("/account").await;
    let mut visitor = Browser::of(&app);
    visitor.get("/sign-in").await;
    for (path, _) in FORMS {
        for (token, status) in [
            (None, 400),
            (Some(""), 400),
            (Some("0"), 403),
            (Some(other.csrf.as_str()), 403),
            (Some(visitor.csrf.as_str()), 403),
        ] {
            let fields: Vec<_> = token.map(|token| ("csrf", token)).into_iter().collect();
            let refused = send(&browser, path, &fields, &[]).await;
            assert_eq!(refused.status(), status, "{path} {token:?}");
            assert!(refused.header("content-type").starts_with("text/html"));
            assert!(!refused.has("set-cookie"), "{path}");
        }
    }
    assert_eq!(
        browser.ask(Method::GET, "/account").send().await.status(),
        200
    );
}

#[tokio::test]
async fn attack_csrf_a_form_from_another_site_does_nothing_whatever_it_knows() {
    let app = TestApp::with([]).await;
    let mut browser = set_up(&app).await;
    browser.get("/account").await;
    let token = browser.csrf.clone();
    let own = format!("http://{}", app.address());
    for (path, _) in FORMS {
        for headers in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "null")],
            // Pages that may call the API may not send forms, those of this machine neither.
            &[("origin", "https://claude.ai")],
            &[("origin", "http://localhost:1")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", own.as_str())],
        ] {
            let fields = [("csrf", token.as_str())];
            let refused = send(&browser, path, &fields, headers).await;
            assert_eq!(refused.status(), 403, "{path} {headers:?}");
            assert!(refused.text().contains("sent from another site"), "{path}");
            assert!(!refused.has("access-control-allow-origin"));
        }
    }
    assert_eq!(browser.get("/account").await.status(), 200);
}

#[tokio::test]
async fn attack_csrf_the_token_of_a_visit_is_no_good_for_someone_who_is_signed_in() {
    let app = TestApp::with([]).await;
    let mut browser = set_up(&app).await;
    // Somebody else can make a browser carry a mark they know, where names are shared.
    browser.set("keyway_visit", "known");
    let mut attacker = Browser::of(&app);
    attacker.set("keyway_visit", "known");
    attacker.get("/sign-in").await;
    let fields = [("csrf", attacker.csrf.as_str())];
    let refused = send(&browser, "/account/sign-out-everywhere", &fields, &[]).await;
    assert_eq!(refused.status(), 403);
    assert_eq!(browser.get("/account").await.status(), 200);
}

#[tokio::test]
async fn a_form_is_bounded_and_declared() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let mut browser = Browser::of(&app);
    let page = browser.get("/sign-in").await;
    let csrf = token(page.text()).unwrap();
    let body = format!("csrf={csrf}&email=ada%40example.com");
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
    ] {
        let ask = browser
            .ask(Method::POST, "/sign-in")
            .header("content-type", kind);
        assert_eq!(ask.body(body.clone()).send().await.status(), 415, "{kind}");
    }
    let long = "x".repeat(70_000);
    let large = send(
        &browser,
        "/sign-in",
        &[("csrf", &csrf), ("email", &long)],
        &[],
    )
    .await;
    assert_eq!(large.status(), 413);
    let many = vec![("a", "b"); 300];
    assert_eq!(send(&browser, "/sign-in", &many, &[]).await.status(), 400);
    let headers = [("content-encoding", "gzip")];
    let packed = send(&browser, "/sign-in", &[("csrf", &csrf)], &headers).await;
    assert_eq!(packed.status(), 415);
}

#[tokio::test]
async fn other_methods_are_told_which_would_do() {
    let app = TestApp::with([]).await;
    let browser = set_up(&app).await;
    for (path, allow) in [
        ("/sign-in", "GET,HEAD,POST"),
        ("/sign-out", "POST"),
        ("/account", "GET,HEAD"),
        ("/account/password", "POST"),
        ("/setup/x", "GET,HEAD,POST"),
        ("/reset/x", "GET,HEAD,POST"),
        ("/invitations/x", "GET,HEAD,POST"),
        ("/sso/x", "GET,HEAD"),
        ("/assets/oauth-common.css", "GET,HEAD"),
    ] {
        let refused = browser.ask(Method::DELETE, path).send().await;
        assert_eq!(
            (refused.status(), refused.header("allow")),
            (405, allow),
            "{path}"
        );
    }
    assert_eq!(
        browser.ask(Method::GET, "/sign-out").send().await.status(),
        405
    );
}

#[tokio::test]
async fn a_form_can_be_sent_without_what_only_some_browsers_say() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let mut browser = Browser::of(&app);
    browser.get("/sign-in").await;
    let csrf = browser.csrf.clone();
    let fields = [
        ("csrf", csrf.as_str()),
        ("email", "ada@example.com"),
        ("password", PASSWORD),
    ];
    assert_eq!(send(&browser, "/sign-in", &fields, &[]).await.status(), 303);
}
