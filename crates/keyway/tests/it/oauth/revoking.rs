use http::Method;
use http_body_util::BodyExt as _;
use keyway_core::Subject;
use serde_json::json;

use super::party::{told, value};
use super::world::{Gate, gate};
use crate::support::mcp::LEGACY;
use crate::support::wait::soon;

/// Opens a legacy MCP session with a token, and its stream.
async fn stream(gate: &Gate, token: &str) -> http::Response<hyper::body::Incoming> {
    let accept = "application/json, text/event-stream";
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": LEGACY,
            "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" }
        }
    });
    let ask = gate.app.ask(Method::POST, "/mcp").bearer(token);
    let answer = ask.header("accept", accept).json(&body).send().await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    let session = answer.header("mcp-session-id").to_owned();
    let ask = gate.app.ask(Method::GET, "/mcp").bearer(token);
    let ask = ask
        .header("accept", "text/event-stream")
        .header("mcp-protocol-version", LEGACY)
        .header("mcp-session-id", &session);
    ask.open().await
}

#[tokio::test]
async fn a_revoked_grant_ends_its_tokens_and_its_open_stream() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let pair = gate.tokens(&party).await;
    let response = stream(&gate, &pair.access).await;
    assert_eq!(response.status(), 200);
    let app = gate.app.running.app();
    let resource = format!("{}/mcp", gate.issuer());
    let who = app
        .authenticate_at(&pair.access, Some(&resource))
        .await
        .unwrap();
    let Subject::Token { grant, .. } = who.subject() else {
        panic!("an access token came in");
    };
    app.oauth().revoke_grant(&app.local(), grant).await.unwrap();
    drop(soon("the stream to close", response.into_body().collect()).await);
    assert!(!gate.works(&pair.access).await);
    assert_eq!(party.try_refresh(&pair.refresh).await.status(), 400);
    // The person is asked again.
    assert_eq!(gate.owner.get(&party.url()).await.status(), 200);
}

#[tokio::test]
async fn a_stream_goes_on_when_its_client_renews_its_token() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let pair = gate.tokens(&party).await;
    let accept = "application/json, text/event-stream";
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": LEGACY,
            "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" }
        }
    });
    let ask = gate.app.ask(Method::POST, "/mcp").bearer(&pair.access);
    let answer = ask.header("accept", accept).json(&body).send().await;
    let session = answer.header("mcp-session-id").to_owned();
    let renewed = party.refresh(&pair.refresh).await;
    let list = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" });
    let ask = gate.app.ask(Method::POST, "/mcp").bearer(&renewed.access);
    let answer = ask
        .header("accept", accept)
        .header("mcp-protocol-version", LEGACY)
        .header("mcp-session-id", &session)
        .json(&list)
        .send()
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    // A client that was let do more is the same one.
    let more = gate.tokens(&party).await;
    let ask = gate.app.ask(Method::POST, "/mcp").bearer(&more.access);
    let answer = ask
        .header("accept", accept)
        .header("mcp-protocol-version", LEGACY)
        .header("mcp-session-id", &session)
        .json(&list)
        .send()
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    // Another client is somebody else, though the person is the same.
    let stranger = gate.party().await;
    let other = gate.tokens(&stranger).await;
    let ask = gate.app.ask(Method::POST, "/mcp").bearer(&other.access);
    let answer = ask
        .header("accept", accept)
        .header("mcp-protocol-version", LEGACY)
        .header("mcp-session-id", &session)
        .json(&list)
        .send()
        .await;
    assert_eq!(answer.status(), 404);
}

#[tokio::test]
async fn a_removed_member_s_tokens_die_at_once() {
    let mut gate = gate().await;
    let mut member = super::consent::member(&gate).await;
    let party = gate.party().await;
    let page = member.get(&party.url()).await;
    let allowed = member.submit(&page, &[("decision", "allow")]).await;
    let code = value(&told(&allowed), "code").to_owned();
    let pair = party.redeem(&code).await;
    assert!(gate.works(&pair.access).await);
    let open = stream(&gate, &pair.access).await;

    let app = gate.app.running.app();
    let members = app.people().members(&app.local()).await.unwrap();
    let grace = members
        .iter()
        .find(|member| member.name == "Grace")
        .unwrap();
    app.people()
        .remove_member(&app.local(), &grace.id)
        .await
        .unwrap();
    assert!(!gate.works(&pair.access).await);
    drop(soon("the stream to close", open.into_body().collect()).await);
    assert_eq!(party.try_refresh(&pair.refresh).await.status(), 400);
    let answer = member.get(&party.url()).await;
    assert!(
        answer.header("location").starts_with("/sign-in"),
        "no web session either"
    );
    gate.tokens(&party).await;
}
