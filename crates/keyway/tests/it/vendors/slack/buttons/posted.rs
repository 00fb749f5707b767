use keyway_testkit::models::Turn;
use keyway_testkit::slack::Misbehaviour;
use serde_json::Value;

use super::{waiting, wants};
use crate::vendors::slack::{Office, texts};

fn asked(office: &Office) -> Vec<Value> {
    let all = office.said("C0ONE").into_iter();
    all.filter(|one| !one["blocks"].is_null()).collect()
}

#[tokio::test]
async fn a_question_that_slack_took_and_did_not_confirm_is_asked_once() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    office
        .slack
        .misbehave("chat.postMessage", Misbehaviour::AnswerLost);
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    office.desk.approve().await;
    office.desk.settled(1, &["answered"]).await;
    office.settled(&question).await;
    assert_eq!(asked(&office).len(), 1);
    assert_eq!(
        office.slack.calls_of("chat.postMessage").len(),
        2,
        "it and the answer"
    );
    assert_eq!(purge.runs(), 1);
}

#[tokio::test]
async fn a_question_that_slack_did_not_take_is_asked_later() {
    let (office, _) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    for misbehaviour in [
        Misbehaviour::Fails,
        Misbehaviour::Refuses("token_revoked".to_owned()),
    ] {
        office.slack.misbehave("chat.postMessage", misbehaviour);
    }
    office.mention("C0ONE", "tidy up").await;
    office.question(1).await;
    assert_eq!(office.slack.calls_of("chat.postMessage").len(), 3);
}

#[tokio::test]
async fn a_question_that_cannot_be_asked_is_decided_elsewhere() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    let refused = Misbehaviour::Refuses("restricted_action".to_owned());
    office.slack.misbehave("chat.postMessage", refused);
    office.mention("C0ONE", "tidy up").await;
    crate::support::wait::until("it to be tried", || async {
        office.slack.calls_of("chat.postMessage").len() == 1
    })
    .await;
    crate::support::wait::until("it to wait", || async {
        !office.approvals().await.is_empty()
    })
    .await;
    office.desk.approve().await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(purge.runs(), 1);
    assert!(asked(&office).is_empty());
    assert_eq!(texts(&office.said("C0ONE")), ["Done."]);
}

#[tokio::test]
async fn a_publication_that_may_say_nothing_asks_nobody() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    office.desk.scopes(&["thread.read"]).await;
    office.mention("C0ONE", "tidy up").await;
    crate::support::wait::until("it to wait", || async {
        !office.approvals().await.is_empty()
    })
    .await;
    office.desk.approve().await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(purge.runs(), 1);
    assert!(office.slack.calls_of("chat.postMessage").is_empty());
}
