use http::Method;
use keyway_core::Role;
use keyway_testkit::peers::{Era, HttpPeer, Script};
use serde_json::json;

use super::world::{ask, call, connect, gateway, machine, send, tools, until_listed};
use crate::support::mcp::dress;

#[tokio::test]
async fn who_does_not_qualify_neither_lists_nor_calls() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let app = gateway().await;
    let local = app.running.app().local();
    let member = machine(&app, &local, "bot", Role::Member).await;
    let admin = machine(&app, &local, "boss", Role::Admin).await;
    let only = json!({ "name": "Secret", "url": peer.url(), "scope": "roles", "roles": ["owner", "admin"] });
    let made = connect(&app, only).await;
    assert_eq!(made["roles"], json!(["admin", "owner"]));
    let tool = "mcp__secret__echo";
    until_listed(&app, &admin, tool, true).await;
    assert!(!tools(&app, &member, None).await.contains(&tool.to_owned()));
    let refused = call(&app, &member, tool).await;
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
    assert!(call(&app, &admin, tool).await["result"].is_object());
    for (what, method, params) in [
        ("resources", "resources/list", json!({})),
        ("prompts", "prompts/list", json!({})),
    ] {
        let asked = dress(ask(&app, &member, Method::POST, "/mcp"), method, params);
        let listed = asked.send().await.json();
        let text = listed["result"][what].to_string();
        assert!(
            !text.contains("test://") && !text.contains("secret"),
            "{text}"
        );
    }
    let servers = ask(&app, &member, Method::GET, "/v1/mcp-servers")
        .send()
        .await;
    assert!(!servers.text().contains("secret"), "{}", servers.text());

    // Everybody, from the next request on.
    let path = "/v1/connectors/secret";
    let all = json!({ "revision": 1, "scope": "organization" });
    assert_eq!(send(&app, Method::PATCH, path, all).await.status(), 200);
    until_listed(&app, &member, tool, true).await;
    app.running.stop().await;
}

#[tokio::test]
async fn a_projects_server_is_there_for_who_works_for_it() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let app = gateway().await;
    let project = json!({ "slug": "web", "name": "Web" });
    let project = send(&app, Method::POST, "/v1/projects", project)
        .await
        .json();
    let body = json!({ "name": "Site", "url": peer.url(), "project": "web" });
    let made = connect(&app, body).await;
    assert_eq!(
        (&made["scope"], &made["project"]),
        (&json!("project"), &json!("web"))
    );
    let tool = "mcp__site__echo".to_owned();
    crate::support::wait::until("its tools", || async {
        tools(&app, &app.key, Some("web")).await.contains(&tool)
    })
    .await;
    for other in [None, Some("shop"), Some("")] {
        assert!(
            !tools(&app, &app.key, other).await.contains(&tool),
            "{other:?}"
        );
    }
    let params = json!({ "name": tool, "arguments": {} });
    let works = ask(&app, &app.key, Method::POST, "/mcp").header("keyway-project", "web");
    let works = dress(works, "tools/call", params).send().await.json();
    assert!(works["result"].is_object(), "{works}");
    assert_eq!(call(&app, &app.key, &tool).await["error"]["code"], -32602);

    // It goes with its project.
    let path = format!("/v1/projects/{}", project["id"].as_str().unwrap());
    let gone = ask(&app, &app.key, Method::DELETE, &path).send().await;
    assert_eq!(gone.status(), 204);
    crate::support::wait::until("it to go", || async {
        !tools(&app, &app.key, Some("web")).await.contains(&tool)
    })
    .await;
    app.running.stop().await;
}

#[tokio::test]
async fn each_organization_has_its_own_under_the_same_key() {
    let ours = HttpPeer::start(Script::new(Era::Modern)).await;
    let theirs = HttpPeer::start(Script {
        results: [("only-theirs".to_owned(), "{\"content\":[]}".to_owned())].into(),
        ..Script::new(Era::Legacy)
    })
    .await;
    let app = gateway().await;
    let stranger = crate::oauth::tenants::stranger(&app.running).await;
    connect(&app, super::world::plain("Acme", &ours.url())).await;
    let made = ask(&app, &stranger, Method::POST, "/v1/connectors")
        .json(&super::world::plain("Acme", &theirs.url()))
        .send()
        .await;
    assert_eq!(made.status(), 201, "{}", made.text());
    until_listed(&app, &stranger, "mcp__acme__only-theirs", true).await;
    until_listed(&app, &app.key, "mcp__acme__echo", true).await;
    assert!(
        !tools(&app, &app.key, None)
            .await
            .contains(&"mcp__acme__only-theirs".to_owned())
    );
    assert!(call(&app, &stranger, "mcp__acme__echo").await["result"].is_object());
    assert_eq!(
        (
            ours.seen("tools/call").len(),
            theirs.seen("tools/call").len()
        ),
        (0, 1)
    );
    app.running.stop().await;
}
