use http::Method;
use serde_json::json;

use super::world::{World, led, refusal};
use crate::support::wait::until;

#[tokio::test]
async fn a_provider_is_installed_in_a_browser_and_acts_with_a_token() {
    let mut world = World::start().await;
    let published = world.publish("tracker").await;
    let page = world.owner.get(&published.page).await;
    assert_eq!(page.status(), 200, "{}", page.text());
    let home = format!("http://{}", world.app.address());
    for text in [
        format!("{home}/webhook/tracker/{}", published.id),
        format!("{home}/install/tracker/callback"),
        "Below the client ID".to_owned(),
    ] {
        assert!(page.text().contains(&text), "{text}: {}", page.text());
    }
    assert!(!page.text().contains("<script"), "it works without");

    let leave = world.set_out(&published.page).await;
    assert!(leave.contains("code_challenge_method=S256"), "{leave}");
    // Nothing counts before it is installed.
    let before = world.shown(&published).await;
    assert_eq!(
        (&before["state"], &before["settings"]),
        (&json!("pending"), &json!({}))
    );
    let early = world.acting(&published).await.unwrap_err();
    assert_eq!(early.code(), "installation_pending");

    let back = world.tracker.agree(&leave, "T1");
    let done = world.owner.get(&back).await;
    assert!(done.text().contains("Workspace T1"), "{}", done.text());
    let shown = world.shown(&published).await;
    assert_eq!(shown["state"], "installed");
    assert_eq!(shown["workspace"]["id"], "T1");
    assert_eq!(shown["settings"], json!({ "clientId": "app-1" }));
    let set: Vec<_> = shown["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["set"])
        .collect();
    assert_eq!(set, [true, true]);

    let acting = world.acting(&published).await.unwrap();
    assert_eq!(
        world.tracker.takes(acting.token.expose()).as_deref(),
        Some("T1")
    );
    assert_eq!(acting.workspace.id, "T1");
    let scopes: Vec<_> = acting.scopes.names().collect();
    assert_eq!(scopes, ["issue.read"]);
    world
        .is_clean(std::slice::from_ref(&published.secret))
        .await;

    // Both are in the log: who set out, and who came back.
    let audit = world.app.get("/v1/audit?limit=200").send().await;
    for kind in ["install_begun", "installation_installed"] {
        assert!(audit.text().contains(kind), "{kind}");
    }
}

#[tokio::test]
async fn what_the_vendor_fails_at_leaves_everything_as_it_was_and_is_tried_again() {
    let mut world = World::start().await;
    let published = world.publish("tracker").await;
    let leave = world.set_out(&published.page).await;
    let back = world.tracker.agree(&leave, "T1");
    world.tracker.fail(9);
    let failed = world.owner.get(&back).await;
    assert_eq!(failed.status(), 502, "{}", failed.text());
    let shown = world.shown(&published).await;
    assert_eq!(
        (&shown["state"], &shown["settings"]),
        (&json!("pending"), &json!({}))
    );
    assert_eq!(shown["revision"], 1);
    world.tracker.fail(0);

    let leave = world.set_out(&published.page).await;
    let denied = world.owner.get(&world.tracker.deny(&leave)).await;
    assert_eq!(denied.status(), 403);
    assert!(denied.text().contains("said no"), "{}", denied.text());
    assert_eq!(world.shown(&published).await["state"], "pending");

    let leave = world.set_out(&published.page).await;
    let back = world.tracker.agree(&leave, "T1");
    assert_eq!(world.owner.get(&back).await.status(), 200);
    assert_eq!(world.shown(&published).await["state"], "installed");
}

#[tokio::test]
async fn what_is_typed_wrong_is_told_at_its_field_and_nothing_is_begun() {
    let mut world = World::start().await;
    let published = world.publish("tracker").await;
    world.owner.get(&published.page).await;
    let fields = [("clientId", "with spaces")];
    let wrong = world.owner.post(&published.page, &fields).await;
    assert_eq!(wrong.status(), 422, "{}", wrong.text());
    assert!(
        wrong.text().contains("An id without spaces")
            || wrong.text().contains("an id without spaces"),
        "{}",
        wrong.text()
    );
    let lacking = world
        .owner
        .post(&published.page, &[("clientId", "app-1")])
        .await;
    assert_eq!(lacking.status(), 422);
    assert!(
        lacking.text().contains("Fill this in"),
        "{}",
        lacking.text()
    );
    let how = [
        ("clientId", "a"),
        ("clientSecret", "b"),
        ("keyway_how", "connect"),
    ];
    let alone = world.owner.post(&published.page, &how).await;
    // The provider is not connected by what is typed in alone.
    assert!(alone.status() >= 400, "{}", alone.text());
    assert_eq!(world.shown(&published).await["revision"], 1);
    let path = format!("/v1/installations/{}/authorize", published.installation);
    let early = world.app.post(&path).send().await;
    assert_eq!(early.status(), 422, "{}", early.text());
    let typed = json!({ "fields": { "clientId": "app-1", "clientSecret": "x" } });
    let typed = world.ask(Method::PATCH, &published, "", typed).await;
    assert_eq!(typed.status(), 200, "{}", typed.text());
    let url = world.app.post(&path).send().await.json();
    let url = url["url"].as_str().unwrap().to_owned();
    assert!(url.ends_with(&published.page), "{url}");
    // It is known by now where it goes, so that the form may lead there.
    let page = world.owner.get(&published.page).await;
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains(&world.tracker.url()), "{policy}");
    let begun = world
        .owner
        .post(&published.page, &[("clientId", "app-1")])
        .await;
    assert_eq!(begun.status(), 303);
    assert!(led(&begun).starts_with(&world.tracker.url()));
}

#[tokio::test]
async fn a_reinstall_is_where_it_was_and_a_workspace_is_installed_once() {
    let mut world = World::start().await;
    let published = world.installed("T1").await;
    let leave = world.set_out(&published.page).await;
    let elsewhere = world.owner.get(&world.tracker.agree(&leave, "T2")).await;
    assert_eq!(elsewhere.status(), 409);
    assert!(
        elsewhere.text().contains("another workspace"),
        "{}",
        elsewhere.text()
    );
    assert_eq!(world.shown(&published).await["workspace"]["id"], "T1");
    let acting = world.acting(&published).await.unwrap();
    assert_eq!(
        world.tracker.takes(acting.token.expose()).as_deref(),
        Some("T1")
    );
    let leave = world.set_out(&published.page).await;
    let again = world.owner.get(&world.tracker.agree(&leave, "T1")).await;
    assert_eq!(again.status(), 200, "{}", again.text());

    // Another one of the same organization, with the same app.
    let second = world.publish("tracker").await;
    let leave = world.set_out(&second.page).await;
    let taken = world.owner.get(&world.tracker.agree(&leave, "T1")).await;
    assert_eq!(taken.status(), 409);
    assert!(
        taken.text().contains("installed with the same app already"),
        "{}",
        taken.text()
    );
    assert_eq!(world.shown(&second).await["state"], "pending");
    let leave = world.set_out(&second.page).await;
    let done = world.owner.get(&world.tracker.agree(&leave, "T2")).await;
    assert_eq!(done.status(), 200, "{}", done.text());
}

#[tokio::test]
async fn what_is_uninstalled_is_given_back_and_can_be_installed_elsewhere() {
    let mut world = World::start().await;
    let published = world.installed("T1").await;
    world.acting(&published).await.unwrap();
    let gone = world.ask(Method::DELETE, &published, "", json!({})).await;
    assert_eq!(gone.status(), 200, "{}", gone.text());
    let gone = gone.json();
    assert_eq!(
        (&gone["state"], &gone["workspace"]),
        (&json!("revoked"), &json!(null))
    );
    assert_eq!(gone["fields"][1]["set"], false);
    until("it to be given back", || async {
        world.tracker.revoked().len() == 1
    })
    .await;
    let path = format!("/v1/publications/{}", published.id);
    let paused = world.app.get(&path).send().await.json();
    assert_eq!(paused["paused"], true);
    let refused = world.acting(&published).await.unwrap_err();
    assert_eq!(refused.code(), "installation_revoked");
    let leave = world.set_out(&published.page).await;
    let done = world.owner.get(&world.tracker.agree(&leave, "T2")).await;
    assert_eq!(done.status(), 200, "{}", done.text());
    assert_eq!(world.shown(&published).await["workspace"]["id"], "T2");

    // Removing the publication gives back as well.
    let ask = world.app.ask(Method::DELETE, &path).bearer(&world.app.key);
    assert_eq!(ask.send().await.status(), 204);
    until("it to be given back", || async {
        world.tracker.revoked().len() == 2
    })
    .await;
    let shown = world.ask(Method::GET, &published, "", json!({})).await;
    assert_eq!(refusal(&shown), (404, "installation_not_found".to_owned()));
}
