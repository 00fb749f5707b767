use http::Method;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, form, set_up, token};

const PROXIED: &[(&str, &str)] = &[
    ("x-forwarded-for", "203.0.113.9"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "gate.example"),
];

async fn behind(hops: usize) -> TestApp {
    TestApp::builder()
        .config(move |config| {
            config.listen.trusted_hops = hops;
            config.listen.allowed_hosts = vec!["gate.example".into()];
        })
        .start()
        .await
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_says_nothing() {
    let app = behind(0).await;
    set_up(&app).await;
    let mut ask = app.ask(Method::GET, "/sign-in");
    for (name, value) in PROXIED {
        ask = ask.header(name, value);
    }
    let page = ask.send().await;
    assert!(
        page.header("set-cookie").starts_with("keyway_visit="),
        "plain http"
    );
}

#[tokio::test]
async fn a_trusted_proxy_says_over_what_and_from_where() {
    let app = behind(1).await;
    set_up(&app).await;
    let ask = |method, path: &str| {
        let mut ask = app.ask(method, path);
        for (name, value) in PROXIED {
            ask = ask.header(name, value);
        }
        ask
    };
    let page = ask(Method::GET, "/sign-in").send().await;
    let cookie = page
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert!(cookie.starts_with("__Host-keyway_visit="), "{cookie}");
    let csrf = token(page.text()).unwrap();
    let fields = [
        ("csrf", csrf.as_str()),
        ("email", "ada@example.com"),
        ("password", crate::support::browser::PASSWORD),
    ];
    let post = |origin: &str| {
        let ask = ask(Method::POST, "/sign-in").header("cookie", &cookie);
        form(ask.header("origin", origin), &fields)
    };
    let own = format!("http://{}", app.address());
    assert_eq!(post(&own).send().await.status(), 403);
    assert_eq!(post("https://gate.example").send().await.status(), 303);
    let mut here = Browser::of(&app);
    let signed_in = post("https://gate.example").send().await;
    let session = signed_in.header("set-cookie").split(';').next().unwrap();
    let account = ask(Method::GET, "/account").header("cookie", session);
    assert!(account.send().await.text().contains("203.0.113.9"));
    assert_eq!(here.get("/account").await.status(), 303);
}

#[tokio::test]
async fn passwords_take_no_plain_http_over_a_network() {
    let app = behind(0).await;
    let mut browser = Browser::of(&app);
    assert_eq!(
        browser.get("/sign-in").await.status(),
        503,
        "not set up yet"
    );
    for path in ["/sign-in", "/setup/x", "/account"] {
        let page = app
            .ask(Method::GET, path)
            .header("host", "gate.example")
            .send()
            .await;
        assert_eq!(page.status(), 403, "{path}");
        assert!(page.text().contains("trusted_hops"), "{path}");
    }
    let key = app
        .get("/v1/actions")
        .header("host", "gate.example")
        .send()
        .await;
    assert_eq!(key.status(), 200, "programs are not held up");
}
