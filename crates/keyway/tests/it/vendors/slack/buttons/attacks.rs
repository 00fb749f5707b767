use http::Method;
use keyway_core::Role;
use keyway_testkit::models::Turn;
use serde_json::{Value, json};

use super::{APPROVE, DENY, Purge, link_of, waiting, wants};
use crate::support::people::join;
use crate::vendors::slack::Office;

/// Nothing was decided, and nothing was made.
async fn untouched(office: &Office, purge: &Purge) {
    assert_eq!(office.approvals().await[0]["state"], "pending");
    assert_eq!(purge.runs(), 0);
}

async fn interactive(office: &Office, payload: &Value) -> u16 {
    let url = format!("{}/interactive", office.desk.url());
    office.slack.press(&url, payload).await.unwrap().status
}

#[tokio::test]
async fn attack_who_may_not_decide_is_told_so_and_not_why() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    let mut bob = office
        .another("bob@example.com", Role::Member, "U0BOB")
        .await;
    office.link(&question, "U0BOB", &mut bob).await;
    for (number, action) in [(2, APPROVE), (3, DENY)] {
        office.press(&question, "U0BOB", action).await;
        let told = office.whispered("U0BOB", number).await;
        assert_eq!(
            told["text"],
            "You may not decide about this. Somebody else does."
        );
    }
    untouched(&office, &purge).await;
    // Nor may the machine that the agent acts as, with a key of its own.
    let account = office.desk.account.as_str();
    let wanted = json!({ "name": "own", "scopes": "approvals mcp", "serviceAccount": account });
    let key = office.desk.post("/v1/api-keys", &wanted).await;
    assert_eq!(key.status(), 201, "{}", key.text());
    let id = office.approvals().await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/approvals/{id}/approve");
    let ask = office.desk.lab.app.ask(Method::POST, &path);
    let ask = ask.bearer(key.json()["key"].as_str().unwrap());
    let refused = ask.json(&json!({})).send().await;
    assert_eq!(refused.status(), 403, "{}", refused.text());
    assert!(
        refused.text().contains("approval_own"),
        "{}",
        refused.text()
    );
    untouched(&office, &purge).await;
}

#[tokio::test]
async fn attack_a_press_from_elsewhere_or_by_the_agent_counts_for_nothing() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    let mut owner = office.browser("ada@example.com").await;
    office.link(&question, "U0ADA", &mut owner).await;
    let ts = question["ts"].as_str().unwrap();
    let pressing = |user: &str| office.slack.pressing("C0ONE", ts, user, APPROVE).unwrap();
    let whispers = office.slack.calls_of("chat.postEphemeral").len();
    // Somebody of another organization who sees the channel.
    assert_eq!(interactive(&office, &pressing("U0EVE")).await, 200);
    let changed = |pointer: &str, value: &str| {
        let mut payload = pressing("U0ADA");
        *payload.pointer_mut(pointer).unwrap() = value.into();
        payload
    };
    for (pointer, value) in [
        ("/team/id", "T0AWAY"),
        ("/api_app_id", "A0OTHER"),
        ("/user/id", "U0BOT"),
        ("/actions/0/action_id", "keyway_other"),
        ("/type", "view_submission"),
    ] {
        let payload = changed(pointer, value);
        assert_eq!(interactive(&office, &payload).await, 200, "{pointer}");
    }
    assert_eq!(office.slack.calls_of("chat.postEphemeral").len(), whispers);
    untouched(&office, &purge).await;
    // Of what this publication does not ask there, nothing is said but that.
    let other = "appr_01890a5d-ac96-774b-bcce-000000000001";
    for (number, (pointer, value)) in [
        ("/actions/0/value", other),
        ("/actions/0/value", "everything"),
        ("/container/message_ts", "1700000000.000001"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(interactive(&office, &changed(pointer, value)).await, 200);
        let told = office.whispered("U0ADA", number + 2).await;
        assert_eq!(
            told["text"], "There is nothing to decide here.",
            "{pointer}"
        );
    }
    untouched(&office, &purge).await;
}

#[tokio::test]
async fn attack_a_press_that_is_not_signed_is_refused_like_one_to_nowhere() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    let mut owner = office.browser("ada@example.com").await;
    office.link(&question, "U0ADA", &mut owner).await;
    let ts = question["ts"].as_str().unwrap();
    let payload = office
        .slack
        .pressing("C0ONE", ts, "U0ADA", APPROVE)
        .unwrap();
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish();
    let path = format!("{}/interactive", office.desk.path());
    let nowhere = path.replace("pub_0", "pub_1");
    let now = jiff::Timestamp::now().as_second();
    let signed = |seconds: i64, body: &str| {
        keyway_testkit::slack::Slack::sign(now + seconds, body.as_bytes())
    };
    let mut bodies = Vec::new();
    for (what, path, headers) in [
        ("unsigned", &path, Vec::new()),
        (
            "another body's signature",
            &path,
            signed(0, "payload={}").to_vec(),
        ),
        ("too old", &path, signed(-400, &form).to_vec()),
        ("nowhere", &nowhere, signed(0, &form).to_vec()),
    ] {
        let mut ask = office.desk.lab.app.ask(Method::POST, path);
        ask = ask.header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in &headers {
            ask = ask.header(name, value);
        }
        let answer = ask.body(form.clone()).send().await;
        assert_eq!(answer.status(), 401, "{what}: {}", answer.text());
        let request = answer.header("x-request-id").to_owned();
        bodies.push(answer.text().replace(&request, "REQUEST"));
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:#?}");
    untouched(&office, &purge).await;
}

#[tokio::test]
async fn attack_a_press_that_is_sent_again_counts_once() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    let ts = question["ts"].as_str().unwrap();
    let payload = office
        .slack
        .pressing("C0ONE", ts, "U0ADA", APPROVE)
        .unwrap();
    assert_eq!(interactive(&office, &payload).await, 200);
    let link = link_of(&office.whispered("U0ADA", 1).await);
    let mut owner = office.browser("ada@example.com").await;
    owner.get(&link).await;
    assert_eq!(owner.post(&link, &[]).await.status(), 303);
    // What was pressed before it was known who they are decides nothing now.
    for _ in 0..3 {
        assert_eq!(interactive(&office, &payload).await, 200);
    }
    untouched(&office, &purge).await;
    assert_eq!(office.slack.whispers("U0ADA").len(), 1);
    office.press(&question, "U0ADA", APPROVE).await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(purge.runs(), 1);
}

#[tokio::test]
async fn attack_a_link_is_good_once_for_whom_it_was_given_to_and_in_their_organization_alone() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    let mut bob = office
        .another("bob@example.com", Role::Admin, "U0BOB")
        .await;
    office.link(&question, "U0BOB", &mut bob).await;
    // Who is somebody there already is nobody else by a link that was sent to them.
    office.press(&question, "U0ADA", APPROVE).await;
    let sent = link_of(&office.whispered("U0ADA", 1).await);
    bob.get(&sent).await;
    let refused = bob.post(&sent, &[]).await;
    assert_eq!(refused.status(), 409, "{}", refused.text());
    assert!(
        refused
            .text()
            .contains("you are another person there already")
            || refused
                .text()
                .contains("You are another person there already")
    );
    // Nor does it work for somebody of another organization.
    let app = office.desk.lab.app.running.app();
    let (people, local) = (app.people(), app.local());
    people
        .create_organization(&local, "globex", "Globex")
        .await
        .unwrap();
    let operator = people.operator_of(&local, "globex").await.unwrap();
    join(app, &operator, "mallory@example.com", Role::Owner).await;
    let mut mallory = office.browser("mallory@example.com").await;
    let gone = "/console/me/access?done=external-gone";
    let looked = mallory.get(&sent).await;
    assert_eq!((looked.status(), looked.header("location")), (303, gone));
    // Another press gives another link, and ends the one before.
    office.press(&question, "U0ADA", APPROVE).await;
    let link = link_of(&office.whispered("U0ADA", 2).await);
    let mut owner = office.browser("ada@example.com").await;
    assert_eq!(owner.get(&sent).await.header("location"), gone);
    assert_eq!(owner.get(&link).await.status(), 200);
    assert_eq!(owner.post(&link, &[]).await.status(), 303);
    assert_eq!(owner.get(&link).await.header("location"), gone, "once");
    owner.get("/console/me/access").await;
    assert_eq!(
        owner.post(&link, &[]).await.header("location"),
        gone,
        "once"
    );
    untouched(&office, &purge).await;
    // Whose it is, nobody else ends.
    let shown = owner.get("/console/me/access").await.text().to_owned();
    let at = shown.find("/console/me/access/people/link_").unwrap();
    let end = shown[at..].split('"').next().unwrap().to_owned();
    let mut carol = office
        .another("carol@example.com", Role::Member, "U0CAR")
        .await;
    assert_eq!(carol.get(&end).await.status(), 404);
    carol.get("/console/me/access").await;
    assert_eq!(carol.post(&end, &[]).await.status(), 404);
    assert!(
        owner
            .get("/console/me/access")
            .await
            .text()
            .contains("U0ADA")
    );
}
