use keyway_core::Role;

use super::form::{Form, confirm, fill, follow, plain, secret, wrong};
use super::world::{another, owned, stranger};
use crate::support::app::TestApp;
use crate::support::browser::Browser;

const LIST: &str = "/console/api-keys";
const NEW: &str = "/console/api-keys/new";

async fn status(app: &TestApp, key: &str) -> u16 {
    let ask = app.ask(http::Method::GET, "/v1/actions").bearer(key);
    ask.send().await.status()
}

/// The page of the key of this name.
async fn page_of(app: &TestApp, name: &str) -> String {
    let all = app.get("/v1/api-keys").send().await.json();
    let mut keys = all["apiKeys"].as_array().unwrap().iter();
    let found = keys.find(|key| key["name"] == name).unwrap();
    format!("{LIST}/{}", found["id"].as_str().unwrap())
}

/// Makes a key by its form. Answers it.
async fn make(owner: &mut Browser, fields: &[(&str, &str)]) -> String {
    secret(&fill(owner, NEW, NEW, fields).await)
}

#[tokio::test]
async fn a_key_is_shown_once_and_is_good_for_what_was_chosen() {
    let (app, mut owner) = owned().await;
    let fields = [
        ("name", "laptop"),
        ("reach", "some"),
        ("tools", "status  mcp__wiki__*"),
        ("approvals", "on"),
        ("life", "30"),
    ];
    let key = make(&mut owner, &fields).await;
    assert!(key.starts_with("kw_"), "{key}");
    assert_eq!(status(&app, &key).await, 200);
    let members = app.ask(http::Method::GET, "/v1/members").bearer(&key);
    assert_eq!(members.send().await.status(), 403);
    let page = page_of(&app, "laptop").await;
    for path in [LIST, &page] {
        let shown = owner.get(path).await;
        assert!(!shown.text().contains(&key), "{path}");
        let text = plain(shown.text());
        assert!(
            text.contains("tools:mcp__wiki__*") && text.contains("laptop"),
            "{text}"
        );
        assert!(
            text.contains("in 29 days") || text.contains("in 30 days"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_key_is_told_at_its_field() {
    let (app, mut owner) = owned().await;
    for (fields, at) in [
        (&[("name", " ")][..], "name"),
        (&[("name", "x"), ("reach", "nothing")], "reach"),
        (&[("name", "x"), ("reach", "everything")], "reach"),
        (&[("name", "x"), ("reach", "some")], "tools"),
        (
            &[("name", "x"), ("reach", "some"), ("tools", "canary!")],
            "tools",
        ),
        (&[("name", "x"), ("life", "36500")], "life"),
        (&[("name", "x"), ("owner", "canary")], "owner"),
    ] {
        let refused = fill(&mut owner, NEW, NEW, fields).await;
        assert_eq!(refused.status(), 422, "{at}: {}", refused.text());
        assert!(wrong(&refused, at).ends_with('.'), "{at}");
        let name = fields[0].1;
        assert_eq!(Form::of(&refused, NEW).value("name"), name);
    }
    let all = app.get("/v1/api-keys").send().await.json();
    assert_eq!(all["apiKeys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_is_replaced_and_the_old_one_works_for_as_long_as_was_chosen() {
    let (app, mut owner) = owned().await;
    let old = make(&mut owner, &[("name", "deploy")]).await;
    let page = page_of(&app, "deploy").await;
    let rotate = format!("{page}/rotate");
    let made = fill(&mut owner, &page, &rotate, &[("overlap", "3600")]).await;
    let new = secret(&made);
    assert_eq!(
        (status(&app, &old).await, status(&app, &new).await),
        (200, 200)
    );
    let shown = plain(owner.get(&page).await.text());
    assert!(
        shown.contains("in 59 minutes") || shown.contains("in 1 hour"),
        "{shown}"
    );
    let latest = page_of(&app, "deploy").await;
    assert_ne!(latest, page);
    let shown = owner.get(&latest).await;
    assert!(plain(shown.text()).contains(&page));
    let made = fill(
        &mut owner,
        &latest,
        &format!("{latest}/rotate"),
        &[("overlap", "0")],
    )
    .await;
    assert_eq!(status(&app, &secret(&made)).await, 200);
    assert_eq!(status(&app, &new).await, 401);
    let rotate = format!("{latest}/rotate");
    let refused = owner.post(&rotate, &[("overlap", "0")]).await;
    assert_eq!(refused.status(), 409);
    assert!(
        plain(refused.text()).contains("has expired"),
        "{}",
        refused.text()
    );
    let page = page_of(&app, "deploy").await;
    owner.get(&page).await;
    for overlap in ["canary", "99999999"] {
        let refused = owner
            .post(&format!("{page}/rotate"), &[("overlap", overlap)])
            .await;
        assert_eq!(refused.status(), 422, "{overlap}");
        wrong(&refused, "overlap");
    }
}

#[tokio::test]
async fn a_key_is_renamed_and_revoked() {
    let (app, mut owner) = owned().await;
    let key = make(&mut owner, &[("name", "old name")]).await;
    let page = page_of(&app, "old name").await;
    let old = Form::of(&owner.get(&page).await, &page);
    let done = fill(&mut owner, &page, &page, &[("name", "new name")]).await;
    assert!(follow(&mut owner, &done).await.contains("new name"));
    let late = old.with("name", "third name").send(&mut owner).await;
    assert_eq!(late.status(), 409);
    assert!(plain(late.text()).contains("Somebody else changed this meanwhile."));
    let empty = fill(&mut owner, &page, &page, &[("name", "")]).await;
    assert_eq!(empty.status(), 422);
    wrong(&empty, "name");
    let question = owner.get(&format!("{page}/revoke")).await;
    assert!(plain(question.text()).contains("Revoke the key “new name”?"));
    assert_eq!(status(&app, &key).await, 200);
    let done = confirm(&mut owner, &format!("{page}/revoke")).await;
    let text = follow(&mut owner, &done).await;
    assert!(text.contains("revoked") && !text.contains(&format!("{page}/revoke")));
    assert_eq!(status(&app, &key).await, 401);
}

#[tokio::test]
async fn another_person_s_key_is_revoked_and_not_replaced() {
    let (app, mut owner) = owned().await;
    let mut grace = another(&app, "grace@example.com", Role::Admin).await;
    make(&mut grace, &[("name", "hers")]).await;
    let page = page_of(&app, "hers").await;
    let shown = owner.get(&page).await;
    assert!(!plain(shown.text()).contains(&format!("{page}/rotate")));
    let refused = owner
        .post(&format!("{page}/rotate"), &[("overlap", "0")])
        .await;
    assert_eq!(refused.status(), 403);
    assert!(
        plain(refused.text()).contains("whose key it is"),
        "{}",
        refused.text()
    );
    assert_eq!(
        confirm(&mut owner, &format!("{page}/revoke"))
            .await
            .status(),
        303
    );
}

#[tokio::test]
async fn attack_cross_tenant_a_key_of_another_organization_is_not_there() {
    let (app, mut owner) = owned().await;
    let key = make(&mut owner, &[("name", "ours")]).await;
    let page = page_of(&app, "ours").await;
    let mut eve = stranger(&app).await;
    assert_eq!(eve.get(&page).await.status(), 404);
    eve.get("/console").await;
    for act in ["", "/rotate", "/revoke"] {
        let fields = [("name", "x"), ("overlap", "0")];
        let answer = eve.post(&format!("{page}{act}"), &fields).await;
        assert_eq!(answer.status(), 404, "{act}");
    }
    assert_eq!(status(&app, &key).await, 200);
}
