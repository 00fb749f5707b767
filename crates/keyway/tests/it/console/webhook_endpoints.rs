use keyway_core::Role;
use keyway_testkit::models::Script;
use keyway_testkit::receiver::Answer;
use serde_json::json;

use super::form::{Form, confirm, fill, follow, plain, wrong};
use super::world::{another, stranger};
use crate::support::browser::set_up;
use crate::webhook_endpoints::world::Hook;

const LIST: &str = "/console/webhooks/endpoints";
const NEW: &str = "/console/webhooks/endpoints/new";

#[tokio::test]
async fn an_endpoint_is_added_tried_replaced_and_removed_by_forms() {
    let hook = Hook::new(Script::default(), &["session.failed"], []).await;
    let mut owner = set_up(&hook.lab.app).await;
    let webhooks = owner.get("/console/webhooks").await;
    assert!(plain(webhooks.text()).contains(&format!("href=\"{LIST}\"")));
    let refused = fill(&mut owner, NEW, NEW, &[("url", "http://acme.example/")]).await;
    assert_eq!(refused.status(), 422);
    assert!(
        wrong(&refused, "url").contains("https://"),
        "{}",
        refused.text()
    );
    let url = format!("{}/second", hook.receiver.url());
    let made = fill(&mut owner, NEW, NEW, &[("url", &url)]).await;
    assert_eq!(made.status(), 200, "{}", made.text());
    let text = plain(made.text());
    let secret = format!("whsec_{}", &text.split("whsec_").nth(1).unwrap()[..44]);
    let at = text.split(&format!("{LIST}/")).nth(1).unwrap();
    let at = format!("{LIST}/{}", at.split('"').next().unwrap());
    let list = plain(owner.get(LIST).await.text());
    assert!(list.contains(&at) && list.contains(&url), "{list}");
    let shown = plain(owner.get(&at).await.text());
    assert!(!shown.contains(&secret) && !list.contains(&secret));
    assert!(shown.contains("session.started") && shown.contains("No message is like this."));

    let tested = fill(&mut owner, &at, &format!("{at}/test"), &[]).await;
    assert!(
        follow(&mut owner, &tested)
            .await
            .contains("An example is on its way.")
    );
    let came = hook.came(1).await;
    assert_eq!(came[0].signed_with(&secret), Some(0));
    let rotate = format!("{at}/rotate");
    let question = plain(owner.get(&rotate).await.text());
    assert!(question.contains("Replace the secret of"), "{question}");
    let rotated = confirm(&mut owner, &rotate).await;
    assert!(
        plain(rotated.text()).contains("whsec_"),
        "{}",
        rotated.text()
    );
    let shown = plain(owner.get(&at).await.text());
    assert!(
        shown.contains("The secret before signs as well, until"),
        "{shown}"
    );
    let changed = fill(&mut owner, &at, &at, &[("url", &hook.receiver.url())]).await;
    assert!(follow(&mut owner, &changed).await.contains("Saved."));
    let disabled = fill(&mut owner, &at, &format!("{at}/disable"), &[]).await;
    assert!(
        follow(&mut owner, &disabled)
            .await
            .contains("Switched off.")
    );
    let removed = confirm(&mut owner, &format!("{at}/remove")).await;
    let list = follow(&mut owner, &removed).await;
    assert!(list.contains("Removed.") && !list.contains(&at), "{list}");
}

#[tokio::test]
async fn messages_are_shown_with_what_became_of_them_and_replayed_after_a_question() {
    let replies = std::iter::repeat_n(Answer::Status(500), 2);
    let hook = Hook::new(Script::default(), &["session.failed"], replies).await;
    let mut owner = set_up(&hook.lab.app).await;
    let at = format!("{LIST}/{}", hook.id());
    let message = hook.test().await;
    hook.becomes(&message, "failed").await;
    let replay = format!(
        "/console/webhooks/messages/{}/replay",
        message["id"].as_str().unwrap()
    );
    let shown = plain(owner.get(&format!("{at}?state=failed")).await.text());
    for part in ["webhook.test", "failed", "500", "refused", &replay] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let none = plain(owner.get(&format!("{at}?state=delivered")).await.text());
    assert!(none.contains("No message is like this."), "{none}");
    assert_eq!(owner.get(&format!("{at}?state=burnt")).await.status(), 422);
    let done = confirm(&mut owner, &replay).await;
    assert!(
        follow(&mut owner, &done)
            .await
            .contains("It is sent once more.")
    );
    hook.becomes(&message, "delivered").await;
    let done = confirm(&mut owner, &format!("{at}/replay")).await;
    follow(&mut owner, &done).await;

    // Somebody else changed it while the form was open.
    let shown = owner.get(&at).await;
    let old = Form::of(&shown, &at);
    hook.change(&json!({ "events": ["session.started"] })).await;
    let stale = old.send(&mut owner).await;
    assert_eq!(stale.status(), 409, "{}", stale.text());
    assert!(stale.text().contains("class=\"stale\""));
}

#[tokio::test]
async fn attack_cross_tenant_pages_of_endpoints_are_for_their_administrators_alone() {
    let hook = Hook::new(Script::default(), &["session.failed"], []).await;
    let mut owner = set_up(&hook.lab.app).await;
    let message = hook.test().await;
    hook.becomes(&message, "delivered").await;
    let mut eve = stranger(&hook.lab.app).await;
    let mut bob = another(&hook.lab.app, "bob@example.com", Role::Member).await;
    let at = format!("{LIST}/{}", hook.id());
    let replay = format!(
        "/console/webhooks/messages/{}/replay",
        message["id"].as_str().unwrap()
    );
    let asked = [
        at.clone(),
        format!("{at}/rotate"),
        format!("{at}/remove"),
        format!("{at}/replay"),
        replay,
    ];
    for page in &asked {
        assert_eq!(owner.get(page).await.status(), 200, "{page}");
        for browser in [&mut eve, &mut bob] {
            assert_eq!(browser.get(page).await.status(), 404, "{page}");
            browser.get("/console").await;
            assert_eq!(browser.post(page, &[]).await.status(), 404, "{page}");
        }
    }
    for act in ["enable", "disable", "test"] {
        for browser in [&mut eve, &mut bob] {
            let done = browser.post(&format!("{at}/{act}"), &[]).await;
            assert_eq!(done.status(), 404, "{act}");
        }
    }
    assert_eq!(bob.get(LIST).await.status(), 404);
    assert!(!eve.get(LIST).await.text().contains(hook.id()));
    assert_eq!(hook.get(&hook.path()).await["revision"], 1);
}
