use keyway_mcp::endpoint::{List, Notice};
use serde_json::json;

use super::world::{until, world};

const SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";

#[tokio::test]
async fn tells_what_was_asked_for_and_nothing_else() {
    let world = world();
    let wanted = json!({ "notifications": {
        "toolsListChanged": true,
        "promptsListChanged": false,
        "resourceSubscriptions": ["test://a", "test://unknown", "test://a"],
        "somethingNew": true,
    } });
    let mut answer = world.modern("subscriptions/listen", wanted).await;
    assert!(answer.is_stream());
    assert_eq!(world.backend.watched("test://a"), 1);
    // Said before the stream is read: it must come after the acknowledgement.
    let tell = |notice| world.backend.notices.send(notice).unwrap();
    tell(Notice::ListChanged(List::Prompts));
    tell(Notice::ListChanged(List::Tools));
    tell(Notice::ResourceUpdated("test://b".into()));
    tell(Notice::ResourceUpdated("test://a".into()));
    let first = answer.body.message().await;
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(
        first["params"]["notifications"],
        json!({ "toolsListChanged": true, "resourceSubscriptions": ["test://a"] })
    );
    let second = answer.body.message().await;
    assert_eq!(second["method"], "notifications/tools/list_changed");
    let third = answer.body.message().await;
    assert_eq!(third["method"], "notifications/resources/updated");
    assert_eq!(third["params"]["uri"], "test://a");
    for message in [first, second, third] {
        assert_eq!(message["params"]["_meta"][SUBSCRIPTION], 1);
    }
    drop(answer);
    until(|| world.backend.watched("test://a") == 0).await;
    world.quiet(0).await;
}

#[tokio::test]
async fn ends_gracefully_at_shutdown_and_at_once_when_revoked() {
    let world = world();
    let wanted = json!({ "notifications": { "toolsListChanged": true } });
    let mut answer = world.modern("subscriptions/listen", wanted.clone()).await;
    answer.body.message().await;
    world.shutdown.cancel();
    let last = answer.body.message().await;
    assert_eq!(last["id"], 1);
    assert_eq!(last["result"]["resultType"], "complete");
    assert_eq!(last["result"]["_meta"][SUBSCRIPTION], 1);
    assert!(answer.body.event().await.is_none());

    let world = super::world::world();
    let mut answer = world.modern("subscriptions/listen", wanted).await;
    answer.body.message().await;
    world.backend.revoked.cancel();
    assert!(answer.body.event().await.is_none());
}

#[tokio::test]
async fn a_reader_that_missed_notices_is_told_that_all_may_have_changed() {
    let world = world();
    let wanted = json!({ "notifications": {
        "resourcesListChanged": true, "resourceSubscriptions": ["test://a"],
    } });
    let mut answer = world.modern("subscriptions/listen", wanted).await;
    answer.body.message().await;
    for _ in 0..100 {
        let notice = Notice::ListChanged(List::Prompts);
        world.backend.notices.send(notice).unwrap();
    }
    let told = answer.body.message().await;
    assert_eq!(told["method"], "notifications/resources/list_changed");
    let told = answer.body.message().await;
    assert_eq!(told["params"]["uri"], "test://a");
}

#[tokio::test]
async fn refuses_filters_that_are_none() {
    let world = world();
    for bad in [
        json!({}),
        json!({ "notifications": [] }),
        json!({ "notifications": { "toolsListChanged": 1 } }),
        json!({ "notifications": { "resourceSubscriptions": "test://a" } }),
        json!({ "notifications": { "resourceSubscriptions": [1] } }),
        json!({ "notifications": { "resourceSubscriptions": vec!["x"; 0].into_iter()
            .map(String::from).chain((0..1001).map(|n| format!("test://{n}"))).collect::<Vec<_>>() } }),
    ] {
        let refused = world
            .modern("subscriptions/listen", bad)
            .await
            .value()
            .await;
        assert_eq!(refused["error"]["code"], -32602);
    }
}
