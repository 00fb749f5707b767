use std::sync::Arc;

use keyway_core::provider::{IntegrationProvider as _, ProviderContext, Vouched, WebhookEvent};
use keyway_integrations::GitHub;
use keyway_testkit::github::Misbehaviour;
use serde_json::{Value, json};

use super::world::{NOW, WEB, World, now};

fn reactions(world: &World) -> Vec<(String, String)> {
    world.vendor.reactions_of_app("keyway")
}

#[tokio::test]
async fn what_woke_the_agent_gets_eyes_wherever_it_was_said() {
    let world = World::installed().await;
    let issue = world.vendor.issue(WEB, "ada", "Pipe", "@keyway look");
    let comment = world.vendor.comment(WEB, issue, "ada", "@keyway look")["id"].clone();
    let pull = world.vendor.pull(WEB, "ada", "Fix", "fix");
    let line = world.vendor.line_comment(WEB, pull, "ada", "@keyway why?")["id"].clone();
    let context = world.publication(issue);
    let base = json!({ "repository": WEB, "number": issue, "kind": "issue", "at": NOW });
    let at = |more: Value| {
        let mut place = base.clone();
        for (name, value) in more.as_object().unwrap() {
            place[name] = value.clone();
        }
        place
    };
    for place in [
        at(json!({})),
        at(json!({ "commentId": comment })),
        at(json!({
            "kind": "pull_request", "number": pull, "commentId": line, "reviewThread": line
        })),
        at(json!({ "kind": "pull_request", "number": pull, "saidId": "PRR_1" })),
        at(json!({ "kind": "discussion", "nodeId": "D_1", "saidId": "DC_7" })),
        // What was kept of a discussion before is not reacted to.
        at(json!({ "kind": "discussion", "nodeId": "D_1" })),
    ] {
        for _ in 0..2 {
            GitHub.acknowledge(&context, &place).await.unwrap();
        }
    }
    let all = reactions(&world);
    assert!(all.iter().all(|(_, how)| how == "eyes"), "{all:?}");
    let to: Vec<_> = all.into_iter().map(|(to, _)| to).collect();
    let expected = [
        format!("{WEB}/issues/{issue}/reactions"),
        format!("{WEB}/issues/comments/{comment}/reactions"),
        format!("{WEB}/pulls/comments/{line}/reactions"),
        "PRR_1".to_owned(),
        "DC_7".to_owned(),
    ];
    assert_eq!(to, expected);
}

#[tokio::test]
async fn another_reaction_or_none_is_a_setting() {
    let mut world = World::installed().await;
    let issue = world.vendor.issue(WEB, "ada", "Pipe", "@keyway look");
    let place = json!({ "repository": WEB, "number": issue, "kind": "issue", "at": NOW });
    world.settings["seen"] = Value::Null;
    GitHub
        .acknowledge(&world.publication(issue), &place)
        .await
        .unwrap();
    assert!(reactions(&world).is_empty());
    world.settings["seen"] = "rocket".into();
    GitHub
        .acknowledge(&world.publication(issue), &place)
        .await
        .unwrap();
    assert_eq!(reactions(&world)[0].1, "rocket");
}

/// An event that somebody caused.
fn by(who: &str) -> WebhookEvent {
    WebhookEvent {
        user: Some(who.to_owned()),
        ..WebhookEvent::new("1", "@keyway look")
    }
}

#[tokio::test]
async fn the_organization_is_asked_who_is_in_which_team() {
    let mut world = World::installed().await;
    world.triggers = json!({ "teams": ["web", "ops"], "people": ["grace"] });
    world.vendor.add_to_team("ops", "ada", "active");
    world.vendor.add_to_team("web", "bob", "pending");
    let vouching = |who: &str| {
        let context = ProviderContext {
            settings: &world.settings,
            triggers: &world.triggers,
            secret: &world.webhook_secret,
            workspace: world.workspace.as_ref(),
            now: now(),
        };
        GitHub.vouching(&context, &by(who))
    };
    // Who is listed needs nobody's word.
    assert_eq!(
        (vouching("Grace"), vouching("Ada")),
        (None, Some("ada".to_owned()))
    );
    let context = world.publication(1);
    let no = Vouched::No("team_not_listed");
    for (who, expected) in [
        ("ada", Vouched::Yes),
        ("bob", no),
        ("eve", no),
        ("a/../b", no),
    ] {
        assert_eq!(
            GitHub.vouch(&context, &by(who)).await.unwrap(),
            expected,
            "{who}"
        );
    }
    let asked = |line: &str| world.vendor.received().iter().any(|one| one.line == line);
    assert!(asked("GET /orgs/acme/teams/ops/memberships/ada"));
    assert!(
        !world
            .vendor
            .received()
            .iter()
            .any(|one| one.line.contains(".."))
    );
    world.vendor.take_from_team("ops", "ada");
    assert_eq!(GitHub.vouch(&context, &by("ada")).await.unwrap(), no);
    // What cannot be asked is no yes.
    world.vendor.misbehave("/teams/", Misbehaviour::status(500));
    assert_eq!(
        GitHub.vouch(&context, &by("ada")).await.unwrap_err().code(),
        "vendor_failed"
    );
    world
        .vendor
        .take_permission(world.installation(), "members");
    let error = GitHub.vouch(&context, &by("ada")).await.unwrap_err();
    assert_eq!(error.code(), "missing_vendor_scope");
    // Without teams nobody is asked.
    let mut open = world.publication(1);
    open.triggers = Arc::new(json!({}));
    assert_eq!(GitHub.vouch(&open, &by("ada")).await.unwrap(), no);
}
