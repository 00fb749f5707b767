use keyway_testkit::github::Misbehaviour;
use keyway_testkit::models::Turn;
use serde_json::json;

use super::{Office, REPOSITORY};
use crate::agents::world::call;
use crate::webhooks::world::different;

#[tokio::test]
async fn an_agent_is_mentioned_acts_answers_goes_on_and_is_taken_away() {
    let office = Office::open(vec![
        call("mcp_github_get_issue", json!({})),
        call("mcp_github_update_labels", json!({ "add": ["bug"] })),
        Turn::text(["It was the second joint."]),
        call(
            "mcp_github_commit_files",
            json!({
                "branch": "mend", "message": "Mend the pipe",
                "files": [{ "path": "pipe.txt", "content": "tight" }]
            }),
        ),
        Turn::text(["It is mended."]),
    ])
    .await;
    let Office { desk, github, .. } = &office;
    assert_eq!(desk.state().await, "installed");
    let payload = office.mention("look into it").await;
    let first = desk.settled(1, &["answered"]).await.remove(0);
    assert!(desk.lab.told(1).contains("At the second joint"));
    let labels = github.issue_now(REPOSITORY, office.number)["labels"].to_string();
    assert!(labels.contains("bug"), "{labels}");
    assert_eq!(office.said(), ["It was the second joint."]);
    let reply = desk.reply(&first).await;
    assert!(reply.id.is_some() && reply.url.unwrap().contains("/acme/web/"));

    office.send("issue_comment", &payload).await;
    office.mention("mend it").await;
    let all = desk.settled(2, &["answered"]).await;
    assert_eq!(different(&all, "session").len(), 1);
    assert_eq!(all[1]["duplicates"], 1);
    assert_eq!(office.said(), ["It was the second joint.", "It is mended."]);
    let file = github.file(REPOSITORY, "mend", "pipe.txt").unwrap();
    assert_eq!(file.1, "tight");
    assert_eq!(github.file(REPOSITORY, "main", "pipe.txt"), None);

    assert!(desk.installation().await.token.is_some());
    let installation = github.installations()[0];
    let gone = office.payloads(REPOSITORY, "ada").installation("deleted");
    let mention = format!("@{} are you there?", office.slug);
    let next = office
        .payloads(REPOSITORY, "ada")
        .comment(office.number, &mention, "MEMBER");
    github.uninstall(installation);
    office.send("installation", &gone).await;
    assert_eq!(desk.state().await, "revoked");
    assert!(desk.installation().await.token.is_none());
    let requests = github.received().len();
    office.send("issue_comment", &next).await;
    let last = desk.deliveries().await.remove(0);
    assert_eq!(
        (&last["state"], &last["rule"]),
        (&json!("ignored"), &json!("not_installed"))
    );
    assert_eq!(github.received().len(), requests, "nothing is said");
    assert_eq!(desk.lab.model.asked().len(), 5, "nobody is woken");
    assert_eq!(desk.lab.model.problems(), Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_that_github_took_and_did_not_confirm_is_said_once() {
    let office = Office::open(vec![Turn::text(["It was the second joint."])]).await;
    let comments = format!("POST /repos/{REPOSITORY}/issues/{}/comments", office.number);
    office
        .github
        .misbehave(&comments, Misbehaviour::DropsAnswer);
    office.mention("which one?").await;
    let answered = office.desk.settled(1, &["answered"]).await.remove(0);
    assert_eq!(answered["attempts"], 2, "{answered}");
    assert_eq!(office.said(), ["It was the second joint."]);
    let posts = office.github.received().into_iter();
    assert_eq!(posts.filter(|one| one.line == comments).count(), 1);
    assert_eq!(
        office.desk.lab.model.asked().len(),
        1,
        "the turn is not run again"
    );
    assert!(office.desk.reply(&answered).await.id.is_some());
}

#[tokio::test]
async fn a_token_that_github_takes_no_more_is_minted_anew_and_the_answer_said() {
    let office = Office::open(vec![
        call("mcp_github_get_issue", json!({})),
        Turn::text(["Here."]),
    ])
    .await;
    let comments = format!("POST /repos/{REPOSITORY}/issues/{}/comments", office.number);
    office
        .github
        .misbehave(&comments, Misbehaviour::status(401));
    office.mention("?").await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(office.said(), ["Here."]);
    assert_eq!(office.desk.state().await, "installed");
}

#[tokio::test]
async fn permissions_that_an_owner_accepts_later_count_at_once_and_a_token_is_minted_with_them() {
    let office = Office::open(vec![Turn::text(["Here."]), Turn::text(["And here."])]).await;
    let Office { desk, .. } = &office;
    office.mention("?").await;
    desk.settled(1, &["answered"]).await;
    let before = desk.installation().await;
    assert!(before.token.is_some());
    let payloads = office.payloads(REPOSITORY, "ada");
    let mut accepted = payloads.installation("new_permissions_accepted");
    office.send("installation", &accepted).await;
    assert_eq!(desk.installation().await.token, before.token, "the same");
    accepted["installation"]["permissions"] = json!({ "issues": "write", "packages": "read" });
    accepted["installation"]["updated_at"] = "2026-11-30T00:00:00Z".into();
    office.send("installation", &accepted).await;
    assert_eq!(desk.state().await, "installed");
    let now = desk.installation().await;
    let workspace = now.publication.workspace.unwrap();
    assert!(
        workspace.contains(r#"["issues:write","packages:read"]"#),
        "{workspace}"
    );
    assert_eq!(now.token, None);
    office.mention("and now?").await;
    desk.settled(4, &["answered", "ignored"]).await;
    assert_eq!(office.said(), ["Here.", "And here."]);
}
