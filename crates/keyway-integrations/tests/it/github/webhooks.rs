use http::{HeaderMap, HeaderName};
use keyway_core::provider::{
    InstallationChange, IntegrationProvider as _, ProviderContext, Refused, WebhookOutcome,
    WebhookRequest,
};
use keyway_integrations::GitHub;
use keyway_testkit::github::{Payloads, Signed};
use serde_json::{Value, json};

use super::world::{WEB, World, now};

/// What a signed request comes to.
fn receive(world: &World, triggers: &Value, signed: &Signed) -> Result<WebhookOutcome, Refused> {
    let mut headers = HeaderMap::new();
    let context = ProviderContext {
        settings: &world.settings,
        triggers,
        secret: &world.webhook_secret,
        workspace: world.workspace.as_ref(),
        now: now(),
    };
    for (name, value) in &signed.headers {
        headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    let request = WebhookRequest {
        headers: &headers,
        body: &signed.body,
    };
    GitHub.verify_webhook(&request, &context)?;
    // Only what is said to be read is kept.
    let kept = GitHub.headers(&context);
    let gone: Vec<_> = headers
        .keys()
        .filter(|name| !kept.contains(&name.to_string()))
        .cloned()
        .collect();
    for name in gone {
        headers.remove(name);
    }
    let request = WebhookRequest {
        headers: &headers,
        body: &signed.body,
    };
    Ok(GitHub.parse_webhook(&request, &context))
}

fn rule(outcome: Result<WebhookOutcome, Refused>) -> String {
    match outcome.unwrap() {
        WebhookOutcome::Accepted(event) => event.rule.to_owned(),
        WebhookOutcome::Ignored { rule, .. } => rule,
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn what_github_sends_is_heard_as_json_and_as_a_form_and_is_the_same_event() {
    let world = World::installed().await;
    let issue = world.vendor.issue(WEB, "ada", "Pipe", "It drips & drips");
    let payloads = Payloads {
        github: &world.vendor,
        installation: world.installation(),
        repository: WEB,
        sender: "ada",
    };
    let payload = payloads.comment(issue, "@keyway 100% & more = ü", "MEMBER");
    let secret = world.webhook_secret.expose();
    let mut keys = Vec::new();
    for signed in [
        Signed::json("issue_comment", &payload, secret),
        Signed::form("issue_comment", &payload, secret),
    ] {
        let outcome = receive(&world, &json!({}), &signed).unwrap();
        let WebhookOutcome::Accepted(event) = outcome else {
            unreachable!("{outcome:?}")
        };
        assert!(event.text.contains("@keyway 100% & more = ü"));
        keys.push(event.dedupe_key);
        // A reply goes to where it came from.
        let context = world.publication(issue);
        let found = GitHub
            .find_reply(&context, &event.place, "kw-1")
            .await
            .unwrap();
        assert_eq!(found, None);
        let mut tampered = signed.clone();
        *tampered.body.last_mut().unwrap() ^= 1;
        assert_eq!(
            receive(&world, &json!({}), &tampered),
            Err(Refused::Signature)
        );
    }
    assert_eq!(keys[0], keys[1]);
    let forged = Signed::json("issue_comment", &payload, "another secret");
    assert_eq!(
        receive(&world, &json!({}), &forged),
        Err(Refused::Signature)
    );
}

#[tokio::test]
async fn every_event_of_a_github_is_understood() {
    let world = World::installed().await;
    let issue = world.vendor.issue(WEB, "ada", "Pipe", "@keyway look");
    let pull = world.vendor.pull(WEB, "ada", "Fix", "fix");
    let payloads = Payloads {
        github: &world.vendor,
        installation: world.installation(),
        repository: WEB,
        sender: "ada",
    };
    let secret = world.webhook_secret.expose();
    let triggers = json!({ "labels": ["agent"], "reviewTeams": ["core"] });
    let hear = |event: &str, payload: &Value| {
        rule(receive(
            &world,
            &triggers,
            &Signed::json(event, payload, secret),
        ))
    };
    let (event, opened) = payloads.subject("opened", issue, &json!({}));
    assert_eq!(hear(event, &opened), "mentioned");
    let (event, labeled) = payloads.subject(
        "labeled",
        pull,
        &json!({ "label": { "id": 1, "name": "agent" } }),
    );
    assert_eq!(hear(event, &labeled), "labeled");
    let asked = json!({ "requested_team": { "id": 1, "slug": "core" } });
    let (event, asked) = payloads.subject("review_requested", pull, &asked);
    assert_eq!(hear(event, &asked), "review_requested");
    assert_eq!(
        hear("pull_request_review", &payloads.review(pull, "@keyway?")),
        "mentioned"
    );
    assert_eq!(
        hear(
            "pull_request_review_comment",
            &payloads.line_comment(pull, "@keyway?")
        ),
        "mentioned"
    );
    let (event, asked) = payloads.discussion(9, "@keyway?", None);
    assert_eq!(hear(event, &asked), "mentioned");
    let (event, said) = payloads.discussion(9, "x", Some("@keyway?"));
    assert_eq!(hear(event, &said), "mentioned");
    assert_eq!(
        hear("issue_comment", &payloads.comment(issue, "@keyway", "NONE")),
        "association_not_listed"
    );
    let own = Payloads {
        sender: "keyway[bot]",
        ..payloads
    };
    assert_eq!(
        hear("issue_comment", &own.comment(issue, "@keyway", "MEMBER")),
        "own_event"
    );
}

#[tokio::test]
async fn an_uninstalled_or_suspended_app_changes_its_installation() {
    let world = World::installed().await;
    let payloads = Payloads {
        github: &world.vendor,
        installation: world.installation(),
        repository: WEB,
        sender: "ada",
    };
    let hear = |action: &str| {
        let signed = Signed::json(
            "installation",
            &payloads.installation(action),
            world.webhook_secret.expose(),
        );
        match receive(&world, &json!({}), &signed).unwrap() {
            WebhookOutcome::Changed { change, .. } => change,
            other => unreachable!("{other:?}"),
        }
    };
    world.vendor.suspend(world.installation());
    assert_eq!(hear("suspend"), InstallationChange::Suspended);
    assert_eq!(hear("unsuspend"), InstallationChange::Resumed);
    world.vendor.uninstall(world.installation());
    assert_eq!(hear("deleted"), InstallationChange::Revoked);
}
