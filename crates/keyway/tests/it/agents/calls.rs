//! Actions that call actions and agents.

use keyway::{Action, Error, Expose};
use keyway_testkit::models::Turn;
use serde_json::{Value, json};

use super::world::{Lab, agent, search};
use crate::support::actions::{Nothing, Said};

/// An action that calls another one and answers what that answers.
fn calling(slug: &str, called: &str, input: Value) -> Action {
    let called = called.to_owned();
    Action::new(slug, move |context, _: Nothing| {
        let (called, input) = (called.clone(), input.clone());
        async move { context.call::<Value>(called, input).await }
    })
    .expose(Expose::HTTP)
}

fn said(text: impl Into<String>) -> Said {
    Said { text: text.into() }
}

async fn call(lab: &Lab, key: &str, slug: &str) -> Value {
    let path = format!("/v1/actions/{slug}");
    let ask = lab.app.ask(http::Method::POST, &path).bearer(key);
    let answer = ask.json(&json!({})).send().await;
    answer.json()
}

#[tokio::test]
async fn an_action_calls_actions_and_agents_as_who_asked_for_it() {
    let workflow = Action::new("report:make", |context, _: Nothing| async move {
        let found: Value = context
            .call("acme:search", json!({ "text": "Ada" }))
            .await?;
        let first = context
            .prompt("writer", format!("About {}", found["text"]))
            .await?;
        let session = first.session.clone();
        let again = keyway_core::agent::AgentMessage::from("Shorter").in_session(session);
        let second = context.prompt("writer", again).await?;
        assert_eq!(second.session, first.session);
        Ok(said(format!("{} / {}", first.text, second.text)))
    })
    .expose(Expose::HTTP);
    let secret = Action::new("acme:secret", |_, _: Nothing| async {
        Ok::<_, Error>(said("s3cret"))
    })
    .admin_only();
    let actions = vec![
        workflow,
        search(),
        secret,
        calling("peek", "acme:secret", json!({})),
        calling("wrong", "acme:search", json!({ "text": 7 })),
    ];
    let turns = vec![Turn::text(["A long text"]), Turn::text(["A text"])];
    let lab = Lab::with(vec![agent("writer")], actions, turns).await;
    let ann = lab.member("ann").await;
    let report = call(&lab, &ann, "report:make").await;
    assert_eq!(report["text"], "A long text / A text", "{report}");
    assert_eq!(call(&lab, &ann, "peek").await["code"], "action_not_found");
    assert_eq!(call(&lab, &lab.app.key, "peek").await["text"], "s3cret");
    assert_eq!(call(&lab, &ann, "wrong").await["code"], "invalid_input");
}

#[tokio::test]
async fn a_circle_and_too_many_calls_within_each_other_are_refused() {
    let mut actions = vec![
        calling("a", "b", json!({})),
        calling("b", "a", json!({})),
        calling("me", "me", json!({})),
    ];
    // Each calls the next one; the last one answers.
    for nth in 1..=9 {
        actions.push(calling(
            &format!("n{nth}"),
            &format!("n{}", nth + 1),
            json!({}),
        ));
    }
    let last = Action::new("n10", |_, _: Nothing| async { Ok::<_, Error>(said("end")) });
    actions.push(last);
    let lab = Lab::with(Vec::new(), actions, Vec::new()).await;
    let code = async |slug| call(&lab, &lab.app.key, slug).await["code"].clone();
    assert_eq!(code("a").await, "call_cycle");
    assert_eq!(code("me").await, "call_cycle");
    assert_eq!(code("n1").await, "call_too_deep");
    assert_eq!(
        call(&lab, &lab.app.key, "n3").await["text"],
        "end",
        "eight are allowed"
    );
    assert_eq!(code("n2").await, "call_too_deep");
}

#[tokio::test]
async fn an_agent_whose_action_asks_it_again_is_refused_that() {
    let ask = Action::new("ask:helper", |context, _: Nothing| async move {
        let answer = context.prompt("helper", "again").await?;
        Ok(said(answer.text))
    });
    let turns = vec![
        super::world::call("ask-helper", json!({})),
        Turn::text(["I am running already."]),
    ];
    let lab = Lab::new(vec![agent("helper").tool(ask)], turns).await;
    let answer = lab.prompt("helper", "go").await;
    assert_eq!(answer["text"], "I am running already.", "{answer}");
    assert!(lab.told(1).contains("call_cycle"), "{}", lab.told(1));
}
