use http::HeaderMap;
use keyway_core::provider::{
    Granularity, ProviderContext, Refused, WebhookOutcome, WebhookRequest,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

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

#[tokio::test]
async fn what_the_workspace_sends_is_signed_and_says_when_it_is_sent_again() {
    let mut world = World::installed().await;
    world.now = Timestamp::now();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://{}/webhook/slack/pub_1",
        listener.local_addr().unwrap()
    );
    let (_, mention) = world.vendor.mention("C0ONE", "U0ADA", "look", None);
    let press = json!({ "type": "block_actions" });
    let receive = async {
        let mut received = Vec::new();
        for _ in 0..2 {
            let (mut socket, _) = listener.accept().await.unwrap();
            received.push(read(&mut socket).await);
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
            socket.write_all(answer).await.unwrap();
        }
        received
    };
    let send = async {
        let first = world.vendor.deliver(&url, &mention, Some(1)).await.unwrap();
        assert_eq!((first.status, first.body.as_str()), (200, "ok"));
        world.vendor.press(&url, &press).await.unwrap();
    };
    let (received, ()) = tokio::join!(receive, send);
    let context = ProviderContext {
        settings: &world.settings,
        triggers: &json!({}),
        secret: &world.webhook_secret,
        workspace: world.workspace.as_ref(),
        now: world.now,
    };
    for (headers, body) in &received {
        let request = WebhookRequest { headers, body };
        assert_eq!(Slack.verify_webhook(&request, &context), Ok(()));
    }
    assert_eq!(received[0].0["x-slack-retry-num"], "1");
    let request = WebhookRequest {
        headers: &received[0].0,
        body: &received[0].1,
    };
    // That it is a retry is no reason not to hear it.
    let outcome = Slack.parse_webhook(&request, &context);
    assert!(matches!(outcome, WebhookOutcome::Accepted(_)));
    assert!(received[1].1.starts_with(b"payload=%7B"));
}

/// A request, head and body.
async fn read(socket: &mut TcpStream) -> (HeaderMap, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4_096];
        let count = socket.read(&mut part).await.unwrap();
        assert!(count > 0, "it broke off");
        bytes.extend_from_slice(part.get(..count).unwrap());
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(bytes.get(..end).unwrap()).unwrap();
        let mut headers = HeaderMap::new();
        for line in head.lines().skip(1) {
            let (name, value) = line.split_once(": ").unwrap();
            let name: http::HeaderName = name.parse().unwrap();
            headers.insert(name, value.parse().unwrap());
        }
        let length: usize = headers
            .get("content-length")
            .unwrap()
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        let body = bytes.get(end + 4..).unwrap();
        if body.len() >= length {
            return (headers, body.to_vec());
        }
    }
}
