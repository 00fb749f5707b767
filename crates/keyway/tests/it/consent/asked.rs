//! Everybody agrees for themselves: the first call leads there.

use keyway_testkit::authorization::Options;
use keyway_testkit::peers::Era;
use serde_json::{Value, json};

use super::world::{LOOK, Legacy, World, ask, call, link, tools, wait_listed};

fn per_user() -> Value {
    json!({ "kind": "oauth", "mode": "per_user" })
}

/// How often the tool was called at the server itself.
fn looks(world: &World) -> usize {
    world.peer.peer.seen("tools/call").len()
}

#[tokio::test]
async fn a_call_without_a_client_that_can_be_asked_answers_with_a_link() {
    for era in [Era::Modern, Era::Legacy] {
        let world = World::with(era, Options::default()).await;
        world.add(per_user()).await;
        let mut ben = world.join("ben").await;
        let first = ben.call(&world.app).await;
        let link = link(&first);
        assert!(first.to_string().contains("credential_missing"), "{first}");
        assert!(link.starts_with(&format!("http://{}/connect/l_", world.app.address())));
        let done = ben.agree_at(&link).await;
        assert_eq!(done.header("location"), "/connect/mcp:wiki?done=yes");
        let second = ben.call(&world.app).await;
        assert_eq!(second["result"]["seen"], 1, "{second}");
        assert_eq!(looks(&world), 1, "it ran once");
        world.is_clean().await;
        world.app.running.stop().await;
    }
}

#[tokio::test]
async fn a_modern_client_is_led_to_the_page_and_its_call_goes_on() {
    let world = World::start().await;
    world.add(per_user()).await;
    let mut ben = world.join("ben").await;
    let able = json!({ "elicitation": { "url": {} } });
    let first = call(&world.app, &ben.key, &able).await;
    let result = &first["result"];
    assert_eq!(result["resultType"], "input_required", "{first}");
    let asked = result["inputRequests"].as_object().unwrap();
    let (name, request) = asked.iter().next().unwrap();
    assert_eq!(request["method"], "elicitation/create");
    assert_eq!(request["params"]["mode"], "url");
    let link = request["params"]["url"].as_str().unwrap().to_owned();
    ben.agree_at(&link).await;
    let again = json!({
        "name": LOOK,
        "arguments": {},
        "requestState": result["requestState"],
        "inputResponses": { name: { "action": "accept" } },
    });
    let second = ask(&world.app, &ben.key, "tools/call", again, &able).await;
    assert_eq!(second["result"]["seen"], 1, "{second}");
    assert_eq!(looks(&world), 1, "it ran once");
    let third = call(&world.app, &ben.key, &able).await;
    assert_eq!(third["result"]["seen"], 1, "{third}");
    world.app.running.stop().await;
}

#[tokio::test]
async fn a_modern_client_that_declines_runs_nothing() {
    let world = World::start().await;
    world.add(per_user()).await;
    let ben = world.join("ben").await;
    let able = json!({ "elicitation": { "url": {} } });
    let first = call(&world.app, &ben.key, &able).await;
    let asked = first["result"]["inputRequests"].as_object().unwrap();
    let name = asked.keys().next().unwrap();
    let again = json!({
        "name": LOOK,
        "arguments": {},
        "requestState": first["result"]["requestState"],
        "inputResponses": { name: { "action": "decline" } },
    });
    let second = ask(&world.app, &ben.key, "tools/call", again, &able).await;
    assert!(second.to_string().contains("connect_declined"), "{second}");
    assert_eq!(looks(&world), 0);
    world.app.running.stop().await;
}

#[tokio::test]
async fn a_legacy_client_is_led_to_the_page_told_when_it_is_done_and_its_call_goes_on() {
    let world = World::start().await;
    world.add(per_user()).await;
    let mut ben = world.join("ben").await;
    let key = ben.key.clone();
    let client = Legacy::open(&world.app, &key, json!({ "elicitation": { "url": {} } })).await;
    let mut call = client.call().await;
    let asked = call.next().await;
    assert_eq!(asked["method"], "elicitation/create", "{asked}");
    assert_eq!(asked["params"]["mode"], "url");
    let link = asked["params"]["url"].as_str().unwrap().to_owned();
    client.answer(&asked, "accept").await;
    ben.agree_at(&link).await;
    let done = call.next().await;
    assert_eq!(
        done["method"], "notifications/elicitation/complete",
        "{done}"
    );
    assert_eq!(
        done["params"]["elicitationId"],
        asked["params"]["elicitationId"]
    );
    let result = call.next().await;
    assert_eq!(result["result"]["seen"], 1, "{result}");
    assert_eq!(looks(&world), 1, "it ran once");
    world.app.running.stop().await;
}

#[tokio::test]
async fn a_legacy_client_that_cannot_open_pages_gets_the_link_as_an_answer() {
    let world = World::start().await;
    world.add(per_user()).await;
    let ben = world.join("ben").await;
    let client = Legacy::open(&world.app, &ben.key, json!({ "elicitation": {} })).await;
    let answer = client.call().await.next().await;
    assert!(link(&answer).contains("/connect/l_"), "{answer}");
    world.app.running.stop().await;
}

#[tokio::test]
async fn attack_a_link_is_good_for_the_person_it_was_made_for_alone() {
    let mut world = World::start().await;
    world.add(per_user()).await;
    let mut ben = world.join("ben").await;
    let mut eve = world.join("eve").await;
    let of_ben = link(&ben.call(&world.app).await);
    let path = url::Url::parse(&of_ben).unwrap().path().to_owned();
    for browser in [&mut eve.browser, &mut world.owner] {
        let refused = browser.get(&path).await;
        assert_eq!(refused.status(), 404, "{}", refused.text());
        assert!(
            refused.text().contains("another person"),
            "{}",
            refused.text()
        );
    }
    // Nobody is somebody else for what they know of a link.
    let altered = format!("{}x", &path[..path.len() - 1]);
    assert_eq!(ben.browser.get(&altered).await.status(), 404);
    let done = ben.agree_at(&of_ben).await;
    assert_eq!(done.status(), 303, "{}", done.text());
    // What Ben agreed to is of no use to Eve.
    let hers = eve.call(&world.app).await;
    assert!(hers.to_string().contains("credential_missing"), "{hers}");
    world.app.running.stop().await;
}

#[tokio::test]
async fn attack_what_two_people_agreed_to_is_never_mixed() {
    let world = World::start().await;
    world.add(per_user()).await;
    let mut ben = world.join("ben").await;
    let mut eve = world.join("eve").await;
    for person in [&mut ben, &mut eve] {
        let link = link(&person.call(&world.app).await);
        person.agree_at(&link).await;
        let called = person.call(&world.app).await;
        assert_eq!(called["result"]["seen"], 1, "{called}");
    }
    let mut sent = Vec::new();
    for _ in 0..2 {
        for person in [&ben, &eve] {
            let before = world.server.sent_tokens().len();
            let called = person.call(&world.app).await;
            assert_eq!(called["result"]["seen"], 1, "{called}");
            let all = world.server.sent_tokens().split_off(before);
            assert!(all.iter().all(|token| *token == all[0]), "{all:?}");
            sent.push(all[0].clone());
        }
    }
    assert_eq!((&sent[0], &sent[1]), (&sent[2], &sent[3]));
    assert_ne!(sent[0], sent[1]);
    world.is_clean().await;
    world.app.running.stop().await;
}

#[tokio::test]
async fn who_has_not_agreed_yet_is_listed_the_tools_that_others_are_and_nothing_else() {
    let world = World::start().await;
    world.add(per_user()).await;
    let mut ben = world.join("ben").await;
    let eve = world.join("eve").await;
    assert!(tools(&world.app, &eve.key).await.is_empty());
    let link = link(&ben.call(&world.app).await);
    ben.agree_at(&link).await;
    wait_listed(&world.app, &ben.key).await;
    wait_listed(&world.app, &eve.key).await;
    let resources = ask(
        &world.app,
        &eve.key,
        "resources/list",
        json!({}),
        &json!({}),
    )
    .await;
    let listed = resources["result"]["resources"].as_array().unwrap();
    let uris: Vec<_> = listed.iter().map(|resource| &resource["uri"]).collect();
    assert_eq!(uris, ["keyway://status"], "{resources}");
    let called = eve.call(&world.app).await;
    assert!(
        called.to_string().contains("credential_missing"),
        "{called}"
    );
    // Nobody is behind a key of a machine: nothing is listed, and a call says why it cannot be.
    let machine = world.machine().await;
    assert!(tools(&world.app, &machine).await.is_empty());
    let machine = call(&world.app, &machine, &json!({})).await;
    assert!(
        machine.to_string().contains("credential_needs_a_person"),
        "{machine}"
    );
    world.app.running.stop().await;
}
