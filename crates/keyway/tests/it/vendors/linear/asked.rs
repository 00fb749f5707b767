use std::time::Duration;

use keyway::{Action, Error, Expose};
use keyway_testkit::models::Turn;
use serde_json::json;

use super::Office;
use crate::agents::world::call;
use crate::support::actions::{Said, Say};
use crate::support::wait::until;
use crate::vendors::world::lab_set;

#[tokio::test]
async fn a_call_that_needs_an_approval_is_asked_about_in_its_agent_session_with_the_way_to_decide()
{
    let purge = Action::new("acme:purge", |_, input: Say| async move {
        Ok::<_, Error>(Said { text: input.text })
    });
    let purge = purge.destructive().expose(Expose::NONE);
    let script = vec![
        call("acme-purge", json!({ "text": "the cellar" })),
        Turn::text(["It is empty."]),
    ];
    let lab = lab_set(vec![purge], script, |config| {
        config.approvals.wait = Duration::from_mins(1);
    })
    .await;
    let office = Office::of(lab, &json!({})).await;
    office.mention("tidy up").await;
    until("it to be asked", || async {
        office.said("elicitation").len() == 1
    })
    .await;
    let asked = office.said("elicitation").remove(0);
    for expected in ["triage", "`acme-purge`", "/console/approvals/appr_"] {
        assert!(asked.contains(expected), "{asked}");
    }
    assert!(!asked.contains("the cellar"), "{asked}");
    office.desk.approve().await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(office.said("response"), ["It is empty."]);
    assert_eq!(office.said("elicitation").len(), 1);
    let session = office.linear.things("AgentSession").remove(0);
    assert_eq!(session["status"], "complete");
}
