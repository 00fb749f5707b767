use serde_json::json;

use super::form::{Form, confirm, fill, follow, in_words, plain, secret, wrong};
use super::world::{owned, stranger};
use crate::support::app::TestApp;
use crate::support::browser::Browser;

const LIST: &str = "/console/service-accounts";
const NEW: &str = "/console/service-accounts/new";
const NEW_KEY: &str = "/console/api-keys/new";

/// Makes one by its form. Answers its page.
async fn make(owner: &mut Browser, name: &str) -> String {
    let made = fill(owner, NEW, NEW, &[("name", name)]).await;
    let page = made
        .header("location")
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    assert!(
        follow(owner, &made)
            .await
            .contains("The service account is made.")
    );
    page
}

async fn status(app: &TestApp, key: &str) -> u16 {
    let ask = app.ask(http::Method::GET, "/v1/actions").bearer(key);
    ask.send().await.status()
}

#[tokio::test]
async fn a_service_account_is_made_given_a_key_kept_out_and_deleted() {
    let (app, mut owner) = owned().await;
    let empty = owner.get(LIST).await;
    assert!(plain(empty.text()).contains("No service account is here yet."));
    let page = make(&mut owner, "nightly").await;
    let id = page.rsplit('/').next().unwrap().to_owned();
    let with = format!("{NEW_KEY}?account={id}");
    let made = fill(&mut owner, &with, NEW_KEY, &[("name", "cron")]).await;
    let key = secret(&made);
    assert_eq!(status(&app, &key).await, 200);
    let shown = owner.get(&page).await;
    assert!(shown.text().contains("cron") && !shown.text().contains(&key));

    let done = confirm(&mut owner, &format!("{page}/disable")).await;
    assert!(follow(&mut owner, &done).await.contains("It is kept out."));
    assert_eq!(status(&app, &key).await, 401);
    let done = fill(&mut owner, &page, &format!("{page}/enable"), &[]).await;
    assert!(
        follow(&mut owner, &done)
            .await
            .contains("It is let in again")
    );
    assert_eq!(status(&app, &key).await, 200);

    let question = owner.get(&format!("{page}/delete")).await;
    assert!(plain(question.text()).contains("Delete nightly?"));
    let done = confirm(&mut owner, &format!("{page}/delete")).await;
    assert!(follow(&mut owner, &done).await.contains("is deleted"));
    assert_eq!(status(&app, &key).await, 401);
    assert_eq!(owner.get(&page).await.status(), 404);
}

#[tokio::test]
async fn a_name_that_is_taken_or_not_valid_is_told_and_stays_in_the_form() {
    let (_app, mut owner) = owned().await;
    make(&mut owner, "ci").await;
    let taken = fill(&mut owner, NEW, NEW, &[("name", "ci")]).await;
    assert_eq!(taken.status(), 409);
    assert!(
        plain(taken.text()).contains("There already")
            || plain(taken.text()).contains("there already")
    );
    assert_eq!(Form::of(&taken, NEW).value("name"), "ci");
    let empty = fill(&mut owner, NEW, NEW, &[("name", " ")]).await;
    assert_eq!(empty.status(), 422);
    assert!(wrong(&empty, "name").contains("1 to 100"));
    let boss = fill(&mut owner, NEW, NEW, &[("name", "boss"), ("role", "owner")]).await;
    assert_eq!(boss.status(), 422);
    assert!(wrong(&boss, "role").contains("admin"));
}

#[tokio::test]
async fn a_change_of_an_old_form_says_what_changed_and_saves_nothing() {
    let (app, mut owner) = owned().await;
    let page = make(&mut owner, "ci").await;
    let old = Form::of(&owner.get(&page).await, &page);
    let change = [("name", "build"), ("role", "admin")];
    let done = fill(&mut owner, &page, &page, &change).await;
    assert!(follow(&mut owner, &done).await.contains("is changed"));
    let late = old.with("name", "deploy").send(&mut owner).await;
    assert_eq!(late.status(), 409);
    let text = plain(late.text());
    assert!(
        text.contains("build") && text.contains("deploy") && text.contains("admin"),
        "{text}"
    );
    let told = in_words(&late);
    assert!(told.contains("admin") && told.contains("member"), "{told}");
    assert!(
        !told.contains("build") && !told.contains("deploy"),
        "{told}"
    );
    let id = page.rsplit('/').next().unwrap();
    let now = app.get(&format!("/v1/service-accounts/{id}")).send().await;
    assert_eq!(now.json()["name"], "build");
    let again = Form::of(&late, &page).send(&mut owner).await;
    assert_eq!(again.status(), 303);
    let now = app
        .get(&format!("/v1/service-accounts/{id}"))
        .send()
        .await
        .json();
    assert_eq!(
        (&now["name"], &now["role"]),
        (&json!("deploy"), &json!("member"))
    );
}

#[tokio::test]
async fn attack_cross_tenant_a_service_account_of_another_organization_is_not_there() {
    let (app, mut owner) = owned().await;
    let page = make(&mut owner, "ours").await;
    let mut eve = stranger(&app).await;
    let id = page.rsplit('/').next().unwrap().to_owned();
    assert_eq!(eve.get(&page).await.status(), 404);
    assert_eq!(
        eve.get(&format!("{NEW_KEY}?account={id}")).await.status(),
        404
    );
    eve.get("/console").await;
    for act in ["", "/disable", "/enable", "/delete"] {
        let path = format!("{page}{act}");
        let fields = [("name", "theirs"), ("role", "admin")];
        assert_eq!(eve.post(&path, &fields).await.status(), 404, "{path}");
    }
    let fields = [
        ("name", "x"),
        ("owner", id.as_str()),
        ("reach", "mcp"),
        ("life", "90"),
    ];
    assert_eq!(eve.post(NEW_KEY, &fields).await.status(), 404);
}
