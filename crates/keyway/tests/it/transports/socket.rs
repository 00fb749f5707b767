use std::sync::Arc;

use http::Method;
use keyway::{Action, Channel, Expose};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Message;

use crate::oauth::tenants::stranger;
use crate::support::actions::say_back;
use crate::support::app::TestApp;
use crate::support::browser;
use crate::support::socket::{Socket, own_origin};
use crate::support::wait::{soon, until};

/// An action that waits forever, and tells when it begins and when it is dropped.
pub(super) fn waits(begun: &Arc<Notify>, dropped: &Arc<Notify>) -> Action {
    struct Tells(Arc<Notify>);
    impl Drop for Tells {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let (begun, dropped) = (Arc::clone(begun), Arc::clone(dropped));
    Action::new("wait", move |_, (): ()| {
        let tells = Tells(Arc::clone(&dropped));
        begun.notify_one();
        async move {
            let _tells = tells;
            std::future::pending::<()>().await;
            Ok(1)
        }
    })
    .expose(Expose::WS)
}

fn publish() -> Action {
    Action::new("publish", |context, input: Value| async move {
        context.publish("orders", &input["message"]).await
    })
    .input_schema_override(json!({ "type": "object", "properties": { "message": {} } }))
    .expose(Expose::WS)
}

async fn gateway(actions: impl IntoIterator<Item = Action>) -> TestApp {
    TestApp::builder()
        .actions(actions)
        .channel(Channel::new("orders").allow_everyone())
        .channel(Channel::new("silent"))
        .start()
        .await
}

async fn open(app: &TestApp) -> Socket {
    Socket::open(app.get("/v1/ws")).await.ok().unwrap()
}

fn call(id: impl Into<Value>, action: &str, input: &Value) -> Value {
    json!({ "id": id.into(), "type": "call", "action": action, "input": input })
}

#[tokio::test]
async fn actions_are_called_over_a_socket_and_errors_are_those_of_http() {
    let say = say_back().expose(Expose::WS | Expose::HTTP);
    let hidden = Action::new("hidden", |_, (): ()| async { Ok(1) }).expose(Expose::HTTP);
    let app = gateway([say, hidden]).await;
    let mut socket = open(&app).await;
    let input = json!({ "text": "ab", "times": 2 });
    let answer = socket.ask(&call(1, "say:back", &input)).await;
    assert_eq!(
        answer,
        json!({ "id": 1, "type": "result", "output": { "text": "abab" } })
    );
    let wrong = json!({ "text": 7, "canary": "canary" });
    let refused = socket.ask(&call("two", "say:back", &wrong)).await;
    assert_eq!(
        (&refused["id"], &refused["type"]),
        (&json!("two"), &json!("error"))
    );
    let http = app.post("/v1/actions/say:back").json(&wrong).send().await;
    let strip = |mut body: Value| {
        let members = body.as_object_mut().unwrap();
        assert!(
            members
                .remove("requestId")
                .unwrap()
                .as_str()
                .unwrap()
                .starts_with("req_")
        );
        body
    };
    assert_eq!(strip(refused["error"].clone()), strip(http.json()));
    for action in ["hidden", "none"] {
        let refused = socket.ask(&call(3, action, &json!({}))).await;
        assert_eq!(refused["error"]["code"], "action_not_found", "{action}");
    }
    for (text, id) in [
        ("nonsense", Value::Null),
        (r#"{"id":4,"type":"x"}"#, json!(4)),
    ] {
        socket.send(Message::text(text)).await;
        let refused = socket.next().await;
        assert_eq!(refused["id"], id);
        assert_eq!(refused["error"]["code"], "malformed_message");
        assert_eq!(refused["error"]["status"], 400);
    }
    until("both calls are in the log", async || {
        let events = app.get("/v1/audit?tool=say-back").send().await.json();
        events["events"].as_array().unwrap().len() >= 3
    })
    .await;
}

#[tokio::test]
async fn a_call_is_cancelled_by_its_id_and_with_the_socket() {
    let (begun, dropped) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let app = gateway([waits(&begun, &dropped)]).await;
    let mut socket = open(&app).await;
    socket.say(&call("a", "wait", &json!({}))).await;
    soon("the call", begun.notified()).await;
    let again = socket.ask(&call("a", "wait", &json!({}))).await;
    assert_eq!(again["error"]["code"], "id_in_use");
    socket
        .say(&json!({ "id": 9, "type": "cancel", "call": "a" }))
        .await;
    let (mut answers, mut codes) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let answer = socket.next().await;
        answers.push(answer["type"].as_str().unwrap().to_owned());
        codes.extend(answer["error"]["code"].as_str().map(str::to_owned));
    }
    answers.sort();
    assert_eq!(answers, ["cancelled", "error"]);
    assert_eq!(codes, ["cancelled"]);
    soon("the end", dropped.notified()).await;
    let none = socket
        .ask(&json!({ "id": 10, "type": "cancel", "call": "a" }))
        .await;
    assert_eq!(none["error"]["code"], "call_not_found");

    socket.say(&call("b", "wait", &json!({}))).await;
    soon("the second call", begun.notified()).await;
    drop(socket);
    soon("its end", dropped.notified()).await;
}

#[tokio::test]
async fn channels_are_heard_and_left_on_the_same_socket() {
    let app = gateway([publish()]).await;
    let mut socket = open(&app).await;
    let subscribe =
        |id: u32, channel: &str| json!({ "id": id, "type": "subscribe", "channel": channel });
    let done = socket.ask(&subscribe(1, "orders")).await;
    assert_eq!(done, json!({ "id": 1, "type": "subscribed" }));
    let twice = socket.ask(&subscribe(2, "orders")).await;
    assert_eq!(twice["error"]["code"], "already_subscribed");
    for name in ["silent", "none"] {
        let refused = socket.ask(&subscribe(3, name)).await;
        assert_eq!(refused["error"]["code"], "channel_not_found", "{name}");
    }
    socket
        .say(&call(4, "publish", &json!({ "message": { "n": 1 } })))
        .await;
    let (mut result, mut heard) = (Value::Null, Value::Null);
    while result.is_null() || heard.is_null() {
        let next = socket.next().await;
        match next["type"].as_str().unwrap() {
            "result" => result = next["output"].clone(),
            "message" => heard = next["message"].clone(),
            other => panic!("{other}"),
        }
    }
    assert_eq!(
        (&heard["id"], &heard["channel"]),
        (&result, &json!("orders"))
    );
    assert_eq!(heard["data"], json!({ "n": 1 }));
    let leave = json!({ "id": 5, "type": "unsubscribe", "channel": "orders" });
    assert_eq!(socket.ask(&leave).await["type"], "unsubscribed");
    assert_eq!(socket.ask(&leave).await["error"]["code"], "not_subscribed");
    let missed = socket
        .ask(&call(6, "publish", &json!({ "message": 2 })))
        .await["output"]
        .clone();
    // Who comes back says where they left off.
    let mut again = subscribe(7, "orders");
    again["after"] = result;
    socket.say(&again).await;
    loop {
        let next = socket.next().await;
        if next["type"] == "message" {
            assert_eq!(next["message"]["id"], missed);
            break;
        }
    }
}

#[tokio::test]
async fn a_page_of_the_gateway_calls_with_its_web_session_and_no_other_page_does() {
    let app = gateway([say_back().expose(Expose::WS)]).await;
    let browser = browser::set_up(&app).await;
    let ask = || browser.ask(Method::GET, "/v1/ws");
    let own = ask().header("origin", &own_origin(app.address()));
    let mut socket = Socket::open(own).await.ok().unwrap();
    let answer = socket
        .ask(&call(1, "say:back", &json!({ "text": "a" })))
        .await;
    assert_eq!(answer["output"], json!({ "text": "a" }));
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
        assert_eq!(Socket::open(foreign).await.err(), Some(403), "{origin:?}");
    }
    let nobody = app.ask(Method::GET, "/v1/ws");
    assert_eq!(Socket::open(nobody).await.err(), Some(401));
    assert_eq!(app.get("/v1/ws").send().await.status(), 426);
}

#[tokio::test]
async fn another_organization_hears_no_channel_and_calls_no_action_of_this_one() {
    let app = gateway([publish()]).await;
    let key = stranger(&app.running).await;
    let ask = app.ask(Method::GET, "/v1/ws").bearer(&key);
    let mut socket = Socket::open(ask).await.ok().unwrap();
    let subscribe = json!({ "id": 1, "type": "subscribe", "channel": "orders" });
    assert_eq!(
        socket.ask(&subscribe).await["error"]["code"],
        "channel_not_found"
    );
    let refused = socket.ask(&call(2, "publish", &json!({}))).await;
    assert_eq!(refused["error"]["code"], "action_not_found");
}
