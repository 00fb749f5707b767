use std::time::Duration;

use keyway_testkit::models::Turn;
use serde_json::json;

use super::{APPROVE, DENY, Purge, SECRET, wants};
use crate::agents::world::{Lab, agent, call};
use crate::vendors::slack::{Office, texts};
use crate::webhooks::world::AGENT;

/// An office whose agent asks another one, which wants to do what cannot be undone.
async fn asking(script: Vec<Turn>) -> (Office, Purge) {
    let (purge, action) = Purge::new();
    let cleaner = agent("cleaner").tool(action);
    let agents = vec![agent(AGENT).tool(cleaner)];
    let lab = Lab::set(agents, Vec::new(), script, |config| {
        config.egress.allow = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        config.approvals.wait = Duration::from_mins(1);
    })
    .await;
    (Office::of(lab, &json!({})).await, purge)
}

#[tokio::test]
async fn a_call_of_an_agent_that_an_agent_asked_is_asked_about_where_the_first_was_asked() {
    let (office, purge) = asking(vec![
        call("agent__cleaner", json!({ "message": "empty it" })),
        wants(),
        Turn::text(["Emptied."]),
        Turn::text(["It is empty."]),
    ])
    .await;
    let ts = office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    assert_eq!(question["thread_ts"], ts.as_str());
    let said = question.to_string();
    for expected in ["cleaner", "acme-purge", "<@U0ADA>"] {
        assert!(said.contains(expected), "{said}");
    }
    assert!(!said.contains(SECRET), "{said}");
    let mut owner = office.browser("ada@example.com").await;
    office.link(&question, "U0ADA", &mut owner).await;
    office.press(&question, "U0ADA", APPROVE).await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(purge.runs(), 1);
    let told = office.settled(&question).await;
    assert!(told.starts_with("Ada Lovelace approved this."), "{told}");
    assert_eq!(texts(&office.said("C0ONE")).last(), Some(&"It is empty."));
}

#[tokio::test]
async fn attack_what_an_agent_that_an_agent_asked_wants_is_not_made_once_it_is_denied() {
    let (office, purge) = asking(vec![
        call("agent__cleaner", json!({ "message": "empty it" })),
        wants(),
        Turn::text(["I may not."]),
        Turn::text(["It may not."]),
    ])
    .await;
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    let mut owner = office.browser("ada@example.com").await;
    office.link(&question, "U0ADA", &mut owner).await;
    office.press(&question, "U0ADA", DENY).await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(purge.runs(), 0);
    assert_eq!(texts(&office.said("C0ONE")).last(), Some(&"It may not."));
}
