use keyway::config::Config;
use serde_json::json;

use super::form::{Form, confirm, fill, follow, plain, wrong};
use super::world::{owned, stranger};
use crate::support::app::TestApp;
use crate::support::browser::set_up;

const HERE: &str = "/console/settings";
const PROJECTS: &str = "/console/settings/projects";
const NEW: &str = "/console/settings/projects/new";

#[tokio::test]
async fn the_organization_is_renamed_and_an_old_form_is_told_so() {
    let (app, mut owner) = owned().await;
    let old = Form::of(&owner.get(HERE).await, HERE);
    let done = fill(&mut owner, HERE, HERE, &[("name", "Acme & Sons")]).await;
    let text = follow(&mut owner, &done).await;
    assert!(text.contains("The organization has another name.") && text.contains("Acme & Sons"));
    let late = old.with("name", "Acme Inc").send(&mut owner).await;
    assert_eq!(late.status(), 409);
    let text = plain(late.text());
    assert!(
        text.contains("Acme & Sons") && text.contains("Acme Inc"),
        "{text}"
    );
    let now = app.get("/v1/organization").send().await.json();
    assert_eq!(now["name"], "Acme & Sons");
    assert_eq!(Form::of(&late, HERE).send(&mut owner).await.status(), 303);
    let now = app.get("/v1/organization").send().await.json();
    assert_eq!(now["name"], "Acme Inc");
    let empty = fill(&mut owner, HERE, HERE, &[("name", "\u{202e}")]).await;
    assert_eq!(empty.status(), 422);
    wrong(&empty, "name");
}

#[tokio::test]
async fn how_people_sign_in_is_shown_with_where_it_is_configured() {
    let app = TestApp::builder()
        .config(|config: &mut Config| config.sign_in.password_min_length = 17)
        .start()
        .await;
    let mut owner = set_up(&app).await;
    let text = plain(owner.get(HERE).await.text());
    for shown in [
        "17 characters or more",
        "sign_in.password_min_length",
        "who was invited",
        "sign_in.signup",
        "12 hours",
        "oauth.registration",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
}

#[tokio::test]
async fn projects_are_made_renamed_and_deleted() {
    let (app, mut owner) = owned().await;
    assert!(plain(owner.get(PROJECTS).await.text()).contains("No project is here yet."));
    let web = [("name", "Website"), ("slug", "web")];
    let made = fill(&mut owner, NEW, NEW, &web).await;
    let text = follow(&mut owner, &made).await;
    assert!(text.contains("The project is made.") && text.contains("Website"));
    let taken = fill(&mut owner, NEW, NEW, &web).await;
    assert_eq!(taken.status(), 409);
    assert!(wrong(&taken, "slug").contains("there already"));
    let bad = fill(&mut owner, NEW, NEW, &[("name", "x"), ("slug", "Canary!")]).await;
    assert_eq!(bad.status(), 422);
    assert!(wrong(&bad, "slug").contains("a-z"));

    let all = app.get("/v1/projects").send().await.json();
    let page = format!("{PROJECTS}/{}", all["projects"][0]["id"].as_str().unwrap());
    let old = Form::of(&owner.get(&page).await, &page);
    let done = fill(&mut owner, &page, &page, &[("name", "Site")]).await;
    assert!(
        follow(&mut owner, &done)
            .await
            .contains("The project has another name.")
    );
    let late = old.with("name", "Shop").send(&mut owner).await;
    assert_eq!(late.status(), 409);
    assert!(plain(late.text()).contains("Somebody else changed this meanwhile."));
    let done = confirm(&mut owner, &format!("{page}/delete")).await;
    assert!(
        follow(&mut owner, &done)
            .await
            .contains("The project is deleted.")
    );
    assert_eq!(owner.get(&page).await.status(), 404);
    assert_eq!(owner.get(&format!("{page}/delete")).await.status(), 404);
}

#[tokio::test]
async fn attack_cross_tenant_a_project_of_another_organization_is_not_there() {
    let (app, _owner) = owned().await;
    let web = json!({ "slug": "web", "name": "Web" });
    let made = app.post("/v1/projects").json(&web).send().await.json();
    let page = format!("{PROJECTS}/{}", made["id"].as_str().unwrap());
    let mut eve = stranger(&app).await;
    assert_eq!(eve.get(&page).await.status(), 404);
    eve.get("/console").await;
    for act in ["", "/delete"] {
        let answer = eve
            .post(&format!("{page}{act}"), &[("name", "theirs")])
            .await;
        assert_eq!(answer.status(), 404, "{act}");
    }
}
