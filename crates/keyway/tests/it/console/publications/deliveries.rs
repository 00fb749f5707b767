use keyway_testkit::models::Turn;
use keyway_testkit::sql;

use super::world::{desk, page, text};
use crate::console::form::{confirm, fill, follow, plain};
use crate::webhooks::world::{Desk, event};

const LIST: &str = "/console/webhooks";

fn at(of: &serde_json::Value) -> String {
    format!("{LIST}/{}", text(of, "id"))
}

async fn sql(desk: &Desk, statement: &str) {
    sql::run(&desk.lab.app.data_dir().join("keyway.db"), statement).await;
}

#[tokio::test]
async fn a_webhook_is_shown_with_why_and_is_replayed_after_a_question() {
    let (desk, mut owner) = desk(vec![Turn::text(["One."]), Turn::text(["Two."])]).await;
    desk.send(&event("e1", "<b>7</b>", "It burns")).await;
    desk.send(&event("e1", "<b>7</b>", "It burns")).await;
    let all = desk.settled(1, &["answered"]).await;
    let session = format!("/console/sessions/{}", text(&all[0], "session"));
    let list = plain(owner.get(LIST).await.text());
    for part in [
        "answered",
        "it was signed with the secret",
        "1 of ",
        &session,
        &at(&all[0]),
    ] {
        assert!(list.contains(part), "{part}: {list}");
    }
    let one = owner.get(&at(&all[0])).await;
    assert!(!one.text().contains("<b>7</b>"));
    let told = plain(one.text());
    for part in [
        "it was verified and recorded at",
        "the same came 1 more times",
        "it was signed with the secret",
        "the agent answered in",
        "none: nothing is said back",
        &session,
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let replay = format!("{}/replay", at(&all[0]));
    let question = owner.get(&replay).await;
    assert!(plain(question.text()).contains("Replay this webhook of Tickets?"));
    assert_eq!(desk.deliveries().await.len(), 1, "asking replays nothing");
    let done = confirm(&mut owner, &replay).await;
    let told = follow(&mut owner, &done).await;
    assert!(told.contains("this is the one that repeats it"), "{told}");
    assert!(
        told.contains(&format!("href=\"{}\"", at(&all[0]))),
        "{told}"
    );
    let both = desk.settled(2, &["answered"]).await;
    assert_eq!(both[0]["replayOf"], all[0]["id"]);
}

#[tokio::test]
async fn webhooks_are_filtered_by_publication_and_outcome_and_paged() {
    let (desk, mut owner) = desk(vec![Turn::text(["One."])]).await;
    desk.send(&event("first", "7", "a")).await;
    desk.settled(1, &["answered"]).await;
    let page = page(&desk);
    fill(&mut owner, &page, &format!("{page}/pause"), &[]).await;
    for number in 0..51 {
        desk.send(&event(&format!("e{number}"), "7", "a")).await;
    }
    let rows = |html: &str| html.matches("<th scope=\"row\">").count();
    let ignored = format!("{LIST}?state=ignored&publication={}", desk.id());
    let first = owner.get(&ignored).await;
    assert_eq!(rows(first.text()), 50);
    let next = plain(first.text());
    let next = next.split("rel=\"next\" href=\"").nth(1).unwrap();
    let next = next.split('"').next().unwrap().to_owned();
    assert!(
        next.contains("state=ignored") && next.contains(desk.id()),
        "{next}"
    );
    assert_eq!(rows(owner.get(&next).await.text()), 1);
    let answered = owner.get(&format!("{LIST}?state=answered")).await;
    assert_eq!(rows(answered.text()), 1);
    let nobody = "pub_01890a5d-ac96-774b-bcce-b302099a8057";
    let none = owner.get(&format!("{LIST}?publication={nobody}")).await;
    assert!(plain(none.text()).contains("Nothing that came in is like this."));
    for bad in ["state=burnt", "publication=x", "cursor=x"] {
        let refused = owner.get(&format!("{LIST}?{bad}")).await;
        assert_eq!(refused.status(), 422, "{bad}: {}", refused.text());
    }
}

#[tokio::test]
async fn a_webhook_of_a_publication_that_was_removed_says_so_when_it_is_replayed() {
    let (desk, mut owner) = desk(vec![Turn::text(["One."])]).await;
    desk.send(&event("e1", "7", "a")).await;
    let all = desk.settled(1, &["answered"]).await;
    confirm(&mut owner, &format!("{}/remove", page(&desk))).await;
    let refused = confirm(&mut owner, &format!("{}/replay", at(&all[0]))).await;
    assert_eq!(refused.status(), 409);
    assert!(plain(refused.text()).contains("There is no publication with this id."));
    assert!(plain(refused.text()).contains("it was verified and recorded at"));
    assert_eq!(desk.deliveries().await.len(), 1);
}

#[tokio::test]
async fn attack_injection_a_reply_is_linked_only_to_where_the_web_is() {
    let (desk, mut owner) = desk(vec![Turn::text(["One."])]).await;
    desk.send(&event("e1", "7", "a")).await;
    let all = desk.settled(1, &["answered"]).await;
    let reply = |url: &str| format!("UPDATE deliveries SET replied_at = 1, reply_url = '{url}'");
    sql(&desk, &reply("https://acme.example/7#8")).await;
    let shown = plain(owner.get(&at(&all[0])).await.text());
    assert!(
        shown.contains("href=\"https://acme.example/7#8\""),
        "{shown}"
    );
    sql(&desk, &reply("javascript:alert(1)")).await;
    let shown = plain(owner.get(&at(&all[0])).await.text());
    assert!(
        shown.contains("posted") && !shown.contains("javascript:"),
        "{shown}"
    );
    sql(
        &desk,
        "UPDATE deliveries SET replied_at = NULL, reply_error = 'vendor_forbidden'",
    )
    .await;
    let shown = plain(owner.get(&at(&all[0])).await.text());
    assert!(
        shown.contains("not posted") && shown.contains("vendor_forbidden"),
        "{shown}"
    );
}
