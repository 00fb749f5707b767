use http::Method;
use keyway_core::Role;
use keyway_testkit::peers::Era;
use serde_json::json;

use super::world::{Lab, tool};
use crate::connectors::world::machine;

#[tokio::test]
async fn deny_wins_and_what_is_not_shown_is_not_there() {
    let lab = Lab::start(
        Era::Modern,
        &[
            tool("add", "Adds"),
            tool("del", "Deletes"),
            tool("sub", "Subtracts"),
        ],
    )
    .await;
    lab.until_names(&["add", "del", "sub"]).await;
    let denied = lab.set_tool("del", json!({ "allowed": false })).await;
    assert_eq!(denied.json()["state"], "denied", "{}", denied.text());
    assert_eq!(lab.names().await, ["add", "sub"]);
    let never = lab.call("nothing").await;
    for (answer, unknown) in lab.call("del").await.into_iter().zip(never) {
        assert_eq!(answer["error"], unknown["error"], "like one that never was");
    }
    lab.set(json!({ "onlyAllowed": true })).await;
    assert!(lab.names().await.is_empty());
    lab.set_tool("sub", json!({ "allowed": true })).await;
    assert_eq!(lab.names().await, ["sub"]);
    lab.set(json!({ "onlyAllowed": false, "disabled": true }))
        .await;
    assert!(lab.names().await.is_empty());
    for answer in lab.call("add").await {
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
    let [read, _] = lab
        .both("resources/read", json!({ "uri": "test://static" }))
        .await;
    assert!(read["error"].is_object(), "{read}");
    lab.set(json!({ "disabled": false })).await;
    assert_eq!(lab.names().await, ["add", "sub"]);
    assert!(lab.peer.seen("tools/call").is_empty());
    lab.stop().await;
}

#[tokio::test]
async fn attack_a_denied_tool_is_not_called_by_a_name_in_other_letters() {
    let tools = [tool("add", "Adds"), tool("del", "Deletes")];
    let lab = Lab::start(Era::Modern, &tools).await;
    lab.until_names(&["add", "del"]).await;
    lab.set_tool("del", json!({ "allowed": false })).await;
    for other in [json!({ "Name": "del" }), json!({ "Arguments": { "a": 2 } })] {
        let mut params = json!({ "name": "mcp__calc__add", "arguments": { "a": 1 } });
        let member = other.as_object().unwrap().clone();
        params.as_object_mut().unwrap().extend(member);
        for answer in lab.both("tools/call", params).await {
            assert_eq!(answer["error"]["code"], -32602, "{answer}");
        }
    }
    assert!(lab.peer.seen("tools/call").is_empty());
    for answer in lab.call("add").await {
        assert_eq!(answer["result"]["add"], 1, "{answer}");
    }
    lab.stop().await;
}

#[tokio::test]
async fn a_tool_has_the_name_and_description_it_was_given_and_is_called_by_its_own() {
    let lab = Lab::start(
        Era::Legacy,
        &[tool("add", "Adds"), tool("sub", "Subtracts")],
    )
    .await;
    lab.until_names(&["add", "sub"]).await;
    let given = json!({ "name": "plus", "description": "Adds two numbers" });
    let set = lab.set_tool("add", given).await;
    assert_eq!(set.json()["shownAs"], "plus", "{}", set.text());
    assert_eq!(lab.names().await, ["plus", "sub"]);
    let listed = lab.listed().await;
    assert_eq!(listed[0]["description"], "Adds two numbers");
    for answer in lab.call("plus").await {
        assert_eq!(answer["result"]["add"], 1, "{answer}");
    }
    for answer in lab.call("add").await {
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
    let seen = lab.peer.seen("tools/call");
    assert!(
        seen.iter()
            .all(|call| call.json()["params"]["name"] == "add")
    );
    let taken = lab.set_tool("sub", json!({ "name": "plus" })).await;
    assert_eq!(
        (taken.status(), taken.json()["code"].as_str()),
        (409, Some("tool_name_taken"))
    );
    let taken = lab.set_tool("sub", json!({ "name": "add" })).await;
    assert_eq!(taken.status(), 409, "{}", taken.text());
    for bad in [
        json!({ "name": "two words" }),
        json!({ "description": "a\u{202e}b" }),
    ] {
        let refused = lab.set_tool("sub", bad).await;
        assert_eq!(refused.status(), 422, "{}", refused.text());
    }
    // A server cannot take the name by listing a tool of its own under it.
    lab.set(json!({ "newTools": "on" })).await;
    lab.relist(&[
        tool("add", "Adds"),
        tool("plus", "Mine"),
        tool("mul", "Multiplies"),
    ]);
    lab.until_names(&["mul", "plus"]).await;
    assert_eq!(lab.listed().await[1]["description"], "Adds two numbers");
    let states = lab.states().await;
    assert!(
        states.contains(&("plus".to_owned(), "name_taken".to_owned())),
        "{states:?}"
    );
    lab.stop().await;
}

#[tokio::test]
async fn a_call_that_settings_want_approved_is_not_let_through_without_an_approval() {
    let lab = Lab::start(
        Era::Modern,
        &[tool("add", "Adds"), tool("sub", "Subtracts")],
    )
    .await;
    lab.until_names(&["add", "sub"]).await;
    lab.set(json!({ "needsApproval": true })).await;
    lab.set_tool("sub", json!({ "needsApproval": false })).await;
    // What needs an approval is listed all the same.
    assert_eq!(lab.names().await, ["add", "sub"]);
    for answer in lab.call("sub").await {
        assert_eq!(answer["result"]["sub"], 1, "{answer}");
    }
    let calls = lab.peer.seen("tools/call").len();
    let params = json!({ "name": "mcp__calc__add", "arguments": {} });
    let ask = crate::support::mcp::modern(&lab.app, "tools/call", params);
    let answer = tokio::time::timeout(std::time::Duration::from_secs(2), ask.send()).await;
    // Refused, or waiting for somebody to approve it: the server has not heard of it.
    if let Ok(answer) = answer {
        let answer = answer.json();
        let asked = answer["result"]["resultType"] == "input_required";
        assert!(asked || answer["result"]["isError"] == true, "{answer}");
    }
    assert_eq!(lab.peer.seen("tools/call").len(), calls);
    lab.stop().await;
}

#[tokio::test]
async fn only_administrators_decide_and_only_from_what_they_read() {
    let lab = Lab::start(Era::Modern, &[tool("add", "Adds")]).await;
    lab.until_names(&["add"]).await;
    let operator = lab.app.running.app().local();
    let member = machine(&lab.app, &operator, "bot", Role::Member).await;
    for (method, path) in [
        (Method::GET, ""),
        (Method::PATCH, ""),
        (Method::GET, "/tools"),
        (Method::PATCH, "/tools"),
        (Method::GET, "/changes"),
        (Method::POST, "/changes/accept"),
        (Method::POST, "/changes/reject"),
        (Method::POST, "/reconnect"),
    ] {
        let body = match path {
            "" => json!({ "revision": 0, "disabled": true }),
            "/tools" => json!({ "tool": "add", "revision": 0, "allowed": false }),
            _ => json!({ "changes": [{ "tool": "add", "hash": "x" }] }),
        };
        let path = format!("/v1/mcp-servers/calc{path}");
        let ask = lab.app.ask(method.clone(), &path).bearer(&member);
        let refused = ask.json(&body).send().await;
        assert_eq!(refused.status(), 403, "{method} {path}: {}", refused.text());
        let nobody = lab.app.ask(method, &path).json(&body).send().await;
        assert_eq!(nobody.status(), 401, "{path}");
    }
    assert_eq!(lab.names().await, ["add"]);
    lab.set(json!({ "needsApproval": false })).await;
    let stale = json!({ "revision": 0, "disabled": true });
    let stale = lab.send(Method::PATCH, "/v1/mcp-servers/calc", stale).await;
    assert_eq!(
        (stale.status(), stale.json()["code"].as_str()),
        (409, Some("settings_changed"))
    );
    let unknown = lab.set_tool("nothing", json!({ "allowed": false })).await;
    assert_eq!(unknown.json()["code"], "tool_not_found");
    let reconnected = lab
        .send(Method::POST, "/v1/mcp-servers/calc/reconnect", json!({}))
        .await;
    assert_eq!(reconnected.status(), 204, "{}", reconnected.text());
    lab.until_names(&["add"]).await;
    lab.stop().await;
}
