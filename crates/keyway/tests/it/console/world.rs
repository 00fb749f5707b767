use keyway_core::Role;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};
use crate::support::client::Answer;
use crate::support::people::join;

/// A gateway with its owner, signed in.
pub(crate) async fn owned() -> (TestApp, Browser) {
    let app = TestApp::with([]).await;
    let owner = set_up(&app).await;
    (app, owner)
}

/// Somebody else of the first organization, signed in.
pub(crate) async fn another(app: &TestApp, email: &str, role: Role) -> Browser {
    let running = app.running.app();
    join(running, &running.local(), email, role).await;
    signed_in(app, email).await
}

/// The owner of another organization, signed in.
pub(crate) async fn stranger(app: &TestApp) -> Browser {
    let (running, local) = (app.running.app(), app.running.app().local());
    let people = running.people();
    people
        .create_organization(&local, "acme", "Acme")
        .await
        .unwrap();
    let operator = people.operator_of(&local, "acme").await.unwrap();
    join(running, &operator, "eve@example.com", Role::Owner).await;
    signed_in(app, "eve@example.com").await
}

async fn signed_in(app: &TestApp, email: &str) -> Browser {
    let mut browser = Browser::of(app);
    let answer = browser.sign_in(email).await;
    assert_eq!(
        (answer.status(), answer.header("location")),
        (303, "/console"),
        "{}",
        answer.text()
    );
    browser
}

/// A page without what is different each time: the id of the request.
pub(crate) fn anonymous(page: &Answer) -> String {
    page.text().replace(page.header("x-request-id"), "REQUEST")
}
