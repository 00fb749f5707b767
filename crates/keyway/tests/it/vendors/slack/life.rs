use http::Method;
use keyway_testkit::models::Turn;
use keyway_testkit::slack::{Misbehaviour, Slack};
use serde_json::json;

use super::{FIELDS, Office, texts};
use crate::agents::world::call;
use crate::support::browser::set_up;
use crate::support::wait::until;
use crate::vendors::world::{lab, reinstall};
use crate::webhooks::world::different;

#[tokio::test]
async fn an_agent_is_mentioned_acts_answers_goes_on_and_is_taken_away() {
    let office = Office::open(vec![
        call("mcp_slack_read_thread", json!({})),
        call("mcp_slack_add_reaction", json!({ "emoji": "wrench" })),
        Turn::text(["It was the **second** joint."]),
        call(
            "mcp_slack_reply_in_thread",
            json!({ "text": "One moment." }),
        ),
        Turn::text(["And the third."]),
    ])
    .await;
    let Office { desk, slack } = &office;
    assert_eq!(desk.state().await, "installed");
    let (ts, mention) = slack.mention("C0ONE", "U0ADA", "which pipe leaks?", None);
    office.send(&mention).await;
    let first = desk.settled(1, &["answered"]).await.remove(0);
    assert_eq!(first["rule"], "mention");
    assert!(desk.lab.told(1).contains("which pipe leaks?"));
    until("two emoji", || async {
        let asked = slack.channel("C0ONE").messages.remove(0);
        let all = asked["reactions"].as_array().cloned().unwrap_or_default();
        all.len() == 2
    })
    .await;
    let said = office.said("C0ONE");
    assert_eq!(texts(&said), ["It was the *second* joint."]);
    assert_eq!(said[0]["thread_ts"], ts.as_str());
    let marker = &said[0]["metadata"]["event_payload"]["marker"];
    assert!(marker.as_str().unwrap().starts_with("kw-"), "{marker}");
    let reply = desk.reply(&first).await;
    assert_eq!(reply.id.as_deref(), said[0]["ts"].as_str());
    assert!(reply.url.unwrap().contains("/archives/C0ONE/p"));

    // Slack sends it again under the same id; what is said next in the thread goes on with it.
    let again = slack.deliver(&desk.url(), &mention, Some(1)).await.unwrap();
    assert_eq!(again.status, 200);
    let (_, next) = slack.message("C0ONE", "U0ADA", "only that one?", Some(&ts));
    office.send(&next).await;
    let all = desk.settled(2, &["answered"]).await;
    assert_eq!(different(&all, "session").len(), 1);
    assert_eq!(
        (&all[0]["rule"], &all[1]["duplicates"]),
        (&json!("thread_reply"), &json!(1))
    );
    let said = office.said("C0ONE");
    assert_eq!(
        texts(&said),
        [
            "It was the *second* joint.",
            "One moment.",
            "And the third."
        ]
    );
    assert_ne!(said[2]["metadata"]["event_payload"]["marker"], *marker);

    until("another emoji", || async {
        slack.calls_of("reactions.add").len() == 3
    })
    .await;

    assert!(desk.installation().await.token.is_some());
    slack.revoke_tokens();
    office
        .send(&slack.event(&json!({ "type": "app_uninstalled" })))
        .await;
    assert_eq!(desk.state().await, "revoked");
    assert!(desk.installation().await.token.is_none());
    let calls = slack.calls().len();
    office.mention("C0ONE", "are you there?").await;
    let last = desk.deliveries().await.remove(0);
    assert_eq!(
        (&last["state"], &last["rule"]),
        (&json!("ignored"), &json!("not_installed"))
    );
    assert_eq!(slack.calls().len(), calls, "nothing is said");
    assert_eq!(desk.lab.model.asked().len(), 5, "nobody is woken");
    assert_eq!(desk.lab.model.problems(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_said_in_a_thread_that_the_agent_takes_no_part_in_wakes_nobody() {
    let office = Office::open(vec![Turn::text(["Here."])]).await;
    let ts = office.slack.say("C0ONE", "U0ADA", "Lunch?", None);
    let (_, reply) = office.slack.message("C0ONE", "U0ADA", "At one", Some(&ts));
    office.send(&reply).await;
    let ignored = office.desk.settled(1, &["ignored"]).await.remove(0);
    assert_eq!(ignored["rule"], "not_taking_part");
    let why = office.desk.why(&ignored).await;
    assert!(why.contains("takes no part in that conversation"), "{why}");
    assert!(office.desk.lab.model.asked().is_empty());
    // Once it is mentioned there, it does.
    let (_, mention) = office.slack.mention("C0ONE", "U0ADA", "join us", Some(&ts));
    office.send(&mention).await;
    office.desk.settled(2, &["ignored", "answered"]).await;
    let said = office.said("C0ONE");
    assert_eq!(
        (texts(&said), &said[0]["thread_ts"]),
        (vec!["Here."], &json!(ts))
    );
}

#[tokio::test]
async fn slack_is_answered_before_it_is_known_and_only_signed_afterwards() {
    let office = Office::pending(lab(vec![Turn::text(["never"])]).await, &json!({})).await;
    let Office { desk, slack } = &office;
    let ask = json!({ "type": "url_verification", "challenge": "3eZbrw1aB", "token": "legacy" });
    let answer = office.unsigned(&ask).await;
    assert_eq!((answer.status(), answer.text()), (200, "3eZbrw1aB"));
    let (_, mention) = slack.mention("C0ONE", "U0ADA", "hello", None);
    assert_eq!(office.unsigned(&mention).await.status(), 401);
    let signed = slack.deliver(&desk.url(), &mention, None).await.unwrap();
    assert_eq!(signed.status, 401, "what it signs with is not known");
    // It counts from when it is typed in.
    let id = desk.publication["installation"].as_str().unwrap();
    let path = format!("/v1/installations/{id}");
    let ask_change = desk
        .lab
        .app
        .ask(Method::PATCH, &path)
        .bearer(&desk.lab.app.key);
    let fields = json!({ "fields": { "signingSecret": Slack::SIGNING_SECRET } });
    let typed = ask_change.json(&fields).send().await;
    assert_eq!(typed.status(), 200, "{}", typed.text());
    let signed = slack.deliver(&desk.url(), &mention, None).await.unwrap();
    assert_eq!(signed.status, 200);
    let early = desk.settled(1, &["ignored"]).await.remove(0);
    assert_eq!(early["rule"], "not_installed");
    let mut owner = set_up(&desk.lab.app).await;
    reinstall(&mut owner, desk, &FIELDS).await;
    assert_eq!(office.unsigned(&ask).await.status(), 401);
    let signed = slack.deliver(&desk.url(), &ask, None).await.unwrap();
    assert_eq!(
        (signed.status, signed.body.contains("3eZbrw1aB")),
        (200, true)
    );
    assert_eq!(office.unsigned(&mention).await.status(), 401);
    let all = desk.deliveries().await;
    assert_eq!(all.len(), 1, "nothing more is written down");
}

#[tokio::test]
async fn an_answer_that_slack_took_and_did_not_confirm_is_said_once() {
    let office = Office::open(vec![Turn::text(["It was the second joint."])]).await;
    office
        .slack
        .misbehave("chat.postMessage", Misbehaviour::AnswerLost);
    office.mention("C0ONE", "which one?").await;
    let answered = office.desk.settled(1, &["answered"]).await.remove(0);
    assert_eq!(answered["attempts"], 2, "{answered}");
    let said = office.said("C0ONE");
    assert_eq!(texts(&said), ["It was the second joint."]);
    assert_eq!(office.slack.calls_of("chat.postMessage").len(), 1);
    assert_eq!(
        office.desk.lab.model.asked().len(),
        1,
        "the turn is not run again"
    );
    let reply = office.desk.reply(&answered).await;
    assert_eq!(reply.id.as_deref(), said[0]["ts"].as_str());
}

#[tokio::test]
async fn a_token_that_slack_takes_no_more_is_renewed_and_the_answer_said() {
    let office = Office::open(vec![Turn::text(["Here."])]).await;
    let refused = Misbehaviour::Refuses("token_revoked".to_owned());
    office.slack.misbehave("chat.postMessage", refused);
    office.mention("C0ONE", "?").await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(texts(&office.said("C0ONE")), ["Here."]);
    let posts = office.slack.calls_of("chat.postMessage");
    assert_ne!(posts[0].authorization, posts[1].authorization);
    assert_eq!(office.desk.state().await, "installed");
}
