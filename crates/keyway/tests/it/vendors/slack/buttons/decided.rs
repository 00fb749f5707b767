use http::Method;
use keyway_core::Role;
use keyway_testkit::models::Turn;
use serde_json::{Value, json};

use super::{APPROVE, DENY, SECRET, has_buttons, link_of, outcome, waiting, wants};
use crate::support::wait::until;
use crate::vendors::slack::texts;

#[tokio::test]
async fn a_call_is_asked_about_in_its_thread_and_made_once_when_somebody_who_may_presses() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["It is empty."])]).await;
    let ts = office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    assert_eq!(question["thread_ts"], ts.as_str());
    let said = question.to_string();
    for expected in [
        "triage",
        "acme-purge",
        "<@U0ADA>",
        "/console/approvals/appr_",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    assert!(!said.contains(SECRET), "{said}");

    // Nobody that a webhook names is anybody here, until they say so themselves.
    office.press(&question, "U0ADA", APPROVE).await;
    let whisper = office.whispered("U0ADA", 1).await;
    assert_eq!(whisper["thread_ts"], ts.as_str());
    assert_eq!(purge.runs(), 0);
    assert_eq!(office.approvals().await[0]["state"], "pending");
    let link = link_of(&whisper);
    let mut owner = office.browser("ada@example.com").await;
    let page = owner.get(&link).await;
    for expected in [
        "U0ADA",
        "T0HOME",
        ">ada<",
        ">Home<",
        "Confirm only if you pressed the button yourself",
    ] {
        assert!(
            page.text().contains(expected),
            "{expected}: {}",
            page.text()
        );
    }
    let done = owner.post(&link, &[]).await;
    assert_eq!(done.status(), 303, "{}", done.text());
    let listed = owner.get("/console/me/access").await;
    assert!(listed.text().contains("U0ADA"), "{}", listed.text());
    assert_eq!(purge.runs(), 0, "who they are decides nothing");

    office.press(&question, "U0ADA", APPROVE).await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(purge.runs(), 1);
    let told = office.settled(&question).await;
    assert!(told.starts_with("Ada Lovelace approved this."), "{told}");
    let said = office.said("C0ONE");
    assert_eq!(texts(&said).last(), Some(&"It is empty."));
    assert_eq!(said.len(), 2, "{said:#?}");

    let approval = office.approvals().await.remove(0);
    assert_eq!(approval["decidedThrough"], "chat");
    assert_eq!(approval["decidedByName"], "Ada Lovelace");
    let page = format!("/console/approvals/{}", approval["id"].as_str().unwrap());
    let page = owner.get(&page).await;
    assert!(page.text().contains("with a button at a third party"));
    for kind in ["external_person_linked", "approval_decided"] {
        let audit = office.desk.get(&format!("/v1/audit?kind={kind}")).await;
        let events = audit["events"].as_array().unwrap().iter();
        let ended = events.filter(|one| one["record"]["phase"] == "outcome");
        assert_eq!(ended.count(), 1, "{audit}");
    }
    assert!(office.slack.calls_of("response_url").is_empty());
    let refused = office
        .slack
        .calls()
        .into_iter()
        .filter(|one| one.error.is_some());
    assert_eq!(refused.count(), 0);
    assert_eq!(office.desk.lab.model.problems(), Vec::<String>::new());
}

#[tokio::test]
async fn a_call_that_is_denied_with_a_button_is_not_made_and_the_model_is_told() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["Then not."])]).await;
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    let mut owner = office.browser("ada@example.com").await;
    office.link(&question, "U0ADA", &mut owner).await;
    office.press(&question, "U0ADA", DENY).await;
    office.desk.settled(1, &["answered"]).await;
    let told = office.desk.lab.told(1);
    assert!(told.contains("approval_denied"), "{told}");
    assert_eq!(office.settled(&question).await, "Ada Lovelace denied this.");
    assert_eq!(purge.runs(), 0);
    assert_eq!(texts(&office.said("C0ONE")).last(), Some(&"Then not."));
}

#[tokio::test]
async fn what_is_decided_in_the_console_loses_its_buttons_and_a_late_press_is_told_who_was_first() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["It is empty."])]).await;
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    let mut owner = office.browser("ada@example.com").await;
    office.link(&question, "U0ADA", &mut owner).await;
    let late = office
        .slack
        .pressing("C0ONE", question["ts"].as_str().unwrap(), "U0ADA", DENY);
    let id = office.approvals().await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let at = format!("/console/approvals/{id}");
    owner.get(&at).await;
    let approved = owner.post(&format!("{at}/approve"), &[]).await;
    assert_eq!(approved.status(), 303, "{}", approved.text());
    office.desk.settled(1, &["answered"]).await;
    let told = office.settled(&question).await;
    assert!(told.starts_with("Ada Lovelace approved this."), "{told}");
    let interactive = format!("{}/interactive", office.desk.url());
    let pressed = office.slack.press(&interactive, &late.unwrap()).await;
    assert_eq!(pressed.unwrap().status, 200);
    let told = office.whispered("U0ADA", 2).await;
    let text = told["text"].as_str().unwrap();
    assert!(text.starts_with("Ada Lovelace approved this."), "{text}");
    assert_eq!(purge.runs(), 1);
}

#[tokio::test]
async fn of_two_who_press_at_once_one_decides_and_the_other_is_told() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    let mut owner = office.browser("ada@example.com").await;
    let mut bob = office
        .another("bob@example.com", Role::Admin, "U0BOB")
        .await;
    office.link(&question, "U0ADA", &mut owner).await;
    office.link(&question, "U0BOB", &mut bob).await;
    tokio::join!(
        office.press(&question, "U0ADA", APPROVE),
        office.press(&question, "U0BOB", DENY),
    );
    office.desk.settled(1, &["answered"]).await;
    let told = office.settled(&question).await;
    let approval = office.approvals().await.remove(0);
    let (late, first) = match approval["state"].as_str().unwrap() {
        "executed" => ("U0BOB", "Ada Lovelace approved this."),
        "denied" => ("U0ADA", "Bob denied this."),
        other => panic!("{other}"),
    };
    assert!(told.starts_with(first), "{told}");
    let whisper = office.whispered(late, 2).await;
    let text = whisper["text"].as_str().unwrap();
    assert!(text.starts_with(first), "{text}");
    assert_eq!(purge.runs(), usize::from(late == "U0BOB"));
}

#[tokio::test]
async fn what_nobody_decides_says_so_when_its_time_is_over() {
    let (office, purge) = super::set(vec![wants(), Turn::text(["I wait."])], |config| {
        config.approvals.expiry = std::time::Duration::from_secs(3);
    })
    .await;
    office.mention("C0ONE", "tidy up").await;
    until("a question", || async {
        office
            .said("C0ONE")
            .iter()
            .any(|one| !one["blocks"].is_null())
    })
    .await;
    let mut said = office.said("C0ONE").into_iter();
    let question: Value = said.find(|one| !one["blocks"].is_null()).unwrap();
    let told = office.settled(&question).await;
    assert_eq!(told, "Nobody decided about this in time.");
    assert_eq!(purge.runs(), 0);
}

#[tokio::test]
async fn what_runs_only_later_is_told_of_once_and_the_agent_goes_on_when_it_is_told_to() {
    let script = vec![
        wants(),
        Turn::text(["Somebody has to agree."]),
        wants(),
        Turn::text(["It is empty."]),
    ];
    let (office, purge) = super::set(script, |_| {}).await;
    let ts = office.mention("C0ONE", "tidy up").await;
    office.desk.settled(1, &["answered"]).await;
    let question = office.question(1).await;
    let mut owner = office.browser("ada@example.com").await;
    office.link(&question, "U0ADA", &mut owner).await;
    office.press(&question, "U0ADA", APPROVE).await;
    let told = office.settled(&question).await;
    assert!(told.ends_with("tell it to go on."), "{told}");
    assert_eq!(purge.runs(), 0);
    let (_, next) = office.slack.message("C0ONE", "U0ADA", "go on", Some(&ts));
    office.send(&next).await;
    office.desk.settled(2, &["answered"]).await;
    assert_eq!(purge.runs(), 1);
    assert!(!has_buttons(&office.now(&question)));
    assert_eq!(outcome(&office.now(&question)), told);
    let asked = office.said("C0ONE").into_iter();
    let asked = asked.filter(|one| !one["blocks"].is_null());
    assert_eq!(asked.count(), 1, "it is asked about once");
}

#[tokio::test]
async fn a_provider_without_buttons_has_no_such_address_for_who_can_sign_and_refuses_others() {
    let desk = crate::webhooks::world::Desk::new(vec![Turn::text(["never"])]).await;
    let body = json!({ "id": "1" });
    let at = format!("{}/interactive", desk.path());
    let unsigned = desk.lab.app.ask(Method::POST, &at).json(&body).send().await;
    assert_eq!(unsigned.status(), 401);
    let now = jiff::Timestamp::now().as_second().to_string();
    let text = body.to_string();
    let parts: [&[u8]; 3] = [now.as_bytes(), b".", text.as_bytes()];
    let signature = crate::webhooks::world::signature(&desk.secret, &parts);
    let ask = desk.lab.app.ask(Method::POST, &at).header("x-time", &now);
    let ask = ask.header("x-sign", &format!("v1={signature}"));
    let signed = ask.body(text.clone()).send().await;
    assert_eq!(signed.status(), 404, "{}", signed.text());
    assert!(signed.text().contains("interaction_not_supported"));
}
