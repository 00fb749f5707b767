use keyway::config::Config;
use keyway_core::Role;

use super::form::{plain, wrong};
use super::world::{another, stranger};
use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};

const OWN: &str = r#"
@id("no-status-for-members")
@doc("Members do not look <i>at</i> the status.")
forbid (principal in Role::"member", action == Action::"call", resource == Tool::"status");

@id("about-others")
forbid (principal in Organization::"org_01890a5d-ac96-774b-bcce-b302099a8057", action, resource);
"#;

/// A gateway with policies of its own, and its owner.
async fn governed() -> (TestApp, Browser, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("own.cedar");
    std::fs::write(&file, OWN).unwrap();
    let app = TestApp::builder()
        .config(|config: &mut Config| config.policy.file = Some(file))
        .start()
        .await;
    let owner = set_up(&app).await;
    (app, owner, dir)
}

fn asked(principal: &str, tool: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("principal", principal)
        .append_pair("tool", tool)
        .finish();
    format!("/console/policy/check?{query}")
}

#[tokio::test]
async fn the_policies_in_force_are_read_with_where_they_come_from() {
    let (_app, mut owner, dir) = governed().await;
    let page = owner.get("/console/policy").await;
    let text = plain(page.text());
    assert!(
        text.contains("no-status-for-members") && text.contains("own.cedar:"),
        "{text}"
    );
    assert!(text.contains("forbids") && text.contains("permits"));
    assert!(text.contains("keyway.members") && text.contains("wants an approval"));
    // Where the operator keeps it, and what is about another organization, is not theirs.
    assert!(!text.contains(dir.path().to_str().unwrap()));
    assert!(!text.contains("about-others"), "{text}");
    assert!(!page.text().contains("<i>at</i>"));
}

#[tokio::test]
async fn who_calls_what_through_which_client_is_chosen_from_what_is_there() {
    let (app, mut owner, _dir) = governed().await;
    another(&app, "bob@example.com", Role::Member).await;
    let client = serde_json::json!({
        "name": "Desk", "redirectUris": ["https://app.example/callback"]
    });
    let made = app.post("/v1/oauth/clients").json(&client).send().await;
    assert_eq!(made.status(), 201, "{}", made.text());
    let page = owner.get("/console/policy/check").await;
    let text = plain(page.text());
    for choice in [
        r#"<option value="bob@example.com">"#,
        r#"<option value="role:member">"#,
        r#"<option value="status">"#,
        r">Desk</option>",
    ] {
        assert!(text.contains(choice), "{choice}: {text}");
    }
}

#[tokio::test]
async fn a_call_is_tried_and_the_policies_that_decided_are_shown() {
    let (app, mut owner, _dir) = governed().await;
    another(&app, "bob@example.com", Role::Member).await;
    for (who, tool, decision, policy) in [
        (
            "bob@example.com",
            "status",
            "denied",
            "no-status-for-members",
        ),
        ("role:member", "status", "denied", "no-status-for-members"),
        (
            "ada@example.com",
            "status",
            "allowed",
            "keyway.administrators",
        ),
        (
            "role:member",
            "mcp__wiki__read",
            "allowed",
            "keyway.members",
        ),
    ] {
        let page = owner.get(&asked(who, tool)).await;
        assert_eq!(page.status(), 200, "{who}: {}", page.text());
        let text = plain(page.text());
        let outcome = text.split("id=\"outcome\"").nth(1).unwrap();
        assert!(
            outcome.contains(&format!(">{decision}<")),
            "{who} {tool}: {outcome}"
        );
        assert!(outcome.contains(policy), "{who} {tool}: {outcome}");
        let unknown = outcome.contains("There is no tool of this name.");
        assert_eq!(unknown, tool != "status", "{tool}");
    }
    let narrow = format!("{}&scopes=mcp:prompts", asked("ada@example.com", "status"));
    let text = plain(owner.get(&narrow).await.text());
    assert!(
        text.contains(">out of scope<") && text.contains("With wider scopes"),
        "{text}"
    );
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_is_told_at_its_field() {
    let (app, mut owner, _dir) = governed().await;
    stranger(&app).await;
    let ask = asked("ada@example.com", "status");
    for (path, at) in [
        (asked("canary@example.com", "status"), "principal"),
        (asked("eve@example.com", "status"), "principal"),
        (asked("operator", "status"), "principal"),
        (asked("role:king", "status"), "principal"),
        (format!("{ask}&scopes=canary"), "scopes"),
        (format!("{ask}&access=terminal"), "access"),
        (format!("{ask}&client=no%20client"), "client"),
    ] {
        let page = owner.get(&path).await;
        assert_eq!(page.status(), 422, "{path}: {}", page.text());
        assert!(!wrong(&page, at).contains("canary"), "{path}");
        assert!(!page.text().contains("id=\"outcome\""), "{path}");
    }
    let empty = owner.get("/console/policy/check").await;
    assert!(!empty.text().contains("id=\"outcome\""));
}

#[tokio::test]
async fn policies_are_read_and_tried_over_http_by_administrators() {
    let (app, _owner, _dir) = governed().await;
    let shown = app.get("/v1/policy").send().await.json();
    let policies = shown["policies"].as_array().unwrap();
    let own = policies
        .iter()
        .find(|policy| policy["id"] == "no-status-for-members")
        .unwrap();
    assert_eq!(own["effect"], "forbid");
    assert_eq!(
        (&own["builtIn"], &own["file"]),
        (&false.into(), &"own.cedar".into())
    );
    assert!(policies.iter().all(|policy| policy["id"] != "about-others"));
    let body = serde_json::json!({ "principal": "role:member", "tool": "status" });
    let decided = app.post("/v1/policy/check").json(&body).send().await.json();
    assert_eq!(decided["decision"], "deny");
    assert_eq!(decided["policies"][0]["id"], "no-status-for-members");
    assert_eq!(decided["known"], true);
    for (body, pointer) in [
        (
            serde_json::json!({ "principal": "role:x", "tool": "status" }),
            "/principal",
        ),
        (
            serde_json::json!({ "principal": "role:member", "tool": "status", "scopes": "canary" }),
            "/scopes",
        ),
        (
            serde_json::json!({ "principal": "role:member", "tool": "status", "access": "canary" }),
            "/access",
        ),
        (serde_json::json!({ "tool": "status" }), ""),
    ] {
        let refused = app.post("/v1/policy/check").json(&body).send().await;
        assert_eq!(refused.status(), 422, "{}", refused.text());
        assert_eq!(refused.json()["problems"][0]["pointer"], pointer);
        assert!(!refused.text().contains("canary"));
    }
    let body = serde_json::json!({ "principal": "nobody@example.com", "tool": "status" });
    let refused = app.post("/v1/policy/check").json(&body).send().await;
    assert_eq!(refused.status(), 422);
    assert_eq!(refused.json()["code"], "unknown_principal");
    let plain_key = serde_json::json!({ "name": "plain", "scopes": "mcp" });
    let made = app
        .post("/v1/api-keys")
        .json(&plain_key)
        .send()
        .await
        .json();
    let key = made["key"].as_str().unwrap();
    let refused = app.ask(http::Method::GET, "/v1/policy").bearer(key);
    assert_eq!(refused.send().await.status(), 403);
}
