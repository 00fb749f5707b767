use keyway_testkit::models::Turn;
use serde_json::json;

use super::world::{INTEGRATIONS, NEW, desk, old_form, page, publish, text};
use crate::console::form::{Form, confirm, fill, follow, plain, secret};
use crate::webhooks::world::event;

#[tokio::test]
async fn an_agent_is_published_by_a_form_and_its_secret_is_shown_once() {
    let (mut desk, mut owner) = desk(vec![Turn::text(["On it."])]).await;
    let choice = owner.get(NEW).await;
    let link = format!("href=\"{NEW}?provider=webhook\"");
    assert!(plain(choice.text()).contains(&link), "{}", choice.text());
    publish(&mut desk, &mut owner, "Alerts & more").await;
    assert_eq!(text(&desk.publication, "granularity"), "per_thread");
    assert_eq!(text(&desk.publication, "serviceAccount"), desk.account);
    desk.send(&event("e1", "7", "It burns")).await;
    desk.settled(1, &["answered"]).await;
    let shown = owner.get(&page(&desk)).await;
    let told = plain(shown.text());
    for part in [
        "Alerts & more",
        &desk.path(),
        "Paste the address and the signing secret",
        "triage bot",
        "each thread",
        "/console/sessions/sess_",
        "it was signed with the secret",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains(&desk.secret));
    for at in [
        INTEGRATIONS,
        "/console/publications",
        "/console/agents/triage",
    ] {
        let list = plain(owner.get(at).await.text());
        assert!(list.contains("Alerts & more"), "{at}: {list}");
        assert!(
            list.contains(&page(&desk)) && list.contains("Tickets"),
            "{at}"
        );
    }
    let none = owner.get("/console/publications?agent=nobody").await;
    assert!(plain(none.text()).contains("No agent is published."));
}

#[tokio::test]
async fn a_publication_that_somebody_else_changed_is_not_overwritten_unseen() {
    let (desk, mut owner) = desk(vec![]).await;
    let page = page(&desk);
    let old = old_form(&mut owner, &page).await;
    let other = json!({ "actors": ["ada"] }).to_string();
    let fields = [
        ("name", "Incidents"),
        ("granularity", "per_event"),
        ("triggers", &other),
    ];
    let edit = format!("{page}/edit");
    let saved = fill(&mut owner, &edit, &edit, &fields).await;
    assert!(follow(&mut owner, &saved).await.contains("Saved."));
    let late = old.with("name", "Late").send(&mut owner).await;
    assert_eq!(late.status(), 409);
    let told = plain(late.text());
    for part in [
        "Somebody else changed this",
        "Incidents",
        "Late",
        "each event",
        "each thread",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let path = format!("/v1/publications/{}", desk.id());
    let now = desk.get(&path).await;
    assert_eq!(
        (text(&now, "name"), &now["revision"]),
        ("Incidents", &json!(2))
    );
    // Sent again, it replaces what is there.
    let again = Form::of(&late, &edit).send(&mut owner).await;
    assert_eq!(again.status(), 303, "{}", again.text());
    let now = desk.get(&path).await;
    assert_eq!((text(&now, "name"), &now["triggers"]), ("Late", &json!({})));
}

#[tokio::test]
async fn a_publication_is_paused_resumed_and_removed_after_a_question() {
    let (desk, mut owner) = desk(vec![]).await;
    let page = page(&desk);
    let paused = fill(&mut owner, &page, &format!("{page}/pause"), &[]).await;
    let told = follow(&mut owner, &paused).await;
    assert!(told.contains("Paused: nothing wakes the agent."), "{told}");
    desk.send(&event("e1", "7", "a")).await;
    desk.settled(1, &["ignored"]).await;
    let list = owner.get("/console/webhooks").await;
    assert!(plain(list.text()).contains("the publication was paused when it came"));
    let resumed = fill(&mut owner, &page, &format!("{page}/resume"), &[]).await;
    assert!(follow(&mut owner, &resumed).await.contains("Resumed."));
    let path = format!("/v1/publications/{}", desk.id());
    assert_eq!(desk.get(&path).await["paused"], false);

    let remove = format!("{page}/remove");
    let question = owner.get(&remove).await;
    assert!(plain(question.text()).contains("Remove Tickets?"));
    assert_eq!(
        desk.get(&path).await["revision"],
        3,
        "asking removes nothing"
    );
    let removed = confirm(&mut owner, &remove).await;
    assert!(follow(&mut owner, &removed).await.contains("Removed."));
    assert_eq!(desk.lab.app.get(&path).send().await.status(), 404);
    for at in [page.clone(), remove, format!("{page}/edit")] {
        assert_eq!(owner.get(&at).await.status(), 404, "{at}");
    }
}

#[tokio::test]
async fn another_signing_secret_is_shown_once_and_the_one_before_stays_good() {
    let (mut desk, mut owner) = desk(vec![Turn::text(["a"]), Turn::text(["b"])]).await;
    let page = page(&desk);
    let rotate = format!("{page}/rotate");
    let rotated = fill(&mut owner, &page, &rotate, &[]).await;
    let new = secret(&rotated);
    assert_ne!(new, desk.secret);
    desk.send(&event("e1", "7", "a")).await;
    desk.secret.clone_from(&new);
    desk.send(&event("e2", "8", "b")).await;
    let shown = owner.get(&page).await;
    let told = plain(shown.text());
    assert!(told.contains("The secret before is good as well"), "{told}");
    assert!(!told.contains(&new));
    let brought = fill(&mut owner, &page, &rotate, &[("secret", "made over there")]).await;
    assert_eq!(secret(&brought), "made over there");
}
