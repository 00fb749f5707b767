use keyway_app::credentials::Place;
use keyway_core::ports::RelayMethod;
use keyway_core::{Actor, Principal, Role, Scopes, Subject};
use serde_json::json;

use super::world::{World, any, instance, of_user, project};
use crate::support::Asking;

#[tokio::test]
async fn each_rung_in_its_order() {
    let world = World::start().await;
    let who = world.operator();
    let (ada, ada_id) = world.member(Role::Member, 1).await;
    world.project("empty").await;
    let web = world.project("web").await;
    world
        .set(&who, &Place::Organization, "live", "org")
        .await
        .unwrap();
    world
        .set(&who, &Place::Organization, "test", "org test")
        .await
        .unwrap();
    world.set(&who, &web, "live", "web").await.unwrap();
    world
        .set(&ada, &of_user(&ada_id), "mine", "ada's")
        .await
        .unwrap();

    let call = async |slug, choice| world.call(&ada, slug, choice).await.unwrap();
    assert_eq!(call("whose", any()).await, "org");
    assert_eq!(call("whose", project("web")).await, "web");
    assert_eq!(call("whose", project("empty")).await, "org");
    assert_eq!(call("whose", instance("test")).await, "org test");
    assert_eq!(call("whose", instance("mine")).await, "ada's");
    assert_eq!(call("own", any()).await, "ada's");
    assert_eq!(call("own", project("web")).await, "ada's");

    for (slug, choice, code) in [
        ("whose", project("absent"), "project_not_found"),
        ("whose", instance("absent"), "credential_not_found"),
        ("own", instance("test"), "credential_not_found"),
    ] {
        let refused = world.call(&ada, slug, choice).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    // Nobody gets another person's, not even by its name.
    let (bob, _) = world.member(Role::Owner, 2).await;
    let refused = world.call(&bob, "own", any()).await.unwrap_err();
    assert_eq!(refused.code(), "credential_missing");
    let refused = world.call(&bob, "whose", instance("mine")).await;
    assert_eq!(refused.unwrap_err().code(), "credential_not_found");
}

#[tokio::test]
async fn a_machine_has_none_of_its_own() {
    let world = World::start().await;
    let machine = Subject::ApiKey {
        key: "key_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        owner: Actor::ServiceAccount("svc_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap()),
    };
    let machine = Principal::new(world.operator().organization().clone(), machine);
    let machine = machine.with_scopes(Scopes::all());
    let refused = world.call(&machine, "own", any()).await.unwrap_err();
    assert_eq!(refused.code(), "credential_needs_a_person");
}

#[tokio::test]
async fn mcp_clients_choose_in_meta() {
    let world = World::start().await;
    let who = world.operator();
    let web = world.project("web").await;
    world
        .set(&who, &Place::Organization, "live", "org")
        .await
        .unwrap();
    world
        .set(&who, &Place::Organization, "test", "org test")
        .await
        .unwrap();
    world.set(&who, &web, "live", "web").await.unwrap();
    let asking = Asking::new(&world.process.app);
    for (meta, wanted) in [
        (json!({}), "org"),
        (json!({ "keyway/project": "web" }), "web"),
        (
            json!({ "keyway/credentials": { "acme": "test" } }),
            "org test",
        ),
        (json!({ "keyway/credentials": { "other": "test" } }), "org"),
        (
            json!({ "keyway/credentials": 7, "keyway/project": [] }),
            "org",
        ),
    ] {
        let params = json!({ "name": "whose", "arguments": {}, "_meta": meta });
        let app = &world.process.app;
        let answer = asking
            .call(app, RelayMethod::CallTool, "whose", params)
            .await;
        let answer = answer.unwrap();
        assert!(
            answer.as_str().contains(&format!("\\\"{wanted}\\\"")),
            "{}",
            answer.as_str()
        );
    }
}
