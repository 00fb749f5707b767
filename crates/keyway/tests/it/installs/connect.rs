use http::Method;
use serde_json::json;

use super::world::World;

#[tokio::test]
async fn a_provider_is_installed_with_a_key_that_the_vendor_takes() {
    let world = World::start().await;
    let published = world.publish("tracker-key").await;
    let key = world.tracker.make_key("T1");
    for (fields, at) in [
        (json!({}), "/fields/apiKey"),
        (json!({ "apiKey": "wrong" }), "/fields/apiKey"),
        (json!({ "apiKey": "" }), "/fields/apiKey"),
        (
            json!({ "apiKey": key, "nothing/x": "y" }),
            "/fields/nothing~1x",
        ),
    ] {
        let body = json!({ "fields": fields });
        let refused = world.ask(Method::POST, &published, "/connect", body).await;
        assert_eq!(refused.status(), 422, "{}", refused.text());
        assert_eq!(refused.json()["problems"][0]["pointer"], at);
        assert!(!refused.text().contains("wrong\""), "{}", refused.text());
    }
    world.tracker.fail(9);
    let body = json!({ "fields": { "apiKey": key } });
    let failed = world
        .ask(Method::POST, &published, "/connect", body.clone())
        .await;
    assert_eq!(failed.status(), 502, "{}", failed.text());
    world.tracker.fail(0);
    let before = world.shown(&published).await;
    assert_eq!(
        (&before["state"], &before["revision"]),
        (&json!("pending"), &json!(1))
    );
    assert_eq!(before["fields"][0]["set"], false, "nothing of it is kept");

    let done = world.ask(Method::POST, &published, "/connect", body).await;
    assert_eq!(done.status(), 200, "{}", done.text());
    assert_eq!(done.json()["state"], "installed");
    let acting = world.acting(&published).await.unwrap();
    assert_eq!(acting.token.expose(), &key);
    world.is_clean(&[]).await;
}

#[tokio::test]
async fn a_key_is_typed_into_the_page_and_never_shown_there() {
    let mut world = World::start().await;
    let published = world.publish("tracker-key").await;
    world.owner.get(&published.page).await;
    let wrong = world
        .owner
        .post(&published.page, &[("apiKey", "wrong-key")])
        .await;
    assert_eq!(wrong.status(), 422);
    assert!(
        wrong.text().contains("a key that the tracker takes"),
        "{}",
        wrong.text()
    );
    assert!(!wrong.text().contains("wrong-key"));
    let key = world.tracker.make_key("T1");
    let done = world.owner.post(&published.page, &[("apiKey", &key)]).await;
    assert_eq!(done.status(), 200, "{}", done.text());
    assert!(
        done.text().contains("Tracker is installed"),
        "{}",
        done.text()
    );
    let page = world.owner.get(&published.page).await;
    assert!(page.text().contains("Set already"), "{}", page.text());
    assert!(!page.text().contains(&key));
}
