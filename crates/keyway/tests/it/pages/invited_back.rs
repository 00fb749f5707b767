use keyway_core::Role;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, PASSWORD, set_up};

const GRACE: &str = "grace@example.com";

async fn invite(app: &TestApp) -> String {
    let app = app.running.app();
    let invited = app.people().invite(&app.local(), GRACE, Role::Member).await;
    invited.unwrap().path().expose().clone()
}

/// Someone who joined, and was removed again.
async fn removed(app: &TestApp) -> Browser {
    let path = invite(app).await;
    let mut browser = Browser::of(app);
    browser.get(&path).await;
    let fields = [("name", "Grace"), ("password", PASSWORD)];
    assert_eq!(browser.post(&path, &fields).await.status(), 303);
    let app = app.running.app();
    let members = app.people().members(&app.local()).await.unwrap();
    let grace = members.iter().find(|member| member.name == "Grace");
    let removed = app
        .people()
        .remove_member(&app.local(), &grace.unwrap().id)
        .await;
    removed.unwrap();
    browser
}

#[tokio::test]
async fn a_removed_member_comes_back_with_the_password_they_have() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let mut grace = removed(&app).await;
    assert_eq!(grace.get("/account").await.status(), 303, "signed out");
    let nowhere = grace.sign_in(GRACE).await;
    assert!(nowhere.status() >= 400, "they belong nowhere");

    let path = invite(&app).await;
    let page = grace.get(&path).await;
    assert!(
        page.text()
            .contains("There is an account with this address")
    );
    assert!(page.text().contains("current-password"));
    assert!(!page.text().contains("name=\"name\""), "no second account");
    let wrong = grace.post(&path, &[("password", "not the password")]).await;
    assert_eq!(wrong.status(), 422, "{}", wrong.text());
    assert!(!wrong.text().contains("not the password"));
    assert!(wrong.text().contains("role=\"alert\""));
    let joined = grace.post(&path, &[("password", PASSWORD)]).await;
    assert_eq!(
        (joined.status(), joined.header("location")),
        (303, "/console"),
        "{}",
        joined.text()
    );
    assert!(grace.get("/account").await.text().contains(GRACE));
    assert_eq!(Browser::of(&app).get(&path).await.status(), 404, "once");
    let mut elsewhere = Browser::of(&app);
    assert_eq!(elsewhere.sign_in(GRACE).await.status(), 303);
}

#[tokio::test]
async fn who_is_signed_in_elsewhere_and_not_verified_proves_the_password() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let (use_cases, local) = (app.running.app(), app.running.app().local());
    let people = use_cases.people();
    people
        .create_organization(&local, "acme", "Acme")
        .await
        .unwrap();
    let there = people.operator_of(&local, "acme").await.unwrap();
    let first = people.invite(&there, GRACE, Role::Member).await.unwrap();
    let mut grace = Browser::of(&app);
    let path = first.path().expose().clone();
    grace.get(&path).await;
    let fields = [("name", "Grace"), ("password", PASSWORD)];
    assert_eq!(grace.post(&path, &fields).await.status(), 303);

    let path = invite(&app).await;
    let page = grace.get(&path).await;
    assert!(page.text().contains("You are signed in as Grace"));
    let missing = grace.post(&path, &[]).await;
    assert!((400..500).contains(&missing.status()), "{}", missing.text());
    let joined = grace.post(&path, &[("password", PASSWORD)]).await;
    assert_eq!(joined.status(), 303, "{}", joined.text());
    let members = people.members(&local).await.unwrap();
    assert!(members.iter().any(|of| of.email.as_deref() == Some(GRACE)));
}

#[tokio::test]
async fn attack_only_the_holder_of_the_link_learns_that_there_is_an_account() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    removed(&app).await;
    invite(&app).await;
    let mut stranger = Browser::of(&app);
    let made_up = stranger
        .get("/invitations/kwi_0000000000000000000000000000000000000")
        .await;
    assert_eq!(made_up.status(), 404);
    assert!(!made_up.text().contains("account with this address"));
    let mut answers = Vec::new();
    for email in [GRACE, "nobody@example.com"] {
        stranger.get("/sign-in").await;
        let fields = [
            ("mode", "signin"),
            ("email", email),
            ("password", "not the password"),
        ];
        let answer = stranger.post("/sign-in", &fields).await;
        let text = answer.text().replace(email, "").replace(&stranger.csrf, "");
        answers.push((answer.status(), text));
    }
    assert_eq!(answers[0], answers[1]);
}
