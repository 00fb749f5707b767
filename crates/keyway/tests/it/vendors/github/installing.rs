use keyway_testkit::github::Payloads;
use keyway_testkit::models::Turn;
use serde_json::json;

use super::{Office, REPOSITORY, back, make_app};
use crate::support::browser::set_up;
use crate::vendors::world::lab;
use keyway_testkit::authorization::browse;

#[tokio::test]
async fn an_app_that_an_owner_has_to_agree_to_waits_and_is_installed_by_their_word() {
    let office = Office::pending(lab(vec![Turn::text(["Here."])]).await, &json!({})).await;
    let Office { desk, github, .. } = &office;
    let mut owner = set_up(&desk.lab.app).await;
    github.ask_owner(true);
    let on = make_app(&mut owner, desk, github).await;
    // The app is there and works nowhere yet; the browser is led on to where it is installed.
    assert_eq!(desk.state().await, "pending");
    let asked = browse(&on).await.unwrap();
    assert!(asked.contains("setup_action=request"), "{asked}");
    let waits = back(&mut owner, &asked).await;
    assert_eq!(waits.status(), 200, "{}", waits.text());
    assert!(!waits.text().contains("is installed"), "{}", waits.text());
    assert_eq!(desk.state().await, "waiting");
    let replayed = back(&mut owner, &asked).await;
    assert_eq!(replayed.status(), 400, "a state is good once");

    let (app, slug, secret) = office.app_of().await;
    let office = Office {
        slug,
        secret,
        ..office
    };
    let installation = office.github.install(app, "acme");
    office.mention("too early").await;
    let early = office.desk.settled(1, &["ignored"]).await.remove(0);
    assert_eq!(early["rule"], "not_installed");
    let payloads = Payloads {
        github: &office.github,
        installation,
        repository: REPOSITORY,
        sender: "ada",
    };
    let created = payloads.installation("created");
    office.send("installation", &created).await;
    assert_eq!(office.desk.state().await, "installed");
    office.mention("are you there?").await;
    office.desk.settled(3, &["ignored", "answered"]).await;
    assert_eq!(office.said(), ["Here."]);
}

#[tokio::test]
async fn attack_a_callback_of_github_without_a_state_changes_nothing() {
    let office = Office::open(vec![Turn::text(["Here."])]).await;
    let mut owner = crate::support::browser::Browser::of(&office.desk.lab.app);
    owner.sign_in("ada@example.com").await;
    let path = format!(
        "/v1/installations/{}",
        office.desk.publication["installation"].as_str().unwrap()
    );
    let before = office.desk.get(&path).await;
    let requests = office.github.received().len();
    let elsewhere = office.github.install(7, "globex");
    // With "Redirect on update" GitHub leads people here whom nobody sent out; and whoever asked an owner.
    for query in [
        format!("installation_id={elsewhere}&setup_action=update"),
        format!("installation_id={elsewhere}&setup_action=install"),
        "setup_action=request".to_owned(),
        "code=0123456789abcdef".to_owned(),
    ] {
        let told = owner
            .get(&format!("/install/github/callback?{query}"))
            .await;
        assert_eq!(told.status(), 400, "{query}: {}", told.text());
        assert!(told.text().contains("begin anew"), "{}", told.text());
    }
    assert_eq!(office.desk.get(&path).await, before);
    assert_eq!(office.github.received().len(), requests, "nobody was asked");
    office.mention("still there?").await;
    office.desk.settled(1, &["answered"]).await;
}
