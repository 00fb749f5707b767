//! Whose word a press is.

use http::Method;
use keyway_testkit::models::Turn;
use keyway_testkit::sql;
use serde_json::json;

use super::{APPROVE, link_of, waiting, wants};

#[tokio::test]
async fn attack_who_signs_with_a_secret_of_their_own_decides_for_nobody_who_trusted_the_one_before()
{
    let (office, purge) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    let mut owner = office.browser("ada@example.com").await;
    office.link(&question, "U0ADA", &mut owner).await;
    // Whoever administers has presses be signed with what they know.
    let installation = office.desk.publication["installation"].as_str().unwrap();
    let path = format!("/v1/installations/{installation}/rotate-secret");
    let body = json!({ "secret": "0123456789abcdef0123456789abcdef" });
    let rotated = office.desk.post(&path, &body).await;
    assert_eq!(rotated.status(), 200, "{}", rotated.text());
    let shown = owner.get("/console/me/access").await;
    assert!(!shown.text().contains("U0ADA"), "{}", shown.text());
    office.press(&question, "U0ADA", APPROVE).await;
    link_of(&office.whispered("U0ADA", 2).await);
    assert_eq!(office.approvals().await[0]["state"], "pending");
    assert_eq!(purge.runs(), 0);
}

#[tokio::test]
async fn attack_a_press_at_what_was_taken_away_counts_for_nothing() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    let mut owner = office.browser("ada@example.com").await;
    office.link(&question, "U0ADA", &mut owner).await;
    let database = office.desk.lab.app.data_dir().join("keyway.db");
    for state in ["revoked", "suspended", "needs_reauth", "pending"] {
        sql::run(
            &database,
            &format!("UPDATE installations SET state = '{state}'"),
        )
        .await;
        office.press(&question, "U0ADA", APPROVE).await;
        assert_eq!(office.approvals().await[0]["state"], "pending", "{state}");
    }
    assert_eq!(office.slack.whispers("U0ADA").len(), 1);
    // Uninstalled, nobody is anybody there.
    let installation = office.desk.publication["installation"].as_str().unwrap();
    let path = format!("/v1/installations/{installation}");
    let ask = office.desk.lab.app.ask(Method::DELETE, &path);
    let gone = ask.bearer(&office.desk.lab.app.key).send().await;
    assert_eq!(gone.status(), 200, "{}", gone.text());
    let shown = owner.get("/console/me/access").await;
    assert!(!shown.text().contains("U0ADA"), "{}", shown.text());
    assert_eq!(purge.runs(), 0);
}
