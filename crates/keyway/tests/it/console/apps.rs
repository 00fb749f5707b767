use http::Method;
use keyway_core::Role;

use super::form::plain;
use super::world::{another, stranger};
use crate::support::actions::whoami;
use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};

const CANARY: &str = "canary-91c2-zz";
const OTHER: &str = "canary-77d0-xx";

async fn acme() -> (TestApp, Browser) {
    let app = TestApp::with([whoami()]).await;
    let owner = set_up(&app).await;
    (app, owner)
}

/// What the action answers that needs the credential.
async fn called(app: &TestApp) -> String {
    let answer = app.post("/v1/actions/acme:whoami").send().await.json();
    let text = answer["text"].as_str().or_else(|| answer["code"].as_str());
    text.unwrap().to_owned()
}

/// Sets one for everyone, and answers the path of its page.
async fn set(owner: &mut Browser, name: &str, value: &str) -> String {
    let page = owner.get("/console/apps/of/acme").await;
    assert_eq!(page.status(), 200, "{}", page.text());
    let fields = [
        ("keyway_place", "organization"),
        ("keyway_name", name),
        ("apiKey", value),
    ];
    let done = owner.post("/console/apps/of/acme", &fields).await;
    assert_eq!(done.status(), 303, "{}", done.text());
    let location = done.header("location");
    assert!(location.ends_with("?done=app-set"), "{location}");
    let shown = owner.get(location).await;
    assert!(
        shown.text().contains("It is set, and sealed."),
        "{}",
        shown.text()
    );
    location.split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_missing_is_taught_set_rotated_renamed_and_never_shown() {
    let (app, mut owner) = acme().await;
    let empty = owner.get("/console/apps").await;
    assert!(
        empty.text().contains("Nothing is connected yet."),
        "{}",
        empty.text()
    );
    assert!(empty.text().contains("/console/apps/of/acme"));
    let about = owner.get("/console/apps/of/acme").await;
    for part in [
        "acme:whoami",
        "the default of the organization",
        r#"name="apiKey" type="password""#,
        r#"<option value="organization""#,
    ] {
        assert!(about.text().contains(part), "{part}: {}", about.text());
    }
    let at = set(&mut owner, "", CANARY).await;
    assert_eq!(called(&app).await, "14 characters, ending in zz");
    let mut seen = String::new();
    for path in ["/console/apps", "/console/apps/of/acme", &at] {
        let page = owner.get(path).await;
        assert!(page.text().contains("default"), "{path}");
        seen.push_str(page.text());
    }
    let rotate = format!("{at}/rotate");
    let refused = owner.post(&rotate, &[("apiKey", "")]).await;
    assert_eq!(refused.status(), 422);
    assert!(
        refused.text().contains("f-apiKey-error"),
        "{}",
        refused.text()
    );
    let done = owner.post(&rotate, &[("apiKey", OTHER)]).await;
    assert_eq!(done.header("location"), format!("{at}?done=app-rotated"));
    assert_eq!(called(&app).await, "14 characters, ending in xx");
    let rename = format!("{at}/rename");
    let refused = owner.post(&rename, &[("name", "a\u{202e}b")]).await;
    assert_eq!(refused.status(), 422);
    assert!(
        refused.text().contains("f-name-error"),
        "{}",
        refused.text()
    );
    let done = owner.post(&rename, &[("name", "production")]).await;
    assert_eq!(done.header("location"), format!("{at}?done=app-renamed"));
    // A form of before is told what the name is now; one that wants the same has it.
    let old = [("seen", "default"), ("name", "mine")];
    let stale = owner.post(&rename, &old).await;
    assert_eq!(stale.status(), 409, "{}", stale.text());
    let text = plain(stale.text());
    assert!(
        text.contains("Somebody else changed this meanwhile"),
        "{text}"
    );
    assert!(
        text.contains("production") && text.contains("value=\"mine\""),
        "{text}"
    );
    let same = [("seen", "default"), ("name", "production")];
    let done = owner.post(&rename, &same).await;
    assert_eq!(done.header("location"), format!("{at}?done=app-renamed"));
    for path in [
        "/console/apps",
        "/console/apps?q=PRODUCT",
        &at,
        "/console/activity",
    ] {
        let page = owner.get(path).await;
        assert_eq!(page.status(), 200, "{path}");
        seen.push_str(page.text());
    }
    assert!(seen.contains("production"));
    for secret in [CANARY, OTHER] {
        assert!(!seen.contains(secret));
    }
}

#[tokio::test]
async fn a_form_that_is_not_taken_says_why_at_its_field_and_keeps_no_secret() {
    let (app, mut owner) = acme().await;
    let organization = ("keyway_place", "organization");
    for (fields, status, part) in [
        (
            [organization, ("keyway_name", ""), ("apiKey", "")],
            422,
            "f-apiKey-error",
        ),
        (
            [organization, ("keyway_name", "a\nb"), ("apiKey", CANARY)],
            422,
            "f-keyway_name-error",
        ),
        (
            [
                ("keyway_place", "project gone"),
                ("keyway_name", "x"),
                ("apiKey", CANARY),
            ],
            404,
            "no project of this slug",
        ),
    ] {
        owner.get("/console/apps/of/acme").await;
        let refused = owner.post("/console/apps/of/acme", &fields).await;
        assert_eq!(refused.status(), status, "{fields:?}: {}", refused.text());
        assert!(refused.text().contains(part), "{part}: {}", refused.text());
        assert!(!refused.text().contains(CANARY), "{fields:?}");
    }
    assert_eq!(called(&app).await, "credential_missing");
    for path in ["/console/apps/of/gone", "/console/apps/nothing"] {
        assert_eq!(owner.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn another_default_and_the_end_of_one_are_asked_with_what_they_touch() {
    let (app, mut owner) = acme().await;
    let first = set(&mut owner, "first", CANARY).await;
    let second = set(&mut owner, "second", OTHER).await;
    assert_eq!(called(&app).await, "14 characters, ending in zz");
    let asked = owner.get(&format!("{second}/default")).await;
    for part in ["Make second the default?", "first", "acme:whoami"] {
        assert!(asked.text().contains(part), "{part}: {}", asked.text());
    }
    let done = owner.post(&format!("{second}/default"), &[]).await;
    assert_eq!(
        done.header("location"),
        format!("{second}?done=app-default")
    );
    assert_eq!(called(&app).await, "14 characters, ending in xx");
    let asked = owner.get(&format!("{second}/revoke")).await;
    for part in ["Revoke second?", "acme:whoami"] {
        assert!(asked.text().contains(part), "{part}: {}", asked.text());
    }
    let untold = owner.post(&format!("{second}/revoke"), &[]).await;
    assert_eq!(untold.status(), 409, "{}", untold.text());
    owner.get(&second).await;
    let done = owner
        .post(&format!("{second}/revoke"), &[("told", "yes")])
        .await;
    assert_eq!(done.header("location"), "/console/apps?done=app-revoked");
    assert_eq!(called(&app).await, "credential_missing");
    assert_eq!(owner.get(&second).await.status(), 404);
    assert_eq!(owner.get(&first).await.status(), 200);
}

#[tokio::test]
async fn testing_one_without_a_check_says_so() {
    let (_app, mut owner) = acme().await;
    let at = set(&mut owner, "", CANARY).await;
    let page = owner.get(&at).await;
    assert!(!page.text().contains("Test it"), "there is no check");
    let refused = owner.post(&format!("{at}/test"), &[]).await;
    assert_eq!(refused.status(), 409);
    assert!(
        refused.text().contains("credential_has_no_check"),
        "{}",
        refused.text()
    );
}

#[tokio::test]
async fn members_see_what_is_everyone_s_and_their_own_and_change_their_own() {
    let (app, mut owner) = acme().await;
    let shared = set(&mut owner, "everyone", CANARY).await;
    let mut member = another(&app, "bob@example.com", Role::Member).await;
    let page = member.get("/console/apps/of/acme").await;
    assert!(!page.text().contains(r#"<option value="organization""#));
    let fields = [
        ("keyway_place", "user"),
        ("keyway_name", "bobs-own"),
        ("apiKey", OTHER),
    ];
    let done = member.post("/console/apps/of/acme", &fields).await;
    assert_eq!(done.status(), 303, "{}", done.text());
    let own = done
        .header("location")
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let list = member.get("/console/apps").await;
    assert!(list.text().contains("everyone") && list.text().contains("bobs-own"));
    let page = member.get(&shared).await;
    for part in ["rotate", "/rename", "/revoke"] {
        assert!(!page.text().contains(&format!("{shared}{part}")), "{part}");
    }
    for (what, fields) in [
        ("rotate", &[("apiKey", OTHER)][..]),
        ("rename", &[("name", "taken over")]),
        ("default", &[]),
        ("revoke", &[("told", "yes")]),
    ] {
        let refused = member.post(&format!("{shared}/{what}"), fields).await;
        assert_eq!(refused.status(), 403, "{what}: {}", refused.text());
    }
    assert_eq!(called(&app).await, "14 characters, ending in zz");
    // Who administers sees that it is there, and can only end it.
    let page = owner.get(&own).await;
    assert!(
        page.text().contains("Bob") && !page.text().contains("/rotate"),
        "{}",
        page.text()
    );
    let mut carol = another(&app, "carol@example.com", Role::Member).await;
    let mut eve = stranger(&app).await;
    for browser in [&mut carol, &mut eve] {
        assert_eq!(browser.get(&own).await.status(), 404);
        browser.get("/console/apps").await;
        for what in ["rename", "rotate", "test", "default", "revoke"] {
            let at = format!("{own}/{what}");
            let refused = browser
                .post(&at, &[("told", "yes"), ("name", "x"), ("apiKey", "x")])
                .await;
            assert_eq!(refused.status(), 404, "{at}: {}", refused.text());
        }
        assert!(
            !browser
                .get("/console/apps")
                .await
                .text()
                .contains("bobs-own")
        );
    }
    assert_eq!(eve.get(&shared).await.status(), 404);
    assert!(!eve.get("/console/apps").await.text().contains("everyone"));
    let ended = owner
        .post(&format!("{own}/revoke"), &[("told", "yes")])
        .await;
    assert_eq!(ended.status(), 303, "{}", ended.text());
    assert_eq!(member.get(&own).await.status(), 404);
    let gone = member.ask(Method::GET, "/console/apps").send().await;
    assert!(!gone.text().contains("bobs-own"));
}

#[tokio::test]
async fn a_long_list_is_cut_into_pages_that_keep_what_is_looked_for() {
    let (app, mut owner) = acme().await;
    for number in 0..53 {
        let body = serde_json::json!({
            "key": "acme", "scope": "organization", "name": format!("n-{number:03}"),
            "fields": { "apiKey": CANARY }
        });
        let made = app.post("/v1/credentials").json(&body).send().await;
        assert!([200, 201].contains(&made.status()), "{}", made.text());
    }
    let first = owner.get("/console/apps?q=n-&scope=organization").await;
    assert!(first.text().contains("n-049") && !first.text().contains("n-050"));
    let next = first.text().split("rel=\"next\" href=\"").nth(1).unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&");
    assert!(
        next.contains("q=n-") && next.contains("scope=organization"),
        "{next}"
    );
    let second = owner.get(&next).await;
    assert!(second.text().contains("n-050") && !second.text().contains("n-049"));
    let none = owner.get("/console/apps?q=absent").await;
    assert!(none.text().contains("No credential is like this."));
}
