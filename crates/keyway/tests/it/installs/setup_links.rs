use http::Method;
use serde_json::json;

use super::world::{Published, World, set_out};
use crate::support::browser::Browser;

/// Makes a setup link: answers its path.
async fn link(world: &World, of: &Published) -> String {
    let made = world.ask(Method::POST, of, "/setup-links", json!({})).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    assert_eq!(made.header("cache-control"), "no-store");
    let url = made.json()["url"].as_str().unwrap().to_owned();
    let url = url::Url::parse(&url).unwrap();
    assert!(url.path().starts_with("/install/"), "{url}");
    url.path().to_owned()
}

#[tokio::test]
async fn a_setup_link_is_good_for_one_install_by_somebody_who_is_nobody_here() {
    let world = World::start().await;
    let published = world.publish("tracker").await;
    let path = link(&world, &published).await;
    let mut guest = Browser::of(&world.app);
    let (id, secret) = world.tracker.app();
    let fields = [("clientId", id), ("clientSecret", secret)];

    // What comes to nothing does not use it up.
    let leave = set_out(&mut guest, &path, &fields).await;
    assert_eq!(guest.get(&world.tracker.deny(&leave)).await.status(), 403);
    let leave = set_out(&mut guest, &path, &fields).await;
    let second = set_out(&mut guest, &path, &fields).await;
    let done = guest.get(&world.tracker.agree(&leave, "T1")).await;
    assert_eq!(done.status(), 200, "{}", done.text());
    assert!(done.text().contains("Workspace T1"));
    let shown = world.shown(&published).await;
    assert_eq!(
        (&shown["state"], &shown["installedBy"]),
        (&json!("installed"), &json!("setup link"))
    );
    assert_eq!(shown["setupLinkUntil"], json!(null));

    assert_eq!(guest.get(&path).await.status(), 404);
    assert_eq!(guest.post(&path, &fields).await.status(), 404);
    let late = guest.get(&world.tracker.agree(&second, "T1")).await;
    assert!(matches!(late.status(), 400 | 404), "{}", late.text());
    world
        .is_clean(&[path.rsplit('/').next().unwrap().to_owned()])
        .await;
}

#[tokio::test]
async fn attack_a_setup_link_that_expired_was_revoked_or_replaced_is_nobody_s() {
    let world = World::start().await;
    let published = world.publish("tracker").await;
    let mut guest = Browser::of(&world.app);
    let first = link(&world, &published).await;
    let second = link(&world, &published).await;
    assert_eq!(guest.get(&first).await.status(), 404, "replaced");
    assert_eq!(guest.get(&second).await.status(), 200);
    // Of one provider alone, and none that was never made.
    let elsewhere = second.replace("/tracker/", "/tracker-key/");
    assert_eq!(guest.get(&elsewhere).await.status(), 404);
    let never = "/install/tracker/setup/kwn_0000000000000000000000000000000000000";
    assert_eq!(guest.get(never).await.status(), 404);

    let (id, secret) = world.tracker.app();
    let fields = [("clientId", id), ("clientSecret", secret)];
    let leave = set_out(&mut guest, &second, &fields).await;
    let revoked = world
        .ask(Method::DELETE, &published, "/setup-links", json!({}))
        .await;
    assert_eq!(revoked.status(), 204);
    assert_eq!(guest.get(&second).await.status(), 404);
    let late = guest.get(&world.tracker.agree(&leave, "T1")).await;
    assert_eq!(late.status(), 404, "{}", late.text());
    let none = world
        .ask(Method::DELETE, &published, "/setup-links", json!({}))
        .await;
    assert_eq!(none.status(), 404);

    let third = link(&world, &published).await;
    assert_ne!(world.shown(&published).await["setupLinkUntil"], json!(null));
    world
        .sql("UPDATE setup_links SET expires_at = created_at")
        .await;
    assert_eq!(guest.get(&third).await.status(), 404);
    assert_eq!(world.shown(&published).await["state"], "pending");
}
