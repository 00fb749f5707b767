use keyway::{Action, Annotations, Error};
use keyway_testkit::models::Turn;
use serde_json::{Value, json};

use super::world::{Lab, agent, call, search};
use crate::support::actions::{Nothing, Said};

fn session(answer: &Value) -> String {
    answer["sessionId"].as_str().unwrap().to_owned()
}

fn quiet(slug: &str) -> Action {
    Action::new(slug, |_, _: Nothing| async {
        Ok::<_, Error>(Said {
            text: "it ran".into(),
        })
    })
}

#[tokio::test]
async fn a_session_is_its_own_members_and_administrators_look_at_all() {
    let turns = vec![Turn::text(["hello"])];
    let lab = Lab::new(vec![agent("open")], turns).await;
    let (ann, bob) = (lab.member("ann").await, lab.member("bob").await);
    let said = json!({ "message": "hi" });
    let own = session(&lab.post(&ann, "open", &said).await.json());
    let body = json!({ "message": "me too", "sessionId": own });
    let foreign = lab.post(&bob, "open", &body).await;
    assert_eq!(
        (foreign.status(), foreign.json()["code"].clone()),
        (404, json!("session_not_found"))
    );
    // An administrator looks at it, and does not go on with it either.
    assert_eq!(lab.post(&lab.app.key, "open", &body).await.status(), 404);
    for path in [
        format!("/v1/sessions/{own}"),
        format!("/v1/sessions/{own}/events"),
    ] {
        assert_eq!(lab.get(&bob, &path).await.status(), 404, "{path}");
        assert_eq!(lab.get(&ann, &path).await.status(), 200, "{path}");
        assert_eq!(lab.get(&lab.app.key, &path).await.status(), 200, "{path}");
    }
    let seen = async |key: &str| {
        let list = lab.get(key, "/v1/sessions").await.json();
        list["sessions"].as_array().unwrap().len()
    };
    assert_eq!((seen(&ann).await, seen(&bob).await), (1, 0));
    assert_eq!(seen(&lab.app.key).await, 1);
}

#[tokio::test]
async fn an_agent_never_has_more_than_who_asks_it() {
    let helper = agent("helper")
        .tool(search())
        .tool(quiet("acme:purge").admin_only());
    let turns = vec![
        call("acme-purge", json!({})),
        Turn::text(["I cannot."]),
        call("acme-purge", json!({})),
        Turn::text(["Done."]),
    ];
    let lab = Lab::new(vec![helper, agent("boss").admin_only()], turns).await;
    let ann = lab.member("ann").await;
    let said = json!({ "message": "purge it" });
    lab.post(&ann, "helper", &said).await;
    assert_eq!(lab.tools(0), ["acme-search"]);
    assert!(
        lab.told(1).contains("no tool of this name"),
        "{}",
        lab.told(1)
    );
    lab.prompt("helper", "purge it").await;
    assert_eq!(lab.tools(2), ["acme-search", "acme-purge"]);
    assert!(lab.told(3).contains("it ran"), "{}", lab.told(3));

    assert_eq!(lab.post(&ann, "boss", &said).await.status(), 404);
    let listed = lab.get(&ann, "/v1/agents").await.json();
    assert_eq!(listed["agents"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_person_has_to_approve_waits_for_them_and_the_agent_is_told() {
    let wipe = quiet("acme:wipe").annotations(Annotations {
        destructive: Some(true),
        ..Annotations::default()
    });
    let turns = vec![
        call("acme-wipe", json!({})),
        Turn::text(["I was not allowed to."]),
    ];
    let lab = Lab::new(vec![agent("helper").tool(wipe)], turns).await;
    let answer = lab.prompt("helper", "wipe it").await;
    assert_eq!(answer["status"], "finished");
    assert!(lab.told(1).contains("approval_pending"), "{}", lab.told(1));
    let path = format!("/v1/sessions/{}/events", session(&answer));
    let events = lab.get(&lab.app.key, &path).await.json();
    let finished = events["events"].as_array().unwrap().iter();
    let mut finished = finished.filter(|event| event["type"] == "tool_finished");
    assert_eq!(finished.next().unwrap()["outcome"]["status"], "denied");
}
