use serde_json::json;

use super::world::{NEW, WEBHOOK, desk, page};
use crate::console::form::{Form, fill, plain, wrong};
use crate::console::world::owned;
use crate::webhooks::world::settings;

#[tokio::test]
async fn what_is_wrong_is_told_at_its_field_and_what_was_typed_stays() {
    let (desk, mut owner) = desk(vec![]).await;
    let mut twisted = settings();
    twisted["verification"]["signed"] = "{body}{timestamp}".into();
    let twisted = twisted.to_string();
    let triggers = json!({ "where": [{ "pointer": "x", "equals": [] }] }).to_string();
    let nobody = "svc_01890a5d-ac96-774b-bcce-b302099a8057";
    for (field, value, told) in [
        ("name", " ", "1 to 100"),
        ("agent", "nobody", "the slug of an agent"),
        ("service_account", nobody, "not disabled"),
        ("granularity", "per_issue", "per_event"),
        ("settings", "{ \"a\": ", "in line 1, column"),
        ("settings", "[1]", "which stands in { and }"),
        ("settings", "", "the fields that"),
        ("settings", &twisted, "at /verification/signed"),
        ("triggers", &triggers, "at /where/0/pointer"),
        ("secret", "short", "8 to 512 bytes"),
    ] {
        let good = settings().to_string();
        let fields = [("name", "More"), ("settings", &good), (field, value)];
        let refused = fill(&mut owner, WEBHOOK, WEBHOOK, &fields).await;
        assert_eq!(refused.status(), 422, "{field}: {}", refused.text());
        assert!(
            wrong(&refused, field).contains(told),
            "{field}: {}",
            wrong(&refused, field)
        );
        let again = Form::of(&refused, WEBHOOK);
        if field == "secret" {
            assert_eq!(again.value("secret"), "");
        } else if !["agent", "service_account", "granularity"].contains(&field) {
            assert!(!again.value(field).is_empty(), "{field}");
        }
        if field != "name" {
            assert_eq!(again.value("name"), "More");
        }
    }
    let all = desk.get("/v1/publications").await;
    assert_eq!(all["publications"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_change_that_cannot_be_is_told_at_its_field() {
    let (desk, mut owner) = desk(vec![]).await;
    let page = page(&desk);
    let edit = format!("{page}/edit");
    let triggers = json!({ "where": [{ "pointer": "x", "equals": [1] }] }).to_string();
    for (field, value, told) in [
        ("name", "", "1 to 100"),
        ("granularity", "per_channel", "per_event"),
        ("settings", "{}", "the fields that"),
        ("settings", "nothing", "in line 1"),
        ("triggers", &triggers, "at /where/0/pointer"),
    ] {
        let refused = fill(&mut owner, &edit, &edit, &[(field, value)]).await;
        assert_eq!(refused.status(), 422, "{field}: {}", refused.text());
        assert!(
            wrong(&refused, field).contains(told),
            "{}",
            wrong(&refused, field)
        );
    }
    let short = fill(
        &mut owner,
        &page,
        &format!("{page}/rotate"),
        &[("secret", "short")],
    )
    .await;
    assert_eq!(short.status(), 422);
    assert!(wrong(&short, "secret").contains("8 to 512 bytes"));
    assert!(!short.text().contains("value=\"short\""));
    let now = desk.get(&format!("/v1/publications/{}", desk.id())).await;
    assert_eq!(now, desk.publication);
}

#[tokio::test]
async fn where_something_is_missing_the_page_says_what_to_make_first() {
    let (app, mut owner) = owned().await;
    let page = owner.get(WEBHOOK).await;
    assert!(plain(page.text()).contains("There is no agent to publish."));
    let unknown = owner.get(&format!("{NEW}?provider=nothing")).await;
    assert_eq!(unknown.status(), 404);
    assert!(plain(unknown.text()).contains("There is no provider of this name."));
    let sent = owner
        .post(&format!("{NEW}?provider=nothing"), &[("name", "x")])
        .await;
    assert_eq!(sent.status(), 404);
    let list = owner.get("/console/publications").await;
    assert!(plain(list.text()).contains("No agent is published."));
    let webhooks = owner.get("/console/webhooks").await;
    assert!(plain(webhooks.text()).contains("Nothing came in yet."));
    drop(app);
}
