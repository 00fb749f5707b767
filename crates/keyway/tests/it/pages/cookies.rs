use http::Method;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};
use crate::support::client::Answer;

fn set_by(answer: &Answer) -> Vec<String> {
    let all = answer.0.headers().get_all("set-cookie").iter();
    all.map(|line| line.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_and_of_other_sites() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let mut browser = Browser::of(&app);
    let page = browser.get("/sign-in").await;
    let signed_in = browser.sign_in("ada@example.com").await;
    let all = [set_by(&page), set_by(&signed_in)].concat();
    assert!(all.iter().any(|line| line.starts_with("keyway_visit=")));
    assert!(
        all.iter()
            .any(|line| line.starts_with("keyway_session=kwb_"))
    );
    for line in &all {
        assert!(line.contains("; HttpOnly"), "{line}");
        assert!(line.contains("; SameSite=Lax"), "{line}");
        assert!(line.contains("; Path=/;"), "{line}");
        assert!(!line.contains("Domain"), "{line}");
        assert!(
            !line.contains("Secure"),
            "plain http on this machine: {line}"
        );
    }
}

#[tokio::test]
async fn over_https_cookies_are_this_host_s_alone() {
    let app = TestApp::builder()
        .config(|config| config.listen.public_url = Some("https://gate.example".into()))
        .start()
        .await;
    let people = app.running.app().people();
    let local = app.running.app().local();
    let link = people.make_setup_link(&local).await.unwrap();
    let mut browser = Browser::of(&app);
    let page = browser.get(link.path().expose()).await;
    let lines = set_by(&page);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("__Host-keyway_visit="), "{lines:?}");
    assert!(lines[0].contains("; Secure"), "{lines:?}");
}

#[tokio::test]
async fn attack_bearer_as_cookie_a_bearer_token_opens_no_page_and_a_cookie_opens_no_api() {
    let app = TestApp::with([]).await;
    let browser = set_up(&app).await;
    let cookie = browser.cookie("keyway_session").unwrap();
    // The key as a cookie, and as what it is.
    let mut thief = Browser::of(&app);
    thief.set("keyway_session", &app.key);
    assert_eq!(thief.get("/account").await.status(), 303);
    let page = app.get("/account").send().await;
    assert_eq!(
        (page.status(), page.header("location")),
        (303, "/sign-in?next=%2Faccount")
    );
    // The cookie as a bearer token, and as what it is.
    for path in ["/mcp", "/v1/actions/status"] {
        let ask = app.ask(Method::POST, path).bearer(cookie);
        assert_eq!(ask.send().await.status(), 401, "{path}");
        let ask = browser.ask(Method::POST, path);
        assert_eq!(ask.send().await.status(), 401, "{path}");
    }
    for path in ["/v1/actions", "/v1/mcp-servers", "/v1/openapi.json"] {
        assert_eq!(
            browser.ask(Method::GET, path).send().await.status(),
            401,
            "{path}"
        );
    }
}

#[tokio::test]
async fn two_cookies_of_one_name_are_nobody_s() {
    let app = TestApp::with([]).await;
    let browser = set_up(&app).await;
    let cookie = browser.cookie("keyway_session").unwrap();
    let both = format!("keyway_session={cookie}; keyway_session={cookie}");
    let answer = app
        .ask(Method::GET, "/account")
        .header("cookie", &both)
        .send()
        .await;
    assert_eq!(answer.status(), 303);
    let prefixed = format!("__Host-keyway_session={cookie}");
    let answer = app
        .ask(Method::GET, "/account")
        .header("cookie", &prefixed)
        .send()
        .await;
    assert_eq!(answer.status(), 303);
}
