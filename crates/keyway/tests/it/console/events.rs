use http::Method;
use http_body_util::BodyExt as _;
use keyway_core::Role;
use serde_json::json;

use super::world::{another, owned};
use crate::support::browser::Browser;
use crate::support::socket::Events;
use crate::support::wait::{soon, until};

const EVENTS: &str = "/console/events";

async fn watch(browser: &Browser) -> Events {
    Events::open(browser.ask(Method::GET, EVENTS)).await
}

#[tokio::test]
async fn a_page_learns_the_names_of_what_changed() {
    let (app, owner) = owned().await;
    let mut stream = watch(&owner).await;
    let made = app.post("/v1/api-keys").json(&json!({ "name": "k" }));
    assert_eq!(made.send().await.status(), 201);
    loop {
        let told = stream.next().await;
        assert_eq!(told[0], "event: changed");
        let topics: Vec<_> = told[1].trim_start_matches("data: ").split(' ').collect();
        assert!(topics.contains(&"activity"), "{topics:?}");
        if topics.contains(&"govern") {
            break;
        }
    }
}

#[tokio::test]
async fn signing_out_ends_the_stream() {
    let (_app, mut owner) = owned().await;
    let stream = owner.ask(Method::GET, EVENTS).open().await;
    assert_eq!(stream.status(), 200);
    owner.get("/console").await;
    assert_eq!(owner.post("/sign-out", &[]).await.status(), 303);
    soon("the end of the stream", stream.into_body().collect())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_web_session_has_so_many_streams_and_gets_their_places_back() {
    let (app, owner) = owned().await;
    let bob = another(&app, "bob@example.com", Role::Member).await;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(watch(&owner).await);
    }
    let refused = owner.ask(Method::GET, EVENTS).send().await;
    assert_eq!(refused.status(), 429, "{}", refused.text());
    drop(watch(&bob).await);
    open.clear();
    until("a place", || async {
        owner.ask(Method::GET, EVENTS).open().await.status() == 200
    })
    .await;
}
