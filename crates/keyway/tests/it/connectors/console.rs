use keyway_core::Role;
use keyway_testkit::peers::{Era, HttpPeer, KeyedPeer, RawPeer, Script};
use serde_json::json;

use super::world::{CANARY, connect, gateway, plain, send, state, tools, until_listed};
use crate::support::browser::{Browser, set_up};
use crate::support::people;
use crate::support::wait::until;

/// The labels that the form has, in the order they stand in.
const LABELS: [&str; 5] = [
    "Name",
    "Remote MCP server URL",
    "Advanced settings",
    "Access token",
    "Auth header name",
];

#[tokio::test]
async fn an_administrator_connects_a_server_changes_it_and_removes_it() {
    let peer = KeyedPeer::start([(CANARY, Script::new(Era::Modern))]).await;
    let app = gateway().await;
    let mut ada = set_up(&app).await;
    let page = ada.get("/console/integrations").await;
    assert_eq!(page.status(), 200, "{}", page.text());
    for text in ["Integrations", "Custom Connectors", "Add custom connector"] {
        assert!(page.text().contains(text), "{text}");
    }
    let page = ada.get("/console/integrations/add").await;
    let mut rest = page.text();
    for label in LABELS {
        let at = rest
            .find(label)
            .unwrap_or_else(|| panic!("{label} in its place"));
        rest = &rest[at..];
    }
    assert!(page.text().contains("placeholder=\"Authorization\""));
    assert!(
        page.text().contains("<details class=\"advanced\">"),
        "closed"
    );

    // Tried out first: what was typed is still there, but for the token.
    let url = peer.url();
    let mut fields = vec![("name", "Acme MCP"), ("url", url.as_str())];
    let trying = [&fields[..], &[("do", "test")]].concat();
    let tried = ada.post("/console/integrations/add", &trying).await;
    assert!(tried.text().contains("The server"), "{}", tried.text());
    fields.extend([("token", CANARY), ("scheme", "Bearer")]);
    let trying = [&fields[..], &[("do", "test")]].concat();
    let tried = ada.post("/console/integrations/add", &trying).await;
    assert!(
        tried.text().contains("It is an MCP server with"),
        "{}",
        tried.text()
    );
    assert!(tried.text().contains("value=\"Acme MCP\"") && !tried.text().contains(CANARY));
    assert!(
        !tools(&app, &app.key, None)
            .await
            .iter()
            .any(|name| name.contains("acme"))
    );

    let added = ada.post("/console/integrations/add", &fields).await;
    assert_eq!(
        added.header("location"),
        "/console/integrations?done=connector-added"
    );
    until_listed(&app, &app.key, "mcp__acme-mcp__echo", true).await;
    let listed = ada.get("/console/integrations").await;
    assert!(listed.text().contains("mcp__acme-mcp"), "{}", listed.text());
    let path = "/console/connectors/acme-mcp";
    until("it to be shown as connected", || async {
        let page = ada.ask(http::Method::GET, path).send().await;
        page.text().contains("connected") && page.text().contains("2026-07-28")
    })
    .await;

    let form = ada.get(&format!("{path}/edit")).await;
    assert!(
        form.text().contains("name=\"revision\" value=\"1\""),
        "{}",
        form.text()
    );
    let edited = [
        ("revision", "1"),
        ("name", "Acme"),
        ("url", url.as_str()),
        ("scheme", "Bearer"),
        ("deny", "echo\nfail"),
        ("call_timeout", "7.5"),
    ];
    let saved = ada.post(&format!("{path}/edit"), &edited).await;
    assert_eq!(saved.status(), 303, "{}", saved.text());
    until_listed(&app, &app.key, "mcp__acme-mcp__echo", false).await;
    until_listed(&app, &app.key, "mcp__acme-mcp__progress", true).await;

    for (what, told) in [("disable", "configured"), ("enable", "connected")] {
        ada.get(path).await;
        let done = ada.post(&format!("{path}/{what}"), &[]).await;
        assert_eq!(done.status(), 303, "{}", done.text());
        until(told, || async { state(&app, "acme-mcp").await == told }).await;
    }
    let greeted = peer.seen(CANARY, "server/discover").len();
    assert_eq!(
        ada.post(&format!("{path}/refresh"), &[]).await.status(),
        303
    );
    until("a new connection", || async {
        peer.seen(CANARY, "server/discover").len() > greeted
    })
    .await;
    let tested = ada.post(&format!("{path}/test"), &[]).await;
    assert!(
        tested.text().contains("It is an MCP server with"),
        "{}",
        tested.text()
    );
    let empty = ada.post(&format!("{path}/rotate"), &[("token", "")]).await;
    assert_eq!(empty.status(), 422);
    assert!(empty.text().contains("f-token-error"), "{}", empty.text());
    let rotated = ada
        .post(&format!("{path}/rotate"), &[("token", CANARY)])
        .await;
    assert_eq!(rotated.status(), 303, "{}", rotated.text());

    let asked = ada.get(&format!("{path}/remove")).await;
    assert!(asked.text().contains("Remove Acme?"), "{}", asked.text());
    let removed = ada.post(&format!("{path}/remove"), &[]).await;
    assert_eq!(
        removed.header("location"),
        "/console/integrations?done=connector-removed"
    );
    until_listed(&app, &app.key, "mcp__acme-mcp__progress", false).await;
    assert_eq!(ada.get(path).await.status(), 404);
    app.running.stop().await;
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_with_what_was_typed() {
    let app = gateway().await;
    let mut ada = set_up(&app).await;
    ada.get("/console/integrations/add").await;
    let url = "https://mcp.acme.example/mcp";
    for (fields, field) in [
        (vec![("name", ""), ("url", url)], "name"),
        (vec![("name", "🚀"), ("url", url)], "name"),
        (vec![("name", "Typed"), ("url", "nowhere")], "url"),
        (vec![("name", "Typed"), ("url", "http://10.0.0.1/")], "url"),
        (
            vec![("name", "Typed"), ("url", url), ("header", "X-Key")],
            "token",
        ),
        (
            vec![
                ("name", "Typed"),
                ("url", url),
                ("token", CANARY),
                ("header", "Host"),
            ],
            "header",
        ),
        (
            vec![("name", "Typed"), ("url", url), ("token", "a\r\nb")],
            "token",
        ),
        (
            vec![("name", "Typed"), ("url", url), ("more", "X Bad: 1")],
            "more",
        ),
        (
            vec![("name", "Typed"), ("url", url), ("more", "X-One:")],
            "more",
        ),
        (
            vec![
                ("name", "Typed"),
                ("url", url),
                ("scope", "project"),
                ("project", "none"),
            ],
            "project",
        ),
        (
            vec![("name", "Typed"), ("url", url), ("scope", "roles")],
            "roles",
        ),
        (
            vec![("name", "Typed"), ("url", url), ("call_timeout", "soon")],
            "call_timeout",
        ),
    ] {
        let refused = ada.post("/console/integrations/add", &fields).await;
        let html = refused.text();
        assert_eq!(refused.status(), 422, "{fields:?}: {html}");
        assert!(
            html.contains(&format!("id=\"f-{field}-error\"")),
            "{field}: {html}"
        );
        assert!(!html.contains(CANARY), "{html}");
        let advanced = !matches!(field, "name" | "url");
        assert_eq!(
            html.contains("<details class=\"advanced\" open>"),
            advanced,
            "{field}"
        );
    }
    app.running.stop().await;
}

#[tokio::test]
async fn a_form_that_is_too_old_saves_nothing_and_says_what_changed() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let app = gateway().await;
    let mut ada = set_up(&app).await;
    connect(&app, plain("Acme", &peer.url())).await;
    let path = "/console/connectors/acme/edit";
    ada.get(path).await;
    let meanwhile = json!({
        "revision": 1, "name": "Ben's", "deny": ["fail"],
        "scope": "roles", "roles": ["admin"]
    });
    send(&app, http::Method::PATCH, "/v1/connectors/acme", meanwhile).await;
    let url = peer.url();
    let late = [
        ("revision", "1"),
        ("name", "Ada's"),
        ("url", url.as_str()),
        ("auth", "headers"),
        ("scope", "organization"),
    ];
    let refused = ada.post(path, &late).await;
    assert_eq!(refused.status(), 409);
    let html = refused.text();
    for text in [
        "Somebody else changed this",
        "Ben&#39;s",
        "Ada&#39;s",
        "value=\"2\"",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
    let told = html.split("class=\"stale\"").nth(1).unwrap();
    let told = told.split("</dl>").next().unwrap();
    for text in [
        "Whoever has one of some roles",
        "Everybody of the organization",
    ] {
        assert!(told.contains(text), "{text}: {told}");
    }
    assert!(!told.contains("> organization<"), "{told}");
    let saved = ada
        .post(path, &[&[("revision", "2")], &late[1..]].concat())
        .await;
    assert_eq!(saved.status(), 303, "{}", saved.text());
    app.running.stop().await;
}

#[tokio::test]
async fn members_and_other_organizations_find_no_such_page() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let app = gateway().await;
    set_up(&app).await;
    connect(&app, plain("Acme", &peer.url())).await;
    let use_cases = app.running.app();
    let local = use_cases.local();
    people::join(use_cases, &local, "ben@example.com", Role::Member).await;
    crate::oauth::tenants::stranger(&app.running).await;
    let (mut ben, mut eve) = (Browser::of(&app), Browser::of(&app));
    ben.sign_in("ben@example.com").await;
    eve.sign_in("eve@example.com").await;
    for path in [
        "/console/integrations",
        "/console/integrations/add",
        "/console/connectors/acme",
        "/console/connectors/acme/edit",
        "/console/connectors/acme/remove",
    ] {
        let theirs = ben.get(path).await;
        assert_eq!(theirs.status(), 404, "{path}: {}", theirs.text());
        let theirs = eve.get(path).await;
        let is_a_list = path.starts_with("/console/integrations");
        assert_eq!(theirs.status(), if is_a_list { 200 } else { 404 }, "{path}");
        let link = "href=\"/console/connectors/acme\"";
        assert!(!theirs.text().contains(link), "{path}");
    }
    eve.get("/console/integrations/add").await;
    for what in [
        "test", "rotate", "refresh", "enable", "disable", "remove", "edit",
    ] {
        let path = format!("/console/connectors/acme/{what}");
        let refused = eve.post(&path, &[("token", "x")]).await;
        assert_eq!(refused.status(), 404, "{path}");
    }
    assert!(!state(&app, "acme").await.is_empty());
    app.running.stop().await;
}

#[tokio::test]
async fn servers_of_the_configuration_are_shown_with_their_source_and_connect_anew() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let app = crate::support::app::TestApp::builder()
        .server(keyway::McpServer::http("docs", peer.url()))
        .start()
        .await;
    let mut ada = set_up(&app).await;
    until("it to be connected", || async {
        !peer.seen("tools/list").is_empty()
    })
    .await;
    let page = ada.get("/console/integrations").await;
    assert!(
        page.text().contains("console.rs"),
        "its source: {}",
        page.text()
    );
    let greeted = peer.seen("server/discover").len();
    let done = ada.post("/console/servers/docs/refresh", &[]).await;
    assert_eq!(done.status(), 303, "{}", done.text());
    until("a new connection", || async {
        peer.seen("server/discover").len() > greeted
    })
    .await;
    let absent = ada.post("/console/servers/absent/refresh", &[]).await;
    assert_eq!(absent.status(), 404);
    app.running.stop().await;
}

#[tokio::test]
async fn attack_what_a_server_says_is_text_on_every_page() {
    let evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\\u001b[31mpay\\u202elap";
    let answer = format!(
        r#"{{"jsonrpc":"2.0","id":1,"result":{{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{{}},"_meta":{{"io.modelcontextprotocol/serverInfo":{{"name":"{evil}","version":"{evil}"}}}}}}}}"#
    );
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    );
    let peer = RawPeer::start(head.leak().as_bytes(), None).await;
    let app = gateway().await;
    let mut ada = set_up(&app).await;
    ada.get("/console/integrations/add").await;
    let url = peer.url();
    let name = "<b onmouseover=alert(1)>x</b>";
    let fields = [("name", name), ("url", url.as_str())];
    let trying = [&fields[..], &[("do", "test")]].concat();
    let tried = ada.post("/console/integrations/add", &trying).await;
    assert!(
        tried.text().contains("It is an MCP server"),
        "{}",
        tried.text()
    );
    let added = ada.post("/console/integrations/add", &fields).await;
    assert_eq!(added.status(), 303, "{}", added.text());
    let path = "/console/connectors/b-onmouseover-alert-1-x-b";
    let all = [
        tried.text().to_owned(),
        ada.get("/console/integrations").await.text().to_owned(),
        ada.get(path).await.text().to_owned(),
        ada.get(&format!("{path}/edit")).await.text().to_owned(),
        ada.get(&format!("{path}/remove")).await.text().to_owned(),
        ada.post(&format!("{path}/test"), &[])
            .await
            .text()
            .to_owned(),
    ];
    assert!(all[0].contains("pay⟦U+202E⟧lap"), "{}", all[0]);
    for html in all {
        for markup in ["<script>alert", "<img src=x", "<b onmouseover"] {
            assert!(!html.contains(markup), "{html}");
        }
        assert!(!html.contains('\u{202e}'), "{html}");
    }
    app.running.stop().await;
}
