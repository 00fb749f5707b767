//! Who may no longer do what they could when they came hears and does nothing more.

use http::Method;
use keyway::{Action, Channel, Expose};
use keyway_app::KeyRequest;
use keyway_core::Role;
use serde_json::{Value, json};

use crate::support::actions::say_back;
use crate::support::app::TestApp;
use crate::support::browser::{self, Browser};
use crate::support::mcp;
use crate::support::people::join;
use crate::support::socket::{Events, Socket, own_origin};
use crate::support::wait::soon;

const GONE: (u16, &str) = (1008, "no_longer_allowed");

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Publish {
    channel: String,
    message: Value,
}

async fn gateway() -> TestApp {
    let publish = Action::new("publish", |context, input: Publish| async move {
        context.publish(&input.channel, &input.message).await
    });
    TestApp::builder()
        .actions([say_back().expose(Expose::WS), publish.expose(Expose::HTTP)])
        .channel(Channel::new("orders").allow_everyone())
        .channel(Channel::new("admins").allow(|who| who.role().administers()))
        .start()
        .await
}

async fn page(app: &TestApp, browser: &Browser, path: &str) -> Socket {
    let ask = browser.ask(Method::GET, path);
    let ask = ask.header("origin", &own_origin(app.address()));
    Socket::open(ask).await.ok().unwrap()
}

async fn publish(app: &TestApp, channel: &str, message: &Value) {
    let input = json!({ "channel": channel, "message": message });
    let answer = app.post("/v1/actions/publish").json(&input).send().await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
}

/// Somebody else, an admin, in a browser of their own; and their id.
async fn admin(app: &TestApp) -> (Browser, String) {
    let running = app.running.app();
    join(running, &running.local(), "bob@example.com", Role::Admin).await;
    let mut browser = Browser::of(app);
    let signed_in = browser.sign_in("bob@example.com").await;
    assert_eq!(signed_in.status(), 303, "{}", signed_in.text());
    let members = app.get("/v1/members").send().await.json();
    let members = members["members"].as_array().unwrap().clone();
    let bob = members
        .iter()
        .find(|member| member["email"] == "bob@example.com");
    (browser, bob.unwrap()["id"].as_str().unwrap().to_owned())
}

fn listen(app: &TestApp, key: &str, wanted: Value) -> crate::support::client::Ask {
    let ask = app.ask(Method::POST, "/mcp").bearer(key);
    mcp::dress(ask, "subscriptions/listen", wanted)
}

async fn demote(app: &TestApp, id: &str) {
    let change = app
        .ask(Method::PATCH, &format!("/v1/members/{id}"))
        .bearer(&app.key)
        .json(&json!({ "role": "member" }));
    let changed = change.send().await;
    assert_eq!(changed.status(), 200, "{}", changed.text());
}

#[tokio::test]
async fn signing_out_ends_what_the_web_session_listens_to() {
    let app = gateway().await;
    let mut browser = browser::set_up(&app).await;
    let mut socket = page(&app, &browser, "/v1/ws").await;
    let subscribe = json!({ "id": 1, "type": "subscribe", "channel": "orders" });
    assert_eq!(socket.ask(&subscribe).await["type"], "subscribed");
    let mut channel = page(&app, &browser, "/v1/channels/orders/ws").await;
    let events = browser
        .ask(Method::GET, "/v1/channels/orders/events")
        .header("origin", &own_origin(app.address()));
    let mut events = Events::open(events).await;
    publish(&app, "orders", &json!(1)).await;
    assert_eq!(socket.next().await["message"]["data"], 1);
    assert_eq!(channel.next().await["data"], 1);
    assert_eq!(events.json().await["data"], 1);
    browser.get("/account").await;
    let out = browser.post("/sign-out", &[]).await;
    assert_eq!(out.status(), 303, "{}", out.text());
    let gone = (GONE.0, GONE.1.to_owned());
    assert_eq!(soon("its end", socket.closed()).await, gone);
    assert_eq!(channel.closed().await, gone);
    let last = events.next().await;
    assert_eq!(last[0], "event: closed");
    assert!(last[1].contains("no_longer_allowed"), "{last:?}");
}

#[tokio::test]
async fn a_demotion_ends_a_socket_and_what_only_admins_hear() {
    let app = gateway().await;
    browser::set_up(&app).await;
    let (browser, bob) = admin(&app).await;
    let mut socket = page(&app, &browser, "/v1/ws").await;
    let mut admins = page(&app, &browser, "/v1/channels/admins/ws").await;
    let mut orders = page(&app, &browser, "/v1/channels/orders/ws").await;
    publish(&app, "admins", &json!("secret")).await;
    assert_eq!(admins.next().await["data"], "secret");
    demote(&app, &bob).await;
    let gone = (GONE.0, GONE.1.to_owned());
    assert_eq!(socket.closed().await, gone);
    assert_eq!(admins.closed().await, gone);
    publish(&app, "orders", &json!("all")).await;
    assert_eq!(
        orders.next().await["data"],
        "all",
        "what members hear goes on"
    );
}

#[tokio::test]
async fn a_revoked_key_closes_its_socket() {
    let app = gateway().await;
    let made = app
        .post("/v1/api-keys")
        .json(&json!({ "name": "short" }))
        .send()
        .await
        .json();
    let key = made["key"].as_str().unwrap();
    let ask = app.ask(Method::GET, "/v1/ws").bearer(key);
    let mut socket = Socket::open(ask).await.ok().unwrap();
    let call = json!({ "id": 1, "type": "call", "action": "say:back", "input": { "text": "a" } });
    assert_eq!(socket.ask(&call).await["type"], "result");
    let id = made["id"].as_str().unwrap();
    let revoked = app
        .ask(Method::DELETE, &format!("/v1/api-keys/{id}"))
        .bearer(&app.key);
    assert!(revoked.send().await.status() < 300);
    assert_eq!(socket.closed().await, (GONE.0, GONE.1.to_owned()));
}

#[tokio::test]
async fn an_mcp_stream_hears_no_channel_that_its_role_no_longer_may() {
    let app = gateway().await;
    browser::set_up(&app).await;
    let (browser, bob) = admin(&app).await;
    let running = app.running.app();
    let cookie = browser.cookie("keyway_session").unwrap();
    let visitor = running.people().web_session(cookie).await.unwrap().unwrap();
    let request = KeyRequest {
        name: "of bob".into(),
        expires_at: None,
        scopes: None,
        service_account: None,
    };
    let made = running
        .api_keys()
        .issue(&visitor.principal, request)
        .await
        .unwrap();
    let key = made.secret.expose();
    let uris = ["keyway://channels/admins", "keyway://channels/orders"];
    let wanted = json!({ "notifications": { "resourceSubscriptions": uris } });
    let mut stream = Events::open(listen(&app, key, wanted)).await;
    assert_eq!(
        stream.json().await["method"],
        "notifications/subscriptions/acknowledged"
    );
    publish(&app, "admins", &json!(1)).await;
    assert_eq!(stream.json().await["params"]["uri"], uris[0]);
    demote(&app, &bob).await;
    // From then on only what members may hear comes. How soon is up to the gateway, within two
    // seconds, so both are published until the second alone is heard.
    soon("the end of the first", async {
        let mut round = 0;
        loop {
            round += 1;
            publish(&app, "admins", &json!(round)).await;
            publish(&app, "orders", &json!(round)).await;
            let first = stream.json().await;
            if first["params"]["uri"] == uris[1] {
                break;
            }
            assert_eq!(stream.json().await["params"]["uri"], uris[1]);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    })
    .await;
}
