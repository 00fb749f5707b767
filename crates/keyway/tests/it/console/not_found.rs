use http::Method;
use keyway_core::Role;
use serde_json::json;

use super::form::plain;
use super::world::{anonymous, another, owned, stranger};
use crate::support::browser::{Browser, form};
use crate::support::client::Answer;

/// What leads back is the only button of the page.
fn back(page: &Answer) -> String {
    let link = page.text().split("<a class=\"button\" href=\"").nth(1);
    let link = link.unwrap_or_else(|| panic!("nothing leads back: {}", page.text()));
    plain(link.split('"').next().unwrap())
}

async fn missing(browser: &Browser, path: &str) -> Answer {
    let page = browser.ask(Method::GET, path).send().await;
    assert_eq!(page.status(), 404, "{path}: {}", page.text());
    let text = plain(page.text());
    assert!(text.contains("<main id=\"main\""), "{path}: {text}");
    assert!(text.contains("Nothing is here"), "{path}: {text}");
    assert!(!text.contains("aria-current=\"page\""), "{path}: {text}");
    let request = page.header("x-request-id");
    assert!(text.contains(&format!("<code>{request}</code>")), "{text}");
    page
}

#[tokio::test]
async fn who_is_signed_in_and_lost_is_told_what_to_do_and_led_back_to_where_they_may_be() {
    let (app, owner) = owned().await;
    let member = another(&app, "bob@example.com", Role::Member).await;
    for (path, of_owner, of_member) in [
        ("/console/", "/console", "/console"),
        ("/console/nothing", "/console", "/console"),
        (
            "/console/nothing/below/it?done=role-changed",
            "/console",
            "/console",
        ),
        ("/console/people/nothing", "/console/people", "/console"),
        ("/console/people/x/y/z", "/console/people", "/console"),
        (
            "/console/connectors/nothing",
            "/console/integrations",
            "/console",
        ),
        ("/console/tools/nothing", "/console/tools", "/console/tools"),
        (
            "/console/approvals/nothing",
            "/console/approvals",
            "/console/approvals",
        ),
        ("/console/activity/nothing", "/console/activity", "/console"),
    ] {
        for (browser, place) in [(&owner, of_owner), (&member, of_member)] {
            let page = missing(browser, path).await;
            assert_eq!(back(&page), place, "{path}");
            assert!(!page.text().contains("The role is changed."), "{path}");
            let there = browser.ask(Method::GET, place).send().await;
            assert_eq!(there.status(), 200, "{place}");
        }
    }
    // What is sent to where nothing is meets the same page.
    let ask = owner.ask(Method::POST, "/console/nothing");
    let sent = form(ask, &[("csrf", &owner.csrf)]).send().await;
    assert_eq!(sent.status(), 404);
    assert_eq!(back(&sent), "/console");
}

#[tokio::test]
async fn attack_what_one_may_not_see_looks_like_what_is_not_there() {
    let (app, owner) = owned().await;
    let member = another(&app, "bob@example.com", Role::Member).await;
    let eve = stranger(&app).await;
    let made = app
        .post("/v1/api-keys")
        .json(&json!({ "name": "zanzibar" }));
    let key = made.send().await.json()["id"].as_str().unwrap().to_owned();
    let other = "key_01890a5d-ac96-774b-bcce-000000000001";
    for at in ["/console/api-keys/{}", "/console/me/access/keys/{}/revoke"] {
        let (there, nowhere) = (at.replace("{}", &key), at.replace("{}", other));
        for browser in [&member, &eve] {
            let hidden = anonymous(&missing(browser, &there).await);
            assert_eq!(hidden, anonymous(&missing(browser, &nowhere).await), "{at}");
        }
    }
    let seen = owner.ask(Method::GET, &format!("/console/api-keys/{key}"));
    assert_eq!(seen.send().await.status(), 200);
}

#[tokio::test]
async fn who_is_not_signed_in_sees_no_frame_of_the_console() {
    let (app, _owner) = owned().await;
    let nobody = Browser::of(&app);
    for path in ["/console/nothing", "/console/", "/console/people/x/y/z"] {
        let page = nobody.ask(Method::GET, path).send().await;
        assert_eq!(page.status(), 404, "{path}");
        assert!(
            !page.text().contains("<main id=\"main\""),
            "{}",
            page.text()
        );
        assert!(page.text().contains("Not Found"), "{}", page.text());
    }
}
