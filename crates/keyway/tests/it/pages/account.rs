use crate::support::app::TestApp;
use crate::support::browser::{Browser, PASSWORD, set_up};
use crate::support::wait::until;

/// The ids of the other web sessions on the page.
fn others(html: &str) -> Vec<String> {
    let parts = html.split("name=\"session\" value=\"").skip(1);
    parts
        .map(|part| part.split('"').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_person_sees_where_they_are_signed_in_and_ends_it() {
    let app = TestApp::with([]).await;
    let mut here = set_up(&app).await;
    let mut there = Browser::of(&app);
    there.sign_in("ada@example.com").await;
    let page = here.get("/account").await;
    assert!(page.text().contains("this one") && page.text().contains("Firefox on Linux"));
    let session = others(page.text());
    assert_eq!(session.len(), 1);
    let done = here
        .post("/account/sessions", &[("session", &session[0])])
        .await;
    assert_eq!(
        (done.status(), done.header("location")),
        (303, "/account?done=session")
    );
    let page = here.get(done.header("location")).await;
    assert!(page.text().contains("That browser is signed out."));
    assert_eq!(there.get("/account").await.status(), 303);
    assert_eq!(here.get("/account?done=%3Cb%3Ex").await.status(), 200);
}

#[tokio::test]
async fn another_person_s_web_session_is_not_there() {
    let app = TestApp::with([]).await;
    let mut browser = set_up(&app).await;
    browser.get("/account").await;
    for session in ["", "x", "wses_01890a5d-ac96-774b-bcce-b302099a8057"] {
        let refused = browser
            .post("/account/sessions", &[("session", session)])
            .await;
        assert_eq!(refused.status(), 404, "{session}");
    }
    for organization in ["", "x", "org_01890a5d-ac96-774b-bcce-b302099a8057"] {
        let fields = [("organization", organization)];
        let refused = browser.post("/account/organization", &fields).await;
        assert!(
            [403, 404].contains(&refused.status()),
            "{organization} {}",
            refused.status()
        );
    }
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_web_session() {
    let app = TestApp::with([]).await;
    let mut here = set_up(&app).await;
    let mut there = Browser::of(&app);
    there.sign_in("ada@example.com").await;
    here.get("/account").await;
    let out = here.post("/account/sign-out-everywhere", &[]).await;
    assert_eq!(out.header("location"), "/sign-in?done=signed-out");
    assert_eq!(here.cookie("keyway_session"), None);
    assert_eq!(there.get("/account").await.status(), 303);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let app = TestApp::with([]).await;
    let mut here = set_up(&app).await;
    let mut there = Browser::of(&app);
    there.sign_in("ada@example.com").await;
    here.get("/account").await;
    let new = "cobalt ferry under 3 quiet bridges";
    for (current, password, at) in [
        ("not it", new, "account-current_password-error"),
        (PASSWORD, "short", "account-password-error"),
    ] {
        let fields = [("current_password", current), ("password", password)];
        let refused = here.post("/account/password", &fields).await;
        assert_eq!(refused.status(), 422);
        assert!(refused.text().contains(at), "{at}");
        assert!(!refused.text().contains("not it") && !refused.text().contains(new));
    }
    let before = here.cookie("keyway_session").unwrap().to_owned();
    let fields = [("current_password", PASSWORD), ("password", new)];
    let done = here.post("/account/password", &fields).await;
    assert_eq!(
        (done.status(), done.header("location")),
        (303, "/account?done=password")
    );
    assert_ne!(here.cookie("keyway_session"), Some(before.as_str()));
    assert_eq!(here.get("/account").await.status(), 200);
    assert_eq!(there.get("/account").await.status(), 303);
}

#[tokio::test]
async fn a_wrong_present_password_changes_nothing_and_is_in_the_log() {
    let app = TestApp::with([]).await;
    let mut here = set_up(&app).await;
    here.get("/account").await;
    let session = here.cookie("keyway_session").unwrap().to_owned();
    let fields = [
        ("current_password", "canary of a password"),
        ("password", "cobalt ferry under 3 quiet bridges"),
    ];
    let refused = here.post("/account/password", &fields).await;
    assert_eq!(refused.status(), 422, "{}", refused.text());
    assert_eq!(here.cookie("keyway_session"), Some(session.as_str()));
    let mut there = Browser::of(&app);
    assert_eq!(there.sign_in("ada@example.com").await.status(), 303);
    let log = async |kind: &str| app.get(&format!("/v1/audit?kind={kind}")).send().await;
    until("the refusal", || async {
        let failed = log("sign_in_failed").await.json();
        let failed = failed["events"].as_array().unwrap();
        failed.len() == 1
            && failed[0]["record"]["outcome"] == "refused"
            && failed[0]["record"]["target"]["type"] == "user"
            && failed[0]["record"]["address"] == "127.0.0.1"
    })
    .await;
    assert!(!log("sign_in_failed").await.text().contains("canary"));
    let changed = log("password_changed").await.json();
    assert_eq!(changed["events"].as_array().unwrap().len(), 0);
}
