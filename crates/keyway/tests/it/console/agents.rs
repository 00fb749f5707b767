use keyway_core::Role;
use keyway_testkit::models::Turn;

use super::form::plain;
use super::world::{another, stranger};
use crate::agents::world::{Lab, agent, search};
use crate::support::app::TestApp;
use crate::support::browser::set_up;
use crate::support::wait::until;

#[tokio::test]
async fn where_there_is_no_agent_the_page_teaches_how_to_make_one() {
    let app = TestApp::with([]).await;
    let mut owner = set_up(&app).await;
    let page = owner.get("/console/agents").await;
    assert!(
        page.text().contains("There is no agent you may use."),
        "{}",
        page.text()
    );
    assert_eq!(owner.get("/console/agents/nobody").await.status(), 404);
    let refused = owner
        .post("/console/agents/nobody/prompt", &[("message", "Hi")])
        .await;
    assert_eq!(refused.status(), 404);
}

#[tokio::test]
async fn an_agent_is_shown_as_it_was_defined_without_its_prompt() {
    let helper = agent("helper")
        .system_prompt("s3cret prompt")
        .description("Helps")
        .tool(search());
    let lab = Lab::new(vec![helper], vec![Turn::text(["Hello."])]).await;
    let mut owner = set_up(&lab.app).await;
    let list = owner.get("/console/agents").await;
    assert!(list.text().contains("helper") && list.text().contains("lab/test-1"));
    let page = owner.get("/console/agents/helper").await;
    for part in [
        "Helps",
        "lab/test-1",
        "acme:search",
        "Nobody has said anything to it yet.",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    assert!(!page.text().contains("s3cret"));
    let mut member = another(&lab.app, "bob@example.com", Role::Member).await;
    assert_eq!(member.get("/console/agents/helper").await.status(), 200);
    let mut eve = stranger(&lab.app).await;
    assert_eq!(eve.get("/console/agents/helper").await.status(), 404);
    assert!(!eve.get("/console/agents").await.text().contains("helper"));
}

#[tokio::test]
async fn where_calls_of_an_agent_are_told_its_page_is_linked() {
    let lab = Lab::new(vec![agent("helper")], vec![Turn::text(["Hello."])]).await;
    let owner = set_up(&lab.app).await;
    lab.prompt("helper", "Hi").await;
    for at in ["/console", "/console/activity?kind=call"] {
        let link =
            "<a href=\"/console/agents/helper\"><bdi class=\"outside\">agent__helper</bdi></a>";
        let ask = || owner.ask(http::Method::GET, at).send();
        until("the call is told", || async {
            plain(ask().await.text()).contains(link)
        })
        .await;
    }
}

#[tokio::test]
async fn a_message_that_says_nothing_is_refused_at_its_field() {
    let lab = Lab::new(vec![agent("helper")], vec![Turn::text(["Hello."])]).await;
    let mut owner = set_up(&lab.app).await;
    owner.get("/console/agents/helper").await;
    let refused = owner
        .post("/console/agents/helper/prompt", &[("message", "  ")])
        .await;
    assert_eq!(refused.status(), 422, "{}", refused.text());
    assert!(
        refused.text().contains("f-message-error"),
        "{}",
        refused.text()
    );
    let list = owner.get("/console/sessions").await;
    assert!(
        list.text().contains("There is no session yet."),
        "{}",
        list.text()
    );
}
