use keyway_core::Kind;
use keyway_core::ports::RelayMethod;
use serde_json::{Value, json};

use super::world::{World, message};
use crate::support::Asking;

#[tokio::test]
async fn a_message_reaches_everyone_who_subscribed_to_its_channel_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(directory.path()).await;
    let early = world
        .publish("orders", json!("before anyone listens"))
        .await;
    let mut one = world.listen("orders", None).await;
    let mut two = world.listen("orders", None).await;
    let mut other = world.listen("news", None).await;
    let first = world.publish("orders", json!({ "n": 1 })).await;
    let news = world.publish("news", json!("new")).await;
    let second = world.publish("orders", json!({ "n": 2 })).await;
    assert!(early < first && first < news && news < second);
    for subscription in [&mut one, &mut two] {
        assert_eq!(
            message(subscription).await,
            (first, r#"{"n":1}"#.to_owned())
        );
        assert_eq!(
            message(subscription).await,
            (second, r#"{"n":2}"#.to_owned())
        );
    }
    assert_eq!(message(&mut other).await, (news, r#""new""#.to_owned()));
    world.stop().await;
}

#[tokio::test]
async fn a_message_of_another_process_reaches_who_listens_here() {
    let directory = tempfile::tempdir().unwrap();
    let (here, there) = (
        World::start(directory.path()).await,
        World::start(directory.path()).await,
    );
    let mut subscription = here.listen("orders", None).await;
    let id = there.publish("orders", json!("from there")).await;
    assert_eq!(
        message(&mut subscription).await,
        (id, r#""from there""#.to_owned())
    );
    here.stop().await;
    there.stop().await;
}

#[tokio::test]
async fn publishing_to_an_unknown_channel_names_those_that_are_there() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(directory.path()).await;
    let error = world.try_publish("0rders", json!(1)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::NotFound, "unknown_channel")
    );
    assert_eq!(
        error.message(),
        "there is no channel of this name; there are: orders, news, silent"
    );
    let large = json!("x".repeat(70_000));
    let error = world.try_publish("orders", large).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::TooLarge, "message_too_large")
    );
    let mut subscription = world.listen("orders", Some(0)).await;
    let id = world
        .publish("orders", json!("the first that is kept"))
        .await;
    assert_eq!(message(&mut subscription).await.0, id);
    world.stop().await;
}

#[tokio::test]
async fn a_channel_is_read_as_a_resource() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(directory.path()).await;
    let id = world.publish("orders", json!({ "n": 1 })).await;
    let asking = Asking::new(world.app());
    let read = async |uri: &str| {
        let params = json!({ "uri": uri });
        asking
            .call(world.app(), RelayMethod::ReadResource, uri, params)
            .await
    };
    let result: Value = read("keyway://channels/orders")
        .await
        .unwrap()
        .read()
        .unwrap();
    let text = result["contents"][0]["text"].as_str().unwrap();
    let body: Value = serde_json::from_str(text).unwrap();
    assert_eq!(body["messages"][0]["id"], id);
    assert_eq!(body["messages"][0]["data"], json!({ "n": 1 }));
    for unseen in ["keyway://channels/silent", "keyway://channels/none"] {
        assert_eq!(read(unseen).await.unwrap_err().code, -32602, "{unseen}");
    }
    world.stop().await;
}
