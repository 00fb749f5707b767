use http::HeaderMap;
use keyway_core::provider::{
    Granularity, ProviderContext, Refused, WebhookOutcome, WebhookRequest,
};

use super::*;

fn outcome(world: &World, triggers: &Value, body: &Value) -> Result<WebhookOutcome, Refused> {
    let body = body.to_string();
    let mut headers = HeaderMap::new();
    for (name, value) in Vendor::sign(world.now.as_second(), body.as_bytes()) {
        headers.insert(name, value.parse().unwrap());
    }
    let request = WebhookRequest {
        headers: &headers,
        body: body.as_bytes(),
    };
    let context = ProviderContext {
        settings: &world.settings,
        triggers,
        secret: &world.webhook_secret,
        workspace: world.workspace.as_ref(),
        now: world.now,
    };
    Slack.verify_webhook(&request, &context)?;
    Ok(Slack.parse_webhook(&request, &context))
}

#[tokio::test]
async fn before_the_signing_secret_is_known_slack_is_nobody() {
    let mut world = World::start().await;
    let ask = json!({ "type": "url_verification", "challenge": "abc", "token": "t" });
    assert_eq!(outcome(&world, &json!({}), &ask), Err(Refused::Signature));
    world.webhook_secret = Secret::new(Vendor::SIGNING_SECRET.to_owned());
    let answered = Ok(WebhookOutcome::Answered("abc".into()));
    assert_eq!(outcome(&world, &json!({}), &ask), answered);
}

#[tokio::test]
async fn a_thread_is_one_conversation_from_mention_to_follow_up() {
    let world = World::installed().await;
    let (ts, mention) = world.vendor.mention("C0ONE", "U0ADA", "look at this", None);
    let (_, reply) = world
        .vendor
        .message("C0ONE", "U0ADA", "and that", Some(&ts));
    let conversation = |body: &Value| {
        let outcome = outcome(&world, &json!({}), body).unwrap();
        let WebhookOutcome::Accepted(event) = outcome else {
            unreachable!("{outcome:?}")
        };
        let dispatch = Slack.dispatch(&event, Granularity::PerThread).unwrap();
        (
            dispatch.conversation.unwrap(),
            Slack.begins(&event),
            dispatch.message,
        )
    };
    let thread = format!("C0ONE:{ts}");
    assert_eq!(
        conversation(&mention),
        (thread.clone(), true, "@keeper look at this".into())
    );
    assert_eq!(conversation(&reply), (thread, false, "and that".into()));
}

#[tokio::test]
async fn an_event_of_before_a_move_is_for_another_workspace() {
    let world = World::installed().await;
    world.vendor.move_to("T0AWAY", "Away");
    let (_, mention) = world.vendor.mention("C0ONE", "U0ADA", "look", None);
    let outcome = outcome(&world, &json!({}), &mention).unwrap();
    assert!(matches!(outcome, WebhookOutcome::Ignored { rule, .. } if rule == "other_workspace"));
}
