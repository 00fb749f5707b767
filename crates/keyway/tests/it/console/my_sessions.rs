use keyway_core::Role;

use super::world::{another, owned};
use crate::support::browser::Browser;

/// The ids of the web sessions on the page.
fn browsers(html: &str) -> Vec<String> {
    let parts = html.split("name=\"session\" value=\"").skip(1);
    parts
        .map(|part| part.split('"').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_person_sees_their_browsers_and_signs_one_out() {
    let (app, mut here) = owned().await;
    let mut there = Browser::of(&app);
    there.sign_in("ada@example.com").await;
    let page = here.get("/console/me/sessions").await;
    assert!(page.text().contains("this one") && page.text().contains("Firefox on Linux"));
    let own = browsers(page.text());
    assert_eq!(own.len(), 2);
    let others = there.get("/console/me/sessions").await;
    let is_theirs = |id: &&String| {
        let row = others.text().split(id.as_str()).next().unwrap();
        let row = row.rsplit("<tr>").next().unwrap();
        row.contains("this one")
    };
    let theirs = own.iter().find(is_theirs).unwrap();
    let mut bob = another(&app, "bob@example.com", Role::Member).await;
    bob.get("/console/me/sessions").await;
    for id in [theirs.as_str(), "", "x"] {
        let refused = bob
            .post("/console/me/sessions/end", &[("session", id)])
            .await;
        assert_eq!(refused.status(), 404, "{id}");
    }
    here.get("/console/me/sessions").await;
    let done = here
        .post("/console/me/sessions/end", &[("session", theirs)])
        .await;
    assert_eq!(
        done.header("location"),
        "/console/me/sessions?done=browser-ended"
    );
    let page = here.get(done.header("location")).await;
    assert!(page.text().contains("That browser is signed out."));
    assert_eq!(browsers(page.text()).len(), 1);
    assert_eq!(there.get("/console").await.status(), 303);
}

#[tokio::test]
async fn signing_out_everywhere_is_asked_first_and_ends_this_one_too() {
    let (app, mut here) = owned().await;
    let mut there = Browser::of(&app);
    there.sign_in("ada@example.com").await;
    let asked = here.get("/console/me/sessions/end-all").await;
    assert!(
        asked.text().contains("Sign out everywhere?"),
        "{}",
        asked.text()
    );
    assert_eq!(there.get("/console").await.status(), 200);
    let done = here.post("/console/me/sessions/end-all", &[]).await;
    assert_eq!(done.header("location"), "/sign-in?done=signed-out");
    for browser in [&mut here, &mut there] {
        assert_eq!(browser.get("/console").await.status(), 303);
    }
}

#[tokio::test]
async fn ending_the_browser_one_is_at_signs_out() {
    let (_app, mut here) = owned().await;
    let page = here.get("/console/me/sessions").await;
    let own = browsers(page.text());
    let done = here
        .post("/console/me/sessions/end", &[("session", &own[0])])
        .await;
    assert_eq!(done.header("location"), "/sign-in?done=signed-out");
    assert_eq!(here.get("/console").await.status(), 303);
}
