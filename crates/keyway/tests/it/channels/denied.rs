use keyway::config::Config;
use keyway::serve::Setup;
use keyway::{Channel, Gateway};
use serde_json::json;

use super::world::gateway;
use crate::support::socket::Socket;

#[tokio::test]
async fn a_channel_nobody_may_hear_is_not_there() {
    let app = gateway().await;
    let listed = app.get("/v1/channels").send().await.json();
    assert_eq!(
        listed,
        json!({ "channels": [
            { "name": "orders", "description": "", "uri": "keyway://channels/orders" }
        ] })
    );
    for name in ["silent", "none"] {
        let path = format!("/v1/channels/{name}");
        let answer = app.get(&format!("{path}/events")).send().await;
        assert_eq!(answer.status(), 404, "{}", answer.text());
        assert_eq!(answer.json()["code"], "channel_not_found");
        let socket = Socket::open(app.get(&format!("{path}/ws"))).await;
        assert_eq!(socket.err(), Some(404));
    }
}

#[tokio::test]
async fn without_a_key_nobody_listens_and_what_is_no_socket_is_told_so() {
    let app = gateway().await;
    for path in ["/v1/channels/orders/events", "/v1/channels/orders/ws"] {
        let ask = || app.ask(http::Method::GET, path);
        assert_eq!(ask().send().await.status(), 401, "{path}");
        let wrong = ask().bearer("kw_wrong").send().await;
        assert_eq!(wrong.status(), 401, "{path}");
        assert!(wrong.has("www-authenticate"));
    }
    let plain = app.get("/v1/channels/orders/ws").send().await;
    assert_eq!(
        (plain.status(), plain.json()["code"].clone()),
        (426, json!("not_a_websocket"))
    );
    let events = || app.get("/v1/channels/orders/events");
    let bad = events().header("last-event-id", "s3cret").send().await;
    assert_eq!(bad.status(), 400);
    assert!(!bad.text().contains("s3cret"));
    let bad = app.get("/v1/channels/orders/events?after=x").send().await;
    assert_eq!(bad.status(), 400);
}

#[tokio::test]
async fn channels_that_cannot_be_there_keep_a_gateway_from_starting() {
    let directory = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.storage.data_dir = directory.path().join("data");
    config.listen.bind = ([127, 0, 0, 1], 0).into();
    let gateway = Gateway::builder()
        .channel(Channel::new("orders"))
        .channel(Channel::new("orders"))
        .channel(Channel::new("No Name"))
        .build();
    let error = keyway::serve::start(&gateway, Setup::new(config)).await;
    let error = error.unwrap_err();
    assert_eq!(error.code(), "channels_unusable");
    let text = error.to_string();
    assert!(
        text.contains("the name is taken by channel \"orders\""),
        "{text}"
    );
    assert!(text.contains("its name is not a channel name"), "{text}");
}
