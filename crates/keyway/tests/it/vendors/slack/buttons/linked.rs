use keyway_core::Role;
use keyway_testkit::models::Turn;

use super::{APPROVE, link_of, set, waiting, wants};

#[tokio::test]
async fn who_is_unlinked_decides_no_more_and_what_they_approved_does_not_count() {
    let script = vec![
        wants(),
        Turn::text(["Somebody has to agree."]),
        wants(),
        Turn::text(["It is void."]),
        wants(),
        Turn::text(["Somebody has to agree again."]),
    ];
    let (office, purge) = set(script, |_| {}).await;
    let ts = office.mention("C0ONE", "tidy up").await;
    office.desk.settled(1, &["answered"]).await;
    let question = office.question(1).await;
    let mut owner = office.browser("ada@example.com").await;
    office.link(&question, "U0ADA", &mut owner).await;
    office.press(&question, "U0ADA", APPROVE).await;
    let told = office.settled(&question).await;
    assert!(told.starts_with("Ada Lovelace approved this."), "{told}");

    let shown = owner.get("/console/me/access").await.text().to_owned();
    let at = shown.find("/console/me/access/people/link_").unwrap();
    let end = shown[at..].split('"').next().unwrap().to_owned();
    assert_eq!(owner.get(&end).await.status(), 200);
    let ended = owner.post(&end, &[]).await;
    let there = "/console/me/access?done=external-unlinked";
    assert_eq!((ended.status(), ended.header("location")), (303, there));

    let (_, next) = office.slack.message("C0ONE", "U0ADA", "go on", Some(&ts));
    office.send(&next).await;
    office.desk.settled(2, &["answered"]).await;
    let told = office.desk.lab.told(3);
    assert!(
        told.contains("approval_void") && told.contains("decider_gone"),
        "{told}"
    );
    assert_eq!(purge.runs(), 0);
    crate::support::wait::until("the message to say so", || async {
        super::outcome(&office.now(&question)).ends_with("does not count any more.")
    })
    .await;

    let (_, next) = office.slack.message("C0ONE", "U0ADA", "again", Some(&ts));
    office.send(&next).await;
    office.desk.settled(3, &["answered"]).await;
    let question = office.question(1).await;
    office.press(&question, "U0ADA", APPROVE).await;
    link_of(&office.whispered("U0ADA", 2).await);
    assert_eq!(office.approvals().await[0]["state"], "pending");
}

#[tokio::test]
async fn an_administrator_sees_and_ends_what_members_said_and_it_goes_with_the_membership() {
    let (office, purge) = waiting(vec![wants(), Turn::text(["Done."])]).await;
    office.mention("C0ONE", "tidy up").await;
    let question = office.question(1).await;
    let mut owner = office.browser("ada@example.com").await;
    let mut bob = office
        .another("bob@example.com", Role::Admin, "U0BOB")
        .await;
    let mut carol = office
        .another("carol@example.com", Role::Admin, "U0CAR")
        .await;
    office.link(&question, "U0BOB", &mut bob).await;
    office.link(&question, "U0CAR", &mut carol).await;
    let members = office.desk.get("/v1/members").await;
    let id = |name: &str| {
        let all = members["members"].as_array().unwrap().iter();
        let mut found = all.filter(|one| one["name"] == name);
        found.next().unwrap()["id"].as_str().unwrap().to_owned()
    };
    let page = format!("/console/people/{}", id("Bob"));
    let shown = owner.get(&page).await.text().to_owned();
    assert!(
        shown.contains("U0BOB") && !shown.contains("U0CAR"),
        "{shown}"
    );
    let at = shown.find("/console/me/access/people/link_").unwrap();
    let end = shown[at..].split('"').next().unwrap().to_owned();
    owner.get(&end).await;
    let ended = owner.post(&end, &[]).await;
    assert_eq!(
        ended.header("location"),
        format!("{page}?done=external-unlinked")
    );
    office.press(&question, "U0BOB", APPROVE).await;
    link_of(&office.whispered("U0BOB", 2).await);

    let remove = format!("/console/people/{}/remove", id("Carol"));
    owner.get(&remove).await;
    assert_eq!(owner.post(&remove, &[]).await.status(), 303);
    office.press(&question, "U0CAR", APPROVE).await;
    link_of(&office.whispered("U0CAR", 2).await);
    assert_eq!(office.approvals().await[0]["state"], "pending");
    assert_eq!(purge.runs(), 0);
}
