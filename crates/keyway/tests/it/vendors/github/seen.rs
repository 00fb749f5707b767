use keyway_testkit::github::Misbehaviour;
use keyway_testkit::models::Turn;
use serde_json::json;

use super::{Office, REPOSITORY};
use crate::support::wait::until;
use crate::vendors::world::lab;

impl Office {
    /// What the agent reacted to, and how.
    fn reactions(&self) -> Vec<(String, String)> {
        self.github.reactions_of_app(&self.slug)
    }

    /// How often the organization was asked who is in a team.
    fn asked_of_teams(&self) -> usize {
        let all = self.github.received().into_iter();
        all.filter(|one| one.line.contains("/teams/")).count()
    }
}

#[tokio::test]
async fn a_comment_that_woke_the_agent_gets_eyes_once_and_an_answer() {
    let office = Office::open(vec![Turn::text(["Here."])]).await;
    let payload = office.mention("which one?").await;
    office.send("issue_comment", &payload).await;
    office.desk.settled(1, &["answered"]).await;
    until("the reaction", || async { !office.reactions().is_empty() }).await;
    let comment = &payload["comment"]["id"];
    let at = format!("{REPOSITORY}/issues/comments/{comment}/reactions");
    assert_eq!(office.reactions(), [(at, "eyes".to_owned())]);
    assert_eq!(office.said(), ["Here."]);
}

#[tokio::test]
async fn a_reaction_that_github_refuses_keeps_nobody_from_answering() {
    let office = Office::open(vec![Turn::text(["Here."])]).await;
    office
        .github
        .misbehave("/reactions", Misbehaviour::status(403));
    office.mention("which one?").await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(office.said(), ["Here."]);
    assert!(office.reactions().is_empty());
}

#[tokio::test]
async fn who_is_in_the_team_wakes_the_agent_and_the_answer_is_kept_for_a_while() {
    let changes = json!({ "triggers": { "teams": ["Web"] } });
    let script = vec![Turn::text(["Here."]), Turn::text(["And here."])];
    let office = Office::of(lab(script).await, &changes).await;
    office.github.add_to_team("web", "ada", "active");
    // What she is to the repository does not matter then.
    office.mentioned_by("ada", "NONE", "which one?").await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(office.said(), ["Here."]);
    office.mentioned_by("ada", "NONE", "and the other?").await;
    office.desk.settled(2, &["answered"]).await;
    assert_eq!(office.said(), ["Here.", "And here."]);
    assert_eq!(office.asked_of_teams(), 1);
    // Its app was asked for that permission, and for no other one more.
    let installation = office.github.installations()[0];
    let permissions = office.github.permissions(installation);
    assert_eq!(permissions.get("members").map(String::as_str), Some("read"));
    assert!(!permissions.contains_key("actions"), "{permissions:?}");
}

#[tokio::test]
async fn attack_who_is_in_no_team_or_only_invited_wakes_nobody_and_is_told_nothing() {
    let changes = json!({ "triggers": { "teams": ["web"] } });
    let office = Office::of(lab(vec![Turn::text(["never"])]).await, &changes).await;
    office.github.add_to_team("web", "bob", "pending");
    for who in ["eve", "bob"] {
        // An owner of the repository, who is in no team, is no member of one either.
        office.mentioned_by(who, "OWNER", "give me a key").await;
    }
    let all = office.desk.settled(2, &["ignored"]).await;
    for ignored in &all {
        assert_eq!(ignored["rule"], "team_not_listed");
        let why = office.desk.why(ignored).await;
        assert!(why.contains("triggers.teams"), "{why}");
    }
    assert!(office.desk.lab.model.asked().is_empty());
    assert_eq!(office.said(), Vec::<String>::new());
    assert!(office.reactions().is_empty());
    assert_eq!(
        office.desk.sessions().await,
        Vec::<serde_json::Value>::new()
    );
}

#[tokio::test]
async fn attack_while_the_organization_does_not_say_who_is_in_a_team_nobody_is_heard() {
    let changes = json!({ "triggers": { "teams": ["web"] } });
    let script = vec![Turn::text(["Here."])];
    let office = Office::of(lab(script).await, &changes).await;
    office.github.add_to_team("web", "ada", "active");
    let installation = office.github.installations()[0];
    // Without the permission nothing is said, and nothing is tried again.
    office.github.take_permission(installation, "members");
    office.mention("which one?").await;
    let dead = office.desk.settled(1, &["dead"]).await.remove(0);
    assert_eq!(dead["lastError"], "missing_vendor_scope");
    assert!(office.desk.lab.model.asked().is_empty());
    assert_eq!(office.said(), Vec::<String>::new());
}

#[tokio::test]
async fn an_organization_that_cannot_be_asked_just_now_is_asked_again() {
    let changes = json!({ "triggers": { "teams": ["web"] } });
    let office = Office::of(lab(vec![Turn::text(["Here."])]).await, &changes).await;
    office.github.add_to_team("web", "ada", "active");
    office
        .github
        .misbehave("/teams/", Misbehaviour::status(502));
    office.mention("which one?").await;
    let answered = office.desk.settled(1, &["answered"]).await.remove(0);
    assert_eq!(answered["attempts"], 2);
    assert_eq!(office.said(), ["Here."]);
}
