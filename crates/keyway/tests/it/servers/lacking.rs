use keyway_testkit::peers::Era;
use serde_json::json;

use super::world::{ADAS, Person, gateway, peer};
use crate::support::socket::Events;

#[tokio::test]
async fn who_has_no_credential_is_told_where_to_connect_one_and_is_listed_it_then() {
    let peer = peer(Era::Modern).await;
    let app = gateway(&peer.url()).await;
    let ada = Person::join(&app, "ada").await;
    assert_eq!(ada.tools().await, Vec::<String>::new());
    let standing = async || {
        let ask = app.ask(http::Method::GET, "/v1/mcp-servers");
        ask.bearer(&ada.key).send().await.json()["servers"][0].clone()
    };
    let lacking = standing().await;
    assert_eq!(
        (&lacking["name"], &lacking["state"]),
        (&json!("internal"), &json!("auth_required"))
    );
    assert!(
        lacking["reason"]
            .as_str()
            .unwrap()
            .contains("/connect/acme"),
        "{lacking}"
    );

    // A name it remembers from elsewhere says what is missing; any other is just not there.
    let answer = ada.call("mcp__internal__of-ada", json!({})).await;
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    assert!(answer.to_string().contains("/connect/acme"), "{answer}");
    let absent = ada.call("mcp__other__of-ada", json!({})).await;
    assert_eq!(absent["error"]["code"], -32602, "{absent}");
    let prompt = ada
        .ask("prompts/get", json!({ "name": "mcp__internal__greet" }))
        .await;
    assert!(
        prompt["error"].to_string().contains("/connect/acme"),
        "{prompt}"
    );

    let mut told = Events::open(ada.listening(&json!({ "toolsListChanged": true }))).await;
    told.json().await;
    ada.connect(ADAS).await;
    assert_eq!(
        told.json().await["method"],
        "notifications/tools/list_changed"
    );
    ada.wait_tool("mcp__internal__of-ada").await;
    assert_eq!(standing().await["state"], "connected");
    assert_eq!(peer.strangers(), []);
    app.running.stop().await;
}

#[tokio::test]
async fn a_call_waits_for_a_server_that_was_not_asked_for_before() {
    let peer = peer(Era::Legacy).await;
    let app = gateway(&peer.url()).await;
    let ada = Person::join(&app, "ada").await;
    ada.connect(ADAS).await;
    assert_eq!(peer.seen(ADAS, "initialize").len(), 0, "nobody asked yet");
    let answer = ada.call("mcp__internal__of-ada", json!({})).await;
    assert_eq!(answer["result"]["of-ada"], 1, "{answer}");
    app.running.stop().await;
}
