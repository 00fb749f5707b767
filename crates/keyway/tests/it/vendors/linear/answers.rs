use keyway_testkit::linear::{Linear, Misbehaviour, Signed};
use keyway_testkit::models::Turn;
use serde_json::{Value, json};

use super::{Office, words};
use crate::vendors::world::lab;

/// The request that says the answer, and no other one.
const ANSWER: &str = "\"type\":\"response\"";

#[tokio::test]
async fn an_answer_that_linear_took_and_did_not_confirm_is_said_once() {
    let office = Office::open(vec![Turn::text(["It was the second joint."])]).await;
    office
        .linear
        .misbehave_at(ANSWER, Misbehaviour::DropsAnswer);
    office.mention("@keyway which one?").await;
    let answered = office.desk.settled(1, &["answered"]).await.remove(0);
    assert_eq!(answered["attempts"], 2, "{answered}");
    assert_eq!(office.said("response"), ["It was the second joint."]);
    assert_eq!(
        office.desk.lab.model.asked().len(),
        1,
        "the turn is not run again"
    );
    let reply = office.desk.reply(&answered).await;
    let posted = office.linear.thing(reply.id.as_deref().unwrap()).unwrap();
    assert_eq!(posted["content"]["type"], "response");
    let sent = office.linear.received();
    let sent = sent
        .iter()
        .filter(|one| one.body.to_string().contains(ANSWER));
    assert_eq!(sent.count(), 1, "it is looked for, and not posted again");
}

#[tokio::test]
async fn an_answer_that_linear_did_not_take_is_said_later() {
    let office = Office::open(vec![Turn::text(["It was the second joint."])]).await;
    office.linear.misbehave_at(ANSWER, Misbehaviour::Fails);
    office.mention("@keyway which one?").await;
    let answered = office.desk.settled(1, &["answered"]).await.remove(0);
    assert_eq!(answered["attempts"], 2, "{answered}");
    assert_eq!(office.said("response"), ["It was the second joint."]);
    assert_eq!(office.desk.lab.model.asked().len(), 1);
}

#[tokio::test]
async fn a_token_that_linear_forgot_is_renewed_and_the_answer_said() {
    let office = Office::open(vec![Turn::text(["Here."])]).await;
    office.linear.expire_tokens();
    office.mention("@keyway?").await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(office.said("response"), ["Here."]);
    assert_eq!(office.desk.state().await, "installed");
}

#[tokio::test]
async fn an_answer_in_a_thread_of_comments_is_a_comment_below_it() {
    let script = vec![Turn::text(["Both."])];
    let changes = json!({ "triggers": { "events": ["comment"] } });
    let office = Office::of(lab(script).await, &changes).await;
    let comment = office
        .linear
        .add_comment(&office.issue, None, "Which joint?");
    office.send(&commented(&office, &comment)).await;
    office.desk.settled(1, &["answered"]).await;
    let all = office.linear.things("Comment");
    let own: Vec<_> = all.iter().filter(|one| one["user"] == "Keyway").collect();
    assert_eq!(own.len(), 1, "{all:?}");
    assert_eq!(words(own[0]["body"].as_str().unwrap()), "Both.");
    assert_eq!(own[0]["parent"], comment.as_str());
}

/// What Linear sends of a comment of Ada's.
pub(super) fn commented(office: &Office, comment: &str) -> Signed {
    comment_of(&office.linear, "ada@acme.example", &office.issue, comment)
}

/// What Linear sends of a comment that somebody wrote.
pub(super) fn comment_of(linear: &Linear, who: &str, issue: &str, comment: &str) -> Signed {
    linear.sign(comment_body(linear, who, issue, comment))
}

/// What Linear says of a comment that somebody wrote, before it is signed.
pub(crate) fn comment_body(linear: &Linear, who: &str, issue: &str, comment: &str) -> Value {
    let (told, about) = (linear.thing(comment).unwrap(), linear.thing(issue).unwrap());
    let who = linear.person(who);
    let team = linear.team("ENG");
    json!({
        "type": "Comment", "action": "create", "actor": { "id": who, "type": "user" },
        "data": {
            "id": comment, "body": told["body"], "userId": who, "issueId": issue,
            "issue": {
                "id": issue, "identifier": about["identifier"], "title": about["title"],
                "teamId": team, "team": { "id": team, "key": "ENG" }
            },
            "user": { "id": who, "name": "Somebody" }
        }
    })
}
