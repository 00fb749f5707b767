use std::sync::Arc;

use serde_json::json;

use super::world::{gateway, say};
use crate::support::browser;
use crate::support::mcp;
use crate::support::socket::{Events, Socket, own_origin};
use crate::support::wait::soon;

const URI: &str = "keyway://channels/orders";

#[tokio::test]
async fn a_message_is_heard_over_an_event_stream_and_a_stream_goes_on_where_it_was_lost() {
    let app = gateway().await;
    let events = || {
        app.get("/v1/channels/orders/events")
            .header("accept", "text/event-stream")
    };
    let mut stream = Events::open(events()).await;
    let first = say(&app, json!({ "n": 1 })).await;
    let lines = stream.next().await;
    assert_eq!(lines[0], format!("id: {first}"));
    let data: serde_json::Value =
        serde_json::from_str(lines[1].strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(data["id"], first);
    assert_eq!(
        (&data["channel"], &data["data"]),
        (&json!("orders"), &json!({ "n": 1 }))
    );
    drop(stream);
    let second = say(&app, json!("while nobody listened\nat all")).await;
    let again = events().header("last-event-id", &first.to_string());
    let mut again = Events::open(again).await;
    let heard = again.json().await;
    assert_eq!(
        (&heard["id"], &heard["data"]),
        (&json!(second), &json!("while nobody listened\nat all"))
    );
    let third = say(&app, json!(3)).await;
    assert_eq!(again.json().await["id"], third);
}

#[tokio::test]
async fn a_message_is_heard_over_a_websocket_and_its_end_has_a_reason() {
    let app = Arc::new(gateway().await);
    let path = "/v1/channels/orders/ws";
    let mut socket = Socket::open(app.get(path)).await.ok().unwrap();
    let first = say(&app, json!({ "n": 1 })).await;
    let heard = socket.next().await;
    assert_eq!(
        (&heard["id"], &heard["data"]),
        (&json!(first), &json!({ "n": 1 }))
    );
    let behind = format!("{path}?after={}", first - 1);
    let mut late = Socket::open(app.get(&behind)).await.ok().unwrap();
    assert_eq!(late.next().await, heard, "the same, for who comes later");
    let stopping = Arc::clone(&app);
    #[expect(
        clippy::disallowed_methods,
        reason = "the stop runs beside the sockets"
    )]
    let stopped = tokio::spawn(async move { stopping.running.stop().await });
    for socket in [&mut socket, &mut late] {
        assert_eq!(socket.closed().await, (1001, "gateway_ending".to_owned()));
    }
    drop((socket, late));
    soon("the stop", stopped).await.unwrap();
}

#[tokio::test]
async fn a_page_of_the_gateway_listens_with_its_web_session_and_no_other_page_does() {
    let app = gateway().await;
    let browser = browser::set_up(&app).await;
    for path in ["/v1/channels/orders/ws", "/v1/channels/orders/events"] {
        let ask = || browser.ask(http::Method::GET, path);
        let own = ask().header("origin", &own_origin(app.address()));
        if path.ends_with("ws") {
            let mut socket = Socket::open(own).await.ok().unwrap();
            let id = say(&app, json!("to pages")).await;
            assert_eq!(socket.next().await["id"], id);
        } else {
            let mut events = Events::open(own).await;
            let id = say(&app, json!("to pages")).await;
            assert_eq!(events.json().await["id"], id);
        }
        for origin in [
            None,
            Some("http://127.0.0.1:1"),
            Some("https://evil.example"),
            Some("null"),
        ] {
            let foreign = match origin {
                Some(origin) => ask().header("origin", origin),
                None => ask(),
            };
            assert_eq!(
                Socket::open(foreign).await.err(),
                Some(403),
                "{path} {origin:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_message_reaches_a_modern_mcp_client_that_listens_to_the_channel() {
    let app = gateway().await;
    let wanted = json!({ "resourceSubscriptions": [URI, "keyway://channels/silent"] });
    let ask = mcp::modern(
        &app,
        "subscriptions/listen",
        json!({ "notifications": wanted }),
    );
    let mut stream = Events::open(ask).await;
    let acknowledged = stream.json().await;
    assert_eq!(
        acknowledged["params"]["notifications"]["resourceSubscriptions"],
        json!([URI]),
        "only what may be heard"
    );
    let id = say(&app, json!({ "shipped": 7 })).await;
    let heard = stream.json().await;
    assert_eq!(heard["method"], "notifications/resources/updated");
    assert_eq!(heard["params"]["uri"], URI);
    let message = &heard["params"]["_meta"]["keyway/message"];
    assert_eq!(
        (&message["id"], &message["data"]),
        (&json!(id), &json!({ "shipped": 7 }))
    );
    let read = mcp::modern(&app, "resources/read", json!({ "uri": URI }));
    let read = read.send().await.json();
    let text = read["result"]["contents"][0]["text"].as_str().unwrap();
    assert!(text.contains(r#""data":{"shipped":7}"#), "{text}");
}

#[tokio::test]
async fn a_message_reaches_a_legacy_mcp_client_as_a_log_message_where_it_asked() {
    let app = gateway().await;
    let (asked, silent) = (mcp::initialize(&app).await, mcp::initialize(&app).await);
    let level = json!({
        "jsonrpc": "2.0", "id": 2, "method": "logging/setLevel", "params": { "level": "info" }
    });
    let answer = mcp::legacy(&app, &asked, &level).send().await;
    assert_eq!(answer.status(), 200);
    let subscribe = json!({
        "jsonrpc": "2.0", "id": 3, "method": "resources/subscribe", "params": { "uri": URI }
    });
    let mut told = Events::open(mcp::stream(&app, &asked)).await;
    let mut deaf = Events::open(mcp::stream(&app, &silent)).await;
    let id = say(&app, json!({ "shipped": 7 })).await;
    let heard = told.json().await;
    assert_eq!(heard["method"], "notifications/message");
    assert_eq!(
        (&heard["params"]["level"], &heard["params"]["logger"]),
        (&json!("info"), &json!(URI))
    );
    assert_eq!(heard["params"]["data"]["id"], id);
    assert_eq!(heard["params"]["data"]["data"], json!({ "shipped": 7 }));
    // Who asked for the channel alone is told from then on: the first message was not for them.
    let answer = mcp::legacy(&app, &silent, &subscribe).send().await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    let id = say(&app, json!("next")).await;
    let heard = deaf.json().await;
    assert_eq!(heard["params"]["data"]["id"], id, "{heard}");
    assert_eq!(
        deaf.json().await["method"],
        "notifications/resources/updated"
    );
}
