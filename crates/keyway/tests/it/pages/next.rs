use crate::support::app::TestApp;
use crate::support::browser::{Browser, PASSWORD, set_up};

/// Places that are not ours.
const ELSEWHERE: &[&str] = &[
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\r\n/evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:evil.example",
    "evil.example",
    "",
];

#[tokio::test]
async fn attack_open_redirect_signing_in_leads_nowhere_else() {
    let app = TestApp::with([]).await;
    let mut owner = set_up(&app).await;
    for next in ELSEWHERE {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("next", next)
            .finish();
        let onwards = owner.get(&format!("/sign-in?{query}")).await;
        assert_eq!(
            (onwards.status(), onwards.header("location")),
            (303, "/console"),
            "{next:?}"
        );

        let mut browser = Browser::of(&app);
        let page = browser.get(&format!("/sign-in?{query}")).await;
        assert!(
            page.text().contains("name=\"next\" value=\"/console\""),
            "{next:?}"
        );
        let fields = [
            ("email", "ada@example.com"),
            ("password", PASSWORD),
            ("next", next),
        ];
        let done = browser.post("/sign-in", &fields).await;
        assert_eq!(
            (done.status(), done.header("location")),
            (303, "/console"),
            "{next:?}"
        );
    }
}

#[tokio::test]
async fn a_request_of_an_application_is_carried_through_signing_in() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let mut browser = Browser::of(&app);
    let wanted =
        "/oauth/authorize?client_id=c&redirect_uri=https%3A%2F%2Fclient.example%2Fcb&state=s";
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", wanted)
        .finish();
    let page = browser.get(&format!("/sign-in?{query}")).await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.ends_with("form-action 'self' https://client.example"),
        "{policy}"
    );
    let fields = [
        ("email", "ada@example.com"),
        ("password", PASSWORD),
        ("next", wanted),
    ];
    let done = browser.post("/sign-in", &fields).await;
    assert_eq!(done.header("location"), wanted);
}
