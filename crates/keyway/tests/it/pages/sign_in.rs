use keyway_core::Role;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, PASSWORD, set_up};

#[tokio::test]
async fn until_set_up_every_page_says_how_to_begin_and_programs_are_not_held_up() {
    let app = TestApp::with([]).await;
    let mut browser = Browser::of(&app);
    for path in [
        "/",
        "/sign-in",
        "/account",
        "/reset/x",
        "/invitations/x",
        "/sso/x",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status(), 503, "{path}");
        assert!(
            page.text().contains("<code>test-gateway setup-link</code>"),
            "{path}"
        );
    }
    let status = app.post("/v1/actions/status").send().await;
    assert_eq!(status.status(), 200);
    set_up(&app).await;
    assert_eq!(browser.get("/sign-in").await.status(), 200);
}

#[tokio::test]
async fn a_person_signs_in_goes_on_and_out_again() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let mut browser = Browser::of(&app);
    let led = browser.get("/account?x=1").await;
    assert_eq!(
        (led.status(), led.header("location")),
        (303, "/sign-in?next=%2Faccount%3Fx%3D1")
    );
    let page = browser.get(led.header("location")).await;
    assert!(page.text().contains("name=\"next\" value=\"/account?x=1\""));
    assert!(page.text().contains("autocomplete=\"current-password\""));
    let fields = [
        ("mode", "signin"),
        ("next", "/account?x=1"),
        ("email", " Ada@Example.com "),
        ("password", PASSWORD),
    ];
    let done = browser.post("/sign-in", &fields).await;
    assert_eq!(
        (done.status(), done.header("location")),
        (303, "/account?x=1")
    );
    let account = browser.get("/account").await;
    assert!(account.text().contains("Ada Lovelace"));
    let again = browser.get("/sign-in?next=/account").await;
    assert_eq!(
        (again.status(), again.header("location")),
        (303, "/account")
    );

    let out = browser.post("/sign-out", &[]).await;
    assert_eq!(out.header("location"), "/sign-in?done=signed-out");
    assert_eq!(browser.cookie("keyway_session"), None);
    let page = browser.get(out.header("location")).await;
    assert!(page.text().contains("You are signed out."));
    assert_eq!(browser.get("/account").await.status(), 303);
}

#[tokio::test]
async fn a_sign_in_that_fails_keeps_what_was_typed_but_for_the_password() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let mut browser = Browser::of(&app);
    browser.get("/sign-in").await;
    let fields = [
        ("mode", "signin"),
        ("next", "/account"),
        ("email", "\"><b>ada"),
        ("password", "not the password"),
    ];
    let page = browser.post("/sign-in", &fields).await;
    assert_eq!(page.status(), 422);
    assert!(page.text().contains("role=\"alert\""));
    assert!(page.text().contains("value=\"&quot;&gt;&lt;b&gt;ada\""));
    assert!(!page.text().contains("<b>ada") && !page.text().contains("not the password"));
    assert!(!page.has("set-cookie"), "nobody signed in");
    // The page that told it can be sent again.
    let fields = [
        ("mode", "signin"),
        ("email", "ada@example.com"),
        ("password", PASSWORD),
    ];
    assert_eq!(browser.post("/sign-in", &fields).await.status(), 303);
}

#[tokio::test]
async fn attack_user_enumeration_by_text_an_unknown_account_is_a_wrong_password() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let people = app.running.app().people();
    let local = app.running.app().local();
    let invited = people.invite(&local, "eve@example.com", Role::Member);
    invited.await.unwrap();
    let mut told = Vec::new();
    for email in ["ada@example.com", "bob@example.com", "eve@example.com"] {
        let mut browser = Browser::of(&app);
        browser.get("/sign-in").await;
        let fields = [
            ("mode", "signin"),
            ("email", email),
            ("password", "wrong wrong wrong"),
        ];
        let page = browser.post("/sign-in", &fields).await;
        let text = page
            .text()
            .replace(email, "EMAIL")
            .replace(&browser.csrf, "TOKEN");
        let mut headers = page.0.headers().clone();
        for own in ["date", "x-request-id"] {
            headers.remove(own);
        }
        let request = page.header("x-request-id").to_owned();
        told.push((page.status(), text.replace(&request, "REQUEST"), headers));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
}

#[tokio::test]
async fn attack_user_enumeration_by_timing_every_attempt_hashes_once() {
    let app = TestApp::with([]).await;
    let mut owner = set_up(&app).await;
    let people = app.running.app().people();
    let mut grace = Browser::of(&app);
    let local = app.running.app().local();
    let invited = people.invite(&local, "grace@example.com", Role::Member);
    let path = invited.await.unwrap().path().expose().clone();
    grace.get(&path).await;
    let fields = [("name", "Grace"), ("password", PASSWORD)];
    assert_eq!(grace.post(&path, &fields).await.status(), 303);
    let members = people.members(&local).await.unwrap();
    let off = members.iter().find(|one| one.name == "Grace").unwrap();
    people.disable_user(&local, &off.id).await.unwrap();
    owner.get("/account").await;

    for (email, password) in [
        ("ada@example.com", "wrong wrong wrong"),
        ("nobody@example.com", "wrong wrong wrong"),
        ("grace@example.com", PASSWORD),
        ("no address at all", "wrong wrong wrong"),
        ("", ""),
    ] {
        let mut browser = Browser::of(&app);
        browser.get("/sign-in").await;
        let before = people.password_checks();
        let fields = [("mode", "signin"), ("email", email), ("password", password)];
        let page = browser.post("/sign-in", &fields).await;
        assert_eq!(page.status(), 422, "{email}: {}", page.text());
        assert_eq!(people.password_checks() - before, 1, "{email}");
    }
}

#[tokio::test]
async fn too_many_attempts_are_told_with_when_to_come_back() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let mut browser = Browser::of(&app);
    browser.get("/sign-in").await;
    let fields = [
        ("mode", "signin"),
        ("email", "ada@example.com"),
        ("password", "x"),
    ];
    let mut last = browser.post("/sign-in", &fields).await;
    for _ in 0..30 {
        if last.status() == 429 {
            break;
        }
        last = browser.post("/sign-in", &fields).await;
    }
    assert_eq!(last.status(), 429);
    assert!(last.header("retry-after").parse::<u64>().unwrap() > 0);
    assert!(
        last.text().contains("<form"),
        "it is a page: {}",
        last.text()
    );
}

#[tokio::test]
async fn attack_session_fixation_signing_in_begins_another_web_session_than_the_one_that_was_brought()
 {
    let app = TestApp::with([]).await;
    let owner = set_up(&app).await;
    let mut browser = Browser::of(&app);
    // Fixation: a session, or the mark of a visit, that somebody else knows.
    let known = owner.cookie("keyway_session").unwrap().to_owned();
    browser.set("keyway_visit", "0123456789abcdef");
    browser.get("/sign-in").await;
    let before = browser.csrf.clone();
    browser.sign_in("ada@example.com").await;
    let first = browser.cookie("keyway_session").unwrap().to_owned();
    assert_ne!(first, known);
    assert_eq!(browser.cookie("keyway_visit"), None);
    browser.get("/account").await;
    assert_ne!(browser.csrf, before, "forms of before are good no more");
    // Signing in over a session that is open makes a new one too.
    browser.set("keyway_session", "made-up");
    browser.sign_in("ada@example.com").await;
    assert!(![known, first].contains(&browser.cookie("keyway_session").unwrap().to_owned()));
}

#[tokio::test]
async fn nobody_can_sign_up_unless_that_is_open() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let mut browser = Browser::of(&app);
    let page = browser.get("/sign-in").await;
    assert!(!page.text().contains("value=\"signup\""));
    let fields = [
        ("mode", "signup"),
        ("name", "Eve"),
        ("email", "eve@example.com"),
        ("password", PASSWORD),
    ];
    let refused = browser.post("/sign-in", &fields).await;
    assert_eq!(refused.status(), 403, "{}", refused.text());
    assert!(!refused.has("set-cookie"));
}

#[tokio::test]
async fn an_unknown_provider_is_a_page() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let mut browser = Browser::of(&app);
    for path in ["/sso/nobody", "/sso/nobody/callback?code=x&state=y"] {
        let page = browser.get(path).await;
        assert!(
            (400..500).contains(&page.status()),
            "{path} {}",
            page.status()
        );
        assert!(page.text().contains("<h1>"), "{path}");
        assert!(!page.text().contains("code=x"));
    }
}
