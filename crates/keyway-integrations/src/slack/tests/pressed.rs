use crate::slack::interactive::{APPROVE, DENY, NoPress, approval_blocks, decided_blocks, read};

use super::*;

fn payload() -> Value {
    json!({
        "type": "block_actions",
        "team": { "id": "T0HOME", "domain": "home" },
        "user": { "id": "U0ADA", "username": "ada", "team_id": "T0HOME" },
        "api_app_id": "A0APP",
        "token": "t",
        "container": { "type": "message", "message_ts": ROOT, "channel_id": "C0ONE", "is_ephemeral": false },
        "channel": { "id": "C0ONE", "name": "ops" },
        "message": { "bot_id": "B0BOT", "type": "message", "text": "Merge?", "user": "U0BOT", "ts": ROOT },
        "response_url": "https://hooks.slack.com/actions/T0HOME/1/2",
        "trigger_id": "12.34.ab",
        "actions": [{
            "action_id": APPROVE, "block_id": "b1", "text": { "type": "plain_text", "text": "Approve" },
            "value": "appr_1", "style": "primary", "type": "button", "action_ts": "1799999800.000900"
        }]
    })
}

fn press(payload: &Value) -> Result<crate::slack::interactive::Press, NoPress> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", &payload.to_string());
    read(
        form.finish().as_bytes(),
        "A0APP",
        &Workspace::new("T0HOME", "Home"),
    )
}

#[test]
fn a_press_says_who_pressed_what_below_which_message() {
    let press = press(&payload()).unwrap();
    assert_eq!(
        (press.team.as_str(), press.user.as_str()),
        ("T0HOME", "U0ADA")
    );
    assert_eq!(
        (press.channel.as_str(), press.message_ts.as_str()),
        ("C0ONE", ROOT)
    );
    assert_eq!(
        (press.action.as_str(), press.value.as_str()),
        (APPROVE, "appr_1")
    );
    assert_eq!((press.name.as_str(), press.thread_ts), ("ada", None));
    assert_eq!(
        press.dedupe_key,
        format!("press:C0ONE:{ROOT}:U0ADA:1799999800.000900")
    );
}

#[test]
fn what_is_no_press_of_the_workspace_counts_for_nothing() {
    let changed = |pointer: &str, value: Value| {
        let mut payload = payload();
        *payload.pointer_mut(pointer).unwrap() = value;
        press(&payload)
    };
    for (pointer, value, expected) in [
        ("/type", json!("view_submission"), NoPress::NoButton),
        ("/api_app_id", json!("A0OTHER"), NoPress::Elsewhere),
        ("/team/id", json!("T0AWAY"), NoPress::Elsewhere),
        ("/user/team_id", json!("T0AWAY"), NoPress::Stranger),
        ("/user/team_id", json!(null), NoPress::Stranger),
        ("/user/id", json!("x"), NoPress::Unreadable),
        ("/container/channel_id", json!("#ops"), NoPress::Unreadable),
        ("/container/message_ts", json!("now"), NoPress::Unreadable),
        ("/actions", json!([]), NoPress::NoButton),
        ("/actions/0/value", json!(null), NoPress::NoButton),
        ("/actions/0/action_ts", json!(1), NoPress::Unreadable),
    ] {
        assert_eq!(changed(pointer, value), Err(expected), "{pointer}");
    }
    let home = Workspace::new("T0HOME", "Home");
    for body in [
        &b""[..],
        b"payload=",
        b"payload={",
        b"x=1",
        b"\xff",
        b"payload={}&payload={}",
    ] {
        assert!(read(body, "A0APP", &home).is_err());
    }
}

#[test]
fn a_press_is_signed_as_events_are() {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", &payload().to_string());
    let body = form.finish();
    let now = NOW.to_string();
    let signature = format!(
        "v0={}",
        hex(&[b"v0:", now.as_bytes(), b":", body.as_bytes()])
    );
    let mut headers = HeaderMap::new();
    headers.insert("x-slack-request-timestamp", now.parse().unwrap());
    headers.insert("x-slack-signature", signature.parse().unwrap());
    let verify = |body: &str| {
        let request = WebhookRequest {
            headers: &headers,
            body: body.as_bytes(),
        };
        Slack
            .verify_webhook(&request, &Set::new().context())
            .is_ok()
    };
    assert!(verify(&body));
    assert!(!verify(&body.replace("appr_1", "appr_2")));
}

#[test]
fn what_asks_for_approval_fits_and_calls_nobody() {
    for text in [
        "<!channel> merge **it**?".to_owned(),
        "&<>@here".repeat(2_000),
        "ä".repeat(9_000),
    ] {
        let blocks = approval_blocks(&text, "appr_1");
        let said = blocks[0]["text"]["text"].as_str().unwrap();
        assert!(said.chars().count() <= 3_000 && !said.contains("<!"));
        let buttons: Vec<_> = blocks[1]["elements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["action_id"])
            .collect();
        assert_eq!(buttons, [APPROVE, DENY]);
        let decided = decided_blocks(&text, "Approved by *Ada* <!here>");
        let outcome = &decided[1]["elements"][0];
        assert_eq!(outcome["text"], "Approved by *Ada* <!here>");
        assert_eq!(outcome["type"], "plain_text", "nothing in it is markup");
        assert!(!decided.to_string().contains("button"));
    }
}
