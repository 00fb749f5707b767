use std::time::Duration;

use keyway_testkit::peers::Era;
use serde_json::json;

use super::world::{ADAS, BENS, ERAS, Person, gateway, peer};
use crate::support::socket::Events;

#[tokio::test]
async fn attack_nobody_sees_what_a_server_shows_another_person() {
    for (era, revision) in ERAS {
        let peer = peer(era).await;
        let app = gateway(&peer.url()).await;
        let (ada, ben) = (
            Person::join(&app, "ada").await,
            Person::join(&app, "ben").await,
        );
        ada.connect(ADAS).await;
        ben.connect(BENS).await;
        ada.wait_tool("mcp__internal__of-ada").await;
        ben.wait_tool("mcp__internal__of-ben").await;
        for (who, own, other) in [(&ada, "of-ada", "of-ben"), (&ben, "of-ben", "of-ada")] {
            let theirs = format!("mcp__internal__{other}");
            assert!(!who.tools().await.contains(&theirs), "{revision}");
            let answer = who.call(&format!("mcp__internal__{own}"), json!({})).await;
            assert_eq!(answer["result"][own], 1, "{revision}: {answer}");
            let refused = who.call(&theirs, json!({})).await;
            assert_eq!(refused["error"]["code"], -32602, "{refused}");
            assert_eq!(
                who.listed("prompts", "name").await,
                ["mcp__internal__greet"]
            );
            let resources = who.listed("resources", "uri").await;
            let from_it = resources.iter().filter(|uri| uri.starts_with("test://"));
            assert_eq!(from_it.count(), 2, "{resources:?}");
        }
        // The owner of the gateway has no credential of their own, and sees nothing of it.
        let owner = crate::support::mcp::modern(&app, "tools/list", json!({}));
        let owner = owner.send().await.text().to_owned();
        assert!(!owner.contains("internal"), "{owner}");

        // What Ada asked came with Ada's key and what Ben asked with Ben's, over connections of their own.
        for (key, own) in [(ADAS, "of-ada"), (BENS, "of-ben")] {
            let calls = peer.seen(key, "tools/call");
            let [call] = &calls[..] else {
                panic!("{calls:?}");
            };
            assert_eq!(call.json()["params"]["name"], own);
            assert_eq!(call.headers["authorization"], format!("Bearer {key}"));
            let opened = if era == Era::Modern {
                "server/discover"
            } else {
                "initialize"
            };
            assert_eq!(peer.seen(key, opened).len(), 1, "one connection for each");
        }
        assert_eq!(peer.strangers(), [], "{revision}");
        app.running.stop().await;
    }
}

#[tokio::test]
async fn attack_nobody_hears_what_changes_for_another_person() {
    let peer = peer(Era::Modern).await;
    let app = gateway(&peer.url()).await;
    let (ada, ben) = (
        Person::join(&app, "ada").await,
        Person::join(&app, "ben").await,
    );
    ada.connect(ADAS).await;
    ben.connect(BENS).await;
    ada.wait_tool("mcp__internal__of-ada").await;
    ben.wait_tool("mcp__internal__of-ben").await;
    let wanted = json!({ "toolsListChanged": true, "resourceSubscriptions": ["test://watched"] });
    let mut adas = Events::open(ada.listening(&wanted)).await;
    let mut bens = Events::open(ben.listening(&wanted)).await;
    for stream in [&mut adas, &mut bens] {
        let acknowledged = stream.json().await;
        let watched = &acknowledged["params"]["notifications"]["resourceSubscriptions"];
        assert_eq!(watched, &json!(["test://watched"]), "{acknowledged}");
    }
    // Each has the server watched over the connection that is theirs.
    for key in [ADAS, BENS] {
        peer.wait_listener(key).await;
    }
    ada.call("mcp__internal__touch", json!({})).await;
    assert_eq!(
        adas.json().await["method"],
        "notifications/resources/updated"
    );
    ada.call("mcp__internal__change", json!({})).await;
    assert_eq!(
        adas.json().await["method"],
        "notifications/tools/list_changed"
    );
    ada.wait_tool("mcp__internal__added").await;
    assert!(
        !ben.tools()
            .await
            .contains(&"mcp__internal__added".to_owned())
    );
    // Ben hears of his own, and that is the first thing he hears.
    ben.call("mcp__internal__touch", json!({})).await;
    assert_eq!(
        bens.json().await["method"],
        "notifications/resources/updated"
    );
    let more = tokio::time::timeout(Duration::from_millis(300), bens.json()).await;
    assert!(more.is_err(), "{more:?}");
    drop((adas, bens));
    app.running.stop().await;
}
