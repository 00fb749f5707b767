use std::time::Duration;

use keyway_app::channels::{Heard, Lost};
use keyway_core::{Kind, Role};
use serde_json::json;

use super::world::{World, message, next};
use crate::policy::world::someone;
use crate::support::stranger;

#[tokio::test]
async fn nobody_listens_who_is_not_allowed_and_to_them_there_is_no_such_channel() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(directory.path()).await;
    let app = world.app();
    let member = someone(app, Role::Member, "key", "mcp");
    let admin = someone(app, Role::Admin, "key", "mcp:resources");
    let unscoped = someone(app, Role::Admin, "key", "mcp:tools");
    let seen = |who| {
        let channels = app.channels(who);
        channels
            .into_iter()
            .map(|channel| channel.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(seen(&member), ["orders"]);
    assert_eq!(seen(&admin), ["orders", "news"]);
    assert_eq!(seen(&unscoped), [""; 0]);
    assert_eq!(seen(&stranger()), [""; 0]);
    for (who, channel, code) in [
        (&member, "news", "channel_not_found"),
        (&member, "none", "channel_not_found"),
        (&world.app().local(), "silent", "channel_not_found"),
        (&stranger(), "orders", "channel_not_found"),
        (&unscoped, "orders", "insufficient_scope"),
    ] {
        let error = app.listen(who, channel, None).await.unwrap_err();
        assert_eq!(error.code(), code, "{channel}");
    }
    let error = app.listen(&unscoped, "orders", None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Forbidden);
    world.stop().await;
}

#[tokio::test]
async fn who_comes_back_goes_on_where_they_left_off() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(directory.path()).await;
    let mut ids = Vec::new();
    for number in 0..450 {
        // What is published elsewhere in between is no message of this channel.
        world.publish("news", json!(number)).await;
        ids.push(world.publish("orders", json!(number)).await);
    }
    let mut subscription = world.listen("orders", Some(ids[99])).await;
    for id in &ids[100..200] {
        assert_eq!(message(&mut subscription).await.0, *id);
    }
    // While it catches up, more is published than one may be behind.
    for number in 0..300 {
        ids.push(world.publish("orders", json!(number)).await);
    }
    for id in &ids[200..] {
        assert_eq!(message(&mut subscription).await.0, *id);
    }
    let mut fresh = world.listen("orders", Some(i64::MAX)).await;
    let id = world.publish("orders", json!("next")).await;
    assert_eq!(message(&mut subscription).await.0, id);
    assert_eq!(
        message(&mut fresh).await.0,
        id,
        "a number nobody was given is no place"
    );
    world.stop().await;
}

#[tokio::test]
async fn who_comes_back_too_late_is_told_that_messages_are_missing() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(directory.path()).await;
    let first = world.publish("orders", json!(1)).await;
    let second = world.publish("orders", json!(2)).await;
    let third = world.publish("orders", json!(3)).await;
    let gone = jiff::Timestamp::from_second(1_900_000_000).unwrap();
    assert_eq!(world.process.store.purge_outbox(gone, 2).await.unwrap(), 2);
    let mut late = world.listen("orders", Some(first)).await;
    assert_eq!(next(&mut late).await, Heard::Missed);
    assert_eq!(message(&mut late).await.0, third);
    let mut complete = world.listen("orders", Some(second)).await;
    assert_eq!(
        message(&mut complete).await.0,
        third,
        "nothing behind it is missing"
    );
    world.stop().await;
}

#[tokio::test]
async fn a_slow_subscriber_is_let_go_and_nobody_waits_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(directory.path()).await;
    let mut slow = world.listen("orders", None).await;
    let mut quick = world.listen("orders", None).await;
    let mut last = 0;
    for number in 0..400 {
        last = world.publish("orders", json!(number)).await;
        assert_eq!(message(&mut quick).await.0, last);
    }
    assert_eq!(next(&mut slow).await, Heard::Lost(Lost::Slow));
    assert_eq!(slow.next().await, None);
    assert_eq!(Lost::Slow.code(), "slow_subscriber");
    let mut again = world.listen("orders", Some(last - 1)).await;
    assert_eq!(message(&mut again).await.0, last);
    world.stop().await;
}

#[tokio::test]
async fn a_subscription_ends_with_the_key_and_with_the_gateway() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(directory.path()).await;
    let app = world.app();
    let first = world.process.key.clone().unwrap();
    let owner = app.authenticate(&first).await.unwrap();
    let issued = app.api_keys().create(&owner, "short", None).await.unwrap();
    let who = app.authenticate(issued.secret.expose()).await.unwrap();
    let mut theirs = app.listen(&who, "orders", None).await.unwrap();
    let mut ours = world.listen("orders", None).await;
    app.api_keys()
        .revoke(&owner, &issued.view.id)
        .await
        .unwrap();
    assert_eq!(next(&mut theirs).await, Heard::Lost(Lost::NotAllowed));
    let still = tokio::time::timeout(Duration::from_millis(50), ours.next()).await;
    assert!(still.is_err(), "others go on");
    world.ending().await;
    assert_eq!(next(&mut ours).await, Heard::Lost(Lost::Ending));
    world.stop().await;
}
